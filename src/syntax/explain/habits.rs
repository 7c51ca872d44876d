//! What people bring from SQL, from other languages or from a first guess, and how it is written here. Takes the place
//! where a piece stopped making sense and gives what to do there, if it is one of these habits; applied as it is said,
//! the help compiles.

use super::amount::amount;
use super::{experiment, policy, sequence};
use crate::syntax::grammar::Rule;
use crate::syntax::words;

/// A place where a piece stopped making sense.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// What the piece is.
    pub rule: Rule,
    /// What stands there; empty at the piece's end.
    pub found: &'a str,
    /// The piece up to there, without blanks at its end.
    pub before: &'a str,
    /// The piece from there on.
    pub rest: &'a str,
    /// What could stand there, in words.
    pub expected: &'a [String],
}

impl<'a> Place<'a> {
    /// The last word before it; empty where a sign stands there.
    fn last(&self) -> &'a str {
        last_word(self.before).1
    }

    /// What follows what stands there.
    pub(super) fn after(&self) -> &'a str {
        self.rest.get(self.found.len()..).unwrap_or_default().trim_start()
    }

    /// The word that follows it.
    pub(super) fn next(&self) -> &'a str {
        words::split_word(self.after()).0
    }

    pub(super) fn expects(&self, what: &str) -> bool {
        self.expected.iter().any(|it| it == what)
    }

    pub(super) fn found_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| word.eq_ignore_ascii_case(self.found))
    }
}

/// What to do about a habit.
pub(super) fn habit(place: &Place<'_>) -> Option<String> {
    comment(place)
        .or_else(|| policy::habit(place))
        .or_else(|| head(place))
        .or_else(|| column(place))
        .or_else(|| sequence::habit(place))
        .or_else(|| experiment::habit(place))
        .or_else(|| item(place))
        .or_else(|| of_a_test(place))
        .or_else(|| condition(place))
        .or_else(|| value(place))
        .or_else(|| word(place.found))
}

fn comment(place: &Place<'_>) -> Option<String> {
    let is = place.before.contains("--") || (place.found == "*" && place.before.ends_with('/'));
    is.then(|| "write a comment as `// …`".to_owned())
}

/// In the head of a declaration.
fn head(place: &Place<'_>) -> Option<String> {
    let found = place.found;
    if place.rule == Rule::funnel && found == "was" {
        return Some("remove `was` and the name behind it: a funnel remembers nothing".to_owned());
    }
    if found == ":" && matches!(place.rule, Rule::trait_ | Rule::let_) && !place.before.contains('=') {
        let kind = words::split_word(place.after()).0;
        return Some(format!("remove `: {kind}`: the type is the value's"));
    }
    if matches!(found, ":" | ":=")
        && matches!(place.rule, Rule::let_ | Rule::trait_ | Rule::row_link | Rule::destination)
    {
        return place.expects("`=`").then(|| format!("write `=` in place of `{found}`"));
    }
    if place.expects("`of`") && matches!(found, "" | "{") {
        return Some("add `of` and the entity, as in `of workspace`".to_owned());
    }
    if place.expects("`of`") && !matches!(found, "" | "from" | "for" | "in" | "on" | "to") && place.next() != "of" {
        return Some(format!("name the entity before `{found}`, as in `of workspace`"));
    }
    if place.rule == Rule::sync && matches!(found, "->" | "=>" | "into" | "in") && place.expects("`to`") {
        return Some(format!("write `to` in place of `{found}`"));
    }
    if place.rule == Rule::audience && place.expects("`where`") {
        return Some(match found {
            "=" | ":" | ":=" | "if" | "when" => format!("write `where` in place of `{found}`"),
            _ => "write `where` before the condition".to_owned(),
        });
    }
    None
}

/// In a column of a source or an object.
fn column(place: &Place<'_>) -> Option<String> {
    if place.rule != Rule::column {
        return None;
    }
    let name = place.before.split_whitespace().next().unwrap_or_default();
    Some(match place.found.to_ascii_lowercase().as_str() {
        ":" | "=" | ":=" => format!("remove `{}`: the type follows the name", place.found),
        "not" if place.next().eq_ignore_ascii_case("null") => {
            format!("remove `{} {}`: a column whose type has no `?` is never null", place.found, place.next())
        }
        "null" if place.before.ends_with('?') => "remove `null`: the `?` says it".to_owned(),
        "null" => format!("write `?` at the end of the type, in place of `{}`", place.found),
        "primary" => format!("remove it here, and write `key {name}` in an entity over the source"),
        "unique" => format!("remove it here, and write `unique {name}` in an entity over the source"),
        "default" | "references" | "check" | "collate" => {
            "remove it and what follows: a source says what a column holds, with its name and type".to_owned()
        }
        _ => return None,
    })
}

