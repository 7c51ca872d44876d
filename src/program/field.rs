//! Takes the declarations that add a field and gives each its entity, name and slot, so that fields may read each
//! other in any order and across files. A trait's type is found on demand.

use std::collections::{BTreeMap, BTreeSet};

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, Member, State, unresolved};
use super::cycle::{self, Node};
use super::names::FieldNode;
use super::sequence::SequenceNode;
use super::{
    EntityId, ExperimentId, ExperimentPart, Field, FieldId, FieldKind, RowsOf, SequenceId, SequencePart, experiment,
    names,
};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is an event, which has no fields of its own")]
#[diagnostic(code("field-of-event"), help("compute it where the event is read, or declare `{name}` as an entity"))]
struct FieldOfEvent {
    name: String,
    #[label(primary, "only entities have fields")]
    at: Span,
    #[label("the event is declared here")]
    declared: Span,
}

impl<'a> Ctx<'a> {
    /// Gives every field its slot; its id is its place among the declarations.
    pub(super) fn declare_fields(&mut self) {
        let nodes: Vec<_> = self.found.fields.clone();
        self.place_audiences();
        for (at, (doc, node)) in nodes.iter().enumerate() {
            let (name, of) = node.head();
            let entity = match node {
                FieldNode::Trait(_) | FieldNode::Status(_) => self.entity_for(of),
                FieldNode::Audience(_) => self.audience_entity(at),
                FieldNode::Experiment(_, _, part) => self.base_entity(of, *part == ExperimentPart::Arm),
                FieldNode::Sequence(node) => self.base_entity(of, node.part == SequencePart::Entry),
                FieldNode::Goal(..) => self.base_entity(of, false),
            };
            if entity.is_none() {
                self.lost.insert(name.text.clone());
            }
            let id = FieldId(at as u32);
            let (kind, typed) = self.field_shape(node);
            let own = own_member(*node, id);
            if let Some(entity) = entity
                && own.is_some()
                && self.is_event(RowsOf::Entity(entity))
                && self.entity_named(&of.text) == Some(entity)
            {
                self.field_of_event(entity, of);
            }
            self.program.add_field(Field {
                entity: entity.unwrap_or(EntityId(0)),
                name: node.column(),
                doc: doc.cloned(),
                span: name.span,
                typed,
                kind,
                hidden: false,
                labels: Vec::new(),
            });
            if let (Some(entity), FieldNode::Sequence(_)) = (entity, node) {
                self.check_generated(entity, &node.column());
            }
            let registered = entity.zip(own).is_some_and(|(entity, member)| self.register(entity, name, member));
            if !registered && let Some(sound) = self.field_sound.get_mut(at) {
                *sound = entity.is_some();
            }
        }
        self.check_was_of_fields(&nodes);
    }

    /// Reports a source's column that has the name of a generated one.
    fn check_generated(&mut self, entity: EntityId, column: &str) {
        if let Some((Member::Column(_), at)) = self.member(entity, column) {
            self.diags.push(names::reserved_column(column, at));
        }
    }

    /// Reports a field of an event.
    pub(super) fn field_of_event(&mut self, entity: EntityId, of: &ast::Name) {
        let declared = self.entity(entity).span;
        self.diags.push(FieldOfEvent { name: of.text.clone(), at: of.span, declared });
    }

