//! Takes the `let` declarations and gives their values, which are put where they are read: they read no row.

use super::context::{Ctx, State, error};
use super::scope::Scope;
use super::{Expr, cycle};
use crate::source::Span;

impl Ctx<'_> {
    /// The value of a constant, where it is read.
    pub(super) fn constant(&mut self, at: usize, span: Span) -> Expr {
        self.used_lets.insert(at);
        self.ensure_let(at, span);
        let value = self.let_values.get(at).cloned().flatten();
        value.map_or_else(|| error(span), |value| Expr { span, ..value })
    }

    fn ensure_let(&mut self, at: usize, read: Span) {
        let Some(node) = self.found.lets.get(at).map(|item| item.node) else { return };
        match self.let_states.get(at) {
            Some(State::Pending) => {}
            Some(State::Running) => {
                self.diags.push(cycle::cyclic(&node.name.text, read, Vec::new()));
                return;
            }
            Some(State::Done) | None => return,
        }
        self.set_let(at, State::Running, None);
        let value = self.expr(&mut Scope::constant(), &node.value, None);
        self.set_let(at, State::Done, Some(value));
    }

    fn set_let(&mut self, at: usize, state: State, value: Option<Expr>) {
        if let Some(slot) = self.let_states.get_mut(at) {
            *slot = state;
        }
        if let Some(slot) = self.let_values.get_mut(at) {
            *slot = value;
        }
    }

    /// Types every constant.
    pub(super) fn type_lets(&mut self) {
        for at in 0..self.found.lets.len() {
            self.ensure_let(at, Span::default());
        }
    }
}
