//! The layout of hostile files: nothing is lost, nothing changes its meaning, and a second time changes nothing.

use crate::source::Sources;
use crate::syntax::tests::{SAMPLE, parse};

fn format(text: &str) -> Option<String> {
    let mut sources = Sources::default();
    sources.add("a.plg", text).unwrap();
    super::format(&sources.files()[0]).ok()
}

/// Formats a file without mistakes; checks what must hold of every one.
fn check(text: &str) -> String {
    let refused = || {
        let mut sources = Sources::default();
        sources.add("a.plg", text).unwrap();
        let tree = crate::syntax::parse(&sources.files()[0], &mut crate::diagnostics::Diagnostics::default());
        panic!("refused:\n{text}\n--- as ---\n{}", super::print(&sources.files()[0], &tree))
    };
    let once = format(text).unwrap_or_else(refused);
    let twice = format(&once).unwrap_or_else(|| panic!("refused again: {once}"));
    assert_eq!(once, twice, "not idempotent for:\n{text}");
    let comments = |text: &str| parse(text).0.comments.len();
    assert_eq!(comments(text), comments(&once));
    once
}

#[test]
fn a_text_that_means_something_else_is_refused() {
    let text = "audience big of item where size > 1 // why\n";
    let mut sources = Sources::default();
    sources.add("a.plg", text).unwrap();
    let file = &sources.files()[0];
    let tree = crate::syntax::parse(file, &mut crate::diagnostics::Diagnostics::default());
    assert_eq!(super::sound(file, &tree, text.to_owned()).ok().as_deref(), Some(text));
    for other in [text.replace('1', "2"), text.replace(" // why", ""), text.replace("where", "wherever"), String::new()]
    {
        let said = super::sound(file, &tree, other).unwrap_err().finish();
        let codes: Vec<String> = said.iter().map(|it| crate::diagnostics::code(it.as_ref())).collect();
        assert_eq!(codes, ["fmt-unsound"]);
    }
}

#[test]
fn the_sample_keeps_its_comments() {
    let out = check(SAMPLE);
    assert_eq!(SAMPLE.matches("//").count(), out.matches("//").count());
}

#[test]
fn comments_in_hostile_places_stay() {
    let out = check(HOSTILE);
    for at in 1..=22 {
        assert!(out.contains(&format!("c{at};")), "c{at} is lost:\n{out}");
    }
}

const HOSTILE: &str = "\u{feff}// c1;\r\n// c2;\r
/// documents\r
// c3;
source a.b { // c4;
id text // c5;
/// a column
// c6;
  name text? ;; // c7;


  // c8;

  // c9;
} // c10;
let x = 1 // c11;
  + // c12;
  2
trait t of b as w
  // c13;
  = case { // c14;
   'a' when x = 1 // c15;
   // c16;
   'b' otherwise // c17;
   // c18;
  }
audience u of b where (a // c19;
  and b) or /// c20;
  /// c21;
  c
trait v of b = 1
// c22;";

#[test]
fn every_mutation_that_parses_can_be_laid_out() {
    const SIGNS: &[&str] = &["\n", " // c\n", "\n// c\n", "\n/// d\n", "\n\n", " ", "\r\n", "\t", "not ", "("];
    let mut laid_out = 0;
    for (count, (at, _)) in SAMPLE.char_indices().step_by(41).enumerate() {
        let sign = SIGNS[count % SIGNS.len()];
        let text = format!("{}{sign}{}", &SAMPLE[..at], &SAMPLE[at..]);
        let errors = parse(&text).1.iter().any(|found| !found.contains("idle-doc"));
        if !errors {
            laid_out += 1;
            check(&text);
        }
    }
    assert!(laid_out > 25, "{laid_out}");
}

