//! Why a row has its arm: it was enrolled before, or what enrols it now, in the order of docs/language.md: the base, the slice of
//! the layer, the rollout, the arms of the phase. A share is shown beside the bucket of the key.

use super::{About, Node, said};
use crate::eval::Stop;
use crate::program::{Experiment, Hash, Phase, percent};
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
            nodes.push(self.drawn(&text, (Hash::Md5, &format!("{}.layer", slice.name)), is_in)?);
        }
        let Some(phase) = self.begun(experiment.phases.iter(), |phase| phase.from) else { return Ok(nodes) };
        let salt = experiment.arms_salt(phase.number);
        if let Some((share, _)) = self.begun(experiment.rollout.iter(), |(_, from)| *from) {
            let text = format!("rollout {}", percent(*share));
            nodes.push(match experiment.hash {
                Hash::GrowthBook => {
                    let is_in = |place: i64| phase.covered(*share).any(|range| range.contains(&place));
                    self.drawn(&format!("{text} of each arm"), (experiment.hash, &salt), is_in)?
                }
                Hash::Md5 | Hash::LaunchDarkly => {
                    let own = format!("{}.rollout", experiment.salt);
                    self.drawn(&text, (Hash::Md5, &own), |bucket| bucket < i64::from(*share))?
                }
            });
        }
        let mut node = self.drawn(&arms(experiment, phase), (experiment.hash, &salt), |_| true)?;
        node.holds = None;
        nodes.push(node);
        Ok(nodes)
    }

    /// Whether the bucket of the row's key is one that is meant.
    fn drawn(&self, text: &str, (hash, salt): (Hash, &str), is_in: impl Fn(i64) -> bool) -> Result<Node, Stop> {
        let bucket = self.look.place(hash, salt, self.row)?;
        let mut node = said(text, Some(is_in(bucket)));
        node.reads = vec![(format!("{}('{salt}', key)", hash.function()), bucket.to_string())];
        Ok(node)
    }

    /// The last of these that has begun.
    fn begun<'t, T>(&self, all: impl Iterator<Item = &'t T>, from: impl Fn(&T) -> Option<i64>) -> Option<&'t T> {
        all.filter(|it| from(it).is_none_or(|from| from <= self.look.now())).last()
    }
}

/// `arms control 50%, urgent 50%`
fn arms(experiment: &Experiment, phase: &Phase) -> String {
    let named = phase.arms.iter().filter_map(|(arm, share)| Some((experiment.arms.get(*arm)?, share)));
    let shares: Vec<String> = named.map(|(name, share)| format!("{name} {}", percent(*share))).collect();
    let of = if phase.number == 1 { String::new() } else { format!("phase {}: ", phase.number) };
    format!("{of}arms {}", shares.join(", "))
}
