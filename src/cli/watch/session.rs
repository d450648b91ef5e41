//! What is kept from one change to the next: what the last version came to, its records, and which cases differed.

use super::super::moved::{Mover, told};
use super::super::rejects::Aside;
use super::super::verdict::{Verdict, judge};
use super::Went;
use super::account::{Account, Cases, Differs, Sample, Scored};
use crate::data::{DataFiles, Loaded, Schema, load};
use crate::date::Date;
use crate::diagnostic::Diagnostic;
use crate::engine::{Ready, Snapshot};
use crate::explain::{Explainer, Explanation};
use crate::impact::{Impact, Scores};
use crate::output::{Form, Format};
use crate::project::Intake;
use crate::run::{self, Failure, Finished, Progress};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// How many of those that moved most are told.
const MOVERS: usize = 3;
/// So many records are kept in memory, to be explained. Of more it is not told which line moved them.
const KEPT: usize = 200_000;

/// The versions so far, as much of them as the next one is compared with.
#[derive(Default)]
pub(super) struct Session {
    /// Whether all was well with the last ones.
    well: bool,
    versions: Vec<Version>,
}

/// The last version of a policy.
struct Version {
    snapshot: Arc<Snapshot>,
    /// Which of the snapshot's policies.
    at: usize,
    /// What its sample data came to; where they could not be scored, what those of the version before did.
    sampled: Option<Sampled>,
    /// The titles of the cases that differ.
    differ: BTreeSet<String>,
}

/// The last version whose sample data could be scored, and what they came to.
struct Sampled {
    snapshot: Arc<Snapshot>,
    /// Which of the snapshot's policies.
    at: usize,
    scores: Scores,
    records: Option<Arc<Kept>>,
}

/// Records in memory, and what they were read by and from.
struct Kept {
    schema: Schema,
    day: Date,
    intake: Intake,
    loaded: Loaded,
}

impl Session {
    /// Scores a version, runs its cases, and compares it with the one before.
    pub(super) fn account(&mut self, snapshot: &Arc<Snapshot>) -> Vec<Account> {
        let (mut accounts, mut versions) = (Vec::new(), Vec::new());
        let mut lasts = std::mem::take(&mut self.versions);
        for (at, ready) in snapshot.policies().enumerate() {
            let last = lasts.iter().position(|last| last.is_of(ready.path())).map(|at| lasts.swap_remove(at));
            let (scored, verdicts) = rayon::join(|| score(ready), || verdicts(ready));
            let cases = cases(ready, verdicts, last.as_ref());
            let differ = cases.differ.iter().map(|case| case.title.clone()).collect();
            let old_hash = last.as_ref().and_then(Version::ready).map(|last| Arc::clone(&last.policy().hash));
            let before = last.and_then(|last| last.sampled);
            let (sample, sampled) = match scored {
                Ok(None) => (Sample::None, before),
                Err(diagnostics) => {
                    (Sample::Unusable { sources: ready.sources().clone(), diagnostics }, before)
                }
                Ok(Some((finished, scores, aside))) => {
                    let records = before.as_ref().and_then(|before| before.records.clone());
                    let records = records.filter(|kept| kept.fits(ready, snapshot));
                    let mut now = Sampled { snapshot: Arc::clone(snapshot), at, scores, records };
                    let scored = compare(before.as_ref(), &mut now, &finished, aside.0);
                    (Sample::Scored(Box::new(scored)), Some(now))
                }
            };
            accounts.push(Account {
                policy: ready.policy().name.clone(),
                title: ready.policy().title.clone(),
                path: ready.path().display().to_string(),
                before: old_hash,
                hash: Arc::clone(&ready.policy().hash),
                warnings: ready.warnings().len(),
                sample,
                cases,
            });
            versions.push(Version { snapshot: Arc::clone(snapshot), at, sampled, differ });
        }
        self.versions = versions;
        self.well = accounts.iter().all(Account::is_well);
        accounts
    }

    /// How it went with the last versions.
    pub(super) fn went(&self) -> Went {
        if self.well { Went::Well } else { Went::Wrong }
    }

    /// Reads the records that are to be explained at the next change, while nobody waits.
    pub(super) fn prepare(&mut self) {
        for Version { snapshot, sampled, .. } in &mut self.versions {
            // The files of an older one say something else by now.
            if let Some(sampled) = sampled.as_mut().filter(|sampled| Arc::ptr_eq(&sampled.snapshot, snapshot))
            {
                sampled.keep_records();
            }
        }
    }
}

/// What the sample data came to, against what they came to before.
fn compare(before: Option<&Sampled>, now: &mut Sampled, finished: &Finished, aside: u64) -> Scored {
    let impact = before.map(|before| Impact::between(&before.scores, &now.scores, MOVERS));
    let record = now.ready().map_or_else(String::new, |ready| ready.policy().schema.scored().name.clone());
    let movers = match (before, &impact) {
        (Some(before), Some(impact)) => movers(before, now, impact),
        (_, _) => Vec::new(),
    };
    let (read, notices) = (finished.read, finished.notices.clone());
    Scored { record, read, scored: now.scores.scored(), set_aside: aside, notices, impact, movers }
}

