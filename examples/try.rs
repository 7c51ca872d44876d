//! local
use plgc::{
    diagnostics::{self, Diagnostics},
    source::Sources,
    syntax,
};
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut sources = Sources::default();
    sources.add("before.plg", "x").unwrap();
    sources.add(path, text).unwrap();
    let mut d = Diagnostics::default();
    let t = std::time::Instant::now();
    let file = syntax::parse(&sources.files()[1], &mut d);
    eprintln!("parsed in {:?}: {} declarations", t.elapsed(), file.declarations.len());
    if std::env::var("AST").is_ok() {
        println!("{file:#?}");
    }
    for m in d.finish().iter().take(40) {
        let s = diagnostics::primary(m.as_ref()).unwrap();
        let labels: Vec<_> = m.labels().unwrap().map(|l| l.label().unwrap_or_default().to_owned()).collect();
        println!(
            "{} {}: {m} [{}] {}{}",
            diagnostics::place(m.as_ref(), &sources).unwrap(),
            diagnostics::code(m.as_ref()),
            sources.text(s).chars().take(60).collect::<String>(),
            labels.join(" // "),
            m.help().map(|h| format!(" | help: {h}")).unwrap_or_default()
        );
    }
}
