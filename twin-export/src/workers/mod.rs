//! Bytes from outside become text in a small pool of worker processes: the program starts itself again, bounded in
//! memory, stack and time. A file that would take all memory, overflow the stack or never end costs that file alone.

mod child;
mod lanes;
mod serve;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::convert::guard;
use super::job::{Job, Lane};
use super::{Limits, reason};
use child::{Failure, Worker};
pub(crate) use lanes::dismiss;

/// Converts files in worker processes from now on. Call this first in `main`: in a process that was started as a
/// worker it does a worker's work and never returns.
///
/// Without this call files are converted within the calling process, on threads of their own. The bounds on sizes,
/// depth and time hold there as well, but a thread that hangs cannot be stopped, and a file that makes a parser run
/// out of memory or stack ends the process. Worker processes are bounded in memory on Linux; elsewhere they are bounded
/// in time, and in memory by the sizes of what they read and write alone.
///
/// ```no_run
/// twin_export::use_worker_processes();
/// // … and only then whatever the program is for.
/// ```
pub fn use_worker_processes() {
    let mut line = std::env::args_os().skip(1);
    if line.next().is_some_and(|command| command == COMMAND) {
        let memory = line.next().and_then(|memory| memory.to_str()?.parse().ok());
        serve::serve(memory.unwrap_or(LIGHT.memory));
    }
    if let Some(program) = this_program() {
        // Set twice, it is the same.
        let _ = PROGRAM.set(program);
    }
}

/// What the program is told when it is started as a worker; no command for people.
const COMMAND: &str = "__twin-export-worker";

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// The program that runs, even where another was put in its place since.
fn this_program() -> Option<PathBuf> {
    let link = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && link.exists() { Some(link) } else { std::env::current_exe().ok() }
}

/// Work on a file's bytes that may be done by another process.
pub(crate) trait Task: Serialize + DeserializeOwned + Send + 'static {
    /// Tells it from other tasks.
    const NAME: &'static str;
    type Output: Serialize + DeserializeOwned + Send + 'static;

    fn run(self, bytes: Vec<u8>, limits: &Limits) -> Result<Self::Output, &'static str>;
}

/// How much a worker may take, and how much it may answer.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Bytes of data beside the stack.
    memory: u64,
    /// Bytes of the file.
    input: usize,
    /// Bytes of the answer.
    output: u64,
}

/// Enough for nearly every file; [`lanes::WORKERS`] of them may be at work at once.
const LIGHT: Size = Size { memory: 40 << 20, input: 4 << 20, output: 6 << 20 };
/// What one worker may take, while no other is there.
const HEAVY: Size = Size { memory: 144 << 20, input: usize::MAX, output: 60 << 20 };

/// How long a file may keep a worker before it is begun again beside the others.
const QUICK: Duration = Duration::from_secs(3);

/// Does a task on a file's bytes, in a worker process where those are used.
pub(crate) fn run<T: Task>(task: T, mut bytes: Vec<u8>, job: &Job<'_>) -> Result<T::Output, &'static str> {
    let limits = job.limits();
    let Some(program) = PROGRAM.get() else {
        return in_thread(task, bytes, limits);
    };
    // Waiting for a place is no fault of the file's.
    let mut spent = Duration::ZERO;
    let mut size = if bytes.len() <= LIGHT.input { LIGHT } else { HEAVY };
    let request = child::Request::new(&task, limits).ok_or(reason::UNREADABLE)?;
    drop(task);
    loop {
        let is_quick = job.lane() == Lane::Quick && size.memory == LIGHT.memory;
        let place = if size.memory == LIGHT.memory { lanes::light() } else { lanes::alone() };
        let worker = place.worker().map_or_else(|| Worker::start(program, size), Ok);
        // Where no process can be had, a thread must do.
        let Ok(mut worker) = worker else { return in_thread(request.task::<T>()?, bytes, limits) };
        let (began, patience) = (Instant::now(), job.patience());
        let most = if is_quick { patience.min(QUICK) } else { patience };
        let deadline = began + most.saturating_sub(spent);
        worker.ask(&request, &bytes);
        if size.memory == HEAVY.memory {
            // There is no further try for which they would be needed.
            bytes = Vec::new();
        }
        match worker.answer::<T>(size, deadline, job) {
            Ok(answer) => {
                if size.memory == LIGHT.memory {
                    place.keep(worker);
                }
                return answer;
            }
            Err(Failure::Late) if is_quick && patience > QUICK => return Err(job.put_off()),
            Err(Failure::Late) => {
                job.gave_up();
                return Err(reason::TOO_SLOW);
            }
            Err(Failure::Stopped) => return Err(reason::TOO_SLOW),
            Err(_) if size.memory == LIGHT.memory => size = HEAVY,
            Err(Failure::Died(reason)) => return Err(reason),
        }
        spent += began.elapsed();
        if job.is_cancelled() {
            return Err(reason::TOO_SLOW);
        }
    }
}

fn in_thread<T: Task>(task: T, bytes: Vec<u8>, limits: &Limits) -> Result<T::Output, &'static str> {
    let limits = limits.clone();
    guard::bounded(limits.conversion, move || task.run(bytes, &limits))
}
