//! What the last run left and what the sources hold now, as rows: for who looks at a target and changes nothing. Takes no lock
//! and makes no table.

use super::bench::Silent;
use super::session::{Run, Session};
use super::state;
use super::{RunError, Target, born, fits, prev};
use crate::engine::{Row, Trouble, literals};
use crate::manifest::{Manifest, Model};
use crate::types::Type;

/// The rows of a table, with the names and types of its columns.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The columns.
    pub columns: Vec<(String, Type)>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// What a run built of an entity.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The entity.
    pub entity: String,
    /// Its key.
    pub key: String,
    /// Its rows.
    pub there: Table,
    /// What is remembered of rows that are no more; nothing where no field outlives its row.
    pub kept: Table,
}

/// What the last run left.
#[derive(Debug, Clone)]
pub struct Past {
    /// Its instant, as text.
    pub now: String,
    /// What it built.
    pub after: Vec<Rows>,
    /// What the run before it built.
    pub before: Vec<Rows>,
    /// The first run of each sequence, step and branch, by name: its instant, as text, and a step's mark.
    pub born: Vec<(String, String, Option<String>)>,
    /// What was accepted of these syncs, in order of time: the sync, where it wrote, the key, the instant of the run, as text, and what
    /// was done.
    pub accepted: Vec<[String; 5]>,
    /// What has fired through these channels.
    pub fired: Vec<Fired>,
    /// What the sources hold now, in the order of the manifest.
    pub sources: Vec<Table>,
}

/// A step that fired through a channel.
#[derive(Debug, Clone)]
pub struct Fired {
    /// `upsell.email`
    pub step: String,
    /// The row's key.
    pub key: String,
    /// The number of the entry.
    pub entry: i64,
    /// The instant of the run, as text.
    pub at: String,
    /// The channel.
    pub channel: String,
    /// The key of the row that it reached.
    pub member: String,
}

/// What is read besides the tables, by names.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What was accepted of these syncs.
    pub syncs: Vec<String>,
    /// What has fired through these channels.
    pub channels: Vec<String>,
}

/// Reads a target; `None` where there was no run.
///
/// # Errors
/// Where the target cannot be read.
pub fn read(manifest: &Manifest, target: &Target, wanted: &Wanted) -> Result<Option<Past>, RunError> {
    let driver = fits(manifest, target)?;
    super::runtime(target)?.block_on(async {
        let mut silent = Silent;
        let mut session = Session::reading(driver, target, &mut silent).await?;
        let head = match state::head(&mut session).await {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(None),
            Err(RunError::Statement { said, .. }) if said.trouble == Trouble::Missing => return Ok(None),
            Err(error) => return Err(error),
        };
        match state::version(&mut session).await? {
            Some(found) if found < state::VERSION => {
                return Err(RunError::OldState { found, known: state::VERSION });
            }
            Some(_) | None => {}
        }
        let (own, run) = (state::manifest(&mut session, &head.manifest).await?, Run::from(&head));
        let after = built(&mut session, &own, &run).await?;
        let before = match &head.parent {
            None => Vec::new(),
            Some(parent) => match state::manifest_of(&mut session, parent).await? {
                None => Vec::new(),
                Some(manifest) => {
                    let run = Run { id: parent.clone(), parent: None, now: head.now.clone(), born: Vec::new() };
                    built(&mut session, &manifest, &run).await?
                }
            },
        };
        let sources = sources(&mut session, manifest, &run).await?;
        let born = born::remembered(&mut session).await?;
        let accepted = accepted(&mut session, &wanted.syncs).await?;
        let fired = fired(&mut session, &wanted.channels).await?;
        Ok(Some(Past { now: head.now, after, before, born, accepted, fired, sources }))
    })
}

