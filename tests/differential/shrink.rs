//! Makes a case that shows a difference smaller: runs, declarations, rows are left out, calls give way to one of their
//! arguments, as long as the program is right and the difference is there.

use std::time::{Duration, Instant};

use super::oracle;
use crate::run_cases::script::Edition;

/// How long one case may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// The smallest case found in which the engines still differ.
pub fn smallest(edition: &Edition, differs: impl Fn(&Edition) -> bool) -> Edition {
    let end = Instant::now() + PATIENCE;
    let holds = |text: &str| {
        if Instant::now() > end || !text.contains("// now") {
            return false;
        }
        let smaller = Edition::of("random", text.to_owned());
        oracle::program(&smaller).is_ok() && differs(&smaller)
    };
    let mut text = edition.text.clone();
    for _ in 0..3 {
        let before = text.clone();
        text = without(text, "// now", &holds);
        text = without(text, "\n", &holds);
        text = without(text, "// | ", &holds);
        text = simpler(text, &holds);
        text = without(text, "// accept", &holds);
        if text == before {
            break;
        }
    }
    Edition::of("random", text)
}

/// Leaves out what begins with a mark, one after the other from the end: a run, a declaration (an empty line is before it),
/// a row.
fn without(text: String, mark: &str, holds: &impl Fn(&str) -> bool) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut at = lines.len();
    while at > 0 {
        at -= 1;
        let starts = if mark == "\n" { lines[at].is_empty() } else { lines[at].starts_with(mark) };
        let is_head = at > 0 && lines[at - 1].starts_with("// table");
        if !starts || is_head {
            continue;
        }
        let after = &lines[at + 1..];
        let ends = match mark {
            "\n" => after.iter().position(String::is_empty),
            "// now" => after.iter().position(|line| line.starts_with("// now") || line.is_empty()),
            _ => Some(0),
        };
        let end = at + 1 + ends.unwrap_or(after.len());
        let fewer: Vec<String> = lines[..at].iter().chain(&lines[end..]).cloned().collect();
        if holds(&(fewer.join("\n") + "\n")) {
            lines = fewer;
        }
    }
    lines.join("\n") + "\n"
}

/// Puts in the place of what stands in parentheses, with the word before them, one of its parts.
fn simpler(mut text: String, holds: &impl Fn(&str) -> bool) -> String {
    let mut from = 0;
    while let Some(open) = text[from..].find('(').map(|at| from + at) {
        from = open + 1;
        let line = text[..open].rfind('\n').map_or(0, |at| at + 1);
        let starts = ["trait ", "audience ", "link ", "  "];
        if !starts.iter().any(|start| text[line..].starts_with(start)) {
            continue;
        }
        let Some(close) = closing(&text, open) else { continue };
        let word = text[..open].rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        let parts = parts(&text[open + 1..close]);
        let smaller = parts.iter().map(|part| format!("{}{part}{}", &text[..word], &text[close + 1..]));
        if let Some(found) = smaller.filter(|it| it.len() < text.len()).find(|it| holds(it)) {
            from = word;
            text = found;
        }
    }
    text
}

/// The parenthesis that closes one.
fn closing(text: &str, open: usize) -> Option<usize> {
    let (mut depth, mut quoted) = (0, false);
    for (at, c) in text[open..].char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(open + at);
        }
    }
    None
}

/// What stands between commas and operators.
fn parts(text: &str) -> Vec<String> {
    let (mut depth, mut quoted, mut start) = (0, false, 0);
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' | '{' if !quoted => depth += 1,
            ')' | '}' if !quoted => depth -= 1,
            ' ' | ',' if !quoted && depth == 0 => {
                parts.push(text[start..at].to_owned());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}
