//! From a file's bytes to text that reads as a person would retell it.

pub(crate) mod aside;
mod cells;
mod cesu8;
#[cfg(feature = "office")]
mod chart;
mod converted;
#[cfg(feature = "office")]
mod diagram;
mod directives;
#[cfg(feature = "office")]
mod docx;
#[cfg(feature = "html")]
mod epub;
#[cfg(feature = "office")]
mod equation;
mod flat;
mod formula;
pub(crate) mod front_matter;
mod grid;
pub(crate) mod guard;
pub(crate) mod html;
mod html_closing;
mod html_form;
mod html_hidden;
mod html_list;
mod html_place;
mod html_signs;
mod html_styles;
mod html_table;
mod html_title;
pub(crate) mod html_tree;
mod kind;
mod link;
#[cfg(feature = "mail")]
pub(crate) mod mail;
pub(crate) mod markdown;
mod mathml;
mod mdx;
mod mixed;
#[cfg(feature = "office")]
mod number_format;
mod numerals;
mod old_machines;
mod ole;
mod package;
#[cfg(feature = "pdf")]
mod pdf;
#[cfg(feature = "pdf")]
mod pdf_attached;
#[cfg(feature = "pdf")]
mod pdf_beside;
#[cfg(feature = "pdf")]
mod pdf_check;
#[cfg(feature = "pdf")]
mod pdf_columns;
#[cfg(feature = "pdf")]
mod pdf_folio;
#[cfg(feature = "pdf")]
mod pdf_form;
#[cfg(feature = "pdf")]
mod pdf_found;
#[cfg(feature = "pdf")]
mod pdf_grid;
#[cfg(feature = "pdf")]
mod pdf_items;
#[cfg(feature = "pdf")]
mod pdf_layers;
#[cfg(feature = "pdf")]
mod pdf_lines;
#[cfg(feature = "pdf")]
mod pdf_marks;
#[cfg(feature = "pdf")]
mod pdf_notes;
#[cfg(feature = "pdf")]
mod pdf_page;
#[cfg(feature = "pdf")]
mod pdf_rows;
#[cfg(feature = "pdf")]
mod pdf_rules;
#[cfg(feature = "pdf")]
mod pdf_running;
#[cfg(feature = "pdf")]
mod pdf_sides;
#[cfg(feature = "pdf")]
mod pdf_source;
#[cfg(feature = "pdf")]
mod pdf_title;
#[cfg(feature = "pdf")]
mod pdf_turned;
mod placeholders;
pub(crate) mod plain;
#[cfg(feature = "office")]
mod pptx;
pub(crate) mod prose;
pub(crate) mod rows;
#[cfg(feature = "office")]
mod rtf;
#[cfg(feature = "office")]
mod sheet;
mod shortcode;
pub(crate) mod signs;
mod styled;
mod symbols;
pub(crate) mod table;
mod tag_words;
pub(crate) mod template_tags;
mod utf16;
mod utf7;
mod western;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub(crate) use aside::Aside;
pub(crate) use converted::{Attached, Converted};
pub(crate) use kind::{HEAD, Kind, is_media};
use markdown::Dialect;
use package::Package;

use super::job::{Job, Lane};
use super::ocr::{self, Scan};
use super::tree::ending;
use super::workers::{self, Task};
use super::{Limits, private_key, reason};

impl Converted {
    fn new(title: Option<String>, text: String, converter: &'static str) -> Self {
        let (aside, attached) = (Aside::default(), Vec::new());
        Self { title, text, kind: None, converter: converter.into(), is_verbatim: false, aside, attached }
    }
}

/// What a converter makes of a file.
pub(crate) struct Output {
    pub(crate) title: Option<String>,
    pub(crate) text: String,
    pub(crate) aside: Aside,
}

