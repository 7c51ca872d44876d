//! Takes a target whose state was left by an earlier plgc, and brings its tables to the present version: in one transaction, before
//! anything reads them. Each step knows two neighbouring versions; nothing of what was remembered is lost.

use super::RunError;
use super::session::Session;
use super::state::{self, SCHEMA, VERSION};
use crate::engine::{literal, quote};
use crate::manifest::Manifest;
use crate::types::Type;

/// Brings the state to the present version, for the program that runs on it next.
pub async fn state(session: &mut Session<'_>, manifest: &Manifest) -> Result<(), RunError> {
    let found = state::version(session).await?.unwrap_or(VERSION);
    if found >= VERSION {
        return Ok(());
    }
    session.begin("migration").await?;
    let mut done = second(session, manifest).await;
    if done.is_ok() {
        done = state::keep_version(session).await;
    }
    session.end("migration", done).await?;
    session.notice(format!("the state of this target was of version {found}, and is of version {VERSION} now"));
    Ok(())
}

/// From version 1 to 2: what is over is known, a sequence begins anew with other rows, and what a sync from a step has sent is that
/// step's alone. What earlier runs had is taken as the present program has it.
async fn second(session: &mut Session<'_>, manifest: &Manifest) -> Result<(), RunError> {
    let driver = session.driver;
    let (born, receipts) = (driver.table(SCHEMA, "born"), driver.table(SCHEMA, "receipts"));
    let kind = (driver.type_name)(&Type::Timestamp);
    session.execute("migration", &format!("ALTER TABLE {born} ADD COLUMN {} {kind}", quote("over_at"))).await?;
    for it in &manifest.born {
        let Some(of) = it.of.first() else { continue };
        for name in std::iter::once(&it.name).chain(&it.was) {
            let sql = format!(
                "INSERT INTO {born} (name, happened_at, run) SELECT {}, b.happened_at, b.run FROM {born} AS b WHERE b.name = {}",
                literal(&format!("{name} of {of}")),
                literal(name)
            );
            session.execute("migration", &sql).await?;
        }
    }
    for spec in manifest.syncs.iter().map(|sync| &sync.spec).filter(|spec| spec.from.is_some()) {
        let names = std::iter::once(&spec.name).chain(&spec.was).map(|name| literal(name));
        let sql = format!(
            "UPDATE {receipts} SET object = {} WHERE sync IN ({}) AND object = {}",
            literal(&spec.place()),
            names.collect::<Vec<_>>().join(", "),
            literal(&spec.place_of_rows())
        );
        session.execute("migration", &sql).await?;
    }
    Ok(())
}
