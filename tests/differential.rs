//! Compares the reference evaluator with the engines: on every run case, and on random programs with random rows. The
//! evaluator is written from docs/language.md and shares nothing with the plan and the SQL, so a difference is a bug of one
//! of them, or a rule that is not clear.

#[path = "differential/oracle.rs"]
mod oracle;

use oracle::Oracle;
use plgc::engine;

use crate::run_cases::script::Edition;
use crate::run_cases::world::World;
use crate::run_cases::{below, editions, folder, name};

/// Where the evaluator and an engine differ on a case, and how many runs were compared.
fn difference(case: &str, editions: &[Edition], engine: &'static engine::Driver) -> (Option<String>, usize) {
    let world = World::new(engine);
    let mut oracle = Oracle::default();
    for edition in editions {
        let program = oracle::program(edition).unwrap_or_else(|codes| panic!("{case}: {codes:?}\n{}", edition.text));
        let manifest = world.compile(case, edition);
        for moment in &edition.moments {
            oracle.take(&program, moment);
            let outcome = world.outcome(&manifest, moment);
            if let Some(found) = oracle.compare((&program, &manifest), moment, &world, &outcome) {
                return (Some(format!("{} at {}: {found}", engine.name, moment.now)), oracle.compared);
            }
        }
    }
    (None, oracle.compared)
}

#[test]
fn the_evaluator_gives_the_rows_of_every_run_case() {
    let only = std::env::var("PLGC_CASE").ok();
    let engine = engine::ALL.iter().find(|driver| driver.is_file).unwrap();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for path in below(&folder()) {
        let case = name(&path);
        if only.as_ref().is_some_and(|only| !case.contains(only)) {
            continue;
        }
        let (found, runs) = difference(&case, &editions(&path), engine);
        wrong.extend(found.map(|found| format!("{case}: {found}")));
        compared += runs;
    }
    println!("{compared} runs compared");
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(only.is_some() || compared > 100, "only {compared} runs could be compared");
}
