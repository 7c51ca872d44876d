//! Lists, which a `let` holds and `in` and `except` read, and business days, which have a list of days that do not count.
//! Takes them as they are written, gives the expressions that they stand for.

use miette::Diagnostic;
use thiserror::Error;

use super::operator::WrongType;
use crate::program::context::{Ctx, error, is_error, make};
use crate::program::mistakes::{self, Unknown};
use crate::program::names::Global;
use crate::program::scope::Scope;
use crate::program::{Expr, ExprKind, Literal};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp};
use crate::types::{Type, Typed, civil};

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is not a list")]
#[diagnostic(code("not-a-list"), help("{help}"))]
struct NotAList {
    name: String,
    #[label(primary, "a list is needed here")]
    at: Span,
    #[label("declared here")]
    declared: Option<Span>,
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a list is no value")]
#[diagnostic(code("list-as-value"), help("ask whether something is in it: `x in {name}`"))]
struct ListAsValue {
    name: String,
    #[label(primary, "several values")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("business days stand alone")]
#[diagnostic(code("misplaced-business-days"), help("add them to an instant or a date: `created_at + 3 business days`"))]
struct MisplacedBusinessDays {
    #[label(primary, "how long they are hangs on the day from which they are counted")]
    at: Span,
}

/// `3 business days except holidays`, as it is written.
struct BusinessDays<'e> {
    amount: &'e str,
    unit: &'e ast::Name,
    except: Option<&'e ast::Path>,
    span: Span,
}

fn business_days(expr: &ast::Expr) -> Option<BusinessDays<'_>> {
    match &expr.kind {
        ast::ExprKind::BusinessDays { amount, unit, except } => {
            Some(BusinessDays { amount, unit, except: except.as_ref(), span: expr.span })
        }
        _ => None,
    }
}

impl<'a> Ctx<'a> {
    /// An instant or a date moved by business days, if that is what is written.
    pub(super) fn moved_by_business_days(
        &mut self,
        scope: &mut Scope,
        op: BinaryOp,
        (left, right): (&ast::Expr, &ast::Expr),
        span: Span,
    ) -> Option<Expr> {
        let (from, days) = match (op, business_days(left), business_days(right)) {
            (BinaryOp::Add | BinaryOp::Subtract, None, Some(days)) => (left, days),
            (BinaryOp::Add, Some(days), None) => (right, days),
            _ => return None,
        };
        let from = self.expr(scope, from, None);
        let count = self.whole_days(&days, op);
        let off = days.except.map_or(Some(Vec::new()), |path| self.days_of(path));
        let (Some(count), Some(off)) = (count, off) else { return Some(error(span)) };
        if is_error(&from) {
            return Some(error(span));
        }
        if !matches!(from.typed.kind, Type::Timestamp | Type::Date) {
            self.diags.push(WrongType {
                wanted: "an instant or a date beside business days".to_owned(),
                found: from.typed.kind.to_string(),
                at: from.span,
                declared: self.declared(from.span),
                help: "use a timestamp or a date; of text, `timestamp(x)`".to_owned(),
            });
            return Some(error(span));
        }
        let literal = |literal: Literal, kind: Type| make(ExprKind::Literal(literal), kind.required(), days.span);
        let typed: Typed = from.typed.clone();
        let zone = self.zone_argument(days.span).filter(|_| typed.kind == Type::Timestamp);
        let off = literal(Literal::Text(off.join(",")), Type::Text);
        let arguments = [from, literal(Literal::Int(count), Type::Int), off].into_iter().chain(zone).collect();
        Some(make(ExprKind::Call("add_business_days", arguments), typed, span))
    }

    fn whole_days(&mut self, days: &BusinessDays<'_>, op: BinaryOp) -> Option<i64> {
        if !matches!(days.unit.text.as_str(), "day" | "days") {
            let mistake = Unknown::new(mistakes::UNIT, &days.unit.text, days.unit.span);
            self.unknown(mistake.or_one_of(&["days"]));
            return None;
        }
        let count = days.amount.parse::<i32>().ok().map(i64::from);
        if count.is_none() {
            self.too_large(days.amount, days.span, "business days are whole numbers below 2 billion");
        }
        count.map(|count| if op == BinaryOp::Subtract { -count } else { count })
    }

    /// The days of a list, in order; what is none is reported.
    fn days_of(&mut self, path: &ast::Path) -> Option<Vec<String>> {
        let members = self.list_of(path, "@2026-12-25, @2026-12-26")?;
        let mut days = Vec::new();
        let mut sound = true;
        for member in members {
            let value = self.expr(&mut Scope::constant(), member, None);
            match value.kind {
                ExprKind::Literal(Literal::Date(day)) => days.push(day),
                _ if is_error(&value) => sound = false,
                _ => {
                    self.diags.push(WrongType {
                        wanted: "a day in a list after `except`".to_owned(),
                        found: value.typed.kind.to_string(),
                        at: value.span,
                        declared: None,
                        help: "write a day such as `@2026-12-25`".to_owned(),
                    });
                    sound = false;
                }
            }
        }
        days.sort_unstable();
        days.dedup();
        sound.then(|| days.into_iter().map(civil::text).collect())
    }

    /// The members of the list that a name stands for; what stands for none is reported.
    pub(super) fn list_of(&mut self, path: &ast::Path, of: &str) -> Option<&'a [ast::Expr]> {
        let name = path.dotted();
        let found = self.global(&name);
        if let Some((Global::Let(at), _)) = found {
            self.used_lets.insert(at);
            if let Some(ast::ExprKind::List(members)) = self.found.lets.get(at).map(|item| &item.node.value.kind) {
                return Some(members);
            }
        }
        if found.is_none() && self.is_lost(&name) {
            return None;
        }
        let declared = found.map(|(_, span)| span);
        let help = format!("declare it: `let {} = ({of})`", if found.is_none() { &name } else { "names" });
        self.diags.push(NotAList { name, at: path.span, declared, help });
        None
    }

    /// Reports a list where a value is needed.
    pub(in crate::program) fn list_as_value(&mut self, name: &str, at: Span) -> Expr {
        self.diags.push(ListAsValue { name: name.to_owned(), at });
        error(at)
    }

    /// Reports business days that are added to nothing.
    pub(super) fn misplaced_business_days(&mut self, at: Span) -> Expr {
        self.diags.push(MisplacedBusinessDays { at });
        error(at)
    }
}
