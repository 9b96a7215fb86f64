//! The records of a workbook's binary parts: a number that says what each is, and its bytes (MS-XLSB 2.1.4).

use super::packed;

/// Hands out the records of a part; what is cut short ends it.
pub(super) struct Records<'a> {
    rest: &'a [u8],
    /// The part ends within a record.
    pub(super) is_cut: bool,
}

impl<'a> Records<'a> {
    pub(super) fn of(part: &'a [u8]) -> Self {
        Self { rest: part, is_cut: false }
    }

    /// A number of at most so many bytes, seven bits in each.
    fn number(&mut self, most: usize) -> Option<u32> {
        let mut number = 0;
        for at in 0..most {
            let byte = *self.rest.get(at)?;
            number |= u32::from(byte & 0x7F) << (7 * at);
            if byte & 0x80 == 0 || at + 1 == most {
                self.rest = &self.rest[at + 1..];
                return Some(number);
            }
        }
        None
    }

    fn record(&mut self) -> Option<Record<'a>> {
        let kind = self.number(2)?;
        let len = usize::try_from(self.number(4)?).ok()?;
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(Record { kind, bytes })
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let record = self.record();
        if record.is_none() {
            (self.rest, self.is_cut) = (&[], true);
        }
        record
    }
}

/// A record. What it does not hold reads as zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) kind: u32,
    bytes: &'a [u8],
}

impl Record<'_> {
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let found = self.bytes.get(at..).and_then(|rest| rest.first_chunk());
        found.copied().unwrap_or([0; N])
    }

    pub(super) fn byte(&self, at: usize) -> u8 {
        self.array::<1>(at)[0]
    }

    pub(super) fn short(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    pub(super) fn long(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    pub(super) fn real(&self, at: usize) -> f64 {
        f64::from_le_bytes(self.array(at))
    }

    /// A number in four bytes: an integer or the upper half of a real one, maybe in hundredths.
    pub(super) fn packed(&self, at: usize) -> f64 {
        packed(self.long(at))
    }

    /// A text behind its length, and where it ends; none where it says that there is none.
    pub(super) fn text(&self, at: usize) -> (String, usize) {
        let len = match self.long(at) {
            u32::MAX => 0,
            len => usize::try_from(len).unwrap_or(usize::MAX),
        };
        let end = len.saturating_mul(2).saturating_add(at + 4).min(self.bytes.len());
        let letters = self.bytes.get(at + 4..end).unwrap_or_default().chunks_exact(2);
        let letters: Vec<u16> = letters.map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        (String::from_utf16_lossy(&letters), end)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A record as it is written.
    pub(in super::super) fn record(kind: u32, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let low = u8::try_from(kind & 0x7F).unwrap();
        match u8::try_from(kind >> 7).unwrap() {
            0 => out.push(low),
            high => out.extend([low | 0x80, high]),
        }
        assert!(bytes.len() < 0x80);
        out.push(u8::try_from(bytes.len()).unwrap());
        out.extend(bytes);
        out
    }

    /// A text as it is written.
    pub(in super::super) fn text(text: &str) -> Vec<u8> {
        let letters: Vec<u16> = text.encode_utf16().collect();
        let len = u32::try_from(letters.len()).unwrap().to_le_bytes();
        len.into_iter().chain(letters.into_iter().flat_map(u16::to_le_bytes)).collect()
    }

    #[test]
    fn records_are_read_up_to_where_they_are_cut() {
        let part = [record(5, &[1, 2]), record(615, &text("Öl 5")), vec![7, 9, 1]].concat();
        let mut records = Records::of(&part);
        assert_eq!(records.next().map(|one| (one.kind, one.short(0))), Some((5, 0x0201)));
        assert_eq!(records.next().map(|one| (one.kind, one.text(0).0)), Some((615, "Öl 5".to_owned())));
        assert!(records.next().is_none() && records.is_cut);
    }

    #[test]
    fn numbers_in_four_bytes_are_read() {
        let packed = |bits: u32| Record { kind: 2, bytes: &bits.to_le_bytes() }.packed(0);
        assert_eq!(packed((12 << 2) | 2), 12.0);
        assert_eq!(packed((-1250_i32 << 2).cast_unsigned() | 3), -12.5);
        assert_eq!(packed(0x3FF8_0000), 1.5);
        assert_eq!(Record { kind: 2, bytes: &[] }.text(0), (String::new(), 0));
    }
}
