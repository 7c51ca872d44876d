//! A random expression of a type: a value read over links, an operator, a function, a `case`, an aggregate of a random set.
//! Floats that hang on the order of a sum are rounded before anything hangs on them.

use super::program::Writer;
use super::world::Kind;

/// A row in scope.
#[derive(Clone)]
pub struct Frame {
    pub alias: String,
    pub shape: usize,
    /// Whether bare names are its columns.
    pub inner: bool,
}

const ZONES: [&str; 4] = ["", ", 'Europe/Berlin'", ", 'America/New_York'", ", 'Asia/Kolkata'"];

/// Types whose values have an order in conditions.
pub const ORDERED: [Kind; 7] =
    [Kind::Int, Kind::Decimal, Kind::Float, Kind::Text, Kind::Date, Kind::Timestamp, Kind::Duration];

impl Writer {
    /// An expression of a type; `depth` bounds how deep it is.
    pub fn value(&mut self, kind: Kind, scope: &[Frame], depth: usize) -> String {
        if depth == 0 || self.random.chance(20) {
            return self.leaf(kind, scope);
        }
        if kind != Kind::Bool && self.random.chance(22) {
            return self.common(kind, scope, depth - 1);
        }
        if self.random.chance(25)
            && let Some(found) = self.aggregate(kind, scope, depth - 1)
        {
            return found;
        }
        match kind {
            Kind::Int => self.int(scope, depth - 1),
            Kind::Decimal => self.decimal(scope, depth - 1),
            Kind::Float => self.float(scope, depth - 1),
            Kind::Bool => self.condition(scope, depth - 1),
            Kind::Text => self.text(scope, depth - 1),
            Kind::Date => self.date(scope, depth - 1),
            Kind::Timestamp => self.timestamp(scope, depth - 1),
            Kind::Duration => self.duration(scope, depth - 1),
            Kind::Enum(_) | Kind::Json => self.leaf(kind, scope),
        }
    }

    /// A value that is read, or a constant.
    pub fn leaf(&mut self, kind: Kind, scope: &[Frame]) -> String {
        let reads = if self.random.chance(80) { self.reads(kind, scope) } else { Vec::new() };
        if reads.is_empty() { self.constant(kind) } else { self.random.pick(&reads).clone() }
    }

    /// What is read of a row in scope, or of one that links lead to.
    pub fn reads(&mut self, kind: Kind, scope: &[Frame]) -> Vec<String> {
        let frame = self.random.pick(scope).clone();
        let frame = if self.random.chance(50) { scope[scope.len() - 1].clone() } else { frame };
        let mut prefix = if frame.inner { String::new() } else { format!("{}.", frame.alias) };
        let mut shape = frame.shape;
        for percent in [35, 30] {
            let links = &self.shapes[shape].links;
            if links.is_empty() || !self.random.chance(percent) {
                break;
            }
            let (name, to) = self.random.pick(&self.shapes[shape].links).clone();
            prefix = format!("{prefix}{name}.");
            shape = to;
        }
        let columns = self.shapes[shape].columns.iter().filter(|column| column.kind == kind);
        let mut found: Vec<String> = columns.map(|column| format!("{prefix}{}", column.name)).collect();
        for field in self.fields.iter().filter(|field| field.entity == shape) {
            if field.kind == kind {
                found.push(format!("{prefix}{}", field.name));
            }
            if field.since && kind == Kind::Timestamp {
                found.push(format!("{prefix}{}.since", field.name));
            }
        }
        found
    }

    /// A constant of a type.
    pub fn constant(&mut self, kind: Kind) -> String {
        let one = |writer: &mut Self, all: &[&str]| (*writer.random.pick(all)).to_owned();
        match kind {
            Kind::Int => one(self, &["0", "1", "2", "3", "7", "(-2)", "few"]),
            Kind::Decimal => one(self, &["1.50", "0.05", "12.345", "(-2.5)", "0.0"]),
            Kind::Float => one(self, &["float('0.25')", "float('-1.5')", "float('2')", "float('0.1')"]),
            Kind::Bool => one(self, &["true", "false"]),
            Kind::Text => one(self, &["'a'", "'A'", "''", "'é'", "'o''k'", "' x '", "'🙂'", "'12'", "','"]),
            Kind::Date => one(self, &["@2026-01-10", "@2024-02-29", "@2025-12-31"]),
            Kind::Timestamp => one(self, &["now", "@2026-01-14T09:30Z", "@2026-01-13T23:30:00Z", "now"]),
            Kind::Duration => one(self, &["1 day", "36 hours", "grace", "90 minutes", "1 week"]),
            Kind::Enum(of) => {
                let values = self.enums[of].clone();
                let value = self.random.pick(&values).clone();
                // A read before it says of which enum it is.
                let read = self.any_read(kind);
                format!("coalesce({read}, {})", quoted(&value))
            }
            Kind::Json => "p_json".to_owned(),
        }
    }

