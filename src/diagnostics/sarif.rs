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
    let mut rule = json!({ "id": code });
    if let Some(page) = pages::find(code) {
        rule["help"] = json!({ "text": page, "markdown": page });
        if let Some(title) = page.lines().next() {
            rule["shortDescription"] = json!({ "text": title.trim_start_matches('#').trim() });
        }
    }
    rule
}

fn result(item: &plain::Item, codes: &BTreeMap<&str, usize>, folder: &str) -> Value {
    let mut message = item.message.clone();
    if let Some(help) = &item.help {
        message.push_str(&format!(" (help: {help})"));
    }
    let mut labels = item.labels.iter();
    let first: Vec<Value> = labels.next().map(|label| location(label, folder, None)).into_iter().collect();
    let related: Vec<Value> = labels.zip(1..).map(|(label, id)| location(label, folder, Some(id))).collect();
    let mut result = json!({
        "ruleId": item.code,
        "ruleIndex": codes.get(item.code.as_str()),
        "level": item.severity,
        "message": { "text": message },
        "locations": first,
    });
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    result
}

fn location(label: &plain::Label, folder: &str, id: Option<usize>) -> Value {
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&format!("{folder}{}", label.file)) },
            "region": {
                "startLine": label.line,
                "startColumn": label.column,
                "endLine": label.end_line,
                "endColumn": label.end_column,
            },
        },
    });
    if let Some(id) = id {
        location["id"] = json!(id);
    }
    if let Some(text) = &label.text {
        location["message"] = json!({ "text": text });
    }
    location
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
