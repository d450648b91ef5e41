//! The tables of a run: which there are, how each is opened, and where its keys stand.

use super::scan::{Scanned, slot_of_record};
use super::{Failure, Run};
use crate::data::{
    self, Binding, Block, DataFile, Field, FieldId, Findings, Key, KeyReader, Keys, LinkId, LinkType, Notice,
    PairBinding, Piece, ReadError, RecordId, Row, Schema, Table, Unreadable, Wanted,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::batch::{self, BindError};
use arrow_array::ArrayRef;
use arrow_schema::DataType;

/// The tables of a run.
pub(super) struct Tables<'r> {
    /// The records that are scored.
    pub(super) scored: Source<'r>,
    /// Their children, kind by kind.
    pub(super) children: Vec<Source<'r>>,
    /// Records of other kinds that links lead to.
    pub(super) linked: Vec<Linked<'r>>,
    /// The links.
    pub(super) links: Vec<LinkSource<'r>>,
}

/// A table of records that are scored by nobody here, and that links lead to.
pub(super) struct Linked<'r> {
    pub(super) source: Source<'r>,
    /// Whether what is wrong with them is told here. Of children it is told with their parents.
    pub(super) told: bool,
}

/// A table of pairs.
pub(super) struct LinkSource<'r> {
    pub(super) id: LinkId,
    /// Whether the scored records stand at the second end.
    pub(super) swapped: bool,
    pub(super) binding: PairBinding<'r>,
    pub(super) schema: &'r Schema,
    pub(super) file: &'r DataFile,
}

/// A table of records of one kind.
pub(super) struct Source<'r> {
    pub(super) kind: RecordId,
    pub(super) file: &'r DataFile,
    /// How its columns make records.
    pub(super) binding: Binding<'r>,
    pub(super) schema: &'r Schema,
}

/// A column of keys of a table.
pub(super) struct KeyColumn<'r> {
    reader: KeyReader<'r>,
    from: From,
    file: &'r DataFile,
}

/// Where keys come from.
#[derive(Debug, Clone)]
enum From {
    /// A wanted column, by position.
    Column(usize, Wanted),
    /// The number of the record.
    RowNumber(usize),
}

impl<'r> Tables<'r> {
    /// Finds the tables that a run needs.
    pub(super) fn find(run: &'r Run<'r>) -> Result<Self, Failure> {
        let schema = &run.policy.schema;
        let mut diagnostics = Vec::new();
        let mut source = |kind: RecordId| match data::source(schema, kind, run.files) {
            Ok((file, binding)) => Some(Source { kind, file, binding, schema }),
            Err(wrong) => {
                diagnostics.extend(wrong);
                None
            }
        };
        let scored = source(schema.scored);
        let children: Vec<_> = schema.children().filter_map(&mut source).collect();
        let mut linked = Vec::new();
        for (_, _, kind) in data::links(schema) {
            let known = linked.iter().any(|known: &Linked<'_>| known.source.kind == kind);
            if kind != schema.scored && !known {
                let told = schema.children().all(|child| child != kind);
                linked.extend(source(kind).map(|source| Linked { source, told }));
            }
        }
        let mut links = Vec::new();
        for (id, swapped, _) in data::links(schema) {
            match data::pair_source(schema, id, run.files) {
                Ok((file, binding)) => links.push(LinkSource { id, swapped, binding, schema, file }),
                Err(wrong) => diagnostics.extend(wrong),
            }
        }
        match scored.filter(|_| diagnostics.is_empty()) {
            Some(scored) => Ok(Self { scored, children, linked, links }),
            None => Err(Failure::Data(diagnostics)),
        }
    }

    /// Whether other tables speak of records by their keys.
    pub(super) fn refer_to_keys(&self) -> bool {
        !self.children.is_empty() || !self.links.is_empty()
    }
}

impl<'r> Source<'r> {
    /// Opens the table, if it has the columns that it needs.
    pub(super) fn open(&self, batch: usize) -> Result<Table, Failure> {
        let table = open(self.file, self.binding.wanted(), batch)?;
        usable(self.binding.unfit(&table), table, |table| self.told(table))
    }

