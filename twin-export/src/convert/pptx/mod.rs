//! Presentations: slide by slide, title first, in the order in which a slide is read, with tables, charts, diagrams and
//! the speaker's notes.

mod bullets;
mod lines;
mod order;
mod shape;
mod walker;

use std::collections::HashMap;
use std::rc::Rc;

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::super::{Limits, reason, remark};
use super::package::{Package, Relation, has_text, name_of, reference};
use super::prose::Prose;
use super::{Aside, Output, chart, diagram};
use order::{Places, in_order};
use shape::{Content, Shape};
use walker::Walker;

/// The first slide's title and the text of all slides.
pub(super) fn to_text(bytes: Vec<u8>, limits: &Limits) -> Result<Output, &'static str> {
    let package = Package::open(bytes, limits)?;
    let mut deck = Deck { package, aside: Aside::default(), prose: Prose::default(), places: HashMap::new() };
    let slides = deck.slides()?;
    let mut failed = None;
    for (index, slide) in slides.iter().enumerate() {
        if let Err(why) = deck.slide(slide, index + 1) {
            deck.aside.skip(format!("slide {}", index + 1), why);
            failed = Some(why);
        }
    }
    let core_title = deck.package.core_title();
    let (title, text) = deck.prose.finish();
    match failed {
        Some(why) if text.trim().is_empty() => Err(why),
        _ => Ok(Output { title: title.or(core_title), text, aside: deck.aside }),
    }
}

/// What the shapes of a drawing say, and the charts and diagrams among them by their relation.
pub(super) fn drawing(
    xml: &str,
    relations: &HashMap<String, Relation>,
    aside: &mut Aside,
) -> (String, Vec<String>) {
    let walker = Walker::read(xml, false, relations);
    if walker.has_hidden {
        aside.remark(remark::HIDDEN_TEXT);
    }
    let mut prose = Prose::default();
    let mut related = Vec::new();
    for shape in in_order(walker.shapes) {
        prose.block();
        match shape.content {
            Content::Title(title) => prose.text(&title),
            Content::Table(rows) => prose.table(&rows),
            Content::Lines(lines) => lines::write(&lines, false, &mut prose),
            Content::Related(id) => related.push(id),
            Content::Group(_) => {}
        }
    }
    (prose.finish().1, related)
}

struct Deck {
    package: Package,
    aside: Aside,
    prose: Prose,
    /// By the name of a layout or a master: where its placeholders stand.
    places: HashMap<String, Rc<Places>>,
}

impl Deck {
    /// The slides' parts in the order they are shown.
    fn slides(&mut self) -> Result<Vec<String>, &'static str> {
        let main = self.package.main_part().unwrap_or_else(|| "ppt/presentation.xml".to_owned());
        let xml = self.package.part(&main)?.ok_or(reason::UNREADABLE)?;
        let relations = self.package.relations(&main)?;
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

