//! The XML of `.enex`, read note by note. No piece of it is held in memory beyond the limits, whatever stands there.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use mail_parser::decoders::base64::base64_decode;
use md5::{Digest, Md5};
use quick_xml::events::{BytesRef, Event};
use quick_xml::reader::Reader;

use super::super::convert::is_media;
use super::super::text::tidy_line;
use super::super::{Limits, reason};

/// A note, or a file that is attached to one.
#[derive(Debug)]
pub(super) enum Item {
    Note(Note),
    Resource(Resource),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Note {
    pub(super) title: String,
    pub(super) content: String,
    /// When it was made, as it stands there.
    pub(super) created: String,
    pub(super) tags: Vec<String>,
    pub(super) tasks: Vec<Task>,
    /// Its files that are no pictures, sound or video: the sum by which the content calls them, and their names.
    pub(super) files: Vec<(String, String)>,
}

/// A task, which stands beside the content of its note.
#[derive(Debug, Clone, Default)]
pub(super) struct Task {
    pub(super) title: String,
    pub(super) is_done: bool,
    /// As it stands there, such as `20260305T220000Z`.
    pub(super) due: String,
    /// What orders it among the others: its group, and its weight within that.
    pub(super) order: (String, String),
}

#[derive(Debug, Default)]
pub(super) struct Resource {
    /// The note it belongs to, as far as that is known by then.
    pub(super) note: Note,
    pub(super) name: String,
    /// What its type says that its name should end with.
    pub(super) ending: String,
    pub(super) bytes: Vec<u8>,
    /// Why it cannot be read.
    pub(super) lacks: Option<&'static str>,
}

impl Item {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Note(note) => note.content.len() + note.title.len(),
            Self::Resource(resource) => resource.bytes.len(),
        }
    }
}

/// Tags and tasks of a note.
const MOST_TOLD: usize = 1_000;
/// Elements within elements.
const DEEPEST: usize = 64;

/// Reads notes and files as they come, and hands them out.
pub(super) fn read(
    stream: impl Read,
    limits: &Limits,
    take: &mut dyn FnMut(Item) -> Result<(), &'static str>,
) -> Result<(), &'static str> {
    let bounded = Bounded::new(stream, limits.entry_bytes);
    let (left, most) = (bounded.left.clone(), bounded.left.get());
    let mut reader = Reader::from_reader(BufReader::with_capacity(64 * 1024, bounded));
    reader.config_mut().check_end_names = false;
    reader.config_mut().expand_empty_elements = true;
    let mut state = State::default();
    let mut buffer = Vec::new();
    let mut depth = 0usize;
    loop {
        buffer.clear();
        if buffer.capacity() > KEPT {
            buffer = Vec::new();
        }
        left.set(most);
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(reason::TOO_DEEP);
                }
                let name = tag.local_name().into_inner().to_owned();
                state.begin(&name);
            }
            Ok(Event::Text(text)) => state.say(&text.xml10_content(), limits),
            Ok(Event::CData(text)) => state.say(&text.xml10_content(), limits),
            Ok(Event::GeneralRef(reference)) => state.say(&xml_entity(&reference), limits),
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                if let Some(item) = state.end(limits) {
                    take(item)?;
                }
            }
            Ok(Event::Eof) if state.has_ended => return Ok(()),
            Ok(Event::Eof) => return Err(reason::UNREADABLE),
            Ok(_) => {}
            Err(_) if left.get() == 0 => return Err(reason::TOO_LARGE),
            Err(_) => return Err(reason::UNREADABLE),
        }
    }
}

/// Bytes of a buffer that is used again.
const KEPT: usize = 1 << 20;

#[derive(Default)]
struct State {
    /// Names of the elements that are open, in a note.
    open: Vec<String>,
    note: Note,
    resource: Resource,
    task: Task,
    text: String,
    is_too_large: bool,
    /// The export's own end was seen.
    has_ended: bool,
}

