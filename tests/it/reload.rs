//! Policies whose files change while they score: however they are saved, what is in force is one whole version of them, the
//! newest good one.
//!
//! Version N of the pack stands in three files that only fit each other: each speaks of names that only those of version N
//! have. A score of it is 1,001,001 times N, a part of it from each file. So a mixture of versions would be refused by the
//! check, and if it were not, its score would tell.

use glassbox::date::Date;
use glassbox::engine::{Engine, Options, Reload, Snapshot, Watcher, Watching};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const POLICY: &str = "loan.score";
const USED: &str = "shared/bonus.score";
const MANIFEST: &str = "glassbox.toml";
const DATA: &str = "people.csv";

/// The files of a version, by name.
fn files(version: u64) -> [(&'static str, String); 4] {
    let policy = format!(
        "use bonus_{version} from \"shared/bonus.score\"\n\npolicy loan \"Loan\" {{\n  scores  person\n  start   {version}\n}}\n\n\
         record person {{\n  id   text  key\n  age  integer 18 to 120\n}}\n\nparam extra_{version} 0\n\n\
         rule extra \"Extra\" {{\n  points  extra_{version}\n}}\n"
    );
    let used = format!(
        "characteristic bonus_{version} \"Bonus\" {{\n  | age   | points   |\n  | any   | {}     |\n}}\n",
        version * 1000
    );
    let manifest = format!(
        "policies = [\"loan.score\"]\n\n[params]\nextra_{version} = {}\n\n[data.person]\nfile = \"people.csv\"\n",
        version * 1_000_000
    );
    let data = "id,age\na,40\n".to_owned();
    [(POLICY, policy), (USED, used), (MANIFEST, manifest), (DATA, data)]
}

/// Writes a version into a folder.
fn write(folder: &Path, version: u64) {
    fs::create_dir_all(folder.join("shared")).unwrap();
    for (name, text) in files(version) {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// A text of a version.
fn text(version: u64, name: &str) -> String {
    files(version).into_iter().find(|(of, _)| *of == name).unwrap().1
}

fn options() -> Options {
    Options::on(Date::parse("2026-01-31").unwrap())
}

/// Which version scores: found by the score, which must be one of a whole version.
fn version(snapshot: &Snapshot) -> u64 {
    let scorer = snapshot.scorer();
    let mut record = scorer.record();
    record.set_named("age", 40).unwrap();
    let outcome = scorer.score(&record).unwrap();
    let score: u64 = outcome.score.unwrap().to_string().parse().unwrap();
    assert_eq!(score % 1_001_001, 0, "a mixture of versions gave {score}");
    score / 1_001_001
}

/// An engine that is watched, and what it told.
struct Watched {
    engine: Engine,
    told: Receiver<Reload>,
    watcher: Option<Watcher>,
}

impl Watched {
    fn new(path: &Path, watching: Watching) -> Self {
        let engine = Engine::open(path, options()).unwrap();
        let (send, told) = channel();
        let tell = move |reload: &Reload| drop(send.send(reload.clone()));
        let watcher = engine.watch(watching, tell).unwrap();
        let watched = Self { engine, told, watcher: Some(watcher) };
        watched.settle();
        watched
    }

    fn of(path: &Path) -> Self {
        Self::new(path, Watching::Events)
    }

    /// Until the thread watches: its first look says nothing, so nothing can be waited for.
    fn settle(&self) {
        thread::sleep(Duration::from_millis(60));
    }

    /// The next thing told.
    fn next(&self) -> Reload {
        let reload = self.told.recv_timeout(Duration::from_secs(20)).expect("nothing was told");
        assert!(version(reload.snapshot()) > 0);
        reload
    }

    /// Waits until a version is in force; what was told on the way.
    fn until(&self, wanted: u64) -> Vec<Reload> {
        let mut told = Vec::new();
        loop {
            let reload = self.next();
            let there = matches!(&reload, Reload::Swapped { new, .. } if version(new) == wanted);
            told.push(reload);
            if there {
                assert_eq!(version(&self.engine.snapshot()), wanted);
                return told;
            }
        }
    }

    /// Waits until what is on the disk is refused, while a version stays in force.
    fn until_refused(&self, kept: u64) -> String {
        loop {
            if let Reload::Rejected { kept: snapshot, refusal } = self.next() {
                assert_eq!((version(&snapshot), version(&self.engine.snapshot())), (kept, kept));
                return refusal.to_string();
            }
        }
    }
}

fn pack(version: u64) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let pack = folder.path().join("pack");
    write(&pack, version);
    (folder, pack)
}

fn rejected(told: &[Reload]) -> usize {
    told.iter().filter(|reload| matches!(reload, Reload::Rejected { .. })).count()
}

#[test]
fn files_written_in_place() {
    let (_folder, pack) = pack(1);
    let watched = Watched::of(&pack);
    for version in 2..5 {
        write(&pack, version);
        watched.until(version);
    }
}

/// Only Linux tells when a file is closed.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_still_being_written_is_waited_for() {
    let (_folder, pack) = pack(1);
    let watched = Watched::of(&pack);
    // Half of it is a whole policy, too: without the rule that gives a million.
    let whole = text(1, POLICY).replace("start   1", "start   2_002_003");
    let (front, back) = whole.split_at(whole.find("rule extra").unwrap());
    let mut file = File::create(pack.join(POLICY)).unwrap();
    file.write_all(front.as_bytes()).unwrap();
    file.flush().unwrap();
    thread::sleep(Duration::from_millis(300));
    file.write_all(back.as_bytes()).unwrap();
    drop(file);
    let told = watched.next();
    let Reload::Swapped { new, .. } = told else { panic!("{told}") };
    // 2,002,003 and 1,000 and 1,000,000.
    assert_eq!(version(&new), 3);
}

#[test]
fn halves_that_are_saved_one_by_one() {
    let (_folder, pack) = pack(1);
    let watched = Watched::of(&pack);
    let whole = text(1, POLICY).replace("start   1\n", "start   1_001_002\n");
    let (front, back) = whole.split_at(whole.find("points  extra").unwrap());
    fs::write(pack.join(POLICY), front).unwrap();
    let why = watched.until_refused(1);
    assert!(why.contains("loan.score:"), "{why}");
    let mut file = OpenOptions::new().append(true).open(pack.join(POLICY)).unwrap();
    file.write_all(back.as_bytes()).unwrap();
    drop(file);
    watched.until(2);
}

#[test]
fn files_written_beside_and_renamed_over() {
    let (_folder, pack) = pack(1);
    let watched = Watched::of(&pack);
    for version in 2..5 {
        for (name, text) in files(version) {
            let beside = pack.join(format!("{name}.tmp"));
            fs::write(&beside, text).unwrap();
            fs::rename(&beside, pack.join(name)).unwrap();
        }
        watched.until(version);
    }
}

#[test]
fn files_deleted_and_made_again() {
    let (_folder, pack) = pack(1);
    let watched = Watched::of(&pack);
    fs::remove_file(pack.join(POLICY)).unwrap();
    let why = watched.until_refused(1);
    assert!(why.contains("cannot read"), "{why}");
    fs::remove_file(pack.join(USED)).unwrap();
    fs::remove_file(pack.join(MANIFEST)).unwrap();
    watched.until_refused(1);
    write(&pack, 2);
    watched.until(2);
    // With its folder.
    fs::remove_dir_all(&pack).unwrap();
    watched.until_refused(2);
    write(&pack, 3);
    watched.until(3);
    write(&pack, 4);
    watched.until(4);
}

#[test]
fn a_backup_that_is_kept_by_renaming() {
    let (_folder, pack) = pack(1);
    let watched = Watched::of(&pack);
    // As vim does with `backup`: the file is renamed away, and written anew.
    for version in 2..4 {
        for (name, text) in files(version) {
            fs::rename(pack.join(name), pack.join(format!("{name}~"))).unwrap();
            fs::write(pack.join(name), text).unwrap();
        }
        watched.until(version);
    }
}

#[test]
fn another_folder_moved_into_its_place() {
    let (folder, pack) = pack(1);
    let watched = Watched::of(&pack);
    for version in 2..5 {
        let next = folder.path().join("next");
        write(&next, version);
        fs::rename(&pack, folder.path().join(format!("old{version}"))).unwrap();
        fs::rename(&next, &pack).unwrap();
        watched.until(version);
    }
    // What happens in the folders that were moved away is of no concern any more.
    write(&folder.path().join("old4"), 9);
    write(&pack, 5);
    let told = watched.until(5);
    assert_eq!(rejected(&told), 0);
}

/// As Kubernetes mounts a ConfigMap: every file is a link through `..data`, and `..data` is a link that is replaced.
#[cfg(unix)]
#[test]
fn a_mount_whose_data_link_is_swapped() {
    use std::os::unix::fs::symlink;
    let folder = TempDir::new().unwrap();
    let pack = folder.path().join("mount");
    fs::create_dir(&pack).unwrap();
    let swap = |version: u64| {
        let data = format!("..2026_01_{version:02}");
        write(&pack.join(&data), version);
        symlink(&data, pack.join("..data_tmp")).unwrap();
        fs::rename(pack.join("..data_tmp"), pack.join("..data")).unwrap();
        if version > 1 {
            fs::remove_dir_all(pack.join(format!("..2026_01_{:02}", version - 1))).unwrap();
        }
    };
    swap(1);
    for name in [POLICY, MANIFEST, DATA, "shared"] {
        symlink(Path::new("..data").join(name), pack.join(name)).unwrap();
    }
    let watched = Watched::of(&pack);
    for version in 2..6 {
        swap(version);
        let told = watched.until(version);
        assert_eq!(rejected(&told), 0, "the swap is seen as one change");
    }
}

#[cfg(unix)]
#[test]
fn a_release_that_a_link_leads_to() {
    use std::os::unix::fs::symlink;
    let folder = TempDir::new().unwrap();
    let current = folder.path().join("current");
    let release = |version: u64| {
        write(&folder.path().join(format!("releases/{version}/pack")), version);
        symlink(format!("releases/{version}"), folder.path().join("next")).unwrap();
        fs::rename(folder.path().join("next"), &current).unwrap();
    };
    release(1);
    let watched = Watched::of(&current.join("pack"));
    for version in 2..5 {
        release(version);
        watched.until(version);
    }
    // And what is saved in the release itself.
    write(&folder.path().join("releases/4/pack"), 6);
    watched.until(6);
}

#[test]
fn one_file_of_several_is_enough() {
    let (_folder, pack) = pack(1);
    let watched = Watched::of(&pack);
    let edit = |name: &str, from: &str, to: &str| {
        let text = fs::read_to_string(pack.join(name)).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(pack.join(name), text.replace(from, to)).unwrap();
    };
    edit(USED, "| 1000 ", "| 1_002_001 ");
    watched.until(2);
    edit(MANIFEST, "= 1000000", "= 2001001");
    watched.until(3);
    edit(POLICY, "start   1\n", "start   1_001_002\n");
    watched.until(4);
    // A comment is a new version that scores the same; the hash tells.
    let before = Arc::clone(watched.engine.snapshot().hash());
    edit(POLICY, "start ", "# the beginning\n  start ");
    let told = watched.until(4);
    assert_eq!((told[0].old_hash(), told[0].new_hash()), (&before, Some(watched.engine.snapshot().hash())));
    assert_ne!(told[0].old_hash(), told[0].new_hash().unwrap());
    // The manifest says the same in other words: the policy is the same, and so is its hash.
    edit(MANIFEST, "[params]", "# set from outside\n[params]");
    let told = watched.until(4);
    assert_eq!(Some(told[0].old_hash()), told[0].new_hash());
}

#[test]
fn data_are_part_of_it() {
    let (_folder, pack) = pack(1);
    let data = |reload: &Reload| reload.snapshot().intake().clone();
    let manifest = |file: &str| {
        let text = text(1, MANIFEST).replace("people.csv", file);
        fs::write(pack.join(MANIFEST), text).unwrap();
    };
    let watched = Watched::of(&pack);
    let swapped = || {
        let reload = watched.next();
        let Reload::Swapped { old, new } = &reload else { panic!("{reload}") };
        assert_eq!(old.hash(), new.hash());
        assert!(!new.intake().same_data(old.intake()));
        data(&reload)
    };
    fs::write(pack.join(DATA), "id,age\na,40\nb,41\n").unwrap();
    swapped();
    // A folder of files, to which one is added.
    fs::create_dir(pack.join("parts")).unwrap();
    fs::write(pack.join("parts/1.csv"), "id,age\na,40\n").unwrap();
    manifest("parts");
    swapped();
    fs::write(pack.join("parts/2.csv"), "id,age\nb,40\n").unwrap();
    swapped();
    // A pattern, and a file that fits it.
    manifest("parts/p*.csv");
    swapped();
    fs::write(pack.join("parts/p1.csv"), "id,age\na,40\n").unwrap();
    swapped();
    fs::remove_file(pack.join("parts/p1.csv")).unwrap();
    swapped();
    // A file that is not there yet.
    manifest("later/people.csv");
    swapped();
    fs::create_dir(pack.join("later")).unwrap();
    fs::write(pack.join("later/people.csv"), "id,age\na,40\n").unwrap();
    let seen = loop {
        let seen = data(&watched.next());
        if seen.holds() {
            break seen;
        }
    };
    assert_eq!(seen.data().count(), 1);
}

#[test]
fn broken_then_mended() {
    let (_folder, pack) = pack(1);
    let watched = Watched::of(&pack);
    let hash = Arc::clone(watched.engine.snapshot().hash());
    for (name, broken, told) in [
        (POLICY, "policy loan {", "loan.score:"),
        (USED, "characteristic bonus_1 {", "bonus.score:"),
        (MANIFEST, "policies = ", "glassbox.toml:"),
        (MANIFEST, "policies = [\"loan.score\"]\n[params]\nnobody = 1\n", "nobody"),
    ] {
        fs::write(pack.join(name), broken).unwrap();
        let why = watched.until_refused(1);
        assert!(why.contains(told), "{name}: {why}");
        // Broken in another way.
        fs::write(pack.join(name), "\u{1}").unwrap();
        watched.until_refused(1);
        fs::write(pack.join(name), text(1, name)).unwrap();
        let reload = watched.next();
        assert!(matches!(reload, Reload::Unchanged(_)), "{reload}");
        assert_eq!(watched.engine.snapshot().hash(), &hash);
    }
    write(&pack, 2);
    watched.until(2);
}

#[test]
fn looking_every_so_often_finds_the_same() {
    let (_folder, pack) = pack(1);
    let watched = Watched::new(&pack, Watching::Every(Duration::from_millis(30)));
    write(&pack, 2);
    watched.until(2);
    fs::write(pack.join(POLICY), "policy").unwrap();
    watched.until_refused(2);
    fs::remove_dir_all(&pack).unwrap();
    write(&pack, 3);
    watched.until(3);
}

#[test]
fn what_is_of_no_concern_is_not_looked_at() {
    let (folder, pack) = pack(1);
    let watched = Watched::of(&pack);
    fs::write(pack.join(".loan.score.swp"), "x").unwrap();
    fs::write(pack.join("4913"), "x").unwrap();
    fs::write(pack.join("notes.txt"), "x").unwrap();
    fs::write(folder.path().join("other"), "x").unwrap();
    drop(fs::read(pack.join(POLICY)).unwrap());
    let told = watched.told.recv_timeout(Duration::from_millis(300));
    assert!(matches!(told, Err(RecvTimeoutError::Timeout)), "{told:?}");
}

#[test]
fn a_watcher_that_is_dropped_tells_no_more() {
    let (_folder, pack) = pack(1);
    let mut watched = Watched::of(&pack);
    drop(watched.watcher.take());
    write(&pack, 2);
    assert!(watched.told.recv().is_err(), "who tells is gone");
    assert_eq!(version(&watched.engine.snapshot()), 1);
    // It can still be asked to.
    assert!(matches!(watched.engine.reload(), Reload::Swapped { .. }));
    assert_eq!(version(&watched.engine.snapshot()), 2);
}

#[test]
fn a_day_that_ends() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("loan.score");
    let text =
        text(1, POLICY).replace("param extra_1 0", "param extra_1 0 before 2026-02-01, then 1_001_001");
    fs::write(
        &path,
        text.replace("start   1\n", "start   1_001_001\n")
            .replace("use bonus_1 from \"shared/bonus.score\"", ""),
    )
    .unwrap();
    let engine = Engine::open(&path, options()).unwrap();
    assert_eq!(version(&engine.snapshot()), 1);
    assert!(matches!(engine.reload(), Reload::Unchanged(_)));
    let reload = engine.reload_on(Date::parse("2026-02-01").unwrap());
    assert!(matches!(reload, Reload::Swapped { .. }), "{reload}");
    assert_eq!(version(&engine.snapshot()), 2);
}

