//! The questions that can be asked of a policy, with their arguments.

use super::super::choices::Choices;
use super::people::{World, ids};
use glassbox::audit::clause::{Answer, Benchmark, Desk, Input, Share, Subject, Target, Way};
use glassbox::audit::{Audit, Verdict, read_clause};
use glassbox::data::{FieldId, LinkId, RecordId, Set, Type, Value, links};
use glassbox::date::Unit;
use glassbox::decimal::Decimal;
use glassbox::policy::{DecisionId, ItemBody, ItemId};
use glassbox::source::FileId;

/// A question, as [`Desk`] has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Question {
    Flow(Vec<Input>, Target),
    Monotone((RecordId, FieldId), Way),
    Shift(Vec<Input>, Way),
    OneMore(LinkId, Way),
    OneMoreAtMost(LinkId, Decimal),
    Share(Share, Decimal),
    Missing(Vec<Input>, Way, Benchmark),
    NeverBelow((RecordId, FieldId), Set),
    Forgotten(Vec<RecordId>, (u32, Unit)),
    RepeatedGain(Option<Decimal>),
    Step(Vec<Input>, Decimal),
    OptingOut,
    WaysUp,
    Dead,
    /// `limit reasons to COUNT`.
    ReasonsAtMost(u32),
    /// `require every rule has reason`.
    HasReasons,
}

impl Question {
    pub(super) fn ask(&self, audit: &Audit<'_>) -> Verdict {
        match self {
            Self::Flow(from, to) => audit.flow(from, *to),
            Self::Monotone(of, never) => audit.monotone(*of, *never),
            Self::Shift(from, never) => audit.shift(from, *never),
            Self::OneMore(of, never) => audit.one_more(*of, *never),
            Self::OneMoreAtMost(of, most) => audit.one_more_at_most(*of, *most),
            Self::Share(of, most) => audit.share(of, *most),
            Self::Missing(of, never, than) => audit.missing(of, *never, *than),
            Self::NeverBelow(of, band) => audit.never_below_others(*of, band),
            Self::Forgotten(kinds, after) => audit.forgotten(kinds, *after),
            Self::RepeatedGain(most) => audit.repeated_gain(*most),
            Self::Step(of, most) => audit.step(of, *most),
            Self::OptingOut => audit.opting_out(),
            Self::WaysUp => audit.ways_up(),
            Self::Dead => audit.dead(),
            Self::ReasonsAtMost(most) => clause(audit, &format!("limit reasons to {most}")),
            Self::HasReasons => clause(audit, "require every rule has reason"),
        }
    }

