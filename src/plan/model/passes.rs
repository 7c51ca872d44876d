//! Takes the program, gives the statements that build its models in order: an entity that can finish all its
//! fields is built whole; where entities need each other, the part that others wait for is built first.

use std::collections::{BTreeMap, BTreeSet};

use super::needs::{self, Needs};
use crate::program::{EntityId, FieldId, Program};

/// One statement: some fields of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pass {
    pub(super) entity: EntityId,
    /// The fields that it computes, each after those that it reads.
    pub(super) fields: Vec<FieldId>,
    /// Whether it is the entity's last.
    pub(super) last: bool,
}

/// Entities that have a model: those with a field, and those that a sync reads.
pub(super) fn entities(program: &Program) -> Vec<EntityId> {
    let with_field: BTreeSet<EntityId> = program.fields.iter().map(|field| field.entity).collect();
    let synced: BTreeSet<EntityId> = program.syncs.iter().map(|sync| sync.entity).collect();
    with_field.union(&synced).copied().filter(|id| program.entity(*id).at.is_none()).collect()
}

struct Planner {
    needs: BTreeMap<FieldId, Needs>,
    done: BTreeSet<FieldId>,
    /// The fields that each entity still lacks.
    open: BTreeMap<EntityId, Vec<FieldId>>,
    /// The entities whose rows each entity reads.
    reads: BTreeMap<EntityId, BTreeSet<EntityId>>,
}

/// The statements in build order.
pub(super) fn passes(program: &Program) -> Vec<Pass> {
    let mut open: BTreeMap<EntityId, Vec<FieldId>> = BTreeMap::new();
    let mut all = BTreeMap::new();
    for entity in entities(program) {
        open.insert(entity, program.fields_of(entity).map(|(id, _)| id).collect());
        all.extend(program.fields_of(entity).map(|(id, field)| (id, needs::of(program, field))));
    }
    let mut planner = Planner { needs: all, done: BTreeSet::new(), open, reads: BTreeMap::new() };
    for entity in planner.open.keys().copied().collect::<Vec<_>>() {
        planner.note_reads(entity);
    }
    let mut passes = Vec::new();
    while !planner.open.is_empty() {
        match planner.next() {
            Some(pass) => passes.push(pass),
            None => break,
        }
    }
    passes
}

impl Planner {
    fn next(&mut self) -> Option<Pass> {
        let (later, first): (Vec<EntityId>, Vec<EntityId>) =
            self.open.keys().partition(|entity| self.reads_open(**entity));
        for entity in first.into_iter().chain(later) {
            let all = self.open.get(&entity)?;
            let fields = self.buildable(all);
            if fields.len() == all.len() {
                self.open.remove(&entity);
                self.done.extend(&fields);
                return Some(Pass { entity, fields, last: true });
            }
        }
        self.part()
    }

    /// Whether an entity reads rows of another one that still lacks fields.
    fn reads_open(&self, entity: EntityId) -> bool {
        let mut others = self.reads.get(&entity).into_iter().flatten();
        others.any(|other| *other != entity && self.open.contains_key(other))
    }

    /// Notes whose rows the fields that an entity still lacks read.
    fn note_reads(&mut self, entity: EntityId) {
        let fields = self.open.get(&entity).into_iter().flatten();
        let rows = fields.filter_map(|field| self.needs.get(field)).flat_map(|needs| &needs.rows).copied().collect();
        self.reads.insert(entity, rows);
    }

    /// The fields of an entity that others wait for and that can be built, with those that they read.
    fn part(&mut self) -> Option<Pass> {
        let waited: BTreeSet<FieldId> = self
            .open
            .values()
            .flatten()
            .filter_map(|field| self.needs.get(field))
            .flat_map(|needs| &needs.others)
            .copied()
            .collect();
        let open: Vec<(EntityId, Vec<FieldId>)> = self.open.iter().map(|(id, fields)| (*id, fields.clone())).collect();
        for (entity, fields) in open {
            let buildable = self.buildable(&fields);
            let mut wanted: BTreeSet<FieldId> = buildable.iter().filter(|it| waited.contains(it)).copied().collect();
            for field in buildable.iter().rev() {
                if wanted.contains(field) {
                    let own = self.needs.get(field).map(|needs| needs.own.clone()).unwrap_or_default();
                    wanted.extend(own.difference(&self.done));
                }
            }
            if wanted.is_empty() {
                continue;
            }
            let part: Vec<FieldId> = buildable.into_iter().filter(|field| wanted.contains(field)).collect();
            self.done.extend(&part);
            if let Some(rest) = self.open.get_mut(&entity) {
                rest.retain(|field| !wanted.contains(field));
            }
            self.note_reads(entity);
            return Some(Pass { entity, fields: part, last: false });
        }
        None
    }

    /// The fields that can be built now, each after those of its own row that it reads, else in declared order.
    fn buildable(&self, fields: &[FieldId]) -> Vec<FieldId> {
        let mut waits: BTreeMap<FieldId, usize> = BTreeMap::new();
        let mut readers: BTreeMap<FieldId, Vec<FieldId>> = BTreeMap::new();
        let mut ready = BTreeSet::new();
        for field in fields {
            let Some(needs) = self.needs.get(field) else { continue };
            if !needs.others.iter().all(|it| self.done.contains(it)) {
                continue;
            }
            let own: Vec<FieldId> = needs.own.difference(&self.done).copied().collect();
            if own.is_empty() {
                ready.insert(*field);
            }
            waits.insert(*field, own.len());
            for read in own {
                readers.entry(read).or_default().push(*field);
            }
        }
        let mut order = Vec::new();
        while let Some(field) = ready.pop_first() {
            order.push(field);
            for reader in readers.get(&field).into_iter().flatten() {
                if let Some(left) = waits.get_mut(reader) {
                    *left -= 1;
                    if *left == 0 {
                        ready.insert(*reader);
                    }
                }
            }
        }
        order
    }
}
