//! For every way a call can fail: how many requests were sent, how long it waited, what the error says.

mod rate_limit;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use twin_sdk::{ApiKey, Error, ErrorKind, NewDocument, Outcome, Pacing, RetryPolicy, Twin};
use twin_tests::{Reply, ScriptedServer, TestClock};

const ANSWER: &str =
    r#"{"response":"Yes.","confidence":0.9,"shouldEscalate":false,"escalateReason":null,"sources":[]}"#;
const STATS: &str = r#"{"totalAnswered":284,"totalEscalated":34,"avgConfidence":0.81,"handleRate":0.88,"totalSavedMinutes":852,"kbDocCount":12}"#;

/// What a failed call did and said.
#[derive(Debug, PartialEq)]
struct Failed {
    requests: usize,
    waited: f64,
    kind: ErrorKind,
    outcome: Outcome,
    attempts: u32,
}

fn failed(requests: usize, waited: f64, kind: ErrorKind, outcome: Outcome) -> Failed {
    Failed { requests, waited, kind, outcome, attempts: requests as u32 }
}

struct Harness {
    server: ScriptedServer,
    clock: TestClock,
    twin: Twin,
}

impl Harness {
    async fn new(script: impl IntoIterator<Item = Reply>) -> Self {
        let server = ScriptedServer::start(script).await;
        let clock = TestClock::new();
        let twin = twin(server.url(), &clock);
        Self { server, clock, twin }
    }

    /// A client of the same server that paces.
    fn paced(&self) -> Twin {
        Twin::builder(ApiKey::new("twin_test_key").unwrap())
            .base_url(self.server.url())
            .pacing(Pacing::Window)
            .clock(self.clock.clone())
            .build()
            .unwrap()
    }

    fn describe(&self, error: Error) -> Failed {
        Failed {
            requests: self.server.requests().len(),
            waited: self.clock.waited().as_secs_f64(),
            kind: error.kind(),
            outcome: error.outcome(),
            attempts: error.attempts(),
        }
    }

    async fn failing_get(&self) -> Failed {
        self.describe(self.twin.stats().await.unwrap_err())
    }

    async fn failing_post(&self) -> Failed {
        self.describe(self.twin.ask("Anything?").await.unwrap_err())
    }

    async fn failing_patch(&self) -> Failed {
        self.describe(self.twin.escalations().resolve("esc_1").await.unwrap_err())
    }

    async fn failing_delete(&self) -> Failed {
        self.describe(self.twin.kb().delete("doc_1").await.unwrap_err())
    }
}

/// A client whose back-off is always the longest: 0.25 s, then 0.5 s.
fn twin(url: &str, clock: &TestClock) -> Twin {
    Twin::builder(ApiKey::new("twin_test_key").unwrap())
        .base_url(url)
        .timeout(Duration::from_millis(200))
        .retry(RetryPolicy::default().randomness(|| 1.0))
        .clock(clock.clone())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_connection_lost_after_the_request_was_read_is_repeated_for_reads_alone() {
    use {ErrorKind::Network, Outcome::Unknown};
    let lost = || Harness::new([Reply::CloseAfterReading]);
    assert_eq!(lost().await.failing_get().await, failed(3, 0.75, Network, Unknown));
    assert_eq!(lost().await.failing_delete().await, failed(3, 0.75, Network, Unknown));
    assert_eq!(lost().await.failing_post().await, failed(1, 0.0, Network, Unknown));
    assert_eq!(lost().await.failing_patch().await, failed(1, 0.0, Network, Unknown));
}

#[tokio::test]
async fn a_connection_closed_before_the_request_was_read_leaves_a_post_in_doubt() {
    let harness = Harness::new([Reply::CloseBeforeReading]).await;
    let error = harness.twin.ask("Anything?").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (ErrorKind::Network, Outcome::Unknown, 1));
    let error = harness.twin.stats().await.unwrap_err();
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (ErrorKind::Network, Outcome::Unknown, 3));
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent_and_every_method_is_repeated() {
    let clock = TestClock::new();
    let twin = twin(&ScriptedServer::nowhere().await, &clock);
    for error in [
        twin.ask("Anything?").await.unwrap_err(),
        twin.stats().await.unwrap_err(),
        twin.kb().delete("doc_1").await.unwrap_err(),
        twin.escalations().resolve("esc_1").await.unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.outcome(), error.attempts()),
            (ErrorKind::Connect, Outcome::NotApplied, 3)
        );
        assert!(error.is_retryable());
    }
    assert_eq!(clock.waited(), Duration::from_secs(3));
}

