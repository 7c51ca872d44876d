//! Takes an `experiment` declaration and gives its arms, shares, phases and slice, and the fields that it adds: the arm, when
//! a row enrolled, in which phase, and its goals. Shares add up, and nothing falls back silently.

mod layer;
mod phase;
mod share;

use super::context::Ctx;
use super::mistakes::{self, Unknown};
use super::names::{self, FieldNode, Global};
use super::scope::{Bare, Scope};
use super::{EntityId, Experiment, ExperimentId, ExperimentPart, FieldId, Hash};
use crate::syntax::ast::{self, ExperimentItem};
use crate::types::{Type, Typed};

/// The hashes of other systems.
const HASHES: [&str; 2] = ["growthbook", "launchdarkly"];

/// The type of what an experiment says of a row.
pub(super) fn part_type(node: &ast::Experiment, part: ExperimentPart) -> Typed {
    match part {
        ExperimentPart::Arm if node.broken => Type::Error.required(),
        ExperimentPart::Arm => Type::Enum(arms(node)).optional(),
        ExperimentPart::EnrolledAt => Type::Timestamp.optional(),
        ExperimentPart::Phase => Type::Int.optional(),
    }
}

/// The arms of all phases, in declared order, each once.
fn arms(node: &ast::Experiment) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let all = node.items.iter().flat_map(|item| match item {
        ExperimentItem::Arms(arms) => std::slice::from_ref(arms),
        ExperimentItem::Phase(phase) => phase.arms.as_slice(),
        _ => &[],
    });
    for (name, _) in all.flat_map(|arms| &arms.arms) {
        if !names.contains(&name.text) {
            names.push(name.text.clone());
        }
    }
    names
}

impl<'a> Ctx<'a> {
    /// The entity of a base: the entity itself, or the one of the audience.
    pub(super) fn base_entity(&mut self, of: &ast::Name, report: bool) -> Option<EntityId> {
        match self.global(&of.text) {
            Some((Global::Entity(id), _)) => Some(id),
            Some((Global::Audience(at), _)) => self.audience_entity(at),
            _ => {
                if report {
                    self.unknown_base(of);
                }
                None
            }
        }
    }

    /// Declares every experiment, without its shares; its fields have their slots.
    pub(super) fn declare_experiments(&mut self) {
        for (node, first) in self.found.experiments.clone() {
            let fields = self.found.fields.get(first..).unwrap_or_default();
            let goals = fields
                .iter()
                .skip(ExperimentPart::ALL.len())
                .take_while(|(_, field)| matches!(field, FieldNode::Goal(of, _) if of.name.span == node.name.span));
            let goals = (first + ExperimentPart::ALL.len()..).zip(goals).map(|(at, _)| FieldId(at as u32)).collect();
            let base = match self.global(&node.of.text) {
                Some((Global::Audience(at), _)) => Some(FieldId(at as u32)),
                _ => None,
            };
            let first = first as u32;
            self.program.experiments.push(Experiment {
                name: node.name.text.clone(),
                was: node.was.as_ref().map(|was| was.text.clone()),
                span: node.name.span,
                entity: self.field(FieldId(first)).entity,
                base,
                arms: arms(node),
                phases: Vec::new(),
                rollout: Vec::new(),
                salt: node.name.text.clone(),
                hash: Hash::Md5,
                layer: None,
                arm: FieldId(first),
                enrolled_at: FieldId(first + 1),
                phase: FieldId(first + 2),
                goals,
            });
        }
    }

    /// What can follow an experiment in a path.
    pub(super) fn parts_of(&self, id: ExperimentId) -> Vec<(String, FieldId)> {
        let experiment = self.program.experiment(id);
        let name = |id: FieldId| {
            let column = &self.field(id).name;
            column.split_once("__").map_or_else(|| column.clone(), |(_, part)| part.to_owned())
        };
        let parts = [experiment.enrolled_at, experiment.phase].into_iter().chain(experiment.goals.iter().copied());
        parts.map(|id| (name(id), id)).collect()
    }

    /// Whether an experiment has an item that could not be read: it may be the goal that is missed.
    pub(super) fn is_broken_experiment(&self, id: ExperimentId) -> bool {
        self.found.experiments.get(id.0 as usize).is_some_and(|(node, _)| node.broken)
    }

    /// Types a goal, which may read `enrolled_at`.
    pub(super) fn type_goal(&mut self, id: FieldId, node: &ast::Experiment, goal: &ast::Goal) {
        let found = self.found.experiments.iter().find(|(other, _)| other.name.span == node.name.span);
        let Some((_, first)) = found.copied() else { return };
        let alias = node.alias.as_ref().map(|alias| alias.text.as_str());
        let mut scope = Scope::row_of(self.field(id).entity, alias);
        let field = FieldId(first as u32 + 1);
        scope.context.push(Bare { name: "enrolled_at".to_owned(), field, everywhere: true });
        self.type_value(id, scope, &goal.value);
    }

    /// Types the shares, phases and slices of every experiment.
    pub(super) fn type_experiments(&mut self) {
        for (at, (node, _)) in self.found.experiments.clone().into_iter().enumerate() {
            let mut found = self.program.experiment(ExperimentId(at as u32)).clone();
            self.type_experiment(&mut found, node);
            if let Some(slot) = self.program.experiments.get_mut(at) {
                *slot = found;
            }
        }
        self.check_slices();
    }

    fn type_experiment(&mut self, found: &mut Experiment, node: &'a ast::Experiment) {
        let (mut arms, mut rollout, mut salt, mut hash, mut layer) = (None, None, None, None, None);
        let mut phases = Vec::new();
        let mut goals: Vec<&ast::Name> = Vec::new();
        for item in &node.items {
            match item {
                ExperimentItem::Arms(it) => {
                    if self.only_once("arms", it.span, &mut arms) {
                        self.first_phase(found, it);
                    }
                }
                ExperimentItem::Rollout(it) => {
                    if self.only_once("rollout", it.span, &mut rollout) {
                        found.rollout = self.rollout(it);
                    }
                }
                ExperimentItem::Salt(text) => {
                    if self.only_once("salt", text.span, &mut salt) {
                        found.salt.clone_from(&text.value);
                    }
                }
                ExperimentItem::Hash(name) => {
                    if self.only_once("hash", name.span, &mut hash) {
                        found.hash = self.hash(name);
                    }
                }
                ExperimentItem::Layer(it) => {
                    if self.only_once("layer", it.span, &mut layer) {
                        found.layer = self.slice(it);
                    }
                }
                ExperimentItem::Phase(it) => phases.push(it),
                ExperimentItem::Goal(goal) => {
                    names::check_goal(&node.name, goal, &goals, self.diags);
                    goals.push(&goal.name);
                }
            }
        }
        if arms.is_none() && !node.broken {
            self.missing_arms(&format!("experiment `{}`", node.name.text), node.name.span);
        }
        self.later_phases(found, &phases, node.broken);
    }

    fn hash(&mut self, name: &ast::Name) -> Hash {
        match name.text.as_str() {
            "growthbook" => return Hash::GrowthBook,
            "launchdarkly" => return Hash::LaunchDarkly,
            _ => {}
        }
        let known = HASHES.iter().map(|hash| (*hash, None));
        self.unknown(Unknown::new(mistakes::WORD, &name.text, name.span).among(known).or_one_of(&HASHES));
        Hash::Md5
    }
}
