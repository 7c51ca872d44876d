//! Takes text for standard output and standard error, gives it to them: coloured where they are terminals. A reader
//! that has gone away (`plgc check | head`) is no mistake.

use std::io::{self, IsTerminal, Write};

use super::{Broken, Exit, Outside, plain};
use crate::diagnostics::Mistake;
use crate::diagnostics::text::{self, Style};
use crate::source::Sources;

/// Whether the output has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where a command writes.
#[derive(Debug)]
pub struct Terminal {
    /// The style of standard output.
    pub out: Style,
    /// The style of standard error.
    pub err: Style,
    /// Whether standard error is a terminal that can redraw a line.
    pub live: bool,
}

impl Terminal {
    /// Looks at the streams and at the environment.
    pub fn new(color: Color) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let quiet = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(100);
        let style = |terminal: bool| Style {
            color: color == Color::Always || color == Color::Auto && terminal && !quiet && !dumb,
            unicode: terminal && !dumb,
            width: std::cmp::max(width, 40),
        };
        let live = io::stderr().is_terminal();
        Self { out: style(io::stdout().is_terminal()), err: style(live), live: live && !dumb }
    }

    /// Writes what the command produces.
    pub fn out(&self, text: &str) -> Result<(), Broken> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let what = "cannot write to standard output".to_owned();
                Err(Broken::new(Exit::Outside, Outside { what, why: plain(&error), help: None }))
            }
            _ => Ok(()),
        }
    }

    /// Says something beside it.
    pub fn say(&self, text: &str) {
        let mut err = io::stderr().lock();
        // Nobody is left to be told where even this fails.
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    /// Says what is wrong.
    pub fn mistakes(&self, items: &[Mistake], sources: &Sources) {
        self.say(&text::render(items, sources, self.err));
    }
}
