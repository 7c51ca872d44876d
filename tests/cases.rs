//! Takes every program below `tests/cases`, compiles it, and compares what comes out with the snapshot beside it, which
//! holds source and result. A case is a `.plg` file or a folder of them; its group is the folder that it is in:
//! `check/CODE` shows mistakes of one code, `sql` the statements in every dialect, without warnings. To add one, write a
//! `.plg` and run `INSTA_UPDATE=always cargo test cases`.

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use plgc::diagnostics::text::{self, Style};
use plgc::diagnostics::{self, Diagnostics, Mistake};
use plgc::dialect;
use plgc::manifest::Manifest;
use plgc::program::Options;
use plgc::source::Sources;

/// The group of cases with more than one mistake.
const SEVERAL: &str = "check/several";

/// One case.
pub struct Case {
    /// Its name: the file's without its ending, or the folder's.
    pub name: String,
    /// The `.plg` file or the folder.
    pub path: PathBuf,
    /// The programs' files.
    pub sources: Sources,
}

/// The cases of a group, by name.
pub fn cases(group: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(group);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().filter_map(case).collect()
}

/// The case of a file or a folder.
pub fn case(path: PathBuf) -> Option<Case> {
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let is_program = |path: &Path| path.extension().is_some_and(|it| it == "plg");
    let mut files = match (path.is_dir(), is_program(&path)) {
        (true, _) => std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect(),
        (false, true) => vec![path.clone()],
        (false, false) => return None,
    };
    files.retain(|file| is_program(file));
    files.sort();
    let mut sources = Sources::default();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        sources.add(file.file_name().unwrap().to_str().unwrap(), text).unwrap();
    }
    assert!(!files.is_empty(), "{}: a folder without a .plg file", path.display());
    Some(Case { name, path, sources })
}

/// What a case says in its first line: `// show: checks, changes`.
fn shown(case: &Case) -> Vec<&str> {
    let first = case.sources.files()[0].text.lines().next().unwrap_or_default();
    let words = first.strip_prefix("// show: ").unwrap_or("models, outbox, moves");
    words.split(", ").map(str::trim).collect()
}

fn source(case: &Case) -> String {
    let files = case.sources.files();
    match files {
        [one] => one.text.clone(),
        many => many.iter().map(|file| format!("// {}\n{}\n", file.name, file.text.trim_end())).collect(),
    }
}

/// The folders of codes below `check`, each a group.
fn codes() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check");
    let mut codes: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| format!("check/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    codes.sort();
    codes
}

/// The project's settings: a first line `// every 20 minutes` is a target's cadence.
fn options(case: &Case) -> Options {
    let first = case.sources.files()[0].text.lines().next().unwrap_or_default();
    let minutes = first.strip_prefix("// every ").and_then(|rest| rest.strip_suffix(" minutes"));
    let every = |minutes: &str| ("prod".to_owned(), minutes.parse::<i64>().unwrap() * 60_000_000);
    Options { cadences: minutes.map(every).into_iter().collect(), ..Options::default() }
}

/// The program in a dialect, and every mistake.
fn mistakes(case: &Case, dialect: &dialect::Dialect) -> (Option<Manifest>, Vec<Mistake>) {
    let mut mistakes = Diagnostics::default();
    let manifest = plgc::compile(&case.sources, &options(case), dialect, &mut mistakes);
    (manifest, mistakes.finish())
}

/// The program in a dialect, and every mistake as text.
pub fn compile(case: &Case, dialect: &dialect::Dialect) -> (Option<Manifest>, String) {
    let (manifest, mistakes) = mistakes(case, dialect);
    let style = Style { color: false, unicode: true, width: 100 };
    let mut said = text::render(&mistakes, &case.sources, style);
    said.extend(text::count(&mistakes).map(|count| count + "\n"));
    assert_eq!(manifest.is_none(), mistakes.iter().any(|it| diagnostics::is_error(it.as_ref())), "{}", case.name);
    (manifest, said)
}

