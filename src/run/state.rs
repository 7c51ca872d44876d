//! The state in the warehouse: the tables of schema `plg_state`, which runs are committed and finished, the manifest of each, and
//! the receipts. All tables but `loads` and `born` are only appended to. Knows the last committed run.

use sha2::{Digest as _, Sha256};

use super::RunError;
use super::session::{Run, Session, file, fresh};
use crate::engine::{Driver, Row, Slot, Value, clock, literal, quote, value};
use crate::manifest::Manifest;
use crate::types::Type;

/// The schema of the state.
pub const SCHEMA: &str = "plg_state";
/// The schema of what people read.
pub const PUBLIC: &str = "plg";
/// The version of the state's tables.
pub const VERSION: i64 = 2;
/// Receipts that are copied at once.
const CHUNK: usize = 5000;

/// The tables of the state, with their columns.
pub const TABLES: &[(&str, &[(&str, Type)])] = &[
    ("version", &[("version", Type::Int), ("plgc", Type::Text)]),
    (
        "runs",
        &[
            ("id", Type::Text),
            ("parent", Type::Text),
            ("now", Type::Timestamp),
            ("manifest", Type::Text),
            ("plgc", Type::Text),
            ("state_version", Type::Int),
            ("committed_at", Type::Timestamp),
        ],
    ),
    ("finished", &[("run", Type::Text), ("finished_at", Type::Timestamp)]),
    ("manifests", &[("hash", Type::Text), ("body", Type::Text)]),
    ("sources", &[("run", Type::Text), ("source", Type::Text), ("counted", Type::Int)]),
    (
        "changes",
        &[
            ("field", Type::Text),
            ("key", Type::Text),
            ("was", Type::Text),
            ("became", Type::Text),
            ("happened_at", Type::Timestamp),
            ("run", Type::Text),
        ],
    ),
    (
        "firings",
        &[
            ("step", Type::Text),
            ("key", Type::Text),
            ("entry", Type::Int),
            ("happened_at", Type::Timestamp),
            ("channel", Type::Text),
            ("member", Type::Text),
            ("run", Type::Text),
        ],
    ),
    (
        "born",
        &[
            ("name", Type::Text),
            ("happened_at", Type::Timestamp),
            ("run", Type::Text),
            ("mark", Type::Text),
            ("over_at", Type::Timestamp),
        ],
    ),
    (
        "receipts",
        &[
            ("sync", Type::Text),
            ("object", Type::Text),
            ("key", Type::Text),
            ("op", Type::Text),
            ("hash", Type::Text),
            ("accepted", Type::Bool),
            ("created", Type::Bool),
            ("reason", Type::Text),
            ("happened_at", Type::Timestamp),
            ("run", Type::Text),
        ],
    ),
    ("flushed", &[("journal", Type::Text), ("lines", Type::Int)]),
    (
        "loads",
        &[
            ("source", Type::Text),
            ("size", Type::Int),
            ("mtime", Type::Text),
            ("hash", Type::Text),
            ("shape", Type::Text),
            ("loaded", Type::Int),
        ],
    ),
];

/// Where rows of the state are looked up: the table, its columns, and one of any length behind them.
const LOOKUPS: &[(&str, &str, Option<&str>)] =
    &[("changes", "run", None), ("firings", "run", None), ("receipts", "run, sync", Some("key"))];

/// A committed run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Its id.
    pub id: String,
    /// The run before it.
    pub parent: Option<String>,
    /// Its instant, as text.
    pub now: String,
    /// The hash of its manifest.
    pub manifest: String,
    /// Whether everything after its commit is done.
    pub finished: bool,
}

/// The statements that make what is missing.
#[must_use]
pub fn setup(driver: &Driver) -> String {
    let mut sql = String::new();
    for schema in [PUBLIC, SCHEMA].iter().filter(|_| driver.has_schemas) {
        sql.push_str(&format!("CREATE SCHEMA IF NOT EXISTS {};\n", quote(schema)));
    }
    for (name, columns) in TABLES {
        let columns = columns.iter().map(|(column, kind)| format!("{} {}", quote(column), (driver.type_name)(kind)));
        let columns = columns.collect::<Vec<_>>().join(", ");
        sql.push_str(&format!("CREATE TABLE IF NOT EXISTS {} ({columns});\n", driver.table(SCHEMA, name)));
    }
    for (name, columns, text) in LOOKUPS.iter().filter(|_| driver.has_indexes) {
        let text = text.filter(|_| driver.indexes_any_text).map_or(String::new(), |text| format!(", {text}"));
        let (table, index) = (driver.table(SCHEMA, name), quote(&format!("{SCHEMA}_{name}_lookup")));
        sql.push_str(&format!("CREATE INDEX IF NOT EXISTS {index} ON {table} ({columns}{text});\n"));
    }
    sql
}

