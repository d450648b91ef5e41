//! Values that are asked for from outside a policy, in the policy's language: read and checked as its definitions are.

use super::imports::{Located, merge};
use super::pass::{self, Question};
use super::ruleset::Ruleset;
use crate::date::Date;
use crate::diagnostic::{self, Diagnostic};
use crate::policy::Definition;
use crate::source::Sources;
use crate::syntax::ast;

/// An expression that cannot be read as one of the policy's.
#[derive(Debug, Clone)]
pub struct NotObserved {
    /// The texts that the diagnostics speak of: the policy's, and those that were asked for.
    pub sources: Sources,
    /// What is wrong: one error at least.
    pub diagnostics: Vec<Diagnostic>,
}

/// What the name of an expression begins with, as it stands in front of it.
const NAME: &str = "observed";

impl Ruleset {
    /// Expressions over the scored record (a field, a definition, a condition such as `age under 25`), checked against the
    /// policy as in force on a day; each comes with where it was written, for messages. The policy stays as it is: they are
    /// definitions as they would stand behind its own.
    ///
    /// # Errors
    ///
    /// What is wrong with the expressions, or with the settings ([`Ruleset::on`]).
    pub fn observe(
        &self,
        today: Date,
        settings: &[(String, String)],
        asked: &[(String, String)],
    ) -> Result<Vec<Definition>, Box<NotObserved>> {
        let mut sources = self.sources().clone();
        let mut diagnostics = Vec::new();
        let mut own = Vec::new();
        let taken = merge(self.unit(), &mut diagnostics);
        // A field, a definition, a parameter: whatever it is, it stands in a text.
        let is_taken = |name: &str| self.sources().iter().any(|(_, source)| source.text.contains(name));
        for (position, (path, text)) in asked.iter().enumerate() {
            let mut name = format!("{NAME}_{position}");
            while is_taken(&name) {
                name.push('_');
            }
            // On a line of its own, so that a message shows what was written and nothing else.
            let file = sources.add(path, format!("let {name} =\n  {text}"));
            let whole = sources.get(file).map(|source| source.text.clone()).unwrap_or_default();
            let (tree, wrong) = crate::syntax::parse(file, &whole);
            diagnostics.extend(wrong);
            own.push((file, name, tree));
        }
        let of_trees = own.iter().flat_map(|(file, _, tree): &(_, _, ast::File)| {
            tree.statements.iter().map(|statement| Located { file: *file, statement, taken: false })
        });
        let statements: Vec<Located<'_>> = taken.iter().copied().chain(of_trees).collect();
        let hash = self.hash(settings);
        let question = Question {
            sources: &sources,
            statements: &statements,
            today,
            settings,
            hash: &hash,
            whole: true,
        };
        let answer = pass::run(question, &[]);
        diagnostics.extend(answer.found.into_iter().filter(|f| f.every_day.is_none()).map(|f| f.diagnostic));
        diagnostics.retain(Diagnostic::is_error);
        diagnostic::sort(&mut diagnostics);
        let found = answer.policy.filter(|_| diagnostics.is_empty()).and_then(|policy| {
            let find = |name: &str| policy.definitions.iter().find(|one| one.name == name).cloned();
            let definitions = own.iter().zip(asked).map(|((_, name, _), (_, text))| {
                let definition = find(name)?;
                Some(Definition { name: text.trim().to_owned(), text: text.trim().to_owned(), ..definition })
            });
            definitions.collect::<Option<Vec<_>>>()
        });
        found.ok_or_else(|| Box::new(NotObserved { sources, diagnostics }))
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{Ruleset, Unit, check};
    use crate::data::Type;
    use crate::date::Date;
    use crate::diagnostic::render;

    const POLICY: &str = "\
policy shop \"Shop\" {
  scores  person
  start   500
}
record person {
  id       text  key
  age      integer 18 to 120
  home     one of (own, rent)  optional
  observed_0  yes/no
}
let observed_1 = age * 2
characteristic age \"Age\" {
  | age       | points |
  | under 30  |      0 |
  | 30 to 120 |    +10 |
}
rule twice \"Twice\" {
  points  observed_1
}
";

    fn ruleset() -> Ruleset {
        let (unit, mistakes) = Unit::of_text("shop.score", POLICY);
        let checked = check(unit);
        checked.ruleset.unwrap_or_else(|| panic!("{mistakes:?} {:?}", checked.diagnostics))
    }

    fn observe(asked: &[&str]) -> Result<Vec<(String, Type, bool)>, String> {
        let asked: Vec<_> = asked.iter().map(|text| ("--by".to_owned(), (*text).to_owned())).collect();
        let found = ruleset().observe(Date::parse("2026-01-31").unwrap(), &[], &asked);
        match found {
            Ok(found) => Ok(found.into_iter().map(|one| (one.name, one.kind, one.may_be_missing)).collect()),
            Err(wrong) => Err(render::human(&wrong.diagnostics, &wrong.sources, false)),
        }
    }

    #[test]
    fn fields_definitions_and_conditions_are_read() {
        let found = observe(&["age under 25", "home", "observed_1", "years_between(today, today)"]).unwrap();
        let kinds: Vec<(&str, Type, bool)> =
            found.iter().map(|(name, kind, may)| (name.as_str(), *kind, *may)).collect();
        assert!(
            matches!(
                kinds.as_slice(),
                [
                    ("age under 25", Type::YesNo, false),
                    ("home", Type::Category(_), true),
                    ("observed_1", Type::Number | Type::Integer, false),
                    ("years_between(today, today)", Type::Integer, false)
                ]
            ),
            "{kinds:?}"
        );
    }

    #[test]
    fn the_policy_stays_as_it_is() {
        let ruleset = ruleset();
        let day = Date::parse("2026-01-31").unwrap();
        let before = ruleset.on(day, &[]).unwrap();
        let _observed = ruleset.observe(day, &[], &[("--by".into(), "age under 25".into())]).unwrap();
        assert_eq!(ruleset.on(day, &[]).unwrap(), before);
    }

    #[test]
    fn what_is_wrong_is_shown_where_it_was_written() {
        insta::assert_snapshot!(observe(&["agee under 25"]).unwrap_err());
        insta::assert_snapshot!(observe(&["age under"]).unwrap_err());
        insta::assert_snapshot!(observe(&["home is castle"]).unwrap_err());
    }
}
