//! Takes a `sync` from a step and gives a stream: every firing is sent once, and nothing is taken back. So it has neither
//! `leave` nor `pick`, and updates nothing.

use miette::Diagnostic;
use thiserror::Error;

use super::context::Ctx;
use super::hidden::Hide;
use super::matching::Sent;
use super::mistakes::{self, Unknown};
use super::names::Global;
use super::scope::Scope;
use super::sync::Items;
use super::{SequenceId, Stream};
use crate::manifest::FIRING;
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` has no meaning in a sync from a step")]
#[diagnostic(code("stream-item"), help("remove the line: each firing is sent once, and stays"))]
struct StreamItem {
    word: &'static str,
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[label("the step is named here")]
    from: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is a sequence: a sync sends a step of it")]
#[diagnostic(code("sync-from-sequence"))]
struct SyncFromSequence {
    name: String,
    #[label(primary, "which step?")]
    at: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is a funnel: people read it, and no sync sends it")]
#[diagnostic(code("sync-from-funnel"))]
struct SyncFromFunnel {
    name: String,
    #[label(primary, "a funnel has members and numbers, for people and dashboards")]
    at: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is a reserved name in a sync from a step")]
#[diagnostic(code("reserved-name"))]
struct ReservedField {
    name: String,
    #[label(primary, "each object bears the key of its firing under this name")]
    at: Span,
    #[label("the step is named here")]
    from: Span,
    #[help]
    help: &'static str,
}

impl<'a> Ctx<'a> {
    /// The step that a sync is from, if it is from one; an unknown one is reported.
    pub(super) fn stream_from(&mut self, from: &ast::Path) -> From {
        let Some((first, rest)) = from.parts.split_first() else { return From::Rows };
        let at = match self.global(&first.text) {
            Some((Global::Sequence(at), _)) => at,
            Some((Global::Funnel, _)) => {
                self.sync_from_funnel(first);
                return From::Nothing;
            }
            _ => return From::Rows,
        };
        let id = SequenceId(at as u32);
        let sequence = self.program.sequence(id);
        let Some(name) = rest.first() else {
            let step = sequence.steps.first().map(|step| step.name.clone()).unwrap_or_default();
            let help = format!("name a step: `from {}.{step}`", first.text);
            self.diags.push(SyncFromSequence { name: first.text.clone(), at: from.span, help });
            return From::Nothing;
        };
        if let (Some(step), 1) = (sequence.step_named(&name.text), rest.len()) {
            return From::Step(id, step);
        }
        if let Some(more) = rest.get(1) {
            self.no_parts(&name.text, "a step", more, "remove what follows");
        } else if !self.is_broken_sequence(id) {
            let known: Vec<(&str, Option<Span>)> =
                sequence.steps.iter().map(|step| (step.name.as_str(), Some(step.span))).collect();
            let words: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let mistake = Unknown::new(mistakes::STEP, &name.text, name.span).among(known).or_one_of(&words);
            self.unknown(mistake);
        }
        From::Nothing
    }

    fn sync_from_funnel(&mut self, name: &ast::Name) {
        let node = self.found.funnels.iter().find(|item| item.node.name.text == name.text).map(|item| item.node);
        let of = node.map(|node| node.of.text.clone()).unwrap_or_default();
        let help = format!(
            "send whom it is of, `from {of}`, or an audience that reads what its step reads: `audience NAME of {of} where …`"
        );
        self.diags.push(SyncFromFunnel { name: name.text.clone(), at: name.span, help });
    }

    /// A sync from a step.
    pub(super) fn stream(
        &mut self,
        doc: Option<&String>,
        node: &'a ast::Sync,
        (sequence, step): (SequenceId, usize),
    ) -> Option<Stream> {
        let to = self.sync_target(node);
        let first = self.found.sequences.get(sequence.0 as usize).map(|(.., first)| *first);
        if first.and_then(|first| self.field_sound.get(first)) != Some(&true) {
            // Of whom it is was reported.
            return None;
        }
        let items = self.sync_items(node);
        self.check_stream(node, &items);
        let entity = self.program.sequence(sequence).entity;
        let mut scope = Scope::row_of(entity, node.alias.as_ref().map(|alias| alias.text.as_str()));
        let condition = node.condition.as_ref().map(|condition| self.condition(&mut scope, condition));
        let fields = to.as_ref().and_then(|(id, object)| {
            self.target_object(*id, object, node.to.parts.last().map_or(node.to.span, |name| name.span))
        });
        let target = fields.as_deref();
        let via = self.program.sequence(sequence).steps.get(step).and_then(|step| step.via.clone());
        let via = via.map(|via| via.path).unwrap_or_default();
        let hide = Hide { entity, sync: &node.name.text };
        let matches = items.matches.map(|assign| {
            let value = self.assigned(&mut scope, assign, target, true);
            // Several firings may be for one and the same: it is who gets it, not what it is.
            let sent = Sent { entity, base: None, condition: condition.as_ref(), via: &via };
            self.check_match(node, assign, &value, sent, true);
            (assign.name.text.clone(), self.hidden(&hide, &assign.name.text, value))
        });
        let set = self.values(&items, &mut scope, &hide, target);
        let filter = self.filter(&hide, None, condition);
        let (destination, object) = to?;
        self.note_policies(node, (entity, destination), &items.exempt);
        Some(Stream {
            name: node.name.text.clone(),
            was: node.was.as_ref().map(|was| was.text.clone()),
            doc: doc.cloned(),
            span: node.name.span,
            sequence,
            step,
            from: node.from.span,
            filter,
            destination,
            object,
            argument: node.argument.as_ref().map(|text| text.value.clone()),
            matches,
            set,
            creates: items.creates,
            policies: Vec::new(),
        })
    }

    /// Reports items that a sync from a step cannot have.
    fn check_stream(&mut self, node: &ast::Sync, items: &Items<'_>) {
        let from = node.from.span;
        for (assign, is_match) in items.assigned() {
            if !assign.name.text.eq_ignore_ascii_case(FIRING) {
                continue;
            }
            let help = match is_match {
                true => "remove the line: what is sent is known by its firing in any case",
                false => "give the field another name, or leave it out: the key of the firing is sent in any case",
            };
            self.diags.push(ReservedField { name: assign.name.text.clone(), at: assign.name.span, from, help });
        }
        let mut idle = |word, at, why| self.diags.push(StreamItem { word, at, why, from });
        if let Some((_, at)) = items.pick {
            idle("pick", at, "every firing is sent");
        }
        if let Some(leave) = items.leave {
            idle("leave", leave.span, "what happened does not leave");
        }
        if let Some(update) = items.only.iter().find(|name| name.text == "update") {
            idle("update", update.span, "a firing is new");
        }
        let deletes = node.items.iter().find_map(|item| match item {
            ast::SyncItem::Guard(guard) if guard.what.text == "deletes" => Some(guard.span),
            _ => None,
        });
        if let Some(at) = deletes {
            idle("guard deletes", at, "nothing is deleted");
        }
    }
}

/// What a sync is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// An entity's or audience's rows.
    Rows,
    /// A step of a sequence, by its place.
    Step(SequenceId, usize),
    /// What was reported.
    Nothing,
}
