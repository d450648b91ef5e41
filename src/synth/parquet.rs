//! Blocks as row groups of Parquet, each encoded by whoever makes it.

use super::column::Kept;
use super::table::Table;
use super::write::SynthError;
use arrow_schema::{Field, Schema, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use std::io::Write;
use std::sync::Arc;

/// Rows of a row group.
pub(super) const ROW_GROUP: u64 = 250_000;

/// Rows that are not written yet, encoded.
pub(super) struct RowGroup {
    pub(super) rows: u64,
    chunks: Vec<ArrowColumnChunk>,
}

/// What encodes the row groups of a table.
pub(super) struct Encoder {
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
}

/// A table's file.
pub(super) struct ParquetFile<W: Write + Send> {
    file: SerializedFileWriter<W>,
}

/// Starts a table's file, and gives what encodes its row groups.
pub(super) fn start<W: Write + Send>(table: &Table, to: W) -> Result<(ParquetFile<W>, Encoder), SynthError> {
    let field = |made: &super::made::Made| Field::new(&made.name, made.kept.arrow_type(), made.optional);
    let schema: SchemaRef = Arc::new(Schema::new(table.columns.iter().map(field).collect::<Vec<_>>()));
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by(concat!("glassbox synth ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_max_row_group_row_count(None);
    for made in &table.columns {
        // A dictionary of values that hardly ever come twice is made in vain.
        if !made.repeats() {
            let path = ColumnPath::new(vec![made.name.clone()]);
            properties = properties.set_column_dictionary_enabled(path, false);
        }
    }
    let root = ArrowSchemaConverter::new().convert(&schema)?.root_schema_ptr();
    let file = SerializedFileWriter::new(to, root, Arc::new(properties.build()))?;
    let factory = ArrowRowGroupWriterFactory::new(&file, Arc::clone(&schema));
    Ok((ParquetFile { file }, Encoder { factory, schema }))
}

impl Encoder {
    /// Makes and encodes the blocks of a row group.
    pub(super) fn row_group(
        &self,
        table: &Table,
        number: usize,
        blocks: std::ops::Range<u64>,
    ) -> Result<RowGroup, SynthError> {
        let mut writers = self.factory.create_column_writers(number)?;
        let mut rows = 0;
        for block in blocks {
            let block = table.block(block);
            rows += block.rows as u64;
            let kept = table.columns.iter().map(|made| &made.kept);
            let fields = self.schema.fields().iter();
            for (((column, kept), field), writer) in
                block.columns.into_iter().zip(kept).zip(fields).zip(&mut writers)
            {
                for leaf in compute_leaves(field, &column.into_arrow(kept)?)? {
                    writer.write(&leaf)?;
                }
            }
        }
        let chunks = writers.into_iter().map(|writer| writer.close()).collect::<Result<_, _>>()?;
        Ok(RowGroup { rows, chunks })
    }
}

impl<W: Write + Send> ParquetFile<W> {
    /// Writes a row group.
    pub(super) fn add(&mut self, group: RowGroup) -> Result<(), SynthError> {
        let mut writer = self.file.next_row_group()?;
        for chunk in group.chunks {
            chunk.append_to_row_group(&mut writer)?;
        }
        writer.close()?;
        Ok(())
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Result<W, SynthError> {
        Ok(self.file.into_inner()?)
    }
}

impl super::made::Made {
    /// Whether values come often enough for a dictionary to be worth its while.
    fn repeats(&self) -> bool {
        use super::made::Source;
        match (&self.source, &self.kept) {
            (_, Kept::Listed(_)) => true,
            (_, Kept::Text | Kept::Truth) | (Source::Key { .. }, _) => false,
            (Source::Ordered(ordered), _) => {
                let (least, greatest) = ordered.draw.ends();
                greatest.saturating_sub(least) < 65_536
            }
            (Source::After(_), _) => true,
            (Source::Times(_) | Source::Truth(_) | Source::Listed { .. } | Source::Words, _) => false,
        }
    }
}
