//! The run protocol on both engines, with a program compiled by hand.

use plgc::run::RunError;

use crate::support::banners::World;
use crate::support::engines;
use crate::support::receiver::Receiver;

const START: i64 = 1_767_225_600; // 2026-01-01T00:00Z
const HOUR: i64 = 3600;
const THREE: &str = "w1,free,12,1.50\nw2,pro,5,\nw3,,20,0.05\n";

fn both(test: impl Fn(&str)) {
    for engine in engines() {
        test(engine);
    }
}

fn jsonl(engine: &str) -> World {
    World::new(engine, "jsonl", &[("folder", "FOLDER/out")])
}

fn sent(world: &World) -> Vec<String> {
    let text = std::fs::read_to_string(world.path("out/in_app_banners.jsonl")).unwrap_or_default();
    text.lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            format!("{} {} {}", line["op"].as_str().unwrap(), line["key"].as_str().unwrap(), line["fields"])
        })
        .collect()
}

#[test]
fn only_what_changed_is_sent() {
    both(|engine| {
        let world = jsonl(engine);
        world.workspaces(THREE);
        let first = world.run(START).unwrap();
        assert!(first.built && first.is_clean());
        assert_eq!((first.syncs[0].created, first.syncs[0].updated, first.syncs[0].removed), (2, 0, 0));
        assert_eq!(first.changes.iter().map(|it| it.rows).sum::<u64>(), 2);
        assert_eq!(world.texts("SELECT id FROM plg.overage ORDER BY id"), ["w1", "w3"]);

        world.workspaces("w1,starter,12,1.50\nw2,pro,50,\nw3,,3,0.05\n");
        let second = world.run(START + HOUR).unwrap();
        assert_eq!((second.syncs[0].created, second.syncs[0].updated, second.syncs[0].removed), (1, 1, 1));
        assert_eq!(world.texts("SELECT id FROM plg.overage ORDER BY id"), ["w1", "w2"]);
        assert_eq!(
            sent(&world),
            [
                r#"create w1 {"amount":"1.50","plan":"free","since":"2026-01-01T00:00:00Z"}"#,
                r#"create w3 {"amount":"0.05","plan":null,"since":"2026-01-01T00:00:00Z"}"#,
                r#"create w2 {"amount":null,"plan":"pro","since":"2026-01-01T01:00:00Z"}"#,
                "delete w3 {}",
                r#"update w1 {"amount":"1.50","plan":"starter","since":"2026-01-01T00:00:00Z"}"#,
            ]
        );

        let third = world.run(START + 2 * HOUR).unwrap();
        assert_eq!(third.syncs[0].created + third.syncs[0].updated + third.syncs[0].removed, 0);
        assert!(third.changes.is_empty());
        assert_eq!(
            world.texts("SELECT field, key, was, became FROM plg_state.changes ORDER BY happened_at, key"),
            [
                "workspace.overage w1 false true",
                "workspace.overage w3 false true",
                "workspace.overage w2 false true",
                "workspace.overage w3 true false"
            ]
        );
    });
}

#[test]
fn old_tables_are_dropped() {
    both(|engine| {
        let world = jsonl(engine);
        world.workspaces(THREE);
        for hour in 0..4 {
            world.run(START + hour * HOUR).unwrap();
        }
        let sql = match engine {
            "sqlite" => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%workspace\\_\\_r%' ESCAPE '\\'"
            }
            _ => "SELECT tablename FROM pg_tables WHERE tablename LIKE 'workspace\\_\\_r%' ESCAPE '\\'",
        };
        let mut tables = world.texts(sql);
        tables.sort();
        assert_eq!(tables.len(), 2, "{tables:?}");
        assert!(tables[0].contains("__r3_") && tables[1].contains("__r4_"), "{tables:?}");
    });
}

#[test]
fn time_only_goes_forward() {
    both(|engine| {
        let world = jsonl(engine);
        world.workspaces(THREE);
        world.run(START).unwrap();
        let error = world.run(START - 1).unwrap_err();
        assert!(matches!(error, RunError::Earlier { .. }), "{error}");
        let again = world.run(START).unwrap();
        assert!(!again.built);
        assert_eq!(sent(&world).len(), 2);
        assert_eq!(world.texts("SELECT COUNT(*) FROM plg_state.runs"), ["1"]);
    });
}

