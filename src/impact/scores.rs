//! What the records of a population came to, in columns: to be kept, and compared with what they come to later.

use super::kept::Kept;
use crate::data::{Key, Keys, Type, Value};
use crate::decimal::Decimal;
use crate::eval::batch::{Scored, Standing};
use crate::policy::Policy;
use rustc_hash::FxHashMap;

/// Keys, scores and tiers of the records of a population, in the order of the data.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// Names and labels of the tiers, best first.
    tiers: Vec<(String, String)>,
    /// The type of the keys.
    kind: Option<Type>,
    keys: Keys,
    standings: Vec<Standing>,
    /// Of those that are scored; others have none, whatever stands there.
    scores: Vec<Decimal>,
    /// By record: the position of its tier.
    tier: Vec<Option<u16>>,
    /// What is kept beside.
    kept: Option<Kept>,
}

/// What a record came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What became of it.
    pub standing: Standing,
    /// Its score; absent unless scored.
    pub score: Option<Decimal>,
    /// The position of its tier.
    pub tier: Option<usize>,
}

/// What of a policy records are given by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A tier.
    Tier,
    /// A reason, by its code.
    Reason,
    /// A benefit or a penalty.
    Consequence,
    /// A decision.
    Decision,
}

impl Scores {
    /// Calls something by another name, so that it is known again in what records come to under that name.
    pub fn rename(&mut self, what: Named, from: &str, to: &str) {
        let tiers = self.tiers.iter_mut().map(|(name, _)| name);
        match (what, &mut self.kept) {
            (Named::Tier, kept) => {
                let answers = kept.iter_mut().flat_map(|kept| kept.tier_names());
                renamed(tiers.chain(answers), from, to);
            }
            (Named::Reason, Some(kept)) => renamed(kept.reasons.iter_mut().map(|(code, _)| code), from, to),
            (Named::Consequence, Some(kept)) => {
                renamed(kept.consequences.iter_mut().map(|(_, name, _)| name), from, to);
            }
            (Named::Decision, Some(kept)) => {
                renamed(kept.answers.iter_mut().map(|answers| &mut answers.name), from, to);
            }
            (Named::Reason | Named::Consequence | Named::Decision, None) => {}
        }
    }

    /// Of nobody yet, by a policy.
    pub fn new(policy: &Policy) -> Self {
        let tiers = policy.tiers.iter().map(|tier| (tier.name.clone(), tier.label.clone())).collect();
        let record = policy.schema.scored();
        let kind = record.key.map(|key| policy.schema.field(policy.schema.scored, key).kind);
        Self { tiers, kind, ..Self::default() }
    }

    /// Of nobody yet; reasons, benefits and penalties, and the answers of decisions will be kept too.
    pub fn with_reasons(policy: &Policy) -> Self {
        Self { kept: Some(Kept::new(policy)), ..Self::new(policy) }
    }

    /// Of nobody again, keeping what this keeps.
    #[must_use]
    pub fn fresh(&self) -> Self {
        let kept = self.kept.as_ref().map(Kept::fresh);
        Self { tiers: self.tiers.clone(), kind: self.kind, kept, ..Self::default() }
    }

    /// Adds records that were scored, with their keys.
    pub fn add(&mut self, keys: &Keys, scored: &Scored) {
        self.keys.extend(keys);
        for row in 0..scored.rows() {
            let standing = scored.standings().get(row).copied().unwrap_or(Standing::Bad);
            self.standings.push(standing);
            self.scores.push(scored.score(row).unwrap_or_default());
            self.tier.push(scored.tier(row).and_then(|tier| u16::try_from(tier.index()).ok()));
        }
        if let Some(kept) = &mut self.kept {
            kept.add(scored);
        }
    }

    /// Adds what others came to, behind these.
    pub fn append(&mut self, others: &Self) {
        self.keys.extend(&others.keys);
        self.standings.extend_from_slice(&others.standings);
        self.scores.extend_from_slice(&others.scores);
        self.tier.extend_from_slice(&others.tier);
        if let (Some(kept), Some(more)) = (&mut self.kept, &others.kept) {
            kept.append(more);
        }
    }

    /// How many records there are, those set aside among them.
    pub fn len(&self) -> usize {
        self.standings.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.standings.is_empty()
    }

    /// How many have a score.
    pub fn scored(&self) -> usize {
        self.standings.iter().filter(|standing| **standing == Standing::Scored).count()
    }

    /// What a record came to; past the end it is set aside.
    pub fn entry(&self, at: usize) -> Entry {
        let standing = self.standings.get(at).copied().unwrap_or(Standing::Bad);
        Entry {
            standing,
            score: self.scores.get(at).copied().filter(|_| standing == Standing::Scored),
            tier: self.tier.get(at).copied().flatten().map(usize::from),
        }
    }

    /// The key of a record.
    pub fn key(&self, at: usize) -> Value {
        let key = self.keys.get(at);
        self.kind.map_or(Value::Missing(crate::data::Why::Undecided), |kind| key.value(kind))
    }

    /// What is kept beside, if anything is.
    pub(super) fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    /// Names and labels of the tiers, best first.
    pub(super) fn tiers(&self) -> &[(String, String)] {
        &self.tiers
    }

    /// The positions of the tiers of those that have one.
    pub(super) fn tier_positions(&self) -> impl Iterator<Item = usize> + '_ {
        self.tier.iter().flatten().copied().map(usize::from)
    }

    /// Calls with the positions, before and now, of records with the same keys, in their present order. No record is
    /// called with twice, also where its key is not the only one of its kind.
    pub(super) fn each_pair(old: &Self, new: &Self, mut call: impl FnMut(usize, usize)) {
        let in_step = old.keys.len() == new.keys.len() && old.keys.iter().eq(new.keys.iter());
        if in_step {
            return (0..old.len().min(new.len())).for_each(|at| call(at, at));
        }
        let mut known: FxHashMap<Key<'_>, usize> =
            old.keys.iter().zip(0..).filter(|(key, _)| *key != Key::None).collect();
        for (key, at) in new.keys.iter().zip(0..) {
            if let Some(before) = known.remove(&key) {
                call(before, at);
            }
        }
    }
}

fn renamed<'n>(names: impl Iterator<Item = &'n mut String>, from: &str, to: &str) {
    for name in names.filter(|name| *name == from) {
        to.clone_into(name);
    }
}
