//! A run is killed, for real, at every point that it passes: each statement, each batch. What was there before stays
//! readable, and the next run ends where an unkilled one would have.

mod compiled;

use std::collections::BTreeMap;

use crate::support::banners::World;
use crate::support::child;
use crate::support::receiver::Receiver;

const START: i64 = 1_767_225_600; // 2026-01-01T00:00Z
const HOUR: i64 = 3600;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// All that the tests compare: what people read, what is remembered, what the destination has.
#[derive(Debug, PartialEq, Eq)]
struct End {
    workspaces: Vec<String>,
    changes: Vec<String>,
    runs: Vec<String>,
    accepted: Vec<String>,
    destination: Vec<String>,
}

struct Case {
    make: fn() -> World,
    /// What the destination has, repeats removed.
    destination: fn(&World) -> Vec<String>,
    rows: usize,
}

#[test]
fn a_run_in_a_child() {
    if child::run_if_asked() {
        return;
    }
    let world = World::new("sqlite", "jsonl", &[("folder", "FOLDER/out")]);
    world.workspaces(&rows(0..3, "a", 12));
    let points = child::points(&world, START);
    for point in ["commit:1", "model `workspace`:1", "batch `banners`:1", "finished:1"] {
        assert!(points.iter().any(|it| it == point), "no {point} in {points:?}");
    }
    assert_eq!(world.texts("SELECT COUNT(*) FROM plg.overage"), ["3"]);
}

#[test]
fn jsonl_survives() {
    survives(&Case {
        make: || World::new("sqlite", "jsonl", &[("folder", "FOLDER/out")]),
        destination: |world| {
            let text = std::fs::read_to_string(world.path("out/in_app_banners.jsonl")).unwrap();
            let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
            once(lines.map(|line| {
                let said = format!("{} {} {}", line["op"], line["key"], line["fields"]);
                (line["id"].as_str().unwrap().to_owned(), said)
            }))
        },
        rows: 600,
    });
}

#[test]
fn a_table_survives_on_sqlite() {
    survives(&Case { make: || with_table("sqlite", &[("path", "FOLDER/w.db")]), destination: table, rows: 1100 });
}

#[test]
fn a_table_survives_on_postgres() {
    survives(&Case { make: || with_table("postgres", &[]), destination: table, rows: 1100 });
}

#[test]
fn webhooks_survive() {
    thread_local! {
        static RECEIVER: Receiver = Receiver::start(|_, _| (204, "", ""));
    }
    survives(&Case {
        make: || {
            let url = RECEIVER.with(|it| it.url.clone());
            let world = World::new("sqlite", "webhook", &[("url", &url), ("secret", SECRET)]);
            RECEIVER.with(Receiver::forget);
            world
        },
        destination: |_| {
            once(RECEIVER.with(Receiver::seen).into_iter().map(|request| {
                let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
                (request.id, format!("{} {}", body["type"], body["data"]))
            }))
        },
        rows: 150,
    });
}

fn with_table(engine: &str, settings: &[(&str, &str)]) -> World {
    let world = World::new(engine, engine, settings);
    world.execute(
        "CREATE TABLE in_app_banners (workspace_id TEXT PRIMARY KEY, plan TEXT, amount NUMERIC(12, 2), since TIMESTAMP)",
    );
    world
}

fn table(world: &World) -> Vec<String> {
    world.texts("SELECT workspace_id, plan, amount, since FROM in_app_banners ORDER BY workspace_id")
}

/// What a receiver keeps that drops what it has seen, in no order.
fn once(messages: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let mut said: Vec<String> = messages.collect::<BTreeMap<_, _>>().into_values().collect();
    said.sort();
    said
}

fn rows(numbers: std::ops::Range<usize>, plan: &str, seats: usize) -> String {
    numbers.map(|row| format!("w{row},{plan},{seats},1.50\n")).collect()
}

/// A world after its first run, with other data for the second: ten leave, half as many again join, the others change.
fn begun(case: &Case) -> World {
    let world = (case.make)();
    world.workspaces(&rows(0..case.rows, "a", 12));
    assert!(world.run(START).unwrap().is_clean());
    world.workspaces(&format!("{}{}", rows(0..10, "a", 3), rows(10..joined(case), "b", 12)));
    world
}

/// How many there are in the second run.
fn joined(case: &Case) -> usize {
    case.rows + case.rows / 2
}

/// Everyone leaves: what the sync has made goes, and nothing else.
fn left(case: &Case, world: &World) -> End {
    world.workspaces(&rows(0..joined(case), "b", 3));
    assert!(world.run(START + 3 * HOUR).unwrap().is_clean());
    end(case, world)
}

fn end(case: &Case, world: &World) -> End {
    End {
        workspaces: world.texts("SELECT id, plan, overage, overage__since FROM plg.workspace ORDER BY id"),
        changes: world.texts("SELECT field, key, was, became, happened_at FROM plg_state.changes ORDER BY 5, 2"),
        runs: world.texts("SELECT \"now\" FROM plg_state.runs ORDER BY 1"),
        accepted: world.texts(
            "SELECT sync, op, key, hash, created, happened_at FROM plg_state.receipts WHERE accepted ORDER BY 6, 2, 3",
        ),
        destination: (case.destination)(world),
    }
}

fn survives(case: &Case) {
    let unkilled = begun(case);
    let points = child::points(&unkilled, START + HOUR);
    let expected = end(case, &unkilled);
    let emptied = left(case, &unkilled);
    assert!(points.len() > 20, "{points:?}");
    for point in points {
        let world = begun(case);
        child::kill_at(&world, START + HOUR, &point);
        let members: usize = world.texts("SELECT COUNT(*) FROM plg.overage")[0].parse().unwrap();
        assert!([case.rows, joined(case) - 10].contains(&members), "{point}: {members} members are readable");
        let healed = world.run(START + HOUR).unwrap();
        assert!(healed.is_clean(), "{point}: {healed:?}");
        assert_eq!(end(case, &world), expected, "{point}");
        assert_eq!(left(case, &world), emptied, "{point}");
    }
}
