//! What a signature encloses (S/MIME, RFC 8551): the content of signed or compressed data, without a look at the
//! signature.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::super::super::reason;

const SIGNED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";
const DATA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01";
const COMPRESSED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x09";
/// Everything that is encrypted in one way or the other.
const ENCRYPTED: [&[u8]; 3] = [
    b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03",
    b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x06",
    b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17",
];

/// The message part within, or the reason why it cannot be read.
pub(super) fn content(der: &[u8], most: u64) -> Result<Vec<u8>, &'static str> {
    let (kind, inner) = enclosed(der).ok_or(reason::UNREADABLE)?;
    if ENCRYPTED.contains(&kind) {
        return Err(reason::ENCRYPTED);
    }
    if kind == DATA {
        return octets(Some(inner), 0).ok_or(reason::UNREADABLE);
    }
    if kind != SIGNED && kind != COMPRESSED {
        return Err(reason::UNREADABLE);
    }
    let mut fields = Fields(value(inner, SEQUENCE).ok_or(reason::UNREADABLE)?);
    let enclosing = fields.find_map(|field| {
        let (_, content) = enclosed(field.whole)?;
        octets(Some(content), 0)
    });
    let bytes = enclosing.ok_or(reason::NO_TEXT)?;
    if kind == SIGNED {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    ZlibDecoder::new(bytes.as_slice())
        .take(most + 1)
        .read_to_end(&mut plain)
        .map_err(|_| reason::UNREADABLE)?;
    if plain.len() as u64 > most { Err(reason::TOO_LARGE) } else { Ok(plain) }
}

const SEQUENCE: u8 = 0x30;
const IDENTIFIER: u8 = 0x06;
const OCTETS: u8 = 0x04;
const OCTETS_IN_PARTS: u8 = 0x24;
const EXPLICIT: u8 = 0xA0;
const MOST_NESTED: usize = 16;

/// `{ kind, [0] content }`: the kind, and the bytes of the content's value.
fn enclosed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut fields = Fields(value(bytes, SEQUENCE)?);
    let kind = fields.next().filter(|field| field.tag == IDENTIFIER)?;
    let content = fields.next().filter(|field| field.tag == EXPLICIT)?;
    Some((kind.content, content.content))
}

fn value(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    Fields(bytes).next().filter(|field| field.tag == tag).map(|field| field.content)
}

/// Bytes that may come in parts.
fn octets(bytes: Option<&[u8]>, depth: usize) -> Option<Vec<u8>> {
    let field = Fields(bytes?).next()?;
    match field.tag {
        OCTETS => Some(field.content.to_vec()),
        OCTETS_IN_PARTS if depth < MOST_NESTED => {
            let parts: Option<Vec<Vec<u8>>> =
                Fields(field.content).map(|part| octets(Some(part.whole), depth + 1)).collect();
            Some(parts?.concat())
        }
        _ => None,
    }
}

struct Field<'a> {
    tag: u8,
    content: &'a [u8],
    whole: &'a [u8],
}

/// Values one after the other, in BER.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let (field, rest) = field(self.0, 0)?;
        self.0 = rest;
        (field.whole != [0, 0]).then_some(field)
    }
}

fn field(bytes: &[u8], depth: usize) -> Option<(Field<'_>, &[u8])> {
    let (&tag, &len) = (bytes.first()?, bytes.get(1)?);
    let (head, len) = match len {
        // Up to a mark at the end.
        0x80 if depth < MOST_NESTED => {
            let mut at = 2;
            loop {
                let (inner, _) = field(bytes.get(at..)?, depth + 1)?;
                at += inner.whole.len();
                if inner.whole == [0, 0] {
                    break;
                }
            }
            return Some((Field { tag, content: &bytes[2..at - 2], whole: &bytes[..at] }, &bytes[at..]));
        }
        0..=0x7F => (2, usize::from(len)),
        0x81..=0x84 => {
            let digits = usize::from(len & 0x7F);
            let number = bytes
                .get(2..2 + digits)?
                .iter()
                .fold(0usize, |number, &byte| number << 8 | usize::from(byte));
            (2 + digits, number)
        }
        _ => return None,
    };
    let end = head.checked_add(len)?;
    let whole = bytes.get(..end)?;
    Some((Field { tag, content: &whole[head..], whole }, &bytes[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let len = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &len[..], &content].concat()
    }

    fn endless(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        [&[tag, 0x80], &parts.concat()[..], &[0, 0]].concat()
    }

    #[test]
    fn signed_content_is_found_in_both_forms() {
        let text = b"Content-Type: text/plain\r\n\r\nSigned.";
        let data = tlv(SEQUENCE, &[&tlv(IDENTIFIER, &[DATA]), &tlv(EXPLICIT, &[&tlv(OCTETS, &[text])])]);
        let signed = tlv(SEQUENCE, &[&tlv(2, &[&[1]]), &tlv(0x31, &[]), &data]);
        let whole = tlv(SEQUENCE, &[&tlv(IDENTIFIER, &[SIGNED]), &tlv(EXPLICIT, &[&signed])]);
        assert_eq!(content(&whole, 1000).unwrap(), text);
        let parts = endless(OCTETS_IN_PARTS, &[&tlv(OCTETS, &[&text[..10]]), &tlv(OCTETS, &[&text[10..]])]);
        let data = endless(SEQUENCE, &[&tlv(IDENTIFIER, &[DATA]), &endless(EXPLICIT, &[&parts])]);
        let signed = endless(SEQUENCE, &[&tlv(2, &[&[1]]), &tlv(0x31, &[]), &data]);
        let whole = endless(SEQUENCE, &[&tlv(IDENTIFIER, &[SIGNED]), &endless(EXPLICIT, &[&signed])]);
        assert_eq!(content(&whole, 1000).unwrap(), text);
    }

    #[test]
    fn what_is_encrypted_says_so_and_anything_else_is_unreadable() {
        let whole =
            tlv(SEQUENCE, &[&tlv(IDENTIFIER, &[ENCRYPTED[0]]), &tlv(EXPLICIT, &[&tlv(SEQUENCE, &[])])]);
        assert_eq!(content(&whole, 1000), Err(reason::ENCRYPTED));
        for bytes in [&b""[..], b"0", b"0\x80", b"0\x84\xFF\xFF\xFF\xFF", &[0x30, 0x80].repeat(10_000)] {
            assert_eq!(content(bytes, 1000), Err(reason::UNREADABLE));
        }
    }
}
