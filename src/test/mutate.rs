//! Takes a program whose tests pass, changes one condition of it at a time, or one part of what has memory, and gives the changes that
//! no test notices: those could be wrong, and nobody would know. All tests are played in the reference evaluator.

mod passage;

use super::reference::Reference;
use super::{in_parallel, play};
use crate::program::{
    Channel, ChannelId, Experiment, ExperimentId, Expr, ExprKind, FieldId, FieldKind, Op, Program, Sequence,
    SequenceId, Test,
};
use crate::source::{Sources, Span};
use crate::types::Type;

/// A change of one condition, or of another part of a declaration.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// Whose it is: `workspace.overage`, `upsell.email`, `mail`, a policy.
    pub field: String,
    /// What was changed.
    pub span: Span,
    /// How, as what follows "with": "`>=` in place of `>`".
    pub change: String,
    /// Of what kind of declaration.
    pub of: Of,
    part: Part,
}

/// A kind of declaration that is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A trait, an audience or a status.
    Field,
    /// A sequence, a step or a branch.
    Sequence,
    /// A channel.
    Channel,
    /// An experiment.
    Experiment,
}

/// A declaration as it is changed.
#[derive(Debug, Clone)]
enum Part {
    Field(FieldId, Box<FieldKind>),
    Sequence(SequenceId, Box<Sequence>),
    Channel(ChannelId, Box<Channel>),
    Experiment(ExperimentId, Box<Experiment>),
}

impl Part {
    /// The program with it.
    fn within(&self, program: &Program) -> Program {
        let mut changed = program.clone();
        match self {
            Self::Field(id, kind) => put(changed.fields.get_mut(id.0 as usize).map(|field| &mut field.kind), kind),
            Self::Sequence(id, sequence) => put(changed.sequences.get_mut(id.0 as usize), sequence),
            Self::Channel(id, channel) => put(changed.channels.get_mut(id.0 as usize), channel),
            Self::Experiment(id, experiment) => put(changed.experiments.get_mut(id.0 as usize), experiment),
        }
        changed
    }
}

fn put<T: Clone>(slot: Option<&mut T>, value: &T) {
    if let Some(slot) = slot {
        slot.clone_from(value);
    }
}

/// How many changes there are, and which of them no test notices, in the order of the files.
#[derive(Debug, Clone)]
pub struct Unnoticed {
    /// All changes.
    pub tried: usize,
    /// Those with which every test passes.
    pub mutants: Vec<Mutant>,
}

/// Tries every change.
#[must_use]
pub fn unnoticed(program: &Program, sources: &Sources, tests: &[&Test]) -> Unnoticed {
    let all = mutants(program, sources);
    let mut tests = tests.to_vec();
    tests.sort_by_key(|test| test.steps.len());
    let noticed = in_parallel(&all, |mutant| is_noticed(mutant, program, &tests));
    let tried = all.len();
    let unnoticed = all.into_iter().zip(noticed).filter(|(_, noticed)| !noticed);
    let mut mutants: Vec<Mutant> = unnoticed.map(|(mutant, _)| mutant).collect();
    mutants.sort_by(|a, b| (a.span, &a.change).cmp(&(b.span, &b.change)));
    Unnoticed { tried, mutants }
}

fn is_noticed(mutant: &Mutant, program: &Program, tests: &[&Test]) -> bool {
    let changed = mutant.part.within(program);
    tests.iter().any(|test| !play(test, &mut Reference::new(&changed)).is_passed())
}

/// Every change of the conditions of traits, audiences, statuses and policies, and of what sequences, channels and experiments say.
fn mutants(program: &Program, sources: &Sources) -> Vec<Mutant> {
    let mut found = Vec::new();
    for (id, field) in (0..).map(FieldId).zip(&program.fields) {
        let policy = program.policies.iter().find(|policy| policy.forbids == id);
        let name = match policy {
            Some(policy) => policy.name.clone(),
            None if field.hidden => continue,
            None => format!("{}.{}", program.entity(field.entity).name, field.name),
        };
        for place in 0..conditions(&mut field.kind.clone()).len() {
            let mut kind = field.kind.clone();
            let Some(before) = conditions(&mut kind).get(place).map(|expr| (**expr).clone()) else { continue };
            for (span, change, after) in changes(&before, sources) {
                let mut kind = field.kind.clone();
                if let Some(expr) = conditions(&mut kind).into_iter().nth(place) {
                    *expr = after;
                }
                let part = Part::Field(id, Box::new(kind));
                found.push(Mutant { field: name.clone(), span, change, of: Of::Field, part });
            }
        }
    }
    found.extend(passage::mutants(program, sources));
    found
}

