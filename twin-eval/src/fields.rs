//! The fields an eval file knows, and the nearest of them to one it does not know.

use crate::node::{Key, Node, Value};

/// The fields of a file.
pub(crate) const FILE: [&str; 3] = ["version", "defaults", "cases"];
/// The fields of a case.
pub(crate) const CASE: [&str; 4] = ["id", "ask", "context", "expect"];
/// The fields of `expect` and of `defaults`.
pub(crate) const EXPECT: [&str; 8] = [
    "source",
    "contains",
    "not-contains",
    "matches",
    "escalates",
    "reason",
    "min-confidence",
    "max-confidence",
];

/// The fields of a map, each to be taken once.
pub(crate) struct Fields(Vec<(Key, Node)>);

impl Fields {
    /// The known fields of a map. What is unknown or stands twice is told to `mistake`, and so is what is no map.
    pub(crate) fn of(node: Node, what: &str, known: &[&str], mistake: &mut dyn FnMut(u64, String)) -> Self {
        let kind = node.kind();
        let Value::Map(fields) = node.value else {
            if !matches!(node.value, Value::Null) {
                mistake(node.line, format!("{what} is {kind}, but must be a map with {}", list(known)));
            }
            return Self(Vec::new());
        };
        let mut kept: Vec<(Key, Node)> = Vec::new();
        for (key, value) in fields {
            if !known.contains(&key.name.as_str()) {
                mistake(
                    key.line,
                    format!("unknown field '{}'{}", key.name, elsewhere_or_near(&key.name, known)),
                );
            } else if kept.iter().any(|(other, _)| other.name == key.name) {
                mistake(key.line, format!("duplicate field '{}'", key.name));
            } else {
                kept.push((key, value));
            }
        }
        Self(kept)
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Node> {
        let place = self.0.iter().position(|(key, _)| key.name == name)?;
        Some(self.0.swap_remove(place).1)
    }
}

/// A field of `expect` that stands in the case itself belongs below `expect`.
fn elsewhere_or_near(name: &str, known: &[&str]) -> String {
    if known == CASE && EXPECT.contains(&name) {
        return format!("; put it below 'expect': expect: {{{name}: …}}");
    }
    near(name, known)
}

/// `; did you mean 'expect'?`, or the words to choose from.
pub(crate) fn near(word: &str, known: &[&str]) -> String {
    // A swapped pair of letters is one mistake.
    let distance = |known: &&str| strsim::osa_distance(&word.to_lowercase().replace('_', "-"), known);
    match known.iter().map(|known| (distance(known), known)).min() {
        Some((distance, nearest)) if distance <= (word.chars().count() / 3).max(1) => {
            format!("; did you mean '{nearest}'?")
        }
        _ => format!("; valid fields are {}", list(known)),
    }
}

fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
