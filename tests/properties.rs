//! What holds for every program and all rows, over generated ones: parsing is total, the formatter keeps meaning and
//! comments, an audience and its negation split their entity, and neither names, nor order, nor to-many links change a row.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use plgc::diagnostics::Diagnostics;
use plgc::program::Options;
use plgc::source::Sources;
use proptest::prelude::*;

use crate::warehouse::{Embedded, members, rows};

/// The sample that mutations start from: the page's own program.
fn sample() -> String {
    let page = std::fs::read_to_string("docs/language.md").expect("the page");
    page.split("```plg\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

fn check(text: &str) -> bool {
    let mut sources = Sources::default();
    sources.add("any.plg", text).expect("small");
    let mut diagnostics = Diagnostics::default();
    let files: Vec<_> = sources.files().iter().map(|file| plgc::syntax::parse(file, &mut diagnostics)).collect();
    let _program = plgc::program::analyze(&files, &sources, &Options::default(), &mut diagnostics);
    !diagnostics.has_errors()
}

fn format(text: &str) -> Option<String> {
    let mut sources = Sources::default();
    sources.add("any.plg", text).expect("small");
    plgc::syntax::fmt::format(sources.files().first()?).ok()
}

fn compiled(text: &str) -> Option<String> {
    let mut sources = Sources::default();
    sources.add("any.plg", text).expect("small");
    let dialect = plgc::dialect::find("sqlite").expect("a dialect");
    let manifest = plgc::compile(&sources, &Options::default(), dialect, &mut Diagnostics::default())?;
    // Comments cite lines, which a formatter may move.
    Some(manifest.models.iter().map(|model| without_comments(&model.sql)).collect())
}

fn without_comments(sql: &str) -> String {
    sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n")
}

/// One change of a text: a piece is cut out, doubled, or another piece is put in.
fn mutated() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("{"),
        Just("}"),
        Just("("),
        Just(")"),
        Just("'"),
        Just("\""),
        Just("$$"),
        Just("\n"),
        Just(";"),
        Just("///"),
        Just("audience"),
        Just("where"),
        Just(" not "),
        Just("é"),
        Just("\u{202e}"),
        Just("😀"),
        Just("@2026-13-99"),
        Just("%"),
        Just("within"),
        Just(".."),
        Just("->"),
        Just("99999999999999999999"),
        Just("\u{feff}"),
        Just("\r\n"),
        Just("enum("),
    ];
    let change = (any::<prop::sample::Index>(), 0usize..40, pieces, 0u8..3);
    prop::collection::vec(change, 1..6).prop_map(|changes| {
        let mut text: Vec<char> = sample().chars().collect();
        for (at, length, piece, kind) in changes {
            let at = at.index(text.len());
            let end = (at + length).min(text.len());
            match kind {
                0 => drop(text.drain(at..end)),
                1 => drop(text.splice(at..at, piece.chars())),
                _ => {
                    let copy = text[at..end].to_vec();
                    drop(text.splice(at..at, copy));
                }
            }
        }
        text.into_iter().collect()
    })
}

/// A condition over the columns of [`PROGRAM`], nulls and nesting included.
fn condition() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        (0i64..6, prop_oneof![Just("="), Just("!="), Just("<"), Just("<="), Just(">"), Just(">=")])
            .prop_map(|(n, op)| format!("n {op} {n}")),
        Just("n = m".to_owned()),
        Just("n != m".to_owned()),
        Just("n / m > 1".to_owned()),
        Just("word in ('a', 'B', '')".to_owned()),
        Just("word not in ('a')".to_owned()),
        Just("word < 'b'".to_owned()),
        Just("plan = pro".to_owned()),
        Just("plan not in (free)".to_owned()),
        Just("flag".to_owned()),
        Just("seen within 3 days".to_owned()),
        Just("seen within 1 day after born".to_owned()),
        Just("seen is null".to_owned()),
        Just("boss is null".to_owned()),
        Just("boss.n > n".to_owned()),
        Just("any(hits where size > 2)".to_owned()),
        Just("none(hits where size > person.n)".to_owned()),
        Just("all(size > 1 from hits)".to_owned()),
        Just("count(hits) > 1".to_owned()),
        Just("last(label from hits) = 'x'".to_owned()),
        Just("any(hits as h where none(person.reports where n > h.size))".to_owned()),
        Just("lower(word) = 'b'".to_owned()),
    ];
    atom.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|c| format!("not ({c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a} or {b})")),
        ]
    })
}

const PROGRAM: &str = "source app.people { id int; n int?; m int?; word text?; plan enum(free, pro)?; flag bool?; seen timestamp?; born timestamp?; boss_id int? }
source app.hits { id int; person_id int?; size int?; label text?; at_time timestamp }
entity person from app.people { key id; link boss -> person on boss_id as reports }
event hit from app.hits { key id; at at_time; link person -> person on person_id as hits }
";

