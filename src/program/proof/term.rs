//! What conditions speak of: the values of a row that are read or computed, each kept once. Takes what a value is and gives a
//! [`Term`]; with each goes which values it can have. Promises: the values that a term may have are never too few.

use super::formula::Name;
use super::hash::Map;
use super::sample::Drawn;
use crate::program::{ColumnId, EntityId, FieldId, LinkId, RowId, RowsOf, What};
use crate::types::Type;

/// A value that conditions speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Term(pub u32);

impl Term {
    /// The number 0, to which constants are compared.
    pub const ZERO: Self = Self(0);
    /// The run's instant.
    pub const NOW: Self = Self(1);
}

/// A row that values are read from: one in scope, or the one that links lead to from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place(pub u32);

/// What a place is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Way {
    /// The row in scope.
    pub row: RowId,
    /// What its rows are.
    pub over: RowsOf,
    /// The links from there.
    pub path: Vec<LinkId>,
}

/// What a term is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Zero,
    Now,
    Column(Place, ColumnId),
    /// Whether the last link of the place's path leads to a row.
    Exists(Place),
    Since(Place, FieldId),
    /// Whether the row was in the audience in the run before.
    Was(Place, FieldId),
    /// Whether the row was in that stage in the run before.
    WasStage(Place, FieldId, usize),
    /// Whether the row is enrolled in the experiment of that field.
    Enrolled(Place, FieldId),
    /// A field of an experiment.
    Experiment(Place, FieldId),
    /// A field of which it is not asked what it is made of.
    Unread(Place, What),
    /// A sum of multiples of terms.
    Sum(Vec<(Term, i128)>),
    /// What only its text tells: a call, an aggregate, a quotient.
    Opaque(String),
}

/// What a term can be.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub key: Key,
    pub kind: Type,
    /// Whether it may be null.
    pub nullable: bool,
    /// Its least and greatest value, as it is counted (see [`super::number`]).
    pub range: (i128, i128),
    /// What its values are multiples of; 0 for what has one value.
    pub step: i128,
    /// Whether it is an instant that is not after now.
    pub past: bool,
    /// The values of an enum.
    pub values: Vec<Name>,
    /// Whether it comes out of the SQL of a source.
    pub by_sql: bool,
    /// Terms that are never more.
    pub fewer: Vec<Term>,
    /// Terms that are never less.
    pub more: Vec<Term>,
    /// What facts compare it with: an earlier term, and the most that it is above that.
    pub near: Near,
    /// Its values in the samples, once they were asked for.
    pub drawn: Option<Drawn>,
}

/// What a term is compared with: earlier terms, and the most that it is above them.
type Near = Vec<(Term, i128)>;

/// What terms were compared with, and their values in the samples.
type Narrowed = Vec<(Term, Near, Option<Drawn>)>;

/// All terms.
#[derive(Debug, Default)]
pub(super) struct Terms {
    all: Vec<About>,
    by_key: Map<Key, Term>,
    ways: Vec<Way>,
    by_way: Map<Way, Place>,
    names: Vec<String>,
    by_name: Map<String, Name>,
}

impl Terms {
    /// What a term is.
    #[expect(clippy::indexing_slicing, reason = "a term is made with what it is, and none is removed")]
    pub fn about(&self, term: Term) -> &About {
        &self.all[term.0 as usize]
    }

    /// A term of this key that is known already.
    pub fn known(&self, key: &Key) -> Option<Term> {
        self.by_key.get(key).copied()
    }

    /// A new term.
    pub fn add(&mut self, about: About) -> Term {
        let term = Term(self.all.len() as u32);
        self.by_key.insert(about.key.clone(), term);
        self.all.push(about);
        term
    }

    /// Keeps that one term is never more than another.
    pub fn order(&mut self, less: Term, more: Term) {
        if let Some(about) = self.all.get_mut(less.0 as usize) {
            about.more.push(more);
        }
        if let Some(about) = self.all.get_mut(more.0 as usize) {
            about.fewer.push(less);
        }
    }

    /// Keeps the values of a term in the samples.
    pub fn draw(&mut self, term: Term, drawn: Drawn) {
        if let Some(about) = self.all.get_mut(term.0 as usize) {
            about.drawn = Some(drawn);
        }
    }

    /// Keeps that a fact says whether a term is at most so much above an earlier one.
    pub fn compare(&mut self, one: Term, other: Term, most: i128) {
        if let Some(about) = self.all.get_mut(one.0 as usize) {
            about.near.push((other, most));
        }
    }

    /// Compares terms for a while with these alone; gives what is to be restored.
    pub fn narrow(&mut self, facts: impl Iterator<Item = (Term, (Term, i128))>) -> Narrowed {
        let mut near: Map<Term, Near> = Map::default();
        for (term, fact) in facts {
            near.entry(term).or_default().push(fact);
        }
        let swapped = near.into_iter().filter_map(|(term, near)| {
            let about = self.all.get_mut(term.0 as usize)?;
            Some((term, std::mem::replace(&mut about.near, near), about.drawn.take()))
        });
        swapped.collect()
    }

    /// Restores what terms are compared with.
    pub fn widen(&mut self, before: Narrowed) {
        for (term, near, drawn) in before {
            if let Some(about) = self.all.get_mut(term.0 as usize) {
                (about.near, about.drawn) = (near, drawn);
            }
        }
    }

    /// The place at the end of a way.
    pub fn place(&mut self, way: Way) -> Place {
        if let Some(place) = self.by_way.get(&way) {
            return *place;
        }
        let place = Place(self.ways.len() as u32);
        self.by_way.insert(way.clone(), place);
        self.ways.push(way);
        place
    }

    /// The way to a place.
    #[expect(clippy::indexing_slicing, reason = "a place is made with its way, and none is removed")]
    pub fn way(&self, place: Place) -> &Way {
        &self.ways[place.0 as usize]
    }

    /// A text among those of the formulas.
    pub fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.by_name.get(text) {
            return *name;
        }
        let name = Name(self.names.len() as u32);
        self.by_name.insert(text.to_owned(), name);
        self.names.push(text.to_owned());
        name
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        self.names.get(name.0 as usize).map_or("", String::as_str)
    }

    /// Whether a text is among those of the formulas.
    pub fn is_name(&self, text: &str) -> bool {
        self.by_name.contains_key(text)
    }
}

impl Way {
    /// The entity of the row in scope, where it is one.
    pub const fn entity(&self) -> Option<EntityId> {
        match self.over {
            RowsOf::Entity(id) => Some(id),
            RowsOf::Source(_) => None,
        }
    }
}
