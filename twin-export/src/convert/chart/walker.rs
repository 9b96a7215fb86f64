//! Reads the parts of a chart that say something.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::package::{attribute, entity, name_of};
use super::super::styled::{Look, Styled};
use super::Series;
use super::points::Points;

/// What values are of their series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Field {
    #[default]
    None,
    Name,
    Category,
    Value,
    X,
    Size,
}

#[derive(Default)]
pub(super) struct Walker {
    pub(super) paragraphs: Vec<String>,
    pub(super) series: Vec<Series>,
    /// The data of newer kinds of charts, which stand before the series that show them.
    data: Vec<(String, Series)>,
    in_series: bool,
    in_data: bool,
    in_title: bool,
    field: Field,
    index: u32,
    text: String,
    styled: Styled,
    look: Look,
    reading: bool,
    from_1904: bool,
    /// Formats that the axes have of their own: of the categories, of the values.
    axis: Option<bool>,
    axis_formats: [Option<String>; 2],
}

impl Walker {
    pub(super) fn read(xml: &str) -> Self {
        let mut walker = Self::default();
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        // Damage ends the chart alone.
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) => walker.start(&tag),
                Event::Empty(tag) => {
                    walker.start(&tag);
                    walker.end(name_of(&tag));
                }
                Event::End(tag) => walker.end(tag.local_name().into_inner()),
                Event::Text(text) if walker.reading => walker.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) if walker.reading => walker.text.push_str(&entity(&reference)),
                Event::Eof => break,
                _ => {}
            }
        }
        walker.settle();
        walker
    }

    /// Where an axis has a format of its own, its labels are written so.
    fn settle(&mut self) {
        self.end_paragraph();
        // Data that no series shows by name.
        self.series.extend(self.data.drain(..).map(|(_, series)| series));
        for series in &mut self.series {
            for points in [&mut series.categories, &mut series.values, &mut series.x] {
                points.from_1904 = self.from_1904;
            }
            if let Some(code) = &self.axis_formats[0] {
                series.categories.set_format(code);
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        match name_of(tag) {
            "ser" | "series" => {
                self.in_series = true;
                self.series.push(Series::default());
            }
            "data" => {
                self.in_data = true;
                self.data.push((attribute(tag, "id").unwrap_or_default(), Series::default()));
            }
            "dataId" => {
                let id = attribute(tag, "val").unwrap_or_default();
                let found = self.data.iter().position(|(one, _)| *one == id);
                if let (Some(at), Some(series)) = (found, self.series.last_mut()) {
                    let (_, data) = self.data.swap_remove(at);
                    (series.categories, series.values) = (data.categories, data.values);
                }
            }
            "title" => self.in_title = true,
            "r" => self.look = Look::default(),
            "rPr" => self.look = Look::drawn(tag),
            "tx" if self.in_series => self.field = Field::Name,
            "cat" => self.field = Field::Category,
            "val" | "yVal" => self.field = Field::Value,
            "xVal" => self.field = Field::X,
            "bubbleSize" => self.field = Field::Size,
            "strDim" | "numDim" => {
                let kind = attribute(tag, "type").unwrap_or_default();
                self.field =
                    if name_of(tag) == "strDim" || kind == "cat" { Field::Category } else { Field::Value };
                self.mark_text(name_of(tag) == "strDim");
            }
            "strCache" | "strLit" | "multiLvlStrCache" => self.mark_text(true),
            "lvl" => {
                let code = attribute(tag, "formatCode");
                if let Some(points) = self.points() {
                    points.begin_level();
                    if let Some(code) = code {
                        points.set_format(&code);
                    }
                }
            }
            "pt" => {
                self.index = attribute(tag, "idx").and_then(|index| index.parse().ok()).unwrap_or(0);
                if let (Some(code), index) = (attribute(tag, "formatCode"), self.index)
                    && let Some(points) = self.points()
                {
                    points.set_format_of(index, &code);
                }
                // Newer kinds write the value right here.
                self.begin(self.in_data);
            }
            "t" | "v" | "formatCode" => self.begin(true),
            "date1904" => {
                self.from_1904 = attribute(tag, "val").is_none_or(|value| value == "1" || value == "true")
            }
            "catAx" | "dateAx" => self.axis = Some(true),
            "valAx" | "serAx" => self.axis = Some(false),
            "numFmt" if self.axis == Some(true) => {
                let is_own =
                    attribute(tag, "sourceLinked").is_some_and(|linked| linked == "0" || linked == "false");
                let code = attribute(tag, "formatCode")
                    .filter(|code| is_own && !code.eq_ignore_ascii_case("general"));
                self.axis_formats[0] = self.axis_formats[0].take().or(code);
            }
            _ => {}
        }
    }

    fn begin(&mut self, reading: bool) {
        self.reading = reading;
        self.text.clear();
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => {
                self.reading = false;
                self.styled.push_shown(self.look, &self.text);
            }
            "p" => self.end_paragraph(),
            "v" => {
                self.reading = false;
                let text = std::mem::take(&mut self.text);
                self.value(text);
            }
            "pt" if self.in_data => {
                self.reading = false;
                let text = std::mem::take(&mut self.text);
                self.value(text);
            }
            "formatCode" => {
                self.reading = false;
                let code = std::mem::take(&mut self.text);
                if let Some(points) = self.points() {
                    points.set_format(&code);
                }
            }
            "ser" | "series" => (self.in_series, self.field) = (false, Field::None),
            "data" => (self.in_data, self.field) = (false, Field::None),
            "tx" | "cat" | "val" | "yVal" | "xVal" | "bubbleSize" | "strDim" | "numDim" => {
                self.field = Field::None
            }
            "title" => self.in_title = false,
            "catAx" | "dateAx" | "valAx" | "serAx" => self.axis = None,
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        if !self.styled.is_empty() {
            self.paragraphs.push(self.styled.take());
        }
        self.styled.begin();
    }

    fn value(&mut self, text: String) {
        let index = self.index;
        if self.field == Field::Name {
            if let Some(series) = self.series.last_mut() {
                // A name may lie in several cells.
                let gap = if series.name.is_empty() { "" } else { " " };
                series.name = format!("{}{gap}{text}", series.name);
            }
        } else if let Some(points) = self.points() {
            points.push(index, text);
        } else if self.in_title {
            self.paragraphs.push(text);
        }
    }

    fn mark_text(&mut self, is_text: bool) {
        if let Some(points) = self.points() {
            points.is_text = is_text;
        }
    }

    /// The values that are being read.
    fn points(&mut self) -> Option<&mut Points> {
        let series = if self.in_data {
            self.data.last_mut().map(|(_, series)| series)
        } else {
            self.series.last_mut().filter(|_| self.in_series)
        }?;
        match self.field {
            Field::Category => Some(&mut series.categories),
            Field::Value => Some(&mut series.values),
            Field::X => Some(&mut series.x),
            Field::Size => Some(&mut series.sizes),
            Field::None | Field::Name => None,
        }
    }
}
