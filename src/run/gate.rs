//! What policies hold back of a sync: asked in the warehouse, in the run that sends. What waits is no state: it is wanted and
//! not written, and so is found again in each run until the policy lets it pass.

use super::RunError;
use super::outcome::{Event, Gated};
use super::session::{Run, Session};
use crate::engine::Value;
use crate::manifest::{Manifest, Sync};
use crate::types::Type;

/// How many keys are named.
const SAMPLE: usize = 5;

/// What a run is asked for, where an earlier one is finished first.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The program as it is now.
    pub manifest: &'a Manifest,
    /// Whether a run of a later instant follows.
    pub later: bool,
}

impl Asked<'_> {
    /// Whether a sync of the run that is finished leaves what it has not sent to the run that follows, removals included: a
    /// policy is asked in the run that sends, and a new one holds for what is old.
    pub fn leaves(&self, finished: &Manifest, sync: &Sync) -> bool {
        let to = &sync.spec.destination;
        let mut policies = self.manifest.policies.iter().filter(|it| it.destinations.contains(to));
        let knew = |name: &str| finished.policies.iter().any(|it| it.name == name && it.destinations.contains(to));
        self.later && sync.heeds_policy() || policies.any(|it| self.later || !knew(&it.name))
    }
}

/// The rows that wait, by policy.
pub async fn gated(session: &mut Session<'_>, sync: &Sync, run: &Run) -> Result<Vec<Gated>, RunError> {
    if sync.gated.is_empty() {
        return Ok(Vec::new());
    }
    let name = &sync.spec.name;
    let rows = run.bind(&sync.gated, session.driver);
    let sql = format!(
        "SELECT policy, n_rows, key FROM (SELECT policy, key, COUNT(*) OVER (PARTITION BY policy) AS n_rows, \
         ROW_NUMBER() OVER (PARTITION BY policy ORDER BY key) AS place FROM (\n{rows}\n) AS g) AS c \
         WHERE place <= {SAMPLE} ORDER BY policy, place"
    );
    session.progress.point(&format!("gated `{name}`"));
    let found = session.rows(&format!("gated `{name}`"), &sql, &[Type::Text, Type::Int, Type::Text]).await?;
    let mut all: Vec<Gated> = Vec::new();
    for row in found {
        let text = |at: usize| row.get(at).and_then(Value::text).unwrap_or_default();
        let (policy, key) = (text(0), text(2));
        match all.last_mut().filter(|it| it.policy == policy) {
            Some(gated) => gated.keys.push(key),
            None => {
                let rows = row.get(1).map_or(0, |rows| rows.int().unsigned_abs());
                all.push(Gated { policy, rows, keys: vec![key] });
            }
        }
    }
    for Gated { policy, rows, keys } in &all {
        let (sync, policy, keys) = (name.clone(), policy.clone(), keys.clone());
        session.say(&Event::Gated { sync, policy, rows: *rows, keys });
    }
    Ok(all)
}
