//! Forms: what their fields hold, where they stand on the page.

use std::collections::BTreeMap;

use unpdf::parser::raw::{PdfDict, PdfObject, RawDocument};

use super::super::text::tidy_line;
use super::pdf_notes::decoded;
use super::pdf_rows::{MIDDLE, Piece};
use super::signs;

/// A field as a page shows it.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) piece: Piece,
    /// The name of a text, or the choice that a button stands for.
    pub(super) label: Option<String>,
}

/// Fields of a page; a file may claim any number.
const MOST_FIELDS: usize = 2_000;
/// Fields within fields.
const MOST_PARENTS: usize = 16;
/// The size of letters in a field.
const SIZE: f32 = 10.0;

/// The fields of all pages, by the number of their page, from 1 on.
pub(super) fn read(bytes: &[u8]) -> BTreeMap<u32, Vec<Field>> {
    let mut fields = BTreeMap::new();
    let Ok(document) = RawDocument::load(bytes) else { return fields };
    for (number, page) in document.pages() {
        let Ok(page) = document.get_dict(page) else { continue };
        let list = page.get(b"Annots".as_slice()).and_then(|list| document.resolve(list).as_array());
        let annotations = list.unwrap_or_default().iter().take(MOST_FIELDS);
        let of_page: Vec<Field> = annotations
            .filter_map(|one| Widget { document: &document, own: document.resolve(one).as_dict()? }.field())
            .collect();
        if !of_page.is_empty() {
            fields.insert(number, of_page);
        }
    }
    fields
}

/// The place of a field on a page, with what belongs to it.
struct Widget<'a> {
    document: &'a RawDocument,
    own: &'a PdfDict,
}

impl<'a> Widget<'a> {
    fn entry(&self, name: &[u8]) -> Option<&'a PdfObject> {
        self.own.get(name).map(|value| self.document.resolve(value))
    }

    /// As [`Widget::entry`], from the field that it is a part of where it has none itself.
    fn inherited(&self, name: &[u8]) -> Option<&'a PdfObject> {
        let mut one = self.own;
        for _ in 0..MOST_PARENTS {
            if let Some(found) = one.get(name) {
                return Some(self.document.resolve(found));
            }
            one = self.document.resolve(one.get(b"Parent".as_slice())?).as_dict()?;
        }
        None
    }

    fn field(&self) -> Option<Field> {
        let is_hidden =
            self.entry(b"F").and_then(PdfObject::as_i64).is_some_and(|flags| flags & (2 | 32) != 0);
        if self.entry(b"Subtype")?.as_name()? != b"Widget" || is_hidden {
            return None;
        }
        let flags = self.inherited(b"Ff").and_then(PdfObject::as_i64).unwrap_or(0);
        let (text, label) = match self.inherited(b"FT")?.as_name()? {
            b"Btn" if flags & PUSHED != 0 => return None,
            b"Btn" => self.button(flags & RADIO != 0),
            b"Tx" if flags & PASSWORD != 0 => return None,
            b"Tx" | b"Ch" => (self.value()?, self.name()),
            _ => return None,
        };
        let mut area = [0.0; 4];
        let corners = self.entry(b"Rect")?.as_array()?;
        for (place, corner) in area.iter_mut().zip(corners) {
            *place = self.document.resolve(corner).as_f32().filter(|number| number.is_finite())?;
        }
        let [left, right] = [area[0].min(area[2]), area[0].max(area[2])];
        let [bottom, top] = [area[1].min(area[3]), area[1].max(area[3])];
        // A high field is filled in from its top.
        let middle = (top - SIZE).max((bottom + top) / 2.0);
        let base = middle - SIZE * MIDDLE;
        let piece = Piece { text, left, right, base, size: SIZE, is_struck: false, is_field: true };
        Some(Field { piece, label })
    }

    /// A box, and what it stands for where it is one of several.
    fn button(&self, is_radio: bool) -> (String, Option<String>) {
        let state = self.entry(b"AS").or_else(|| self.inherited(b"V")).and_then(PdfObject::as_name);
        let is_on = state.is_some_and(|state| state != b"Off");
        let looks =
            self.entry(b"AP").and_then(PdfObject::as_dict).and_then(|looks| looks.get(b"N".as_slice()));
        let looks = looks.and_then(|looks| self.document.resolve(looks).as_dict());
        let states = looks.into_iter().flat_map(|looks| looks.keys().map(|name| name.as_slice()));
        let choice = states.chain(state).find(|name| *name != b"Off").map(|name| tidy_line(&decoded(name)));
        let says = |choice: &String| choice.chars().filter(|c| c.is_alphabetic()).count() > 1;
        (signs::tick(is_on).to_owned(), choice.filter(|choice| is_radio && says(choice)))
    }

    fn value(&self) -> Option<String> {
        let value = self.inherited(b"V")?;
        let said = match value.as_array() {
            Some(chosen) => {
                let chosen = chosen.iter().filter_map(|one| self.shown(self.document.resolve(one)));
                chosen.collect::<Vec<_>>().join(", ")
            }
            None => self.shown(value)?,
        };
        Some(said).filter(|said| !said.is_empty())
    }

    /// A value as it is shown: what is chosen from a list has another name there.
    fn shown(&self, value: &PdfObject) -> Option<String> {
        let bytes = value.as_str_bytes()?;
        let options = self.inherited(b"Opt").and_then(PdfObject::as_array).unwrap_or_default();
        let named = options.iter().take(MOST_FIELDS).find_map(|option| {
            let [kept, shown] = self.document.resolve(option).as_array()? else { return None };
            let is_it = self.document.resolve(kept).as_str_bytes()? == bytes;
            self.document.resolve(shown).as_str_bytes().filter(|_| is_it)
        });
        Some(tidy_line(&decoded(named.unwrap_or(bytes))))
    }

    /// Programs name fields `form[0].page[0].city[0]`.
    fn name(&self) -> Option<String> {
        let name = decoded(self.inherited(b"T")?.as_str_bytes()?);
        let last = name.rsplit('.').next().and_then(|name| name.split('[').next()).map(tidy_line);
        last.filter(|name| !name.is_empty())
    }
}