#[tokio::test]
async fn a_server_that_stalls_is_a_timeout_and_a_post_is_left_in_doubt() {
    use {ErrorKind::Timeout, Outcome::Unknown};
    let stalled = || Harness::new([Reply::Stall]);
    assert_eq!(stalled().await.failing_get().await, failed(3, 0.75, Timeout, Unknown));
    assert_eq!(stalled().await.failing_post().await, failed(1, 0.0, Timeout, Unknown));
}

#[tokio::test]
async fn half_an_answer_is_asked_for_again_by_reads_and_leaves_writes_in_doubt() {
    use {ErrorKind::Network, Outcome::Unknown};
    let harness = Harness::new([Reply::half(200, STATS), Reply::json(200, &[], STATS)]).await;
    assert_eq!(harness.twin.stats().with_meta().await.unwrap().meta.attempts(), 2);

    let half = || Harness::new([Reply::half(200, ANSWER)]);
    assert_eq!(half().await.failing_post().await, failed(1, 0.0, Network, Unknown));
}

#[tokio::test]
async fn a_create_that_succeeded_is_never_reported_as_failed() {
    let document = || NewDocument::new("Title", "Text");
    for without_id in [Reply::json(201, &[], "{}"), Reply::json(201, &[], r#"{"doc":{"id":7}}"#)] {
        let harness = Harness::new([without_id.clone()]).await;
        let created = harness.twin.kb().create(document()).await.unwrap();
        assert_eq!((created.id, created.document), (None, None), "{without_id:?}");
        assert_eq!(harness.server.requests().len(), 1, "{without_id:?}");
    }
    for (body, id) in [(r#"{"doc":{"id":"doc_7"}}"#, "doc_7"), (r#"{"id":"doc_8","title":null}"#, "doc_8")] {
        for status in [200, 201] {
            let harness = Harness::new([Reply::json(status, &[], body)]).await;
            assert_eq!(harness.twin.kb().create(document()).await.unwrap().id.as_deref(), Some(id));
        }
    }
}

#[tokio::test]
async fn a_failing_service_is_asked_again_by_reads_and_once_by_writes() {
    for (status, by_the_api) in
        [408, 425, 500, 502, 503, 504].into_iter().flat_map(|n| [(n, true), (n, false)])
    {
        let kind = match (status, by_the_api) {
            (500.., _) => ErrorKind::Server,
            (_, true) => ErrorKind::UnexpectedStatus,
            (_, false) => ErrorKind::NotFromApi,
        };
        let refused = status == 425 && by_the_api;
        let outcome = if refused { Outcome::NotApplied } else { Outcome::Unknown };
        let answer = || match by_the_api {
            true => Reply::json(status, &[], r#"{"error":"Not now."}"#),
            false => Reply::html(status, &[]),
        };
        let failing = || Harness::new([answer()]);
        assert_eq!(failing().await.failing_get().await, failed(3, 0.75, kind, outcome), "{status}");
        assert_eq!(failing().await.failing_delete().await, failed(3, 0.75, kind, outcome), "{status}");
        assert_eq!(failing().await.failing_post().await, failed(1, 0.0, kind, outcome), "{status}");
        assert_eq!(failing().await.failing_patch().await, failed(1, 0.0, kind, outcome), "{status}");
    }
}

#[tokio::test]
async fn a_listing_stays_a_listing_whatever_total_it_claims() {
    let body = format!(r#"{{"docs":[],"total":{}}}"#, u64::MAX);
    let harness = Harness::new([Reply::json(200, &[], &body)]).await;
    let listing = harness.twin.kb().list_all().await.unwrap();
    assert_eq!((listing.total, listing.is_complete()), (u64::MAX, false));
}

#[tokio::test]
async fn a_wait_past_the_calls_deadline_fails_at_once() {
    let harness = Harness::new([Reply::html(429, &[("retry-after", "20")])]).await;
    let error = harness.twin.ask("Anything?").deadline(Duration::from_secs(10)).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
    assert_eq!(harness.describe(error), failed(1, 0.0, ErrorKind::RateLimited, Outcome::NotApplied));
}

#[tokio::test]
async fn a_delete_that_finds_nothing_after_a_lost_answer_has_deleted() {
    let gone = || Reply::json(404, &[], r#"{"error":"Document not found."}"#);
    let harness = Harness::new([Reply::CloseAfterReading, gone()]).await;
    assert!(harness.twin.kb().delete("doc_1").await.unwrap().by_earlier_attempt);
    let harness = Harness::new([gone()]).await;
    assert_eq!(harness.failing_delete().await, failed(1, 0.0, ErrorKind::NotFound, Outcome::NotApplied));
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_leaves_the_outcome_unknown() {
    let harness = Harness::new([Reply::CloseAfterReading, Reply::json(401, &[], r#"{"error":"No."}"#)]).await;
    assert_eq!(harness.failing_delete().await, failed(2, 0.25, ErrorKind::Unauthorized, Outcome::Unknown));
}

#[tokio::test]
async fn a_lost_delete_that_may_not_wait_for_the_next_window_is_left_in_doubt() {
    let last_of_its_window = Reply::json(
        200,
        &[
            ("x-ratelimit-remaining", "1"),
            ("x-ratelimit-reset", "1710423600"),
            ("date", "Thu, 14 Mar 2024 13:39:30 GMT"),
        ],
        STATS,
    );
    let harness = Harness::new([last_of_its_window, Reply::CloseAfterReading]).await;
    let paced = harness.paced();
    paced.stats().await.unwrap();
    let error = paced.kb().delete("doc_1").longest_wait(Duration::from_secs(3)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RateLimited, Outcome::Unknown));
    assert_eq!((error.attempts(), harness.server.requests().len()), (1, 2));
}

#[tokio::test]
async fn a_connection_closed_while_idle_costs_no_post() {
    let harness =
        Harness::new([Reply::json(200, &[], STATS).then_close(), Reply::json(200, &[], ANSWER)]).await;
    harness.twin.stats().await.unwrap();
    // The server's close must have arrived for the connection to be idle and closed.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(harness.twin.ask("Anything?").with_meta().await.unwrap().meta.attempts(), 1);
    assert_eq!(harness.server.requests().len(), 2);
}

#[tokio::test]
async fn a_dead_server_is_not_answered_with_a_storm() {
    const CALLS: u32 = 1_000;
    let alive = ScriptedServer::start([Reply::html(500, &[])]).await;
    for url in [ScriptedServer::nowhere().await, alive.url().to_owned()] {
        let requests = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&requests);
        let twin = Twin::builder(ApiKey::new("twin_test_key").unwrap())
            .base_url(url)
            .clock(TestClock::new())
            .on_attempt(move |_| {
                counter.fetch_add(1, Ordering::Relaxed);
            })
            .build()
            .unwrap();
        let calls: Vec<_> = (0..CALLS).map(|_| tokio::spawn(twin.stats().into_future())).collect();
        for call in calls {
            assert!(call.await.unwrap().is_err());
        }
        let requests = requests.load(Ordering::Relaxed);
        assert!((CALLS..CALLS * 12 / 10).contains(&requests), "{requests} requests for {CALLS} calls");
    }
}

#[tokio::test]
async fn what_is_wrong_locally_is_refused_before_any_request() {
    let harness = Harness::new([Reply::json(200, &[], ANSWER)]).await;
    let twin = &harness.twin;
    for error in [
        twin.ask("x".repeat(2_001)).await.unwrap_err(),
        twin.ask(" \n").await.unwrap_err(),
        twin.ask("Anything?").context("x".repeat(4_001)).await.unwrap_err(),
        twin.kb().list().limit(201).await.unwrap_err(),
        twin.kb().list().limit(0).await.unwrap_err(),
        twin.kb().get("..").await.unwrap_err(),
        twin.kb().delete("").await.unwrap_err(),
        twin.kb().create(NewDocument::new("", "Text")).await.unwrap_err(),
        twin.kb().create(NewDocument::new("Title", "x".repeat(50_001))).await.unwrap_err(),
        twin.escalations().list().limit(1_000).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidInput, 0), "{error}");
    }
    assert_eq!(harness.server.requests().len(), 0);
}
