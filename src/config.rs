//! Takes the text of `plg.toml`, gives the project's name, zone and targets. What is written as `${NAME}` stays
//! so until a target is used: only then is the environment asked, so a `check` needs no secret.

mod read;

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use crate::destination;
use crate::diagnostics::{Diagnostics, did_you_mean};
use crate::source::{SourceFile, Span};
pub use read::duration;

/// The name of the file.
pub const FILE: &str = "plg.toml";

/// A value with the place where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// As written, `${NAME}` included.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// What `plg.toml` says.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The project's name.
    pub name: String,
    /// The IANA name of the zone of `date(x)`.
    pub zone: String,
    /// The targets, by name.
    pub targets: BTreeMap<String, Unresolved>,
    /// The `[targets]` heading, or the whole file.
    span: Span,
}

/// A target as it is written.
#[derive(Debug, Clone)]
pub struct Unresolved {
    /// Where its name is written.
    pub span: Span,
    /// The engine's name, as written.
    pub engine: Written,
    /// How the engine is reached: `path`, `url`, `driver`, `data`.
    pub settings: BTreeMap<String, Written>,
    /// Whether a run sends.
    pub deliver: bool,
    /// How often it runs, in microseconds.
    pub every: Option<i64>,
    /// How each destination is reached.
    pub destinations: BTreeMap<String, BTreeMap<String, Written>>,
}

/// A target with the values of the environment in it.
#[derive(Debug, Clone, Default)]
pub struct Resolved {
    /// Its name.
    pub name: String,
    /// How the engine is reached.
    pub settings: BTreeMap<String, String>,
    /// How each destination is reached.
    pub destinations: BTreeMap<String, BTreeMap<String, String>>,
    /// The names and values that came from the environment.
    pub secrets: Secrets,
}

/// What came from the environment: to be shown by its name only.
#[derive(Clone, Default)]
pub struct Secrets(Vec<(String, String)>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Secrets {
    /// The text with every value replaced by the `${NAME}` that it came from.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        let mut values: Vec<_> = self.0.iter().filter(|(_, value)| !value.is_empty()).collect();
        values.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        values.iter().fold(text.to_owned(), |text, (name, value)| {
            let shown = format!("${{{name}}}");
            // As it stands, and as JSON writes it.
            let quoted = serde_json::Value::from(value.as_str()).to_string();
            text.replace(value.as_str(), &shown).replace(quoted.get(1..quoted.len() - 1).unwrap_or(value), &shown)
        })
    }
}

/// Asks for the value of a name: `Ok(None)` where it is not set, `Err` with the reason where a file that it names
/// cannot be read.
pub type Environment<'a> = &'a dyn Fn(&str) -> Result<Option<String>, String>;

/// A target that is not in `plg.toml`.
#[derive(Debug, Error, Diagnostic)]
#[error("unknown target `{name}`")]
#[diagnostic(code("unknown-target"))]
pub struct UnknownTarget {
    name: String,
    #[label(primary, "the targets are declared here")]
    at: Span,
    #[help]
    help: String,
}

/// No target is named, and none goes without saying.
#[derive(Debug, Error, Diagnostic)]
#[error("no target is named, and plg.toml has {}", .names.len())]
#[diagnostic(code("no-target"), help("name one with `-t`: {}", .names.join(", ")))]
pub struct NoTarget {
    names: Vec<String>,
    #[label(primary, "the targets are declared here")]
    at: Span,
}

/// Why there is no target.
#[derive(Debug, Error, Diagnostic)]
pub enum TargetError {
    /// It is not in `plg.toml`.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unknown(#[from] UnknownTarget),
    /// None is named.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unnamed(#[from] NoTarget),
}

/// An engine that plgc does not know.
#[derive(Debug, Error, Diagnostic)]
#[error("unknown engine `{name}`")]
#[diagnostic(code("unknown-engine"))]
pub struct UnknownEngine {
    name: String,
    #[label(primary, "not an engine")]
    at: Span,
    #[help]
    help: String,
}

impl UnknownEngine {
    /// The mistake, with a suggestion from the engines that there are.
    #[must_use]
    pub fn new(engine: &Written, known: &[&str]) -> Self {
        let help = did_you_mean(&engine.text, known.iter().copied())
            .map_or_else(|| format!("the engines are: {}", known.join(", ")), |it| format!("did you mean `{it}`?"));
        Self { name: engine.text.clone(), at: engine.span, help }
    }
}

