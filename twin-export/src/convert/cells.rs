//! The cells of comma-separated text, row by row. A quote that nothing closes costs its line alone.

use std::borrow::Cow;

/// Reads rows in turn. Cells borrow from the text, unless they hold doubled quotes.
pub(super) struct Rows<'a> {
    text: &'a str,
    separator: u8,
    at: usize,
    /// The number of the line at which the next row begins, from one.
    line: usize,
    /// The first line with a quote that nothing closes.
    unclosed: Option<usize>,
    /// Bytes that may still be looked through in vain for the ends of quotes.
    patience: usize,
}

/// Bytes looked through in vain in all: without a bound, each of many quotes could be looked for up to the end.
const PATIENCE: usize = 64 << 20;

impl<'a> Rows<'a> {
    /// Lines end with `\n` or `\r\n`.
    pub(super) fn new(text: &'a str, separator: u8) -> Self {
        Self { text, separator, at: 0, line: 1, unclosed: None, patience: PATIENCE }
    }

    /// The first line with a quote that nothing closes, among those read.
    pub(super) fn unclosed(&self) -> Option<usize> {
        self.unclosed
    }

    /// Puts the cells of the next row that is not blank into `row`; false at the end.
    pub(super) fn next(&mut self, row: &mut Vec<Cow<'a, str>>) -> bool {
        row.clear();
        while row.is_empty() {
            if self.at >= self.text.len() {
                return false;
            }
            let line = self.rest_of_line(self.at);
            if !line.contains('"') {
                if !line.is_empty() {
                    row.extend(line.split(char::from(self.separator)).map(Cow::Borrowed));
                }
                self.end_row(self.at + line.len());
                continue;
            }
            let mut at = self.at;
            loop {
                let (cell, end) = self.cell(at);
                row.push(cell);
                match self.text.as_bytes().get(end) {
                    Some(&byte) if byte == self.separator => at = end + 1,
                    _ => break self.end_row(end),
                }
            }
        }
        true
    }

    fn end_row(&mut self, end: usize) {
        let bytes = self.text.as_bytes();
        let mark = match bytes.get(end..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\n' | b'\r', ..]) => 1,
            _ => 0,
        };
        let next = end + mark;
        self.line += self.text[self.at..next].bytes().filter(|&byte| byte == b'\n').count();
        self.at = next;
    }

    fn rest_of_line(&self, at: usize) -> &'a str {
        let rest = &self.text[at..];
        let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// The cell that begins at `at`, and where it ends.
    fn cell(&mut self, at: usize) -> (Cow<'a, str>, usize) {
        let blanks = self.blanks(at);
        if self.text.as_bytes().get(at + blanks) == Some(&b'"') {
            let start = at + blanks + 1;
            match self.closing_quote(start) {
                Closing::End { at: end, is_doubled } => {
                    let inner = &self.text[start..end];
                    let cell = if is_doubled {
                        Cow::Owned(inner.replace("\"\"", "\""))
                    } else {
                        Cow::Borrowed(inner)
                    };
                    return (cell, end + 1 + self.blanks(end + 1));
                }
                // Words in quotes begin the cell: it is as it stands.
                Closing::Word { at: end } => {
                    let (_, end) = self.bare(end);
                    return (Cow::Borrowed(&self.text[at + blanks..end]), end);
                }
                Closing::None => {}
            }
            let line = self.line + self.text[self.at..at].bytes().filter(|&byte| byte == b'\n').count();
            self.unclosed.get_or_insert(line);
            return self.bare(start);
        }
        self.bare(at)
    }

    fn bare(&self, at: usize) -> (Cow<'a, str>, usize) {
        let line = self.rest_of_line(at);
        let cell = line.split(char::from(self.separator)).next().unwrap_or_default();
        (Cow::Borrowed(cell), at + cell.len())
    }

    /// How many blanks stand at a place, separators aside.
    fn blanks(&self, at: usize) -> usize {
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t') && *byte != self.separator;
        self.text.as_bytes()[at..].iter().take_while(|byte| is_blank(byte)).count()
    }