/// The tables of [`PROGRAM`] as CSV: people with every kind of null, hits of some of them, each twice in the file.
fn tables() -> impl Strategy<Value = (String, String)> {
    let maybe = |values: &'static [&'static str]| prop::sample::select(values);
    let person = (
        maybe(&["", "0", "1", "2", "3", "5"]),
        maybe(&["", "0", "1", "3"]),
        maybe(&["", "\"\"", "a", "B", "b", "é", "\"it's\""]),
        maybe(&["", "free", "pro"]),
        maybe(&["", "true", "false"]),
        maybe(&["", "2026-01-14 10:00:00", "2026-01-12 00:00:00", "2026-01-16 00:00:00", "2026-01-10 00:00:00.5"]),
        maybe(&["", "2026-01-13 10:00:00", "2026-01-11 23:59:59"]),
        maybe(&["", "0", "1", "99"]),
    );
    let hit = (
        maybe(&["", "0", "1", "2", "77"]),
        maybe(&["", "1", "2", "3"]),
        maybe(&["", "x", "y"]),
        maybe(&["2026-01-14 09:00:00", "2026-01-14 09:00:00", "2026-01-01 00:00:00", "2027-01-01 00:00:00"]),
    );
    (prop::collection::vec(person, 0..9), prop::collection::vec(hit, 0..12)).prop_map(|(people, hits)| {
        let mut text = "id,n,m,word,plan,flag,seen,born,boss_id\n".to_owned();
        for (id, (n, m, word, plan, flag, seen, born, boss)) in people.into_iter().enumerate() {
            let _ = writeln!(text, "{id},{n},{m},{word},{plan},{flag},{seen},{born},{boss}");
        }
        let mut events = "id,person_id,size,label,at_time\n".to_owned();
        for (id, (who, size, label, at)) in hits.into_iter().enumerate() {
            let line = format!("{id},{who},{size},{label},{at}\n");
            events.push_str(&line);
            events.push_str(&line);
        }
        (text, events)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_have_a_tree(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_mutation_has_a_tree_and_formats_to_itself(text in mutated()) {
        check(&text);
        if let Some(once) = format(&text) {
            let twice = format(&once);
            prop_assert_eq!(twice.as_deref(), Some(once.as_str()));
            prop_assert_eq!(once.matches("//").count(), text.matches("//").count());
            prop_assert_eq!(compiled(&once), compiled(&text));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn an_audience_and_its_negation_split_the_entity(
        conditions in prop::collection::vec(condition(), 6),
        (people, hits) in tables(),
    ) {
        let mut program = PROGRAM.to_owned();
        for (n, condition) in conditions.iter().enumerate() {
            let _ = writeln!(program, "audience yes{n} of person where {condition}\naudience no{n} of person where not ({condition})");
        }
        let project = Embedded::new(&program, &[("app.people", &people), ("app.hits", &hits)]);
        project.run("2026-01-15T00:00:00Z");
        let everyone: BTreeSet<String> = (0..people.lines().count() - 1).map(|id| id.to_string()).collect();
        // The model has each person once, whatever the sets: no link multiplies or loses a row.
        prop_assert_eq!(rows(&project, "plg__person").len(), everyone.len());
        for (n, condition) in conditions.iter().enumerate() {
            let (yes, no) = (members(&project, &format!("yes{n}")), members(&project, &format!("no{n}")));
            prop_assert!(yes.is_disjoint(&no), "both: {}", condition);
            let both: BTreeSet<String> = yes.union(&no).cloned().collect();
            prop_assert_eq!(&both, &everyone, "neither: {}", condition);
        }
    }

    #[test]
    fn names_and_order_change_no_row(
        conditions in prop::collection::vec(condition(), 4),
        (people, hits) in tables(),
        turn in 0usize..7,
    ) {
        let declare = |name: &str| -> Vec<String> {
            let mut lines: Vec<String> = PROGRAM.lines().map(str::to_owned).collect();
            for (n, condition) in conditions.iter().enumerate() {
                lines.push(format!("trait {name}{n} of person = {condition}"));
                lines.push(format!("audience in{n} of person where {name}{n} or n = 1"));
            }
            lines
        };
        let (plain, mut other) = (declare("cond"), declare("renamed_"));
        let middle = turn % other.len();
        other.rotate_left(middle);
        other.reverse();
        let tables = [("app.people", people.as_str()), ("app.hits", hits.as_str())];
        let (one, two) = (Embedded::new(&plain.join("\n"), &tables), Embedded::new(&other.join("\n"), &tables));
        one.run("2026-01-15T00:00:00Z");
        two.run("2026-01-15T00:00:00Z");
        for n in 0..conditions.len() {
            prop_assert_eq!(members(&one, &format!("in{n}")), members(&two, &format!("in{n}")));
        }
    }
}

#[test]
fn the_same_program_gives_the_same_bytes() {
    let text = sample();
    assert!(check(&text), "the page's program is right");
    assert_eq!(compiled(&text), compiled(&text));
}
