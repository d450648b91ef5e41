//! `glassbox explain-error`: the page of a code.

use super::{Exit, Stop, report};
use crate::diagnostic::{Code, suggest};
use crate::lint;
use anstyle::Style;
use clap::Args;
use std::io::{self, Write};

/// Say what a code means, why it matters, and how to mend it
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  glassbox explain-error E0204\n  glassbox explain-error missing-is-best\n  glassbox explain-error          list all codes"
)]
pub(super) struct ExplainError {
    /// The code, as it stands between the brackets of a message, or the name of a warning; without one, the list of all
    code: Option<String>,
}

impl ExplainError {
    /// Prints the page, or the list.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let mut stdout = anstream::stdout().lock();
        let Some(wanted) = &self.code else {
            for code in Code::all() {
                let name = lint::LINTS.iter().find(|lint| lint.code == *code).map(|lint| lint.name);
                let name = name.map_or_else(String::new, |name| format!("  ({name})"));
                writeln!(stdout, "{}{code}{:#}  {}{name}", report::HEADING, report::HEADING, code.title())?;
            }
            return Ok(Exit::Fine);
        };
        let wanted = wanted.trim_matches(['[', ']']);
        let Some(code) = Code::find(wanted).or_else(|| lint::find(wanted)) else {
            let names =
                Code::all().iter().map(|code| code.name()).chain(lint::LINTS.iter().map(|lint| lint.name));
            let help = suggest::did_you_mean(wanted, names)
                .unwrap_or_else(|| "`glassbox explain-error` without a code lists them all".to_owned());
            return Err(Stop::failure(format!("there is no code `{wanted}`"), Some(help)));
        };
        page(&mut stdout, code.page())?;
        Ok(Exit::Fine)
    }
}

/// A page with its headings and blocks of code set off.
fn page(to: &mut dyn Write, text: &str) -> io::Result<()> {
    let mut code = false;
    for line in text.lines() {
        let fence = line.starts_with("```");
        code ^= fence;
        let style = match (fence, code, line.starts_with('#')) {
            (true, _, _) => report::DIM,
            (false, true, _) => report::HELP,
            (false, false, true) => report::HEADING,
            (false, false, false) => Style::new(),
        };
        writeln!(to, "{style}{line}{style:#}")?;
    }
    Ok(())
}
