//! Mutants: seeds changed as files break and as attackers change them. The same random numbers give the same mutant.

use fastrand::Rng;

use crate::tree::{Content, DEEPEST, File, decode, encode, is_tree};

/// The longest mutant, in bytes.
const LONGEST: usize = 256 * 1024;

/// Pieces that mean something to one of the readers.
const TOKENS: &[&[u8]] = &[
    b"\0",
    b"\n",
    b"\r\n",
    b"\n\n",
    b"\t",
    b"\"",
    b"'",
    b",",
    b";",
    b"|",
    b" | ",
    b"\\",
    b"/",
    b"../",
    b"<",
    b">",
    b"&",
    b"%",
    b"&#x110000;",
    b"&#55296;",
    b"&amp;",
    b"&nbsp;",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<p>",
    b"</p>",
    b"<table>",
    b"<tr><td>",
    b"<td colspan=\"99999999\">",
    b"<ul><li>",
    b"<aside>",
    b"</aside>",
    b"```",
    b"# ",
    b"- ",
    b"> ",
    b"| - |",
    b"---\n",
    b"[a](b)",
    b"![a](b)",
    b"$$",
    b"{",
    b"}",
    b"[",
    b"]",
    b"null",
    b"true",
    b"-1",
    b"1e309",
    b"-0.0",
    b"0.5",
    b"18446744073709551615",
    b"18446744073709551616",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"4294967295",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"\xFF",
    b"\xC3",
    b"\xE2\x80\xAE",
    b"\xE2\x80\x8B",
    b"\xC2\xA0",
    b"\xC2\x9B",
    b"\xED\xA0\x80",
    b"\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9",
    b"e\xCC\x81",
    b"\x1B[31m",
    b"\\u001b",
    b"\\ud800",
    b"\\u0000",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"%PDF-",
    b" obj\n",
    b"endstream",
    b"From a Mon Mar  2 09:30:00 2026\n",
    b"Content-Type: multipart/mixed; boundary=a\n\n--a\n",
    b"Content-Transfer-Encoding: base64\n",
    b"=?UTF-8?B?",
    b"=C3",
    b"Date: Thu, 14 Mar 2024 13:39:18 GMT\n",
    b"Retry-After: ",
    b"X-RateLimit-Reset: ",
    b"X-RateLimit-Remaining: 0\n",
    b"http://",
    b"localhost",
    b"127.0.0.1",
    b"@",
    b":",
    b"?",
    b"#",
    b"[::1]",
    b"%00",
    b"\xE3\x80\x82",
    b"xn--",
    b"0x7f.1",
    b"sha256=",
    b".zip",
    b".csv",
    b"_all.csv",
    b".md",
    b".html",
    b".docx",
    b"-info.json",
];

/// A mutant of a seed; now and then it is crossed with another.
pub fn mutant(random: &mut Rng, seed: &[u8], other: &[u8]) -> Vec<u8> {
    let mut mutant = if is_tree(seed, 1) {
        let mut files = decode(seed, 1);
        for _ in 0..random.u32(1..=3) {
            change_files(random, &mut files, other, 1);
        }
        encode(&files, 1)
    } else {
        let mut bytes = seed.to_vec();
        change_often(random, &mut bytes, other);
        bytes
    };
    mutant.truncate(LONGEST);
    mutant
}

