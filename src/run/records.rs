//! The pass that scores: the records of the scored kind, block by block.

use super::known::Known;
use super::pipeline::in_order;
use super::rising::Rising;
use super::tables::{KeyColumn, Tables};
use super::{Failure, Finished, RejectSink, Run, Tally, Target};
use crate::data::{self, Block, Keys, Piece, RecordId, Reject, Value};
use crate::eval;
use crate::eval::batch::{Binding, Chunk, Plan, Scored, Scratch, Standing, Wanted};
use crate::impact::Scores;
use crate::measure::Measures;
use crate::output::{About, Encoded, Encoder, Sheet, Writer};

/// A pass over the scored records.
pub(super) struct Pass<'p> {
    pub(super) run: &'p Run<'p>,
    pub(super) plan: &'p Plan,
    pub(super) tables: &'p Tables<'p>,
}

/// Why a pass ends before its time.
#[derive(Debug)]
pub(super) enum Stopped {
    /// A key is not greater than the one before it, and may be one that was there already.
    KeysDoNotRise,
    Failed(Failure),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What the pieces of a pass are worked on with.
struct Work<'w> {
    run: &'w Run<'w>,
    plan: &'w Plan,
    tables: &'w Tables<'w>,
    known: Option<&'w Known<'w>>,
    binding: Binding,
    key: Option<KeyColumn<'w>>,
}

/// What a thread works with.
#[derive(Default)]
struct Tools<'s> {
    chunk: Chunk,
    scratch: Scratch,
    scored: Scored,
    keys: Keys,
    /// Made for the first piece, where the scores are written.
    encoder: Option<Encoder<'s>>,
    /// Where they are kept.
    kept: Option<Scores>,
    /// Where they are counted.
    measured: Option<Measures>,
}

/// What a piece came to.
struct Done {
    encoded: Option<Encoded>,
    kept: Option<Scores>,
    measured: Option<Measures>,
    tally: Tally,
    set_aside: Vec<Reject>,
    records: u64,
    keys: Rising,
}

impl Pass<'_> {
    /// Scores, and writes or keeps. Without `known`, what was gathered before, nothing may refer to keys, and they must rise.
    pub(super) fn score(
        &self,
        known: Option<&Known<'_>>,
        target: &mut Target<'_>,
        rejects: &mut dyn RejectSink,
    ) -> Result<Finished, Stopped> {
        let Self { run, plan, tables } = *self;
        let source = &tables.scored;
        let mut table = source.open(run.batch)?;
        run.progress.begin("scoring", table.size());
        let binding = source.bind(&table, |columns| plan.bind(columns))?;
        let work = Work { run, plan, tables, known, binding, key: source.key() };
        let kind = work.key.as_ref().and_then(|key| key.kind(&table));
        let sheet = Sheet::new(run.policy, kind.as_ref(), run.contributions);
        let (mut writer, mut kept, mut measured) = match target {
            Target::Output(output) => {
                let writer = Writer::new(&sheet, run.form, &About::new(run.policy), &mut **output);
                (Some(writer.map_err(Failure::Output)?), None, None)
            }
            Target::Scores(scores) => (None, Some(scores), None),
            Target::Measures(measures) => (None, None, Some(measures)),
        };
        let writes = writer.is_some();
        let template = kept.as_ref().map(|kept| kept.fresh());
        let questions = measured.as_ref().map(|measured| measured.empty());
        let mut finished = Finished { read: 0, tally: Tally::new(run.policy), notices: Vec::new() };
        let mut rising = Rising::default();
        in_order(
            run.threads,
            || Ok(source.next_piece(&mut table)?),
            Tools::default,
            |tools, piece| {
                tools.kept = template.as_ref().map(Scores::fresh);
                tools.measured.clone_from(&questions);
                if writes && tools.encoder.is_none() {
                    tools.encoder = Some(Encoder::new(&sheet, run.form).map_err(Failure::Output)?);
                }
                work.piece(tools, piece)
            },
            |done: Done| {
                if known.is_none() && !rising.goes_on(done.keys) {
                    return Err(Stopped::KeysDoNotRise);
                }
                finished.read += done.records;
                finished.tally.merge(&done.tally);
                let mut all = done.set_aside.into_iter();
                all.try_for_each(|reject| rejects.set_aside(reject)).map_err(Failure::Rejects)?;
                if let (Some(writer), Some(encoded)) = (&mut writer, done.encoded) {
                    writer.write(encoded).map_err(Failure::Output)?;
                }
                if let (Some(kept), Some(more)) = (&mut kept, done.kept) {
                    kept.append(&more);
                }
                if let (Some(measured), Some(more)) = (&mut measured, done.measured) {
                    measured.merge(&more);
                }
                Ok(())
            },
        )?;
        if let Some(writer) = writer {
            writer.finish().map_err(Failure::Output)?;
        }
        finished.notices = source.told(table)?;
        if let Some(known) = known {
            finished.notices.extend(known.notices.iter().chain(&known.told).cloned());
        }
        Ok(finished)
    }
}

