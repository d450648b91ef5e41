//! What could have stood somewhere, in the words of an author.

use super::grammar::Rule;

/// The rules that could have gone on where reading stopped.
pub(super) struct Expected {
    rules: Vec<Rule>,
}

/// How each rule is called in a message, the most telling first. Rules with one name are said once.
const NAMES: [(Rule, &str); 113] = [
    (Rule::literal, "a value"),
    (Rule::value, "a value"),
    (Rule::number, "a value"),
    (Rule::today, "a value"),
    (Rule::yes, "a value"),
    (Rule::no, "a value"),
    (Rule::points_of, "a value"),
    (Rule::call, "a value"),
    (Rule::path, "a value"),
    (Rule::score, "a value"),
    (Rule::tier, "a value"),
    (Rule::parentheses, "a value"),
    (Rule::missing, "`missing`"),
    (Rule::bound, "a value"),
    (Rule::expression, "a value"),
    (Rule::negative, "a value"),
    (Rule::cell, "a condition"),
    (Rule::not, "a condition"),
    (Rule::any, "a condition"),
    (Rule::date, "a date"),
    (Rule::name, "a name"),
    (Rule::category, "a category"),
    (Rule::string, "a text in quotes"),
    (Rule::field_type, "a type such as `integer` or `one of (a, b)`"),
    (Rule::one_of, "a type such as `integer` or `one of (a, b)`"),
    (Rule::number_type, "a type such as `integer` or `one of (a, b)`"),
    (Rule::integer_type, "a type such as `integer` or `one of (a, b)`"),
    (Rule::money_type, "a type such as `integer` or `one of (a, b)`"),
    (Rule::text_type, "a type such as `integer` or `one of (a, b)`"),
    (Rule::date_type, "a type such as `integer` or `one of (a, b)`"),
    (Rule::yes_no_type, "a type such as `integer` or `one of (a, b)`"),
    (Rule::domain, "a domain such as `0 to 24`"),
    (Rule::add, "an operator such as `is` or `at least`"),
    (Rule::subtract, "an operator such as `is` or `at least`"),
    (Rule::multiply, "an operator such as `is` or `at least`"),
    (Rule::divide, "an operator such as `is` or `at least`"),
    (Rule::and, "an operator such as `is` or `at least`"),
    (Rule::or, "an operator such as `is` or `at least`"),
    (Rule::otherwise, "an operator such as `is` or `at least`"),
    (Rule::comparison, "an operator such as `is` or `at least`"),
    (Rule::on_or_after, "an operator such as `is` or `at least`"),
    (Rule::on_or_before, "an operator such as `is` or `at least`"),
    (Rule::at_least, "an operator such as `is` or `at least`"),
    (Rule::at_most, "an operator such as `is` or `at least`"),
    (Rule::more_than, "an operator such as `is` or `at least`"),
    (Rule::less_than, "an operator such as `is` or `at least`"),
    (Rule::before, "an operator such as `is` or `at least`"),
    (Rule::after, "an operator such as `is` or `at least`"),
    (Rule::is_not, "an operator such as `is` or `at least`"),
    (Rule::equals, "an operator such as `is` or `at least`"),
    (Rule::tier_order, "an operator such as `is` or `at least`"),
    (Rule::one_of_these, "an operator such as `is` or `at least`"),
    (Rule::between, "an operator such as `is` or `at least`"),
    (Rule::within, "an operator such as `is` or `at least`"),
    (Rule::before_ago, "an operator such as `is` or `at least`"),
    (Rule::is_missing, "an operator such as `is` or `at least`"),
    (Rule::is_known, "an operator such as `is` or `at least`"),
    (Rule::open, "`{`"),
    (Rule::literals, "`(`"),
    (Rule::begin, "`(`"),
    (Rule::close, "`)`"),
    (Rule::assign, "`=`"),
    (Rule::colon, "`:`"),
    (Rule::comma, "a comma"),
    (Rule::window, "a number of days, months or years"),
    (Rule::unit, "`days`, `months` or `years`"),
    (Rule::period, "`a day`, `a month`, `a year` or `in total`"),
    (Rule::a_day, "`a day`, `a month`, `a year` or `in total`"),
    (Rule::a_month, "`a day`, `a month`, `a year` or `in total`"),
    (Rule::a_year, "`a day`, `a month`, `a year` or `in total`"),
    (Rule::in_total, "`a day`, `a month`, `a year` or `in total`"),
    (Rule::reason_order, "`points lost`, `points below baseline` or `points above baseline`"),
    (Rule::points_lost, "`points lost`, `points below baseline` or `points above baseline`"),
    (Rule::below_baseline, "`points lost`, `points below baseline` or `points above baseline`"),
    (Rule::above_baseline, "`points lost`, `points below baseline` or `points above baseline`"),
    (Rule::bound_least, "`at least` or `at most`"),
    (Rule::bound_most, "`at least` or `at most`"),
    (Rule::settled, "`settled scores` or `previous scores`"),
    (Rule::previous, "`settled scores` or `previous scores`"),
    (Rule::applies, "`applies` or `does not apply`"),
    (Rule::does_not_apply, "`applies` or `does not apply`"),
    (Rule::status, "`scored`, `not scored`, `not participating` or `rejected`"),
    (Rule::expect_score, "what is expected, such as `score 780` or `tier good`"),
    (Rule::expect_tier, "what is expected, such as `score 780` or `tier good`"),
    (Rule::expect_status, "what is expected, such as `score 780` or `tier good`"),
    (Rule::expect_no_reasons, "what is expected, such as `score 780` or `tier good`"),
    (Rule::expect_reasons, "what is expected, such as `score 780` or `tier good`"),
    (Rule::expect_points, "what is expected, such as `score 780` or `tier good`"),
    (Rule::expect_consequence, "what is expected, such as `score 780` or `tier good`"),
    (Rule::expect_value, "what is expected, such as `score 780` or `tier good`"),
    (Rule::assignment, "`field: value`"),
    (Rule::first_match, "`first match`"),
    (Rule::weight, "`weight`"),
    (Rule::limited, "`limited to`"),
    (Rule::each, "`each`"),
    (Rule::no_more, "`no more than`"),
    (Rule::filter, "`where`"),
    (Rule::not_scored, "`not scored`"),
    (Rule::key, "a label, `optional`, `tagged` and the like"),
    (Rule::optional, "a label, `optional`, `tagged` and the like"),
    (Rule::column, "a label, `optional`, `tagged` and the like"),
    (Rule::tagged, "a label, `optional`, `tagged` and the like"),
    (Rule::change, "a label, `optional`, `tagged` and the like"),
    (Rule::immutable, "a label, `optional`, `tagged` and the like"),
    (Rule::only_up, "a label, `optional`, `tagged` and the like"),
    (Rule::controllable, "a label, `optional`, `tagged` and the like"),
    (Rule::belongs, "`belongs to`"),
    (Rule::of_record, "`of` and a record"),
    (Rule::directed, "`from` or `between`"),
    (Rule::symmetric, "`from` or `between`"),
    (Rule::open_ended, "`or anything else`"),
    (Rule::history_step, "`then` and the next value"),
    (Rule::EOI, END),
];

