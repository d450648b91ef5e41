//! What each line of a text is, read off its syntax tree.

use crate::source::Span;
use crate::syntax::ast::{
    CaseClause, CaseClauseKind, CharterFile, Clause, ClauseKind, File, Item, LetBody, RecordBlock, Statement,
    Table, TiersBlock,
};

/// Every statement, line of a block and row of a table, in the order of the text. A `}` is none of them.
pub(super) struct Outline<'t> {
    pub(super) entries: Vec<Entry>,
    /// The tables that rows speak of.
    pub(super) tables: Vec<&'t Table>,
}

/// A statement, a line of a block, or a row. It may reach over several lines of the text.
pub(super) struct Entry {
    /// From its first to its last token.
    pub(super) span: Span,
    /// How many blocks stand around it.
    pub(super) depth: usize,
    /// How it is laid out.
    pub(super) shape: Shape,
}

/// How a line is laid out.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Words, one blank apart: statements and heads of blocks.
    Plain,
    /// `tag NAME "…"` and `reason CODE "…"`: the texts of neighbours stand below each other. Which of the two it is.
    Named(&'static str),
    /// So many words, then what they say, which stands below that of the neighbours.
    Clause(usize),
    /// A line of a block that reads as one sentence.
    Sentence,
    /// `given RECORD { … }`: as a clause, with what goes on in the next line below the first field.
    Given,
    /// A field of a record.
    Field,
    /// A tier, with or without a label.
    Tier,
    /// The heading or a row of a table, by the number of the table.
    Row { table: usize, is_heading: bool },
}

impl<'t> Outline<'t> {
    /// The outline of a file.
    pub(super) fn new(file: &'t File) -> Self {
        let mut outline = Self { entries: Vec::new(), tables: Vec::new() };
        for statement in &file.statements {
            outline.statement(statement);
        }
        outline.in_order()
    }

    /// The outline of a file of charters.
    pub(super) fn of_charters(file: &CharterFile) -> Self {
        let mut outline = Self { entries: Vec::new(), tables: Vec::new() };
        for charter in &file.charters {
            outline.add(charter.span, 0, Shape::Plain);
            for line in &charter.lines {
                outline.add(line.span, 1, Shape::Clause(1));
            }
        }
        outline.in_order()
    }

    /// With every entry once, in the order of the text.
    fn in_order(mut self) -> Self {
        let outline = &mut self;
        // A line that says two things is two clauses, the second of which stands in the first; those of a head in it.
        outline.entries.sort_by_key(|entry| (entry.span.start, u32::MAX - entry.span.end));
        let mut end = 0;
        outline.entries.retain(|entry| {
            let is_apart = entry.span.start >= end;
            end = end.max(entry.span.end);
            is_apart
        });
        self
    }

    fn add(&mut self, span: Span, depth: usize, shape: Shape) {
        self.entries.push(Entry { span, depth, shape });
    }

    fn statement(&mut self, statement: &'t Statement) {
        match statement {
            Statement::Policy(block) => {
                self.add(block.span, 0, Shape::Plain);
                for clause in &block.clauses {
                    self.add(clause.span, 1, Shape::Clause(1));
                }
            }
            Statement::Tag(line) => self.add(line.span, 0, Shape::Named("tag")),
            Statement::Reason(line) => self.add(line.span, 0, Shape::Named("reason")),
            Statement::Record(block) => self.record(block),
            Statement::Link(line) => self.add(line.span, 0, Shape::Plain),
            Statement::List(line) => self.add(line.span, 0, Shape::Plain),
            Statement::Param(line) => self.add(line.span, 0, Shape::Plain),
            Statement::Use(line) => self.add(line.span, 0, Shape::Plain),
            Statement::Cases(line) => self.add(line.span, 0, Shape::Plain),
            Statement::Let(block) => {
                self.add(block.span, 0, Shape::Plain);
                if let LetBody::Table(table) = &block.body {
                    self.table(table, 1);
                }
            }
            Statement::Item(item) => self.item(item, 0),
            Statement::Override(block) => self.block(block.span, &block.clauses, None),
            Statement::Tiers(block) => self.tiers(block),
            Statement::Decision(block) => self.block(block.span, &block.clauses, block.table.as_ref()),
            Statement::Influence(block) => self.block(block.span, &block.clauses, None),
            Statement::Participation(block) => self.block(block.span, &block.clauses, None),
            Statement::Consequence(block) => self.block(block.span, &block.clauses, None),
            Statement::Case(block) => {
                self.add(block.span, 0, Shape::Plain);
                for clause in &block.clauses {
                    self.add(clause.span, 1, case_clause(clause));
                }
            }
        }
    }

