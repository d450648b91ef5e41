//! What the tests of the readers share.

use super::*;
use arrow_array::Array;
use arrow_array::cast::AsArray;
use std::path::PathBuf;

/// How a file in memory is named.
pub(crate) fn data_file(format: Format) -> DataFile {
    DataFile {
        path: PathBuf::from("memory"),
        shown: "memory".to_owned(),
        format,
        columns: Vec::new(),
        missing: Vec::new(),
        row_number: None,
        place: None,
    }
}

/// A table of bytes.
pub(crate) fn table_of(text: &[u8], format: Format, wanted: &[&str]) -> Result<Table, Cause> {
    let wanted: Vec<_> = wanted
        .iter()
        .map(|name| Wanted { field: (*name).to_owned(), column: (*name).to_owned(), optional: false })
        .collect();
    let stream = Box::new(std::io::Cursor::new(text.to_vec()));
    Table::of_stream(&data_file(format), stream, &wanted, 100).map_err(|error| error.cause)
}

/// The records of a table as `LINE: a|b|c` (`-` for missing), those that cannot be read as `LINE: REASON (a|b|c)`, all in
/// the order of the file, and the other columns.
pub(crate) fn read_all(mut table: Table) -> Vec<String> {
    let mut lines = Vec::new();
    let mut number = 0;
    while let Some(piece) = table.next_piece().unwrap() {
        assert_eq!(piece.first(), number);
        let behind = number + piece.records();
        for block in piece.blocks() {
            let block = block.unwrap();
            assert_eq!(block.first(), number);
            for record in block.in_order() {
                number += 1;
                match record {
                    Ok(row) => {
                        let place = block.place(row);
                        assert_eq!(place.number, number);
                        let cell = |column: &arrow_array::ArrayRef| match column.as_string_view_opt() {
                            Some(texts) => Some(texts.value(row).to_owned()).filter(|text| !text.is_empty()),
                            None => (column.data_type() != &DataType::Null).then(|| panic!("no text")),
                        };
                        let cells: Vec<_> = block.batch.columns().iter().map(cell).collect();
                        lines.push(format!("{}: {}", place.line, line(&cells)));
                    }
                    Err(bad) => {
                        assert_eq!(bad.place.number, number);
                        lines.push(format!("{}: {} ({})", bad.place.line, bad.reason, line(&bad.cells)));
                    }
                }
            }
        }
        assert_eq!(number, behind);
    }
    lines.push(format!("others: {}", table.finish().others.join(",")));
    lines
}

fn line(cells: &[Option<String>]) -> String {
    cells.iter().map(|cell| cell.as_deref().unwrap_or("-").replace('\n', "\\n")).collect::<Vec<_>>().join("|")
}
