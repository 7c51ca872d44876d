//! Takes the events of a run, and why it could not go on, shows them: one bar that redraws itself and a text on a terminal, a
//! JSON line each otherwise. What came from the environment is never shown.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::Broken;
use crate::cli::points::Points;
use crate::cli::terminal::Terminal;
use crate::config::Secrets;
use crate::diagnostics::text;
use crate::run::outcome::counted;
use crate::run::{Event, Progress};

/// What suits the terminal, and the points that the environment asks for.
pub(super) fn of<'a>(terminal: &'a Terminal, secrets: &'a Secrets) -> Shown<'a> {
    let points = Points::from_environment();
    let inner: Box<dyn Progress + 'a> = if terminal.live {
        Box::new(points.beside(Bar::new(secrets)))
    } else {
        Box::new(points.beside(Lines { terminal, secrets }))
    };
    Shown { inner, run: None }
}

/// Who shows what happens, and knows which run it is about.
pub(super) struct Shown<'a> {
    inner: Box<dyn Progress + 'a>,
    run: Option<String>,
}

impl Shown<'_> {
    /// The run that has begun and has not ended.
    pub(super) fn run(self) -> Option<String> {
        self.run
    }
}

impl Progress for Shown<'_> {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Started { run, .. } | Event::Resumed { run } => self.run = Some(run.clone()),
            Event::Finished { .. } => self.run = None,
            _ => {}
        }
        self.inner.event(event);
    }

    fn point(&mut self, name: &str) {
        self.inner.point(name);
    }
}

/// Says why the command could not go on, among the lines of what happened.
pub(super) fn failed(broken: &Broken, run: Option<&str>, terminal: &Terminal, secrets: &Secrets) {
    if terminal.live {
        terminal.say(&secrets.hide(&text::render(&broken.items, &broken.sources, terminal.err)));
        return;
    }
    for item in broken.data() {
        let event = if item.severity == "error" { "failed" } else { "noticed" };
        let line = serde_json::json!({
            "event": event,
            "run": run,
            "exit": broken.exit as u8,
            "code": item.code,
            "message": item.message,
            "help": item.help,
            "labels": item.labels,
        });
        terminal.say(&secrets.hide(&format!("{line}\n")));
    }
}

struct Lines<'a> {
    terminal: &'a Terminal,
    secrets: &'a Secrets,
}

impl Progress for Lines<'_> {
    fn event(&mut self, event: &Event) {
        self.terminal.say(&self.secrets.hide(&format!("{}\n", serde_json::json!(event))));
    }
}

struct Bar<'a> {
    bar: ProgressBar,
    secrets: &'a Secrets,
}

impl<'a> Bar<'a> {
    fn new(secrets: &'a Secrets) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Self { bar, secrets }
    }

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("━━ "));
        }
    }

    fn begin(&self, length: u64, message: String) {
        self.bar.set_length(length);
        self.bar.set_position(0);
        self.style("{bar:30} {pos}/{len} {msg}");
        self.bar.set_message(message);
    }
}

impl Drop for Bar<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar<'_> {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Resumed { run } => self.bar.println(format!("finishing run {run}, which was interrupted")),
            Event::Started { models, .. } => self.begin(*models as u64, "building".to_owned()),
            Event::Loaded { source, rows, unchanged } => {
                let what = if *unchanged { "unchanged" } else { "loaded" };
                self.bar.set_message(format!("{source}: {} {what}", counted(*rows, "row")));
                self.bar.tick();
            }
            Event::Built { model, place, of } => {
                self.bar.set_length(*of as u64);
                self.bar.set_position(*place as u64);
                self.bar.set_message(format!("built {model}"));
            }
            Event::Committed { .. } => self.bar.set_message("committed"),
            Event::Sending { sync, rows } => self.begin(*rows, format!("sending {sync}")),
            Event::Gated { sync, policy, rows, .. } => {
                let what = format!("{sync}: {rows} gated by {policy}");
                self.bar.println(self.secrets.hide(&what));
            }
            Event::Sent { sync, rows } => {
                self.bar.set_position(*rows);
                self.bar.set_message(format!("sending {sync}"));
            }
            Event::Held { sync, reason } => self.bar.println(self.secrets.hide(&format!("{sync} is held: {reason}"))),
            Event::Noticed { message } => self.bar.println(self.secrets.hide(message)),
            Event::Finished { .. } => self.bar.finish_and_clear(),
        }
    }
}
