//! `glassbox watch`, as a program that is started on a pack whose files then change.

use super::command::{folder_with_shop, glassbox_in};
use super::json_schema::breaches;
use serde_json::Value as Json;
use std::fs;
use std::io::{BufRead, BufReader, Lines, Read};
use std::process::{Child, ChildStdout, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A folder with a copy of the small pack `shop`, with sound records only.
struct Shop(TempDir);

impl Shop {
    fn new() -> Self {
        let shop = Self(folder_with_shop());
        let lines = shop.read("customers.csv");
        let sound: String = lines.lines().take(6).map(|line| format!("{line}\n")).collect();
        shop.write("customers.csv", &sound);
        shop.edit("purchases.csv", "c9,2026-01-30,7\n", "");
        shop
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.path().join("shop").join(file)).unwrap()
    }

    /// Saves a file as a whole, so that it is one change however busy the machine is.
    fn write(&self, file: &str, text: &str) {
        let beside = self.0.path().join("beside");
        fs::write(&beside, text).unwrap();
        fs::rename(beside, self.0.path().join("shop").join(file)).unwrap();
    }

    /// Replaces a text in a file; it must be there.
    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "`{from}` is not in {file}");
        self.write(file, &text.replace(from, to));
    }

    fn watch(&self, arguments: &[&str]) -> Watch {
        let mut command = glassbox_in(self.0.path(), ["watch", "shop"].iter().chain(arguments));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Watch { child, lines }
    }
}

/// The program at work; ended whatever happens.
struct Watch {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watch {
    fn line(&mut self) -> String {
        self.lines.next().expect("it has ended").unwrap()
    }

    /// The next event, which is as the schema says.
    fn event(&mut self, kind: &str) -> Json {
        let event: Json = serde_json::from_str(&self.line()).unwrap();
        assert_eq!(event["kind"], kind, "{event:#}");
        let schema = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schemas/watch.json"));
        let schema: Json = serde_json::from_str(schema).unwrap();
        assert_eq!(breaches(&schema, &schema, &event), Vec::<String>::new());
        event
    }

    /// Lines up to one that holds a text, without times and hashes.
    fn until(&mut self, end: &str) -> String {
        let mut text = String::new();
        loop {
            let line = self.line();
            text += &without_times(&line);
            text.push('\n');
            if line.contains(end) {
                return text;
            }
        }
    }

    fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "it goes on");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn without_times(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.split(' ') {
        let is_hash = word.len() == 12 && word.bytes().all(|b| b.is_ascii_hexdigit());
        if word.starts_with("ms")
            && words.last().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit() || b == b','))
        {
            words.pop();
            words.push("N".to_owned());
        }
        words.push(if is_hash { "[hash]".to_owned() } else { word.to_owned() });
    }
    words.join(" ")
}

