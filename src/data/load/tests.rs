//! Loading whole folders: what is read, what is set aside and why, what stops a run.

use super::*;
use crate::data::test_schema::{day, inquiry, person, schema};
use crate::data::{Fault, Format, Records, Reject};
use crate::diagnostic::Severity;
use proptest::prelude::*;

const INQUIRY: RecordId = RecordId(1);
const FRIENDS: LinkId = LinkId(0);
const FOLLOWS: LinkId = LinkId(1);
const EMPLOYERS: LinkId = LinkId(2);

/// A folder of files, and where each belongs.
struct Folder {
    folder: tempfile::TempDir,
    files: DataFiles,
}

impl Folder {
    /// Empty tables of everything but people.
    fn of(people: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, files: DataFiles::default() }
            .record(0, "person.csv", people)
            .record(1, "inquiry.csv", "person,date,amount\n")
            .record(2, "company.csv", "id,size\n")
            .link(FRIENDS, "friends.csv", "from,to\n")
            .link(FOLLOWS, "follows.csv", "from,to\n")
            .link(EMPLOYERS, "employers.csv", "from,to\n")
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> DataFile {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        DataFile {
            format: Format::of(&path).unwrap(),
            path,
            shown: name.to_owned(),
            columns: Vec::new(),
            missing: Vec::new(),
            row_number: None,
            place: None,
        }
    }

    fn record(mut self, kind: u32, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.files.records.insert(RecordId(kind), self.file(name, text));
        self
    }

    fn link(mut self, link: LinkId, name: &str, text: &str) -> Self {
        self.files.links.insert(link, self.file(name, text));
        self
    }

    fn previous(mut self, text: &str) -> Self {
        self.files.previous = Some((RecordId(0), self.file("previous.csv", text)));
        self
    }

    /// Changes how the people's file is read.
    fn with(mut self, change: impl FnOnce(&mut DataFile)) -> Self {
        change(self.files.records.get_mut(&RecordId(0)).unwrap());
        self
    }

    fn load(&self) -> Loaded {
        let loaded = load(&schema(), day("2026-01-31"), &self.files).unwrap();
        assert_eq!(loaded.read, loaded.population.count() + loaded.rejects.set_aside.len());
        loaded
    }

    fn refused(&self) -> Vec<String> {
        let diagnostics = load(&schema(), day("2026-01-31"), &self.files).unwrap_err();
        assert!(diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Error));
        let line = |d: &Diagnostic| format!("{}: {} [{}]", d.code, d.message, d.help.join("; "));
        diagnostics.iter().map(line).collect()
    }
}

/// `KIND KEY FILE:LINE FIELD=VALUE REASON; …`
fn told(reject: &Reject) -> String {
    let fault = |fault: &Fault| {
        let (field, value) = (fault.field.as_deref().unwrap_or("-"), fault.value.as_deref().unwrap_or("-"));
        format!("{}:{} {field}={value} {}", fault.file, fault.line, fault.reason)
    };
    let faults: Vec<_> = reject.faults.iter().map(fault).collect();
    format!("{} {} {}", reject.record, reject.key.as_deref().unwrap_or("-"), faults.join("; "))
}

fn set_aside(loaded: &Loaded) -> Vec<String> {
    loaded.rejects.set_aside.iter().map(told).collect()
}

fn ignored(loaded: &Loaded) -> Vec<String> {
    loaded.rejects.ignored.iter().map(told).collect()
}

fn notices(loaded: &Loaded) -> Vec<String> {
    loaded.notices.iter().map(|notice| format!("{}: {}", notice.file, notice.text)).collect()
}

fn keys(loaded: &Loaded) -> String {
    let keys = (0..loaded.population.count()).map(|at| loaded.population.key(at).unwrap());
    keys.map(|key| schema().spell(Type::Text, key)).collect::<Vec<_>>().join(" ")
}

#[test]
fn records_keep_their_order_and_lines() {
    let loaded = Folder::of("age,id,home\n30,b,own\n\n40,a,\n").load();
    assert_eq!(keys(&loaded), "b a");
    assert_eq!((loaded.population.line(0), loaded.population.line(1)), (2, 4));
    assert_eq!(loaded.population.find(&schema(), "a"), Some(1));
    assert_eq!(loaded.population.find(&schema(), "c"), None);
    assert_eq!(loaded.population.subject(1).unwrap().values, person("a", 40));
    assert!(loaded.population.subject(2).is_none());
    assert!(loaded.notices.is_empty() && loaded.rejects == crate::data::Rejects::default());
}

