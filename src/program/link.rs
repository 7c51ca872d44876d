//! Takes the `link` lines of entities and the `link … of … = last(…)` declarations, and gives to-one links, with
//! reverse sets at the other end. Every name of an entity is registered through here once.

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, Member};
use super::mistakes::{self, Unknown};
use super::names::{self, Global};
use super::{Aggregate, AggregateOp, EntityId, Link, LinkBy, LinkId, RowId, RowsOf, Set};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` of `{entity}` is declared twice")]
#[diagnostic(code("duplicate-field"), help("rename one of the two"))]
struct DuplicateField {
    name: String,
    entity: String,
    #[label(primary, "declared again here")]
    at: Span,
    #[label("first declared here")]
    first: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is already a source column of `{entity}`")]
#[diagnostic(code("field-hides-column"), help("give it another name than the column"))]
struct FieldHidesColumn {
    name: String,
    entity: String,
    #[label(primary, "declared here")]
    at: Span,
    #[label("the column is declared here")]
    column: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the two ends of the link cannot be equal: {here} and {there}")]
#[diagnostic(code("link-type"), help("link columns of one type"))]
struct LinkType {
    here: String,
    there: String,
    #[label(primary, "this column is {here}")]
    at: Span,
    #[label("that one is {there}")]
    other: Span,
    #[label("declared here as {here}")]
    own: Span,
    #[label("declared here as {there}")]
    theirs: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{column}` is not unique in `{entity}`, so the link could find several rows")]
#[diagnostic(code("link-not-unique"))]
pub(super) struct LinkNotUnique {
    pub column: String,
    pub entity: String,
    #[label(primary, "{why}")]
    pub at: Span,
    pub why: &'static str,
    #[label("the link is declared here")]
    pub declared: Option<Span>,
    #[label("the column is declared here")]
    pub theirs: Span,
    #[help]
    pub help: String,
}

impl<'a> Ctx<'a> {
    /// Registers a name of an entity; a second one is reported.
    pub(super) fn register(&mut self, entity: EntityId, name: &ast::Name, member: Member) -> bool {
        names::check_declared(name, self.diags);
        let slot = entity.0 as usize;
        let lowered = name.text.to_lowercase();
        let taken = self.lowered.get(slot).and_then(|names| names.get(&lowered)).copied();
        if let Some((other, first)) = taken {
            let (name, at, entity) = (name.text.clone(), name.span, self.entity(entity).name.clone());
            if matches!(other, Member::Column(_)) {
                // What is read through it is read of the column now, which is no further mistake.
                self.lost.insert(name.clone());
                self.diags.push(FieldHidesColumn { name, entity, at, column: first });
            } else {
                self.diags.push(DuplicateField { name, entity, at, first });
            }
            return false;
        }
        if let Some(names) = self.lowered.get_mut(slot) {
            names.insert(lowered, (member, name.span));
        }
        if let Some(names) = self.members.get_mut(slot) {
            names.insert(name.text.clone(), (member, name.span));
        }
        true
    }

    /// The entity that a name stands for; an unknown one is reported.
    pub(super) fn entity_for(&mut self, name: &ast::Name) -> Option<EntityId> {
        if let Some(id) = self.entity_named(&name.text) {
            return Some(id);
        }
        let known = self.known(|what| matches!(what, Global::Entity(_)));
        let known: Vec<_> = known.iter().map(|(name, span)| (name.as_str(), *span)).collect();
        let mut mistake = Unknown::new(mistakes::ENTITY, &name.text, name.span);
        if let Some((Global::Audience(at), span)) = self.global(&name.text) {
            let base = self.audience_entity(at).map(|id| self.entity(id).name.clone());
            if let Some(base) = base {
                mistake = mistake
                    .or_help(format!("an audience cannot stand here; write `{base}`"))
                    .bears(span, "an audience, not an entity");
            }
        }
        let words: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let words = if words.len() > 8 { Vec::new() } else { words };
        self.unknown(mistake.among(known).or_one_of(&words));
        None
    }

    /// Declares the links of every entity, then the links to one row of a set.
    pub(super) fn declare_links(&mut self) {
        let nodes: Vec<_> = (0..).map(EntityId).zip(self.found.entities.iter().map(|(item, _)| item.node)).collect();
        for (id, node) in nodes {
            for item in &node.items {
                if let ast::EntityItem::Link(link) = item {
                    self.declare_link(id, link);
                }
            }
        }
        self.declare_row_links();
    }

