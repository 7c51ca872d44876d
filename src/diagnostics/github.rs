//! Takes mistakes, gives the workflow commands that show them beside the lines of a pull request.
//! One line each; what stands in a message cannot end it.

use super::{Mistake, json};
use crate::source::Sources;

/// `::error file=…,line=…,col=…::message`, one per mistake. `folder` is the project's folder below the
/// repository's, `""` or ending in `/`.
#[must_use]
pub fn render(items: &[Mistake], sources: &Sources, folder: &str) -> String {
    json::items(items, sources).iter().map(|item| line(item, folder)).collect()
}

fn line(item: &json::Item, folder: &str) -> String {
    let at = item.labels.first().map_or_else(String::new, |label| {
        format!(
            "file={},line={},endLine={},col={},endColumn={},",
            property(&format!("{folder}{}", label.file)),
            label.line,
            label.end_line,
            label.column,
            label.end_column
        )
    });
    let mut message = item.message.clone();
    if let Some(text) = item.labels.first().and_then(|label| label.text.as_ref()) {
        message.push_str(&format!(": {text}"));
    }
    if let Some(help) = &item.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    format!("::{} {at}title={}::{}\n", item.severity, property(&item.code), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
