//! Many texts in one buffer.

/// Texts, one after the other.
#[derive(Debug)]
pub(super) struct Texts {
    offsets: Vec<i32>,
    bytes: Vec<u8>,
}

impl Texts {
    /// None yet, with room for `count`.
    pub(super) fn with_capacity(count: usize) -> Self {
        let mut offsets = Vec::with_capacity(count + 1);
        offsets.push(0);
        Self { offsets, bytes: Vec::with_capacity(count * 8) }
    }

    /// Adds a text, which `write` puts at the end of what is given to it.
    pub(super) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.offsets.push(self.bytes.len() as i32);
    }

    /// The bytes of one of them.
    pub(super) fn get(&self, at: usize) -> &[u8] {
        match self.offsets.get(at..at + 2) {
            Some([start, end]) => self.bytes.get(*start as usize..*end as usize).unwrap_or_default(),
            Some(_) | None => &[],
        }
    }

    /// The ends of the texts, from the start of the first, and their bytes.
    pub(super) fn into_parts(self) -> (Vec<i32>, Vec<u8>) {
        (self.offsets, self.bytes)
    }
}

/// Writes a whole number.
#[expect(clippy::indexing_slicing, reason = "no number has more digits than there is room for")]
pub(super) fn number(to: &mut Vec<u8>, mut value: u64, digits: usize) {
    let mut text = [b'0'; 40];
    let mut at = text.len();
    while value > 0 || text.len() - at < digits.clamp(1, text.len()) {
        at -= 1;
        text[at] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    to.extend_from_slice(&text[at..]);
}
