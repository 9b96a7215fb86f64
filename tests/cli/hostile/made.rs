//! The files.

mod exports;

use std::fs::File;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub(super) use exports::*;

const MIB: usize = 1 << 20;

/// Writes a zip of entries, each of which is a text many times over.
fn zip(path: &Path, entries: &[(&str, &[(&str, usize)])]) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, texts) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        for (text, times) in *texts {
            write_repeated(&mut zip, text, *times);
        }
    }
    zip.finish().unwrap();
}

fn write_repeated(out: &mut impl Write, text: &str, times: usize) {
    let at_once = (MIB / text.len()).clamp(1, times.max(1));
    let block = text.repeat(at_once);
    let mut left = times;
    while left > 0 {
        let now = left.min(at_once);
        out.write_all(&block.as_bytes()[..now * text.len()]).unwrap();
        left -= now;
    }
}

pub(super) fn paragraphs_within_paragraphs_of_a_docx(path: &Path) {
    zip(path, &[("word/document.xml", &[("<d>", 1), ("<p>", 9_000_000)])]);
}

pub(super) fn tables_within_tables_of_a_docx(path: &Path) {
    let nested = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p>";
    zip(path, &[("word/document.xml", &[("<w:document><w:body>", 1), (nested, 200_000)])]);
}

pub(super) fn a_docx_with_a_directory_of_a_million(path: &Path) {
    directory(&mut File::create(path).unwrap(), "word/document.xml", 1_000_000);
}

pub(super) fn lists_within_lists_of_markdown(path: &Path) {
    zip(
        path,
        &[
            ("long.md", &[("# T\n\n", 1), ("- ", 4_000), ("x\\\n", 1), ("y\\\n", 70_000)]),
            ("short.md", &[("# T\n\n", 1), ("- ", 4_000), ("x\\\n", 1), ("y\\\n", 15_000)]),
        ],
    );
}

pub(super) fn quotes_within_quotes_of_markdown(path: &Path) {
    zip(path, &[("a.md", &[("> ", 20_000), ("x\n", 1), ("y\n", 100_000)]), ("b.md", &[(">", 60_000)])]);
}

pub(super) fn tags_without_end_in_markdown(path: &Path) {
    let texts: [&[(&str, usize)]; 4] = [
        &[("# T\n\n<div>\n", 1), ("<a x=", 50_000)],
        &[("# T\n\n<div>\n", 1), ("<a x='", 50_000)],
        &[("<", 200_000)],
        &[("# T\n\n", 1), ("[a](", 50_000)],
    ];
    let names = ["a.md", "b.md", "c.md", "d.md"];
    zip(path, &names.into_iter().zip(texts).collect::<Vec<_>>());
}

pub(super) fn front_matter_without_end(path: &Path) {
    zip(
        path,
        &[
            ("a.md", &[("---\nlist:\n", 1), ("  - a\n", 1_000_000), ("---\ntext", 1)]),
            ("b.md", &[("---\n", 1), ("a: \"\n", 1_000_000), ("---\ntext", 1)]),
            ("c.md", &[("---\na: [", 1), ("[", 1_000_000), ("\n---\ntext", 1)]),
        ],
    );
}

fn workbook(path: &Path, sheet: &[(&str, usize)], strings: &[(&str, usize)]) {
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let book = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
        xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";
    zip(
        path,
        &[
            ("_rels/.rels", &[(&relation("officeDocument", "xl/workbook.xml"), 1)]),
            ("xl/workbook.xml", &[(book, 1)]),
            ("xl/_rels/workbook.xml.rels", &[(&relation("worksheet", "worksheets/s.xml"), 1)]),
            ("xl/worksheets/s.xml", sheet),
            ("xl/sharedStrings.xml", strings),
        ],
    );
}

pub(super) fn strings_that_a_workbook_only_claims(path: &Path) {
    workbook(path, &[("<worksheet/>", 1)], &[("<sst uniqueCount=\"4000000000\"/>", 1)]);
}

pub(super) fn a_long_string_in_every_cell(path: &Path) {
    let strings = [("<sst><si><t>", 1), ("long ", 1_000_000), ("</t></si></sst>", 1)];
    let sheet = [
        ("<worksheet><sheetData><row r=\"1\">", 1),
        ("<c t=\"s\"><v>0</v></c>", 1_000_000),
        ("</row></sheetData></worksheet>", 1),
    ];
    workbook(path, &sheet, &strings);
}

