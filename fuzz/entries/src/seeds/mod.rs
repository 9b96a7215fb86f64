//! What each entry is begun with: the project's fixtures, some lines of text, and what stands in `fuzz/seeds/NAME/`,
//! inputs that once broke a law among it.

mod exports;

use std::fs;
use std::path::{Path, PathBuf};

use crate::files::SEPARATOR;
use crate::responses::CALLS;
use crate::tree::{Content, File, content, encode, of_zip};
pub(crate) use exports::*;

/// Inputs.
pub type Seeds = Vec<Vec<u8>>;

/// The seeds that stand in a folder of the entry's own.
pub fn of_folder(entry: &str) -> Seeds {
    files_in(&root().join("fuzz/seeds").join(entry)).iter().map(|path| bytes(path)).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn fixtures(folder: &str) -> Vec<PathBuf> {
    files_in(&root().join("fixtures").join(folder))
}

/// The files of a folder, and of those in it, in order.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn lines(lines: &[&str]) -> Seeds {
    lines.iter().map(|line| line.as_bytes().to_vec()).collect()
}

/// Every fixture under a name with this ending, in the folders and in the exports.
fn with_ending(ending: &str) -> Seeds {
    let folders = [
        "office",
        "exports/folder",
        "exports/signs",
        "exports/mail-eml",
        "exports/mail-kinds",
        "exports/notion-folder",
        "handbook",
    ];
    let mut seeds: Seeds = folders
        .iter()
        .flat_map(|folder| fixtures(folder))
        .filter(|path| name(path).ends_with(ending))
        .map(|path| bytes(&path))
        .collect();
    let archives = ["exports/notion-flat-2024.zip", "exports/notion-html-2023.zip"];
    for file in
        archives.iter().filter_map(|path| of_zip(&bytes(&root().join("fixtures").join(path)), 1)).flatten()
    {
        if let (true, Content::Bytes(bytes)) = (file.name.ends_with(ending.as_bytes()), file.content) {
            seeds.push(bytes);
        }
    }
    seeds.retain(|seed| seed.len() <= 48 * 1024);
    seeds
}

/// Office files, as they are and as the files in them.
fn office(ending: &str) -> Seeds {
    let mut seeds = with_ending(ending);
    let trees: Seeds = seeds
        .iter()
        .filter_map(|seed| of_zip(seed, 1))
        .map(|files| encode(&without_large(files), 1))
        .collect();
    seeds.extend(trees);
    seeds
}

/// Pictures and long texts take time and lead nowhere new.
fn without_large(files: Vec<File>) -> Vec<File> {
    let is_small = |file: &File| !matches!(&file.content, Content::Bytes(bytes) if bytes.len() > 32 * 1024);
    files.into_iter().filter(is_small).take(40).collect()
}

/// The zips among the exports whose names begin so, as the files in them.
fn zips(beginning: &str) -> Seeds {
    let paths = fixtures("exports").into_iter().filter(|path| {
        let name = name(path);
        name.starts_with(beginning)
            && name.ends_with(".zip")
            && !path.components().any(|part| part.as_os_str() == "bad")
    });
    paths.filter_map(|path| of_zip(&bytes(&path), 1)).map(|files| encode(&without_large(files), 1)).collect()
}

/// The files of a folder, as those of an archive.
fn folder_tree(folder: &str) -> Vec<u8> {
    let base = root().join("fixtures").join(folder);
    let files = files_in(&base).into_iter().map(|path| {
        let name = path.strip_prefix(&base).unwrap_or(&path).to_string_lossy().into_owned().into_bytes();
        File { name, content: content(bytes(&path), 1) }
    });
    encode(&without_large(files.collect()), 1)
}

pub(crate) fn webhook() -> Seeds {
    let bodies = fixtures("webhook").into_iter().filter(|path| name(path).ends_with(".body"));
    let mut seeds: Seeds = bodies
        .map(|path| [bytes(&path.with_extension("signature")), b"\n".to_vec(), bytes(&path)].concat())
        .collect();
    seeds.extend(lines(&["sha256=\n{\"event\":\"other\",\"timestamp\":null}", "sha1=00\n{}", "\n"]));
    seeds
}

