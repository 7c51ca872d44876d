//! After the commit: the views that people read, the changes, the syncs, the mark that all is done, and the tables that nobody
//! needs any more. Each step is harmless to repeat, so that a run that was killed here is finished by the next one.

use std::collections::BTreeSet;

use super::gate::Asked;
use super::outcome::{Change, Event, SAMPLE, SyncOutcome};
use super::session::{Run, Session};
use super::state::{PUBLIC, SCHEMA};
use super::{RunError, born, deliver, ended, sources, state};
use crate::engine::{Relation, literal};
use crate::manifest::Manifest;
use crate::types::Type;

/// Finishes a committed run, for the sake of what is asked for. Gives its changes and what each sync did.
pub async fn finish(
    session: &mut Session<'_>,
    (manifest, before): (&Manifest, Option<&Manifest>),
    run: &Run,
    asked: Asked<'_>,
) -> Result<(Vec<Change>, Vec<SyncOutcome>), RunError> {
    let driver = session.driver;
    let views: Vec<_> = manifest.views.iter().map(|it| (it.name.clone(), run.bind(&it.query, driver))).collect();
    let gone = stale(session, manifest, run, PUBLIC).await?;
    let gone = gone.iter().filter(|it| it.is_view).map(|it| driver.table(PUBLIC, &it.name)).collect::<Vec<_>>();
    session.views("views", &views, &gone).await?;
    for entity in &manifest.entities {
        if let Some(changes) = &entity.changes {
            session.execute(&format!("changes `{}`", entity.name), &run.bind(changes, driver)).await?;
        }
        if let Some(firings) = &entity.firings {
            session.execute(&format!("firings `{}`", entity.name), &run.bind(firings, driver)).await?;
        }
    }
    ended::record(session, before, manifest, run).await?;
    born::keep(session, manifest, run).await?;
    let syncs = deliver_all(session, manifest, run, asked).await?;
    let changes = changes(session, run).await?;
    state::finish(session, run).await?;
    clean(session, manifest, run).await?;
    session.say(&Event::Finished { run: run.id.clone() });
    Ok((changes, syncs))
}

/// Sends what every sync has to send, but for those that a policy leaves to the run that follows.
pub async fn deliver_all(
    session: &mut Session<'_>,
    manifest: &Manifest,
    run: &Run,
    asked: Asked<'_>,
) -> Result<Vec<SyncOutcome>, RunError> {
    let held = sources::stale(session, manifest, run).await?;
    let mut syncs = Vec::new();
    for sync in &manifest.syncs {
        if asked.leaves(sync) {
            deliver::record(session, sync, run).await?;
            let name = &sync.spec.name;
            session.notice(format!(
                "sync `{name}` sends in the next run, which asks the policies of its destination anew"
            ));
            continue;
        }
        syncs.push(deliver::sync(session, manifest, sync, run, held.get(&sync.spec.name)).await?);
    }
    Ok(syncs)
}

async fn changes(session: &mut Session<'_>, run: &Run) -> Result<Vec<Change>, RunError> {
    let sql = format!(
        "SELECT field, was, became, n_rows, key FROM (SELECT field, was, became, key, \
         COUNT(*) OVER (PARTITION BY field, was, became) AS n_rows, \
         ROW_NUMBER() OVER (PARTITION BY field, was, became ORDER BY key) AS place \
         FROM {} WHERE run = {}) AS c WHERE place <= {SAMPLE} ORDER BY 1, 2, 3, place",
        session.driver.table(SCHEMA, "changes"),
        literal(&run.id)
    );
    let types = [Type::Text, Type::Text, Type::Text, Type::Int, Type::Text];
    let mut changes: Vec<Change> = Vec::new();
    for row in session.rows("reading the changes", &sql, &types).await? {
        let text = |at: usize| row.get(at).and_then(crate::engine::Value::text);
        let (field, was, became) = (text(0).unwrap_or_default(), text(1), text(2));
        let last = changes.last_mut().filter(|it| it.field == field && it.was == was && it.became == became);
        match last {
            Some(change) => change.keys.extend(text(4)),
            None => changes.push(Change {
                field,
                was,
                became,
                rows: row.get(3).map_or(0, |rows| rows.int().unsigned_abs()),
                keys: text(4).into_iter().collect(),
            }),
        }
    }
    Ok(changes)
}

