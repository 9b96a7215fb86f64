//! The tools. Their doc comments are what assistants read of them.

use rmcp::handler::server::tool::schema_for_output;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ErrorData, tool, tool_router};
use serde::Serialize;
use twin_sdk::{DocumentType, NewDocument, StatusFilter};

use super::desk::{self, Refusal};
use super::server::Server;
use super::values::{
    AskInput, AskOutput, DocumentOutput, EscalationOutput, EscalationsListInput, EscalationsListOutput,
    IdInput, KbAddInput, KbAddOutput, KbListInput, KbListOutput, ResolvedOutput, StatsOutput,
};

#[tool_router(router = reading, vis = "pub(super)")]
impl Server {
    /// Ask the company's twin a question
    ///
    /// Answers from the company's knowledge base, with confidence and sources. Counts against the monthly answer limit;
    /// a question the twin cannot or must not decide opens an escalation to a person.
    #[tool(
        output_schema = schema_for_output::<AskOutput>(),
        annotations(title = "Ask the twin", read_only_hint = false, destructive_hint = false, idempotent_hint = false, open_world_hint = true)
    )]
    async fn ask(
        &self,
        Parameters(input): Parameters<AskInput>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let asked = self.watched(&context, self.desk.ask(input.question, input.context)).await;
        Ok(result(asked, |answer| {
            let text = desk::answer_text(&answer, &self.desk.left());
            let output = AskOutput {
                response: answer.response,
                confidence: answer.confidence,
                should_escalate: answer.should_escalate,
                escalate_reason: answer.escalate_reason,
                sources: answer.sources,
                asks_left: self.desk.asks_left(),
            };
            (text, output)
        }))
    }

    /// List documents of the knowledge base, newest first
    #[tool(
        output_schema = schema_for_output::<KbListOutput>(),
        annotations(title = "List documents", read_only_hint = true, open_world_hint = true)
    )]
    async fn kb_list(
        &self,
        Parameters(input): Parameters<KbListInput>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let (limit, of_type) = match (limit(input.limit), known(input.document_type)) {
            (Ok(limit), Ok(of_type)) => (limit, of_type),
            (Err(refusal), _) | (_, Err(refusal)) => return Ok(refusal.into()),
        };
        let mut call = self.desk.twin.kb().list().limit(limit);
        if let Some(of_type) = of_type {
            call = call.of_type(of_type);
        }
        let page = self.called(&context, call).await;
        Ok(result(page, |page| {
            let (truncated, mut total) = (page.is_truncated(), page.total);
            let mut documents = page.items;
            if let Some(part) = input.title.map(|part| part.to_lowercase()).filter(|part| !part.is_empty()) {
                documents.retain(|document| document.title.to_lowercase().contains(&part));
                total = if truncated { total } else { documents.len() as u64 };
            }
            let text = desk::documents_text(&documents, total);
            let documents = documents.into_iter().map(DocumentOutput::from).collect();
            (text, KbListOutput { documents, total, truncated })
        }))
    }

    /// Read one document of the knowledge base
    #[tool(
        output_schema = schema_for_output::<DocumentOutput>(),
        annotations(title = "Read a document", read_only_hint = true, open_world_hint = true)
    )]
    async fn kb_get(
        &self,
        Parameters(input): Parameters<IdInput>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let document = self.called(&context, self.desk.twin.kb().get(&input.id)).await;
        Ok(result(document, |document| (desk::document_text(&document), DocumentOutput::from(document))))
    }

    /// List questions that were escalated to a person
    #[tool(
        output_schema = schema_for_output::<EscalationsListOutput>(),
        annotations(title = "List escalations", read_only_hint = true, open_world_hint = true)
    )]
    async fn escalations_list(
        &self,
        Parameters(input): Parameters<EscalationsListInput>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let status = match input.status.as_deref().unwrap_or("open") {
            "open" => StatusFilter::Open,
            "resolved" => StatusFilter::Resolved,
            "all" => StatusFilter::All,
            _ => return Ok(Refusal("status is open, resolved or all.".to_owned()).into()),
        };
        let limit = match limit(input.limit) {
            Ok(limit) => limit,
            Err(refusal) => return Ok(refusal.into()),
        };
        let call = self.desk.twin.escalations().list().status(status).limit(limit);
        let page = self.called(&context, call).await;
        Ok(result(page, |page| {
            let text = desk::escalations_text(&page);
            let (total, truncated) = (page.total, page.is_truncated());
            let escalations = page.items.into_iter().map(EscalationOutput::from).collect();
            (text, EscalationsListOutput { escalations, total, truncated })
        }))
    }

    /// Show statistics: questions answered and escalated, time saved
    #[tool(
        output_schema = schema_for_output::<StatsOutput>(),
        annotations(title = "Show figures", read_only_hint = true, open_world_hint = true)
    )]
    async fn stats(&self, context: RequestContext<RoleServer>) -> Result<CallToolResult, ErrorData> {
        let stats = self.called(&context, self.desk.twin.stats()).await;
        Ok(result(stats, |stats| (desk::stats_text(&stats), StatsOutput::from(stats))))
    }
}

