//! Eval files become a [`Suite`]: YAML, JSON Lines and CSV in one form, and every mistake with its line.

mod case;

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use crate::case::{Case, Expect, Suite};
use crate::fields::{CASE, EXPECT, FILE, Fields, near};
use crate::node::{Key, Node, Value};

/// The format of an eval file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// One document with `cases`.
    Yaml,
    /// One case per line; a line with `defaults` applies to the lines after it.
    JsonLines,
    /// One case per row and one field per column; several values of a field are separated by `|`.
    Csv,
}

impl Format {
    /// Returns the format for the extension of a file.
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// Why eval files cannot be read: every mistake found in them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ReadError {
    /// The mistakes, in the order of the files; at least one.
    pub mistakes: Vec<Mistake>,
}

/// A mistake in an eval file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mistake {
    /// The file, as it was named.
    pub file: String,
    /// The line, counted from 1; `None` if the file cannot be read.
    pub line: Option<u64>,
    /// The message.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, mistake) in self.mistakes.iter().enumerate() {
            write!(f, "{}{mistake}", if number == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl Suite {
    /// Reads eval files into one suite. The extension determines the format: `.yaml` and `.yml`, `.jsonl` and
    /// `.ndjson`, `.csv`.
    ///
    /// # Errors
    /// Every mistake of every file. Two cases of the same id are one, also across files.
    pub fn open(paths: &[impl AsRef<Path>]) -> Result<Self, ReadError> {
        let (mut suite, mut mistakes) = (Self::default(), Vec::new());
        for path in paths {
            let (path, file) = (path.as_ref(), path.as_ref().display().to_string());
            let unreadable = |message: String| Mistake { file: file.clone(), line: None, message };
            let read = match (Format::of_path(path), std::fs::read(path)) {
                (None, _) => {
                    Err(unreadable("expected the extension .yaml, .yml, .jsonl, .ndjson or .csv".to_owned()))
                }
                (_, Err(error)) => Err(unreadable(format!("cannot be read: {error}"))),
                (Some(format), Ok(bytes)) => String::from_utf8(bytes)
                    .map(|text| (format, text))
                    .map_err(|_| unreadable("is not UTF-8 text".to_owned())),
            };
            match read {
                Err(mistake) => mistakes.push(mistake),
                Ok((format, text)) => match parse(&text, format, &file) {
                    Ok(cases) => suite.append(cases),
                    Err(found) => mistakes.extend(found),
                },
            }
        }
        finish(suite, mistakes)
    }

    /// Reads the text of one eval file; `file` names it in errors and reports.
    ///
    /// # Errors
    /// Every mistake of the text.
    pub fn parse(text: &str, format: Format, file: &str) -> Result<Self, ReadError> {
        let (mut suite, mut mistakes) = (Self::default(), Vec::new());
        match parse(text, format, file) {
            Ok(cases) => suite.append(cases),
            Err(found) => mistakes = found,
        }
        finish(suite, mistakes)
    }
}

/// Sees that every id stands for one case.
fn finish(suite: Suite, mut mistakes: Vec<Mistake>) -> Result<Suite, ReadError> {
    let mut seen: HashMap<&str, &Case> = HashMap::new();
    for case in suite.cases() {
        if let Some(first) = seen.insert(&case.id, case)
            && let (Some(place), Some(before)) = (&case.place, &first.place)
        {
            let message = format!("duplicate id '{}', first used in {before}", case.id);
            mistakes.push(Mistake { file: place.file.clone(), line: Some(place.line), message });
        }
    }
    if mistakes.is_empty() { Ok(suite) } else { Err(ReadError { mistakes }) }
}

fn parse(text: &str, format: Format, file: &str) -> Result<Vec<Case>, Vec<Mistake>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { file, mistakes: Vec::new(), defaults: Expect::default(), cases: Vec::new() };
    match format {
        Format::Yaml => match Node::of_yaml(text) {
            Ok(document) => reader.document(document),
            Err(error) => reader.mistake(error.line, error.message),
        },
        Format::JsonLines => reader.json_lines(text),
        Format::Csv => reader.csv(text),
    }
    if reader.mistakes.is_empty() && reader.cases.is_empty() {
        reader.mistake(1, "there are no cases".to_owned());
    }
    if reader.mistakes.is_empty() { Ok(reader.cases) } else { Err(reader.mistakes) }
}

struct Reader<'a> {
    file: &'a str,
    mistakes: Vec<Mistake>,
    defaults: Expect,
    cases: Vec<Case>,
}

