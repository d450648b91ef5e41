//! Whether the rows of a table cover every case, once: gaps, overlaps, dead rows. Knows boxes of values, no policy.
//!
//! Each column's values fall into *atoms*: all values (or "missing") that the same rows take. Gaps and dead rows are
//! found by walking the columns, an atom at a time, with the rows that still fit; what was seen with the same rows left
//! is not walked again. Overlaps are found pair by pair, column by column.

mod bits;
#[cfg(test)]
mod tests;

use crate::data::{Set, Type, Value, step};
use crate::policy::CellTest;
use bits::Bits;
use rustc_hash::{FxHashMap, FxHashSet};

/// How many gaps are shown.
const GAPS_SHOWN: usize = 4;
/// How many steps the search may take before it gives up: about a second.
const STEPS: usize = 1_000_000;

/// What a condition column may hold.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    /// The type.
    pub(crate) kind: Type,
    /// The known values that can occur.
    pub(crate) universe: Set,
    /// Whether the value may be missing.
    pub(crate) may_be_missing: bool,
}

/// A case: the value of each column, `None` being missing.
pub(crate) type Witness = Vec<Option<Value>>;

/// What is wrong with a table. Rows and columns are positions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Finding {
    /// No row takes these cases.
    Gap {
        /// One of them, easy to read.
        witness: Witness,
        /// All cases found together: a set of known values for each column, or `None` for missing.
        region: Vec<Option<Set>>,
    },
    /// Two rows take the same case.
    Overlap {
        /// The earlier row.
        first: usize,
        /// The later row.
        second: usize,
        /// A case that both take.
        witness: Witness,
    },
    /// In a `first match` table: no case reaches the row.
    Dead {
        /// The row.
        row: usize,
        /// An earlier row that takes all its cases alone; `None` where several do together.
        because: Option<usize>,
    },
    /// A cell takes nothing that can occur in its column.
    CellOutside {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
    },
    /// The table has too many columns and rows to be decided: gaps and dead rows may have stayed unseen.
    TooLarge,
}

/// Everything that is wrong with a table: first cells outside their column, then gaps (those with fewer missing values
/// first), overlaps (each pair once, in order; none in a `first match` table) or dead rows.
pub(crate) fn cover(axes: &[Axis], rows: &[&[CellTest]], first_match: bool) -> Vec<Finding> {
    cover_within(axes, rows, first_match, STEPS)
}

fn cover_within(axes: &[Axis], rows: &[&[CellTest]], first_match: bool, steps: usize) -> Vec<Finding> {
    let columns: Vec<Column> =
        axes.iter().enumerate().map(|(column, axis)| Column::new(axis, column, rows)).collect();
    if columns.iter().any(|column| column.atoms.is_empty()) {
        return Vec::new(); // no case can occur at all
    }
    let outside: Vec<(usize, usize)> = (0..rows.len())
        .flat_map(|row| (0..columns.len()).map(move |column| (row, column)))
        .filter(|(row, column)| columns.get(*column).is_some_and(|c| c.of_row(*row).is_empty()))
        .collect();
    let overlaps = if first_match { Vec::new() } else { overlaps(&columns, axes, rows.len()) };

    let mut search = Search::new(&columns, rows.len(), first_match, overlaps.is_empty(), steps);
    let finished = search.visit(0, Bits::full(rows.len())).is_ok();
    let Search { live, mut gaps, .. } = search;

    let mut findings: Vec<Finding> =
        outside.iter().map(|&(row, column)| Finding::CellOutside { row, column }).collect();
    gaps.sort_by_key(|region| region.iter().filter(|part| part.is_none()).count());
    gaps.truncate(GAPS_SHOWN);
    findings.extend(gaps.into_iter().map(|region| Finding::Gap { witness: sample(&region, axes), region }));
    findings.extend(overlaps);
    if !finished {
        findings.push(Finding::TooLarge);
    } else if first_match {
        let dead = (0..rows.len()).filter(|row| !live.contains(*row));
        let dead = dead.filter(|row| outside.iter().all(|(other, _)| other != row));
        findings.extend(dead.map(|row| Finding::Dead { row, because: covered_by(&columns, row) }));
    }
    findings
}

/// Values that the same rows take.
struct Atom {
    /// The known values; `None` for missing.
    values: Option<Set>,
    /// The rows that take them.
    rows: Bits,
}

/// A column cut into atoms, known values before missing.
struct Column {
    kind: Type,
    atoms: Vec<Atom>,
    /// For each row the atoms that it takes.
    of_rows: Vec<Bits>,
}