/// Changes the files of an archive: mostly what is in one of them, else the archive.
fn change_files(random: &mut Rng, files: &mut Vec<File>, other: &[u8], level: u8) {
    if files.is_empty() {
        return;
    }
    let at = random.usize(..files.len());
    let with = random.usize(..files.len());
    match random.u32(..16) {
        0 => change_often(random, &mut files[at].name, other),
        1 => files[at].name = files[with].name.clone(),
        2 => files[at].content = files[with].content.clone(),
        3 => drop(files.remove(at)),
        4 => files.swap(at, with),
        5 => files.insert(with, files[at].clone()),
        6 if level < DEEPEST => {
            let inner = File {
                name: b"Export-0b7c3a1e-5d0f-4c1c-9f53-2f4f3b1d7a10-Part-1.zip".to_vec(),
                ..files[at].clone()
            };
            let outer = [&files[at].name[..], b".zip"].concat();
            files[at] = File { name: outer, content: Content::Zip(vec![inner]) };
        }
        _ => match &mut files[at].content {
            Content::Bytes(bytes) => change_often(random, bytes, other),
            Content::Zip(inner) => change_files(random, inner, other, level + 1),
        },
    }
}

fn change_often(random: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..1 << random.u32(..4) {
        change(random, bytes, other);
    }
}

fn change(random: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = random.usize(..=bytes.len());
    let end = (at + length(random)).min(bytes.len());
    match random.u32(..14) {
        0 | 1 if at < bytes.len() => bytes[at] ^= 1 << random.u32(..8),
        2 if at < bytes.len() => {
            bytes[at] = *random.choice(&[0, 1, 0x20, 0x7F, 0x80, 0xFE, 0xFF]).unwrap_or(&0)
        }
        3 => bytes.truncate(at),
        4 | 5 => drop(bytes.drain(at..end)),
        6 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
        7 => nest(random, bytes, at, end),
        8 => {
            let from = random.usize(..=other.len());
            let until = (from + length(random)).min(other.len());
            bytes.splice(at..end, other[from..until].iter().copied());
        }
        9 => lie(random, bytes, at),
        10 => number(random, bytes, at),
        11 => {
            let chunk: Vec<u8> = bytes.drain(at..end).collect();
            let to = random.usize(..=bytes.len());
            bytes.splice(to..to, chunk);
        }
        _ => {
            let token = random.choice(TOKENS).copied().unwrap_or_default();
            let end = if random.bool() { at } else { (at + token.len()).min(bytes.len()) };
            bytes.splice(at..end, token.iter().copied());
        }
    }
}

/// Short lengths are likelier.
fn length(random: &mut Rng) -> usize {
    let most = 1 << random.u32(..11);
    random.usize(1..=most)
}

/// A piece many times over, as deep nesting and long runs are.
fn nest(random: &mut Rng, bytes: &mut Vec<u8>, at: usize, end: usize) {
    let times = (1 << random.u32(..14)).min(32 * 1024 / (end - at).max(1));
    bytes.splice(at..at, bytes[at..end].repeat(times));
}

/// A field of two or four bytes, of either order, that says what is not so: a length, an offset, a count.
fn lie(random: &mut Rng, bytes: &mut [u8], at: usize) {
    let value: u32 = match random.u32(..4) {
        0 => u32::MAX - random.u32(..3),
        1 => 1 << random.u32(..32),
        2 => bytes.len() as u32 - bytes.len().min(random.usize(..4)) as u32,
        _ => random.u32(..256),
    };
    let (little, big) = (value.to_le_bytes(), value.to_be_bytes());
    let field: &[u8] = match random.u32(..4) {
        0 => &little[..2],
        1 => &big[2..],
        2 => &little,
        _ => &big,
    };
    bytes.iter_mut().skip(at).zip(field).for_each(|(byte, &new)| *byte = new);
}

/// A number in the text that is another.
fn number(random: &mut Rng, bytes: &mut Vec<u8>, at: usize) {
    let Some(start) = bytes.iter().skip(at).position(u8::is_ascii_digit).map(|found| at + found) else {
        return;
    };
    let len = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let new = match random.u32(..5) {
        0 => u64::MAX.to_string(),
        1 => (1u64 << random.u32(..64)).to_string(),
        2 => "9".repeat(random.usize(1..40)),
        3 => format!("-{}", random.u32(..)),
        _ => random.u32(..1000).to_string(),
    };
    bytes.splice(start..start + len, new.into_bytes());
}
