//! Random policies, as text: type-directed, so that most of them are fit to run.

use super::choices::Choices;
use std::fmt::Write;

/// What a policy's record and definitions look like.
#[derive(Debug)]
pub(crate) struct Shape {
    fields: Vec<Thing>,
    /// Their lines.
    lines: String,
    /// Kinds of children.
    children: Vec<Child>,
    domains: Domains,
}

/// A kind of children.
#[derive(Debug, Clone)]
struct Child {
    name: &'static str,
    /// Its fields and definitions, with the kind's name before each.
    things: Vec<Thing>,
    /// Whether something says when a child was.
    dated: bool,
    lines: String,
}

/// A field or a definition.
#[derive(Debug, Clone)]
struct Thing {
    name: String,
    kind: Kind,
    optional: bool,
}

/// How far numbers go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Domains {
    /// Some without an end.
    Wide,
    /// None without an end, and some of a few values.
    Narrow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Integer,
    Money,
    Date,
    YesNo,
    /// By the number of names, open or not.
    Category(usize, bool),
    Text,
}

const CATEGORIES: &[&str] = &["own", "rent", "other", "north", "south"];
const DAYS: &[&str] =
    &["1950-01-01", "1970-01-01", "2000-01-01", "2016-01-31", "2020-06-15", "2024-02-29", "2025-12-31"];
const CUTS: &[&str] = &["0", "1", "2.5", "3", "5", "9.99", "10", "20", "33.333333333", "50", "99", "100"];
const WHOLE_CUTS: &[&str] = &["0", "1", "2", "3", "5", "10", "20", "50", "99"];
const TEXTS: &[&str] = &["\"x\"", "\"y\"", "\"DE-1\"", "\"Ä\"", "\"none\""];
const REASONS: &[&str] = &["R1", "R2", "R3", "R4", "R5"];

impl Shape {
    pub(crate) fn draw(choices: &mut Choices, domains: Domains) -> Self {
        let mut fields = Vec::new();
        let mut lines = String::new();
        let key = choices.one(&["text", "integer"]);
        let _ = writeln!(lines, "  id {key} key");
        let kinds = [
            ("n1", Kind::Number),
            ("n2", Kind::Number),
            ("i1", Kind::Integer),
            ("i2", Kind::Integer),
            ("m1", Kind::Money),
            ("m2", Kind::Money),
            ("d1", Kind::Date),
            ("d2", Kind::Date),
            ("y1", Kind::YesNo),
            ("y2", Kind::YesNo),
            ("c1", Kind::Category(3, false)),
            ("c2", Kind::Category(5, true)),
            ("c3", Kind::Category(3, false)),
            ("t1", Kind::Text),
            ("t2", Kind::Text),
        ];
        for (name, kind) in kinds {
            let domain = match kind {
                Kind::Number | Kind::Money => choices.one(match domains {
                    Domains::Wide => &["", "0 or more", "0 to 100", "over 0 to under 100"][..],
                    Domains::Narrow => &["0 to 12", "0 to 100", "-2 to 5", "over 0 to under 60"],
                }),
                Kind::Integer => choices.one(match domains {
                    Domains::Wide => &["", "0 to 100", "1 to 20", "-5 or more", "under 50"][..],
                    Domains::Narrow => &["0 to 6", "1 to 20", "-5 to 3", "0 to 100"],
                }),
                Kind::Date => choices.one(&["", "up to today", "1960-01-01 or later", "1960-01-01 to today"]),
                Kind::YesNo | Kind::Category(..) | Kind::Text => "",
            };
            let kind_text = match kind {
                Kind::Number => "number".to_owned(),
                Kind::Integer => "integer".to_owned(),
                Kind::Money => "money".to_owned(),
                Kind::Date => "date".to_owned(),
                Kind::YesNo => "yes/no".to_owned(),
                Kind::Text => "text".to_owned(),
                Kind::Category(count, open) => {
                    let names = CATEGORIES[..count].join(", ");
                    format!("one of ({names}{})", if open { " or anything else" } else { "" })
                }
            };
            let optional = choices.chance(45);
            let _ =
                writeln!(lines, "  {name} {kind_text} {domain}{}", if optional { " optional" } else { "" });
            fields.push(Thing { name: name.to_owned(), kind, optional });
        }
        let mut children = Vec::new();
        if choices.chance(75) {
            children.push(Child::draw(choices, "buy", key, true));
            if choices.chance(30) {
                children.push(Child::draw(choices, "call", key, false));
            }
        }
        Self { fields, lines, children, domains }
    }

