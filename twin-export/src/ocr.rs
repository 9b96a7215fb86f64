//! Scanned pages and pictures: another program reads their text, if there is one. It is started without a shell for one
//! file at a time, bounded in time and output, and ends with everything it started.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use super::convert::plain::decoded;
use super::convert::{HEAD, Kind};
use super::job::Job;
use super::reason;
use super::tree::ending;

/// A program that writes the text of a picture to standard output, such as `tesseract {} -`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcrCommand {
    program: String,
    arguments: Vec<String>,
    limit: Duration,
}

/// Stands for the path of the file in a command.
const FILE: &str = "{}";
/// How long one file may take by default.
const LIMIT: Duration = Duration::from_secs(120);
/// Bytes of text that are taken of one file.
const MOST_TEXT: u64 = 8 << 20;
/// How often a wait looks whether the run was cancelled.
const LOOK: Duration = Duration::from_millis(50);

impl OcrCommand {
    /// Reads a command line: words, which quotes hold together. `{}` stands for the path of the file. No shell sees it.
    ///
    /// # Errors
    /// When there is no program, no `{}` after it, or a quote that does not close.
    pub fn parse(line: &str) -> Result<Self, String> {
        let mut words = words(line).ok_or("a quote is not closed")?.into_iter();
        let program = words.next().filter(|program| !program.is_empty()).ok_or("the program is missing")?;
        let arguments: Vec<String> = words.collect();
        if !arguments.iter().any(|argument| argument.contains(FILE)) {
            return Err("{} is missing, which stands for the file: 'tesseract {} -'".to_owned());
        }
        Ok(Self { program, arguments, limit: LIMIT })
    }

    /// Sets how long one file may take; two minutes by default.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Returns the program that is started.
    #[must_use]
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Returns whether the program exists: at its path, or in a directory of `PATH`.
    #[must_use]
    pub fn is_installed(&self) -> bool {
        let program = Path::new(&self.program);
        if program.components().count() > 1 {
            return is_program(program);
        }
        // Without `PATH`, the system has directories of its own.
        std::env::var_os("PATH").is_none_or(|folders| {
            std::env::split_paths(&folders).any(|folder| is_program(&folder.join(program)))
        })
    }

    fn text_of(&self, file: &Path, deadline: Instant, job: &Job<'_>) -> Result<String, &'static str> {
        let mut child = self.start(file).map_err(|_| reason::OCR_FAILED)?;
        let output = read_aside(&mut child).ok_or(reason::OCR_FAILED);
        let result = output.and_then(|output| {
            let text = loop {
                match output.recv_timeout(LOOK) {
                    Ok(text) => break text.map_err(|_| reason::OCR_FAILED)?,
                    Err(RecvTimeoutError::Timeout) => look(job, deadline)?,
                    Err(RecvTimeoutError::Disconnected) => return Err(reason::OCR_FAILED),
                }
            };
            if text.len() as u64 > MOST_TEXT {
                return Err(reason::TOO_LARGE);
            }
            loop {
                match child.try_wait() {
                    Ok(Some(status)) if status.success() => return Ok(text),
                    Ok(None) => {
                        look(job, deadline)?;
                        thread::sleep(LOOK);
                    }
                    _ => return Err(reason::OCR_FAILED),
                }
            }
        });
        end(&mut child, result.is_err());
        let text = decoded(&result?).replace('\u{c}', "\n\n");
        if text.trim().is_empty() { Err(reason::NO_TEXT) } else { Ok(text) }
    }

    fn start(&self, file: &Path) -> io::Result<Child> {
        let file = file.to_string_lossy();
        let mut command = Command::new(&self.program);
        command.args(self.arguments.iter().map(|argument| argument.replace(FILE, &file)));
        // The key is none of its business.
        let ours = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TWIN_"));
        ours.for_each(|(name, _)| {
            command.env_remove(name);
        });
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
    }
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}

/// Fails when the run is cancelled or the time is up.
fn look(job: &Job<'_>, deadline: Instant) -> Result<(), &'static str> {
    if job.is_cancelled() || Instant::now() >= deadline { Err(reason::OCR_TOO_SLOW) } else { Ok(()) }
}

/// Reads all that a program writes, on a thread that nobody has to wait for: what it started may keep the pipe open.
fn read_aside(child: &mut Child) -> Option<mpsc::Receiver<io::Result<Vec<u8>>>> {
    let output = child.stdout.take()?;
    let (sender, receiver) = mpsc::sync_channel(1);
    let reader = thread::Builder::new().spawn(move || {
        let mut text = Vec::new();
        let read = output.take(MOST_TEXT + 1).read_to_end(&mut text);
        // Nobody may wait for it any more.
        let _ = sender.send(read.map(|_| text));
    });
    reader.is_ok().then_some(receiver)
}

/// Ends a program, with all that it started when it failed.
fn end(child: &mut Child, failed: bool) {
    if failed {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};

            // It may have ended already.
            let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
        }
        let _ = child.kill();
    }
    let _ = child.wait();
}

/// A file whose text only another program can read, kept where that program finds it.
pub(crate) struct Scan<'a> {
    command: &'a OcrCommand,
    file: NamedTempFile,
}

