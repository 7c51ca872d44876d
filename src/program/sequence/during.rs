//! Takes `during weekdays 09:00-17:00 'Europe/Berlin'` and gives the condition that `now` is then, by the clocks of the zone:
//! an hour that they show twice counts twice, one that they skip does not come.

use miette::Diagnostic;
use thiserror::Error;

use crate::program::context::{Ctx, make};
use crate::program::mistakes::{self, Unknown};
use crate::program::{Expr, ExprKind, Literal, Op};
use crate::source::Span;
use crate::syntax::ast;
use crate::syntax::words;
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("the window ends {where_} it begins")]
#[diagnostic(code("empty-window"), help("{help}"))]
struct EmptyWindow {
    where_: &'static str,
    help: String,
    #[label(primary, "no time of a day is in it")]
    at: Span,
}

/// The words for days, each with the days that it means: Monday is 1.
const DAYS: [(&str, &[i64]); 10] = [
    ("daily", &[1, 2, 3, 4, 5, 6, 7]),
    ("weekdays", &[1, 2, 3, 4, 5]),
    ("weekends", &[6, 7]),
    ("monday", &[1]),
    ("tuesday", &[2]),
    ("wednesday", &[3]),
    ("thursday", &[4]),
    ("friday", &[5]),
    ("saturday", &[6]),
    ("sunday", &[7]),
];

impl Ctx<'_> {
    /// The condition that `now` is in a window; what is no window is reported.
    pub(super) fn during(&mut self, node: &ast::During) -> Option<Expr> {
        let span = node.span;
        let mut days: Vec<i64> = Vec::new();
        let mut wrong = None;
        for name in &node.days {
            match DAYS.iter().find(|(word, _)| *word == name.text) {
                Some((_, meant)) => days.extend(meant.iter()),
                None => wrong = wrong.or(Some(name)),
            }
        }
        // One mistake says how all of them are written.
        if let Some(name) = wrong {
            let known: Option<Vec<&str>> = node.days.iter().map(|name| words::day_here(&name.text)).collect();
            let mistake = Unknown::new(mistakes::WORD, &name.text, name.span);
            let mistake = match known {
                Some(all) => mistake.or_help(format!("write `{}`", all.join(", "))),
                None => {
                    let words: Vec<&str> = DAYS.iter().map(|(word, _)| *word).collect();
                    mistake.among(words.iter().map(|word| (*word, None))).or_one_of(&words)
                }
            };
            self.diags.push(mistake);
        }
        days.sort_unstable();
        days.dedup();
        let zone = match &node.zone {
            Some(zone) => {
                let text = Literal::Text(zone.value.clone());
                let zone = make(ExprKind::Literal(text), Type::Text.required(), zone.span);
                self.is_zone(&zone).then_some(vec![zone])?
            }
            None => self.zone_argument(span).into_iter().collect(),
        };
        let (from, to) = (minutes(&node.from.value)?, minutes(&node.to.value)?);
        if from >= to {
            let at = Span::new(node.from.span.start, node.to.span.end);
            let where_ = if from == to { "where" } else { "before" };
            self.diags.push(EmptyWindow { where_, help: over_midnight(node, from, to), at });
            return None;
        }
        let int = |value: i64| make(ExprKind::Literal(Literal::Int(value)), Type::Int.required(), span);
        let call = |name: &'static str| {
            let now = make(ExprKind::Now, Type::Timestamp.required(), span);
            let arguments = std::iter::once(now).chain(zone.iter().cloned()).collect();
            make(ExprKind::Call(name, arguments), Type::Int.required(), span)
        };
        let number = |op: Op, operands: Vec<Expr>| make(ExprKind::Op(op, operands), Type::Int.required(), span);
        let test = |op: Op, operands: Vec<Expr>| make(ExprKind::Op(op, operands), Type::Bool.required(), span);
        let clock = number(Op::Add, vec![number(Op::Multiply, vec![call("hour"), int(60)]), call("minute")]);
        let mut all = Vec::new();
        if days.len() < 7 {
            let operands = std::iter::once(call("weekday")).chain(days.into_iter().map(int)).collect();
            all.push(test(Op::In, operands));
        }
        all.push(test(Op::GreaterEqual, vec![clock.clone(), int(from)]));
        all.push(test(Op::Less, vec![clock, int(to)]));
        Some(test(Op::And, all))
    }
}

/// What to write for a window that goes over midnight: the rest of the day, in which nothing is sent.
fn over_midnight(node: &ast::During, from: i64, to: i64) -> String {
    if from == to {
        return format!("write a later end: `{}-24:00`", node.from.value);
    }
    let zone = node.zone.as_ref().map(|zone| format!(", '{}'", zone.value)).unwrap_or_default();
    let hour = format!("hour(now{zone})");
    let (clock, to, from) = match (from % 60, to % 60) {
        (0, 0) => (hour, to / 60, from / 60),
        _ => (format!("{hour} * 60 + minute(now{zone})"), to, from),
    };
    format!(
        "write the earlier time first; a window over midnight is a hold of the sequence for the rest of the day: `hold when {clock} >= {to} and {clock} < {from}`"
    )
}

/// The minutes of a day up to `09:30`.
fn minutes(time: &str) -> Option<i64> {
    let (hours, minutes) = time.split_once(':')?;
    Some(hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?)
}
