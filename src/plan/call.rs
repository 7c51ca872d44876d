//! Takes a function of the language with the types of its arguments, gives the scalar that computes it: a
//! cast where the function is a conversion, else a call named for those types. The one place that knows
//! which functions need more than their arguments (a scale, the run's now).

use super::rel::{Compare, Constant, Parameter, Scalar};
use crate::functions;
use crate::program::Program;
use crate::types::Type;

/// The call of a function of `crate::functions`. Arguments are already coerced to its signature; months are an int.
#[must_use]
pub fn function(name: &str, arguments: Vec<(Scalar, Type)>, result: Type) -> Scalar {
    let (mut values, types): (Vec<Scalar>, Vec<Type>) = arguments.into_iter().unzip();
    let first = types.first().cloned().unwrap_or(Type::Null);
    let whole = Type::Decimal { precision: 18, scale: 0 };
    match (name, &first, values.len()) {
        ("text" | "int" | "float" | "timestamp" | "date", _, 1) => cast(values, first, result),
        ("decimal", ..) => cast(values, first, result),
        ("date", Type::Text | Type::Enum(_) | Type::Date, _) => cast(values, first, result),
        ("round" | "floor" | "ceil", Type::Int, 1) => cast(values, first, result),
        ("round", Type::Decimal { .. }, 1) => {
            Scalar::Cast(Box::new(cast(values, first, whole.clone())), whole, Type::Int)
        }
        ("round", Type::Decimal { .. }, _) => cast(values, first, result),
        ("floor" | "ceil", Type::Decimal { scale, .. }, _) => {
            values.push(Scalar::Constant(Constant::Int(i64::from(*scale))));
            Scalar::Call(functions::operation(name, &first), values, result)
        }
        ("anniversary", ..) => {
            values.push(Scalar::Parameter(Parameter::Now));
            Scalar::Call(functions::operation(name, &first), values, result)
        }
        ("coalesce", ..) => Scalar::Coalesce(values),
        ("greatest" | "least" | "earliest" | "latest", ..) => {
            Scalar::Call(functions::operation(name, &result), values, result)
        }
        _ => Scalar::Call(functions::operation(name, &first), values, result),
    }
}

/// Whether the time of an event is at or before the run's now; a day begins in the project's zone.
#[must_use]
pub fn has_happened(program: &Program, at: Scalar, kind: &Type) -> Scalar {
    let now = Scalar::Parameter(Parameter::Now);
    let now = match kind {
        Type::Date => {
            let zone = (program.zone != "UTC").then(|| (Scalar::text(&program.zone), Type::Text));
            function("date", std::iter::once((now, Type::Timestamp)).chain(zone).collect(), Type::Date)
        }
        _ => now,
    };
    at.compare(Compare::LessEqual, kind.clone(), now)
}

/// A value as another type; itself where it has that type already.
fn cast(values: Vec<Scalar>, from: Type, to: Type) -> Scalar {
    let value = values.into_iter().next().unwrap_or(Scalar::Constant(Constant::Null(None)));
    if from == to { value } else { Scalar::Cast(Box::new(value), from, to) }
}
