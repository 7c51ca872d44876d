//! Policies in a manifest, as plain data: what each says, and how it stands to each sync. What asks them is in the statements
//! of the syncs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Sync;

/// A policy: whose rows go to none of some destinations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// `file:line` of the declaration.
    pub cite: String,
    /// Of which entity.
    pub entity: String,
    /// The column of the entity's model that says whether it forbids a row.
    pub column: String,
    /// The destinations.
    pub destinations: Vec<String>,
}

/// How a policy stands to a sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Heeded {
    /// The policy.
    pub policy: String,
    /// How it stands.
    pub standing: Standing,
    /// Why the sync is exempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// How a policy stands to a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The sync's own filter leaves out what the policy forbids.
    Proved,
    /// Each row is asked when it is sent.
    Gated,
    /// The same; raw SQL is in the way of a proof.
    Unknown,
    /// The sync does not heed it.
    Exempt,
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Gated => "gated",
            Self::Unknown => "unknown",
            Self::Exempt => "exempt",
        }
    }

    /// Whether each row is asked when it is sent.
    #[must_use]
    pub const fn asks(self) -> bool {
        matches!(self, Self::Gated | Self::Unknown)
    }
}

impl Sync {
    /// Whether a policy that it must heed concerns its destination.
    #[must_use]
    pub fn heeds_policy(&self) -> bool {
        self.spec.policies.iter().any(|it| it.standing != Standing::Exempt)
    }
}
