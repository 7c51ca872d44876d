//! Takes the place where a piece stopped making sense and says, in the words of the language, what was found there and
//! what can stand there. Every mistake of the grammar has its struct here; no rule's name is ever shown.

use miette::Diagnostic;
use pest::Parser;
use pest::error::{Error as PestError, ErrorVariant, InputLocation};
use thiserror::Error;

use crate::diagnostics::{Diagnostics, did_you_mean};
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::syntax::grammar::{Grammar, Rule};
use crate::syntax::words;

#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` is no declaration")]
#[diagnostic(code("unknown-declaration"))]
pub(super) struct UnknownDeclaration {
    pub word: String,
    #[label(primary, "a declaration cannot begin so")]
    pub at: Span,
    #[help]
    pub help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a declaration cannot begin with `{found}`")]
#[diagnostic(code("no-declaration"), help("begin with the word of a declaration, such as `audience` or `trait`"))]
pub(super) struct NoDeclaration {
    pub found: String,
    #[label(primary, "a word is expected here")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` is not part of this version")]
#[diagnostic(code("later-declaration"), help("remove the declaration: a later version will have it"))]
pub(super) struct LaterDeclaration {
    pub word: String,
    #[label(primary, "the word is kept free for a later version")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{found}` begins no item of {} {block}", article(.block))]
#[diagnostic(code("unknown-item"))]
pub(super) struct UnknownItem {
    pub found: String,
    pub block: &'static str,
    #[label(primary, "an item cannot begin so")]
    pub at: Span,
    #[help]
    pub help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("{} {keyword} needs a block", article(.keyword))]
#[diagnostic(code("missing-block"), help("add its items: `{{ … }}`"))]
pub(super) struct MissingBlock {
    pub keyword: &'static str,
    #[label(primary, "`{{` is expected here")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a block ends its line")]
#[diagnostic(code("text-after-block"), help("begin what follows the `}}` on a line of its own"))]
pub(super) struct AfterBlock {
    #[label(primary, "this stands behind the end of a block")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a comma between columns")]
#[diagnostic(code("stray-comma"), help("leave it out: a column ends with its line, or with `;`"))]
pub(super) struct StrayComma {
    #[label(primary, "no comma is needed")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("comparisons cannot be chained")]
#[diagnostic(code("chained-comparison"), help("compare twice, joined by `and`"))]
pub(super) struct ChainedComparison {
    #[label(primary, "this compares the result of a comparison")]
    pub at: Span,
    #[label("the first comparison")]
    pub first: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{written}` is not an operator of the language")]
#[diagnostic(code("wrong-operator"), help("write `{right}`"))]
pub(super) struct WrongOperator {
    pub written: String,
    pub right: &'static str,
    #[label(primary, "`{right}` is meant")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("an expression of too many parts")]
#[diagnostic(code("too-many-operators"), help("give a part of it a name: a `let`, a `trait` or an `audience`"))]
pub(super) struct TooManyOperators {
    #[label(primary, "too deep to be understood")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("{written} is a name, not a text")]
#[diagnostic(code("double-quotes"), help("write the text as {right}"))]
pub(crate) struct DoubleQuotes {
    written: String,
    right: String,
    #[label(primary, "double quotes enclose the name of a column")]
    at: Span,
}

impl DoubleQuotes {
    /// Whether a quoted name could stand without its quotes.
    pub(crate) fn are_idle(name: &Name) -> bool {
        let bare = Grammar::parse(Rule::name, &name.text);
        name.quoted && bare.is_ok_and(|pairs| pairs.as_str() == name.text)
    }

    pub(crate) fn of(name: &Name) -> Self {
        let right = format!("`'{}'`", name.text.replace('\'', "''"));
        Self { written: format!("`\"{}\"`", name.text), right, at: name.span }
    }
}

#[derive(Debug, Error, Diagnostic)]
#[error("this comment documents nothing")]
#[diagnostic(
    code("idle-doc"),
    severity(Warning),
    help("write it with `//`, or move it above a declaration, a column or a stage")
)]
pub(super) struct IdleDoc {
    #[label(primary, "nothing that can have documentation follows")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{found}` cannot stand here")]
#[diagnostic(code("unexpected-text"))]
struct UnexpectedText {
    found: String,
    expected: String,
    #[label(primary, "{expected} is expected here")]
    at: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("{what} is not finished")]
#[diagnostic(code("unfinished"))]
struct Unfinished {
    what: &'static str,
    expected: String,
    #[label(primary, "{expected} is expected here")]
    at: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` is a word of the language, not a name")]
#[diagnostic(code("reserved-word"), help("write `\"{word}\"` if a thing is called so"))]
struct ReservedWord {
    word: String,
    #[label(primary, "a name or a value is expected here")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{unit}` is not a unit of time")]
#[diagnostic(code("unknown-unit"))]
struct UnknownUnit {
    unit: String,
    #[label(primary, "a unit or an operator is expected here")]
    at: Span,
    #[help]
    help: String,
}

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
    let help = help(found);
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
        diagnostics.push(ReservedWord { word: found.to_owned(), at: span });
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
        Rule::key | Rule::allows | Rule::match_ | Rule::pick | Rule::set_item | Rule::only | Rule::leave => "an item",
        _ => "a declaration",
    }
}

