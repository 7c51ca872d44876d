//! What a policy holds back until its entry closes is never sent: `plgc simulate` says how many firings these are.

use super::json;
use crate::support::project::Project;

const PROGRAM: &str = "source app.items { id text; excluded bool; size int }

entity item from app.items { key id }

sequence greet of item {
  start  all
  exit   when done
  step   hello
  step   bye   due hello + 2 days
  step   late  due hello + 3 days  when size > 0  until hello + 4 days
}

destination files = jsonl

policy hands_off of item: never to files where excluded

sync hellos from greet.hello to files.hellos { set size = size }
sync byes from greet.bye where size < 10 to files.byes { set size = size }
";

#[test]
fn what_was_never_sent_is_counted_where_its_entry_has_closed() {
    let sends = "deliver = true\n[targets.dev.destinations.files]\nfolder = \"out\"\n";
    let project = Project::new("sqlite", PROGRAM, sends);
    project.write("data/app.items.csv", "id,excluded,size\na,true,1\nb,false,1\nc,true,1\nd,false,20\n");
    let notes = |days: u32| {
        let json = json(&project, &format!("simulate --days {days} --from 2026-01-01 --format json"));
        let notes = json["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned());
        notes.collect::<Vec<String>>()
    };
    // The entries are open, so the firings wait.
    assert_eq!(notes(2), Vec::<String>::new());
    let [hello, bye] = notes(6).try_into().unwrap();
    assert!(hello.starts_with("2 firings of `greet.hello` were never sent: a policy,"), "{hello}");
    // Those of a and c, which the policy forbids, and that of d, which the sync leaves out.
    assert!(bye.starts_with("3 firings of `greet.bye` were never sent:"), "{bye}");
}
