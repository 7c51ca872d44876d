//! Takes a sync's `match` and says whether each object can belong to one row only: the key is never null among the
//! rows that are sent, and rows that may share one are told apart by `pick`.

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, is_error};
use super::walk::{contains_error, of_field};
use super::{EntityId, Expr, ExprKind, FieldId, FieldKind, LinkId, OUTER, Op, What};
use crate::functions::{self, Nulls};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("the match key `{text}` may be null")]
#[diagnostic(code("nullable-match"))]
struct NullableMatch {
    text: String,
    #[label(primary, "null where {why}")]
    at: Span,
    why: &'static str,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("several rows of `{entity}` may share the match key `{text}`")]
#[diagnostic(code("shared-match"), help("say which row wins: `pick by x desc`"))]
struct SharedMatch {
    entity: String,
    text: String,
    #[label(primary, "neither the key nor a unique column of `{entity}`")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a {kind} cannot be a match key")]
#[diagnostic(code("match-type"), help("match by a text, a whole number or another exact value"))]
struct MatchType {
    kind: String,
    #[label(primary, "this is {kind}")]
    at: Span,
}

/// Which rows a sync sends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent<'s> {
    pub entity: EntityId,
    /// The audience.
    pub base: Option<FieldId>,
    /// The `where`.
    pub condition: Option<&'s Expr>,
    /// Links that lead to a row wherever a step has fired.
    pub via: &'s [LinkId],
}

/// A value that is known not to be null.
type Known = (Vec<LinkId>, What);

impl Ctx<'_> {
    /// Checks a match key.
    pub(super) fn check_match(
        &mut self,
        node: &ast::Sync,
        assign: &ast::Assign,
        value: &Expr,
        sent: Sent<'_>,
        picks: bool,
    ) {
        let Sent { entity, base, condition, via } = sent;
        if is_error(value) {
            return;
        }
        let text = self.sources.text(assign.value.span).to_owned();
        if matches!(value.typed.kind, Type::Float | Type::Json | Type::Null)
            || matches!(value.kind, ExprKind::Literal(_) | ExprKind::Now)
        {
            let kind = if matches!(value.kind, ExprKind::Literal(_) | ExprKind::Now) {
                "constant"
            } else {
                &value.typed.kind.to_string()
            };
            self.diags.push(MatchType { kind: kind.to_owned(), at: value.span });
            return;
        }
        let mut known: Vec<Known> =
            (1..=via.len()).map(|end| (via.iter().take(end).copied().collect(), What::Exists)).collect();
        if let Some(condition) = condition {
            self.add_known(condition, &mut known);
        }
        if let Some(base) = base {
            self.add_implied(base, &mut known);
        }
        if !self.is_unsure(condition, base) && self.may_be_null(value, &known) {
            let through = matches!(&value.kind, ExprKind::Read { path, .. } if !path.is_empty());
            let why = if through { "a link has no row, or the value is missing" } else { "the value is missing" };
            let help = match &node.condition {
                None => format!("add `where {text} is not null` after `from {}`", node.from.dotted()),
                Some(_) => format!("add `and {text} is not null` to the `where`"),
            };
            self.diags.push(NullableMatch { text: text.clone(), at: value.span, why, help });
        }
        if !picks && !self.identifies(value, entity) {
            let entity = self.entity(entity).name.clone();
            self.diags.push(SharedMatch { entity, text, at: value.span });
        }
    }

    /// Whether a part of what the rows that are sent satisfy could not be resolved.
    fn is_unsure(&self, condition: Option<&Expr>, base: Option<FieldId>) -> bool {
        let above = |id: &FieldId| match self.field(*id).kind {
            FieldKind::Audience { base, .. } if !self.circled.contains(id) => base,
            _ => None,
        };
        let bases = std::iter::successors(base, above);
        condition.into_iter().any(contains_error)
            || bases.flat_map(|id| of_field(&self.program, self.field(id))).any(contains_error)
    }

