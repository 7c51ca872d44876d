//! A project in a temporary folder on the embedded engine, run by the real command, and its tables read back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use sqlx::{Column, Connection, Row, TypeInfo, ValueRef};
use tempfile::TempDir;

/// A project on the embedded engine; its folder is gone when it is dropped.
pub struct Embedded {
    folder: TempDir,
}

impl Embedded {
    /// A project of one program, with the text of a CSV file for each source.
    pub fn new(program: &str, tables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("data")).expect("a folder");
        for (name, text) in tables {
            fs::write(folder.path().join("data").join(format!("{name}.csv")), text).expect("a table");
        }
        fs::write(folder.path().join("program.plg"), program).expect("a program");
        let config =
            "[project]\nname = \"test\"\n\n[targets.dev]\nengine = \"sqlite\"\npath = \"dev.db\"\ndata = \"data\"\n";
        fs::write(folder.path().join("plg.toml"), config).expect("a configuration");
        Self { folder }
    }

    /// The database's file.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("dev.db")
    }

    /// Runs it at an instant; a run that fails shows everything that it said.
    pub fn run(&self, now: &str) {
        let output = self.try_run(now);
        assert!(
            output.status.success(),
            "run failed ({}):\n{}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr),
            fs::read_to_string(self.folder.path().join("program.plg")).unwrap_or_default()
        );
    }

    /// Runs it at an instant.
    pub fn try_run(&self, now: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_plgc"))
            .arg("-C")
            .arg(self.folder.path())
            .args(["run", "-t", "dev", "--as-of", now])
            .output()
            .expect("plgc starts")
    }
}

/// The rows of a table or view: column to text, `None` for null.
pub fn rows(project: &Embedded, table: &str) -> Vec<BTreeMap<String, Option<String>>> {
    query(project, &format!("SELECT * FROM {table}"))
}

/// The keys of an audience.
pub fn members(project: &Embedded, audience: &str) -> BTreeSet<String> {
    query(project, &format!("SELECT id AS id FROM plg__{audience}"))
        .into_iter()
        .filter_map(|mut row| row.remove("id").flatten())
        .collect()
}

/// The rows of a query.
pub fn query(project: &Embedded, sql: &str) -> Vec<BTreeMap<String, Option<String>>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let url = format!("sqlite://{}", project.database().display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("the database");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.expect("a query");
        found
            .iter()
            .map(|row| {
                row.columns().iter().enumerate().map(|(at, column)| (column.name().to_owned(), text(row, at))).collect()
            })
            .collect()
    })
}

fn text(row: &sqlx::sqlite::SqliteRow, at: usize) -> Option<String> {
    let raw = row.try_get_raw(at).expect("a column");
    if raw.is_null() {
        return None;
    }
    let kind = raw.type_info().name().to_owned();
    Some(match kind.as_str() {
        "INTEGER" | "BOOLEAN" => row.get_unchecked::<i64, _>(at).to_string(),
        "REAL" => row.get_unchecked::<f64, _>(at).to_string(),
        _ => row.get_unchecked::<String, _>(at),
    })
}
