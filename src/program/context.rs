//! What the passes of [`super::analyze`] share: the declarations, the program under construction, the names of
//! each entity, and the sink for mistakes. Only `program` sees it.

use std::collections::{BTreeMap, BTreeSet};

use super::mistakes::Unknown;
use super::names::{Declarations, Global, Globals};
use super::policy::Heeds;
use super::{
    Column, ColumnId, DestinationId, Entity, EntityId, Expr, ExprKind, Field, FieldId, FieldKind, Link, LinkId,
    Program, RowsOf, SequenceId, Source, SourceId, What,
};
use crate::diagnostics::Diagnostics;
use crate::source::{Sources, Span};
use crate::types::{Type, Typed};

/// What a name of an entity stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    Column(ColumnId),
    Field(FieldId),
    Link(LinkId),
    /// The reverse set of this link.
    Reverse(LinkId),
    /// Of which a step or what else it says of an entry is read.
    Sequence(SequenceId),
}

/// How far a thing that is typed on demand has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Running,
    Done,
}

/// What is known after the passes and is no part of the program.
pub(super) struct Rest {
    /// The constants that were read.
    pub used_lets: BTreeSet<String>,
    /// The traits whose circles have been reported.
    pub circled: BTreeSet<FieldId>,
    /// Destinations with an item that could not be read: what they allow is not known.
    pub open: BTreeSet<DestinationId>,
    /// The policies that syncs heed.
    pub heeds: Heeds,
}

/// The shared context.
pub(super) struct Ctx<'a> {
    pub sources: &'a Sources,
    pub zone: &'a str,
    pub diags: &'a mut Diagnostics,
    pub found: Declarations<'a>,
    pub globals: Globals,
    pub program: Program,
    /// The names of each entity, by its id.
    pub members: Vec<BTreeMap<String, (Member, Span)>>,
    /// The same names in lower case, for finding two that SQL could not tell apart.
    pub lowered: Vec<BTreeMap<String, (Member, Span)>>,
    /// Entities whose source or base is unknown: what they lack has been reported.
    pub broken: BTreeSet<EntityId>,
    /// Names of what was too broken to be declared: that was reported, so that they are unknown is no further mistake.
    pub lost: BTreeSet<String>,
    /// Names that were reported as unknown, each with the code.
    pub missed: BTreeMap<String, &'static str>,
    /// Columns that tests expect of something that has none of the name: of what, and the name.
    pub unlisted: BTreeSet<(String, String)>,
    /// Destinations of which a label could not be read: what they allow is not known.
    pub open: BTreeSet<DestinationId>,
    /// The expression that stands where a text may be meant, if it is a bare name.
    pub may_be_text: Option<Span>,
    /// The policies that syncs heed.
    pub heeds: Heeds,
    /// Whether something is declared whose name could not be read: any unknown name may be that.
    pub nameless: bool,
    /// Sources that are too broken to say their columns.
    pub columnless: BTreeSet<SourceId>,
    /// Entities without a valid key.
    pub keyless: BTreeSet<EntityId>,
    /// By field id.
    pub field_states: Vec<State>,
    /// The traits that are being typed, each with where the one before reads it.
    pub running: Vec<(FieldId, Span)>,
    /// The constants that are being typed, each with where the one before reads it.
    pub running_lets: Vec<(usize, Span)>,
    /// The traits of circles that have been reported.
    pub circled: BTreeSet<FieldId>,
    /// Whether a field's entity could be found.
    pub field_sound: Vec<bool>,
    /// The entity of the audience at each place in [`Declarations::fields`], as far as it is known.
    pub audience_entities: Vec<Option<EntityId>>,
    /// By place in [`Declarations::lets`].
    pub let_states: Vec<State>,
    pub let_values: Vec<Option<Expr>>,
    pub used_lets: BTreeSet<usize>,
    /// Where what a path reads is declared, by the path's place.
    pub read_at: BTreeMap<Span, Span>,
    /// The first row link and its place in [`Declarations::row_links`], for each that could be placed.
    pub row_links: BTreeMap<LinkId, usize>,
    /// Row links whose target is not known.
    pub unplaced: BTreeSet<LinkId>,
}

