//! Which columns an output has: their names, what they hold, and where that comes from.

use super::cells::{Cells, Texts, codes_of, is_known, units_at};
use super::key::{KeyBuffer, KeyForm};
use super::parquet::{Steps, Width, key_width, score_steps, score_width};
use crate::data::{Keys, Schema, Type};
use crate::eval::Status;
use crate::eval::batch::{CodesRef, Column as Values, Scored, Standing};
use crate::policy::{Item, ItemBody, Policy};
use arrow_schema::DataType;

/// The columns of an output, the same in every format: the key, `score`, `tier`, `status`, the reasons, the decisions, and
/// points if they are wanted.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub(super) columns: Vec<Column>,
    pub(super) key: KeyForm,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// How numbers are held in Parquet.
    pub(super) width: Width,
    /// The numbers that there can be, where they are few.
    pub(super) steps: Option<Steps>,
    source: Source,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// Numbers.
    Number,
    /// Days.
    Day,
    /// Yes or no.
    Truth,
    /// Any texts.
    Text,
    /// Some of these names.
    Name(Vec<String>),
}

/// Where the cells come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Key,
    Score,
    Tier,
    Status,
    /// The reason of this rank, from 0.
    Reason(usize),
    /// The answer of a decision.
    Decision(usize),
    /// The points of an item, after its weight and limits.
    Points(usize),
    /// The points of the influence at a position.
    Influence(usize),
}

/// A chunk's cells that are not held as such.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    key: KeyBuffer,
    status: Vec<u8>,
    /// 1 for records that are not scored.
    unscored: Vec<u8>,
    /// By column.
    codes: Vec<Vec<u16>>,
    /// By column.
    texts: Vec<Texts>,
}

impl Sheet {
    /// The sheet of a policy's scores. `key` is the type of the input's column of keys, where the input has columns; with
    /// `contributions` there is a column of points for each characteristic, rule and influence.
    pub fn new(policy: &Policy, key: Option<&DataType>, contributions: bool) -> Self {
        let mut sheet = Self { columns: Vec::new(), key: KeyForm::new(&policy.schema) };
        let field = sheet.key.field();
        // A key is one of many: a text, where it is a category.
        let kind = match field.map(|field| field.kind) {
            None | Some(Type::Category(_)) => Kind::Text,
            Some(kind) => Kind::of(kind, &policy.schema),
        };
        let name = field.map_or("key", |field| &field.name).to_owned();
        let width = field.map_or(Width::Decimal(9), |field| key_width(field.kind, key));
        sheet.add(Column { width, ..Column::new(Source::Key, name, kind) });
        sheet.add(Column {
            width: score_width(policy),
            steps: score_steps(policy),
            ..Column::new(Source::Score, "score".to_owned(), Kind::Number)
        });
        let names = |names: &mut dyn Iterator<Item = &str>| Kind::Name(names.map(str::to_owned).collect());
        let tiers = names(&mut policy.tiers.iter().map(|tier| tier.name.as_str()));
        sheet.add(Column::new(Source::Tier, "tier".to_owned(), tiers));
        let statuses = names(&mut STATUSES.iter().map(|status| status.name()));
        sheet.add(Column::new(Source::Status, "status".to_owned(), statuses));
        let reasons = names(&mut policy.reasons.iter().map(|reason| reason.code.as_str()));
        for rank in 0..policy.reasons_shown.up_to as usize {
            sheet.add(Column::new(Source::Reason(rank), format!("reason_{}", rank + 1), reasons.clone()));
        }
        for (position, decision) in policy.decisions.iter().enumerate() {
            let kind = Kind::of(decision.kind, &policy.schema);
            let width = Width::Decimal(if decision.kind == Type::Integer { 0 } else { 9 });
            sheet.add(Column {
                width,
                ..Column::new(Source::Decision(position), decision.name.clone(), kind)
            });
        }
        if contributions {
            for (position, item) in policy.items.iter().enumerate().filter(|(_, item)| !is_group(item)) {
                sheet.points(Source::Points(position), &item.name);
            }
            for (position, influence) in policy.influences.iter().enumerate() {
                sheet.points(Source::Influence(position), &influence.name);
            }
        }
        sheet
    }

