//! From a file's bytes to text that reads as a person would retell it.

#[allow(dead_code)] // the converters that need it follow
pub(crate) mod aside;
mod cells;
mod chart;
mod docx;
mod docx_styles;
mod equation;
mod front_matter;
pub(crate) mod guard;
pub(crate) mod html;
pub(crate) mod html_tree;
mod kind;
mod link;
pub(crate) mod mail;
pub(crate) mod markdown;
mod ole;
mod package;
mod pdf;
mod pdf_check;
pub(crate) mod plain;
mod pptx;
pub(crate) mod prose;
pub(crate) mod rows;
mod sheet;
#[allow(dead_code)] // the converters that need it follow
pub(crate) mod signs;
pub(crate) mod table;
mod utf16;
mod xls;
mod xls_strings;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::DocumentType;
pub(crate) use aside::Aside;
pub(crate) use kind::{HEAD, Kind, is_media};
use markdown::Dialect;
use package::Package;

use super::job::Job;
use super::tree::ending;
use super::workers::{self, Task};
use super::{Limits, reason};

/// A file's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Converted {
    /// The first heading, where the format has headings.
    pub(crate) title: Option<String>,
    pub(crate) text: String,
    /// What the file itself says it is.
    pub(crate) kind: Option<DocumentType>,
    /// Which converter made it, and its version.
    pub(crate) converter: Cow<'static, str>,
    /// Title and text are to stay as they are: they come from a knowledge base.
    pub(crate) is_verbatim: bool,
    /// What is not in the text.
    pub(crate) aside: Aside,
}

/// The text of a single file, or the reason why there is none. Short plain texts are converted here, all else in a
/// worker process.
pub(crate) fn convert(name: &str, bytes: Vec<u8>, job: &Job<'_>) -> Result<Converted, &'static str> {
    apart(ConvertFile { name: name.to_owned(), zipped_page: false }, bytes, job)
}

/// As [`convert`], and a zip that holds one page and its pictures is that page: Google's zipped HTML.
pub(crate) fn convert_with_zipped_pages(
    name: &str,
    bytes: Vec<u8>,
    job: &Job<'_>,
) -> Result<Converted, &'static str> {
    apart(ConvertFile { name: name.to_owned(), zipped_page: true }, bytes, job)
}

fn apart(file: ConvertFile, bytes: Vec<u8>, job: &Job<'_>) -> Result<Converted, &'static str> {
    if is_plain(&file.name, &bytes) {
        return guard::guarded(|| file.run(bytes, job.limits()));
    }
    workers::run(file, bytes, job)
}

/// Whether a file is text that is read in one pass, in little more memory than it takes itself.
fn is_plain(name: &str, bytes: &[u8]) -> bool {
    // What an archive is, its directory tells, which may be of any size.
    let head = &bytes[..bytes.len().min(HEAD)];
    if head.starts_with(b"PK") {
        return false;
    }
    match Kind::of(name, head) {
        Kind::Text | Kind::Media => true,
        Kind::Markdown | Kind::Csv => bytes.len() <= SHORT,
        _ => false,
    }
}

/// Bytes of Markdown that are short enough to be parsed here.
pub(crate) const SHORT: usize = 64 * 1024;

/// Makes text of a file of any kind.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ConvertFile {
    name: String,
    zipped_page: bool,
}

impl Task for ConvertFile {
    const NAME: &'static str = "convert";
    type Output = Converted;

    fn run(self, bytes: Vec<u8>, limits: &Limits) -> Result<Converted, &'static str> {
        if self.zipped_page && Kind::of(&self.name, &bytes) == Kind::Zip {
            let (name, page) = Package::open(bytes, limits)?.only_page()?;
            return convert_here(&name, page, limits);
        }
        convert_here(&self.name, bytes, limits)
    }
}

/// The text of a file, made in this very process.
pub(crate) fn convert_here(name: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Converted, &'static str> {
    if bytes.is_empty() {
        return Err(reason::EMPTY);
    }
    convert_as(Kind::of(name, &bytes), name, bytes, limits)
}

