//! Takes the `destination` declarations and gives their systems, allowed labels and declared objects. What a system can
//! do comes from its row in `crate::destination::ALL`; nothing is connected to.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::context::Ctx;
use super::mistakes::{self, Unknown};
use super::names::Global;
use super::{Destination, DestinationId, TargetField};
use crate::destination::{self, Objects};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("field `{name}` is declared twice")]
#[diagnostic(code("duplicate-target-field"), help("remove one of the two"))]
struct DuplicateTargetField {
    name: String,
    #[label(primary, "declared again here")]
    at: Span,
    #[label("first declared here")]
    first: Span,
}

impl Ctx<'_> {
    /// Declares every destination.
    pub(super) fn declare_destinations(&mut self) {
        let nodes: Vec<_> = self.found.destinations.iter().map(|item| item.node).collect();
        let labels: BTreeSet<String> = self
            .program
            .sources
            .iter()
            .flat_map(|source| &source.columns)
            .flat_map(|column| column.labels.clone())
            .collect();
        for (id, node) in (0..).map(DestinationId).zip(nodes) {
            if node.broken {
                self.open.insert(id);
            }
            let systems: Vec<&str> = destination::ALL.iter().map(|spec| spec.name).collect();
            if !systems.contains(&node.system.text.as_str()) {
                let known = systems.iter().map(|name| (*name, None));
                let mistake = Unknown::new(mistakes::SYSTEM, &node.system.text, node.system.span);
                self.diags.push(mistake.among(known).or_one_of(&systems));
            }
            for label in &node.allows {
                if !labels.contains(&label.text) {
                    self.open.insert(id);
                    let known = labels.iter().map(|label| (label.as_str(), None));
                    let mistake = Unknown::new(mistakes::LABEL, &label.text, label.span).among(known);
                    self.unknown(mistake.or_help("remove it, or label a source column with it"));
                }
            }
            let objects =
                node.objects.iter().map(|object| (object.name.text.clone(), self.target_fields(object))).collect();
            self.program.destinations.push(Destination {
                name: node.name.text.clone(),
                span: node.name.span,
                system: node.system.text.clone(),
                allows: node.allows.iter().map(|label| label.text.clone()).collect(),
                objects,
            });
        }
    }

    /// The destination of this name; an unknown one is reported.
    pub(super) fn destination_named(&mut self, name: &ast::Name) -> Option<DestinationId> {
        if let Some((Global::Destination(id), _)) = self.global(&name.text) {
            return Some(id);
        }
        let known = self.known(|what| matches!(what, Global::Destination(_)));
        let known = known.iter().map(|(name, span)| (name.as_str(), *span));
        let mistake = Unknown::new(mistakes::DESTINATION, &name.text, name.span).among(known);
        self.unknown(mistake.or_help(format!("declare it: `destination {} = jsonl`", name.text)));
        None
    }

    fn target_fields(&mut self, object: &ast::Object) -> Vec<TargetField> {
        let mut fields: Vec<TargetField> = Vec::new();
        for (at, field) in object.fields.iter().enumerate() {
            let first = object.fields.iter().take(at).find(|other| other.name.text == field.name.text);
            if let Some(first) = first {
                let (name, first) = (field.name.text.clone(), first.name.span);
                self.diags.push(DuplicateTargetField { name, at: field.name.span, first });
                continue;
            }
            let (name, typed) = self.column_type(field);
            fields.push(TargetField { name: name.text.clone(), typed, span: name.span });
        }
        fields
    }

    /// The declared fields of a destination's object, where it declares some; an unknown object is reported.
    pub(super) fn target_object(&mut self, id: DestinationId, object: &str, at: Span) -> Option<Vec<TargetField>> {
        if self.found.destinations.get(id.0 as usize).is_some_and(|item| item.node.broken) {
            return None;
        }
        let found = self.program.destination(id);
        if let Some((_, fields)) = found.objects.iter().find(|(name, _)| name == object) {
            return Some(fields.clone());
        }
        let listed: Vec<&str> = match destination::find(&found.system).map(|spec| &spec.objects) {
            Some(Objects::Listed(objects)) => objects.iter().map(|object| object.name).collect(),
            Some(Objects::Any(_)) | None => Vec::new(),
        };
        let open = listed.is_empty() && found.objects.is_empty();
        if open || listed.contains(&object) {
            return None;
        }
        let names: Vec<String> = found.objects.iter().map(|(name, _)| name.clone()).collect();
        let words: Vec<&str> = listed.into_iter().chain(names.iter().map(String::as_str)).collect();
        let known = words.iter().map(|name| (*name, None));
        let mistake = Unknown::new(mistakes::OBJECT, object, at).among(known).or_one_of(&words);
        self.unknown(mistake);
        None
    }
}
