//! What of a page nobody sees: hidden by attributes, by styles of its own, or by plain rules of the page's style sheet.

use scraper::{ElementRef, Node};

use super::html_styles::{Styles, property};
use super::html_tree::Attributes as _;

/// Whether nobody sees an element, whatever is in it.
pub(crate) fn is_hidden(element: ElementRef<'_>, styles: &Styles) -> bool {
    let name = element.value().name();
    if matches!(name, "html" | "body" | "main") {
        return false;
    }
    let style = element.attribute("style").unwrap_or_default();
    let is_hidden =
        element.attribute("hidden").is_some_and(|until| !until.eq_ignore_ascii_case("until-found"))
            || (name == "dialog" && element.attribute("open").is_none())
            || shows_or_hides(style).unwrap_or_else(|| styles.hide(element))
            || (has_no_size(style) && !resizes_what_is_in_it(element))
            || (element.attribute("aria-hidden").is_some_and(|hidden| hidden.eq_ignore_ascii_case("true"))
                && is_ornament(element, styles))
            || is_comment(element)
            || is_icon_font(element);
    is_hidden && !is_note(element)
}

/// Whether an element names a picture by a word that its font draws it for: `<span class="material-icons">home</span>`.
fn is_icon_font(element: ElementRef<'_>) -> bool {
    let is_word = || {
        let text: String = element.text().flat_map(str::chars).take(MOST_OF_ICON + 1).collect();
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        text.chars().count() <= MOST_OF_ICON && text.trim().chars().all(is_part)
    };
    matches!(element.value().name(), "i" | "span")
        && element
            .class_names()
            .any(|class| ["material-icons", "material-symbols"].iter().any(|font| class.starts_with(font)))
        && is_word()
}

/// Whether an element is a note of a book, which opens at a click.
fn is_note(element: ElementRef<'_>) -> bool {
    let is = |name: &str, wanted: &[&str]| {
        element
            .attribute(name)
            .is_some_and(|kinds| kinds.split_ascii_whitespace().any(|one| wanted.contains(&one)))
    };
    is("epub:type", &["footnote", "endnote", "rearnote"]) || is("role", &["doc-footnote", "doc-endnote"])
}

/// Whether an element is what a program writes for a comment, or the mark of one in the text: of Google's documents
/// and of Word.
pub(super) fn is_comment(element: ElementRef<'_>) -> bool {
    let is_word = || {
        let classes = ["msocomanchor", "msocomtxt", "MsoCommentReference", "MsoCommentText"];
        let style = element.attribute("style").unwrap_or_default();
        element.class_names().any(|class| classes.iter().any(|one| class.eq_ignore_ascii_case(one)))
            || property(style, "mso-element").is_some_and(|part| part.starts_with("comment"))
    };
    match element.value().name() {
        "a" => links_to(element, "#cmnt") || is_word(),
        "div" | "p" | "li" | "td" => begins_with_comment(element) || is_word(),
        "span" => is_word(),
        _ => false,
    }
}

fn links_to(link: ElementRef<'_>, address: &str) -> bool {
    link.value().name() == "a" && link.attribute("href").is_some_and(|href| href.starts_with(address))
}

/// Elements within one another that a comment's mark stands in.
const MOST_AROUND_MARK: usize = 8;

/// Whether the first thing in an element leads back to the place that a comment is about.
fn begins_with_comment(element: ElementRef<'_>) -> bool {
    let mut at = element;
    for _ in 0..MOST_AROUND_MARK {
        let said = at.children().find(|child| match child.value() {
            Node::Text(text) => !text.trim().is_empty(),
            node => node.is_element(),
        });
        match said.and_then(ElementRef::wrap) {
            Some(inner) if links_to(inner, "#cmnt_ref") => return true,
            Some(inner) => at = inner,
            None => return false,
        }
    }
    false
}

