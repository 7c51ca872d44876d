//! Takes correct programs, spoils one word after another (misspelt, or left out), and compiles each: one mistake gives one
//! message, and every error says what to do. A name that is gone may be missed at each of its uses, in the same words.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use plgc::diagnostics::{Diagnostics, Mistake, code, is_error, place};
use plgc::dialect;
use plgc::program::Options;
use plgc::source::Sources;

/// The program that `docs/language.md` builds up.
fn documented() -> String {
    let blocks = include_str!("../docs/language.md").split("```plg\n").skip(1);
    let blocks = blocks.map(|block| block.split_once("```").map_or(block, |(text, _)| text));
    blocks.collect::<Vec<_>>().join("\n")
}

/// The files of an example, as one program.
fn example(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let files = crate::coverage::files(&folder, "plg");
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect::<Vec<_>>().join("\n")
}

/// Where the words of a program are: not in comments, texts or SQL.
fn words(program: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = program.get(at..).filter(|rest| !rest.is_empty()) {
        let skipped = |sign: &str| {
            let inner = rest.strip_prefix(sign)?;
            Some(sign.len() + inner.find(sign)? + sign.len())
        };
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let word = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(length) = skipped("$$").or_else(|| skipped("'")).or_else(|| skipped("\"")) {
            at += length;
        } else if word > 0 {
            if rest.starts_with(|c: char| !c.is_ascii_digit()) && !program[..at].ends_with('@') {
                found.push(at..at + word);
            }
            at += word;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

fn mistakes(program: &str) -> (Vec<Mistake>, Sources) {
    let mut sources = Sources::default();
    sources.add("mutant.plg", program).unwrap();
    let mut found = Diagnostics::default();
    let manifest = plgc::compile(&sources, &Options::default(), dialect::ALL[0], &mut found);
    let found = found.finish();
    assert_eq!(manifest.is_none(), found.iter().any(|it| is_error(it.as_ref())), "{program}");
    (found, sources)
}

/// What is wrong with the messages about a spoilt program.
fn complaint(program: &str) -> Option<String> {
    let (found, sources) = mistakes(program);
    let errors: Vec<&Mistake> = found.iter().filter(|it| is_error(it.as_ref())).collect();
    let different: BTreeSet<String> = errors.iter().map(|it| format!("{}: {it}", code(it.as_ref()))).collect();
    let helpless = errors.iter().any(|it| it.help().is_none_or(|help| help.to_string().is_empty()));
    let said = |it: &&Mistake| {
        format!("    {} {}: {it}\n", place(it.as_ref(), &sources).unwrap_or_default(), code(it.as_ref()))
    };
    (different.len() > 1 || helpless).then(|| errors.iter().map(said).collect())
}

/// Spoils every word of a program in both ways.
fn spoilt(program: &str, at_least: usize) {
    let (before, _) = mistakes(program);
    assert!(before.iter().all(|it| !is_error(it.as_ref())), "the program is correct: {}", before[0]);
    let words = words(program);
    assert!(words.len() > at_least, "only {} words were found", words.len());
    let mut complaints = Vec::new();
    for word in &words {
        let written = &program[word.clone()];
        let misspelt = format!("{}zq", &written[..written.len() - 1]);
        for spelling in [misspelt.as_str(), ""] {
            let mutant = format!("{}{spelling}{}", &program[..word.start], &program[word.end..]);
            if let Some(complaint) = complaint(&mutant) {
                let line = program[..word.start].matches('\n').count();
                let mut told = String::new();
                write!(told, "`{written}` as `{spelling}` in `{}`:\n{complaint}", program.lines().nth(line).unwrap())
                    .unwrap();
                complaints.push(told);
            }
        }
    }
    assert!(complaints.is_empty(), "{} of {} mutants:\n{}", complaints.len(), 2 * words.len(), complaints.join("\n"));
}

#[test]
fn one_spoilt_word_of_the_documented_program_gives_one_message_with_a_help() {
    spoilt(&documented(), 350);
}

#[test]
fn one_spoilt_word_of_the_example_gives_one_message_with_a_help() {
    spoilt(&example("upsell"), 200);
}
