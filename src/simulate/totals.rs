//! Takes what has happened, gives how often: of each sequence its entries, of each of its steps a line of its own, day by day and in all;
//! of audiences, statuses and experiments who was where in the beginning and in the end; of policies what they held back.

use std::collections::{BTreeMap, BTreeSet};

use super::{Happening, Node, Simulation, What};
use crate::program::{FieldId, FieldKind, PolicyId, Program, SequenceId, Start};

/// A day, in seconds.
pub const DAY: i64 = 86_400;

/// What is counted of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfStep {
    /// How often it fired.
    pub fired: u64,
    /// How often what it made was accepted.
    pub sent: u64,
    /// In how many entries its channel let it wait.
    pub held_back: u64,
    /// In how many it expired before it fired.
    pub expired: u64,
}

/// What is counted of a sequence: in all, or on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries that began.
    pub entered: u64,
    /// Entries that closed, by cause.
    pub exited: BTreeMap<String, u64>,
    /// How often an entry began to be held.
    pub held: u64,
    /// Of each step, in declared order.
    pub steps: Vec<OfStep>,
    /// Of each branch how often it was decided for each arm; `None` for none.
    pub branches: Vec<BTreeMap<Option<String>, u64>>,
}

/// What happened in a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfSequence {
    /// Which one.
    pub id: SequenceId,
    /// In all.
    pub all: Counts,
    /// On each day on which something happened, by its first second.
    pub days: BTreeMap<i64, Counts>,
    /// How many rows entered.
    pub rows: u64,
    /// Who entered most often, and how often; of several, the first by key.
    pub most: Option<(String, u64)>,
    /// How many entries are open in the end, and how many of them are held.
    pub open: u64,
    /// How many of them are held.
    pub held: u64,
    /// In how many of them each step can still fire.
    pub waiting: Vec<u64>,
    /// Of each step, how many of its firings had been accepted by nobody when their entry closed, and so never will be.
    pub unsent: Vec<u64>,
    /// Where it starts with new members: the members of the first run, who therefore do not enter.
    pub backlog: u64,
}

/// What became of an audience, a status or an experiment: of each value, `true` of an audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfField {
    /// Which one.
    pub id: FieldId,
    /// How many rows had each value after the first run.
    pub at_start: BTreeMap<String, u64>,
    /// How many have it after the last run.
    pub at_end: BTreeMap<String, u64>,
    /// How often it changed after the first run: from, to, and how often. Of an audience, `false` and `true`.
    pub moves: BTreeMap<(Option<String>, Option<String>), u64>,
}

/// What a policy held back of a sync: rows, or firings of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfPolicy {
    /// The step, or the sync of rows.
    pub node: Node,
    /// The sync.
    pub sync: String,
    /// The policy.
    pub policy: PolicyId,
    /// How many waited in some run.
    pub withheld: u64,
    /// How many of them were sent later; nothing of a sync of rows.
    pub sent: Option<u64>,
    /// How many wait in the end.
    pub waiting: u64,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sequences, in declared order.
    pub sequences: Vec<OfSequence>,
    /// Audiences, statuses and experiments, in declared order.
    pub fields: Vec<OfField>,
    /// What policies held back, by step or sync, sync and policy.
    pub policies: Vec<OfPolicy>,
}

/// Counts what has happened in these.
#[must_use]
pub fn totals(program: &Program, simulation: &Simulation, wanted: &dyn Fn(Node) -> bool) -> Totals {
    let ids = (0..).map(SequenceId).take(program.sequences.len()).filter(|id| wanted(Node::Sequence(*id)));
    let sequences = ids.map(|id| of_sequence(program, simulation, id)).collect();
    let fields = simulation.sizes.keys().filter(|id| wanted(Node::Field(**id)));
    let fields = fields.map(|id| of_field(program, simulation, *id)).collect();
    Totals { sequences, fields, policies: of_policies(simulation, wanted) }
}

fn of_policies(simulation: &Simulation, wanted: &dyn Fn(Node) -> bool) -> Vec<OfPolicy> {
    type Rows<'a> = BTreeSet<(&'a str, i64)>;
    let (mut withheld, mut sent): (BTreeMap<_, Rows<'_>>, BTreeMap<_, Rows<'_>>) = Default::default();
    for it in simulation.happenings.iter().filter(|it| wanted(it.node)) {
        let row = (it.key.as_str(), it.entry);
        match &it.what {
            What::Withheld { sync, policy, .. } => {
                withheld.entry((it.node, sync, *policy)).or_default().insert(row);
            }
            What::Sent(sync) => {
                sent.entry((it.node, sync)).or_default().insert(row);
            }
            _ => {}
        }
    }
    let counted = withheld.into_iter().map(|((node, sync, policy), rows)| {
        let accepted = sent.get(&(node, sync)).map_or(0, |sent| sent.intersection(&rows).count() as u64);
        let is_it = |it: &&super::Waiting| (it.node, &it.sync, it.policy) == (node, sync, policy);
        OfPolicy {
            node,
            sync: sync.clone(),
            policy,
            withheld: rows.len() as u64,
            sent: node.sequence().map(|_| accepted),
            waiting: simulation.waiting.iter().filter(is_it).count() as u64,
        }
    });
    counted.collect()
}

