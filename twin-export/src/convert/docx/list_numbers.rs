//! Numbers in the middle of paragraphs: the field LISTNUM.

use std::collections::HashMap;

use super::super::numerals;

/// How far each list has counted, by its name.
#[derive(Debug, Default)]
pub(super) struct ListNumbers(HashMap<String, [u64; 9]>);

/// The levels of the lists that Word knows by name, as a format between what stands around it.
const USUAL: [&str; 9] = ["1)", "a)", "i)", "(1)", "(a)", "(i)", "1.", "a.", "i."];
const OUTLINE: [&str; 9] = ["I.", "A.", "1.", "a)", "(1)", "(a)", "(i)", "(a)", "(i)"];

impl ListNumbers {
    /// The next number, after ` LISTNUM NumberDefault \\l 2 \\s 5 `.
    pub(super) fn next(&mut self, instruction: &str) -> String {
        let words: Vec<&str> = instruction.split_whitespace().skip(1).collect();
        let after = |switch: &str| {
            let at = words.iter().position(|word| word.eq_ignore_ascii_case(switch))?;
            words.get(at + 1)?.parse::<u64>().ok()
        };
        let name = words.first().filter(|name| !name.starts_with('\\')).unwrap_or(&"NumberDefault");
        let name = name.trim_matches('"').to_lowercase();
        let level = after("\\l").and_then(|level| usize::try_from(level).ok()).unwrap_or(1).clamp(1, 9) - 1;
        let counts = self.0.entry(name.clone()).or_default();
        counts[level] = after("\\s").unwrap_or(counts[level].saturating_add(1));
        counts[level + 1..].fill(0);
        if name == "legaldefault" {
            let numbers: Vec<String> =
                counts[..=level].iter().map(|count| count.max(&1).to_string()).collect();
            return format!("{}.", numbers.join("."));
        }
        let form = if name == "outlinedefault" { OUTLINE[level] } else { USUAL[level] };
        let sign = form.trim_matches(['(', ')', '.']);
        let format = match sign {
            "a" => "lowerLetter",
            "A" => "upperLetter",
            "i" => "lowerRoman",
            "I" => "upperRoman",
            _ => "decimal",
        };
        form.replace(sign, &numerals::written(format, counts[level]).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_within_a_paragraph_count_through_the_document() {
        let mut numbers = ListNumbers::default();
        let shown = [
            " LISTNUM ",
            " LISTNUM \\l 2 ",
            " LISTNUM \\l 2 ",
            "LISTNUM",
            " LISTNUM NumberDefault \\l 3 \\s 4",
        ]
        .map(|instruction| numbers.next(instruction));
        assert_eq!(shown, ["1)", "a)", "b)", "2)", "iv)"]);
        let shown = ["LISTNUM LegalDefault", "LISTNUM LegalDefault \\l 2", "LISTNUM OutlineDefault"]
            .map(|instruction| numbers.next(instruction));
        assert_eq!(shown, ["1.", "1.1.", "I."]);
    }
}
