//! Takes the `test` declarations and gives their steps: rows with all their columns, the instants of all runs, and what is
//! expected, typed. Nothing of a test changes what the rest of the program means.

mod cell;
mod expect;
mod given;

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, is_error};
use super::expr::WrongType;
use super::mistakes::{self, Unknown};
use super::names::{DuplicateName, Global, Item};
use super::scope::Scope;
use super::{Expectation, ExprKind, Literal, Test, TestStep};
use crate::source::Span;
use crate::syntax::ast;
use given::{Rows, Tables};

/// How often a test runs that does not say it, in microseconds.
const HOUR: i64 = 3_600_000_000;
const SECOND: i64 = 1_000_000;
/// 0002-01-01, and 9999-01-01: runs are from the one on and before the other.
const FIRST: i64 = -62_104_060_800 * SECOND;
const LAST: i64 = 253_370_764_800 * SECOND;
/// More runs than a test needs, and than anybody wants to wait for.
const MOST_RUNS: i64 = 10_000;

#[derive(Debug, Error, Diagnostic)]
#[error("{what}")]
#[diagnostic(code("bad-test-time"))]
struct BadTestTime {
    what: String,
    #[label(primary, "{why}")]
    at: Span,
    why: String,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("no run has seen this yet")]
#[diagnostic(code("unseen-given"), help("write `after 1 hour` below it: the runs of that hour see it"))]
struct UnseenGiven {
    #[label(primary, "said after the last run")]
    at: Span,
    #[label("and this looks at that run")]
    expect: Option<Span>,
}

#[derive(Debug, Error, Diagnostic)]
#[error("test `{name}` expects nothing")]
#[diagnostic(
    code("idle-test"),
    severity(Warning),
    help("add an `expect`, such as `expect marketable = {{ w1 }}` for an audience `marketable`")
)]
struct IdleTest {
    name: String,
    #[label(primary, "it can only fail where a run stops")]
    at: Span,
}

/// An item that could be typed.
enum Typed {
    Given(Rows, Span),
    After(i64, Span),
    Answer { sync: usize, accepts: bool, span: Span },
    Expect(Expectation),
}

