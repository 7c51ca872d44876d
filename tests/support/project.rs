//! A project in a temporary folder on either engine, called by the real command, and its database.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use plgc::engine::{self, Driver};

use super::home::Home;
use super::{banners, wait};

/// A project; its folder and its database are gone when it is dropped.
pub struct Project {
    pub folder: tempfile::TempDir,
    home: Home,
    driver: &'static Driver,
}

/// What a call gave.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Project {
    /// A project with a program in `program.plg`; its target `dev` loads `data` and sends.
    pub fn new(engine: &str, program: &str, config: &str) -> Self {
        let driver = engine::find(engine).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(driver, folder.path(), "dev.db");
        let place = home.config.clone();
        let project = Self { folder, home, driver };
        let target = format!("[targets.dev]\nengine = \"{engine}\"\n{place}\ndata = \"data\"\n{config}");
        project.write("plg.toml", &format!("[project]\nname = \"test\"\n\n{target}\n"));
        project.write("program.plg", program);
        project
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A file with another text in place of one.
    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{from:?} is not in {text}");
        self.write(name, &text.replace(from, to));
    }

    /// A call of the command in the project's folder.
    pub fn command(&self, call: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plgc"));
        command.args(call.split_whitespace()).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    pub fn call(&self, call: &str) -> Said {
        said(&mut self.command(call))
    }

    /// A run at an hour of the first of January.
    #[track_caller]
    pub fn run(&self, hour: u32) -> Said {
        let said = self.call(&format!("run --as-of 2026-01-01T{hour:02}:00Z"));
        assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
        said
    }

    /// The same, which fails with an exit code and says all of this.
    #[track_caller]
    pub fn fails(&self, hour: u32, code: i32, parts: &[&str]) -> Said {
        let said = self.call(&format!("run --as-of 2026-01-01T{hour:02}:00Z"));
        said.is(code, parts)
    }

    /// The rows of a query, in the spelling with schemas.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let sql = self.spelled(sql);
        wait(async {
            let mut engine = (self.driver.open)(&self.home.location).await.unwrap();
            banners::lines(engine.texts(&sql, usize::MAX).await.unwrap())
        })
    }

    pub fn execute(&self, sql: &str) {
        self.execute_as_it_is(&self.spelled(sql));
    }

    /// The same, of statements in the engine's own spelling.
    pub fn execute_as_it_is(&self, sql: &str) {
        wait(async { (self.driver.open)(&self.home.location).await.unwrap().execute(sql).await.unwrap() });
    }

    fn spelled(&self, sql: &str) -> String {
        match self.driver.has_schemas {
            true => sql.to_owned(),
            false => sql.replace("plg_state.", "plg_state__").replace("plg.", "plg__").replace("app.", "app__"),
        }
    }
}

impl Said {
    /// It ended with this code, and its words have all of these.
    #[track_caller]
    pub fn is(self, code: i32, parts: &[&str]) -> Self {
        let all = format!("{}{}", self.out, self.err);
        assert_eq!(self.code, Some(code), "{all}");
        let plain = all.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(plain.contains(part), "{part:?} is not in {all}");
        }
        self
    }
}

/// Waits for a command's end.
pub fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}
