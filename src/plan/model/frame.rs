//! The data that a statement is built in: a frame is the rows that expressions are evaluated on (an entity's, or a
//! set's), with its chain of levels; a group is one grouping of a set, which the frame that asked for it joins.
//! Nothing here decides anything.

use std::collections::BTreeMap;

use super::names::Names;
use crate::plan::rel::{Item, Join, Scalar, Table};
use crate::program::{Aggregate, Expr, ExprKind, FieldId, RowId, RowsOf, Tie, What};
use crate::types::Type;

/// A frame, by its place in [`super::build::Builder::frames`].
pub(super) type FrameId = usize;

/// Rows, and the levels that add columns to them.
#[derive(Debug)]
pub(super) struct Frame {
    /// Its row, numbered by depth.
    pub(super) row: RowId,
    /// What its rows are.
    pub(super) over: RowsOf,
    /// Where they are read.
    pub(super) table: Table,
    /// The alias of that in level 1.
    pub(super) alias: String,
    /// Fields that the table holds already.
    pub(super) held: Vec<FieldId>,
    /// The first level that computes something: 2 where level 1 removes duplicates.
    pub(super) floor: usize,
    /// The frame of the row outside, where this one reads it.
    pub(super) parent: Option<Parent>,
    /// The ties of the set, for a frame without parent.
    pub(super) ties: Vec<Tie>,
    /// Level 1 is the first.
    pub(super) levels: Vec<Level>,
    /// The names of its columns.
    pub(super) names: Names,
    /// What is a column already: its name and the level that makes it.
    pub(super) columns: BTreeMap<String, (String, usize)>,
    /// Its joins over links, and to the parent run.
    pub(super) joins: BTreeMap<String, Joined>,
    /// The level of each field computed here.
    pub(super) fields: BTreeMap<FieldId, usize>,
    /// Aggregates that were asked for.
    pub(super) asked: BTreeMap<String, Asked>,
    /// The groups that it joins.
    pub(super) groups: Vec<Group>,
    /// Those by what they are.
    pub(super) group_index: BTreeMap<String, usize>,
    /// The name of its steps, without their number.
    pub(super) step: String,
    /// Of a set's frame: what its last select gives.
    pub(super) last: Last,
}

/// How a set's frame is joined with the frame of the row outside.
#[derive(Debug, Clone)]
pub(super) struct Parent {
    /// That frame.
    pub(super) frame: FrameId,
    /// The level here that joins it.
    pub(super) level: usize,
    /// Its alias there.
    pub(super) alias: String,
    /// The columns that identify its rows, as it calls them.
    pub(super) identity: Vec<Identity>,
}

/// A column that identifies rows.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    /// The column's name.
    pub(super) name: String,
    /// Its type.
    pub(super) kind: Type,
}

/// One level.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// The columns that it adds.
    pub(super) items: Vec<Item>,
    /// What it joins.
    pub(super) joins: Vec<Join>,
    /// The aliases in use.
    pub(super) aliases: Names,
    /// The fields that it computes, for the comment; `true`: its `since`.
    pub(super) fields: Vec<(FieldId, bool)>,
    /// Groups that it joins first, by place.
    pub(super) groups: Vec<usize>,
    /// Whether it removes duplicates.
    pub(super) distinct: bool,
    /// Its own conditions.
    pub(super) filter: Vec<Scalar>,
}

/// A join of a frame.
#[derive(Debug, Clone)]
pub(super) struct Joined {
    /// The level that joins it.
    pub(super) level: usize,
    /// Its alias there.
    pub(super) alias: String,
}

/// The value of an aggregate.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The level that joins its group.
    pub(super) level: usize,
    /// The value, at that level.
    pub(super) scalar: Scalar,
    /// A name for it as a column.
    pub(super) name: String,
}

/// What a set reads of the frame outside: a level of it, and what tells the rows of that level apart. A level before the one that joins a
/// frame further out has no columns of that.
#[derive(Debug, Clone)]
pub(super) struct Reads {
    /// The level.
    pub(super) level: usize,
    /// The columns that identify its rows.
    pub(super) identity: Vec<Identity>,
}

/// One scan and one `GROUP BY` of a set.
#[derive(Debug)]
pub(super) struct Group {
    /// The step's name.
    pub(super) name: String,
    /// The rows.
    pub(super) over: RowsOf,
    /// The set's ties; the outer sides matter only with `reads`.
    pub(super) ties: Vec<Tie>,
    /// What the set reads of the frame that asked, if it does.
    pub(super) reads: Option<Reads>,
    /// The names of the columns that it is joined by.
    pub(super) keys: Vec<Identity>,
    /// What is asked.
    pub(super) requests: Vec<Request>,
    /// The names of its columns.
    pub(super) names: Names,
    /// The fields that asked, for the comment.
    pub(super) fields: Vec<FieldId>,
    /// Its frame, once built.
    pub(super) frame: Option<FrameId>,
}

/// One column of a group.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// The aggregate, in normal form.
    pub(super) aggregate: Aggregate,
    /// The column.
    pub(super) name: String,
    /// The field that asked first.
    pub(super) field: Option<FieldId>,
}

/// What the last select of a set's frame gives.
#[derive(Debug, Default)]
pub(super) struct Last {
    /// Its level.
    pub(super) level: usize,
    /// Its columns.
    pub(super) items: Vec<Item>,
    /// `GROUP BY`
    pub(super) group_by: Vec<Scalar>,
    /// Its conditions.
    pub(super) filter: Vec<Scalar>,
}

impl Frame {
    /// A level, made where it is new.
    #[expect(clippy::indexing_slicing, reason = "the levels are made up to this one in the line before")]
    pub(super) fn level(&mut self, number: usize) -> &mut Level {
        while self.levels.len() < number.max(1) {
            let mut level = Level::default();
            if !self.levels.is_empty() {
                level.aliases.claim("l");
            }
            self.levels.push(level);
        }
        &mut self.levels[number.max(1) - 1]
    }
}

/// A name for an expression in a table of such: equal expressions in normal form have equal names.
pub(super) fn key(expr: &Expr) -> String {
    match &expr.kind {
        // Most are reads of the row itself, and a dump of a tree takes long.
        ExprKind::Read { row, path, what } if path.is_empty() => match what {
            What::Column(id) => format!("{} column {}", row.0, id.0),
            What::Field(id) => format!("{} field {}", row.0, id.0),
            What::Since(id) => format!("{} since {}", row.0, id.0),
            What::InView(id) => format!("{} view {}", row.0, id.0),
            What::Was(id) => format!("{} was {}", row.0, id.0),
            What::Born(id) => format!("born {}", id.0),
            What::Mark(id) => format!("mark {}", id.0),
            What::Exists => format!("{} exists", row.0),
        },
        kind => format!("{kind:?}"),
    }
}
