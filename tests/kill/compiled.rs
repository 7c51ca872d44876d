//! The same for a program that is compiled: memory (`until`, `since`, a status, an experiment, a sequence with a channel), two entities, one
//! of which reads the other, and syncs: one deletes, one clears, one sends firings, on which a step hangs. Its first run is killed, a later one, and the run that was to heal what a kill had left.

use plgc::diagnostics::Diagnostics;
use plgc::manifest::Manifest;
use plgc::program::Options;
use plgc::source::Sources;

use super::{HOUR, START, once};
use crate::support::banners::{World, write};
use crate::support::child;

const PROGRAM: &str = "source app.workspaces { id text; plan text?; seats int; amount decimal(10, 2)? }
source app.owners { id text; workspace_id text }

entity workspace from app.workspaces { key id }
entity owner from app.owners { key id; link workspace -> workspace on workspace_id as owners }

audience overage of workspace where seats > 10 until seats < 5
status stage of workspace { locked when overage and overage.since + 1 hour <= now; warned when overage; ok otherwise }
trait owned_by of workspace = count(owners)
audience told of owner where workspace.overage

experiment copy of overage { arms plain 50%, loud 50% }

channel mail of workspace { cap 1 per 2 hours }

sequence nudge of overage {
  start  all
  exit   when call is not null
  again  always
  step hello  via mail
  step tips   via mail
  step call   due hello.sent + 1 hour
}

destination product = jsonl

sync hellos from nudge.hello to product.hellos {
  set  stage = stage, copy = copy
}

sync banners from overage to product.banners {
  match  workspace_id = id
  set    plan = plan, amount = amount, stage = stage, owners = owned_by
  leave  delete
}

sync mails from told to product.contacts {
  match  owner_id = id
  set    stage = workspace.stage
  leave  clear
}
";

fn compiled(engine: &str) -> Manifest {
    let mut sources = Sources::default();
    sources.add("program.plg", PROGRAM).unwrap();
    let mut mistakes = Diagnostics::default();
    let dialect = plgc::dialect::find(engine).unwrap();
    let manifest = plgc::compile(&sources, &Options::default(), dialect, &mut mistakes);
    manifest.unwrap_or_else(|| panic!("{:?}", mistakes.finish().iter().map(ToString::to_string).collect::<Vec<_>>()))
}

/// A world that has not run.
fn fresh(engine: &str) -> World {
    let world = World::of(engine, compiled(engine), &[("folder", "FOLDER/out")]);
    world.workspaces("w1,free,12,1.50\nw2,pro,3,\nw3,,20,0.05\nw4,pro,11,\n");
    write(&world.path("data/app.owners.csv"), "id,workspace_id\no1,w1\no2,w2\no3,w3\no4,w3\n");
    world
}

/// One stays by its memory, one joins, one leaves, one is as it was; an owner goes elsewhere.
fn change(world: &World) {
    world.workspaces("w1,free,7,1.50\nw2,pro,15,\nw3,,4,0.05\nw4,pro,11,\n");
    write(&world.path("data/app.owners.csv"), "id,workspace_id\no1,w1\no2,w2\no3,w3\no4,w4\n");
}

/// A world that has run once, with other rows for the second time.
fn begun(engine: &str) -> World {
    let world = fresh(engine);
    assert!(world.run(START).unwrap().is_clean());
    change(&world);
    world
}

/// All that is compared, line by line.
fn seen(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [
        "SELECT id, overage, overage__since, stage, stage__since, owned_by FROM plg.workspace ORDER BY id",
        "SELECT id, copy, copy__enrolled_at FROM plg.workspace ORDER BY id",
        "SELECT * FROM plg.nudge ORDER BY id, entry",
        "SELECT step, key, entry, happened_at, channel, member FROM plg_state.firings ORDER BY 4, 1, 2",
        "SELECT id, told, told__since FROM plg.owner ORDER BY id",
        "SELECT field, key, was, became, happened_at FROM plg_state.changes ORDER BY 5, 1, 2, 3, 4",
        "SELECT \"now\" FROM plg_state.runs ORDER BY 1",
        "SELECT sync, op, key, hash, created, happened_at FROM plg_state.receipts WHERE accepted ORDER BY 6, 1, 2, 3",
    ] {
        all.extend(world.texts(sql));
    }
    for file in ["banners", "contacts", "hellos"] {
        let text = std::fs::read_to_string(world.path(&format!("out/{file}.jsonl"))).unwrap_or_default();
        let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        all.extend(once(lines.map(|line| {
            let said = format!("{file} {} {} {}", line["op"], line["key"], line["fields"]);
            (line["id"].as_str().unwrap().to_owned(), said)
        })));
    }
    all
}

