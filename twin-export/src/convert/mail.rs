//! One message: who, when, what about, and what it says.

use std::borrow::Cow;
use std::sync::LazyLock;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{
    Address, ContentType, DateTime, Encoding, HeaderName, HeaderValue, Message, MessageParser, MessagePart,
    MimeHeaders, PartType,
};

use serde::{Deserialize, Serialize};

use super::super::text::tidy_line;
use super::super::workers::Task;
use super::super::{Limits, reason};
use super::html;
use super::plain::decoded;

/// Of single messages and of threads alike.
pub(crate) const CONVERTER: &str = "mail/2";

/// What the text of a thread is made of.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) from: String,
    /// As the sender's clock showed it: `2026-03-02 09:32`.
    pub(crate) sent: String,
    pub(crate) body: String,
    pub(crate) attachments: Vec<String>,
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
    /// Seconds since 1970.
    pub(crate) at: i64,
}

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
});

/// Reads the headers; only they need to be given.
pub(crate) fn envelope(headers: &[u8]) -> Option<Envelope> {
    let message = PARSER.parse_headers(headers)?;
    let text = |name: &str| message.header(name).and_then(HeaderValue::as_text).map(tidy_line);
    let mut references = ids(message.references());
    references.extend(ids(message.in_reply_to()));
    Some(Envelope {
        id: message.message_id().map(tidy_line).filter(|id| !id.is_empty()),
        references,
        thread: text("X-GM-THRID").filter(|thread| !thread.is_empty()),
        labels: text("X-Gmail-Labels").unwrap_or_default(),
        at: message.date().map_or(0, DateTime::to_timestamp),
    })
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
    if is_beyond_measure(bytes) {
        return Err(reason::TOO_LARGE);
    }
    let message = PARSER.parse(bytes).ok_or(reason::UNREADABLE)?;
    Ok(Letter {
        subject: tidy_line(message.subject().unwrap_or_default()),
        from: message.from().or(message.sender()).map(sender).unwrap_or_default(),
        sent: message.date().map(shown_time).unwrap_or_default(),
        body: body(&message, limits, 0)?,
        attachments: message
            .attachments()
            .filter(|part| part.message().is_none())
            .filter_map(|part| part.attachment_name())
            .map(tidy_line)
            .collect(),
    })
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

/// Messages within messages whose text is read.
const MOST_NESTED: usize = 8;

/// The plain text where there is one, else what the HTML says; then what was forwarded with it.
fn body(message: &Message<'_>, limits: &Limits, depth: usize) -> Result<String, &'static str> {
    let mut texts = Vec::new();
    for part in message.text_bodies() {
        texts.push(match &part.body {
            PartType::Text(text) => spelled(message, part, text).trim().to_owned(),
            PartType::Html(html) => html::to_text(&spelled(message, part, html), limits)?.1,
            _ => continue,
        });
    }
    if texts.iter().all(|text| text.trim().is_empty()) {
        for part in message.html_bodies() {
            if let PartType::Html(html) = &part.body {
                texts.push(html::to_text(&spelled(message, part, html), limits)?.1);
            }
        }
    }
    texts.extend(message.attachments().filter_map(|part| shown_in_place(message, part)));
    if depth < MOST_NESTED {
        for inner in message.attachments().filter_map(|part| part.message()) {
            texts.push(forwarded(inner, limits, depth + 1)?);
        }
    }
    texts.retain(|text| !text.trim().is_empty());
    Ok(texts.join("\n\n"))
}

/// A text part as it was meant: where the parser could not know its encoding, that is guessed.
fn spelled<'a>(message: &Message<'_>, part: &MessagePart<'_>, text: &'a str) -> Cow<'a, str> {
    let named = part.content_type().and_then(|kind| kind.attribute("charset"));
    let is_known = named.is_some_and(|name| {
        !["utf-8", "utf8", "us-ascii"].iter().any(|plain| plain.eq_ignore_ascii_case(name))
            && charset_decoder(name.as_bytes()).is_some()
    });
    // Where other letters were understood, only some bytes are damaged.
    let is_strange = |letter: char| !letter.is_ascii() && letter != char::REPLACEMENT_CHARACTER;
    if is_known || !text.contains(char::REPLACEMENT_CHARACTER) || text.contains(is_strange) {
        return Cow::Borrowed(text);
    }
    let place = part.offset_body as usize..part.offset_end as usize;
    let bytes = message.raw_message.get(place).and_then(|raw| match part.encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::Base64 => base64_decode(raw),
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
    });
    bytes.map_or(Cow::Borrowed(text), |bytes| Cow::Owned(decoded(&bytes).into_owned()))
}

