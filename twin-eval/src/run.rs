//! [`Eval`]: asks the questions of a suite, each once, and checks the answers against the expectations.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use twin_sdk::{Answer, ErrorKind};

use crate::ask::{Asked, Asker};
use crate::cache::Cache;
use crate::case::{Case, Suite};
use crate::check::check;
use crate::report::{Attempt, Ended, Outcome, Report, Status};

/// Questions under way at once, unless told otherwise.
const CONCURRENCY: usize = 4;
/// Questions in a row on which the service fails before it is taken to be down.
const FAILURES_IN_A_ROW: u32 = 5;

/// A run of a suite before it starts: whom to ask, how often, and with which cache.
pub struct Eval<'a, A> {
    asker: A,
    concurrency: usize,
    retries: u32,
    max_asks: Option<u64>,
    cache: Option<&'a mut Cache>,
    observer: Option<Observer<'a>>,
}

type Observer<'a> = Box<dyn FnMut(Progress) + Send + 'a>;

/// Progress of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Number of questions completed.
    pub done: u64,
    /// Number of questions in the suite.
    pub total: u64,
}

impl<'a, A: Asker> Eval<'a, A> {
    /// Creates a run that asks a [`Twin`](twin_sdk::Twin), or a program's own [`Asker`].
    ///
    /// Use a client with [`Pacing::Window`](twin_sdk::Pacing::Window), no deadline and a long wait for the
    /// rate limit: the run then uses each window fully and causes no 429.
    pub fn new(asker: A) -> Self {
        Self { asker, concurrency: CONCURRENCY, retries: 0, max_asks: None, cache: None, observer: None }
    }

    /// Sets the number of questions asked at once (default 4, at least 1).
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// Sets how often a failing case is asked again. A case that then holds is [`Status::Flaky`], not passed.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// Sets the maximum number of questions to send. The rest is left for another run.
    pub fn max_asks(mut self, asks: u64) -> Self {
        self.max_asks = Some(asks);
        self
    }

    /// Reads answers from this cache, and writes each new one to it as soon as it is known.
    pub fn cache(mut self, cache: &'a mut Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Calls `observer` after each question.
    pub fn observe(mut self, observer: impl FnMut(Progress) + Send + 'a) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Asks every question of the suite that is not in the cache, and returns the results.
    ///
    /// A failure of one question only affects its cases. The run ends early, with the results so far, at the
    /// answer limit, at a rate limit beyond the client's longest wait, if the key or the plan is refused, and
    /// after five failures of the service in a row.
    pub async fn run(mut self, suite: &Suite) -> Report {
        let mut run = Run::new(suite, self.retries);
        run.answer_from(self.cache.as_deref());
        self.tell(&run);
        let asker = &self.asker;
        let mut under_way = FuturesUnordered::new();
        loop {
            while run.ended.is_none() && under_way.len() < self.concurrency {
                let Some(place) = run.queue.pop_front() else { break };
                if self.max_asks.is_some_and(|most| run.sent >= most) {
                    run.ended = Some(Ended::MaxAsks);
                    break;
                }
                run.sent += 1;
                let (ask, context) = run.questions[place].asked;
                under_way.push(async move {
                    let begun = Instant::now();
                    (place, asker.ask(ask, context).await, begun.elapsed())
                });
            }
            let Some((place, asked, elapsed)) = under_way.next().await else { break };
            match asked {
                Asked::Answer(answer) => run.answered(place, answer, elapsed, self.cache.as_deref_mut()),
                Asked::Failed(error) => run.failed(place, error),
                Asked::Stopped => run.stopped(),
            }
            let progress = run.progress();
            if let Some(observer) = &mut self.observer {
                observer(progress);
            }
        }
        drop(under_way);
        run.report(suite)
    }

    fn tell(&mut self, run: &Run<'_>) {
        if let Some(observer) = &mut self.observer {
            observer(run.progress());
        }
    }
}

/// A question, which may stand in several cases.
struct Question<'s> {
    asked: (&'s str, Option<&'s str>),
    cases: Vec<&'s Case>,
    attempts: Vec<Attempt>,
    error: Option<String>,
}

impl Question<'_> {
    /// Whether a case failed every time and may be tried again.
    fn wants_more(&self, retries: u32) -> bool {
        let fails = |case: &&Case| {
            self.attempts.iter().all(|attempt| !check(&case.expect, &attempt.answer).is_empty())
        };
        self.attempts.len() <= retries as usize && self.cases.iter().any(fails)
    }
}

/// A run under way.
struct Run<'s> {
    questions: Vec<Question<'s>>,
    place_of: HashMap<(&'s str, Option<&'s str>), usize>,
    /// The questions to ask, by their places.
    queue: VecDeque<usize>,
    retries: u32,
    sent: u64,
    asked: u64,
    failures_in_a_row: u32,
    ended: Option<Ended>,
}

