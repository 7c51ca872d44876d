//! Takes a call as it is written and gives an aggregate, a window, `previous`, or a function of the function
//! table with its arguments in the types that its signature asks for.

use miette::Diagnostic;
use thiserror::Error;

use super::coerce::{fold_date, to};
use super::foreign;
use super::operator::WrongType;
use super::shape;
use crate::functions::{self, Arity, Function, Kind, Nulls, Returns};
use crate::program::context::{Ctx, error, is_error, make};
use crate::program::mistakes::{self, Unknown};
use crate::program::scope::Scope;
use crate::program::{Expr, ExprKind, Literal};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{Type, Typed};

/// Calls that order rows.
pub(super) const WINDOWS: [&str; 3] = ["rank", "percent_rank", "ntile"];

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` takes {wanted}, not {found}")]
#[diagnostic(code("wrong-argument-count"))]
struct WrongArgumentCount {
    name: String,
    wanted: String,
    found: usize,
    #[label(primary, "{wanted} expected")]
    at: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{parameter}` of `{name}` must be written out")]
#[diagnostic(code("literal-argument"), help("write a constant here"))]
struct LiteralArgument {
    name: String,
    parameter: &'static str,
    #[label(primary, "this changes from row to row, or is computed")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` cannot stand in `{name}`")]
#[diagnostic(code("misplaced-clause"))]
pub(super) struct MisplacedClause {
    pub word: &'static str,
    pub name: String,
    #[label(primary, "not here")]
    pub at: Span,
    #[help]
    pub help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("unknown time zone `{zone}`")]
#[diagnostic(code("unknown-zone"))]
struct UnknownZone {
    zone: String,
    #[label(primary, "not in the time-zone database")]
    at: Span,
    #[help]
    help: String,
}

impl Ctx<'_> {
    pub(super) fn call(&mut self, scope: &mut Scope, call: &ast::Call, want: Option<&Type>, span: Span) -> Expr {
        let name = call.name.text.as_str();
        if shape::find(name).is_some() {
            return self.aggregate(scope, call, span);
        }
        if WINDOWS.contains(&name) {
            return self.window_call(scope, call, span);
        }
        if name == "previous" {
            return self.previous(scope, call, span);
        }
        let Some(function) = functions::find(name) else {
            let words = functions::all().map(|function| function.name).chain(shape::names());
            let known = words.chain(WINDOWS).chain(["previous"]).map(|name| (name, None));
            let mut mistake = Unknown::new(mistakes::FUNCTION, name, call.name.span);
            mistake = match foreign::spelt_otherwise(call) {
                Some(other) => mistake.or_help(other),
                None => mistake.among(known),
            };
            let mistake = mistake.or_help("docs/functions.md lists all functions");
            self.diags.push(mistake);
            return error(span);
        };
        if !self.has_only_arguments(call, name) {
            return error(span);
        }
        self.function(scope, function, call, want, span)
    }

    /// Whether a call has neither a set nor clauses; what it has is reported.
    pub(super) fn has_only_arguments(&mut self, call: &ast::Call, name: &str) -> bool {
        let found = if let Some(set) = &call.set {
            match (&set.condition, set.by.first()) {
                (Some(condition), _) if call.arguments.is_empty() => Some(("where", condition.span)),
                (None, Some(order)) if call.arguments.is_empty() => Some(("by", order.by.span)),
                _ => Some(("from", set.path.span)),
            }
        } else if let Some(per) = call.per.first() {
            Some(("per", per.span))
        } else if let Some(among) = &call.among {
            Some(("among", among.span))
        } else if let Some(order) = call.arguments.iter().find(|argument| argument.descending) {
            Some(("desc", order.by.span))
        } else {
            call.then.first().map(|then| (".", then.span))
        };
        let Some((word, at)) = found else { return true };
        let help = match (word, name) {
            ("from" | "where", "greatest") => "the greatest of a set is `max(x from set)`".to_owned(),
            ("from" | "where", "least") => "the least of a set is `min(x from set)`".to_owned(),
            ("from" | "where", _) => format!("`{name}` reads no set: write it within an aggregate"),
            _ => "remove it".to_owned(),
        };
        self.diags.push(MisplacedClause { word, name: name.to_owned(), at, help });
        false
    }

