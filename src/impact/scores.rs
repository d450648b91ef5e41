//! What the records of a population came to, in columns: to be kept, and compared with what they come to later.

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
    scores: Vec<Option<Decimal>>,
    /// By record: the position of its tier.
    tier: Vec<Option<u16>>,
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

impl Scores {
    /// Of nobody yet, by a policy.
    pub fn new(policy: &Policy) -> Self {
        let tiers = policy.tiers.iter().map(|tier| (tier.name.clone(), tier.label.clone())).collect();
        let record = policy.schema.scored();
        let kind = record.key.map(|key| policy.schema.field(policy.schema.scored, key).kind);
        Self { tiers, kind, ..Self::default() }
    }

    /// Adds records that were scored, with their keys.
    pub fn add(&mut self, keys: &Keys, scored: &Scored) {
        self.keys.extend(keys);
        for row in 0..scored.rows() {
            let standing = scored.standings().get(row).copied().unwrap_or(Standing::Bad);
            self.standings.push(standing);
            self.scores.push(if standing == Standing::Scored { scored.score(row) } else { None });
            self.tier.push(scored.tier(row).and_then(|tier| u16::try_from(tier.index()).ok()));
        }
    }

    /// Adds what others came to, behind these.
    pub fn append(&mut self, others: &Self) {
        self.keys.extend(&others.keys);
        self.standings.extend_from_slice(&others.standings);
        self.scores.extend_from_slice(&others.scores);
        self.tier.extend_from_slice(&others.tier);
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
        self.scores.iter().flatten().count()
    }

    /// What a record came to; past the end it is set aside.
    pub fn entry(&self, at: usize) -> Entry {
        Entry {
            standing: self.standings.get(at).copied().unwrap_or(Standing::Bad),
            score: self.scores.get(at).copied().flatten(),
            tier: self.tier.get(at).copied().flatten().map(usize::from),
        }
    }

    /// The key of a record.
    pub fn key(&self, at: usize) -> Value {
        let key = self.keys.get(at);
        self.kind.map_or(Value::Missing(crate::data::Why::Undecided), |kind| key.value(kind))
    }

    /// Names and labels of the tiers, best first.
    pub(super) fn tiers(&self) -> &[(String, String)] {
        &self.tiers
    }

    /// The positions of the tiers of those that have one.
    pub(super) fn tier_positions(&self) -> impl Iterator<Item = usize> + '_ {
        self.tier.iter().flatten().copied().map(usize::from)
    }

    /// The positions, before and now, of records with the same keys, in their present order.
    pub(super) fn pairs(old: &Self, new: &Self) -> Vec<(usize, usize)> {
        let in_step = old.keys.len() == new.keys.len() && old.keys.iter().eq(new.keys.iter());
        if in_step {
            return (0..old.len().min(new.len())).map(|at| (at, at)).collect();
        }
        let known: FxHashMap<Key<'_>, usize> =
            old.keys.iter().zip(0..).filter(|(key, _)| *key != Key::None).collect();
        let pair = |(key, at): (Key<'_>, usize)| Some((*known.get(&key)?, at));
        new.keys.iter().zip(0..).filter_map(pair).collect()
    }
}
