//! One walk over a document's XML, without recursion, however deep it nests.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::super::{reason, remark};
use super::super::equation::Equation;
use super::super::grid::{Grid, MOST_IN_ALL};
use super::super::package::{entity, name_of};
use super::super::prose::{Mark, Prose};
use super::super::styled::{Look, Styled};
use super::Parts;
use super::field::Field;
use super::list_numbers::ListNumbers;
use super::notes::{self, Notes};
use super::numbering::Numbering;
use super::paragraph::{Paragraph, Titles};
use super::styles::{Looks, Styles};
use super::tables::ROW_WITHIN;

pub(super) struct Walker<'a, 'p> {
    pub(super) prose: Prose,
    pub(super) styled: Styled,
    pub(super) styles: &'a Styles,
    pub(super) numbering: Numbering,
    pub(super) notes: Notes,
    pub(super) parts: &'a mut Parts<'p>,
    pub(super) titles: Titles,
    /// Elements within one that is left out.
    skipped: usize,
    pub(super) paragraphs: Vec<Paragraph>,
    pub(super) runs: Vec<Looks>,
    pub(super) links: Vec<(Mark, String)>,
    pub(super) fields: Vec<Field>,
    pub(super) controls: Vec<Control>,
    pub(super) alternatives: Vec<Alternative>,
    pub(super) tables: Vec<Table>,
    /// Bytes that merged cells may still repeat.
    pub(super) repeats: usize,
    /// Cells and text boxes that are open.
    pub(super) cells: usize,
    pub(super) boxes: usize,
    /// Notes that stand within the text, as Word of 2003 writes them: how many are open, and what they said.
    pub(super) open_notes: usize,
    pub(super) noted: Vec<String>,
    pub(super) ruby: Vec<Ruby>,
    pub(super) equation: Equation,
    pub(super) list_numbers: ListNumbers,
    /// What begins the next paragraph: the mark of a note.
    pub(super) mark: Option<String>,
    /// Text of paragraphs whose end was deleted.
    pub(super) carried: String,
    pub(super) carried_boxes: Vec<String>,
    /// What the paragraph before says of its picture, where it says nothing else.
    pub(super) picture: Option<String>,
    /// The drawing that was begun last is not shown.
    pub(super) hides_drawing: bool,
    /// Characters written so far.
    pub(super) written: u64,
    reading: Reading,
    pub(super) inside: Inside,
}

/// What characters belong to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    Nothing,
    Text,
    Instruction,
}

/// Which properties are being read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Inside {
    #[default]
    Nothing,
    Paragraph,
    Run,
    Control,
    Form,
    Row,
    Cell,
}

/// A content control.
#[derive(Debug, Default)]
pub(super) struct Control {
    pub(super) is_box: bool,
    pub(super) is_ticked: bool,
    pub(super) is_contents: bool,
    /// It is a box that is still to be written.
    pub(super) is_awaited: bool,
}

/// A choice between what newer and what older programs show.
#[derive(Debug)]
pub(super) struct Alternative {
    /// Characters written before.
    pub(super) before: u64,
    pub(super) is_chosen: bool,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) grid: Grid,
    pub(super) columns: usize,
    /// Places before the row's first cell.
    pub(super) before: usize,
    pub(super) is_below: bool,
    pub(super) hides_row: bool,
    /// Somebody deleted the row, which others have not taken yet.
    pub(super) is_deleted: bool,
    pub(super) is_beside: bool,
    /// The cell goes on below.
    pub(super) opens: bool,
}

#[derive(Debug)]
pub(super) struct Ruby {
    pub(super) mark: Mark,
    pub(super) reading: String,
}

impl<'a, 'p> Walker<'a, 'p> {
    pub(super) fn new(styles: &'a Styles, numbering: Numbering, parts: &'a mut Parts<'p>) -> Self {
        Self {
            prose: Prose::default(),
            styled: Styled::default(),
            styles,
            numbering,
            notes: Notes::default(),
            parts,
            titles: Titles::default(),
            skipped: 0,
            paragraphs: Vec::new(),
            runs: Vec::new(),
            links: Vec::new(),
            fields: Vec::new(),
            controls: Vec::new(),
            alternatives: Vec::new(),
            tables: Vec::new(),
            repeats: MOST_IN_ALL,
            cells: 0,
            boxes: 0,
            open_notes: 0,
            noted: Vec::new(),
            ruby: Vec::new(),
            equation: Equation::default(),
            list_numbers: ListNumbers::default(),
            mark: None,
            carried: String::new(),
            carried_boxes: Vec::new(),
            picture: None,
            hides_drawing: false,
            written: 0,
            reading: Reading::Nothing,
            inside: Inside::Nothing,
        }
    }

