//! Why a sequence says what it says of a row: the entry by what opens and closes it, a step or a branch by what lets it happen, in
//! the order of docs/language.md. What reads the entry in view is shown as it was read.

mod channel;

use super::{About, Node, said};
use crate::eval::{Stop, Value};
use crate::program::{Again, Expr, FieldId, Op, Sequence, SequenceId, SequencePart, Start};
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
            SequencePart::Done => seen.done(id, sequence),
            SequencePart::Step(at) => seen.step((id, at), depth),
            SequencePart::Expired(at) => {
                let until = sequence.steps.get(at).and_then(|step| step.until.as_ref());
                until.map(|until| seen.instant_node("until", until, depth)).into_iter().collect()
            }
            SequencePart::Arm(at) | SequencePart::DecidedAt(at) => seen.branch((id, at), depth),
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
        let mut nodes = vec![open, self.base(sequence, depth)?];
        if sequence.start == Start::New && !was_open {
            let (_, since) = self.look.field(sequence.base, self.row)?;
            let born = self.look.first_run(sequence);
            let joined = matches!(&since, Value::Timestamp(at) if *at > born);
            let mut node = said("start new: in the base since after the first run of the sequence", Some(joined));
            node.reads = vec![("first run".to_owned(), shown(&Value::Timestamp(born), &Type::Timestamp))];
            nodes.push(node);
        }
        if !was_open && !self.look.before(sequence.entry, self.row).is_null() {
            nodes.extend(self.again(sequence)?);
        }
        if let Some(exit) = &sequence.exit {
            let node = self.node(exit, depth)?;
            nodes.push(Node { text: format!("exit when {}", node.text), ..node });
        }
        Ok(nodes)
    }

    /// Whether the row is in the base; of a sequence of an entity, it is there.
    fn base(&self, sequence: &Sequence, depth: usize) -> Result<Node, Stop> {
        let node = self.field_node(sequence.base, depth)?;
        Ok(match self.program.field(sequence.base).hidden {
            true => Node {
                text: format!("a row of {}", self.program.entity(sequence.entity).name),
                below: Vec::new(),
                ..node
            },
            false => node,
        })
    }

    /// Whether another entry may follow the last one, which has closed.
    fn again(&self, sequence: &Sequence) -> Result<Vec<Node>, Stop> {
        let exited_at = self.look.before(sequence.exited_at, self.row);
        match &sequence.again {
            None => Ok(vec![said("a first entry: nothing says `again`", Some(false))]),
            Some(Again::Always) => {
                let (_, since) = self.look.field(sequence.base, self.row)?;
                let exited = self.look.before(sequence.cause, self.row).as_text() == "exit";
                let joined = !since.is_null() && since.order(&exited_at).is_gt();
                let text = "again always: after an exit, in the base anew";
                Ok(vec![said(text, Some(!exited || joined))])
            }
            Some(Again::Limited { after, at_most }) => {
                let mut nodes = Vec::new();
                if let Some(after) = after {
                    let from = self.look.moved(&exited_at, after)?;
                    let text = format!("again after {}", self.sources.on_one_line(after.span));
                    let mut node = said(&text, Some(!from.order(&Value::Timestamp(self.look.now())).is_gt()));
                    node.reads = vec![("from".to_owned(), shown(&from, &Type::Timestamp))];
                    nodes.push(node);
                }
                if let Some(most) = at_most {
                    let entries = self.look.before(sequence.entry, self.row);
                    let mut node = said(&format!("again at most {most}"), Some(entries.as_int() < *most));
                    node.reads = vec![("entries".to_owned(), shown(&entries, &Type::Int))];
                    nodes.push(node);
                }
                Ok(nodes)
            }
        }
    }

    fn held(&self, sequence: &Sequence, depth: usize) -> Result<Vec<Node>, Stop> {
        let mut nodes = vec![self.leaf(sequence.active)?];
        if let Some(hold) = &sequence.hold {
            nodes.extend(self.operands(Op::And, hold, depth)?);
        }
        Ok(nodes)
    }

    /// Of each step and branch, whether anything more can come of it.
    fn done(&self, id: SequenceId, sequence: &Sequence) -> Result<Vec<Node>, Stop> {
        let mut nodes = vec![self.leaf(sequence.active)?];
        for (at, step) in sequence.steps.iter().enumerate() {
            let branch = step.branch.and_then(|at| sequence.branches.get(at));
            let is_other = match branch {
                None => false,
                Some(branch) => {
                    let is_decided = !self.look.field(branch.decided_at, self.row)?.0.is_null();
                    is_decided && self.look.field(branch.arm, self.row)?.0.as_text() != step.name
                }
            };
            let is_expired =
                step.expired.map_or(Ok(false), |it| self.look.field(it, self.row).map(|it| it.0.holds()))?;
            let node = self.leaf(step.at)?;
            let why = if node.holds == Some(true) {
                None
            } else if is_other {
                Some("of an arm that was not taken")
            } else if is_expired {
                Some("expired")
            } else {
                self.look.skipped_since(id, SequencePart::Step(at), self.row)?.map(|_| "skipped by an edit")
            };
            nodes.push(match why {
                Some(why) => said(&format!("{}: {why}", node.text), Some(true)),
                None => node,
            });
        }
        for (at, branch) in sequence.branches.iter().enumerate() {
            let node = self.leaf(branch.decided_at)?;
            let skipped = self.look.skipped_since(id, SequencePart::Arm(at), self.row)?;
            nodes.push(match skipped.filter(|_| node.holds == Some(false)) {
                Some(_) => said(&format!("{}: skipped by an edit", node.text), Some(true)),
                None => node,
            });
        }
        Ok(nodes)
    }

    /// What lets a step fire.
    fn step(&self, (id, at): (SequenceId, usize), depth: usize) -> Result<Vec<Node>, Stop> {
        let sequence = self.program.sequence(id);
        let Some(step) = sequence.steps.get(at) else { return Ok(Vec::new()) };
        if let Some(node) = self.has_happened(step.at) {
            return Ok(vec![node]);
        }
        let branch = step.branch.and_then(|at| sequence.branches.get(at));
        // What an arm is due by and asks is that its branch took it.
        let (due, when) = if branch.is_some() { (None, None) } else { (step.due.as_ref(), step.when.as_ref()) };
        let mut nodes = self.moves((id, SequencePart::Step(at)), due, depth)?;
        if let Some(branch) = branch {
            let (arm, _) = self.look.field(branch.arm, self.row)?;
            let mut node = said(&format!("taken by branch {}", branch.name), Some(arm.as_text() == step.name));
            node.reads = vec![(branch.name.clone(), shown(&arm, &self.program.field(branch.arm).typed.kind))];
            nodes.push(node);
        }
        for condition in when.into_iter().chain(&step.during) {
            nodes.extend(self.operands(Op::And, condition, depth)?);
        }
        if let Some(until) = &step.until {
            let node = self.instant_node("before until", until, depth)?;
            nodes.push(Node { holds: node.holds.map(|has_come| !has_come), ..node });
        }
        nodes.extend(self.channel((id, at), step, depth)?);
        Ok(nodes)
    }

    /// What lets a branch be decided, and for which arm.
    fn branch(&self, (id, at): (SequenceId, usize), depth: usize) -> Result<Vec<Node>, Stop> {
        let sequence = self.program.sequence(id);
        let Some(branch) = sequence.branches.get(at) else { return Ok(Vec::new()) };
        if let Some(node) = self.has_happened(branch.decided_at) {
            return Ok(vec![node]);
        }
        let mut nodes = self.moves((id, SequencePart::Arm(at)), branch.due.as_ref(), depth)?;
        let mut taken: Option<&str> = None;
        for (at, when) in &branch.arms {
            let Some(step) = sequence.steps.get(*at) else { continue };
            if let Some(first) = taken {
                // Whatever it asks: the first that holds is taken.
                nodes.push(said(&format!("{}: not asked, {first} goes before it", step.name), None));
                continue;
            }
            let below = when.as_ref().map_or(Ok(Vec::new()), |when| self.operands(Op::And, when, depth))?;
            let holds = when.as_ref().map_or(Ok(true), |when| self.holds(when))?;
            let word = if when.is_some() { "when" } else { "otherwise" };
            nodes.push(Node { below, ..said(&format!("{} {word}", step.name), Some(holds)) });
            taken = holds.then_some(&step.name);
        }
        Ok(nodes)
    }

    /// That a step has fired, or a branch was decided, before this run.
    fn has_happened(&self, at: FieldId) -> Option<Node> {
        let before = self.look.before(at, self.row);
        if self.fresh || before.is_null() {
            return None;
        }
        let mut node = said("happened in an earlier run of this entry", Some(true));
        node.reads = vec![("at".to_owned(), shown(&before, &Type::Timestamp))];
        Some(node)
    }

    /// What everything in an entry needs to happen: while the entry is open and not held, from its due on, and not passed over.
    fn moves(
        &self,
        (id, part): (SequenceId, SequencePart),
        due: Option<&Expr>,
        depth: usize,
    ) -> Result<Vec<Node>, Stop> {
        let sequence = self.program.sequence(id);
        let mut active = self.leaf(sequence.active)?;
        let is_open = active.holds == Some(true);
        if !is_open && depth <= 1 {
            // What keeps the row from entering, or has closed its entry.
            active.below = self.entry(sequence, depth + 1)?;
        }
        let mut nodes = vec![active];
        if sequence.hold.is_some() {
            let held = self.leaf(sequence.held)?;
            nodes.push(Node { text: format!("not {}", held.text), holds: held.holds.map(|holds| !holds), ..held });
        }
        nodes.extend(due.map(|due| self.instant_node("due", due, depth)).transpose()?);
        if is_open && let Some(first) = self.look.skipped_since(id, part, self.row)? {
            let text = "not skipped by an edit: it was due in an open entry before the first run that had it";
            let mut node = said(text, Some(false));
            node.reads = vec![("first run".to_owned(), shown(&Value::Timestamp(first), &Type::Timestamp))];
            nodes.push(node);
        }
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
