//! Real tables that a loader left, of HubSpot and Salesforce: a project over them checks, compiles and runs on every
//! engine, and its audiences are those that plain SQL, written by hand, finds in the same tables.

use std::path::PathBuf;

use plgc::diagnostics::Diagnostics;
use plgc::engine;
use plgc::program::Options;
use plgc::run::{self, RunOptions, Target};
use plgc::source::Sources;

use crate::support::banners::Quiet;
use crate::support::home::Home;
use crate::support::wait;

/// 2020-04-10T00:00:00Z, in seconds.
const NOW: i64 = 1_586_476_800;

/// The shared tables, at `$PLGC_SHARED` or beside the project. Where there are none, `tests/run` leaves these tests out.
fn data() -> PathBuf {
    let shared = std::env::var_os("PLGC_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let data = shared.join("data/fivetran");
    assert!(
        data.is_dir(),
        "no tables at {} ($PLGC_SHARED); `--skip fivetran::` leaves these tests out",
        data.display()
    );
    data
}

fn sources() -> Sources {
    let mut sources = Sources::default();
    for name in ["hubspot.plg", "salesforce.plg"] {
        let text = std::fs::read_to_string(PathBuf::from("tests/fivetran").join(name)).expect("a program");
        sources.add(name, text).expect("small");
    }
    sources
}

/// Name and query of each section of `expected.sql`.
fn expected() -> Vec<(String, String)> {
    let text = std::fs::read_to_string("tests/fivetran/expected.sql").expect("the queries");
    text.split("-- @")
        .skip(1)
        .map(|section| {
            let (name, query) = section.split_once('\n').expect("a name, then a query");
            (name.trim().to_owned(), query.trim().trim_end_matches(';').to_owned())
        })
        .collect()
}

fn runs_on(engine: &str) {
    let driver = engine::find(engine).expect("an engine");
    let dialect = plgc::dialect::find(engine).expect("a dialect");
    let mut diagnostics = Diagnostics::default();
    let manifest = plgc::compile(&sources(), &Options::default(), dialect, &mut diagnostics);
    let mistakes: Vec<String> = diagnostics.finish().iter().map(ToString::to_string).collect();
    let manifest = manifest.unwrap_or_else(|| panic!("does not compile: {mistakes:?}"));
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::new(driver, folder.path(), "w.db");
    let out = run::Setting::Plain(folder.path().join("out").to_string_lossy().into_owned());
    let target = Target {
        name: "dev".to_owned(),
        engine: engine.to_owned(),
        location: home.location.clone(),
        data: Some(data()),
        deliver: true,
        state: folder.path().join("state"),
        destinations: [("out".to_owned(), [("folder".to_owned(), out)].into())].into(),
    };
    let options = RunOptions { now: NOW, ..RunOptions::default() };
    run::run(&manifest, &target, &options, &mut Quiet).unwrap_or_else(|error| panic!("the run stops: {error:?}"));

    let spelled = |sql: &str| match driver.has_schemas {
        true => sql.to_owned(),
        false => sql
            .replace("salesforce.\"user\"", "salesforce__user")
            .replace("hubspot.", "hubspot__")
            .replace("salesforce.", "salesforce__"),
    };
    wait(async {
        let mut database = (driver.open)(&target.location).await.expect("the database");
        let mut members = 0;
        for (audience, query) in expected() {
            let view = format!("SELECT id FROM {} ORDER BY 1", driver.table("plg", &audience));
            let found = database.texts(&view, usize::MAX).await.expect("an audience").rows;
            let wanted = database.texts(&spelled(&query), usize::MAX).await.expect("a query by hand").rows;
            assert_eq!(found, wanted, "{audience} on {engine}");
            members += wanted.len();
        }
        assert!(members > 50, "the tables have members to find, not {members}");
    });
}

#[test]
fn hubspot_and_salesforce_on_sqlite() {
    runs_on("sqlite");
}

#[test]
fn hubspot_and_salesforce_on_postgres() {
    runs_on("postgres");
}

#[test]
fn hubspot_and_salesforce_on_duckdb() {
    runs_on("duckdb");
}
