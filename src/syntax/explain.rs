//! Takes the place where a piece stopped making sense and says, in the words of the language, what was found there and
//! what can stand there.

mod expected;
mod mistakes;

use pest::error::{Error as PestError, ErrorVariant, InputLocation};

use crate::diagnostics::{Diagnostics, did_you_mean};
use crate::source::Span;
use crate::syntax::explain::expected::expected;
pub(crate) use crate::syntax::explain::mistakes::DoubleQuotes;
pub(super) use crate::syntax::explain::mistakes::{
    AfterBlock, ChainedComparison, IdleDoc, MissingBlock, NoDeclaration, RowLength, StrayComma, TooManyOperators,
    UnknownDeclaration, UnknownItem, WrongOperator, channel_alias, fired_table, repeated_clause,
};
use crate::syntax::explain::mistakes::{ReservedWord, UnexpectedText, Unfinished, UnknownUnit};
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
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => expected(positives),
        ErrorVariant::CustomError { .. } => String::from("something simpler"),
    };
    // A sign is shown whole, also where its first half could stand.
    let glued = text.get(..at).unwrap_or_default().bytes().rev().take_while(|byte| b"=!<>&|".contains(byte)).count();
    let glued = if rest.starts_with(['=', '!', '<', '>', '&', '|']) { glued } else { 0 };
    let (at, rest) = (at - glued, text.get(at - glued..).unwrap_or(rest));
    let (found, before) = (token(rest), text.get(..at).unwrap_or_default().trim_end());
    let type_ = rule == Rule::column && !before.is_empty() && expected == "a name" && !before.ends_with("label");
    let expected = if type_ { "a type such as `text` or `int?`".to_owned() } else { expected };
    let span = Span::new(start + at as u32, start + (at + found.len()) as u32);
    let help = habit(rule, found, before, rest).or_else(|| help(found));
    if found.is_empty() {
        let end = start + before.len() as u32;
        let (help, at) = (help.unwrap_or_else(|| format!("add {expected}")), Span::new(end, end));
        diagnostics.push(Unfinished { what: piece(rule), expected, at, help });
    } else if is_word(found) && last_is_number(before) && help.is_none() {
        let help = match did_you_mean(found, words::UNITS.iter().copied()) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => "units are `seconds`, `minutes`, `hours`, `days`, `weeks`, `months` and `years`".to_owned(),
        };
        diagnostics.push(UnknownUnit { unit: found.to_owned(), at: span, help });
    } else if (expected.contains("a name") || expected.contains("a value")) && words::RESERVED.contains(&found) {
        let help =
            habit(rule, found, before, rest).unwrap_or_else(|| format!("write `\"{found}\"` if a thing is called so"));
        diagnostics.push(ReservedWord { word: found.to_owned(), at: span, help });
    } else {
        let help = help.unwrap_or_else(|| unexpected_help(found, &expected));
        diagnostics.push(UnexpectedText { found: found.to_owned(), expected, at: span, help });
    }
    found.is_empty()
}

fn unexpected_help(found: &str, expected: &str) -> String {
    if words::RESERVED.contains(&found) {
        return format!("remove `{found}`, or write what it belongs to");
    }
    if expected.contains("an operator") {
        return format!("join `{found}` to what is before it with an operator such as `and`, or begin a new line");
    }
    format!("write {expected} before `{found}`, or remove it")
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

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

fn last_is_number(before: &str) -> bool {
    let word = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).next().unwrap_or_default();
    before.ends_with(word) && word.starts_with(|c: char| c.is_ascii_digit())
}

/// What a habit is written as here that shows only beside what stands before and after.
fn habit(rule: Rule, found: &str, before: &str, rest: &str) -> Option<String> {
    let last = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
    let help = match found {
        "*" if before.ends_with('/') => "write a comment as `// …`",
        "*" if before.ends_with(['(', '.']) => "write the set alone: `count(orders)`",
        _ if before.contains("--") => "write a comment as `// …`",
        "," if rule == Rule::stage => "remove `,`: a stage ends with its line",
        "when" if last.eq_ignore_ascii_case("case") || before.ends_with('{') => {
            "write `case { value when condition; other otherwise }`"
        }
        "keep" | "delete" | "clear" if rule == Rule::set_item && last == "leave" => {
            "remove the comma at the end of the line before"
        }
        _ if last.eq_ignore_ascii_case("interval") => "write a duration as `3 days`",
        _ if last.eq_ignore_ascii_case("select") => "write `any(SET where condition)`, or `x from SET` in an aggregate",
        _ if last.eq_ignore_ascii_case("if") => "write `case { a when condition; b otherwise }`",
        _ if rule == Rule::set_item && is_word(found) && rest.get(found.len()..)?.trim_start().starts_with('=') => {
            return Some(format!("write a comma before `{found}`"));
        }
        _ if rule == Rule::audience && !before.contains(" where ") => {
            return Some("write `where` before the condition".to_owned());
        }
        _ => return None,
    };
    Some(help.to_owned())
}

/// What a habit from another language is written as here.
fn help(found: &str) -> Option<String> {
    let help = match found.to_ascii_lowercase().as_str() {
        "asc" => "leave `asc` out: the smallest comes first unless `desc` is said",
        "like" | "ilike" => "use `contains(x, 'part')`, `starts_with` or `ends_with`",
        "between" => "write `a <= x and x <= b`",
        "then" | "else" => "write `case { value when condition; other otherwise }`",
        "exists" => "write `any(set where condition)`",
        "join" => "follow a link: `owner.email`",
        "%" => "use `mod(a, b)` for a remainder",
        "?" => "write `case { a when condition; b otherwise }`",
        "[" => "a list is written in parentheses: `in (a, b)`",
        ":" | "::" | ":=" => "a value is given with `=`; a type is changed with `int(x)`, `date(x)` and so on",
        "‘" | "’" | "“" | "”" => "write a text with straight quotes: `'text'`",
        _ => return None,
    };
    Some(help.to_owned())
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
