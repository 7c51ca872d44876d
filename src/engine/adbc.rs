//! Any database behind an ADBC driver: a library that is loaded at run time, with Arrow batches in and out. Takes statements and gives
//! rows as they arrive. A driver waits in its calls, so each connection has a thread of its own, which does one thing after another; a
//! reader that goes away ends what it read. What is a database's own (its options, its errors) is its file's.

pub mod arrow;
pub mod batch;
mod library;

use std::sync::mpsc;
use std::thread::JoinHandle;

use adbc_core::error::{Error, Status};
use adbc_core::options::{IngestMode, OptionStatement, OptionValue};
use adbc_core::{Connection as _, Database as _, Optionable as _, Statement as _};
use adbc_driver_manager::{ManagedConnection, ManagedDatabase};
use arrow_array::{RecordBatch, RecordBatchReader};
use futures_util::stream;
use tokio::sync::{mpsc as later, oneshot};

use super::{EngineError, Row, Rows, Texts, Trouble};
use crate::types::Type;
pub use library::{Library, database, is_path};

/// Batches that wait for their reader at most.
const AHEAD: usize = 2;

type Work = Box<dyn FnOnce(&mut ManagedConnection) + Send>;

/// What a driver's error means, by its database.
pub type Said = fn(Error, &str) -> EngineError;

/// A connection. When it is dropped, it has ended.
pub struct Wire {
    work: Option<mpsc::Sender<Work>>,
    thread: Option<JoinHandle<()>>,
    said: Said,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Wire {
    /// Connects. What is in `kept` lives a little longer than the connection.
    pub async fn open<K: Send + 'static>(database: ManagedDatabase, kept: K, said: Said) -> Result<Self, EngineError> {
        let (work, todo) = mpsc::channel::<Work>();
        let (opened, told) = oneshot::channel();
        let thread = move || {
            let _kept = kept;
            let connection = database.new_connection();
            drop(database);
            match connection {
                Ok(mut connection) => {
                    if opened.send(Ok(())).is_ok() {
                        todo.into_iter().for_each(|work| work(&mut connection));
                    }
                }
                Err(error) => drop(opened.send(Err(error))),
            }
        };
        let started = std::thread::Builder::new().name("adbc".to_owned()).stack_size(16 << 20).spawn(thread);
        let thread = started.map_err(|error| EngineError::new(Trouble::Unreachable, error.to_string()))?;
        let wire = Self { work: Some(work), thread: Some(thread), said };
        told.await.map_err(|_| gone())?.map_err(|error| said(error, ""))?;
        Ok(wire)
    }

    fn send(&self, work: Work) -> Result<(), EngineError> {
        self.work.as_ref().ok_or_else(gone)?.send(work).map_err(|_| gone())
    }

    /// Does something on the connection's thread.
    async fn on<T: Send + 'static>(
        &self,
        sql: &str,
        what: impl FnOnce(&mut ManagedConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, EngineError> {
        let (done, told) = oneshot::channel();
        let work: Work = Box::new(move |connection| drop(done.send(what(connection))));
        self.send(work)?;
        told.await.map_err(|_| gone())?.map_err(|error| (self.said)(error, sql))
    }

    /// Executes one or more statements; gives how many rows the last one changed, where the driver knows.
    pub async fn execute(&self, sql: &str) -> Result<u64, EngineError> {
        let text = sql.to_owned();
        let changed = self.on(sql, move |connection| {
            let mut statement = connection.new_statement()?;
            statement.set_sql_query(&text)?;
            statement.execute_update()
        });
        Ok(changed.await?.and_then(|rows| u64::try_from(rows).ok()).unwrap_or_default())
    }

    /// Streams the rows of a query, read as these types.
    pub fn stream<'a>(&'a mut self, sql: &'a str, types: &'a [Type]) -> Rows<'a> {
        let kinds = types.to_vec();
        let read = move |batch: &RecordBatch| arrow::rows(batch, &kinds);
        let said = self.said;
        let batches = self.batches(sql, read);
        let each = move |from| async move {
            let Reading { mut rows, mut batches } = from;
            loop {
                if let Some(row) = rows.next() {
                    return Some((Ok(row), Reading { rows, batches }));
                }
                match batches.recv().await? {
                    Ok(more) => rows = more.into_iter(),
                    Err(error) => return Some((Err(said(error, sql)), Reading { rows, batches })),
                }
            }
        };
        Box::pin(stream::unfold(Reading { rows: Vec::new().into_iter(), batches }, each))
    }

    /// Reads a query batch by batch on the connection's thread, for as long as somebody takes what was read.
    fn batches<T: Send + 'static>(
        &self,
        sql: &str,
        read: impl Fn(&RecordBatch) -> Result<T, String> + Send + 'static,
    ) -> later::Receiver<Result<T, Error>> {
        let (give, take) = later::channel(AHEAD);
        let (text, failed) = (sql.to_owned(), give.clone());
        let work: Work = Box::new(move |connection| {
            let read = |batch: &RecordBatch| {
                read(batch).map_err(|why| Error::with_message_and_status(why, Status::InvalidData))
            };
            let mut all = || -> Result<(), Error> {
                for batch in query(connection, &text)? {
                    if give.blocking_send(Ok(read(&batch?)?)).is_err() {
                        break;
                    }
                }
                Ok(())
            };
            if let Err(error) = all() {
                let _ = give.blocking_send(Err(error));
            }
        });
        if self.send(work).is_err() {
            let ended = Error::with_message_and_status("the connection has ended", Status::IO);
            let _ = failed.try_send(Err(ended));
        }
        take
    }

    /// The first rows of a query, at most `limit`, as text.
    pub async fn texts(&self, sql: &str, limit: usize) -> Result<Texts, EngineError> {
        let mut batches = self.batches(sql, |batch| Ok(arrow::texts(batch)));
        let mut texts = Texts::default();
        while let Some(batch) = batches.recv().await {
            let batch = batch.map_err(|error| (self.said)(error, sql))?;
            texts.columns = batch.columns;
            texts.rows.extend(batch.rows.into_iter().take(limit - texts.rows.len()));
            if texts.rows.len() >= limit {
                break;
            }
        }
        Ok(texts)
    }

    /// Makes a table of this session alone from rows, in place of one that has its name.
    pub async fn stage(&self, name: &'static str, rows: RecordBatch) -> Result<(), EngineError> {
        let what = format!("loading {} rows", rows.num_rows());
        self.on(&what, move |connection| {
            let mut statement = connection.new_statement()?;
            statement.set_option(OptionStatement::TargetTable, name.into())?;
            statement.set_option(OptionStatement::Temporary, OptionValue::String("true".to_owned()))?;
            statement.set_option(OptionStatement::IngestMode, IngestMode::Create.into())?;
            statement.bind(rows)?;
            statement.execute_update()
        })
        .await
        .map(|_| ())
    }
}

/// Rows that were read and batches that come.
struct Reading {
    rows: std::vec::IntoIter<Row>,
    batches: later::Receiver<Result<Vec<Row>, Error>>,
}

fn query(connection: &mut ManagedConnection, sql: &str) -> Result<Box<dyn RecordBatchReader + Send + 'static>, Error> {
    let mut statement = connection.new_statement()?;
    statement.set_sql_query(sql)?;
    statement.execute()
}

fn gone() -> EngineError {
    EngineError::new(Trouble::Unreachable, "the connection has ended")
}
