//! Takes batches of rows and writes them by match key into a table of PostgreSQL or SQLite. Deletes only what it is told to.
//! Gives a receipt per row that says whether the row was created. A batch is one transaction.

use std::collections::BTreeSet;

use super::push::{Connection, Given, Item, Later, Op, PushError, Pushed, Receipt, Shape, Write};
use super::{Objects, Opened, Setting, Spec, Wrong, any};
use crate::engine::journal::Intents;
use crate::engine::{self, Engine, EngineError, Location, Row, Secret, Slot, Trouble, Value, quote, rows, transaction};
use crate::types::Type;

const TABLE: Spec = Spec {
    name: "",
    doc: "",
    objects: Objects::Any("a table, `name` or `schema.name`, which must exist unless `create` is set"),
    object: super::named,
    argument: None,
    settings: &[],
    batch: 1000,
    open: open_server,
};

const CREATE: Setting = Setting {
    name: "create",
    doc: "`true`: a table that is missing is made, with the columns of the sync that needs it.",
    required: false,
    own_of: None,
    secret: false,
    check: |text| match text {
        "true" | "false" => Ok(()),
        _ => Err(Wrong { what: "is not true or false", help: "write `true` or `false`" }),
    },
};

/// A table of a PostgreSQL database.
pub const POSTGRES: Spec = Spec {
    name: "postgres",
    doc: "A table of a PostgreSQL database, written by its match key.",
    settings: &[
        Setting {
            name: "url",
            doc: "The database, `postgres://user:password@host/name`; the target's own where nothing is said.",
            required: true,
            own_of: Some("postgres"),
            secret: true,
            check: |text| (engine::postgres::DRIVER.fits)(text).map_err(|(what, help)| Wrong { what, help }),
        },
        CREATE,
    ],
    ..TABLE
};

/// A table of an SQLite file.
pub const SQLITE: Spec = Spec {
    name: "sqlite",
    doc: "A table of an SQLite file, written by its match key.",
    settings: &[
        Setting { name: "path", doc: "The file.", required: true, own_of: None, secret: false, check: any },
        CREATE,
    ],
    open: open_file,
    ..TABLE
};

/// Rows of a batch on their way into the table; a table of this session alone.
const STAGE: &str = "plgc_stage";

struct Database {
    engine: Box<dyn Engine>,
    creates: bool,
}

fn open_server<'a>(given: &'a Given<'a>) -> Opened<'a> {
    Box::pin(async move {
        let location = match (given.settings.get("url"), given.target) {
            (Some(url), _) => Location::url(Secret::new(url.expose().to_owned())),
            (None, ("postgres", own)) => own.clone(),
            (None, _) => Location::url(Secret::new(given.text("url")?.to_owned())),
        };
        connect(given, &engine::postgres::DRIVER, location).await
    })
}

fn open_file<'a>(given: &'a Given<'a>) -> Opened<'a> {
    Box::pin(async move {
        let location = Location::path(given.text("path")?);
        connect(given, &engine::sqlite::DRIVER, location).await
    })
}

async fn connect(
    given: &Given<'_>,
    driver: &engine::Driver,
    location: Location,
) -> Result<Box<dyn Connection>, PushError> {
    let opened = (driver.open)(&location).await;
    let engine = opened.map_err(|error| {
        let name = given.name;
        PushError::new(format!("destination `{name}` cannot be opened: {error}"), "check its settings in plg.toml")
    })?;
    let creates = given.settings.get("create").is_some_and(|setting| setting.expose() == "true");
    Ok(Box::new(Database { engine, creates }))
}

/// Whether the database may take other rows of the batch: this one is at fault, not the connection.
fn is_of_a_row(error: &EngineError) -> bool {
    matches!(error.trouble, Trouble::Statement | Trouble::Data | Trouble::Repeated)
}

impl Database {
    fn table(&self, shape: &Shape) -> String {
        match shape.object.split_once('.') {
            Some((schema, name)) => self.engine.driver().table(schema, name),
            None => quote(&shape.object),
        }
    }

    /// A value as a table has it: decimals exact, as text that the table converts.
    fn plain(value: &Value) -> Value {
        match value {
            Value::Decimal(..) => value.text().map_or(Value::Null, Value::Text),
            other => other.clone(),
        }
    }

    /// Writes items in one transaction. Gives, per item, what became of it.
    async fn write(
        &mut self,
        shape: &Shape,
        items: &[&Item],
        intents: &mut Intents,
    ) -> Result<Vec<Receipt>, EngineError> {
        transaction::begin(self.engine.as_mut()).await?;
        let written = self.write_groups(shape, items, intents).await;
        transaction::end(self.engine.as_mut(), written, |error| error).await
    }

