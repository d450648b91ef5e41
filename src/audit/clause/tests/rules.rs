//! What clauses say of single rules, reasons, consequences and inputs.

use super::*;

#[test]
fn every_rule_has_what_it_must_have() {
    let without = small(
        LATE,
        "reason R1 \"Late\"\ncharacteristic late {\n | late | points | reason |\n | 0 | 5 | |\n | 1 | 3 | R1 |\n | 2 or more | 0 | |\n}",
    );
    assert_eq!(told(&without, "require every rule has reason"), "refuted: `late` has no `reason`");
    let with = small(
        LATE,
        "reason R1 \"Late\"\ncharacteristic late {\n | late | points | reason |\n | 0 | 5 | |\n | 1 or more | 3 | R1 |\n}",
    );
    assert!(told(&with, "require every rule has reason").starts_with("proved"));
    assert_eq!(told(&with, "require every rule has source"), "refuted: `late` has no `source`");
    assert_eq!(told(&with, "require every rule has reason, owner"), "refuted: `small` has no `owner`");
    assert!(told(&with, "require every rule has basis").starts_with("undecided"));
    let row_by_row = small(
        LATE,
        "characteristic late {\n | late | points | source |\n | 0 | 5 | card of 2024 |\n | 1 or more | 3 | card of 2024 |\n}",
    );
    assert!(told(&row_by_row, "require every rule has source").starts_with("proved"));
    let refusing = small(LATE, "override too_late {\n when late is 3\n not scored\n}");
    assert_eq!(told(&refusing, "require every rule has reason"), "refuted: `too_late` has no `reason`");
}

#[test]
fn a_source_is_no_note_and_a_note_no_source() {
    let each = |line: &str| {
        small(
            LATE,
            &format!(
                "override cap {{\n when late is 3\n score at most 400\n {line} \"x\"\n}}\npenalty fine {{\n when late is 3\n {line} \"x\"\n}}"
            ),
        )
    };
    let (sourced, noted) = (each("source"), each("note"));
    assert!(told(&sourced, "require every rule has source").starts_with("proved"));
    assert_eq!(told(&sourced, "require every rule has note"), "refuted: `cap` has no `note`");
    assert_eq!(told(&sourced, "require every penalty has note"), "refuted: `fine` has no `note`");
    assert_eq!(told(&noted, "require every rule has source"), "refuted: `cap` has no `source`");
    assert_eq!(told(&noted, "require every penalty has source"), "refuted: `fine` has no `source`");
    assert!(told(&noted, "require every penalty has note").starts_with("proved"));
}

#[test]
fn what_loses_by_a_negative_weight_needs_a_reason() {
    let turned = small(
        LATE,
        "reason R1 \"a\"\ncharacteristic late {\n weight -100%\n | late | points | reason |\n | 0 | 0 | R1 |\n | 1 or more | +5 | |\n}",
    );
    assert_eq!(told(&turned, "require every rule has reason"), "refuted: `late` has no `reason`");
    let formula = small(LATE, "group turned {\n weight -100%\n rule more {\n points 2 * late\n }\n}");
    assert_eq!(told(&formula, "require every rule has reason"), "refuted: `more` has no `reason`");
}

#[test]
fn a_row_that_refuses_a_score_is_adverse() {
    let refusing = small(
        "  born date up to today immutable",
        "characteristic young {\n | born | points |\n | before 18 years ago | 0 |\n | within 18 years | not scored |\n}",
    );
    assert!(
        told(&refusing, "require every adverse rule names a correctable input")
            .starts_with("refuted: `young` rests on")
    );
}

#[test]
fn a_field_that_is_meant_fits_the_clause() {
    let small = small("  sex one of (f, m)\n  years integer 0 to 100", "");
    let known = asked("require person.age 62 or more never scored below others").unknown(&small);
    assert_eq!(known[0].known, ["person.years"]);
    let known = asked("require person.gender f never scored below others").unknown(&small);
    assert_eq!(known[0].known, ["person.sex"]);
}

