//! Funnels in a manifest, as plain data: the views that hold them, for whoever shows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A funnel: ordered steps of the members of an audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Funnel {
    /// Its name.
    pub name: String,
    /// Its documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// `file:line` of the declaration.
    pub cite: String,
    /// Whose rows are counted.
    pub entity: String,
    /// The audience whose members are counted; absent: all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// The view with a row for each member: the key, the groups, the instant at which each step counts.
    pub members: String,
    /// The view with a row for each group and step.
    pub summary: String,
    /// Its steps, in order.
    pub steps: Vec<FunnelStep>,
    /// The columns by which the summary is grouped.
    pub per: Vec<String>,
}

/// A step of a funnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FunnelStep {
    /// Its name, and its column's.
    pub name: String,
    /// Its documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
}
