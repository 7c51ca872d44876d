//! Takes a manifest, a target and an instant; builds, folds the state, delivers, and gives an [`Outcome`]. The commit is one
//! inserted row. Killed at any point, the next run heals: it finishes what was committed and drops what was not.

pub mod bench;
pub mod born;
pub mod build;
pub mod deliver;
pub mod ended;
pub mod error;
pub mod finish;
pub mod forgotten;
pub mod gate;
pub mod gather;
pub mod migrate;
pub mod misfit;
pub mod outcome;
pub mod past;
pub mod prev;
pub mod session;
pub mod sources;
pub mod state;
pub mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub use crate::destination::push::Setting;
use crate::engine::{self, Driver, Location, value};
use crate::manifest::{Manifest, VERSION};
pub use error::RunError;
use gate::Asked;
pub use outcome::{Event, Outcome, Progress};
use session::{Run, Session};
use state::Committed;

/// Where a program runs, as `plg.toml` says.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name: `dev`.
    pub name: String,
    /// The engine: one of `crate::engine::ALL`.
    pub engine: String,
    /// The database.
    pub location: Location,
    /// A folder of CSV, JSONL and NDJSON files that are loaded as the declared sources before a run.
    pub data: Option<PathBuf>,
    /// Whether syncs are sent.
    pub deliver: bool,
    /// A folder of this target alone, for the journal of receipts; made if missing.
    pub state: PathBuf,
    /// Per destination of the program, its settings.
    pub destinations: BTreeMap<String, BTreeMap<String, Setting>>,
}

impl Target {
    /// One for a database that nobody else knows and destinations in memory: no file, no settings.
    #[must_use]
    pub fn aside(name: &str, engine: &str, location: Location) -> Self {
        Self {
            name: name.to_owned(),
            engine: engine.to_owned(),
            location,
            data: None,
            deliver: true,
            state: PathBuf::new(),
            destinations: BTreeMap::new(),
        }
    }
}

/// How a run is done.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// The run's instant, in seconds since 1970: `--as-of`, or the clock.
    pub now: i64,
    /// Names whose guards are waived, or that may be forgotten (`--accept`).
    pub accept: BTreeSet<String>,
}

/// Does a run.
///
/// # Errors
/// Where it stops; what was committed before stays, and the next run goes on from there.
pub fn run(
    manifest: &Manifest,
    target: &Target,
    options: &RunOptions,
    progress: &mut dyn Progress,
) -> Result<Outcome, RunError> {
    let driver = fits(manifest, target)?;
    settings(manifest, target)?;
    runtime(target)?.block_on(async {
        let mut session = Session::open(driver, target, options.clone(), progress).await?;
        go(&mut session, manifest).await
    })
}

/// What connections wait on: one thread.
///
/// # Errors
/// Where the process cannot have it.
pub fn runtime(target: &Target) -> Result<tokio::runtime::Runtime, RunError> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|error| session::file(target, &error))
}

/// The manifest can be read, and is for this engine.
fn fits(manifest: &Manifest, target: &Target) -> Result<&'static Driver, RunError> {
    let driver = engine::find(&target.engine).ok_or_else(|| RunError::Setting {
        what: format!("target `{}` has the unknown engine `{}`", target.name, target.engine),
        help: format!("the engines are {}", engine::ALL.iter().map(|it| it.name).collect::<Vec<_>>().join(", ")),
    })?;
    if manifest.version > VERSION {
        return Err(RunError::Manifest {
            why: format!("it has version {}, this plgc knows up to {VERSION}", manifest.version),
            help: "use the plgc that wrote it".to_owned(),
        });
    }
    if manifest.dialect != driver.name {
        return Err(RunError::Manifest {
            why: format!(
                "its statements are for `{}`, target `{}` is `{}`",
                manifest.dialect, target.name, driver.name
            ),
            help: format!("compile it with `-t {}`", target.name),
        });
    }
    Ok(driver)
}

/// What the destinations need is there, before anything is built.
fn settings(manifest: &Manifest, target: &Target) -> Result<(), RunError> {
    for sync in manifest.syncs.iter().filter(|_| target.deliver) {
        let name = &sync.spec.destination;
        let given = target.destinations.get(name);
        let is_given = |setting: &str| given.is_some_and(|given| given.contains_key(setting));
        if let Some(setting) = deliver::spec_of(manifest, name)?.lacks(&target.engine, is_given).next() {
            return Err(RunError::Setting {
                what: format!("destination `{name}` of target `{}` has no `{}`", target.name, setting.name),
                help: format!("add it to plg.toml: {}", setting.doc),
            });
        }
    }
    Ok(())
}

