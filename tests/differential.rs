//! Compares the reference evaluator with the engines: on every run case, and on random programs with random rows. The
//! evaluator is written from docs/language.md and shares nothing with the plan and the SQL, so a difference is a bug of one
//! of them, or a rule that is not clear.

#[path = "differential/constructs.rs"]
mod constructs;
#[path = "differential/experiment.rs"]
mod experiment;
#[path = "differential/expression.rs"]
mod expression;
#[path = "differential/funnel.rs"]
mod funnel;
#[path = "differential/oracle.rs"]
pub mod oracle;
#[path = "differential/planted.rs"]
mod planted;
#[path = "differential/policies.rs"]
mod policies;
#[path = "differential/program.rs"]
pub mod program;
#[path = "differential/random.rs"]
pub mod random;
#[path = "differential/rows.rs"]
mod rows;
#[path = "differential/sequence.rs"]
mod sequence;
#[path = "differential/set.rs"]
mod set;
#[path = "differential/shrink.rs"]
mod shrink;
#[path = "differential/sync.rs"]
mod sync;
#[path = "differential/wanted.rs"]
mod wanted;
#[path = "differential/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use oracle::{Oracle, Seen};
use plgc::engine;
use plgc::manifest::Manifest;

use crate::run_cases::script::Edition;
use crate::run_cases::world::World;
use crate::run_cases::{below, editions, folder, name};
use crate::support::drivers;

/// Where the evaluator and engines differ on a case, and how many runs were compared.
fn difference(
    case: &str,
    editions: &[Edition],
    engines: &[&'static engine::Driver],
    mut oracle: Oracle,
) -> (Option<String>, usize) {
    let worlds: Vec<World> = engines.iter().map(|engine| World::new(engine)).collect();
    for edition in editions {
        let checked = oracle::checked(edition);
        let (sources, program) = checked.unwrap_or_else(|codes| panic!("{case}: {codes:?}\n{}", edition.text));
        let manifest = |world: &World| plgc::emit(&program, &sources, world.dialect());
        let manifests: Vec<Manifest> = worlds.iter().map(manifest).collect();
        for moment in &edition.moments {
            oracle.take(&program, moment);
            let ready = worlds.iter().zip(&manifests).filter(|(world, _)| !oracle.out.contains(&world.engine()));
            let ready: Vec<_> = ready.collect();
            let outcomes: Vec<_> = ready.iter().map(|(world, manifest)| world.outcome(manifest, moment)).collect();
            let seen = ready.into_iter().zip(&outcomes);
            let seen: Vec<_> = seen.map(|((world, manifest), outcome)| Seen { manifest, world, outcome }).collect();
            if let Some(found) = oracle.compare(&program, moment, &seen) {
                return (Some(format!("at {}: {found}", moment.now)), oracle.compared);
            }
            if oracle.left {
                return (None, oracle.compared);
            }
        }
    }
    (None, oracle.compared)
}

/// Does all of these, four at a time: most of the time is the engines'. Gives what was said of those that fail.
fn all<T: Sync>(items: &[T], what: impl Fn(&T) -> Option<String> + Sync) -> Vec<String> {
    let (next, said) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let work = || {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = catch_unwind(AssertUnwindSafe(|| what(item)));
                    let found = found.unwrap_or_else(|_| Some("it panics".to_owned()));
                    said.lock().unwrap().extend(found);
                }
            };
            std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, work).unwrap();
        }
    });
    said.into_inner().unwrap()
}

#[test]
fn the_evaluator_gives_the_rows_of_every_run_case() {
    let only = std::env::var("PLGC_CASE").ok();
    let engine = engine::ALL.iter().find(|driver| driver.is_file).unwrap();
    let cases: Vec<_> = below(&folder())
        .into_iter()
        .filter(|path| only.as_ref().is_none_or(|only| name(path).contains(only)))
        .collect();
    let compared = AtomicUsize::new(0);
    let wrong = all(&cases, |path| {
        let (found, runs) = difference(&name(path), &editions(path), &[engine], Oracle::default());
        compared.fetch_add(runs, Ordering::Relaxed);
        found.map(|found| format!("{}: {found}", name(path)))
    });
    let compared = compared.into_inner();
    println!("{compared} runs compared");
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(only.is_some() || compared > 100, "only {compared} runs could be compared");
}