/// Heals a world, and gives what is then seen, also after one more run.
fn healed(world: &World, now: i64, point: &str) -> Vec<String> {
    let outcome = world.run(now).unwrap();
    assert!(outcome.is_clean(), "{point}: {outcome:?}");
    let mut all = seen(world);
    change(world);
    assert!(world.run(now + HOUR).unwrap().is_clean(), "{point}");
    all.extend(seen(world));
    all
}

/// What the tables of files hold; nothing before the first run.
fn loaded(world: &World, now: i64) -> Vec<String> {
    if now == START { Vec::new() } else { world.texts("SELECT id, seats FROM app.workspaces ORDER BY id") }
}

/// Whether the run of an instant counts.
fn is_committed(world: &World, now: i64) -> bool {
    let instant = plgc::engine::value::instant_text(now);
    world.texts("SELECT \"now\" FROM plg_state.runs").contains(&instant)
}

/// A run at `now` is killed at every so many-th point, in worlds that `make` makes.
fn survives(make: impl Fn() -> World, now: i64, every: usize) {
    let unkilled = make();
    let points = child::points(&unkilled, now);
    let expected = healed(&unkilled, now, "unkilled");
    assert!(expected.iter().any(|line| line.contains("locked")), "{expected:#?}");
    assert!(points.len() > 20, "{points:?}");
    for point in points.iter().step_by(every) {
        let world = make();
        let before = loaded(&world, now);
        child::kill_at(&world, now, point);
        assert!(loaded(&world, now) == before || is_committed(&world, now), "{point}: the tables of files changed");
        assert_eq!(healed(&world, now, point), expected, "{point}");
    }
}

#[test]
fn a_later_run_of_a_compiled_program_survives() {
    survives(|| begun("sqlite"), START + HOUR, 1);
}

#[test]
fn a_later_run_of_a_compiled_program_survives_on_postgres() {
    survives(|| begun("postgres"), START + HOUR, 6);
}

#[test]
fn a_later_run_of_a_compiled_program_survives_on_duckdb() {
    survives(|| begun("duckdb"), START + HOUR, 6);
}

#[test]
fn a_first_run_survives() {
    survives(|| fresh("sqlite"), START, 1);
}

/// A run at an instant that is done goes over its syncs once more; where it is killed, the next instant goes on as ever.
#[test]
fn a_run_of_an_instant_that_is_done_survives() {
    let done = || {
        let world = begun("sqlite");
        assert!(world.run(START + HOUR).unwrap().is_clean());
        world
    };
    let unkilled = done();
    let points = child::points(&unkilled, START + HOUR);
    assert!(points.iter().any(|point| point.starts_with("written `mails`")), "{points:?}");
    let expected = healed(&unkilled, START + 2 * HOUR, "unkilled");
    for point in &points {
        let world = done();
        child::kill_at(&world, START + HOUR, point);
        assert_eq!(healed(&world, START + 2 * HOUR, point), expected, "{point}");
    }
}

/// A run that is killed and not repeated: the next instant gives what it would have given, after that run where it had committed, and without it
/// where it had not.
#[test]
fn a_run_that_is_killed_and_never_repeated_survives() {
    let ended = |runs: &[i64]| {
        let world = begun("sqlite");
        runs.iter().for_each(|now| assert!(world.run(*now).unwrap().is_clean()));
        seen(&world)
    };
    let (killed, next) = (START + HOUR, START + 2 * HOUR);
    let (with, without) = (ended(&[killed, next]), ended(&[next]));
    assert_ne!(with, without);
    let mut committed = 0;
    for point in child::points(&begun("sqlite"), killed) {
        let world = begun("sqlite");
        child::kill_at(&world, killed, &point);
        let counts = is_committed(&world, killed);
        committed += usize::from(counts);
        assert!(world.run(next).unwrap().is_clean(), "{point}");
        assert_eq!(seen(&world), if counts { with.clone() } else { without.clone() }, "{point}");
    }
    assert!(committed > 5, "{committed}");
}

#[test]
fn a_run_that_heals_survives() {
    let expected = healed(&fresh("sqlite"), START, "unkilled");
    for first in ["model `owner`:1", "committed:1", "sent `banners`:1", "batch `mails`:1"] {
        let probe = fresh("sqlite");
        child::kill_at(&probe, START, first);
        let points = child::points(&probe, START);
        assert!(points.len() > 5, "{first}: {points:?}");
        for second in points.iter().step_by(3) {
            let world = fresh("sqlite");
            child::kill_at(&world, START, first);
            child::kill_at(&world, START, second);
            assert_eq!(healed(&world, START, second), expected, "{first}, then {second}");
        }
    }
}
