//! What people write of sequences, channels and sending windows out of habit. Takes the place where a piece stopped making sense,
//! or the word that begins no item, and gives what to do there; applied as it is said, the help compiles.

use super::experiment;
use super::habits::{Place, last_word};
use super::window::{time_of_day, window};
use crate::syntax::grammar::Rule;
use crate::syntax::words::{self, unit_here};

/// What to do about a habit in a sequence, a channel, or a query.
pub(super) fn habit(place: &Place<'_>) -> Option<String> {
    match place.rule {
        Rule::again => again(place),
        Rule::cap => cap(place),
        Rule::hold => hold(place),
        Rule::start if place.before != "start" => Some(
            "write `start new` or `start all`, and the condition in an audience that the sequence is `of`".to_owned(),
        ),
        Rule::step => window(place).or_else(|| step(place)),
        Rule::hours => window(place),
        Rule::branch if matches!(place.found, "when" | "if" | "where") => {
            Some("remove it, and write the condition at the arms, as their `when`".to_owned())
        }
        Rule::source => query(place),
        Rule::sequence | Rule::funnel | Rule::status if place.found == "where" => {
            Some("declare an audience with the condition, and write its name behind `of`".to_owned())
        }
        _ => None,
    }
}

fn again(place: &Place<'_>) -> Option<String> {
    let found = place.found;
    let (amount, unit) = (is_number(place.found), place.next());
    Some(match found {
        "" if place.before == "again" => {
            "write `again after 90 days`, `again at most 3`, both, or `again always`".to_owned()
        }
        _ if place.found_any(&["never", "once", "no", "false"]) => {
            "remove the line: a row enters once where `again` is not said".to_owned()
        }
        _ if amount && unit_here(unit).is_some() => format!("write `after` before it: `again after {found} {unit}`"),
        _ if amount && place.before == "again" => format!("write `again at most {found}`"),
        _ if place.found_any(&["every", "in", "per", "within"]) => format!("write `after` in place of `{found}`"),
        "up" | "max" | "only" => {
            let rest = place.after();
            let rest = rest.strip_prefix("to ").unwrap_or(rest);
            format!("write `again at most {}`", words::split_word(rest).0)
        }
        "times" => "remove `times`: `at most` counts entries".to_owned(),
        "," | "and" => format!("remove `{found}`"),
        _ => return None,
    })
}

/// `cap 1 in 24 hours`, `cap 1/day`, `cap at most 2 per 1 day`
fn cap(place: &Place<'_>) -> Option<String> {
    if place.found == "," {
        return Some(format!("remove `{}`: a channel has one cap", place.rest.trim_end()));
    }
    let whole = format!("{} {}", place.before, place.rest);
    match cap_of(whole.trim_start().strip_prefix("cap")?) {
        Some(cap) => Some(format!("write `{cap}`")),
        None => place.found.is_empty().then(|| "say in which time: `cap 1 per 48 hours`".to_owned()),
    }
}

/// A cap as it is written here, where a text has a number and a time.
fn cap_of(text: &str) -> Option<String> {
    let mut count = None;
    let mut amount = None;
    let mut unit = None;
    for word in text.split(|c: char| c.is_whitespace() || c == '/').filter(|word| !word.is_empty()) {
        let lower = word.to_ascii_lowercase();
        if is_number(word) {
            if count.is_none() { count = Some(word) } else { amount = amount.or(Some(word)) }
        } else if let Some(known) = time(&lower) {
            unit = unit.or(Some(known));
        } else if ![
            "at", "most", "max", "in", "per", "a", "an", "every", "each", "times", "time", "within", "once", "message",
            "messages",
        ]
        .contains(&lower.as_str())
        {
            return None;
        }
    }
    let (count, amount) = (count.unwrap_or("1"), amount.unwrap_or("1"));
    let unit = unit?;
    let unit = if amount == "1" { unit.trim_end_matches('s') } else { unit };
    Some(format!("cap {count} per {amount} {unit}"))
}

fn time(word: &str) -> Option<&'static str> {
    match word {
        "daily" => Some("days"),
        "hourly" => Some("hours"),
        "weekly" => Some("weeks"),
        "monthly" => Some("months"),
        _ if word.len() < 3 => None,
        _ => unit_here(word),
    }
}

/// In `hold` and `exit`.
fn hold(place: &Place<'_>) -> Option<String> {
    let found = place.found;
    if !matches!(place.before, "hold" | "exit") {
        return None;
    }
    Some(match found {
        "after" | "in" | "at" => {
            let length = length(place.after())?;
            format!("write `when entered_at + {length} <= now` in place of `{found} {length}`")
        }
        "" => "write the condition: `when …`, such as `when done`".to_owned(),
        _ if place.found_any(&["if", "where", "while", "once", "on"]) => format!("write `when` in place of `{found}`"),
        "until" | "unless" => format!("write `when not` in place of `{found}`"),
        _ => format!("write `when` before `{found}`"),
    })
}

