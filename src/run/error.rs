//! Why a run stops: each with what, where, why and one thing to do, and what is to blame. A run that stops
//! before its commit has changed nothing that anybody reads.

use miette::Diagnostic;
use thiserror::Error;

use super::Target;
use super::outcome::visible;
use crate::engine::{self, EngineError, Place, Texts, Trouble};

/// Why a run stops.
#[derive(Debug, Error, Diagnostic)]
pub enum RunError {
    /// The manifest is of a newer plgc, or for another engine.
    #[error("the manifest does not fit: {why}")]
    #[diagnostic(code("run-manifest"))]
    Manifest {
        /// Why.
        why: String,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// `plg.toml` lacks something, or has something wrong.
    #[error("{what}")]
    #[diagnostic(code("run-setting"))]
    Setting {
        /// What is wrong.
        what: String,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// The database cannot be reached.
    #[error("the database of target `{target}` cannot be opened: {said}")]
    #[diagnostic(code("run-unreachable"))]
    Unreachable {
        /// The target.
        target: String,
        /// Its words.
        said: EngineError,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// Another run holds the lock.
    #[error("another run holds target `{target}`")]
    #[diagnostic(code("run-locked"), help("wait until it has ended; its lock goes with its process"))]
    Locked {
        /// The target.
        target: String,
    },
    /// The instant is before the last run's.
    #[error("the run's instant {now} is before that of the last run, {last}")]
    #[diagnostic(code("run-earlier"), help("time only goes forward: use an instant after {last}"))]
    Earlier {
        /// The instant.
        now: String,
        /// The last run's.
        last: String,
    },
    /// The state in the warehouse is of a newer plgc.
    #[error("the state in the warehouse has version {found}, this plgc knows up to {known}")]
    #[diagnostic(code("run-state-version"), help("use the plgc that wrote it, or a newer one"))]
    StateVersion {
        /// The version found.
        found: i64,
        /// The newest one known.
        known: i64,
    },
    /// The state in the warehouse is of an earlier plgc, and is only looked at.
    #[error("the state in the warehouse has version {found}, this plgc reads version {known}")]
    #[diagnostic(code("run-old-state"), help("do a `plgc run`: it brings the state to version {known}"))]
    OldState {
        /// The version found.
        found: i64,
        /// The one that is read.
        known: i64,
    },
    /// A file of the data folder is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Load(#[from] crate::engine::load::LoadError),
    /// A source is not as declared.
    #[error("source `{name}` ({cite}): {what}")]
    #[diagnostic(code("run-source"))]
    Source {
        /// The source.
        name: String,
        /// Where it is declared.
        cite: String,
        /// What is wrong.
        what: String,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// A check gives rows.
    #[error("{message} ({cite})\n{}", table(rows))]
    #[diagnostic(code("run-check"), help("mend the rows in the source, or the declaration; nothing was committed"))]
    Check {
        /// What is wrong.
        message: String,
        /// Where it is declared.
        cite: String,
        /// The rows.
        rows: Texts,
    },
    /// A source has no rows any more, or an entity lost too many.
    #[error("{what}")]
    #[diagnostic(code("run-guard"), help("if this is meant, run again with `--accept {name}`; nothing was committed"))]
    Guard {
        /// What `--accept` waives.
        name: String,
        /// What is wrong.
        what: String,
        /// Where it is declared; empty where that is not known.
        cite: String,
    },
    /// What the last run remembers is gone.
    #[error("this program lacks what the last run remembers: {what}")]
    #[diagnostic(code("run-forgotten"))]
    Forgotten {
        /// It.
        what: String,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// A `was` leads to a declaration of another kind.
    #[error("{what}, which was {} {kind} in the last run", if *kind == "audience" { "an" } else { "a" })]
    #[diagnostic(code("run-other-kind"))]
    OtherKind {
        /// What was what.
        what: String,
        /// What the old one is.
        kind: &'static str,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// An entity that remembers has another key.
    #[error("{what}: what is remembered of a row is found by its key")]
    #[diagnostic(code("run-other-key"))]
    OtherKey {
        /// Which key was what.
        what: String,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// A destination may have another name.
    #[error("{what}: what a sync has written is known by the name of its destination")]
    #[diagnostic(code("run-other-destination"))]
    OtherDestination {
        /// Which.
        what: String,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// A sync with `leave clear` no longer sets what it wrote.
    #[error("{what}, and says `leave clear`: what it wrote there would stay for ever")]
    #[diagnostic(code("run-unset"))]
    Unset {
        /// Which.
        what: String,
        /// Where it is declared.
        cite: String,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// `--accept` names what is not there.
    #[error(
        "`--accept {name}`: the program has no source, entity or sync of this name, and no audience, status, sync, entity or destination of it is gone since the last run"
    )]
    #[diagnostic(code("unknown-accept"))]
    UnknownAccept {
        /// The name.
        name: String,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// Another run committed first.
    #[error("run {run} was built, but {winner} was committed first from the same parent")]
    #[diagnostic(code("run-lost"), help("give the target to one scheduler; run again"))]
    Lost {
        /// This run.
        run: String,
        /// The other.
        winner: String,
    },
    /// A statement fails.
    #[error("{step} fails: {said}")]
    #[diagnostic(code("run-statement"))]
    Statement {
        /// What was being done.
        step: String,
        /// The database's words.
        said: EngineError,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// A value of the data does not fit.
    #[error("{}: {said}", where_misfit(step, misfit.as_deref()))]
    #[diagnostic(
        code("run-value"),
        help("mend the rows in the source, or let the program leave them out; nothing was committed")
    )]
    Value {
        /// What was being done.
        step: String,
        /// The field, where it could be found.
        misfit: Option<Box<Misfit>>,
        /// The database's words.
        said: EngineError,
    },
    /// A view cannot change: somebody's view reads it.
    #[error("{said}, of which a column goes or changes its type")]
    #[diagnostic(
        code("run-view-in-use"),
        help("drop the view that reads it, run again, and make the view anew over the columns that are there")
    )]
    ViewInUse {
        /// Which view reads which.
        said: EngineError,
    },
    /// A file of the state folder cannot be read or written.
    #[error("`{path}` cannot be written or read: {why}")]
    #[diagnostic(code("run-file"), help("the account needs a state folder that it can write, with room on the disk"))]
    File {
        /// The file.
        path: String,
        /// The system's words.
        why: String,
    },
}

/// A field whose value does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// `workspace.usage`
    pub field: String,
    /// Where it is declared; empty where that is not known.
    pub cite: String,
    /// The key's column and its value in the first such row, where that could be found.
    pub key: Option<(String, String)>,
}

fn where_misfit(step: &str, misfit: Option<&Misfit>) -> String {
    let Some(Misfit { field, cite, key }) = misfit else { return format!("{step}: a value does not fit") };
    let place = if cite.is_empty() { String::new() } else { format!(" ({cite})") };
    let row = key.as_ref().map(|(name, key)| format!(" where `{name}` is `{key}`")).unwrap_or_default();
    format!("a value of field `{field}`{place} does not fit{row}")
}

/// What is to blame for a run that stops; the exit code follows from it (`docs/operating.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The data: it does not fit, or a guard or a check stops it.
    Data,
    /// The command line or `plg.toml`.
    Setting,
    /// A server, a disk or a permission.
    Outside,
}

impl RunError {
    /// What is to blame.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Load(error) if error.is_outside() => Fault::Outside,
            Self::Source { .. }
            | Self::Check { .. }
            | Self::Guard { .. }
            | Self::Forgotten { .. }
            | Self::OtherKind { .. }
            | Self::OtherKey { .. }
            | Self::OtherDestination { .. }
            | Self::Unset { .. }
            | Self::Load(_)
            | Self::Value { .. } => Fault::Data,
            Self::Manifest { .. } | Self::Setting { .. } | Self::Earlier { .. } | Self::UnknownAccept { .. } => {
                Fault::Setting
            }
            Self::Unreachable { .. }
            | Self::Locked { .. }
            | Self::StateVersion { .. }
            | Self::OldState { .. }
            | Self::Lost { .. }
            | Self::Statement { .. }
            | Self::ViewInUse { .. }
            | Self::File { .. } => Fault::Outside,
        }
    }

    /// `file:line` of the declaration that it is about, where one is known.
    #[must_use]
    pub fn cite(&self) -> Option<&str> {
        let cite = match self {
            Self::Load(error) => error.cite()?,
            Self::Source { cite, .. }
            | Self::Check { cite, .. }
            | Self::Guard { cite, .. }
            | Self::Unset { cite, .. } => cite,
            Self::Value { misfit: Some(misfit), .. } => &misfit.cite,
            Self::Manifest { .. }
            | Self::Setting { .. }
            | Self::Unreachable { .. }
            | Self::Locked { .. }
            | Self::Earlier { .. }
            | Self::StateVersion { .. }
            | Self::OldState { .. }
            | Self::Forgotten { .. }
            | Self::OtherKind { .. }
            | Self::OtherKey { .. }
            | Self::OtherDestination { .. }
            | Self::UnknownAccept { .. }
            | Self::Lost { .. }
            | Self::Statement { .. }
            | Self::Value { misfit: None, .. }
            | Self::ViewInUse { .. }
            | Self::File { .. } => return None,
        };
        (!cite.is_empty()).then_some(cite)
    }

    /// Whether a statement fails of itself, or over these rows: not for want of a connection, of a right or of room.
    #[must_use]
    pub fn is_of_a_statement(&self) -> bool {
        let fails = |said: &EngineError| matches!(said.trouble, Trouble::Statement | Trouble::Data | Trouble::Repeated);
        matches!(self, Self::Value { .. }) || matches!(self, Self::Statement { said, .. } if fails(said))
    }

    /// A statement that fails in a step.
    #[must_use]
    pub fn statement(step: impl Into<String>, said: EngineError) -> Self {
        let help = match (said.trouble, &said.statement) {
            (Trouble::InUse, None) => return Self::ViewInUse { said },
            (Trouble::Data, _) => return Self::Value { step: step.into(), misfit: None, said },
            (Trouble::Denied, _) => {
                "the account needs to be able to write the database (a file's folder too), with room on the disk; then run again"
            }
            (Trouble::Unreachable, _) | (_, None) => "check the connection, and run again",
            _ => "run `plgc compile` to read the statement; nothing that others read was changed",
        };
        Self::Statement { step: step.into(), said, help: help.to_owned() }
    }

    /// A database that cannot be opened.
    #[must_use]
    pub fn unreachable(target: &Target, said: EngineError) -> Self {
        let name = target.name.clone();
        if said.trouble == Trouble::Setting {
            let help = format!("mend it below `[targets.{name}]` in plg.toml");
            return Self::Setting { what: format!("target `{name}`: {said}"), help };
        }
        if said.trouble == Trouble::Driver {
            let library = engine::find(&target.engine).and_then(|driver| driver.library);
            let how = library.map_or("check `driver`", |library| library.how);
            let help = format!("{how} below `[targets.{name}]` in plg.toml");
            return Self::Setting { what: format!("target `{name}`: {said}"), help };
        }
        let help = match target.location.place {
            _ if said.trouble == Trouble::Busy => {
                "run again when that process has ended, or closed the file".to_owned()
            }
            Place::Path(_) => format!(
                "the account needs to be able to write the file and its folder, which `path` of `targets.{name}` in plg.toml names"
            ),
            Place::Memory => "give the process more memory".to_owned(),
            Place::Url(_) => {
                format!("check `url` of `targets.{name}` in plg.toml, and that the server accepts connections")
            }
        };
        Self::Unreachable { target: name, said, help }
    }
}

fn table(texts: &Texts) -> String {
    let mut lines = vec![texts.columns.join(" | ")];
    for row in &texts.rows {
        lines.push(row.iter().map(|value| value.as_deref().map_or("null", visible)).collect::<Vec<_>>().join(" | "));
    }
    lines.join("\n")
}
