//! Takes a name that nothing bears and gives the mistake that says so, with the nearest name that exists.
//! The family of unknown names is one table of codes and words; every other mistake is a struct beside the code
//! that finds it.

use std::fmt;

use miette::{Diagnostic, LabeledSpan};

use crate::diagnostics::did_you_mean;
use crate::source::Span;

/// What kind of name is unknown: its code, and what it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    code: &'static str,
    noun: &'static str,
    label: &'static str,
}

macro_rules! kinds {
    ($($name:ident $code:literal $noun:literal $label:literal;)*) => {$(
        pub(super) const $name: Kind = Kind { code: $code, noun: $noun, label: $label };
    )*};
}

kinds! {
    SOURCE "unknown-source" "source" "not declared in any file";
    ENTITY "unknown-entity" "entity" "not declared in any file";
    BASE "unknown-base" "entity or audience" "not declared in any file";
    AUDIENCE "unknown-audience" "audience" "no audience of this entity has the name";
    COLUMN "unknown-column" "column" "the source does not declare it";
    NAME "unknown-name" "name" "nothing here has this name";
    MEMBER "unknown-member" "name" "nothing of this row has this name";
    SET "unknown-set" "set" "no reverse set, entity, event or source has this name";
    FUNCTION "unknown-function" "function" "there is no such function";
    VALUE "unknown-value" "value" "not one of the values on the other side";
    STAGE "unknown-stage" "stage" "the status has no such stage";
    TYPE "unknown-type" "type" "there is no such type";
    SEQUENCE "unknown-sequence" "sequence" "not declared in any file";
    STEP "unknown-step" "step" "the sequence has no such step";
    CHANNEL "unknown-channel" "channel" "not declared in any file";
    POLICY "unknown-policy" "policy" "not declared in any file";
    DESTINATION "unknown-destination" "destination" "not declared in any file";
    SYSTEM "unknown-system" "system" "there is no such destination system";
    OBJECT "unknown-object" "object" "the destination has no such object";
    TARGET_FIELD "unknown-field" "field" "the object has no such field";
    LABEL "unknown-label" "label" "no source column bears it";
    WORD "unknown-word" "word" "not a word that can stand here";
    SYNC "unknown-sync" "sync" "not declared in any file";
    SUBJECT "unknown-subject" "audience, entity, funnel or sync" "not declared in any file";
    WRITTEN "unknown-written" "field" "the sync writes no such field";
    UNIT "unknown-unit" "unit" "not a unit of time";
}

/// A name that nothing bears.
#[derive(Debug, thiserror::Error)]
pub(super) struct Unknown {
    kind: Kind,
    name: String,
    at: Span,
    similar: Option<Span>,
    label: &'static str,
    beside: &'static str,
    help: Option<String>,
}

impl Unknown {
    /// The mistake, without a suggestion.
    pub(super) fn new(kind: Kind, name: &str, at: Span) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            at,
            similar: None,
            label: kind.label,
            beside: "this may be what is meant",
            help: None,
        }
    }

    /// Its code.
    pub(super) const fn code(&self) -> &'static str {
        self.kind.code
    }

    /// The name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it says what to do.
    pub(super) const fn has_help(&self) -> bool {
        self.help.is_some()
    }

    /// Suggests the nearest of the known names; its place is labelled where it has one.
    pub(super) fn among<'a>(mut self, known: impl IntoIterator<Item = (&'a str, Option<Span>)>) -> Self {
        let known: Vec<_> = known.into_iter().collect();
        if self.help.is_some() {
            return self;
        }
        if let Some(best) = did_you_mean(&self.name, known.iter().map(|(name, _)| *name)) {
            self.similar = known.iter().find(|(name, _)| *name == best).and_then(|(_, span)| *span);
            self.help = Some(format!("write `{best}`"));
        }
        self
    }

    /// Lists what is possible, where nothing is near.
    pub(super) fn or_one_of(mut self, words: &[&str]) -> Self {
        if self.help.is_none() && !words.is_empty() {
            self.help = Some(format!("write one of `{}`", words.join("`, `")));
        }
        self
    }

    /// Says what to do, where nothing more precise is known.
    pub(super) fn or_help(mut self, help: impl Into<String>) -> Self {
        if self.help.is_none() {
            self.help = Some(help.into());
        }
        self
    }

    /// Labels another place, where no similar name has one.
    pub(super) const fn or_beside(mut self, place: Option<Span>, what: &'static str) -> Self {
        if self.similar.is_none() && place.is_some() {
            self.similar = place;
            self.beside = what;
        }
        self
    }

    /// Labels the declaration of what bears the name elsewhere, and says why it cannot be that.
    pub(super) const fn bears(mut self, span: Span, why: &'static str) -> Self {
        self.similar = Some(span);
        self.label = why;
        self.beside = "declared here";
        self
    }
}

/// What a word of time, as SQL has it, is written as here.
pub(super) fn time_word(word: &str) -> Option<&'static str> {
    match word {
        "current_date" | "today" => Some("write `date(now)`"),
        "current_timestamp" => Some("write `now`"),
        _ => None,
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown {} `{}`", self.kind.noun, self.name)
    }
}

impl Diagnostic for Unknown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.kind.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let primary = LabeledSpan::new_primary_with_span(Some(self.label.to_owned()), self.at);
        let similar = self.similar.map(|span| LabeledSpan::new_with_span(Some(self.beside.to_owned()), span));
        Some(Box::new(std::iter::once(primary).chain(similar)))
    }
}
