//! What people write of sending windows, and of times of a day where an instant is due. Takes the place where a step or a
//! channel stopped making sense, and gives the window as it is written here; what it gives compiles.

use super::habits::{Place, last_word};
use crate::syntax::grammar::Rule;
use crate::syntax::{words, zone};

/// The words that end a window.
const CLAUSES: &[&str] = &[
    "via",
    "due",
    "when",
    "until",
    "late",
    "otherwise",
    "if",
    "where",
    "unless",
    "while",
    "else",
    "default",
    "before",
    "expires",
];

const DAY: u32 = 24 * 60;

/// A sending window as it is written here: `mon-fri 9:00-17:00`, `Monday 9am to 5pm`, `weekdays` without hours.
pub(super) fn window(place: &Place<'_>) -> Option<String> {
    let start = place.before.rfind("during")?;
    let written = place.before.get(start + "during".len()..)?;
    if written.split_whitespace().any(|word| CLAUSES.contains(&word))
        || CLAUSES.contains(&place.found) && !written.is_empty() && Hours::of(written).is_some()
    {
        return None;
    }
    let whole = format!("{written} {}", place.rest);
    let end = whole.split_inclusive(' ').scan(0, |at, word| {
        let from = *at;
        *at += word.len();
        Some((from, word.trim()))
    });
    let end = end.into_iter().find(|(_, word)| CLAUSES.contains(word)).map_or(whole.len(), |(at, _)| at);
    let whole = whole.get(..end)?.trim();
    let from = whole.find(|c: char| c.is_ascii_digit()).unwrap_or(whole.len());
    let (days, rest) = whole.split_at_checked(from)?;
    let days = days.trim_end().trim_end_matches(['\'', '"']).trim_end();
    let days = days.trim_end_matches("from").trim_end_matches("between").trim_end().trim_end_matches("hours");
    let Some(days) = days_of(days) else {
        return Some("write days, and then hours: `during weekdays 09:00-17:00`".to_owned());
    };
    Some(match Hours::of(rest) {
        None if rest.is_empty() => format!("add its hours: `during {days} 09:00-17:00`"),
        None => match Clock::of(rest.trim_end_matches(['\'', '"'])).and_then(Clock::minutes) {
            Some(from) if from < DAY => {
                let to = if from < 17 * 60 { 17 * 60 } else { DAY };
                format!("add when it ends: `during {days} {}-{}`", clock(from), clock(to))
            }
            _ => format!("write hours of a day, from `00:00` to `24:00`: `during {days} 09:00-17:00`"),
        },
        Some(hours) => said(place, &days, &hours),
    })
}

/// What to do where days, a beginning and an end are there.
fn said(place: &Place<'_>, days: &str, hours: &Hours<'_>) -> String {
    let Hours { from, to, rest } = *hours;
    if from >= to {
        return format!("write the earlier time first, as in `during {days} 09:00-17:00`");
    }
    let times = format!("{}-{}", clock(from), clock(to));
    let rest = rest.trim_start_matches([',', ';', '(']).trim_start();
    let rest = rest.strip_prefix("in ").or_else(|| rest.strip_prefix("and ")).unwrap_or(rest).trim_start();
    let bare = rest.trim_matches(['\'', '"', ')', ' ']);
    if bare.is_empty() {
        return format!("write `during {days} {times}`");
    }
    if let Some(zone) = zone::here(bare) {
        return format!("write `during {days} {times} '{zone}'`");
    }
    if let Some(behind) = days_of(bare).filter(|_| days == "daily") {
        return format!("write `during {behind} {times}`");
    }
    let (word, _) = words::split_word(bare);
    if words::day_here(word).is_some() || word.starts_with(|c: char| c.is_ascii_digit()) {
        let of = if place.rule == Rule::hours { "a channel" } else { "a step" };
        return format!("write `during {days} {times}` alone: {of} has one window, of the same hours on all its days");
    }
    format!("write `during {days} {times}`; a zone may follow, in quotes: `'Europe/Berlin'`")
}

/// Days as they are named here.
fn days_of(text: &str) -> Option<String> {
    let text = text
        .to_lowercase()
        .replace(['\'', '"'], "")
        .replace(['–', '—'], "-")
        .replace(" to ", "-")
        .replace(" -", "-")
        .replace("- ", "-")
        .replace(" through ", "-");
    let text = text.trim();
    if let Some(others) = text.strip_prefix("not ") {
        return match words::day_here(others)? {
            "weekends" => Some("weekdays".to_owned()),
            "weekdays" => Some("weekends".to_owned()),
            _ => None,
        };
    }
    let mut days: Vec<&'static str> = Vec::new();
    for word in text.split([',', ' ', '&', '+']).filter(|word| !matches!(*word, "" | "and" | "on")) {
        match word.split_once('-').filter(|(_, last)| !last.is_empty()) {
            Some((first, last)) => days.extend(between(first, last)?),
            None => days.push(words::day_here(word.trim_end_matches('-'))?),
        }
    }
    Some(if days.is_empty() { "daily".to_owned() } else { days.join(", ") })
}

