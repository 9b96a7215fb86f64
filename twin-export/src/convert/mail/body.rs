//! What a message says: its parts in order, the richest of those that say the same, what is signed, and files beside.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, Encoding, Message, MessagePart, MimeHeaders, PartType};

use super::super::super::text::tidy_line;
use super::super::super::{Limits, reason};
use super::super::plain::decoded_as;
use super::super::utf7;
use super::super::{Aside, Output, html};
use super::packed::{incomplete, is_packed, packed};
use super::{PARSER, alternative, calendar, flowed, form, forwarded, signed, tnef, uuencoded, words};

/// A file that came with a message.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// What was read of a message so far.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) texts: Vec<String>,
    pub(super) files: Vec<File>,
    /// Parts that cannot be read.
    pub(super) aside: Aside,
    /// Why there may be no text.
    pub(super) refused: Option<&'static str>,
}

/// Messages and signed parts within one another that are read.
const MOST_NESTED: usize = 8;
/// Files of one message that are read.
const MOST_FILES: usize = 1_000;

impl Body {
    /// Reads a whole message.
    pub(super) fn of(message: &Message<'_>, limits: &Limits, depth: usize) -> Self {
        let mut body = Self::default();
        if !message.parts.is_empty() {
            Reader { message, limits, depth }.part(0, &mut body);
        }
        body
    }

    pub(super) fn text(&self) -> String {
        let texts = self.texts.iter().map(|text| text.trim_end()).filter(|text| !text.trim().is_empty());
        texts.collect::<Vec<_>>().join("\n\n")
    }

    /// Takes in what was read of a part.
    fn add(&mut self, other: Self) {
        self.texts.extend(other.texts);
        self.add_beside(other.files, &other.aside, other.refused);
    }

    fn add_beside(&mut self, files: Vec<File>, aside: &Aside, refused: Option<&'static str>) {
        self.files.extend(files);
        for (part, reason) in &aside.parts {
            self.aside.skip(part, reason);
        }
        aside.remarks.iter().for_each(|remark| self.aside.remark(remark));
        self.refused = self.refused.or(refused);
    }

    fn refuse(&mut self, part: &str, reason: &'static str) {
        self.aside.skip(part, reason);
        self.refused = self.refused.or(Some(reason));
    }
}

/// The page that a message is: its first part of HTML.
pub(super) fn page(message: &Message<'_>, limits: &Limits) -> Option<String> {
    let reader = Reader { message, limits, depth: 0 };
    message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(reader.spelled(part, html).into_owned()),
        _ => None,
    })
}

struct Reader<'a> {
    message: &'a Message<'a>,
    limits: &'a Limits,
    depth: usize,
}

