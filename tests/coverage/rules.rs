//! Every rule of docs/language.md names the cases that show it, in docs/coverage.md, which this test generates together
//! with what shows each code. A rule without a case fails, and so does a case that names a rule which is not there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const HEAD: &str = "# Coverage\n\nWritten by `tests/coverage/rules.rs` (`PLGC_UPDATE=1` rewrites it): the cases below `tests/cases` that show each rule of\n\
                    [language.md](language.md), and the cases or tests that show each code.\n";

/// The names of the `- [name] …` lines, in the page's order.
fn rules() -> Vec<String> {
    let page = fs::read_to_string("docs/language.md").unwrap();
    page.lines().filter_map(|line| line.strip_prefix("- [")?.split_once(']').map(|(id, _)| id.to_owned())).collect()
}

/// Rule → the cases that name it in a line `// rules: a, b`; a file of a folder that is one case stands for the folder.
fn shown() -> BTreeMap<String, Vec<String>> {
    let mut shown = BTreeMap::<String, Vec<String>>::new();
    for path in super::files(Path::new("tests/cases"), "plg") {
        let is_case = path.with_extension("snap").exists();
        let case = if is_case { path.with_extension("") } else { path.parent().unwrap().to_owned() };
        let name = case.strip_prefix("tests/cases").unwrap().display().to_string();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for rule in text.lines().filter_map(|line| line.strip_prefix("// rules: ")).flat_map(|list| list.split(", ")) {
            shown.entry(rule.trim().to_owned()).or_default().push(name.clone());
        }
    }
    shown
}

/// The page of what shows what.
fn page(by_rule: &BTreeMap<String, Vec<String>>) -> String {
    let mut page = format!("{HEAD}\n## Rules\n\n");
    for rule in rules() {
        let by = by_rule.get(&rule).map_or(&[] as &[String], Vec::as_slice);
        writeln!(page, "- `{rule}`: {}", by.join(", ")).unwrap();
    }
    page.push_str("\n## Codes\n\n");
    let (cases, tests) = (super::cases(), super::tests());
    for code in super::codes() {
        let by = cases.get(&code).or_else(|| tests.get(&code)).cloned().unwrap_or_default();
        writeln!(page, "- [`{code}`](errors/{code}.md): {}", by.join(", ")).unwrap();
    }
    page
}

#[test]
fn every_rule_has_a_case() {
    let (by_rule, rules) = (shown(), rules());
    assert!(rules.len() > 70, "only {} rules were found", rules.len());
    let missing: Vec<&String> = rules.iter().filter(|rule| !by_rule.contains_key(*rule)).collect();
    assert!(missing.is_empty(), "rules without a case below tests/cases: {missing:?}");
    let unknown: Vec<&String> = by_rule.keys().filter(|rule| !rules.contains(rule)).collect();
    assert!(unknown.is_empty(), "cases name rules that docs/language.md lacks: {unknown:?}");
}

#[test]
fn the_page_of_coverage_is_up_to_date() {
    let page = page(&shown());
    if std::env::var_os("PLGC_UPDATE").is_some() {
        fs::write("docs/coverage.md", &page).unwrap();
    }
    let kept = fs::read_to_string("docs/coverage.md").unwrap_or_default();
    assert!(kept == page, "docs/coverage.md is stale: run the tests with PLGC_UPDATE=1 and commit it");
}
