//! `plgc why`: takes a field and the key of a row, gives why the field has its value there: each condition with the row's values, and
//! what would have to be otherwise; of a policy whom it forbids, of a sync whom it sends. Reads the target, changes nothing.

mod asked;

use std::collections::BTreeMap;
use std::path::Path;

use miette::Diagnostic;

use super::project::Project;
use super::terminal::Terminal;
use super::{Broken, Exit, Format, Outcome, run};
use crate::eval::{self, Born, Firing, Input, Look, Output, Receipt, Value};
use crate::manifest;
use crate::program::{FieldId, FieldKind, Program, SourceId};
use crate::run::past::{self, Fired, Past, Rows, Table, Wanted};
use crate::test::compare::shown;
use crate::test::value;
use crate::types::Type;
use crate::why::{About, Node, Why, Written, explain, explain_policy, explain_sync};
use asked::Asked;

/// How many rows all sources may have where it is also looked up when time alone changes the field.
const FEW: usize = 100_000;
const HOUR: i64 = 3_600_000_000;
const SECOND: i64 = 1_000_000;
const YEAR: i64 = 366 * 24 * HOUR;

/// Show why a field of a row has its value
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// An audience, a step, a policy or a sync, or another field as ENTITY.FIELD
    field: String,
    /// The key of the row
    #[arg(allow_negative_numbers = true)]
    key: String,
    /// The target, as plg.toml names it
    #[arg(short, long)]
    target: Option<String>,
    /// As a run at this instant would find it; default: the last run's
    #[arg(long, value_name = "INSTANT", value_parser = run::instant)]
    as_of: Option<i64>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// A row that is not there.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{entity}` has no row with the key `{key}`")]
#[diagnostic(code("unknown-why-key"))]
struct UnknownKey {
    entity: String,
    key: String,
    #[help]
    help: String,
}

/// A target on which nothing was built.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("target `{target}` has had no run")]
#[diagnostic(code("no-run-yet"), help("run it first: `plgc run -t {target}`"))]
struct NoRunYet {
    target: String,
}

/// The row cannot be computed.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the row cannot be explained: {why}")]
#[diagnostic(code("why-stopped"), help("mend the value in the source, or round or convert it in the program"))]
struct Stopped {
    why: String,
}

fn stopped(stop: eval::Stop) -> Broken {
    Broken::new(Exit::Stopped, Stopped { why: stop.to_string() })
}

pub(super) fn main(args: &Args, folder: Option<&Path>, terminal: &Terminal) -> Outcome {
    let mut project = Project::load(folder)?;
    let program = project.program()?;
    let id = asked::named(&program, &args.field)?;
    let written = project.target(args.target.as_deref())?;
    let (compiled, target, secrets) = run::without_destinations(&mut project, written)?;
    let none = || Broken::new(Exit::Stopped, NoRunYet { target: target.name.clone() });
    if let Some(path) = target.location.file()
        && !path.exists()
    {
        return Err(none());
    }
    let syncs = program.streams.iter().flat_map(|stream| std::iter::once(&stream.name).chain(&stream.was)).cloned();
    let channels = program.channels.iter().flat_map(|it| std::iter::once(&it.name).chain(&it.was)).cloned();
    let own = id.sync().into_iter().flat_map(|sync| std::iter::once(&sync.name).chain(&sync.was)).cloned();
    let wanted = Wanted { syncs: syncs.chain(own).collect(), channels: channels.collect() };
    let past =
        past::read(&compiled, &target, &wanted).map_err(|error| Broken::new(run::exit_of(error.fault()), error))?;
    let past = past.ok_or_else(none)?;
    let why = explained(&program, &project, &id, (args, &past))?;
    let text = match args.format {
        Format::Text => text(&why),
        Format::Json => format!("{:#}\n", serde_json::json!(why)),
    };
    terminal.out(&secrets.hide(&text))?;
    Ok(Exit::Done)
}

