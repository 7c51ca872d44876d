//! One database of one engine, in which a case runs. Takes programs and tables, runs them by the real protocol, and writes
//! what a reader of the warehouse then sees: each public view in key order, what changed, and what was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use plgc::diagnostics::Diagnostics;
use plgc::diagnostics::text::{self, Style};
use plgc::dialect::{self, Dialect};
use plgc::engine::{self, Driver, Location, Value};
use plgc::manifest::{Column, Manifest};
use plgc::program::Options;
use plgc::run::{self, Outcome, RunError, RunOptions, Setting, Target};
use plgc::source::Sources;
use plgc::types::Type;

use super::script::{Edition, Moment};
use crate::support::banners::{Quiet, patiently};
use crate::support::server::Database;
use crate::support::wait;

/// A database and the folders around it.
pub struct World {
    folder: tempfile::TempDir,
    _database: Option<Database>,
    driver: &'static Driver,
    location: Location,
}

/// Columns with their types, and rows.
pub type Shown = (Vec<(String, Type)>, Vec<Vec<Value>>);

/// What a reader of the warehouse sees of an entity.
pub struct View {
    pub entity: String,
    pub columns: Vec<String>,
    /// The rows, by key.
    pub rows: Vec<Vec<Value>>,
}

impl World {
    /// An empty one.
    pub fn new(driver: &'static Driver) -> Self {
        // In memory where the system has a place for that: most of the time would be spent on waiting for the disk.
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let database = (!driver.is_file).then(Database::new);
        let location = database.as_ref().map_or_else(|| Location::Path(folder.path().join("w.db")), Database::location);
        Self { folder, _database: database, driver, location }
    }

