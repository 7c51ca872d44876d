//! Loads a folder of CSV, JSONL and NDJSON files as the declared sources. Takes files and declarations, fills tables within the
//! caller's transaction, and gives how many rows each has. A value that does not fit is an error with file, line and column.

mod error;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::csv::{self, Field, Wrong};
use super::{Engine, EngineError, Row, Slot, Trouble, Value, literal, quote};
use crate::types::{Type, Typed};
use error::store;
pub use error::{Expected, Lacks, LoadError};

/// Rows that go to the database at once.
const CHUNK: usize = 2000;

/// A source to load.
#[derive(Debug, Clone)]
pub struct Declared {
    /// `app.users`
    pub name: String,
    /// The table as statements spell it.
    pub table: String,
    /// Where it is declared.
    pub cite: String,
    /// The columns to take from the file.
    pub columns: Vec<(String, Typed)>,
    /// Where each of them is declared, as far as it is known.
    pub cites: BTreeMap<String, String>,
    /// Whether it is declared nowhere, but read by a query: then all columns are taken, as text.
    pub is_raw: bool,
}

impl Declared {
    /// Where a column is declared: its own line, or else the source's.
    pub(super) fn cite(&self, column: &str) -> String {
        self.cites.get(column).unwrap_or(&self.cite).clone()
    }
}

/// A source that was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The source.
    pub source: String,
    /// Its rows.
    pub rows: u64,
    /// Whether the table had them already.
    pub unchanged: bool,
}

struct Work<'a> {
    source: &'a Declared,
    path: PathBuf,
    stamp: Stamp,
    /// The columns of the table that an earlier load of the same declaration left.
    columns: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    size: i64,
    mtime: String,
    hash: String,
    shape: String,
}

/// Loads what changed. The table `loads` remembers what each source was loaded from.
pub async fn load(
    engine: &mut dyn Engine,
    loads: &str,
    folder: &Path,
    sources: &[Declared],
) -> Result<Vec<Loaded>, LoadError> {
    let files = files(folder)?;
    let known = known(engine, loads).await.map_err(store(loads))?;
    let (mut done, mut todo) = (Vec::new(), Vec::new());
    for source in sources {
        let path = file_of(source, folder, &files)?;
        let before = known.get(&source.name);
        let stamp = stamp(source, &path, before.map(|(stamp, _)| stamp))?;
        match before {
            Some((before, rows)) if before.hash == stamp.hash && before.shape == stamp.shape => {
                done.push(Loaded { source: source.name.clone(), rows: *rows, unchanged: true });
            }
            _ => {
                let is_alike = before.is_some_and(|(before, _)| before.shape == stamp.shape);
                let columns = if is_alike { columns(engine, source).await? } else { None };
                todo.push(Work { source, path, stamp, columns });
            }
        }
    }
    done.extend(fill_all(engine, loads, &todo).await?);
    Ok(done)
}

