//! One driver per file: open, execute, stream rows. Takes statements as text and gives rows of [`Value`]s; a warehouse's
//! habits (names, literals, types, how a view is replaced) are data in its [`Driver`]. Rows are streamed, never piled up.

pub mod adbc;
pub mod csv;
pub mod duckdb;
pub mod file_lock;
pub mod journal;
pub mod load;
pub mod postgres;
pub mod rows_of;
pub mod sqlite;
pub mod sqlite_functions;
pub mod transaction;
pub mod value;

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use futures_util::stream::{Stream, TryStreamExt as _};
use thiserror::Error;

use crate::types::Type;
pub use value::Value;

/// Every engine, by name.
pub const ALL: &[&Driver] = &[&postgres::DRIVER, &sqlite::DRIVER, &duckdb::DRIVER];

/// What an engine promises: a result, later.
pub type Job<'a, T> = Pin<Box<dyn Future<Output = Result<T, EngineError>> + 'a>>;
/// A row, in the order of the types that were asked for.
pub type Row = Vec<Value>;
/// Rows as they arrive.
pub type Rows<'a> = Pin<Box<dyn Stream<Item = Result<Row, EngineError>> + 'a>>;

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the system that it opens.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// Where a database is, and what it is reached by.
#[derive(Debug, Clone)]
pub struct Location {
    /// Where it is.
    pub place: Place,
    /// The library that reaches it, as a path or a name, where one is loaded; `None`: the one that is found where such
    /// libraries are installed.
    pub library: Option<String>,
}

impl Location {
    /// A file.
    #[must_use]
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self { place: Place::Path(path.into()), library: None }
    }

    /// A server.
    #[must_use]
    pub const fn url(url: Secret) -> Self {
        Self { place: Place::Url(url), library: None }
    }

    /// The process itself.
    #[must_use]
    pub const fn memory() -> Self {
        Self { place: Place::Memory, library: None }
    }

    /// The file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::Path(path) => Some(path),
            Place::Url(_) | Place::Memory => None,
        }
    }
}

/// Where a database is.
#[derive(Debug, Clone)]
pub enum Place {
    /// A file.
    Path(PathBuf),
    /// A server.
    Url(Secret),
    /// The process itself: gone with the connection. Only what is a file can be there instead.
    Memory,
}

/// What an engine is, as data.
#[derive(Debug)]
pub struct Driver {
    /// Its name in `plg.toml`; also that of its dialect.
    pub name: &'static str,
    /// Whether it is a file, rather than a server.
    pub is_file: bool,
    /// The library that is loaded to reach it.
    pub library: Option<&'static adbc::Library>,
    /// Whether tables live in schemas; if not, `a.b` is spelled `a__b`.
    pub has_schemas: bool,
    /// Whether a table may have an index.
    pub has_indexes: bool,
    /// Whether an index takes texts of any length, as keys at a destination may have.
    pub indexes_any_text: bool,
    /// How a transaction that will write begins.
    pub begin: &'static str,
    /// Whether a part of a transaction can be taken back alone.
    pub has_savepoints: bool,
    /// What stands before the text of an instant.
    pub instant: &'static str,
    /// The physical type of a type.
    pub type_name: fn(&Type) -> String,
    /// Whether a physical type can hold a type.
    pub accepts: fn(&Type, &str) -> bool,
    /// A condition that finds, in a column that can hold a type, values that are none of it; nulls are no matter.
    pub misfit: fn(&Type, &str) -> Option<String>,
    /// What is wrong with the text of the setting that says where it is, as far as the text shows, and one thing to do.
    pub fits: fn(&str) -> Result<(), (&'static str, &'static str)>,
    /// Opens a database.
    pub open: fn(&Location) -> Job<'_, Box<dyn Engine>>,
    /// How a database is made for a moment beside that of a location; `None`: one in memory will do.
    pub scratch: Option<Scratch>,
}

/// How a database is made for a moment, and dropped: by the location beside which it is, and its name.
#[derive(Debug)]
pub struct Scratch {
    /// Makes it, and gives where it is.
    pub create: for<'a> fn(&'a Location, &'a str) -> Job<'a, Location>,
    /// Drops it.
    pub remove: for<'a> fn(&'a Location, &'a str) -> Job<'a, ()>,
}

impl Driver {
    /// A table's name as statements spell it.
    #[must_use]
    pub fn table(&self, schema: &str, name: &str) -> String {
        if self.has_schemas {
            format!("{}.{}", quote(schema), quote(name))
        } else if schema.is_empty() {
            quote(name)
        } else {
            quote(&format!("{schema}__{name}"))
        }
    }

    /// The literal of an instant `YYYY-MM-DD HH:MM:SS[.f]`.
    #[must_use]
    pub fn instant(&self, text: &str) -> String {
        format!("{}{}", self.instant, literal(text))
    }
}

/// The engine of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Driver> {
    ALL.iter().copied().find(|driver| driver.name == name)
}

/// The engine that needs nothing but this program.
#[must_use]
pub fn embedded() -> &'static Driver {
    &sqlite::DRIVER
}

/// A quoted identifier.
#[must_use]
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A quoted text literal.
#[must_use]
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Quoted text literals, as a list.
#[must_use]
pub fn literals<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    texts.into_iter().map(|text| literal(text)).collect::<Vec<_>>().join(", ")
}