    /// The name of its engine.
    pub const fn engine(&self) -> &'static str {
        self.driver.name
    }

    /// How its engine writes SQL.
    pub fn dialect(&self) -> &'static Dialect {
        dialect::find(self.driver.name).unwrap()
    }

    /// The program of an edition for this engine.
    pub fn compile(&self, case: &str, edition: &Edition) -> Manifest {
        let mut sources = Sources::default();
        sources.add(format!("{}.plg", edition.name), edition.text.clone()).unwrap();
        let zone = edition.zone.clone();
        let options = zone.map_or_else(Options::default, |zone| Options { zone, ..Options::default() });
        let mut mistakes = Diagnostics::default();
        let manifest = plgc::compile(&sources, &options, self.dialect(), &mut mistakes);
        let style = Style { color: false, unicode: true, width: 100 };
        manifest.unwrap_or_else(|| panic!("{case}: {}", text::render(&mistakes.finish(), &sources, style)))
    }

    /// A run, written to `out`.
    pub fn run(&self, manifest: &Manifest, moment: &Moment, out: &mut String) {
        let before = self.sent(manifest);
        let outcome = self.outcome(manifest, moment);
        writeln!(out, "\n── {} ──", moment.now).unwrap();
        match outcome {
            // An engine's own words differ.
            Err(RunError::Statement { step, .. } | RunError::Value { step, .. }) => {
                writeln!(out, "stopped: {step} fails").unwrap()
            }
            Err(error) => {
                let folder = self.folder.path().to_str().unwrap();
                writeln!(out, "stopped: {}", error.to_string().replace(folder, "")).unwrap();
            }
            Ok(outcome) => {
                self.views(manifest, out);
                self.funnels(manifest, out);
                self.changes(&outcome, out);
                self.firings(&outcome, out);
                told(&outcome, out);
                for (file, lines) in self.sent(manifest) {
                    let known = before.get(&file).map_or(0, Vec::len);
                    for line in lines.iter().skip(known) {
                        writeln!(out, "{file}: {line}").unwrap();
                    }
                }
            }
        }
    }

    /// A run.
    pub fn outcome(&self, manifest: &Manifest, moment: &Moment) -> Result<Outcome, RunError> {
        self.give(manifest, moment);
        let now = Value::parse(&moment.now, &Type::Timestamp).and_then(|it| it.text()).expect("an instant");
        let now = engine::value::instant_seconds(&now).expect("an instant");
        let options = RunOptions { now, accept: moment.accept.iter().cloned().collect() };
        let target = self.target(manifest, moment);
        patiently(|| run::run(manifest, &target, &options, &mut Quiet))
    }

    /// Writes the tables; a source without one is empty.
    fn give(&self, manifest: &Manifest, moment: &Moment) {
        let data = self.folder.path().join("data");
        for table in &moment.tables {
            std::fs::write(data.join(format!("{}.csv", table.name)), table.csv()).unwrap();
        }
        for source in manifest.sources.iter().filter(|source| !source.is_query) {
            let path = data.join(format!("{}.csv", source.name));
            if !path.exists() {
                let columns: Vec<&str> = source.columns.iter().map(|column| column.name.as_str()).collect();
                std::fs::write(path, columns.join(",") + "\n").unwrap();
            }
        }
    }

    fn target(&self, manifest: &Manifest, moment: &Moment) -> Target {
        let out = Setting::Plain(self.folder.path().join("out").to_str().unwrap().to_owned());
        let settings = |_: &String| BTreeMap::from([("folder".to_owned(), out.clone())]);
        Target {
            name: "dev".to_owned(),
            engine: self.driver.name.to_owned(),
            location: self.location.clone(),
            data: Some(self.folder.path().join("data")),
            deliver: moment.deliver,
            state: self.folder.path().join("state"),
            destinations: manifest.destinations.keys().map(|name| (name.clone(), settings(name))).collect(),
        }
    }

    /// Per file at a destination, its lines: what, whom, the fields.
    pub fn sent(&self, manifest: &Manifest) -> BTreeMap<String, Vec<String>> {
        let objects: BTreeSet<&String> = manifest.syncs.iter().map(|sync| &sync.spec.object).collect();
        let read = |object: &String| {
            let path = self.folder.path().join("out").join(format!("{object}.jsonl"));
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let line = |line: &str| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                let word = |name: &str| line[name].as_str().unwrap().to_owned();
                format!("{} {} {}", word("op"), word("key"), line["fields"])
            };
            (object.clone(), text.lines().map(line).collect())
        };
        objects.into_iter().map(read).collect()
    }

    /// The objects at destinations, as the lines that were sent leave them: by object and key, the fields.
    pub fn objects(
        &self,
        manifest: &Manifest,
    ) -> BTreeMap<String, BTreeMap<String, BTreeMap<String, serde_json::Value>>> {
        let mut all = BTreeMap::new();
        for sync in &manifest.syncs {
            let path = self.folder.path().join("out").join(format!("{}.jsonl", sync.spec.object));
            let mut objects: BTreeMap<String, BTreeMap<String, serde_json::Value>> = BTreeMap::new();
            for line in std::fs::read_to_string(path).unwrap_or_default().lines() {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                let key = line["key"].as_str().unwrap().to_owned();
                if line["op"] == "delete" {
                    objects.remove(&key);
                } else {
                    let fields = line["fields"].as_object().unwrap().clone();
                    objects.entry(key).or_default().extend(fields);
                }
            }
            all.insert(sync.spec.object.clone(), objects);
        }
        all
    }

    /// Every entity's public view: its columns, in key order.
    fn views(&self, manifest: &Manifest, out: &mut String) {
        for View { entity, columns, rows } in self.rows(manifest) {
            writeln!(out, "\n{entity}").unwrap();
            let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
            out.push_str(&table(columns, rows));
        }
    }

    /// The rows of every entity's public view, in key order.
    pub fn rows(&self, manifest: &Manifest) -> Vec<View> {
        let seen = |model: &&plgc::manifest::Model| {
            manifest.views.iter().any(|view| view.file == format!("views/{}.sql", model.entity))
        };
        let last = manifest.models.iter().filter(|model| model.last).filter(seen);
        let one = |model: &plgc::manifest::Model| {
            let key = &manifest.entities.iter().find(|it| it.name == model.entity).expect("its entity").key;
            let view = self.driver.table("plg", &model.entity);
            let (columns, mut rows) = wait(async {
                let mut engine = (self.driver.open)(&self.location).await.unwrap();
                let found = engine.columns(&view).await.unwrap();
                let shown = |column: &&Column| found.iter().any(|it| it.name == column.name);
                let columns: Vec<&Column> = model.columns.iter().filter(shown).collect();
                let names: Vec<String> = columns.iter().map(|it| engine::quote(&it.name)).collect();
                let types: Vec<Type> = columns.iter().map(|it| it.typed.kind.clone()).collect();
                let sql = format!("SELECT {} FROM {view}", names.join(", "));
                let rows = engine::rows(engine.as_mut(), &sql, &types).await.unwrap();
                (columns.iter().map(|it| it.name.clone()).collect::<Vec<_>>(), rows)
            });
            let place = columns.iter().position(|name| name == key).expect("the key's column");
            let at = |row: &Vec<Value>| (row[place].int(), row[place].text());
            rows.sort_by_key(at);
            View { entity: model.entity.clone(), columns, rows }
        };
        last.map(one).collect()
    }

    /// The members and the summary of each funnel.
    fn funnels(&self, manifest: &Manifest, out: &mut String) {
        for (name, views) in self.followed(manifest) {
            for (what, (columns, rows)) in ["", " summary"].iter().zip(views) {
                writeln!(out, "\nfunnel {name}{what}").unwrap();
                let heads = columns.into_iter().map(|(column, _)| column).collect();
                out.push_str(&table(heads, rows.iter().map(|row| row.iter().map(cell).collect()).collect()));
            }
        }
    }

    /// What each funnel shows: its members in key order, and its summary by group, a null first, and step.
    pub fn followed(&self, manifest: &Manifest) -> Vec<(String, [Shown; 2])> {
        let one = |funnel: &plgc::manifest::Funnel| {
            let model = manifest.models.iter().find(|it| it.last && it.entity == funnel.entity).expect("its model");
            let key = &manifest.entities.iter().find(|it| it.name == funnel.entity).expect("its entity").key;
            let typed = |name: &String| {
                let column = model.columns.iter().find(|it| it.name == *name).expect("a column of the model");
                (name.clone(), column.typed.kind.clone())
            };
            let own = |names: &[(&str, Type)]| -> Vec<(String, Type)> {
                names.iter().map(|(name, kind)| ((*name).to_owned(), kind.clone())).collect()
            };
            let mut members = vec![typed(key)];
            members.extend(funnel.per.iter().map(typed));
            members.extend(funnel.steps.iter().map(|step| (step.name.clone(), Type::Timestamp)));
            members.extend(own(&[("last_step", Type::Text)]));
            let mut summary: Vec<(String, Type)> = funnel.per.iter().map(typed).collect();
            summary.extend(own(&[
                ("step_number", Type::Int),
                ("step", Type::Text),
                ("members", Type::Int),
                ("reached", Type::Int),
                ("share_of_first", Type::Float),
                ("share_of_previous", Type::Float),
            ]));
            let read = |view: &str, columns: Vec<(String, Type)>, keys: usize| {
                let names: Vec<String> = columns.iter().map(|(name, _)| engine::quote(name)).collect();
                let types: Vec<Type> = columns.iter().map(|(_, kind)| kind.clone()).collect();
                let sql = format!("SELECT {} FROM {view}", names.join(", "));
                let mut rows = wait(async {
                    let mut engine = (self.driver.open)(&self.location).await.unwrap();
                    engine::rows(engine.as_mut(), &sql, &types).await.unwrap()
                });
                rows.sort_by_key(|row| row[..keys].iter().map(|it| (it.int(), it.text())).collect::<Vec<_>>());
                (columns, rows)
            };
            let found = [read(&funnel.members, members, 1), read(&funnel.summary, summary, funnel.per.len() + 1)];
            (funnel.name.clone(), found)
        };
        manifest.funnels.iter().map(one).collect()
    }

    /// The rows that a source has.
    pub fn source(&self, source: &plgc::manifest::Source) -> Vec<Vec<Value>> {
        let names: Vec<String> = source.columns.iter().map(|it| engine::quote(&it.name)).collect();
        let types: Vec<Type> = source.columns.iter().map(|it| it.typed.kind.clone()).collect();
        let sql = format!("SELECT {} FROM {} AS s", names.join(", "), source.table);
        wait(async {
            let mut engine = (self.driver.open)(&self.location).await.unwrap();
            engine::rows(engine.as_mut(), &sql, &types).await.unwrap()
        })
    }

    fn changes(&self, outcome: &Outcome, out: &mut String) {
        let rows = self.changed(outcome);
        if !rows.is_empty() && outcome.built {
            writeln!(out, "\nchanges").unwrap();
            let heads = ["field", "key", "was", "became"].map(str::to_owned).to_vec();
            out.push_str(&table(heads, rows.iter().map(|row| row.iter().map(cell).collect()).collect()));
        }
    }

    fn firings(&self, outcome: &Outcome, out: &mut String) {
        let rows = self.fired(outcome);
        if !rows.is_empty() && outcome.built {
            writeln!(out, "\nfired").unwrap();
            let heads = ["step", "key", "entry", "channel", "member"].map(str::to_owned).to_vec();
            out.push_str(&table(heads, rows.iter().map(|row| row.iter().map(cell).collect()).collect()));
        }
    }

    /// Step, key, entry, channel and member of what fired in a run.
    pub fn fired(&self, outcome: &Outcome) -> Vec<Vec<Value>> {
        let firings = self.driver.table("plg_state", "firings");
        let run = engine::literal(&outcome.run);
        let sql = format!("SELECT step, key, entry, channel, member FROM {firings} WHERE run = {run}");
        let mut rows = wait(async {
            let mut engine = (self.driver.open)(&self.location).await.unwrap();
            let types = [Type::Text, Type::Text, Type::Int, Type::Text, Type::Text];
            engine::rows(engine.as_mut(), &sql, &types).await.unwrap()
        });
        rows.sort_by_key(|row| row.iter().map(Value::text).collect::<Vec<_>>());
        rows
    }

    /// Field, key, was and became of what a run changed.
    pub fn changed(&self, outcome: &Outcome) -> Vec<Vec<Value>> {
        let changes = self.driver.table("plg_state", "changes");
        let run = engine::literal(&outcome.run);
        let sql = format!("SELECT field, key, was, became FROM {changes} WHERE run = {run}");
        let mut rows = wait(async {
            let mut engine = (self.driver.open)(&self.location).await.unwrap();
            let types = [Type::Text, Type::Text, Type::Text, Type::Text];
            engine::rows(engine.as_mut(), &sql, &types).await.unwrap()
        });
        rows.sort_by_key(|row| row.iter().map(Value::text).collect::<Vec<_>>());
        rows
    }
}

