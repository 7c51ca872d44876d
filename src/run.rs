//! Takes a manifest, a target and an instant; builds, folds the state, delivers, and gives an [`Outcome`]. The commit is one
//! inserted row. Killed at any point, the next run heals: it finishes what was committed and drops what was not.

pub mod error;
pub mod outcome;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::engine::{Location, Secret};
pub use error::RunError;
pub use outcome::{Event, Outcome, Progress};

/// Where a program runs, as `plg.toml` says.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name: `dev`.
    pub name: String,
    /// The engine: one of `crate::engine::ALL`.
    pub engine: String,
    /// The database.
    pub location: Location,
    /// A folder of CSV, JSONL and NDJSON files that are loaded as the declared sources before a run.
    pub data: Option<PathBuf>,
    /// Whether syncs are sent.
    pub deliver: bool,
    /// A folder of this target alone, for the journal of receipts; made if missing.
    pub state: PathBuf,
    /// Per destination of the program, its settings.
    pub destinations: BTreeMap<String, BTreeMap<String, Setting>>,
}

/// A setting of a destination.
#[derive(Debug, Clone)]
pub enum Setting {
    /// Can be shown.
    Plain(String),
    /// Must not be.
    Secret(Secret),
}

impl Setting {
    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => secret.expose(),
        }
    }
}

/// How a run is done.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// The run's instant, in seconds since 1970: `--as-of`, or the clock.
    pub now: i64,
    /// Names of sources, entities and syncs whose guards are waived (`--accept`).
    pub accept: BTreeSet<String>,
}
