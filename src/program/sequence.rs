//! Takes a `sequence` declaration and gives what decides when a row enters and leaves, its steps and branches, and the fields
//! that they add. What lets a row in, closes its entry and holds it reads the entry as the run before left it; steps read
//! each other as of this run.

mod channel;
mod during;
mod hang;
mod parts;
mod path;
mod step;

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, error, is_error, make};
use super::expr::{WrongType, fold_date};
use super::mistakes::{self, Unknown};
use super::names::{FieldNode, Global};
use super::scope::{Bare, Scope, Within};
use super::{
    Again, Branch, EntityId, Expr, ExprKind, Field, FieldId, FieldKind, Literal, Sequence, SequenceId, SequencePart,
    Start, Step,
};
use crate::source::Span;
use crate::syntax::ast::{self, SequenceItem};
use crate::syntax::words;
use crate::types::Type;
pub(super) use parts::{SequenceNode, branches, senders, steps};

#[derive(Debug, Error, Diagnostic)]
#[error("sequence `{name}` does not say who starts it")]
#[diagnostic(
    code("missing-start"),
    help("add `start new` for rows that join from now on, or `start all` for those that are there already, too")
)]
struct MissingStart {
    name: String,
    #[label(primary, "all rows, or the new ones?")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`again {text}` {what}")]
#[diagnostic(code("bad-again"))]
struct BadAgain {
    text: String,
    what: &'static str,
    #[label(primary, "{label}")]
    at: Span,
    label: &'static str,
    #[help]
    help: &'static str,
}

impl<'a> Ctx<'a> {
    /// Declares every sequence, without its expressions; its fields have their slots.
    pub(super) fn declare_sequences(&mut self) {
        for (place, (doc, node, first)) in self.found.sequences.clone().into_iter().enumerate() {
            let fields: Vec<(SequencePart, FieldId)> = (first as u32..)
                .map(FieldId)
                .zip(self.found.fields.iter().skip(first))
                .map_while(|(id, (_, field))| match field {
                    FieldNode::Sequence(field) if field.place == place => Some((field.part, id)),
                    _ => None,
                })
                .collect();
            let id = |part| fields.iter().find(|(known, _)| *known == part).map(|(_, id)| *id);
            let own = |part| id(part).unwrap_or(FieldId(first as u32));
            let steps = (0..).zip(steps(node)).map(|(at, (it, branch))| Step {
                name: it.name.text.clone(),
                was: it.was.as_ref().map(|was| was.text.clone()),
                doc: it.doc.clone(),
                span: it.name.span,
                via: None,
                due: None,
                when: None,
                until: None,
                during: None,
                late: it.late.is_some(),
                branch,
                at: own(SequencePart::Step(at)),
                sent: id(SequencePart::Sent(at)),
                expired: id(SequencePart::Expired(at)),
            });
            let branches = branches(node).into_iter().enumerate().map(|(at, it)| Branch {
                name: it.name.text.clone(),
                was: it.was.as_ref().map(|was| was.text.clone()),
                doc: it.doc.clone(),
                span: it.name.span,
                due: None,
                late: it.late.is_some(),
                arms: Vec::new(),
                arm: own(SequencePart::Arm(at)),
                decided_at: own(SequencePart::DecidedAt(at)),
            });
            let (steps, branches) = (steps.collect(), branches.collect());
            let entry = own(SequencePart::Entry);
            let entity = self.field(entry).entity;
            let base = match self.global(&node.of.text) {
                Some((Global::Audience(at), _)) => FieldId(at as u32),
                _ => self.present(entity),
            };
            self.program.sequences.push(Sequence {
                name: node.name.text.clone(),
                was: node.was.as_ref().map(|was| was.text.clone()),
                doc: doc.cloned(),
                span: node.name.span,
                entity,
                base,
                start: Start::All,
                hold: None,
                exit: None,
                stay: false,
                again: None,
                steps,
                branches,
                entry,
                entered_at: own(SequencePart::EnteredAt),
                exited_at: own(SequencePart::ExitedAt),
                cause: own(SequencePart::Cause),
                active: own(SequencePart::Active),
                held: own(SequencePart::Held),
                done: own(SequencePart::Done),
            });
        }
    }