    /// How the columns of the opened table are read by an interpreter of columns.
    pub(super) fn bind(
        &self,
        table: &Table,
        bind: impl FnOnce(&[Option<(usize, DataType)>]) -> Result<batch::Binding, BindError>,
    ) -> Result<batch::Binding, Failure> {
        let bound = bind(&self.binding.columns(table));
        let (missing, numbers) = (&self.file.missing, table.row_number());
        let bound = bound.map(|bound| bound.with_missing(self.schema, self.kind, missing, numbers));
        bound.map_err(|error| {
            let message = format!("cannot read {}: {error}", self.file.shown);
            Failure::Data(vec![Diagnostic::general(Code::E0408, message)])
        })
    }

    /// The next piece of the opened table.
    pub(super) fn next_piece(&self, table: &mut Table) -> Result<Option<Piece>, Failure> {
        table.next_piece().map_err(|error| self.unreadable(&error))
    }

    /// Why the table cannot be read.
    pub(super) fn unreadable(&self, error: &ReadError) -> Failure {
        unreadable(self.file, error)
    }

    /// What there is to say of the table, now that it has been read.
    pub(super) fn told(&self, table: Table) -> Result<Vec<Notice>, Failure> {
        let whose = format!("`{}`", self.schema.record(self.kind).name);
        told(self.file, &whose, table)
    }

    /// A record of a block with its slot; what is wrong with it is with it, also that its key is given more than once.
    pub(super) fn row(
        &self,
        keys: Option<&Scanned>,
        block: &Block,
        record: Result<usize, &Unreadable>,
    ) -> (u32, Row) {
        let slot = slot_of_record(block, record);
        let mut row = match record {
            Ok(at) => self.binding.row(block, at),
            Err(bad) => self.binding.unreadable(block, bad),
        };
        row.faults.extend(keys.and_then(|keys| keys.repeated(self, slot, &row)));
        (slot, row)
    }

    /// What its records are called.
    pub(super) fn name(&self) -> &'r str {
        &self.schema.record(self.kind).name
    }

    /// The fields of its records.
    pub(super) fn fields(&self) -> &'r [Field] {
        &self.schema.record(self.kind).fields
    }

    /// The column of its own key, if it has one.
    pub(super) fn key(&self) -> Option<KeyColumn<'r>> {
        self.schema.record(self.kind).key.and_then(|key| self.key_column(key))
    }

    /// The column of the keys of its records' parents.
    pub(super) fn parent(&self) -> Option<KeyColumn<'r>> {
        self.schema.record(self.kind).parent.and_then(|(_, field)| self.key_column(field))
    }

    fn key_column(&self, field: FieldId) -> Option<KeyColumn<'r>> {
        let of = self.fields().get(field.index())?;
        let from = match self.binding.column_of(field) {
            Some(at) => From::Column(at, self.binding.wanted().get(at)?.clone()),
            None => From::RowNumber(self.binding.wanted().len()),
        };
        let missing = match from {
            From::Column(..) => &self.file.missing[..],
            From::RowNumber(_) => &[],
        };
        Some(KeyColumn { reader: KeyReader::new(self.schema, of, missing), from, file: self.file })
    }
}

impl<'r> LinkSource<'r> {
    /// The link.
    pub(super) fn link(&self) -> &'r LinkType {
        self.schema.link(self.id)
    }

    /// Opens the table, if it has the columns that it needs.
    pub(super) fn open(&self, batch: usize) -> Result<Table, Failure> {
        let table = open(self.file, self.binding.wanted(), batch)?;
        usable(self.binding.unfit(&table), table, |table| self.told(table))
    }

    /// The next piece of the opened table.
    pub(super) fn next_piece(&self, table: &mut Table) -> Result<Option<Piece>, Failure> {
        table.next_piece().map_err(|error| self.unreadable(&error))
    }

    /// Why the table cannot be read.
    pub(super) fn unreadable(&self, error: &ReadError) -> Failure {
        unreadable(self.file, error)
    }

    /// What there is to say of the table, now that it has been read.
    pub(super) fn told(&self, table: Table) -> Result<Vec<Notice>, Failure> {
        told(self.file, &self.binding.whose(), table)
    }

    /// The columns of the keys at both ends.
    pub(super) fn keys(&self) -> Vec<KeyColumn<'r>> {
        let link = self.link();
        let kinds = [link.from, link.to].into_iter().zip(self.binding.wanted()).enumerate();
        let column = |(at, (kind, wanted)): (usize, (RecordId, &Wanted))| {
            let record = self.schema.record(kind);
            let field = record.fields.get(record.key?.index())?;
            let reader = KeyReader::new(self.schema, field, &self.file.missing);
            Some(KeyColumn { reader, from: From::Column(at, wanted.clone()), file: self.file })
        };
        kinds.filter_map(column).collect()
    }
}

