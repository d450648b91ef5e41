//! A page of findings: titles, tables, charts and records, as text for people, as Markdown, and as HTML.

mod html;
mod markdown;
mod text;

pub(super) use html::html;
pub(super) use markdown::markdown;
pub(super) use text::text;

/// A page about one thing.
#[derive(Debug, Clone, Default)]
pub(super) struct Page {
    /// Its title.
    pub(super) title: String,
    /// What stands below it, a line each.
    pub(super) facts: Vec<String>,
    /// Its sections.
    pub(super) sections: Vec<Section>,
}

/// A section.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// What stands in a section.
#[derive(Debug, Clone)]
pub(super) enum Block {
    /// A paragraph.
    Text(String),
    /// A table.
    Table(Table),
    /// Bars, where they can be drawn.
    Chart(Chart),
    /// Records that show something, as text that can be pasted.
    Cases {
        /// What they show.
        shows: String,
        /// The records.
        cases: Vec<String>,
        /// Whether they are what the reader asked for, and not more about a line that says it already.
        open: bool,
    },
}

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    /// Numbers stand at its right.
    pub(super) right: bool,
}

/// A cell of a table.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) tone: Tone,
}

/// How something is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Strong,
    Good,
    Bad,
    Unsure,
    Dim,
}

/// Bars along one scale.
#[derive(Debug, Clone)]
pub(super) struct Chart {
    /// What it shows, in a few words.
    pub(super) title: String,
    /// The same for those who do not see it: a sentence.
    pub(super) description: String,
    pub(super) bars: Vec<Bar>,
}

/// A bar from one number to another.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) from: f64,
    pub(super) to: f64,
    /// What is written beside it.
    pub(super) text: String,
}

impl Page {
    /// Adds a section, unless nothing stands in it.
    pub(super) fn add(&mut self, title: &str, blocks: Vec<Block>) {
        if !blocks.is_empty() {
            self.sections.push(Section { title: title.to_owned(), blocks });
        }
    }
}

impl Table {
    /// Without rows. A name that begins with `>` is that of a column of numbers.
    pub(super) fn new<const N: usize>(columns: [&'static str; N]) -> Self {
        let column = |name: &'static str| match name.strip_prefix('>') {
            Some(name) => Column { name, right: true },
            None => Column { name, right: false },
        };
        Self { columns: columns.into_iter().map(column).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(super) fn row<const N: usize>(&mut self, cells: [Cell; N]) {
        self.rows.push(cells.into());
    }

    /// As a block; none without rows.
    pub(super) fn block(self) -> Option<Block> {
        (!self.rows.is_empty()).then_some(Block::Table(self))
    }
}

impl Cell {
    pub(super) fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }
}

impl<X: Into<String>> From<X> for Cell {
    fn from(text: X) -> Self {
        Self::new(text, Tone::Plain)
    }
}
