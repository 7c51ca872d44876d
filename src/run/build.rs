//! Up to the commit: the views of the parent run, the checks, the models, the guard of each entity, the moves. Whatever
//! stops here has changed nothing that anybody reads.

use super::outcome::{Event, Moves};
use super::session::{Run, Session};
use super::{RunError, prev, sources, state};
use crate::engine::Value;
use crate::manifest::{Entity, Manifest};
use crate::types::Type;

/// Rows that are shown of what is wrong.
const SHOWN: usize = 20;

/// Builds the run's tables. Gives the moves that are not allowed.
pub async fn build(
    session: &mut Session<'_>,
    manifest: &Manifest,
    before: Option<&Manifest>,
    run: &Run,
) -> Result<Vec<Moves>, RunError> {
    sources::load(session, manifest).await?;
    sources::check(session, manifest, run).await?;
    sources::count(session, manifest, run).await?;
    for setup in &manifest.setup {
        session.execute("setup", setup).await?;
    }
    prev::make(session, manifest, before, run).await?;
    for check in &manifest.checks {
        session.progress.point(&format!("check `{}`", check.name));
        let found = session.engine.texts(&run.bind(&check.sql, session.driver), SHOWN).await;
        let rows = found.map_err(|source| RunError::statement(format!("check `{}`", check.name), source))?;
        if !rows.rows.is_empty() {
            return Err(RunError::Check { message: check.message.clone(), cite: check.cite.clone(), rows });
        }
    }
    for (place, model) in manifest.models.iter().enumerate() {
        let sql = run.bind(&model.sql, session.driver);
        session.execute(&format!("model `{}`", model.name), &sql).await?;
        for statement in &model.keyed {
            let sql = run.bind(statement, session.driver);
            session.execute(&format!("key of model `{}`", model.name), &sql).await?;
        }
        session.say(&Event::Built { model: model.name.clone(), place: place + 1, of: manifest.models.len() });
    }
    let mut moves = Vec::new();
    for entity in &manifest.entities {
        guard(session, entity, run).await?;
        moves.extend(moved(session, entity, run).await?);
    }
    Ok(moves)
}

async fn guard(session: &mut Session<'_>, entity: &Entity, run: &Run) -> Result<(), RunError> {
    if run.parent.is_none() || session.accepts(&entity.name) {
        return Ok(());
    }
    let step = format!("guard of `{}`", entity.name);
    let rows = session.rows(&step, &run.bind(&entity.loses, session.driver), &[Type::Int, Type::Int]).await?;
    let Some([Value::Int(had), Value::Int(lost)]) = rows.first().map(Vec::as_slice) else { return Ok(()) };
    // Counts of rows are far below 2^53.
    if *lost as f64 <= entity.loses_limit * *had as f64 {
        return Ok(());
    }
    let what = format!(
        "entity `{}` lost {lost} of its {had} rows since the last run, its guard allows {}%",
        entity.name,
        entity.loses_limit * 100.0
    );
    Err(RunError::Guard { name: entity.name.clone(), what })
}

async fn moved(session: &mut Session<'_>, entity: &Entity, run: &Run) -> Result<Vec<Moves>, RunError> {
    let mut moves = Vec::new();
    for (status, sql) in &entity.moves {
        let status = format!("{}.{status}", entity.name);
        let found = session.engine.texts(&run.bind(sql, session.driver), usize::MAX).await;
        let rows = found.map_err(|source| RunError::statement(format!("moves of `{status}`"), source))?;
        if !rows.rows.is_empty() {
            moves.push(Moves { status, rows });
        }
    }
    Ok(moves)
}

/// The run counts from here on, if no other was committed first.
pub async fn commit(session: &mut Session<'_>, run: &Run, hash: &str, body: &str) -> Result<(), RunError> {
    state::keep_manifest(session, hash, body).await?;
    let winner = state::commit(session, run, hash).await?;
    if winner != run.id {
        return Err(RunError::Lost { run: run.id.clone(), winner });
    }
    session.say(&Event::Committed { run: run.id.clone() });
    Ok(())
}
