//! What a manifest says of a sync: what it writes, where and how, and the statements that tell what has to be sent. Gives where it
//! writes, as receipts have it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Column, Heeded, Sql};

/// A sync with its statements.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Sync {
    /// All that is no statement.
    #[serde(flatten)]
    pub spec: SyncSpec,
    /// The file of `plgc compile` that holds its statements.
    #[serde(default)]
    pub file: String,
    /// What it has written up to the parent run, as `plg_state.<name>__prev` is made like an entity's: the view.
    pub prev_view: String,
    /// The parent run's table.
    pub parent_table: String,
    /// The table of this run that holds what has been written.
    pub table: String,
    /// `CREATE TABLE … AS …` of that table: the parent's, with the accepted receipts of the parent run.
    pub written: Sql,
    /// What follows it, so that joins by its key are quick: an index, statistics.
    #[serde(default)]
    pub keyed: Vec<Sql>,
    /// Its columns: key, hash, created.
    pub written_columns: Vec<Column>,
    /// op, key, hash, then the fields; leaves out what has an accepted receipt in this run, and what a policy forbids.
    pub outbox: Sql,
    /// policy, key of the entity's rows (or of the firings) that would be created or updated if the policy did not forbid it; empty
    /// where no policy is asked.
    #[serde(default, skip_serializing_if = "Sql::is_empty")]
    pub gated: Sql,
}

/// A sync without its statements.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SyncSpec {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// `file:line` of the declaration.
    pub cite: String,
    /// The entity.
    pub entity: String,
    /// The destination.
    pub destination: String,
    /// The object there.
    pub object: String,
    /// The text in parentheses after it.
    pub argument: Option<String>,
    /// The step whose firings it sends, `upsell.email`; absent where it sends rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The destination's field that identifies an object, with its type.
    pub key: Column,
    /// The fields written, in order.
    pub fields: Vec<Column>,
    /// Which of the fields are always null.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nulls: Vec<String>,
    /// Whether objects are created, updated or both.
    pub mode: Mode,
    /// What happens to those who leave.
    pub leave: Leave,
    /// Which of the fields `leave set` writes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leave_set: Vec<String>,
    /// Which of these only `leave set` writes: they stay as they are at a member's object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leave_only: Vec<String>,
    /// `guard deletes`
    pub deletes: Option<Limit>,
    /// `guard creates`
    pub creates: Option<Limit>,
    /// The policies that concern its destination.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Heeded>,
    /// Changes whenever what the sync writes is defined otherwise.
    pub definition: String,
}

impl SyncSpec {
    /// Its name, and the one that it had in earlier runs.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.name).chain(&self.was)
    }

    /// Where it writes, and by which field it knows an object: `lists.contacts by email`; of a sync from a step, `crm.events by firing`,
    /// whatever the field is called. What a sync has written counts there only.
    #[must_use]
    pub fn place(&self) -> String {
        let key = if self.from.is_some() { FIRING } else { self.key.name.as_str() };
        place(&self.destination, (&self.object, self.argument.as_ref()), key)
    }
}

/// The field by which a firing is known, where no other has that name.
pub const FIRING: &str = "firing";

/// Where a sync writes, and by which field it knows an object.
#[must_use]
pub fn place(destination: &str, (object, argument): (&str, Option<&String>), key: &str) -> String {
    let argument = argument.map(|text| format!("({text})")).unwrap_or_default();
    format!("{destination}.{object}{argument} by {key}")
}

/// Whether a sync creates, updates or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// New rows only.
    Create,
    /// Existing rows only.
    Update,
    /// Both.
    Upsert,
}

/// A guard's limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// At most so many rows.
    Rows(i64),
    /// At most this share (0 to 1) of the rows that the sync has written.
    Share(f64),
}

/// What happens to those who leave. The outbox has rows of op `delete`, `clear` or `set` for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of the language")]
pub enum Leave {
    Delete,
    Clear,
    Keep,
    Set,
}
