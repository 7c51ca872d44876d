//! A channel is decided once in a run. So a step through it reads what hangs on a step of that channel as the run before left
//! it: takes the typed program, finds what hangs on each channel, and gives these reads their meaning.

use std::collections::{BTreeMap, BTreeSet};

use crate::program::cycle::{Node, needs};
use crate::program::walk::visit_mut;
use crate::program::{ChannelId, Expr, ExprKind, FieldId, FieldKind, OUTER, Program, SequenceId, What};

/// Lets every step through a channel read what hangs on that channel as the run before left it.
pub(super) fn read_before(program: &mut Program) {
    for channel in (0..program.channels.len() as u32).map(ChannelId) {
        let hanging = hanging(program, channel);
        let own: BTreeMap<FieldId, (SequenceId, bool)> = hanging
            .iter()
            .filter_map(|id| match program.field(*id).kind {
                FieldKind::Sequence(sequence, part) => Some((*id, (sequence, part.is_in_view()))),
                _ => None,
            })
            .collect();
        for (id, sequence) in (0..).map(SequenceId).zip(&mut program.sequences) {
            let through =
                sequence.steps.iter_mut().filter(|it| it.via.as_ref().is_some_and(|via| via.channel == channel));
            for step in through {
                let clauses = [&mut step.due, &mut step.when, &mut step.until];
                clauses.into_iter().flatten().for_each(|clause| turn(clause, id, &own));
            }
        }
    }
}

/// The fields that need the decision of a channel.
fn hanging(program: &Program, channel: ChannelId) -> BTreeSet<FieldId> {
    let mut readers: BTreeMap<Node, Vec<FieldId>> = BTreeMap::new();
    for id in (0..program.fields.len() as u32).map(FieldId) {
        for (read, _) in needs(program, Node::Field(id)) {
            readers.entry(read).or_default().push(id);
        }
    }
    let mut found = BTreeSet::new();
    let mut open = vec![Node::Channel(channel)];
    while let Some(node) = open.pop() {
        let next = readers.get(&node).into_iter().flatten().filter(|id| found.insert(**id));
        open.extend(next.map(|id| Node::Field(*id)));
    }
    found
}

/// Turns the reads of these fields of sequences in an expression of a sequence.
fn turn(expr: &mut Expr, within: SequenceId, own: &BTreeMap<FieldId, (SequenceId, bool)>) {
    visit_mut(expr, &mut |part| {
        if let ExprKind::Read { row, path, what } = &mut part.kind
            && let What::Field(id) = *what
            && let Some((sequence, in_view)) = own.get(&id)
        {
            let is_own = *sequence == within && *row == OUTER && path.is_empty();
            // What has no entry in view is of this run, and a circle that is told.
            *what = match (is_own, in_view) {
                (true, true) => What::InView(id),
                (true, false) => What::Field(id),
                (false, _) => What::Was(id),
            };
        }
    });
}