/// What is shown within an element that only its visibility hides.
pub(super) fn shown_within<'a>(element: ElementRef<'a>, styles: &Styles) -> Vec<ElementRef<'a>> {
    let visibility = |element: ElementRef<'a>| property(element.attribute("style")?, "visibility");
    let style = element.attribute("style").unwrap_or_default();
    let is_gone = element.attribute("hidden").is_some()
        || property(style, "display").is_some_and(|display| display.eq_ignore_ascii_case("none"));
    if is_gone || visibility(element).is_none() {
        return Vec::new();
    }
    let mut shown: Vec<ElementRef<'a>> = Vec::new();
    for inner in element.descendent_elements().skip(1) {
        let is_shown = visibility(inner).is_some_and(|value| value.eq_ignore_ascii_case("visible"));
        let is_within =
            || shown.last().is_some_and(|last| inner.ancestors().any(|above| above.id() == last.id()));
        if is_shown && !is_within() && !is_hidden(inner, styles) {
            shown.push(inner);
        }
    }
    shown
}

/// Whether declarations take an element out of sight or bring it back; `None` where they do neither.
pub(super) fn shows_or_hides(style: &str) -> Option<bool> {
    if style.is_empty() {
        return None;
    }
    let is = |name: &str, values: &[&str]| {
        property(style, name).map(|value| values.iter().any(|one| value.eq_ignore_ascii_case(one)))
    };
    let display = is("display", &["none"]);
    let visibility = is("visibility", &["hidden", "collapse"]);
    let elsewhere = is("mso-hide", &["all"]);
    if [display, visibility, elsewhere].contains(&Some(true)) || is_out_of_sight(style) {
        return Some(true);
    }
    display.or(visibility)
}

/// Cut off to nothing, or moved off the page.
fn is_out_of_sight(style: &str) -> bool {
    let far = |name: &str| property(style, name).and_then(number).is_some_and(|(number, _)| number <= -999.0);
    let zero = |name: &str| property(style, name).and_then(number).is_some_and(|(number, _)| number == 0.0);
    let is_flat = ["max-height", "height", "max-width", "width"].iter().any(|name| zero(name));
    let is_cut = property(style, "overflow").is_some_and(|overflow| overflow.eq_ignore_ascii_case("hidden"));
    let clip = property(style, "clip").unwrap_or_default().replace([' ', ','], "");
    far("text-indent")
        || ((far("left") || far("top")) && property(style, "position").is_some())
        || (is_flat && (is_cut || zero("opacity")))
        || (clip.starts_with("rect(0") && !clip.contains("auto") && property(style, "position").is_some())
}

/// Letters too small to be seen.
fn has_no_size(style: &str) -> bool {
    property(style, "font-size")
        .and_then(number)
        .is_some_and(|(size, unit)| size == 0.0 || (size <= 1.0 && matches!(unit, "px" | "pt" | "")))
}

fn number(value: &str) -> Option<(f64, &str)> {
    let end =
        value.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '+')).unwrap_or(value.len());
    let (number, unit) = value.split_at(end);
    Some((number.parse().ok()?, unit.trim()))
}

/// Mails write rows in no size, to lose the blanks between their cells, and size the cells anew.
fn resizes_what_is_in_it(element: ElementRef<'_>) -> bool {
    element.descendent_elements().skip(1).any(|inner| {
        let is_sized = inner
            .attribute("style")
            .and_then(|style| property(style, "font-size"))
            .is_some_and(|size| !has_no_size(&format!("font-size:{size}")));
        is_sized
            || inner.attribute("class").is_some()
            || (inner.value().name() == "font" && inner.attribute("size").is_some())
    })
}