impl Reader<'_> {
    fn part(&self, id: u32, body: &mut Body) {
        let Some(part) = self.message.parts.get(id as usize) else { return };
        if let Some(bytes) = incomplete(self.message, part) {
            return self.cut(id, part, &bytes, body);
        }
        match &part.body {
            PartType::Multipart(children) => self.multipart(part, children, body),
            PartType::Text(text) => self.text(id, part, self.spelled(part, text), body),
            PartType::Html(html) => self.html(part, &self.spelled(part, html), body),
            PartType::Message(inner) => self.within(inner, body),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => self.binary(part, bytes, body),
        }
    }

    /// What there is of a part that was cut short.
    fn cut(&self, id: u32, part: &MessagePart<'_>, bytes: &[u8], body: &mut Body) {
        body.aside.skip(name_of(part).unwrap_or_else(|| "text".to_owned()), reason::CUT_SHORT);
        let label = part.content_type().and_then(|kind| kind.attribute("charset"));
        let text = || decoded_as(bytes, label.map(str::as_bytes));
        match kind(part).as_str() {
            "text/html" => self.html(part, &text(), body),
            kind if kind.starts_with("text/") => self.text(id, part, text(), body),
            _ => self.binary(part, bytes, body),
        }
    }

    fn multipart(&self, part: &MessagePart<'_>, children: &[u32], body: &mut Body) {
        match subtype(part).as_str() {
            "alternative" => self.alternatives(children, body),
            "encrypted" => body.refuse("encrypted message", reason::ENCRYPTED),
            // The second part is the signature.
            "signed" => children.iter().take(1).for_each(|&child| self.part(child, body)),
            _ => children.iter().for_each(|&child| self.part(child, body)),
        }
    }

    /// The same in several forms: the one that says most. Files and invitations may lie beside either.
    fn alternatives(&self, children: &[u32], body: &mut Body) {
        let (mut plain, mut rich, mut more) = (None, None, Vec::new());
        for &child in children {
            let Some(part) = self.message.parts.get(child as usize) else { continue };
            let mut read = Body::default();
            self.part(child, &mut read);
            let text = read.text();
            body.add_beside(read.files, &read.aside, read.refused);
            let is_other =
                matches!(kind(part).as_str(), "text/calendar" | "text/x-amp-html" | "text/watch-html");
            if is_other {
                // What only some programs show repeats the rest.
                if kind(part) == "text/calendar" {
                    more.push(text);
                }
            } else if kind(part) == "text/plain" && plain.is_none() {
                plain = Some(text);
            } else if !text.trim().is_empty() {
                rich = Some(text);
            }
        }
        body.texts.extend(alternative::richest(plain, rich));
        body.texts.extend(more);
    }

    fn text(&self, id: u32, part: &MessagePart<'_>, text: Cow<'_, str>, body: &mut Body) {
        let kind = kind(part);
        let is_calendar = kind == "text/calendar"
            || kind == "text/x-vcalendar"
            || text.trim_start().starts_with("BEGIN:VCALENDAR");
        if is_calendar {
            body.texts.push(calendar::told(&text));
        } else if matches!(kind.as_str(), "text/enriched" | "text/richtext" | "text/html") && !is_file(part) {
            // Enriched text doubles a sign that begins no tag.
            let is_enriched = kind == "text/enriched" && text.contains("<<");
            let text = if is_enriched { Cow::Owned(text.replace("<<", "&lt;")) } else { text };
            body.texts.push(html::fragment_to_text(&text));
        } else if matches!(kind.as_str(), "text/css" | "text/javascript") && !is_file(part) {
            // How a page looks, and what it does.
        } else if kind == "text/rfc822-headers" {
            // Of a message that came back.
            if let Some(inner) = PARSER.parse(format!("{}\n\n", text.trim_end()).as_bytes()) {
                body.texts.push(forwarded(&inner, ""));
            }
        } else if self.is_shown(id, part, &text) {
            let text = uuencoded::taken_out(&text, |name, bytes| push_file(body, name, bytes));
            body.texts.push(plain_text(part, text.trim_end()));
        } else if let Some(name) = name_of(part) {
            push_file(body, name, text.into_owned().into_bytes());
        } else if !self.holds_lost_parts(&text) {
            body.texts.push(text.trim_end().to_owned());
        }
    }

    /// Text that mail programs show with the message, though it has a file's name or is of no known kind.
    fn is_shown(&self, id: u32, part: &MessagePart<'_>, text: &str) -> bool {
        let kind = part.content_type();
        let is_plain =
            kind.is_none_or(|kind| kind.ctype() == "text" && matches!(kind.subtype(), None | Some("plain")));
        if is_file(part) {
            return false;
        }
        // All there is of a message that promises parts.
        let is_all = self.message.parts.len() == 1 && id == 0;
        is_plain || (is_all && !self.holds_lost_parts(text))
    }

    /// Parts that could not be told apart are no text.
    fn holds_lost_parts(&self, text: &str) -> bool {
        text.lines().any(|line| line.get(..13).is_some_and(|name| name.eq_ignore_ascii_case("content-type:")))
    }

    fn html(&self, part: &MessagePart<'_>, html: &str, body: &mut Body) {
        match name_of(part).filter(|_| is_file(part)) {
            Some(name) => push_file(body, name, html.as_bytes().to_vec()),
            None => match html::read_mail(html, self.limits) {
                Ok(Output { text, aside, .. }) => {
                    body.texts.push(text);
                    aside.remarks.iter().for_each(|remark| body.aside.remark(remark));
                }
                Err(reason) => body.refuse("HTML", reason),
            },
        }
    }

    /// A message that lies in another one, under what its headers say.
    fn within(&self, inner: &Message<'_>, body: &mut Body) {
        if self.depth >= MOST_NESTED {
            return body.refuse("message within", reason::TOO_DEEP);
        }
        let mut read = Body::of(inner, self.limits, self.depth + 1);
        read.texts = vec![forwarded(inner, &read.text())];
        body.add(read);
    }

    fn binary(&self, part: &MessagePart<'_>, bytes: &[u8], body: &mut Body) {
        let name = name_of(part);
        let kind = kind(part);
        let ending = name.as_deref().map(super::super::super::tree::ending).unwrap_or_default();
        match kind.as_str() {
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => self.signed(bytes, body),
            "application/octet-stream" if ending == "p7m" => self.signed(bytes, body),
            "application/pkcs7-signature"
            | "application/x-pkcs7-signature"
            | "application/pgp-signature"
            | "application/pgp-keys" => {}
            "application/ms-tnef" | "application/vnd.ms-tnef" => self.tnef(bytes, body),
            _ if name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat")) => {
                self.tnef(bytes, body)
            }
            "application/ics" | "application/calendar" => {
                body.texts.push(calendar::told(&decoded_as(bytes, None)))
            }
            "application/octet-stream" if ending == "ics" => {
                body.texts.push(calendar::told(&decoded_as(bytes, None)))
            }
            _ => match name {
                Some(name) => push_file(body, name, bytes.to_vec()),
                None if kind.starts_with("image/") || bytes.is_empty() => {}
                None => push_file(body, format!("attachment.{}", form::ending_of(&kind)), bytes.to_vec()),
            },
        }
    }

    /// What a signature encloses is a part like any other.
    fn signed(&self, bytes: &[u8], body: &mut Body) {
        let inner = signed::content(bytes, self.limits.entry_bytes)
            .and_then(|inner| if self.depth >= MOST_NESTED { Err(reason::TOO_DEEP) } else { Ok(inner) });
        match inner {
            Ok(inner) => {
                let inner = words::with_plain_headers(&inner);
                match PARSER.parse(inner.as_ref()) {
                    Some(inner) => body.add(Body::of(&inner, self.limits, self.depth + 1)),
                    None => body.texts.push(decoded_as(&inner, None).into_owned()),
                }
            }
            Err(reason) => body.refuse(
                if reason == reason::ENCRYPTED { "encrypted message" } else { "signed message" },
                reason,
            ),
        }
    }

    /// What Outlook packs for itself alone.
    fn tnef(&self, bytes: &[u8], body: &mut Body) {
        match tnef::read(bytes) {
            Some(inner) => {
                if !inner.text.trim().is_empty() {
                    body.texts.push(inner.text);
                }
                for (name, bytes) in inner.files {
                    push_file(body, name, bytes);
                }
            }
            None => body.refuse("winmail.dat", reason::UNREADABLE),
        }
    }

    /// A text part as it was meant: the bytes as UTF-8 where they are that, else by the label or by a guess.
    fn spelled<'t>(&self, part: &MessagePart<'_>, text: &'t str) -> Cow<'t, str> {
        let label = part.content_type().and_then(|kind| kind.attribute("charset"));
        if let Some((bytes, rest)) = is_packed(part).then(|| packed(text)).flatten() {
            let unpacked = decoded_as(&bytes, label.map(str::as_bytes));
            return Cow::Owned(format!("{}\n\n{}", unpacked.trim_end(), rest.trim_start()));
        }
        let is_utf7 = label.is_some_and(|label| utf7::is_label(label.as_bytes()));
        if text.is_ascii() && !text.contains('\x1B') && !is_utf7 {
            return Cow::Borrowed(text);
        }
        let place = part.offset_body as usize..part.offset_end as usize;
        let bytes = self.message.raw_message.get(place).and_then(|raw| match part.encoding {
            Encoding::None => Some(raw.to_vec()),
            Encoding::Base64 => base64_decode(raw),
            Encoding::QuotedPrintable => quoted_printable_decode(raw),
        });
        let Some(bytes) = bytes else { return Cow::Borrowed(text) };
        let label = label.map(str::as_bytes);
        match kind(part).as_str() {
            "text/html" if label.is_none() => {
                Cow::Owned(super::super::html_tree::decoded(&bytes).into_owned())
            }
            _ => Cow::Owned(decoded_as(&bytes, label).into_owned()),
        }
    }
}

