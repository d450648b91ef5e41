//! Both versions of a policy score the same records, and what they come to is compared.

use super::super::arguments::Run;
use super::super::moved;
use super::super::open::{Day, Opened};
use super::super::progress::Bar;
use super::super::rejects::Aside;
use super::super::{Stop, interrupt};
use super::account::{Impacted, Scored, Side};
use super::versions::Versions;
use crate::data::{DataFiles, Loaded, Schema, Value, load};
use crate::diagnostic::{Code, Diagnostic, plural, suggest};
use crate::diff::{Became, Part};
use crate::explain::{Explainer, Explanation};
use crate::impact::{Impact, Named, NotDivided, Scores, divide, divided};
use crate::output::{Form, Format};
use crate::policy::Policy;
use crate::project::Manifest;
use crate::run::{self, Failure, Finished, Progress};
use crate::source::Sources;
use crate::syntax::ast::Statement;
use std::path::PathBuf;
use std::sync::Arc;

/// So many records are read into memory to be explained, where they cannot be looked at one by one.
const KEPT: u64 = 200_000;

/// What is asked.
pub(super) struct Ask<'a> {
    pub(super) run: &'a Run,
    pub(super) by: &'a [String],
    pub(super) movers: usize,
    pub(super) day: Day,
    /// Whether what cannot be divided by is a mistake, and not only said.
    pub(super) strict: bool,
}

/// Parameters that are set from outside: names and values.
pub(super) type Settings = Vec<(String, String)>;

/// A version on the day, ready to score.
struct Ready<'v> {
    opened: &'v Opened,
    policy: Policy,
    /// The same policy, asked also for what records are divided by.
    asked: Policy,
}

/// What a version's records came to.
struct Came {
    finished: Finished,
    scores: Scores,
    set_aside: u64,
}

/// The parameters that are set in each version: its manifest's, and those of the command that it has.
pub(super) fn settings(old: &Opened, new: &Opened, run: &Run) -> Result<(Settings, Settings), Stop> {
    let names = |opened: &Opened| -> Vec<String> {
        let statements = opened.ruleset.statements().into_iter();
        let params = statements.filter_map(|(_, statement)| {
            if let Statement::Param(param) = statement { Some(param.name.text.clone()) } else { None }
        });
        params.collect()
    };
    let (was, is) = (names(old), names(new));
    if let Some((name, _)) = run.set.iter().find(|(name, _)| !was.contains(name) && !is.contains(name)) {
        let hint = suggest::did_you_mean(name, is.iter().map(String::as_str));
        return Err(Stop::failure(format!("neither version has a parameter `{name}`"), hint));
    }
    let of = |opened: &Opened, names: &[String]| {
        let given = run.set.iter().filter(|(name, _)| names.contains(name));
        opened.project().manifest.params.iter().chain(given).cloned().collect()
    };
    Ok((of(old, &was), of(new, &is)))
}

/// Scores the records of the new version's data by both; of the old version's, where those are none that both can read.
pub(super) fn of(
    versions: &mut Versions,
    (old, old_set): (&Opened, &[(String, String)]),
    (new, new_set): (&Opened, &[(String, String)]),
    ask: &Ask<'_>,
) -> Result<Impacted, Stop> {
    let ready = |opened: &'_ Opened, set: &[(String, String)]| -> Result<(Policy, Policy), Stop> {
        let policy = opened.ruleset.on(ask.day.date, set).map_err(|wrong| opened.wrong(wrong))?;
        let asked = divided(&policy, ask.by);
        Ok((policy, asked))
    };
    let ((policy, asked), opened) = (ready(old, old_set)?, old);
    let was = Ready { opened, policy, asked };
    let ((policy, asked), opened) = (ready(new, new_set)?, new);
    let is = Ready { opened, policy, asked };
    known_names(&was.policy, &is.policy, ask)?;
    given_files(ask.run)?;
    let (theirs, ours) = (&new.project().manifest, &old.project().manifest);
    // What a revision says is not to make anybody read, and perhaps publish, what else is on this machine.
    if let Some((is_new, outside)) = versions.data_outside((ours, theirs), &ask.run.data) {
        let message = format!(
            "the data `{}` is not in the repository, and is not read for a revision",
            outside.display()
        );
        return Ok(Impacted::Unreadable {
            is_new,
            diagnostics: vec![Diagnostic::general(Code::E0409, message)],
        });
    }
    let mut refused = None;
    for (first, second) in [(theirs, ours), (ours, theirs)] {
        let paths = [first, second].into_iter().flat_map(|it| it.data_paths(&ask.run.data)).collect();
        versions.take_data(paths)?;
        let files = |ready: &Ready<'_>| {
            files(&ready.policy.schema, &ask.run.data, first, second).map_err(|it| ready.opened.unusable(it))
        };
        let (was_files, is_files) = (files(&was)?, files(&is)?);
        let has =
            |ready: &Ready<'_>, files: &DataFiles| files.records.contains_key(&ready.policy.schema.scored);
        if !has(&was, &was_files) || !has(&is, &is_files) {
            continue;
        }
        let scored = score(&is, &is_files)?.map_err(|wrong| (true, wrong));
        let scored = match scored {
            Ok(now) => score(&was, &was_files)?.map(|before| (before, now)).map_err(|wrong| (false, wrong)),
            Err(refused) => Err(refused),
        };
        match scored {
            Ok((before, now)) => {
                let data = names_of(&is.policy.schema, &is_files);
                return told((&was, &was_files, before), (&is, &is_files, now), data, ask);
            }
            Err((is_new, diagnostics)) => {
                refused.get_or_insert(Impacted::Unreadable { is_new, diagnostics });
            }
        }
    }
    Ok(refused.unwrap_or(Impacted::NoData))
}

