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
    let stream = Box::new(std::io::Cursor::new(text.to_vec()));
    Table::of_stream(&data_file(format), stream, &wanted_of(wanted), 100).map_err(|error| error.cause)
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

/// A folder with files.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    fn file(&self, path: &str) -> Result<DataFile, Cause> {
        let path = self.0.path().join(path);
        let format = format_of(&path)?.expect("a name that says how");
        Ok(DataFile { path, shown: "table".to_owned(), ..data_file(format) })
    }

    /// What a path holds, with the folder's own name left out.
    fn read(&self, path: &str, wanted: &[&str]) -> Result<Vec<String>, String> {
        let told = |text: String| text.replace(&format!("{}/", self.0.path().display()), "");
        let file = self.file(path).map_err(|cause| told(cause.to_string()))?;
        let open = |error: ReadError| told(error.to_string());
        let mut table = Table::open(&file, &wanted_of(wanted), 3).map_err(open)?;
        let mut lines = Vec::new();
        while let Some(piece) = table.next_piece().map_err(open)? {
            for block in piece.blocks() {
                let block = block.map_err(open)?;
                for record in block.in_order() {
                    let Ok(row) = record else { panic!("a good record") };
                    let place = block.place(row);
                    let cells = block.batch.columns().iter().map(|column| {
                        let given = crate::data::column::given(column, row);
                        given.map_or_else(|| "-".to_owned(), |given| given.shown())
                    });
                    let cells: Vec<_> = cells.collect();
                    let file = told(block.file().to_string());
                    lines.push(format!("{} {file}:{} {}", place.number, place.line, cells.join("|")));
                }
            }
        }
        Ok(lines)
    }
}

