//! What of a page nobody sees: hidden by attributes, by styles of its own, or by plain rules of the page's style sheet.

use std::collections::HashMap;

use scraper::{ElementRef, Html};

use super::html_tree::descendants;

/// The rules of a page's style sheets that show or hide.
#[derive(Debug, Default)]
pub(crate) struct Styles {
    /// By the class, the id or the element that a rule is about.
    rules: HashMap<String, Vec<Rule>>,
}

#[derive(Debug)]
struct Rule {
    element: Option<String>,
    classes: Vec<String>,
    id: Option<String>,
    hides: bool,
    /// The more is asked of an element, the stronger the rule; the later of two.
    weight: (usize, usize),
}

/// Bytes of style sheets that are looked at, and rules that are kept.
const MOST_STYLES: usize = 1 << 20;
const MOST_RULES: usize = 2_000;

impl Styles {
    pub(crate) fn of(page: &Html) -> Self {
        let mut styles = Self::default();
        let mut read = 0;
        for sheet in descendants(page.root_element(), "style") {
            let media = sheet.attr("media").unwrap_or("all");
            let text = sheet.text().collect::<String>();
            read += text.len();
            if read > MOST_STYLES {
                break;
            }
            if media.contains("all") || media.contains("screen") && !media.contains('(') {
                styles.add(&text);
            }
        }
        styles
    }

    fn add(&mut self, sheet: &str) {
        let sheet = without_comments(sheet);
        let mut rest = sheet.as_str();
        while let Some((selectors, after)) = rest.split_once('{') {
            if selectors.contains('@') {
                // `@import …;` may stand before a rule; what depends on the screen is left to it.
                if let Some((_, last)) = selectors.rsplit_once(';').filter(|(_, last)| !last.contains('@')) {
                    self.add_rule(last, &after[..end_of_block(after)]);
                }
            } else {
                self.add_rule(selectors, &after[..end_of_block(after)]);
            }
            rest = after.get(end_of_block(after) + 1..).unwrap_or_default();
        }
    }

    fn add_rule(&mut self, selectors: &str, block: &str) {
        let Some(hides) = shows_or_hides(block) else { return };
        for selector in selectors.split(',') {
            let order = self.rules.values().map(Vec::len).sum();
            if order >= MOST_RULES {
                return;
            }
            let Some(mut rule) = Rule::of(selector.trim(), hides) else { continue };
            rule.weight.1 = order;
            let key =
                rule.id.clone().or_else(|| rule.classes.first().cloned()).or_else(|| rule.element.clone());
            self.rules.entry(key.unwrap_or_default()).or_default().push(rule);
        }
    }

    fn hide(&self, element: ElementRef<'_>) -> bool {
        if self.rules.is_empty() {
            return false;
        }
        let named = element.value();
        let keys = named.classes().chain(named.id()).chain([named.name()]);
        let rules =
            keys.filter_map(|key| self.rules.get(key)).flatten().filter(|rule| rule.is_about(element));
        rules.max_by_key(|rule| rule.weight).is_some_and(|rule| rule.hides)
    }
}

impl Rule {
    /// A rule about an element by its own name, classes and id alone; others are not followed.
    fn of(selector: &str, hides: bool) -> Option<Self> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        if selector.is_empty() || !selector.chars().all(|c| is_name(c) || matches!(c, '.' | '#')) {
            return None;
        }
        let mut rule = Self { element: None, classes: Vec::new(), id: None, hides, weight: (0, 0) };
        let mut rest = selector;
        while !rest.is_empty() {
            let (mark, name) = match rest.strip_prefix(['.', '#']) {
                Some(name) => (&rest[..1], name),
                None => ("", rest),
            };
            let end = name.find(['.', '#']).unwrap_or(name.len());
            let (name, after) = name.split_at(end);
            match mark {
                "." => rule.classes.push(name.to_owned()),
                "#" => rule.id = Some(name.to_owned()),
                _ => rule.element = Some(name.to_ascii_lowercase()),
            }
            rest = after;
        }
        rule.weight.0 = 100 * usize::from(rule.id.is_some())
            + 10 * rule.classes.len()
            + usize::from(rule.element.is_some());
        Some(rule)
    }

    fn is_about(&self, element: ElementRef<'_>) -> bool {
        let value = element.value();
        self.element.as_deref().is_none_or(|name| name == value.name())
            && self.id.as_deref().is_none_or(|id| value.id() == Some(id))
            && self.classes.iter().all(|class| value.classes().any(|one| one == class))
    }
}

