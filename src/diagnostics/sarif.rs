//! Takes mistakes, gives a SARIF 2.1.0 log, which code-scanning services read. The rules are the codes that
//! occur, in order; file names are URIs relative to the project's folder.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Mistake, json as plain, pages};
use crate::source::Sources;

/// One log with one run.
#[must_use]
pub fn render(items: &[Mistake], sources: &Sources, folder: &str) -> String {
    let items = plain::items(items, sources);
    let codes: BTreeMap<&str, usize> = {
        let mut codes: Vec<&str> = items.iter().map(|item| item.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        codes.into_iter().zip(0..).collect()
    };
    let rules: Vec<Value> = codes.keys().map(|code| rule(code)).collect();
    let results: Vec<Value> = items.iter().map(|item| result(item, &codes, folder)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "plgc", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: &str) -> Value {
    let page = pages::find(code);
    let summary = page.and_then(|page| page.lines().nth(2));
    object([
        ("id", Some(json!(code))),
        ("shortDescription", summary.map(|text| json!({ "text": text }))),
        ("help", page.map(|page| json!({ "text": page, "markdown": page }))),
    ])
}

fn result(item: &plain::Item, codes: &BTreeMap<&str, usize>, folder: &str) -> Value {
    let mut message = item.message.clone();
    if let Some(help) = &item.help {
        message.push_str(&format!(" (help: {help})"));
    }
    let mut labels = item.labels.iter();
    let first: Vec<Value> = labels.next().map(|label| location(label, folder, None)).into_iter().collect();
    let related: Vec<Value> = labels.zip(1..).map(|(label, id)| location(label, folder, Some(id))).collect();
    object([
        ("ruleId", Some(json!(item.code))),
        ("ruleIndex", codes.get(item.code.as_str()).map(|index| json!(index))),
        ("level", Some(json!(item.severity))),
        ("message", Some(json!({ "text": message }))),
        ("locations", Some(json!(first))),
        ("relatedLocations", (!related.is_empty()).then(|| json!(related))),
    ])
}

fn location(label: &plain::Label, folder: &str, id: Option<usize>) -> Value {
    let place = json!({
        "artifactLocation": { "uri": uri(&format!("{folder}{}", label.file)) },
        "region": {
            "startLine": label.line,
            "startColumn": label.column,
            "endLine": label.end_line,
            "endColumn": label.end_column,
        },
    });
    object([
        ("id", id.map(|id| json!(id))),
        ("physicalLocation", Some(place)),
        ("message", label.text.as_ref().map(|text| json!({ "text": text }))),
    ])
}

/// An object of the members that there are.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
