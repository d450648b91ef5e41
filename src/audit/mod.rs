//! Questions about a policy, answered for everybody: proved, refuted with records that show it, or undecided.
//!
//! An [`Audit`] takes a policy apart once: into axes (the quantities that points turn on), cut into classes, and into parts
//! that are summed (`model`). Every question is then one inquiry (`inquiry`): cells are compared that differ only in what
//! is asked about. Where none can break the rule, it is proved. Else records are made up and run (`witness`): those that
//! break it refute; where none is found, it stays undecided.

mod absence;
mod alike;
mod apart;
mod apply;
mod ask;
mod assembly;
mod axis;
mod block;
mod charter;
mod child;
pub mod clause;
mod compare;
mod compiler;
mod condition;
mod control;
mod convolve;
mod dead;
mod desk;
mod distribution;
mod echo;
mod edge;
mod event;
mod expected;
mod flow;
mod forgotten;
mod frequencies;
mod furthest;
mod gain;
pub mod gaming;
mod gives;
mod grid;
mod growth;
mod inquiry;
mod link;
mod missing;
mod model;
mod moves;
mod node;
mod participation;
mod points;
mod possible;
mod range;
mod read;
pub mod recourse;
pub mod report;
mod rise;
mod rounding;
mod settle;
mod share;
mod slope;
mod spread;
mod step;
mod sums;
mod swing;
#[cfg(test)]
mod tests;
mod told;
mod verdict;
mod witness;

pub use apply::{Answered, Report, apply};
pub use charter::{Charter, read as read_charters, read_clause};
pub use compare::{Comparison, Move};
pub use distribution::Distribution;
pub use expected::Expected;
pub use frequencies::Frequencies;
pub use gives::Gives;
pub use range::{End, Reach, TierReach};
pub use read::Read;
pub use swing::{Cliff, Effect, Swing};
pub use verdict::{Verdict, Witness};

use crate::cases::Maker;
use crate::data::FieldId;
use crate::policy::{CapPeriod, Case, Events, ItemId, Over, Policy};
use event::EventCells;
use model::Model;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use witness::{Made, Witnesses};

/// A policy, ready to be asked.
pub struct Audit<'p> {
    policy: &'p Policy,
    model: Result<Model<'p>, String>,
    maker: Maker<'p>,
    bases: OnceCell<Vec<Case>>,
    /// What was searched for, so that it is asked once.
    made: Made,
    reach: OnceCell<Result<Reach, String>>,
    flows: RefCell<BTreeMap<(BTreeSet<read::Read>, String), Verdict>>,
    events: RefCell<BTreeMap<ItemId, Option<Rc<EventCells>>>>,
}

impl<'p> Audit<'p> {
    /// Takes a policy apart.
    pub fn of(policy: &'p Policy) -> Self {
        Self {
            policy,
            model: Model::of(policy),
            maker: Maker::new(policy),
            bases: OnceCell::new(),
            made: Made::default(),
            reach: OnceCell::new(),
            flows: RefCell::default(),
            events: RefCell::default(),
        }
    }

    /// The policy.
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }

    /// What makes up records.
    pub fn maker(&self) -> &Maker<'p> {
        &self.maker
    }

    /// Records to start from.
    fn all_bases(&self) -> &[Case] {
        match &self.model {
            Ok(model) => self.witnesses(model).bases,
            Err(_) => &[],
        }
    }

    fn witnesses<'a>(&'a self, model: &'a Model<'p>) -> Witnesses<'a, 'p> {
        let bases = self.bases.get_or_init(|| witness::bases(model, &self.maker));
        Witnesses { model, maker: &self.maker, bases, made: &self.made }
    }

    /// The cells of a per-event rule.
    fn event_cells(&self, id: ItemId, events: &Events) -> Option<Rc<EventCells>> {
        let mut known = self.events.borrow_mut();
        let cells = known.entry(id).or_insert_with(|| EventCells::of(self.policy, events, None).map(Rc::new));
        cells.clone()
    }

    /// The same where a field of events, if it counts at all, does so by their cells alone: neither by what else is worked out
    /// of it, nor as the day that says whether an event is known yet, and in which period it counts.
    fn cells_by_field(&self, id: ItemId, events: &Events, field: FieldId) -> Option<Rc<EventCells>> {
        let by_day = events.caps.iter().any(|cap| cap.period != CapPeriod::Total);
        let dated = match events.over {
            Over::Child(kind) => self.policy.schema.record(kind).dated,
            Over::Link(_) => None,
        };
        if dated == Some(field) || (by_day && events.date == Some(field)) {
            return None;
        }
        self.event_cells(id, events).filter(|cells| !cells.is_tied(events.over, field))
    }
}
