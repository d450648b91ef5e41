//! Every sentence with its examples; every pass, with policies that keep it and policies that do not.

mod rules;
mod world;

use super::asked::{Answer, Asked, read};
use super::*;
use crate::audit::{read_charters, read_clause};
use crate::check::{self, Unit};
use crate::data::{FieldId, LinkId, RecordId, Set};
use crate::date::{Date, Unit as Window};
use crate::decimal::Decimal;
use crate::policy::TierId;
use crate::source::FileId;
use std::cell::RefCell;
use world::*;

#[test]
fn every_example_is_its_own_sentence_and_no_other_and_prints_back() {
    for pattern in all() {
        assert!(!pattern.examples.is_empty(), "{}", pattern.words);
        for example in pattern.examples {
            let asked = asked(example);
            assert_eq!(asked.pattern.words, pattern.words, "{example}");
            assert_eq!(asked.text, *example);
            let (clause, _) = crate::syntax::parse_clause(FileId::new(0), example);
            let others = all().filter(|other| {
                pattern::matched(&pattern::elements(other.words), &clause.as_ref().unwrap().parts).is_ok()
            });
            assert_eq!(others.count(), 1, "{example} is two sentences");
        }
    }
}

#[test]
fn every_example_is_answered_for_a_policy_that_has_all_of_it() {
    let world = policy(WORLD);
    let mut answers = String::new();
    for pattern in all() {
        for example in pattern.examples {
            let (told, questions) = told_with(&world, &[], example, true);
            assert!(!told.contains("was not understood"), "{example}");
            answers += &format!("{example}\n  {told}\n");
            for question in questions {
                answers += &format!("  asks: {question}\n");
            }
        }
    }
    insta::assert_snapshot!("answers", answers);
}

#[test]
fn what_is_no_clause_is_told_with_what_was_meant() {
    let mut said = String::new();
    for clause in [
        "forbid opinion to influense score",
        "forbid to influence score",
        "forbid opinion to influence",
        "require score never rises with late_24m",
        "require score never drops with person.late_24m",
        "limit any characteristic or rule to 35 of range",
        "limit any characteristic or rule to 35%",
        "require penalties announced soon",
        "require penalties announced 90 ahead",
        "require penalties announced 1.5 days ahead",
        "require every rule has raeson",
        "require every rule has reason, fun",
        "require everything",
        "require justice",
        "limit reasons to 4 or so",
        "require person.age 62 more never scored below others",
        "forbid one more of friends to cost",
        "require adverse impact of tier good or beter by person.sex at least 0.8",
    ] {
        let found = read_clause(FileId::new(0), clause).unwrap_err();
        let mut sources = crate::source::Sources::new();
        sources.add("--ask", clause);
        assert_eq!(found.len(), 1, "{clause}: {found:?}");
        said += &crate::diagnostic::render::human(&found, &sources, false);
        said.push('\n');
    }
    insta::assert_snapshot!("refusals", said);
}

#[test]
fn names_are_looked_up_in_each_policy() {
    let world = policy(WORLD);
    let plain = small(
        "  late integer 0 to 3",
        "characteristic late { \n | late | points | \n | 0 | 5 | \n | 1 or more | 0 | \n}",
    );
    assert!(told(&world, "forbid post to influence score").starts_with(
        "proved: nothing on the way to the score reads `post.person`, `post.date` and the records `post`"
    ));
    assert_eq!(
        told(&plain, "forbid opinion to influence score"),
        "vacuous: the policy has no tag, record, link or field `opinion`, so the clause asks nothing of it"
    );
    // What is known is asked, where something else in the list is not.
    assert!(told(&world, "forbid opinion, humour to influence score").starts_with("proved"));
    assert_eq!(questions(&plain, "require score never rises with person.late").len(), 1);
    assert!(
        told(&plain, "require gaming into tier good costs at least 5")
            .starts_with("vacuous: the policy has no tier")
    );
    assert!(
        told(&world, "require score never rises with person.sex")
            .starts_with("misfit: `person.sex` has no order")
    );
    assert!(told(&world, "require person.sex 62 or more never scored below others").starts_with("misfit"));
    assert!(told(&world, "require person.age 200 or more never scored below others").starts_with("misfit"));
    assert!(
        told(&world, "require person.age before 5 years ago never scored below others").starts_with("misfit")
    );
}

