//! Takes the text of some JSON and a path, gives what stands there as text: a string's content, any other value exactly
//! as it is written. Promises: the whole text is checked, and has no U+0000; of a key that occurs twice, the last one counts.

use serde::de::IgnoredAny;

/// What stands at a path; null for what is absent, JSON null, or no JSON at all.
#[must_use]
pub fn text(json: &str, path: &[impl AsRef<str>]) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(json).ok().filter(|_| !has_nul(json))?;
    let mut value = json.trim_matches(BLANK);
    for step in path {
        value = match value.chars().next()? {
            '{' => member(value, step.as_ref())?,
            '[' => element(value, step.as_ref())?,
            _ => return None,
        };
    }
    match value.chars().next()? {
        '"' => serde_json::from_str(value).ok(),
        'n' => None,
        _ => Some(value.to_owned()),
    }
}

const BLANK: [char; 4] = [' ', '\t', '\n', '\r'];

/// Whether some string has the character U+0000, which other databases take no JSON with.
fn has_nul(json: &str) -> bool {
    let mut rest = json;
    while let Some((_, escape)) = rest.split_once('\\') {
        if escape.starts_with("u0000") {
            return true;
        }
        let mut after = escape.chars();
        after.next();
        rest = after.as_str();
    }
    false
}

/// The last member of that name.
fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    for item in items(object) {
        let (key, value) = item.split_at_checked(string_end(item)?)?;
        let value = value.trim_start_matches(BLANK).strip_prefix(':')?;
        if serde_json::from_str::<String>(key).is_ok_and(|key| key == name) {
            found = Some(value.trim_matches(BLANK));
        }
    }
    found
}

/// The element at that place, from the end where it is negative.
fn element<'a>(array: &'a str, place: &str) -> Option<&'a str> {
    let place: i64 = place.parse().ok()?;
    let mut items = items(array);
    let at = usize::try_from(place.unsigned_abs()).ok()?;
    if place >= 0 { items.nth(at) } else { items.collect::<Vec<_>>().into_iter().rev().nth(at - 1) }
}

/// What stands between the commas of an object or array that is known to be well formed.
fn items(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = value.get(1..value.len() - 1).unwrap_or_default().trim_matches(BLANK);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = item_end(rest);
        let item = rest.get(..end)?;
        rest = rest.get(end + 1..).unwrap_or_default().trim_start_matches(BLANK);
        Some(item.trim_matches(BLANK))
    })
}

/// Where the first comma outside of brackets and strings is, or the end.
fn item_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => at += text.get(at..).and_then(string_end).unwrap_or(1) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// One past the closing quote of the string that a text begins with.
fn string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_as_they_are_written() {
        let json =
            r#" {"a": {"b, }": "x\"\u00e9"}, "n": 1.50, "e": [ 1 , [2,3], "z" ], "no": null, "a b": true, "n": 2e0} "#;
        let cases: &[(&[&str], Option<&str>)] = &[
            (&["a", "b, }"], Some("x\"é")),
            (&["a"], Some(r#"{"b, }": "x\"\u00e9"}"#)),
            (&["n"], Some("2e0")),
            (&["e", "1"], Some("[2,3]")),
            (&["e", "1", "0"], Some("2")),
            (&["e", "-1"], Some("z")),
            (&["e", "3"], None),
            (&["no"], None),
            (&["a b"], Some("true")),
            (&["a b", "c"], None),
            (&["absent"], None),
        ];
        for (path, expected) in cases {
            assert_eq!(text(json, path).as_deref(), *expected, "{path:?}");
        }
        assert_eq!(text("{", &["a"]), None);
        assert_eq!(text(r#"{"a": "b", "c": "d\u0000"}"#, &["a"]), None);
        assert_eq!(text(r#"{"a": "b\\u0000"}"#, &["a"]).as_deref(), Some(r"b\u0000"));
        assert_eq!(text("[]", &["0"]), None);
        assert_eq!(text("\"x\"", &[] as &[&str]).as_deref(), Some("x"));
    }
}