    /// An enum's value that no row gives: the value of no row at all.
    fn any_read(&mut self, kind: Kind) -> String {
        let alias = self.alias();
        match kind {
            Kind::Enum(0) => format!("pick(t_tier from team as {alias} where false by t_id)"),
            Kind::Enum(1) => format!("last(h_kind from hit as {alias} where false)"),
            _ => {
                let field = self.fields.iter().find(|field| field.kind == kind).unwrap();
                let (name, shape) = (field.name.clone(), &self.shapes[field.entity]);
                format!("pick({name} from {} as {alias} where false by {})", shape.name, shape.columns[0].name)
            }
        }
    }

    /// What there is for values of every type.
    fn common(&mut self, kind: Kind, scope: &[Frame], depth: usize) -> String {
        let value = |writer: &mut Self| writer.value(kind, scope, depth);
        match self.random.below(6) {
            0 => format!("coalesce({}, {})", value(self), value(self)),
            1 => format!("nullif({}, {})", value(self), value(self)),
            2 | 3 if !matches!(kind, Kind::Enum(_) | Kind::Json) => {
                let name = match kind {
                    Kind::Date | Kind::Timestamp => *self.random.pick(&["earliest", "latest", "greatest", "least"]),
                    _ => *self.random.pick(&["greatest", "least"]),
                };
                format!("{name}({}, {})", value(self), value(self))
            }
            _ => {
                let first = value(self);
                let (second, third) = (value(self), value(self));
                let when = self.value(Kind::Bool, scope, depth);
                let other = self.value(Kind::Bool, scope, depth.saturating_sub(1));
                match self.random.below(3) {
                    0 => format!("case {{ {first} when {when} }}"),
                    1 => format!("case {{ {first} when {when}; {second} otherwise }}"),
                    _ => format!("case {{ {first} when {when}; {second} when {other}; {third} otherwise }}"),
                }
            }
        }
    }

    fn number(&mut self, scope: &[Frame], depth: usize) -> String {
        let kind = *self.random.pick(&[Kind::Int, Kind::Decimal, Kind::Float]);
        self.value(kind, scope, depth)
    }

    fn int(&mut self, scope: &[Frame], depth: usize) -> String {
        let of = |writer: &mut Self, kind: Kind| writer.value(kind, scope, depth);
        match self.random.below(17) {
            0 => format!("({} + {})", of(self, Kind::Int), of(self, Kind::Int)),
            1 => format!("({} - {})", of(self, Kind::Int), of(self, Kind::Int)),
            2 => format!("({} * {})", self.leaf(Kind::Int, scope), self.leaf(Kind::Int, scope)),
            3 => format!("abs({})", of(self, Kind::Int)),
            4 => format!("round({})", self.leaf(Kind::Float, scope)),
            5 => format!("floor({})", of(self, Kind::Decimal)),
            6 => format!("ceil({})", self.leaf(Kind::Float, scope)),
            7 => format!("sign({})", self.number(scope, depth)),
            8 => format!("mod({}, {})", of(self, Kind::Int), of(self, Kind::Int)),
            9 => format!("length({})", of(self, Kind::Text)),
            10 => format!("int({})", of(self, Kind::Text)),
            11 => format!("int({})", of(self, Kind::Decimal)),
            12 => {
                let part = *self.random.pick(&["year", "month", "day", "weekday"]);
                format!("{part}({})", of(self, Kind::Date))
            }
            13 => {
                let part = *self.random.pick(&["year", "month", "day", "weekday", "hour", "minute"]);
                format!("{part}({}{})", of(self, Kind::Timestamp), self.random.pick(&ZONES))
            }
            14 => {
                // Without a draw of its own: the programs of all seeds stay as they are.
                let name = ["bucket", "growthbook", "launchdarkly"][self.fields.len() % 3];
                format!("{name}('salt', {})", of(self, Kind::Text))
            }
            15 => format!("(-{})", of(self, Kind::Int)),
            _ => match self.json(scope) {
                Some(json) => format!("json_int({json})"),
                None => format!("round({}, 2)", of(self, Kind::Int)),
            },
        }
    }