    fn declare_link(&mut self, from: EntityId, node: &'a ast::Link) {
        let target = self.entity_for(&node.target);
        let on = self.entity_column(from, &node.on);
        let id = LinkId(self.program.links.len() as u32);
        let Some(to) = target else {
            self.register(from, &node.name, Member::Link(id));
            self.add_broken_link(from, node.name.text.clone(), node.name.span);
            self.lost.extend(node.reverse.iter().map(|reverse| reverse.text.clone()));
            return;
        };
        let equals = match &node.equals {
            Some(name) => self.entity_column(to, name),
            None => (!self.broken.contains(&to)).then(|| self.entity(to).key),
        };
        let (Some(on), Some(equals)) = (on, equals) else {
            self.register(from, &node.name, Member::Link(id));
            if let Some(reverse) = &node.reverse {
                self.register(to, reverse, Member::Reverse(id));
            }
            self.add_broken_link(from, node.name.text.clone(), node.name.span);
            return;
        };
        self.check_link_types((from, on, &node.on), (to, equals, node.equals.as_ref().unwrap_or(&node.target)));
        self.program.links.push(Link {
            name: node.name.text.clone(),
            span: node.name.span,
            from,
            to,
            by: LinkBy::Columns { on, equals, reverse: node.reverse.as_ref().map(|name| name.text.clone()) },
        });
        self.register(from, &node.name, Member::Link(id));
        match &node.reverse {
            Some(reverse) => {
                self.register(to, reverse, Member::Reverse(id));
            }
            None if !self.keyless.contains(&to) && !self.is_unique(to, equals) => {
                let at = node.equals.as_ref().map_or(node.target.span, |name| name.span);
                self.not_unique(id, at, "neither the key nor declared unique", None);
            }
            None => {}
        }
    }

    /// A link whose ends are not known; what is read through it is silently unknown.
    fn add_broken_link(&mut self, from: EntityId, name: String, span: Span) {
        let id = LinkId(self.program.links.len() as u32);
        self.unplaced.insert(id);
        self.program.links.push(Link { name, span, from, to: from, by: placeholder(span) });
    }

    fn check_link_types(
        &mut self,
        (from, on, here): (EntityId, super::ColumnId, &ast::Name),
        (to, equals, there): (EntityId, super::ColumnId, &ast::Name),
    ) {
        if self.keyless.contains(&to) {
            return;
        }
        let (a, b) = (self.program.column(from, on), self.program.column(to, equals));
        if a.typed.kind.meet(&b.typed.kind).is_none() {
            let (own, theirs) = (a.span, b.span);
            let (a, b) = (a.typed.kind.to_string(), b.typed.kind.to_string());
            self.diags.push(LinkType { here: a, there: b, at: here.span, other: there.span, own, theirs });
        }
    }

    /// Whether an entity's rows differ in this column.
    pub(super) fn is_unique(&self, entity: EntityId, column: super::ColumnId) -> bool {
        let entity = self.entity(entity);
        entity.key == column || entity.unique.contains(&column)
    }

    /// Reports a link over a column that is not unique.
    pub(super) fn not_unique(&mut self, link: LinkId, at: Span, why: &'static str, declared: Option<Span>) {
        let found = self.link(link);
        if let LinkBy::Columns { equals, .. } = found.by {
            let entity = self.entity(found.to).name.clone();
            let theirs = self.program.column(found.to, equals).span;
            let column = self.program.column(found.to, equals).name.clone();
            let help = format!("add a line `unique {column}` to `{entity}`");
            self.diags.push(LinkNotUnique { column, entity, at, why, declared, theirs, help });
        }
    }

    fn declare_row_links(&mut self) {
        let nodes: Vec<&'a ast::RowLink> = self.found.row_links.iter().map(|item| item.node).collect();
        for (place, node) in nodes.into_iter().enumerate() {
            let Some(entity) = self.entity_for(&node.of) else {
                self.lost.insert(node.name.text.clone());
                continue;
            };
            if self.is_event(RowsOf::Entity(entity)) {
                self.field_of_event(entity, &node.of);
            }
            let id = LinkId(self.program.links.len() as u32);
            self.unplaced.insert(id);
            self.program.links.push(Link {
                name: node.name.text.clone(),
                span: node.name.span,
                from: entity,
                to: entity,
                by: placeholder(node.name.span),
            });
            if self.register(entity, &node.name, Member::Link(id)) {
                self.row_links.insert(id, place);
            }
        }
        self.place_row_links();
    }

