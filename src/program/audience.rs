//! Takes an `audience` declaration and gives a bool field: a part of an entity, or of another audience, which it
//! then implies.

use std::collections::BTreeSet;

use super::context::Ctx;
use super::mistakes::{self, Unknown};
use super::names::{FieldNode, Global};
use super::scope::Scope;
use super::{EntityId, FieldId, FieldKind, cycle};
use crate::syntax::ast;

impl<'a> Ctx<'a> {
    /// The place of the audience that an audience is a part of.
    pub(super) fn audience_base(&self, node: &ast::Audience) -> Option<usize> {
        match self.global(&node.of.text) {
            Some((Global::Audience(at), _)) => Some(at),
            _ => None,
        }
    }

    /// The entity of the audience at this place, over all audiences that it is a part of.
    pub(super) fn audience_entity(&self, at: usize) -> Option<EntityId> {
        let mut seen = BTreeSet::new();
        let mut at = at;
        while seen.insert(at) {
            let Some((_, FieldNode::Audience(node))) = self.found.fields.get(at) else { return None };
            if let Some(Some(known)) = self.audience_entities.get(at) {
                return Some(*known);
            }
            match self.global(&node.of.text) {
                Some((Global::Entity(id), _)) => return Some(id),
                Some((Global::Audience(base), _)) => at = base,
                _ => return None,
            }
        }
        None
    }

    /// Finds the entity of every audience; unknown bases, and circles of them, are reported.
    pub(super) fn place_audiences(&mut self) {
        let nodes: Vec<_> = self.found.fields.iter().map(|(_, node)| *node).collect();
        self.audience_entities = vec![None; nodes.len()];
        let mut reported = BTreeSet::new();
        for (at, node) in nodes.iter().enumerate() {
            let FieldNode::Audience(node) = node else { continue };
            match self.global(&node.of.text) {
                Some((Global::Entity(_), _)) => {}
                Some((Global::Audience(_), _)) => self.report_circle(at, &nodes, &mut reported),
                _ => self.unknown_base(&node.of),
            }
            let entity = self.audience_entity(at);
            if let Some(slot) = self.audience_entities.get_mut(at) {
                *slot = entity;
            }
        }
    }

    /// Reports a name that is neither an entity nor an audience.
    pub(super) fn unknown_base(&mut self, name: &ast::Name) {
        let mistake = Unknown::new(mistakes::BASE, &name.text, name.span);
        if let Some((what, span)) = self.global(&name.text)
            && let Some((why, help)) = self.no_base(what, &name.text)
        {
            return self.unknown(mistake.or_help(help).bears(span, why));
        }
        let known = self.known(|what| matches!(what, Global::Entity(_) | Global::Audience(_)));
        let known = known.iter().map(|(name, span)| (name.as_str(), *span));
        self.unknown(mistake.among(known).or_help("name an entity or an audience"));
    }

    /// Why what bears a name is no base, and what to do.
    fn no_base(&self, what: Global, name: &str) -> Option<(&'static str, String)> {
        const ENTITY: &str = "name an entity or an audience";
        Some(match what {
            Global::Sequence(at) => {
                let of = self.found.sequences.get(at).map_or("", |(_, node, _)| node.of.text.as_str());
                let help = format!(
                    "name whom it is of, `{of}`, or an audience of who is in it: `audience NAME of {of} where {name}.active`"
                );
                ("a sequence, which has no members", help)
            }
            Global::Funnel => {
                let node = self.found.funnels.iter().find(|item| item.node.name.text == name);
                let of = node.map_or("", |item| item.node.of.text.as_str());
                ("a funnel, which is read by people alone", format!("name whom it is of, `{of}`"))
            }
            Global::Source(_) => ("a source, not an entity", "declare an entity from it, and name that".to_owned()),
            Global::Let(_) => ("a constant, not an entity or an audience", ENTITY.to_owned()),
            Global::Destination(_) => ("a destination, not an entity or an audience", ENTITY.to_owned()),
            Global::Policy => ("a policy, not an entity or an audience", ENTITY.to_owned()),
            Global::Sync(_) => ("a sync, not an entity or an audience", ENTITY.to_owned()),
            Global::Channel(_) => ("a channel, not an entity or an audience", ENTITY.to_owned()),
            Global::Entity(_) | Global::Audience(_) => return None,
        })
    }

    fn report_circle(&mut self, start: usize, nodes: &[FieldNode<'a>], reported: &mut BTreeSet<usize>) {
        let mut way = vec![start];
        let mut at = start;
        loop {
            let Some(FieldNode::Audience(node)) = nodes.get(at) else { return };
            let Some(base) = self.audience_base(node) else { return };
            if reported.contains(&base) || self.audience_entities.get(base).is_some_and(Option::is_some) {
                return;
            }
            if base == start {
                break;
            }
            if way.contains(&base) {
                return;
            }
            way.push(base);
            at = base;
        }
        let of: Vec<_> = way
            .iter()
            .filter_map(|at| match nodes.get(*at) {
                Some(FieldNode::Audience(node)) => Some((node.of.span, node.name.text.clone(), node.of.text.clone())),
                _ => None,
            })
            .collect();
        if let Some(((first, name, _), rest)) = of.split_first() {
            let places = rest.iter().map(|(span, name, of)| (*span, format!("`{name}` is a part of `{of}`"))).collect();
            self.diags.push(cycle::cyclic(name, *first, places));
        }
        self.circled.extend(way.iter().map(|at| FieldId(*at as u32)));
        reported.extend(way);
    }

    /// Types an audience's conditions.
    pub(super) fn type_audience(&mut self, id: FieldId, node: &ast::Audience) {
        let entity = self.field(id).entity;
        let mut scope = Scope::row_of(entity, node.alias.as_ref().map(|alias| alias.text.as_str()));
        let found = self.condition(&mut scope, &node.condition);
        let ends = node.until.as_ref().map(|until| self.condition(&mut scope, until));
        if let Some(field) = self.field_mut(id)
            && let FieldKind::Audience { condition, until, .. } = &mut field.kind
        {
            *condition = found;
            *until = ends;
        }
    }
}
