//! `twin kb add`: one file, or text from standard input, as one document.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use serde::Serialize;
use twin_sdk::{Document, DocumentType, NewDocument, Outcome as Effect};

use crate::command::Outcome;
use crate::context::Context;
use crate::error::CliError;
use crate::input::Input;
use crate::ui::page::{Page, Tone};
use crate::ui::{Form, Json, Notice, Report};
use twin_export as export;

/// Add one document to the knowledge base
///
/// The file may be Markdown, text, HTML, CSV, docx, xlsx, pptx, PDF or a mail: its text is what is added.
/// The title is the first heading, else the file's name. In a pipe you get the new id alone.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb add expenses.docx --type policy
  git log --since yesterday | twin kb add - --title 'Changes of today' --type note

Exit codes:
  0 added, 2 no text, too long or bad input, 4 no key, 7 no connection")]
pub struct Args {
    /// The file; '-' reads text from standard input
    #[arg(value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// The title, in place of the first heading
    #[arg(long, value_name = "TEXT", value_hint = ValueHint::Other)]
    title: Option<String>,

    /// The type [default: what the file says it is, else sop]
    #[arg(long = "type", value_name = "T", value_parser = super::type_parser())]
    of_type: Option<DocumentType>,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    let mut document = match Input::of(&args.file) {
        Input::Stdin => typed_in(&Input::Stdin.read("the document").await?, args.title.is_some()),
        Input::File(path) => read(path).await?,
    };
    if let Some(title) = args.title {
        document.title = title;
    }
    document.document_type = args.of_type.or(document.document_type);
    check(&document)?;
    let connection = context.connect().await?;
    let created = connection.twin.kb().create(document.clone()).await.map_err(explain)?;
    Ok(Box::new(Added { document, id: created.id, created: created.document }))
}

/// Text as it came; its first line is the title where it is a heading.
fn typed_in(text: &str, has_title: bool) -> NewDocument {
    let text = text.trim_start_matches(['\r', '\n']);
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let marks = first.len() - first.trim_start_matches('#').len();
    let heading = first[marks..].trim().trim_end_matches('#').trim_end();
    if has_title
        || !(1..=6).contains(&marks)
        || !first[marks..].starts_with([' ', '\t'])
        || heading.is_empty()
    {
        return NewDocument::new("", text);
    }
    let rest = rest.trim_start_matches(['\r', '\n']);
    NewDocument::new(heading, if rest.trim().is_empty() { heading } else { rest })
}

async fn read(path: PathBuf) -> Result<NewDocument, CliError> {
    let read = tokio::task::spawn_blocking(move || read_now(&path)).await;
    read.map_err(CliError::internal)?
}

/// The one document that a file holds.
fn read_now(path: &Path) -> Result<NewDocument, CliError> {
    let many = |what: &str| {
        Err(CliError::invalid(format!("{} is {what}", path.display()))
            .hint(format!("bring in all it holds with 'twin kb import {}'", path.display())))
    };
    if path.is_dir() {
        return many("a folder");
    }
    let mut documents = Vec::new();
    let options = export::Options { file_type: Some(export::DocumentType::Sop), ..Default::default() };
    let summary = export::read(&[path.to_owned()], &options, &(), &mut |document| {
        documents.push(document);
        if documents.len() > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .map_err(|error| CliError::invalid(error.to_string()))?;
    match (documents.pop(), documents.is_empty()) {
        (Some(document), true) => {
            let of_type = document.kind.as_str();
            Ok(NewDocument::new(document.title, document.text).of_type(of_type))
        }
        (Some(_), false) => many("more than one document"),
        (None, _) => {
            let reason = summary.skipped.first().map_or("nothing to read", |skipped| &skipped.reason);
            Err(CliError::invalid(format!("{}: {reason}", path.display())))
        }
    }
}

/// What the API would refuse is refused here, with what to do about it.
fn check(document: &NewDocument) -> Result<(), CliError> {
    if document.title.trim().is_empty() {
        return Err(CliError::invalid("the document has no title")
            .hint("begin it with a heading such as '# Expenses', or give --title"));
    }
    if document.content.trim().is_empty() {
        return Err(CliError::invalid("the document is empty"));
    }
    let (length, limit) = (document.content.chars().count(), twin_sdk::CONTENT_LIMIT);
    if length > limit {
        return Err(CliError::invalid(format!(
            "the document is too long: {length} characters, {limit} are allowed"
        ))
        .hint("'twin kb import FILE' brings it in as several parts"));
    }
    Ok(())
}

/// Where no answer came, the document may be there.
fn explain(error: twin_sdk::Error) -> CliError {
    let lost = error.outcome() == Effect::Unknown;
    let error = CliError::from(error);
    if !lost {
        return error;
    }
    error.hint("it may have been added all the same: look at 'twin kb list' before you try again")
}

struct Added {
    document: NewDocument,
    id: Option<String>,
    created: Option<Document>,
}

/// What is known of a document whose creation the API answered with something else.
#[derive(Serialize)]
struct Sketch<'a> {
    id: Option<&'a str>,
    title: &'a str,
    #[serde(rename = "type")]
    of_type: Option<&'a DocumentType>,
}

impl Report for Added {
    fn text(&self, page: &mut Page) {
        let id = self.id.as_deref().unwrap_or_default();
        if page.is_terminal() {
            page.entry("Added ", Tone::Good, &format!("{}  {id}", self.document.title));
        } else if !id.is_empty() {
            page.row(&[id]);
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        match &self.created {
            Some(document) if !document.title.is_empty() => json.of(document),
            _ => json.of(&Sketch {
                id: self.id.as_deref(),
                title: &self.document.title,
                of_type: self.document.document_type.as_ref(),
            }),
        }
    }

    fn notices(&self, _: Form) -> Vec<Notice> {
        let untold = Notice::warning("it was added, but the API's answer does not tell its id");
        if self.id.is_none() { vec![untold] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_title_where_it_is_a_heading() {
        let parts = |text: &str| {
            let NewDocument { title, content, .. } = typed_in(text, false);
            (title, content)
        };
        let expect = |title: &str, content: &str| (title.to_owned(), content.to_owned());
        assert_eq!(
            parts("\n# Leave ##\n\n25 days.\n* as it\n  is"),
            expect("Leave", "25 days.\n* as it\n  is")
        );
        assert_eq!(parts("#!/bin/sh\n# not a heading"), expect("", "#!/bin/sh\n# not a heading"));
        assert_eq!(parts("#tag one"), expect("", "#tag one"));
        assert_eq!(parts("# Only a heading"), expect("Only a heading", "Only a heading"));
        assert_eq!(typed_in("# Kept\n\ntext", true).content, "# Kept\n\ntext");
    }

    #[test]
    fn what_is_too_long_under_every_count_is_refused() {
        let error = check(&NewDocument::new("T", "a".repeat(50_001))).unwrap_err();
        assert_eq!((error.exit().code(), error.message().contains("50001")), (2, true));
        assert!(check(&NewDocument::new("T", "🙂".repeat(50_000))).is_ok());
    }
}
