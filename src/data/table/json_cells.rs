//! One line of NDJSON to cells, without copying: a reader of flat objects that says only whether a line is good.
//!
//! Objects of one file mostly have the same keys in the same order, so each key is looked for where it stood last.

use super::columns::TextColumns;
use super::json_line::Names;
use super::keys::Met;
use std::collections::HashMap;

/// How deep values of keys that nobody wants may be nested.
const DEPTH: u32 = 100;

/// Which keys were seen where.
pub(super) struct Guess {
    /// The members of the last object: the key as it stands there with quotes and colon, and what it is.
    members: Vec<(Vec<u8>, Key)>,
    known: HashMap<Vec<u8>, Key>,
    /// By wanted key, the last record that had it.
    seen: Vec<u64>,
}

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Wanted(usize),
    Other,
}

/// A line is no object, or one that must be looked at more closely.
#[derive(Debug)]
pub(super) struct Odd;

impl Guess {
    /// Of so many wanted keys.
    pub(super) fn new(wanted: usize) -> Self {
        Self { members: Vec::new(), known: HashMap::new(), seen: vec![0; wanted] }
    }

    /// Adds the cells of a record, which stands in the source from one place to another; `number` is the record's, from 1.
    pub(super) fn read(
        &mut self,
        source: &[u8],
        (from, to): (usize, usize),
        number: u64,
        names: &Names,
        met: &mut Met,
        columns: &mut TextColumns,
    ) -> Result<(), Odd> {
        let mut reader = Reader { line: source.get(..to).unwrap_or_default(), at: from };
        reader.blank();
        reader.expect(b'{')?;
        reader.blank();
        let mut member = 0;
        if reader.peek() == Some(b'}') {
            reader.at += 1;
        } else {
            loop {
                let key = self.key(&mut reader, member, number, names, met)?;
                member += 1;
                reader.blank();
                match key {
                    Key::Other => reader.pass_value(DEPTH)?,
                    Key::Wanted(column) => {
                        let seen = self.seen.get_mut(column).ok_or(Odd)?;
                        if *seen == number {
                            return Err(Odd);
                        }
                        *seen = number;
                        reader.cell(column, source, columns)?;
                    }
                }
                reader.blank();
                match reader.next() {
                    Some(b',') => reader.blank(),
                    Some(b'}') => break,
                    Some(_) | None => return Err(Odd),
                }
            }
        }
        reader.blank();
        if reader.at != to {
            return Err(Odd);
        }
        // Cells of keys that this object has not.
        for (column, seen) in self.seen.iter().enumerate() {
            if *seen != number {
                columns.push_empty(column);
            }
        }
        Ok(())
    }

    /// Reads a key and the colon behind it.
    fn key(
        &mut self,
        reader: &mut Reader<'_>,
        member: usize,
        number: u64,
        names: &Names,
        met: &mut Met,
    ) -> Result<Key, Odd> {
        if let Some((text, key)) = self.members.get(member)
            && reader.rest().starts_with(text)
        {
            reader.at += text.len();
            return Ok(*key);
        }
        let start = reader.at;
        let name = match reader.string()? {
            Text::Plain(from, to) => reader.line.get(from..to).unwrap_or_default().to_vec(),
            Text::Escaped(text) => text.into_bytes(),
        };
        reader.blank();
        reader.expect(b':')?;
        let key = match self.known.get(&name) {
            Some(key) => *key,
            None => {
                let text = std::str::from_utf8(&name).map_err(|_| Odd)?;
                let key = match names.place(text) {
                    Some(at) => {
                        met.wanted(at);
                        Key::Wanted(at)
                    }
                    None => {
                        met.other(text, number);
                        Key::Other
                    }
                };
                self.known.insert(name, key);
                key
            }
        };
        let text = reader.line.get(start..reader.at).unwrap_or_default().to_vec();
        self.members.truncate(member);
        self.members.push((text, key));
        Ok(key)
    }
}

