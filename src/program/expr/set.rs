//! Takes a set as it is written and gives its rows, what ties them to the row outside, and the rest of its
//! condition. A reverse set is tied by its link; another set by the equalities at the top of its `where`.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::did_you_mean;
use crate::program::context::{Ctx, Member, is_error, make};
use crate::program::mistakes::{self, Unknown};
use crate::program::names::Global;
use crate::program::path::nested;
use crate::program::scope::{Frame, Reads, Scope, Target};
use crate::program::walk::{contains_error, contains_set, rows_read};
use crate::program::{EntityId, Expr, ExprKind, LinkBy, LinkId, Op, RowId, RowsOf, Set, Tie, What};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{Type, Typed};

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` could be two sets")]
#[diagnostic(code("ambiguous-set"), help("rename one of the two"))]
struct AmbiguousSet {
    name: String,
    #[label(primary, "a reverse set, or all rows of that name")]
    at: Span,
    #[label("the reverse set is declared here")]
    reverse: Option<Span>,
    #[label("this has the same name")]
    rows: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is not a set")]
#[diagnostic(code("not-a-set"))]
struct NotASet {
    name: String,
    #[label(primary, "{what}")]
    at: Span,
    what: &'static str,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("nothing ties the rows of `{name}` to the row outside")]
#[diagnostic(code("untied-set"))]
struct UntiedSet {
    name: String,
    #[label(primary, "this set mentions the row outside")]
    at: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a set cannot be read here")]
#[diagnostic(code("set-not-readable"))]
struct SetNotReadable {
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[help]
    help: &'static str,
}

impl Ctx<'_> {
    /// Opens a set: its row is then the innermost. What is no set is reported.
    pub(super) fn open_set(&mut self, scope: &mut Scope, path: &ast::Path, alias: Option<&ast::Name>) -> Option<Set> {
        if scope.reads != Reads::All {
            let (why, help) = match scope.reads {
                Reads::Nothing => ("a constant reads no rows", "make it a trait of an entity"),
                Reads::Columns | Reads::All => {
                    ("which rows an entity has can hang on their own columns only", "make it an audience of the entity")
                }
            };
            self.diags.push(SetNotReadable { at: path.span, why, help });
            return None;
        }
        let found = self.rows_of(scope, path)?;
        let row = scope.fresh_row();
        let (over, ties, reverse_of) = match found {
            Rows::All(over) => (over, Vec::new(), None),
            Rows::Reverse { row: outside, path: links, link } => {
                let of = self.link(link).from;
                let plain = links.is_empty().then_some(outside);
                let tie = self.reverse_tie(scope, (outside, links), link, row, path.span)?;
                (RowsOf::Entity(of), vec![tie], Some((link, plain)))
            }
        };
        let alias = alias.map(|alias| alias.text.clone());
        scope.frames.push(Frame { row, over, alias, reverse_of });
        Some(Set { row, over, ties, condition: None, span: path.span })
    }

    /// What rows a path stands for.
    fn rows_of(&mut self, scope: &Scope, path: &ast::Path) -> Option<Rows> {
        let dotted = path.dotted();
        let rows = match self.global(&dotted) {
            Some((Global::Entity(id), span)) => Some((RowsOf::Entity(id), span)),
            Some((Global::Source(id), span)) => Some((RowsOf::Source(id), span)),
            _ => None,
        };
        let (first, rest) = path.parts.split_first()?;
        let inner = scope.inner().and_then(|frame| match frame.over {
            RowsOf::Entity(id) => self.member(id, &first.text),
            RowsOf::Source(_) => None,
        });
        let as_path = if rest.is_empty() {
            matches!(inner, Some((Member::Reverse(_), _))) || rows.is_none() && inner.is_some()
        } else {
            self.is_path(scope, first, rest.first())
        };
        match (rows, as_path) {
            (Some((_, span)), true) => {
                let reverse = inner.map(|(_, span)| span);
                self.diags.push(AmbiguousSet { name: dotted, at: path.span, reverse, rows: span });
                None
            }
            (Some((over, _)), false) => Some(Rows::All(over)),
            (None, true) => match self.resolve(scope, path) {
                Target::Set { row, path, link } => Some(Rows::Reverse { row, path, link }),
                Target::Value(value) if is_error(&value) => None,
                target => {
                    let (what, help) = match target {
                        Target::Row(..) => {
                            ("a link leads to at most one row", format!("read its values directly: `{dotted}.x`"))
                        }
                        Target::Value(_) | Target::Set { .. } => {
                            ("this is one value", "name a reverse set, entity, event or source".to_owned())
                        }
                    };
                    self.diags.push(NotASet { name: dotted, at: path.span, what, help });
                    None
                }
            },
            (None, false) => {
                self.unknown_set(scope, path, &dotted);
                None
            }
        }
    }

    fn unknown_set(&mut self, scope: &Scope, path: &ast::Path, dotted: &str) {
        let mut known = self.known(|what| matches!(what, Global::Entity(_) | Global::Source(_)));
        if let Some(RowsOf::Entity(id)) = scope.inner().map(|frame| frame.over) {
            if self.broken.contains(&id) {
                return;
            }
            let sets = self.members.get(id.0 as usize).into_iter().flatten();
            let sets = sets.filter(|(_, (member, _))| matches!(member, Member::Reverse(_)));
            known.extend(sets.map(|(name, (_, span))| (name.clone(), Some(*span))));
        }
        let mut mistake = Unknown::new(mistakes::SET, dotted, path.span);
        if let ([first, rest @ ..], Some(RowsOf::Entity(id))) =
            (path.parts.as_slice(), scope.inner().map(|frame| frame.over))
            && !rest.is_empty()
        {
            let is_entity = self.entity_named(&first.text).is_some();
            let sources = known.iter().filter(|_| !is_entity).map(|(name, span)| (name.as_str(), *span));
            let help = self.set_behind(id, first, rest);
            return self.unknown(mistake.among(sources.filter(|(name, _)| name.contains('.'))).or_help(help));
        }
        if let Some((Global::Audience(at), span)) = self.global(dotted)
            && let Some(entity) = self.audience_entity(at)
        {
            let entity = &self.entity(entity).name;
            mistake = mistake
                .or_help(format!("count an audience as `{entity} where {dotted}`"))
                .bears(span, "an audience, not a set");
        }
        if let (Some(RowsOf::Entity(id)), [name]) = (scope.inner().map(|frame| frame.over), path.parts.as_slice())
            && let Some((help, declared)) = self.set_beside(id, &name.text)
        {
            mistake = mistake.or_help(help).or_beside(Some(declared), "a set of that row");
        }
        let mistake = mistake.among(known.iter().map(|(name, span)| (name.as_str(), *span)));
        self.unknown(mistake.or_help("name an entity, an event or a source, or give a link to here `as` this name"));
    }

    /// What to write for a set that is one link away, and where it is declared.
    fn set_beside(&self, row: EntityId, set: &str) -> Option<(String, Span)> {
        let members = self.members.get(row.0 as usize)?;
        let sets = |entity: EntityId| match self.member(entity, set) {
            Some((Member::Reverse(_), span)) => Some(span),
            _ => None,
        };
        let over_link = members.iter().find_map(|(name, (it, _))| match it {
            Member::Link(link) => Some((format!("write `{name}.{set}`"), sets(self.link(*link).to)?)),
            _ => None,
        });
        over_link.or_else(|| {
            members.iter().find_map(|(name, (it, _))| match it {
                Member::Reverse(link) => Some((nested(name, set), sets(self.link(*link).from)?)),
                _ => None,
            })
        })
    }

    /// What to write for `workspace.logins`, whose first part is no name of the row.
    fn set_behind(&self, row: EntityId, first: &ast::Name, rest: &[ast::Name]) -> String {
        let rest = rest.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        let members: Vec<(&str, Member)> = self
            .members
            .get(row.0 as usize)
            .into_iter()
            .flatten()
            .map(|(name, (it, _))| (name.as_str(), *it))
            .collect();
        // Links and sets lead somewhere.
        let ways = members.iter().filter_map(|(name, it)| match it {
            Member::Link(link) => Some((*name, self.link(*link).to, false)),
            Member::Reverse(link) => Some((*name, self.link(*link).from, true)),
            Member::Column(_) | Member::Field(_) | Member::Sequence(_) => None,
        });
        let ways: Vec<(&str, EntityId, bool)> = ways.collect();
        let meant = did_you_mean(&first.text, ways.iter().map(|(name, ..)| *name));
        let of = self.entity_named(&first.text);
        let way = ways.iter().find(|(name, ..)| Some(*name) == meant);
        match way.or_else(|| ways.iter().find(|(_, to, _)| Some(*to) == of)) {
            Some((name, _, false)) => format!("write `{name}.{rest}`"),
            Some((name, _, true)) => nested(name, &rest),
            None => {
                let sets: Vec<&str> = ways.iter().filter(|(.., is_set)| *is_set).map(|(name, ..)| *name).collect();
                let entity = &self.entity(row).name;
                if sets.is_empty() {
                    format!("name an entity, an event or a source: `{entity}` has no set")
                } else {
                    format!("name an entity, an event or a source, or a set of `{entity}`: `{}`", sets.join("`, `"))
                }
            }
        }
    }

    /// Where a path of the row leads through a set: the set, and what follows it.
    pub(super) fn through_set(&self, scope: &Scope, path: &ast::Path) -> Option<(String, String)> {
        let mut over = scope.inner().map(|frame| frame.over);
        for (at, name) in path.parts.iter().enumerate() {
            let Some(RowsOf::Entity(entity)) = over else { return None };
            match self.member(entity, &name.text)?.0 {
                Member::Link(link) => over = Some(RowsOf::Entity(self.link(link).to)),
                Member::Reverse(_) => {
                    let text =
                        |parts: &[ast::Name]| parts.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
                    let rest = path.parts.get(at + 1..).filter(|rest| !rest.is_empty())?;
                    return Some((text(path.parts.get(..=at)?), text(rest)));
                }
                Member::Column(_) | Member::Field(_) | Member::Sequence(_) => return None,
            }
        }
        None
    }

    fn reverse_tie(
        &mut self,
        scope: &Scope,
        (outside, links): (RowId, Vec<LinkId>),
        link: LinkId,
        inner: RowId,
        span: Span,
    ) -> Option<Tie> {
        let found = self.link(link);
        let LinkBy::Columns { on, equals, .. } = found.by else { return None };
        let (from, to) = (found.from, found.to);
        let starts = scope.frames.iter().any(|frame| frame.row == outside);
        if !starts || self.keyless.contains(&to) {
            return None;
        }
        let here = self.program.column(from, on).typed.clone();
        let there = self.program.column(to, equals).typed.clone();
        let there = Typed { nullable: there.nullable || !links.is_empty(), ..there };
        let inner = make(ExprKind::Read { row: inner, path: Vec::new(), what: What::Column(on) }, here, span);
        let outer = make(ExprKind::Read { row: outside, path: links, what: What::Column(equals) }, there, span);
        let (inner, outer) = self.aligned(inner, outer)?;
        Some(Tie { inner, outer })
    }

    /// Closes a set with its condition and what else is read of its rows.
    pub(super) fn close_set(
        &mut self,
        scope: &mut Scope,
        mut set: Set,
        condition: Option<Expr>,
        read: &[&Expr],
    ) -> Option<Set> {
        scope.frames.pop();
        let outside: BTreeSet<RowId> = scope.frames.iter().map(|frame| frame.row).collect();
        let unsure = condition.iter().chain(read.iter().copied()).any(contains_error);
        let mut rest = Vec::new();
        let tied_by_link = !set.ties.is_empty();
        for conjunct in condition.into_iter().flat_map(conjuncts) {
            match as_tie(&conjunct, set.row, &outside) {
                Some(tie) if !tied_by_link => set.ties.push(tie),
                _ => rest.push(conjunct),
            }
        }
        let mentions = |expr: &Expr| rows_read(expr).iter().any(|row| outside.contains(row));
        if set.ties.is_empty() && (rest.iter().any(mentions) || read.iter().any(|expr| mentions(expr))) {
            if unsure {
                return None;
            }
            let name = self.rows_name(set.over);
            let help = format!(
                "add an equality, such as `where {} = …`, with a value of the row outside",
                self.some_column(set.over)
            );
            self.diags.push(UntiedSet { name, at: set.span, help });
            return None;
        }
        set.condition = conjunction(rest);
        Some(set)
    }

    /// A column that could tie a set: one that looks like a reference.
    fn some_column(&self, over: RowsOf) -> String {
        let columns = &self.source_of(over).columns;
        let reference = columns.iter().find(|column| column.name.ends_with("_id"));
        reference.or_else(|| columns.first()).map_or_else(|| "column".to_owned(), |column| column.name.clone())
    }
}

/// What rows a set has.
enum Rows {
    All(RowsOf),
    Reverse { row: RowId, path: Vec<LinkId>, link: LinkId },
}

/// The conditions that must all hold.
pub(in crate::program) fn conjuncts(condition: Expr) -> Vec<Expr> {
    match condition.kind {
        ExprKind::Op(Op::And, operands) => operands.into_iter().flat_map(conjuncts).collect(),
        _ => vec![condition],
    }
}

/// One condition that holds where all do.
pub(in crate::program) fn conjunction(mut all: Vec<Expr>) -> Option<Expr> {
    if all.len() < 2 {
        return all.pop();
    }
    let span = all.iter().map(|expr| expr.span).reduce(Span::to).unwrap_or_default();
    Some(make(ExprKind::Op(Op::And, all), Type::Bool.required(), span))
}

/// An equality between the set's row and rows outside.
fn as_tie(condition: &Expr, inner: RowId, outside: &BTreeSet<RowId>) -> Option<Tie> {
    let ExprKind::Op(Op::Equal, sides) = &condition.kind else { return None };
    let [left, right] = sides.as_slice() else { return None };
    let is_inner = |expr: &Expr| !contains_set(expr) && rows_read(expr).iter().eq([&inner]);
    let is_outer = |expr: &Expr| {
        let rows = rows_read(expr);
        !contains_set(expr) && !rows.is_empty() && rows.iter().all(|row| outside.contains(row))
    };
    if is_inner(left) && is_outer(right) {
        Some(Tie { inner: left.clone(), outer: right.clone() })
    } else if is_inner(right) && is_outer(left) {
        Some(Tie { inner: right.clone(), outer: left.clone() })
    } else {
        None
    }
}
