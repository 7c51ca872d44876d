//! The example, compiled and run on both engines: the same rows, the same messages, the same history.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plgc::diagnostics::Diagnostics;
use plgc::engine::{self, Location};
use plgc::manifest::Manifest;
use plgc::run::{self, Outcome, RunOptions, Setting, Target};
use plgc::source::Sources;
use plgc::{dialect, program};

use crate::support::banners::Quiet;
use crate::support::home::Home;
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
        let product = Location::path(folder.path().join("product.db"));
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

/// The manifest of the example, edited.
fn edited(file: &str, from: &str, to: &str) -> Manifest {
    let mut sources = Sources::default();
    for name in ["entities.plg", "sources.plg", "syncs.plg", "upsell.plg"] {
        let text = std::fs::read_to_string(example().join(name)).unwrap();
        assert!(name != file || text.contains(from), "{from:?} is not in {name}");
        sources.add(name, if name == file { text.replacen(from, to, 1) } else { text }).unwrap();
    }
    let dialect = dialect::find("postgres").unwrap();
    plgc::compile(&sources, &program::Options::default(), dialect, &mut Diagnostics::default()).unwrap()
}

/// Lines of one text that another one lacks.
fn more_lines(text: &str, than: &str) -> Vec<String> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    than.lines().for_each(|line| *known.entry(line).or_default() += 1);
    let mut more = Vec::new();
    for line in text.lines() {
        match known.get_mut(line) {
            Some(left) if *left > 0 => *left -= 1,
            _ => more.push(line.to_owned()),
        }
    }
    more
}

#[test]
fn a_small_edit_is_a_small_diff_of_the_manifest() {
    let before = edited("upsell.plg", "", "");
    let other = edited("upsell.plg", "when overage\n", "when overage and usage > 2\n");
    assert!(!before.does_the_same(&other));
    let lines = more_lines(&other.to_json(), &before.to_json());
    assert!((1..15).contains(&lines.len()), "{}", lines.join("\n"));
    let lines = more_lines(&other.files()["models/workspace.sql"], &before.files()["models/workspace.sql"]);
    assert!((1..5).contains(&lines.len()), "{}", lines.join("\n"));
}

#[test]
fn a_comment_in_a_program_changes_nothing_but_the_lines_that_are_cited() {
    let before = edited("upsell.plg", "", "");
    let other = edited("upsell.plg", "", "// Why.\n\n");
    assert!(before.does_the_same(&other));
    for line in more_lines(&other.to_json(), &before.to_json()) {
        assert!(line.contains("upsell.plg:") || line.trim_start().starts_with("\"-- "), "{line}");
    }
    for (file, text) in other.files() {
        for line in more_lines(&text, &before.files()[&file]) {
            assert!(line.starts_with("-- "), "{file}: {line}");
        }
    }
    let texts = |manifest: &Manifest| Manifest::read(&manifest.to_json()).unwrap().to_json();
    assert_eq!(texts(&before), before.to_json());
}

#[test]
fn a_file_says_once_what_a_run_fills_in_and_what_a_barrier_is() {
    let files = edited("upsell.plg", "", "").files();
    let workspace = &files["models/workspace.sql"];
    let filled = "-- a run fills in :now, the run's instant; :run, the run's id; :born_NAME, the instant of the first run that had it; :mark_NAME, what the firings of the step are known by\n";
    assert_eq!(workspace.matches(filled).count(), 1, "{workspace}");
    assert_eq!(workspace.matches("-- computed once:").count(), 1, "{workspace}");
    assert!(files["state/workspace.sql"].contains("INSERT INTO plg_state.changes"));
    for (name, text) in &files {
        assert!(!text.contains("WHERE FALSE"), "{name}: {text}");
        assert!(text.matches("a run fills in").count() < 2, "{name}: {text}");
    }
    assert!(!files["state/user.sql"].contains("INSERT"), "{}", files["state/user.sql"]);
}

#[test]
fn the_example_does_on_sqlite_what_it_does_on_postgres() {
    let embedded = days("sqlite", |folder| Location::path(folder.join("w.db")));
    let database = Database::new();
    alike(&embedded, &days("postgres", |_| database.location()));
}

#[test]
fn the_example_does_on_sqlite_what_it_does_on_duckdb() {
    let embedded = days("sqlite", |folder| Location::path(folder.join("w.db")));
    let driver = engine::find("duckdb").unwrap();
    alike(&embedded, &days("duckdb", |folder| Home::new(driver, folder, "w.duckdb").location));
}

/// Holds what the example did on an engine to what it did on another.
fn alike(embedded: &[Vec<String>], server: &[Vec<String>]) {
    assert!(embedded[0].len() > 50, "{:?}", embedded[0]);
    assert_ne!(embedded[0], embedded[1]);
    for (embedded, server) in embedded.iter().zip(server) {
        for (one, other) in embedded.iter().zip(server) {
            assert_eq!(one, other);
        }
        assert_eq!(embedded.len(), server.len());
    }
}
