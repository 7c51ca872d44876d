//! A policy is asked in the run that sends: also of what an earlier run was killed before sending, of what a destination has
//! refused, and of what was to be sent before the policy was there.

use plgc::diagnostics::Diagnostics;
use plgc::manifest::Manifest;
use plgc::program::Options;
use plgc::source::Sources;

use crate::support::banners::World;
use crate::support::child;
use crate::support::receiver::Receiver;

const START: i64 = 1_767_225_600; // 2026-01-01T00:00Z
const HOUR: i64 = 3600;

const PROGRAM: &str = "source app.workspaces { id text; plan text?; seats int }

entity workspace from app.workspaces { key id; guard loses <= 100% }

audience big of workspace where seats > 10

destination product = SYSTEM

sync banners from big to product.banners {
  match  id = id
  set    seats = seats
  leave  delete
}
";

const POLICY: &str = "\npolicy hands_off of workspace: never to product where plan = 'sales'\n";

fn compiled(system: &str, policy: &str) -> Manifest {
    let mut sources = Sources::default();
    sources.add("program.plg", format!("{}{policy}", PROGRAM.replace("SYSTEM", system))).unwrap();
    let mut mistakes = Diagnostics::default();
    let dialect = plgc::dialect::find("sqlite").unwrap();
    let manifest = plgc::compile(&sources, &Options::default(), dialect, &mut mistakes);
    manifest.unwrap_or_else(|| panic!("{:?}", mistakes.finish().iter().map(ToString::to_string).collect::<Vec<_>>()))
}

fn files(policy: &str) -> World {
    World::of("sqlite", compiled("jsonl", policy), &[("folder", "FOLDER/out")])
}

/// What has arrived: op and key of each line.
fn arrived(world: &World) -> Vec<String> {
    let text = std::fs::read_to_string(world.path("out/banners.jsonl")).unwrap_or_default();
    let line = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("{} {}", line["op"].as_str().unwrap(), line["key"].as_str().unwrap())
    };
    text.lines().map(line).collect()
}

#[test]
fn what_a_killed_run_has_not_sent_is_asked_again() {
    for point in ["commit:1", "views:1", "outbox `banners`:1", "gated `banners`:1", "batch `banners`:1"] {
        let world = files(POLICY);
        world.workspaces("w1,,12,\nw2,,15,\n");
        child::kill_at(&world, START, point);
        assert_eq!(arrived(&world), [""; 0], "{point}");
        world.workspaces("w1,sales,12,\nw2,,15,\n");
        let outcome = world.run(START + HOUR).unwrap();
        assert_eq!(arrived(&world), ["create w2"], "{point}: {outcome:?}");
        assert!(outcome.is_clean(), "{point}: {outcome:?}");
        world.workspaces("w1,,12,\nw2,sales,15,\n");
        world.run(START + 2 * HOUR).unwrap();
        assert_eq!(arrived(&world), ["create w2", "create w1"], "{point}: w2 needs no change");
    }
}

#[test]
fn what_a_killed_run_has_not_sent_is_sent_at_its_own_instant() {
    let world = files(POLICY);
    world.workspaces("w1,sales,12,\nw2,,15,\n");
    child::kill_at(&world, START, "batch `banners`:1");
    assert!(world.run(START).unwrap().is_clean());
    assert_eq!(arrived(&world), ["create w2"]);
}

#[test]
fn what_has_left_is_removed_whatever_the_policy_says() {
    let world = files(POLICY);
    world.workspaces("w1,,12,\nw2,,15,\nw3,sales,15,\n");
    world.run(START).unwrap();
    world.workspaces("w1,sales,2,\nw2,sales,15,\nw3,sales,1,\n");
    child::kill_at(&world, START + HOUR, "outbox `banners`:1");
    world.run(START + 2 * HOUR).unwrap();
    assert_eq!(arrived(&world), ["create w1", "create w2", "delete w1"]);
}

