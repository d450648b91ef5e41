//! The card of twenty characteristics and invented people to score with it, the same for every run.

use glassbox::check;
use glassbox::date::Date;
use glassbox::decimal::Decimal;
use glassbox::policy::Policy;
use glassbox::project;
use glassbox::{Category, Record, Scorer};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::path::Path;

/// The day that the card is run for.
pub(crate) const DAY: (i32, u8, u8) = (2026, 1, 1);

/// The policy of `benches/packs/s20`.
pub(crate) fn policy() -> Policy {
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/packs/s20");
    let project = project::open(&pack).expect("the pack");
    let ruleset = check::check(project.unit).ruleset.expect("a policy without mistakes");
    let (year, month, day) = DAY;
    ruleset.on(Date::from_ymd(year, month, day).expect("a day"), &[]).expect("a policy on that day")
}

pub(crate) const EMPLOYMENT: &[&str] =
    &["full_time", "self_employed", "part_time", "retired", "student", "unemployed", "contract"];
pub(crate) const HOUSING: &[&str] = &["own", "mortgage", "rent", "with_family", "social", "other"];
pub(crate) const REGION: &[&str] = &[
    "north",
    "north_east",
    "north_west",
    "east",
    "south_east",
    "south",
    "south_west",
    "west",
    "central",
    "capital",
    "coast",
    "highlands",
    "islands",
    "lakes",
    "valley",
    "delta",
    "plains",
    "border",
    "metro_a",
    "metro_b",
    "rural_n",
];
pub(crate) const PURPOSE: &[&str] = &[
    "car",
    "home_improvement",
    "debt_consolidation",
    "medical",
    "education",
    "wedding",
    "holiday",
    "business",
    "moving",
    "electronics",
    "solar",
    "other",
];
pub(crate) const EDUCATION: &[&str] =
    &["none", "primary", "secondary", "vocational", "bachelor", "master", "doctorate"];

/// What is known of somebody. Amounts are in cents, days are days before the day of the run, categories are positions in
/// the lists above.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub id: i64,
    pub counts: [Option<i32>; 7],
    pub amounts: [Option<i64>; 3],
    pub days: [Option<i32>; 2],
    pub categories: [Option<usize>; 5],
    pub answers: [Option<bool>; 3],
    pub shares: [Option<f64>; 2],
}

/// The fields of whole numbers, amounts, days, categories, answers and shares, as [`Person`] has them.
pub(crate) const COUNTS: [&str; 7] = [
    "age",
    "dependants",
    "months_at_address",
    "months_at_job",
    "open_accounts",
    "inquiries_6m",
    "late_30d_24m",
];
pub(crate) const AMOUNTS: [&str; 3] = ["income", "loan_amount", "savings"];
pub(crate) const DAYS: [&str; 2] = ["account_opened", "last_late_date"];
pub(crate) const CATEGORIES: [(&str, &[&str]); 5] = [
    ("employment", EMPLOYMENT),
    ("housing", HOUSING),
    ("region", REGION),
    ("purpose", PURPOSE),
    ("education", EDUCATION),
];
pub(crate) const ANSWERS: [&str; 3] = ["has_phone", "has_guarantor", "existing_customer"];
pub(crate) const SHARES: [&str; 2] = ["utilization", "dti"];

/// Makes people up.
pub(crate) struct People {
    random: Xoshiro256PlusPlus,
    next: i64,
}

impl People {
    /// From a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Xoshiro256PlusPlus::seed_from_u64(seed), next: 1 }
    }

    /// One time in twelve nothing is known.
    fn known<T>(&mut self, value: T) -> Option<T> {
        (self.below(12) != 0).then_some(value)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.random.next_u64() % end
    }

    /// From 0 to under 1.
    fn share(&mut self) -> f64 {
        (self.random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Small numbers more often than great ones.
    fn skewed(&mut self, most: f64) -> f64 {
        self.share().powi(3) * most
    }
}

impl Iterator for People {
    type Item = Person;

    fn next(&mut self) -> Option<Person> {
        let id = self.next;
        self.next += 1;
        let counts = [
            18.0 + self.share() * 70.0,
            self.skewed(7.0),
            self.skewed(400.0),
            self.skewed(300.0),
            self.share() * 14.0,
            self.skewed(8.0),
            self.skewed(6.0),
        ];
        let amounts = [
            1_500_000.0 + self.skewed(15_000_000.0),
            50_000.0 + self.skewed(8_000_000.0),
            self.skewed(20_000_000.0),
        ];
        let days = [self.skewed(9000.0), self.share() * 2500.0];
        let categories = CATEGORIES.map(|(_, list)| self.below(list.len() as u64) as usize);
        let answers = [9, 2, 4].map(|of_ten| self.below(10) < of_ten);
        let shares = [self.share(), self.skewed(1.2)].map(|share| (share * 1e4).round() / 1e4);
        Some(Person {
            id,
            counts: counts.map(|n| self.known(n as i32)),
            amounts: amounts.map(|cents| self.known(cents as i64)),
            days: days.map(|days| self.known(days as i32)),
            categories: categories.map(|position| self.known(position)),
            answers: answers.map(|answer| self.known(answer)),
            shares: shares.map(|share| self.known(share)),
        })
    }
}

/// Where each field is, and its categories: looked up once.
pub(crate) struct Fields {
    today: Date,
    id: glassbox::data::FieldId,
    counts: [glassbox::data::FieldId; 7],
    amounts: [glassbox::data::FieldId; 3],
    days: [glassbox::data::FieldId; 2],
    categories: [(glassbox::data::FieldId, Vec<Category>); 5],
    answers: [glassbox::data::FieldId; 3],
    shares: [glassbox::data::FieldId; 2],
}

impl Fields {
    /// Of the card.
    pub(crate) fn new(scorer: &Scorer) -> Self {
        let field = |name: &str| scorer.field(name).expect("a field of the card");
        Self {
            today: scorer.policy().today,
            id: field("person_id"),
            counts: COUNTS.map(field),
            amounts: AMOUNTS.map(field),
            days: DAYS.map(field),
            categories: CATEGORIES.map(|(name, list)| {
                let of = field(name);
                let code = |spelling: &&str| scorer.category(of, spelling).expect("a category of the card");
                (of, list.iter().map(code).collect())
            }),
            answers: ANSWERS.map(field),
            shares: SHARES.map(field),
        }
    }

    /// Gives a record what is known of somebody.
    pub(crate) fn give(&self, person: &Person, record: &mut Record) {
        let good = "a value of the card";
        record.set(self.id, person.id).expect(good);
        for (field, count) in self.counts.iter().zip(person.counts) {
            record.set(*field, count).expect(good);
        }
        for (field, cents) in self.amounts.iter().zip(person.amounts) {
            let amount = cents.and_then(|cents| Decimal::from_units(i128::from(cents) * 10_000_000));
            record.set(*field, amount).expect(good);
        }
        for (field, days) in self.days.iter().zip(person.days) {
            record.set(*field, days.map(|days| self.today.plus_days(-i64::from(days)))).expect(good);
        }
        for ((field, codes), position) in self.categories.iter().zip(person.categories) {
            record.set(*field, position.map(|position| codes[position])).expect(good);
        }
        for (field, answer) in self.answers.iter().zip(person.answers) {
            record.set(*field, answer).expect(good);
        }
        for (field, share) in self.shares.iter().zip(person.shares) {
            record.set(*field, share).expect(good);
        }
    }
}
