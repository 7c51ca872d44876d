//! Takes the `funnel` declarations and gives their steps, each with a plain read of the row that says when it happened, and
//! with what it takes to have reached it. What is no column or field of the row becomes a hidden field of the entity.

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, error, is_error, make};
use super::entity::DuplicateItem;
use super::expr::{WrongType, fold_date};
use super::graph::{FUNNEL_HIDDEN, Group, LAST_STEP, SUMMARY};
use super::names::{self, DuplicateName, Global, Item};
use super::scope::{Counted, Scope};
use super::{EntityId, Expr, ExprKind, Field, FieldId, FieldKind, Funnel, FunnelStep, OUTER, Op, RowsOf, What};
use crate::dialect::names::{LONGEST, fitted};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("funnel `{name}` has no step")]
#[diagnostic(code("funnel-without-step"), help("add a line such as `step paid = first(at from payments)`"))]
struct FunnelWithoutStep {
    name: String,
    #[label(primary, "nothing is counted")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("step `{name}` has a window, and no step comes before it")]
#[diagnostic(
    code("first-step-window"),
    help("remove `within`, or put in front of it the step from which on the time counts")
)]
struct FirstStepWindow {
    name: String,
    #[label(primary, "within this time of what?")]
    at: Span,
}

impl<'a> Ctx<'a> {
    /// Declares every funnel, with its hidden fields.
    pub(super) fn declare_funnels(&mut self) {
        for Item { doc, node, .. } in self.found.funnels.clone() {
            let Some(entity) = self.base_entity(&node.of, true) else { continue };
            if self.is_event(RowsOf::Entity(entity)) {
                // Of an audience of an event, that was reported where it is declared.
                if self.entity_named(&node.of.text) == Some(entity) {
                    self.field_of_event(entity, &node.of);
                }
                continue;
            }
            let funnel = self.funnel(doc, node, entity);
            self.program.funnels.push(funnel);
        }
    }

    fn funnel(&mut self, doc: Option<&String>, node: &'a ast::Funnel, entity: EntityId) -> Funnel {
        let base = match self.global(&node.of.text) {
            Some((Global::Audience(at), _)) => Some(FieldId(at as u32)),
            _ => None,
        };
        let mut scope = Scope::row_of(entity, node.alias.as_ref().map(|alias| alias.text.as_str()));
        let per = self.groups(&mut scope, node, entity);
        if node.steps.is_empty() && !node.broken {
            self.diags.push(FunnelWithoutStep { name: node.name.text.clone(), at: node.name.span });
        }
        self.check_columns(node, entity, &per);
        let counted = node.steps.iter().map(|step| Counted {
            name: step.name.text.clone(),
            span: step.name.span,
            value: step.value.span,
            is_path: matches!(step.value.kind, ast::ExprKind::Path(_)),
        });
        scope.steps = counted.collect();
        let mut steps: Vec<FunnelStep> = Vec::new();
        for written in &node.steps {
            let value = self.happened(&mut scope, (node, entity), written);
            let within = self.window_of(written, node);
            let follows = follows(steps.last(), &value, within.as_ref());
            let (name, span) = (written.name.text.clone(), written.name.span);
            steps.push(FunnelStep { name, doc: written.doc.clone(), span, value, within, follows });
        }
        Funnel { name: node.name.text.clone(), doc: doc.cloned(), span: node.name.span, entity, base, per, steps }
    }

