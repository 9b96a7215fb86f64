//! The knowledge base: documents and the calls on them (`/v1/kb`).

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::body::Body;
use crate::call::{Call, Endpoints, Prepared, Reply, Request, unexpected};
use crate::client::Twin;
use crate::error::Result;
use crate::open_enum::open_enum;
use crate::page::{ListAll, Page, Parted, join, read_page};
use crate::validate;
use crate::wire::{Fields, Lacks};

open_enum! {
    /// What kind of text a document is. The API's default is [`DocumentType::Sop`].
    DocumentType {
        /// A standard operating procedure.
        Sop = "sop",
        /// A policy.
        Policy = "policy",
        /// An e-mail or a thread of them.
        Email = "email",
        /// Slack messages.
        Slack = "slack",
        /// A file from Google Drive.
        Drive = "drive",
        /// A note, such as a Notion page.
        Note = "note",
    }
}

/// A document of the knowledge base.
///
/// Only the id is indispensable: any other field that the API leaves out, or gives in an unknown form, reads as
/// empty or zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Fields")]
#[non_exhaustive]
pub struct Document {
    /// The id the API gave it: `doc_…`.
    pub id: String,
    /// The title, shown in the sources of answers. Need not be unique.
    pub title: String,
    /// What kind of text it is.
    #[serde(rename = "type")]
    pub document_type: DocumentType,
    /// The text, if it was asked for: [`Kb::get`] returns it, a listing does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// How the document was added: `manual`, or another value of an open set.
    pub source: String,
    /// How often it contributed to an answer.
    pub hits: u64,
    /// When it was created, if the API tells.
    pub created_at: Option<Timestamp>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl TryFrom<Fields> for Document {
    type Error = Lacks;

    fn try_from(mut fields: Fields) -> Result<Self, Lacks> {
        Ok(Self {
            id: fields.id()?,
            title: fields.text("title"),
            document_type: fields.text("type").into(),
            content: fields.optional_text("content"),
            source: fields.text("source"),
            hits: fields.count("hits"),
            created_at: fields.time("createdAt"),
            extra: fields.rest(),
        })
    }
}

impl Document {
    /// Returns the fields that this version of the crate does not know, as they came.
    pub fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }
}

impl Parted for Document {
    fn id(&self) -> &str {
        &self.id
    }

    fn part(&self) -> &str {
        self.document_type.as_str()
    }

    fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }
}

/// A document to create.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDocument {
    /// The title, shown in the sources of answers.
    pub title: String,
    /// The text, plain, at most 50,000 characters.
    pub content: String,
    /// What kind of text it is; the API's default is [`DocumentType::Sop`].
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub document_type: Option<DocumentType>,
}

impl NewDocument {
    /// Creates a document of the API's default type.
    pub fn new(title: impl Into<String>, content: impl Into<String>) -> Self {
        Self { title: title.into(), content: content.into(), document_type: None }
    }

    /// Sets what kind of text it is.
    pub fn of_type(mut self, document_type: impl Into<DocumentType>) -> Self {
        self.document_type = Some(document_type.into());
        self
    }
}

/// The result of a successful create: the document exists, whatever this holds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Created {
    /// The id of the new document. `None` if the API's answer does not tell it: the document exists, and
    /// must not be created again.
    pub id: Option<String>,
    /// The document, if the API returned it.
    pub document: Option<Document>,
}

/// The result of a successful delete: the document is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deleted {
    /// Whether an attempt of this call that got no answer had already deleted it.
    pub by_earlier_attempt: bool,
}

/// The calls on the knowledge base; created by [`Twin::kb`].
#[derive(Debug, Clone, Copy)]
pub struct Kb<'a> {
    twin: &'a Twin,
}

impl Twin {
    /// Returns the calls on the knowledge base: list, read, create and delete documents (`/v1/kb`).
    pub fn kb(&self) -> Kb<'_> {
        Kb { twin: self }
    }
}

impl Kb<'_> {
    /// Lists documents, newest first, at most 200, in one request (`GET /v1/kb`).
    pub fn list(&self) -> Call<ListDocuments> {
        Call::new(self.twin, ListDocuments { document_type: None, limit: None })
    }

    /// Lists every document that the API returns: in one request, and if that is cut at 200, one more for each type.
    ///
    /// If one type alone exceeds 200, the rest cannot be listed;
    /// [`Listing::missing`](crate::Listing::missing) tells how many. No document appears twice.
    pub fn list_all(&self) -> ListAll<Document> {
        let twin = self.twin.clone();
        ListAll::new(async move {
            let whole = twin.kb().list().limit(validate::PAGE_LIMIT).await?;
            let mut parts = Vec::new();
            if whole.is_truncated() {
                let mut types = DocumentType::KNOWN.to_vec();
                for document in &whole.items {
                    let is_named = !document.document_type.as_str().is_empty();
                    if is_named && !types.contains(&document.document_type) {
                        types.push(document.document_type.clone());
                    }
                }
                for document_type in types {
                    let name = document_type.to_string();
                    let page = twin.kb().list().of_type(document_type).limit(validate::PAGE_LIMIT).await?;
                    parts.push((name, page));
                }
            }
            Ok(join(whole, parts))
        })
    }

    /// Reads one document with its content (`GET /v1/kb/{id}`).
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such document,
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the answer is another document.
    pub fn get(&self, id: impl Into<String>) -> Call<GetDocument> {
        Call::new(self.twin, GetDocument { id: id.into() })
    }

    /// Creates a document (`POST /v1/kb`).
    ///
    /// There is no idempotency key: if the answer is lost, or is not the API's, the error's
    /// [`outcome()`](crate::Error::outcome) is [`Outcome::Unknown`](crate::Outcome::Unknown), and only a
    /// look at the newest documents tells whether it happened. A create that the API confirmed is never reported as
    /// failed: if the answer does not tell the id, [`Created::id`] is `None`.
    ///
    /// # Errors
    /// A title or content that is blank, or content longer than [`CONTENT_LIMIT`](crate::CONTENT_LIMIT), is
    /// refused before any request ([`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput)).
    pub fn create(&self, document: NewDocument) -> Call<CreateDocument> {
        Call::new(self.twin, CreateDocument { document })
    }

    /// Deletes a document (`DELETE /v1/kb/{id}`). It is deleted if the API answers `"deleted": true` or with an empty
    /// body. The API's 404 after an attempt of the same call that got no answer is a success as well: see
    /// [`Deleted::by_earlier_attempt`].
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such document.
    pub fn delete(&self, id: impl Into<String>) -> Call<DeleteDocument> {
        Call::new(self.twin, DeleteDocument { id: id.into() })
    }
}

