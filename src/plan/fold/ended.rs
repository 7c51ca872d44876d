//! Whether an entry is closed by being done, in the run that closes it: what a sync from a step reads, which sends such an entry
//! what it has not sent. It is in the entity's last model where the row alone can tell.

use super::sequence::{Fold, HIDDEN};
use super::value::{all, equal, literal, not, null};
use super::view::{View, settle};
use crate::program::{Expr, ExprKind, Field, FieldKind, Literal, Program, Sequence, SequenceId};
use crate::types::Type;

/// Which of the entries that are done, and that `exit` closes, are closed by that.
#[derive(Debug)]
pub enum Ended {
    /// None: `exit` does not ask whether they are done, or there is none.
    None,
    /// All: no other meets it.
    All,
    /// Those where this column of the last model holds.
    Those(String),
}

/// Which they are, of a sequence from a step of which a sync sends.
#[must_use]
pub fn ended(sequence: &Sequence) -> Ended {
    match undone(sequence) {
        None => Ended::None,
        Some(exit) if exit.kind == ExprKind::Literal(Literal::Bool(false)) => Ended::All,
        Some(_) => Ended::Those(format!("{HIDDEN}{}__ended", sequence.name)),
    }
}

/// The field for it, yet without its value, where there is one.
pub(super) fn field(program: &Program, id: SequenceId) -> Option<Field> {
    let sequence = program.sequence(id);
    let Ended::Those(name) = ended(sequence) else { return None };
    program.streams.iter().any(|stream| stream.sequence == id).then(|| Field {
        entity: sequence.entity,
        name,
        doc: None,
        span: sequence.span,
        kind: FieldKind::Trait(null(Type::Bool)),
        typed: Type::Bool.required(),
        hidden: true,
        labels: Vec::new(),
    })
}

/// `exit` of an entry that is not done, without what then is known; `None`: it does not ask.
fn undone(sequence: &Sequence) -> Option<Expr> {
    let mut exit = sequence.exit_undone()?;
    settle_all(&mut exit);
    Some(exit)
}

fn settle_all(expr: &mut Expr) {
    expr.parts_mut().into_iter().for_each(settle_all);
    settle(expr);
}

impl Fold<'_> {
    /// It meets `exit`, and would not if it were not done.
    pub(super) fn ended(&self) -> Expr {
        let kind = self.program.field(self.sequence.cause).typed.kind.clone();
        let exits = equal(self.field(self.passing.leaves), literal(kind, Literal::Text("exit".to_owned())));
        let anyway = undone(self.sequence).map(|exit| not(self.seen(&exit, View::Open)));
        all([exits].into_iter().chain(anyway).collect())
    }
}
