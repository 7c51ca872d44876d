//! What a run says while it goes ([`Event`], to a [`Progress`]) and when it has ended ([`Outcome`]): who entered, who left,
//! what was sent, what was refused and in which words. Plain data that serialises.

use serde::Serialize;

use crate::engine::Texts;

/// How many keys are named of many.
pub const SAMPLE: usize = 5;

/// Hears what a run does.
pub trait Progress {
    /// Something happened.
    fn event(&mut self, event: &Event);
    /// The run is about to do what the name says: a statement, a batch. Tests stop a run there.
    fn point(&mut self, _name: &str) {}
}

/// What happens in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A committed run that did not finish is finished first.
    Resumed {
        /// It.
        run: String,
    },
    /// A run begins.
    Started {
        /// Its id.
        run: String,
        /// The run before it.
        parent: Option<String>,
        /// Its instant.
        now: String,
        /// How many models it builds.
        models: usize,
    },
    /// A file was loaded, or was found unchanged.
    Loaded {
        /// The source.
        source: String,
        /// Its rows.
        rows: u64,
        /// Whether the table had it already.
        unchanged: bool,
    },
    /// A model was built.
    Built {
        /// It.
        model: String,
        /// Its place, from 1.
        place: usize,
        /// Of how many.
        of: usize,
    },
    /// The run counts.
    Committed {
        /// It.
        run: String,
    },
    /// A sync begins.
    Sending {
        /// It.
        sync: String,
        /// How many rows it has to send.
        rows: u64,
    },
    /// Rows of a sync wait because a policy forbids to send them.
    Gated {
        /// The sync.
        sync: String,
        /// The policy.
        policy: String,
        /// How many rows.
        rows: u64,
        /// The first of their keys in the entity, or of firings, a few.
        keys: Vec<String>,
    },
    /// A batch was sent.
    Sent {
        /// The sync.
        sync: String,
        /// Rows settled so far.
        rows: u64,
    },
    /// A sync does not send: the target does not, a guard, a source that is not fresh, or a destination that fails.
    Held {
        /// It.
        sync: String,
        /// Why.
        reason: String,
    },
    /// Something that a person should know, which stops nothing.
    Noticed {
        /// What.
        message: String,
    },
    /// All is done.
    Finished {
        /// The run.
        run: String,
    },
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Its id.
    pub run: String,
    /// The run before it.
    pub parent: Option<String>,
    /// Its instant.
    pub now: String,
    /// False where the instant was the last run's: nothing was built, deliveries went on.
    pub built: bool,
    /// The run that was finished first.
    pub resumed: Option<Box<Outcome>>,
    /// Who entered and left, and which stages changed.
    pub changes: Vec<Change>,
    /// Transitions that no `moves` allows.
    pub moves: Vec<Moves>,
    /// The syncs, in declared order.
    pub syncs: Vec<SyncOutcome>,
    /// Notices.
    pub notices: Vec<String>,
}

impl Outcome {
    /// Whether every sync was sent and nothing was refused.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let resumed = self.resumed.as_ref().is_none_or(|outcome| outcome.is_clean());
        resumed && self.syncs.iter().all(|sync| sync.held.is_none() && sync.rejected == 0)
    }
}

/// So many of something, in words: `1 row`, `2 rows`.
#[must_use]
pub fn counted(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// A text among others: the empty one is seen.
#[must_use]
pub const fn visible(text: &str) -> &str {
    if text.is_empty() { "''" } else { text }
}

/// How many rows changed a field in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `workspace.overage`
    pub field: String,
    /// The value before: `true` and `false` for an audience.
    pub was: Option<String>,
    /// The value now.
    pub became: Option<String>,
    /// How many rows.
    pub rows: u64,
    /// The first of their keys, a few.
    pub keys: Vec<String>,
}

/// Transitions of a status that are not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moves {
    /// `workspace.product_stage`
    pub status: String,
    /// key, was, became.
    pub rows: Texts,
}

/// What a sync did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SyncOutcome {
    /// Its name.
    pub name: String,
    /// `crm.contacts`
    pub to: String,
    /// Whether the target sends; if not, the counts are of what would be sent.
    pub sent: bool,
    /// Objects created.
    pub created: u64,
    /// Objects updated.
    pub updated: u64,
    /// Objects deleted, cleared or set because they left.
    pub removed: u64,
    /// Rows that the mode left out: nothing to update, or there already.
    pub skipped: u64,
    /// Rows that the destination refused.
    pub rejected: u64,
    /// Its words, with how many rows got them; the most frequent first, at most ten.
    pub reasons: Vec<(String, u64)>,
    /// What waits because a policy forbids to send it, by policy; a row may wait for several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gated: Vec<Gated>,
    /// Why it did not send, or not all.
    pub held: Option<String>,
}

/// Rows of a sync that wait because of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gated {
    /// The policy.
    pub policy: String,
    /// How many rows.
    pub rows: u64,
    /// The first of their keys in the entity, or of firings, a few.
    pub keys: Vec<String>,
}
