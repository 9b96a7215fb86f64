//! The files of an archive as one input that a fuzzer may cut anywhere: a mark and a name's line before each file,
//! no lengths, no sums. An archive in the archive is written the same way, with the next level's marks.

use std::io::{Cursor, Read};

/// A file of an archive, or an archive in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Its path.
    pub(crate) name: Vec<u8>,
    /// What is in it.
    pub(crate) content: Content,
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// Bytes.
    Bytes(Vec<u8>),
    /// A zip with these files.
    Zip(Vec<File>),
}

/// How deep archives lie in archives.
pub(crate) const DEEPEST: u8 = 3;

/// What no text holds, and other files hardly ever.
fn mark(level: u8) -> [u8; 3] {
    [0xF8, level, 0xF8]
}

/// Whether an input is the files of an archive.
pub(crate) fn is_tree(input: &[u8], level: u8) -> bool {
    level <= DEEPEST && input.starts_with(&mark(level))
}

/// The files of an input.
pub(crate) fn decode(input: &[u8], level: u8) -> Vec<File> {
    let mark = mark(level);
    let starts = |from: usize| {
        let found = input.get(from..)?.windows(mark.len()).position(|window| window == mark)?;
        Some(from + found)
    };
    let mut files = Vec::new();
    let mut next = starts(0);
    while let Some(start) = next {
        let start = start + mark.len();
        next = starts(start);
        let file = &input[start..next.unwrap_or(input.len())];
        let name_end = file.iter().position(|&byte| byte == b'\n').unwrap_or(file.len());
        let bytes = file.get(name_end + 1..).unwrap_or_default();
        let inner = is_tree(bytes, level + 1);
        let content =
            if inner { Content::Zip(decode(bytes, level + 1)) } else { Content::Bytes(bytes.to_vec()) };
        files.push(File { name: file[..name_end].to_vec(), content });
    }
    files
}

/// The input of these files.
pub(crate) fn encode(files: &[File], level: u8) -> Vec<u8> {
    let mut input = Vec::new();
    for file in files {
        input.extend(mark(level));
        input.extend(&file.name);
        input.push(b'\n');
        match &file.content {
            Content::Bytes(bytes) => input.extend(bytes),
            Content::Zip(files) => input.extend(encode(files, level + 1)),
        }
    }
    input
}

/// The files of a zip, those of the zips and office files in it too.
pub(crate) fn of_zip(bytes: &[u8], level: u8) -> Option<Vec<File>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let Ok(mut entry) = archive.by_index(index) else { continue };
        let mut bytes = Vec::new();
        if entry.is_file() && entry.read_to_end(&mut bytes).is_ok() {
            files.push(File { name: entry.name_raw().to_vec(), content: content(bytes, level) });
        }
    }
    Some(files)
}

/// What is in a file: the files of a zip that needs no more than this level of marks, or its bytes.
pub(crate) fn content(bytes: Vec<u8>, level: u8) -> Content {
    let inner = (level < DEEPEST && bytes.starts_with(b"PK")).then(|| of_zip(&bytes, level + 1)).flatten();
    inner.filter(|files| !files.is_empty()).map_or(Content::Bytes(bytes), Content::Zip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::packed;

    #[test]
    fn files_are_the_same_as_an_input_and_as_a_zip() {
        let file = |name: &str, content| File { name: name.as_bytes().to_vec(), content };
        let page = file("word/document.xml", Content::Bytes(b"<w:p/>".to_vec()));
        let files = vec![
            file("a.md", Content::Bytes(b"# A\n".to_vec())),
            file("a.md", Content::Bytes(Vec::new())),
            file("b.docx", Content::Zip(vec![page])),
        ];
        let input = encode(&files, 1);
        assert!(is_tree(&input, 1));
        assert_eq!(decode(&input, 1), files);
        // The zip crate lists a name that is there twice once.
        assert_eq!(of_zip(&packed(&files[1..]), 1).unwrap(), files[1..]);
    }
}