#[test]
fn a_bad_record_says_all_that_is_wrong_with_it() {
    let loaded = Folder::of("id,age,home\na,121,Own\nb,x,\n,30,own\nc,30\nd,,rent\ne,30,rent\n").load();
    assert_eq!(keys(&loaded), "e");
    assert_eq!(
        set_aside(&loaded),
        [
            "person a person.csv:2 age=121 outside its domain, `0 to 120`; person.csv:2 home=Own not one of \
             `own`, `rent`, `0 <= ... < 200 DM`; did you mean `own`?",
            "person b person.csv:3 age=x not a number",
            "person - person.csv:4 id=- missing, and not optional",
            "person c person.csv:5 -=- 2 cells, where the line of names has 3",
            "person d person.csv:6 age=- missing, and not optional",
        ]
    );
}

#[test]
fn a_key_given_twice_is_trusted_nowhere() {
    let loaded = Folder::of("id,age\na,1\nb,2\nc,5\na,3\nb,4\na,x\n").load();
    assert_eq!(keys(&loaded), "c");
    assert_eq!(
        set_aside(&loaded),
        [
            "person a person.csv:2 id=a a key given again, in line 5",
            "person b person.csv:3 id=b a key given again, in line 6",
            "person a person.csv:5 id=a a key given before, in line 2",
            "person b person.csv:6 id=b a key given before, in line 3",
            "person a person.csv:7 age=x not a number; person.csv:7 id=a a key given before, in line 2",
        ]
    );
}

#[test]
fn a_bad_child_sets_its_parent_aside() {
    let children = "person,date,amount\nb,2026-01-01,5\na,2026-01-01,x\na,,1\nb,2025-01-01,\nc,2026\nb,2027-01-01,\n\
        b,2027-01-01,x\n";
    let loaded = Folder::of("id,age\na,1\nb,2\nc,3\n").record(1, "inquiry.csv", children).load();
    assert_eq!(keys(&loaded), "b");
    assert_eq!(
        set_aside(&loaded),
        [
            "person a inquiry.csv:3 inquiry.amount=x not a number; inquiry.csv:4 inquiry.date=- missing, and not optional",
            "person c inquiry.csv:6 inquiry=- 2 cells, where the line of names has 3",
        ]
    );
    let subject = loaded.population.subject(0).unwrap();
    let dates: Vec<_> = subject.children(INQUIRY).iter().map(|child| child[1].as_date().unwrap()).collect();
    assert_eq!(dates, [day("2026-01-01"), day("2025-01-01"), day("2027-01-01")], "the order of the file");
    assert!(ignored(&loaded).is_empty(), "what is wrong with a record not yet known is not known either");
}

#[test]
fn a_child_of_nobody_is_told_and_left_out() {
    let children = "person,date\nz,2026-01-01\n,2026-01-01\na,2026-01-01\n";
    let loaded = Folder::of("id,age\na,1\n").record(1, "inquiry.csv", children).load();
    assert_eq!(
        ignored(&loaded),
        [
            "inquiry - inquiry.csv:2 person=z belongs to nobody: there is no such `person`",
            "inquiry - inquiry.csv:3 person=- missing, and not optional; inquiry.csv:3 person=- belongs to nobody, or \
             it cannot be told to whom",
        ]
    );
    assert_eq!(loaded.population.subject(0).unwrap().children(INQUIRY), [inquiry("a", "2026-01-01")]);
    assert_eq!(
        notices(&loaded),
        [
            "person.csv: no column `home`: `home` of `person` is missing in every record",
            "inquiry.csv: no column `amount`: `amount` of `inquiry` is missing in every record",
            "inquiry.csv: 2 records of `inquiry` left out: of nobody",
        ]
    );
}

