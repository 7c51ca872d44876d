//! Bugs that are planted into the plans of random programs, each of which the comparison with the evaluator must find. Takes a plan as
//! data and spoils one kind of node everywhere in it.

use plgc::diagnostics::Diagnostics;
use plgc::dialect;
use plgc::engine;
use plgc::manifest::Manifest;
use plgc::plan::rel::{Query, Table};
use plgc::program::Options;
use plgc::source::Sources;
use serde_json::{Value as Json, json};

use super::oracle::{Oracle, Seen};
use super::{experiment, program};
use crate::run_cases::script::Edition;
use crate::run_cases::world::World;

/// What is wrong, and how a node of the plan is spoilt.
type Bug = (&'static str, fn(&mut Json));

const BUGS: &[Bug] = &[
    ("a row without a linked row vanishes", |node| {
        if node == "Left" {
            *node = json!("Inner");
        }
    }),
    ("a boundary is on the other side", |node| {
        if let Some(how) = node.get_mut("Compare").and_then(|it| it.get_mut(0)) {
            match how.as_str() {
                Some("Less") => *how = json!("LessEqual"),
                Some("LessEqual") => *how = json!("Less"),
                _ => {}
            }
        }
    }),
    ("null is not false", |node| {
        let parts = node.get("Coalesce").and_then(Json::as_array).filter(|it| it.len() == 2);
        if let Some(first) = parts.filter(|it| it[1] == json!({"Constant": {"Bool": false}})).map(|it| it[0].clone()) {
            *node = first;
        }
    }),
    ("nothing is null, not 0", |node| {
        let parts = node.get("Coalesce").and_then(Json::as_array).filter(|it| it.len() == 2);
        if let Some(first) = parts.filter(|it| it[1] == json!({"Constant": {"Int": 0}})).map(|it| it[0].clone()) {
            *node = first;
        }
    }),
    ("a tie goes either way", |node| {
        if let Some(order) = node.get_mut("Window").and_then(|it| it.get_mut("order_by")).and_then(Json::as_array_mut)
            && order.len() > 1
        {
            order.pop();
        }
    }),
    ("the last is the first", |node| {
        let order = node.get_mut("Window").and_then(|it| it.get_mut("order_by")).and_then(Json::as_array_mut);
        for sort in order.into_iter().flatten() {
            let descending = sort["descending"].as_bool().unwrap();
            sort["descending"] = json!(!descending);
        }
    }),
    ("a condition is lost", |node| {
        if let Some(filter) = node.get_mut("filter").and_then(Json::as_array_mut)
            && filter.len() > 1
        {
            filter.pop();
        }
    }),
    ("what the last run knew is lost", |node| {
        let is_prev = |table: &Json| table["View"].as_str().is_some_and(|name| name.ends_with("__prev"));
        if node.get("on").is_some() && is_prev(&node["with"]["table"]) {
            node["on"].as_array_mut().unwrap().push(json!({"Constant": {"Bool": false}}));
        }
    }),
    ("one will do where all are asked for", |node| {
        if let Some(all) = node.get_mut("And").map(Json::take) {
            *node = json!({"Or": all});
        }
    }),
    ("the last arm comes first", |node| {
        if let Some(arms) = node.get_mut("Case").and_then(|it| it.get_mut(0)).and_then(Json::as_array_mut) {
            arms.reverse();
        }
    }),
    ("everything is of this run", |node| {
        if node["Parameter"].get("Born").is_some() {
            *node = json!({"Parameter": "Now"});
        }
    }),
    ("what was sent is not known", |node| {
        let is_prev = |table: &Json| table["State"].as_str().is_some_and(|name| name.ends_with("__prev"));
        if node.get("table").is_some_and(is_prev) {
            node["table"] = json!({"Query": {"selects": [{
                "comments": [], "distinct": false, "from": null, "joins": [], "group_by": [], "having": [],
                "items": [
                    {"Named": [{"Constant": {"Text": ""}}, "key"]},
                    {"Named": [{"Constant": {"Text": ""}}, "hash"]},
                    {"Named": [{"Constant": {"Bool": true}}, "created"]},
                ],
                "filter": [{"Constant": {"Bool": false}}],
            }], "order_by": []}});
        }
    }),
];

/// Within how many programs each is found.
const PROGRAMS: u64 = 200;

/// Spoils every node, the inner ones first.
fn spoil(node: &mut Json, bug: fn(&mut Json)) {
    match node {
        Json::Array(all) => all.iter_mut().for_each(|it| spoil(it, bug)),
        Json::Object(all) => all.values_mut().for_each(|it| spoil(it, bug)),
        _ => {}
    }
    bug(node);
}

fn spoilt(query: &Query, bug: fn(&mut Json)) -> Query {
    let mut json = serde_json::to_value(query).unwrap();
    spoil(&mut json, bug);
    serde_json::from_value(json).unwrap()
}

/// The program of an edition, planned with a bug.
fn compile(world: &World, edition: &Edition, bug: fn(&mut Json)) -> Manifest {
    let mut manifest = world.compile("random", edition);
    let mut sources = Sources::default();
    sources.add(format!("{}.plg", edition.name), edition.text.clone()).unwrap();
    let zone = edition.zone.clone();
    let options = zone.map_or_else(Options::default, |zone| Options { zone, ..Options::default() });
    let program = plgc::check(&sources, &options, &mut Diagnostics::default()).unwrap();
    let plan = plgc::plan::lower(&program, &sources);
    let dialect = dialect::find(&manifest.dialect).unwrap();
    for (model, planned) in manifest.models.iter_mut().zip(&plan.models) {
        let query = spoilt(&planned.query, bug);
        let table = Table::Model(planned.name.clone());
        model.sql = plgc::sql::create_table_as(&table, &planned.comments, &query, dialect).into();
    }
    for (sync, planned) in manifest.syncs.iter_mut().zip(&plan.syncs) {
        let table = Table::RunState(format!("sync_{}", sync.spec.name));
        sync.written = plgc::sql::create_table_as(&table, &[], &spoilt(&planned.written, bug), dialect).into();
        sync.outbox = plgc::sql::render(&spoilt(&planned.outbox, bug), dialect).into();
    }
    manifest
}

/// What the comparison says of a program with a bug; a statement that fails says nothing.
fn found(editions: &[Edition], engine: &'static engine::Driver, bug: fn(&mut Json)) -> Option<String> {
    let (world, mut oracle) = (World::new(engine), Oracle::of_syncs());
    for edition in editions {
        let program = super::oracle::program(edition).unwrap();
        let manifest = compile(&world, edition, bug);
        for moment in &edition.moments {
            oracle.take(&program, moment);
            let outcome = world.outcome(&manifest, moment);
            if outcome.is_err() {
                return None;
            }
            let said =
                oracle.compare(&program, moment, &[Seen { manifest: &manifest, world: &world, outcome: &outcome }]);
            if said.is_some() || oracle.left {
                return said;
            }
        }
    }
    None
}

#[test]
fn planted_bugs_of_the_planner_are_found() {
    let engine = engine::ALL.iter().find(|driver| driver.is_file).unwrap();
    let case = |seed| experiment::edited(&Edition::of("random", program::case(seed)));
    let unchanged: fn(&mut Json) = |_| {};
    assert_eq!(found(&case(1), engine, unchanged), None, "a plan that is only written anew");
    let missed = super::all(BUGS, |(name, bug)| {
        let seen = (1..=PROGRAMS).find_map(|seed| Some((seed, found(&case(seed), engine, *bug)?)));
        match seen {
            Some((seed, said)) => {
                println!("{name}: found by program {seed}: {}", said.chars().take(120).collect::<String>());
                None
            }
            None => Some(format!("{name}: not found by {PROGRAMS} programs")),
        }
    });
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
