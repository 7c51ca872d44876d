//! Reads the repository's own files: layers, sizes, headers, and where a warehouse may be named. A breach is named
//! with its file and line.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, lowest first; modules of one line may use each other only where [`TOGETHER`] says so.
const LAYERS: &[&[&str]] = &[
    &["source"],
    &["diagnostics", "types"],
    &["functions", "manifest"],
    &["syntax", "dialect", "destination", "engine"],
    &["program"],
    &["eval"],
    &["plan"],
    &["sql"],
    &["compile", "run"],
    &["test"],
    &["simulate", "why"],
    &["config"],
    &["cli"],
];

/// Uses of a higher layer that are meant, each with its reason.
const TOGETHER: &[(&str, &str, &str)] = &[
    ("dialect", "functions", "a dialect spells functions"),
    ("destination", "engine", "a table at a destination is written through an engine"),
];

/// Who may use the evaluator: what shows what a program means, and computes nothing that is acted on.
const MAY_EVALUATE: &[&str] = &["eval", "test", "why", "cli"];

/// What a run may not read: it knows the manifest only.
const NOT_FOR_RUN: &[&str] = &["syntax", "program", "plan", "sql", "compile"];

/// All that the evaluator may read: it must not share a mistake with what it is compared with.
const FOR_EVAL: &[&str] = &["eval", "source", "types", "functions", "program"];

const WAREHOUSES: &[&str] = &[
    "sqlite",
    "postgres",
    "duckdb",
    "snowflake",
    "bigquery",
    "redshift",
    "databricks",
    "clickhouse",
    "mysql",
    "trino",
];
const MAY_NAME_WAREHOUSES: &[&str] = &["dialect", "engine", "destination"];

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file with this extension below a folder, by its path from the root, sorted.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).expect("UTF-8")));
            }
        }
    }
    found.sort();
    found
}

/// Every source file that is not a module of tests.
fn code() -> Vec<(String, String)> {
    let mut files = files("src", "rs");
    files.retain(|(file, _)| !file.ends_with("/tests.rs") && !file.contains("/tests/"));
    files
}

/// `src/plan/rel.rs` is of module `plan`.
fn module(file: &str) -> &str {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs");
    path.split('/').next().unwrap_or(path)
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn tests_begin(text: &str) -> usize {
    text.lines().position(|line| line.trim_start().starts_with("#[cfg(test)]")).unwrap_or(usize::MAX)
}

/// The modules that a line names after `crate::`.
fn named(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            Some(list) => found.extend(list.split(',').map(|part| word(part.trim()))),
            None => found.push(word(rest)),
        }
    }
    found
}

