//! Articles of a help center, as the APIs of Zendesk and Intercom return them: JSON of one page or of all, one document for
//! each article and language.

mod article;
mod pages;

use std::ops::ControlFlow;
use std::path::Path;

use super::convert::{self, Aside};
use super::job::{Budget, Job};
use super::outcome::{Draft, Outcome};
use super::run::{Run, digest};
use super::tree::{Entry, Roots, Tree, ending};
use super::{DocumentType, Format, Limits, Root, pool, reason};
use article::Article;
use pages::{Bounded, Pages};

/// Bytes of a file by which it is recognised.
const HEAD: usize = 64 * 1024;
/// Files of a folder that are looked into.
const MOST_HEADS: usize = 64;
/// Bytes and number of articles that are converted together.
const BATCH_BYTES: usize = 1 << 20;
const BATCH: usize = 256;

/// Whose articles the files are, whatever lies beside them.
pub(crate) fn whose(tree: &Tree, budget: &Budget, limits: &Limits) -> Option<Format> {
    tree.entries
        .iter()
        .filter(|entry| is_page(&entry.path))
        .take(MOST_HEADS)
        .find_map(|entry| whose_page(entry, budget, limits))
}

/// Whose articles a file holds.
pub(crate) fn whose_page(entry: &Entry, budget: &Budget, limits: &Limits) -> Option<Format> {
    is_page(&entry.path).then(|| whose_head(&budget.head(entry, HEAD, limits))).flatten()
}

/// Whether a file may hold articles.
pub(crate) fn is_page(path: &str) -> bool {
    ending(path) == "json"
}

fn whose_head(head: &[u8]) -> Option<Format> {
    let head: String = String::from_utf8_lossy(head).chars().filter(|sign| !sign.is_whitespace()).collect();
    let head = head.trim_start_matches('\u{FEFF}');
    let has = |mark: &str| head.contains(mark);
    if !head.starts_with(['{', '[']) {
        None
    } else if has("\"type\":\"article\"") && (has("\"workspace_id\":") || has("\"author_id\":")) {
        Some(Format::Intercom)
    } else if (has("\"articles\":[") || has("\"article\":{") || head.starts_with('['))
        && (has("/api/v2/help_center/") || (has("\"html_url\":") && has("\"section_id\":")))
    {
        Some(Format::Zendesk)
    } else {
        None
    }
}

pub(crate) fn read(roots: &Roots, reader: Format, run: &mut Run<'_>) -> ControlFlow<()> {
    let scope = if reader == Format::Zendesk { "zendesk:" } else { "intercom:" };
    let mut pages = Pages::default();
    for (path, tree) in roots {
        let root = Root { path: path.clone(), reader, scope: scope.to_owned(), whole: tree.whole };
        run.begin(root, tree, |_| Some(scope.to_owned()));
        for entry in &tree.entries {
            file(entry, reader, scope, &mut pages, run)?;
        }
    }
    if !pages.are_all() {
        let paths: Vec<&Path> = roots.iter().map(|(path, _)| path.as_path()).collect();
        run.lack_something(&paths);
    }
    ControlFlow::Continue(())
}

