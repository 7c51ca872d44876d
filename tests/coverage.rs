//! Every code has a page and is shown. What a program can have wrong is shown by cases in `tests/cases/check/CODE`; all
//! else (configuration, loading, manifests, runs) by a test that names the code. A code that nothing shows fails.

#[path = "coverage/rules.rs"]
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The codes that have a page.
pub fn codes() -> BTreeSet<String> {
    let stem = |entry: fs::DirEntry| entry.path().file_stem().unwrap().to_str().unwrap().to_owned();
    fs::read_dir("docs/errors").unwrap().map(|entry| stem(entry.unwrap())).collect()
}

/// All files of a kind below a folder, sorted.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Code → the cases that show it.
pub fn cases() -> BTreeMap<String, Vec<String>> {
    let mut cases = BTreeMap::<String, Vec<String>>::new();
    for path in files(Path::new("tests/cases/check"), "snap") {
        let name = path.strip_prefix("tests/cases/check").unwrap().with_extension("");
        let code = name.iter().next().unwrap().to_str().unwrap().to_owned();
        cases.entry(code).or_default().push(format!("check/{}", name.display()));
    }
    cases
}

/// What a file has of tests: all of it, or what stands in `mod tests {`.
fn tested(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    match path.starts_with("tests") || path.ends_with("tests.rs") {
        true => text,
        false => text.split_once("\nmod tests {").map(|(_, tests)| tests.to_owned()).unwrap_or_default(),
    }
}

/// Code → the files of tests that name it in quotes.
pub fn tests() -> BTreeMap<String, Vec<String>> {
    let mut tests = BTreeMap::<String, Vec<String>>::new();
    let all = ["tests", "src"].into_iter().flat_map(|folder| files(Path::new(folder), "rs"));
    for path in all.filter(|path| !path.to_str().unwrap().starts_with("tests/coverage")) {
        let text = tested(&path);
        for code in codes().into_iter().filter(|code| text.contains(&format!("\"{code}\""))) {
            tests.entry(code).or_default().push(path.display().to_string());
        }
    }
    tests
}

#[test]
fn every_code_has_a_case_or_a_test() {
    let (cases, tests) = (cases(), tests());
    let is_dark = |code: &String| !cases.contains_key(code) && !tests.contains_key(code);
    let dark: Vec<String> = codes().into_iter().filter(is_dark).collect();
    assert_eq!(dark, Vec::<String>::new(), "codes that nothing shows");
}

#[test]
fn a_code_of_a_program_has_at_least_one_case_and_no_folder_is_of_no_code() {
    let cases = cases();
    let folders: BTreeSet<String> = cases.keys().filter(|folder| *folder != "several").cloned().collect();
    let unknown: Vec<&String> = folders.iter().filter(|folder| !codes().contains(*folder)).collect();
    assert_eq!(unknown, Vec::<&String>::new(), "folders below tests/cases/check without a code");
    let of_programs: BTreeSet<String> = ["src/syntax", "src/program"]
        .iter()
        .flat_map(|folder| files(Path::new(folder), "rs"))
        .flat_map(declared)
        .collect();
    assert!(of_programs.len() > 90, "only {} codes were found", of_programs.len());
    let missing: Vec<&String> =
        of_programs.iter().filter(|code| !folders.contains(*code) && *code != "fmt-unsound").collect();
    assert_eq!(missing, Vec::<&String>::new(), "codes of programs without a case");
}

/// The codes that a file of the compiler declares.
fn declared(path: PathBuf) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let derived = text.split("code(\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    let unknown = text.split('"').filter(|word| word.starts_with("unknown-") && codes().contains(*word));
    derived.chain(unknown.map(str::to_owned)).collect()
}