impl KeyColumn<'_> {
    /// The column of another table of the same file that holds nothing else.
    pub(super) fn alone(mut self) -> Self {
        match &mut self.from {
            From::Column(at, _) | From::RowNumber(at) => *at = 0,
        }
        self
    }

    /// Opens a table of this column alone.
    pub(super) fn open(&self, batch: usize) -> Result<Table, Failure> {
        match &self.from {
            From::Column(_, wanted) => open(self.file, std::slice::from_ref(wanted), batch),
            From::RowNumber(_) => open(self.file, &[], batch),
        }
    }

    /// The type of the column in the blocks of a table.
    pub(super) fn kind(&self, table: &Table) -> Option<DataType> {
        match &self.from {
            From::Column(at, _) => table.types().get(*at).cloned().flatten(),
            From::RowNumber(_) => Some(DataType::Int64),
        }
    }

    /// The column.
    fn array<'b>(&self, block: &'b Block) -> Option<&'b ArrayRef> {
        let (From::Column(at, _) | From::RowNumber(at)) = &self.from;
        block.batch.columns().get(*at)
    }

    /// Reads the keys of the readable records of a block.
    pub(super) fn read_readable(&self, block: &Block, keys: &mut Keys) {
        if let Some(column) = self.array(block) {
            self.reader.read(column, keys);
        }
    }

    /// Reads the keys of all records of a block, in their order.
    pub(super) fn read(&self, block: &Block, keys: &mut Keys) {
        if block.unreadable.is_empty() {
            return self.read_readable(block, keys);
        }
        let mut readable = Keys::default();
        self.read_readable(block, &mut readable);
        for record in block.in_order() {
            match (record, &self.from) {
                (Ok(row), _) => keys.push(readable.get(row)),
                (Err(bad), From::RowNumber(_)) => keys.push(Key::Whole(bad.place.number.cast_signed())),
                (Err(bad), From::Column(at, _)) => match bad.cells.get(*at).and_then(Option::as_deref) {
                    Some(text) => self.reader.read_text(text, keys),
                    None => keys.push(Key::None),
                },
            }
        }
    }
}

fn open(file: &DataFile, wanted: &[Wanted], batch: usize) -> Result<Table, Failure> {
    Table::open(file, wanted, batch).map_err(|error| unreadable(file, &error))
}

/// The table, if nothing is wrong with its columns and none that must be there is absent; `told` says what there is to say.
fn usable(
    unfit: Vec<Diagnostic>,
    table: Table,
    told: impl FnOnce(Table) -> Result<Vec<Notice>, Failure>,
) -> Result<Table, Failure> {
    if !unfit.is_empty() {
        return Err(Failure::Data(unfit));
    }
    let mut columns = table.wanted().iter().zip(table.types());
    if columns.any(|(wanted, kind)| kind.is_none() && !wanted.optional) {
        return Err(told(table).err().unwrap_or(Failure::Data(Vec::new())));
    }
    Ok(table)
}

fn told(file: &DataFile, whose: &str, table: Table) -> Result<Vec<Notice>, Failure> {
    let wanted = table.wanted().to_vec();
    let Findings { diagnostics, notices } = Findings::new(file, whose, &wanted, &table.finish());
    if diagnostics.is_empty() { Ok(notices) } else { Err(Failure::Data(diagnostics)) }
}

/// Why a table cannot be read.
fn unreadable(file: &DataFile, error: &ReadError) -> Failure {
    Failure::Data(vec![error.diagnostic(file.place)])
}
