//! Every export under `fixtures/` becomes the documents that its `expected.json` tells, no other, and
//! every file of it is accounted for.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod accounting;
mod articles;
mod as_shown;
mod bad_input;
mod choices;
mod conversations;
mod expectation;
mod folders;
mod mailboxes;
mod nothing_less;
mod nothing_lost;
mod scans;
mod workshop;

use expectation::Expectation;

/// One test for each expectation, so that a failure names its export.
macro_rules! exports {
    ($($test:ident: $name:literal,)+) => {
        $(#[test]
        fn $test() {
            Expectation::load($name).check();
        })+

        #[test]
        fn every_expectation_has_its_test() {
            let mut tested = vec![$($name),+];
            tested.sort_unstable();
            assert_eq!(expectation::all(), tested);
        }
    };
}

exports! {
    the_handbook_in_markdown: "handbook",
    the_handbook_in_html: "exports/notion-html-handbook",
    a_flat_notion_zip_with_all_surprises: "exports/notion-flat-2024",
    an_unpacked_notion_export: "exports/notion-folder",
    old_notion_html: "exports/notion-html-2023",
    a_notion_export_in_two_parts: "exports/notion-parts",
    takeout_in_two_zips: "exports/drive-takeout",
    takeout_in_two_tgz_with_localised_names: "exports/drive-takeout-tgz",
    a_folder_downloaded_from_drive: "exports/drive-download",
    slack_channels: "exports/slack",
    slack_with_private_conversations: "exports/slack-private",
    slack_of_a_grid: "exports/slack-grid",
    single_mails: "exports/mail-eml",
    a_bare_mbox: "exports/mail-mbox",
    gmail_by_takeout: "exports/mail-takeout",
    a_folder_of_everything: "exports/folder",
    a_zipped_folder_with_odd_names: "exports/folder-names",
    signs_that_are_easily_lost: "exports/signs",
    names_in_the_encoding_of_their_zip: "exports/zip-names",
    mail_that_is_easily_misread: "exports/mail-kinds",
    an_mbox_of_many_programs: "exports/mail-separators",
    a_maildir: "exports/maildir",
    slack_beside_its_texts: "exports/slack-kinds",
    a_space_of_confluence: "exports/confluence",
    documents_as_json_lines: "exports/json-lines",
    a_vault_of_notes: "exports/vault",
    a_vault_in_a_zip: "exports/vault-zip",
    a_wiki_of_github: "exports/depot.wiki",
    articles_of_zendesk: "exports/zendesk",
    articles_of_intercom: "exports/intercom",
    a_notebook_of_evernote: "exports/evernote",
    zip_bombs: "exports/bad/bad-bombs",
    a_wrong_checksum: "exports/bad/bad-checksum",
    a_zip_cut_short: "exports/bad/bad-cut",
    a_tgz_cut_short: "exports/bad/bad-cut-tgz",
    pages_nested_beyond_reason: "exports/bad/bad-deep",
    an_empty_zip: "exports/bad/bad-empty",
    empty_files: "exports/bad/bad-empty-files",
    encrypted_files: "exports/bad/bad-encrypted",
    hostile_names: "exports/bad/bad-names",
    a_sparse_sheet: "exports/bad/bad-sparse",
    a_tar_with_links_and_devices: "exports/bad/bad-tar",
}
