//! Names that are easily taken for one another, where both could stand in the same place.
//!
//! Alike are names that differ in capitals, underscores or look-alike characters (`R01`, `RO1`), that have the same words in
//! another order (`late_bills`, `bills_late`), and longer words that differ in one letter (`balance`, `balances`). Names that
//! count something (`grade_a1`, `grade_a2`) are not.

use super::context::Look;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place};
use crate::syntax::ast::{Item, Name, Statement};

/// How long a word must be for one other letter to be overlooked.
const LONG: usize = 5;

/// A name, what names it could be taken for, and what it is.
struct Named<'a> {
    space: (&'static str, &'a str),
    what: &'static str,
    name: &'a Name,
    file: FileId,
}

pub(super) fn find(look: &mut Look<'_>) {
    let scored = look.policy.schema.scored().name.clone();
    let mut names: Vec<Named<'_>> = Vec::new();
    for (file, statement) in look.statements {
        let mut add = |space, what, name| names.push(Named { space, what, name, file: *file });
        match statement {
            Statement::Tag(tag) => add(("tags", ""), "tag", &tag.name),
            Statement::Record(record) => {
                add(("records", ""), "record", &record.name);
                record
                    .fields
                    .iter()
                    .for_each(|field| add(("values", &record.name.text), "field", &field.name));
            }
            Statement::Link(link) => add(("records", ""), "link", &link.name),
            Statement::List(list) => add(("lists", ""), "list", &list.name),
            Statement::Let(definition) => {
                let of = definition.of.as_ref().map_or(scored.as_str(), |of| &of.text);
                add(("values", of), "definition", &definition.name);
            }
            Statement::Param(param) => add(("values", &scored), "parameter", &param.name),
            Statement::Reason(reason) => add(("reasons", ""), "reason", &reason.code),
            Statement::Item(item) => add_item(item, &mut add),
            Statement::Override(block) => add(("overrides", ""), "override", &block.name),
            Statement::Tiers(block) => {
                block.tiers.iter().for_each(|tier| add(("tiers", ""), "tier", &tier.name))
            }
            Statement::Decision(block) => add(("items", ""), "decision", &block.name),
            Statement::Consequence(block) => {
                let what = if block.penalty { "penalty" } else { "benefit" };
                add(("consequences", ""), what, &block.name);
            }
            Statement::Policy(_)
            | Statement::Influence(_)
            | Statement::Participation(_)
            | Statement::Use(_)
            | Statement::Case(_)
            | Statement::Cases(_) => {}
        }
    }
    for (at, later) in names.iter().enumerate() {
        let earlier = names.iter().take(at).find(|earlier| {
            earlier.space == later.space
                && alike(&earlier.name.text, &later.name.text, later.space.0 == "reasons")
        });
        if let Some(earlier) = earlier {
            look.report(finding(earlier, later));
        }
    }
}

fn add_item<'a>(item: &'a Item, add: &mut impl FnMut((&'static str, &'a str), &'static str, &'a Name)) {
    add(("items", ""), "name", &item.name);
    item.members.iter().for_each(|member| add_item(member, add));
}

fn finding(earlier: &Named<'_>, later: &Named<'_>) -> Diagnostic {
    Diagnostic::warning(
        Code::W0511,
        Place::new(later.file, later.name.span),
        format!("the {} `{}` is easily taken for `{}`", later.what, later.name.text, earlier.name.text),
    )
    .also(Place::new(earlier.file, earlier.name.span), format!("the {}", earlier.what))
    .help("give one of the two a name that says how it differs")
    .about(&later.name.text)
}

/// Whether two different names are easily taken for one another. Codes are so only where they look the same.
fn alike(a: &str, b: &str, codes: bool) -> bool {
    if a == b {
        return false;
    }
    if look(a) == look(b) {
        return true;
    }
    let (words_a, words_b): (Vec<&str>, Vec<&str>) = (a.split('_').collect(), b.split('_').collect());
    !codes && (same_words(&words_a, &words_b) || one_letter_off(&words_a, &words_b))
}

/// A name as it looks at a glance.
fn look(name: &str) -> String {
    let glance = |c: char| match c.to_ascii_lowercase() {
        '0' => 'o',
        '1' | 'i' => 'l',
        c => c,
    };
    name.chars().filter(|c| *c != '_').map(glance).collect()
}

fn same_words(a: &[&str], b: &[&str]) -> bool {
    let sorted = |words: &[&str]| {
        let mut words: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
        words.sort();
        words
    };
    a.len() > 1 && sorted(a) == sorted(b)
}

/// Whether all words are the same but one long one, which differs in a letter.
fn one_letter_off(a: &[&str], b: &[&str]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut different = a.iter().zip(b).filter(|(a, b)| a != b);
    match (different.next(), different.next()) {
        (Some((a, b)), None) => {
            let digit = |word: &str| word.contains(|c: char| c.is_ascii_digit());
            a.len().max(b.len()) >= LONG
                && !digit(a)
                && !digit(b)
                && strsim::osa_distance(&a.to_ascii_lowercase(), &b.to_ascii_lowercase()) == 1
        }
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn what_is_easily_taken_for_another() {
        for (a, b) in [
            ("late_bills", "bills_late"),
            ("late_bills", "late_bill"),
            ("balance", "balances"),
            ("limit", "limti"),
            ("age_group", "agegroup"),
            ("Income", "income"),
            ("level_l", "level_1"),
        ] {
            assert!(alike(a, b, false) && alike(b, a, false), "{a} {b}");
        }
        assert!(alike("RO1", "R01", true));
    }

    #[test]
    fn what_counts_or_differs_in_meaning_is_not() {
        for (a, b) in [
            ("grade_a1", "grade_a2"),
            ("under_100", "under_500"),
            ("age", "ages"),
            ("min_income", "max_income"),
            ("loan_amount", "loan_balance"),
            ("late_12m", "late_24m"),
            ("score_a", "score_b"),
        ] {
            assert!(!alike(a, b, false), "{a} {b}");
        }
        assert!(!alike("R01", "R02", true) && !alike("CREDIT", "CREDITS", true));
    }
}