/// `mon-fri`
fn between(first: &str, last: &str) -> Option<Vec<&'static str>> {
    let place = |name| words::DAYS.iter().position(|day| words::day_here(name) == Some(*day));
    let (first, last) = (place(first)?, place(last)?);
    Some(match (first, last) {
        (0, 4) => vec!["weekdays"],
        (5, 6) => vec!["weekends"],
        (0, 6) => vec!["daily"],
        _ => {
            let within =
                |at: &usize| if first <= last { (first..=last).contains(at) } else { *at >= first || *at <= last };
            words::DAYS.iter().enumerate().filter(|(at, _)| within(at)).map(|(_, day)| *day).collect()
        }
    })
}

/// Two times of a day in minutes, and what stands behind them.
#[derive(Clone, Copy)]
struct Hours<'t> {
    from: u32,
    to: u32,
    rest: &'t str,
}

impl<'t> Hours<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let (first, rest) = Clock::at_start(text.trim_start_matches(['\'', '"', ' ']))?;
        let rest = rest.trim_start();
        let joints = ["-", "–", "—", "to ", "and ", "until ", "till "];
        let rest = joints.iter().find_map(|joint| rest.strip_prefix(joint))?;
        let (second, rest) = Clock::at_start(rest.trim_start())?;
        let from = first.minutes()?;
        let mut to = second.minutes()?;
        // `9-5`
        if to <= from && second.is_vague() && !first.later && to + 12 * 60 > from {
            to += 12 * 60;
        }
        (to <= DAY).then_some(Self { from, to, rest: rest.trim_start_matches(['\'', '"']).trim() })
    }
}

/// `9`, `9:30`, `09.30`, `0930`, `5pm`
#[derive(Clone, Copy)]
struct Clock<'t> {
    digits: &'t str,
    /// It ends with `am` or `pm`.
    half: bool,
    later: bool,
}

impl<'t> Clock<'t> {
    fn of(text: &'t str) -> Option<Self> {
        Self::at_start(text.trim()).filter(|(_, rest)| rest.trim().is_empty()).map(|(clock, _)| clock)
    }

    fn at_start(text: &'t str) -> Option<(Self, &'t str)> {
        let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(text.len());
        let (digits, rest) = text.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())?;
        let (word, behind) = words::split_word(rest.trim_start());
        let (half, later) = match word.to_ascii_lowercase().as_str() {
            "am" => (true, false),
            "pm" => (true, true),
            // `h` or `Uhr`.
            _ => (false, false),
        };
        Some((Self { digits, half, later }, if half { behind } else { rest }))
    }

    /// A number alone: the afternoon may be meant.
    fn is_vague(self) -> bool {
        !self.half && self.digits.len() == 1
    }

    fn minutes(self) -> Option<u32> {
        let (hours, minutes) = match self.digits.split_once([':', '.']) {
            Some(parts) => parts,
            None if self.digits.len() > 2 => self.digits.split_at_checked(self.digits.len() - 2)?,
            None => (self.digits, "0"),
        };
        let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
        let hours = match (self.half, self.later) {
            (true, true) if hours < 12 => hours + 12,
            (true, false) if hours == 12 => 0,
            _ => hours,
        };
        (hours <= 24 && minutes < 60 && hours * 60 + minutes <= DAY).then_some(hours * 60 + minutes)
    }
}

fn clock(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `until 17:00`, `due email + 3 days at 09:00`: a time of a day, where an instant is due.
pub(super) fn time_of_day(place: &Place<'_>) -> Option<String> {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (before, last) = last_word(place.before);
    let (time, what) = match place.found {
        ":" if number(last) => (format!("{last}{}", place.rest), "a time of a day is a window: write, in its place,"),
        "at" if place.after().starts_with(|c: char| c.is_ascii_digit()) => {
            (place.after().to_owned(), "remove it, and say when in a day by")
        }
        found if number(found) && place.after().starts_with(':') => {
            (place.rest.to_owned(), "remove it, and say when in a day by")
        }
        _ => return None,
    };
    let clause =
        ["due", "until"].into_iter().max_by_key(|clause| before.rfind(clause)).filter(|it| before.contains(it));
    let minutes = Clock::at_start(&time).and_then(|(time, _)| time.minutes());
    let hours = match (minutes, clause?) {
        (Some(to), "until") if to > 0 => format!("00:00-{}", clock(to)),
        (Some(from), "due") if from < DAY => format!("{}-24:00", clock(from)),
        _ => "09:00-17:00".to_owned(),
    };
    Some(format!("{what} `during daily {hours}`"))
}
