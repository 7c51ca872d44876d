//! One sync: what it has written, what it has to send, its guards, and the sending, batch after batch. A batch's receipts are on
//! the disk before the next batch goes. What is refused stays pending; what fails is sent again by a later run.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;

use super::outcome::{Event, SyncOutcome, counted};
use super::session::{Run, Session, file};
use super::{RunError, gate, state};
use crate::destination::push::{Connection, Given, Item, Op, PushError, Receipt, Shape, Write};
use crate::destination::{self, Spec};
use crate::engine::journal::{Intents, Line};
use crate::engine::{Row, Slot, Value};
use crate::manifest::{Limit, Manifest, Mode, Sync, SyncSpec};
use crate::types::Type;

/// Reasons that are shown of what was refused.
const REASONS: usize = 10;

/// Why a target sends nothing at all.
const NOT_SENT: &str = "`--hold`, or `deliver` of the target is not true";

/// The operation and the hash of a row that may have been taken and may not: whatever it is in the next run is sent, also what
/// was written before it.
const UNSURE: &str = "unsure";

/// How many rows a sync has to send, by operation.
type Counts = Vec<(Op, u64)>;

/// Builds what a sync has written, and sends what differs. Where a statement of it fails, the sync is held: all others go on,
/// the run ends, and the next one may have mended rows or another program.
pub async fn sync(
    session: &mut Session<'_>,
    manifest: &Manifest,
    sync: &Sync,
    run: &Run,
    held: Option<&String>,
) -> Result<SyncOutcome, RunError> {
    record(session, sync, run).await?;
    let mut outcome = SyncOutcome {
        name: sync.spec.name.clone(),
        to: format!("{}.{}", sync.spec.destination, sync.spec.object),
        sent: session.target.deliver,
        ..SyncOutcome::default()
    };
    match differing(session, manifest, sync, run, held, &mut outcome).await {
        Err(error) if error.is_of_a_statement() => {
            state::flush(session).await?;
            outcome.hold(session, error.to_string());
        }
        other => other?,
    }
    Ok(outcome)
}

/// Sends what differs.
async fn differing(
    session: &mut Session<'_>,
    manifest: &Manifest,
    sync: &Sync,
    run: &Run,
    held: Option<&String>,
    outcome: &mut SyncOutcome,
) -> Result<(), RunError> {
    let (driver, name) = (session.driver, &sync.spec.name);
    let table = run.bind(&sync.table, driver);
    let outbox = run.bind(&sync.outbox, driver);
    outcome.gated = gate::gated(session, sync, run).await?;
    let counts = counts(session, name, &outbox).await?;
    let rows = counts.iter().map(|(_, rows)| rows).sum();
    let guarded = if session.accepts(name) { None } else { guard(session, sync, &table, &counts).await? };
    if let Some(reason) = held.cloned().or(guarded) {
        outcome.sent = false;
        outcome.hold(session, reason);
        return Ok(());
    }
    if !session.target.deliver {
        session.say(&Event::Held { sync: name.clone(), reason: waiting(rows) });
        for (op, rows) in counts {
            *outcome.count(op) += rows;
        }
        return Ok(());
    }
    session.say(&Event::Sending { sync: name.clone(), rows });
    if rows > 0 {
        let failed = send(session, manifest, &sync.spec, run, &outbox, outcome).await?;
        if let Some(error) = failed {
            outcome.hold(session, format!("{} ({})", error.what, error.help));
        }
        state::flush(session).await?;
    }
    Ok(())
}

fn waiting(rows: u64) -> String {
    format!("{NOT_SENT}; {} {}", counted(rows, "row"), if rows == 1 { "waits" } else { "wait" })
}

/// Makes the table of what the sync has written, anew where the run goes on: in one transaction, since the next run reads it.
pub async fn record(session: &mut Session<'_>, sync: &Sync, run: &Run) -> Result<(), RunError> {
    let (driver, step) = (session.driver, format!("written `{}`", sync.spec.name));
    session.begin(&step).await?;
    let drop = format!("DROP TABLE IF EXISTS {}", run.bind(&sync.table, driver));
    let mut done = session.execute(&step, &drop).await;
    for statement in std::iter::once(&sync.written).chain(&sync.keyed) {
        if done.is_ok() {
            done = session.execute(&step, &run.bind(statement, driver)).await;
        }
    }
    session.end(&step, done.map(|_| ())).await
}

