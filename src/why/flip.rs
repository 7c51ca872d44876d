//! The nearest change: which conditions, as few as possible, would have to be otherwise for a field to have another value. Takes
//! every condition as free to change; what they mean together is the program's.

use super::{About, Nearest, own_field};
use crate::eval::{Stop, Value};
use crate::program::proof::Prover;
use crate::program::{AggregateOp, Expr, ExprKind, FieldId, FieldKind, Op, Program, Stage};
use crate::test::compare::shown;
use crate::types::Type;

/// What would have to be so.
type Changes = Vec<String>;

/// The smallest change that gives a field another value; nothing where the field is no condition and no status.
pub(super) fn nearest(about: About<'_>, id: FieldId, value: &Value) -> Result<Option<Nearest>, Stop> {
    let field = about.program.field(id);
    let found = match &field.kind {
        FieldKind::Status { stages, .. } => other_stage(about, stages, value)?,
        FieldKind::Trait(_) | FieldKind::Audience { .. } if field.typed.kind == Type::Bool => {
            let wanted = !value.holds();
            of_field(about, id, wanted, 0)?.map(|changes| (wanted.to_string(), changes))
        }
        FieldKind::Trait(_) | FieldKind::Audience { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) => None,
    };
    Ok(found.map(|(value, changes)| Nearest { value, changes }))
}

/// The stage that is the fewest changes away.
fn other_stage(about: About<'_>, stages: &[Stage], value: &Value) -> Result<Option<(String, Changes)>, Stop> {
    let mut best: Option<(String, Changes)> = None;
    for (place, stage) in stages.iter().enumerate().filter(|(_, stage)| stage.name != value.as_text()) {
        let mut changes = Some(Vec::new());
        for (at, other) in stages.iter().enumerate().take(place + 1) {
            let Some(when) = &other.when else { continue };
            let found = to_be(about, when, at == place, 0)?;
            changes = joined(changes, found);
        }
        let Some(changes) = changes else { continue };
        if best.as_ref().is_none_or(|(_, known)| changes.len() < known.len()) {
            best = Some((stage.name.clone(), changes));
        }
    }
    Ok(best)
}

/// Both, without what stands twice.
fn joined(one: Option<Changes>, other: Option<Changes>) -> Option<Changes> {
    let (mut one, other) = (one?, other?);
    for change in other {
        if !one.contains(&change) {
            one.push(change);
        }
    }
    Some(one)
}

fn smaller(one: Option<Changes>, other: Option<Changes>) -> Option<Changes> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.len() < one.len() { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// Whether two conditions over the rows of a field cannot both hold, as far as it can be proved.
fn excludes(program: &Program, id: FieldId, one: &Expr, other: &Expr) -> bool {
    let (mut prover, entity) = (Prover::new(program), program.field(id).entity);
    let (one, other) = (prover.condition(entity, one), prover.condition(entity, other));
    prover.never_both(entity, one, other)
}

/// What makes a field of the row hold, or not.
fn of_field(about: About<'_>, id: FieldId, wanted: bool, depth: usize) -> Result<Option<Changes>, Stop> {
    if about.look.field(id, about.row)?.0.holds() == wanted {
        return Ok(Some(Vec::new()));
    }
    if depth > super::DEEPEST {
        return Ok(None);
    }
    match &about.program.field(id).kind {
        FieldKind::Trait(value) => to_be(about, value, wanted, depth + 1),
        FieldKind::Audience { base, condition, until, .. } => {
            let base = match base {
                Some(base) => Some(of_field(about, *base, wanted, depth + 1)?),
                None => None,
            };
            let ended = match until {
                // Where the condition holds again, nothing else has to be so.
                Some(until) if wanted && excludes(about.program, id, condition, until) => Some(Some(Vec::new())),
                Some(until) => Some(to_be(about, until, !wanted, depth + 1)?),
                None => None,
            };
            if wanted {
                let within = to_be(about, condition, true, depth + 1)?;
                return Ok([base, Some(within), ended].into_iter().flatten().fold(Some(Vec::new()), joined));
            }
            // With `until`, who is in stays in where the condition alone no longer holds.
            let out = if until.is_some() { None } else { to_be(about, condition, false, depth + 1)? };
            Ok([base, ended].into_iter().flatten().fold(out, smaller))
        }
        FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) => Ok(None),
    }
}

/// What makes a condition hold, or not.
fn to_be(about: About<'_>, expr: &Expr, wanted: bool, depth: usize) -> Result<Option<Changes>, Stop> {
    if about.holds(expr)? == wanted {
        return Ok(Some(Vec::new()));
    }
    if let Some(id) = own_field(expr) {
        return of_field(about, id, wanted, depth);
    }
    match &expr.kind {
        ExprKind::Op(op @ (Op::And | Op::Or), operands) if !expr.is_one_thing() => {
            let each = operands.iter().map(|operand| to_be(about, operand, wanted, depth));
            let each = each.collect::<Result<Vec<_>, _>>()?;
            let takes_all = (*op == Op::And) == wanted;
            let all = || each.iter().cloned().fold(Some(Vec::new()), joined);
            Ok(if takes_all { all() } else { each.iter().cloned().fold(None, smaller) })
        }
        ExprKind::Op(Op::Not, operands) => {
            operands.first().map_or(Ok(None), |inner| to_be(about, inner, !wanted, depth))
        }
        ExprKind::Literal(_) | ExprKind::Error => Ok(None),
        _ => leaf(about, expr, wanted).map(|change| Some(vec![change])),
    }
}

/// What would have to be so of a condition that has no others in it.
fn leaf(about: About<'_>, expr: &Expr, wanted: bool) -> Result<String, Stop> {
    let text = about.sources.on_one_line(expr.span);
    let value = |expr: &Expr| -> Result<String, Stop> { Ok(shown(&about.value(expr)?, &expr.typed.kind)) };
    let plain = || if wanted { format!("`{text}`") } else { format!("not `{text}`") };
    let (op, operands) = match &expr.kind {
        ExprKind::Op(op, operands) if !expr.is_one_thing() => (op, operands),
        ExprKind::Aggregate(aggregate) => {
            let has_rows = matches!(aggregate.op, AggregateOp::None) != wanted;
            return Ok(if has_rows { format!("a row in `{text}`") } else { format!("no row in `{text}`") });
        }
        _ => return Ok(plain()),
    };
    let words = match (op, wanted) {
        (Op::Less, true) | (Op::GreaterEqual, false) => "below",
        (Op::LessEqual, true) | (Op::Greater, false) => "at most",
        (Op::Greater, true) | (Op::LessEqual, false) => "above",
        (Op::GreaterEqual, true) | (Op::Less, false) => "at least",
        (Op::Equal, true) | (Op::NotEqual, false) => "",
        (Op::NotEqual, true) | (Op::Equal, false) => "other than",
        (Op::IsNull, true) => return of_null(about, operands, "null"),
        (Op::IsNull, false) => return of_null(about, operands, "not null"),
        _ => return Ok(plain()),
    };
    let [left, right] = operands.as_slice() else { return Ok(plain()) };
    let blank = if words.is_empty() { "" } else { " " };
    Ok(format!("`{}` {words}{blank}{} (it is {})", about.sources.on_one_line(left.span), value(right)?, value(left)?))
}

fn of_null(about: About<'_>, operands: &[Expr], what: &str) -> Result<String, Stop> {
    let Some(operand) = operands.first() else { return Ok(what.to_owned()) };
    let found = shown(&about.value(operand)?, &operand.typed.kind);
    Ok(format!("`{}` {what} (it is {found})", about.sources.on_one_line(operand.span)))
}
