//! A run in a child process, which can be killed for real. The child is this test binary again; what it has to run is in
//! its environment.

use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use plgc::cli::points::Points;
use plgc::engine::{Location, Place, Secret};
use plgc::manifest::Manifest;
use plgc::run::{self, RunOptions, Setting, Target};

use super::banners::{Quiet, World, patiently, write};

/// The test that does the run in the child.
const TEST: &str = "kill::a_run_in_a_child";
const VARIABLE: &str = "PLGC_TEST_CHILD";

/// Does what the environment asks; false where it asks nothing.
pub fn run_if_asked() -> bool {
    let Ok(asked) = std::env::var(VARIABLE) else { return false };
    let asked: serde_json::Value = serde_json::from_str(&asked).unwrap();
    let text = |name: &str| asked[name].as_str().unwrap().to_owned();
    let manifest = Manifest::read(&std::fs::read_to_string(text("manifest")).unwrap()).unwrap();
    let settings = asked["settings"].as_object().unwrap().iter();
    let settings = settings.map(|(name, value)| (name.clone(), Setting::Plain(value.as_str().unwrap().to_owned())));
    let target = Target {
        name: "dev".to_owned(),
        engine: text("engine"),
        location: match asked["url"].as_str() {
            Some(url) => Location::url(Secret::new(url.to_owned())),
            None => Location { library: asked["library"].as_str().map(str::to_owned), ..Location::path(text("path")) },
        },
        data: Some(PathBuf::from(text("data"))),
        deliver: true,
        state: PathBuf::from(text("state")),
        destinations: [("product".to_owned(), settings.collect())].into(),
    };
    let options = RunOptions { now: asked["now"].as_i64().unwrap(), ..RunOptions::default() };
    patiently(|| run::run(&manifest, &target, &options, &mut Points::from_environment().beside(Quiet))).unwrap();
    true
}

fn command(world: &World, now: i64) -> Command {
    let manifest = world.path("manifest.json");
    write(&manifest, &world.manifest.to_json());
    let settings: serde_json::Map<String, serde_json::Value> = world.target.destinations["product"]
        .iter()
        .map(|(name, setting)| (name.clone(), setting.expose().into()))
        .collect();
    let mut asked = serde_json::json!({
        "manifest": manifest, "engine": world.target.engine, "data": world.target.data, "state": world.target.state,
        "settings": settings, "now": now, "library": world.target.location.library,
    });
    match &world.target.location.place {
        Place::Memory => panic!("a child cannot reach it"),
        Place::Url(url) => asked["url"] = url.expose().into(),
        Place::Path(path) => asked["path"] = path.to_str().unwrap().into(),
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", TEST, "--test-threads=1"]).env(VARIABLE, asked.to_string());
    // What it says is shown where it ends too early.
    let said = std::fs::File::create(world.path("said")).unwrap();
    command.stdout(said.try_clone().unwrap()).stderr(said);
    command
}

/// Runs in a child, to the end. Gives the points that it passed, each with how often it had been passed by then.
pub fn points(world: &World, now: i64) -> Vec<String> {
    let log = world.path("points");
    assert!(command(world, now).env("PLGC_POINTS", &log).status().unwrap().success(), "the child fails");
    let mut counts = std::collections::BTreeMap::new();
    let text = std::fs::read_to_string(log).unwrap();
    text.lines()
        .map(|name| {
            let count = counts.entry(name.to_owned()).or_insert(0);
            *count += 1;
            format!("{name}:{count}")
        })
        .collect()
}

/// Runs in a child and kills it at a point.
pub fn kill_at(world: &World, now: i64, point: &str) {
    let file = world.path("paused");
    let child = command(world, now).env("PLGC_PAUSE_AT", point).env("PLGC_PAUSE_FILE", &file).spawn().unwrap();
    let mut child = Ended(child);
    let start = Instant::now();
    while !file.exists() {
        let said = || std::fs::read_to_string(world.path("said")).unwrap_or_default();
        assert!(child.0.try_wait().unwrap().is_none(), "the child ended before {point}:\n{}", said());
        assert!(start.elapsed() < Duration::from_secs(120), "the child does not come to {point}");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.0.kill().unwrap();
    assert_eq!(child.0.wait().unwrap().signal(), Some(9), "{point}");
    std::fs::remove_file(file).unwrap();
}

/// A child that does not outlive its test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
