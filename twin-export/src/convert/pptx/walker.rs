//! One walk over a slide's XML, without recursion: its shapes with what they say.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::equation::Equation;
use super::super::grid::Grid;
use super::super::package::{Relation, attribute, entity, is_foreign, name_of, reference};
use super::super::styled::{Look, Styled};
use super::super::{is_media, symbols};
use super::bullets::{self, Bullets};
use super::lines::Line;
use super::order::Area;
use super::shape::{Content, Group, Place, Placeholder, Shape};

mod runs;

#[derive(Default)]
pub(super) struct Walker {
    pub(super) shapes: Vec<Shape>,
    pub(super) placed: Vec<(Placeholder, Area)>,
    /// What stands before paragraphs of placeholders, the master's own last.
    pub(super) styled_lists: Vec<(Placeholder, Bullets)>,
    bullets: bullets::Reader,
    /// Files within the slide, for other programs, by their relation.
    pub(super) enclosed: Vec<String>,
    pub(super) has_footer: bool,
    /// The slide is passed over when the presentation is shown.
    pub(super) is_hidden: bool,
    /// Some shape that is not shown says something.
    pub(super) has_hidden: bool,
    pub(super) is_whole: bool,
    links: HashMap<String, String>,
    is_notes: bool,
    /// Groups that are open.
    groups: Vec<Group>,
    /// The names of a group are being read, not those of a shape.
    in_group_names: bool,
    hides_shape: bool,
    area: [Option<(f64, f64)>; 2],
    place: Placeholder,
    /// What the open shape says, before it is known where it stands.
    contents: Vec<Content>,
    lines: Vec<Line>,
    line: Line,
    styled: Styled,
    look: Look,
    font: String,
    symbol_font: String,
    link: Option<String>,
    run: String,
    /// The slide's number is being read, and what the paragraph says of it.
    in_number: bool,
    number: Option<String>,
    table: Option<Grid>,
    cell: Cell,
    in_run_properties: bool,
    skipped: usize,
    in_text: bool,
    equation: Equation,
    /// For each choice between versions: what was written before, and whether one was taken.
    alternatives: Vec<(u64, bool)>,
    written: u64,
}

/// How a cell of a table is covered.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    is_beside: bool,
    is_below: bool,
    /// It goes on below.
    opens: bool,
}

impl Walker {
    pub(super) fn read(xml: &str, is_notes: bool, relations: &HashMap<String, Relation>) -> Self {
        let links = relations.iter().filter(|(_, relation)| relation.kind == "hyperlink");
        let links = links.map(|(id, relation)| (id.clone(), relation.target.clone())).collect();
        let mut walker = Self { links, is_notes, ..Self::default() };
        walker.walk(xml);
        // What the damage left open is worth having.
        walker.end_paragraph();
        walker.end_text();
        walker.end_shape();
        while !walker.groups.is_empty() {
            walker.end_group();
        }
        walker
    }