/// Every statement of a manifest and its lineage: kind, title, text.
pub fn sections(manifest: &Manifest) -> Vec<(&'static str, String, String)> {
    let mut out = Vec::new();
    let mut section = |kind, title: String, sql: &str| out.push((kind, title, sql.trim_end().to_owned()));
    for it in &manifest.setup {
        section("setup", "setup".to_owned(), it);
    }
    for it in &manifest.sources {
        section("sources", format!("rows of {}", it.name), &it.count);
        if let Some(fresh) = &it.fresh {
            let holds = fresh.holds.join(", ");
            section("sources", format!("newest row of {}, holds: {holds}", it.name), &fresh.newest);
        }
    }
    for it in &manifest.models {
        section("models", it.file.clone(), &it.sql);
    }
    for it in &manifest.entities {
        section("loses", format!("rows that {} lost", it.name), &it.loses);
        if let Some(changes) = &it.changes {
            section("changes", format!("changes of {}", it.name), changes);
        }
        for (status, sql) in &it.moves {
            section("moves", format!("moves of {}.{status}", it.name), sql);
        }
    }
    for it in &manifest.checks {
        section("checks", format!("{}: {} ({})", it.name, it.message, it.cite), &it.sql);
    }
    for it in &manifest.views {
        section("views", format!("{} as {}", it.file, it.name), &it.query);
    }
    for it in &manifest.syncs {
        section("written", format!("what sync {} has written", it.spec.name), &it.written);
        section("outbox", format!("what sync {} sends", it.spec.name), &it.outbox);
        if !it.gated.is_empty() {
            section("gated", format!("what policies hold back of sync {}", it.spec.name), &it.gated);
        }
    }
    let lines: Vec<_> = manifest.lineage.iter().collect();
    section("lineage", "lineage".to_owned(), &plgc::manifest::lineage::table(&lines));
    out
}

fn statements(manifest: &Manifest, shown: &[&str]) -> String {
    let sections = sections(manifest).into_iter().filter(|(kind, ..)| shown.contains(kind));
    sections.map(|(_, title, sql)| format!("\n-- {title}\n{sql}\n")).collect()
}

fn check(case: &Case) -> String {
    let (_, said) = compile(case, dialect::ALL[0]);
    if said.is_empty() { "no mistake\n".to_owned() } else { said }
}

fn sql(case: &Case) -> String {
    let mut out = String::new();
    for dialect in dialect::ALL {
        let (manifest, said) = compile(case, dialect);
        let manifest = manifest.unwrap_or_else(|| panic!("{} has errors:\n{said}", case.name));
        writeln!(out, "── {} ──{}", dialect.name, statements(&manifest, &shown(case))).unwrap();
    }
    out
}

/// The settings of a snapshot that stands beside its case.
pub fn beside(case: &Path) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(case.parent().unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// Compares the result of every case of a group with its snapshot, and gives the names of those that differ.
fn differing(group: &str, result: fn(&Case) -> String) -> Vec<String> {
    let cases = cases(group);
    assert!(!cases.is_empty(), "no case in group {group}");
    let heading = group.split('/').next().unwrap();
    let mut failed = Vec::new();
    for case in &cases {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let text = format!("{}\n═══ {heading} ═══\n{}", source(case).trim_end(), result(case));
            beside(&case.path).bind(|| insta::assert_snapshot!(case.name.clone(), text));
        }));
        if outcome.is_err() {
            failed.push(format!("{group}/{}", case.name));
        }
    }
    failed
}

/// A snapshot whose case is gone is removed with it.
fn leftovers(group: &str) -> Vec<String> {
    let names: Vec<String> = cases(group).into_iter().map(|case| case.name).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(group);
    let snapshots = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let stems = snapshots.filter(|path| path.extension().is_some_and(|it| it == "snap"));
    let stems = stems.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    stems.filter(|stem| !names.contains(stem)).collect()
}

#[test]
fn mistakes_of_every_check_case() {
    let failed: Vec<String> = codes().iter().flat_map(|group| differing(group, check)).collect();
    assert!(failed.is_empty(), "{} cases differ: {}", failed.len(), failed.join(", "));
}

#[test]
fn one_mistake_gives_one_message() {
    let mut surprises = Vec::new();
    for group in codes().iter().filter(|group| *group != SEVERAL) {
        for case in cases(group) {
            let (_, mistakes) = mistakes(&case, dialect::ALL[0]);
            let codes: Vec<String> = mistakes.iter().map(|it| diagnostics::code(it.as_ref())).collect();
            if codes.len() != 1 || format!("check/{}", codes[0]) != *group {
                surprises.push(format!("{group}/{} says {codes:?}", case.name));
            }
        }
    }
    assert!(surprises.is_empty(), "{} cases:\n{}", surprises.len(), surprises.join("\n"));
}

#[test]
fn statements_of_every_sql_case() {
    let failed = differing("sql", sql);
    assert!(failed.is_empty(), "{} cases differ: {}", failed.len(), failed.join(", "));
}

#[test]
fn no_snapshot_without_its_case() {
    for group in codes().iter().map(String::as_str).chain(["sql"]) {
        assert_eq!(leftovers(group), Vec::<String>::new(), "{group}");
    }
}
