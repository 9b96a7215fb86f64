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
    assert_eq!(summary.unconverted_keys, ["zendesk:"], "the article without an id may be any");
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
fn other_json_is_no_export_of_articles() {
    let workshop = Workshop::new();
    let root = workshop.folder("data", &[("package.json", "{\"articles\": [1]}"), ("a.md", "Text")]);
    let (documents, summary) = read_one(&root);
    assert_eq!(keys(&documents), ["folder:data/a.md"]);
    assert_eq!(skipped(&summary), [("package.json", reason::UNKNOWN_KIND)]);
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
}