impl Output {
    fn of((title, text): (Option<String>, String)) -> Self {
        Self { title, text, aside: Aside::default() }
    }
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
    let Some(command) = &job.options().ocr else { return converted(file, bytes, job) };
    let Some(may_be) = ocr::May::be(&file.name, &bytes) else { return converted(file, bytes, job) };
    // What another program reads takes long: it is done beside the other files.
    let is_for_later = job.lane() == Lane::Quick;
    if is_for_later && may_be == ocr::May::Picture {
        return Err(job.put_off());
    }
    let scan = if is_for_later { None } else { Scan::new(command, &file.name, &bytes, job) };
    let tried = match may_be {
        ocr::May::Picture => Err(reason::MEDIA),
        ocr::May::Pdf => converted(file, bytes, job),
    };
    match (tried, scan) {
        (Err(reason::NO_TEXT), None) if is_for_later => Err(job.put_off()),
        (Err(reason::NO_TEXT | reason::MEDIA), Some(scan)) => {
            scan.text(job).map(|text| Converted::new(None, text, "ocr/1"))
        }
        (tried, _) => tried,
    }
}

fn converted(file: ConvertFile, bytes: Vec<u8>, job: &Job<'_>) -> Result<Converted, &'static str> {
    if is_plain(&file.name, &bytes) {
        return guard::guarded(|| file.run(bytes, job.limits()));
    }
    workers::run(file, bytes, job)
}

/// Whether a file is text that is read in one pass, in little more memory than it takes itself.
fn is_plain(name: &str, bytes: &[u8]) -> bool {
    // What an archive is, its directory tells, which may be of any size.
    let head = &bytes[..bytes.len().min(HEAD)];
    if head.trim_ascii_start().starts_with(b"PK") {
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
    let (output, converter) = match kind {
        Kind::Markdown | Kind::Text if begins_private_key(&bytes) => return Err(reason::PRIVATE_KEY),
        Kind::Markdown => return Ok(markdown_file(&plain::decoded(&bytes), ending(name) == "mdx")),
        Kind::Text => (plain::to_text(&bytes), "text/3"),
        #[cfg(feature = "html")]
        Kind::Html => (html::read(&html_tree::decoded(&bytes), limits)?, "html/6"),
        Kind::Csv => {
            let mut aside = Aside::default();
            let text = table::to_text(&plain::decoded(&bytes), name, &mut aside)?;
            (Output { title: None, text, aside }, "csv/4")
        }
        #[cfg(feature = "office")]
        Kind::Docx => (docx::to_text(bytes, limits, 0)?, "docx/5"),
        #[cfg(feature = "office")]
        Kind::Pptx => (pptx::to_text(bytes, limits)?, "pptx/3"),
        #[cfg(feature = "office")]
        Kind::Xlsx => (sheet::to_text(bytes, limits)?, "xlsx/4"),
        #[cfg(feature = "office")]
        Kind::Spreadsheet2003 => (sheet::xml2003::to_text(&bytes, limits)?, "xls/2"),
        #[cfg(feature = "html")]
        Kind::Epub => (epub::to_text(bytes, limits)?, "epub/2"),
        #[cfg(feature = "office")]
        Kind::Xls => (sheet::xls::to_text(&bytes, limits)?, "xls/2"),
        Kind::Media => return Err(reason::MEDIA),
        Kind::Encrypted => return Err(reason::ENCRYPTED),
        // An office file that is none is damaged; any other zip may hold anything.
        Kind::Zip if matches!(ending(name).as_str(), "docx" | "xlsx" | "pptx") => {
            return Err(reason::UNREADABLE);
        }
        Kind::Zip => return Err(reason::NESTED_ARCHIVE),
        #[cfg(feature = "mail")]
        Kind::Mail => return mail::to_text(&bytes, limits),
        Kind::OldWord => return Err(reason::OLD_WORD),
        Kind::OldPowerPoint => return Err(reason::OLD_POWERPOINT),
        Kind::Outlook => return Err(reason::OUTLOOK),
        #[cfg(feature = "pdf")]
        Kind::Pdf => (pdf::to_text(&bytes, limits)?, "pdf/6"),
        Kind::Mbox | Kind::Unknown => return Err(reason::UNKNOWN_KIND),
        #[cfg(not(feature = "html"))]
        Kind::Html | Kind::Epub => return Err(reason::NOT_SUPPORTED),
        #[cfg(not(feature = "mail"))]
        Kind::Mail => return Err(reason::NOT_SUPPORTED),
        #[cfg(not(feature = "office"))]
        Kind::Docx | Kind::Pptx | Kind::Xlsx | Kind::Xls | Kind::Spreadsheet2003 => {
            return Err(reason::NOT_SUPPORTED);
        }
        #[cfg(not(feature = "pdf"))]
        Kind::Pdf => return Err(reason::NOT_SUPPORTED),
    };
    let Output { title, text, aside } = output;
    Ok(Converted { aside, ..Converted::new(title, text, converter) })
}

fn begins_private_key(bytes: &[u8]) -> bool {
    private_key::begins(&plain::decoded(&bytes[..bytes.len().min(private_key::HEAD)]))
}

/// Documents within documents; one may hold itself.
#[cfg(feature = "office")]
const DEEPEST: usize = 3;

/// The text of a file that a document holds as if it were written there.
#[cfg(feature = "office")]
fn embedded(name: &str, bytes: Vec<u8>, limits: &Limits, depth: usize) -> Result<Output, &'static str> {
    if depth > DEEPEST {
        return Err(reason::NESTED_ARCHIVE);
    }
    if bytes.trim_ascii_start().starts_with(b"{\\rtf") {
        return Ok(Output::of((None, rtf::to_text(&bytes))));
    }
    match Kind::of(name, &bytes) {
        Kind::Docx => docx::to_text(bytes, limits, depth),
        kind => {
            let Converted { title, text, aside, .. } = convert_as(kind, name, bytes, limits)?;
            Ok(Output { title, text, aside })
        }
    }
}

/// Whether Markdown that is not named so has components: it uses what it imports.
fn imports_components(markdown: &str) -> bool {
    let names = markdown.lines().filter_map(|line| {
        let (names, from) = line.strip_prefix("import ")?.split_once(" from ")?;
        from.trim_start().starts_with(['"', '\'']).then_some(names)
    });
    let mut names = names.take(100).flat_map(|names| names.split(|c: char| !c.is_alphanumeric()));
    names.any(|name| name.starts_with(char::is_uppercase) && markdown.contains(&format!("<{name}")))
}

/// Markdown with what may stand before it: a title, a type, other facts.
fn markdown_file(markdown: &str, has_components: bool) -> Converted {
    let (facts, body) = front_matter::split(markdown);
    if facts.is_backup {
        // Something on the way may have made all line ends those of Windows: git, say.
        let is_converted = markdown.starts_with("---\r\n");
        let body = if is_converted { Cow::Owned(body.replace("\r\n", "\n")) } else { Cow::Borrowed(body) };
        // The lines that `twin kb export` puts around the text.
        let body = body.strip_prefix('\n').unwrap_or(&body);
        let text = body.strip_suffix('\n').unwrap_or(body).to_owned();
        let converted = Converted::new(facts.title, text, "backup/1");
        return Converted { kind: facts.kind, is_verbatim: true, ..converted };
    }
    let has_components = has_components || imports_components(body);
    let body = if has_components { Cow::Owned(mdx::without_components(body)) } else { Cow::Borrowed(body) };
    let body = directives::without_directives(&body);
    let body = template_tags::without_tags(&body);
    let (heading, text) = markdown::to_text(&body, Dialect::Common);
    // What stands within the text names a part of it, where the whole has a name.
    let title = match (heading, facts.title) {
        (Some(heading), Some(title)) if !(heading.is_top && heading.begins) => Some(title),
        (Some(heading), _) => Some(heading.text),
        (None, title) => title,
    };
    Converted { kind: facts.kind, ..Converted::new(title, text, "md/5") }
}

#[cfg(test)]
mod tests;
