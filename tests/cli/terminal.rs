//! `twin` in a real terminal: a pty, and a screen that shows what a person would see.

use std::io::{Read, Write};
use std::num::NonZero;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

use crate::support::Twin;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A terminal in which `twin` runs.
pub(crate) struct Terminal {
    child: Child,
    pty: Arc<Pty>,
    shown: Arc<(Mutex<Shown>, Condvar)>,
}

pub(crate) struct Shown {
    parser: vt100::Parser,
    raw: Vec<u8>,
    ended: bool,
}

/// How it looked in the end.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The screen, lines without their trailing spaces.
    pub(crate) screen: String,
    /// Every byte that was sent to the terminal.
    pub(crate) raw: String,
    pub(crate) code: Option<i32>,
    /// Whether the terminal echoes, waits for whole lines and shows its cursor, as it did at the start.
    pub(crate) is_restored: bool,
}

impl Terminal {
    /// Runs it in a terminal of this many columns and 50 lines.
    pub(crate) fn start(mut twin: Twin, columns: u16) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(50, columns)).unwrap();
        let plain = twin.command();
        let mut command = Command::new(plain.get_program()).args(plain.get_args()).env_clear();
        command = command.env("TERM", "xterm-256color").current_dir(plain.get_current_dir().unwrap());
        for (name, value) in plain.get_envs() {
            command = command.env(name, value.unwrap_or_default());
        }
        let child = command.spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let parser = vt100::Parser::new(size(50), size(columns), 1_000);
        let shown = Shown { parser, raw: Vec::new(), ended: false };
        let shown = Arc::new((Mutex::new(shown), Condvar::new()));
        std::thread::spawn({
            let (pty, shown) = (pty.clone(), shown.clone());
            move || watch(&pty, &shown)
        });
        Self { child, pty, shown }
    }

    /// Makes the window as wide as this.
    pub(crate) fn resize(&self, columns: u16) {
        self.shown.0.lock().unwrap().parser.screen_mut().set_size(size(50), size(columns));
        self.pty.resize(Size::new(50, columns)).unwrap();
    }

    /// Types this.
    pub(crate) fn types(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until this is on the screen.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) -> &Self {
        self.shows_when(text, |screen| screen.contains(text));
        self
    }

    /// Waits until this is on the screen so many times.
    #[track_caller]
    pub(crate) fn shows_times(&self, text: &str, times: usize) -> &Self {
        self.shows_when(text, |screen| screen.matches(text).count() >= times);
        self
    }

    #[track_caller]
    fn shows_when(&self, what: &str, is_there: impl Fn(&str) -> bool) {
        let until = Instant::now() + PATIENCE;
        let (shown, changed) = &*self.shown;
        let mut guard = shown.lock().unwrap();
        while !is_there(&guard.screen()) {
            assert!(Instant::now() < until && !guard.ended, "no '{what}' in:\n{}", guard.screen());
            guard = changed.wait_timeout(guard, Duration::from_millis(100)).unwrap().0;
        }
    }

    /// Waits until the program waits for a key without showing it.
    #[track_caller]
    pub(crate) fn waits_for_a_key(&self) -> &Self {
        let until = Instant::now() + PATIENCE;
        while rustix::termios::tcgetattr(&*self.pty)
            .unwrap()
            .local_modes
            .contains(rustix::termios::LocalModes::ECHO)
        {
            assert!(Instant::now() < until, "it never waited:\n{}", self.shown.0.lock().unwrap().screen());
            std::thread::sleep(Duration::from_millis(2));
        }
        self
    }

    /// Answers a question with yes or no, once the program listens for each key.
    #[track_caller]
    pub(crate) fn agrees(&self, agrees: bool) {
        let (key, drawn) = if agrees { ("y", "[Y/n]") } else { ("n", "[y/N]") };
        self.waits_for_a_key().types(key);
        self.shows(drawn).waits_for_a_key().types("\n");
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it looks in the end, and its code.
    pub(crate) fn looks(self) -> (String, i32) {
        let seen = self.finish();
        (seen.screen, seen.code.unwrap())
    }

    /// Waits for its end, with this code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Seen {
        let seen = self.finish();
        assert_eq!(seen.code, Some(code), "{}", seen.screen);
        seen
    }

    pub(crate) fn finish(mut self) -> Seen {
        let until = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > until => {
                    let _ = self.child.kill();
                    panic!("it did not end:\n{}", self.shown.0.lock().unwrap().screen());
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        self.drain();
        let modes = rustix::termios::tcgetattr(&*self.pty).unwrap().local_modes;
        let modes_are_back =
            modes.contains(rustix::termios::LocalModes::ECHO | rustix::termios::LocalModes::ICANON);
        let shown = self.shown.0.lock().unwrap();
        let screen = shown.parser.screen();
        Seen {
            screen: shown.screen(),
            raw: String::from_utf8_lossy(&shown.raw).into_owned(),
            code: status.code(),
            is_restored: modes_are_back && !screen.hide_cursor() && !screen.alternate_screen(),
        }
    }

    /// Waits until all that was written has been seen.
    fn drain(&self) {
        let (shown, changed) = &*self.shown;
        let mut guard = shown.lock().unwrap();
        let until = Instant::now() + Duration::from_secs(2);
        while !guard.ended && Instant::now() < until {
            guard = changed.wait_timeout(guard, Duration::from_millis(20)).unwrap().0;
        }
    }

    /// The screen with its colours, as it is at the end.
    pub(crate) fn last_picture(self) -> vt100::Screen {
        let shown = self.shown.clone();
        self.ends(0);
        let shown = shown.0.lock().unwrap();
        shown.parser.screen().clone()
    }

    /// The screen with its colours, as it is now.
    pub(crate) fn picture(&self) -> vt100::Screen {
        self.shown.0.lock().unwrap().parser.screen().clone()
    }
}

impl Shown {
    fn screen(&self) -> String {
        let screen = self.parser.screen();
        let (_, columns) = screen.size();
        let lines: Vec<String> =
            screen.rows(0, columns.get()).map(|line| line.trim_end().to_owned()).collect();
        lines.join("\n").trim_end().to_owned()
    }
}

fn size(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).unwrap()
}

/// Keeps what the terminal shows until the program has gone.
fn watch(mut pty: &Pty, shown: &(Mutex<Shown>, Condvar)) {
    let mut chunk = [0; 4096];
    loop {
        let read = pty.read(&mut chunk).unwrap_or(0);
        let mut guard = shown.0.lock().unwrap();
        guard.parser.process(&chunk[..read]);
        guard.raw.extend_from_slice(&chunk[..read]);
        guard.ended = read == 0;
        shown.1.notify_all();
        if read == 0 {
            return;
        }
    }
}
