//! Takes the `policy` declarations, and each sync's exemptions from them, and gives which policies a sync heeds, and how. A
//! policy is one hidden field of its entity; a sync of another entity reads it over the one path that leads there. Whether the
//! sync's own filter leaves out what the policy forbids is proved once all fields are known.

use std::collections::{BTreeMap, BTreeSet};

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, make};
use super::cycle::Node;
use super::mistakes::{self, Unknown};
use super::names::{Global, Item};
use super::proof::Prover;
use super::scope::Scope;
use super::{
    DestinationId, EntityId, ExprKind, Field, FieldId, FieldKind, Heeded, LinkId, OUTER, Policy, PolicyId, Program,
    RowsOf, Standing, What,
};
use crate::dialect::names::{LONGEST, fitted};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("no link leads from `{entity}` to `{of}`, of which policy `{policy}` is")]
#[diagnostic(
    code("no-policy-path"),
    help("declare a link from `{entity}` to `{of}`, or write `exempt {policy} because '…'` in the sync")
)]
struct NoPolicyPath {
    policy: String,
    entity: String,
    of: String,
    destination: String,
    #[label(primary, "whether its rows may go to `{destination}` cannot be asked")]
    at: Span,
    #[label("the policy forbids some to go there")]
    declared: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{one}` and `{other}` both lead from `{entity}` to `{of}`, of which policy `{policy}` is")]
#[diagnostic(
    code("ambiguous-policy-path"),
    help("send rows of an entity that has one way to `{of}`, or write `exempt {policy} because '…'` in the sync")
)]
struct AmbiguousPolicyPath {
    policy: String,
    entity: String,
    of: String,
    one: String,
    other: String,
    #[label(primary, "which `{of}` is asked?")]
    at: Span,
    #[label("the policy is declared here")]
    declared: Span,
    #[label("one way begins here")]
    first: Span,
    #[label("another begins here")]
    second: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("policy `{policy}` does not concern sync `{sync}`")]
#[diagnostic(code("idle-exempt"), help("remove the line"))]
struct IdleExempt {
    policy: String,
    sync: String,
    destination: String,
    #[label(primary, "the sync goes to `{destination}`, of which the policy says nothing")]
    at: Span,
    #[label("the policy is declared here")]
    declared: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("no reason is given for the exemption from policy `{policy}`")]
#[diagnostic(code("empty-reason"), help("say between the quotes why the policy does not hold for this sync"))]
struct EmptyReason {
    policy: String,
    #[label(primary, "an empty text")]
    at: Span,
}

impl<'a> Ctx<'a> {
    /// Declares every policy, with its hidden field.
    pub(super) fn declare_policies(&mut self) {
        for Item { doc, node, .. } in self.found.policies.clone() {
            self.policy(doc, node);
        }
    }

    fn policy(&mut self, doc: Option<&String>, node: &'a ast::Policy) {
        let entity = self.entity_for(&node.of);
        let mut destinations: Vec<DestinationId> = Vec::new();
        for (place, name) in node.to.iter().enumerate() {
            let before = node.to.iter().take(place).find(|other| other.text == name.text);
            if self.only_once(&name.text, name.span, &mut before.map(|name| name.span)) {
                destinations.extend(self.destination_named(name));
            }
        }
        let Some(entity) = entity else { return };
        if self.is_event(RowsOf::Entity(entity)) {
            return self.field_of_event(entity, &node.of);
        }
        let mut scope = Scope::row_of(entity, node.alias.as_ref().map(|alias| alias.text.as_str()));
        let condition = self.condition(&mut scope, &node.condition);
        let name = node.name.text.clone();
        let forbids = self.program.add_field(Field {
            entity,
            name: fitted(&format!("policy__{name}"), LONGEST),
            doc: doc.cloned(),
            span: node.name.span,
            typed: condition.typed.clone(),
            kind: FieldKind::Trait(condition),
            hidden: true,
            labels: Vec::new(),
        });
        let span = node.name.span;
        self.program.policies.push(Policy { name, doc: doc.cloned(), span, entity, forbids, destinations });
    }

    /// Notes the policies that a sync heeds, or is exempt from.
    pub(super) fn note_policies(
        &mut self,
        node: &ast::Sync,
        (entity, to): (EntityId, DestinationId),
        exempt: &[&ast::Exempt],
    ) {
        self.check_exempt(node, to, exempt);
        let mut found = Vec::new();
        for id in (0..self.program.policies.len() as u32).map(PolicyId) {
            let policy = self.program.policy(id);
            if !policy.destinations.contains(&to) {
                continue;
            }
            let heed = match exempt.iter().find(|it| it.policy.text == policy.name) {
                Some(exempt) => Some(Heed::Exempt(exempt.because.value.clone())),
                None => self.way_to(node, entity, id).map(Heed::Over),
            };
            found.extend(heed.map(|heed| (id, heed)));
        }
        if !found.is_empty() {
            self.heeds.insert(node.name.span, found);
        }
    }

    /// Reports an exemption from what is no policy, or does not concern the sync.
    fn check_exempt(&mut self, node: &ast::Sync, to: DestinationId, exempt: &[&ast::Exempt]) {
        for (place, it) in exempt.iter().enumerate() {
            let (name, at) = (&it.policy.text, it.policy.span);
            let before = exempt.iter().take(place).find(|other| other.policy.text == *name);
            if !self.only_once(&format!("exempt {name}"), at, &mut before.map(|it| it.policy.span)) {
                continue;
            }
            if it.because.value.trim().is_empty() {
                self.diags.push(EmptyReason { policy: name.clone(), at: it.because.span });
            }
            if !matches!(self.global(name), Some((Global::Policy, _))) {
                let known = self.known(|what| what == Global::Policy);
                let known = known.iter().map(|(name, span)| (name.as_str(), *span));
                let mut mistake = Unknown::new(mistakes::POLICY, name, at).among(known);
                if let Some((_, declared)) = self.global(name) {
                    mistake = mistake.bears(declared, "not a policy");
                }
                self.unknown(mistake.or_help("remove the line, or name a policy"));
            } else if let Some(policy) = self.program.policies.iter().find(|policy| policy.name == *name)
                && !policy.destinations.contains(&to)
                && !policy.destinations.is_empty()
            {
                self.diags.push(IdleExempt {
                    policy: name.clone(),
                    sync: node.name.text.clone(),
                    destination: self.program.destination(to).name.clone(),
                    at,
                    declared: policy.span,
                });
            }
        }
    }

    /// The one path from a sync's row to that of a policy; none or several are reported.
    fn way_to(&mut self, node: &ast::Sync, from: EntityId, policy: PolicyId) -> Option<Vec<LinkId>> {
        let of = self.program.policy(policy).entity;
        let ways = self.ways(from, of);
        let (name, declared) = (self.program.policy(policy).name.clone(), self.program.policy(policy).span);
        let (at, entity, of) = (node.from.span, self.entity(from).name.clone(), self.entity(of).name.clone());
        match ways.as_slice() {
            [only] => return Some(only.clone()),
            // An item that could not be read is perhaps the exemption.
            _ if node.broken => {}
            [] => {
                let destination = node.to.parts.first().map(|name| name.text.clone()).unwrap_or_default();
                self.diags.push(NoPolicyPath { policy: name, entity, of, destination, at, declared });
            }
            [one, other, ..] => {
                let begins = |way: &[LinkId]| way.first().map(|link| self.link(*link).span).unwrap_or_default();
                let (first, second) = (begins(one), begins(other));
                let (one, other) = (self.dotted(one), self.dotted(other));
                self.diags.push(AmbiguousPolicyPath {
                    policy: name,
                    entity,
                    of,
                    one,
                    other,
                    at,
                    declared,
                    first,
                    second,
                });
            }
        }
        None
    }

    fn dotted(&self, way: &[LinkId]) -> String {
        way.iter().map(|link| self.link(*link).name.as_str()).collect::<Vec<_>>().join(".")
    }

    /// The paths of to-one links from an entity to another that pass no entity twice: two at most, the first of them.
    fn ways(&self, from: EntityId, to: EntityId) -> Vec<Vec<LinkId>> {
        let mut leads: BTreeSet<EntityId> = BTreeSet::from([to]);
        while let Some(link) =
            self.program.links.iter().find(|link| leads.contains(&link.to) && !leads.contains(&link.from))
        {
            leads.insert(link.from);
        }
        let (mut found, mut open) = (Vec::new(), vec![(from, Vec::new(), BTreeSet::from([from]))]);
        while let Some((at, way, seen)) = open.pop() {
            if at == to {
                found.push(way);
                if found.len() == 2 {
                    break;
                }
                continue;
            }
            let links = (0..).map(LinkId).zip(&self.program.links);
            let next =
                links.filter(|(_, link)| link.from == at && leads.contains(&link.to) && !seen.contains(&link.to));
            // The first is looked at first.
            for (id, link) in next.collect::<Vec<_>>().into_iter().rev() {
                let mut seen = seen.clone();
                seen.insert(link.to);
                open.push((link.to, way.iter().copied().chain([id]).collect(), seen));
            }
        }
        found
    }
}

/// How a sync heeds a policy.
#[derive(Debug, Clone)]
pub(super) enum Heed {
    /// Over the path to the policy's row.
    Over(Vec<LinkId>),
    /// Not at all, for this reason.
    Exempt(String),
}

/// What syncs heed, by the place of a sync's name.
pub(super) type Heeds = BTreeMap<Span, Vec<(PolicyId, Heed)>>;

/// Says of each policy that a sync heeds how it stands to it; adds the fields that are asked when a row is sent, in order.
pub(super) fn settle(program: &mut Program, heeds: &Heeds, order: &mut Vec<Node>) {
    if heeds.is_empty() {
        return;
    }
    let of_syncs =
        program.syncs.iter().map(|it| (it.span, it.name.clone(), it.entity, it.filter.into_iter().collect()));
    let of_streams = program.streams.iter().map(|it| {
        let sequence = program.sequence(it.sequence);
        // An open entry of a row that may not have left the base, and one that closed by its `exit`, is of a row in it.
        let base = (!sequence.stay).then_some(sequence.base);
        (it.span, it.name.clone(), sequence.entity, it.filter.into_iter().chain(base).collect())
    });
    let all: Vec<(Span, String, EntityId, Vec<FieldId>)> = of_syncs.chain(of_streams).collect();
    let proofs: Vec<Vec<Option<bool>>> = {
        let mut prover = Prover::in_order(program, order);
        let mut of = |(at, _, entity, sent): &(Span, String, EntityId, Vec<FieldId>)| {
            let heeds = heeds.get(at).map(Vec::as_slice).unwrap_or_default();
            heeds.iter().map(|(id, heed)| proved(&mut prover, (*entity, sent), *id, heed)).collect()
        };
        all.iter().map(&mut of).collect()
    };
    for ((at, name, entity, _), proofs) in all.into_iter().zip(proofs) {
        let Some(heeds) = heeds.get(&at) else { continue };
        let mut standings = Vec::new();
        for ((id, heed), proof) in heeds.iter().zip(proofs) {
            let standing = match (heed, proof) {
                (Heed::Exempt(because), _) => Standing::Exempt(because.clone()),
                (Heed::Over(_), Some(true)) => Standing::Proved,
                (Heed::Over(path), Some(false)) => Standing::Gated(gate(program, (&name, entity), (*id, path), order)),
                (Heed::Over(path), None) => Standing::Unknown(gate(program, (&name, entity), (*id, path), order)),
            };
            let path = match heed {
                Heed::Over(path) => path.clone(),
                Heed::Exempt(_) => Vec::new(),
            };
            standings.push(Heeded { policy: *id, path, standing });
        }
        for sync in program.syncs.iter_mut().filter(|sync| sync.span == at) {
            sync.policies.clone_from(&standings);
        }
        for stream in program.streams.iter_mut().filter(|stream| stream.span == at) {
            stream.policies.clone_from(&standings);
        }
    }
}

/// Whether the rows that a sync sends, which meet these conditions, are proved to be none that a policy forbids; none where raw
/// SQL is in the way.
fn proved(prover: &mut Prover<'_>, (entity, sent): (EntityId, &[FieldId]), id: PolicyId, heed: &Heed) -> Option<bool> {
    let Heed::Over(path) = heed else { return None };
    let forbids = prover.program().policy(id).forbids;
    let sent: Vec<_> = sent.iter().map(|condition| prover.is_in(*condition)).collect();
    let sent = prover.all(&sent);
    let forbidden = prover.is_in_at(entity, path, forbids);
    prover.excludes(entity, sent, forbidden)
}

/// A field of the sync's entity that reads what the policy says of the row at the end of the path.
fn gate(
    program: &mut Program,
    (sync, entity): (&str, EntityId),
    (id, path): (PolicyId, &[LinkId]),
    order: &mut Vec<Node>,
) -> FieldId {
    let policy = program.policy(id);
    let (forbids, span) = (policy.forbids, policy.span);
    if path.is_empty() {
        return forbids;
    }
    let name = fitted(&format!("sync__{sync}__policy__{}", policy.name), LONGEST);
    let kind = ExprKind::Read { row: OUTER, path: path.to_vec(), what: What::Field(forbids) };
    let value = make(kind, Type::Bool.optional(), span);
    let typed = value.typed.clone();
    let kind = FieldKind::Trait(value);
    let field =
        program.add_field(Field { entity, name, doc: None, span, typed, kind, hidden: true, labels: Vec::new() });
    order.push(Node::Field(field));
    field
}
