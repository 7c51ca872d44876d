#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]
//! Takes programs as text and asserts what they mean, and that every page of `docs/errors` with a program is true:
//! its wrong program gives exactly that mistake, its fixed one does not. The pages continue `docs/example.plg`.

mod meaning;
mod messages;

use super::*;
use crate::diagnostics::{self, Mistake, pages};
use crate::syntax;

/// The program, and its mistakes as `code: text [place] (help)`.
pub(super) fn analyzed(texts: &[&str]) -> (Program, Vec<String>) {
    let (program, found, sources) = outcome(texts);
    (program, found.iter().map(|item| said(item, &sources)).collect())
}

fn outcome(texts: &[&str]) -> (Program, Vec<Mistake>, Sources) {
    let mut sources = Sources::default();
    for (number, text) in texts.iter().enumerate() {
        sources.add(format!("{number}.plg"), *text).unwrap();
    }
    let mut diags = Diagnostics::default();
    let files: Vec<_> = sources.files().iter().map(|file| syntax::parse(file, &mut diags)).collect();
    let program = analyze(&files, &sources, &Options::default(), &mut diags);
    (program, diags.finish(), sources)
}

fn said(item: &Mistake, sources: &Sources) -> String {
    let at = diagnostics::primary(item.as_ref()).map(|span| sources.text(span)).unwrap_or_default();
    let help = item.help().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{}: {item} [{at}]{help}", diagnostics::code(item.as_ref()))
}

/// The first program below a heading of a page.
fn block<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let below = page.split_once(&format!("\n## {heading}\n\n```plg\n"))?.1;
    Some(below.split_once("\n```").map_or(below, |(text, _)| text))
}

const EXAMPLE: &str = include_str!("../../docs/example.plg");

#[test]
fn every_page_is_true() {
    let mut surprises = Vec::new();
    let mut n_pages = 0;
    for (code, page) in pages::ALL {
        let (Some(wrong), Some(fixed)) = (block(page, "Wrong"), block(page, "Fixed")) else { continue };
        n_pages += 1;
        let relevant = |text: &str| -> Vec<String> {
            let (_, found, sources) = outcome(&[EXAMPLE, text]);
            let wanted =
                |item: &&Mistake| diagnostics::is_error(item.as_ref()) || diagnostics::code(item.as_ref()) == *code;
            // A sequence is checked, and then refused: only the page of the refusal is about that.
            let refused = |item: &&Mistake| {
                *code != "later-declaration" && diagnostics::code(item.as_ref()) == "later-declaration"
            };
            found.iter().filter(wanted).filter(|it| !refused(it)).map(|item| said(item, &sources)).collect()
        };
        let (before, after) = (relevant(wrong), relevant(fixed));
        if before.is_empty() || before.iter().any(|said| !said.starts_with(&format!("{code}: "))) {
            surprises.push(format!("{code}: the wrong program gives {before:?}"));
        }
        if !after.is_empty() {
            surprises.push(format!("{code}: the fixed program gives {after:?}"));
        }
    }
    assert!(n_pages > 100, "only {n_pages} pages");
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

/// A program with words of it dropped, doubled or exchanged.
fn shuffled(text: &str, seed: &mut u64) -> String {
    let mut next = |below: usize| {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) as usize % below
    };
    let mut words: Vec<&str> = text.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_').collect();
    for _ in 0..=next(8) {
        let (here, there) = (next(words.len()), next(words.len()));
        match next(3) {
            0 => drop(words.remove(here)),
            1 => words.insert(here, *words.get(there).unwrap()),
            _ => words.swap(here, there),
        }
    }
    words.concat()
}

#[test]
fn broken_programs_are_analyzed_to_the_end() {
    let mut seed = 42;
    for _ in 0..150 {
        let text = shuffled(include_str!("tests/upsell.plg"), &mut seed);
        analyzed(&[&text]);
        analyzed(&[&shuffled(EXAMPLE, &mut seed), "trait x of workspace = count(users where id = owner.email)"]);
    }
}
