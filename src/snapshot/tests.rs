use super::*;

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn snapshot(items: &[&str], rows: &[(&str, &str, &str, &[&str])]) -> Snapshot {
    let head =
        Head { policy: "p".into(), hash: "0".repeat(64), as_of: "2026-01-31".into(), records: rows.len() };
    let row = |(key, score, tier, points): &(&str, &str, &str, &[&str])| {
        let row = Row {
            status: "scored".into(),
            score: Some(decimal(score)),
            tier: (*tier).into(),
            reasons: "R01 R02".into(),
            points: points.iter().map(|points| Some(decimal(points))).collect(),
            ..Row::default()
        };
        (Key((*key).into()), row)
    };
    Snapshot {
        head,
        items: items.iter().map(|item| (*item).into()).collect(),
        rows: rows.iter().map(row).collect(),
        ..Snapshot::default()
    }
}

#[test]
fn a_file_reads_as_it_was_written_numbers_in_their_order() {
    let one = snapshot(
        &["age", "home"],
        &[("10", "5", "a", &["1", "-2.5"]), ("9", "6", "b", &["0", "1"]), ("x,\"y", "1", "", &["1", "1"])],
    );
    let text = one.text();
    assert_eq!(Snapshot::parse(&text).unwrap(), one);
    let keys: Vec<&str> = text.lines().skip(2).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(keys, ["9", "10", "\"x"]);
}

#[test]
fn what_is_no_snapshot_is_told_with_its_line() {
    let error = |text: &str| Snapshot::parse(text).unwrap_err().line;
    assert_eq!(error("key,status\n"), 1);
    let text = snapshot(&["age"], &[("1", "5", "a", &["1"])]).text();
    assert_eq!(error(&text.replace("1,scored,5", "1,scored,five")), 3);
    assert_eq!(error(&text.replace("key,status", "id,status")), 2);
    assert_eq!(error(&(text.clone() + "1,scored,5,a,,1\n")), 4);
    assert_eq!(error(&(text + "2,scored\n")), 4);
}

