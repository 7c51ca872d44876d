//! Takes a call of `rank`, `percent_rank` or `ntile` and gives the place of a row among the rows of its entity, or
//! among the members of an audience. It stands in a field, not in a set.

use miette::Diagnostic;
use thiserror::Error;

use super::call::MisplacedClause;
use super::call::literal_int;
use super::operator::WrongType;
use crate::program::context::{Ctx, Member, error, is_error, make};
use crate::program::mistakes::{self, Unknown};
use crate::program::scope::{Reads, Scope};
use crate::program::{EntityId, Expr, ExprKind, FieldId, FieldKind, RowsOf, Window, WindowOp};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{Type, Typed};

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` cannot stand here")]
#[diagnostic(code("misplaced-window"), help("make it a trait of the entity, and read the trait here"))]
struct MisplacedWindow {
    name: String,
    #[label(primary, "it is a place among all rows of an entity")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` takes {wanted}")]
#[diagnostic(code("window-arguments"))]
struct WindowArguments {
    name: String,
    wanted: &'static str,
    #[label(primary, "in this call")]
    at: Span,
    #[help]
    help: &'static str,
}

impl Ctx<'_> {
    pub(super) fn window_call(&mut self, scope: &mut Scope, call: &ast::Call, span: Span) -> Expr {
        let name = call.name.text.clone();
        if let Some(set) = &call.set {
            let help = "write the value alone: a rank is a place among all rows of the entity".to_owned();
            self.diags.push(MisplacedClause { word: "from", name, at: set.path.span, help });
            return error(span);
        }
        let outer = match scope.frames.as_slice() {
            [frame] if scope.reads == Reads::All => Some(frame.over),
            _ => None,
        };
        let (Some(RowsOf::Entity(entity)), None, []) = (outer, &call.set, call.then.as_slice()) else {
            self.diags.push(MisplacedWindow { name, at: span });
            return error(span);
        };
        let Some((op, written)) = self.window_op(scope, call) else { return error(span) };
        let order = self.order(scope, written);
        let per: Vec<Expr> = call.per.iter().map(|per| self.expr(scope, per, None)).collect();
        let among = match &call.among {
            Some(path) => match self.audience_of(entity, path) {
                Some(id) => Some(id),
                None => return error(span),
            },
            None => None,
        };
        if is_error(&order.by) || per.iter().any(is_error) {
            return error(span);
        }
        let nullable = order.by.typed.nullable || among.is_some();
        let kind = if op == WindowOp::PercentRank { Type::Float } else { Type::Int };
        make(ExprKind::Window(Box::new(Window { op, order, per, among })), Typed { kind, nullable }, span)
    }

    fn window_op<'w>(&mut self, scope: &mut Scope, call: &'w ast::Call) -> Option<(WindowOp, &'w ast::Order)> {
        let mistake = |wanted, help| WindowArguments { name: call.name.text.clone(), wanted, at: call.name.span, help };
        match (call.name.text.as_str(), call.arguments.as_slice()) {
            ("rank", [order]) => Some((WindowOp::Rank, order)),
            ("percent_rank", [order]) => Some((WindowOp::PercentRank, order)),
            ("ntile", [tiles, order]) => {
                let tiles = self.expr(scope, &tiles.by, Some(&Type::Int));
                match literal_int(Some(&tiles)) {
                    Some(count @ 1..) => Some((WindowOp::Ntile(count), order)),
                    _ if is_error(&tiles) => None,
                    _ => {
                        self.diags.push(WrongType {
                            wanted: "a constant number of tiles".to_owned(),
                            found: "something else".to_owned(),
                            at: tiles.span,
                            declared: self.declared(tiles.span),
                            help: "write a whole number from 1 on: `ntile(4, x)`".to_owned(),
                        });
                        None
                    }
                }
            }
            ("ntile", _) => {
                self.diags.push(mistake("a number of tiles and a value", "write `ntile(4, x desc)`"));
                None
            }
            _ => {
                self.diags.push(mistake("one value", "write `rank(x desc)`, with `per y` for places within groups"));
                None
            }
        }
    }

    /// The audience of an entity that a path names; another name is reported.
    fn audience_of(&mut self, entity: EntityId, path: &ast::Path) -> Option<FieldId> {
        let found = match path.parts.as_slice() {
            [name] => self.member(entity, &name.text),
            _ => None,
        };
        if let Some((Member::Field(id), _)) = found
            && matches!(self.field(id).kind, FieldKind::Audience { .. })
        {
            return Some(id);
        }
        let known: Vec<_> = self
            .program
            .fields_of(entity)
            .filter(|(_, field)| matches!(field.kind, FieldKind::Audience { .. }))
            .map(|(_, field)| (field.name.clone(), Some(field.span)))
            .collect();
        let known = known.iter().map(|(name, span)| (name.as_str(), *span));
        let mistake = Unknown::new(mistakes::AUDIENCE, &path.dotted(), path.span).among(known);
        let of = self.entity(entity).name.clone();
        self.unknown(mistake.or_help(format!("name an audience of `{of}`")));
        None
    }
}