#[test]
fn layers_hold() {
    let mut breaches = Vec::new();
    for (file, text) in code() {
        let here = module(&file);
        let Some(own) = layer(here) else {
            assert!(matches!(here, "lib" | "main"), "{file}: `{here}` has no layer; give it one in LAYERS");
            continue;
        };
        let end = tests_begin(&text);
        for (number, line) in text.lines().enumerate().take_while(|(number, _)| *number < end) {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for used in named(line) {
                let meant = TOGETHER.iter().any(|(from, to, _)| *from == here && *to == used);
                let upward = used != here && layer(&used).is_some_and(|other| other > own) && !meant;
                let forbidden = here == "run" && NOT_FOR_RUN.contains(&used.as_str());
                let shared = here == "eval" && !FOR_EVAL.contains(&used.as_str());
                let oracle = used == "eval" && !MAY_EVALUATE.contains(&here);
                if upward || forbidden || shared || oracle {
                    breaches.push(format!("{file}:{}: `{here}` uses `{used}`", number + 1));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "a lower layer uses a higher one:\n{}", breaches.join("\n"));
}

#[test]
fn a_layer_breach_is_seen() {
    assert_eq!(named("use crate::plan::rel::Query;"), ["plan"]);
    assert_eq!(named("use crate::{program, sql::render};"), ["program", "sql"]);
    assert!(layer("run") > layer("plan") && layer("source") < layer("types"));
}

#[test]
fn warehouses_are_named_in_their_own_files_only() {
    let mut breaches = Vec::new();
    for (file, text) in code() {
        if MAY_NAME_WAREHOUSES.contains(&module(&file)) {
            continue;
        }
        let end = tests_begin(&text);
        for (number, line) in text.lines().enumerate().take_while(|(number, _)| *number < end) {
            let lower = line.to_lowercase();
            if let Some(name) = WAREHOUSES.iter().find(|name| lower.contains(*name)) {
                breaches.push(format!("{file}:{}: names `{name}`", number + 1));
            }
        }
    }
    assert!(breaches.is_empty(), "only {MAY_NAME_WAREHOUSES:?} may name a warehouse:\n{}", breaches.join("\n"));
}

#[test]
fn files_are_small() {
    let long: Vec<String> = code()
        .iter()
        .chain(&files("tests", "rs"))
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES)
        .map(|(file, lines)| format!("{file}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "a file has at most {FILE_LINES} lines; split it by concept:\n{}", long.join("\n"));
}

/// The name and length of every function, by its indentation: rustfmt closes each at the column where it began.
fn functions(text: &str) -> BTreeMap<(usize, String), usize> {
    let mut found = BTreeMap::new();
    let mut open: Vec<(usize, usize, String)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let trimmed = line.trim_start();
        if trimmed == "}"
            && let Some(at) = open.iter().rposition(|(column, _, _)| *column == indent)
        {
            let (_, start, name) = open.remove(at);
            found.insert((start + 1, name), number - start + 1);
        }
        let head = trimmed.split(" fn ").nth(1).or_else(|| trimmed.strip_prefix("fn "));
        let declares = trimmed.split('(').next().is_some_and(|head| head.split_whitespace().any(|word| word == "fn"));
        if let (Some(rest), true, false) = (head, declares, trimmed.ends_with(['}', ';'])) {
            let name = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            open.push((indent, number, name));
        }
    }
    found
}

#[test]
fn functions_are_short() {
    let mut long = Vec::new();
    for (file, text) in code() {
        for ((line, name), lines) in functions(&text) {
            if lines > FUNCTION_LINES {
                long.push(format!("{file}:{line}: `{name}` has {lines} lines"));
            }
        }
    }
    assert!(long.is_empty(), "a function has at most {FUNCTION_LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn function_lengths_are_measured() {
    let text = "impl X {\n    fn a() {\n        b\n    }\n}\n\npub fn c(\n    x: i32,\n) {\n    d\n}\n";
    let lengths: Vec<(String, usize)> = functions(text).into_iter().map(|((_, name), lines)| (name, lines)).collect();
    assert_eq!(lengths, [("a".to_owned(), 3), ("c".to_owned(), 5)]);
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> = code()
        .into_iter()
        .chain(files("tests", "rs"))
        .filter(|(file, text)| {
            let lines = text.lines().take_while(|line| line.starts_with("//!")).count();
            // What a test takes, gives and promises may fit on one line; a page that is included has the lines.
            lines < if file.starts_with("src/") { 2 } else { 1 } && !text.starts_with("#![doc = include_str!")
        })
        .map(|(file, _)| file)
        .collect();
    assert!(silent.is_empty(), "a file begins with lines of `//!`: takes, gives, promises:\n{}", silent.join("\n"));
}

#[test]
fn no_file_hides_behind_a_vague_name() {
    for (file, _) in files("src", "rs") {
        let stem = Path::new(&file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        assert!(
            !matches!(stem.as_str(), "utils" | "util" | "helpers" | "common" | "misc" | "mod" | "manager"),
            "{file}"
        );
    }
}

#[test]
fn links_in_the_docs_lead_somewhere() {
    let mut broken = Vec::new();
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    for (file, text) in files("docs", "md").into_iter().chain([("README.md".to_owned(), readme)]) {
        let folder = root().join(&file).parent().expect("a folder").to_owned();
        for (at, _) in text.match_indices("](") {
            let link = text[at + 2..].split(')').next().unwrap_or_default().split('#').next().unwrap_or_default();
            if !link.is_empty() && !link.contains("://") && !link.contains(' ') && !folder.join(link).exists() {
                broken.push(format!("{file}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn every_code_has_a_page() {
    let mut without = Vec::new();
    for (file, text) in files("src", "rs") {
        for (at, _) in text.match_indices("code(\"") {
            let code = text[at + "code(\"".len()..].split('"').next().unwrap_or_default();
            if !root().join(format!("docs/errors/{code}.md")).exists() {
                without.push(format!("{file}: {code}"));
            }
        }
    }
    assert!(
        without.is_empty(),
        "write docs/errors/CODE.md and list it in src/diagnostics/pages.rs:\n{}",
        without.join("\n")
    );
}
