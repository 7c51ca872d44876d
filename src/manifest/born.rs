//! What a manifest says of sequences, steps and branches, of each of which the instant of the first run that had it is filled into the
//! statements.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A sequence, step or branch, of which the first run that had it matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Born {
    /// `upsell`, `upsell.email`
    pub name: String,
    /// Which of them it is.
    pub kind: BornKind,
    /// What its placeholder ends with: `:born_upsell__email`.
    pub placeholder: String,
    /// Its names in earlier runs, the first that is known counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
}

/// What the first run of matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of the language")]
pub enum BornKind {
    Sequence,
    Step,
    Branch,
}

impl BornKind {
    /// The word that declares it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sequence => "sequence",
            Self::Step => "step",
            Self::Branch => "branch",
        }
    }
}