#[test]
fn events_for_programs() {
    let shop = Shop::new();
    let mut watch = shop.watch(&["--format", "json", "--on-change", "echo said; exit 3"]);
    let ready = watch.event("ready");
    let policy = &ready["policies"][0];
    assert_eq!((&policy["old_hash"], &policy["records"]["impact"]), (&Json::Null, &Json::Null));
    assert_eq!((&policy["records"]["read"], &policy["records"]["scored"]), (&5.into(), &4.into()));
    assert_eq!((&policy["cases"]["all"], &ready["well"]), (&3.into(), &true.into()));

    // One bill fewer costs ten points more: c2 has one.
    shop.edit("shop.score", "each unpaid bill\" -60", "each unpaid bill\" -70");
    let changed = watch.event("changed");
    let policy = &changed["policies"][0];
    assert_eq!(policy["old_hash"], ready["policies"][0]["new_hash"]);
    assert_ne!(policy["old_hash"], policy["new_hash"]);
    let impact = &policy["records"]["impact"];
    assert_eq!((&impact["compared"], &impact["moved"], &impact["down"]), (&5.into(), &1.into(), &1.into()));
    assert_eq!((&impact["most_down"], &impact["most_up"]), (&10.into(), &0.into()));
    let mover = &impact["movers"][0];
    assert_eq!((&mover["key"], &mover["other_causes"]), (&"c2".into(), &0.into()));
    let cause = &mover["cause"];
    assert_eq!(
        (&cause["name"], &cause["before"], &cause["after"]),
        (&"unpaid".into(), &(-60).into(), &(-70).into())
    );
    let line = shop.read("shop.score").lines().position(|line| line.contains("| 1         |")).unwrap() + 1;
    assert_eq!((&cause["line"], &cause["says"]), (&line.into(), &"unpaid: 1".into()));
    let ran = watch.event("command");
    assert_eq!((&ran["command"], &ran["exit"]), (&"echo said; exit 3".into(), &3.into()));

    // Broken; and mended, which says what it said before.
    let good = shop.read("shop.score");
    shop.edit("shop.score", "reason  R02", "reason  R20");
    let refused = watch.event("refused");
    assert_eq!(refused["kept_hash"], policy["new_hash"]);
    assert_ne!(refused["refused_hash"], policy["new_hash"]);
    assert_eq!(refused["diagnostics"][0]["code"], "E0203", "{refused:#}");
    shop.write("shop.score", &good);
    assert_eq!(watch.event("unchanged")["hash"], policy["new_hash"]);

    // A case that differs, tiers that gain and lose, in one save of two files.
    shop.edit("shop.score", "start    500", "start    580");
    shop.edit("glassbox.toml", "as_of    = \"2026-01-31\"", "as_of    = \"2026-01-30\"");
    let changed = watch.event("changed");
    let policy = &changed["policies"][0];
    assert_eq!(
        (&changed["well"], &policy["cases"]["differ"][0]["held_before"]),
        (&false.into(), &true.into())
    );
    let tiers = policy["records"]["impact"]["tiers"].as_array().unwrap();
    assert!(tiers.iter().any(|tier| tier["gained"].as_u64() > Some(0)), "{tiers:?}");

    // Data that cannot be used, and then can.
    let people = shop.read("customers.csv");
    shop.write("customers.csv", &people.replace("since", "sinse"));
    let changed = watch.event("changed");
    assert_eq!(changed["policies"][0]["records"], Json::Null);
    assert_eq!(changed["policies"][0]["data_diagnostics"][0]["code"], "E0408", "{changed:#}");
    // Compared with what they came to last.
    shop.write("customers.csv", &people.replace("c1,2019-03-01,0", "c1,2019-03-01,1"));
    let changed = watch.event("changed");
    let impact = &changed["policies"][0]["records"]["impact"];
    assert_eq!((&impact["compared"], &impact["moved"]), (&5.into(), &1.into()), "{changed:#}");
    let mover = &impact["movers"][0];
    assert_eq!((&mover["key"], &mover["cause"]["name"]), (&"c1".into(), &"unpaid".into()));
    // A case differs still, so that the command was not run; now it is.
    shop.edit("shop.score", "start    580", "start    500");
    assert_eq!(watch.event("changed")["well"], true);
    watch.event("command");
}

/// What records are given is compared too, where no score moves.
#[test]
fn answers_that_are_others() {
    let shop = Shop::new();
    let mut watch = shop.watch(&["--format", "json"]);
    watch.event("ready");
    shop.edit("shop.score", "| silver | yes   |        |", "| silver | no    |        |");
    let changed = watch.event("changed");
    let impact = &changed["policies"][0]["records"]["impact"];
    assert_eq!((&impact["moved"], &changed["well"]), (&0.into(), &true.into()), "{changed:#}");
    let migration = serde_json::json!({ "from": "yes", "to": "no", "records": 1 });
    let expected = serde_json::json!([{ "decision": "later", "migrations": [migration] }]);
    assert_eq!(impact["decisions"], expected);
    // A reason that is no longer given.
    let text = shop
        .read("shop.score")
        .replace("| missing   | 0         | R04    |", "| missing   | 0         |        |");
    let text = text.replace("expect  reasons R04, R02", "expect  reasons R02");
    shop.write("shop.score", &text.replace("reason R04 \"We do not know whether bills are unpaid\"\n", ""));
    let changed = watch.event("changed");
    let impact = &changed["policies"][0]["records"]["impact"];
    let lost = impact["reasons"].as_array().unwrap().iter().find(|reason| reason["reason"] == "R04");
    assert_eq!((&impact["moved"], &lost.unwrap()["lost"]), (&0.into(), &1.into()), "{changed:#}");
}

