//! Why a sync sends a row, or not: what it asks of it, what it has fired, and each policy of its destination with the row's values.
//! Takes what is wanted as the run finds it; what a destination has accepted of firings is given.

use super::{About, DEEPEST, Node, Why, explain, said};
use crate::eval::{Stop, Value};
use crate::program::{
    Expr, ExprKind, FieldId, FieldKind, Heeded, LinkId, Op, PolicyId, Program, SequencePart, Standing, Stream, Sync,
};
use crate::test::compare::shown;
use crate::types::Type;

/// Explains what a policy says of a row.
///
/// # Errors
/// Where a value does not fit into its type.
pub fn explain_policy(about: About<'_>, id: PolicyId, key: &str) -> Result<Why, Stop> {
    let policy = about.program.policy(id);
    let mut why = explain(about, policy.forbids, key)?;
    let to: Vec<&str> = policy.destinations.iter().map(|id| about.program.destination(*id).name.as_str()).collect();
    let may = if why.value == "true" { "nothing of it goes to" } else { "it may go to" };
    why.field = format!("policy {}", policy.name);
    why.value = format!("{}: {may} {}", why.value, to.join(", "));
    for sync in about.program.all_syncs() {
        let heeded = sync.policies.iter().find(|it| it.policy == id);
        why.syncs.extend(heeded.map(|it| said(&format!("{}: {}", head(about.program, &sync), standing(it)), None)));
    }
    Ok(why)
}

/// Explains whether a sync sends a row.
///
/// # Errors
/// Where a value does not fit into its type.
pub fn explain_sync(about: About<'_>, sync: &Sync, key: &str) -> Result<Why, Stop> {
    let stream = about.program.streams.iter().find(|it| it.name == sync.name);
    let Node { text: field, below: mut tree, holds, reads, .. } = about.sync(sync, stream, 0)?;
    let forbids = tree.iter().find(|it| it.text.starts_with(FREE) && it.holds == Some(false));
    let other = tree.iter().any(|it| !it.text.starts_with(FREE) && it.holds == Some(false));
    let value = match (reads.first(), forbids) {
        (Some((_, at)), _) => format!("sent at {at}"),
        (None, Some(node)) if !other => format!("held back by {}", node.text.trim_start_matches(FREE)),
        _ if holds == Some(true) => "wanted".to_owned(),
        _ => "not wanted".to_owned(),
    };
    if stream.is_none() {
        tree.push(about.last_written(sync)?);
    }
    let now = shown(&Value::Timestamp(about.look.now()), &Type::Timestamp);
    let (key, since, nearest, waits_until, syncs) = (key.to_owned(), None, None, None, Vec::new());
    Ok(Why { field, key, now, value, since, tree, nearest, waits_until, syncs })
}

/// What a node of a policy begins with.
const FREE: &str = "not forbidden by ";

/// `sync calls to outreach.calls`
fn head(program: &Program, sync: &Sync) -> String {
    format!("sync {} to {}.{}", sync.name, program.destination(sync.destination).name, sync.object)
}

fn standing(heeded: &Heeded) -> String {
    match &heeded.standing {
        Standing::Proved => "its own conditions leave out all whom the policy forbids".to_owned(),
        Standing::Gated(_) | Standing::Unknown(_) => "asks it of each row".to_owned(),
        Standing::Exempt(because) => format!("is exempt, because {because}"),
    }
}

