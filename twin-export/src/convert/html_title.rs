//! What a page is called.

use std::rc::Rc;

use scraper::{ElementRef, Html};

use super::super::text::tidy_line;
use super::html::Walker;
use super::html_hidden::is_hidden;
use super::html_styles::Styles;
use super::html_tree::{Attributes as _, descendants, has_class};
use super::placeholders::{names_contents, names_menu};

/// What the page marks as its title, else the heading over all, else the title in the head without the site's name, else the first heading that belongs to
/// no menu.
pub(super) fn of(page: &Html, walker: &mut Walker) -> Option<String> {
    let root = page.root_element();
    let styles = Rc::clone(&walker.styles);
    let styles = styles.as_ref();
    let marked =
        root.descendent_elements().filter(|element| is_marked(*element) && is_shown(*element, styles));
    if let Some(title) = marked.map(|element| line(walker, element)).find(|title| !title.is_empty()) {
        return Some(title);
    }
    let headings: Vec<ElementRef<'_>> = root
        .descendent_elements()
        .filter(|element| level(*element).is_some())
        .filter(|heading| is_shown(*heading, styles))
        .collect();
    let is_own = |heading: &ElementRef<'_>| is_within(*heading, &["main", "article"]);
    let mut tops: Vec<_> = headings
        .iter()
        .filter(|heading| level(**heading) == Some(1) && !is_within(**heading, FURNITURE))
        .collect();
    tops.sort_by_key(|heading| !is_own(heading));
    let mut named = |heading: &ElementRef<'_>| Some(line(walker, *heading)).filter(|text| !text.is_empty());
    let tops: Vec<String> = tops.into_iter().filter_map(&mut named).collect();
    if let Some(title) = tops.iter().find(|title| !names_contents(title)) {
        return Some(title.clone());
    }
    let names: Vec<String> = headings.iter().filter_map(&mut named).collect();
    // What stands at the head of every page names the site.
    let rank =
        |heading: &ElementRef<'_>| (!is_own(heading), !is_own(heading) && is_within(*heading, &["header"]));
    let mut others: Vec<_> = headings.iter().filter(|heading| !is_menu(**heading)).collect();
    others.sort_by_key(|heading| rank(heading));
    let mut others = others.into_iter().filter_map(&mut named);
    head_title(page, &names)
        .or_else(|| others.find(|name| !names_menu(name)))
        .or_else(|| tops.into_iter().next())
}

