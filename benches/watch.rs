//! From save to screen: how long `glassbox watch` takes to say what a save did, with 10,000 sample records.
//!
//! `cargo bench --bench watch` makes a pack of the card of twenty characteristics with synthetic people, starts the program on
//! it, saves the policy 50 times (in place, and beside with a rename, in turns), each time with other points in two rows, and
//! waits for the event. It prints the median and the worst, measured from before the save until the event was read. After `--`,
//! `--saves N` and `--records N` say otherwise.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench is to stop, and to tell"
)]

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const GLASSBOX: &str = env!("CARGO_BIN_EXE_glassbox");
const PACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/packs/s20");

/// The program, ended whatever happens.
struct Watch(Child);

impl Drop for Watch {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn main() {
    let (saves, records) = (option("--saves", 50), option("--records", 10_000));
    let folder = tempfile::tempdir().expect("a folder");
    let pack = folder.path().join("s20");
    make(&pack, records);
    let policy = pack.join("s20.score");
    let text = fs::read_to_string(&policy).expect("the policy");

    let mut child = Command::new(GLASSBOX)
        .args(["watch", "--format", "json"])
        .arg(&pack)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut events = BufReader::new(child.stdout.take().expect("its output")).lines();
    let _watch = Watch(child);
    let mut next = || -> Value {
        let line = events.next().expect("an event").expect("a line");
        serde_json::from_str(&line).expect("an object")
    };
    let ready = next();
    assert_eq!(ready["kind"], "ready", "{ready}");
    let read = &ready["policies"][0]["records"]["read"];
    // So that the records which are explained are in memory, as they are when somebody has looked at the screen.
    std::thread::sleep(Duration::from_secs(2));

    let (mut took, mut told, mut moved) = (Vec::new(), Vec::new(), 0);
    for save in 0..saves {
        let young = save % 7 + 3;
        let text = text
            .replace("| under 22   |     +2 |", &format!("| under 22   |     +{young} |"))
            .replace("| 27 to 34   |    +18 |", &format!("| 27 to 34   |    +{} |", 18 + save % 5));
        let start = Instant::now();
        if save % 2 == 0 {
            fs::write(&policy, &text).expect("saved");
        } else {
            let beside = pack.join("s20.score.tmp");
            fs::write(&beside, &text).expect("written");
            fs::rename(&beside, &policy).expect("saved");
        }
        let event = next();
        took.push(start.elapsed());
        assert_eq!(event["kind"], "changed", "{event}");
        told.push(event["milliseconds"].as_f64().expect("a number"));
        let impact = &event["policies"][0]["records"]["impact"];
        moved += impact["moved"].as_u64().expect("a number");
        assert!(!impact["movers"][0]["cause"]["line"].is_null(), "{event}");
        // An author looks at it.
        std::thread::sleep(Duration::from_millis(60));
    }
    took.sort_unstable();
    told.sort_unstable_by(f64::total_cmp);
    println!("{saves} saves, {read} records, {} scores moved a save", moved / saves);
    println!("| from save to screen | ms |");
    println!("|---|---|");
    println!("| median | {:.1} |", milliseconds(took[took.len() / 2]));
    println!("| worst | {:.1} |", milliseconds(took[took.len() - 1]));
    println!("| median, as the program tells it | {:.1} |", told[told.len() / 2]);
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The pack, with so many people made up.
fn make(pack: &Path, records: u64) {
    fs::create_dir(pack).expect("a folder");
    for file in ["s20.score", "glassbox.toml"] {
        fs::copy(Path::new(PACK).join(file), pack.join(file)).expect("copied");
    }
    let made = Command::new(GLASSBOX)
        .arg("synth")
        .arg(pack)
        .args(["--records", &records.to_string(), "--seed", "1", "--format", "csv", "--quiet", "--out"])
        .arg(pack)
        .status()
        .expect("the program");
    assert!(made.success(), "the records could not be made");
}

/// A number after a name on the command line.
fn option(name: &str, usual: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name).skip(1);
    arguments.next().map_or(usual, |number| number.parse().expect("a number"))
}
