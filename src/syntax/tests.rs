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