/// Text that mail programs show with the message, though it has a file's name, is of no known kind, or is
/// all there is of a message that promises parts.
fn shown_in_place(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let PartType::Text(text) = &part.body else { return None };
    let kind = part.content_type();
    let is_plain =
        kind.is_none_or(|kind| kind.ctype() == "text" && matches!(kind.subtype(), None | Some("plain")));
    let is_all = message.parts.len() == 1;
    let is_file = part.content_disposition().is_some_and(ContentType::is_attachment);
    // Parts that could not be told apart are no text.
    let holds_parts = || {
        text.lines().any(|line| line.get(..13).is_some_and(|name| name.eq_ignore_ascii_case("content-type:")))
    };
    let is_shown = !is_file && if is_all { is_plain || !holds_parts() } else { is_plain };
    is_shown.then(|| spelled(message, part, text).trim().to_owned())
}

/// A message that lies in another one, under what its headers say.
fn forwarded(message: &Message<'_>, limits: &Limits, depth: usize) -> Result<String, &'static str> {
    let heads = [
        ("From", message.from().or(message.sender()).map(sender).unwrap_or_default()),
        ("Subject", tidy_line(message.subject().unwrap_or_default())),
        ("Date", message.date().map(shown_time).unwrap_or_default()),
    ];
    let mut lines: Vec<String> = heads
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let body = body(message, limits, depth)?;
    if !body.is_empty() {
        lines.extend([String::new(), body]);
    }
    Ok(lines.join("\n"))
}

fn sender(address: &Address<'_>) -> String {
    let first = address.first();
    let name = first.and_then(|address| address.name().or(address.address()));
    tidy_line(name.unwrap_or_default())
}

fn shown_time(time: &DateTime) -> String {
    let DateTime { year, month, day, hour, minute, .. } = time;
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

impl Letter {
    /// `Name (time):` and what was said.
    pub(crate) fn text(&self) -> String {
        let head = match (self.from.is_empty(), self.sent.is_empty()) {
            (true, true) => String::new(),
            (false, true) => format!("{}:\n", self.from),
            (true, false) => format!("({}):\n", self.sent),
            (false, false) => format!("{} ({}):\n", self.from, self.sent),
        };
        let attached = match self.attachments.as_slice() {
            [] => String::new(),
            names => format!("\n\nAttached: {}", names.join(", ")),
        };
        if self.body.is_empty() && attached.is_empty() {
            return String::new();
        }
        format!("{head}{}{attached}", self.body)
    }
}

/// The first heading of a saved page, or the subject, and the text.
pub(super) fn to_text(bytes: &[u8], limits: &Limits) -> Result<(Option<String>, String), &'static str> {
    let letter = letter(bytes, limits)?;
    let title = Some(letter.subject.clone()).filter(|subject| !subject.is_empty());
    if letter.from.is_empty() && title.is_none() {
        // No letter, but a page that a program saved as one.
        let message = PARSER.parse(bytes).ok_or(reason::UNREADABLE)?;
        let html = message.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(html.as_ref()),
            _ => None,
        });
        if let Some(html) = html {
            return html::to_text(html, limits);
        }
    }
    Ok((title, letter.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_read_where_the_plain_text_is_blank() {
        let mail = "Subject: S\r\nFrom: A <a@x>\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
            --b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Said</p>\r\n--b--\r\n";
        let letter = letter(mail.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(letter.body, "Said");
    }

    #[test]
    fn text_beside_the_body_is_read_unless_it_is_a_file() {
        let mail = |head: &str, body: &str| {
            let mail = format!("Subject: S\r\nFrom: A <a@x>\r\n{head}\r\n\r\n{body}");
            letter(mail.as_bytes(), &Limits::default()).unwrap().body
        };
        let mixed = "Content-Type: multipart/mixed; boundary=b";
        let with = |disposition: &str| {
            mail(
                mixed,
                &format!(
                    "--b\r\n\r\nBody\r\n--b\r\nContent-Type: text/plain; name=n.txt\r\n{disposition}\r\nNote\r\n--b--\r\n"
                ),
            )
        };
        assert_eq!(with("Content-Disposition: inline; filename=n.txt\r\n"), "Body\n\nNote");
        assert_eq!(with(""), "Body\n\nNote");
        assert_eq!(with("Content-Disposition: attachment; filename=n.txt\r\n"), "Body");
        // Old programs leave out the second word, or the parts that they promise.
        assert_eq!(mail("Content-Type: text; charset=us-ascii", "Said"), "Said");
        assert_eq!(mail(mixed, "Said without parts"), "Said without parts");
        assert_eq!(mail(mixed, "--c\r\nContent-Type: text/html\r\n\r\n<p>x"), "");
    }

    #[test]
    fn letters_of_an_unnamed_encoding_are_guessed() {
        let mail = |head: &str, body: &[u8]| {
            let mail = [b"Subject: S\r\nFrom: A <a@x>\r\n", head.as_bytes(), b"\r\n", body].concat();
            letter(&mail, &Limits::default()).unwrap().body
        };
        assert_eq!(mail("", b"Caf\xE9 cr\xE8me"), "Café crème");
        assert_eq!(
            mail("Content-Type: text/plain; charset=x-unknown\r\n", b"Caf\xE9 cr\xE8me"),
            "Café crème"
        );
        assert_eq!(mail("Content-Transfer-Encoding: quoted-printable\r\n", b"Caf=E9 cr=E8me"), "Café crème");
        assert_eq!(mail("Content-Type: text/html\r\n", b"<p>Caf\xE9 cr\xE8me</p>"), "Café crème");
        assert_eq!(mail("", b"Caf\xC3\xA9 \xE8"), "Café \u{FFFD}");
    }

    #[test]
    fn what_is_forwarded_says_who_wrote_what_and_when() {
        let mail = "Subject: Fwd\r\nFrom: A <a@x>\r\nContent-Type: multipart/digest; boundary=b\r\n\r\n\
            --b\r\n\r\nSubject: One\r\nFrom: B <b@x>\r\nDate: Mon, 2 Mar 2026 09:32:00 +0000\r\n\r\nFirst\r\n\
            --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Two\r\n\r\nSecond\r\n--b--\r\n";
        let letter = letter(mail.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(
            letter.body,
            "From: B\nSubject: One\nDate: 2026-03-02 09:32\n\nFirst\n\nSubject: Two\n\nSecond"
        );
        assert!(letter.attachments.is_empty());
    }

    #[test]
    fn a_message_of_endless_headers_or_parts_is_refused() {
        for text in ["To: a@b\n".repeat(100_000), "--b\n\nx\n".repeat(100_000)] {
            assert_eq!(letter(text.as_bytes(), &Limits::default()).unwrap_err(), reason::TOO_LARGE);
        }
    }

    #[test]
    fn an_envelope_names_the_messages_it_answers() {
        let head = b"Message-ID: <c@x>\r\nReferences: <a@x>\r\n <b@x>\r\nIn-Reply-To: <b@x>\r\nX-GM-THRID: 17\r\nX-Gmail-Labels: =?UTF-8?Q?Posteingang,Wichtig=C3=A9?=\r\n\r\n";
        let envelope = envelope(head).unwrap();
        assert_eq!(envelope.id.as_deref(), Some("c@x"));
        assert_eq!(envelope.references, ["a@x", "b@x", "b@x"]);
        assert_eq!(envelope.thread.as_deref(), Some("17"));
        assert_eq!(envelope.labels, "Posteingang,Wichtigé");
    }
}
