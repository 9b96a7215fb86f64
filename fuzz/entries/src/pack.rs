//! Sound archives of any files: whatever is in them, the container itself gives no reason to stop.

use crate::tree::{Content, File};

/// A zip of these files, stored as they are; names may be anything, and the same twice.
pub(crate) fn packed(files: &[File]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let inner;
        let bytes = match &file.content {
            Content::Bytes(bytes) => bytes,
            Content::Zip(files) => {
                inner = packed(files);
                &inner
            }
        };
        let name = &file.name[..file.name.len().min(1_000)];
        let at = zip.len() as u32;
        let common = header(name, bytes);
        zip.extend(b"PK\x03\x04");
        zip.extend(&common);
        zip.extend(name);
        zip.extend(bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]); // no comment, the first disk, no attributes
        directory.extend(at.to_le_bytes());
        directory.extend(name);
    }
    let (count, at, len) = (files.len() as u16, zip.len() as u32, directory.len() as u32);
    zip.extend(directory);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    zip.extend([len.to_le_bytes(), at.to_le_bytes()].concat());
    zip.extend([0; 2]);
    zip
}

/// What the header before a file and its line in the directory have in common.
fn header(name: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    let len = (bytes.len() as u32).to_le_bytes();
    let mut header = vec![0x14, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]; // version 2.0, UTF-8, stored, 1980-01-01
    header.extend(sum.sum().to_le_bytes());
    header.extend([len, len].concat());
    header.extend((name.len() as u16).to_le_bytes());
    header.extend([0; 2]);
    header
}

/// A tar whose headers' sums are right, wherever it was changed.
pub(crate) fn with_sound_sums(tar: &[u8]) -> Vec<u8> {
    let mut tar = tar.to_vec();
    let mut at = 0;
    while let Some(header) = tar.get_mut(at..at + 512) {
        if header.get(257..262) == Some(b"ustar") {
            header[148..156].fill(b' ');
            let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
            header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
        at += 512;
    }
    tar
}