fn file(entry: &Entry, reader: Format, scope: &str, pages: &mut Pages, run: &mut Run<'_>) -> ControlFlow<()> {
    let path = entry.path.as_str();
    // Any article may be in what cannot be read.
    let lost = |reason| Outcome::unconverted(scope.to_owned(), path, reason);
    if !run.options.filter.takes(&[path]) {
        return run.take(Outcome::filtered(scope.to_owned(), path));
    }
    let Ok(stream) = entry.open() else {
        return run.take(lost(entry.missing().unwrap_or(reason::UNREADABLE)));
    };
    let stream = Bounded::new(stream, run.options.limits.entry_bytes);
    let (mut batch, mut bytes, mut number) = (Vec::new(), 0, 0);
    let mut flow = ControlFlow::Continue(());
    let read = pages.read(stream, &mut |value| {
        number += 1;
        let place = format!("{path}:{number}");
        match Article::all(reader, value) {
            Some(articles) => batch.extend(articles.into_iter().map(|article| (place.clone(), article))),
            None => {
                flow = run.take(Outcome::Attached(Box::new(Outcome::unconverted(
                    scope.to_owned(),
                    &place,
                    reason::UNREADABLE,
                ))));
            }
        }
        bytes += batch.last().map_or(0, |(_, article)| article.body.len());
        if bytes >= BATCH_BYTES || batch.len() >= BATCH {
            bytes = 0;
            flow = convert(std::mem::take(&mut batch), scope, run);
        }
        flow
    });
    flow?;
    convert(batch, scope, run)?;
    run.take(match read {
        Err(reason) => lost(reason),
        Ok(()) if number > 0 => Outcome::Merged,
        Ok(()) => Outcome::skipped(path, reason::METADATA),
    })
}

fn convert(batch: Vec<(String, Article)>, scope: &str, run: &mut Run<'_>) -> ControlFlow<()> {
    let (options, budget) = (run.options, run.budget.clone());
    pool::ordered(
        batch.iter(),
        |(_, article)| article.body.len() as u64,
        (options, &budget),
        |(place, article), job| Outcome::Attached(Box::new(outcome(article, place, scope, job))),
        |outcome| run.take(outcome),
    )
}

fn outcome(article: &Article, place: &str, scope: &str, job: &Job<'_>) -> Outcome {
    let key = format!("{scope}{}", article.key);
    if !job.options().filter.takes(&[&article.address, place]) {
        return Outcome::filtered(key, place);
    }
    // It was withdrawn, or was never out: readers of the help center do not see it.
    if article.is_draft {
        return Outcome::skipped(place, reason::DRAFT);
    }
    if article.body.len() as u64 > job.limits().entry_bytes {
        return Outcome::unconverted(key, place, reason::TOO_LARGE);
    }
    if !job.budget().charge(article.body.len() as u64, job.limits()) {
        return Outcome::unconverted(key, place, reason::RUN_TOO_LARGE);
    }
    if article.body.trim().is_empty() {
        return Outcome::unconverted(key, place, reason::TITLE_ONLY);
    }
    let source = digest(format!("{}\0{}", article.title, article.body).as_bytes());
    let page = format!("<!doctype html><meta charset=utf-8><body>{}", article.body).into_bytes();
    let converted = match convert::convert("article.html", page, job) {
        Ok(converted) => converted,
        Err(reason) => return Outcome::unconverted(key, place, reason),
    };
    let title = Some(article.title.clone()).filter(|title| !title.trim().is_empty());
    Outcome::document(Draft {
        key,
        title: title.or(converted.title).unwrap_or_default(),
        text: converted.text,
        kind: DocumentType::Note,
        source,
        converter: "article/3".into(),
        path: place.to_owned(),
        clean_path: Some(article.address.clone()),
        key_is_identity: true,
        files: 1,
        aside: Aside::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_recognised_by_what_stands_in_them() {
        let zendesk = br#"{"count": 1, "articles" : [{"id": 1, "html_url": "https://x.example/hc/1", "section_id": 2, "body": ""}]}"#;
        let bare = br#"[{"id": 1, "url": "https://x.example/api/v2/help_center/en-us/articles/1.json"}]"#;
        let intercom = br#"{"type": "list", "data": [{"id": "1", "type": "article", "author_id": 2}]}"#;
        assert_eq!(whose_head(zendesk), Some(Format::Zendesk));
        assert_eq!(whose_head(bare), Some(Format::Zendesk));
        assert_eq!(whose_head(intercom), Some(Format::Intercom));
        for other in ["{\"articles\": [1, 2]}", "[]", "{}", "articles", "[{\"type\": \"article\"}]"] {
            assert_eq!(whose_head(other.as_bytes()), None, "{other}");
        }
    }
}