fn convert_as(kind: Kind, name: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Converted, &'static str> {
    let mut aside = Aside::default();
    let (title, text, converter) = match kind {
        Kind::Markdown => return Ok(markdown_file(&plain::decoded(&bytes))),
        Kind::Text => (None, plain::decoded(&bytes).into_owned(), "text/2"),
        Kind::Html => {
            let (title, text) = html::to_text(&html_tree::decoded(&bytes), limits)?;
            (title, text, "html/2")
        }
        Kind::Csv => (None, table::to_text(&plain::decoded(&bytes), name, &mut aside)?, "csv/2"),
        Kind::Docx => {
            let (title, text) = docx::to_text(bytes, limits)?;
            (title, text, "docx/2")
        }
        Kind::Pptx => {
            let (title, text) = pptx::to_text(bytes, limits)?;
            (title, text, "pptx/1")
        }
        Kind::Xlsx => (None, sheet::to_text(bytes, limits)?, "xlsx/1"),
        Kind::Xls => (None, xls::to_text(&bytes, limits)?, "xls/1"),
        Kind::Media => return Err(reason::MEDIA),
        Kind::Encrypted => return Err(reason::ENCRYPTED),
        // An office file that is none is damaged; any other zip may hold anything.
        Kind::Zip if matches!(ending(name).as_str(), "docx" | "xlsx" | "pptx") => {
            return Err(reason::UNREADABLE);
        }
        Kind::Zip => return Err(reason::NESTED_ARCHIVE),
        Kind::Mail => {
            let (title, text) = mail::to_text(&bytes, limits)?;
            (title, text, mail::CONVERTER)
        }
        Kind::Pdf => (None, pdf::to_text(&bytes, limits)?, "pdf/2"),
        Kind::Mbox | Kind::Unknown => return Err(reason::UNKNOWN_KIND),
    };
    Ok(Converted { title, text, kind: None, converter: converter.into(), is_verbatim: false, aside })
}

/// Markdown with what may stand before it: a title, a type, other facts.
fn markdown_file(markdown: &str) -> Converted {
    let (facts, body) = front_matter::split(markdown);
    if facts.is_backup {
        // Something on the way may have made all line ends those of Windows: git, say.
        let is_converted = markdown.starts_with("---\r\n");
        let body = if is_converted { Cow::Owned(body.replace("\r\n", "\n")) } else { Cow::Borrowed(body) };
        // The lines that `twin kb export` puts around the text.
        let body = body.strip_prefix('\n').unwrap_or(&body);
        let text = body.strip_suffix('\n').unwrap_or(body).to_owned();
        return Converted {
            title: facts.title,
            text,
            kind: facts.kind,
            converter: "backup/1".into(),
            is_verbatim: true,
            aside: Aside::default(),
        };
    }
    let (heading, text) = markdown::to_text(body, Dialect::Common);
    let (title, other) = match (facts.title, heading) {
        (Some(fact), Some(heading)) if is_top_heading(&heading, body) => (Some(heading), Some(fact)),
        (fact, heading) => (fact.or(heading), None),
    };
    let other = other.filter(|other| Some(other) != title.as_ref()).map(|other| format!("title: {other}"));
    let before = other.into_iter().chain([facts.lines, text]).filter(|part| !part.is_empty());
    let text = before.collect::<Vec<_>>().join("\n\n");
    Converted {
        title,
        text,
        kind: facts.kind,
        converter: "md/2".into(),
        is_verbatim: false,
        aside: Aside::default(),
    }
}

/// Whether a heading stands over the whole text, and not over a section of it.
fn is_top_heading(heading: &str, markdown: &str) -> bool {
    let mut top = markdown.lines().filter_map(|line| line.strip_prefix("# "));
    top.any(|text| markdown::line_to_text(text, Dialect::Common) == heading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_keeps_its_text_whatever_became_of_its_line_ends() {
        let file = "---\nid: doc_1\ntitle: T\ntype: note\nsource: manual\ncreatedAt: 2026-03-01T10:00:00Z\n---\n\n a\n\n\nb \n\n";
        for markdown in [file.to_owned(), file.replace('\n', "\r\n")] {
            assert_eq!(markdown_file(&markdown).text, " a\n\n\nb \n");
        }
    }

    #[test]
    fn a_heading_over_the_whole_text_is_the_title_whatever_stands_before_it() {
        let read = |markdown: &str| {
            let Converted { title, text, .. } = markdown_file(markdown);
            (title.unwrap_or_default(), text)
        };
        let expect = |title: &str, text: &str| (title.to_owned(), text.to_owned());
        let both = "---\ntitle: Menu\ntags: [a]\n---\n# Lunch *now*\n\nAt noon.\n";
        assert_eq!(read(both), expect("Lunch now", "title: Menu\n\ntags: a\n\nLunch now\n\nAt noon."));
        let same = "---\ntitle: Lunch\n---\n# Lunch\n\nAt noon.\n";
        assert_eq!(read(same), expect("Lunch", "Lunch\n\nAt noon."));
        let sections = "---\ntitle: Lunch\n---\n## When\n\nAt noon.\n";
        assert_eq!(read(sections), expect("Lunch", "When\n\nAt noon."));
    }
}
