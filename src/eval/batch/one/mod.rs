//! One record at a time, for programs that score as they go: [`Scorer`].
//!
//! What [`super::Plan`] knows of a policy before the first record serves a single record as well: the class of each field is
//! found as it is given ([`Record::set`]), and a score is a sum of look-ups (`card`), with the little that has to be worked
//! out (`node`). Whatever that does not cover, the reference interpreter scores: the results are the same bit for bit.

mod card;
mod node;
mod record;
mod sheet;
#[cfg(test)]
mod tests;

pub use record::{BadValue, Category, Given, Record};
pub use sheet::Sheet;

use super::super::population::score_one;
use super::super::row;
use super::super::{Outcome, Overflow, Settled};
use super::Plan;
use crate::data::{FieldId, RecordId, Records, Subject, Type};
use crate::policy::Policy;
use card::Card;
use record::Kind;
use std::sync::Arc;

/// A policy made ready to score one record at a time, with reasons. Many threads may share one.
///
/// From the text of a policy to a score:
///
/// ```
/// use glassbox::{check, date::Date, Scorer};
///
/// let text = r#"
/// policy loan "Who gets a loan" {
///   scores  person
///   range   0 to 100
///   start   50
/// }
///
/// record person {
///   id    text  key
///   age   integer 18 to 120
///   home  one of (own, rent)  optional
///   owes  money 0 or more
/// }
///
/// reason R1 "The applicant is young"
/// reason R2 "The applicant owes much"
///
/// characteristic age "Age" {
///   reason  R1
///   | age        | points |
///   | under 25   |      0 |
///   | 25 or more |    +20 |
/// }
///
/// characteristic debts "Home and debts" {
///   reason  R2
///   | home          | owes           | points |
///   | own           | any            |    +30 |
///   | rent, missing | under 1_000    |    +10 |
///   | rent, missing | 1_000 or more  |    -20 |
/// }
/// "#;
/// let (unit, _) = check::Unit::of_text("loan.score", text);
/// let ruleset = check::check(unit).ruleset.expect("a policy without mistakes");
/// let policy = ruleset.on(Date::parse("2026-01-31").unwrap(), &[]).expect("a policy on that day");
/// let scorer = Scorer::new(&policy);
///
/// // Names are looked up once.
/// let (age, home, owes) = (scorer.field("age").unwrap(), scorer.field("home").unwrap(), scorer.field("owes").unwrap());
/// let rent = scorer.category(home, "rent").unwrap();
///
/// // A record and a sheet serve any number of people.
/// let (mut record, mut sheet) = (scorer.record(), scorer.sheet());
/// record.set(age, 23)?;
/// record.set(home, rent)?;
/// record.set(owes, 1999.5)?;
/// let outcome = scorer.score_into(&record, &mut sheet)?;
/// assert_eq!(outcome.score.unwrap().to_string(), "30");
/// let reasons: Vec<&str> = outcome.reasons.iter().map(|given| &*policy.reason(given.reason).code).collect();
/// assert_eq!(reasons, ["R2", "R1"]);
///
/// // What a field cannot hold is said where it is given.
/// let bad = record.set(age, 17).unwrap_err();
/// assert_eq!(bad.to_string(), "`age` cannot be `17`: outside its domain, `18 to 120`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scorer {
    plan: Arc<Plan>,
    /// Where a sum of look-ups is the most of it.
    card: Option<Card>,
    kind: Arc<Kind>,
}

/// Why a record has no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScoreError {
    /// A field that is not optional was not given.
    #[error("`{field}` is missing, and not optional")]
    Missing {
        /// Which.
        field: String,
    },
    /// A number on the way does not fit.
    #[error(transparent)]
    TooLarge(#[from] Overflow),
    /// The record was made by the scorer of another policy.
    #[error("the record was made for another policy")]
    OtherPolicy,
}

impl Scorer {
    /// Makes a policy ready.
    pub fn new(policy: &Policy) -> Self {
        let plan = Arc::new(Plan::new(policy));
        let kind = Kind::scored(&plan);
        Self { card: Card::new(&plan), kind: Arc::new(kind), plan }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        self.plan.policy()
    }

