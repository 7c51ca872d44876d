//! Takes a path that leads into a sequence, `upsell.email.sent` or within the sequence `email.sent`, and gives what it reads:
//! of this run, or of the entry in view where a clause reads the entry as the run before left it.

use miette::{Diagnostic, LabeledSpan};
use thiserror::Error;

use crate::program::context::{Ctx, error};
use crate::program::mistakes::{self, Unknown};
use crate::program::names::Global;
use crate::program::path::Walk;
use crate::program::scope::{Target, Within};
use crate::program::{Expr, FieldId, FieldKind, OUTER, SequenceId, SequencePart, What};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is a sequence, not a value")]
#[diagnostic(code("sequence-without-part"))]
struct SequenceWithoutPart {
    name: String,
    #[label(primary, "several values in one")]
    at: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}.sent` needs one sync from `{name}`, and there {count}")]
#[diagnostic(code("sent-without-one-sync"))]
struct SentWithoutOneSync {
    name: String,
    count: String,
    #[label(primary, "whose acceptance?")]
    at: Span,
    #[label(collection)]
    syncs: Vec<LabeledSpan>,
    #[help]
    help: String,
}

impl Ctx<'_> {
    /// Follows a path from a sequence to what it says of the row.
    pub(in crate::program) fn step_sequence(
        &mut self,
        walk: &Walk,
        id: SequenceId,
        path: &ast::Path,
        at: usize,
    ) -> Target {
        let sequence = self.program.sequence(id);
        let Some(name) = path.parts.get(at + 1) else {
            let written = path.dotted();
            let first = sequence.steps.first().map(|step| step.name.as_str());
            let help = match first {
                Some(step) => format!("read a step of it, such as `{written}.{step}`, or ask `{written}.active`"),
                None => format!("ask `{written}.active`"),
            };
            self.diags.push(SequenceWithoutPart { name: written, at: path.span, help });
            return Target::Value(error(path.span));
        };
        let parts = self.names_in(id);
        if let Some((_, part)) = parts.iter().find(|(known, _)| *known == name.text) {
            return self.part(walk, *part, path, at + 1);
        }
        if !self.is_broken_sequence(id) {
            let known: Vec<_> = parts.iter().map(|(part, id)| (part.as_str(), Some(self.field(*id).span))).collect();
            let mistake = Unknown::new(mistakes::MEMBER, &name.text, name.span).among(known);
            let of = sequence.name.clone();
            self.unknown(mistake.or_help(format!("declare it as a `step` of sequence `{of}`")));
        }
        Target::Value(error(path.span))
    }

    /// What can follow a sequence in a path.
    fn names_in(&self, id: SequenceId) -> Vec<(String, FieldId)> {
        let it = self.program.sequence(id);
        let entry = [it.entry, it.entered_at, it.exited_at, it.cause, it.active, it.held, it.done];
        let words = SequencePart::ENTRY.iter().filter_map(|part| part.word()).map(str::to_owned);
        let steps = it.steps.iter().map(|step| (step.name.clone(), step.at));
        let branches = it.branches.iter().map(|branch| (branch.name.clone(), branch.arm));
        words.zip(entry).chain(steps).chain(branches).collect()
    }

    /// Whether a field of the context has parts of its own.
    pub(in crate::program) fn has_part(&self, id: FieldId) -> bool {
        matches!(self.field(id).kind, FieldKind::Sequence(_, SequencePart::Step(_) | SequencePart::Arm(_)))
    }

    /// What a value of the context, a step or a branch, and what may follow it, reads.
    pub(in crate::program) fn part(&mut self, walk: &Walk, id: FieldId, path: &ast::Path, at: usize) -> Target {
        let (Some(name), FieldKind::Sequence(sequence, part)) = (path.parts.get(at), &self.field(id).kind) else {
            return Target::Value(walk.read(What::Field(id), self.field(id).typed.clone(), path.span));
        };
        let (sequence, part) = (*sequence, *part);
        let Some(next) = path.parts.get(at + 1) else {
            return Target::Value(self.read_part(walk, id, path.span));
        };
        let it = self.program.sequence(sequence);
        let found = match (part, next.text.as_str()) {
            (SequencePart::Step(at), "sent") => it.steps.get(at).and_then(|step| step.sent),
            (SequencePart::Step(at), "expired") => it.steps.get(at).and_then(|step| step.expired),
            (SequencePart::Arm(at), "decided_at") => it.branches.get(at).map(|branch| branch.decided_at),
            _ => None,
        };
        match (found, path.parts.get(at + 2)) {
            (Some(id), None) => return Target::Value(self.read_part(walk, id, path.span)),
            (Some(_), Some(more)) => self.no_parts(&next.text, "a value of a sequence", more, "remove what follows"),
            (None, _) => match (part, next.text.as_str()) {
                (SequencePart::Step(_), "sent") => self.sent_without_one_sync(sequence, &name.text, next.span),
                (SequencePart::Step(_), "expired") => {
                    self.no_parts(&name.text, "a step without `until`", next, "add an `until` to the step");
                }
                (SequencePart::Step(_), _) => {
                    self.no_parts(&name.text, "a step", next, "its parts are `sent` and `expired`");
                }
                (SequencePart::Arm(_), _) => {
                    self.no_parts(&name.text, "a branch", next, "its only part is `decided_at`");
                }
                _ => self.no_parts(&name.text, "a value of a sequence", next, "remove what follows"),
            },
        }
        Target::Value(error(path.span))
    }

    fn sent_without_one_sync(&mut self, id: SequenceId, step: &str, at: Span) {
        let name = format!("{}.{step}", self.program.sequence(id).name);
        let senders = self.found.senders.get(&name).cloned().unwrap_or_default();
        // A sync whose step is unknown, which is reported there, may be the one.
        let is_adrift = |name: &String| name.contains('.') && !self.is_step(name);
        if senders.is_empty() && (self.is_lost(step) || self.found.senders.keys().any(is_adrift)) {
            return;
        }
        let count = if senders.is_empty() { "is none".to_owned() } else { format!("are {}", senders.len()) };
        let label = |at: &Span| LabeledSpan::new_with_span(Some("sends it".to_owned()), *at);
        let help = if senders.is_empty() {
            format!("declare a sync from it: `sync … from {name} to …`")
        } else {
            "keep one of them, or send another step with the rest".to_owned()
        };
        self.diags.push(SentWithoutOneSync { name, count, at, syncs: senders.iter().map(label).collect(), help });
    }

    /// A read of a field of a sequence: within its own clauses an entry is open, or in view.
    fn read_part(&self, walk: &Walk, id: FieldId, span: Span) -> Expr {
        let mut typed = self.field(id).typed.clone();
        let mut what = What::Field(id);
        if let FieldKind::Sequence(of, part) = self.field(id).kind
            && let Some(Within { sequence, in_view }) = walk.within
            && of == sequence
            && walk.row == OUTER
            && walk.links.is_empty()
        {
            typed.nullable &= part != SequencePart::EnteredAt;
            if in_view && part.is_in_view() {
                what = What::InView(id);
            }
        }
        walk.read(what, typed, span)
    }

    /// Whether `upsell.email` names a step.
    fn is_step(&self, name: &str) -> bool {
        let Some((of, step)) = name.split_once('.') else { return false };
        match self.global(of) {
            Some((Global::Sequence(at), _)) => self.program.sequence(SequenceId(at as u32)).step_named(step).is_some(),
            _ => false,
        }
    }

    /// Whether a sequence has an item that could not be read: it may be the step that is missed.
    pub(in crate::program) fn is_broken_sequence(&self, id: SequenceId) -> bool {
        self.found
            .sequences
            .get(id.0 as usize)
            .is_some_and(|(_, node, _)| node.broken || super::branches(node).iter().any(|branch| branch.broken))
    }
}