/// Whether a file may be a scan: a picture surely is, a PDF when there is no text in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum May {
    Picture,
    Pdf,
}

impl May {
    pub(crate) fn be(name: &str, bytes: &[u8]) -> Option<Self> {
        match Kind::of(name, &bytes[..bytes.len().min(HEAD)]) {
            Kind::Pdf => Some(Self::Pdf),
            Kind::Media if PICTURES.contains(&ending(name).as_str()) => Some(Self::Picture),
            _ => None,
        }
    }
}

const PICTURES: [&str; 13] =
    ["png", "jpg", "jpeg", "jpe", "tif", "tiff", "bmp", "gif", "webp", "heic", "jp2", "pnm", "avif"];

impl<'a> Scan<'a> {
    /// Writes the file aside; `None` when there is no room for it.
    pub(crate) fn new(command: &'a OcrCommand, name: &str, bytes: &[u8], job: &Job<'_>) -> Option<Self> {
        if !job.budget().charge(bytes.len() as u64, job.limits()) {
            return None;
        }
        let written = aside(&format!(".{}", ending(name))).and_then(|mut file| {
            file.write_all(bytes)?;
            Ok(file)
        });
        let file = written.inspect_err(|error| job.budget().is_without_room(error)).ok()?;
        Some(Self { command, file })
    }

    /// The text of the file. Programs that read pictures alone are given the pictures of a PDF, one after the other.
    pub(crate) fn text(&self, job: &Job<'_>) -> Result<String, &'static str> {
        let deadline = Instant::now() + self.command.limit;
        match self.command.text_of(self.file.path(), deadline, job) {
            Err(reason::OCR_FAILED) => self.text_of_pages(deadline, job),
            read => read,
        }
    }

    fn text_of_pages(&self, deadline: Instant, job: &Job<'_>) -> Result<String, &'static str> {
        let pdf = std::fs::read(self.file.path()).map_err(|_| reason::OCR_FAILED)?;
        let mut texts = Vec::new();
        for picture in pictures(&pdf) {
            let mut page = aside(".jpg").map_err(|_| reason::OCR_FAILED)?;
            page.write_all(picture).map_err(|_| reason::OCR_FAILED)?;
            match self.command.text_of(page.path(), deadline, job) {
                Ok(text) => texts.push(text),
                // An empty page.
                Err(reason::NO_TEXT) => {}
                Err(reason) => return Err(reason),
            }
            if texts.iter().map(String::len).sum::<usize>() as u64 > MOST_TEXT {
                return Err(reason::TOO_LARGE);
            }
        }
        if texts.is_empty() { Err(reason::OCR_FAILED) } else { Ok(texts.join("\n\n")) }
    }
}

fn aside(suffix: &str) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix("twin-ocr-").suffix(suffix).tempfile()
}

/// The photographs that scanners put into a PDF, in their order: streams that are JPEG files as they are.
fn pictures(pdf: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_pdf = pdf.starts_with(b"%PDF");
    let mut rest = if is_pdf { pdf } else { &[] };
    std::iter::from_fn(move || {
        loop {
            let at = find(rest, b"stream")?;
            let body = &rest[at + b"stream".len()..];
            let body = body.strip_prefix(b"\r").unwrap_or(body);
            let body = body.strip_prefix(b"\n").unwrap_or(body);
            let end = find(body, b"endstream")?;
            rest = &body[end + b"endstream".len()..];
            if body.starts_with(b"\xFF\xD8\xFF") {
                return Some(&body[..end]);
            }
        }
    })
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    loop {
        from += bytes[from..].iter().position(|&byte| byte == first)?;
        if bytes[from..].starts_with(what) {
            return Some(from);
        }
        from += 1;
    }
}

/// The words of a command line; nothing when a quote is not closed.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for sign in line.chars() {
        match (quote, sign) {
            (Some(open), sign) if sign == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            (None, sign) if sign.is_whitespace() => words.extend(word.take()),
            (_, sign) => word.get_or_insert_default().push(sign),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photographs_of_pages_are_found_in_their_order() {
        let pdf = b"%PDF-1.4\n1 0 obj <</Filter /DCTDecode>> stream\r\n\xFF\xD8\xFFone\nendstream\n2 0 obj <<>> stream\ntext\nendstream stream\n\xFF\xD8\xFFtwo\nendstream";
        let found: Vec<&[u8]> = pictures(pdf).collect();
        assert_eq!(found, [b"\xFF\xD8\xFFone\n", b"\xFF\xD8\xFFtwo\n"]);
        assert_eq!(pictures(&pdf[1..]).count() + pictures(b"%PDF stream\n\xFF\xD8\xFF").count(), 0);
    }

    #[test]
    fn a_command_is_words_and_quotes_and_names_the_place_of_the_file() {
        let command = OcrCommand::parse("tesseract  -l 'deu eng' \"{}\" -").unwrap();
        assert_eq!((command.program(), &*command.arguments.join("|")), ("tesseract", "-l|deu eng|{}|-"));
        for wrong in ["", "tesseract", "tesseract '{}", "{}"] {
            assert!(OcrCommand::parse(wrong).is_err(), "{wrong}");
        }
    }
}