    /// The record by itself.
    pub(crate) fn without_children(self) -> Self {
        Self { children: Vec::new(), ..self }
    }
}

impl Child {
    fn draw(choices: &mut Choices, name: &'static str, key: &str, dated: bool) -> Self {
        let mut lines = format!("record {name} belongs to person by person {{\n  person {key}\n");
        let kinds = [
            ("n1", Kind::Number, "number"),
            ("n2", Kind::Number, "number 0 to 100"),
            ("i1", Kind::Integer, "integer"),
            ("m1", Kind::Money, "money"),
            ("m2", Kind::Money, "money 0 or more"),
            ("date", Kind::Date, "date"),
            ("d2", Kind::Date, "date"),
            ("y1", Kind::YesNo, "yes/no"),
            ("y2", Kind::YesNo, "yes/no"),
            ("c1", Kind::Category(3, false), "one of (own, rent, other)"),
            ("c3", Kind::Category(3, false), "one of (own, rent, other)"),
            ("t1", Kind::Text, "text"),
            ("t2", Kind::Text, "text"),
        ];
        let mut things = Vec::new();
        for (field, kind, text) in kinds {
            // Of two dates none of which is called so, neither dates the record.
            let field = if field == "date" && !dated { "d1" } else { field };
            let domain = if kind == Kind::Date { choices.one(&["", "", "up to today"]) } else { "" };
            let optional = choices.chance(30);
            let _ = writeln!(lines, "  {field} {text} {domain}{}", if optional { " optional" } else { "" });
            things.push(Thing { name: format!("{name}.{field}"), kind, optional });
        }
        lines.push_str("}\n");
        Self { name, things, dated, lines }
    }
}

/// What a text is written with.
struct Writer<'c> {
    choices: &'c mut Choices,
    /// What expressions may read.
    things: Vec<Thing>,
    text: String,
    /// Names of items so far.
    items: Vec<String>,
    tiers: bool,
    /// Whether reasons are ranked by a baseline.
    baselines: bool,
    /// The range, where there is one.
    range: Option<(i64, i64)>,
    /// Kinds of children.
    children: Vec<Child>,
    domains: Domains,
}

