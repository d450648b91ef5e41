//! A run through the reference interpreter, record by record: for what the column interpreter cannot do.

use super::{Failure, Finished, RejectSink, Run, Tally, Target};
use crate::data::{self, Keys, Reject, Size, Value, Why};
use crate::eval;
use crate::eval::batch::{Scored, Standing};
use crate::output::{About, Encoder, Sheet, Writer};

/// So many outcomes are written together.
const CHUNK: usize = 8_192;

/// Reads everything, scores it, and writes or keeps.
pub(super) fn score(
    run: &Run<'_>,
    target: &mut Target<'_>,
    rejects: &mut dyn RejectSink,
) -> Result<Finished, Failure> {
    let policy = run.policy;
    run.progress.begin("scoring record by record", Size::default());
    let loaded = data::load(&policy.schema, policy.today, run.files).map_err(Failure::Data)?;
    let population = &loaded.population;
    let outcomes = eval::score_all(policy, population);

    let mut tally = Tally::new(policy);
    let sheet = Sheet::new(policy, None, run.contributions);
    let observed = eval::observe_all(policy, &target.observed(), population);
    let (mut writer, mut kept, mut measured) = match target {
        Target::Output(output) => {
            let writer = Writer::new(&sheet, run.form, &About::new(policy), &mut **output);
            (Some(writer.map_err(Failure::Output)?), None, None)
        }
        Target::Scores(scores) => (None, Some(scores), None),
        Target::Measures(measures) => (None, None, Some(measures)),
    };
    let mut encoder = Encoder::new(&sheet, run.form).map_err(Failure::Output)?;
    let mut keys = Keys::default();
    let nobody = Value::Missing(Why::Undecided);
    for (chunk, first) in outcomes.chunks(CHUNK).zip((0..).step_by(CHUNK)) {
        if run.progress.stopped() {
            return Err(Failure::Stopped);
        }
        let outcomes = chunk.iter().map(|outcome| outcome.as_ref().map_err(|_| Standing::TooLarge));
        let mut scored = Scored::of_outcomes(policy, outcomes);
        let rows = first..first + chunk.len();
        scored.observe(observed.iter().map(|values| values.get(rows.clone()).unwrap_or_default()));
        keys.clear();
        for at in rows {
            keys.push_value(population.key(at).unwrap_or(&nobody));
        }
        tally.add(&scored);
        if let Some(kept) = &mut kept {
            kept.add(&keys, &scored);
        }
        if let Some(measured) = &mut measured {
            measured.add(&scored);
        }
        if let Some(writer) = &mut writer {
            encoder.add(&keys, &scored).map_err(Failure::Output)?;
            if encoder.is_full() {
                writer.write(encoder.take().map_err(Failure::Output)?).map_err(Failure::Output)?;
            }
        }
        run.progress.add(chunk.len() as u64, 0);
    }
    if let Some(mut writer) = writer {
        writer.write(encoder.take().map_err(Failure::Output)?).map_err(Failure::Output)?;
        writer.finish().map_err(Failure::Output)?;
    }

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
