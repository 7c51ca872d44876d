//! Random conditions and random sets: reverse sets over links, sets that an equality ties to a row outside, sets that
//! mention nothing outside, each with a condition that may read all rows in scope and hold further sets.

use super::expression::{Frame, ORDERED, quoted};
use super::program::Writer;
use super::world::{DEAL, HIT, Kind, NOTE, PERSON, TEAM};

/// A set: as it is written, with the rows in scope within, and whether it is one of events.
struct Set {
    written: String,
    scope: Vec<Frame>,
    condition: Option<String>,
}

/// What may tie the rows of one to the rows of another: where the column is, and what it equals.
const TIES: [(usize, &str, usize, &str); 12] = [
    (HIT, "h_who", PERSON, "p_id"),
    (HIT, "h_mail", PERSON, "p_mail"),
    (HIT, "h_size", PERSON, "p_n"),
    (HIT, "lower(h_label)", PERSON, "p_word"),
    (HIT, "h_label", HIT, "h_label"),
    (DEAL, "d_team", TEAM, "t_id"),
    (DEAL, "d_tier", TEAM, "t_tier"),
    (PERSON, "p_team", TEAM, "t_id"),
    (PERSON, "p_tier", PERSON, "p_tier"),
    (NOTE, "n_who", PERSON, "p_id"),
    (NOTE, "n_word", PERSON, "p_word"),
    (NOTE, "n_n", TEAM, "t_size"),
];

impl Writer {
    /// A condition.
    pub fn condition(&mut self, scope: &[Frame], depth: usize) -> String {
        let of = |writer: &mut Self, kind: Kind| writer.value(kind, scope, depth);
        match self.random.below(17) {
            0..=2 => {
                let kind = *self.random.pick(&ORDERED);
                let op = *self.random.pick(&["=", "!=", "<", "<=", ">", ">="]);
                format!("({} {op} {})", of(self, kind), of(self, kind))
            }
            3 | 4 => self.enum_test(scope),
            5 => format!("({} and {})", of(self, Kind::Bool), of(self, Kind::Bool)),
            6 => format!("({} or {})", of(self, Kind::Bool), of(self, Kind::Bool)),
            7 | 8 => format!("(not {})", of(self, Kind::Bool)),
            9 => {
                let kind = *self.random.pick(&ORDERED);
                let list = [of(self, kind), self.leaf(kind, scope), self.constant(kind)].join(", ");
                format!("({} {}in ({list}))", of(self, kind), self.random.pick(&["", "not "]))
            }
            10 => {
                let kind = *self.random.pick(&[Kind::Bool, Kind::Int, Kind::Text, Kind::Timestamp, Kind::Enum(0)]);
                format!("({} is {}null)", of(self, kind), self.random.pick(&["", "not "]))
            }
            11 | 12 => self.within(scope, depth),
            13 => {
                let name = *self.random.pick(&["contains", "starts_with", "ends_with"]);
                format!("{name}({}, {})", of(self, Kind::Text), of(self, Kind::Text))
            }
            14 => {
                let op = *self.random.pick(&["=", "!="]);
                format!("({} {op} {})", of(self, Kind::Bool), of(self, Kind::Bool))
            }
            15 => self.link_test(scope),
            _ => match self.random.below(3) {
                0 => format!("coalesce({}, {})", of(self, Kind::Bool), of(self, Kind::Bool)),
                1 => {
                    let (a, when, b) = (of(self, Kind::Bool), of(self, Kind::Bool), of(self, Kind::Bool));
                    format!("case {{ {a} when {when}; {b} otherwise }}")
                }
                _ => {
                    let reads = self.reads(Kind::Json, scope);
                    let path = *self.random.pick(&["'a'", "'b', '1'"]);
                    reads.first().map_or_else(|| of(self, Kind::Bool), |json| format!("json_bool({json}, {path})"))
                }
            },
        }
    }

    fn enum_test(&mut self, scope: &[Frame]) -> String {
        let of = self.random.below(self.enums.len());
        let reads = self.reads(Kind::Enum(of), scope);
        if reads.is_empty() {
            return self.leaf(Kind::Bool, scope);
        }
        let read = self.random.pick(&reads).clone();
        let values: Vec<String> = self.enums[of].iter().map(|value| quoted(value)).collect();
        let (one, other) = (self.random.pick(&values).clone(), self.random.pick(&values).clone());
        match self.random.below(4) {
            0 => format!("({read} = {one})"),
            1 => format!("({read} != {one})"),
            2 => format!("({read} {}in ({one}, {other}))", self.random.pick(&["", "not "])),
            _ => format!("({read} = {})", self.random.pick(&reads)),
        }
    }

    fn within(&mut self, scope: &[Frame], depth: usize) -> String {
        let kind = *self.random.pick(&[Kind::Timestamp, Kind::Timestamp, Kind::Date]);
        let value = self.value(kind, scope, depth);
        match self.random.below(5) {
            0 | 1 => format!("({value} within {})", self.random.pick(&["3 days", "1 day", "1 month"])),
            2 => format!("({value} within next {})", self.random.pick(&["3 days", "1 week"])),
            3 => format!("({value} within 1 week .. 1 day)"),
            _ => format!("({value} within 2 days after {})", self.value(kind, scope, depth)),
        }
    }

