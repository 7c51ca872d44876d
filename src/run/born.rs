//! Takes the manifest of a run, gives of each sequence, step and branch the first run that had it, and what a step's firings are known
//! by: as `plg_state.born` has it under its name or an earlier one. What is over is known no more: what gets its name later is new.

use std::collections::BTreeSet;

use super::RunError;
use super::session::{Run, Session};
use super::state::SCHEMA;
use crate::engine::{Row, Value, literal};
use crate::manifest::{Born, BornKind, Manifest};
use crate::types::Type;

/// What a run knows of a sequence, step or branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its name, as the state has it: `upsell of marketable`, `upsell.email`.
    pub name: String,
    /// What its placeholders end with: `:born_upsell__email`.
    pub placeholder: String,
    /// The instant of the first run that had it, as text.
    pub at: String,
    /// Of a step, what its firings are known by: the name that it had in its first run, with a number where another had it before.
    pub mark: Option<String>,
}

/// A row of the table.
struct Line {
    name: String,
    at: String,
    mark: Option<String>,
    is_over: bool,
}

/// All that the program has; what is new is of this run.
pub async fn all(session: &mut Session<'_>, manifest: &Manifest, now: &str) -> Result<Vec<Known>, RunError> {
    if manifest.born.is_empty() {
        return Ok(Vec::new());
    }
    let lines = lines(session).await?;
    Ok(known(&lines, manifest, now))
}

/// Everything of which the first run is known and that is not over: its name, the instant of that run, and its mark.
pub async fn remembered(session: &mut Session<'_>) -> Result<Vec<(String, String, Option<String>)>, RunError> {
    let lines = lines(session).await?;
    Ok(lines.into_iter().filter(|line| !line.is_over).map(|line| (line.name, line.at, line.mark)).collect())
}

/// Keeps which run was the first of what is new, and which was the first without what is over.
pub async fn keep(session: &mut Session<'_>, manifest: &Manifest, run: &Run) -> Result<(), RunError> {
    let lines = lines(session).await?;
    let known = known(&lines, manifest, &run.now);
    let is_there = |name: &str| lines.iter().any(|line| !line.is_over && line.name == name);
    let (driver, id) = (session.driver, literal(&run.id));
    let table = driver.table(SCHEMA, "born");
    for it in known.iter().filter(|it| !is_there(&it.name)) {
        let (name, at) = (literal(&it.name), driver.instant(&it.at));
        let mark = it.mark.as_deref().map_or_else(|| "NULL".to_owned(), literal);
        let sql = format!("INSERT INTO {table} (name, happened_at, run, mark) VALUES ({name}, {at}, {id}, {mark})");
        session.execute("first runs", &sql).await?;
    }
    let names: BTreeSet<&str> = known.iter().map(|it| it.name.as_str()).collect();
    for line in lines.iter().filter(|line| !line.is_over && !names.contains(line.name.as_str())) {
        let (name, at) = (literal(&line.name), driver.instant(&run.now));
        let sql = format!("UPDATE {table} SET over_at = {at} WHERE name = {name} AND over_at IS NULL");
        session.execute("first runs", &sql).await?;
    }
    Ok(())
}

async fn lines(session: &mut Session<'_>) -> Result<Vec<Line>, RunError> {
    let table = session.driver.table(SCHEMA, "born");
    let sql = format!("SELECT b.name, b.happened_at, b.mark, b.over_at FROM {table} AS b");
    let types = [Type::Text, Type::Timestamp, Type::Text, Type::Timestamp];
    let rows = session.rows("reading the state", &sql, &types).await?;
    let read = |row: Row| match row.as_slice() {
        [Value::Text(name), Value::Timestamp(at), mark, over] => {
            Some(Line { name: name.clone(), at: at.clone(), mark: mark.text(), is_over: *over != Value::Null })
        }
        _ => None,
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

fn known(lines: &[Line], manifest: &Manifest, now: &str) -> Vec<Known> {
    let mut taken: BTreeSet<String> = lines.iter().filter_map(|line| line.mark.clone()).collect();
    manifest.born.iter().filter_map(|it| one(lines, it, now, &mut taken)).collect()
}

fn one(lines: &[Line], it: &Born, now: &str, taken: &mut BTreeSet<String>) -> Option<Known> {
    let there = |name: String| lines.iter().find(|line| !line.is_over && line.name == name);
    let (name, placeholder) = (it.known_as().next()?, it.placeholder.clone());
    if let Some(line) = it.known_as().find_map(there) {
        return Some(Known { name, placeholder, at: line.at.clone(), mark: line.mark.clone() });
    }
    let mark = (it.kind == BornKind::Step).then(|| fresh(&name, taken));
    taken.extend(mark.clone());
    Some(Known { name, placeholder, at: now.to_owned(), mark })
}

/// A name that no step has, and none had.
fn fresh(name: &str, taken: &BTreeSet<String>) -> String {
    let numbered = (2..).map(|number: u32| format!("{name}.{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|it| !taken.contains(it)).unwrap_or_default()
}
