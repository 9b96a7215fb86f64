//! What each element of a document's body means.

use std::borrow::Cow;

use quick_xml::events::BytesStart;

use super::super::super::remark;
use super::super::package::{attribute, is_foreign, name_of, reference};
use super::super::styled::Look;
use super::super::{is_media, signs, symbols};
use super::field::Field;
use super::notes;
use super::paragraph::Paragraph;
use super::styles::is_on;
use super::walker::{Alternative, Control, Inside, Ruby, Walker};

impl Walker<'_, '_> {
    pub(super) fn begin(&mut self, tag: &BytesStart<'_>) {
        match name_of(tag) {
            "p" => self.begin_paragraph(),
            "pPr" => self.inside = Inside::Paragraph,
            "r" => {
                let looks = self.paragraphs.last().map(|paragraph| paragraph.looks.clone());
                self.runs.push(looks.unwrap_or_default());
            }
            "rPr" => {
                self.inside = Inside::Run;
                // Drawings keep the look of their runs in attributes.
                let raised = attribute(tag, "baseline").and_then(|raised| raised.parse::<i32>().ok());
                let struck = attribute(tag, "strike").map(|struck| struck != "noStrike");
                if let Some(run) = self.runs.last_mut() {
                    run.lowered = raised.is_some_and(|raised| raised < 0);
                    run.raised = raised.map(|raised| raised > 0).or(run.raised);
                    if let Some(struck) = struck {
                        run.strike(struck);
                    }
                }
            }
            "tab" => self.plain("\t"),
            "ptab" => self.plain(" "),
            "noBreakHyphen" => self.plain("-"),
            "br" | "cr" if self.is_shown() => {
                self.flush();
                self.prose.line();
            }
            "sym" => self.symbol(tag),
            "hyperlink" | "hlink" => {
                self.flush();
                let target = reference(tag).and_then(|id| self.parts.target(&id));
                let target = target.or_else(|| attribute(tag, "dest"));
                self.links.push((self.prose.mark(), target.unwrap_or_default()));
            }
            "fldChar" => self.field(tag),
            "fldSimple" => {
                self.flush();
                let instruction = attribute(tag, "instr").unwrap_or_default();
                self.fields.push(Field::simple(instruction, self.prose.mark()));
            }
            "ffData" => self.inside = Inside::Form,
            "sdt" => self.controls.push(Control::default()),
            "sdtPr" => self.inside = Inside::Control,
            "sdtContent" => {
                if let Some(control) = self.controls.last_mut() {
                    control.is_awaited = control.is_box;
                }
            }
            "tbl" => self.begin_table(),
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.grid.begin_row();
                    (table.before, table.hides_row, table.is_deleted) = (0, false, false);
                }
            }
            "trPr" => self.inside = Inside::Row,
            "tcPr" => self.inside = Inside::Cell,
            "tc" => self.begin_cell(),
            "docPr" => {
                self.hide_drawing(tag);
                self.description(tag);
            }
            "textpath" => self.hang(attribute(tag, "string").unwrap_or_default()),
            "chart" => self.drawing(reference(tag)),
            "relIds" => self.drawing(attribute(tag, "dm")),
            "altChunk" => self.chunk(tag),
            "OLEObject" => {
                if let Some(id) = reference(tag) {
                    self.parts.enclosed(&id);
                }
            }
            "txbxContent" => {
                self.boxes += 1;
                self.flush();
                self.prose.capture();
            }
            "ruby" => {
                self.flush();
                self.ruby.push(Ruby { mark: self.prose.mark(), reading: String::new() });
            }
            "AlternateContent" => {
                self.alternatives.push(Alternative { before: self.written, is_chosen: false });
            }
            "footnoteReference" | "endnoteReference" => {
                let mark = self.notes.reference(tag);
                self.plain(&mark);
            }
            "footnote" | "endnote" if !self.paragraphs.is_empty() => self.begin_note(tag),
            "footnote" | "endnote" => self.mark = Some(self.notes.mark(tag)).filter(|mark| !mark.is_empty()),
            _ => {}
        }
    }

    pub(super) fn finish_element(&mut self, name: &str) {
        match name {
            "p" if !self.paragraphs.is_empty() => self.end_paragraph(),
            "r" => {
                self.runs.pop();
            }
            "hyperlink" | "hlink" => {
                self.flush();
                if let Some((mark, address)) = self.links.pop()
                    && let Some(label) = self.prose.take_since(mark)
                {
                    self.prose.link(&label, &address);
                }
            }
            "fldSimple" => self.end_field(),
            "sdt" => {
                self.end_box();
                self.controls.pop();
            }
            "tbl" if !self.tables.is_empty() => self.end_table(),
            "tc" if self.cells > 0 => self.end_cell(),
            "tr" => self.end_row(),
            "txbxContent" if self.boxes > 0 => {
                self.boxes -= 1;
                self.flush();
                let text = self.prose.release();
                self.hang(text);
            }
            "footnote" | "endnote" if self.open_notes > 0 => self.end_note(),
            "rt" => {
                self.flush();
                if let Some(ruby) = self.ruby.last_mut() {
                    ruby.reading = self.prose.take_since(ruby.mark).unwrap_or_default();
                }
            }
            "ruby" => {
                if let Some(ruby) = self.ruby.pop().filter(|ruby| !ruby.reading.trim().is_empty()) {
                    self.plain(&format!(" ({})", ruby.reading.trim()));
                }
            }
            "Choice" => {
                if let Some(alternative) = self.alternatives.last_mut() {
                    alternative.is_chosen |= self.written > alternative.before;
                }
            }
            "AlternateContent" => {
                self.alternatives.pop();
            }
            _ => {}
        }
    }

    /// Deleted and moved text, what revisions looked like before, and the second version of what is shown already.
    pub(super) fn is_left_out(&self, tag: &BytesStart<'_>) -> bool {
        match name_of(tag) {
            "del" | "moveFrom" => self.inside == Inside::Nothing,
            "annotation" => self.inside == Inside::Nothing && notes::is_left_out(tag),
            "txbxContent" | "chart" | "relIds" => self.hides_drawing,
            "delText" | "delInstrText" | "sectPr" | "tblPr" | "numberingChange" => true,
            name if name.ends_with("PrChange") => true,
            "Choice" | "Fallback" => {
                self.alternatives.last().is_some_and(|alternative| alternative.is_chosen) || is_foreign(tag)
            }
            "footnote" | "endnote" => {
                attribute(tag, "type").is_some_and(|kind| kind != "normal") || self.notes.is_gone(tag)
            }
            _ => false,
        }
    }

    pub(super) fn property(&mut self, tag: &BytesStart<'_>) {
        let name = name_of(tag);
        let value = || attribute(tag, "val");
        match self.inside {
            Inside::Paragraph => {
                let Some(paragraph) = self.paragraphs.last_mut() else { return };
                match name {
                    "pStyle" => {
                        paragraph.style = value();
                        let id = paragraph.style.as_deref().unwrap_or_default();
                        paragraph.looks = self.styles.get(id).looks.clone();
                    }
                    "numId" | "ilfo" => paragraph.list = value(),
                    "ilvl" => paragraph.level = value().and_then(|level| level.parse().ok()),
                    "outlineLvl" => paragraph.outline = value().map(|level| level != "9"),
                    "del" | "moveFrom" => paragraph.goes_on = true,
                    "annotation" => paragraph.goes_on |= notes::is_deletion(tag),
                    // A letter that begins the next paragraph.
                    "framePr" => {
                        paragraph.goes_on |= attribute(tag, "dropCap").is_some_and(|place| place != "none");
                    }
                    _ => {}
                }
            }
            Inside::Run => {
                let Some(run) = self.runs.last_mut() else { return };
                if name != "rStyle" {
                    run.take(tag);
                } else if let Some(id) = value() {
                    *run = self.styles.get(&id).looks.clone().within(run);
                }
            }
            Inside::Control => {
                let Some(control) = self.controls.last_mut() else { return };
                match name {
                    "checkbox" => control.is_box = true,
                    "checked" => control.is_ticked = is_on(tag),
                    "docPartGallery" => {
                        control.is_contents = value().is_some_and(|gallery| gallery.contains("Contents"));
                    }
                    _ => {}
                }
            }
            Inside::Form => {
                if let Some(field) = self.fields.last_mut() {
                    field.property(tag);
                }
            }
            Inside::Row | Inside::Cell => {
                let Some(table) = self.tables.last_mut() else { return };
                let number = || value().and_then(|value| value.parse::<usize>().ok()).unwrap_or(1);
                let goes_on = || value().is_none_or(|value| value == "continue");
                match name {
                    "hidden" if self.inside == Inside::Row => table.hides_row = is_on(tag),
                    "del" if self.inside == Inside::Row => table.is_deleted = true,
                    "gridBefore" => table.before = number(),
                    "gridSpan" => table.columns = number().max(1),
                    "vMerge" | "vmerge" => {
                        table.is_below = goes_on();
                        table.opens = !table.is_below;
                    }
                    "hMerge" | "hmerge" => table.is_beside = goes_on(),
                    _ => {}
                }
            }
            Inside::Nothing => {}
        }
    }

    fn begin_paragraph(&mut self) {
        self.flush();
        self.styled.begin();
        self.equation.begin();
        self.prose.capture();
        let boxes = std::mem::take(&mut self.carried_boxes);
        self.paragraphs.push(Paragraph { boxes, mark: self.mark.take(), ..Paragraph::default() });
        let carried = std::mem::take(&mut self.carried);
        self.prose.text(&carried);
    }

    /// A run's text, as it looks.
    pub(super) fn run_text(&mut self, text: &str) {
        if text.is_empty() || !self.is_shown() {
            return;
        }
        if self.equation.is_continued_by(text) {
            self.plain(" ");
        }
        if let Some(mark) = self.notes.own(text) {
            return self.plain(&mark);
        }
        let Some(run) = self.runs.last() else {
            let text = self.with_box(Cow::Borrowed(text));
            return self.say(Look::default(), &signs::with_boxes(&text));
        };
        if run.hidden == Some(true) {
            if !text.trim().is_empty() {
                self.parts.aside.remark(remark::HIDDEN_TEXT);
            }
            return;
        }
        let look =
            Look { raised: run.is_raised(self.last(), text), lowered: run.lowered, struck: run.is_struck() };
        let shown = match run.font.as_deref() {
            Some(font) => symbols::shown(font, text),
            None => Cow::Borrowed(text),
        };
        let shown = self.with_box(shown);
        self.say(look, &signs::with_boxes(&shown));
    }

    /// A character of a symbol font.
    fn symbol(&mut self, tag: &BytesStart<'_>) {
        let font = attribute(tag, "font").unwrap_or_default();
        let code = attribute(tag, "char").and_then(|code| u32::from_str_radix(&code, 16).ok());
        let Some(code) = code else { return };
        // What an unknown font draws in the private area is not known.
        let known = symbols::symbol(&font, code);
        let character =
            known.or_else(|| char::from_u32(code).filter(|c| !('\u{E000}'..='\u{F8FF}').contains(c)));
        if let Some(character) = character {
            self.run_text(character.encode_utf8(&mut [0; 4]));
        }
    }

    /// A run's text; where it is the first one of a box to tick, the box by its state instead of what draws it. Around
    /// cells and rows, the first one stands in the first of them.
    fn with_box<'t>(&mut self, text: Cow<'t, str>) -> Cow<'t, str> {
        let awaited = self.controls.iter_mut().find(|control| control.is_awaited);
        let Some(control) = awaited.filter(|_| !text.trim().is_empty()) else { return text };
        control.is_awaited = false;
        let sign = signs::tick(control.is_ticked);
        let bare = text.trim();
        match bare.strip_prefix(|drawn| signs::box_of(drawn).is_some()) {
            Some(rest) => Cow::Owned(format!("{sign}{rest}")),
            None if bare.chars().count() == 1 => Cow::Borrowed(sign),
            None => Cow::Owned(format!("{sign} {text}")),
        }
    }

    /// A box that nothing draws.
    pub(super) fn end_box(&mut self) {
        let awaited = self.controls.iter_mut().find(|control| control.is_awaited);
        if let Some(control) = awaited.filter(|_| !self.paragraphs.is_empty()) {
            control.is_awaited = false;
            let sign = signs::tick(control.is_ticked);
            self.plain(sign);
        }
    }

    /// A drawing may be hidden, and with it what older programs would show in its place.
    fn hide_drawing(&mut self, tag: &BytesStart<'_>) {
        self.hides_drawing = attribute(tag, "hidden").is_some_and(|hidden| hidden == "1" || hidden == "true");
        if self.hides_drawing {
            self.parts.aside.remark(remark::HIDDEN_TEXT);
            self.written += 1;
        }
    }

    /// What the author wrote about a picture, apart from the text beside it.
    fn description(&mut self, tag: &BytesStart<'_>) {
        let text = attribute(tag, "descr").unwrap_or_default();
        if text.is_empty() || is_media(&text) || self.hides_drawing || !self.is_shown() {
            return;
        }
        self.flush();
        self.prose.line();
        self.prose.text(&text);
        self.prose.line();
        self.written += text.len() as u64;
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.picture = Some(text.trim().to_owned());
        }
    }

    fn drawing(&mut self, id: Option<String>) {
        if let Some(id) = id {
            let text = self.parts.drawing(&id);
            self.hang(text);
        }
    }

    /// Text that stands beside the paragraph follows it.
    fn hang(&mut self, text: String) {
        self.written += text.len() as u64;
        match self.paragraphs.last_mut() {
            Some(paragraph) => paragraph.boxes.push(text),
            None => {
                self.prose.block();
                self.prose.verbatim(&text);
                self.prose.block();
            }
        }
    }

    fn chunk(&mut self, tag: &BytesStart<'_>) {
        let Some(id) = reference(tag) else { return };
        self.flush();
        let text = self.parts.chunk(&id);
        self.prose.block();
        self.prose.verbatim(&text);
        self.prose.block();
    }
}