#[test]
fn a_guard_stops_before_the_commit() {
    both(|engine| {
        let world = jsonl(engine);
        world.workspaces(THREE);
        world.run(START).unwrap();
        world.workspaces("");
        let error = world.run(START + HOUR).unwrap_err();
        assert_eq!(error.to_string(), "source `app.workspaces` (a.plg:1) had 3 rows in the last run and has none now");
        world.workspaces("w1,free,12,1.50\n");
        let error = world.run(START + HOUR).unwrap_err();
        assert_eq!(
            error.to_string(),
            "entity `workspace` (a.plg:8) lost 2 of its 3 rows since the last run, its guard allows 50%: w2, w3"
        );
        assert_eq!(world.texts("SELECT id FROM plg.overage ORDER BY id"), ["w1", "w3"]);
        let outcome = world.run_with(START + HOUR, &["workspace"]).unwrap();
        assert_eq!(outcome.syncs[0].removed, 1);
    });
}

#[test]
fn rows_of_a_check_stop_the_run() {
    both(|engine| {
        let world = jsonl(engine);
        world.workspaces("w1,free,12,\nw1,pro,12,\n");
        let error = world.run(START).unwrap_err();
        assert_eq!(error.to_string(), "`workspace` has several rows under one key (a.plg:8)\nid | copies\nw1 | 2");
        assert_eq!(world.texts("SELECT COUNT(*) FROM plg_state.runs"), ["0"]);
    });
}

#[test]
fn a_table_is_written_by_key() {
    for engine in engines().into_iter().filter(|engine| plgc::destination::find(engine).is_some()) {
        let world = match engine {
            "sqlite" => World::new(engine, engine, &[("path", "FOLDER/w.db")]),
            _ => World::new(engine, engine, &[]),
        };
        world.workspaces(THREE);
        let held = world.run(START).unwrap().syncs[0].held.clone().unwrap();
        assert!(held.starts_with("there is no table `in_app_banners` (run `CREATE TABLE "), "{held}");
        world.execute(
            "CREATE TABLE in_app_banners (workspace_id TEXT PRIMARY KEY, plan TEXT CHECK (plan <> 'bad'), \
             amount NUMERIC(12, 2), since TIMESTAMP, note TEXT DEFAULT 'kept');
             INSERT INTO in_app_banners (workspace_id, note) VALUES ('w3', 'mine'), ('w9', 'theirs')",
        );
        let outcome = world.run(START).unwrap();
        assert_eq!((outcome.syncs[0].created, outcome.syncs[0].updated), (1, 1));
        let all = "SELECT workspace_id, plan, amount, note FROM in_app_banners ORDER BY workspace_id";
        assert_eq!(world.texts(all).len(), 3);
        world.workspaces("w1,bad,12,2.00\nw2,pro,50,\nw3,,3,0.05\n");
        let outcome = world.run(START + HOUR).unwrap();
        let sync = &outcome.syncs[0];
        assert_eq!((sync.created, sync.updated, sync.removed, sync.rejected), (1, 0, 0, 1), "{sync:?}");
        assert!(sync.reasons[0].0.to_lowercase().contains("check constraint"), "{:?}", sync.reasons);
        assert_eq!(world.texts(all)[1..], ["w2 pro  kept", "w3  0.05 mine", "w9   theirs"]);
        world.workspaces("w1,good,12,2.00\nw2,pro,5,\nw3,,3,0.05\n");
        let outcome = world.run(START + 2 * HOUR).unwrap();
        let sync = &outcome.syncs[0];
        assert_eq!((sync.created, sync.updated, sync.removed, sync.rejected), (0, 1, 1, 0), "{sync:?}");
        assert_eq!(world.texts("SELECT workspace_id FROM in_app_banners ORDER BY 1"), ["w1", "w3", "w9"]);
    }
}

#[test]
fn webhooks_are_tried_again_and_refusals_are_said() {
    let receiver = Receiver::start(|request, before| match before {
        0 => (503, "", "busy"),
        1 => (429, "retry-after: 0\r\n", ""),
        _ if request.body.contains("\"w3\"") => (422, "", "unknown  workspace"),
        _ => (204, "", ""),
    });
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let world = World::new("sqlite", "webhook", &[("url", &receiver.url), ("secret", secret)]);
    world.workspaces(THREE);
    let outcome = world.run(START).unwrap();
    let sync = &outcome.syncs[0];
    assert_eq!((sync.created, sync.rejected), (1, 1), "{sync:?}");
    assert_eq!(sync.reasons, [("422 Unprocessable Entity: unknown workspace".to_owned(), 1)]);
    let seen = receiver.seen();
    assert_eq!(seen.len(), 4);
    let ids: std::collections::BTreeSet<_> = seen.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids.len(), 2, "a repeat keeps its id");
    assert!(seen.iter().all(|it| it.signature.starts_with("v1,") && !it.timestamp.is_empty()));
    let body: serde_json::Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(body["type"], "banners.create");
    assert_eq!(world.run(START).unwrap().syncs[0].rejected, 1, "what was refused stays pending");
}

