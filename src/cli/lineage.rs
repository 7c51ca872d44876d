//! `plgc lineage`: takes a project, gives what each field is made of, down to the columns of the sources. Reads the
//! manifest that `compile` would write, so that the two cannot differ.

use std::path::Path;

use miette::Diagnostic;

use super::project::Project;
use super::terminal::Terminal;
use super::{Broken, Exit, Outcome};
use crate::diagnostics::did_you_mean;
use crate::manifest::{Lineage, lineage};

/// Show what each field is made of
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The target whose engine is compiled for
    #[arg(short, long)]
    target: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Only this field, entity, sync or funnel and what is under it, as `overage` or `workspace.overage`
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
    let chosen: Vec<&Lineage> = match &args.field {
        None => manifest.lineage.iter().collect(),
        Some(field) => lineage::under(&manifest.lineage, whole(&manifest.lineage, field)),
    };
    if let (Some(field), true) = (&args.field, chosen.is_empty()) {
        return Err(unknown(field, &manifest.lineage));
    }
    let text = match args.format {
        Format::Table => lineage::table(&chosen),
        Format::Mermaid => lineage::mermaid(&chosen),
        Format::Dot => lineage::dot(&chosen),
        Format::Json => lineage::json(&chosen),
    };
    terminal.out(&text)?;
    Ok(Exit::Done)
}

/// The whole name of a field that is named alone, if it is the only one of its name; else what is written.
fn whole<'a>(all: &'a [Lineage], name: &'a str) -> &'a str {
    let first = |line: &'a Lineage| line.field.split('.').next().unwrap_or_default();
    if name.contains('.') || all.iter().any(|line| first(line) == name) {
        return name;
    }
    let is_it = |line: &&Lineage| line.field.split_once('.').is_some_and(|(_, short)| short == name);
    let mut found = all.iter().filter(is_it);
    match (found.next(), found.next()) {
        (Some(only), None) => &only.field,
        _ => name,
    }
}

fn unknown(field: &str, all: &[Lineage]) -> Broken {
    let similar = did_you_mean(field, all.iter().map(|it| it.field.as_str()));
    let has = |line: &&Lineage| line.field.split_once('.').is_some_and(|(_, short)| short == field);
    let several: Vec<String> = all.iter().filter(has).map(|line| format!("`{}`", line.field)).collect();
    if !several.is_empty() {
        let help = format!("several have it: name one of {}", several.join(", "));
        return Broken::new(Exit::Usage, UnknownField { name: field.to_owned(), help });
    }
    let help = similar.map_or_else(
        || "name it as ENTITY.FIELD; `plgc lineage` lists all of them".to_owned(),
        |similar| format!("did you mean `{similar}`?"),
    );
    Broken::new(Exit::Usage, UnknownField { name: field.to_owned(), help })
}