    /// A json column and a path in it.
    fn json(&mut self, scope: &[Frame]) -> Option<String> {
        let reads = self.reads(Kind::Json, scope);
        let path = *self.random.pick(&["'a'", "'b'", "'b', 'c'", "'1'", "'1', 'a'", "'b', '0'", "'b', 'c', '-1'"]);
        (!reads.is_empty()).then(|| format!("{}, {path}", self.random.pick(&reads)))
    }

    fn decimal(&mut self, scope: &[Frame], depth: usize) -> String {
        let of = |writer: &mut Self, kind: Kind| writer.value(kind, scope, depth);
        match self.random.below(9) {
            0 => format!("({} + {})", of(self, Kind::Decimal), of(self, Kind::Decimal)),
            1 => format!("({} - {})", of(self, Kind::Decimal), of(self, Kind::Decimal)),
            2 => {
                let columns = ["t_budget", "p_rank", "h_worth"];
                let reads = self.reads(Kind::Decimal, scope);
                let column = reads.into_iter().find(|it| columns.iter().any(|column| it.ends_with(column)));
                format!("({} * {})", column.unwrap_or_else(|| "2.25".to_owned()), self.constant(Kind::Decimal))
            }
            3 => format!("abs({})", of(self, Kind::Decimal)),
            4 => format!("round({}, {})", of(self, Kind::Decimal), self.random.below(4)),
            5 => format!("decimal({}, 12, 2)", of(self, Kind::Text)),
            6 => format!("decimal({}, 16, 3)", self.leaf(Kind::Int, scope)),
            7 => format!("({} + {})", of(self, Kind::Decimal), self.leaf(Kind::Int, scope)),
            _ => format!("(-{})", of(self, Kind::Decimal)),
        }
    }

    fn float(&mut self, scope: &[Frame], depth: usize) -> String {
        let of = |writer: &mut Self, kind: Kind| writer.value(kind, scope, depth);
        match self.random.below(12) {
            0 => format!("({} / {})", of(self, Kind::Int), of(self, Kind::Int)),
            1 => format!("({} / {})", of(self, Kind::Decimal), of(self, Kind::Decimal)),
            2 => format!("({} / {})", of(self, Kind::Duration), of(self, Kind::Duration)),
            3 => format!("({} + {})", of(self, Kind::Float), self.number(scope, depth)),
            4 => format!("({} - {})", of(self, Kind::Float), of(self, Kind::Float)),
            5 => format!("({} * {})", of(self, Kind::Float), self.constant(Kind::Decimal)),
            6 => format!("float({})", of(self, *[Kind::Int, Kind::Decimal, Kind::Text].get(depth % 3).unwrap())),
            7 => format!("round({}, {})", of(self, Kind::Float), self.random.below(4)),
            8 => format!("abs({})", of(self, Kind::Float)),
            9 => format!("{}({})", self.random.pick(&["days", "hours"]), of(self, Kind::Duration)),
            10 => format!("(-{})", of(self, Kind::Float)),
            _ => match self.json(scope) {
                Some(json) => format!("json_float({json})"),
                None => self.leaf(Kind::Float, scope),
            },
        }
    }

