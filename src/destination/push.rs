//! What travels to a destination and what comes back: a batch of rows, and a receipt for each. Plain data; the transport is
//! each system's own. A receipt is of one row; an error is of the rest of the batch, which is sent again by a later run.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use thiserror::Error;

use crate::engine::journal::Intents;
use crate::engine::{Location, Secret, Slot, Value};

/// A result, later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A setting of a destination, as `plg.toml` gives it.
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

/// What a connection is made from.
#[derive(Debug)]
pub struct Given<'a> {
    /// The destination's name in the program.
    pub name: &'a str,
    /// Its settings.
    pub settings: &'a BTreeMap<String, Setting>,
    /// The target's own engine and database.
    pub target: (&'a str, &'a Location),
}

impl Given<'_> {
    /// A setting's text.
    ///
    /// # Errors
    /// Where it is missing.
    pub fn text(&self, setting: &str) -> Result<&str, PushError> {
        self.settings.get(setting).map(Setting::expose).ok_or_else(|| {
            PushError::new(
                format!("destination `{}` has no `{setting}`", self.name),
                format!("add `{setting}` to the destination in plg.toml"),
            )
        })
    }
}

/// What a row of the outbox asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words of the outbox")]
pub enum Op {
    Create,
    Update,
    Delete,
    Clear,
    Set,
}

impl Op {
    /// All, with their words.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("create", Self::Create),
        ("update", Self::Update),
        ("delete", Self::Delete),
        ("clear", Self::Clear),
        ("set", Self::Set),
    ];

    /// The operation that a word names.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, op)| *op)
    }

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Clear => "clear",
            Self::Set => "set",
        }
    }

    /// Whether it is for those who left.
    #[must_use]
    pub const fn removes(self) -> bool {
        matches!(self, Self::Delete | Self::Clear | Self::Set)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it asks for.
    pub op: Op,
    /// The match key, as text.
    pub key: String,
    /// What was compared.
    pub hash: Option<String>,
    /// The fields' values.
    pub values: Vec<Value>,
}

/// Whether rows may be created, updated or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the language")]
pub enum Write {
    Create,
    Update,
    Upsert,
}

/// What all rows of a sync have in common.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The sync.
    pub sync: String,
    /// The run.
    pub run: String,
    /// The run's instant, as text.
    pub now: String,
    /// The object.
    pub object: String,
    /// The text in parentheses after it.
    pub argument: Option<String>,
    /// The field that identifies an object.
    pub key: Slot,
    /// The fields, in the order of the values.
    pub slots: Vec<Slot>,
    /// Those that `leave set` writes.
    pub leave_set: Vec<String>,
    /// Those that nothing else writes.
    pub leave_only: Vec<String>,
    /// What may be written.
    pub write: Write,
}

impl Shape {
    /// An identity of a row that every repeat of it has.
    #[must_use]
    pub fn id(&self, item: &Item) -> String {
        use sha2::Digest as _;
        let mut hash = sha2::Sha256::new();
        for part in [&self.sync, item.key.as_str(), item.op.word(), item.hash.as_deref().unwrap_or(""), &self.run] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digits = format!("{:x}", hash.finalize());
        format!("msg_{}", digits.get(..32).unwrap_or(&digits))
    }

    /// The fields that an item writes, with their values: those of `set`, or of `leave set`; nulls for `clear`.
    #[must_use]
    pub fn fields<'a>(&'a self, item: &'a Item) -> Vec<(&'a str, &'a Value)> {
        let all = self.slots.iter().map(|slot| slot.name.as_str()).zip(&item.values);
        match item.op {
            Op::Create | Op::Update => all.filter(|(name, _)| !self.leave_only.iter().any(|it| it == name)).collect(),
            Op::Delete => Vec::new(),
            Op::Clear => all.map(|(name, _)| (name, &Value::Null)).collect(),
            Op::Set => all.filter(|(name, _)| self.leave_set.iter().any(|it| it == name)).collect(),
        }
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// It was taken; whether the object was made by it.
    Accepted {
        /// Whether the object is new.
        created: bool,
    },
    /// There was nothing to do: the object is there already (`create`: for good), or is not there (`update`: not yet).
    Skipped {
        /// Whether it is settled for good.
        settled: bool,
    },
    /// It was refused, in the system's own words.
    Rejected(String),
}

/// What became of a batch: receipts of rows by their place, and why the others have none.
#[derive(Debug, Default)]
pub struct Pushed {
    /// Place in the batch, and receipt.
    pub receipts: Vec<(usize, Receipt)>,
    /// Why the batch was not sent to its end.
    pub failed: Option<PushError>,
}

/// Why a batch cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub struct PushError {
    /// What is wrong.
    pub what: String,
    /// One thing to do.
    pub help: String,
}

impl PushError {
    /// Trouble, and what to do.
    pub fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into() }
    }
}

/// An open destination.
pub trait Connection {
    /// Looks at an object before anything is sent: whether it is there and has the fields.
    fn check<'a>(&'a mut self, shape: &'a Shape) -> Later<'a, Result<(), PushError>>;
    /// Sends a batch. A system that tells created objects from others notes those that it is about to create.
    fn push<'a>(&'a mut self, shape: &'a Shape, items: &'a [Item], intents: &'a mut Intents) -> Later<'a, Pushed>;
}
