//! Reads `round(-2.5, 1)`, the form of the function table's examples, as a scalar with its type. A number ending in `f` is
//! a float; nothing else is added to the language's own literals.

use plgc::functions::{self, Kind, Returns};
use plgc::plan::call;
use plgc::plan::rel::{Constant, Scalar};
use plgc::types::Type;

/// A call, its arguments with their types, its type.
pub struct Example {
    pub name: &'static str,
    pub arguments: Vec<(Scalar, Type)>,
    pub result: Type,
}

impl Example {
    /// What the documentation says that the function gives.
    pub fn result_name(&self, function: &functions::Function) -> String {
        match &function.returns {
            Returns::Fixed(kind) => kind.to_string(),
            Returns::Same => "the type of the first argument".to_owned(),
            Returns::Meet => "the type that all arguments meet in".to_owned(),
            Returns::Decimal => "decimal(p, s)".to_owned(),
            Returns::Rounded => "an int; with `n`, an int, decimal or float as `x` is".to_owned(),
        }
    }

    /// The call over these values in the arguments' place.
    pub fn call(&self, values: Vec<Scalar>) -> Scalar {
        let arguments = values.into_iter().zip(&self.arguments).map(|(value, (_, kind))| (value, kind.clone()));
        call::function(self.name, arguments.collect(), self.result.clone())
    }
}

/// A call.
pub fn read(text: &str) -> Example {
    let (name, rest) = text.split_once('(').unwrap();
    let function = functions::find(name).unwrap_or_else(|| panic!("no function {name}"));
    let arguments = arguments(rest.strip_suffix(')').unwrap());
    let mut arguments: Vec<(Scalar, Type)> = arguments.iter().map(|it| literal(it)).collect();
    let (least, most) = function.arity();
    assert!(arguments.len() >= least && most.is_none_or(|most| arguments.len() <= most), "{text}");
    let all = arguments.iter().try_fold(Type::Null, |all, (_, kind)| all.meet(kind)).unwrap_or(Type::Error);
    for (at, argument) in arguments.iter_mut().enumerate() {
        let kind = function.parameter(at).unwrap().kind;
        assert!(kind.accepts(&argument.1), "{text}: {} is no {}", argument.1, kind.name());
        let wanted = match (&function.returns, kind) {
            (Returns::Meet, _) => Some(all.clone()),
            (_, Kind::Bool) => Some(Type::Bool),
            (_, Kind::Date) => Some(Type::Date),
            (_, Kind::Timestamp | Kind::Instant | Kind::TextOrInstant) if argument.1 == Type::Null => {
                Some(Type::Timestamp)
            }
            (_, Kind::Int | Kind::Number | Kind::TextOrNumber) if argument.1 == Type::Null => Some(Type::Int),
            (_, Kind::Duration) if argument.1 == Type::Null => Some(Type::Duration),
            (_, Kind::Json) => Some(Type::Json),
            _ if argument.1 == Type::Null => Some(Type::Text),
            _ => kind.coerces_to(),
        };
        *argument = coerced(argument.clone(), wanted);
    }
    let result = result(function, &arguments, all);
    Example { name: function.name, arguments, result }
}

fn coerced((value, kind): (Scalar, Type), wanted: Option<Type>) -> (Scalar, Type) {
    match wanted {
        Some(wanted) if kind == Type::Null => (Scalar::Constant(Constant::Null(Some(wanted.clone()))), wanted),
        Some(wanted) if wanted == Type::Json => (value, wanted),
        Some(wanted) if wanted != kind => (Scalar::Cast(Box::new(value), kind, wanted.clone()), wanted),
        _ => (value, kind),
    }
}

fn result(function: &functions::Function, arguments: &[(Scalar, Type)], all: Type) -> Type {
    let first = arguments.first().map(|(_, kind)| kind.clone()).unwrap();
    let int = |at: usize| match arguments.get(at) {
        Some((Scalar::Constant(Constant::Int(value)), _)) => u8::try_from(*value).unwrap(),
        _ => panic!("no literal"),
    };
    match (&function.returns, &first) {
        (Returns::Fixed(kind), _) => kind.clone(),
        (Returns::Same, _) => first,
        (Returns::Meet, _) => all,
        (Returns::Decimal, _) => Type::Decimal { precision: int(1), scale: int(2) },
        (Returns::Rounded, _) if arguments.len() == 1 => Type::Int,
        (Returns::Rounded, Type::Decimal { .. }) => Type::Decimal { precision: 18, scale: int(1) },
        (Returns::Rounded, _) => first,
    }
}

/// The arguments' texts.
fn arguments(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut quoted = false;
    for it in text.chars() {
        quoted ^= it == '\'';
        if it == ',' && !quoted { all.push(String::new()) } else { all.last_mut().unwrap().push(it) }
    }
    all.iter().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}

/// A literal with its type.
pub fn literal(text: &str) -> (Scalar, Type) {
    let constant = |constant, kind| (Scalar::Constant(constant), kind);
    if let Some(inner) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        return constant(Constant::Text(inner.replace("''", "'")), Type::Text);
    }
    if let Some(instant) = text.strip_prefix('@') {
        return match instant.parse::<jiff::civil::Date>() {
            Ok(day) if instant.len() == 10 => {
                let days = day.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
                constant(Constant::Date(i32::try_from(days).unwrap()), Type::Date)
            }
            _ => {
                let micros = instant.parse::<jiff::Timestamp>().unwrap().as_microsecond();
                constant(Constant::Timestamp(micros), Type::Timestamp)
            }
        };
    }
    match text {
        "null" => return constant(Constant::Null(None), Type::Null),
        "true" | "false" => return constant(Constant::Bool(text == "true"), Type::Bool),
        _ => {}
    }
    if let Some((count, unit)) = text.split_once(' ') {
        let count: i64 = count.parse().unwrap();
        return match unit.trim_end_matches('s') {
            "year" => constant(Constant::Int(count * 12), Type::Months),
            "month" => constant(Constant::Int(count), Type::Months),
            "day" => constant(Constant::Duration(count * 86_400_000_000), Type::Duration),
            "hour" => constant(Constant::Duration(count * 3_600_000_000), Type::Duration),
            _ => constant(Constant::Duration(count * 60_000_000), Type::Duration),
        };
    }
    if let Some(float) = text.strip_suffix('f') {
        return constant(Constant::Float(float.parse().unwrap()), Type::Float);
    }
    match text.split_once('.') {
        Some((whole, fraction)) => {
            let scale = u8::try_from(fraction.len()).unwrap();
            let digits = format!("{whole}{fraction}").parse().unwrap();
            constant(Constant::Decimal(digits, scale), Type::Decimal { precision: 18, scale })
        }
        None => constant(Constant::Int(text.parse().unwrap()), Type::Int),
    }
}

/// Whether the argument at that place must be a literal.
pub fn is_literal(name: &str, at: usize) -> bool {
    functions::find(name).unwrap().parameter(at).unwrap().literal
}
