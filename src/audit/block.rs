//! Some parts of a policy together, with what they give in each cell of the axes that they turn on.

use super::axis::AxisId;
use super::model::{Given, Gives, Marks, Model, Part};
use super::node::{Node, TableNode};
use super::points::Points;
use super::possible::{Fit, Possible};
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

/// How many cells are looked at in one block.
const CELLS: usize = 1_000_000;

/// Some parts and their cells.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// The parts, by position in the model.
    pub(super) parts: Vec<usize>,
    /// The axes that they turn on, in order.
    pub(super) axes: Vec<AxisId>,
    /// How many classes each axis has.
    pub(super) shape: Vec<usize>,
    /// The buckets that the points go into, rising.
    pub(super) buckets: Vec<usize>,
    /// How far apart neighbours along each axis are.
    strides: Vec<usize>,
    cells: Vec<Cell>,
    points: Vec<Points>,
    /// There are too many cells: none are known.
    too_many: bool,
    kinds: OnceCell<Kinds>,
}

/// Cells by what they give: those of one kind may set the same marks and give the same points.
#[derive(Debug, Clone)]
pub(super) struct Kinds {
    by_cell: Vec<u32>,
    /// Of each kind the first cell; kinds are in the order of their marks and points.
    pub(super) firsts: Vec<usize>,
    /// The marks of each kind, by position in [`Kinds::marks`].
    pub(super) marked: Vec<u32>,
    /// All marks that kinds have, each as a cell.
    pub(super) marks: Vec<Cell>,
}

/// Where no record can be.
const NO_KIND: u32 = u32::MAX;

/// What is known of a cell besides its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// The marks that may be set.
    pub(super) may: Marks,
    /// The marks that may be absent.
    pub(super) may_not: Marks,
    /// Whether a record can be there, as far as is known.
    pub(super) possible: bool,
}

impl Cell {
    /// The sets of marks that may be set; `None` where there are too many.
    pub(super) fn patterns(&self) -> Option<Vec<Marks>> {
        let sure = self.may & !self.may_not;
        let unsure = self.may & self.may_not;
        if unsure.count_ones() > 6 {
            return None;
        }
        let mut all = vec![sure];
        let mut left = unsure;
        while left != 0 {
            let bit = 1 << left.trailing_zeros();
            all = all.into_iter().flat_map(|marks| [marks, marks | bit]).collect();
            left ^= bit;
        }
        Some(all)
    }

    /// Whether it is known of each mark whether it is set.
    pub(super) fn is_sure(&self) -> bool {
        self.may & self.may_not == 0
    }
}

impl Block {
    /// Parts together.
    pub(super) fn new(model: &Model<'_>, parts: Vec<usize>) -> Self {
        let of = |at: &usize| model.part(*at);
        let mut axes: Vec<AxisId> = parts.iter().flat_map(|at| of(at).axes.clone()).collect();
        axes.sort_unstable();
        axes.dedup();
        let shape: Vec<usize> = axes.iter().map(|axis| model.axes.get(*axis).classes.len()).collect();
        let mut buckets: Vec<usize> = parts.iter().map(|at| of(at).bucket).collect();
        buckets.sort_unstable();
        buckets.dedup();
        let size = shape.iter().try_fold(1_usize, |size, count| size.checked_mul(*count));
        let strides = strides(&shape);
        let mut block = Self {
            parts,
            axes,
            shape,
            buckets,
            strides,
            cells: Vec::new(),
            points: Vec::new(),
            too_many: size.is_none_or(|size| size > CELLS),
            kinds: OnceCell::new(),
        };
        if let Some(size) = size.filter(|size| *size <= CELLS) {
            block.fill(model, size);
        }
        block
    }

