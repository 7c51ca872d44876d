//! Takes what a run did, gives what a growth engineer wants to know of it: who entered and left, which stages changed,
//! what each sync sent, and what was refused in the destination's own words.

use std::collections::BTreeMap;

use crate::run::Outcome;
use crate::run::outcome::{Change, Moves, SyncOutcome};

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
    let mut moved: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for change in changes.iter().filter(|change| is_member(change)) {
        let (entered, left) = moved.entry(&change.field).or_default();
        if change.became.as_deref() == Some("true") {
            *entered += change.rows;
        } else {
            *left += change.rows;
        }
    }
    if moved.is_empty() {
        return;
    }
    let width = moved.keys().map(|name| name.chars().count()).max().unwrap_or(0).max(9);
    out.push_str(&format!("\n{:width$}  {:>8}  {:>8}\n", "audiences", "entered", "left"));
    for (name, (entered, left)) in moved {
        out.push_str(&format!("{name:width$}  {entered:>8}  {left:>8}\n"));
    }
}

fn stages(changes: &[Change], out: &mut String) {
    let rows: Vec<(String, String, u64)> = changes
        .iter()
        .filter(|change| !is_member(change))
        .map(|change| {
            let (was, became) = (change.was.as_deref(), change.became.as_deref());
            let step = match (was, became) {
                (None, Some(became)) => format!("-> {became}"),
                (Some(was), None) => format!("{was} -> (gone)"),
                (was, became) => format!("{} -> {}", was.unwrap_or("?"), became.unwrap_or("?")),
            };
            (change.field.clone(), step, change.rows)
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    let width =
        |of: fn(&(String, String, u64)) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (field, step) = (width(|row| &row.0).max(8), width(|row| &row.1).max(6));
    out.push_str(&format!("\n{:field$}  {:step$}  {:>8}\n", "statuses", "change", "rows"));
    for (name, change, rows) in &rows {
        out.push_str(&format!("{name:field$}  {change:step$}  {rows:>8}\n"));
    }
}

fn forbidden(moves: &Moves, out: &mut String) {
    out.push_str(&format!("\n{}: moves that the status does not allow\n", moves.status));
    for row in &moves.rows.rows {
        let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("null")).collect();
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
    let heading = if deliver { "syncs" } else { "syncs (nothing was sent: `deliver` is not true)" };
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
        if sync.skipped > 0 {
            out.push_str(&format!("  {} left out: the sync neither creates nor updates them\n", sync.skipped));
        }
        if let Some(reason) = &sync.held {
            out.push_str(&format!("  held: {reason}\n"));
        }
    }
}

fn is_member(change: &Change) -> bool {
    [&change.was, &change.became].into_iter().flatten().all(|value| value == "true" || value == "false")
}
