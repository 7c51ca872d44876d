//! The last stage: takes a [`Plan`] and the [`Program`] it came from and gives the [`Manifest`] in one dialect: every statement that a
//! run executes over the user's tables, written out. Same input, same bytes.

mod declared;
mod funnels;
mod sources;

use std::collections::BTreeMap;

use self::declared::Declared;
use crate::dialect::Dialect;
use crate::manifest::{self, Column, Manifest, Sql};
use crate::plan::rel::{Query, Scalar, Table};
use crate::plan::{self, Plan};
use crate::program::Program;
use crate::source::Sources;
use crate::sql;
use crate::types::Type;

/// The manifest of a program in a dialect. A relation goes as soon as it is written: all of them take as much room as all text.
#[must_use]
pub fn manifest(plan: Plan, program: &Program, files: &Sources, dialect: &Dialect) -> Manifest {
    let (labels, declared) = (labels(program), Declared::new(program, dialect));
    let mut manifest = Manifest {
        version: manifest::VERSION,
        plgc: env!("CARGO_PKG_VERSION").to_owned(),
        dialect: dialect.name.to_owned(),
        setup: Vec::new(),
        sources: sources::sources(program, files, dialect),
        models: plan.models.into_iter().map(|it| model(it, &labels, &declared, dialect)).collect(),
        entities: plan.entities.into_iter().map(|it| entity(&it, dialect)).collect(),
        checks: plan.checks.into_iter().map(|it| check(&it, dialect)).collect(),
        views: plan.views.into_iter().map(|it| view(&it, dialect)).collect(),
        syncs: plan.syncs.into_iter().map(|it| sync(&it, dialect)).collect(),
        funnels: funnels::funnels(program, files, dialect),
        policies: program.policies.iter().map(|it| policy(program, it, files)).collect(),
        destinations: program.destinations.iter().map(destination).collect(),
        retired: program.retired.clone(),
        born: plan.born,
        channels: plan.channels,
        lineage: plan::lineage::of(program),
        cites: sources::cites(program, files),
    };
    manifest.setup = sql::setup(dialect, statements(&manifest)).into_iter().map(Sql::from).collect();
    manifest
}

fn keyed(table: &Table, key: &str, dialect: &Dialect) -> Vec<Sql> {
    sql::keyed(table, key, dialect).into_iter().map(Sql::from).collect()
}

/// Labels by entity and column.
type Labels<'a> = BTreeMap<(&'a str, &'a str), &'a [String]>;

fn model(mut model: plan::Model, labels: &Labels<'_>, declared: &Declared<'_>, dialect: &Dialect) -> manifest::Model {
    declared.cast(&mut model.query);
    let labels = |name: &str| labels.get(&(model.entity.as_str(), name)).copied().unwrap_or_default().to_vec();
    let table = Table::Model(model.name.clone());
    manifest::Model {
        name: model.name.clone(),
        entity: model.entity.clone(),
        table: sql::table(&table, dialect),
        file: format!("models/{}.sql", model.name),
        sql: sql::create_table_as(&table, &model.comments, &model.query, dialect).into(),
        // Of replaced entries, several are of one key.
        keyed: (model.columns.first().filter(|_| model.goes_on.is_none()))
            .map_or_else(Vec::new, |key| keyed(&table, &key.name, dialect)),
        columns: model.columns.iter().map(|it| column(it, labels(&it.name), dialect)).collect(),
        last: model.last,
        kept: model.kept,
        prev: model.goes_on.as_ref().map(|was| manifest::Prev {
            view: sql::table(&Table::View(format!("{}__prev", model.name)), dialect),
            was: was.clone(),
        }),
    }
}

fn column(column: &plan::Column, labels: Vec<String>, dialect: &Dialect) -> Column {
    Column {
        name: column.name.clone(),
        typed: column.typed.clone(),
        sql_type: dialect.type_name(&column.typed.kind),
        doc: column.doc.clone(),
        was: column.was.first().cloned(),
        or_was: column.was.iter().skip(1).cloned().collect(),
        stages: column.stages.iter().cloned().collect(),
        labels,
    }
}

/// The labels of every column of every entity that has some: a field's, or a source column's.
fn labels(program: &Program) -> Labels<'_> {
    let columns = program.entities.iter().flat_map(|entity| {
        let columns = &program.source(entity.source).columns;
        columns.iter().map(|it| ((entity.name.as_str(), it.name.as_str()), it.labels.as_slice()))
    });
    let fields = program
        .fields
        .iter()
        .map(|it| ((program.entity(it.entity).name.as_str(), it.name.as_str()), it.labels.as_slice()));
    columns.chain(fields).filter(|(_, labels)| !labels.is_empty()).collect()
}

/// The columns of the log of firings.
const FIRINGS: [&str; 7] = ["step", "key", "entry", "happened_at", "channel", "member", "run"];

