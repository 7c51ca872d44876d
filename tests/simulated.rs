//! Holds `plgc simulate` to what that many calls of `plgc run` do, to its own bytes, and to leaving a target as it is; what it says of a
//! program whose passages can be worked out by hand.

pub mod policies;
mod unsent;

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::examples;
use crate::support::project::Project;

/// Everything that takes time: a hold that ends, a channel with a cap, `.sent`, an `until`, a branch, `again`, a status, an
/// experiment that widens, an event that lies ahead.
const PROGRAM: &str = "source app.items { id text; size int; owner text?; rests_until timestamp? }

source app.orders { id text; item_id text; at timestamp }

entity item from app.items { key id }

event order from app.orders {
  key   id
  at    at
  link  item -> item on item_id as orders
}

audience large of item where size > 10
audience quiet of large where none(orders where at within 3 days)

status stage of item {
  old    when large and large.since + 4 days <= now
  young  when large
  ok     otherwise
}

experiment look of large {
  arms     a 50%, b 50%
  rollout  50%, 100% from @2026-01-05
}

sequence upsell of quiet {
  start  all
  hold   when rests_until > now
  exit   when done
  again  after 2 days
  step   email  via mail
  step   call   due email.sent + 1 day  when owner is not null  until email + 3 days
  branch offer  due email + 2 days {
    step gift   when size > 20  until email + 3 days
    step other  otherwise
  }
}

channel mail of item {
  cap    1 per 5 days
  order  upsell
}

destination files = jsonl

sync mails from upsell.email to files.mails {
  set  size = size
}
";

const ITEMS: &str = "id,size,owner,rests_until\na,11,ada,\nb,25,,\nc,12,ada,2026-01-02T12:00:00Z\nd,3,ada,\n";
const ORDERS: &str = "id,item_id,at\no1,a,2026-01-08T05:00:00Z\n";

fn project(engine: &str) -> Project {
    let sends = "deliver = true\nevery = \"12 hours\"\n[targets.dev.destinations.files]\nfolder = \"out\"\n";
    let project = Project::new(engine, PROGRAM, sends);
    project.write("data/app.items.csv", ITEMS);
    project.write("data/app.orders.csv", ORDERS);
    project
}

fn json(project: &Project, call: &str) -> Json {
    let said = project.call(call);
    assert_eq!(said.code, Some(0), "`plgc {call}`\n{}{}", said.out, said.err);
    serde_json::from_str(&said.out).unwrap()
}

/// What happened to all rows, as the logs of runs have it.
fn told(project: &Project) -> BTreeSet<String> {
    let mut lines = Vec::new();
    for sql in [
        "SELECT step, key, entry, happened_at FROM plg_state.firings",
        "SELECT field, key, COALESCE(was, '-'), became, happened_at FROM plg_state.changes WHERE field <> 'item.look'",
        "SELECT 'item.look', key, became, happened_at FROM plg_state.changes WHERE field = 'item.look'",
        "SELECT 'sent', SUBSTR(key, 14), happened_at FROM plg_state.receipts WHERE sync = 'mails'",
        "SELECT 'entered', id, entry, entered_at FROM plg.upsell",
        "SELECT 'exited', id, entry, cause, exited_at FROM plg.upsell WHERE exited_at IS NOT NULL",
        "SELECT 'decided', id, entry, offer, offer__decided_at FROM plg.upsell WHERE offer__decided_at IS NOT NULL",
    ] {
        lines.extend(project.texts(sql));
    }
    lines.into_iter().collect()
}

/// The same of a simulation, in the words of the logs.
fn simulated(project: &Project, call: &str) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for key in ["a", "b", "c", "d"] {
        let json = json(project, &format!("{call} --member {key} --format json"));
        for it in json["happened"].as_array().unwrap() {
            let text = |key: &str| it[key].as_str().unwrap_or("-").to_owned();
            let (of, at, entry) =
                (text("of"), format!("{}:00", text("at").trim_end_matches('Z').replace('T', " ")), &it["entry"]);
            let line = match text("what").as_str() {
                "fired" => format!("{of} {key} {entry} {at}"),
                "joined" => format!("{of} {key} false true {at}"),
                "left" => format!("{of} {key} true false {at}"),
                "moved" => format!("{of} {key} {} {} {at}", text("was"), text("became")),
                "enrolled" => format!("{of} {key} {} {at}", text("arm")),
                "sent" => format!("sent {key}/{entry} {at}"),
                "entered" => format!("entered {key} {entry} {at}"),
                "exited" => format!("exited {key} {entry} {} {at}", text("cause")),
                "decided" => format!("decided {key} {entry} {} {at}", text("arm")),
                "held" | "released" | "held_back" | "expired" | "withheld" | "freed" => continue,
                other => panic!("{other}"),
            };
            lines.insert(line);
        }
    }
    lines
}

