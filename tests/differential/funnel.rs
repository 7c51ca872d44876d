//! Random funnels: steps that are columns, fields, any instants, or hang on the step before, so that some are reached; windows, groups.

use std::fmt::Write as _;

use super::expression::Frame;
use super::program::Writer;
use super::world::{Kind, PERSON, TEAM};

impl Writer {
    /// A funnel behind all other declarations: nothing reads it.
    pub fn funnel(&mut self, number: usize) -> String {
        let entity = if self.random.chance(60) { PERSON } else { TEAM };
        let outer = [Frame { alias: "o".to_owned(), shape: entity, inner: true }];
        let mut text = format!("funnel g{number} of {} as o {{\n", self.base(entity));
        let mut before: Option<String> = None;
        for step in 0..1 + self.random.below(4) {
            let value = match (&before, self.random.below(5)) {
                (Some(before), 0) => before.clone(),
                (Some(before), 1..3) => {
                    let hours = self.random.below(60);
                    let sign = if self.random.chance(80) { '+' } else { '-' };
                    format!("({before}) {sign} {hours} hours")
                }
                (None, 0..3) => self.leaf(Kind::Timestamp, &outer),
                _ => self.value(Kind::Timestamp, &outer, 2),
            };
            let within = match self.random.below(4) {
                _ if before.is_none() => String::new(),
                0 => format!(" within {} hours", 1 + self.random.below(50)),
                1 => format!(" within {} months", 1 + self.random.below(3)),
                _ => String::new(),
            };
            writeln!(text, "  step c{step}{within} = {value}").unwrap();
            before = Some(value);
        }
        let columns = self.shapes[entity].columns.iter().filter(|it| matches!(it.kind, Kind::Enum(_)));
        let mut groups: Vec<String> = columns.map(|it| it.name.to_owned()).collect();
        let fields = self.fields.iter().filter(|it| it.entity == entity && matches!(it.kind, Kind::Enum(_)));
        groups.extend(fields.map(|it| format!("o.{}", it.name)));
        let many = self.random.below(3).min(groups.len());
        let first = self.random.below(groups.len());
        groups.rotate_left(first);
        if many > 0 {
            writeln!(text, "  per {}", groups[..many].join(", ")).unwrap();
        }
        text.push('}');
        text
    }
}
