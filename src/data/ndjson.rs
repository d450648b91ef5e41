//! NDJSON: each line is looked over first, the good ones decoded by arrow-json.
//!
//! The decoder alone would stop at the first bad line, take `1.2.3` for a number, keep the last of two equal keys in
//! silence and say nothing of keys that it was not asked for. Numbers keep all their digits: they come out as text.

use super::json_line::{Keys, Look};
use super::table::RECORD_BYTES;
use super::table::{CHUNK_BYTES, CHUNK_RECORDS, Chunk, ReadError, RecordPlace, Unreadable};
use super::window::{Window, line_end, without_return};
use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use std::io::Read;
use std::sync::Arc;

/// Reads NDJSON as columns of text.
pub(super) struct NdJsonReader {
    window: Window,
    schema: Arc<Schema>,
    keys: Keys,
    /// For each wanted column, which of the distinct keys it is.
    wanted: Vec<Option<usize>>,
    number: u64,
}

impl NdJsonReader {
    pub(super) fn new(input: Box<dyn Read>, wanted: &[String]) -> Result<Self, ReadError> {
        // Two fields may want one column; a key of an object is decoded into one only.
        let mut names: Vec<String> = Vec::new();
        for name in wanted {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let fields: Vec<_> = names.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
        Ok(Self {
            window: Window::new(input)?,
            schema: Arc::new(Schema::new(fields)),
            wanted: wanted.iter().map(|name| names.iter().position(|other| other == name)).collect(),
            keys: Keys::new(names),
            number: 0,
        })
    }

    pub(super) fn present(&self) -> Vec<bool> {
        self.wanted.iter().map(|at| at.is_some_and(|at| self.keys.met(at))).collect()
    }

    pub(super) fn others(&self) -> &[String] {
        self.keys.others()
    }

    pub(super) fn columns(&self) -> Vec<Option<usize>> {
        self.wanted.clone()
    }

    pub(super) fn next_chunk(&mut self) -> Result<Option<Chunk>, ReadError> {
        let (mut lines, mut places, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
        let mut size = 0;
        while places.len() < CHUNK_RECORDS && unreadable.len() < CHUNK_RECORDS && size < CHUNK_BYTES {
            let line = self.window.line();
            let Some(found) = next_line(&mut self.window)? else { break };
            if found.as_ref().is_some_and(|text| text.iter().all(u8::is_ascii_whitespace)) {
                continue;
            }
            self.number += 1;
            let place = RecordPlace { line, number: self.number };
            match found {
                None => {
                    unreadable.push(self.unreadable(place, "longer than 1 MiB".to_owned(), &Look::default()))
                }
                Some(text) => {
                    let look = self.keys.look_over(&text);
                    match &look.fault {
                        Some(fault) => unreadable.push(self.unreadable(place, fault.clone(), &look)),
                        None => {
                            size += text.len();
                            lines.push(text);
                            places.push(place);
                        }
                    }
                }
            }
        }
        if places.is_empty() && unreadable.is_empty() {
            return Ok(None);
        }
        let batch = match self.decode(&lines) {
            Ok(batch) => batch,
            Err(_) => {
                self.part(&mut lines, &mut places, &mut unreadable);
                self.decode(&lines)?
            }
        };
        Ok(Some(Chunk { batch, places, unreadable }))
    }

    /// Moves the lines that the decoder refuses, though the look found nothing, to the unreadable ones.
    fn part(
        &mut self,
        lines: &mut Vec<Vec<u8>>,
        places: &mut Vec<RecordPlace>,
        unreadable: &mut Vec<Unreadable>,
    ) {
        let all = std::mem::take(lines).into_iter().zip(std::mem::take(places));
        for (line, place) in all {
            match self.decode(std::slice::from_ref(&line)) {
                Ok(_) => {
                    lines.push(line);
                    places.push(place);
                }
                Err(error) => {
                    let look = self.keys.look_over(&line);
                    unreadable.push(self.unreadable(place, format!("not readable as JSON: {error}"), &look));
                }
            }
        }
        unreadable.sort_by_key(|bad| bad.place.number);
    }

    /// The lines as one batch with a row for each.
    fn decode(&self, lines: &[Vec<u8>]) -> Result<RecordBatch, ArrowError> {
        let mut decoder = arrow_json::ReaderBuilder::new(Arc::clone(&self.schema))
            .with_coerce_primitive(true)
            .with_batch_size(lines.len() + 1)
            .build_decoder()?;
        for (index, line) in lines.iter().enumerate() {
            decoder.decode(line)?;
            if decoder.has_partial_record() || decoder.len() != index + 1 {
                return Err(ArrowError::JsonError("not one object".to_owned()));
            }
        }
        Ok(decoder.flush()?.unwrap_or_else(|| RecordBatch::new_empty(Arc::clone(&self.schema))))
    }

    fn unreadable(&self, place: RecordPlace, reason: String, look: &Look) -> Unreadable {
        let cell = |at: &Option<usize>| at.and_then(|at| look.text(at));
        Unreadable { place, reason, cells: self.wanted.iter().map(cell).collect() }
    }
}

/// Takes the next line out of the window, `Some(None)` for one that is too long; `None` at the end of the file.
fn next_line(window: &mut Window) -> std::io::Result<Option<Option<Vec<u8>>>> {
    loop {
        let end = line_end(window.bytes());
        if end.is_none() && !window.ended() && window.bytes().len() <= RECORD_BYTES {
            window.more()?;
            continue;
        }
        let length = end.unwrap_or(window.bytes().len());
        if length > RECORD_BYTES {
            window.pass_line()?;
            return Ok(Some(None));
        }
        if end.is_none() && length == 0 {
            return Ok(None);
        }
        let line = without_return(window.bytes().get(..length).unwrap_or_default()).to_vec();
        window.pass(length + 1);
        return Ok(Some(Some(line)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{Format, TableReader};
    use super::super::test_schema::read_all;

    fn read(text: &[u8]) -> Vec<String> {
        let wanted = ["id", "age", "ok"].map(str::to_owned);
        let reader = TableReader::new(Box::new(std::io::Cursor::new(text.to_vec())), Format::NdJson, &wanted);
        read_all(reader.unwrap())
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
            "9: not readable as JSON: ",
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
