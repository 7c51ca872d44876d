//! Takes a sync and gives what has to be sent: wanted (this run's model) against written, by match key and hash. The
//! side of those who left starts from what was written, never from the model.

use std::collections::BTreeSet;

use super::gate::{self, gates};
use super::{null_mark, stream, table, value};
use crate::dialect::names::{LONGEST, fitted};
use crate::manifest::SyncSpec;
use crate::plan::rel::{Body, Compare, Constant, Item, Parameter, Query, Scalar, Select, Step, Table};
use crate::plan::{call, column_name};
use crate::program::{self, Expr, Leave, Mode, Program, Stream, What};
use crate::types::{Type, Typed};

/// op, key, hash, then the fields, ordered by op and key; without what this run's delivery has already done.
///
/// Of a sync from a step, the rows are those whose firing is to be sent, each with its own key.
pub fn outbox(program: &Program, (sync, stream): (&program::Sync, Option<&Stream>), spec: &SyncSpec) -> Query {
    let mut steps = wanting(program, (sync, stream), spec, Of::Objects);
    let mut selects = vec![present(program, sync, spec)];
    selects.extend(left(program, sync, spec));
    steps.push(Body { selects, order_by: Vec::new() }.step("changes"));
    let mut undone = Select::from(Table::Step("changes".to_owned()).alias("o"), output(spec, "o"))
        .filter(Scalar::Exists(Box::new(done(spec)), true));
    undone.comments.push("without what this run has delivered already".to_owned());
    let order = vec![Scalar::column("o", "op").ascending(Type::Text), Scalar::column("o", "key").ascending(Type::Text)];
    undone.ordered(order).after(steps)
}

/// What is read of what should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Whole objects.
    Objects,
    /// Only whether something is to be sent, and whose it is.
    Keys,
}

impl Of {
    /// Whether the values are read: also to tell whether an object differs.
    fn has_values(self, sync: &program::Sync) -> bool {
        self == Self::Objects || sync.mode != Mode::Create
    }
}

/// The steps up to `wanted`: what should be there.
pub fn wanting(
    program: &Program,
    (sync, stream): (&program::Sync, Option<&Stream>),
    spec: &SyncSpec,
    of: Of,
) -> Vec<Step> {
    let candidates = (!sync.pick.is_empty()).then(|| candidates(program, sync, spec, of));
    candidates.into_iter().chain([wanted(program, (sync, stream), spec, of)]).collect()
}

/// The sync's rows with their place among those that share the match key.
fn candidates(program: &Program, sync: &program::Sync, spec: &SyncSpec, of: Of) -> Step {
    let set = if of.has_values(sync) { values(program, sync, spec) } else { Vec::new() };
    let mut items = fields(program, (sync, None), set);
    let best = value::best_first(program, sync.entity, &sync.pick);
    let key = value::value(program, sync.entity, &sync.matches.1);
    items.push(Scalar::row_number(vec![key], best).named("sync__place"));
    let mut step = rows(program, (sync, None), items).body().step("candidates");
    step.comments.push("rows that may share a match key: the best of each is in the first place".to_owned());
    step
}

