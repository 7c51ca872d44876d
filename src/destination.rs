//! One system per file: a [`Spec`] (what a sync may say to it: data), and a push of one batch of rows.
//! A refused row is data, a [`Receipt`] with the system's own words; a batch that could not be sent is an error.
//! Adding a system is one file here and one line in [`ALL`].

pub mod jsonl;
pub mod memory;
pub mod push;
pub mod table;
pub mod webhook;

use push::{Connection, Given, PushError};

/// Every destination that plgc knows, by name.
pub const ALL: &[&Spec] = &[&jsonl::SPEC, &table::POSTGRES, &table::SQLITE, &webhook::SPEC];

/// What a sync may say to a system.
#[derive(Debug)]
pub struct Spec {
    /// Its name after `destination x =`.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
    /// Its objects.
    pub objects: Objects,
    /// Whether this can be an object's name.
    pub object: fn(&str) -> Result<(), Wrong>,
    /// What the text in parentheses after the object means; `None`: there is none.
    pub argument: Option<&'static str>,
    /// What `plg.toml` says of it.
    pub settings: &'static [Setting],
    /// How many rows travel at once.
    pub batch: usize,
    /// Connects, given the settings.
    pub open: for<'a> fn(&'a Given<'a>) -> Opened<'a>,
}

impl Spec {
    /// The settings that must be there and are not, where the target's engine is this and these are given.
    pub fn lacks(&self, engine: &str, given: impl Fn(&str) -> bool) -> impl Iterator<Item = &'static Setting> {
        let must = move |setting: &&Setting| setting.required && setting.own_of != Some(engine);
        self.settings.iter().filter(must).filter(move |setting| !given(setting.name))
    }
}

/// An object of any name but none.
pub fn named(object: &str) -> Result<(), Wrong> {
    if object.split('.').any(str::is_empty) {
        return Err(Wrong { what: "has an empty name", help: "name the object that is written" });
    }
    Ok(())
}

/// A connection, later.
pub type Opened<'a> = push::Later<'a, Result<Box<dyn Connection>, PushError>>;

/// The objects of a system.
#[derive(Debug)]
pub enum Objects {
    /// Any name, with any fields; the text says what the name stands for.
    Any(&'static str),
    /// These.
    Listed(&'static [Object]),
}

/// An object of a system.
#[derive(Debug)]
pub struct Object {
    /// Its name.
    pub name: &'static str,
    /// The fields that can be matched.
    pub keys: &'static [&'static str],
    /// The fields that are always there; a declaration in the program adds others.
    pub fields: &'static [&'static str],
}

/// A setting in `plg.toml`.
#[derive(Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// The engine of the targets whose own value is meant where nothing is said.
    pub own_of: Option<&'static str>,
    /// Whether it is a secret, never printed.
    pub secret: bool,
    /// What is wrong with a text that it is given, as far as the text itself shows.
    pub check: fn(&str) -> Result<(), Wrong>,
}

/// What is wrong with the text of a setting; never the text itself, which may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    /// What, after the setting's name.
    pub what: &'static str,
    /// One thing to do.
    pub help: &'static str,
}

impl Wrong {
    /// The same as the mistake of a destination that is opened.
    fn of(self, given: &Given<'_>, setting: &str) -> PushError {
        PushError::new(format!("`{setting}` of destination `{}` {}", given.name, self.what), self.help)
    }
}

/// Any text will do.
const fn any(_: &str) -> Result<(), Wrong> {
    Ok(())
}

/// Whether a system has a secret setting of this name.
#[must_use]
pub fn is_secret(setting: &str) -> bool {
    ALL.iter().flat_map(|spec| spec.settings).any(|it| it.secret && it.name == setting)
}

/// The system of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Spec> {
    ALL.iter().copied().find(|spec| spec.name == name)
}