    /// What kind of question it is.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Flow(_, Target::Score) => "flow to the score",
            Self::Flow(_, Target::Tier) => "flow to the tier",
            Self::Flow(_, Target::Decision(_)) => "flow to a decision",
            Self::Flow(_, Target::Consequence(_)) => "flow to a consequence",
            Self::Monotone(..) => "monotone",
            Self::Shift(..) => "shift",
            Self::OneMore(..) => "one more",
            Self::OneMoreAtMost(..) => "one more at most",
            Self::Share(Share::Item(_), _) => "share of an item",
            Self::Share(Share::Influences, _) => "share of influences",
            Self::Share(Share::Inputs(_), _) => "share of inputs",
            Self::Missing(_, _, Benchmark::Neutral) => "missing against neutral",
            Self::Missing(_, Way::Falls, Benchmark::WorstKnown) => "missing never below the worst",
            Self::Missing(_, Way::Rises, Benchmark::WorstKnown) => "missing never above the worst",
            Self::Missing(_, Way::Falls, Benchmark::BestKnown) => "missing never below the best",
            Self::Missing(_, Way::Rises, Benchmark::BestKnown) => "missing never above the best",
            Self::NeverBelow(..) => "never below others",
            Self::Forgotten(..) => "forgotten",
            Self::RepeatedGain(_) => "repeated gain",
            Self::Step(..) => "step",
            Self::OptingOut => "opting out",
            Self::WaysUp => "ways up",
            Self::Dead => "dead",
            Self::ReasonsAtMost(_) => "reasons at most",
            Self::HasReasons => "has reasons",
        }
    }

    /// Every question that can be asked of a policy, with all of the inputs it has and some numbers, in groups of one kind.
    pub(super) fn all(world: &World<'_>, choices: &mut Choices) -> Vec<Vec<Self>> {
        let policy = world.policy;
        let schema = &policy.schema;
        let ways = [Way::Rises, Way::Falls];
        let fields = fields(world);
        let links: Vec<LinkId> = links(schema).map(|(link, ..)| link).collect();
        let kinds: Vec<RecordId> = schema.children().collect();
        let mut inputs: Vec<Vec<Input>> = Vec::new();
        inputs.extend(fields.iter().map(|(record, field)| vec![Input::Field(*record, *field)]));
        inputs.extend(kinds.iter().map(|kind| vec![Input::Record(*kind)]));
        inputs.extend(
            links.iter().flat_map(|link| [vec![Input::Link(*link)], vec![Input::LinkedScore(*link)]]),
        );
        let single = inputs.clone();
        for _ in 0..inputs.len() / 2 {
            let mut several: Vec<Input> =
                (0..2 + choices.below(3)).flat_map(|_| choices.one(&single)).collect();
            several.sort_unstable();
            several.dedup();
            inputs.push(several);
        }
        let ordered = || fields.iter().filter(|(r, f)| schema.field(*r, *f).kind.is_ordered()).copied();
        let optional: Vec<(RecordId, FieldId)> =
            fields.iter().filter(|(record, field)| schema.field(*record, *field).optional).copied().collect();
        let mut numbers = |of: &[&str]| Decimal::parse(choices.one(of)).unwrap();

        let flow = |to: Target| inputs.iter().map(|from| Self::Flow(from.clone(), to)).collect::<Vec<_>>();
        let mut all = vec![flow(Target::Score)];
        if !policy.tiers.is_empty() {
            all.push(flow(Target::Tier));
        }
        all.push(ids(policy.decisions.len()).flat_map(|at| flow(Target::Decision(DecisionId(at)))).collect());
        all.push(ids(policy.consequences.len()).flat_map(|at| flow(Target::Consequence(at))).collect());
        all.push(ordered().flat_map(|of| ways.map(|never| Self::Monotone(of, never))).collect());
        all.push(inputs.iter().flat_map(|from| ways.map(|never| Self::Shift(from.clone(), never))).collect());
        all.push(links.iter().flat_map(|link| ways.map(|never| Self::OneMore(*link, never))).collect());
        all.push(
            links
                .iter()
                .map(|link| Self::OneMoreAtMost(*link, numbers(&["0", "5", "10", "40", "100", "200"])))
                .collect(),
        );
        let shares = ["0", "0.1", "0.3", "0.5", "0.9", "1"];
        let items = ids(policy.items.len()).map(ItemId);
        let items = items.filter(|id| !matches!(policy.item(*id).body, ItemBody::Group(_)));
        all.push(items.map(|id| Self::Share(Share::Item(id), numbers(&shares))).collect());
        all.push(inputs.iter().map(|of| Self::Share(Share::Inputs(of.clone()), numbers(&shares))).collect());
        if !policy.influences.is_empty() {
            all.push(vec![Self::Share(Share::Influences, numbers(&shares))]);
        }
        for than in [Benchmark::WorstKnown, Benchmark::BestKnown, Benchmark::Neutral] {
            let single = optional.iter().map(|(record, field)| vec![Input::Field(*record, *field)]);
            let of = std::iter::once(Vec::new()).chain(single);
            all.push(of.flat_map(|of| ways.map(|never| Self::Missing(of.clone(), never, than))).collect());
        }
        let days = [(90, Unit::Day), (5, Unit::Year), (7, Unit::Year), (24, Unit::Month)];
        let most = ["0", "1", "5", "20", "60", "200"];
        all.push(
            kinds.iter().flat_map(|kind| days.map(|after| Self::Forgotten(vec![*kind], after))).collect(),
        );
        all.push(vec![
            Self::RepeatedGain(None),
            Self::RepeatedGain(Some(numbers(&most))),
            Self::RepeatedGain(Some(numbers(&most))),
        ]);
        let steps = fields.iter().map(|(record, field)| vec![Input::Field(*record, *field)]);
        let mut steps: Vec<Self> = steps.map(|of| Self::Step(of, numbers(&most))).collect();
        steps.push(Self::Step(Vec::new(), numbers(&most)));
        all.push(steps);
        all.push(vec![Self::OptingOut]);
        all.push(vec![Self::WaysUp]);
        all.push(vec![Self::Dead]);
        all.push([1, 2, 3].map(Self::ReasonsAtMost).to_vec());
        all.push(vec![Self::HasReasons]);
        let bands = fields.iter().filter_map(|(record, field)| {
            let of = schema.field(*record, *field);
            let (a, b) = (world.known(choices, *record, *field), world.known(choices, *record, *field));
            let band = match (of.kind, super::people::rank(&a), super::people::rank(&b)) {
                (Type::Text, ..) => Set::of(of.kind, [&a]),
                (_, Some(a), Some(b)) => Set::Ranges(vec![(a.min(b), a.max(b))]).intersect(&of.domain),
                _ => Set::of(of.kind, [&a]),
            };
            (!band.is_empty()).then_some(Self::NeverBelow((*record, *field), band))
        });
        all.push(bands.collect());
        all.retain(|group| !group.is_empty());
        all
    }
}

/// A clause that its sentence answers, by the policy's text where that settles it.
fn clause(audit: &Audit<'_>, text: &str) -> Verdict {
    let asked = read_clause(FileId::new(0), text).unwrap();
    let subject = Subject { policy: audit.policy(), others: &[], desk: audit, screen: None };
    match asked.answer(&subject) {
        Answer::Given(verdict) => verdict,
        Answer::Vacuous(because) => Verdict::proved(because),
        Answer::Misfit(misfits) => panic!("{misfits:?}"),
    }
}

/// Every field but those that say who a record is.
pub(super) fn fields(world: &World<'_>) -> Vec<(RecordId, FieldId)> {
    let schema = &world.policy.schema;
    let known: Vec<RecordId> = std::iter::once(schema.scored)
        .chain(schema.children())
        .chain(links(schema).map(|(_, _, kind)| kind))
        .collect();
    let mut fields = Vec::new();
    for (kind, record) in ids(schema.records.len()).map(RecordId).zip(&schema.records) {
        if known.contains(&kind) {
            let all = ids(record.fields.len()).map(FieldId);
            fields
                .extend(all.filter(|field| Some(*field) != world.identity(kind)).map(|field| (kind, field)));
        }
    }
    fields
}

/// A value that is a member of a set.
pub(super) fn inside(set: &Set, value: &Value) -> bool {
    !value.is_missing() && set.contains(value)
}
