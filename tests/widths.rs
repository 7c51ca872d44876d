//! Holds the bound of a model's columns, which `plgc check` counts from the fields, to the steps that are planned: of every
//! case, the examples and random programs. A bound below the plan would let through what no table can hold.

use plgc::diagnostics::Diagnostics;
use plgc::plan;
use plgc::source::Sources;

use crate::parses::programs;
use crate::run_cases::script::Edition;

/// How many entities were compared, and where the bound is too low.
fn complaints(name: &str, sources: &Sources) -> (usize, Vec<String>) {
    let Some(program) = plgc::check(sources, &Default::default(), &mut Diagnostics::default()) else {
        return (0, Vec::new());
    };
    let widths = plan::width::widths(&plan::lower(&program, sources).models);
    let most = plan::model::bound::most_columns(&program);
    let most = most.into_iter().map(|(id, most)| (&program.entity(id).name, most));
    let most: Vec<_> = most.filter_map(|(entity, most)| Some((entity, most, *widths.get(entity)?))).collect();
    let low = most.iter().filter(|(_, most, width)| most < width);
    let said = low.map(|(entity, most, width)| format!("{name}: {entity} has {width}, the bound is {most}")).collect();
    (most.len(), said)
}

#[test]
fn no_step_is_wider_than_the_bound_that_check_counts() {
    let cases = programs().into_iter().map(|case| (case.name, case.sources));
    let random = (1..400).map(|seed| {
        let mut sources = Sources::default();
        sources.add("a.plg", Edition::of("random", crate::differential::program::case(seed)).text).unwrap();
        (format!("random program {seed}"), sources)
    });
    let (mut compared, mut low) = (0, Vec::new());
    for (name, sources) in cases.chain(random) {
        let (count, said) = complaints(&name, &sources);
        compared += count;
        low.extend(said);
    }
    assert!(compared > 500, "only {compared} entities were compared");
    assert!(low.is_empty(), "{}", low.join("\n"));
}
