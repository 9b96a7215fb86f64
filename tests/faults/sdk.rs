//! Each endpoint of the SDK: the right answer, or an error that says the truth of whether it took effect.

use std::time::Duration;

use twin_reference::Seed;
use twin_sdk::{Error, ErrorKind, NewDocument, Outcome, StatusFilter, Twin};

use super::impostor::Impostor;
use super::spoil::{Damage, Spoil, every_impostor, every_spoil, every_tenth};
use super::world::{World, client};
use super::{BOUND, Verdict, sample, try_all};

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

impl Endpoint {
    fn writes(self) -> bool {
        matches!(self, Endpoint::Ask | Endpoint::Create | Endpoint::Delete | Endpoint::Resolve)
    }

    /// Whether a success is complete without a body.
    fn needs_no_body(self) -> bool {
        matches!(self, Endpoint::Delete | Endpoint::Resolve)
    }

    /// Whether the SDK sends it again where it may have happened.
    fn is_repeatable(self) -> bool {
        !matches!(self, Endpoint::Ask | Endpoint::Create | Endpoint::Resolve)
    }
}

/// A twin with a document and an escalation of known ids.
struct Bench {
    world: World,
    document: String,
    escalation: String,
}

impl Bench {
    async fn new(spoil: Spoil) -> Self {
        let world = World::new([Seed::new("Annual leave", long_text())], Some(spoil)).await;
        world.direct.ask("Can you approve the $15k contract with Acme?").await.unwrap();
        let document = world.direct.kb().list().await.unwrap().items[0].id.clone();
        let escalation = world.direct.escalations().list().await.unwrap().items[0].id.clone();
        Self { world, document, escalation }
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
    async fn effects(&self, endpoint: Endpoint) -> u64 {
        let direct = &self.world.direct;
        match endpoint {
            Endpoint::Ask => direct.stats().await.unwrap().total_answered - 1,
            Endpoint::Create => direct.kb().list().await.unwrap().total - 1,
            Endpoint::Delete => 1 - direct.kb().list().await.unwrap().total,
            Endpoint::Resolve => {
                direct.escalations().list().status(StatusFilter::Resolved).await.unwrap().total
            }
            _ => 0,
        }
    }
}

async fn attempt(endpoint: Endpoint, spoil: Spoil) -> Verdict {
    let bench = Bench::new(spoil).await;
    let twin = client(bench.world.proxy.url(), bench.world.running.key(), spoil.timeout());
    let Ok(result) = tokio::time::timeout(BOUND, bench.call(&twin, endpoint)).await else {
        return Verdict::hung();
    };
    // What was sent may still be on its way to the twin.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let mut verdict = Verdict { answered: result.is_ok(), ..Verdict::default() };
    let effects = bench.effects(endpoint).await;
    if spoil.damage != Damage::Duplicate {
        verdict.doubled = effects.saturating_sub(1) as usize;
    }
    if !spoil.damage.is_noticeable() {
        // Nor need the next call's answer be its own; but it has one.
        let next = tokio::time::timeout(BOUND, bench.call(&twin, Endpoint::Stats)).await;
        return Verdict { hung: next.is_err(), ..verdict };
    }
    let tells_the_truth = match &result {
        Ok(right) => *right && (!endpoint.writes() || effects == 1),
        Err(error) if endpoint.writes() => match error.outcome() {
            Outcome::NotApplied => effects == 0,
            _ => true,
        },
        Err(_) => true,
    };
    verdict.expect(tells_the_truth, || format!("{result:?}, with {effects} effects"));
    if let Some(impostor) = spoil.impostor() {
        return judge_impostor(endpoint, impostor, &result, verdict);
    }
    let must_succeed = !spoil.damage.takes_time()
        && (spoil.passes_all()
            || (endpoint.is_repeatable() && !spoil.lasting)
            || !bench.world.proxy.has_spoiled());
    verdict.expect(!must_succeed || result.is_ok(), || format!("{result:?} where it could succeed"));
    let must_fail = spoil.lasting && !spoil.may_pass();
    verdict.expect(!must_fail || result.is_err(), || format!("{result:?} where it cannot succeed"));

    // The next call is not confused by what is left of this one.
    bench.world.proxy.heal().await;
    match tokio::time::timeout(BOUND, twin.stats().timeout(Duration::from_secs(20))).await {
        Ok(next) => verdict.expect(next.is_ok(), || format!("the next call: {next:?}")),
        Err(_) => verdict.hung = true,
    }
    verdict
}

/// What something else says is believed of nothing, except that an empty success is one if the call needs no body.
fn judge_impostor(
    endpoint: Endpoint,
    impostor: Impostor,
    result: &Result<bool, Error>,
    mut verdict: Verdict,
) -> Verdict {
    let told = match result {
        Ok(_) => endpoint.needs_no_body() && impostor.is_empty(),
        Err(error) => error.kind() == ErrorKind::NotFromApi && error.outcome() == Outcome::Unknown,
    };
    verdict.expect(told, || format!("{result:?} of {impostor:?}"));
    verdict
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_something_else_answers_is_neither_done_nor_refused() {
    let trials = ENDPOINTS.into_iter().flat_map(|endpoint| {
        let trial = move |spoil| (format!("{endpoint:?}: {spoil:?}"), attempt(endpoint, spoil));
        sample(every_impostor(1, endpoint.needs_no_body()), 3).into_iter().map(trial)
    });
    try_all("SDK, something else answers", trials).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_spoiled_at_any_point_ends_with_the_right_answer_or_the_right_error() {
    let spoils = sample(every_spoil(1, &every_tenth()), 7);
    let trials = ENDPOINTS.into_iter().flat_map(|endpoint| {
        let trial = move |&spoil| (format!("{endpoint:?}: {spoil:?}"), attempt(endpoint, spoil));
        spoils.iter().map(trial).collect::<Vec<_>>()
    });
    try_all("SDK", trials).await;
}
