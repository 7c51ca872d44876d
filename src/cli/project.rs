//! Takes a folder, finds the project that it lies in and reads its files: `plg.toml` and every `.plg` file below it,
//! in the order of their names. A file that cannot be read is a mistake of its own; the others are still read.

use std::io::Read;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::check::{Policy, policies_of};
use super::{Broken, Exit, NotThere, Outside, plain, settings};
use crate::config::{self, Config, Unresolved};
use crate::diagnostics::{Diagnostics, Mistake};
use crate::manifest::Manifest;
use crate::program::{Options, Program};
use crate::source::{SourceFile, Sources, Span};
use crate::syntax;

/// The largest file that is read, in bytes.
const LARGEST: u64 = crate::syntax::LARGEST_FILE as u64;

/// A project as it lies on the disk.
pub struct Project {
    /// The folder of `plg.toml`.
    pub root: PathBuf,
    /// What `plg.toml` says.
    pub config: Config,
    /// `plg.toml` itself, as it may be shown: without the secrets in it.
    pub config_text: Sources,
    /// Its text.
    config_raw: String,
    /// The program's files.
    pub sources: Sources,
    /// Where each of them lies.
    pub paths: Vec<PathBuf>,
    /// Files that could not be read.
    unread: Diagnostics,
    /// Whether a file is absent from `sources`, so that names may be unknown for that reason alone.
    partial: bool,
}

/// What a check gives: the mistakes, what they point into, and the exit code that they mean.
pub struct Checked {
    /// Every mistake.
    pub items: Vec<Mistake>,
    /// The files.
    pub sources: Sources,
    /// The exit code.
    pub exit: Exit,
    /// Where the program has no mistake, what its policies mean for its syncs.
    pub policies: Vec<Policy>,
}

/// There is no project.
#[derive(Debug, Error, Diagnostic)]
#[error("no plg.toml in `{folder}` or above it")]
#[diagnostic(
    code("missing-project"),
    help("run `plgc init` in an empty folder, or name the project's folder with `-C`")
)]
struct MissingProject {
    folder: String,
}

/// A project without a program.
#[derive(Debug, Error, Diagnostic)]
#[error("no .plg file in `{folder}`")]
#[diagnostic(
    code("no-program"),
    help("add a file such as `sources.plg`; `plgc init DIR` writes a project to start from")
)]
struct NoProgram {
    folder: String,
}

/// A project below this one.
#[derive(Debug, Error, Diagnostic)]
#[error("`{folder}` is a project of its own within this one")]
#[diagnostic(
    code("nested-project"),
    help("move the folder out of this project; if it is part of it, remove its plg.toml")
)]
struct NestedProject {
    folder: String,
}

/// A file that the account cannot read.
#[derive(Debug, Error, Diagnostic)]
#[error("`{file}` cannot be read: {why}")]
#[diagnostic(
    code("file-unreadable"),
    help("make the file readable, or move it out of the project; names are checked when all files can be read")
)]
struct Unreadable {
    file: String,
    why: String,
}

/// A file that is too large to be a program.
#[derive(Debug, Error, Diagnostic)]
#[error("`{file}` has {megabytes} MB; a file may have 8")]
#[diagnostic(
    code("file-too-large"),
    help("split it into several .plg files; names are checked when all files can be read")
)]
struct TooLarge {
    file: String,
    megabytes: u64,
}

/// A file in another encoding.
#[derive(Debug, Error, Diagnostic)]
#[error("`{file}` is not UTF-8")]
#[diagnostic(code("file-not-utf-8"), help("save the file as UTF-8"))]
struct NotUtf8 {
    file: String,
    #[label(primary, "the first byte that is not")]
    at: Span,
}

impl Project {
    /// Finds the project at or above the folder and reads all of it.
    pub fn load(folder: Option<&Path>) -> Result<Self, Broken> {
        let mut project = Self::load_config(folder)?;
        let mut found = Vec::new();
        project.walk(&project.root.clone(), "", &mut found);
        found.sort();
        for (name, path) in found {
            project.read(&name, path);
        }
        if project.paths.is_empty() && project.unread.is_empty() {
            let folder = project.root.display().to_string();
            return Err(Broken::new(Exit::Usage, NoProgram { folder }));
        }
        Ok(project)
    }

    /// Finds the project at or above the folder and reads its `plg.toml` only.
    pub fn load_config(folder: Option<&Path>) -> Result<Self, Broken> {
        let root = find(folder)?;
        let path = root.join(config::FILE);
        let text = std::fs::read(&path).map_err(|error| Outside::file("read", &path, &error))?;
        let mut diags = Diagnostics::default();
        let mut config_text = Sources::default();
        add(config::FILE, text, &mut config_text, &mut diags);
        let raw = config_text.files().first().cloned();
        let config = raw.as_ref().map(|file| Config::read(file, &mut diags)).unwrap_or_default();
        if let Some(raw) = &raw {
            config_text = Sources::default();
            add(config::FILE, config.without_secrets(raw).into_bytes(), &mut config_text, &mut diags);
        }
        if diags.has_errors() {
            return Err(Broken::within(Exit::Usage, diags, config_text));
        }
        Ok(Self {
            root,
            config,
            config_text,
            config_raw: raw.map(|file| file.text).unwrap_or_default(),
            sources: Sources::default(),
            paths: Vec::new(),
            unread: Diagnostics::default(),
            partial: false,
        })
    }

