//! Takes a checked program, gives what each policy means for each sync that goes to one of its destinations: whether it holds
//! already, is asked when rows are sent, or does not hold, and why.

use serde::Serialize;

use crate::manifest::{Heeded, Standing};
use crate::plan::sync::heeded;
use crate::program::{PolicyId, Program};

/// A policy, with the syncs that it concerns.
#[derive(Debug, Serialize)]
pub struct Policy {
    policy: String,
    entity: String,
    destinations: Vec<String>,
    syncs: Vec<Concerned>,
}

#[derive(Debug, Serialize)]
struct Concerned {
    sync: String,
    /// `crm.contacts`
    to: String,
    standing: Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
}

/// Every policy, by name.
pub fn of(program: &Program) -> Vec<Policy> {
    let destination = |id| program.destination(id).name.clone();
    let syncs = program.all_syncs();
    let all = (0..).map(PolicyId).zip(&program.policies);
    let one = |(id, policy): (PolicyId, &crate::program::Policy)| {
        let concerned = syncs.iter().filter_map(|sync| {
            let Heeded { standing, because, .. } = heeded(program, sync.policies.iter().find(|it| it.policy == id)?);
            let to = format!("{}.{}", destination(sync.destination), sync.object);
            Some(Concerned { sync: sync.name.clone(), to, standing, because })
        });
        Policy {
            policy: policy.name.clone(),
            entity: program.entity(policy.entity).name.clone(),
            destinations: policy.destinations.iter().map(|id| destination(*id)).collect(),
            syncs: concerned.collect(),
        }
    };
    all.map(one).collect()
}

/// The policies for people: a line for each sync.
pub fn text(policies: &[Policy]) -> String {
    let mut out = String::new();
    for Policy { policy, entity, destinations, syncs } in policies {
        out.push_str(&format!("\npolicy {policy} of {entity}: never to {}\n", destinations.join(", ")));
        let label = |it: &Concerned| format!("{} -> {}", it.sync, it.to);
        let width = syncs.iter().map(|it| label(it).chars().count()).max().unwrap_or(0);
        for it in syncs {
            let why = match (it.standing, &it.because) {
                (Standing::Exempt, Some(because)) => format!(": {because}"),
                (Standing::Proved, _) => ": it sends no such row".to_owned(),
                (Standing::Gated, _) => ": each row is asked when it is sent".to_owned(),
                (Standing::Unknown, _) => ": raw SQL is in the way; each row is asked when it is sent".to_owned(),
                (Standing::Exempt, None) => String::new(),
            };
            out.push_str(&format!("  {:width$}  {}{why}\n", label(it), it.standing.word()));
        }
    }
    out
}
