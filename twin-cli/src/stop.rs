//! Ctrl-C and SIGTERM: they end a command at once, unless it asks to end by itself.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use tokio::sync::watch;

use crate::error::{CliError, Code};

/// The signal that asks to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    /// The error a command ends with that was stopped by it.
    pub fn error(self) -> CliError {
        match self {
            Signal::Interrupt => CliError::new(Code::Interrupted, "interrupted"),
            Signal::Terminate => CliError::new(Code::Terminated, "terminated"),
        }
    }
}

/// Lets a command end by itself on the first signal; the second ends it at once.
#[derive(Debug, Clone)]
pub struct Stop {
    graceful: Rc<Cell<bool>>,
    held: Rc<Cell<bool>>,
    signal: watch::Sender<Option<Signal>>,
}

impl Default for Stop {
    fn default() -> Self {
        Self { graceful: Rc::default(), held: Rc::default(), signal: watch::Sender::new(None) }
    }
}

impl Stop {
    /// From now on the command looks after the first signal itself: it will be found here.
    pub fn graceful(&self) -> watch::Receiver<Option<Signal>> {
        self.graceful.set(true);
        self.signal.subscribe()
    }

    /// As long as what this returns lives, Ctrl-C is for the program that has the terminal, an editor say.
    pub fn leave_interrupts(&self) -> impl Drop + use<> {
        self.held.set(true);
        Held(self.held.clone())
    }

    /// Runs a command until it ends or a signal ends it.
    pub async fn guard<T>(&self, command: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
        let mut signals = Signals::listen()?;
        let mut command = std::pin::pin!(command);
        loop {
            // Signals first: one that came while another program had the terminal was for that program, even
            // where the command has the terminal back by now.
            let signal = tokio::select! {
                biased;
                signal = signals.next() => signal,
                result = &mut command => return result,
            };
            if signal == Signal::Interrupt && self.held.get() {
                continue;
            }
            let is_first = self.signal.borrow().is_none();
            if !(is_first && self.graceful.get()) {
                return Err(signal.error());
            }
            self.signal.send_replace(Some(signal));
        }
    }
}

/// What is left to do is to print, which may block for as long as no one reads: from now on a signal ends the
/// process. The runtime goes along, since it is the one that hears the signals.
pub fn watch_over_the_rest(runtime: tokio::runtime::Runtime) {
    let watch = move || {
        if let Ok(signal) = runtime.block_on(async { Ok::<_, CliError>(Signals::listen()?.next().await) }) {
            std::process::exit(signal.error().exit().code().into());
        }
    };
    // Without the thread, printing that blocks can be killed only: no reason not to print.
    let _ = std::thread::Builder::new().spawn(watch);
}

struct Held(Rc<Cell<bool>>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// The signals that are listened to: a signal that this process was started to ignore, as shells start what runs
/// in the background, stays ignored.
#[cfg(unix)]
struct Signals {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        let ignored = ignored_signals();
        let listen = |kind: SignalKind| {
            if ignored & (1 << (kind.as_raw_value() - 1)) != 0 {
                return Ok(None);
            }
            signal(kind).map(Some).map_err(|error| CliError::io("cannot listen for signals", &error))
        };
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> Signal {
        async fn heard(signal: &mut Option<tokio::signal::unix::Signal>) {
            match signal {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            () = heard(&mut self.interrupt) => Signal::Interrupt,
            () = heard(&mut self.terminate) => Signal::Terminate,
        }
    }
}

/// The signals this process ignores, a bit each. It is known on Linux only: elsewhere reading it needs unsafe code.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Result<Self, CliError> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }
}
