//! Takes a path as it is written and gives what it leads to: a value, a row or a set. The first name is found by
//! [`super::scope`]; from there on each name is a column, a field or a link of the row before it. A value over a link
//! may be null, since there may be no row.

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, Member, error, make};
use super::mistakes::{self, Unknown};
use super::scope::{Frame, Head, Reads, Scope, Target, Within};
use super::{EntityId, ExperimentId, Expr, ExprKind, FieldKind, LinkBy, LinkId, OUTER, RowId, RowsOf, What};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{Type, Typed};

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
#[error("`{name}` is {kind}, which has no `{part}`")]
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
pub(super) struct Walk {
    pub row: RowId,
    pub links: Vec<LinkId>,
    entity: EntityId,
    reads: Reads,
    pub within: Option<Within>,
}

impl Walk {
    /// At a row in scope.
    fn at(row: RowId, entity: EntityId, scope: &Scope) -> Self {
        Self { row, links: Vec::new(), entity, reads: scope.reads, within: scope.within }
    }

    /// What is read at the end: null where a link has no row.
    pub(super) fn read(&self, what: What, typed: Typed, span: Span) -> Expr {
        let nullable = (typed.nullable || !self.links.is_empty()) && typed.kind != Type::Error;
        let kind = ExprKind::Read { row: self.row, path: self.links.clone(), what };
        make(kind, Typed { kind: typed.kind, nullable }, span)
    }
}

