//! Asks `plgc why` of rows after runs, on every engine: the tree with its values, the nearest change, and when time alone changes
//! the field.

mod channel;
mod policies;

use crate::support::project::Project;

const PROGRAM: &str = "source app.items { id text; size int; shelf text?; gone bool }

source app.orders { id text; item_id text; at timestamp }

entity item from app.items where not gone { key id }

event order from app.orders {
  key   id
  at    at
  link  item -> item on item_id as orders
}

let grace = 2 days

trait ordered of item = any(orders where at within 1 day)
trait heavy   of item = case { size * 9223372036854775807 when now > @2026-01-20; size otherwise }

audience large of item where size > 10
audience idle of large where not ordered and (shelf is null or shelf in ('A', 'B')) until size > 100
trait n_orders of item = count(orders)
audience busy of item where n_orders >= 1 until n_orders = 0

status stage of item {
  due   when idle and idle.since + grace <= now
  idle  when idle
  ok    otherwise
}
";

fn project(engine: &str) -> Project {
    let project = Project::new(engine, PROGRAM, "");
    project.write("data/app.items.csv", "id,size,shelf,gone\na,11,,false\nb,7,C,false\nc,12,A,false\nd,12,A,true\n");
    project.write("data/app.orders.csv", "id,item_id,at\no1,c,2026-01-01T05:00:00Z\no2,c,2026-01-01T06:00:00Z\n");
    project
}

#[track_caller]
fn says(project: &Project, call: &str, lines: &[&str]) {
    let said = project.call(call);
    assert_eq!(said.code, Some(0), "`plgc {call}`\n{}{}", said.out, said.err);
    let found: Vec<&str> = said.out.lines().collect();
    assert_eq!(found, lines, "`plgc {call}`\n{}", said.out);
}

fn explains(engine: &str) {
    let project = project(engine);
    project.run(9);
    says(
        &project,
        "why idle a",
        &[
            "item.idle of a is true, since 2026-01-01T09:00Z, in a run at 2026-01-01T09:00Z",
            "  ✓ large, since 2026-01-01T09:00Z",
            "    ✓ size > 10  (size = 11)",
            "  ✓ not ordered",
            "    ✗ ordered",
            "      ✗ any(orders where at within 1 day)  (rows = 0)",
            "  ✓ one of",
            "    ✓ shelf is null  (shelf = null)",
            "    ✗ shelf in ('A', 'B')  (shelf = null)",
            "  ✓ not ended by size > 100  (size = 11)",
            "nearest change, for false:",
            "  `size` at most 10 (it is 11)",
        ],
    );
    says(
        &project,
        "why item.stage a",
        &[
            "item.stage of a is idle, since 2026-01-01T09:00Z, in a run at 2026-01-01T09:00Z",
            "  ✗ due when",
            "    ✓ idle, since 2026-01-01T09:00Z",
            "      ✓ large, since 2026-01-01T09:00Z",
            "        ✓ size > 10  (size = 11)",
            "      ✓ not ordered",
            "        ✗ ordered",
            "          ✗ any(orders where at within 1 day)  (rows = 0)",
            "      ✓ one of",
            "        ✓ shelf is null  (shelf = null)",
            "        ✗ shelf in ('A', 'B')  (shelf = null)",
            "      ✓ not ended by size > 100  (size = 11)",
            "    ✗ idle.since + grace <= now  (idle.since = 2026-01-01T09:00Z, now = 2026-01-01T09:00Z)",
            "  ✓ idle when",
            "    ✓ idle, since 2026-01-01T09:00Z",
            "      ✓ large, since 2026-01-01T09:00Z",
            "        ✓ size > 10  (size = 11)",
            "      ✓ not ordered",
            "        ✗ ordered",
            "          ✗ any(orders where at within 1 day)  (rows = 0)",
            "      ✓ one of",
            "        ✓ shelf is null  (shelf = null)",
            "        ✗ shelf in ('A', 'B')  (shelf = null)",
            "      ✓ not ended by size > 100  (size = 11)",
            "nearest change, for due:",
            "  `idle.since + grace` at most 2026-01-01T09:00Z (it is 2026-01-03T09:00Z)",
            "if only time passes: due from 2026-01-03T09:00Z on",
        ],
    );
    says(
        &project,
        "why idle c",
        &[
            "item.idle of c is false, in a run at 2026-01-01T09:00Z",
            "  ✓ large, since 2026-01-01T09:00Z",
            "    ✓ size > 10  (size = 12)",
            "  ✗ not ordered",
            "    ✓ ordered",
            "      ✓ any(orders where at within 1 day)  (rows = 2: o1, o2)",
            "  ✓ one of",
            "    ✗ shelf is null  (shelf = A)",
            "    ✓ shelf in ('A', 'B')  (shelf = A)",
            "  ✓ not ended by size > 100  (size = 12)",
            "nearest change, for true:",
            "  no row in `any(orders where at within 1 day)`",
            "if only time passes: true from 2026-01-02T06:00Z on",
        ],
    );
    says(
        &project,
        "why busy a",
        &[
            "item.busy of a is false, in a run at 2026-01-01T09:00Z",
            "  ✗ n_orders >= 1  (n_orders = 0)",
            "  ✗ not ended by n_orders = 0  (n_orders = 0)",
            "nearest change, for true:",
            "  `n_orders` at least 1 (it is 0)",
        ],
    );
    says(
        &project,
        "why item.n_orders c",
        &["item.n_orders of c is 2, in a run at 2026-01-01T09:00Z", "  count(orders)  (rows = 2: o1, o2)"],
    );
    let said = project.call("why idle b --format json");
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&json["value"], &json["tree"][0]["holds"]), (&"false".into(), &false.into()), "{}", said.out);
    let changes = ["`size` above 10 (it is 7)", "`shelf` null (it is C)"];
    assert_eq!(json["nearest"]["changes"], serde_json::json!(changes), "{}", said.out);
    let later = project.call("why item.stage a --as-of 2026-01-03T09:00Z");
    assert!(later.out.starts_with("item.stage of a is due, since 2026-01-03T09:00Z"), "{}", later.out);
}