/// Icons, and what stands beside a text that says the same. Screen readers pass over more than that: all of a page while
/// a dialog is open, and text that its author wants only eyes to see.
fn is_ornament(element: ElementRef<'_>, styles: &Styles) -> bool {
    let mut text: String = element.text().flat_map(str::chars).take(MOST_OF_ICON + 1).collect();
    text.truncate(text.trim_end().len());
    let text = text.trim_start();
    if !text.contains(char::is_alphanumeric) {
        return !element.text().any(|text| text.contains(char::is_alphanumeric));
    }
    let is_word = !text.contains(char::is_whitespace) && text.chars().count() <= MOST_OF_ICON;
    let names_icon = |element: ElementRef<'_>| {
        let words = ["icon", "material-symbols", "emoji", "line-number", "lineno", "gutter"];
        let classes = element.attribute("class").unwrap_or_default().to_ascii_lowercase();
        words.iter().any(|word| classes.contains(word))
    };
    let name = element.value().name();
    // A word or two in a box of their own are a label or a picture made of letters, no statement.
    let is_label = || {
        let is_letter = |c: char| c.is_alphabetic() || c == ' ';
        matches!(name, "div" | "p" | "td" | "li")
            && element.child_elements().next().is_none()
            && text.chars().all(is_letter)
            && text.split(' ').count() <= 2
    };
    let leads_here = element.attribute("href").is_some_and(|address| address.starts_with('#'));
    name == "svg"
        || element.class_names().any(|class| class == "katex-html")
        || (is_word && (name == "i" || leads_here))
        || (is_word && element.descendent_elements().take(8).any(names_icon))
        || is_label()
        || has_twin(element, styles)
}

/// The names of icons are shorter.
const MOST_OF_ICON: usize = 40;

/// Whether the text beside it says the same, or is for screen readers instead.
fn has_twin(element: ElementRef<'_>, styles: &Styles) -> bool {
    let is_spoken = |twin: ElementRef<'_>| {
        let classes = [
            "sr-only",
            "visually-hidden",
            "visuallyhidden",
            "screen-reader-text",
            "screenreader",
            "offscreen",
        ];
        let own = twin.attribute("class").unwrap_or_default().to_ascii_lowercase();
        classes.iter().any(|class| own.contains(class))
    };
    let says_same = |twin: ElementRef<'_>| {
        let letters = |element: ElementRef<'_>| -> Vec<char> {
            let letters = element.text().flat_map(str::chars).filter(|letter| letter.is_alphanumeric());
            letters.take(1_000).collect()
        };
        letters(twin) == letters(element)
    };
    let beside = [
        element.prev_siblings().find_map(ElementRef::wrap),
        element.next_siblings().find_map(ElementRef::wrap),
    ];
    let twin = |twin: ElementRef<'_>| {
        (is_spoken(twin) || says_same(twin))
            && twin.attribute("aria-hidden").is_none()
            && !is_hidden(twin, styles)
    };
    beside.into_iter().flatten().any(twin)
}

#[cfg(test)]
mod tests {
    use super::super::super::Limits;
    use super::super::html::fragment_to_text as text;
    use super::super::html_tree::parse;
    use super::*;

    fn hidden(html: &str) -> Vec<String> {
        let page = parse(html, &Limits::default()).unwrap();
        let styles = Styles::of(&page, &mut |_| None);
        let marked =
            page.root_element().descendent_elements().filter(|element| element.attribute("x").is_some());
        marked
            .filter(|element| is_hidden(*element, &styles))
            .map(|element| element.text().collect())
            .collect()
    }

    #[test]
    fn attributes_and_styles_hide() {
        let html = "<p x hidden>1</p><p x style='DISPLAY : none !important'>2</p><p x style=visibility:hidden>3</p>\
            <p x hidden=until-found>4</p><p x style='max-height:0;overflow:hidden'>5</p><p x style='max-height:0'>6</p>\
            <p x style='font-size:1px;line-height:1px'>7</p><p x style='font-size:0.9em'>8</p><i x aria-hidden=true>9</i>\
            <dialog x>10</dialog><aside x hidden epub:type=footnote>note</aside><dialog x open>11</dialog><p x style='position:absolute;left:-9999px'>12</p><p x style='mso-hide:all'>13</p>";
        assert_eq!(hidden(html), ["1", "2", "3", "5", "7", "9", "10", "12", "13"]);
    }

