//! Takes the first name of a path and gives what it stands for where it stands: a column, a field, a link, a row.
//! Within an aggregate bare names are the set's columns; rows outside are reached by their entity's name or alias.

mod unknown;

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, Member};
use super::names::Global;
use super::{EntityId, Expr, FieldId, FieldKind, LinkId, OUTER, RowId, RowsOf, SequenceId};
use crate::source::Span;
use crate::syntax::ast;

/// A row in scope.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub row: RowId,
    pub over: RowsOf,
    /// Its alias, where it has one.
    pub alias: Option<String>,
    /// The link whose reverse the set is, and the row outside where that link leads without a path.
    pub reverse_of: Option<(LinkId, Option<RowId>)>,
}

/// What may be read where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// Everything of the row.
    All,
    /// The columns of the row's source: the condition of an entity.
    Columns,
    /// No row: a constant.
    Nothing,
}

/// A value of the context: a field of the outer row that is read by its bare name.
#[derive(Debug, Clone)]
pub(super) struct Bare {
    pub name: String,
    pub field: FieldId,
    /// Whether it is one also within an aggregate.
    pub everywhere: bool,
}

/// The sequence of whose clauses an expression is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Within {
    pub sequence: SequenceId,
    /// Whether its entry is read as the run before left it.
    pub in_view: bool,
}

/// A step of a funnel, as it is written.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// When it happened.
    pub value: Span,
    /// Whether that is a path, which has to begin at the row where it stands in a set.
    pub is_path: bool,
}

/// The rows in scope, the innermost last.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub frames: Vec<Frame>,
    pub reads: Reads,
    /// Values of the context.
    pub context: Vec<Bare>,
    /// The sequence of whose clauses it is one.
    pub within: Option<Within>,
    /// The steps of the funnel of which it is a step: no values, and taken for them.
    pub steps: Vec<Counted>,
    next: u32,
}

impl Scope {
    /// The scope of a field of an entity.
    pub(super) fn row_of(entity: EntityId, alias: Option<&str>) -> Self {
        let frame =
            Frame { row: OUTER, over: RowsOf::Entity(entity), alias: alias.map(str::to_owned), reverse_of: None };
        Self { frames: vec![frame], reads: Reads::All, context: Vec::new(), within: None, steps: Vec::new(), next: 1 }
    }

    /// The scope of an entity's condition.
    pub(super) fn columns_of(entity: EntityId) -> Self {
        Self { reads: Reads::Columns, ..Self::row_of(entity, None) }
    }

    /// The scope of a constant.
    pub(super) const fn constant() -> Self {
        Self {
            frames: Vec::new(),
            reads: Reads::Nothing,
            context: Vec::new(),
            within: None,
            steps: Vec::new(),
            next: 0,
        }
    }

    /// A row that no other of the field is.
    pub(super) const fn fresh_row(&mut self) -> RowId {
        let row = RowId(self.next);
        self.next += 1;
        row
    }

    /// The innermost row.
    pub(super) fn inner(&self) -> Option<&Frame> {
        self.frames.last()
    }
}

/// What a path stands for.
#[derive(Debug)]
pub(super) enum Target {
    /// A value, or what has been reported.
    Value(Expr),
    /// The row itself, or the one that links lead to.
    Row(RowId, Vec<LinkId>),
    /// The reverse set of a link, at the end of a path.
    Set { row: RowId, path: Vec<LinkId>, link: LinkId },
}

