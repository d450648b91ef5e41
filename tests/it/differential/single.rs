//! The scorer of single records against the reference: the same outcome, bit for bit, or the same refusal.

use glassbox::data::{FieldId, RecordId, Records, Type, Value, join_rows};
use glassbox::decimal::Decimal;
use glassbox::eval::{Outcome, score_all};
use glassbox::policy::Policy;
use glassbox::{BadValue, Given, Record, ScoreError, Scorer};

/// What is said of a record: its outcome; that a value is bad, or that a number is too large.
type Said = Result<Outcome, &'static str>;

/// Compares records, each alone with its children; the error says where they differ.
pub(super) fn check(
    policy: &Policy,
    rows: &[Vec<Value>],
    children: &[(RecordId, Vec<Vec<Value>>)],
) -> Result<(), String> {
    let scorer = Scorer::new(policy);
    let (mut record, mut sheet) = (scorer.record(), scorer.sheet());
    let key = policy.schema.scored().key.unwrap().index();
    for row in rows {
        let theirs: Vec<(RecordId, &Vec<Value>)> = children
            .iter()
            .flat_map(|(kind, rows)| rows.iter().map(|row| (*kind, row)))
            .filter(|(kind, child)| child[policy.schema.record(*kind).parent.unwrap().1.index()] == row[key])
            .collect();
        let expected = reference(policy, row, &theirs);
        record.clear();
        let found: Said = match give(&scorer, row, &theirs, &mut record) {
            Err(_) => Err("bad"),
            Ok(()) => match scorer.score_into(&record, &mut sheet) {
                Ok(outcome) => Ok(outcome.clone()),
                Err(ScoreError::Missing { .. }) => Err("bad"),
                Err(ScoreError::TooLarge(_)) => Err("too large"),
                Err(error @ ScoreError::OtherPolicy) => return Err(error.to_string()),
            },
        };
        if found != expected {
            return Err(format!(
                "one record {row:?} with {theirs:?} (direct: {})\nreference {expected:#?}\nscorer {found:#?}",
                scorer.is_direct(),
            ));
        }
    }
    Ok(())
}

/// What the reference says.
fn reference(policy: &Policy, row: &[Value], children: &[(RecordId, &Vec<Value>)]) -> Said {
    let children = children.iter().map(|(kind, child)| (*kind, (*child).clone()));
    let records: Vec<_> = std::iter::once((policy.schema.scored, row.to_vec())).chain(children).collect();
    let loaded = join_rows(&policy.schema, policy.today, &records, &[], (None, &[]));
    if loaded.population.count() == 0 {
        return Err("bad");
    }
    score_all(policy, &loaded.population).remove(0).map_err(|_| "too large")
}

/// Every value as a program would have it. A program is told what is wrong with a child of a day to come as of any other, and
/// goes on without it: data leave it out, whatever is wrong with it.
fn give(
    scorer: &Scorer,
    row: &[Value],
    children: &[(RecordId, &Vec<Value>)],
    record: &mut Record,
) -> Result<(), BadValue> {
    set_all(scorer, scorer.policy().schema.scored, row, record)?;
    for (kind, row) in children {
        let mut child = scorer.child_record(*kind);
        let told = set_all(scorer, *kind, row, &mut child).and_then(|()| record.add(&child));
        if !is_to_come(scorer.policy(), *kind, row) {
            told?;
        }
    }
    Ok(())
}

/// Whether a child is dated later than today. A date that is itself no good does not tell.
fn is_to_come(policy: &Policy, kind: RecordId, child: &[Value]) -> bool {
    let of = policy.schema.record(kind);
    of.dated.is_some_and(|dated| {
        let date = &child[dated.index()];
        of.fields[dated.index()].domain.contains(date) && date.as_date().is_some_and(|day| day > policy.today)
    })
}

fn set_all(scorer: &Scorer, kind: RecordId, row: &[Value], record: &mut Record) -> Result<(), BadValue> {
    let schema = &scorer.policy().schema;
    for ((field, value), position) in schema.record(kind).fields.iter().zip(row).zip(0..) {
        let id = FieldId(position);
        let given = match (value, field.kind) {
            (Value::Missing(_), _) => Given::Missing,
            // Doubles where they say the same.
            (Value::Number(n), _) => match n.to_string().parse() {
                Ok(x) if position % 2 == 1 && Decimal::from_f64(x) == Some(*n) => Given::Double(x),
                _ => Given::Number(*n),
            },
            (Value::Date(day), _) => Given::Date(*day),
            (Value::YesNo(truth), _) => Given::YesNo(*truth),
            (Value::Text(text), _) => Given::Text(text),
            (Value::Category(code), Type::Category(categories)) => {
                let spelling = schema.category(categories).spellings.get(*code as usize);
                let spelling = spelling.map_or("a spelling that nobody declared", |spelling| spelling);
                scorer.category_of(kind, id, spelling).map_or(Given::Text(spelling), Given::Category)
            }
            (Value::Category(_), _) => unreachable!("no field holds tiers"),
        };
        record.set(id, given)?;
    }
    Ok(())
}
