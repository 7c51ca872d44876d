//! Takes mistakes, gives one JSON document for machines: every label with file, line and column, all mistakes,
//! never capped. Lines and columns count from 1, columns in characters; an end is one past the last.

use serde::Serialize;

use super::{Mistake, code, is_error};
use crate::source::{Sources, Span};

/// One mistake.
#[derive(Debug, Serialize)]
pub struct Item {
    /// Kebab-case and stable.
    pub code: String,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where; the primary one first.
    pub labels: Vec<Label>,
}

/// One place of a mistake.
#[derive(Debug, Clone, Serialize)]
pub struct Label {
    /// The file, relative to the project's folder.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The line of the end.
    pub end_line: usize,
    /// The column of the end.
    pub end_column: usize,
    /// What is said of this place.
    pub text: Option<String>,
    /// Whether it is what the mistake is about.
    pub primary: bool,
}

impl Label {
    /// The whole of a line that is known as `file:line` alone.
    #[must_use]
    pub fn of(cite: &str) -> Option<Self> {
        let (file, line) = cite.rsplit_once(':')?;
        let line = line.parse().ok()?;
        let (column, end_line, end_column) = (1, line + 1, 1);
        Some(Self { file: file.to_owned(), line, column, end_line, end_column, text: None, primary: true })
    }
}

/// All mistakes as data.
#[must_use]
pub fn items(items: &[Mistake], sources: &Sources) -> Vec<Item> {
    items.iter().map(|it| item(it, sources)).collect()
}

/// All mistakes as one document, `{"diagnostics": […]}`, with what else is told under names of its own.
#[must_use]
pub fn render(mistakes: &[Mistake], sources: &Sources, further: &[(&str, serde_json::Value)]) -> String {
    document(&items(mistakes, sources), further)
}

/// Mistakes that are data already, as one document.
#[must_use]
pub fn document(items: &[Item], further: &[(&str, serde_json::Value)]) -> String {
    let mut document = serde_json::json!({ "diagnostics": items });
    for (name, value) in further {
        if let Some(object) = document.as_object_mut() {
            object.insert((*name).to_owned(), value.clone());
        }
    }
    format!("{document:#}\n")
}

fn item(item: &Mistake, sources: &Sources) -> Item {
    let mut labels: Vec<Label> = Vec::new();
    for label in item.labels().into_iter().flatten() {
        let start = u32::try_from(label.offset()).unwrap_or(u32::MAX);
        let span = Span::new(start, start.saturating_add(u32::try_from(label.len()).unwrap_or(0)));
        let (from, to) = (sources.place(span.start), sources.place(span.end));
        labels.push(Label {
            file: from.file.to_owned(),
            line: from.line,
            column: from.column,
            end_line: to.line,
            end_column: to.column,
            text: label.label().map(str::to_owned),
            primary: label.primary(),
        });
    }
    if !labels.iter().any(|label| label.primary)
        && let Some(first) = labels.first_mut()
    {
        first.primary = true;
    }
    labels.sort_by_key(|label| !label.primary);
    Item {
        code: code(item.as_ref()),
        severity: if is_error(item.as_ref()) { "error" } else { "warning" },
        message: item.to_string(),
        help: item.help().map(|help| help.to_string()),
        labels,
    }
}
