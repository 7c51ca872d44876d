//! Takes what has memory, gives every way to change one part of it: when a sequence holds, closes and begins anew, when a step is due,
//! for whom, until when and through what, which arm a branch takes, what a channel lets through, whom an experiment enrols.

use super::{Mutant, Of, Part, changes, short, with};
use crate::program::{
    Again, Branch, Channel, ChannelId, Experiment, ExperimentId, Expr, ExprKind, Literal, Op, Program, Sequence,
    SequenceId,
};
use crate::source::{Sources, Span};
use crate::types::Type;

const DAY: i64 = 86_400_000_000;

/// A change: of what, where, how, and the whole declaration then.
type Change<T> = (String, Span, String, T);

/// Every change of sequences, channels and experiments.
pub(super) fn mutants(program: &Program, sources: &Sources) -> Vec<Mutant> {
    let mut found = Vec::new();
    for (id, sequence) in (0..).map(SequenceId).zip(&program.sequences) {
        let all = of_sequence(sequence, sources);
        found.extend(all.into_iter().map(|it| mutant(it, Of::Sequence, |it| Part::Sequence(id, Box::new(it)))));
    }
    for (id, channel) in (0..).map(ChannelId).zip(&program.channels) {
        let all = of_channel(channel, sources);
        found.extend(all.into_iter().map(|it| mutant(it, Of::Channel, |it| Part::Channel(id, Box::new(it)))));
    }
    for (id, experiment) in (0..).map(ExperimentId).zip(&program.experiments) {
        let name = format!("{}.{}", program.entity(experiment.entity).name, experiment.name);
        let all = of_experiment(&name, experiment);
        found.extend(all.into_iter().map(|it| mutant(it, Of::Experiment, |it| Part::Experiment(id, Box::new(it)))));
    }
    found
}

fn mutant<T>((field, span, change, whole): Change<T>, of: Of, part: impl Fn(T) -> Part) -> Mutant {
    Mutant { field, span, change, of, part: part(whole) }
}

fn of_sequence(sequence: &Sequence, sources: &Sources) -> Vec<Change<Sequence>> {
    let mut found = Vec::new();
    for place in 0..conditions(&mut sequence.clone()).len() {
        let mut copy = sequence.clone();
        let Some((of, word, slot)) = conditions(&mut copy).into_iter().nth(place) else { continue };
        let Some(before) = slot.clone() else { continue };
        let left_out = (before.span, format!("`{word} {}` left out", short(sources, before.span)), None);
        let others = changes(&before, sources).into_iter().map(|(span, change, after)| (span, change, Some(after)));
        for (span, change, after) in others.chain([left_out]) {
            let mut changed = sequence.clone();
            if let Some((_, _, slot)) = conditions(&mut changed).into_iter().nth(place) {
                *slot = after;
            }
            found.push((of.clone(), span, change, changed));
        }
    }
    for place in 0..dues(&mut sequence.clone()).len() {
        let mut copy = sequence.clone();
        let Some((of, due)) = dues(&mut copy).into_iter().nth(place).map(|(of, due)| (of, due.clone())) else {
            continue;
        };
        for (days, word) in [(1, "later"), (-1, "earlier")] {
            let mut changed = sequence.clone();
            if let Some((_, slot)) = dues(&mut changed).into_iter().nth(place) {
                *slot = longer(&due, days * DAY);
            }
            found.push((of.clone(), due.span, format!("`{}` a day {word}", short(sources, due.span)), changed));
        }
    }
    steps(sequence, sources, &mut found);
    again(sequence, sources, &mut found);
    found
}

/// The conditions, each with what it is of and the word before it: of a step that is an arm, what its branch asks.
fn conditions(sequence: &mut Sequence) -> Vec<(String, &'static str, &mut Option<Expr>)> {
    let name = sequence.name.clone();
    let arms: Vec<String> = sequence.steps.iter().map(|step| format!("{name}.{}", step.name)).collect();
    let mut all = vec![(name.clone(), "hold when", &mut sequence.hold), (name, "exit when", &mut sequence.exit)];
    for (step, of) in sequence.steps.iter_mut().zip(&arms).filter(|(step, _)| step.branch.is_none()) {
        all.push((of.clone(), "when", &mut step.when));
    }
    for (at, when) in sequence.branches.iter_mut().flat_map(|branch| &mut branch.arms) {
        all.push((arms.get(*at).cloned().unwrap_or_default(), "when", when));
    }
    all
}

/// When steps and branches are due, as far as that is said.
fn dues(sequence: &mut Sequence) -> Vec<(String, &mut Expr)> {
    let name = sequence.name.clone();
    let steps = sequence.steps.iter_mut().filter(|step| step.branch.is_none());
    let steps = steps.filter_map(|step| Some((format!("{name}.{}", step.name), step.due.as_mut()?)));
    let branches = sequence.branches.iter_mut();
    let branches = branches.filter_map(|branch| Some((format!("{name}.{}", branch.name), branch.due.as_mut()?)));
    steps.chain(branches).collect()
}

