//! Takes a program and gives one in which all that remembers, but for what a level of a model does itself (`since`, `until`), is
//! a plain value over what the row was in the run before: memory is a fold, and the models know fields alone. Promises:
//! ids mean the same in both, and a program that has nothing to fold is given back as it is.

mod channel;
mod ended;
mod experiment;
pub mod funnel;
mod log;
mod receipt;
mod sequence;
mod value;
mod view;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::program::{
    EntityId, ExperimentPart, Field, FieldId, FieldKind, Program, SequenceId, SequencePart, SourceId,
};
use channel::Asking;
use sequence::{Fold, Passing};

pub use ended::{Ended, ended};
pub use sequence::HIDDEN;

/// The program as its models are made from it: the fields of the program, behind them those of steps through channels, of
/// funnels and of syncs from steps, and then those that no last model has.
#[must_use]
pub fn fold(program: &Program) -> Cow<'_, Program> {
    if program.experiments.is_empty() && program.sequences.is_empty() && program.funnels.is_empty() {
        return Cow::Borrowed(program);
    }
    let mut folded = program.clone();
    let asking = asking(program, &mut folded);
    program.funnels.iter().for_each(|it| {
        folded.add_field(funnel::field(it));
    });
    let ended = endings(program).map(|(id, field)| (id, folded.add_field(field))).collect::<BTreeMap<_, _>>();
    let receipts = SourceId(folded.sources.len() as u32);
    folded.sources.extend(program.streams.first().map(|stream| receipt::RECEIPTS.source(stream.from)));
    let firings = SourceId(folded.sources.len() as u32);
    folded.sources.extend(program.channels.first().map(|channel| channel::FIRINGS.source(channel.span)));
    let mut folds = Vec::new();
    for (id, sequence) in (0..).map(SequenceId).zip(&program.sequences) {
        let [leaves, enters] = sequence::passing(program, sequence).map(|field| folded.add_field(field));
        let passing = Passing { leaves, enters, ended: ended.get(&id).copied() };
        folds.push(Fold { program, id, sequence, passing, receipts, asking: &asking, firings });
    }
    for (id, field) in (0..).map(FieldId).zip(&mut folded.fields) {
        let found = match field.kind {
            FieldKind::Experiment(id, part) => Some(experiment::part(program, program.experiment(id), part)),
            FieldKind::Sequence(id, part) => folds.get(id.0 as usize).map(|fold| fold.part(part)),
            FieldKind::Trait(_) | FieldKind::Audience { .. } | FieldKind::Status { .. } => {
                folds.iter().find_map(|fold| fold.own(id))
            }
        };
        if let Some(found) = found {
            field.kind = FieldKind::Trait(found);
        }
    }
    Cow::Owned(folded)
}

/// How many fields of the folded program, from the first on, its last models have.
#[must_use]
pub fn lasting(program: &Program) -> usize {
    let steps = program.sequences.iter().flat_map(|sequence| &sequence.steps);
    program.fields.len()
        + 2 * steps.filter(|step| step.via.is_some()).count()
        + program.funnels.len()
        + endings(program).count()
}

/// The fields for who is closed by being done.
fn endings(program: &Program) -> impl Iterator<Item = (SequenceId, Field)> {
    let ids = (0..program.sequences.len() as u32).map(SequenceId);
    ids.filter_map(|id| ended::field(program, id).map(|field| (id, field)))
}

/// Adds the fields of all steps through channels.
fn asking(program: &Program, folded: &mut Program) -> Vec<Asking> {
    let mut all = Vec::new();
    for (id, sequence) in (0..).map(SequenceId).zip(&program.sequences) {
        for (at, step) in sequence.steps.iter().enumerate() {
            let Some(fields) = sequence::asking(program, sequence, step) else { continue };
            let [asks, member] = fields.map(|field| folded.add_field(field));
            all.push(Asking { sequence: id, step: at, asks, member });
        }
    }
    all
}

/// The fields of a row that outlive it, in declared order: what a row that vanished is remembered by.
#[must_use]
pub fn kept(program: &Program, entity: EntityId) -> Vec<FieldId> {
    let fields = program.fields_of(entity);
    fields
        .filter(|(_, field)| matches!(field.kind, FieldKind::Experiment(..) | FieldKind::Sequence(..)))
        .map(|(id, _)| id)
        .collect()
}

/// Those of them one of which a row must have, to be remembered.
#[must_use]
pub fn carried(program: &Program, entity: EntityId) -> Vec<FieldId> {
    let is_carried = |id: &FieldId| {
        let kind = &program.field(*id).kind;
        matches!(
            kind,
            FieldKind::Experiment(_, ExperimentPart::EnrolledAt) | FieldKind::Sequence(_, SequencePart::Entry)
        )
    };
    kept(program, entity).into_iter().filter(is_carried).collect()
}