#[test]
fn reasons_are_few_and_of_something_scored() {
    let world = policy(WORLD);
    assert!(told(&world, "limit reasons to 4").starts_with("proved: reasons are given up to 4"));
    assert!(told(&world, "limit reasons to 3").starts_with("proved: no more than "));
    // Of rows that exclude one another only one is told.
    let rows = small(
        LATE,
        "reason R1 \"a\"\nreason R2 \"b\"\nreason R3 \"c\"\ncharacteristic late {\n | late | points | reason |\n | 0 | 5 | R1 |\n | 1 | 3 | R2 |\n | 2 or more | 0 | R3 |\n}",
    );
    assert_eq!(told(&rows, "limit reasons to 1"), "proved: no more than 1 reason can be told at once");
    // Who is told how many is a matter of records.
    let both = small(
        LATE,
        "reason R1 \"a\"\nreason R2 \"b\"\nrule one {\n points -1 * late\n reason R1\n}\nrule two {\n points -2 * late\n reason R2\n}",
    );
    assert_eq!(questions(&both, "limit reasons to 1"), ["reasons 1"]);
    assert!(told(&world, "require every reason belongs to something scored").starts_with("proved"));
    let by_baseline = policy(
        "policy p {\n scores person\n start 0\n round to 1\n reasons up to 4 by points below baseline\n}\nrecord person {\n id text key\n late integer 0 to 3\n}\n\
         reason R1 \"Late\"\ncharacteristic late {\n reason R1\n baseline 5\n | late | points |\n | 0 | 5 |\n | 1 or more | 0 |\n}",
    );
    assert!(told(&by_baseline, "require every reason belongs to something scored").starts_with("refuted"));
}

#[test]
fn consequences_rest_on_what_they_may() {
    let world = policy(WORLD);
    let clause = "require consequences of transport rest only on payment, spend, association, register";
    assert!(
        told(&world, clause).starts_with("proved: `bike_deposit` reads nothing else; `rail_ban`"),
        "{}",
        told(&world, clause)
    );
    // Something else is read: whether it matters is for records to say.
    assert_eq!(questions(&world, "require consequences of transport rest only on payment").len(), 2);
    assert!(
        told(&world, "require consequences of health rest only on payment")
            .starts_with("proved: there is no such")
    );
    let own = small(
        "  fares integer 0 to 3 tagged transport",
        "tag transport \"Fares\"\npenalty rail_ban {\n when fares is 3\n context transport\n}",
    );
    assert!(
        told(&own, "require penalties rest only on inputs tagged with their context").starts_with("proved")
    );
    assert_eq!(questions(&world, "require penalties rest only on inputs tagged with their context").len(), 2);
}

#[test]
fn penalties_are_listed_and_announced() {
    let world = policy(WORLD);
    assert!(told(&world, "require penalties only from rail_ban, slow_internet").starts_with("proved"));
    assert_eq!(
        told(&world, "require penalties only from rail_ban"),
        "refuted: `slow_internet` is none of these"
    );
    assert_eq!(told(&world, "require every penalty has basis"), "refuted: `slow_internet` has no `basis`");
    assert!(told(&world, "require every benefit has grantor, context").starts_with("proved"));
    assert!(
        told(&world, "require consequences only in contexts transport, communication").starts_with("proved")
    );
    assert_eq!(
        told(&world, "require consequences only in contexts transport"),
        "refuted: `slow_internet` is in another context"
    );
    assert!(told(&world, "require penalties never backwards in time").starts_with("proved"));
    assert_eq!(
        told(&world, "require penalties announced 90 days ahead"),
        "refuted: `slow_internet` was announced on 2018-05-01, and holds from 2018-05-01 on"
    );
    assert!(
        told(&policy_on(WORLD, "2017-01-01"), "require penalties announced 90 days ahead")
            .starts_with("proved: there is no such penalty")
    );
    let backwards =
        small(LATE, "penalty fine {\n when late is 3\n announced 2025-01-01\n from 2024-01-01\n}");
    assert!(told(&backwards, "require penalties never backwards in time").starts_with("refuted"));
    let silent = small(LATE, "penalty fine {\n when late is 3\n}");
    assert_eq!(
        told(&silent, "require penalties never backwards in time"),
        "refuted: `fine` does not say when it was announced"
    );
}

