//! Word vectors: what a text is about, as a direction in space.
//!
//! `table/words.bin` holds a row for each word or piece of a word that English texts are made of. The rows of
//! a text's pieces, added up, point where a language model would put the whole text; `table/README.md` tells
//! how they were made. The file is read when the first text is embedded, out of the program itself.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// The length of a row.
pub(crate) const DIMENSIONS: usize = 128;
/// Bytes of a row.
const ROW: usize = DIMENSIONS / 2;

static FILE: &[u8] = include_bytes!("../../table/words.bin");
// A file that cannot be read gives a table without words: answers then rest on full text alone. A test reads it.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(FILE).unwrap_or_default());

#[derive(Default)]
struct Table {
    ids: HashMap<&'static str, usize>,
    /// One little-endian f32 for each row.
    scales: &'static [u8],
    /// Half a byte for each number, the first in the lower half.
    rows: &'static [u8],
}

impl Table {
    /// Reads `TBL2`, the number of rows, their length, the length of the words, the words (one a line), a scale
    /// for each row, the rows.
    fn read(file: &'static [u8]) -> Option<Self> {
        let number = |at: usize| Some(u32::from_le_bytes(file.get(at..at + 4)?.try_into().ok()?) as usize);
        let (count, dimensions, length) = (number(4)?, number(8)?, number(12)?);
        let (words, rest) = file.get(16..)?.split_at_checked(length)?;
        let (scales, rows) = rest.split_at_checked(4 * count)?;
        let ids: HashMap<_, _> = std::str::from_utf8(words).ok()?.lines().zip(0..).collect();
        let fits = dimensions == DIMENSIONS && rows.len() == count * ROW && ids.len() == count;
        (file.starts_with(b"TBL2") && fits).then_some(Self { ids, scales, rows })
    }

    fn row(&self, id: usize) -> (f32, &[u8]) {
        let scale = self.scales.chunks_exact(4).nth(id).and_then(|bytes| bytes.try_into().ok());
        (scale.map_or(0.0, f32::from_le_bytes), self.rows.get(id * ROW..(id + 1) * ROW).unwrap_or_default())
    }
}

/// The direction a text points in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Vector([f32; DIMENSIONS]);

impl Default for Vector {
    fn default() -> Self {
        Self([0.0; DIMENSIONS])
    }
}

impl Vector {
    /// The direction of a text; of no length when no word of it is known.
    pub(crate) fn of(text: &str) -> Self {
        let mut sum = Self::default();
        sum.add(text);
        sum.unit()
    }

    /// Adds the rows of a text's words.
    pub(crate) fn add(&mut self, text: &str) {
        self.add_part(text, 1.0);
    }

    /// Adds a part of the rows of a text's words, or a multiple of them.
    pub(crate) fn add_part(&mut self, text: &str, part: f32) {
        each_piece(text, |id| {
            let (scale, row) = TABLE.row(id);
            let scale = part * scale;
            for (sums, pair) in self.0.as_chunks_mut::<2>().0.iter_mut().zip(row) {
                sums[0] += scale * f32::from((pair << 4).cast_signed() >> 4);
                sums[1] += scale * f32::from(pair.cast_signed() >> 4);
            }
        });
    }

    pub(crate) fn plus(mut self, other: &Self, share: f32) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, number)| *sum += share * number);
        self
    }

    pub(crate) fn length(&self) -> f32 {
        self.dot(self).sqrt()
    }

    pub(crate) fn unit(mut self) -> Self {
        let length = self.length();
        if length > 0.0 {
            self.0.iter_mut().for_each(|number| *number /= length);
        }
        self
    }

    /// The cosine of two directions.
    pub(crate) fn dot(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }

    pub(crate) fn numbers(&self) -> &[f32; DIMENSIONS] {
        &self.0
    }

    /// A unit vector in a byte for each number, to be stored.
    pub(crate) fn pack(&self) -> [u8; DIMENSIONS] {
        self.0.map(|number| ((number * 127.0).round() as i8).cast_unsigned())
    }
}

/// A question's vector in whole numbers, held against many stored ones.
pub(crate) struct Needle([i16; DIMENSIONS]);

impl Needle {
    pub(crate) fn of(vector: &Vector) -> Self {
        Self(vector.0.map(|number| (number * 127.0).round() as i16))
    }

