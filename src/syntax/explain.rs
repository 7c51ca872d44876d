//! Takes the place where a piece stopped making sense and says, in the words of the language, what was found there and
//! what can stand there.

mod amount;
mod expected;
mod experiment;
mod habits;
mod mistakes;
mod policy;
mod sequence;
mod window;

use pest::error::{Error as PestError, ErrorVariant, InputLocation};

use crate::diagnostics::{Diagnostics, did_you_mean};
use crate::source::Span;
use crate::syntax::explain::expected::expected;
use crate::syntax::explain::habits::{Place, begins_value, habit, is_word};
pub(crate) use crate::syntax::explain::mistakes::DoubleQuotes;
pub(super) use crate::syntax::explain::mistakes::{
    AfterBlock, ChainedComparison, IdleDoc, MissingBlock, NoDeclaration, Pipes, RowLength, StrayComma,
    TooManyOperators, UnknownDeclaration, UnknownItem, WrongOperator, channel_alias, fired_table, repeated_clause,
};
use crate::syntax::explain::mistakes::{ReservedWord, UnexpectedText, Unfinished, UnknownUnit};
pub(super) use crate::syntax::explain::sequence::item as item_habit;
use crate::syntax::grammar::Rule;
use crate::syntax::words;

/// Explains why a piece could not be parsed by a rule; gives whether its end is missing.
pub(super) fn explain(
    rule: Rule,
    error: &PestError<Rule>,
    text: &str,
    start: u32,
    diagnostics: &mut Diagnostics,
) -> bool {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let rest = text.get(at..).unwrap_or_default();
    let skipped = rest.len() - rest.trim_start().len();
    let (at, rest) = (at + skipped, rest.trim_start());
    let words = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => expected(positives),
        ErrorVariant::CustomError { .. } => vec!["something simpler".to_owned()],
    };
    // A sign is shown whole, also where its first half could stand.
    let glued = text.get(..at).unwrap_or_default().bytes().rev().take_while(|byte| b"=!<>&|".contains(byte)).count();
    let glued = if rest.starts_with(['=', '!', '<', '>', '&', '|']) { glued } else { 0 };
    let (at, rest) = (at - glued, text.get(at - glued..).unwrap_or(rest));
    let (found, before) = (token(rest), text.get(..at).unwrap_or_default().trim_end());
    // Behind `is` a condition goes on with one word only.
    let is_clause =
        !found.is_empty() && (before.ends_with(" is") || before.ends_with(" is not")) && !before.contains("--");
    let words = if is_clause { vec!["`null`".to_owned()] } else { words };
    let type_ = rule == Rule::column && !before.is_empty() && words == ["a name"] && !before.ends_with("label");
    let words = if type_ { vec!["a type such as `text` or `int?`".to_owned()] } else { words };
    let expected = one_of(&words);
    let span = Span::new(start + at as u32, start + (at + found.len()) as u32);
    let help = habit(&Place { rule, found, before, rest, expected: &words });
    if found.is_empty() {
        let end = start + before.len() as u32;
        let (help, at) = (help.unwrap_or_else(|| format!("add {expected}")), Span::new(end, end));
        diagnostics.push(Unfinished { what: piece(rule), expected, at, help });
    } else if is_word(found) && last_is_number(before) && help.is_none() {
        let help = match words::unit_here(found).or_else(|| did_you_mean(found, words::UNITS.iter().copied())) {
            Some(unit) => format!("write `{unit}`"),
            None => "units are `seconds`, `minutes`, `hours`, `days`, `weeks`, `months` and `years`".to_owned(),
        };
        diagnostics.push(UnknownUnit { unit: found.to_owned(), at: span, help });
    } else if (expected.contains("a name") || expected.contains("a value"))
        && words::RESERVED.contains(&found)
        && !is_clause
    {
        let help = help.unwrap_or_else(|| format!("write `\"{found}\"` if a thing is called so"));
        diagnostics.push(ReservedWord { word: found.to_owned(), at: span, help });
    } else {
        let help = help.unwrap_or_else(|| unexpected_help(found, &words));
        diagnostics.push(UnexpectedText { found: found.to_owned(), expected, at: span, help });
    }
    found.is_empty()
}

