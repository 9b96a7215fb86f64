//! What a file is, judged by its first bytes; its ending decides only between kinds of text.

use super::super::text::beginning;
use super::super::tree::ending;
use super::flat;
use super::ole::{self, Ole};
use super::package::main_head;
use super::plain::{decoded, looks_like_text};
use crate::mail::mbox;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Markdown,
    Text,
    Html,
    Csv,
    Docx,
    Pptx,
    Xlsx,
    Xls,
    Pdf,
    Epub,
    /// A workbook of Excel 2003 in one file of XML.
    Spreadsheet2003,
    Mail,
    Mbox,
    /// A zip that is no office file.
    Zip,
    Media,
    Encrypted,
    /// Old formats that are known by name, and not read.
    OldWord,
    OldPowerPoint,
    Outlook,
    Unknown,
}

/// Bytes that are enough for [`Kind::of`], office files and zips aside.
pub(crate) const HEAD: usize = 4096;

impl Kind {
    /// The kind of a file by its name and its bytes (all of them, or the first [`HEAD`]).
    pub(crate) fn of(name: &str, bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(HEAD)];
        if head.starts_with(b"PK\x03\x04") {
            return office(bytes).unwrap_or(Self::Zip);
        }
        // As of other files, a blank line may have come before it.
        if head.trim_ascii_start().starts_with(b"PK\x03\x04")
            && let Some(kind) = office(bytes)
        {
            return kind;
        }
        if head.starts_with(ole::MAGIC) {
            return old_office(name, bytes);
        }
        let printed_early = &head[..head.len().min(1024)];
        if printed_early.windows(5).any(|window| window == b"%PDF-") {
            return Self::Pdf;
        }
        if is_media_magic(head) {
            return Self::Media;
        }
        if !looks_like_text(head) && !is_mail_with_bytes(name, head) {
            return if is_media(name) { Self::Media } else { Self::Unknown };
        }
        text(name, head)
    }
}

fn text(name: &str, head: &[u8]) -> Kind {
    let ending = ending(name);
    if is_media(name) && ending != "ts" {
        return Kind::Media;
    }
    let start = decoded(head);
    let start = start.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let is_xml = start.starts_with("<?xml");
    let is_html = {
        let head = start;
        let start = beginning(start, 64).to_ascii_lowercase();
        start.starts_with("<!doctype html")
            || start.starts_with("<html")
            || (is_xml && root_name(head) == "html")
    };
    match ending.as_str() {
        _ if start.starts_with("{\\rtf") => Kind::Unknown,
        _ if let Some(kind) = flat::kind(start, root_name(start)) => kind,
        "md" | "markdown" | "mdown" | "mkd" | "mkdn" | "mdx" => Kind::Markdown,
        "eml" | "mht" | "mhtml" => Kind::Mail,
        "mbox" | "mbx" => Kind::Mbox,
        "" if mbox::begins(start) => Kind::Mbox,
        _ if is_html => Kind::Html,
        "html" | "htm" | "xhtml" => Kind::Html,
        "csv" | "tsv" | "tab" => Kind::Csv,
        "txt" | "text" | "" => Kind::Text,
        // Programs save other things under these endings.
        "doc" | "docx" | "xls" | "xlsx" if is_mime(start) => Kind::Mail,
        // Other XML is for programs.
        "doc" | "docx" | "xls" | "xlsx" if is_xml => Kind::Unknown,
        "xls" | "xlsx" if start.contains('\t') => Kind::Csv,
        "doc" | "docx" if !start.is_empty() => Kind::Text,
        _ => Kind::Unknown,
    }
}

/// Whether a mail holds an attachment as its bytes are.
fn is_mail_with_bytes(name: &str, head: &[u8]) -> bool {
    let start = decoded(&head[..head.iter().position(|byte| *byte == b'\n').unwrap_or(0)]);
    match ending(name).as_str() {
        "eml" => is_mime(&start),
        "mbox" | "mbx" => start.starts_with("From "),
        _ => false,
    }
}

fn is_mime(start: &str) -> bool {
    let headers =
        ["mime-version:", "from:", "content-type:", "date:", "received:", "return-path:", "message-id:"];
    let start = start.lines().next().unwrap_or_default().to_ascii_lowercase();
    headers.iter().any(|header| start.starts_with(header))
}

/// Office files are zips whose main part says what they are; where nothing leads to it, by the usual names.
fn office(bytes: &[u8]) -> Option<Kind> {
    if let Some((name, head)) = main_head(bytes) {
        let kind = match root_name(&decoded(&head)) {
            "document" => Some(Kind::Docx),
            "presentation" => Some(Kind::Pptx),
            "workbook" => Some(Kind::Xlsx),
            _ if ending(&name) == "bin" => Some(Kind::Xlsx),
            _ => None,
        };
        if kind.is_some() {
            return kind;
        }
    }
    let archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
    let mut kinds = archive.file_names_raw().filter_map(|name| {
        Some(match name {
            b"word/document.xml" | b"word\\document.xml" => Kind::Docx,
            b"ppt/presentation.xml" | b"ppt\\presentation.xml" => Kind::Pptx,
            b"xl/workbook.xml" | b"xl\\workbook.xml" | b"xl/workbook.bin" => Kind::Xlsx,
            b"META-INF/container.xml" => Kind::Epub,
            b"content.xml" => Kind::Unknown,
            _ => return None,
        })
    });
    kinds.next()
}

