//! How `twin eval` asks: until it is told to stop, and with what it opened resolved.

use std::collections::HashSet;

use jiff::Timestamp;
use twin_eval::{ASKED_BY, Asked, Asker, Outcome};
use twin_sdk::{Escalation, Twin};
use twin_sync::unless_asleep;

use tokio::sync::watch;

use crate::stop::Signal;

/// Asks a twin until a signal comes. What is at the server then is waited for; what waits for the rate limit is not.
pub(super) struct UntilStopped<'a> {
    pub(super) twin: &'a Twin,
    pub(super) signal: watch::Receiver<Option<Signal>>,
}

impl Asker for UntilStopped<'_> {
    async fn ask(&self, question: &str, context: Option<&str>) -> Asked {
        let mut signal = self.signal.clone();
        if signal.borrow().is_some() {
            return Asked::Stopped;
        }
        let halted = async move {
            if signal.wait_for(Option::is_some).await.is_err() {
                std::future::pending().await
            }
        };
        unless_asleep(Asker::ask(self.twin, question, context), halted).await.unwrap_or(Asked::Stopped)
    }
}

/// What was open before a run: nothing of it is the run's.
#[derive(Debug, Default)]
pub(super) struct Before {
    ids: HashSet<String>,
    /// When the newest was opened, by the server's clock.
    newest: Option<Timestamp>,
}

impl Before {
    pub(super) async fn look(twin: &Twin) -> twin_sdk::Result<Self> {
        let open = twin.escalations().list().limit(twin_sdk::PAGE_LIMIT).await?.items;
        let newest = open.iter().filter_map(|open| open.created_at).max();
        Ok(Self { ids: open.into_iter().map(|open| open.id).collect(), newest })
    }

    fn has(&self, escalation: &Escalation) -> bool {
        // One that a cut listing left out is older than those it showed.
        self.ids.contains(&escalation.id) || escalation.created_at.is_some_and(|at| Some(at) < self.newest)
    }
}

/// Resolves the open escalations that these questions opened; their ids.
pub(super) async fn resolve<'o>(
    twin: &Twin,
    before: &Before,
    outcomes: impl Iterator<Item = &'o Outcome>,
    resolved: &mut Vec<String>,
) -> twin_sdk::Result<()> {
    let escalated =
        |outcome: &&Outcome| outcome.attempts.iter().any(|attempt| attempt.answer.should_escalate);
    let questions: Vec<&str> = outcomes.filter(escalated).map(|outcome| outcome.case.ask.trim()).collect();
    if questions.is_empty() {
        return Ok(());
    }
    loop {
        // A listing may be cut; what it holds of ours goes, then the next one shows what was behind.
        let open = twin.escalations().list().limit(twin_sdk::PAGE_LIMIT).await?;
        let is_ours =
            |question: &str, asked_by: &str| asked_by == ASKED_BY && questions.contains(&question.trim());
        let ours =
            open.items.iter().filter(|open| is_ours(&open.question, &open.asked_by) && !before.has(open));
        let ours: Vec<_> = ours.filter(|open| !resolved.contains(&open.id)).collect();
        for escalation in &ours {
            twin.escalations().resolve(&escalation.id).await?;
            resolved.push(escalation.id.clone());
        }
        if ours.is_empty() || !open.is_truncated() {
            return Ok(());
        }
    }
}
