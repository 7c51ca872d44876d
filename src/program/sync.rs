//! Takes the `sync` declarations and gives projections of fields under a filter. What is not a plain read of the
//! row becomes a hidden field of its entity.

use miette::Diagnostic;
use thiserror::Error;

use super::context::Ctx;
use super::expr::{WrongType, coerce_to, fold_date};
use super::hidden::Hide;
use super::matching::Sent;
use super::mistakes::{self, Unknown};
use super::names::{Global, Item};
use super::scope::Scope;
use super::stream::From;
use super::{EntityId, Expr, ExprKind, FieldId, Leave, Limit, Literal, Mode, Order, RowsOf, Sync, TargetField};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("sync `{name}` has no `match`")]
#[diagnostic(code("missing-match"), help("add a line such as `match id = id`"))]
struct MissingMatch {
    name: String,
    #[label(primary, "nothing says which object a row is")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("sync `{name}` does not say what happens to rows that leave")]
#[diagnostic(
    code("missing-leave"),
    help("add `leave delete`, `leave clear`, `leave keep` or `leave set field = value`")
)]
struct MissingLeave {
    name: String,
    #[label(primary, "rows leave it in some runs")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is an event: a sync sends an entity's rows")]
#[diagnostic(code("sync-from-event"), help("send the entity that the event belongs to"))]
struct SyncFromEvent {
    name: String,
    #[label(primary, "an event")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`leave set` writes constants, and this {why}")]
#[diagnostic(code("leave-set-value"), help("write the value itself, such as `28` or `'gone'`, or `null` or `now`"))]
struct LeaveSetValue {
    why: &'static str,
    #[label(primary, "{label}")]
    at: Span,
    label: &'static str,
}

impl LeaveSetValue {
    fn of(value: &Expr) -> Self {
        let mut reads = false;
        super::walk::visit(value, &mut |part| reads |= matches!(part.kind, ExprKind::Read { .. }));
        let (why, label) = match reads {
            true => ("hangs on the row", "not known once the row has left"),
            false => ("is computed", "not a constant"),
        };
        Self { why, at: value.span, label }
    }
}

#[derive(Debug, Error, Diagnostic)]
#[error("`leave delete` never deletes anything here")]
#[diagnostic(code("delete-without-create"), help("remove `update`, or write `leave clear`"))]
struct DeleteWithoutCreate {
    #[label(primary, "only objects that the sync created are deleted")]
    at: Span,
    #[label("and it creates none")]
    update: Span,
}

/// What a sync's items say.
#[derive(Default)]
pub(super) struct Items<'w> {
    pub matches: Option<&'w ast::Assign>,
    pub pick: Option<(&'w [ast::Order], Span)>,
    set: Vec<&'w ast::Assign>,
    pub only: Vec<&'w ast::Name>,
    pub leave: Option<&'w ast::Leave>,
    pub exempt: Vec<&'w ast::Exempt>,
    deletes: Option<Limit>,
    pub creates: Option<Limit>,
}

impl<'w> Items<'w> {
    /// What `match` and `set` write, each with whether it is the match.
    pub fn assigned(&self) -> impl Iterator<Item = (&'w ast::Assign, bool)> {
        self.matches.map(|assign| (assign, true)).into_iter().chain(self.set.iter().map(|assign| (*assign, false)))
    }
}

impl<'a> Ctx<'a> {
    /// Declares every sync, with its hidden fields.
    pub(super) fn declare_syncs(&mut self) {
        let nodes: Vec<_> = self.found.syncs.clone();
        self.check_was_of_syncs();
        for Item { doc, node, .. } in nodes {
            match self.stream_from(&node.from) {
                From::Rows => {
                    let sync = self.sync(doc, node);
                    self.program.syncs.extend(sync);
                }
                From::Step(sequence, step) => {
                    let stream = self.stream(doc, node, (sequence, step));
                    self.program.streams.extend(stream);
                }
                From::Nothing => {}
            }
        }
    }