pub(super) fn a_sheet_of_empty_cells(path: &Path) {
    let sheet = [
        ("<worksheet><sheetData>", 1),
        ("<row><c/><c/><c/></row>", 2_000_000),
        ("</sheetData></worksheet>", 1),
    ];
    workbook(path, &sheet, &[("<sst/>", 1)]);
}

pub(super) fn elements_within_elements_of_a_page(path: &Path) {
    zip(
        path,
        &[
            ("a.html", &[("<html>", 1), ("<div>", 3_000_000), ("x", 1)]),
            ("b.html", &[("<html>", 1), ("<b><i><table><tr><td>", 20_000), ("x", 1)]),
            ("c.html", &[("<html>", 1), ("<p><b>", 60_000), ("x", 1)]),
        ],
    );
}

pub(super) fn attributes_without_number(path: &Path) {
    zip(
        path,
        &[
            ("a.html", &[("<html><p", 1), (" a=1", 5_000_000), (">x", 1)]),
            ("b.html", &[("<html>", 1), ("<p a b c d e f g h i j k l m n o>", 300_000)]),
        ],
    );
}

pub(super) fn a_page_of_nothing_but_elements(path: &Path) {
    zip(
        path,
        &[
            ("a.html", &[("<html>", 1), ("<p>a", 4_000_000)]),
            ("b.html", &[("<html>", 1), ("<br>", 9_000_000)]),
        ],
    );
}

pub(super) fn a_table_of_one_endless_row(path: &Path) {
    zip(
        path,
        &[
            ("a.csv", &[("a,", 20_000_000)]),
            ("b.csv", &[("\"", 1), ("a,b\n", 10_000_000)]),
            ("c.csv", &[("\"", 5_000_000)]),
        ],
    );
}

/// A gzipped tar to be.
fn tgz(path: &Path) -> GzEncoder<File> {
    GzEncoder::new(File::create(path).unwrap(), Compression::fast())
}

