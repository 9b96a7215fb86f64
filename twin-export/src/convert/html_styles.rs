//! What the styles of a page say that carries meaning: what they hide, raise, strike out, how lists count, which text is
//! in a font of symbols. Read from the attributes of elements, and from plain rules of the page's style sheets.

use std::collections::{HashMap, HashSet};

use scraper::{ElementRef, Html};

use super::html_hidden::shows_or_hides;
use super::html_list::{Marker, quoted_marker};
use super::html_place::Layout;
use super::html_tree::Attributes as _;
use super::symbols::is_symbol_font;
use selectors::Selector;

mod selectors;

mod before;

/// The rules of a page's style sheets.
#[derive(Debug, Default)]
pub(crate) struct Styles {
    /// By the class, the id or the element that a rule is about; by nothing where it is about any.
    rules: HashMap<String, Vec<Rule>>,
    count: usize,
    /// What rules show that other rules may hide, by its class, id or element.
    shown: HashSet<String>,
    /// What stands before the items of a list, by the list's class or element.
    markers: HashMap<String, Marker>,
    /// What stands before other elements, by their class or name.
    texts: HashMap<String, String>,
    /// Items have numbers that are not understood.
    has_strange_markers: bool,
    /// Some rule says where elements stand.
    has_layout: bool,
}

#[derive(Debug, Clone)]
struct Rule {
    about: Selector,
    says: Says,
    /// The more is asked of an element, the stronger the rule; the later of two.
    weight: (usize, usize),
}

/// What declarations say; nothing of what they do not mention.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Says {
    hides: Option<bool>,
    raises: Option<bool>,
    strikes: Option<bool>,
    counts: Option<String>,
    font: Option<String>,
    layout: Layout,
}

/// Reads a style sheet by the address that a page gives.
pub(super) type Linked<'a> = &'a mut dyn FnMut(&str) -> Option<String>;

/// Bytes of style sheets that are looked at, and rules that are kept.
const MOST_STYLES: usize = 1 << 20;
const MOST_RULES: usize = 4_000;

impl Says {
    fn of(declarations: &str) -> Self {
        Self {
            hides: shows_or_hides(declarations),
            raises: raises(declarations),
            strikes: strikes(declarations),
            counts: counts(declarations),
            font: font(declarations).filter(|font| !font.is_empty()),
            layout: Layout::of(declarations),
        }
    }
}

impl Styles {
    /// The rules of the sheets that a page holds, and of those that it refers to.
    pub(super) fn of(page: &Html, linked: Linked<'_>) -> Self {
        let mut styles = Self::default();
        let mut read = 0;
        for sheet in page.root_element().descendent_elements() {
            let text = match sheet.value().name() {
                "style" => sheet.text().collect::<String>(),
                "link" if is_sheet(sheet) => {
                    sheet.attribute("href").and_then(&mut *linked).unwrap_or_default()
                }
                _ => continue,
            };
            let media = sheet.attribute("media").unwrap_or("all");
            read += text.len();
            if read > MOST_STYLES {
                break;
            }
            if media.contains("all") || media.contains("screen") && !media.contains('(') {
                styles.add(&text, 0);
            }
        }
        styles
    }

    fn add(&mut self, sheet: &str, depth: usize) {
        let sheet = without_comments(sheet);
        let mut rest = sheet.as_str();
        while let Some((selectors, after)) = rest.split_once('{') {
            let last = selectors.rsplit(';').next().unwrap_or_default();
            if depth < DEEPEST && is_for_every_screen(last) {
                self.add(&after[..end_of_block(after)], depth + 1);
            } else if selectors.contains('@') {
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
        if selectors.contains(":before") {
            selectors.split(',').for_each(|selector| self.add_marker(selector, block));
        }
        if let Some(sign) = quoted_marker(block) {
            selectors.split(',').for_each(|selector| self.add_sign(selector, &sign));
        }
        let says = Says::of(block);
        if says == Says::default() {
            return;
        }
        for selector in selectors.split(',') {
            if self.count >= MOST_RULES {
                return;
            }
            let Some(about) = Selector::of(selector.trim()) else {
                self.note_shown(selector, &says);
                continue;
            };
            if says.hides == Some(false) {
                self.note_shown(selector, &says);
            }
            let weight = (about.weight(), self.count);
            self.count += 1;
            self.has_layout |= says.layout != Layout::default();
            let key = about.key().to_owned();
            self.rules.entry(key).or_default().push(Rule { about, says: says.clone(), weight });
        }
    }

    /// What a rule shows again, as soon as somebody clicks or points at something.
    fn note_shown(&mut self, selector: &str, says: &Says) {
        if says.hides == Some(false) && self.shown.len() < MOST_RULES {
            self.shown.extend(selectors::subjects(selector).map(str::to_owned));
        }
    }

    /// What the strongest rule that says anything of it says.
    fn by_rule<T>(&self, element: ElementRef<'_>, says: impl Fn(&Rule) -> Option<T>) -> Option<T> {
        if self.rules.is_empty() {
            return None;
        }
        let named = element.value();
        let keys = element.class_names().chain(named.id()).chain([named.name(), ""]);
        let rules = keys.filter_map(|key| self.rules.get(key)).flatten();
        let said = rules.filter_map(|rule| Some((rule.weight, says(rule)?, rule)));
        let said = said.filter(|(_, _, rule)| rule.about.is_of(element));
        said.max_by_key(|(weight, ..)| *weight).map(|(_, said, _)| said)
    }

    pub(super) fn hide(&self, element: ElementRef<'_>) -> bool {
        // What is hidden within something, and shown by another rule, is seen by whoever opens it.
        let opens = |rule: &Rule| rule.about.is_within() && self.shown.contains(rule.about.key());
        let hides = |rule: &Rule| rule.says.hides.filter(|hides| !hides || !opens(rule));
        self.by_rule(element, hides).unwrap_or(false)
    }

    /// Whether an element stands raised.
    pub(super) fn raises(&self, element: ElementRef<'_>) -> bool {
        let own = element.attribute("style").and_then(raises);
        own.or_else(|| self.by_rule(element, |rule| rule.says.raises)).unwrap_or(false)
    }

    /// Whether the text of an element is struck out. Lists and tables hand that down to their items and cells.
    pub(super) fn strikes(&self, element: ElementRef<'_>) -> bool {
        let is_part = |element: ElementRef<'_>| {
            let name = element.value().name();
            matches!(name, "ul" | "ol" | "table" | "thead" | "tbody" | "tfoot" | "tr" | "dl")
        };
        let says = |element: ElementRef<'_>| {
            let own = element.attribute("style").and_then(strikes);
            own.or_else(|| self.by_rule(element, |rule| rule.says.strikes)).unwrap_or(false)
        };
        match element.value().name() {
            "html" | "body" => false,
            _ if is_part(element) => false,
            "li" | "td" | "th" | "dt" | "dd" => {
                let around =
                    element.ancestors().map_while(ElementRef::wrap).take_while(|above| is_part(*above));
                says(element) || around.into_iter().any(says)
            }
            _ => says(element),
        }
    }

