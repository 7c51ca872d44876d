//! Check and compile of generated projects: CPU time, peak memory, and how both grow.
//!
//! `cargo bench --bench compile` prints one line a size; sizes can be given behind `--`. Figures are CPU seconds of this
//! process (user and system), the least of five runs; the last column is the ratio to half the size, both of this run.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench stops at the first surprise"
)]

use std::fmt::Write as _;
use std::fs;

use plgc::diagnostics::Diagnostics;
use plgc::program::Options;
use plgc::source::Sources;

/// That of the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RUNS: usize = 5;

fn main() {
    println!("audiences      check  +compile   peak MiB   to half the size");
    let given: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if given.is_empty() { vec![100, 1_000, 5_000, 10_000] } else { given };
    let mut before: Option<(usize, f64)> = None;
    for audiences in sizes {
        let files = project(audiences);
        let check = least(|| checked(&files));
        let compile = least(|| compiled(&files));
        let half = before.filter(|(size, _)| size * 2 == audiences);
        let ratio = half.map_or(String::new(), |(_, half)| format!("{:.2}", compile / half));
        println!("{audiences:>9} {:>8.3} s {:>7.3} s {:>9.0}   {ratio}", check, compile, peak_mib());
        before = Some((audiences, compile));
    }
}

/// A project of entities with two hundred audiences each, in files of a hundred: trees three deep, on traits over events.
fn project(audiences: usize) -> Vec<(String, String)> {
    let mut files = vec![];
    for (file, start) in (0..audiences).step_by(100).enumerate() {
        let entity = file / 2;
        if file % 2 == 0 {
            files.push((format!("base_{entity}.plg"), BASE.replace('#', &entity.to_string())));
        }
        let mut text = String::new();
        for n in start..audiences.min(start + 100) {
            let trait_ = n / 10;
            if n % 10 == 0 {
                let days = 1 + trait_ % 60;
                let kind = trait_ % 7;
                let _ = writeln!(
                    text,
                    "trait t{trait_} of workspace_{entity} = count(events where kind = 'k{kind}' and \"at\" within {days} days)"
                );
            }
            let base =
                if n % 10 == 0 { format!("workspace_{entity}") } else { format!("a{}", n - n % 10 + (n % 10 - 1) / 3) };
            let _ = writeln!(
                text,
                "/// Number {n}.\naudience a{n} of {base} where t{trait_} > {} or seats_used > {n}",
                n % 5
            );
        }
        files.push((format!("part_{file}.plg"), text));
    }
    files
}

const BASE: &str = "source app.workspaces_# { id text; seats_used int; created_at timestamp }
source app.events_# { id text; workspace_id text; kind text; \"at\" timestamp }
entity workspace_# from app.workspaces_# { key id }
event event_row_# from app.events_# {
  key   id
  at    \"at\"
  link  workspace -> workspace_# on workspace_id as events
}
";

fn sources(files: &[(String, String)]) -> Sources {
    let mut sources = Sources::default();
    for (name, text) in files {
        sources.add(name, text).expect("a generated project is small");
    }
    sources
}

fn checked(files: &[(String, String)]) {
    let sources = sources(files);
    let mut diagnostics = Diagnostics::default();
    let checked = plgc::check(&sources, &Options::default(), &mut diagnostics);
    assert!(checked.is_some(), "the generated project is right");
}

fn compiled(files: &[(String, String)]) {
    let sources = sources(files);
    let mut diagnostics = Diagnostics::default();
    let dialect = plgc::dialect::find("postgres").expect("a dialect of this crate");
    let manifest =
        plgc::compile(&sources, &Options::default(), dialect, &mut diagnostics).expect("the project is right");
    assert!(manifest.models.iter().any(|model| model.name == "workspace_0"));
}

fn least(mut work: impl FnMut()) -> f64 {
    (0..RUNS)
        .map(|_| {
            let before = cpu_seconds();
            work();
            cpu_seconds() - before
        })
        .fold(f64::INFINITY, f64::min)
}

/// User and system time of this process, in seconds (ticks of 10 ms).
fn cpu_seconds() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = text.rsplit(')').next().expect("a stat line").split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().expect("ticks") + fields[12].parse::<f64>().expect("ticks");
    ticks / 100.0
}

fn peak_mib() -> f64 {
    let text = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = text.lines().find(|line| line.starts_with("VmHWM")).expect("a peak");
    line.split_whitespace().nth(1).expect("kB").parse::<f64>().expect("a number") / 1024.0
}
