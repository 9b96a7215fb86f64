//! Formulas that several cells share: the first has the text, the others its references moved along.

use super::rows::{Place, place_of};

/// A formula written for one cell, as it reads in another.
pub(super) fn moved(formula: &str, from: Place, to: Place) -> String {
    let mut out = String::new();
    let mut rest = formula;
    while let Some(first) = rest.chars().next() {
        // Texts, and names of sheets in quotes.
        if matches!(first, '"' | '\'') {
            let end = rest[1..].find(first).map_or(rest.len(), |end| end + 2);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let len = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        if len == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(len);
        let is_name = after.starts_with(['(', '!']);
        let other = if is_name { None } else { reference(word, from, to) };
        out.push_str(other.as_deref().unwrap_or(word));
        rest = after;
    }
    out
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '$' | '_' | '.')
}

/// A reference such as `B$2`, moved; what stands behind `$` stays.
fn reference(word: &str, from: Place, to: Place) -> Option<String> {
    let (keeps_column, word) = word.strip_prefix('$').map_or((false, word), |rest| (true, rest));
    let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (column, row) = word.split_at(letters);
    let (keeps_row, row) = row.strip_prefix('$').map_or((false, row), |rest| (true, rest));
    if !(1..=3).contains(&letters) || row.is_empty() || !row.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let place = place_of(&format!("{column}{row}"))?;
    let along =
        |at: u32, from: u32, to: u32| u32::try_from(i64::from(at) + i64::from(to) - i64::from(from)).ok();
    let row = if keeps_row { place.0 } else { along(place.0, from.0, to.0)? };
    let column = if keeps_column { place.1 } else { along(place.1, from.1, to.1)? };
    let dollar = |keeps: bool| if keeps { "$" } else { "" };
    Some(format!("{}{}{}{}", dollar(keeps_column), letters_of(column), dollar(keeps_row), u64::from(row) + 1))
}

/// A column's letters.
pub(super) fn letters_of(column: u32) -> String {
    let mut left = u64::from(column) + 1;
    let mut letters = Vec::new();
    while left > 0 {
        letters.push(char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_move_along_and_what_is_fixed_stays() {
        assert_eq!(moved("B2*1.25+$C$1", (1, 2), (4, 2)), "B5*1.25+$C$1");
        assert_eq!(moved("SUM(A1:B$2)&\"A1\"", (0, 0), (1, 1)), "SUM(B2:C$2)&\"A1\"");
        assert_eq!(moved("'A1 x'!A1+LOG10(Z9)", (0, 0), (0, 1)), "'A1 x'!B1+LOG10(AA9)");
        assert_eq!(moved("A1", (5, 0), (0, 0)), "A1");
    }
}
