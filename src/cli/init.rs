//! `plgc init`: takes a folder, gives a project in it that runs at once on its own sample data. A file that is
//! already there is never touched.

use std::path::{Path, PathBuf};

use miette::Diagnostic;

use super::terminal::Terminal;
use super::{Broken, Exit, Outcome, write};

/// Write a project that runs at once
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder, made where it is missing; default: this one
    dir: Option<PathBuf>,
}

/// Every file of the project.
const FILES: [(&str, &str); 8] = [
    (".gitignore", include_str!("starter/gitignore")),
    ("plg.toml", include_str!("starter/plg.toml")),
    ("sources.plg", include_str!("starter/sources.plg")),
    ("entities.plg", include_str!("starter/entities.plg")),
    ("growth.plg", include_str!("starter/growth.plg")),
    ("data/app.workspaces.csv", include_str!("starter/data/app.workspaces.csv")),
    ("data/app.users.csv", include_str!("starter/data/app.users.csv")),
    ("data/salesforce.opportunity.csv", include_str!("starter/data/salesforce.opportunity.csv")),
];

/// A folder in which a file would be overwritten.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{folder}` already has {files}")]
#[diagnostic(code("init-would-overwrite"), help("name an empty folder: `plgc init DIR`"))]
struct WouldOverwrite {
    folder: String,
    files: String,
}

pub(super) fn main(args: &Args, folder: Option<&Path>, terminal: &Terminal) -> Outcome {
    let folder = match (folder, &args.dir) {
        (Some(folder), Some(dir)) => folder.join(dir),
        (Some(folder), None) => folder.to_owned(),
        (None, dir) => dir.clone().unwrap_or_else(|| PathBuf::from(".")),
    };
    let there: Vec<String> = FILES
        .iter()
        .filter(|(file, _)| folder.join(file).symlink_metadata().is_ok())
        .map(|(file, _)| format!("`{file}`"))
        .collect();
    if !there.is_empty() {
        let (folder, files) = (folder.display().to_string(), there.join(", "));
        return Err(Broken::new(Exit::Usage, WouldOverwrite { folder, files }));
    }
    let name = folder.canonicalize().unwrap_or_else(|_| folder.clone());
    let name = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|| "growth".to_owned());
    for (file, text) in FILES {
        let text = if file == "plg.toml" { text.replace("\"{name}\"", &toml_text(&name)) } else { text.to_owned() };
        write::whole(&folder.join(file), &text)?;
    }
    terminal.say(&format!("wrote a project of {} files into {}\n\nnext:\n", FILES.len(), folder.display()));
    if folder != Path::new(".") {
        terminal.say(&format!("  cd {}\n", quoted(&folder.display().to_string())));
    }
    terminal.say("  plgc check      # every error of every file\n");
    terminal.say("  plgc run        # build the sample data, and send\n");
    terminal.say("  plgc compile    # the SQL, one file per model\n");
    Ok(Exit::Done)
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ':' | '\\');
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

fn toml_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
