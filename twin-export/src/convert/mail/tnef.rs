//! Mail that Outlook packed for itself (`winmail.dat`, MS-OXTNEF): its text and its files.

use super::super::html::fragment_to_text;
use super::super::plain::decoded;

/// What was packed.
#[derive(Debug, Default)]
pub(super) struct Packed {
    pub(super) text: String,
    pub(super) files: Vec<(String, Vec<u8>)>,
}

const SIGNATURE: [u8; 4] = [0x78, 0x9F, 0x3E, 0x22];
const BODY: u32 = 0x0002_800C;
const PROPERTIES: u32 = 0x0006_9003;
const FILE_BEGINS: u32 = 0x0006_9002;
const FILE_TITLE: u32 = 0x0001_8010;
const FILE_DATA: u32 = 0x0006_800F;
const FILE_PROPERTIES: u32 = 0x0006_9005;
/// Names of properties: plain text, HTML, the long name of a file, its data.
const TEXT: u16 = 0x1000;
const HTML: u16 = 0x1013;
const LONG_NAME: u16 = 0x3707;
const DATA: u16 = 0x3701;

pub(super) fn read(bytes: &[u8]) -> Option<Packed> {
    let mut rest = bytes.strip_prefix(&SIGNATURE)?.get(2..)?;
    let mut packed = Packed::default();
    // One that is cut short gives what came before.
    while let Some((name, data, after)) = attribute(rest) {
        rest = after;
        let file = packed.files.last_mut();
        match (name, file) {
            (BODY, _) => packed.text = ended(&decoded(data)),
            (PROPERTIES, _) => {
                for (name, value) in properties(data) {
                    match name {
                        TEXT => packed.text = ended(&value.text()),
                        HTML if packed.text.trim().is_empty() => {
                            packed.text = fragment_to_text(&decoded(value.bytes))
                        }
                        _ => {}
                    }
                }
            }
            (FILE_BEGINS, _) => packed.files.push((String::new(), Vec::new())),
            (FILE_TITLE, Some((title, _))) if title.is_empty() => *title = ended(&decoded(data)),
            (FILE_DATA, Some((_, content))) => *content = data.to_vec(),
            (FILE_PROPERTIES, Some((title, content))) => {
                for (name, value) in properties(data) {
                    match name {
                        LONG_NAME => *title = ended(&value.text()),
                        DATA if content.is_empty() => *content = value.bytes.to_vec(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    packed.files.retain(|(name, content)| !name.is_empty() && !content.is_empty());
    Some(packed)
}

fn ended(text: &str) -> String {
    text.split('\0').next().unwrap_or_default().to_owned()
}

/// The name, the data and what follows: level, name, length, data, sum.
fn attribute(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let name = u32_at(bytes, 1)?;
    let len = u32_at(bytes, 5)? as usize;
    let end = 9usize.checked_add(len)?;
    Some((name, bytes.get(9..end)?, bytes.get(end + 2..).unwrap_or_default()))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

struct Value<'a> {
    is_unicode: bool,
    bytes: &'a [u8],
}

impl Value<'_> {
    fn text(&self) -> String {
        match self.is_unicode {
            true => encoding_rs::UTF_16LE.decode_without_bom_handling(self.bytes).0.into_owned(),
            false => decoded(self.bytes).into_owned(),
        }
    }
}

/// Properties one after the other, those of fixed length passed over; what is of a kind not known ends the list.
fn properties(bytes: &[u8]) -> Vec<(u16, Value<'_>)> {
    let mut found = Vec::new();
    let Some(count) = u32_at(bytes, 0) else { return found };
    let mut at = 4;
    for _ in 0..count.min(10_000) {
        let Some((property, next)) = property(bytes, at) else { break };
        found.extend(property);
        at = next;
    }
    found
}

type Found<'a> = Option<(u16, Value<'a>)>;

fn property(bytes: &[u8], at: usize) -> Option<(Found<'_>, usize)> {
    let tag = u32_at(bytes, at)?;
    let (kind, name) = (tag as u16 & 0x0FFF, (tag >> 16) as u16);
    let is_many = tag & 0x1000 != 0;
    let mut at = at + 4;
    if name >= 0x8000 {
        // A name of its own: an identifier, then a number or a text.
        at += 20;
        let kind = u32_at(bytes, at - 4)?;
        at += if kind == 0 { 4 } else { 4 + padded(u32_at(bytes, at)? as usize) };
    }
    let fixed = match kind {
        0x0002 | 0x0003 | 0x0004 | 0x000A | 0x000B => Some(4),
        0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
        0x0048 => Some(16),
        _ => None,
    };
    if let Some(size) = fixed {
        let count = if is_many { u32_at(bytes, at)? as usize } else { 1 };
        let head = if is_many { 4 } else { 0 };
        return Some((None, at.checked_add(head + count.checked_mul(size)?)?));
    }
    if !matches!(kind, 0x000D | 0x001E | 0x001F | 0x0102) {
        return None;
    }
    let values = u32_at(bytes, at)?;
    at += 4;
    let mut first = None;
    for _ in 0..values.min(10_000) {
        let len = u32_at(bytes, at)? as usize;
        let value = bytes.get(at + 4..(at + 4).checked_add(len)?)?;
        first = first.or(Some((name, Value { is_unicode: kind == 0x001F, bytes: value })));
        at = (at + 4).checked_add(padded(len))?;
    }
    Some((first, at))
}

fn padded(len: usize) -> usize {
    len.div_ceil(4).saturating_mul(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: u32, data: &[u8]) -> Vec<u8> {
        [&[1], &name.to_le_bytes()[..], &u32::try_from(data.len()).unwrap().to_le_bytes(), data, &[0, 0]]
            .concat()
    }

    fn text_property(tag: u32, value: &[u8]) -> Vec<u8> {
        let mut out =
            [tag.to_le_bytes(), 1u32.to_le_bytes(), u32::try_from(value.len()).unwrap().to_le_bytes()]
                .concat();
        out.extend_from_slice(value);
        out.resize(out.len().div_ceil(4) * 4, 0);
        out
    }

    #[test]
    fn text_and_files_are_found() {
        let wide: Vec<u8> = "Größe\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let fixed = [0x0001_0003u32.to_le_bytes(), 7u32.to_le_bytes()].concat();
        let properties = [&2u32.to_le_bytes()[..], &fixed, &text_property(0x1000_001F, &wide)].concat();
        let file = [&1u32.to_le_bytes()[..], &text_property(0x3707_001E, b"long name.txt\0")].concat();
        let packed = [
            &SIGNATURE[..],
            &[1, 0],
            &attribute(PROPERTIES, &properties),
            &attribute(FILE_BEGINS, b""),
            &attribute(FILE_TITLE, b"LONG~1.TXT\0"),
            &attribute(FILE_DATA, b"in the file"),
            &attribute(FILE_PROPERTIES, &file),
        ]
        .concat();
        let read = read(&packed).unwrap();
        assert_eq!(read.text, "Größe");
        assert_eq!(read.files, [("long name.txt".to_owned(), b"in the file".to_vec())]);
    }

    #[test]
    fn bytes_of_anything_else_are_none() {
        assert!(read(b"PK\x03\x04").is_none());
        assert!(read(&[&SIGNATURE[..], &[1, 0], &[0xFF; 64]].concat()).unwrap().files.is_empty());
    }
}
