//! Takes batches of rows and writes them by match key into a table of PostgreSQL or SQLite. Deletes only what it is told to.
//! Gives a receipt per row that says whether the row was created. A batch is one transaction.

use super::{Objects, Setting, Spec};

const TABLE: Spec = Spec {
    name: "",
    doc: "",
    objects: Objects::Any("a table, `name` or `schema.name`, which must exist"),
    modes: &["create", "update", "upsert"],
    leaves: &["delete", "clear", "keep", "set"],
    argument: None,
    leave_required: true,
    tells_created: true,
    settings: &[],
};

/// A table of a PostgreSQL database.
pub const POSTGRES: Spec = Spec {
    name: "postgres",
    doc: "A table of a PostgreSQL database, written by its match key.",
    settings: &[Setting {
        name: "url",
        doc: "The database, `postgres://user:password@host/name`; the target's own where nothing is said.",
        required: false,
        secret: true,
    }],
    ..TABLE
};

/// A table of an SQLite file.
pub const SQLITE: Spec = Spec {
    name: "sqlite",
    doc: "A table of an SQLite file, written by its match key.",
    settings: &[Setting { name: "path", doc: "The file.", required: true, secret: false }],
    ..TABLE
};