/// The operators' name in [`NAMES`].
const OPERATOR: &str = "an operator such as `is` or `at least`";

/// The end of what is read in [`NAMES`].
const END: &str = "the end";

/// The words of operators, of which a message names a few only.
const OPERATOR_WORDS: [&str; 16] = [
    "is",
    "at",
    "least",
    "most",
    "more",
    "than",
    "less",
    "over",
    "under",
    "before",
    "after",
    "on",
    "between",
    "within",
    "otherwise",
    "and",
];

/// The words of types, of which a message names one.
const TYPE_WORDS: [&str; 5] = ["number", "integer", "money", "text", "date"];

/// How many things a message names at most.
const MOST: usize = 4;

impl Expected {
    pub(super) fn new(rules: &[Rule]) -> Self {
        Self { rules: rules.to_vec() }
    }

    pub(super) fn has(&self, rule: Rule) -> bool {
        self.rules.contains(&rule)
    }

    /// Whether this and nothing else could have stood there.
    pub(super) fn is_only(&self, rule: Rule) -> bool {
        self.rules.iter().all(|other| *other == rule) && !self.rules.is_empty()
    }

    /// Whether the place is one for a name rather than for any value.
    pub(super) fn wants_name(&self) -> bool {
        let names = [Rule::name, Rule::category, Rule::literal, Rule::literals];
        self.rules.iter().any(|rule| names.contains(rule)) && !self.has(Rule::number)
    }

