//! Takes a manifest, gives the files of `plgc compile`: its statements as people read and commit them, each under comments
//! that say what it is for. Promises: the same manifest gives the same bytes, and no statement is other than what runs.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entity, Heeded, Leave, Limit, Manifest, Mode, Standing, Sync, SyncSpec, bind};

impl Manifest {
    /// Every SQL file by its path below the folder.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, String> {
        let models = self.models.iter().map(|it| (it.file.clone(), headed(&it.sql)));
        let views = self.views.iter().map(|it| (it.file.clone(), headed(&it.query)));
        let syncs = self.syncs.iter().map(|it| (it.file.clone(), sync(it)));
        let entities = self.entities.iter().map(|it| (it.file.clone(), entity(it, self.logged(it))));
        models.chain(views).chain(syncs).chain(entities).collect()
    }

    /// What the entity's log of changes holds.
    fn logged(&self, entity: &Entity) -> &'static str {
        let columns = self.models.iter().filter(|it| it.entity == entity.name).flat_map(|it| &it.columns);
        let has = |end: &str| columns.clone().any(|it| it.name.ends_with(end));
        match has("__enrolled_at") {
            false => "Who entered and left each audience, and moved between the stages of each status; once a run.",
            true => {
                "Who entered and left each audience, moved between the stages of each status, and enrolled in each experiment; \
                 once a run."
            }
        }
    }
}

/// A statement under its own comments, to which is added what a run fills in.
fn headed(sql: &str) -> String {
    let head = sql.lines().take_while(|line| line.starts_with("--"));
    let length = head.map(|line| line.len() + 1).sum();
    let (head, rest) = sql.split_at_checked(length).unwrap_or(("", sql));
    let filled = filled([sql]).map(|line| format!("-- {line}\n")).unwrap_or_default();
    format!("{head}{filled}{}", statement(rest))
}

/// What a run fills into these statements, as a line.
fn filled<'a>(statements: impl IntoIterator<Item = &'a str>) -> Option<String> {
    const MEANINGS: [(&str, &str); 5] = [
        ("now", ":now, the run's instant"),
        ("run", ":run, the run's id"),
        ("parent", ":parent, the id of the run before"),
        ("born", ":born_NAME, the instant of the first run that had it"),
        ("mark", ":mark_NAME, what the firings of the step are known by"),
    ];
    let open: BTreeSet<&str> = statements.into_iter().flat_map(bind::open).collect();
    let meanings: Vec<&str> =
        MEANINGS.iter().filter(|(name, _)| open.contains(name)).map(|(_, meaning)| *meaning).collect();
    if meanings.is_empty() { None } else { Some(format!("a run fills in {}", meanings.join("; "))) }
}

fn statement(sql: &str) -> String {
    format!("{};\n", sql.trim_end().trim_end_matches(';'))
}

/// Statements, each under comment lines.
fn statements(parts: &[(Vec<String>, &str)]) -> String {
    let part = |(comments, sql): &(Vec<String>, &str)| {
        let lines = comments.iter().flat_map(|comment| comment.split('\n'));
        let lines: String = lines.map(|line| format!("-- {}", line.trim_end()).trim_end().to_owned() + "\n").collect();
        if sql.is_empty() { lines } else { lines + &statement(sql) }
    };
    parts.iter().map(part).collect::<Vec<_>>().join("\n")
}

fn sync(sync: &Sync) -> String {
    let spec = &sync.spec;
    let mut head = vec![format!("sync {} to {} ({})", spec.name, spec.target(), spec.cite)];
    head.extend(spec.doc.clone());
    head.extend(spec.policies.iter().map(policy));
    head.extend(filled([&*sync.written, &*sync.outbox, &*sync.gated]));
    let written = "What it has written: the record of the parent run, and what the destination accepted in that run.";
    let outbox = spec.from.as_ref().map_or_else(
        || "What is sent now: op and key of each object, a hash of what it should hold, then its fields.".to_owned(),
        |from| {
            format!(
                "What is sent now: each firing of {from} that was not sent yet: op, the key of the firing, a hash, then the fields."
            )
        },
    );
    let mut sent = vec![outbox];
    sent.extend(operations(spec));
    sent.extend(guards(spec));
    let mut parts = vec![(head, ""), (vec![written.to_owned()], &*sync.written), (sent, &*sync.outbox)];
    if !sync.gated.is_empty() {
        parts.push((
            vec!["What a policy holds back: it is sent as soon as the policy lets it.".to_owned()],
            &sync.gated,
        ));
    }
    statements(&parts)
}

