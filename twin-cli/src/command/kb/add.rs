//! `twin kb add`: files, or text from standard input, each as one document.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueHint;
use serde::{Serialize, Serializer};
use twin_sdk::{Document, DocumentType, NewDocument, Twin};

use crate::command::Outcome;
use crate::command::bulk::{Failed, finished};
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::hints;
use crate::input::Input;
use crate::stop::Signal;
use crate::ui::page::{Page, Tone};
use crate::ui::progress::Progress;
use crate::ui::{Form, Json, Notice, Report};
use crate::words::{count, remaining};
use twin_export::{self as export, Export};

/// Add files to the knowledge base, each as one document
///
/// Reads Markdown, text, HTML, CSV, docx, xlsx, pptx, PDF and e-mail files, and adds their text. The title is
/// the first heading, or the file name if there is none. All files are read before the first one is added.
/// Warns if a document with the same title, type and text exists already. When piped, prints only the new
/// IDs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin kb add expenses.docx --type policy
  twin kb add expenses.docx leave.md
  git log --since yesterday | twin kb add - --title 'Changes of today' --type note

Exit codes:
  0 added, 2 empty, too long or invalid, 3 some not added, 4 no key, 7 connection failed")]
pub struct Args {
    /// Files to add; '-' reads text from standard input
    #[arg(value_name = "FILE|-", required = true, value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,

    /// Title of the document [default: the first heading]
    #[arg(long, value_name = "TEXT", value_hint = ValueHint::Other)]
    title: Option<String>,

    /// Type of the documents [default: the type in the file's front matter, or sop]
    #[arg(long = "type", value_name = "T", value_parser = super::type_parser())]
    of_type: Option<DocumentType>,
}

pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    if args.title.is_some() && args.files.len() > 1 {
        return Err(CliError::new(Code::Usage, "one title for several files")
            .hint("add them one by one, or omit --title"));
    }
    context.only_one_from_stdin(args.files.iter().map(PathBuf::as_path))?;
    let mut documents = Vec::new();
    for file in &args.files {
        documents.push((Input::of(file).to_string(), document(&args, file).await?));
    }
    if let [(_, document)] = documents.as_slice() {
        let connection = context.connect().await?;
        return Ok(Box::new(add(document, &connection.twin, &mut Equals::default()).await?));
    }
    add_all(&documents, context).await
}

async fn add(document: &NewDocument, twin: &Twin, equals: &mut Equals) -> Result<Added, CliError> {
    let created = twin.kb().create(document.clone()).await.map_err(hints::of_create)?;
    let equal = match &created.id {
        Some(id) => tokio::time::timeout(LOOKING, equals.of(document, id, twin)).await.unwrap_or_default(),
        None => None,
    };
    Ok(Added { document: document.clone(), id: created.id, created: created.document, equal })
}

/// Adds one after the other. What concerns one alone does not stop the others.
async fn add_all(documents: &[(String, NewDocument)], context: &Context) -> Outcome {
    let connection = context.connect_for_bulk().await?;
    let (mut equals, mut many) = (Equals::default(), Many::default());
    let mut signal = context.stop.graceful();
    let progress = Progress::start(&context.ui, "Adding");
    for (place, (name, document)) in documents.iter().enumerate() {
        progress.update(place as u64, documents.len() as u64, name);
        let left = |from: usize| documents[from..].iter().map(|(name, _)| name.clone()).collect();
        let stopped = match finished(add(document, &connection.twin, &mut equals), &mut signal).await {
            Ok(Ok(added)) => {
                many.added.push(added);
                None
            }
            Ok(Err(error)) if !error.ends_a_bulk_run() => {
                many.failed.push(Failed::new(name.clone(), &error));
                None
            }
            Ok(Err(error)) => Some(error),
            Err(signal) => Some(hints::in_doubt(signal.error())),
        };
        many.remaining = left(place + usize::from(stopped.is_none()));
        let told_to_stop = signal.borrow().filter(|_| !many.remaining.is_empty()).map(Signal::error);
        if let Some(error) = stopped.or(told_to_stop) {
            many.error = Some(error);
            return Ok(Box::new(many));
        }
    }
    many.error = many.incomplete();
    Ok(Box::new(many))
}

/// The document that a file becomes.
async fn document(args: &Args, file: &Path) -> Result<NewDocument, CliError> {
    let mut document = match Input::of(file) {
        Input::Stdin => typed_in(&Input::Stdin.read("the document").await?, args.title.is_some()),
        Input::File(path) => read(path).await?,
    };
    if let Some(title) = &args.title {
        document.title.clone_from(title);
    }
    document.document_type = args.of_type.clone().or(document.document_type);
    let named =
        |error: CliError| if args.files.len() > 1 { error.about(&file.display().to_string()) } else { error };
    check(&document).map_err(named)?;
    Ok(document)
}

/// Looks for documents that are there already. It is a service: where the API does not tell, nothing is said.
#[derive(Default)]
struct Equals {
    /// Of each type that was asked for, what the listing holds.
    listed: Vec<(DocumentType, Vec<Document>)>,
}

/// Documents of one title that are compared by their text.
const COMPARED: usize = 3;
/// How long is looked for them. The document is there by then: no one waits for a remark.
const LOOKING: Duration = Duration::from_secs(5);