/// Refuses files of data that the user names and that are not there.
fn given_files(run: &Run) -> Result<(), Stop> {
    let is_pattern = |path: &str| path.contains(['*', '?', '[']);
    let lost = |path: &PathBuf| {
        let text = path.to_string_lossy();
        // A format may stand before it.
        let behind = text.split_once(':').map_or(&*text, |(_, behind)| behind);
        !is_pattern(&text) && !path.exists() && !PathBuf::from(behind).exists()
    };
    match run.data.iter().find(|(_, path)| lost(path)) {
        None => Ok(()),
        Some((name, path)) => {
            let message = format!("there is no file `{}` for `{name}`", path.display());
            Err(Stop::failure(message, Some("the path is meant from the folder that you are in".to_owned())))
        }
    }
}

/// Refuses data and parts of what neither version has.
fn known_names(old: &Policy, new: &Policy, ask: &Ask<'_>) -> Result<(), Stop> {
    let tables = |policy: &Policy| -> Vec<String> {
        let records = policy.schema.records.iter().map(|record| record.name.clone());
        records.chain(policy.schema.links.iter().map(|link| link.name.clone())).collect()
    };
    let mut known = tables(new);
    known.extend(tables(old));
    known.push("previous".to_owned());
    if let Some((name, _)) = ask.run.data.iter().find(|(name, _)| !known.contains(name)) {
        let message = format!("data is given for `{name}`, but neither version has such a record or link");
        return Err(Stop::failure(message, suggest::did_you_mean(name, known.iter().map(String::as_str))));
    }
    // Both versions read the data, and some records are looked up again.
    let is_stream = |path: &PathBuf| path.to_str().is_some_and(|path| path == "-" || path.ends_with(":-"));
    if ask.run.data.iter().any(|(_, path)| is_stream(path)) {
        let help = Some("write it to a file first".to_owned());
        return Err(Stop::failure(
            "the standard input can be read only once, and both versions read the data",
            help,
        ));
    }
    let parts = |policy: &Policy| -> Vec<String> {
        let scored = policy.schema.scored;
        let fields = policy.schema.scored().fields.iter().map(|field| field.name.clone());
        let definitions = policy.definitions.iter().filter(|it| it.of == scored).map(|it| it.name.clone());
        fields.chain(definitions).collect()
    };
    let mut known = parts(new);
    known.extend(parts(old));
    match ask.by.iter().find(|name| ask.strict && !known.contains(name)) {
        None => Ok(()),
        Some(name) => {
            let message = format!(
                "cannot divide by `{name}`: neither version has such a field of `{}`, or such a definition",
                new.schema.scored().name
            );
            Err(Stop::failure(message, suggest::did_you_mean(name, known.iter().map(String::as_str))))
        }
    }
}

/// The files of a version's records and links: those that the user names, then those of one manifest, then of the other.
fn files(
    schema: &Schema,
    overrides: &[(String, PathBuf)],
    first: &Manifest,
    second: &Manifest,
) -> Result<DataFiles, Vec<Diagnostic>> {
    let mut files = first.data_files_of_version(schema, overrides)?;
    let others = second.data_files_of_version(schema, &[])?;
    for (kind, file) in others.records {
        files.records.entry(kind).or_insert(file);
    }
    for (link, file) in others.links {
        files.links.entry(link).or_insert(file);
    }
    files.previous = files.previous.or(others.previous);
    Ok(files)
}

/// The names of the files, the scored records' first.
fn names_of(schema: &Schema, files: &DataFiles) -> Vec<String> {
    let first = files.records.get(&schema.scored);
    let mut names: Vec<String> = first.iter().map(|file| file.shown.clone()).collect();
    let mut others: Vec<String> =
        files.records.values().chain(files.links.values()).map(|file| file.shown.clone()).collect();
    others.sort();
    others.retain(|name| !names.contains(name));
    others.dedup();
    names.extend(others);
    names
}

/// Scores a version; what is wrong with the data for it is told apart from all else.
fn score(ready: &Ready<'_>, files: &DataFiles) -> Result<Result<Came, Vec<Diagnostic>>, Stop> {
    let progress = Arc::new(Progress::default());
    let bar = Bar::follow(Arc::clone(&progress), false);
    interrupt::stops(&progress);
    let mut aside = Aside::default();
    let scored =
        run::scores(&plan(&ready.asked, files, &progress), Scores::with_reasons(&ready.asked), &mut aside);
    drop(bar);
    match scored {
        Ok((finished, scores)) => Ok(Ok(Came { finished, scores, set_aside: aside.0 })),
        Err(Failure::Data(diagnostics)) => Ok(Err(diagnostics)),
        Err(failure) => Err(stopped(failure)),
    }
}

