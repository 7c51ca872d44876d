//! Whole files through the parser: what is right parses without a word, what is wrong is said once and in its place,
//! and nothing panics, overflows or takes for ever.

use crate::diagnostics::{self, Diagnostics};
use crate::source::Sources;
use crate::syntax::ast;

/// The sample of the language's definition, in the parts that this version has.
pub(super) const SAMPLE: &str = include_str!("sample.plg");

/// Parses a text; each mistake as `line:column code: message`.
pub(super) fn parse(text: &str) -> (ast::File, Vec<String>) {
    let mut sources = Sources::default();
    sources.add("before.plg", "something before").unwrap();
    let at = sources.add("a.plg", text).unwrap();
    let mut diagnostics = Diagnostics::default();
    let file = super::parse(&sources.files()[at], &mut diagnostics);
    let found = diagnostics.finish();
    let lines = found.iter().map(|item| {
        let span = diagnostics::primary(item.as_ref()).unwrap();
        let place = sources.place(span.start);
        let help = item.help().map(|help| format!(" | {help}")).unwrap_or_default();
        format!(
            "{}:{} {}: {item} [{}]{help}",
            place.line,
            place.column,
            diagnostics::code(item.as_ref()),
            sources.text(span)
        )
    });
    (file, lines.collect())
}

#[test]
fn the_sample_parses() {
    let (file, found) = parse(SAMPLE);
    assert_eq!(found, Vec::<String>::new());
    assert!(file.declarations.len() > 20);
}

#[test]
fn every_prefix_has_a_tree() {
    for (end, _) in SAMPLE.char_indices().step_by(17) {
        let (file, _) = parse(&SAMPLE[..end]);
        assert!(file.declarations.len() <= 60);
    }
}

#[test]
fn every_mutation_has_a_tree_and_places_within_the_file() {
    const SIGNS: &[&str] =
        &["(", ")", "{", "}", "'", "\"", "$$", "\n", ";", ",", "not ", "=", "é", "\u{0}", "/", "///", "@", "%"];
    for (count, (at, _)) in SAMPLE.char_indices().step_by(37).enumerate() {
        let sign = SIGNS[count % SIGNS.len()];
        parse(&format!("{}{sign}{}", &SAMPLE[..at], &SAMPLE[at..]));
        let rest: String = SAMPLE[at..].chars().skip(1 + count % 5).collect();
        parse(&format!("{}{rest}", &SAMPLE[..at]));
    }
}

#[test]
fn ten_thousand_levels_are_one_error() {
    for (open, close) in
        [("(", ")"), ("case { ", " otherwise }"), ("lower(", ")"), ("any(x where ", ")"), ("a in (", ")")]
    {
        let text = format!("trait x of y = {}1{}\ntrait z of y = 1\n", open.repeat(10_000), close.repeat(10_000));
        let (file, found) = parse(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("too-deep"), "{found:?}");
        assert_eq!(file.declarations.len(), 2);
        let (_, found) = parse(&text[..40_000.min(text.len())]);
        assert!(found.len() <= 2, "{found:?}");
    }
}

#[test]
fn what_is_just_not_too_deep_parses() {
    for (open, close) in [("(", ")"), ("lower(", ")"), ("any(x where ", ")"), ("a in (", ")"), ("1 + (", ")")] {
        let levels = 60;
        let (_, found) = parse(&format!("let x = {}1{}", open.repeat(levels), close.repeat(levels)));
        assert_eq!(found, Vec::<String>::new());
    }
}