/// What should be there: key, hash and fields, one row a key.
fn wanted(program: &Program, (sync, stream): (&program::Sync, Option<&Stream>), spec: &SyncSpec, of: Of) -> Step {
    let is_picked = !sync.pick.is_empty();
    let set = if of == Of::Objects { values(program, sync, spec) } else { Vec::new() };
    let name = |column: &str| Scalar::column(if is_picked { "c" } else { value::ROW }, column);
    let mut select = if is_picked {
        let asked = gate::columns(program, (sync, stream)).into_iter().map(|(name, _)| name);
        let set = set.into_iter().filter_map(|item| match item {
            Item::Named(_, name) => Some(name),
            Item::All(_) => None,
        });
        let items = std::iter::once("sync__key".to_owned()).chain(set).chain(asked);
        let items = items.map(|column| name(&column).named(&column)).collect();
        Select::from(Table::Step("candidates".to_owned()).alias("c"), items)
            .filter(name("sync__place").equals(Type::Int, Scalar::int(1)))
    } else {
        rows(program, (sync, stream), fields(program, (sync, stream), set))
    };
    if of.has_values(sync) {
        select.items.insert(1, mark(program, sync, spec, is_picked).named("sync__hash"));
    }
    let mut step = select.body().step("wanted");
    step.comments.push(match stream {
        None => format!("sync {}: what should be there", spec.name),
        Some(stream) => {
            format!("sync {}: each firing of {} whose entry is open", spec.name, stream::from(program, stream))
        }
    });
    step.comments.extend(spec.doc.clone());
    if of.has_values(sync) {
        let hash = "sync__hash: a mark of the definition of the sync, then each value behind its length";
        step.comments.push(hash.to_owned());
    }
    step
}

/// What an object should hold, as one value: it differs where anything does that is sent.
fn mark(program: &Program, sync: &program::Sync, spec: &SyncSpec, is_picked: bool) -> Scalar {
    let mut hashed: Vec<_> = spec.fields.iter().zip(&sync.set).collect();
    hashed.retain(|(field, (_, expr))| !value::is_now(expr) && !spec.nulls.contains(&field.name));
    hashed.sort_by_key(|(field, _)| &field.name);
    let values = hashed.into_iter().map(|(field, (_, expr))| {
        let scalar = if is_picked {
            Scalar::column("c", &column(&field.name))
        } else {
            value::value_as(program, sync.entity, expr, &field.typed.kind)
        };
        (scalar, &field.typed)
    });
    let mut whole = hash(&spec.definition, values.collect());
    if !spec.nulls.is_empty() {
        let marks = nulls(spec).map(null_mark).collect::<String>();
        whole = concat(vec![whole, Scalar::text(&marks)]);
    }
    whole
}

/// The fields that are always null, by name.
pub fn nulls(spec: &SyncSpec) -> impl Iterator<Item = &str> {
    let names: BTreeSet<&str> = spec.nulls.iter().map(String::as_str).collect();
    names.into_iter()
}

/// The rows of the sync's audience that have a match key.
fn rows(program: &Program, (sync, stream): (&program::Sync, Option<&Stream>), items: Vec<Item>) -> Select {
    let entity = program.entity(sync.entity).name.clone();
    let mut select = Select::from(Table::Model(entity).alias(value::ROW), items);
    if let Some(filter) = sync.filter {
        let column = column_name(program, sync.entity, What::Field(filter)).unwrap_or_default();
        select.filter.push(Scalar::column(value::ROW, &column));
    }
    if let Some(stream) = stream {
        select.filter.extend(stream::conditions(program, stream));
    } else if sync.matches.1.typed.nullable {
        select.filter.push(value::value(program, sync.entity, &sync.matches.1).is_not_null());
    }
    select
}

/// What is set, each in the type of its field.
fn values(program: &Program, sync: &program::Sync, spec: &SyncSpec) -> Vec<Item> {
    let set = spec.fields.iter().zip(&sync.set);
    set.map(|(field, (_, expr))| {
        value::value_as(program, sync.entity, expr, &field.typed.kind).named(&column(&field.name))
    })
    .collect()
}

/// The match key as text, then what is set, then what policies say of the row.
fn fields(program: &Program, (sync, stream): (&program::Sync, Option<&Stream>), set: Vec<Item>) -> Vec<Item> {
    let key = &sync.matches.1;
    let key = match stream {
        None => value::value(program, sync.entity, key).as_text(&key.typed.kind),
        Some(stream) => stream::key(program, stream),
    };
    let asked = gate::columns(program, (sync, stream)).into_iter().map(|(name, said)| said.named(&name));
    std::iter::once(key.named("sync__key")).chain(set).chain(asked).collect()
}

