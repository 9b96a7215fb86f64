//! A worker process as the program that started it sees it.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Instant;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::job::Job;
use super::super::{Limits, reason};
use super::{COMMAND, Size, Task};

/// What a worker is asked: a line, then the file's bytes.
#[derive(Debug)]
pub(super) struct Request {
    task: &'static str,
    arguments: String,
    limits: Limits,
}

/// The line of a request.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head<'a> {
    pub(super) task: Cow<'a, str>,
    /// What the task is told beside the bytes, as JSON.
    pub(super) arguments: Cow<'a, str>,
    pub(super) limits: Limits,
    /// How many bytes follow.
    pub(super) bytes: usize,
}

/// The line that a worker answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer<T> {
    Output(T),
    Refused(String),
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The time was up.
    Late,
    /// The run was cancelled.
    Stopped,
    /// The worker ended, which tells this of the file.
    Died(&'static str),
}

impl Request {
    pub(super) fn new<T: Task>(task: &T, limits: &Limits) -> Option<Self> {
        let arguments = serde_json::to_string(task).ok()?;
        Some(Self { task: T::NAME, arguments, limits: limits.clone() })
    }

    /// The task, to be done here after all.
    pub(super) fn task<T: Task>(&self) -> Result<T, &'static str> {
        serde_json::from_str(&self.arguments).map_err(|_| reason::UNREADABLE)
    }
}

/// Bytes of a file that are written in one piece with the request.
const SMALL: usize = 64 * 1024;

/// A worker process; it ends when dropped.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Worker {
    pub(super) fn start(program: &Path, size: Size) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg(COMMAND)
            .arg(size.memory.to_string())
            // It needs to know nothing, secrets least of all.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let Some(output) = output else { return Err(io::Error::from(io::ErrorKind::BrokenPipe)) };
        Ok(Self { child, input, output: BufReader::with_capacity(SMALL, output) })
    }

    /// Asks. One that ended before it has read everything tells why by its end.
    pub(super) fn ask(&mut self, request: &Request, bytes: &[u8]) {
        let _ = self.tell(request, bytes);
    }

    /// Waits for the answer. After a failure the worker is of no use.
    pub(super) fn answer<T: Task>(
        &mut self,
        size: Size,
        deadline: Instant,
        job: &Job<'_>,
    ) -> Result<Result<T::Output, &'static str>, Failure> {
        let mut line = Vec::new();
        let patient = Patient { output: &mut self.output, deadline, job };
        let read = patient.take(size.output).read_until(b'\n', &mut line);
        match read {
            Ok(_) if line.last() == Some(&b'\n') => Ok(answer(&line)),
            Ok(_) if line.len() as u64 == size.output => Err(Failure::Died(reason::TOO_LARGE)),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(Failure::Late),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Failure::Stopped),
            _ => Err(self.child.wait().map_or(Failure::Died(reason::UNREADABLE), ended)),
        }
    }

    fn tell(&mut self, request: &Request, bytes: &[u8]) -> io::Result<()> {
        let Some(input) = &mut self.input else { return Err(io::Error::from(io::ErrorKind::BrokenPipe)) };
        let head = Head {
            task: request.task.into(),
            arguments: (&request.arguments).into(),
            limits: request.limits.clone(),
            bytes: bytes.len(),
        };
        let mut line = serde_json::to_vec(&head)?;
        line.push(b'\n');
        if bytes.len() <= SMALL {
            // One write wakes the worker once.
            line.extend_from_slice(bytes);
            return input.write_all(&line);
        }
        input.write_all(&line)?;
        input.write_all(bytes)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.input.take();
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answer<T: DeserializeOwned>(line: &[u8]) -> Result<T, &'static str> {
    match serde_json::from_slice(line) {
        Ok(Answer::Output(output)) => Ok(output),
        Ok(Answer::Refused(told)) => Err(reason::known(&told)),
        Err(_) => Err(reason::UNREADABLE),
    }
}

/// What the end of a worker tells of the file that it worked on.
fn ended(status: ExitStatus) -> Failure {
    if status.code() == Some(super::serve::GAVE_UP) {
        return Failure::Late;
    }
    Failure::Died(ended_by_signal(status))
}

#[cfg(unix)]
fn ended_by_signal(status: ExitStatus) -> &'static str {
    use std::os::unix::process::ExitStatusExt as _;

    use rustix::process::Signal;

    match status.signal() {
        // So ends a program that gets no more memory.
        Some(signal) if signal == Signal::ABORT.as_raw() || signal == Signal::KILL.as_raw() => {
            reason::TOO_LARGE
        }
        Some(signal) if signal == Signal::SEGV.as_raw() || signal == Signal::BUS.as_raw() => reason::TOO_DEEP,
        _ => reason::UNREADABLE,
    }
}

#[cfg(not(unix))]
fn ended_by_signal(_: ExitStatus) -> &'static str {
    reason::UNREADABLE
}

/// Reads what a worker answers until the time is up or the run is cancelled.
struct Patient<'a, 'b> {
    output: &'a mut BufReader<ChildStdout>,
    deadline: Instant,
    job: &'a Job<'b>,
}

impl Patient<'_, '_> {
    /// Returns as soon as there is something to read.
    #[cfg(unix)]
    fn wait(&self) -> io::Result<()> {
        use std::time::Duration;

        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        loop {
            if self.job.is_cancelled() {
                return Err(io::Error::from(io::ErrorKind::Interrupted));
            }
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::Error::from(io::ErrorKind::TimedOut));
            }
            let slice = left.min(Duration::from_millis(50));
            let wait = Timespec { tv_sec: 0, tv_nsec: i64::from(slice.subsec_nanos()) };
            let mut output = [PollFd::new(self.output.get_ref(), PollFlags::IN)];
            match poll(&mut output, Some(&wait)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The worker itself ends when its time is up.
    #[cfg(not(unix))]
    fn wait(&self) -> io::Result<()> {
        let _ = (self.deadline, self.job);
        Ok(())
    }
}

impl Read for Patient<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.output.buffer().is_empty() {
            self.wait()?;
        }
        self.output.read(buffer)
    }
}

impl BufRead for Patient<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.output.buffer().is_empty() {
            self.wait()?;
        }
        self.output.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.output.consume(amount);
    }
}
