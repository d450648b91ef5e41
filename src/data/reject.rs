//! What is set aside or ignored of the input, and what is worth telling about a file.

use std::sync::Arc;

/// The records that were read and are not scored, and the rows that were left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rejects {
    /// Records of the scored kind that were set aside, in the order of the input. With those in the population they
    /// are all that were read.
    pub set_aside: Vec<Reject>,
    /// Rows of other tables that were left out: children and pairs of nobody, self pairs, records of other kinds that
    /// break their schema. Table by table, each in the order of its file.
    pub ignored: Vec<Reject>,
}

/// A record or pair that was set aside, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The name of its kind, or of the link.
    pub record: String,
    /// The file it comes from, as shown to people.
    pub file: Arc<str>,
    /// The line it starts in, from 1.
    pub line: u64,
    /// Its key, where it could be read.
    pub key: Option<String>,
    /// What is wrong: one fault at least. A fault of a child stands with its parent, and names the child's file.
    pub faults: Vec<Fault>,
}

/// One thing wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file in which it is wrong, as shown to people.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u64,
    /// The field, where it is about one: `age`, or `inquiry.kind` where it is a child's.
    pub field: Option<String>,
    /// The value as the file has it, where it is about one.
    pub value: Option<String>,
    /// Why it is wrong.
    pub reason: String,
}

/// Something about a file that is no mistake of a record, but should not go unsaid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The file, as shown to people.
    pub file: Arc<str>,
    /// What there is to say.
    pub text: String,
}
