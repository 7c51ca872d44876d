//! Takes a sync that heeds policies and gives what asks them when it sends: a column for each policy beside what is wanted,
//! the condition under which a row is created or updated, and the rows that wait because of a policy.

use super::{outbox, value};
use crate::dialect::names::{LONGEST, fitted};
use crate::manifest::SyncSpec;
use crate::plan::rel::{Body, Item, Query, Scalar, Select, Table};
use crate::program::{self, FieldId, Program, Stream};
use crate::types::Type;

/// One policy that a sync asks.
pub struct Gate<'p> {
    /// The policy.
    pub policy: &'p str,
    /// The field that says of the sync's row that the policy forbids it.
    field: FieldId,
    /// Whether it may say nothing.
    nullable: bool,
}

/// The policies that a sync asks when it sends, in declared order.
pub fn gates<'p>(program: &'p Program, sync: &program::Sync) -> Vec<Gate<'p>> {
    let gate = |heeded: &program::Heeded| {
        let field = heeded.standing.gate()?;
        let nullable = program.field(field).typed.nullable;
        Some(Gate { policy: &program.policy(heeded.policy).name, field, nullable })
    };
    sync.policies.iter().filter_map(gate).collect()
}

impl Gate<'_> {
    /// Its column beside what is wanted.
    pub fn column(&self) -> String {
        fitted(&format!("policy__{}", self.policy), LONGEST)
    }

    /// The column, over the entity's model.
    pub fn item(&self, program: &Program) -> Item {
        Scalar::column(value::ROW, &program.field(self.field).name).named(&self.column())
    }

    /// It lets a row pass.
    pub fn is_open(&self, alias: &str) -> Scalar {
        let forbids = Scalar::column(alias, &self.column());
        if self.nullable { Scalar::IsTrue(Box::new(forbids), true) } else { Scalar::Not(Box::new(forbids)) }
    }
}

/// policy, key of the rows that would be created or updated if no policy forbade it, ordered by both; `None` where no policy
/// is asked.
pub fn gated(program: &Program, (sync, stream): (&program::Sync, Option<&Stream>), spec: &SyncSpec) -> Option<Query> {
    let gates = gates(program, sync);
    let selects = gates.iter().map(|gate| {
        let mut select = outbox::due(sync, spec);
        select.items = vec![Scalar::text(gate.policy).named("policy"), Scalar::column("n", "sync__key").named("key")];
        select.filter(Scalar::column("n", &gate.column()))
    });
    let selects: Vec<_> = selects.collect();
    if selects.is_empty() {
        return None;
    }
    let mut steps = outbox::wanting(program, (sync, stream), spec);
    steps.push(Body { selects, order_by: Vec::new() }.step("waiting"));
    let copy = |name: &str| Scalar::column("o", name).named(name);
    let all = Select::from(Table::Step("waiting".to_owned()).alias("o"), vec![copy("policy"), copy("key")]);
    let order = ["policy", "key"].map(|name| Scalar::column("o", name).ascending(Type::Text)).into();
    Some(all.ordered(order).after(steps))
}
