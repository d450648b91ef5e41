//! A column of a row group: its pages one after the other, and what the footer says of them.

use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use std::io;

/// A column of a row group, encoded; offsets count from its own beginning.
#[derive(Debug)]
pub(in crate::output) struct Chunk {
    pub(super) bytes: Vec<u8>,
    pub(super) about: ColumnChunkMetaData,
}

/// A column of a row group on its way.
pub(super) struct Pages {
    to: TrackedWrite<Vec<u8>>,
    /// Bytes before compression, with heads.
    plain: usize,
    dictionary: Option<u64>,
    data: Option<u64>,
    values: usize,
    encodings: Vec<Encoding>,
}

impl Pages {
    pub(super) fn new() -> Self {
        Self {
            to: TrackedWrite::new(Vec::new()),
            plain: 0,
            dictionary: None,
            data: None,
            values: 0,
            encodings: vec![Encoding::RLE],
        }
    }

    /// Adds the dictionary: so many plain values.
    pub(super) fn dictionary(&mut self, body: Vec<u8>, values: usize) -> io::Result<()> {
        self.dictionary = Some(self.to.bytes_written() as u64);
        self.encodings.push(Encoding::PLAIN);
        let size = body.len();
        let page = Page::DictionaryPage {
            buf: body.into(),
            num_values: values as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        self.page(page, size)
    }

    /// Adds a page of records: which of them have a value, then the values.
    pub(super) fn data(&mut self, body: Vec<u8>, records: usize, encoding: Encoding) -> io::Result<()> {
        self.data.get_or_insert(self.to.bytes_written() as u64);
        self.encodings.push(encoding);
        self.values += records;
        let size = body.len();
        let page = Page::DataPage {
            buf: body.into(),
            num_values: records as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        self.page(page, size)
    }

    fn page(&mut self, page: Page, size: usize) -> io::Result<()> {
        let written = SerializedPageWriter::new(&mut self.to).write_page(CompressedPage::new(page, size));
        self.plain += written.map_err(to_io)?.uncompressed_size;
        Ok(())
    }

    /// The column, once all pages are in it.
    pub(super) fn finish(self, column: &ColumnDescPtr, statistics: Statistics) -> io::Result<Chunk> {
        let bytes = self.to.into_inner().map_err(to_io)?;
        let offset = |offset: u64| i64::try_from(offset).unwrap_or(i64::MAX);
        let about = ColumnChunkMetaData::builder(column.clone())
            .set_compression(Compression::UNCOMPRESSED)
            .set_encodings(self.encodings)
            .set_total_compressed_size(offset(bytes.len() as u64))
            .set_total_uncompressed_size(offset(self.plain as u64))
            .set_num_values(offset(self.values as u64))
            .set_dictionary_page_offset(self.dictionary.map(offset))
            .set_data_page_offset(offset(self.data.unwrap_or_default()))
            .set_statistics(statistics)
            .build();
        Ok(Chunk { bytes, about: about.map_err(to_io)? })
    }
}

/// Parquet's own complaint. All of it is written into memory first, so that nothing of the world outside is in it.
pub(super) fn to_io(error: ParquetError) -> io::Error {
    io::Error::other(error)
}
