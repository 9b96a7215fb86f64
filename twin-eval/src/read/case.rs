//! One case of an eval file, and what it expects.

use super::Reader;
use crate::case::{Case, Expect, Place, slug};
use crate::fields::{CASE, EXPECT, Fields, near};
use crate::node::{Node, Value};

impl Reader<'_> {
    /// Reads a case; mistakes in it are noted.
    pub(super) fn case(&mut self, node: Node) {
        let line = node.line;
        let before = self.mistakes.len();
        let mut fields = Fields::of(node, "a case", &CASE, &mut |line, text| self.mistake(line, text));
        let ask = self.text(fields.take("ask"));
        let id = self.text(fields.take("id"));
        let context = self.text(fields.take("context")).map(|(_, context)| context);
        let expect = match fields.take("expect") {
            Some(expect) => self.expect(expect, "expect"),
            None => Expect::default(),
        };
        if self.mistakes.len() > before {
            return;
        }
        let Some((ask_line, ask)) = ask else {
            return self.mistake(line, "the case has no question: 'ask' is missing".to_owned());
        };
        if let Some(message) = too_long("the question", &ask, twin_sdk::MESSAGE_LIMIT) {
            return self.mistake(ask_line, message);
        }
        if let Some(message) =
            context.as_deref().and_then(|text| too_long("the context", text, twin_sdk::CONTEXT_LIMIT))
        {
            return self.mistake(line, message);
        }
        let expect = expect.or(&self.defaults);
        if expect.is_empty() {
            let message =
                "the case has no expectations, so it cannot fail; use 'escalates: false' to expect an answer";
            return self.mistake(line, message.to_owned());
        }
        let place = Some(Place { file: self.file.to_owned(), line });
        let id = id.map_or_else(|| slug(&ask), |(_, id)| id);
        self.cases.push(Case { id, ask, context, expect, place });
    }

    pub(super) fn expect(&mut self, node: Node, name: &str) -> Expect {
        let line = node.line;
        let mut fields = Fields::of(node, name, &EXPECT, &mut |line, text| self.mistake(line, text));
        let source = self.texts(fields.take("source"));
        let contains = self.texts(fields.take("contains"));
        let not_contains = self.texts(fields.take("not-contains"));
        let mut matches = Vec::new();
        for (line, pattern) in self.texts_with_lines(fields.take("matches")) {
            match regex::Regex::new(&pattern) {
                Ok(pattern) => matches.push(pattern),
                Err(error) => {
                    let error = error.to_string();
                    let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    self.mistake(line, format!("'{pattern}' is not a regular expression: {why}"));
                }
            }
        }
        let escalates = fields.take("escalates").and_then(|node| self.boolean(&node));
        let reason = self.text(fields.take("reason")).map(|(_, reason)| reason);
        let min_confidence =
            fields.take("min-confidence").and_then(|node| self.confidence(&node, "min-confidence"));
        let max_confidence =
            fields.take("max-confidence").and_then(|node| self.confidence(&node, "max-confidence"));
        if let (Some(least), Some(greatest)) = (min_confidence, max_confidence)
            && least > greatest
        {
            self.mistake(line, format!("min-confidence {least} is above max-confidence {greatest}"));
        }
        Expect { source, contains, not_contains, matches, escalates, reason, min_confidence, max_confidence }
    }

    /// A text with its line; nothing if the field is absent.
    fn text(&mut self, node: Option<Node>) -> Option<(u64, String)> {
        let node = node?;
        let text = match &node.value {
            Value::Text(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Null => return None,
            Value::List(_) | Value::Map(_) => {
                self.mistake(node.line, format!("expected text, not {}", node.kind()));
                return None;
            }
        };
        if text.is_empty() {
            self.mistake(node.line, "the text is empty".to_owned());
            return None;
        }
        Some((node.line, text))
    }

    fn texts(&mut self, node: Option<Node>) -> Vec<String> {
        self.texts_with_lines(node).into_iter().map(|(_, text)| text).collect()
    }

    /// One text, or a list of them.
    fn texts_with_lines(&mut self, node: Option<Node>) -> Vec<(u64, String)> {
        match node {
            Some(Node { value: Value::List(items), .. }) => {
                items.into_iter().filter_map(|item| self.text(Some(item))).collect()
            }
            one => self.text(one).into_iter().collect(),
        }
    }

    fn boolean(&mut self, node: &Node) -> Option<bool> {
        match &node.value {
            Value::Bool(value) => Some(*value),
            Value::Null => None,
            Value::Text(text) => {
                self.mistake(
                    node.line,
                    format!(
                        "expected 'true' or 'false' for escalates, not '{text}'{}",
                        near(text, &["true", "false"])
                    ),
                );
                None
            }
            _ => {
                self.mistake(node.line, format!("expected true or false for escalates, not {}", node.kind()));
                None
            }
        }
    }

    fn confidence(&mut self, node: &Node, name: &str) -> Option<f64> {
        let value = match &node.value {
            Value::Null => return None,
            Value::Number(number) => number.as_f64().filter(|value| (0.0..=1.0).contains(value)),
            _ => None,
        };
        if value.is_none() {
            self.mistake(node.line, format!("expected a number from 0 to 1 for {name}"));
        }
        value
    }
}

/// What the API would refuse however it counts characters.
fn too_long(what: &str, text: &str, limit: usize) -> Option<String> {
    let length = text.chars().count().min(text.encode_utf16().count());
    (length > limit).then(|| format!("{what} is too long: {length} characters, the limit is {limit}"))
}
