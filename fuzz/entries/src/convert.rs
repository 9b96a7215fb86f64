//! Converters: any bytes under a name of their kind.

use std::borrow::Cow;

use twin_export::{self as export, Limits, reason};

use crate::pack::packed;
use crate::panics::none_of_ours;
use crate::split::parts_are_the_whole;
use crate::tree::{decode, is_tree};

macro_rules! converters {
    ($($entry:ident: $name:literal,)+) => {
        $(
            #[doc = concat!("`", $name, "`: text that keeps the laws of `file`, or a reason.")]
            pub fn $entry(input: &[u8]) {
                file($name, input);
            }
        )+
    };
}

converters! {
    markdown: "page.md",
    html: "page.html",
    csv: "table.csv",
    mail_file: "message.eml",
    docx: "file.docx",
    pptx: "file.pptx",
    xlsx: "file.xlsx",
    xls: "file.xls",
    epub: "book.epub",
    flat: "file.xml",
    pdf: "file.pdf",
}

/// A file becomes a document that is not blank, holds no control characters and can be cut into parts, or is skipped
/// with a reason; never because it took too long. Files given one by one are packed into a sound zip.
fn file(name: &str, input: &[u8]) {
    let bytes = if is_tree(input, 1) { Cow::Owned(packed(&decode(input, 1))) } else { Cow::Borrowed(input) };
    match none_of_ours(|| export::from_bytes(name, bytes.into_owned(), &Limits::default())) {
        Ok(document) => is_presentable(&document),
        Err(skipped) => assert_ne!(skipped.reason, reason::TOO_SLOW, "{name}"),
    }
}

pub(crate) fn is_presentable(document: &export::Document) {
    assert!(!document.text.trim().is_empty() && !document.title.trim().is_empty(), "{document:?} is blank");
    parts_are_the_whole(&document.title, &document.text);
    // A backup brings back what was in the knowledge base, to the letter.
    if document.converter.starts_with("backup/") {
        return;
    }
    let is_steering = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!document.text.contains(is_steering), "{:?}", document.text);
    assert!(!document.title.contains(char::is_control) && !document.key.contains(char::is_control));
}