    fn function(
        &mut self,
        scope: &mut Scope,
        function: &'static Function,
        call: &ast::Call,
        want: Option<&Type>,
        span: Span,
    ) -> Expr {
        let written = call.arguments.len();
        let (least, most) = function.arity();
        if written < least || most.is_some_and(|most| written > most) {
            return self.wrong_count(function, written, call.name.span, span);
        }
        let mut arguments = self.typed_arguments(scope, function, call, want);
        let mut sound = true;
        for (at, argument) in arguments.iter_mut().enumerate() {
            sound &= self.accept(function, at, argument);
        }
        if !sound {
            return error(span);
        }
        let Some(met) = self.met(function, &mut arguments) else { return error(span) };
        self.add_zone(function, &mut arguments, span);
        let Some(kind) = self.returned(function, &arguments, met, span) else { return error(span) };
        let nullable = match function.nulls {
            Nulls::Strict => arguments.iter().any(|argument| argument.typed.nullable),
            Nulls::Skips => arguments.iter().all(|argument| argument.typed.nullable),
            Nulls::Never => false,
            Nulls::Always => always_nullable(function.name, &arguments),
        };
        make(ExprKind::Call(function.name, arguments), Typed { kind, nullable }, span)
    }

    fn wrong_count(&mut self, function: &Function, found: usize, at: Span, span: Span) -> Expr {
        let (least, most) = function.arity();
        let wanted = match most {
            Some(most) if most == least => counted(least),
            Some(most) => format!("{least} to {most} arguments"),
            None => format!("at least {}", counted(least)),
        };
        let help = format!("write `{}`", function.signature());
        self.diags.push(WrongArgumentCount { name: function.name.to_owned(), wanted, found, at, help });
        error(span)
    }

    /// The arguments, a bare name among them typed by an enum beside it.
    fn typed_arguments(
        &mut self,
        scope: &mut Scope,
        function: &Function,
        call: &ast::Call,
        want: Option<&Type>,
    ) -> Vec<Expr> {
        let meets = matches!(function.returns, Returns::Meet);
        let mut want = if meets { want.cloned() } else { None };
        let mut arguments = Vec::new();
        for argument in &call.arguments {
            let typed = self.expr(scope, &argument.by, want.as_ref());
            if meets && matches!(typed.typed.kind, Type::Enum(_) | Type::Timestamp) {
                want = Some(typed.typed.kind.clone());
            }
            arguments.push(typed);
        }
        if arguments.iter().any(|argument| argument.typed.kind == Type::Timestamp) && function.name != "date" {
            arguments = arguments.into_iter().map(fold_date).collect();
        }
        arguments
    }

    /// Whether a parameter accepts an argument, which is then coerced.
    fn accept(&mut self, function: &Function, at: usize, argument: &mut Expr) -> bool {
        let Some(parameter) = function.parameter(at) else { return true };
        if is_error(argument) {
            return false;
        }
        if !parameter.kind.accepts(&argument.typed.kind) {
            let help = conversion_help(parameter.kind, &argument.typed.kind, self.sources.text(argument.span));
            self.diags.push(WrongType {
                wanted: format!("{} for `{}` of `{}`", parameter.kind.name(), parameter.name, function.name),
                found: argument.typed.kind.to_string(),
                at: argument.span,
                declared: self.declared(argument.span),
                help,
            });
            return false;
        }
        if parameter.literal && !matches!(argument.kind, ExprKind::Literal(_)) {
            self.diags.push(LiteralArgument {
                name: function.name.to_owned(),
                parameter: parameter.name,
                at: argument.span,
            });
            return false;
        }
        if parameter.name == "zone" && !self.is_zone(argument) {
            return false;
        }
        if let Some(kind) = parameter.kind.coerces_to() {
            let taken = std::mem::replace(argument, error(argument.span));
            *argument = to(taken, &kind);
        }
        true
    }

    /// Whether a literal names a zone; one that is unknown is reported.
    pub(in crate::program) fn is_zone(&mut self, argument: &Expr) -> bool {
        let ExprKind::Literal(Literal::Text(zone)) = &argument.kind else { return true };
        let known = jiff::tz::TimeZone::get(zone).is_ok();
        if !known {
            let help = match crate::syntax::zone::here(zone) {
                Some(name) if name.starts_with("Etc/GMT-") => {
                    format!("write `'{name}'`: it is ahead of UTC by these hours, as the database counts")
                }
                Some(name) => format!("write `'{name}'`"),
                None => "write an IANA name such as `'Europe/Berlin'`".to_owned(),
            };
            self.diags.push(UnknownZone { zone: zone.clone(), at: argument.span, help });
        }
        known
    }

    /// The type in which the arguments that must meet do so; they are coerced to it.
    fn met(&mut self, function: &Function, arguments: &mut [Expr]) -> Option<Type> {
        let meets = matches!(function.returns, Returns::Meet)
            || function.parameters.iter().any(|parameter| parameter.kind == Kind::Same);
        if !meets {
            return Some(Type::Null);
        }
        let mut met = Type::Null;
        for argument in arguments.iter() {
            let Some(kind) = met.meet(&argument.typed.kind) else {
                self.diags.push(WrongType {
                    wanted: format!("{met}, as before it, for `{}`", function.name),
                    found: argument.typed.kind.to_string(),
                    at: argument.span,
                    declared: self.declared(argument.span),
                    help: "give values of one type".to_owned(),
                });
                return None;
            };
            met = kind;
        }
        for argument in arguments.iter_mut() {
            let taken = std::mem::replace(argument, error(argument.span));
            *argument = to(taken, &met);
        }
        Some(met)
    }