fn wanted_of(names: &[&str]) -> Vec<Wanted> {
    let wanted =
        |name: &&str| Wanted { field: (*name).to_owned(), column: (*name).to_owned(), optional: false };
    names.iter().map(wanted).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A Parquet file with row groups of so many records.
fn parquet(columns: Vec<(&str, arrow_array::ArrayRef)>, group: usize) -> Vec<u8> {
    let batch = arrow_array::RecordBatch::try_from_iter(columns).unwrap();
    let properties = ::parquet::file::properties::WriterProperties::builder()
        .set_max_row_group_row_count(Some(group))
        .build();
    let mut bytes = Vec::new();
    let mut writer =
        ::parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn texts(values: &[Option<&str>]) -> arrow_array::ArrayRef {
    Arc::new(arrow_array::StringArray::from(values.to_vec()))
}

fn wholes(values: impl IntoIterator<Item = i32>) -> arrow_array::ArrayRef {
    Arc::new(arrow_array::Int32Array::from_iter_values(values))
}

#[test]
fn compressed_text_is_read_as_text() {
    let files = Files::new()
        .with("a.csv.gz", [gzip("id,age\na,1\n"), gzip("b,2\n")].concat())
        .with("b.ndjson.zst", zstd::encode_all(&b"{\"id\": \"c\"}\n{\"age\": 4}\n"[..], 1).unwrap())
        .with("c.csv.gz", &gzip(&"id,age\na,1\n".repeat(1000))[..20]);
    assert_eq!(files.read("a.csv.gz", &["id", "age"]).unwrap(), ["1 table:2 a|1", "2 table:3 b|2"]);
    assert_eq!(files.read("b.ndjson.zst", &["id", "age"]).unwrap(), ["1 table:1 c|", "2 table:2 |4"]);
    let cut = files.read("c.csv.gz", &["id", "age"]).unwrap_err();
    assert!(cut.starts_with("cannot read table: "), "{cut}");
}

#[test]
fn several_files_are_one_table() {
    let files = Files::new()
        .with("parts/b.csv", "age,id\n2,b\n")
        .with("parts/a.csv", "id,age\na,1\n\nz,9\n")
        .with("parts/_SUCCESS", "")
        .with("parts/.c.csv", "id\n")
        .with("parts/readme.txt", "no data");
    let both = ["1 parts/a.csv:2 a|1", "2 parts/a.csv:4 z|9", "3 parts/b.csv:2 b|2"];
    assert_eq!(files.read("parts", &["id", "age"]).unwrap(), both);
    assert_eq!(files.read("parts/*.csv", &["id", "age"]).unwrap(), both);
    assert_eq!(files.read("p*/[a]*", &["id", "age"]).unwrap(), both[..2]);
    let files = files.with("parts/c.csv", "id,Age\n");
    assert_eq!(
        files.read("parts", &["id", "age"]).unwrap_err(),
        "cannot read parts/c.csv: `age` is not there here, but text in parts/a.csv: the files of one table must have \
         the same columns"
    );
    let files = files.with("parts/d.ndjson", "");
    assert_eq!(
        files.read("parts", &["id"]).unwrap_err(),
        "it holds files of several formats: CSV in parts/a.csv, NDJSON in parts/d.ndjson"
    );
    assert_eq!(
        files.read("parts/*", &["id"]).unwrap_err(),
        "the name of parts/_SUCCESS does not say how it is read"
    );
    assert_eq!(files.read("parts/*.parquet", &["id"]).unwrap_err(), "no file has such a name");
    std::fs::create_dir(files.0.path().join("none")).unwrap();
    assert_eq!(files.read("none", &["id"]).unwrap_err(), "there is no data file in this folder");
}

#[test]
fn parquet_is_read_group_by_group_in_the_types_that_cost_least() {
    let cents = arrow_array::Decimal128Array::from(vec![Some(150), None, Some(-5), Some(0), Some(7)]);
    let cents = Arc::new(cents.with_precision_and_scale(12, 2).unwrap());
    let columns = vec![
        ("id", texts(&[Some("a"), Some("b"), None, Some("d"), Some("a")])),
        ("cents", cents as arrow_array::ArrayRef),
        ("age", wholes(1..6)),
        ("other", wholes(1..6)),
    ];
    let files = Files::new().with("a.parquet", parquet(columns, 2));
    let expected = [
        "1 table:1 1|a|1.5|1",
        "2 table:2 2|b|-|2",
        "3 table:3 3|-|-0.05|3",
        "4 table:4 4|d|0|4",
        "5 table:5 5|a|0.07|5",
    ];
    assert_eq!(files.read("a.parquet", &["age", "id", "cents", "age"]).unwrap(), expected);
    let file = DataFile { row_number: Some("n".to_owned()), ..files.file("a.parquet").unwrap() };
    let table = Table::open(&file, &wanted_of(&["cents", "gone", "id"]), 100).unwrap();
    let types: Vec<_> = table.types().iter().map(|kind| kind.as_ref().map(ToString::to_string)).collect();
    assert_eq!(types[0].as_deref(), Some("Dictionary(Int32, Decimal64(12, 2))"));
    assert_eq!(types[1], None);
    assert_eq!(types[2].as_deref(), Some("Dictionary(Int32, Utf8)"));
    assert_eq!((table.row_number(), table.size().records), (Some(3), Some(5)));
    let columns = table.finish();
    assert_eq!(
        (columns.present, columns.others),
        (vec![true, false, true], vec!["age".to_owned(), "other".to_owned()])
    );
}

#[test]
fn a_large_row_group_is_read_in_parts() {
    const ALL: i32 = 600_000;
    let files = Files::new().with("a.parquet", parquet(vec![("n", wholes(0..ALL))], ALL as usize));
    // Where the parts begin does not depend on the size of the blocks.
    for block_records in [1_000, 8_192, 500_000] {
        let file = files.file("a.parquet").unwrap();
        let mut table = Table::open(&file, &wanted_of(&["n"]), block_records).unwrap();
        let (mut starts, mut next) = (Vec::new(), 0);
        while let Some(piece) = table.next_piece().unwrap() {
            starts.push(piece.first());
            for block in piece.blocks() {
                let block = block.unwrap();
                let numbers = block.batch.column(0).as_primitive::<arrow_array::types::Int32Type>().values();
                assert!(numbers.iter().copied().eq(next..next + numbers.len() as i32));
                assert_eq!(block.place(0).number, next as u64 + 1);
                next += numbers.len() as i32;
            }
        }
        assert_eq!((starts, next), (vec![0, 204_800, 409_600], ALL));
    }
}

#[test]
fn damaged_parquet_is_refused() {
    let good = parquet(vec![("n", wholes(0..1000)), ("m", wholes(0..1000))], 100);
    let cut = |length: usize| Files::new().with("a.parquet", &good[..length]);
    for length in [0, 3, 100, good.len() / 2, good.len() - 1] {
        let told = cut(length).read("a.parquet", &["n"]).unwrap_err();
        assert!(told.starts_with("cannot read table: it is damaged, or no Parquet file: "), "{told}");
    }
    // Bytes of the data that are not what was written: an error, or other numbers; never a crash.
    for at in (4..good.len() - 1000).step_by(37) {
        let mut other = good.clone();
        other[at] ^= 0x55;
        let _ = Files::new().with("a.parquet", &other).read("a.parquet", &["n", "m"]);
    }
    let files = Files::new()
        .with("p/a.parquet", parquet(vec![("n", wholes(0..3))], 100))
        .with("p/b.parquet", parquet(vec![("n", texts(&[Some("x")]))], 100));
    assert_eq!(
        files.read("p", &["n"]).unwrap_err(),
        "cannot read p/b.parquet: `n` is text here, but Int32 in p/a.parquet: the files of one table \
         must have the same columns"
    );
}
