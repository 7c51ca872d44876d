//! What policies hold back, run by run: which row or firing of which sync waits, for which policy, from when to when, and what became
//! of it. Nothing of that is remembered by a run, so each one is looked at.

use std::collections::{BTreeMap, BTreeSet};

use super::happening::{Happening, Node, Over, What};
use crate::engine::{Row, Value};
use crate::program::{Expr, ExprKind, FieldId, FieldKind, OUTER, Op, Policy, PolicyId, Program};
use crate::run::RunError;
use crate::run::bench::Bench;
use crate::run::outcome::Outcome;
use crate::types::Type;

/// What a sync would send if a policy did not forbid it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    /// A step, or a sync of rows.
    pub node: Node,
    /// The row's key.
    pub key: String,
    /// The number of the entry; of a sync of rows, 0.
    pub entry: i64,
    /// The sync.
    pub sync: String,
    /// The policy.
    pub policy: PolicyId,
}

pub(super) struct Gates<'a> {
    program: &'a Program,
    /// What waited in the last run.
    now: BTreeSet<Waiting>,
    happenings: Vec<Happening>,
}

impl<'a> Gates<'a> {
    pub(super) const fn new(program: &'a Program) -> Self {
        Self { program, now: BTreeSet::new(), happenings: Vec::new() }
    }

    /// Looks at what the run at this instant did not send.
    pub(super) async fn look(&mut self, bench: &mut Bench<'_>, outcome: &Outcome, at: i64) -> Result<(), RunError> {
        let mut found = BTreeSet::new();
        for sync in outcome.syncs.iter().filter(|sync| !sync.gated.is_empty()) {
            let gated = bench.gated(&sync.name).await?;
            found.extend(gated.iter().filter_map(|(policy, key)| self.waiting(&sync.name, policy, key)));
        }
        let begun: Vec<Waiting> = found.difference(&self.now).cloned().collect();
        let parts = self.parts(bench, &begun).await?;
        for it in begun {
            let because = parts.get(&(it.policy, it.key.clone())).cloned().unwrap_or_default();
            let what = What::Withheld { sync: it.sync.clone(), policy: it.policy, because };
            self.happenings.push(happening(&it, at, what));
        }
        for it in self.now.difference(&found) {
            let over = over(self.program, bench, it).await?;
            let what = What::Freed { sync: it.sync.clone(), policy: it.policy, over };
            self.happenings.push(happening(it, at, what));
        }
        self.now = found;
        Ok(())
    }

    /// What has been seen, and what waits in the end; that something waits no longer is not told where it was sent.
    pub(super) fn told(self, sent: &[Happening]) -> (Vec<Happening>, Vec<Waiting>) {
        let is_told = |it: &Happening| {
            let What::Freed { sync, .. } = &it.what else { return true };
            let is_it =
                |sent: &&Happening| (sent.at, sent.node, &sent.key, sent.entry) == (it.at, it.node, &it.key, it.entry);
            !sent.iter().filter(is_it).any(|sent| matches!(&sent.what, What::Sent(by) if by == sync))
        };
        (self.happenings.into_iter().filter(is_told).collect(), self.now.into_iter().collect())
    }

    fn waiting(&self, sync: &str, policy: &str, key: &str) -> Option<Waiting> {
        let place = self.program.policies.iter().position(|it| it.name == policy)?;
        let (sync, policy) = (sync.to_owned(), PolicyId(place as u32));
        if let Some(stream) = self.program.streams.iter().find(|it| it.name == sync) {
            let (key, entry) = firing(key)?;
            let node = Node::Step(stream.sequence, stream.step);
            return Some(Waiting { node, key: key.to_owned(), entry, sync, policy });
        }
        let node = Node::Sync(self.program.syncs.iter().position(|it| it.name == sync)?);
        Some(Waiting { node, key: key.to_owned(), entry: 0, sync, policy })
    }

