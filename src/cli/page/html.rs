//! Pages as one self-contained HTML document worth printing: no scripts, nothing from elsewhere, dark and light as the
//! reader has it.

use super::{Bar, Block, Chart, Page, Table, Tone};
use std::fmt::Write as _;

/// How wide the bars of a chart are, in units of its drawing.
const WIDE: f64 = 420.0;
/// How much room labels have to the left of the bars, and texts to the right.
const LABELS: f64 = 200.0;
const TEXTS: f64 = 150.0;
/// How high a line of a chart is.
const LINE: f64 = 22.0;

/// A document of pages, one below the other.
pub(in crate::cli) fn html(title: &str, pages: &[Page]) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"glassbox {}\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n",
        env!("CARGO_PKG_VERSION"),
        escaped(title),
    );
    for (number, page) in pages.iter().enumerate() {
        write_page(&mut out, page, number);
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn write_page(out: &mut String, page: &Page, number: usize) {
    let _ = writeln!(out, "<article>\n<header>\n<h1>{}</h1>", escaped(&page.title));
    for fact in &page.facts {
        let _ = writeln!(out, "<p class=\"fact\">{}</p>", marked(fact));
    }
    out.push_str("</header>\n");
    for (at, section) in page.sections.iter().enumerate() {
        let id = format!("p{number}s{at}");
        let _ = writeln!(
            out,
            "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>",
            escaped(&section.title)
        );
        let folded = |block: &Block| matches!(block, Block::Cases { open: false, .. });
        let mut number = 0;
        for run in section.blocks.chunk_by(|a, b| folded(a) && folded(b)) {
            // Records that only show a line once more are one fold.
            let many = run.len() > 1;
            if many {
                let _ = writeln!(
                    out,
                    "<details class=\"records\">\n<summary>Records that show it ({})</summary>",
                    run.len()
                );
            }
            for piece in run {
                write_block(out, piece, &format!("{id}c{number}"));
                number += 1;
            }
            if many {
                out.push_str("</details>\n");
            }
        }
        out.push_str("</section>\n");
    }
    out.push_str("</article>\n");
}

fn write_block(out: &mut String, block: &Block, id: &str) {
    match block {
        Block::Text(text) => {
            let _ = writeln!(out, "<p>{}</p>", marked(text));
        }
        Block::Table(of) => table(out, of),
        Block::Chart(of) => chart(out, of, id),
        Block::Cases { shows, cases, open } => {
            let open = if *open { " open" } else { "" };
            let _ = writeln!(
                out,
                "<details{open}>\n<summary>{}</summary>\n<pre><code>{}</code></pre>\n</details>",
                marked(shows),
                escaped(&cases.join("\n"))
            );
        }
    }
}

fn table(out: &mut String, table: &Table) {
    let class = |right: bool| if right { " class=\"number\"" } else { "" };
    out.push_str("<div class=\"table\"><table>\n<thead><tr>");
    for column in &table.columns {
        let _ = write!(out, "<th scope=\"col\"{}>{}</th>", class(column.right), escaped(column.name));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (cell, column) in row.iter().zip(&table.columns) {
            let text = marked(&cell.text).replace('\n', "<br>");
            let text = match tone(cell.tone) {
                Some(tone) if !text.is_empty() => format!("<span class=\"{tone}\">{text}</span>"),
                Some(_) | None => text,
            };
            let _ = write!(out, "<td{}>{text}</td>", class(column.right));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
}

fn tone(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain => None,
        Tone::Strong => Some("strong"),
        Tone::Good => Some("good"),
        Tone::Bad => Some("bad"),
        Tone::Unsure => Some("unsure"),
        Tone::Dim => Some("dim"),
    }
}

/// Bars as a drawing, with its words for those who do not see it.
fn chart(out: &mut String, chart: &Chart, id: &str) {
    let least = chart.bars.iter().map(|bar| bar.from).fold(f64::INFINITY, f64::min);
    let most = chart.bars.iter().map(|bar| bar.to).fold(f64::NEG_INFINITY, f64::max);
    let whole = if most > least { most - least } else { 1.0 };
    let height = LINE * chart.bars.len() as f64 + 4.0;
    let _ = writeln!(
        out,
        "<figure>\n<figcaption>{}</figcaption>\n\
         <svg role=\"img\" aria-labelledby=\"{id}t {id}d\" viewBox=\"0 0 {} {height}\">\n\
         <title id=\"{id}t\">{}</title>\n<desc id=\"{id}d\">{}</desc>",
        escaped(&chart.title),
        LABELS + WIDE + TEXTS,
        escaped(&chart.title),
        escaped(&chart.description),
    );
    for (at, Bar { label, from, to, text }) in chart.bars.iter().enumerate() {
        let y = LINE * at as f64;
        let (left, right) = (LABELS + (from - least) / whole * WIDE, LABELS + (to - least) / whole * WIDE);
        let wide = (right - left).max(2.0);
        let _ = writeln!(
            out,
            "<text class=\"label\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\
             <rect class=\"track\" x=\"{LABELS}\" y=\"{:.1}\" width=\"{WIDE}\" height=\"12\"/>\
             <rect class=\"bar\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"12\" rx=\"2\"/>\
             <text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            LABELS - 10.0,
            y + 15.0,
            escaped(&shortened(label)),
            y + 5.0,
            y + 5.0,
            LABELS + WIDE + 10.0,
            y + 15.0,
            escaped(text),
        );
    }
    out.push_str("</svg>\n</figure>\n");
}

/// A label that fits to the left of the bars.
fn shortened(label: &str) -> String {
    const MOST: usize = 28;
    if label.chars().count() <= MOST {
        return label.to_owned();
    }
    let start: String = label.chars().take(MOST - 1).collect();
    format!("{start}…")
}

/// Text in which nothing has another meaning.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Control characters are no part of a document.
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The same, what stands in backticks as code.
fn marked(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('`').peekable();
    let mut code = false;
    while let Some(part) = parts.next() {
        let part = escaped(part);
        // A last backtick without another one is itself.
        match (code, parts.peek().is_some()) {
            (true, true) => out.push_str(&format!("<code>{part}</code>")),
            (true, false) => out.push_str(&format!("`{part}")),
            (false, _) => out.push_str(&part),
        }
        code = !code;
    }
    out
}

const STYLE: &str = "\
:root { --ink: #1a1d21; --soft: #4f5864; --paper: #ffffff; --line: #d5dae0; --fill: #f3f5f8;
        --bar: #2458a6; --good: #12673a; --bad: #a61b2b; --unsure: #7a4b00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7eaee; --soft: #aab4c0; --paper: #14171b; --line: #363d46; --fill: #1e2329;
          --bar: #78aaf0; --good: #6fd39b; --bad: #ff9aa5; --unsure: #f2c46d; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
       font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
article + article { margin-top: 4rem; border-top: 3px solid var(--line); padding-top: 1rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
p { margin: .5rem 0; max-width: 46rem; }
.fact { color: var(--soft); margin: .1rem 0; overflow-wrap: anywhere; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.strong { font-weight: 600; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
.unsure { color: var(--unsure); font-weight: 600; }
.dim { color: var(--soft); }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--fill); border: 1px solid var(--line); border-radius: 4px; padding: .75rem; overflow-x: auto;
      font-size: .85rem; line-height: 1.4; margin: .5rem 0; }
details { margin: .35rem 0; }
summary { cursor: pointer; font-size: .9rem; }
.records { margin: .75rem 0; }
.records > summary { color: var(--soft); }
.records > details { margin-left: 1.25rem; }
figure { margin: 1rem 0; }
figcaption { color: var(--soft); font-size: .9rem; margin-bottom: .25rem; }
svg { width: 100%; height: auto; max-width: 48rem; font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; }
svg text { fill: var(--ink); }
svg .label { text-anchor: end; }
svg .track { fill: var(--fill); }
svg .bar { fill: var(--bar); }
@media print {
  :root { --ink: #000; --soft: #333; --paper: #fff; --line: #999; --fill: #f2f2f2; --bar: #2458a6;
          --good: #0b4a28; --bad: #8a1020; --unsure: #5e3a00; }
  @page { margin: 16mm; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2, figcaption, thead { break-after: avoid; }
  tr, figure, pre { break-inside: avoid; }
  article + article { break-before: page; border: 0; }
  .table { overflow: visible; }
  pre { white-space: pre-wrap; }
  .bar, .track { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::page::Cell;

    #[test]
    fn everything_of_users_is_escaped() {
        let evil = "<script>\"'&`<b>`";
        let mut of = Table::new(["a"]);
        of.row([Cell::new(evil, Tone::Bad)]);
        let bar = Bar { label: evil.into(), from: 0.0, to: 1.0, text: evil.into() };
        let chart = Chart { title: evil.into(), description: evil.into(), bars: vec![bar] };
        let cases = Block::Cases { shows: evil.into(), cases: vec![evil.into()], open: true };
        let mut page = Page { title: evil.into(), facts: vec![evil.into()], ..Page::default() };
        page.add(evil, vec![Block::Text(evil.into()), Block::Table(of), Block::Chart(chart), cases]);
        let page = html(evil, &[page]);
        assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(page.contains("<code>&lt;b&gt;</code>"));
    }

    #[test]
    fn backticks_are_code_in_pairs() {
        assert_eq!(marked("a `b` c"), "a <code>b</code> c");
        assert_eq!(marked("a ` c"), "a ` c");
        assert_eq!(marked("`a``b`"), "<code>a</code><code>b</code>");
    }
}
