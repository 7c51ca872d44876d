//! Takes a name that stands for nothing where it stands, gives the mistake: what is near, what has it elsewhere, or what it could be
//! declared as. Says nothing where it hangs on a mistake that has been told.

use super::{Counted, Scope};
use crate::program::context::Ctx;
use crate::program::mistakes::{self, Unknown};
use crate::program::names::Global;
use crate::program::{EntityId, RowsOf};
use crate::source::Span;
use crate::syntax::{DoubleQuotes, ast};

impl Ctx<'_> {
    /// The mistake of a name that is none.
    pub(super) fn unknown_head(&mut self, scope: &Scope, name: &ast::Name) {
        match scope.inner().map(|frame| frame.over) {
            Some(RowsOf::Entity(id)) if self.broken.contains(&id) => return,
            // An event has a time: what is wrong with it has been reported.
            Some(over) if name.text == "at" && self.is_event(over) => return,
            Some(RowsOf::Source(id)) if self.columnless.contains(&id) => return,
            Some(RowsOf::Entity(_) | RowsOf::Source(_)) | None => {}
        }
        // It may be the step that could not be read.
        if scope.within.is_some_and(|within| self.is_broken_sequence(within.sequence)) {
            return;
        }
        let mut mistake = Unknown::new(mistakes::NAME, &name.text, name.span);
        if let Some(step) = scope.steps.iter().find(|step| step.name == name.text) {
            let help = self.step_help(scope, step, name);
            mistake = mistake.or_help(help).bears(step.span, "a step of the funnel, which is counted and not read");
        }
        let outside = scope.frames.iter().rev().skip(1).find_map(|frame| match frame.over {
            RowsOf::Entity(id) => {
                let (_, span) = self.member(id, &name.text)?;
                Some((frame.alias.clone().unwrap_or_else(|| self.entity(id).name.clone()), span))
            }
            RowsOf::Source(id) => {
                let (_, column) = self.column_named(id, &name.text)?;
                Some((frame.alias.clone()?, column.span))
            }
        });
        // Within an aggregate, a step of the sequence is named with its row and the sequence.
        let step = scope.context.iter().filter(|_| scope.frames.len() > 1).find(|bare| bare.name == name.text);
        if let (Some(step), Some(within), Some(frame)) = (step, scope.within, scope.frames.first()) {
            let (sequence, step) = (self.program.sequence(within.sequence), self.field(step.field));
            let row = frame.alias.clone().unwrap_or_else(|| self.entity(step.entity).name.clone());
            mistake = mistake
                .or_help(format!(
                    "write `{row}.{}.{}`: within an aggregate, bare names are its rows' own",
                    sequence.name, name.text
                ))
                .bears(step.span, "the rows of the set have no such name");
        } else if let Some((row, span)) = outside {
            mistake = mistake
                .or_help(format!("write `{row}.{}` for the row outside the set", name.text))
                .bears(span, "the rows of the set have no such name");
        } else if let Some((Global::Audience(at), span)) = self.global(&name.text) {
            if let Some(entity) = self.audience_entity(at) {
                let entity = &self.entity(entity).name;
                mistake = mistake
                    .or_help(format!("it is an audience of `{entity}`: reach it over a link to `{entity}`"))
                    .bears(span, "an audience of another entity");
            }
        } else if let Some((Global::Entity(_) | Global::Source(_), span)) = self.global(&name.text) {
            mistake = mistake
                .or_help(format!("read its rows through an aggregate: `count({})`", name.text))
                .bears(span, "a set of rows, not a value");
        } else if let Some((Global::Funnel, span)) = self.global(&name.text) {
            mistake = mistake
                .or_help("read what its steps read: a funnel is for people")
                .bears(span, "a funnel, which no field reads");
        } else if let Some((Global::Policy | Global::Sync(_) | Global::Channel(_) | Global::Destination(_), span)) =
            self.global(&name.text)
        {
            mistake =
                mistake.or_help("name a column of the row, or a field").bears(span, "what this is called has no value");
        }
        let known = self.known_here(scope);
        let declare = self.declare_help(name, scope);
        // Of a short word, too much is near.
        let is_text = self.may_be_text == Some(name.span) && name.text.len() < 4;
        let mistake = if is_text { mistake.or_help(declare.clone()) } else { mistake };
        let mistake = mistake.among(known);
        let near = mistake.has_help();
        let mistake = mistake.or_help(declare);
        if name.quoted && !self.is_lost(&name.text) && (!near || name.text.contains(' ')) {
            self.diags.push(DoubleQuotes::of(name));
            return;
        }
        self.unknown(mistake);
    }

    /// What to read in place of a step of a funnel.
    fn step_help(&self, scope: &Scope, step: &Counted, name: &ast::Name) -> String {
        let is_itself = step.value.start <= name.span.start && name.span.end <= step.value.end;
        let row = scope.frames.first().and_then(|frame| match frame.over {
            RowsOf::Entity(id) => Some(frame.alias.as_deref().unwrap_or(&self.entity(id).name)),
            RowsOf::Source(_) => None,
        });
        let text = self.sources.on_one_line(step.value);
        match (scope.frames.len() > 1, step.is_path, row) {
            _ if is_itself => "say when it happened, such as `first(at from logins)`".to_owned(),
            (true, true, Some(row)) => format!("write what it reads: `{row}.{text}`"),
            (true, false, _) => format!("declare `{text}` as a trait, and read that in both places"),
            (false, ..) | (true, true, None) => format!("write what it reads: `{text}`"),
        }
    }

    /// The names that can be read without a row before them, and where they are declared.
    fn known_here<'s>(&'s self, scope: &'s Scope) -> Vec<(&'s str, Option<Span>)> {
        let mut known: Vec<(&str, Option<Span>)> =
            scope.inner().map(|frame| self.names_of(frame.over)).unwrap_or_default();
        // A trait cannot be what is meant within itself.
        let itself = self.running.last().map(|(field, _)| Some(self.field(*field).span));
        known.retain(|(_, span)| itself != Some(*span));
        let lets = self.globals.iter().filter(|(_, (what, _))| matches!(what, Global::Let(_)));
        known.extend(lets.map(|(name, (_, span))| (name.as_str(), Some(*span))));
        let rows = scope.frames.iter().filter_map(|frame| match frame.over {
            RowsOf::Entity(id) => Some((self.entity(id).name.as_str(), None)),
            RowsOf::Source(_) => None,
        });
        known.extend(rows);
        known.push(("now", None));
        let bare = scope.context.iter().filter(|bare| bare.everywhere || scope.frames.len() == 1);
        known.extend(bare.map(|bare| (bare.name.as_str(), Some(self.field(bare.field).span))));
        known
    }

    /// The value of a sequence or an experiment of the row that is called so within it.
    fn context_help(&self, entity: EntityId, name: &str) -> Option<String> {
        let of_row = |of: EntityId| of == entity;
        let sequence = self.program.sequences.iter().find(|it| of_row(it.entity)).map(|it| it.name.as_str());
        let experiment = self.program.experiments.iter().find(|it| of_row(it.entity)).map(|it| it.name.as_str());
        let of = match name {
            "entered_at" | "exited_at" | "done" | "active" | "held" | "cause" => sequence?,
            "enrolled_at" | "phase" => experiment?,
            _ => return None,
        };
        Some(format!("say of what: `{of}.{name}`"))
    }

    /// What to do about a name that is like no other: what it could have been declared as.
    fn declare_help(&self, name: &ast::Name, scope: &Scope) -> String {
        let word = name.text.to_ascii_lowercase();
        let help = match word.as_str() {
            "yesterday" => Some("write `date(now) - 1 day`"),
            "tomorrow" => Some("write `date(now) + 1 day`"),
            word => mistakes::time_word(word),
        };
        if let Some(help) = help {
            return help.to_owned();
        }
        if self.may_be_text == Some(name.span) && !name.quoted {
            return format!("write `'{}'`, if the text is meant", name.text);
        }
        match scope.inner().map(|frame| frame.over) {
            None => "write a value, or the name of another constant".to_owned(),
            Some(RowsOf::Source(id)) => {
                format!("declare the column in source `{}`", self.program.source(id).name.join("."))
            }
            Some(RowsOf::Entity(id)) => {
                if let Some(help) = self.context_help(id, &name.text) {
                    return help;
                }
                let entity = self.entity(id);
                let source = self.program.source(entity.source).name.join(".");
                let name = &entity.name;
                match entity.at {
                    Some(_) => format!("declare it as a column of source `{source}`"),
                    None => format!("declare it: a column of source `{source}`, or a trait of `{name}`"),
                }
            }
        }
    }
}