#[test]
fn a_tag_stands_for_all_that_bears_it() {
    let world = policy(WORLD);
    let inputs = |clause: &str| {
        let mut asked = questions(&world, clause);
        asked.pop().unwrap_or_default()
    };
    // The records themselves, their fields without a tag of their own, and what has the tag; no field with another.
    let payment = inputs("limit payment to 10% of range");
    for wanted in [
        "Record(RecordId(4))",
        "Field(RecordId(4), FieldId(0))",
        "Field(RecordId(4), FieldId(1))",
        "Field(RecordId(0), FieldId(6))",
    ] {
        assert!(payment.contains(wanted), "{payment}");
    }
    let spend = inputs("limit spend to 10% of range");
    assert!(!spend.contains("Field(RecordId(3), FieldId(0))"), "{spend}");
    assert_eq!(
        inputs("limit association to 10% of range"),
        "share Inputs([Link(LinkId(0)), Link(LinkId(1)), LinkedScore(LinkId(0)), LinkedScore(LinkId(1))]) 0.1"
    );
    assert_eq!(inputs("limit friends.score to 10% of range"), "share Inputs([LinkedScore(LinkId(0))]) 0.1");
}

#[test]
fn what_is_not_read_cannot_change_anything() {
    let world = policy(WORLD);
    assert!(told(&world, "forbid protected to influence score, tier").starts_with("proved"));
    assert!(told(&world, "require twins score the same").starts_with("proved"));
    assert_eq!(questions(&world, "forbid protected, spend to influence score").len(), 1);
    // Participation decides whether there is a score at all.
    assert_eq!(questions(&world, "forbid person.enrolled to influence score").len(), 1);
    assert!(told(&world, "forbid post to raise score").starts_with("proved"));
    assert_eq!(questions(&world, "forbid spend to raise score").len(), 1);
}

#[test]
fn values_that_rules_name_are_found() {
    let world = policy(WORLD);
    assert_eq!(
        told(&world, "forbid any rule to name a value of purchase.category"),
        "refuted: rules name values of `purchase.category` 2 times"
    );
    assert!(
        told(&world, "forbid any rule to name a value of purchase.date, person.late_24m")
            .starts_with("proved")
    );
    let filtered = small(
        "",
        "record sale belongs to person by person {\n person text\n shop text\n}\nrule shops {\n for each sale where sale.shop is \"Brown\"\n points 1 each, no more than 3 in total\n}",
    );
    assert_eq!(
        told(&filtered, "forbid any rule to name a value of sale.shop"),
        "refuted: a rule names a value of `sale.shop`"
    );
    let counted = small(
        "",
        "record sale belongs to person by person {\n person text\n shop text\n}\nrule shops {\n points 1 * count(sale where starts_with(sale.shop, \"B\")) limited to 0 to 3\n}",
    );
    assert!(told(&counted, "forbid any rule to name a value of sale.shop").starts_with("refuted"));
}

#[test]
fn dead_rules_are_found() {
    let dead = small(LATE, "characteristic late {\n | late | points |\n | 0 | 5 |\n | 1 or more | 5 |\n}");
    assert!(
        told(&dead, "require no dead rows or rules")
            .starts_with("refuted: `late` gives the same to everybody")
    );
    let alive = small(LATE, "characteristic late {\n | late | points |\n | 0 | 5 |\n | 1 or more | 0 |\n}");
    assert_eq!(questions(&alive, "require no dead rows or rules"), ["dead"]);
    assert!(told(&alive, "require bands complete and disjoint").starts_with("proved"));
}

#[test]
fn opting_out_is_a_matter_of_records() {
    let world = policy(WORLD);
    assert_eq!(questions(&world, "require opting out costs nothing"), ["opting out"]);
    let obliged = small(LATE, "penalty fine {\n when late is 3\n}");
    assert_eq!(questions(&obliged, "require opting out costs nothing"), ["opting out"]);
}