impl SyncOutcome {
    /// The sync waits, for this reason.
    fn hold(&mut self, session: &mut Session<'_>, reason: String) {
        session.say(&Event::Held { sync: self.name.clone(), reason: reason.clone() });
        self.held = Some(reason);
    }

    const fn count(&mut self, op: Op) -> &mut u64 {
        match op {
            Op::Create => &mut self.created,
            Op::Update => &mut self.updated,
            Op::Delete | Op::Clear | Op::Set => &mut self.removed,
        }
    }

    fn refuse(&mut self, reason: &str) {
        self.rejected += 1;
        if let Some((_, rows)) = self.reasons.iter_mut().find(|(known, _)| known == reason) {
            *rows += 1;
        } else if self.reasons.len() < REASONS {
            self.reasons.push((reason.to_owned(), 1));
        }
    }
}

async fn counts(session: &mut Session<'_>, name: &str, outbox: &str) -> Result<Counts, RunError> {
    session.progress.point(&format!("outbox `{name}`"));
    let sql = format!("SELECT o.op, COUNT(*) FROM (\n{outbox}\n) AS o GROUP BY o.op ORDER BY o.op");
    let rows = session.rows(&format!("outbox `{name}`"), &sql, &[Type::Text, Type::Int]).await?;
    let count = |row: Row| Some((Op::of(&row.first()?.text()?)?, row.get(1)?.int().unsigned_abs()));
    Ok(rows.into_iter().filter_map(count).collect())
}

/// Why a guard stops the sync, if one does.
async fn guard(
    session: &mut Session<'_>,
    sync: &Sync,
    table: &str,
    counts: &Counts,
) -> Result<Option<String>, RunError> {
    let rows = |wanted: fn(Op) -> bool| counts.iter().filter(|(op, _)| wanted(*op)).map(|(_, rows)| rows).sum::<u64>();
    let guards = [
        ("deletes", "remove", &sync.spec.deletes, rows(Op::removes)),
        ("creates", "create", &sync.spec.creates, rows(|op| op == Op::Create)),
    ];
    for (guard, verb, limit, rows) in guards {
        let Some(limit) = limit else { continue };
        let (most, said) = match limit {
            Limit::Rows(most) => (*most as f64, most.to_string()),
            Limit::Share(share) => {
                let sql = format!("SELECT COUNT(*) FROM {table}");
                let written = session.rows("guard", &sql, &[Type::Int]).await?;
                let written = written.into_iter().flatten().next().map_or(0, |it| it.int());
                // Counts of rows are far below 2^53.
                (share * written as f64, format!("{}% of {written}", share * 100.0))
            }
        };
        if rows as f64 > most {
            let name = &sync.spec.name;
            return Ok(Some(format!(
                "guard {guard}: it would {verb} {}, more than {said}; if this is meant, run again with `--accept {name}`",
                counted(rows, "object")
            )));
        }
    }
    Ok(None)
}

/// The destination's description, from the manifest and the list of systems.
pub fn spec_of(manifest: &Manifest, name: &str) -> Result<&'static Spec, RunError> {
    let system = manifest.destinations.get(name).map(|it| it.system.as_str()).unwrap_or_default();
    destination::find(system).ok_or_else(|| RunError::Manifest {
        why: format!("destination `{name}` is of the unknown system `{system}`"),
        help: "use the plgc that wrote it".to_owned(),
    })
}

fn shape(sync: &SyncSpec, run: &Run) -> Shape {
    let slot = |column: &crate::manifest::Column| Slot { name: column.name.clone(), kind: column.typed.kind.clone() };
    Shape {
        sync: sync.name.clone(),
        run: run.id.clone(),
        now: run.now.clone(),
        object: sync.object.clone(),
        argument: sync.argument.clone(),
        key: slot(&sync.key),
        slots: sync.fields.iter().map(slot).collect(),
        leave_set: sync.leave_set.clone(),
        leave_only: sync.leave_only.clone(),
        write: match sync.mode {
            Mode::Create => Write::Create,
            Mode::Update => Write::Update,
            Mode::Upsert => Write::Upsert,
        },
    }
}

