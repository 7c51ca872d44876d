//! Takes the `funnel` declarations and gives, for each step, a hidden field that says when it counts: it has happened, the
//! step before counts, and it came at the same instant or later, within the window.

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, error, is_error, is_plain, make};
use super::expr::WrongType;
use super::names::{self, DuplicateName, Item};
use super::scope::Scope;
use super::{
    EntityId, Expr, ExprKind, Field, FieldId, FieldKind, Funnel, FunnelStep, Literal, OUTER, Op, RowsOf, What,
};
use crate::dialect::names::{LONGEST, fitted};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("funnel `{name}` has no steps")]
#[diagnostic(code("missing-steps"), help("add lines such as `step paid = first(at from payments)`"))]
struct MissingSteps {
    name: String,
    #[label(primary, "nothing is counted")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("step `{name}` has a window, and no step comes before it")]
#[diagnostic(code("first-step-window"), help("remove `within`, or put the step behind another one"))]
struct FirstStepWindow {
    name: String,
    #[label(primary, "after what?")]
    at: Span,
}

/// The columns that every summary has, besides the enums by which it is grouped.
pub const SUMMARY: [&str; 6] =
    ["step_number", "step", "entered", "share_of_first", "share_of_previous", "median_from_previous"];

impl<'a> Ctx<'a> {
    /// Declares every funnel, with its hidden fields.
    pub(super) fn declare_funnels(&mut self) {
        for Item { doc, node, .. } in self.found.funnels.clone() {
            let entity = self.experiment_entity(&node.of, true);
            let Some(entity) = entity else { continue };
            if self.is_event(RowsOf::Entity(entity)) {
                self.field_of_event(entity, &node.of);
                continue;
            }
            let base = self.audience_named(&node.of);
            let funnel = self.funnel(doc, node, (entity, base));
            self.program.funnels.push(funnel);
        }
    }

    fn funnel(
        &mut self,
        doc: Option<&String>,
        node: &'a ast::Funnel,
        (entity, base): (EntityId, Option<FieldId>),
    ) -> Funnel {
        let mut scope = Scope::row_of(entity, node.alias.as_ref().map(|alias| alias.text.as_str()));
        let per = self.funnel_groups(&mut scope, node, entity);
        if node.steps.is_empty() && !node.broken {
            self.diags.push(MissingSteps { name: node.name.text.clone(), at: node.name.span });
        }
        self.check_step_names(node, entity, &per);
        let mut steps: Vec<FunnelStep> = Vec::new();
        for step in &node.steps {
            let value = self.step_value(&mut scope, (node, entity), step);
            let within = self.step_window(&mut scope, step, steps.is_empty());
            let before = steps.last().map(|before| before.counts);
            let counts = self.counted((node, entity), step, (base, before), &value, within.as_ref());
            let (name, span) = (step.name.text.clone(), step.name.span);
            steps.push(FunnelStep { name, doc: step.doc.clone(), span, value, within, counts });
        }
        let (name, span) = (node.name.text.clone(), node.name.span);
        Funnel { name, doc: doc.cloned(), span, entity, base, steps, per }
    }

    /// The enum columns and fields of the row by which the summary is grouped.
    fn funnel_groups(&mut self, scope: &mut Scope, node: &ast::Funnel, entity: EntityId) -> Vec<(String, What)> {
        let mut groups: Vec<(String, What, Span)> = Vec::new();
        for written in &node.per {
            let value = self.expr(scope, written, None);
            if is_error(&value) {
                continue;
            }
            let what = match &value.kind {
                ExprKind::Read { row: OUTER, path, what: what @ (What::Column(_) | What::Field(_)) }
                    if path.is_empty() && matches!(value.typed.kind, Type::Enum(_)) =>
                {
                    *what
                }
                _ => {
                    self.diags.push(WrongType {
                        wanted: "an enum field of the row".to_owned(),
                        found: value.typed.kind.to_string(),
                        at: value.span,
                        declared: self.declared(value.span),
                        help: "name a status, an experiment or an enum column of the row".to_owned(),
                    });
                    continue;
                }
            };
            let name = self.column_of(entity, what);
            if let Some((.., first)) = groups.iter().find(|(_, known, _)| *known == what) {
                self.diags.push(DuplicateName { name, at: value.span, first: *first });
                continue;
            }
            if SUMMARY.contains(&name.as_str()) {
                names::report_summary_column(&name, value.span, self.diags);
            }
            groups.push((name, what, value.span));
        }
        groups.into_iter().map(|(name, what, _)| (name, what)).collect()
    }

    fn column_of(&self, entity: EntityId, what: What) -> String {
        match what {
            What::Column(id) => self.program.column(entity, id).name.clone(),
            What::Field(id) | What::Since(id) => self.field(id).name.clone(),
            What::Exists => String::new(),
        }
    }