async fn go(session: &mut Session<'_>, manifest: &Manifest) -> Result<Outcome, RunError> {
    let now = value::instant_text(session.options.now);
    migrate::columns(session).await?;
    let head = state::head(session).await?;
    let (before, resumed) = match &head {
        None => {
            session.options.accept = forgotten::accepted(None, manifest, &session.options.accept)?;
            (None, None)
        }
        Some(head) => {
            let own = state::manifest(session, &head.manifest).await?;
            session.options.accept = forgotten::accepted(Some(&own), manifest, &session.options.accept)?;
            let asked = if now == head.now { Asked::again(manifest, &own) } else { Asked::Later(manifest) };
            let resumed = if head.finished { None } else { Some(resume(session, &own, head, asked).await?) };
            (Some(own), resumed)
        }
    };
    if let (Some(head), Some(own)) = (&head, &before) {
        if now < head.now {
            return Err(RunError::Earlier { now, last: head.now.clone() });
        }
        if now == head.now {
            let mut outcome = match resumed {
                Some(outcome) => outcome,
                None => redeliver(session, own, head, Asked::again(manifest, own)).await?,
            };
            if !manifest.does_the_same(own) {
                session.notice(edited(own, manifest, head));
                outcome.notices.append(&mut session.notices);
            }
            return Ok(outcome);
        }
    }
    if let Some(before) = &before {
        forgotten::check(before, manifest, &session.options.accept)?;
    }
    migrate::rows(session, manifest, head.as_ref().zip(before.as_ref())).await?;
    let number = head.as_ref().map_or(1, |head| number(&head.id) + 1);
    let parent = head.as_ref().map(|head| head.id.clone());
    let born = born::all(session, manifest, &now).await?;
    let run = Run { id: format!("r{number}_{}", session::fresh(&now, 4)), parent, now, born };
    let started = Event::Started {
        run: run.id.clone(),
        parent: run.parent.clone(),
        now: run.now.clone(),
        models: manifest.models.len(),
    };
    session.say(&started);
    for notice in before.iter().flat_map(|before| forgotten::notices(before, manifest)) {
        session.notice(notice);
    }
    let moves = build::whole(session, manifest, before.as_ref(), &run).await?;
    let (changes, syncs) = finish::finish(session, (manifest, before.as_ref()), &run, Asked::Own).await?;
    let resumed = resumed.map(Box::new);
    Ok(Outcome { built: true, resumed, changes, moves, syncs, ..outcome(session, &run) })
}

/// What a run says that built nothing, though the program is not the one that built the instant.
fn edited(own: &Manifest, manifest: &Manifest, head: &Committed) -> String {
    let what = if own.plgc == manifest.plgc { "the program has" } else { "the program, or plgc itself, has" };
    format!(
        "{what} changed since run {} built this instant, and nothing of the change was built: it takes effect with the next instant (leave out `--as-of`, or give a later one)",
        head.id
    )
}

fn outcome(session: &mut Session<'_>, run: &Run) -> Outcome {
    Outcome {
        run: run.id.clone(),
        parent: run.parent.clone(),
        now: run.now.clone(),
        notices: std::mem::take(&mut session.notices),
        ..Outcome::default()
    }
}

/// The number in a run's id.
fn number(id: &str) -> u64 {
    let digits = id.trim_start_matches('r').split('_').next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Finishes a run that was committed and then killed, with its own manifest.
async fn resume(
    session: &mut Session<'_>,
    manifest: &Manifest,
    head: &Committed,
    asked: Asked<'_>,
) -> Result<Outcome, RunError> {
    let (run, before) = again(session, manifest, head).await?;
    let (changes, syncs) = finish::finish(session, (manifest, before.as_ref()), &run, asked).await?;
    Ok(Outcome { changes, syncs, ..outcome(session, &run) })
}

/// A committed run, with all that it knew when it was built: the views of the run before it are as they were. Gives that run's
/// manifest, too.
async fn again(
    session: &mut Session<'_>,
    manifest: &Manifest,
    head: &Committed,
) -> Result<(Run, Option<Manifest>), RunError> {
    let run = Run { born: born::all(session, manifest, &head.now).await?, ..Run::from(head) };
    session.say(&Event::Resumed { run: run.id.clone() });
    let before = match &run.parent {
        None => None,
        Some(parent) => state::manifest_of(session, parent).await?,
    };
    prev::make(session, manifest, before.as_ref(), &run).await?;
    Ok((run, before))
}

/// Sends again what the last run could not: its instant is asked for once more.
async fn redeliver(
    session: &mut Session<'_>,
    manifest: &Manifest,
    head: &Committed,
    asked: Asked<'_>,
) -> Result<Outcome, RunError> {
    let (run, _) = again(session, manifest, head).await?;
    let syncs = finish::deliver_all(session, manifest, &run, asked).await?;
    session.say(&Event::Finished { run: run.id.clone() });
    Ok(Outcome { syncs, ..outcome(session, &run) })
}
