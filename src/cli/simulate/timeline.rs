//! Takes what happened to one row, gives it in order for people: when it entered what, what it got, what kept it waiting, why it left, and
//! in what it still is.

use super::{Shown, withheld};
use crate::engine::value::instant_text;
use crate::program::{FieldKind, SequenceId};
use crate::simulate::{Happening, Node, Open, What};

/// An instant as a program writes it.
pub(super) fn instant(seconds: i64) -> String {
    let text = instant_text(seconds).replacen(' ', "T", 1);
    format!("{}Z", text.strip_suffix(":00").unwrap_or(&text))
}

/// What happened to a row.
pub(super) fn of<'a>(shown: &'a Shown<'_>, key: &'a str) -> impl Iterator<Item = &'a Happening> {
    shown.simulation.happenings.iter().filter(move |it| it.key == key && shown.wanted.has(it.node))
}

/// The entries of a row that are open in the end.
pub(super) fn open<'a>(shown: &'a Shown<'_>, key: &'a str) -> impl Iterator<Item = &'a Open> {
    let is_it = move |it: &&Open| it.key == key && shown.wanted.has(Node::Sequence(it.sequence));
    shown.simulation.open.iter().filter(is_it)
}

/// For people.
pub(super) fn text(shown: &Shown<'_>, key: &str) -> String {
    let mut out = format!("{key}: {}\n", super::report::heading(shown));
    let (mut last, mut nothing) = (None, true);
    for it in of(shown, key) {
        let at = if last == Some(it.at) { String::new() } else { instant(it.at) };
        out.push_str(&format!("{at:17}  {}\n", said(shown, it)));
        (last, nothing) = (Some(it.at), false);
    }
    if nothing {
        out.push_str("nothing happens to it\n");
    }
    for it in open(shown, key) {
        let sequence = shown.program.sequence(it.sequence);
        let steps = it.waiting.iter().filter_map(|at| sequence.steps.get(*at)).map(|step| step.name.as_str());
        let steps: Vec<&str> = steps.collect();
        let waits = if steps.is_empty() {
            "all its steps are over".to_owned()
        } else {
            format!("waits for {}", steps.join(", "))
        };
        let held = if it.held { ", held" } else { "" };
        out.push_str(&format!("in the end: {}, entry {}, is open{held}: {waits}\n", sequence.name, it.entry));
    }
    for it in withheld::of(shown, key) {
        out.push_str(&format!("in the end: {}\n", withheld::text(shown, it)));
    }
    out
}

/// What happened, in words.
fn said(shown: &Shown<'_>, it: &Happening) -> String {
    let name = it.node.name(shown.program);
    let reason = reason(shown, it).map(|reason| format!(": {reason}")).unwrap_or_default();
    match &it.what {
        What::Joined => format!("joined {name}"),
        What::Left => format!("left {name}"),
        What::Moved { was: Some(was), became } => {
            format!("{name}: {was} -> {}", became.as_deref().unwrap_or("(gone)"))
        }
        What::Moved { was: None, became } => format!("{name}: {}", became.as_deref().unwrap_or("(gone)")),
        What::Enrolled(arm) => format!("{name}: {arm}"),
        What::Entered => format!("{name} entered, entry {}", it.entry),
        What::Exited { .. } => format!("{name} exited, entry {}{reason}", it.entry),
        What::Held => format!("{name} held{reason}"),
        What::Released => format!("{name} no longer held"),
        What::Decided(arm) => format!("{name}: {}", arm.as_deref().unwrap_or("no arm")),
        What::Fired => format!("{name} fired"),
        What::HeldBack => format!("{name} held back{reason}"),
        What::Expired => format!("{name} expired{reason}"),
        What::Withheld { .. } if it.node.sequence().is_none() => format!("sync {name} waits{reason}"),
        What::Withheld { .. } => format!("{name} not sent{reason}"),
        What::Freed { policy, over, .. } => withheld::freed(shown, it.node, (*policy, *over)),
        What::Sent(_) => format!("{name} sent{reason}"),
    }
}

/// Why it happened, as far as the program says it in one place.
pub(super) fn reason(shown: &Shown<'_>, it: &Happening) -> Option<String> {
    if let What::Withheld { sync, policy, because } = &it.what {
        return Some(withheld::reason(shown, it.node, (sync, *policy, because)));
    }
    let id = it.node.sequence()?;
    let sequence = shown.program.sequence(id);
    let written = |expr: &crate::program::Expr| shown.project.sources.on_one_line(expr.span);
    let step = match it.node {
        Node::Step(_, at) => sequence.steps.get(at),
        Node::Field(_) | Node::Sequence(_) | Node::Branch(..) | Node::Sync(_) => None,
    };
    match &it.what {
        What::Exited { cause, done } => Some(match cause.as_str() {
            "left" => left(shown, id),
            "exit" => {
                let exit = sequence.exit.as_ref().map(written).unwrap_or_default();
                let done = if *done && exit != "done" { "; it was done" } else { "" };
                format!("exit when {exit}{done}")
            }
            _ => "the row is no more".to_owned(),
        }),
        What::Held => sequence.hold.as_ref().map(|hold| format!("hold when {}", written(hold))),
        What::Expired => step?.until.as_ref().map(|until| format!("until {}", written(until))),
        What::HeldBack => {
            let channel = shown.program.channel(step?.via.as_ref()?.channel);
            Some(format!("channel {} lets {} per {}", channel.name, channel.count, written(&channel.per)))
        }
        What::Sent(sync) => Some(format!("sync {sync}")),
        What::Left
        | What::Joined
        | What::Moved { .. }
        | What::Enrolled(_)
        | What::Entered
        | What::Released
        | What::Decided(_)
        | What::Fired
        | What::Withheld { .. }
        | What::Freed { .. } => None,
    }
}

/// That a row left the base of a sequence.
fn left(shown: &Shown<'_>, id: SequenceId) -> String {
    let base = shown.program.field(shown.program.sequence(id).base);
    match base.kind {
        FieldKind::Audience { .. } if !base.hidden => format!("left {}", base.name),
        FieldKind::Audience { .. }
        | FieldKind::Trait(_)
        | FieldKind::Status { .. }
        | FieldKind::Experiment(..)
        | FieldKind::Sequence(..) => "left its base".to_owned(),
    }
}