/// What is wanted, under `n`, and never written, or written otherwise: without what is selected of it.
pub fn due(sync: &program::Sync, spec: &SyncSpec) -> Select {
    let is_due = match sync.mode {
        Mode::Create => is_new(),
        Mode::Update | Mode::Upsert => {
            let differs = hash_of("t").compare(Compare::NotEqual, Type::Text, Scalar::column("n", "sync__hash"));
            Scalar::Or(vec![is_new(), differs])
        }
    };
    Select::from(Table::Step("wanted".to_owned()).alias("n"), Vec::new())
        .left_join(Table::RunState(table(&spec.name)).alias("t"), same_key())
        .filter(is_due)
}

/// It was never written.
fn is_new() -> Scalar {
    Scalar::column("t", "key").is_null()
}

/// Creates and updates, of what no policy holds back.
fn present(program: &Program, sync: &program::Sync, spec: &SyncSpec) -> Select {
    let op = match sync.mode {
        Mode::Create => Scalar::text("create"),
        Mode::Update => Scalar::text("update"),
        Mode::Upsert => Scalar::Case(vec![(is_new(), Scalar::text("create"))], Some(Box::new(Scalar::text("update")))),
    };
    let mut items = vec![
        op.named("op"),
        Scalar::column("n", "sync__key").named("key"),
        Scalar::column("n", "sync__hash").named("hash"),
    ];
    items.extend(spec.fields.iter().map(|field| {
        let name = column(&field.name);
        let is_set = !spec.leave_only.contains(&field.name);
        if is_set { Scalar::column("n", &name) } else { Scalar::null(field.typed.kind.clone()) }.named(&name)
    }));
    let mut select = Select { items, ..due(sync, spec) };
    select.comments.push(
        match sync.mode {
            Mode::Create => "wanted and never written",
            Mode::Update => "wanted, and never written, written otherwise or left since",
            Mode::Upsert => "wanted, and never written (create), written otherwise or left since (update)",
        }
        .to_owned(),
    );
    for gate in gates(program, sync) {
        select.comments.push(format!("not where policy {} forbids it", gate.policy));
        select.filter.push(gate.is_open("n"));
    }
    select
}

/// What happens to those who were written and are no longer wanted.
fn left(program: &Program, sync: &program::Sync, spec: &SyncSpec) -> Option<Select> {
    let op = match &sync.leave {
        Leave::Keep => return None,
        Leave::Delete => "delete",
        Leave::Clear => "clear",
        Leave::Set(_) => "set",
    };
    let parting = |name: &str| match &sync.leave {
        Leave::Set(values) => values.iter().find(|(field, _)| field == name).map(|(_, value)| value),
        Leave::Keep | Leave::Delete | Leave::Clear => None,
    };
    // What was sent to who left says how they were left: another `leave` is due for them, too.
    let parting_hash = match &sync.leave {
        Leave::Set(values) => set_hash(program, sync, spec, values),
        Leave::Keep | Leave::Delete | Leave::Clear => Scalar::text(op),
    };
    let mut items =
        vec![Scalar::text(op).named("op"), Scalar::column("t", "key").named("key"), parting_hash.clone().named("hash")];
    items.extend(spec.fields.iter().map(|field| {
        let value = match parting(&field.name) {
            Some(expr) => value::value_as(program, sync.entity, expr, &field.typed.kind),
            None => Scalar::null(field.typed.kind.clone()),
        };
        value.named(&column(&field.name))
    }));
    let mut select = Select::from(Table::RunState(table(&spec.name)).alias("t"), items)
        .left_join(Table::Step("wanted".to_owned()).alias("n"), same_key())
        .filter(Scalar::column("n", "sync__key").is_null());
    select.comments.push(
        match &sync.leave {
            Leave::Delete => "written and not wanted any more: only what this sync has created is deleted",
            Leave::Keep | Leave::Clear | Leave::Set(_) => "written, not wanted any more, and not left like this yet",
        }
        .to_owned(),
    );
    select.filter.push(match &sync.leave {
        Leave::Delete => Scalar::column("t", "created"),
        Leave::Keep | Leave::Clear | Leave::Set(_) => hash_of("t").compare(Compare::NotEqual, Type::Text, parting_hash),
    });
    Some(select)
}

