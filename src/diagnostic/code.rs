//! The register of codes: every kind of mistake has a number, a title and a page.
//!
//! A number is never reused, even after its mistake can no longer be made. `E` codes are errors, `W` codes are
//! warnings. The page of a code is `docs/errors/CODE.md`; it is part of the program.

use std::fmt;

macro_rules! register {
    ($($code:ident $title:literal,)*) => {
        /// The kind of a mistake, by its number in the register.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        impl Code {
            /// Every code, in the order of the register.
            #[must_use]
            pub const fn all() -> &'static [Self] {
                &[$(Self::$code),*]
            }

            /// The code as it is printed: `E0204`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$code => stringify!($code),)*
                }
            }

            /// What is wrong, in one line.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$code => $title,)*
                }
            }

            /// The page about the code: Markdown with what is wrong, why, an example and how to mend it.
            #[must_use]
            pub const fn page(self) -> &'static str {
                match self {
                    $(Self::$code => include_str!(concat!("../../docs/errors/", stringify!($code), ".md")),)*
                }
            }
        }
    };
}

register! {
    // Text that cannot be read.
    E0100 "this file cannot be read as text",
    E0101 "this line is not understood",
    E0102 "unknown statement or clause word",
    E0103 "a block is not closed",
    E0104 "a closing brace without a block",
    E0105 "a text in quotes is not closed or has a bad escape",
    E0106 "a number in another notation",
    E0107 "a sign that is not the plain one",
    E0108 "a name with a letter outside ASCII",
    E0109 "`-` or `+` without blanks",
    E0110 "a programmer's operator",
    E0111 "a keyword with capitals",
    E0112 "a clause word with a colon",
    E0113 "a table row without its last `|`, or with text after it",
    E0114 "a table row with too many or too few cells",
    E0115 "`and` mixed with `or` without parentheses",
    E0116 "nested too deep",
    E0117 "an impossible date",
    E0118 "a number that does not fit",
    E0119 "an empty cell where a condition is needed",
    E0120 "a comparison sign in a cell",
    E0121 "a reserved word used as a name",
    E0122 "a chain of comparisons",
    // Names, types, missing values and tables: the policy does not hold together.
    E0201 "unknown name",
    E0202 "unknown record, link or field of a record",
    E0203 "unknown reason, tag, list, tier, characteristic, rule or decision",
    E0204 "may be missing and is not dealt with",
    E0205 "a table leaves a gap",
    E0206 "two rows overlap",
    E0207 "a row that no record can reach",
    E0208 "duplicate name",
    E0209 "wrong type",
    E0210 "units that do not go together",
    E0211 "unknown category",
    E0212 "a value outside its domain",
    E0213 "definitions in a circle",
    E0214 "a domain that is empty or upside down",
    E0215 "unknown function, or wrong number of arguments",
    E0216 "a field of a child record used alone",
    E0217 "a record without one clear key",
    E0218 "a clause is missing",
    E0219 "a clause given twice",
    E0220 "a clause that does not belong in this block",
    E0221 "unknown or doubled column in a table",
    E0222 "division by zero, or a step of zero",
    E0223 "text or categories put in order",
    E0224 "`otherwise` or `any` in the wrong place",
    E0225 "dates of effect leave a gap or overlap",
    E0226 "days and months mixed, so that the order depends on the day",
    E0227 "more than one way to change",
    // Score, tiers, overrides, decisions, influence, participation.
    E0301 "no policy, or more than one",
    E0302 "a score range that does not work",
    E0303 "an override number outside the range or between two steps",
    E0304 "tiers leave a gap, overlap or are not best first",
    E0305 "a tier that no score can reach",
    E0306 "points that depend on the score",
    E0307 "influence without a unique answer",
    E0308 "a friend's score read in a way that is not allowed",
    E0309 "points without an upper limit",
    E0310 "a baseline is needed",
    E0311 "a link that does not join these records",
    E0312 "decisions in a circle, or read before they are given",
    E0313 "a history that ends, or whose dates do not rise",
    E0314 "a case that does not fit",
    // Files and projects.
    E0401 "`use` leaves the project",
    E0402 "`use` in a circle",
    E0403 "a file cannot be read",
    E0404 "`use` of a name that the file does not define",
    E0405 "`glassbox.toml` is wrong",
    E0406 "a parameter from outside is unknown or does not fit",
    E0407 "data for a record is not supplied",
    E0408 "a column the policy needs is not in the file",
    E0409 "a data file cannot be read",
    // Charters.
    E0601 "no charter, or one without a clause",
    E0602 "a clause that says nothing that is known",
    E0603 "a clause that does not fit the policy",
    E0604 "a policy breaks a clause of its charter",
    // Warnings.
    W0301 "care for a missing value that can never be missing",
    W0302 "something that nothing uses",
    W0303 "points can be lost without a reason",
    W0305 "an override that can never change anything",
    W0306 "a way to change without an effect",
    W0401 "an exception in `glassbox.toml` for a name that no policy has",
    // Warnings of the lints: not what was meant, probably.
    W0501 "points that go up and down along ordered bands",
    W0502 "missing gives the most points",
    W0503 "one reason for a gain and a loss",
    W0504 "points that are the same for everybody",
    W0505 "a row that no record of the data takes",
    W0506 "a number that repeats the value of a parameter",
    W0507 "points that depend on a protected tag",
    W0508 "a date that ends nothing any more",
    W0509 "a benefit or penalty that nobody can reach",
    W0510 "a policy without an owner or a source",
    W0511 "names that are too much alike",
    W0512 "a tier that no sum of points falls into",
    // Warnings about charters.
    W0601 "a name in a charter that no policy has",
    W0602 "a clause that is undecided",
}

impl Code {
    /// The code of a name, in capitals or not: `E0204`, `e0204`.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::all().iter().copied().find(|code| code.name().eq_ignore_ascii_case(name))
    }

    /// Whether the code is one of a warning.
    #[must_use]
    pub fn is_warning(self) -> bool {
        self.name().starts_with('W')
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_by_name_in_any_case() {
        assert_eq!(Code::find("e0204"), Some(Code::E0204));
        assert_eq!(Code::find("W0305"), Some(Code::W0305));
        assert_eq!(Code::find("E9999"), None);
        assert!(Code::W0302.is_warning() && !Code::E0302.is_warning());
    }

    #[test]
    fn the_register_is_in_order_and_without_repeats() {
        let names: Vec<&str> = Code::all().iter().map(|code| code.name()).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        assert!(names.iter().all(|name| name.len() == 5));
    }

    #[test]
    fn every_code_has_a_page_of_the_same_shape() {
        for code in Code::all() {
            let page = code.page();
            assert_eq!(page.lines().next(), Some(format!("# {code}: {}", code.title()).as_str()));
            let headings: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
            let expected = ["## What is wrong", "## Why", "## Example", "## How to mend it"];
            assert_eq!(headings, expected, "{code}");
            assert!(page.lines().all(|line| line.chars().count() <= 160), "{code} has a long line");
            assert_eq!(page.matches("```").count() % 2, 0, "{code} leaves a block open");
        }
    }

    #[test]
    fn every_page_belongs_to_a_code() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors");
        let pages = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<String> =
            pages.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        let expected: Vec<&str> = Code::all().iter().map(|code| code.name()).collect();
        assert_eq!(names, expected);
    }
}
