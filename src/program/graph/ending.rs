//! Takes a sequence, gives what its exit is of an entry that is not done: by it, who is closed by being done is told from who
//! meets the exit anyway.

use super::{Expr, ExprKind, Literal, Sequence, What};
use crate::program::walk::visit_mut;

impl Sequence {
    /// `exit` as it is of an entry that is not done; `None`: it does not ask. An entry that meets the exit, but not this, is closed
    /// by being done.
    #[must_use]
    pub fn exit_undone(&self) -> Option<Expr> {
        let mut exit = self.exit.clone()?;
        let mut asks = false;
        visit_mut(&mut exit, &mut |part| {
            if matches!(part.kind, ExprKind::Read { what: What::InView(id), .. } if id == self.done) {
                part.kind = ExprKind::Literal(Literal::Bool(false));
                asks = true;
            }
        });
        asks.then_some(exit)
    }
}
