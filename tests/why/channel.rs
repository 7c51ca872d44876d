//! Asks `plgc why` of steps through a channel, of steps that an edit passed over, and of rows that wait to enter again.

use super::says;
use crate::support::project::Project;

const PROGRAM: &str = "source app.people { id text }

source app.items { id text; person text?; size int }

entity person from app.people { key id }

entity item from app.items {
  key   id
  link  owner -> person on person
}

channel mail of person {
  cap     1 per 3 hours
  order   care, tips
  during  daily 09:00-20:00
}

sequence care of item {
  start  all
  exit   when size > 100
  again  after 2 hours at most 2
  step   hello  via mail(owner)  until entered_at + 8 hours
}

sequence tips of item {
  start  all
  step   tip  via mail(owner)  when size > 5
}
";

fn project(engine: &str) -> Project {
    let project = Project::new(engine, PROGRAM, "");
    project.write("data/app.people.csv", "id\np1\n");
    project.write("data/app.items.csv", "id,person,size\na,p1,11\nb,p1,12\nc,,7\n");
    project
}

/// Who reaches nobody, who waits for the window, for the cap, and for its turn.
fn explains(engine: &str) {
    let project = project(engine);
    project.run(8);
    says(
        &project,
        "why care.hello a",
        &[
            "item.care.hello of a is null, in a run at 2026-01-01T08:00Z",
            "  ✓ care.active",
            "  ✓ before until entered_at + 8 hours  (value = 2026-01-01T16:00Z, entered_at = 2026-01-01T08:00Z)",
            "  ✓ via mail(owner)  (person = p1)",
            "  ✗ mail during daily 09:00-20:00  (now = 2026-01-01T08:00Z)",
            "  ✓ cap 1 per 3 hours  (counting = 0)",
        ],
    );
    project.run(9);
    says(
        &project,
        "why care.hello b",
        &[
            "item.care.hello of b is null, in a run at 2026-01-01T09:00Z",
            "  ✓ care.active",
            "  ✓ before until entered_at + 8 hours  (value = 2026-01-01T16:00Z, entered_at = 2026-01-01T08:00Z)",
            "  ✓ via mail(owner)  (person = p1)",
            "  ✓ mail during daily 09:00-20:00  (now = 2026-01-01T09:00Z)",
            "  ✓ cap 1 per 3 hours  (counting = 0)",
            "  ✗ its turn: the order of the channel, the steps', then by key  (free = 1, ahead = 1: care.hello of a)",
        ],
    );
    says(
        &project,
        "why tips.tip c",
        &[
            "item.tips.tip of c is null, in a run at 2026-01-01T09:00Z",
            "  ✓ tips.active",
            "  ✓ size > 5  (size = 7)",
            "  ✗ via mail(owner): the path has no row",
        ],
    );
    says(
        &project,
        "why care.hello b --as-of 2026-01-01T10:30Z",
        &[
            "item.care.hello of b is null, in a run at 2026-01-01T10:30Z",
            "  ✓ care.active",
            "  ✓ before until entered_at + 8 hours  (value = 2026-01-01T16:00Z, entered_at = 2026-01-01T08:00Z)",
            "  ✓ via mail(owner)  (person = p1)",
            "  ✓ mail during daily 09:00-20:00  (now = 2026-01-01T10:30Z)",
            "  ✗ cap 1 per 3 hours  (counting = 1: care.hello of a at 2026-01-01T09:00Z, free again = 2026-01-01T12:00Z)",
        ],
    );
    let later = project.call("why care.hello b --as-of 2026-01-01T12:00Z");
    later.is(0, &["item.care.hello of b is 2026-01-01T12:00Z", "✓ cap 1 per 3 hours (counting = 0)"]);
    project
        .call("why care.hello b --as-of 2026-01-01T16:00Z")
        .is(0, &["is null", "✗ before until entered_at + 8 hours"]);
    // What has happened says when, and nothing else.
    says(
        &project,
        "why care.hello a --as-of 2026-01-01T10:00Z",
        &[
            "item.care.hello of a is 2026-01-01T09:00Z, in a run at 2026-01-01T10:00Z",
            "  ✓ happened in an earlier run of this entry  (at = 2026-01-01T09:00Z)",
        ],
    );
}

#[test]
fn a_channel_is_explained_on_sqlite() {
    explains("sqlite");
}

#[test]
fn a_channel_is_explained_on_postgres() {
    explains("postgres");
}

#[test]
fn a_channel_is_explained_on_duckdb() {
    explains("duckdb");
}

#[test]
fn a_step_that_an_edit_passed_over_says_so() {
    let project = project("sqlite");
    project.run(9);
    project.replace(
        "program.plg",
        "when size > 5\n",
        "when size > 5\n  step   late_one  due tip + 1 hour\n  step   new\n",
    );
    project.run(11);
    project.call("why tips.new a").is(
        0,
        &["✗ not skipped by an edit: it was due in an open entry before the first run that had it (first run = \
             2026-01-01T11:00Z)"],
    );
    project.call("why tips.late_one a").is(0, &["is null", "✗ due tip + 1 hour"]);
    says(
        &project,
        "why tips.done a",
        &[
            "item.tips.done of a is false, in a run at 2026-01-01T11:00Z",
            "  ✓ tips.active",
            "  ✗ tips.tip  (at = null)",
            "  ✗ tips.late_one  (at = null)",
            "  ✓ tips.new: skipped by an edit",
        ],
    );
}

#[test]
fn who_waits_to_enter_again_says_until_when() {
    let project = project("sqlite");
    project.run(9);
    project.replace("data/app.items.csv", "a,p1,11", "a,p1,101");
    project.run(10);
    project.replace("data/app.items.csv", "a,p1,101", "a,p1,11");
    project.run(11);
    says(
        &project,
        "why care.active a",
        &[
            "item.care.active of a is false, in a run at 2026-01-01T11:00Z",
            "  ✗ open after the run before  (entry = 1, exited_at = 2026-01-01T10:00Z, cause = exit)",
            "  ✓ a row of item, since 2026-01-01T09:00Z",
            "  ✗ again after 2 hours  (from = 2026-01-01T12:00Z)",
            "  ✓ again at most 2  (entries = 1)",
            "  ✗ exit when size > 100  (size = 11)",
            "if only time passes: true from 2026-01-01T12:00Z on",
        ],
    );
}
