//! Channels: which of the steps that ask fire, so that no row gets more than its cap; and the log of what has fired, against
//! which the cap counts.

use std::collections::{BTreeMap, BTreeSet};

use super::entity::At;
use super::{Firing, Run, Stop, Value, operator, sequence};
use crate::program::{Channel, ChannelId, Op, RowsOf, SequenceId, SequencePart};

/// A step of the row at a place.
type Asking = (SequenceId, usize, usize);

/// The steps that a channel lets fire, each with the key of the row that it reaches.
pub(super) type Granted = BTreeMap<Asking, String>;

/// Who asks a channel: for whom, by the place in the order of sequences, by step, by key.
struct Ask {
    member: String,
    rank: (usize, usize),
    key: Value,
    asking: Asking,
}

impl Run<'_> {
    /// The steps that a channel lets fire in this run, each with the key of the row that it reaches.
    pub(super) fn granted(&self, id: ChannelId) -> Result<Granted, Stop> {
        if let Some(known) = self.channels.borrow().get(&id) {
            return Ok(known.clone());
        }
        let channel = self.program.channel(id);
        let mut granted = BTreeMap::new();
        if channel.during.as_ref().map_or(Ok(true), |during| self.holds(during, &[]))? {
            let mut asks = self.all_asking(id)?;
            asks.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.key.nulls_last(&b.key)));
            let members: BTreeSet<String> = asks.iter().map(|ask| ask.member.clone()).collect();
            for member in members {
                let free = (channel.count - self.used(channel, &member)?).max(0) as usize;
                let own = asks.iter().filter(|ask| ask.member == member).take(free);
                granted.extend(own.map(|ask| (ask.asking, member.clone())));
            }
        }
        self.channels.borrow_mut().insert(id, granted.clone());
        Ok(granted)
    }

    /// Everything that asks for a channel in this run.
    fn all_asking(&self, id: ChannelId) -> Result<Vec<Ask>, Stop> {
        let mut asks = Vec::new();
        for (rank, sequence) in self.program.channel(id).order.iter().enumerate() {
            let of = self.program.sequence(*sequence);
            let over = RowsOf::Entity(of.entity);
            for (at, step) in of.steps.iter().enumerate() {
                let Some(via) = step.via.as_ref().filter(|via| via.channel == id) else { continue };
                for place in 0..self.entity_rows(of.entity).len() {
                    let mut end = Some(At { over, place });
                    for link in &via.path {
                        end = end.map_or(Ok(None), |from| self.follow(*link, from))?;
                    }
                    let member = end.and_then(|end| self.key_of(end).text());
                    let Some(member) = member else { continue };
                    if self.asks(*sequence, at, place)? {
                        let key = self.key_of(At { over, place });
                        asks.push(Ask { member, rank: (rank, at), key, asking: (*sequence, at, place) });
                    }
                }
            }
        }
        Ok(asks)
    }

    /// How many firings through a channel still count for a row.
    fn used(&self, channel: &Channel, member: &str) -> Result<i64, Stop> {
        let per = self.eval(&channel.per, &[])?;
        let from = operator::arithmetic(Op::Subtract, &[Value::Timestamp(self.now), per])?;
        let counts = |firing: &&Firing| {
            let Some((name, reached)) = &firing.channel else { return false };
            let is_own = *name == channel.name || Some(name) == channel.was.as_ref();
            is_own && reached == member && Value::Timestamp(firing.at).order(&from).is_gt()
        };
        Ok(self.before.firings.iter().filter(counts).count() as i64)
    }

    /// What has fired in this run: by sequence, step and key.
    pub(super) fn firings(&self) -> Result<Vec<Firing>, Stop> {
        let mut firings = Vec::new();
        for (id, of) in (0..).map(SequenceId).zip(&self.program.sequences) {
            for (at, step) in of.steps.iter().enumerate() {
                for place in 0..self.entity_rows(of.entity).len() {
                    if self.in_sequence(id, SequencePart::Step(at), place)? != Value::Timestamp(self.now) {
                        continue;
                    }
                    let key = self.key_of(At { over: RowsOf::Entity(of.entity), place });
                    let channel = match &step.via {
                        None => None,
                        Some(via) => {
                            let member = self.granted(via.channel)?.get(&(id, at, place)).cloned();
                            member.map(|member| (self.program.channel(via.channel).name.clone(), member))
                        }
                    };
                    firings.push(Firing {
                        step: sequence::step_names(of, at).swap_remove(0),
                        key: key.text().unwrap_or_default(),
                        entry: self.in_sequence(id, SequencePart::Entry, place)?.as_int(),
                        at: self.now,
                        channel,
                    });
                }
            }
        }
        Ok(firings)
    }

    /// The key of a row of an entity.
    pub(super) fn key_of(&self, at: At) -> Value {
        match at.over {
            RowsOf::Entity(id) => self.column(at, self.program.entity(id).key),
            RowsOf::Source(_) => Value::Null,
        }
    }
}
