//! The cache of `--from`: what was read of exports, with its search index, until one of their files changes.
//!
//! A file of the cache is named after the exports' files as the system tells them (device, inode, size, times) and
//! after this program. It is one line of JSON, then the twin's data. Whatever is wrong with it, it is not used, and
//! the exports are read instead.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::embedded::Told;
use crate::files;

/// Bytes of all files of the cache together; the ones that were not used for longest go.
const MOST_BYTES: u64 = 1 << 30;
/// A file that was not used for this long goes, too.
const LONGEST_UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Of folders with more files than this nothing is kept: looking at all of them is no faster than reading.
const MOST_FILES: usize = 200_000;
/// How far apart two changes of a file may be and still bear the same time; on file systems of whole seconds …
const TICK: Duration = Duration::from_millis(20);
const WHOLE_SECONDS: Duration = Duration::from_secs(2);

const ENDING: &str = "index";
const UNFINISHED: &str = ".twin-";

/// Where what was read of some exports is kept.
#[derive(Debug)]
pub(crate) struct IndexCache {
    paths: Vec<PathBuf>,
    dir: PathBuf,
    name: String,
}

/// What was kept: the twin's data, and what was said of the exports.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) image: Vec<u8>,
    pub(crate) told: Told,
}

#[derive(Serialize, Deserialize)]
struct Head {
    digest: String,
    told: Told,
}

impl IndexCache {
    /// The place for these exports; none if they cannot be told from changed ones.
    pub(crate) fn of(paths: &[PathBuf]) -> Option<Self> {
        let dir = files::cache_dir().ok()?.join("exports");
        // What is kept inside of a folder would change that folder.
        let place = dir.ancestors().find_map(|dir| dir.canonicalize().ok())?;
        if paths.iter().any(|path| path.canonicalize().is_ok_and(|path| place.starts_with(path))) {
            return None;
        }
        let identity = Identity::of(paths)?.settled(paths)?;
        Some(Self { paths: paths.to_owned(), dir, name: identity.name })
    }

    fn file(&self) -> PathBuf {
        self.dir.join(format!("{}.{ENDING}", self.name))
    }

    /// What was kept, if it is whole.
    pub(crate) fn load(&self) -> Option<Kept> {
        let path = self.file();
        let content = fs::read(&path).ok()?;
        let kept = parse(content);
        match kept {
            // What is used stays longest.
            Some(_) => {
                drop(File::options().append(true).open(path).and_then(|f| f.set_modified(SystemTime::now())))
            }
            None => drop(fs::remove_file(path)),
        }
        kept
    }

    /// Keeps the twin's data, unless the exports changed while they were read.
    pub(crate) fn keep(&self, image: &[u8], told: Told) -> io::Result<()> {
        let same = Identity::of(&self.paths).is_some_and(|identity| identity.name == self.name);
        if !same {
            return Err(io::Error::other("they changed while they were read"));
        }
        files::create_private_dir(&self.dir)?;
        #[cfg(unix)]
        fs::set_permissions(&self.dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.dir)?;
        let head = Head { digest: digest(image), told };
        serde_json::to_writer(file.as_file_mut(), &head)?;
        file.write_all(b"\n")?;
        file.write_all(image)?;
        file.persist(self.file())?;
        clear(&self.dir, SystemTime::now(), MOST_BYTES)
    }
}

fn parse(mut content: Vec<u8>) -> Option<Kept> {
    let end = content.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(content.get(..end)?).ok()?;
    content.drain(..=end);
    (digest(&content) == head.digest).then_some(Kept { image: content, told: head.told })
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Takes out what was not used for long, and the oldest until the others fit.
fn clear(dir: &Path, now: SystemTime, most: u64) -> io::Result<()> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(dir)?.flatten() {
        let (Ok(metadata), path) = (entry.metadata(), entry.path()) else { continue };
        let Ok(used) = metadata.modified() else { continue };
        let is_kept = path.extension().is_some_and(|ending| ending == ENDING);
        let is_left = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        if is_kept || (is_left && now.duration_since(used).is_ok_and(|age| age > WHOLE_SECONDS * 1800)) {
            kept.push((used, if is_kept { metadata.len() } else { u64::MAX }, path));
        }
    }
    kept.sort_by(|a, b| b.cmp(a));
    let mut bytes = 0_u64;
    for (used, size, path) in kept {
        let after = bytes.saturating_add(size);
        if after > most || now.duration_since(used).is_ok_and(|age| age > LONGEST_UNUSED) {
            fs::remove_file(path)?;
        } else {
            bytes = after;
        }
    }
    Ok(())
}

/// What tells exports from others, and from themselves after a change.
struct Identity {
    name: String,
    /// The last change of any of their files.
    changed: SystemTime,
    /// Whether the file system counts time in whole seconds, for all that is seen.
    whole_seconds: bool,
}