impl Version {
    fn ready(&self) -> Option<&Ready> {
        self.snapshot.policies().nth(self.at)
    }

    fn is_of(&self, path: &Path) -> bool {
        self.ready().is_some_and(|ready| ready.path() == path)
    }
}

impl Sampled {
    fn ready(&self) -> Option<&Ready> {
        self.snapshot.policies().nth(self.at)
    }

    /// Reads its records if they are not there yet and not too many.
    fn keep_records(&mut self) {
        let few = self.scores.len() <= KEPT;
        let Some(ready) = self.ready().filter(|_| few && self.records.is_none()) else { return };
        let (schema, day) = (ready.policy().schema.clone(), ready.day());
        let Some(loaded) = ready.data().ok().and_then(|files| load(&schema, day, files).ok()) else { return };
        let intake = self.snapshot.intake().clone();
        self.records = Some(Arc::new(Kept { schema, day, intake, loaded }));
    }

    /// Explains some of its records, by their keys.
    fn explain<'k>(&self, keys: impl Iterator<Item = &'k crate::data::Value>) -> Vec<Option<Explanation>> {
        let (Some(ready), Some(kept)) = (self.ready(), &self.records) else { return Vec::new() };
        let population = &kept.loaded.population;
        let explainer = Explainer::new(ready.policy(), ready.sources(), population);
        keys.map(|key| explainer.explain(population.position_of(key)?).ok()).collect()
    }
}

impl Kept {
    /// Whether a policy would read the same records.
    fn fits(&self, ready: &Ready, snapshot: &Snapshot) -> bool {
        let intake = snapshot.intake();
        self.schema == ready.policy().schema
            && self.day == ready.day()
            && self.intake.same_data(intake)
            && self.intake.same_manifest(intake)
    }
}

/// Those that moved most, each with the line that moved it.
fn movers(before: &Sampled, now: &mut Sampled, impact: &Impact) -> Vec<Mover> {
    let keys: Vec<_> = impact.movers.iter().map(|mover| before.scores.key(mover.old)).collect();
    if keys.is_empty() {
        return Vec::new();
    }
    now.keep_records();
    let (was, is) = (before.explain(keys.iter()), now.explain(keys.iter()));
    let Some(ready) = now.ready() else { return Vec::new() };
    told(&ready.policy().schema, &impact.movers, &keys, (&was, &is))
}

type Outcome = Result<Option<(Finished, Scores, Aside)>, Vec<Diagnostic>>;

/// Scores the sample data of a policy, if it has any.
fn score(ready: &Ready) -> Outcome {
    let policy = ready.policy();
    let files: &DataFiles = ready.data().map_err(<[Diagnostic]>::to_vec)?;
    if !files.records.contains_key(&policy.schema.scored) {
        return Ok(None);
    }
    let progress = Progress::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let form = Form::from(Format::Csv);
    let run =
        run::Run { policy, files, form, contributions: false, threads, batch: 8192, progress: &progress };
    let mut aside = Aside(0);
    match run::scores(&run, Scores::with_reasons(policy), &mut aside) {
        Ok((finished, scores)) => Ok(Some((finished, scores, aside))),
        Err(Failure::Data(diagnostics)) => Err(diagnostics),
        // Nobody stops it, and nothing is written.
        Err(Failure::Output(_) | Failure::Rejects(_) | Failure::Stopped) => Ok(None),
    }
}

/// Judges the cases of a policy. One that cannot be made any more would have been refused.
fn verdicts(ready: &Ready) -> Vec<Verdict> {
    let cases = 0..ready.ruleset().cases().len();
    // Each is a policy of its own day, so that many of them take their time.
    let judged = cases.into_par_iter().filter_map(|at| {
        let (policy, case) = ready.ruleset().case(at).ok()?;
        Some(judge(&policy, &case, ready.sources()))
    });
    judged.collect()
}

fn cases(ready: &Ready, verdicts: Vec<Verdict>, last: Option<&Version>) -> Cases {
    let all = verdicts.len();
    let differed = |title: &str| last.is_some_and(|last| last.differ.contains(title));
    let mended = verdicts.iter().filter(|it| it.differences.is_empty() && differed(&it.title)).count();
    let differ = verdicts.into_iter().filter(|verdict| !verdict.differences.is_empty()).map(|verdict| {
        let position = ready.sources().position(verdict.place);
        Differs {
            held: last.is_some() && !differed(&verdict.title),
            file: position.map_or_else(String::new, |at| at.path.to_owned()),
            line: position.map_or(0, |at| at.line),
            title: verdict.title,
            differences: verdict.differences,
        }
    });
    Cases { all, differ: differ.collect(), mended }
}
