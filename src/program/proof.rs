//! What can be proved of conditions over one row: takes conditions of a program, gives whether they can hold and whether one
//! implies another. Understands comparisons, lists, nulls, bools, time, links, `case`, audiences and statuses; all else is a
//! value of which nothing is known but its type. Never says more than is true: what it cannot decide is unknown.

mod canonical;
mod condition;
mod field;
mod formula;
mod hash;
mod linear;
mod number;
mod order;
mod sample;
mod search;
mod sets;
mod state;
mod term;
#[cfg(test)]
mod tests;
mod value;
mod witness;

use std::collections::{BTreeMap, BTreeSet};

pub use formula::Node;
pub use witness::Witness;

use super::cycle::{self, Node as Needed};
use super::{EntityId, Expr, FieldId, FieldKind, LinkId, OUTER, Program, RowId, RowsOf};
use crate::diagnostics::Diagnostics;
use crate::types::Type;
use formula::{Formula, Formulas};
use hash::Map;
use search::{Found, Search};
use state::State;
use term::{Place, Term, Terms, Way};
use value::Value;

/// How deep expressions and fields are looked into, one within the other.
const DEPTH: u32 = 80;

/// How many formulas all questions together look at. Behind that, answers are unknown.
const STEPS: usize = 20_000_000;

/// Whether a formula can hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It holds on this row.
    Yes(Witness),
    /// It holds on no row.
    No,
    /// Neither is proved.
    Unknown,
}

/// Whether a formula holds wherever another does.
#[derive(Debug, Clone, PartialEq)]
pub enum Proof {
    /// It does.
    Proved,
    /// It does not: on this row, the other alone holds.
    Refuted(Witness),
    /// Neither is proved.
    Unknown,
}

/// The conditions of a program that questions are about, and what they are made of.
#[derive(Debug)]
pub struct Prover<'p> {
    program: &'p Program,
    formulas: Formulas,
    terms: Terms,
    fields: Map<(FieldId, Place), Value>,
    /// Conditions over one row, or over one of a set beside it, by where they lie in the program.
    conditions: Map<(*const Expr, Place, Place), Node>,
    exists: BTreeMap<Place, Node>,
    /// Sets of the same rows: how many rows each has, and where a row is in it.
    sets: BTreeMap<String, Vec<(Term, Node)>>,
    /// On which of some rows formulas hold that questions are about now.
    focus: Map<Node, u32>,
    /// The row of each entity that questions are about.
    places: Map<EntityId, Place>,
    /// What is true of every row of an entity.
    rows: BTreeMap<EntityId, Node>,
    depth: u32,
    /// Whether fields are not looked into.
    as_written: bool,
    /// Whether some source is made by SQL.
    has_sql: bool,
    state: State,
    left: usize,
}

impl<'p> Prover<'p> {
    /// A prover for a program whose names and types are right, and whose fields are in no circle.
    #[must_use]
    pub fn new(program: &'p Program) -> Self {
        let order = cycle::order(program, &BTreeSet::new(), &mut Diagnostics::default());
        Self::in_order(program, &order)
    }

    /// The same, with the fields in an order in which each comes after what it needs: so none is looked into from too far above.
    pub(super) fn in_order(program: &'p Program, order: &[Needed]) -> Self {
        let mut prover = Self {
            program,
            formulas: Formulas::new(),
            terms: Terms::default(),
            fields: Map::default(),
            conditions: Map::default(),
            exists: BTreeMap::new(),
            sets: BTreeMap::new(),
            focus: Map::default(),
            places: Map::default(),
            rows: BTreeMap::new(),
            depth: 0,
            as_written: false,
            has_sql: program.sources.iter().any(|source| source.sql.is_some()),
            state: State::default(),
            left: STEPS,
        };
        prover.first_terms();
        for node in order {
            if let Needed::Field(id) = node {
                let place = prover.row(program.field(*id).entity);
                prover.field(*id, place);
            }
        }
        prover
    }