/// The expressions of a field.
fn conditions(kind: &mut FieldKind) -> Vec<&mut Expr> {
    match kind {
        FieldKind::Trait(value) => vec![value],
        FieldKind::Audience { condition, until, .. } => std::iter::once(condition).chain(until).collect(),
        FieldKind::Status { stages, .. } => {
            stages.iter_mut().flat_map(|stage| stage.when.iter_mut().chain(&mut stage.until)).collect()
        }
        FieldKind::Experiment(..) | FieldKind::Sequence(..) => Vec::new(),
    }
}

/// Every way to change one condition within an expression: where, how, and the whole expression then.
fn changes(expr: &Expr, sources: &Sources) -> Vec<(Span, String, Expr)> {
    let mut found = own_changes(expr, sources);
    let is_one = expr.is_one_thing() || is_not(expr);
    for (place, part) in expr.parts().into_iter().enumerate() {
        // What is negated within `not` is `not` left out.
        let below = if is_one { Vec::new() } else { changes(part, sources) };
        for (span, change, part) in below {
            let mut whole = expr.clone();
            if let Some(slot) = whole.parts_mut().into_iter().nth(place) {
                *slot = part;
            }
            found.push((span, change, whole));
        }
    }
    if let (true, Some(inner)) = (is_not(expr), expr.parts().first()) {
        let within = changes(inner, sources).into_iter().filter(|(span, ..)| *span != inner.span);
        found.extend(within.map(|(span, change, inner)| (span, change, with(expr, Op::Not, vec![inner]))));
    }
    found
}

fn own_changes(expr: &Expr, sources: &Sources) -> Vec<(Span, String, Expr)> {
    let negated = || (expr.span, "this negated".to_owned(), with(expr, Op::Not, vec![expr.clone()]));
    match &expr.kind {
        _ if expr.typed.kind != Type::Bool => Vec::new(),
        ExprKind::Op(Op::Not, operands) => {
            operands.iter().map(|inner| (expr.span, "`not` left out".to_owned(), inner.clone())).collect()
        }
        ExprKind::Op(op @ (Op::And | Op::Or), operands) if !expr.is_one_thing() => {
            let left = (0..operands.len()).map(|place| {
                let mut others = operands.clone();
                let gone = others.remove(place);
                let rest = match others.as_slice() {
                    [one] => one.clone(),
                    _ => with(expr, *op, others),
                };
                (gone.span, format!("`{}` left out", short(sources, gone.span)), rest)
            });
            left.collect()
        }
        ExprKind::Op(op, operands) => {
            let other = match op {
                Op::Less => Some((Op::LessEqual, "`<=` in place of `<`")),
                Op::LessEqual => Some((Op::Less, "`<` in place of `<=`")),
                Op::Greater => Some((Op::GreaterEqual, "`>=` in place of `>`")),
                Op::GreaterEqual => Some((Op::Greater, "`>` in place of `>=`")),
                _ => None,
            };
            let other = other.map(|(op, said)| (expr.span, said.to_owned(), with(expr, op, operands.clone())));
            std::iter::once(negated()).chain(other).collect()
        }
        ExprKind::Literal(_) | ExprKind::Error => Vec::new(),
        _ => vec![negated()],
    }
}

const fn is_not(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Op(Op::Not, _))
}

fn with(expr: &Expr, op: Op, operands: Vec<Expr>) -> Expr {
    Expr { typed: Type::Bool.required(), span: expr.span, kind: ExprKind::Op(op, operands) }
}

/// A text of the program on one line, its beginning where it is long.
fn short(sources: &Sources, span: Span) -> String {
    let text = sources.on_one_line(span);
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(&text)),
        None => text,
    }
}
