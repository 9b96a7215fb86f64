//! The files of a tar, plain or gzipped. A gzipped one is laid out in an unnamed temporary file, since
//! readers look at an export's files in an order of their own; media is left out of it.

use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;
use tar::EntryType;

use super::super::convert::is_media;
use super::super::reason;
use super::aside::Aside;
use super::listing::Listing;
use super::shared_file::SharedFile;
use super::tar_names::Named;
use super::zip_names::decoded;
use super::{Body, is_litter};

pub(super) fn list(archive: &SharedFile, gzipped: bool, listing: &mut Listing<'_>) {
    let listed = if gzipped {
        unpacked(archive, listing)
    } else {
        walk(archive.cursor(), listing, |entry, _, _| {
            let (start, len) = (entry.raw_file_position(), entry.size());
            if start.saturating_add(len) > archive.len() {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            Ok(Body::Stored(archive.window(start, len)))
        })
    };
    listing.tree.whole &= listed.is_ok();
}

fn unpacked(archive: &SharedFile, listing: &mut Listing<'_>) -> io::Result<()> {
    let mut spill = Aside::new(listing.budget)?;
    let shared = SharedFile::aside(spill.file()?, listing.budget);
    // What is passed over, such as media, hardly shrinks when it is packed.
    let most = listing.limits.run_bytes.saturating_add(archive.len().saturating_mul(4));
    let tar = MultiGzDecoder::new(archive.cursor()).take(most);
    walk(tar, listing, |entry, path, listing| {
        if is_media(path) && !listing.budget.keeps_pictures() {
            return Ok(Body::Missing(reason::MEDIA));
        }
        if entry.size() > listing.budget.left(listing.limits) {
            return Ok(Body::Missing(reason::RUN_TOO_LARGE));
        }
        let start = spill.position()?;
        let len = io::copy(entry, &mut spill)?;
        listing.budget.charge(len, listing.limits);
        if len < entry.size() {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        Ok(Body::Stored(shared.window(start, len)))
    })
}

fn walk<'a, R: Read>(
    reader: R,
    listing: &mut Listing<'a>,
    mut place: impl FnMut(&mut tar::Entry<'_, Ending<R>>, &str, &Listing<'a>) -> io::Result<Body>,
) -> io::Result<()> {
    let mut archive = tar::Archive::new(Ending { reader, zeros: 0 });
    let mut named = Named::default();
    // Records that name other entries are read here: they may be of any size.
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        if listing.is_full() {
            return Ok(());
        }
        match entry.header().entry_type() {
            EntryType::GNULongName => named.by_gnu(entry)?,
            EntryType::XHeader => named.by_posix(entry)?,
            EntryType::GNULongLink | EntryType::XGlobalHeader => {}
            kind => {
                let short = entry.path_bytes().into_owned();
                let Some(path) = named.take(&short) else {
                    listing.skip(decoded(&short), reason::UNSAFE_NAME);
                    continue;
                };
                let path = decoded(&path);
                match kind {
                    _ if is_litter(&path) || path.ends_with('/') => {}
                    EntryType::Symlink | EntryType::Link => listing.skip(path, reason::SYMLINK),
                    EntryType::Regular | EntryType::Continuous
                        if listing.tree.entries.len() >= listing.limits.entries =>
                    {
                        listing.skip(path, reason::TOO_MANY);
                    }
                    EntryType::Regular | EntryType::Continuous => {
                        let size = entry.size();
                        let body = place(&mut entry, &path, listing)
                            .inspect_err(|_| listing.skip(path.clone(), reason::UNREADABLE))?;
                        listing.add(path, size, Ok(body));
                    }
                    EntryType::Directory => {}
                    _ => listing.skip(path, reason::UNKNOWN_KIND),
                }
            }
        }
    }
    archive.into_inner().has_come()
}

/// A tar as it is read, and how many zeros came last: a block of them ends it. Without one it was cut between two entries.
struct Ending<R> {
    reader: R,
    zeros: u64,
}

const BLOCK: u64 = 512;

impl<R> Ending<R> {
    fn has_come(&self) -> io::Result<()> {
        if self.zeros >= BLOCK { Ok(()) } else { Err(io::Error::from(io::ErrorKind::UnexpectedEof)) }
    }
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let zeros = buffer[..read].iter().rev().take_while(|&&byte| byte == 0).count();
        self.zeros = if zeros == read { self.zeros + zeros as u64 } else { zeros as u64 };
        Ok(read)
    }
}