    /// How a list counts, as CSS calls it.
    pub(super) fn counts(&self, list: ElementRef<'_>) -> Option<String> {
        // Only where all items say the same: one may stand without its mark.
        let by_item = || {
            let mut items = list.child_elements().map(|item| item.attribute("style").and_then(counts));
            let first = items.next()??;
            items.all(|other| other.as_ref() == Some(&first)).then_some(first)
        };
        let own = list.attribute("style").and_then(counts);
        let counts = own.or_else(|| self.by_rule(list, |rule| rule.says.counts.clone())).or_else(by_item);
        counts.filter(|counts| counts != "none" || !self.has_strange_markers)
    }

    /// Where an element stands, and what is in it.
    pub(super) fn layout(&self, element: ElementRef<'_>) -> Layout {
        let own = element.attribute("style").map(Layout::of).unwrap_or_default();
        if !self.has_layout || own.own.is_some() {
            return own;
        }
        Layout {
            own: self.by_rule(element, |rule| rule.says.layout.own),
            within: own.within.or_else(|| self.by_rule(element, |rule| rule.says.layout.within)),
        }
    }

    /// The font of symbols that an element sets, empty for any other; `None` where it sets none.
    pub(super) fn font(&self, element: ElementRef<'_>) -> Option<String> {
        let face = || element.attribute("face").map(family);
        element
            .attribute("style")
            .and_then(font)
            .or_else(face)
            .or_else(|| self.by_rule(element, |rule| rule.says.font.clone()))
    }
}

/// Groups of rules within others.
const DEEPEST: usize = 4;

/// Whether rules are grouped for screens of whatever size.
fn is_for_every_screen(group: &str) -> bool {
    let Some(media) = group.trim().strip_prefix("@media") else { return false };
    let mut words = media.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    !media.contains(['(', '@'])
        && !words.clone().any(|word| word == "not")
        && words.any(|word| matches!(word, "all" | "screen"))
}

/// Whether a page is shown with what a link refers to, unless the reader chooses another one.
fn is_sheet(link: ElementRef<'_>) -> bool {
    let relations = link.attribute("rel").unwrap_or_default().to_ascii_lowercase();
    let is = |wanted: &str| relations.split_ascii_whitespace().any(|one| one == wanted);
    is("stylesheet") && !is("alternate")
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

/// The value of a property in declarations; the last one counts.
pub(super) fn property<'a>(style: &'a str, name: &str) -> Option<&'a str> {
    let values = style.split(';').filter_map(|declaration| declaration.split_once(':'));
    let value = values.rev().find(|(property, _)| property.trim().eq_ignore_ascii_case(name))?.1;
    Some(value.split('!').next().unwrap_or_default().trim())
}

fn raises(style: &str) -> Option<bool> {
    property(style, "vertical-align").map(|place| place.eq_ignore_ascii_case("super"))
}

fn strikes(style: &str) -> Option<bool> {
    let line = property(style, "text-decoration-line").or_else(|| property(style, "text-decoration"))?;
    Some(line.to_ascii_lowercase().contains("line-through"))
}

pub(super) fn counts(style: &str) -> Option<String> {
    let known = [
        "none",
        "decimal",
        "decimal-leading-zero",
        "lower-alpha",
        "lower-latin",
        "upper-alpha",
        "upper-latin",
        "lower-roman",
        "upper-roman",
        "disc",
        "circle",
        "square",
    ];
    let value = property(style, "list-style-type").or_else(|| property(style, "list-style"))?;
    let mut words = value.split_ascii_whitespace().map(str::to_ascii_lowercase);
    words.find(|word| known.contains(&word.as_str()))
}

fn font(style: &str) -> Option<String> {
    property(style, "font-family").or_else(|| property(style, "font")).map(family)
}

/// The first of some fonts, without the size that may stand before it, where it is one of symbols; empty otherwise.
fn family(fonts: &str) -> String {
    let first = fonts.split(',').next().unwrap_or_default();
    let sizes = ["pt ", "px ", "em ", "% "];
    let end = sizes.iter().filter_map(|unit| first.rfind(unit).map(|at| at + unit.len())).max().unwrap_or(0);
    let name = first[end..].trim().trim_matches(['"', '\'']);
    if is_symbol_font(name) { name.to_owned() } else { String::new() }
}
