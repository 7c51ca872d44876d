//! Takes mistakes and the sources that they point into, gives what a person reads: a snippet with labels for each,
//! at most [`SHOWN_PER_FILE`] per file, then one line that counts them. Same input, same text.

use std::collections::BTreeMap;
use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};

use super::{Mistake, SHOWN_PER_FILE, is_error, primary};
use crate::source::Sources;

/// How text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
    /// With box-drawing characters.
    pub unicode: bool,
    /// The columns of the terminal.
    pub width: usize,
}

impl Style {
    /// What a file or a pipe gets.
    pub const PLAIN: Self = Self { color: false, unicode: false, width: 100 };
}

/// Every mistake with its snippets.
#[must_use]
pub fn render(items: &[Mistake], sources: &Sources, style: Style) -> String {
    let handler = handler(style);
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    let mut out = String::new();
    for item in items {
        let file = primary(item.as_ref()).map(|span| sources.place(span.start).file.to_owned()).unwrap_or_default();
        let count = shown.entry(file).or_default();
        *count += 1;
        if *count <= SHOWN_PER_FILE {
            let mut text = String::new();
            let placed = Placed { item, sources };
            if handler.render_report(&mut text, &placed).is_err() {
                text = format!("{item}\n");
            }
            out.extend(text.lines().map(|line| format!("{}\n", line.trim_end())));
            out.push('\n');
        }
    }
    for (file, count) in &shown {
        let more = count.saturating_sub(SHOWN_PER_FILE);
        if more > 0 {
            let file = if file.is_empty() { "the project" } else { file };
            out.push_str(&format!("{file}: and {more} more\n"));
        }
    }
    out
}

/// `2 errors and 1 warning`; nothing where there is neither.
#[must_use]
pub fn count(items: &[Mistake]) -> Option<String> {
    let errors = items.iter().filter(|item| is_error(item.as_ref())).count();
    let warnings = items.len() - errors;
    let counted = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => None,
        (_, 0) => Some(counted(errors, "error")),
        (0, _) => Some(counted(warnings, "warning")),
        _ => Some(format!("{} and {}", counted(errors, "error"), counted(warnings, "warning"))),
    }
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = match (style.unicode, style.color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => GraphicalTheme { characters: miette::ThemeCharacters::ascii(), ..GraphicalTheme::unicode() },
        (false, false) => GraphicalTheme::none(),
    };
    GraphicalReportHandler::new_themed(theme).with_width(style.width).with_links(false).with_wrap_lines(true)
}

/// A mistake together with the sources, which the mistake itself does not hold.
struct Placed<'a> {
    item: &'a Mistake,
    sources: &'a Sources,
}

impl fmt::Debug for Placed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.item, f)
    }
}

impl fmt::Display for Placed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.item, f)
    }
}

impl std::error::Error for Placed<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.item.source()
    }
}

impl Diagnostic for Placed<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.item.code()
    }

    fn severity(&self) -> Option<Severity> {
        self.item.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.item.help()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.item.labels()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.sources)
    }
}
