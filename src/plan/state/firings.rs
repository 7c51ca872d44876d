//! Takes an entity and gives the rows of `plg_state.firings` of this run: what has fired in its sequences, in declared order. A
//! repetition within a run gives nothing.

use crate::plan::Column;
use crate::plan::fold::HIDDEN;
use crate::plan::rel::{Body, Item, Parameter, Query, Scalar, Select, Table};
use crate::plan::scalar;
use crate::program::{EntityId, Program, Sequence, Step};
use crate::types::Type;

/// step, key, entry, happened_at, channel, member, run; `None` where the entity has no sequence.
pub fn firings(program: &Program, id: EntityId, key: &Column) -> Option<Query> {
    let sequences = program.sequences.iter().filter(|sequence| sequence.entity == id);
    let steps: Vec<(&Sequence, &Step)> =
        sequences.flat_map(|sequence| sequence.steps.iter().map(move |step| (sequence, step))).collect();
    if steps.is_empty() {
        return None;
    }
    let selects = steps.iter().map(|(sequence, step)| fired(program, id, key, (sequence, step))).collect();
    let fired = Body { selects, order_by: Vec::new() }.step("fired");
    let copy = |name: &str| -> Item { Scalar::column("f", name).named(name) };
    let mut items: Vec<Item> = ["step", "key", "entry"].map(copy).into();
    items.push(scalar::now().named("happened_at"));
    items.extend(["channel", "member"].map(copy));
    items.push(Scalar::Parameter(Parameter::Run).named("run"));
    let names = steps.iter().map(|(sequence, step)| Scalar::text(&dotted(sequence, step))).collect();
    let select = Select::from(Table::Step("fired".to_owned()).alias("f"), items)
        .filter(super::unrecorded("firings", "step", names));
    Some(select.body().after(vec![fired]))
}

/// The rows in which a step fired in this run.
fn fired(program: &Program, id: EntityId, key: &Column, (sequence, step): (&Sequence, &Step)) -> Select {
    let column = |name: &str| Scalar::column("c", name);
    let (channel, member) = match &step.via {
        None => (Scalar::null(Type::Text), Scalar::null(Type::Text)),
        Some(via) => {
            let channel = program.channel(via.channel);
            let reached = program.column(channel.entity, program.entity(channel.entity).key);
            let name = format!("{HIDDEN}{}__{}__member", sequence.name, step.name);
            (Scalar::text(&channel.name), column(&name).as_text(&reached.typed.kind))
        }
    };
    let items = vec![
        Scalar::text(&dotted(sequence, step)).named("step"),
        column(&key.name).as_text(&key.typed.kind).named("key"),
        column(&program.field(sequence.entry).name).named("entry"),
        channel.named("channel"),
        member.named("member"),
    ];
    let at = column(&program.field(step.at).name);
    Select::from(Table::Model(program.entity(id).name.clone()).alias("c"), items)
        .filter(at.equals(Type::Timestamp, scalar::now()))
}

/// The step as the log names it.
fn dotted(sequence: &Sequence, step: &Step) -> String {
    format!("{}.{}", sequence.name, step.name)
}
