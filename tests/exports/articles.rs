//! Articles and notes: pages of a listing belong together, and identities outlive names and places.

use std::fs;

use twin_export::{Options, reason};

use super::expectation::{fixtures, read};
use super::workshop::{Workshop, keys, read_one, skipped};

#[test]
fn a_page_that_is_missing_means_that_nothing_is_gone_and_all_pages_are_one_export() {
    let pages =
        ["articles-1.json", "articles-2.json"].map(|name| fixtures().join("exports/zendesk").join(name));
    let (documents, summary) = read(&pages[..1], &Options::default());
    assert_eq!(keys(&documents), ["zendesk:35001", "zendesk:35001/de"]);
    assert!(!summary.roots[0].whole);
    let (documents, summary) = read(&pages, &Options::default());
    assert_eq!(keys(&documents), ["zendesk:35001", "zendesk:35001/de", "zendesk:35004"]);
    assert!(summary.roots.iter().all(|root| root.whole && root.scope == "zendesk:"));
    // The article without an id may be any; the one without text is there.
    assert_eq!(summary.unconverted_keys, ["zendesk:", "zendesk:35003"]);
}

#[test]
fn a_listing_that_is_cut_within_gives_what_it_holds_and_nothing_is_gone() {
    let workshop = Workshop::new();
    let whole = fs::read_to_string(fixtures().join("exports/intercom-articles.json")).unwrap();
    let root = workshop.folder("given", &[("articles.json", &whole[..whole.len() - 200])]);
    let (documents, summary) = read_one(&root.join("articles.json"));
    assert_eq!(keys(&documents), ["intercom:6871119", "intercom:6871119/pl"]);
    assert!(skipped(&summary).contains(&("articles.json", reason::UNREADABLE)));
    assert!(summary.unconverted_keys.contains(&"intercom:".to_owned()));
}

#[test]
fn two_help_centers_in_one_folder_keep_their_own_articles_and_drafts() {
    let workshop = Workshop::new();
    let zendesk = r#"{"articles": [
        {"id": 1, "locale": "en-us", "source_locale": "en-us", "title": "Keys", "draft": false, "body": "<p>Desk", "html_url": "https://acme.example/1", "section_id": 1},
        {"id": 2, "locale": "en-us", "source_locale": "en-us", "title": "Plan", "draft": true, "body": "<p>Secret", "html_url": "https://acme.example/2", "section_id": 1}],
        "next_page": null, "count": 2}"#;
    let intercom = r#"{"type": "list", "data": [
        {"id": "1", "type": "article", "author_id": 3, "title": "Gate", "body": "<p>Open", "state": "published"},
        {"id": "2", "type": "article", "author_id": 3, "title": "Idea", "body": "<p>Secret", "state": "draft"}], "total_count": 2}"#;
    for (first, second) in [("a.json", "b.json"), ("b.json", "a.json")] {
        let root = workshop.folder(first, &[(first, zendesk), (second, intercom)]);
        let (mut documents, _) = read_one(&root);
        documents.sort_by(|a, b| a.key.cmp(&b.key));
        assert_eq!(keys(&documents), ["intercom:1", "zendesk:1"]);
    }
}

#[test]
fn other_json_is_no_export_of_articles() {
    let workshop = Workshop::new();
    let root = workshop.folder("data", &[("package.json", "{\"articles\": [1]}"), ("a.md", "Text")]);
    let (documents, summary) = read_one(&root);
    assert_eq!(keys(&documents), ["folder:data/a.md"]);
    assert_eq!(skipped(&summary), [("package.json", reason::UNKNOWN_KIND)]);
}

#[test]
fn a_page_that_was_emptied_is_named_and_is_not_gone() {
    let workshop = Workshop::new();
    let id = "0123456789abcdef0123456789abcdef";
    let page = format!("Plan {id}.md");
    let root = workshop.folder(
        "export",
        &[(page.as_str(), "# Plan\n"), ("Other 1123456789abcdef0123456789abcdef.md", "# Other\n\nText.\n")],
    );
    let (documents, summary) = read_one(&root);
    assert_eq!(documents.len(), 1);
    assert_eq!(skipped(&summary), [(page.as_str(), reason::TITLE_ONLY)]);
    assert_eq!(summary.unconverted_keys, [format!("notion:{id}")]);
}

