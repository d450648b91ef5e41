//! `glassbox review`: what became of a pack's scores, taken or refused policy by policy.

use super::open::open_all;
use super::report::{GOOD, HELP};
use super::snapshot::{Compared, say, say_older};
use super::{Exit, Stop};
use crate::diagnostic::in_shell;
use crate::snapshot::{self, Stored};
use clap::Args;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox review rules/sesame

For each policy whose scores are not those that `glassbox snapshot` kept it shows who moved and why,
and asks: y takes the new scores, n leaves the kept ones, q ends. It asks on a terminal only;
programs use `glassbox snapshot --accept`.";

/// Look at changed scores and take or refuse them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Review {
    /// A pack (all policies its glassbox.toml names) or one policy
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Take,
    Leave,
    End,
}

impl Review {
    /// Shows and asks.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let all = open_all(&self.path)?;
        let mut is_kept = false;
        for opened in &all {
            is_kept |= snapshot::read(&opened.project().path)? != Stored::Nothing;
        }
        if !is_kept {
            return Err(Stop::failure(
                format!(
                    "no scores of `{}` are kept yet, with which new ones could be compared",
                    self.path.display()
                ),
                Some(format!("`glassbox snapshot {}` keeps them", in_shell(self.path.display()))),
            ));
        }
        if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
            return Err(Stop::failure(
                "`glassbox review` asks, and here is no terminal to answer on",
                Some(format!(
                    "`glassbox snapshot {} --accept` takes all new scores",
                    in_shell(self.path.display())
                )),
            ));
        }
        let mut stdout = anstream::stdout();
        let mut left = 0_usize;
        let mut ended = false;
        for opened in all {
            let compared = Compared::of(&opened)?;
            let Some(difference) = compared.difference() else {
                say_older(&compared, &self.path, &mut stdout)?;
                continue;
            };
            if ended {
                left += 1;
                continue;
            }
            say(&compared, &difference, &mut stdout)?;
            match ask(&mut io::stdin().lock(), &mut stdout)? {
                Answer::Take => compared.keep(Some(&difference), &mut stdout)?,
                Answer::Leave => left += 1,
                Answer::End => {
                    ended = true;
                    left += 1;
                }
            }
        }
        if left == 0 {
            writeln!(stdout, "{GOOD}✓{GOOD:#} nothing is left to review")?;
        }
        Ok(if left == 0 { Exit::Fine } else { Exit::Wrong })
    }
}

/// Asks until an answer is understood. The end of the input ends the review.
fn ask(from: &mut dyn BufRead, to: &mut dyn Write) -> io::Result<Answer> {
    loop {
        write!(to, "{HELP}take the new scores?{HELP:#} [y]es, [n]o, [q]uit ")?;
        to.flush()?;
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            writeln!(to)?;
            return Ok(Answer::End);
        }
        match line.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(Answer::Take),
            "n" | "no" => return Ok(Answer::Leave),
            "q" | "quit" => return Ok(Answer::End),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_until_it_understands() {
        let answer = |input: &str| {
            let mut shown = Vec::new();
            let answer = ask(&mut input.as_bytes(), &mut shown).unwrap();
            (answer, String::from_utf8(shown).unwrap().matches("[y]es").count())
        };
        assert_eq!(answer("y\n"), (Answer::Take, 1));
        assert_eq!(answer("what\n\nNO\n"), (Answer::Leave, 3));
        assert_eq!(answer("q\n"), (Answer::End, 1));
        assert_eq!(answer("maybe"), (Answer::End, 2));
    }
}
