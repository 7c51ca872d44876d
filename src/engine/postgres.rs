//! PostgreSQL, over the network. Takes a url; values travel as text, which the session makes canonical (UTC, ISO dates, exact
//! floats). Rows come as the server sends them; bulk goes by COPY; the lock is an advisory one of the session.

mod scratch;
mod views;

use std::str::FromStr as _;

use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, Executor as _, PgConnection, Row as _};
use sqlx::{SqlSafeStr as _, Statement as _, TypeInfo as _, ValueRef as _};

use super::{
    Driver, Engine, EngineError, Found, Job, Location, Place, Relation, Row, Rows, Slot, Texts, Trouble, Value,
    literal, quote,
};
use crate::types::Type;

/// PostgreSQL as data.
pub const DRIVER: Driver = Driver {
    name: "postgres",
    is_file: false,
    library: None,
    has_schemas: true,
    has_indexes: true,
    indexes_any_text: false,
    begin: "BEGIN",
    has_savepoints: true,
    instant: "TIMESTAMP ",
    type_name,
    accepts,
    misfit,
    fits: |url| options(url).map(drop).map_err(|_| (NO_URL, "write `postgres://user:password@host/name`")),
    open,
    scratch: Some(super::Scratch { create: scratch::create, remove: scratch::remove }),
};

const NO_URL: &str = "is not like `postgres://user:password@host/name`";

/// Texts that are the same on every server, whatever its settings; and no compilation of statements, which for a model of
/// many columns takes longer than the statement.
const SESSION: &str = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1; \
    SET standard_conforming_strings = on; SET client_min_messages = warning; SET client_encoding = 'UTF8'; \
    SET bytea_output = 'hex'; \
    SELECT set_config(name, 'off', FALSE) FROM pg_settings WHERE name = 'jit'";

/// A server that notices a dead client early, and gives its lock to the next run: at once where the process was killed, after a
/// minute where the machine or the way to it is gone.
const DEAD_CLIENT: &[&str] = &[
    "SET client_connection_check_interval = '500ms'",
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
    "SET tcp_user_timeout = '60s'",
];

/// How long a lock is waited for: a killed run's backend needs a moment to notice.
const LOCK_TRIES: u32 = 20;

struct Postgres {
    connection: PgConnection,
    depth: u32,
}

fn type_name(kind: &Type) -> String {
    match kind {
        Type::Int | Type::Duration | Type::Months => "BIGINT".to_owned(),
        Type::Decimal { precision, scale } => format!("NUMERIC({precision}, {scale})"),
        Type::Float => "DOUBLE PRECISION".to_owned(),
        Type::Bool => "BOOLEAN".to_owned(),
        Type::Date => "DATE".to_owned(),
        Type::Timestamp => "TIMESTAMP".to_owned(),
        Type::Text | Type::Enum(_) | Type::Json | Type::Null | Type::Error => "TEXT".to_owned(),
    }
}

fn accepts(kind: &Type, found: &str) -> bool {
    let known: &[&str] = match kind {
        Type::Int | Type::Duration | Type::Months => &["INT2", "INT4", "INT8"],
        Type::Decimal { .. } => &["NUMERIC", "INT2", "INT4", "INT8"],
        Type::Float => &["FLOAT4", "FLOAT8"],
        Type::Bool => &["BOOL"],
        Type::Date => &["DATE"],
        Type::Timestamp => &["TIMESTAMP", "TIMESTAMPTZ"],
        Type::Json => &["JSON", "JSONB", "TEXT", "VARCHAR"],
        // The blanks at the end of a `char(n)` count in some places, and not in others.
        Type::Text | Type::Enum(_) | Type::Null | Type::Error => &["TEXT", "VARCHAR", "NAME"],
    };
    known.iter().any(|it| it.eq_ignore_ascii_case(found))
}

fn misfit(kind: &Type, column: &str) -> Option<String> {
    let exact = format!("CAST({column} AS NUMERIC)");
    super::misfit_of_types(kind, column, &exact, format!("{column} IN ('NaN', 'Infinity', '-Infinity')"))
}

fn options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    // The parser takes any scheme.
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(sqlx::Error::Configuration(NO_URL.into()));
    }
    PgConnectOptions::from_str(url)
}

fn open(location: &Location) -> Job<'_, Box<dyn Engine>> {
    Box::pin(async move {
        let Place::Url(url) = &location.place else {
            return Err(EngineError::new(Trouble::Setting, "it needs a url, not a path"));
        };
        // The parser's own words may quote the url, which holds a password.
        let options =
            options(url.expose()).map_err(|_| EngineError::new(Trouble::Setting, format!("`url` {NO_URL}")))?;
        let unreachable = |error: sqlx::Error| {
            if let sqlx::Error::Io(why) = &error
                && matches!(why.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied)
            {
                let message =
                    format!("a file that `url` names (`sslrootcert`, `sslcert`, `sslkey` or a socket): {why}");
                return EngineError::new(Trouble::Setting, message);
            }
            let said = said(&error, "");
            let is_setting = said.trouble == Trouble::Setting;
            EngineError::new(if is_setting { Trouble::Setting } else { Trouble::Unreachable }, said.message)
        };
        let mut connection = options.application_name("plgc").connect().await.map_err(unreachable)?;
        sqlx::raw_sql(SESSION).execute(&mut connection).await.map_err(unreachable)?;
        for setting in DEAD_CLIENT.iter().copied() {
            // Servers before version 14, and some systems, lack one or the other; the lock of a dead run then stays longer.
            let _ = sqlx::raw_sql(setting).execute(&mut connection).await;
        }
        let engine: Box<dyn Engine> = Box::new(Postgres { connection, depth: 0 });
        Ok(engine)
    })
}