impl Column {
    fn new(axis: &Axis, column: usize, rows: &[&[CellTest]]) -> Self {
        let cells: Vec<&CellTest> = rows.iter().filter_map(|row| row.get(column)).collect();
        let mut atoms: Vec<Atom> = Vec::new();
        let mut found: FxHashMap<Bits, usize> = FxHashMap::default();
        for part in parts(axis, &cells) {
            let Some(member) = part.sample(axis.kind) else { continue };
            let rows = Bits::of(cells.len(), |row| cells.get(row).is_some_and(|c| c.known.contains(&member)));
            match found.get(&rows).and_then(|at| atoms.get_mut(*at)) {
                Some(atom) => {
                    atom.values = atom.values.as_ref().map(|values| values.union(&part, axis.kind));
                }
                None => {
                    found.insert(rows.clone(), atoms.len());
                    atoms.push(Atom { values: Some(part), rows });
                }
            }
        }
        if axis.may_be_missing {
            let rows = Bits::of(cells.len(), |row| cells.get(row).is_some_and(|c| c.missing));
            atoms.push(Atom { values: None, rows });
        }
        let of_rows = (0..cells.len())
            .map(|row| Bits::of(atoms.len(), |at| atoms.get(at).is_some_and(|a| a.rows.contains(row))))
            .collect();
        Self { kind: axis.kind, atoms, of_rows }
    }

    fn of_row(&self, row: usize) -> Bits {
        self.of_rows.get(row).cloned().unwrap_or_else(|| Bits::empty(self.atoms.len()))
    }

    /// The known values of some atoms together; `None` where only missing is among them.
    fn values(&self, atoms: &Bits) -> Option<Set> {
        let known = atoms.iter().filter_map(|at| self.atoms.get(at)?.values.as_ref());
        known.cloned().reduce(|a, b| a.union(&b, self.kind))
    }
}

/// The universe cut wherever a cell begins or ends: each cell takes a part wholly or not at all.
fn parts(axis: &Axis, cells: &[&CellTest]) -> Vec<Set> {
    match &axis.universe {
        Set::Ranges(universe) => {
            let step = step(axis.kind);
            let mut cuts: Vec<i128> = Vec::new();
            for cell in cells {
                if let Set::Ranges(ranges) = &cell.known {
                    cuts.extend(ranges.iter().flat_map(|(low, high)| [*low, high.saturating_add(step)]));
                }
            }
            cuts.sort_unstable();
            cuts.dedup();
            let mut parts = Vec::new();
            for &(low, high) in universe {
                let mut from = low;
                for &cut in cuts.iter().filter(|cut| low < **cut && **cut <= high) {
                    parts.push(Set::Ranges(vec![(from, cut - step)]));
                    from = cut;
                }
                parts.push(Set::Ranges(vec![(from, high)]));
            }
            parts
        }
        Set::Codes(codes) => codes.iter().map(|code| Set::Codes(vec![*code])).collect(),
        Set::Texts { .. } => {
            let mut rest = axis.universe.clone();
            let mut parts = Vec::new();
            for cell in cells {
                if let Set::Texts { values, .. } = &cell.known {
                    for text in values {
                        let one = Set::Texts { values: [text.clone()].into(), except: false };
                        if one.is_subset(&rest) {
                            rest = rest.difference(&one, axis.kind);
                            parts.push(one);
                        }
                    }
                }
            }
            parts.push(rest);
            parts
        }
    }
}

/// A readable case of a region.
fn sample(region: &[Option<Set>], axes: &[Axis]) -> Witness {
    region.iter().zip(axes).map(|(part, axis)| part.as_ref()?.sample(axis.kind)).collect()
}

/// Every two rows that take a common case.
fn overlaps(columns: &[Column], axes: &[Axis], rows: usize) -> Vec<Finding> {
    let mut found = Vec::new();
    for first in 0..rows {
        let mut meeting = Bits::full(rows);
        for column in columns {
            let mut here = Bits::empty(rows);
            for at in column.of_row(first).iter() {
                if let Some(atom) = column.atoms.get(at) {
                    here.add(&atom.rows);
                }
            }
            meeting.keep(&here);
        }
        for second in meeting.iter().filter(|second| *second > first) {
            let region: Vec<Option<Set>> =
                columns.iter().map(|c| c.values(&c.of_row(first).and(&c.of_row(second)))).collect();
            found.push(Finding::Overlap { first, second, witness: sample(&region, axes) });
        }
    }
    found
}

/// The first earlier row that takes every case of this row.
fn covered_by(columns: &[Column], row: usize) -> Option<usize> {
    (0..row).find(|earlier| columns.iter().all(|c| c.of_row(row).is_subset(&c.of_row(*earlier))))
}

/// The search ran out of steps.
struct OutOfSteps;