#[test]
fn a_simulation_is_what_as_many_runs_do() {
    let project = project("sqlite");
    let found = simulated(&project, "simulate --days 12 --from 2026-01-01T00:00Z");
    for half in 0..=24 {
        let (day, hour) = (1 + half / 2, 12 * (half % 2));
        project.call(&format!("run --as-of 2026-01-{day:02}T{hour:02}:00Z")).is(0, &[]);
    }
    let done: BTreeSet<String> = told(&project);
    let (more, less): (Vec<_>, Vec<_>) = (found.difference(&done).collect(), done.difference(&found).collect());
    assert!(more.is_empty() && less.is_empty(), "only simulated: {more:#?}\nonly done: {less:#?}");
    assert!(found.len() > 40, "{found:#?}");
}

/// What a call prints, without its first line.
fn lines(project: &Project, call: &str) -> Vec<String> {
    let said = project.call(call);
    assert_eq!(said.code, Some(0), "`plgc {call}`\n{}{}", said.out, said.err);
    said.out.lines().skip(1).map(str::to_owned).collect()
}

const OF_A: &[&str] = &[
    "2026-01-01T00:00Z  upsell entered, entry 1",
    "                   upsell.email fired",
    "                   upsell.email sent: sync mails",
    "2026-01-02T00:00Z  upsell.call fired",
    "2026-01-03T00:00Z  upsell.offer: other",
    "                   upsell.other fired",
    "2026-01-03T12:00Z  upsell exited, entry 1: exit when done",
    "2026-01-05T12:00Z  upsell entered, entry 2",
    "                   upsell.email held back: channel mail lets 1 per 5 days",
    "2026-01-06T00:00Z  upsell.email fired",
    "                   upsell.email sent: sync mails",
    "2026-01-07T00:00Z  upsell.call fired",
    "2026-01-08T00:00Z  upsell.offer: other",
    "                   upsell.other fired",
    // The order of the morning is seen.
    "2026-01-08T12:00Z  upsell exited, entry 2: left quiet",
    "2026-01-11T12:00Z  upsell entered, entry 3",
    "                   upsell.email fired",
    "                   upsell.email sent: sync mails",
    "2026-01-12T12:00Z  upsell.call fired",
    "in the end: upsell, entry 3, is open: waits for gift, other",
];

const OF_B: &[&str] = &[
    "2026-01-01T00:00Z  upsell entered, entry 1",
    "                   upsell.email fired",
    "                   upsell.email sent: sync mails",
    "2026-01-03T00:00Z  upsell.offer: gift",
    "                   upsell.gift fired",
    "2026-01-04T00:00Z  upsell.call expired: until email + 3 days",
    "2026-01-04T12:00Z  upsell exited, entry 1: exit when done",
    "2026-01-06T12:00Z  upsell entered, entry 2",
    "                   upsell.email fired",
    "                   upsell.email sent: sync mails",
    "2026-01-08T12:00Z  upsell.offer: gift",
    "                   upsell.gift fired",
    "2026-01-09T12:00Z  upsell.call expired: until email + 3 days",
    "2026-01-10T00:00Z  upsell exited, entry 2: exit when done",
    "2026-01-12T00:00Z  upsell entered, entry 3",
    "                   upsell.email fired",
    "                   upsell.email sent: sync mails",
    "in the end: upsell, entry 3, is open: waits for call, gift, other",
];

const OF_ALL: &[&str] = &[
    "",
    "sequence upsell of item",
    "  entered 9 (of 3 rows), exited 6 (exit 5, left 1), open in the end 3",
    "  step   fired  sent  held back  expired  waiting",
    "  email      9     9          3        -        0",
    "  call       5     -          -        2        2",
    "  gift       2     -          -        0        3",
    "  other      4     -          -        -        3",
    "  branch offer decided 6: gift 2, other 4",
    "  by day      entered  email  call  gift  other  held  held back  expired  exited",
    "  2026-01-01        3      2     ·     ·      ·     1          ·        ·       ·",
    "  2026-01-02        ·      1     1     ·      ·     ·          ·        ·       ·",
    "  2026-01-03        ·      ·     1     1      1     ·          ·        ·       1",
    "  2026-01-04        ·      ·     ·     ·      1     ·          ·        1       1",
    "  2026-01-05        1      ·     ·     ·      ·     ·          1        ·       1",
    "  2026-01-06        1      2     ·     ·      ·     ·          ·        ·       ·",
    "  2026-01-07        1      1     1     ·      ·     ·          1        ·       ·",
    "  2026-01-08        ·      ·     1     1      1     ·          ·        ·       1",
    "  2026-01-09        ·      ·     ·     ·      1     ·          ·        1       ·",
    "  2026-01-10        ·      ·     ·     ·      ·     ·          ·        ·       2",
    "  2026-01-11        1      1     ·     ·      ·     ·          ·        ·       ·",
    "  2026-01-12        2      2     1     ·      ·     ·          1        ·       ·",
    "",
    "item.stage  at start  at end",
    "  old              0       3",
    "  young            3       0",
    "  ok               1       1",
    "  young -> old  3",
];

