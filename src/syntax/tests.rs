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
        assert!(file.declarations.len() <= 40);
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