async fn send(
    session: &mut Session<'_>,
    manifest: &Manifest,
    sync: &SyncSpec,
    run: &Run,
    outbox: &str,
    outcome: &mut SyncOutcome,
) -> Result<Option<PushError>, RunError> {
    let spec = spec_of(manifest, &sync.destination)?;
    let none = std::collections::BTreeMap::new();
    let given = Given {
        name: &sync.destination,
        settings: session.target.destinations.get(&sync.destination).unwrap_or(&none),
        target: (&session.target.engine, &session.target.location),
    };
    let (shape, place) = (shape(sync, run), sync.place());
    let opened = match &session.memory {
        Some(memory) => Ok(memory.connect(&sync.destination)),
        None => (spec.open)(&given).await,
    };
    let mut connection = match opened {
        Ok(connection) => connection,
        Err(error) => return Ok(Some(error)),
    };
    if let Err(error) = connection.check(&shape).await {
        return Ok(Some(error));
    }
    let mut types = vec![Type::Text, Type::Text, Type::Text];
    types.extend(shape.slots.iter().map(|slot| slot.kind.clone()));
    let Session { engine, journal, intents, target, progress, .. } = session;
    let mut settled = 0;
    let mut failed = None;
    {
        let mut rows = engine.stream(outbox, &types).chunks(spec.batch);
        while let Some(chunk) = rows.next().await {
            let chunk: Result<Vec<Row>, _> = chunk.into_iter().collect();
            let chunk = chunk.map_err(|source| RunError::statement(format!("outbox `{}`", sync.name), source))?;
            let items: Vec<Item> = chunk.into_iter().filter_map(item).collect();
            progress.point(&format!("batch `{}`", sync.name));
            intents.begin(&run.id, &sync.name);
            let pushed = push(connection.as_mut(), (&shape, &place), &items, intents, outcome).await;
            progress.point(&format!("sent `{}`", sync.name));
            journal.append(&pushed.0).map_err(|error| file(target, &error))?;
            progress.point(&format!("journalled `{}`", sync.name));
            settled += pushed.0.len() as u64;
            progress.event(&Event::Sent { sync: sync.name.clone(), rows: settled });
            failed = pushed.1;
            if failed.is_some() {
                break;
            }
        }
    }
    outcome.reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(failed)
}

fn item(row: Row) -> Option<Item> {
    let mut values = row.into_iter();
    let op = Op::of(&values.next()?.text()?)?;
    let key = values.next()?.text()?;
    let hash = values.next()?.text();
    Some(Item { op, key, hash, values: values.collect::<Vec<Value>>() })
}

async fn push(
    connection: &mut dyn Connection,
    (shape, object): (&Shape, &str),
    items: &[Item],
    intents: &mut Intents,
    outcome: &mut SyncOutcome,
) -> (Vec<Line>, Option<PushError>) {
    let pushed = connection.push(shape, items, intents).await;
    let line = |item: &Item, receipt: (bool, bool, Option<String>)| Line {
        sync: shape.sync.clone(),
        object: object.to_owned(),
        key: item.key.clone(),
        op: item.op.word().to_owned(),
        hash: item.hash.clone(),
        accepted: receipt.0,
        created: receipt.1,
        // A destination may say what no database stores.
        reason: receipt.2.map(|reason| reason.replace('\0', "\u{fffd}")),
        happened_at: shape.now.clone(),
        run: shape.run.clone(),
    };
    let mut lines = Vec::new();
    let mut settled = BTreeSet::new();
    for (place, receipt) in pushed.receipts {
        let Some(item) = items.get(place) else { continue };
        settled.insert(place);
        let (accepted, created, reason) = match receipt {
            Receipt::Accepted { created } => {
                let op = if created || item.op.removes() { item.op } else { Op::Update };
                *outcome.count(if created { Op::Create } else { op }) += 1;
                (true, created, None)
            }
            Receipt::Skipped { settled } => {
                outcome.skipped += 1;
                (settled, false, (!settled).then(|| "there is nothing to update".to_owned()))
            }
            Receipt::Rejected(reason) => {
                outcome.refuse(&reason);
                (false, false, Some(reason))
            }
        };
        lines.push(line(item, (accepted, created, reason)));
    }
    if let Some(error) = &pushed.failed {
        let unsettled = items.iter().enumerate().filter(|(place, _)| !settled.contains(place));
        // An object that nobody knows to be there is created again, under the same key.
        let unsettled = unsettled.map(|(_, item)| item).filter(|item| item.op != Op::Create);
        lines.extend(unsettled.map(|item| {
            let unsure = Some(UNSURE.to_owned());
            Line { op: UNSURE.to_owned(), hash: unsure, ..line(item, (true, false, Some(error.what.clone()))) }
        }));
    }
    (lines, pushed.failed)
}
