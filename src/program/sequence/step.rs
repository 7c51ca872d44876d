//! Takes the steps and branches of a sequence and gives when each fires. An arm fires by the decision of its branch: what it
//! says itself is asked at the decision only.

use miette::Diagnostic;
use thiserror::Error;

use super::{branches, steps};
use crate::program::context::{Ctx, make};
use crate::program::expr::OtherwiseNotLast;
use crate::program::mistakes::{self, Unknown};
use crate::program::names::Global;
use crate::program::scope::{Scope, Target};
use crate::program::{
    Branch, ChannelId, EntityId, Expr, ExprKind, FieldId, Literal, OUTER, Op, Sequence, SequenceId, Step, Via, What,
};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{Type, Typed};

#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` has no meaning in {of}")]
#[diagnostic(code("idle-clause"), help("remove it{instead}"))]
struct IdleClause {
    word: &'static str,
    of: &'static str,
    instead: &'static str,
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("arm `{name}` does not say when it is taken")]
#[diagnostic(code("arm-without-condition"), help("add a `when`, or `otherwise` to the last one"))]
struct ArmWithoutCondition {
    name: String,
    #[label(primary, "neither `when` nor `otherwise`")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("branch `{name}` has no arm")]
#[diagnostic(
    code("branch-without-arm"),
    help("add a line such as `step offer when …` for each arm, or remove the branch")
)]
struct BranchWithoutArm {
    name: String,
    #[label(primary, "it decides nothing")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` leads to {found}, and channel `{channel}` reaches rows of `{wanted}`")]
#[diagnostic(code("via-target"))]
struct ViaTarget {
    text: String,
    found: String,
    wanted: String,
    channel: String,
    #[label(primary, "this is {found}")]
    at: Span,
    #[label("the channel is declared here")]
    declared: Span,
    #[help]
    help: String,
}

impl<'a> Ctx<'a> {
    /// Types the steps and branches of a sequence.
    pub(super) fn type_steps(&mut self, id: SequenceId, found: &mut Sequence, node: &'a ast::Sequence) {
        let mut scope = self.clause_scope(id, node, false);
        for (branch, written) in found.branches.iter_mut().zip(branches(node)) {
            branch.due = written.due.as_ref().map(|due| self.instant_of(&mut scope, "due", due));
        }
        let is_broken =
            |at: Option<usize>| at.and_then(|at| branches(node).get(at).copied()).is_some_and(|it| it.broken);
        for (at, ((written, _), step)) in steps(node).into_iter().zip(&mut found.steps).enumerate() {
            step.until = written.until.as_ref().map(|until| self.instant_of(&mut scope, "until", until));
            step.via = written.via.as_ref().and_then(|via| self.via(&scope, found.entity, via));
            step.during = written.during.as_ref().and_then(|during| self.during(during));
            let when = written.when.as_ref().map(|when| self.condition(&mut scope, when));
            match step.branch.and_then(|at| found.branches.get_mut(at)) {
                None => {
                    step.due = written.due.as_ref().map(|due| self.instant_of(&mut scope, "due", due));
                    step.when = when;
                    if let Some(at) = written.otherwise {
                        self.idle("otherwise", "a step of no branch", at, "it is no arm", "");
                    }
                }
                Some(branch) => {
                    // An arm that is broken says nothing, and that was reported.
                    if !is_broken(step.branch) {
                        self.check_arm(written);
                    }
                    step.due = Some(read(branch.decided_at, Type::Timestamp.optional(), step.span));
                    step.when = Some(taken(branch, step, self.field(branch.arm).typed.clone()));
                    branch.arms.push((at, when));
                }
            }
        }
        for written in branches(node) {
            self.check_otherwise(written);
        }
    }

    fn idle(&mut self, word: &'static str, of: &'static str, at: Span, why: &'static str, instead: &'static str) {
        self.diags.push(IdleClause { word, of, instead, at, why });
    }

    /// Reports what an arm cannot say.
    fn check_arm(&mut self, written: &ast::Step) {
        if let Some(due) = &written.due {
            self.idle(
                "due",
                "an arm",
                due.span,
                "an arm is due when its branch is decided",
                ", or write it at the branch",
            );
        }
        if let Some(at) = written.late {
            self.idle("late", "an arm", at, "an arm is due when its branch is decided", ", or write it at the branch");
        }
    }

