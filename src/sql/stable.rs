//! Takes the value of a column, gives it in the column's type where its own expression would have another:
//! a bare literal, or exact arithmetic whose digits an engine does not keep. Promises: the type of each
//! column of a table follows from the program alone.

use super::doc::Doc;
use super::scalar;
use super::template::{Written, level};
use crate::dialect::Dialect;
use crate::plan::rel::{Constant, Scalar};
use crate::types::Type;

/// What a `SELECT` gives under a name.
#[must_use]
pub fn item(value: &Scalar, dialect: &Dialect) -> Doc {
    let written = scalar::scalar(value, dialect).doc;
    let already = dialect.scaled_decimals;
    match loose(value).filter(|_| !already) {
        Some(kind) => {
            let inner = vec![Doc::Soft, written, Doc::text(format!(" AS {}", dialect.type_name(&kind)))];
            Doc::Group(vec![Doc::text("CAST("), Doc::Indent(inner), Doc::Soft, Doc::text(")")])
        }
        None => written,
    }
}

/// The same as an operand.
#[must_use]
pub fn atom(value: &Scalar, dialect: &Dialect) -> Written {
    let is_cast = is_loose(value) && !dialect.scaled_decimals;
    if is_cast { Written { doc: item(value, dialect), level: level::ATOM } } else { scalar::scalar(value, dialect) }
}

/// Whether its expression does not say its type.
#[must_use]
pub fn is_loose(value: &Scalar) -> bool {
    loose(value).is_some()
}

/// The type that a value should have, where its expression does not say it.
fn loose(value: &Scalar) -> Option<Type> {
    match value {
        Scalar::Constant(Constant::Int(_) | Constant::Duration(_)) => Some(Type::Int),
        Scalar::Constant(Constant::Float(_)) => Some(Type::Float),
        Scalar::Constant(Constant::Decimal(_, scale)) => Some(Type::Decimal { precision: 18, scale: *scale }),
        Scalar::Call(name, _, kind @ Type::Decimal { .. }) if name.starts_with("decimal_") => Some(kind.clone()),
        Scalar::Case(arms, otherwise) => {
            all_loose(arms.iter().map(|(_, value)| value).chain(otherwise.as_deref()).collect())
        }
        Scalar::Coalesce(values) => all_loose(values.iter().collect()),
        _ => None,
    }
}

/// The type of several alternatives that are all loose; nulls do not count.
fn all_loose(values: Vec<&Scalar>) -> Option<Type> {
    let known: Vec<&Scalar> =
        values.into_iter().filter(|it| !matches!(it, Scalar::Constant(Constant::Null(_)))).collect();
    let mut kinds = known.iter().map(|it| loose(it));
    let first = kinds.next()??;
    kinds.try_fold(first, |all, kind| all.meet(&kind?))
}