/// A `${NAME}` without a value.
#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` {state}, which `{key}` of target `{target}` needs")]
#[diagnostic(code("unset-variable"))]
pub struct UnsetVariable {
    name: String,
    state: &'static str,
    key: String,
    target: String,
    #[label(primary, "{why}")]
    at: Span,
    why: String,
    #[help]
    help: String,
}

impl Config {
    /// Reads the file; every mistake in it is pushed, and what is left can be used.
    #[must_use]
    pub fn read(file: &SourceFile, diags: &mut Diagnostics) -> Self {
        read::config(file, diags)
    }

    /// The text of the file with a star for each byte of a secret that is written in it: what may be shown.
    #[must_use]
    pub fn without_secrets(&self, file: &SourceFile) -> String {
        let mut bytes = file.text.as_bytes().to_vec();
        for target in self.targets.values() {
            let url = target.settings.get_key_value("url");
            for (key, written) in url.into_iter().chain(target.destinations.values().flatten()) {
                let range = (written.span.start - file.base) as usize..(written.span.end - file.base) as usize;
                if destination::is_secret(key) && !written.text.contains("${") {
                    bytes
                        .get_mut(range)
                        .into_iter()
                        .flatten()
                        .filter(|it| !b"\"'\n".contains(it))
                        .for_each(|it| *it = b'*');
                }
            }
        }
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// A target by its name; without one: `dev`, or the only one.
    ///
    /// # Errors
    /// Where there is no such target, or none can be chosen.
    pub fn target(&self, name: Option<&str>) -> Result<(&str, &Unresolved), TargetError> {
        if name.is_none() && self.targets.len() > 1 && !self.targets.contains_key("dev") {
            return Err(NoTarget { names: self.targets.keys().cloned().collect(), at: self.span }.into());
        }
        let only = || self.targets.keys().next().filter(|_| self.targets.len() == 1).map_or("dev", String::as_str);
        let wanted = name.unwrap_or_else(|| if self.targets.contains_key("dev") { "dev" } else { only() });
        self.targets.get_key_value(wanted).map(|(name, target)| (name.as_str(), target)).ok_or_else(|| {
            let known: Vec<&str> = self.targets.keys().map(String::as_str).collect();
            let help = match (did_you_mean(wanted, known.iter().copied()), known.is_empty()) {
                (Some(similar), _) => format!("did you mean `{similar}`?"),
                (None, false) => format!("name one with `-t`: {}", known.join(", ")),
                (None, true) => format!("add `[targets.{wanted}]` to {FILE}"),
            };
            UnknownTarget { name: wanted.to_owned(), at: self.span, help }.into()
        })
    }
}

impl Unresolved {
    /// The target with the values of the environment in place; every name without a value is pushed.
    #[must_use]
    pub fn resolve(&self, name: &str, environment: Environment<'_>, diags: &mut Diagnostics) -> Resolved {
        let mut resolved = Resolved { name: name.to_owned(), ..Resolved::default() };
        for (key, written) in &self.settings {
            let value = fill(written, key, name, environment, &mut resolved.secrets, diags);
            resolved.settings.insert(key.clone(), value);
        }
        for (destination, settings) in &self.destinations {
            let mut values = BTreeMap::new();
            for (key, written) in settings {
                let path = format!("destinations.{destination}.{key}");
                values.insert(key.clone(), fill(written, &path, name, environment, &mut resolved.secrets, diags));
            }
            resolved.destinations.insert(destination.clone(), values);
        }
        resolved
    }
}

fn fill(
    written: &Written,
    key: &str,
    target: &str,
    environment: Environment<'_>,
    secrets: &mut Secrets,
    diags: &mut Diagnostics,
) -> String {
    let mut out = String::new();
    let mut rest = written.text.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(before);
        rest = after;
        let why = match environment(name) {
            Ok(Some(value)) => {
                out.push_str(&value);
                secrets.0.push((name.to_owned(), value));
                continue;
            }
            Ok(None) => "no such variable in the environment".to_owned(),
            Err(why) => why,
        };
        diags.push(UnsetVariable {
            name: name.to_owned(),
            state: "is not set",
            key: key.to_owned(),
            target: target.to_owned(),
            at: written.span,
            why,
            help: format!("set `{name}`, or name a file that holds the value in `{name}_FILE`"),
        });
    }
    out.push_str(rest);
    if let (true, Some((name, value))) = (out.trim().is_empty(), secrets.0.last())
        && value.trim().is_empty()
        && written.text.contains(&format!("${{{name}}}"))
    {
        diags.push(UnsetVariable {
            name: name.clone(),
            state: "is empty",
            key: key.to_owned(),
            target: target.to_owned(),
            at: written.span,
            why: "nothing but this variable, and it has no text".to_owned(),
            help: format!("give `{name}` a value"),
        });
    }
    out
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn read(text: &str) -> (Config, Vec<String>) {
        let mut sources = Sources::default();
        sources.add(FILE, text).unwrap();
        let mut diags = Diagnostics::default();
        let config = Config::read(sources.files().first().unwrap(), &mut diags);
        (config, diags.finish().iter().map(ToString::to_string).collect())
    }