async fn fill_all(engine: &mut dyn Engine, loads: &str, todo: &[Work<'_>]) -> Result<Vec<Loaded>, LoadError> {
    let mut done = Vec::new();
    for work in todo {
        let rows = fill(engine, work).await?;
        let Stamp { size, mtime, hash, shape } = &work.stamp;
        let remember = format!(
            "DELETE FROM {loads} WHERE source = {name}; INSERT INTO {loads} (source, size, mtime, hash, shape, loaded) \
             VALUES ({name}, {size}, {}, {}, {}, {rows})",
            literal(mtime),
            literal(hash),
            literal(shape),
            name = literal(&work.source.name)
        );
        engine.execute(&remember).await.map_err(store(&work.source.name))?;
        done.push(Loaded { source: work.source.name.clone(), rows, unchanged: false });
    }
    Ok(done)
}

/// The columns of a source's table; `None` where there is no such table.
async fn columns(engine: &mut dyn Engine, source: &Declared) -> Result<Option<Vec<String>>, LoadError> {
    match engine.columns(&source.table).await {
        Ok(found) => Ok(Some(found.into_iter().map(|column| column.name).collect())),
        Err(error) if error.trouble == Trouble::Missing => Ok(None),
        Err(error) => Err(store(&source.name)(error)),
    }
}

async fn known(engine: &mut dyn Engine, loads: &str) -> Result<BTreeMap<String, (Stamp, u64)>, EngineError> {
    let sql = format!("SELECT source, size, mtime, hash, shape, loaded FROM {loads}");
    let types = [Type::Text, Type::Int, Type::Text, Type::Text, Type::Text, Type::Int];
    let mut known = BTreeMap::new();
    for row in super::rows(engine, &sql, &types).await? {
        if let [Value::Text(source), size, Value::Text(mtime), Value::Text(hash), Value::Text(shape), rows] =
            row.as_slice()
        {
            let stamp = Stamp { size: size.int(), mtime: mtime.clone(), hash: hash.clone(), shape: shape.clone() };
            known.insert(source.clone(), (stamp, rows.int().unsigned_abs()));
        }
    }
    Ok(known)
}

fn unreadable(path: &Path) -> impl Fn(std::io::Error) -> LoadError {
    move |error| LoadError::File { path: path.display().to_string(), why: error.to_string() }
}

/// All files below the folder, one level deep, as `name → path`: `app.users` for `app.users.csv` and `app/users.csv`.
fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, LoadError> {
    let mut found = Vec::new();
    list(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

fn list(folder: &Path, prefix: &str, found: &mut Vec<(String, PathBuf)>) -> Result<(), LoadError> {
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        let Some(name) = path.file_stem().and_then(|it| it.to_str()) else { continue };
        if path.is_dir() {
            if prefix.is_empty() {
                list(&path, &format!("{name}."), found)?;
            }
        } else if form(&path).is_some() {
            found.push((format!("{prefix}{name}"), path.clone()));
        }
    }
    Ok(())
}

fn form(path: &Path) -> Option<&'static str> {
    let extension = path.extension()?.to_str()?.to_lowercase();
    match extension.as_str() {
        "csv" => Some("CSV (RFC 4180)"),
        "jsonl" | "ndjson" => Some("JSON, one object per line"),
        _ => None,
    }
}

fn file_of(source: &Declared, folder: &Path, files: &[(String, PathBuf)]) -> Result<PathBuf, LoadError> {
    let mut fitting = files.iter().filter(|(name, _)| *name == source.name);
    match (fitting.next(), fitting.next()) {
        (Some((_, path)), None) => Ok(path.clone()),
        (Some((_, one)), Some((_, other))) => Err(LoadError::TwoFiles {
            name: source.name.clone(),
            one: one.display().to_string(),
            other: other.display().to_string(),
        }),
        (None, _) => Err(LoadError::MissingFile {
            name: source.name.clone(),
            cite: source.cite.clone(),
            folder: folder.display().to_string(),
        }),
    }
}

fn stamp(source: &Declared, path: &Path, before: Option<&Stamp>) -> Result<Stamp, LoadError> {
    let meta = std::fs::metadata(path).map_err(unreadable(path))?;
    let size = i64::try_from(meta.len()).unwrap_or(i64::MAX);
    let mtime = meta.modified().ok().and_then(|it| it.duration_since(std::time::UNIX_EPOCH).ok());
    let mtime = format!("{} {} {}", mtime.map_or(0, |it| it.as_nanos()), changed(&meta), path.display());
    let columns = source.columns.iter().map(|(name, typed)| format!("{name} {typed}"));
    let shape = format!("{} {}", source.table, columns.collect::<Vec<_>>().join(", "));
    let hash = match before {
        Some(before) if before.size == size && before.mtime == mtime => before.hash.clone(),
        _ => {
            let mut hasher = Sha256::new();
            let mut file = std::fs::File::open(path).map_err(unreadable(path))?;
            std::io::copy(&mut file, &mut hasher).map_err(unreadable(path))?;
            format!("{:x}", hasher.finalize())
        }
    };
    Ok(Stamp { size, mtime, hash, shape })
}

/// What the system says of the file's last change, whoever set its time: another time of change, or another file under its name.
#[cfg(unix)]
fn changed(meta: &std::fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    format!("{}.{:09} {}", meta.ctime(), meta.ctime_nsec(), meta.ino())
}

/// What the system says of the file's last change: here that it is not known, so that the file is read.
#[cfg(not(unix))]
fn changed(_: &std::fs::Metadata) -> String {
    super::clock().to_string()
}

async fn fill(engine: &mut dyn Engine, work: &Work<'_>) -> Result<u64, LoadError> {
    let store = store(&work.source.name);
    let mut file = super::rows_of::File::open(work.source, &work.path)?;
    let driver = engine.driver();
    let columns = file.slots.iter().map(|slot| format!("{} {}", quote(&slot.name), (driver.type_name)(&slot.kind)));
    let columns = columns.collect::<Vec<_>>().join(", ");
    if let (true, Some((schema, _))) = (driver.has_schemas, work.source.name.split_once('.')) {
        engine.execute(&format!("CREATE SCHEMA IF NOT EXISTS {}", quote(schema))).await.map_err(&store)?;
    }
    let table = &work.source.table;
    let names = file.slots.iter().map(|slot| &slot.name);
    // What people made on the table, their views and their rights, stays where its columns do.
    let emptied = match &work.columns {
        Some(had) if had.iter().eq(names) => format!("DELETE FROM {table}"),
        _ => format!("DROP TABLE IF EXISTS {table}; CREATE TABLE {table} ({columns})"),
    };
    engine.execute(&emptied).await.map_err(&store)?;
    let slots: Vec<Slot> = file.slots.clone();
    let (mut total, mut chunk) = (0, Vec::<Row>::new());
    while let Some(row) = file.row()? {
        chunk.push(row);
        if chunk.len() >= CHUNK {
            engine.append(table, &slots, &chunk).await.map_err(&store)?;
            total += chunk.len() as u64;
            chunk.clear();
        }
    }
    engine.append(table, &slots, &chunk).await.map_err(&store)?;
    Ok(total + chunk.len() as u64)
}

/// The mistake of a file's text.
pub(super) fn broken(path: &Path, wrong: Wrong) -> LoadError {
    LoadError::Text {
        place: format!("{}:{}:{}", path.display(), wrong.line, wrong.column),
        what: wrong.what,
        form: form(path).unwrap_or_default(),
    }
}

/// Opens a file's text.
pub(super) fn reader(path: &Path) -> Result<csv::Reader<std::io::BufReader<std::fs::File>>, LoadError> {
    csv::open(path).map_err(unreadable(path))
}

/// The place and text of a value, for a mistake.
pub(super) fn misfit(path: &Path, source: &Declared, field: &Field, column: &str, typed: &Typed) -> LoadError {
    let mut text: String = field.text.chars().take(40).collect();
    if text.len() < field.text.len() {
        text.push('…');
    }
    let place = format!("{}:{}:{}", path.display(), field.line, field.column);
    let (column, kind, cite) = (column.to_owned(), typed.kind.to_string(), source.cite(column));
    let expected = Box::new(Expected { column, kind, cite });
    if field.text.is_empty() { LoadError::Null { place, expected } } else { LoadError::Value { place, text, expected } }
}
