//! `[[Page#Heading|label]]`: links read as their labels. Wikis of GitHub and GitLab write the label first.

use super::super::convert::is_media;
use super::super::text::beginning;
use super::super::tree::file_name;
use super::{MOST_LINK, Vault};

impl Vault<'_> {
    /// What a link says goes to `out`; answers how long the link is.
    pub(super) fn link(&self, text: &str, out: &mut String) -> Option<usize> {
        let inner = linked(text.strip_prefix("[[")?)?;
        if inner.trim().is_empty() || inner.contains('[') {
            return None;
        }
        let (first, options) = inner.split_once('|').unwrap_or((inner, ""));
        if inner.trim().eq_ignore_ascii_case("_TOC_") {
            // The page's own headings.
        } else if self.is_wiki && is_media(first.trim()) && !is_address(first) {
            out.push_str(description(options));
        } else {
            out.push_str(self.label(inner));
        }
        Some(inner.len() + 4)
    }

    /// The label of a link; without one the name of what it leads to. In a wiki the label comes first, unless that is a page
    /// and the other is none.
    pub(super) fn label<'t>(&self, inner: &'t str) -> &'t str {
        let Some((first, second)) = inner.rsplit_once('|') else { return name(inner) };
        // Within a table the bar is escaped.
        let (first, second) = (first.trim_end_matches('\\').trim(), second.trim());
        let leads = |side: &str| {
            let page = side.split('#').next().unwrap_or_default();
            is_address(side) || (!page.trim().is_empty() && self.find(page).is_some())
        };
        let label = if self.is_wiki && (leads(second) || !leads(first)) { first } else { second };
        if label.is_empty() { name(if label == first { second } else { first }) } else { label }
    }
}

/// What stands before the `]]` of a link, where that is near and in the same line.
pub(super) fn linked(text: &str) -> Option<&str> {
    let (inner, _) = beginning(text, MOST_LINK).split_once("]]")?;
    (!inner.contains('\n')).then_some(inner)
}

/// What a link without a label reads as: the page's name, or the heading where that is all.
fn name(target: &str) -> &str {
    let target = target.trim();
    if is_address(target) {
        return target;
    }
    let name =
        target.split_once('#').map_or(target, |(name, heading)| if name.is_empty() { heading } else { name });
    let name = name.trim().trim_start_matches('^');
    file_name(name.strip_suffix(".md").unwrap_or(name))
}

fn is_address(target: &str) -> bool {
    target.contains("://") || target.trim_start().starts_with("mailto:")
}

/// What is said of a picture among its options: `alt=Gate|width=50`.
fn description(options: &str) -> &str {
    options.split('|').find_map(|option| option.trim().strip_prefix("alt=")).unwrap_or_default().trim()
}