    /// Finds where row links lead, as far as the names go: one may lead through another.
    fn place_row_links(&mut self) {
        loop {
            let placed: Vec<_> = self
                .row_links
                .iter()
                .filter(|(id, _)| self.unplaced.contains(id))
                .filter_map(|(id, place)| {
                    let node = self.found.row_links.get(*place)?.node;
                    let to = self.quiet_end(self.link(*id).from, node)?;
                    Some((*id, to))
                })
                .collect();
            if placed.is_empty() {
                return;
            }
            for (id, to) in placed {
                self.unplaced.remove(&id);
                if let Some(link) = self.program.links.get_mut(id.0 as usize) {
                    link.to = to;
                }
            }
        }
    }

    /// The entity of a row link's set, where its path can be followed.
    fn quiet_end(&self, from: EntityId, node: &ast::RowLink) -> Option<EntityId> {
        let path = row_link_set(&node.value)?;
        let (last, before) = path.parts.split_last()?;
        let own = [Some(&self.entity(from).name), node.alias.as_ref().map(|alias| &alias.text)];
        let mut entity = from;
        for (at, part) in before.iter().enumerate() {
            if at == 0 && own.contains(&Some(&part.text)) && self.member(from, &part.text).is_none() {
                continue;
            }
            match self.member(entity, &part.text)?.0 {
                Member::Link(link) if !self.unplaced.contains(&link) => entity = self.link(link).to,
                _ => return None,
            }
        }
        match self.member(entity, &last.text) {
            Some((Member::Reverse(link), _)) if !self.unplaced.contains(&link) => Some(self.link(link).from),
            _ if before.is_empty() => self.entity_named(&last.text),
            _ => None,
        }
    }

    /// Types the row that each row link names.
    pub(super) fn type_row_links(&mut self) {
        let links: Vec<_> = self.row_links.iter().map(|(id, place)| (*id, *place)).collect();
        for (id, place) in links {
            let Some(node) = self.found.row_links.get(place).map(|item| item.node) else { continue };
            if self.unplaced.contains(&id) && self.reports_link_cycle(node, self.link(id).from) {
                continue;
            }
            let from = self.link(id).from;
            let alias = node.alias.as_ref().map(|alias| alias.text.as_str());
            let mut scope = super::scope::Scope::row_of(from, alias);
            if let Some(aggregate) = self.row_link_aggregate(&mut scope, &node.value)
                && let Some(link) = self.program.links.get_mut(id.0 as usize)
            {
                link.by = LinkBy::Row(Box::new(aggregate));
            }
        }
    }

    /// Whether a row link cannot be placed since it leads through itself, which is then reported.
    fn reports_link_cycle(&mut self, node: &ast::RowLink, from: EntityId) -> bool {
        let Some(path) = row_link_set(&node.value) else { return false };
        let through = path.parts.iter().find_map(|part| match self.member(from, &part.text) {
            Some((Member::Link(link), span)) if self.unplaced.contains(&link) => Some((part, link, span)),
            _ => None,
        });
        let Some((part, link, span)) = through else { return false };
        if self.row_links.contains_key(&link) {
            let places = vec![(span, "the row link is declared here".to_owned())];
            let places = if span == node.name.span { Vec::new() } else { places };
            self.diags.push(super::cycle::cyclic(&node.name.text, part.span, places));
        }
        true
    }
}

/// The set of `last(SET)`, `pick(SET by …)`.
fn row_link_set(value: &ast::Expr) -> Option<&ast::Path> {
    let ast::ExprKind::Call(call) = &value.kind else { return None };
    if let Some(set) = &call.set {
        return Some(&set.path);
    }
    match call.arguments.as_slice() {
        [ast::Order { by: ast::Expr { kind: ast::ExprKind::Path(path), .. }, .. }] => Some(path),
        _ => None,
    }
}

/// A way that leads nowhere, until a row link is typed.
fn placeholder(span: Span) -> LinkBy {
    LinkBy::Row(Box::new(Aggregate {
        op: AggregateOp::First,
        set: Set { row: RowId(1), over: RowsOf::Entity(EntityId(0)), ties: Vec::new(), condition: None, span },
        value: None,
        order: Vec::new(),
    }))
}
