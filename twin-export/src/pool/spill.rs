//! Texts written aside, in an unnamed temporary file that is gone with the process.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// The file, made when it is needed.
#[derive(Debug, Default)]
pub(super) struct Spill {
    file: Option<File>,
    end: u64,
}

/// Where a text lies, unless it stayed in memory.
#[derive(Debug)]
pub(super) struct Spilled(Option<(u64, usize)>);

impl Spill {
    /// Takes a text out of memory; it stays where it cannot be written.
    pub(super) fn put(&mut self, text: &mut String) -> Spilled {
        Spilled(self.write(text).ok().map(|start| {
            let len = text.len();
            *text = String::new();
            (start, len)
        }))
    }

    fn write(&mut self, text: &str) -> io::Result<u64> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        let start = self.end;
        file.seek(SeekFrom::Start(start))?;
        file.write_all(text.as_bytes())?;
        self.end += text.len() as u64;
        Ok(start)
    }

    /// Brings a text back. What cannot be read any more is empty, and so no document.
    pub(super) fn restore(&mut self, text: &mut String, place: Spilled) {
        let (Some((start, len)), Some(file)) = (place.0, &mut self.file) else { return };
        let mut bytes = Vec::with_capacity(len);
        let read =
            file.seek(SeekFrom::Start(start)).and_then(|_| file.take(len as u64).read_to_end(&mut bytes));
        if read.is_ok() {
            *text = String::from_utf8(bytes).unwrap_or_default();
        }
    }
}
