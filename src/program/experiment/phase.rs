//! Takes the arms of an experiment and of its later phases; gives phases whose shares add up to all, numbered from 1 and each
//! later than the one before.

use miette::Diagnostic;
use thiserror::Error;

use crate::program::context::Ctx;
use crate::program::scope::Scope;
use crate::program::{Experiment, ExprKind, Literal, Phase, percent};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("{whose} has no arms")]
#[diagnostic(code("missing-arms"), help("add a line such as `arms control 50%, urgent 50%`"))]
struct MissingArms {
    whose: String,
    #[label(primary, "nothing to choose from")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the arms add up to {sum}, not 100%")]
#[diagnostic(code("arms-total"))]
struct ArmsTotal {
    sum: String,
    #[label(primary, "together {sum}")]
    at: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("arm `{name}` is declared twice")]
#[diagnostic(code("duplicate-arm"), help("keep one of the two, with both shares"))]
struct DuplicateArm {
    name: String,
    #[label(primary, "declared again here")]
    at: Span,
    #[label("first declared here")]
    first: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("this is phase {number}")]
#[diagnostic(code("phase-number"), help("write `phase {number}`"))]
struct PhaseNumber {
    number: i64,
    #[label(primary, "phases are numbered in order, and `arms` alone is phase 1")]
    at: Span,
}

impl Ctx<'_> {
    /// Reports an experiment or phase without arms.
    pub(super) fn missing_arms(&mut self, whose: &str, at: Span) {
        self.diags.push(MissingArms { whose: whose.to_owned(), at });
    }

    /// The arms from the beginning on.
    pub(super) fn first_phase(&mut self, found: &mut Experiment, node: &ast::Arms) {
        let arms = self.arms(found, node);
        found.phases.push(Phase { number: 1, from: None, arms });
    }

    /// The phases after the first.
    pub(super) fn later_phases(&mut self, found: &mut Experiment, nodes: &[&ast::Phase], broken: bool) {
        let mut before = None;
        for (number, node) in (2..).zip(nodes) {
            let written = self.expr(&mut Scope::constant(), &node.number, None);
            if written.kind != ExprKind::Literal(Literal::Int(number)) && !broken {
                self.diags.push(PhaseNumber { number, at: node.number.span });
            }
            let from = self.constant_instant(&node.from);
            self.check_increasing(from, node.from.span, &mut before);
            let mut first = None;
            for arms in &node.arms {
                if self.only_once("arms", arms.span, &mut first) {
                    let arms = self.arms(found, arms);
                    found.phases.push(Phase { number, from, arms });
                }
            }
            if first.is_none() && !broken {
                self.missing_arms(&format!("phase {number}"), node.span);
            }
        }
    }

    /// Each arm's place and share; they are different, and all together.
    fn arms(&mut self, found: &Experiment, node: &ast::Arms) -> Vec<(usize, u32)> {
        let mut arms = Vec::new();
        let mut seen: Vec<&ast::Name> = Vec::new();
        let mut sum = Some(0);
        for (name, share) in &node.arms {
            if let Some(first) = seen.iter().find(|other| other.text == name.text) {
                self.diags.push(DuplicateArm { name: name.text.clone(), at: name.span, first: first.span });
            }
            seen.push(name);
            let share = self.share(share);
            sum = sum.zip(share).map(|(sum, share)| sum + share);
            let place = found.arms.iter().position(|arm| *arm == name.text);
            arms.extend(place.zip(share));
        }
        if let Some(sum) = sum
            && sum != 10_000
        {
            let off = percent(sum.abs_diff(10_000));
            let help = if sum < 10_000 { "give the missing" } else { "take away the" };
            let help = if sum < 10_000 { format!("{help} {off} to an arm") } else { format!("{help} {off} too many") };
            self.diags.push(ArmsTotal { sum: percent(sum), at: node.span, help });
        }
        arms
    }
}
