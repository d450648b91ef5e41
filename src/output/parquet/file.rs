//! A Parquet file: row groups one after the other, and the footer.

use super::page::{Chunk, to_io};
use super::types::descriptor;
use crate::output::about::About;
use crate::output::sheet::Sheet;
use parquet::file::metadata::{
    FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::schema::types::SchemaDescPtr;
use std::io::{self, Write};

/// What a file begins and ends with.
const MAGIC: &[u8] = b"PAR1";
/// The version of the format.
const VERSION: i32 = 2;

/// A Parquet file on its way.
#[derive(Debug)]
pub(in crate::output) struct File<W> {
    to: W,
    written: u64,
    records: u64,
    schema: SchemaDescPtr,
    groups: Vec<RowGroupMetaData>,
    about: About,
}

impl<W: Write> File<W> {
    pub(in crate::output) fn new(sheet: &Sheet, about: &About, mut to: W) -> io::Result<Self> {
        to.write_all(MAGIC)?;
        Ok(Self {
            to,
            written: MAGIC.len() as u64,
            records: 0,
            schema: descriptor(sheet)?,
            groups: Vec::new(),
            about: about.clone(),
        })
    }

    /// Writes a row group of so many records.
    pub(in crate::output) fn group(&mut self, records: usize, chunks: Vec<Chunk>) -> io::Result<()> {
        if records == 0 {
            return Ok(());
        }
        let begin = self.written as i64;
        let mut columns = Vec::with_capacity(chunks.len());
        let mut size = 0;
        for chunk in chunks {
            let start = self.written as i64;
            let (dictionary, data) = (chunk.about.dictionary_page_offset(), chunk.about.data_page_offset());
            size += chunk.about.uncompressed_size();
            let placed = chunk
                .about
                .into_builder()
                .set_dictionary_page_offset(dictionary.map(|offset| offset + start))
                .set_data_page_offset(data + start)
                .build();
            columns.push(placed.map_err(to_io)?);
            self.to.write_all(&chunk.bytes)?;
            self.written += chunk.bytes.len() as u64;
        }
        let mut group = RowGroupMetaData::builder(self.schema.clone())
            .set_num_rows(records as i64)
            .set_total_byte_size(size)
            .set_file_offset(begin)
            .set_column_metadata(columns);
        // The format has 16 bits for it, and it may be left out.
        if let Ok(ordinal) = i16::try_from(self.groups.len()) {
            group = group.set_ordinal(ordinal.into());
        }
        self.groups.push(group.build().map_err(to_io)?);
        self.records += records as u64;
        Ok(())
    }

    /// Writes the footer.
    pub(in crate::output) fn finish(mut self) -> io::Result<W> {
        let entries = self.about.entries().into_iter();
        let entries = entries.map(|(name, value)| KeyValue::new(name.to_owned(), value)).collect();
        let about = FileMetaData::new(
            VERSION,
            self.records as i64,
            Some(format!("{} version {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))),
            Some(entries),
            self.schema,
            None,
        );
        let mut footer = Vec::new();
        ParquetMetaDataWriter::new(&mut footer, &ParquetMetaData::new(about, self.groups))
            .finish()
            .map_err(to_io)?;
        self.to.write_all(&footer)?;
        self.to.flush()?;
        Ok(self.to)
    }
}
