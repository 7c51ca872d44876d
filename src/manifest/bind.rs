//! Takes a statement of a manifest and what a run knows, gives the statement with `:now`, `:run`, `:parent`, `:born_…` and
//! `:mark_…` filled in. Reads tokens: quoted text, quoted names, comments and `::` casts stay as they are.

/// What a run fills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bindings<'a> {
    /// The run's instant, as a literal of the dialect.
    pub now: &'a str,
    /// The run's id: lower-case letters, digits and `_`.
    pub run: &'a str,
    /// The parent run's id; `None` for the first run.
    pub parent: Option<&'a str>,
    /// What `:born_NAME` stands for, by NAME, as literals of the dialect.
    pub born: &'a [(String, String)],
    /// What `:mark_NAME` stands for, by NAME, as literals of the dialect.
    pub marks: &'a [(String, String)],
}

/// The statement with its placeholders filled in.
///
/// `:now` becomes the literal. `:run` and `:parent` become the id where they end a table's name (`workspace__:run`, also
/// behind a quote: `"Workspace__":run`), and a text literal where they stand alone. In the first run `:parent` alone is `NULL`, and `__:parent` stays.
/// `:born_NAME` and `:mark_NAME` become the literal of that name, where there is one.
#[must_use]
pub fn bind(sql: &str, bindings: &Bindings<'_>) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = opaque(rest).unwrap_or(0);
        if length > 0 {
            rest = take(&mut out, rest, length);
        } else if first == ':' {
            rest = placeholder(&mut out, rest, bindings);
        } else if is_word(first) {
            let length = rest.find(|it| !is_word(it) && it != '$').unwrap_or(rest.len());
            rest = take(&mut out, rest, length);
        } else {
            rest = take(&mut out, rest, first.len_utf8());
        }
    }
    out
}