    /// What the program takes from `plg.toml`.
    pub fn options(&self) -> Options {
        let targets = self.config.targets.iter();
        let cadences = targets.filter_map(|(name, target)| Some((name.clone(), target.every?)));
        Options { zone: self.config.zone.clone(), cadences: cadences.collect() }
    }

    /// Checks the program: every mistake of every file. Where it has none, those in the settings of the targets, beside the
    /// program's warnings.
    pub fn check(&mut self) -> Checked {
        let mut diags = std::mem::take(&mut self.unread);
        let program = self.analyze(&mut diags);
        let (mut sources, mut of_targets) = (std::mem::take(&mut self.sources), Diagnostics::default());
        let Some(program) = program.filter(|_| !diags.has_errors()) else {
            return Checked { exit: Exit::Program, items: diags.finish(), sources, policies: Vec::new() };
        };
        // `plg.toml` stands behind the files of the program, so that both can be shown as one.
        let config = self.config_text.files().first().and_then(|shown| {
            let place = sources.add(config::FILE, shown.text.clone()).ok()?;
            let mut file = sources.files().get(place)?.clone();
            file.text.clone_from(&self.config_raw);
            Some(Config::read(&file, &mut Diagnostics::default()))
        });
        let needs = settings::Needs::of_program(&program);
        for (name, written) in config.iter().flat_map(|config| &config.targets) {
            settings::Of { name, written, root: &self.root }.check(&needs, &mut of_targets);
        }
        let exit = if of_targets.has_errors() { Exit::Usage } else { Exit::Done };
        diags.absorb(of_targets);
        Checked { exit, items: diags.finish(), sources, policies: policies_of(&program) }
    }

    /// Every mistake of the files that could be read; names are looked up only where that is all of them.
    fn analyze(&self, diags: &mut Diagnostics) -> Option<Program> {
        if self.partial {
            self.sources.files().iter().for_each(|file| drop(syntax::parse(file, diags)));
            return None;
        }
        crate::check(&self.sources, &self.options(), diags)
    }

    /// The program, if it has no error.
    pub fn program(&mut self) -> Result<Program, Broken> {
        let mut diags = std::mem::take(&mut self.unread);
        let program = self.analyze(&mut diags);
        match program.filter(|_| !diags.has_errors()) {
            Some(program) => Ok(program),
            None => Err(Broken::within(Exit::Program, diags, std::mem::take(&mut self.sources))),
        }
    }

    /// Compiles the program for a dialect; with its warnings.
    pub fn compile(&mut self, engine: &config::Written) -> Result<(Manifest, Vec<Mistake>), Broken> {
        let Some(dialect) = crate::dialect::find(&engine.text) else {
            return Err(self.unknown_engine(engine));
        };
        let mut diags = std::mem::take(&mut self.unread);
        let manifest = if diags.has_errors() {
            self.analyze(&mut diags);
            None
        } else {
            crate::compile(&self.sources, &self.options(), dialect, &mut diags)
        };
        match manifest {
            Some(manifest) => Ok((manifest, diags.finish())),
            None => Err(Broken::within(Exit::Program, diags, std::mem::take(&mut self.sources))),
        }
    }

    /// Checks the settings of a target, as far as they show without the environment.
    pub fn check_target(&self, name: &str, written: &Unresolved, manifest: &Manifest) -> Result<(), Broken> {
        let mut diags = Diagnostics::default();
        let needs = settings::Needs::of_manifest(manifest);
        settings::Of { name, written, root: &self.root }.check(&needs, &mut diags);
        if diags.has_errors() {
            return Err(Broken::within(Exit::Usage, diags, self.config_text.clone()));
        }
        Ok(())
    }

    /// A target by its name, or the one that is meant without one.
    pub fn target(&self, name: Option<&str>) -> Result<(String, Unresolved), Broken> {
        let found = self.config.target(name).map(|(name, target)| (name.to_owned(), target.clone()));
        found.map_err(|mistake| {
            let mut diags = Diagnostics::default();
            diags.push(mistake);
            Broken::within(Exit::Usage, diags, self.config_text.clone())
        })
    }

    /// These mistakes and those of files that could not be read.
    pub fn with_unread(&mut self, mut diags: Diagnostics) -> Vec<Mistake> {
        diags.absorb(std::mem::take(&mut self.unread));
        diags.finish()
    }