#[test]
fn a_new_policy_holds_for_what_an_earlier_program_has_not_sent() {
    for later in [0, HOUR] {
        let mut world = files("");
        world.workspaces("w1,sales,12,\nw2,,15,\n");
        child::kill_at(&world, START, "outbox `banners`:1");
        world.manifest = compiled("jsonl", POLICY);
        world.run(START + later).unwrap();
        world.run(START + 2 * HOUR).unwrap();
        assert_eq!(arrived(&world), ["create w2"], "{later} seconds later");
    }
}

#[test]
fn a_refused_row_is_asked_again_before_it_is_sent_again() {
    let receiver = Receiver::start(|_, before| if before == 0 { (422, "", "not yet") } else { (204, "", "") });
    let secret = ("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let world = World::of("sqlite", compiled("webhook", POLICY), &[("url", receiver.url.as_str()), secret]);
    world.workspaces("w1,,12,\n");
    assert_eq!(world.run(START).unwrap().syncs[0].rejected, 1);
    world.workspaces("w1,sales,12,\n");
    let gated = world.run(START + HOUR).unwrap();
    assert_eq!((gated.syncs[0].gated[0].rows, receiver.seen().len()), (1, 1), "{gated:?}");
    world.workspaces("w1,,12,\n");
    let sent = world.run(START + 2 * HOUR).unwrap();
    assert_eq!((sent.syncs[0].created, receiver.seen().len()), (1, 2), "{sent:?}");
}

const SEQUENCE: &str = "
sequence upsell of big {
  start  all
  exit   when done

  step email
}

sync mails from upsell.email to product.mails { set seats = seats }
";

/// What has arrived of firings.
fn mails(world: &World) -> Vec<String> {
    let text = std::fs::read_to_string(world.path("out/mails.jsonl")).unwrap_or_default();
    let line = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("{} {}", line["key"].as_str().unwrap(), line["fields"]["seats"])
    };
    text.lines().map(line).collect()
}

#[test]
fn a_firing_of_a_killed_run_is_asked_again_while_its_entry_is_open() {
    for point in ["views:1", "outbox `mails`:1", "gated `mails`:1", "batch `mails`:1"] {
        let world = files(&format!("{SEQUENCE}{POLICY}"));
        world.workspaces("w1,,12,\nw2,,15,\nw3,,15,\n");
        child::kill_at(&world, START, point);
        assert_eq!(mails(&world), [""; 0], "{point}");
        // All are done, and their entries close here: this is the last run that sends what is left of them.
        world.workspaces("w1,sales,12,\nw2,,16,\nw3,,5,\n");
        world.run(START + HOUR).unwrap();
        assert_eq!(mails(&world), ["upsell.email/w2/1 16"], "{point}: w3 has left");
        world.workspaces("w1,,12,\nw2,,16,\nw3,,15,\n");
        world.run(START + 2 * HOUR).unwrap();
        assert_eq!(mails(&world), ["upsell.email/w2/1 16"], "{point}: the entry of w1 was closed by then");
    }
}

#[test]
fn what_is_sent_again_at_the_same_instant_heeds_an_edited_policy() {
    let strict = POLICY.replace("plan = 'sales'", "plan = 'sales' or seats > 14");
    for (edit, sent) in [(POLICY, ["create w2"].as_slice()), (strict.as_str(), &[])] {
        let mut world = files(POLICY);
        world.workspaces("w1,sales,12,\nw2,,15,\n");
        child::kill_at(&world, START, "batch `banners`:1");
        world.manifest = compiled("jsonl", edit);
        let outcome = world.run(START).unwrap();
        assert_eq!(arrived(&world), sent, "{outcome:?}");
        assert_eq!(outcome.notices.iter().any(|it| it.contains("in the next run")), sent.is_empty(), "{outcome:?}");
        world.run(START + HOUR).unwrap();
        assert_eq!(arrived(&world), sent);
    }
}