fn plan<'r>(policy: &'r Policy, files: &'r DataFiles, progress: &'r Progress) -> run::Run<'r> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let form = Form::from(Format::Csv);
    run::Run { policy, files, form, contributions: false, threads, batch: 8192, progress }
}

fn stopped(failure: Failure) -> Stop {
    match failure {
        Failure::Output(error) | Failure::Rejects(error) => error.into(),
        Failure::Data(diagnostics) => {
            Stop::Diagnostics { sources: Sources::new(), diagnostics, exit: super::UNUSABLE }
        }
        Failure::Stopped => Stop::Said(interrupt::INTERRUPTED),
    }
}

/// What of a policy records are given by name.
fn named(part: Part) -> Option<Named> {
    match part {
        Part::Tier => Some(Named::Tier),
        Part::Reason => Some(Named::Reason),
        Part::Decision => Some(Named::Decision),
        Part::Benefit | Part::Penalty => Some(Named::Consequence),
        Part::Policy
        | Part::Participation
        | Part::Tag
        | Part::Record
        | Part::Field
        | Part::Link
        | Part::Parameter
        | Part::Definition
        | Part::Characteristic
        | Part::Rule
        | Part::Group
        | Part::Influence
        | Part::Override
        | Part::Order
        | Part::Pack => None,
    }
}

fn told(
    (was, was_files, mut before): (&Ready<'_>, &DataFiles, Came),
    (is, is_files, now): (&Ready<'_>, &DataFiles, Came),
    data: Vec<String>,
    ask: &Ask<'_>,
) -> Result<Impacted, Stop> {
    // What has another name and says the same is the same.
    for change in crate::diff::changes(&was.policy, &is.policy) {
        if let (Became::Renamed { from }, Some(named)) = (&change.became, named(change.part)) {
            before.scores.rename(named, from, &change.name);
        }
    }
    let impact = Impact::between(&before.scores, &now.scores, ask.movers);
    let (mut divisions, mut notes) = (Vec::new(), Vec::new());
    for by in ask.by {
        match divide(&before.scores, &now.scores, by) {
            Ok(division) => divisions.push(division),
            Err(error @ NotDivided::Unknown(_)) => notes.push(error.to_string()),
            Err(error @ (NotDivided::TooMany(_) | NotDivided::TooFar(_))) => {
                notes.push(format!("{error}: write a definition with a table of bands, and divide by that"));
            }
        }
    }
    let keys = |scores: &Scores, at: fn(&crate::impact::Mover) -> usize| -> Vec<Value> {
        impact.movers.iter().map(|mover| scores.key(at(mover))).collect()
    };
    let old_keys = keys(&before.scores, |mover| mover.old);
    let new_keys = keys(&now.scores, |mover| mover.new);
    let many = before.finished.read.max(now.finished.read);
    let mut explained = |ready: &Ready<'_>, files: &DataFiles, keys: &[Value]| -> Result<_, Stop> {
        let explanations = explanations(ready, files, keys, many)?;
        if explanations.is_none() && !keys.is_empty() {
            let note = format!(
                "which lines moved them is not told: they depend on others, and there are more than {}",
                plural(KEPT, "record")
            );
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        Ok(explanations.unwrap_or_default())
    };
    let old_side = explained(was, was_files, &old_keys)?;
    let new_side = explained(is, is_files, &new_keys)?;
    let movers = moved::told(&is.policy.schema, &impact.movers, &new_keys, (&old_side, &new_side));
    let notices = now.finished.notices.iter().map(|notice| format!("{}: {}", notice.file, notice.text));
    let side = |came: &Came| Side { scored: came.scores.scored(), set_aside: came.set_aside };
    Ok(Impacted::Scored(Box::new(Scored {
        record: is.policy.schema.scored().name.clone(),
        data,
        day: ask.day.date.to_string(),
        read: now.finished.read,
        old: side(&before),
        new: side(&now),
        round: is.policy.round,
        impact,
        divisions,
        movers,
        notes: notices.chain(notes).collect(),
    })))
}

/// The explanations of some records; `None` where that would take too much memory.
fn explanations(
    ready: &Ready<'_>,
    files: &DataFiles,
    keys: &[Value],
    records: u64,
) -> Result<Option<Vec<Option<Explanation>>>, Stop> {
    let policy = &ready.policy;
    if keys.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let progress = Progress::default();
    let picked: Option<Loaded> = run::pick(&plan(policy, files, &progress), keys).map_err(stopped)?;
    let loaded = match picked {
        Some(loaded) => loaded,
        None if records <= KEPT => {
            load(&policy.schema, policy.today, files).map_err(|wrong| ready.opened.unusable(wrong))?
        }
        None => return Ok(None),
    };
    let population = &loaded.population;
    let explainer = Explainer::new(policy, &ready.opened.sources, population);
    let explained = keys.iter().map(|key| explainer.explain(population.position_of(key)?).ok());
    Ok(Some(explained.collect()))
}
