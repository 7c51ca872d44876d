//! Takes a call of an aggregate and gives one value of a set. `all(C from S where P)` is `none(S where P and not
//! C)`; `last(S).plan` is `last(plan from S)`.

use miette::Diagnostic;
use thiserror::Error;

use super::call::MisplacedClause;
use super::coerce::to;
use super::operator::WrongType;
use super::set::conjunction;
use crate::program::context::{Ctx, error, is_error, make};
use crate::program::scope::Scope;
use crate::program::{Aggregate, AggregateOp, Expr, ExprKind, Literal, Op, Order, RowsOf, Set};
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
    #[label(primary, "here")]
    at: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` needs rows in the order of time, and `{set}` has none")]
#[diagnostic(code("no-time"), help("choose the row by a value: `pick(x from {set} by y)`"))]
struct NoTime {
    name: String,
    set: String,
    #[label(primary, "not an event")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`previous` stands outside an event set")]
#[diagnostic(
    code("misplaced-previous"),
    help("use it in an aggregate over events: `any(changes where plan != previous(plan))`")
)]
struct MisplacedPrevious {
    #[label(primary, "nothing comes before this")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a link to one row is `first`, `last` or `pick` of a set")]
#[diagnostic(code("row-link-value"), help("write `last(set)`, or `pick(set by x desc)`"))]
struct RowLinkValue {
    #[label(primary, "this does not choose a row")]
    at: Span,
}

/// A call taken apart.
struct Written<'w> {
    /// The values before `from`.
    values: &'w [ast::Order],
    path: &'w ast::Path,
    alias: Option<&'w ast::Name>,
    condition: Option<&'w ast::Expr>,
    by: &'w [ast::Order],
}

impl Ctx<'_> {
    pub(super) fn aggregate(&mut self, scope: &mut Scope, call: &ast::Call, span: Span) -> Expr {
        let name = call.name.text.as_str();
        let Some((op, shape)) = find(name) else { return error(span) };
        if !self.has_no_window_clause(call) {
            return error(span);
        }
        let chooses_row = matches!(shape, Shape::ByTime | Shape::Pick);
        let Some(written) = self.written(call, shape, chooses_row) else { return error(span) };
        if written.values.is_empty() && chooses_row {
            return self.row_value(scope, call, op, &written, span);
        }
        if let Some(then) = call.then.first() {
            self.arguments_mistake(call, "gives a value, which has no parts", then.span, "remove what follows");
            return error(span);
        }
        self.value_of(scope, call, (op, shape), &written, span)
    }

    /// `first`, `last` or `pick` of a set, as a row.
    pub(in crate::program) fn row_link_aggregate(&mut self, scope: &mut Scope, value: &ast::Expr) -> Option<Aggregate> {
        let ast::ExprKind::Call(call) = &value.kind else {
            if value.kind != ast::ExprKind::Error {
                self.diags.push(RowLinkValue { at: value.span });
            }
            return None;
        };
        let found = find(&call.name.text).filter(|(_, shape)| matches!(shape, Shape::ByTime | Shape::Pick));
        let Some((op, shape)) = found.filter(|_| call.then.is_empty()) else {
            self.diags.push(RowLinkValue { at: value.span });
            return None;
        };
        if !self.has_no_window_clause(call) {
            return None;
        }
        let written = self.written(call, shape, true)?;
        if !written.values.is_empty() {
            self.diags.push(RowLinkValue { at: value.span });
            return None;
        }
        let set = self.open_set(scope, written.path, written.alias)?;
        if !self.is_entity(scope, call, &set, written.path.span) || !self.has_time(scope, call, op, &set) {
            scope.frames.pop();
            return None;
        }
        self.finish(scope, op, set, &written, None)
    }

    /// A row link leads to an entity's or event's row.
    fn is_entity(&mut self, _scope: &Scope, call: &ast::Call, set: &Set, at: Span) -> bool {
        let sound = matches!(set.over, RowsOf::Entity(_));
        if !sound {
            self.arguments_mistake(
                call,
                "of a source is no row with links",
                at,
                "declare an entity or event from the source",
            );
        }
        sound
    }

    fn has_no_window_clause(&mut self, call: &ast::Call) -> bool {
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

    fn arguments_mistake(&mut self, call: &ast::Call, what: &'static str, at: Span, help: impl Into<String>) {
        self.diags.push(AggregateArguments { name: call.name.text.clone(), what, at, help: help.into() });
    }

    /// Takes a call apart: where nothing says `from`, a single path may be the set.
    fn written<'w>(&mut self, call: &'w ast::Call, shape: Shape, chooses_row: bool) -> Option<Written<'w>> {
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
                let help = match (shape, name.as_str()) {
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
            return None;
        }
        if shape != Shape::Pick
            && let Some(order) = written.by.first()
        {
            let help = format!("only `pick` orders rows: `pick(x from {} by …)`", written.path.dotted());
            self.diags.push(MisplacedClause { word: "by", name: name.clone(), at: order.by.span, help });
            return None;
        }
        if shape == Shape::Pick && written.by.is_empty() {
            self.arguments_mistake(
                call,
                "chooses the best row, and no order is given",
                call.name.span,
                "add `by x desc`",
            );
            return None;
        }
        Some(written)
    }

    /// `last(set).plan`: the value that a path reads of the chosen row.
    fn row_value(
        &mut self,
        scope: &mut Scope,
        call: &ast::Call,
        op: AggregateOp,
        written: &Written<'_>,
        span: Span,
    ) -> Expr {
        let Some((first, last)) = call.then.first().zip(call.then.last()) else {
            let help = format!("say of what: `{}(x from {})`", call.name.text, written.path.dotted());
            self.arguments_mistake(call, "gives a row here, not a value", call.name.span, help);
            return error(span);
        };
        let Some(set) = self.open_set(scope, written.path, written.alias) else { return error(span) };
        if !self.has_time(scope, call, op, &set) {
            scope.frames.pop();
            return error(span);
        }
        let path = ast::Path { parts: call.then.clone(), span: first.span.to(last.span) };
        let value = self.path_value(scope, &path);
        let typed = Typed { nullable: true, ..value.typed.clone() };
        if is_error(&value) {
            scope.frames.pop();
            return error(span);
        }
        self.finish(scope, op, set, written, Some(value))
            .map_or_else(|| error(span), |aggregate| make(ExprKind::Aggregate(Box::new(aggregate)), typed, span))
    }

    fn has_time(&mut self, _scope: &Scope, call: &ast::Call, op: AggregateOp, set: &Set) -> bool {
        let sound = !matches!(op, AggregateOp::First | AggregateOp::Last) || self.is_event(set.over);
        if !sound {
            let name = self.rows_name(set.over);
            self.diags.push(NoTime { name: call.name.text.clone(), set: name, at: set.span });
        }
        sound
    }

    fn value_of(
        &mut self,
        scope: &mut Scope,
        call: &ast::Call,
        (op, shape): (AggregateOp, Shape),
        written: &Written<'_>,
        span: Span,
    ) -> Expr {
        let fraction = match shape {
            Shape::Percentile => match self.fraction(scope, written.values.first()) {
                Some(fraction) => Some(fraction),
                None => return error(span),
            },
            Shape::Rows | Shape::All | Shape::Value | Shape::ByTime | Shape::Pick => None,
        };
        let op = fraction.map_or(op, AggregateOp::Percentile);
        let Some(set) = self.open_set(scope, written.path, written.alias) else { return error(span) };
        if !self.has_time(scope, call, op, &set) {
            scope.frames.pop();
            return error(span);
        }
        let value = written.values.last().map(|value| {
            if shape == Shape::All { self.condition(scope, &value.by) } else { self.expr(scope, &value.by, None) }
        });
        let typed = match &value {
            Some(value) if is_error(value) => None,
            Some(_) if shape == Shape::All => Some(Type::Bool.required()),
            value => self.aggregate_type(op, value.as_ref()),
        };
        let (value, extra) = if shape == Shape::All { (None, value) } else { (value, None) };
        let value = value.map(|value| match op {
            AggregateOp::Avg | AggregateOp::Median | AggregateOp::Percentile(_) => to(value, &Type::Float),
            _ => value,
        });
        let aggregate = self.finish_with(scope, op, set, written, value, extra);
        match (aggregate, typed) {
            (Some(aggregate), Some(typed)) => make(ExprKind::Aggregate(Box::new(aggregate)), typed, span),
            _ => error(span),
        }
    }

    fn finish(
        &mut self,
        scope: &mut Scope,
        op: AggregateOp,
        set: Set,
        written: &Written<'_>,
        value: Option<Expr>,
    ) -> Option<Aggregate> {
        self.finish_with(scope, op, set, written, value, None)
    }

    /// Types the condition and order of an open set and closes it; `all` excludes the rows that `holds`.
    fn finish_with(
        &mut self,
        scope: &mut Scope,
        op: AggregateOp,
        set: Set,
        written: &Written<'_>,
        value: Option<Expr>,
        holds: Option<Expr>,
    ) -> Option<Aggregate> {
        let condition = written.condition.map(|condition| self.condition(scope, condition));
        let order: Vec<Order> = written.by.iter().map(|order| self.order(scope, order)).collect();
        let excluded = holds.map(|holds| {
            let span = holds.span;
            make(ExprKind::Op(Op::Not, vec![holds]), Type::Bool.required(), span)
        });
        let condition = conjunction(condition.into_iter().chain(excluded).collect());
        let sound = condition.as_ref().is_none_or(|condition| !is_error(condition));
        let read: Vec<&Expr> = value.iter().chain(order.iter().map(|order| &order.by)).collect();
        let set = self.close_set(scope, set, condition, &read)?;
        sound.then_some(Aggregate { op, set, value, order })
    }

    /// By what rows are ordered.
    pub(in crate::program) fn order(&mut self, scope: &mut Scope, written: &ast::Order) -> Order {
        let mut by = self.expr(scope, &written.by, None);
        if matches!(by.typed.kind, Type::Json | Type::Months | Type::Null) {
            self.diags.push(WrongType {
                wanted: "a value that has an order".to_owned(),
                found: by.typed.kind.to_string(),
                at: by.span,
                help: "order by a number, a text or an instant".to_owned(),
            });
            by = error(by.span);
        }
        Order { by, descending: written.descending }
    }

    fn fraction(&mut self, scope: &mut Scope, written: Option<&ast::Order>) -> Option<f64> {
        let written = written?;
        let expr = self.expr(scope, &written.by, None);
        let found = match to(expr.clone(), &Type::Float).kind {
            ExprKind::Literal(Literal::Float(fraction)) if (0.0..=1.0).contains(&fraction) => Some(fraction),
            _ => None,
        };
        if found.is_none() && !is_error(&expr) {
            self.diags.push(WrongType {
                wanted: "a constant from 0 to 1".to_owned(),
                found: "something else".to_owned(),
                at: expr.span,
                help: "write a fraction such as `0.9`, or `90%`".to_owned(),
            });
        }
        found
    }

    /// The type that an aggregate gives of values of this type; a value that it cannot take is reported.
    fn aggregate_type(&mut self, op: AggregateOp, value: Option<&Expr>) -> Option<Typed> {
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
                (super::operator::is_ordered(kind), "a value that has an order", kind.clone().optional())
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
            help: help.to_owned(),
        });
        None
    }

    /// `previous(x)`: the value of the event before.
    pub(super) fn previous(&mut self, scope: &mut Scope, call: &ast::Call, span: Span) -> Expr {
        if !self.has_only_arguments(call, "previous") {
            return error(span);
        }
        let [argument] = call.arguments.as_slice() else {
            self.arguments_mistake(call, "takes one value", call.name.span, "write `previous(x)`");
            return error(span);
        };
        let inside = scope.frames.len() > 1 && scope.inner().is_some_and(|frame| self.is_event(frame.over));
        if !inside {
            self.diags.push(MisplacedPrevious { at: span });
            return error(span);
        }
        let value = self.expr(scope, &argument.by, None);
        if is_error(&value) {
            return error(span);
        }
        let typed = Typed { nullable: true, ..value.typed.clone() };
        make(ExprKind::Previous(Box::new(value)), typed, span)
    }
}
