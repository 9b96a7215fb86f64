//! Rate limits, the monthly limit, and the headers that tell of them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use twin_reference::{ManualClock, Reference, Seed};

use crate::client::{Client, both_doors};

fn twenty_past() -> Timestamp {
    "2026-03-14T12:00:20.500Z".parse().unwrap()
}

#[tokio::test]
async fn every_reply_tells_the_limit_what_remains_and_when_the_window_ends() {
    let clock = ManualClock::at(twenty_past());
    for twin in both_doors(|r| r.rate_limit(5).clock(Arc::new(clock.clone()))).await {
        let client = Client::of(&twin);
        let end = twenty_past().as_second() + 40;
        for (remaining, path) in [(4, "/v1/kb"), (3, "/v1/nowhere"), (2, "/v1/kb?limit=0"), (1, "/v1/twin")] {
            let answer = client.get(path).await;
            assert_eq!(answer.number("x-ratelimit-limit"), 5);
            assert_eq!(answer.number("x-ratelimit-remaining"), remaining, "{path}");
            assert_eq!(answer.number("x-ratelimit-reset"), end);
            assert_eq!(answer.header("retry-after"), None);
            assert_eq!(answer.header("date"), Some("Sat, 14 Mar 2026 12:00:20 GMT"));
        }
    }
}

#[tokio::test]
async fn a_spent_window_is_429_until_it_ends_and_each_key_has_its_own() {
    let clock = ManualClock::at(twenty_past());
    for twin in both_doors(|r| r.key("one").key("two").rate_limit(2).clock(Arc::new(clock.clone()))).await {
        clock.set(twenty_past());
        let client = Client::of(&twin);
        for _ in 0..2 {
            assert_eq!(client.get("/v1/stats").await.status, 200);
        }
        for _ in 0..2 {
            let refused = client.get("/v1/stats").await;
            assert_eq!(refused.status, 429);
            assert_eq!((refused.number("retry-after"), refused.number("x-ratelimit-remaining")), (40, 0));
            assert_eq!(refused.error(), "Rate limit exceeded. Try again in 40 seconds.");
        }
        let other = Client::of(&twin).authorized(Some("Bearer two"));
        assert_eq!(other.get("/v1/stats").await.status, 200);

        clock.advance(Duration::from_millis(39_500));
        assert_eq!(client.get("/v1/stats").await.number("x-ratelimit-remaining"), 1);
    }
}

#[tokio::test]
async fn windows_can_be_shorter_and_begin_at_multiples_of_their_length() {
    let clock = ManualClock::at(twenty_past());
    for twin in both_doors(|r| r.window(Duration::from_secs(7)).clock(Arc::new(clock.clone()))).await {
        let reset = Client::of(&twin).get("/v1/stats").await.number("x-ratelimit-reset");
        let now = twenty_past().as_second();
        assert!(reset % 7 == 0 && reset > now && reset <= now + 7);
    }
}

#[tokio::test]
async fn without_a_rate_limit_the_headers_state_a_large_one() {
    for twin in both_doors(|r| r.no_rate_limit()).await {
        let client = Client::of(&twin);
        for _ in 0..70 {
            assert_eq!(client.get("/v1/stats").await.number("x-ratelimit-remaining"), 1_000_000);
        }
    }
}

#[tokio::test]
async fn the_monthly_limit_is_402_with_the_references_text_until_the_next_month() {
    let clock = ManualClock::at("2026-03-31T23:59:58Z".parse().unwrap());
    let twin = Reference::new().monthly_limit(2).clock(Arc::new(clock.clone())).start().await.unwrap();
    let client = Client::of(&twin);
    for _ in 0..2 {
        assert_eq!(client.ask("Hi").await.status, 200);
    }
    let refused = client.ask("Hi").await;
    assert_eq!(refused.status, 402);
    assert_eq!(
        refused.error(),
        "Monthly answer limit reached (2/2). Upgrade to Pro for 2,000 answers/month."
    );
    assert_eq!(client.ask("").await.status, 400);
    assert_eq!(client.get("/v1/stats").await.body["totalAnswered"], 2);
    clock.advance(Duration::from_secs(2));
    assert_eq!(client.ask("Hi").await.status, 200);
}

#[tokio::test]
async fn the_threshold_decides_what_is_escalated() {
    let page = || Seed::new("Leave", "Everyone has 25 days of paid leave a year.");
    for (threshold, escalates) in [(0.0, false), (1.0, true)] {
        let twin = Reference::new().threshold(threshold).document(page()).start().await.unwrap();
        let answer = Client::of(&twin).ask("How many days of paid leave do pilots have?").await.body;
        assert_eq!(answer["shouldEscalate"], escalates, "{answer}");
    }
}

#[tokio::test]
async fn whoever_wants_to_know_is_told_of_each_request() {
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let twins = both_doors(|r| {
        let log = told.clone();
        r.rate_limit(5).on_request(move |handled| {
            let line =
                format!("{} {} {:?} {:?}", handled.method, handled.path, handled.status, handled.remaining);
            log.lock().unwrap().push(line);
        })
    });
    for twin in twins.await {
        Client::of(&twin).get("/v1/kb?limit=1").await;
    }
    assert_eq!(*told.lock().unwrap(), ["GET /v1/kb Some(200) Some(4)", "GET /v1/kb Some(200) Some(4)"]);
}
