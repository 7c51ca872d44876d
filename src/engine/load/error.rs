//! What is wrong with the files of a load, and what the database says to their rows. Each mistake has its place in a file, the
//! declaration that it breaks, and one thing to do.

use miette::Diagnostic;
use thiserror::Error;

use crate::engine::{EngineError, Trouble};

/// What is wrong with the files.
#[derive(Debug, Error, Diagnostic)]
pub enum LoadError {
    /// No file for a source.
    #[error("source `{name}` ({cite}) has no file in `{folder}`")]
    #[diagnostic(code("load-missing-file"), help("put `{name}.csv` or `{name}.jsonl` there"))]
    MissingFile {
        /// The source.
        name: String,
        /// Where it is declared.
        cite: String,
        /// The folder.
        folder: String,
    },
    /// Several files for a source.
    #[error("source `{name}` has two files: `{one}` and `{other}`")]
    #[diagnostic(code("load-two-files"), help("keep one of them"))]
    TwoFiles {
        /// The source.
        name: String,
        /// A file.
        one: String,
        /// Another.
        other: String,
    },
    /// A declared column is not in the file.
    #[error("{place}: there is no {} `{}`, which source `{}` ({}) declares; {has}", .lacks.what, .lacks.column, .lacks.source, .lacks.cite)]
    #[diagnostic(code("load-missing-column"))]
    MissingColumn {
        /// File and line.
        place: String,
        /// What is missing.
        lacks: Box<Lacks>,
        /// The file's columns.
        has: String,
        /// One thing to do.
        #[help]
        help: String,
    },
    /// A file without a first line.
    #[error("`{file}` is empty: its first line should name the columns of source `{name}` ({cite})")]
    #[diagnostic(
        code("load-missing-column"),
        help("begin it with the line `{header}`; a file without rows has it too")
    )]
    Empty {
        /// The file.
        file: String,
        /// The source.
        name: String,
        /// Where it is declared.
        cite: String,
        /// The line.
        header: String,
    },
    /// A column that a source needs stands in the file twice.
    #[error("{place}: column `{column}` is there twice: the file has {found}")]
    #[diagnostic(code("load-repeated-column"), help("keep one of them; upper and lower case do not matter"))]
    RepeatedColumn {
        /// File, line and column of the second one.
        place: String,
        /// The column.
        column: String,
        /// The names in the file.
        found: String,
    },
    /// A value does not fit its column.
    #[error("{place}: `{text}` is no {}, the type of column `{}`", .expected.kind, .expected.column)]
    #[diagnostic(code("load-value"), help("mend the value, or declare the column otherwise ({})", .expected.cite))]
    Value {
        /// File, line and column of the text.
        place: String,
        /// The value, shortened.
        text: String,
        /// What the declaration asks for.
        expected: Box<Expected>,
    },
    /// No value in a column that needs one.
    #[error("{place}: column `{}` needs a value of type {}", .expected.column, .expected.kind)]
    #[diagnostic(
        code("load-null"),
        help("write a value, or, where it is no key, declare `{} {}?` ({})", .expected.column, .expected.kind, .expected.cite)
    )]
    Null {
        /// File, line and column of the text.
        place: String,
        /// What the declaration asks for.
        expected: Box<Expected>,
    },
    /// The text of the file itself is broken.
    #[error("{place}: {what}")]
    #[diagnostic(code("load-text"), help("write the file as UTF-8 {form}"))]
    Text {
        /// File, line and column of the text.
        place: String,
        /// What is wrong.
        what: String,
        /// What it should be.
        form: &'static str,
    },
    /// A file or folder cannot be read.
    #[error("`{path}` cannot be read: {why}")]
    #[diagnostic(code("load-file"), help("the account needs to be able to read it"))]
    File {
        /// The file.
        path: String,
        /// The system's words.
        why: String,
    },
    /// The database refuses.
    #[error("the rows of source `{name}` cannot be stored: {said}")]
    #[diagnostic(code("load-store"), help("the account needs to be able to write the database, with room on the disk"))]
    Store {
        /// The source.
        name: String,
        /// Its words.
        said: EngineError,
    },
    /// The table has to be made anew, and a view reads it.
    #[error("the table of source `{name}` gets other columns, and cannot be made anew: {said}")]
    #[diagnostic(
        code("load-table-in-use"),
        help("drop the view that reads it, run again, and make the view anew; nothing was loaded")
    )]
    InUse {
        /// The source.
        name: String,
        /// The database's words, which name the view.
        said: EngineError,
    },
}

impl LoadError {
    /// `file:line` of the declaration that the file breaks, where there is one.
    #[must_use]
    pub fn cite(&self) -> Option<&str> {
        match self {
            Self::MissingFile { cite, .. } | Self::Empty { cite, .. } => Some(cite),
            Self::MissingColumn { lacks, .. } => Some(&lacks.cite),
            Self::Value { expected, .. } | Self::Null { expected, .. } => Some(&expected.cite),
            Self::TwoFiles { .. }
            | Self::RepeatedColumn { .. }
            | Self::Text { .. }
            | Self::File { .. }
            | Self::Store { .. }
            | Self::InUse { .. } => None,
        }
    }

    /// Whether a database or a disk is to blame, rather than the data.
    #[must_use]
    pub const fn is_outside(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Store { .. } | Self::InUse { .. })
    }
}

/// The mistake of a database that does not take the rows of a source.
pub(super) fn store(name: &str) -> impl Fn(EngineError) -> LoadError + use<> {
    let name = name.to_owned();
    move |said| match said.trouble {
        Trouble::InUse => LoadError::InUse { name: name.clone(), said },
        _ => LoadError::Store { name: name.clone(), said },
    }
}

/// What a declaration asks of a value.
#[derive(Debug)]
pub struct Expected {
    /// The column.
    pub column: String,
    /// Its type.
    pub kind: String,
    /// Where it is declared.
    pub cite: String,
}

/// What a file lacks.
#[derive(Debug)]
pub struct Lacks {
    /// What holds a value there: a column, or a key of an object.
    pub what: &'static str,
    /// The column.
    pub column: String,
    /// The source that declares it.
    pub source: String,
    /// Where.
    pub cite: String,
}