    fn link_test(&mut self, scope: &[Frame]) -> String {
        let frame = self.random.pick(scope).clone();
        let links = self.shapes[frame.shape].links.clone();
        if links.is_empty() {
            return self.leaf(Kind::Bool, scope);
        }
        let prefix = if frame.inner { String::new() } else { format!("{}.", frame.alias) };
        let (link, to) = self.random.pick(&links).clone();
        let further = &self.shapes[to].links;
        let path = match further.is_empty() || self.random.chance(60) {
            true => link,
            false => format!("{link}.{}", self.random.pick(further).0),
        };
        format!("({prefix}{path} is {}null)", self.random.pick(&["", "not "]))
    }

    /// An aggregate that gives a value of this type; nothing where there is none.
    pub fn aggregate(&mut self, kind: Kind, scope: &[Frame], depth: usize) -> Option<String> {
        if scope.len() > 3 {
            return None;
        }
        let set = self.set(scope, depth)?;
        let shape = set.scope[set.scope.len() - 1].shape;
        let event = self.shapes[shape].event;
        let tail = match &set.condition {
            Some(condition) => format!("{} where {condition}", set.written),
            None => set.written.clone(),
        };
        let choice = self.random.below(6);
        if kind == Kind::Bool && choice < 4 {
            return Some(match choice {
                0 | 1 => format!("any({tail})"),
                2 => format!("none({tail})"),
                _ => format!("all({} from {tail})", self.value(Kind::Bool, &set.scope, depth)),
            });
        }
        if kind == Kind::Int && choice < 2 {
            let of = *self.random.pick(&[Kind::Int, Kind::Text, Kind::Enum(0), Kind::Bool, Kind::Date, Kind::Decimal]);
            return Some(match choice {
                0 => format!("count({tail})"),
                _ => format!("count_distinct({} from {tail})", self.value(of, &set.scope, depth)),
            });
        }
        if kind == Kind::Float && choice < 5 {
            return Some(self.average(&set, &tail, depth));
        }
        let value = match event && self.random.chance(20) {
            true => format!("previous({})", self.leaf(kind, &set.scope[set.scope.len() - 1..])),
            false => self.value(kind, &set.scope, depth),
        };
        let sums = matches!(kind, Kind::Int | Kind::Decimal | Kind::Duration);
        let ordered = !matches!(kind, Kind::Bool | Kind::Enum(_));
        Some(match self.random.below(8) {
            0 | 1 if sums => format!("sum({value} from {tail})"),
            2 | 3 if ordered => format!("{}({value} from {tail})", self.random.pick(&["min", "max"])),
            4 => format!("mode({value} from {tail})"),
            5..8 if event => format!("{}({value} from {tail})", self.random.pick(&["first", "last"])),
            _ => {
                let of =
                    *self.random.pick(&[Kind::Int, Kind::Text, Kind::Enum(0), Kind::Bool, Kind::Date, Kind::Float]);
                let desc = *self.random.pick(&["", " desc"]);
                let by = self.value(of, &set.scope, depth.min(1));
                let then = self.leaf(Kind::Int, &set.scope);
                format!("pick({value} from {tail} by {by}{desc}, {then})")
            }
        })
    }

    /// An average or a percentile, rounded: its last digits hang on the order of a sum.
    fn average(&mut self, set: &Set, tail: &str, depth: usize) -> String {
        let of = *self.random.pick(&[Kind::Int, Kind::Decimal]);
        let value = self.value(of, &set.scope, depth);
        let name = match self.random.below(4) {
            0 => "avg(",
            1 => "median(",
            2 => "percentile(0.9, ",
            _ => "percentile(25%, ",
        };
        format!("round({name}{value} from {tail}), 6)")
    }

    /// A set of the rows outside.
    fn set(&mut self, scope: &[Frame], depth: usize) -> Option<Set> {
        let alias = self.alias();
        let outside = |frame: &Frame| Frame { inner: false, ..frame.clone() };
        let within = |shape: usize| -> Vec<Frame> {
            let inner = Frame { alias: alias.clone(), shape, inner: true };
            scope.iter().map(outside).chain([inner]).collect()
        };
        match self.random.below(5) {
            0..3 => {
                let frame = self.random.pick(scope).clone();
                let mut path = if frame.inner { String::new() } else { format!("{}.", frame.alias) };
                let mut shape = frame.shape;
                if !self.shapes[shape].links.is_empty() && self.random.chance(25) {
                    let (name, to) = self.random.pick(&self.shapes[shape].links).clone();
                    path = format!("{path}{name}.");
                    shape = to;
                }
                if self.shapes[shape].reverse.is_empty() {
                    return None;
                }
                let (name, of) = *self.random.pick(&self.shapes[shape].reverse);
                let scope = within(of);
                let condition = self.random.chance(65).then(|| self.value(Kind::Bool, &scope, depth));
                Some(Set { written: format!("{path}{name} as {alias}"), scope, condition })
            }
            3 => {
                let frame = self.random.pick(scope).clone();
                let fits: Vec<_> = TIES.iter().filter(|(.., of, _)| *of == frame.shape).collect();
                if fits.is_empty() {
                    return None;
                }
                let (of, inner, _, outer) = **self.random.pick(&fits);
                let scope = within(of);
                let mut condition = format!("{inner} = {}.{outer}", frame.alias);
                if self.random.chance(50) {
                    condition = format!("{condition} and {}", self.value(Kind::Bool, &scope, depth));
                }
                Some(Set { written: format!("{} as {alias}", self.shapes[of].name), scope, condition: Some(condition) })
            }
            _ => {
                let of = self.random.below(self.shapes.len());
                let scope = vec![Frame { alias: alias.clone(), shape: of, inner: true }];
                let condition = self.random.chance(65).then(|| self.value(Kind::Bool, &scope, depth));
                Some(Set { written: format!("{} as {alias}", self.shapes[of].name), scope, condition })
            }
        }
    }
}
