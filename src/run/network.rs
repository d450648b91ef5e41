//! Whom the scored records are linked to, and what comes of it: pairs, linked records of other kinds, scores that settle.

use super::good::{Good, good_in};
use super::known::Known;
use super::links;
use super::pipeline::in_order;
use super::scan::Scanned;
use super::tables::{Linked, Source, Tables};
use super::visit::Visit;
use super::{Failure, RejectSink, Run};
use crate::data::{Block, DataFile, PairsLeft, RecordId, Size, previous_scores};
use crate::eval::batch::{
    AnswerScratch, Answers, BindError, Binding, Everybody, LinkPlan, Network, Own, Plan, Previous, Scratch,
    Settling,
};
use rayon::ThreadPool;

/// What is gathered for links.
pub(super) struct Networks<'n> {
    pub(super) run: &'n Run<'n>,
    pub(super) plan: &'n Plan,
    pub(super) tables: &'n Tables<'n>,
    /// The threads that build and sweep.
    pub(super) pool: ThreadPool,
}

/// The records of a kind that links lead to.
struct Others {
    scanned: Scanned,
    good: Good,
}

impl Networks<'_> {
    /// Builds the links, asks linked records, and works out what everybody comes to by themselves. What linked records
    /// answer is added to `known`.
    pub(super) fn build(
        &self,
        known: &mut Known<'_>,
        rejects: &mut dyn RejectSink,
    ) -> Result<(Network, Everybody), Failure> {
        let Self { run, plan, tables, .. } = self;
        let mut others = Vec::new();
        for linked in &tables.linked {
            others.push((linked.source.kind, self.others(linked, known, rejects)?));
        }
        let binding = self.bind_scored()?;
        let slots = known.scanned.index.slots() as usize;
        let everybody = Everybody::new(plan, slots);
        // Where nothing else is asked of linked records, one pass tells all of the scored ones.
        let at_once = !plan.linked().iter().any(LinkPlan::is_read);
        let own = at_once && everybody.is_asked();
        let good = self.visit_scored(&binding, known, own.then_some(&everybody))?;

        let mut network = Network { links: Vec::new(), previous: None };
        network.links.resize_with(run.policy.schema.links.len(), || None);
        for source in &tables.links {
            let scanned = |kind: RecordId| match others.iter().find(|(of, _)| *of == kind) {
                Some((_, others)) => &others.scanned,
                None => &known.scanned,
            };
            let good =
                |kind: RecordId| others.iter().find(|(of, _)| *of == kind).map_or(&good, |(_, o)| &o.good);
            let link = source.link();
            let pairs = links::read(run, source, [scanned(link.from), scanned(link.to)], rejects)?;
            let (from, to) = if source.swapped { (link.to, link.from) } else { (link.from, link.to) };
            let (from, to) = (good(from), good(to));
            let builder = pairs.builder;
            let (links, counts) =
                self.pool.install(|| builder.finish(|slot| from.is_good(slot), |slot| to.is_good(slot)));
            let (nobodys, selfs) = (pairs.nobodys, pairs.selfs);
            let left = PairsLeft { nobodys, selfs, set_aside: counts.set_aside, repeated: counts.repeated };
            known.notices.extend(pairs.notices);
            known.told.extend(left.told(source.schema, source.id, &source.file.name()));
            if let Some(place) = network.links.get_mut(source.id.index()) {
                *place = Some(links);
            }
        }
        if let Some((kind, file)) = &run.files.previous {
            network.previous = self.previous(*kind, file, known, &others)?;
        }
        for link in plan.linked().iter().filter(|link| link.is_read()) {
            self.ask(link, known, &network, &others)?;
        }
        if !at_once && everybody.is_asked() {
            self.visit_scored(&binding, known, Some(&everybody))?;
        }
        Ok((network, everybody))
    }

    /// Lets scores settle: all sweeps but the last, which is the scoring.
    pub(super) fn settle<'n>(
        &self,
        everybody: Everybody,
        network: &'n Network,
    ) -> Result<Settling<'n>, Failure> {
        self.run.progress.begin("letting scores settle", Size::default());
        let mut settling = self.pool.install(|| everybody.settle(network));
        while settling.left() > 0 {
            if self.run.progress.stopped() {
                return Err(Failure::Stopped);
            }
            self.pool.install(|| settling.sweep());
        }
        Ok(settling)
    }

    fn bind_scored(&self) -> Result<Binding, Failure> {
        bind(&self.tables.scored, self.run, |columns| self.plan.bind(columns))
    }

    /// Which of the scored records are good. What they come to by themselves is noted where it is asked for.
    fn visit_scored(
        &self,
        binding: &Binding,
        known: &Known<'_>,
        everybody: Option<&Everybody>,
    ) -> Result<Good, Failure> {
        let mut good = Good::new(known.scanned.index.slots() as usize);
        let visit = Visit { run: self.run, source: &self.tables.scored, binding, known: Some(known) };
        visit.all(
            |(scratch, own): &mut (Scratch, Own), first, chunk, _| {
                if let Some(everybody) = everybody {
                    self.plan.own(chunk, scratch, own);
                    everybody.note(first, own);
                }
                (first, good_in(chunk))
            },
            |(first, flags)| {
                good.note(first, &flags);
                Ok(())
            },
        )?;
        Ok(good)
    }

    /// The records of another kind: their keys, and which of them are good. The others are left out.
    fn others(
        &self,
        linked: &Linked<'_>,
        known: &mut Known<'_>,
        rejects: &mut dyn RejectSink,
    ) -> Result<Others, Failure> {
        let source = &linked.source;
        let scanned = Scanned::read(self.run, source)?;
        let mut good = Good::new(scanned.index.slots() as usize);
        let mut table = source.open(self.run.batch)?;
        self.run.progress.begin(format!("reading `{}`", source.name()), table.size());
        let whole = |block: &Block| {
            block
                .in_order()
                .map(|record| {
                    let (slot, row) = source.row(Some(&scanned), block, record);
                    let is_good = row.faults.is_empty();
                    let reject = (!is_good && linked.told).then(|| row.reject(source.schema, source.kind));
                    (slot, is_good, reject)
                })
                .collect::<Vec<_>>()
        };
        in_order(
            self.run.threads,
            || source.next_piece(&mut table),
            || (),
            |(), piece| {
                let mut found = Vec::new();
                self.run.progress.add(piece.records(), piece.bytes());
                for block in piece.blocks() {
                    found.extend(whole(&block.map_err(|error| source.unreadable(&error))?));
                }
                if self.run.progress.stopped() { Err(Failure::Stopped) } else { Ok(found) }
            },
            |found| {
                for (slot, is_good, reject) in found {
                    good.note(slot as usize, &[is_good]);
                    reject.map_or(Ok(()), |reject| rejects.ignored(reject)).map_err(Failure::Rejects)?;
                }
                Ok(())
            },
        )?;
        let notices = source.told(table)?;
        if linked.told {
            known.notices.extend(notices);
        }
        Ok(Others { scanned, good })
    }

    fn previous(
        &self,
        kind: RecordId,
        file: &DataFile,
        known: &mut Known<'_>,
        others: &[(RecordId, Others)],
    ) -> Result<Option<Previous>, Failure> {
        let schema = &self.run.policy.schema;
        let (scores, notices) = previous_scores(schema, kind, file).map_err(Failure::Data)?;
        known.notices.extend(notices);
        let scanned = match others.iter().find(|(of, _)| *of == kind) {
            Some((_, others)) => &others.scanned,
            None if kind == schema.scored => &known.scanned,
            None => return Ok(None),
        };
        let mut previous = Previous::new(kind, scanned.index.slots() as usize);
        #[expect(clippy::iter_over_hash_type, reason = "each has a place of its own")]
        for (key, score) in &scores {
            if let Some(slot) = scanned.slot_of_value(key) {
                previous.set(slot as usize, *score);
            }
        }
        Ok(Some(previous))
    }

    /// Asks the records that a link leads to.
    fn ask(
        &self,
        link: &LinkPlan,
        known: &mut Known<'_>,
        network: &Network,
        others: &[(RecordId, Others)],
    ) -> Result<(), Failure> {
        let kind = link.kind();
        let linked = self.tables.linked.iter().find(|linked| linked.source.kind == kind);
        let source = linked.map_or(&self.tables.scored, |linked| &linked.source);
        let scanned = others.iter().find(|(of, _)| *of == kind).map(|(_, others)| &others.scanned);
        let slots = scanned.unwrap_or(&known.scanned).index.slots() as usize;
        let answers = Answers::new(link, slots);
        let binding = bind(source, self.run, |columns| link.bind(columns))?;
        // Where the records' own aggregates are read, they are filled in as for the scoring.
        let known_of = (linked.is_none() && link.reads_aggregates()).then_some(&*known);
        let visit = Visit { run: self.run, source, binding: &binding, known: known_of };
        visit.all(
            |scratch: &mut AnswerScratch, first, chunk, _| {
                answers.note(scratch, first, chunk, network.previous.as_ref());
            },
            |()| Ok(()),
        )?;
        if let Some(links) = network.links.get(link.link().index()).and_then(Option::as_ref) {
            let gathered = self.pool.install(|| answers.gather(links));
            known.add(gathered);
        }
        Ok(())
    }
}

fn bind(
    source: &Source<'_>,
    run: &Run<'_>,
    bind: impl FnOnce(&[Option<(usize, arrow_schema::DataType)>]) -> Result<Binding, BindError>,
) -> Result<Binding, Failure> {
    source.bind(&source.open(run.batch)?, bind)
}
