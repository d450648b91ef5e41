//! The pages of the documentation: which there are, and the blocks of code on them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A block of code on a page.
pub(crate) struct Block {
    /// Page and line of its first line.
    pub(crate) place: String,
    /// What stands after the backticks.
    pub(crate) kind: String,
    /// The heading that it stands under.
    pub(crate) heading: String,
    /// The file that the reader is told to save it as: `<!-- file: NAME -->` in the line before the block.
    pub(crate) file: Option<String>,
    /// Its lines.
    pub(crate) text: String,
}

impl Block {
    /// Whether it is written in the language of policies.
    pub(crate) fn is_of_the_language(&self) -> bool {
        self.kind.split([',', ' ']).next() == Some("score")
    }
}

/// The folder of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages that are read from top to bottom: `README.md`, `docs/*.md` and those of the packs.
pub(crate) fn handbook() -> Vec<PathBuf> {
    let mut all = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    all.extend(pages("docs"));
    all.extend(pages("rules"));
    for pack in std::fs::read_dir(root().join("rules")).unwrap() {
        all.push(pack.unwrap().path().join("README.md"));
    }
    all.retain(|page| page.is_file());
    all.sort();
    all
}

/// The Markdown files of a folder, in order.
pub(crate) fn pages(folder: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root().join(folder)) else { return Vec::new() };
    let mut pages: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    pages
}

/// The blocks of code on a page.
pub(crate) fn blocks(page: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(page).unwrap();
    let name = page.strip_prefix(root()).unwrap().display();
    let mut blocks = Vec::new();
    let (mut open, mut heading): (Option<Block>, String) = (None, String::new());
    let mut file = None;
    for (number, line) in (1..).zip(text.lines()) {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(kind), None) => {
                let place = format!("{name}:{}", number + 1);
                let kind = kind.trim().to_owned();
                let file = file.take();
                open = Some(Block { place, kind, heading: heading.clone(), file, text: String::new() });
            }
            (None, Some(block)) => writeln!(block.text, "{line}").unwrap(),
            (None, None) => {
                if line.starts_with('#') {
                    line.clone_into(&mut heading);
                }
                let name = line.strip_prefix("<!-- file: ").and_then(|rest| rest.strip_suffix(" -->"));
                file = name.map(str::to_owned);
            }
        }
    }
    assert!(open.is_none(), "{name}: a block is not closed");
    blocks
}