    fn walk(&mut self, xml: &str) {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        let mut depth = 0_usize;
        // Damage ends the slide, not the presentation.
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) => {
                    depth += 1;
                    self.start(&tag);
                }
                Event::Empty(tag) => {
                    self.start(&tag);
                    self.end(name_of(&tag));
                }
                Event::End(tag) => {
                    depth = depth.saturating_sub(1);
                    self.end(tag.local_name().into_inner());
                }
                Event::Text(text) => self.characters(&text.xml10_content()),
                Event::CData(text) => self.characters(&text.xml10_content()),
                Event::GeneralRef(reference) => self.characters(&entity(&reference)),
                Event::Eof => {
                    self.is_whole = depth == 0;
                    break;
                }
                _ => {}
            }
        }
    }

    fn characters(&mut self, text: &str) {
        if self.skipped > 0 || !self.in_text {
            return;
        }
        if self.equation.is_open() {
            return self.equation.text(text);
        }
        if self.equation.is_continued_by(text) {
            self.say(Look::default(), " ");
        }
        let shown = symbols::with_symbols(&self.symbol_font, text);
        let shown = symbols::shown(&self.font, &shown);
        self.run.push_str(&shown);
        self.say(self.look, &shown);
    }

    fn say(&mut self, look: Look, text: &str) {
        self.written += text.len() as u64;
        self.styled.push_shown(look, text);
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        let name = name_of(tag);
        let is_other_version = matches!(name, "Choice" | "Fallback")
            && (self.alternatives.last().is_some_and(|(_, taken)| *taken) || is_foreign(tag));
        if self.skipped > 0 || is_other_version {
            self.skipped += 1;
            return;
        }
        if name == "t" {
            self.in_text = true;
        }
        if self.equation.start(tag) {
            return;
        }
        if name == "p" {
            self.end_paragraph();
        }
        self.bullets.start(tag);
        match name {
            "AlternateContent" => self.alternatives.push((self.written, false)),
            "sld" => {
                self.is_hidden = attribute(tag, "show").is_some_and(|show| show == "0" || show == "false")
            }
            "grpSp" => self.groups.push(Group::default()),
            "nvGrpSpPr" => self.in_group_names = true,
            "grpSpPr" => self.area = [None; 2],
            "sp" | "pic" | "graphicFrame" | "cxnSp" => {
                self.end_shape();
                (self.place, self.area) = (Placeholder::default(), [None; 2]);
            }
            "off" => self.area[0] = pair(tag, "x", "y"),
            "ext" if attribute(tag, "cx").is_some() => self.area[1] = pair(tag, "cx", "cy"),
            "ph" => self.place = Placeholder::of(tag),
            "p" => {
                self.styled.begin();
                self.line = Line::default();
            }
            "pPr" => {
                self.line.level = attribute(tag, "lvl").and_then(|level| level.parse().ok()).unwrap_or(0)
            }
            "r" | "fld" => {
                self.in_number =
                    name == "fld" && attribute(tag, "type").is_some_and(|kind| kind.starts_with("slidenum"));
                (self.look, self.link) = (Look::default(), None);
                self.font.clear();
                self.symbol_font.clear();
                self.run.clear();
            }
            "rPr" => {
                self.in_run_properties = true;
                self.look = Look::drawn(tag);
            }
            "sym" | "latin" if self.in_run_properties => {
                let font = if name == "sym" { &mut self.symbol_font } else { &mut self.font };
                *font = attribute(tag, "typeface").unwrap_or_default();
            }
            "hlinkClick" if self.in_run_properties => self.link = reference(tag),
            "br" => self.say(Look::default(), "\n"),
            "tab" => self.say(Look::default(), "\t"),
            "tbl" => self.table = Some(Grid::default()),
            "tr" => {
                if let Some(table) = &mut self.table {
                    table.begin_row();
                }
            }
            "tc" => {
                let is_on =
                    |name: &str| attribute(tag, name).is_some_and(|value| value == "1" || value == "true");
                let rows = attribute(tag, "rowSpan").and_then(|rows| rows.parse::<u32>().ok());
                let opens = rows.is_some_and(|rows| rows > 1);
                self.cell = Cell { is_beside: is_on("hMerge"), is_below: is_on("vMerge"), opens };
            }
            "chart" => self.related(reference(tag)),
            "relIds" => self.related(attribute(tag, "dm")),
            "oleObj" => self.enclosed.extend(reference(tag)),
            "cNvPr" => self.named(tag),
            // The shape stands for a control of the sheet, which is shown.
            "compatExt" => self.hides_shape = false,
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        if name == "t" {
            self.in_text = false;
        }
        if self.equation.is_open() {
            if let Some(equation) = self.equation.end() {
                let equation = self.equation.apart(self.styled.last(), &equation);
                self.say(Look::default(), &equation);
            }
            return;
        }
        match name {
            "rPr" => self.in_run_properties = false,
            "r" | "fld" => self.end_run(),
            "p" => self.end_paragraph(),
            "tc" => self.end_cell(),
            "tbl" => {
                let rows = self.table.take().map(Grid::into_rows);
                self.contents.extend(rows.map(Content::Table));
            }
            "txBody" if self.table.is_none() => self.end_text(),
            "bodyStyle" => {
                let body = Placeholder { place: Place::Body, ..Placeholder::default() };
                self.styled_lists.push((body, std::mem::take(&mut self.bullets.styles)));
            }
            "sp" | "pic" | "graphicFrame" | "cxnSp" => self.end_shape(),
            "grpSpPr" => {
                let area = self.area();
                if let Some(group) = self.groups.last_mut() {
                    group.area = area;
                }
                self.area = [None; 2];
            }
            "nvGrpSpPr" => self.in_group_names = false,
            "grpSp" => self.end_group(),
            "Choice" => {
                let written = self.written;
                if let Some((before, taken)) = self.alternatives.last_mut() {
                    *taken |= written > *before;
                }
            }
            "AlternateContent" => {
                self.alternatives.pop();
            }
            _ => {}
        }
    }

    fn end_cell(&mut self) {
        let lines: Vec<String> = self.lines.drain(..).map(|line| line.text).collect();
        let (text, cell) = (lines.join("\n"), self.cell);
        let Some(table) = &mut self.table else { return };
        match cell {
            Cell { is_below: true, .. } => table.below(text, 1),
            Cell { is_beside: true, .. } => table.beside(text),
            _ => table.cell(text, 1),
        }
        if cell.opens {
            table.goes_on_below();
        }
    }

    fn end_text(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        let place = self.place.place;
        let wanted = if self.is_notes { place == Place::Body } else { place != Place::Repeated };
        if !lines.is_empty() && wanted {
            self.contents.push(if place == Place::Title {
                let title: Vec<String> = lines.into_iter().map(|line| line.text).collect();
                Content::Title(title.join(" "))
            } else {
                Content::Lines(lines)
            });
        } else if !lines.is_empty() && matches!(self.place.kind.as_str(), "ftr" | "hdr") {
            self.has_footer = true;
        }
    }

    fn end_shape(&mut self) {
        let area = self.area();
        if let Some(area) = area.filter(|_| self.place != Placeholder::default()) {
            self.placed.push((self.place.clone(), area));
        }
        let bullets = std::mem::take(&mut self.bullets.styles);
        if self.place.place == Place::Body && !bullets.is_empty() {
            self.styled_lists.push((self.place.clone(), bullets));
        }
        let mut contents = std::mem::take(&mut self.contents);
        if std::mem::take(&mut self.hides_shape) {
            self.has_hidden |= !contents.is_empty();
            contents.clear();
        }
        let shapes = contents.into_iter().map(|content| Shape { area, place: self.place.clone(), content });
        match self.groups.last_mut() {
            Some(group) => group.shapes.extend(shapes),
            None => self.shapes.extend(shapes),
        }
        (self.place, self.area) = (Placeholder::default(), [None; 2]);
    }

    fn end_group(&mut self) {
        self.end_shape();
        let Some(Group { area, shapes, is_hidden }) = self.groups.pop() else { return };
        self.has_hidden |= is_hidden && !shapes.is_empty();
        if shapes.is_empty() || is_hidden {
            return;
        }
        let group = Shape { area, place: Placeholder::default(), content: Content::Group(shapes) };
        match self.groups.last_mut() {
            Some(outer) => outer.shapes.push(group),
            None => self.shapes.push(group),
        }
    }

    fn area(&self) -> Option<Area> {
        let [Some((left, top)), Some((width, height))] = self.area else { return None };
        Some(Area { left, top, width, height })
    }

    fn related(&mut self, id: Option<String>) {
        self.written += 1;
        self.contents.extend(id.map(Content::Related));
    }

    /// A shape may be hidden, and described.
    fn named(&mut self, tag: &BytesStart<'_>) {
        let hides = attribute(tag, "hidden").is_some_and(|hidden| hidden == "1" || hidden == "true");
        match self.groups.last_mut().filter(|_| self.in_group_names) {
            Some(group) => group.is_hidden = hides,
            None => self.hides_shape = hides && !self.in_group_names,
        }
        self.description(tag);
    }

    /// What the author wrote about a picture.
    fn description(&mut self, tag: &BytesStart<'_>) {
        let text = attribute(tag, "descr").unwrap_or_default();
        if !text.is_empty() && !is_media(&text) && !self.is_notes {
            self.written += 1;
            self.contents.push(Content::Lines(vec![Line { text, ..Line::default() }]));
        }
    }
}

fn pair(tag: &BytesStart<'_>, first: &str, second: &str) -> Option<(f64, f64)> {
    let number = |name: &str| attribute(tag, name)?.parse::<f64>().ok().filter(|number| number.is_finite());
    Some((number(first)?, number(second)?))
}
