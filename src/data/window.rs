//! A file seen through a window of bytes that moves forward, in which records are found before they are decoded.

use std::io::{ErrorKind, Read};

/// How many bytes are read at once.
const READ_BYTES: usize = 1 << 17;

/// The bytes that were read and not yet used up.
pub(super) struct Window {
    input: Box<dyn Read>,
    bytes: Vec<u8>,
    start: usize,
    ended: bool,
    /// The line in which the window starts, from 1.
    line: u64,
}

impl Window {
    /// A window at the start of a text; a byte order mark is passed over.
    pub(super) fn new(input: Box<dyn Read>) -> std::io::Result<Self> {
        let mut window = Self { input, bytes: Vec::new(), start: 0, ended: false, line: 1 };
        while window.bytes.len() < 3 && window.more()? {}
        if window.bytes.starts_with(b"\xEF\xBB\xBF") {
            window.start = 3;
        }
        Ok(window)
    }

    /// The bytes from here on, as far as they were read.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Whether nothing comes behind [`Window::bytes`].
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// The line in which the window starts, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Reads more; `false` at the end of the file.
    pub(super) fn more(&mut self) -> std::io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        let filled = self.bytes.len();
        self.bytes.resize(filled + READ_BYTES, 0);
        loop {
            let read = self.input.read(self.bytes.get_mut(filled..).unwrap_or_default());
            match read {
                Ok(count) => {
                    self.bytes.truncate(filled + count);
                    self.ended = count == 0;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.bytes.truncate(filled);
                    return Err(error);
                }
            }
        }
    }

    /// Moves behind the next `count` bytes.
    pub(super) fn pass(&mut self, count: usize) {
        let passed = self.bytes().iter().take(count).filter(|byte| **byte == b'\n').count();
        self.line += passed as u64;
        self.start = (self.start + count).min(self.bytes.len());
    }

    /// Moves behind the end of the line, however far away it is.
    pub(super) fn pass_line(&mut self) -> std::io::Result<()> {
        loop {
            if let Some(end) = line_end(self.bytes()) {
                self.pass(end + 1);
                return Ok(());
            }
            self.pass(self.bytes().len());
            if !self.more()? {
                return Ok(());
            }
        }
    }
}

/// Where the first line of some bytes ends: the position of its line feed.
pub(super) fn line_end(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

/// A line without the carriage return before its line feed.
pub(super) fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