#[test]
fn long_chains_do_not_overflow() {
    let chain = |sign: &str| format!("trait x of y = a{}", format!(" {sign} a").repeat(20_000));
    assert_eq!(parse(&chain("or")).1, Vec::<String>::new());
    assert_eq!(parse(&chain("and")).1, Vec::<String>::new());
    for text in [
        chain("+"),
        chain("*"),
        format!("trait x of y = {} a", "not ".repeat(20_000)),
        format!("let x = {}1", "- ".repeat(20_000)),
    ] {
        let (_, found) = parse(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("too-many-operators"));
    }
    let (_, found) = parse(&chain("="));
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_file_over_the_limit_is_one_error() {
    let (file, found) = parse(&"let x = 1\n".repeat(5_000_000));
    assert_eq!(
        found,
        [
            "1:1 file-too-large: `a.plg` is larger than 8 MB [] | split it into several files: all files of a project are one program"
        ]
    );
    assert_eq!(file, ast::File::default());
}

/// What is wrong with a text: `line:column code [what is marked]`.
fn wrong(text: &str) -> Vec<String> {
    let found = parse(text).1.into_iter();
    let short = |line: String| {
        let (place, rest) = line.split_once(' ').unwrap();
        let (code, rest) = rest.split_once(": ").unwrap();
        let marked = rest.rsplit_once(" [").unwrap().1.split_once(']').unwrap().0.to_owned();
        format!("{place} {code} [{marked}]")
    };
    found.map(short).collect()
}

#[test]
fn each_mistake_is_said_once_and_in_its_place() {
    let told = MISTAKES.iter().map(|(text, expected)| (text, wrong(text), expected));
    let otherwise: Vec<_> = told.filter(|(_, told, expected)| told != *expected).collect();
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

const MISTAKES: &[(&str, &[&str])] = &[
    ("audence a of b where c == 1", &["1:1 unknown-declaration [audence]", "1:24 wrong-operator [==]"]),
    ("foo bar baz { a; b; c }\ntrait x of y = 1", &["1:1 unknown-declaration [foo]"]),
    ("= 3\nlet x = 1", &["1:1 no-declaration [=]"]),
    ("trait a of b = c === 1", &["1:18 unexpected-text [===]"]),
    (
        "trait a of b = c && d || !e",
        &["1:18 wrong-operator [&&]", "1:23 wrong-operator [||]", "1:26 wrong-operator [!]"],
    ),
    ("trait a of b = c AND d OR e IS NULL", &["1:18 wrong-operator [AND]"]),
    ("trait a of b = c <> d", &["1:18 wrong-operator [<>]"]),
    ("trait a of b = c < d <= e", &["1:22 chained-comparison [<=]"]),
    ("trait a of b = c is null = d", &["1:26 chained-comparison [=]"]),
    ("trait a of b = c within 3 dayz", &["1:27 unknown-unit [dayz]"]),
    ("trait a of b = c within three days", &["1:31 unexpected-text [days]"]),
    ("trait a of b = where", &["1:16 reserved-word [where]"]),
    ("trait a of b = c like 'd'", &["1:18 unexpected-text [like]"]),
    ("trait a b = 1", &["1:9 unexpected-text [b]"]),
    ("trait a of b =", &["1:15 unfinished []"]),
    ("trait a of b = ‘c’", &["1:16 unexpected-text [‘]"]),
    ("trait a of b = count(c where d\ntrait e of b = 1", &["1:21 unclosed-parenthesis [(]"]),
    ("trait a of b = (1 + 2))", &["1:23 stray-bracket [)]"]),
    ("trait a of b = c = 'd\ntrait e of b = 'x'", &["1:20 unterminated-text ['d]"]),
    ("trait a of b = c = \"d\ntrait e of b = 1", &["1:20 unterminated-name [\"d]"]),
    ("trait a of b = case { 1 when c; 2 else }", &["1:35 unexpected-text [else]"]),
    ("audience a of b when c", &["1:17 unexpected-text [when]"]),
    ("audience a of b where", &["1:22 unfinished []"]),
    (
        "source a.b {\n  id text,\n  name text?,\n  x int int\n  y\n}",
        &["2:10 stray-comma [,]", "4:9 unexpected-text [int]", "5:4 unfinished []"],
    ),
    ("source a.b {\n  id enum(x, y\n  z text\n}", &["2:10 unclosed-parenthesis [(]"]),
    ("source a.b {\n  id text\nsource c.d { id text }", &["1:12 unclosed-block [{]"]),
    ("source a as sql $$ select 1 { id int }\nlet x = 1", &["1:17 unterminated-sql [$$ select 1 { id int }]"]),
    ("source a.b", &["1:11 missing-block []"]),
    ("source a.b { id text } source c.d { id text }", &["1:24 text-after-block [source c.d { id text }]"]),
    ("entity a form b.c {\n  kye id\n}", &["1:10 unexpected-text [form]", "2:3 unknown-item [kye]"]),
    (
        "entity a from b.c {\n  key id\n  link x - y on z\n  what\n}",
        &["3:10 unexpected-text [-]", "4:3 unknown-item [what]"],
    ),
    ("entity a from b.c {\n  key id\n}\n}", &["4:1 stray-bracket [}]"]),
    (
        "status a of b {\n  c when d until\n  e otherwise when f\n  moves c -> e, c\n}",
        &["3:5 unexpected-text [otherwise]", "4:18 unfinished []"],
    ),
    ("status a of b {\n  c when d == 1\n  e\n}", &["2:12 wrong-operator [==]", "3:4 unfinished []"]),
    (
        "destination d = x { allows; what; o { a } }",
        &["1:27 unfinished []", "1:29 unknown-item [what]", "1:40 unfinished []"],
    ),
    ("sync a from b to c.d(\"e\") { match x = y }", &["1:22 double-quotes [\"e\"]"]),
    (
        "sync a from b too c.d {\n  match x\n  pick y\n  guard deletes < 1%\n}",
        &["1:15 unexpected-text [too]", "2:10 unfinished []", "3:8 unexpected-text [y]", "4:17 unexpected-text [<]"],
    ),
    (
        "sequence a of b {\n  start\n  stp c\n  step d due x due y\n  step e wen z\n}",
        &["2:8 unfinished []", "3:3 unknown-item [stp]", "4:16 unexpected-text [due]", "5:10 unexpected-text [wen]"],
    ),
    (
        "sequence a of b {\n  branch c due x {\n    step d when y\n    leave e\n  }\n  hold z\n}",
        &["4:5 unknown-item [leave]", "6:8 unexpected-text [z]"],
    ),
    (
        "channel a of b {\n  cap 1 in 2 days\n  during weekdays 9-17\n}",
        &["2:9 unexpected-text [in]", "3:19 unexpected-text [9]"],
    ),
    (
        "experiment a of b {\n  arms x 50% y 50%\n  rollout 20%, 30%\n  layer l 0%-50%\n  gaol x = 1\n}",
        &["2:14 unexpected-text [y]", "3:19 unfinished []", "4:17 unfinished []", "5:3 unknown-item [gaol]"],
    ),
    (
        "policy a of b never to c where d\npolicy e of f: nevr to g where h",
        &["1:15 unexpected-text [never]", "2:16 unexpected-text [nevr]"],
    ),
    ("funnel a of b {\n  step c within 7 days\n  per\n}", &["2:23 unfinished []", "3:6 unfinished []"]),
    (
        "test 'a' at @2026-01-15 {\n  given a.b\n  | id | x |\n  | 1 |\n  | 'y | z |\n  | 1 | 2\n  expct c = { d }\n  expect c\n}",
        &["5:5 unterminated-text ['y | z |]", "7:3 unknown-item [expct]", "8:11 unfinished []"],
    ),
    ("test 'a' at @2026-01-15 {\n  given a.b\n  | id | x |\n  | 1 |\n}", &["4:3 row-length [| 1 |]"]),
    ("tset 'a' at @2026-01-15 {\n  given a.b\n  | id | y |\n  | 1  | x's { |\n}", &["1:1 unknown-declaration [tset]"]),
    ("entity a from b.c {\n  /// idle\n  key id /// idle\n}", &["2:3 idle-doc [/// idle]"]),
];