/// What the run itself says.
fn told(outcome: &Outcome, out: &mut String) {
    if !outcome.built {
        writeln!(out, "\nnothing was built").unwrap();
    }
    for moves in &outcome.moves {
        writeln!(out, "\nmoves of {} that are not allowed", moves.status).unwrap();
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        let rows = moves.rows.rows.iter().map(|row| row.iter().map(text).collect()).collect();
        out.push_str(&table(moves.rows.columns.clone(), rows));
    }
    for sync in &outcome.syncs {
        let counts = [sync.created, sync.updated, sync.removed, sync.skipped, sync.rejected];
        let words = ["created", "updated", "removed", "skipped", "rejected"];
        let said: Vec<String> =
            words.iter().zip(counts).filter(|(_, it)| *it > 0).map(|(word, it)| format!("{it} {word}")).collect();
        let said =
            if !sync.sent && sync.held.is_none() { format!("{} (not sent)", said.join(", ")) } else { said.join(", ") };
        let said = if said.is_empty() { "nothing".to_owned() } else { said };
        let held = sync.held.as_ref().map(|why| format!("; held: {why}")).unwrap_or_default();
        writeln!(out, "\nsync {}: {said}{held}", sync.name).unwrap();
        for gated in &sync.gated {
            writeln!(out, "gated by {}: {} ({})", gated.policy, gated.rows, gated.keys.join(", ")).unwrap();
        }
    }
}

/// A value as the cells of a case are written: nothing for null, `''` for the empty text.
fn cell(value: &Value) -> String {
    match value.text() {
        None => String::new(),
        Some(text) if text.is_empty() || text.trim() != text => format!("'{text}'"),
        Some(text) => text.replace('|', "\\|"),
    }
}

/// A table in Markdown's form.
pub fn table(heads: Vec<String>, rows: Vec<Vec<String>>) -> String {
    let all: Vec<Vec<String>> = std::iter::once(heads).chain(rows).collect();
    let widths: Vec<usize> =
        (0..all[0].len()).map(|at| all.iter().map(|row| row[at].chars().count()).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in &all {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(out, "| {} |", cells.join(" | ")).unwrap();
    }
    out
}
