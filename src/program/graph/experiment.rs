//! Experiments, as plain data. Who gets which arm is a hash of the key, and then stays; a share is in basis points
//! (hundredths of a percent), the size of a bucket.

use std::ops::Range;

use super::{EntityId, FieldId};
use crate::source::Span;

/// An experiment.
///
/// A row enrols in the first run in which it is in the base, in the layer's slice and in the rollout. Its arm, when it enrolled
/// and in which phase then stay, whatever happens.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Whose rows enrol.
    pub entity: EntityId,
    /// The audience whose members enrol; `None`: all rows.
    pub base: Option<FieldId>,
    /// The names of all arms, of all phases, in declared order: the values of the arm's enum.
    pub arms: Vec<String>,
    /// The phases, the first from the beginning on; at least one.
    pub phases: Vec<Phase>,
    /// The share that enrols, from when on; the first from the beginning on. Empty: all.
    pub rollout: Vec<(u32, Option<i64>)>,
    /// What the salts begin with: its name, or the text of `salt`.
    pub salt: String,
    /// Which hash draws the arms.
    pub hash: Hash,
    /// Its slice of a layer.
    pub layer: Option<Slice>,
    /// The arm: an `enum?`, null where the row is not enrolled.
    pub arm: FieldId,
    /// When it enrolled: `timestamp?`
    pub enrolled_at: FieldId,
    /// In which phase it enrolled: `int?`
    pub phase: FieldId,
    /// Its goals: traits that may read `enrolled_at`.
    pub goals: Vec<FieldId>,
}

impl Experiment {
    /// What a field of it was called in earlier runs.
    #[must_use]
    pub fn part_was(&self, part: ExperimentPart) -> Option<String> {
        self.was.as_ref().map(|was| part.column(was))
    }
}

/// What draws the arm of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// MD5, as the function `bucket` has it.
    Md5,
    /// GrowthBook's hash of version 2: the salt is the seed of the experiment, and the rollout is the coverage of each arm.
    GrowthBook,
    /// LaunchDarkly's: the salt is the flag's key, a point and the flag's salt.
    LaunchDarkly,
}

impl Hash {
    /// The function that gives the place of a key.
    #[must_use]
    pub const fn function(self) -> &'static str {
        match self {
            Self::Md5 => "bucket",
            Self::GrowthBook => "growthbook",
            Self::LaunchDarkly => "launchdarkly",
        }
    }
}

impl Experiment {
    /// The salt that draws the arms of a phase.
    #[must_use]
    pub fn arms_salt(&self, phase: i64) -> String {
        let own = if self.hash == Hash::Md5 { ".arms" } else { "" };
        match phase {
            1 => format!("{}{own}", self.salt),
            number => format!("{}{own}.{number}", self.salt),
        }
    }
}

/// Who enrols from an instant on gets these arms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// 1, 2, …
    pub number: i64,
    /// From when on, in microseconds since 1970-01-01T00:00Z; `None`: from the beginning.
    pub from: Option<i64>,
    /// Each arm by its place in [`Experiment::arms`] and its share; the shares add up to 10,000.
    pub arms: Vec<(usize, u32)>,
}

/// All buckets, in basis points.
pub const WHOLE: u32 = 10_000;

impl Phase {
    /// The buckets of each arm that a share covers, the arms one behind the other: the first ones of each, of which a part that is
    /// begun is whole.
    pub fn covered(&self, share: u32) -> impl Iterator<Item = Range<i64>> {
        let mut start = 0;
        self.arms.iter().map(move |(_, weight)| {
            let covered = start..start + i64::from((weight * share).div_ceil(WHOLE));
            start += i64::from(*weight);
            covered
        })
    }
}

/// A slice of a layer: who is in it has `from <= bucket < to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// The layer.
    pub name: String,
    /// Where it begins, in basis points.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// Where it stands.
    pub span: Span,
}

/// What a field of an experiment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExperimentPart {
    /// [`Experiment::arm`]
    Arm,
    /// [`Experiment::enrolled_at`]
    EnrolledAt,
    /// [`Experiment::phase`]
    Phase,
}

impl ExperimentPart {
    /// All of them, in the order of their columns.
    pub const ALL: [Self; 3] = [Self::Arm, Self::EnrolledAt, Self::Phase];

    /// Its column, for an experiment of this name.
    #[must_use]
    pub fn column(self, name: &str) -> String {
        match self {
            Self::Arm => name.to_owned(),
            Self::EnrolledAt => format!("{name}__enrolled_at"),
            Self::Phase => format!("{name}__phase"),
        }
    }
}

/// A share in basis points, as it is written: `12.5%`.
#[must_use]
pub fn percent(share: u32) -> String {
    let text = format!("{}.{:02}", share / 100, share % 100);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}
