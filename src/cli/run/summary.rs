//! Takes what a run did, gives what a growth engineer wants to know of it: who entered and left, which stages changed,
//! what each sync sent, and what was refused in the destination's own words.

use std::collections::BTreeMap;

use crate::run::Outcome;
use crate::run::outcome::{Change, Moves, SyncOutcome, counted, visible};

/// The whole summary.
pub(super) fn text(outcome: &Outcome, deliver: bool) -> String {
    let mut out = String::new();
    if let Some(resumed) = &outcome.resumed {
        out.push_str("an interrupted run was finished first:\n\n");
        out.push_str(&text(resumed, deliver));
        out.push('\n');
    }
    let first = if outcome.parent.is_none() { ", the first" } else { "" };
    out.push_str(&format!("run {} as of {} UTC{first}\n", outcome.run, outcome.now));
    if !outcome.built {
        out.push_str("this instant was built before; only deliveries went on\n");
    }
    audiences(&outcome.changes, &mut out);
    stages(&outcome.changes, &mut out);
    for moves in &outcome.moves {
        forbidden(moves, &mut out);
    }
    syncs(&outcome.syncs, deliver, &mut out);
    for notice in &outcome.notices {
        out.push_str(&format!("\nnote: {notice}\n"));
    }
    out
}

fn audiences(changes: &[Change], out: &mut String) {
    let mut moved: BTreeMap<&str, [Option<&Change>; 2]> = BTreeMap::new();
    for change in changes.iter().filter(|change| is_member(change)) {
        let [entered, left] = moved.entry(&change.field).or_default();
        *(if change.became.as_deref() == Some("true") { entered } else { left }) = Some(change);
    }
    if moved.is_empty() {
        return;
    }
    let width = moved.keys().map(|name| name.chars().count()).max().unwrap_or(0).max(9);
    out.push_str(&format!("\n{:width$}  {:>8}  {:>8}\n", "audiences", "entered", "left"));
    for (name, sides) in moved {
        let [entered, left] = sides.map(|change| change.map_or(0, |change| change.rows));
        out.push_str(&format!("{name:width$}  {entered:>8}  {left:>8}\n"));
        for (word, change) in ["entered", "left"].into_iter().zip(sides) {
            if let Some(change) = change {
                out.push_str(&format!("  {word}: {}\n", sample(change)));
            }
        }
    }
}

fn stages(changes: &[Change], out: &mut String) {
    let rows: Vec<(&Change, String)> =
        changes.iter().filter(|change| !is_member(change)).map(|change| (change, step(change))).collect();
    if rows.is_empty() {
        return;
    }
    let field = rows.iter().map(|(change, _)| change.field.chars().count()).max().unwrap_or(0).max(8);
    let step = rows.iter().map(|(_, step)| step.chars().count()).max().unwrap_or(0).max(6);
    out.push_str(&format!("\n{:field$}  {:step$}  {:>8}\n", "statuses", "change", "rows"));
    for (change, steps) in &rows {
        out.push_str(&format!("{:field$}  {steps:step$}  {:>8}  {}\n", change.field, change.rows, sample(change)));
    }
}

fn step(change: &Change) -> String {
    match (change.was.as_deref(), change.became.as_deref()) {
        (None, became) => format!("-> {}", became.unwrap_or("(none)")),
        (Some(was), became) => format!("{was} -> {}", became.unwrap_or("(gone)")),
    }
}

/// The first keys, and how many more there are.
fn sample(change: &Change) -> String {
    sampled(&change.keys, change.rows)
}

fn sampled(keys: &[String], rows: u64) -> String {
    let more = rows.saturating_sub(keys.len() as u64);
    let keys: Vec<&str> = keys.iter().map(|key| visible(key)).collect();
    let keys = keys.join(", ");
    if more == 0 { keys } else { format!("{keys} and {more} more") }
}

fn forbidden(moves: &Moves, out: &mut String) {
    out.push_str(&format!("\n{}: moves that the status does not allow\n", moves.status));
    for row in &moves.rows.rows {
        let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().map_or("null", visible)).collect();
        if let [key, was, became] = cells.as_slice() {
            out.push_str(&format!("  {key}: {was} -> {became}\n"));
        }
    }
}

fn syncs(syncs: &[SyncOutcome], deliver: bool, out: &mut String) {
    if syncs.is_empty() {
        return;
    }
    let label = |sync: &SyncOutcome| format!("{} -> {}", sync.name, sync.to);
    let width = syncs.iter().map(|sync| label(sync).chars().count()).max().unwrap_or(0).max(5);
    let heading = if deliver { "syncs" } else { "syncs (nothing was sent: `--hold`, or `deliver` is not true)" };
    let columns = ["created", "updated", "removed", "rejected"].map(|word| format!("{word:>8}")).join("  ");
    if deliver {
        out.push_str(&format!("\n{heading:width$}  {columns}\n"));
    } else {
        out.push_str(&format!("\n{heading}\n{:width$}  {columns}\n", ""));
    }
    for sync in syncs {
        let counts = [sync.created, sync.updated, sync.removed, sync.rejected].map(|n| format!("{n:>8}")).join("  ");
        out.push_str(&format!("{:width$}  {counts}\n", label(sync)));
        for (reason, rows) in &sync.reasons {
            out.push_str(&format!("  {rows} refused: {reason}\n"));
        }
        for gated in &sync.gated {
            let keys = sampled(&gated.keys, gated.rows);
            out.push_str(&format!("  {} gated by {}: {keys}\n", gated.rows, gated.policy));
        }
        if sync.skipped > 0 {
            out.push_str(&format!("  {} left out: the sync neither creates nor updates them\n", sync.skipped));
        }
        if let Some(reason) = &sync.held {
            out.push_str(&format!("  held: {reason}\n"));
        }
    }
}

/// Which syncs were held, or had rows refused, and why.
pub(super) fn undelivered(outcome: &Outcome) -> String {
    let resumed = outcome.resumed.iter().flat_map(|resumed| &resumed.syncs);
    let said = resumed.chain(&outcome.syncs).flat_map(|sync| {
        let held = sync.held.as_ref().map(|why| format!("sync `{}` is held: {why}", sync.name));
        let first = sync.reasons.first().map(|(reason, _)| format!(", first because {reason}")).unwrap_or_default();
        let refused =
            format!("{} of sync `{}` {} refused{first}", counted(sync.rejected, "row"), sync.name, was(sync.rejected));
        held.into_iter().chain((sync.rejected > 0).then_some(refused))
    });
    said.collect::<Vec<_>>().join("; ")
}

const fn was(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

fn is_member(change: &Change) -> bool {
    [&change.was, &change.became].into_iter().flatten().all(|value| value == "true" || value == "false")
}
