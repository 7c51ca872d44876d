//! The views of the parent run in this program's columns: `Prev`, the one operator of memory. A column that the parent lacks,
//! also under its earlier name, is a typed null; before the first run there are no rows. So a model's text never changes.

use super::RunError;
use super::session::{Run, Session};
use super::state::SCHEMA;
use crate::engine::{Driver, literal, literals, quote};
use crate::manifest::{Column, Entity, Manifest, Model, PRESENT, Sync};
use crate::types::Type;

/// A table of the parent run, as its own manifest describes it.
struct Parent<'a> {
    table: String,
    columns: &'a [Column],
}

/// Makes the view of each entity and each sync.
pub async fn make(
    session: &mut Session<'_>,
    manifest: &Manifest,
    before: Option<&Manifest>,
    run: &Run,
) -> Result<(), RunError> {
    let views = views(session.driver, manifest, before, run);
    session.views("prev", &views, &[]).await
}

/// The view of each entity and each sync: its name and its query.
#[must_use]
pub fn views(driver: &Driver, manifest: &Manifest, before: Option<&Manifest>, run: &Run) -> Vec<(String, String)> {
    let mut views = Vec::new();
    for entity in &manifest.entities {
        views.push((entity.prev_view.clone(), rows(driver, (manifest, before), entity, run)));
    }
    for model in &manifest.models {
        let Some(prev) = &model.prev else { continue };
        let old = before.and_then(|before| {
            let named = |name: &str| before.models.iter().find(|old| old.prev.is_some() && old.name == name);
            let old = named(&model.name).or_else(|| named(prev.was.as_deref()?))?;
            let is_same = key(before, old) == key(manifest, model);
            is_same.then_some(Parent { table: parent_table(driver, run, &old.table)?, columns: &old.columns })
        });
        views.push((prev.view.clone(), query(&model.columns, old.as_ref(), None)));
    }
    for sync in &manifest.syncs {
        let parent = before.and_then(|before| {
            let old = earlier(before, sync)?;
            let knew = sync.spec.was.is_none() || (old.spec.name == sync.spec.name && old.spec.was == sync.spec.was);
            Some((Parent { table: parent_table(driver, run, &old.table)?, columns: &old.written_columns }, knew))
        });
        let query = match parent {
            Some((parent, true)) => query(&sync.written_columns, Some(&parent), None),
            // What it wrote under its other name, in runs before the last one, may not be in there.
            Some((parent, false)) => format!(
                "{}\nUNION ALL\nSELECT f.key, f.hash, f.created\nFROM (\n{}\n) AS f\n\
                 WHERE NOT EXISTS (SELECT 1 FROM {} AS p WHERE p.key = f.key)",
                query(&sync.written_columns, Some(&parent), None),
                from_receipts(driver, sync, run),
                parent.table
            ),
            None => from_receipts(driver, sync, run),
        };
        views.push((sync.prev_view.clone(), query));
    }
    views
}

/// The rows of an entity in the parent run; where it has some that are remembered beyond that they are there, these too.
fn rows(driver: &Driver, (manifest, before): (&Manifest, Option<&Manifest>), entity: &Entity, run: &Run) -> String {
    let own = manifest.models.iter().find(|model| model.last && model.entity == entity.name);
    let columns = own.map_or(&[][..], |model| &model.columns);
    let last = before.and_then(|before| {
        let model = earlier_model(before, entity)?;
        let is_same = own.is_some_and(|own| key(before, model) == key(manifest, own));
        is_same.then_some((before, model))
    });
    let parent = |model: &'_ Model| parent_table(driver, run, &model.table);
    let last_rows = last.and_then(|(_, model)| Some(Parent { table: parent(model)?, columns: &model.columns }));
    if kept_model(manifest, &entity.name).is_none() {
        return query(columns, last_rows.as_ref(), None);
    }
    let present = query(columns, last_rows.as_ref(), Some("TRUE"));
    let kept = last.and_then(|(before, model)| kept_model(before, &model.entity));
    match kept.and_then(|kept| Some(Parent { table: parent(kept)?, columns: &kept.columns })) {
        Some(kept) => format!("{present}\nUNION ALL\n{}", query(columns, Some(&kept), Some("FALSE"))),
        None => present,
    }
}

/// The model of what is remembered of an entity's rows that are no more.
pub(super) fn kept_model<'a>(manifest: &'a Manifest, entity: &str) -> Option<&'a Model> {
    manifest.models.iter().find(|model| model.kept && model.entity == entity)
}

/// The last model of the entity in the last run, under its name or an earlier one.
pub(super) fn earlier_model<'a>(before: &'a Manifest, entity: &Entity) -> Option<&'a Model> {
    let named = |name: &str| before.models.iter().find(|model| model.last && model.entity == name);
    named(&entity.name).or_else(|| named(entity.was.as_deref()?))
}

