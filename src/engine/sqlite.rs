//! SQLite, in one file: the embedded engine. Takes a path; schemas are spelled into names, the lock is a file beside the
//! database, and readers see the last committed state while a run writes (write-ahead log).

use std::path::Path;

use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions as _, Executor as _, Row as _, SqlSafeStr as _, SqliteConnection,
};
use sqlx::{Statement as _, TypeInfo as _, ValueRef as _};

use super::{
    Driver, Engine, EngineError, Found, Job, Location, Place, Relation, Row, Rows, Slot, Texts, Trouble, Value,
    literal, quote, transaction,
};
use crate::engine::file_lock::FileLock;
use crate::types::Type;

/// SQLite as data.
pub const DRIVER: Driver = Driver {
    name: "sqlite",
    is_file: true,
    library: None,
    has_schemas: false,
    has_indexes: true,
    indexes_any_text: true,
    begin: "BEGIN IMMEDIATE",
    has_savepoints: true,
    instant: "",
    type_name,
    accepts,
    misfit,
    fits: |_| Ok(()),
    open,
    scratch: None,
};

/// How SQLite spells a database that is in memory.
const MEMORY: &str = ":memory:";

/// The code of a value that does not fit, as the functions of plgc say it: `SQLITE_MISMATCH`.
const DATA: &str = "20";

/// The size of a page of a database that is made anew, in bytes: the rows of an entity of hundreds of audiences fit into one.
const PAGE: u32 = 16384;

struct Sqlite {
    connection: SqliteConnection,
    path: std::path::PathBuf,
    lock: Option<FileLock>,
    depth: u32,
}

fn type_name(kind: &Type) -> String {
    match kind {
        Type::Int | Type::Decimal { .. } | Type::Bool | Type::Duration | Type::Months => "INTEGER",
        Type::Float => "REAL",
        Type::Text | Type::Date | Type::Timestamp | Type::Enum(_) | Type::Json | Type::Null | Type::Error => "TEXT",
    }
    .to_owned()
}

/// Declared types are free text in SQLite: what counts is the affinity that it derives from them.
fn accepts(kind: &Type, found: &str) -> bool {
    let found = found.to_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| found.contains(word));
    if found.is_empty() || found == "NULL" {
        return true;
    }
    match kind {
        Type::Int | Type::Duration | Type::Months => has(&["INT"]),
        Type::Decimal { .. } => has(&["INT", "NUMERIC", "DECIMAL"]),
        Type::Bool => has(&["INT", "BOOL"]),
        Type::Float => has(&["REAL", "FLOA", "DOUB"]),
        Type::Date | Type::Timestamp => has(&["TEXT", "CHAR", "DATE", "TIME"]),
        Type::Text | Type::Enum(_) | Type::Json | Type::Null | Type::Error => has(&["TEXT", "CHAR", "CLOB", "JSON"]),
    }
}

/// What stands in a column is free in SQLite. Days and instants are text in the one form that is ordered like time.
fn misfit(kind: &Type, column: &str) -> Option<String> {
    const DAY: &str = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]";
    const CLOCK: &str = "[0-2][0-9]:[0-5][0-9]:[0-5][0-9]";
    // Only a day after the 28th may be one that its month lacks.
    let day = format!("SUBSTR({column}, 1, 10)");
    let no_day = format!("{column} < '0001' OR (SUBSTR({column}, 9, 2) > '28' AND DATE({day}) IS NOT {day})");
    let is = |storage: &str| format!("TYPEOF({column}) NOT IN ({storage}, 'null')");
    Some(match kind {
        Type::Int | Type::Duration | Type::Months => is("'integer'"),
        Type::Decimal { precision, .. } => {
            format!("{} OR ABS({column}) >= {}", is("'integer'"), 10_i128.pow(u32::from(*precision)))
        }
        Type::Float => is("'real', 'integer'"),
        Type::Bool => format!("{} OR {column} NOT IN (0, 1)", is("'integer'")),
        Type::Text | Type::Enum(_) | Type::Json | Type::Null | Type::Error => is("'text'"),
        Type::Date => format!("{} OR {column} NOT GLOB '{DAY}' OR {no_day}", is("'text'")),
        Type::Timestamp => format!(
            "{} OR {column} NOT GLOB '{DAY} {CLOCK}*' \
             OR (LENGTH({column}) > 19 AND {column} NOT GLOB '{DAY} {CLOCK}.*[1-9]') \
             OR SUBSTR({column}, 12, 2) > '23' OR {no_day}",
            is("'text'")
        ),
    })
}

