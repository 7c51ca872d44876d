//! Takes a model whose statement fails since a value does not fit, gives the field that makes it, and the key of the first such
//! row: by halves, with queries over the model's own one. Where the warehouse computes more than is asked for, nothing is given.

use std::collections::{BTreeMap, BTreeSet};

use super::error::Misfit;
use super::session::{Run, Session};
use crate::engine::{Texts, Trouble, quote, transaction};
use crate::manifest::{Manifest, Model};

/// Up to so many rows are halved until one is left: each half costs a query over all of them.
const ROWS: usize = 100_000;

/// The field that does not fit.
pub async fn find(session: &mut Session<'_>, manifest: &Manifest, model: &Model, run: &Run) -> Option<Misfit> {
    let sql = run.bind(query(&model.sql)?, session.driver);
    let columns = in_order(manifest, model);
    let read = |n: usize| {
        let counts: String = columns.iter().take(n).map(|it| format!(", COUNT(m.{})", quote(it))).collect();
        format!("SELECT COUNT(*){counts} FROM (\n{sql}\n) AS m")
    };
    let at = least(session, columns.len(), &read).await?;
    let column = columns.get(at.checked_sub(1)?)?;
    let field = format!("{}.{}", model.entity, column.strip_suffix("__since").unwrap_or(column));
    let cite = manifest.cites.fields.get(&field).cloned().unwrap_or_default();
    let key = match model.columns.first() {
        Some(key) => key_of(session, &sql, &key.name, column).await.map(|text| (key.name.clone(), text)),
        None => None,
    };
    Some(Misfit { field, cite, key })
}

/// The query of `CREATE TABLE … AS`.
fn query(sql: &str) -> Option<&str> {
    let mut rest = sql;
    while let Some((line, after)) = rest.split_once('\n') {
        if line.starts_with("CREATE TABLE ") {
            return Some(after);
        }
        rest = after;
    }
    None
}

/// The columns of a model, each behind all that it is made of.
fn in_order<'a>(manifest: &'a Manifest, model: &'a Model) -> Vec<&'a str> {
    let reads: BTreeMap<&str, &[String]> =
        manifest.lineage.iter().map(|line| (line.field.as_str(), line.reads.as_slice())).collect();
    let names: Vec<String> = model.columns.iter().map(|it| format!("{}.{}", model.entity, it.name)).collect();
    let mut place: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for name in &names {
        let mut open = vec![(name.as_str(), false)];
        while let Some((name, is_done)) = open.pop() {
            if is_done {
                let next = place.len();
                place.entry(name).or_insert(next);
            } else if seen.insert(name) {
                open.push((name, true));
                open.extend(reads.get(name).copied().unwrap_or_default().iter().map(|it| (it.as_str(), false)));
            }
        }
    }
    let mut columns: Vec<(usize, &str)> = names
        .iter()
        .zip(&model.columns)
        .skip(1)
        .map(|(name, column)| (place.get(name.as_str()).copied().unwrap_or(usize::MAX), column.name.as_str()))
        .collect();
    columns.sort_unstable();
    columns.into_iter().map(|(_, column)| column).collect()
}

/// The key of the first row that does not fit, as text.
async fn key_of(session: &mut Session<'_>, sql: &str, key: &str, column: &str) -> Option<String> {
    let (key, column) = (quote(key), quote(column));
    let counted = fits(session, &format!("SELECT COUNT(*) FROM (\n{sql}\n) AS m")).await.ok()??;
    let rows: usize = counted.rows.first()?.first()?.as_deref()?.parse().ok().filter(|rows| *rows <= ROWS)?;
    let keys = |from: usize, n: usize| {
        format!("SELECT k.{key} FROM (\n{sql}\n) AS k ORDER BY k.{key} LIMIT {n} OFFSET {from}")
    };
    let read = |from: usize, n: usize| {
        let among = keys(from, n);
        format!("SELECT COUNT(m.{column}) FROM (\n{sql}\n) AS m WHERE m.{key} IN ({among})")
    };
    let skipped = least(session, rows, &|n| read(0, n)).await?.checked_sub(1)?;
    // Where the warehouse computes the column before it looks at the key, it is the first row that seems wrong.
    if skipped == 0 && rows > 1 && fits(session, &read(1, 1)).await.ok()?.is_none() {
        return None;
    }
    fits(session, &keys(skipped, 1)).await.ok()??.rows.into_iter().next()?.into_iter().next()?
}

/// The least `n` with which a query does not fit, where it fits with 0 and does not with `most`.
async fn least(session: &mut Session<'_>, most: usize, sql: &impl Fn(usize) -> String) -> Option<usize> {
    let (mut good, mut bad) = (0, most);
    if fits(session, &sql(good)).await.ok()?.is_none() || fits(session, &sql(bad)).await.ok()?.is_some() {
        return None;
    }
    while good + 1 < bad {
        let middle = good.midpoint(bad);
        if fits(session, &sql(middle)).await.ok()?.is_some() {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Some(bad)
}

/// What a query gives; `None` where a value of it does not fit. It leaves no trace.
async fn fits(session: &mut Session<'_>, sql: &str) -> Result<Option<Texts>, ()> {
    let engine = session.engine.as_mut();
    transaction::begin(engine).await.map_err(|_| ())?;
    let found = engine.texts(sql, 1).await;
    match transaction::end(engine, found, |error| error).await {
        Ok(texts) => Ok(Some(texts)),
        Err(error) if error.trouble == Trouble::Data => Ok(None),
        Err(_) => Err(()),
    }
}
