//! [`Cache`]: answers by question, context and knowledge base, written to disk as soon as they are known, so
//! that an interrupted run continues and nothing is paid for twice.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use twin_sdk::Answer;

use crate::report::{Report, Status};

/// Lines that are of no more use before the file is written anew.
const WASTE: usize = 1_000;

/// A file with answers and the last status of each case.
#[derive(Debug)]
pub struct Cache {
    file: File,
    /// Whose answers: the base URL, say.
    twin: String,
    kb: Option<String>,
    /// The knowledge base of the newest answer.
    latest_kb: Option<String>,
    answers: HashMap<(String, String, usize), Answer>,
    statuses: HashMap<String, Status>,
    error: Option<io::Error>,
}

/// A line of the file. It is private to this program: what it cannot read it passes over.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Answer { twin: String, kb: String, question: String, attempt: usize, answer: Answer },
    Case { twin: String, case: String, status: String },
}

impl Cache {
    /// Opens a cache, or creates it for its owner alone to read. `twin` tells whose answers are meant: its base
    /// URL, say.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn open(path: &Path, twin: &str) -> io::Result<Self> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let text = String::from_utf8_lossy(&bytes);
        let count = text.lines().count();
        let lines = newest(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect());
        if count > lines.len() + WASTE {
            rewrite(path, &lines)?;
        }
        let mut file = private(OpenOptions::new().append(true).create(true)).open(path)?;
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            file.write_all(b"\n")?; // a line that a killed run did not finish
        }
        let mut cache = Self {
            file,
            twin: twin.to_owned(),
            kb: None,
            latest_kb: None,
            answers: HashMap::new(),
            statuses: HashMap::new(),
            error: None,
        };
        lines.into_iter().for_each(|line| cache.learn(line));
        Ok(cache)
    }

    fn learn(&mut self, line: Line) {
        match line {
            Line::Answer { twin, kb, question, attempt, answer } if twin == self.twin => {
                self.latest_kb = Some(kb.clone());
                self.answers.insert((kb, question, attempt), answer);
            }
            Line::Case { twin, case, status } if twin == self.twin => {
                if let Some(status) = Status::of_name(&status) {
                    self.statuses.insert(case, status);
                }
            }
            _ => {}
        }
    }

    /// Sets the knowledge base of the answers; see [`fingerprint`](crate::fingerprint). Without it, no
    /// answers are read or written.
    pub fn of_kb(&mut self, fingerprint: impl Into<String>) {
        self.kb = Some(fingerprint.into());
    }

    /// Assumes the knowledge base of the newest answer, for an estimate.
    pub fn of_latest_kb(&mut self) {
        self.kb.clone_from(&self.latest_kb);
    }

    /// Returns an answer to a question: the first one (0) or a later one.
    pub fn answer(&self, question: &str, context: Option<&str>, attempt: usize) -> Option<Answer> {
        let key = (self.kb.clone()?, digest(question, context), attempt);
        self.answers.get(&key).cloned()
    }

    /// Keeps an answer, on disk before this returns.
    pub(crate) fn keep(&mut self, question: &str, context: Option<&str>, attempt: usize, answer: &Answer) {
        let Some(kb) = self.kb.clone() else { return };
        let (twin, question, answer) = (self.twin.clone(), digest(question, context), answer.clone());
        self.write(Line::Answer { twin, kb, question, attempt, answer });
    }

    /// Returns the last status of a case.
    pub fn status(&self, case: &str) -> Option<Status> {
        self.statuses.get(case).copied()
    }

    /// Returns whether any case has a status.
    pub fn has_statuses(&self) -> bool {
        !self.statuses.is_empty()
    }

    /// Stores the status of each case.
    pub fn keep_statuses(&mut self, report: &Report) {
        for outcome in &report.cases {
            let (case, status) = (outcome.case.id.clone(), outcome.status);
            if self.status(&case) != Some(status) {
                self.write(Line::Case { twin: self.twin.clone(), case, status: status.name().to_owned() });
            }
        }
    }

    /// Returns the first error that kept answers from being written, if there was one.
    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    fn write(&mut self, line: Line) {
        let written = serde_json::to_string(&line).map_err(io::Error::from);
        // One write a line: runs that share the file do not mix theirs.
        if let Err(error) = written.and_then(|text| self.file.write_all(format!("{text}\n").as_bytes())) {
            self.error.get_or_insert(error);
        }
        self.learn(line);
    }
}

/// The lines of use: each case's last status, and the answers of each twin's last knowledge base.
fn newest(lines: Vec<Line>) -> Vec<Line> {
    let (mut kbs, mut cases) = (HashMap::new(), HashMap::new());
    for (number, line) in lines.iter().enumerate() {
        match line {
            Line::Answer { twin, kb, .. } => {
                kbs.insert(twin.clone(), kb.clone());
            }
            Line::Case { twin, case, .. } => {
                cases.insert((twin.clone(), case.clone()), number);
            }
        }
    }
    let mut numbers = 0..;
    let mut keep = |line: &Line| {
        let number = numbers.next();
        match line {
            Line::Answer { twin, kb, .. } => kbs.get(twin) == Some(kb),
            Line::Case { twin, case, .. } => cases.get(&(twin.clone(), case.clone())).copied() == number,
        }
    };
    lines.into_iter().filter(|line| keep(line)).collect()
}

fn rewrite(path: &Path, lines: &[Line]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let fresh = path.with_file_name(name);
    let mut file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(&fresh)?;
    for line in lines {
        file.write_all(format!("{}\n", serde_json::to_string(line)?).as_bytes())?;
    }
    file.sync_all()?;
    std::fs::rename(&fresh, path)
}

/// For its owner alone: answers may be confidential.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn digest(question: &str, context: Option<&str>) -> String {
    let mut hash = Sha256::new();
    hash.update((question.len() as u64).to_be_bytes());
    hash.update(question);
    if let Some(context) = context {
        hash.update([0]);
        hash.update(context);
    }
    hex::encode(&hash.finalize()[..16])
}