#[test]
fn what_needs_data_says_so() {
    let world = policy(WORLD);
    let clause = "require adverse impact of tier good or better by person.age under 25 at least 0.8";
    assert!(asked(clause).needs_data());
    assert_eq!(told(&world, clause), "undecided: this depends on data: give them with `--data`");
    assert_eq!(
        questions(&world, clause),
        [
            "impact Tier { tier: TierId(0), or_better: true } FieldId(2) Some(Ranges([(18000000000, 24000000000)])) 0.8"
        ]
    );
    assert!(!asked("require every field tagged").needs_data());
    let of_others = "require adverse impact of score 470 or more by applicant.foreign_worker at least 0.8";
    assert!(told(&world, of_others).starts_with("proved: the policy scores `person`"));
    // Several things that are asked of none are told once.
    let plain = small(LATE, "");
    assert_eq!(
        told(&plain, "require every penalty has basis, context"),
        "proved: there is no such penalty on this day"
    );
}

#[test]
fn only_what_can_happen_to_children_is_asked_to_be_forgotten() {
    let world = policy(WORLD);
    assert_eq!(
        questions(&world, "require adverse points forgotten after 7 years"),
        ["forgotten [RecordId(3), RecordId(4)] (7, Year)"]
    );
    assert_eq!(
        questions(&world, "require adverse points of bankruptcy forgotten after 10 years"),
        ["forgotten [RecordId(4)] (10, Year)"]
    );
    assert!(
        told(&world, "require adverse points of post forgotten after 1 year")
            .starts_with("proved: no rule reads")
    );
}

#[test]
fn a_clause_is_read_where_it_stands() {
    let text = "charter c {\n  require  every field\n    tagged\n}\n";
    // A clause ends with its line: what it began is not whole, and what follows is no line of a charter.
    let (_, found) = read_charters(FileId::new(0), text);
    let codes: Vec<_> = found.iter().map(|one| one.code.name()).collect();
    assert_eq!(codes, ["E0602", "E0102"]);
    let (charters, found) = read_charters(
        FileId::new(0),
        "charter c {\n  forbid protected,\n    opinion to influence score\n}\n",
    );
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(charters[0].clauses[0].text, "forbid protected, opinion to influence score");
    let (tree, _) = crate::syntax::parse_clause(FileId::new(0), "require every field tagged");
    assert!(read(FileId::new(0), &tree.unwrap()).is_ok());
}

#[test]
fn a_charter_is_answered_in_every_period() {
    let (charters, found) = read_charters(
        FileId::new(7),
        "charter c {\n  require penalties announced 90 days ahead\n  require no dead rows or rules\n  \
         require adverse impact of tier good by person.sex at least 0.8\n  forbid humour to influence score\n}\n",
    );
    assert!(found.is_empty(), "{found:?}");
    let desk = Listening::default();
    let report = |day: &str| {
        let policy = policy_on(WORLD, day);
        crate::audit::apply(
            &charters[0],
            &Subject { policy: &policy, others: &[], desk: &desk, screen: None },
        )
    };
    let (first, later) = (report("2017-01-01"), report("2026-01-31"));
    assert_eq!(first.hash, later.hash);
    assert_eq!(first.refuted().count(), 0);
    let joined = first.and_later(later, Date::parse("2018-05-01").unwrap());
    let refuted: Vec<_> = joined.refuted().collect();
    assert_eq!(refuted.len(), 1);
    assert_eq!(refuted[0].code.name(), "E0604");
    assert_eq!(
        refuted[0].message,
        "`world` breaks this clause: from 2018-05-01 on `slow_internet` was announced on 2018-05-01, and holds from \
         2018-05-01 on"
    );
    assert_eq!((refuted[0].place.unwrap().file, refuted[0].labels.len()), (FileId::new(7), 1));
    // What waits for data is no warning; what speaks of nothing holds.
    assert_eq!(joined.undecided().count(), 2);
    let undecided: Vec<_> = joined.undecided_without_data().map(|one| one.code.name()).collect();
    assert_eq!(undecided, ["W0602"]);
    let kinds: Vec<_> = joined.clauses.iter().map(|one| (one.needs_data, one.vacuous)).collect();
    assert_eq!(kinds, [(false, false), (false, false), (true, false), (false, true)]);
}
