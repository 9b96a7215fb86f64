//! A long evaluation against the documented rate limit, in injected time.

use std::sync::Arc;
use std::time::Duration;

use twin_eval::{Case, Eval, Suite};
use twin_reference::{DEFAULT_KEY, ManualClock, Reference, Seed};
use twin_sdk::{ApiKey, Pacing, RetryPolicy, Twin};
use twin_tests::TestClock;

#[tokio::test]
async fn two_hundred_cases_at_sixty_a_minute_fill_each_window_and_see_no_429() {
    let begun = "2026-03-14T10:32:00Z".parse().unwrap();
    let server = ManualClock::at(begun);
    let policy = Seed::new("Expense policy", "Under $50 no approval is needed.");
    let reference = Reference::new().rate_limit(60).clock(Arc::new(server.clone())).document(policy);
    let running = reference.start().await.unwrap();
    let clock = TestClock::new().with_each_wait(move |wait| server.advance(wait));
    let twin = Twin::builder(ApiKey::new(DEFAULT_KEY).unwrap())
        .base_url(running.url())
        .retry(RetryPolicy::none().longest_wait(Duration::MAX))
        .deadline(None)
        .pacing(Pacing::Window)
        .clock(clock.clone())
        .build()
        .unwrap();
    let case = |number| Case::new(format!("What is the expense policy, time {number}?")).max_confidence(1.0);
    let report = Eval::new(&twin).concurrency(1).run(&Suite::new((0..200).map(case))).await;
    assert!(report.holds() && report.asked == 200, "{report}");
    assert_eq!(running.received().len(), 200, "a 429 would have been asked again");
    // Sixty in each of the first three minutes, the rest at the beginning of the fourth.
    let minimum = Duration::from_secs(180);
    assert!(clock.waited() <= minimum.mul_f64(1.02), "{:?}", clock.waited());
    assert!(
        clock.waited() >= minimum - Duration::from_secs(1),
        "the server's limit was real: {:?}",
        clock.waited()
    );
}