#[test]
fn adverse_rules_name_what_can_be_set_right() {
    let world = policy(WORLD);
    assert_eq!(
        told(&world, "require every adverse rule names a correctable input"),
        "refuted: `friends` rests on the pairs of `friends` and `friends.score`, of which nothing is correctable"
    );
    let age = small(
        "  age integer 18 to 99 immutable",
        "characteristic age {\n | age | points |\n | 18 to 25 | 0 |\n | over 25 | 5 |\n}",
    );
    assert_eq!(
        told(&age, "require every adverse rule names a correctable input"),
        "refuted: `age` rests on `person.age`, of which nothing is correctable"
    );
    let late = small(
        "  late integer 0 to 3 controllable by person at 1 per step",
        "characteristic late {\n | late | points |\n | 0 | 5 |\n | 1 or more | 0 |\n}",
    );
    assert!(told(&late, "require every adverse rule names a controllable input").starts_with("proved"));
    let plain = small(LATE, "characteristic late {\n | late | points |\n | 0 | 5 |\n | 1 or more | 0 |\n}");
    assert!(told(&plain, "require every adverse rule names a controllable input").starts_with("refuted"));
    assert!(told(&plain, "require every adverse rule names a correctable input").starts_with("proved"));
}

#[test]
fn what_others_bring_is_accounted_for() {
    let world = policy(WORLD);
    let plain = small(LATE, "characteristic late {\n | late | points |\n | 0 | 5 |\n | 1 or more | 0 |\n}");
    assert!(
        told(&world, "limit weight of influences to 0.3")
            .starts_with("proved: the weights of influences add up to 0.3, below 1")
    );
    assert_eq!(
        told(&world, "limit weight of influences to 0.2"),
        "refuted: the weights of influences add up to 0.3"
    );
    assert!(told(&plain, "limit weight of influences to 0.2").starts_with("proved"));
    assert!(told(&world, "require lines about others only with 3 or more of them").starts_with("refuted"));
    assert!(told(&world, "require lines about others only with 1 or more of them").starts_with("proved"));
    assert!(told(&plain, "require lines about others only with 3 or more of them").starts_with("proved"));
    assert!(told(&world, "require flows between records only over friends").starts_with("proved"));
    assert_eq!(
        told(&world, "require flows between records only over owners"),
        "refuted: something comes over `friends` too"
    );
    assert!(
        told(&world, "require one more of owners never lowers score")
            .starts_with("proved: nothing reads the link")
    );
    assert_eq!(
        questions(&world, "require one less of friends never raises score"),
        ["one more LinkId(0) Falls"]
    );
}

/// A policy of one kind whose scores read those of another.
fn reading(own: &str, other: &str) -> Policy {
    policy(&format!(
        "policy {own}s {{\n scores {own}\n range 0 to 100\n start 50\n round to 1\n}}\nrecord {own} {{\n id text key\n}}\nrecord {other} {{\n id text key\n}}\n\
         link ties from {own} to {other}\ninfluence ties {{\n average of ties.score\n against 50\n weight 0.5\n reads previous scores\n}}"
    ))
}

#[test]
fn scores_that_flow_in_circles_are_found() {
    let clause = "forbid scores to flow in circles";
    let (company, person) = (reading("company", "person"), reading("person", "company"));
    assert!(told(&company, clause).starts_with("proved"));
    assert_eq!(
        told_with(&company, &[&person], clause, false).0,
        "refuted: scores flow in a circle: `company`, to `person`, and back to `company`"
    );
    let (bank, city) = (reading("person", "bank"), reading("bank", "company"));
    assert!(told_with(&company, &[&bank], clause, false).0.starts_with("proved"));
    assert_eq!(
        told_with(&company, &[&bank, &city], clause, false).0,
        "refuted: scores flow in a circle: `company`, to `bank`, to `person`, and back to `company`"
    );
    // Within one kind scores settle.
    assert!(told(&policy(WORLD), clause).starts_with("proved"));
}

#[test]
fn inputs_are_known_and_tagged() {
    let world = policy(WORLD);
    assert!(
        told(&world, "require inputs only from payment, spend, association, register").starts_with("proved")
    );
    let told_of = told(&world, "require inputs only from payment, spend, register");
    assert_eq!(told_of, "refuted: the policy reads the pairs of `friends` and `friends.score`");
    assert!(told(&world, "require every field tagged").starts_with("proved"));
    let plain = small(LATE, "");
    assert_eq!(
        told(&plain, "require every field tagged"),
        "refuted: `person.id` and `person.late` bear no tag"
    );
}
