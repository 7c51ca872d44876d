//! Takes batches of rows and appends them as JSON lines to one file per object. Each line bears a stable id, so
//! that a reader can drop repeats. A batch is on disk before its receipts are; a line torn by a kill is cut off.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::push::{Connection, Given, Item, Later, Op, PushError, Pushed, Receipt, Shape};
use super::{Objects, Opened, Setting, Spec, Wrong};
use crate::engine::journal::Intents;

/// JSON lines in files.
pub const SPEC: Spec = Spec {
    name: "jsonl",
    doc: "A folder of JSON-lines files, one per object, to which changes are appended.",
    objects: Objects::Any("the file's name without `.jsonl`"),
    object: file_of,
    argument: None,
    settings: &[Setting {
        name: "folder",
        doc: "The folder of the files.",
        required: true,
        own_of: None,
        secret: false,
        check: folder_of,
    }],
    batch: 500,
    open,
};

struct Folder {
    folder: PathBuf,
    files: BTreeMap<String, File>,
}

fn open<'a>(given: &'a Given<'a>) -> Opened<'a> {
    Box::pin(async move {
        let folder = PathBuf::from(given.text("folder")?);
        folder_of(given.text("folder")?).map_err(|wrong| wrong.of(given, "folder"))?;
        std::fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
        let connection: Box<dyn Connection> = Box::new(Folder { folder, files: BTreeMap::new() });
        Ok(connection)
    })
}

/// Whether an object's name is a file's, in the folder.
fn file_of(object: &str) -> Result<(), Wrong> {
    if object.contains(['/', '\\']) {
        return Err(Wrong {
            what: "leads to another folder",
            help: "name a file in the destination's folder, without `/`",
        });
    }
    if object.chars().any(char::is_control) {
        return Err(Wrong {
            what: "has a character that is not visible",
            help: "name it with letters, digits and `_`",
        });
    }
    if object.chars().all(|c| c == '.') {
        return Err(Wrong { what: "names no file", help: "name a file in the destination's folder" });
    }
    Ok(())
}

fn folder_of(text: &str) -> Result<(), Wrong> {
    let path = Path::new(text);
    if path.exists() && !path.is_dir() {
        return Err(Wrong {
            what: "is a file, and should be a folder",
            help: "name a folder, which need not be there yet",
        });
    }
    Ok(())
}

fn unwritable(path: &Path, error: &io::Error) -> PushError {
    PushError::new(
        format!("`{}` cannot be written: {error}", path.display()),
        "the account needs to be able to write there, with room on the disk",
    )
}

impl Folder {
    fn path(&self, object: &str) -> PathBuf {
        self.folder.join(format!("{object}.jsonl"))
    }

    fn file(&mut self, object: &str) -> io::Result<&mut File> {
        if !self.files.contains_key(object) {
            let file = repaired(&self.path(object))?;
            self.files.insert(object.to_owned(), file);
        }
        self.files.get_mut(object).ok_or_else(|| io::Error::other("the file was closed"))
    }

    fn append(&mut self, shape: &Shape, items: &[Item]) -> io::Result<()> {
        let mut text = String::new();
        for item in items {
            text.push_str(&line(shape, item).to_string());
            text.push('\n');
        }
        let file = self.file(&shape.object)?;
        let before = file.stream_position()?;
        let done = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
        if done.is_err() {
            file.set_len(before)?;
            file.seek(SeekFrom::Start(before))?;
        }
        done
    }
}

/// Opens a file at its end, without a last line that a kill has torn.
fn repaired(path: &Path) -> io::Result<File> {
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut block = [0_u8; 4096];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        file.seek(SeekFrom::Start(start))?;
        let length = usize::try_from(end - start).unwrap_or(0);
        let Some(part) = block.get_mut(..length) else { break };
        file.read_exact(part)?;
        if let Some(place) = part.iter().rposition(|byte| *byte == b'\n') {
            end = start + place as u64 + 1;
            break;
        }
        end = start;
    }
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    Ok(file)
}

fn line(shape: &Shape, item: &Item) -> Json {
    let fields: Map<String, Json> =
        shape.fields(item).into_iter().map(|(name, value)| (name.to_owned(), value.json())).collect();
    json!({
        "id": shape.id(item),
        "sync": shape.sync,
        "op": item.op.word(),
        "run": shape.run,
        "at": format!("{}Z", shape.now.replacen(' ', "T", 1)),
        "match": shape.key.name,
        "key": item.key,
        "fields": fields,
    })
}

impl Connection for Folder {
    fn check<'a>(&'a mut self, shape: &'a Shape) -> Later<'a, Result<(), PushError>> {
        Box::pin(async move {
            if shape.object.contains(['/', '\\']) || shape.object.starts_with('.') {
                return Err(PushError::new(
                    format!("`{}` is no name of a file", shape.object),
                    "use letters, digits and `_`",
                ));
            }
            let path = self.path(&shape.object);
            self.file(&shape.object).map(|_| ()).map_err(|error| unwritable(&path, &error))
        })
    }

    fn push<'a>(&'a mut self, shape: &'a Shape, items: &'a [Item], _: &'a mut Intents) -> Later<'a, Pushed> {
        Box::pin(async move {
            match self.append(shape, items) {
                Ok(()) => {
                    let receipt = |item: &Item| Receipt::Accepted { created: item.op == Op::Create };
                    Pushed { receipts: items.iter().map(receipt).enumerate().collect(), failed: None }
                }
                Err(error) => {
                    Pushed { receipts: Vec::new(), failed: Some(unwritable(&self.path(&shape.object), &error)) }
                }
            }
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn a_torn_last_line_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        let long = "y".repeat(9000);
        for (text, kept) in [("", ""), ("a\nb", "a\n"), ("torn", ""), ("a\n", "a\n")] {
            std::fs::write(&path, text).unwrap();
            repaired(&path).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), kept);
        }
        std::fs::write(&path, format!("a\n{long}")).unwrap();
        repaired(&path).unwrap().write_all(b"b\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a\nb\n");
    }
}
