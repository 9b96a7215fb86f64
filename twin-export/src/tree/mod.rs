//! What an export is made of: the list of its files, whatever holds them (a zip, a tar, a folder),
//! each readable on its own and from any thread. Nothing is ever written to disk by name.

mod aside;
mod file;
mod folder;
mod ignored;
mod listing;
mod names;
mod office;
mod salvage;
mod shared_file;
mod span;
mod tar;
mod tar_names;
mod zip;
mod zip_directory;
mod zip_names;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::job::{Budget, Cancellation};
use super::{Limits, ReadError, Skipped, reason};
use aside::Aside;
use file::Listed;
pub(crate) use folder::leave_out;
pub(crate) use ignored::is_ignore_file;
use listing::Listing;
pub(crate) use names::{ending, file_name, folder_of, is_litter, safe_path, stem};
use shared_file::SharedFile;
pub(crate) use shared_file::SharedFile as Bytes;

/// The PATHs of one export, and their files.
pub(crate) type Roots = [(PathBuf, Tree)];

/// The files of one PATH.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The name people know it by: the archive's or the folder's.
    pub(crate) name: String,
    /// The PATH is itself a file, not a container of files.
    pub(crate) single: bool,
    pub(crate) entries: Vec<Entry>,
    /// What a program notes of the folder, such as where a vault's templates lie: no files of the export.
    pub(crate) settings: Vec<Entry>,
    /// Files and folders that are left out without being listed.
    pub(crate) left_out: Vec<String>,
    /// What is there but is no readable file: links, encrypted entries.
    pub(crate) skipped: Vec<Skipped>,
    /// False when the archive is cut short or damaged, so that more may have been in it.
    pub(crate) whole: bool,
}

impl Tree {
    pub(crate) fn skip(&mut self, path: String, reason: &'static str) {
        self.skipped.push(Skipped { path, reason: reason.to_owned() });
    }
}

/// One file, and where its bytes are.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Its path in the export, with `/`, as it came.
    pub(crate) path: String,
    /// Declared size in bytes once inflated: a hint only, an archive may lie.
    pub(crate) size: u64,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    File(Listed),
    Stored(SharedFile),
    Zipped(span::Span),
    /// Known by name alone, for this reason.
    Missing(&'static str),
}

impl Entry {
    /// The inflated bytes, as a stream.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match &self.body {
            Body::File(listed) => Box::new(listed.open()?),
            Body::Stored(file) => Box::new(file.cursor()),
            Body::Zipped(span) => span.open()?,
            Body::Missing(_) => return Err(io::Error::from(io::ErrorKind::NotFound)),
        })
    }

    /// Why there are no bytes, where that is known from the start.
    pub(crate) fn missing(&self) -> Option<&'static str> {
        if let Body::Missing(reason) = self.body { Some(reason) } else { None }
    }

    /// Whether its bytes are charged to the run already.
    pub(crate) fn is_charged(&self) -> bool {
        matches!(&self.body, Body::Stored(file) if file.is_charged())
    }

    /// The first bytes, fewer where the file is shorter or damaged. [`Budget::head`] charges them.
    pub(crate) fn head(&self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Ok(stream) = self.open() {
            // A damaged stream still gives what came before the damage.
            let _ = stream.take(len as u64).read_to_end(&mut bytes);
        }
        bytes
    }

    /// The inflated bytes with access at any place, or the reason why not; compressed ones are spilled into an
    /// unnamed temporary file and charged.
    pub(crate) fn random_access(&self, budget: &Budget, limits: &Limits) -> Result<Bytes, &'static str> {
        match &self.body {
            Body::File(listed) => {
                let file = listed.open().and_then(|file| SharedFile::new(file, budget));
                file.map_err(|_| reason::UNREADABLE)
            }
            Body::Stored(file) => Ok(file.clone()),
            Body::Zipped(span) => span.stored().map_or_else(|| spill(self, budget, limits), Ok),
            Body::Missing(reason) => Err(*reason),
        }
    }
}

/// Lists what is at `path`: a zip, a tar, a tgz, a folder or a single file, told apart by its bytes.
pub(crate) fn open(path: &Path, limits: &Limits, budget: &Budget) -> Result<Tree, ReadError> {
    let failed = |source| ReadError::Open { path: path.to_owned(), source };
    if path.as_os_str() == "-" {
        return standard_input(limits, budget).map_err(failed);
    }
    if file::is_folder(path).map_err(failed)? {
        let mut listing = Listing::new(limits, budget);
        folder::list(path, &mut listing);
        let name = names::root_name(path);
        return Ok(Tree { name: name.clone(), ..listing.finish(&name) });
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let (file, metadata) = file::open_named(path).map_err(failed)?;
    // Whatever the link pointed to by then: it is opened again as the file it is.
    let listed = Listed::new(path.canonicalize().map_err(failed)?, &metadata);
    open_file(file, listed, name, limits, budget).map_err(failed)
}

/// Lists an archive that lies in a folder.
pub(crate) fn open_listed(entry: &Entry, limits: &Limits, budget: &Budget) -> Result<Tree, &'static str> {
    let Body::File(listed) = &entry.body else { return Err(reason::UNREADABLE) };
    let name = file_name(&entry.path).to_owned();
    let tree = listed.open().and_then(|file| open_file(file, listed.clone(), name, limits, budget));
    tree.map_err(|_| reason::UNREADABLE)
}

