//! What holds for every text: it has a tree, whatever it is. And for every right program: its layout says nothing, the formatter
//! keeps its meaning and its comments, and the same files give the same bytes.

use plgc::diagnostics::Diagnostics;
use plgc::manifest::Manifest;
use plgc::program::Options;
use plgc::source::Sources;
use proptest::prelude::*;

use super::rows;
use super::tokens::{self, Choices, comments, declarations, written};
use crate::cases::sections;
use crate::coverage;
use crate::support::project::Project;

/// The sample that mutations start from: the page's own program.
fn sample() -> String {
    let page = std::fs::read_to_string("docs/language.md").expect("the page");
    let blocks = page.split("```plg\n").skip(1).filter_map(|rest| rest.split("```").next());
    // What this version checks and then refuses compiles to nothing.
    blocks.filter(|block| !block.starts_with("sequence ") && !block.contains(" from upsell.")).collect()
}

fn sources(files: &[(String, String)]) -> Sources {
    let mut sources = Sources::default();
    for (name, text) in files {
        sources.add(name.as_str(), text.as_str()).expect("small");
    }
    sources
}

/// Reads and checks a text; what it says is its own.
fn check(text: &str) {
    let sources = sources(&[("any.plg".to_owned(), text.to_owned())]);
    let mut diagnostics = Diagnostics::default();
    let files: Vec<_> = sources.files().iter().map(|file| plgc::syntax::parse(file, &mut diagnostics)).collect();
    let _program = plgc::program::analyze(&files, &sources, &Options::default(), &mut diagnostics);
}

fn format(text: &str) -> Option<String> {
    let sources = sources(&[("any.plg".to_owned(), text.to_owned())]);
    plgc::syntax::fmt::format(sources.files().first()?).ok()
}

/// The program of these files, or the mistakes in it.
fn compiled(files: &[(String, String)]) -> Result<Manifest, String> {
    let sources = sources(files);
    let dialect = plgc::dialect::find("sqlite").expect("a dialect");
    let mut diagnostics = Diagnostics::default();
    let manifest = plgc::compile(&sources, &Options::default(), dialect, &mut diagnostics);
    manifest.ok_or_else(|| {
        let said = diagnostics.finish();
        said.iter()
            .map(|it| format!("{} {it}\n", plgc::diagnostics::place(it.as_ref(), &sources).unwrap_or_default()))
            .collect()
    })
}

/// Every statement of a program of one file, without the comments, which cite lines.
fn statements(text: &str) -> Result<Vec<String>, String> {
    let manifest = compiled(&[("any.plg".to_owned(), text.to_owned())])?;
    let statements = sections(&manifest).into_iter().filter(|(kind, ..)| *kind != "lineage");
    Ok(statements.map(|(.., sql)| without_comments(&sql)).collect())
}

fn without_comments(sql: &str) -> String {
    sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n")
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "'",
    "\"",
    "$$",
    "\n",
    ";",
    "///",
    "//",
    "audience",
    "where",
    " not ",
    "é",
    "\u{202e}",
    "😀",
    "@2026-13-99",
    "%",
    "within",
    "..",
    "->",
    "99999999999999999999",
    "\u{feff}",
    "\r\n",
    "enum(",
    "\0",
    "\t",
    "case {",
    "\naudience a of b where ",
    "\nsource a.b {",
    "\nentity e from ",
];

/// One change of a text: a piece is cut out, doubled, or another piece is put in.
fn mutated() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0usize..40, prop::sample::select(PIECES), 0u8..3);
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

