//! The words that begin a declaration or an item, and what may follow them: the one table that layout, parser and
//! formatter share. A word that is not here is an unknown declaration or item; the table never panics on one.

use crate::diagnostics::did_you_mean;

/// A word that begins a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    Source,
    Entity,
    Event,
    Let,
    Trait,
    Audience,
    Status,
    Link,
    Destination,
    Sync,
    Sequence,
    Channel,
    Experiment,
    Policy,
    Funnel,
    Test,
    Retire,
}

/// The declarations.
pub(crate) const DECLARATIONS: &[(&str, Keyword)] = &[
    ("source", Keyword::Source),
    ("entity", Keyword::Entity),
    ("event", Keyword::Event),
    ("let", Keyword::Let),
    ("trait", Keyword::Trait),
    ("audience", Keyword::Audience),
    ("status", Keyword::Status),
    ("link", Keyword::Link),
    ("destination", Keyword::Destination),
    ("sync", Keyword::Sync),
    ("sequence", Keyword::Sequence),
    ("channel", Keyword::Channel),
    ("experiment", Keyword::Experiment),
    ("policy", Keyword::Policy),
    ("funnel", Keyword::Funnel),
    ("test", Keyword::Test),
    ("retire", Keyword::Retire),
];

/// The item words of an entity.
pub(crate) const ENTITY_ITEMS: &[&str] = &["key", "unique", "link", "guard"];
/// The item words of an event.
pub(crate) const EVENT_ITEMS: &[&str] = &["key", "unique", "at", "link", "guard"];
/// The item words of a sync.
pub(crate) const SYNC_ITEMS: &[&str] = &["match", "pick", "set", "create", "update", "leave", "guard", "exempt"];
/// The item words of a sequence.
pub(crate) const SEQUENCE_ITEMS: &[&str] = &["start", "hold", "exit", "stay", "again", "step", "branch"];
/// The item words of a branch.
pub(crate) const BRANCH_ITEMS: &[&str] = &["step"];
/// The item words of a channel.
pub(crate) const CHANNEL_ITEMS: &[&str] = &["cap", "order", "during"];
/// The item words of an experiment.
pub(crate) const EXPERIMENT_ITEMS: &[&str] = &["arms", "rollout", "salt", "hash", "layer", "phase", "goal"];
/// The item words of a phase.
pub(crate) const PHASE_ITEMS: &[&str] = &["arms"];
/// The item words of a funnel.
pub(crate) const FUNNEL_ITEMS: &[&str] = &["step", "per"];
/// The item words of a test.
pub(crate) const TEST_ITEMS: &[&str] = &["given", "after", "expect", "reject", "accept"];

/// The types that a column can have.
pub(crate) const TYPES: [&str; 10] =
    ["text", "int", "decimal", "float", "bool", "date", "timestamp", "duration", "enum", "json"];

/// The type that has another name in warehouses.
pub(crate) fn spelt_here(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "string" | "varchar" | "char" | "uuid" => "text",
        "integer" | "bigint" | "smallint" | "int64" | "number" => "int",
        "numeric" | "money" => "decimal(18, 2)",
        "real" | "double" | "float64" => "float",
        "boolean" => "bool",
        "datetime" | "timestamptz" => "timestamp",
        "interval" => "duration",
        "jsonb" | "variant" | "object" => "json",
        _ => return None,
    })
}

/// The units of a duration.
pub(crate) const UNITS: &[&str] = &["seconds", "minutes", "hours", "days", "weeks", "months", "years"];

/// The unit of time that is shortened so, or lacks its end.
pub(crate) fn unit_here(written: &str) -> Option<&'static str> {
    Some(match written.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => "seconds",
        "m" | "min" | "mins" | "minute" | "minutes" => "minutes",
        "h" | "hr" | "hrs" | "hour" | "hours" => "hours",
        "d" | "day" | "days" => "days",
        "w" | "wk" | "wks" | "week" | "weeks" => "weeks",
        "mo" | "mon" | "month" | "months" => "months",
        "y" | "yr" | "yrs" | "year" | "years" => "years",
        _ => return None,
    })
}