/// The name of a document's first element, without its namespace.
fn root_name(xml: &str) -> &str {
    let starts = xml.match_indices('<').map(|(at, _)| &xml[at + 1..]);
    let root = starts.into_iter().find(|rest| rest.starts_with(char::is_alphabetic)).unwrap_or_default();
    let name = root.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default()
}

/// Old office files: the streams at their root say what they are. What is embedded lies in storages below it.
fn old_office(name: &str, bytes: &[u8]) -> Kind {
    let Some(ole) = Ole::open(bytes) else {
        return if ending(name) == "xls" { Kind::Xls } else { Kind::Unknown };
    };
    if ole.has("EncryptedPackage") {
        Kind::Encrypted
    } else if ole.has("WordDocument") {
        Kind::OldWord
    } else if ole.has("PowerPoint Document") {
        Kind::OldPowerPoint
    } else if ole.has("__properties_version1.0") {
        Kind::Outlook
    } else if ole.has("Workbook") || ole.has("Book") {
        Kind::Xls
    } else {
        Kind::Unknown
    }
}

fn is_media_magic(head: &[u8]) -> bool {
    let magics: [&[u8]; 12] = [
        b"\x89PNG",
        b"\xFF\xD8\xFF",
        b"GIF8",
        b"RIFF",
        b"ID3",
        b"OggS",
        b"fLaC",
        b"\x1A\x45\xDF\xA3",
        b"II*\0",
        b"MM\0*",
        b"\0\0\x01\0",
        b"\0\0\0\x0CJXL ",
    ];
    magics.iter().any(|magic| head.starts_with(magic)) || head.get(4..8) == Some(b"ftyp")
}

/// Pictures, sound and video, by the ending.
pub(crate) fn is_media(name: &str) -> bool {
    let endings = [
        "png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "tif", "tiff", "heic", "heif", "avif", "ico",
        "jfif", "mp3", "wav", "m4a", "aac", "ogg", "oga", "opus", "flac", "aiff", "wma", "mp4", "m4v", "mov",
        "avi", "mkv", "webm", "mpg", "mpeg", "wmv", "3gp",
    ];
    endings.contains(&ending(name).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_speak_louder_than_endings() {
        assert_eq!(Kind::of("a.txt", b"%PDF-1.7\n"), Kind::Pdf);
        assert_eq!(Kind::of("a.md", b"\x89PNG\r\n\x1A\n"), Kind::Media);
        assert_eq!(Kind::of("a.doc", b"MIME-Version: 1.0\r\nContent-Type: text/html"), Kind::Mail);
        assert_eq!(Kind::of("a.doc", b"\r\n<HTML><body>"), Kind::Html);
        assert_eq!(Kind::of("a.xls", b"name\tsum\n"), Kind::Csv);
        assert_eq!(Kind::of("a.md", b"\0\x01\x02\x03"), Kind::Unknown);
        let word = b"<?xml version=\"1.0\"?><w:wordDocument xmlns:w=\"http://schemas.microsoft.com/office/word/2003/wordml\">";
        assert_eq!(Kind::of("a.doc", word), Kind::Docx);
        let deck = b"<pkg:package xmlns:pkg=\"http://schemas.microsoft.com/office/2006/xmlPackage\"><pkg:part pkg:name=\"/ppt/presentation.xml\">";
        assert_eq!(Kind::of("a.xml", deck), Kind::Pptx);
        let book =
            b"<?xml version=\"1.0\"?>\n<Workbook\txmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">";
        assert_eq!(Kind::of("a.xls", book), Kind::Spreadsheet2003);
        assert_eq!(Kind::of("a.xls", b"<?xml version=\"1.0\"?>\n<data>\t</data>"), Kind::Unknown);
        assert_eq!(Kind::of("a.doc", b"<?xml version=\"1.0\"?>\n<html xmlns=\"x\">"), Kind::Html);
    }

    #[test]
    fn between_texts_the_ending_decides() {
        assert_eq!(Kind::of("a.md", b"# Hi"), Kind::Markdown);
        assert_eq!(Kind::of("README", b"Hi"), Kind::Text);
        assert_eq!(Kind::of("a.json", b"{}"), Kind::Unknown);
        assert_eq!(Kind::of("a.rtf", b"{\\rtf1"), Kind::Unknown);
        assert_eq!(Kind::of("a.csv", b"a,b"), Kind::Csv);
    }
}
