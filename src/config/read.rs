//! Takes the text of `plg.toml` and walks its tables by hand, so that every unknown key and wrong value is named
//! with its place and all are said at once.

use std::collections::{BTreeMap, BTreeSet};

use miette::Diagnostic;
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Config, Unresolved, Written};
use crate::destination;
use crate::diagnostics::{Diagnostics, did_you_mean};
use crate::source::{SourceFile, Span};

/// Text that is not TOML.
#[derive(Debug, Error, Diagnostic)]
#[error("plg.toml cannot be read: {message}")]
#[diagnostic(
    code("config-syntax"),
    help("keys are `name = \"value\"`, one a line, below headings such as `[project]`")
)]
pub struct Syntax {
    message: String,
    #[label(primary, "here")]
    at: Span,
}

/// A key that means nothing.
#[derive(Debug, Error, Diagnostic)]
#[error("unknown key `{key}` in `{within}`")]
#[diagnostic(code("config-unknown-key"))]
pub struct UnknownKey {
    key: String,
    within: String,
    #[label(primary, "not a key of `{within}`")]
    at: Span,
    #[help]
    help: String,
}

/// A key that must be there.
#[derive(Debug, Error, Diagnostic)]
#[error("`{key}` is missing in `{within}`")]
#[diagnostic(code("config-missing-key"))]
pub struct MissingKey {
    key: &'static str,
    within: String,
    #[label(primary, "`{key}` is not set below this")]
    at: Span,
    #[help]
    help: String,
}

/// A value of the wrong kind.
#[derive(Debug, Error, Diagnostic)]
#[error("{message}")]
#[diagnostic(code("config-value"))]
pub struct WrongValue {
    message: String,
    #[label(primary, "{label}")]
    at: Span,
    label: String,
    #[help]
    help: String,
}

/// The keys of a target that say how its engine is reached.
const SETTINGS: [&str; 4] = ["path", "url", "driver", "data"];
const UNITS: [(&str, i64); 4] = [("second", 1), ("minute", 60), ("hour", 3_600), ("day", 86_400)];

/// Reads the whole file.
pub(super) fn config(file: &SourceFile, diags: &mut Diagnostics) -> Config {
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    let mut reader = Reader { file, diags, meant: BTreeSet::new() };
    for error in &errors {
        let at = reader.span(error.span().unwrap_or(0..0));
        reader.diags.push(Syntax { message: error.message().to_lowercase(), at });
    }
    if errors.is_empty() {
        reader.root(table.get_ref())
    } else {
        Config { zone: "UTC".to_owned(), ..Config::default() }
    }
}

type Key<'a> = &'a Spanned<DeString<'a>>;
type Value<'a> = &'a Spanned<DeValue<'a>>;

struct Reader<'f, 'd> {
    file: &'f SourceFile,
    diags: &'d mut Diagnostics,
    /// What misspelt keys most likely meant, so that it is not missed a second time.
    meant: BTreeSet<String>,
}

