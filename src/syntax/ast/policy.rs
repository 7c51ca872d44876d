//! What a `policy`, and a sync's exemption from it, say, without meaning: names are not looked up, and whether a policy is
//! proved on a path is not known here.

use super::{Expr, Name, Text};
use crate::source::Span;

/// `policy name of entity [as alias]: never to a, b where c`
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Its name.
    pub name: Name,
    /// Of which entity.
    pub of: Name,
    /// Another name for the row.
    pub alias: Option<Name>,
    /// The destinations.
    pub to: Vec<Name>,
    /// Whose rows go to none of them.
    pub condition: Expr,
}

/// In a sync: `exempt hands_off because 'the contract asks for it'`
#[derive(Debug, Clone, PartialEq)]
pub struct Exempt {
    /// The policy.
    pub policy: Name,
    /// Why.
    pub because: Text,
    /// The item.
    pub span: Span,
}