/// The rules that could have gone on, in words; each once, in the order of the table.
fn expected(positives: &[Rule]) -> String {
    let mut all = Vec::new();
    for (words, rules) in EXPECTED {
        if positives.iter().any(|rule| rules.contains(rule)) {
            all.push((*words).to_owned());
        }
    }
    if all.is_empty() {
        all.push("something else".to_owned());
    }
    let has = |words: &str| all.iter().any(|it: &String| it == words);
    let (value, operator) = (has("a value"), has("an operator"));
    if value {
        all.retain(|words| !matches!(words.as_str(), "a name" | "a text" | "a path" | "`null`"));
    }
    if operator {
        all.retain(|words| !matches!(words.as_str(), "`within`" | "`in`"));
    }
    one_of(&all)
}

const EXPECTED: &[(&str, &[Rule])] = &[
    ("a name", &[Rule::name, Rule::part, Rule::plain, Rule::quoted, Rule::word]),
    (
        "a value",
        &[
            Rule::expr,
            Rule::sum,
            Rule::not,
            Rule::minus,
            Rule::case_,
            Rule::duration,
            Rule::percent,
            Rule::number,
            Rule::instant,
            Rule::null,
            Rule::boolean,
            Rule::call,
            Rule::group,
            Rule::order,
            Rule::assign,
            Rule::kw_case,
            Rule::kw_null,
            Rule::kw_true,
            Rule::kw_false,
        ],
    ),
    ("a text", &[Rule::text]),
    ("a path", &[Rule::path, Rule::set]),
    ("a type", &[Rule::type_]),
    ("a query between `$$`", &[Rule::sql]),
    ("`=`", &[Rule::equals]),
    ("`->`", &[Rule::arrow]),
    ("`<=`", &[Rule::at_most]),
    ("`of`", &[Rule::of, Rule::kw_of]),
    ("`where`", &[Rule::where_, Rule::kw_where]),
    ("`when`", &[Rule::when, Rule::kw_when]),
    ("`otherwise`", &[Rule::kw_otherwise]),
    ("`until`", &[Rule::until, Rule::kw_until]),
    ("`from`", &[Rule::kw_from]),
    ("`to`", &[Rule::kw_to]),
    ("`on`", &[Rule::kw_on]),
    ("`by`", &[Rule::by, Rule::kw_by]),
    ("`per`", &[Rule::per, Rule::kw_per]),
    ("`within`", &[Rule::kw_within]),
    ("`as`", &[Rule::alias, Rule::as_sql, Rule::kw_as]),
    ("`sql`", &[Rule::kw_sql]),
    ("`null`", &[Rule::kw_null]),
    ("`in`", &[Rule::kw_in]),
    ("an operator", &[Rule::infix, Rule::arithmetic, Rule::is_null, Rule::among_list, Rule::within]),
    ("the end of the line", &[Rule::EOI]),
];