    async fn write_groups(
        &mut self,
        shape: &Shape,
        items: &[&Item],
        intents: &mut Intents,
    ) -> Result<Vec<Receipt>, EngineError> {
        let mut receipts = vec![Receipt::Skipped { settled: true }; items.len()];
        let group = |wanted: &dyn Fn(Op) -> bool| -> Vec<usize> {
            items.iter().enumerate().filter(|(_, item)| wanted(item.op)).map(|(place, _)| place).collect()
        };
        for (places, is_written) in [
            (group(&|op| !op.removes()), true),
            (group(&|op| op == Op::Clear), false),
            (group(&|op| op == Op::Set), false),
        ] {
            let chosen: Vec<&Item> = places.iter().filter_map(|place| items.get(*place).copied()).collect();
            let Some(first) = chosen.first() else { continue };
            let names: Vec<String> = shape.fields(first).into_iter().map(|(name, _)| name.to_owned()).collect();
            self.stage(shape, &names, &chosen).await?;
            let there = if is_written {
                let there = self.upsert(shape, &names).await?;
                if shape.write != Write::Update {
                    let new = chosen.iter().map(|item| item.key.as_str()).filter(|key| !there.contains(*key));
                    intents
                        .note(new)
                        .map_err(|error| EngineError::new(Trouble::Denied, format!("intents: {error}")))?;
                }
                Some(there)
            } else {
                self.update(shape, &names).await?;
                None
            };
            for (place, item) in places.iter().zip(&chosen) {
                if let Some(receipt) = receipts.get_mut(*place) {
                    let was_there = there.as_ref().map(|keys| keys.contains(&item.key) && !intents.made(&item.key));
                    *receipt = receipt_of(shape.write, was_there);
                }
            }
            self.engine.execute(&format!("DROP TABLE {STAGE}")).await?;
        }
        let gone = group(&|op| op == Op::Delete);
        let chosen: Vec<&Item> = gone.iter().filter_map(|place| items.get(*place).copied()).collect();
        if !chosen.is_empty() {
            self.stage(shape, &[], &chosen).await?;
            let (table, key) = (self.table(shape), quote(&shape.key.name));
            let sql = format!("DELETE FROM {table} WHERE {key} IN (SELECT plgc_new.{key} FROM {STAGE} AS plgc_new)");
            self.engine.execute(&sql).await?;
            self.engine.execute(&format!("DROP TABLE {STAGE}")).await?;
            for place in gone {
                if let Some(receipt) = receipts.get_mut(place) {
                    *receipt = Receipt::Accepted { created: false };
                }
            }
        }
        Ok(receipts)
    }

    /// Fills the stage, which has the table's own types: key, its text, and the fields.
    async fn stage(&mut self, shape: &Shape, names: &[String], items: &[&Item]) -> Result<(), EngineError> {
        let table = self.table(shape);
        let own = names.iter().filter(|name| **name != shape.key.name);
        let mut columns: Vec<Slot> = vec![shape.key.clone()];
        columns.extend(own.map(|name| Slot { name: name.clone(), kind: Type::Text }));
        let list = columns.iter().map(|slot| format!("t.{}", quote(&slot.name))).collect::<Vec<_>>().join(", ");
        let make = format!(
            "CREATE TEMPORARY TABLE {STAGE} AS SELECT CAST('' AS TEXT) AS plgc_key, {list} FROM {table} AS t WHERE 1 = 0"
        );
        self.engine.execute(&make).await?;
        let staged = items.iter().map(|item| {
            let key = Value::Text(item.key.clone());
            let fields = shape.fields(item).into_iter().filter(|(name, _)| *name != shape.key.name);
            [key.clone(), key].into_iter().chain(fields.map(|(_, value)| Self::plain(value))).collect()
        });
        let staged: Vec<Row> = staged.collect();
        columns.insert(0, Slot { name: "plgc_key".to_owned(), kind: Type::Text });
        self.engine.append(STAGE, &columns, &staged).await
    }

    /// Writes the stage; gives the keys that were there before.
    async fn upsert(&mut self, shape: &Shape, names: &[String]) -> Result<BTreeSet<String>, EngineError> {
        let (table, key) = (self.table(shape), quote(&shape.key.name));
        let there = format!("EXISTS (SELECT 1 FROM {table} AS t WHERE t.{key} = plgc_new.{key})");
        let found = rows(
            self.engine.as_mut(),
            &format!("SELECT plgc_new.plgc_key FROM {STAGE} AS plgc_new WHERE {there}"),
            &[Type::Text],
        )
        .await?;
        let keys = found.into_iter().flatten().filter_map(|value| value.text()).collect();
        if shape.write != Write::Create {
            self.update(shape, names).await?;
        }
        if shape.write != Write::Update {
            let own = names.iter().filter(|name| **name != shape.key.name);
            let columns: Vec<String> = std::iter::once(&shape.key.name).chain(own).map(|name| quote(name)).collect();
            let values = columns.iter().map(|name| format!("plgc_new.{name}")).collect::<Vec<_>>().join(", ");
            let sql = format!(
                "INSERT INTO {table} ({}) SELECT {values} FROM {STAGE} AS plgc_new WHERE NOT {there}",
                columns.join(", ")
            );
            self.engine.execute(&sql).await?;
        }
        Ok(keys)
    }

