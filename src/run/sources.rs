//! What a run looks at before it builds: files are loaded, sources are there with the declared columns, none has lost
//! all its rows, and which are stale. Stops the run, or says which syncs must wait.

use std::collections::BTreeMap;

use super::outcome::counted;
use super::session::{Run, Session};
use super::state::SCHEMA;
use super::{Event, RunError, values};
use crate::diagnostics::did_you_mean;
use crate::engine::load::{self, Declared};
use crate::engine::{Found, Trouble, Value, literal, value};
use crate::manifest::{Manifest, Source};
use crate::types::Type;

/// Loads the data folder, if there is one.
pub async fn load(session: &mut Session<'_>, manifest: &Manifest) -> Result<(), RunError> {
    let Some(folder) = session.target.data.as_deref() else { return Ok(()) };
    let loads = session.driver.table(SCHEMA, "loads");
    let declared = declared(session, manifest);
    session.progress.point("load");
    let loaded = load::load(session.engine.as_mut(), &loads, folder, &declared).await?;
    for load::Loaded { source, rows, unchanged } in loaded {
        session.say(&Event::Loaded { source, rows, unchanged });
    }
    Ok(())
}

fn declared(session: &Session<'_>, manifest: &Manifest) -> Vec<Declared> {
    let tables = manifest.sources.iter().filter(|source| !source.is_query);
    let mut all: Vec<Declared> = tables
        .map(|source| {
            let columns = source.columns.iter().map(|column| (column.name.clone(), column.typed.clone()));
            let mut columns: Vec<_> = columns.collect();
            if let Some(fresh) = &source.fresh
                && !columns.iter().any(|(name, _)| *name == fresh.by)
            {
                columns.push((fresh.by.clone(), Type::Timestamp.optional()));
            }
            Declared {
                name: source.name.clone(),
                table: source.table.clone(),
                cite: source.cite.clone(),
                cites: cites(manifest, source),
                columns,
                is_raw: false,
            }
        })
        .collect();
    for source in manifest.sources.iter().filter(|source| source.is_query) {
        for read in &source.reads {
            let name = if session.driver.has_schemas { read.clone() } else { read.replacen("__", ".", 1) };
            if all.iter().any(|known| known.name == name) {
                continue;
            }
            let table = name
                .split_once('.')
                .map_or_else(|| session.driver.table("", &name), |(schema, table)| session.driver.table(schema, table));
            let (cite, cites) = (source.cite.clone(), BTreeMap::new());
            all.push(Declared { name, table, cite, columns: Vec::new(), cites, is_raw: true });
        }
    }
    all
}

/// Where the columns of a source are declared.
fn cites(manifest: &Manifest, source: &Source) -> BTreeMap<String, String> {
    let cite = |name: &str| manifest.cites.columns.get(&format!("{}.{name}", source.name)).cloned();
    source.columns.iter().filter_map(|column| Some((column.name.clone(), cite(&column.name)?))).collect()
}

/// How many rows sources have that were counted already, by name.
pub type Counted = BTreeMap<String, i64>;

/// Every source is there, with columns and values of the declared types.
pub async fn check(session: &mut Session<'_>, manifest: &Manifest, run: &Run) -> Result<Counted, RunError> {
    let mut counted = Counted::new();
    for source in &manifest.sources {
        let found = match session.engine.columns(&source.table).await {
            Ok(found) => found,
            Err(error) if error.trouble == Trouble::Missing && !source.is_query => {
                let what = format!("there is no table `{}` in the warehouse", source.name);
                return Err(wrong(source, what, "load it, or take the source out of the program"));
            }
            Err(error) if error.trouble == Trouble::Statement || error.trouble == Trouble::Missing => {
                return Err(wrong(source, format!("it cannot be read: {error}"), "mend the table or the query"));
            }
            Err(error) => return Err(RunError::statement(format!("reading source `{}`", source.name), error)),
        };
        for column in &source.columns {
            fits(session, source, &column.name, &column.typed.kind, &found)?;
        }
        // What was loaded has been looked at, value by value.
        if session.target.data.is_none() || source.is_query {
            counted.insert(source.name.clone(), values::check(session, source, run).await?);
        }
    }
    Ok(counted)
}

