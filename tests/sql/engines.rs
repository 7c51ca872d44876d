//! The engines that the tests run statements on, each ready for every function.

use plgc::dialect::{self, Dialect};
use plgc::engine::{self, EngineError};
use plgc::sql;

use crate::support;
use crate::support::home::Home;

/// An engine with its dialect.
pub struct Engine {
    connection: Box<dyn engine::Engine>,
    _home: Home,
    _folder: tempfile::TempDir,
}

impl Engine {
    pub fn dialect(&self) -> &'static Dialect {
        dialect::find(self.connection.driver().name).unwrap()
    }

    /// The instant of these tests, as a run writes it.
    pub fn now(&self) -> String {
        self.connection.driver().instant("2026-02-01 00:00:00")
    }

    /// The first column of the one row that a query gives, as text.
    pub async fn text(&mut self, query: &str) -> Result<Option<String>, EngineError> {
        let found = self.connection.texts(query, 1).await?;
        Ok(found.rows.into_iter().next().expect("a row").into_iter().next().expect("a column"))
    }
}

/// Every engine, ready for every function.
pub async fn all() -> Vec<Engine> {
    let mut engines = Vec::new();
    for driver in support::drivers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let home = std::thread::spawn(move || Home::new(driver, &path, "w.db")).join().unwrap();
        let mut connection = (driver.open)(&home.location).await.unwrap();
        let dialect = dialect::find(driver.name).unwrap();
        if driver.has_schemas {
            connection.execute("CREATE SCHEMA plg_state").await.unwrap();
        }
        let names: Vec<String> = dialect.setup.iter().map(|setup| format!("{}(", setup.name)).collect();
        for statement in sql::setup(dialect, names.iter().map(String::as_str)) {
            connection.execute(statement).await.unwrap_or_else(|error| panic!("{error}\n{statement}"));
        }
        engines.push(Engine { connection, _home: home, _folder: folder });
    }
    engines
}