    #[test]
    fn comments_and_their_marks_are_hidden() {
        let html = "<p>Fee<sup><a x href='#cmnt1' id=cmnt_ref1>[a]</a></sup><sup><a x href='#ftnt1'>[1]</a></sup></p>\
            <div x><p><a href='#cmnt_ref1' id=cmnt1>[a]</a><span>private</span></p><p>more</p></div>\
            <div x><p><a href='#ftnt_ref1'>[1]</a> Foot</p></div><span x class=MsoCommentReference>[AB1]</span>\
            <div x style='mso-element:comment-list'>private too</div>";
        assert_eq!(hidden(html), ["[a]", "[a]privatemore", "[AB1]", "private too"]);
    }

    #[test]
    fn rows_without_size_show_cells_with_a_size() {
        assert!(
            hidden(
                "<table><tr><td x style='font-size:0px'><div style='font-size:13px'>a</div></td></tr></table>"
            )
            .is_empty()
        );
    }

    #[test]
    fn words_that_a_font_draws_as_pictures_are_none_and_what_shows_again_has_its_line() {
        assert_eq!(
            text(
                "<p><span class='material-icons'>arrow_back</span> Keys <i class='material-symbols-outlined'>home</i><b class='material-icons-note'>kept</b></p>"
            ),
            "Keys kept"
        );
        assert_eq!(
            text(
                "<span>Desk</span><div style='visibility:hidden'>gone <span style='visibility:visible'>At noon</span></div>"
            ),
            "Desk\nAt noon"
        );
    }

    #[test]
    fn only_icons_and_what_is_said_twice_is_hidden_from_readers() {
        let html = "<p x aria-hidden=true>Gate code is 4711.</p><p>Price <span x aria-hidden=true>55 euro</span></p>\
            <span x aria-hidden=true class=material-icons>arrow_back</span><a x aria-hidden=true href='#top'>#</a>\
            <span x aria-hidden=true>5 min</span><span class=sr-only>five minutes</span>\
            <p><span x aria-hidden=true>6 min</span><span class=sr-only style='position:absolute;left:-9999px'>six minutes</span></p>\
            <b>Sale ends</b><b x aria-hidden=true>Sale ends</b><span x aria-hidden=true>×</span>\
            <p>It is <b x aria-hidden=true>closed</b></p><div x aria-hidden=true>Big logo</div>";
        assert_eq!(hidden(html), ["arrow_back", "#", "5 min", "Sale ends", "×", "Big logo"]);
    }

    #[test]
    fn a_whole_page_behind_a_dialog_is_read() {
        assert!(hidden("<div x aria-hidden=true><h1>Plan</h1><p>Text</p></div>").is_empty());
    }

    #[test]
    fn plain_rules_of_a_style_sheet_hide_and_show() {
        let html = "<style>/* .a{display:none} */ @import 'x'; .pre, #note {display:none!important} .tab{display:none} .tab.on{display:block}\
            @media (max-width:600px){.wide{display:none}} .out .in{display:none} p.gone{visibility:hidden} .faq .answer, .menu ul{display:none} .faq.open .answer, .menu li:hover>ul{display:block}\
            [data-state=shut]{display:none} .out>em{display:none}</style>\
            <p x class=a>0</p><p x class=pre>1</p><p x id=note>2</p><p x class='tab'>3</p><p x class='tab on'>4</p><p x class=wide>5</p><p x class=in>6</p>\
            <p x class=gone>7</p><p x class=pre style='display:block'>8</p>\
            <div class=out><p x class=in>9</p><p><em x>10</em></p><em x>11</em></div><div class=faq><p x class=answer>12</p></div><div class=menu><ul x><li>13</ul></div>\
            <p x data-state=shut>14</p>";
        assert_eq!(hidden(html), ["1", "2", "3", "7", "9", "11", "14"]);
    }
}