fn explained(program: &Program, project: &Project, asked: &Asked, (args, past): (&Args, &Past)) -> Result<Why, Broken> {
    let last = eval::parse_instant(&past.now).unwrap_or_default();
    let now = args.as_of.map_or(last, |seconds| seconds * SECOND);
    if now < last {
        let said = |micros| shown(&Value::Timestamp(micros), &Type::Timestamp);
        let earlier = crate::run::RunError::Earlier { now: said(now), last: said(last) };
        return Err(Broken::new(Exit::Stopped, earlier));
    }
    let tables = past.sources.iter().map(|table| table.rows.iter().map(|row| read(row, table)).collect());
    let rows: BTreeMap<SourceId, Vec<eval::Row>> = (0..).map(SourceId).zip(tables).collect();
    // What a run finds is what was before its instant.
    let before = output(past, if now == last { &past.before } else { &past.after }, now);
    let (receipts, accepted) = (receipts(past, now), receipts(past, now + 1));
    let written = written(program, asked, past, now);
    let input = Input { rows: &rows, now, before: &before, receipts: &receipts };
    let look = Look::new(program, &input).map_err(stopped)?;
    let entity = asked.entity(program);
    let Some(row) = look.row(entity, &args.key) else {
        let help = remembered(program, asked.field(), &args.key, &output(past, &past.after, i64::MAX)).unwrap_or_else(|| {
            "the source has no such row, or the `where` of the entity leaves it out; write the key as it is in the source"
                .to_owned()
        });
        let (entity, key) = (program.entity(entity).name.clone(), args.key.clone());
        return Err(Broken::new(Exit::Stopped, UnknownKey { entity, key, help }));
    };
    let about = About {
        program,
        sources: &project.sources,
        look: &look,
        row,
        fresh: false,
        accepted: &accepted,
        written: &written,
    };
    let why = match asked {
        Asked::Field(id) => explain(about, *id, &args.key),
        Asked::Policy(id) => explain_policy(about, *id, &args.key),
        Asked::Sync(sync) => explain_sync(about, sync, &args.key),
    };
    let mut why = why.map_err(stopped)?;
    let turning = turning(program, asked, about).map_err(stopped)?;
    if rows.values().map(Vec::len).sum::<usize>() <= FEW
        && let Some((id, of)) = turning
    {
        let after = if now == last {
            output(past, &past.after, i64::MAX)
        } else {
            eval::evaluate(program, &input).map_err(stopped)?
        };
        let turns = turns(program, id, &args.key, &Input { before: &after, ..input });
        why.waits_until = turns.map(|turns| format!("{of}{turns}"));
    }
    Ok(why)
}

/// The field that time may turn, and what is said before it; of a sync, that of the first policy of its own rows that holds it back.
fn turning(program: &Program, asked: &Asked, about: About<'_>) -> Result<Option<(FieldId, String)>, eval::Stop> {
    let sync = match asked {
        Asked::Field(id) => return Ok(waits(program, *id).then(|| (*id, String::new()))),
        Asked::Policy(id) => return Ok(Some((program.policy(*id).forbids, String::new()))),
        Asked::Sync(sync) => sync,
    };
    for heeded in sync.policies.iter().filter(|it| it.path.is_empty() && it.standing.gate().is_some()) {
        let policy = program.policy(heeded.policy);
        if about.look.field(policy.forbids, about.row)?.0.holds() {
            return Ok(Some((policy.forbids, format!("policy {} is ", policy.name))));
        }
    }
    Ok(None)
}

/// What earlier runs know of what syncs from a step sent.
fn receipts(past: &Past, now: i64) -> Vec<Receipt> {
    let receipt = |[sync, object, firing, at, _]: &[String; 5]| {
        let (to, _) = object.rsplit_once(" by ")?;
        let at = eval::parse_instant(at).filter(|at| *at < now)?;
        Some(Receipt { sync: sync.clone(), to: to.to_owned(), firing: firing.clone(), at })
    };
    past.accepted.iter().filter_map(receipt).collect()
}

/// What was accepted of the sync of rows that is asked for, at the object to which it writes now.
fn written(program: &Program, asked: &Asked, past: &Past, now: i64) -> Vec<Written> {
    let Some(sync) = asked.sync() else { return Vec::new() };
    let destination = &program.destination(sync.destination).name;
    let place = manifest::place(destination, (&sync.object, sync.argument.as_ref()), &sync.matches.0);
    let read = |[by, object, key, at, op]: &[String; 5]| {
        let is_own = *object == place && (*by == sync.name || sync.was.as_ref() == Some(by));
        let at = eval::parse_instant(at).filter(|at| is_own && *at <= now)?;
        Some(Written { key: key.clone(), op: op.clone(), at })
    };
    past.accepted.iter().filter_map(read).collect()
}

/// What is said of a row that is no more and is remembered.
fn remembered(program: &Program, id: Option<FieldId>, key: &str, last: &Output) -> Option<String> {
    let field = program.field(id?);
    let table = last.entities.get(&program.entity(field.entity).name)?;
    let row =
        table.vanished.iter().find(|row| table.value(row, &table.key).and_then(Value::text).as_deref() == Some(key))?;
    let value = table.value(row, &field.name).filter(|value| !value.is_null())?;
    let value = shown(value, &field.typed.kind);
    Some(format!(
        "the row is gone; what is remembered of it is that `{}` is `{value}`, which it has again when it is back",
        field.name
    ))
}

