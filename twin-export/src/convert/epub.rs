//! Books: a zip of pages, and a list that says in which order they are read.

use std::collections::{HashMap, HashSet};

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::super::{Limits, reason};
use super::package::{Package, attribute, entity, name_of, resolved};
use super::{Aside, Output, html};
use crate::text::percent_decoded;

/// The title and the text of a book's pages, one after the other.
pub(super) fn to_text(bytes: Vec<u8>, limits: &Limits) -> Result<Output, &'static str> {
    let mut package = Package::open(bytes, limits)?;
    let container = package.part("META-INF/container.xml")?.ok_or(reason::UNREADABLE)?;
    let list = rootfile(&container).ok_or(reason::UNREADABLE)?;
    let book = Book::read(&package.part(&list)?.ok_or(reason::UNREADABLE)?);
    let folder = list.rsplit_once('/').map_or("", |(folder, _)| folder);
    let encrypted = encrypted(&package.part("META-INF/encryption.xml")?.unwrap_or_default());
    let mut aside = Aside::default();
    let mut texts = Vec::new();
    let mut sheets: HashMap<String, String> = HashMap::new();
    for page in book.order.iter().filter_map(|id| book.pages.get(id)) {
        let name = resolved(folder, &percent_decoded(page));
        if encrypted.contains(&name.to_lowercase()) {
            aside.skip(name, reason::ENCRYPTED);
            continue;
        }
        let read = package.part(&name).and_then(|page| page.ok_or(reason::UNREADABLE));
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut linked = |address: &str| {
            let sheet = resolved(folder, &percent_decoded(address));
            let known = sheets.entry(sheet);
            // A sheet that cannot be read leaves the text as it is.
            Some(
                known
                    .or_insert_with_key(|sheet| package.part(sheet).ok().flatten().unwrap_or_default())
                    .clone(),
            )
        };
        match read.and_then(|page| html::to_text_linked(&page, limits, &mut linked)) {
            Ok((_, text)) if text.trim().is_empty() => {}
            Ok((_, text)) => texts.push(text),
            Err(why) => aside.skip(name, why),
        }
    }
    if texts.is_empty() && !aside.parts.is_empty() {
        let is_encrypted = aside.parts.iter().any(|(_, why)| why == reason::ENCRYPTED);
        return Err(if is_encrypted { reason::ENCRYPTED } else { reason::UNREADABLE });
    }
    let title = Some(crate::text::tidy_line(&book.title)).filter(|title| !title.is_empty());
    Ok(Output { title, text: texts.join("\n\n"), aside })
}

/// Where the list of pages is.
fn rootfile(container: &str) -> Option<String> {
    let mut reader = Reader::from_str(container);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) if name_of(&tag) == "rootfile" => {
                return attribute(&tag, "full-path");
            }
            Event::Eof => break,
            _ => {}
        }
    }
    None
}

/// The parts that only the buyer's program can read, in small letters. What merely disguises fonts is another matter.
fn encrypted(list: &str) -> HashSet<String> {
    let mut parts = HashSet::new();
    let mut is_font = false;
    let mut reader = Reader::from_str(list);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) => match name_of(&tag) {
                "EncryptedData" => is_font = false,
                "EncryptionMethod" => {
                    let method = attribute(&tag, "Algorithm").unwrap_or_default();
                    is_font = FONT_DISGUISES.contains(&method.as_str());
                }
                "CipherReference" if !is_font => {
                    let address = attribute(&tag, "URI").unwrap_or_default();
                    parts.insert(resolved("", &percent_decoded(&address)).to_lowercase());
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    parts
}

const FONT_DISGUISES: [&str; 2] = ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"];

#[derive(Debug, Default)]
struct Book {
    title: String,
    /// Pages by their ids; tables of contents for programs are none.
    pages: HashMap<String, String>,
    order: Vec<String>,
}

impl Book {
    fn read(list: &str) -> Self {
        let mut book = Self::default();
        let mut in_title = false;
        let mut reader = Reader::from_str(list);
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) | Event::Empty(tag) => match name_of(&tag) {
                    "title" => in_title = book.title.is_empty(),
                    "item" => {
                        let is_contents = attribute(&tag, "properties")
                            .is_some_and(|said| said.split_whitespace().any(|word| word == "nav"));
                        let (id, page) = (attribute(&tag, "id"), attribute(&tag, "href"));
                        book.pages.extend(id.zip(page).filter(|_| !is_contents));
                    }
                    "itemref" => book.order.extend(attribute(&tag, "idref")),
                    _ => {}
                },
                Event::Text(text) if in_title => book.title.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) if in_title => book.title.push_str(&entity(&reference)),
                Event::End(_) => in_title = false,
                Event::Eof => break,
                _ => {}
            }
        }
        book
    }
}
