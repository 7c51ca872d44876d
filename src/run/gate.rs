//! What policies hold back of a sync: asked in the warehouse, in the run that sends. What waits is no state: it is wanted and
//! not written, and so is found again in each run until the policy lets it pass.

use super::RunError;
use super::outcome::{Event, Gated, SAMPLE};
use super::session::{Run, Session};
use crate::engine::Value;
use crate::manifest::{Manifest, Sync};
use crate::types::Type;

/// For the sake of which run what is committed is sent.
#[derive(Clone, Copy)]
pub enum Asked<'a> {
    /// Its own.
    Own,
    /// One of its own instant, asked for with this program, which would do otherwise.
    Edited(&'a Manifest),
    /// One of a later instant with this program: it is finished first.
    Later(&'a Manifest),
}

impl<'a> Asked<'a> {
    /// A run of the same instant as one that did this.
    pub fn again(manifest: &'a Manifest, done: &Manifest) -> Self {
        if manifest.does_the_same(done) { Self::Own } else { Self::Edited(manifest) }
    }

    /// Whether a sync leaves what it has not sent to the run that follows, removals included: a policy is asked in the run that
    /// sends, and an edited one holds for what is old.
    pub fn leaves(self, sync: &Sync) -> bool {
        match self {
            Self::Own => false,
            Self::Edited(manifest) => heeds(manifest, sync),
            Self::Later(manifest) => sync.heeds_policy() || heeds(manifest, sync),
        }
    }
}

/// Whether a sync of an earlier program must heed a policy of this one.
fn heeds(manifest: &Manifest, sync: &Sync) -> bool {
    let (name, to) = (&sync.spec.name, &sync.spec.destination);
    let own = manifest.syncs.iter().find(|it| it.spec.name == *name && it.spec.destination == *to);
    own.map_or_else(|| manifest.policies.iter().any(|it| it.destinations.contains(to)), Sync::heeds_policy)
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
