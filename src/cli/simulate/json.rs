//! Takes what happened in a simulation, gives it as one JSON document: the numbers, or with `--member` what happened to one row. Its keys
//! are in docs/simulate.md.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::report::{date, notes};
use super::timeline::{self, instant, reason};
use super::{Shown, withheld};
use crate::program::{FieldKind, Sequence};
use crate::simulate::totals::{Counts, OfField, OfPolicy, OfSequence, totals};
use crate::simulate::{Happening, Node, Over, What};

/// The document.
pub(super) fn document(shown: &Shown<'_>) -> String {
    let simulation = shown.simulation;
    let mut all = json!({
        "from": instant(simulation.from),
        "to": instant(simulation.to),
        "every_seconds": shown.clock.every,
        "runs": simulation.runs,
        "over": shown.over,
    });
    let rest = match &shown.args.member {
        Some(key) => of_member(shown, key),
        None => of_all(shown),
    };
    if let (Some(all), Json::Object(rest)) = (all.as_object_mut(), rest) {
        all.extend(rest);
    }
    format!("{all:#}\n")
}

fn of_all(shown: &Shown<'_>) -> Json {
    let totals = totals(shown.program, shown.simulation, &|node| shown.wanted.has(node));
    let sequences: Vec<Json> = totals.sequences.iter().map(|of| of_sequence(shown, of)).collect();
    let mut fields: BTreeMap<&str, Vec<Json>> =
        ["audiences", "statuses", "experiments"].into_iter().map(|kind| (kind, Vec::new())).collect();
    for of in &totals.fields {
        let kind = match shown.program.field(of.id).kind {
            FieldKind::Audience { .. } => "audiences",
            FieldKind::Status { .. } => "statuses",
            FieldKind::Experiment(..) => "experiments",
            FieldKind::Trait(_) | FieldKind::Sequence(..) => continue,
        };
        fields.entry(kind).or_default().push(of_field(shown, of));
    }
    let mut all = json!(fields);
    if let Some(all) = all.as_object_mut() {
        all.insert("sequences".to_owned(), sequences.into());
        all.insert("notes".to_owned(), notes(shown, &totals).into());
        let policies: Vec<Json> = totals.policies.iter().map(|of| of_policy(shown, of)).collect();
        all.insert("policies".to_owned(), policies.into());
    }
    all
}

fn of_policy(shown: &Shown<'_>, of: &OfPolicy) -> Json {
    json!({
        "policy": shown.program.policy(of.policy).name,
        "sync": of.sync,
        "step": of.node.sequence().map(|_| of.node.name(shown.program)),
        "withheld": of.withheld,
        "sent": of.sent,
        "waiting_at_end": of.waiting,
    })
}

fn of_sequence(shown: &Shown<'_>, of: &OfSequence) -> Json {
    let sequence = shown.program.sequence(of.id);
    let days = of.days.iter().map(|(day, counts)| {
        let mut all = of_counts(sequence, counts);
        all.insert("day".to_owned(), date(*day).into());
        Json::Object(all)
    });
    let mut all = of_counts(sequence, &of.all);
    let waiting: BTreeMap<&String, u64> =
        sequence.steps.iter().zip(&of.waiting).map(|(step, waiting)| (&step.name, *waiting)).collect();
    for (key, value) in [
        ("name", json!(sequence.name)),
        ("entity", json!(shown.program.entity(sequence.entity).name)),
        ("rows", json!(of.rows)),
        ("most_entries", json!(of.most.as_ref().map(|(key, times)| json!({ "key": key, "entries": times })))),
        ("open_at_end", json!(of.open)),
        ("held_at_end", json!(of.held)),
        ("waiting_at_end", json!(waiting)),
        ("days", Json::Array(days.collect())),
    ] {
        all.insert(key.to_owned(), value);
    }
    Json::Object(all)
}

