//! A run is killed, for real, at every point that it passes: each statement, each batch. What was there before stays
//! readable, and the next run ends where an unkilled one would have.

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
    world.workspaces(&rows(3, "a"));
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
fn a_table_of_sqlite_survives() {
    survives(&Case { make: || with_table("sqlite", &[("path", "FOLDER/w.db")]), destination: table, rows: 1100 });
}

#[test]
fn a_table_of_postgres_survives() {
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

fn rows(count: usize, plan: &str) -> String {
    (0..count).map(|row| format!("w{row},{plan},{},1.50\n", 11 + row)).collect()
}

/// A world after its first run, with other data for the second: everyone changes, one leaves.
fn begun(case: &Case) -> World {
    let world = (case.make)();
    world.workspaces(&rows(case.rows, "a"));
    assert!(world.run(START).unwrap().is_clean());
    world.workspaces(&format!("{}w9999,b,3,\n", rows(case.rows - 1, "b")));
    world
}

fn end(case: &Case, world: &World) -> End {
    End {
        workspaces: world.texts("SELECT id, plan, overage, overage__since FROM plg.workspace ORDER BY id"),
        changes: world.texts("SELECT field, key, was, became, happened_at FROM plg_state.changes ORDER BY 5, 2"),
        runs: world.texts("SELECT \"now\" FROM plg_state.runs ORDER BY 1"),
        accepted: world.texts(
            "SELECT DISTINCT sync, op, key, hash, happened_at FROM plg_state.receipts WHERE accepted ORDER BY 5, 2, 3",
        ),
        destination: (case.destination)(world),
    }
}

fn survives(case: &Case) {
    let unkilled = begun(case);
    let points = child::points(&unkilled, START + HOUR);
    let expected = end(case, &unkilled);
    assert!(points.len() > 30, "{points:?}");
    for point in points {
        let world = begun(case);
        child::kill_at(&world, START + HOUR, &point);
        let members: usize = world.texts("SELECT COUNT(*) FROM plg.overage")[0].parse().unwrap();
        assert!([case.rows, case.rows - 1].contains(&members), "{point}: {members} members are readable");
        let healed = world.run(START + HOUR).unwrap();
        assert!(healed.is_clean(), "{point}: {healed:?}");
        assert_eq!(end(case, &world), expected, "{point}");
        let next = world.run(START + 2 * HOUR).unwrap();
        let sync = &next.syncs[0];
        assert_eq!(sync.created + sync.updated + sync.removed, 0, "{point}: sent again {sync:?}");
    }
}
