//! Up to the commit: the views of the parent run, the checks, the models, the guard of each entity, the moves. Whatever
//! stops here has changed nothing that anybody reads.

use super::outcome::{Event, Moves, counted, visible};
use super::session::{Run, Session};
use super::{RunError, misfit, prev, sources, state};
use crate::engine::{Trouble, Value, transaction};
use crate::manifest::{Entity, Manifest, Model};
use crate::types::Type;

/// Rows that are shown of what is wrong.
const SHOWN: usize = 20;

/// Builds the run and lets it count. Files are loaded in the same transaction: where the run stops, or is killed, the tables of
/// sources are as they were. Gives the moves that are not allowed.
pub async fn whole(
    session: &mut Session<'_>,
    manifest: &Manifest,
    before: Option<&Manifest>,
    run: &Run,
) -> Result<Vec<Moves>, RunError> {
    let loads = session.target.data.is_some();
    if loads {
        session.begin("transaction").await?;
    }
    let mut built = build(session, manifest, before, run).await;
    if let Ok(moves) = built {
        built = insert(session, manifest, run).await.map(|()| moves);
    }
    let moves = if loads { session.end("commit", built).await? } else { built? };
    session.progress.point("committed");
    let winner = state::winner(session, run.parent.as_deref()).await?;
    if winner != run.id {
        return Err(RunError::Lost { run: run.id.clone(), winner });
    }
    session.say(&Event::Committed { run: run.id.clone() });
    Ok(moves)
}

/// Builds the run's tables. Gives the moves that are not allowed.
async fn build(
    session: &mut Session<'_>,
    manifest: &Manifest,
    before: Option<&Manifest>,
    run: &Run,
) -> Result<Vec<Moves>, RunError> {
    sources::load(session, manifest).await?;
    let counted = sources::check(session, manifest, run).await?;
    sources::count(session, manifest, run, &counted).await?;
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
        make(session, manifest, model, run).await?;
        for statement in &model.keyed {
            let sql = run.bind(statement, session.driver);
            let keyed = session.execute(&format!("key of model `{}`", model.name), &sql).await;
            keyed.map_err(|error| repeated(error, manifest, model))?;
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

/// The key was checked, and does not hold any more when the model is built: its source is written meanwhile.
fn repeated(error: RunError, manifest: &Manifest, model: &Model) -> RunError {
    let is_repeated = matches!(&error, RunError::Statement { said, .. } if said.trouble == Trouble::Repeated);
    let entity = manifest.entities.iter().find(|it| it.name == model.entity);
    let Some(entity) = entity.filter(|_| is_repeated) else { return error };
    let source = manifest.sources.iter().find(|it| it.name == entity.source);
    RunError::Source {
        name: entity.source.clone(),
        cite: source.map_or_else(String::new, |it| it.cite.clone()),
        what: format!(
            "key `{}` of entity `{}` stood for one row each when it was checked, and stands for several since: the source changed meanwhile",
            entity.key, entity.name
        ),
        help: "run again once its loader has ended; nothing was committed".to_owned(),
    }
}

/// Makes a model's table. Where a value does not fit, it is looked for: within a transaction the failed statement alone is taken
/// back for that.
async fn make(session: &mut Session<'_>, manifest: &Manifest, model: &Model, run: &Run) -> Result<(), RunError> {
    let step = format!("model `{}`", model.name);
    let sql = run.bind(&model.sql, session.driver);
    let is_within = *session.engine.depth() > 0;
    if is_within {
        transaction::begin(session.engine.as_mut()).await.map_err(|said| RunError::statement(&step, said))?;
    }
    let mut made = session.execute(&step, &sql).await;
    if is_within {
        let told = |said| RunError::statement(&step, said);
        made = transaction::end(session.engine.as_mut(), made, told).await;
    }
    if let Err(RunError::Value { misfit: found, .. }) = &mut made {
        *found = misfit::find(session, manifest, model, run).await.map(Box::new);
    }
    made.map(|_| ())
}

async fn guard(session: &mut Session<'_>, entity: &Entity, run: &Run) -> Result<(), RunError> {
    if run.parent.is_none() || session.accepts(&entity.name) || session.accepts(&entity.source) {
        return Ok(());
    }
    let step = format!("guard of `{}`", entity.name);
    let rows = session.rows(&step, &run.bind(&entity.loses, session.driver), &[Type::Int, Type::Int]).await?;
    let Some([Value::Int(had), Value::Int(lost)]) = rows.first().map(Vec::as_slice) else { return Ok(()) };
    // Counts of rows are far below 2^53.
    if *lost as f64 <= entity.loses_limit * *had as f64 {
        return Ok(());
    }
    let keys = match entity.lost.is_empty() {
        true => Vec::new(),
        false => session.rows(&step, &run.bind(&entity.lost, session.driver), &[Type::Text]).await?,
    };
    let keys = keys.into_iter().flatten().filter_map(|key| key.text());
    let keys: Vec<String> = keys.map(|key| visible(&key).to_owned()).collect();
    let more = lost.saturating_sub(keys.len() as i64);
    let keys = match (keys.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(": {}", keys.join(", ")),
        (false, _) => format!(": {} and {more} more", keys.join(", ")),
    };
    let place = if entity.cite.is_empty() { String::new() } else { format!(" ({})", entity.cite) };
    let what = format!(
        "entity `{}`{place} lost {lost} of its {} since the last run, its guard allows {}%{keys}",
        entity.name,
        counted(had.unsigned_abs(), "row"),
        entity.loses_limit * 100.0
    );
    Err(RunError::Guard { name: entity.name.clone(), what, cite: entity.cite.clone() })
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

/// The row that makes the run count, and the manifest for whoever finishes it.
async fn insert(session: &mut Session<'_>, manifest: &Manifest, run: &Run) -> Result<(), RunError> {
    let body = manifest.to_json();
    let hash = state::hash(&body);
    state::keep_manifest(session, &hash, &body).await?;
    state::commit(session, run, &hash).await
}