    fn sync(&mut self, doc: Option<&String>, node: &'a ast::Sync) -> Option<Sync> {
        let from = self.sync_base(&node.from);
        let to = self.sync_target(node);
        let items = self.sync_items(node);
        let (entity, base) = from?;
        let mut scope = Scope::row_of(entity, node.alias.as_ref().map(|alias| alias.text.as_str()));
        let condition = node.condition.as_ref().map(|condition| self.condition(&mut scope, condition));
        let fields = to.as_ref().and_then(|(id, object)| {
            self.target_object(*id, object, node.to.parts.last().map_or(node.to.span, |name| name.span))
        });
        let target = fields.as_deref();
        let name = node.name.text.as_str();
        let hide = Hide { entity, sync: name };
        let matches = match items.matches {
            Some(assign) => {
                let value = self.assigned(&mut scope, assign, target, true);
                let picks = items.pick.is_some() || node.broken;
                let sent = Sent { entity, base, condition: condition.as_ref(), via: &[] };
                self.check_match(node, assign, &value, sent, picks);
                Some((assign.name.text.clone(), self.hidden(&hide, &assign.name.text, value)))
            }
            None if node.broken => None,
            None => {
                self.diags.push(MissingMatch { name: name.to_owned(), at: node.name.span });
                None
            }
        };
        let pick = items.pick.map(|(orders, _)| orders).unwrap_or_default();
        let pick = pick.iter().enumerate().map(|(at, order)| self.picked(&mut scope, &hide, at, order)).collect();
        let set = self.values(&items, &mut scope, &hide, target);
        let leave = self.leave(node, items.leave, target, &set);
        let filter = self.filter(&hide, base, condition);
        let mode = self.mode(&items);
        let (destination, object) = to?;
        self.note_policies(node, (entity, destination), &items.exempt);
        Some(Sync {
            name: name.to_owned(),
            was: node.was.as_ref().map(|was| was.text.clone()),
            doc: doc.cloned(),
            span: node.name.span,
            entity,
            filter,
            destination,
            object,
            argument: node.argument.as_ref().map(|text| text.value.clone()),
            matches: matches?,
            pick,
            set,
            mode,
            leave: leave?,
            deletes: items.deletes,
            creates: items.creates,
            policies: Vec::new(),
        })
    }

    /// The fields that are written, and what is written.
    pub(super) fn values(
        &mut self,
        items: &Items<'a>,
        scope: &mut Scope,
        hide: &Hide<'_>,
        target: Option<&[TargetField]>,
    ) -> Vec<(String, Expr)> {
        let value = |assign: &&ast::Assign| {
            let value = self.assigned(scope, assign, target, false);
            (assign.name.text.clone(), self.hidden(hide, &assign.name.text, value))
        };
        items.set.iter().map(value).collect()
    }

    /// The entity whose rows are sent, and the audience.
    fn sync_base(&mut self, path: &ast::Path) -> Option<(EntityId, Option<FieldId>)> {
        let dotted = path.dotted();
        match self.global(&dotted) {
            Some((Global::Entity(id), _)) => {
                if self.is_event(RowsOf::Entity(id)) {
                    self.diags.push(SyncFromEvent { name: dotted, at: path.span });
                    return None;
                }
                Some((id, None))
            }
            Some((Global::Audience(at), _)) => Some((self.audience_entity(at)?, Some(FieldId(at as u32)))),
            _ => {
                let name = ast::Name { text: dotted, span: path.span, quoted: false };
                self.unknown_base(&name);
                None
            }
        }
    }

