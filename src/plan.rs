//! Takes a [`Program`] and gives a [`Plan`]: dialect-free relations in build order, with what a run needs
//! around them. `fold` makes what remembers a value, `model` turns the field graph into levels and passes; `state` makes
//! everything around the models.

pub mod born;
pub mod call;
pub mod cites;
pub mod fold;
pub mod lineage;
pub mod model;
pub mod reads;
pub mod rel;
pub mod row;
pub mod scalar;
pub mod state;
pub mod sync;
pub mod width;

use serde::{Deserialize, Serialize};

use crate::manifest;
use crate::program::{EntityId, Program, What};
use crate::source::Sources;
use crate::types::Typed;
use rel::Query;

/// Everything that a run executes, without a dialect.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Plan {
    /// The models in build order.
    pub models: Vec<Model>,
    /// Entities that have a model.
    pub entities: Vec<Entity>,
    /// Checks: any row stops the run.
    pub checks: Vec<Check>,
    /// The public views.
    pub views: Vec<View>,
    /// The syncs.
    pub syncs: Vec<Sync>,
    /// What the first run that had it matters of.
    pub born: Vec<manifest::Born>,
    /// The channels.
    pub channels: Vec<manifest::Channel>,
}

/// One pass of one entity: a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Model {
    /// The table without its run: `workspace`; an earlier pass is `workspace__pass_1`.
    pub name: String,
    /// The entity.
    pub entity: String,
    /// Comment lines on top of the statement.
    pub comments: Vec<String>,
    /// What it holds.
    pub query: Query,
    /// Its columns, in order; the key is first.
    pub columns: Vec<Column>,
    /// Whether it is the entity's last pass, which has all its columns.
    pub last: bool,
    /// Whether it holds the keys alone: of an entity without a field and a sync.
    pub keys_only: bool,
    /// Whether it holds what is remembered of rows that are no more, and no row that is.
    pub kept: bool,
    /// Whether it goes on from the table of the same name in the parent run, or from the one of this earlier name.
    pub goes_on: Option<Option<String>>,
}

/// A column of a model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Column {
    /// Its name in the table.
    pub name: String,
    /// Its type.
    pub typed: Typed,
    /// Its documentation.
    pub doc: Option<String>,
    /// What the parent run's table may call it (`was`): the first that is there counts.
    pub was: Vec<String>,
    /// What the parent run may have called its values: the earlier name of a stage, and the present one.
    pub stages: Vec<(String, String)>,
}

/// What surrounds an entity's model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entity {
    /// Its name, and its model's.
    pub name: String,
    /// `file:line` of the declaration.
    pub cite: String,
    /// The source of its rows, as declared.
    pub source: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// The key's column.
    pub key: Column,
    /// One row with `had` and `lost`: rows of the parent run, and those of them that this run lacks.
    pub loses: Query,
    /// key: some of those that this run lacks, in order.
    pub lost: Query,
    /// The limit of `guard loses`, a share.
    pub loses_limit: f64,
    /// field, key, was, became: what differs from the parent run; none where nothing of the entity is remembered.
    pub changes: Option<Query>,
    /// step, key, entry, happened_at, channel, member, run: what has fired; none where the entity has no sequence.
    pub firings: Option<Query>,
    /// key, was, became of transitions that no `moves` allows, per status.
    pub moves: Vec<(String, Query)>,
}

/// A query that must give no row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Check {
    /// Its name: `key_workspace`.
    pub name: String,
    /// What is wrong where it gives rows, in the user's words.
    pub message: String,
    /// `file:line` of the declaration.
    pub cite: String,
    /// At most a hundred rows that show it.
    pub query: Query,
}

/// A public view.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct View {
    /// Its name in schema `plg`.
    pub name: String,
    /// Comment lines.
    pub comments: Vec<String>,
    /// Its query, over this run's model.
    pub query: Query,
}

/// What a sync needs of the warehouse.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sync {
    /// All that is no statement.
    pub spec: manifest::SyncSpec,
    /// What the sync has written, up to the parent run: key, hash, created. Becomes the table `plg_state.<sync>__:run`.
    pub written: Query,
    /// op, key, hash, then the fields: what has to be sent, ordered by op and key.
    pub outbox: Query,
    /// policy, key: what would be sent if no policy forbade it.
    pub gated: Option<Query>,
}

/// Everything that a run executes for a program without errors.
#[must_use]
pub fn lower(program: &Program, sources: &Sources) -> Plan {
    let models = model::models(program, sources);
    Plan {
        entities: state::entities(program, sources, &models),
        checks: state::checks(program, sources),
        views: state::views(program, sources, &models),
        syncs: sync::syncs(program, sources),
        born: born::all(program),
        channels: channels(program),
        models,
    }
}

fn channels(program: &Program) -> Vec<manifest::Channel> {
    let channels = program.channels.iter();
    channels.map(|it| manifest::Channel { name: it.name.clone(), was: it.was.clone() }).collect()
}

/// The name of the model's column that holds this; `None` for what the run before has, and for whether a row exists.
#[must_use]
pub fn column_name(program: &Program, entity: EntityId, what: What) -> Option<String> {
    match what {
        What::Column(id) => Some(program.column(entity, id).name.clone()),
        What::Field(id) => Some(program.field(id).name.clone()),
        What::Since(id) => Some(format!("{}__since", program.field(id).name)),
        What::InView(_) | What::Was(_) | What::Born(_) | What::Mark(_) | What::Exists => None,
    }
}