    async fn update(&mut self, shape: &Shape, names: &[String]) -> Result<(), EngineError> {
        let (table, key) = (self.table(shape), quote(&shape.key.name));
        let own = names.iter().filter(|name| **name != shape.key.name).map(|name| quote(name));
        let sets = own.map(|name| format!("{name} = plgc_new.{name}")).collect::<Vec<_>>().join(", ");
        if sets.is_empty() {
            return Ok(());
        }
        let sql = format!("UPDATE {table} SET {sets} FROM {STAGE} AS plgc_new WHERE {table}.{key} = plgc_new.{key}");
        self.engine.execute(&sql).await.map(|_| ())
    }

    /// Halves a batch until the rows at fault stand alone.
    async fn settle(&mut self, shape: &Shape, items: &[Item], intents: &mut Intents) -> Pushed {
        let mut pushed = Pushed::default();
        let mut todo = vec![(0, items.len())];
        while let Some((from, to)) = todo.pop() {
            let part: Vec<&Item> = items.get(from..to).unwrap_or_default().iter().collect();
            match self.write(shape, &part, intents).await {
                Ok(receipts) => pushed.receipts.extend((from..to).zip(receipts)),
                Err(error) if is_of_a_row(&error) && part.len() > 1 => {
                    let middle = from + part.len() / 2;
                    todo.push((middle, to));
                    todo.push((from, middle));
                }
                Err(error) if is_of_a_row(&error) => pushed.receipts.push((from, Receipt::Rejected(error.message))),
                Err(error) => {
                    let help = "see that the database is up and can be written; the next run goes on";
                    pushed.failed = Some(PushError::new(error.to_string(), help));
                    break;
                }
            }
        }
        pushed
    }
}

fn receipt_of(write: Write, was_there: Option<bool>) -> Receipt {
    match (write, was_there) {
        (Write::Create, Some(true)) => Receipt::Skipped { settled: true },
        (Write::Update, Some(false)) => Receipt::Skipped { settled: false },
        (_, was_there) => Receipt::Accepted { created: was_there == Some(false) },
    }
}

impl Connection for Database {
    fn check<'a>(&'a mut self, shape: &'a Shape) -> Later<'a, Result<(), PushError>> {
        Box::pin(async move {
            let table = self.table(shape);
            let type_name = self.engine.driver().type_name;
            let column = |slot: &Slot| format!("{} {}", quote(&slot.name), type_name(&slot.kind));
            let found = match self.engine.columns(&table).await {
                Ok(found) => found,
                Err(error) if error.trouble == Trouble::Missing => {
                    let own = shape.slots.iter().filter(|slot| slot.name != shape.key.name);
                    let columns: Vec<String> =
                        std::iter::once(format!("{} PRIMARY KEY", column(&shape.key))).chain(own.map(column)).collect();
                    let create = format!("CREATE TABLE {table} ({})", columns.join(", "));
                    if self.creates {
                        let help = "make it with an account that may, or give this one the right to";
                        let made = self.engine.execute(&create).await;
                        return made.map(|_| ()).map_err(|error| PushError::new(error.to_string(), help));
                    }
                    return Err(PushError::new(
                        format!("there is no table `{}`", shape.object),
                        format!("run `{create}`"),
                    ));
                }
                Err(error) => return Err(PushError::new(error.to_string(), "check the destination's database")),
            };
            let missing = std::iter::once(&shape.key)
                .chain(&shape.slots)
                .find(|slot| !found.iter().any(|it| it.name.eq_ignore_ascii_case(&slot.name)));
            match missing {
                Some(slot) => Err(PushError::new(
                    format!("table `{}` has no column `{}`", shape.object, slot.name),
                    format!("run `ALTER TABLE {table} ADD COLUMN {}`", column(slot)),
                )),
                None => Ok(()),
            }
        })
    }

    fn push<'a>(&'a mut self, shape: &'a Shape, items: &'a [Item], intents: &'a mut Intents) -> Later<'a, Pushed> {
        Box::pin(self.settle(shape, items, intents))
    }
}