/// Flags of fields, by PDF's specification.
const PASSWORD: i64 = 1 << 13;
const RADIO: i64 = 1 << 15;
const PUSHED: i64 = 1 << 16;

/// A page's pieces with its fields among them. A field that no text names says its own name.
pub(super) fn filled_in(mut pieces: Vec<Piece>, fields: Vec<Field>) -> Vec<Piece> {
    let near = |piece: &Piece, field: &Piece| {
        (piece.base - field.base).abs() < SIZE && !piece.text.trim().is_empty()
    };
    let mut filled: Vec<Piece> = Vec::with_capacity(fields.len());
    for field in &fields {
        let mut piece = field.piece.clone();
        let is_button = matches!(piece.text.as_str(), "[x]" | "[ ]");
        let next_field = fields
            .iter()
            .map(|other| &other.piece)
            .filter(|other| near(other, &piece) && other.left > piece.left)
            .map(|other| other.left)
            .fold(f32::INFINITY, f32::min);
        let is_named = if is_button {
            pieces.iter().any(|one| near(one, &piece) && one.left > piece.left && one.left < next_field)
        } else {
            pieces.iter().any(|one| near(one, &piece) && one.left < piece.left)
        };
        if let Some(label) = field.label.as_ref().filter(|_| !is_named) {
            piece.text = if is_button {
                format!("{} {label}", piece.text)
            } else {
                format!("{label}: {}", piece.text)
            };
        }
        filled.push(piece);
    }
    // What is written on the page below a field is what it shows.
    pieces.retain(|piece| {
        !filled.iter().any(|field| {
            near(piece, field)
                && piece.left >= field.left - 1.0
                && field.text.ends_with(piece.text.trim())
                && piece.left < field.right
        })
    });
    pieces.extend(filled);
    pieces
}
