//! What an export is made of: the list of its files, whatever holds them (a zip, a tar, a folder),
//! each readable on its own and from any thread. Nothing is ever written to disk by name.

mod folder;
mod names;
mod salvage;
mod shared_file;
mod tar;
mod zip;
mod zip_names;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{Limits, ReadError, Skipped, reason};
pub(crate) use names::{ending, file_name, folder_of, is_litter, safe_path, stem};
use shared_file::SharedFile;
pub(crate) use shared_file::SharedFile as Bytes;

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
    pub(crate) left_out: usize,
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
    File(PathBuf),
    Stored(SharedFile),
    Zipped(zip::Span),
    /// Known by name alone, for this reason.
    Missing(&'static str),
}

impl Entry {
    /// The inflated bytes, as a stream.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match &self.body {
            Body::File(path) => Box::new(File::open(path)?),
            Body::Stored(file) => Box::new(file.cursor()),
            Body::Zipped(span) => span.open()?,
            Body::Missing(_) => return Err(io::Error::from(io::ErrorKind::NotFound)),
        })
    }

    /// Why there are no bytes, where that is known from the start.
    pub(crate) fn missing(&self) -> Option<&'static str> {
        if let Body::Missing(reason) = self.body { Some(reason) } else { None }
    }

    /// The first bytes, fewer where the file is shorter or damaged.
    pub(crate) fn head(&self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Ok(stream) = self.open() {
            // A damaged stream still gives what came before the damage.
            let _ = stream.take(len as u64).read_to_end(&mut bytes);
        }
        bytes
    }

    /// The inflated bytes with access at any place, or the reason why not; compressed ones are spilled into an
    /// unnamed temporary file, and there may be at most `most` of them.
    pub(crate) fn random_access(&self, most: u64) -> Result<Bytes, &'static str> {
        match &self.body {
            Body::File(path) => File::open(path).and_then(SharedFile::new).map_err(|_| reason::UNREADABLE),
            Body::Stored(file) => Ok(file.clone()),
            Body::Zipped(span) => span.stored().map_or_else(|| spill(self, most), Ok),
            Body::Missing(reason) => Err(*reason),
        }
    }
}

/// Lists what is at `path`: a zip, a tar, a tgz, a folder or a single file, told apart by its bytes.
pub(crate) fn open(path: &Path, limits: &Limits) -> Result<Tree, ReadError> {
    let failed = |source| ReadError::Open { path: path.to_owned(), source };
    if path.as_os_str() == "-" {
        return standard_input(limits).map_err(failed);
    }
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        let name = names::root_name(path);
        return Ok(folder::list(path, name, limits));
    }
    let mut file = File::open(path).map_err(failed)?;
    let mut magic = [0; 262];
    let read = read_up_to(&mut file, &mut magic).map_err(failed)?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let shared = SharedFile::new(file).map_err(failed)?;
    let mut tree = match Container::of(&magic[..read]) {
        Some(Container::Zip) if !is_office_name(&name) => zip::list(&shared, limits),
        Some(Container::Tar) => tar::list(&shared, false, limits),
        Some(Container::Gzip) => tar::list(&shared, true, limits),
        _ if is_archive_name(&name) => no_archive(&name, shared.len()),
        _ => Tree {
            entries: vec![Entry {
                path: name.clone(),
                size: shared.len(),
                body: Body::File(path.to_owned()),
            }],
            single: true,
            whole: true,
            ..Tree::default()
        },
    };
    if !tree.whole && tree.entries.is_empty() && tree.skipped.is_empty() {
        // Such as a file that was gzipped alone.
        tree.skip(name.clone(), reason::UNREADABLE);
    }
    tree.name = if tree.single { name } else { names::archive_stem(&name).to_owned() };
    Ok(tree)
}

/// What comes in by standard input, as a single file that can be read twice.
fn standard_input(limits: &Limits) -> io::Result<Tree> {
    let mut file = tempfile::tempfile()?;
    let size = io::copy(&mut io::stdin().lock().take(limits.run_bytes), &mut file)?;
    let body = Body::Stored(SharedFile::new(file)?);
    let entry = Entry { path: "-".to_owned(), size, body };
    Ok(Tree { name: "-".to_owned(), entries: vec![entry], single: true, whole: true, ..Tree::default() })
}

/// The files of a zip that lies inside the export (a part of it). A compressed one is spilled into an
/// unnamed temporary file, since a zip's directory stands at its end.
pub(crate) fn open_inner(entry: &Entry, limits: &Limits) -> Result<Tree, &'static str> {
    let shared = entry.random_access(limits.run_bytes)?;
    let mut tree = zip::list(&shared, limits);
    tree.name = names::archive_stem(file_name(&entry.path)).to_owned();
    Ok(tree)
}

fn spill(entry: &Entry, most: u64) -> Result<SharedFile, &'static str> {
    let copy = || {
        let mut file = tempfile::tempfile()?;
        io::copy(&mut entry.open()?.take(most.saturating_add(1)), &mut file)?;
        SharedFile::new(file)
    };
    match copy() {
        Ok(file) if file.len() <= most => Ok(file),
        Ok(_) => Err(reason::RUN_TOO_LARGE),
        Err(_) => Err(reason::UNREADABLE),
    }
}

enum Container {
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

/// What is named like an archive and is none, such as a download that failed: what it held is not known.
fn no_archive(name: &str, size: u64) -> Tree {
    let mut tree = Tree::default();
    tree.skip(name.to_owned(), if size == 0 { reason::EMPTY } else { reason::UNREADABLE });
    tree
}

fn is_archive_name(name: &str) -> bool {
    matches!(names::ending(name).as_str(), "zip" | "tar" | "tgz" | "gz")
}

/// Office files are zips, too, but as a PATH they are one document.
fn is_office_name(name: &str) -> bool {
    let ending = names::ending(name);
    matches!(ending.as_str(), "docx" | "docm" | "xlsx" | "xlsm" | "xlsb" | "pptx" | "pptm" | "odt" | "ods")
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