#[test]
fn what_is_said_was_worked_out_by_hand() {
    let project = project("sqlite");
    let call = "simulate upsell item.stage --days 12 --from 2026-01-01";
    assert_eq!(lines(&project, call), OF_ALL);
    assert_eq!(lines(&project, "simulate upsell --days 12 --from 2026-01-01 --member a"), OF_A);
    assert_eq!(lines(&project, "simulate upsell --days 12 --from 2026-01-01 --member b"), OF_B);
    assert_eq!(lines(&project, "simulate upsell --days 12 --from 2026-01-01 --member d"), ["nothing happens to it"]);
    let held = lines(&project, "simulate upsell --days 2 --from 2026-01-01 --member c");
    let wanted = [
        "2026-01-01T00:00Z  upsell entered, entry 1",
        "                   upsell held: hold when rests_until > now",
        "2026-01-02T12:00Z  upsell no longer held",
        "                   upsell.email fired",
        "                   upsell.email sent: sync mails",
        "in the end: upsell, entry 1, is open: waits for call, gift, other",
    ];
    assert_eq!(held, wanted);
    let json = json(&project, &format!("{call} --format json"));
    let of = &json["sequences"][0];
    assert_eq!((&json["runs"], &json["every_seconds"]), (&25.into(), &43_200.into()));
    assert_eq!(
        (&of["entered"], &of["exited"]["left"], &of["steps"]["email"]["held_back"]),
        (&9.into(), &1.into(), &3.into())
    );
    assert_eq!((&of["branches"]["offer"]["gift"], &of["waiting_at_end"]["call"]), (&2.into(), &2.into()));
    assert_eq!((&of["days"][0]["day"], &of["days"][0]["steps"]["email"]["fired"]), (&"2026-01-01".into(), &2.into()));
    assert_eq!(of["most_entries"], serde_json::json!({ "key": "a", "entries": 3 }));
    assert_eq!(json["statuses"][0]["moves"], serde_json::json!([{ "from": "young", "to": "old", "rows": 3 }]));
    for left in ["dev.db", "out", ".plg"] {
        assert!(!project.path(left).exists(), "a simulation leaves {left}");
    }
}

/// The tables of a database that nobody loads are read, and nothing else is there afterwards.
fn of_tables(engine: &str) {
    let project = project(engine);
    project.replace("plg.toml", "data = \"data\"\n", "");
    let texts = if engine == "sqlite" { "" } else { "CREATE SCHEMA app;" };
    project.execute(&format!(
        "{texts} CREATE TABLE app.items (id TEXT, size BIGINT, owner TEXT, rests_until TIMESTAMP);
         CREATE TABLE app.orders (id TEXT, item_id TEXT, at TIMESTAMP);
         INSERT INTO app.items VALUES ('a', 11, 'ada', NULL), ('b', 25, NULL, NULL), ('c', 12, 'ada', '2026-01-02 12:00:00'), ('d', 3, 'ada', NULL);
         INSERT INTO app.orders VALUES ('o1', 'a', '2026-01-08 05:00:00')"
    ));
    assert_eq!(lines(&project, "simulate upsell item.stage --days 12 --from 2026-01-01"), OF_ALL);
    let left = match engine {
        "sqlite" => "SELECT name FROM sqlite_schema WHERE name LIKE 'plg%'",
        _ => "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'plg%'",
    };
    assert_eq!(project.texts(left), Vec::<String>::new());
    project.execute("UPDATE app.items SET size = NULL WHERE id = 'a'");
    project.call("simulate --days 2").is(3, &["app.items", "`size` is declared int, and is null in 1 row"]);
    project.execute("DELETE FROM app.items; DELETE FROM app.orders");
    project.call("simulate --days 2").is(3, &["no-rows-yet", "all its sources are empty"]);
    project.execute("DROP TABLE app.items");
    project.call("simulate --days 2").is(3, &["there is no table `app.items`"]);
}

#[test]
fn the_tables_of_a_target_are_read_and_left_alone() {
    of_tables("sqlite");
}

#[test]
fn the_tables_of_a_target_are_read_and_left_alone_on_postgres() {
    of_tables("postgres");
}

const TWO: &str = "source app.items { id text }

entity item from app.items { key id }

audience greeted of item where greet.hello within 2 days

sequence greet of item {
  start  all
  exit   when done
  again  after 3 days
  step   hello
}

/// It begins with a step of the other one, and begins anew with it.
sequence nudge of greeted {
  start  all
  exit   when done
  again  always
  step   poke  due entered_at + 1 day
}
";

