//! The engines that the tests run statements on: SQLite in memory, and a database of PostgreSQL.

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};

use plgc::dialect::{self, Dialect};
use plgc::engine::sqlite_functions;
use plgc::sql;

use crate::support;
use crate::support::server::Database;

/// An engine with its dialect.
pub enum Engine {
    Sqlite(SqliteConnection),
    Postgres { connection: PgConnection, _database: Database },
}

impl Engine {
    pub fn dialect(&self) -> &'static Dialect {
        dialect::find(match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres { .. } => "postgres",
        })
        .unwrap()
    }

    /// The first column of the one row that a query gives, which is text.
    pub async fn text(&mut self, query: &str) -> Result<Option<String>, sqlx::Error> {
        let query = AssertSqlSafe(query);
        match self {
            Self::Sqlite(connection) => connection.fetch_one(query).await?.try_get(0),
            Self::Postgres { connection, .. } => connection.fetch_one(query).await?.try_get(0),
        }
    }
}

/// Every engine, ready for every function.
pub async fn all() -> Vec<Engine> {
    let mut engines = Vec::new();
    for engine in support::engines() {
        engines.push(if engine == "sqlite" { sqlite().await } else { postgres().await });
    }
    engines
}

async fn sqlite() -> Engine {
    let mut sqlite = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlite_functions::register(&mut sqlite).await.unwrap();
    Engine::Sqlite(sqlite)
}

async fn postgres() -> Engine {
    let database = std::thread::spawn(Database::new).join().unwrap();
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    connection.execute("CREATE SCHEMA plg_state").await.unwrap();
    let dialect = dialect::find("postgres").unwrap();
    let names: Vec<String> = dialect.setup.iter().map(|setup| format!("{}(", setup.name)).collect();
    for statement in sql::setup(dialect, names.iter().map(String::as_str)) {
        connection.execute(statement).await.unwrap();
    }
    Engine::Postgres { connection, _database: database }
}
