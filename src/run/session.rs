//! What one invocation holds: the connection with its lock, the journal, who hears of progress. Executes statements under
//! a name, which is a point where tests kill a run and what an error speaks of.

use sha2::{Digest as _, Sha256};

use super::born::Known;
use super::state::Committed;
use super::{Event, Progress, RunError, RunOptions, Target, state};
use crate::destination::memory::Memory;
use crate::engine::journal::{Intents, Journal};
use crate::engine::{self, Driver, Engine, EngineError, Row, Trouble, clock, literal, quote, transaction};
use crate::manifest::{Bindings, bind};
use crate::types::Type;

/// One invocation.
pub struct Session<'a> {
    /// The connection.
    pub engine: Box<dyn Engine>,
    /// What it is.
    pub driver: &'static Driver,
    /// The target.
    pub target: &'a Target,
    /// How the run is done; what `--accept` names is spelt as the program does once the last run is known.
    pub options: RunOptions,
    /// Where everything is sent in place of the destinations, in a test of the program: then no guard stops it.
    pub memory: Option<Memory>,
    /// The journal of receipts.
    pub journal: Journal,
    /// What a batch is about to create.
    pub intents: Intents,
    /// The version of the state's tables, as they were found.
    pub version: i64,
    /// What a person should know.
    pub notices: Vec<String>,
    /// Who hears of progress.
    pub progress: &'a mut dyn Progress,
}

/// The run that statements are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// The run before it.
    pub parent: Option<String>,
    /// Its instant, as text.
    pub now: String,
    /// The first run of each sequence, step and branch, and what a step's firings are known by.
    pub born: Vec<Known>,
}

impl From<&Committed> for Run {
    fn from(committed: &Committed) -> Self {
        Self {
            id: committed.id.clone(),
            parent: committed.parent.clone(),
            now: committed.now.clone(),
            born: Vec::new(),
        }
    }
}

impl Run {
    /// A statement with this run's id, parent and instant in it.
    #[must_use]
    pub fn bind(&self, sql: &str, driver: &Driver) -> String {
        let now = driver.instant(&self.now);
        let born: Vec<_> = self.born.iter().map(|it| (it.placeholder.clone(), driver.instant(&it.at))).collect();
        let marks = self.born.iter().filter_map(|it| Some((it.placeholder.clone(), literal(it.mark.as_ref()?))));
        let marks: Vec<_> = marks.collect();
        bind(sql, &Bindings { now: &now, run: &self.id, parent: self.parent.as_deref(), born: &born, marks: &marks })
    }
}

impl<'a> Session<'a> {
    /// Opens the target, takes its lock, and makes the state's tables.
    pub async fn open(
        driver: &'static Driver,
        target: &'a Target,
        options: RunOptions,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, RunError> {
        let unreachable = |said: EngineError| match said.trouble {
            Trouble::Busy => RunError::Locked { target: target.name.clone() },
            _ => RunError::unreachable(target, said),
        };
        let mut engine = (driver.open)(&target.location).await.map_err(unreachable)?;
        if !engine.lock().await.map_err(|source| RunError::statement("taking the lock", source))? {
            return Err(RunError::Locked { target: target.name.clone() });
        }
        let journal = Journal::open(&target.state, &fresh("journal", 32)).map_err(|error| file(target, &error))?;
        let intents = Intents::open(&target.state);
        let (version, notices, memory) = (state::VERSION, Vec::new(), None);
        let mut session =
            Self { engine, driver, target, options, memory, journal, intents, version, notices, progress };
        state::ensure(&mut session).await?;
        state::flush(&mut session).await?;
        Ok(session)
    }

    /// Opens a target that nobody else knows, with destinations in memory.
    pub async fn rehearse(
        driver: &'static Driver,
        target: &'a Target,
        memory: Memory,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, RunError> {
        let mut session = Self { memory: Some(memory), ..Self::reading(driver, target, progress).await? };
        state::ensure(&mut session).await?;
        Ok(session)
    }

    /// Opens a target only to look at it: takes no lock, and makes nothing.
    pub async fn reading(
        driver: &'static Driver,
        target: &'a Target,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, RunError> {
        let engine = (driver.open)(&target.location).await.map_err(|said| RunError::unreachable(target, said))?;
        let (options, version, notices, memory) = (RunOptions::default(), state::VERSION, Vec::new(), None);
        let (journal, intents) = (Journal::in_memory(&fresh("journal", 32)), Intents::default());
        Ok(Self { engine, driver, target, options, memory, journal, intents, version, notices, progress })
    }

    /// Executes a statement.
    pub async fn execute(&mut self, step: &str, sql: &str) -> Result<u64, RunError> {
        self.progress.point(step);
        self.engine.execute(sql).await.map_err(|source| RunError::statement(step, source))
    }

    /// Begins a transaction.
    pub async fn begin(&mut self, step: &str) -> Result<(), RunError> {
        self.progress.point(step);
        transaction::begin(self.engine.as_mut()).await.map_err(|source| RunError::statement(step, source))
    }

    /// Ends it: what was done counts, or nothing of it happened.
    pub async fn end<T>(&mut self, step: &str, done: Result<T, RunError>) -> Result<T, RunError> {
        self.progress.point(step);
        transaction::end(self.engine.as_mut(), done, |source| RunError::statement(step, source)).await
    }

    /// The rows of a small query.
    pub async fn rows(&mut self, step: &str, sql: &str, types: &[Type]) -> Result<Vec<Row>, RunError> {
        engine::rows(self.engine.as_mut(), sql, types).await.map_err(|source| RunError::statement(step, source))
    }

    /// These columns of all rows of a table or view.
    pub async fn columns(&mut self, from: &str, columns: &[(&str, Type)]) -> Result<Vec<Row>, RunError> {
        let names = columns.iter().map(|(name, _)| quote(name)).collect::<Vec<_>>().join(", ");
        let types: Vec<Type> = columns.iter().map(|(_, kind)| kind.clone()).collect();
        self.rows("reading what was built", &format!("SELECT {names} FROM {from} AS t"), &types).await
    }

    /// Makes views anew, all at once; those in `gone` may go with them.
    pub async fn views(&mut self, step: &str, views: &[(String, String)], gone: &[String]) -> Result<(), RunError> {
        if views.is_empty() {
            return Ok(());
        }
        self.progress.point(step);
        self.engine.replace_views(views, gone).await.map_err(|source| RunError::statement(step, source))
    }

    /// Tells.
    pub fn say(&mut self, event: &Event) {
        self.progress.event(event);
    }

    /// Tells what a person should know, also in the outcome.
    pub fn notice(&mut self, message: String) {
        self.say(&Event::Noticed { message: message.clone() });
        self.notices.push(message);
    }

    /// Whether `--accept` names it, or the run is a test's.
    #[must_use]
    pub fn accepts(&self, name: &str) -> bool {
        self.memory.is_some() || self.options.accept.contains(name)
    }
}

/// A file of the state folder that cannot be used.
#[must_use]
pub fn file(target: &Target, error: &std::io::Error) -> RunError {
    RunError::File { path: target.state.display().to_string(), why: error.to_string() }
}

/// Hexadecimal digits that nothing else of this moment has.
#[must_use]
pub fn fresh(what: &str, digits: usize) -> String {
    let seed = format!("{what} {} {}", clock(), std::process::id());
    let all = format!("{:x}", Sha256::digest(seed.as_bytes()));
    all.get(..digits).unwrap_or(&all).to_owned()
}
