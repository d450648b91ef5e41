//! A run through the reference interpreter, record by record: for what the column interpreter cannot do.

use super::{Failure, Finished, Output, RejectSink, Run, Tally};
use crate::data::{self, Keys, Reject, Size, Value, Why};
use crate::eval;
use crate::eval::batch::{Scored, Standing};
use crate::output::{About, Encoder, Sheet, Writer};

/// So many outcomes are written together.
const CHUNK: usize = 8_192;

/// Reads everything, scores it, and writes.
pub(super) fn score(
    run: &Run<'_>,
    output: &mut dyn Output,
    rejects: &mut dyn RejectSink,
) -> Result<Finished, Failure> {
    let policy = run.policy;
    run.progress.begin("scoring record by record", Size::default());
    let loaded = data::load(&policy.schema, policy.today, run.files).map_err(Failure::Data)?;
    let population = &loaded.population;
    let outcomes = eval::score_all(policy, population);

    let mut tally = Tally::new(policy);
    let sheet = Sheet::new(policy, None, run.contributions);
    let mut writer = Writer::new(&sheet, run.form, &About::new(policy), output).map_err(Failure::Output)?;
    let mut encoder = Encoder::new(&sheet, run.form).map_err(Failure::Output)?;
    let mut keys = Keys::default();
    let nobody = Value::Missing(Why::Undecided);
    for (chunk, first) in outcomes.chunks(CHUNK).zip((0..).step_by(CHUNK)) {
        if run.progress.stopped() {
            return Err(Failure::Stopped);
        }
        let outcomes = chunk.iter().map(|outcome| outcome.as_ref().map_err(|_| Standing::TooLarge));
        let scored = Scored::of_outcomes(policy, outcomes);
        keys.clear();
        for at in first..first + chunk.len() {
            keys.push_value(population.key(at).unwrap_or(&nobody));
        }
        encoder.add(&keys, &scored).map_err(Failure::Output)?;
        tally.add(&scored);
        if encoder.is_full() {
            writer.write(encoder.take().map_err(Failure::Output)?).map_err(Failure::Output)?;
        }
        run.progress.add(chunk.len() as u64, 0);
    }
    writer.write(encoder.take().map_err(Failure::Output)?).map_err(Failure::Output)?;
    writer.finish().map_err(Failure::Output)?;

    let too_large = outcomes.iter().enumerate().filter_map(|(position, outcome)| {
        let overflow = outcome.as_ref().err()?;
        Some(population.reject(&policy.schema, position, overflow.to_string()))
    });
    let mut set_aside: Vec<Reject> = loaded.rejects.set_aside.into_iter().chain(too_large).collect();
    set_aside.sort_by_key(|reject| reject.line);
    set_aside.into_iter().try_for_each(|reject| rejects.set_aside(reject)).map_err(Failure::Rejects)?;
    loaded
        .rejects
        .ignored
        .into_iter()
        .try_for_each(|reject| rejects.ignored(reject))
        .map_err(Failure::Rejects)?;
    Ok(Finished { read: loaded.read as u64, tally, notices: loaded.notices })
}
