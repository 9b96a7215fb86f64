//! `twin escalations list`: the questions the twin could not answer by itself.

use std::borrow::Cow;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;
use serde_json::{Map, Value};
use twin_sdk::{Escalation, StatusFilter};

use crate::command::Outcome;
use crate::command::answer::percent;
use crate::command::listing::{Listing, parse_limit};
use crate::context::Context;
use crate::ui::age::{age, rfc3339};
use crate::ui::page::{Page, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::{Form, Json, Notice, Report};

/// List escalations, newest first
///
/// When piped, prints one escalation per line, without a header, with tab-separated fields: id, status,
/// confidence, askedBy, createdAt, question.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin escalations list
  twin escalations list --status all --json

Exit codes:
  0 success, 4 no key, 6 rate limited, 7 connection failed")]
pub struct Args {
    /// Only escalations with this status
    #[arg(long, value_name = "STATUS", default_value = "open", value_parser = status_parser())]
    status: StatusFilter,

    /// Maximum number of items, 1 to 200
    #[arg(long, value_name = "N", default_value = "50", value_parser = parse_limit, value_hint = clap::ValueHint::Other)]
    limit: u32,
}

fn status_parser() -> impl TypedValueParser<Value = StatusFilter> {
    PossibleValuesParser::new(["open", "resolved", "all"]).map(|status| match status.as_str() {
        "resolved" => StatusFilter::Resolved,
        "all" => StatusFilter::All,
        _ => StatusFilter::Open,
    })
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let connection = context.connect().await?;
    let page = connection.twin.escalations().list().status(args.status).limit(args.limit).await?;
    let status = args.status;
    let (total, extra, items) = (page.total, page.extra().clone(), page.items);
    Ok(Box::new(List { items, total, extra, status, now: Timestamp::now() }))
}

struct List {
    items: Vec<Escalation>,
    total: u64,
    /// What the API says of the listing that this version does not know.
    extra: Map<String, Value>,
    status: StatusFilter,
    now: Timestamp,
}

impl List {
    fn listing(&self) -> Listing<'_, Escalation> {
        Listing::new(&self.items, self.total).with_extra(&self.extra)
    }

    fn table(&self) -> Table {
        let status = Column::new("STATUS").optional(5);
        let others = [
            Column::new("SURE").right().optional(4),
            Column::new("ASKED BY").flexible().optional(2),
            Column::new("ASKED").optional(3),
            Column::new("QUESTION").at_least(30),
            Column::new("REASON").at_least("Requires personal approval".len()).optional(1),
        ];
        // A column that says the same in every row says nothing.
        let tells_status = self.status == StatusFilter::All;
        let columns: Vec<Column> =
            std::iter::once(Column::new("ID")).chain(tells_status.then_some(status)).chain(others).collect();
        let mut table = Table::new(&columns);
        for escalation in &self.items {
            let status = tells_status.then(|| Cow::from(escalation.status.as_str()));
            let others = [
                Cow::from(percent(escalation.confidence)),
                escalation.asked_by.as_str().into(),
                age(escalation.created_at, self.now).into(),
                escalation.question.as_str().into(),
                escalation.reason.as_str().into(),
            ];
            table.push(std::iter::once(Cow::from(escalation.id.as_str())).chain(status).chain(others));
        }
        table
    }

    fn rows(&self, page: &mut Page) {
        for escalation in &self.items {
            page.row(&[
                escalation.id.as_str(),
                escalation.status.as_str(),
                &escalation.confidence.to_string(),
                &escalation.asked_by,
                &rfc3339(escalation.created_at),
                &escalation.question,
            ]);
        }
    }
}

impl Report for List {
    fn text(&self, page: &mut Page) {
        if !page.is_terminal() {
            self.rows(page);
        } else if self.items.is_empty() {
            let nothing = match self.status {
                StatusFilter::Open => "No open escalations.",
                _ => "No escalations.",
            };
            page.block(nothing, Tone::Dim);
        } else {
            page.table(&self.table());
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&self.listing())
    }

    fn notices(&self, _: Form) -> Vec<Notice> {
        self.listing().notices("escalations", Some("use --limit 200 or --status to list more"))
    }
}