    /// The enum columns and fields of the row by which the summary is grouped.
    fn groups(&mut self, scope: &mut Scope, node: &ast::Funnel, entity: EntityId) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for written in &node.per {
            let value = self.expr(scope, written, None);
            if is_error(&value) {
                continue;
            }
            let Some(name) = self.own_column(entity, &value).filter(|_| matches!(value.typed.kind, Type::Enum(_)))
            else {
                self.wrong_group(node, entity, value);
                continue;
            };
            if let Some(first) = groups.iter().find(|known| known.name == name) {
                self.diags.push(DuplicateItem { word: name, at: value.span, first: first.value.span });
                continue;
            }
            if SUMMARY.iter().chain([&LAST_STEP]).any(|own| name.eq_ignore_ascii_case(own)) {
                self.diags.push(names::reserved_group(&name, value.span));
            }
            groups.push(Group { name, value });
        }
        groups
    }

    fn wrong_group(&mut self, node: &ast::Funnel, entity: EntityId, value: Expr) {
        let (of, text) = (&self.entity(entity).name, self.sources.on_one_line(value.span));
        let name = &node.name.text;
        let (found, help) = match &value.typed.kind {
            Type::Enum(_) => (
                "no field of its own".to_owned(),
                format!("declare it, and group by the trait: `trait {name}_group of {of} = {text}`"),
            ),
            Type::Bool => (
                value.typed.kind.to_string(),
                format!(
                    "declare a status, and group by it: `status {name}_group of {of} {{ yes when {text}; no otherwise }}`"
                ),
            ),
            kind => (
                kind.to_string(),
                "name a status, an experiment, a branch or an enum column; a status makes few groups of many values"
                    .to_owned(),
            ),
        };
        let wanted = format!("an enum field of `{of}`");
        let declared = self.declared(value.span);
        self.diags.push(WrongType { wanted, found, at: value.span, declared, help });
    }

    /// The column of the row that holds a value, where the value is one.
    fn own_column(&self, entity: EntityId, value: &Expr) -> Option<String> {
        let ExprKind::Read { row: OUTER, path, what } = &value.kind else { return None };
        if !path.is_empty() {
            return None;
        }
        match what {
            What::Column(id) => Some(self.program.column(entity, *id).name.clone()),
            What::Field(id) => Some(self.field(*id).name.clone()),
            What::Since(id) => Some(format!("{}__since", self.field(*id).name)),
            What::InView(_) | What::Was(_) | What::Born(_) | What::Mark(_) | What::Exists => None,
        }
    }

    /// A step is a column beside the key and the groups.
    fn check_columns(&mut self, node: &ast::Funnel, entity: EntityId, per: &[Group]) {
        let key = self.program.column(entity, self.entity(entity).key);
        let mut taken: Vec<(String, Span)> = vec![(key.name.clone(), key.span)];
        let mut columns: Vec<(String, Span)> = per.iter().map(|it| (it.name.clone(), it.value.span)).collect();
        for step in &node.steps {
            names::check_declared(&step.name, self.diags);
            if step.name.text.eq_ignore_ascii_case(LAST_STEP) {
                self.diags.push(names::reserved_part(&step.name, "every funnel has a column of this name"));
            }
            columns.push((step.name.text.clone(), step.name.span));
        }
        for (name, at) in columns {
            match taken.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                Some((_, first)) => self.diags.push(DuplicateName { name, at, first: *first }),
                None => taken.push((name, at)),
            }
        }
    }

    /// When a step happened.
    fn happened(
        &mut self,
        scope: &mut Scope,
        (node, entity): (&ast::Funnel, EntityId),
        step: &ast::FunnelStep,
    ) -> Expr {
        let value = fold_date(self.expr(scope, &step.value, None));
        if is_error(&value) {
            return value;
        }
        if value.typed.kind != Type::Timestamp {
            self.no_instant(step, &value);
            return error(value.span);
        }
        if self.own_column(entity, &value).is_some() {
            return value;
        }
        let (typed, span) = (value.typed.clone(), value.span);
        let id = self.program.add_field(Field {
            entity,
            name: fitted(&format!("{FUNNEL_HIDDEN}{}__{}", node.name.text, step.name.text), LONGEST),
            doc: step.doc.clone(),
            span: step.name.span,
            typed: typed.clone(),
            kind: FieldKind::Trait(value),
            hidden: true,
            labels: Vec::new(),
        });
        make(ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Field(id) }, typed, span)
    }

    fn no_instant(&mut self, step: &ast::FunnelStep, value: &Expr) {
        let text = self.sources.on_one_line(value.span);
        let field = match &value.kind {
            ExprKind::Read { what: What::Field(id), .. } => Some(&self.field(*id).kind),
            _ => None,
        };
        let window = match &step.value.kind {
            ast::ExprKind::Within(it) if it.until.is_none() && !it.next => {
                let [length, value] = [it.span.span, it.value.span].map(|span| self.sources.on_one_line(span));
                Some(format!("write the window before `=`: `step {} within {length} = {value}`", step.name.text))
            }
            _ => None,
        };
        let help = match (&value.typed.kind, field) {
            (Type::Bool, None) if window.is_some() => window.unwrap_or_default(),
            (Type::Date | Type::Text, _) => format!("write `timestamp({text})`"),
            (_, Some(FieldKind::Audience { .. } | FieldKind::Status { .. })) => {
                format!("say since when: `{text}.since`")
            }
            (_, Some(FieldKind::Experiment(..))) => format!("say since when: `{text}.enrolled_at`"),
            _ => "say when it happened, such as `first(at from logins)`: null for who has not come that far".to_owned(),
        };
        let declared = self.declared(value.span);
        let (wanted, found) = ("an instant".to_owned(), value.typed.kind.to_string());
        self.diags.push(WrongType { wanted, found, at: value.span, declared, help });
    }

    fn window_of(&mut self, step: &ast::FunnelStep, node: &ast::Funnel) -> Option<Expr> {
        let written = step.within.as_ref()?;
        let is_first = node.steps.first().is_some_and(|first| first.name.span == step.name.span);
        // Of a broken funnel, the first step may be the one that could not be read.
        if is_first && !node.broken {
            self.diags.push(FirstStepWindow { name: step.name.text.clone(), at: written.span });
        }
        if is_first { None } else { self.constant_length(written) }
    }
}

/// Whether a step has happened, not before the one before it, and within its window.
fn follows(before: Option<&FunnelStep>, value: &Expr, within: Option<&Expr>) -> Expr {
    let span = value.span;
    let at_most =
        |one: Expr, other: Expr| make(ExprKind::Op(Op::LessEqual, vec![one, other]), Type::Bool.required(), span);
    let now = make(ExprKind::Now, Type::Timestamp.required(), span);
    let mut all = vec![at_most(value.clone(), now)];
    if let Some(before) = before {
        all.push(at_most(before.value.clone(), value.clone()));
        if let Some(within) = within {
            let operands = vec![before.value.clone(), within.clone()];
            let end = make(ExprKind::Op(Op::Add, operands), before.value.typed.clone(), span);
            all.push(at_most(value.clone(), end));
        }
    }
    match (all.len(), all.pop()) {
        (1, Some(only)) => only,
        (_, last) => make(ExprKind::Op(Op::And, all.into_iter().chain(last).collect()), Type::Bool.required(), span),
    }
}
