//! Carrying out a plan: creates, replacements, then deletions, several sources at once, each step written down
//! before and after.

use std::sync::Arc;

use futures::stream::{self, StreamExt};

use super::cancellation::StopReason;
use super::disk::Disk;
use super::entry::{Doubt, Entry};
use super::settle;
use super::steps::{Action, Settled, Steps, Task, Unresolved};
use super::worker::{Later, Setback, Worker};

/// What came of a plan.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// The action.
    pub(crate) done: Vec<Task>,
    /// What failed, and with what.
    pub(crate) failed: Vec<(Task, Arc<twin_sdk::Error>)>,
    /// What cannot be told.
    pub(crate) unresolved: Vec<Unresolved>,
    /// How many sources are left to deal with.
    pub(crate) remaining: usize,
}

/// How the work on one source ended.
enum Ended {
    Done,
    Failed(Arc<twin_sdk::Error>),
    Later(Box<Later>),
    Stopped,
}

impl<D: Disk> Worker<'_, D> {
    /// Creates of a run that vanished, which had not happened when this one looked: the last of them may have been
    /// on its way still.
    pub(crate) fn expect_late(&self, settled: Vec<(String, Doubt, Settled)>) {
        let never = settled.into_iter().filter(|(.., outcome)| *outcome == Settled::Never);
        self.late().extend(never.map(|(key, doubt, _)| (key, doubt)));
    }

    /// Carries out the plan as far as it goes, and saves the state.
    pub(crate) async fn run(&self, plan: &Steps) -> Applied {
        let mut applied = Applied { unresolved: plan.unresolved.clone(), ..Applied::default() };
        let (prunes, uploads): (Vec<&Task>, Vec<&Task>) =
            plan.tasks.iter().partition(|task| task.action == Action::Prune);
        let later = self.run_tasks(uploads, &mut applied).await;
        self.run_later(later, &mut applied).await;
        self.run_tasks(prunes, &mut applied).await;
        self.look_for_twins().await;
        if let Err(error) = self.ledger().close() {
            self.kb.cancellation().stop(StopReason::Disk(Arc::new(error)));
        }
        applied
    }

    /// Works on sources, several at once. Hands back those to be looked at again at the end.
    async fn run_tasks<'t>(
        &self,
        tasks: Vec<&'t Task>,
        applied: &mut Applied,
    ) -> Vec<(&'t Task, Box<Later>)> {
        let mut later = Vec::new();
        let work = tasks.into_iter().map(|task| async move { (task, self.work(task).await) });
        let mut work = stream::iter(work).buffer_unordered(self.pace.concurrency);
        while let Some((task, ended)) = work.next().await {
            if let Some(wait) = self.note(task, ended, applied) {
                later.push((task, wait));
            }
        }
        later
    }

    fn note(&self, task: &Task, ended: Ended, applied: &mut Applied) -> Option<Box<Later>> {
        match ended {
            Ended::Done => applied.done.push(task.clone()),
            Ended::Failed(error) => applied.failed.push((task.clone(), error)),
            Ended::Later(later) => return Some(later),
            Ended::Stopped => {
                applied.remaining += 1;
                return None;
            }
        }
        self.observer.done(task);
        None
    }

    async fn work(&self, task: &Task) -> Ended {
        if self.kb.cancellation().is_stopped() {
            return Ended::Stopped;
        }
        let result = match (task.action, task.upload) {
            (Action::Adopt, _) => Ok(()), // it is in the state the run began with
            (Action::Prune, _) => self.prune(&task.key).await,
            (_, Some(source)) => self.upload(source).await,
            (_, None) => self.delete_old(&task.key).await,
        };
        match result {
            Ok(()) => Ended::Done,
            Err(Setback::Failed(error)) => Ended::Failed(error),
            Err(Setback::Later(later)) => Ended::Later(later),
            Err(Setback::Stopped) => Ended::Stopped,
        }
    }

    /// Looks again at the creates that are in doubt: what took long may have landed late.
    async fn run_later(&self, later: Vec<(&Task, Box<Later>)>, applied: &mut Applied) {
        for (task, later) in later {
            tokio::select! {
                () = tokio::time::sleep_until(later.due) => {}
                () = self.kb.cancellation().stopped() => {}
            }
            let ended = match self.settle_later(task, &later).await {
                Ok(()) => self.work(task).await,
                Err(reason) => {
                    self.unresolved(task, reason, applied);
                    continue;
                }
            };
            if let Some(later) = self.note(task, ended, applied) {
                self.unresolved(task, later.reason, applied);
            }
        }
    }

    fn unresolved(&self, task: &Task, reason: String, applied: &mut Applied) {
        applied.unresolved.push(Unresolved { key: task.key.clone(), title: task.title.clone(), reason });
        self.observer.done(task);
    }

    /// A source that is gone: marked first, so that it counts as gone whatever happens meanwhile.
    async fn prune(&self, key: &str) -> Result<(), Setback> {
        let Some(mut entry) = self.entry(key) else { return Ok(()) };
        entry.drop_next();
        entry.hash.clear();
        entry.old.append(&mut entry.ids);
        self.put(entry)?;
        self.delete_old(key).await?;
        let removed = self.ledger().remove(key);
        removed.map_err(|error| self.disk_failed(error))
    }

    /// What was made since may have been made by the earlier create as well, only later. Then one of the two equal
    /// documents goes: the one that is known to be ours, since the other could still be someone else's.
    async fn look_for_twins(&self) {
        let late = std::mem::take(&mut *self.late());
        for (key, doubt) in late {
            let Some(mut entry) = self.entry(&key) else { continue };
            if entry.hash != doubt.hash {
                self.keep_in_doubt(entry, doubt);
                continue;
            }
            let owned = |id: &str| self.ledger().owns(id);
            let Settled::Made(twin) = settle::settle(self.kb, &doubt, owned).await else { continue };
            let Some(place) = entry.ids.get_mut(doubt.part) else { continue };
            let ours = std::mem::replace(place, twin);
            entry.old.push(ours);
            // What is not deleted now is in the state, and deleted by the next run.
            if self.put(entry).is_ok() {
                let _ = self.delete_old(&key).await;
            }
        }
    }

    /// Leaves an earlier create to the next run where a later one of the same part is in doubt as well: both may
    /// land when this run is over.
    fn keep_in_doubt(&self, mut entry: Entry, earlier: Doubt) {
        let is_later = |later: &Doubt| {
            later.hash == earlier.hash && later.part == earlier.part && later.since != earlier.since
        };
        if entry.doubts.iter().any(is_later) && !entry.doubts.contains(&earlier) {
            entry.doubts.push(earlier);
            // Where it cannot be saved, the disk's error has stopped the run and is told.
            let _ = self.put(entry);
        }
    }
}
