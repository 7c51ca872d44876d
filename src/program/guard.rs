//! Takes a `guard` line and gives its limit: a share where it is a percentage, a number of rows otherwise. Which guards
//! a declaration may have is for its own file to say.

use miette::Diagnostic;
use thiserror::Error;

use super::Limit;
use super::context::Ctx;
use super::mistakes::{self, Unknown};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("a guard needs {wanted}")]
#[diagnostic(code("bad-guard"))]
struct BadGuard {
    wanted: &'static str,
    #[label(primary, "this is not one")]
    at: Span,
    #[help]
    help: &'static str,
}

impl Ctx<'_> {
    /// The share of `guard loses`.
    pub(super) fn guard_share(&mut self, guard: &ast::Guard) -> Option<f64> {
        if !self.guard_word(guard, &["loses"]) {
            return None;
        }
        match self.guard_limit(guard) {
            Some(Limit::Share(share)) => Some(share),
            Some(Limit::Rows(_)) => {
                self.diags.push(BadGuard {
                    wanted: "a percentage here",
                    at: guard.limit.span,
                    help: "write `guard loses <= 10%`",
                });
                None
            }
            None => None,
        }
    }

    /// Whether a guard is of one of these; another one is reported.
    pub(super) fn guard_word(&mut self, guard: &ast::Guard, words: &[&str]) -> bool {
        if words.contains(&guard.what.text.as_str()) {
            return true;
        }
        let known = words.iter().map(|word| (*word, None));
        self.diags.push(Unknown::new(mistakes::WORD, &guard.what.text, guard.what.span).among(known).or_one_of(words));
        false
    }

    /// The limit of a guard.
    pub(super) fn guard_limit(&mut self, guard: &ast::Guard) -> Option<Limit> {
        let limit = match &guard.limit.kind {
            ast::ExprKind::Percent(digits) => digits
                .parse::<f64>()
                .ok()
                .filter(|percent| *percent <= 100.0)
                .map(|percent| Limit::Share(percent / 100.0)),
            ast::ExprKind::Number(digits) => digits.parse().ok().map(Limit::Rows),
            ast::ExprKind::Error => return None,
            _ => None,
        };
        if limit.is_none() {
            self.diags.push(BadGuard {
                wanted: "a whole number or a percentage up to 100%",
                at: guard.limit.span,
                help: "write a limit such as `10%` or `2000`",
            });
        }
        limit
    }
}