/// In a step.
fn step(place: &Place<'_>) -> Option<String> {
    let found = place.found;
    let (before, last) = last_word(place.before);
    Some(match found {
        _ if place.found_any(&["if", "where", "unless", "while"]) => {
            format!("write `when{}` in place of `{found}`", if found == "unless" { " not" } else { "" })
        }
        "else" | "default" => format!("write `otherwise` in place of `{found}`"),
        "expires" | "before" => format!("write `until` in place of `{found}`"),
        _ if time_of_day(place).is_some() => time_of_day(place)?,
        ":" => "remove `:`".to_owned(),
        "+" if matches!(last, "due" | "until") => "write `entered_at` before `+`".to_owned(),
        "." if last_word(before.trim_end()).1 == "via" => {
            let path = place.after().split(' ').next().unwrap_or_default();
            format!("write the path in parentheses: `via {last}({path})`")
        }
        "to" | "for" if last_word(before.trim_end()).1 == "via" => {
            let path = place.after().split(' ').next().unwrap_or_default();
            format!("write the path in parentheses: `via {last}({path})`")
        }
        "after" if before.trim_end().ends_with(|c: char| c.is_ascii_digit()) => {
            let of = place.next();
            let amount = last_word(before.trim_end()).1;
            format!("write `due {} + {amount} {last}`", if of.is_empty() { "entered_at" } else { of })
        }
        "after" | "delay" | "wait" | "in" => format!("write `due entered_at + {}`", length(place.after())?),
        _ if last == "after" && is_number(place.found) => {
            let word = if before.trim_end().ends_with("until") { "until" } else { "due" };
            format!("write `{word} entered_at + {}`", length(place.rest)?)
        }
        _ => return None,
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `40 days` at the start of a text.
fn length(text: &str) -> Option<String> {
    let (amount, rest) = words::split_word(text);
    let (unit, _) = words::split_word(rest.trim_start());
    (is_number(amount) && unit_here(unit).is_some()).then(|| format!("{amount} {unit}"))
}

/// The query of a source, written otherwise than between `$$`.
fn query(place: &Place<'_>) -> Option<String> {
    if !place.before.ends_with("sql") || place.found.is_empty() {
        return None;
    }
    let rest = place.rest.trim_end();
    let open = rest.chars().next()?;
    let close = if open == '(' { ')' } else { open };
    let bare = if matches!(open, '\'' | '"' | '(' | '`') {
        rest.strip_prefix(open)?.strip_suffix(close).unwrap_or(rest)
    } else {
        rest
    };
    let doubled = format!("{open}{open}");
    let bare = if matches!(open, '\'' | '"') { bare.replace(&doubled, &open.to_string()) } else { bare.to_owned() };
    Some(if bare.len() <= 60 && !bare.contains('\n') {
        format!("write the query between `$$`: `$$ {} $$`", bare.trim())
    } else {
        "write `$$` before the query and after it, in place of what encloses it; quotes within stay as they are"
            .to_owned()
    })
}

/// What a word that begins no item of a block is written as here.
pub(in crate::syntax) fn item(block: &str, word: &str, text: &str) -> Option<String> {
    let rest = text.get(word.len()..).unwrap_or_default().trim();
    Some(match (block, word.to_ascii_lowercase().as_str()) {
        ("experiment", "holdout" | "holdback" | "exclude") => {
            "name an arm that gets nothing, as in `arms held 20%, …`, or take a slice of a layer and leave the rest to nobody: \
             `layer line 0%..80%`"
                .to_owned()
        }
        ("channel", "at" | "max" | "limit" | "maximum" | "most" | "once") => {
            let text = if word.eq_ignore_ascii_case("once") { text } else { rest };
            let count = || text.split_whitespace().find(|word| is_number(word));
            format!(
                "write `{}`",
                cap_of(text).unwrap_or_else(|| format!("cap {} per 48 hours", count().unwrap_or("1")))
            )
        }
        ("funnel", _) if rest.starts_with('=') || rest.starts_with("within") => format!("write `step` before `{word}`"),
        ("sequence", "wait" | "delay" | "sleep") => {
            let length = length(rest).unwrap_or_else(|| "3 days".to_owned());
            format!("remove it, and say of the next step from when on: `due entered_at + {length}`")
        }
        ("sequence" | "branch", "send" | "email" | "action") if !rest.is_empty() => format!("write `step` in place of `{word}`"),
        ("sequence", "enter" | "when" | "where" | "trigger" | "on") => {
            "remove it: who enters is who is in the audience that the sequence is `of`".to_owned()
        }
        ("sequence", "stop" | "end" | "leave") => format!("write `exit` in place of `{word}`"),
        ("sequence", "pause") => format!("write `hold` in place of `{word}`"),
        ("sequence", "repeat" | "reenter") => "write `again after 90 days`, or `again always`".to_owned(),
        ("sequence", "split" | "if") => {
            "write `branch NAME { … }` with a `step … when …` for each arm; an experiment draws them".to_owned()
        }
        _ => return experiment::item(block, word, rest),
    })
}