/// Whether a field's value is one of a few, so that it turns at an instant.
fn waits(program: &Program, id: FieldId) -> bool {
    let field = program.field(id);
    field.typed.kind == Type::Bool || matches!(field.kind, FieldKind::Status { .. })
}

/// When the field becomes another value where nothing but time passes, within a year; found by halving, to the second.
fn turns(program: &Program, id: FieldId, key: &str, input: &Input<'_>) -> Option<String> {
    let value = |now: i64| {
        let look = Look::new(program, &Input { now, ..input.clone() }).ok()?;
        let row = look.row(program.field(id).entity, key)?;
        look.field(id, row).ok().map(|(value, _)| value)
    };
    let is = value(input.now)?;
    let (mut same, mut step) = (input.now, HOUR);
    let mut other = loop {
        let next = input.now.checked_add(step)?;
        if value(next)? != is {
            break next;
        }
        if step >= YEAR {
            return None;
        }
        (same, step) = (next, (step * 2).min(YEAR));
    };
    while other - same > SECOND {
        let middle = same + (other - same) / 2 / SECOND * SECOND;
        if value(middle)? == is { same = middle } else { other = middle }
    }
    let (field, then) = (program.field(id), value(other)?);
    let at = shown(&Value::Timestamp(other), &Type::Timestamp);
    Some(format!("{} from {at} on", shown(&then, &field.typed.kind)))
}

fn firing(it: &Fired) -> Option<Firing> {
    Some(Firing {
        step: it.step.clone(),
        key: it.key.clone(),
        entry: it.entry,
        at: eval::parse_instant(&it.at)?,
        channel: Some((it.channel.clone(), it.member.clone())),
    })
}

fn read(row: &[crate::engine::Value], table: &Table) -> eval::Row {
    row.iter().zip(&table.columns).map(|(it, (_, kind))| value::read(it, kind)).collect()
}

/// A run's tables as the evaluator has them, and what has fired before an instant.
fn output(past: &Past, tables: &[Rows], until: i64) -> Output {
    let mut output = Output::default();
    let born = past.born.iter().filter_map(|(name, at, mark)| {
        let mark = mark.clone().unwrap_or_default();
        Some((name.clone(), Born { at: eval::parse_instant(at)?, mark }))
    });
    output.born = born.collect();
    output.firings = past.fired.iter().filter_map(firing).filter(|it| it.at < until).collect();
    for it in tables {
        let columns: Vec<String> = it.there.columns.iter().map(|(name, _)| name.clone()).collect();
        let widened = |row: &crate::engine::Row| {
            let mut wide = vec![Value::Null; columns.len()];
            for ((name, _), value) in it.kept.columns.iter().zip(read(row, &it.kept)) {
                let place = columns.iter().position(|column| column == name);
                if let Some(slot) = place.and_then(|place| wide.get_mut(place)) {
                    *slot = value;
                }
            }
            wide
        };
        let rows = it.there.rows.iter().map(|row| read(row, &it.there)).collect();
        let vanished = it.kept.rows.iter().map(widened).collect();
        let found = eval::Table { key: it.key.clone(), columns, rows, vanished };
        output.entities.insert(it.entity.clone(), found);
    }
    output
}

fn text(why: &Why) -> String {
    let since = why.since.as_ref().map(|since| format!(", since {since}")).unwrap_or_default();
    let mut out = format!("{} of {} is {}{since}, in a run at {}\n", why.field, why.key, why.value, why.now);
    why.tree.iter().for_each(|node| lines(node, 1, &mut out));
    if let Some(nearest) = &why.nearest {
        out.push_str(&format!("nearest change, for {}:\n", nearest.value));
        nearest.changes.iter().for_each(|change| out.push_str(&format!("  {change}\n")));
    }
    if let Some(turns) = &why.waits_until {
        out.push_str(&format!("if only time passes: {turns}\n"));
    }
    if !why.syncs.is_empty() {
        out.push_str("syncs:\n");
        why.syncs.iter().for_each(|node| lines(node, 1, &mut out));
    }
    out
}

fn lines(node: &Node, depth: usize, out: &mut String) {
    let mark = match node.holds {
        Some(true) => "✓ ",
        Some(false) => "✗ ",
        None => "",
    };
    let since = node.since.as_ref().map(|since| format!(", since {since}")).unwrap_or_default();
    let reads: Vec<String> = node.reads.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let reads = if reads.is_empty() { String::new() } else { format!("  ({})", reads.join(", ")) };
    out.push_str(&format!("{}{mark}{}{since}{reads}\n", "  ".repeat(depth), node.text));
    node.below.iter().for_each(|below| lines(below, depth + 1, out));
}
