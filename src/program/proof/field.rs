//! What is read of a row: columns, fields and links, fields in the words of what they are made of. Takes a read and the rows in
//! scope, gives the cases of its value. What an earlier run remembers can be anything.

use std::collections::BTreeSet;

use super::Prover;
use super::canonical::Scope;
use super::formula::Node;
use super::linear::Linear;
use super::term::{About, Key, Place, Way};
use super::value::{Simple, Value};
use crate::program::cycle::{Node as Needed, needs, needs_of};
use crate::program::walk::{of_field, visit};
use crate::program::{
    ColumnId, EntityId, ExperimentPart, Expr, ExprKind, FieldId, FieldKind, LinkBy, LinkId, OUTER, RowId, RowsOf,
    SequencePart, SourceId, Stage, What,
};
use crate::types::{Type, Typed};

/// What stands for every arm that an edit took away: the rows that had it keep it.
const GONE: &str = "an arm that is no more";

impl Prover<'_> {
    /// The cases of what is read; none where the row is not in scope.
    pub(super) fn read(
        &mut self,
        expr: &Expr,
        (row, path, what): (RowId, &[LinkId], What),
        scope: &Scope,
    ) -> Option<Value> {
        let (_, from) = scope.iter().find(|(known, _)| *known == row)?;
        let place = if path.is_empty() {
            *from
        } else {
            let mut way = self.terms.way(*from).clone();
            way.path.extend(path);
            self.terms.place(way)
        };
        Some(match what {
            What::Column(column) => match path.last() {
                Some(link) => {
                    self.column(place, column, &self.program.column(self.program.link(*link).to, column).typed)
                }
                None => self.column(place, column, &expr.typed),
            },
            What::Field(_) | What::Since(_) if self.as_written => self.unread(place, what, &expr.typed),
            // What runs before left can be anything.
            What::InView(_) | What::Was(_) | What::Born(_) | What::Mark(_) => self.unread(place, what, &expr.typed),
            What::Field(id) => self.field(id, place),
            What::Since(id) => self.since(id, place),
            What::Exists => Value::always(Simple::Truth(self.exists(place))),
        })
    }

    /// The cases of a value of which nothing is asked but its type.
    fn unread(&mut self, place: Place, what: What, typed: &Typed) -> Value {
        let past = matches!(what, What::Since(_));
        let term = self.term(Key::Unread(place, what), typed, |about| about.past = past);
        self.of_term(term)
    }

    /// The entity whose row is at a place, if it is one's.
    fn entity_at(&self, place: Place) -> Option<EntityId> {
        let way = self.terms.way(place);
        way.path.last().map_or_else(|| way.entity(), |link| Some(self.program.link(*link).to))
    }

    /// The source of the row at a place.
    fn source_at(&self, place: Place) -> SourceId {
        match (self.entity_at(place), self.terms.way(place).over) {
            (Some(entity), _) | (None, RowsOf::Entity(entity)) => self.program.entity(entity).source,
            (None, RowsOf::Source(source)) => source,
        }
    }

    fn column(&mut self, place: Place, column: ColumnId, typed: &Typed) -> Value {
        if let Some(term) = self.terms.known(&Key::Column(place, column))
            && self.terms.way(place).path.is_empty()
        {
            return self.of_term(term);
        }
        let there = self.exists(place);
        if let Some((parent, on, typed)) = self.tied(place, column, &typed.kind) {
            let value = self.column(parent, on, &typed);
            return self.where_there(there, value);
        }
        let entity = self.entity_at(place);
        let past = entity.is_some_and(|entity| self.program.entity(entity).at == Some(column));
        let by_sql = self.program.source(self.source_at(place)).sql.is_some();
        let term = self.term(Key::Column(place, column), typed, |about| {
            about.past = past && about.kind == Type::Timestamp;
            about.by_sql = by_sql;
        });
        let value = self.of_term(term);
        self.where_there(there, value)
    }

    /// The column of the row before the last link that a column equals, as the link says.
    fn tied(&mut self, place: Place, column: ColumnId, kind: &Type) -> Option<(Place, ColumnId, Typed)> {
        let (last, before) = self.terms.way(place).path.split_last()?;
        let link = self.program.link(*last);
        let LinkBy::Columns { on, equals, .. } = &link.by else { return None };
        let typed = &self.program.column(link.from, *on).typed;
        if *equals != column || typed.kind != *kind {
            return None;
        }
        let Way { row, over, .. } = *self.terms.way(place);
        let way = Way { row, over, path: before.to_vec() };
        Some((self.terms.place(way), *on, typed.clone()))
    }

    /// A value of a row that there may not be.
    fn where_there(&mut self, there: Node, value: Value) -> Value {
        if there == Node::TRUE {
            return value;
        }
        self.joined(vec![(there, value), (!there, Value { null: Node::TRUE, cases: Vec::new() })])
    }

    /// Where there is a row at a place: its links lead to one, and with it goes what is true of such a row.
    pub(super) fn exists(&mut self, place: Place) -> Node {
        if self.terms.way(place).path.is_empty() {
            return Node::TRUE;
        }
        if let Some(known) = self.exists.get(&place) {
            return *known;
        }
        let Some((link, before)) = self.terms.way(place).path.split_last().map(|(link, rest)| (*link, rest.to_vec()))
        else {
            return Node::TRUE;
        };
        let Way { row, over, .. } = *self.terms.way(place);
        let parent = self.terms.place(Way { row, over, path: before });
        let by_sql = self.program.source(self.source_at(place)).sql.is_some();
        let term = self.term(Key::Exists(place), &Type::Bool.required(), |about| about.by_sql = by_sql);
        let mut parts = vec![self.exists(parent), self.is_true(term)];
        if let LinkBy::Columns { on, .. } = self.program.link(link).by {
            let typed = self.program.column(self.program.link(link).from, on).typed.clone();
            parts.push(!self.column(parent, on, &typed).null);
        }
        // The condition of the entity reads columns of the place.
        let short = self.formulas.all(parts.clone());
        self.exists.insert(place, short);
        parts.push(self.row_at(self.program.link(link).to, place));
        let found = self.formulas.all(parts);
        self.exists.insert(place, found);
        found
    }

    /// What is true of every row of an entity, for the one at a place.
    pub(super) fn row_at(&mut self, entity: EntityId, place: Place) -> Node {
        let condition = self.program.entity(entity).condition.as_ref();
        condition.map_or(Node::TRUE, |condition| self.holds(condition, &vec![(OUTER, place)]))
    }

    /// The cases of a field's value.
    pub(super) fn field(&mut self, id: FieldId, place: Place) -> Value {
        if let Some(known) = self.fields.get(&(id, place)) {
            return known.clone();
        }
        let there = self.exists(place);
        let value = self.computed(id, place);
        let value = self.where_there(there, value);
        self.fields.insert((id, place), value.clone());
        value
    }

    fn computed(&mut self, id: FieldId, place: Place) -> Value {
        let field = self.program.field(id);
        let scope = vec![(OUTER, place)];
        match &field.kind {
            FieldKind::Trait(value) => self.value(value, &scope),
            FieldKind::Audience { base, condition, until, .. } => {
                let base = base.map_or(Node::TRUE, |base| self.member(base, place));
                let lasts = self.lasts(condition, until.as_ref(), Key::Was(place, id), place);
                Value::always(Simple::Truth(self.formulas.all([base, lasts])))
            }
            FieldKind::Status { stages, .. } => {
                let mut cases = Vec::new();
                for (at, stage) in stages.iter().enumerate() {
                    let name = Simple::Name(self.terms.name(&stage.name));
                    cases.push((self.stage_at(id, at, place), name));
                }
                Value { null: Node::FALSE, cases }
            }
            FieldKind::Sequence(_, SequencePart::Arm(_)) => {
                let gone = self.terms.name(GONE);
                let kept = |about: &mut About| about.values.push(gone);
                let term = self.term(Key::Unread(place, What::Field(id)), &field.typed, kept);
                self.of_term(term)
            }
            FieldKind::Sequence(..) => self.unread(place, What::Field(id), &field.typed),
            FieldKind::Experiment(experiment, part) => {
                let arm = self.program.experiment(*experiment).arm;
                let enrolled = self.term(Key::Enrolled(place, arm), &Type::Bool.required(), |_| {});
                let enrolled = self.is_true(enrolled);
                let typed = field.typed.kind.clone().required();
                let past = *part == ExperimentPart::EnrolledAt;
                let gone = (*part == ExperimentPart::Arm).then(|| self.terms.name(GONE));
                let term = self.term(Key::Experiment(place, id), &typed, |about| {
                    about.past = past;
                    about.values.extend(gone);
                });
                let value = self.of_term(term);
                self.where_there(enrolled, value)
            }
        }
    }

    /// Where the row at a place is in an audience, or a field is true.
    pub(super) fn member(&mut self, id: FieldId, place: Place) -> Node {
        if let Some(Value { cases, .. }) = self.fields.get(&(id, place))
            && let [(Node::TRUE, Simple::Truth(node))] = cases.as_slice()
        {
            return *node;
        }
        let value = self.field(id, place);
        self.truth(&value)
    }

    /// Where the row at a place is in a stage: it holds, and none before does.
    pub(super) fn stage_at(&mut self, id: FieldId, at: usize, place: Place) -> Node {
        let FieldKind::Status { stages, .. } = &self.program.field(id).kind else { return Node::FALSE };
        let mut parts = Vec::new();
        for (number, stage) in stages.iter().enumerate().take(at + 1) {
            let holds = self.stage_holds((id, number), stage, place);
            parts.push(if number == at { holds } else { !holds });
        }
        self.formulas.all(parts)
    }

    /// Where a stage's own condition holds.
    pub(super) fn stage_holds(&mut self, (id, at): (FieldId, usize), stage: &Stage, place: Place) -> Node {
        let until = stage.until.as_ref();
        stage.when.as_ref().map_or(Node::TRUE, |when| self.lasts(when, until, Key::WasStage(place, id, at), place))
    }

    /// Where a row comes into a stage that it was not in.
    pub(super) fn stage_entered(&mut self, id: FieldId, at: usize, place: Place) -> Node {
        let FieldKind::Status { stages, .. } = &self.program.field(id).kind else { return Node::FALSE };
        let Some(stage) = stages.get(at) else { return Node::FALSE };
        let scope = vec![(OUTER, place)];
        let when = stage.when.as_ref().map_or(Node::TRUE, |when| self.holds(when, &scope));
        let until = stage.until.as_ref().map_or(Node::FALSE, |until| self.holds(until, &scope));
        let mut parts = vec![when, !until];
        for (number, before) in stages.iter().enumerate().take(at) {
            parts.push(!self.stage_holds((id, number), before, place));
        }
        self.formulas.all(parts)
    }

    /// Where a row that was in one stage is in another.
    pub(super) fn stage_changed(&mut self, id: FieldId, (from, to): (usize, usize), place: Place) -> Node {
        let FieldKind::Status { stages, .. } = &self.program.field(id).kind else { return Node::FALSE };
        let mut parts = vec![self.stage_at(id, to, place)];
        for at in 0..stages.len() {
            let was = self.term(Key::WasStage(place, id, at), &Type::Bool.required(), |_| {});
            let was = self.is_true(was);
            parts.push(if at == from { was } else { !was });
        }
        self.formulas.all(parts)
    }

    /// `where A until B`: in if not B, and A holds or it was in.
    fn lasts(&mut self, condition: &Expr, until: Option<&Expr>, was: Key, place: Place) -> Node {
        let scope = vec![(OUTER, place)];
        let holds = self.holds(condition, &scope);
        let Some(until) = until else { return holds };
        let ended = self.holds(until, &scope);
        let was = self.term(was, &Type::Bool.required(), |_| {});
        let was = self.is_true(was);
        let begun = self.formulas.any([holds, was]);
        self.formulas.all([!ended, begun])
    }

    /// Since when the row is in an audience or a stage; not after now.
    fn since(&mut self, id: FieldId, place: Place) -> Value {
        let inside = match self.program.field(id).kind {
            FieldKind::Audience { .. } => self.member(id, place),
            _ => self.exists(place),
        };
        let kind = Type::Timestamp.required();
        let term = self.term(Key::Since(place, id), &kind, |about| about.past = true);
        let null = Value { null: Node::TRUE, cases: Vec::new() };
        self.joined(vec![(inside, Value::always(Simple::Number(Linear::of(term)))), (!inside, null)])
    }

    /// Whether an expression hangs on what the SQL of a source gives, wherever that is read.
    pub(super) fn hangs_on_sql(&self, expr: &Expr, scope: &Scope) -> bool {
        if !self.has_sql {
            return false;
        }
        let is_sql = |source: SourceId| self.program.source(source).sql.is_some();
        let of_entity = |entity: EntityId| is_sql(self.program.entity(entity).source);
        let mut found = scope.iter().any(|(_, place)| is_sql(self.source_at(*place)));
        let mut seen = BTreeSet::new();
        let mut rest: Vec<&Expr> = vec![expr];
        let mut nodes = Vec::new();
        while let Some(expr) = rest.pop() {
            visit(expr, &mut |part| match &part.kind {
                ExprKind::Aggregate(aggregate) => {
                    found |= match aggregate.set.over {
                        RowsOf::Source(source) => is_sql(source),
                        RowsOf::Entity(entity) => of_entity(entity),
                    };
                }
                ExprKind::Read { path, .. } => {
                    found |= path.iter().any(|link| of_entity(self.program.link(*link).to));
                }
                _ => {}
            });
            nodes.extend(needs_of(self.program, expr).into_iter().map(|(node, _)| node));
            while let Some(node) = nodes.pop() {
                if !seen.insert(node) {
                    continue;
                }
                if let Needed::Field(id) = node {
                    let field = self.program.field(id);
                    found |= of_entity(field.entity);
                    rest.extend(of_field(self.program, field));
                }
                nodes.extend(needs(self.program, node).into_iter().map(|(node, _)| node));
            }
        }
        found
    }

    /// A term for the run's instant, and the number 0.
    pub(super) fn first_terms(&mut self) {
        self.term(Key::Zero, &Type::Int.required(), |about| (about.range, about.step) = ((0, 0), 0));
        self.term(Key::Now, &Type::Timestamp.required(), |_| {});
    }
}