/// A column that a table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Its physical type; empty where the engine does not know.
    pub sql_type: String,
}

/// A table or view of a schema, by its name there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// Its name, without the schema.
    pub name: String,
    /// Whether it is a view.
    pub is_view: bool,
}

/// Rows of a query whose types nobody knows, to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Texts {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The values, as the database writes them.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A column to write into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Type,
}

/// A connection to a database.
pub trait Engine {
    /// What it is.
    fn driver(&self) -> &'static Driver;
    /// How many transactions are open, one within the other; for [`transaction`] alone.
    fn depth(&mut self) -> &mut u32;
    /// Executes one or more statements.
    fn execute<'a>(&'a mut self, sql: &'a str) -> Job<'a, u64>;
    /// Streams the rows of a query, read as these types.
    fn stream<'a>(&'a mut self, sql: &'a str, types: &'a [Type]) -> Rows<'a>;
    /// The first rows of a query, at most `limit`, as text.
    fn texts<'a>(&'a mut self, sql: &'a str, limit: usize) -> Job<'a, Texts>;
    /// The columns of a table or of a query in parentheses.
    fn columns<'a>(&'a mut self, from: &'a str) -> Job<'a, Vec<Found>>;
    /// Adds rows to a table, in bulk.
    fn append<'a>(&'a mut self, table: &'a str, slots: &'a [Slot], rows: &'a [Row]) -> Job<'a, ()>;
    /// Makes views, each from its query, or makes them anew; a later one may read an earlier one. Readers see all old
    /// ones or all new ones. A view that others read stays, as far as it can: it keeps its columns in their order, and new
    /// ones come last. Those in `gone` may read old ones, and go with them where they are in the way.
    fn replace_views<'a>(&'a mut self, views: &'a [(String, String)], gone: &'a [String]) -> Job<'a, ()>;
    /// The tables and views of a schema.
    fn relations<'a>(&'a mut self, schema: &'a str) -> Job<'a, Vec<Relation>>;
    /// Takes the lock of this database, which the connection's end gives back; false if another run has it.
    fn lock(&mut self) -> Job<'_, bool>;
}

/// All rows of a small query.
pub async fn rows(engine: &mut dyn Engine, sql: &str, types: &[Type]) -> Result<Vec<Row>, EngineError> {
    engine.stream(sql, types).try_collect().await
}

/// The tables and views of a query that gives the name of each, and whether it is a view.
async fn relations(engine: &mut dyn Engine, sql: &str) -> Result<Vec<Relation>, EngineError> {
    let rows = rows(engine, sql, &[Type::Text, Type::Bool]).await?;
    let relation = |row: Row| match row.as_slice() {
        [Value::Text(name), is_view] => Some(Relation { name: name.clone(), is_view: *is_view == Value::Bool(true) }),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(relation).collect())
}

/// [`Driver::misfit`] of a database whose columns hold what their types say: numbers that are none or do not fit, and instants that no
/// calendar has or no reader of theirs. `exact` is the column where it can be rounded exactly, `no_number` finds doubles that are none.
fn misfit_of_types(kind: &Type, column: &str, exact: &str, no_number: String) -> Option<String> {
    Some(match kind {
        Type::Decimal { precision, scale } => {
            let most = 10_i128.pow(u32::from(precision - scale));
            format!("ABS({column}) >= {most} OR {column} <> ROUND({exact}, {scale})")
        }
        Type::Float => no_number,
        Type::Date | Type::Timestamp => {
            format!("NOT ISFINITE({column}) OR {column} < '0001-01-01' OR {column} >= '10000-01-01'")
        }
        Type::Int
        | Type::Duration
        | Type::Months
        | Type::Bool
        | Type::Text
        | Type::Enum(_)
        | Type::Json
        | Type::Null
        | Type::Error => return None,
    })
}

/// What a database says when it cannot.
#[derive(Debug, Clone, Error)]
#[error("{message}")]
pub struct EngineError {
    /// What kind of trouble it is.
    pub trouble: Trouble,
    /// The database's own words.
    pub message: String,
    /// The statement, if one was at fault.
    pub statement: Option<String>,
}

/// Kinds of trouble that a run tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The database cannot be reached or opened.
    Unreachable,
    /// A table or view is not there.
    Missing,
    /// A view cannot be replaced in place: its columns changed.
    ViewShape,
    /// A table or view cannot be dropped: another view reads it.
    InUse,
    /// The account may not do it, or there is no room.
    Denied,
    /// A value does not fit: it is too large, or no number, date or text.
    Data,
    /// Several rows have a value that is to be unique.
    Repeated,
    /// What says where the database is, is itself wrong.
    Setting,
    /// The library that reaches the database is not there, or is none.
    Driver,
    /// Another process has the database for itself.
    Busy,
    /// A statement fails.
    Statement,
}

impl EngineError {
    /// Trouble without a statement.
    #[must_use]
    pub fn new(trouble: Trouble, message: impl Into<String>) -> Self {
        Self { trouble, message: message.into(), statement: None }
    }
}

/// The clock of the machine, in microseconds since 1970. Only for what is not part of a run's meaning: ids and receipts.
#[must_use]
pub fn clock() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
