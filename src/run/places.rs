//! Where the records of a table stand, kept as runs: most records stand in the line behind the one before.

use std::sync::Arc;

/// Files and lines by slot.
#[derive(Debug, Default)]
pub(super) struct Places {
    files: Vec<Arc<str>>,
    runs: Vec<Run>,
}

/// Records that stand in lines one behind the other.
#[derive(Debug, Clone, Copy)]
struct Run {
    slot: u32,
    file: usize,
    line: u64,
}

impl Places {
    /// Notes where the record of a slot stands. Slots come rising.
    pub(super) fn note(&mut self, slot: u32, file: &Arc<str>, line: u64) {
        let same_file = self.files.last().is_some_and(|last| Arc::ptr_eq(last, file) || last == file);
        if !same_file {
            self.files.push(Arc::clone(file));
        }
        let run = Run { slot, file: self.files.len() - 1, line };
        let goes_on = |last: &Run| same_file && last.line + u64::from(slot - last.slot) == line;
        if !self.runs.last().is_some_and(goes_on) {
            self.runs.push(run);
        }
    }

    /// Where the record of a slot stands: its file, and its line.
    pub(super) fn of(&self, slot: u32) -> Option<(&Arc<str>, u64)> {
        let next = self.runs.partition_point(|run| run.slot <= slot);
        let run = next.checked_sub(1).and_then(|at| self.runs.get(at));
        let run = run?;
        Some((self.files.get(run.file)?, run.line + u64::from(slot - run.slot)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_again() {
        let (a, b): (Arc<str>, Arc<str>) = (Arc::from("a.csv"), Arc::from("b.csv"));
        let noted = [(0, &a, 2), (1, &a, 3), (2, &a, 4), (3, &a, 7), (4, &a, 8), (5, &b, 2), (6, &b, 3)];
        let mut places = Places::default();
        noted.iter().for_each(|(slot, file, line)| places.note(*slot, file, *line));
        assert_eq!(places.runs.len(), 3);
        for (slot, file, line) in noted {
            assert_eq!(places.of(slot), Some((file, line)));
        }
    }
}