#[test]
fn a_row_is_explained_on_sqlite() {
    explains("sqlite");
}

#[test]
fn a_row_is_explained_on_postgres() {
    explains("postgres");
}

#[test]
fn what_cannot_be_explained_is_said() {
    let project = project("sqlite");
    let fails = |call: &str, exit: i32, code: &str| {
        let said = project.call(call);
        assert!(said.code == Some(exit) && said.err.contains(code), "`plgc {call}`\n{}{}", said.out, said.err);
    };
    fails("why idle a", 3, "no-run-yet");
    assert!(!project.path("dev.db").exists(), "a look makes no database");
    project.run(9);
    fails("why idel a", 2, "unknown-why-field");
    fails("why idle z", 3, "unknown-why-key");
    fails("why idle d", 3, "unknown-why-key");
    fails("why item.heavy a --as-of 2026-02-01", 3, "why-stopped");
    fails("why idle a --as-of 2025-12-31", 3, "run-earlier");
}

const EXPERIMENT: &str = "source app.items { id text; size int }

entity item from app.items { key id; guard loses <= 100% }

audience large of item where size > 10

experiment copy of large {
  arms     calm 50%, loud 50%
  rollout  80%
  layer    line 0%..50%
}
";

/// An arm by what draws it, one that stays, one that a returned row has again, and one under an earlier name.
fn explains_an_arm(engine: &str) {
    let project = Project::new(engine, EXPERIMENT, "");
    let rows = |rows: &str| project.write("data/app.items.csv", &format!("id,size\n{rows}"));
    rows("a,11\nb,7\nc,12\n");
    project.run(9);
    says(
        &project,
        "why copy a",
        &[
            "item.copy of a is loud, in a run at 2026-01-01T09:00Z",
            "  ✓ large, since 2026-01-01T09:00Z",
            "    ✓ size > 10  (size = 11)",
            "  ✓ layer line 0%..50%  (bucket('line.layer', key) = 4485)",
            "  ✓ rollout 80%  (bucket('copy.rollout', key) = 4235)",
            "  arms calm 50%, loud 50%  (bucket('copy.arms', key) = 5338)",
        ],
    );
    says(
        &project,
        "why copy b",
        &[
            "item.copy of b is null, in a run at 2026-01-01T09:00Z",
            "  ✗ large",
            "    ✗ size > 10  (size = 7)",
            "  ✓ layer line 0%..50%  (bucket('line.layer', key) = 942)",
            "  ✓ rollout 80%  (bucket('copy.rollout', key) = 2665)",
            "  arms calm 50%, loud 50%  (bucket('copy.arms', key) = 1472)",
        ],
    );
    rows("b,7\n");
    project.run(10);
    let gone = "the row is gone; what is remembered of it is that `copy` is `loud`";
    project.call("why copy a").is(3, &["unknown-why-key", gone]);
    rows("a,3\nb,7\n");
    project.replace("program.plg", "experiment copy of", "experiment words was copy of");
    project.run(11);
    says(
        &project,
        "why words a",
        &[
            "item.words of a is loud, in a run at 2026-01-01T11:00Z",
            "  ✓ enrolled in an earlier run, and stays  (arm = loud, enrolled_at = 2026-01-01T09:00Z, phase = 1)",
        ],
    );
    project.call("why copy a").is(2, &["unknown-why-field", "`words`, which was `copy`"]);
}

#[test]
fn an_arm_is_explained_on_sqlite() {
    explains_an_arm("sqlite");
}

#[test]
fn an_arm_is_explained_on_postgres() {
    explains_an_arm("postgres");
}

const SEQUENCE: &str = "source app.items { id text; size int; held bool }

entity item from app.items { key id; guard loses <= 100% }

audience large of item where size > 10

