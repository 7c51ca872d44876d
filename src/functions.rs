//! Takes a function's name, gives its signature, its one meaning and its default spelling. The table is
//! split by subject below; a dialect overrides templates by name (see `crate::dialect`), and nothing else.
//! Promises: each function has one meaning on every engine, and an example that the tests run on each.

pub mod number;
pub mod text;
pub mod time;
pub mod value;

use crate::types::Type;

/// A function of the language.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Its meaning, in one or two sentences.
    pub doc: &'static str,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// What it gives.
    pub returns: Returns,
    /// When it gives null.
    pub nulls: Nulls,
    /// How it is spelt by default, see `crate::sql::template`; dialects override it by the function's name.
    pub template: &'static str,
    /// A call, and what it gives.
    pub example: (&'static str, &'static str),
}

/// A parameter of a function.
#[derive(Debug)]
pub struct Parameter {
    /// Its name, for the documentation.
    pub name: &'static str,
    /// What it accepts.
    pub kind: Kind,
    /// How many arguments it takes.
    pub arity: Arity,
    /// Whether the argument must be a literal.
    pub literal: bool,
}

/// How many arguments a parameter takes. Optional and repeated ones are last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    /// Exactly one.
    One,
    /// None or one.
    Optional,
    /// Any number, also none.
    Many,
}

/// What a parameter accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, or an enum's value.
    Text,
    /// An int.
    Int,
    /// A float, or what becomes one: int, decimal.
    Float,
    /// An int, a decimal or a float.
    Number,
    /// A bool.
    Bool,
    /// A date.
    Date,
    /// A timestamp.
    Timestamp,
    /// A date or a timestamp.
    Instant,
    /// A duration.
    Duration,
    /// A number of months or years: `1 year`.
    Months,
    /// Json, or text that may hold some.
    Json,
    /// Text or a number.
    TextOrNumber,
    /// Text, a date or a timestamp.
    TextOrInstant,
    /// Anything that has an order outside of `by`: not an enum, json or months.
    Ordered,
    /// Anything but months.
    Any,
    /// What meets the first argument's type.
    Same,
}

/// The type that a function gives.
#[derive(Debug)]
pub enum Returns {
    /// Always this one.
    Fixed(Type),
    /// The first argument's.
    Same,
    /// The one that all arguments meet in.
    Meet,
    /// `decimal(x, p, s)`: by its literals.
    Decimal,
    /// `round(x)` is an int; `round(x, n)` of a decimal is a decimal of scale n, of an int an int, of a float a float.
    Rounded,
}

/// When a function gives null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Exactly if an argument is null.
    Strict,
    /// Never.
    Never,
    /// In other cases too, whatever the arguments are.
    Always,
    /// Exactly if all arguments are null.
    Skips,
}

/// All functions, by subject.
pub static SUBJECTS: &[(&str, &[Function])] =
    &[("Text", text::ALL), ("Numbers", number::ALL), ("Time", time::ALL), ("Values", value::ALL)];

/// All functions, in the order of the documentation.
pub fn all() -> impl Iterator<Item = &'static Function> {
    SUBJECTS.iter().flat_map(|(_, functions)| functions.iter())
}

/// The function of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}

impl Kind {
    /// Whether an argument of that type is accepted. `Same` is the caller's to check, with [`Type::meet`].
    #[must_use]
    pub fn accepts(self, kind: &Type) -> bool {
        let text = matches!(kind, Type::Text | Type::Enum(_));
        let instant = matches!(kind, Type::Date | Type::Timestamp);
        if matches!(kind, Type::Null | Type::Error) {
            return true;
        }
        match self {
            Self::Text => text,
            Self::Int => *kind == Type::Int,
            Self::Float | Self::Number => kind.is_number(),
            Self::Bool => *kind == Type::Bool,
            Self::Date => *kind == Type::Date,
            Self::Timestamp => *kind == Type::Timestamp,
            Self::Instant => instant,
            Self::Duration => *kind == Type::Duration,
            Self::Months => *kind == Type::Months,
            Self::Json => text || *kind == Type::Json,
            Self::TextOrNumber => text || kind.is_number(),
            Self::TextOrInstant => text || instant,
            Self::Ordered => !matches!(kind, Type::Months | Type::Enum(_) | Type::Json),
            Self::Any | Self::Same => *kind != Type::Months,
        }
    }

    /// The type that an argument is coerced to before the call; `None`: it stays as it is.
    #[must_use]
    pub const fn coerces_to(self) -> Option<Type> {
        match self {
            Self::Float => Some(Type::Float),
            Self::Text => Some(Type::Text),
            _ => None,
        }
    }

    /// What the documentation and the messages call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Float => "float",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Instant => "date or timestamp",
            Self::Duration => "duration",
            Self::Months => "months or years",
            Self::Json => "json",
            Self::TextOrNumber => "text or number",
            Self::TextOrInstant => "text, date or timestamp",
            Self::Ordered => "a type with an order",
            Self::Any => "any type",
            Self::Same => "the first one's type",
        }
    }
}

impl Function {
    /// `round(x, n?)`, as the documentation and the messages show it.
    #[must_use]
    pub fn signature(&self) -> String {
        let parameters: Vec<String> = self
            .parameters
            .iter()
            .map(|parameter| match parameter.arity {
                Arity::One => parameter.name.to_owned(),
                Arity::Optional => format!("{}?", parameter.name),
                Arity::Many => format!("{}…", parameter.name),
            })
            .collect();
        format!("{}({})", self.name, parameters.join(", "))
    }

    /// The fewest and the most arguments; `None`: any number.
    #[must_use]
    pub fn arity(&self) -> (usize, Option<usize>) {
        let least = self.parameters.iter().filter(|it| it.arity == Arity::One).count();
        let many = self.parameters.iter().any(|it| it.arity == Arity::Many);
        (least, (!many).then_some(self.parameters.len()))
    }

    /// The parameter that takes the argument at that place.
    #[must_use]
    pub fn parameter(&self, at: usize) -> Option<&'static Parameter> {
        self.parameters.get(at).or_else(|| self.parameters.last().filter(|it| it.arity == Arity::Many))
    }
}

/// The spelling of a call for operands of other types than the plainest: `round` of a decimal, `greatest` of texts.
///
/// It is the operation's name for `rel::Scalar::Call`; see `crate::plan::call`, which is what a planner calls.
#[must_use]
pub fn operation(name: &str, first: &Type) -> String {
    let by_kind = ["abs", "sign", "floor", "ceil", "round", "mod"];
    let by_text = ["greatest", "least"];
    let by_day = ["date", "year", "month", "day", "weekday", "start_of_day", "start_of_week", "start_of_month"];
    let more = ["start_of_year", "earliest", "latest", "anniversary", "add_business_days"];
    let by_day = by_day.contains(&name) || more.contains(&name);
    match first {
        Type::Decimal { .. } if by_kind.contains(&name) => format!("{name}_decimal"),
        Type::Float if by_kind.contains(&name) => format!("{name}_float"),
        Type::Text | Type::Enum(_) | Type::Json if by_text.contains(&name) => format!("{name}_text"),
        Type::Date if by_day => format!("{name}_date"),
        _ => name.to_owned(),
    }
}

/// Shorthand of the tables below.
const fn one(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, arity: Arity::One, literal: false }
}

const fn optional(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, arity: Arity::Optional, literal: false }
}

const fn many(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, arity: Arity::Many, literal: false }
}

const fn literal(parameter: Parameter) -> Parameter {
    Parameter { literal: true, ..parameter }
}
