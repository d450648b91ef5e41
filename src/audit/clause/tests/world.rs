//! A policy that has all that clauses ask about, and a desk that only notes what it is asked.

use super::*;

/// A desk that decides nothing, and notes what it is asked.
#[derive(Default)]
pub(super) struct Listening {
    questions: RefCell<Vec<String>>,
}

impl Listening {
    fn ask(&self, question: String) -> Verdict {
        self.questions.borrow_mut().push(question);
        Verdict::undecided("nobody looks at records here")
    }
}

impl Desk for Listening {
    fn flow(&self, from: &[Input], to: Target) -> Verdict {
        self.ask(format!("flow {from:?} {to:?}"))
    }
    fn monotone(&self, of: (RecordId, FieldId), never: Way) -> Verdict {
        self.ask(format!("monotone {of:?} {never:?}"))
    }
    fn shift(&self, from: &[Input], never: Way) -> Verdict {
        self.ask(format!("shift {from:?} {never:?}"))
    }
    fn one_more(&self, of: LinkId, never: Way) -> Verdict {
        self.ask(format!("one more {of:?} {never:?}"))
    }
    fn one_more_at_most(&self, of: LinkId, most: Decimal) -> Verdict {
        self.ask(format!("one more {of:?} at most {most}"))
    }
    fn share(&self, of: &Share, most: Decimal) -> Verdict {
        self.ask(format!("share {of:?} {most}"))
    }
    fn missing(&self, of: &[Input], never: Way, than: Benchmark) -> Verdict {
        self.ask(format!("missing {of:?} {never:?} {than:?}"))
    }
    fn never_below_others(&self, of: (RecordId, FieldId), band: &Set) -> Verdict {
        self.ask(format!("never below {of:?} {band:?}"))
    }
    fn forgotten(&self, kinds: &[RecordId], after: (u32, Window)) -> Verdict {
        self.ask(format!("forgotten {kinds:?} {after:?}"))
    }
    fn repeated_gain(&self, most: Option<Decimal>) -> Verdict {
        self.ask(format!("repeated {most:?}"))
    }
    fn reasons_at_most(&self, most: u32) -> Verdict {
        self.ask(format!("reasons {most}"))
    }
    fn gaming(&self, from: Option<TierId>, to: TierId, at_least: Decimal) -> Verdict {
        self.ask(format!("gaming {from:?} {to:?} {at_least}"))
    }
    fn ways_up(&self) -> Verdict {
        self.ask("ways up".to_owned())
    }
    fn step(&self, of: &[Input], most: Decimal) -> Verdict {
        self.ask(format!("step {of:?} {most}"))
    }
    fn opting_out(&self) -> Verdict {
        self.ask("opting out".to_owned())
    }
    fn dead(&self) -> Verdict {
        self.ask("dead".to_owned())
    }
}

impl Screen for Listening {
    fn adverse_impact(&self, question: &AdverseImpact) -> Verdict {
        self.ask(format!(
            "impact {:?} {:?} {:?} {}",
            question.pass, question.by, question.group, question.at_least
        ))
    }
}

/// Everything that the examples speak of.
pub(super) const WORLD: &str = r#"
policy world "A policy that has everything" {
  scores   person
  range    300 to 900
  start    600
  round    to 1
  reasons  up to 4 by points lost
  owner    "Tests"
  source   "Invented"
}

tag payment     "How bills were paid"
tag protected   "Grounds that the law protects"
tag residence   "Where people live"
tag spend       "What people buy"
tag opinion     "What people say"
tag association "Whom people know"
tag means       "Income"
tag register    "Numbers that only keep the file"

record person {
  id        text  key  tagged register
  born      date up to today  tagged protected  immutable
  age       integer 18 to 120  tagged protected  immutable
  sex       one of (female, male)  tagged protected  immutable
  region    one of (north, south)  tagged residence
  enrolled  yes/no  tagged register
  late_24m  integer 0 to 24  tagged payment  controllable by person at 3 per step
  limit     money 0 or more  optional  tagged means
}

record applicant {
  id              text  key  tagged register
  foreign_worker  yes/no  tagged protected
}

record company {
  id  text  key  tagged register
}