    /// Where the quote ends that was opened. One in the same line that no separator follows belongs to the text, or ends
    /// a word in quotes; in a later line it tells that the first one was never closed.
    fn closing_quote(&mut self, start: usize) -> Closing {
        let bytes = self.text.as_bytes();
        let line_end = start + self.rest_of_line(start).len();
        let (mut at, mut is_doubled, mut word) = (start, false, None);
        while let Some(found) = self.text[at..].find('"') {
            let quote = at + found;
            if quote > line_end && (word.is_some() || quote - start > self.patience) {
                break;
            }
            if bytes.get(quote + 1) == Some(&b'"') {
                (at, is_doubled) = (quote + 2, true);
                continue;
            }
            let begins_cell = || {
                let before = self.text[start..quote].trim_end_matches([' ', '\t']);
                before.as_bytes().last() == Some(&self.separator)
            };
            if word.is_some() && begins_cell() {
                break;
            }
            let after = quote + 1 + self.blanks(quote + 1);
            let is_end = matches!(bytes.get(after), None | Some(b'\n' | b'\r'))
                || bytes.get(after) == Some(&self.separator);
            if is_end {
                return Closing::End { at: quote, is_doubled };
            }
            if quote > line_end {
                self.patience = self.patience.saturating_sub(quote - start);
                return Closing::None;
            }
            word.get_or_insert(quote);
            at = quote + 1;
        }
        if let Some(at) = word {
            return Closing::Word { at };
        }
        self.patience = self.patience.saturating_sub(self.text.len() - start);
        Closing::None
    }
}

/// How a quote is closed.
enum Closing {
    /// With its cell.
    End {
        at: usize,
        is_doubled: bool,
    },
    /// Within its cell.
    Word {
        at: usize,
    },
    None,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, separator: u8) -> (Vec<Vec<String>>, Option<usize>) {
        let mut rows = Rows::new(text, separator);
        let (mut row, mut all) = (Vec::new(), Vec::new());
        while rows.next(&mut row) {
            all.push(row.iter().map(|cell| cell.to_string()).collect());
        }
        (all, rows.unclosed())
    }

    fn rows(text: &str) -> Vec<Vec<String>> {
        read(text, b',').0
    }

    #[test]
    fn quotes_hold_separators_line_ends_and_quotes() {
        assert_eq!(
            rows("a,\"b,\nc\",\"say \"\"hi\"\"\"\r\n\r\nd, \"e, f\" ,g"),
            [vec!["a", "b,\nc", "say \"hi\""], vec!["d", "e, f", "g"]]
        );
        assert_eq!(rows("6\" pipe,\"six\" pipe\",x\n"), [["6\" pipe", "six\" pipe", "x"]]);
    }

    #[test]
    fn words_in_quotes_at_the_start_of_a_cell_swallow_nothing() {
        let (all, unclosed) = read("3,\"a\"b,5\n4,'x,y',6\n5,5'11\",7\n", b',');
        assert_eq!(all, [vec!["3", "\"a\"b", "5"], vec!["4", "'x", "y'", "6"], vec!["5", "5'11\"", "7"]]);
        assert_eq!(unclosed, None);
        assert_eq!(rows("1,\"Acme, Inc\" Ltd,\"Beta\",5\n"), [["1", "\"Acme, Inc\" Ltd", "Beta", "5"]]);
        assert_eq!(rows("\"Acme\" Ltd,\"two\nlines\"\n"), [["\"Acme\" Ltd", "two\nlines"]]);
    }

    #[test]
    fn a_quote_that_nothing_closes_costs_its_line_alone() {
        let (all, unclosed) = read("Name,Note\nPump,\"six inch\nHose,ok\nTap,ok\n", b',');
        assert_eq!(all, [["Name", "Note"], ["Pump", "six inch"], ["Hose", "ok"], ["Tap", "ok"]]);
        assert_eq!(unclosed, Some(2));
        let (all, unclosed) = read("Pump,\"six inch\nHose,ok\nTap,\"new, big\"\nKey,\"two\nlines\"\n", b',');
        assert_eq!(all, [["Pump", "six inch"], ["Hose", "ok"], ["Tap", "new, big"], ["Key", "two\nlines"]]);
        assert_eq!(unclosed, Some(1));
    }

    #[test]
    fn many_open_quotes_are_read_in_linear_time() {
        let text = "a,\"b \"\" c\n".repeat(200_000);
        assert_eq!(rows(&text).len(), 200_000);
    }

    proptest! {
        #[test]
        fn what_was_quoted_is_read_back(table in proptest::collection::vec(proptest::collection::vec("[a-z,;\"\n ]{0,8}", 2..5), 1..6)) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",");
            let text = table.iter().map(line).collect::<Vec<_>>().join("\r\n");
            prop_assert_eq!(rows(&text), table);
        }

        #[test]
        fn any_text_is_read_to_its_end(text in "[a-c,\"\n ]{0,60}") {
            let all = rows(&text).concat().concat();
            let letters = |text: &str| text.chars().filter(char::is_ascii_lowercase).collect::<String>();
            prop_assert_eq!(letters(&all), letters(&text));
        }
    }
}
