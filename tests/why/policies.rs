//! Asks `plgc why` of policies, of syncs, and of what syncs send: which policy is in the way, with its condition's values.

use super::says;
use crate::simulated::policies::gated;
use crate::support::project::Project;

fn after_a_day(engine: &str) -> Project {
    let project = gated(engine);
    for at in ["2026-01-01", "2026-01-01T12:00Z", "2026-01-02"] {
        project.call(&format!("run --as-of {at}")).is(0, &[]);
    }
    project
}

fn explains(engine: &str) {
    let project = after_a_day(engine);
    says(
        &project,
        "why care.hello a",
        &[
            "item.care.hello of a is 2026-01-01T00:00Z, in a run at 2026-01-02T00:00Z",
            "  ✓ happened in an earlier run of this entry  (at = 2026-01-01T00:00Z)",
            "syncs:",
            "  ✗ sync hellos to lists.hellos",
            "    ✓ care.hello has fired  (at = 2026-01-01T00:00Z)",
            "    ✓ its entry is open",
            "    ✓ not forbidden by policy quiet: owner has no row",
            "    ✗ not forbidden by policy rest",
            "      ✓ one of",
            "        ✓ busy",
            "          ✓ busy_until > now  (busy_until = 2026-01-02T12:00Z, now = 2026-01-02T00:00Z)",
            "        ✗ stopped",
            "          ✗ blocked  (blocked = false)",
        ],
    );
    says(
        &project,
        "why large d",
        &[
            "item.large of d is true, since 2026-01-01T00:00Z, in a run at 2026-01-02T00:00Z",
            "  ✓ size > 10  (size = 13)",
            "nearest change, for false:",
            "  `size` at most 10 (it is 13)",
            "syncs:",
            "  ✗ sync rows to lists.rows",
            "    ✓ large, since 2026-01-01T00:00Z",
            "    ✗ not forbidden by policy quiet of owner",
            "      ✓ silent",
            "        ✓ quiet  (quiet = true)",
            "    ✓ not forbidden by policy rest",
            "  ✗ sync vips to lists.vips",
            "    ✓ large, since 2026-01-01T00:00Z",
            "    ✗ size > 20  (size = 13)",
            "    exempt from policy quiet, because they asked",
            "    ✓ not forbidden by policy rest",
        ],
    );
    says(
        &project,
        "why rest a",
        &[
            "policy rest of a is true: nothing of it goes to lists, in a run at 2026-01-02T00:00Z",
            "  ✓ one of",
            "    ✓ busy",
            "      ✓ busy_until > now  (busy_until = 2026-01-02T12:00Z, now = 2026-01-02T00:00Z)",
            "    ✗ stopped",
            "      ✗ blocked  (blocked = false)",
            "nearest change, for false:",
            "  `busy_until` at most 2026-01-02T00:00Z (it is 2026-01-02T12:00Z)",
            "if only time passes: false from 2026-01-02T12:00Z on",
            "syncs:",
            "  sync rows to lists.rows: asks it of each row",
            "  sync vips to lists.vips: asks it of each row",
            "  sync calls to lists.calls: asks it of each row",
            "  sync hellos to lists.hellos: asks it of each row",
        ],
    );
    says(
        &project,
        "why hellos a",
        &[
            "sync hellos to lists.hellos of a is held back by policy rest, in a run at 2026-01-02T00:00Z",
            "  ✓ care.hello has fired  (at = 2026-01-01T00:00Z)",
            "  ✓ its entry is open",
            "  ✓ not forbidden by policy quiet: owner has no row",
            "  ✗ not forbidden by policy rest",
            "    ✓ one of",
            "      ✓ busy",
            "        ✓ busy_until > now  (busy_until = 2026-01-02T12:00Z, now = 2026-01-02T00:00Z)",
            "      ✗ stopped",
            "        ✗ blocked  (blocked = false)",
            "if only time passes: policy rest is false from 2026-01-02T12:00Z on",
        ],
    );
    says(
        &project,
        "why hellos b",
        &["sync hellos to lists.hellos of b is sent at 2026-01-01T00:00Z, in a run at 2026-01-02T00:00Z"],
    );
    project.call("why hellos a --as-of 2026-01-02T12:00Z").is(0, &["sync hellos to lists.hellos of a is wanted"]);
    project
        .call("why rows -5")
        .is(0, &["sync rows to lists.rows of -5 is wanted", "last accepted of it: create (at = 2026-01-01T00:00Z)"]);
    project.call("why rows a").is(0, &["is held back by policy rest", "nothing of it was ever accepted"]);
    // What has not fired says why, down to what keeps the row out.
    project.call("why calls d").is(0, &["✗ care.call has fired (at = null) ✓ care.active ✗ due hello.sent + 1 day"]);
    project.call("why hellos e").is(
        0,
        &["is not wanted", "✗ care.hello has fired (at = null) ✗ care.active ✗ open after the run before ✗ large ✗ size > 10 (size = 3)"],
    );
    project.call("why vips d").is(0, &["of d is not wanted", "✗ size > 20 (size = 13)"]);
    project
        .call("why quiet p2")
        .is(0, &["policy quiet of p2 is true: nothing of it goes to lists", "vips: is exempt, because they asked"]);
    // One arm is taken, and the others are not asked.
    says(
        &project,
        "why care.gift b",
        &[
            "item.care.gift of b is big, in a run at 2026-01-02T00:00Z",
            "  ✓ care.active",
            "  ✓ due hello + 1 day  (value = 2026-01-02T00:00Z, hello = 2026-01-01T00:00Z)",
            "  ✓ big when",
            "    ✓ size > 20  (size = 25)",
            "  small: not asked, big goes before it",
        ],
    );
    let json = project.call("why rows d --format json");
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["value"], "held back by policy quiet of owner");
    assert_eq!(json["tree"][1]["text"], "not forbidden by policy quiet of owner");
}

