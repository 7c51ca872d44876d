//! The pages are programs: the blocks of docs/language.md, read from top to bottom, compile for every dialect.

use plgc::diagnostics::{Diagnostics, code};
use plgc::program::Options;
use plgc::source::Sources;

#[test]
fn the_language_page_is_one_program() {
    let page = std::fs::read_to_string("docs/language.md").expect("the page");
    let program: String = page.split("```plg\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    for dialect in plgc::dialect::ALL {
        let mut sources = Sources::default();
        sources.add("docs/language.md", program.as_str()).expect("small");
        let mut diagnostics = Diagnostics::default();
        let manifest = plgc::compile(&sources, &Options::default(), dialect, &mut diagnostics);
        let found: Vec<_> = diagnostics
            .finish()
            .iter()
            .map(|it| {
                format!(
                    "{} {}: {it}",
                    plgc::diagnostics::place(it.as_ref(), &sources).unwrap_or_default(),
                    code(it.as_ref())
                )
            })
            .collect();
        assert!(manifest.is_some(), "{}:\n{}", dialect.name, found.join("\n"));
    }
}