fn said(error: &sqlx::Error, statement: &str) -> EngineError {
    let database = error.as_database_error();
    let code = database.and_then(|it| it.code()).unwrap_or_default().into_owned();
    let detail = database
        .and_then(|it| it.try_downcast_ref::<sqlx::postgres::PgDatabaseError>())
        .and_then(|it| it.detail())
        .map(|detail| format!(" ({detail})"))
        .unwrap_or_default();
    let own = || match error {
        sqlx::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    };
    let message = database.map_or_else(own, |it| format!("{}{detail}", it.message()));
    let trouble = match code.as_str() {
        "" if matches!(error, sqlx::Error::Configuration(_)) => Trouble::Setting,
        "" if matches!(error, sqlx::Error::Decode(_)) => Trouble::Data,
        // A value that is too long for an index is one that does not fit.
        code if code.starts_with("22") || code == "54000" => Trouble::Data,
        "23505" => Trouble::Repeated,
        "42P01" | "3F000" => Trouble::Missing,
        "42P16" => Trouble::ViewShape,
        "2BP01" => Trouble::InUse,
        "42501" | "53100" | "25006" => Trouble::Denied,
        "" => Trouble::Unreachable,
        _ => Trouble::Statement,
    };
    EngineError { trouble, message, statement: (!statement.is_empty()).then(|| statement.to_owned()) }
}

fn text(row: &PgRow, place: usize) -> Result<Option<String>, sqlx::Error> {
    let raw = row.try_get_raw(place)?;
    if raw.is_null() {
        return Ok(None);
    }
    raw.as_str().map(|it| Some(it.to_owned())).map_err(sqlx::Error::Decode)
}

fn value(row: &PgRow, place: usize, kind: &Type) -> Result<Value, sqlx::Error> {
    let Some(text) = text(row, place)? else { return Ok(Value::Null) };
    let misfit = || sqlx::Error::Decode(format!("column {} gives `{text}`, which is no {kind}", place + 1).into());
    match kind {
        // An older value of an enum may still be stored.
        Type::Enum(_) => Ok(Value::Text(text)),
        Type::Float => text.parse().map(Value::float).map_err(|_| misfit()),
        _ => Value::parse(&text, kind).ok_or_else(misfit),
    }
}

/// A value as COPY's text format writes it.
fn copied(value: &Value, line: &mut String) {
    let Some(text) = value.text() else {
        line.push_str("\\N");
        return;
    };
    for it in text.chars() {
        match it {
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            it => line.push(it),
        }
    }
}

impl Postgres {
    async fn copy(&mut self, sql: &str, rows: &[Row]) -> Result<(), sqlx::Error> {
        let mut copy = self.connection.copy_in_raw(sql).await?;
        for chunk in rows.chunks(1000) {
            let mut lines = String::new();
            for row in chunk {
                for (place, value) in row.iter().enumerate() {
                    if place > 0 {
                        lines.push('\t');
                    }
                    copied(value, &mut lines);
                }
                lines.push('\n');
            }
            if let Err(error) = copy.send(lines.into_bytes()).await {
                return copy.abort("").await.and(Err(error));
            }
        }
        copy.finish().await.map(|_| ())
    }
}

impl Engine for Postgres {
    fn driver(&self) -> &'static Driver {
        &DRIVER
    }

    fn depth(&mut self) -> &mut u32 {
        &mut self.depth
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> Job<'a, u64> {
        Box::pin(async move {
            let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await;
            done.map(|it| it.rows_affected()).map_err(|error| said(&error, sql))
        })
    }

    fn stream<'a>(&'a mut self, sql: &'a str, types: &'a [Type]) -> Rows<'a> {
        let found = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(&mut self.connection);
        Box::pin(found.map(move |row| {
            let read = |row: PgRow| types.iter().enumerate().map(|(place, kind)| value(&row, place, kind)).collect();
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
                if texts.rows.len() < limit {
                    let values = (0..row.len()).map(|place| text(&row, place));
                    texts.rows.push(values.collect::<Result<_, _>>().map_err(|error| said(&error, sql))?);
                }
            }
            Ok(texts)
        })
    }

    fn columns<'a>(&'a mut self, from: &'a str) -> Job<'a, Vec<Found>> {
        Box::pin(async move {
            let sql = format!("SELECT * FROM {from} AS t");
            // A statement that was prepared before would give the columns of then.
            self.connection.clear_cached_statements().await.map_err(|error| said(&error, &sql))?;
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
            let sql = format!("COPY {table} ({names}) FROM STDIN");
            self.copy(&sql, rows).await.map_err(|error| said(&error, &sql))
        })
    }

    fn replace_views<'a>(&'a mut self, views: &'a [(String, String)], gone: &'a [String]) -> Job<'a, ()> {
        Box::pin(views::replace(self, views, gone))
    }

    fn relations<'a>(&'a mut self, schema: &'a str) -> Job<'a, Vec<Relation>> {
        Box::pin(async move {
            let sql = format!(
                "SELECT c.relname, c.relkind = 'v' FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
                 WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname = {} ORDER BY c.relname",
                literal(schema)
            );
            super::relations(self, &sql).await
        })
    }

    fn lock(&mut self) -> Job<'_, bool> {
        Box::pin(async move {
            for tried in 0..LOCK_TRIES {
                if tried > 0 {
                    tokio::time::sleep(std::time::Duration::from_millis(250)).await;
                }
                // "plgc" in ASCII.
                let rows = super::rows(self, "SELECT pg_try_advisory_lock(1886152547)", &[Type::Bool]).await?;
                if rows.first().and_then(|row| row.first()) == Some(&Value::Bool(true)) {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }
}