/// Makes what is missing, and learns of which version the rest is; refuses the state of a newer plgc.
pub async fn ensure(session: &mut Session<'_>) -> Result<(), RunError> {
    let driver = session.driver;
    session.execute("setup", &setup(driver)).await?;
    match version(session).await? {
        Some(found) if found > VERSION => Err(RunError::StateVersion { found, known: VERSION }),
        Some(found) => {
            session.version = found;
            Ok(())
        }
        None => keep_version(session).await,
    }
}

/// The version of the tables that are there: the highest that was written down.
pub async fn version(session: &mut Session<'_>) -> Result<Option<i64>, RunError> {
    let sql = format!("SELECT MAX(version) FROM {}", session.driver.table(SCHEMA, "version"));
    let found = session.rows("setup", &sql, &[Type::Int]).await?;
    Ok(found.first().and_then(|row| row.first()).filter(|it| **it != Value::Null).map(Value::int))
}

/// Writes down that the tables are of this version.
pub async fn keep_version(session: &mut Session<'_>) -> Result<(), RunError> {
    let (version, plgc) = (session.driver.table(SCHEMA, "version"), literal(env!("CARGO_PKG_VERSION")));
    let sql = format!("INSERT INTO {version} (version, plgc) VALUES ({VERSION}, {plgc})");
    session.execute("setup", &sql).await?;
    session.version = VERSION;
    Ok(())
}

