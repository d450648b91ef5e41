//! Declarations of records, fields, links and tags: from text to a [`Schema`].

use super::context::{Context, Use};
use super::scope::KindName;
use crate::data::{
    CategoryType, CategoryTypeId, Field, FieldId, LinkId, LinkType, RecordId, RecordType, Schema, Set, Tag,
    TagId, Type,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{self, CellPart, FieldLine, FieldType, LinkLine, Name, RecordBlock, Statement};
use std::sync::Arc;

impl Schema {
    /// A schema without anything, to be filled.
    pub(super) fn empty() -> Self {
        Self {
            scored: RecordId(0),
            records: Vec::new(),
            links: Vec::new(),
            tags: Vec::new(),
            categories: Vec::new(),
        }
    }
}

impl<'a> Context<'a> {
    /// Lowers tags, records and links, and finds the scored record.
    pub(super) fn lower_schema(&mut self, scores: Option<(FileId, &Name)>) {
        let mut records: Vec<(FileId, &'a RecordBlock)> = Vec::new();
        let mut links: Vec<(FileId, &'a LinkLine)> = Vec::new();
        for located in self.statements {
            if let Statement::Tag(line) = located.statement {
                let place = Place::new(located.file, line.name.span);
                if let Some(first) =
                    self.schema.tags.iter().find(|t| t.name == line.name.text).map(|t| t.place)
                {
                    self.twice(place, "tag", &line.name.text, first);
                    continue;
                }
                self.schema.tags.push(Tag {
                    name: line.name.text.clone(),
                    label: line.label.text.clone(),
                    place,
                });
            }
            if let Statement::Record(block) = located.statement {
                records.push((located.file, block));
            }
            if let Statement::Link(line) = located.statement {
                links.push((located.file, line));
            }
        }
        // Names first: a record may belong to one that stands below it.
        let mut kept = Vec::new();
        for (file, block) in records {
            let place = Place::new(file, block.name.span);
            if let Some((_, first)) = self.names.kinds.get(&block.name.text) {
                let first = *first;
                self.twice(place, "record", &block.name.text, first);
                continue;
            }
            let id = RecordId(kept.len() as u32);
            self.names.kinds.insert(block.name.text.clone(), (KindName::Record(id), place));
            kept.push((file, block));
        }
        for (file, block) in &kept {
            let record = self.record(*file, block);
            self.schema.records.push(record);
        }
        self.find_scored(scores);
        for (i, (file, block)) in kept.iter().enumerate() {
            self.join_parent(*file, block, RecordId(i as u32));
        }
        for (file, line) in links {
            self.link(file, line);
        }
        self.check_keys(&kept);
        self.check_changes(&kept);
    }

    fn find_scored(&mut self, scores: Option<(FileId, &Name)>) {
        let Some((file, name)) = scores else { return };
        match self.names.kinds.get(&name.text) {
            Some((KindName::Record(id), _)) => self.schema.scored = *id,
            Some((KindName::Link(_), _)) | None => {
                let names = self.record_names();
                self.unknown(Code::E0202, file, name, "record", names.iter().map(String::as_str));
            }
        }
    }

    fn record(&mut self, file: FileId, block: &RecordBlock) -> RecordType {
        let mut fields: Vec<Field> = Vec::new();
        let mut key = None;
        for line in &block.fields {
            let place = Place::new(file, line.name.span);
            if let Some(first) = fields.iter().find(|f| f.name == line.name.text).map(|f| f.place) {
                self.twice(place, "field", &line.name.text, first);
                continue;
            }
            let id = FieldId(fields.len() as u32);
            if let Some(span) = line.key {
                if key.is_some() {
                    self.error(
                        Code::E0217,
                        file,
                        span,
                        format!("`{}` has more than one key", block.name.text),
                    );
                }
                if line.optional.is_some() {
                    self.report(
                        Diagnostic::error(Code::E0217, Place::new(file, span), "a key cannot be optional")
                            .help("take `optional` away: every record needs its key"),
                    );
                }
                key = key.or(Some(id));
            }
            let field = self.field(file, line);
            fields.push(field);
        }
        let dated = dated_field(&fields);
        RecordType {
            name: block.name.text.clone(),
            label: block.label.as_ref().map(|l| l.text.clone()),
            parent: None,
            key,
            dated: if block.belongs.is_some() { dated } else { None },
            tags: self.tags(file, &block.tags),
            fields,
            place: Place::new(file, block.span),
        }
    }

    fn tags(&mut self, file: FileId, names: &[Name]) -> Vec<TagId> {
        let mut tags = Vec::new();
        for name in names {
            if let Some(i) = self.schema.tags.iter().position(|t| t.name == name.text) {
                self.mark(Use::Tag, &name.text);
                tags.push(TagId(i as u32));
            } else {
                let known: Vec<String> = self.schema.tags.iter().map(|t| t.name.clone()).collect();
                self.unknown(Code::E0203, file, name, "tag", known.iter().map(String::as_str));
            }
        }
        tags
    }

    fn field(&mut self, file: FileId, line: &FieldLine) -> Field {
        let kind = self.field_type(file, &line.kind);
        let mut domain = self.universe(kind);
        let mut domain_text = String::new();
        if let Some(written) = &line.domain {
            domain_text = self.text(file, written.span);
            if let Some(set) = self.domain(file, kind, &written.part, written.span) {
                domain = domain.intersect(&set);
            }
        }
        Field {
            name: line.name.text.clone(),
            label: line.label.as_ref().map(|l| l.text.clone()),
            kind,
            domain,
            domain_text,
            optional: line.optional.is_some(),
            column: line.column.as_ref().map_or_else(|| line.name.text.clone(), |c| c.text.clone()),
            tags: self.tags(file, &line.tags),
            change: self.change(file, kind, line),
            place: Place::new(file, line.span),
        }
    }

    /// A written type; categories with the same members in the same order are one type.
    pub(super) fn field_type(&mut self, file: FileId, written: &FieldType) -> Type {
        match written {
            FieldType::Number(_) => Type::Number,
            FieldType::Integer(_) => Type::Integer,
            FieldType::Money(_) => Type::Money,
            FieldType::Text(_) => Type::Text,
            FieldType::YesNo(_) => Type::YesNo,
            FieldType::Date(_) => Type::Date,
            FieldType::OneOf(categories) => Type::Category(self.categories(file, categories)),
            // Never looked at: whoever meets the field asks whether it is broken first.
            FieldType::Broken(_) => Type::Text,
        }
    }

    fn categories(&mut self, file: FileId, written: &ast::Categories) -> CategoryTypeId {
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut spellings: Vec<Arc<str>> = Vec::new();
        for member in &written.members {
            let name = member.name.text();
            let spelling = member.spelling.as_ref().map_or(name, |s| s.text.as_str());
            if names.iter().any(|n| &**n == name) {
                self.error(Code::E0208, file, member.span, format!("the category `{name}` is given twice"));
                continue;
            }
            if let Some(other) = spellings.iter().position(|s| &**s == spelling).and_then(|i| names.get(i)) {
                let message = format!("`{name}` and `{other}` are both spelled `{spelling}` in the data");
                self.error(Code::E0208, file, member.span, message);
                continue;
            }
            names.push(name.into());
            spellings.push(spelling.into());
        }
        if names.is_empty() {
            self.error(Code::E0214, file, written.span, "a `one of` without categories admits nothing");
        }
        let wanted = CategoryType { names, spellings, open: written.open.is_some() };
        if let Some(i) = self.schema.categories.iter().position(|c| *c == wanted) {
            return CategoryTypeId(i as u32);
        }
        self.schema.categories.push(wanted);
        CategoryTypeId(self.schema.categories.len() as u32 - 1)
    }

    fn domain(&mut self, file: FileId, kind: Type, part: &CellPart, span: Span) -> Option<Set> {
        if !kind.is_ordered() {
            let message = format!("{} has no domain of this kind", self.type_name(kind));
            self.error(Code::E0209, file, span, message);
            return None;
        }
        let set = self.interval(file, kind, part)?;
        if set.is_empty() && !super::cell::ends_today(part) {
            self.report(
                Diagnostic::error(Code::E0214, Place::new(file, span), "no value lies in this domain")
                    .help("write the smaller end first"),
            );
            return None;
        }
        Some(set)
    }

    fn join_parent(&mut self, file: FileId, block: &RecordBlock, child: RecordId) {
        let Some(belongs) = &block.belongs else { return };
        let parent = match self.names.kinds.get(&belongs.parent.text) {
            Some((KindName::Record(id), _)) => *id,
            Some((KindName::Link(_), _)) | None => {
                let names = self.record_names();
                self.unknown(Code::E0202, file, &belongs.parent, "record", names.iter().map(String::as_str));
                return;
            }
        };
        let Some(record) = self.schema.records.get(child.index()) else { return };
        let Some(by) = record.fields.iter().position(|f| f.name == belongs.by.text) else {
            let names: Vec<String> = record.fields.iter().map(|f| f.name.clone()).collect();
            let what = format!("field of `{}` named", block.name.text);
            self.unknown(Code::E0202, file, &belongs.by, &what, names.iter().map(String::as_str));
            return;
        };
        if parent == child {
            self.error(
                Code::E0202,
                file,
                belongs.parent.span,
                "a record cannot belong to its own kind; a `link` can join them",
            );
            return;
        }
        let kind = record.fields.get(by).map(|f| f.kind);
        let key = self
            .schema
            .records
            .get(parent.index())
            .and_then(|p| p.key.and_then(|k| p.fields.get(k.index())))
            .map(|k| k.kind);
        if let (Some(kind), Some(key)) = (kind, key)
            && kind != key
        {
            let message = format!(
                "`{}` is {}, but the key of `{}` is {}",
                belongs.by.text,
                self.type_name(kind),
                belongs.parent.text,
                self.type_name(key)
            );
            self.error(Code::E0209, file, belongs.by.span, message);
        }
        if let Some(record) = self.schema.records.get_mut(child.index()) {
            record.parent = Some((parent, FieldId(by as u32)));
        }
    }

    fn link(&mut self, file: FileId, line: &LinkLine) {
        let place = Place::new(file, line.name.span);
        if let Some((_, first)) = self.names.kinds.get(&line.name.text) {
            let first = *first;
            self.twice(place, "name", &line.name.text, first);
            return;
        }
        let mut ends = Vec::new();
        for end in [&line.from, &line.to] {
            if let Some((KindName::Record(id), _)) = self.names.kinds.get(&end.text) {
                ends.push(*id);
            } else {
                let names = self.record_names();
                self.unknown(Code::E0202, file, end, "record", names.iter().map(String::as_str));
            }
        }
        let tags = self.tags(file, &line.tags);
        // Declared even when an end is unknown, so that its uses are not reported too.
        let from = ends.first().copied().unwrap_or(self.schema.scored);
        let to = ends.get(1).copied().unwrap_or(self.schema.scored);
        if line.symmetric && from != to {
            self.report(
                Diagnostic::error(
                    Code::E0311,
                    Place::new(file, line.span),
                    "`between` joins records of one kind",
                )
                .help(format!("write `link {} from {} to {}`", line.name.text, line.from.text, line.to.text)),
            );
        }
        let id = LinkId(self.schema.links.len() as u32);
        self.names.kinds.insert(line.name.text.clone(), (KindName::Link(id), place));
        self.schema.links.push(LinkType {
            name: line.name.text.clone(),
            label: line.label.as_ref().map(|l| l.text.clone()),
            from,
            to,
            symmetric: line.symmetric,
            tags,
            place: Place::new(file, line.span),
        });
    }

    /// The scored record and the ends of links need a key.
    fn check_keys(&mut self, blocks: &[(FileId, &RecordBlock)]) {
        let scored = self.schema.scored;
        let needed = |id: RecordId, schema: &Schema| {
            id == scored
                || schema.links.iter().any(|l| l.from == id || l.to == id)
                || schema.records.iter().any(|r| r.parent.is_some_and(|(p, _)| p == id))
        };
        for (i, (file, block)) in blocks.iter().enumerate() {
            let id = RecordId(i as u32);
            let has = self.schema.records.get(i).is_some_and(|r| r.key.is_some());
            if !has && needed(id, &self.schema) {
                self.report(
                    Diagnostic::error(
                        Code::E0217,
                        Place::new(*file, block.name.span),
                        format!("`{}` has no key", block.name.text),
                    )
                    .help("mark the field that names the record: `id text key`"),
                );
            }
        }
    }

    /// All values of a type.
    pub(super) fn universe(&self, kind: Type) -> Set {
        let codes = match kind {
            Type::Category(id) => self.schema.categories.get(id.index()).map_or(0, CategoryType::codes),
            Type::Tier => self.names.tiers.len() as u32,
            Type::Number | Type::Integer | Type::Money | Type::Text | Type::YesNo | Type::Date => 0,
        };
        Set::universe(kind, codes)
    }

    /// A type in an author's words.
    pub(super) fn type_name(&self, kind: Type) -> String {
        match kind {
            Type::Number => "a number".to_owned(),
            Type::Integer => "a whole number".to_owned(),
            Type::Money => "an amount of money".to_owned(),
            Type::Text => "a text".to_owned(),
            Type::YesNo => "yes or no".to_owned(),
            Type::Date => "a date".to_owned(),
            Type::Tier => "a tier".to_owned(),
            Type::Category(id) => {
                let names: Vec<&str> = self
                    .schema
                    .categories
                    .get(id.index())
                    .map(|c| c.names.iter().map(|n| &**n).collect())
                    .unwrap_or_default();
                match names.as_slice() {
                    [a, b, c, d, _, ..] => format!("one of ({a}, {b}, {c}, {d}, …)"),
                    few => format!("one of ({})", few.join(", ")),
                }
            }
        }
    }

    /// The names of a type's categories or tiers, by code.
    pub(super) fn names_of(&self, kind: Type) -> Vec<Arc<str>> {
        match kind {
            Type::Category(id) => self
                .schema
                .categories
                .get(id.index())
                .map(|c| (0..c.codes()).map(|code| c.name(code).into()).collect())
                .unwrap_or_default(),
            Type::Tier => self.names.tiers.iter().map(|(name, _)| name.as_str().into()).collect(),
            Type::Number | Type::Integer | Type::Money | Type::Text | Type::YesNo | Type::Date => Vec::new(),
        }
    }
}

/// The field that dates a record: the one named `date`, else its only date.
pub(super) fn dated_field(fields: &[Field]) -> Option<FieldId> {
    let dates: Vec<(FieldId, &Field)> =
        (0..).map(FieldId).zip(fields).filter(|(_, field)| field.kind == Type::Date).collect();
    let named = dates.iter().find(|(_, field)| field.name == "date");
    let only = if let [only] = dates.as_slice() { Some(only) } else { None };
    named.or(only).map(|(id, _)| *id)
}
