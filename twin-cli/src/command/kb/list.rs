//! `twin kb list`: the documents, newest first.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value};
use twin_sdk::{Document, DocumentType, Kb};

use crate::command::Outcome;
use crate::command::listing::{Listing, Unlisted, parse_limit};
use crate::context::Context;
use crate::error::CliError;
use crate::ui::age::{age, rfc3339};
use crate::ui::page::{Page, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::{Form, Json, Notice, Report};

/// List documents, newest first
///
/// When piped, prints one document per line, without a header, with tab-separated fields: id, type, title,
/// hits, createdAt.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb list --type policy
  twin kb list --all | cut -f1,3
  twin kb list --grep expense

Exit codes:
  0 success, 4 no key, 6 rate limited, 7 connection failed")]
pub struct Args {
    /// Only documents of this type
    #[arg(long = "type", value_name = "T", value_parser = super::type_parser())]
    of_type: Option<DocumentType>,

    /// Maximum number of items, 1 to 200
    #[arg(long, value_name = "N", default_value = "50", value_parser = parse_limit, value_hint = clap::ValueHint::Other)]
    limit: u32,

    /// Only documents whose title contains this text, ignoring case
    #[arg(long, value_name = "TEXT", value_hint = clap::ValueHint::Other)]
    grep: Option<String>,

    /// List everything that the API lists: up to 200 documents of each type
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let now = Timestamp::now();
    let looks_at_all = args.all || args.grep.is_some();
    let connection = if looks_at_all { context.connect_for_bulk().await? } else { context.connect().await? };
    let kb = connection.twin.kb();
    if let Some(text) = &args.grep {
        let (mut items, unlisted) = all_of(&kb, args.of_type.as_ref()).await?;
        let text = text.to_lowercase();
        items.retain(|document| document.title.to_lowercase().contains(&text));
        let total = items.len() as u64;
        if !args.all {
            items.truncate(args.limit as usize);
        }
        let (all, extra) = (args.all, Map::new());
        return Ok(Box::new(Documents { items, total, all, unlisted, extra, now }));
    }
    if args.all && args.of_type.is_none() {
        let listing = kb.list_all().await?;
        let unlisted = listing.missing().iter().map(Unlisted::from).collect();
        let (total, items) = (listing.total, listing.items);
        return Ok(Box::new(Documents { items, total, all: true, unlisted, extra: Map::new(), now }));
    }
    let limit = if args.all { twin_sdk::PAGE_LIMIT } else { args.limit };
    let mut call = kb.list().limit(limit);
    if let Some(of_type) = args.of_type {
        call = call.of_type(of_type);
    }
    let page = call.await?;
    let (total, extra, items) = (page.total, page.extra().clone(), page.items);
    Ok(Box::new(Documents { items, total, all: args.all, unlisted: Vec::new(), extra, now }))
}

/// All that the API lists, and what it does not.
async fn all_of(
    kb: &Kb<'_>,
    of_type: Option<&DocumentType>,
) -> Result<(Vec<Document>, Vec<Unlisted>), CliError> {
    let listing = kb.list_all().await?;
    let is_meant = |of: Option<&str>| of_type.is_none_or(|wanted| of.is_none_or(|of| of == wanted.as_str()));
    let missing = listing.missing().iter().filter(|missing| is_meant(missing.of.as_deref()));
    let unlisted = missing.map(Unlisted::from).collect();
    let mut items = listing.items;
    items.retain(|document| is_meant(Some(document.document_type.as_str())));
    Ok((items, unlisted))
}

struct Documents {
    items: Vec<Document>,
    total: u64,
    /// Whether all that the API lists was asked for.
    all: bool,
    /// What even all listings together do not show.
    unlisted: Vec<Unlisted>,
    /// What the API says of the listing that this version does not know.
    extra: Map<String, Value>,
    now: Timestamp,
}

impl Documents {
    fn listing(&self) -> Listing<'_, Document> {
        Listing::new(&self.items, self.total).with_extra(&self.extra)
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&[
            Column::new("ID"),
            Column::new("TYPE").optional(1),
            Column::new("TITLE").flexible(),
            Column::new("HITS").right().optional(3),
            Column::new("CREATED").optional(2),
        ]);
        for doc in &self.items {
            table.push([
                Cow::from(doc.id.as_str()),
                doc.document_type.as_str().into(),
                doc.title.as_str().into(),
                doc.hits.to_string().into(),
                age(doc.created_at, self.now).into(),
            ]);
        }
        table
    }
}

impl Report for Documents {
    fn text(&self, page: &mut Page) {
        if !page.is_terminal() {
            for doc in &self.items {
                let (hits, created_at) = (doc.hits.to_string(), rfc3339(doc.created_at));
                page.row(&[doc.id.as_str(), doc.document_type.as_str(), &doc.title, &hits, &created_at]);
            }
        } else if self.items.is_empty() {
            page.block("No documents.", Tone::Dim);
        } else {
            page.table(&self.table());
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&self.listing())
    }

    fn notices(&self, _: Form) -> Vec<Notice> {
        let notices = self.unlisted.iter().map(Unlisted::notice);
        let hint = (!self.all).then_some("use --all or --limit 200 to list more");
        notices.chain(self.listing().notices("documents", hint)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_promised_only_where_not_all_was_asked_for() {
        for (all, labels) in [(false, ["warning", "hint"].as_slice()), (true, &["warning"])] {
            let cut = Documents {
                items: vec![],
                total: 1,
                all,
                unlisted: vec![],
                extra: Map::new(),
                now: Timestamp::UNIX_EPOCH,
            };
            let told: Vec<&str> = cut.notices(Form::Terminal).iter().map(|notice| notice.label).collect();
            assert_eq!(told, labels);
        }
    }
}