/// The days of a week.
pub(crate) const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The word for days that is shortened so, or is of another spelling.
pub(crate) fn day_here(written: &str) -> Option<&'static str> {
    let written = written.to_lowercase();
    Some(match written.as_str() {
        "daily" | "everyday" | "always" | "any" | "all" => "daily",
        "weekday" | "weekdays" | "workday" | "workdays" | "businessdays" | "business" | "working" | "work" => {
            "weekdays"
        }
        "weekend" | "weekends" => "weekends",
        _ if written.len() < 2 => return None,
        _ => DAYS.into_iter().find(|day| day.starts_with(&written) || written.strip_suffix('s') == Some(day))?,
    })
}

/// The words that no unquoted name can be.
pub(crate) const RESERVED: &[&str] =
    &["and", "or", "not", "in", "is", "null", "true", "false", "where", "when", "until", "from", "within", "otherwise"];

/// What a word at the start of a declaration means.
pub(crate) fn keyword(word: &str) -> Option<Keyword> {
    DECLARATIONS.iter().find(|(text, _)| *text == word).map(|(_, keyword)| *keyword)
}

/// What a misspelt word at the start of a declaration means.
pub(crate) fn similar_keyword(word: &str) -> Option<Keyword> {
    did_you_mean(word, DECLARATIONS.iter().map(|(word, _)| *word)).and_then(keyword)
}

/// The words that continue the line before within the block of a declaration, besides those that do so everywhere; none
/// of them begins an item there.
pub(crate) const fn continuing(keyword: Option<Keyword>) -> &'static [&'static str] {
    match keyword {
        Some(Keyword::Sequence) => &["via", "due", "during", "late", "otherwise"],
        _ => &[],
    }
}

/// The words that continue the head of a declaration.
pub(crate) const fn continuing_head(keyword: Option<Keyword>) -> &'static [&'static str] {
    match keyword {
        Some(Keyword::Policy) => &["of", "as", "to", ":", "never"],
        Some(Keyword::Test) => &["at", "every"],
        _ => &["of", "to", "as", "was", "by"],
    }
}

/// Whether `text` begins as a declaration does: its word, a name, and the word or sign that must follow. Such a line
/// can be nothing else, so a block or a text that is open there was never closed.
pub(crate) fn begins_declaration(text: &str) -> bool {
    let (word, rest) = split_word(text);
    let Some(keyword) = keyword(word) else { return false };
    let rest = skip_blanks(rest);
    if keyword == Keyword::Test {
        return rest.starts_with('\'');
    }
    let Some(rest) = skip_name(rest) else { return false };
    let (next, _) = split_word(rest);
    match keyword {
        Keyword::Source => rest.starts_with('{') || next == "as",
        Keyword::Entity => matches!(next, "from" | "was"),
        Keyword::Event => next == "from",
        Keyword::Let | Keyword::Destination => rest.starts_with('='),
        Keyword::Sync => matches!(next, "from" | "was"),
        Keyword::Trait | Keyword::Link | Keyword::Policy | Keyword::Funnel => next == "of",
        Keyword::Audience | Keyword::Status | Keyword::Sequence | Keyword::Channel | Keyword::Experiment => {
            matches!(next, "of" | "was")
        }
        // It has no sign of its own: a column may be called so.
        Keyword::Test | Keyword::Retire => false,
    }
}

/// Whether `text` begins with what stands behind a declaration's word: a name, and the word or sign that must follow.
pub(crate) fn begins_with_name(text: &str) -> bool {
    skip_name(text)
        .is_some_and(|rest| rest.starts_with(['{', '=']) || matches!(split_word(rest).0, "of" | "from" | "was" | "as"))
}

/// The word at the start of `text`, and what follows.
pub(crate) fn split_word(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !is_letter(byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Whether a byte can be part of a word.
pub(crate) const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn skip_blanks(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

/// Skips a name or a dotted path and the blanks after it.
fn skip_name(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = if let Some(quoted) = rest.strip_prefix('"') {
            let line = quoted.split('\n').next().unwrap_or_default();
            quoted.get(line.find('"')? + 1..)?
        } else {
            let (word, rest) = split_word(rest);
            if word.is_empty() {
                return None;
            }
            rest
        };
        match rest.strip_prefix('.') {
            Some(more) => rest = more,
            None => return Some(skip_blanks(rest)),
        }
    }
}