    fn text(&mut self, scope: &[Frame], depth: usize) -> String {
        let of = |writer: &mut Self| writer.value(Kind::Text, scope, depth);
        let small = self.random.below(5) as i64 - 1;
        match self.random.below(13) {
            0 => format!("{}({})", self.random.pick(&["lower", "upper", "trim"]), of(self)),
            1 => format!("substring({}, {small}, {})", of(self), self.random.below(4)),
            2 => format!("substring({}, {small})", of(self)),
            3 => format!("{}({}, {small})", self.random.pick(&["left", "right"]), of(self)),
            4 => format!("replace({}, {}, {})", of(self), of(self), of(self)),
            5 => format!("concat({}, {})", of(self), of(self)),
            6 => format!("split_part({}, ',', {small})", of(self)),
            7 => format!("md5({})", of(self)),
            8 => format!("text({})", self.leaf(Kind::Float, scope)),
            9 | 10 => {
                let kinds = [Kind::Int, Kind::Decimal, Kind::Bool, Kind::Enum(0), Kind::Enum(1), Kind::Date];
                let more = [Kind::Timestamp, Kind::Duration, Kind::Text];
                let kind = *self.random.pick(&[&kinds[..], &more[..]].concat());
                format!("text({})", self.value(kind, scope, depth))
            }
            11 => format!("left({}, length({}))", of(self), of(self)),
            _ => match self.json(scope) {
                Some(json) => format!("json_text({json})"),
                None => of(self),
            },
        }
    }

    fn date(&mut self, scope: &[Frame], depth: usize) -> String {
        let of = |writer: &mut Self, kind: Kind| writer.value(kind, scope, depth);
        match self.random.below(8) {
            0 => {
                let days = *self.random.pick(&["3 days", "3 business days"]);
                format!("({} {} {days})", of(self, Kind::Date), self.random.pick(&["+", "-"]))
            }
            1 => format!("({} {} 1 month)", of(self, Kind::Date), self.random.pick(&["+", "-"])),
            2 | 3 => format!("date({}{})", of(self, Kind::Timestamp), self.random.pick(&ZONES)),
            4 => format!("date({})", of(self, Kind::Text)),
            5 => format!("{}({})", self.random.pick(&START), of(self, Kind::Date)),
            6 => format!("anniversary({}, {})", of(self, Kind::Date), self.random.pick(&["1 month", "1 year"])),
            _ => {
                let days = format!("({} - {})", self.leaf(Kind::Date, scope), self.leaf(Kind::Date, scope));
                format!("({} + {days})", self.constant(Kind::Date))
            }
        }
    }

    fn timestamp(&mut self, scope: &[Frame], depth: usize) -> String {
        let of = |writer: &mut Self, kind: Kind| writer.value(kind, scope, depth);
        match self.random.below(7) {
            0 | 1 => {
                let length = *self.random.pick(&["36 hours", "1 month", "grace", "1 year", "90 minutes"]);
                format!("({} {} {length})", of(self, Kind::Timestamp), self.random.pick(&["+", "-"]))
            }
            2 => format!("({} + {})", self.constant(Kind::Timestamp), self.leaf(Kind::Duration, scope)),
            3 => format!("{}({}{})", self.random.pick(&START), of(self, Kind::Timestamp), self.random.pick(&ZONES)),
            4 => format!("timestamp({})", of(self, Kind::Text)),
            5 => format!("timestamp({})", of(self, Kind::Date)),
            _ => format!("anniversary({}, {})", of(self, Kind::Timestamp), self.random.pick(&["1 month", "1 year"])),
        }
    }

    fn duration(&mut self, scope: &[Frame], depth: usize) -> String {
        let of = |writer: &mut Self, kind: Kind| writer.value(kind, scope, depth);
        match self.random.below(7) {
            0 | 1 => format!("({} - {})", of(self, Kind::Timestamp), of(self, Kind::Timestamp)),
            2 => format!("({} - {})", of(self, Kind::Date), of(self, Kind::Date)),
            3 => format!("({} + {})", of(self, Kind::Duration), self.constant(Kind::Duration)),
            4 => format!("({} * {})", self.constant(Kind::Duration), self.leaf(Kind::Int, scope)),
            5 => format!("({} / {})", self.constant(Kind::Duration), of(self, Kind::Decimal)),
            _ => format!("(-{})", of(self, Kind::Duration)),
        }
    }
}

const START: [&str; 4] = ["start_of_day", "start_of_week", "start_of_month", "start_of_year"];

/// An enum's value as it is written.
pub fn quoted(value: &str) -> String {
    if value.contains(' ') { format!("\"{value}\"") } else { value.to_owned() }
}