/// What the first name of a path may stand for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Head {
    Member(Member),
    Column(super::ColumnId),
    Row(usize),
    Let(usize),
    /// A value of the context.
    Context(FieldId),
    Now,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` could mean two things")]
#[diagnostic(code("ambiguous-name"))]
struct AmbiguousName {
    name: String,
    #[label(primary, "{first} or {second}")]
    at: Span,
    first: &'static str,
    second: &'static str,
    #[label("{first}: declared here")]
    one: Option<Span>,
    #[label("{second}: declared here")]
    other: Option<Span>,
    #[help]
    help: String,
}

impl<'a> Ctx<'a> {
    /// Whether a bare name stands for anything where it stands.
    pub(super) fn is_name(&self, scope: &Scope, name: &ast::Name) -> bool {
        !self.heads(scope, name, None).is_empty()
    }

    /// Whether a name can begin a path.
    pub(super) fn is_path(&self, scope: &Scope, name: &ast::Name, next: Option<&ast::Name>) -> bool {
        !self.heads(scope, name, next).is_empty()
    }

    /// Everything that the first name of a path may stand for, with its declaration.
    fn heads(&self, scope: &Scope, name: &ast::Name, next: Option<&ast::Name>) -> Vec<(Head, Option<Span>)> {
        let mut heads = Vec::new();
        if name.text == "now" && !name.quoted && next.is_none() {
            return vec![(Head::Now, None)];
        }
        if next.is_none()
            && let Some((Global::Let(at), span)) = self.global(&name.text)
        {
            heads.push((Head::Let(at), Some(span)));
        }
        if !name.quoted {
            let known = scope.context.iter().filter(|bare| bare.name == name.text);
            let known = known.filter(|bare| bare.everywhere || scope.frames.len() == 1);
            let known = known.filter(|bare| next.is_none() || self.has_part(bare.field));
            heads.extend(known.map(|bare| (Head::Context(bare.field), Some(self.field(bare.field).span))));
        }
        match scope.inner().map(|frame| frame.over) {
            Some(RowsOf::Entity(entity)) => {
                let at = self.entity(entity).at.filter(|_| name.text == "at" && !name.quoted);
                let member = at.map(|column| (Member::Column(column), self.program.column(entity, column).span));
                if let Some((member, span)) = member.or_else(|| self.member(entity, &name.text))
                    && fits(self, member, next)
                {
                    heads.push((Head::Member(member), Some(span)));
                }
            }
            Some(RowsOf::Source(source)) => {
                if let Some((column, found)) = self.column_named(source, &name.text)
                    && next.is_none()
                {
                    heads.push((Head::Column(column), Some(found.span)));
                }
            }
            None => {}
        }
        if next.is_some() || heads.is_empty() {
            heads.extend(self.row_heads(scope, name));
        }
        heads
    }

    /// The rows in scope that a name stands for: by alias, or by the name of the entity.
    fn row_heads(&self, scope: &Scope, name: &ast::Name) -> Vec<(Head, Option<Span>)> {
        let named = |at: &usize| {
            scope.frames.get(*at).is_some_and(|frame| {
                let by_alias = frame.alias.as_deref() == Some(name.text.as_str());
                let by_name = matches!(frame.over, RowsOf::Entity(id) if self.entity(id).name == name.text);
                by_alias || by_name && (frame.alias.is_none() || *at == 0)
            })
        };
        let place = |at: usize| {
            let over = scope.frames.get(at).map(|frame| frame.over);
            over.and_then(|over| if let RowsOf::Entity(id) = over { Some(self.entity(id).span) } else { None })
        };
        let last = scope.frames.len().saturating_sub(1);
        let outside: Vec<usize> = (0..last).filter(named).collect();
        let found = if outside.is_empty() { (last..scope.frames.len()).filter(named).collect() } else { outside };
        let aliased =
            |at: &usize| scope.frames.get(*at).is_some_and(|frame| frame.alias.as_deref() == Some(name.text.as_str()));
        let found = if found.iter().any(aliased) { found.into_iter().filter(aliased).collect() } else { found };
        found.into_iter().map(|at| (Head::Row(at), place(at))).collect()
    }

    /// What the first name of a path stands for; nothing, or two things, are reported.
    pub(super) fn head(&mut self, scope: &Scope, name: &ast::Name, next: Option<&ast::Name>) -> Option<Head> {
        let mut heads = self.heads(scope, name, next);
        if heads.is_empty()
            && let Some(RowsOf::Entity(entity)) = scope.inner().map(|frame| frame.over)
            && let Some((member, span)) = self.member(entity, &name.text)
        {
            heads.push((Head::Member(member), Some(span)));
        }
        match heads.as_slice() {
            [] => {
                self.unknown_head(scope, name);
                None
            }
            [(head, _)] => Some(*head),
            [(one, first), (other, second), ..] => {
                if let Some(head) = same_row(scope, *one, *other) {
                    return Some(head);
                }
                self.diags.push(AmbiguousName {
                    name: name.text.clone(),
                    at: name.span,
                    first: head_noun(*one),
                    second: head_noun(*other),
                    one: *first,
                    other: second.filter(|second| Some(*second) != *first),
                    help: self.ambiguity_help(scope, name, *one, *other),
                });
                None
            }
        }
    }

    fn ambiguity_help(&self, scope: &Scope, name: &ast::Name, one: Head, other: Head) -> String {
        let step = [one, other].into_iter().find_map(|head| match head {
            Head::Context(field) => Some(self.field(field)),
            _ => None,
        });
        match (step, scope.within) {
            (Some(field), Some(within)) if matches!(one, Head::Member(_)) || matches!(other, Head::Member(_)) => {
                let (row, sequence) = (&self.entity(field.entity).name, &self.program.sequence(within.sequence).name);
                format!("write `{row}.{0}` or `{sequence}.{0}`", name.text)
            }
            _ if matches!(one, Head::Row(_)) || matches!(other, Head::Row(_)) => {
                "give the outer row an alias with `as`".to_owned()
            }
            _ => "rename one of the two".to_owned(),
        }
    }
}

/// Whether a member can be followed by what comes next.
fn fits(ctx: &Ctx<'_>, member: Member, next: Option<&ast::Name>) -> bool {
    let Some(next) = next else { return true };
    match member {
        Member::Column(_) => false,
        Member::Field(id) => match ctx.field(id).kind {
            FieldKind::Trait(_) => false,
            FieldKind::Audience { .. } | FieldKind::Status { .. } => next.text == "since",
            FieldKind::Experiment(..) | FieldKind::Sequence(..) => true,
        },
        Member::Link(_) | Member::Reverse(_) | Member::Sequence(_) => true,
    }
}

/// The outer row, where a link of the set's row and the outer row's name are the same row.
fn same_row(scope: &Scope, one: Head, other: Head) -> Option<Head> {
    let (Head::Member(Member::Link(link)), Head::Row(at)) = (one, other) else { return None };
    let outer = scope.frames.get(at)?.row;
    let through = scope.inner()?.reverse_of;
    (through == Some((link, Some(outer)))).then_some(other)
}

const fn head_noun(head: Head) -> &'static str {
    match head {
        Head::Member(Member::Column(_)) | Head::Column(_) => "a column",
        Head::Member(Member::Field(_)) => "a field",
        Head::Member(Member::Link(_)) => "a link",
        Head::Member(Member::Reverse(_)) => "a reverse set",
        Head::Member(Member::Sequence(_)) => "a sequence",
        Head::Row(_) => "a row outside",
        Head::Let(_) => "a constant",
        Head::Context(_) => "a value of the declaration",
        Head::Now => "the run's instant",
    }
}
