//! A conversation spoiled at every point: each call ends with the right answer or an error that says the truth
//! of whether it took effect, nothing happens twice, nothing hangs.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;
use twin_reference::{DEFAULT_KEY, Reference, Running, Seed};
use twin_sdk::{ApiKey, Error, NewDocument, Outcome, StatusFilter, Twin};
use twin_tests::{Damage, Spoil, TestClock, Way, spoiling_proxy};

const TEXT: &str = "Everyone has 28 days of annual leave a year.";
/// Two kilobytes, so that a tenth of it is more than a packet's worth of nothing.
fn long_text() -> String {
    TEXT.repeat(50)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endpoint {
    Ask,
    List,
    Create,
    Get,
    Delete,
    ListEscalations,
    Resolve,
    Stats,
}

const ENDPOINTS: [Endpoint; 8] = [
    Endpoint::Ask,
    Endpoint::List,
    Endpoint::Create,
    Endpoint::Get,
    Endpoint::Delete,
    Endpoint::ListEscalations,
    Endpoint::Resolve,
    Endpoint::Stats,
];

/// A twin with a document and an escalation of known ids.
struct Bench {
    running: Running,
    direct: Twin,
    document: String,
    escalation: String,
}

/// How often the endpoint's effect has happened.
type Effects = u64;

impl Bench {
    async fn new() -> Self {
        let reference = Reference::new().no_rate_limit().document(Seed::new("Annual leave", long_text()));
        let running = reference.serve(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let direct = client(running.url(), Duration::from_secs(30));
        direct.ask("Can you approve the $15k contract with Acme?").await.unwrap();
        let document = direct.kb().list().await.unwrap().items[0].id.clone();
        let escalation = direct.escalations().list().await.unwrap().items[0].id.clone();
        Self { running, direct, document, escalation }
    }

    async fn call(&self, twin: &Twin, endpoint: Endpoint) -> Result<bool, Error> {
        Ok(match endpoint {
            Endpoint::Ask => {
                twin.ask("How many days of annual leave do I have?").await?.response.contains("28 days")
            }
            Endpoint::List => twin.kb().list().await?.items[0].title == "Annual leave",
            Endpoint::Create => twin.kb().create(NewDocument::new("New", long_text())).await.map(|_| true)?,
            Endpoint::Get => twin.kb().get(&self.document).await?.content == Some(long_text()),
            Endpoint::Delete => twin.kb().delete(&self.document).await.map(|_| true)?,
            Endpoint::ListEscalations => twin.escalations().list().await?.items[0].id == self.escalation,
            Endpoint::Resolve => twin.escalations().resolve(&self.escalation).await.map(|_| true)?,
            Endpoint::Stats => twin.stats().await?.kb_doc_count == 1,
        })
    }

    /// How often the effect happened, asked without the proxy.
    async fn effects(&self, endpoint: Endpoint) -> Effects {
        match endpoint {
            Endpoint::Ask => self.direct.stats().await.unwrap().total_answered - 1,
            Endpoint::Create => self.direct.kb().list().await.unwrap().total - 1,
            Endpoint::Delete => 1 - self.direct.kb().list().await.unwrap().total,
            Endpoint::Resolve => {
                self.direct.escalations().list().status(StatusFilter::Resolved).await.unwrap().total
            }
            _ => 0,
        }
    }
}

fn client(url: &str, timeout: Duration) -> Twin {
    Twin::builder(ApiKey::new(DEFAULT_KEY).unwrap())
        .base_url(url)
        .timeout(timeout)
        .clock(TestClock::new())
        .build()
        .unwrap()
}

/// Points of a conversation: before anything, within the head, each tenth of the body, after its end.
fn points(way: Way, endpoint: Endpoint) -> Vec<usize> {
    let (head, body) = match (way, endpoint) {
        (Way::ToServer, Endpoint::Create) => (190, 2_240),
        (Way::ToServer, _) => (190, 50),
        (Way::ToClient, Endpoint::Get) => (230, 2_400),
        (Way::ToClient, _) => (230, 220),
    };
    let tenths = (0..=10).map(|tenth| head + body * tenth / 10);
    [0, 1, 12, 60].into_iter().chain(tenths).collect()
}

async fn spoil(endpoint: Endpoint, spoil: Spoil) -> Verdict {
    let bench = Bench::new().await;
    let port = bench.running.url().rsplit(':').next().unwrap().parse().unwrap();
    let twin = client(&spoiling_proxy(port, spoil).await, Duration::from_millis(400));
    let result = tokio::time::timeout(Duration::from_secs(10), bench.call(&twin, endpoint)).await;
    let result = result.unwrap_or_else(|_| panic!("{endpoint:?} hangs: {spoil:?}"));

    // What was sent may still be on its way to the server.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let effects = bench.effects(endpoint).await;
    let writes = matches!(endpoint, Endpoint::Ask | Endpoint::Create | Endpoint::Delete | Endpoint::Resolve);
    assert!(effects <= 1, "{endpoint:?} happened {effects} times: {spoil:?}");
    let told = match &result {
        // Plain HTTP cannot tell another byte from the right one: TLS would.
        _ if matches!(spoil.damage, Damage::Corrupt | Damage::Duplicate) => true,
        Err(_) if !writes => true,
        Ok(right) => *right && (!writes || effects == 1),
        Err(error) => match error.outcome() {
            Outcome::NotApplied => effects == 0,
            Outcome::Applied => effects == 1,
            _ => true,
        },
    };
    assert!(told, "{endpoint:?} after {spoil:?} says {result:?} with {effects} effects");

    // The next call is not confused by what is left of this one. (A point past a short request spoils it.)
    let next = tokio::time::timeout(Duration::from_secs(10), twin.stats()).await;
    let next = next.unwrap_or_else(|_| panic!("the call after {endpoint:?} hangs: {spoil:?}"));
    let can_tell = !matches!(spoil.damage, Damage::Corrupt | Damage::Duplicate);
    assert!(next.is_ok() || !can_tell, "after {endpoint:?}, {spoil:?}: {next:?}");
    if result.is_ok() { Verdict::Answered } else { Verdict::Failed }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Answered,
    Failed,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_spoiled_at_any_point_ends_with_the_right_answer_or_the_right_error() {
    const AT_ONCE: usize = 24;
    let mut faults = Vec::new();
    for endpoint in ENDPOINTS {
        for way in [Way::ToServer, Way::ToClient] {
            let damages = [Damage::Cut, Damage::Stall, Damage::Truncate, Damage::Corrupt, Damage::Duplicate];
            // A request that arrives twice is another request: no client can help that.
            let damages = if way == Way::ToServer { &damages[..4] } else { &damages[..] };
            for &damage in damages {
                faults.extend(
                    points(way, endpoint).into_iter().map(|after| (endpoint, Spoil { way, after, damage })),
                );
            }
        }
    }
    let (tried, mut answered, mut running) = (faults.len(), 0, JoinSet::new());
    for (endpoint, fault) in faults {
        running.spawn(spoil(endpoint, fault));
        while running.len() >= AT_ONCE {
            answered += usize::from(running.join_next().await.unwrap().unwrap() == Verdict::Answered);
        }
    }
    while let Some(verdict) = running.join_next().await {
        answered += usize::from(verdict.unwrap() == Verdict::Answered);
    }
    println!(
        "{tried} faults: {answered} calls answered, {} told their outcome; no hang, no panic",
        tried - answered
    );
    assert!(answered > 0 && answered < tried);
}
