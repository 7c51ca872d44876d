//! Destinations, syncs and policies, as plain data: what is written where, to whom, what happens to those who leave, and
//! whose rows are held back. Values are expressions of the field graph; how a destination is reached is not known here.

use super::{
    DestinationId, EntityId, Expr, ExprKind, FieldId, LinkId, OUTER, Order, PolicyId, Program, SequenceId, What,
};
use crate::manifest::{FIRING, Limit, Mode};
use crate::source::Span;
use crate::types::{Type, Typed};

/// A destination.
#[derive(Debug, Clone)]
pub struct Destination {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// The system, one of `crate::destination::ALL`.
    pub system: String,
    /// The labels that it may receive.
    pub allows: Vec<String>,
    /// Objects whose fields are declared: name, then fields.
    pub objects: Vec<(String, Vec<TargetField>)>,
}

/// A field of a destination's object.
#[derive(Debug, Clone)]
pub struct TargetField {
    /// Its name.
    pub name: String,
    /// Its type.
    pub typed: Typed,
    /// Where its name stands.
    pub span: Span,
}

/// A sync: a projection of fields under a membership filter.
#[derive(Debug, Clone)]
pub struct Sync {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Whose rows.
    pub entity: EntityId,
    /// Which rows: the audience and the `where`. A [`What::Field`] of the row, or none for all rows.
    pub filter: Option<FieldId>,
    /// To where.
    pub destination: DestinationId,
    /// Which object there.
    pub object: String,
    /// The text in parentheses after the object.
    pub argument: Option<String>,
    /// The destination's field that identifies a row, and its value: a plain read of the row.
    pub matches: (String, Expr),
    /// Which row of those that share the match key; values are plain reads of the row.
    pub pick: Vec<Order>,
    /// The fields written: values are plain reads of the row, or literals, or now.
    pub set: Vec<(String, Expr)>,
    /// Whether rows are created, updated or both.
    pub mode: Mode,
    /// What happens to those who leave.
    pub leave: Leave,
    /// `guard deletes <= n`
    pub deletes: Option<Limit>,
    /// `guard creates <= n`
    pub creates: Option<Limit>,
    /// The policies that concern its destination, by name.
    pub policies: Vec<Heeded>,
}

/// A policy: whose rows go to none of some destinations, whichever sync sends them.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Of which entity.
    pub entity: EntityId,
    /// The hidden field that says of a row that it must not go there.
    pub forbids: FieldId,
    /// The destinations, as declared.
    pub destinations: Vec<DestinationId>,
}

/// A policy that concerns a sync.
#[derive(Debug, Clone, PartialEq)]
pub struct Heeded {
    /// The policy.
    pub policy: PolicyId,
    /// The way from the sync's row to the one that the policy is about; none where that is the row itself, or nothing is asked.
    pub path: Vec<LinkId>,
    /// How it stands.
    pub standing: Standing,
}

/// How a policy stands to a sync that goes to one of its destinations. The field is a bool of the sync's entity, which may
/// be null: where it is true, nothing is created or updated.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// The sync sends no row that the policy forbids, by its own filter.
    Proved,
    /// Each row is asked when it is sent.
    Gated(FieldId),
    /// The same, and nothing can be proved: what the policy reads comes out of raw SQL.
    Unknown(FieldId),
    /// The sync does not heed it, for this reason.
    Exempt(String),
}

impl Standing {
    /// The field that is asked when a row is sent.
    #[must_use]
    pub const fn gate(&self) -> Option<FieldId> {
        match self {
            Self::Gated(field) | Self::Unknown(field) => Some(*field),
            Self::Proved | Self::Exempt(_) => None,
        }
    }
}

/// A sync from a step: each firing is sent once, and what it made there is let be.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Of which sequence.
    pub sequence: SequenceId,
    /// From which of its steps, by its place.
    pub step: usize,
    /// Where the step is named.
    pub from: Span,
    /// Which rows' firings are sent. A [`What::Field`](super::What) of the row, or none for all.
    pub filter: Option<FieldId>,
    /// To where.
    pub destination: DestinationId,
    /// Which object there.
    pub object: String,
    /// The text in parentheses after the object.
    pub argument: Option<String>,
    /// The destination's field that names whom it is for, and its value, where there is one: a plain read of the row.
    pub matches: Option<(String, Expr)>,
    /// The fields written: values are plain reads of the row, or literals, or now.
    pub set: Vec<(String, Expr)>,
    /// `guard creates <= n`
    pub creates: Option<Limit>,
    /// The policies that concern its destination, by name.
    pub policies: Vec<Heeded>,
}

impl Stream {
    /// What it is as a sync: one that creates an object for each firing, and lets it be. What its match field holds is told by
    /// who reads it; when the step fired stands for it here.
    #[must_use]
    pub fn as_sync(&self, program: &Program) -> Sync {
        let sequence = program.sequence(self.sequence);
        let at = sequence.steps.get(self.step).map_or(sequence.entry, |step| step.at);
        let what = ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Field(at) };
        let set: Vec<(String, Expr)> = self.matches.iter().chain(&self.set).cloned().collect();
        Sync {
            name: self.name.clone(),
            was: self.was.clone(),
            doc: self.doc.clone(),
            span: self.span,
            entity: sequence.entity,
            filter: self.filter,
            destination: self.destination,
            object: self.object.clone(),
            argument: self.argument.clone(),
            matches: (FIRING.to_owned(), Expr { typed: Type::Text.required(), span: self.from, kind: what }),
            pick: Vec::new(),
            set,
            mode: Mode::Create,
            leave: Leave::Keep,
            deletes: None,
            creates: self.creates,
            policies: self.policies.clone(),
        }
    }
}

/// What happens to those who leave.
#[derive(Debug, Clone, PartialEq)]
pub enum Leave {
    /// The object is deleted, if the sync created it.
    Delete,
    /// The fields that the sync wrote are set to null.
    Clear,
    /// Nothing.
    Keep,
    /// These are written: literals, or now.
    Set(Vec<(String, Expr)>),
}

impl Program {
    /// The type of a field at a sync's destination: as declared there, else its value's.
    #[must_use]
    pub fn target_type(&self, sync: &Sync, name: &str, value: &Expr) -> Typed {
        let objects = &self.destination(sync.destination).objects;
        let object = objects.iter().find(|(object, _)| *object == sync.object);
        let declared = object.and_then(|(_, fields)| fields.iter().find(|field| field.name == name));
        declared.map_or_else(|| value.typed.clone(), |field| field.typed.clone())
    }
}