/// Every payload as the answer to every call, with headers as a gateway sends them.
pub(crate) fn responses() -> Seeds {
    let headers = "content-type: application/json\nx-ratelimit-limit: 60\nx-ratelimit-remaining: 42\n\
                   x-ratelimit-reset: 1772000060\ndate: Wed, 25 Feb 2026 06:13:20 GMT\n\n";
    let mut seeds = Seeds::new();
    for path in fixtures("api").into_iter().filter(|path| name(path).ends_with(".json")) {
        let name = name(&path);
        let fits = |call: &&&str| match name.split('-').next() {
            Some("ask") => **call == "ask",
            Some("kb") => ["list documents", "list all documents", "create", "get", "delete"].contains(*call),
            Some("escalations") => call.contains("escalations") || **call == "resolve",
            Some("stats") => **call == "stats",
            _ => true,
        };
        let status = name.trim_start_matches("error-").trim_end_matches(".json").parse().unwrap_or(200);
        for call in CALLS.iter().filter(fits) {
            seeds.push([format!("{call} {status}\n{headers}").into_bytes(), bytes(&path)].concat());
        }
    }
    seeds.extend(lines(&[
        "ask 429\nretry-after: 1\n\n{\"error\":\"Rate limit exceeded.\"}",
        "stats 503\nretry-after: Thu, 14 Mar 2024 13:40:00 GMT\n\n<html>Bad gateway</html>",
        "get 401\n\n{\"error\":\"Invalid API key: twin_live_sk_s3cret0123456789\"}",
        "get 401\n\n{\"error\":\"Invalid API key: twin_live_sk_s3cret\\u00301\\u00323456789\"}",
        "stats 200\n\n{\"totalAnswered\":284,\"totalEscalated\":34,\"avgConfidence\":\"twin_live_sk_s3cret0123456789\"}",
        "list documents 200\n\n{\"docs\":[{\"id\":\"a\",\"title\":\"b\",\"type\":\"note\",\"createdAt\":\"twin_live_sk_s3cret0123456789\"}]}",
        "delete 404\n\n{\"error\":\"Not found.\"}",
        "delete 204\n\n",
        "resolve 302\nlocation: https://evil.example/\n\n",
        "list all documents 200\n\n{\"docs\":[],\"total\":18446744073709551615}",
    ]));
    seeds
}

pub(crate) fn rate_limit() -> Seeds {
    lines(&[
        "200\nx-ratelimit-limit: 60\nx-ratelimit-remaining: 42\nx-ratelimit-reset: 1710423600\ndate: Thu, 14 Mar 2024 13:39:18 GMT",
        "200\nx-ratelimit-limit: 60\nx-ratelimit-remaining: 0\nx-ratelimit-reset: 1710423600\ndate: Thu, 14 Mar 2024 13:39:58 GMT",
        "429\nretry-after: 30\nx-ratelimit-limit: 60\nx-ratelimit-remaining: 0\nx-ratelimit-reset: 1710423600",
        "429\nretry-after: 1\nx-ratelimit-reset: 1710423600\ndate: Thu, 14 Mar 2024 13:39:59 GMT",
        "429\nretry-after: 0",
        "429\nretry-after: 18446744073709551615",
        "429\nretry-after: Fri, 31 Dec 9999 23:59:59 GMT\ndate: Thu, 01 Jan 1970 00:00:00 GMT",
        "503\nretry-after: Thu, 14 Mar 2024 13:40:00 GMT\ndate: Thu, 14 Mar 2024 13:39:58 GMT",
        "429\nx-ratelimit-remaining: 18446744073709551615\nx-ratelimit-reset: 9223372036854775807",
        "429\nx-ratelimit-reset: 253402207200\ndate: Thu, 01 Jan 1970 00:00:00 GMT",
    ])
}

pub(crate) fn base_url() -> Seeds {
    lines(&[
        "https://api.twin.ai",
        "https://gateway.example/twin",
        "http://localhost:8080",
        "http://127.0.0.1:1",
        "http://[::1]:8080",
        "http://[::ffff:127.0.0.1]",
        "http://localhost.evil.example",
        "http://localhost.",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "http://evil.example\\@localhost",
        "https://user:s3cretpassword@api.twin.ai",
        "https://api.twin.ai/?x=1",
        "http://0x7f.1",
        "http://2130706433",
        "http://LOCALHOST",
        "http://loc\tal\nhost/",
        "http://%6cocalhost",
        "http://\u{FF4C}ocalhost",
        "ftp://localhost",
        "http:127.0.0.1",
        "http://0",
        "file:///",
        "https://[::1%25eth0]/",
        "http://127.0.0.1:80/..//x",
    ])
}

pub(crate) fn duration() -> Seeds {
    lines(&[
        "30s",
        "2m",
        "1h30m",
        "500ms",
        "1.5s",
        "45",
        "0",
        ".",
        "-5s",
        "1e9s",
        "99999999999999999999s",
        "PT1H30M",
        "1 hour, 2 min",
        "1h ago",
        "+2m",
        "9223372036854775807s",
        "2562047788015215h",
        "00:30:00",
        "1d",
        "1w",
        "1µs",
    ])
}

