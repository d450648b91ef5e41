//! Coverage against brute force over small domains, and tables of a real size.

use super::*;
use crate::decimal::Decimal;
use proptest::prelude::*;

fn whole(n: i64) -> Value {
    Value::Number(Decimal::from_int(n))
}

fn cell(low: i64, high: i64, missing: bool) -> CellTest {
    let bound = |n| Some((Decimal::from_int(n), true));
    CellTest {
        known: Set::from_interval(bound(low), bound(high), Type::Integer),
        missing,
        text: String::new(),
    }
}

fn axis(low: i64, high: i64, may_be_missing: bool) -> Axis {
    Axis { kind: Type::Integer, universe: cell(low, high, false).known, may_be_missing }
}

fn check(axes: &[Axis], rows: &[Vec<CellTest>], first_match: bool) -> Vec<Finding> {
    let rows: Vec<&[CellTest]> = rows.iter().map(Vec::as_slice).collect();
    cover(axes, &rows, first_match)
}

fn fits(row: &[CellTest], case: &[Option<Value>]) -> bool {
    row.iter().zip(case).all(|(cell, value)| match value {
        Some(value) => cell.known.contains(value),
        None => cell.missing,
    })
}

#[test]
fn a_whole_table_has_no_findings() {
    let rows = [vec![cell(0, 0, false)], vec![cell(1, 2, false)], vec![cell(3, 24, true)]];
    assert_eq!(check(&[axis(0, 24, true)], &rows, false), vec![]);
    assert_eq!(check(&[axis(0, 24, true)], &rows, true), vec![]);
}

#[test]
fn a_gap_is_shown_with_all_its_values() {
    let rows = [vec![cell(0, 2, false)], vec![cell(5, 20, false)]];
    let gap =
        |value: Option<Value>, part: Option<Set>| Finding::Gap { witness: vec![value], region: vec![part] };
    let part = cell(3, 4, false).known.union(&cell(21, 24, false).known, Type::Integer);
    let expected = vec![gap(Some(whole(3)), Some(part)), gap(None, None)];
    assert_eq!(check(&[axis(0, 24, true)], &rows, false), expected);
}

#[test]
fn an_overlap_is_shown_once_with_a_case() {
    let rows = [vec![cell(0, 12, false)], vec![cell(10, 24, false)]];
    let expected = vec![Finding::Overlap { first: 0, second: 1, witness: vec![Some(whole(10))] }];
    assert_eq!(check(&[axis(0, 24, false)], &rows, false), expected);
    assert_eq!(check(&[axis(0, 24, false)], &rows, true), vec![]);
}

#[test]
fn a_dead_row_names_the_row_that_hides_it() {
    let rows =
        [cell(0, 9, false), cell(10, 24, false), cell(3, 4, false), cell(9, 10, false)].map(|c| vec![c]);
    let dead = |row, because| Finding::Dead { row, because };
    assert_eq!(check(&[axis(0, 24, false)], &rows, true), vec![dead(2, Some(0)), dead(3, None)]);
}

#[test]
fn a_cell_outside_its_column_is_neither_dead_nor_a_gap() {
    let nothing = CellTest { known: Set::empty(Type::Integer), missing: true, text: String::new() };
    let rows = [vec![cell(0, 24, false)], vec![cell(30, 40, false)], vec![nothing]];
    let outside = |row| Finding::CellOutside { row, column: 0 };
    for first_match in [false, true] {
        assert_eq!(check(&[axis(0, 24, false)], &rows, first_match), vec![outside(1), outside(2)]);
    }
}

#[test]
fn codes_and_texts_are_covered_too() {
    let yes_no = Axis { kind: Type::YesNo, universe: Set::universe(Type::YesNo, 0), may_be_missing: false };
    let text = Axis { kind: Type::Text, universe: Set::universe(Type::Text, 0), may_be_missing: false };
    let test = |known| CellTest { known, missing: false, text: String::new() };
    let texts = |except| Set::Texts { values: ["a".into()].into(), except };
    let mut rows = vec![
        vec![test(Set::Codes(vec![0, 1])), test(texts(false))],
        vec![test(Set::Codes(vec![1])), test(texts(true))],
        vec![test(Set::Codes(vec![0])), test(texts(true))],
    ];
    let axes = [yes_no, text];
    assert_eq!(check(&axes, &rows, false), vec![]);
    rows.pop();
    let witness = vec![Some(Value::YesNo(false)), Some(Value::Text("something else".into()))];
    let region = vec![Some(Set::Codes(vec![0])), Some(texts(true))];
    assert_eq!(check(&axes, &rows, false), vec![Finding::Gap { witness, region }]);
}

