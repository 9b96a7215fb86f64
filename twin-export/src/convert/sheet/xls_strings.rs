//! Texts in Excel's old workbooks: one or two bytes a character, and cut by records of limited size.

use encoding_rs::Encoding;

use super::super::ole::u16_at;
use super::super::styled::{Look, Styled};

/// A text of `len` characters behind its flags.
pub(super) fn string(data: &[u8], len: usize) -> Option<String> {
    let mut segments = Segments::new(vec![data]);
    let flags = segments.u8()?;
    segments.extras(flags)?;
    segments.characters(len, flags & 1 != 0)
}

/// A text in a code page.
pub(super) fn old_string(data: &[u8], len: usize, encoding: &'static Encoding) -> String {
    encoding.decode_without_bom_handling(&data[..len.min(data.len())]).0.into_owned()
}

/// A record and those that continue it.
struct Segments<'a> {
    segments: std::vec::IntoIter<&'a [u8]>,
    current: &'a [u8],
}

impl<'a> Segments<'a> {
    fn new(segments: Vec<&'a [u8]>) -> Self {
        let mut segments = segments.into_iter();
        let current = segments.next().unwrap_or_default();
        Self { segments, current }
    }

    fn u8(&mut self) -> Option<u8> {
        while self.current.is_empty() {
            self.current = self.segments.next()?;
        }
        let (&first, rest) = self.current.split_first()?;
        self.current = rest;
        Some(first)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > self.current.len() {
            count -= self.current.len();
            self.current = self.segments.next()?;
        }
        self.current = &self.current[count..];
        Some(())
    }

    /// The lengths of what stands behind the characters: formatting and phonetic signs.
    fn extras(&mut self, flags: u8) -> Option<(usize, usize)> {
        let runs = if flags & 8 != 0 { usize::from(self.u16()?) } else { 0 };
        let phonetic = if flags & 4 != 0 { self.u32()? as usize } else { 0 };
        Some((runs, phonetic))
    }

    /// The next text of the table that all sheets share; `look` tells how a font looks.
    fn string(&mut self, look: impl Fn(u16) -> Look) -> Option<String> {
        let len = usize::from(self.u16()?);
        let flags = self.u8()?;
        let (runs, phonetic) = self.extras(flags)?;
        let units = self.units(len, flags & 1 != 0)?;
        let mut styled = Styled::default();
        let (mut from, mut current) = (0, Look::default());
        for _ in 0..runs {
            let (start, font) = (usize::from(self.u16()?), self.u16()?);
            if let Some(run) = units.get(from..start) {
                styled.push(current, &String::from_utf16_lossy(run));
                from = start;
            }
            current = look(font);
        }
        styled.push(current, &String::from_utf16_lossy(&units[from..]));
        self.skip(phonetic)?;
        Some(styled.take())
    }

    fn characters(&mut self, len: usize, wide: bool) -> Option<String> {
        Some(String::from_utf16_lossy(&self.units(len, wide)?))
    }

    /// Where a text is cut, the next record says anew how wide its characters are.
    fn units(&mut self, len: usize, mut wide: bool) -> Option<Vec<u16>> {
        let mut units: Vec<u16> = Vec::with_capacity(len.min(self.current.len()));
        while units.len() < len {
            if self.current.is_empty() {
                self.current = self.segments.next()?;
                wide = self.u8()? & 1 != 0;
                continue;
            }
            units.push(if wide { self.u16()? } else { u16::from(self.u8()?) });
        }
        Some(units)
    }
}

/// How a font's letters stand.
pub(super) fn font(data: &[u8]) -> Option<Look> {
    Some(Look { struck: u16_at(data, 2)? & 8 != 0, raised: u16_at(data, 8)? == 1, ..Look::default() })
}

/// A font by its number: there is none with the number 4.
pub(super) fn look_of(fonts: &[Look], number: u16) -> Look {
    let at = usize::from(number) - usize::from(number > 4);
    fonts.get(at).copied().unwrap_or_default()
}

/// The texts that all sheets share.
pub(super) fn shared_strings(segments: Vec<&[u8]>, fonts: &[Look]) -> Vec<String> {
    let mut segments = Segments::new(segments);
    let count = segments.skip(4).and_then(|()| segments.u32()).unwrap_or(0);
    let mut strings = Vec::new();
    for _ in 0..count {
        match segments.string(|font| look_of(fonts, font)) {
            Some(text) => strings.push(text),
            // Cut: what follows is lost, what was read stays.
            None => break,
        }
    }
    strings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_on_in_the_next_record_in_its_own_width() {
        let first = [4, 0, 0, b'a', b'b'];
        let second = [1, 0x42, 0x01, b'd', 0, 1, 0, 0, b'x'];
        let mut segments = Segments::new(vec![&first, &second]);
        assert_eq!(segments.string(|_| Look::default()).as_deref(), Some("abłd"));
        assert_eq!(segments.string(|_| Look::default()).as_deref(), Some("x"));
        assert_eq!(segments.string(|_| Look::default()), None);
    }

    #[test]
    fn formatting_and_phonetic_signs_are_passed_by() {
        let data = [1, 0, 0b1100, 1, 0, 2, 0, 0, 0, b'a', 9, 9, 9, 9, 8, 8, 1, 0, 0, b'b'];
        let mut segments = Segments::new(vec![&data]);
        assert_eq!(segments.string(|_| Look::default()).as_deref(), Some("a"));
        assert_eq!(segments.string(|_| Look::default()).as_deref(), Some("b"));
    }

    #[test]
    fn runs_take_the_look_of_their_fonts() {
        let data = [4, 0, 8, 2, 0, b'1', b'0', b'6', b'l', 2, 0, 7, 0, 3, 0, 0, 0];
        let look = |font| Look { raised: font == 7, ..Look::default() };
        assert_eq!(Segments::new(vec![&data]).string(look).as_deref(), Some("10⁶l"));
    }
}