pub(crate) fn config() -> Seeds {
    lines(&[
        "profile = \"work\"\n\n# the office\n[profiles.work]\nbase_url = \"https://twin.example\"\napi_key_command = \"pass show twin\"\n",
        "[profiles.\"a.b\"]\nbase_url = 'http://localhost:1'\n[profiles.set]\n",
        "profiles.work.base_url = \"https://x.example\"\n",
        "profiles = { work = { base_url = \"https://x.example\" } }\n",
        "profiles.set = { api_key_command = \"x\" }\n",
        "profile = \"\"\"\nwork\"\"\"\n",
        "[[profiles]]\n",
        "profiles = 1\n",
        "",
        "[profiles]\n[profiles.set]\nbase_url = \"https://old.example\" # mine\n",
        "\u{FEFF}profile = \"a\"\r\n",
    ])
}

pub(crate) fn credentials() -> Seeds {
    lines(&[
        "[profiles.default]\norigin = \"https://api.twin.ai\"\napi_key = \"twin_live_s3cret\"\n",
        "[profiles.\"a b\"]\norigin = \"http://localhost:1\"\napi_key = 'twin_live_s3cret'\n[profiles.c]\norigin = \"\"\napi_key = \"s3cret\"\n",
        "profiles.a = { origin = \"x\", api_key = \"s3cret\" }\n",
        "[profiles.default]\napi_key = \"s3cret\ns3cret\"\n",
        "s3cret = 1\n",
        "[profiles.default]\norigin = \"x\"\napi_key = 5\nexpires = s3cret\n",
    ])
}

pub(crate) fn state() -> Seeds {
    let entry = |key: &str, rest: &str| {
        format!(
            "{{\"key\":\"{key}\",\"title\":\"One\",\"type\":\"note\",\"hash\":\"h1\",\"source\":\"s1\",\"converter\":\"md/1\",{rest}}}"
        )
    };
    let doubt = "{\"hash\":\"h2\",\"part\":0,\"title\":\"One\",\"type\":\"note\",\"content\":\"c\",\"since\":\"2026-03-02T09:30:00Z\"}";
    let whole = entry("folder:a/1.md", "\"ids\":[\"doc_1\"]");
    let unfinished = entry(
        "notion:ab",
        &format!(
            "\"ids\":[\"doc_2\",\"doc_0\",\"doc_3\"],\"old\":1,\"next\":{{\"hash\":\"h2\",\"made\":[1]}},\"doubts\":[{doubt}]"
        ),
    );
    let state = |entries: &str| {
        format!(
            "{{\n  \"schema\": 1,\n  \"baseUrl\": \"http://a\",\n  \"documents\": [\n    {entries}\n  ]\n}}\n"
        )
        .into_bytes()
    };
    let begin = "{\"begin\":{\"journal\":1,\"baseUrl\":\"http://a\",\"state\":null}}\n";
    let put = |entry: &str| format!("{{\"change\":{{\"put\":{entry}}}}}\n");
    let journal =
        [begin, &put(&whole), &put(&unfinished), "{\"change\":{\"drop\":\"folder:a/1.md\"}}\n"].concat();
    let fold = format!("{journal}{{\"fold\":{{\"state\":\"00\"}}}}\n");
    let after = |journal: &str| [&[SEPARATOR][..], journal.as_bytes()].concat();
    vec![
        state(&whole),
        state(&format!("{whole},\n    {unfinished}")),
        after(&journal),
        after(&fold),
        after(&[begin, &put(&whole), &put(&entry("b", "\"ids\":[\"doc_1\"]"))].concat()),
        [state(&whole), after(&journal)].concat(),
    ]
}

pub(crate) fn terminal() -> Seeds {
    let mut seeds = lines(&[
        "\u{0}a\u{1b}[31mred\u{9b}31m\u{202e}exe.txt",
        "\u{5}one\r\ntwo\tthree\rfour\u{7f}\u{85}",
        "\u{ff}Zürich – 東京 می\u{200c}خواهم",
        "\u{10}👩\u{200d}👩\u{200d}👧 ❤\u{fe0f} \u{e0041}\u{2066}x\u{2069}\u{feff}\u{ad}",
        " - item\n   1. other item that is long enough to be wrapped\n",
        "\u{1b}]0;title\u{7}\u{1b}]8;;http://x\u{1b}\\link",
        "P\u{1d173}\u{3164}\u{61c}\u{2028}\u{fff9}\u{115f}\u{206a}",
    ]);
    seeds.push(b"\0\xC2\x9B\xFF\xE2\x80\xAE\xF0\x9F".to_vec());
    seeds
}

pub(crate) fn split() -> Seeds {
    let mut seeds = lines(&[
        "A sentence of some words stands here. ",
        "Name | Value\nrow | some value\n",
        "Heading\n\nParagraph. Another one!\n\n",
        "👨\u{200d}👩\u{200d}👧",
        "e\u{301}\u{200d}",
        "\n",
        "| a | b |\n\n| c |\n",
        "x",
        "",
        "a |\n",
        "\u{1F1E6}",
        "ก็",
        "한국어 문장.",
    ]);
    seeds.extend(markdown());
    seeds
}
