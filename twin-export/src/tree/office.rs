//! Which zips are one document: office files, by their parts, whatever they are called.

use super::{Tree, names};

/// Whether a file is an office file by its name: a damaged one may have lost the parts that tell.
pub(super) fn is_name(name: &str) -> bool {
    let ending = names::ending(name);
    matches!(
        ending.as_str(),
        "docx" | "docm" | "xlsx" | "xlsm" | "xlsb" | "pptx" | "pptm" | "odt" | "ods" | "epub"
    )
}

/// Whether the files of a zip are the parts of an office file.
pub(super) fn is_package(zip: &Tree) -> bool {
    let has = |part: &str| {
        zip.entries.iter().any(|entry| {
            let path = entry.path.replace('\\', "/");
            path.trim_start_matches('/').eq_ignore_ascii_case(part)
        })
    };
    MAIN_PARTS.iter().any(|part| has(part))
        || (has("mimetype") && (has("content.xml") || has("META-INF/container.xml")))
}

/// What only office files have at these places.
const MAIN_PARTS: [&str; 5] = [
    "[Content_Types].xml",
    "word/document.xml",
    "ppt/presentation.xml",
    "xl/workbook.xml",
    "xl/workbook.bin",
];

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::super::{Budget, Limits, open};

    fn is_single(name: &str, parts: &[&str]) -> bool {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for part in parts {
            zip.start_file(*part, SimpleFileOptions::default()).unwrap();
            zip.write_all(b"<a/>").unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, zip.finish().unwrap().into_inner()).unwrap();
        open(&path, &Limits::default(), &Budget::default()).unwrap().single
    }

    #[test]
    fn an_office_file_is_one_document_whatever_it_is_called() {
        let deck =
            ["[Content_Types].xml", "ppt/presentation.xml", "ppt/embeddings/Microsoft_Excel_Sheet1.xlsx"];
        for name in ["v.pptx", "v.ppt", "v.pdf", "v.zip", "v"] {
            assert!(is_single(name, &deck), "{name}");
        }
        assert!(is_single("a.doc", &["_rels\\.rels", "Word\\document.xml"]));
        assert!(is_single("a.bak", &["mimetype", "content.xml"]));
        assert!(is_single("book", &["mimetype", "META-INF/container.xml", "OEBPS/a.xhtml"]));
        assert!(!is_single("a.zip", &["backup/[Content_Types].xml", "Page.md", "report.docx"]));
    }
}