    /// Whether there are too many cells to look at each.
    pub(super) fn is_too_large(&self) -> bool {
        self.too_many
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// What is known of a cell; `None` where no record can be there.
    pub(super) fn cell(&self, at: usize) -> Option<&Cell> {
        self.cells.get(at).filter(|cell| cell.possible)
    }

    /// The points of a cell, by bucket in the order of [`Block::buckets`].
    pub(super) fn points(&self, at: usize) -> &[Points] {
        let width = self.buckets.len();
        self.points.get(at * width..(at + 1) * width).unwrap_or_default()
    }

    /// Its cells by what they give.
    pub(super) fn kinds(&self) -> &Kinds {
        self.kinds.get_or_init(|| Kinds::of(self))
    }

    /// The position of an axis among its own.
    pub(super) fn position(&self, axis: AxisId) -> Option<usize> {
        self.axes.binary_search(&axis).ok()
    }

    /// The class of a cell along the axis at a position.
    pub(super) fn class(&self, at: usize, position: usize) -> usize {
        let (stride, count) = self.along(position);
        (at / stride) % count
    }

    /// The cell with another class along the axis at a position.
    pub(super) fn moved(&self, at: usize, position: usize, class: usize) -> usize {
        let (stride, _) = self.along(position);
        let now = self.class(at, position);
        at + stride * class - stride * now
    }

    fn along(&self, position: usize) -> (usize, usize) {
        let stride = self.strides.get(position).copied().unwrap_or(1);
        (stride, self.shape.get(position).copied().unwrap_or(1).max(1))
    }

    /// Whether a record can be in every cell, as far as is known.
    pub(super) fn is_whole(&self) -> bool {
        self.cells.iter().all(|cell| cell.possible)
    }

    /// Cells in groups that are alike but for some axes: what moving along those alone can reach.
    pub(super) fn planes(&self, along: &[usize]) -> impl Iterator<Item = Vec<usize>> + '_ {
        let offsets = along.iter().fold(vec![0_usize], |offsets, position| {
            let (stride, count) = self.along(*position);
            offsets.iter().flat_map(|offset| (0..count).map(move |class| offset + class * stride)).collect()
        });
        let along = along.to_vec();
        (0..self.len()).filter(move |at| along.iter().all(|position| self.class(*at, *position) == 0)).map(
            move |at| {
                offsets.iter().map(|offset| at + offset).filter(|cell| self.cell(*cell).is_some()).collect()
            },
        )
    }

    /// What parts give in their own cells, those on the same axes and into the same bucket together, with one of them.
    fn parts_by_axes<'m>(&self, model: &'m Model<'_>) -> Vec<(&'m Part, Vec<Option<Given>>)> {
        let mut all: Vec<(&Part, Vec<Option<Given>>)> = Vec::new();
        for part in self.parts.iter().map(|at| model.part(*at)) {
            let own = own_cells(model, part).unwrap_or_default();
            let alike =
                |(other, _): &&mut (&Part, _)| (other.bucket, &other.axes) == (part.bucket, &part.axes);
            match all.iter_mut().find(alike) {
                None => all.push((part, own)),
                Some((_, sum)) => {
                    for (sum, more) in sum.iter_mut().zip(own) {
                        *sum = sum.zip(more).map(|(sum, more)| sum.and(more));
                    }
                }
            }
        }
        all
    }

    fn fill(&mut self, model: &Model<'_>, size: usize) {
        let width = self.buckets.len();
        let empty = Cell { may: 0, may_not: Marks::MAX, possible: true };
        self.cells = vec![empty; size];
        self.points = vec![Points::ZERO; size * width];
        for (part, own) in self.parts_by_axes(model) {
            // How far a class further along each axis is among the part's own cells.
            let mut steps = vec![0; self.axes.len()];
            let mut stride = 1;
            for position in part.axes.iter().filter_map(|axis| self.position(*axis)) {
                if let Some(step) = steps.get_mut(position) {
                    *step = stride;
                }
                stride *= self.along(position).1;
            }
            let bucket = self.buckets.binary_search(&part.bucket).unwrap_or(0);
            let sums = self.points.iter_mut().skip(bucket).step_by(width.max(1));
            let mut walk = Walk { classes: vec![0; self.axes.len()], shape: &self.shape, steps, there: 0 };
            for (known, sum) in self.cells.iter_mut().zip(sums) {
                match own.get(walk.there).copied().flatten() {
                    None => known.possible = false,
                    Some(given) => {
                        known.may |= given.may;
                        known.may_not &= !given.may | given.may_not;
                        *sum = sum.plus(given.points);
                    }
                }
                walk.step();
            }
        }
    }
}

