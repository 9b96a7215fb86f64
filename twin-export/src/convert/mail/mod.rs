//! One message: who, when, what about, what it says, and what came with it.

mod alternative;
mod body;
mod calendar;
mod dates;
mod flowed;
mod form;
mod moment;
mod packed;
mod repeats;
mod signed;
mod tnef;
mod uuencoded;
mod words;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser};

use super::super::run::digest;
use super::super::text::tidy_line;
use super::super::workers::Task;
use super::super::{Limits, reason};
use super::guard::guarded;
use super::{Aside, Attached, Converted, Kind, Output, html};
use body::Body;

/// Of single messages and of threads alike.
pub(crate) const CONVERTER: &str = "mail/6";

/// What the text of a thread is made of.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) from: String,
    /// As the sender's clock showed it: `2026-03-02 09:32`.
    pub(crate) sent: String,
    /// Nobody sent it yet.
    pub(crate) is_draft: bool,
    pub(crate) body: String,
    pub(crate) attached: Vec<Attached>,
    pub(crate) aside: Aside,
}

/// Which thread a message belongs to, told by its headers alone.
#[derive(Debug, Default)]
pub(crate) struct Envelope {
    pub(crate) id: Option<String>,
    /// Messages it answers, the oldest first.
    pub(crate) references: Vec<String>,
    /// Gmail's own number of the thread.
    pub(crate) thread: Option<String>,
    pub(crate) labels: String,
    /// Deleted by Thunderbird, which leaves it in its mailbox until that is compacted.
    pub(crate) is_deleted: bool,
    /// Seconds since 1970, where it says when it was sent.
    pub(crate) at: Option<i64>,
}

/// Among the flags of `X-Mozilla-Status`.
const DELETED: u16 = 0x0008;

/// Gmail's own headers, too, may hold encoded words.
static PARSER: LazyLock<MessageParser> = LazyLock::new(|| {
    MessageParser::new()
        .with_mime_headers()
        .with_date_headers()
        .with_address_headers()
        .with_message_ids()
        .header_text(HeaderName::Subject)
        .header_text("X-Gmail-Labels")
        .header_text("X-GM-THRID")
        .header_text("X-Mozilla-Status")
        .header_text("X-Unsent")
});

/// Reads the headers; only they need to be given.
pub(crate) fn envelope(headers: &[u8]) -> Option<Envelope> {
    let headers = words::with_plain_headers(headers);
    let message = PARSER.parse_headers(headers.as_ref())?;
    let text = |name: &str| message.header(name).and_then(HeaderValue::as_text).map(tidy_line);
    let mut references = ids(message.references());
    references.extend(ids(message.in_reply_to()));
    Some(Envelope {
        id: message.message_id().map(tidy_line).filter(|id| !id.is_empty()),
        references,
        thread: text("X-GM-THRID").filter(|thread| !thread.is_empty()),
        labels: text("X-Gmail-Labels").unwrap_or_default(),
        is_deleted: text("X-Mozilla-Status")
            .and_then(|flags| u16::from_str_radix(&flags, 16).ok())
            .is_some_and(|flags| flags & DELETED != 0),
        at: sent(&message).map(|sent| sent.at),
    })
}

fn sent(message: &Message<'_>) -> Option<dates::Sent> {
    dates::sent(message.header_raw(HeaderName::Date), message.date())
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![tidy_line(id)],
        HeaderValue::TextList(ids) => ids.iter().map(|id| tidy_line(id)).collect(),
        _ => Vec::new(),
    }
}

/// Reads a whole message.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReadLetter;

impl Task for ReadLetter {
    const NAME: &'static str = "letter";
    type Output = Letter;

    fn run(self, bytes: Vec<u8>, limits: &Limits) -> Result<Letter, &'static str> {
        letter(&bytes, limits)
    }
}

/// Reads a whole message.
pub(crate) fn letter(bytes: &[u8], limits: &Limits) -> Result<Letter, &'static str> {
    letter_within(bytes, limits, 0)
}

fn letter_within(bytes: &[u8], limits: &Limits, depth: usize) -> Result<Letter, &'static str> {
    if is_beyond_measure(bytes) {
        return Err(reason::TOO_LARGE);
    }
    let bytes = form::mended(bytes);
    let bytes = words::with_plain_headers(&bytes);
    let message = PARSER.parse(bytes.as_ref()).ok_or(reason::UNREADABLE)?;
    let is_page = is_saved_page(&message);
    if is_page && let Some(page) = body::page(&message, limits) {
        let Output { title, text, aside } = html::read(&page, limits)?;
        let subject = title.unwrap_or_else(|| tidy_line(message.subject().unwrap_or_default()));
        return Ok(Letter { subject, body: text, aside, ..Letter::default() });
    }
    let read = Body::of(&message, limits, 0);
    let body = read.text();
    let told = |told: String| if is_page { String::new() } else { told };
    if let Some(refused) = read.refused.filter(|_| body.is_empty() && read.files.is_empty()) {
        return Err(refused);
    }
    Ok(Letter {
        subject: tidy_line(message.subject().unwrap_or_default()),
        from: told(message.from().or(message.sender()).map(sender).unwrap_or_default()),
        sent: told(sent(&message).map(|sent| sent.shown).unwrap_or_default()),
        is_draft: is_draft(&message),
        body,
        attached: read.files.into_iter().map(|file| attached(file, limits, depth)).collect(),
        aside: read.aside,
    })
}

/// Whether a browser saved a page as a message, of which it is the writer.
fn is_saved_page(message: &Message<'_>) -> bool {
    let by_program = || message.from().map(sender).is_some_and(|from| from.starts_with("Saved by "));
    message.header("Snapshot-Content-Location").is_some() || by_program()
}

