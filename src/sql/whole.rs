//! Takes arithmetic of ints and durations, gives it written so that what 64 bits cannot hold is an error on every engine:
//! a dialect whose own arithmetic goes on in doubles has a check, which stands once round a whole term.
//! Promises: no check where the operands are too small to need one.

use super::template::{Slot, Written, fill};
use super::{scalar, stable};
use crate::dialect::{Dialect, ansi};
use crate::plan::rel::{Aggregate, Constant, Scalar, WindowFunction};

/// No count of rows has more bits.
const COUNT: u32 = 48;

/// Whether an operation is arithmetic of whole numbers.
pub(super) fn is_arithmetic(name: &str) -> bool {
    let what = name.strip_prefix("int_").or_else(|| name.strip_prefix("duration_"));
    what.is_some_and(|what| ["add", "subtract", "multiply", "negate"].contains(&what))
}

/// A whole term.
pub(super) fn arithmetic(name: &str, arguments: &[Scalar], dialect: &Dialect) -> Written {
    if bits(name, arguments).is_some_and(|bits| bits < 63) {
        return term(name, arguments, dialect);
    }
    let template = dialect.template(name).unwrap_or("{0}");
    spelled(template, arguments, dialect)
}

/// A term within another: what is too large in it, the check round all of it finds.
fn term(name: &str, arguments: &[Scalar], dialect: &Dialect) -> Written {
    spelled(ansi::template(name).unwrap_or("{0}"), arguments, dialect)
}

fn spelled(template: &str, arguments: &[Scalar], dialect: &Dialect) -> Written {
    // Bare literals would be counted in 32 bits.
    let is_narrow = arguments.len() > 1 && arguments.iter().all(stable::is_loose);
    fill(template, arguments.len(), &mut |slot| match slot.parse().ok().and_then(|at: usize| arguments.get(at)) {
        Some(Scalar::Call(inner, operands, _)) if is_arithmetic(inner) => Slot::Written(term(inner, operands, dialect)),
        Some(argument) if is_narrow && slot == "0" => Slot::Written(stable::atom(argument, dialect)),
        Some(argument) => Slot::Written(scalar::scalar(argument, dialect)),
        None => Slot::Raw(super::doc::Doc::text("")),
    })
}

/// How many bits the result has at most, where the operands tell.
fn bits(name: &str, arguments: &[Scalar]) -> Option<u32> {
    let each: Option<Vec<u32>> = arguments.iter().map(of).collect();
    let each = each?;
    let most = each.iter().copied().max()?;
    if name.ends_with("_negate") {
        Some(most)
    } else if name.ends_with("_multiply") {
        Some(each.iter().sum())
    } else {
        Some(most + 1)
    }
}

fn of(scalar: &Scalar) -> Option<u32> {
    match scalar {
        Scalar::Constant(Constant::Int(value) | Constant::Duration(value)) => {
            Some(u64::BITS - value.unsigned_abs().leading_zeros())
        }
        Scalar::Window(window) => match &window.function {
            WindowFunction::RowNumber | WindowFunction::Rank | WindowFunction::Ntile(_) => Some(COUNT),
            WindowFunction::Aggregate(inner) => of_aggregate(inner),
            WindowFunction::PercentRank | WindowFunction::Lag(_) => None,
        },
        Scalar::Aggregate(inner) => of_aggregate(inner),
        Scalar::Call(name, arguments, _) if is_arithmetic(name) => bits(name, arguments),
        _ => None,
    }
}

const fn of_aggregate(aggregate: &Aggregate) -> Option<u32> {
    match aggregate {
        Aggregate::CountRows | Aggregate::CountDistinct(_) | Aggregate::Count(_) => Some(COUNT),
        Aggregate::Sum(..) | Aggregate::Min(..) | Aggregate::Max(..) => None,
    }
}
