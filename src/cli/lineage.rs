//! `plgc lineage`: takes a project, gives what each field is made of, down to the columns of the sources. Reads the
//! manifest that `compile` would write, so that the two cannot differ.

use std::path::Path;

use miette::Diagnostic;

use super::project::Project;
use super::terminal::Terminal;
use super::{Broken, Exit, Outcome};
use crate::diagnostics::did_you_mean;
use crate::manifest::{Lineage, lineage};
use crate::program::{Program, Sequence, Step, spoken};

/// Show what each field is made of
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The target whose engine is compiled for
    #[arg(short, long)]
    target: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Only this field, entity, sequence, step, channel, policy, sync or funnel and what is under it, as `overage` or `workspace.overage`
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
    let program = project.program()?;
    let (_, target) = project.target(args.target.as_deref())?;
    let (manifest, _) = project.compile(&target.engine)?;
    let chosen: Vec<&Lineage> = match &args.field {
        None => manifest.lineage.iter().collect(),
        Some(name) => {
            let meant = meant(&program, &manifest.lineage, name);
            lineage::under(&manifest.lineage, &meant.iter().map(String::as_str).collect::<Vec<_>>())
        }
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

/// The lines that a name means: of a sequence all that is said of its entries, of a channel the steps through it, else the one line of
/// a field that is named alone or as a program says it (`upsell.email`); what is written where it is a line's own name.
fn meant(program: &Program, all: &[Lineage], name: &str) -> Vec<String> {
    let first = |line: &Lineage| line.field.split('.').next() == Some(name);
    let of_steps = |of: &Sequence, steps: &dyn Fn(&Step) -> bool| -> Vec<String> {
        let entity = &program.entity(of.entity).name;
        of.steps.iter().filter(|step| steps(step)).map(|step| format!("{entity}.{}__{}", of.name, step.name)).collect()
    };
    if all.iter().any(|line| line.field == name || first(line)) {
        return vec![name.to_owned()];
    }
    if let Some(channel) = program.channels.iter().position(|it| it.name == name) {
        let is_via = |step: &Step| step.via.as_ref().is_some_and(|via| via.channel.0 as usize == channel);
        return program.sequences.iter().flat_map(|of| of_steps(of, &is_via)).collect();
    }
    let parts = program.sequences.iter().filter(|of| {
        of.name == name
            || name
                .split_once('.')
                .is_some_and(|(entity, short)| short == of.name && entity == program.entity(of.entity).name)
    });
    let parts: Vec<String> = parts.map(|of| format!("{}.{}__", program.entity(of.entity).name, of.name)).collect();
    if !parts.is_empty() {
        let is_part = |line: &&Lineage| parts.iter().any(|part| line.field.starts_with(part));
        return all.iter().filter(is_part).map(|line| line.field.clone()).collect();
    }
    let is_it = |line: &&Lineage| {
        let short = line.field.split_once('.').map_or("", |(_, short)| short);
        spoken(&line.field) == spoken(name) || spoken(short) == spoken(name)
    };
    let found: Vec<String> = all.iter().filter(is_it).map(|line| line.field.clone()).collect();
    if found.len() == 1 { found } else { vec![name.to_owned()] }
}

fn unknown(field: &str, all: &[Lineage]) -> Broken {
    let short = |field: &str| field.split_once('.').map_or_else(String::new, |(_, short)| spoken(short));
    let known: Vec<String> =
        all.iter().flat_map(|it| [it.field.clone(), spoken(&it.field), short(&it.field)]).collect();
    let similar = did_you_mean(field, known.iter().map(String::as_str));
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