/// The key of a model's entity: its column, and its type.
pub(super) fn key<'a>(manifest: &'a Manifest, model: &'a Model) -> Option<(&'a str, &'a Type)> {
    let entity = manifest.entities.iter().find(|it| it.name == model.entity)?;
    let column = model.columns.iter().find(|it| it.name == entity.key)?;
    Some((&column.name, &column.typed.kind))
}

/// The sync of the last run that this one goes on with: under its name or an earlier one, at the same place.
pub(super) fn earlier<'a>(before: &'a Manifest, sync: &Sync) -> Option<&'a Sync> {
    anywhere(before, sync).filter(|old| old.spec.place() == sync.spec.place())
}

/// The same, wherever it wrote.
pub(super) fn anywhere<'a>(before: &'a Manifest, sync: &Sync) -> Option<&'a Sync> {
    let named = |name: &str| before.syncs.iter().find(|old| old.spec.name == name);
    named(&sync.spec.name).or_else(|| named(sync.spec.was.as_deref()?))
}

/// What a sync has written that the parent run did not have, or not at this object: as the receipts of all earlier runs tell it.
fn from_receipts(driver: &Driver, sync: &Sync, run: &Run) -> String {
    let receipts = driver.table(SCHEMA, "receipts");
    let names = literals(sync.spec.names());
    let last = |of: &str| format!("MAX(CASE WHEN {of} THEN r.happened_at END) OVER (PARTITION BY r.key)");
    format!(
        "SELECT l.key, l.hash AS hash, \
         COALESCE(l.made > l.gone, l.made IS NOT NULL) AS created\nFROM (\n  SELECT r.key, r.op, r.hash, {} AS made, {} AS gone, \
         ROW_NUMBER() OVER (PARTITION BY r.key ORDER BY r.happened_at DESC, r.op, r.hash) AS place\n  FROM {receipts} AS r\n  \
         WHERE r.accepted AND r.sync IN ({names}) AND r.object = {} AND r.run <> {}\n) AS l\nWHERE l.place = 1 AND l.op <> 'delete'",
        last("r.created"),
        last("r.op = 'delete'"),
        literal(&sync.spec.place()),
        literal(&run.id)
    )
}

/// The parent run's table, from its own manifest, where `:run` was its id.
pub(super) fn parent_table(driver: &Driver, run: &Run, table: &str) -> Option<String> {
    let parent = Run { id: run.parent.clone()?, parent: None, now: run.now.clone(), born: Vec::new() };
    Some(parent.bind(table, driver))
}

/// The parent's rows in these columns; `present`: with one that says whether they were there.
fn query(columns: &[Column], parent: Option<&Parent<'_>>, present: Option<&str>) -> String {
    let items = columns.iter().map(|column| {
        let value = parent.and_then(|parent| taken(column, columns, parent.columns));
        let value = value.unwrap_or_else(|| format!("CAST(NULL AS {})", column.sql_type));
        format!("  {value} AS {}", quote(&column.name))
    });
    let present = present.map(|present| format!("  {present} AS {PRESENT}"));
    let items = items.chain(present).collect::<Vec<_>>().join(",\n");
    match parent {
        Some(parent) => format!("SELECT\n{items}\nFROM {} AS p", parent.table),
        None => format!("SELECT\n{items}\nWHERE 1 = 0"),
    }
}

/// The parent's column under its name or an earlier one, where its type is still the same. Since when a field has its value
/// is taken with the value only.
fn taken(column: &Column, columns: &[Column], before: &[Column]) -> Option<String> {
    let old = same(column, before)?;
    let value = column.name.strip_suffix("__since").and_then(|name| columns.iter().find(|it| it.name == name));
    if value.is_some_and(|value| same(value, before).is_none()) {
        return None;
    }
    let name = format!("p.{}", quote(&old.name));
    if column.stages.is_empty() {
        return Some(name);
    }
    let whens = column.stages.iter().map(|(was, stage)| format!(" WHEN {} THEN {}", literal(was), literal(stage)));
    Some(format!("CASE {name}{} ELSE {name} END", whens.collect::<String>()))
}

/// The parent's column that a column goes on with.
pub(super) fn same<'a>(column: &Column, before: &'a [Column]) -> Option<&'a Column> {
    let named = |name: &str| before.iter().find(|old| old.name == name);
    let names = std::iter::once(&column.name).chain(&column.was).chain(&column.or_was);
    let old = names.into_iter().find_map(|name| named(name))?;
    let is_text = |kind: &Type| matches!(kind, Type::Text | Type::Enum(_) | Type::Json);
    let same = old.typed.kind == column.typed.kind || (is_text(&old.typed.kind) && is_text(&column.typed.kind));
    same.then_some(old)
}
