//! A small program, compiled by hand: workspaces, who is over the plan (with `since`), and a sync of them. So the tests of the
//! runner do not depend on the compiler.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plgc::engine::{self, Driver, Engine, Texts};
use plgc::manifest::{self, Column, Manifest};
use plgc::run::{self, Event, Outcome, Progress, RunError, RunOptions, Setting, Target};
use plgc::types::{Type, Typed};

use super::home::Home;
use super::wait;

const MODEL: &str = "CREATE TABLE plg.workspace__:run AS
SELECT w.id, w.plan, w.seats, w.amount, w.seats > 10 AS overage,
  CASE WHEN w.seats > 10 THEN COALESCE(p.overage__since, :now) END AS overage__since
FROM app.workspaces AS w
LEFT JOIN plg.workspace__prev AS p ON p.id = w.id";

const CHANGES: &str = "INSERT INTO plg_state.changes (field, key, was, became, happened_at, run)
SELECT 'workspace.overage', COALESCE(c.id, p.id), CASE WHEN COALESCE(p.overage, FALSE) THEN 'true' ELSE 'false' END,
  CASE WHEN COALESCE(c.overage, FALSE) THEN 'true' ELSE 'false' END, :now, :run
FROM plg.workspace__:run AS c
FULL JOIN plg.workspace__prev AS p ON p.id = c.id
WHERE COALESCE(p.overage, FALSE) <> COALESCE(c.overage, FALSE)
  AND NOT EXISTS (SELECT 1 FROM plg_state.changes AS x WHERE x.run = :run)";

const WRITTEN: &str = "CREATE TABLE plg_state.sync_banners__:run AS
SELECT b.key, b.hash, b.created FROM plg_state.sync_banners__prev AS b
WHERE NOT EXISTS (SELECT 1 FROM plg_state.receipts AS r
  WHERE r.sync = 'banners' AND r.accepted AND r.run = :parent AND r.key = b.key)
UNION ALL
SELECT r.key, r.hash, r.created OR COALESCE(b.created, FALSE) FROM plg_state.receipts AS r
LEFT JOIN plg_state.sync_banners__prev AS b ON b.key = r.key
WHERE r.sync = 'banners' AND r.accepted AND r.run = :parent AND r.op <> 'delete'";

const OUTBOX: &str = "WITH wanted AS (
  SELECT w.id AS key, w.plan, w.amount, w.overage__since AS since,
    COALESCE(w.plan, '-') || CAST(w.overage__since AS TEXT) || COALESCE(CAST(w.amount AS TEXT), '-') AS hash
  FROM plg.workspace__:run AS w WHERE w.overage
), changed AS (
  SELECT CASE WHEN t.key IS NULL THEN 'create' ELSE 'update' END AS op, n.key, n.hash, n.plan, n.amount, n.since
  FROM wanted AS n LEFT JOIN plg_state.sync_banners__:run AS t ON t.key = n.key
  WHERE t.key IS NULL OR t.hash <> n.hash
  UNION ALL
  SELECT 'delete', t.key, t.hash, NULL, NULL, NULL FROM plg_state.sync_banners__:run AS t
  WHERE t.created AND NOT EXISTS (SELECT 1 FROM wanted AS n WHERE n.key = t.key)
)
SELECT o.op, o.key, o.hash, o.plan, o.amount, o.since FROM changed AS o
WHERE NOT EXISTS (SELECT 1 FROM plg_state.receipts AS x
  WHERE x.sync = 'banners' AND x.run = :run AND x.accepted AND x.key = o.key AND x.op = o.op AND x.hash = o.hash)
ORDER BY o.op, o.key";