    /// The hidden audience of all rows of an entity: since when a row is there.
    fn present(&mut self, entity: EntityId) -> FieldId {
        const NAME: &str = "sequence__present";
        let known = self.program.fields_of(entity).find(|(_, field)| field.hidden && field.name == NAME);
        if let Some((id, _)) = known {
            return id;
        }
        let span = self.program.entities.get(entity.0 as usize).map_or_else(Span::default, |it| it.span);
        let condition = make(ExprKind::Literal(Literal::Bool(true)), Type::Bool.required(), span);
        self.program.add_field(Field {
            entity,
            name: NAME.to_owned(),
            doc: None,
            span,
            typed: Type::Bool.required(),
            kind: FieldKind::Audience { base: None, condition, until: None, was: None },
            hidden: true,
            labels: Vec::new(),
        })
    }

    /// Types what every sequence says, and the channels.
    pub(super) fn type_sequences(&mut self) {
        self.check_was_of_sequences();
        self.declare_channels();
        for (place, (_, node, first)) in self.found.sequences.clone().into_iter().enumerate() {
            if self.field_sound.get(first) != Some(&true) {
                continue;
            }
            let mut found = self.program.sequence(SequenceId(place as u32)).clone();
            self.type_items(SequenceId(place as u32), &mut found, node);
            self.type_steps(SequenceId(place as u32), &mut found, node);
            if let Some(slot) = self.program.sequences.get_mut(place) {
                *slot = found;
            }
        }
        self.order_channels();
        hang::read_before(&mut self.program);
    }

    fn type_items(&mut self, id: SequenceId, found: &mut Sequence, node: &'a ast::Sequence) {
        let (mut start, mut hold, mut exit, mut stay, mut again) = (None, None, None, None, None);
        for item in &node.items {
            match item {
                SequenceItem::Start(who, span) => {
                    if self.only_once("start", *span, &mut start) {
                        found.start = self.start(who);
                    }
                }
                SequenceItem::Hold(condition, span) => {
                    if self.only_once("hold", *span, &mut hold) {
                        let mut scope = self.clause_scope(id, node, true);
                        found.hold = Some(self.condition(&mut scope, condition));
                    }
                }
                SequenceItem::Exit(condition, span) => {
                    if self.only_once("exit", *span, &mut exit) {
                        let mut scope = self.clause_scope(id, node, true);
                        found.exit = Some(self.condition(&mut scope, condition));
                    }
                }
                SequenceItem::Stay(span) => found.stay = self.only_once("stay", *span, &mut stay) || found.stay,
                SequenceItem::Again(it) => {
                    if self.only_once("again", it.span, &mut again) {
                        found.again = Some(self.again(it));
                    }
                }
                SequenceItem::Step(_) | SequenceItem::Branch(_) => {}
            }
        }
        if start.is_none() && !node.broken {
            self.diags.push(MissingStart { name: node.name.text.clone(), at: node.name.span });
        }
    }

    fn start(&mut self, who: &ast::Name) -> Start {
        match who.text.as_str() {
            "new" => Start::New,
            "all" => Start::All,
            _ => {
                let words = ["new", "all"];
                let known = words.iter().map(|word| (*word, None));
                self.diags.push(Unknown::new(mistakes::WORD, &who.text, who.span).among(known).or_one_of(&words));
                Start::All
            }
        }
    }