fn tar_header(name: &str, size: usize, kind: u8) -> [u8; 512] {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar  \0");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

pub(super) fn a_long_name_in_a_tar(path: &Path) {
    let mut tar = tgz(path);
    tar.write_all(&tar_header("././@LongLink", 1 << 30, b'L')).unwrap();
    write_repeated(&mut tar, "a", 1 << 30);
    tar.write_all(&tar_header("a.md", 3, b'0')).unwrap();
    tar.write_all(&[b"# x".as_slice(), &[0; 509]].concat()).unwrap();
    tar.finish().unwrap();
}

pub(super) fn attributes_of_a_tar_without_end(path: &Path) {
    let mut tar = tgz(path);
    tar.write_all(&tar_header("pax", 256 << 20, b'x')).unwrap();
    write_repeated(&mut tar, "16 comment=abcd\n", 16 << 20);
    tar.write_all(&tar_header("a.md", 3, b'0')).unwrap();
    tar.write_all(&[b"# x".as_slice(), &[0; 509]].concat()).unwrap();
    tar.finish().unwrap();
}

pub(super) fn a_tar_of_a_million_files(path: &Path) {
    let mut tar = tgz(path);
    for number in 0..1_000_000 {
        tar.write_all(&tar_header(&format!("{number}.png"), 0, b'0')).unwrap();
    }
    tar.finish().unwrap();
}

fn local(name: &str, packed: usize, size: usize, sum: u32, flags: u16) -> Vec<u8> {
    let mut header = b"PK\x03\x04\x14\0".to_vec();
    header.extend(flags.to_le_bytes());
    header.extend(b"\x08\0\0\0\0\x50");
    for number in [sum, packed as u32, size as u32] {
        header.extend(number.to_le_bytes());
    }
    header.extend((name.len() as u16).to_le_bytes());
    header.extend([0, 0]);
    header.extend(name.as_bytes());
    header
}

fn central(name: &str, packed: usize, size: usize, sum: u32, at: usize) -> Vec<u8> {
    let local = local(name, packed, size, sum, 0);
    let mut header = b"PK\x01\x02\x1E\x03".to_vec();
    header.extend(&local[4..30]);
    header.extend([0; 10]);
    header.extend((at as u32).to_le_bytes());
    header.extend(name.as_bytes());
    header
}

/// A zip in which very many names share one entry's bytes.
fn directory(out: &mut impl Write, first: &str, count: usize) {
    let packed = deflated(b"x");
    let sum = {
        let mut sum = flate2::Crc::new();
        sum.update(b"x");
        sum.sum()
    };
    let entry = [local("a", packed.len(), 1, sum, 0), packed.clone()].concat();
    out.write_all(&entry).unwrap();
    let mut size = 0;
    for number in 0..count {
        let name = if number == 0 { first.to_owned() } else { format!("{number:07x}.md") };
        let record = central(&name, packed.len(), 1, sum, 0);
        size += record.len();
        out.write_all(&record).unwrap();
    }
    let mut end = b"PK\x06\x06".to_vec();
    end.extend(44u64.to_le_bytes());
    end.extend([45, 0, 45, 0]);
    end.extend([0; 8]);
    for number in [count, count, size, entry.len()] {
        end.extend((number as u64).to_le_bytes());
    }
    end.extend(b"PK\x06\x07\0\0\0\0");
    end.extend(((entry.len() + size) as u64).to_le_bytes());
    end.extend(1u32.to_le_bytes());
    end.extend(b"PK\x05\x06\0\0\0\0\xFF\xFF\xFF\xFF");
    end.extend((size as u32).to_le_bytes());
    end.extend((entry.len() as u32).to_le_bytes());
    end.extend([0, 0]);
    out.write_all(&end).unwrap();
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn a_directory_of_two_million_in_a_part_of_notions(path: &Path) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    let part = "Export-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee-Part-1.zip";
    zip.start_file(part, SimpleFileOptions::default()).unwrap();
    directory(&mut std::io::BufWriter::new(&mut zip), "0.md", 2_000_000);
    zip.finish().unwrap();
}

/// A zip of empty files with these names.
fn named(path: &Path, names: impl Iterator<Item = String>) {
    by_hand(path, names.map(|name| (name, String::new())));
}

/// A zip of files, whose names may be any and the same.
fn by_hand(path: &Path, files: impl Iterator<Item = (String, String)>) {
    let (mut bytes, mut directory, mut count) = (Vec::new(), Vec::new(), 0u16);
    for (name, text) in files {
        let packed = deflated(text.as_bytes());
        let mut sum = flate2::Crc::new();
        sum.update(text.as_bytes());
        directory.extend(central(&name, packed.len(), text.len(), sum.sum(), bytes.len()));
        bytes.extend([local(&name, packed.len(), text.len(), sum.sum(), 0), packed].concat());
        count += 1;
    }
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    end.extend((directory.len() as u32).to_le_bytes());
    end.extend((bytes.len() as u32).to_le_bytes());
    end.extend([0, 0]);
    std::fs::write(path, [bytes, directory, end].concat()).unwrap();
}

pub(super) fn files_that_share_one_name(path: &Path) {
    by_hand(path, (0..40_000).map(|number| ("a.md".to_owned(), format!("# A\n\n{number}"))));
}

pub(super) fn names_of_sixty_thousand_letters(path: &Path) {
    let long = |number: usize| format!("{number:05}{}.md", "n".repeat(3_000 + number % 5 * 15_000));
    named(path, (0..400).map(long));
}

pub(super) fn folders_within_folders(path: &Path) {
    let id = "152bb52ee2b580179846fd78b2b60ea9";
    named(
        path,
        (0..2_000).map(|number| format!("{number}/{}{number} {id}.md", "a/".repeat(100 + number % 3 * 900))),
    );
}

pub(super) fn headers_that_hold_one_another(path: &Path) {
    // Each header's data is a stored block that holds the next header: read from each, all that follow inflate.
    let mut bytes = Vec::new();
    for number in 0..30_000 {
        let header = local(&format!("{number}.md"), 0, 0, 0, 8);
        let rest = (header.len() + 5) as u16;
        bytes.extend(&header);
        bytes.push(0);
        bytes.extend(rest.to_le_bytes());
        bytes.extend((!rest).to_le_bytes());
    }
    std::fs::write(path, bytes).unwrap();
}

pub(super) fn text_that_grows_when_it_is_composed(path: &Path) {
    zip(
        path,
        &[
            ("a.txt", &[("\u{1D160}", 12_000_000)]),
            ("b.txt", &[("e", 1), ("\u{301}", 20_000_000)]),
            ("c.md", &[("e\u{323}\u{301}", 1_000_000)]),
        ],
    );
}

pub(super) fn text_of_many_megabytes(path: &Path) {
    zip(
        path,
        &[
            ("a.txt", &[("Some words are said here.\n", 1_000_000)]),
            ("b.txt", &[("Others here.\n", 2_000_000)]),
        ],
    );
}
