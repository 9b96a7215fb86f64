//! Documents as JSON Lines, which any program can write: one document a line, `{"key", "title", "content"}` and, where
//! it is told, `"type"` and `"source"`.

use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use serde_json::Number;
use serde_json::value::RawValue;

use super::convert::plain::{decoded, with_whole_letters};
use super::convert::{Aside, SHORT, guard};
use super::outcome::{Draft, Outcome};
use super::run::{Run, digest};
use super::tree::{Entry, Roots, Tree, ending};
use super::workers::{self, Task};
use super::{DocumentType, Format, Limits, Root, reason};

/// Whether a PATH is a file of documents.
pub(crate) fn is_export(tree: &Tree) -> bool {
    let is_lines =
        |entry: &Entry| entry.path == "-" || matches!(ending(&entry.path).as_str(), "jsonl" | "ndjson");
    tree.single && tree.entries.iter().all(is_lines)
}

/// A document as it is written.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    /// As it is written: a number may have more digits than any type of numbers holds.
    key: Box<RawValue>,
    title: String,
    content: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    /// Where it is from, for people.
    #[serde(default)]
    source: Option<String>,
}

/// Parses a line.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReadLine;

impl Task for ReadLine {
    const NAME: &'static str = "jsonl";
    type Output = Line;

    fn run(self, bytes: Vec<u8>, _: &Limits) -> Result<Line, &'static str> {
        let text = decoded(&bytes);
        serde_json::from_str(&with_whole_letters(text.trim_start_matches('\u{FEFF}')))
            .map_err(|_| reason::UNREADABLE)
    }
}

/// Of the longest line, beside what a document may have.
const MOST_BESIDE: u64 = 1 << 20;

pub(crate) fn read(roots: &Roots, run: &mut Run<'_>) -> ControlFlow<()> {
    for (path, tree) in roots {
        let root =
            Root { path: path.clone(), reader: Format::Jsonl, scope: "jsonl:".to_owned(), whole: tree.whole };
        run.begin(root, tree, |_| None);
        for entry in &tree.entries {
            lines(entry, run)?;
        }
    }
    ControlFlow::Continue(())
}

fn lines(entry: &Entry, run: &mut Run<'_>) -> ControlFlow<()> {
    let path = entry.path.as_str();
    let most = run.options.limits.entry_bytes.saturating_mul(2) + MOST_BESIDE;
    let Ok(stream) = entry.open() else {
        return run.take(Outcome::unconverted("jsonl:".to_owned(), path, reason::UNREADABLE));
    };
    let mut stream = BufReader::new(stream);
    let (mut line, mut number, mut found) = (Vec::new(), 0, false);
    loop {
        line.clear();
        number += 1;
        let place = format!("{path}:{number}");
        match next_line(&mut stream, &mut line, most) {
            Ok(0) => break,
            Ok(_) if line.trim_ascii().is_empty() || line == b"\xEF\xBB\xBF\n" => continue,
            Ok(read) if !entry.is_charged() && !run.budget.charge(read, &run.options.limits) => {
                run.take(lost(place, reason::RUN_TOO_LARGE))?;
                break;
            }
            Ok(_) if !has_room(number, &place, run) => {
                run.take(lost(place, reason::TOO_MANY))?;
                break;
            }
            Ok(read) if read > most => run.take(lost(place, reason::TOO_LARGE))?,
            Ok(_) => {
                let outcome = outcome(std::mem::take(&mut line), place, run);
                run.take(Outcome::Attached(Box::new(outcome)))?;
            }
            Err(_) => {
                run.take(lost(place, reason::UNREADABLE))?;
                break;
            }
        }
        found = true;
    }
    run.take(if found { Outcome::Merged } else { Outcome::skipped(path, reason::EMPTY) })
}

/// Bytes that a line takes in memory until the run's end, beside its place, its key and its title.
const LINE: usize = 200;

