//! Takes batches of rows and appends them as JSON lines to one file per object. Each line bears a stable id, so
//! that a reader can drop repeats. A batch is on disk before its receipts are; a line torn by a kill is cut off.

use super::{Objects, Setting, Spec};

/// JSON lines in files.
pub const SPEC: Spec = Spec {
    name: "jsonl",
    doc: "A folder of JSON-lines files, one per object, to which changes are appended.",
    objects: Objects::Any("the file's name without `.jsonl`"),
    modes: &["create", "update", "upsert"],
    leaves: &["delete", "clear", "keep", "set"],
    argument: None,
    leave_required: true,
    tells_created: true,
    settings: &[Setting { name: "folder", doc: "The folder of the files.", required: true, secret: false }],
};
