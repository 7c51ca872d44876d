//! Takes a frame, gives the columns that tell its rows apart: the key, before it that of the row outside which it
//! was joined with; rows of a source, which has no key, are numbered.

use super::build::{Builder, read};
use super::frame::{FrameId, Identity};
use crate::plan::rel::{Item, Scalar};
use crate::program::{Expr, RowsOf, SourceId, What};
use crate::types::Type;

impl Builder<'_> {
    /// The columns that identify a frame's rows, and the level that has them all.
    pub(super) fn identity(&mut self, frame: FrameId) -> (Vec<Identity>, usize) {
        let mut identity = Vec::new();
        let mut level = 1;
        if let Some(parent) = self.frame(frame).parent.clone() {
            level = parent.level;
            for outer in &parent.identity {
                let name = self.outer_identity_column(frame, outer);
                identity.push(Identity { name, kind: outer.kind.clone() });
            }
        }
        match self.frame(frame).over {
            RowsOf::Entity(entity) => {
                let id = self.program.entity(entity).key;
                let typed = self.program.column(entity, id).typed.clone();
                let own = read(self.frame(frame).row, &[], What::Column(id), typed.clone());
                identity.push(Identity { name: self.column(frame, &own), kind: typed.kind });
            }
            RowsOf::Source(source) => {
                let at = self.frame(frame).floor.max(level);
                let name = self.row_number_column(frame, source, at);
                identity.push(Identity { name, kind: Type::Int });
                level = at;
            }
        }
        (identity, level)
    }

    /// The column here that holds an identity of the frame outside.
    pub(super) fn outer_identity_column(&mut self, frame: FrameId, outer: &Identity) -> String {
        if let Some(own) = self.outer_key(frame, outer) {
            return self.column(frame, &own);
        }
        let key = format!("outer {}", outer.name);
        if let Some((name, _)) = self.frame(frame).columns.get(&key) {
            return name.clone();
        }
        let Some(parent) = self.frame(frame).parent.clone() else { return outer.name.clone() };
        let over = self.frame(parent.frame).over;
        let wished = if outer.name.contains("__") {
            outer.name.clone()
        } else {
            format!("{}__{}", self.rows_name(over), outer.name)
        };
        let name = self.frame(frame).names.claim(&wished);
        let item = Item::Named(Scalar::column(&parent.alias, &outer.name), name.clone());
        self.frame(frame).level(parent.level).items.push(item);
        self.frame(frame).columns.insert(key, (name.clone(), parent.level));
        name
    }

    /// The read of the outer entity's key, if that is what identifies its rows here.
    fn outer_key(&mut self, frame: FrameId, outer: &Identity) -> Option<Expr> {
        let parent = self.frame(frame).parent.clone()?;
        let RowsOf::Entity(entity) = self.frame(parent.frame).over else { return None };
        if parent.identity.last().map(|it| &it.name) != Some(&outer.name) {
            return None;
        }
        let key = self.program.entity(entity).key;
        let typed = self.program.column(entity, key).typed.clone();
        Some(read(self.frame(parent.frame).row, &[], What::Column(key), typed))
    }

    fn row_number_column(&mut self, frame: FrameId, source: SourceId, level: usize) -> String {
        let key = "row number".to_owned();
        if let Some((name, _)) = self.frame(frame).columns.get(&key) {
            return name.clone();
        }
        let order = self.all_columns(frame, RowsOf::Source(source), level);
        let name = self.frame(frame).names.claim("row__number");
        self.frame(frame).level(level).items.push(Scalar::row_number(Vec::new(), order).named(&name));
        self.frame(frame).columns.insert(key, (name.clone(), level));
        name
    }
}