/// The text of a policy.
pub(crate) fn draw(choices: &mut Choices, shape: &Shape) -> String {
    let mut writer = Writer {
        choices,
        things: shape.fields.clone(),
        text: String::new(),
        items: Vec::new(),
        tiers: false,
        baselines: false,
        range: None,
        children: shape.children.clone(),
        domains: shape.domains,
    };
    writer.policy(shape);
    writer.text
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn policy(&mut self, shape: &Shape) {
        let step = self.choices.one(&["1", "1", "5", "0.1", "0.000000001"]);
        self.line("policy random {\n  scores person");
        if self.choices.chance(50) {
            let (low, high) = self.choices.one(&[(0, 100), (-50, 300), (300, 850), (10, 15)]);
            self.range = Some((low, high));
            self.line(&format!("  range {low} to {high}"));
        }
        let start = self.choices.one(&["0", "50", "500", "12.5", "-7"]);
        self.line(&format!("  start {start}\n  round to {step}"));
        if self.choices.chance(80) {
            let up_to = self.choices.one(&["4", "1", "2", "9", "0"]);
            let by = self.choices.one(&["lost", "lost", "lost", "below baseline", "above baseline"]);
            self.baselines = by != "lost";
            self.line(&format!("  reasons up to {up_to} by points {by}"));
        }
        self.line("}");
        self.line("record person {");
        self.text.push_str(&shape.lines);
        self.line("}");
        for child in &shape.children {
            self.text.push_str(&child.lines);
        }
        for reason in REASONS {
            self.line(&format!("reason {reason} \"Because of {reason}\""));
        }
        self.line("param edge 5 before 2020-01-01, then 10");
        self.line("list some = (own, rent)");
        for at in 0..self.children.len() {
            self.child_definitions(at);
        }
        if !self.children.is_empty() {
            for at in 0..1 + self.choices.below(6) {
                self.aggregate(at);
            }
        }
        for at in 0..self.choices.below(4) {
            self.definition(at);
        }
        for at in 0..1 + self.choices.below(7) {
            self.item(&format!("item{at}"), 0);
        }
        if self.choices.chance(70) {
            self.tiers = true;
            let (good, fair) = (self.in_range(0.6), self.in_range(0.3));
            self.line(&format!(
                "tiers {{\n  good {good} or more\n  fair {fair} to under {good}\n  poor under {fair}\n}}"
            ));
        }
        for at in 0..self.choices.below(4).min(3) {
            self.overriding(at);
        }
        if self.choices.chance(20) {
            let needs = self.condition(2);
            let missing = self.choices.one(&["applies", "does not apply"]);
            self.line(&format!("participation {{\n  needs {needs}\n  if missing {missing}\n}}"));
        }
        for at in 0..self.choices.below(3) {
            self.decision(at);
        }
        for at in 0..self.choices.below(3) {
            self.consequence(at);
        }
    }

    /// A score that is a multiple of all steps.
    fn in_range(&self, share: f64) -> i64 {
        let (low, high) = self.range.unwrap_or((0, 100));
        low + (((high - low) as f64 * share / 5.0).round() as i64) * 5
    }

    fn of(&self, wanted: impl Fn(&Thing) -> bool) -> Vec<Thing> {
        self.things.iter().filter(|thing| wanted(thing)).cloned().collect()
    }

    fn field(&mut self, wanted: impl Fn(&Thing) -> bool) -> Thing {
        let all = self.of(wanted);
        self.choices.one(&all)
    }

    fn definition(&mut self, at: usize) {
        let name = format!("def{at}");
        match self.choices.below(6) {
            // The sum with an optional field may be missing, whatever the rest is; some have none.
            0 | 1 => {
                let all = self.of(|t| t.optional && matches!(t.kind, Kind::Number | Kind::Integer));
                if all.is_empty() {
                    return;
                }
                let optional = self.choices.one(&all).name;
                let rest = self.number(2);
                if self.choices.chance(50) {
                    self.line(&format!("let {name} = {optional} + ({rest})"));
                    self.things.push(Thing { name, kind: Kind::Number, optional: true });
                } else {
                    self.line(&format!("let {name} = ({optional} + ({rest})) otherwise 3"));
                    self.things.push(Thing { name, kind: Kind::Number, optional: false });
                }
            }
            2 => {
                let condition = self.condition(2);
                let answer = self.choices.one(&["no", "yes"]);
                self.line(&format!("let {name} = ({condition}) otherwise {answer}"));
                self.things.push(Thing { name, kind: Kind::YesNo, optional: false });
            }
            3 => {
                self.line(&format!("let {name} first match {{"));
                self.table(2, "gives", |this| this.number_cell());
                self.line("}");
                self.things.push(Thing { name, kind: Kind::Number, optional: false });
            }
            4 => {
                let all = self.of(|t| t.kind == Kind::Money);
                let (a, b) = (self.choices.one(&all), self.choices.one(&all));
                self.line(&format!("let {name} = {} / {}", a.name, b.name));
                self.things.push(Thing { name, kind: Kind::Number, optional: true });
            }
            _ => {
                self.line(&format!("let {name} first match {{"));
                self.table(1, "gives", |this| this.choices.one(&["yes", "no"]).to_owned());
                self.line("}");
                self.things.push(Thing { name, kind: Kind::YesNo, optional: false });
            }
        }
    }

    fn item(&mut self, name: &str, depth: usize) {
        self.items.push(name.to_owned());
        if !self.children.is_empty() && self.choices.chance(35) {
            return self.per_event(name);
        }
        match self.choices.below(if depth < 2 { 7 } else { 5 }) {
            0 | 1 => {
                self.line(&format!("characteristic {name} {{"));
                self.partition();
                self.clauses();
                self.line("}");
            }
            2 => {
                self.line(&format!("characteristic {name} first match {{"));
                let columns = 1 + self.choices.below(3);
                let reasons = self.choices.chance(50);
                self.points_table(columns, reasons);
                self.clauses();
                self.line("}");
            }
            3 | 4 => {
                self.line(&format!("rule {name} {{"));
                if self.choices.chance(70) {
                    let when = self.condition(3);
                    self.line(&format!("  when {when}"));
                }
                let points = if self.choices.chance(50) { self.points() } else { self.number(3) };
                let missing = self.choices.one(&["0", "-2.5", "7"]);
                self.line(&format!("  points {points}\n  if missing {missing}"));
                self.reason_and_baseline();
                self.weight();
                // What a formula can give at most is not always known.
                self.limits(80);
                self.line("}");
            }
            _ => {
                self.line(&format!("group {name} {{"));
                for at in 0..1 + self.choices.below(3) {
                    self.item(&format!("{name}_{at}"), depth + 1);
                }
                self.weight();
                self.limits(25);
                self.line("}");
            }
        }
    }

    /// Something written about one kind of children.
    fn about<T>(&mut self, child: usize, write: impl FnOnce(&mut Self) -> T) -> T {
        let things = self.children[child].things.clone();
        let before = std::mem::replace(&mut self.things, things);
        let written = write(self);
        self.things = before;
        written
    }

    /// Which children count; a filter must decide.
    fn filter(&mut self, child: usize) -> String {
        if self.choices.chance(25) {
            return String::new();
        }
        let condition = self.about(child, |this| this.condition(2));
        format!(" where ({condition}) otherwise {}", self.choices.one(&["no", "yes"]))
    }

    fn child_definitions(&mut self, child: usize) {
        let name = self.children[child].name;
        for at in 0..self.choices.below(3) {
            let own = format!("ev{at}");
            let (text, kind, optional) = match self.choices.below(3) {
                0 => {
                    let condition = self.about(child, |this| this.condition(2));
                    (format!("({condition}) otherwise no"), Kind::YesNo, false)
                }
                1 => (format!("{name}.m1 / {name}.m2"), Kind::Number, true),
                _ => {
                    let number = self.about(child, |this| this.number(2));
                    (format!("({number}) otherwise 2"), Kind::Number, false)
                }
            };
            self.line(&format!("let {own} of {name} = {text}"));
            self.children[child].things.push(Thing { name: format!("{name}.{own}"), kind, optional });
        }
    }

    /// A function over children, under a name or as it stands.
    fn aggregate(&mut self, at: usize) {
        let child = self.choices.below(self.children.len());
        let function = self.choices.one(&["count", "sum", "average", "lowest", "highest", "latest"]);
        let (what, kind, optional) = match function {
            "count" => (self.children[child].name.to_owned(), Kind::Integer, false),
            "latest" => {
                (self.about(child, |this| this.field(|t| t.kind == Kind::Date)).name, Kind::Date, true)
            }
            _ => {
                let dates = matches!(function, "lowest" | "highest");
                let thing = self.about(child, |this| {
                    this.field(|t| {
                        matches!(t.kind, Kind::Number | Kind::Integer | Kind::Money)
                            || dates && t.kind == Kind::Date
                    })
                });
                let worked_out = thing.kind == Kind::Number && self.choices.chance(30);
                let optional = thing.optional || function != "sum" || worked_out;
                let name = if worked_out { self.about(child, |this| this.number(2)) } else { thing.name };
                let average = function == "average" && thing.kind == Kind::Integer;
                (name, if average || worked_out { Kind::Number } else { thing.kind }, optional)
            }
        };
        let filter = self.filter(child);
        let text = format!("{function}({what}{filter})");
        let name = if self.choices.chance(60) {
            self.line(&format!("let agg{at} = {text}"));
            format!("agg{at}")
        } else {
            text
        };
        self.things.push(Thing { name, kind, optional });
    }

    /// A rule that gives points for each child.
    fn per_event(&mut self, name: &str) {
        let child = self.choices.below(self.children.len());
        let kind = self.children[child].name;
        let each = self.choices.chance(40);
        self.line(&format!("rule {name} {}{{", if each { "" } else { "first match " }));
        let filter = self.filter(child);
        self.line(&format!("  for each {kind}{filter}"));
        if each {
            let points = if self.choices.chance(50) {
                self.points()
            } else {
                self.about(child, |this| this.number(1))
            };
            self.line(&format!("  points {points} each"));
        } else {
            let columns = 1 + self.choices.below(2);
            self.about(child, |this| {
                this.table(columns, "points each | reason", |this| {
                    let points = if this.choices.chance(20) { this.number(1) } else { this.points() };
                    format!("{points} | {}", this.reason_cell())
                });
            });
        }
        let missing = self.choices.one(&["0", "-2.5", "7"]);
        self.line(&format!("  if missing {missing}"));
        if self.children[child].dated {
            for period in ["a day", "a month", "a year"] {
                if self.choices.chance(25) {
                    let most = self.choices.one(&["10", "0.5", "33", "60"]);
                    self.line(&format!("  no more than {most} {period}"));
                }
            }
        }
        if self.choices.chance(30) {
            let most = self.choices.one(&["40", "100", "7.5"]);
            self.line(&format!("  no more than {most} in total"));
        }
        if self.choices.chance(70) {
            let reason = self.choices.one(REASONS);
            self.line(&format!("  reason {reason}"));
        }
        self.weight();
        self.limits(50);
        self.line("}");
    }

    fn clauses(&mut self) {
        self.reason_and_baseline();
        self.weight();
        self.limits(25);
    }

    fn reason_and_baseline(&mut self) {
        if self.choices.chance(70) {
            let reason = self.choices.one(REASONS);
            self.line(&format!("  reason {reason}"));
        }
        if self.baselines || self.choices.chance(20) {
            let baseline = self.choices.one(&["5", "0", "21.8", "-3"]);
            self.line(&format!("  baseline {baseline}"));
        }
    }

    fn weight(&mut self) {
        if self.choices.chance(20) {
            let weight = self.choices.one(match self.domains {
                Domains::Wide => &["35%", "2", "0.333333333", "-1"][..],
                Domains::Narrow => &["35%", "2", "0.333333333", "-1", "0"],
            });
            self.line(&format!("  weight {weight}"));
        }
    }

    fn limits(&mut self, percent: usize) {
        if self.choices.chance(percent) {
            let limits = self.choices.one(match self.domains {
                Domains::Wide => &["-10 to +10", "0 to +40", "-100 to 0", "-1.5 to +2.25"][..],
                Domains::Narrow => &["-10 to +10", "0 to +40", "-100 to 0", "-1.5 to +2.25", "5 to +9"],
            });
            self.line(&format!("  limited to {limits}"));
        }
    }

    fn points(&mut self) -> String {
        let whole = self.choices.between(-60, 60);
        let part = if self.choices.chance(20) { self.choices.one(&[".5", ".25", ".1"]) } else { "" };
        format!("{}{whole}{part}", if whole >= 0 { "+" } else { "" })
    }

    fn number_cell(&mut self) -> String {
        self.choices.one(&["1", "2.5", "60%", "0", "-4"]).to_owned()
    }

    /// A points cell.
    fn points_cell(&mut self) -> String {
        match self.choices.below(12) {
            10 => {
                let all = self.of(|t| !t.optional && matches!(t.kind, Kind::Number | Kind::Integer));
                if all.is_empty() { self.points() } else { format!("{} * 0.5", self.choices.one(&all).name) }
            }
            11 => "not scored".to_owned(),
            _ => self.points(),
        }
    }

    fn reason_cell(&mut self) -> String {
        if self.choices.chance(60) { self.choices.one(REASONS).to_owned() } else { String::new() }
    }

    /// A table over one field whose rows neither overlap nor leave a gap.
    fn partition(&mut self) {
        let thing = self.field(|t| !matches!(t.kind, Kind::Text) || t.name.starts_with('t'));
        let reasons = self.choices.chance(30);
        let mut cells: Vec<String> = match thing.kind {
            Kind::Number | Kind::Money => self.bands(CUTS, "under", "to under", "or more"),
            Kind::Integer => self.bands(WHOLE_CUTS, "under", "to under", "or more"),
            Kind::Date => {
                let (first, rest) = self.cuts(DAYS);
                let mut cells = vec![format!("before {first}")];
                let mut low = first;
                for cut in rest {
                    cells.push(format!("{low} to before {cut}"));
                    low = cut;
                }
                cells.push(format!("on or after {low}"));
                cells
            }
            Kind::YesNo => vec!["yes".to_owned(), "no".to_owned()],
            Kind::Category(..) => match self.choices.below(3) {
                0 => vec!["own".to_owned(), "otherwise".to_owned()],
                1 => vec!["rent, other".to_owned(), "not rent, other".to_owned()],
                _ => vec!["some".to_owned(), "otherwise".to_owned()],
            },
            Kind::Text => {
                vec![TEXTS[0].to_owned(), format!("{}, {}", TEXTS[1], TEXTS[2]), "otherwise".to_owned()]
            }
        };
        if thing.optional {
            if self.choices.chance(70) {
                cells.push("missing".to_owned());
            } else if let Some(last) = cells.last_mut() {
                last.push_str(", missing");
            }
        }
        self.line(&format!("  | {} | points |{}", thing.name, if reasons { " reason |" } else { "" }));
        for cell in cells {
            let points = self.points_cell();
            let reason = if reasons { format!(" {} |", self.reason_cell()) } else { String::new() };
            self.line(&format!("  | {cell} | {points} |{reason}"));
        }
    }

    fn cuts(&mut self, of: &[&'static str]) -> (&'static str, Vec<&'static str>) {
        let first = self.choices.below(of.len());
        let mut at = first;
        let mut rest = Vec::new();
        for _ in 0..self.choices.below(5) {
            at += 1 + self.choices.below(3);
            rest.extend(of.get(at));
        }
        (of[first], rest)
    }

    fn bands(&mut self, of: &[&'static str], under: &str, to: &str, more: &str) -> Vec<String> {
        let (first, rest) = self.cuts(of);
        let mut cells = vec![format!("{under} {first}")];
        let mut low = first;
        for cut in rest {
            cells.push(format!("{low} {to} {cut}"));
            low = cut;
        }
        cells.push(format!("{low} {more}"));
        cells
    }

    fn points_table(&mut self, columns: usize, reasons: bool) {
        let rest = if reasons { "points | reason" } else { "points" };
        self.table(columns, rest, |this| {
            let points = this.points_cell();
            if reasons { format!("{points} | {}", this.reason_cell()) } else { points }
        });
    }

    /// A table of which the first row that fits counts; the last takes all.
    fn table(&mut self, columns: usize, rest: &str, mut outcome: impl FnMut(&mut Self) -> String) {
        let mut things: Vec<Thing> = Vec::new();
        for _ in 0..columns {
            let thing = self.field(|_| true);
            if !things.iter().any(|known| known.name == thing.name) {
                things.push(thing);
            }
        }
        let names: Vec<&str> = things.iter().map(|thing| thing.name.as_str()).collect();
        self.line(&format!("  | {} | {rest} |", names.join(" | ")));
        for _ in 0..1 + self.choices.below(3) {
            let cells: Vec<String> = things.iter().map(|thing| self.cell(thing)).collect();
            let given = outcome(self);
            self.line(&format!("  | {} | {given} |", cells.join(" | ")));
        }
        let all = |thing: &Thing| if thing.optional { "any, missing" } else { "any" };
        let cells: Vec<&str> = things.iter().map(all).collect();
        let given = outcome(self);
        self.line(&format!("  | {} | {given} |", cells.join(" | ")));
    }

    /// A cell that does not take everything.
    fn cell(&mut self, thing: &Thing) -> String {
        let mut cell = match thing.kind {
            Kind::Number | Kind::Money => {
                let cut = self.choices.one(&["1", "2.5", "9.99", "20", "33.333333333", "edge"]);
                let form = self.choices.one(&[
                    "under {}",
                    "{} or more",
                    "over {}",
                    "{} to under 60",
                    "{}",
                    "not {}",
                ]);
                form.replace("{}", cut)
            }
            Kind::Integer => {
                let cut = self.choices.one(&["2", "3", "5", "10"]);
                let form =
                    self.choices.one(&["under {}", "{} or more", "over {}", "{} to 15", "{}", "not {}"]);
                form.replace("{}", cut)
            }
            Kind::Date => {
                let day = self.choices.one(&DAYS[1..]);
                let form = self.choices.one(&[
                    "before {}",
                    "on or after {}",
                    "{} to today",
                    "within 10 years",
                    "before 90 days ago",
                ]);
                form.replace("{}", day)
            }
            Kind::YesNo => self.choices.one(&["yes", "no"]).to_owned(),
            Kind::Category(..) => {
                self.choices.one(&["own", "own, rent", "not own", "some", "other"]).to_owned()
            }
            Kind::Text => {
                let text = self.choices.one(TEXTS);
                if self.choices.chance(30) { format!("not {text}") } else { text.to_owned() }
            }
        };
        if thing.optional && self.choices.chance(30) {
            if self.choices.chance(50) {
                return "missing".to_owned();
            }
            cell.push_str(", missing");
        }
        cell
    }

    /// A number.
    fn number(&mut self, depth: usize) -> String {
        let numbers = |t: &Thing| matches!(t.kind, Kind::Number | Kind::Integer);
        if depth == 0 {
            return match self.choices.below(3) {
                0 => self.choices.one(&["1", "2.5", "-3", "0.02", "edge", "10", "33.333333333"]).to_owned(),
                1 => self.field(numbers).name,
                _ => format!("amount({})", self.field(|t| t.kind == Kind::Money).name),
            };
        }
        let less = depth - 1;
        match self.choices.below(11) {
            0 => self.number(0),
            1 => format!("({} + {})", self.number(less), self.number(less)),
            2 => format!("({} - {})", self.number(less), self.number(less)),
            3 => format!("{} * {}", self.number(0), self.number(0)),
            4 => format!("{} / {}", self.number(0), self.number(0)),
            5 => format!("min({}, {})", self.number(less), self.number(less)),
            6 => format!("max({}, {}, {})", self.number(less), self.number(0), self.number(0)),
            7 => format!("abs({})", self.number(less)),
            8 => match self.choices.below(3) {
                0 => format!("round({})", self.number(less)),
                1 => format!("round({}, 0.25)", self.number(less)),
                _ => format!("round({}, {})", self.number(less), self.number(0)),
            },
            9 => {
                let (from, to) = (self.date(), self.date());
                format!("{}_between({from}, {to})", self.choices.one(&["days", "months", "years"]))
            }
            _ => format!("({} otherwise {})", self.field(numbers).name, self.number(less)),
        }
    }

    fn date(&mut self) -> String {
        match self.choices.below(4) {
            0 => "today".to_owned(),
            1 => format!(
                "min({}, {})",
                self.field(|t| t.kind == Kind::Date).name,
                self.field(|t| t.kind == Kind::Date).name
            ),
            _ => self.field(|t| t.kind == Kind::Date).name,
        }
    }

    /// A condition.
    fn condition(&mut self, depth: usize) -> String {
        if depth > 0 {
            let less = depth - 1;
            match self.choices.below(6) {
                0 | 1 => {}
                2 => return format!("({}) and ({})", self.condition(less), self.condition(less)),
                3 => return format!("({}) or ({})", self.condition(less), self.condition(less)),
                4 => return format!("not ({})", self.condition(less)),
                _ => {
                    let answer = self.choices.one(&["yes", "no"]);
                    return format!("(({}) otherwise {answer})", self.condition(less));
                }
            }
        }
        let thing = self.field(|_| true);
        let name = thing.name.clone();
        if thing.optional && self.choices.chance(15) {
            return format!("{name} is {}", self.choices.one(&["missing", "known"]));
        }
        match thing.kind {
            Kind::Number | Kind::Integer if self.choices.chance(40) => {
                let other = self.number(1);
                let comparison =
                    self.choices.one(&["at least", "less than", "is", "is not", "more than", "at most"]);
                format!("{name} {comparison} {other}")
            }
            Kind::Number | Kind::Money | Kind::Integer => {
                let comparison =
                    self.choices.one(&["at least", "at most", "more than", "less than", "is", "is not"]);
                format!("{name} {comparison} {}", self.choices.one(&["2", "3", "10", "15", "20"]))
            }
            Kind::Date if self.choices.chance(30) => {
                let other = self.field(|t| t.kind == Kind::Date).name;
                format!("{name} {} {other}", self.choices.one(&["before", "after", "is", "on or after"]))
            }
            Kind::Date => match self.choices.below(3) {
                0 => format!("{name} within {}", self.choices.one(&["90 days", "24 months", "10 years"])),
                1 => {
                    format!("{name} before {}", self.choices.one(&["2020-06-15", "2000-01-01", "1970-01-01"]))
                }
                _ => format!("{name} before 5 years ago"),
            },
            Kind::YesNo => match self.choices.below(3) {
                0 => format!("{name} is yes"),
                1 => format!("{name} is {}", self.field(|t| t.kind == Kind::YesNo).name),
                _ => name,
            },
            Kind::Category(count, open) => match self.choices.below(3) {
                0 => format!("{name} is own"),
                1 => format!("{name} is one of some"),
                _ => {
                    let same = self.field(|t| t.kind == Kind::Category(count, open)).name;
                    format!("{name} is not {same}")
                }
            },
            Kind::Text => match self.choices.below(4) {
                0 => format!("{name} is {}", self.choices.one(TEXTS)),
                1 => format!("starts_with({name}, {})", self.choices.one(&["\"DE\"", "\"D\"", "\"x\""])),
                2 => format!("{name} is {}", self.field(|t| t.kind == Kind::Text).name),
                _ => format!("starts_with({name}, {})", self.field(|t| t.kind == Kind::Text).name),
            },
        }
    }

    fn overriding(&mut self, at: usize) {
        let when = self.condition(2);
        let missing = self.choices.one(&["applies", "does not apply"]);
        self.line(&format!("override over{at} {{\n  when {when}\n  if missing {missing}"));
        let share = self.choices.one(&[0.2, 0.4, 0.6]);
        let score = self.in_range(share);
        let what = self.choices.one(&[
            "score at most N",
            "score at least N",
            "not scored",
            "tier at most fair",
            "tier at least fair",
        ]);
        if self.tiers || !what.starts_with("tier") {
            self.line(&format!("  {}", what.replace('N', &score.to_string())));
        } else {
            self.line("  not scored");
        }
        if self.choices.chance(70) {
            let reason = self.choices.one(REASONS);
            self.line(&format!("  reason {reason}"));
        }
        self.line("}");
    }

    fn decision(&mut self, at: usize) {
        let (kind, answers): (&str, &[&str]) = self.choices.one(&[
            ("one of (decline, refer, accept)", &["decline", "refer", "accept"][..]),
            ("yes/no", &["yes", "no"]),
            ("number", &["1", "2.5", "-3"]),
        ]);
        self.line(&format!("decision dec{at} {kind} first match {{"));
        let mut things = vec![Thing { name: "score".to_owned(), kind: Kind::Number, optional: false }];
        if self.choices.chance(50) {
            let all = self.items.clone();
            things.push(Thing {
                name: format!("points of {}", self.choices.one(&all)),
                kind: Kind::Number,
                optional: false,
            });
        }
        let before = std::mem::replace(&mut self.things, things);
        let fields: Vec<Thing> = before.iter().filter(|thing| thing.kind != Kind::Text).cloned().collect();
        self.things.extend(fields);
        let columns = 1 + self.choices.below(2);
        self.table(columns, "gives | reason", |this| {
            format!("{} | {}", this.choices.one(answers), this.reason_cell())
        });
        self.things = before;
        self.line("}");
        if kind == "yes/no" {
            // Later decisions may read it; items are written already.
            self.things.push(Thing { name: format!("dec{at}"), kind: Kind::YesNo, optional: false });
        }
    }

    fn consequence(&mut self, at: usize) {
        let kind = self.choices.one(&["benefit", "penalty"]);
        let when = match self.choices.below(4) {
            0 => "score at least 30".to_owned(),
            1 if self.tiers => "tier is fair or better".to_owned(),
            2 => format!("(score less than 50) and ({})", self.condition(1)),
            _ => self.condition(1),
        };
        let missing = self.choices.one(&["applies", "does not apply"]);
        self.line(&format!("{kind} cons{at} {{\n  when {when}\n  if missing {missing}"));
        if self.choices.chance(40) {
            self.line("  not scored applies");
        }
        self.line("}");
    }
}