    fn unknown_engine(&self, engine: &config::Written) -> Broken {
        let known: Vec<&str> = crate::dialect::ALL.iter().map(|dialect| dialect.name).collect();
        let mut diags = Diagnostics::default();
        diags.push(config::UnknownEngine::new(engine, &known));
        Broken::within(Exit::Usage, diags, self.config_text.clone())
    }

    /// The project's folder below the repository's, `""` or ending in `/`: how others name its files.
    pub fn within_repository(&self) -> String {
        let Ok(root) = self.root.canonicalize() else { return String::new() };
        root.ancestors()
            .find(|folder| folder.join(".git").exists())
            .and_then(|repository| root.strip_prefix(repository).ok())
            .map(|below| below.components().map(|part| format!("{}/", part.as_os_str().to_string_lossy())).collect())
            .unwrap_or_default()
    }

    fn walk(&mut self, folder: &Path, prefix: &str, found: &mut Vec<(String, PathBuf)>) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(prefix.trim_end_matches('/'), &error),
        };
        for entry in entries {
            let Ok(entry) = entry.map_err(|error| self.unreadable(prefix, &error)) else { continue };
            let file = entry.file_name();
            let name = format!("{prefix}{}", file.to_string_lossy());
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let is_read = is_folder && !file.to_string_lossy().starts_with('.') && file != "target";
            if is_read && entry.path().join(config::FILE).is_file() {
                self.unread.push(NestedProject { folder: name });
                // Names of the program may be declared there.
                self.partial = true;
            } else if is_read {
                self.walk(&entry.path(), &format!("{name}/"), found);
            } else if !is_folder && Path::new(&file).extension().is_some_and(|extension| extension == "plg") {
                found.push((name, entry.path()));
            }
        }
    }

    fn read(&mut self, name: &str, path: PathBuf) {
        let mut bytes = Vec::new();
        let read = std::fs::File::open(&path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
        if let Err(error) = read {
            return self.unreadable(name, &error);
        }
        if bytes.len() as u64 > LARGEST {
            let size = std::fs::metadata(&path).map_or(LARGEST, |it| it.len());
            self.unread.push(TooLarge { file: name.to_owned(), megabytes: size / 1_000_000 });
            self.partial = true;
            return;
        }
        let before = self.sources.files().len();
        add(name, bytes, &mut self.sources, &mut self.unread);
        if self.sources.files().len() > before {
            self.paths.push(path);
        } else {
            self.partial = true;
        }
    }

    fn unreadable(&mut self, name: &str, error: &std::io::Error) {
        self.unread.push(Unreadable { file: name.to_owned(), why: plain(error) });
        self.partial = true;
    }
}

/// Adds a file; one that is not UTF-8 with the broken bytes replaced, so that its declarations are known.
fn add(name: &str, bytes: Vec<u8>, sources: &mut Sources, diags: &mut Diagnostics) {
    let (text, bad) = match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(at as u32))
        }
    };
    if let Err(error) = sources.add(name, text) {
        diags.push(error);
    } else if let (Some(at), Some(file)) = (bad, sources.files().last()) {
        let replacement = char::REPLACEMENT_CHARACTER.len_utf8() as u32;
        diags.push(NotUtf8 { file: name.to_owned(), at: Span::new(file.base + at, file.base + at + replacement) });
    }
}

fn find(folder: Option<&Path>) -> Result<PathBuf, Broken> {
    let start = folder.unwrap_or(Path::new("."));
    let absolute = start.canonicalize().map_err(|error| match (error.kind(), folder) {
        (std::io::ErrorKind::NotFound, Some(folder)) => {
            let help = "name the project's folder, or one inside it, from the folder where this is typed";
            NotThere::broken("-C", folder, "there is no such folder", help)
        }
        _ => Outside::file("open", start, &error),
    })?;
    match absolute.ancestors().find(|folder| folder.join(config::FILE).is_file()) {
        // As the user wrote it, so that messages name files as the user does.
        Some(root) if root == absolute => Ok(start.to_owned()),
        Some(root) => Ok(root.to_owned()),
        None => Err(Broken::new(Exit::Usage, MissingProject { folder: absolute.display().to_string() })),
    }
}

/// The value of a variable, or what the file that `NAME_FILE` names holds, without the line's end.
pub fn environment(name: &str) -> Result<Option<String>, String> {
    if let Some(value) = std::env::var_os(name) {
        return value.into_string().map(Some).map_err(|_| format!("the value of `{name}` is not UTF-8"));
    }
    let Some(path) = std::env::var_os(format!("{name}_FILE")) else { return Ok(None) };
    std::fs::read_to_string(&path)
        .map(|text| Some(text.trim_end_matches(['\n', '\r']).to_owned()))
        .map_err(|error| format!("the file that `{name}_FILE` names cannot be read: {}", plain(&error)))
}

/// The file of this name, and where it lies.
pub fn files(project: &Project) -> impl Iterator<Item = (&SourceFile, &Path)> {
    project.sources.files().iter().zip(project.paths.iter().map(PathBuf::as_path))
}
