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
    /// Of a sequence: the audience or entity whose rows enter, behind it its earlier name. Of other rows it is another one, which
    /// has a first run of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
}

impl Born {
    /// As what `plg_state.born` knows it, `upsell of marketable` and `upsell.email`: first as it is called now, then as it was in
    /// earlier runs.
    pub fn known_as(&self) -> impl Iterator<Item = String> {
        let names = std::iter::once(&self.name).chain(&self.was);
        names.flat_map(|name| {
            let of = self.of.iter().map(move |of| format!("{name} of {of}"));
            of.chain(self.of.is_empty().then(|| name.clone()))
        })
    }
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
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
