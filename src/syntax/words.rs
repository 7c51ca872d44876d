//! The words that begin a declaration or an item, and what may follow them: the one table that layout, parser and
//! formatter share. A word that is not here is an unknown declaration or item; the table never panics on one.

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
    /// A word of the language that this version does not have.
    Later,
}

/// The declarations of this version.
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
];

/// The declarations that come later; their words are kept free.
pub(crate) const LATER: &[&str] = &["sequence", "channel", "experiment", "policy", "funnel", "test"];

/// The item words of an entity.
pub(crate) const ENTITY_ITEMS: &[&str] = &["key", "unique", "link", "guard"];
/// The item words of an event.
pub(crate) const EVENT_ITEMS: &[&str] = &["key", "unique", "at", "link", "guard"];
/// The item words of a sync.
pub(crate) const SYNC_ITEMS: &[&str] = &["match", "pick", "set", "create", "update", "leave", "guard"];

/// The types that a column can have.
pub(crate) const TYPES: [&str; 10] =
    ["text", "int", "decimal", "float", "bool", "date", "timestamp", "duration", "enum", "json"];

/// The units of a duration.
pub(crate) const UNITS: &[&str] = &["seconds", "minutes", "hours", "days", "weeks", "months", "years"];

/// The words that no unquoted name can be.
pub(crate) const RESERVED: &[&str] =
    &["and", "or", "not", "in", "is", "null", "true", "false", "where", "when", "until", "from", "within", "otherwise"];

/// What a word at the start of a declaration means.
pub(crate) fn keyword(word: &str) -> Option<Keyword> {
    let known = DECLARATIONS.iter().find(|(text, _)| *text == word).map(|(_, keyword)| *keyword);
    known.or_else(|| LATER.contains(&word).then_some(Keyword::Later))
}

/// Whether `text` begins as a declaration does: its word, a name, and the word or sign that must follow. Such a line
/// can be nothing else, so a block or a text that is open there was never closed.
pub(crate) fn begins_declaration(text: &str) -> bool {
    let (word, rest) = split_word(text);
    let Some(keyword) = keyword(word) else { return false };
    let rest = skip_blanks(rest);
    if word == "test" {
        return rest.starts_with('\'');
    }
    let Some(rest) = skip_name(rest) else { return false };
    let (next, _) = split_word(rest);
    match keyword {
        Keyword::Source => rest.starts_with('{') || next == "as",
        Keyword::Entity | Keyword::Event => next == "from",
        Keyword::Let | Keyword::Destination => rest.starts_with('='),
        Keyword::Sync => matches!(next, "from" | "was"),
        Keyword::Trait | Keyword::Link => next == "of",
        Keyword::Audience | Keyword::Status | Keyword::Later => matches!(next, "of" | "was"),
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