fn without_comments(sheet: &str) -> String {
    let mut out = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.replace("<!--", "").replace("-->", "")
}

/// Where the block ends that was opened before; blocks may stand within.
fn end_of_block(text: &str) -> usize {
    let mut open = 1;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return at;
        }
    }
    text.len()
}

/// Whether nobody sees an element, whatever is in it.
pub(crate) fn is_hidden(element: ElementRef<'_>, styles: &Styles) -> bool {
    let value = element.value();
    if matches!(value.name(), "html" | "body" | "main") {
        return false;
    }
    let style = value.attr("style").unwrap_or_default();
    value.attr("hidden").is_some_and(|until| !until.eq_ignore_ascii_case("until-found"))
        || (value.name() == "dialog" && value.attr("open").is_none())
        || shows_or_hides(style).unwrap_or_else(|| styles.hide(element))
        || (has_no_size(style) && !resizes_what_is_in_it(element))
        || (value.attr("aria-hidden").is_some_and(|hidden| hidden.eq_ignore_ascii_case("true"))
            && is_ornament(element))
}

/// The value of a property in declarations, in lower case; the last one counts.
fn property<'a>(style: &'a str, name: &str) -> Option<&'a str> {
    let values = style.split(';').filter_map(|declaration| declaration.split_once(':'));
    let value = values.rev().find(|(property, _)| property.trim().eq_ignore_ascii_case(name))?.1;
    Some(value.split('!').next().unwrap_or_default().trim())
}

/// Whether declarations take an element out of sight or bring it back; `None` where they do neither.
fn shows_or_hides(style: &str) -> Option<bool> {
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
            .attr("style")
            .and_then(|style| property(style, "font-size"))
            .is_some_and(|size| !has_no_size(&format!("font-size:{size}")));
        is_sized
            || inner.attr("class").is_some()
            || (inner.value().name() == "font" && inner.attr("size").is_some())
    })
}

/// Icons and marks that tell nothing; a whole page may be hidden from screen readers while a dialog is open.
fn is_ornament(element: ElementRef<'_>) -> bool {
    let has_section = element.descendent_elements().any(|inner| {
        matches!(inner.value().name(), "h1" | "h2" | "h3" | "h4" | "main" | "article" | "section" | "table")
    });
    !has_section && element.text().map(str::len).take(1_000).sum::<usize>() <= 200
}

#[cfg(test)]
mod tests {
    use super::super::super::Limits;
    use super::super::html_tree::parse;
    use super::*;

    fn hidden(html: &str) -> Vec<String> {
        let page = parse(html, &Limits::default()).unwrap();
        let styles = Styles::of(&page);
        let marked = page.root_element().descendent_elements().filter(|element| element.attr("x").is_some());
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
            <dialog x>10</dialog><dialog x open>11</dialog><p x style='position:absolute;left:-9999px'>12</p><p x style='mso-hide:all'>13</p>";
        assert_eq!(hidden(html), ["1", "2", "3", "5", "7", "9", "10", "12", "13"]);
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
    fn a_whole_page_behind_a_dialog_is_read() {
        assert!(hidden("<div x aria-hidden=true><h1>Plan</h1><p>Text</p></div>").is_empty());
    }

    #[test]
    fn plain_rules_of_a_style_sheet_hide_and_show() {
        let html = "<style>/* .a{display:none} */ @import 'x'; .pre, #note {display:none!important} .tab{display:none} .tab.on{display:block}\
            @media (max-width:600px){.wide{display:none}} .out .in{display:none} p.gone{visibility:hidden}</style>\
            <p x class=a>0</p><p x class=pre>1</p><p x id=note>2</p><p x class='tab'>3</p><p x class='tab on'>4</p><p x class=wide>5</p><p x class=in>6</p>\
            <p x class=gone>7</p><p x class=pre style='display:block'>8</p>";
        assert_eq!(hidden(html), ["1", "2", "3", "7"]);
    }
}
