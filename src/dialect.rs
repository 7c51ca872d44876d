//! One warehouse per file, as data.