/// The manifest in an engine's spelling, for a destination of this system.
pub fn manifest(driver: &Driver, system: &str) -> Manifest {
    let spell = |sql: &str| match driver.has_schemas {
        true => sql.to_owned(),
        false => ["plg_state.", "plg.", "app."]
            .iter()
            .fold(sql.to_owned(), |sql, schema| sql.replace(schema, &schema.replace('.', "__"))),
    };
    let sql = |text: &str| manifest::Sql::from(spell(text));
    let column = |name: &str, typed: Typed| Column {
        name: name.to_owned(),
        sql_type: (driver.type_name)(&typed.kind),
        typed,
        doc: None,
        was: None,
        or_was: Vec::new(),
        stages: BTreeMap::new(),
        labels: Vec::new(),
    };
    let money = Type::Decimal { precision: 10, scale: 2 };
    let source = vec![
        column("id", Type::Text.required()),
        column("plan", Type::Text.optional()),
        column("seats", Type::Int.required()),
        column("amount", money.clone().optional()),
    ];
    let mut model = source.clone();
    model.push(column("overage", Type::Bool.required()));
    model.push(column("overage__since", Type::Timestamp.optional()));
    let view = |name: &str, query: &str| manifest::View {
        name: spell(name),
        file: format!("views/{name}.sql"),
        query: sql(query),
    };
    Manifest {
        policies: Vec::new(),
        version: manifest::VERSION,
        plgc: "0.1.0".to_owned(),
        dialect: driver.name.to_owned(),
        setup: Vec::new(),
        sources: vec![manifest::Source {
            name: "app.workspaces".to_owned(),
            table: spell("app.workspaces"),
            is_query: false,
            reads: Vec::new(),
            cite: "a.plg:1".to_owned(),
            columns: source,
            count: sql("SELECT COUNT(*) FROM app.workspaces"),
            fresh: None,
        }],
        models: vec![manifest::Model {
            name: "workspace".to_owned(),
            entity: "workspace".to_owned(),
            table: spell("plg.workspace__:run"),
            file: "models/workspace.sql".to_owned(),
            sql: sql(MODEL),
            keyed: Vec::new(),
            columns: model,
            last: true,
            kept: false,
            prev: None,
        }],
        entities: vec![manifest::Entity {
            file: "state/workspace.sql".to_owned(),
            name: "workspace".to_owned(),
            cite: "a.plg:8".to_owned(),
            source: "app.workspaces".to_owned(),
            was: None,
            key: "id".to_owned(),
            key_text: "p.id".to_owned(),
            prev_view: spell("plg.workspace__prev"),
            parent_table: spell("plg.workspace__:parent"),
            loses: sql(
                "SELECT COUNT(*) AS had, COUNT(CASE WHEN c.id IS NULL THEN 1 END) AS lost FROM plg.workspace__prev AS p \
                 LEFT JOIN plg.workspace__:run AS c ON c.id = p.id",
            ),
            lost: sql("SELECT p.id FROM plg.workspace__prev AS p LEFT JOIN plg.workspace__:run AS c ON c.id = p.id \
                 WHERE c.id IS NULL ORDER BY p.id"),
            loses_limit: 0.5,
            changes: Some(sql(CHANGES)),
            firings: None,
            moves: BTreeMap::new(),
        }],
        checks: vec![manifest::Check {
            name: "key_workspace".to_owned(),
            message: "`workspace` has several rows under one key".to_owned(),
            cite: "a.plg:8".to_owned(),
            sql: sql("SELECT w.id, COUNT(*) AS copies FROM app.workspaces AS w GROUP BY w.id HAVING COUNT(*) > 1"),
        }],
        views: vec![
            view("plg.workspace", "SELECT w.id, w.plan, w.overage, w.overage__since FROM plg.workspace__:run AS w"),
            view("plg.overage", "SELECT w.* FROM plg.workspace AS w WHERE w.overage"),
        ],
        syncs: vec![manifest::Sync {
            gated: String::new().into(),
            file: "syncs/banners.sql".to_owned(),
            spec: manifest::SyncSpec {
                policies: Vec::new(),
                name: "banners".to_owned(),
                was: None,
                doc: None,
                cite: "a.plg:20".to_owned(),
                entity: "workspace".to_owned(),
                destination: "product".to_owned(),
                object: "in_app_banners".to_owned(),
                argument: None,
                from: None,
                key: column("workspace_id", Type::Text.required()),
                fields: vec![
                    column("plan", Type::Text.optional()),
                    column("amount", money.optional()),
                    column("since", Type::Timestamp.optional()),
                ],
                nulls: Vec::new(),
                mode: manifest::Mode::Upsert,
                leave: manifest::Leave::Delete,
                leave_set: Vec::new(),
                leave_only: Vec::new(),
                deletes: None,
                creates: None,
                definition: "1".to_owned(),
            },
            prev_view: spell("plg_state.sync_banners__prev"),
            parent_table: spell("plg_state.sync_banners__:parent"),
            table: spell("plg_state.sync_banners__:run"),
            written: sql(WRITTEN),
            written_columns: vec![
                column("key", Type::Text.required()),
                column("hash", Type::Text.required()),
                column("created", Type::Bool.required()),
            ],
            keyed: Vec::new(),
            outbox: sql(OUTBOX),
        }],
        funnels: Vec::new(),
        destinations: [("product".to_owned(), manifest::Destination { system: system.to_owned(), allows: Vec::new() })]
            .into(),
        retired: Vec::new(),
        born: Vec::new(),
        channels: Vec::new(),
        lineage: Vec::new(),
        cites: Default::default(),
    }
}