#[test]
fn long_lines_break_before_their_operators() {
    let long = "seats_used > seats_limit and ".repeat(6);
    let out = check(&format!("audience a of b where {long}(x = 1 or {long}y) until z\n"));
    assert!(out.lines().all(|line| line.len() <= 120), "{out}");
    assert!(out.contains("\n  where seats_used > seats_limit\n    and seats_used"), "{out}");
    let out = check(&format!("trait a of b = {long} x\n"));
    assert!(out.starts_with("trait a of b =\n  seats_used > seats_limit\n  and "), "{out}");
    let out = check(&format!(
        "sync a from b where {long} x to c.d {{ match a = b }}\nentity a from b.c where {long} x {{\n key id }}"
    ));
    assert!(out.contains("\n  to c.d {\n  match  a = b\n}\n"), "{out}");
    assert!(out.contains("\n    and x {\n  key  id\n}\n"), "{out}");
    let out = check(&format!("status a of b {{\n a when {long} x until {long} y; b otherwise }}"));
    assert!(out.contains("\n  a\n    when seats_used > seats_limit\n      and "), "{out}");
}

#[test]
fn parentheses_that_are_needed_or_explain_stay() {
    for (text, expected) in [
        ("((a))", "a"),
        ("(a and b) or c", "(a and b) or c"),
        ("a and b or c", "a and b or c"),
        ("a and (b or c)", "a and (b or c)"),
        ("not (a = b)", "not (a = b)"),
        ("a = (not b)", "a = (not b)"),
        ("a - (b - c) - -d", "a - (b - c) - -d"),
        ("(a + b) * c / (d)", "(a + b) * c / d"),
        ("(a within 3 days) = b", "(a within 3 days) = b"),
        ("a within 60 days .. 30 days after (b + 1 day)", "a within 60 days .. 30 days after (b + 1 day)"),
        ("any( s  as x where x.a=b )", "any(s as x where x.a = b)"),
        ("pick(a from s where b by c desc , d).e.f", "pick(a from s where b by c desc, d).e.f"),
        ("rank(x desc per y, z among w)", "rank(x desc per y, z among w)"),
        ("x not in ('it''s', \"odd \"\" one\", null)", "x not in ('it''s', \"odd \"\" one\", null)"),
        ("'two\n lines' = @2026-01-15T09:00Z", "'two\n lines' = @2026-01-15T09:00Z"),
        ("case{a when b;c otherwise}", "case { a when b; c otherwise }"),
    ] {
        assert_eq!(check(&format!("trait t of u = {text}")), format!("trait t of u = {expected}\n"));
    }
}

#[test]
fn comments_stay_beside_what_they_stand_beside() {
    let text =
        "audience big of user where ( // p\n  size > 2 // q\n)\n\n/// Doc.\naudience small of user where size < 2\n";
    let said =
        "audience big of user  // p\n  where size > 2      // q\n\n/// Doc.\naudience small of user where size < 2\n";
    assert_eq!(check(text), said);
    let text = "status s of user {\n  a when size > 5\n  b otherwise\n  moves a -> b, // m1\n    b -> a // m2\n}\n";
    let said = "status s of user {\n  a      when size > 5\n  b      otherwise\n  moves  a -> b,  // m1\n         b -> a   // m2\n}\n";
    assert_eq!(check(text), said);
    let text = "sync s from user to out.x {\n  match id = id\n  set plan = plan, // p\n    name = name // n\n  leave set plan = 1, // l\n name = null\n}\n";
    let said = "sync s from user to out.x {\n  match  id = id\n  set    plan = plan,   // p\n         name = name    // n\n  leave  set plan = 1,  // l\n             name = null\n}\n";
    assert_eq!(check(text), said);
    let text =
        "experiment e of user {\n  arms a 50%, // a\n   b 50% // b\n  rollout 20%, // r\n 60% from @2026-03-15\n}\n";
    let said = "experiment e of user {\n  arms     a 50%,  // a\n           b 50%   // b\n  rollout  20%,    // r\n           60% from @2026-03-15\n}\n";
    assert_eq!(check(text), said);
}
