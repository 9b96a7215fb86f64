//! A Notion page in HTML: its article, with the habits of Notion's own markup.

use scraper::{ElementRef, Html};
use serde::{Deserialize, Serialize};

use super::super::Limits;
use super::super::convert::guard::guarded;
use super::super::convert::html::Walker;
use super::super::convert::html_tree::{Attributes as _, decoded, descendants, has_class, parse};
use super::super::text::tidy_line;
use super::super::tree::{ending, file_name};
use super::super::workers::Task;
use super::Page;
use super::names::{clean_file_name, dashed_id};

/// Reads a page. HTML without an article is no page of Notion's: [`None`]. Of a database within the page
/// that has a document of its own, the title alone is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ReadPage {
    /// Names of those databases.
    pub(super) tables: Vec<TableName>,
}

/// A database's name as its file tells it: cut, and without some characters.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TableName(String);

impl TableName {
    pub(super) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    fn is_of(&self, title: &str) -> bool {
        let plain = |name: &str| -> String { name.chars().filter(|c| c.is_alphanumeric()).collect() };
        let (name, title) = (plain(&self.0), plain(title));
        !name.is_empty() && (name == title || (self.0.chars().count() >= 48 && title.starts_with(&name)))
    }
}

impl Task for ReadPage {
    const NAME: &'static str = "notion page";
    type Output = Option<Page>;

    fn run(self, bytes: Vec<u8>, limits: &Limits) -> Result<Option<Page>, &'static str> {
        page(&bytes, limits, &|title| self.tables.iter().any(|table| table.is_of(title)))
    }
}

fn page(
    bytes: &[u8],
    limits: &Limits,
    has_document: &dyn Fn(&str) -> bool,
) -> Result<Option<Page>, &'static str> {
    guarded(|| {
        let mut tree = parse(&decoded(bytes), limits)?;
        let told_elsewhere: Vec<_> = inline_tables(&tree, has_document).map(|table| table.id()).collect();
        for table in told_elsewhere {
            if let Some(mut table) = tree.tree.get_mut(table) {
                table.detach();
            }
        }
        let article = descendants(tree.root_element(), "article").next();
        Ok(article.and_then(|article| {
            let id = dashed_id(article.attribute("id")?)?;
            Some(Page { id: Some(id), ..read(&tree, article) })
        }))
    })
}

/// The tables beneath a title, as databases within a page are shown.
fn inline_tables<'a>(
    tree: &'a Html,
    has_document: &dyn Fn(&str) -> bool,
) -> impl Iterator<Item = ElementRef<'a>> {
    let is_told = move |table: &ElementRef<'_>| {
        let mut before = table.prev_siblings().filter_map(ElementRef::wrap);
        before.next().is_some_and(|title| {
            has_class(title, "collection-title")
                && has_document(&tidy_line(&title.text().collect::<String>()))
        })
    };
    let tables = descendants(tree.root_element(), "table");
    tables.filter(|table| has_class(*table, "collection-content")).filter(is_told)
}

/// The id in a page's article, by the page's first bytes.
pub(super) fn article_id(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    let (_, article) = head.split_once("<article id=\"")?;
    dashed_id(article.get(..36)?)
}

/// Whether a page seems to be the table of a database, by its first bytes: its body begins with one.
pub(super) fn is_table_page(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let Some((_, mut body)) = head.split_once("class=\"page-body\">") else { return false };
    while let Some((_, rest)) = body.strip_prefix("<div").and_then(|body| body.split_once('>')) {
        body = rest;
    }
    body.starts_with("<table class=\"collection-content\"")
}

/// The styles at the start of a page, and a long header, fit in so many bytes.
pub(super) const STYLES: usize = 256 * 1024;

fn read(tree: &Html, article: ElementRef<'_>) -> Page {
    let title = title(tree, article);
    let mut properties = Vec::new();
    let mut body = Page::default();
    for part in article.descendent_elements() {
        if has_class(part, "page-description") {
            properties.push(text_of(part));
        } else if part.value().name() == "table" && has_class(part, "properties") {
            properties.extend(rows_of(part));
        } else if has_class(part, "page-body") {
            body = body_of(part);
            break;
        }
    }
    properties.retain(|line| !line.is_empty());
    Page { title, properties: properties.join("\n"), ..body }
}

fn title(tree: &Html, article: ElementRef<'_>) -> Option<String> {
    let shown = descendants(article, "h1").find(|heading| has_class(*heading, "page-title")).map(text_of);
    let in_head = || {
        descendants(tree.root_element(), "title")
            .next()
            .map(|title| tidy_line(&title.text().collect::<String>()))
    };
    shown.filter(|title| !title.is_empty()).or_else(in_head).filter(|title| !title.is_empty())
}

fn body_of(body: ElementRef<'_>) -> Page {
    let text = text_of(body);
    let table = only_block(body)
        .filter(|block| block.value().name() == "table" && has_class(*block, "collection-content"));
    // An empty paragraph is what an empty page consists of.
    let has_blocks =
        body.descendent_elements().any(|element| matches!(element.value().name(), "img" | "figure" | "a"));
    Page {
        has_blocks: has_blocks || !text.is_empty(),
        body: text,
        is_table: table.is_some(),
        is_blank: table.is_some_and(is_blank),
        ..Page::default()
    }
}

/// Whether no row of a database has a value: in the Markdown variant such rows are empty, names included.
fn is_blank(table: ElementRef<'_>) -> bool {
    descendants(table, "td").all(|cell| {
        let text = text_of(cell);
        text.is_empty() || (has_class(cell, "cell-title") && UNTITLED.contains(&text.as_str()))
    })
}

