//! What a PDF parser would not survive: streams that inflate beyond measure, pages of a million
//! operations (each costs the parser a kilobyte), and values nested so deep that its stack overflows.

use std::io::Read;

use flate2::bufread::ZlibDecoder;

use super::super::{Limits, reason};
use super::plain::looks_like_text;

/// Operations of one stream: the busiest of real pages have a tenth of it.
const MOST_OPERATIONS: u64 = 250_000;
/// Inflated bytes of one stream.
const MOST_BYTES: u64 = 32 << 20;
/// Values within values.
const MOST_NESTED: u32 = 500;

/// Looks at the file as it is, and into its compressed streams, pictures aside. Gives what it may hold
/// beside its pages.
pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<May, &'static str> {
    let mut outside = Tally::default();
    let mut inflated = 0;
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], b"stream") {
        let start = at + found + b"stream".len();
        outside.take(&bytes[at..start])?;
        outside.look(&bytes[at..start]);
        let len = find(&bytes[start..], b"endstream").unwrap_or(bytes.len() - start);
        if let Some(content) = Content::of(&bytes[at..start][found.saturating_sub(2048)..]) {
            inflated += inspect(bytes[start..start + len].trim_ascii_start(), content, &mut outside)?;
            if inflated > limits.entry_bytes.saturating_mul(4) {
                return Err(reason::TOO_LARGE);
            }
        }
        at = (start + len + b"endstream".len()).min(bytes.len());
    }
    outside.take(&bytes[at..])?;
    outside.look(&bytes[at..]);
    Ok(outside.may)
}

/// What a file may hold that only another look at it tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct May {
    /// Something is written on a page that is no part of it.
    pub(super) have_notes: bool,
    pub(super) have_files: bool,
    pub(super) have_layers: bool,
}

/// What a stream may hold, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Operations,
    Objects,
}

impl Content {
    /// Pictures and enclosed files may be large; they are never unpacked.
    fn of(before: &[u8]) -> Option<Self> {
        let own = before.windows(4).rposition(|window| window == b" obj").map_or(before, |at| &before[at..]);
        let has = |name: &[u8]| find(own, name).is_some();
        if has(b"/Image") || has(b"/EmbeddedFile") || (has(b"/Filter") && !has(b"/Fl")) {
            None
        } else if has(b"/ObjStm") {
            Some(Self::Objects)
        } else {
            Some(Self::Operations)
        }
    }
}

/// Tallies a stream; answers its inflated length.
fn inspect(packed: &[u8], content: Content, outside: &mut Tally) -> Result<u64, &'static str> {
    let mut tally = Tally::default();
    let mut plain = ZlibDecoder::new(packed);
    let mut buffer = vec![0; 32 * 1024];
    let mut size = 0;
    let mut is_text = true;
    // A stream that does not inflate is the parser's business.
    while let Ok(read) = plain.read(&mut buffer) {
        if read == 0 {
            break;
        }
        size += read as u64;
        // Fonts and the like are no text: only their size matters.
        is_text &= looks_like_text(&buffer[..read]);
        if is_text {
            tally.take(&buffer[..read])?;
            if content == Content::Objects {
                outside.look(&buffer[..read]);
            }
        }
        let is_busy = content == Content::Operations && tally.operations > MOST_OPERATIONS;
        if size > MOST_BYTES || is_busy {
            return Err(reason::TOO_LARGE);
        }
    }
    if size == 0 && looks_like_text(&packed[..packed.len().min(4096)]) {
        let before = outside.operations;
        outside.take(packed)?;
        if outside.operations - before > MOST_OPERATIONS {
            return Err(reason::TOO_LARGE);
        }
    }
    Ok(size)
}

/// Counts without parsing: opening brackets that are still open, words and strings.
#[derive(Default)]
struct Tally {
    nested: u32,
    operations: u64,
    last: u8,
    may: May,
}

/// How annotations say that they are notes.
const NOTES: [&[u8]; 9] = [
    b"/Subtype/Text",
    b"/Subtype /Text",
    b"/FreeText",
    b"/Popup",
    b"/Highlight",
    b"/Underline",
    b"/StrikeOut",
    b"/Squiggly",
    b"/Caret",
];

impl Tally {
    fn look(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while let Some(found) = bytes[at..].iter().position(|&byte| byte == b'/') {
            at += found;
            let name = &bytes[at..];
            self.may.have_notes |= NOTES.iter().any(|note| name.starts_with(note));
            self.may.have_files |= name.starts_with(b"/EF") || name.starts_with(b"/EmbeddedFile");
            self.may.have_layers |= name.starts_with(b"/OCProperties");
            at += 1;
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        for &byte in bytes {
            match byte {
                b'[' => self.nested += 1,
                b'<' if self.last == b'<' => self.nested += 1,
                b']' => self.nested = self.nested.saturating_sub(1),
                b'>' if self.last == b'>' => self.nested = self.nested.saturating_sub(1),
                // Every object begins anew, whatever the one before left open.
                b'j' if self.last == b'b' => self.nested = 0,
                b'(' => self.operations += 1,
                _ => {}
            }
            if byte.is_ascii_alphabetic() && !self.last.is_ascii_alphabetic() {
                self.operations += 1;
            }
            if self.nested > MOST_NESTED {
                return Err(reason::TOO_DEEP);
            }
            self.last = byte;
        }
        Ok(())
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, rest) = needle.split_first()?;
    let mut at = 0;
    loop {
        at += haystack.get(at..)?.iter().position(|&byte| byte == first)?;
        if haystack[at + 1..].starts_with(rest) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn with_stream(plain: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(plain).unwrap();
        let head = b"%PDF-1.5\n4 0 obj\n<</Filter/FlateDecode>>stream\n".as_slice();
        [head, &packed.finish().unwrap(), b"\nendstream\nendobj\n"].concat()
    }

    fn checked(bytes: &[u8]) -> Result<May, &'static str> {
        check(bytes, &Limits::default())
    }

    #[test]
    fn what_inflates_beyond_measure_is_refused() {
        assert_eq!(checked(&with_stream(&vec![b' '; 40 << 20])), Err(reason::TOO_LARGE));
        assert_eq!(checked(&with_stream(&b"(x) Tj ".repeat(150_000))), Err(reason::TOO_LARGE));
    }

    #[test]
    fn what_nests_beyond_measure_is_refused_wherever_it_stands() {
        let deep = b"[".repeat(10_000);
        assert_eq!(checked(&deep), Err(reason::TOO_DEEP));
        assert_eq!(checked(&with_stream(&deep)), Err(reason::TOO_DEEP));
    }

    #[test]
    fn a_large_font_passes() {
        let mut font: Vec<u8> =
            (0..4_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        font[0] = 0;
        assert_eq!(checked(&with_stream(&font)), Ok(May::default()));
    }

    #[test]
    fn a_busy_page_passes() {
        assert_eq!(checked(&with_stream(&b"[(H)1(i)] TJ 0 -1 Td ".repeat(10_000))), Ok(May::default()));
    }
}
