//! The meaning of a program, as it can be executed: takes a [`Program`], the rows of its sources, the run's instant and
//! the result of the run before, and gives every entity's rows and what changed. It is written from docs/language.md and
//! not from the SQL, and is as plain as it can be (loops within loops): what the planner is tested against.

mod calendar;
mod channel;
mod delivery;
mod entity;
mod experiment;
mod expr;
mod function;
mod funnel;
mod look;
mod memory;
mod operator;
mod sequence;
mod set;
#[cfg(test)]
mod tests;
mod value;
mod vanished;
mod window;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::program::{ChannelId, EntityId, FieldId, FieldKind, Program, SequenceId, SourceId};
use crate::types::Type;

pub use calendar::{DAY, parse_date, parse_instant};
pub use channel::Turn;
pub use delivery::{Deliveries, Fields, Withheld};
pub use funnel::Followed;
pub use look::{Look, RowAt};
pub use value::{Value, float_text};

/// A row of a source: its values in the order of the declared columns.
pub type Row = Vec<Value>;

/// What a run reads. The rows have passed the checks of a run: keys and unique columns are so, enums have their values.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// The rows of each source; of a source `as sql`, what its query gives.
    pub rows: &'a BTreeMap<SourceId, Vec<Row>>,
    /// The run's instant, in microseconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// What the run before gave; [`Output::default`] before the first.
    pub before: &'a Output,
    /// What destinations accepted up to the run before, of what the one sync from a step sent.
    pub receipts: &'a [Receipt],
}

/// What a run gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Output {
    /// The rows of each entity, by its name.
    pub entities: BTreeMap<String, Table>,
    /// What differs from the run before, by field and key.
    pub changes: Vec<Change>,
    /// What each funnel shows of this run, by its name; no later run reads it.
    pub funnels: BTreeMap<String, Followed>,
    /// What has fired, in this run and in all before: those of a run by sequence, step and key.
    pub firings: Vec<Firing>,
    /// The first run of each sequence with the rows that enter it (`upsell of marketable`), of each step and branch (`upsell.email`).
    pub born: BTreeMap<String, Born>,
    /// Everything that a step's firings are known by, or were.
    pub marks: BTreeSet<String>,
}

/// Since when something is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Born {
    /// The `now` of the first run that had it.
    pub at: i64,
    /// What the firings of a step are known by: the name that it had in its first run, with a number where another had it before.
    pub mark: String,
}

/// A step that fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firing {
    /// `upsell.email`
    pub step: String,
    /// The row's key.
    pub key: String,
    /// The number of the entry.
    pub entry: i64,
    /// The run's instant.
    pub at: i64,
    /// Through which channel, and the key of the row that it reached.
    pub channel: Option<(String, String)>,
}

/// A firing that was accepted where it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The sync that sent it.
    pub sync: String,
    /// To where: `crm.events`, with the text in parentheses that the sync has behind it.
    pub to: String,
    /// The firing: `upsell.email/w1/2`.
    pub firing: String,
    /// The `now` of the run that sent it.
    pub at: i64,
}

/// The rows of an entity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The key column.
    pub key: String,
    /// The names of all columns: the source's, then the fields', each audience's and status' followed by its `__since`.
    pub columns: Vec<String>,
    /// The rows, by key.
    pub rows: Vec<Row>,
    /// Rows that are no more but were enrolled in an experiment or entered a sequence: the key and what these say of them, all
    /// else null.
    /// They are in no audience and no set, and only later runs read them.
    pub vanished: Vec<Row>,
}

/// A change of an audience or a status.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// `workspace.overage`
    pub field: String,
    /// The row's key.
    pub key: String,
    /// `true`, `false` or a stage; `None`: there was no row with a stage.
    pub was: Option<String>,
    /// What it is now.
    pub became: Option<String>,
}

/// Why a run stops: a value that does not fit into its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Stop(String);

impl Stop {
    /// A reason.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl Table {
    /// A value of a row; `None` where there is no such column.
    #[must_use]
    pub fn value<'r>(&self, row: &'r Row, column: &str) -> Option<&'r Value> {
        row.get(self.columns.iter().position(|name| name == column)?)
    }
}