impl About<'_> {
    /// The syncs that send the rows of an audience, or the firings of a step, each with what it asks.
    pub(super) fn syncs(&self, id: FieldId) -> Result<Vec<Node>, Stop> {
        let mut nodes = Vec::new();
        match &self.program.field(id).kind {
            FieldKind::Sequence(of, SequencePart::Step(step) | SequencePart::Sent(step)) => {
                for stream in self.program.streams.iter().filter(|it| (it.sequence, it.step) == (*of, *step)) {
                    nodes.push(self.sync(&stream.as_sync(self.program), Some(stream), DEEPEST)?);
                }
            }
            FieldKind::Audience { .. } => {
                for sync in self.program.syncs.iter().filter(|it| it.filter.is_some_and(|it| self.asks(it, id))) {
                    nodes.push(self.sync(sync, None, DEEPEST)?);
                }
            }
            FieldKind::Trait(_) | FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) => {}
        }
        Ok(nodes)
    }

    /// Whether a filter is an audience, or that and more.
    fn asks(&self, filter: FieldId, audience: FieldId) -> bool {
        let field = self.program.field(filter);
        let is_it = |expr: &Expr| super::own_field(expr) == Some(audience);
        filter == audience
            || field.hidden
                && match &field.kind {
                    FieldKind::Trait(Expr { kind: ExprKind::Op(Op::And, operands), .. }) => operands.iter().any(is_it),
                    FieldKind::Trait(whole) => is_it(whole),
                    FieldKind::Audience { .. }
                    | FieldKind::Status { .. }
                    | FieldKind::Experiment(..)
                    | FieldKind::Sequence(..) => false,
                }
    }

    /// A sync: whether it wants the row and no policy is in the way.
    fn sync(&self, sync: &Sync, stream: Option<&Stream>, depth: usize) -> Result<Node, Stop> {
        let mut node = said(&head(self.program, sync), Some(true));
        if let Some(stream) = stream {
            if let Some(at) = self.look.accepted(stream, self.row, self.accepted)? {
                node.reads = vec![("accepted".to_owned(), shown(&Value::Timestamp(at), &Type::Timestamp))];
                return Ok(node);
            }
            node.below = self.firing(stream, depth)?;
        }
        node.below.extend(self.filter(sync.filter, depth)?);
        if stream.is_none() && sync.matches.1.typed.nullable {
            let (field, value) = &sync.matches;
            let key = self.value(value)?;
            let text = format!("match {field} is not null");
            let reads = vec![(self.sources.on_one_line(value.span), shown(&key, &value.typed.kind))];
            node.below.push(Node { reads, ..said(&text, Some(!key.is_null())) });
        }
        if let Some(first) = sync.pick.first() {
            let by = self.sources.on_one_line(first.by.span);
            let best = self.look.picked(sync, self.row)?;
            let is_it = best.as_ref().is_none_or(|best| *best == self.look.key(self.row));
            let text = format!("the one that is picked of those with its {}, by {by}", sync.matches.0);
            let mut picked = said(&text, Some(is_it));
            picked.reads = best.map(|best| (self.program.entity(sync.entity).name.clone(), best)).into_iter().collect();
            node.below.push(picked);
        }
        for heeded in &sync.policies {
            node.below.push(self.heeded(heeded, depth)?);
        }
        node.holds = Some(node.below.iter().all(|it| it.holds != Some(false)));
        Ok(node)
    }

    /// What a sync has last done to the object of a row.
    fn last_written(&self, sync: &Sync) -> Result<Node, Stop> {
        let key = self.value(&sync.matches.1)?.text();
        let last = self.written.iter().rfind(|it| Some(&it.key) == key.as_ref());
        Ok(match last {
            None => said("nothing of it was ever accepted", None),
            Some(last) => {
                let mut node = said(&format!("last accepted of it: {}", last.op), None);
                node.reads = vec![("at".to_owned(), shown(&Value::Timestamp(last.at), &Type::Timestamp))];
                node
            }
        })
    }

    /// What a sync asks of a row.
    fn filter(&self, filter: Option<FieldId>, depth: usize) -> Result<Vec<Node>, Stop> {
        let Some(id) = filter else { return Ok(Vec::new()) };
        match &self.program.field(id).kind {
            // The audience, then what the sync's own `where` says.
            FieldKind::Trait(Expr { kind: ExprKind::Op(Op::And, operands), .. }) if self.program.field(id).hidden => {
                operands.iter().map(|operand| self.node(operand, depth)).collect()
            }
            FieldKind::Trait(condition) if self.program.field(id).hidden => self.operands(Op::And, condition, depth),
            _ => Ok(vec![self.field_node(id, depth)?]),
        }
    }

    /// What a firing has to be to be sent: that it is there, in an entry that is open, and has not expired.
    fn firing(&self, stream: &Stream, depth: usize) -> Result<Vec<Node>, Stop> {
        let sequence = self.program.sequence(stream.sequence);
        let Some(step) = sequence.steps.get(stream.step) else { return Ok(Vec::new()) };
        let value = |id: FieldId| self.look.field(id, self.row).map(|(value, _)| value);
        let at = value(step.at)?;
        let name = format!("{}.{}", sequence.name, step.name);
        let mut fired = said(&format!("{name} has fired"), Some(!at.is_null()));
        fired.reads = vec![("at".to_owned(), shown(&at, &Type::Timestamp))];
        if at.is_null() && depth < DEEPEST {
            // What keeps it from firing.
            fired.below = self.passage(stream.sequence, SequencePart::Step(stream.step), depth + 1)?;
        }
        let is_open = value(sequence.active)?.holds();
        let exited_at = value(sequence.exited_at)?;
        let just_done = self.look.is_ended(stream.sequence, self.row)?;
        let mut open = said("its entry is open", Some(is_open || just_done));
        if !exited_at.is_null() && !is_open {
            open.reads = vec![("exited_at".to_owned(), shown(&exited_at, &Type::Timestamp))];
        }
        let mut nodes = vec![fired, open];
        if let Some(expired) = step.expired {
            nodes.push(said("it has not expired", Some(!value(expired)?.holds())));
        }
        Ok(nodes)
    }

    /// A policy, asked of the row at the end of its path.
    fn heeded(&self, heeded: &Heeded, depth: usize) -> Result<Node, Stop> {
        let policy = self.program.policy(heeded.policy);
        if let Standing::Exempt(because) = &heeded.standing {
            return Ok(said(&format!("exempt from policy {}, because {because}", policy.name), None));
        }
        let path = links(self.program, &heeded.path);
        let Some(row) = self.look.follow(&heeded.path, self.row)? else {
            let text = format!("{FREE}policy {}: {path} has no row", policy.name);
            return Ok(said(&text, Some(true)));
        };
        let there = About { row, fresh: false, ..*self };
        let forbids = self.look.field(policy.forbids, row)?.0.holds();
        let of = if path.is_empty() { String::new() } else { format!(" of {path}") };
        let mut node = said(&format!("{FREE}policy {}{of}", policy.name), Some(!forbids));
        if forbids || depth < DEEPEST {
            // What forbids is shown whole, wherever it stands.
            node.below = there.of_field(self.program.field(policy.forbids), if forbids { 1 } else { depth })?;
        }
        Ok(node)
    }
}

fn links(program: &Program, path: &[LinkId]) -> String {
    path.iter().map(|id| program.link(*id).name.as_str()).collect::<Vec<_>>().join(".")
}