/// The tables of a run.
async fn built(session: &mut Session<'_>, manifest: &Manifest, run: &Run) -> Result<Vec<Rows>, RunError> {
    let mut tables = Vec::new();
    for model in manifest.models.iter().filter(|model| model.last) {
        let Some(entity) = manifest.entities.iter().find(|entity| entity.name == model.entity) else { continue };
        let there = of_model(session, model, run).await?;
        let kept = match prev::kept_model(manifest, &model.entity) {
            Some(kept) => of_model(session, kept, run).await?,
            None => Table::default(),
        };
        tables.push(Rows { entity: entity.name.clone(), key: entity.key.clone(), there, kept });
    }
    Ok(tables)
}

/// What the sources hold, in the declared columns, in the order of the manifest.
pub(super) async fn sources(session: &mut Session<'_>, manifest: &Manifest, run: &Run) -> Result<Vec<Table>, RunError> {
    let mut sources = Vec::new();
    for source in &manifest.sources {
        let columns = source.columns.iter().map(|it| (it.name.clone(), it.typed.kind.clone())).collect();
        let table = run.bind(&source.table, session.driver);
        sources.push(rows(session, &table, columns).await?);
    }
    Ok(sources)
}

async fn of_model(session: &mut Session<'_>, model: &Model, run: &Run) -> Result<Table, RunError> {
    let columns = model.columns.iter().map(|it| (it.name.clone(), it.typed.kind.clone())).collect();
    let table = run.bind(&model.table, session.driver);
    rows(session, &table, columns).await
}

/// What destinations accepted of some syncs.
async fn accepted(session: &mut Session<'_>, syncs: &[String]) -> Result<Vec<[String; 5]>, RunError> {
    if syncs.is_empty() {
        return Ok(Vec::new());
    }
    let names = literals(syncs);
    let sql = format!(
        "SELECT r.sync, r.object, r.key, r.happened_at, r.op FROM {} AS r WHERE r.accepted AND r.sync IN ({names}) \
         ORDER BY r.happened_at",
        session.driver.table(state::SCHEMA, "receipts")
    );
    let kinds = [Type::Text, Type::Text, Type::Text, Type::Timestamp, Type::Text];
    let rows = session.rows("reading the receipts", &sql, &kinds).await?;
    let text = |row: &Row, at: usize| row.get(at).and_then(crate::engine::Value::text);
    Ok(rows
        .iter()
        .filter_map(|row| Some([text(row, 0)?, text(row, 1)?, text(row, 2)?, text(row, 3)?, text(row, 4)?]))
        .collect())
}

/// What has fired through some channels.
async fn fired(session: &mut Session<'_>, channels: &[String]) -> Result<Vec<Fired>, RunError> {
    if channels.is_empty() {
        return Ok(Vec::new());
    }
    let names = literals(channels);
    let sql = format!(
        "SELECT f.step, f.key, f.entry, f.happened_at, f.channel, f.member FROM {} AS f WHERE f.channel IN ({names})",
        session.driver.table(state::SCHEMA, "firings")
    );
    let kinds = [Type::Text, Type::Text, Type::Int, Type::Timestamp, Type::Text, Type::Text];
    let rows = session.rows("reading the firings", &sql, &kinds).await?;
    let text = |row: &Row, at: usize| row.get(at).and_then(crate::engine::Value::text);
    let read = |row: &Row| {
        Some(Fired {
            step: text(row, 0)?,
            key: text(row, 1)?,
            entry: text(row, 2)?.parse().ok()?,
            at: text(row, 3)?,
            channel: text(row, 4)?,
            member: text(row, 5)?,
        })
    };
    Ok(rows.iter().filter_map(read).collect())
}

async fn rows(session: &mut Session<'_>, from: &str, columns: Vec<(String, Type)>) -> Result<Table, RunError> {
    let wanted: Vec<(&str, Type)> = columns.iter().map(|(name, kind)| (name.as_str(), kind.clone())).collect();
    let rows = session.columns(from, &wanted).await?;
    Ok(Table { columns, rows })
}