    fn field_shape(&self, node: &FieldNode<'_>) -> (FieldKind, crate::types::Typed) {
        match node {
            FieldNode::Trait(_) | FieldNode::Goal(..) => (unresolved(node.head().0.span), Type::Error.required()),
            FieldNode::Experiment(at, node, part) => {
                let kind = FieldKind::Experiment(ExperimentId(*at as u32), *part);
                (kind, experiment::part_type(node, *part))
            }
            FieldNode::Sequence(node) => {
                let typed = if node.node.broken && matches!(node.part, SequencePart::Arm(_)) {
                    Type::Error.required()
                } else {
                    node.part.typed(node.arms())
                };
                (FieldKind::Sequence(SequenceId(node.place as u32), node.part), typed)
            }
            FieldNode::Audience(node) => {
                let kind = FieldKind::Audience {
                    base: self.audience_base(node).map(|at| FieldId(at as u32)),
                    condition: super::context::error(node.name.span),
                    until: None,
                    was: node.was.as_ref().map(|was| was.text.clone()),
                };
                (kind, Type::Bool.required())
            }
            FieldNode::Status(node) => {
                let was = node.was.as_ref().map(|was| was.text.clone());
                let kind = FieldKind::Status { stages: Vec::new(), moves: None, was };
                let mut stages: Vec<String> = Vec::new();
                for stage in &node.stages {
                    if !stages.contains(&stage.name.text) {
                        stages.push(stage.name.text.clone());
                    }
                }
                (kind, if node.broken { Type::Error } else { Type::Enum(stages) }.required())
            }
        }
    }

    /// Types a field if it is not yet; a field that is being typed stays of unknown type, and the circle is
    /// reported by [`super::cycle`].
    pub(super) fn ensure_field(&mut self, id: FieldId, read: Span) {
        let at = id.0 as usize;
        if self.field_states.get(at) == Some(&State::Running) {
            self.report_running(id, read);
            return;
        }
        if self.field_states.get(at) != Some(&State::Pending) {
            return;
        }
        let Some((_, node @ (FieldNode::Trait(_) | FieldNode::Goal(..)))) = self.found.fields.get(at).copied() else {
            return;
        };
        self.set_field_state(at, State::Running);
        self.running.push((id, read));
        if self.field_sound.get(at) == Some(&true) {
            match node {
                FieldNode::Trait(node) => self.type_trait(id, node),
                FieldNode::Goal(node, goal) => self.type_goal(id, node, goal),
                FieldNode::Audience(_) | FieldNode::Status(_) | FieldNode::Experiment(..) | FieldNode::Sequence(_) => {}
            }
        }
        self.running.pop();
        self.set_field_state(at, State::Done);
    }

    /// Reports the circle of traits that a read of one that is being typed closes.
    fn report_running(&mut self, id: FieldId, read: Span) {
        let start = self.running.iter().position(|(running, _)| *running == id).unwrap_or(0);
        let circle: Vec<(FieldId, Span)> = self.running.iter().skip(start).copied().collect();
        if circle.iter().any(|(id, _)| self.circled.contains(id)) {
            return;
        }
        self.circled.extend(circle.iter().map(|(id, _)| *id));
        let reads = circle.iter().skip(1).copied().chain([(id, read)]);
        let steps: Vec<_> = circle
            .iter()
            .zip(reads)
            .map(|((reader, _), (read, at))| (Node::Field(*reader), Node::Field(read), at))
            .collect();
        cycle::report(&self.program, &steps, self.diags);
    }

    fn set_field_state(&mut self, at: usize, state: State) {
        if let Some(slot) = self.field_states.get_mut(at) {
            *slot = state;
        }
    }

    /// Types every field: traits in the order of their names' mentions, so that a long chain needs no deep stack.
    pub(super) fn type_fields(&mut self) {
        for id in self.mention_order() {
            self.ensure_field(id, Span::default());
        }
        let nodes: Vec<_> = self.found.fields.clone();
        for (at, (_, node)) in nodes.into_iter().enumerate() {
            if self.field_sound.get(at) != Some(&true) {
                continue;
            }
            let id = FieldId(at as u32);
            match node {
                FieldNode::Trait(_) | FieldNode::Goal(..) | FieldNode::Experiment(..) | FieldNode::Sequence(_) => {}
                FieldNode::Audience(node) => self.type_audience(id, node),
                FieldNode::Status(node) => self.type_status(id, node),
            }
        }
    }

