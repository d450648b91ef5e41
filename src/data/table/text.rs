//! A text file as runs of whole records, cut off its front one by one.

use super::block::RecordPlace;
use arrow_buffer::Buffer;
use memchr::memchr;
use std::io::Read;

/// A record of more bytes than this cannot be read; a quote open for longer counts as never closed.
pub(super) const RECORD_BYTES: usize = 1 << 20;
/// So many bytes are read for a run of records, besides what was left over from the last.
const RUN_BYTES: usize = 1 << 20;

/// What was read and not yet used up.
pub(super) struct Text {
    input: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    ended: bool,
    /// The rest of a line is passed over before anything else.
    skips: bool,
    /// The line in which the bytes start, from 1.
    pub(super) line: u64,
    /// How many records are before it.
    pub(super) records: u64,
}

/// What of some bytes are whole records.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    /// How many bytes.
    pub(super) length: usize,
    /// How many records are in them, broken ones counted.
    pub(super) records: u64,
    /// How many line feeds.
    pub(super) lines: u64,
    /// The broken ones.
    pub(super) broken: Vec<Broken>,
    /// Whether the next line is a broken record that is too long to be looked at, and the last in `broken`.
    pub(super) skips: bool,
}

/// A record whose own text cannot tell where it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    /// Where it starts.
    pub(super) at: usize,
    /// How many bytes of it there are, line end included.
    pub(super) length: usize,
    /// What is wrong with it.
    pub(super) reason: &'static str,
}

/// A run of records.
pub(super) struct Run {
    pub(super) bytes: Vec<u8>,
    pub(super) broken: Vec<Broken>,
    /// How many records it has.
    pub(super) records: u64,
    /// How many records are before it in the file.
    pub(super) first: u64,
    /// The line in which it starts, from 1.
    pub(super) line: u64,
}

/// A run of records that is being read, as far as `at`.
pub(super) struct Reading {
    pub(super) bytes: Buffer,
    /// The broken records that are not behind us.
    pub(super) broken: std::vec::IntoIter<Broken>,
    /// Whether all of it is UTF-8.
    pub(super) is_utf8: bool,
    pub(super) at: usize,
    /// The line that `at` stands in, from 1.
    pub(super) line: u64,
    /// How many records of the file are before `at`.
    pub(super) number: u64,
    /// How many records the run has.
    pub(super) records: u64,
    /// How many records of the file are before the run.
    pub(super) first: u64,
}

impl Reading {
    /// The start of a run.
    pub(super) fn new(run: Run) -> Self {
        Self {
            bytes: Buffer::from_vec(run.bytes),
            broken: run.broken.into_iter(),
            is_utf8: false,
            at: 0,
            line: run.line,
            number: run.first,
            records: run.records,
            first: run.first,
        }
    }

    /// Its bytes, once it is known whether they are UTF-8.
    pub(super) fn source(&mut self) -> Buffer {
        if self.at == 0 {
            self.is_utf8 = std::str::from_utf8(&self.bytes).is_ok();
        }
        self.bytes.clone()
    }

    /// Counts a record that stands in a line; `before` is how many records of the table are before the file.
    pub(super) fn count(&mut self, line: u64, before: u64) -> RecordPlace {
        self.number += 1;
        RecordPlace { line, number: before + self.number }
    }
}

/// Why a record without an end in sight cannot be read.
pub(super) const TOO_LONG: &str = "longer than 1 MiB";

impl Text {
    /// The start of a text; a byte order mark is passed over.
    pub(super) fn new(input: Box<dyn Read + Send>) -> std::io::Result<Self> {
        let mut text = Self { input, bytes: Vec::new(), ended: false, skips: false, line: 1, records: 0 };
        text.fill()?;
        if text.bytes.starts_with(b"\xEF\xBB\xBF") {
            text.bytes.drain(..3);
        }
        Ok(text)
    }

    /// What was read.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether nothing comes behind [`Text::bytes`].
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Reads more, so that there are bytes for a record of any good length and more.
    pub(super) fn fill(&mut self) -> std::io::Result<()> {
        if self.ended {
            return Ok(());
        }
        let wanted = RUN_BYTES as u64 + (RECORD_BYTES.saturating_sub(self.bytes.len())) as u64 / 4;
        self.bytes.reserve_exact(wanted as usize);
        let read = (&mut self.input).take(wanted).read_to_end(&mut self.bytes)?;
        self.ended = (read as u64) < wanted;
        Ok(())
    }

    /// Moves behind the next `length` bytes, of so many lines.
    pub(super) fn pass(&mut self, length: usize, lines: u64) {
        self.bytes.drain(..length.min(self.bytes.len()));
        self.line += lines;
    }

    /// The next run of records as `cut` finds them; `None` at the end.
    pub(super) fn next_run(&mut self, cut: impl Fn(&[u8], bool) -> Cut) -> std::io::Result<Option<Run>> {
        loop {
            self.skip()?;
            self.fill()?;
            let found = cut(&self.bytes, self.ended);
            let nothing = found.records == 0;
            if nothing && found.length == 0 && self.ended {
                return Ok(None);
            }
            let bytes = self.take(found.length);
            let (first, line) = (self.records, self.line);
            self.records += found.records;
            self.line += found.lines;
            self.skips = found.skips;
            if !nothing {
                let Cut { records, broken, .. } = found;
                return Ok(Some(Run { bytes, broken, records, first, line }));
            }
        }
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.bytes.get(length..).unwrap_or_default();
        let mut next = Vec::with_capacity(rest.len() + RUN_BYTES + RECORD_BYTES / 4);
        next.extend_from_slice(rest);
        let mut bytes = std::mem::replace(&mut self.bytes, next);
        bytes.truncate(length);
        bytes
    }

    /// Passes over the rest of a line, however long.
    fn skip(&mut self) -> std::io::Result<()> {
        while self.skips {
            match memchr(b'\n', &self.bytes) {
                Some(end) => {
                    self.bytes.drain(..=end);
                    self.line += 1;
                    self.skips = false;
                }
                None => {
                    self.bytes.clear();
                    self.skips = !self.ended;
                    self.fill()?;
                }
            }
        }
        Ok(())
    }
}

/// A line without the carriage return before its line feed.
pub(super) fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
