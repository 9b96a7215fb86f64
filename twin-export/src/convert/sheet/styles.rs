//! What a workbook's styles make of its cells: the format of numbers, and whether a text is struck out.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::collections::HashMap;

use super::super::number_format::NumberFormat;
use super::super::package::{attribute, name_of};

#[derive(Debug)]
pub(super) struct Style {
    pub(super) format: NumberFormat,
    pub(super) is_struck: bool,
    /// It shows a truth as a box to tick.
    pub(super) is_box: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { format: NumberFormat::built_in(0), is_struck: false, is_box: false }
    }
}

/// The styles that cells refer to by their place.
pub(super) fn read(xml: &str) -> Vec<Style> {
    let mut formats: HashMap<u32, String> = HashMap::new();
    let mut struck_fonts: Vec<bool> = Vec::new();
    let mut styles = Vec::new();
    let mut section = String::new();
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                let number = |name: &str| attribute(&tag, name).and_then(|number| number.parse::<u32>().ok());
                match name_of(&tag) {
                    name @ ("fonts" | "cellXfs" | "numFmts" | "dxfs" | "cellStyleXfs") => {
                        section = name.to_owned()
                    }
                    "numFmt" if section == "numFmts" => {
                        let code = attribute(&tag, "formatCode").unwrap_or_default();
                        formats.extend(number("numFmtId").map(|id| (id, code)));
                    }
                    "font" if section == "fonts" => struck_fonts.push(false),
                    "strike" if section == "fonts" => {
                        if let Some(is_struck) = struck_fonts.last_mut() {
                            *is_struck = is_on(&tag);
                        }
                    }
                    "xf" if section == "cellXfs" => {
                        let id = number("numFmtId").unwrap_or(0);
                        let format = match formats.get(&id) {
                            Some(code) => NumberFormat::parse(code),
                            None => NumberFormat::built_in(id),
                        };
                        let font = number("fontId").and_then(|font| struck_fonts.get(font as usize));
                        styles.push(Style {
                            format,
                            is_struck: font.copied().unwrap_or(false),
                            is_box: false,
                        });
                    }
                    "xfComplement" if section == "cellXfs" => {
                        if let Some(style) = styles.last_mut() {
                            style.is_box = true;
                        }
                    }
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    styles
}

pub(super) fn is_on(tag: &BytesStart<'_>) -> bool {
    attribute(tag, "val").is_none_or(|value| value != "0" && value != "false")
}
