//! Funnels in a manifest, as plain data: the views that show them and what their columns are, for whoever draws or reads them.
//! A run needs nothing of it.

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
    /// The view with a row for each member, as the dialect spells it: the key, the groups, when it reached each step, and the
    /// last step that it reached.
    pub members: String,
    /// The view with a row for each group and step: the groups, `step_number`, `step`, `members`, `reached`, `share_of_first`,
    /// `share_of_previous`.
    pub summary: String,
    /// The columns by which the summary is grouped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per: Vec<String>,
    /// Its steps, in order.
    pub steps: Vec<FunnelStep>,
}

/// A step of a funnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FunnelStep {
    /// Its name, and its column's.
    pub name: String,
    /// Its documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// How soon after the step before, as it is written; absent: at any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}