/// A text of JSON.
enum Text {
    /// Without escapes: from where to where it stands.
    Plain(usize, usize),
    Escaped(String),
}

struct Reader<'l> {
    /// The source as far as the line ends.
    line: &'l [u8],
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        self.line.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Odd> {
        if self.next() == Some(byte) { Ok(()) } else { Err(Odd) }
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    /// Adds a plain value.
    fn cell(&mut self, column: usize, source: &[u8], columns: &mut TextColumns) -> Result<(), Odd> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => match self.string()? {
                Text::Plain(from, to) => columns.push(column, source, from, to),
                Text::Escaped(text) => columns.push_own(column, text.as_bytes()),
            },
            Some(b'n') => {
                self.word(b"null")?;
                columns.push_empty(column);
            }
            Some(b'-' | b'0'..=b'9' | b't' | b'f') => {
                self.pass_value(0)?;
                columns.push(column, source, start, self.at);
            }
            Some(_) | None => return Err(Odd),
        }
        Ok(())
    }

    /// Goes behind any value.
    fn pass_value(&mut self, depth: u32) -> Result<(), Odd> {
        match self.peek() {
            Some(b'"') => self.string().map(|_| ()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            Some(b'[') => self.list(depth, b']', false),
            Some(b'{') => self.list(depth, b'}', true),
            Some(_) | None => Err(Odd),
        }
    }

    fn list(&mut self, depth: u32, end: u8, keyed: bool) -> Result<(), Odd> {
        let depth = depth.checked_sub(1).ok_or(Odd)?;
        self.at += 1;
        self.blank();
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(());
        }
        loop {
            if keyed {
                if self.peek() != Some(b'"') {
                    return Err(Odd);
                }
                self.string()?;
                self.blank();
                self.expect(b':')?;
                self.blank();
            }
            self.pass_value(depth)?;
            self.blank();
            match self.next() {
                Some(b',') => self.blank(),
                Some(byte) if byte == end => return Ok(()),
                Some(_) | None => return Err(Odd),
            }
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Odd> {
        if !self.rest().starts_with(word) {
            return Err(Odd);
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), Odd> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading = self.peek();
        let whole = self.digits();
        if whole == 0 || (leading == Some(b'0') && whole > 1) {
            return Err(Odd);
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(Odd);
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(Odd);
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn string(&mut self) -> Result<Text, Odd> {
        self.expect(b'"')?;
        let start = self.at;
        self.at = special(self.line, start);
        match self.next() {
            Some(b'"') => Ok(Text::Plain(start, self.at - 1)),
            Some(b'\\') => {
                self.at -= 1;
                self.escaped(start)
            }
            Some(_) | None => Err(Odd),
        }
    }

    fn escaped(&mut self, start: usize) -> Result<Text, Odd> {
        loop {
            match self.next() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.next();
                }
                Some(_) => {}
                None => return Err(Odd),
            }
            self.at = special(self.line, self.at);
        }
        let text = self.line.get(start - 1..self.at).unwrap_or_default();
        serde_json::from_slice(text).map(Text::Escaped).map_err(|_| Odd)
    }
}

/// Where the first byte from `start` on stands that ends the plain part of a text: a quote, a backslash or a control
/// character.
fn special(line: &[u8], start: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero_in = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut at = start;
    while let Some(bytes) = line.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*bytes);
        let quote = zero_in(word ^ (ONES * u64::from(b'"')));
        let slash = zero_in(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        // Only the first one found is sure: a borrow may reach those behind it.
        let found = quote | slash | control;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = line.get(at..).unwrap_or_default();
    let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    at + found.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_end_of_a_plain_text_is_found(bytes in prop::collection::vec(prop::sample::select(b"ab\"\\\x1F\x20\x21\x22\x80\xFF".to_vec()), 0..40), start in 0_usize..10) {
            let start = start.min(bytes.len());
            let slow = bytes[start..].iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            prop_assert_eq!(special(&bytes, start), slow.map_or(bytes.len(), |at| start + at));
        }
    }
}