impl Reader<'_> {
    fn mistake(&mut self, line: u64, message: String) {
        self.mistakes.push(Mistake { file: self.file.to_owned(), line: Some(line), message });
    }

    fn document(&mut self, document: Node) {
        if matches!(document.value, Value::Null) {
            return self.mistake(document.line, "the file is empty".to_owned());
        }
        let line = document.line;
        let mut file = Fields::of(document, "the file", &FILE, &mut |line, text| self.mistake(line, text));
        self.head(&mut file);
        match file.take("cases") {
            Some(Node { value: Value::List(cases), .. }) => {
                cases.into_iter().for_each(|case| self.case(case))
            }
            Some(other) => self.mistake(other.line, format!("cases is {}, but must be a list", other.kind())),
            None if self.mistakes.is_empty() => self.mistake(line, "the file has no cases".to_owned()),
            None => {}
        }
    }

    /// The version and the defaults.
    fn head(&mut self, file: &mut Fields) {
        if let Some(version) = file.take("version")
            && !matches!(&version.value, Value::Number(number) if number.as_f64() == Some(1.0))
        {
            self.mistake(version.line, "this version reads version 1".to_owned());
        }
        if let Some(defaults) = file.take("defaults") {
            self.defaults = self.expect(defaults, "defaults");
        }
    }

    fn json_lines(&mut self, text: &str) {
        for (number, text) in (1..).zip(text.lines()) {
            if text.trim().is_empty() {
                continue;
            }
            let node = match serde_json::from_str(text) {
                Ok(value) => Node::of_json(value, number),
                Err(error) => {
                    let message = error.to_string();
                    let (message, _) = message.rsplit_once(" at line ").unwrap_or((&message, ""));
                    self.mistake(number, format!("not JSON: {message} at column {}", error.column()));
                    continue;
                }
            };
            let is_head = matches!(&node.value, Value::Map(fields)
                if fields.iter().any(|(key, _)| key.name == "version" || key.name == "defaults"));
            if is_head {
                let mut head =
                    Fields::of(node, "the line", &FILE[..2], &mut |line, text| self.mistake(line, text));
                self.head(&mut head);
            } else {
                self.case(node);
            }
        }
    }

    fn csv(&mut self, text: &str) {
        let mut rows =
            csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
        let mut columns: Option<Vec<String>> = None;
        for row in rows.records() {
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    let line = error.position().map_or(1, csv::Position::line);
                    return self.mistake(line, "not CSV".to_owned());
                }
            };
            let line = row.position().map_or(1, csv::Position::line);
            let cells: Vec<String> = row.iter().map(|cell| cell.trim().to_owned()).collect();
            match &columns {
                None => {
                    self.header(&cells, line);
                    columns = Some(cells);
                }
                Some(columns) if cells.len() > columns.len() => {
                    self.mistake(
                        line,
                        format!("the row has {} cells, but the header has {}", cells.len(), columns.len()),
                    );
                }
                Some(columns) => {
                    let case = row_to_case(columns, cells, line);
                    self.case(case);
                }
            }
        }
    }

    fn header(&mut self, columns: &[String], line: u64) {
        let known: Vec<&str> =
            CASE.iter().filter(|name| **name != "expect").chain(&EXPECT).copied().collect();
        for column in columns {
            if !known.contains(&column.as_str()) {
                self.mistake(line, format!("unknown column '{column}'{}", near(column, &known)));
            }
        }
    }
}

/// A row as the case it stands for. Its cells are typed as YAML would type them.
fn row_to_case(columns: &[String], cells: Vec<String>, line: u64) -> Node {
    let node = |value| Node { line, value };
    let text = |text: &str| node(Value::Text(text.to_owned()));
    let (mut case, mut expect) = (Vec::new(), Vec::new());
    for (name, cell) in columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        let key = Key { line, name: name.clone() };
        let value = match name.as_str() {
            "source" | "contains" | "not-contains" => {
                let items = cell.split('|').map(str::trim).filter(|item| !item.is_empty());
                node(Value::List(items.map(text).collect()))
            }
            "escalates" => {
                cell.to_lowercase().parse().map_or_else(|_| text(&cell), |value| node(Value::Bool(value)))
            }
            "min-confidence" | "max-confidence" => {
                let number = cell.parse().ok().and_then(serde_json::Number::from_f64);
                number.map_or_else(|| text(&cell), |number| node(Value::Number(number)))
            }
            _ => text(&cell),
        };
        let of_case = CASE.contains(&name.as_str());
        if of_case { case.push((key, value)) } else { expect.push((key, value)) }
    }
    case.push((Key { line, name: "expect".to_owned() }, node(Value::Map(expect))));
    node(Value::Map(case))
}