    /// A field of the scored record, by its name in the policy.
    pub fn field(&self, name: &str) -> Option<FieldId> {
        self.field_of(self.policy().schema.scored, name)
    }

    /// A field of any kind of record, by its name in the policy.
    pub fn field_of(&self, kind: RecordId, name: &str) -> Option<FieldId> {
        let fields = &self.policy().schema.records.get(kind.index())?.fields;
        let position = fields.iter().position(|field| field.name == name)?;
        Some(FieldId(position as u32))
    }

    /// A category of a field of the scored record, as data spells it.
    pub fn category(&self, field: FieldId, spelling: &str) -> Option<Category> {
        self.category_of(self.policy().schema.scored, field, spelling)
    }

    /// A category of a field of any kind of record, as data spells it.
    pub fn category_of(&self, kind: RecordId, field: FieldId, spelling: &str) -> Option<Category> {
        let schema = &self.policy().schema;
        let field = schema.records.get(kind.index())?.fields.get(field.index())?;
        let Type::Category(id) = field.kind else { return None };
        schema.category(id).code_of_spelling(spelling).map(Category)
    }

    /// A kind of child record, by its name in the policy.
    pub fn child(&self, name: &str) -> Option<RecordId> {
        let schema = &self.policy().schema;
        schema.children().find(|kind| schema.record(*kind).name == name)
    }

    /// A record of the scored kind of which nothing is known yet.
    pub fn record(&self) -> Record {
        Record::new(Arc::clone(&self.kind))
    }

    /// A child record of which nothing is known yet, for [`Record::add`].
    pub fn child_record(&self, kind: RecordId) -> Record {
        Record::new(Arc::new(Kind::child(&self.plan, kind)))
    }

    /// A sheet on which records are worked out, one after the other.
    pub fn sheet(&self) -> Sheet {
        Sheet::new(&self.plan)
    }

    /// Scores a record. [`Scorer::score_into`] does the same without allocating.
    ///
    /// Nobody else is there: influences of linked records give 0. The key may be left out.
    ///
    /// # Errors
    ///
    /// A field that must be given and is not; a number that does not fit.
    pub fn score(&self, record: &Record) -> Result<Outcome, ScoreError> {
        let mut sheet = self.sheet();
        self.score_into(record, &mut sheet)?;
        Ok(sheet.outcome)
    }

    /// Scores a record on a sheet that was used before. It allocates only where a policy asks for more than look-ups, sums
    /// and arithmetic: see [`Scorer::is_direct`].
    ///
    /// # Errors
    ///
    /// As [`Scorer::score`].
    pub fn score_into<'s>(&self, record: &Record, sheet: &'s mut Sheet) -> Result<&'s Outcome, ScoreError> {
        if !record.is_of(&self.kind) {
            return Err(ScoreError::OtherPolicy);
        }
        if let Some(field) = record.absent() {
            return Err(ScoreError::Missing { field: field.name.clone() });
        }
        let direct = self.card.as_ref().map(|card| card.score(&self.plan, record, sheet));
        if !matches!(direct, Some(Ok(()))) {
            sheet.outcome = self.by_reference(record)?;
        }
        Ok(&sheet.outcome)
    }

    /// Whether records are scored by look-ups and arithmetic alone. Where not (the policy reads child records, links, or has
    /// reasons in groups), and for single records that an override or a missing answer concerns, the reference interpreter
    /// scores, some ten times slower.
    pub fn is_direct(&self) -> bool {
        self.card.is_some()
    }

    /// By the reference interpreter.
    fn by_reference(&self, record: &Record) -> Result<Outcome, ScoreError> {
        let policy = self.policy();
        let scorer = row::Scorer::with(policy, self.plan.reasons.codes_by_item());
        let alone = Alone(record.subject());
        let settled = Settled::of(&scorer, &alone);
        let outcome = score_one(&scorer, &alone, &settled, 0, &mut ());
        outcome.unwrap_or_else(|| Err(row::in_the_sum())).map_err(ScoreError::from)
    }
}

/// One record, and nobody else.
struct Alone<'a>(Subject<'a>);

impl Records for Alone<'_> {
    fn count(&self) -> usize {
        1
    }

    fn subject(&self, position: usize) -> Option<Subject<'_>> {
        (position == 0).then(|| self.0.clone())
    }
}
