//! Takes a window or `previous` on a frame, gives its scalar, and the orders in which rows are numbered:
//! nulls last, enums by their place, ties by the key.

use super::build::{Builder, Place, read};
use super::frame::FrameId;
use crate::plan::rel::{Scalar, Sort, Window as Over, WindowFunction};
use crate::plan::scalar::{Truth, is_nullable};
use crate::program::{Expr, OUTER, Order, RowsOf, What, Window, WindowOp};
use crate::types::Type;

impl Builder<'_> {
    pub(super) fn window_place(&mut self, frame: FrameId, window: &Window) -> Place {
        let inline = self.frame(frame).row == OUTER && !self.windows_apart;
        Place { level: self.window_level(frame, window), inline }
    }

    fn window_level(&mut self, frame: FrameId, window: &Window) -> usize {
        let was = std::mem::replace(&mut self.windows_apart, true);
        let row = self.frame(frame).row;
        let among = window.among.map(|field| read(row, &[], What::Field(field), Type::Bool.required()));
        let all = window.per.iter().chain([&window.order.by]).chain(&among);
        let level = self.level_of_all(frame, all);
        self.windows_apart = was;
        level
    }

    /// A row has a place only if it has a value and is a member: others are numbered apart.
    pub(super) fn window(&mut self, frame: FrameId, window: &Window) -> Scalar {
        let level = self.window_level(frame, window);
        let was = std::mem::replace(&mut self.windows_apart, true);
        let row = self.frame(frame).row;
        let mut parts = Vec::new();
        if let Some(field) = window.among {
            let member = read(row, &[], What::Field(field), Type::Bool.required());
            parts.push(self.truth(frame, &member, level));
        }
        if is_nullable(&window.order.by) {
            parts.push(Truth::sure(self.value(frame, &window.order.by, level).is_not_null()));
        }
        let mut partition_by: Vec<Scalar> = window.per.iter().map(|it| self.value(frame, it, level)).collect();
        let mut order_by = vec![self.sort(frame, &window.order, level)];
        let function = match window.op {
            WindowOp::Rank => WindowFunction::Rank,
            WindowOp::PercentRank => WindowFunction::PercentRank,
            WindowOp::Ntile(tiles) => {
                order_by.extend(self.by_key(frame, level, false));
                WindowFunction::Ntile(tiles)
            }
        };
        self.windows_apart = was;
        if parts.is_empty() {
            return Scalar::Window(Box::new(Over { function, partition_by, order_by }));
        }
        let member = Truth::all(parts).scalar;
        partition_by.push(member.clone());
        let window = Scalar::Window(Box::new(Over { function, partition_by, order_by }));
        Scalar::Case(vec![(member, window)], None)
    }

    pub(super) fn previous_level(&mut self, frame: FrameId, inner: &Expr) -> usize {
        let ties = self.frame(frame).ties.clone();
        let level = self.level_of_all(frame, ties.iter().map(|tie| &tie.inner).chain([inner]));
        self.frame(frame).parent.as_ref().map_or(level, |parent| level.max(parent.level))
    }

    /// The value at the event before: of the same ties, by time and key.
    pub(super) fn previous(&mut self, frame: FrameId, inner: &Expr) -> Scalar {
        let level = self.previous_level(frame, inner);
        let value = self.value(frame, inner, level);
        let partition_by = self.partition(frame, level);
        let mut order_by = self.by_time(frame, level, false);
        order_by.extend(self.by_key(frame, level, false));
        Scalar::Window(Box::new(Over { function: WindowFunction::Lag(value), partition_by, order_by }))
    }

    /// What the rows of one outer row have in common.
    pub(super) fn partition(&mut self, frame: FrameId, level: usize) -> Vec<Scalar> {
        let Some(parent) = self.frame(frame).parent.clone() else {
            let ties = self.frame(frame).ties.clone();
            return ties.iter().map(|tie| self.value(frame, &tie.inner, level)).collect();
        };
        let identity = parent.identity.iter();
        identity
            .map(|outer| {
                if level == parent.level {
                    Scalar::column(&parent.alias, &outer.name)
                } else {
                    Scalar::column("l", &self.outer_identity_column(frame, outer))
                }
            })
            .collect()
    }

    /// A term of an order.
    pub(super) fn sort(&mut self, frame: FrameId, order: &Order, level: usize) -> Sort {
        let by = self.value(frame, &order.by, level);
        let (by, kind) = place_of(by, &order.by.typed.kind);
        if order.descending { by.descending(kind) } else { by.ascending(kind) }
    }

    /// By the event's time; nothing for other rows.
    pub(super) fn by_time(&mut self, frame: FrameId, level: usize, descending: bool) -> Vec<Sort> {
        let RowsOf::Entity(entity) = self.frame(frame).over else { return Vec::new() };
        let Some(at) = self.program.entity(entity).at else { return Vec::new() };
        self.by_column(frame, at, level, descending).into_iter().collect()
    }

    /// By the key; by all columns where there is none.
    pub(super) fn by_key(&mut self, frame: FrameId, level: usize, descending: bool) -> Vec<Sort> {
        match self.frame(frame).over {
            RowsOf::Entity(entity) => {
                let key = self.program.entity(entity).key;
                self.by_column(frame, key, level, descending).into_iter().collect()
            }
            over @ RowsOf::Source(_) => self.all_columns(frame, over, level),
        }
    }

    pub(super) fn all_columns(&mut self, frame: FrameId, over: RowsOf, level: usize) -> Vec<Sort> {
        let count = match over {
            RowsOf::Entity(entity) => self.program.source(self.program.entity(entity).source).columns.len(),
            RowsOf::Source(source) => self.program.source(source).columns.len(),
        };
        (0..count as u32)
            .filter_map(|column| self.by_column(frame, crate::program::ColumnId(column), level, false))
            .collect()
    }

    fn by_column(
        &mut self,
        frame: FrameId,
        column: crate::program::ColumnId,
        level: usize,
        descending: bool,
    ) -> Option<Sort> {
        let source = match self.frame(frame).over {
            RowsOf::Entity(entity) => self.program.entity(entity).source,
            RowsOf::Source(source) => source,
        };
        let typed = self.program.source(source).columns.get(column.0 as usize)?.typed.clone();
        let kind = match typed.kind.clone() {
            Type::Enum(_) => Type::Text,
            other => other,
        };
        let by = read(self.frame(frame).row, &[], What::Column(column), typed);
        let by = self.value(frame, &by, level);
        Some(if descending { by.descending(kind) } else { by.ascending(kind) })
    }
}

/// An enum's place among its values; other values as they are.
pub(super) fn place_of(by: Scalar, kind: &Type) -> (Scalar, Type) {
    let Type::Enum(values) = kind else { return (by, kind.clone()) };
    let arms = values
        .iter()
        .zip(0..)
        .map(|(value, place)| (by.clone().equals(kind.clone(), Scalar::text(value)), Scalar::int(place)));
    (Scalar::Case(arms.collect(), None), Type::Int)
}

/// The enum's value of a place.
pub(super) fn value_of(place: &Scalar, kind: &Type) -> Scalar {
    let Type::Enum(values) = kind else { return place.clone() };
    let arms = values
        .iter()
        .zip(0..)
        .map(|(value, at)| (place.clone().equals(Type::Int, Scalar::int(at)), Scalar::text(value)));
    Scalar::Case(arms.collect(), None)
}