/// A walk over the columns for gaps and for rows that some case reaches first.
struct Search<'a> {
    columns: &'a [Column],
    first_match: bool,
    /// For each column the rows that take every case from there on.
    takes_rest: Vec<Bits>,
    /// Where no rows overlap: for each column how many atom cases there are from there on, in all and in each row.
    /// Rows without overlap that have as many cases as there are leave no gap.
    counts: Option<Vec<(u128, Vec<u128>)>>,
    seen: FxHashSet<(usize, Bits)>,
    /// The atoms taken in the columns before.
    path: Vec<Bits>,
    gaps: Vec<Vec<Option<Set>>>,
    /// Rows that some case reaches first.
    live: Bits,
    steps: usize,
}

impl<'a> Search<'a> {
    fn new(columns: &'a [Column], rows: usize, first_match: bool, disjoint: bool, steps: usize) -> Self {
        let mut takes_rest = vec![Bits::full(rows)];
        for column in columns.iter().rev() {
            let mut rest = takes_rest.last().cloned().unwrap_or_else(|| Bits::full(rows));
            for atom in &column.atoms {
                rest.keep(&atom.rows);
            }
            takes_rest.push(rest);
        }
        takes_rest.reverse();
        let counts = if disjoint && !first_match { counts(columns, rows) } else { None };
        Self {
            columns,
            first_match,
            takes_rest,
            counts,
            seen: FxHashSet::default(),
            path: Vec::new(),
            gaps: Vec::new(),
            live: Bits::empty(rows),
            steps,
        }
    }

    /// Walks the columns from `column` on, for the cases of `path` that only `rows` take.
    fn visit(&mut self, column: usize, mut rows: Bits) -> Result<(), OutOfSteps> {
        if rows.is_empty() {
            self.record_gap();
            return Ok(());
        }
        let taking_rest = self.takes_rest.get(column).and_then(|rest| rest.and(&rows).iter().next());
        if self.first_match {
            if let Some(last) = taking_rest {
                rows.cut_after(last); // no case gets past this row
                if rows.iter().next() == Some(last) {
                    self.live.insert(last);
                    return Ok(());
                }
            }
        } else if taking_rest.is_some() || self.counts_are_full(column, &rows) {
            return Ok(());
        }
        let columns = self.columns;
        let Some(here) = columns.get(column) else { return Ok(()) };
        if !self.seen.insert((column, rows.clone())) {
            return Ok(());
        }
        for (left, atoms) in self.branches(here, &rows)? {
            if !self.first_match && self.gaps.len() >= GAPS_SHOWN {
                return Ok(());
            }
            self.path.push(atoms);
            self.visit(column + 1, left)?;
            self.path.pop();
        }
        Ok(())
    }

    /// The atoms of a column by the rows that they leave; missing stays apart, so that it is reported apart.
    fn branches(&mut self, here: &Column, rows: &Bits) -> Result<Vec<(Bits, Bits)>, OutOfSteps> {
        let mut branches: Vec<(Bits, Bits)> = Vec::new();
        let mut found: FxHashMap<(Bits, bool), usize> = FxHashMap::default();
        for (at, atom) in here.atoms.iter().enumerate() {
            self.steps = self.steps.checked_sub(1).ok_or(OutOfSteps)?;
            let left = rows.and(&atom.rows);
            let key = (left.clone(), atom.values.is_none());
            match found.get(&key).and_then(|branch| branches.get_mut(*branch)) {
                Some((_, atoms)) => atoms.insert(at),
                None => {
                    found.insert(key, branches.len());
                    let mut atoms = Bits::empty(here.atoms.len());
                    atoms.insert(at);
                    branches.push((left, atoms));
                }
            }
        }
        Ok(branches)
    }

    fn counts_are_full(&self, column: usize, rows: &Bits) -> bool {
        let Some((all, each)) = self.counts.as_ref().and_then(|counts| counts.get(column)) else {
            return false;
        };
        let mut taken = rows.iter().filter_map(|row| each.get(row));
        taken.try_fold(0_u128, |sum, n| sum.checked_add(*n)) == Some(*all)
    }

    fn record_gap(&mut self) {
        if self.gaps.len() >= GAPS_SHOWN {
            return;
        }
        let region = self.columns.iter().enumerate().map(|(at, column)| {
            let every = || Bits::full(column.atoms.len());
            column.values(&self.path.get(at).cloned().unwrap_or_else(every))
        });
        self.gaps.push(region.collect());
    }
}

/// For each column the number of atom cases from there on, in all and in each row; `None` where it does not fit.
fn counts(columns: &[Column], rows: usize) -> Option<Vec<(u128, Vec<u128>)>> {
    let mut counts = vec![(1, vec![1; rows])];
    for column in columns.iter().rev() {
        let (all, each) = counts.last()?;
        let all = u128::checked_mul(*all, column.atoms.len() as u128)?;
        let each = each.iter().zip(&column.of_rows);
        let each = each.map(|(n, atoms)| u128::checked_mul(*n, atoms.count() as u128));
        let each = each.collect::<Option<Vec<u128>>>()?;
        counts.push((all, each));
    }
    counts.reverse();
    Some(counts)
}