/// A receiver may take a change and say that it failed. What it then has is not what is remembered, so the next run sends what
/// should be there, though nothing differs from what was written before.
#[test]
fn a_change_without_an_answer_is_made_good_by_the_next_run() {
    for leaves in [false, true] {
        let receiver = Receiver::start(|request, _| match request.body.contains("T01:00") {
            true => (500, "retry-after: 0\r\n", "taken, and then fallen"),
            false => (204, "", ""),
        });
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let world = World::new("sqlite", "webhook", &[("url", &receiver.url), ("secret", secret)]);
        world.workspaces(THREE);
        world.run(START).unwrap();
        receiver.forget();
        world.workspaces(&THREE.replace("w1,free,12", if leaves { "w1,free,1" } else { "w1,pro,12" }));
        let outcome = world.run(START + HOUR).unwrap();
        assert!(outcome.syncs[0].held.is_some() && !outcome.is_clean());
        world.workspaces(THREE);
        receiver.forget();
        let sync = &world.run(START + 2 * HOUR).unwrap().syncs[0];
        assert_eq!((sync.created, sync.updated, sync.removed), (0, 1, 0), "{leaves}");
        let seen = receiver.seen();
        assert!(seen.len() == 1 && seen[0].body.contains("\"w1\"") && seen[0].body.contains("\"free\""), "{seen:?}");
        receiver.forget();
        assert_eq!(world.run(START + 3 * HOUR).unwrap().syncs[0].updated, 0);
    }
}

/// A statement that fails after the commit must not stop the runs that come: none of them could undo it.
#[test]
fn a_sync_of_which_a_statement_fails_is_held() {
    both(|engine| {
        let mut world = jsonl(engine);
        world.workspaces(THREE);
        let good = world.manifest.syncs[0].outbox.clone();
        world.manifest.syncs[0].outbox = "SELECT no_such_function(1)".to_owned().into();
        for hour in 0..2 {
            let outcome = world.run(START + hour * HOUR).unwrap();
            assert!(outcome.built && !outcome.is_clean());
            let held = outcome.syncs[0].held.as_deref().unwrap();
            assert!(held.starts_with("outbox `banners` fails: ") && held.contains("no_such_function"), "{held}");
        }
        assert_eq!(sent(&world), [""; 0]);
        world.manifest.syncs[0].outbox = good;
        let outcome = world.run(START + 2 * HOUR).unwrap();
        assert!(outcome.is_clean());
        assert_eq!(sent(&world).len(), 2);
    });
}

#[test]
fn nothing_is_sent_unless_the_target_says_so() {
    let mut world = jsonl("sqlite");
    world.target.deliver = false;
    world.workspaces(THREE);
    let outcome = world.run(START).unwrap();
    assert_eq!((outcome.syncs[0].sent, outcome.syncs[0].created), (false, 2));
    assert!(!world.path("out").exists());
    assert_eq!(world.texts("SELECT COUNT(*) FROM plg_state.receipts"), ["0"]);
    world.target.deliver = true;
    assert_eq!(world.run(START + HOUR).unwrap().syncs[0].created, 2);
}

#[test]
fn a_missing_column_names_its_source() {
    both(|engine| {
        let mut world = jsonl(engine);
        world.workspaces(THREE);
        world.run(START).unwrap();
        world.target.data = None;
        world.manifest.sources[0].columns[1].name = "plans".to_owned();
        let error = world.run(START + HOUR).unwrap_err();
        assert_eq!(error.to_string(), "source `app.workspaces` (a.plg:1): the table has no column `plans`");
        world.manifest.sources[0].columns[1].name = "seats".to_owned();
        let error = world.run(START + HOUR).unwrap_err();
        let said = error.to_string();
        let (_, found) = said.split_once("column `seats` is declared text, and is ").expect(&said);
        assert!(found.contains("INT"), "{said}");
        world.manifest.sources[0].table = "nowhere".to_owned();
        let error = world.run(START + HOUR).unwrap_err();
        assert!(error.to_string().ends_with("there is no table `app.workspaces` in the warehouse"), "{error}");
    });
}

#[test]
fn a_wrong_value_has_its_place() {
    let world = jsonl("sqlite");
    let error = |rows: &str| {
        world.workspaces(rows);
        let folder = world.folder.path().to_str().unwrap().to_owned();
        world.run(START).unwrap_err().to_string().replace(&folder, "")
    };
    assert_eq!(
        error("w1,free,12,\nw2,\"a\nb\",many,\n"),
        "/data/app.workspaces.csv:4:4: `many` is no int, the type of column `seats`"
    );
    assert_eq!(error("w1,free,,1\n"), "/data/app.workspaces.csv:2:9: column `seats` needs a value of type int");
    assert_eq!(error("w1,free\n"), "/data/app.workspaces.csv:2:1: the record has 2 fields, the header 4");
}
