//! Exports, and the kinds of files in them.

use super::*;

pub(crate) fn markdown() -> Seeds {
    with_ending(".md")
}

pub(crate) fn html() -> Seeds {
    with_ending(".html")
}

pub(crate) fn csv() -> Seeds {
    with_ending(".csv")
}

pub(crate) fn mail_file() -> Seeds {
    with_ending(".eml")
}

pub(crate) fn docx() -> Seeds {
    office(".docx")
}

pub(crate) fn pptx() -> Seeds {
    office(".pptx")
}

pub(crate) fn xlsx() -> Seeds {
    office(".xlsx")
}

pub(crate) fn xls() -> Seeds {
    with_ending(".xls")
}

pub(crate) fn epub() -> Seeds {
    office(".epub")
}

/// Office files in one file of XML.
pub(crate) fn flat() -> Seeds {
    with_ending(".xml")
}

pub(crate) fn pdf() -> Seeds {
    with_ending(".pdf")
}

pub(crate) fn notion() -> Seeds {
    let mut seeds = zips("notion-");
    seeds.push(folder_tree("exports/notion-folder"));
    seeds
}

pub(crate) fn drive() -> Seeds {
    [zips("takeout-"), zips("drive-")].concat()
}

pub(crate) fn confluence() -> Seeds {
    zips("Confluence")
}

pub(crate) fn vault() -> Seeds {
    let mut seeds = zips("vault-");
    seeds.extend(["exports/vault", "exports/depot.wiki"].map(folder_tree));
    let note = b"[[a|b]] ![[Other#Head]] ![[Note]] %%x%% `[[c]]`\n> [!tip]- T\n> b ^id\n\n```\n[[d]]\n```\n";
    let files =
        [(".obsidian/app.json", &b"{}"[..]), ("Note.md", note), ("Other.md", b"# Head\n\n![[Note]]\n")];
    let files = files.map(|(name, text)| File { name: name.into(), content: Content::Bytes(text.to_vec()) });
    seeds.push(encode(&files, 1));
    seeds
}

pub(crate) fn zendesk() -> Seeds {
    let mut seeds = lines(&[
        "{\"articles\": null}",
        "[{\"id\": 1, \"title\": \"a\", \"body\": \"b\"}]",
        "{} {\"article\": {\"id\": 2}}",
    ]);
    seeds.extend(fixtures("exports/zendesk").iter().map(|path| bytes(path)));
    seeds
}

pub(crate) fn intercom() -> Seeds {
    vec![bytes(&root().join("fixtures/exports/intercom-articles.json"))]
}

pub(crate) fn evernote() -> Seeds {
    let mut seeds =
        lines(&["<en-export><note><title>a</title><content>&lt;en-note&gt;b</content></note></en-export>"]);
    seeds.push(bytes(&root().join("fixtures/exports/Depot.enex")));
    seeds
}

pub(crate) fn jsonl() -> Seeds {
    let mut seeds =
        lines(&[r#"{"key": 1, "title": "a", "content": "b", "type": "policy", "source": "c"}"#, "[]", "{}"]);
    seeds.push(bytes(&root().join("fixtures/exports/documents.jsonl")));
    seeds
}

pub(crate) fn slack() -> Seeds {
    [zips("slack-"), zips("Fernhill")].concat()
}

pub(crate) fn mail() -> Seeds {
    let mailbox = fixtures("exports")
        .into_iter()
        .filter(|path| ["gate.mbox", "separators.mbox"].contains(&&*name(path)));
    let mailbox =
        mailbox.map(|path| File { name: b"gate.mbox".to_vec(), content: Content::Bytes(bytes(&path)) });
    let mut seeds = zips("takeout-20260302T101010Z");
    seeds.extend([folder_tree("exports/mail-eml"), encode(&mailbox.collect::<Vec<_>>(), 1)]);
    seeds.extend(["exports/mail-kinds", "exports/maildir"].map(folder_tree));
    seeds
}

pub(crate) fn folder() -> Seeds {
    let mut seeds = zips("folder-");
    seeds.push(folder_tree("exports/folder"));
    seeds
}

/// Archives as they are, those that take long by intent aside: they have tests of their own.
pub(crate) fn archive() -> Seeds {
    let is_archive = |path: &PathBuf| {
        let name = name(path);
        let ends = ["zip", "tgz", "mbox", "xlsx"].iter().any(|ending| name.ends_with(ending));
        ends && !["bombs.zip", "deep.zip"].contains(&name.as_str())
    };
    let mut seeds: Seeds =
        fixtures("exports").iter().filter(|path| is_archive(path)).map(|path| bytes(path)).collect();
    seeds.retain(|seed| seed.len() <= 48 * 1024);
    seeds
}

pub(crate) fn tar() -> Seeds {
    let tgz = fixtures("exports").into_iter().filter(|path| name(path).ends_with(".tgz"));
    let plain = tgz.map(|path| {
        let mut tar = Vec::new();
        // Of one that is cut, what comes before.
        let _ =
            std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(&bytes(&path)[..]), &mut tar);
        tar.truncate(96 * 1024);
        tar
    });
    plain.collect()
}