impl Identity {
    fn of(paths: &[PathBuf]) -> Option<Self> {
        let program = std::env::current_exe().and_then(fs::metadata).ok()?;
        let mut look = Look {
            hash: Sha256::new(),
            changed: SystemTime::UNIX_EPOCH,
            whole_seconds: true,
            left: MOST_FILES,
        };
        look.hash.update(format!(
            "{} {} {:?}\n",
            env!("CARGO_PKG_VERSION"),
            program.len(),
            program.modified().ok()
        ));
        for path in paths {
            // A path that is given may be a link; those inside of a folder are not followed.
            let path = path.canonicalize().ok()?;
            let metadata = fs::metadata(&path).ok()?;
            look.at(&path, &metadata)?;
        }
        let name = hex::encode(look.hash.finalize());
        Some(Self { name, changed: look.changed, whole_seconds: look.whole_seconds })
    }

    /// The same after the tick of the clock in which the last change fell: one after it bears another time.
    fn settled(self, paths: &[PathBuf]) -> Option<Self> {
        let age = SystemTime::now().duration_since(self.changed).unwrap_or_default();
        if self.whole_seconds {
            return (age > WHOLE_SECONDS).then_some(self);
        }
        if age > TICK {
            return Some(self);
        }
        std::thread::sleep(TICK);
        Self::of(paths).filter(|later| later.name == self.name)
    }
}

struct Look {
    hash: Sha256,
    changed: SystemTime,
    whole_seconds: bool,
    left: usize,
}

impl Look {
    fn at(&mut self, path: &Path, metadata: &Metadata) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        self.file(path, metadata)?;
        if !metadata.is_dir() {
            // A pipe or a device is another one each time it is read.
            return (metadata.is_file() || metadata.is_symlink()).then_some(());
        }
        let entries: io::Result<Vec<_>> = fs::read_dir(path).ok()?.collect();
        let mut entries = entries.ok()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let metadata = fs::symlink_metadata(&path).ok()?;
            match metadata.is_dir() || metadata.is_file() {
                true => self.at(&path, &metadata)?,
                false => self.file(&path, &metadata)?,
            }
        }
        Some(())
    }

    fn file(&mut self, path: &Path, metadata: &Metadata) -> Option<()> {
        let (modified, changed, place) = times(metadata).ok()?;
        for time in [modified, changed] {
            let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            self.whole_seconds &= since.subsec_nanos() == 0;
            self.changed = self.changed.max(time);
        }
        let name = path.as_os_str().as_encoded_bytes();
        self.hash.update((name.len() as u64).to_le_bytes());
        self.hash.update(name);
        self.hash.update(format!(
            "{place} {} {:?} {modified:?} {changed:?}\n",
            metadata.len(),
            metadata.file_type()
        ));
        Some(())
    }
}

/// When a file was written, when anything of it was changed, and where on which device it is.
#[cfg(unix)]
fn times(metadata: &Metadata) -> io::Result<(SystemTime, SystemTime, String)> {
    use std::os::unix::fs::MetadataExt;
    let (seconds, nanos) = (metadata.ctime(), metadata.ctime_nsec());
    let since = Duration::new(seconds.try_into().unwrap_or_default(), nanos.try_into().unwrap_or_default());
    let place = format!("{} {}", metadata.dev(), metadata.ino());
    Ok((metadata.modified()?, SystemTime::UNIX_EPOCH + since, place))
}

#[cfg(not(unix))]
fn times(metadata: &Metadata) -> io::Result<(SystemTime, SystemTime, String)> {
    Ok((metadata.modified()?, metadata.created()?, String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_until_the_others_fit_and_so_does_what_was_long_unused() {
        let dir = tempfile::tempdir().unwrap();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
        for (name, size, days) in
            [("new", 400, 0), ("middle", 400, 1), ("old", 400, 2), ("tiny", 1, 40), ("other.txt", 400, 99)]
        {
            let name = if name.contains('.') { name.to_owned() } else { format!("{name}.index") };
            fs::write(dir.path().join(&name), vec![0; size]).unwrap();
            let file = File::options().append(true).open(dir.path().join(&name)).unwrap();
            file.set_modified(now - Duration::from_secs(days * 86_400)).unwrap();
        }
        clear(dir.path(), now, 1_000).unwrap();
        let mut left: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["middle.index", "new.index", "other.txt"]);
    }

    #[test]
    fn what_is_cut_short_changed_or_of_another_kind_is_not_used() {
        let head = serde_json::to_vec(&Head { digest: digest(b"image"), told: Told::default() }).unwrap();
        let whole = [head.as_slice(), b"\nimage"].concat();
        assert_eq!(parse(whole.clone()).unwrap().image, b"image");
        for bad in
            [b"".to_vec(), whole[..whole.len() - 1].to_vec(), [&whole[..], b"!"].concat(), b"{}\n".to_vec()]
        {
            assert!(parse(bad).is_none());
        }
    }
}
