//! Takes what happened in a simulation, gives it in numbers for people: of each sequence every step with a line of its own and a line for
//! each day on which something happened, then audiences, statuses and experiments, then what policies held back of
//! syncs of rows, then what should be known.

use std::collections::BTreeMap;

use super::timeline::instant;
use super::{SECOND, Shown, withheld};
use crate::program::{FieldKind, Sequence};
use crate::simulate::totals::{Counts, OfField, OfPolicy, OfSequence, totals};
use crate::simulate::{Node, Totals};
use crate::types::written;

/// Entries of one row in one sequence from which on they are told: more look like a circle.
const MANY: u64 = 3;

/// For people.
pub(super) fn text(shown: &Shown<'_>) -> String {
    let totals = totals(shown.program, shown.simulation, &|node| shown.wanted.has(node));
    let mut out = heading(shown);
    out.push('\n');
    for of in &totals.sequences {
        sequence(shown, of, &totals.policies, &mut out);
    }
    audiences(shown, &totals, &mut out);
    for of in &totals.fields {
        match shown.program.field(of.id).kind {
            FieldKind::Status { .. } | FieldKind::Experiment(..) => values(shown, of, &mut out),
            FieldKind::Audience { .. } | FieldKind::Trait(_) | FieldKind::Sequence(..) => {}
        }
    }
    syncs(shown, &totals, &mut out);
    for note in notes(shown, &totals) {
        out.push_str(&format!("\nnote: {note}\n"));
    }
    out
}

/// Of each sync of rows, what policies held back.
fn syncs(shown: &Shown<'_>, totals: &Totals, out: &mut String) {
    let mut last = None;
    for of in totals.policies.iter().filter(|it| it.node.sequence().is_none()) {
        if last != Some(of.node) {
            out.push_str(&format!("\nsync {}\n", of.sync));
        }
        out.push_str(&format!("  {}\n", withheld::total(shown, of)));
        last = Some(of.node);
    }
}

/// How long, how often, over what.
pub(super) fn heading(shown: &Shown<'_>) -> String {
    let simulation = shown.simulation;
    format!(
        "{} to {}, a run every {}: {} runs over {}",
        instant(simulation.from),
        instant(simulation.to),
        every(shown.clock.every),
        simulation.runs,
        shown.over
    )
}

/// `6 hours`, `day`
pub(super) fn every(seconds: i64) -> String {
    let text = written::duration(seconds * SECOND);
    text.strip_prefix("1 ").map(str::to_owned).unwrap_or(text)
}

/// What should be known of it.
pub(super) fn notes(shown: &Shown<'_>, totals: &Totals) -> Vec<String> {
    let mut notes = Vec::new();
    for of in &totals.sequences {
        let sequence = shown.program.sequence(of.id);
        // Where a run over empty tables goes before, every row is a new one.
        let is_first = !shown.args.newcomers && shown.args.test.is_none();
        if of.backlog > 0 && is_first {
            notes.push(format!(
                "`{}` has `start new`: {} in its base in the first run never entered it, as in a first run on a target; \
                 `--newcomers` takes all rows as new ones",
                sequence.name,
                crate::run::outcome::counted(of.backlog, "row") + if of.backlog == 1 { " that was" } else { " that were" }
            ));
        }
        for (at, (step, unsent)) in sequence.steps.iter().zip(&of.unsent).enumerate() {
            let is_sent = shown.program.streams.iter().any(|it| (it.sequence, it.step) == (of.id, at));
            if *unsent > 0 && is_sent {
                let firings = crate::run::outcome::counted(*unsent, "firing");
                let (were, their) = if *unsent == 1 { ("was", "its") } else { ("were", "their") };
                notes.push(format!(
                    "{firings} of `{}.{}` {were} never sent: a policy, or the `where` of the sync, held back what it makes until {their} entry closed",
                    sequence.name, step.name
                ));
            }
        }
        if let Some((key, times)) = of.most.as_ref().filter(|(_, times)| *times > MANY) {
            notes.push(format!(
                "rows enter `{}` again and again, `{key}` {times} times; `plgc simulate --member '{key}'` shows what leads it there",
                sequence.name
            ));
        }
    }
    notes
}

fn sequence(shown: &Shown<'_>, of: &OfSequence, policies: &[OfPolicy], out: &mut String) {
    let sequence = shown.program.sequence(of.id);
    let entity = &shown.program.entity(sequence.entity).name;
    out.push_str(&format!("\nsequence {} of {entity}\n", sequence.name));
    let causes: Vec<String> = of.all.exited.iter().map(|(cause, times)| format!("{cause} {times}")).collect();
    let exited: u64 = of.all.exited.values().sum();
    let causes = if causes.is_empty() { String::new() } else { format!(" ({})", causes.join(", ")) };
    let rows = if of.rows == of.all.entered { String::new() } else { format!(" (of {} rows)", of.rows) };
    let held = if of.held > 0 { format!(" ({} held)", of.held) } else { String::new() };
    out.push_str(&format!(
        "  entered {}{rows}, exited {exited}{causes}, open in the end {}{held}\n",
        of.all.entered, of.open
    ));
    if of.all.entered == 0 && of.days.is_empty() {
        return;
    }
    let mut lines = vec![["step", "fired", "sent", "held back", "expired", "waiting"].map(str::to_owned).to_vec()];
    for (at, step) in sequence.steps.iter().enumerate() {
        let (Some(counts), Some(waiting)) = (of.all.steps.get(at), of.waiting.get(at)) else { continue };
        let where_ = |is: bool, count: u64| if is { count.to_string() } else { "-".to_owned() };
        lines.push(vec![
            step.name.clone(),
            counts.fired.to_string(),
            where_(shown.program.streams.iter().any(|it| (it.sequence, it.step) == (of.id, at)), counts.sent),
            where_(step.via.is_some(), counts.held_back),
            where_(step.expired.is_some(), counts.expired),
            waiting.to_string(),
        ]);
    }
    table(&lines, 2, out);
    for (branch, arms) in sequence.branches.iter().zip(&of.all.branches) {
        let decided: u64 = arms.values().sum();
        let arms: Vec<String> =
            arms.iter().map(|(arm, times)| format!("{} {times}", arm.as_deref().unwrap_or("none"))).collect();
        let arms = if arms.is_empty() { String::new() } else { format!(": {}", arms.join(", ")) };
        out.push_str(&format!("  branch {} decided {decided}{arms}\n", branch.name));
    }
    let own = policies.iter().filter(|it| it.node.sequence() == Some(of.id));
    own.for_each(|it| out.push_str(&format!("  {}\n", withheld::total(shown, it))));
    by_day(sequence, of, out);
}

