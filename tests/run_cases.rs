//! Takes every program below `tests/cases/run` with the rows in its comments, runs it on every engine by the real
//! protocol, and compares what comes out: first the engines with each other, cell by cell, then with the snapshot beside
//! the case. `tests/cases/README.md` says how a case is written.

#[path = "run_cases/script.rs"]
mod script;
#[path = "run_cases/world.rs"]
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use plgc::engine;
use script::Edition;
use world::World;

/// Where the cases are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/run")
}

/// Everything below a folder that is not a snapshot, by name.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_dir() || path.extension().is_some_and(|end| end == "plg"));
    paths.sort();
    paths
}

/// The name of a case.
fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// The programs of a case: a file, or the files of a folder, one after the other on the same warehouse.
fn editions(path: &Path) -> Vec<Edition> {
    let files = if path.is_dir() { below(path) } else { vec![path.to_owned()] };
    assert!(!files.is_empty(), "{}: a folder without a .plg file", path.display());
    files.iter().map(|file| Edition::read(file)).collect()
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
        engine::ALL.iter().map(|driver| (driver.name, report(&case, &editions, driver))).collect();
    for pair in reports.windows(2) {
        agree(&case, &pair[0], &pair[1]);
    }
    let source: String = match editions.as_slice() {
        [one] => one.text.clone(),
        many => many.iter().map(|it| format!("// {}\n{}\n", it.name, it.text.trim_end())).collect(),
    };
    let text = format!("{}\n{}", source.trim_end(), reports[0].1);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(path.parent().unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(case, text));
}

#[test]
fn rows_of_every_run_case_on_every_engine() {
    let only = std::env::var("PLGC_CASE").ok();
    let cases: Vec<PathBuf> = below(&folder())
        .into_iter()
        .filter(|path| only.as_ref().is_none_or(|only| name(path).contains(only)))
        .collect();
    assert!(!cases.is_empty(), "no case");
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

#[test]
fn no_snapshot_of_rows_without_its_case() {
    let names: Vec<String> = below(&folder()).iter().map(|path| name(path)).collect();
    let snapshots = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let snapshots = snapshots.filter(|path| path.extension().is_some_and(|end| end == "snap"));
    let left: Vec<String> = snapshots.map(|path| name(&path)).filter(|stem| !names.contains(stem)).collect();
    assert_eq!(left, Vec::<String>::new());
}