    /// A step is a column of the funnel's view, beside the key and the groups.
    fn check_step_names(&mut self, node: &ast::Funnel, entity: EntityId, per: &[(String, What)]) {
        let key = self.program.column(entity, self.entity(entity).key);
        let mut taken: Vec<(String, Span)> = vec![(key.name.clone(), key.span)];
        taken.extend(per.iter().map(|(name, what)| {
            let span = match what {
                What::Column(id) => self.program.column(entity, *id).span,
                What::Field(id) | What::Since(id) => self.field(*id).span,
                What::Exists => Span::default(),
            };
            (name.clone(), span)
        }));
        for step in &node.steps {
            names::check_declared(&step.name, self.diags);
            let first = taken.iter().find(|(name, _)| name.eq_ignore_ascii_case(&step.name.text)).map(|(_, at)| *at);
            match first {
                Some(first) => {
                    self.diags.push(DuplicateName { name: step.name.text.clone(), at: step.name.span, first });
                }
                None => taken.push((step.name.text.clone(), step.name.span)),
            }
        }
    }

    /// When a step happened: a plain read of the row; anything else is a hidden field.
    fn step_value(
        &mut self,
        scope: &mut Scope,
        (node, entity): (&ast::Funnel, EntityId),
        step: &ast::FunnelStep,
    ) -> Expr {
        let value = self.expr(scope, &step.value, Some(&Type::Timestamp));
        if is_error(&value) {
            return value;
        }
        if value.typed.kind != Type::Timestamp {
            self.diags.push(WrongType {
                wanted: "an instant".to_owned(),
                found: value.typed.kind.to_string(),
                at: value.span,
                declared: self.declared(value.span),
                help: "write when the step happened, such as `first(at from logins)`".to_owned(),
            });
            return error(value.span);
        }
        if is_plain(&value) {
            return value;
        }
        let (typed, span) = (value.typed.clone(), value.span);
        let name = format!("funnel__{}__{}__at", node.name.text, step.name.text);
        let id = self.hidden_step((entity, name), step, value);
        make(ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Field(id) }, typed, span)
    }

    fn step_window(&mut self, scope: &mut Scope, step: &ast::FunnelStep, is_first: bool) -> Option<Expr> {
        let within = self.expr(scope, step.within.as_ref()?, None);
        if is_first {
            self.diags.push(FirstStepWindow { name: step.name.text.clone(), at: within.span });
            return None;
        }
        match within.kind {
            ExprKind::Literal(Literal::Duration(1..) | Literal::Months(1..)) => return Some(within),
            _ if is_error(&within) => {}
            _ => self.diags.push(WrongType {
                wanted: "a constant length of time above zero".to_owned(),
                found: within.typed.kind.to_string(),
                at: within.span,
                declared: self.declared(within.span),
                help: "write a window such as `7 days`".to_owned(),
            }),
        }
        None
    }

    /// The field that says when a step counts.
    fn counted(
        &mut self,
        (node, entity): (&ast::Funnel, EntityId),
        step: &ast::FunnelStep,
        (base, before): (Option<FieldId>, Option<FieldId>),
        value: &Expr,
        within: Option<&Expr>,
    ) -> FieldId {
        let span = step.name.span;
        let condition = |op: Op, operands: Vec<Expr>| make(ExprKind::Op(op, operands), Type::Bool.required(), span);
        let read = |id: FieldId, typed| {
            make(ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Field(id) }, typed, span)
        };
        let instant = || Type::Timestamp.optional();
        let now = make(ExprKind::Now, Type::Timestamp.required(), span);
        let mut all = vec![condition(Op::LessEqual, vec![value.clone(), now])];
        match before {
            None => all.extend(base.map(|base| read(base, Type::Bool.required()))),
            Some(before) => {
                all.push(condition(Op::LessEqual, vec![read(before, instant()), value.clone()]));
                if let Some(within) = within {
                    let end =
                        make(ExprKind::Op(Op::Add, vec![read(before, instant()), within.clone()]), instant(), span);
                    all.push(condition(Op::LessEqual, vec![value.clone(), end]));
                }
            }
        }
        let when = match (all.len(), all.pop()) {
            (1, Some(only)) => only,
            (_, last) => condition(Op::And, all.into_iter().chain(last).collect()),
        };
        let otherwise = Box::new(Expr::null(Type::Timestamp, span));
        let case = make(ExprKind::Case { arms: vec![(when, value.clone())], otherwise }, instant(), span);
        self.hidden_step((entity, format!("funnel__{}__{}", node.name.text, step.name.text)), step, case)
    }

    fn hidden_step(&mut self, (entity, name): (EntityId, String), step: &ast::FunnelStep, value: Expr) -> FieldId {
        self.program.add_field(Field {
            entity,
            name: fitted(&name, LONGEST),
            doc: None,
            span: step.name.span,
            typed: value.typed.clone(),
            kind: FieldKind::Trait(value),
            hidden: true,
            labels: Vec::new(),
        })
    }
}
