//! The function table.