#[tool_router(router = writing, vis = "pub(super)")]
impl Server {
    /// Add a document to the knowledge base
    ///
    /// The twin answers everyone from it at once. Show the user the text and let them agree before you call this.
    #[tool(
        output_schema = schema_for_output::<KbAddOutput>(),
        annotations(title = "Add a document", read_only_hint = false, destructive_hint = false, idempotent_hint = false, open_world_hint = true)
    )]
    async fn kb_add(
        &self,
        Parameters(input): Parameters<KbAddInput>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let mut document = NewDocument::new(input.title, input.content);
        match known(input.document_type) {
            Ok(Some(of_type)) => document = document.of_type(of_type),
            Ok(None) => {}
            Err(refusal) => return Ok(refusal.into()),
        }
        let created = self.changed(&context, self.desk.twin.kb().create(document), MAY_BE_ADDED).await;
        Ok(result(created, |created| {
            let text = match &created.id {
                Some(id) => format!("Added as {id}."),
                None => "Added; the API did not return its ID.".to_owned(),
            };
            (text, KbAddOutput { id: created.id })
        }))
    }

    /// Mark an escalation as resolved
    ///
    /// It cannot be opened again. Call this only after a person has dealt with the question.
    #[tool(
        output_schema = schema_for_output::<ResolvedOutput>(),
        annotations(title = "Resolve an escalation", read_only_hint = false, destructive_hint = true, idempotent_hint = true, open_world_hint = true)
    )]
    async fn escalations_resolve(
        &self,
        Parameters(input): Parameters<IdInput>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let resolved = self.called(&context, self.desk.twin.escalations().resolve(&input.id)).await;
        Ok(result(resolved, |_| {
            (
                format!("{} is resolved.", input.id),
                ResolvedOutput { id: input.id, status: "resolved".to_owned() },
            )
        }))
    }
}

/// A tool's result: text beside structured content, or an error the model can act on.
fn result<T, O: Serialize>(
    called: Result<T, Refusal>,
    show: impl FnOnce(T) -> (String, O),
) -> CallToolResult {
    match called.map(show) {
        Ok((text, output)) => {
            let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
            result.structured_content = serde_json::to_value(output).ok();
            result
        }
        Err(refusal) => refusal.into(),
    }
}

impl From<Refusal> for CallToolResult {
    fn from(Refusal(text): Refusal) -> Self {
        Self::error(vec![ContentBlock::text(text)])
    }
}

/// What to do where an answer was lost.
const MAY_BE_ADDED: &str = "The document may have been added all the same: look for its title with kb_list before you \
     add it again.";

fn limit(asked: Option<u32>) -> Result<u32, Refusal> {
    match asked.unwrap_or(50) {
        limit @ 1..=twin_sdk::PAGE_LIMIT => Ok(limit),
        _ => Err(Refusal(format!("limit goes from 1 to {}.", twin_sdk::PAGE_LIMIT))),
    }
}

/// A type that the API knows.
fn known(asked: Option<String>) -> Result<Option<DocumentType>, Refusal> {
    match asked.map(DocumentType::from) {
        Some(DocumentType::Other(_)) => {
            let known: Vec<&str> = DocumentType::KNOWN.iter().map(DocumentType::as_str).collect();
            Err(Refusal(format!("type is one of {}.", known.join(", "))))
        }
        known => Ok(known),
    }
}