/// The last committed run: of several with one parent, the first one counts.
pub async fn head(session: &mut Session<'_>) -> Result<Option<Committed>, RunError> {
    let driver = session.driver;
    let sql = format!(
        "SELECT r.id, r.parent, r.\"now\", r.manifest, EXISTS (SELECT 1 FROM {} AS f WHERE f.run = r.id) FROM {} AS r \
         ORDER BY r.\"now\" DESC, r.committed_at ASC, r.id ASC LIMIT 100",
        driver.table(SCHEMA, "finished"),
        driver.table(SCHEMA, "runs")
    );
    let types = [Type::Text, Type::Text, Type::Timestamp, Type::Text, Type::Bool];
    for row in session.rows("reading the state", &sql, &types).await? {
        let Some(run) = committed(&row) else { continue };
        if winner(session, run.parent.as_deref()).await? == run.id {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

fn committed(row: &Row) -> Option<Committed> {
    match row.as_slice() {
        [Value::Text(id), parent, Value::Timestamp(now), Value::Text(manifest), finished] => Some(Committed {
            id: id.clone(),
            parent: parent.text(),
            now: now.clone(),
            manifest: manifest.clone(),
            finished: *finished == Value::Bool(true),
        }),
        _ => None,
    }
}

/// The run that counts of those with this parent.
pub async fn winner(session: &mut Session<'_>, parent: Option<&str>) -> Result<String, RunError> {
    let same = parent.map_or_else(|| "parent IS NULL".to_owned(), |parent| format!("parent = {}", literal(parent)));
    let runs = session.driver.table(SCHEMA, "runs");
    let sql = format!("SELECT id FROM {runs} WHERE {same} ORDER BY committed_at ASC, id ASC LIMIT 1");
    let rows = session.rows("reading the state", &sql, &[Type::Text]).await?;
    Ok(rows.into_iter().flatten().find_map(|value| value.text()).unwrap_or_default())
}

/// The manifest of a committed run.
pub async fn manifest(session: &mut Session<'_>, hash: &str) -> Result<Manifest, RunError> {
    let manifests = session.driver.table(SCHEMA, "manifests");
    let sql = format!("SELECT body FROM {manifests} WHERE hash = {}", literal(hash));
    let rows = session.rows("reading the state", &sql, &[Type::Text]).await?;
    let body = rows.into_iter().flatten().find_map(|value| value.text()).unwrap_or_default();
    Manifest::read(&body).map_err(|error| RunError::Manifest {
        why: format!("the last run's own is unreadable ({error})"),
        help: "use the plgc that did the last run".to_owned(),
    })
}

/// The manifest of a run, by the run's id.
pub async fn manifest_of(session: &mut Session<'_>, run: &str) -> Result<Option<Manifest>, RunError> {
    let runs = session.driver.table(SCHEMA, "runs");
    let sql = format!("SELECT manifest FROM {runs} WHERE id = {}", literal(run));
    let rows = session.rows("reading the state", &sql, &[Type::Text]).await?;
    match rows.into_iter().flatten().find_map(|value| value.text()) {
        Some(hash) => manifest(session, &hash).await.map(Some),
        None => Ok(None),
    }
}

/// The name of a manifest: what its text hashes to.
#[must_use]
pub fn hash(body: &str) -> String {
    format!("{:x}", Sha256::digest(body.as_bytes()))
}

/// Keeps a manifest for whoever finishes the run.
pub async fn keep_manifest(session: &mut Session<'_>, hash: &str, body: &str) -> Result<(), RunError> {
    let (manifests, hash) = (session.driver.table(SCHEMA, "manifests"), literal(hash));
    let sql = format!(
        "INSERT INTO {manifests} (hash, body) SELECT {hash}, {} WHERE NOT EXISTS (SELECT 1 FROM {manifests} WHERE hash = {hash})",
        literal(body)
    );
    session.execute("manifest", &sql).await.map(|_| ())
}

/// The commit: one row.
pub async fn commit(session: &mut Session<'_>, run: &Run, hash: &str) -> Result<(), RunError> {
    let driver = session.driver;
    let sql = format!(
        "INSERT INTO {} (id, parent, \"now\", manifest, plgc, state_version, committed_at) \
         VALUES ({}, {}, {}, {}, {}, {VERSION}, {})",
        driver.table(SCHEMA, "runs"),
        literal(&run.id),
        run.parent.as_deref().map_or_else(|| "NULL".to_owned(), literal),
        driver.instant(&run.now),
        literal(hash),
        literal(env!("CARGO_PKG_VERSION")),
        driver.instant(&value::micros_text(clock()))
    );
    session.execute("commit", &sql).await.map(|_| ())
}

/// Everything after the commit is done.
pub async fn finish(session: &mut Session<'_>, run: &Run) -> Result<(), RunError> {
    let (driver, id) = (session.driver, literal(&run.id));
    let finished = driver.table(SCHEMA, "finished");
    let sql = format!(
        "INSERT INTO {finished} (run, finished_at) SELECT {id}, {} \
         WHERE NOT EXISTS (SELECT 1 FROM {finished} WHERE run = {id})",
        driver.instant(&value::micros_text(clock()))
    );
    session.execute("finished", &sql).await.map(|_| ())
}

/// Moves the journal's receipts into the state, each once: how many lines were taken is written in the same transaction.
pub async fn flush(session: &mut Session<'_>) -> Result<(), RunError> {
    if session.journal.lines == 0 {
        return Ok(());
    }
    let driver = session.driver;
    let (flushed, receipts) = (driver.table(SCHEMA, "flushed"), driver.table(SCHEMA, "receipts"));
    let journal = literal(&session.journal.id);
    let sql = format!("SELECT COALESCE(MAX(lines), 0) FROM {flushed} WHERE journal = {journal}");
    let found = session.rows("receipts", &sql, &[Type::Int]).await?;
    let mut taken = found.into_iter().flatten().next().map_or(0, |it| it.int().unsigned_abs());
    while taken < session.journal.lines {
        let lines = session.journal.read(taken, CHUNK).map_err(|error| file(session.target, &error))?;
        if lines.is_empty() {
            break;
        }
        taken += lines.len() as u64;
        session.begin("receipts").await?;
        let mut done = take(session, &receipts, &lines).await;
        if done.is_ok() {
            let remember = format!("INSERT INTO {flushed} (journal, lines) VALUES ({journal}, {taken})");
            done = session.execute("receipts", &remember).await.map(|_| ());
        }
        session.end("receipts", done).await?;
    }
    session.progress.point("journal");
    session.journal.clear(&fresh("journal", 32)).map_err(|error| file(session.target, &error))
}

async fn take(
    session: &mut Session<'_>,
    receipts: &str,
    lines: &[crate::engine::journal::Line],
) -> Result<(), RunError> {
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Text);
    let rows: Vec<Row> = lines
        .iter()
        .map(|line| {
            vec![
                Value::Text(line.sync.clone()),
                Value::Text(line.object.clone()),
                Value::Text(line.key.clone()),
                Value::Text(line.op.clone()),
                text(&line.hash),
                Value::Bool(line.accepted),
                Value::Bool(line.created),
                text(&line.reason),
                Value::Timestamp(line.happened_at.clone()),
                Value::Text(line.run.clone()),
            ]
        })
        .collect();
    let columns = TABLES.iter().find(|(name, _)| *name == "receipts").map_or(&[][..], |(_, columns)| columns);
    let slots: Vec<Slot> =
        columns.iter().map(|(name, kind)| Slot { name: (*name).to_owned(), kind: kind.clone() }).collect();
    let appended = session.engine.append(receipts, &slots, &rows).await;
    appended.map_err(|source| RunError::statement("storing receipts", source))
}