/// What Notion calls pages without a name.
const UNTITLED: [&str; 12] = [
    "Untitled",
    "Ohne Titel",
    "Unbenannt",
    "Sans titre",
    "Sin título",
    "Sem título",
    "Senza titolo",
    "Zonder titel",
    "無題",
    "无标题",
    "無標題",
    "제목 없음",
];

/// The single block of a page, whatever wraps it.
fn only_block(parent: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let mut blocks = parent.child_elements().filter(|block| !matches!(block.value().name(), "br"));
    let only = blocks.next().filter(|_| blocks.next().is_none())?;
    let wraps = only.value().name() == "div" && only.attribute("class").is_none_or(str::is_empty);
    if wraps { only_block(only) } else { Some(only) }
}

/// `Key: Value` for every property with a value.
fn rows_of(table: ElementRef<'_>) -> impl Iterator<Item = String> {
    descendants(table, "tr").filter_map(|row| {
        let name = text_of(descendants(row, "th").next()?);
        let value = text_of(descendants(row, "td").next()?);
        (!value.is_empty()).then(|| format!("{name}: {value}"))
    })
}

fn text_of(element: ElementRef<'_>) -> String {
    let mut walker = Walker::new(notion_element);
    walker.breaks_are_meant = true;
    walker.children(element);
    let (_, text) = walker.prose.finish();
    text.trim().to_owned()
}

/// What Notion writes in a way of its own.
fn notion_element(walker: &mut Walker, element: ElementRef<'_>) -> bool {
    let classes = element.attribute("class").unwrap_or_default();
    let has = |class: &str| classes.split_ascii_whitespace().any(|one| one == class);
    match element.value().name() {
        // Pictures stand for themselves; what is to be said of them is in the caption.
        "img" => true,
        "nav" if has("table_of_contents") => true,
        "span" if has("icon") => !is_in_callout(element),
        "div" if has("checkbox") => {
            check_box(walker, element, has("checkbox-on"));
            true
        }
        "figure" if has("callout") => {
            callout(walker, element);
            true
        }
        "summary" if has_heading_size(element) => {
            let text = walker.captured(element);
            walker.prose.heading(&text);
            true
        }
        "span" | "a" if stands_beside_another_value(element) => {
            walker.prose.flowing(", ");
            element.value().name() == "a" && link(walker, element)
        }
        "time" if is_property_value(element) => {
            // Outside of properties the mark belongs to what somebody wrote.
            let text = tidy_line(&element.text().collect::<String>());
            walker.prose.flowing(text.strip_prefix('@').unwrap_or(&text));
            true
        }
        "a" => link(walker, element),
        _ => false,
    }
}

/// To-dos are ticked by an empty element; in a table the same means yes or no.
fn check_box(walker: &mut Walker, element: ElementRef<'_>, on: bool) {
    let in_cell = element.ancestors().any(|ancestor| {
        ElementRef::wrap(ancestor).is_some_and(|ancestor| matches!(ancestor.value().name(), "td" | "th"))
    });
    if in_cell {
        walker.prose.flowing(if on { "Yes" } else { "No" });
    } else {
        walker.prose.check_box(on);
    }
}

fn is_in_callout(icon: ElementRef<'_>) -> bool {
    let above = icon.ancestors().filter_map(ElementRef::wrap).take(2);
    above.into_iter().any(|ancestor| ancestor.value().name() == "figure" && has_class(ancestor, "callout"))
}

/// The icon and the text beside it begin on one line.
fn callout(walker: &mut Walker, element: ElementRef<'_>) {
    walker.prose.block();
    for part in element.child_elements() {
        walker.children(part);
        walker.prose.space();
    }
    walker.prose.block();
}

fn is_property_value(element: ElementRef<'_>) -> bool {
    let cell = element.ancestors().filter_map(ElementRef::wrap).find(|above| above.value().name() == "td");
    cell.is_some_and(|cell| !has_class(cell, "cell-title"))
}

/// Toggles may be headings: only their size tells.
fn has_heading_size(summary: ElementRef<'_>) -> bool {
    let style = summary.attribute("style").unwrap_or_default();
    ["1.875em", "1.5em", "1.25em"].iter().any(|size| style.contains(size))
}

/// In a property, several values stand side by side without anything between them.
fn stands_beside_another_value(element: ElementRef<'_>) -> bool {
    let is_value = |element: ElementRef<'_>| {
        let is_link = element.value().name() == "a"
            || element.child_elements().any(|child| child.value().name() == "a");
        is_link || has_class(element, "selected-value") || has_class(element, "user")
    };
    let is_property = || {
        let cell = element.parent().and_then(ElementRef::wrap).filter(|cell| cell.value().name() == "td");
        let table = cell.and_then(|cell| {
            cell.ancestors().filter_map(ElementRef::wrap).find(|above| above.value().name() == "table")
        });
        table.is_some_and(|table| has_class(table, "properties") || has_class(table, "collection-content"))
    };
    let before = element.prev_sibling().and_then(ElementRef::wrap);
    before.is_some_and(is_value) && is_value(element) && is_property()
}

/// A link that shows the path of a file shows its name instead.
fn link(walker: &mut Walker, element: ElementRef<'_>) -> bool {
    let address = element.attribute("href").unwrap_or_default();
    let label = tidy_line(&element.text().collect::<String>());
    let is_path = !address.contains("://")
        && !label.contains(' ')
        && !ending(file_name(&label)).is_empty()
        && (label.contains('/') || label.contains('%'));
    if is_path {
        walker.prose.flowing(&clean_file_name(file_name(&label)));
    }
    is_path
}

#[cfg(test)]
mod tests;
