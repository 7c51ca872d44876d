//! All that `run` ever reads: versioned plain data with every statement over the user's tables in it. In a
//! statement, outside of quotes and comments, the runner replaces `:now` (a typed instant literal), `:run` and
//! `:parent` (part of a table's name, or, where they stand alone, a text literal), and `:born_…` (an instant, see [`Born`]).

mod bind;
mod born;
mod files;
mod funnel;
pub mod lineage;
mod policy;
mod read;
mod same;
mod schema;
mod sql;
mod sync;

pub use bind::{Bindings, bind};
pub use born::{Born, BornKind, Channel};
pub use funnel::{Funnel, FunnelStep};
pub use lineage::Lineage;
pub use policy::{Heeded, Policy, Standing};
pub use read::Unreadable;
pub use schema::schema;
pub use sql::Sql;
pub use sync::{FIRING, Leave, Limit, Mode, Sync, SyncSpec, place};

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::types::Typed;

/// The version of this format. A reader refuses a greater one.
pub const VERSION: u32 = 2;

/// The column of the view of an entity's parent run that says whether a row was there, where the entity has rows that are
/// remembered beyond that.
pub const PRESENT: &str = "row__present";

/// A compiled program.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// The version of the format.
    pub version: u32,
    /// The plgc that wrote it.
    pub plgc: String,
    /// The dialect of all statements.
    pub dialect: String,
    /// Functions that the statements use and the warehouse lacks: `CREATE …` statements, safe to repeat.
    pub setup: Vec<Sql>,
    /// The sources that the program reads.
    pub sources: Vec<Source>,
    /// The tables, in build order.
    pub models: Vec<Model>,
    /// What surrounds each entity's model.
    pub entities: Vec<Entity>,
    /// Queries that must give no row.
    pub checks: Vec<Check>,
    /// The public views.
    pub views: Vec<View>,
    /// The syncs, in declared order.
    pub syncs: Vec<Sync>,
    /// The funnels, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub funnels: Vec<Funnel>,
    /// The policies, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Policy>,
    /// The destinations, by name.
    pub destinations: BTreeMap<String, Destination>,
    /// What earlier runs remember and the program lets go: audiences, syncs, entities, and fields as `entity.field`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<String>,
    /// The sequences, steps and branches of which a run fills in the instant of the first run that had each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub born: Vec<Born>,
    /// The channels, whose caps count what earlier runs let through.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    /// Where each column of each model comes from.
    pub lineage: Vec<Lineage>,
    /// Where columns of sources and fields are declared.
    #[serde(default)]
    pub cites: Cites,
}

/// `file:line` of declarations, by name. All in one place: a line that comes or goes in a file changes nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cites {
    /// The columns of sources: `app.users.email`.
    pub columns: BTreeMap<String, String>,
    /// Fields: `workspace.overage`.
    pub fields: BTreeMap<String, String>,
}

/// A source.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// As declared: `app.workspaces`.
    pub name: String,
    /// The table as the dialect spells it, quoted; a query in parentheses for a source `as sql`.
    pub table: String,
    /// Whether it is a query of the program, not a table.
    pub is_query: bool,
    /// The tables that a query reads.
    pub reads: Vec<String>,
    /// `file:line` of the declaration.
    pub cite: String,
    /// The declared columns.
    pub columns: Vec<Column>,
    /// Counts its rows: one row, one column.
    pub count: Sql,
    /// How fresh it must be.
    pub fresh: Option<Fresh>,
}

/// How fresh a source must be.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Fresh {
    /// The greatest age of the newest row, in seconds.
    pub within_seconds: i64,
    /// The column that says when a row arrived; it may be none of the declared ones.
    pub by: String,
    /// Gives that row's instant: one row, one column.
    pub newest: Sql,
    /// The syncs that are not sent where it is older.
    pub holds: Vec<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    /// Its name, unquoted.
    pub name: String,
    /// Its type.
    #[serde(flatten)]
    pub typed: Typed,
    /// Its type as the dialect spells it.
    pub sql_type: String,
    /// Its documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// What the parent run may have called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// What else it may have called it, where there is no column of that name: a step of a sequence, both renamed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub or_was: Vec<String>,
    /// What the parent run may have called its values: earlier names of stages, and the present ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<String, String>,
    /// What a destination must allow to receive it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// One table of a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Model {
    /// Its name without the run: `workspace`, `workspace__pass_1`.
    pub name: String,
    /// The entity.
    pub entity: String,
    /// The table as the dialect spells it: `plg.workspace__:run`.
    pub table: String,
    /// The file of `plgc compile` that holds it.
    pub file: String,
    /// `CREATE TABLE … AS …`
    pub sql: Sql,
    /// What follows it, so that joins by its key are quick: an index, statistics.
    #[serde(default)]
    pub keyed: Vec<Sql>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Whether it is the entity's last pass.
    pub last: bool,
    /// Whether it holds what is remembered of rows that are no more: the key, and what experiments and sequences say of each.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
    /// What it reads of the parent run, where it goes on from the table that this model had there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Prev>,
}

/// The parent run's table of a model that goes on from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Prev {
    /// The view of it, as the dialect spells it. The runner makes it before the model, as the one of an entity.
    pub view: String,
    /// The model's name in earlier runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
}

/// What surrounds an entity's model.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// `file:line` of the declaration.
    #[serde(default)]
    pub cite: String,
    /// The source of its rows, as declared: who accepts what that lost accepts what this one lost with it.
    #[serde(default)]
    pub source: String,
    /// Its name in earlier runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// The file of `plgc compile` that holds its statements.
    #[serde(default)]
    pub file: String,
    /// Its key's column.
    pub key: String,
    /// The key of a row `p` as text. Empty in a manifest of a version that knew none.
    #[serde(default)]
    pub key_text: String,
    /// The view of the parent run, as the dialect spells it. The runner makes it before the model, from `parent_table`, in the
    /// columns of the last model: one that the parent lacks (also under its `was`) is a typed null; empty before the first run.
    /// Where the entity has a model of rows that are no more, those of the parent run are in the view too, and a further column,
    /// `row__present`, is false for them and true for the others.
    pub prev_view: String,
    /// The parent run's table: `plg.workspace__:parent`.
    pub parent_table: String,
    /// One row with `had` and `lost`.
    pub loses: Sql,
    /// The keys of some of the lost rows, as text, in order.
    #[serde(default)]
    pub lost: Sql,
    /// The run stops where lost / had is greater.
    pub loses_limit: f64,
    /// An `INSERT INTO plg_state.changes … SELECT …`, harmless to repeat; none where no audience and no status can change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Sql>,
    /// An `INSERT INTO plg_state.firings … SELECT …`, harmless to repeat; none where the entity has no sequence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firings: Option<Sql>,
    /// Per status: key, was, became of transitions that are not allowed.
    pub moves: BTreeMap<String, Sql>,
}

/// A query that must give no row.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// What is wrong where it gives rows.
    pub message: String,
    /// `file:line` of the declaration.
    pub cite: String,
    /// The query.
    pub sql: Sql,
}

/// A public view.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct View {
    /// Its name as the dialect spells it.
    pub name: String,
    /// The file of `plgc compile` that holds it.
    pub file: String,
    /// The query alone: how a view is replaced is the engine's.
    pub query: Sql,
}

/// A destination.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Destination {
    /// The system: one of the destinations that plgc knows. How it is reached is in `plg.toml`.
    pub system: String,
    /// The labels that it may receive.
    pub allows: Vec<String>,
}