#[test]
fn sequences_that_lead_into_each_other_are_told_apart_by_their_steps() {
    let project = Project::new("sqlite", TWO, "");
    project.write("data/app.items.csv", "id\na\nb\n");
    let json = json(&project, "simulate --days 20 --from 2026-01-01 --format json");
    let steps = |at: usize, step: &str| json["sequences"][at]["steps"][step]["fired"].as_u64().unwrap();
    // Every fourth day: the entry closes on the day after its only step, and three days later the next one begins.
    assert_eq!((steps(0, "hello"), steps(1, "poke")), (12, 10), "{json:#}");
    let notes = json["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].as_str().unwrap().starts_with("rows enter `greet` again and again, `a` 6 times"), "{notes:?}");
}

#[test]
fn the_example_is_simulated_for_ninety_days_and_gives_the_same_bytes_twice() {
    let folder = tempfile::TempDir::new().unwrap();
    let example = folder.path().join("upsell");
    examples::copy(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/upsell"), &example);
    let call = ["simulate", "--days", "90", "--from", "2026-03-02T09:00Z", "--newcomers"];
    let twice = std::thread::scope(|scope| {
        let calls = [(), ()].map(|()| scope.spawn(|| examples::text(&examples::plgc(&example, &call))));
        calls.map(|call| call.join().unwrap())
    });
    assert_eq!(twice[0], twice[1]);
    assert!(twice[0].starts_with("2026-03-02T09:00Z to 2026-05-31T09:00Z, a run every day: 91 runs"), "{}", twice[0]);
    assert!(twice[0].contains("\n  2026-03-05"), "calls are made three days after the mail:\n{}", twice[0]);
    assert!(!example.join(".plg").exists() && !example.join("out").exists());
}

#[test]
fn a_test_is_played_and_goes_on() {
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/upsell");
    let call = ["simulate", "upsell", "--days", "20", "--test", "one owner of two", "--member", "w2"];
    let said = examples::text(&examples::plgc(&example, &call));
    for part in [
        "2026-01-15T00:00Z to 2026-02-06T00:00Z, a run every day: 69 runs over test 'one owner of two workspaces gets one mail in two days'",
        "2026-01-15T00:00Z  upsell entered, entry 1\n                   upsell.email held back: channel mail lets 1 per 48 hours\n",
        "2026-01-17T00:00Z  upsell.email fired\n",
        "2026-01-31T00:00Z  upsell.offer: farewell\n",
    ] {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
}

#[test]
fn what_cannot_be_simulated_is_said() {
    let project = project("sqlite");
    project
        .call("simulate --days 0")
        .is(2, &["invalid value '0' for '--days <N>': write a whole number of days, from 1 to 36500"]);
    project.call("simulate --days 40000").is(2, &["a whole number of days, from 1 to 36500"]);
    project.call("simulate --days 30 --from 9998-12-15").is(2, &["simulation-too-late", "after 9998-12-31"]);
    project.call("simulate --every 5min").is(2, &["write a number and a unit: '20 minutes'"]);
    project
        .call("simulate --days 30000")
        .is(2, &["too-many-runs", "60001 runs; a simulation does at most 20000", "`--every '7 days'`"]);
    project.call("simulate upsel").is(2, &["unknown-simulate-name", "did you mean `upsell`?"]);
    project.call("simulate --days 1 --member aa").is(3, &["unknown-simulate-key", "did you mean"]);
    project.call("simulate -t prod").is(2, &["unknown-target"]);
    project.call("simulate --test x").is(2, &["unknown-simulate-test", "no test is called `x`"]);
    project.call("simulate --test x -t dev").is(2, &["cannot be used with"]);
    let said = project.call("simulate --help");
    assert!(
        said.code == Some(0) && said.out.contains("--newcomers") && said.out.contains("--member <KEY>"),
        "{}",
        said.out
    );
    project.replace("program.plg", "start  all", "start  new");
    let note = "note: `upsell` has `start new`: 3 rows that were in its base in the first run never entered it";
    project.call("simulate --days 1 --from 2026-01-01").is(0, &[note, "entered 0, exited 0"]);
    let said = project.call("simulate --days 1 --from 2026-01-01 --newcomers").is(0, &["entered 3, exited 0"]);
    assert!(!said.out.contains("note:"), "{}", said.out);
    project.write("data/app.items.csv", "id,size,owner,rests_until\na,11,,\na,12,,\n");
    project.call("simulate --days 1").is(3, &["run-check"]);
    project.write("data/app.items.csv", "id,size\na,11\n");
    project.call("simulate --days 1").is(3, &["there is no column `owner`"]);
    project.replace("plg.toml", "data = \"data\"\n", "");
    project.call("simulate --days 1").is(3, &["no-rows-yet", "its database is not there"]);
}