    /// Every arm but the last has a condition, and the last one has one or is for the rest.
    fn check_otherwise(&mut self, branch: &ast::Branch) {
        if branch.broken {
            return;
        }
        if branch.steps.is_empty() {
            self.diags.push(BranchWithoutArm { name: branch.name.text.clone(), at: branch.name.span });
        }
        for (at, step) in branch.steps.iter().enumerate() {
            let is_last = at + 1 == branch.steps.len();
            match (&step.when, step.otherwise) {
                (None, Some(at)) if !is_last => self.diags.push(OtherwiseNotLast { at }),
                // A step that is broken says nothing, and that was reported.
                (None, None) if step.due.is_none() => {
                    self.diags.push(ArmWithoutCondition { name: step.name.text.clone(), at: step.name.span });
                }
                _ => {}
            }
        }
    }

    fn via(&mut self, scope: &Scope, entity: EntityId, written: &ast::Via) -> Option<Via> {
        let channel = self.channel_named(&written.channel)?;
        let node = self.found.channels.get(channel.0 as usize).map(|item| item.node);
        if node.is_some_and(|node| self.entity_named(&node.of.text).is_none()) {
            // Whose rows it reaches was reported.
            return None;
        }
        let target = self.program.channel(channel).entity;
        let (path, span) = match &written.to {
            None => (Vec::new(), written.channel.span),
            // The entity is named in place of the link to it.
            Some(path) if self.names_no_link(entity, path, target) => {
                self.via_target((written, entity), "no row", channel, path.span);
                return None;
            }
            Some(path) => match self.resolve(scope, path) {
                Target::Row(OUTER, links) => (links, path.span),
                // That it is a value or a set is said as of a path that should be one row.
                Target::Value(value) if crate::program::context::is_error(&value) => return None,
                _ => {
                    self.via_target((written, entity), "no row", channel, path.span);
                    return None;
                }
            },
        };
        let end = self.end_of(entity, &path);
        if end != target {
            let found = format!("a row of `{}`", self.entity(end).name);
            self.via_target((written, entity), &found, channel, span);
            return None;
        }
        Some(Via { channel, path, span: Span { end: span.end, ..written.channel.span } })
    }

    /// Whether a path is the name of an entity, and of no member of the one that it begins at.
    fn names_no_link(&self, from: EntityId, path: &ast::Path, target: EntityId) -> bool {
        let [name] = path.parts.as_slice() else { return false };
        name.text == self.entity(target).name && from != target && self.member(from, &name.text).is_none()
    }

    fn via_target(&mut self, (written, entity): (&ast::Via, EntityId), found: &str, channel: ChannelId, at: Span) {
        let it = self.program.channel(channel);
        let (name, declared) = (it.name.clone(), it.span);
        let wanted = self.entity(it.entity).name.clone();
        let text = written.to.as_ref().map_or_else(|| format!("via {name}"), ast::Path::dotted);
        let links: Vec<&str> = self
            .program
            .links
            .iter()
            .filter(|link| link.from == entity && link.to == it.entity)
            .map(|link| link.name.as_str())
            .collect();
        let help = match links.as_slice() {
            [link] => format!("write `via {name}({link})`"),
            [] => format!("declare a link to `{wanted}`, and name it: `via {name}(link)`"),
            [first, ..] => format!("name the link to `{wanted}`, such as `via {name}({first})`"),
        };
        self.diags.push(ViaTarget { text, found: found.to_owned(), wanted, channel: name, at, declared, help });
    }

    /// The channel of a name; an unknown one is reported.
    fn channel_named(&mut self, name: &ast::Name) -> Option<ChannelId> {
        if let Some((Global::Channel(id), _)) = self.global(&name.text) {
            return Some(id);
        }
        let known = self.known(|what| matches!(what, Global::Channel(_)));
        let known = known.iter().map(|(name, span)| (name.as_str(), *span));
        let mistake = Unknown::new(mistakes::CHANNEL, &name.text, name.span).among(known);
        self.unknown(mistake.or_help(format!("declare it: `channel {} of user {{ cap 1 per 48 hours }}`", name.text)));
        None
    }
}

/// A read of a field of the row.
fn read(field: FieldId, typed: Typed, span: Span) -> Expr {
    make(ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Field(field) }, typed, span)
}

/// Whether a branch took an arm.
fn taken(branch: &Branch, step: &Step, typed: Typed) -> Expr {
    let name = make(
        ExprKind::Literal(Literal::Text(step.name.clone())),
        Typed { nullable: false, ..typed.clone() },
        step.span,
    );
    let operands = vec![read(branch.arm, typed, step.span), name];
    make(ExprKind::Op(Op::Equal, operands), Type::Bool.required(), step.span)
}
