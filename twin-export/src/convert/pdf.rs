//! PDF documents, page by page. Before anything is parsed, `pdf_check` looks for what the parser
//! would not survive.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

use unpdf::model::{Block, FieldType, FieldValue, FormField, InlineContent, Paragraph, TableCell};
use unpdf::parser::LayoutAnalyzer;
use unpdf::parser::backend::RawBackend;
use unpdf::{Error, PageStreamOptions, ParseEvent, ParseOptions, PdfParser};

use super::super::text::tidy_line;
use super::super::{Limits, reason};
use super::link::says_nothing;
use super::pdf_check::check;
use super::pdf_lines::{Words, without_ligatures};
use super::pdf_rows::Piece;
use super::rows::table_row;
use super::styled::{Look, Styled};
use super::{Aside, Output, pdf_form, pdf_notes, pdf_rows};

/// The text of all pages. Protected by a password, damaged, or only pictures: the reason instead.
pub(super) fn to_text(bytes: &[u8], limits: &Limits) -> Result<Output, &'static str> {
    let has_notes = check(bytes, limits)?;
    // Later than this nobody waits for the text.
    let deadline = Instant::now() + limits.conversion;
    let bytes = without_junk(bytes);
    let options = ParseOptions::new().lenient().sequential();
    let parser = PdfParser::from_bytes_with_options(bytes, options).map_err(|error| reason_of(&error))?;
    let mut pages: Vec<(u32, String)> = Vec::new();
    let mut aside = Aside::default();
    let mut fields = Vec::new();
    let mut is_late = false;
    let options = PageStreamOptions { parallel: false, ..PageStreamOptions::default() };
    let read = parser.for_each_page(options, |event| {
        match event {
            ParseEvent::DocumentStart { form_fields, .. } => fields = form_fields,
            ParseEvent::PageParsed(page) => {
                let mut text = String::new();
                page.elements.iter().for_each(|block| push(&mut text, block));
                pages.push((page.number, without_ligatures(&text)));
            }
            ParseEvent::PageFailed { page, error } => aside.skip(format!("page {page}"), reason_of(&error)),
            _ => {}
        }
        if Instant::now() < deadline {
            return ControlFlow::Continue(());
        }
        is_late = true;
        ControlFlow::Break(())
    });
    // Its memory is needed for the notes.
    drop(parser);
    let mut notes = if has_notes { pdf_notes::read(bytes) } else { Default::default() };
    if fields.iter().any(|field| field.field_type != FieldType::Signature) {
        let forms = form_pages(bytes, deadline);
        for (number, page) in &mut pages {
            if let Some(text) = forms.get(number) {
                *page = without_ligatures(text) + "\n\n";
            }
        }
    }
    let words = Words::of(pages.iter().map(|(_, page)| page.as_str()));
    let mut text = String::new();
    for (number, page) in pages {
        let page = words.joined(&page);
        text.push_str(&page);
        for note in notes.remove(&number).into_iter().flatten().filter(|note| !page.contains(note.as_str())) {
            text.push_str(&format!("Note: {note}\n\n"));
        }
    }
    let filled_in: Vec<String> = fields.iter().filter_map(|field| filled_in(field, &text)).collect();
    text.push_str(&filled_in.join("\n"));
    match read {
        Err(error) if text.trim().is_empty() => Err(reason_of(&error)),
        _ if text.trim().is_empty() => Err(reason::NO_TEXT),
        Err(_) => {
            aside.skip("its last pages", reason::CUT_SHORT);
            Ok(Output { title: None, text, aside })
        }
        Ok(_) => {
            if is_late {
                aside.skip("its last pages", reason::TOO_SLOW);
            }
            Ok(Output { title: None, text, aside })
        }
    }
}

/// The pages with fields that are filled in, as people see them: by places, each row a line.
fn form_pages(bytes: &[u8], deadline: Instant) -> BTreeMap<u32, String> {
    let mut pages = BTreeMap::new();
    let fields = pdf_form::read(bytes);
    if fields.is_empty() {
        return pages;
    }
    let Ok(backend) = RawBackend::load_bytes(bytes) else { return pages };
    let analyzer = LayoutAnalyzer::new(&backend);
    for (number, fields) in fields {
        if Instant::now() > deadline {
            break;
        }
        let Ok(mut spans) = analyzer.extract_page_spans(number) else { continue };
        if spans.len() > MOST_SPANS {
            continue;
        }
        analyzer.filter_spans_for_page(&mut spans, number);
        let pieces = spans.into_iter().map(Piece::of).collect();
        pages.insert(number, pdf_rows::text(&pdf_rows::rows(pdf_form::filled_in(pieces, fields))));
    }
    pages
}

/// No form that people fill in has more pieces of text on a page.
const MOST_SPANS: usize = 20_000;

/// Some programs put a line break, or a whole mail's header, before the file.
fn without_junk(bytes: &[u8]) -> &[u8] {
    let head = &bytes[..bytes.len().min(MOST_JUNK)];
    let start = head.windows(5).position(|window| window == b"%PDF-");
    start.map_or(bytes, |start| &bytes[start..])
}

/// Where the file must have begun.
const MOST_JUNK: usize = 1024 + 5;

