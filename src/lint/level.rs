//! How much a warning counts: allowed, a warning, or as bad as an error; set by name or code, for a pack.

use super::LINTS;
use crate::diagnostic::{Code, Diagnostic, Severity, suggest};
use std::collections::{BTreeMap, BTreeSet};

/// How much a warning counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// It is not told.
    Allow,
    /// It is told.
    #[default]
    Warn,
    /// It is an error for `check`.
    Deny,
}

/// What a pack says of one warning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Setting {
    /// Its level.
    pub level: Level,
    /// The names of what it is not to be told of.
    pub except: BTreeSet<String>,
}

/// What a pack says of warnings; what it says nothing of is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Levels(BTreeMap<Code, Setting>);

impl Level {
    /// The words for the levels.
    pub const WORDS: [&str; 3] = ["allow", "warn", "deny"];

    /// The level of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "allow" => Some(Self::Allow),
            "warn" => Some(Self::Warn),
            "deny" => Some(Self::Deny),
            _other => None,
        }
    }
}

/// The warning of a name (`missing-is-best`) or code (`W0502`), in any case.
pub fn find(name: &str) -> Option<Code> {
    let named = LINTS.iter().find(|lint| lint.name.eq_ignore_ascii_case(name)).map(|lint| lint.code);
    named.or_else(|| Code::find(name).filter(|code| code.is_warning()))
}

/// What to say of a name that is none of a warning.
pub fn hint(unknown: &str) -> String {
    let names = LINTS.iter().map(|lint| lint.name).chain(LINTS.iter().map(|lint| lint.code.name()));
    suggest::did_you_mean(unknown, names).unwrap_or_else(|| {
        let names: Vec<_> = LINTS.iter().map(|lint| format!("`{}`", lint.name)).collect();
        format!("known are {}", names.join(", "))
    })
}

impl Levels {
    /// Sets what is said of a warning.
    pub fn set(&mut self, code: Code, setting: Setting) {
        self.0.insert(code, setting);
    }

    /// What is said of each warning: its name, and its level with what it is not told of.
    pub fn facts(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().map(|(code, setting)| {
            let lint = LINTS.iter().find(|lint| lint.code == *code);
            let level = match setting.level {
                Level::Allow => "allow",
                Level::Warn => "warn",
                Level::Deny => "deny",
            };
            let except: Vec<&str> = setting.except.iter().map(String::as_str).collect();
            let except =
                if except.is_empty() { String::new() } else { format!(", not of {}", except.join(", ")) };
            (format!("lint {}", lint.map_or(code.name(), |lint| lint.name)), format!("{level}{except}"))
        })
    }

    /// The level of a warning.
    pub fn of(&self, code: Code) -> Level {
        self.0.get(&code).map_or(Level::Warn, |setting| setting.level)
    }

    /// Leaves out the warnings that are not to be told.
    pub fn quieten(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain(|one| {
            let excepted = |setting: &Setting| {
                setting.level == Level::Allow
                    || one.about.as_ref().is_some_and(|name| setting.except.contains(name))
            };
            !one.code.is_warning() || !self.0.get(&one.code).is_some_and(excepted)
        });
    }

    /// Leaves out those that are not to be told, and makes errors of those that are denied.
    pub fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        self.quieten(diagnostics);
        for one in diagnostics.iter_mut().filter(|one| self.of(one.code) == Level::Deny) {
            one.severity = Severity::Error;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(level: Level, except: &[&str]) -> Setting {
        Setting { level, except: except.iter().map(|name| (*name).to_owned()).collect() }
    }

    fn levels(code: Code, level: Level, except: &[&str]) -> Levels {
        let mut levels = Levels::default();
        levels.set(code, setting(level, except));
        levels
    }

    fn two() -> Vec<Diagnostic> {
        let of = |name: &str| Diagnostic::general(Code::W0501, name).about(name);
        vec![of("age"), of("income"), Diagnostic::general(Code::E0407, "no data")]
    }

    #[test]
    fn what_is_allowed_is_not_told_and_what_is_denied_is_an_error() {
        let mut told = two();
        levels(Code::W0501, Level::Allow, &[]).apply(&mut told);
        assert_eq!(told.len(), 1);
        let mut told = two();
        levels(Code::W0501, Level::Deny, &["age"]).apply(&mut told);
        assert_eq!(told.iter().map(|one| one.message.as_str()).collect::<Vec<_>>(), ["income", "no data"]);
        assert!(told.iter().all(Diagnostic::is_error));
        let mut told = two();
        levels(Code::W0501, Level::Deny, &["age"]).quieten(&mut told);
        assert_eq!(told.first().map(|one| one.severity), Some(Severity::Warning));
        let mut told = two();
        Levels::default().apply(&mut told);
        assert_eq!(told.len(), 3);
    }

    #[test]
    fn an_error_is_no_warning_whatever_is_said_of_it() {
        let mut told = two();
        levels(Code::E0407, Level::Allow, &[]).apply(&mut told);
        assert_eq!(told.len(), 3);
    }

    #[test]
    fn warnings_are_found_by_name_and_by_code() {
        assert_eq!(find("missing-is-best"), Some(Code::W0502));
        assert_eq!(find("w0502"), Some(Code::W0502));
        assert_eq!(find("E0204"), None);
        assert_eq!(hint("mising-is-best"), "did you mean `missing-is-best`?");
    }
}
