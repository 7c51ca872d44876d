//! Takes a sync that heeds policies and gives what asks them when it sends: a column for each policy beside what is wanted,
//! the condition under which a row is created or updated, and the rows that wait because of a policy.

use super::{outbox, value};
use crate::dialect::names::{LONGEST, fitted};
use crate::manifest::SyncSpec;
use crate::plan::rel::{Body, Query, Scalar, Select, Table};
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

/// The policies that a sync asks when it sends, by name.
pub fn gates<'p>(program: &'p Program, sync: &program::Sync) -> Vec<Gate<'p>> {
    let gate = |heeded: &program::Heeded| {
        let field = heeded.standing.gate()?;
        let nullable = program.field(field).typed.nullable;
        Some(Gate { policy: &program.policy(heeded.policy).name, field, nullable })
    };
    sync.policies.iter().filter_map(gate).collect()
}

/// What policies say of a row, over the entity's model, and whose row it is, each with its column beside what is wanted;
/// nothing where no policy is asked.
pub fn columns(program: &Program, (sync, stream): (&program::Sync, Option<&Stream>)) -> Vec<(String, Scalar)> {
    let gates = gates(program, sync);
    let said = gates.iter().map(|gate| (gate.column(), Scalar::column(value::ROW, &program.field(gate.field).name)));
    let key = program.column(sync.entity, program.entity(sync.entity).key);
    let row = ("sync__row".to_owned(), Scalar::column(value::ROW, &key.name).as_text(&key.typed.kind));
    // A firing says itself whose it is.
    let row = (!gates.is_empty() && stream.is_none()).then_some(row);
    said.chain(row).collect()
}

impl Gate<'_> {
    /// Its column beside what is wanted.
    fn column(&self) -> String {
        fitted(&format!("policy__{}", self.policy), LONGEST)
    }

    /// It lets a row pass.
    pub fn is_open(&self, alias: &str) -> Scalar {
        let forbids = Scalar::column(alias, &self.column());
        if self.nullable { Scalar::IsTrue(Box::new(forbids), true) } else { Scalar::Not(Box::new(forbids)) }
    }
}

/// policy, key of the entity's rows that would be created or updated if no policy forbade it, ordered by both: of a sync from a
/// step, the key of the firing. `None` where no policy is asked.
pub fn gated(program: &Program, (sync, stream): (&program::Sync, Option<&Stream>), spec: &SyncSpec) -> Option<Query> {
    let gates = gates(program, sync);
    let selects = gates.iter().map(|gate| {
        let mut select = outbox::due(sync, spec);
        let key = if stream.is_some() { "sync__key" } else { "sync__row" };
        select.items = vec![Scalar::text(gate.policy).named("policy"), Scalar::column("n", key).named("key")];
        select.filter(Scalar::column("n", &gate.column()))
    });
    let selects: Vec<_> = selects.collect();
    if selects.is_empty() {
        return None;
    }
    let mut steps = outbox::wanting(program, (sync, stream), spec, outbox::Of::Keys);
    steps.push(Body { selects, order_by: Vec::new() }.step("waiting"));
    let copy = |name: &str| Scalar::column("o", name).named(name);
    let all = Select::from(Table::Step("waiting".to_owned()).alias("o"), vec![copy("policy"), copy("key")]);
    let order = ["policy", "key"].map(|name| Scalar::column("o", name).ascending(Type::Text)).into();
    Some(all.ordered(order).after(steps))
}
