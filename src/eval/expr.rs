//! Takes an expression and the rows in scope, gives its value. A condition is true or false, never unknown: a comparison
//! with a null is false, `not` of a null is true. What does not fit into its type stops the run.

use super::entity::At;
use super::{Run, Stop, Value, operator};
use crate::program::{Expr, ExprKind, LinkId, OUTER, Op, RowId, What};

/// A row in scope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Which row of the expression it is.
    pub row: RowId,
    /// The row itself.
    pub at: At,
    /// In an event set, the row of the event before.
    pub before: Option<At>,
    /// Whether the entry in view is a fresh one.
    pub fresh: bool,
}

impl Frame {
    /// The row of the entity whose field is computed.
    pub(super) const fn outer(at: At) -> Self {
        Self { row: OUTER, at, before: None, fresh: false }
    }
}

impl Run<'_> {
    /// The value of an expression; the last row is that of the innermost set.
    pub(super) fn eval(&self, expr: &Expr, rows: &[Frame]) -> Result<Value, Stop> {
        match &expr.kind {
            ExprKind::Literal(literal) => Ok(Value::of(literal, &expr.typed.kind)),
            ExprKind::Now => Ok(Value::Timestamp(self.now)),
            ExprKind::Read { row, path, what } => {
                let Some(frame) = rows.iter().find(|frame| frame.row == *row) else {
                    return Err(Stop::new("a row that is not in scope"));
                };
                self.read(*frame, path, *what)
            }
            ExprKind::Op(op, operands) => self.op(*op, operands, rows),
            ExprKind::Call(name, arguments) => {
                let values =
                    arguments.iter().map(|argument| self.eval(argument, rows)).collect::<Result<Vec<_>, _>>()?;
                self.call(name, values, &expr.typed.kind)
            }
            ExprKind::Case { arms, otherwise } => {
                for (when, value) in arms {
                    if self.holds(when, rows)? {
                        return self.eval(value, rows);
                    }
                }
                self.eval(otherwise, rows)
            }
            ExprKind::Coerce(inner) => operator::coerce(self.eval(inner, rows)?, &expr.typed.kind),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, &expr.typed.kind, rows),
            ExprKind::Window(window) => self.window(window, rows),
            ExprKind::Previous(inner) => {
                let Some((last, outside)) = rows.split_last() else { return Ok(Value::Null) };
                let Some(before) = last.before else { return Ok(Value::Null) };
                let shifted: Vec<Frame> =
                    outside.iter().copied().chain([Frame { at: before, before: None, ..*last }]).collect();
                self.eval(inner, &shifted)
            }
            ExprKind::Error => Err(Stop::new("the program has mistakes")),
        }
    }

    /// Whether a condition holds; a null does not.
    pub(super) fn holds(&self, condition: &Expr, rows: &[Frame]) -> Result<bool, Stop> {
        Ok(self.eval(condition, rows)?.holds())
    }

    /// What is read of a row, or of the one that links lead to.
    fn read(&self, from: Frame, path: &[LinkId], what: What) -> Result<Value, Stop> {
        let Some(at) = self.follow_all(path, from.at)? else {
            return Ok(if what == What::Exists { Value::Bool(false) } else { Value::Null });
        };
        match what {
            What::Column(id) => Ok(self.column(at, id)),
            What::Field(id) => self.field(id, at.place).map(|(value, _)| value),
            What::Since(id) => self.field(id, at.place).map(|(_, since)| since),
            What::InView(id) => self.in_view(id, at.place, from.fresh),
            What::Was(id) => Ok(self.was(id, at.place)),
            What::Born(_) | What::Mark(_) => Err(Stop::new("no file says when something was first there")),
            What::Exists => Ok(Value::Bool(true)),
        }
    }

    fn op(&self, op: Op, operands: &[Expr], rows: &[Frame]) -> Result<Value, Stop> {
        if let Op::And | Op::Or = op {
            for operand in operands {
                if self.holds(operand, rows)? == (op == Op::Or) {
                    return Ok(Value::Bool(op == Op::Or));
                }
            }
            return Ok(Value::Bool(op == Op::And));
        }
        let values = operands.iter().map(|operand| self.eval(operand, rows)).collect::<Result<Vec<_>, _>>()?;
        let Some((first, others)) = values.split_first() else { return Err(Stop::new("no operand")) };
        let second = others.first().unwrap_or(&Value::Null);
        let compares =
            |test: fn(std::cmp::Ordering) -> bool| !first.is_null() && !second.is_null() && test(first.order(second));
        Ok(Value::Bool(match op {
            Op::Not => !first.holds(),
            Op::Equal => first.equals(second),
            Op::NotEqual => !first.equals(second),
            Op::Less => compares(std::cmp::Ordering::is_lt),
            Op::LessEqual => compares(std::cmp::Ordering::is_le),
            Op::Greater => compares(std::cmp::Ordering::is_gt),
            Op::GreaterEqual => compares(std::cmp::Ordering::is_ge),
            Op::IsNull => first.is_null(),
            Op::In => others.iter().any(|other| first.equals(other)),
            Op::And | Op::Or | Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Negate => {
                return operator::arithmetic(op, &values);
            }
        }))
    }
}
