//! Takes a name or path as it is written and gives what it stands for where it stands: a value, a row or a set.
//! Within an aggregate bare names are the set's columns; rows outside are reached by their entity's name or alias.

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, Member, error, make};
use super::mistakes::{self, Unknown};
use super::names::Global;
use super::{EntityId, Expr, ExprKind, FieldKind, LinkBy, LinkId, OUTER, RowId, RowsOf, What};
use crate::source::Span;
use crate::syntax::{DoubleQuotes, ast};
use crate::types::{Type, Typed};

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

/// The rows in scope, the innermost last.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub frames: Vec<Frame>,
    pub reads: Reads,
    next: u32,
}

impl Scope {
    /// The scope of a field of an entity.
    pub(super) fn row_of(entity: EntityId, alias: Option<&str>) -> Self {
        let frame =
            Frame { row: OUTER, over: RowsOf::Entity(entity), alias: alias.map(str::to_owned), reverse_of: None };
        Self { frames: vec![frame], reads: Reads::All, next: 1 }
    }

    /// The scope of an entity's condition.
    pub(super) fn columns_of(entity: EntityId) -> Self {
        Self { reads: Reads::Columns, ..Self::row_of(entity, None) }
    }

    /// The scope of a constant.
    pub(super) const fn constant() -> Self {
        Self { frames: Vec::new(), reads: Reads::Nothing, next: 0 }
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
enum Head {
    Member(Member),
    Column(super::ColumnId),
    Row(usize),
    Let(usize),
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

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` cannot be read here")]
#[diagnostic(code("not-readable-here"))]
struct NotReadable {
    name: String,
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is a {kind}, which has no `{part}`")]
#[diagnostic(code("no-parts"))]
struct NoParts {
    name: String,
    kind: &'static str,
    part: String,
    #[label(primary, "nothing can follow `{name}`")]
    at: Span,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is a set of rows, not one")]
#[diagnostic(code("set-without-aggregate"))]
struct SetWithoutAggregate {
    name: String,
    #[label(primary, "many rows")]
    at: Span,
    #[label("the set is declared here")]
    declared: Option<Span>,
    #[help]
    help: String,
}

impl<'a> Ctx<'a> {
    /// What a path stands for; what it cannot stand for is reported, and is then an erroneous value.
    pub(super) fn resolve(&mut self, scope: &Scope, path: &ast::Path) -> Target {
        let Some((first, rest)) = path.parts.split_first() else { return Target::Value(error(path.span)) };
        let Some(head) = self.head(scope, first, rest.first()) else { return Target::Value(error(path.span)) };
        let inner = scope.inner().map_or((OUTER, RowsOf::Entity(EntityId(0))), |frame| (frame.row, frame.over));
        match head {
            Head::Now => Target::Value(make(ExprKind::Now, Type::Timestamp.required(), path.span)),
            Head::Let(at) => Target::Value(self.constant(at, path.span)),
            Head::Column(column) => {
                let typed = self.source_of(inner.1).columns.get(column.0 as usize).map(|column| column.typed.clone());
                let kind = ExprKind::Read { row: inner.0, path: Vec::new(), what: What::Column(column) };
                Target::Value(make(kind, typed.unwrap_or(Type::Error.required()), path.span))
            }
            Head::Member(member) => match inner.1 {
                RowsOf::Entity(entity) => {
                    let mut walk = Walk { row: inner.0, links: Vec::new(), entity, reads: scope.reads };
                    self.step(&mut walk, member, path, 0)
                }
                RowsOf::Source(_) => Target::Value(error(path.span)),
            },
            Head::Row(at) => match scope.frames.get(at) {
                Some(Frame { row, over: RowsOf::Entity(entity), .. }) => {
                    let mut walk = Walk { row: *row, links: Vec::new(), entity: *entity, reads: scope.reads };
                    self.walk(&mut walk, path, 1)
                }
                Some(Frame { row, over: RowsOf::Source(source), .. }) => self.source_column(*row, *source, path),
                None => Target::Value(error(path.span)),
            },
        }
    }

    /// `alias.column` of a source's row.
    fn source_column(&mut self, row: RowId, source: super::SourceId, path: &ast::Path) -> Target {
        let [_, name, rest @ ..] = path.parts.as_slice() else { return Target::Row(row, Vec::new()) };
        let Some((column, found)) = self.column_named(source, &name.text) else {
            let known: Vec<_> = self.names_of(RowsOf::Source(source));
            let mistake = Unknown::new(mistakes::MEMBER, &name.text, name.span).among(known);
            self.diags.push(mistake);
            return Target::Value(error(path.span));
        };
        let typed = found.typed.clone();
        if let Some(next) = rest.first() {
            self.no_parts(&name.text, "column", next, "remove what follows");
            return Target::Value(error(path.span));
        }
        Target::Value(make(ExprKind::Read { row, path: Vec::new(), what: What::Column(column) }, typed, path.span))
    }

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
    fn head(&mut self, scope: &Scope, name: &ast::Name, next: Option<&ast::Name>) -> Option<Head> {
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
                    help: ambiguity_help(*one, *other),
                });
                None
            }
        }
    }

    fn unknown_head(&mut self, scope: &Scope, name: &ast::Name) {
        if let Some(RowsOf::Entity(id)) = scope.inner().map(|frame| frame.over)
            && self.broken.contains(&id)
        {
            return;
        }
        if name.quoted && name.text.contains(' ') {
            self.diags.push(DoubleQuotes::of(name));
            return;
        }
        let mut mistake = Unknown::new(mistakes::NAME, &name.text, name.span);
        let outside = scope.frames.iter().rev().skip(1).find_map(|frame| match frame.over {
            RowsOf::Entity(id) => {
                let (_, span) = self.member(id, &name.text)?;
                Some((frame.alias.clone().unwrap_or_else(|| self.entity(id).name.clone()), span))
            }
            RowsOf::Source(id) => {
                let (_, column) = self.column_named(id, &name.text)?;
                Some((frame.alias.clone()?, column.span))
            }
        });
        if let Some((row, span)) = outside {
            mistake =
                mistake.or_help(format!("write `{row}.{}` for the row outside the set", name.text)).with_similar(span);
        } else if let Some((Global::Audience(at), span)) = self.global(&name.text) {
            if let Some(entity) = self.audience_entity(at) {
                let entity = &self.entity(entity).name;
                mistake = mistake
                    .or_help(format!("it is an audience of `{entity}`: reach it over a link to `{entity}`"))
                    .with_similar(span);
            }
        } else if let Some((Global::Entity(_) | Global::Source(_), span)) = self.global(&name.text) {
            mistake = mistake
                .or_help(format!("read its rows through an aggregate: `count({})`", name.text))
                .with_similar(span);
        }
        let mut known: Vec<(&str, Option<Span>)> =
            scope.inner().map(|frame| self.names_of(frame.over)).unwrap_or_default();
        let lets = self.globals.iter().filter(|(_, (what, _))| matches!(what, Global::Let(_)));
        known.extend(lets.map(|(name, (_, span))| (name.as_str(), Some(*span))));
        let rows = scope.frames.iter().filter_map(|frame| match frame.over {
            RowsOf::Entity(id) => Some((self.entity(id).name.as_str(), None)),
            RowsOf::Source(_) => None,
        });
        known.extend(rows);
        known.push(("now", None));
        self.diags.push(mistake.among(known));
    }

    /// Follows a path from a row on.
    fn walk(&mut self, walk: &mut Walk, path: &ast::Path, at: usize) -> Target {
        let Some(name) = path.parts.get(at) else { return Target::Row(walk.row, walk.links.clone()) };
        let entity = walk.entity;
        let time = self.entity(entity).at.filter(|_| name.text == "at" && !name.quoted).map(Member::Column);
        let Some(member) = time.or_else(|| self.member(entity, &name.text).map(|(member, _)| member)) else {
            if !self.broken.contains(&entity) {
                let mistake =
                    Unknown::new(mistakes::MEMBER, &name.text, name.span).among(self.names_of(RowsOf::Entity(entity)));
                let of = self.entity(entity).name.clone();
                self.diags.push(mistake.or_help(format!("declare it: a column of its source, or a trait of `{of}`")));
            }
            return Target::Value(error(path.span));
        };
        self.step(walk, member, path, at)
    }

    fn step(&mut self, walk: &mut Walk, member: Member, path: &ast::Path, at: usize) -> Target {
        let Some(name) = path.parts.get(at) else { return Target::Value(error(path.span)) };
        let next = path.parts.get(at + 1);
        if walk.reads == Reads::Columns && !matches!(member, Member::Column(_)) {
            self.diags.push(NotReadable {
                name: name.text.clone(),
                at: name.span,
                why: "which rows an entity has can hang on their own columns only",
                help: "use columns of the source here, and an audience for the rest",
            });
            return Target::Value(error(path.span));
        }
        match member {
            Member::Column(column) => {
                if let Some(next) = next {
                    self.no_parts(&name.text, "column", next, "remove what follows");
                    return Target::Value(error(path.span));
                }
                let typed = self.program.column(walk.entity, column).typed.clone();
                Target::Value(walk.read(What::Column(column), typed, path.span))
            }
            Member::Field(field) => self.step_field(walk, field, path, at),
            Member::Link(link) => {
                if self.unplaced.contains(&link) {
                    return Target::Value(error(path.span));
                }
                self.check_forward(link, name.span);
                walk.links.push(link);
                walk.entity = self.link(link).to;
                self.walk(walk, path, at + 1)
            }
            Member::Reverse(link) => {
                if self.unplaced.contains(&link) {
                    return Target::Value(error(path.span));
                }
                if let Some(next) = next {
                    let declared = self.member(walk.entity, &name.text).map(|(_, span)| span);
                    let help =
                        format!("read it through an aggregate: `max({} from {})`", next.text, written_to(path, at));
                    self.diags.push(SetWithoutAggregate { name: name.text.clone(), at: name.span, declared, help });
                    return Target::Value(error(path.span));
                }
                Target::Set { row: walk.row, path: walk.links.clone(), link }
            }
        }
    }

    fn step_field(&mut self, walk: &Walk, id: super::FieldId, path: &ast::Path, at: usize) -> Target {
        let Some(name) = path.parts.get(at) else { return Target::Value(error(path.span)) };
        self.ensure_field(id, path.span);
        let field = self.field(id);
        let Some(next) = path.parts.get(at + 1) else {
            let typed = field.typed.clone();
            return Target::Value(walk.read(What::Field(id), typed, path.span));
        };
        let (kind, since) = match field.kind {
            FieldKind::Trait(_) => ("trait", None),
            FieldKind::Audience { .. } => ("audience", Some(Type::Timestamp.optional())),
            FieldKind::Status { .. } => ("status", Some(Type::Timestamp.required())),
        };
        match since {
            Some(typed) if next.text == "since" && path.parts.len() == at + 2 => {
                Target::Value(walk.read(What::Since(id), typed, path.span))
            }
            Some(_) => {
                self.no_parts(&name.text, kind, next, "its only part is `since`");
                Target::Value(error(path.span))
            }
            None => {
                self.no_parts(&name.text, kind, next, "remove what follows");
                Target::Value(error(path.span))
            }
        }
    }

    fn no_parts(&mut self, name: &str, kind: &'static str, part: &ast::Name, help: &'static str) {
        self.diags.push(NoParts { name: name.to_owned(), kind, part: part.text.clone(), at: part.span, help });
    }

    /// Reports a link that is followed though it could find several rows.
    fn check_forward(&mut self, link: LinkId, at: Span) {
        let found = self.link(link);
        if let LinkBy::Columns { equals, reverse: Some(_), .. } = found.by
            && !self.keyless.contains(&found.to)
            && !self.is_unique(found.to, equals)
        {
            let declared = found.span;
            self.not_unique(link, at, "followed from here", Some(declared));
        }
    }

    /// A path as a value; a row or a set is reported.
    pub(super) fn path_value(&mut self, scope: &Scope, path: &ast::Path) -> Expr {
        match self.resolve(scope, path) {
            Target::Value(expr) => expr,
            Target::Row(row, links) => {
                let entity = scope.frames.iter().find(|frame| frame.row == row).map(|frame| frame.over);
                let key = match entity {
                    Some(RowsOf::Entity(id)) => {
                        let end = self.end_of(id, &links);
                        Some(self.program.column(end, self.entity(end).key).name.clone())
                    }
                    _ => None,
                };
                let dotted = path.dotted();
                let help = key.map_or_else(
                    || format!("read a column of it: `{dotted}.column`"),
                    |key| format!("read a value of it, such as `{dotted}.{key}`, or ask `{dotted} is null`"),
                );
                self.diags.push(RowWithoutValue { name: dotted, at: path.span, help });
                error(path.span)
            }
            Target::Set { link, .. } => {
                let dotted = path.dotted();
                let help = format!("read it through an aggregate: `count({dotted})` or `any({dotted} where …)`");
                let declared = Some(self.link(link).span);
                self.diags.push(SetWithoutAggregate { name: dotted, at: path.span, declared, help });
                error(path.span)
            }
        }
    }
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is a row, not a value")]
#[diagnostic(code("row-without-value"))]
struct RowWithoutValue {
    name: String,
    #[label(primary, "a whole row")]
    at: Span,
    #[help]
    help: String,
}

/// How far a path has been followed.
struct Walk {
    row: RowId,
    links: Vec<LinkId>,
    entity: EntityId,
    reads: Reads,
}

impl Walk {
    /// What is read at the end: null where a link has no row.
    fn read(&self, what: What, typed: Typed, span: Span) -> Expr {
        let nullable = (typed.nullable || !self.links.is_empty()) && typed.kind != Type::Error;
        let kind = ExprKind::Read { row: self.row, path: self.links.clone(), what };
        make(kind, Typed { kind: typed.kind, nullable }, span)
    }
}

/// Whether a member can be followed by what comes next.
fn fits(ctx: &Ctx<'_>, member: Member, next: Option<&ast::Name>) -> bool {
    let Some(next) = next else { return true };
    match member {
        Member::Column(_) => false,
        Member::Field(id) => next.text == "since" && !matches!(ctx.field(id).kind, FieldKind::Trait(_)),
        Member::Link(_) | Member::Reverse(_) => true,
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
        Head::Row(_) => "a row outside",
        Head::Let(_) => "a constant",
        Head::Now => "the run's instant",
    }
}

fn ambiguity_help(one: Head, other: Head) -> String {
    if matches!(one, Head::Row(_)) || matches!(other, Head::Row(_)) {
        "give the outer row an alias with `as`".to_owned()
    } else {
        "rename one of the two".to_owned()
    }
}

fn written_to(path: &ast::Path, at: usize) -> String {
    path.parts.iter().take(at + 1).map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
}