    /// Whether an operator could have stood there.
    pub(super) fn has_operator(&self) -> bool {
        self.rules.iter().any(|rule| name(*rule) == Some(OPERATOR))
    }

    /// The words of the language that could have stood there.
    pub(super) fn words(&self) -> Vec<String> {
        let phrases = self.rules.iter().flat_map(|rule| match keyword(*rule) {
            Some(word) => vec![word],
            None => name(*rule).map(quoted_words).unwrap_or_default(),
        });
        let operators = OPERATOR_WORDS.iter().filter(|_| self.has_operator()).map(|word| (*word).to_owned());
        let types = TYPE_WORDS.iter().filter(|_| self.has(Rule::field_type)).map(|word| (*word).to_owned());
        phrases.chain(operators).chain(types).collect()
    }

    /// What could have stood there, as one phrase; empty when there are no words for it. `end` is what the place
    /// that is read ends with: `the end of the line`.
    pub(super) fn said(&self, end: &str) -> String {
        let phrases = self.phrases().into_iter();
        join(phrases.map(|phrase| if phrase == END { end.to_owned() } else { phrase }).collect())
    }

    /// What could have stood there but an operator, as the end of a sentence.
    pub(super) fn said_besides_operators(&self) -> String {
        // After a value, another value or `(` can only belong to one of the others.
        let told = [OPERATOR, END, "a value", "`(`"];
        let others = self.phrases().into_iter().filter(|phrase| !told.contains(&phrase.as_str()));
        let others = join(others.collect());
        if others.is_empty() { others } else { format!("; or here comes {others}") }
    }

    fn phrases(&self) -> Vec<String> {
        let mut phrases: Vec<String> = Vec::new();
        let has_value = self.has(Rule::number);
        let known = NAMES.iter().filter(|(rule, _)| self.has(*rule) && !(has_value && *rule == Rule::begin));
        let known = known.map(|(_, name)| (*name).to_owned());
        let is_said = |word: &String| {
            self.has_operator() && OPERATOR_WORDS.contains(&word.as_str()) || has_value && word == "points"
        };
        let words = self.rules.iter().filter_map(|rule| keyword(*rule)).filter(|word| !is_said(word));
        let words = words.map(|word| format!("`{word}`"));
        for phrase in words.chain(known) {
            if !phrases.contains(&phrase) {
                phrases.push(phrase);
            }
        }
        phrases
    }
}

/// Every word of the language that is no reserved one.
pub(super) fn keywords() -> impl Iterator<Item = String> {
    Rule::all_rules().iter().filter_map(|rule| keyword(*rule))
}

/// The word that a keyword's rule reads: such rules are called `kw_WORD`.
fn keyword(rule: Rule) -> Option<String> {
    format!("{rule:?}").strip_prefix("kw_").map(str::to_owned)
}

fn name(rule: Rule) -> Option<&'static str> {
    NAMES.iter().find(|(of, _)| *of == rule).map(|(_, name)| *name)
}

/// The words that stand between backticks in a phrase.
fn quoted_words(phrase: &str) -> Vec<String> {
    let quoted = phrase.split('`').skip(1).step_by(2);
    quoted.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

fn join(mut phrases: Vec<String>) -> String {
    phrases.truncate(MOST);
    match phrases.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}