/// What is counted on a day, by the name of its column.
type Column = (String, Box<dyn Fn(&Counts) -> u64>);

/// A line for each day on which something happened; what never happened has no column.
fn by_day(sequence: &Sequence, of: &OfSequence, out: &mut String) {
    let mut columns: Vec<Column> = vec![("entered".to_owned(), Box::new(|it| it.entered))];
    for (at, step) in sequence.steps.iter().enumerate() {
        columns.push((step.name.clone(), Box::new(move |it| it.steps.get(at).map_or(0, |step| step.fired))));
    }
    columns.push(("held".to_owned(), Box::new(|it| it.held)));
    columns.push(("held back".to_owned(), Box::new(|it| it.steps.iter().map(|step| step.held_back).sum())));
    columns.push(("expired".to_owned(), Box::new(|it| it.steps.iter().map(|step| step.expired).sum())));
    columns.push(("exited".to_owned(), Box::new(|it| it.exited.values().sum())));
    columns.retain(|(_, count)| count(&of.all) > 0);
    if columns.is_empty() {
        return;
    }
    let head = std::iter::once("by day").chain(columns.iter().map(|(name, _)| name.as_str()));
    let mut lines = vec![head.map(str::to_owned).collect::<Vec<_>>()];
    for (day, counts) in &of.days {
        let numbers: Vec<u64> = columns.iter().map(|(_, count)| count(counts)).collect();
        if numbers.iter().any(|number| *number > 0) {
            let numbers = numbers.iter().map(|number| if *number == 0 { "·".to_owned() } else { number.to_string() });
            lines.push(std::iter::once(date(*day)).chain(numbers).collect());
        }
    }
    table(&lines, 2, out);
}

/// The day of an instant, in UTC.
pub(super) fn date(seconds: i64) -> String {
    instant(seconds).chars().take(10).collect()
}

fn audiences(shown: &Shown<'_>, totals: &Totals, out: &mut String) {
    let mut lines = vec![["audience", "at start", "joined", "left", "at end"].map(str::to_owned).to_vec()];
    for of in &totals.fields {
        let FieldKind::Audience { .. } = shown.program.field(of.id).kind else { continue };
        let members = |rows: &BTreeMap<String, u64>| rows.get("true").copied().unwrap_or(0).to_string();
        let moved = |to: &str| {
            let own = of.moves.iter().filter(|((_, became), _)| became.as_deref() == Some(to));
            own.map(|(_, times)| times).sum::<u64>().to_string()
        };
        let name = Node::Field(of.id).name(shown.program);
        lines.push(vec![name, members(&of.at_start), moved("true"), moved("false"), members(&of.at_end)]);
    }
    if lines.len() > 1 {
        out.push('\n');
        table(&lines, 0, out);
    }
}

/// The stages of a status, or the arms of an experiment, in declared order; and which stages followed each other.
fn values(shown: &Shown<'_>, of: &OfField, out: &mut String) {
    let field = shown.program.field(of.id);
    let name = Node::Field(of.id).name(shown.program);
    let mut lines = vec![vec![name, "at start".to_owned(), "at end".to_owned()]];
    let crate::types::Type::Enum(values) = &field.typed.kind else { return };
    for value in values {
        let rows = |rows: &BTreeMap<String, u64>| rows.get(value).copied().unwrap_or(0).to_string();
        lines.push(vec![format!("  {value}"), rows(&of.at_start), rows(&of.at_end)]);
    }
    out.push('\n');
    table(&lines, 0, out);
    for ((was, became), times) in &of.moves {
        if let (FieldKind::Status { .. }, Some(was)) = (&field.kind, was) {
            out.push_str(&format!("  {was} -> {}  {times}\n", became.as_deref().unwrap_or("(gone)")));
        }
    }
}

/// Lines of cells: the first one flush left, numbers flush right.
fn table(lines: &[Vec<String>], indent: usize, out: &mut String) {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|at| width(at).unwrap_or(0)).collect();
    for line in lines {
        let cells = line.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
            let blanks = " ".repeat(width.saturating_sub(cell.chars().count()));
            if at == 0 { format!("{cell}{blanks}") } else { format!("{blanks}{cell}") }
        });
        let text = cells.collect::<Vec<_>>().join("  ");
        out.push_str(&format!("{}{}\n", " ".repeat(indent), text.trim_end()));
    }
}