#[test]
fn no_rows_leave_one_gap_and_no_columns_none_with_a_row() {
    assert!(matches!(check(&[axis(0, 1, false)], &[], false).as_slice(), [Finding::Gap { .. }]));
    assert_eq!(check(&[], &[vec![]], false), vec![]);
}

#[test]
fn a_search_without_steps_says_so() {
    let axes = [axis(0, 9, false), axis(0, 9, false)];
    let rows = [vec![cell(0, 5, false), cell(0, 5, false)], vec![cell(4, 9, false), cell(4, 9, false)]];
    let rows: Vec<&[CellTest]> = rows.iter().map(Vec::as_slice).collect();
    assert!(cover_within(&axes, &rows, false, 3).contains(&Finding::TooLarge));
    assert!(!cover_within(&axes, &rows, false, 100).contains(&Finding::TooLarge));
}

/// Cuts a box again and again, each time along the next of its columns that can be cut: rows that cover all, once.
fn split(axes: &[Axis], rows: usize, seed: u64) -> Vec<Vec<CellTest>> {
    let whole = |axis: &Axis| CellTest {
        known: axis.universe.clone(),
        missing: axis.may_be_missing,
        text: String::new(),
    };
    let mut boxes = vec![axes.iter().map(whole).collect::<Vec<_>>()];
    let mut random = seed;
    while boxes.len() < rows {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let pick = (random >> 33) as usize;
        let mut one = boxes.swap_remove(pick % boxes.len());
        let column = pick / 64 % axes.len();
        let Set::Ranges(ranges) = one[column].known.clone() else { unreachable!() };
        let unit = step(Type::Integer);
        let (low, high) = (ranges[0].0 / unit, ranges[0].1 / unit);
        if low < high {
            let mut other = one.clone();
            let cut = low + (random >> 40) as i128 % (high - low);
            other[column] = cell(low as i64, cut as i64, other[column].missing);
            one[column] = cell(cut as i64 + 1, high as i64, false);
            boxes.push(other);
        }
        boxes.push(one);
    }
    boxes
}

#[test]
fn large_tables_are_decided() {
    for seed in 0..5 {
        for (columns, rows) in [(5, 40), (5, 300), (12, 100)] {
            let axes = vec![axis(0, 60, true); columns];
            let mut table = split(&axes, rows, seed);
            assert_eq!(check(&axes, &table, false), vec![], "{columns} columns, {rows} rows, seed {seed}");
            let lost = table.remove(rows / 2);
            let gaps = check(&axes, &table, false);
            let Some(Finding::Gap { witness, .. }) = gaps.first() else { panic!("{gaps:?}") };
            assert!(fits(&lost, witness));
        }
        let axes = vec![axis(0, 60, true); 5];
        let mut table = split(&axes, 40, seed);
        assert_eq!(check(&axes, &table, true), vec![]);
        table.push(table[7].clone());
        assert_eq!(check(&axes, &table, true), vec![Finding::Dead { row: 40, because: Some(7) }]);
    }
}

/// A table whose rows overlap freely: each cell takes anything, or a random interval.
fn scatter(columns: usize, rows: usize, seed: u64) -> Vec<Vec<CellTest>> {
    let mut random = seed;
    let mut pick = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((random >> 33) % below) as i64
    };
    let mut one = || {
        let (low, size) = (pick(50), pick(30));
        if pick(3) == 0 { cell(0, 60, true) } else { cell(low, low + size, pick(2) == 0) }
    };
    (0..rows).map(|_| (0..columns).map(|_| one()).collect()).collect()
}

#[test]
fn large_tables_with_overlap_are_decided() {
    for seed in 0..2 {
        for (columns, rows) in [(3, 200), (5, 40), (10, 25)] {
            let axes = vec![axis(0, 60, true); columns];
            let mut table = scatter(columns, rows, seed);
            for first_match in [true, false] {
                let findings = check(&axes, &table, first_match);
                assert!(
                    !findings.contains(&Finding::TooLarge),
                    "{columns} columns, {rows} rows, seed {seed}, {first_match}"
                );
            }
            table.push(vec![cell(0, 60, true); columns]);
            assert!(
                !check(&axes, &table, true)
                    .iter()
                    .any(|f| matches!(f, Finding::Gap { .. } | Finding::TooLarge))
            );
        }
    }
}