fn open(location: &Location) -> Job<'_, Box<dyn Engine>> {
    Box::pin(async move {
        let path = match &location.place {
            Place::Path(path) => path.as_path(),
            Place::Memory => Path::new(MEMORY),
            Place::Url(_) => return Err(EngineError::new(Trouble::Setting, "it needs a path, not a url")),
        };
        let is_file = location.file().is_some();
        if is_file && path.is_dir() {
            let what = format!("its path `{}` is a folder, and the database is a file", path.display());
            return Err(EngineError::new(Trouble::Setting, what));
        }
        let unreachable = |why: String| EngineError::new(Trouble::Unreachable, format!("`{}`: {why}", path.display()));
        if let (true, Some(folder)) = (is_file, path.parent()) {
            std::fs::create_dir_all(folder).map_err(|error| unreachable(error.to_string()))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(if is_file { SqliteJournalMode::Wal } else { SqliteJournalMode::Memory })
            .page_size(PAGE)
            .synchronous(if is_file { SqliteSynchronous::Full } else { SqliteSynchronous::Off })
            .busy_timeout(std::time::Duration::from_secs(30))
            .statement_cache_capacity(16);
        let mut connection = options.connect().await.map_err(|error| unreachable(said(&error, "").message))?;
        harden(&mut connection).await.map_err(|error| unreachable(error.to_string()))?;
        super::sqlite_functions::register(&mut connection).await.map_err(|error| unreachable(error.to_string()))?;
        let engine: Box<dyn Engine> = Box::new(Sqlite { connection, path: path.to_owned(), lock: None, depth: 0 });
        Ok(engine)
    })
}

/// A misspelt column in double quotes is an error, never a text; functions that SQLite lacks are there.
#[expect(unsafe_code, reason = "SQLite's C interface is the only way to this setting")]
async fn harden(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut handle = connection.lock_handle().await?;
    let database = handle.as_raw_handle().as_ptr();
    for setting in [libsqlite3_sys::SQLITE_DBCONFIG_DQS_DML, libsqlite3_sys::SQLITE_DBCONFIG_DQS_DDL] {
        let none = std::ptr::null_mut::<std::ffi::c_int>();
        // SAFETY: the handle is locked and open; the setting takes an int and a pointer that may be null.
        let code = unsafe { libsqlite3_sys::sqlite3_db_config(database, setting, 0, none) };
        if code != libsqlite3_sys::SQLITE_OK {
            return Err(sqlx::Error::Protocol(format!("sqlite3_db_config gives {code}")));
        }
    }
    Ok(())
}

fn said(error: &sqlx::Error, statement: &str) -> EngineError {
    let message = error.as_database_error().map_or_else(|| error.to_string(), |it| it.message().to_owned());
    let code = error.as_database_error().and_then(|it| it.code()).unwrap_or_default();
    let trouble = if code == DATA || message == "integer overflow" {
        Trouble::Data
    } else if message.starts_with("UNIQUE constraint failed") {
        Trouble::Repeated
    } else if message.starts_with("no such table") {
        Trouble::Missing
    } else if ["disk is full", "readonly", "read-only", "disk I/O", "unable to open"]
        .iter()
        .any(|it| message.contains(it))
    {
        Trouble::Denied
    } else {
        Trouble::Statement
    };
    EngineError { trouble, message, statement: Some(statement.to_owned()) }
}

/// A file that cannot be written is named.
fn of_file(error: EngineError, path: &Path) -> EngineError {
    match error.trouble {
        Trouble::Denied => EngineError { message: format!("`{}`: {}", path.display(), error.message), ..error },
        _ => error,
    }
}

fn value(row: &SqliteRow, place: usize, kind: &Type) -> Result<Value, sqlx::Error> {
    if row.try_get_raw(place)?.is_null() {
        return Ok(Value::Null);
    }
    Ok(match kind {
        Type::Int | Type::Duration | Type::Months => Value::Int(row.try_get_unchecked(place)?),
        Type::Decimal { scale, .. } => Value::Decimal(row.try_get_unchecked(place)?, *scale),
        Type::Float => Value::float(row.try_get_unchecked(place)?),
        Type::Bool => Value::Bool(row.try_get_unchecked::<i64, _>(place)? != 0),
        Type::Date => Value::Date(row.try_get_unchecked(place)?),
        Type::Timestamp => Value::Timestamp(row.try_get_unchecked(place)?),
        Type::Text | Type::Enum(_) | Type::Json | Type::Null | Type::Error => {
            Value::Text(row.try_get_unchecked(place)?)
        }
    })
}

