//! What holds for every program and all rows, over generated ones: an audience and its negation split their entity, and neither
//! names, nor order, nor files, nor to-many links change a row. `properties/texts.rs` has what holds for every text.

mod rows;
mod texts;
mod tokens;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::support::project::Project;
use rows::{MORE, NAMES, PROGRAM, condition, tables, visits};

type Checked = Result<(), TestCaseError>;

/// A project of these files and tables.
fn project(engine: &str, files: &[(String, String)], tables: &[(&str, &str)]) -> Project {
    let project = Project::new(engine, "", "");
    for (name, text) in files {
        project.write(name, text);
    }
    give(&project, tables);
    project
}

fn give(project: &Project, tables: &[(&str, &str)]) {
    for (name, text) in tables {
        project.write(&format!("data/{name}.csv"), text);
    }
}

/// A run, in which sources may be empty.
fn run(project: &Project, day: u32, accept: &[&str]) -> Checked {
    let accept: String = accept.iter().map(|name| format!(" --accept {name}")).collect();
    let said = project.call(&format!("run --as-of 2026-01-{day:02}{accept}"));
    prop_assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    Ok(())
}

fn members(project: &Project, audience: &str) -> BTreeSet<String> {
    project.texts(&format!("SELECT id FROM plg.{audience}")).into_iter().collect()
}

fn one(program: String) -> Vec<(String, String)> {
    vec![("program.plg".to_owned(), program)]
}

/// The keys of a table of people.
fn everyone(people: &str) -> BTreeSet<String> {
    (0..people.lines().count() - 1).map(|id| id.to_string()).collect()
}

type Tables = (String, String);

fn splits(engine: &str, conditions: &[String], first: &Tables, second: &Tables) -> Checked {
    let mut program = PROGRAM.to_owned();
    for (n, condition) in conditions.iter().enumerate() {
        let _ = writeln!(program, "audience yes{n} of person where {condition}");
        let _ = writeln!(program, "audience no{n} of person where not ({condition})");
    }
    let project = project(engine, &one(program), &[]);
    for (day, (people, hits)) in [(15, first), (16, second)] {
        give(&project, &[("app.people", people), ("app.hits", hits)]);
        run(&project, day, &["app.hits"])?;
        let everyone = everyone(people);
        prop_assert_eq!(project.texts("SELECT id FROM plg.person").len(), everyone.len());
        for (n, condition) in conditions.iter().enumerate() {
            let (yes, no) = (members(&project, &format!("yes{n}")), members(&project, &format!("no{n}")));
            prop_assert!(yes.is_disjoint(&no), "both: {}", condition);
            let both: BTreeSet<String> = yes.union(&no).cloned().collect();
            prop_assert_eq!(&both, &everyone, "neither: {}", condition);
        }
    }
    Ok(())
}

/// A program with audiences `in0`, `in1`, … over the conditions.
fn with_audiences(conditions: &[String]) -> String {
    let mut program = PROGRAM.to_owned();
    for (n, condition) in conditions.iter().enumerate() {
        let _ = writeln!(program, "trait cond{n} of person = {condition}");
        let _ = writeln!(program, "audience in{n} of person where cond{n} or n = 1");
    }
    program
}

const COLUMNS: &str =
    "id, n, m, word, plan, flag, boss_id, place, third, added, kind, best, mood, mood__since, warm, warm__since";

fn renaming_changes_nothing(conditions: &[String], (people, hits): &Tables, turn: usize) -> Checked {
    let plain = with_audiences(conditions);
    let other = |name: &str| NAMES.contains(&name).then(|| format!("other_{name}"));
    let renamed = tokens::renamed(&plain, other);
    let mut lines: Vec<&str> = renamed.lines().collect();
    let middle = turn % lines.len();
    lines.rotate_left(middle);
    lines.reverse();
    let parts = lines.chunks(lines.len().div_ceil(3)).enumerate();
    let files: Vec<(String, String)> =
        parts.map(|(n, part)| (format!("sub/z{}.plg", 9 - n), part.join("\n"))).collect();
    let before = project("sqlite", &one(plain), &[("app.people", people), ("app.hits", hits)]);
    let after = project("sqlite", &files, &[("other_app.other_people", people), ("other_app.other_hits", hits)]);
    std::fs::remove_file(after.path("program.plg")).expect("removed");
    run(&before, 15, &[])?;
    run(&after, 15, &[])?;
    for (n, condition) in conditions.iter().enumerate() {
        let (one, two) = (members(&before, &format!("in{n}")), members(&after, &format!("other_in{n}")));
        prop_assert_eq!(one, two, "{}", condition);
    }
    let all = |columns: &str, table: &str| format!("SELECT {columns} FROM plg.{table} ORDER BY id");
    let columns = tokens::renamed(&COLUMNS.replace("__since", " AS s"), other).replace(" AS s", "__since");
    prop_assert_eq!(before.texts(&all(COLUMNS, "person")), after.texts(&all(&columns, "other_person")));
    Ok(())
}

fn more_links_change_nothing(engine: &str, conditions: &[String], (people, hits): &Tables, visits: &str) -> Checked {
    let plain = with_audiences(conditions);
    let tables = [("app.people", people.as_str()), ("app.hits", hits), ("app.visits", visits)];
    let fewer = project(engine, &one(plain.clone()), &tables);
    let more = project(engine, &one(plain + MORE), &tables);
    run(&fewer, 15, &[])?;
    run(&more, 15, &[])?;
    let count = |project: &Project, table: &str| project.texts(&format!("SELECT COUNT(*) FROM plg.{table}"));
    prop_assert_eq!(count(&more, "person"), [everyone(people).len().to_string()]);
    prop_assert_eq!(count(&more, "visit"), [(visits.lines().count() - 1).to_string()]);
    let conditions: String = (0..conditions.len()).map(|n| format!(", cond{n}, in{n}")).collect();
    let all = format!("SELECT {COLUMNS}{conditions} FROM plg.person ORDER BY id");
    prop_assert_eq!(fewer.texts(&all), more.texts(&all));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn an_audience_and_its_negation_split_the_entity(
        conditions in prop::collection::vec(condition(), 12), first in tables(), second in tables(),
    ) {
        splits("sqlite", &conditions, &first, &second)?;
    }

    #[test]
    fn names_order_and_files_change_no_row(
        conditions in prop::collection::vec(condition(), 4), tables in tables(), turn in 0usize..19,
    ) {
        renaming_changes_nothing(&conditions, &tables, turn)?;
    }

    #[test]
    fn no_to_many_link_changes_a_row(
        conditions in prop::collection::vec(condition(), 4), tables in tables(), visits in visits(),
    ) {
        more_links_change_nothing("sqlite", &conditions, &tables, &visits)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, ..ProptestConfig::default() })]

    #[test]
    fn an_audience_and_its_negation_split_the_entity_on_postgres(
        conditions in prop::collection::vec(condition(), 16), first in tables(), second in tables(),
    ) {
        splits("postgres", &conditions, &first, &second)?;
    }

    #[test]
    fn no_to_many_link_changes_a_row_on_postgres(
        conditions in prop::collection::vec(condition(), 6), tables in tables(), visits in visits(),
    ) {
        more_links_change_nothing("postgres", &conditions, &tables, &visits)?;
    }
}
