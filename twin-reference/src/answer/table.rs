//! Word vectors: what a text is about, as a direction in space.
//!
//! `table/words.bin` holds a row for each word or piece of a word that English texts are made of. The rows of
//! a text's pieces, added up, point where a language model would put the whole text; `table/README.md` tells
//! how they were made. The file is read when the first text is embedded, out of the program itself.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words;

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
}

/// The direction a text points in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Vector(pub(crate) [f32; DIMENSIONS]);

impl Default for Vector {
    fn default() -> Self {
        Self([0.0; DIMENSIONS])
    }
}

impl Vector {
    /// The direction of a text; of no length when no word of it is known.
    pub(crate) fn of(text: &str) -> Self {
        let mut sum = Self::default();
        words::words(text).for_each(|word| sum.add(&words::fold(word.text), 1.0));
        sum.unit()
    }

    /// Adds a part of the rows of a folded word, or a multiple of them.
    pub(crate) fn add(&mut self, word: &str, part: f32) {
        for id in pieces(word).unwrap_or_default() {
            let scale =
                TABLE.scales.as_chunks().0.get(id).map_or(0.0, |bytes| part * f32::from_le_bytes(*bytes));
            let row = TABLE.rows.get(id * ROW..(id + 1) * ROW).unwrap_or_default();
            for (sums, pair) in self.0.as_chunks_mut::<2>().0.iter_mut().zip(row) {
                sums[0] += scale * f32::from((pair << 4).cast_signed() >> 4);
                sums[1] += scale * f32::from(pair.cast_signed() >> 4);
            }
        }
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

    /// A unit vector in a byte for each number, to be stored.
    pub(crate) fn pack(&self) -> [u8; DIMENSIONS] {
        self.0.map(|number| ((number * 127.0).round() as i8).cast_unsigned())
    }

    /// The mean of so many packed vectors, whose sum this is.
    pub(crate) fn mean(sum: [i32; DIMENSIONS], count: usize) -> Self {
        Self(sum.map(|sum| sum as f32 / (127.0 * count.max(1) as f32)))
    }
}

/// The cosine of two packed vectors, in parts of 127².
pub(crate) fn dot(a: &[u8], b: &[u8]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(a.cast_signed()) * i32::from(b.cast_signed())).sum()
}

/// The rows of a word that the table knows, or of the longest beginnings that it knows; none when it lacks some part.
fn pieces(word: &str) -> Option<Vec<usize>> {
    if let Some(id) = TABLE.ids.get(word) {
        return Some(vec![*id]);
    }
    let (mut pieces, mut rest, mut mark) = (Vec::new(), word, "");
    while !rest.is_empty() {
        // No piece is longer than this.
        let ends: Vec<usize> = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(24).collect();
        let known = |end: &usize| Some((*TABLE.ids.get(&*format!("{mark}{}", &rest[..*end]))?, *end));
        let (id, end) = ends.iter().rev().find_map(known)?;
        pieces.push(id);
        (rest, mark) = (&rest[end..], "##");
    }
    Some(pieces)
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
        let packed = dot(&a.pack(), &b.pack()) as f32 / (127.0 * 127.0);
        assert!((packed - a.dot(&b)).abs() < 0.02);
    }
}
