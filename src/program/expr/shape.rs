//! Takes the call of an aggregate apart: which one, what it takes, its set and its clauses. What stands at the wrong
//! place is reported here, so that the typing in [`super::aggregate`] sees right shapes only.

use miette::Diagnostic;
use thiserror::Error;

use super::call::MisplacedClause;
use super::operator::{WrongType, is_ordered};
use crate::program::context::Ctx;
use crate::program::scope::Scope;
use crate::program::{AggregateOp, Expr};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{Type, Typed};

/// What an aggregate takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A set alone.
    Rows,
    /// A condition from a set.
    All,
    /// A value from a set.
    Value,
    /// A value from an event set, by its time.
    ByTime,
    /// A fraction, and a value from a set.
    Percentile,
    /// A value from a set, and an order.
    Pick,
}

const ALL: [(&str, AggregateOp, Shape); 15] = [
    ("any", AggregateOp::Any, Shape::Rows),
    ("none", AggregateOp::None, Shape::Rows),
    ("count", AggregateOp::Count, Shape::Rows),
    ("all", AggregateOp::None, Shape::All),
    ("count_distinct", AggregateOp::CountDistinct, Shape::Value),
    ("sum", AggregateOp::Sum, Shape::Value),
    ("min", AggregateOp::Min, Shape::Value),
    ("max", AggregateOp::Max, Shape::Value),
    ("avg", AggregateOp::Avg, Shape::Value),
    ("median", AggregateOp::Median, Shape::Value),
    ("mode", AggregateOp::Mode, Shape::Value),
    ("first", AggregateOp::First, Shape::ByTime),
    ("last", AggregateOp::Last, Shape::ByTime),
    ("percentile", AggregateOp::Percentile(0.5), Shape::Percentile),
    ("pick", AggregateOp::Pick, Shape::Pick),
];

/// The aggregate of this name.
pub(super) fn find(name: &str) -> Option<(AggregateOp, Shape)> {
    ALL.iter().find(|(known, ..)| *known == name).map(|(_, op, shape)| (*op, *shape))
}

