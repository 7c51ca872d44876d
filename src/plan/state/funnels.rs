//! Takes the funnels of a [`Program`] and gives what people read of each: a view with a row for each member, and when it reached
//! each step; and one with a row for each group and step, and how many reached it.

use crate::plan::fold::funnel::column as counted;
use crate::plan::model::names::Names;
use crate::plan::rel::{Aggregate, Body, Compare, Item, Scalar, Select, Table};
use crate::plan::{View, cites, column_name};
use crate::program::{ExprKind, Funnel, LAST_STEP, Program, SUMMARY, What};
use crate::source::Sources;
use crate::types::Type;

/// The views of a funnel: its members, and then the summary, which reads them.
pub(super) fn views(program: &Program, sources: &Sources, funnel: &Funnel) -> [View; 2] {
    let base = funnel.base.map_or(&program.entity(funnel.entity).name, |base| &program.field(base).name);
    let first = format!("funnel {} of {base} ({})", funnel.name, cites::file(sources, funnel.span));
    let comments = |what: &str| -> Vec<String> {
        let doc = funnel.doc.iter().flat_map(|doc| doc.lines());
        let steps = funnel.steps.iter().filter_map(|step| {
            let line = step.doc.as_ref()?.lines().next()?;
            Some(format!("  {}: {line}", step.name))
        });
        std::iter::once(format!("{first}: {what}")).chain(doc.map(str::to_owned)).chain(steps).collect()
    };
    [
        View {
            name: funnel.name.clone(),
            comments: comments("each member, and when it reached each step"),
            query: members(program, funnel).body().after(Vec::new()),
        },
        View {
            name: funnel.summary(),
            comments: comments("how many members reached each step"),
            query: summary(funnel),
        },
    ]
}

/// The members of the funnel's audience, and when each reached each step.
fn members(program: &Program, funnel: &Funnel) -> Select {
    let entity = program.entity(funnel.entity);
    let key = &program.column(funnel.entity, entity.key).name;
    let own = std::iter::once(key).chain(funnel.per.iter().map(|group| &group.name));
    let mut items: Vec<Item> = own.map(|name| Scalar::column("w", name).named(name)).collect();
    let count = || Scalar::column("w", &counted(funnel));
    let mut last = Vec::new();
    for (number, step) in (1..).zip(&funnel.steps) {
        let ExprKind::Read { what, .. } = step.value.kind else { continue };
        let Some(column) = column_name(program, funnel.entity, what) else { continue };
        let reached = count().compare(Compare::GreaterEqual, Type::Int, Scalar::int(number));
        items.push(Scalar::Case(vec![(reached, Scalar::column("w", &column))], None).named(&step.name));
        last.push((count().equals(Type::Int, Scalar::int(number)), Scalar::text(&step.name)));
    }
    items.push(Scalar::Case(last, None).named(LAST_STEP));
    let select = Select::from(Table::Model(entity.name.clone()).alias("w"), items);
    match funnel.base.and_then(|base| column_name(program, funnel.entity, What::Field(base))) {
        Some(base) => select.filter(Scalar::column("w", &base)),
        None => select,
    }
}

/// How many members each group has, and how many of them reached each step; then a row for each of these.
fn summary(funnel: &Funnel) -> crate::plan::rel::Query {
    let [number, step, members, reached, of_first, of_previous] = SUMMARY;
    let mut names = Names::default();
    let groups: Vec<&str> = funnel.per.iter().map(|group| group.name.as_str()).collect();
    groups.iter().chain([&members]).for_each(|name| {
        names.claim(name);
    });
    let counts: Vec<String> = funnel.steps.iter().map(|step| names.claim(&step.name)).collect();
    let copied = |alias: &'static str| groups.iter().map(move |name| Scalar::column(alias, name).named(name));
    let mut items: Vec<Item> = copied("f").collect();
    items.push(Scalar::count_rows().named(members));
    items.extend(funnel.steps.iter().zip(&counts).map(|(step, name)| {
        Scalar::Aggregate(Aggregate::Count(Box::new(Scalar::column("f", &step.name)))).named(name)
    }));
    let mut counted = Select::from(Table::View(funnel.name.clone()).alias("f"), items);
    counted.group_by = groups.iter().map(|name| Scalar::column("f", name)).collect();
    let of = |name: &str| Scalar::column("c", name);
    let mut before: Option<&String> = None;
    let mut selects = Vec::new();
    for ((place, it), count) in (1..).zip(&funnel.steps).zip(&counts) {
        let mut items: Vec<Item> = copied("c").collect();
        items.extend([
            Scalar::int(place).named(number),
            Scalar::text(&it.name).named(step),
            of(members).named(members),
            of(count).named(reached),
            share(of(count), counts.first().map_or_else(|| of(count), |first| of(first))).named(of_first),
            before.map_or_else(|| Scalar::null(Type::Float), |before| share(of(count), of(before))).named(of_previous),
        ]);
        selects.push(Select::from(Table::Step("counted".to_owned()).alias("c"), items));
        before = Some(count);
    }
    Body { selects, order_by: Vec::new() }.after(vec![counted.body().step("counted")])
}

/// A part of a whole; null of nothing.
fn share(part: Scalar, whole: Scalar) -> Scalar {
    let float = |it: Scalar| Scalar::Cast(Box::new(it), Type::Int, Type::Float);
    Scalar::Call("float_divide".to_owned(), vec![float(part), float(whole)], Type::Float)
}