#[test]
fn who_moved_and_through_what() {
    let before = snapshot(
        &["age", "old"],
        &[("1", "100", "a", &["10", "0"]), ("2", "90", "a", &["0", "5"]), ("3", "1", "b", &["0", "0"])],
    );
    let mut after = snapshot(
        &["age", "new"],
        &[("1", "70", "b", &["-20", "0"]), ("2", "92", "a", &["0", "7"]), ("3", "1", "b", &["0", "0"])],
    );
    assert_eq!(compare(&before, &before), None);
    let items = vec!["p.score:7".into(), "p.score:9".into()];
    after.places.insert(Key("1".into()), Places { items, ..Places::default() });
    let found = compare(&before, &after).unwrap();
    assert_eq!(found.up_and_down, (1, 1));
    assert_eq!(found.moved.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(found.migrated.into_iter().collect::<Vec<_>>(), [(("a".into(), "b".into()), 1)]);
    let through: Vec<(String, usize, Decimal, Vec<String>)> =
        found.through.into_iter().map(|one| (one.item, one.records, one.between.0, one.places)).collect();
    assert_eq!(
        through,
        [
            ("age".into(), 1, decimal("-30"), vec!["p.score:7".into()]),
            ("new".into(), 1, decimal("7"), vec![]),
            ("old".into(), 1, decimal("-5"), vec![]),
        ]
    );
}

/// A snapshot of one decision, and of what each record is given.
fn given(rows: &[(&str, &str, &str, &str)]) -> Snapshot {
    let scores: Vec<_> = rows.iter().map(|(key, ..)| (*key, "5", "a", &["1"][..])).collect();
    let mut snapshot = snapshot(&["age"], &scores);
    snapshot.decisions = vec!["loan".into()];
    for (key, answer, benefits, penalties) in rows {
        let row = snapshot.rows.get_mut(&Key((*key).into())).unwrap();
        row.answers = vec![(*answer).into()];
        (row.benefits, row.penalties) = ((*benefits).into(), (*penalties).into());
    }
    snapshot
}

#[test]
fn what_is_given_reads_as_it_was_written() {
    let one = given(&[("1", "yes, please", "bus rail", ""), ("2", "", "", "no_loan")]);
    let text = one.text();
    assert!(text.starts_with("# glassbox snapshot 2: "), "{text}");
    assert_eq!(
        text.lines().nth(1),
        Some("key,status,score,tier,reasons,benefits,penalties,decision loan,age")
    );
    assert_eq!(Snapshot::parse(&text).unwrap(), one);
}

#[test]
fn who_is_given_something_else_although_no_score_moved() {
    let before = given(&[("1", "refer", "bus rail", ""), ("2", "refer", "", ""), ("3", "accept", "bus", "")]);
    let mut after =
        given(&[("1", "decline", "bus", ""), ("2", "decline", "", "fine"), ("3", "accept", "bus", "")]);
    assert_eq!(compare(&before, &before), None);
    for key in ["1", "2"] {
        let answers = vec!["p.score:30".into()];
        after.places.insert(Key(key.into()), Places { answers, ..Places::default() });
    }
    let found = compare(&before, &after).unwrap();
    assert_eq!((found.up_and_down, found.migrated.len(), found.through.len()), ((0, 0), 0, 0));
    assert_eq!(found.moved.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    let shift = AnswerShift {
        decision: "loan".into(),
        before: "refer".into(),
        after: "decline".into(),
        records: 2,
        places: vec!["p.score:30".into()],
    };
    assert_eq!(found.answers, [shift]);
    let held = |penalty, name: &str, gained, lost| HeldShift { penalty, name: name.into(), gained, lost };
    assert_eq!(found.held, [held(false, "rail", 0, 1), held(true, "fine", 1, 0)]);

    // A decision that goes, and one that comes.
    let mut other = before.clone();
    other.decisions = vec!["rent".into()];
    let found = compare(&before, &other).unwrap();
    assert_eq!(found.moved.len(), 3);
    let ways: Vec<_> =
        found.answers.iter().map(|it| (&*it.decision, &*it.before, &*it.after, it.records)).collect();
    assert_eq!(
        ways,
        [
            ("loan", "refer", "", 2),
            ("rent", "", "refer", 2),
            ("loan", "accept", "", 1),
            ("rent", "", "accept", 1)
        ]
    );
}

/// Files of the first form kept no decisions, benefits and penalties.
#[test]
fn a_file_of_the_first_form_is_read_and_its_scores_are_compared() {
    let text = format!(
        "# glassbox snapshot 1: policy=p as_of=2026-01-31 records=2 kept=2 hash={}\n\
         key,status,score,tier,reasons,age\n1,scored,5,a,R01 R02,1\n2,scored,5,a,R01 R02,1\n",
        "0".repeat(64)
    );
    let old = Snapshot::parse(&text).unwrap();
    assert!(old.scores_only);
    let mut new = given(&[("1", "yes", "bus", ""), ("2", "no", "", "")]);
    assert_eq!(compare(&old, &new), None);
    new.rows.get_mut(&Key("2".into())).unwrap().score = Some(decimal("6"));
    let found = compare(&old, &new).unwrap();
    assert_eq!((found.moved.len(), found.answers.len(), found.held.len()), (1, 0, 0));
    let error = Snapshot::parse(&text.replace("snapshot 1:", "snapshot 3:")).unwrap_err();
    assert_eq!((error.line, error.reason.contains("form `3`")), (1, true), "{error}");
}

/// What lies beyond a sample is not known to be there or not.
#[test]
fn who_is_only_out_of_the_sample_is_neither_new_nor_gone() {
    let sampled = |keys: std::ops::Range<usize>| {
        let mut all: Vec<String> = keys.clone().map(|n| format!("k{n}")).collect();
        all.sort_by_key(|key| take::hash(key));
        let rows: Vec<_> = all.iter().take(KEPT).map(|key| (key.as_str(), "5", "", &["1"][..])).collect();
        let mut snapshot = snapshot(&["age"], &rows);
        snapshot.head.records = keys.len();
        snapshot
    };
    let before = sampled(0..12_000);
    // A hundred are new, and push others out of the sample.
    let found = compare(&before, &sampled(0..12_100)).unwrap();
    assert!((50..=100).contains(&found.moved.len()), "{}", found.moved.len());
    assert!(found.moved.iter().all(|one| one.before.is_none()), "nobody is gone");
    assert_eq!(found.migrated.keys().collect::<Vec<_>>(), [&("not there".to_owned(), "no tier".to_owned())]);
    // A hundred are gone, and make place for others.
    let found = compare(&before, &sampled(100..12_000)).unwrap();
    assert!((50..=100).contains(&found.moved.len()), "{}", found.moved.len());
    assert!(found.moved.iter().all(|one| one.after.is_none()), "nobody is new");
    assert_eq!(found.migrated.keys().collect::<Vec<_>>(), [&("no tier".to_owned(), "not there".to_owned())]);
    // Of a sample to all of few records.
    let found = compare(&before, &sampled(0..9_000)).unwrap();
    assert!(found.moved.iter().all(|one| one.after.is_none()));
}

#[test]
fn lines_are_no_difference_of_explanations() {
    let mut before = snapshot(&[], &[]);
    before.explained.insert("1".into(), "  +5  Age   p.score:104\n".into());
    let mut after = before.clone();
    after.explained.insert("1".into(), "  +5  Age  p.score:99\n".into());
    assert_eq!(compare(&before, &after), None);
    after.explained.insert("1".into(), "  +6  Age  p.score:99\n".into());
    let [reworded] = compare(&before, &after).unwrap().explained.try_into().unwrap();
    assert_eq!(reworded.key, "1");
    assert_eq!((reworded.before.as_deref(), reworded.after.as_deref()), (Some("+5 Age"), Some("+6 Age")));
}

#[test]
fn a_snapshot_is_kept_beside_its_policy() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("p.score");
    assert_eq!(read(&policy).unwrap(), Stored::Nothing);
    let mut one = snapshot(&["age"], &[("1", "5", "a", &["1"])]);
    one.explained.insert("../x".into(), "told\n".into());
    write(&policy, &one).unwrap();
    assert!(folder.path().join("snapshots/p/%2E%2E%2Fx.txt").is_file());
    assert_eq!(read(&policy).unwrap(), Stored::Snapshot(Box::new(one.clone())));
    one.explained.clear();
    write(&policy, &one).unwrap();
    assert_eq!(read(&policy).unwrap(), Stored::Snapshot(Box::new(one)));
    std::fs::write(path_of(&policy), "nonsense").unwrap();
    assert!(read(&policy).unwrap_err().to_string().contains("is no snapshot: line 1"));
}
