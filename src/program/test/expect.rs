//! Takes what a test expects: keys in braces, or a table; gives typed rows in named columns, one of which is the key. Reports
//! what cannot be compared.

use miette::Diagnostic;
use thiserror::Error;

use super::cell::Head;
use crate::program::context::{Ctx, Member};
use crate::program::mistakes::{self, Unknown};
use crate::program::names::Global;
use crate::program::{
    EntityId, Expectation, Expected, ExpectedColumn, ExpectedRow, FieldId, FunnelId, Leave, SequenceId, SourceId,
};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is {what}: {wanted}")]
#[diagnostic(code("wrong-subject"))]
struct WrongSubject {
    name: String,
    what: &'static str,
    wanted: &'static str,
    #[label(primary, "this is {what}")]
    at: Span,
    #[label("declared here")]
    declared: Option<Span>,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the table does not name the key `{key}`")]
#[diagnostic(code("missing-key-column"), help("add a column `{key}`"))]
struct MissingKeyColumn {
    key: String,
    #[label(primary, "nothing tells which row is which")]
    at: Span,
    #[label("the key")]
    declared: Span,
}

/// What can be compared of something: its columns, and which of them is the key.
struct Sides {
    of: Expected,
    heads: Vec<Head>,
    key: usize,
}

impl Ctx<'_> {
    /// `expect marketable = { w1 }`
    pub(super) fn expected_keys(&mut self, expect: &ast::ExpectKeys) -> Option<Expectation> {
        let name = expect.of.dotted();
        if let [of, step] = expect.of.parts.as_slice()
            && let Some((Global::Sequence(at), _)) = self.global(&of.text)
        {
            return self.expected_step(expect, SequenceId(at as u32), step);
        }
        let (field, entity) = match self.subject(&expect.of)? {
            Global::Audience(at) => (FieldId(at as u32), self.audience_entity(at)?),
            other => {
                self.wrong_subject(&expect.of, other, KEYS);
                return None;
            }
        };
        if let Some(at) = expect.fired {
            let declared = self.global(&name).map(|(_, span)| span);
            let help = format!("write `expect {name} = {{ … }}`");
            let (what, wanted) = ("an audience", "only a step is fired");
            self.diags.push(WrongSubject { name, what, wanted, at, declared, help });
            return None;
        }
        self.keyed_rows(expect, Expected::Members(field), entity)
    }

    /// `expect upsell.sdr = { w1 }`, `expect fired upsell.sdr = { w1 }`
    fn expected_step(&mut self, expect: &ast::ExpectKeys, id: SequenceId, step: &ast::Name) -> Option<Expectation> {
        let sequence = self.program.sequence(id);
        let found = sequence.steps.iter().find(|it| it.name == step.text);
        let Some((entity, at)) = found.map(|it| (sequence.entity, it.at)) else {
            let known: Vec<(&str, Option<Span>)> =
                sequence.steps.iter().map(|it| (it.name.as_str(), Some(it.span))).collect();
            let words: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let mistake = Unknown::new(mistakes::STEP, &step.text, step.span).among(known).or_one_of(&words);
            self.unknown(mistake);
            return None;
        };
        let of = if expect.fired.is_some() { Expected::Fired(at) } else { Expected::Happened(at) };
        self.keyed_rows(expect, of, entity)
    }

    /// The rows of these keys.
    fn keyed_rows(&mut self, expect: &ast::ExpectKeys, of: Expected, entity: EntityId) -> Option<Expectation> {
        let name = expect.of.dotted();
        let head = self.key_head(entity)?;
        let (mut seen, mut rows) = (Vec::new(), Vec::new());
        for key in &expect.keys {
            let Some(value) = self.value_cell(&key.text, key.span, &head) else { continue };
            self.note_key(&value, (&key.text, key.span), &mut seen);
            rows.push(ExpectedRow { cells: vec![value], span: key.span });
        }
        let columns = vec![ExpectedColumn { name: head.name, typed: head.typed }];
        Some(Expectation { of, name, span: expect.span, columns, key: 0, rows })
    }