    /// Reads a part; gives whether it is whole.
    pub(super) fn walk(&mut self, xml: &str) -> Result<bool, &'static str> {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        let mut any = false;
        let mut depth = 0_usize;
        loop {
            match reader.read_event() {
                Ok(Event::Start(tag)) => {
                    depth += 1;
                    self.start(&tag);
                }
                Ok(Event::Empty(tag)) => {
                    self.start(&tag);
                    self.end(name_of(&tag));
                }
                Ok(Event::End(tag)) => {
                    depth = depth.saturating_sub(1);
                    self.end(tag.local_name().into_inner());
                }
                Ok(Event::Text(text)) => self.characters(&text.xml10_content()),
                Ok(Event::CData(text)) => self.characters(&text.xml10_content()),
                Ok(Event::GeneralRef(reference)) => self.characters(&entity(&reference)),
                Ok(Event::Eof) => {
                    self.close();
                    return Ok(depth == 0);
                }
                Ok(_) => {}
                // What was read before the damage is worth having; a file damaged at its start is not.
                Err(_) if any => {
                    self.close();
                    return Ok(false);
                }
                Err(_) => return Err(reason::UNREADABLE),
            }
            any = true;
        }
    }

    /// What a part leaves open ends with it.
    fn close(&mut self) {
        self.skipped = 0;
        while !self.paragraphs.is_empty() {
            self.end_paragraph();
        }
        self.flush();
        self.end_carried();
        (self.reading, self.inside) = (Reading::Nothing, Inside::Nothing);
        self.fields.clear();
        self.controls.clear();
        self.alternatives.clear();
        self.write_notes();
        self.prose.block();
    }

    /// What nothing follows that it could go on in.
    pub(super) fn end_carried(&mut self) {
        let rest = std::mem::take(&mut self.carried);
        if !rest.trim().is_empty() {
            self.prose.block();
            self.prose.text(&rest);
        }
    }

    pub(super) fn finish(self) -> (Option<String>, String) {
        (self.titles.best(), self.prose.finish().1.replace(ROW_WITHIN, ""))
    }

    fn characters(&mut self, text: &str) {
        match self.reading {
            _ if self.skipped > 0 => {}
            Reading::Nothing => {}
            Reading::Text if self.equation.is_open() => self.equation.text(text),
            Reading::Text => self.run_text(text),
            Reading::Instruction => {
                if let Some(field) = self.fields.last_mut().filter(|field| !field.is_shown) {
                    field.instruction.push_str(text);
                }
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        let name = name_of(tag);
        if self.skipped > 0 || self.is_left_out(tag) {
            match name {
                "footnoteReference" | "endnoteReference" => self.notes.leave_out(tag),
                "annotation" if notes::is_comment(tag) => self.parts.aside.remark(remark::COMMENTS),
                _ => {}
            }
            self.skipped += 1;
            return;
        }
        match name {
            "t" => self.reading = Reading::Text,
            "instrText" => self.reading = Reading::Instruction,
            _ => {}
        }
        if self.equation.start(tag) {
            return;
        }
        match self.inside {
            Inside::Nothing => self.begin(tag),
            _ => self.property(tag),
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        if matches!(name, "t" | "instrText") {
            self.reading = Reading::Nothing;
        }
        if self.equation.is_open() {
            if let Some(equation) = self.equation.end() {
                let equation = self.equation.apart(self.last(), &equation);
                self.plain(&equation);
            }
            return;
        }
        let ends = match self.inside {
            Inside::Nothing => return self.finish_element(name),
            Inside::Paragraph => "pPr",
            Inside::Run => "rPr",
            Inside::Control => "sdtPr",
            Inside::Form => "ffData",
            Inside::Row => "trPr",
            Inside::Cell => "tcPr",
        };
        if name == ends {
            self.inside = Inside::Nothing;
        }
    }

    /// Text as it stands, in no look of its own.
    pub(super) fn plain(&mut self, text: &str) {
        if self.is_shown() && !text.is_empty() {
            self.say(Look::default(), text);
        }
    }

    /// Text in a look; what has none goes straight into the text.
    pub(super) fn say(&mut self, look: Look, text: &str) {
        self.written += text.len() as u64;
        if look != Look::default() || self.styled.awaits_stroke(text) {
            return self.styled.push(look, text);
        }
        self.flush();
        self.styled.follow(text);
        self.prose.text(text);
    }

    /// What stands before what comes next.
    pub(super) fn last(&self) -> Option<char> {
        self.styled.last().filter(|_| !self.paragraphs.is_empty())
    }

    /// Whether text here is seen: not in an instruction, nor where a form field shows its state instead.
    pub(super) fn is_shown(&self) -> bool {
        self.fields.iter().all(|field| field.is_shown && !field.shows_form())
    }

    /// Whether the table of contents is being read.
    pub(super) fn is_in_contents(&self) -> bool {
        self.controls.iter().any(|control| control.is_contents)
            || self.fields.iter().any(|field| field.is_shown && field.kind() == "TOC")
    }

    /// Hands the runs so far to the text.
    pub(super) fn flush(&mut self) {
        if !self.styled.is_empty() {
            let text = self.styled.take();
            self.prose.text(&text);
        }
    }
}
