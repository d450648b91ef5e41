//! How records lie in the rows of characteristics, and by the points that rules and influences give.

use crate::data::{Set, Type, Value};
use crate::decimal::Decimal;
use crate::eval::batch::{Numbers, Scored, Standing};
use crate::impact::Counts;
use crate::policy::{
    Column, Definition, DefinitionBody, Expr, ItemBody, ItemId, Policy, Row, RowOutcome, Table,
};

/// Counts of each characteristic, rule and influence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Characteristics {
    observed: Vec<Observed>,
    lines: Vec<Lines>,
    records: u64,
}

/// What is counted of a characteristic, a rule or an influence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    of: Of,
}

/// Where it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Of {
    /// The row that fits: what is observed at this position is the number of its line.
    Rows { position: usize, labels: Vec<String> },
    /// The points of an item.
    Points(ItemId),
    /// The points of an influence.
    Influence(usize),
}

/// How records lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lines {
    /// By line of a table, each with its label.
    Rows(Vec<(String, u64)>),
    /// By points.
    Points(Counts),
}

impl Characteristics {
    /// Of everything in a policy that gives points. What has to be observed for it is added to `observed`: the row of each
    /// table, where a row that takes the missing too is told apart by whether anything is missing, and one that takes
    /// `anything else` by whether a category is a declared one.
    pub fn new(policy: &Policy, observed: &mut Vec<Definition>) -> Self {
        let items = (0..).map(ItemId).zip(&policy.items);
        let of_items = items.filter_map(|(id, item)| {
            let of = match &item.body {
                ItemBody::Group(_) => return None,
                ItemBody::Table { table, .. } => {
                    let (table, labels) = lines_of(policy, table);
                    observed.push(Definition {
                        name: item.name.clone(),
                        label: None,
                        of: policy.schema.scored,
                        kind: Type::Integer,
                        body: DefinitionBody::Table(table),
                        may_be_missing: false,
                        place: item.place,
                        text: String::new(),
                    });
                    Of::Rows { position: observed.len() - 1, labels }
                }
                ItemBody::Formula(_) | ItemBody::Events(_) => Of::Points(id),
            };
            Some(Observed { name: item.name.clone(), title: item.title.clone(), of })
        });
        let mut all: Vec<Observed> = of_items.collect();
        all.extend(policy.influences.iter().enumerate().map(|(at, influence)| Observed {
            name: influence.name.clone(),
            title: influence.title.clone(),
            of: Of::Influence(at),
        }));
        let lines = all.iter().map(Observed::nobody).collect();
        Self { observed: all, lines, records: 0 }
    }

    /// Nobody, asked the same.
    pub(super) fn empty(&self) -> Self {
        let lines = self.observed.iter().map(Observed::nobody).collect();
        Self { observed: self.observed.clone(), lines, records: 0 }
    }

    /// What was counted, in the order of the policy.
    pub fn all(&self) -> impl Iterator<Item = (&Observed, &Lines)> {
        self.observed.iter().zip(&self.lines)
    }

    /// How many records have a score.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Adds the records of a chunk, whose points were wanted.
    pub fn add(&mut self, scored: &Scored) {
        let counts = |row: usize| scored.standings().get(row) == Some(&Standing::Scored);
        self.records += (0..scored.rows()).filter(|row| counts(*row)).count() as u64;
        for (observed, lines) in self.observed.iter().zip(&mut self.lines) {
            let column = match observed.of {
                Of::Rows { position, .. } => scored.observed(position),
                Of::Points(item) => scored.points_column(item.index()),
                Of::Influence(position) => scored.influence_column(position),
            };
            match (lines, column) {
                (Lines::Points(points), Some(column)) => points.add_numbers(column.numbers, counts),
                (Lines::Rows(lines), Some(column)) => {
                    for row in (0..scored.rows()).filter(|row| counts(*row)) {
                        let units = match column.numbers {
                            Numbers::Narrow { values, unit } => {
                                values.get(row).map(|value| i128::from(*value) * i128::from(unit))
                            }
                            Numbers::Wide(values) => values.get(row).copied(),
                        };
                        let line = units.and_then(|units| usize::try_from(units / Decimal::ONE.units()).ok());
                        let line = line.and_then(|line| lines.get_mut(line));
                        if let Some((_, count)) = line {
                            *count += 1;
                        }
                    }
                }
                (_, None) => {}
            }
        }
    }

    /// Adds what others came to.
    pub fn merge(&mut self, other: &Self) {
        self.records += other.records;
        for (lines, more) in self.lines.iter_mut().zip(&other.lines) {
            match (lines, more) {
                (Lines::Rows(lines), Lines::Rows(more)) => {
                    lines.iter_mut().zip(more).for_each(|((_, count), (_, more))| *count += more);
                }
                (Lines::Points(points), Lines::Points(more)) => points.merge(more),
                (Lines::Rows(_), Lines::Points(_)) | (Lines::Points(_), Lines::Rows(_)) => {}
            }
        }
    }
}

impl Observed {
    fn nobody(&self) -> Lines {
        match &self.of {
            Of::Rows { labels, .. } => Lines::Rows(labels.iter().map(|label| (label.clone(), 0)).collect()),
            Of::Points(_) | Of::Influence(_) => Lines::Points(Counts::default()),
        }
    }
}

/// A table that gives the number of the line in which a record lies, and what each line is called. The first row that fits
/// decides, as in the table that it is made from.
fn lines_of(policy: &Policy, table: &Table) -> (Table, Vec<String>) {
    let (mut rows, mut labels) = (Vec::new(), Vec::new());
    for row in &table.rows {
        let cells: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
        let label = cells.join(" · ");
        let mut line = |row: Row, label: String| {
            let number = Decimal::from_int(i64::try_from(labels.len()).unwrap_or(i64::MAX));
            let outcome = RowOutcome::Value(Expr::Constant(Value::Number(number)));
            rows.push(Row { outcome, reason: None, baseline: None, ..row });
            labels.push(label);
        };
        let takes_both = row.cells.iter().any(|cell| cell.missing && !cell.known.is_empty());
        let mut known = row.clone();
        known.cells.iter_mut().filter(|cell| !cell.known.is_empty()).for_each(|cell| cell.missing = false);
        if let Some(open) = declared_only(policy, &table.columns, &known) {
            line(open, label.clone());
            line(known, format!("{label} (anything else)"));
        } else {
            line(known, label.clone());
        }
        if takes_both {
            line(row.clone(), format!("{label} (missing)"));
        }
    }
    (Table { first_match: true, columns: table.columns.clone(), rows }, labels)
}

/// The row without undeclared categories, where it takes them and declared ones too.
fn declared_only(policy: &Policy, columns: &[Column], row: &Row) -> Option<Row> {
    let mut declared = row.clone();
    let mut differs = false;
    for (column, cell) in columns.iter().zip(&mut declared.cells) {
        let Type::Category(id) = column.kind else { continue };
        let category = policy.schema.category(id);
        let anything_else = u32::try_from(category.names.len()).ok().filter(|_| category.open);
        if let (Set::Codes(codes), Some(code)) = (&mut cell.known, anything_else)
            && codes.len() > 1
            && codes.contains(&code)
        {
            codes.retain(|other| *other != code);
            differs = true;
        }
    }
    differs.then_some(declared)
}