#[test]
fn answers_that_are_others_for_people() {
    let shop = Shop::new();
    let mut watch = shop.watch(&[]);
    watch.until("cases hold");
    shop.edit("shop.score", "| silver | yes   |        |", "| silver | no    |        |");
    insta::assert_snapshot!("watch_answers", watch.until("cases hold"));
}

/// A command that cannot be right is refused, and what is wrong at the first look was not saved.
#[test]
fn what_no_save_can_mend_is_not_waited_for() {
    let shop = Shop::new();
    let mut watch = shop.watch(&["--set", "nosuch=1"]);
    assert_eq!(watch.ended().code(), Some(2));
    let (mut said, mut told) = (String::new(), String::new());
    watch.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    watch.lines.by_ref().for_each(|line| told += &line.unwrap());
    assert!(said.contains("`nosuch` is set, but the policy has no such parameter"), "{said}");
    assert_eq!(told, "");

    shop.edit("shop.score", "start    500", "start    ");
    let mut watch = shop.watch(&["--set", "open_bill=-50"]);
    let told = watch.until("explain-error");
    assert!(told.contains("(told in N ms)") && !told.contains("saved"), "{told}");
    shop.edit("shop.score", "start    ", "start    500");
    watch.until("cases hold");
}

#[cfg(unix)]
#[test]
fn how_a_command_ended() {
    let shop = Shop::new();
    let mut watch = shop.watch(&["--format", "json", "--on-change", "kill -9 $$"]);
    watch.event("ready");
    shop.edit("shop.score", "each unpaid bill\" -60", "each unpaid bill\" -70");
    watch.event("changed");
    let ran = watch.event("command");
    assert_eq!((&ran["exit"], &ran["signal"], &ran["error"]), (&Json::Null, &9.into(), &Json::Null));
    drop(watch);
    let once = |from: &str, to: &str, command: &str| {
        let mut watch = shop.watch(&["--once", "--format", "json", "--on-change", command]);
        watch.event("ready");
        shop.edit("shop.score", from, to);
        watch.ended().code()
    };
    assert_eq!(once("unpaid bill\" -70", "unpaid bill\" -71", "exit 3"), Some(1));
    assert_eq!(once("unpaid bill\" -71", "unpaid bill\" -70", "exit 0"), Some(0));
}

#[test]
fn records_that_come_and_go() {
    let shop = Shop::new();
    let mut watch = shop.watch(&["--format", "json"]);
    watch.event("ready");
    let people = shop.read("customers.csv");
    shop.write(
        "customers.csv",
        &format!("{}x9,2019-03-01,0,own,Xi\n", people.replace("c1,2019-03-01,0", "c1,2019-03-01,1")),
    );
    shop.edit("purchases.csv", "c2,2026-01-30,7\n", "");
    let changed = watch.event("changed");
    let policy = &changed["policies"][0];
    assert_eq!(policy["old_hash"], policy["new_hash"], "the policy is the same");
    let impact = &policy["records"]["impact"];
    assert_eq!(
        (&impact["compared"], &impact["added"], &impact["removed"]),
        (&5.into(), &1.into(), &0.into())
    );
    let movers = impact["movers"].as_array().unwrap();
    let moved: Vec<_> = movers.iter().map(|mover| (&mover["key"], &mover["cause"]["name"])).collect();
    assert_eq!(moved, [(&"c1".into(), &"unpaid".into()), (&"c2".into(), &"purchases".into())]);
    assert_eq!(movers[0]["cause"]["said"], "unpaid: 0");
}

#[test]
fn lines_for_people() {
    let shop = Shop::new();
    let mut watch = shop.watch(&["--on-change", "echo from the command"]);
    let mut said = watch.until("cases hold");
    shop.edit("shop.score", "each unpaid bill\" -60", "each unpaid bill\" -70");
    said += &watch.until("ended well");
    shop.edit("shop.score", "| missing   | 0  ", "| missing   | O  ");
    said += &watch.until("explain-error");
    shop.edit("shop.score", "| missing   | O  ", "| missing   | 0  ");
    said += &watch.until("mended");
    shop.edit("shop.score", "start    500", "start    600");
    shop.edit("shop.score", "gold    \"Gold\"    680", "gold    \"Gold\"    770");
    shop.edit("shop.score", "500 to under 680", "500 to under 770");
    // The command is not for policies whose cases differ.
    said += &watch.until("saved, told");
    insta::assert_snapshot!("watch_lines", said);
}

