//! Takes a call of an aggregate and gives one value of a set. `all(C from S where P)` is `none(S where P and not
//! C)`; `last(S).plan` is `last(plan from S)`.

use miette::Diagnostic;
use thiserror::Error;

use super::coerce::to;
use super::operator::WrongType;
use super::set::conjunction;
use super::shape::{Shape, Written, find};
use crate::program::context::{Ctx, error, is_error, make};
use crate::program::scope::Scope;
use crate::program::{Aggregate, AggregateOp, Expr, ExprKind, Literal, Op, Order, RowsOf, Set};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{Type, Typed};

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

impl Ctx<'_> {
    pub(super) fn aggregate(&mut self, scope: &mut Scope, call: &ast::Call, span: Span) -> Expr {
        let name = call.name.text.as_str();
        let Some((op, shape)) = find(name) else { return error(span) };
        if !self.has_no_window_clause(call) {
            return error(span);
        }
        let chooses_row = matches!(shape, Shape::ByTime | Shape::Pick);
        let Some(written) = self.written(scope, call, (shape, chooses_row)) else { return error(span) };
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
        let written = self.written(scope, call, (shape, true))?;
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
            let set_name = self.sources.text(set.span).to_owned();
            self.diags.push(NoTime { name: call.name.text.clone(), set: set_name, at: set.span });
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
                declared: self.declared(by.span),
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
                declared: self.declared(expr.span),
                help: "write a fraction such as `0.9`, or `90%`".to_owned(),
            });
        }
        found
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