/// An instant or a length of time with so much more.
fn longer(expr: &Expr, micros: i64) -> Expr {
    let kind = ExprKind::Literal(Literal::Duration(micros));
    let more = Expr { typed: Type::Duration.required(), span: expr.span, kind };
    Expr { typed: expr.typed.clone(), ..with(expr, Op::Add, vec![expr.clone(), more]) }
}

/// What steps may leave out, and arms.
fn steps(sequence: &Sequence, sources: &Sources, found: &mut Vec<Change<Sequence>>) {
    for (at, step) in sequence.steps.iter().enumerate() {
        let mut without = |span: Span, word: &str, leave: &dyn Fn(&mut crate::program::Step)| {
            let mut changed = sequence.clone();
            changed.steps.get_mut(at).into_iter().for_each(leave);
            let change = format!("`{word}{}` left out", short(sources, span));
            found.push((format!("{}.{}", sequence.name, step.name), span, change, changed));
        };
        if let Some(until) = &step.until {
            without(until.span, "until ", &|step| step.until = None);
        }
        if let Some(during) = &step.during {
            without(during.span, "", &|step| step.during = None);
        }
        if let Some(via) = &step.via {
            without(via.span, "via ", &|step| step.via = None);
        }
    }
    for (place, branch) in sequence.branches.iter().enumerate() {
        for (at, _) in &branch.arms {
            let Some(step) = sequence.steps.get(*at) else { continue };
            let mut changed = sequence.clone();
            let leave = |branch: &mut Branch| branch.arms.retain(|(other, _)| other != at);
            changed.branches.get_mut(place).into_iter().for_each(leave);
            let of = format!("{}.{}", sequence.name, branch.name);
            found.push((of, step.span, format!("the arm `{}` left out", step.name), changed));
        }
    }
}

/// Entering anew, and staying.
fn again(sequence: &Sequence, sources: &Sources, found: &mut Vec<Change<Sequence>>) {
    let mut add = |span: Span, change: String, change_it: &dyn Fn(&mut Sequence)| {
        let mut changed = sequence.clone();
        change_it(&mut changed);
        found.push((sequence.name.clone(), span, change, changed));
    };
    if sequence.stay {
        add(sequence.span, "`stay` left out".to_owned(), &|it| it.stay = false);
    }
    match &sequence.again {
        None => {}
        Some(Again::Always) => add(sequence.span, "`again always` left out".to_owned(), &|it| it.again = None),
        Some(Again::Limited { after, at_most }) => {
            let span = after.as_ref().map_or(sequence.span, |after| after.span);
            add(span, "`again` left out".to_owned(), &|it| it.again = None);
            if let Some(after) = after.as_ref().filter(|after| after.typed.kind == Type::Duration) {
                let more = Again::Limited { after: Some(longer(after, DAY)), at_most: *at_most };
                let change = format!("`again after {}` a day longer", short(sources, span));
                add(span, change, &|it| it.again = Some(more.clone()));
            }
            if let Some(most) = at_most {
                let more = Again::Limited { after: after.clone(), at_most: Some(most.saturating_add(1)) };
                let change = format!("`again at most {}` in place of {most}", most.saturating_add(1));
                add(span, change, &|it| it.again = Some(more.clone()));
            }
        }
    }
}

fn of_channel(channel: &Channel, sources: &Sources) -> Vec<Change<Channel>> {
    let more = channel.count.saturating_add(1);
    let (name, per) = (channel.name.clone(), channel.per.span);
    let mut found = vec![(
        name.clone(),
        per,
        format!("a cap of {more} in place of {}", channel.count),
        Channel { count: more, ..channel.clone() },
    )];
    if channel.per.typed.kind == Type::Duration {
        let longer = longer(&channel.per, DAY);
        let change = format!("`per {}` a day longer", short(sources, per));
        found.push((name.clone(), per, change, Channel { per: longer, ..channel.clone() }));
    }
    if let Some(during) = &channel.during {
        let change = format!("`{}` left out", short(sources, during.span));
        found.push((name, during.span, change, Channel { during: None, ..channel.clone() }));
    }
    found
}

fn of_experiment(name: &str, experiment: &Experiment) -> Vec<Change<Experiment>> {
    let mut found = Vec::new();
    let mut add =
        |span: Span, change: &str, changed: Experiment| found.push((name.to_owned(), span, change.to_owned(), changed));
    if !experiment.rollout.is_empty() {
        add(experiment.span, "`rollout` left out", Experiment { rollout: Vec::new(), ..experiment.clone() });
    }
    if let Some(slice) = &experiment.layer {
        add(slice.span, "`layer` left out", Experiment { layer: None, ..experiment.clone() });
    }
    let mut reversed = experiment.clone();
    reversed.phases.iter_mut().for_each(|phase| phase.arms.reverse());
    if reversed.phases != experiment.phases {
        add(experiment.span, "the arms drawn in reverse order", reversed);
    }
    found
}