/// Whether one more line can be told of.
fn has_room(number: usize, place: &str, run: &Run<'_>) -> bool {
    let limits = &run.options.limits;
    number <= limits.entries && run.budget.keep(LINE + 2 * place.len(), limits)
}

/// The next line, cut where it is too long; answers how long it is.
fn next_line(stream: &mut impl BufRead, line: &mut Vec<u8>, most: u64) -> std::io::Result<u64> {
    let mut len = 0;
    loop {
        let bytes = stream.fill_buf()?;
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let taken = end.map_or(bytes.len(), |end| end + 1);
        if len + taken as u64 <= most {
            line.extend_from_slice(&bytes[..taken]);
        }
        len += taken as u64;
        stream.consume(taken);
        if end.is_some() || taken == 0 {
            return Ok(len);
        }
    }
}

/// Any document may be in a line that cannot be read: nothing is deleted then.
fn lost(place: String, reason: &'static str) -> Outcome {
    let key = "jsonl:".to_owned();
    Outcome::Attached(Box::new(Outcome::Unconverted { key, path: place, reason, files: 1 }))
}

fn outcome(bytes: Vec<u8>, place: String, run: &Run<'_>) -> Outcome {
    let unconverted = |place: &str, reason| Outcome::unconverted("jsonl:".to_owned(), place, reason);
    let unreadable = |place: &str| unconverted(place, reason::UNREADABLE);
    let source = digest(bytes.trim_ascii());
    let read = if bytes.len() <= SHORT {
        guard::guarded(|| ReadLine.run(bytes, &run.options.limits))
    } else {
        workers::run(ReadLine, bytes, &run.job())
    };
    let line = match read {
        Ok(line) => line,
        Err(reason) => return unconverted(&place, reason),
    };
    let Some(key) = key(line.key.get()) else { return unreadable(&place) };
    let kind = line.kind.as_deref().map(DocumentType::from);
    if kind.as_ref().is_some_and(|kind| !DocumentType::KNOWN.contains(kind)) {
        return unreadable(&place);
    }
    let key = format!("jsonl:{key}");
    let shown = line.source.filter(|source| !source.trim().is_empty()).unwrap_or_else(|| place.clone());
    if !run.options.filter.takes(&[&shown, &place]) {
        return Outcome::filtered(key, &place);
    }
    if line.content.len() as u64 > run.options.limits.entry_bytes {
        return Outcome::unconverted(key, &place, reason::TOO_LARGE);
    }
    Outcome::document(Draft {
        key,
        title: line.title,
        text: line.content,
        kind: kind.or_else(|| run.options.file_type.clone()).unwrap_or(DocumentType::Note),
        source,
        converter: "jsonl/1".into(),
        path: place,
        clean_path: Some(shown),
        key_is_identity: true,
        files: 1,
        aside: Aside::default(),
    })
}

/// The key of a document, which is a text or a number. Integers keep every digit.
fn key(json: &str) -> Option<String> {
    if let Ok(text) = serde_json::from_str::<String>(json) {
        return Some(text).filter(|text| !text.trim().is_empty());
    }
    let number: Number = serde_json::from_str(json).ok()?;
    let is_integer = json.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
    Some(if is_integer { json.to_owned() } else { number.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_letter_does_not_cost_its_line() {
        let line = br#"{"key":"e","title":"E","content":"lone \ud83d here"}"#;
        let line = ReadLine.run(line.to_vec(), &Limits::default()).unwrap();
        assert_eq!(line.content, "lone \u{FFFD} here");
    }

    #[test]
    fn a_key_is_a_text_or_a_number_with_all_its_digits() {
        let keys = ["\"a b\"", "17", "-3", "18446744073709551617", "1.50", "1e2"].map(key);
        let read =
            ["a b", "17", "-3", "18446744073709551617", "1.5", "100.0"].map(|key| Some(key.to_owned()));
        assert_eq!(keys, read);
        assert_eq!(["\" \"", "true", "null", "[1]", "{}"].map(key), [const { None }; 5]);
    }
}
