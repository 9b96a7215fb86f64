//! Every endpoint, status and header of the contract: the SDK and the reference, written apart, agree.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use twin_reference::{DEFAULT_KEY, Feature, ManualClock, Reference, Running, Seed};
use twin_sdk::{
    ApiKey, DocumentType, ErrorKind, EscalationStatus, NewDocument, Outcome, Pacing, RetryPolicy,
    StatusFilter, Twin,
};
use twin_tests::TestClock;

const POLICY: &str = "Under $50 no pre-approval needed. $50–$500 requires manager email approval before purchase. \
                      Submit via Expensify by the 20th.";

async fn serve(reference: Reference) -> Running {
    reference.serve(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap()
}

fn client(running: &Running) -> Twin {
    Twin::builder(ApiKey::new(DEFAULT_KEY).unwrap())
        .base_url(running.url())
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_document_is_created_listed_read_and_deleted() {
    let running = serve(Reference::new()).await;
    let twin = client(&running);
    let new = NewDocument::new("Expense reimbursement policy", POLICY).of_type(DocumentType::Policy);
    let created = twin.kb().create(new).with_meta().await.unwrap();
    assert_eq!(created.meta.status(), 201);
    let id = created.data.id.unwrap();
    assert!(id.starts_with("doc_"));

    let page = twin.kb().list().await.unwrap();
    assert_eq!((page.items.len(), page.total, page.is_truncated()), (1, 1, false));
    assert_eq!((page.items[0].id.as_str(), &page.items[0].content), (id.as_str(), &None));
    let document = twin.kb().get(&id).await.unwrap();
    assert_eq!(document.content.as_deref(), Some(POLICY));
    assert_eq!(
        (document.document_type, document.source.as_str(), document.hits),
        (DocumentType::Policy, "manual", 0)
    );

    twin.kb().delete(&id).await.unwrap();
    assert_eq!(twin.kb().get(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(twin.kb().delete(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(twin.kb().list().await.unwrap().total, 0);
}

#[tokio::test]
async fn the_default_type_is_sop_and_lists_are_filtered_by_type() {
    let running = serve(Reference::new()).await;
    let twin = client(&running);
    twin.kb().create(NewDocument::new("First", "One.")).await.unwrap();
    for document_type in DocumentType::KNOWN {
        twin.kb()
            .create(NewDocument::new(document_type.as_str(), "Text.").of_type(document_type.clone()))
            .await
            .unwrap();
    }
    assert_eq!(twin.kb().list().of_type(DocumentType::Sop).await.unwrap().total, 2);
    for document_type in &DocumentType::KNOWN[1..] {
        let page = twin.kb().list().of_type(document_type.clone()).await.unwrap();
        assert_eq!((page.total, &page.items[0].document_type), (1, document_type));
    }
    let newest = twin.kb().list().limit(1).await.unwrap();
    assert_eq!((newest.items[0].title.as_str(), newest.total, newest.is_truncated()), ("note", 7, true));
}

#[tokio::test]
async fn an_answer_cites_its_source_and_counts_as_a_hit() {
    let running =
        serve(Reference::new().document(Seed::new("Expense reimbursement policy", POLICY).of_type("policy")))
            .await;
    let twin = client(&running);
    let answer =
        twin.ask("What is the expense policy for a $200 SaaS tool?").asked_by("Jordan M.").await.unwrap();
    assert_eq!(answer.sources, ["Expense reimbursement policy"]);
    assert!(answer.response.contains("manager email approval"), "{answer:?}");
    assert!(!answer.should_escalate && answer.escalate_reason.is_none(), "{answer:?}");
    assert_eq!(twin.kb().list().await.unwrap().items[0].hits, 1);
}

#[tokio::test]
async fn a_question_for_a_person_opens_an_escalation_that_can_be_resolved_twice() {
    let running = serve(Reference::new()).await;
    let twin = client(&running);
    let answer =
        twin.ask("Can you approve the $15k contract with Acme?").asked_by("Jordan M.").await.unwrap();
    assert!(answer.should_escalate && answer.escalate_reason.is_some());

    let open = twin.escalations().list().await.unwrap();
    assert_eq!((open.total, open.items[0].asked_by.as_str()), (1, "Jordan M."));
    assert_eq!(open.items[0].question, "Can you approve the $15k contract with Acme?");
    assert_eq!((&open.items[0].status, open.items[0].resolved_at), (&EscalationStatus::Open, None));
    let id = &open.items[0].id;
    for _ in 0..2 {
        let resolved = twin.escalations().resolve(id).await.unwrap().escalation.unwrap();
        assert_eq!(resolved.status, EscalationStatus::Resolved);
        assert!(resolved.resolved_at.is_some());
    }
    let total = async |status| twin.escalations().list().status(status).limit(200).await.unwrap().total;
    assert_eq!(total(StatusFilter::Open).await, 0);
    assert_eq!(total(StatusFilter::Resolved).await, 1);
    assert_eq!(total(StatusFilter::All).await, 1);
    assert_eq!(twin.escalations().resolve("esc_none").await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn statistics_follow_the_contracts_formulas() {
    let running = serve(Reference::new().document(Seed::new("Expense reimbursement policy", POLICY))).await;
    let twin = client(&running);
    twin.ask("What is the expense policy for a $200 SaaS tool?").await.unwrap();
    twin.ask("Who won the chess championship in 1972?").await.unwrap();
    let stats = twin.stats().await.unwrap();
    assert_eq!((stats.total_answered, stats.total_escalated, stats.kb_doc_count), (2, 1, 1));
    assert_eq!((stats.handle_rate, stats.total_saved_minutes), (0.5, 6));
    assert!(stats.avg_confidence > 0.0 && stats.avg_confidence < 1.0);
}

#[tokio::test]
async fn refusals_come_with_the_status_the_text_and_the_rate_limit() {
    let running = serve(Reference::new()).await;
    let twin = client(&running);
    let unknown =
        Twin::builder(ApiKey::new("twin_live_unknown").unwrap()).base_url(running.url()).build().unwrap();
    for (error, status, kind) in [
        (unknown.stats().await.unwrap_err(), 401, ErrorKind::Unauthorized),
        (twin.kb().get("doc_none").await.unwrap_err(), 404, ErrorKind::NotFound),
        (twin.kb().list().of_type("poem").await.unwrap_err(), 400, ErrorKind::BadRequest),
        (
            twin.kb().create(NewDocument::new("T", "x").of_type("poem")).await.unwrap_err(),
            400,
            ErrorKind::BadRequest,
        ),
        (twin.ask("🙂".repeat(1_001)).await.unwrap_err(), 400, ErrorKind::BadRequest),
    ] {
        assert_eq!((error.status(), error.kind()), (Some(status), kind), "{error}");
        assert_eq!((error.attempts(), error.outcome()), (1, Outcome::NotApplied), "{error}");
        assert!(error.message().is_some_and(|text| !text.is_empty()), "{error}");
        assert_eq!(error.rate_limit().unwrap().limit, Some(60), "{error}");
    }
    let error = twin.ask("🙂".repeat(1_001)).await.unwrap_err();
    assert_eq!(error.message(), Some("Message too long (max 2000 chars)."));
}

#[tokio::test]
async fn plan_onboarding_and_the_months_answers_are_told_apart() {
    let running = serve(Reference::new().plan_lacks(Feature::Stats).monthly_limit(1)).await;
    let twin = client(&running);
    assert_eq!(twin.stats().await.unwrap_err().kind(), ErrorKind::PlanLacksFeature);
    twin.ask("Anything?").await.unwrap();
    let error = twin.ask("Anything more?").await.unwrap_err();
    assert_eq!((error.kind(), error.answers_used()), (ErrorKind::AnswerLimit, Some((1, 1))));
    assert!(error.message().unwrap().starts_with("Monthly answer limit reached (1/1)."));

    let running = serve(Reference::new().onboarding_incomplete()).await;
    assert_eq!(client(&running).ask("Anything?").await.unwrap_err().kind(), ErrorKind::NotConfigured);
}

#[tokio::test]
async fn every_success_tells_the_window_and_a_429_how_long_to_wait() {
    let clock = ManualClock::at("2026-03-14T10:32:15Z".parse().unwrap());
    let running = serve(Reference::new().rate_limit(3).clock(Arc::new(clock.clone()))).await;
    let twin = client(&running);
    for remaining in [2, 1, 0] {
        let meta = twin.stats().with_meta().await.unwrap().meta;
        let limit = meta.rate_limit().unwrap();
        assert_eq!((limit.limit, limit.remaining), (Some(3), Some(remaining)));
        assert_eq!(limit.reset, Some("2026-03-14T10:33:00Z".parse().unwrap()));
        assert_eq!(limit.resets_in, Some(Duration::from_secs(45)), "by the server's clock, not ours");
    }
    let error = twin.stats().await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(45))));
    clock.advance(Duration::from_secs(45));
    assert!(twin.stats().await.is_ok());
}

#[tokio::test]
async fn all_documents_are_listed_once_and_what_cannot_be_is_told_with_numbers() {
    let seeds = |count: usize, kind: &'static str| {
        (0..count).map(move |n| Seed::new(format!("{kind} {n}"), "Text.").of_type(kind))
    };
    let running =
        serve(Reference::new().no_rate_limit().documents(seeds(150, "sop")).documents(seeds(120, "note")))
            .await;
    let listing = client(&running).kb().list_all().await.unwrap();
    let ids: HashSet<_> = listing.items.iter().map(|document| &document.id).collect();
    assert_eq!((listing.items.len(), ids.len(), listing.total), (270, 270, 270));
    assert!(listing.is_complete());
    assert_eq!(listing.requests, 7);
    assert!(listing.items.is_sorted_by_key(|document| std::cmp::Reverse(document.created_at)));

    running.seed_all(seeds(130, "note")).await.unwrap();
    let listing = client(&running).kb().list_all().await.unwrap();
    assert_eq!((listing.items.len(), listing.total), (350, 400));
    let missing = &listing.missing()[0];
    assert_eq!((missing.of.as_deref(), missing.listed, missing.total), (Some("note"), 200, 250));
    assert_eq!(listing.missing().len(), 1);
}

#[tokio::test]
async fn a_short_listing_costs_one_request() {
    let running = serve(Reference::new().document(Seed::new("Only", "Text."))).await;
    let listing = client(&running).kb().list_all().await.unwrap();
    assert_eq!((listing.requests, listing.items.len(), listing.is_complete()), (1, 1, true));
    assert!(client(&running).escalations().list_all().await.unwrap().items.is_empty());
}

#[tokio::test]
async fn sixty_four_tasks_with_pacing_see_no_429_on_a_key_of_their_own() {
    let reference_clock = ManualClock::at("2026-03-14T10:32:15Z".parse().unwrap());
    let running = serve(Reference::new().rate_limit(20).clock(Arc::new(reference_clock.clone()))).await;
    let clock = TestClock::new().with_each_wait(move |wait| reference_clock.advance(wait));
    let twin = Twin::builder(ApiKey::new(DEFAULT_KEY).unwrap())
        .base_url(running.url())
        .retry(RetryPolicy::none().longest_wait(Duration::MAX))
        .deadline(None)
        .pacing(Pacing::Window)
        .clock(clock.clone())
        .build()
        .unwrap();
    let calls: Vec<_> =
        (0..64).map(|_| tokio::spawn(twin.clone().stats().with_meta().into_future())).collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().meta.attempts(), 1);
    }
}

#[tokio::test]
async fn the_wiremock_door_serves_the_same_twin() {
    let running =
        Reference::new().document(Seed::new("Expense reimbursement policy", POLICY)).start().await.unwrap();
    let twin = client(&running);
    assert_eq!(twin.kb().list().await.unwrap().total, 1);
    assert_eq!(twin.stats().with_meta().await.unwrap().meta.rate_limit().unwrap().limit, Some(60));
    assert!(!twin.ask("What is the expense policy for a $200 SaaS tool?").await.unwrap().should_escalate);
}
