//! Channels: what asks, for whom, and what is let fire. The steps through a channel go by its order of sequences, then by step, then
//! by key; so a step's turn for a member is how many ask before it: of the steps before, and of its own rows of smaller keys. What the
//! channel has let fire before is read in the log of firings.

use super::log::Log;
use super::sequence::Fold;
use super::value::{all, as_text, at_most, field_of, int, is_not_null, key, less, minus, now, sum};
use crate::program::{
    Aggregate, AggregateOp, Channel, Expr, ExprKind, FieldId, OUTER, Order, RowId, RowsOf, SequenceId, Set, Step, Tie,
    Via, What, Window, WindowOp,
};
use crate::source::Span;
use crate::types::Type;

/// The fields of a step through a channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking {
    /// Of which sequence.
    pub(super) sequence: SequenceId,
    /// Which step.
    pub(super) step: usize,
    /// Whether the row asks: `bool`
    pub(super) asks: FieldId,
    /// The key of the row that it reaches, null where there is none.
    pub(super) member: FieldId,
}

/// The log of what has fired.
pub(super) const FIRINGS: Log = Log {
    name: "firings",
    columns: &[("channel", Type::Text), ("member", Type::Text), ("happened_at", Type::Timestamp)],
};

/// The row of a set that is made here: no set of a program has this number.
const ROW: RowId = RowId(u32::MAX - 1);

impl Fold<'_> {
    /// The fields of a step through a channel.
    fn asking(&self, id: SequenceId, step: usize) -> Option<&Asking> {
        self.asking.iter().find(|it| it.sequence == id && it.step == step)
    }

    /// Whether a step asks its channel in this run.
    pub(super) fn asks(&self, at: usize, step: &Step) -> Expr {
        let member = self.asking(self.id, at).map(|it| self.member_field(it, step));
        let mut conditions = self.lets_fire(step);
        conditions.extend(member.map(is_not_null));
        all(conditions)
    }

    /// The key of the row that a step reaches.
    pub(super) fn member(&self, via: &Via) -> Expr {
        let entity = self.program.channel(via.channel).entity;
        let key = self.program.entity(entity).key;
        let typed = self.program.column(entity, key).typed.kind.clone().optional();
        let what = ExprKind::Read { row: OUTER, path: via.path.clone(), what: What::Column(key) };
        Expr { typed, span: Span::default(), kind: what }
    }

    fn member_field(&self, asking: &Asking, step: &Step) -> Expr {
        let kind = step.via.as_ref().map_or(Type::Text, |via| self.member(via).typed.kind);
        field_of(asking.member, OUTER, kind.optional())
    }

    /// Whether the channel lets a step fire.
    pub(super) fn granted(&self, at: usize, step: &Step, via: &Via) -> Expr {
        let Some(own) = self.asking(self.id, at) else { return super::value::none() };
        let (channel, member) = (self.program.channel(via.channel), || self.member_field(own, step));
        let asks = field_of(own.asks, OUTER, Type::Bool.required());
        let mut turn = vec![self.turn(own.asks, member())];
        turn.extend(self.before(via, at).into_iter().map(|other| self.asking_for(other, member())));
        turn.push(self.used(channel, member()));
        let Some(total) = turn.into_iter().reduce(sum) else { return asks };
        all([asks].into_iter().chain(channel.during.clone()).chain([at_most(total, int(channel.count))]).collect())
    }

    /// The place of the row among those of the step that ask for the same member.
    fn turn(&self, asks: FieldId, member: Expr) -> Expr {
        let order = Order { by: key(self.program, self.sequence.entity), descending: false };
        let window = Window { op: WindowOp::Rank, order, per: vec![member], among: Some(asks) };
        Expr { typed: Type::Int.optional(), span: Span::default(), kind: ExprKind::Window(Box::new(window)) }
    }

    /// The steps that go before a step in its channel.
    fn before(&self, via: &Via, at: usize) -> Vec<&Asking> {
        let order = &self.program.channel(via.channel).order;
        let place = |id: SequenceId| order.iter().position(|it| *it == id);
        let own = (place(self.id), at);
        let channel = |it: &Asking| {
            let step = self.program.sequence(it.sequence).steps.get(it.step);
            step.and_then(|step| step.via.as_ref()).map(|via| via.channel)
        };
        let through = self.asking.iter().filter(|it| channel(it) == Some(via.channel));
        through.filter(|it| (place(it.sequence), it.step) < own).collect()
    }

    /// How many rows of another step ask for a member.
    fn asking_for(&self, other: &Asking, member: Expr) -> Expr {
        let inner = field_of(other.member, ROW, member.typed.clone());
        let set = Set {
            row: ROW,
            over: RowsOf::Entity(self.program.sequence(other.sequence).entity),
            ties: vec![Tie { inner, outer: member }],
            condition: Some(field_of(other.asks, ROW, Type::Bool.required())),
            span: Span::default(),
        };
        count(set)
    }

    /// How many firings of the channel still count for a member.
    fn used(&self, channel: &Channel, member: Expr) -> Expr {
        let read = |name: &str| FIRINGS.read(ROW, name);
        let condition = all(vec![
            FIRINGS.names(ROW, "channel", (&channel.name, channel.was.as_ref())),
            less(minus(now(), channel.per.clone()), read("happened_at")),
            // What fires in this run has its turn in it.
            less(read("happened_at"), now()),
        ]);
        count(Set {
            row: ROW,
            over: RowsOf::Source(self.firings),
            ties: vec![Tie { inner: read("member"), outer: as_text(member) }],
            condition: Some(condition),
            span: Span::default(),
        })
    }
}

fn count(set: Set) -> Expr {
    let aggregate = Aggregate { op: AggregateOp::Count, set, value: None, order: Vec::new() };
    Expr { typed: Type::Int.required(), span: Span::default(), kind: ExprKind::Aggregate(Box::new(aggregate)) }
}