    /// The program.
    #[must_use]
    pub const fn program(&self) -> &'p Program {
        self.program
    }

    /// The row of an entity that questions are about.
    fn row(&mut self, entity: EntityId) -> Place {
        if let Some(known) = self.places.get(&entity) {
            return *known;
        }
        let place = self.terms.place(Way { row: OUTER, over: RowsOf::Entity(entity), path: Vec::new() });
        self.places.insert(entity, place);
        place
    }

    /// Where a condition over a row of an entity holds.
    pub fn condition(&mut self, entity: EntityId, condition: &'p Expr) -> Node {
        self.condition_over(&[(OUTER, RowsOf::Entity(entity))], condition)
    }

    /// Where a condition over several rows in scope holds, as that of a set does.
    pub fn condition_over(&mut self, rows: &[(RowId, RowsOf)], condition: &'p Expr) -> Node {
        let mut scope = canonical::Scope::with_capacity(rows.len());
        for (row, over) in rows {
            let place = match (*row, *over) {
                (OUTER, RowsOf::Entity(entity)) => self.row(entity),
                (_, over) => self.inner(over, scope.len()),
            };
            scope.push((*row, place));
        }
        self.holds(condition, &scope)
    }

    /// The row of a set that stands at a depth: the same for all sets of these rows there.
    fn inner(&mut self, over: RowsOf, depth: usize) -> Place {
        self.terms.place(Way { row: RowId(u32::MAX - depth as u32), over, path: Vec::new() })
    }

    /// The same, of which only what is written counts: the fields that it reads may have any values.
    pub fn condition_as_written(&mut self, rows: &[(RowId, RowsOf)], condition: &'p Expr) -> Node {
        self.as_written = true;
        let node = self.condition_over(rows, condition);
        self.as_written = false;
        node
    }

    /// Where a condition holds over the row that links lead to from a row of an entity. It does not where there is none.
    pub fn condition_at(&mut self, entity: EntityId, path: &[LinkId], condition: &'p Expr) -> Node {
        let place = self.terms.place(Way { row: OUTER, over: RowsOf::Entity(entity), path: path.to_vec() });
        let there = self.exists(place);
        let holds = self.holds(condition, &vec![(OUTER, place)]);
        self.all(&[there, holds])
    }

    /// Where a row of an entity is in an audience of it, or its field is true.
    pub fn is_in(&mut self, field: FieldId) -> Node {
        let place = self.row(self.program.field(field).entity);
        self.member(field, place)
    }

    /// Where a field is true of the row that links lead to from a row of an entity; it is not where there is none.
    pub fn is_in_at(&mut self, entity: EntityId, path: &[LinkId], field: FieldId) -> Node {
        let place = self.terms.place(Way { row: OUTER, over: RowsOf::Entity(entity), path: path.to_vec() });
        let there = self.exists(place);
        let holds = self.member(field, place);
        self.all(&[there, holds])
    }

    /// Where a row of an entity is in a stage of a status, by its place.
    pub fn is_in_stage(&mut self, status: FieldId, stage: usize) -> Node {
        let place = self.row(self.program.field(status).entity);
        self.stage_at(status, stage, place)
    }

    /// Where a stage's own condition holds, also if a stage before takes the row.
    pub fn holds_stage(&mut self, status: FieldId, stage: usize) -> Node {
        let field = self.program.field(status);
        let FieldKind::Status { stages, .. } = &field.kind else { return Node::FALSE };
        let place = self.row(field.entity);
        stages.get(stage).map_or(Node::FALSE, |it| self.stage_holds((status, stage), it, place))
    }

    /// Whether a field is proved to be true on no row.
    pub fn is_never(&mut self, field: FieldId) -> bool {
        let node = self.is_in(field);
        self.program.field(field).typed.kind == Type::Bool && self.never(self.program.field(field).entity, node)
    }

    /// Where a row of an entity comes into a stage of a status that it was not in.
    pub fn enters_stage(&mut self, status: FieldId, stage: usize) -> Node {
        let place = self.row(self.program.field(status).entity);
        self.stage_entered(status, stage, place)
    }

    /// Where a row of an entity that was in one stage in the run before is in another.
    pub fn changes_stage(&mut self, status: FieldId, from: usize, to: usize) -> Node {
        let place = self.row(self.program.field(status).entity);
        self.stage_changed(status, (from, to), place)
    }

    /// Where all of these hold.
    pub fn all(&mut self, parts: &[Node]) -> Node {
        self.formulas.all(parts.iter().copied())
    }

    /// Where one of these holds.
    pub fn any(&mut self, parts: &[Node]) -> Node {
        self.formulas.any(parts.iter().copied())
    }

    /// On which of 32 made-up rows a formula holds. Formulas that differ here are not the same.
    #[must_use]
    pub fn samples(&mut self, formula: Node) -> u32 {
        self.formulas.sampled(formula, &mut self.terms)
    }

    /// Whether a formula holds on no row of an entity. `false` says nothing.
    pub fn never(&mut self, entity: EntityId, formula: Node) -> bool {
        let row = self.every_row(entity);
        self.samples(formula) & self.samples(row) == 0 && self.search(&[formula, row]) == Found::Nothing
    }

    /// Whether two formulas exclude each other on every row of an entity. `false` says nothing.
    pub fn never_both(&mut self, entity: EntityId, one: Node, other: Node) -> bool {
        let row = self.every_row(entity);
        self.samples(one) & self.samples(other) & self.samples(row) == 0
            && !self.focused([one, other, row])
            && self.search(&[one, other, row]) == Found::Nothing
    }

    /// Whether two formulas are seen to differ on a row of an entity. `false` says nothing.
    pub fn differ(&mut self, entity: EntityId, one: Node, other: Node) -> bool {
        let row = self.every_row(entity);
        (self.samples(one) ^ self.samples(other)) & self.samples(row) != 0
            || self.focused([one, !other, row])
            || self.focused([!one, other, row])
    }

    /// Gets ready for questions about how these formulas differ: looks at rows that lie at the bounds that they name.
    pub fn focus(&mut self, entity: EntityId, formulas: &[Node]) {
        let row = self.every_row(entity);
        let goals: Vec<Node> = formulas.iter().copied().chain([row]).collect();
        self.focus = sample::focused(&goals, &self.formulas, &mut self.terms);
    }

    /// Whether all of these hold on a row that was looked at.
    fn focused(&self, all: [Node; 3]) -> bool {
        let rows = |node: &Node| {
            let rows = self.focus.get(&node.plain()).copied()?;
            Some(if node.is_negated() { !rows } else { rows })
        };
        all.iter().try_fold(u32::MAX, |left, node| Some(left & rows(node)?)).is_some_and(|left| left != 0)
    }

    /// Whether a formula that is not over a row of an entity alone can hold nowhere. `false` says nothing.
    pub fn never_at_all(&mut self, formula: Node) -> bool {
        self.samples(formula) == 0 && self.search(&[formula]) == Found::Nothing
    }

    /// Whether a formula can hold on a row of an entity.
    pub fn satisfiable(&mut self, entity: EntityId, formula: Node) -> Answer {
        let (place, row) = (self.row(entity), self.every_row(entity));
        match self.search(&[formula, row]) {
            Found::Nothing => Answer::No,
            Found::GaveUp => Answer::Unknown,
            Found::Way => self.witness(entity, place).map_or(Answer::Unknown, Answer::Yes),
        }
    }

    /// Whether a formula implies another on every row of an entity. Unknown where the SQL of a source is read.
    pub fn implies(&mut self, entity: EntityId, formula: Node, other: Node) -> Proof {
        if self.is_by_sql(formula) || self.is_by_sql(other) {
            return Proof::Unknown;
        }
        let both = self.all(&[formula, !other]);
        match self.satisfiable(entity, both) {
            Answer::No => Proof::Proved,
            Answer::Yes(witness) => Proof::Refuted(witness),
            Answer::Unknown => Proof::Unknown,
        }
    }

    /// Whether two formulas are proved to exclude each other on every row of an entity; none where the SQL of a source is read.
    pub fn excludes(&mut self, entity: EntityId, one: Node, other: Node) -> Option<bool> {
        let is_by_sql = self.is_by_sql(one) || self.is_by_sql(other);
        (!is_by_sql).then(|| self.never_both(entity, one, other))
    }

    fn every_row(&mut self, entity: EntityId) -> Node {
        if let Some(known) = self.rows.get(&entity) {
            return *known;
        }
        let place = self.row(entity);
        let row = self.row_at(entity, place);
        self.rows.insert(entity, row);
        row
    }

    fn search(&mut self, goals: &[Node]) -> Found {
        for goal in goals {
            self.formulas.sampled(*goal, &mut self.terms);
        }
        let mut search = Search::new(&self.formulas, &self.terms, &mut self.state, self.left);
        let before = search.left;
        let found = search.run(goals);
        self.left -= before - search.left;
        found
    }

    fn witness(&mut self, entity: EntityId, place: Place) -> Option<Witness> {
        let mut witness = witness::of(&mut self.state, &self.terms, place)?;
        let names = witness.columns.iter().map(|(column, ..)| self.program.column(entity, *column).name.clone());
        witness.names = names.collect();
        Some(witness)
    }

    /// Whether a formula hangs on what the SQL of a source gives.
    fn is_by_sql(&self, formula: Node) -> bool {
        if !self.has_sql {
            return false;
        }
        let mut seen = BTreeSet::new();
        let mut rest = vec![formula];
        while let Some(node) = rest.pop() {
            if !seen.insert(node) {
                continue;
            }
            let terms = match self.formulas.kept(node) {
                Formula::True => continue,
                Formula::All(parts) => {
                    rest.extend(parts);
                    continue;
                }
                Formula::Fact(fact) => fact.terms(),
            };
            if terms.into_iter().any(|term| self.terms.about(term).by_sql) {
                return true;
            }
        }
        false
    }
}