impl<'s> Run<'s> {
    fn new(suite: &'s Suite, retries: u32) -> Self {
        let (mut questions, mut place_of) = (Vec::<Question<'s>>::new(), HashMap::new());
        for case in suite.cases() {
            let asked = case.question();
            let place = *place_of.entry(asked).or_insert(questions.len());
            if place == questions.len() {
                questions.push(Question { asked, cases: Vec::new(), attempts: Vec::new(), error: None });
            }
            questions[place].cases.push(case);
        }
        let queue = VecDeque::new();
        Self { questions, place_of, queue, retries, sent: 0, asked: 0, failures_in_a_row: 0, ended: None }
    }

    /// Takes what the cache knows; the rest is to be asked.
    fn answer_from(&mut self, cache: Option<&Cache>) {
        for (place, question) in self.questions.iter_mut().enumerate() {
            while question.wants_more(self.retries) {
                let (ask, context) = question.asked;
                let Some(answer) =
                    cache.and_then(|cache| cache.answer(ask, context, question.attempts.len()))
                else {
                    self.queue.push_back(place);
                    break;
                };
                question.attempts.push(Attempt { answer, elapsed: Duration::ZERO, from_cache: true });
            }
        }
    }

    fn answered(&mut self, place: usize, answer: Answer, elapsed: Duration, cache: Option<&mut Cache>) {
        self.asked += 1;
        self.failures_in_a_row = 0;
        let question = &mut self.questions[place];
        let (ask, context) = question.asked;
        if let Some(cache) = cache {
            cache.keep(ask, context, question.attempts.len(), &answer);
        }
        question.attempts.push(Attempt { answer, elapsed, from_cache: false });
        if question.wants_more(self.retries) {
            self.queue.push_back(place);
        }
    }

    fn failed(&mut self, place: usize, error: twin_sdk::Error) {
        if ends_the_run(error.kind()) {
            self.sent -= 1;
            self.ended.get_or_insert(Ended::Refused(error));
            return;
        }
        self.questions[place].error = Some(error.to_string());
        if is_of_the_service(error.kind()) {
            self.failures_in_a_row += 1;
            if self.failures_in_a_row == FAILURES_IN_A_ROW {
                self.ended.get_or_insert(Ended::Refused(error));
            }
        }
    }

    fn stopped(&mut self) {
        self.sent -= 1;
        self.ended.get_or_insert(Ended::Stopped);
    }

    fn progress(&self) -> Progress {
        let done = |question: &&Question<'_>| {
            question.error.is_some() || !question.attempts.is_empty() && !question.wants_more(self.retries)
        };
        let done = self.questions.iter().filter(done).count();
        Progress { done: done as u64, total: self.questions.len() as u64 }
    }

    fn report(self, suite: &Suite) -> Report {
        let from_cache = self
            .questions
            .iter()
            .filter(|question| question.attempts.first().is_some_and(|attempt| attempt.from_cache));
        let from_cache = from_cache.count() as u64;
        let outcome = |case: &Case| {
            let question = &self.questions[self.place_of[&case.question()]];
            outcome(case, question)
        };
        let cases = suite.cases().iter().map(outcome).collect();
        Report { cases, asked: self.asked, from_cache, ended: self.ended }
    }
}

fn outcome(case: &Case, question: &Question<'_>) -> Outcome {
    let checks = question.attempts.iter().map(|attempt| check(&case.expect, &attempt.answer));
    let mut checks: Vec<_> = checks.collect();
    let held = checks.iter().position(Vec::is_empty);
    let status = match (held, checks.len()) {
        (Some(0), _) => Status::Passed,
        (Some(_), _) => Status::Flaky,
        (None, 0) if question.error.is_some() => Status::Error,
        (None, 0) => Status::Unasked,
        (None, _) => Status::Failed,
    };
    let mismatches = if checks.is_empty() { Vec::new() } else { checks.swap_remove(0) };
    // A case that held at once does not need what others of its question asked further.
    let needed = held.map_or(question.attempts.len(), |held| held + 1);
    Outcome {
        case: case.clone(),
        status,
        attempts: question.attempts[..needed].to_vec(),
        mismatches,
        error: question.error.clone(),
    }
}

/// Whether every other question would meet the same.
fn ends_the_run(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::AnswerLimit
            | ErrorKind::RateLimited
            | ErrorKind::Unauthorized
            | ErrorKind::PlanLacksFeature
            | ErrorKind::NotConfigured
            | ErrorKind::NotFound
    )
}

/// Whether it is the service that fails, and not this question.
fn is_of_the_service(kind: ErrorKind) -> bool {
    !matches!(kind, ErrorKind::InvalidInput | ErrorKind::BadRequest)
}