#[test]
fn links_lead_to_good_records_once() {
    let pairs = "from,to\na,b\nb,a\na,a\na,z\nc,a\na,d\n,a\n";
    let loaded = Folder::of("id,age,home\na,1,\nb,2,\nc,3,\nd,x,\n")
        .link(FRIENDS, "friends.csv", pairs)
        .link(FOLLOWS, "follows.csv", "from,to\na,b\nb,a\na,b\n")
        .record(2, "company.csv", "id,size\n7,10\n8,x\n")
        .link(EMPLOYERS, "employers.csv", "from,to\nb,7.0\nb,8\na,nine\n")
        .load();
    let linked = |at: usize, link: LinkId| -> Vec<Option<usize>> {
        loaded.population.subject(at).unwrap().linked(link).iter().map(|linked| linked.position).collect()
    };
    assert_eq!(
        (0..3).map(|at| linked(at, FRIENDS)).collect::<Vec<_>>(),
        [vec![Some(1), Some(2)], vec![Some(0)], vec![Some(0)]]
    );
    assert_eq!(
        (0..3).map(|at| linked(at, FOLLOWS)).collect::<Vec<_>>(),
        [vec![Some(1)], vec![Some(0)], vec![]]
    );
    assert_eq!((0..3).map(|at| linked(at, EMPLOYERS)).collect::<Vec<_>>(), [vec![], vec![None], vec![]]);
    assert_eq!(
        ignored(&loaded),
        [
            "company 8 company.csv:3 size=x not a number",
            "friends - friends.csv:4 to=a a pair of a record with itself",
            "friends - friends.csv:5 to=z there is no such `person`",
            "friends - friends.csv:8 from=- missing",
            "employers - employers.csv:4 to=nine not a number",
        ]
    );
    assert_eq!(
        notices(&loaded),
        [
            "friends.csv: 2 pairs of `friends` left out: of nobody",
            "friends.csv: 1 pair of `friends` left out: of a record with itself",
            "friends.csv: 1 pair of `friends` left out: of a record that was set aside",
            "friends.csv: 1 pair of `friends` given again: each pair counts once",
            "follows.csv: 1 pair of `follows` given again: each pair counts once",
            "employers.csv: 1 pair of `employers` left out: of nobody",
            "employers.csv: 1 pair of `employers` left out: of a record that was set aside",
        ]
    );
}

#[test]
fn previous_scores_belong_to_their_records() {
    let folder = Folder::of("id,age,home\na,1,\nb,2,\n").link(FOLLOWS, "follows.csv", "from,to\na,b\nb,a\n");
    let folder = folder.previous("id,score,tier\nb,640.5,good\na,,\ngone,1,poor\n");
    let loaded = folder.load();
    let previous = |at: usize| loaded.population.subject(at).unwrap().linked(FOLLOWS)[0].previous;
    assert_eq!(previous(0).map(|score| score.to_string()).as_deref(), Some("640.5"));
    assert_eq!(previous(1), None);
    let refused = folder.previous("id,score\nb,high\n").refused();
    assert_eq!(
        refused,
        ["E0409: cannot read the previous scores: previous.csv:2: `high` is not a number []"]
    );
}

#[test]
fn the_manifest_may_rename_number_and_name_the_missing() {
    let loaded = Folder::of("years,home,x\n30,own,\n-9999,rent,\n31,NA,\n")
        .with(|file| {
            file.columns = vec![("age".to_owned(), "years".to_owned())];
            file.missing = vec!["NA".to_owned(), "-9999".to_owned()];
            file.row_number = Some("id".to_owned());
        })
        .load();
    assert_eq!(keys(&loaded), "1 3");
    assert_eq!(loaded.population.subject(1).unwrap().values, person("3", 31));
    assert_eq!(set_aside(&loaded), ["person 2 person.csv:3 age=- missing, and not optional"]);
    assert_eq!(notices(&loaded), ["person.csv: columns not used: `x`"]);
}

#[test]
fn what_is_missing_stops_the_run() {
    let mut folder = Folder::of("id;age\na;1\n");
    folder.files.records.remove(&INQUIRY);
    folder.files.links.remove(&FRIENDS);
    let refused = folder.refused();
    let starts = [
        "E0408: no column `id` in person.csv, which `person` needs for `id` [its columns seem to be separated by `;`",
        "E0408: no column `age` in person.csv, which `person` needs for `age`",
        "E0407: no data for the record `inquiry` [name its file in `glassbox.toml` under `[data.inquiry]`",
        "E0407: no data for the link `friends`",
    ];
    assert_eq!(refused.len(), starts.len(), "{refused:#?}");
    for (refused, start) in refused.iter().zip(starts) {
        assert!(refused.starts_with(start), "{refused} is not {start}");
    }
}

