//! The layers point down: what stands in a layer uses what stands below it, never above.
//!
//! Reads every path in `src/` that starts at the crate's root (`use crate::…`, and `crate::x::…` in the code), and every
//! one that climbs out of a top-level module by `super`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The layers, lowest first, each with its top-level modules. Modules of one layer may use one another unless they are
/// named in [`STRANGERS`].
const LAYERS: [&[&str]; 7] = [
    &["source", "diagnostic", "decimal", "date"],
    &["syntax", "format", "data"],
    &["policy", "check", "function"],
    &["eval", "explain"],
    &["output", "impact", "lint", "measure", "audit", "diff", "export", "cases"],
    &["engine", "project", "run", "starter", "synth", "snapshot"],
    &["cli", "web", "lsp"],
];

/// Modules of one layer that do not know each other.
const STRANGERS: [(&str, &str); 2] = [("syntax", "data"), ("data", "syntax")];

/// The layer of a top-level module.
fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

#[test]
fn no_arrow_points_up() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = String::new();
    let mut arrows = 0;
    for path in rust_files(&src) {
        let inside = path.strip_prefix(&src).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let home = module_path(inside);
        // The roots name every module and belong to none.
        let Some(module) = home.first().filter(|name| *name != "lib" && *name != "main") else { continue };
        let from = layer(module)
            .unwrap_or_else(|| panic!("`{module}` stands in no layer: say in tests/it/layers.rs"));
        for (line, target) in arrows_of(&text, &home) {
            arrows += 1;
            let to = layer(&target)
                .unwrap_or_else(|| panic!("{}:{line}: `{target}` stands in no layer", inside.display()));
            if to > from || STRANGERS.contains(&(module.as_str(), target.as_str())) {
                writeln!(wrong, "{}:{line}: `{module}` (L{from}) uses `{target}` (L{to})", inside.display())
                    .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point up:\n{wrong}");
    assert!(arrows > 40, "only {arrows} arrows found: the test does not see them any more");
}

#[test]
fn the_reader_sees_every_form_of_a_path() {
    let text = "use crate::date::Date;\nuse crate::{decimal::Decimal, eval};\nuse crate::{\n    data::{Set, Value},\n    \
                policy,\n};\n// use crate::cli::no\nfn f() -> crate::source::Span { let x = crate::check::check(); x }\n\
                use super::super::explain;\nuse super::near;\n\
                mod tests {\n use super::super::near;\n use super::super::super::export;\n}\nlet s = \"crate::web::no\";";
    let home = ["data".to_owned(), "csv".to_owned()];
    let mut seen: Vec<String> = arrows_of(text, &home).into_iter().map(|(_, target)| target).collect();
    seen.sort();
    assert_eq!(seen, ["check", "data", "date", "decimal", "eval", "explain", "export", "policy", "source"]);
}

/// Every `.rs` file below a folder, in order.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
        .into_iter()
        .flat_map(|path| {
            if path.is_dir() {
                rust_files(&path)
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                vec![path]
            } else {
                vec![]
            }
        })
        .collect()
}

/// The module that a file holds: `data/csv.rs` and `data/csv/mod.rs` are `data`, `csv`.
fn module_path(inside: &Path) -> Vec<String> {
    let mut path: Vec<String> = inside
        .with_extension("")
        .components()
        .map(|c| c.as_os_str().to_string_lossy().into_owned())
        .collect();
    if path.last().is_some_and(|name| name == "mod") {
        path.pop();
    }
    path
}

/// The top-level modules that a text of module `home` names, with the line of each.
fn arrows_of(text: &str, home: &[String]) -> Vec<(usize, String)> {
    let code = without_comments_and_strings(text);
    let inline = inline_modules(&code);
    let mut found = Vec::new();
    for (root, climbs) in [("crate::", home.len()), ("super::", 1)] {
        for (at, _) in code.match_indices(root) {
            let before = code.get(..at).unwrap_or_default();
            // Part of a longer word (`my_crate::`), or the second `super` of a climb that was read at its first.
            if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') || before.ends_with("super::") {
                continue;
            }
            let mut rest = code.get(at + root.len()..).unwrap_or_default();
            let mut climbs = climbs;
            while let Some(further) = rest.strip_prefix("super::") {
                rest = further;
                climbs += 1;
            }
            if climbs
                < home.len()
                    + inline.iter().filter(|module| root == "super::" && module.contains(&at)).count()
            {
                continue;
            }
            let line = before.matches('\n').count() + 1;
            found.extend(first_names(rest).into_iter().map(|name| (line, name)));
        }
    }
    found
}

/// Where modules are written out (`mod tests { … }`): bytes of the code between their braces.
fn inline_modules(code: &str) -> Vec<std::ops::Range<usize>> {
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut modules = Vec::new();
    for (at, c) in code.char_indices() {
        if c == '{' {
            let mut words = code.get(..at).unwrap_or_default().split_whitespace().rev();
            let named =
                words.next().is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'));
            open.push((named && words.next() == Some("mod")).then_some(at));
        } else if c == '}'
            && let Some(Some(start)) = open.pop()
        {
            modules.push(start..at);
        }
    }
    modules
}

/// The names that a path begins with: one, or those of `{a::…, b}` one level deep.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let mut names = Vec::new();
    let (mut depth, mut fresh) = (0, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && depth == 0 && !c.is_whitespace() => {
                names.push(name(group.get(at..).unwrap_or_default()));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

/// The text with the insides of comments and strings as blanks, lines kept.
fn without_comments_and_strings(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '"' => {
                code.push('"');
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => code.extend(chars.next().filter(|c| *c == '\n')),
                        '"' => break,
                        '\n' => code.push('\n'),
                        _ => {}
                    }
                }
                code.push('"');
            }
            // A quote as a character would open a string.
            '\'' if chars.peek() == Some(&'"') => {
                chars.next();
            }
            '\'' if chars.peek() == Some(&'\\') => {
                chars.next();
                chars.next();
            }
            _ => code.push(c),
        }
    }
    code
}
