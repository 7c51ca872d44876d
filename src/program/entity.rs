//! Takes the `entity` and `event` declarations and gives rows with a key: their source, columns that are checked
//! to be unique, an event's time, and the guard. Their names are registered here; links come after.

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, Member};
use super::mistakes::{self, Unknown};
use super::names::{Global, Item};
use super::{Column, ColumnId, Entity, EntityId, RowsOf, Source, SourceId};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

/// The share of its rows that an entity may lose in a run where nothing is said.
const LOSES: f64 = 0.1;

#[derive(Debug, Error, Diagnostic)]
#[error("{what} `{name}` has no key")]
#[diagnostic(code("missing-key"), help("add a line such as `key id`"))]
struct MissingKey {
    what: &'static str,
    name: String,
    #[label(primary, "its rows cannot be told apart")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the key `{name}` may be null")]
#[diagnostic(code("nullable-key"), help("declare the column without `?`, or choose another key"))]
struct NullableKey {
    name: String,
    #[label(primary, "a key identifies every row")]
    at: Span,
    #[label("declared nullable here")]
    declared: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a column of type {kind} cannot be {role}")]
#[diagnostic(code("key-type"))]
struct KeyType {
    kind: String,
    role: &'static str,
    #[label(primary, "here")]
    at: Span,
    #[label("its type is declared here")]
    declared: Span,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("event `{name}` has no time")]
#[diagnostic(code("missing-at"), help("add a line `at COLUMN`: when the event happened"))]
struct MissingAt {
    name: String,
    #[label(primary, "an event happens at an instant")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` cannot stand in an {what}")]
#[diagnostic(code("misplaced-item"))]
struct MisplacedItem {
    word: &'static str,
    what: &'static str,
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` stands twice")]
#[diagnostic(code("duplicate-item"), help("keep one of the two"))]
pub(super) struct DuplicateItem {
    pub word: String,
    #[label(primary, "again here")]
    pub at: Span,
    #[label("first here")]
    pub first: Span,
}

impl<'a> Ctx<'a> {
    /// Declares every entity and event without its condition and links.
    pub(super) fn declare_entities(&mut self) {
        let nodes: Vec<_> = self.found.entities.clone();
        for (number, (Item { doc, node, .. }, event)) in (0..).zip(nodes) {
            let id = EntityId(number);
            let source = self.source_for(&node.from).unwrap_or_else(|| {
                self.broken.insert(id);
                self.no_source(node.from.span)
            });
            if self.columnless.contains(&source) {
                self.broken.insert(id);
            }
            self.program.entities.push(Entity {
                name: node.name.text.clone(),
                was: node.was.as_ref().map(|was| was.text.clone()),
                doc: doc.cloned(),
                span: node.name.span,
                source,
                condition: None,
                key: ColumnId(0),
                unique: Vec::new(),
                at: None,
                loses: LOSES,
            });
            self.register_columns(id);
            self.declare_items(id, node, event);
            if let Some(was) = node.was.as_ref().filter(|_| event) {
                self.diags.push(MisplacedItem {
                    word: "was",
                    what: "event",
                    at: was.span,
                    why: "nothing is remembered of an event",
                    help: "remove `was` and the name after it",
                });
            }
        }
        self.check_was_of_entities();
    }

    /// The source that a path names; an unknown one is reported.
    fn source_for(&mut self, path: &ast::Path) -> Option<SourceId> {
        let dotted = path.dotted();
        if let Some(id) = self.source_named(&dotted) {
            return Some(id);
        }
        let known = self.known(|what| matches!(what, Global::Source(_)));
        let known = known.iter().map(|(name, span)| (name.as_str(), *span));
        self.unknown(
            Unknown::new(mistakes::SOURCE, &dotted, path.span)
                .among(known)
                .or_help(format!("declare it: `source {dotted} {{ … }}`")),
        );
        None
    }

    /// A source in the place of one that is not declared.
    fn no_source(&mut self, span: Span) -> SourceId {
        self.program.sources.push(Source {
            name: Vec::new(),
            doc: None,
            span,
            sql: None,
            reads: Vec::new(),
            columns: vec![Column {
                name: String::new(),
                doc: None,
                typed: Type::Error.required(),
                labels: Vec::new(),
                span,
            }],
            fresh: None,
        });
        SourceId(self.program.sources.len() as u32 - 1)
    }

    fn register_columns(&mut self, id: EntityId) {
        if self.broken.contains(&id) {
            return;
        }
        let columns = &self.program.source(self.program.entity(id).source).columns;
        let names: Vec<_> = (0..)
            .map(ColumnId)
            .zip(columns)
            .map(|(column, declared)| (declared.name.clone(), (Member::Column(column), declared.span)))
            .collect();
        if let Some(lowered) = self.lowered.get_mut(id.0 as usize) {
            lowered.extend(names.iter().map(|(name, member)| (name.to_lowercase(), *member)));
        }
        if let Some(members) = self.members.get_mut(id.0 as usize) {
            members.extend(names);
        }
    }

    fn declare_items(&mut self, id: EntityId, node: &'a ast::Entity, event: bool) {
        let what = if event { "event" } else { "entity" };
        let (mut key, mut at, mut guard): (Option<Span>, Option<Span>, Option<Span>) = (None, None, None);
        for item in &node.items {
            match item {
                ast::EntityItem::Key(name) => {
                    if self.only_once("key", name.span, &mut key) {
                        self.set_key(id, name);
                    }
                }
                ast::EntityItem::Unique(name) => self.add_unique(id, name),
                ast::EntityItem::At(name) if event => {
                    if self.only_once("at", name.span, &mut at) {
                        self.set_at(id, name);
                    }
                }
                ast::EntityItem::At(name) => self.diags.push(MisplacedItem {
                    word: "at",
                    what: "entity",
                    at: name.span,
                    why: "only an event happens at an instant",
                    help: "remove the line, or declare an `event`",
                }),
                ast::EntityItem::Guard(found) if event => self.diags.push(MisplacedItem {
                    word: "guard",
                    what: "event",
                    at: found.span,
                    why: "events may disappear: sources forget old ones",
                    help: "remove the line",
                }),
                ast::EntityItem::Guard(found) => {
                    if self.only_once("guard", found.span, &mut guard) {
                        self.set_loses(id, found);
                    }
                }
                ast::EntityItem::Link(_) => {}
            }
        }
        if key.is_none() || node.broken {
            self.keyless.insert(id);
        }
        if node.broken {
            return;
        }
        if key.is_none() {
            self.diags.push(MissingKey { what, name: node.name.text.clone(), at: node.name.span });
        }
        if event && at.is_none() {
            self.diags.push(MissingAt { name: node.name.text.clone(), at: node.name.span });
        }
    }

    /// Whether an item comes for the first time; a second one is reported.
    pub(super) fn only_once(&mut self, word: &str, at: Span, first: &mut Option<Span>) -> bool {
        if let Some(first) = *first {
            self.diags.push(DuplicateItem { word: word.to_owned(), at, first });
            return false;
        }
        *first = Some(at);
        true
    }

    /// A column of an entity's source; an unknown one is reported.
    pub(super) fn entity_column(&mut self, id: EntityId, name: &ast::Name) -> Option<ColumnId> {
        if self.broken.contains(&id) {
            return None;
        }
        let source = self.entity(id).source;
        if let Some((column, _)) = self.column_named(source, &name.text) {
            return Some(column);
        }
        let declared = self.program.source(source);
        let known: Vec<_> = declared.columns.iter().map(|column| (column.name.clone(), Some(column.span))).collect();
        let help = format!("declare it in source `{}`", declared.name.join("."));
        self.unknown(
            Unknown::new(mistakes::COLUMN, &name.text, name.span)
                .among(known.iter().map(|(name, span)| (name.as_str(), *span)))
                .or_help(help),
        );
        None
    }

    fn set_key(&mut self, id: EntityId, name: &ast::Name) {
        let Some(column) = self.entity_column(id, name) else {
            self.keyless.insert(id);
            return;
        };
        let found = self.program.column(id, column);
        let (typed, declared) = (found.typed.clone(), found.span);
        if typed.nullable {
            self.diags.push(NullableKey { name: name.text.clone(), at: name.span, declared });
        }
        self.check_key_type(&typed.kind, "a key", name.span, declared);
        if let Some(entity) = self.program.entities.get_mut(id.0 as usize) {
            entity.key = column;
        }
    }

    fn add_unique(&mut self, id: EntityId, name: &ast::Name) {
        let Some(column) = self.entity_column(id, name) else { return };
        let found = self.program.column(id, column);
        let (kind, declared) = (found.typed.kind.clone(), found.span);
        self.check_key_type(&kind, "unique", name.span, declared);
        if let Some(entity) = self.program.entities.get_mut(id.0 as usize)
            && !entity.unique.contains(&column)
        {
            entity.unique.push(column);
        }
    }

    fn check_key_type(&mut self, kind: &Type, role: &'static str, at: Span, declared: Span) {
        if matches!(kind, Type::Float | Type::Json) {
            self.diags.push(KeyType {
                kind: kind.to_string(),
                role,
                at,
                declared,
                help: "choose a column of text, a whole number or another exact type",
            });
        }
    }

    fn set_at(&mut self, id: EntityId, name: &ast::Name) {
        let Some(column) = self.entity_column(id, name) else { return };
        let found = self.program.column(id, column);
        if !matches!(found.typed.kind, Type::Timestamp | Type::Date | Type::Error) {
            let (kind, declared) = (found.typed.kind.to_string(), found.span);
            self.diags.push(KeyType {
                kind,
                role: "an event's time",
                at: name.span,
                declared,
                help: "choose a column of type timestamp or date",
            });
        }
        if let Some(entity) = self.program.entities.get_mut(id.0 as usize) {
            entity.at = Some(column);
        }
    }

    fn set_loses(&mut self, id: EntityId, guard: &ast::Guard) {
        if let Some(share) = self.guard_share(guard)
            && let Some(entity) = self.program.entities.get_mut(id.0 as usize)
        {
            entity.loses = share;
        }
    }

    /// Types the condition of every entity.
    pub(super) fn type_entities(&mut self) {
        let nodes: Vec<_> = (0..).map(EntityId).zip(self.found.entities.iter().map(|(item, _)| item.node)).collect();
        for (id, node) in nodes {
            let Some(condition) = &node.condition else { continue };
            let mut scope = super::scope::Scope::columns_of(id);
            let condition = self.condition(&mut scope, condition);
            if let Some(entity) = self.program.entities.get_mut(id.0 as usize) {
                entity.condition = Some(condition);
            }
        }
    }

    /// Whether rows have a time.
    pub(super) fn is_event(&self, over: RowsOf) -> bool {
        matches!(over, RowsOf::Entity(id) if self.found.entities.get(id.0 as usize).is_some_and(|(_, event)| *event))
    }
}
