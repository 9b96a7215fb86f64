//! What `.gitignore` and `.twinignore` name. In a checkout, those of the folders above count as well, up to its root, and
//! what it excludes in `.git/info/exclude`: as for git.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{file_name, folder_of};

/// What the ignore files of a folder and of those above it say.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    own: Arc<Gitignore>,
    above: Option<Arc<Rules>>,
}

/// The files of rules, the stronger ones last.
const FILES: [&str; 2] = [".gitignore", ".twinignore"];

/// Whether a file holds rules, and never a document.
pub(in super::super) fn is_ignore_file(path: &str) -> bool {
    FILES.contains(&file_name(path))
}

/// Bytes of an ignore file; of a longer one nothing is believed.
const MOST_RULES: u64 = 1 << 20;
/// Bytes of all ignore files of an archive: what makes them came from elsewhere.
pub(super) const MOST_PACKED: u64 = 64 << 10;

impl Rules {
    /// What is said above a folder, where it lies in a checkout. The path is a whole one.
    pub(super) fn above(folder: &Path) -> Option<Arc<Self>> {
        let is_root = |folder: &Path| folder.join(".git").exists();
        if is_root(folder) {
            return None;
        }
        let above = folder.ancestors().skip(1);
        let count = above.clone().position(is_root)?;
        let folders: Vec<&Path> = above.take(count + 1).collect();
        folders.into_iter().rev().fold(None, |rules, folder| Self::of(folder, rules))
    }

    /// What is said in a folder, and `above` it.
    pub(super) fn of(folder: &Path, above: Option<Arc<Self>>) -> Option<Arc<Self>> {
        let mut builder = GitignoreBuilder::new(folder);
        let mut has_any = false;
        let files = excluded(folder).into_iter().chain(FILES.map(|name| folder.join(name)));
        for path in files.filter(|path| is_believed(path)) {
            // A line that is no pattern is passed over, as git does.
            let _ = builder.add(path);
            has_any = true;
        }
        match builder.build() {
            Ok(own) if has_any => Some(Arc::new(Self { own: Arc::new(own), above })),
            _ => above,
        }
    }

    pub(super) fn ignore(&self, path: &Path, is_dir: bool) -> bool {
        match self.own.matched(path, is_dir) {
            Match::Ignore(_) => true,
            Match::Whitelist(_) => false,
            Match::None => self.above.as_ref().is_some_and(|above| above.ignore(path, is_dir)),
        }
    }
}

/// The rules of an archive, by the folder in which they stand. Nothing above it counts.
#[derive(Debug, Default)]
pub(super) struct Packed<'a> {
    folders: BTreeMap<&'a str, Gitignore>,
}

impl<'a> Packed<'a> {
    /// Reads the ignore files of an archive: paths and texts, in any order.
    pub(super) fn of(files: &'a [(String, String)]) -> Self {
        let mut builders: BTreeMap<&str, GitignoreBuilder> = BTreeMap::new();
        for name in FILES {
            for (path, text) in files.iter().filter(|(path, _)| file_name(path) == name) {
                let folder = folder_of(path);
                let builder = builders.entry(folder).or_insert_with(|| GitignoreBuilder::new(folder));
                for line in text.lines() {
                    // A line that is no pattern is passed over, as git does.
                    let _ = builder.add_line(None, line);
                }
            }
        }
        let built = |(folder, builder): (&'a str, GitignoreBuilder)| Some((folder, builder.build().ok()?));
        Self { folders: builders.into_iter().filter_map(built).collect() }
    }

    /// Whether a file is ignored, or a folder in which it lies.
    pub(super) fn ignore(&self, path: &str) -> bool {
        if self.folders.is_empty() {
            return false;
        }
        let folders = path.match_indices('/').map(|(end, _)| (&path[..end], true));
        folders.chain([(path, false)]).any(|(path, is_dir)| self.names(path, is_dir))
    }

    fn names(&self, path: &str, is_dir: bool) -> bool {
        let mut folder = path;
        while !folder.is_empty() {
            folder = folder_of(folder);
            match self.folders.get(folder).map(|rules| rules.matched(path, is_dir)) {
                Some(Match::Ignore(_)) => return true,
                Some(Match::Whitelist(_)) => return false,
                Some(Match::None) | None => {}
            }
        }
        false
    }
}

fn is_believed(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|file| file.is_file() && file.len() <= MOST_RULES)
}

/// What a checkout excludes for itself. Of a second worktree, `.git` is a file that tells where the first one's lies.
fn excluded(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if git.is_dir() {
        return Some(git.join("info/exclude"));
    }
    let line = |path: &Path| is_believed(path).then(|| fs::read_to_string(path).ok()).flatten();
    let own = folder.join(line(&git)?.strip_prefix("gitdir:")?.trim());
    let common = line(&own.join("commondir")).map_or_else(|| own.clone(), |common| own.join(common.trim()));
    Some(common.join("info/exclude"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_an_archive_hold_in_their_folder_and_below() {
        let files = [
            ("wiki/.gitignore".to_owned(), "*.tmp.md\n/drafts/\n".to_owned()),
            (".gitignore".to_owned(), "secret.md\n".to_owned()),
            ("wiki/hr/.twinignore".to_owned(), "pay.md\n!kept.tmp.md\n".to_owned()),
        ];
        let rules = Packed::of(&files);
        for path in
            ["wiki/a.tmp.md", "wiki/x/a.tmp.md", "wiki/drafts/x/a.md", "wiki/hr/x/pay.md", "x/secret.md"]
        {
            assert!(rules.ignore(path), "{path}");
        }
        for path in ["a.tmp.md", "wiki/a.md", "wiki/x/drafts/a.md", "wiki/pay.md", "wiki/hr/kept.tmp.md"] {
            assert!(!rules.ignore(path), "{path}");
        }
    }
}