/// Threads that score without pause.
const SCORERS: usize = 8;

/// How many reloads: fewer in a build that is not optimised, where they take long; `GLASSBOX_RELOADS` says otherwise.
fn reloads() -> u64 {
    let usual = if cfg!(debug_assertions) { 100 } else { 1000 };
    std::env::var("GLASSBOX_RELOADS").map_or(usual, |many| many.parse().unwrap())
}

#[expect(clippy::print_stdout, reason = "the figures are asked for with --nocapture")]
#[test]
fn no_answer_comes_from_a_mixture_under_load() {
    const VERSIONS: u64 = 9;
    let hashes: BTreeMap<String, u64> = (1..=VERSIONS)
        .map(|version| {
            let (_folder, pack) = pack(version);
            (Engine::open(&pack, options()).unwrap().snapshot().hash().to_string(), version)
        })
        .collect();
    assert_eq!(hashes.len() as u64, VERSIONS);

    let (_folder, pack) = pack(1);
    let engine = Engine::open(&pack, Options { settle: Duration::from_millis(1), ..options() }).unwrap();
    let (stop, answers) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (mut swapped, mut refused) = (0, 0);
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..SCORERS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let snapshot = engine.snapshot();
                    let found = version(&snapshot);
                    assert_eq!(
                        hashes.get(&**snapshot.hash()),
                        Some(&found),
                        "the hash is of another version"
                    );
                    assert_eq!(&snapshot.policy().hash, snapshot.hash());
                    answers.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Whatever happens, the threads are to end.
        let ended = Ended(&stop);
        let mut in_force = 1;
        for at in 0..reloads() {
            let next = in_force % VERSIONS + 1;
            let good = match at % 5 {
                0 => {
                    write(&pack, next);
                    true
                }
                1 => {
                    for (name, text) in files(next) {
                        let beside = pack.join("beside.tmp");
                        fs::write(&beside, text).unwrap();
                        fs::rename(&beside, pack.join(name)).unwrap();
                    }
                    true
                }
                // A save that has got half way.
                2 => {
                    fs::write(pack.join(USED), text(next, USED)).unwrap();
                    false
                }
                3 => {
                    let policy = text(in_force, POLICY);
                    fs::write(pack.join(POLICY), &policy[..policy.len() / 2]).unwrap();
                    false
                }
                _ => {
                    fs::remove_file(pack.join(POLICY)).unwrap();
                    write(&pack, next);
                    true
                }
            };
            match (engine.reload(), good) {
                (Reload::Swapped { old, new }, true) => {
                    assert_eq!((version(&old), version(&new)), (in_force, next));
                    in_force = next;
                    swapped += 1;
                }
                (Reload::Rejected { kept, .. }, false) => {
                    assert_eq!(version(&kept), in_force);
                    refused += 1;
                }
                (reload, _) => panic!("save {at}: {reload}"),
            }
        }
        drop(ended);
    });
    let answers = answers.into_inner();
    assert!(answers > 0 && swapped > refused && refused > 0);
    println!(
        "{} reloads in {:.1} s: {swapped} swapped, {refused} refused; {answers} answers on {SCORERS} threads, none of a mixture",
        swapped + refused,
        started.elapsed().as_secs_f64()
    );
}