/// A mistake of a source.
pub fn wrong(source: &Source, what: String, help: &str) -> RunError {
    RunError::Source { name: source.name.clone(), cite: source.cite.clone(), what, help: help.to_owned() }
}

fn fits(session: &Session<'_>, source: &Source, name: &str, kind: &Type, found: &[Found]) -> Result<(), RunError> {
    let Some(column) = found.iter().find(|it| it.name == name) else {
        let similar = did_you_mean(name, found.iter().map(|it| it.name.as_str()));
        let help = similar.map_or_else(
            || "take the column out of the declaration, or add it to the table".to_owned(),
            |similar| format!("did you mean `{similar}`?"),
        );
        return Err(wrong(source, format!("the table has no column `{name}`"), &help));
    };
    if (session.driver.accepts)(kind, &column.sql_type) {
        return Ok(());
    }
    let what = format!("column `{name}` is declared {kind}, and is {} in the warehouse", column.sql_type);
    Err(wrong(source, what, "declare the type that it has, or convert it with a source `as sql`"))
}

/// Counts every source; one that had rows in the parent run and has none now stops the run.
pub async fn count(session: &mut Session<'_>, manifest: &Manifest, run: &Run, known: &Counted) -> Result<(), RunError> {
    let table = session.driver.table(SCHEMA, "sources");
    let before: BTreeMap<String, i64> = match &run.parent {
        None => BTreeMap::new(),
        Some(parent) => {
            let sql = format!("SELECT source, counted FROM {table} WHERE run = {}", literal(parent));
            let rows = session.rows("reading the state", &sql, &[Type::Text, Type::Int]).await?;
            rows.into_iter().filter_map(|row| Some((row.first()?.text()?, row.get(1)?.int()))).collect()
        }
    };
    let mut values = Vec::new();
    for source in &manifest.sources {
        let now = match known.get(&source.name) {
            Some(known) => *known,
            None => {
                let step = format!("counting source `{}`", source.name);
                let rows = session.rows(&step, &run.bind(&source.count, session.driver), &[Type::Int]).await?;
                rows.into_iter().flatten().next().map_or(0, |it| it.int())
            }
        };
        let had = before.get(&source.name).copied().unwrap_or(0);
        if now == 0 && had > 0 && !session.accepts(&source.name) {
            let what = format!(
                "source `{}` ({}) had {} in the last run and has none now",
                source.name,
                source.cite,
                counted(had.unsigned_abs(), "row")
            );
            return Err(RunError::Guard { name: source.name.clone(), what, cite: source.cite.clone() });
        }
        values.push(format!("({}, {}, {now})", literal(&run.id), literal(&source.name)));
    }
    if values.is_empty() {
        return Ok(());
    }
    let sql = format!("INSERT INTO {table} (run, source, counted) VALUES {}", values.join(", "));
    session.execute("sources", &sql).await.map(|_| ())
}

/// The syncs that must wait, with the reason: a source that they depend on is not fresh.
pub async fn stale(
    session: &mut Session<'_>,
    manifest: &Manifest,
    run: &Run,
) -> Result<BTreeMap<String, String>, RunError> {
    let mut held = BTreeMap::new();
    for source in &manifest.sources {
        let Some(fresh) = &source.fresh else { continue };
        let step = format!("reading the newest row of source `{}`", source.name);
        let rows = session.rows(&step, &run.bind(&fresh.newest, session.driver), &[Type::Timestamp]).await?;
        let newest = rows.into_iter().flatten().next().unwrap_or(Value::Null).text();
        let seconds = newest.as_deref().and_then(value::instant_seconds);
        let now = value::instant_seconds(&run.now).unwrap_or_default();
        if seconds.is_some_and(|seconds| now - seconds <= fresh.within_seconds) || session.accepts(&source.name) {
            continue;
        }
        let newest = newest.unwrap_or_else(|| "none".to_owned());
        let reason = format!("source `{}` ({}) is not fresh: its newest row is of {newest}", source.name, source.cite);
        for sync in &fresh.holds {
            held.entry(sync.clone()).or_insert_with(|| reason.clone());
        }
    }
    Ok(held)
}
