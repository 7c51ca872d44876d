#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at the first surprise")]
//! Takes small programs as text and asserts what is proved of their audiences, and what is left unknown.

use super::*;
use crate::diagnostics::Diagnostics;
use crate::program::{Options, analyze};
use crate::source::Sources;
use crate::syntax;

const PROGRAM: &str = "
source app.things {
  id     text
  n      int
  m      int?
  d      decimal(8, 2)
  x      float?
  flag   bool?
  plan   enum(free, pro, team)
  word   text?
  made   timestamp
  boss   text?
}
source app.raw as sql $$ select id, n from app.things $$ { id text; n int }
entity raw from app.raw { key id }
entity thing from app.things where n < 1300 {
  key   id
  link  owner -> thing on boss as staff
  link  twin -> raw on id
}
audience many of thing where n > 10
status size of thing {
  large   when n > 10
  middle  when n > 5
  small   otherwise
}
";

/// The program with audiences `a0`, `a1`, … of things on these conditions.
fn program(conditions: &[&str]) -> Program {
    let audiences = conditions.iter().enumerate().map(|(n, it)| format!("audience a{n} of thing as t where {it}\n"));
    let mut sources = Sources::default();
    sources.add("program.plg", PROGRAM.to_owned() + &audiences.collect::<String>()).expect("a text");
    let mut diags = Diagnostics::default();
    let files: Vec<_> = sources.files().iter().map(|file| syntax::parse(file, &mut diags)).collect();
    let program = analyze(&files, &sources, &Options::default(), &mut diags);
    assert!(!diags.has_errors(), "{conditions:?}: {:?}", diags.finish());
    program
}

fn named(program: &Program, name: &str) -> (EntityId, FieldId) {
    let place = program.fields.iter().position(|field| field.name == name).expect("a field");
    (program.fields[place].entity, FieldId(place as u32))
}

fn can_be(condition: &str) -> Answer {
    let program = program(&[condition]);
    let (entity, id) = named(&program, "a0");
    let mut prover = Prover::new(&program);
    let node = prover.is_in(id);
    prover.satisfiable(entity, node)
}

fn implied(condition: &str, other: &str) -> Proof {
    let program = program(&[condition, other]);
    let ((entity, one), (_, other)) = (named(&program, "a0"), named(&program, "a1"));
    let mut prover = Prover::new(&program);
    let (one, other) = (prover.is_in(one), prover.is_in(other));
    prover.implies(entity, one, other)
}

#[test]
fn what_excludes_itself_can_hold_nowhere() {
    for condition in [
        "n > 3 and n < 4",
        "n = 1300",
        "n + 1 > 4 and 2 - n >= -1",
        "n < m and m < n",
        "m != 3 and m = 3",
        "m is null and m <= 3",
        "d > 1.50 and d < 1.51",
        "x > 1.5 and not (x >= 1.0)",
        "plan != free and plan not in (pro, team)",
        "word = 'a' and word in ('b', 'c')",
        "flag and flag = false",
        "many and n <= 10",
        "size = small and many",
        "size = middle and n = 5",
        "made within 3 days and made < now - 4 days",
        "made + 3 days <= now and made within 2 days",
        "many.since > now",
        "many.since is not null and n < 5",
        "coalesce(m, 0) > 3 and m is null",
        "case { 1 when n > 3; 2 otherwise } = 2 and n = 4",
        "earliest(made, now - 1 day) > now",
        "owner is null and owner.n > 3",
        "owner.many and owner.n = 9",
        "owner is not null and boss is null",
        "owner.id = 'a' and boss != 'a'",
        "owner is not null and owner.n = 1300",
        "count(staff) < 0",
        "any(staff where n > 5) and none(staff where n > 3)",
        "count(staff where plan = pro) > count(staff)",
        "any(staff where n > 3) and none(staff as s where s.n > 3)",
        "n / 2 > 3 and n / 2 < 2",
        "rank(n) < 1",
    ] {
        assert_eq!(can_be(condition), Answer::No, "{condition}");
    }
}

#[test]
fn what_can_hold_has_a_row_or_is_unknown() {
    for (condition, row) in [
        ("n > 10", "n = 11"),
        ("n > 12 and n < 15", "n = 13"),
        ("m is null", "n = 0, m = null"),
        ("d > 1.50 and d <= 1.51", "n = 0, d = 1.51"),
        ("plan not in (free, pro)", "n = 0, plan = team"),
        ("word is not null and word != 'other'", "n = 0, word = 'other 1'"),
        ("size = middle", "n = 6"),
        ("made within 3 days", "n = 0, made = now"),
        ("made + 3 days < now", "n = 0, made = now - 259200.000001 seconds"),
    ] {
        match can_be(condition) {
            Answer::Yes(witness) => assert_eq!(witness.to_string(), row, "{condition}"),
            other => panic!("{condition}: {other:?}"),
        }
    }
    for condition in ["count(staff) > 3", "owner.n = 3", "lower(word) = 'a'", "many.since < now"] {
        assert_eq!(can_be(condition), Answer::Unknown, "{condition}");
    }
}

#[test]
fn one_condition_implies_another() {
    for (one, other) in [
        ("n > 4", "n >= 5"),
        ("size = large", "many"),
        ("not many", "n <= 10"),
        ("plan = pro", "plan != free"),
        ("made within 3 days", "made within 5 days"),
        ("owner.plan = pro", "owner is not null"),
        ("count(staff) > 3", "any(staff)"),
        ("any(staff where made within 3 days)", "any(staff where made within 5 days and made <= now)"),
        ("none(staff where many)", "none(staff where size = large and plan = pro)"),
        ("many.since + 14 days <= now", "many"),
        ("n > 3 or n > 5", "n > 3"),
    ] {
        assert_eq!(implied(one, other), Proof::Proved, "{one}, {other}");
    }
    for (one, other) in [("n >= 5", "n > 5"), ("not (m > 3)", "m <= 3"), ("plan != free", "plan = pro")] {
        assert!(matches!(implied(one, other), Proof::Refuted(_)), "{one}, {other}");
    }
    for (one, other) in [("twin.n > 5", "twin.n > 4"), ("count(staff) > 3", "n > 3")] {
        assert_eq!(implied(one, other), Proof::Unknown, "{one}, {other}");
    }
}

#[test]
fn a_deep_chain_is_followed() {
    let chain: Vec<String> =
        (0..400).map(|n| if n == 0 { "n > 3".to_owned() } else { format!("a{}", n - 1) }).collect();
    let chain: Vec<&str> = chain.iter().map(String::as_str).chain(["a399 and n < 2"]).collect();
    let program = program(&chain);
    let (entity, id) = named(&program, "a400");
    let mut prover = Prover::new(&program);
    let node = prover.is_in(id);
    assert_eq!(prover.satisfiable(entity, node), Answer::No);
}
