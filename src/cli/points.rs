//! Takes the named points of a run as it passes them, for tests that kill it there. Each statement and each batch is one. With `PLGC_POINTS=FILE`, the names
//! are appended to the file; with `PLGC_PAUSE_AT=NAME:N` and `PLGC_PAUSE_FILE=FILE`, the run makes the file at the Nth passing
//! of that point and waits for ever, to be killed. Without these variables, nothing happens.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use crate::run::{Event, Progress};

/// The points that a run passes.
#[derive(Debug, Default)]
pub struct Points {
    log: Option<File>,
    pause: Option<(String, u64, PathBuf)>,
    passed: BTreeMap<String, u64>,
}

impl Points {
    /// As the environment asks.
    #[must_use]
    pub fn from_environment() -> Self {
        let log =
            std::env::var_os("PLGC_POINTS").and_then(|it| File::options().create(true).append(true).open(it).ok());
        let pause = std::env::var("PLGC_PAUSE_AT").ok().zip(std::env::var_os("PLGC_PAUSE_FILE")).map(|(at, file)| {
            let (name, count) = at.rsplit_once(':').unwrap_or((&at, "1"));
            (name.to_owned(), count.parse().unwrap_or(1), PathBuf::from(file))
        });
        Self { log, pause, passed: BTreeMap::new() }
    }

    /// Passes what happens on to another who hears.
    pub const fn beside<P: Progress>(self, shown: P) -> Watched<P> {
        Watched { points: self, shown }
    }

    /// The run is about to do what the point names.
    fn pass(&mut self, name: &str) {
        if let Some(log) = &mut self.log {
            // A log that cannot be written shows in the test that reads it.
            let _ = writeln!(log, "{name}");
        }
        let Some((at, count, file)) = &self.pause else { return };
        if at != name {
            return;
        }
        let passed = self.passed.entry(name.to_owned()).or_default();
        *passed += 1;
        if passed == count && File::create(file).is_ok() {
            loop {
                std::thread::sleep(std::time::Duration::from_secs(60));
            }
        }
    }
}

/// Who shows what happens, with the points beside it.
#[derive(Debug)]
pub struct Watched<P> {
    points: Points,
    shown: P,
}

impl<P: Progress> Progress for Watched<P> {
    fn event(&mut self, event: &Event) {
        self.shown.event(event);
    }

    fn point(&mut self, name: &str) {
        self.points.pass(name);
    }
}