impl State {
    fn begin(&mut self, name: &str) {
        self.text.clear();
        self.is_too_large = false;
        self.open.push(name.to_owned());
        match self.open.last().map(String::as_str) {
            Some("note") => self.note = Note::default(),
            Some("resource") => self.resource = Resource::default(),
            Some("task") => self.task = Task::default(),
            _ => {}
        }
    }

    fn is_in(&self, name: &str) -> bool {
        self.open.iter().any(|open| open == name)
    }

    fn say(&mut self, text: &str, limits: &Limits) {
        let leaf = self.open.last().map(String::as_str).unwrap_or_default();
        if !LEAVES.contains(&leaf) {
            return;
        }
        // Four letters for three bytes, and line ends between them.
        let most = limits.entry_bytes.saturating_mul(3) / 2;
        if self.text.len() as u64 + text.len() as u64 > most {
            self.is_too_large = true;
            self.text = String::new();
        } else if !self.is_too_large {
            self.text.push_str(text);
        }
    }

    fn end(&mut self, limits: &Limits) -> Option<Item> {
        let name = self.open.pop()?;
        let text = std::mem::take(&mut self.text);
        let in_resource = self.is_in("resource");
        let in_task = self.is_in("task");
        match name.as_str() {
            "en-export" => self.has_ended = true,
            "note" => return Some(Item::Note(std::mem::take(&mut self.note))),
            "resource" => {
                let resource = std::mem::take(&mut self.resource);
                let told = Note {
                    content: String::new(),
                    tasks: Vec::new(),
                    files: Vec::new(),
                    ..self.note.clone()
                };
                if self.note.files.len() < MOST_TOLD && !resource.name.is_empty() && !is_media(&resource.name)
                {
                    let sum = hex::encode(Md5::digest(&resource.bytes));
                    self.note.files.push((sum, resource.name.clone()));
                }
                let resource = Resource { note: told, ..resource };
                return Some(Item::Resource(resource));
            }
            "task" if self.note.tasks.len() < MOST_TOLD => {
                let task = std::mem::take(&mut self.task);
                if !task.title.is_empty() {
                    self.note.tasks.push(task);
                }
            }
            "title" if in_task => self.task.title = tidy_line(&text),
            "taskStatus" => self.task.is_done = text.trim() == "completed",
            "dueDate" if in_task => self.task.due = tidy_line(&text),
            "taskGroupNoteLevelID" => self.task.order.0 = tidy_line(&text),
            "sortWeight" if in_task => self.task.order.1 = tidy_line(&text),
            "title" if !in_resource => self.note.title = text,
            "created" if !in_resource && !in_task => self.note.created = tidy_line(&text),
            "tag" if self.note.tags.len() < MOST_TOLD => self.note.tags.push(tidy_line(&text)),
            "content" => self.note.content = text,
            "file-name" if in_resource => self.resource.name = tidy_line(&text),
            "mime" if in_resource => self.resource.ending = ending_of(text.trim()).to_owned(),
            "data" if in_resource => match base64_decode(text.as_bytes()) {
                _ if self.is_too_large => self.resource.lacks = Some(reason::TOO_LARGE),
                Some(bytes) if bytes.len() as u64 > limits.entry_bytes => {
                    self.resource.lacks = Some(reason::TOO_LARGE);
                }
                Some(bytes) => self.resource.bytes = bytes,
                None => self.resource.lacks = Some(reason::UNREADABLE),
            },
            _ => {}
        }
        None
    }
}

/// The character that a reference in XML stands for.
fn xml_entity(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name = reference.xml10_content();
    quick_xml::escape::resolve_xml_entity(&name).map_or_else(|| format!("&{name};"), str::to_owned)
}

/// Elements whose text counts.
const LEAVES: [&str; 11] = [
    "title",
    "content",
    "created",
    "tag",
    "data",
    "mime",
    "file-name",
    "taskStatus",
    "dueDate",
    "taskGroupNoteLevelID",
    "sortWeight",
];

