//! A plain dump of an office file's parts: whatever stands in an element of text.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use quick_xml::events::Event;
use quick_xml::reader::Reader;
use unicode_normalization::UnicodeNormalization as _;

pub(super) struct Dump {
    /// By the part's name.
    parts: BTreeMap<String, String>,
}

/// Words of letters, in small ones that stand on the line.
pub(super) fn words(text: &str) -> Vec<String> {
    let text: String = text.nfkc().collect();
    text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 1).map(str::to_lowercase).collect()
}

impl Dump {
    /// `None` where the file is no package of parts.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
        let mut parts = BTreeMap::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).ok()?;
            let (name, mut text) = (file.name().unwrap_or_default().replace('\\', "/"), String::new());
            if file.read_to_string(&mut text).is_ok() {
                parts.insert(name, text);
            }
        }
        Some(Self { parts })
    }

    /// Every run of text of the parts that are body text; those of a part or a sheet that is named are not asked for.
    pub(super) fn runs(&self, named: &[&str]) -> Vec<String> {
        let left_out = [
            "docProps",
            "theme",
            "slideMaster",
            "slideLayout",
            "notesMaster",
            "handout",
            "comments",
            "header",
            "footer",
            "styles",
            "settings",
            "numbering",
            "fontTable",
        ];
        let body = self.parts.iter().filter(|(name, _)| !left_out.iter().any(|word| name.contains(word)));
        let hidden = self.hidden_sheets();
        let body = body.filter(|(name, _)| !hidden.iter().any(|hidden| name.ends_with(hidden)));
        let body = body.filter(|(name, _)| !named.iter().any(|path| path.ends_with(name.as_str())));
        body.flat_map(|(_, xml)| runs_of(xml)).collect()
    }

    /// The parts of sheets that the workbook hides.
    fn hidden_sheets(&self) -> Vec<String> {
        let workbook = self.parts.iter().find(|(_, xml)| xml.contains("<sheets>"));
        let Some((_, xml)) = workbook else { return Vec::new() };
        xml.split("<sheet ")
            .enumerate()
            .filter(|(_, sheet)| sheet.contains("state=\"hidden\"") || sheet.contains("state=\"veryHidden\""))
            .flat_map(|(number, _)| [format!("/s{number}.xml"), format!("sheet{number}.xml")])
            .collect()
    }
}

fn runs_of(xml: &str) -> Vec<String> {
    let mut runs = Vec::new();
    let mut reader = Reader::from_str(xml);
    let (mut reading, mut deleted, mut hidden) = (false, 0, false);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => match tag.local_name().into_inner() {
                "t" => reading = true,
                "del" | "moveFrom" => deleted += 1,
                "r" => hidden = false,
                "vanish" => hidden = true,
                _ => {}
            },
            Event::Empty(tag) => hidden |= tag.local_name().into_inner() == "vanish",
            Event::End(tag) => match tag.local_name().into_inner() {
                "t" => reading = false,
                "del" | "moveFrom" => deleted -= 1,
                _ => {}
            },
            Event::Text(text) if reading && deleted == 0 && !hidden => {
                runs.push(text.xml10_content().into_owned())
            }
            Event::Eof => break,
            _ => {}
        }
    }
    runs
}
