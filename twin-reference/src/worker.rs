//! The thread the twin lives on.
//!
//! SQLite blocks, and its connection has one user at a time. So the twin has a thread of its own, and all
//! that is asked of it is a job in that thread's queue: no locks, and no blocking on an async thread.

use std::io;
use std::sync::mpsc;
use std::thread;

use tokio::sync::oneshot;

use crate::reference::StartError;
use crate::twin::Twin;

enum Message {
    Job(Box<dyn FnOnce(&mut Twin) + Send>),
    Stop(oneshot::Sender<()>),
}

/// A way to ask the twin. Clones ask the same one.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    queue: mpsc::Sender<Message>,
}

/// The twin has shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the reference twin has shut down")]
pub(crate) struct Stopped;

impl Worker {
    /// Starts the thread with a twin that is opened there. Answers once it is open.
    pub(crate) async fn start(
        open: impl FnOnce() -> Result<Twin, StartError> + Send + 'static,
    ) -> Result<Self, StartError> {
        let (queue, jobs) = mpsc::channel();
        let (opened, is_open) = oneshot::channel();
        let life = move || match open() {
            Ok(twin) => {
                let _ = opened.send(Ok(()));
                live(twin, &jobs);
            }
            Err(error) => drop(opened.send(Err(error))),
        };
        thread::Builder::new().name("twin-reference".to_owned()).spawn(life).map_err(StartError::Thread)?;
        let ended = |_| StartError::Thread(io::Error::other("the twin's thread ended while it was starting"));
        is_open.await.map_err(ended)??;
        Ok(Self { queue })
    }

    /// Runs a job on the twin and answers what it answers.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Twin) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |twin: &mut Twin| drop(reply.send(job(twin))));
        self.queue.send(Message::Job(job)).map_err(|_| Stopped)?;
        answer.await.map_err(|_| Stopped)
    }

    /// Runs a job on the twin while the calling thread waits, and answers what it answers.
    #[cfg(feature = "wiremock")]
    pub(crate) fn run_blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Twin) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        let (reply, answer) = mpsc::sync_channel(1);
        let job = Box::new(move |twin: &mut Twin| drop(reply.send(job(twin))));
        self.queue.send(Message::Job(job)).map_err(|_| Stopped)?;
        answer.recv().map_err(|_| Stopped)
    }

    /// Ends the thread after the jobs already in its queue, and the store with it.
    pub(crate) async fn stop(&self) {
        let (stopped, has_stopped) = oneshot::channel();
        if self.queue.send(Message::Stop(stopped)).is_ok() {
            let _ = has_stopped.await;
        }
    }
}

fn live(mut twin: Twin, jobs: &mpsc::Receiver<Message>) {
    while let Ok(message) = jobs.recv() {
        match message {
            Message::Job(job) => job(&mut twin),
            Message::Stop(stopped) => {
                drop(twin);
                let _ = stopped.send(());
                return;
            }
        }
    }
}
