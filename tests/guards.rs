//! What a run that stops says, leaves and repeats: guards of everything that a program reads, tables of files as they were, an
//! object a line where no terminal is, an instant that was built by another program.

use plgc::engine;

use crate::support::engines;
use crate::support::project::{Project, Said, said};

const PROGRAM: &str = "source app.workspaces { id text; owner_id text? }
source app.users { id text }
source app.logins { id text; user_id text; at timestamp }
source app.closed { workspace_id text }
source app.plans as sql $$ select id, plan from app.raw_plans $$ { id text; plan text }

entity workspace from app.workspaces { key id; link owner -> user on owner_id as workspaces }
entity user from app.users { key id }
event login from app.logins { key id; at at; link user -> user on user_id as logins }
entity tariff from app.plans { key id }

audience active of workspace where any(login where user_id = workspace.owner_id) and not any(app.closed where workspace_id = workspace.id) and any(tariff where plan = 'pro')

destination lists = jsonl

sync mails from active to lists.mails {
  match  id = id
  set    owner = owner.id
  leave  delete
}
";

const FILES: &[(&str, &str)] = &[
    ("app.workspaces", "id,owner_id\nw1,u1\n"),
    ("app.users", "id\nu1\nu2\nu3\n"),
    ("app.logins", "id,user_id,at\nl1,u1,2025-12-31T00:00:00Z\n"),
    ("app.closed", "workspace_id\nw9\n"),
    ("app.raw_plans", "id,plan\np1,pro\n"),
];

fn project(engine: &str) -> Project {
    let project = Project::new(engine, PROGRAM, "deliver = true\n[targets.dev.destinations.lists]\nfolder = \"out\"");
    for (name, text) in FILES {
        project.write(&format!("data/{name}.csv"), text);
    }
    project
}

/// What a call says to standard error, an object a line.
#[track_caller]
fn lines(said: &Said) -> Vec<serde_json::Value> {
    said.err.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
}

#[test]
fn every_source_that_is_emptied_stops_the_run() {
    for engine in engines() {
        let project = project(engine);
        project.run(0);
        for (file, text) in FILES {
            let source = if *file == "app.raw_plans" { "app.plans" } else { file };
            let head = text.lines().next().unwrap();
            project.write(&format!("data/{file}.csv"), &format!("{head}\n"));
            let what = format!("source `{source}` (program.plg:");
            project.fails(1, 3, &["run-guard", &what, "in the last run and has none now"]);
            project.write(&format!("data/{file}.csv"), text);
        }
        project.run(1);
    }
}

#[test]
fn an_entity_without_a_field_is_guarded() {
    for engine in engines() {
        let project = project(engine);
        project.run(0);
        project.write("data/app.users.csv", "id\nu3\n");
        let guard =
            "entity `user` (program.plg:8) lost 2 of its 3 rows since the last run, its guard allows 10%: u1, u2";
        project.fails(1, 3, &["run-guard", guard, "`--accept user`"]);
        project.fails(2, 3, &["run-guard", guard]);
        project.call("run --as-of 2026-01-01T03:00Z --accept user").is(0, &[]);
        project.run(4);
    }
}

#[test]
fn a_run_that_stops_leaves_the_tables_of_its_files() {
    for engine in engines() {
        let project = project(engine);
        project.run(0);
        let users = || project.texts("SELECT id FROM app.users ORDER BY id");
        let stops = [
            ("app.users", "id\nu9\n", 3, "run-guard"),
            ("app.users", "id\nu9\nu9\n", 3, "run-check"),
            ("app.logins", "id,user_id,at\nl1,u1,never\n", 3, "load-value"),
        ];
        for (file, text, code, says) in stops {
            project.write("data/app.users.csv", "id\nu1\nu2\nu3\nu4\n");
            project.write(&format!("data/{file}.csv"), text);
            project.fails(1, code, &[says]);
            assert_eq!(users(), ["u1", "u2", "u3"], "{engine}: {says}");
        }
        // Other columns, and so another table; and a statement that fails.
        project.write("data/app.logins.csv", FILES[2].1);
        project.write("data/app.users.csv", "id,big\nu1,9223372036854775807\n");
        project.replace("program.plg", "app.users { id text }", "app.users { id text; big int }");
        project.replace("program.plg", "audience active", "trait bigger of user = big + 1\n\naudience active");
        project.replace("program.plg", "set    owner = owner.id", "set    owner = owner.bigger");
        // Where no part of a transaction can be taken back alone, it cannot be looked for within it.
        let which = match engine::find(engine).unwrap().has_savepoints {
            true => "a value of field `user.bigger` (program.plg:",
            false => "model `user`: a value does not fit: ",
        };
        project.fails(1, 3, &["run-value", which]);
        assert_eq!(project.texts("SELECT * FROM app.users ORDER BY id"), ["u1", "u2", "u3"], "{engine}");
        project.write("data/app.users.csv", "id,big\nu1,1\nu2,2\nu3,3\n");
        project.run(1);
        assert_eq!(project.texts("SELECT id, bigger FROM plg.user ORDER BY id"), ["u1 2", "u2 3", "u3 4"]);
        let last = if engine == "sqlite" {
            "SELECT COUNT(*) FROM sqlite_schema WHERE name LIKE 'plg__user%r2%' AND type = 'table'"
        } else {
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_name LIKE 'user%r2%' AND table_type = 'BASE TABLE'"
        };
        assert_eq!(project.texts(last), ["1"], "{engine}: tables of runs that stopped");
    }
}