    /// `expect workspace`, and a table.
    pub(super) fn expected_rows(&mut self, given: &ast::Given) -> Option<Expectation> {
        let sides = match self.subject(&given.of)? {
            Global::Entity(id) if self.entity(id).at.is_none() => self.sides_of_entity(id, &given.columns)?,
            Global::Sync(_) => self.sides_of_sync(&given.of)?,
            Global::Funnel => self.sides_of_funnel(&given.of)?,
            other => {
                self.wrong_subject(&given.of, other, TABLE);
                return None;
            }
        };
        let (columns, key) = self.expected_heads(&sides, given)?;
        let (mut seen, mut rows) = (Vec::new(), Vec::new());
        for line in &given.rows {
            let mut cells = Vec::new();
            for ((place, head), cell) in columns.iter().enumerate().zip(&line.cells) {
                let Some(head) = head.and_then(|at| sides.heads.get(at)) else { continue };
                let Some(value) = self.expected_cell(cell, head) else { continue };
                if place == key {
                    self.note_key(&value, (&cell.text, cell.span), &mut seen);
                }
                cells.push(value);
            }
            if cells.len() == columns.len() {
                rows.push(ExpectedRow { cells, span: line.span });
            }
        }
        let column = |head: &Head| ExpectedColumn { name: head.name.clone(), typed: head.typed.clone() };
        let columns = columns.into_iter().flatten().filter_map(|at| sides.heads.get(at)).map(column).collect();
        Some(Expectation { of: sides.of, name: given.of.dotted(), span: given.span, columns, key, rows })
    }

    /// The columns of the table by their places, and which of them is the key.
    fn expected_heads(&mut self, sides: &Sides, given: &ast::Given) -> Option<(Vec<Option<usize>>, usize)> {
        let mut found = Vec::new();
        for (at, name) in given.columns.iter().enumerate() {
            self.check_head(&given.columns, at);
            let place = sides.heads.iter().position(|head| head.name == name.text);
            if place.is_none() {
                let known: Vec<_> = sides.heads.iter().map(|head| (head.name.as_str(), Some(head.declared))).collect();
                let names: Vec<&str> = sides.heads.iter().map(|head| head.name.as_str()).collect();
                let mistake = match sides.of {
                    Expected::Objects(_) => Unknown::new(mistakes::WRITTEN, &name.text, name.span).or_one_of(&names),
                    Expected::Rows(_)
                    | Expected::Members(_)
                    | Expected::Happened(_)
                    | Expected::Fired(_)
                    | Expected::Followed(_) => Unknown::new(mistakes::MEMBER, &name.text, name.span)
                        .among(known)
                        .or_help("name a column or a field that the rows have"),
                };
                // Of two tests that expect the same of it, the first one says so.
                if self.unlisted.insert((given.of.dotted(), name.text.clone())) {
                    self.unknown(mistake);
                }
            }
            found.push(place);
        }
        let Some(key) = found.iter().position(|place| *place == Some(sides.key)) else {
            if let (Some(head), true) = (sides.heads.get(sides.key), found.iter().all(Option::is_some)) {
                let key = head.name.clone();
                self.diags.push(MissingKeyColumn { key, at: given.of.span, declared: head.declared });
            }
            return None;
        };
        Some((found, key))
    }

    fn key_head(&self, id: EntityId) -> Option<Head> {
        let entity = self.entity(id);
        if self.keyless.contains(&id) || self.broken.contains(&id) {
            return None;
        }
        let key = self.program.column(id, entity.key);
        Some(Head { name: key.name.clone(), typed: key.typed.clone(), declared: key.span })
    }

    fn sides_of_entity(&self, id: EntityId, names: &[ast::Name]) -> Option<Sides> {
        let key = self.key_head(id)?;
        let mut sides = Sides { of: Expected::Rows(id), heads: Vec::new(), key: 0 };
        let source: SourceId = self.entity(id).source;
        let columns = self.program.source(source).columns.iter();
        sides.heads =
            columns.map(|it| Head { name: it.name.clone(), typed: it.typed.clone(), declared: it.span }).collect();
        sides.key = sides.heads.iter().position(|head| head.name == key.name)?;
        let members = self.members.get(id.0 as usize).into_iter().flatten();
        for (name, (member, span)) in members {
            if let Member::Field(field) = member {
                let typed = self.field(*field).typed.clone();
                sides.heads.push(Head { name: name.clone(), typed, declared: *span });
            }
        }
        // What experiments and sequences say, by the names of the columns.
        for (_, field) in self.program.fields_of(id).filter(|(_, field)| !field.hidden) {
            if !sides.has(&field.name) {
                sides.heads.push(Head { name: field.name.clone(), typed: field.typed.clone(), declared: field.span });
            }
        }
        // What could not be declared may be what is named.
        let is_open = self.columnless.contains(&source) && names.iter().any(|name| !sides.has(&name.text));
        (!is_open).then_some(sides)
    }

