#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
//! Takes programs as text and asserts what they mean, and that every page of `docs/errors` that this stage owns is
//! true: its wrong program gives exactly that mistake, its fixed one does not.

use super::*;
use crate::diagnostics::{self, Mistake};
use crate::syntax;

/// The program, and its mistakes as `code: text`.
pub(super) fn analyzed(text: &str) -> (Program, Vec<String>, Sources) {
    let mut sources = Sources::default();
    sources.add("test.plg", text).unwrap();
    let mut diags = Diagnostics::default();
    let files: Vec<_> = sources.files().iter().map(|file| syntax::parse(file, &mut diags)).collect();
    let program = analyze(&files, &sources, &Options::default(), &mut diags);
    let said = diags.finish().iter().map(|item| said(item, &sources)).collect();
    (program, said, sources)
}

fn said(item: &Mistake, sources: &Sources) -> String {
    let at = diagnostics::primary(item.as_ref()).map(|span| sources.text(span)).unwrap_or_default();
    let help = item.help().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{}: {item} [{at}]{help}", diagnostics::code(item.as_ref()))
}

const UPSELL: &str = include_str!("tests/upsell.plg");

#[test]
fn the_growth_engine_has_a_meaning() {
    let (program, said, _) = analyzed(UPSELL);
    assert_eq!(said, [""; 0]);
    assert_eq!(program.entities.len(), 6);
    assert_eq!(program.syncs.len(), 2);
}
