//! Takes `rank`, `percent_rank` or `ntile` and a row, gives the row's place among the rows of its entity: those that have a
//! value, agree with it in `per`, and are members of `among`.

use super::entity::At;
use super::expr::Frame;
use super::set::by_order;
use super::{Run, Stop, Value};
use crate::program::{RowsOf, Window, WindowOp};

impl Run<'_> {
    /// The place of the outer row; null where it has none.
    pub(super) fn window(&self, window: &Window, rows: &[Frame]) -> Result<Value, Stop> {
        let Some(Frame { at: At { over: RowsOf::Entity(entity), place }, .. }) = rows.first().copied() else {
            return Err(Stop::new("a place among no rows"));
        };
        let Some((own, per)) = self.placed(window, entity, place)? else { return Ok(Value::Null) };
        let (mut before, mut beside, mut behind) = (0_i64, 0_i64, 0_i64);
        for other in 0..self.entity_rows(entity).len() {
            let Some((value, group)) = self.placed(window, entity, other)? else { continue };
            if !group.iter().zip(&per).all(|(a, b)| a.is_null() && b.is_null() || a.equals(b)) {
                continue;
            }
            match by_order(&value, &own, &window.order) {
                std::cmp::Ordering::Less => before += 1,
                std::cmp::Ordering::Equal if other < place => beside += 1,
                std::cmp::Ordering::Equal | std::cmp::Ordering::Greater => behind += 1,
            }
        }
        let all = before + beside + behind;
        Ok(match window.op {
            WindowOp::Rank => Value::Int(before + 1),
            WindowOp::PercentRank if all == 1 => Value::Float(0.0),
            WindowOp::PercentRank => Value::float(before as f64 / (all - 1) as f64),
            WindowOp::Ntile(tiles) => Value::Int(tile(before + beside, all, tiles)),
        })
    }

    /// By what a row is placed, and in which group; nothing where it has no place.
    fn placed(
        &self,
        window: &Window,
        entity: crate::program::EntityId,
        place: usize,
    ) -> Result<Option<(Value, Vec<Value>)>, Stop> {
        let row = [Frame::outer(At { over: RowsOf::Entity(entity), place })];
        if let Some(audience) = window.among
            && !self.field(audience, place)?.0.holds()
        {
            return Ok(None);
        }
        let value = self.eval(&window.order.by, &row)?;
        let per = window.per.iter().map(|per| self.eval(per, &row)).collect::<Result<Vec<_>, _>>()?;
        Ok((!value.is_null()).then_some((value, per)))
    }
}

/// The tile of the row with so many before it: each holds `all ÷ tiles` rows, the first ones one more.
const fn tile(before: i64, all: i64, tiles: i64) -> i64 {
    let (size, larger) = (all / tiles, all % tiles);
    if before < larger * (size + 1) {
        before / (size + 1) + 1
    } else {
        larger + (before - larger * (size + 1)) / size + 1
    }
}
