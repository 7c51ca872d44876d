//! What ends because its declaration is gone: everybody leaves an audience that is retired, and has no stage of a status that
//! is; nor an arm of an experiment, those who are no more included. Takes the manifest of the last run and of this one, and
//! writes these changes; harmless to repeat.

use super::session::{Run, Session};
use super::state::SCHEMA;
use super::{RunError, forgotten, prev};
use crate::engine::{literal, quote};
use crate::manifest::{Manifest, Model};

/// Writes who left what is gone.
pub async fn record(
    session: &mut Session<'_>,
    before: Option<&Manifest>,
    manifest: &Manifest,
    run: &Run,
) -> Result<(), RunError> {
    let Some(before) = before else { return Ok(()) };
    for (old, field) in forgotten::ended(before, manifest) {
        let name = format!("{}.{}", old.entity, field.name);
        if let Some(sql) = leaving(session, before, old, (field.name, field.kind == "audience"), run) {
            session.execute(&format!("end of `{name}`"), &sql).await?;
        }
    }
    Ok(())
}

/// One line for each row that was a member, or had a stage or an arm.
fn leaving(
    session: &Session<'_>,
    before: &Manifest,
    old: &Model,
    (field, is_audience): (&str, bool),
    run: &Run,
) -> Option<String> {
    let driver = session.driver;
    let entity = before.entities.iter().find(|it| it.name == old.entity && !it.key_text.is_empty())?;
    let (changes, mut table) = (driver.table(SCHEMA, "changes"), prev::parent_table(driver, run, &old.table)?);
    let (value, id) = (format!("p.{}", quote(field)), literal(&run.id));
    let (key, name) = (&entity.key_text, literal(&format!("{}.{field}", old.entity)));
    let (was, became, had) = match is_audience {
        true => (literal("true"), literal("false"), value),
        false => (value.clone(), "NULL".to_owned(), format!("{value} IS NOT NULL")),
    };
    if let Some(kept) =
        prev::kept_model(before, &old.entity).filter(|kept| kept.columns.iter().any(|it| it.name == field))
    {
        let gone = prev::parent_table(driver, run, &kept.table)?;
        let columns = kept.columns.iter().take(1).map(|it| quote(&it.name)).chain([quote(field)]);
        let columns = columns.collect::<Vec<_>>().join(", ");
        table = format!("(\n  SELECT {columns} FROM {table}\n  UNION ALL\n  SELECT {columns} FROM {gone}\n)");
    }
    Some(format!(
        "INSERT INTO {changes} (field, key, was, became, happened_at, run)\n\
         SELECT {name}, {key}, {was}, {became}, {}, {id}\nFROM {table} AS p\nWHERE {had}\n  AND NOT EXISTS (\n    \
         SELECT 1 FROM {changes} AS x\n    WHERE x.run = {id} AND x.field = {name} AND x.key = {key} AND x.was = {was}\n  )",
        driver.instant(&run.now)
    ))
}
