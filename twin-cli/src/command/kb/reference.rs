//! Documents as people name them: by id, by exact title, or by the key of the state file at hand.

use std::path::Path;

use twin_sdk::{Document, ErrorKind, Twin};
use twin_sync as sync;

use crate::command::ids::{self, Kind};
use crate::context::Connection;
use crate::error::{CliError, Code};

/// The state file that is looked into.
const STATE: &str = "twin-kb.lock.json";

/// A document that was found by what it was called.
pub(super) enum Found {
    /// Its id, known from the state file or the listing.
    Id(String),
    /// The document itself.
    Document(Box<Document>),
}

/// Finds the one document that is meant. What looks like an id is asked for first, since that costs one request.
pub(super) async fn find(name: &str, connection: &Connection) -> Result<Found, CliError> {
    if let Some(ids) = of_state(name, connection) {
        return one(name, ids, "the source has several documents").map(Found::Id);
    }
    if ids::check(name).is_ok() {
        match connection.twin.kb().get(name).await {
            Ok(document) => return Ok(Found::Document(Box::new(document))),
            Err(error) if error.kind() != ErrorKind::NotFound || name.starts_with("doc_") => {
                return Err(ids::explain(error, Kind::Document, name));
            }
            Err(_) => {}
        }
    }
    of_title(name, &connection.twin).await.map(Found::Id)
}

/// Whether a document may be called so at all: anything else is refused before a request.
pub(super) fn may_be_named(name: &str) -> bool {
    !name.trim().is_empty() && !name.contains(char::is_control) && !matches!(name, "." | "..")
}

/// Whether a name is an id by its looks, so that it need not be looked for.
pub(super) fn is_id(name: &str) -> bool {
    name.starts_with("doc_") && ids::check(name).is_ok()
}

/// The ids under a key of the state file at hand, if it is this knowledge base's.
fn of_state(key: &str, connection: &Connection) -> Option<Vec<String>> {
    let state = sync::read_state(Path::new(STATE)).ok().flatten()?;
    let is_ours = state.base_url == connection.label;
    let entry = state.get(key).filter(|_| is_ours)?;
    Some(entry.ids.clone())
}

async fn of_title(title: &str, twin: &Twin) -> Result<String, CliError> {
    let listing = twin.kb().list_all().await?;
    let is_whole = listing.missing().is_empty();
    let ids: Vec<String> = listing
        .items
        .into_iter()
        .filter(|document| document.title.trim() == title.trim())
        .map(|document| document.id)
        .collect();
    if ids.is_empty() {
        let error = CliError::new(Code::NotFound, format!("no document has the ID or title '{title}'"));
        let hint = "run 'twin kb list --all' to list documents";
        return Err(if is_whole {
            error.hint(hint)
        } else {
            error.hint(format!("{hint} (the API does not list all of them)"))
        });
    }
    one(title, ids, "several documents have this title")
}

fn one(name: &str, mut ids: Vec<String>, several: &str) -> Result<String, CliError> {
    match (ids.pop(), ids.as_slice()) {
        (Some(id), []) => Ok(id),
        (Some(id), others) => {
            let all = others.iter().chain([&id]).map(String::as_str).collect::<Vec<_>>().join(", ");
            Err(CliError::invalid(format!("'{name}': {several}")).hint(format!("use one of the IDs: {all}")))
        }
        (None, _) => Err(CliError::new(Code::NotFound, format!("'{name}' has no documents"))),
    }
}
