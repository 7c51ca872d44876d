//! The example, compiled and run on both engines: the same rows, the same messages, the same history.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plgc::diagnostics::Diagnostics;
use plgc::engine::{self, Location};
use plgc::run::{self, Outcome, RunOptions, Setting, Target};
use plgc::source::Sources;
use plgc::{dialect, program};

use crate::support::banners::Quiet;
use crate::support::server::Database;
use crate::support::wait;

const BANNERS: &str =
    "CREATE TABLE in_app_banners (workspace_id TEXT PRIMARY KEY, kind TEXT, seats_over INTEGER, stage TEXT)";
const DAY: i64 = 86_400;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/upsell")
}

fn sources() -> Sources {
    let mut sources = Sources::default();
    for name in ["entities.plg", "sources.plg", "syncs.plg", "upsell.plg"] {
        sources.add(name, std::fs::read_to_string(example().join(name)).unwrap()).unwrap();
    }
    sources
}

fn target(engine: &str, folder: &Path, location: Location) -> Target {
    let setting = |name: &str, path: &str| {
        BTreeMap::from([(name.to_owned(), Setting::Plain(folder.join(path).to_str().unwrap().to_owned()))])
    };
    let mut destinations: BTreeMap<String, BTreeMap<String, Setting>> =
        ["crm", "outreach", "flags"].into_iter().map(|name| (name.to_owned(), setting("folder", name))).collect();
    destinations.insert("product".to_owned(), setting("path", "product.db"));
    Target {
        name: "test".to_owned(),
        engine: engine.to_owned(),
        location,
        data: None,
        deliver: true,
        state: folder.join("state"),
        destinations,
    }
}

/// What a run leaves behind, in words that do not depend on the engine or the run's id.
fn left(outcome: &Outcome, folder: &Path) -> Vec<String> {
    let mut left = Vec::new();
    for change in &outcome.changes {
        left.push(format!("{} {:?} {:?} {}", change.field, change.was, change.became, change.rows));
    }
    for sync in &outcome.syncs {
        assert_eq!(sync.held, None, "{sync:?}");
        left.push(format!("{} {} {} {} {}", sync.name, sync.created, sync.updated, sync.removed, sync.rejected));
    }
    for file in ["crm/contacts.jsonl", "outreach/tasks.jsonl", "flags/paywall_locked.jsonl"] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        let mut lines: Vec<String> = text
            .lines()
            .map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                format!("{file} {} {} {} {}", line["at"], line["op"], line["key"], line["fields"])
            })
            .collect();
        lines.sort();
        left.extend(lines);
    }
    left
}

fn days(name: &str, location: impl Fn(&Path) -> Location) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let sources = sources();
    let mut diagnostics = Diagnostics::default();
    let dialect = dialect::find(name).unwrap();
    let manifest = plgc::compile(&sources, &program::Options::default(), dialect, &mut diagnostics).unwrap();
    let mut target = target(name, folder.path(), location(folder.path()));
    wait(async {
        let product = Location::Path(folder.path().join("product.db"));
        let mut product = (engine::sqlite::DRIVER.open)(&product).await.unwrap();
        product.execute(BANNERS).await.unwrap();
    });
    let start = 1_772_442_000; // 2026-03-02T09:00Z
    let mut days = Vec::new();
    for (day, data) in [(0, "data"), (14, "data-later"), (29, "data-later")] {
        target.data = Some(example().join(data));
        let accept = ["hubspot.email_event", "workspace", "user", "banners"].map(str::to_owned).into();
        let options = RunOptions { now: start + day * DAY, accept };
        let outcome = run::run(&manifest, &target, &options, &mut Quiet).unwrap();
        days.push(left(&outcome, folder.path()));
    }
    days
}

#[test]
fn the_example_does_on_sqlite_what_it_does_on_postgres() {
    let embedded = days("sqlite", |folder| Location::Path(folder.join("w.db")));
    let database = Database::new();
    let server = days("postgres", |_| database.location());
    assert!(embedded[0].len() > 50, "{:?}", embedded[0]);
    assert_ne!(embedded[0], embedded[1]);
    for (embedded, server) in embedded.iter().zip(&server) {
        for (one, other) in embedded.iter().zip(server) {
            assert_eq!(one, other);
        }
        assert_eq!(embedded.len(), server.len());
    }
}
