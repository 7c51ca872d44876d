//! Why a sequence says what it says of a row: the entry by what opens and closes it, a step or a branch by what lets it happen, in
//! the order of docs/language.md. What reads the entry in view is shown as it was read.

use super::{About, Node, said};
use crate::eval::{Stop, Value};
use crate::program::{Branch, Expr, FieldId, Op, Sequence, SequenceId, SequencePart, Start, Step};
use crate::test::compare::shown;
use crate::types::Type;

impl About<'_> {
    /// What a field of a sequence is made of.
    pub(super) fn passage(&self, id: SequenceId, part: SequencePart, depth: usize) -> Result<Vec<Node>, Stop> {
        let sequence = self.program.sequence(id);
        let seen = About { fresh: self.look.is_fresh(id, self.row)?, ..*self };
        match part {
            SequencePart::Entry
            | SequencePart::EnteredAt
            | SequencePart::ExitedAt
            | SequencePart::Cause
            | SequencePart::Active => seen.entry(sequence, depth),
            SequencePart::Held => seen.held(sequence, depth),
            SequencePart::Done => {
                let steps = sequence.steps.iter().map(|step| step.at);
                let branches = sequence.branches.iter().map(|branch| branch.decided_at);
                let expired = sequence.steps.iter().filter_map(|step| step.expired);
                let all = [sequence.active].into_iter().chain(steps).chain(expired).chain(branches);
                all.map(|id| seen.leaf(id)).collect()
            }
            SequencePart::Step(at) => {
                sequence.steps.get(at).map_or(Ok(Vec::new()), |step| seen.step(sequence, step, depth))
            }
            SequencePart::Expired(at) => {
                let until = sequence.steps.get(at).and_then(|step| step.until.as_ref());
                until.map(|until| seen.instant_node("until", until, depth)).into_iter().collect()
            }
            SequencePart::Arm(at) | SequencePart::DecidedAt(at) => {
                sequence.branches.get(at).map_or(Ok(Vec::new()), |branch| seen.branch(sequence, branch, depth))
            }
            SequencePart::Sent(_) => Ok(Vec::new()),
        }
    }

    /// What opens an entry and what closes it.
    fn entry(&self, sequence: &Sequence, depth: usize) -> Result<Vec<Node>, Stop> {
        let was_open = self.look.before(sequence.active, self.row).holds();
        let mut open = said("open after the run before", Some(was_open));
        if was_open {
            let at = self.look.before(sequence.entered_at, self.row);
            open.reads = vec![("entered_at".to_owned(), shown(&at, &Type::Timestamp))];
        } else {
            for (name, id) in [("entry", sequence.entry), ("exited_at", sequence.exited_at), ("cause", sequence.cause)]
            {
                let value = self.look.before(id, self.row);
                let kind = &self.program.field(id).typed.kind;
                open.reads.extend((!value.is_null()).then(|| (name.to_owned(), shown(&value, kind))));
            }
        }
        let mut nodes = vec![open, self.field_node(sequence.base, depth)?];
        if sequence.start == Start::New && !was_open {
            let (_, since) = self.look.field(sequence.base, self.row)?;
            let born = self.look.first_run(sequence);
            let joined = matches!(&since, Value::Timestamp(at) if *at > born);
            let mut node = said("start new: in the base since after the first run of the sequence", Some(joined));
            node.reads = vec![("first run".to_owned(), shown(&Value::Timestamp(born), &Type::Timestamp))];
            nodes.push(node);
        }
        if let Some(exit) = &sequence.exit {
            let node = self.node(exit, depth)?;
            nodes.push(Node { text: format!("exit when {}", node.text), ..node });
        }
        Ok(nodes)
    }

    fn held(&self, sequence: &Sequence, depth: usize) -> Result<Vec<Node>, Stop> {
        let mut nodes = vec![self.leaf(sequence.active)?];
        if let Some(hold) = &sequence.hold {
            nodes.extend(self.operands(Op::And, hold, depth)?);
        }
        Ok(nodes)
    }

    /// What lets a step fire.
    fn step(&self, sequence: &Sequence, step: &Step, depth: usize) -> Result<Vec<Node>, Stop> {
        let mut nodes = self.moves(sequence, step.at, step.due.as_ref(), depth)?;
        for condition in step.when.iter().chain(&step.during) {
            nodes.extend(self.operands(Op::And, condition, depth)?);
        }
        if let Some(until) = &step.until {
            nodes.push(self.instant_node("until", until, depth)?);
        }
        Ok(nodes)
    }

    /// What lets a branch be decided, and for which arm.
    fn branch(&self, sequence: &Sequence, branch: &Branch, depth: usize) -> Result<Vec<Node>, Stop> {
        let mut nodes = self.moves(sequence, branch.decided_at, branch.due.as_ref(), depth)?;
        for (at, when) in &branch.arms {
            let Some(step) = sequence.steps.get(*at) else { continue };
            let below = when.as_ref().map_or(Ok(Vec::new()), |when| self.operands(Op::And, when, depth))?;
            let holds = when.as_ref().map_or(Ok(true), |when| self.holds(when))?;
            let word = if when.is_some() { "when" } else { "otherwise" };
            nodes.push(Node { below, ..said(&format!("{} {word}", step.name), Some(holds)) });
        }
        Ok(nodes)
    }

    /// What everything in an entry needs to happen: once, while the entry is open and not held, from its due on.
    fn moves(&self, sequence: &Sequence, at: FieldId, due: Option<&Expr>, depth: usize) -> Result<Vec<Node>, Stop> {
        let before = self.look.before(at, self.row);
        if !self.fresh && !before.is_null() {
            let mut node = said("happened in an earlier run of this entry", Some(true));
            node.reads = vec![("at".to_owned(), shown(&before, &Type::Timestamp))];
            return Ok(vec![node]);
        }
        let mut nodes = vec![self.leaf(sequence.active)?];
        if sequence.hold.is_some() {
            let held = self.leaf(sequence.held)?;
            nodes.push(Node { text: format!("not {}", held.text), holds: held.holds.map(|holds| !holds), ..held });
        }
        nodes.extend(due.map(|due| self.instant_node("due", due, depth)).transpose()?);
        Ok(nodes)
    }

    /// Whether an instant has come.
    fn instant_node(&self, word: &str, expr: &Expr, depth: usize) -> Result<Node, Stop> {
        let node = self.node(expr, depth)?;
        let at = self.value(expr)?;
        let has_come = matches!(at, Value::Timestamp(at) if at <= self.look.now());
        Ok(Node { text: format!("{word} {}", node.text), holds: Some(has_come), ..node })
    }

    /// A field of the sequence, not opened.
    fn leaf(&self, id: FieldId) -> Result<Node, Stop> {
        let field = self.program.field(id);
        let (value, _) = self.look.field(id, self.row)?;
        let mut node = said(&field.spoken(), Some(value.holds()));
        if field.typed.kind != Type::Bool {
            node.holds = Some(!value.is_null());
            node.reads = vec![("at".to_owned(), shown(&value, &field.typed.kind))];
        }
        Ok(node)
    }
}
