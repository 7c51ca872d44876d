//! Why a row has its arm: it was enrolled before, or what enrols it now, in the order of docs/language.md: the base, the slice of
//! the layer, the rollout, the arms of the phase. A share is shown beside the bucket of the key.

use super::{About, Node};
use crate::eval::Stop;
use crate::program::{Experiment, Phase, percent};
use crate::test::compare::shown;
use crate::types::Type;

impl About<'_> {
    /// What an experiment says of the row, and by what.
    pub(super) fn enrolment(&self, experiment: &Experiment, depth: usize) -> Result<Vec<Node>, Stop> {
        let enrolled_at = self.look.before(experiment.enrolled_at, self.row);
        if !enrolled_at.is_null() {
            let (arm, phase) =
                (self.look.before(experiment.arm, self.row), self.look.before(experiment.phase, self.row));
            let mut node = said("enrolled in an earlier run, and stays", Some(true));
            node.reads = vec![
                ("arm".to_owned(), shown(&arm, &self.program.field(experiment.arm).typed.kind)),
                ("enrolled_at".to_owned(), shown(&enrolled_at, &Type::Timestamp)),
                ("phase".to_owned(), shown(&phase, &Type::Int)),
            ];
            return Ok(vec![node]);
        }
        let mut nodes = Vec::new();
        if let Some(base) = experiment.base {
            nodes.push(self.field_node(base, depth)?);
        }
        if let Some(slice) = &experiment.layer {
            let text = format!("layer {} {}..{}", slice.name, percent(slice.from), percent(slice.to));
            let is_in = |bucket: i64| (i64::from(slice.from)..i64::from(slice.to)).contains(&bucket);
            nodes.push(self.drawn(&text, &format!("{}.layer", slice.name), is_in)?);
        }
        if let Some((share, _)) = self.begun(experiment.rollout.iter(), |(_, from)| *from) {
            let text = format!("rollout {}", percent(*share));
            let is_in = |bucket: i64| bucket < i64::from(*share);
            nodes.push(self.drawn(&text, &format!("{}.rollout", experiment.salt), is_in)?);
        }
        if let Some(phase) = self.begun(experiment.phases.iter(), |phase| phase.from) {
            let salt = match phase.number {
                1 => format!("{}.arms", experiment.salt),
                number => format!("{}.arms.{number}", experiment.salt),
            };
            let mut node = self.drawn(&arms(experiment, phase), &salt, |_| true)?;
            node.holds = None;
            nodes.push(node);
        }
        Ok(nodes)
    }

    /// Whether the bucket of the row's key is one that is meant.
    fn drawn(&self, text: &str, salt: &str, is_in: impl Fn(i64) -> bool) -> Result<Node, Stop> {
        let bucket = self.look.bucket(salt, self.row)?;
        let mut node = said(text, Some(is_in(bucket)));
        node.reads = vec![(format!("bucket('{salt}', key)"), bucket.to_string())];
        Ok(node)
    }

    /// The last of these that has begun.
    fn begun<'t, T>(&self, all: impl Iterator<Item = &'t T>, from: impl Fn(&T) -> Option<i64>) -> Option<&'t T> {
        all.filter(|it| from(it).is_none_or(|from| from <= self.look.now())).last()
    }
}

fn said(text: &str, holds: Option<bool>) -> Node {
    Node { text: text.to_owned(), holds, reads: Vec::new(), since: None, below: Vec::new() }
}

/// `arms control 50%, urgent 50%`
fn arms(experiment: &Experiment, phase: &Phase) -> String {
    let named = phase.arms.iter().filter_map(|(arm, share)| Some((experiment.arms.get(*arm)?, share)));
    let shares: Vec<String> = named.map(|(name, share)| format!("{name} {}", percent(*share))).collect();
    let of = if phase.number == 1 { String::new() } else { format!("phase {}: ", phase.number) };
    format!("{of}arms {}", shares.join(", "))
}
