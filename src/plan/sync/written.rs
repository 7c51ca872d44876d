//! Takes a sync and gives what it has written up to the parent run: the parent's own record, with the receipts that
//! the parent run's delivery left. A deleted object is gone; one that left otherwise is there still, with the hash of that.

use super::outbox::{concat, nulls};
use super::{null_mark, table};
use crate::manifest::SyncSpec;
use crate::plan::call;
use crate::plan::rel::{Body, Compare, Item, Join, JoinKind, Parameter, Query, Scalar, Select, Table};
use crate::types::Type;

/// How long a hash is.
const HASH: i64 = 32;

/// key, hash, created of every object that the sync has written; the hash is that of what was sent last.
pub fn written(spec: &SyncSpec) -> Query {
    let receipts = receipts(spec).body().step("receipts");
    let latest =
        Select::from(Table::Step("receipts".to_owned()).alias("r"), columns("r", &["key", "op", "hash", "created"]))
            .filter(Scalar::column("r", "place").equals(Type::Int, Scalar::int(1)))
            .body()
            .step("latest");
    let before = || Table::State(format!("{}__prev", table(&spec.name))).alias("b");
    let same_key = || Scalar::column("b", "key").equals(Type::Text, Scalar::column("l", "key"));
    // Looked up by key among the receipts themselves, which have an index.
    let receipt = accepted(spec, vec![Scalar::int(1).named("found")])
        .filter(Scalar::column("r", "key").equals(Type::Text, Scalar::column("b", "key")));
    let kept = vec![
        Scalar::column("b", "key").named("key"),
        hash(spec, "b").named("hash"),
        Scalar::column("b", "created").named("created"),
    ];
    let kept = Select {
        comments: vec![
            "untouched by the parent run".to_owned(),
            format!("hash: its first {HASH} letters; marks of fields that are always null stand behind them"),
        ],
        ..Select::from(before(), kept).filter(Scalar::Exists(Box::new(receipt.body()), true))
    };
    let created =
        Scalar::Or(vec![Scalar::column("l", "created"), Scalar::column("b", "created").or_else(Scalar::bool(false))]);
    let items = vec![Scalar::column("l", "key").named("key"), hash(spec, "l").named("hash"), created.named("created")];
    let mut fresh = Select::from(Table::Step("latest".to_owned()).alias("l"), items);
    fresh.comments.push("written by the parent run".to_owned());
    fresh.joins.push(Join { kind: JoinKind::Left, with: before(), on: vec![same_key()] });
    fresh.filter.push(Scalar::column("l", "op").compare(Compare::NotEqual, Type::Text, Scalar::text("delete")));
    let body = Body { selects: vec![kept, fresh], order_by: Vec::new() };
    body.after(vec![receipts, latest])
}

/// The hash of what was sent, without the marks of fields that were always null and are no longer set: it is what this program
/// would have sent.
fn hash(spec: &SyncSpec, alias: &str) -> Scalar {
    let whole = || (Scalar::column(alias, "hash"), Type::Text);
    let first = call::function("left", vec![whole(), (Scalar::int(HASH), Type::Int)], Type::Text);
    let marks = nulls(spec).map(|name| {
        let mark = Scalar::text(&null_mark(name));
        let has_it = call::function("contains", vec![whole(), (mark.clone(), Type::Text)], Type::Bool);
        Scalar::Case(vec![(has_it, mark)], Some(Box::new(Scalar::text(""))))
    });
    let parts: Vec<Scalar> = std::iter::once(first).chain(marks).collect();
    match parts.as_slice() {
        [only] => only.clone(),
        _ => concat(parts),
    }
}

/// The accepted receipts of the parent run, the latest of each key first.
fn receipts(spec: &SyncSpec) -> Select {
    let mut items = columns("r", &["key", "op", "hash"]);
    items.push(Scalar::column("r", "created").or_else(Scalar::bool(false)).named("created"));
    let newest_first = vec![
        Scalar::column("r", "happened_at").descending(Type::Timestamp),
        Scalar::column("r", "op").ascending(Type::Text),
        Scalar::column("r", "hash").ascending(Type::Text),
    ];
    items.push(Scalar::row_number(vec![Scalar::column("r", "key")], newest_first).named("place"));
    accepted(spec, items)
}

/// What the destination accepted of the sync in the parent run.
fn accepted(spec: &SyncSpec, items: Vec<Item>) -> Select {
    let names = spec.names().cloned().collect();
    Select::from(Table::State("receipts".to_owned()).alias("r"), items)
        .filter(Scalar::column("r", "sync").is_one_of(names))
        .filter(Scalar::column("r", "object").equals(Type::Text, Scalar::text(&spec.place())))
        .filter(Scalar::column("r", "run").equals(Type::Text, Scalar::Parameter(Parameter::Parent)))
        .filter(Scalar::column("r", "accepted"))
}

fn columns(alias: &str, names: &[&str]) -> Vec<Item> {
    names.iter().map(|name| Scalar::column(alias, name).named(name)).collect()
}
