//! What a run read, and so what it can say is gone. Pure.

use std::collections::HashSet;

/// What was read of the exports.
#[derive(Debug, Clone, Default)]
pub(crate) struct Coverage {
    /// What was read: the keys a PATH speaks for, and whether it was read whole.
    scopes: Vec<(String, bool)>,
    /// Keys of what was left out or could not be converted.
    not_gone: HashSet<String>,
    /// The same, where all keys that begin so are meant.
    not_gone_scopes: Vec<String>,
}

/// What the run can say of a source it did not find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absence {
    /// It is gone: where it would be was read whole.
    Gone,
    /// Nothing: where it would be was cut short.
    Cut,
    /// It is there, or may be, or is somewhere that was not read.
    NotGone,
}

impl Coverage {
    /// Adds what a PATH speaks for.
    pub(crate) fn add_scope(&mut self, scope: impl Into<String>, whole: bool) {
        self.scopes.push((scope.into(), whole));
    }

    /// Adds a key, or a scope of keys, that is not gone.
    pub(crate) fn add_not_gone(&mut self, key: impl Into<String>) {
        let key = key.into();
        if key.ends_with(['/', ':']) {
            self.not_gone_scopes.push(key);
        } else {
            self.not_gone.insert(key);
        }
    }

    /// What to make of a source that was not found.
    pub(crate) fn absence(&self, key: &str) -> Absence {
        let mut speaking = self.scopes.iter().filter(|(scope, _)| speaks_for(scope, key)).peekable();
        if speaking.peek().is_none() || self.not_gone.contains(key) {
            return Absence::NotGone;
        }
        if self.not_gone_scopes.iter().any(|scope| speaks_for(scope, key)) {
            return Absence::NotGone;
        }
        if speaking.all(|(_, whole)| *whole) { Absence::Gone } else { Absence::Cut }
    }
}

/// A scope is a beginning of keys, one key, or nothing for every key.
fn speaks_for(scope: &str, key: &str) -> bool {
    scope.is_empty() || key == scope || (scope.ends_with(['/', ':']) && key.starts_with(scope))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(scopes: &[(&str, bool)], not_gone: &[&str]) -> Coverage {
        let mut coverage = Coverage::default();
        scopes.iter().for_each(|(scope, whole)| coverage.add_scope(*scope, *whole));
        not_gone.iter().for_each(|key| coverage.add_not_gone(*key));
        coverage
    }

    #[test]
    fn only_what_was_read_whole_can_be_gone() {
        let read = coverage(&[("notion:", true), ("folder:wiki/", true), ("folder:one.md", true)], &[]);
        for gone in ["notion:ab", "notion:ab:table", "folder:wiki/a.md", "folder:one.md"] {
            assert_eq!(read.absence(gone), Absence::Gone, "{gone}");
        }
        for elsewhere in ["drive:a", "folder:other/a.md", "folder:wiki2/a.md", "folder:one.md/x"] {
            assert_eq!(read.absence(elsewhere), Absence::NotGone, "{elsewhere}");
        }
    }

    #[test]
    fn one_cut_archive_speaks_against_every_deletion_of_its_reader() {
        let read = coverage(&[("notion:", true), ("notion:", false), ("drive:", true)], &[]);
        assert_eq!(read.absence("notion:ab"), Absence::Cut);
        assert_eq!(read.absence("drive:a"), Absence::Gone);
    }

    #[test]
    fn an_archive_whose_reader_is_not_known_speaks_against_every_deletion() {
        let read = coverage(&[("notion:", true), ("", false)], &[]);
        assert_eq!(read.absence("notion:ab"), Absence::Cut);
        assert_eq!(read.absence("drive:a"), Absence::Cut);
    }

    #[test]
    fn what_was_filtered_or_not_converted_is_not_gone() {
        let read = coverage(&[("folder:wiki/", true)], &["folder:wiki/a.md", "folder:wiki/drafts/"]);
        assert_eq!(read.absence("folder:wiki/a.md"), Absence::NotGone);
        assert_eq!(read.absence("folder:wiki/drafts/b.md"), Absence::NotGone);
        assert_eq!(read.absence("folder:wiki/c.md"), Absence::Gone);
    }
}