    /// Whether rows differ in this value.
    fn identifies(&self, value: &Expr, entity: EntityId) -> bool {
        match &value.kind {
            ExprKind::Read { row: OUTER, path, what: What::Column(column) } => {
                path.is_empty() && (self.keyless.contains(&entity) || self.is_unique(entity, *column))
            }
            ExprKind::Read { row: OUTER, path, what: What::Field(id) } if path.is_empty() => {
                matches!(&self.field(*id).kind, FieldKind::Trait(value) if self.identifies(value, entity))
            }
            ExprKind::Coerce(inner) => self.identifies(inner, entity),
            ExprKind::Call("text", arguments) => {
                arguments.first().is_some_and(|argument| self.identifies(argument, entity))
            }
            ExprKind::Call("concat", arguments) => {
                let constant = |argument: &&Expr| matches!(argument.kind, ExprKind::Literal(_));
                let others: Vec<&Expr> = arguments.iter().filter(|argument| !constant(argument)).collect();
                matches!(others.as_slice(), [only] if self.identifies(only, entity))
            }
            _ => false,
        }
    }

    /// Whether a value may be null where these are not.
    fn may_be_null(&self, value: &Expr, known: &[Known]) -> bool {
        if !value.typed.nullable {
            return false;
        }
        match &value.kind {
            ExprKind::Read { row: OUTER, path, what } => {
                let is_known = known.iter().any(|(links, it)| links == path && it == what);
                let row_is_known =
                    known.iter().any(|(links, it)| !path.is_empty() && links == path && *it == What::Exists);
                !is_known && (!row_is_known || self.is_nullable_there(path, *what))
            }
            ExprKind::Coerce(inner) => self.may_be_null(inner, known),
            ExprKind::Call(name, arguments) => {
                let strict = functions::find(name).is_some_and(|function| function.nulls == Nulls::Strict);
                !strict || arguments.iter().any(|argument| self.may_be_null(argument, known))
            }
            _ => true,
        }
    }

    /// Whether a value may be null of a row that exists.
    fn is_nullable_there(&self, path: &[LinkId], what: What) -> bool {
        let Some(end) = path.last().map(|link| self.link(*link).to) else { return true };
        match what {
            What::Column(column) => self.program.column(end, column).typed.nullable,
            What::Field(id) | What::InView(id) | What::Was(id) => self.field(id).typed.nullable,
            What::Born(_) | What::Mark(_) => false,
            What::Since(id) => matches!(self.field(id).kind, FieldKind::Audience { .. }),
            What::Exists => false,
        }
    }

    /// Adds what is not null where an audience's member is: without memory its condition holds.
    fn add_implied(&self, audience: FieldId, known: &mut Vec<Known>) {
        let mut next = Some(audience);
        while let Some(id) = next {
            next = None;
            if let FieldKind::Audience { base, condition, until, .. } = &self.field(id).kind {
                if until.is_none() {
                    self.add_known(condition, known);
                }
                next = *base;
            }
        }
    }

    /// Adds what is not null where a condition holds.
    fn add_known(&self, condition: &Expr, known: &mut Vec<Known>) {
        match &condition.kind {
            ExprKind::Op(Op::And, operands) => operands.iter().for_each(|operand| self.add_known(operand, known)),
            ExprKind::Op(Op::Not, operands) => {
                if let Some(ExprKind::Op(Op::IsNull, inner)) = operands.first().map(|operand| &operand.kind) {
                    inner.iter().for_each(|inner| add_read(inner, known));
                }
            }
            ExprKind::Op(Op::Equal | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual, sides) => {
                sides.iter().for_each(|side| add_read(side, known));
            }
            ExprKind::Op(Op::In, operands) => operands.first().into_iter().for_each(|value| add_read(value, known)),
            ExprKind::Read { row: OUTER, path, what } => {
                known.push((path.clone(), *what));
                if let What::Field(id) = what
                    && path.is_empty()
                {
                    match &self.field(*id).kind {
                        FieldKind::Audience { .. } => self.add_implied(*id, known),
                        FieldKind::Trait(value) => self.add_known(value, known),
                        FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// Adds a value that was compared, and with it the rows that it was read over.
fn add_read(expr: &Expr, known: &mut Vec<Known>) {
    match &expr.kind {
        ExprKind::Read { row: OUTER, path, what } => {
            known.push((path.clone(), *what));
            for end in 1..=path.len() {
                known.push((path.iter().take(end).copied().collect(), What::Exists));
            }
        }
        ExprKind::Coerce(inner) => add_read(inner, known),
        ExprKind::Call(name, arguments)
            if functions::find(name).is_some_and(|function| function.nulls == Nulls::Strict) =>
        {
            arguments.iter().for_each(|argument| add_read(argument, known));
        }
        _ => {}
    }
}