#[test]
fn a_column_that_is_not_there_stops_the_run() {
    let refused = Folder::of("id,Age\na,1\n").refused();
    assert_eq!(
        refused,
        [
            "E0408: no column `age` in person.csv, which `person` needs for `age` [did you mean `Age`?; if the column has \
          another name, say so: `columns = { age = \"…\" }` in `glassbox.toml`]"
        ]
    );
    let refused = Folder::of("id,age,age\na,1,1\n").refused();
    assert_eq!(refused, ["E0408: the column `age` is in person.csv more than once []"]);
    let refused = Folder::of("").record(0, "person.ndjson", "{\"id\": \"a\", \"agee\": 1}\n").refused();
    assert!(refused[0].starts_with("E0408: no column `age` in person.ndjson"), "{refused:?}");
    let loaded = Folder::of("").record(0, "person.ndjson", "").load();
    assert_eq!(loaded.read, 0);
}

#[test]
fn a_file_that_cannot_be_read_stops_the_run() {
    let refused = Folder::of("").refused();
    assert_eq!(refused, ["E0409: cannot read person.csv: it is empty: not even a line of column names []"]);
    let refused = Folder::of("id,age\n").with(|file| file.path.set_extension("gone").then_some(()).unwrap());
    assert!(refused.refused()[0].starts_with("E0409: cannot read person.csv: "));
}

#[test]
fn names_of_no_field_are_refused() {
    let refused = Folder::of("id,age\n")
        .with(|file| {
            file.columns = vec![("agee".to_owned(), "years".to_owned())];
            file.row_number = Some("home".to_owned());
        })
        .refused();
    assert_eq!(
        refused,
        [
            "E0405: `person` has no field `agee` [did you mean `age`?]",
            "E0405: `home` cannot hold a row number: it is no integer and no text []",
        ]
    );
}

#[test]
fn ndjson_is_read_as_csv_is() {
    let text = "{\"age\": 30, \"id\": \"a\"}\n{\"id\": 17, \"age\": 1e1, \"home\": null}\n{\"id\": \"c\", \"age\": true}\n\
        {\"id\": \"d\", \"age\": {\"years\": 3}}\n{\"id\"\n";
    let loaded = Folder::of("").record(0, "person.ndjson", text).load();
    assert_eq!(keys(&loaded), "a 17");
    assert_eq!(loaded.population.subject(1).unwrap().values, person("17", 10));
    let set_aside = set_aside(&loaded);
    assert_eq!(set_aside[0], "person c person.ndjson:3 age=true not a number");
    assert_eq!(
        set_aside[1],
        "person d person.ndjson:4 -=- `age` holds an object, where one value is expected"
    );
    assert!(set_aside[2].starts_with("person - person.ndjson:5 -=- not readable as JSON: "));
}

proptest! {
    /// Nothing is lost, whatever the bytes are.
    #[test]
    fn every_record_is_scored_or_set_aside(
        people in prop::collection::vec(prop::sample::select(b"ab1,\"\n\n\xFF".to_vec()), 0..120),
        children in prop::collection::vec(prop::sample::select(b"ab1,\"\n\n-".to_vec()), 0..60),
    ) {
        let people = [b"id,age,home\na,1,\nb,2,\n".as_slice(), &people].concat();
        let children = [b"person,date,amount\na,2026-01-01,1\n".as_slice(), &children].concat();
        let folder = Folder::of("").record(0, "person.csv", &people).record(1, "inquiry.csv", &children);
        let loaded = folder.load();
        let lines = loaded.rejects.set_aside.iter().map(|reject| reject.line);
        let good = (0..loaded.population.count()).map(|at| loaded.population.line(at));
        let mut lines: Vec<_> = lines.chain(good).collect();
        lines.sort_unstable();
        let before = lines.len();
        lines.dedup();
        prop_assert_eq!(before, lines.len());
    }
}

#[test]
fn previous_scores_may_be_of_another_kind() {
    let mut folder = Folder::of("id,age,home\na,1,\n")
        .record(2, "company.csv", "id,size\n7,10\n8,20\n")
        .link(EMPLOYERS, "employers.csv", "from,to\na,8\na,7\n");
    folder.files.previous = Some((RecordId(2), folder.file("previous.csv", "id,score\n8,700\n")));
    let loaded = folder.load();
    let subject = loaded.population.subject(0).unwrap();
    let previous: Vec<_> = subject.linked(EMPLOYERS).iter().map(|linked| linked.previous).collect();
    assert_eq!(previous, [None, Some(crate::decimal::Decimal::from_int(700))]);
    assert_eq!(crate::data::previous_kind(&schema()), Some(RecordId(0)));
}