/// The request behind [`Kb::list`].
#[derive(Debug, Clone)]
pub struct ListDocuments {
    document_type: Option<DocumentType>,
    limit: Option<u32>,
}

impl Call<ListDocuments> {
    /// Lists only documents of this type.
    pub fn of_type(mut self, document_type: impl Into<DocumentType>) -> Self {
        self.request.document_type = Some(document_type.into());
        self
    }

    /// Sets how many to list, from 1 to 200. The API's default is 50.
    pub fn limit(mut self, limit: u32) -> Self {
        self.request.limit = Some(limit);
        self
    }
}

impl Request for ListDocuments {
    type Output = Page<Document>;

    fn prepare(&self, endpoints: &Endpoints) -> Result<Prepared> {
        validate::page_limit(self.limit)?;
        let mut url = endpoints.kb.clone();
        if let Some(document_type) = &self.document_type {
            url.query_pairs_mut().append_pair("type", document_type.as_str());
        }
        if let Some(limit) = self.limit {
            url.query_pairs_mut().append_pair("limit", &limit.to_string());
        }
        Ok(Prepared::new("GET /v1/kb", Method::GET, url))
    }

    fn decode(&self, reply: Reply) -> Result<Page<Document>> {
        reply.read(|fields| read_page(fields, "docs"))
    }
}

/// The request behind [`Kb::get`].
#[derive(Debug, Clone)]
pub struct GetDocument {
    id: String,
}

impl Request for GetDocument {
    type Output = Document;

    fn prepare(&self, endpoints: &Endpoints) -> Result<Prepared> {
        Ok(Prepared::new("GET /v1/kb/{id}", Method::GET, with_id(&endpoints.kb, &self.id)?))
    }

    fn decode(&self, reply: Reply) -> Result<Document> {
        let status = reply.status;
        let mut document = reply.read(|fields| Document::try_from(fields.unwrap("doc")))?;
        document.content.get_or_insert_default();
        // A connection that mixed up its answers must not pass off one document as another.
        if document.id != self.id {
            return Err(unexpected(status, "it is another document"));
        }
        Ok(document)
    }
}

/// The request behind [`Kb::create`].
#[derive(Debug, Clone)]
pub struct CreateDocument {
    document: NewDocument,
}

impl Request for CreateDocument {
    type Output = Created;

    fn prepare(&self, endpoints: &Endpoints) -> Result<Prepared> {
        validate::not_blank("title", &self.document.title)?;
        validate::not_blank("content", &self.document.content)?;
        validate::not_longer_than("content", &self.document.content, validate::CONTENT_LIMIT)?;
        Prepared::with_body("POST /v1/kb", Method::POST, endpoints.kb.clone(), &self.document)
    }

    fn decode(&self, reply: Reply) -> Result<Created> {
        let document =
            Document::try_from(reply.fields("doc")).ok().filter(|document| !document.id.is_empty());
        let id = document.as_ref().map(|document| document.id.clone());
        // 201 says that something was made, and that the API was asked to. Any other status needs its id to say so.
        if id.is_none() && reply.status != 201 {
            return Err(unexpected(reply.status, "it has no document ID"));
        }
        Ok(Created { id, document })
    }
}

/// The request behind [`Kb::delete`].
#[derive(Debug, Clone)]
pub struct DeleteDocument {
    id: String,
}

impl Request for DeleteDocument {
    type Output = Deleted;

    fn prepare(&self, endpoints: &Endpoints) -> Result<Prepared> {
        Ok(Prepared::new("DELETE /v1/kb/{id}", Method::DELETE, with_id(&endpoints.kb, &self.id)?))
    }

    fn decode(&self, reply: Reply) -> Result<Deleted> {
        let by_earlier_attempt = reply.is_not_found();
        if by_earlier_attempt || reply.body().is_some_and(Body::is_blank) {
            return Ok(Deleted { by_earlier_attempt });
        }
        let status = reply.status;
        match reply.read(|mut fields| Ok(fields.flag("deleted")))? {
            true => Ok(Deleted { by_earlier_attempt }),
            false => Err(unexpected(status, "it does not say that the document was deleted")),
        }
    }
}

/// The URL of one item: the collection's with the id as one more path segment.
pub(crate) fn with_id(collection: &Url, id: &str) -> Result<Url> {
    validate::id(id)?;
    let mut url = collection.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.push(id);
    }
    Ok(url)
}