fn open_file(
    mut file: File,
    listed: Listed,
    name: String,
    limits: &Limits,
    budget: &Budget,
) -> io::Result<Tree> {
    let mut magic = [0; 262];
    let read = read_up_to(&mut file, &mut magic)?;
    let shared = SharedFile::new(file, budget)?;
    let mut listing = Listing::new(limits, budget);
    let mut single = false;
    let mut container = Container::of(&magic[..read]);
    if matches!(container, Some(Container::Zip)) {
        zip::list(&shared, &mut listing);
        // Office files are zips, too, but as a PATH they are one document.
        if office::is_name(&name) || office::is_package(&listing.tree) {
            listing = Listing::new(limits, budget);
            container = Some(Container::Document);
        }
    }
    match container {
        Some(Container::Zip) => {}
        Some(Container::Tar) => tar::list(&shared, false, &mut listing),
        Some(Container::Gzip) => tar::list(&shared, true, &mut listing),
        None if is_archive_name(&name) => {
            // What is named like an archive and is none, such as a download that failed: what it held is not known.
            listing.tree.whole = false;
            listing.skip(name.clone(), if shared.len() == 0 { reason::EMPTY } else { reason::UNREADABLE });
        }
        Some(Container::Document) | None => {
            single = true;
            let body = Body::File(listed);
            listing.tree.entries.push(Entry { path: name.clone(), size: shared.len(), body });
        }
    }
    let mut tree = listing.finish(&name);
    if !single && budget.has_read_failed() {
        // Its list may lack anything.
        tree.whole = false;
        tree.skip(name.clone(), reason::UNREADABLE);
    }
    if !tree.whole && tree.entries.is_empty() && tree.skipped.is_empty() {
        // Such as a file that was gzipped alone.
        tree.skip(name.clone(), reason::UNREADABLE);
    }
    tree.single = single;
    tree.name = if single { name } else { names::archive_stem(&name).to_owned() };
    Ok(tree)
}

/// What comes in by standard input, as a single file that can be read twice.
fn standard_input(limits: &Limits, budget: &Budget) -> io::Result<Tree> {
    let mut file = Aside::new(budget)?;
    let stdin = Stoppable { stream: io::stdin().lock(), cancellation: budget.cancellation() };
    let size = io::copy(&mut stdin.take(budget.left(limits)), &mut file)?;
    budget.charge(size, limits);
    let body = Body::Stored(SharedFile::aside(file.file()?, budget).window(0, size));
    let entry = Entry { path: "-".to_owned(), size, body };
    Ok(Tree { name: "-".to_owned(), entries: vec![entry], single: true, whole: true, ..Tree::default() })
}

/// Reads a stream until the run is stopped.
struct Stoppable<'a, R> {
    stream: R,
    cancellation: &'a Cancellation,
}

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancellation.is_cancelled() { Err(stopped()) } else { self.stream.read(buffer) }
    }
}

fn stopped() -> io::Error {
    io::Error::other("the run was stopped")
}

/// Bytes of a part that is written aside though it does not begin as a zip: it may be damaged there alone.
const MOST_UNSEEN: u64 = 64 << 20;

/// The files of a zip that lies inside the export (a part of it). A compressed one is spilled into an
/// unnamed temporary file, since a zip's directory stands at its end.
pub(crate) fn open_inner(entry: &Entry, limits: &Limits, budget: &Budget) -> Result<Tree, &'static str> {
    if entry.size > MOST_UNSEEN && !entry.head(2).starts_with(b"PK") {
        return Err(reason::UNREADABLE);
    }
    let shared = entry.random_access(budget, limits)?;
    let mut listing = Listing::new(limits, budget);
    zip::list(&shared, &mut listing);
    let name = names::archive_stem(file_name(&entry.path)).to_owned();
    Ok(Tree { name, ..listing.finish(&entry.path) })
}

fn spill(entry: &Entry, budget: &Budget, limits: &Limits) -> Result<SharedFile, &'static str> {
    let most = budget.left(limits);
    let copy = || {
        let mut file = Aside::new(budget)?;
        let len = io::copy(&mut entry.open()?.take(most.saturating_add(1)), &mut file)?;
        Ok::<_, io::Error>((file.file()?, len))
    };
    let (file, len) = copy().map_err(|_| reason::UNREADABLE)?;
    if budget.charge(len, limits) {
        Ok(SharedFile::aside(file, budget).window(0, len))
    } else {
        Err(reason::RUN_TOO_LARGE)
    }
}

enum Container {
    /// An office file.
    Document,
    Zip,
    Tar,
    Gzip,
}

impl Container {
    fn of(magic: &[u8]) -> Option<Self> {
        if magic.starts_with(b"PK\x03\x04") || magic.starts_with(b"PK\x05\x06") {
            Some(Self::Zip)
        } else if magic.starts_with(b"\x1F\x8B") {
            Some(Self::Gzip)
        } else if magic.get(257..262) == Some(b"ustar") {
            Some(Self::Tar)
        } else {
            None
        }
    }
}

fn is_archive_name(name: &str) -> bool {
    matches!(names::ending(name).as_str(), "zip" | "tar" | "tgz" | "gz")
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}
