//! Every statement that comes out parses: of the cases, the examples and the projects over real tables, what a manifest holds
//! and what the runner makes of it, in every dialect.

use std::path::Path;

use plgc::manifest::{Bindings, bind};
use plgc::run::session::Run;
use plgc::run::{prev, state};
use plgc::{dialect, engine};

use crate::cases::{Case, case, cases, compile, sections};
use crate::coverage::files;

/// Every program that compiles: a folder that is one program, or a file.
pub fn programs() -> Vec<Case> {
    let examples = std::fs::read_dir("examples").unwrap().map(|entry| entry.unwrap().path());
    let folders = examples.chain([Path::new("tests/fivetran").to_owned()]);
    // The files of a folder below `run` are one program at different times.
    let runs = files(Path::new("tests/cases/run"), "plg");
    cases("sql").into_iter().chain(folders.chain(runs).filter_map(case)).collect()
}

#[test]
fn every_statement_of_every_program_parses() {
    let programs = programs();
    assert!(programs.len() > 130, "only {} programs were found", programs.len());
    let run = Run {
        id: "r2".to_owned(),
        parent: Some("r1".to_owned()),
        now: "2026-01-15 00:00:00".to_owned(),
        born: Vec::new(),
    };
    let bindings = Bindings { now: "NULL", run: &run.id, parent: run.parent.as_deref(), born: &[], marks: &[] };
    let mut complaints = Vec::new();
    for (case, dialect) in programs.iter().flat_map(|case| dialect::ALL.iter().map(move |dialect| (case, dialect))) {
        let (manifest, said) = compile(case, dialect);
        let manifest = manifest.unwrap_or_else(|| panic!("{} has errors:\n{said}", case.name));
        let driver = engine::find(dialect.name).unwrap();
        let mut statements: Vec<(String, String)> = sections(&manifest)
            .into_iter()
            .filter(|(kind, ..)| *kind != "lineage")
            .map(|(_, title, statement)| (title, bind(&statement, &bindings)))
            .collect();
        let files = manifest.files().into_iter().map(|(file, text)| (file, bind(&text, &bindings)));
        statements.extend(files);
        for before in [None, Some(&manifest)] {
            let views = prev::views(driver, &manifest, before, &run).into_iter();
            statements
                .extend(views.map(|(name, query)| (format!("view {name}"), format!("CREATE VIEW {name} AS\n{query}"))));
        }
        for (title, statement) in statements {
            if let Some(complaint) = plgc::sql::complaint(dialect, &statement) {
                complaints.push(format!("{} on {}, {title}: {complaint}\n{statement}", case.name, dialect.name));
            }
        }
    }
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n\n"));
}

#[test]
fn the_tables_of_the_state_parse() {
    for driver in engine::ALL {
        let setup = state::setup(driver);
        assert!(setup.contains("receipts"), "{setup}");
        assert_eq!(plgc::sql::complaint(dialect::find(driver.name).unwrap(), &setup), None, "{setup}");
    }
}
