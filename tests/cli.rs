//! The built command, run as a person runs it: what it prints, writes and returns, above all for bad input. Here is how such a
//! test is written; `cli/projects.rs` has what works, `cli/mistakes.rs` what does not.

mod mistakes;
mod projects;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder, the files in it, and one call of the command there. Reads like a transcript.
struct Test {
    folder: TempDir,
    environment: Vec<(String, String)>,
    arguments: Vec<String>,
}

/// What a call gave.
struct Said {
    folder: TempDir,
    code: Option<i32>,
    out: String,
    err: String,
}

const PLG_TOML: &str =
    "[project]\nname = 'test'\n[targets.dev]\nengine = 'sqlite'\npath = '.plg/dev.db'\ndata = 'data'\n";
const PROGRAM: &str = "source app.items {\n  id    text\n  size  int\n}\n\nentity item from app.items {\n  key  id\n}\n\n\
    audience large of item where size > 10\n";

const BROKEN: &str = "source app.items { id text }\nentity item from app.itms { key id }\n";

impl Test {
    /// An empty folder.
    fn empty() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder"), environment: Vec::new(), arguments: Vec::new() }
    }

    /// A folder with a small project.
    fn project() -> Self {
        Self::empty()
            .write("plg.toml", PLG_TOML)
            .write("items.plg", PROGRAM)
            .write("data/app.items.csv", "id,size\na,1\nb,11\n")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn args(mut self, arguments: &[&str]) -> Self {
        self.arguments = arguments.iter().map(|it| (*it).to_owned()).collect();
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plgc"));
        command.args(&self.arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_remove("COLUMNS").env_remove("NO_COLOR").envs(self.environment.iter().cloned());
        command
    }

    fn run(self) -> Said {
        let Output { status, stdout, stderr } = self.command().output().expect("plgc starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Said { folder: self.folder, code: status.code(), out: text(stdout), err: text(stderr) }
    }
}

impl Said {
    #[track_caller]
    fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\nstdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn out(self, part: &str) -> Self {
        assert!(self.out.contains(part), "{part:?} is not in stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn err(self, part: &str) -> Self {
        assert!(self.err.contains(part), "{part:?} is not in stderr:\n{}\nstdout:\n{}", self.err, self.out);
        self
    }

    #[track_caller]
    fn never(self, part: &str) -> Self {
        assert!(!self.err.contains(part) && !self.out.contains(part), "{part:?} is shown:\n{}\n{}", self.out, self.err);
        self
    }

    /// The next call in the same folder.
    fn then(self, arguments: &[&str]) -> Said {
        Test { folder: self.folder, environment: Vec::new(), arguments: Vec::new() }.args(arguments).run()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn exists(&self, name: &str) -> bool {
        self.folder.path().join(name).exists()
    }

    fn write(self, name: &str, text: &str) -> Self {
        fs::write(self.folder.path().join(name), text).expect("a file");
        self
    }
}
