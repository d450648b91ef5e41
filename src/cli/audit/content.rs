//! What an audit says, as a page.

use super::Audited;
use super::clauses::Clause;
use super::expected;
use crate::audit::Expected;
use crate::audit::report::{
    Claim, Consequent, Direction, Effect, End, Giver, Input, Range, Report, Scope, Shown, Standing, Tagged,
};
use crate::cli::page::{Bar, Block, Cell, Chart, Page, Table, Tone};
use crate::decimal::Decimal;
use crate::source::{Place, Sources};

/// The page of a policy.
pub(super) fn page(audited: &Audited) -> Page {
    let Audited { scope, sources, report, expected, clauses, .. } = audited;
    let mut page = Page { title: scope.title.clone(), facts: head(audited), ..Page::default() };
    if let Some(report) = report {
        Sections { report, sources, expected: expected.as_ref() }.add_to(&mut page);
    }
    if report.is_none() || !clauses.is_empty() {
        answers(&mut page, clauses, sources);
    }
    page
}

/// What the whole is about: how the clauses stand first, then what such answers mean, of those that there are.
fn head(audited: &Audited) -> Vec<String> {
    let Audited { scope, report, clauses, .. } = audited;
    let [policy, proofs] = facts(scope);
    let counts = (!clauses.is_empty()).then(|| format!("Clauses: {}", counts(clauses)));
    let proved = report.is_some() || clauses.iter().any(|clause| !clause.of_data && !clause.vacuous);
    let screened = "adverse impact is screened in the data, and said of these records alone";
    let screened_here = |clause: &Clause| clause.of_data && clause.answer.standing != Standing::Undecided;
    let screen = clauses.iter().any(screened_here).then(|| match proved {
        true => format!("But {screened}."),
        false => format!("No proof: {screened}."),
    });
    std::iter::once(policy).chain(counts).chain(proved.then_some(proofs)).chain(screen).collect()
}

/// What the answers are of, and what they mean.
pub(in crate::cli) fn facts(scope: &Scope) -> [String; 2] {
    let version = scope.version.as_ref().map_or(String::new(), |version| format!(", version {version}"));
    let hash: String = scope.hash.chars().take(12).collect();
    [
        format!("{} · {hash}{version}, as of {}", scope.policy, scope.day),
        format!(
            "Proved for every {} that the schema allows, or shown by records that were run. What is neither is called \
             undecided. It is about this text, and not about data.",
            scope.record
        ),
    ]
}

/// How many clauses ended in which way. What is said of the data or of nothing is no proof, and not counted as one.
fn counts(clauses: &[Clause]) -> String {
    let mut counts: Vec<(&str, usize)> = ["proved", "refuted", "undecided"].map(|word| (word, 0)).into();
    for clause in clauses {
        match counts.iter_mut().find(|(word, _)| *word == clause.word()) {
            Some((_, count)) => *count += 1,
            None => counts.push((clause.word(), 1)),
        }
    }
    // Where nothing is to be proved, nothing is said of proofs.
    if counts.iter().take(3).all(|(_, count)| *count == 0) {
        counts.drain(..3);
    }
    counts.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

/// The clauses, each with its answer.
fn answers(page: &mut Page, clauses: &[Clause], sources: &Sources) {
    let mut table = Table::new(["answer", "clause", "where"]);
    for clause in clauses {
        let where_ = match &clause.charter {
            Some(charter) => format!("{charter}, {}", line(sources, clause.place)),
            None => String::new(),
        };
        table.row([
            Cell::new(clause.word(), tone(clause.answer.standing)),
            clause.text.clone().into(),
            Cell::new(where_, Tone::Dim),
        ]);
    }
    page.add("Clauses", table.block().into_iter().collect());
    for clause in clauses {
        let mut blocks = vec![Block::Text(sentence(clause))];
        let places: Vec<String> =
            clause.answer.places.iter().map(|place| position(sources, *place)).collect();
        if !places.is_empty() {
            blocks.push(Block::Text(format!("By {}.", places.join(", "))));
        }
        blocks.extend(clause.answer.shown.iter().map(|shown| cases(shown, true)));
        page.add(&clause.text, blocks);
    }
}

/// An answer in a sentence.
fn sentence(clause: &Clause) -> String {
    let mut word = clause.word().to_owned();
    if let Some(first) = word.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{word}: {}", clause.answer.because)
}

fn cases(shown: &Shown, open: bool) -> Block {
    Block::Cases { shows: shown.shows.clone(), cases: shown.cases.clone(), open }
}

/// `payments.score:34`
fn line(sources: &Sources, place: Place) -> String {
    sources.position(place).map_or_else(String::new, |at| {
        let file = at.path.rsplit(['/', '\\']).next().unwrap_or(at.path);
        format!("{file}:{}", at.line)
    })
}

/// `rules/payments/payments.score:34`
pub(in crate::cli) fn position(sources: &Sources, place: Place) -> String {
    sources.position(place).map_or_else(String::new, |at| format!("{}:{}", at.path, at.line))
}

fn tone(standing: Standing) -> Tone {
    match standing {
        Standing::Proved => Tone::Good,
        Standing::Undecided => Tone::Unsure,
        Standing::Refuted => Tone::Bad,
    }
}

/// The sections of a report.
struct Sections<'r> {
    report: &'r Report,
    sources: &'r Sources,
    expected: Option<&'r Expected>,
}