impl Ctx<'_> {
    /// What a path stands for; what it cannot stand for is reported, and is then an erroneous value.
    pub(super) fn resolve(&mut self, scope: &Scope, path: &ast::Path) -> Target {
        let Some((first, rest)) = path.parts.split_first() else { return Target::Value(error(path.span)) };
        let Some(head) = self.head(scope, first, rest.first()) else { return Target::Value(error(path.span)) };
        let inner = scope.inner().map_or((OUTER, RowsOf::Entity(EntityId(0))), |frame| (frame.row, frame.over));
        match head {
            Head::Now => Target::Value(make(ExprKind::Now, Type::Timestamp.required(), path.span)),
            Head::Context(id) => {
                let walk = Walk::at(OUTER, self.field(id).entity, scope);
                self.part(&walk, id, path, 0)
            }
            Head::Let(at) => Target::Value(self.constant(at, path.span)),
            Head::Column(column) => {
                let typed = self.source_of(inner.1).columns.get(column.0 as usize).map(|column| column.typed.clone());
                let kind = ExprKind::Read { row: inner.0, path: Vec::new(), what: What::Column(column) };
                Target::Value(make(kind, typed.unwrap_or(Type::Error.required()), path.span))
            }
            Head::Member(member) => match inner.1 {
                RowsOf::Entity(entity) => {
                    let mut walk = Walk::at(inner.0, entity, scope);
                    self.step(&mut walk, member, path, 0)
                }
                RowsOf::Source(_) => Target::Value(error(path.span)),
            },
            Head::Row(at) => match scope.frames.get(at) {
                Some(Frame { row, over: RowsOf::Entity(entity), .. }) => {
                    let mut walk = Walk::at(*row, *entity, scope);
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
            let of = self.program.source(source).name.join(".");
            self.unknown(mistake.or_help(format!("declare the column in source `{of}`")));
            return Target::Value(error(path.span));
        };
        let typed = found.typed.clone();
        if let Some(next) = rest.first() {
            self.no_parts(&name.text, "a column", next, "remove what follows");
            return Target::Value(error(path.span));
        }
        Target::Value(make(ExprKind::Read { row, path: Vec::new(), what: What::Column(column) }, typed, path.span))
    }

    /// Follows a path from a row on.
    fn walk(&mut self, walk: &mut Walk, path: &ast::Path, at: usize) -> Target {
        let Some(name) = path.parts.get(at) else { return Target::Row(walk.row, walk.links.clone()) };
        let entity = walk.entity;
        let time = self.entity(entity).at.filter(|_| name.text == "at" && !name.quoted).map(Member::Column);
        let Some(member) = time.or_else(|| self.member(entity, &name.text).map(|(member, _)| member)) else {
            let is_time = name.text == "at" && self.is_event(RowsOf::Entity(entity));
            if !self.broken.contains(&entity) && !is_time {
                let mistake =
                    Unknown::new(mistakes::MEMBER, &name.text, name.span).among(self.names_of(RowsOf::Entity(entity)));
                let of = self.entity(entity).name.clone();
                self.unknown(mistake.or_help(format!("declare it: a column of its source, or a trait of `{of}`")));
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
                    self.no_parts(&name.text, "a column", next, "remove what follows");
                    return Target::Value(error(path.span));
                }
                let typed = self.program.column(walk.entity, column).typed.clone();
                Target::Value(walk.read(What::Column(column), typed, path.span))
            }
            Member::Field(field) => self.step_field(walk, field, path, at),
            Member::Sequence(sequence) => self.step_sequence(walk, sequence, path, at),
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
                    let help = self.through_aggregate((link, next), path, at);
                    self.diags.push(SetWithoutAggregate { name: name.text.clone(), at: name.span, declared, help });
                    return Target::Value(error(path.span));
                }
                Target::Set { row: walk.row, path: walk.links.clone(), link }
            }
        }
    }

    /// How a value of the rows of a set is read, where a path goes on behind the set.
    fn through_aggregate(&self, (link, next): (LinkId, &ast::Name), path: &ast::Path, at: usize) -> String {
        let set = written_to(path, at);
        let rest = path.parts.get(at + 1..).unwrap_or_default();
        let rest = rest.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        let from = self.link(link).from;
        let is_key = self.program.column(from, self.entity(from).key).name == next.text;
        match self.member(from, &next.text) {
            Some((Member::Reverse(_), _)) => nested(&set, &next.text),
            _ if is_key && !self.keyless.contains(&from) => format!("read it through an aggregate: `count({set})`"),
            Some((Member::Link(_), _)) if rest == next.text => {
                format!("read it through an aggregate: `any({set} where {rest} is not null)`")
            }
            Some((Member::Field(id), _)) if self.field(id).typed.kind == Type::Bool && rest == next.text => {
                format!("read it through an aggregate: `any({set} where {rest})`")
            }
            _ => format!("read it through an aggregate: `max({rest} from {set})`"),
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
        if let FieldKind::Experiment(experiment, _) = field.kind {
            return self.step_part(walk, experiment, path, at + 1);
        }
        let (kind, since) = match field.kind {
            FieldKind::Trait(_) | FieldKind::Experiment(..) | FieldKind::Sequence(..) => ("a trait", None),
            FieldKind::Audience { .. } => ("an audience", Some(Type::Timestamp.optional())),
            FieldKind::Status { .. } => ("a status", Some(Type::Timestamp.required())),
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

    /// Follows a path from an experiment to what else it says of the row.
    fn step_part(&mut self, walk: &Walk, id: ExperimentId, path: &ast::Path, at: usize) -> Target {
        let Some(name) = path.parts.get(at) else { return Target::Value(error(path.span)) };
        let parts = self.parts_of(id);
        let Some((_, part)) = parts.iter().find(|(known, _)| *known == name.text).cloned() else {
            if !self.is_broken_experiment(id) {
                let known: Vec<_> =
                    parts.iter().map(|(part, id)| (part.as_str(), Some(self.field(*id).span))).collect();
                let of = &self.program.experiment(id).name;
                let mut mistake = Unknown::new(mistakes::MEMBER, &name.text, name.span);
                if matches!(name.text.as_str(), "arm" | "variant" | "value") {
                    mistake = mistake.or_help(format!("write `{of}` alone: it is the arm of the row"));
                } else if self.experiment_arms(id).contains(&name.text) {
                    mistake = mistake.or_help(format!("write `{of} = {}`", name.text));
                }
                let mistake = mistake.among(known).or_help(format!("declare it as a `goal` of experiment `{of}`"));
                self.unknown(mistake);
            }
            return Target::Value(error(path.span));
        };
        if let Some(next) = path.parts.get(at + 1) {
            self.no_parts(&name.text, "a value of an experiment", next, "remove what follows");
            return Target::Value(error(path.span));
        }
        self.ensure_field(part, path.span);
        let typed = self.field(part).typed.clone();
        Target::Value(walk.read(What::Field(part), typed, path.span))
    }

    /// The names of an experiment's arms.
    fn experiment_arms(&self, id: ExperimentId) -> Vec<String> {
        let arm = self.program.fields.iter().find_map(|field| match (&field.kind, &field.typed.kind) {
            (FieldKind::Experiment(of, super::ExperimentPart::Arm), Type::Enum(values)) if *of == id => {
                Some(values.clone())
            }
            _ => None,
        });
        arm.unwrap_or_default()
    }

    pub(super) fn no_parts(&mut self, name: &str, kind: &'static str, part: &ast::Name, help: &'static str) {
        if self.is_lost(name) {
            return;
        }
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
            Target::Value(expr) => {
                self.note_declaration(scope, &expr);
                expr
            }
            Target::Row(row, links) => {
                let entity = scope.frames.iter().find(|frame| frame.row == row).map(|frame| frame.over);
                let key = match entity {
                    Some(RowsOf::Entity(id)) => {
                        let end = self.end_of(id, &links);
                        if self.keyless.contains(&end) || self.broken.contains(&end) {
                            return error(path.span);
                        }
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
                let owner = self.link(link).to;
                let declared = path.parts.last().and_then(|name| self.member(owner, &name.text)).map(|(_, span)| span);
                self.diags.push(SetWithoutAggregate { name: dotted, at: path.span, declared, help });
                error(path.span)
            }
        }
    }
}

impl Ctx<'_> {
    /// Remembers where what a path reads is declared, for what is found wrong with it later.
    fn note_declaration(&mut self, scope: &Scope, expr: &Expr) {
        let ExprKind::Read { row, path, what } = &expr.kind else { return };
        let Some(frame) = scope.frames.iter().find(|frame| frame.row == *row) else { return };
        let declared = match (what, frame.over) {
            (
                What::Field(id) | What::Since(id) | What::InView(id) | What::Was(id) | What::Born(id) | What::Mark(id),
                _,
            ) => Some(self.field(*id).span),
            (What::Column(id), RowsOf::Entity(entity)) => {
                Some(self.program.column(self.end_of(entity, path), *id).span)
            }
            (What::Column(id), over @ RowsOf::Source(_)) => {
                self.source_of(over).columns.get(id.0 as usize).map(|column| column.span)
            }
            (What::Exists, _) => None,
        };
        if let Some(declared) = declared {
            self.read_at.insert(expr.span, declared);
        }
    }
}

/// How a set of the rows of a set is read: in two steps.
pub(super) fn nested(set: &str, of: &str) -> String {
    format!("read each row's set on its own: `sum(count({of}) from {set})`, or `any({set} where any({of} where …))`")
}

fn written_to(path: &ast::Path, at: usize) -> String {
    path.parts.iter().take(at + 1).map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
}