/// In an item of a block, and in a stage.
fn item(place: &Place<'_>) -> Option<String> {
    let found = place.found;
    Some(match (place.rule, found) {
        (Rule::stage, ",") => "remove `,`: a stage ends with its line".to_owned(),
        (Rule::stage, ":" | "->" | "=>") if place.next() == "otherwise" => format!("remove `{found}`"),
        (Rule::stage, ":" | "->" | "=>" | "if" | "where") => format!("write `when` in place of `{found}`"),
        (Rule::stage, _) if place.found_any(&["else", "default"]) => {
            format!("write `otherwise` in place of `{found}`")
        }
        (_, ":") if is_word(place.before) && !place.before.contains(' ') => "remove `:`".to_owned(),
        (Rule::leave, "") if place.before == "leave" => {
            "write `leave delete`, `leave clear`, `leave keep` or `leave set field = value`".to_owned()
        }
        (Rule::key, ",") if place.before.starts_with("key") => {
            let (one, two) = (place.last(), place.next());
            format!("write one column: in a source `as sql`, both can be one, as in `{one} || '-' || {two} as pair`")
        }
        (Rule::key, ",") => "write one column: an item for each".to_owned(),
        (Rule::link, "to" | "=>" | ">") if place.expects("`->`") => format!("write `->` in place of `{found}`"),
        (Rule::link, ".") => link_column(place)?,
        (Rule::link, ",") => "write one column: a link goes by one".to_owned(),
        (Rule::step, _) if is_word(found) && last_word(last_word(place.before).0.trim_end()).1 == "via" => {
            format!("write the path in parentheses: `via {}({found})`", place.last())
        }
        (Rule::stop, "after" | "of" | "from") if place.before.contains(" within ") => {
            format!("remove `{found} {}`: the time counts from the step before", place.next())
        }
        (Rule::arms, "" | ",") if !place.last().is_empty() => {
            format!("write each arm with its share: `{} 50%`", place.last())
        }
        (Rule::set_item | Rule::match_ | Rule::leave, ":" | ":=") if place.expects("`=`") => {
            format!("write `=` in place of `{found}`")
        }
        (Rule::set_item, "keep" | "delete" | "clear") if place.last() == "leave" => {
            "remove the comma at the end of the line before".to_owned()
        }
        (Rule::set_item, _) if is_word(found) && place.after().starts_with('=') => {
            format!("write a comma before `{found}`")
        }
        _ => return None,
    })
}

/// `on owner_id = user.id`: what is joined is named by the link already.
fn link_column(place: &Place<'_>) -> Option<String> {
    let column = place.next();
    let (first, last) = last_word(place.before);
    if column.is_empty() {
        return None;
    }
    Some(match first.trim_end().ends_with('=') {
        true => format!("write the column alone: `= {column}`"),
        false => format!("write the column alone: `{column}` in place of `{last}.{column}`"),
    })
}

/// In a test.
fn of_a_test(place: &Place<'_>) -> Option<String> {
    let found = place.found;
    Some(match place.rule {
        Rule::test if place.before == "test" && is_word(found) => format!("write the name as a text: `'{found}'`"),
        Rule::test if place.before == "test" => "give the test a name: `test 'what it shows' at …`".to_owned(),
        Rule::test if found.is_empty() && place.expects("`at`") => {
            "add the instant of its first run: `at @2026-01-15`".to_owned()
        }
        Rule::expect if place.expects("`=`") && matches!(found, "is" | "==" | ":" | "are" | "in") => {
            format!("write `=` in place of `{found}`")
        }
        Rule::expect if matches!(found, "(" | "[") && place.before.ends_with('=') => {
            let end = place.rest.find([')', ']']).unwrap_or(place.rest.len());
            let keys = place.rest.get(1..end).unwrap_or_default().trim();
            format!("write the keys in braces: `{{ {keys} }}`")
        }
        Rule::expect if place.before.ends_with('=') && !found.is_empty() => {
            format!("write the keys in braces: `{{ {found} }}`")
        }
        Rule::given if place.expects("a table") => {
            "write a table with a line for each row: `| id | plan |`, and below it `| w1 | free |`".to_owned()
        }
        _ => return None,
    })
}

