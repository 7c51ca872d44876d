//! Takes the `channel` declarations and gives how much reaches one row, and which sequence goes first where several want to.
//! Promises: the order of a channel holds all sequences that have a step through it, each once.

use miette::Diagnostic;
use thiserror::Error;

use crate::program::context::{Ctx, is_error, make};
use crate::program::mistakes::{self, Unknown};
use crate::program::names::Global;
use crate::program::scope::Scope;
use crate::program::{Channel, ChannelId, EntityId, Expr, ExprKind, Literal, RowsOf, SequenceId};
use crate::source::Span;
use crate::syntax::ast::{self, ChannelItem};
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("channel `{name}` has no `cap`")]
#[diagnostic(code("missing-cap"), help("add a line such as `cap 1 per 48 hours`"))]
struct MissingCap {
    name: String,
    #[label(primary, "nothing says how much it lets through")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a cap is a whole number from 1 on")]
#[diagnostic(code("bad-cap"), help("write how many in which time: `cap 1 per 48 hours`"))]
struct BadCap {
    #[label(primary, "this is none")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("channel `{channel}` does not say where `{name}` stands in its order")]
#[diagnostic(code("missing-order"))]
struct MissingOrder {
    channel: String,
    name: String,
    #[label(primary, "several sequences have a step through it")]
    at: Span,
    #[label("one of them")]
    via: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("sequence `{name}` has no step via `{channel}`")]
#[diagnostic(code("idle-order"), help("remove it from the order"))]
struct IdleOrder {
    name: String,
    channel: String,
    #[label(primary, "it never competes here")]
    at: Span,
    #[label("the sequence is declared here")]
    declared: Span,
}

impl<'a> Ctx<'a> {
    /// Declares every channel, without its order.
    pub(super) fn declare_channels(&mut self) {
        for item in self.found.channels.clone() {
            let node = item.node;
            let entity = self.entity_for(&node.of);
            if let Some(entity) = entity
                && self.is_event(RowsOf::Entity(entity))
            {
                self.field_of_event(entity, &node.of);
            }
            let (mut cap, mut order, mut during) = (None, None, None);
            let (mut count, mut per, mut window) = (1, None, None);
            for item in &node.items {
                match item {
                    ChannelItem::Cap { count: written, per: time, span } => {
                        if self.only_once("cap", *span, &mut cap) {
                            count = self.cap(written);
                            per = self.constant_length(time);
                        }
                    }
                    ChannelItem::Order(_, span) => {
                        self.only_once("order", *span, &mut order);
                    }
                    ChannelItem::During(it) => {
                        if self.only_once("during", it.span, &mut during) {
                            window = self.during(it);
                        }
                    }
                }
            }
            if cap.is_none() && !node.broken {
                self.diags.push(MissingCap { name: node.name.text.clone(), at: node.name.span });
            }
            let no_time = || make(ExprKind::Literal(Literal::Duration(0)), Type::Duration.required(), node.name.span);
            self.program.channels.push(Channel {
                name: node.name.text.clone(),
                was: node.was.as_ref().map(|was| was.text.clone()),
                doc: item.doc.cloned(),
                span: node.name.span,
                entity: entity.unwrap_or(EntityId(0)),
                count,
                per: per.unwrap_or_else(no_time),
                during: window,
                order: Vec::new(),
            });
        }
    }

    fn cap(&mut self, written: &ast::Expr) -> i64 {
        let value: Expr = self.expr(&mut Scope::constant(), written, None);
        match value.kind {
            ExprKind::Literal(Literal::Int(count)) if count > 0 => return count,
            _ if is_error(&value) => {}
            _ => self.diags.push(BadCap { at: written.span }),
        }
        1
    }

    /// Gives every channel its order: all sequences that have a step through it.
    pub(super) fn order_channels(&mut self) {
        for (place, item) in self.found.channels.clone().into_iter().enumerate() {
            let id = ChannelId(place as u32);
            let users: Vec<(SequenceId, Span)> = (0..)
                .map(SequenceId)
                .zip(&self.program.sequences)
                .filter_map(|(sequence, it)| {
                    let mut vias = it.steps.iter().filter_map(|step| step.via.as_ref());
                    vias.find(|via| via.channel == id).map(|via| (sequence, via.span))
                })
                .collect();
            let order = self.channel_order(item.node, &users);
            self.check_order(item.node, &order, &users);
            let rest = users.iter().map(|(sequence, _)| *sequence).filter(|it| !order.contains(it));
            let all = order.iter().copied().chain(rest).collect();
            if let Some(channel) = self.program.channels.get_mut(place) {
                channel.order = all;
            }
        }
    }

    /// The sequences that are named in the order of a channel.
    fn channel_order(&mut self, node: &'a ast::Channel, users: &[(SequenceId, Span)]) -> Vec<SequenceId> {
        let mut order = Vec::new();
        let items = node.items.iter().find_map(|item| match item {
            ChannelItem::Order(names, _) => Some(names),
            _ => None,
        });
        for name in items.into_iter().flatten() {
            let Some((Global::Sequence(at), _)) = self.global(&name.text) else {
                let known = self.known(|what| matches!(what, Global::Sequence(_)));
                let known = known.iter().map(|(name, span)| (name.as_str(), *span));
                let mistake = Unknown::new(mistakes::SEQUENCE, &name.text, name.span).among(known);
                self.unknown(mistake.or_help("name a sequence"));
                continue;
            };
            let id = SequenceId(at as u32);
            let declared = self.program.sequence(id).span;
            let mut before = items.into_iter().flatten().take_while(|it| it.span != name.span);
            let first = before.find(|it| it.text == name.text).map(|it| it.span);
            if !self.only_once(&name.text, name.span, &mut { first }) {
                continue;
            }
            if !users.iter().any(|(user, _)| *user == id) && !self.is_broken_sequence(id) && !self.lost_via(id) {
                let (name, at, channel) = (name.text.clone(), name.span, node.name.text.clone());
                self.diags.push(IdleOrder { name, channel, at, declared });
            }
            order.push(id);
        }
        order.retain(|id| users.iter().any(|(user, _)| user == id));
        order
    }

    /// Whether a step of a sequence says a channel or a path that was reported.
    fn lost_via(&self, id: SequenceId) -> bool {
        let node = self.found.sequences.get(id.0 as usize).map(|(_, node, _)| *node);
        let written = node.into_iter().flat_map(super::steps).filter(|(step, _)| step.via.is_some()).count();
        written != self.program.sequence(id).steps.iter().filter(|step| step.via.is_some()).count()
    }

    /// Reports a sequence whose place is not said where several compete.
    fn check_order(&mut self, node: &ast::Channel, order: &[SequenceId], users: &[(SequenceId, Span)]) {
        if users.len() < 2 || node.broken {
            return;
        }
        let missing = users.iter().find(|(user, _)| !order.contains(user));
        let Some((missing, via)) = missing else { return };
        let names: Vec<&str> = order
            .iter()
            .chain(users.iter().map(|(user, _)| user).filter(|user| !order.contains(user)))
            .map(|id| self.program.sequence(*id).name.as_str())
            .collect();
        let help = format!("say which goes first: `order {}`", names.join(", "));
        let name = self.program.sequence(*missing).name.clone();
        self.diags.push(MissingOrder { channel: node.name.text.clone(), name, at: node.name.span, via: *via, help });
    }
}
