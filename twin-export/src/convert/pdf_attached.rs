//! Files that a PDF carries: attachments of the document, and those behind a pin on a page.

use unpdf::parser::raw::{PdfDict, PdfObject, RawDocument};

use super::super::text::tidy_line;
use super::pdf_notes::decoded;

/// Names of one file; it may claim any number.
const MOST_FILES: usize = 1_000;
/// Entries that are looked at: they may point at one another.
const MOST_ENTRIES: usize = 100_000;

/// The names of the files, as they are listed.
pub(super) fn names(bytes: &[u8]) -> Vec<String> {
    let Ok(document) = RawDocument::load(bytes) else { return Vec::new() };
    let mut files = Files { document: &document, names: Vec::new(), rest: MOST_ENTRIES };
    if let Ok(catalog) = document.catalog() {
        if let Some(tree) =
            files.dict(catalog, b"Names").and_then(|names| files.dict(names, b"EmbeddedFiles"))
        {
            files.tree(tree);
        }
        files.listed(catalog, b"AF");
    }
    for (_, page) in document.pages() {
        let Ok(page) = document.get_dict(page) else { continue };
        files.pins(page);
        files.listed(page, b"AF");
    }
    files.names
}

struct Files<'a> {
    document: &'a RawDocument,
    names: Vec<String>,
    /// How many more entries are looked at.
    rest: usize,
}

impl<'a> Files<'a> {
    fn dict(&self, of: &'a PdfDict, name: &[u8]) -> Option<&'a PdfDict> {
        self.document.resolve(of.get(name)?).as_dict()
    }

    fn list(&mut self, of: &'a PdfDict, name: &[u8]) -> &'a [PdfObject] {
        let list = of.get(name).and_then(|list| self.document.resolve(list).as_array()).unwrap_or_default();
        let list = &list[..list.len().min(self.rest)];
        self.rest -= list.len();
        list
    }

    fn tree(&mut self, root: &'a PdfDict) {
        let mut nodes = vec![root];
        while let Some(node) = nodes.pop() {
            let children = self.list(node, b"Kids").iter().rev();
            nodes.extend(children.filter_map(|child| self.document.resolve(child).as_dict()));
            for pair in self.list(node, b"Names").chunks_exact(2) {
                self.take(self.document.resolve(&pair[1]).as_dict(), self.text(&pair[0]));
            }
        }
    }

    fn listed(&mut self, of: &'a PdfDict, name: &[u8]) {
        for file in self.list(of, name) {
            self.take(self.document.resolve(file).as_dict(), None);
        }
    }

    fn pins(&mut self, page: &'a PdfDict) {
        for one in self.list(page, b"Annots") {
            let Some(one) = self.document.resolve(one).as_dict() else { continue };
            let kind = one.get(b"Subtype".as_slice()).map(|kind| self.document.resolve(kind));
            if kind.and_then(PdfObject::as_name) == Some(b"FileAttachment") {
                self.take(self.dict(one, b"FS"), None);
            }
        }
    }

    fn text(&self, object: &PdfObject) -> Option<String> {
        let text = tidy_line(&decoded(self.document.resolve(object).as_str_bytes()?));
        Some(text).filter(|text| !text.is_empty())
    }

    /// Remembers a file that is in the document itself, by its name or else by that of its entry.
    fn take(&mut self, file: Option<&'a PdfDict>, entry: Option<String>) {
        let Some(file) = file.filter(|file| file.contains_key(b"EF".as_slice())) else { return };
        let own = [b"UF".as_slice(), b"F"].into_iter().find_map(|name| self.text(file.get(name)?));
        let name = own.or(entry).unwrap_or_else(|| "attachment".to_owned());
        if self.names.len() < MOST_FILES && !self.names.contains(&name) {
            self.names.push(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Limits, reason};
    use super::super::pdf::tests::file;
    use super::super::pdf::to_text;

    #[test]
    fn files_within_are_named_as_left_out() {
        let page = "BT /F 12 Tf 72 700 Td (See the files.) Tj ET";
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Kids [5 0 R] >> >> >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [7 0 R] /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>".to_owned(),
            format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
            "<< /Names [(a) 6 0 R] >>".to_owned(),
            "<< /Type /Filespec /F (list.csv) /EF << /F 8 0 R >> >>".to_owned(),
            "<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS << /UF (plan.docx) /EF << /F 8 0 R >> >> >>".to_owned(),
            "<< /Length 3 /Type /EmbeddedFile >>\nstream\na,b\nendstream".to_owned(),
        ];
        let output = to_text(&file(&objects), &Limits::default()).unwrap();
        assert_eq!(output.text.trim(), "See the files.");
        let named = ["list.csv", "plan.docx"].map(|name| (name.to_owned(), reason::EMBEDDED.to_owned()));
        assert_eq!(output.aside.parts, named);
    }

    #[test]
    fn a_page_with_text_in_a_font_that_nothing_tells_is_named() {
        let page = "BT /F 12 Tf 72 700 Td (Known.) Tj ET BT /G 12 Tf 72 680 Td <00240025> Tj ET";
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> /G 5 0 R >> >> >>".to_owned(),
            format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
            "<< /Type /Font /Subtype /Type0 /BaseFont /Odd /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Odd /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>".to_owned(),
        ];
        let output = to_text(&file(&objects), &Limits::default()).unwrap();
        assert_eq!(output.text.trim(), "Known.");
        assert_eq!(
            output.aside.parts,
            [("page 1: text in font Odd".to_owned(), reason::UNREADABLE.to_owned())]
        );
    }
}