fn entity(entity: &plan::Entity, dialect: &Dialect) -> manifest::Entity {
    let log = Table::State("changes".to_owned());
    let key = Scalar::column("p", &entity.key.name);
    let fired = Table::State("firings".to_owned());
    let columns = ["field", "key", "was", "became", "happened_at", "run"];
    manifest::Entity {
        name: entity.name.clone(),
        cite: entity.cite.clone(),
        source: entity.source.clone(),
        was: entity.was.clone(),
        file: format!("state/{}.sql", entity.name),
        key: entity.key.name.clone(),
        key_text: sql::value(&key.as_text(&entity.key.typed.kind), dialect),
        prev_view: sql::table(&Table::View(format!("{}__prev", entity.name)), dialect),
        parent_table: sql::table(&Table::ParentModel(entity.name.clone()), dialect),
        loses: sql::render(&entity.loses, dialect).into(),
        lost: sql::render(&entity.lost, dialect).into(),
        loses_limit: entity.loses_limit,
        changes: entity.changes.as_ref().map(|it| sql::insert(&log, &columns, it, dialect).into()),
        firings: entity.firings.as_ref().map(|it| sql::insert(&fired, &FIRINGS, it, dialect).into()),
        moves: entity
            .moves
            .iter()
            .map(|(status, query)| (status.clone(), sql::render(query, dialect).into()))
            .collect(),
    }
}

fn check(check: &plan::Check, dialect: &Dialect) -> manifest::Check {
    manifest::Check {
        name: check.name.clone(),
        message: check.message.clone(),
        cite: check.cite.clone(),
        sql: sql::render(&check.query, dialect).into(),
    }
}

fn view(view: &plan::View, dialect: &Dialect) -> manifest::View {
    manifest::View {
        name: sql::table(&Table::View(view.name.clone()), dialect),
        file: format!("views/{}.sql", view.name),
        query: commented(&view.comments, &view.query, dialect).into(),
    }
}

fn commented(comments: &[String], query: &Query, dialect: &Dialect) -> String {
    let lines: String = comments.iter().map(|line| format!("-- {line}\n")).collect();
    lines + &sql::render(query, dialect)
}

fn sync(sync: &plan::Sync, dialect: &Dialect) -> manifest::Sync {
    let name = plan::sync::table(&sync.spec.name);
    let table = Table::RunState(name.clone());
    let mut spec = sync.spec.clone();
    for column in std::iter::once(&mut spec.key).chain(&mut spec.fields) {
        column.sql_type = dialect.type_name(&column.typed.kind);
    }
    manifest::Sync {
        file: format!("syncs/{}.sql", spec.name),
        prev_view: sql::table(&Table::State(format!("{name}__prev")), dialect),
        parent_table: sql::table(&Table::ParentState(name), dialect),
        table: sql::table(&table, dialect),
        written: sql::create_table_as(&table, &[], &sync.written, dialect).into(),
        keyed: keyed(&table, "key", dialect),
        written_columns: [("key", Type::Text), ("hash", Type::Text), ("created", Type::Bool)]
            .map(|(name, kind)| Column {
                name: name.to_owned(),
                sql_type: dialect.type_name(&kind),
                typed: kind.required(),
                doc: None,
                was: None,
                or_was: Vec::new(),
                stages: BTreeMap::new(),
                labels: Vec::new(),
            })
            .into(),
        outbox: sql::render(&sync.outbox, dialect).into(),
        gated: sync.gated.as_ref().map_or_else(String::new, |it| sql::render(it, dialect)).into(),
        spec,
    }
}

fn policy(program: &Program, policy: &crate::program::Policy, files: &Sources) -> manifest::Policy {
    let name = |id: &crate::program::DestinationId| program.destination(*id).name.clone();
    manifest::Policy {
        name: policy.name.clone(),
        doc: policy.doc.clone(),
        cite: files.cite(policy.span),
        entity: program.entity(policy.entity).name.clone(),
        column: program.field(policy.forbids).name.clone(),
        destinations: policy.destinations.iter().map(name).collect(),
    }
}

fn destination(destination: &crate::program::Destination) -> (String, manifest::Destination) {
    let declared = manifest::Destination { system: destination.system.clone(), allows: destination.allows.clone() };
    (destination.name.clone(), declared)
}

/// Every statement of a manifest but its setup.
fn statements(manifest: &Manifest) -> impl Iterator<Item = &str> {
    let models = manifest.models.iter().map(|it| &it.sql);
    let entities = manifest.entities.iter().flat_map(|it| {
        [&it.loses, &it.lost].into_iter().chain(&it.changes).chain(&it.firings).chain(it.moves.values())
    });
    let checks = manifest.checks.iter().map(|it| &it.sql);
    let syncs = manifest.syncs.iter().flat_map(|it| [&it.written, &it.outbox, &it.gated]);
    models.chain(entities).chain(checks).chain(syncs).map(|it| &**it)
}
