//! Random sequences and channels: who enters, again and how often, what holds and ends an entry, steps that hang on each other, a branch; and a
//! step that an edit adds between two runs.

use std::fmt::Write as _;

use super::expression::Frame;
use super::program::Writer;
use super::world::{Kind, PERSON};

/// What stands before an item that only the edited program has.
pub const ADDED: &str = "// added: ";

impl Writer {
    pub fn sequence(&mut self, number: usize, entity: usize) -> String {
        let name = format!("f{number}");
        let outer = [Frame { alias: "o".to_owned(), shape: entity, inner: true }];
        let [first, second, third, arm, other, branch] =
            ["p", "q", "r", "x", "y", "b"].map(|letter| format!("{letter}{number}"));
        let mut text = format!("sequence {name} of {} as o {{\n", self.base(entity));
        let start = *self.random.pick(&["new", "all", "all"]);
        writeln!(text, "  start {start}").unwrap();
        if self.random.chance(40) {
            let hold = self.value(Kind::Bool, &outer, 1);
            let own = *self.random.pick(&["", " and not done", " or entered_at + 20 hours <= now"]);
            writeln!(text, "  hold when ({hold}){own}").unwrap();
        }
        if self.random.chance(60) {
            let exit = self.value(Kind::Bool, &outer, 1);
            let own = match self.random.below(4) {
                0 => format!(" or {first} is not null"),
                1 => format!(" and {second} is null"),
                2 => " or done".to_owned(),
                _ => String::new(),
            };
            writeln!(text, "  exit when ({exit}){own}").unwrap();
        }
        if self.random.chance(20) {
            writeln!(text, "  stay").unwrap();
        }
        if self.random.chance(60) {
            let again =
                *self.random.pick(&["after 3 hours", "after 1 month", "at most 2", "after 1 hour at most 2", "always"]);
            writeln!(text, "  again {again}").unwrap();
        }
        let via = match entity == PERSON && self.random.chance(60) {
            true => format!(" via {}", if number.is_multiple_of(2) { "post" } else { "mail(crew)" }),
            false => String::new(),
        };
        let first_items = self.items(&outer, &[]);
        writeln!(text, "  step {first}{via}{first_items}").unwrap();
        let through = if self.random.chance(70) { via.clone() } else { String::new() };
        let second_items = self.items(&outer, &[&first]);
        writeln!(text, "  step {second}{through}{second_items}").unwrap();
        if !via.is_empty() {
            self.through.push((number.is_multiple_of(2), name.clone()));
        }
        let sent = if self.random.chance(50) { ".sent" } else { "" };
        let added = if self.random.chance(60) { ADDED } else { "" };
        writeln!(text, "  {added}step {third} due {first}{sent} + 1 hour").unwrap();
        if !sent.is_empty() || self.random.chance(30) {
            self.streams.push((entity, format!("{name}.{first}")));
        }
        let has_branch = self.random.chance(50);
        if has_branch {
            let due = if self.random.chance(50) { format!(" due {first} + 2 hours") } else { String::new() };
            let when = self.value(Kind::Bool, &outer, 1);
            let last = match self.random.chance(50) {
                true => "otherwise".to_owned(),
                false => format!("when {}", self.value(Kind::Bool, &outer, 1)),
            };
            writeln!(text, "  branch {branch}{due} {{\n    step {arm} when {when}\n    step {other} {last}\n  }}")
                .unwrap();
        }
        text.push('}');
        let mut parts = vec![("entered_at", Kind::Timestamp), ("exited_at", Kind::Timestamp), ("entry", Kind::Int)];
        parts.extend([("active", Kind::Bool), ("held", Kind::Bool)]);
        // What hangs on a channel may not be read by what another step through it needs.
        if via.is_empty() {
            parts.extend([("done", Kind::Bool), (first.as_str(), Kind::Timestamp), (second.as_str(), Kind::Timestamp)]);
        }
        if has_branch && via.is_empty() {
            self.enums.push(vec![arm.clone(), other.clone()]);
            parts.extend([(branch.as_str(), Kind::Enum(self.enums.len() - 1)), (arm.as_str(), Kind::Timestamp)]);
        }
        for (part, kind) in parts {
            self.field(format!("{name}.{part}"), entity, kind, (false, false));
        }
        text
    }

    /// The channels that sequences have steps through: of each person, and of each team.
    pub fn channels(&mut self) -> String {
        let mut text = String::new();
        for (own, name, entity) in [(true, "post", "person"), (false, "mail", "team")] {
            let mut order: Vec<String> =
                self.through.iter().filter(|(is_own, _)| *is_own == own).map(|(_, name)| name.clone()).collect();
            if order.is_empty() {
                continue;
            }
            let first = self.random.below(order.len());
            order.rotate_left(first);
            let count = 1 + self.random.below(3);
            let hours = 1 + self.random.below(40);
            writeln!(
                text,
                "\nchannel {name} of {entity} {{ cap {count} per {hours} hours; order {} }}",
                order.join(", ")
            )
            .unwrap();
        }
        text
    }

    /// What a step says, hanging on these.
    fn items(&mut self, outer: &[Frame], steps: &[&String]) -> String {
        let mut text = String::new();
        let anchor = steps.first().map_or_else(|| "entered_at".to_owned(), |step| (*step).clone());
        match self.random.below(4) {
            0 => write!(text, " due {anchor} + {} hours", self.random.below(12)).unwrap(),
            1 => write!(text, " due {}", self.value(Kind::Timestamp, outer, 1)).unwrap(),
            2 => write!(text, " due earliest({anchor} + 9 hours, {})", self.value(Kind::Timestamp, outer, 1)).unwrap(),
            _ => {}
        }
        if self.random.chance(40) {
            write!(text, " when {}", self.value(Kind::Bool, outer, 2)).unwrap();
        }
        if self.random.chance(40) {
            write!(text, " until {anchor} + {} hours", 1 + self.random.below(30)).unwrap();
        }
        if self.random.chance(20) {
            text.push_str(" late");
        }
        text
    }
}
