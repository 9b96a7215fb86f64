//! What these tests share: a home of its own for each, the binary, and a twin with a few documents.

use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use twin_reference::{Reference, Running, Seed};

/// A question the twin of [`Bench::start`] can answer, and one it cannot.
pub(crate) const KNOWN: &str = "What is the expense policy?";
pub(crate) const UNKNOWN: &str = "How do volcanoes form?";
/// The title of the document that answers [`KNOWN`].
pub(crate) const SOURCE: &str = "Expense reimbursement policy";

/// A home directory that nothing else uses.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file below the home directory; its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// `twin` with these arguments, and nothing of the tester's own environment but the `PATH`.
    pub(crate) fn twin<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Twin {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twin"));
        command.args(args).env_clear().env("HOME", self.path()).current_dir(self.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Twin(command)
    }
}

/// One run of the binary to be.
pub(crate) struct Twin(Command);

impl Twin {
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// The same, run by a shell with `before` said first: `umask 077` and the like.
    #[cfg(unix)]
    pub(crate) fn in_shell(self, before: &str) -> Self {
        let mut shell = Command::new("/bin/sh");
        shell
            .arg("-c")
            .arg(format!("{before}; exec \"$0\" \"$@\""))
            .arg(self.0.get_program())
            .args(self.0.get_args());
        shell.env_clear().envs(self.0.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.current_dir(self.0.get_current_dir().unwrap());
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(shell)
    }

    /// The same, run by another program; nothing where that is not there.
    #[cfg(unix)]
    pub(crate) fn under(self, program: &[&str]) -> Option<Self> {
        let search = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&search).find(|folder| folder.join(program[0]).exists())?;
        let mut other = Command::new(program[0]);
        other.args(&program[1..]).arg(self.0.get_program()).args(self.0.get_args());
        other.env_clear().envs(self.0.get_envs().filter_map(|(name, value)| Some((name, value?))));
        other.current_dir(self.0.get_current_dir().unwrap());
        other.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Some(Self(other))
    }

    /// Runs it with this text on standard input.
    pub(crate) fn with_stdin(mut self, text: impl AsRef<[u8]>) -> Ran {
        let mut child = self.0.stdin(Stdio::piped()).spawn().unwrap();
        // It may end without reading: that is its right.
        let _ = child.stdin.take().unwrap().write_all(text.as_ref());
        Ran::new(child.wait_with_output().unwrap())
    }

    pub(crate) fn run(mut self) -> Ran {
        Ran::new(self.0.output().unwrap())
    }

    /// Runs it with this text on standard input; `None` where it does not end in time.
    pub(crate) async fn run_within(mut self, stdin: &str, limit: Duration) -> Option<Ran> {
        let mut input = tempfile::tempfile().unwrap();
        input.write_all(stdin.as_bytes()).unwrap();
        input.rewind().unwrap();
        self.0.stdin(input);
        let mut command = tokio::process::Command::from(self.0);
        let output = tokio::time::timeout(limit, command.kill_on_drop(true).output()).await;
        output.ok().map(|output| Ran::new(output.unwrap()))
    }

    pub(crate) fn spawn(mut self) -> Child {
        self.0.spawn().unwrap()
    }

    pub(crate) fn command(&mut self) -> &mut Command {
        &mut self.0
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl Ran {
    pub(crate) fn new(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
    }

    /// Asserts the exit code, showing everything where it is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Standard output as the one JSON document it must be.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Standard error as the one line of JSON an error is under `--json`.
    #[track_caller]
    pub(crate) fn json_error(&self) -> Value {
        assert_eq!(self.stderr.lines().count(), 1, "{self:#?}");
        let value: Value = serde_json::from_str(&self.stderr).unwrap();
        value["error"].clone()
    }
}

/// A home and a twin that runs.
pub(crate) struct Bench {
    pub(crate) home: Home,
    pub(crate) running: Running,
}

impl Bench {
    /// With a few documents, the newest last.
    pub(crate) async fn start() -> Self {
        Self::of(Reference::new().documents(documents())).await
    }

    pub(crate) async fn of(reference: Reference) -> Self {
        Self { home: Home::new(), running: reference.start().await.unwrap() }
    }

    /// `twin` with address and key of this twin.
    pub(crate) fn twin<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Twin {
        let twin = self.home.twin(args).env("TWIN_BASE_URL", self.running.url());
        twin.env("TWIN_API_KEY", self.running.key())
    }

    /// What reached the twin: `POST /v1/twin` and the like.
    pub(crate) fn requests(&self) -> Vec<String> {
        let received = self.running.received();
        received.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }
}

pub(crate) fn documents() -> Vec<Seed> {
    let expenses = "Under $50 no pre-approval needed. $50–$500 requires manager email before purchase. \
                    Submit expenses via Expensify by the 20th.";
    vec![
        Seed::new(SOURCE, expenses).of_type("policy"),
        Seed::new("Leave", "Everyone has 25 days of paid leave a year. Ask your manager first.")
            .of_type("policy"),
        Seed::new("On-call", "The on-call engineer carries the pager for one week.").of_type("sop"),
    ]
}