/// Drops the views of what is no longer declared, then the tables that are neither this run's nor its parent's: older ones,
/// and those of attempts that did not count. What something else still reads is kept, and said.
async fn clean(session: &mut Session<'_>, manifest: &Manifest, run: &Run) -> Result<(), RunError> {
    for schema in [PUBLIC, SCHEMA] {
        let mut stale = stale(session, manifest, run, schema).await?;
        // An audience's view reads its entity's, which has another name: a view goes when nothing reads it any more.
        stale.sort_by_key(|it| !it.is_view);
        drop_all(session, schema, stale).await?;
    }
    Ok(())
}

/// The views of a schema that are no longer declared, and its tables of other runs than this one and its parent.
async fn stale(
    session: &mut Session<'_>,
    manifest: &Manifest,
    run: &Run,
    schema: &str,
) -> Result<Vec<Relation>, RunError> {
    let kept: BTreeSet<&str> = std::iter::once(run.id.as_str()).chain(run.parent.as_deref()).collect();
    let views = manifest.views.iter().map(|view| view.name.as_str());
    let prevs = manifest.entities.iter().map(|entity| entity.prev_view.as_str());
    let syncs = manifest.syncs.iter().map(|sync| sync.prev_view.as_str());
    let models = manifest.models.iter().filter_map(|model| model.prev.as_ref()).map(|prev| prev.view.as_str());
    let declared: BTreeSet<String> = views.chain(prevs).chain(models).chain(syncs).map(plain).collect();
    let found = session.engine.relations(schema).await;
    let found = found.map_err(|source| RunError::statement("reading what is there", source))?;
    let is_stale = |it: &Relation| match it.is_view {
        true => !declared.contains(&plain(&session.driver.table(schema, &it.name))),
        false => run_of(&it.name).is_some_and(|id| !kept.contains(id)),
    };
    Ok(found.into_iter().filter(is_stale).collect())
}

async fn drop_all(session: &mut Session<'_>, schema: &str, mut stale: Vec<Relation>) -> Result<(), RunError> {
    loop {
        let (before, mut blocked, mut why) = (stale.len(), Vec::new(), String::new());
        for it in stale {
            let kind = if it.is_view { "VIEW" } else { "TABLE" };
            session.progress.point("drop");
            let sql = format!("DROP {kind} {}", session.driver.table(schema, &it.name));
            if let Err(error) = session.engine.execute(&sql).await {
                why = error.to_string();
                blocked.push(it);
            }
        }
        if blocked.is_empty() {
            return Ok(());
        }
        if blocked.len() == before {
            let names: Vec<String> = blocked.iter().map(|it| format!("`{schema}.{}`", it.name)).collect();
            session.notice(format!("{} cannot be dropped: {why}", names.join(", ")));
            return Ok(());
        }
        stale = blocked;
    }
}

/// A name without quotes, to compare spellings.
fn plain(name: &str) -> String {
    name.replace('"', "")
}

/// The run that a table's name ends with: `workspace__r42_7f3a`.
fn run_of(name: &str) -> Option<&str> {
    let (_, id) = name.rsplit_once("__")?;
    let (number, digits) = id.strip_prefix('r')?.split_once('_')?;
    let is_id = !number.is_empty()
        && number.bytes().all(|it| it.is_ascii_digit())
        && digits.len() == 4
        && digits.bytes().all(|it| it.is_ascii_hexdigit());
    is_id.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_runs_are_known_by_their_end() {
        assert_eq!(run_of("workspace__r42_7f3a"), Some("r42_7f3a"));
        assert_eq!(run_of("workspace__pass_1__r1_0000"), Some("r1_0000"));
        for other in ["workspace", "workspace__prev", "runs", "a__r1_xyz", "a__r_0000", "r1_0000"] {
            assert_eq!(run_of(other), None, "{other}");
        }
    }
}
