//! What policies hold back in a simulation: told of each row with why, until when and what became of it, and counted of all rows.

use super::lines;
use crate::support::project::Project;

/// Rows and firings that wait for a policy of their own (until some time, for ever), and for one over a link.
pub const GATED: &str = "source app.items { id text; size int; busy_until timestamp?; blocked bool; owner_id text? }

source app.people { id text; quiet bool }

entity person from app.people { key id }

entity item from app.items {
  key   id
  link  owner -> person on owner_id
}

trait busy of item = busy_until > now
trait stopped of item = blocked
trait silent of person = quiet

audience large of item where size > 10

sequence care of large {
  start   all
  exit    when size > 100 or done
  step    hello
  step    call  due hello.sent + 1 day  until hello + 3 days
  branch  gift  due hello + 1 day {
    step  big    when size > 20
    step  small  otherwise
  }
}

destination lists = jsonl

policy rest of item: never to lists where busy or stopped
policy quiet of person: never to lists where silent

sync hellos from care.hello to lists.hellos { set size = size }
sync calls from care.call to lists.calls { set size = size }
sync rows from large to lists.rows {
  match  id = id
  set    size = size
  leave  delete
}
sync vips from large where size > 20 to lists.vips {
  match   id = id
  set     size = size
  leave   delete
  exempt  quiet because 'they asked'
}
";

/// The program with its rows.
pub fn gated(engine: &str) -> Project {
    let sends = "deliver = true\nevery = \"12 hours\"\n[targets.dev.destinations.lists]\nfolder = \"out\"\n";
    let project = Project::new(engine, GATED, sends);
    project.write(
        "data/app.items.csv",
        "id,size,busy_until,blocked,owner_id\na,11,2026-01-02T12:00:00Z,false,\nb,25,,false,p1\nc,12,,true,\n\
         d,13,,false,p2\ne,3,,true,\n-5,30,,false,\n",
    );
    project.write("data/app.people.csv", "id,quiet\np1,false\np2,true\n");
    project
}

const CALL: &str = "simulate --days 5 --from 2026-01-01";

#[test]
fn a_row_says_which_policy_holds_it_back_and_until_when() {
    let project = gated("sqlite");
    let of = |key: &str| lines(&project, &format!("{CALL} care rows --member {key}"));
    let of_a = [
        "2026-01-01T00:00Z  care entered, entry 1",
        "                   care.hello fired",
        "                   care.hello not sent: sync hellos, policy rest forbids it where busy or stopped, here busy",
        "                   sync rows waits: policy rest forbids it where busy or stopped, here busy",
        "2026-01-02T00:00Z  care.gift: small",
        "                   care.small fired",
        "2026-01-02T12:00Z  sync rows no longer waits for policy rest",
        "                   care.hello sent: sync hellos",
        "2026-01-03T12:00Z  care.call fired",
        "                   care.call sent: sync calls",
        "2026-01-04T00:00Z  care exited, entry 1: exit when size > 100 or done; it was done",
    ];
    assert_eq!(of("a"), of_a);
    // Over a link, and for ever: the entry closes, and with it what was never sent.
    let of_d = [
        "2026-01-01T00:00Z  care entered, entry 1",
        "                   care.hello fired",
        "                   care.hello not sent: sync hellos, policy quiet of owner forbids it where silent",
        "                   sync rows waits: policy quiet of owner forbids it where silent",
        "2026-01-02T00:00Z  care.gift: small",
        "                   care.small fired",
        "2026-01-04T00:00Z  care.call expired: until hello + 3 days",
        "2026-01-04T12:00Z  care exited, entry 1: exit when size > 100 or done; it was done",
        "2026-01-05T00:00Z  care.hello is never sent: its entry has closed while policy quiet held it back",
        "in the end: sync rows waits: policy quiet of owner forbids it where silent",
    ];
    assert_eq!(of("d"), of_d);
    let early = lines(&project, "simulate care --days 1 --from 2026-01-01 --member c");
    let last =
        "in the end: care.hello, entry 1, is not sent: sync hellos, policy rest forbids it where busy or stopped";
    assert_eq!(early.last().map(String::as_str), Some(last));
    // Whom nothing forbids, under a key that looks like an option.
    let of_b = lines(&project, &format!("{CALL} --member -5"));
    assert!(of_b.iter().any(|line| line.ends_with("care.hello sent: sync hellos")), "{of_b:#?}");
    assert!(!of_b.iter().any(|line| line.contains("policy")), "{of_b:#?}");
}

#[test]
fn a_step_that_expires_while_a_policy_holds_it_back_says_so() {
    let project = gated("sqlite");
    project.replace("program.plg", "  step    hello\n", "  step    hello  until entered_at + 1 day\n");
    let found = lines(&project, &format!("{CALL} care --member c"));
    let wanted = "2026-01-02T00:00Z  care.gift: small";
    let at = found.iter().position(|line| line == wanted).unwrap_or_else(|| panic!("{found:#?}"));
    let told = "care.hello is never sent: it has expired while policy rest held it back";
    assert!(found.iter().skip(at).any(|line| line.ends_with(told)), "{found:#?}");
}

#[test]
fn what_policies_held_back_is_counted() {
    let project = gated("sqlite");
    let found = lines(&project, CALL);
    for wanted in [
        "  policy quiet held back 1 firing of care.hello from sync hellos: sent later 0, never 1, waiting in the end 0",
        "  policy rest held back 2 firings of care.hello from sync hellos: sent later 1, never 1, waiting in the end 0",
        "sync rows",
        "  policy quiet held back 1 row, 1 in the end",
        "  policy rest held back 2 rows, 1 in the end",
    ] {
        assert!(found.iter().any(|line| line == wanted), "{wanted:?} is not in {found:#?}");
    }
    assert!(!lines(&project, &format!("{CALL} item.large")).iter().any(|line| line.contains("policy")));
    let json = super::json(&project, &format!("{CALL} --format json"));
    let of_hello = serde_json::json!({
        "policy": "rest", "sync": "hellos", "step": "care.hello", "withheld": 2, "sent": 1, "waiting_at_end": 0
    });
    let of_rows = serde_json::json!({
        "policy": "quiet", "sync": "rows", "step": null, "withheld": 1, "sent": null, "waiting_at_end": 1
    });
    let policies = json["policies"].as_array().unwrap();
    assert!(policies.contains(&of_hello) && policies.contains(&of_rows), "{policies:#?}");
    let json = super::json(&project, &format!("{CALL} --member a --format json"));
    let told: Vec<_> = json["happened"].as_array().unwrap().iter().filter(|it| !it["policy"].is_null()).collect();
    assert_eq!(
        (&told[0]["what"], &told[0]["policy"], &told[0]["sync"]),
        (&"withheld".into(), &"rest".into(), &"hellos".into())
    );
    assert_eq!((&told[2]["what"], &told[2]["of"]), (&"freed".into(), &"rows".into()));
    let json = super::json(&project, &format!("{CALL} --member d --format json"));
    assert_eq!(
        json["withheld_at_end"],
        serde_json::json!([{ "of": "rows", "entry": null, "sync": "rows", "policy": "quiet" }])
    );
    let told: Vec<_> = json["happened"].as_array().unwrap().iter().filter(|it| it["what"] == "never_sent").collect();
    assert_eq!(told.len(), 1, "{json:#}");
}
