//! Takes a target as `plg.toml` writes it, the environment and what the manifest needs, gives the target of a run.
//! Folders and files are meant from the project's folder. Everything that is missing is said at once.

use std::collections::BTreeMap;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::cli::project::{Project, environment};
use crate::cli::{Broken, Exit};
use crate::config::{Secrets, Unresolved};
use crate::diagnostics::{Diagnostics, did_you_mean};
use crate::engine::{self, Location, Secret};
use crate::manifest::Manifest;
use crate::run::{Setting, Target};
use crate::source::Span;
use crate::{config, destination};

/// The folder of files that a target keeps for itself.
const STATE: &str = ".plg";

/// A setting that an engine or a destination cannot do without.
#[derive(Debug, Error, Diagnostic)]
#[error("`{key}` is missing in target `{target}`")]
#[diagnostic(code("config-missing-key"))]
struct Missing {
    key: String,
    target: String,
    #[label(primary, "{why}")]
    at: Span,
    why: String,
    #[help]
    help: String,
}

/// A setting that means nothing to this engine or destination.
#[derive(Debug, Error, Diagnostic)]
#[error("`{key}` means nothing to {of}")]
#[diagnostic(code("config-unknown-key"))]
struct Meaningless {
    key: String,
    of: String,
    #[label(primary, "not a setting of {of}")]
    at: Span,
    #[help]
    help: String,
}

/// Settings of a destination that the program does not have.
#[derive(Debug, Error, Diagnostic)]
#[error("the program has no destination `{name}`")]
#[diagnostic(code("config-unknown-destination"))]
struct UnknownDestination {
    name: String,
    #[label(primary, "settings of `{name}`")]
    at: Span,
    #[help]
    help: String,
}

/// A manifest for another engine.
#[derive(Debug, Error, Diagnostic)]
#[error("the manifest was compiled for `{dialect}`, target `{target}` is `{engine}`")]
#[diagnostic(code("manifest-engine"), help("compile it with `-t {target}`"))]
struct OtherEngine {
    dialect: String,
    target: String,
    engine: String,
    #[label(primary, "this engine")]
    at: Span,
}

/// The run's target, and what must not be shown.
pub(super) fn resolve(
    project: &Project,
    name: &str,
    written: &Unresolved,
    manifest: &Manifest,
) -> Result<(Target, Secrets), Broken> {
    let mut diags = Diagnostics::default();
    let Some(driver) = engine::find(&written.engine.text) else {
        let known: Vec<&str> = engine::ALL.iter().map(|driver| driver.name).collect();
        diags.push(config::UnknownEngine::new(&written.engine, &known));
        return Err(broken(diags, project));
    };
    if manifest.dialect != written.engine.text {
        let (dialect, engine) = (manifest.dialect.clone(), written.engine.text.clone());
        diags.push(OtherEngine { dialect, target: name.to_owned(), engine, at: written.engine.span });
    }
    let needed = if driver.is_file { "path" } else { "url" };
    if !written.settings.contains_key(needed) {
        let why = format!("the engine `{}` needs `{needed}`", driver.name);
        let help = format!("write `{needed} = \"…\"` below `[targets.{name}]`");
        diags.push(Missing { key: needed.to_owned(), target: name.to_owned(), at: written.engine.span, why, help });
    }
    let other = if driver.is_file { "url" } else { "path" };
    if let Some(setting) = written.settings.get(other) {
        let of = format!("the engine `{}`", driver.name);
        diags.push(Meaningless {
            key: other.to_owned(),
            of,
            at: setting.span,
            help: format!("did you mean `{needed}`?"),
        });
    }
    if written.deliver {
        destinations(name, written, manifest, &mut diags);
    }
    let resolved = written.resolve(name, &environment, &mut diags);
    if diags.has_errors() {
        return Err(broken(diags, project));
    }
    let setting = |key: &str| resolved.settings.get(key).cloned().unwrap_or_default();
    let location = if driver.is_file {
        Location::Path(project.root.join(setting("path")))
    } else {
        Location::Url(Secret::new(setting("url")))
    };
    let target = Target {
        name: name.to_owned(),
        engine: driver.name.to_owned(),
        location,
        data: resolved.settings.get("data").map(|folder| project.root.join(folder)),
        deliver: written.deliver,
        state: project.root.join(STATE).join(name),
        destinations: manifest
            .destinations
            .iter()
            .map(|(destination, it)| {
                let settings = resolved.destinations.get(destination);
                (destination.clone(), settings_of(&it.system, settings, &project.root))
            })
            .collect(),
    };
    Ok((target, resolved.secrets))
}

/// Whether the target is a file of this machine.
pub(super) fn is_file(target: &Target) -> bool {
    matches!(target.location, Location::Path(_))
}

fn broken(diags: Diagnostics, project: &Project) -> Broken {
    Broken::within(Exit::Usage, diags, project.config_text.clone())
}

fn settings_of(system: &str, written: Option<&BTreeMap<String, String>>, root: &Path) -> BTreeMap<String, Setting> {
    let known = destination::find(system).map_or(&[][..], |spec| spec.settings);
    let mut settings = BTreeMap::new();
    for (key, value) in written.into_iter().flatten() {
        let secret = known.iter().any(|setting| setting.name == key && setting.secret);
        let value = if matches!(key.as_str(), "path" | "folder") {
            root.join(value).to_string_lossy().into_owned()
        } else {
            value.clone()
        };
        let setting = if secret { Setting::Secret(Secret::new(value)) } else { Setting::Plain(value) };
        settings.insert(key.clone(), setting);
    }
    settings
}

/// What the destinations of the program's syncs lack, or have too much.
fn destinations(target: &str, written: &Unresolved, manifest: &Manifest, diags: &mut Diagnostics) {
    for name in written.destinations.keys().filter(|name| !manifest.destinations.contains_key(*name)) {
        let known = manifest.destinations.keys().map(String::as_str);
        let help = did_you_mean(name, known).map_or_else(
            || format!("remove `[targets.{target}.destinations.{name}]`, or declare the destination"),
            |similar| format!("did you mean `{similar}`?"),
        );
        let at = written.destinations.get(name).and_then(|it| it.values().next()).map_or(written.span, |it| it.span);
        diags.push(UnknownDestination { name: name.clone(), at, help });
    }
    for (name, declared) in &manifest.destinations {
        let used = manifest.syncs.iter().any(|sync| sync.spec.destination == *name);
        let Some(spec) = destination::find(&declared.system).filter(|_| used) else { continue };
        let settings = written.destinations.get(name);
        for setting in spec.settings.iter().filter(|setting| setting.required) {
            if !settings.is_some_and(|it| it.contains_key(setting.name)) {
                diags.push(Missing {
                    key: format!("destinations.{name}.{}", setting.name),
                    target: target.to_owned(),
                    at: written.span,
                    why: format!("a sync sends to `{name}`, which is `{}`", spec.name),
                    help: format!("write `{} = \"…\"` below `[targets.{target}.destinations.{name}]`", setting.name),
                });
            }
        }
        for (key, value) in settings.into_iter().flatten() {
            if !spec.settings.iter().any(|setting| setting.name == key) {
                let known: Vec<&str> = spec.settings.iter().map(|setting| setting.name).collect();
                let help = format!("its settings are: {}", known.join(", "));
                diags.push(Meaningless { key: key.clone(), of: format!("`{}`", spec.name), at: value.span, help });
            }
        }
    }
}