/// The ending that files of a type have.
fn ending_of(kind: &str) -> &'static str {
    match kind {
        "application/pdf" => "pdf",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/csv" => "csv",
        "text/markdown" => "md",
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "application/vnd.ms-excel" => "xls",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/svg+xml" => "svg",
        "audio/wav" => "wav",
        _ if kind.starts_with("image/") => "jpg",
        _ if kind.starts_with("audio/") => "mp3",
        _ if kind.starts_with("video/") => "mp4",
        _ => "",
    }
}

/// A stream in which no run of text is longer than a file may be, and of which no more is read for one event than
/// that twice over.
struct Bounded<R> {
    inner: R,
    /// Bytes that may follow a `<` without another.
    most: u64,
    run: u64,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Bounded<R> {
    fn new(inner: R, file: u64) -> Self {
        let most = file.saturating_mul(3) / 2 + 1024;
        Self { inner, most, run: 0, left: Rc::new(Cell::new(most.saturating_mul(2))) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.inner.read(buffer)?;
            if read == 0 {
                return Ok(0);
            }
            let mut kept = 0;
            let mut at = 0;
            while at < read {
                let next =
                    buffer[at..read].iter().position(|&byte| byte == b'<').map_or(read, |next| at + next);
                let len = next - at;
                // What is past the limit is dropped: what is left of it tells that it was too long.
                let room = usize::try_from(self.most.saturating_sub(self.run)).unwrap_or(usize::MAX).min(len);
                buffer.copy_within(at..at + room, kept);
                kept += room;
                self.run += len as u64;
                at = next;
                if at < read {
                    buffer[kept] = b'<';
                    kept += 1;
                    at += 1;
                    self.run = 0;
                }
            }
            let left = self.left.get().saturating_sub(kept as u64);
            self.left.set(left);
            if left == 0 {
                return Err(io::Error::other("too large"));
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(xml: &str, limits: &Limits) -> (Vec<String>, Result<(), &'static str>) {
        let mut told = Vec::new();
        let read = read(xml.as_bytes(), limits, &mut |item| {
            told.push(match item {
                Item::Note(note) => {
                    let tasks: Vec<_> = note.tasks.iter().map(|task| (&task.title, task.is_done)).collect();
                    format!("{} {} {:?} {tasks:?}", note.title, note.created, note.tags)
                }
                Item::Resource(file) => {
                    format!("{}.{} {} {:?}", file.name, file.ending, file.bytes.len(), file.lacks)
                }
            });
            Ok(())
        });
        (told, read)
    }

    #[test]
    fn notes_and_files_come_one_by_one() {
        let xml = "<?xml version=\"1.0\"?><!DOCTYPE en-export SYSTEM \"http://xml.evernote.com/pub/evernote-export4.dtd\"><en-export>\
            <note><title>Keys &amp; locks</title><content><![CDATA[<en-note>a</en-note>]]></content><created>20260302T093000Z</created><tag>yard</tag>\
            <resource><data encoding=\"base64\">\nSGVs\nbG8=\n</data><mime>text/plain</mime><resource-attributes><file-name>a.txt</file-name></resource-attributes></resource>\
            <task><title>sweep</title><created>20260101T000000Z</created><taskStatus>completed</taskStatus></task></note></en-export>";
        let (told, read) = all(xml, &Limits::default());
        assert_eq!(
            told,
            ["a.txt.txt 5 None", "Keys & locks 20260302T093000Z [\"yard\"] [(\"sweep\", true)]"]
        );
        assert_eq!(read, Ok(()));
        assert_eq!(all(&xml[..xml.len() - 20], &Limits::default()).1, Err(reason::UNREADABLE));
    }

    #[test]
    fn a_file_past_the_limit_costs_itself_alone() {
        let limits = Limits { entry_bytes: 1000, ..Limits::default() };
        let data = "QUFB".repeat(200_000);
        let xml = format!(
            "<en-export><note><title>a</title><resource><data>{data}</data></resource></note><note><title>b</title></note></en-export>"
        );
        let (told, read) = all(&xml, &limits);
        assert_eq!((told.len(), read), (3, Ok(())));
        assert_eq!(told[0], ". 0 Some(\"too large\")");
    }
}