#[test]
fn what_stops_a_run_is_an_object_a_line() {
    let project = project("sqlite");
    let of = |said: &Said| lines(said).pop().unwrap();
    project.run(0);
    project.write("data/app.users.csv", "id\nu3\n");
    let said = project.fails(1, 3, &[]);
    let (all, last) = (lines(&said), of(&said));
    assert_eq!(last["event"], "failed");
    assert_eq!((&last["code"], &last["exit"], &last["run"]), (&"run-guard".into(), &3.into(), &all[0]["run"]));
    assert!(last["message"].as_str().unwrap().contains("entity `user`"), "{last}");
    assert!(last["help"].as_str().unwrap().contains("`--accept user`"), "{last}");
    let document = project.call("run --as-of 2026-01-01T01:00Z --format json");
    assert_eq!(of(&document)["code"], "run-guard");
    let document: serde_json::Value = serde_json::from_str(&document.out).unwrap();
    assert_eq!(document["diagnostics"][0]["code"], "run-guard");
    // Before a run has begun: none is named.
    let early = of(&project.call("run --as-of 2025-01-01"));
    assert_eq!((&early["code"], &early["run"]), (&"run-earlier".into(), &serde_json::Value::Null));
    let config = of(&project.call("run -t nowhere"));
    assert_eq!((&config["code"], &config["exit"]), (&"unknown-target".into(), &2.into()));
    project.replace("program.plg", "from active", "from actve");
    let program = of(&project.call("run"));
    assert_eq!((&program["code"], &program["exit"]), (&"unknown-base".into(), &1.into()));
    assert_eq!(program["labels"][0]["file"], "program.plg");
}

#[test]
fn on_a_terminal_what_stops_a_run_is_a_text() {
    let project = project("sqlite");
    project.run(0);
    project.write("data/app.users.csv", "id\nu3\n");
    let call = format!("{} run --as-of 2026-01-01T01:00Z", env!("CARGO_BIN_EXE_plgc"));
    let mut command = std::process::Command::new("script");
    command.args(["-qec", &call, "/dev/null"]).current_dir(project.folder.path()).env("NO_COLOR", "1");
    let said = said(&mut command).is(3, &["run-guard", "help: if this is meant, run again with `--accept user`"]);
    assert!(!said.out.contains("\"event\""), "{}", said.out);
}

#[test]
fn what_is_not_sent_is_held_and_not_sending() {
    let project = project("sqlite");
    let said = project.call("run --as-of 2026-01-01T00:00Z --hold");
    let all = lines(&said);
    assert!(all.iter().all(|line| line["event"] != "sending"), "{all:?}");
    let held = all.iter().find(|line| line["event"] == "held").unwrap();
    assert_eq!(held["sync"], "mails");
    assert_eq!(held["reason"], "`--hold`, or `deliver` of the target is not true; 1 row waits");
    assert_eq!(said.code, Some(0), "what is held on purpose is no failure");
    assert!(lines(&project.run(1)).iter().any(|line| line["event"] == "sending"));
}

#[test]
fn an_instant_that_another_program_built_is_not_built_anew_and_says_so() {
    let project = project("sqlite");
    project.run(0);
    let notice = "the program has changed since run r1_";
    let again = project.run(0);
    assert!(again.out.contains("this instant was built before") && !again.out.contains(notice), "{}", again.out);
    project.replace("program.plg", "audience active", "// Why.\n\n/// Who is active.\naudience active");
    let commented = project.run(0);
    assert!(!commented.out.contains(notice), "{}", commented.out);
    project.replace("program.plg", "audience active", "audience named of user where id != 'u2'\n\naudience active");
    let edited = project.run(0).is(0, &[notice, "it takes effect with the next instant"]);
    assert!(lines(&edited).iter().any(|line| line["event"] == "noticed"), "{}", edited.err);
    let next = project.run(1);
    assert!(!next.out.contains(notice), "{}", next.out);
    assert_eq!(project.texts("SELECT id FROM plg.named ORDER BY id"), ["u1", "u3"]);
}

