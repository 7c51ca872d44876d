//! Why a channel lets a step fire, or not: whom it reaches, its window, what counts against its cap now and until when, and who goes
//! first. Takes what the run says of the step's turn and gives it as conditions.

use crate::eval::{Firing, Stop, Turn, Value};
use crate::program::{Channel, Op, SequenceId, Step, Via};
use crate::test::compare::shown;
use crate::types::Type;
use crate::why::{About, NAMED, Node, said};

impl About<'_> {
    /// What the channel of a step says of it; nothing of a step that goes through none.
    pub(super) fn channel(&self, (id, at): (SequenceId, usize), step: &Step, depth: usize) -> Result<Vec<Node>, Stop> {
        let (Some(via), Some(turn)) = (&step.via, self.look.turn(id, at, self.row)?) else { return Ok(Vec::new()) };
        let channel = self.program.channel(via.channel);
        let text = self.via(via, channel);
        let Some(member) = &turn.member else {
            return Ok(vec![said(&format!("{text}: the path has no row"), Some(false))]);
        };
        let mut reaches = said(&text, Some(true));
        reaches.reads = vec![(self.program.entity(channel.entity).name.clone(), member.clone())];
        let mut nodes = vec![reaches];
        if let Some(during) = &channel.during {
            let of_channel = |node: Node| Node { text: format!("{} {}", channel.name, node.text), ..node };
            nodes.extend(self.operands(Op::And, during, depth)?.into_iter().map(of_channel));
        }
        let free = channel.count - i64::try_from(turn.counts.len()).unwrap_or(i64::MAX);
        nodes.push(self.cap(channel, &turn, free));
        if free > 0 && !turn.ahead.is_empty() {
            let ahead = turn.ahead.iter().map(|(step, key)| format!("{step} of {key}"));
            let is_next = i64::try_from(turn.ahead.len()).is_ok_and(|ahead| ahead < free);
            let mut node = said("its turn: the order of the channel, the steps', then by key", Some(is_next));
            node.reads = vec![("free".to_owned(), free.to_string()), ("ahead".to_owned(), counted(ahead))];
            nodes.push(node);
        }
        Ok(nodes)
    }

    /// `via mail(owner)`
    fn via(&self, via: &Via, channel: &Channel) -> String {
        let links: Vec<&str> = via.path.iter().map(|link| self.program.link(*link).name.as_str()).collect();
        let path = if links.is_empty() { String::new() } else { format!("({})", links.join(".")) };
        format!("via {}{path}", channel.name)
    }

    /// What counts against the cap.
    fn cap(&self, channel: &Channel, turn: &Turn, free: i64) -> Node {
        let instant = |at: i64| shown(&Value::Timestamp(at), &Type::Timestamp);
        let text = format!("cap {} per {}", channel.count, self.sources.on_one_line(channel.per.span));
        let mut node = said(&text, Some(free > 0));
        let firing = |it: &Firing| format!("{} of {} at {}", it.step, it.key, instant(it.at));
        node.reads = vec![("counting".to_owned(), counted(turn.counts.iter().map(firing)))];
        node.reads.extend(turn.free_at.map(|at| ("free again".to_owned(), instant(at))));
        node
    }
}

/// `2: one, another`, as many as are named.
fn counted(all: impl ExactSizeIterator<Item = String>) -> String {
    let count = all.len();
    let named: Vec<String> = all.take(NAMED).collect();
    let more = if count > named.len() { ", …" } else { "" };
    if named.is_empty() { count.to_string() } else { format!("{count}: {}{more}", named.join(", ")) }
}