/// What `leave set` writes, as one value.
fn set_hash(program: &Program, sync: &program::Sync, spec: &SyncSpec, values: &[(String, Expr)]) -> Scalar {
    let mut fields: Vec<(&str, &Expr, Typed)> = values
        .iter()
        .filter(|(_, expr)| !value::is_now(expr))
        .filter_map(|(name, expr)| {
            let field = spec.fields.iter().find(|field| field.name == *name)?;
            Some((name.as_str(), expr, field.typed.kind.clone().optional()))
        })
        .collect();
    fields.sort_by_key(|(name, ..)| *name);
    let names = fields.iter().map(|(name, ..)| format!(" {name}")).collect::<String>();
    let scalar = |expr: &Expr, typed: &Typed| value::value_as(program, sync.entity, expr, &typed.kind);
    hash(&format!("set{names}"), fields.iter().map(|(_, expr, typed)| (scalar(expr, typed), typed)).collect())
}

/// The receipt of this run that makes a row of the outbox done.
fn done(spec: &SyncSpec) -> Body {
    let same = |name: &str| Scalar::column("x", name).equals(Type::Text, Scalar::column("o", name));
    Select::from(Table::State("receipts".to_owned()).alias("x"), vec![Scalar::int(1).named("found")])
        .filter(Scalar::column("x", "sync").equals(Type::Text, Scalar::text(&spec.name)))
        .filter(Scalar::column("x", "run").equals(Type::Text, Scalar::Parameter(Parameter::Run)))
        .filter(Scalar::column("x", "accepted"))
        .filter(same("key"))
        .filter(same("op"))
        .filter(same("hash"))
        .body()
}

fn same_key() -> Scalar {
    Scalar::column("t", "key").equals(Type::Text, Scalar::column("n", "sync__key"))
}

fn hash_of(alias: &str) -> Scalar {
    Scalar::column(alias, "hash")
}

fn output(spec: &SyncSpec, alias: &str) -> Vec<Item> {
    let fields = spec.fields.iter().map(|field| column(&field.name));
    let names = ["op", "key", "hash"].map(str::to_owned).into_iter().chain(fields);
    names.map(|name| Scalar::column(alias, &name).named(&name)).collect()
}

/// The column of a field: its name, unless the outbox has or may have a column of that name; shortened where it is too long.
fn column(field: &str) -> String {
    let lower = field.to_lowercase();
    let is_taken = ["op", "key", "hash"].contains(&lower.as_str())
        || ["sync__", "policy__"].iter().any(|begin| lower.starts_with(begin));
    let name = if is_taken || field.ends_with("__field") { format!("{field}__field") } else { field.to_owned() };
    fitted(&name, LONGEST)
}

/// md5 of the definition and every field's text with its length before it, so that no two rows of values read alike.
fn hash(definition: &str, values: Vec<(Scalar, &Typed)>) -> Scalar {
    let mut parts = vec![Scalar::text(&format!("{definition};"))];
    for (value, typed) in values {
        if let Scalar::Constant(Constant::Text(text)) = &value {
            parts.push(Scalar::text(&format!("{}:{text}", text.chars().count())));
            continue;
        }
        let text = value.as_text(&typed.kind);
        let length = call::function("length", vec![(text.clone(), Type::Text)], Type::Int).as_text(&Type::Int);
        let counted = vec![length, Scalar::text(":"), text];
        if typed.nullable {
            parts.push(concat(counted).or_else(Scalar::text("-")));
        } else {
            parts.extend(counted);
        }
    }
    call::function("md5", vec![(concat(parts), Type::Text)], Type::Text)
}

pub(super) fn concat(parts: Vec<Scalar>) -> Scalar {
    call::function("concat", parts.into_iter().map(|part| (part, Type::Text)).collect(), Type::Text)
}