    fn slide(&mut self, slide: &str, number: usize) -> Result<(), &'static str> {
        let xml = self.package.part(slide)?.ok_or(reason::UNREADABLE)?;
        let relations = self.package.relations(slide).unwrap_or_default();
        let places = self.places(&relations);
        // Some programs leave the slide's number to whoever shows it.
        let xml = xml.replace("‹#›", &number.to_string());
        let walker = Walker::read(&xml, false, &relations);
        if walker.is_hidden {
            self.aside.skip(format!("slide {number}"), reason::HIDDEN_SLIDE);
            return Ok(());
        }
        if !walker.is_whole {
            self.aside.skip(format!("slide {number}"), reason::CUT_SHORT);
        }
        if walker.has_hidden {
            self.aside.remark(remark::HIDDEN_TEXT);
        }
        if walker.has_footer {
            self.aside.remark(remark::HEADERS);
        }
        for id in &walker.enclosed {
            if let Some(file) = relations.get(id) {
                self.aside.skip(&*file.target, reason::EMBEDDED);
            }
        }
        let comments = relations.values().filter(|relation| relation.kind == "comments");
        if comments
            .into_iter()
            .any(|one| self.package.part(&one.target).map_or(true, |xml| xml.is_some_and(|xml| says(&xml))))
        {
            self.aside.remark(remark::COMMENTS);
        }
        let mut shapes = Vec::new();
        for mut shape in walker.shapes {
            shape.area = shape.area.or_else(|| places.of(&shape.place));
            if let Content::Lines(lines) = &mut shape.content {
                places.mark(&shape.place, lines);
            }
            shapes.push(shape);
        }
        let blocks = in_order(shapes);
        self.write(blocks, false, &relations);
        let notes = relations.values().find(|relation| relation.kind == "notesSlide");
        if let Some(xml) = notes.and_then(|notes| self.package.part_or_skip(&notes.target, &mut self.aside)) {
            let walker = Walker::read(&xml, true, &HashMap::new());
            if !walker.is_whole {
                self.aside.skip(format!("notes of slide {number}"), reason::CUT_SHORT);
            }
            let blocks = in_order(walker.shapes);
            self.write(blocks, true, &HashMap::new());
        }
        Ok(())
    }

    /// Where the slide's layout, and its master, put what the slide itself does not place.
    fn places(&mut self, relations: &HashMap<String, Relation>) -> Rc<Places> {
        self.places_of("slideLayout", relations, |deck, layout| {
            let relations = deck.package.relations(layout).unwrap_or_default();
            deck.places_of("slideMaster", &relations, |_, _| Rc::default())
        })
    }

    /// The places of a related part, before those of what it is based on in turn.
    fn places_of(
        &mut self,
        kind: &str,
        relations: &HashMap<String, Relation>,
        base: impl Fn(&mut Self, &str) -> Rc<Places>,
    ) -> Rc<Places> {
        let Some(part) = relations.values().find(|relation| relation.kind == kind) else {
            return Rc::default();
        };
        if let Some(known) = self.places.get(&part.target) {
            return Rc::clone(known);
        }
        // A layout hides no text: one that cannot be read only leaves the order as it is.
        let xml = self.package.part(&part.target).ok().flatten().unwrap_or_default();
        let places = Rc::new(Places::read(&xml).or(&base(self, &part.target)));
        self.places.insert(part.target.clone(), Rc::clone(&places));
        places
    }

    fn write(&mut self, blocks: Vec<Shape>, is_notes: bool, relations: &HashMap<String, Relation>) {
        if is_notes && !blocks.is_empty() {
            self.prose.block();
            self.prose.text("Notes:");
            self.prose.line();
        }
        for (index, block) in blocks.into_iter().enumerate() {
            if index > 0 || !is_notes {
                self.prose.block();
            }
            match block.content {
                Content::Title(title) => self.prose.heading(&title),
                Content::Table(rows) => self.prose.table(&rows),
                // A single point is no list, and notes are spoken.
                Content::Lines(lines) => lines::write(&lines, is_notes, &mut self.prose),
                Content::Related(id) => self.drawing(&id, relations),
                Content::Group(_) => {}
            }
        }
        self.prose.block();
    }

    fn drawing(&mut self, id: &str, relations: &HashMap<String, Relation>) {
        let Some(relation) = relations.get(id) else { return };
        let text = if relation.kind == "diagramData" {
            let xml = self.package.part_or_skip(&relation.target, &mut self.aside);
            xml.map(|xml| diagram::to_text(&xml))
        } else {
            chart::read(&mut self.package, &relation.target, &mut self.aside)
        };
        self.prose.verbatim(&text.unwrap_or_default());
    }
}

/// Whether comments say anything; older ones keep their text in an element of its own.
fn says(xml: &str) -> bool {
    has_text(xml) || xml.contains(":text>") || xml.contains("<text>")
}
