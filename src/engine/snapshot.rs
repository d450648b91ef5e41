//! Everything that is in force at one time, checked and ready; it never changes.

use super::Options;
use super::reload::{Refusal, Report};
use crate::audit::{self, Charter};
use crate::check::Ruleset;
use crate::data::DataFiles;
use crate::date::Date;
use crate::diagnostic::Diagnostic;
use crate::eval::batch::one::Scorer;
use crate::policy::Policy;
use crate::project::{self, Broken, Intake, Manifest, Member, Project};
use crate::source::Sources;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The policies of a pack (or the one of a file) as they were at one time, with their manifest.
#[derive(Debug)]
pub struct Snapshot {
    first: Ready,
    others: Vec<Ready>,
    hash: Arc<str>,
    intake: Intake,
}

/// A policy of a snapshot, checked and ready.
#[derive(Debug)]
pub struct Ready {
    path: PathBuf,
    ruleset: Ruleset,
    scorer: Scorer,
    manifest: Manifest,
    sources: Sources,
    warnings: Vec<Diagnostic>,
    data: Result<DataFiles, Vec<Diagnostic>>,
    charters: Vec<Charter>,
    settings: Vec<(String, String)>,
}

impl Snapshot {
    /// The policy; of a pack with several the first.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.first.policy()
    }

    /// What scores by it.
    #[must_use]
    pub fn scorer(&self) -> &Scorer {
        &self.first.scorer
    }

    /// The manifest; it says nothing where there is none.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.first.manifest
    }

    /// The hash of the policy and its parameters: [`Policy::hash`]; of several policies a hash over theirs.
    #[must_use]
    pub fn hash(&self) -> &Arc<str> {
        &self.hash
    }

    /// All policies, in the order of the manifest.
    pub fn policies(&self) -> impl Iterator<Item = &Ready> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The files that it was read from.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Makes a snapshot of what was opened, if all of it is good. Where data are is noted in the intake.
    pub(super) fn of(
        path: &Path,
        opened: Vec<Result<Project, Broken>>,
        options: &Options,
        intake: &mut Intake,
    ) -> Result<Self, Refusal> {
        let (mut good, mut bad, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        for project in opened {
            match project {
                Ok(project) => {
                    let settings = settings(&project.manifest, options);
                    hashes.push(project.unit.hash(&settings));
                    match Ready::of(project, &settings, options, intake) {
                        Ok(ready) => good.push(ready),
                        Err(report) => bad.push(report),
                    }
                }
                Err(Broken { sources, diagnostics }) => {
                    bad.push(Report { sources, diagnostics, unusable: true });
                }
            }
        }
        let complete = hashes.len() == good.len() + bad.iter().filter(|report| !report.unusable).count();
        let hash = (complete && !hashes.is_empty()).then(|| hash_of(&hashes));
        bad.extend(keep_charters(&mut good));
        let mut good = good.into_iter();
        match (good.next(), hash) {
            (Some(first), Some(hash)) if bad.is_empty() => {
                Ok(Self { first, others: good.collect(), hash, intake: Intake::new() })
            }
            (_, hash) => Err(Refusal::wrong(path, bad, hash)),
        }
    }

    /// With the files that it was read from.
    pub(super) fn with(self, intake: &Intake) -> Self {
        Self { intake: intake.clone(), ..self }
    }

    /// Whether it says what another says: the same policies, parameters, manifest and data, on the same days.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let days = |snapshot: &Self| snapshot.policies().map(Ready::day).collect::<Vec<_>>();
        self.hash == other.hash
            && days(self) == days(other)
            && self.intake.same_texts(&other.intake)
            && self.intake.same_data(&other.intake)
    }
}

/// Asks the policies what their charters ask. What is undecided becomes a warning of theirs; those that break a charter are
/// reported.
fn keep_charters(good: &mut [Ready]) -> Vec<Report> {
    let Some(day) = good.first().map(Ready::day) else { return Vec::new() };
    let members: Vec<Member<'_>> = good
        .iter()
        .map(|ready| Member { charters: &ready.charters, ruleset: &ready.ruleset, settings: &ready.settings })
        .collect();
    let all = project::apply_charters(&members, day);
    let mut broken = Vec::new();
    for (ready, reports) in good.iter_mut().zip(all) {
        let refuted: Vec<Diagnostic> = reports.iter().flat_map(audit::Report::refuted).collect();
        if refuted.is_empty() {
            ready.warnings.extend(reports.iter().flat_map(audit::Report::undecided));
        } else {
            broken.push(Report { sources: ready.sources.clone(), diagnostics: refuted, unusable: false });
        }
    }
    broken
}

impl Ready {
    fn of(
        mut project: Project,
        settings: &[(String, String)],
        options: &Options,
        intake: &mut Intake,
    ) -> Result<Self, Report> {
        let checked = project.check();
        let data = |schema: &_| project.data_files(schema, &options.data);
        let wrong =
            |diagnostics| Report { sources: project.unit.sources.clone(), diagnostics, unusable: false };
        let Some(ruleset) = checked.ruleset else { return Err(wrong(checked.diagnostics)) };
        let day = options.as_of.or(project.manifest.as_of).unwrap_or(options.today);
        let policy = ruleset.on(day, settings).map_err(wrong)?;
        let data = data(&policy.schema);
        for path in project.manifest.data_paths(&options.data) {
            intake.note_data(&path);
        }
        Ok(Self {
            scorer: Scorer::new(&policy),
            charters: project.charters().to_vec(),
            settings: settings.to_vec(),
            path: project.path,
            ruleset,
            manifest: project.manifest,
            sources: project.unit.sources,
            warnings: checked.diagnostics,
            data,
        })
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.scorer.policy()
    }

    /// What scores by it.
    #[must_use]
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// The day on which it is in force like this.
    #[must_use]
    pub fn day(&self) -> Date {
        self.policy().today
    }

    /// Its file, as the user would type it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The policy over all time, with its cases.
    #[must_use]
    pub fn ruleset(&self) -> &Ruleset {
        &self.ruleset
    }

    /// The manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The texts, for places in messages and explanations.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// What the check warned of.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The files of its data, or what is wrong with what the manifest says of them. To score single records none are needed.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn data(&self) -> Result<&DataFiles, &[Diagnostic]> {
        self.data.as_ref().map_err(Vec::as_slice)
    }
}

/// Opens what stands at a path now.
pub(super) fn take_in(path: &Path) -> (Intake, Vec<Result<Project, Broken>>) {
    let mut intake = Intake::new();
    let opened = project::take_in(path, &mut intake);
    (intake, opened)
}

/// The parameters set from outside; the last one given of a name counts.
fn settings(manifest: &Manifest, options: &Options) -> Vec<(String, String)> {
    manifest.params.iter().chain(&options.set).cloned().collect()
}

/// The hash of one policy, or over those of several.
fn hash_of(hashes: &[Arc<str>]) -> Arc<str> {
    if let [only] = hashes {
        return Arc::clone(only);
    }
    let mut hasher = Sha256::new();
    for hash in hashes {
        hasher.update(hash.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}