/// Whether a mail program keeps a message that was not sent: Outlook, Thunderbird, Gmail.
fn is_draft(message: &Message<'_>) -> bool {
    let text = |name: &'static str| message.header(name).and_then(HeaderValue::as_text).map(str::trim);
    text("X-Unsent") == Some("1")
        || message.header("X-Mozilla-Draft-Info").is_some()
        || text("X-Gmail-Labels").is_some_and(|labels| labels.split(',').any(is_drafts))
}

/// Whether a label or a mailbox is for what was not sent.
pub(crate) fn is_drafts(label: &str) -> bool {
    DRAFTS.split('|').any(|draft| draft == label.trim().to_lowercase())
}

/// What mail programs call drafts, in the languages their accounts are kept in.
const DRAFTS: &str = "\
    drafts|draft|entwürfe|entwurf|brouillons|borradores|bozze|rascunhos|concepten|utkast|kladder|\
    wersje robocze|koncepty|luonnokset|taslaklar|черновики|чернетки|下書き|草稿|草稿箱|임시보관함";

/// Messages that came as files, one within the other.
const MOST_NESTED: usize = 3;

fn attached(file: body::File, limits: &Limits, depth: usize) -> Attached {
    let body::File { name, bytes } = file;
    let source = digest(&bytes);
    let result = match Kind::of(&name, &bytes) {
        _ if bytes.len() as u64 > limits.entry_bytes => Err(reason::TOO_LARGE),
        Kind::Mail if depth >= MOST_NESTED => Err(reason::TOO_DEEP),
        Kind::Mail => to_text_within(&bytes, limits, depth + 1),
        _ => guarded(|| super::convert_here(&name, bytes, limits)),
    };
    Attached { name, source, result: result.map_err(str::to_owned).map(Box::new) }
}

/// Parts and headers without number, each of which takes the parser a kilobyte.
fn is_beyond_measure(bytes: &[u8]) -> bool {
    let (mut parts, mut headers) = (0, 0);
    for line in bytes.split(|&byte| byte == b'\n') {
        parts += usize::from(line.starts_with(b"--"));
        let name = line.iter().take_while(|byte| byte.is_ascii_graphic() && **byte != b':').count();
        match line.get(name) {
            Some(b':') if name > 0 => headers += 1,
            // A header goes on in lines that begin with a blank.
            Some(b' ' | b'\t') if name == 0 => {}
            _ => headers = 0,
        }
        if parts > MOST_PARTS || headers > MOST_HEADERS {
            return true;
        }
    }
    false
}

const MOST_PARTS: usize = 20_000;
const MOST_HEADERS: usize = 20_000;

/// A message that lies in another one, under what its headers say.
fn forwarded(message: &Message<'_>, body: &str) -> String {
    let heads = [
        ("From", message.from().or(message.sender()).map(sender).unwrap_or_default()),
        ("Subject", tidy_line(message.subject().unwrap_or_default())),
        ("Date", sent(message).map(|sent| sent.shown).unwrap_or_default()),
    ];
    let mut lines: Vec<String> = heads
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    if !body.is_empty() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(body.to_owned());
    }
    lines.join("\n")
}

fn sender(address: &Address<'_>) -> String {
    let first = address.first();
    let name = first.and_then(|address| address.name().or(address.address()));
    tidy_line(name.unwrap_or_default())
}

impl Letter {
    /// `Name (time):` and what was said: the body, or what is to be told of it.
    pub(crate) fn text(&self, body: &str) -> String {
        let told: Vec<&str> = [self.sent.as_str(), if self.is_draft { "draft, not sent" } else { "" }]
            .into_iter()
            .filter(|one| !one.is_empty())
            .collect();
        let told = told.join(", ");
        let head = match (self.from.is_empty(), told.is_empty()) {
            (true, true) => String::new(),
            (false, true) => format!("{}:\n", self.from),
            (true, false) => format!("({told}):\n"),
            (false, false) => format!("{} ({told}):\n", self.from),
        };
        let names: Vec<&str> = self.attached.iter().map(|file| file.name.as_str()).collect();
        let attached =
            if names.is_empty() { String::new() } else { format!("\n\nAttached: {}", names.join(", ")) };
        if body.is_empty() && attached.is_empty() {
            return String::new();
        }
        format!("{head}{body}{attached}")
    }
}

/// The title of a saved page, or the subject, and the text.
pub(super) fn to_text(bytes: &[u8], limits: &Limits) -> Result<Converted, &'static str> {
    to_text_within(bytes, limits, 0)
}

fn to_text_within(bytes: &[u8], limits: &Limits, depth: usize) -> Result<Converted, &'static str> {
    let letter = letter_within(bytes, limits, depth)?;
    let title = Some(letter.subject.clone()).filter(|subject| !subject.is_empty());
    if letter.from.is_empty() && title.is_none() {
        // No letter, but a page that a program saved as one.
        let bytes = form::mended(bytes);
        let message = PARSER.parse(bytes.as_ref()).ok_or(reason::UNREADABLE)?;
        if let Some(page) = body::page(&message, limits) {
            let Output { title, text, aside } = html::read(&page, limits)?;
            return Ok(Converted { aside, ..Converted::new(title, text, CONVERTER) });
        }
    }
    let converted = Converted::new(title, letter.text(&letter.body), CONVERTER);
    Ok(Converted { aside: letter.aside, attached: letter.attached, ..converted })
}

#[cfg(test)]
mod tests;