/// Ends the threads that score, also where a test stops.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A folder that is made anew may be given the number of the one that was deleted.
#[test]
fn folders_deleted_and_made_anew_at_once() {
    let (_folder, pack) = pack(1);
    let watched = Watched::of(&pack);
    for version in 2..6 {
        fs::remove_dir_all(&pack).unwrap();
        write(&pack, version);
        watched.until(version);
    }
    write(&pack, 1);
    watched.until(1);
    let used = pack.join(USED);
    for version in 2..5 {
        // As it was, so that nothing tells but the folder.
        let text = fs::read_to_string(&used).unwrap();
        fs::remove_dir_all(used.parent().unwrap()).unwrap();
        fs::create_dir(used.parent().unwrap()).unwrap();
        fs::write(&used, &text).unwrap();
        while watched.told.recv_timeout(Duration::from_millis(300)).is_ok() {}
        let (was, is) = (1000 + (version - 2) * 1_001_001, 1000 + (version - 1) * 1_001_001);
        let new = text.replace(&format!("| {was} "), &format!("| {is} "));
        assert_ne!(new, text);
        fs::write(&used, new).unwrap();
        watched.until(version);
    }
}

/// A log that grows all the time puts no save off.
#[test]
fn looking_every_so_often_waits_for_no_end_of_changes() {
    let (_folder, pack) = pack(1);
    let watched = Watched::new(&pack, Watching::Every(Duration::from_millis(30)));
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let ended = Ended(&stop);
        scope.spawn(|| {
            let mut data = OpenOptions::new().append(true).open(pack.join(DATA)).unwrap();
            for at in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                writeln!(data, "p{at},40").unwrap();
                thread::sleep(Duration::from_millis(2));
            }
        });
        fs::write(pack.join(POLICY), text(1, POLICY).replace("start   1\n", "start   1_001_002\n")).unwrap();
        watched.until(2);
        drop(ended);
    });
}

/// Whoever is told may be wrong; the engine goes on.
#[test]
fn a_panic_of_who_is_told_ends_no_watching() {
    let (_folder, pack) = pack(1);
    let engine = Engine::open(&pack, options()).unwrap();
    let (send, told) = channel();
    let watcher = engine
        .watch(Watching::Every(Duration::from_millis(20)), move |reload| {
            let is = version(reload.snapshot());
            send.send(is).unwrap();
            assert_ne!(is, 2, "it is told of the second version");
        })
        .unwrap();
    thread::sleep(Duration::from_millis(60));
    for version in [2, 3] {
        write(&pack, version);
        while told.recv_timeout(Duration::from_secs(20)).expect("nobody watches any more") != version {}
    }
    drop(watcher);
}
