//! Which files a run takes, and of what type they are: globs over the paths of an export.

use crate::DocumentType;
use globset::{GlobBuilder, GlobMatcher};

/// A glob over paths. `*.md` or `Drafts` match a file's or folder's name at any depth; a glob with a
/// slash, such as `Policies/*.md`, begins at the export's root. What matches a folder matches all in it.
#[derive(Debug, Clone)]
pub struct Glob {
    matcher: GlobMatcher,
    by_name: bool,
}

impl Glob {
    /// Parses a glob with `?`, `*` (which does not match `/`), `**`, `[…]` and `{a,b}`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn new(glob: &str) -> Result<Self, String> {
        if glob.trim().is_empty() {
            return Err("it is empty".to_owned());
        }
        let pattern = glob.strip_prefix('/').unwrap_or(glob);
        let pattern = pattern.strip_suffix("/**").or(pattern.strip_suffix('/')).unwrap_or(pattern);
        let by_name = !glob.trim_end_matches('/').contains('/');
        let pattern = if pattern.is_empty() { "**" } else { pattern };
        match GlobBuilder::new(pattern).literal_separator(true).build() {
            Ok(glob) => Ok(Self { matcher: glob.compile_matcher(), by_name }),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Returns whether the glob matches this path, whose parts are separated by `/`.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        if self.by_name {
            return path.split('/').any(|part| self.matcher.is_match(part));
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.into_iter().any(|end| self.matcher.is_match(&path[..end]))
    }
}

/// Globs that decide which files are read.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Reads only files that match one of these; all files if there are none.
    pub include: Vec<Glob>,
    /// Excludes files that match one of these.
    pub exclude: Vec<Glob>,
}

impl Filter {
    /// Whether any of a file's paths (as it came, and as people read it) is to be taken.
    pub(crate) fn takes(&self, paths: &[&str]) -> bool {
        let matched = |globs: &[Glob]| globs.iter().any(|glob| paths.iter().any(|path| glob.matches(path)));
        (self.include.is_empty() || matched(&self.include)) && !matched(&self.exclude)
    }
}

/// The type that the first matching glob gives.
pub(crate) fn mapped_type(map: &[(Glob, DocumentType)], paths: &[&str]) -> Option<DocumentType> {
    let matching = map.iter().find(|(glob, _)| paths.iter().any(|path| glob.matches(path)));
    matching.map(|(_, kind)| kind.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(glob: &str, path: &str) -> bool {
        Glob::new(glob).unwrap().matches(path)
    }

    #[test]
    fn a_glob_without_a_slash_means_names_at_any_depth() {
        assert!(matches("*.md", "a/b/c.md"));
        assert!(matches("Drafts", "a/Drafts/c.md"));
        assert!(matches("Drafts/", "Drafts/c.md"));
        assert!(!matches("Drafts", "a/Drafts.md"));
    }

    #[test]
    fn a_glob_with_a_slash_begins_at_the_root() {
        assert!(matches("policies/*.md", "policies/a.md"));
        assert!(matches("/policies/**", "policies/deep/a.md"));
        assert!(matches("policies/hr/", "policies/hr/deep/a.md"));
        assert!(matches("**/hr/*.md", "x/y/hr/a.md"));
        assert!(!matches("policies/*.md", "policies/deep/a.md"));
        assert!(!matches("policies/*.md", "other/policies/a.md"));
    }

    #[test]
    fn a_glob_that_is_none_says_why() {
        assert!(Glob::new("a[").unwrap_err().contains("a["));
    }

    #[test]
    fn exclusion_is_stronger_than_inclusion() {
        let glob = |text| vec![Glob::new(text).unwrap()];
        let filter = Filter { include: glob("*.md"), exclude: glob("secret*") };
        assert!(filter.takes(&["a.md"]));
        assert!(!filter.takes(&["secret.md"]));
        assert!(!filter.takes(&["a.txt"]));
    }
}