/// In a condition.
fn condition(place: &Place<'_>) -> Option<String> {
    let found = place.found;
    let last = place.last();
    if found == "(" && last.eq_ignore_ascii_case("null") {
        return null_call(place);
    }
    if found == "," {
        return list(place);
    }
    if last == "in" && !matches!(found, "" | "[" | "(") {
        return Some(match place.after().strip_prefix("..") {
            Some(end) => {
                let (_, of) = last_path(last_word(place.before).0.trim_end());
                let of = if of.is_empty() { "x" } else { of };
                format!("write `{found} <= {of} and {of} <= {}`", end.split_whitespace().next().unwrap_or("y"))
            }
            None => format!("write a list in parentheses: `in ({found})`"),
        });
    }
    let (is, of) = match last {
        "is" => ("is", place.before),
        "not" => ("is not", last_word(place.before).0.trim_end()),
        _ => return None,
    };
    let (subject, last) = last_word(of);
    if last != "is" || found.is_empty() {
        return None;
    }
    let (_, subject) = last_path(subject.trim_end());
    let negated = is == "is not";
    Some(match found.to_ascii_lowercase().as_str() {
        "true" | "false" if subject.is_empty() && negated == (found.eq_ignore_ascii_case("false")) => {
            format!("remove `{is} {found}`")
        }
        "true" | "false" if subject.is_empty() => {
            format!("remove `{is} {found}`, and write `not` before the condition")
        }
        "true" | "false" if negated == (found.eq_ignore_ascii_case("false")) => {
            format!("write `{subject}` in place of `{subject} {is} {found}`")
        }
        "true" | "false" => format!("write `not {subject}` in place of `{subject} {is} {found}`"),
        "distinct" if negated => "write `=` in place of `is not distinct from`".to_owned(),
        "distinct" => "write `!=` in place of `is distinct from`".to_owned(),
        _ => format!("write `{}` in place of `{is}`", if negated { "!=" } else { "=" }),
    })
}

/// `not null(name)`, `null(name)`.
fn null_call(place: &Place<'_>) -> Option<String> {
    let (before, _) = last_word(place.before);
    let not = last_word(before.trim_end()).1.eq_ignore_ascii_case("not");
    let inside = place.rest.get(1..place.rest.find(')')?)?.trim();
    Some(format!("write `{inside} is {}null`", if not { "not " } else { "" }))
}

/// `plan in free, pro`.
fn list(place: &Place<'_>) -> Option<String> {
    let at = place.before.rfind(" in ")?;
    let first = place.before.get(at + " in ".len()..)?.trim();
    let alone = |text: &str| !text.is_empty() && !text.contains(['(', ')', ' ', '{']);
    let more: Vec<&str> = place.rest.split(',').skip(1).map(str::trim).collect();
    let more: Vec<&str> = more.into_iter().map(|text| text.split(' ').next().unwrap_or_default()).collect();
    if !alone(first) || !more.iter().all(|text| alone(text)) {
        return None;
    }
    Some(format!("write the list in parentheses: `in ({first}, {})`", more.join(", ")))
}