impl Engine for Sqlite {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn depth(&mut self) -> &mut u32 {
        &mut self.depth
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> Job<'a, u64> {
        Box::pin(async move {
            let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await;
            done.map(|it| it.rows_affected()).map_err(|error| of_file(said(&error, sql), &self.path))
        })
    }

    fn stream<'a>(&'a mut self, sql: &'a str, types: &'a [Type]) -> Rows<'a> {
        let found = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(&mut self.connection);
        Box::pin(found.map(move |row| {
            let read =
                |row: SqliteRow| types.iter().enumerate().map(|(place, kind)| value(&row, place, kind)).collect();
            row.and_then(read).map_err(|error| said(&error, sql))
        }))
    }

    fn texts<'a>(&'a mut self, sql: &'a str, limit: usize) -> Job<'a, Texts> {
        Box::pin(async move {
            let mut found = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(&mut self.connection);
            let mut texts = Texts::default();
            while let Some(row) = found.try_next().await.map_err(|error| said(&error, sql))? {
                if texts.rows.is_empty() {
                    texts.columns = row.columns().iter().map(|column| column.name().to_owned()).collect();
                }
                let values = (0..row.len()).map(|place| row.try_get_unchecked(place));
                texts.rows.push(values.collect::<Result<_, _>>().map_err(|error| said(&error, sql))?);
                if texts.rows.len() >= limit {
                    break;
                }
            }
            Ok(texts)
        })
    }

    fn columns<'a>(&'a mut self, from: &'a str) -> Job<'a, Vec<Found>> {
        Box::pin(async move {
            let sql = format!("SELECT * FROM {from} AS t");
            let prepared = self.connection.prepare(AssertSqlSafe(sql.clone()).into_sql_str()).await;
            let prepared = prepared.map_err(|error| said(&error, &sql))?;
            let found = prepared
                .columns()
                .iter()
                .map(|column| Found { name: column.name().to_owned(), sql_type: column.type_info().name().to_owned() });
            Ok(found.collect())
        })
    }

    fn append<'a>(&'a mut self, table: &'a str, slots: &'a [Slot], rows: &'a [Row]) -> Job<'a, ()> {
        Box::pin(async move {
            let names = slots.iter().map(|slot| quote(&slot.name)).collect::<Vec<_>>().join(", ");
            let marks = format!("({})", vec!["?"; slots.len()].join(", "));
            // SQLite binds at most 32,766 values in a statement.
            for chunk in rows.chunks((16_000 / slots.len().max(1)).clamp(1, 500)) {
                let sql =
                    format!("INSERT INTO {table} ({names}) VALUES {}", vec![marks.as_str(); chunk.len()].join(", "));
                let mut insert = sqlx::query(AssertSqlSafe(sql.clone()));
                for value in chunk.iter().flatten() {
                    insert = match value {
                        Value::Null => insert.bind(None::<i64>),
                        Value::Bool(it) => insert.bind(i64::from(*it)),
                        Value::Int(it) | Value::Decimal(it, _) => insert.bind(*it),
                        Value::Float(it) => insert.bind(*it),
                        Value::Text(it) | Value::Date(it) | Value::Timestamp(it) => insert.bind(it.as_str()),
                    };
                }
                insert.execute(&mut self.connection).await.map_err(|error| of_file(said(&error, &sql), &self.path))?;
            }
            Ok(())
        })
    }

    fn replace_views<'a>(&'a mut self, views: &'a [(String, String)], _: &'a [String]) -> Job<'a, ()> {
        Box::pin(async move {
            let made = views
                .iter()
                .map(|(view, query)| format!("DROP VIEW IF EXISTS {view};\nCREATE VIEW {view} AS\n{query};\n"));
            let sql: String = made.collect();
            transaction::execute(self, &sql).await
        })
    }

    fn relations<'a>(&'a mut self, schema: &'a str) -> Job<'a, Vec<Relation>> {
        Box::pin(async move {
            let prefix = if schema.is_empty() { String::new() } else { format!("{schema}__") };
            let sql = format!(
                "SELECT SUBSTR(name, {}), type = 'view' FROM sqlite_schema WHERE type IN ('table', 'view') \
                 AND SUBSTR(name, 1, {}) = {} ORDER BY 1",
                prefix.len() + 1,
                prefix.len(),
                literal(&prefix)
            );
            super::relations(self, &sql).await
        })
    }

    fn lock(&mut self) -> Job<'_, bool> {
        Box::pin(async move {
            self.lock = FileLock::take(&self.path)?;
            Ok(self.lock.is_some())
        })
    }
}