/// A walk through all cells of a block, and where it stands among the cells of one of its parts.
struct Walk<'s> {
    classes: Vec<usize>,
    shape: &'s [usize],
    steps: Vec<usize>,
    there: usize,
}

impl Walk<'_> {
    /// On to the next cell: the next class along the first axis, and where there is none, along the next one.
    fn step(&mut self) {
        for ((class, step), count) in self.classes.iter_mut().zip(&self.steps).zip(self.shape) {
            *class += 1;
            self.there += step;
            if *class < *count {
                return;
            }
            self.there -= step * *class;
            *class = 0;
        }
    }
}

impl Kinds {
    fn of(block: &Block) -> Self {
        // As they are found; then put into order.
        let mut found: HashMap<(Marks, Marks, &[Points]), u32> = HashMap::new();
        let mut cells: Vec<(Cell, usize)> = Vec::new();
        let mut by_cell = vec![NO_KIND; block.len()];
        for (at, kind) in by_cell.iter_mut().enumerate() {
            let Some(cell) = block.cell(at) else { continue };
            *kind = *found.entry((cell.may, cell.may_not, block.points(at))).or_insert_with(|| {
                cells.push((*cell, at));
                cells.len() as u32 - 1
            });
        }
        let mut order: Vec<u32> = (0..cells.len() as u32).collect();
        let key = |kind: &u32| {
            cells.get(*kind as usize).map(|(cell, at)| (cell.may, cell.may_not, block.points(*at)))
        };
        order.sort_by(|a, b| key(a).cmp(&key(b)));
        let mut rank = vec![0; order.len()];
        let (mut firsts, mut marked, mut marks) = (Vec::new(), Vec::new(), Vec::<Cell>::new());
        for (at, kind) in order.iter().enumerate() {
            let Some((cell, first)) = cells.get(*kind as usize) else { continue };
            if let Some(rank) = rank.get_mut(*kind as usize) {
                *rank = at as u32;
            }
            if marks.last() != Some(cell) {
                marks.push(*cell);
            }
            firsts.push(*first);
            marked.push(marks.len() as u32 - 1);
        }
        for kind in by_cell.iter_mut().filter(|kind| **kind != NO_KIND) {
            *kind = rank.get(*kind as usize).copied().unwrap_or(NO_KIND);
        }
        Self { by_cell, firsts, marked, marks }
    }

    /// The kind of a cell; `None` where no record can be there.
    pub(super) fn of_cell(&self, at: usize) -> Option<usize> {
        self.by_cell.get(at).filter(|kind| **kind != NO_KIND).map(|kind| *kind as usize)
    }
}

fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for count in shape {
        strides.push(stride);
        stride *= (*count).max(1);
    }
    strides
}