#[test]
fn what_was_not_delivered_is_the_last_line() {
    let project = project("sqlite");
    let of = |said: &Said| lines(said).pop().unwrap();
    project.write("out", "no folder");
    let said = project.call("run --as-of 2026-01-01T00:00Z --format json");
    let (code, failed) = (said.code, of(&said));
    assert_eq!((code, &failed["event"], &failed["code"]), (Some(2), &"failed".into(), &"config-value".into()));
    std::fs::remove_file(project.path("out")).unwrap();
    project.replace("program.plg", "leave  delete", "leave  delete\n  guard  creates <= 0");
    let said = project.call("run --as-of 2026-01-01T00:00Z");
    let (all, last) = (lines(&said), of(&said));
    assert_eq!(said.code, Some(3));
    assert_eq!((&last["event"], &last["code"]), (&"failed".into(), &"run-undelivered".into()));
    assert_eq!((&last["exit"], &last["run"]), (&3.into(), &all[0]["run"]));
    let message = "not all was delivered: sync `mails` is held: guard creates: it would create 1 object, more than 0";
    assert!(last["message"].as_str().unwrap().starts_with(message), "{last}");
    assert_eq!(project.texts("SELECT COUNT(*) FROM plg_state.finished"), ["1"], "what is held keeps no run open");
    project.call("run --as-of 2026-01-01T01:00Z --accept MAILS").is(0, &[]);
}

#[test]
fn a_name_to_accept_is_found_in_any_case_or_guessed() {
    let project = project("sqlite");
    project.run(0);
    project.write("data/app.users.csv", "id\nu3\n");
    let run = |names: &str| project.call(&format!("run --as-of 2026-01-01T01:00Z {names}"));
    let nothing =
        "no source, entity or sync of this name, and no audience, status, sync, entity or destination of it is";
    run("--accept usr").is(2, &["unknown-accept", nothing, "did you mean `user`?"]);
    run("--accept zzzzzzzz").is(2, &["there is `app.closed`, `app.logins`", "`workspace`"]);
    run("--accept User").is(0, &[]);
    // Also where nothing is built.
    run("--accept usr").is(2, &["unknown-accept"]);
}

#[test]
fn an_empty_key_is_seen() {
    let program = "source app.items { id text; size int }\nentity item from app.items { key id }\naudience large of item where size > 10\n";
    let project = Project::new("sqlite", program, "");
    project.write("data/app.items.csv", "id,size\n\"\",11\nb,12\n");
    project.run(0).is(0, &["entered: '', b"]);
    project.write("data/app.items.csv", "id,size\nb,12\n");
    project.fails(1, 3, &["lost 1 of its 2 rows", ": ''"]);
    project.write("data/app.items.csv", "id,size\n\"\",11\n\"\",12\n");
    project.fails(1, 3, &["run-check", "'' | 2"]);
}

/// The view gives unique keys when it is checked, and others when the model is built: a loader that works meanwhile.
#[test]
fn a_key_that_does_not_stay_unique_while_a_run_reads_on_postgres() {
    let program =
        "source app.items { id text }\nentity item from app.items { key id }\naudience named of item where id != 'x'\n";
    let project = Project::new("postgres", program, "");
    project.replace("plg.toml", "data = \"data\"\n", "");
    let view = |value: &str| {
        format!(
            "CREATE SCHEMA IF NOT EXISTS app; \
             CREATE OR REPLACE VIEW app.items AS SELECT {value} AS id FROM generate_series(1, 2) AS s"
        )
    };
    project.execute(&view("CASE WHEN current_query() LIKE '%CREATE TABLE%' THEN 'a' ELSE CAST(s AS TEXT) END"));
    let changed =
        "source `app.items` (program.plg:1): key `id` of entity `item` stood for one row each when it was checked";
    project.fails(0, 3, &["run-source", changed, "nothing was committed"]);
    let long = "(SELECT string_agg(md5(CAST(n * s AS TEXT)), '') FROM generate_series(1, 1000) AS n)";
    project.execute(&view(long));
    project.fails(0, 3, &["run-value", "key of model `item`", "nothing was committed"]);
    project.execute(&view("CAST(s AS TEXT)"));
    project.run(0);
}
