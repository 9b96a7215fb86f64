//! Charts and diagrams in office files: their titles, and the figures as a table.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::package::{entity, name_of};
use super::prose::Prose;

/// A row of figures: its name and its values.
#[derive(Default)]
struct Series {
    name: String,
    categories: Vec<String>,
    values: Vec<String>,
}

#[derive(Default)]
struct Walker {
    paragraphs: Vec<String>,
    series: Vec<Series>,
    /// The field of the series that values go to: `tx`, `cat` or `val`.
    field: &'static str,
    text: String,
    reading: bool,
}

/// Writes what a chart or a diagram says.
pub(super) fn write(xml: &str, prose: &mut Prose) {
    let mut walker = Walker::default();
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    // Damage ends the chart alone.
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => walker.start(&tag),
            Event::End(tag) => walker.end(tag.local_name().into_inner()),
            Event::Text(text) if walker.reading => walker.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if walker.reading => walker.text.push_str(&entity(&reference)),
            Event::Eof => break,
            _ => {}
        }
    }
    walker.finish(prose);
}

impl Walker {
    fn start(&mut self, tag: &BytesStart<'_>) {
        match name_of(tag) {
            "ser" => self.series.push(Series::default()),
            "tx" if !self.series.is_empty() => self.field = "tx",
            "cat" | "xVal" => self.field = "cat",
            "val" | "yVal" => self.field = "val",
            "t" | "v" => {
                self.reading = true;
                self.text.clear();
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match (name, self.series.last_mut()) {
            ("t", _) => {
                self.reading = false;
                match self.paragraphs.last_mut() {
                    Some(paragraph) => paragraph.push_str(&self.text),
                    None => self.paragraphs.push(self.text.clone()),
                }
            }
            ("p", _) => self.paragraphs.push(String::new()),
            ("v", Some(series)) => {
                self.reading = false;
                let text = std::mem::take(&mut self.text);
                match self.field {
                    "tx" => series.name = text,
                    "cat" => series.categories.push(text),
                    _ => series.values.push(text),
                }
            }
            _ => {}
        }
    }

    fn finish(self, prose: &mut Prose) {
        let paragraphs = self.paragraphs.iter().filter(|paragraph| !paragraph.trim().is_empty());
        let label = if self.series.is_empty() { "" } else { "Chart: " };
        for (index, paragraph) in paragraphs.enumerate() {
            prose.line();
            prose.text(if index == 0 { label } else { "" });
            prose.text(paragraph);
        }
        let Some(first) = self.series.first() else { return };
        let mut rows = vec![vec!["Category".to_owned()]];
        rows[0].extend(self.series.iter().map(|series| series.name.clone()));
        let longest = self.series.iter().map(|series| series.values.len()).max().unwrap_or(0);
        for place in 0..longest.max(first.categories.len()) {
            let at = |values: &[String]| values.get(place).cloned().unwrap_or_default();
            let mut row = vec![at(&first.categories)];
            row.extend(self.series.iter().map(|series| at(&series.values)));
            rows.push(row);
        }
        prose.table(&rows);
    }
}