    /// The cosine with a packed vector, in parts of 127².
    pub(crate) fn dot(&self, packed: &[u8]) -> i32 {
        let products = self.0.iter().zip(packed).map(|(a, b)| i32::from(*a) * i32::from(b.cast_signed()));
        products.sum()
    }
}

/// The mean of packed vectors.
pub(crate) struct Mean {
    sums: [i32; DIMENSIONS],
    /// What was added last, in numbers small enough to be added eight at a time.
    last: [i16; DIMENSIONS],
    count: u32,
}

impl Default for Mean {
    fn default() -> Self {
        Self { sums: [0; DIMENSIONS], last: [0; DIMENSIONS], count: 0 }
    }
}

impl Mean {
    pub(crate) fn add(&mut self, packed: &[u8]) {
        self.last.iter_mut().zip(packed).for_each(|(sum, number)| *sum += i16::from(number.cast_signed()));
        self.count += 1;
        // This many at most fit.
        if self.count.is_multiple_of(256) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.sums.iter_mut().zip(&self.last).for_each(|(sum, number)| *sum += i32::from(*number));
        self.last = [0; DIMENSIONS];
    }

    pub(crate) fn vector(mut self) -> Vector {
        self.settle();
        Vector(self.sums.map(|sum| sum as f32 / (127.0 * self.count.max(1) as f32)))
    }
}

/// Hands over the row of each piece: a word the table knows, or the longest beginnings that it knows.
fn each_piece(text: &str, mut take: impl FnMut(usize)) {
    let mut word = String::new();
    let mut pieces = Vec::new();
    let mut close = |word: &mut String| {
        pieces.clear();
        if split(word, &mut pieces) {
            pieces.iter().for_each(|id| take(*id));
        }
        word.clear();
    };
    let mut each = |c: char| {
        if c.is_alphanumeric() {
            word.push(c);
            return;
        }
        close(&mut word);
        if c.is_ascii_punctuation() {
            word.push(c);
            close(&mut word);
        }
    };
    if text.is_ascii() {
        text.chars().for_each(|c| each(c.to_ascii_lowercase()));
    } else {
        let marks = |c: &char| !('\u{300}'..='\u{36f}').contains(c);
        text.nfd().filter(marks).flat_map(char::to_lowercase).for_each(&mut each);
    }
    each(' ');
}

/// Splits a word into the longest pieces the table knows; false when some part is in none.
fn split(word: &str, pieces: &mut Vec<usize>) -> bool {
    let (mut at, mut key) = (0, String::new());
    while at < word.len() {
        let ends = word[at..].char_indices().map(|(offset, c)| at + offset + c.len_utf8());
        // No piece is longer than this.
        let ends: Vec<usize> = ends.take(24).collect();
        let found = ends.iter().rev().find_map(|&end| {
            key.clear();
            key.push_str(if at > 0 { "##" } else { "" });
            key.push_str(&word[at..end]);
            Some((*TABLE.ids.get(key.as_str())?, end))
        });
        let Some((id, end)) = found else { return false };
        pieces.push(id);
        at = end;
    }
    true
}

/// Whether the table has the word as a whole.
pub(crate) fn knows(folded: &str) -> bool {
    TABLE.ids.contains_key(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_in_the_program_is_a_table() {
        let table = Table::read(FILE).expect("a table");
        assert!(table.ids.len() > 10_000);
        assert!(Table::read(&FILE[..FILE.len() - 1]).is_none());
    }

    #[test]
    fn texts_that_mean_about_the_same_are_closer_than_others() {
        let near = |a, b| Vector::of(a).dot(&Vector::of(b));
        let holiday = "How many days of vacation do we get?";
        assert!(near(holiday, "Annual leave") > near(holiday, "Fire extinguishers"));
        assert!(near("The physician is ill", "a sick doctor") > near("The physician is ill", "a red car"));
    }

    #[test]
    fn case_accents_and_width_make_no_difference_and_a_text_without_words_points_nowhere() {
        assert_eq!(Vector::of("Café Menu"), Vector::of("cafe menu"));
        assert_eq!(Vector::of("世界").length(), 0.0);
        assert_eq!(Vector::of("").length(), 0.0);
    }

    #[test]
    fn a_packed_vector_has_nearly_the_same_cosine() {
        let (a, b) = (Vector::of("travel expenses"), Vector::of("the cost of a business trip"));
        let packed = Needle::of(&a).dot(&b.pack()) as f32 / (127.0 * 127.0);
        assert!((packed - a.dot(&b)).abs() < 0.02);
    }
}