impl Output {
    /// Whether a later run finds the same in both: of a row it remembers all fields but traits.
    #[must_use]
    pub fn is_remembered_like(&self, other: &Self, program: &Program) -> bool {
        let is_forgotten = |entity: &str, column: &String| {
            let fields = program.fields.iter().filter(|it| program.entity(it.entity).name == entity);
            let declared = fields.into_iter().find(|field| field.name == *column);
            declared.is_some_and(|field| matches!(field.kind, FieldKind::Trait(_)))
        };
        self.entities.len() == other.entities.len()
            && self.firings == other.firings
            && self.born == other.born
            && self.entities.iter().zip(&other.entities).all(|((name, one), (same, another))| {
                let kept: Vec<bool> = one.columns.iter().map(|column| !is_forgotten(name, column)).collect();
                let is_alike = |(one, another): (&Row, &Row)| {
                    one.iter().zip(another).zip(&kept).all(|((one, another), kept)| !kept || one == another)
                };
                name == same
                    && one.columns == another.columns
                    && one.vanished == another.vanished
                    && one.rows.len() == another.rows.len()
                    && one.rows.iter().zip(&another.rows).all(is_alike)
            })
    }
}

impl Table {
    /// The rows, those that are no more included.
    fn all(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().chain(&self.vanished)
    }
}

/// Runs a program once.
///
/// # Errors
/// Where a value does not fit into its type.
pub fn evaluate(program: &Program, input: &Input<'_>) -> Result<Output, Stop> {
    Run::new(program, input)?.output()
}

/// Runs a program once and sends what its syncs have to send.
///
/// # Errors
/// Where a value does not fit into its type.
pub fn evaluate_and_deliver(program: &Program, input: &Input<'_>, deliveries: &mut Deliveries) -> Result<Output, Stop> {
    let run = Run::new(program, input)?;
    let output = run.output()?;
    run.deliver(deliveries)?;
    Ok(output)
}

/// One run.
struct Run<'a> {
    program: &'a Program,
    now: i64,
    before: &'a Output,
    receipts: &'a [Receipt],
    /// The first run of every sequence, step and branch.
    born: BTreeMap<String, Born>,
    /// The rows of each source, by all their columns.
    sources: Vec<Vec<&'a Row>>,
    /// The rows of each entity by key, of each event by time and key.
    entities: Vec<Vec<&'a Row>>,
    /// The fields that have been computed, by the row's place: the value, and since when.
    known: RefCell<BTreeMap<(FieldId, usize), (Value, Value)>>,
    /// The last entries that have been found, by the row's place.
    entries: RefCell<BTreeMap<(SequenceId, usize), sequence::Entry>>,
    /// What each channel that has been decided lets fire, and for whom.
    channels: RefCell<BTreeMap<ChannelId, channel::Granted>>,
}

impl Run<'_> {
    fn output(&self) -> Result<Output, Stop> {
        let mut output = Output::default();
        for (id, entity) in (0..).map(EntityId).zip(&self.program.entities).filter(|(_, entity)| entity.at.is_none()) {
            let table = self.table(id)?;
            output.changes.extend(self.changes(id, &table));
            output.entities.insert(entity.name.clone(), table);
        }
        for funnel in &self.program.funnels {
            output.funnels.insert(funnel.name.clone(), self.followed(funnel)?);
        }
        output.changes.extend(self.ended());
        output.changes.sort();
        output.firings.clone_from(&self.before.firings);
        output.firings.extend(self.firings()?);
        output.born.clone_from(&self.born);
        output.marks.clone_from(&self.before.marks);
        output.marks.extend(self.born.values().map(|born| born.mark.clone()));
        Ok(output)
    }

    /// An entity's rows with all that was declared of it; what only a sync reads is left out, and what has memory is not.
    fn table(&self, id: EntityId) -> Result<Table, Stop> {
        let entity = self.program.entity(id);
        let fields: Vec<_> = self.program.fields_of(id).collect();
        let fields: Vec<_> = fields.into_iter().filter(|(_, field)| !field.hidden || memory::has(field)).collect();
        let mut table = Table { key: self.program.column(id, entity.key).name.clone(), ..Table::default() };
        table.columns.extend(self.program.source(entity.source).columns.iter().map(|column| column.name.clone()));
        for (_, field) in &fields {
            table.columns.push(field.name.clone());
            table.columns.extend(memory::has(field).then(|| format!("{}__since", field.name)));
        }
        for (place, row) in self.entity_rows(id).iter().enumerate() {
            let mut values = (*row).clone();
            for (field, declared) in &fields {
                let (value, since) = self.field(*field, place)?;
                values.push(value);
                values.extend(memory::has(declared).then_some(since));
            }
            table.rows.push(values);
        }
        table.vanished = self.vanished(id, &table);
        Ok(table)
    }
}

/// The zero of a sum of this type.
const fn zero(kind: &Type) -> Value {
    match kind {
        Type::Decimal { scale, .. } => Value::Decimal(0, *scale),
        Type::Float => Value::Float(0.0),
        Type::Duration => Value::Duration(0),
        _ => Value::Int(0),
    }
}
