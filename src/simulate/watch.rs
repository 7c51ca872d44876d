//! What no log keeps: which entries are held, which steps a channel lets wait, which have expired. Looks after each run at the rows
//! of which one of these is so, and tells when it began.

use std::collections::{BTreeMap, BTreeSet};

use super::entries::Entry;
use super::happening::{Happening, Node, What};
use crate::engine::{Row, Value, value};
use crate::plan::fold::HIDDEN;
use crate::program::{Program, SequenceId};
use crate::run::RunError;
use crate::run::bench::Bench;
use crate::types::Type;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    Held,
    HeldBack(usize),
    Expired(usize),
}

/// What is looked at of a sequence.
struct Looked<'a> {
    id: SequenceId,
    /// The entity's model.
    model: &'a str,
    /// The key, the number of the entry, and of each sign a bool and an instant.
    columns: Vec<(String, Type)>,
    signs: Vec<Sign>,
}

/// A sign of an entry.
type Seen = (SequenceId, Sign, String, i64);

pub(super) struct Watch<'a> {
    looked: Vec<Looked<'a>>,
    /// What was so in the last run.
    now: BTreeSet<Seen>,
    /// What was so in any.
    ever: BTreeSet<Seen>,
    happenings: Vec<Happening>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        let all = (0..).map(SequenceId).take(program.sequences.len());
        let looked = all.filter_map(|id| looked(program, id)).collect();
        Self { looked, now: BTreeSet::new(), ever: BTreeSet::new(), happenings: Vec::new() }
    }

    /// Looks at what the run at this instant has left.
    pub(super) async fn look(&mut self, bench: &mut Bench<'_>, at: i64) -> Result<(), RunError> {
        let mut found = BTreeSet::new();
        for looked in &self.looked {
            let columns: Vec<(&str, Type)> =
                looked.columns.iter().map(|(name, kind)| (name.as_str(), kind.clone())).collect();
            let only: Vec<&str> = columns.iter().skip(2).step_by(2).map(|(name, _)| *name).collect();
            let rows = bench.built(looked.model, &columns, &only).await?;
            found.extend(rows.iter().flat_map(|row| looked.seen(row, at)));
        }
        for seen in &found {
            // What a channel lets wait, and what has expired, is told once in an entry.
            let is_new = self.ever.insert(seen.clone());
            if is_new || seen.1 == Sign::Held && !self.now.contains(seen) {
                self.happenings.push(happening(seen, at, seen.1.begins()));
            }
        }
        for seen in self.now.difference(&found).filter(|seen| seen.1 == Sign::Held) {
            self.happenings.push(happening(seen, at, What::Released));
        }
        self.now = found;
        Ok(())
    }

    /// What has been seen; not that an entry is no longer held where it closed, nor that an arm expired which was not taken.
    pub(super) fn told(self, program: &Program, entries: &[Entry]) -> Vec<Happening> {
        let by_row: BTreeMap<(SequenceId, &str, i64), &Entry> =
            entries.iter().map(|it| ((it.sequence, it.key.as_str(), it.number), it)).collect();
        let is_told = |it: &Happening| {
            let Some(id) = it.node.sequence() else { return true };
            let Some(entry) = by_row.get(&(id, it.key.as_str(), it.entry)) else { return true };
            match it.node {
                Node::Step(_, step) => it.what != What::Expired || !entry.is_other_arm(program.sequence(id), step),
                Node::Sequence(_) => it.what != What::Released || entry.exited_at != Some(it.at),
                Node::Field(_) | Node::Branch(..) | Node::Sync(_) => true,
            }
        };
        self.happenings.into_iter().filter(is_told).collect()
    }
}

impl Sign {
    const fn begins(self) -> What {
        match self {
            Self::Held => What::Held,
            Self::HeldBack(_) => What::HeldBack,
            Self::Expired(_) => What::Expired,
        }
    }
}

fn happening((id, sign, key, entry): &Seen, at: i64, what: What) -> Happening {
    let node = match sign {
        Sign::Held => Node::Sequence(*id),
        Sign::HeldBack(step) | Sign::Expired(step) => Node::Step(*id, *step),
    };
    Happening { at, what, node, key: key.clone(), entry: *entry }
}

/// What there is to look at of a sequence, if there is something.
fn looked(program: &Program, id: SequenceId) -> Option<Looked<'_>> {
    let sequence = program.sequence(id);
    let entity = program.entity(sequence.entity);
    let key = program.column(sequence.entity, entity.key);
    let name = |field| program.field(field).name.clone();
    let mut columns = vec![(key.name.clone(), key.typed.kind.clone()), (name(sequence.entry), Type::Int)];
    let mut signs = Vec::new();
    let mut add = |sign: Sign, is: String, at: String| {
        signs.push(sign);
        columns.extend([(is, Type::Bool), (at, Type::Timestamp)]);
    };
    if sequence.hold.is_some() {
        add(Sign::Held, name(sequence.held), name(sequence.entered_at));
    }
    for (at, step) in sequence.steps.iter().enumerate() {
        if step.via.is_some() {
            add(Sign::HeldBack(at), format!("{HIDDEN}{}__{}__asks", sequence.name, step.name), name(step.at));
        }
        if let Some(expired) = step.expired {
            add(Sign::Expired(at), name(expired), name(step.at));
        }
    }
    (!signs.is_empty()).then_some(Looked { id, model: &entity.name, columns, signs })
}

impl Looked<'_> {
    /// What is so of a row.
    fn seen(&self, row: &Row, now: i64) -> Vec<Seen> {
        let [key, entry, rest @ ..] = row.as_slice() else { return Vec::new() };
        let fired = |at: &Value| at.text().and_then(|at| value::instant_seconds(&at));
        let is_so = |(sign, pair): (&Sign, &[Value])| {
            let [is, at] = pair else { return false };
            *is == Value::Bool(true)
                && match sign {
                    Sign::Held => true,
                    Sign::HeldBack(_) => fired(at) != Some(now),
                    Sign::Expired(_) => at.is_null(),
                }
        };
        let seen = self.signs.iter().zip(rest.chunks(2)).filter(|pair| is_so(*pair));
        seen.map(|(sign, _)| (self.id, *sign, key.text().unwrap_or_default(), entry.int())).collect()
    }
}
