//! Holds what `program::proof` says to the reference evaluator: what it calls impossible holds on no row, what it calls implied
//! is refuted by none, and a witness is a witness once it stands in a table. Says how often it did not know.

#[path = "proofs/world.rs"]
mod world;

use plgc::eval::{Output, Value};
use plgc::program::proof::{Answer, Node, Proof, Prover, Witness};
use plgc::program::{EntityId, Field, FieldId, FieldKind, Program};

use crate::differential::{oracle, program};
use crate::run_cases::script::Edition;

/// What was asked, and how it was answered.
#[derive(Default, Debug)]
struct Count {
    impossible: usize,
    witnesses: usize,
    proved: usize,
    refuted: usize,
    asked: usize,
    unknown: usize,
}

/// A thing that a row has or has not: a formula of the prover, and how its rows are known in the evaluator's tables.
struct Claim {
    entity: EntityId,
    name: String,
    value: Value,
    node: Node,
}

/// The audiences, bool traits and stages of a program.
fn claims(program: &Program, prover: &mut Prover<'_>) -> Vec<Claim> {
    let mut all = Vec::new();
    for (id, field) in (0..).map(FieldId).zip(&program.fields).filter(|(_, field)| !field.hidden) {
        let Field { entity, name, .. } = field;
        let mut add = |value, node| all.push(Claim { entity: *entity, name: name.clone(), value, node });
        match &field.kind {
            FieldKind::Status { stages, .. } => {
                for (at, stage) in stages.iter().enumerate() {
                    add(Value::Text(stage.name.clone()), prover.is_in_stage(id, at));
                }
            }
            _ => add(Value::Bool(true), prover.is_in(id)),
        }
    }
    all
}

/// The keys of the rows of which a claim is true.
fn keys(program: &Program, output: &Output, claim: &Claim) -> Vec<String> {
    let Some(table) = output.entities.get(&program.entity(claim.entity).name) else { return Vec::new() };
    let rows = table.rows.iter().filter(|row| table.value(row, &claim.name) == Some(&claim.value));
    rows.filter_map(|row| table.value(row, &table.key)?.text()).collect()
}

/// Asks of every claim whether it can be, and of some pairs whether one implies the other; `witness` runs the program on a row.
fn hold(
    program: &Program,
    outputs: &[Output],
    count: &mut Count,
    witness: impl Fn(&Witness) -> Option<Output>,
) -> Result<(), String> {
    let mut prover = Prover::new(program);
    let claims = claims(program, &mut prover);
    let some = |claim: &Claim| outputs.iter().flat_map(|output| keys(program, output, claim)).next();
    for claim in &claims {
        count.asked += 1;
        let what = format!("{} {:?}", claim.name, claim.value);
        match prover.satisfiable(claim.entity, claim.node) {
            Answer::No => {
                count.impossible += 1;
                if let Some(key) = some(claim) {
                    return Err(format!("{what} is called impossible, and is so of {key}"));
                }
            }
            Answer::Yes(row) => {
                count.witnesses += 1;
                let output = witness(&row);
                if output.is_some_and(|output| keys(program, &output, claim).is_empty()) {
                    return Err(format!("{what} is not so of {row}, {:?}", row.now));
                }
            }
            Answer::Unknown => count.unknown += 1,
        }
        if prover.never(claim.entity, claim.node) && some(claim).is_some() {
            return Err(format!("{what} is never, and is so"));
        }
    }
    for (at, a) in claims.iter().enumerate() {
        for b in claims.iter().skip(at.saturating_sub(2)).take(6).filter(|b| b.entity == a.entity) {
            count.asked += 1;
            let what = format!("{} {:?} implies {} {:?}", a.name, a.value, b.name, b.value);
            let breach = |output: &Output| {
                let inside = keys(program, output, b);
                keys(program, output, a).into_iter().find(|key| !inside.contains(key))
            };
            match prover.implies(a.entity, a.node, b.node) {
                Proof::Proved => {
                    count.proved += 1;
                    if let Some(key) = outputs.iter().find_map(breach) {
                        return Err(format!("{what}, and not for {key}"));
                    }
                }
                Proof::Refuted(row) => {
                    count.refuted += 1;
                    if witness(&row).is_some_and(|output| breach(&output).is_none()) {
                        return Err(format!("{what} also for {row}, {:?}", row.now));
                    }
                }
                Proof::Unknown => count.unknown += 1,
            }
        }
    }
    Ok(())
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn what_is_proved_of_conditions_is_so_on_rows() {
    let (first, many) = (number("PLGC_PROOFS_SEED", 1), number("PLGC_PROOFS", 200));
    let mut count = Count::default();
    for seed in first..first + many {
        let made = world::made(seed);
        let said = hold(&made.program, &made.outputs, &mut count, |row| made.alone(row));
        assert_eq!(said, Ok(()), "PLGC_PROOFS_SEED={seed}\n{}", made.text);
    }
    println!("{count:?}");
    let Count { impossible, witnesses, proved, refuted, asked, unknown } = count;
    assert!(many < 200 || impossible > 200 && witnesses > 1000 && proved > 500 && refuted > 1000);
    // Where a set decides, there is no witness.
    assert!(unknown * 5 <= asked * 2, "{unknown} of {asked} are unknown");
}

#[test]
fn what_is_proved_of_random_programs_is_so_on_their_rows() {
    let (first, many) = (number("PLGC_PROOFS_SEED", 1), number("PLGC_PROOFS", 200));
    let mut count = Count::default();
    for seed in first..first + many {
        let edition = Edition::of("random", program::case(seed));
        let checked = oracle::program(&edition).unwrap_or_else(|codes| panic!("{seed}: {codes:?}\n{}", edition.text));
        let mut oracle = oracle::Oracle::default();
        let outputs: Vec<Output> =
            edition.moments.iter().map_while(|moment| oracle.next(&checked, moment).cloned()).collect();
        let said = hold(&checked, &outputs, &mut count, |_| None);
        assert_eq!(said, Ok(()), "PLGC_PROOFS_SEED={seed}\n{}", edition.text);
    }
    println!("{count:?}");
    assert!(many < 200 || count.impossible > 0 && count.proved > 0, "{count:?}");
}
