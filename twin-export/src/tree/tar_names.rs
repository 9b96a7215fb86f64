//! Records of a tar that name the entry behind them: GNU's long names, and those of POSIX.

use std::io::{self, Read};

/// What such a record says of the next entry.
#[derive(Debug, Default)]
pub(super) struct Named {
    path: Option<Vec<u8>>,
    /// There was a name, too long to be one.
    is_beyond: bool,
}

/// No name or set of attributes is longer.
const MOST: u64 = 64 * 1024;

impl Named {
    /// Takes in the name in a record of GNU's.
    pub(super) fn by_gnu(&mut self, record: impl Read) -> io::Result<()> {
        let mut name = self.bounded(record)?;
        while name.last() == Some(&0) {
            name.pop();
        }
        self.path.get_or_insert(name);
        Ok(())
    }

    /// Takes in the path among a record's `length key=value` lines.
    pub(super) fn by_posix(&mut self, record: impl Read) -> io::Result<()> {
        let record = self.bounded(record)?;
        let mut rest = record.as_slice();
        while let Some(space) = rest.iter().position(|&byte| byte == b' ') {
            let len = std::str::from_utf8(&rest[..space]).ok().and_then(|len| len.parse::<usize>().ok());
            let Some(line) = len.filter(|&len| len > space).and_then(|len| rest.get(space + 1..len)) else {
                break;
            };
            if let Some(path) = line.strip_prefix(b"path=") {
                self.path = Some(path.strip_suffix(b"\n").unwrap_or(path).to_vec());
            }
            rest = &rest[space + 1 + line.len()..];
        }
        Ok(())
    }

    fn bounded(&mut self, record: impl Read) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        record.take(MOST + 1).read_to_end(&mut bytes)?;
        self.is_beyond |= bytes.len() as u64 > MOST;
        Ok(bytes)
    }

    /// The name of the entry that follows, whose own header says `short`; none where it is too long.
    pub(super) fn take(&mut self, short: &[u8]) -> Option<Vec<u8>> {
        let Self { path, is_beyond } = std::mem::take(self);
        if is_beyond { None } else { Some(path.unwrap_or_else(|| short.to_vec())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_before_an_entry_names_it() {
        let mut named = Named::default();
        named.by_gnu(&b"a long name\0\0"[..]).unwrap();
        assert_eq!(named.take(b"short").unwrap(), b"a long name");
        named.by_posix(&b"18 path=f\xC3\xBCr/a.md\n11 mtime=1\n"[..]).unwrap();
        assert_eq!(named.take(b"short").unwrap(), "für/a.md".as_bytes());
        assert_eq!(named.take(b"short").unwrap(), b"short");
    }

    #[test]
    fn a_name_without_end_names_nothing() {
        let mut named = Named::default();
        named.by_gnu(io::repeat(b'a').take(1 << 30)).unwrap();
        assert_eq!(named.take(b"short"), None);
        named.by_posix(&b"99999999999999999999 path=x\n"[..]).unwrap();
        assert_eq!(named.take(b"short").unwrap(), b"short");
    }
}
