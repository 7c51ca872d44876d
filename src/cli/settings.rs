//! Takes a target as `plg.toml` writes it and what the program's syncs need, gives every mistake in its settings that shows
//! without the environment: what is missing, what means nothing, what cannot be right. Touches no warehouse.

use std::collections::BTreeMap;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::config::{Resolved, UnknownEngine, Unresolved, Written};
use crate::destination::{self, Spec};
use crate::diagnostics::{Diagnostics, did_you_mean};
use crate::engine::{self, Driver};
use crate::manifest::Manifest;
use crate::program::Program;
use crate::source::Span;

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

/// A setting whose text cannot be right.
#[derive(Debug, Error, Diagnostic)]
#[error("`{key}` of target `{target}` {what}")]
#[diagnostic(code("config-value"))]
struct WrongText {
    key: String,
    target: String,
    what: &'static str,
    #[label(primary, "this {what}")]
    at: Span,
    #[help]
    help: &'static str,
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

/// The destinations of a program.
pub(super) struct Needs(BTreeMap<String, Need>);

struct Need {
    spec: Option<&'static Spec>,
    is_used: bool,
}

impl Needs {
    /// What a manifest sends to.
    pub fn of_manifest(manifest: &Manifest) -> Self {
        let need = |(name, it): (&String, &crate::manifest::Destination)| {
            let is_used = manifest.syncs.iter().any(|sync| sync.spec.destination == *name);
            (name.clone(), Need { spec: destination::find(&it.system), is_used })
        };
        Self(manifest.destinations.iter().map(need).collect())
    }

    /// What a program sends to.
    pub fn of_program(program: &Program) -> Self {
        let used = |at: usize| program.all_syncs().iter().any(|sync| sync.destination.0 as usize == at);
        let need = |(at, it): (usize, &crate::program::Destination)| {
            (it.name.clone(), Need { spec: destination::find(&it.system), is_used: used(at) })
        };
        Self(program.destinations.iter().enumerate().map(need).collect())
    }
}

/// A target, and the folder from which its paths are meant.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    /// The target's name.
    pub name: &'a str,
    /// What is written of it.
    pub written: &'a Unresolved,
    /// The project's folder.
    pub root: &'a Path,
}

