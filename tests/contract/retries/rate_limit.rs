//! Waits that the service asks for.

use super::*;

#[tokio::test]
async fn retry_after_is_obeyed_in_every_form_it_may_have() {
    for (headers, waited) in [
        (&[("retry-after", "7")][..], 14.0),
        (
            &[("retry-after", "Thu, 14 Mar 2024 13:40:00 GMT"), ("date", "Thu, 14 Mar 2024 13:39:50 GMT")],
            20.0,
        ),
        (
            &[("retry-after", "Thu, 14 Mar 2024 13:39:00 GMT"), ("date", "Thu, 14 Mar 2024 13:39:50 GMT")],
            0.75,
        ),
        (&[("retry-after", "soon")], 0.75),
        (&[], 0.75),
    ] {
        let harness = Harness::new([Reply::html(503, headers)]).await;
        let expected = failed(3, waited, ErrorKind::Server, Outcome::Unknown);
        assert_eq!(harness.failing_get().await, expected, "{headers:?}");
    }
}

#[tokio::test]
async fn a_429_is_waited_out_by_every_method_without_using_up_retries() {
    let refused = |headers: &[(&str, &str)]| Reply::html(429, headers);
    for (headers, waited) in [
        (&[("retry-after", "9")][..], 36.0),
        // What says "now", what is past, and what says nothing: from 1 to 2 s on, each time twice as long.
        (&[("retry-after", "0")], 2.0 + 4.0 + 8.0 + 16.0),
        (
            &[("retry-after", "Thu, 14 Mar 2024 13:39:00 GMT"), ("date", "Thu, 14 Mar 2024 13:39:50 GMT")],
            2.0 + 4.0 + 8.0 + 16.0,
        ),
        (
            &[("x-ratelimit-reset", "1710423600"), ("date", "Thu, 14 Mar 2024 13:40:01 GMT")],
            2.0 + 4.0 + 8.0 + 16.0,
        ),
        (&[("retry-after", "nonsense")], 2.0 + 4.0 + 8.0 + 16.0),
        (&[("x-ratelimit-reset", "1710423600"), ("date", "Thu, 14 Mar 2024 13:39:55 GMT")], 20.0),
    ] {
        let script = [
            refused(headers),
            refused(headers),
            refused(headers),
            refused(headers),
            Reply::json(200, &[], ANSWER),
        ];
        let harness = Harness::new(script).await;
        let answer = harness.twin.ask("Anything?").with_meta().await.unwrap();
        assert_eq!(answer.meta.attempts(), 5, "{headers:?}");
        assert_eq!(harness.clock.waited().as_secs_f64(), waited, "{headers:?}");
    }
}

#[tokio::test]
async fn a_wait_longer_than_allowed_fails_at_once_with_the_time() {
    for headers in [[("retry-after", "3600")], [("retry-after", "121")]] {
        let harness = Harness::new([Reply::html(429, &headers)]).await;
        let error = harness.twin.ask("Anything?").await.unwrap_err();
        let wait = Duration::from_secs(headers[0].1.parse().unwrap());
        assert_eq!(error.retry_after(), Some(wait));
        assert_eq!(harness.describe(error), failed(1, 0.0, ErrorKind::RateLimited, Outcome::NotApplied));
    }
    let harness = Harness::new([Reply::html(503, &[("retry-after", "3600")])]).await;
    assert_eq!(harness.failing_get().await, failed(1, 0.0, ErrorKind::Server, Outcome::Unknown));
}

#[tokio::test]
async fn a_server_that_always_says_429_is_given_up_after_the_longest_wait() {
    let harness = Harness::new([Reply::html(429, &[("retry-after", "50")])]).await;
    let error = harness.twin.ask("Anything?").deadline(None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "POST /v1/twin: the rate limit is exceeded (429); a wait of 50 s would be longer than allowed"
    );
    assert_eq!(harness.describe(error), failed(3, 100.0, ErrorKind::RateLimited, Outcome::NotApplied));
}

#[tokio::test]
async fn a_429_that_asks_for_all_of_time_after_another_breaks_nothing() {
    let refused = |wait| Reply::json(429, &[("retry-after", wait)], "{}");
    let script = [refused("30"), refused("99999999999999999999"), Reply::json(200, &[], STATS)];
    let harness = Harness::new(script).await;
    let endless = harness.twin.stats().longest_wait(Duration::MAX).deadline(None);
    assert_eq!(endless.with_meta().await.unwrap().meta.attempts(), 3);
}

#[tokio::test]
async fn a_429_that_says_now_is_not_hammered_by_a_paced_client_either() {
    let harness = Harness::new([Reply::json(429, &[("retry-after", "0")], "{}")]).await;
    harness.paced().stats().longest_wait(Duration::from_secs(60)).await.unwrap_err();
    let (requests, waited) = (harness.server.requests().len(), harness.clock.waited());
    // At least 1, 2, 4, 8 and 16 s between them.
    assert!(
        (5..=6).contains(&requests) && waited >= Duration::from_secs(15),
        "{requests} requests in {waited:?}"
    );
}

#[tokio::test]
async fn a_call_that_may_not_wait_for_the_one_that_asks_for_the_window_names_no_wait() {
    let harness = Harness::new([Reply::Stall]).await;
    let paced = harness.paced();
    let call = || paced.stats().timeout(Duration::from_millis(200)).retries(0).longest_wait(Duration::ZERO);
    let (first, second) = tokio::join!(call().into_future(), call().into_future());
    assert_eq!(first.unwrap_err().kind(), ErrorKind::Timeout);
    let error = second.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.retry_after()), (ErrorKind::RateLimited, 0, None));
    assert!(!error.to_string().contains("is spent"), "{error}");
}
