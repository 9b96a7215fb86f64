//! Office files in one file of XML: what Office calls Flat OPC, whose parts stand one behind the other, and what Word
//! and Excel wrote in 2003.

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::Kind;
use super::package::{attribute, name_of};

/// The kind of such a file by its beginning and the name of its first element.
pub(super) fn kind(start: &str, root: &str) -> Option<Kind> {
    let names = |space: &str| start.contains(space);
    match root {
        "package" if names("schemas.microsoft.com/office/2006/xmlPackage") => {
            let is = |program: &str, part: &str| names(&format!("progid=\"{program}")) || names(part);
            Some(if is("PowerPoint.", "ppt/presentation") {
                Kind::Pptx
            } else if is("Excel.", "xl/workbook") {
                Kind::Xlsx
            } else {
                Kind::Docx
            })
        }
        "wordDocument" if names("schemas.microsoft.com/office/word/2003/wordml") => Some(Kind::Docx),
        "Workbook" if names("urn:schemas-microsoft-com:office:spreadsheet") => Some(Kind::Spreadsheet2003),
        _ => None,
    }
}

/// Whether the bytes are no zip, but XML.
pub(super) fn is_xml(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    bytes.starts_with(b"<") || bytes.starts_with(b"\xFF\xFE<") || bytes.starts_with(b"\xFE\xFF\0<")
}

/// The parts of a file by their names. Word of 2003 has no parts: all of it is the document, and its own styles.
pub(super) fn parts(xml: &str) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    let mut name = None;
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => match name_of(&tag) {
                "wordDocument" => return of_2003(xml),
                "part" => name = attribute(&tag, "name"),
                "xmlData" => {
                    let Some(name) = name.take() else { continue };
                    let Ok(span) = reader.read_to_end(tag.name()) else { break };
                    let at = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
                    let inner = xml.get(at(span.start)..at(span.end)).unwrap_or_default();
                    parts.push((name, inner.to_owned()));
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    parts
}

fn of_2003(xml: &str) -> Vec<(String, String)> {
    let relations = r#"<Relationships><Relationship Id="s" Type="/styles" Target="document.xml"/><Relationship Id="n" Type="/numbering" Target="document.xml"/></Relationships>"#;
    vec![
        ("word/document.xml".to_owned(), xml.to_owned()),
        ("word/_rels/document.xml.rels".to_owned(), relations.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_one_behind_the_other() {
        let xml = "<?xml version=\"1.0\"?><pkg:package xmlns:pkg=\"http://schemas.microsoft.com/office/2006/xmlPackage\">\
            <pkg:part pkg:name=\"/word/document.xml\"><pkg:xmlData><w:document>a &amp; b</w:document></pkg:xmlData></pkg:part>\
            <pkg:part pkg:name=\"/word/media/1.png\"><pkg:binaryData>AAAA</pkg:binaryData></pkg:part></pkg:package>";
        let expected = ("/word/document.xml".to_owned(), "<w:document>a &amp; b</w:document>".to_owned());
        assert_eq!(parts(xml), [expected]);
        assert!(is_xml(xml.as_bytes()) && !is_xml(b"PK\x03\x04"));
        assert!(parts("<pkg:package><pkg:part pkg:name=\"a\"><pkg:xmlData><x>").is_empty());
    }
}
