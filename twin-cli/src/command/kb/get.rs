//! `twin kb get`: one document with its content.

use jiff::Timestamp;
use twin_sdk::Document;

use super::reference::{self, Found};
use clap_complete::ArgValueCompleter;

use crate::command::Outcome;
use crate::command::ids::{self, Kind};
use crate::complete;
use crate::context::Context;
use crate::ui::age::age;
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Report};
use crate::words::count;

/// Show one document
///
/// Finds the document by its ID, its exact title, or its key in the state file of the current folder. When
/// piped, prints only the content; use --json for everything else.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb get doc_abc123
  twin kb get doc_abc123 > policy.txt

Exit codes:
  0 success, 5 no such document, 2 several documents match, 4 no key, 7 connection failed")]
pub struct Args {
    /// ID of the document, its title, or its key in twin-kb.lock.json
    #[arg(value_name = "ID|TITLE|KEY", add = ArgValueCompleter::new(complete::documents))]
    id: String,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let id = args.id;
    if !reference::may_be_named(&id) {
        ids::check(&id)?;
    }
    let connection = context.connect().await?;
    let doc = match reference::find(&id, &connection).await? {
        Found::Document(document) => *document,
        Found::Id(id) => {
            connection.twin.kb().get(&id).await.map_err(|error| ids::explain(error, Kind::Document, &id))?
        }
    };
    Ok(Box::new(OneDocument { doc, now: Timestamp::now() }))
}

struct OneDocument {
    doc: Document,
    now: Timestamp,
}

impl Report for OneDocument {
    fn text(&self, page: &mut Page) {
        let doc = &self.doc;
        if page.is_terminal() {
            page.block(&doc.title, Tone::Strong);
            let (hits, created) = (count(doc.hits, "hit"), age(doc.created_at, self.now));
            let facts = [doc.id.as_str(), doc.document_type.as_str(), doc.source.as_str(), &hits, &created];
            page.block(
                &facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · "),
                Tone::Dim,
            );
            page.gap();
        }
        page.block(doc.content.as_deref().unwrap_or_default(), Tone::Plain);
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&self.doc)
    }
}
