//! `plgc compile`: takes a project, gives one SQL file per model, view, sync and state, and `manifest.json`. The same project gives the same
//! bytes; only what changed is written, and a file of an earlier compile that belongs to nothing any more is removed.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::diff::Difference;
use super::project::Project;
use super::terminal::Terminal;
use super::{Exit, Outcome, Outside, diff, write};
use crate::run::outcome::counted;

/// Write the SQL of every model, view and sync, and the manifest
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The target, as plg.toml names it
    #[arg(short, long)]
    target: Option<String>,
    /// The folder to write into; default: `sql/TARGET` in the project's folder
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing; show what is stale, and fail if anything is
    #[arg(long)]
    check: bool,
    /// With --check: all that differs, also in the manifest
    #[arg(long, requires = "check")]
    full: bool,
}

/// The name of the manifest's file.
const MANIFEST: &str = "manifest.json";
/// How many lines of differences are shown where not all are asked for.
const SHOWN: usize = 40;
/// How long a line of them is then.
const WIDTH: usize = 160;

pub(super) fn main(args: &Args, folder: Option<&Path>, terminal: &Terminal) -> Outcome {
    let mut project = Project::load(folder)?;
    let (name, target) = project.target(args.target.as_deref())?;
    let (manifest, warnings) = project.compile(&target.engine)?;
    project.check_target(&name, &target, &manifest)?;
    terminal.mistakes(&warnings, &project.sources);
    let out = args.out.clone().unwrap_or_else(|| project.root.join("sql").join(&name));
    let out = out.strip_prefix(".").map(Path::to_owned).unwrap_or(out);
    let mut files = manifest.files();
    files.insert(MANIFEST.to_owned(), manifest.to_json());
    let stale = stale(&out, &files);
    if args.check { check(&out, &files, &stale, (args.full, terminal)) } else { emit(&out, &files, &stale, terminal) }
}

/// The files that the manifest in the folder names and this program no longer has.
fn stale(out: &Path, files: &BTreeMap<String, String>) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Old {
        models: Vec<File>,
        views: Vec<File>,
        syncs: Vec<File>,
        entities: Vec<File>,
    }
    #[derive(serde::Deserialize)]
    struct File {
        // Absent where an earlier version has written none.
        #[serde(default)]
        file: String,
    }
    let old = std::fs::read(out.join(MANIFEST)).ok().and_then(|text| serde_json::from_slice::<Old>(&text).ok());
    let Some(old) = old else { return Vec::new() };
    let mut stale: Vec<String> =
        [old.models, old.views, old.syncs, old.entities].into_iter().flatten().map(|it| it.file).collect();
    stale.retain(|file| {
        // A manifest is data: it must not name a file outside of the folder.
        let below = Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
        below && file.ends_with(".sql") && !files.contains_key(file) && out.join(file).is_file()
    });
    stale.sort();
    stale.dedup();
    stale
}

fn check(
    out: &Path,
    files: &BTreeMap<String, String>,
    stale: &[String],
    (full, terminal): (bool, &Terminal),
) -> Outcome {
    let mut n_stale = stale.len();
    let mut differ = Vec::new();
    for (file, text) in files {
        let path = out.join(file);
        let old = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                n_stale += 1;
                terminal.out(&format!("{file} is missing\n"))?;
                continue;
            }
            Err(error) => return Err(Outside::file("read", &path, &error)),
        };
        if old != *text {
            n_stale += 1;
            if full {
                terminal.out(&diff::unified(&old, text, file, &format!("{file} (as compiled now)")))?;
            } else {
                differ.push((file.as_str(), diff::difference(&old, text)));
            }
        }
    }
    for file in stale {
        terminal.out(&format!("{file} belongs to no declaration any more\n"))?;
    }
    terminal.out(&summary(&differ))?;
    if n_stale == 0 {
        terminal.say(&format!("{} files in {} are up to date\n", files.len(), out.display()));
        return Ok(Exit::Done);
    }
    let are = if n_stale == 1 { "file is" } else { "files are" };
    terminal.say(&format!("{n_stale} {are} stale in {}: run `plgc compile` and commit the result\n", out.display()));
    Ok(Exit::Program)
}

/// How much differs in each file, and the first places: those of SQL, of the manifest only where nothing else differs.
fn summary(differ: &[(&str, Difference)]) -> String {
    let mut out = String::new();
    for (file, found) in differ {
        let lines = match (found.gone, found.new) {
            (0, 0) => "differs in the ends of its lines only".to_owned(),
            (gone, new) => format!("{} gone, {new} new", counted(gone as u64, "line")),
        };
        out.push_str(&format!("{file}: {lines}\n"));
    }
    let is_shown = |file: &str| file != MANIFEST || differ.len() == 1;
    let (mut shown, mut is_all) = (0, true);
    for (file, found) in differ {
        if !is_shown(file) || shown >= SHOWN {
            is_all &= found.hunks.is_empty();
            continue;
        }
        let mut lines = found.hunks.iter().flatten();
        if found.hunks.is_empty() {
            continue;
        }
        out.push_str(&format!("--- {file}\n+++ {file} (as compiled now)\n"));
        for line in lines.by_ref().take(SHOWN - shown) {
            let short: String = line.chars().take(WIDTH).collect();
            is_all &= short.len() == line.len();
            out.push_str(&format!("{short}\n"));
            shown += 1;
        }
        is_all &= lines.next().is_none();
    }
    if !is_all {
        out.push_str("these are the first places; `plgc compile --check --full` shows all of them\n");
    }
    out
}

fn emit(out: &Path, files: &BTreeMap<String, String>, stale: &[String], terminal: &Terminal) -> Outcome {
    let mut n_written = 0;
    // The manifest goes last: until then the old one still names the files to remove.
    let (manifest, sql): (Vec<_>, Vec<_>) = files.iter().partition(|(file, _)| *file == MANIFEST);
    for (file, text) in sql {
        n_written += usize::from(write::generated(&out.join(file), text)?);
    }
    for file in stale {
        let path = out.join(file);
        std::fs::remove_file(&path).map_err(|error| Outside::file("remove", &path, &error))?;
    }
    for (file, text) in manifest {
        n_written += usize::from(write::generated(&out.join(file), text)?);
    }
    let removed = if stale.is_empty() { String::new() } else { format!(", {} removed", stale.len()) };
    terminal.say(&format!("{} files in {}: {n_written} written{removed}\n", files.len(), out.display()));
    Ok(Exit::Done)
}
