//! Takes the lineage of a manifest and gives it as a table, Mermaid, DOT or JSON. Pure: the same lineage, the same
//! bytes; nodes and edges in the manifest's order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a column comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lineage {
    /// `workspace.overage`
    pub field: String,
    /// What its expression reads directly: `workspace.usage`, `app.workspaces.plan`.
    pub reads: Vec<String>,
    /// The source columns under it, through any number of fields.
    pub columns: Vec<String>,
}

/// The lines that fields, policies or syncs reach, themselves first among them, in the manifest's order. A sync's name stands for
/// its fields, too; an entity's for all of its fields. Empty where no name is known.
#[must_use]
pub fn under<'a>(lines: &'a [Lineage], names: &[&str]) -> Vec<&'a Lineage> {
    let is_of =
        |field: &str, name: &str| field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let by_name: BTreeMap<&str, &Lineage> = lines.iter().map(|line| (line.field.as_str(), line)).collect();
    let mut open: Vec<&str> = by_name.keys().copied().filter(|it| names.iter().any(|name| is_of(it, name))).collect();
    let mut found = BTreeSet::new();
    while let Some(field) = open.pop() {
        if let Some(line) = by_name.get(field)
            && found.insert(field)
        {
            open.extend(line.reads.iter().map(String::as_str));
        }
    }
    lines.iter().filter(|line| found.contains(line.field.as_str())).collect()
}

/// For people: each field with what it reads and the source columns under it.
#[must_use]
pub fn table(lines: &[&Lineage]) -> String {
    const HEAD: [&str; 3] = ["FIELD", "READS", "SOURCE COLUMNS"];
    let width = |texts: &mut dyn Iterator<Item = &str>, head: &str| {
        texts.map(|it| it.chars().count()).max().unwrap_or(0).max(head.len())
    };
    let first = width(&mut lines.iter().map(|line| line.field.as_str()), HEAD[0]);
    let second = width(&mut lines.iter().flat_map(|line| line.reads.iter().map(String::as_str)), HEAD[1]);
    let mut out = String::new();
    let mut row = |field: &str, read: &str, column: &str| {
        let text = format!("{field:first$}  {read:second$}  {column}");
        writeln!(out, "{}", text.trim_end()).ok();
    };
    row(HEAD[0], HEAD[1], HEAD[2]);
    for line in lines {
        for place in 0..line.reads.len().max(line.columns.len()).max(1) {
            let field = if place == 0 { line.field.as_str() } else { "" };
            let at = |list: &'_ [String]| list.get(place).cloned().unwrap_or_default();
            row(field, &at(&line.reads), &at(&line.columns));
        }
    }
    out
}

/// For Markdown: a Mermaid flowchart, from source columns to fields.
#[must_use]
pub fn mermaid(lines: &[&Lineage]) -> String {
    let nodes = nodes(lines);
    let mut out = "flowchart LR\n".to_owned();
    for (name, id) in &nodes.ids {
        let label = name.replace('#', "#35;").replace('"', "#quot;");
        let (open, close) = if nodes.fields.contains(name) { ("[\"", "\"]") } else { ("[(\"", "\")]") };
        writeln!(out, "  n{id}{open}{label}{close}").ok();
    }
    for (from, to) in edges(lines, &nodes) {
        writeln!(out, "  n{from} --> n{to}").ok();
    }
    out
}

/// For Graphviz: a directed graph, from source columns to fields.
#[must_use]
pub fn dot(lines: &[&Lineage]) -> String {
    let nodes = nodes(lines);
    let mut out = "digraph lineage {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for (name, id) in &nodes.ids {
        let label = name.replace('\\', "\\\\").replace('"', "\\\"");
        let shape = if nodes.fields.contains(name) { "" } else { ", shape=cylinder" };
        writeln!(out, "  n{id} [label=\"{label}\"{shape}];").ok();
    }
    for (from, to) in edges(lines, &nodes) {
        writeln!(out, "  n{from} -> n{to};").ok();
    }
    out.push_str("}\n");
    out
}

/// For programs: the lines as they are in the manifest.
#[must_use]
pub fn json(lines: &[&Lineage]) -> String {
    let mut text = serde_json::to_string_pretty(lines).unwrap_or_default();
    text.push('\n');
    text
}

struct Nodes<'a> {
    ids: Vec<(&'a str, usize)>,
    fields: BTreeSet<&'a str>,
}

fn nodes<'a>(lines: &[&'a Lineage]) -> Nodes<'a> {
    let mut seen = BTreeSet::new();
    let mut ids = Vec::new();
    for line in lines {
        for name in line.reads.iter().chain([&line.field]).map(String::as_str) {
            if seen.insert(name) {
                ids.push((name, ids.len()));
            }
        }
    }
    Nodes { ids, fields: lines.iter().map(|line| line.field.as_str()).collect() }
}

fn edges(lines: &[&Lineage], nodes: &Nodes<'_>) -> Vec<(usize, usize)> {
    let ids: BTreeMap<&str, usize> = nodes.ids.iter().copied().collect();
    let id = |name: &str| ids.get(name).copied();
    let pairs = lines.iter().flat_map(|line| line.reads.iter().map(|read| (read.as_str(), line.field.as_str())));
    pairs.filter_map(|(from, to)| Some((id(from)?, id(to)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<Lineage> {
        let line = |field: &str, reads: &[&str], columns: &[&str]| Lineage {
            field: field.to_owned(),
            reads: reads.iter().map(|it| (*it).to_owned()).collect(),
            columns: columns.iter().map(|it| (*it).to_owned()).collect(),
        };
        vec![
            line("workspace.usage", &["app.workspaces.used"], &["app.workspaces.used"]),
            line("workspace.over", &["workspace.usage"], &["app.workspaces.used"]),
            line("workspace.other", &["app.workspaces.\"odd\""], &["app.workspaces.\"odd\""]),
            line("stage.level", &["workspace.over"], &["app.workspaces.used"]),
        ]
    }

    #[test]
    fn follows_a_sync_down_to_its_columns() {
        let lines = sample();
        let names: Vec<&str> = under(&lines, &["stage"]).iter().map(|line| line.field.as_str()).collect();
        assert_eq!(names, ["workspace.usage", "workspace.over", "stage.level"]);
        assert!(under(&lines, &["nothing"]).is_empty());
    }

    #[test]
    fn a_table_for_people() {
        let lines = sample();
        assert_eq!(
            table(&under(&lines, &["workspace.over"])),
            "FIELD            READS                SOURCE COLUMNS\n\
             workspace.usage  app.workspaces.used  app.workspaces.used\n\
             workspace.over   workspace.usage      app.workspaces.used\n"
        );
    }

    #[test]
    fn graphs_escape_names() {
        let lines = sample();
        let other = under(&lines, &["workspace.other"]);
        assert_eq!(
            mermaid(&other),
            "flowchart LR\n  n0[(\"app.workspaces.#quot;odd#quot;\")]\n  n1[\"workspace.other\"]\n  n0 --> n1\n"
        );
        assert!(dot(&other).contains(r#"n0 [label="app.workspaces.\"odd\"", shape=cylinder];"#));
        assert!(json(&other).contains(r#""field": "workspace.other""#));
    }
}
