//! What styles write before elements: signs, words and numbers.

use scraper::ElementRef;

use super::super::html_hidden::shows_or_hides;
use super::super::html_list::Marker;
use super::super::html_tree::Attributes as _;
use super::super::signs;
use super::{MOST_RULES, Styles, property};

impl Styles {
    /// `.list>li:before{content:"(" counter(a, lower-latin) ") "}`
    pub(super) fn add_marker(&mut self, selector: &str, block: &str) {
        let Some(content) = property(block, "content") else { return };
        let list = selector.trim().strip_suffix(":before").map(|list| list.trim_end_matches(':'));
        let list =
            list.and_then(|list| list.strip_suffix("li")).map(|list| list.trim_end_matches(['>', ' ']));
        match list.zip(Marker::of(content)) {
            Some((list, marker))
                if !list.contains([' ', '>', ':', '[']) && self.markers.len() < MOST_RULES =>
            {
                let list = list.rsplit_once('.').map_or(list, |(_, class)| class);
                self.markers.insert(list.to_owned(), marker);
            }
            _ => {
                self.has_strange_markers |= content.contains("counter");
                let name = selector.trim().trim_end_matches("before").trim_end_matches(':');
                let text = Marker::of(content).and_then(|marker| marker.text());
                if let Some(text) = text.filter(|_| shows_or_hides(block) != Some(true)) {
                    self.add_text(name, text);
                }
            }
        }
    }

    /// `.list li{list-style-type:"✗ "}`
    pub(super) fn add_sign(&mut self, selector: &str, sign: &str) {
        let list = selector.trim().strip_suffix("li").filter(|list| !list.is_empty());
        let list = list.map_or(selector.trim(), |list| list.trim_end_matches(['>', ' ']));
        let list = list.rsplit_once('.').map_or(list, |(_, class)| class);
        if !list.contains([' ', '>', ':', '[']) && self.markers.len() < MOST_RULES {
            self.markers.insert(list.to_owned(), Marker::plain(sign));
        }
    }

    /// A text before every element of a class; what only decorates is none.
    fn add_text(&mut self, name: &str, text: String) {
        let name = name.rsplit_once('.').map_or(name, |(_, class)| class);
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        if is_name && signs::bullet(&text) != "- " && self.texts.len() < MOST_RULES {
            self.texts.insert(name.to_owned(), text);
        }
    }

    /// What the styles write before an element.
    pub(in super::super) fn text_before(&self, element: ElementRef<'_>) -> Option<String> {
        if self.texts.is_empty() {
            return None;
        }
        element.class_names().chain([element.value().name()]).find_map(|name| self.texts.get(name)).cloned()
    }

    /// What stands before the items of a list.
    pub(in super::super) fn marker(&self, list: ElementRef<'_>) -> Option<&Marker> {
        if self.markers.is_empty() {
            return None;
        }
        list.class_names().chain([list.value().name()]).find_map(|name| self.markers.get(name))
    }
}
