//! `plgc lineage`: takes a project, gives what each field is made of, down to the columns of the sources.

use std::collections::BTreeSet;
use std::path::Path;

use miette::Diagnostic;

use super::project::Project;
use super::terminal::Terminal;
use super::{Broken, Exit, Outcome};
use crate::diagnostics::did_you_mean;
use crate::manifest::Lineage;

/// Show what each field is made of
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The target whose engine is compiled for
    #[arg(short, long)]
    target: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Only this field and what is under it, as `workspace.overage`
    field: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table for people
    Table,
    /// A Mermaid flowchart
    Mermaid,
    /// A Graphviz graph
    Dot,
    /// JSON
    Json,
}

/// A field that the program does not have.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("no field is called `{name}`")]
#[diagnostic(code("unknown-lineage-field"))]
struct UnknownField {
    name: String,
    #[help]
    help: String,
}

pub(super) fn main(args: &Args, folder: Option<&Path>, terminal: &Terminal) -> Outcome {
    let mut project = Project::load(folder)?;
    let (_, target) = project.target(args.target.as_deref())?;
    let (manifest, _) = project.compile(&target.engine)?;
    let chosen = match &args.field {
        None => manifest.lineage,
        Some(field) => under(manifest.lineage, field)?,
    };
    let text = match args.format {
        Format::Table => table(&chosen),
        Format::Mermaid => mermaid(&chosen),
        Format::Dot => dot(&chosen),
        Format::Json => format!("{:#}\n", serde_json::json!(chosen)),
    };
    terminal.out(&text)?;
    Ok(Exit::Done)
}

/// The field and all that it reads, through any number of fields, in their order.
fn under(all: Vec<Lineage>, field: &str) -> Result<Vec<Lineage>, Broken> {
    let mut wanted: BTreeSet<String> = BTreeSet::from([field.to_owned()]);
    if !all.iter().any(|it| it.field == field) {
        let similar = did_you_mean(field, all.iter().map(|it| it.field.as_str()));
        let help = similar.map_or_else(
            || "name it as ENTITY.FIELD; `plgc lineage` lists all of them".to_owned(),
            |similar| format!("did you mean `{similar}`?"),
        );
        return Err(Broken::new(Exit::Usage, UnknownField { name: field.to_owned(), help }));
    }
    loop {
        let before = wanted.len();
        for it in &all {
            if wanted.contains(&it.field) {
                wanted.extend(it.reads.iter().cloned());
            }
        }
        if wanted.len() == before {
            return Ok(all.into_iter().filter(|it| wanted.contains(&it.field)).collect());
        }
    }
}

fn table(all: &[Lineage]) -> String {
    let widest = |of: fn(&Lineage) -> usize, least: usize| all.iter().map(of).max().unwrap_or(0).max(least);
    let field = widest(|it| it.field.chars().count(), 5);
    let reads = widest(|it| it.reads.join(", ").chars().count(), 5).min(60);
    let mut out = format!("{:field$}  {:reads$}  source columns\n", "field", "reads");
    out.push_str(&format!("{}  {}  {}\n", "-".repeat(field), "-".repeat(reads), "-".repeat(14)));
    for it in all {
        let line = format!("{:field$}  {:reads$}  {}", it.field, it.reads.join(", "), it.columns.join(", "));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn edges(all: &[Lineage]) -> BTreeSet<(&str, &str)> {
    all.iter().flat_map(|it| it.reads.iter().map(|read| (read.as_str(), it.field.as_str()))).collect()
}

fn nodes(all: &[Lineage]) -> BTreeSet<&str> {
    all.iter().flat_map(|it| it.reads.iter().map(String::as_str).chain([it.field.as_str()])).collect()
}

fn mermaid(all: &[Lineage]) -> String {
    let nodes: Vec<&str> = nodes(all).into_iter().collect();
    let id = |name: &str| nodes.binary_search(&name).map(|at| format!("n{at}")).unwrap_or_default();
    let mut out = "flowchart LR\n".to_owned();
    for name in &nodes {
        let label = name.replace('#', "#35;").replace('"', "#quot;");
        out.push_str(&format!("  {}[\"{label}\"]\n", id(name)));
    }
    for (from, to) in edges(all) {
        out.push_str(&format!("  {} --> {}\n", id(from), id(to)));
    }
    out
}

fn dot(all: &[Lineage]) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    let mut out = "digraph lineage {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for name in nodes(all) {
        out.push_str(&format!("  {};\n", quoted(name)));
    }
    for (from, to) in edges(all) {
        out.push_str(&format!("  {} -> {};\n", quoted(from), quoted(to)));
    }
    out.push_str("}\n");
    out
}