/// Small words and signs that are taken for one another.
const TAKEN_FOR: &[&str] =
    &["of", "from", "to", "as", "for", "in", "on", "by", "with", "is", "if", "=", ":", ":=", "->", "=>", "<-"];

/// What to do about a text that is nobody's habit: of what could stand there, the one that goes with it.
fn unexpected_help(found: &str, expected: &[String]) -> String {
    const END: &str = "the end of the line";
    let has = |what: &str| expected.iter().any(|it| it == what);
    if let ([one], true) = (expected, TAKEN_FOR.contains(&found))
        && one.starts_with('`')
    {
        return format!("write {one} in place of `{found}`");
    }
    if words::RESERVED.contains(&found) {
        return format!("remove `{found}`, or write what it belongs to");
    }
    let keywords = expected.iter().map(|what| what.trim_matches('`')).filter(|word| is_word(word));
    if let Some(meant) = did_you_mean(found, keywords.filter(|word| !word.contains(' '))) {
        return format!("write `{meant}` in place of `{found}`");
    }
    let is_value = begins_value(found);
    if has("an operator") && is_value {
        let rest = if has("`)`") { "with a comma" } else { "begin a new line" };
        return format!("join `{found}` to what is before it with an operator such as `and`, or {rest}");
    }
    if has("an operator") {
        return format!("write an operator such as `and` in place of `{found}`, or remove what begins there");
    }
    let pieces: Vec<String> = expected.iter().filter(|what| *what != END).cloned().collect();
    let what = one_of(&pieces);
    match pieces.as_slice() {
        [] => format!("remove `{found}` and what follows it on its line"),
        // A word of the language, which was left out.
        _ if what.starts_with('`') && what.contains(|c: char| c.is_ascii_alphabetic()) => {
            format!("write {what} before `{found}`, or remove it")
        }
        _ if is_value != what.starts_with('`') => format!("write {what} in place of `{found}`"),
        _ => format!("write {what} before `{found}`, or remove it"),
    }
}

/// What stands at the start of a text, as far as a person sees one thing.
fn token(text: &str) -> &str {
    let (word, _) = words::split_word(text);
    if !word.is_empty() {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        return text.get(..end).unwrap_or(word);
    }
    let Some(first) = text.chars().next() else { return "" };
    let end = match first {
        '\'' | '"' => text.get(1..).and_then(|rest| rest.find(first)).map_or(text.len(), |end| end + 2),
        '=' | '!' | '<' | '>' | '-' | '&' | '|' | ':' | '.' => {
            text.find(|c: char| !"=!<>-&|:.".contains(c)).unwrap_or(text.len())
        }
        c if c.is_alphabetic() => text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len()),
        c => c.len_utf8(),
    };
    text.get(..end).unwrap_or(text)
}

fn last_is_number(before: &str) -> bool {
    let word = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).next().unwrap_or_default();
    before.ends_with(word) && word.starts_with(|c: char| c.is_ascii_digit())
}

fn article(word: &&str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// `a`, `b` or `c`
pub(super) fn one_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

/// What to do about a word that begins no item.
pub(super) fn item_help(block: &str, known: &[&str], similar: Option<&str>) -> String {
    match similar {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => {
            let all: Vec<_> = known.iter().map(|word| format!("`{word}`")).collect();
            format!("an item of {} {block} begins with {}", article(&block), one_of(&all))
        }
    }
}

/// What a piece is to a person.
fn piece(rule: Rule) -> &'static str {
    match rule {
        Rule::column => "a column",
        Rule::stage => "a stage",
        Rule::moves => "`moves`",
        Rule::link => "a link",
        Rule::guard => "a guard",
        Rule::fresh => "`fresh`",
        Rule::step | Rule::stop => "a step",
        Rule::branch => "a branch",
        Rule::goal => "a goal",
        Rule::phase => "a phase",
        Rule::given => "`given`",
        Rule::expect => "`expect`",
        Rule::start
        | Rule::hold
        | Rule::again
        | Rule::cap
        | Rule::ranking
        | Rule::hours
        | Rule::arms
        | Rule::rollout
        | Rule::salt
        | Rule::layer
        | Rule::groups
        | Rule::after
        | Rule::answer
        | Rule::exempt => "an item",
        Rule::key | Rule::allows | Rule::match_ | Rule::pick | Rule::set_item | Rule::only | Rule::leave => "an item",
        _ => "a declaration",
    }
}
