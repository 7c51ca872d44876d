#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::models;
use crate::diagnostics::Diagnostics;
use crate::dialect;
use crate::plan::rel::Table;
use crate::program::{self, Options};
use crate::source::Sources;
use crate::sql;
use crate::syntax;

/// The statements that build a program's models.
fn built(text: &str, engine: &str) -> String {
    let mut sources = Sources::default();
    sources.add("t.plg", text).unwrap();
    let mut diagnostics = Diagnostics::default();
    let files: Vec<_> = sources.files().iter().map(|file| syntax::parse(file, &mut diagnostics)).collect();
    let program = program::analyze(&files, &sources, &Options::default(), &mut diagnostics);
    for it in diagnostics.finish() {
        eprintln!("{it} {:?}", crate::diagnostics::place(&*it, &sources));
    }
    let dialect = dialect::find(engine).unwrap();
    let mut out = String::new();
    for model in models(&program, &sources) {
        let table = Table::Model(model.name.clone());
        out += &sql::create_table_as(&table, &model.comments, &model.query, dialect);
        out += ";\n\n";
    }
    out
}

#[test]
fn look() {
    let text = std::fs::read_to_string(std::env::var("PLG").unwrap()).unwrap();
    println!("{}", built(&text, &std::env::var("ENGINE").unwrap()));
}
