//! What a manifest says of synthetic records under `[synth]`: every entry with its place, as mistakes are told there.

use crate::date::Date;
use crate::decimal::Decimal;
use crate::source::{FileId, Span};

/// Everything under `[synth]`.
#[derive(Debug, Clone, Default)]
pub struct Knobs {
    /// The manifest.
    pub file: Option<FileId>,
    /// The share of values that are missing, where a field is optional.
    pub missing: Option<Given<f64>>,
    /// Over how many years before the day dates are spread.
    pub years: Option<Given<f64>>,
    /// Entries of record kinds, links and `previous`, by name.
    pub tables: Vec<(Given<String>, TableKnobs)>,
}

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Given<T> {
    /// The value.
    pub value: T,
    /// Its place in the manifest.
    pub span: Span,
}

/// What is said of a record kind or a link.
#[derive(Debug, Clone, Default)]
pub struct TableKnobs {
    /// How many records there are, where they belong to none.
    pub records: Option<Given<u64>>,
    /// How many there are for each record that they belong to; how many pairs each record has.
    pub per_record: Option<Given<Spread>>,
    /// What text keys begin with.
    pub prefix: Option<Given<String>>,
    /// How many digits follow in text keys, at least.
    pub digits: Option<Given<u64>>,
    /// The power by which it gets rarer that many pairs lead to a record.
    pub exponent: Option<Given<f64>>,
    /// The share of pairs that are written twice.
    pub repeats: Option<Given<f64>>,
    /// Entries of fields, by name.
    pub fields: Vec<(Given<String>, FieldKnobs)>,
}

/// What is said of a field.
#[derive(Debug, Clone, Default)]
pub struct FieldKnobs {
    /// Every entry that was given, by name, to say which do not suit the field's type.
    pub given: Vec<Given<String>>,
    /// The share of missing values.
    pub missing: Option<Given<f64>>,
    /// How often a child record has the category that its parent has a liking for.
    pub habit: Option<Given<f64>>,
    /// The share of `yes`.
    pub share: Option<Given<f64>>,
    /// Over how many years before the day dates are spread.
    pub years: Option<Given<f64>>,
    /// How many digits numbers have behind the point.
    pub decimals: Option<Given<u64>>,
    /// The field that a drawn number is multiplied by.
    pub times: Option<Given<String>>,
    /// The field that a date comes after.
    pub after: Option<Given<String>>,
    /// Texts to choose from.
    pub texts: Option<Given<Vec<Given<String>>>>,
    /// How numbers or dates are spread.
    pub spread: Spread,
    /// Weights of categories, by name.
    pub weights: Option<Given<Weights>>,
}

/// Categories with their weights.
pub(super) type Weights = Vec<(Given<String>, f64)>;

/// How numbers or dates are spread.
#[derive(Debug, Clone, Default)]
pub struct Spread {
    /// The distribution.
    pub distribution: Option<Given<Distribution>>,
    /// Its mean; of dates in days before the day of the run.
    pub mean: Option<Given<f64>>,
    /// Its standard deviation.
    pub sd: Option<Given<f64>>,
    /// The least value.
    pub least: Option<Given<End>>,
    /// The greatest.
    pub greatest: Option<Given<End>>,
    /// The share of zeros that come besides.
    pub zeros: Option<Given<f64>>,
    /// The only values that come, …
    pub values: Option<Given<Vec<Given<End>>>>,
    /// … and their weights.
    pub weights: Option<Given<Vec<f64>>>,
}

/// A number or a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum End {
    /// A number.
    Number(Decimal),
    /// A day.
    Day(Date),
}

/// How values are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distribution {
    /// Each as likely as the next.
    Uniform,
    /// The bell curve.
    Normal,
    /// The bell curve of the logarithm: many small ones, a few very large.
    LogNormal,
    /// The nearer to the least, the likelier.
    Exponential,
    /// Counts of what happens at random.
    Poisson,
    /// Counts, more of them none and more of them many than by chance.
    Geometric,
}

impl Distribution {
    /// All of them, by name.
    pub const ALL: [(&'static str, Self); 6] = [
        ("uniform", Self::Uniform),
        ("normal", Self::Normal),
        ("lognormal", Self::LogNormal),
        ("exponential", Self::Exponential),
        ("poisson", Self::Poisson),
        ("geometric", Self::Geometric),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }
}

impl Knobs {
    /// What is said of a record kind, a link, or `previous`.
    pub(super) fn table(&self, name: &str) -> Option<&TableKnobs> {
        self.tables.iter().find(|(of, _)| of.value == name).map(|(_, knobs)| knobs)
    }
}

impl TableKnobs {
    /// What is said of a field.
    pub(super) fn field(&self, name: &str) -> Option<&FieldKnobs> {
        self.fields.iter().find(|(of, _)| of.value == name).map(|(_, knobs)| knobs)
    }
}
