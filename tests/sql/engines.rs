//! The engines that the tests run statements on: SQLite in memory, and the PostgreSQL of `PLGC_TEST_POSTGRES`.

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};

use plgc::dialect::{self, Dialect};
use plgc::engine::sqlite_functions;
use plgc::sql;

/// An engine with its dialect.
pub enum Engine {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Engine {
    pub fn dialect(&self) -> &'static Dialect {
        dialect::find(match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        })
        .unwrap()
    }

    /// The first column of the one row that a query gives, which is text.
    pub async fn text(&mut self, query: &str) -> Result<Option<String>, sqlx::Error> {
        let query = AssertSqlSafe(query);
        match self {
            Self::Sqlite(connection) => connection.fetch_one(query).await?.try_get(0),
            Self::Postgres(connection) => connection.fetch_one(query).await?.try_get(0),
        }
    }
}

/// Every engine, ready for every function.
pub async fn all() -> Vec<Engine> {
    let mut sqlite = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlite_functions::register(&mut sqlite).await.unwrap();
    let mut engines = vec![Engine::Sqlite(sqlite)];
    if let Ok(url) = std::env::var("PLGC_TEST_POSTGRES") {
        let mut postgres = PgConnection::connect(&url).await.unwrap();
        // Two tests that set up at once would disturb each other.
        let lock = "BEGIN; SELECT PG_ADVISORY_XACT_LOCK(7310); CREATE SCHEMA IF NOT EXISTS plg_state";
        sqlx::raw_sql(lock).execute(&mut postgres).await.unwrap();
        let dialect = dialect::find("postgres").unwrap();
        let names: Vec<String> = dialect.setup.iter().map(|setup| format!("{}(", setup.name)).collect();
        for statement in sql::setup(dialect, names.iter().map(String::as_str)) {
            postgres.execute(statement).await.unwrap();
        }
        postgres.execute("COMMIT").await.unwrap();
        engines.push(Engine::Postgres(postgres));
    }
    engines
}

/// Runs a test that waits.
pub fn wait<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}