fn push_file(body: &mut Body, name: String, bytes: Vec<u8>) {
    if body.files.len() < MOST_FILES {
        body.files.push(File { name, bytes });
    } else {
        body.aside.skip(name, reason::TOO_MANY);
    }
}

/// Text as it stands, its broken lines joined, out of its armour.
fn plain_text(part: &MessagePart<'_>, text: &str) -> String {
    let attribute = |name: &str| {
        part.content_type().and_then(|kind| kind.attribute(name)).unwrap_or_default().to_ascii_lowercase()
    };
    let text = without_armour(text);
    if attribute("format") == "flowed" {
        flowed::joined(&text, attribute("delsp") == "yes")
    } else {
        text.trim().to_owned()
    }
}

/// What PGP signs stands between its own lines.
fn without_armour(text: &str) -> Cow<'_, str> {
    let Some((before, signed)) = text.split_once("-----BEGIN PGP SIGNED MESSAGE-----") else {
        return Cow::Borrowed(text);
    };
    let Some((inner, after)) = signed.split_once("-----BEGIN PGP SIGNATURE-----") else {
        return Cow::Borrowed(text);
    };
    let inner = inner.trim_start_matches(['\r', '\n']);
    // Its headers end with a blank line.
    let inner = inner
        .find("\n\n")
        .or_else(|| inner.find("\n\r\n"))
        .filter(|_| inner.starts_with("Hash:"))
        .map_or(inner, |end| &inner[end..]);
    let after = after.split_once("-----END PGP SIGNATURE-----").map_or("", |(_, after)| after);
    let inner: Vec<&str> = inner.lines().map(|line| line.strip_prefix("- ").unwrap_or(line)).collect();
    Cow::Owned(format!("{}\n{}\n{}", before.trim(), inner.join("\n").trim(), after.trim()))
}

/// `text/plain`, in lower case.
fn kind(part: &MessagePart<'_>) -> String {
    let kind = part.content_type();
    let of = |kind: &ContentType<'_>| {
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("plain")).to_ascii_lowercase()
    };
    kind.map_or_else(|| "text/plain".to_owned(), of)
}

fn subtype(part: &MessagePart<'_>) -> String {
    kind(part).rsplit('/').next().unwrap_or_default().to_owned()
}

fn is_file(part: &MessagePart<'_>) -> bool {
    part.content_disposition().is_some_and(ContentType::is_attachment) && name_of(part).is_some()
}

/// The file's name, without the folders that some programs put before it.
fn name_of(part: &MessagePart<'_>) -> Option<String> {
    let name = part.attachment_name().or_else(|| {
        let named =
            part.headers().iter().find(|header| header.name().eq_ignore_ascii_case("content-description"))?;
        named.value().as_text().filter(|name| name.contains('.'))
    })?;
    let name = tidy_line(name.rsplit(['/', '\\']).next().unwrap_or(name));
    (!name.is_empty()).then_some(name)
}