    pub(super) fn sync_items(&mut self, node: &'a ast::Sync) -> Items<'a> {
        let mut items = Items::default();
        let (mut matched, mut picked, mut left) = (None, None, None);
        let (mut deletes, mut creates) = (None, None);
        let mut first_set = 0;
        for item in &node.items {
            match item {
                ast::SyncItem::Match(assign) => {
                    if self.only_once("match", assign.name.span, &mut matched) {
                        items.matches = Some(assign);
                    }
                }
                ast::SyncItem::Pick(orders, span) => {
                    if self.only_once("pick", *span, &mut picked) {
                        items.pick = Some((orders, *span));
                    }
                }
                ast::SyncItem::Set(assigns) => {
                    items.set.extend(assigns);
                    first_set = if first_set == 0 { assigns.len() } else { first_set };
                }
                ast::SyncItem::Only(name) => {
                    let first = items.only.iter().find(|known| known.text == name.text).map(|known| known.span);
                    if self.only_once(&name.text, name.span, &mut { first }) {
                        items.only.push(name);
                    }
                }
                ast::SyncItem::Leave(leave) => {
                    if self.only_once("leave", leave.span, &mut left) {
                        items.leave = Some(leave);
                    }
                }
                ast::SyncItem::Exempt(exempt) => items.exempt.push(exempt),
                ast::SyncItem::Guard(guard) => {
                    if !self.guard_word(guard, &["deletes", "creates"]) {
                        continue;
                    }
                    let is_deletes = guard.what.text == "deletes";
                    let first = if is_deletes { &mut deletes } else { &mut creates };
                    if self.only_once(&format!("guard {}", guard.what.text), guard.span, first) {
                        let limit = self.guard_limit(guard);
                        *(if is_deletes { &mut items.deletes } else { &mut items.creates }) = limit;
                    }
                }
            }
        }
        // Where none says `leave`, a further `set` is perhaps what it writes.
        let n_checked = if items.leave.is_some() || node.broken { items.set.len() } else { first_set };
        self.check_assigns(items.matches.into_iter().chain(items.set.iter().copied().take(n_checked)));
        items
    }

    fn picked(&mut self, scope: &mut Scope, hide: &Hide<'_>, at: usize, written: &ast::Order) -> Order {
        let order = self.order(scope, written);
        Order { by: self.hidden(hide, &format!("pick_{}", at + 1), order.by), descending: order.descending }
    }

    fn mode(&mut self, items: &Items<'_>) -> Mode {
        let says = |word: &str| items.only.iter().find(|name| name.text == word);
        for name in &items.only {
            if !matches!(name.text.as_str(), "create" | "update") {
                let words = ["create", "update"];
                let known = words.iter().map(|word| (*word, None));
                self.diags.push(Unknown::new(mistakes::WORD, &name.text, name.span).among(known).or_one_of(&words));
            }
        }
        match (says("create"), says("update")) {
            (Some(_), None) => Mode::Create,
            (None, Some(update)) => {
                if let Some(leave) = items.leave
                    && leave.action.text == "delete"
                {
                    self.diags.push(DeleteWithoutCreate { at: leave.span, update: update.span });
                }
                Mode::Update
            }
            (Some(_), Some(_)) | (None, None) => Mode::Upsert,
        }
    }

    fn leave(
        &mut self,
        node: &ast::Sync,
        leave: Option<&ast::Leave>,
        target: Option<&[TargetField]>,
        values: &[(String, Expr)],
    ) -> Option<Leave> {
        let Some(leave) = leave else {
            if !node.broken {
                self.diags.push(MissingLeave { name: node.name.text.clone(), at: node.name.span });
            }
            return None;
        };
        match leave.action.text.as_str() {
            "delete" => Some(Leave::Delete),
            "clear" => Some(Leave::Clear),
            "keep" => Some(Leave::Keep),
            "set" => {
                let mut set = Vec::new();
                for assign in &leave.set {
                    let entity = self.sync_base_quietly(&node.from)?;
                    let value = self.assigned(&mut Scope::row_of(entity, None), assign, target, false);
                    if !matches!(value.kind, ExprKind::Literal(_) | ExprKind::Now | ExprKind::Error) {
                        self.diags.push(LeaveSetValue::of(&value));
                    }
                    let value = match values.iter().find(|(name, _)| *name == assign.name.text) {
                        Some((_, other)) if target.is_none() => self.as_set(&assign.name.text, value, other),
                        _ => value,
                    };
                    // When somebody left may stay.
                    if value.kind != ExprKind::Now && !values.iter().any(|(name, _)| *name == assign.name.text) {
                        self.stays(assign);
                    }
                    set.push((assign.name.text.clone(), value));
                }
                Some(Leave::Set(set))
            }
            _ => {
                let words = ["delete", "clear", "keep", "set"];
                let known = words.iter().map(|word| (*word, None));
                let mistake = Unknown::new(mistakes::WORD, &leave.action.text, leave.action.span);
                self.diags.push(mistake.among(known).or_one_of(&words));
                None
            }
        }
    }

    /// A value of `leave set` in the type that `set` gives the field, where the destination declares none.
    fn as_set(&mut self, field: &str, value: Expr, set: &Expr) -> Expr {
        let want = if matches!(set.typed.kind, Type::Enum(_)) { &Type::Text } else { &set.typed.kind };
        let value = if *want == Type::Timestamp { fold_date(value) } else { value };
        let is_whole = matches!(value.kind, ExprKind::Literal(Literal::Int(_))) && want.is_number();
        let met = value.typed.kind.meet(want);
        if is_whole || *want == Type::Null || met.is_some_and(|met| met == *want || met == Type::Error) {
            return coerce_to(value, want);
        }
        self.diags.push(WrongType {
            wanted: format!("{want} for field `{field}`, as `set` writes it,"),
            found: value.typed.kind.to_string(),
            at: value.span,
            declared: Some(set.span),
            help: format!("write a constant of type {want}, or `null`"),
        });
        super::context::error(value.span)
    }

    fn sync_base_quietly(&self, path: &ast::Path) -> Option<EntityId> {
        match self.global(&path.dotted()) {
            Some((Global::Entity(id), _)) => Some(id),
            Some((Global::Audience(at), _)) => self.audience_entity(at),
            _ => None,
        }
    }
}
