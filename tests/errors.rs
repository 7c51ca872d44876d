//! Holds the pages of `docs/errors` to what the compiler says: the wrong example of a page has its mistake and no other, the
//! fixed one has none. The examples continue `docs/example.plg`, or are a whole `plg.toml`.

use plgc::config::Config;
use plgc::diagnostics::{Diagnostics, code, is_error, pages};
use plgc::dialect;
use plgc::program::Options;
use plgc::source::Sources;

/// The first code block below a heading, with its language.
pub fn block<'a>(page: &'a str, heading: &str) -> Option<(&'a str, &'a str)> {
    let below = page.split_once(&format!("\n## {heading}\n"))?.1;
    let (language, rest) = below.split_once("```")?.1.split_once('\n')?;
    Some((language, rest.split_once("\n```").map_or(rest, |(text, _)| text)))
}

/// The codes of the errors of a program, and of the warnings called `wanted`.
fn codes_of_program(text: &str, wanted: &str) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add("example.plg", include_str!("../docs/example.plg")).expect("room");
    sources.add("page.plg", text).expect("room");
    let mut diags = Diagnostics::default();
    plgc::compile(&sources, &Options::default(), dialect::ALL[0], &mut diags);
    let found = diags.finish();
    found.iter().filter(|it| is_error(it.as_ref()) || code(it.as_ref()) == wanted).map(|it| code(it.as_ref())).collect()
}

fn codes_of_config(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add("plg.toml", text).expect("room");
    let mut diags = Diagnostics::default();
    let _ = Config::read(&sources.files()[0], &mut diags);
    diags.finish().iter().map(|it| code(it.as_ref())).collect()
}

#[test]
fn wrong_examples_are_wrong_and_fixed_ones_are_not() {
    let mut surprises = Vec::new();
    let mut n_examples = 0;
    for (code, page) in pages::ALL {
        let (Some((language, wrong)), Some((_, fixed))) = (block(page, "Wrong"), block(page, "Fixed")) else {
            continue;
        };
        let (before, after) = match language {
            "plg" => (codes_of_program(wrong, code), codes_of_program(fixed, code)),
            // Whole files only: a page may also show a part of one.
            "toml" if fixed.contains("[project]") => (codes_of_config(wrong), codes_of_config(fixed)),
            _ => continue,
        };
        // A sequence is checked, and then refused: only the page of the refusal is about that.
        let after: Vec<String> = after.into_iter().filter(|it| it != "later-declaration").collect();
        let before: Vec<String> =
            before.into_iter().filter(|it| it != "later-declaration" || *code == "later-declaration").collect();
        n_examples += 1;
        let expected: Vec<&String> = before.iter().filter(|it| it == code).collect();
        if expected.is_empty() || expected.len() < before.len() {
            surprises.push(format!("{code}: the wrong example gives {before:?}"));
        }
        if !after.is_empty() {
            surprises.push(format!("{code}: the fixed example gives {after:?}"));
        }
    }
    assert!(n_examples > 90, "only {n_examples} examples were found");
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn every_page_is_laid_out_alike() {
    for (code, page) in pages::ALL {
        let mut lines = page.lines();
        assert_eq!(lines.next(), Some(format!("# {code}").as_str()), "the first line names the code");
        assert_eq!(lines.next(), Some(""), "{code}");
        assert!(lines.next().is_some_and(|line| line.ends_with('.')), "{code}: the third line says it in a sentence");
        assert_eq!(
            block(page, "Wrong").is_some(),
            block(page, "Fixed").is_some(),
            "{code}: one example without the other"
        );
    }
}