impl Work<'_> {
    fn piece(&self, tools: &mut Tools<'_>, piece: Piece) -> Result<Done, Stopped> {
        let (records, bytes) = (piece.records(), piece.bytes());
        let mut tally = Tally::new(self.run.policy);
        let mut set_aside = Vec::new();
        let mut rising = Rising::default();
        for block in piece.blocks() {
            if self.run.progress.stopped() {
                return Err(Failure::Stopped.into());
            }
            let block = block.map_err(|error| self.tables.scored.unreadable(&error))?;
            for part in self.parts(block) {
                self.read_keys(tools, &part);
                if self.known.is_none() && !self.rise(tools, &part, &mut rising) {
                    return Err(Stopped::KeysDoNotRise);
                }
                self.part(tools, &part, &mut tally)?;
                self.set_aside(tools, &part, &mut set_aside);
            }
        }
        self.run.progress.add(records, bytes);
        let encoded = tools.encoder.as_mut().map(Encoder::take).transpose().map_err(Failure::Output)?;
        let (kept, measured) = (tools.kept.take(), tools.measured.take());
        Ok(Done { encoded, kept, measured, tally, set_aside, records, keys: rising })
    }

    /// A block in parts whose readable records have consecutive slots, where that matters.
    fn parts(&self, block: Block) -> Vec<Block> {
        let matters = self.known.is_some_and(Known::fills);
        if matters && !block.unreadable.is_empty() { block.in_runs() } else { vec![block] }
    }

    /// The keys of the readable records.
    fn read_keys(&self, tools: &mut Tools<'_>, block: &Block) {
        tools.keys.clear();
        if let Some(key) = &self.key {
            key.read_readable(block, &mut tools.keys);
        }
    }

    /// Whether the keys of all records rise, of those too that cannot be read.
    fn rise(&self, tools: &Tools<'_>, block: &Block, rising: &mut Rising) -> bool {
        match &self.key {
            Some(key) if !block.unreadable.is_empty() => {
                let mut all = Keys::default();
                key.read(block, &mut all);
                rising.adds(&all)
            }
            Some(_) | None => rising.adds(&tools.keys),
        }
    }

    fn part(&self, tools: &mut Tools<'_>, block: &Block, tally: &mut Tally) -> Result<(), Failure> {
        let Tools { chunk, scratch, scored, keys, encoder, kept, measured } = tools;
        self.binding.read(&block.batch, chunk);
        if let Some(known) = self.known {
            known.prepare(block, chunk);
        }
        let counted = measured.as_ref().is_some_and(Measures::wants_points);
        let wanted = Wanted { points: self.run.contributions || counted, lost: false };
        self.plan.run(chunk, wanted, scratch, scored);
        tally.add(scored);
        if let Some(kept) = kept {
            kept.add(keys, scored);
        }
        if let Some(measured) = measured {
            measured.add(scored);
        }
        let encoder = encoder.as_mut();
        encoder.map_or(Ok(()), |encoder| encoder.add(keys, scored)).map_err(Failure::Output)
    }

    /// The records of a block that have no score, with everything that is wrong with them.
    fn set_aside(&self, tools: &Tools<'_>, block: &Block, set_aside: &mut Vec<Reject>) {
        let aside = |row: usize| {
            tools.scored.standings().get(row).filter(|standing| standing.status().is_none()).copied()
        };
        let all_well =
            block.unreadable.is_empty() && (0..block.batch.num_rows()).all(|row| aside(row).is_none());
        if all_well {
            return;
        }
        let source = &self.tables.scored;
        for record in block.in_order() {
            let standing = match record {
                Ok(at) => aside(at),
                Err(_) => Some(Standing::Bad),
            };
            let Some(standing) = standing else { continue };
            let (slot, mut row) = source.row(self.known.map(|known| &known.scanned), block, record);
            row.faults
                .extend(self.known.and_then(|known| known.faults.get(&slot)).into_iter().flatten().cloned());
            if standing == Standing::TooLarge {
                let reason = self.too_large(&row.values);
                let (file, line) = (row.file.clone(), row.line);
                row.faults.push(data::Fault { file, line, field: None, value: None, reason });
            }
            set_aside.push(row.reject(source.schema, source.kind));
        }
    }

    /// Which number of a record is too large, as the reference interpreter says it. What is too large because of children
    /// or of others it cannot tell from the record alone.
    fn too_large(&self, values: &[Value]) -> String {
        let policy = self.run.policy;
        let record: [(RecordId, Vec<Value>); 1] = [(policy.schema.scored, values.to_vec())];
        let alone = data::join_rows(&policy.schema, policy.today, &record, &[], (None, &[]));
        let outcome = eval::score_all(policy, &alone.population).into_iter().next();
        match outcome {
            Some(Err(overflow)) => overflow.to_string(),
            Some(Ok(_)) | None => "a number on the way to its score is too large".to_owned(),
        }
    }
}