fn of_sequence(program: &Program, simulation: &Simulation, id: SequenceId) -> OfSequence {
    let sequence = program.sequence(id);
    let empty = Counts {
        steps: vec![OfStep::default(); sequence.steps.len()],
        branches: vec![BTreeMap::new(); sequence.branches.len()],
        ..Counts::default()
    };
    let (mut all, mut days) = (empty.clone(), BTreeMap::new());
    let mut entries: BTreeMap<&str, u64> = BTreeMap::new();
    for it in simulation.happenings.iter().filter(|it| it.node.sequence() == Some(id)) {
        all.count(it);
        days.entry(it.at - it.at.rem_euclid(DAY)).or_insert_with(|| empty.clone()).count(it);
        if it.what == What::Entered {
            *entries.entry(&it.key).or_default() += 1;
        }
    }
    let most = entries.iter().max_by_key(|(key, count)| (**count, std::cmp::Reverse(**key)));
    let open: Vec<_> = simulation.open.iter().filter(|it| it.sequence == id).collect();
    let waits = |step: usize| open.iter().filter(|it| it.waiting.contains(&step)).count() as u64;
    let backlog = match sequence.start {
        Start::New => not_entered(simulation, sequence.base, id),
        Start::All => 0,
    };
    OfSequence {
        id,
        rows: entries.len() as u64,
        most: most.map(|(key, count)| ((*key).to_owned(), *count)),
        open: open.len() as u64,
        held: open.iter().filter(|it| it.held).count() as u64,
        waiting: (0..sequence.steps.len()).map(waits).collect(),
        unsent: (0..sequence.steps.len()).map(|step| never_sent(simulation, id, step)).collect(),
        backlog,
        all,
        days,
    }
}

/// How many firings of a step nobody has accepted, and whose entry has closed.
fn never_sent(simulation: &Simulation, id: SequenceId, step: usize) -> u64 {
    let (mut fired, mut closed) = (BTreeSet::new(), BTreeSet::new());
    for it in &simulation.happenings {
        let entry = (&it.key, it.entry);
        match &it.what {
            What::Fired if it.node == Node::Step(id, step) => drop(fired.insert(entry)),
            What::Sent(_) if it.node == Node::Step(id, step) => drop(fired.remove(&entry)),
            What::Exited { .. } if it.node == Node::Sequence(id) => drop(closed.insert(entry)),
            _ => {}
        }
    }
    fired.intersection(&closed).count() as u64
}

/// How many rows were in a base in the first run, and did not enter in it.
fn not_entered(simulation: &Simulation, base: FieldId, id: SequenceId) -> u64 {
    let first = simulation.happenings.iter().take_while(|it| it.at == simulation.from);
    let (mut members, mut entered) = (BTreeSet::new(), BTreeSet::new());
    for it in first {
        if it.what == What::Joined && it.node == Node::Field(base) {
            members.insert(&it.key);
        } else if it.what == What::Entered && it.node == Node::Sequence(id) {
            entered.insert(&it.key);
        }
    }
    members.difference(&entered).count() as u64
}

impl Counts {
    fn count(&mut self, it: &Happening) {
        match it.node {
            Node::Field(_) | Node::Sync(_) => {}
            Node::Sequence(_) => match &it.what {
                What::Entered => self.entered += 1,
                What::Exited { cause, .. } => *self.exited.entry(cause.clone()).or_default() += 1,
                What::Held => self.held += 1,
                _ => {}
            },
            Node::Branch(_, at) => {
                if let (Some(arms), What::Decided(arm)) = (self.branches.get_mut(at), &it.what) {
                    *arms.entry(arm.clone()).or_default() += 1;
                }
            }
            Node::Step(_, at) => {
                let Some(step) = self.steps.get_mut(at) else { return };
                match &it.what {
                    What::Fired => step.fired += 1,
                    What::Sent(_) => step.sent += 1,
                    What::HeldBack => step.held_back += 1,
                    What::Expired => step.expired += 1,
                    _ => {}
                }
            }
        }
    }
}

fn of_field(program: &Program, simulation: &Simulation, id: FieldId) -> OfField {
    let at_end = simulation.sizes.get(&id).cloned().unwrap_or_default();
    let mut moves = BTreeMap::new();
    let own = simulation.happenings.iter().filter(|it| it.node == Node::Field(id) && it.at > simulation.from);
    for it in own {
        let text = |text: &str| Some(text.to_owned());
        let moved = match &it.what {
            What::Joined => (text("false"), text("true")),
            What::Left => (text("true"), text("false")),
            What::Moved { was, became } => (was.clone(), became.clone()),
            What::Enrolled(arm) => (None, text(arm)),
            _ => continue,
        };
        *moves.entry(moved).or_insert(0) += 1;
    }
    let is_value = |value: &&String| *value != "false" || !matches!(program.field(id).kind, FieldKind::Audience { .. });
    // What a value has in the end, and what left it, less what came to it.
    let mut at_start = at_end.clone();
    for ((was, _), times) in &moves {
        if let Some(was) = was.as_ref().filter(is_value) {
            *at_start.entry(was.clone()).or_default() += times;
        }
    }
    for ((_, became), times) in &moves {
        if let Some(rows) = became.as_ref().and_then(|became| at_start.get_mut(became)) {
            *rows = rows.saturating_sub(*times);
        }
    }
    at_start.retain(|_, rows| *rows > 0);
    OfField { id, at_start, at_end, moves }
}