/// Whether a paragraph has the style that word processors give to a title: Google's documents and Word do.
fn is_marked(element: ElementRef<'_>) -> bool {
    let is_googles = || {
        let is_numbered = |class: &str| {
            class.strip_prefix('c').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        has_class(element, "title") && element.class_names().any(is_numbered)
    };
    element.value().name() == "p" && (has_class(element, "MsoTitle") || is_googles())
}

/// Where headings say what a page offers, not what it is about.
const FURNITURE: &[&str] = &["nav", "aside", "footer", "dialog", "template", "noscript"];

fn level(element: ElementRef<'_>) -> Option<u8> {
    match element.value().name().as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

fn above(element: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    element.ancestors().filter_map(ElementRef::wrap)
}

fn is_within(element: ElementRef<'_>, names: &[&str]) -> bool {
    above(element).any(|above| names.contains(&above.value().name()))
}

fn is_shown(element: ElementRef<'_>, styles: &Styles) -> bool {
    !is_hidden(element, styles) && !above(element).any(|above| is_hidden(above, styles))
}

/// In a menu, a sidebar or a table of contents, by the element or by what its class says.
fn is_menu(heading: ElementRef<'_>) -> bool {
    let words = [
        "menu",
        "sidebar",
        "nav",
        "navbar",
        "navigation",
        "toc",
        "breadcrumb",
        "breadcrumbs",
        "footer",
        "cookie",
    ];
    let says = |element: ElementRef<'_>| {
        let names = element.class_names().chain(element.value().id()).chain(element.attribute("role"));
        names
            .flat_map(|name| name.split(['-', '_']))
            .any(|word| words.contains(&word.to_ascii_lowercase().as_str()))
    };
    is_within(heading, FURNITURE)
        || above(heading).any(|above| above.value().name() != "body" && says(above))
        || says(heading)
}

/// The title in the head. Where a heading, or what the page calls its site, tells the page's own name from the
/// site's, that alone.
fn head_title(page: &Html, headings: &[String]) -> Option<String> {
    let root = page.root_element();
    // Drawings have titles, too.
    let title = descendants(root, "title").find(|title| !is_within(*title, &["svg"]))?;
    let title = tidy_line(&title.text().collect::<String>());
    let parts: Vec<&str> = SEPARATORS.iter().fold(vec![title.as_str()], |parts, separator| {
        parts.into_iter().flat_map(|part| part.split(separator)).collect()
    });
    if let Some(own) = headings.iter().find(|heading| parts.len() > 1 && parts.contains(&heading.as_str())) {
        return Some(own.clone());
    }
    let site = descendants(root, "meta").find(|meta| {
        let name = meta.attribute("property").or(meta.attribute("name")).unwrap_or_default();
        matches!(name, "og:site_name" | "application-name")
    });
    let site = site.and_then(|site| site.attribute("content")).map(tidy_line).filter(|site| !site.is_empty());
    let own = site.and_then(|site| {
        let before = title.strip_suffix(&site)?;
        SEPARATORS.iter().find_map(|separator| before.strip_suffix(separator)).map(str::to_owned)
    });
    Some(own.unwrap_or(title)).filter(|title| !title.is_empty())
}

const SEPARATORS: [&str; 8] = [" | ", " - ", " – ", " — ", " · ", " :: ", " « ", " » "];

/// A heading as the text has it: raised and struck signs keep their meaning.
fn line(walker: &mut Walker, element: ElementRef<'_>) -> String {
    let text = tidy_line(&element.text().collect::<String>());
    let is_more = |inner: ElementRef<'_>| {
        matches!(inner.value().name(), "img" | "svg" | "input" | "select" | "textarea" | "iframe" | "video")
    };
    if !text.is_empty() && !element.descendent_elements().any(is_more) {
        return tidy_line(&walker.captured(element));
    }
    if !text.is_empty() {
        return text;
    }
    // A picture may stand for the name.
    descendants(element, "img")
        .find_map(|picture| picture.attribute("alt"))
        .map(tidy_line)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::super::Limits;
    use super::super::html_tree::parse;
    use super::*;

    fn title(html: &str) -> Option<String> {
        let page = parse(html, &Limits::default()).unwrap();
        let mut walker = Walker::new(|_, _| false);
        walker.styles = Rc::new(Styles::of(&page, &mut |_| None));
        of(&page, &mut walker)
    }

    #[test]
    fn the_heading_over_all_is_the_title() {
        assert_eq!(
            title("<title>T</title><nav><h1>Acme</h1></nav><h2>Menu</h2><h1>Fire <b>plan</b></h1>")
                .as_deref(),
            Some("Fire plan")
        );
        assert_eq!(
            title("<header><h1>Acme</h1></header><main><h1>Fire plan</h1></main>").as_deref(),
            Some("Fire plan")
        );
        assert_eq!(title("<h1 hidden>Old</h1><h1>New</h1>").as_deref(), Some("New"));
    }

    #[test]
    fn the_title_in_the_head_loses_the_sites_name_where_the_page_tells_it() {
        assert_eq!(
            title("<title>Fire plan | Acme &amp; Co</title><h2>Fire plan</h2>").as_deref(),
            Some("Fire plan")
        );
        assert_eq!(title("<title>Acme - Fire plan</title><h2>Fire plan</h2>").as_deref(), Some("Fire plan"));
        assert_eq!(
            title("<title>Fire plan - hall 2 - Acme</title><meta property=og:site_name content=Acme><p>x")
                .as_deref(),
            Some("Fire plan - hall 2")
        );
        assert_eq!(title("<title>Rock - Paper</title><h2>Scissors</h2>").as_deref(), Some("Rock - Paper"));
    }

    #[test]
    fn signs_keep_their_meaning_and_the_style_of_a_title_makes_one() {
        assert_eq!(
            title("<h1>Tank of 10<sup>6</sup> litres,<br><s>May</s> June<sup><a href='#cmnt1'>[a]</a></sup></h1>")
                .as_deref(),
            Some("Tank of 10⁶ litres, ~~May~~ June")
        );
        assert_eq!(title("<p class='c1 title'>Lease</p><h1 class=c2>Part 1</h1>").as_deref(), Some("Lease"));
        assert_eq!(title("<p class=MsoTitle>Lease</p><h1>Part 1</h1>").as_deref(), Some("Lease"));
        assert_eq!(title("<p class=title>Card</p><h1>Page</h1>").as_deref(), Some("Page"));
    }

    #[test]
    fn contents_give_no_title() {
        assert_eq!(title("<h2>Contents</h2><ul><li>a</ul><h2>Holiday</h2>").as_deref(), Some("Holiday"));
        assert_eq!(title("<div><h3>Menü</h3></div><h3>Holiday</h3>").as_deref(), Some("Holiday"));
        assert_eq!(title("<h1>Table of Contents</h1><h1>Holiday</h1>").as_deref(), Some("Holiday"));
        assert_eq!(title("<h1>Contents</h1><p>x").as_deref(), Some("Contents"));
        assert_eq!(title("<h1>Install<a class=headerlink href='#i'>¶</a></h1>").as_deref(), Some("Install"));
    }

    #[test]
    fn a_menu_gives_no_title() {
        assert_eq!(
            title("<div class='left-menu'><h2>Menu</h2></div><article><h2>Fire plan</h2></article>")
                .as_deref(),
            Some("Fire plan")
        );
        assert_eq!(title("<nav><h2>Menu</h2></nav><p>x</p>"), None);
        assert_eq!(
            title("<header><h2>Site</h2></header><article><h3>Fire plan</h3></article>").as_deref(),
            Some("Fire plan")
        );
        assert_eq!(title("<header><h2>Site</h2></header><h3>Fire plan</h3>").as_deref(), Some("Fire plan"));
        assert_eq!(title("<svg><title>Logo</title></svg><p>x</p>"), None);
    }
}
