//! Takes what policies held back in a simulation, gives it in words: of one row which policy, why, and what became of it; of all rows
//! how many waited, and how many of them were sent.

use super::Shown;
use crate::program::{FieldId, FieldKind, LinkId, PolicyId};
use crate::run::outcome::counted;
use crate::simulate::totals::OfPolicy;
use crate::simulate::{Node, Over, Waiting};

/// What of a row waits in the end.
pub(super) fn of<'a>(shown: &'a Shown<'_>, key: &'a str) -> impl Iterator<Item = &'a Waiting> {
    shown.simulation.waiting.iter().filter(move |it| it.key == key && shown.wanted.has(it.node))
}

/// What waits, and for what.
pub(super) fn text(shown: &Shown<'_>, it: &Waiting) -> String {
    let (name, reason) = (it.node.name(shown.program), reason(shown, it.node, (&it.sync, it.policy, &[])));
    match it.node.sequence() {
        Some(_) => format!("{name}, entry {}, is not sent: {reason}", it.entry),
        None => format!("sync {name} waits: {reason}"),
    }
}

/// `policy hands_off, sales_engaged or excluded: it is excluded`
pub(super) fn reason(shown: &Shown<'_>, node: Node, (sync, policy, because): (&str, PolicyId, &[FieldId])) -> String {
    let program = shown.program;
    let links = |path: &[LinkId]| path.iter().map(|id| program.link(*id).name.as_str()).collect::<Vec<_>>().join(".");
    let heeded = program.all_syncs().into_iter().find(|it| it.name == sync).map(|it| it.policies).unwrap_or_default();
    let path = heeded.iter().find(|it| it.policy == policy).map(|it| links(&it.path)).unwrap_or_default();
    let policy = program.policy(policy);
    let of = if path.is_empty() { String::new() } else { format!(" of {path}") };
    let condition = match &program.field(policy.forbids).kind {
        FieldKind::Trait(condition) => shown.project.sources.on_one_line(condition.span),
        FieldKind::Audience { .. } | FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) => {
            String::new()
        }
    };
    let because: Vec<String> = because.iter().map(|id| program.field(*id).spoken()).collect();
    let because = if because.is_empty() { String::new() } else { format!(", here {}", because.join(" and ")) };
    let by = if node.sequence().is_some() { format!("sync {sync}, ") } else { String::new() };
    format!("{by}policy {}{of} forbids it where {condition}{because}", policy.name)
}

/// That something waits no longer, and was not sent.
pub(super) fn freed(shown: &Shown<'_>, node: Node, (policy, over): (PolicyId, Over)) -> String {
    let (name, policy) = (node.name(shown.program), &shown.program.policy(policy).name);
    match (over, node.sequence()) {
        (Over::Closed, _) => format!("{name} is never sent: its entry has closed while policy {policy} held it back"),
        (Over::Expired, _) => format!("{name} is never sent: it has expired while policy {policy} held it back"),
        (Over::Passed, Some(_)) => format!("{name} no longer waits for policy {policy}"),
        (Over::Passed, None) => format!("sync {name} no longer waits for policy {policy}"),
    }
}

/// How many firings of a step, or rows, waited, and what became of them.
pub(super) fn total(shown: &Shown<'_>, of: &OfPolicy) -> String {
    let policy = &shown.program.policy(of.policy).name;
    let held = format!("policy {policy} held back");
    let Some(sent) = of.sent else {
        return format!("{held} {}, {} in the end", counted(of.withheld, "row"), of.waiting);
    };
    let never = of.withheld.saturating_sub(sent + of.waiting);
    let (name, sync) = (of.node.name(shown.program), &of.sync);
    format!(
        "{held} {} of {name} from sync {sync}: sent later {sent}, never {never}, waiting in the end {}",
        counted(of.withheld, "firing"),
        of.waiting
    )
}