impl Reader<'_, '_> {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.file.base + range.start as u32, self.file.base + range.end as u32)
    }

    fn root(&mut self, table: &DeTable<'_>) -> Config {
        let mut config =
            Config { zone: "UTC".to_owned(), span: Span::new(self.file.base, self.file.base), ..Config::default() };
        let mut project = false;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "project" => {
                    project = true;
                    self.project(key, value, &mut config);
                }
                "targets" => {
                    config.span = self.span(key.span());
                    let targets = self.table(value, "targets");
                    for (name, value) in targets.into_iter().flatten() {
                        if let Some(target) = self.target(name, value) {
                            config.targets.insert(name.get_ref().to_string(), target);
                        }
                    }
                }
                _ => self.unknown(key, "plg.toml", &["project", "targets"]),
            }
        }
        if !project {
            self.missing("project", "plg.toml", self.span(0..0), "add `[project]` with `name = \"…\"`");
        }
        config
    }

    fn project(&mut self, heading: Key<'_>, value: Value<'_>, config: &mut Config) {
        let Some(table) = self.table(value, "project") else { return };
        let mut named = false;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => {
                    named = true;
                    config.name = self.text(value, "project.name").map(|it| it.text).unwrap_or_default();
                }
                "zone" => {
                    let Some(zone) = self.text(value, "project.zone") else { continue };
                    if jiff::tz::TimeZone::get(&zone.text).is_err() {
                        self.wrong(
                            zone.span,
                            format!("unknown time zone `{}`", zone.text),
                            "not in the time-zone database",
                            "write an IANA name such as `Europe/Berlin` or `UTC`",
                        );
                    } else {
                        config.zone = zone.text;
                    }
                }
                _ => self.unknown(key, "project", &["name", "zone"]),
            }
        }
        if !named {
            self.missing("name", "project", self.span(heading.span()), "write `name = \"…\"` below `[project]`");
        }
    }

    fn target(&mut self, name: Key<'_>, value: Value<'_>) -> Option<Unresolved> {
        let within = format!("targets.{}", name.get_ref());
        let mut engine = None;
        let mut target = Unresolved {
            span: self.span(name.span()),
            engine: Written { text: String::new(), span: self.span(name.span()) },
            settings: BTreeMap::new(),
            deliver: false,
            every: None,
            destinations: BTreeMap::new(),
        };
        for (key, value) in self.table(value, &within)? {
            let path = format!("{within}.{}", key.get_ref());
            match key.get_ref().as_ref() {
                "engine" => engine = self.text(value, &path),
                "deliver" => target.deliver = self.flag(value, &path),
                "every" => target.every = self.duration(value, &path),
                "destinations" => target.destinations = self.destinations(value, &path),
                setting if SETTINGS.contains(&setting) => {
                    if let Some(text) = self.text(value, &path) {
                        target.settings.insert(setting.to_owned(), text);
                    }
                }
                _ => {
                    let known = ["engine", "path", "url", "driver", "data", "deliver", "every", "destinations"];
                    self.unknown(key, &within, &known);
                }
            }
        }
        match engine {
            Some(engine) => target.engine = engine,
            None => {
                self.missing("engine", &within, target.span, "write which warehouse it is, as `engine = \"…\"`");
                return None;
            }
        }
        Some(target)
    }

    fn destinations(&mut self, value: Value<'_>, path: &str) -> BTreeMap<String, BTreeMap<String, Written>> {
        // Which system a destination is, the program says; here any setting of any system may stand.
        let known: BTreeSet<&str> = destination::ALL.iter().flat_map(|it| it.settings).map(|it| it.name).collect();
        let known: Vec<&str> = known.into_iter().collect();
        let mut all = BTreeMap::new();
        for (name, value) in self.table(value, path).into_iter().flatten() {
            let within = format!("{path}.{}", name.get_ref());
            let mut settings = BTreeMap::new();
            for (key, value) in self.table(value, &within).into_iter().flatten() {
                if known.contains(&key.get_ref().as_ref()) {
                    if let Some(text) = self.text_or_flag(value, &format!("{within}.{}", key.get_ref())) {
                        settings.insert(key.get_ref().to_string(), text);
                    }
                } else {
                    self.unknown(key, &within, &known);
                }
            }
            all.insert(name.get_ref().to_string(), settings);
        }
        all
    }

    fn table<'a>(&mut self, value: Value<'a>, path: &str) -> Option<&'a DeTable<'a>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            let help = format!("write its keys below `[{path}]`");
            self.wrong(self.span(value.span()), format!("`{path}` is not a table"), "a single value", &help);
        }
        table
    }

    fn text(&mut self, value: Value<'_>, path: &str) -> Option<Written> {
        let span = self.span(value.span());
        match value.get_ref().as_str() {
            Some(text) => Some(Written { text: text.to_owned(), span }),
            None => {
                self.wrong(span, format!("`{path}` is not text"), "not in quotes", "put the value in double quotes");
                None
            }
        }
    }

    fn text_or_flag(&mut self, value: Value<'_>, path: &str) -> Option<Written> {
        match value.get_ref().as_bool() {
            Some(flag) => Some(Written { text: flag.to_string(), span: self.span(value.span()) }),
            None => self.text(value, path),
        }
    }

    fn flag(&mut self, value: Value<'_>, path: &str) -> bool {
        value.get_ref().as_bool().unwrap_or_else(|| {
            let message = format!("`{path}` is not true or false");
            self.wrong(self.span(value.span()), message, "neither", "write `true` or `false`, without quotes");
            false
        })
    }

    fn duration(&mut self, value: Value<'_>, path: &str) -> Option<i64> {
        let written = self.text(value, path)?;
        let duration = duration(&written.text);
        if duration.is_none() {
            let message = format!("`{path}` is not a duration");
            let help = "write a number and a unit, such as `20 minutes` or `1 day`";
            self.wrong(written.span, message, "not a number of seconds, minutes, hours or days", help);
        }
        duration
    }

    fn unknown(&mut self, key: Key<'_>, within: &str, known: &[&str]) {
        let similar = did_you_mean(key.get_ref(), known.iter().copied());
        self.meant.extend(similar.map(|similar| format!("{within}.{similar}")));
        let help = similar.map_or_else(
            || format!("known here: {}", known.join(", ")),
            |similar| format!("did you mean `{similar}`?"),
        );
        let at = self.span(key.span());
        self.diags.push(UnknownKey { key: key.get_ref().to_string(), within: within.to_owned(), at, help });
    }

    fn missing(&mut self, key: &'static str, within: &str, at: Span, help: &str) {
        if self.meant.contains(&format!("{within}.{key}")) {
            return;
        }
        self.diags.push(MissingKey { key, within: within.to_owned(), at, help: help.to_owned() });
    }

    fn wrong(&mut self, at: Span, message: String, label: &str, help: &str) {
        self.diags.push(WrongValue { message, at, label: label.to_owned(), help: help.to_owned() });
    }
}

/// A text such as `20 minutes`, in microseconds.
#[must_use]
pub fn duration(text: &str) -> Option<i64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number = number.parse::<i64>().ok().filter(|number| *number > 0)?;
    let unit = unit.trim();
    let (_, seconds) = UNITS.iter().find(|(name, _)| unit.strip_suffix('s').unwrap_or(unit) == *name)?;
    number.checked_mul(*seconds)?.checked_mul(1_000_000)
}
