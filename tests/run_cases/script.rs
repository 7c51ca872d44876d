//! Reads the comments of a run case: when it runs, and the rows of each table. Takes a `.plg` file, gives its text and
//! its runs in order; what it cannot read stops the test with the line.

use std::path::Path;

/// One program of a case and its runs.
pub struct Edition {
    /// The file's name without its ending.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The project's zone: `// zone Europe/Berlin`.
    pub zone: Option<String>,
    /// Its runs.
    pub moments: Vec<Moment>,
}

/// One run: `// now 2026-01-15T00:00:00Z`.
pub struct Moment {
    /// The instant, as written.
    pub now: String,
    /// Guards that are waived: `// accept app.users`.
    pub accept: Vec<String>,
    /// Whether the target sends; not after `// deliver false`.
    pub deliver: bool,
    /// The tables that are given anew before it.
    pub tables: Vec<Table>,
}

/// The rows of a source.
pub struct Table {
    /// The source.
    pub name: String,
    /// The columns.
    pub columns: Vec<String>,
    /// The cells as written.
    pub rows: Vec<Vec<String>>,
}

impl Edition {
    /// Reads a case.
    pub fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_str().unwrap();
        Self::of(name, std::fs::read_to_string(path).unwrap())
    }

    /// Reads the text of a case.
    pub fn of(name: &str, text: String) -> Self {
        let mut edition = Self { name: name.to_owned(), zone: None, moments: Vec::new(), text: String::new() };
        for (at, line) in text.lines().enumerate() {
            let Some(comment) = line.strip_prefix("// ") else { continue };
            if let Err(wrong) = edition.line(comment.trim()) {
                panic!("{name}:{}: {wrong}: {line}", at + 1);
            }
        }
        assert!(!edition.moments.is_empty(), "{name}: no `// now …`");
        edition.text = text;
        edition
    }

    fn line(&mut self, comment: &str) -> Result<(), &'static str> {
        let (word, rest) = comment.split_once(' ').unwrap_or((comment, ""));
        match word {
            "now" => {
                let now = rest.to_owned();
                self.moments.push(Moment { now, accept: Vec::new(), deliver: true, tables: Vec::new() });
            }
            "deliver" => self.moment()?.deliver = rest != "false",
            "zone" => self.zone = Some(rest.to_owned()),
            "accept" => self.moment()?.accept.push(rest.to_owned()),
            "table" => {
                let table = Table { name: rest.to_owned(), columns: Vec::new(), rows: Vec::new() };
                self.moment()?.tables.push(table);
            }
            "|" => {
                let cells = cells(comment).ok_or("a row ends with `|`")?;
                let table = self.moment()?.tables.last_mut().ok_or("a row needs a `// table …` above it")?;
                if table.columns.is_empty() {
                    table.columns = cells;
                } else if table.columns.len() == cells.len() {
                    table.rows.push(cells);
                } else {
                    return Err("another number of cells than the head of the table");
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn moment(&mut self) -> Result<&mut Moment, &'static str> {
        self.moments.last_mut().ok_or("it needs a `// now …` above it")
    }
}

/// The cells between pipes; `\|` is a pipe.
fn cells(row: &str) -> Option<Vec<String>> {
    let inner = row.strip_prefix('|')?.strip_suffix('|')?;
    let inner = inner.replace("\\|", "\0");
    Some(inner.split('|').map(|cell| cell.trim().replace('\0', "|")).collect())
}

impl Table {
    /// The text of a file of this table: an empty cell is a null, `'…'` is the text within, with `''` for a quote.
    pub fn csv(&self) -> String {
        let heads: Vec<String> = self.columns.iter().map(|name| field(name)).collect();
        let mut out = heads.join(",") + "\n";
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| field(cell)).collect();
            out.push_str(&(cells.join(",") + "\n"));
        }
        out
    }
}

fn field(cell: &str) -> String {
    let within = cell.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match within {
        Some(text) => format!("\"{}\"", text.replace("''", "'").replace('"', "\"\"")),
        None if cell.contains(['"', ',']) => format!("\"{}\"", cell.replace('"', "\"\"")),
        None => cell.to_owned(),
    }
}