    fn add_zone(&self, function: &Function, arguments: &mut Vec<Expr>, span: Span) {
        let zone =
            function.parameters.get(arguments.len()).filter(|it| it.arity == Arity::Optional && it.name == "zone");
        let instant = arguments.first().is_some_and(|first| first.typed.kind == Type::Timestamp);
        if zone.is_some() && instant {
            arguments.extend(self.zone_argument(span));
        }
    }

    fn returned(&mut self, function: &Function, arguments: &[Expr], met: Type, span: Span) -> Option<Type> {
        let first = arguments.first().map_or(Type::Null, |first| first.typed.kind.clone());
        match &function.returns {
            Returns::Fixed(kind) => Some(kind.clone()),
            Returns::Same => Some(first),
            Returns::Meet => Some(met),
            Returns::Rounded => {
                if let Some(places) = literal_int(arguments.get(1)).filter(|places| !(0..=18).contains(places)) {
                    self.diags.push(WrongType {
                        wanted: format!("0 to 18 for `n` of `{}`", function.name),
                        found: format!("`{places}`"),
                        at: arguments.get(1).map_or(span, |it| it.span),
                        declared: self.declared(arguments.get(1).map_or(span, |it| it.span)),
                        help: "to round to tens, divide before and multiply after".to_owned(),
                    });
                    return None;
                }
                Some(rounded(&first, arguments.get(1)))
            }
            Returns::Decimal => match (literal_int(arguments.get(1)), literal_int(arguments.get(2))) {
                (Some(precision @ 1..=18), Some(scale)) if (0..=precision).contains(&scale) => {
                    Some(Type::Decimal { precision: precision as u8, scale: scale as u8 })
                }
                _ => {
                    self.diags.push(WrongType {
                        wanted: "1 to 18 digits, not more of them after the point,".to_owned(),
                        found: "something else".to_owned(),
                        at: span,
                        declared: self.declared(span),
                        help: "write `decimal(x, 12, 2)`".to_owned(),
                    });
                    None
                }
            },
        }
    }
}

/// Whether a function that may always give null can do so here.
fn always_nullable(name: &str, arguments: &[Expr]) -> bool {
    let first = arguments.first();
    let text = first.is_some_and(|first| matches!(first.typed.kind, Type::Text | Type::Enum(_)));
    let converts = matches!(name, "int" | "float" | "decimal" | "date" | "timestamp");
    if converts && !text {
        return arguments.iter().any(|argument| argument.typed.nullable);
    }
    true
}

fn rounded(first: &Type, places: Option<&Expr>) -> Type {
    let Some(places) = places else { return Type::Int };
    match (first, literal_int(Some(places))) {
        (Type::Decimal { precision, scale }, Some(places)) => {
            let scale_after = u8::try_from(places.max(0)).unwrap_or(*scale).min(18);
            let whole = precision - scale + u8::from(scale_after < *scale);
            Type::Decimal { precision: (whole + scale_after).clamp(1, 18), scale: scale_after }
        }
        _ => first.clone(),
    }
}

/// The value of a literal int.
pub(super) fn literal_int(expr: Option<&Expr>) -> Option<i64> {
    match expr.map(|expr| &expr.kind) {
        Some(ExprKind::Literal(Literal::Int(value))) => Some(*value),
        _ => None,
    }
}

fn counted(count: usize) -> String {
    if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") }
}

fn conversion_help(kind: Kind, found: &Type, text: &str) -> String {
    match (kind, found) {
        (Kind::Text, _) | (Kind::Ordered, Type::Enum(_) | Type::Json) => format!("write `text({text})`"),
        (Kind::Int, Type::Decimal { .. } | Type::Float) => format!("write `round({text})`"),
        (Kind::Int, Type::Text) => format!("write `int({text})`"),
        (Kind::Float | Kind::Number, Type::Text) => format!("write `float({text})`"),
        (Kind::Timestamp | Kind::Instant, Type::Text) => format!("write `timestamp({text})`"),
        (Kind::Date, Type::Text | Type::Timestamp) => format!("write `date({text})`"),
        (Kind::Duration, Type::Months) => "count in days: months differ in length".to_owned(),
        (Kind::Months, Type::Duration) => "count in months or years: `1 month`".to_owned(),
        _ => format!("give it {}", kind.name()),
    }
}