fn push(text: &mut String, block: &Block) {
    match block {
        Block::Table(table) => {
            for row in &table.rows {
                let cells: Vec<String> = row.cells.iter().map(TableCell::plain_text).collect();
                text.push_str(&table_row(&cells));
                text.push('\n');
            }
        }
        Block::Paragraph(paragraph) => text.push_str(&said(paragraph)),
        _ => block.append_plain_text(text),
    }
    text.push_str("\n\n");
}

/// A paragraph with its powers, struck words and the addresses that a label hides.
fn said(paragraph: &Paragraph) -> String {
    let mut styled = Styled::default();
    let mut plain = String::new();
    for content in &paragraph.content {
        match content {
            InlineContent::Text(run) => {
                let look = Look { raised: run.style.superscript, struck: run.style.strikethrough };
                styled.push(look, &run.text);
                plain.push_str(&run.text);
            }
            InlineContent::LineBreak => {
                styled.push(Look::default(), "\n");
                plain.push('\n');
            }
            InlineContent::Link { text, url, .. } => {
                styled.push(Look::default(), text);
                plain.push_str(text);
                if says_nothing(text.trim()) && !text.trim().is_empty() && url.starts_with("http") {
                    styled.push(Look::default(), &format!(" ({url})"));
                }
            }
            InlineContent::Image { alt_text, .. } => {
                let text = alt_text.as_deref().unwrap_or_default();
                styled.push(Look::default(), text);
                plain.push_str(text);
            }
        }
    }
    // The marker of an item is known to the parser alone.
    let whole = paragraph.plain_text();
    let marker = whole.strip_suffix(plain.as_str()).unwrap_or_default();
    format!("{marker}{}", styled.take())
}

/// What somebody wrote into a form; a page shows it apart from its own text.
fn filled_in(field: &FormField, text: &str) -> Option<String> {
    let value = match field.value.as_ref()? {
        FieldValue::Text(value) | FieldValue::Choice(value) => tidy_line(value),
        FieldValue::Choices(values) => tidy_line(&values.join(", ")),
        FieldValue::Boolean(_) => return None,
    };
    // Programs name fields `form[0].page[0].city[0]`.
    let name = field.name.rsplit('.').next().and_then(|name| name.split('[').next()).unwrap_or_default();
    match tidy_line(name) {
        _ if value.is_empty() || text.contains(&value) => None,
        name if name.is_empty() => Some(value),
        name => Some(format!("{name}: {value}")),
    }
}

fn reason_of(error: &Error) -> &'static str {
    match error {
        Error::Encrypted | Error::InvalidPassword => reason::ENCRYPTED,
        _ => reason::UNREADABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_stand_beside_their_words() {
        let field =
            |rect: &str, rest: &str| format!("<< /Type /Annot /Subtype /Widget /Rect [{rect}] {rest} >>");
        let shown = "BT /F 12 Tf 100 700 Td (Helmet worn) Tj 0 -100 Td (Gloves worn) Tj 0 -30 Td (Name:) Tj 0 -30 Td (Shift:) Tj ET";
        let looks = |name: &str| format!("/AP << /N << /{name} 5 0 R /Off 5 0 R >> >>");
        let fields = [
            field("72 695 90 713", &format!("/FT /Btn /T (h) /AS /Yes {}", looks("Yes"))),
            field("72 595 90 613", &format!("/FT /Btn /T (g) /AS /Off {}", looks("Yes"))),
            field("150 565 250 583", "/FT /Tx /T (n) /V (K. Lund)"),
            field("150 535 168 553", &format!("/FT /Btn /Ff 32768 /T (r) /AS /night {}", looks("night"))),
            field("200 535 218 553", &format!("/FT /Btn /Ff 32768 /T (r2) /AS /Off {}", looks("day"))),
        ];
        let numbers: Vec<String> = (6..6 + fields.len()).map(|number| format!("{number} 0 R")).collect();
        let numbers = numbers.join(" ");
        let mut objects = vec![
            format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{numbers}] >> >>"),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [{numbers}] /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            ),
            format!("<< /Length {} >>\nstream\n{shown}\nendstream", shown.len()),
            "<< /Length 0 /Type /XObject /Subtype /Form /BBox [0 0 9 9] >>\nstream\n\nendstream".to_owned(),
        ];
        objects.extend(fields);
        let text = to_text(&file(&objects), &Limits::default()).unwrap().text;
        assert_eq!(
            text.trim(),
            "[x] Helmet worn\n\n[ ] Gloves worn\n\nName: K. Lund\n\nShift: [x] night [ ] day"
        );
    }

    #[test]
    fn what_was_written_into_a_form_is_read() {
        let field = "<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 0 9 9]";
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R 5 0 R] >> >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Annots [4 0 R 5 0 R] >>".to_owned(),
            format!("{field} /T (form[0].city[0]) /V (Porto) >>"),
            format!("{field} /T (note) >>"),
        ];
        assert_eq!(to_text(&file(&objects), &Limits::default()).unwrap().text.trim(), "city: Porto");
    }

    fn file(objects: &[String]) -> Vec<u8> {
        let mut pdf = "%PDF-1.4\n".to_owned();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
        for (index, object) in objects.iter().enumerate() {
            table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
            pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
        }
        let start = pdf.len();
        pdf.push_str(&format!(
            "{table}trailer << /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
            objects.len() + 1
        ));
        pdf.into_bytes()
    }
}