/// In a value.
fn value(place: &Place<'_>) -> Option<String> {
    let Place { found, before, .. } = *place;
    let last = place.last();
    if let Some(help) = unit(found) {
        return Some(help);
    }
    if let Some(help) = amount(place) {
        return Some(help);
    }
    if found == "ago" {
        let (before, unit) = last_word(before);
        let (_, amount) = last_word(before.trim_end());
        return (!amount.is_empty())
            .then(|| format!("write `now - {amount} {unit}` in place of `{amount} {unit} ago`"));
    }
    if let Some(day) = last_instant(before).filter(|_| found.len() <= 2 && place.after().starts_with(':')) {
        let time = place.rest.split(' ').next().unwrap_or_default().trim_end_matches('Z');
        return Some(format!("write `{day}T{time}Z`, which is in UTC"));
    }
    if found == "%"
        && last.bytes().all(|byte| byte.is_ascii_digit())
        && !last.is_empty()
        && !begins_value(place.after())
    {
        return Some(format!("write `%` at the number: `{last}%`"));
    }
    if found == "::" && !place.next().is_empty() {
        let (_, of) = last_path(before);
        let of = if of.is_empty() { "x" } else { of };
        return Some(format!("write `{}({of})`", words::spelt_here(place.next()).unwrap_or(place.next())));
    }
    if found == "@" && before.ends_with(last) && !last.is_empty() {
        let end = place.rest.split([' ', ')', ',']).next().unwrap_or_default();
        return Some(format!("write a text in quotes: `'{last}{end}'`"));
    }
    let help = match found {
        "order" | "sort" if place.next() == "by" => "write `by` alone",
        "->" | "->>" | "#>>" if place.expects("an operator") => "write `json_text(x, 'key')`",
        "group" if place.next() == "by" => "remove it: an aggregate is over the rows of its set, for each row outside",
        "limit" | "top" | "fetch" => "remove it: `rank(x desc) <= 10` is true for the first ten",
        "?" if place.after().starts_with('?') => "write `coalesce(a, b)`",
        "*" if before.ends_with(['(', '.']) => "write the set alone: `count(orders)`",
        "when" if last.eq_ignore_ascii_case("case") || before.ends_with('{') => {
            "write `case { value when condition; other otherwise }`"
        }
        _ if place.found_any(&["else"]) && before.contains("case {") => "write `otherwise` in place of `else`",
        _ if last.eq_ignore_ascii_case("interval") => "write a duration as `3 days`",
        _ if last.eq_ignore_ascii_case("distinct") => "write `count_distinct(x from SET)`",
        _ if last.eq_ignore_ascii_case("select") => "write `any(SET where condition)`, or `x from SET` in an aggregate",
        _ if last.eq_ignore_ascii_case("if") => "write `case { a when condition; b otherwise }`",
        _ if before.contains(" among ") && place.expects("`)`") => {
            "declare the condition as an audience, and write its name behind `among`"
        }
        _ => return None,
    };
    Some(help.to_owned())
}

/// `3day`, `7d`: a number and its unit without a blank.
fn unit(found: &str) -> Option<String> {
    let end = found.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0)?;
    let (amount, unit) = found.split_at_checked(end)?;
    Some(format!("write `{amount} {}`", words::unit_here(unit)?))
}

/// What a word or sign of another language is written as here, wherever it stands.
fn word(found: &str) -> Option<String> {
    let help = match found.to_ascii_lowercase().as_str() {
        "=>" => "write `>=`",
        "=<" => "write `<=`",
        "===" => "write `=`",
        "!==" => "write `!=`",
        "~" | "~*" | "!~" | "=~" => "use `contains(x, 'part')`, `starts_with` or `ends_with`",
        "**" | "^" => "write a product: `x * x`",
        "asc" => "leave `asc` out: the smallest comes first unless `desc` is said",
        "like" | "ilike" => "use `contains(x, 'part')`, `starts_with` or `ends_with`",
        "between" => "write `a <= x and x <= b`",
        "then" | "else" => "write `case { value when condition; other otherwise }`",
        "exists" => "write `any(set where condition)`",
        "join" => "follow a link: `owner.email`",
        "%" => "use `mod(a, b)` for a remainder",
        "?" => "write `case { a when condition; b otherwise }`",
        "[" => "a list is written in parentheses: `in (a, b)`",
        "‘" | "’" | "“" | "”" | "`" => "write a text with straight quotes: `'text'`",
        _ => return None,
    };
    Some(help.to_owned())
}

/// What stands before the last word of a text, and the word.
pub(super) fn last_word(text: &str) -> (&str, &str) {
    last_of(text, |c| c.is_ascii_alphanumeric() || c == '_')
}

/// What stands before the last path of a text, and the path.
fn last_path(text: &str) -> (&str, &str) {
    last_of(text, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
}

fn last_of(text: &str, of: impl Fn(char) -> bool) -> (&str, &str) {
    let last = text.rsplit(|c: char| !of(c)).next().unwrap_or_default();
    (text.strip_suffix(last).unwrap_or(text), last)
}

/// The day that a text ends with, with its `@`.
fn last_instant(text: &str) -> Option<&str> {
    let day = text.get(text.rfind('@')?..)?;
    day.get(1..)?.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-').then_some(day)
}

/// Whether a text begins with a value.
pub(super) fn begins_value(text: &str) -> bool {
    const JOINTS: &[&str] = &["and", "or", "in", "is", "within", "where", "when", "until", "from", "otherwise"];
    let (word, _) = words::split_word(text);
    text.starts_with(['\'', '"', '(', '@'])
        || (!word.is_empty() && !JOINTS.iter().any(|it| it.eq_ignore_ascii_case(word)))
}

/// Whether a text begins with a word that is no number.
pub(super) fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}
