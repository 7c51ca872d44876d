//! Takes the `let` declarations and gives their values, which are put where they are read. A constant reads no row, and
//! may read other constants; a circle of them is a mistake.

use super::context::{Ctx, State, error};
use super::scope::Scope;
use super::{Expr, cycle};
use crate::source::Span;
use crate::syntax::ast;

impl Ctx<'_> {
    /// The value of a constant, where it is read.
    pub(super) fn constant(&mut self, at: usize, span: Span) -> Expr {
        self.used_lets.insert(at);
        if let Some(node) = self.found.lets.get(at).map(|item| item.node)
            && matches!(node.value.kind, ast::ExprKind::List(_))
        {
            return self.list_as_value(&node.name.text, span);
        }
        self.ensure_let(at, span);
        let value = self.let_values.get(at).cloned().flatten();
        value.map_or_else(|| error(span), |value| Expr { span, ..value })
    }

    fn ensure_let(&mut self, at: usize, read: Span) {
        let Some(node) = self.found.lets.get(at).map(|item| item.node) else { return };
        match self.let_states.get(at) {
            // What the members of a list mean hangs on where it is read.
            Some(State::Pending) if matches!(node.value.kind, ast::ExprKind::List(_)) => {
                self.set_let(at, State::Done, None);
                return;
            }
            Some(State::Pending) => {}
            Some(State::Running) => {
                self.report_constants(at, read);
                return;
            }
            Some(State::Done) | None => return,
        }
        self.set_let(at, State::Running, None);
        self.running_lets.push((at, read));
        let value = self.expr(&mut Scope::constant(), &node.value, None);
        self.running_lets.pop();
        self.set_let(at, State::Done, Some(value));
    }

    /// Reports the circle of constants that a read of one that is being typed closes.
    fn report_constants(&mut self, at: usize, read: Span) {
        let start = self.running_lets.iter().position(|(running, _)| *running == at).unwrap_or(0);
        let circle = self.running_lets.get(start..).unwrap_or_default();
        let name = |at: usize| self.found.lets.get(at).map_or("", |item| item.node.name.text.as_str());
        let reads = circle.iter().skip(1).copied().chain([(at, read)]);
        let steps: Vec<_> = circle
            .iter()
            .zip(reads)
            .map(|((reader, _), (read, place))| (place, format!("`{}` reads `{}` here", name(*reader), name(read))))
            .collect();
        self.diags.push(cycle::circle(name(at), steps));
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
