//! Takes every program below `tests/cases/run` with the rows in its comments, runs it on every engine by the real
//! protocol, and compares what comes out: first the engines with each other, cell by cell, then with the snapshot beside
//! the case. `tests/cases/README.md` says how a case is written.

#[path = "run_cases/script.rs"]
pub mod script;
#[path = "run_cases/world.rs"]
pub mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use plgc::engine;
use script::Edition;
use world::World;

use crate::cases::beside;
use crate::support::drivers;

/// Where the cases are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/run")
}

/// Everything below a folder that is not a snapshot, by name.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_dir() || path.extension().is_some_and(|end| end == "plg"));
    paths.sort();
    paths
}

/// The name of a case.
pub fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// The programs of a case: a file, or the files of a folder, one after the other on the same warehouse.
pub fn editions(path: &Path) -> Vec<Edition> {
    let files = if path.is_dir() { below(path) } else { vec![path.to_owned()] };
    assert!(!files.is_empty(), "{}: a folder without a .plg file", path.display());
    files.iter().map(|file| Edition::read(file)).collect()
}

/// The cases below a folder: those whose names contain `PLGC_CASE`, where it is set.
pub fn chosen(folder: &Path) -> Vec<PathBuf> {
    let only = std::env::var("PLGC_CASE").ok();
    let mut cases = below(folder);
    cases.retain(|path| only.as_ref().is_none_or(|only| name(path).contains(only)));
    assert!(!cases.is_empty(), "no case");
    cases
}

/// The snapshots of a folder whose cases are gone.
pub fn leftovers(folder: &Path) -> Vec<String> {
    let names: Vec<String> = below(folder).iter().map(|path| name(path)).collect();
    let snapshots = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let snapshots = snapshots.filter(|path| path.extension().is_some_and(|end| end == "snap"));
    snapshots.map(|path| name(&path)).filter(|stem| !names.contains(stem)).collect()
}

/// The programs of a case as one text.
pub fn source(editions: &[Edition]) -> String {
    match editions {
        [one] => one.text.clone(),
        many => many.iter().map(|it| format!("// {}\n{}\n", it.name, it.text.trim_end())).collect(),
    }
}

/// What a case gives on one engine.
fn report(case: &str, editions: &[Edition], engine: &'static engine::Driver) -> String {
    let world = World::new(engine);
    let mut out = String::new();
    for edition in editions {
        let many = editions.len() > 1;
        if many {
            out.push_str(&format!("\n═══ {} ═══\n", edition.name));
        }
        let manifest = world.compile(case, edition);
        for moment in &edition.moments {
            world.run(&manifest, moment, &mut out);
        }
    }
    out
}

/// Fails at the first line in which two engines differ.
fn agree(case: &str, (one, first): &(&str, String), (other, second): &(&str, String)) {
    if first == second {
        return;
    }
    let place = first.lines().zip(second.lines()).position(|(a, b)| a != b);
    let place = place.unwrap_or_else(|| first.lines().count().min(second.lines().count()));
    let around = |text: &str| text.lines().skip(place.saturating_sub(6)).take(8).collect::<Vec<_>>().join("\n");
    panic!("{case}: the engines differ\n── {one}\n{}\n── {other}\n{}", around(first), around(second));
}

fn prove(path: &Path) {
    let case = name(path);
    let editions = editions(path);
    let reports: Vec<(&str, String)> =
        drivers().into_iter().map(|driver| (driver.name, report(&case, &editions, driver))).collect();
    for pair in reports.windows(2) {
        agree(&case, &pair[0], &pair[1]);
    }
    let text = format!("{}\n{}", source(&editions).trim_end(), reports[0].1);
    beside(path).bind(|| insta::assert_snapshot!(case, text));
}

#[test]
fn rows_of_every_run_case_on_every_engine() {
    let cases = chosen(&folder());
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    // Most of the time is the server's.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(path) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if catch_unwind(AssertUnwindSafe(|| prove(path))).is_err() {
                        failed.lock().unwrap().push(name(path));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} run cases fail: {}", failed.len(), cases.len(), failed.join(", "));
}

/// A program with so many audiences, each with `since` and every tenth with memory, and rows for two runs: in the
/// second the row is in all. A row of PostgreSQL must fit into a page.
fn with_audiences(count: usize) -> String {
    let rows = |size: usize| format!("// table app.items\n// | id | size |\n// | a | {size} |\n");
    let mut text = format!(
        "// now 2026-01-15T00:00:00Z\n{}// now 2026-01-16T00:00:00Z\n{}source app.items {{ id text; size int }}\n\nentity item from app.items {{ key id }}\n",
        rows(3),
        rows(12)
    );
    for number in 0..count {
        let until = if number % 10 == 0 { " until size = 0" } else { "" };
        text.push_str(&format!("\naudience over_{number} of item where size > {}{until}\n", number % 12));
    }
    text
}

#[test]
fn hundreds_of_audiences_of_one_entity_run_on_every_engine() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.plg");
    std::fs::write(&path, with_audiences(510)).unwrap();
    let editions = editions(&path);
    let reports: Vec<(&str, String)> =
        drivers().into_iter().map(|driver| (driver.name, report("many", &editions, driver))).collect();
    for pair in reports.windows(2) {
        agree("many", &pair[0], &pair[1]);
    }
    assert!(!reports[0].1.contains("stopped"), "{}", reports[0].1);
    assert!(reports[0].1.contains("| item.over_3 "), "{}", reports[0].1);
}

#[test]
fn more_audiences_than_a_table_has_columns_are_refused() {
    let mut sources = plgc::source::Sources::default();
    sources.add("many.plg", with_audiences(900)).unwrap();
    let mut mistakes = plgc::diagnostics::Diagnostics::default();
    let manifest = plgc::compile(&sources, &Default::default(), plgc::dialect::ALL[0], &mut mistakes);
    let found = mistakes.finish();
    let errors = found.iter().filter(|it| plgc::diagnostics::is_error(it.as_ref()));
    let codes: Vec<String> = errors.map(|it| plgc::diagnostics::code(it.as_ref())).collect();
    assert!(manifest.is_none());
    assert_eq!(codes, ["too-many-columns"]);
}

#[test]
fn no_snapshot_of_rows_without_its_case() {
    assert_eq!(leftovers(&folder()), Vec::<String>::new());
}
