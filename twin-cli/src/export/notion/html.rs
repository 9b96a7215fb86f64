//! A Notion page in HTML.

use super::Page;
use crate::export::Limits;

pub(super) fn page(_bytes: Vec<u8>, _limits: &Limits) -> Result<Page, &'static str> {
    Ok(Page::default())
}