impl Ctx<'_> {
    /// Types every test.
    pub(super) fn type_tests(&mut self) {
        let mut seen = BTreeMap::<&str, Span>::new();
        for Item { doc, node, .. } in self.found.tests.clone() {
            if let Some(first) = seen.insert(node.name.value.as_str(), node.name.span) {
                self.diags.push(DuplicateName { name: node.name.value.clone(), at: node.name.span, first });
            }
            let test = self.test(doc, node);
            self.program.tests.extend(test);
        }
    }

    fn test(&mut self, doc: Option<&String>, node: &ast::Test) -> Option<Test> {
        let at = self.constant_instant(&node.at);
        let at = at.filter(|at| self.whole_seconds("`at`", *at, node.at.span) && self.is_of_a_run(*at, node.at.span));
        let every = node.every.as_ref().map_or(Some(HOUR), |every| self.positive("`every`", every));
        let mut items = Vec::new();
        for item in &node.items {
            items.extend(self.test_item(item));
        }
        let is_idle =
            !node.items.iter().any(|item| matches!(item, ast::TestItem::ExpectKeys(_) | ast::TestItem::ExpectRows(_)));
        if is_idle && !node.broken {
            self.diags.push(IdleTest { name: node.name.value.clone(), at: node.name.span });
        }
        // What an item that could not be typed would have given is missing from here on.
        let is_whole = items.len() == node.items.len();
        let steps = is_whole.then_some((at?, every?)).map(|(at, every)| self.steps(items, at, every))?;
        Some(Test { name: node.name.value.clone(), doc: doc.cloned(), span: node.name.span, steps })
    }

    fn test_item(&mut self, item: &ast::TestItem) -> Option<Typed> {
        match item {
            ast::TestItem::Given(given) => Some(Typed::Given(self.given_rows(given)?, given.of.span)),
            ast::TestItem::After(duration, span) => Some(Typed::After(self.positive("`after`", duration)?, *span)),
            ast::TestItem::Answer { word, sync, span } => {
                let place = self.sync_of_answer(sync)?;
                Some(Typed::Answer { sync: place, accepts: word.text == "accept", span: *span })
            }
            ast::TestItem::ExpectKeys(expect) => self.expected_keys(expect).map(Typed::Expect),
            ast::TestItem::ExpectRows(given) => self.expected_rows(given).map(Typed::Expect),
        }
    }

    /// The items as they follow each other: the first run is at `at`, below all that stands above the first `after` or `expect`.
    fn steps(&mut self, items: Vec<Typed>, at: i64, every: i64) -> Vec<TestStep> {
        let mut tables = Tables::of(&items);
        let (mut steps, mut now, mut has_run) = (Vec::new(), at, false);
        let mut unseen: Option<Span> = None;
        for item in items {
            if !has_run && matches!(item, Typed::After(..) | Typed::Expect(_)) {
                steps.push(TestStep::Run(at));
                (has_run, unseen) = (true, None);
            }
            match item {
                Typed::Given(rows, span) => {
                    let source = rows.source;
                    steps.push(TestStep::Given { source, rows: tables.put(&self.program, rows, now) });
                    unseen = Some(span);
                }
                Typed::Answer { sync, accepts, span } => {
                    steps.push(TestStep::Answer { sync, accepts });
                    unseen = Some(span);
                }
                Typed::After(duration, span) => {
                    let runs = self.runs(now, duration, every, span);
                    now = now.saturating_add(duration);
                    steps.extend(runs.into_iter().map(TestStep::Run));
                    unseen = None;
                }
                Typed::Expect(expectation) => {
                    if let Some(at) = unseen.take() {
                        self.diags.push(UnseenGiven { at, expect: Some(expectation.span) });
                    }
                    steps.push(TestStep::Expect(expectation));
                }
            }
        }
        if has_run && let Some(at) = unseen {
            self.diags.push(UnseenGiven { at, expect: None });
        }
        if !has_run {
            steps.push(TestStep::Run(at));
        }
        steps
    }

    /// Whether there can be a run at an instant.
    fn is_of_a_run(&mut self, at: i64, span: Span) -> bool {
        let is_it = (FIRST..LAST).contains(&at);
        if !is_it {
            self.diags.push(BadTestTime {
                what: "no run is at this instant".to_owned(),
                at: span,
                why: "outside of 0002-01-01 to 9998-12-31".to_owned(),
                help: "write an instant in these years: a run looks back and ahead, and no engine has others than 1 to 9999",
            });
        }
        is_it
    }

    /// The instants of the runs within a time, its end included.
    fn runs(&mut self, from: i64, duration: i64, every: i64, span: Span) -> Vec<i64> {
        let end = from.saturating_add(duration);
        if !self.is_of_a_run(end, span) {
            return Vec::new();
        }
        let whole = duration / every;
        if whole > MOST_RUNS {
            self.diags.push(BadTestTime {
                what: format!("this is more than {MOST_RUNS} runs"),
                at: span,
                why: format!("{whole} runs"),
                help: "run less often, with `every 1 day` after the instant of `at`",
            });
            return Vec::new();
        }
        let mut runs: Vec<i64> = (1..=whole).map(|number| from + number * every).collect();
        if runs.last() != Some(&end) {
            runs.push(end);
        }
        runs
    }

    /// A constant duration of at least a second.
    fn positive(&mut self, word: &str, written: &ast::Expr) -> Option<i64> {
        let value = self.expr(&mut Scope::constant(), written, None);
        let ExprKind::Literal(Literal::Duration(micros)) = value.kind else {
            if !is_error(&value) {
                self.diags.push(WrongType {
                    wanted: "a constant duration".to_owned(),
                    found: value.typed.kind.to_string(),
                    at: written.span,
                    declared: None,
                    help: "write a duration such as `3 days`".to_owned(),
                });
            }
            return None;
        };
        if micros <= 0 {
            self.diags.push(BadTestTime {
                what: format!("{word} needs a time that passes"),
                at: written.span,
                why: "no time, or a time that has been".to_owned(),
                help: "write a duration such as `3 days`",
            });
            return None;
        }
        self.whole_seconds(word, micros, written.span).then_some(micros)
    }

    fn whole_seconds(&mut self, word: &str, micros: i64, at: Span) -> bool {
        if micros % SECOND == 0 {
            return true;
        }
        self.diags.push(BadTestTime {
            what: format!("{word} needs whole seconds"),
            at,
            why: "a part of a second".to_owned(),
            help: "leave out the part of a second: runs are at whole seconds",
        });
        false
    }

    fn sync_of_answer(&mut self, name: &ast::Name) -> Option<usize> {
        if let Some((Global::Sync(_), _)) = self.global(&name.text) {
            return self.program.all_syncs().iter().position(|sync| sync.name == name.text);
        }
        let known = self.known(|what| matches!(what, Global::Sync(_)));
        let known = known.iter().map(|(name, span)| (name.as_str(), *span));
        let mistake = Unknown::new(mistakes::SYNC, &name.text, name.span).among(known);
        self.unknown(mistake.or_help("write the name of a sync"));
        None
    }
}
