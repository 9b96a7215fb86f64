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
    /// What stands at the points, from cells.
    Label,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Elsewhere,
    Title,
    /// At the point with this index.
    Label(Option<u32>),
}

#[derive(Default)]
pub(super) struct Walker {
    /// What names the chart, and what else stands on it: the names of its axes, their units.
    pub(super) titles: Vec<String>,
    pub(super) others: Vec<String>,
    pub(super) series: Vec<Series>,
    /// The data of newer kinds of charts, which stand before the series that show them.
    data: Vec<(String, Series)>,
    in_series: bool,
    in_data: bool,
    place: Place,
    /// A part of a text that programs reckon out: the value itself, its share.
    in_field: bool,
    /// Elements within one that the chart does not show.
    skipped: usize,
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
        let name = name_of(tag);
        // `filteredBarSeries` and others hold what a filter of the chart leaves out.
        if self.skipped > 0 || name.starts_with("filtered") {
            self.skipped += 1;
            return;
        }
        match name {
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
            "title" if self.axis.is_none() => self.place = Place::Title,
            "dLbl" => self.place = Place::Label(None),
            "idx" if self.place == Place::Label(None) => {
                self.place = Place::Label(attribute(tag, "val").and_then(|index| index.parse().ok()));
            }
            "showDataLabelsRange" => {
                let shows = attribute(tag, "val").is_none_or(|value| value != "0" && value != "false");
                if let Some(series) = self.series.last_mut() {
                    series.shows_labels = Some(shows || series.shows_labels == Some(true));
                }
            }
            "fld" => self.in_field = matches!(self.place, Place::Label(_)),
            "r" => self.look = Look::default(),
            "rPr" => self.look = Look::drawn(tag),
            "tx" if self.in_series && self.place == Place::Elsewhere => self.field = Field::Name,
            "cat" => self.field = Field::Category,
            "val" | "yVal" => self.field = Field::Value,
            "xVal" => self.field = Field::X,
            "bubbleSize" => self.field = Field::Size,
            "datalabelsRange" => {
                self.field = Field::Label;
                self.mark_text(true);
            }
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
            "t" | "v" | "f" | "formatCode" => self.begin(true),
            "date1904" => {
                self.from_1904 = attribute(tag, "val").is_none_or(|value| value == "1" || value == "true")
            }
            "catAx" | "dateAx" => self.axis = Some(true),
            "valAx" | "serAx" | "axis" => self.axis = Some(false),
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
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        match name {
            "t" => {
                self.reading = false;
                if !self.in_field {
                    self.styled.push_shown(self.look, &self.text);
                }
            }
            "fld" => self.in_field = false,
            "f" => {
                self.reading = false;
                let source = std::mem::take(&mut self.text);
                self.source(source);
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
            "tx" | "datalabelsRange" | "cat" | "val" | "yVal" | "xVal" | "bubbleSize" | "strDim"
            | "numDim" => self.field = Field::None,
            "title" | "dLbl" => self.place = Place::Elsewhere,
            "catAx" | "dateAx" | "valAx" | "serAx" | "axis" => self.axis = None,
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        if !self.styled.is_empty() {
            let text = self.styled.take();
            self.say(text);
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
        } else if self.place != Place::Elsewhere || self.axis.is_some() {
            self.say(text);
        }
    }

    /// A text of the chart that is no figure.
    fn say(&mut self, text: String) {
        match (self.place, self.series.last_mut()) {
            (Place::Label(index), Some(series)) => {
                let index = index.filter(|_| text.contains(char::is_alphanumeric));
                if let Some(label) = index.map(|index| series.notes.entry(index).or_default()) {
                    label.push_str(if label.is_empty() { "" } else { " " });
                    label.push_str(text.trim());
                }
            }
            (Place::Title, _) => self.titles.push(text),
            _ => self.others.push(text),
        }
    }

    /// The cells that hold what follows.
    fn source(&mut self, source: String) {
        let place = if self.in_data || self.field != Field::Name {
            self.points().map(|points| &mut points.source)
        } else {
            self.series.last_mut().map(|series| &mut series.name_source)
        };
        if let Some(place) = place {
            *place = Some(source);
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
            Field::Label => Some(&mut series.labels),
            Field::None | Field::Name => None,
        }
    }
}