fn small_cell() -> impl Strategy<Value = CellTest> {
    let whole = Just(cell(0, 4, true));
    let other = (0..5_i64, 0..5_i64, any::<bool>()).prop_map(|(low, size, m)| cell(low, low + size, m));
    prop_oneof![1 => whole, 3 => other]
}

fn small_table() -> impl Strategy<Value = (Vec<bool>, Vec<Vec<CellTest>>)> {
    (1..4_usize).prop_flat_map(|columns| {
        (
            prop::collection::vec(any::<bool>(), columns),
            prop::collection::vec(prop::collection::vec(small_cell(), columns), 0..7),
        )
    })
}

/// Every case of columns from 0 to 4, some of them perhaps missing.
fn cases(axes: &[Axis]) -> Vec<Witness> {
    axes.iter().fold(vec![vec![]], |cases, axis| {
        let known = (0..5).map(|n| Some(whole(n)));
        let values: Vec<Option<Value>> = known.chain(axis.may_be_missing.then_some(None)).collect();
        let longer =
            |case: Witness| values.clone().into_iter().map(move |v| [case.clone(), vec![v]].concat());
        cases.into_iter().flat_map(longer).collect()
    })
}

proptest! {
    #[test]
    fn findings_are_those_of_brute_force((missing, rows) in small_table(), first_match: bool) {
        let axes: Vec<Axis> = missing.iter().map(|m| axis(0, 4, *m)).collect();
        let findings = check(&axes, &rows, first_match);
        let cases = cases(&axes);
        let takers: Vec<Vec<usize>> =
            cases.iter().map(|case| (0..rows.len()).filter(|row| fits(&rows[*row], case)).collect()).collect();

        let gaps: Vec<&Witness> =
            findings.iter().filter_map(|f| if let Finding::Gap { witness, .. } = f { Some(witness) } else { None }).collect();
        prop_assert_eq!(gaps.is_empty(), takers.iter().all(|rows| !rows.is_empty()));
        for (at, gap) in gaps.iter().enumerate() {
            prop_assert!(cases.contains(gap) && rows.iter().all(|row| !fits(row, gap)));
            prop_assert!(!gaps[..at].contains(gap));
        }
        for finding in &findings {
            if let Finding::Gap { region, .. } = finding {
                let inside = |case: &Witness| case.iter().zip(region).all(|(value, part)| match (value, part) {
                    (Some(value), Some(part)) => part.contains(value),
                    (None, None) => true,
                    (Some(_), None) | (None, Some(_)) => false,
                });
                for (case, takers) in cases.iter().zip(&takers).filter(|(case, _)| inside(case)) {
                    prop_assert!(takers.is_empty(), "{:?} is taken", case);
                }
            }
        }

        let outside = |row: usize| findings.iter().any(|f| matches!(f, Finding::CellOutside { row: r, .. } if *r == row));
        for (row, cells) in rows.iter().enumerate() {
            prop_assert_eq!(outside(row), cases.iter().all(|case| !fits(cells, case)));
            let reached = takers.iter().any(|rows| rows.first() == Some(&row));
            let dead = findings.iter().any(|f| matches!(f, Finding::Dead { row: r, .. } if *r == row));
            prop_assert_eq!(dead, first_match && !reached && !outside(row));
        }
        for first in 0..rows.len() {
            for second in first + 1..rows.len() {
                let common = takers.iter().any(|rows| rows.contains(&first) && rows.contains(&second));
                let found: Vec<&Witness> = findings.iter().filter_map(|f| match f {
                    Finding::Overlap { first: a, second: b, witness } if (*a, *b) == (first, second) => Some(witness),
                    Finding::Overlap { .. }
                    | Finding::Gap { .. }
                    | Finding::Dead { .. }
                    | Finding::CellOutside { .. }
                    | Finding::TooLarge => None,
                }).collect();
                prop_assert_eq!(found.len(), usize::from(common && !first_match));
                for witness in found {
                    prop_assert!(fits(&rows[first], witness) && fits(&rows[second], witness));
                }
            }
        }
        for finding in &findings {
            if let Finding::Dead { row, because: Some(earlier) } = finding {
                prop_assert!(earlier < row);
                for rows in &takers {
                    prop_assert!(!rows.contains(row) || rows.contains(earlier));
                }
            }
        }
        prop_assert!(!findings.contains(&Finding::TooLarge));
    }
}