impl Sections<'_> {
    fn add_to(&self, page: &mut Page) {
        page.add("Scores", self.scores());
        page.add(expected::TITLE, self.expected());
        page.add("What gives points", self.givers());
        page.add("What each input can change", self.inputs());
        page.add("Which way the score goes", self.directions());
        page.add("Cliffs: the largest step from one band to the next", self.cliffs());
        page.add("Missing against known", claims(&self.report.missing, "field"));
        page.add("Gains that repeat", claims(&self.report.gains, "rule"));
        page.add("One more of a link", claims(&self.report.links, "link"));
        page.add("What nobody can reach", self.dead());
        page.add("Benefits and penalties", self.consequences());
        page.add("Inputs by tag", self.tags());
        page.add("Undecided", self.undecided());
    }

    /// The range of everybody, and of each tier.
    fn scores(&self) -> Vec<Block> {
        let range = match &self.report.range {
            Ok(range) => range,
            Err(why) => return vec![Block::Text(format!("Undecided: {why}"))],
        };
        let mut table = Table::new(["", ">least", ">greatest"]);
        let mut shown: Vec<Block> = Vec::new();
        let mut add = |name: &str, range: &Range, tone| {
            let ends = [&range.least, &range.greatest];
            table.row([
                Cell::new(name, tone),
                end(range.least.as_ref(), "≥").into(),
                end(range.greatest.as_ref(), "≤").into(),
            ]);
            let found = ends.into_iter().flatten().filter_map(|end| end.shown.as_ref());
            shown.extend(found.map(|(_, shown)| cases(shown, false)));
        };
        add("Anybody", range, Tone::Strong);
        for (name, range) in &self.report.tiers {
            match range {
                Some(range) => add(name, range, Tone::Plain),
                None => {
                    let nobody = Range { least: None, greatest: None };
                    add(&format!("{name}: nobody can be in it"), &nobody, Tone::Bad);
                }
            }
        }
        let all = std::iter::once(("Anybody", Some(range)));
        let tiers = self.report.tiers.iter().map(|(name, range)| (name.as_str(), range.as_ref()));
        let bars = all.chain(tiers).filter_map(|(label, range)| {
            let (from, to) = (range?.least.as_ref()?.bound, range?.greatest.as_ref()?.bound);
            let text = format!("{from} to {to}");
            Some(Bar { label: label.to_owned(), from: float(from), to: float(to), text })
        });
        let bars: Vec<Bar> = bars.collect();
        let words = bars.iter().map(|bar| format!("{}: {}", bar.label, bar.text)).collect::<Vec<_>>();
        let title = "The scores that can be reached".to_owned();
        let chart = Chart { title, description: words.join("; "), bars };
        let chart = (!chart.bars.is_empty()).then_some(Block::Chart(chart));
        table.block().into_iter().chain(chart).chain(shown).collect()
    }

    /// How the scores of the data lie, and how they would.
    fn expected(&self) -> Vec<Block> {
        self.expected.map_or_else(Vec::new, expected::blocks)
    }

    fn givers(&self) -> Vec<Block> {
        let mut table = Table::new(["", "", ">least", ">most", ">share at most"]);
        let mut shown = Vec::new();
        for Giver { name, title, kind, depth, points, share, place: _ } in &self.report.givers {
            table.row([
                format!("{}{name}", "  ".repeat(*depth)).into(),
                Cell::new(
                    if title == name { kind.word().to_owned() } else { format!("{} {title}", kind.word()) },
                    Tone::Dim,
                ),
                bound(points.least.as_ref()).into(),
                bound(points.greatest.as_ref()).into(),
                share.map_or_else(|| "no end".to_owned(), |share| format!("{share}%")).into(),
            ]);
            let ends = [&points.least, &points.greatest].into_iter().flatten();
            shown.extend(ends.filter_map(|end| Some(cases(&end.shown.as_ref()?.1, false))));
        }
        table.block().into_iter().chain(shown).collect()
    }

    fn inputs(&self) -> Vec<Block> {
        let mut moving: Vec<&Input> =
            self.report.inputs.iter().filter(|input| !input.effect.is_none()).collect();
        moving.sort_by_key(|input| std::cmp::Reverse(input.effect.points()));
        let mut table = Table::new(["", ">largest swing", ">share", "shown by"]);
        let mut shown = Vec::new();
        for input in &moving {
            let (swing, share, by, tone) = match &input.effect {
                Effect::None { .. } => continue,
                Effect::Undecided { because, bound } => {
                    let most = bound.map_or(String::new(), |bound| format!(", at most {bound}"));
                    (format!("undecided{most}"), None, because.clone(), Tone::Unsure)
                }
                Effect::Some { bound, shown: found, decides, share } => {
                    let found = found.as_ref().map(|(points, by)| (*points, by));
                    let by = found.map(|(_, by)| by).or(decides.as_ref());
                    shown.extend(by.map(|by| cases(by, false)));
                    let by = by.map_or(String::new(), |by| by.shows.clone());
                    let swing = match (found, bound) {
                        (Some((points, _)), Some(bound)) if points == *bound => points.to_string(),
                        (Some((points, _)), Some(bound)) => format!("{points} shown, at most {bound}"),
                        (Some((points, _)), None) => format!("{points} shown, no end known"),
                        (None, _) => "whether there is one".to_owned(),
                    };
                    (swing, *share, by, Tone::Plain)
                }
            };
            table.row([
                input.name.clone().into(),
                Cell::new(swing, tone),
                share.map_or_else(String::new, |share| format!("{share}%")).into(),
                Cell::new(by, Tone::Dim),
            ]);
        }
        let idle = self.report.inputs.iter().filter(|input| input.effect.is_none());
        let idle: Vec<&str> = idle.map(|input| input.name.as_str()).collect();
        let idle = (!idle.is_empty())
            .then(|| Block::Text(format!("No effect on any score, proved: {}.", idle.join(", "))));
        table.block().into_iter().chain(self.swings(&moving)).chain(idle).chain(shown).collect()
    }

    /// The swings as bars.
    fn swings(&self, moving: &[&Input]) -> Option<Block> {
        let bars = moving.iter().filter_map(|input| {
            let points = input.effect.points().filter(|points| !points.is_zero())?;
            Some(Bar { label: input.name.clone(), from: 0.0, to: float(points), text: points.to_string() })
        });
        let bars: Vec<Bar> = bars.collect();
        let words: Vec<String> = bars.iter().map(|bar| format!("{}: {}", bar.label, bar.text)).collect();
        let title =
            "The most points that each input was shown to move the score by, all else the same".to_owned();
        (!bars.is_empty()).then(|| Block::Chart(Chart { title, description: words.join("; "), bars }))
    }

    fn directions(&self) -> Vec<Block> {
        let mut table = Table::new(["", "where it grows, the score", "shown by"]);
        let mut shown = Vec::new();
        for direction in &self.report.directions {
            let (way, tone) = way(direction);
            let found: Vec<&Shown> = [&direction.rises, &direction.falls]
                .into_iter()
                .flat_map(|claim| claim.answer.shown.first())
                .collect();
            let by: Vec<&str> = found.iter().map(|shown| shown.shows.as_str()).collect();
            table.row([
                direction.name.clone().into(),
                Cell::new(way, tone),
                Cell::new(by.join("\n"), Tone::Dim),
            ]);
            shown.extend(found.into_iter().map(|found| cases(found, false)));
        }
        table.block().into_iter().chain(shown).collect()
    }

    fn cliffs(&self) -> Vec<Block> {
        let mut table = Table::new(["", ">points", "from", "to", "of", ""]);
        let mut shown = Vec::new();
        for step in &self.report.cliffs {
            let largest = if step.largest { "" } else { "the largest that was found" };
            table.row([
                step.name.clone().into(),
                step.points.to_string().into(),
                step.bands.0.clone().into(),
                step.bands.1.clone().into(),
                Cell::new(step.of.clone().unwrap_or_default(), Tone::Dim),
                Cell::new(largest, Tone::Unsure),
            ]);
            shown.push(cases(&step.shown, false));
        }
        table.block().into_iter().chain(shown).collect()
    }

    fn dead(&self) -> Vec<Block> {
        let places = self.report.dead.places.iter().map(|place| position(self.sources, *place));
        let places = places.collect::<Vec<_>>().join(", ");
        let dead = &self.report.dead;
        let text = match dead.standing {
            Standing::Proved => format!("Nothing is out of reach: {}.", dead.because),
            Standing::Refuted => format!("{}: {places}.", dead.because),
            Standing::Undecided => format!("Undecided: {}", dead.because),
        };
        vec![Block::Text(text)]
    }

    fn consequences(&self) -> Vec<Block> {
        let mut table = Table::new(["", "when", "context", "by", "days", "rests on"]);
        for each in &self.report.consequences {
            let Consequent { penalty, title, when, context, grantor, basis, rests_on, .. } = each;
            let kind = if *penalty { "penalty" } else { "benefit" };
            let by = [grantor, basis].into_iter().flatten().cloned().collect::<Vec<_>>().join("; ");
            table.row([
                Cell::new(format!("{kind} {title}"), if *penalty { Tone::Bad } else { Tone::Plain }),
                when.clone().into(),
                context.clone().unwrap_or_else(|| "none named".to_owned()).into(),
                (if by.is_empty() { "nobody, on no basis named".to_owned() } else { by }).into(),
                days(each).into(),
                Cell::new(
                    if rests_on.is_empty() { "nothing".to_owned() } else { rests_on.join(", ") },
                    Tone::Dim,
                ),
            ]);
        }
        table.block().into_iter().collect()
    }

    fn tags(&self) -> Vec<Block> {
        let mut table = Table::new(["", "may change the score", "cannot, proved"]);
        for Tagged { tag, label, moving, idle } in &self.report.tags {
            let name = match (tag, label) {
                (Some(tag), Some(label)) if label != tag => format!("{tag} ({label})"),
                (Some(tag), _) => tag.clone(),
                (None, _) => "no tag".to_owned(),
            };
            table.row([name.into(), moving.join(", ").into(), Cell::new(idle.join(", "), Tone::Dim)]);
        }
        table.block().into_iter().collect()
    }

    fn undecided(&self) -> Vec<Block> {
        let mut table = Table::new(["", "why"]);
        for (about, why) in self.report.undecided() {
            table.row([Cell::new(about, Tone::Unsure), why.into()]);
        }
        table.block().into_iter().collect()
    }
}