#[test]
fn one_change_and_its_exit_code() {
    let shop = Shop::new();
    let once = |from: &str, to: &str| {
        let mut watch = shop.watch(&["--once", "--format", "json"]);
        watch.event("ready");
        // The same again is no change.
        shop.write("shop.score", &shop.read("shop.score"));
        watch.event("unchanged");
        shop.edit("shop.score", from, to);
        watch.ended().code()
    };
    assert_eq!(once("unpaid bill\" -60", "unpaid bill\" -61"), Some(0));
    assert_eq!(once("unpaid bill\" -61", "unpaid bill\" -60"), Some(0));
    assert_eq!(once("start    500", "start    501"), Some(1));
    assert_eq!(once("start    501", "start    "), Some(1));
    // It begins broken, and the save mends it.
    let mut watch = shop.watch(&["--once", "--format", "json"]);
    assert_eq!(watch.event("refused")["kept_hash"], Json::Null);
    shop.edit("shop.score", "start    ", "start    500");
    watch.event("ready");
    assert_eq!(watch.ended().code(), Some(0));
}

#[test]
fn what_is_not_there_is_not_waited_for() {
    let shop = Shop::new();
    let output = glassbox_in(shop.0.path(), ["watch", "shopp"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `shop`?"));
}

#[test]
fn a_policy_without_data() {
    let shop = Shop::new();
    fs::remove_file(shop.0.path().join("shop/glassbox.toml")).unwrap();
    let mut watch = shop.watch(&[]);
    drop(watch.child.kill());
    let mut command =
        glassbox_in(shop.0.path(), ["watch", "shop/shop.score", "--poll=20", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut watch = Watch { child, lines };
    assert_eq!(watch.event("ready")["policies"][0]["records"], Json::Null);
    // A manifest that appears.
    shop.write("glassbox.toml", "policies = [\"shop.score\"]\n\n[params]\nopen_bill = -50\n");
    let changed = watch.event("changed");
    assert_ne!(changed["policies"][0]["old_hash"], changed["policies"][0]["new_hash"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it() {
    let shop = Shop::new();
    for (arguments, code) in [(&["--format", "json"][..], 0), (&["--format", "json", "--once"], 130)] {
        let mut watch = shop.watch(arguments);
        watch.event("ready");
        let pid = watch.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        assert_eq!(watch.ended().code(), Some(code));
        let mut said = String::new();
        watch.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "");
    }
}

/// Whoever is busy is asked once, and ended the second time.
#[cfg(unix)]
#[test]
fn a_second_interrupt_ends_what_is_busy() {
    let shop = Shop::new();
    let mut watch = shop.watch(&["--format", "json", "--on-change", "sleep 30"]);
    watch.event("ready");
    shop.edit("shop.score", "each unpaid bill\" -60", "each unpaid bill\" -70");
    watch.event("changed");
    let pid = watch.child.id().to_string();
    let interrupt = || {
        assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        thread::sleep(Duration::from_millis(500));
    };
    interrupt();
    assert_eq!(watch.child.try_wait().unwrap(), None, "what runs is waited for");
    interrupt();
    assert_eq!(watch.ended().code(), Some(130));
}

#[test]
fn a_key_that_stands_twice_in_the_data() {
    let shop = Shop::new();
    let mut watch = shop.watch(&["--format", "json"]);
    watch.event("ready");
    let lines = shop.read("customers.csv");
    let again = lines.lines().last().unwrap();
    shop.write("customers.csv", &format!("{lines}{again}\n"));
    let changed = watch.event("changed");
    let impact = &changed["policies"][0]["records"]["impact"];
    assert_eq!((&impact["added"], &impact["removed"]), (&1.into(), &0.into()), "{changed:#}");
}