impl Of<'_> {
    /// Every mistake that shows without the environment. Gives the engine, where there is such a one.
    pub fn check(self, needs: &Needs, diags: &mut Diagnostics) -> Option<&'static Driver> {
        let driver = engine::find(&self.written.engine.text);
        match driver {
            Some(driver) => self.place(driver, diags),
            None => {
                let known: Vec<&str> = engine::ALL.iter().map(|driver| driver.name).collect();
                diags.push(UnknownEngine::new(&self.written.engine, &known));
            }
        }
        self.names(needs, diags);
        self.variables(diags);
        self.missing(needs, diags);
        self.texts(needs, None, diags);
        driver
    }

    /// The texts that hold values of the environment, once these are known.
    pub fn check_resolved(self, needs: &Needs, resolved: &Resolved, diags: &mut Diagnostics) {
        self.texts(needs, Some(resolved), diags);
        let (written, folder) = (self.written.settings.get("data"), resolved.settings.get("data"));
        let Some((written, folder)) = written.zip(folder.map(|it| self.root.join(it))) else { return };
        if !folder.is_dir() {
            let what = if folder.exists() { "is a file, and should be a folder" } else { "names no folder" };
            let help = "name a folder of CSV, JSONL or NDJSON files, from the project's folder";
            let (key, target) = ("data".to_owned(), self.name.to_owned());
            diags.push(WrongText { key, target, what, at: written.span, help });
        }
    }

    /// The setting that says where the engine's database is.
    fn place(self, driver: &Driver, diags: &mut Diagnostics) {
        let Self { name, written, .. } = self;
        let (needed, other) = if driver.is_file { ("path", "url") } else { ("url", "path") };
        if let Some(setting) = written.settings.get(other) {
            let of = format!("the engine `{}`", driver.name);
            let help = format!("write `{needed}` in its place");
            diags.push(Meaningless { key: other.to_owned(), of, at: setting.span, help });
        } else if !written.settings.contains_key(needed) {
            let why = format!("the engine `{}` needs `{needed}`", driver.name);
            let help = format!("write `{needed} = \"…\"` below `[targets.{name}]`");
            let key = needed.to_owned();
            diags.push(Missing { key, target: name.to_owned(), at: written.engine.span, why, help });
        }
        if let (Some(setting), None) = (written.settings.get("driver"), driver.library) {
            let of = format!("the engine `{}`", driver.name);
            let help = "remove the line: plgc reaches this engine by itself".to_owned();
            diags.push(Meaningless { key: "driver".to_owned(), of, at: setting.span, help });
        }
    }

    /// Texts that are empty, or that name a variable in another way than `${NAME}`.
    fn variables(self, diags: &mut Diagnostics) {
        let own = self.written.settings.iter().map(|(key, written)| (key.clone(), key, written));
        let of_destinations = self.written.destinations.iter().flat_map(|(name, settings)| {
            settings.iter().map(move |(key, written)| (format!("destinations.{name}.{key}"), key, written))
        });
        for (path, key, written) in own.chain(of_destinations) {
            if let Some((what, help)) = misnamed(key, &written.text) {
                diags.push(WrongText { key: path, target: self.name.to_owned(), what, at: written.span, help });
            }
        }
    }

    /// Settings of what the program does not have, and settings that a system does not have.
    fn names(self, needs: &Needs, diags: &mut Diagnostics) {
        for (name, settings) in &self.written.destinations {
            let Some(need) = needs.0.get(name) else {
                let help = did_you_mean(name, needs.0.keys().map(String::as_str)).map_or_else(
                    || format!("remove `[targets.{}.destinations.{name}]`, or declare the destination", self.name),
                    |similar| format!("did you mean `{similar}`?"),
                );
                let at = settings.values().next().map_or(self.written.span, |it| it.span);
                diags.push(UnknownDestination { name: name.clone(), at, help });
                continue;
            };
            let Some(spec) = need.spec else { continue };
            for (key, value) in settings {
                if !spec.settings.iter().any(|setting| setting.name == key) {
                    let known: Vec<&str> = spec.settings.iter().map(|setting| setting.name).collect();
                    let help = format!("its settings are: {}", known.join(", "));
                    diags.push(Meaningless { key: key.clone(), of: format!("`{}`", spec.name), at: value.span, help });
                }
            }
        }
    }

    /// What the destinations of the program's syncs lack, where the target sends.
    fn missing(self, needs: &Needs, diags: &mut Diagnostics) {
        let sends = |(_, need): &(&String, &Need)| need.is_used && self.written.deliver;
        for (name, need) in needs.0.iter().filter(sends) {
            let settings = self.written.destinations.get(name);
            let is_given = |setting: &str| settings.is_some_and(|it| it.contains_key(setting));
            let Some(spec) = need.spec else { continue };
            for setting in spec.lacks(&self.written.engine.text, is_given) {
                diags.push(Missing {
                    key: format!("destinations.{name}.{}", setting.name),
                    target: self.name.to_owned(),
                    at: self.written.span,
                    why: format!("a sync sends to `{name}`, which is `{}`", spec.name),
                    help: format!(
                        "write `{} = \"…\"` below `[targets.{}.destinations.{name}]`",
                        setting.name, self.name
                    ),
                });
            }
        }
    }

    /// The texts themselves: those without a `${NAME}`, or, resolved, those with one.
    fn texts(self, needs: &Needs, resolved: Option<&Resolved>, diags: &mut Diagnostics) {
        let text = |written: &Written, value: Option<&String>| {
            let has_name = written.text.contains("${");
            if has_name { value.cloned() } else { resolved.is_none().then(|| written.text.clone()) }
        };
        let mut wrong = |key: String, written: &Written, (what, help)| {
            diags.push(WrongText { key, target: self.name.to_owned(), what, at: written.span, help });
        };
        let place = engine::find(&self.written.engine.text).zip(self.written.settings.get("url"));
        if let Some((driver, written)) = place
            && let Some(url) = text(written, resolved.and_then(|it| it.settings.get("url")))
            && let Err(found) = (driver.fits)(&url)
        {
            wrong("url".to_owned(), written, found);
        }
        for (name, settings) in &self.written.destinations {
            let Some(spec) = needs.0.get(name).and_then(|need| need.spec) else { continue };
            let values = resolved.and_then(|it| it.destinations.get(name));
            for (setting, written) in spec.settings.iter().filter_map(|it| Some((it, settings.get(it.name)?))) {
                let value = values.and_then(|it| it.get(setting.name));
                let text = text(written, value).map(|text| self.at_root(setting.name, &text));
                if let Some(Err(found)) = text.map(|text| (setting.check)(&text)) {
                    wrong(format!("destinations.{name}.{}", setting.name), written, (found.what, found.help));
                }
            }
        }
    }

    /// The text of a setting; a path is meant from the project's folder.
    pub fn at_root(self, setting: &str, text: &str) -> String {
        let is_path = matches!(setting, "path" | "folder");
        if is_path { self.root.join(text).to_string_lossy().into_owned() } else { text.to_owned() }
    }
}

/// What is wrong with how a text names a variable, and what helps.
fn misnamed(key: &str, text: &str) -> Option<(&'static str, &'static str)> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if text.trim().is_empty() {
        return Some(("is empty", "write what it should be, or remove the line"));
    }
    let bare =
        text.strip_prefix('$').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'));
    if bare && matches!(key, "path" | "folder" | "data" | "url") {
        return Some(("begins with a `$` that names nothing", "write a variable in braces: `${NAME}`"));
    }
    for name in text.split("${").skip(1) {
        match name.split_once('}') {
            None => return Some(("has a `${` without its `}`", "write a variable as `${NAME}`")),
            Some((name, _)) if !is_name(name) => {
                return Some((
                    "names a variable that there cannot be",
                    "between `${` and `}` stands the variable's name: letters, digits and `_`",
                ));
            }
            Some(_) => {}
        }
    }
    None
}