#[test]
fn what_is_not_sent_is_explained_on_sqlite() {
    explains("sqlite");
}

#[test]
fn what_is_not_sent_is_explained_on_postgres() {
    explains("postgres");
}

#[test]
fn what_is_not_sent_is_explained_on_duckdb() {
    explains("duckdb");
}

/// Of the rows that share a match key, one is sent: the others say which.
#[test]
fn a_row_that_is_not_picked_says_which_one_is() {
    let project = gated("sqlite");
    project.replace(
        "program.plg",
        "sync vips from",
        "sync best from large to lists.best {\n  match  size_class = stopped\n  pick   by size desc\n  set    size = size\n  \
         leave  delete\n}\nsync vips from",
    );
    project.replace(
        "program.plg",
        "trait silent",
        "trait group of item = case { 'x' when size > 0; 'y' otherwise }\ntrait silent",
    );
    project.replace("program.plg", "size_class = stopped", "size_class = group");
    project.call("run --as-of 2026-01-01").is(0, &[]);
    let picked = "the one that is picked of those with its size_class, by size (item = -5)";
    project.call("why best b").is(0, &["of b is not wanted", &format!("✗ {picked}")]);
    project.call("why best -5").is(0, &["of -5 is wanted", &format!("✓ {picked}")]);
}

#[test]
fn a_name_that_is_no_field_says_what_it_is() {
    let project = gated("sqlite");
    let says =
        |name: &str, part: &str| drop(project.call(&format!("why {name} a")).is(2, &["unknown-why-field", part]));
    let of_size =
        "`size` is a column of app.items, as its loader has filled it; ask for a field that reads it, as `item.large`";
    says("size", of_size);
    says("item.size", of_size);
    says("app.items.size", of_size);
    says("item", "`item` is an entity: ask for one of its fields, as `item.busy`, `item.stopped` or `item.large`");
    says("hello", "did you mean `hellos`?");
    project.replace("program.plg", "  step    hello\n", "  step    hello  via mail\n");
    project.replace(
        "program.plg",
        "destination lists",
        "channel mail of item { cap 1 per 1 day }\n\ndestination lists",
    );
    says("mail", "`mail` is a channel: ask for a step through it, as `care.hello`");
    let meant = |name: &str| project.call(&format!("lineage {name}")).is(0, &["app.items.size"]).out;
    assert_eq!(meant("care.hello"), meant("mail"), "the one step through it");
    assert_eq!(meant("care.hello"), meant("item.care__hello"));
    assert_eq!(meant("item.care.small"), meant("care.small"));
    assert_eq!(meant("item.care"), meant("care"));
    assert!(meant("care").contains("item.care__entered_at"));
    project.call("lineage rest").is(0, &["rest", "item.busy", "app.items.busy_until"]);
    project.call("lineage care.smal").is(2, &["unknown-lineage-field", "did you mean `care.small`?"]);
}
