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
    after.places.insert(Key("1".into()), vec!["p.score:7".into(), "p.score:9".into()]);
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