/// The names of all aggregates.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, ..)| *name)
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` {what}")]
#[diagnostic(code("aggregate-arguments"))]
struct AggregateArguments {
    name: String,
    what: &'static str,
    #[label(primary, "in this call")]
    at: Span,
    #[help]
    help: String,
}

/// A call taken apart.
pub(super) struct Written<'w> {
    /// The values before `from`.
    pub values: &'w [ast::Order],
    pub path: &'w ast::Path,
    pub alias: Option<&'w ast::Name>,
    pub condition: Option<&'w ast::Expr>,
    pub by: &'w [ast::Order],
}

impl Ctx<'_> {
    pub(super) fn has_no_window_clause(&mut self, call: &ast::Call) -> bool {
        let found = call
            .per
            .first()
            .map(|per| ("per", per.span))
            .or_else(|| call.among.as_ref().map(|among| ("among", among.span)));
        let found = found.or_else(|| {
            call.arguments.iter().find(|argument| argument.descending).map(|argument| ("desc", argument.by.span))
        });
        let Some((word, at)) = found else { return true };
        let help = if word == "desc" {
            "order with `by x desc` in a `pick`"
        } else {
            "remove it: only `rank` and its like take it"
        };
        self.diags.push(MisplacedClause { word, name: call.name.text.clone(), at, help: help.to_owned() });
        false
    }

    pub(super) fn arguments_mistake(
        &mut self,
        call: &ast::Call,
        what: &'static str,
        at: Span,
        help: impl Into<String>,
    ) {
        self.diags.push(AggregateArguments { name: call.name.text.clone(), what, at, help: help.into() });
    }

    /// Takes a call apart: where nothing says `from`, a single path may be the set.
    pub(super) fn written<'w>(
        &mut self,
        scope: &Scope,
        call: &'w ast::Call,
        (shape, chooses_row): (Shape, bool),
    ) -> Option<Written<'w>> {
        let name = &call.name.text;
        let written = match (&call.set, call.arguments.as_slice()) {
            (Some(set), values) => Written {
                values,
                path: &set.path,
                alias: set.alias.as_ref(),
                condition: set.condition.as_ref(),
                by: &set.by,
            },
            (None, [ast::Order { by: ast::Expr { kind: ast::ExprKind::Path(path), .. }, .. }])
                if shape == Shape::Rows || chooses_row =>
            {
                Written { values: &[], path, alias: None, condition: None, by: &[] }
            }
            (None, _) => {
                let through = match call.arguments.as_slice() {
                    [ast::Order { by: ast::Expr { kind: ast::ExprKind::Path(path), .. }, .. }] => {
                        self.through_set(scope, path)
                    }
                    _ => None,
                };
                let help = match (shape, name.as_str()) {
                    (Shape::Value | Shape::ByTime, _) if through.is_some() => {
                        let (set, of) = through.unwrap_or_default();
                        format!("write `{name}({of} from {set})`")
                    }
                    (_, "max") => "write `max(x from set)`; of two values `greatest(a, b)`".to_owned(),
                    (_, "min") => "write `min(x from set)`; of two values `least(a, b)`".to_owned(),
                    (Shape::Rows, _) => format!("write `{name}(set where …)`"),
                    (Shape::All, _) => "write `all(condition from set)`".to_owned(),
                    (Shape::Percentile, _) => "write `percentile(0.9, x from set)`".to_owned(),
                    (Shape::Pick, _) => "write `pick(x from set by y desc)`".to_owned(),
                    (Shape::Value | Shape::ByTime, _) => format!("write `{name}(x from set)`"),
                };
                self.arguments_mistake(call, "reads a set, and none is named", call.name.span, help);
                return None;
            }
        };
        self.has_shape(call, shape, &written).then_some(written)
    }

    /// Whether a call has as many values as its shape asks for, and an order only where one is.
    fn has_shape(&mut self, call: &ast::Call, shape: Shape, written: &Written<'_>) -> bool {
        let name = &call.name.text;
        let expected = match shape {
            Shape::Rows => 0,
            Shape::Percentile => 2,
            Shape::ByTime | Shape::Pick if written.values.is_empty() => 0,
            Shape::All | Shape::Value | Shape::ByTime | Shape::Pick => 1,
        };
        if written.values.len() != expected {
            let at = written.values.first().map_or(call.name.span, |value| value.by.span);
            let (what, help) = match (shape, name.as_str()) {
                (_, "count") => (
                    "counts rows and takes no value",
                    "write `count(set where x is not null)`, or `count_distinct(x from set)`".to_owned(),
                ),
                (Shape::Rows, _) => ("takes a set and no value", format!("write `{name}(set where …)`")),
                (Shape::Percentile, _) => {
                    ("takes a fraction and a value", "write `percentile(0.9, x from set)`".to_owned())
                }
                (Shape::All | Shape::Value | Shape::ByTime | Shape::Pick, _) => {
                    ("takes one value", format!("write `{name}(x from set)`"))
                }
            };
            self.arguments_mistake(call, what, at, help);
            return false;
        }
        if shape != Shape::Pick
            && let Some(order) = written.by.first()
        {
            let help = format!("only `pick` orders rows: `pick(x from {} by …)`", written.path.dotted());
            self.diags.push(MisplacedClause { word: "by", name: name.clone(), at: order.by.span, help });
            return false;
        }
        if shape == Shape::Pick && written.by.is_empty() {
            self.arguments_mistake(
                call,
                "chooses the best row, and no order is given",
                call.name.span,
                "add `by x desc`",
            );
            return false;
        }
        true
    }

    /// The type that an aggregate gives of values of this type; a value that it cannot take is reported.
    pub(super) fn aggregate_type(&mut self, op: AggregateOp, value: Option<&Expr>) -> Option<Typed> {
        let Some(value) = value else {
            return Some(if op == AggregateOp::Count { Type::Int.required() } else { Type::Bool.required() });
        };
        let kind = &value.typed.kind;
        let (accepted, wanted, typed) = match op {
            AggregateOp::Any | AggregateOp::None => (true, "", Type::Bool.required()),
            AggregateOp::Count | AggregateOp::CountDistinct => {
                (*kind != Type::Json && *kind != Type::Months, "a value that can be compared", Type::Int.required())
            }
            AggregateOp::Sum => match kind {
                Type::Decimal { scale, .. } => (true, "", Type::Decimal { precision: 18, scale: *scale }.required()),
                kind => {
                    (kind.is_number() || *kind == Type::Duration, "a number or a duration", kind.clone().required())
                }
            },
            AggregateOp::Avg | AggregateOp::Median | AggregateOp::Percentile(_) => {
                (kind.is_number(), "a number", Type::Float.optional())
            }
            AggregateOp::Min | AggregateOp::Max => {
                (is_ordered(kind), "a value that has an order", kind.clone().optional())
            }
            AggregateOp::Mode => {
                (!matches!(kind, Type::Json | Type::Months), "a value that can be compared", kind.clone().optional())
            }
            AggregateOp::First | AggregateOp::Last | AggregateOp::Pick => {
                (*kind != Type::Months, "a value that can be stored", kind.clone().optional())
            }
        };
        if accepted && *kind != Type::Null {
            return Some(typed);
        }
        let help = match kind {
            Type::Text if wanted == "a number" || wanted.starts_with("a number") => "make a number of it: `float(x)`",
            Type::Duration => "make a number of it: `days(x)`",
            Type::Enum(_) => "choose by order: `pick(x from set by x)`",
            _ => "use another value of the set",
        };
        self.diags.push(WrongType {
            wanted: wanted.to_owned(),
            found: kind.to_string(),
            at: value.span,
            declared: self.declared(value.span),
            help: help.to_owned(),
        });
        None
    }
}