/// The statement without its comments, and with one blank wherever there are some: what is between quotes stays as it is.
#[must_use]
pub(super) fn without_comments(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = opaque(rest).unwrap_or(0);
        let is_comment = length > 0 && (first == '-' || first == '/');
        if is_comment || first.is_whitespace() {
            rest = rest.get(length.max(first.len_utf8())..).unwrap_or_default();
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            rest = take(&mut out, rest, length.max(first.len_utf8()));
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The names that the statement leaves open: `now`, `run`, `parent`, `born`, `mark`, in this order.
pub(super) fn open(sql: &str) -> Vec<&'static str> {
    let bound = bind(sql, &Bindings { now: "\u{1}", run: "\u{2}", parent: Some("\u{3}"), born: &[], marks: &[] });
    let open = [("\u{1}", "now"), ("\u{2}", "run"), ("\u{3}", "parent"), (":born_", "born"), (":mark_", "mark")];
    open.iter().filter(|(mark, _)| bound.contains(mark)).map(|(_, name)| *name).collect()
}

/// Writes what a colon begins and gives what follows it.
fn placeholder<'a>(out: &mut String, rest: &'a str, bindings: &Bindings<'_>) -> &'a str {
    if rest.starts_with("::") {
        return take(out, rest, 2);
    }
    let name = rest.strip_prefix(':').unwrap_or(rest);
    let end = name.find(|it| !is_word(it)).unwrap_or(name.len());
    let (name, after) = name.split_at_checked(end).unwrap_or((name, ""));
    let quote = out.ends_with(r#"__""#).then_some('"').or_else(|| out.ends_with("__`").then_some('`'));
    let is_glued = out.ends_with("__") || quote.is_some();
    let is_alone = !out.ends_with([':', ')', ']']) && !out.ends_with(is_word);
    let value = match (name, bindings.parent) {
        ("now", _) if is_alone => Some(bindings.now.to_owned()),
        ("run", _) if is_glued => Some(bindings.run.to_owned()),
        ("run", _) if is_alone => Some(quoted(bindings.run)),
        ("parent", Some(parent)) if is_glued => Some(parent.to_owned()),
        ("parent", Some(parent)) if is_alone => Some(quoted(parent)),
        ("parent", None) if is_alone => Some("NULL".to_owned()),
        (name, _) if is_alone => {
            let named = |all: &[(String, String)], name| {
                all.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
            };
            let born = name.strip_prefix("born_").and_then(|name| named(bindings.born, name));
            born.or_else(|| name.strip_prefix("mark_").and_then(|name| named(bindings.marks, name)))
        }
        _ => None,
    };
    match value {
        Some(value) => {
            out.truncate(out.len() - quote.map_or(0, char::len_utf8));
            out.push_str(&value);
            out.extend(quote);
            after
        }
        None => take(out, rest, 1),
    }
}

/// The length of quoted text, a quoted name or a comment that the text begins with.
fn opaque(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    match first {
        '\'' | '"' | '`' => Some(quoted_length(text, first)),
        '-' if text.starts_with("--") => Some(text.find('\n').unwrap_or(text.len())),
        '/' if text.starts_with("/*") => Some(through(text, 2, "*/")),
        '$' => {
            let tag = text.get(1..)?.find(|it: char| !is_word(it))? + 1;
            let tag = text.get(..=tag).filter(|tag| tag.ends_with('$'))?;
            let is_number = tag.chars().nth(1).is_some_and(|it| it.is_ascii_digit());
            (!is_number).then(|| through(text, tag.len(), tag))
        }
        _ => None,
    }
}

/// Up to and with the closing quote; a doubled quote opens again at once, which comes to the same.
fn quoted_length(text: &str, quote: char) -> usize {
    through(text, 1, quote.encode_utf8(&mut [0; 4]))
}

/// The length up to and with `end`, looked for after `from` bytes; all where it is missing.
fn through(text: &str, from: usize, end: &str) -> usize {
    text.get(from..).and_then(|rest| rest.find(end)).map_or(text.len(), |at| from + at + end.len())
}

fn take<'a>(out: &mut String, rest: &'a str, length: usize) -> &'a str {
    let (head, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
    out.push_str(head);
    tail
}

fn is_word(it: char) -> bool {
    it.is_alphanumeric() || it == '_'
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(sql: &str) -> String {
        let now = "TIMESTAMP '2026-01-15 09:00:00'";
        bind(
            sql,
            &Bindings {
                now,
                run: "r2_7f3a",
                parent: Some("r1_00ab"),
                born: &[("upsell".to_owned(), "'2026-01-01'".to_owned())],
                marks: &[("upsell__email".to_owned(), "'upsell.mail'".to_owned())],
            },
        )
    }

    #[test]
    fn fills_in_names_and_values() {
        assert_eq!(
            bound("CREATE TABLE plg.workspace__:run AS SELECT :now AS at, :run AS run FROM plg.workspace__:parent"),
            "CREATE TABLE plg.workspace__r2_7f3a AS SELECT TIMESTAMP '2026-01-15 09:00:00' AS at, 'r2_7f3a' AS run \
             FROM plg.workspace__r1_00ab"
        );
        assert_eq!(bound("plg__workspace__:run"), "plg__workspace__r2_7f3a");
        assert_eq!(bound("plg.\"Odd__\":run AS r"), "plg.\"Odd__r2_7f3a\" AS r");
        assert_eq!(bound("x<=:now-1"), "x<=TIMESTAMP '2026-01-15 09:00:00'-1");
        assert_eq!(bound("(:parent)"), "('r1_00ab')");
        assert_eq!(bound("x = :mark_upsell__email || :mark_upsell"), "x = 'upsell.mail' || :mark_upsell");
        assert_eq!(bound("x > :born_upsell AND y > :born_other"), "x > '2026-01-01' AND y > :born_other");
    }

    #[test]
    fn leaves_quoted_text_names_and_comments() {
        for same in [
            "SELECT ':now', 'it''s :run', '\\'",
            "SELECT \":now\", \"a\"\":run\" FROM `:parent`",
            "SELECT 1 -- on :now, it's :run\n",
            "SELECT 1 /* :now 'x */",
            "SELECT $$ :now ' $$, $tag$ :run $$ :now $tag$",
            "SELECT 'unclosed :now",
        ] {
            assert_eq!(bound(same), same);
        }
        assert_eq!(bound("-- it's\n:run"), "-- it's\n'r2_7f3a'");
        assert_eq!(bound("/* ' */ :run"), "/* ' */ 'r2_7f3a'");
        assert_eq!(bound("$1 = :run"), "$1 = 'r2_7f3a'");
        assert_eq!(bound("'é' || :run"), "'é' || 'r2_7f3a'");
    }

    #[test]
    fn leaves_casts_and_other_names() {
        for same in
            ["x::timestamp", "x::run", "x :: now", ":nowhere", ":running", "a[1:now]", "col:now", "f(x):run", ":"]
        {
            assert_eq!(bound(same), same, "{same}");
        }
        assert_eq!(bound(":run::text"), "'r2_7f3a'::text");
    }

    #[test]
    fn the_first_run_has_no_parent() {
        let first = Bindings { now: "1", run: "r1", parent: None, born: &[], marks: &[] };
        assert_eq!(bind("r.run = :parent", &first), "r.run = NULL");
        assert_eq!(bind("plg.workspace__:parent", &first), "plg.workspace__:parent");
    }
}
