//! DuckDB, in one file of this machine, through its ADBC driver: a library that is loaded at run time. Takes a path; one process at a time
//! opens the file, and in it all connections share one database. Rows come in batches; bulk goes in as one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use adbc_core::error::{Error, Status};
use adbc_driver_manager::ManagedDatabase;

use super::adbc::{self, Library, Wire, batch};
use super::{
    Driver, Engine, EngineError, Found, Job, Location, Place, Relation, Row, Rows, Slot, Texts, Trouble, literal,
    quote, transaction,
};
use crate::engine::file_lock::FileLock;
use crate::types::Type;

/// DuckDB as data.
pub const DRIVER: Driver = Driver {
    name: "duckdb",
    is_file: true,
    library: Some(&LIBRARY),
    has_schemas: true,
    has_indexes: false,
    indexes_any_text: false,
    begin: "BEGIN TRANSACTION",
    has_savepoints: false,
    instant: "TIMESTAMP ",
    type_name,
    accepts,
    misfit,
    fits: |_| Ok(()),
    open,
    scratch: None,
};

/// Its library: the project's own release, or the one of a package.
const LIBRARY: Library = Library {
    name: "duckdb",
    entry: "duckdb_adbc_init",
    package: "duckdb/libduckdb.so",
    how: "install it with `dbc install duckdb`, or unpack `libduckdb` of a release of DuckDB 1.4 or later, and write `driver = \"path/to/libduckdb.so\"`",
};

/// Texts that are the same everywhere, and nothing from the network.
const SESSION: &str = "SET TimeZone = 'UTC'; SET Calendar = 'gregorian'; SET default_null_order = 'nulls_last'; \
    SET autoinstall_known_extensions = false";

/// Rows on their way into a table.
const STAGE: &str = "plgc_load";

/// How long a file that another process has open is waited for: a killed run's process needs a moment to end.
const TRIES: u32 = 20;

/// The databases that this process has open, by file.
static OPEN: Mutex<Vec<(PathBuf, Weak<Shared>)>> = Mutex::new(Vec::new());

/// A database that connections of this process share.
struct Shared(ManagedDatabase);

/// A connection's share in it. The last one closes the file, and nobody opens it meanwhile.
struct Held(Option<Arc<Shared>>);

impl Drop for Held {
    fn drop(&mut self) {
        let _open = OPEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.0 = None;
    }
}

struct Duckdb {
    wire: Wire,
    path: Option<PathBuf>,
    lock: Option<FileLock>,
    depth: u32,
}

fn type_name(kind: &Type) -> String {
    match kind {
        Type::Int | Type::Duration | Type::Months => "BIGINT".to_owned(),
        Type::Decimal { precision, scale } => format!("DECIMAL({precision}, {scale})"),
        Type::Float => "DOUBLE".to_owned(),
        Type::Bool => "BOOLEAN".to_owned(),
        Type::Date => "DATE".to_owned(),
        Type::Timestamp => "TIMESTAMP".to_owned(),
        Type::Text | Type::Enum(_) | Type::Json | Type::Null | Type::Error => "VARCHAR".to_owned(),
    }
}

fn accepts(kind: &Type, found: &str) -> bool {
    const INTS: &[&str] = &["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"];
    let found = found.to_uppercase();
    let name = found.split('(').next().unwrap_or_default().trim();
    match kind {
        Type::Int | Type::Duration | Type::Months => INTS.contains(&name),
        Type::Decimal { .. } => name == "DECIMAL" || INTS.contains(&name),
        Type::Float => matches!(name, "FLOAT" | "DOUBLE"),
        Type::Bool => name == "BOOLEAN",
        Type::Date => name == "DATE",
        Type::Timestamp => {
            matches!(name, "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" | "TIMESTAMP WITH TIME ZONE")
        }
        Type::Json => matches!(name, "JSON" | "VARCHAR"),
        Type::Text | Type::Enum(_) | Type::Null | Type::Error => name == "VARCHAR",
    }
}

fn misfit(kind: &Type, column: &str) -> Option<String> {
    super::misfit_of_types(kind, column, column, format!("NOT ISFINITE({column})"))
}

fn open(location: &Location) -> Job<'_, Box<dyn Engine>> {
    Box::pin(async move {
        let path = match &location.place {
            Place::Path(path) => Some(path.as_path()),
            Place::Memory => None,
            Place::Url(_) => return Err(EngineError::new(Trouble::Setting, "it needs a path, not a url")),
        };
        if let Some(path) = path.filter(|path| path.is_dir()) {
            let what = format!("its path `{}` is a folder, and the database is a file", path.display());
            return Err(EngineError::new(Trouble::Setting, what));
        }
        let shared = database(path, location.library.as_deref()).await?;
        let wire = Wire::open(shared.0.clone(), Held(Some(shared)), said).await?;
        wire.execute(SESSION).await?;
        let engine: Box<dyn Engine> = Box::new(Duckdb { wire, path: path.map(Path::to_owned), lock: None, depth: 0 });
        Ok(engine)
    })
}

