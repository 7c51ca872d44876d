//! A destination without a system: takes what syncs send and keeps it, so that tests of programs can look at it. It accepts at
//! once, but for syncs that it is told to refuse; nothing leaves the process.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::push::{Connection, Item, Later, Op, PushError, Pushed, Receipt, Shape, Write};
use crate::engine::Value;
use crate::engine::journal::Intents;

/// The fields of an object.
pub type Fields = BTreeMap<String, Value>;

/// All destinations of a program, in memory. Clones share what they keep.
#[derive(Debug, Clone, Default)]
pub struct Memory(Rc<RefCell<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    /// By destination, object, argument and match field: the objects by key.
    places: BTreeMap<[String; 4], BTreeMap<String, Fields>>,
    /// By sync: where it writes, and the keys that it has written.
    written: BTreeMap<String, ([String; 4], BTreeSet<String>)>,
    /// The syncs that are refused.
    refused: BTreeSet<String>,
}

impl Memory {
    /// Refuses what a sync sends from here on, or takes it again.
    pub fn answer(&self, sync: &str, accepts: bool) {
        let mut kept = self.0.borrow_mut();
        if accepts {
            kept.refused.remove(sync);
        } else {
            kept.refused.insert(sync.to_owned());
        }
    }

    /// The objects that a sync has written and that are there, by key.
    #[must_use]
    pub fn objects(&self, sync: &str) -> Vec<(String, Fields)> {
        let kept = self.0.borrow();
        let Some((place, keys)) = kept.written.get(sync) else { return Vec::new() };
        let Some(objects) = kept.places.get(place) else { return Vec::new() };
        objects.iter().filter(|(key, _)| keys.contains(*key)).map(|(key, it)| (key.clone(), it.clone())).collect()
    }

    /// A connection to one of them.
    #[must_use]
    pub fn connect(&self, destination: &str) -> Box<dyn Connection> {
        Box::new(Open { memory: self.clone(), destination: destination.to_owned() })
    }
}

struct Open {
    memory: Memory,
    destination: String,
}

impl Open {
    fn take(&self, shape: &Shape, item: &Item) -> Receipt {
        let kept = &mut *self.memory.0.borrow_mut();
        if kept.refused.contains(&shape.sync) {
            return Receipt::Rejected("the test rejects it".to_owned());
        }
        let argument = shape.argument.clone().unwrap_or_default();
        let place = [self.destination.clone(), shape.object.clone(), argument, shape.key.name.clone()];
        let objects = kept.places.entry(place.clone()).or_default();
        let is_there = objects.contains_key(&item.key);
        match item.op {
            Op::Create if is_there && shape.write == Write::Create => return Receipt::Skipped { settled: true },
            Op::Clear | Op::Set if !is_there => return Receipt::Skipped { settled: true },
            Op::Delete => {
                objects.remove(&item.key);
                if let Some((_, keys)) = kept.written.get_mut(&shape.sync) {
                    keys.remove(&item.key);
                }
                return Receipt::Accepted { created: false };
            }
            Op::Create | Op::Update | Op::Clear | Op::Set => {}
        }
        let fields = objects.entry(item.key.clone()).or_default();
        fields.extend(shape.fields(item).into_iter().map(|(name, value)| (name.to_owned(), value.clone())));
        kept.written.entry(shape.sync.clone()).or_insert_with(|| (place, BTreeSet::new())).1.insert(item.key.clone());
        // What is only ever updated is found there, whoever made it.
        let created = !is_there && matches!(item.op, Op::Create | Op::Update) && shape.write != Write::Update;
        Receipt::Accepted { created }
    }
}

impl Connection for Open {
    fn check<'a>(&'a mut self, _: &'a Shape) -> Later<'a, Result<(), PushError>> {
        Box::pin(async { Ok(()) })
    }

    fn push<'a>(&'a mut self, shape: &'a Shape, items: &'a [Item], _: &'a mut Intents) -> Later<'a, Pushed> {
        Box::pin(async move {
            let receipts = items.iter().map(|item| self.take(shape, item)).enumerate().collect();
            Pushed { receipts, failed: None }
        })
    }
}