/// Statements with their answers.
fn claims(claims: &[Claim], about: &'static str) -> Vec<Block> {
    let mut table = Table::new([about, "statement", "", "why"]);
    let mut shown = Vec::new();
    for Claim { about, claim, answer } in claims {
        table.row([
            about.clone().into(),
            claim.clone().into(),
            Cell::new(answer.standing.word(), tone(answer.standing)),
            Cell::new(answer.because.clone(), Tone::Dim),
        ]);
        shown.extend(answer.shown.iter().map(|shown| cases(shown, false)));
    }
    table.block().into_iter().chain(shown).collect()
}

/// Which way a score goes, in words.
fn way(direction: &Direction) -> (&'static str, Tone) {
    match (direction.rises.answer.standing, direction.falls.answer.standing) {
        (Standing::Refuted, Standing::Refuted) => ("rises and falls", Tone::Bad),
        (Standing::Refuted, Standing::Proved) => ("rises or stays, proved", Tone::Plain),
        (Standing::Proved, Standing::Refuted) => ("falls or stays, proved", Tone::Plain),
        (Standing::Proved, Standing::Proved) => ("stays, proved", Tone::Plain),
        (Standing::Refuted, Standing::Undecided) => ("rises; whether it falls is undecided", Tone::Unsure),
        (Standing::Undecided, Standing::Refuted) => ("falls; whether it rises is undecided", Tone::Unsure),
        (Standing::Proved, Standing::Undecided) => {
            ("never rises, proved; falling is undecided", Tone::Unsure)
        }
        (Standing::Undecided, Standing::Proved) => ("never falls, proved; rising is undecided", Tone::Unsure),
        (Standing::Undecided, Standing::Undecided) => ("undecided", Tone::Unsure),
    }
}

/// An end of scores: exact where a record reaches it.
fn end(end: Option<&End>, sign: &str) -> String {
    match end {
        None => "no end".to_owned(),
        Some(end) => match &end.shown {
            Some((score, _)) if *score == end.bound => score.to_string(),
            Some((score, _)) => format!("{score} shown, {sign} {}", end.bound),
            None => format!("{sign} {}", end.bound),
        },
    }
}

/// An end of points that is proved.
fn bound(end: Option<&End>) -> String {
    end.map_or_else(
        || "no end".to_owned(),
        |end| if end.bound.is_zero() { "0".to_owned() } else { format!("{:+}", end.bound) },
    )
}

fn days(each: &Consequent) -> String {
    let day = |word: &str, day: Option<crate::date::Date>| day.map(|day| format!("{word} {day}"));
    let all = [day("announced", each.announced), day("from", each.from), day("until before", each.before)];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A number to be drawn.
fn float(number: Decimal) -> f64 {
    number.units() as f64 / 1e9
}