    fn sides_of_sync(&self, path: &ast::Path) -> Option<Sides> {
        let name = path.dotted();
        let syncs = self.program.all_syncs();
        let place = syncs.iter().position(|sync| sync.name == name)?;
        let sync = syncs.get(place)?;
        let parting = match &sync.leave {
            Leave::Set(values) => values.as_slice(),
            Leave::Delete | Leave::Clear | Leave::Keep => &[],
        };
        let mut sides = Sides { of: Expected::Objects(place), heads: Vec::new(), key: 0 };
        for (name, value) in std::iter::once(&sync.matches).chain(&sync.set).chain(parting) {
            if sides.has(name) {
                continue;
            }
            let mut typed = self.program.target_type(sync, name, value);
            typed.nullable |= *name != sync.matches.0;
            sides.heads.push(Head { name: name.clone(), typed, declared: value.span });
        }
        Some(sides)
    }

    fn sides_of_funnel(&self, path: &ast::Path) -> Option<Sides> {
        let name = path.dotted();
        let place = self.program.funnels.iter().position(|funnel| funnel.name == name)?;
        let columns = self.program.funnels.get(place)?.columns(&self.program).into_iter();
        let heads = columns.map(|(name, typed, declared)| Head { name, typed, declared }).collect();
        Some(Sides { of: Expected::Followed(FunnelId(place as u32)), heads, key: 0 })
    }

    /// What a path of an `expect` names.
    fn subject(&mut self, path: &ast::Path) -> Option<Global> {
        let name = path.dotted();
        if let Some((found, _)) = self.global(&name) {
            return Some(found);
        }
        let known = self
            .known(|what| matches!(what, Global::Audience(_) | Global::Entity(_) | Global::Sync(_) | Global::Funnel));
        let known = known.iter().map(|(name, span)| (name.as_str(), *span));
        let mistake = Unknown::new(mistakes::SUBJECT, &name, path.span).among(known);
        self.unknown(mistake.or_help("name an audience, an entity, a funnel or a sync"));
        None
    }

    fn wrong_subject(&mut self, path: &ast::Path, found: Global, wanted: &'static str) {
        let (name, at) = (path.dotted(), path.span);
        let declared = self.global(&name).map(|(_, span)| span);
        let (what, help) = match found {
            Global::Entity(id) if self.entity(id).at.is_none() => {
                ("an entity", format!("write a table below `expect {name}`"))
            }
            Global::Entity(_) => ("an event", "expect what the events lead to: an entity's fields".to_owned()),
            Global::Audience(_) => {
                ("an audience", format!("write `expect {name} = {{ … }}` with the keys of its members"))
            }
            Global::Sync(_) => ("a sync", format!("write a table below `expect {name}`")),
            Global::Source(id) => {
                let known = self.program.entities.iter().find(|entity| entity.source == id && entity.at.is_none());
                let other = known.map_or("name an entity, an audience, a funnel or a sync".to_owned(), |it| {
                    format!("write `{}`", it.name)
                });
                ("a source", other)
            }
            Global::Let(_) => ("a constant", "name an entity, an audience, a funnel or a sync".to_owned()),
            Global::Sequence(_) => (
                "a sequence",
                format!("name a step of it, or declare an audience: `audience in_{name} of … where {name}.active`"),
            ),
            Global::Channel(_) => ("a channel", "name an entity, an audience, a funnel or a sync".to_owned()),
            Global::Funnel => ("a funnel", format!("write a table below `expect {name}`")),
            Global::Policy => ("a policy", "name a sync that heeds it".to_owned()),
            Global::Destination(_) => ("a destination", "name a sync that writes to it".to_owned()),
        };
        self.diags.push(WrongSubject { name, what, wanted, at, declared, help });
    }
}

const KEYS: &str = "keys are expected of an audience or a step";
const TABLE: &str = "a table is expected of an entity, a funnel or a sync";

impl Sides {
    fn has(&self, name: &str) -> bool {
        self.heads.iter().any(|head| head.name == name)
    }
}
