//! Word documents: the text as Word shows it, with what its parts (notes, charts, diagrams, enclosed files) add.

mod body;
mod field;
mod list_numbers;
mod notes;
mod numbering;
mod paragraph;
mod styles;
mod tables;
mod walker;

use std::collections::HashMap;

use super::super::{Limits, reason, remark};
use super::package::{Package, Relation, has_text};
use super::{Aside, Output, chart, diagram, embedded};
use notes::Notes;
use numbering::Numbering;
use styles::Styles;
use walker::Walker;

/// The title and the text. `depth` counts documents within documents.
pub(super) fn to_text(bytes: Vec<u8>, limits: &Limits, depth: usize) -> Result<Output, &'static str> {
    let mut package = Package::open(bytes, limits)?;
    let main = package.main_part().unwrap_or_else(|| "word/document.xml".to_owned());
    let document = package.part(&main)?.ok_or(reason::UNREADABLE)?;
    let relations = package.relations(&main)?;
    let mut parts = Parts { package, relations, aside: Aside::default(), limits, depth };
    let styles = Styles::read(parts.of_kind("styles"));
    let numbering = Numbering::read(&parts.of_kind("numbering"));
    let notes = [parts.named("footnotes"), parts.named("endnotes")];
    parts.remark();
    let core_title = parts.package.core_title();
    let mut walker = Walker::new(&styles, numbering, &mut parts);
    walker.notes = Notes::of(&document);
    let is_whole = walker.walk(&document)?;
    if !is_whole {
        walker.parts.aside.skip(&main, reason::CUT_SHORT);
    }
    for (name, xml) in notes.into_iter().flatten() {
        // Links and pictures of notes are their own part's.
        walker.parts.relations = walker.parts.package.relations(&name).unwrap_or_default();
        if !walker.walk(&xml).unwrap_or(false) {
            walker.parts.aside.skip(&name, reason::CUT_SHORT);
        }
    }
    let (title, text) = walker.finish();
    Ok(Output { title: title.or(core_title), text, aside: parts.aside })
}

/// The document's other parts, which the text refers to.
struct Parts<'a> {
    package: Package,
    relations: HashMap<String, Relation>,
    aside: Aside,
    limits: &'a Limits,
    depth: usize,
}

impl Parts<'_> {
    fn target(&self, id: &str) -> Option<String> {
        self.relations.get(id).map(|relation| relation.target.clone())
    }

    /// A part's text; one that cannot be read is named.
    fn read(&mut self, name: &str) -> Option<String> {
        self.package.part_or_skip(name, &mut self.aside)
    }

    fn named(&mut self, kind: &str) -> Option<(String, String)> {
        let name = self.relations.values().find(|relation| relation.kind == kind)?.target.clone();
        let xml = self.read(&name)?;
        Some((name, xml))
    }

    fn of_kind(&mut self, kind: &str) -> String {
        self.named(kind).map(|(_, xml)| xml).unwrap_or_default()
    }

    /// Says what is left out on purpose.
    fn remark(&mut self) {
        for (kinds, said) in
            [(["comments", "comments"], remark::COMMENTS), (["header", "footer"], remark::HEADERS)]
        {
            let names: Vec<String> = self
                .relations
                .values()
                .filter(|relation| kinds.contains(&relation.kind.as_str()))
                .map(|relation| relation.target.clone())
                .collect();
            // What cannot be read may well say something.
            if names
                .iter()
                .any(|name| self.package.part(name).map_or(true, |xml| xml.is_some_and(|xml| has_text(&xml))))
            {
                self.aside.remark(said);
            }
        }
    }

    /// What a chart or a diagram says.
    fn drawing(&mut self, id: &str) -> String {
        let Some(name) = self.target(id) else { return String::new() };
        let kind = self.relations.get(id).map(|relation| relation.kind.clone()).unwrap_or_default();
        if kind == "diagramData" {
            return self.read(&name).map(|xml| diagram::to_text(&xml)).unwrap_or_default();
        }
        chart::read(&mut self.package, &name, &mut self.aside).unwrap_or_default()
    }

    /// The text of an enclosed document, or a web page; it stands in the text as if it were written there.
    fn chunk(&mut self, id: &str) -> String {
        let Some(name) = self.target(id) else { return String::new() };
        let read = self.package.bytes(&name).and_then(|bytes| {
            let bytes = bytes.ok_or(reason::UNREADABLE)?;
            embedded(&name, bytes, self.limits, self.depth + 1)
        });
        match read {
            Ok(output) => {
                output.aside.remarks.iter().for_each(|one| self.aside.remark(one));
                let inner = output.aside.parts.into_iter();
                inner.for_each(|(part, why)| self.aside.skip(format!("{name}/{part}"), &why));
                output.text
            }
            Err(why) => {
                self.aside.skip(name, why);
                String::new()
            }
        }
    }

    /// A file that is enclosed whole, to be opened by its own program.
    fn enclosed(&mut self, id: &str) {
        if let Some(name) = self.target(id) {
            self.aside.skip(name, reason::EMBEDDED);
        }
    }
}