/// The database of a file: the one that this process has open, or else it is opened.
async fn database(path: Option<&Path>, library: Option<&str>) -> Result<Arc<Shared>, EngineError> {
    let Some(path) = path else {
        let options = vec![("path", ":memory:".to_owned())];
        return Ok(Arc::new(Shared(adbc::database(&LIBRARY, library, options, said)?)));
    };
    let unreachable =
        |error: std::io::Error| EngineError::new(Trouble::Unreachable, format!("`{}`: {error}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(unreachable)?;
    }
    let path = std::path::absolute(path).map_err(unreachable)?;
    for _ in 0..TRIES {
        match shared(&path, library) {
            Err(error) if error.trouble == Trouble::Busy => {
                tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            }
            done => return done,
        }
    }
    shared(&path, library)
}

fn shared(path: &Path, library: Option<&str>) -> Result<Arc<Shared>, EngineError> {
    let mut open = OPEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    open.retain(|(_, database)| database.strong_count() > 0);
    let known = open.iter().find(|(known, _)| known == path).and_then(|(_, database)| database.upgrade());
    if let Some(database) = known {
        return Ok(database);
    }
    let options = vec![("path", path.display().to_string())];
    let opened = adbc::database(&LIBRARY, library, options, said);
    let database = Arc::new(Shared(opened.map_err(|error| match error.trouble {
        Trouble::Busy | Trouble::Driver => error,
        _ => EngineError { trouble: Trouble::Unreachable, statement: None, ..error },
    })?));
    open.push((path.to_owned(), Arc::downgrade(&database)));
    Ok(database)
}

/// The driver has no codes: what an error is stands before its first colon.
fn said(error: Error, statement: &str) -> EngineError {
    let message = error.message.trim();
    let (kind, _) = message.split_once(':').unwrap_or(("", message));
    let trouble = match kind {
        _ if error.status == Status::InvalidData => Trouble::Data,
        "Conversion Error" | "Out of Range Error" => Trouble::Data,
        "Invalid Input Error" if !statement.is_empty() => Trouble::Data,
        "Constraint Error" => Trouble::Repeated,
        "Catalog Error" if message.contains("does not exist") && !message.contains("Function with name") => {
            Trouble::Missing
        }
        "IO Error" if message.contains("Could not set lock") => Trouble::Busy,
        "IO Error" | "Permission Error" | "Out of Memory Error" => Trouble::Denied,
        _ if error.status == Status::IO => Trouble::Unreachable,
        _ => Trouble::Statement,
    };
    let message = match trouble {
        Trouble::Busy => {
            let holder = message
                .split_once("Conflicting lock is held in ")
                .map_or("another process", |(_, rest)| rest.split(". ").next().unwrap_or(rest));
            format!("the file is open in {holder}; DuckDB lets one process at a time write a file")
        }
        _ => message.to_owned(),
    };
    EngineError { trouble, message, statement: (!statement.is_empty()).then(|| statement.to_owned()) }
}

impl Engine for Duckdb {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn depth(&mut self) -> &mut u32 {
        &mut self.depth
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> Job<'a, u64> {
        Box::pin(self.wire.execute(sql))
    }

    fn stream<'a>(&'a mut self, sql: &'a str, types: &'a [Type]) -> Rows<'a> {
        self.wire.stream(sql, types)
    }

    fn texts<'a>(&'a mut self, sql: &'a str, limit: usize) -> Job<'a, Texts> {
        Box::pin(self.wire.texts(sql, limit))
    }

    fn columns<'a>(&'a mut self, from: &'a str) -> Job<'a, Vec<Found>> {
        Box::pin(async move {
            let sql = format!("DESCRIBE SELECT * FROM {from} AS t");
            let found = self.wire.texts(&sql, usize::MAX).await?;
            let column = |row: Vec<Option<String>>| {
                let mut row = row.into_iter().flatten();
                Some(Found { name: row.next()?, sql_type: row.next()? })
            };
            Ok(found.rows.into_iter().filter_map(column).collect())
        })
    }

    fn append<'a>(&'a mut self, table: &'a str, slots: &'a [Slot], rows: &'a [Row]) -> Job<'a, ()> {
        Box::pin(async move {
            if rows.is_empty() {
                return Ok(());
            }
            let names = slots.iter().map(|slot| quote(&slot.name)).collect::<Vec<_>>().join(", ");
            self.wire.stage(STAGE, batch::of(slots, rows).map_err(|error| said(error, ""))?).await?;
            let sql =
                format!("INSERT INTO {table} ({names}) SELECT {names} FROM temp.{STAGE}; DROP TABLE temp.{STAGE}");
            self.wire.execute(&sql).await.map(|_| ())
        })
    }

    fn replace_views<'a>(&'a mut self, views: &'a [(String, String)], _: &'a [String]) -> Job<'a, ()> {
        Box::pin(async move {
            let made = views.iter().map(|(view, query)| format!("CREATE OR REPLACE VIEW {view} AS\n{query};\n"));
            let sql: String = made.collect();
            transaction::execute(self, &sql).await
        })
    }

    fn relations<'a>(&'a mut self, schema: &'a str) -> Job<'a, Vec<Relation>> {
        Box::pin(async move {
            let sql = format!(
                "SELECT table_name, table_type = 'VIEW' FROM information_schema.tables \
                 WHERE table_catalog = CURRENT_DATABASE() AND table_schema = {} ORDER BY 1",
                literal(schema)
            );
            super::relations(self, &sql).await
        })
    }

    fn lock(&mut self) -> Job<'_, bool> {
        Box::pin(async move {
            if let Some(path) = &self.path {
                self.lock = FileLock::take(path)?;
                return Ok(self.lock.is_some());
            }
            Ok(true)
        })
    }
}