    fn record(&mut self, block: &'t RecordBlock) {
        self.add(block.span, 0, Shape::Plain);
        for field in &block.fields {
            self.add(field.span, 1, Shape::Field);
        }
    }

    fn tiers(&mut self, block: &'t TiersBlock) {
        self.block(block.span, &block.clauses, None);
        for tier in &block.tiers {
            self.add(tier.span, 1, Shape::Tier);
        }
    }

    fn item(&mut self, item: &'t Item, depth: usize) {
        self.add(item.span, depth, Shape::Plain);
        self.clauses(&item.clauses, depth + 1);
        if let Some(table) = &item.table {
            self.table(table, depth + 1);
        }
        for member in &item.members {
            self.item(member, depth + 1);
        }
    }

    fn block(&mut self, head: Span, clauses: &'t [Clause], table: Option<&'t Table>) {
        self.add(head, 0, Shape::Plain);
        self.clauses(clauses, 1);
        if let Some(table) = table {
            self.table(table, 1);
        }
    }

    fn clauses(&mut self, clauses: &'t [Clause], depth: usize) {
        for clause in clauses {
            self.add(clause.span, depth, self::clause(clause));
        }
    }

    fn table(&mut self, table: &'t Table, depth: usize) {
        let number = self.tables.len();
        self.tables.push(table);
        self.add(table.span, depth, Shape::Row { table: number, is_heading: true });
        for row in &table.rows {
            self.add(row.span, depth, Shape::Row { table: number, is_heading: false });
        }
    }
}

/// How a line of a block is laid out.
fn clause(clause: &Clause) -> Shape {
    match &clause.kind {
        ClauseKind::ForEach(..) | ClauseKind::NoMoreThan(..) | ClauseKind::NotScored => Shape::Sentence,
        ClauseKind::IfMissing(_)
        | ClauseKind::IfMissingApplies
        | ClauseKind::IfMissingDoesNotApply
        | ClauseKind::Limited(..)
        | ClauseKind::NotScoredApplies => Shape::Clause(2),
        ClauseKind::Reason(_)
        | ClauseKind::Baseline(_)
        | ClauseKind::Source(_)
        | ClauseKind::Note(_)
        | ClauseKind::Weight(_)
        | ClauseKind::From(_)
        | ClauseKind::Before(_)
        | ClauseKind::When(_)
        | ClauseKind::Needs(_)
        | ClauseKind::Points(_)
        | ClauseKind::PointsHistory(_)
        | ClauseKind::PointsEach(_)
        | ClauseKind::ScoreAtMost(_)
        | ClauseKind::ScoreAtLeast(_)
        | ClauseKind::TierAtMost(_)
        | ClauseKind::TierAtLeast(_)
        | ClauseKind::Context(_)
        | ClauseKind::Grantor(_)
        | ClauseKind::Basis(_)
        | ClauseKind::Announced(_)
        | ClauseKind::Statistic(..)
        | ClauseKind::Against(_)
        | ClauseKind::Smoothing(_)
        | ClauseKind::ReadsSettled(_)
        | ClauseKind::Broken(_) => Shape::Clause(1),
    }
}

fn case_clause(clause: &CaseClause) -> Shape {
    match &clause.kind {
        CaseClauseKind::AsOf(_) => Shape::Clause(2),
        CaseClauseKind::Given(..) => Shape::Given,
        CaseClauseKind::Set(..) | CaseClauseKind::Expect(_) | CaseClauseKind::Broken(_) => Shape::Clause(1),
    }
}
