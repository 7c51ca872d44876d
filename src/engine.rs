//! One driver per file: open, execute, stream rows.
