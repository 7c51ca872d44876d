//! Random experiments: with and without a base, a rollout that widens, a slice of a layer, a second phase, a goal; and how such a
//! program is edited between two runs.

use std::fmt::Write as _;

use super::expression::Frame;
use super::program::Writer;
use super::world::{Kind, PERSON};
use crate::run_cases::script::Edition;

/// A share in basis points, as it is written.
fn share(points: usize) -> String {
    format!("{}.{:02}%", points / 100, points % 100)
}

impl Writer {
    pub fn experiment(&mut self, number: usize, entity: usize) -> String {
        let name = format!("f{number}");
        let mut text = format!("experiment {name} of {} as o {{\n", self.base(entity));
        let names: Vec<String> = ["left", "right", "ahead"].iter().map(|arm| format!("{arm}{number}")).collect();
        let arms = self.arms(&names[..2]);
        writeln!(text, "  {arms}").unwrap();
        if self.random.chance(60) {
            let (first, then) = (share(self.random.below(10_001)), share(self.random.below(10_001)));
            let later =
                if self.random.chance(50) { format!(", {then} from @2026-01-15T20:00Z") } else { String::new() };
            writeln!(text, "  rollout {first}{later}").unwrap();
        }
        if self.random.chance(30) {
            let from = self.random.below(5_000);
            let to = from + 1 + self.random.below(5_000);
            writeln!(text, "  layer line{number} {}..{}", share(from), share(to)).unwrap();
        }
        if self.random.chance(20) {
            text.push_str("  salt 'é o''k'\n");
        }
        let has_phase = self.random.chance(30);
        if has_phase {
            let arms = self.arms(&names[1..]);
            writeln!(text, "  phase 2 from @2026-01-16 {{ {arms} }}").unwrap();
        }
        let outer = [Frame { alias: "o".to_owned(), shape: entity, inner: true }];
        let mut goal = self.value(Kind::Bool, &outer, 1);
        if self.random.chance(60) {
            goal = format!("enrolled_at + 3 hours < now and ({goal})");
        }
        if entity == PERSON && self.random.chance(50) {
            goal = format!("any(hits where h_at > enrolled_at) or ({goal})");
        }
        write!(text, "  goal won = {goal}\n}}").unwrap();
        self.enums.push(if has_phase { names } else { names[..2].to_vec() });
        self.field(name.clone(), entity, Kind::Enum(self.enums.len() - 1), (false, false));
        let parts = [("enrolled_at", Kind::Timestamp), ("phase", Kind::Int), ("won", Kind::Bool)];
        for (part, kind) in parts {
            self.field(format!("{name}.{part}"), entity, kind, (false, false));
        }
        text
    }

    /// `arms` with random shares.
    fn arms(&mut self, names: &[String]) -> String {
        let first = self.random.below(10_001);
        format!("arms {} {}, {} {}", names[0], share(first), names[1], share(10_000 - first))
    }
}

/// The case as it is edited before its last run: other shares and another salt. Nobody moves for it.
pub fn edited(edition: &Edition) -> Vec<Edition> {
    let mut first = Edition::of(&edition.name, edition.text.clone());
    if first.moments.len() < 2 || !edition.text.contains("\nexperiment ") {
        return vec![first];
    }
    let lines = edition.text.lines().map(|line| match line.trim_start().split_once(' ') {
        Some(("rollout", _)) => "  rollout 75%",
        Some(("salt", _)) => "  salt 'other'",
        _ => line,
    });
    let mut last = Edition::of(&edition.name, lines.collect::<Vec<_>>().join("\n"));
    last.moments.drain(..last.moments.len() - 1);
    first.moments.pop();
    vec![first, last]
}
