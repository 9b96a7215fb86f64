//! The spool: texts that are to be uploaded, kept in an unnamed temporary file so that memory stays flat.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Texts in a file that the system removes with the process.
#[derive(Debug, Default)]
pub(crate) struct Spool {
    file: Option<File>,
    length: u64,
}

/// Where a text is in the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    offset: u64,
    length: usize,
}

impl Spool {
    /// Keeps a text. An error names the folder for temporary files, which may be missing or full.
    pub(crate) fn add(&mut self, text: &str) -> io::Result<Slot> {
        self.write(text).map_err(|error| {
            let folder = std::env::temp_dir();
            let cause = cause(&error).unwrap_or(&error);
            io::Error::new(
                error.kind(),
                format!("cannot write temporary files in {}: {cause}", folder.display()),
            )
        })
    }

    fn write(&mut self, text: &str) -> io::Result<Slot> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.seek(SeekFrom::Start(self.length))?;
        file.write_all(text.as_bytes())?;
        let slot = Slot { offset: self.length, length: text.len() };
        self.length += text.len() as u64;
        Ok(slot)
    }

    /// A text that was kept.
    pub(crate) fn get(&mut self, slot: Slot) -> io::Result<String> {
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(slot.offset))?;
        let mut bytes = vec![0; slot.length];
        file.read_exact(&mut bytes)?;
        String::from_utf8(bytes).map_err(io::Error::other)
    }
}

/// The system's own error: what wraps it names a file that means nothing to anyone.
fn cause(error: &io::Error) -> Option<&io::Error> {
    error.get_ref()?.source()?.downcast_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_they_went_in_whatever_the_order() {
        let mut spool = Spool::default();
        let texts = ["one", "zwei 東京", "", "four\n"];
        let slots = texts.map(|text| spool.add(text).unwrap());
        assert_eq!(spool.get(slots[3]).unwrap(), "four\n");
        let more = spool.add("five").unwrap();
        for (text, slot) in texts.into_iter().chain(["five"]).zip(slots.into_iter().chain([more])) {
            assert_eq!(spool.get(slot).unwrap(), text);
        }
    }
}
