//! Links between the pages lead to a page, and to a heading on it.

use super::page::{handbook, pages, root};
use std::fmt::Write as _;
use std::path::Path;

#[test]
fn every_link_leads_somewhere() {
    let mut wrong = String::new();
    for page in handbook().into_iter().chain(pages("docs/errors")) {
        let name = page.strip_prefix(root()).unwrap().display();
        for (number, line) in (1..).zip(std::fs::read_to_string(&page).unwrap().lines()) {
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                if !target.starts_with("http") && !leads_somewhere(&page, target) {
                    writeln!(wrong, "{name}:{number}: {target}").unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn leads_somewhere(page: &Path, target: &str) -> bool {
    let (path, heading) =
        target.split_once('#').map_or((target, None), |(path, heading)| (path, Some(heading)));
    let file = if path.is_empty() { page.to_owned() } else { page.parent().unwrap().join(path) };
    match heading {
        None => file.exists(),
        Some(heading) => {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == heading)
        }
    }
}

/// What a heading is called in links: small letters and digits, blanks as `-`, nothing else.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