    fn again(&mut self, node: &ast::Again) -> Again {
        if node.always {
            return Again::Always;
        }
        let after = node.after.as_ref().and_then(|after| self.constant_length(after));
        let at_most = node.at_most.as_ref().and_then(|written| {
            let value = self.expr(&mut Scope::constant(), written, None);
            let count = match value.kind {
                ExprKind::Literal(Literal::Int(count)) => Some(count),
                _ => None,
            };
            if count.is_none_or(|count| count < 2) && !is_error(&value) {
                let text = format!("at most {}", self.sources.text(written.span));
                let (what, label) = match count {
                    Some(_) => ("is no second entry", "entries in all: 2 or more"),
                    None => ("is no number of entries", "a constant whole number is needed"),
                };
                let help = "write how many entries in all, such as `again at most 3`, or remove the line";
                self.diags.push(BadAgain { text, what, at: written.span, label, help });
            }
            count
        });
        Again::Limited { after, at_most }
    }

    /// A constant duration or number of months that is not negative; what is none is reported.
    pub(super) fn constant_length(&mut self, written: &ast::Expr) -> Option<Expr> {
        if let ast::ExprKind::Path(path) = &written.kind
            && let [name] = path.parts.as_slice()
            && self.global(&name.text).is_none()
            && let Some(unit) = words::unit_here(&name.text)
        {
            let help = format!("write `1 {}`", unit.trim_end_matches('s'));
            self.diags.push(Unknown::new(mistakes::NAME, &name.text, name.span).or_help(help));
            return None;
        }
        let value = self.expr(&mut Scope::constant(), written, None);
        let sound = match value.kind {
            ExprKind::Literal(Literal::Duration(micros)) => micros > 0,
            ExprKind::Literal(Literal::Months(months)) => months > 0,
            _ => false,
        };
        if sound {
            return Some(value);
        }
        if !is_error(&value) {
            self.diags.push(WrongType {
                wanted: "a constant length of time".to_owned(),
                found: match value.kind {
                    ExprKind::Literal(_) if matches!(value.typed.kind, Type::Duration | Type::Months) => {
                        "no time".to_owned()
                    }
                    _ => value.typed.kind.to_string(),
                },
                at: value.span,
                declared: self.declared(value.span),
                help: "say how long: `30 days`".to_owned(),
            });
        }
        None
    }

    /// The scope of a clause of a sequence.
    fn clause_scope(&self, id: SequenceId, node: &ast::Sequence, in_view: bool) -> Scope {
        let sequence = self.program.sequence(id);
        let mut scope = Scope::row_of(sequence.entity, node.alias.as_ref().map(|alias| alias.text.as_str()));
        scope.within = Some(Within { sequence: id, in_view });
        let bare = |name: &str, field, everywhere| Bare { name: name.to_owned(), field, everywhere };
        scope.context = vec![bare("entered_at", sequence.entered_at, true), bare("done", sequence.done, true)];
        // A step of such a name is reported as one.
        let steps = sequence.steps.iter().map(|step| (&step.name, step.at));
        let branches = sequence.branches.iter().map(|branch| (&branch.name, branch.arm));
        for (name, field) in steps.chain(branches) {
            // The second of a name was reported.
            if !scope.context.iter().any(|known| known.name == *name) {
                scope.context.push(bare(name, field, false));
            }
        }
        scope
    }

    /// An instant; what is none is reported.
    fn instant_of(&mut self, scope: &mut Scope, word: &str, written: &ast::Expr) -> Expr {
        let value = fold_date(self.expr(scope, written, None));
        if is_error(&value) || value.typed.kind == Type::Timestamp {
            return value;
        }
        let text = self.sources.text(value.span);
        let is_day = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let help = match value.typed.kind {
            Type::Int if is_day => format!("write `@{text}`"),
            Type::Date | Type::Text => format!("write `timestamp({})`", self.sources.text(value.span)),
            Type::Duration | Type::Months => {
                format!("say from when on: `{word} entered_at + {}`", self.sources.text(value.span))
            }
            _ => format!("write `{word} entered_at + 3 days`"),
        };
        self.diags.push(WrongType {
            wanted: format!("an instant after `{word}`"),
            found: value.typed.kind.to_string(),
            at: value.span,
            declared: self.declared(value.span),
            help,
        });
        error(value.span)
    }
}
