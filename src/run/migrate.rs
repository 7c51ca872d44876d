//! Takes a target whose state was left by an earlier plgc, and brings its tables to the present version. What a run of that plgc left
//! undone is done first, as it would have done it; then all is brought over in one transaction, and nothing that was remembered is lost.

use super::session::{Run, Session};
use super::state::{self, Committed, SCHEMA, VERSION};
use super::{RunError, born, prev};
use crate::engine::{self, Trouble, literal, literals, quote};
use crate::manifest::{self, Manifest};
use crate::types::Type;

/// Adds the columns that the tables lack, whatever their rows mean.
pub async fn columns(session: &mut Session<'_>) -> Result<(), RunError> {
    if session.version >= VERSION {
        return Ok(());
    }
    let driver = session.driver;
    let born = driver.table(SCHEMA, "born");
    for (column, kind) in [("mark", Type::Text), ("over_at", Type::Timestamp)] {
        let column = quote(column);
        let sql = format!("SELECT {column} FROM {born} WHERE 1 = 0");
        let found = engine::rows(&mut *session.engine, &sql, std::slice::from_ref(&kind)).await;
        match found {
            Ok(_) => {}
            Err(error) if matches!(error.trouble, Trouble::Missing | Trouble::Statement) => {
                let sql = format!("ALTER TABLE {born} ADD COLUMN {column} {}", (driver.type_name)(&kind));
                session.execute("migration", &sql).await?;
            }
            Err(error) => return Err(RunError::statement("migration", error)),
        }
    }
    Ok(())
}

/// Brings the rows to the present version, for the program that runs on them next: what earlier runs had is taken as it has it.
pub async fn rows(
    session: &mut Session<'_>,
    manifest: &Manifest,
    head: Option<(&Committed, &Manifest)>,
) -> Result<(), RunError> {
    let found = session.version;
    if found >= VERSION {
        return Ok(());
    }
    session.begin("migration").await?;
    let mut done = second(session, manifest, head).await;
    if done.is_ok() {
        done = state::keep_version(session).await;
    }
    session.end("migration", done).await?;
    session.notice(format!("the state of this target was of version {found}, and is of version {VERSION} now"));
    Ok(())
}

/// From version 1 to 2: a sequence begins anew with other rows, and a firing is known by its step, too.
async fn second(
    session: &mut Session<'_>,
    manifest: &Manifest,
    head: Option<(&Committed, &Manifest)>,
) -> Result<(), RunError> {
    let driver = session.driver;
    let (born, receipts) = (driver.table(SCHEMA, "born"), driver.table(SCHEMA, "receipts"));
    // A step or a branch has a dot in its name; the mark of a branch is never read.
    session.execute("migration", &format!("UPDATE {born} SET mark = name WHERE name LIKE '%.%'")).await?;
    for it in manifest.born.iter().filter(|it| !it.of.is_empty()) {
        for (name, known_as) in std::iter::once(&it.name).chain(&it.was).zip(it.known_as().step_by(it.of.len())) {
            let sql = format!(
                "INSERT INTO {born} (name, happened_at, run) \
                 SELECT {}, b.happened_at, b.run FROM {born} AS b WHERE b.name = {}",
                literal(&known_as),
                literal(name)
            );
            session.execute("migration", &sql).await?;
        }
    }
    let known = born::all(session, manifest, "").await?;
    for sync in &manifest.syncs {
        let spec = &sync.spec;
        let step = spec.from.as_ref().and_then(|step| known.iter().find(|it| it.name == *step));
        let Some(mark) = step.and_then(|step| step.mark.as_ref()) else { continue };
        let place = manifest::place(&spec.destination, (&spec.object, spec.argument.as_ref()), &spec.key.name);
        let key = format!("key = {} || key", literal(&format!("{mark}/")));
        let sql = format!(
            "UPDATE {receipts} SET object = {}, {key} WHERE sync IN ({}) AND object = {}",
            literal(&spec.place()),
            literals(spec.names()),
            literal(&place)
        );
        session.execute("migration", &sql).await?;
        // What the sync has written, up to the last run.
        let written = head.and_then(|(head, own)| {
            let old = prev::anywhere(own, sync).filter(|old| old.spec.place() == place)?;
            Some(Run::from(head).bind(&old.table, driver))
        });
        if let Some(table) = written {
            session.execute("migration", &format!("UPDATE {table} SET {key}")).await?;
        }
    }
    Ok(())
}
