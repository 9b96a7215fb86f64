//! A day that several exports tell, each perhaps of other hours: every message once, by its time.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::job::Job;
use super::super::reason;
use super::super::tree::Entry;
use super::elements::{LARGEST_MESSAGE, each};
use super::markup::{string, time};

/// What the files of a day hold.
#[derive(Debug, Default)]
pub(super) struct Gathered<'a> {
    /// A list of messages.
    pub(super) bytes: Vec<u8>,
    pub(super) read: Vec<&'a Entry>,
    /// Messages that could not be read, each with the reason.
    pub(super) missed: Vec<(String, String)>,
    /// Files of which nothing could be read.
    pub(super) unread: Vec<(&'a Entry, &'static str)>,
}

/// Reads the files of a day: one as it is, several as one.
pub(super) fn gathered<'a>(parts: &[&'a Entry], job: &Job<'_>) -> Gathered<'a> {
    let mut gathered = Gathered::default();
    if let [entry] = parts {
        match job.read(entry) {
            Ok(bytes) => (gathered.bytes, gathered.read) = (bytes, vec![*entry]),
            Err(reason) => gathered.unread.push((entry, reason)),
        }
        return gathered;
    }
    let mut merged = Merged::default();
    for entry in parts {
        match job.read(entry).and_then(|bytes| merged.add(&bytes, job.limits().entry_bytes)) {
            Ok(missed) => {
                let missed = missed.into_iter().map(|(message, reason)| (message, reason.to_owned()));
                gathered.missed.extend(missed);
                gathered.read.push(entry);
            }
            Err(reason) => gathered.unread.push((entry, reason)),
        }
    }
    gathered.bytes = merged.finish();
    gathered
}

/// Messages by their time. Those of one time in one export are several; in several exports they are the same.
#[derive(Debug, Default)]
struct Merged {
    messages: BTreeMap<String, Vec<Version>>,
    bytes: u64,
}

/// A message as an export has it. The greater is the newer one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    edited: String,
    text: usize,
    json: String,
}

impl Version {
    fn of(message: &Value) -> Self {
        let edited = message.get("edited").map(|edited| time(edited, "ts")).unwrap_or_default();
        Self { edited, text: string(message, "text").len(), json: message.to_string() }
    }
}

impl Merged {
    fn add(&mut self, bytes: &[u8], most: u64) -> Result<Vec<(String, &'static str)>, &'static str> {
        let mut own: BTreeMap<String, Vec<Version>> = BTreeMap::new();
        let missed = each(bytes, LARGEST_MESSAGE, |message| {
            let version = Version::of(message);
            self.bytes += version.json.len() as u64;
            if self.bytes <= most {
                own.entry(time(message, "ts")).or_default().push(version);
            }
        })?;
        if self.bytes > most {
            return Err(reason::TOO_LARGE);
        }
        for (ts, mut versions) in own {
            let known = self.messages.entry(ts.clone()).or_default();
            if ts.is_empty() {
                // Without a time, only what is the same is the same.
                versions.retain(|version| !known.contains(version));
                known.extend(versions);
            } else if (versions.len(), versions.iter().max()) > (known.len(), known.iter().max()) {
                *known = versions;
            }
        }
        Ok(missed)
    }

    fn finish(self) -> Vec<u8> {
        let messages = self.messages.into_values().flatten();
        let list = messages.map(|version| version.json).collect::<Vec<_>>().join(",");
        format!("[{list}]").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(parts: &[&str]) -> String {
        let mut merged = Merged::default();
        for part in parts {
            merged.add(part.as_bytes(), 1_000).unwrap();
        }
        String::from_utf8(merged.finish()).unwrap()
    }

    #[test]
    fn each_message_stands_once_as_it_was_edited_last() {
        let old = r#"[{"ts":"1.1","text":"Nine"},{"ts":"3","text":"Late"},{"text":"No time"}]"#;
        let new =
            r#"[{"text":"No time"},{"ts":"1.1","text":"Ten","edited":{"ts":"2"}},{"ts":"2","text":"New"}]"#;
        let both = r#"[{"text":"No time"},{"ts":"1.1","text":"Ten","edited":{"ts":"2"}},{"ts":"2","text":"New"},{"ts":"3","text":"Late"}]"#;
        assert_eq!(merged(&[old, new]), both);
        assert_eq!(merged(&[new, old]), both);
        assert_eq!(Merged::default().add(old.as_bytes(), 10), Err(reason::TOO_LARGE));
    }
}