sequence care of large {
  start   new
  hold    when held
  exit    when size > 100
  step    hello
  step    thanks  due hello.sent + 1 hour
  step    again  due hello + 2 hours  when size > 20  until hello + 5 hours
  branch  gift   due hello + 1 hour {
    step  big    when size > 50
    step  small  otherwise
  }
}

destination lists = jsonl

sync hellos from care.hello to lists.hellos { set size = size }
";

/// An entry, a step that waits, one that fired, a branch, and one who never entered.
fn explains_a_passage(engine: &str) {
    let project =
        Project::new(engine, SEQUENCE, "deliver = true\n[targets.dev.destinations.lists]\nfolder = \"out\"\n");
    let rows = |rows: &str| project.write("data/app.items.csv", &format!("id,size,held\n{rows}"));
    rows("a,11,false\n");
    project.run(8);
    rows("a,11,false\nb,12,false\nc,30,true\n");
    project.run(9);
    project.run(11);
    says(
        &project,
        "why care.active a",
        &[
            "item.care.active of a is false, in a run at 2026-01-01T11:00Z",
            "  ✗ open after the run before",
            "  ✓ large, since 2026-01-01T08:00Z",
            "    ✓ size > 10  (size = 11)",
            "  ✗ start new: in the base since after the first run of the sequence  (first run = 2026-01-01T08:00Z)",
            "  ✗ exit when size > 100  (size = 11)",
        ],
    );
    says(
        &project,
        "why care.entry b",
        &[
            "item.care.entry of b is 1, in a run at 2026-01-01T11:00Z",
            "  ✓ open after the run before  (entered_at = 2026-01-01T09:00Z)",
            "  ✓ large, since 2026-01-01T09:00Z",
            "    ✓ size > 10  (size = 12)",
            "  ✗ exit when size > 100  (size = 12)",
        ],
    );
    says(
        &project,
        "why care.again b",
        &[
            "item.care.again of b is null, in a run at 2026-01-01T11:00Z",
            "  ✓ care.active",
            "  ✓ not care.held",
            "  ✓ due hello + 2 hours  (value = 2026-01-01T11:00Z, hello = 2026-01-01T09:00Z)",
            "  ✗ size > 20  (size = 12)",
            "  ✓ before until hello + 5 hours  (value = 2026-01-01T14:00Z, hello = 2026-01-01T09:00Z)",
        ],
    );
    let sent = project.call("why care.thanks b").is(0, &["is 2026-01-01T11:00Z", "hello.sent = 2026-01-01T09:00Z"]);
    assert!(sent.err.is_empty(), "{}", sent.err);
    says(
        &project,
        "why care.hello b",
        &[
            "item.care.hello of b is 2026-01-01T09:00Z, in a run at 2026-01-01T11:00Z",
            "  ✓ happened in an earlier run of this entry  (at = 2026-01-01T09:00Z)",
            "syncs:",
            "  ✓ sync hellos to lists.hellos  (accepted = 2026-01-01T09:00Z)",
        ],
    );
    says(
        &project,
        "why care.hello c",
        &[
            "item.care.hello of c is null, in a run at 2026-01-01T11:00Z",
            "  ✓ care.active",
            "  ✗ not care.held",
            "syncs:",
            "  ✗ sync hellos to lists.hellos",
            "    ✗ care.hello has fired  (at = null)",
            "    ✓ its entry is open",
        ],
    );
    says(
        &project,
        "why care.gift b",
        &[
            "item.care.gift of b is small, in a run at 2026-01-01T11:00Z",
            "  ✓ care.active",
            "  ✓ not care.held",
            "  ✓ due hello + 1 hour  (value = 2026-01-01T10:00Z, hello = 2026-01-01T09:00Z)",
            "  ✗ big when",
            "    ✗ size > 50  (size = 12)",
            "  ✓ small otherwise",
        ],
    );
    says(
        &project,
        "why care.big b",
        &[
            "item.care.big of b is null, in a run at 2026-01-01T11:00Z",
            "  ✓ care.active",
            "  ✓ not care.held",
            "  ✗ taken by branch gift  (gift = small)",
        ],
    );
    says(
        &project,
        "why care.done b",
        &[
            "item.care.done of b is false, in a run at 2026-01-01T11:00Z",
            "  ✓ care.active",
            "  ✓ care.hello  (at = 2026-01-01T09:00Z)",
            "  ✓ care.thanks  (at = 2026-01-01T11:00Z)",
            "  ✗ care.again  (at = null)",
            "  ✓ care.big: of an arm that was not taken",
            "  ✓ care.small  (at = 2026-01-01T11:00Z)",
            "  ✓ care.gift.decided_at  (at = 2026-01-01T11:00Z)",
            "if only time passes: true from 2026-01-01T14:00Z on",
        ],
    );
}

#[test]
fn a_passage_is_explained_on_sqlite() {
    explains_a_passage("sqlite");
}

#[test]
fn a_passage_is_explained_on_postgres() {
    explains_a_passage("postgres");
}

#[test]
fn a_passage_is_explained_on_duckdb() {
    explains_a_passage("duckdb");
}
