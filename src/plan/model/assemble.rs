//! Takes the frames of a finished statement, gives its query: steps in the order in which they read each
//! other, with comments; the last select lists the columns.

use std::collections::BTreeMap;

use super::build::Builder;
use super::frame::{FrameId, Level};
use crate::plan::column_name;
use crate::plan::rel::{From, Item, Query, Scalar, Select, Step, Table};
use crate::program::{ColumnId, EntityId, FieldId, RowsOf, What};

impl Builder<'_> {
    /// The whole statement of an entity's pass, which lists these fields.
    pub(super) fn assemble(&mut self, frame: FrameId, entity: EntityId, fields: &[FieldId]) -> Query {
        let mut steps = self.target_steps();
        let last = self.frame(frame).levels.len().max(1);
        for number in 1..last {
            self.group_steps(frame, number, &mut steps);
            let comments = self.level_comments(frame, number, None);
            let select = self.select(frame, number);
            steps.push(Step { name: format!("level_{number}"), comments, barrier: true, body: select.body() });
        }
        self.group_steps(frame, last, &mut steps);
        let name = &self.program.entity(entity).name;
        let by = if self.joins_run_before(frame) == Some(last) { " by its parent run" } else { "" };
        let title = (last > 1).then(|| format!("the columns of {name}: the row, its fields, since when{by}"));
        let comments = self.level_comments(frame, last, title.as_deref());
        let mut select = Select { comments, ..self.select(frame, last) };
        let made = std::mem::take(&mut select.items);
        select.items = self.listed(frame, entity, fields, last, made);
        select.body().after(steps)
    }

    /// The columns of the model, in order: the key, the source's, the fields, then since when.
    fn listed(
        &mut self,
        frame: FrameId,
        entity: EntityId,
        fields: &[FieldId],
        last: usize,
        made: Vec<Item>,
    ) -> Vec<Item> {
        let alias = if last == 1 { self.frame(frame).alias.clone() } else { "l".to_owned() };
        let mut made: BTreeMap<String, Scalar> = made
            .into_iter()
            .filter_map(|item| match item {
                Item::Named(scalar, name) => Some((name, scalar)),
                Item::All(_) => None,
            })
            .collect();
        self.whats(entity, fields)
            .into_iter()
            .filter_map(|what| column_name(self.program, entity, what))
            .map(|name| made.remove(&name).unwrap_or_else(|| Scalar::column(&alias, &name)).named(&name))
            .collect()
    }

    /// What a model with these fields holds, in order: who is in stands beside each other, and since when behind it. Rows in
    /// which booleans and instants alternate take twice the room.
    fn whats(&self, entity: EntityId, fields: &[FieldId]) -> Vec<What> {
        let key = self.program.entity(entity).key;
        let columns = self.program.source(self.program.entity(entity).source).columns.len();
        let others = (0..columns as u32).map(ColumnId).filter(|id| *id != key);
        let columns = [key].into_iter().chain(others).map(What::Column);
        let (values, since): (Vec<What>, Vec<What>) =
            fields.iter().flat_map(|field| self.columns_of(*field)).partition(|what| !matches!(what, What::Since(_)));
        columns.chain(values).chain(since).collect()
    }

    /// The select of one level, with the columns that it adds.
    fn select(&mut self, frame: FrameId, number: usize) -> Select {
        let from = if number == 1 {
            let it = self.frame(frame);
            From { table: it.table.clone(), alias: it.alias.clone() }
        } else {
            Table::Step(self.step_name(frame, number - 1)).alias("l")
        };
        let Level { items, joins, distinct, filter, .. } = std::mem::take(self.frame(frame).level(number));
        let mut all = if number == 1 { Vec::new() } else { vec![Item::All("l".to_owned())] };
        all.extend(items);
        Select { items: all, from: Some(from), joins, distinct, filter, ..Select::default() }
    }

    /// The steps of the groups that a level joins first.
    fn group_steps(&mut self, frame: FrameId, number: usize, steps: &mut Vec<Step>) {
        for place in self.frame(frame).level(number).groups.clone() {
            let comments = self.group_comments(frame, place);
            let Some(group) = self.frame(frame).groups.get(place) else { continue };
            let (name, Some(inner)) = (group.name.clone(), group.frame) else { continue };
            let last = self.frame(inner).last.level.max(1);
            let mut comments = Some(comments);
            for level in 1..last {
                self.group_steps(inner, level, steps);
                let step = self.step_name(inner, level);
                let mut select = self.select(inner, level);
                if level == 1 && select.items.is_empty() {
                    select.items.push(Scalar::int(1).named("row__exists"));
                }
                let comments = comments.take().unwrap_or_default();
                steps.push(Step { name: step, comments, barrier: false, body: select.body() });
            }
            self.group_steps(inner, last, steps);
            let mut select = self.select(inner, last);
            let given = std::mem::take(&mut self.frame(inner).last);
            select.items = given.items;
            select.group_by = given.group_by;
            select.filter.extend(given.filter);
            let comments = comments.take().unwrap_or_default();
            steps.push(Step { name, comments, barrier: false, body: select.body() });
        }
    }

    /// Entities without a model that links lead to.
    fn target_steps(&mut self) -> Vec<Step> {
        let targets = std::mem::take(&mut self.targets);
        let mut steps = Vec::new();
        for target in targets {
            let entity = self.program.entity(target.entity);
            let over = RowsOf::Entity(target.entity);
            let (table, ..) = self.rows(over);
            let alias = super::names::Names::default().alias(&target.step);
            let columns = target.columns.iter().map(|id| {
                let name = &self.program.column(target.entity, *id).name;
                Scalar::column(&alias, name).named(name)
            });
            let select = Select {
                distinct: entity.at.is_some(),
                filter: self.own_conditions(over, &alias),
                ..Select::from(table.alias(&alias), columns.collect())
            };
            let kind = if entity.at.is_some() { "event" } else { "entity" };
            self.cites.note(entity.span, &entity.name);
            let mut comments = vec![format!("{kind} {}", entity.name)];
            comments.extend(self.set_docs(over));
            steps.push(Step { comments, ..select.body().step(&target.step) });
        }
        steps
    }
}
