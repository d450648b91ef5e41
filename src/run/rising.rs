//! Whether keys rise from record to record: then none is given twice, and none has to be remembered.

use crate::data::{Key, Keys};

/// The ends of keys that rise.
#[derive(Debug, Default)]
pub(super) struct Rising {
    first: Option<End>,
    last: Option<End>,
}

/// A key that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    Whole(i64),
    Text(String),
}

impl Rising {
    /// Adds the keys of more records; `false` if they do not rise. Records without a key do not count.
    pub(super) fn adds(&mut self, keys: &Keys) -> bool {
        if let Some(whole @ [first, .., last]) = keys.as_whole() {
            let pairs = whole.iter().zip(whole.iter().skip(1));
            let rises = pairs.fold(true, |all, (before, key)| all & (before < key));
            let [first, last] = [first, last].map(|end| Some(End::Whole(*end)));
            return rises && self.goes_on(Self { first, last });
        }
        let mut all = keys.iter().filter(|key| *key != Key::None);
        let Some(first) = all.next() else { return true };
        let mut before = first;
        for key in all {
            if !is_less(before, key) {
                return false;
            }
            before = key;
        }
        let (first, last) = (End::of(first), End::of(before));
        self.goes_on(Self { first, last })
    }

    /// Adds what comes behind; `false` if it does not rise from here.
    pub(super) fn goes_on(&mut self, next: Self) -> bool {
        let rises = match (&self.last, &next.first) {
            (Some(last), Some(first)) => is_less(last.key(), first.key()),
            (_, _) => true,
        };
        self.first = self.first.take().or(next.first);
        self.last = next.last.or(self.last.take());
        rises
    }
}

/// Whether one key comes before another of the same kind. What is a whole number and what is not are not compared.
fn is_less(left: Key<'_>, right: Key<'_>) -> bool {
    match (left, right) {
        (Key::Whole(left), Key::Whole(right)) => left < right,
        (Key::Text(left), Key::Text(right)) => left < right,
        (Key::None | Key::Whole(_) | Key::Text(_), _) => false,
    }
}

impl End {
    fn of(key: Key<'_>) -> Option<Self> {
        match key {
            Key::None => None,
            Key::Whole(n) => Some(Self::Whole(n)),
            Key::Text(text) => Some(Self::Text(text.to_owned())),
        }
    }

    fn key(&self) -> Key<'_> {
        match self {
            Self::Whole(n) => Key::Whole(*n),
            Self::Text(text) => Key::Text(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rise(parts: &[&[Key<'_>]]) -> bool {
        let mut whole = Rising::default();
        parts.iter().all(|part| {
            let mut keys = Keys::default();
            part.iter().for_each(|key| keys.push(*key));
            let mut rising = Rising::default();
            rising.adds(&keys) && whole.goes_on(rising)
        })
    }

    #[test]
    fn keys_rise_within_parts_and_from_one_to_the_next() {
        use Key::{None, Text, Whole};
        assert!(rise(&[]));
        assert!(rise(&[&[Whole(1), None, Whole(2)], &[None], &[], &[Whole(9)]]));
        assert!(!rise(&[&[Whole(1), Whole(1)]]));
        assert!(!rise(&[&[Whole(1), Whole(2)], &[None], &[Whole(2)]]));
        assert!(rise(&[&[Text("a"), Text("ab")], &[Text("b")]]));
        assert!(!rise(&[&[Text("b")], &[Text("a")]]));
        assert!(!rise(&[&[Whole(1), Text("2")]]));
    }
}