    const GOOD: &str = "[project]\nname = 'shop'\nzone = 'Europe/Berlin'\n[targets.prod]\nengine = 'x'\n\
        url = 'y://${USER}:${PASS}@h'\nevery = '20 minutes'\n[targets.prod.destinations.hooks]\nsecret = '${HOOK}'\n";

    #[test]
    fn a_target_is_filled_from_the_environment_only_when_used() {
        let (config, mistakes) = read(GOOD);
        assert_eq!(mistakes, Vec::<String>::new());
        assert_eq!((config.name.as_str(), config.zone.as_str()), ("shop", "Europe/Berlin"));
        let (name, target) = config.target(None).unwrap();
        assert_eq!(target.every, Some(20 * 60 * 1_000_000));
        let mut diags = Diagnostics::default();
        let known = |name: &str| match name {
            "USER" => Ok(Some("me".to_owned())),
            "PASS" => Ok(Some("s3cret".to_owned())),
            _ => Ok(None),
        };
        let resolved = target.resolve(name, &known, &mut diags);
        assert_eq!(resolved.settings.get("url").map(String::as_str), Some("y://me:s3cret@h"));
        assert_eq!(resolved.secrets.hide("no s3cret here"), "no ${PASS} here");
        assert!(!format!("{resolved:?}").contains("(\"PASS\""));
        let said: Vec<String> = diags.finish().iter().map(ToString::to_string).collect();
        assert_eq!(said, ["`HOOK` is not set, which `destinations.hooks.secret` of target `prod` needs"]);
        let mut diags = Diagnostics::default();
        let _ = target.resolve(name, &|_| Ok(Some(String::new())), &mut diags);
        let said: Vec<String> = diags.finish().iter().map(ToString::to_string).collect();
        assert_eq!(said, ["`HOOK` is empty, which `destinations.hooks.secret` of target `prod` needs"]);
    }

    #[test]
    fn every_mistake_is_said() {
        let (_, mistakes) = read(
            "[project]\nnmae = 'x'\nzone = 'Mars/Base'\n[targets.dev]\nengin = 'x'\ndeliver = 'yes'\nevery = '5 parsecs'\n",
        );
        assert_eq!(
            mistakes,
            [
                "unknown key `nmae` in `project`",
                "unknown time zone `Mars/Base`",
                "unknown key `engin` in `targets.dev`",
                "`targets.dev.deliver` is not true or false",
                "`targets.dev.every` is not a duration",
            ]
        );
    }

    #[test]
    fn an_unknown_target_gets_a_suggestion() {
        let (config, _) = read(GOOD);
        let mistake = config.target(Some("prd")).unwrap_err();
        assert_eq!(mistake.to_string(), "unknown target `prd`");
        assert_eq!(mistake.help().unwrap().to_string(), "did you mean `prod`?");
    }

    #[test]
    fn one_of_several_targets_has_to_be_named() {
        let target = |name: &str| format!("[targets.{name}]\nengine = 'x'\n");
        let (config, _) = read(&format!("[project]\nname = 'shop'\n{}{}", target("prod"), target("staging")));
        let mistake = config.target(None).unwrap_err();
        assert_eq!(mistake.to_string(), "no target is named, and plg.toml has 2");
        assert_eq!(mistake.help().unwrap().to_string(), "name one with `-t`: prod, staging");
    }

    #[test]
    fn a_secret_that_is_written_is_not_shown() {
        let mut sources = Sources::default();
        let text = GOOD.replace("${HOOK}", "whsec_x").replace("'y://${USER}:${PASS}@h'", "'y://me:s3cret@h'");
        sources.add(FILE, text).unwrap();
        let file = sources.files().first().unwrap();
        let shown = Config::read(file, &mut Diagnostics::default()).without_secrets(file);
        assert!(shown.contains("secret = '*******'") && shown.contains("url = '***************'"), "{shown}");
    }
}
