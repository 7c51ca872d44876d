//! Random syncs: of entities and audiences, with several rows for one key or one, all that can happen to those who leave; and of the
//! first step of a sequence, so that another step can hang on when it was accepted.

use std::fmt::Write as _;

use super::expression::Frame;
use super::program::Writer;
use super::world::{KINDS, PERSON};

impl Writer {
    /// The destination and the syncs, in their order.
    pub fn syncs(&mut self) -> String {
        let mut text = "\ndestination out = jsonl\n".to_owned();
        for number in 0..1 + self.random.below(3) {
            let entity = if self.random.chance(60) { PERSON } else { super::world::TEAM };
            let (base, sync) = (self.base(entity), self.sync(number, entity));
            writeln!(text, "\nsync s{number} from {base} as o {sync}").unwrap();
        }
        for (number, (entity, step)) in std::mem::take(&mut self.streams).into_iter().enumerate() {
            let outer = [Frame { alias: "o".to_owned(), shape: entity, inner: true }];
            let condition = match self.random.chance(30) {
                true => format!(" where {}", self.value(super::world::Kind::Bool, &outer, 1)),
                false => String::new(),
            };
            let count = 1 + self.random.below(2);
            let set = self.written(&outer, count);
            writeln!(text, "\nsync t{number} from {step} as o{condition} to out.t{number} {{\n  set {set}\n}}")
                .unwrap();
        }
        text
    }

    /// A sync from its `where` on.
    fn sync(&mut self, number: usize, entity: usize) -> String {
        let outer = [Frame { alias: "o".to_owned(), shape: entity, inner: true }];
        let is_shared = self.random.chance(40);
        let (key, nullable) = match (entity == PERSON, is_shared) {
            (true, true) => ("o.p_word", true),
            (true, false) => ("o.p_id", false),
            (false, true) => ("o.t_name", true),
            (false, false) => ("o.t_id", false),
        };
        let mut conditions = if nullable { vec![format!("{key} is not null")] } else { Vec::new() };
        if self.random.chance(30) {
            conditions.push(format!("({})", self.value(super::world::Kind::Bool, &outer, 1)));
        }
        let condition =
            if conditions.is_empty() { String::new() } else { format!("where {} ", conditions.join(" and ")) };
        let mut text = format!("{condition}to out.s{number} {{\n  match mine = {key}\n");
        if is_shared {
            let kind = *self.random.pick(&KINDS);
            let desc = if self.random.chance(50) { " desc" } else { "" };
            writeln!(text, "  pick by {}{desc}", self.value(kind, &outer, 1)).unwrap();
        }
        let count = 1 + self.random.below(3);
        let set = self.written(&outer, count);
        writeln!(text, "  set {set}").unwrap();
        if self.random.chance(15) {
            writeln!(text, "  create").unwrap();
        }
        let leave = *self.random.pick(&["keep", "clear", "delete", "set gone = true", "set gone = true, a0 = null"]);
        write!(text, "  leave {leave}\n}}").unwrap();
        text
    }

    /// Some fields, each of any type.
    fn written(&mut self, outer: &[Frame], count: usize) -> String {
        let field = |writer: &mut Self, at: usize| {
            let kind = *writer.random.pick(&KINDS);
            let value = match writer.random.below(8) {
                0 => "now".to_owned(),
                1 => "'it''s'".to_owned(),
                _ => writer.value(kind, outer, 2),
            };
            format!("a{at} = {value}")
        };
        (0..count).map(|at| field(self, at)).collect::<Vec<_>>().join(", ")
    }
}