    /// The names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    fn points(&mut self, source: Source, name: &str) {
        self.add(Column::new(source, format!("points_{name}"), Kind::Number));
    }

    /// Adds a column. A name that is taken (a decision called `status`) gets a number, so that each is found by its name.
    fn add(&mut self, column: Column) {
        let taken = |name: &String| self.columns.iter().any(|column| column.name == *name);
        let name = std::iter::once(column.name.clone())
            .chain((2..).map(|number| format!("{}_{number}", column.name)))
            .find(|name| !taken(name));
        self.columns.push(Column { name: name.unwrap_or_default(), ..column });
    }

    /// Brings what a chunk's records came to into the form of cells.
    pub(super) fn fill(&self, keys: &Keys, scored: &Scored, buffers: &mut Buffers) {
        self.key.fill(keys, &mut buffers.key);
        buffers.status.clear();
        buffers.status.extend(scored.standings().iter().map(|standing| status_code(*standing)));
        buffers.unscored.clear();
        let unscored = |standing: &Standing| u8::from(*standing != Standing::Scored);
        buffers.unscored.extend(scored.standings().iter().map(unscored));
        buffers.codes.resize_with(self.columns.len(), Vec::new);
        buffers.texts.resize_with(self.columns.len(), Default::default);
        let buffers = buffers.codes.iter_mut().zip(&mut buffers.texts);
        for (column, (codes, texts)) in self.columns.iter().zip(buffers) {
            let Source::Decision(position) = column.source else { continue };
            let Some(answers) = scored.answers(position) else { continue };
            match column.kind {
                Kind::Truth | Kind::Name(_) => codes_of(answers, codes),
                Kind::Text => {
                    texts.clear();
                    let all = scored.answer_texts(position);
                    for row in 0..scored.rows() {
                        let number = is_known(answers.missing, row).then(|| units_at(answers.numbers, row));
                        let text = number.and_then(|number| all.get(usize::try_from(number).ok()?));
                        texts.push(text.map(|text| text.as_bytes()));
                    }
                }
                Kind::Number | Kind::Day => {}
            }
        }
    }

    /// The cells of a column, for the chunk that the buffers were filled for.
    pub(super) fn cells<'a>(&self, position: usize, scored: &'a Scored, buffers: &'a Buffers) -> Cells<'a> {
        let Some(column) = self.columns.get(position) else { return Cells::Nothing };
        let points = |values: Option<Values<'a>>| match values {
            Some(values) => Cells::Numbers(Values { missing: &buffers.unscored, ..values }),
            None => Cells::Nothing,
        };
        match column.source {
            Source::Key => buffers.key.cells(),
            Source::Score => Cells::Numbers(scored.score_column()),
            Source::Tier => Cells::Codes(scored.tier_codes()),
            Source::Status => Cells::Codes(CodesRef::Narrow(&buffers.status)),
            Source::Reason(rank) if rank < scored.reason_places() => {
                Cells::Codes(CodesRef::Broad(scored.reasons_at(rank)))
            }
            Source::Reason(_) => Cells::Nothing,
            Source::Decision(decision) => {
                let codes = || buffers.codes.get(position).map(|codes| Cells::Codes(CodesRef::Broad(codes)));
                let texts = || buffers.texts.get(position).map(Cells::Texts);
                let cells = scored.answers(decision).and_then(|answers| match column.kind {
                    Kind::Number | Kind::Day => Some(Cells::Numbers(answers)),
                    Kind::Truth | Kind::Name(_) => codes(),
                    Kind::Text => texts(),
                });
                cells.unwrap_or(Cells::Nothing)
            }
            Source::Points(item) => points(scored.points_column(item)),
            Source::Influence(at) => points(scored.influence_column(at)),
        }
    }
}

impl Column {
    fn new(source: Source, name: String, kind: Kind) -> Self {
        Self { name, kind, width: Width::Decimal(9), steps: None, source }
    }
}

impl Kind {
    fn of(kind: Type, schema: &Schema) -> Self {
        match kind {
            Type::Number | Type::Integer | Type::Money => Self::Number,
            Type::Date => Self::Day,
            Type::YesNo => Self::Truth,
            Type::Text | Type::Tier => Self::Text,
            Type::Category(id) => {
                let spellings = schema.category(id).spellings.iter().map(|spelling| &**spelling);
                Self::Name(spellings.chain(["anything else"]).map(str::to_owned).collect())
            }
        }
    }
}

/// The statuses, by code.
const STATUSES: [Status; 3] = [Status::Scored, Status::NotScored, Status::NotParticipating];

/// The code of a status.
fn status_code(standing: Standing) -> u8 {
    match standing {
        Standing::Scored => 0,
        Standing::NotScored => 1,
        Standing::NotParticipating => 2,
        Standing::Bad | Standing::TooLarge => 3,
    }
}

/// Groups have no column: the points of their members stand in theirs.
fn is_group(item: &Item) -> bool {
    matches!(item.body, ItemBody::Group(_))
}