/// A folder with data, a database and a destination.
pub struct World {
    pub folder: tempfile::TempDir,
    pub _home: Home,
    pub driver: &'static Driver,
    pub manifest: Manifest,
    pub target: Target,
}

/// Hears nothing.
pub struct Quiet;

impl Progress for Quiet {
    fn event(&mut self, _: &Event) {}
}

impl World {
    /// One on this engine, with this destination.
    pub fn new(engine: &str, system: &str, settings: &[(&str, &str)]) -> Self {
        Self::of(engine, manifest(engine::find(engine).unwrap(), system), settings)
    }

    /// One of another program, whose destination is called `product`.
    pub fn of(engine: &str, manifest: Manifest, settings: &[(&str, &str)]) -> Self {
        let driver = engine::find(engine).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(driver, folder.path(), "w.db");
        let location = home.location.clone();
        let settings = settings.iter().map(|(name, value)| {
            ((*name).to_owned(), Setting::Plain(value.replace("FOLDER", folder.path().to_str().unwrap())))
        });
        let target = Target {
            name: "dev".to_owned(),
            engine: engine.to_owned(),
            location,
            data: Some(folder.path().join("data")),
            deliver: true,
            state: folder.path().join("state"),
            destinations: [("product".to_owned(), settings.collect())].into(),
        };
        std::fs::create_dir(folder.path().join("data")).unwrap();
        Self { manifest, folder, _home: home, driver, target }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes `app.workspaces.csv`.
    pub fn workspaces(&self, rows: &str) {
        write(&self.path("data/app.workspaces.csv"), &format!("id,plan,seats,amount\n{rows}"));
    }

    pub fn run(&self, now: i64) -> Result<Outcome, RunError> {
        self.run_with(now, &[])
    }

    pub fn run_with(&self, now: i64, accept: &[&str]) -> Result<Outcome, RunError> {
        let accept = accept.iter().map(|name| (*name).to_owned()).collect();
        let options = RunOptions { now, accept };
        patiently(|| run::run(&self.manifest, &self.target, &options, &mut Quiet))
    }

    /// The rows of a query, in the spelling with schemas.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let sql = match self.driver.has_schemas {
            true => sql.to_owned(),
            false => sql.replace("plg_state.", "plg_state__").replace("plg.", "plg__").replace("app.", "app__"),
        };
        wait(async {
            let mut engine = (self.driver.open)(&self.target.location).await.unwrap();
            lines(engine.texts(&sql, usize::MAX).await.unwrap())
        })
    }

    pub fn execute(&self, sql: &str) {
        wait(async {
            let mut engine: Box<dyn Engine> = (self.driver.open)(&self.target.location).await.unwrap();
            engine.execute(sql).await.unwrap();
        });
    }
}

/// A run that waits for the lock. A program that another test starts shares, for a moment, every open file of this process,
/// and with them the lock of a run that has just ended here.
pub fn patiently(run: impl Fn() -> Result<Outcome, RunError>) -> Result<Outcome, RunError> {
    for _ in 0..200 {
        match run() {
            Err(RunError::Locked { .. }) => std::thread::sleep(std::time::Duration::from_millis(20)),
            ended => return ended,
        }
    }
    run()
}

pub fn lines(texts: Texts) -> Vec<String> {
    let line = |row: Vec<Option<String>>| row.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join(" ");
    texts.rows.into_iter().map(line).collect()
}

pub fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}
