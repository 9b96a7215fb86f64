//! A value of an eval file with the line it stands on, whatever the format.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// A value and its line, counted from 1.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) line: u64,
    pub(crate) value: Value,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// The name of a field.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) line: u64,
    pub(crate) name: String,
}

/// What a syntax error says, and where.
pub(crate) struct SyntaxError {
    pub(crate) line: u64,
    pub(crate) message: String,
}

impl Node {
    /// Reads a YAML document.
    pub(crate) fn of_yaml(text: &str) -> Result<Self, SyntaxError> {
        // Only `true` and `false` are booleans: `contains: [no]` means the word.
        let options = serde_saphyr::options! { strict_booleans: true };
        let parsed: Result<Spanned<Yaml>, _> = serde_saphyr::from_str_with_options(text, options);
        parsed.map(node).map_err(|error| {
            let line = error.location().map_or(1, |location| location.line()).max(1);
            SyntaxError { line, message: plain(&error.to_string()) }
        })
    }

    /// Takes a JSON value for one that stands on this line.
    pub(crate) fn of_json(value: serde_json::Value, line: u64) -> Self {
        let value = match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(value),
            serde_json::Value::Number(number) => Value::Number(number),
            serde_json::Value::String(text) => Value::Text(text),
            serde_json::Value::Array(items) => {
                Value::List(items.into_iter().map(|item| Self::of_json(item, line)).collect())
            }
            serde_json::Value::Object(fields) => Value::Map(
                fields
                    .into_iter()
                    .map(|(name, value)| (Key { line, name }, Self::of_json(value, line)))
                    .collect(),
            ),
        };
        Self { line, value }
    }

    /// What it is, for errors.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// The parser's message without its position and its excerpt of the file.
fn plain(error: &str) -> String {
    let line = error.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    let words = line.splitn(6, ' ').collect::<Vec<_>>();
    match words.as_slice() {
        ["line", _, "column", _, rest @ ..] => rest.join(" "),
        _ => line.to_owned(),
    }
}

fn node(spanned: Spanned<Yaml>) -> Node {
    let line = spanned.referenced.line().max(1);
    let value = match spanned.value {
        Yaml::Leaf(value) => value,
        Yaml::List(items) => Value::List(items.into_iter().map(node).collect()),
        Yaml::Map(fields) => Value::Map(
            fields
                .into_iter()
                .map(|(key, value)| {
                    (Key { line: key.referenced.line().max(1), name: key.value }, node(value))
                })
                .collect(),
        ),
    };
    Node { line, value }
}

/// A value as the parser hands it over.
enum Yaml {
    Leaf(Value),
    List(Vec<Spanned<Yaml>>),
    Map(Vec<(Spanned<String>, Spanned<Yaml>)>),
}

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(YamlVisitor)
    }
}

struct YamlVisitor;

impl<'de> Visitor<'de> for YamlVisitor {
    type Value = Yaml;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Yaml, E> {
        Ok(Yaml::Leaf(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Yaml, E> {
        Ok(Yaml::Leaf(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Yaml, D::Error> {
        Yaml::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Yaml, E> {
        Ok(Yaml::Leaf(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Yaml, E> {
        Ok(Yaml::Leaf(Value::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Yaml, E> {
        Ok(Yaml::Leaf(Value::Number(value.into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Yaml, E> {
        // What JSON has no number for (`.inf`, `.nan`) is no number here either.
        let number = serde_json::Number::from_f64(value);
        Ok(Yaml::Leaf(number.map_or_else(|| Value::Text(value.to_string()), Value::Number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Yaml, E> {
        Ok(Yaml::Leaf(Value::Text(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Yaml, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Yaml::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Yaml, A::Error> {
        let mut map = Vec::new();
        while let Some(field) = fields.next_entry()? {
            map.push(field);
        }
        Ok(Yaml::Map(map))
    }
}
