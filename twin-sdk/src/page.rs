//! [`Page`], one listing request's result, and [`Listing`], that of the calls which hide several.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Result;
use crate::validate::PAGE_LIMIT;
use crate::wire::{Fields, Lacks};

/// What one listing request returned. A page is always one request.
///
/// The API has no cursor, so the next page cannot be asked for. The resource's `list_all()` returns as much as the API
/// allows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// How many match in all, listed or not.
    pub total: u64,
    #[serde(skip)]
    unreadable: u64,
    /// As long as a listing can be, and nothing tells how many match.
    #[serde(skip)]
    may_be_cut: bool,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// Reads a listing whose items are in the field `name`. An item that cannot be read costs no other.
pub(crate) fn read_page<T>(mut fields: Fields, name: &'static str) -> Result<Page<T>, Lacks>
where
    T: TryFrom<Fields>,
{
    let total = fields.has_any(&["total"]).then(|| fields.count("total"));
    let listed = match fields.list(name) {
        Some(listed) => listed,
        None if total == Some(0) => Vec::new(), // null, as some servers write an empty list
        None => return Err(Lacks(name)),
    };
    let count = listed.len() as u64;
    let item = |value| T::try_from(serde_json::from_value(value).ok()?).ok();
    let items: Vec<T> = listed.into_iter().filter_map(item).collect();
    let unreadable = count - items.len() as u64;
    let may_be_cut = total.unwrap_or_default() == 0 && count >= u64::from(PAGE_LIMIT);
    let total = total.unwrap_or_default().max(count);
    Ok(Page { items, total, unreadable, may_be_cut, extra: fields.rest() })
}

impl<T> Page<T> {
    /// Returns how many listed items cannot be read because they have no id. They are not in [`Page::items`], but count
    /// towards [`Page::total`].
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// Returns the fields of the listing that this version of the crate does not know, as they came.
    pub fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }

    /// Returns whether more items match than are here: the API cut the listing, or some items cannot be read. A listing of
    /// [`PAGE_LIMIT`] items without a total counts as cut, since nothing says that it is not.
    pub fn is_truncated(&self) -> bool {
        self.may_be_cut || self.total > self.items.len() as u64
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// What several listing requests together returned: every item once, and what could not be listed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Listing<T> {
    /// The items, newest first, none of them twice.
    pub items: Vec<T>,
    /// How many there are in all, listed or not.
    pub total: u64,
    /// How many requests it took.
    pub requests: u32,
    missing: Vec<Missing>,
}

/// A part of a listing that the API does not return: it lists at most 200 of each.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missing {
    /// Which part: a document type or an escalation status; `None` for values this version does not know.
    pub of: Option<String>,
    /// How many of it are in the listing.
    pub listed: u64,
    /// How many of it there are.
    pub total: u64,
}

impl<T> Listing<T> {
    /// Returns what could not be listed, with numbers; empty if the listing is complete.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// Returns whether every item is here.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Several listing requests as one value to await; created by the `list_all()` calls.
#[must_use = "a request is sent only when it is awaited"]
pub struct ListAll<T>(Pin<Box<dyn Future<Output = Result<Listing<T>>> + Send>>);

impl<T> ListAll<T> {
    pub(crate) fn new(listing: impl Future<Output = Result<Listing<T>>> + Send + 'static) -> Self {
        Self(Box::pin(listing))
    }
}

impl<T> IntoFuture for ListAll<T> {
    type Output = Result<Listing<T>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        self.0
    }
}

/// What a listing is parted by: documents by type, escalations by status.
pub(crate) trait Parted {
    /// The item's identity.
    fn id(&self) -> &str;
    /// The part it belongs to.
    fn part(&self) -> &str;
    /// For the order: newest first.
    fn created_at(&self) -> Option<jiff::Timestamp>;
}

/// Joins the unparted page with the page of each part.
pub(crate) fn join<T: Parted>(whole: Page<T>, parts: Vec<(String, Page<T>)>) -> Listing<T> {
    let requests = 1 + parts.len() as u32;
    let names: Vec<(String, u64)> = parts.iter().map(|(name, page)| (name.clone(), page.total)).collect();
    let mut total = whole.total;
    let mut seen = std::collections::HashSet::new();
    let mut items: Vec<T> = parts
        .into_iter()
        .flat_map(|(_, page)| page.items)
        .chain(whole.items)
        .filter(|item| seen.insert(item.id().to_owned()))
        .collect();
    items.sort_by_key(|item| std::cmp::Reverse(item.created_at()));
    let mut missing = Vec::new();
    if requests > 1 {
        let listed = |name: &str| items.iter().filter(|item| item.part() == name).count() as u64;
        for (name, total) in &names {
            let listed = listed(name);
            if *total > listed {
                missing.push(Missing { of: Some(name.clone()), listed, total: *total });
            }
        }
        let totals = names.iter().map(|(name, total)| listed(name).max(*total));
        let known = totals.fold(0, u64::saturating_add); // a server may claim any number
        let unknown =
            items.iter().filter(|item| names.iter().all(|(name, _)| name != item.part())).count() as u64;
        if total > known.saturating_add(unknown) {
            missing.push(Missing { of: None, listed: unknown, total: total - known });
        }
        total = total.max(known.saturating_add(unknown));
    }
    Listing { items, total, requests, missing }
}