fn of_counts(sequence: &Sequence, counts: &Counts) -> Map<String, Json> {
    let steps = sequence.steps.iter().zip(&counts.steps).map(|(step, it)| {
        let value = json!({ "fired": it.fired, "sent": it.sent, "held_back": it.held_back, "expired": it.expired });
        (step.name.clone(), value)
    });
    let branches = sequence.branches.iter().zip(&counts.branches).map(|(branch, arms)| {
        let arms = arms.iter().map(|(arm, times)| (arm.clone().unwrap_or_else(|| "none".to_owned()), json!(times)));
        (branch.name.clone(), Json::Object(arms.collect()))
    });
    let all = [
        ("entered", json!(counts.entered)),
        ("exited", json!(counts.exited)),
        ("held", json!(counts.held)),
        ("steps", Json::Object(steps.collect())),
        ("branches", Json::Object(branches.collect())),
    ];
    all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn of_field(shown: &Shown<'_>, of: &OfField) -> Json {
    let field = shown.program.field(of.id);
    let times = |from: &str, to: &str| {
        let moved = (Some(from.to_owned()), Some(to.to_owned()));
        of.moves.get(&moved).copied().unwrap_or(0)
    };
    let name = Node::Field(of.id).name(shown.program);
    match &field.kind {
        FieldKind::Audience { .. } => {
            let rows = |rows: &BTreeMap<String, u64>| rows.get("true").copied().unwrap_or(0);
            json!({
                "name": name,
                "at_start": rows(&of.at_start),
                "joined": times("false", "true"),
                "left": times("true", "false"),
                "at_end": rows(&of.at_end),
            })
        }
        FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Trait(_) | FieldKind::Sequence(..) => {
            let moves =
                of.moves.iter().map(|((was, became), times)| json!({ "from": was, "to": became, "rows": times }));
            json!({ "name": name, "at_start": of.at_start, "at_end": of.at_end, "moves": moves.collect::<Vec<_>>() })
        }
    }
}

fn of_member(shown: &Shown<'_>, key: &str) -> Json {
    let happened: Vec<Json> = timeline::of(shown, key).map(|it| of_happening(shown, it)).collect();
    let open = timeline::open(shown, key).map(|it| {
        let sequence = shown.program.sequence(it.sequence);
        let waiting: Vec<&str> =
            it.waiting.iter().filter_map(|at| sequence.steps.get(*at)).map(|step| step.name.as_str()).collect();
        json!({ "sequence": sequence.name, "entry": it.entry, "held": it.held, "waiting": waiting })
    });
    let withheld = withheld::of(shown, key).map(|it| {
        let policy = &shown.program.policy(it.policy).name;
        let of = it.node.name(shown.program);
        let entry = it.node.sequence().map(|_| it.entry);
        json!({ "of": of, "entry": entry, "sync": it.sync, "policy": policy })
    });
    json!({
        "member": key,
        "happened": happened,
        "open_at_end": open.collect::<Vec<_>>(),
        "withheld_at_end": withheld.collect::<Vec<_>>(),
    })
}

fn of_happening(shown: &Shown<'_>, it: &Happening) -> Json {
    let mut said = Map::new();
    let mut say = |key: &str, value: Json| drop(said.insert(key.to_owned(), value));
    say("at", instant(it.at).into());
    say("of", it.node.name(shown.program).into());
    if it.node.sequence().is_some() {
        say("entry", it.entry.into());
    }
    let what = match &it.what {
        What::Left => "left",
        What::Joined => "joined",
        What::Moved { was, became } => {
            say("was", json!(was));
            say("became", json!(became));
            "moved"
        }
        What::Enrolled(arm) => {
            say("arm", json!(arm));
            "enrolled"
        }
        What::Exited { cause, done } => {
            say("cause", json!(cause));
            say("done", json!(done));
            "exited"
        }
        What::Entered => "entered",
        What::Held => "held",
        What::Released => "released",
        What::Decided(arm) => {
            say("arm", json!(arm));
            "decided"
        }
        What::Fired => "fired",
        What::HeldBack => "held_back",
        What::Expired => "expired",
        What::Withheld { sync, policy, .. } => {
            say("sync", json!(sync));
            say("policy", json!(shown.program.policy(*policy).name));
            "withheld"
        }
        What::Freed { sync, policy, over } => {
            say("sync", json!(sync));
            say("policy", json!(shown.program.policy(*policy).name));
            match over {
                Over::Passed => "freed",
                Over::Expired | Over::Closed => "never_sent",
            }
        }
        What::Sent(_) => "sent",
    };
    say("what", what.into());
    if let Some(reason) = reason(shown, it) {
        say("reason", reason.into());
    }
    Json::Object(said)
}
