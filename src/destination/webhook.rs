//! Takes batches of rows and posts each row as one signed message (Standard Webhooks). A row keeps its
//! `webhook-id` through every repeat, so that a receiver can drop what it has seen. Gives a receipt per row.

use super::{Objects, Setting, Spec};

/// Signed webhooks.
pub const SPEC: Spec = Spec {
    name: "webhook",
    doc: "An HTTPS endpoint that gets one signed message per change (Standard Webhooks).",
    objects: Objects::Any("a name that travels in each message"),
    modes: &["create", "update", "upsert"],
    leaves: &["delete", "clear", "keep", "set"],
    argument: None,
    leave_required: true,
    tells_created: true,
    settings: &[
        Setting { name: "url", doc: "Where messages are posted.", required: true, secret: true },
        Setting { name: "secret", doc: "The signing secret, `whsec_…`.", required: true, secret: true },
    ],
};
