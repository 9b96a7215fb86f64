//! Presentations: slide by slide, title first, with tables, charts and the speaker's notes.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::{Limits, reason};
use super::chart;
use super::equation::Equation;
use super::package::{Package, Relation, attribute, entity, name_of, reference};
use super::prose::Prose;

/// The first slide's title and the text of all slides.
pub(super) fn to_text(bytes: Vec<u8>, limits: &Limits) -> Result<(Option<String>, String), &'static str> {
    let mut package = Package::open(bytes, limits)?;
    let mut prose = Prose::default();
    for slide in slides(&mut package)? {
        let Some(xml) = package.part(&slide)? else { continue };
        let relations = package.relations(&slide)?;
        let mut walker = Walker::default();
        walker.walk(&xml);
        walker.write(&mut prose, &mut package, &relations)?;
        let notes = relations.values().find(|relation| relation.kind == "notesSlide");
        if let Some(xml) = notes.map(|notes| package.part(&notes.target)).transpose()?.flatten() {
            let mut walker = Walker { is_notes: true, ..Walker::default() };
            walker.walk(&xml);
            walker.write(&mut prose, &mut package, &HashMap::new())?;
        }
    }
    Ok(prose.finish())
}

/// The slides' parts in the order they are shown.
fn slides(package: &mut Package) -> Result<Vec<String>, &'static str> {
    let main = "ppt/presentation.xml";
    let xml = package.part(main)?.ok_or(reason::UNREADABLE)?;
    let relations = package.relations(main)?;
    let mut slides = Vec::new();
    let mut reader = Reader::from_str(&xml);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) if name_of(&tag) == "sldId" => {
                let slide = reference(&tag).and_then(|id| relations.get(&id));
                slides.extend(slide.map(|slide| slide.target.clone()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Ok(slides)
}

/// What a shape is on its slide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Free,
    Title,
    Body,
    /// Numbers, dates and footers that every slide repeats.
    Repeated,
}

enum Block {
    Title(String),
    /// Paragraphs with their level, where they are points of a list.
    Lines(Vec<(Option<usize>, String)>),
    Table(Vec<Vec<String>>),
    /// A part to be looked up by its relation.
    Related(String),
}

#[derive(Default)]
struct Walker {
    blocks: Vec<Block>,
    is_notes: bool,
    place: Place,
    line: String,
    level: Option<usize>,
    lines: Vec<(Option<usize>, String)>,
    table: Option<Vec<Vec<String>>>,
    skipped: usize,
    in_text: bool,
    equation: Equation,
}

impl Walker {
    fn walk(&mut self, xml: &str) {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        // Damage ends the slide, not the presentation.
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) => self.start(&tag),
                Event::Empty(tag) if self.skipped == 0 => {
                    self.start(&tag);
                    self.end(name_of(&tag));
                }
                Event::End(tag) => self.end(tag.local_name().into_inner()),
                Event::Text(text) if self.in_text => self.line.push_str(&text.xml10_content()),
                Event::CData(text) if self.in_text => self.line.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) if self.in_text => self.line.push_str(&entity(&reference)),
                Event::Eof => break,
                _ => {}
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        let name = name_of(tag);
        let is_slide_number =
            name == "fld" && attribute(tag, "type").is_some_and(|kind| kind.starts_with("slidenum"));
        if self.skipped > 0 || name == "Fallback" || is_slide_number {
            self.skipped += 1;
            return;
        }
        match name {
            "sp" => self.place = Place::Free,
            "ph" => self.place = place(tag),
            "p" => {
                self.line.clear();
                self.level = (self.place == Place::Body).then_some(0);
            }
            "pPr" if self.place == Place::Body => {
                self.level = attribute(tag, "lvl").map_or(Some(0), |level| level.parse().ok());
            }
            "t" => self.in_text = true,
            "br" => self.line.push('\n'),
            "tab" => self.line.push('\t'),
            "tbl" => self.table = Some(Vec::new()),
            "tr" => {
                if let Some(table) = &mut self.table {
                    table.push(Vec::new());
                }
            }
            "chart" | "relIds" => {
                let id = if name == "chart" { attribute(tag, "id") } else { attribute(tag, "dm") };
                self.blocks.extend(id.map(Block::Related));
            }
            "cNvPr" => self.description(tag),
            _ => self.line.push_str(self.equation.start(tag)),
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        match name {
            "t" => self.in_text = false,
            "p" if !self.line.trim().is_empty() => {
                let line = std::mem::take(&mut self.line);
                self.lines.push((self.level, line));
            }
            "tc" => {
                let cell: Vec<String> = self.lines.drain(..).map(|(_, line)| line).collect();
                if let Some(row) = self.table.as_mut().and_then(|table| table.last_mut()) {
                    row.push(cell.join("\n"));
                }
            }
            "tbl" => self.blocks.extend(self.table.take().map(Block::Table)),
            "txBody" if self.table.is_none() => self.end_shape(),
            _ => self.line.extend(self.equation.end(name)),
        }
    }

    fn end_shape(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        let wanted = if self.is_notes { self.place == Place::Body } else { self.place != Place::Repeated };
        if lines.is_empty() || !wanted {
            return;
        }
        if self.place == Place::Title {
            let title: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
            // The title comes first, wherever it stands among the shapes.
            self.blocks.insert(0, Block::Title(title.join(" ")));
        } else {
            self.blocks.push(Block::Lines(lines));
        }
    }

    /// What the author wrote about a picture.
    fn description(&mut self, tag: &BytesStart<'_>) {
        let text = attribute(tag, "descr").unwrap_or_default();
        if !text.is_empty() && !super::is_media(&text) && !self.is_notes {
            self.blocks.push(Block::Lines(vec![(None, text)]));
        }
    }

    fn write(
        self,
        prose: &mut Prose,
        package: &mut Package,
        relations: &HashMap<String, Relation>,
    ) -> Result<(), &'static str> {
        let is_notes = self.is_notes;
        if is_notes && !self.blocks.is_empty() {
            prose.block();
            prose.text("Notes:");
            prose.line();
        }
        for (index, block) in self.blocks.into_iter().enumerate() {
            if index > 0 || !is_notes {
                prose.block();
            }
            match block {
                Block::Title(title) => prose.heading(&title),
                Block::Table(rows) => prose.table(&rows),
                Block::Lines(lines) => {
                    // A single point is no list, and notes are spoken.
                    let is_list = lines.len() > 1 && !is_notes;
                    for (level, line) in lines {
                        match level.filter(|_| is_list) {
                            Some(level) => prose.list_line(level.min(8), None, &line),
                            None => {
                                prose.line();
                                prose.text(&line);
                            }
                        }
                    }
                }
                Block::Related(id) => {
                    let part =
                        relations.get(&id).map(|relation| package.part(&relation.target)).transpose()?;
                    if let Some(xml) = part.flatten() {
                        chart::write(&xml, prose);
                    }
                }
            }
        }
        prose.block();
        Ok(())
    }
}

fn place(tag: &BytesStart<'_>) -> Place {
    match attribute(tag, "type").as_deref() {
        Some("title" | "ctrTitle") => Place::Title,
        Some("sldNum" | "dt" | "ftr" | "hdr") => Place::Repeated,
        Some("body" | "obj") | None => Place::Body,
        Some(_) => Place::Free,
    }
}
