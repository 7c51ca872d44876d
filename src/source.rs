//! Takes the text of every file of a project, gives each byte one address in one offset space, and
//! is the only module that knows files and lines. A diagnostic may therefore label two files.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// A piece of source text: byte offsets into the offset space of [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of the bytes from `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl From<Span> for SourceSpan {
    fn from(span: Span) -> Self {
        (span.start as usize, (span.end - span.start) as usize).into()
    }
}

/// One file of a project.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path as the user would write it, with `/`, relative to the project's folder.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// The offset of the file's first byte.
    pub base: u32,
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// The span of the whole file.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.base, self.base + self.text.len() as u32)
    }
}

/// A place as people name it; lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file's name.
    pub file: &'a str,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// All files of a project in one offset space.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

/// The files do not fit into the 4 GiB offset space.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the project's files are larger than 4 GiB together")]
#[diagnostic(code("project-too-large"), help("split the project into several folders with a plg.toml each"))]
pub struct ProjectTooLarge;

impl Sources {
    /// Adds a file and gives its number.
    ///
    /// # Errors
    /// When all files together exceed the 4 GiB offset space.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> Result<usize, ProjectTooLarge> {
        let text = text.into();
        let base = self.files.last().map_or(0, |last| last.span().end + 1);
        let end = u64::from(base) + text.len() as u64 + 1;
        if end > u64::from(u32::MAX) {
            return Err(ProjectTooLarge);
        }
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1))
            .collect();
        self.files.push(SourceFile { name: name.into(), text, base, line_starts });
        Ok(self.files.len() - 1)
    }

    /// The files in the order in which they were added.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The file that holds this offset; the end of a file belongs to it.
    #[must_use]
    pub fn file_at(&self, offset: u32) -> Option<&SourceFile> {
        let after = self.files.partition_point(|file| file.base <= offset);
        let file = self.files.get(after.checked_sub(1)?)?;
        (offset <= file.span().end).then_some(file)
    }

    /// The text of a span; empty where the span is not within one file.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.file_at(span.start)
            .and_then(|file| {
                let range: Range<usize> = (span.start - file.base) as usize..span.end.checked_sub(file.base)? as usize;
                file.text.get(range)
            })
            .unwrap_or_default()
    }

    /// Where an offset is, as people name it.
    #[must_use]
    pub fn place(&self, offset: u32) -> Place<'_> {
        let Some(file) = self.file_at(offset) else {
            return Place { file: "", line: 1, column: 1 };
        };
        let local = offset - file.base;
        let line = file.line_starts.partition_point(|start| *start <= local);
        let start = line.checked_sub(1).and_then(|at| file.line_starts.get(at)).copied().unwrap_or(0);
        let before = file.text.get(start as usize..local as usize).unwrap_or_default();
        Place { file: &file.name, line, column: before.chars().count() + 1 }
    }

    /// `file:line` of a span's start, as SQL comments cite it.
    #[must_use]
    pub fn cite(&self, span: Span) -> String {
        let place = self.place(span.start);
        format!("{}:{}", place.file, place.line)
    }

    /// The text of a span on one line.
    #[must_use]
    pub fn on_one_line(&self, span: Span) -> String {
        self.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl SourceCode for Sources {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let start = u32::try_from(span.offset()).map_err(|_| MietteError::OutOfBounds)?;
        let file = self.file_at(start).ok_or(MietteError::OutOfBounds)?;
        if span.offset() + span.len() > file.span().end as usize {
            return Err(MietteError::OutOfBounds);
        }
        let local = (span.offset() - file.base as usize, span.len()).into();
        let inner = file.text.read_span(&local, lines_before, lines_after)?;
        let shifted = (inner.span().offset() + file.base as usize, inner.span().len()).into();
        Ok(Box::new(MietteSpanContents::new_named(
            file.name.clone(),
            inner.data(),
            shifted,
            inner.line(),
            inner.column(),
            inner.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_beyond_the_offsets_are_refused() {
        let last =
            SourceFile { name: "a.plg".to_owned(), text: String::new(), base: u32::MAX - 9, line_starts: vec![0] };
        let mut sources = Sources { files: vec![last] };
        let said = sources.add("b.plg", "0123456789").err();
        let code = said.and_then(|it| miette::Diagnostic::code(&it).map(|code| code.to_string()));
        assert_eq!(code.as_deref(), Some("project-too-large"));
        assert_eq!(sources.add("b.plg", "0123456").ok(), Some(1));
    }

    #[test]
    fn places_and_text_across_files() {
        let mut sources = Sources::default();
        sources.add("a.plg", "é x\ny").ok();
        sources.add("b.plg", "zz").ok();
        let b = sources.files().last().map_or(0, |file| file.base);
        assert_eq!(sources.place(3), Place { file: "a.plg", line: 1, column: 3 });
        assert_eq!(sources.place(5), Place { file: "a.plg", line: 2, column: 1 });
        assert_eq!(sources.text(Span::new(b, b + 2)), "zz");
        assert_eq!(sources.cite(Span::new(b + 1, b + 2)), "b.plg:1");
    }
}