    /// Which parts of a policy's condition hold of the rows that it is about, where it has several that are fields.
    async fn parts(
        &self,
        bench: &mut Bench<'_>,
        begun: &[Waiting],
    ) -> Result<BTreeMap<(PolicyId, String), Vec<FieldId>>, RunError> {
        let mut found = BTreeMap::new();
        let policies: BTreeSet<PolicyId> = begun.iter().map(|it| it.policy).collect();
        for id in policies {
            let policy = self.program.policy(id);
            let parts = alternatives(self.program, policy);
            if parts.is_empty() {
                continue;
            }
            let entity = self.program.entity(policy.entity);
            let key = self.program.column(policy.entity, entity.key);
            let names: Vec<&str> = parts.iter().map(|id| self.program.field(*id).name.as_str()).collect();
            let mut columns = vec![(key.name.as_str(), key.typed.kind.clone())];
            columns.extend(names.iter().map(|name| (*name, Type::Bool)));
            for row in bench.built(&entity.name, &columns, &names).await? {
                let Some((key, values)) = row.split_first() else { continue };
                let hold = parts.iter().zip(values).filter(|(_, value)| **value == Value::Bool(true));
                found.insert((id, key.text().unwrap_or_default()), hold.map(|(id, _)| *id).collect());
            }
        }
        // Of a row that the policy asks over links, the key says nothing here.
        let own = |it: &&Waiting| entity_of(self.program, it.node) == Some(self.program.policy(it.policy).entity);
        let own: BTreeSet<(PolicyId, String)> =
            begun.iter().filter(own).map(|it| (it.policy, it.key.clone())).collect();
        found.retain(|it, _| own.contains(it));
        Ok(found)
    }
}

/// The key of the row and the number of the entry, of a firing such as `upsell.call/w1/2`.
pub(super) fn firing(text: &str) -> Option<(&str, i64)> {
    let (_, row) = text.split_once('/')?;
    let (key, entry) = row.rsplit_once('/')?;
    Some((key, entry.parse().ok()?))
}

fn happening(it: &Waiting, at: i64, what: What) -> Happening {
    Happening { at, what, node: it.node, key: it.key.clone(), entry: it.entry }
}

fn entity_of(program: &Program, node: Node) -> Option<crate::program::EntityId> {
    match node {
        Node::Sync(at) => program.syncs.get(at).map(|it| it.entity),
        Node::Field(id) => Some(program.field(id).entity),
        Node::Sequence(id) | Node::Branch(id, _) | Node::Step(id, _) => Some(program.sequence(id).entity),
    }
}

/// The fields of which any makes a policy forbid a row: what stands between the `or`s of its condition.
fn alternatives(program: &Program, policy: &Policy) -> Vec<FieldId> {
    let FieldKind::Trait(condition) = &program.field(policy.forbids).kind else { return Vec::new() };
    let field = |expr: &Expr| match &expr.kind {
        ExprKind::Read { row: OUTER, path, what: crate::program::What::Field(id) } if path.is_empty() => Some(*id),
        _ => None,
    };
    match &condition.kind {
        ExprKind::Op(Op::Or, operands) if !condition.is_one_thing() => {
            let is_bool = |id: &FieldId| program.field(*id).typed.kind == Type::Bool;
            operands.iter().filter_map(field).filter(is_bool).collect()
        }
        _ => Vec::new(),
    }
}

/// What became of what waited: of a firing, whether its entry has closed or its step has expired.
async fn over(program: &Program, bench: &mut Bench<'_>, it: &Waiting) -> Result<Over, RunError> {
    let Node::Step(id, at) = it.node else { return Ok(Over::Passed) };
    let sequence = program.sequence(id);
    let entity = program.entity(sequence.entity);
    let key = program.column(sequence.entity, entity.key);
    let expired = sequence.steps.get(at).and_then(|step| step.expired);
    let name = |id: FieldId| program.field(id).name.as_str();
    let mut columns = vec![
        (key.name.as_str(), key.typed.kind.clone()),
        (name(sequence.entry), Type::Int),
        (name(sequence.active), Type::Bool),
    ];
    columns.extend(expired.map(|id| (name(id), Type::Bool)));
    let rows = bench.built(&entity.name, &columns, &[]).await?;
    let is_it = |row: &&Row| {
        row.first().and_then(Value::text).as_deref() == Some(&it.key) && row.get(1).map(Value::int) == Some(it.entry)
    };
    let is = |row: &Row, at: usize| row.get(at) == Some(&Value::Bool(true));
    Ok(match rows.iter().find(is_it) {
        Some(row) if is(row, 3) => Over::Expired,
        Some(row) if is(row, 2) => Over::Passed,
        Some(_) | None => Over::Closed,
    })
}
