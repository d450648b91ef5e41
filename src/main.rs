//! The `glassbox` command: everything is in the library, see [`glassbox::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    glassbox::cli::run()
}
