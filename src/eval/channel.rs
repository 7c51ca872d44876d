//! Channels: which of the steps that ask fire, so that no row gets more than its cap; and the log of what has fired, against
//! which the cap counts.

use std::collections::{BTreeMap, BTreeSet};

use super::calendar::DAY;
use super::entity::At;
use super::{Firing, Run, Stop, Value, operator, sequence};
use crate::program::{Channel, ChannelId, Op, RowsOf, SequenceId, SequencePart, Via};

/// A step of the row at a place.
type Asking = (SequenceId, usize, usize);

/// The steps that a channel lets fire, each with the key of the row that it reaches.
pub(super) type Granted = BTreeMap<Asking, String>;

/// What a channel says of a step of a row in a run.
#[derive(Debug, Clone)]
pub struct Turn {
    /// The key of the row that it reaches; nothing where the path has no row.
    pub member: Option<String>,
    /// What counts against the cap of that row, the latest first.
    pub counts: Vec<Firing>,
    /// From when on one more would be let through, if nothing else goes through.
    pub free_at: Option<i64>,
    /// The steps that ask for the same row and go first, each with its row's key.
    pub ahead: Vec<(String, String)>,
}

/// Who asks a channel: for whom, by the place in the order of sequences, by step, by key.
struct Ask {
    member: String,
    rank: (usize, usize),
    key: Value,
    asking: Asking,
}

impl Ask {
    /// Who goes first.
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank).then_with(|| self.key.nulls_last(&other.key))
    }
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
            asks.sort_by(Ask::order);
            let members: BTreeSet<String> = asks.iter().map(|ask| ask.member.clone()).collect();
            for member in members {
                let used = self.used(channel, &member)?.len() as i64;
                let free = (channel.count - used).max(0) as usize;
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
                    let Some(member) = self.member_of(via, At { over, place })? else { continue };
                    if self.asks(*sequence, at, place)? {
                        let key = self.key_of(At { over, place });
                        asks.push(Ask { member, rank: (rank, at), key, asking: (*sequence, at, place) });
                    }
                }
            }
        }
        Ok(asks)
    }

    /// The key of the row that a step of a row reaches.
    fn member_of(&self, via: &Via, from: At) -> Result<Option<String>, Stop> {
        let end = self.follow_all(&via.path, from)?;
        Ok(end.and_then(|end| self.key_of(end).text()))
    }

    /// The firings through a channel that still count for a row.
    fn used(&self, channel: &Channel, member: &str) -> Result<Vec<&Firing>, Stop> {
        let per = self.eval(&channel.per, &[])?;
        let from = operator::arithmetic(Op::Subtract, &[Value::Timestamp(self.now), per])?;
        let counts = |firing: &&Firing| {
            let Some((name, reached)) = &firing.channel else { return false };
            let is_own = *name == channel.name || Some(name) == channel.was.as_ref();
            is_own && reached == member && Value::Timestamp(firing.at).order(&from).is_gt()
        };
        Ok(self.before.firings.iter().filter(counts).collect())
    }

    /// What its channel says of a step of the row at a place, whether or not it asks in this run.
    pub(super) fn turn(&self, via: &Via, (id, at, place): Asking) -> Result<Turn, Stop> {
        let channel = self.program.channel(via.channel);
        let from = At { over: RowsOf::Entity(self.program.sequence(id).entity), place };
        let Some(member) = self.member_of(via, from)? else {
            return Ok(Turn { member: None, counts: Vec::new(), free_at: None, ahead: Vec::new() });
        };
        let mut counts: Vec<Firing> = self.used(channel, &member)?.into_iter().cloned().collect();
        counts.sort_by_key(|firing| std::cmp::Reverse(firing.at));
        let most = usize::try_from(channel.count).unwrap_or(usize::MAX);
        let last = most.checked_sub(1).and_then(|most| counts.get(most));
        let free_at = last.map(|firing| self.lapses(channel, firing.at)).transpose()?;
        // A sequence with a step through the channel has a place in its order.
        let rank = channel.order.iter().position(|it| *it == id).unwrap_or_default();
        let own = Ask { member, rank: (rank, at), key: self.key_of(from), asking: (id, at, place) };
        let mut ahead = self.all_asking(via.channel)?;
        ahead.retain(|ask| ask.member == own.member && ask.order(&own).is_lt());
        ahead.sort_by(Ask::order);
        let named = |ask: Ask| {
            let (of, step, _) = ask.asking;
            (sequence::step_names(self.program.sequence(of), step).swap_remove(0), ask.key.text().unwrap_or_default())
        };
        Ok(Turn { member: Some(own.member), counts, free_at, ahead: ahead.into_iter().map(named).collect() })
    }

    /// From when on a firing no longer counts.
    fn lapses(&self, channel: &Channel, at: i64) -> Result<i64, Stop> {
        let per = self.eval(&channel.per, &[])?;
        let moved = |op: Op, at: i64| {
            operator::arithmetic(op, &[Value::Timestamp(at), per.clone()]).map(|it| sequence::instant(&it))
        };
        let mut end = moved(Op::Add, at)?;
        // A month before the last days of a shorter one is earlier than a month after them: it ends with one of the next days.
        while moved(Op::Subtract, end)? < at {
            end = (end.div_euclid(DAY) + 1) * DAY;
        }
        Ok(end)
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
