//! Takes the funnels of a [`Program`] and gives what people read of each: a view with a row for each member and the instants
//! that count, and a table with the summary, a row for each step and group, with its view.

use crate::dialect::names::{LONGEST_DECLARED, fitted};
use crate::plan::rel::{Aggregate, Body, Compare, Constant, Item, Scalar, Select, Sort, Table, Window, WindowFunction};
use crate::plan::{Column, Model, View, cites, column_name};
use crate::program::{Funnel, Program, What};
use crate::source::Sources;
use crate::types::{Type, Typed};

/// The views of every funnel, by name.
#[must_use]
pub fn views(program: &Program, sources: &Sources) -> Vec<View> {
    program.funnels.iter().flat_map(|it| [members(program, sources, it), of_summary(program, sources, it)]).collect()
}

/// The table of every funnel's summary, by name.
#[must_use]
pub fn models(program: &Program, sources: &Sources) -> Vec<Model> {
    program.funnels.iter().map(|funnel| summary(program, sources, funnel)).collect()
}

/// The table of a funnel's summary, and its view.
#[must_use]
pub fn summary_name(funnel: &Funnel) -> String {
    fitted(&format!("{}__summary", funnel.name), LONGEST_DECLARED)
}

/// The columns of the groups, with their types.
fn groups(program: &Program, funnel: &Funnel) -> Vec<(String, Type)> {
    let kind = |what: What| match what {
        What::Column(id) => program.column(funnel.entity, id).typed.kind.clone(),
        What::Field(id) | What::Since(id) => program.field(id).typed.kind.clone(),
        What::Exists => Type::Bool,
    };
    funnel.per.iter().map(|(name, what)| (name.clone(), kind(*what))).collect()
}

/// The members of the funnel's audience in this run's model, under `w`.
fn rows(program: &Program, funnel: &Funnel, items: Vec<Item>) -> Select {
    let entity = program.entity(funnel.entity);
    let select = Select::from(Table::Model(entity.name.clone()).alias("w"), items);
    match funnel.base.and_then(|base| column_name(program, funnel.entity, What::Field(base))) {
        Some(base) => select.filter(Scalar::column("w", &base)),
        None => select,
    }
}

/// The key, the groups, and when each step counts.
fn items(program: &Program, funnel: &Funnel, with_key: bool) -> Vec<Item> {
    let key = &program.column(funnel.entity, program.entity(funnel.entity).key).name;
    let groups = groups(program, funnel).into_iter().map(|(name, _)| name);
    let own = with_key.then(|| key.clone()).into_iter().chain(groups.filter(|name| !with_key || name != key));
    let own = own.map(|name| Scalar::column("w", &name).named(&name));
    let steps = funnel.steps.iter().map(|step| Scalar::column("w", &program.field(step.counts).name).named(&step.name));
    own.chain(steps).collect()
}

fn members(program: &Program, sources: &Sources, funnel: &Funnel) -> View {
    View {
        name: funnel.name.clone(),
        comments: comments(program, sources, funnel, "each member, and when each step counts"),
        query: rows(program, funnel, items(program, funnel, true)).body().after(Vec::new()),
    }
}

fn comments(program: &Program, sources: &Sources, funnel: &Funnel, what: &str) -> Vec<String> {
    let base = match funnel.base {
        Some(base) => &program.field(base).name,
        None => &program.entity(funnel.entity).name,
    };
    let first = format!("funnel {} of {base} ({}): {what}", funnel.name, cites::file(sources, funnel.span));
    std::iter::once(first).chain(funnel.doc.iter().flat_map(|doc| doc.lines()).map(str::to_owned)).collect()
}

fn of_summary(program: &Program, sources: &Sources, funnel: &Funnel) -> View {
    let name = summary_name(funnel);
    View {
        comments: comments(program, sources, funnel, "how many members came to each step"),
        query: Select::from(Table::Model(name.clone()).alias("w"), vec![Item::All("w".to_owned())])
            .body()
            .after(Vec::new()),
        name,
    }
}

/// Each step and group: how many members came to it, which share of the first and of the step before, and the median time
/// from the step before.
fn summary(program: &Program, sources: &Sources, funnel: &Funnel) -> Model {
    let groups = groups(program, funnel);
    let steps = vec![
        rows(program, funnel, items(program, funnel, false)).body().step("members"),
        times(funnel, &groups).step("steps"),
        placed(&groups).body().step("placed"),
        counted(&groups).body().step("counted"),
    ];
    let column =
        |name: &str, typed: Typed| Column { name: name.to_owned(), typed, doc: None, was: None, stages: Vec::new() };
    let own = [
        ("step_number", Type::Int.required()),
        ("step", Type::Text.required()),
        ("entered", Type::Int.required()),
        ("share_of_first", Type::Float.optional()),
        ("share_of_previous", Type::Float.optional()),
        ("median_from_previous", Type::Duration.optional()),
    ];
    let grouped = groups.iter().map(|(name, kind)| column(name, kind.clone().optional()));
    let columns = own.into_iter().map(|(name, typed)| column(name, typed));
    Model {
        name: summary_name(funnel),
        entity: program.entity(funnel.entity).name.clone(),
        comments: comments(program, sources, funnel, "how many members came to each step"),
        query: shares(&groups).body().after(steps),
        columns: grouped.chain(columns).collect(),
        last: false,
        keys_only: false,
        is_summary: true,
    }
}

