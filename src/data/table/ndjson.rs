//! NDJSON: one object a line. Numbers keep all their digits: they come out as text.

use super::block::{Block, Places, RecordPlace, Unreadable};
use super::columns::TextColumns;
use super::json_cells::{Guess, Odd};
use super::json_line::{Look, Names};
use super::keys::{Keys, Met};
use super::text::{Cut, RECORD_BYTES, Reading, Run, Text, without_return};
use arrow_schema::ArrowError;
use memchr::{memchr, memchr_iter};
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

/// Cuts NDJSON into runs of lines.
pub(super) struct NdJsonTable {
    text: Text,
    names: Arc<Names>,
}

impl NdJsonTable {
    pub(super) fn new(input: Box<dyn Read + Send>, names: Arc<Names>) -> std::io::Result<Self> {
        Ok(Self { text: Text::new(input)?, names })
    }

    /// The next records; `None` at the end. What keys they have is noted in `keys` when they are read.
    pub(super) fn next_run(&mut self, keys: &Arc<Mutex<Keys>>) -> std::io::Result<Option<NdJsonRun>> {
        let run = self.text.next_run(cut)?;
        Ok(run.map(|run| NdJsonRun::new(run, Arc::clone(&self.names), Arc::clone(keys))))
    }
}

/// Finds the whole lines at the start of some bytes; `ended` says that nothing comes behind them.
fn cut(bytes: &[u8], ended: bool) -> Cut {
    let mut cut = Cut::default();
    for end in memchr_iter(b'\n', bytes) {
        let line = bytes.get(cut.length..end).unwrap_or_default();
        if line.len() > RECORD_BYTES {
            cut.too_long();
            return cut;
        }
        cut.records += u64::from(!is_blank(line));
        cut.lines += 1;
        cut.length = end + 1;
    }
    let rest = bytes.get(cut.length..).unwrap_or_default();
    if rest.len() > RECORD_BYTES {
        cut.too_long();
    } else if ended {
        cut.records += u64::from(!is_blank(rest));
        cut.length = bytes.len();
    }
    cut
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// A run of records with what is wanted of them.
pub(super) struct NdJsonRun {
    names: Arc<Names>,
    keys: Arc<Mutex<Keys>>,
    met: Met,
    guess: Guess,
    pub(super) run: Reading,
}

impl NdJsonRun {
    fn new(run: Run, names: Arc<Names>, keys: Arc<Mutex<Keys>>) -> Self {
        let (met, guess) = (Met::new(names.count()), Guess::new(names.count()));
        Self { met, guess, names, keys, run: Reading::new(run) }
    }

    /// The next records, at most so many; `None` at the end. `before` is how many records of the table are before the file.
    pub(super) fn next_block(
        &mut self,
        file: &Arc<str>,
        before: u64,
        most: usize,
        row_number: bool,
    ) -> Option<Result<Block, ArrowError>> {
        let source = self.run.source();
        let bytes = source.as_slice();
        let first = before + self.run.number;
        let mut columns = TextColumns::new(self.names.count(), most);
        let mut places = Places::new(RecordPlace { line: self.run.line, number: first + 1 });
        let mut unreadable = Vec::new();
        while columns.rows() + unreadable.len() < most && self.run.at < bytes.len() {
            let start = self.run.at;
            let rest = bytes.get(start..).unwrap_or_default();
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            let line = without_return(rest.get(..length).unwrap_or_default());
            let number = self.run.line;
            self.run.at += length + 1;
            self.run.line += 1;
            if is_blank(line) {
                continue;
            }
            let place = self.run.count(number, before);
            let is_text = self.run.is_utf8 || std::str::from_utf8(line).is_ok();
            let read = if is_text {
                self.guess.read(
                    bytes,
                    (start, start + line.len()),
                    place.number,
                    &self.names,
                    &mut self.met,
                    &mut columns,
                )
            } else {
                Err(Odd)
            };
            match read {
                Ok(()) => {
                    places.push(columns.rows(), place);
                    columns.end();
                }
                Err(Odd) => {
                    columns.undo();
                    let look = self.names.look_over(line, place.number, &mut self.met);
                    let fault = look.fault.clone().unwrap_or_else(|| "not readable as JSON".to_owned());
                    unreadable.push(self.unreadable(place, fault, &look));
                }
            }
        }
        if self.run.at >= bytes.len()
            && let Some(broken) = self.run.broken.next()
        {
            let place = self.run.count(self.run.line, before);
            unreadable.push(self.unreadable(place, broken.reason.to_owned(), &Look::default()));
        }
        if columns.rows() == 0 && unreadable.is_empty() {
            return None;
        }
        self.met.records += columns.rows() as u64;
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).add(&mut self.met);
        let rows = columns.rows();
        Some(columns.finish(&source).and_then(|arrays| {
            let wanted = self.names.wanted().map(|at| arrays.get(at).cloned());
            Block::new(file, first, rows, wanted, places, unreadable, row_number)
        }))
    }

    fn unreadable(&self, place: RecordPlace, reason: String, look: &Look) -> Unreadable {
        Unreadable { place, reason, cells: self.names.wanted().map(|at| look.text(at)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{read_all, table_of};
    use crate::data::Format;

    fn read(text: &[u8]) -> Vec<String> {
        read_all(table_of(text, Format::NdJson, &["id", "age", "ok"]).unwrap())
    }

    #[test]
    fn values_come_out_as_text_with_all_their_digits() {
        let text = br#"{"id": "a", "age": 0.10000000000000000001, "ok": true}
{"age": 12345678901234567890123.5, "id": "b", "ok": null}

{"id": 7, "age": 1e3}"#;
        assert_eq!(
            read(text),
            [
                "1: a|0.10000000000000000001|true",
                "2: b|12345678901234567890123.5|-",
                "4: 7|1e3|-",
                "others: "
            ]
        );
    }

    #[test]
    fn a_bad_line_is_set_aside_and_the_rest_go_on() {
        let text = b"\xEF\xBB\xBF{\"id\": \"a\", \"age\": [1]}\r\n{\"id\": \"b\", \"x\": {\"y\": [1, 2]}}\r\n{\"id\": \"c\", \
            \"age\": \n{\"id\": \"d\", \"id\": \"e\"}\n[1]\n{\"id\": \"\xFF\"}\n{\"id\": \"f\"} {\"id\": \"g\"}\n{\"id\": \"h\", \
            \"age\": 1.2.3}\n{\"id\": \"i\", \"x\": \"\\ud800\"}\n{\"id\": \"z\"}";
        let found = read(text);
        let starts = [
            "1: `age` holds a list, where one value is expected (a|-|-)",
            "2: b|-|-",
            "3: not readable as JSON: ",
            "4: `id` is given twice (d|-|-)",
            "5: not a JSON object",
            "6: its text is not UTF-8",
            "7: not readable as JSON: ",
            "8: not readable as JSON: ",
            "9: not readable as JSON",
            "10: z|-|-",
            "others: x",
        ];
        assert_eq!(found.len(), starts.len(), "{found:#?}");
        for (found, start) in found.iter().zip(starts) {
            assert!(found.starts_with(start), "{found} is not {start}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let long = format!("{{\"id\": \"{}\"}}\n{{\"id\": \"b\"}}\n", "x".repeat(3 << 20));
        assert_eq!(read(long.as_bytes()), ["1: longer than 1 MiB (-|-|-)", "2: b|-|-", "others: "]);
    }

    #[test]
    fn nothing_is_no_record() {
        assert_eq!(read(b""), ["others: "]);
        assert_eq!(read(b"\n\r\n  \n"), ["others: "]);
    }
}