record purchase belongs to person by person tagged spend {
  person    text  tagged register
  date      date  tagged spend
  category  one of (games, food)  tagged spend
}

record bankruptcy belongs to person by person tagged payment {
  person  text
  date    date up to today
}

record post belongs to person by person tagged opinion {
  person  text
  date    date
}

link friends "Friends" between person and person tagged association
link owners from person to company tagged association

reason R01 "Bills were paid late"
reason R02 "Purchases"
reason R03 "Friends"

characteristic late "Late bills" {
  reason  R01
  source  "Invented"
  | late_24m  | points |
  | 0         |    +40 |
  | 1 or more |    -40 |
}

rule purchases "Purchases" {
  for each purchase where purchase.date within 12 months
  source  "Invented"
  | purchase.category | points each | reason |
  | food              |          +1 |        |
  | games             |          -2 | R02    |
  no more than 20 in total
}

rule bankruptcies "Bankruptcies" {
  for each bankruptcy where bankruptcy.date within 7 years
  points  -30 each, no more than 60 in total
  reason  R01
  source  "Invented"
}

influence friends "Friends' scores" {
  average     of friends.score
  against     600
  weight      0.3
  limited to  -60 to +60
  reads       settled scores
  reason      R03
  source      "Invented"
}

tiers {
  good  "Good"  600 or more
  poor  "Poor"  under 600
}

participation {
  needs  enrolled is yes
}

benefit bike_deposit "Bikes without a deposit" {
  when     tier is good or better
  context  transport
  grantor  "City bikes"
}

penalty rail_ban "No fast trains" {
  when       tier is poor
  context    transport
  basis      "A list of the court"
  announced  2018-01-15
  from       2018-05-01
}

penalty slow_internet "Slow internet" {
  when       tier is poor
  context    communication
  announced  2018-05-01
  from       2018-05-01
}
"#;

pub(super) const LATE: &str = "  late integer 0 to 3";

pub(super) fn policy_on(text: &str, day: &str) -> Policy {
    let (unit, mut diagnostics) = Unit::of_text("test.score", text);
    let checked = check::check(unit);
    diagnostics.extend(checked.diagnostics);
    let wrong: Vec<_> = diagnostics.iter().filter(|one| one.is_error()).map(|one| &one.message).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    checked.ruleset.unwrap().on(Date::parse(day).unwrap(), &[]).unwrap()
}

pub(super) fn policy(text: &str) -> Policy {
    policy_on(text, "2026-01-31")
}

/// A small policy of these lines; `person` has the fields given.
pub(super) fn small(fields: &str, lines: &str) -> Policy {
    policy(&format!(
        "policy small {{\n  scores person\n  range 0 to 1000\n  start 500\n  round to 1\n  reasons up to 4 by points lost\n}}\n\
         record person {{\n  id text key\n{fields}\n}}\n{lines}\n"
    ))
}

pub(super) fn asked(clause: &str) -> Asked {
    read_clause(FileId::new(7), clause).unwrap_or_else(|found| panic!("{clause}: {found:?}"))
}

/// The answer to a clause, in short, and what was asked of records for it.
pub(super) fn told_with(
    policy: &Policy,
    others: &[&Policy],
    clause: &str,
    screen: bool,
) -> (String, Vec<String>) {
    let desk = Listening::default();
    let screen = screen.then_some(&desk as &dyn Screen);
    let answer = asked(clause).answer(&Subject { policy, others, desk: &desk, screen });
    let told = match answer {
        Answer::Given(Verdict::Proved { because }) => format!("proved: {because}"),
        Answer::Given(Verdict::Refuted { because, places, .. }) => {
            assert!(!places.is_empty(), "{clause}: no line shows it");
            format!("refuted: {because}")
        }
        Answer::Given(Verdict::Undecided { because }) => format!("undecided: {because}"),
        Answer::Vacuous(because) => format!("vacuous: {because}"),
        Answer::Misfit(found) => format!("misfit: {}", found.first().unwrap().message),
    };
    (told, desk.questions.into_inner())
}

pub(super) fn told(policy: &Policy, clause: &str) -> String {
    told_with(policy, &[], clause, false).0
}

pub(super) fn questions(policy: &Policy, clause: &str) -> Vec<String> {
    told_with(policy, &[], clause, true).1
}