    /// The traits, those first that others mention.
    fn mention_order(&self) -> Vec<FieldId> {
        let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, (_, node)) in self.found.fields.iter().enumerate() {
            if value_of(*node).is_some() {
                named.entry(node.head().0.text.as_str()).or_default().push(at);
            }
        }
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        for start in named.values().flatten() {
            let mut stack = vec![(*start, false)];
            while let Some((at, done)) = stack.pop() {
                if done {
                    order.push(FieldId(at as u32));
                    continue;
                }
                if !seen.insert(at) {
                    continue;
                }
                stack.push((at, true));
                if let Some(value) = self.found.fields.get(at).and_then(|(_, node)| value_of(*node)) {
                    let mut mentioned = BTreeSet::new();
                    mentions(value, &mut mentioned);
                    stack.extend(mentioned.iter().filter_map(|name| named.get(name)).flatten().map(|at| (*at, false)));
                }
            }
        }
        order
    }
}

/// What the name of a field's declaration stands for in its entity; `None`: it is a part of what another field declares.
const fn own_member(node: FieldNode<'_>, id: FieldId) -> Option<Member> {
    match node {
        FieldNode::Trait(_)
        | FieldNode::Audience(_)
        | FieldNode::Status(_)
        | FieldNode::Experiment(_, _, ExperimentPart::Arm) => Some(Member::Field(id)),
        FieldNode::Sequence(SequenceNode { place, part: SequencePart::Entry, .. }) => {
            Some(Member::Sequence(SequenceId(place as u32)))
        }
        FieldNode::Experiment(..) | FieldNode::Sequence(_) | FieldNode::Goal(..) => None,
    }
}

/// The value of a field that is typed on demand.
const fn value_of(node: FieldNode<'_>) -> Option<&ast::Expr> {
    match node {
        FieldNode::Trait(node) => Some(&node.value),
        FieldNode::Goal(_, goal) => Some(&goal.value),
        FieldNode::Audience(_) | FieldNode::Status(_) | FieldNode::Experiment(..) | FieldNode::Sequence(_) => None,
    }
}

/// Every name in an expression.
fn mentions<'e>(expr: &'e ast::Expr, names: &mut BTreeSet<&'e str>) {
    match &expr.kind {
        ast::ExprKind::Null
        | ast::ExprKind::Bool(_)
        | ast::ExprKind::Number(_)
        | ast::ExprKind::Percent(_)
        | ast::ExprKind::Text(_)
        | ast::ExprKind::Duration { .. }
        | ast::ExprKind::Instant(_)
        | ast::ExprKind::Error => {}
        ast::ExprKind::BusinessDays { except, .. } => {
            names.extend(except.iter().flat_map(|path| &path.parts).map(|name| name.text.as_str()));
        }
        ast::ExprKind::List(members) => members.iter().for_each(|member| mentions(member, names)),
        ast::ExprKind::Path(path) => names.extend(path.parts.iter().map(|name| name.text.as_str())),
        ast::ExprKind::Unary(_, operand) => mentions(operand, names),
        ast::ExprKind::Binary { left, right, .. } => {
            mentions(left, names);
            mentions(right, names);
        }
        ast::ExprKind::In { value, list, .. } => {
            mentions(value, names);
            list.iter().for_each(|item| mentions(item, names));
        }
        ast::ExprKind::IsNull { value, .. } => mentions(value, names),
        ast::ExprKind::Within(within) => {
            let parts = [Some(&within.value), Some(&within.span), within.until.as_ref(), within.after.as_ref()];
            parts.into_iter().flatten().for_each(|part| mentions(part, names));
        }
        ast::ExprKind::Call(call) => {
            call.arguments.iter().for_each(|argument| mentions(&argument.by, names));
            call.per.iter().for_each(|per| mentions(per, names));
            names.extend(call.then.iter().map(|name| name.text.as_str()));
            if let Some(set) = &call.set {
                names.extend(set.path.parts.iter().map(|name| name.text.as_str()));
                set.condition.iter().for_each(|condition| mentions(condition, names));
                set.by.iter().for_each(|order| mentions(&order.by, names));
            }
        }
        ast::ExprKind::Case(arms) => {
            for arm in arms {
                mentions(&arm.value, names);
                arm.when.iter().for_each(|when| mentions(when, names));
            }
        }
    }
}