/// One program in so many also runs on the engines that need more time for it than for all of its rows.
const EVERY: u64 = 100;

/// The engines that a program runs on.
fn engines_of(seed: u64) -> Vec<&'static engine::Driver> {
    let mut engines = drivers();
    engines.retain(|engine| engine.library.is_none() || seed.is_multiple_of(EVERY));
    engines
}

/// The same for one program; a panic of the compiler is a difference, too.
fn differs(edition: &Edition, engines: &[&'static engine::Driver]) -> (Option<String>, usize) {
    let editions = experiment::edited(edition);
    // What was left out of the program may be needed by what it is edited to.
    if editions.iter().skip(1).any(|edition| oracle::program(edition).is_err()) {
        return (None, 0);
    }
    let tried = catch_unwind(AssertUnwindSafe(|| difference("random", &editions, engines, Oracle::of_syncs())));
    tried.unwrap_or_else(|_| (Some("it panics".to_owned()), 0))
}

/// A number from the environment.
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn random_programs_mean_the_same_everywhere() {
    let (count, first) = (number("PLGC_DIFFERENTIAL", 200), number("PLGC_DIFFERENTIAL_SEED", 1));
    println!("programs {first} to {}: PLGC_DIFFERENTIAL_SEED={first} PLGC_DIFFERENTIAL={count}", first + count - 1);
    let seeds: Vec<u64> = (first..first + count).collect();
    let (counts, compared) = (Mutex::new(BTreeMap::new()), AtomicUsize::new(0));
    let wrong = all(&seeds, |seed| {
        let edition = Edition::of("random", program::case(*seed));
        let checked = oracle::program(&edition).unwrap_or_else(|codes| panic!("{seed}: {codes:?}\n{}", edition.text));
        constructs::count(&checked, &edition, &mut counts.lock().unwrap());
        let engines = engines_of(*seed);
        let (found, runs) = differs(&edition, &engines);
        compared.fetch_add(runs, Ordering::Relaxed);
        found.map(|found| {
            println!("program {seed} differs: {found}");
            let small = shrink::smallest(&edition, |edition| differs(edition, &engines).0.is_some());
            let found = differs(&small, &engines).0.unwrap_or_default();
            format!("PLGC_DIFFERENTIAL_SEED={seed} PLGC_DIFFERENTIAL=1: {found}\n\n{}\n", small.text.trim_end())
        })
    });
    let compared = compared.into_inner();
    println!("{compared} runs compared");
    let counts = counts.into_inner().unwrap();
    for (construct, count) in &counts {
        println!("{count:>7} {construct}");
    }
    assert!(wrong.is_empty(), "{} of {count} programs differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared as u64 > count, "only {compared} runs of {count} programs could be compared");
    let never = constructs::never(&counts);
    assert!(count < 200 || never.is_empty(), "never made: {}", never.join(", "));
}

#[test]
fn nothing_is_delivered_that_a_policy_forbids() {
    let (count, first) = (number("PLGC_POLICIES", 80), number("PLGC_POLICIES_SEED", 1));
    let seeds: Vec<u64> = (first..first + count).collect();
    let engine = engine::ALL.iter().find(|driver| driver.is_file).unwrap();
    let counts = Mutex::new(policies::Counts::default());
    let wrong = all(&seeds, |seed| {
        let mut own = policies::Counts::default();
        let found = policies::wrong(*seed, engine, &mut own);
        counts.lock().unwrap().add(&own);
        found.map(|found| format!("PLGC_POLICIES_SEED={seed} PLGC_POLICIES=1: {found}"))
    });
    let counts = counts.into_inner().unwrap();
    println!("{counts:?}");
    assert!(wrong.is_empty(), "{} of {count} programs differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(count < 80 || counts.is_enough(), "too little was seen: {counts:?}");
}
