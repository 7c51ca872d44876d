//! How the embedded engine goes about the statements of a run: every join and every lookup by key uses an index, given or made
//! on the way, so that no run's time grows with the square of its rows.

use std::path::Path;

use plgc::engine::{self, Engine, Location};
use plgc::manifest::{Bindings, Manifest, bind};

use crate::cases::sections;
use crate::examples::{copy, plgc, text};
use crate::support::wait;

const INSTANTS: [&str; 3] = ["2026-01-15T00:00:00Z", "2026-01-16T00:00:00Z", "2026-01-17T00:00:00Z"];

/// One step of a plan: its number, that of the step that it is part of, and what it does.
type Step = (i64, i64, String);

/// The engine's plan for a statement.
fn plan(engine: &mut dyn Engine, sql: &str) -> Vec<Step> {
    let plan = wait(engine.texts(&format!("EXPLAIN QUERY PLAN {sql}"), usize::MAX));
    let plan = plan.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    let number = |it: &Option<String>| it.as_deref().unwrap_or_default().parse::<i64>().unwrap();
    plan.rows.iter().map(|row| (number(&row[0]), number(&row[1]), row[3].clone().unwrap_or_default())).collect()
}

/// The steps of a plan that read all rows of a table once for each row of another.
fn repeated_scans(plan: &[Step]) -> Vec<String> {
    let is_below_correlated = |mut parent: i64| {
        while let Some((_, above, what)) = plan.iter().find(|(id, _, _)| *id == parent) {
            if what.starts_with("CORRELATED") {
                return true;
            }
            parent = *above;
        }
        false
    };
    let is_scan = |what: &str| what.starts_with("SCAN ") && what != "SCAN CONSTANT ROW";
    let found = plan
        .iter()
        .filter(|(_, parent, what)| is_scan(what) && (what.ends_with("LEFT-JOIN") || is_below_correlated(*parent)));
    found.map(|(_, _, what)| what.clone()).collect()
}

#[test]
fn no_statement_of_a_run_scans_a_table_for_each_row() {
    let folder = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/upsell");
    copy(&example, folder.path());
    for instant in INSTANTS {
        text(&plgc(folder.path(), &["run", "--as-of", instant]));
    }
    text(&plgc(folder.path(), &["compile"]));
    let manifest = std::fs::read_to_string(folder.path().join("sql/dev/manifest.json")).unwrap();
    let manifest = Manifest::read(&manifest).unwrap();
    let driver = engine::find("sqlite").unwrap();
    let location = Location::path(folder.path().join(".plg/upsell.db"));
    let mut engine = wait((driver.open)(&location)).unwrap();
    let runs = wait(engine.texts("SELECT id, parent FROM plg_state__runs ORDER BY committed_at DESC", 1)).unwrap();
    let id = |at: usize| runs.rows[0][at].clone().unwrap();
    let (run, parent) = (id(0), id(1));
    let now = "'2026-01-17 00:00:00'";
    let bindings = Bindings { now, run: &run, parent: Some(&parent), born: &[], marks: &[] };
    let mut wrong = Vec::new();
    // What reads the tables of runs and of the state.
    let kinds = ["models", "loses", "changes", "moves", "written", "outbox", "gated"];
    let statements: Vec<_> = sections(&manifest).into_iter().filter(|(kind, ..)| kinds.contains(kind)).collect();
    assert!(statements.len() > 10, "{statements:?}");
    for (_, name, sql) in statements {
        let steps = plan(engine.as_mut(), query(&bind(&sql, &bindings)));
        assert!(!steps.is_empty(), "{name} has no plan");
        wrong.extend(repeated_scans(&steps).into_iter().map(|scan| format!("{name}: {scan}")));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The query of a statement that stores its result.
fn query(sql: &str) -> &str {
    let at = if sql.contains("CREATE TABLE") { sql.find(" AS\n").map(|at| at + 4) } else { None };
    let at = at.or_else(|| sql.starts_with("INSERT").then(|| sql.find('\n').map_or(0, |at| at + 1)));
    &sql[at.unwrap_or(0)..]
}

#[test]
fn the_check_of_plans_sees_a_repeated_scan() {
    let driver = engine::find("sqlite").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut engine = wait((driver.open)(&Location::path(folder.path().join("a.db")))).unwrap();
    wait(engine.execute("CREATE TABLE a (id TEXT); CREATE TABLE b (id TEXT)")).unwrap();
    let sql = "SELECT * FROM a LEFT JOIN b ON b.id > a.id WHERE NOT EXISTS (SELECT 1 FROM b AS x WHERE x.id = a.id)";
    let found = repeated_scans(&plan(engine.as_mut(), sql));
    assert_eq!(found.len(), 2, "{found:?}");
}
