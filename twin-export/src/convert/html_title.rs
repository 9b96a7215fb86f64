//! What a page is called.

use scraper::{ElementRef, Html};

use super::super::text::tidy_line;
use super::html_hidden::{Styles, is_hidden};
use super::html_tree::descendants;

/// The heading over all, else the title in the head without the site's name, else the first heading that belongs to
/// no menu.
pub(super) fn of(page: &Html, styles: &Styles) -> Option<String> {
    let root = page.root_element();
    let headings: Vec<ElementRef<'_>> = root
        .descendent_elements()
        .filter(|element| level(*element).is_some())
        .filter(|heading| is_shown(*heading, styles))
        .collect();
    let tops: Vec<_> = headings
        .iter()
        .filter(|heading| level(**heading) == Some(1) && !is_within(**heading, FURNITURE))
        .collect();
    let top = tops.iter().find(|heading| is_within(***heading, &["main", "article"])).or(tops.first());
    let named = |heading: &ElementRef<'_>| Some(line(*heading)).filter(|text| !text.is_empty());
    top.and_then(|heading| named(heading))
        .or_else(|| head_title(page, &headings))
        .or_else(|| headings.iter().filter(|heading| !is_menu(**heading)).find_map(named))
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
        let names = element.value().classes().chain(element.value().id()).chain(element.attr("role"));
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
fn head_title(page: &Html, headings: &[ElementRef<'_>]) -> Option<String> {
    let root = page.root_element();
    // Drawings have titles, too.
    let title = descendants(root, "title").find(|title| !is_within(*title, &["svg"]))?;
    let title = tidy_line(&title.text().collect::<String>());
    let parts: Vec<&str> = SEPARATORS.iter().fold(vec![title.as_str()], |parts, separator| {
        parts.into_iter().flat_map(|part| part.split(separator)).collect()
    });
    if let Some(own) = headings
        .iter()
        .map(|heading| line(*heading))
        .find(|heading| parts.len() > 1 && parts.contains(&heading.as_str()))
    {
        return Some(own);
    }
    let site = descendants(root, "meta").find(|meta| {
        let name = meta.attr("property").or(meta.attr("name")).unwrap_or_default();
        matches!(name, "og:site_name" | "application-name")
    });
    let site = site.and_then(|site| site.attr("content")).map(tidy_line).filter(|site| !site.is_empty());
    let own = site.and_then(|site| {
        let before = title.strip_suffix(&site)?;
        SEPARATORS.iter().find_map(|separator| before.strip_suffix(separator)).map(str::to_owned)
    });
    Some(own.unwrap_or(title)).filter(|title| !title.is_empty())
}

const SEPARATORS: [&str; 8] = [" | ", " - ", " – ", " — ", " · ", " :: ", " « ", " » "];

fn line(element: ElementRef<'_>) -> String {
    let text = tidy_line(&element.text().collect::<String>());
    if !text.is_empty() {
        return text;
    }
    // A picture may stand for the name.
    descendants(element, "img").find_map(|picture| picture.attr("alt")).map(tidy_line).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::super::Limits;
    use super::super::html_tree::parse;
    use super::*;

    fn title(html: &str) -> Option<String> {
        let page = parse(html, &Limits::default()).unwrap();
        of(&page, &Styles::of(&page))
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
    fn a_menu_gives_no_title() {
        assert_eq!(
            title("<div class='left-menu'><h2>Menu</h2></div><article><h2>Fire plan</h2></article>")
                .as_deref(),
            Some("Fire plan")
        );
        assert_eq!(title("<nav><h2>Menu</h2></nav><p>x</p>"), None);
        assert_eq!(title("<svg><title>Logo</title></svg><p>x</p>"), None);
    }
}
