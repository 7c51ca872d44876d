//! Takes a target as `plg.toml` writes it, the environment and what the manifest needs, gives the target of a run.
//! Folders and files are meant from the project's folder. Everything that is missing is said at once.

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use crate::cli::project::{Project, environment};
use crate::cli::settings::{Needs, Of};
use crate::cli::{Broken, Exit};
use crate::config::{Secrets, Unresolved};
use crate::destination;
use crate::diagnostics::Diagnostics;
use crate::engine::{Location, Secret, adbc};
use crate::manifest::Manifest;
use crate::run::{Setting, Target};
use crate::source::Span;

/// The folder of files that a target keeps for itself.
const STATE: &str = ".plg";

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
    let (needs, of) = (Needs::of_manifest(manifest), Of { name, written, root: &project.root });
    let driver = of.check(&needs, &mut diags);
    if driver.is_some() && manifest.dialect != written.engine.text {
        let (dialect, engine) = (manifest.dialect.clone(), written.engine.text.clone());
        diags.push(OtherEngine { dialect, target: name.to_owned(), engine, at: written.engine.span });
    }
    let resolved = written.resolve(name, &environment, &mut diags);
    if !diags.has_errors() {
        of.check_resolved(&needs, &resolved, &mut diags);
    }
    let Some(driver) = driver.filter(|_| !diags.has_errors()) else { return Err(broken(diags, project)) };
    let setting = |key: &str| resolved.settings.get(key).cloned().unwrap_or_default();
    let library = resolved.settings.get("driver").map(|name| match adbc::is_path(name) {
        true => project.root.join(name).display().to_string(),
        false => name.clone(),
    });
    let place = if driver.is_file {
        Location::path(project.root.join(setting("path")))
    } else {
        Location::url(Secret::new(setting("url")))
    };
    let location = Location { library, ..place };
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
                (destination.clone(), settings_of(&it.system, settings, of))
            })
            .collect(),
    };
    Ok((target, resolved.secrets))
}

/// A target to which nothing is sent, with the program compiled for its engine: how destinations are reached is no matter then.
pub(in crate::cli) fn without_destinations(
    project: &mut Project,
    (name, mut written): (String, Unresolved),
) -> Result<(Manifest, Target, Secrets), Broken> {
    let (mut manifest, _) = project.compile(&written.engine)?;
    manifest.syncs.clear();
    manifest.destinations.clear();
    written.destinations.clear();
    let (target, secrets) = resolve(project, &name, &written, &manifest)?;
    Ok((manifest, target, secrets))
}

/// Whether the target is a file of this machine.
pub(super) fn is_file(target: &Target) -> bool {
    target.location.file().is_some()
}

fn broken(diags: Diagnostics, project: &Project) -> Broken {
    Broken::within(Exit::Usage, diags, project.config_text.clone())
}

fn settings_of(system: &str, written: Option<&BTreeMap<String, String>>, of: Of<'_>) -> BTreeMap<String, Setting> {
    let known = destination::find(system).map_or(&[][..], |spec| spec.settings);
    let mut settings = BTreeMap::new();
    for (key, value) in written.into_iter().flatten() {
        let secret = known.iter().any(|setting| setting.name == key && setting.secret);
        let value = of.at_root(key, value);
        let setting = if secret { Setting::Secret(Secret::new(value)) } else { Setting::Plain(value) };
        settings.insert(key.clone(), setting);
    }
    settings
}
