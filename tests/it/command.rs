//! The `glassbox` program as the other tests run it: from the folder of the project, without colours and without a clock
//! that they would see.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A command of the program.
pub(crate) fn glassbox<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    glassbox_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

/// A command of the program, run in a folder.
pub(crate) fn glassbox_in<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glassbox"));
    command.args(arguments).current_dir(folder);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE", "COLUMNS"] {
        command.env_remove(variable);
    }
    command
}

/// A folder of its own with a copy of the small pack `shop`.
pub(crate) fn folder_with_shop() -> TempDir {
    let folder = TempDir::new().unwrap();
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/cli/shop");
    fs::create_dir(folder.path().join("shop")).unwrap();
    for entry in fs::read_dir(pack).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join("shop").join(entry.file_name())).unwrap();
    }
    folder
}

/// What a command prints on stdout; it must succeed.
pub(crate) fn stdout(mut command: Command) -> String {
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} ended with {:?}\n{stderr}", output.status.code());
    String::from_utf8(output.stdout).unwrap()
}
