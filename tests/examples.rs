//! Checks, formats, compiles and runs every project below `examples`, as the README says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).expect("examples").map(|entry| entry.expect("an entry").path()).collect();
    found.retain(|path| path.join("plg.toml").is_file());
    found.sort();
    found
}

pub fn plgc(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plgc")).arg("-C").arg(folder).args(arguments).output().expect("plgc starts")
}

#[track_caller]
pub fn text(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "\nstdout:\n{out}\nstderr:\n{err}");
    out.into_owned()
}

/// A copy without what runs have left.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_owned();
        if path.is_dir() && name != ".plg" && name != "out" {
            copy(&path, &to.join(name));
        } else if path.is_file() {
            fs::copy(&path, to.join(name)).expect("copied");
        }
    }
}

#[test]
fn every_example_checks_without_a_warning_and_is_laid_out() {
    assert!(!examples().is_empty());
    for example in examples() {
        let said = text(&plgc(&example, &["check"]));
        assert!(said.contains("no errors"), "{}:\n{said}", example.display());
        text(&plgc(&example, &["fmt", "--check"]));
    }
}

/// The lines of the last table whose heading begins so, as words.
fn row<'a>(summary: &'a str, name: &str) -> Vec<&'a str> {
    let line = summary.lines().find(|line| line.split_whitespace().next() == Some(name));
    line.unwrap_or_else(|| panic!("no line begins with {name}:\n{summary}")).split_whitespace().collect()
}

fn objects(file: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Rows of a made-up CSV file without quotes.
fn csv(file: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(file).expect("a file");
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// How many self-serve workspaces use more seats than they have, counted without plgc.
fn over_their_plan(data: &Path) -> usize {
    let over = |row: &&Vec<String>| {
        let seats = |at: usize| row[at].parse::<i64>().expect("a number");
        matches!(row[2].as_str(), "free" | "starter") && seats(3) > seats(4)
    };
    csv(&data.join("app.workspaces.csv")).iter().filter(over).count()
}

#[test]
fn the_upsell_example_runs_twice_as_the_readme_says() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let example = folder.path().join("upsell");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/upsell"), &example);
    let first = text(&plgc(&example, &["run", "--as-of", "2026-03-02T09:00Z"]));
    let day_1 = over_their_plan(&example.join("data"));
    assert_eq!(row(&first, "workspace.overage")[1..], [day_1.to_string().as_str(), "0"], "{first}");
    let created = objects(&example.join("out/crm/contacts.jsonl")).len();
    assert!(created > 20, "{first}");

    let again = text(&plgc(&example, &["run", "--as-of", "2026-03-02T09:00Z"]));
    assert_eq!(objects(&example.join("out/crm/contacts.jsonl")).len(), created, "nothing is sent twice:\n{again}");

    let data = example.join("data-later");
    let arguments = ["run", "--as-of", "2026-03-17T09:00Z", "--data", &data.to_string_lossy()];
    let second = text(&plgc(&example, &arguments));
    let moved: Vec<i64> = row(&second, "workspace.overage")[1..].iter().map(|n| n.parse().expect("a number")).collect();
    let [entered, left] = moved[..] else { panic!("{second}") };
    assert!(left >= 8, "{second}");
    assert_eq!(day_1 as i64 + entered - left, over_their_plan(&data) as i64, "{second}");
}