#[test]
fn a_note_is_the_same_under_another_title_and_in_another_notebook() {
    let workshop = Workshop::new();
    let whole = fs::read_to_string(fixtures().join("exports/Depot.enex")).unwrap();
    let renamed = whole.replace("Fire plan &amp; exits", "Drill");
    let root = workshop.folder("given", &[("Yard/Other.enex", &renamed)]);
    let (renamed, _) = read_one(&root);
    let (before, _) = read_one(&fixtures().join("exports/Depot.enex"));
    assert_eq!(keys(&before), keys(&renamed));
    assert_eq!(renamed.iter().filter(|document| document.title == "Drill").count(), 1);
}

#[test]
fn a_notebook_that_is_cut_short_gives_its_whole_notes_and_nothing_is_gone() {
    let workshop = Workshop::new();
    let whole = fs::read_to_string(fixtures().join("exports/Depot.enex")).unwrap();
    let root = workshop.folder("given", &[("Depot.enex", &whole[..whole.find("Undated").unwrap()])]);
    let (documents, summary) = read_one(&root);
    assert_eq!(documents.len(), 5);
    assert_eq!(summary.unconverted_keys.last().map(String::as_str), Some("evernote:"));
    assert!(skipped(&summary).contains(&("Depot.enex", reason::UNREADABLE)));
    assert!(!summary.roots[0].whole, "it is told that it is damaged");
}

#[test]
fn what_lies_beside_an_export_is_of_a_folder_and_the_export_stays_one() {
    let workshop = Workshop::new();
    let zendesk = fs::read_to_string(fixtures().join("exports/zendesk/articles-2.json")).unwrap();
    let notebook = fs::read_to_string(fixtures().join("exports/Depot.enex")).unwrap();
    let page = "<h1 id='title-heading'>D : A</h1><div id=\"main-content\"><p>Text</p></div>";
    for (name, file, text, scope) in [
        ("zendesk", "articles.json", zendesk.as_str(), "zendesk:"),
        ("evernote", "Depot.enex", &notebook, "evernote:"),
        ("confluence", "A_10000001.html", page, "confluence:"),
    ] {
        let files = [
            (file, text),
            ("index.html", "<p>index"),
            ("README.md", "# How\n\nText"),
            ("notes/a.txt", "Text"),
        ];
        let is_page = |(name, _): &&(&str, &str)| *name != "index.html" || scope == "confluence:";
        let files: Vec<(&str, &str)> = files.iter().filter(is_page).copied().collect();
        let (documents, summary) = read_one(&workshop.folder(name, &files));
        let keys = keys(&documents);
        assert!(keys[0].starts_with(scope), "{keys:?}");
        let beside = [format!("folder:{name}/README.md"), format!("folder:{name}/notes/a.txt")];
        assert_eq!(keys[keys.len() - 2..], beside);
        let scopes: Vec<&str> = summary.roots.iter().map(|root| root.scope.as_str()).collect();
        assert_eq!(scopes, [scope, &format!("folder:{name}/")]);
    }
}

#[test]
fn a_space_is_known_below_the_folders_that_it_was_packed_into() {
    let workshop = Workshop::new();
    let page = b"<div id=\"main-content\"><p>Text</p></div>";
    let zip = workshop.zip(
        "space.zip",
        &[("given/2026/DEP/index.html", b"<p>index"), ("given/2026/DEP/10000001.html", page)],
    );
    assert_eq!(keys(&read_one(&zip).0), ["confluence:10000001"]);
    // A space somewhere among other documents is a part of these.
    let zip = workshop.zip(
        "all.zip",
        &[("a.md", b"Text"), ("b/DEP/index.html", b"<p>index"), ("b/DEP/10000001.html", page)],
    );
    assert!(keys(&read_one(&zip).0).contains(&"folder:all/b/DEP/10000001.html"));
}