/// Tokens of the language in any order, and what is no token.
fn soup() -> impl Strategy<Value = String> {
    let mut words: Vec<String> = tokens::tokens(&sample()).into_iter().map(|token| token.text).collect();
    words.sort();
    words.dedup();
    words.extend(PIECES.iter().map(|&piece| piece.to_owned()));
    let gap = prop::sample::select(&[" ", "", "\n", "\n  "][..]);
    let piece = (prop::sample::select(words), gap).prop_map(|(word, gap)| word + gap);
    prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

/// Brackets in brackets, closed or not.
fn brackets() -> impl Strategy<Value = String> {
    let kind =
        prop::sample::select(&[("(", ")"), ("{", "}"), ("not (", ")"), ("any(x where ", ")"), ("case { ", " }")][..]);
    let head = prop::sample::select(&["", "audience a of b where ", "trait t of e = ", "source s ", "let x = "][..]);
    (head, kind, 0usize..1500, 0usize..1500).prop_map(|(head, (open, close), deep, closed)| {
        format!("{head}{}x{}\n", open.repeat(deep), close.repeat(closed))
    })
}

/// The declarations of a right program.
fn right() -> impl Strategy<Value = Vec<String>> {
    let of_rows = prop::collection::vec(rows::condition(), 1..4).prop_map(|conditions| {
        let mut all = declarations(rows::PROGRAM);
        for (n, condition) in conditions.iter().enumerate() {
            all.push(format!("/// Number {n}.\naudience in{n} of person where {condition}"));
        }
        all
    });
    prop_oneof![Just(declarations(&sample())), of_rows]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_have_a_tree(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_tokens_have_a_tree(text in soup()) {
        check(&text);
        if let Some(once) = format(&text) {
            prop_assert_eq!(comments(&once), comments(&text));
        }
    }

    #[test]
    fn any_depth_has_a_tree(text in brackets()) {
        check(&text);
    }

    #[test]
    fn any_mutation_has_a_tree_and_formats_to_itself(text in mutated()) {
        check(&text);
        if let Some(once) = format(&text) {
            let twice = format(&once);
            prop_assert_eq!(twice.as_deref(), Some(once.as_str()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_formatter_keeps_meaning_and_comments(mut all in right(), bytes in bytes()) {
        let mut choices = Choices::new(bytes);
        choices.shuffle(&mut all);
        let text = written(&all, &mut choices);
        let meant = statements(&all.join("\n\n"));
        prop_assert!(meant.is_ok(), "{}\n{}", meant.unwrap_err(), all.join("\n"));
        prop_assert_eq!(&statements(&text), &meant, "another layout is another program:\n{}", text);
        let once = format(&text);
        prop_assert!(once.is_some(), "not formatted:\n{}", text);
        let once = once.unwrap_or_default();
        prop_assert_eq!(comments(&once), comments(&text), "{}\n────\n{}", text, once);
        prop_assert_eq!(&statements(&once), &meant, "{}\n────\n{}", text, once);
        let twice = format(&once);
        prop_assert_eq!(twice.as_deref(), Some(once.as_str()));
    }
}

/// What the command writes for these files, which were put there in this order: name and bytes of each file.
fn written_by_the_command(files: &[(String, String)]) -> Vec<(String, Vec<u8>)> {
    let project = Project::new("sqlite", "", "");
    for (name, text) in files {
        project.write(name, text);
    }
    project.call("compile -o built").is(0, &[]);
    let mut found: Vec<(String, Vec<u8>)> = ["json", "sql"]
        .iter()
        .flat_map(|ending| coverage::files(&project.path("built"), ending))
        .map(|path| {
            let name = path.strip_prefix(project.path("built")).expect("below it").display().to_string();
            (name, std::fs::read(path).expect("a file"))
        })
        .collect();
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]

    #[test]
    fn the_same_files_give_the_same_bytes_in_any_order(mut all in right(), bytes in bytes(), many in 1usize..5) {
        let mut choices = Choices::new(bytes);
        choices.shuffle(&mut all);
        let mut files: Vec<(String, String)> = (0..many).map(|n| (format!("f{n}.plg"), String::new())).collect();
        for declaration in &all {
            let at = choices.next(many);
            files[at].1 += &format!("{declaration}\n\n");
        }
        let first = compiled(&files).map(|it| it.to_json());
        prop_assert!(first.is_ok(), "{}", first.unwrap_err());
        prop_assert_eq!(&compiled(&files).map(|it| it.to_json()), &first);
        let before = written_by_the_command(&files);
        prop_assert!(before.len() > 2);
        choices.shuffle(&mut files);
        prop_assert!(written_by_the_command(&files) == before, "other bytes of {:?}", files);
    }
}

#[test]
fn layouts_differ_in_all_that_a_layout_may() {
    let bytes = (0..9973u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let text = written(&declarations(&sample()), &mut Choices::new(bytes));
    assert!(comments(&text).len() > 100, "{text}");
    let tight: String = text.chars().filter(|it| !matches!(it, ' ' | '\t')).collect();
    for part in ["\n//c", "(//c", ",//c", "where//c", "{//c", ";"] {
        assert!(tight.contains(part), "no {part:?} in\n{text}");
    }
}