impl Equals {
    /// The id of a document with the same title, type and text that is not this one.
    async fn of(&mut self, document: &NewDocument, id: &str, twin: &Twin) -> Option<String> {
        let of_type = document.document_type.clone().unwrap_or(DocumentType::Sop);
        if !self.listed.iter().any(|(known, _)| *known == of_type) {
            let page = twin.kb().list().of_type(of_type.clone()).limit(200).await;
            self.listed.push((of_type.clone(), page.map(|page| page.items).unwrap_or_default()));
        }
        let (_, listed) = self.listed.iter().find(|(known, _)| *known == of_type)?;
        let alike =
            listed.iter().filter(|other| other.id != id && other.title.trim() == document.title.trim());
        for other in alike.take(COMPARED) {
            let content = twin.kb().get(&other.id).await.ok().and_then(|whole| whole.content);
            if content.is_some_and(|content| content.trim() == document.content.trim()) {
                return Some(other.id.clone());
            }
        }
        None
    }
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

/// What can be added, with the limits of the readers and of the API.
const KINDS: &str = "add Markdown, text, HTML, CSV, PDF, .docx, .pptx, .xlsx, .xls or .eml, up to 50 MB a file and \
                     50,000 characters a document";

/// The one document that a file holds.
fn read_now(path: &Path) -> Result<NewDocument, CliError> {
    let many = |what: &str| {
        Err(CliError::invalid(format!("{} is {what}", path.display()))
            .hint(format!("import everything in it with 'twin kb import {}'", path.display())))
    };
    if path.is_dir() {
        return many("a folder");
    }
    let mut documents = Vec::new();
    let options = export::Options { file_type: Some(export::DocumentType::Sop), ..Default::default() };
    let export = Export::open(&[path], &options)?;
    let summary = export.read(&(), |document| {
        documents.push(document);
        if documents.len() > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    match (documents.pop(), documents.is_empty()) {
        (Some(document), true) => {
            let of_type = document.document_type.as_str();
            Ok(NewDocument::new(document.title, document.text).of_type(of_type))
        }
        (Some(_), false) => many("more than one document"),
        (None, _) => {
            let reason = summary.skipped.first().map_or("nothing to read", |skipped| &skipped.reason);
            let error = CliError::invalid(format!("cannot read {}: {reason}", path.display()));
            let is_other_kind = matches!(reason, export::reason::UNKNOWN_KIND | export::reason::MEDIA);
            Err(if is_other_kind { error.hint(KINDS) } else { error })
        }
    }
}

/// What the API would refuse is refused here, with what to do about it.
fn check(document: &NewDocument) -> Result<(), CliError> {
    if document.title.trim().is_empty() {
        return Err(CliError::invalid("the document has no title")
            .hint("start it with a heading such as '# Expenses', or pass --title"));
    }
    if document.content.trim().is_empty() {
        return Err(CliError::invalid("the document is empty"));
    }
    let (length, limit) = (document.content.chars().count(), twin_sdk::CONTENT_LIMIT);
    if length > limit {
        return Err(CliError::invalid(format!(
            "the document is too long: {length} characters, the limit is {limit}"
        ))
        .hint("'twin kb import FILE' splits it into several documents"));
    }
    Ok(())
}

struct Added {
    document: NewDocument,
    id: Option<String>,
    created: Option<Document>,
    /// An equal document that was there before.
    equal: Option<String>,
}

/// What is known of a document whose creation the API answered with something else.
#[derive(Serialize)]
struct Sketch<'a> {
    id: Option<&'a str>,
    title: &'a str,
    #[serde(rename = "type")]
    of_type: Option<&'a DocumentType>,
}

impl Serialize for Added {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.created {
            Some(document) if !document.title.is_empty() => document.serialize(serializer),
            _ => Sketch {
                id: self.id.as_deref(),
                title: &self.document.title,
                of_type: self.document.document_type.as_ref(),
            }
            .serialize(serializer),
        }
    }
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
        json.of(self)
    }

    fn notices(&self, _: Form) -> Vec<Notice> {
        let title = &self.document.title;
        let untold = self.id.is_none().then(|| {
            Notice::warning(format!("'{title}' was added, but the API's response does not contain its ID"))
        });
        let equal = self.equal.as_ref().map(|id| {
            Notice::warning(format!(
                "'{title}' already exists with the same text as {id}: run 'twin kb delete {id}' to remove \
                 that one"
            ))
        });
        untold.into_iter().chain(equal).collect()
    }
}

/// What became of several files.
#[derive(Default, Serialize)]
struct Many {
    added: Vec<Added>,
    failed: Vec<Failed>,
    remaining: Vec<String>,
    #[serde(skip)]
    error: Option<CliError>,
}

impl Many {
    fn incomplete(&self) -> Option<CliError> {
        let (failed, all) = (self.failed.len(), self.failed.len() + self.added.len());
        let message = format!("{failed} of {} could not be added", count(all, "document"));
        (failed > 0).then(|| CliError::new(Code::Partial, message))
    }
}

impl Report for Many {
    fn text(&self, page: &mut Page) {
        self.added.iter().for_each(|added| added.text(page));
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(self)
    }

    fn notices(&self, form: Form) -> Vec<Notice> {
        let mut notices: Vec<Notice> = self.added.iter().flat_map(|added| added.notices(form)).collect();
        if form != Form::Json {
            notices.extend(
                self.failed.iter().map(|Failed { id, message, .. }| {
                    Notice::warning(format!("{id} was not added: {message}"))
                }),
            );
            if !self.remaining.is_empty() {
                notices.push(Notice::warning(remaining(self.remaining.len(), "file")));
            }
        }
        notices
    }

    fn error(&self) -> Option<&CliError> {
        self.error.as_ref()
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