fn copied(alias: &str, groups: &[(String, Type)]) -> Vec<Item> {
    groups.iter().map(|(name, _)| Scalar::column(alias, name).named(name)).collect()
}

fn by(alias: &str, groups: &[(String, Type)]) -> Vec<Scalar> {
    groups.iter().map(|(name, _)| Scalar::column(alias, name)).collect()
}

/// A row for each member and step that counts: its number, its name, and how long it took from the step before.
fn times(funnel: &Funnel, groups: &[(String, Type)]) -> Body {
    let mut before: Option<&str> = None;
    let mut selects = Vec::new();
    for (number, step) in (1..).zip(&funnel.steps) {
        let at = |name: &str| Scalar::column("m", name);
        let took = match before {
            Some(before) => Scalar::Call("timestamp_diff".to_owned(), vec![at(&step.name), at(before)], Type::Duration),
            None => Scalar::null(Type::Duration),
        };
        let mut items = copied("m", groups);
        items.extend([
            Scalar::int(number).named("step_number"),
            Scalar::text(&step.name).named("step"),
            Scalar::Case(vec![(at(&step.name).is_not_null(), Scalar::int(1))], Some(Box::new(Scalar::int(0))))
                .named("step__came"),
            took.named("step__took"),
        ]);
        selects.push(Select::from(Table::Step("members".to_owned()).alias("m"), items));
        before = Some(&step.name);
    }
    Body { selects, order_by: Vec::new() }
}

/// The same, with its place among those of its step and group by how long it took, and how many of them there are.
fn placed(groups: &[(String, Type)]) -> Select {
    let alike = || by("s", groups).into_iter().chain([Scalar::column("s", "step_number")]).collect::<Vec<_>>();
    let took = || Scalar::column("s", "step__took");
    let timed = Scalar::Window(Box::new(Window {
        function: WindowFunction::Aggregate(Aggregate::Count(Box::new(took()))),
        partition_by: alike(),
        order_by: Vec::new(),
    }));
    let place = Scalar::row_number(alike(), vec![took().ascending(Type::Duration)]);
    let items = vec![Item::All("s".to_owned()), place.named("step__place"), timed.named("step__timed")];
    Select::from(Table::Step("steps".to_owned()).alias("s"), items)
}

/// A row for each step and group: how many came, and the one or two times in the middle.
fn counted(groups: &[(String, Type)]) -> Select {
    let of = |name: &str| Scalar::column("p", name);
    let sum = |a: Scalar, b: Scalar| Scalar::Call("int_add".to_owned(), vec![a, b], Type::Int);
    let twice = || sum(of("step__place"), of("step__place"));
    let middle = || {
        let from = twice().compare(Compare::GreaterEqual, Type::Int, of("step__timed"));
        let to = twice().compare(Compare::LessEqual, Type::Int, sum(of("step__timed"), Scalar::int(2)));
        Box::new(Scalar::Case(vec![(Scalar::And(vec![from, to]), of("step__took"))], None))
    };
    let mut items = copied("p", groups);
    items.extend([
        of("step_number").named("step_number"),
        of("step").named("step"),
        Scalar::Aggregate(Aggregate::Sum(Box::new(of("step__came")), Type::Int)).named("entered"),
        Scalar::Aggregate(Aggregate::Min(middle(), Type::Duration)).named("step__low"),
        Scalar::Aggregate(Aggregate::Max(middle(), Type::Duration)).named("step__high"),
    ]);
    let mut select = Select::from(Table::Step("placed".to_owned()).alias("p"), items);
    select.group_by = by("p", groups).into_iter().chain([of("step_number"), of("step")]).collect();
    select
}

/// What people read of it.
fn shares(groups: &[(String, Type)]) -> Select {
    let of = |name: &str| Scalar::column("c", name);
    let window = |function: WindowFunction, order_by: Vec<Sort>| {
        Scalar::Window(Box::new(Window { function, partition_by: by("c", groups), order_by }))
    };
    let first = window(WindowFunction::Aggregate(Aggregate::Max(Box::new(of("entered")), Type::Int)), Vec::new());
    let in_order = vec![of("step_number").ascending(Type::Int)];
    let before = window(WindowFunction::Lag(of("entered")), in_order);
    let float = |it: Scalar| Scalar::Cast(Box::new(it), Type::Int, Type::Float);
    let share =
        |whole: Scalar| Scalar::Call("float_divide".to_owned(), vec![float(of("entered")), float(whole)], Type::Float);
    let call = |name: &str, a: Scalar, b: Scalar| Scalar::Call(name.to_owned(), vec![a, b], Type::Duration);
    let half = Scalar::Constant(Constant::Float(0.5));
    let way = call("duration_scale", call("duration_subtract", of("step__high"), of("step__low")), half);
    let mut items = copied("c", groups);
    items.extend([
        of("step_number").named("step_number"),
        of("step").named("step"),
        of("entered").named("entered"),
        share(first).named("share_of_first"),
        share(before).named("share_of_previous"),
        call("duration_add", of("step__low"), way).named("median_from_previous"),
    ]);
    Select::from(Table::Step("counted".to_owned()).alias("c"), items)
}
