//! The journal of receipts: a file beside the target, to which each batch's receipts are appended and synced to the disk
//! before the next batch goes out. Takes receipts and gives them back after a kill; a torn last line is cut off.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The sync.
    pub sync: String,
    /// Where it wrote: `SyncSpec::place`.
    pub object: String,
    /// The match key.
    pub key: String,
    /// create, update, delete, clear, set.
    pub op: String,
    /// The hash of what was sent.
    pub hash: Option<String>,
    /// Whether the destination took it.
    pub accepted: bool,
    /// Whether it made the object.
    pub created: bool,
    /// Its words, where it did not take it.
    pub reason: Option<String>,
    /// The instant of the run.
    pub happened_at: String,
    /// The run.
    pub run: String,
}

#[derive(Serialize, Deserialize)]
struct Head {
    journal: String,
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    store: Store,
    /// Its name, which the state remembers together with how many lines it has taken.
    pub id: String,
    /// How many lines it has.
    pub lines: u64,
}

#[derive(Debug)]
enum Store {
    File {
        path: PathBuf,
        file: File,
    },
    /// Of a run whose target is in memory, too.
    Memory(Vec<Line>),
}

impl Journal {
    /// A journal that is gone with the process.
    #[must_use]
    pub fn in_memory(fresh: &str) -> Self {
        Self { store: Store::Memory(Vec::new()), id: fresh.to_owned(), lines: 0 }
    }

    /// Opens the journal of a folder, or begins one named `fresh`.
    pub fn open(folder: &Path, fresh: &str) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join("receipts.jsonl");
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
        let mut reader = BufReader::new(&file);
        let (mut whole, mut lines, mut id) = (0_u64, 0, None);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
            if id.is_none() {
                let Ok(head) = serde_json::from_slice::<Head>(&line) else { break };
                id = Some(head.journal);
            } else if serde_json::from_slice::<Line>(&line).is_ok() {
                lines += 1;
            } else {
                break;
            }
            whole += line.len() as u64;
            line.clear();
        }
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        let mut journal = Self { store: Store::File { path, file }, id: String::new(), lines };
        match id {
            Some(id) => journal.id = id,
            None => journal.begin(fresh)?,
        }
        Ok(journal)
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        name.clone_into(&mut self.id);
        let head = serde_json::to_string(&Head { journal: self.id.clone() })?;
        self.write(format!("{head}\n").as_bytes())
    }

    /// Appends, and returns once it is on the disk. What could not be written whole is cut off again.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Store::File { file, .. } = &mut self.store else { return Ok(()) };
        let before = file.stream_position()?;
        let done = file.write_all(bytes).and_then(|()| file.sync_data());
        if done.is_err() {
            file.set_len(before)?;
            file.seek(SeekFrom::Start(before))?;
        }
        done
    }

    /// Adds receipts.
    pub fn append(&mut self, lines: &[Line]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        if let Store::Memory(kept) = &mut self.store {
            kept.extend_from_slice(lines);
            self.lines += lines.len() as u64;
            return Ok(());
        }
        let mut text = String::new();
        for line in lines {
            text.push_str(&serde_json::to_string(line)?);
            text.push('\n');
        }
        self.write(text.as_bytes())?;
        self.lines += lines.len() as u64;
        Ok(())
    }

    /// Up to `many` receipts after the first `skip`.
    pub fn read(&self, skip: u64, many: usize) -> io::Result<Vec<Line>> {
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let path = match &self.store {
            Store::Memory(kept) => return Ok(kept.iter().skip(skip).take(many).cloned().collect()),
            Store::File { path, .. } => path,
        };
        let mut lines = Vec::new();
        for line in BufReader::new(File::open(path)?).lines().skip(skip.saturating_add(1)) {
            if lines.len() >= many {
                break;
            }
            lines.push(serde_json::from_str(&line?)?);
        }
        Ok(lines)
    }

    /// Empties it, under a new name.
    pub fn clear(&mut self, fresh: &str) -> io::Result<()> {
        match &mut self.store {
            Store::Memory(kept) => kept.clear(),
            Store::File { file, .. } => {
                file.set_len(0)?;
                file.seek(SeekFrom::Start(0))?;
            }
        }
        self.lines = 0;
        self.begin(fresh)
    }
}

/// Which objects a batch is about to create, on the disk before the batch counts: a run that was killed between the two still
/// knows that they are its own. Holds one batch; after it, the journal knows.
#[derive(Debug, Default)]
pub struct Intents {
    path: PathBuf,
    noted: Noted,
    /// Those of a run that was killed.
    before: Noted,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Noted {
    run: String,
    sync: String,
    keys: BTreeSet<String>,
}

impl Intents {
    /// Opens those of a folder. A file that cannot be understood says nothing.
    pub fn open(folder: &Path) -> Self {
        let path = folder.join("intents.json");
        let before = std::fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Self { path, noted: Noted::default(), before }
    }

    /// A batch begins.
    pub fn begin(&mut self, run: &str, sync: &str) {
        let same = self.before.run == run && self.before.sync == sync;
        let keys = if same { self.before.keys.clone() } else { BTreeSet::new() };
        self.noted = Noted { run: run.to_owned(), sync: sync.to_owned(), keys };
    }

    /// Whether the object is this run's own, made before it was killed.
    #[must_use]
    pub fn made(&self, key: &str) -> bool {
        self.before.run == self.noted.run && self.before.sync == self.noted.sync && self.before.keys.contains(key)
    }

    /// Notes what is about to be created; on the disk when this returns.
    pub fn note<'a>(&mut self, keys: impl Iterator<Item = &'a str>) -> io::Result<()> {
        let known = self.noted.keys.len();
        self.noted.keys.extend(keys.map(str::to_owned));
        if self.noted.keys.len() == known {
            return Ok(());
        }
        let beside = self.path.with_extension("new");
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec(&self.noted)?)?;
        file.sync_all()?;
        std::fs::rename(beside, &self.path)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    fn line(key: &str) -> Line {
        Line {
            sync: "s".to_owned(),
            object: "o".to_owned(),
            key: key.to_owned(),
            op: "create".to_owned(),
            hash: None,
            accepted: true,
            created: true,
            reason: None,
            happened_at: "2026-01-01 00:00:00".to_owned(),
            run: "r1_0000".to_owned(),
        }
    }

    #[test]
    fn a_torn_line_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), "a").unwrap();
        journal.append(&[line("1"), line("2")]).unwrap();
        drop(journal);
        let path = folder.path().join("receipts.jsonl");
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"sync\":\"s\",\"ke");
        std::fs::write(&path, text).unwrap();
        let mut journal = Journal::open(folder.path(), "b").unwrap();
        assert_eq!((journal.id.as_str(), journal.lines), ("a", 2));
        journal.append(&[line("3")]).unwrap();
        let keys = |lines: Vec<Line>| lines.into_iter().map(|it| it.key).collect::<Vec<_>>();
        assert_eq!(keys(journal.read(1, 10).unwrap()), ["2", "3"]);
        journal.clear("c").unwrap();
        assert_eq!((journal.id.as_str(), journal.lines), ("c", 0));
        assert!(Journal::open(folder.path(), "d").unwrap().read(0, 9).unwrap().is_empty());
    }
}