/// What a part gives in each cell of its own axes; `None` where there are too many.
pub(super) fn own_cells(model: &Model<'_>, part: &Part) -> Option<Vec<Option<Given>>> {
    let shape: Vec<usize> = part.axes.iter().map(|axis| model.axes.get(*axis).classes.len()).collect();
    let strides = strides(&shape);
    let size = shape.iter().try_fold(1_usize, |size, count| size.checked_mul(*count));
    let size = size.filter(|size| *size <= CELLS)?;
    let rows = match &part.gives {
        Gives::Table(table, ..) => rows_by_class(model, part, table),
        Gives::Formula { .. } | Gives::Axis(_) | Gives::Mark { .. } => None,
    };
    let given = |cell: usize| {
        let class = |position: usize| {
            let stride = strides.get(position).copied().unwrap_or(1);
            (cell / stride) % shape.get(position).copied().unwrap_or(1)
        };
        if let Some(rows) = &rows {
            let row = rows.first(class)?;
            return model.given_by_row(part, row, &|axis| view(model, part, axis, class));
        }
        model.given(part, &|axis| view(model, part, axis, class))
    };
    Some((0..size).map(given).collect())
}

/// The rows of a part's table that are, or may be, taken in some cell; `None` where there are too many cells.
pub(super) fn rows_taken(model: &Model<'_>, part: &Part) -> Option<BTreeSet<usize>> {
    let Gives::Table(table, ..) = &part.gives else { return None };
    let shape: Vec<usize> = part.axes.iter().map(|axis| model.axes.get(*axis).classes.len()).collect();
    let strides = strides(&shape);
    let size = shape.iter().try_fold(1_usize, |size, count| size.checked_mul(*count));
    let size = size.filter(|size| *size <= CELLS)?;
    let rows = rows_by_class(model, part, table);
    let mut taken = BTreeSet::new();
    for cell in 0..size {
        let class = |position: usize| {
            let stride = strides.get(position).copied().unwrap_or(1);
            (cell / stride) % shape.get(position).copied().unwrap_or(1)
        };
        match &rows {
            Some(rows) => taken.extend(rows.first(class)),
            None => taken.extend(table.candidates(&|axis| view(model, part, axis, class))),
        }
    }
    Some(taken)
}

/// What an axis is in a cell of a part.
fn view<'m>(model: &'m Model<'_>, part: &Part, axis: AxisId, class: impl Fn(usize) -> usize) -> &'m Possible {
    let of = model.axes.get(axis);
    let position = part.axes.binary_search(&axis).unwrap_or(0);
    of.classes.get(class(position)).unwrap_or(&of.domain)
}

/// The rows of a table, as bits, that take each class of each column: for tables whose columns are axes.
struct Rows {
    /// By column: the position of its axis in the part, and by class the rows that take it.
    columns: Vec<(usize, Vec<Vec<u64>>)>,
    words: usize,
}

impl Rows {
    /// The first row that takes a cell.
    fn first(&self, class: impl Fn(usize) -> usize) -> Option<usize> {
        (0..self.words).find_map(|word| {
            let left = self.columns.iter().fold(u64::MAX, |left, (position, by_class)| {
                left & by_class.get(class(*position)).and_then(|bits| bits.get(word)).copied().unwrap_or(0)
            });
            (left != 0).then(|| word * 64 + left.trailing_zeros() as usize)
        })
    }
}

/// `None` where a column is more than an axis, or a class is taken in part: then there is no shorter way.
fn rows_by_class(model: &Model<'_>, part: &Part, table: &TableNode) -> Option<Rows> {
    let words = table.rows.len().div_ceil(64);
    let columns = table.columns.iter().enumerate().map(|(column, node)| {
        let Node::Axis(axis) = node else { return None };
        let position = part.axes.binary_search(axis).ok()?;
        let by_class = model.axes.get(*axis).classes.iter().map(|class| {
            let mut bits = vec![0_u64; words];
            for (at, row) in table.rows.iter().enumerate() {
                match class.fits(row.cells.get(column)?) {
                    Fit::Yes => *bits.get_mut(at / 64)? |= 1 << (at % 64),
                    Fit::No => {}
                    Fit::Perhaps => return None,
                }
            }
            Some(bits)
        });
        Some((position, by_class.collect::<Option<Vec<_>>>()?))
    });
    Some(Rows { columns: columns.collect::<Option<Vec<_>>>()?, words })
}