impl<'a> Ctx<'a> {
    /// The context before the first pass.
    pub(super) fn new(
        sources: &'a Sources,
        zone: &'a str,
        diags: &'a mut Diagnostics,
        (found, globals): (Declarations<'a>, Globals),
    ) -> Self {
        let lets = found.lets.len();
        Self {
            sources,
            zone,
            diags,
            globals,
            program: Program::default(),
            members: vec![BTreeMap::new(); found.entities.len()],
            lowered: vec![BTreeMap::new(); found.entities.len()],
            broken: BTreeSet::new(),
            lost: BTreeSet::new(),
            missed: BTreeMap::new(),
            unlisted: BTreeSet::new(),
            open: BTreeSet::new(),
            may_be_text: None,
            heeds: Heeds::new(),
            nameless: false,
            columnless: BTreeSet::new(),
            keyless: BTreeSet::new(),
            field_states: vec![State::Pending; found.fields.len()],
            running: Vec::new(),
            running_lets: Vec::new(),
            circled: BTreeSet::new(),
            field_sound: vec![true; found.fields.len()],
            audience_entities: Vec::new(),
            let_states: vec![State::Pending; lets],
            let_values: vec![None; lets],
            used_lets: BTreeSet::new(),
            read_at: BTreeMap::new(),
            row_links: BTreeMap::new(),
            unplaced: BTreeSet::new(),
            found,
        }
    }

    /// The program, and what the checks of the whole need besides it.
    pub(super) fn into_program(self) -> (Program, Rest) {
        let lets = self.found.lets.iter().enumerate();
        let used = lets.filter(|(at, _)| self.used_lets.contains(at)).map(|(_, item)| item.node.name.text.clone());
        let rest = Rest { used_lets: used.collect(), circled: self.circled, open: self.open, heeds: self.heeds };
        (self.program, rest)
    }

    /// Whether a declaration has a block; that it lacks one has been reported.
    pub(super) fn has_block(&self, declaration: Span) -> bool {
        self.sources.text(declaration).contains('{')
    }

    /// Reports a name that nothing bears, unless its declaration was broken, or it is missing under another code: what
    /// is not declared is missed as a column here and as a name there.
    pub(super) fn unknown(&mut self, mistake: Unknown) {
        if self.is_lost(mistake.name()) {
            return;
        }
        let code = mistake.code();
        let parts = || std::iter::once(mistake.name()).chain(mistake.name().split('.'));
        if parts().any(|part| self.missed.get(part).is_some_and(|known| *known != code)) {
            return;
        }
        for part in parts() {
            self.missed.insert(part.to_owned(), code);
        }
        self.diags.push(mistake);
    }

    /// Whether a name may be declared in what could not be read.
    pub(super) fn is_lost(&self, name: &str) -> bool {
        self.nameless || name.split('.').any(|part| self.lost.contains(part))
    }

    /// What a project-level name stands for.
    pub(super) fn global(&self, name: &str) -> Option<(Global, Span)> {
        self.globals.get(name).copied()
    }

    /// The entity of this name.
    pub(super) fn entity_named(&self, name: &str) -> Option<EntityId> {
        match self.global(name) {
            Some((Global::Entity(id), _)) => Some(id),
            _ => None,
        }
    }

    /// The source of this name.
    pub(super) fn source_named(&self, dotted: &str) -> Option<SourceId> {
        match self.global(dotted) {
            Some((Global::Source(id), _)) => Some(id),
            _ => None,
        }
    }

    /// The project-level names that a test picks, with their places.
    pub(super) fn known(&self, pick: impl Fn(Global) -> bool) -> Vec<(String, Option<Span>)> {
        self.globals
            .iter()
            .filter(|(_, (what, _))| pick(*what))
            .map(|(name, (_, span))| (name.clone(), Some(*span)))
            .collect()
    }

    /// An entity by its id.
    pub(super) fn entity(&self, id: EntityId) -> &Entity {
        self.program.entity(id)
    }

    /// What an entity's name stands for.
    pub(super) fn member(&self, entity: EntityId, name: &str) -> Option<(Member, Span)> {
        self.members.get(entity.0 as usize)?.get(name).copied()
    }

    /// The names of the rows of a set, with their places.
    pub(super) fn names_of(&self, over: RowsOf) -> Vec<(&str, Option<Span>)> {
        match over {
            RowsOf::Entity(id) => self
                .members
                .get(id.0 as usize)
                .into_iter()
                .flatten()
                .map(|(name, (_, span))| (name.as_str(), Some(*span)))
                .collect(),
            RowsOf::Source(id) => {
                self.program.source(id).columns.iter().map(|column| (column.name.as_str(), Some(column.span))).collect()
            }
        }
    }

    /// A column of a source by name.
    pub(super) fn column_named(&self, source: SourceId, name: &str) -> Option<(ColumnId, &Column)> {
        (0..).map(ColumnId).zip(&self.program.source(source).columns).find(|(_, column)| column.name == name)
    }

    /// What a set's rows are called.
    pub(super) fn rows_name(&self, over: RowsOf) -> String {
        match over {
            RowsOf::Entity(id) => self.entity(id).name.clone(),
            RowsOf::Source(id) => self.program.source(id).name.join("."),
        }
    }

    /// The source of a set's rows.
    pub(super) fn source_of(&self, over: RowsOf) -> &Source {
        match over {
            RowsOf::Entity(id) => self.program.source(self.entity(id).source),
            RowsOf::Source(id) => self.program.source(id),
        }
    }

    /// A link by its id.
    pub(super) fn link(&self, id: LinkId) -> &Link {
        self.program.link(id)
    }

    /// Where what is read at this place is declared.
    pub(super) fn declared(&self, place: Span) -> Option<Span> {
        self.read_at.get(&place).copied()
    }

    /// The entity at the end of a path that starts at another.
    pub(super) fn end_of(&self, entity: EntityId, path: &[LinkId]) -> EntityId {
        path.last().map_or(entity, |link| self.link(*link).to)
    }

    /// A field by its id.
    pub(super) fn field(&self, id: FieldId) -> &Field {
        self.program.field(id)
    }

    /// A field by its id, to fill in.
    pub(super) fn field_mut(&mut self, id: FieldId) -> Option<&mut Field> {
        self.program.fields.get_mut(id.0 as usize)
    }
}

/// An expression from its parts.
pub(super) const fn make(kind: ExprKind, typed: Typed, span: Span) -> Expr {
    Expr { typed, span, kind }
}

/// The expression of what could not be resolved.
pub(super) const fn error(span: Span) -> Expr {
    make(ExprKind::Error, Type::Error.required(), span)
}

/// Whether an expression could be typed.
pub(super) fn is_error(expr: &Expr) -> bool {
    expr.typed.kind == Type::Error
}

/// A field before it is typed.
pub(super) fn unresolved(span: Span) -> FieldKind {
    FieldKind::Trait(error(span))
}

/// Whether an expression is a value of the outer row itself, a constant or the instant.
pub(super) fn is_plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Now => true,
        ExprKind::Read { row, path, what } => *row == super::OUTER && path.is_empty() && *what != What::Exists,
        ExprKind::Op(..)
        | ExprKind::Call(..)
        | ExprKind::Case { .. }
        | ExprKind::Coerce(_)
        | ExprKind::Aggregate(_)
        | ExprKind::Window(_)
        | ExprKind::Previous(_)
        | ExprKind::Error => false,
    }
}
