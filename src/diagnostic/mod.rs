//! A mistake or a remark as a plain value: what is wrong, where, and how to mend it.
//!
//! Parsing and checking gather [`Diagnostic`]s and never stop at the first; [`render`] turns them into text for
//! people, editors and programs. A message is lowercase, without a full stop, the user's own text in backticks,
//! and help is kept apart from it.

pub mod code;
mod count;
pub mod render;
mod shell;
pub mod suggest;

pub use code::Code;
pub use count::{grouped, plural};
pub use shell::in_shell;

use std::fmt;

use crate::source::Place;

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The policy or the data cannot be used as it is.
    Error,
    /// It can be used, but is probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// One mistake or remark.
///
/// It has no `==`: places do not take part in equality (see [`Place`]), and two mistakes of one kind in two lines
/// are two. [`Diagnostic::same`] compares everything.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The kind of mistake.
    pub code: Code,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where; `None` when it is not about a text.
    pub place: Option<Place>,
    /// What to say under the primary place; may be empty.
    pub label: String,
    /// Other places that belong to it.
    pub labels: Vec<Label>,
    /// How to mend it, one advice each.
    pub help: Vec<String>,
    /// An edit that mends it.
    pub fix: Option<Fix>,
    /// The name of what it is about (a characteristic, a field), where it is about one: exceptions from a warning are
    /// made by it.
    pub about: Option<String>,
}

/// A remark on a second place.
#[derive(Clone, Debug)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What to say there.
    pub text: String,
}

/// An edit that mends a mistake: the text of a place becomes another.
#[derive(Clone, Debug)]
pub struct Fix {
    /// What is replaced; an empty span inserts.
    pub place: Place,
    /// What it becomes; empty to delete.
    pub replacement: String,
    /// What the edit does: ``write `1_000` ``.
    pub title: String,
}

impl Diagnostic {
    /// An error at a place.
    #[must_use]
    pub fn error(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), ..Self::new(code, Severity::Error, message.into()) }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), ..Self::new(code, Severity::Warning, message.into()) }
    }

    /// A diagnostic that is about no text: an error, or a warning when its code is one.
    #[must_use]
    pub fn general(code: Code, message: impl Into<String>) -> Self {
        let severity = if code.is_warning() { Severity::Warning } else { Severity::Error };
        Self::new(code, severity, message.into())
    }

    /// With a text under the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// With a remark on another place.
    #[must_use]
    pub fn also(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// With an advice; each is shown after its own `help:`.
    #[must_use]
    pub fn help(mut self, advice: impl Into<String>) -> Self {
        self.help.push(advice.into());
        self
    }

    /// With an edit that mends it; `title` says what the edit does and is shown after `help:`.
    #[must_use]
    pub fn fix(mut self, place: Place, replacement: impl Into<String>, title: impl Into<String>) -> Self {
        self.fix = Some(Fix { place, replacement: replacement.into(), title: title.into() });
        self
    }

    /// Of what has this name.
    #[must_use]
    pub fn about(mut self, name: impl Into<String>) -> Self {
        self.about = Some(name.into());
        self
    }

    /// Whether it is an error.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        matches!(self.severity, Severity::Error)
    }

    /// Whether both say the same of the same places.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        let places = |a: &Option<Place>, b: &Option<Place>| match (a, b) {
            (Some(a), Some(b)) => a.same_place(b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let labels = |a: &[Label], b: &[Label]| {
            a.len() == b.len()
                && a.iter().zip(b).all(|(a, b)| a.text == b.text && a.place.same_place(&b.place))
        };
        let fixes = |a: &Option<Fix>, b: &Option<Fix>| match (a, b) {
            (Some(a), Some(b)) => {
                a.replacement == b.replacement && a.title == b.title && a.place.same_place(&b.place)
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        self.code == other.code
            && self.severity == other.severity
            && self.message == other.message
            && places(&self.place, &other.place)
            && self.label == other.label
            && labels(&self.labels, &other.labels)
            && self.help == other.help
            && fixes(&self.fix, &other.fix)
    }

    const fn new(code: Code, severity: Severity, message: String) -> Self {
        Self {
            code,
            severity,
            message,
            place: None,
            label: String::new(),
            labels: Vec::new(),
            help: Vec::new(),
            fix: None,
            about: None,
        }
    }
}

/// Puts diagnostics in the order of file, place and code (those without a place first) and drops exact repeats.
/// Two of one code at one place keep the order they came in.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(|diagnostic| {
        (diagnostic.place.map(|place| (place.file, place.span.start)), diagnostic.code)
    });
    // Repeats may stand apart, with another message of the same code and place between them.
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics.drain(..) {
        let key = |d: &Diagnostic| (d.place.map(|place| (place.file, place.span.start)), d.code);
        let repeated = kept
            .iter()
            .rev()
            .take_while(|other| key(other) == key(&diagnostic))
            .any(|other| other.same(&diagnostic));
        if !repeated {
            kept.push(diagnostic);
        }
    }
    *diagnostics = kept;
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn at(file: u32, start: u32) -> Place {
        Place::new(FileId::new(file), Span::new(start, start + 1))
    }

    #[test]
    fn order_is_file_place_code() {
        let mut diagnostics = vec![
            Diagnostic::error(Code::E0201, at(1, 0), "f"),
            Diagnostic::error(Code::E0204, at(0, 9), "e"),
            Diagnostic::error(Code::E0201, at(0, 9), "c"),
            Diagnostic::error(Code::E0201, at(0, 9), "d"),
            Diagnostic::warning(Code::W0302, at(0, 2), "b"),
            Diagnostic::general(Code::E0407, "a"),
        ];
        sort(&mut diagnostics);
        let order: String = diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
        assert_eq!(order, "abcdef");
    }

    #[test]
    fn only_exact_repeats_are_dropped() {
        let first = || Diagnostic::error(Code::E0201, at(0, 9), "unknown name `x`").help("did you mean `y`?");
        let mut diagnostics = vec![
            first(),
            Diagnostic::error(Code::E0201, at(0, 9), "another"),
            first(),
            Diagnostic::error(Code::E0201, at(0, 12), "unknown name `x`").help("did you mean `y`?"),
            first().also(at(0, 1), "here"),
            first().also(at(0, 2), "here"),
            first().fix(at(0, 9), "y", "write `y`"),
            first().fix(at(0, 8), "y", "write `y`"),
            first().label("here"),
        ];
        let count = diagnostics.len();
        sort(&mut diagnostics);
        assert_eq!(diagnostics.len(), count - 1);
    }

    #[test]
    fn a_general_diagnostic_is_as_grave_as_its_code() {
        assert!(Diagnostic::general(Code::E0407, "").is_error());
        assert_eq!(Diagnostic::general(Code::W0302, "").severity, Severity::Warning);
        assert!(!Diagnostic::warning(Code::W0302, at(0, 0), "").is_error());
    }
}