/// How a policy stands to the sync.
fn policy(heeded: &Heeded) -> String {
    let how = match (heeded.standing, &heeded.because) {
        (Standing::Proved, _) => "holds by the sync's own conditions",
        (Standing::Gated, _) => "is asked for each row that is created or updated",
        (Standing::Unknown, _) => "is asked for each row that is created or updated; raw SQL is in the way of a proof",
        (Standing::Exempt, Some(because)) => return format!("policy {} does not hold: {because}", heeded.policy),
        (Standing::Exempt, None) => "does not hold",
    };
    format!("policy {} {how}", heeded.policy)
}

impl SyncSpec {
    /// `lists.contacts(argument)`
    fn target(&self) -> String {
        let argument = self.argument.as_ref().map(|text| format!("({text})")).unwrap_or_default();
        format!("{}.{}{argument}", self.destination, self.object)
    }
}

/// What each op does at the destination.
fn operations(spec: &SyncSpec) -> Vec<String> {
    let (object, key) = (&spec.object, &spec.key.name);
    if spec.from.is_some() {
        return vec![format!("  create: one object of {object} for each; none is updated or taken back")];
    }
    let create = format!("  create: no object of {object} was written under this {key}; one is");
    let update = match spec.mode {
        Mode::Update => format!("  update: the object of {object} with this {key} gets the fields; none is created"),
        Mode::Create | Mode::Upsert => "  update: it was written with other values, or had left".to_owned(),
    };
    let leave = match spec.leave {
        Leave::Keep => None,
        Leave::Delete => {
            Some("  delete: its row has left; only an object that this sync created is deleted".to_owned())
        }
        Leave::Clear => Some("  clear: its row has left; the fields become null".to_owned()),
        Leave::Set => {
            Some(format!("  set: its row has left; {} get the values of `leave set`", spec.leave_set.join(", ")))
        }
    };
    let mut lines = match spec.mode {
        Mode::Create => vec![create],
        Mode::Update => vec![update],
        Mode::Upsert => vec![create, update],
    };
    lines.push(leave.unwrap_or_else(|| "  nothing is sent where its row has left".to_owned()));
    lines
}

/// When nothing is sent.
fn guards(spec: &SyncSpec) -> Vec<String> {
    let limit = |limit: &Limit| match limit {
        Limit::Rows(rows) => format!("{rows} rows"),
        Limit::Share(share) => format!("{} % of what it has written", percent(*share)),
    };
    let line = |what: &str, most: &Option<Limit>| {
        most.as_ref().map(|it| format!("Held where it {what} more than {}.", limit(it)))
    };
    line("creates", &spec.creates).into_iter().chain(line("takes back", &spec.deletes)).collect()
}

fn entity(entity: &Entity, logged: &str) -> String {
    let name = &entity.name;
    let share = percent(entity.loses_limit);
    let mut head = vec![format!("entity {name}: what a run compares with its parent run, in {}", entity.prev_view)];
    let all = [&entity.loses, &entity.lost].into_iter().chain(entity.moves.values());
    let all = all.chain(&entity.changes).chain(&entity.firings);
    head.extend(filled(all.map(|it| &**it)));
    if entity.changes.is_none() {
        head.push("it has no audience and no status, so nobody enters or leaves".to_owned());
    }
    let loses = vec![format!("Rows that are gone; the run stops where they are more than {share} %.")];
    let lost = vec!["The first of them, to name them then.".to_owned()];
    let mut parts: Vec<(Vec<String>, &str)> = vec![(head, ""), (loses, &entity.loses), (lost, &entity.lost)];
    for (status, moves) in &entity.moves {
        parts.push((
            vec![format!(
                "Rows that moved between stages of {status} as its `moves` do not allow; the run lists them."
            )],
            moves,
        ));
    }
    if let Some(changes) = &entity.changes {
        parts.push((vec![logged.to_owned()], changes));
    }
    if let Some(firings) = &entity.firings {
        parts.push((vec!["Which steps fired in this run; once a run.".to_owned()], firings));
    }
    statements(&parts)
}

/// A share in hundredths, without what binary fractions add at their end.
fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}
