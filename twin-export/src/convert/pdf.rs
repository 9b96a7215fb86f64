//! PDF documents, page by page. Before anything is parsed, `pdf_check` looks for what the parser
//! would not survive.

use std::ops::ControlFlow;
use std::time::Instant;

use unpdf::model::{Block, FieldValue, FormField};
use unpdf::{Error, PageStreamOptions, ParseEvent, ParseOptions, PdfParser};

use super::super::text::tidy_line;
use super::super::{Limits, reason};
use super::pdf_check::check;
use super::rows::table_row;

/// The text of all pages. Protected by a password, damaged, or only pictures: the reason instead.
pub(super) fn to_text(bytes: &[u8], limits: &Limits) -> Result<String, &'static str> {
    check(bytes, limits)?;
    // Later than this nobody waits for the text.
    let deadline = Instant::now() + limits.conversion;
    let options = ParseOptions::new().lenient().sequential();
    let parser = PdfParser::from_bytes_with_options(bytes, options).map_err(|error| reason_of(&error))?;
    let mut text = String::new();
    let mut fields = Vec::new();
    let options = PageStreamOptions { parallel: false, ..PageStreamOptions::default() };
    let read = parser.for_each_page(options, |event| {
        match event {
            ParseEvent::DocumentStart { form_fields, .. } => fields = form_fields,
            ParseEvent::PageParsed(page) => page.elements.iter().for_each(|block| push(&mut text, block)),
            _ => {}
        }
        if Instant::now() < deadline { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let filled_in: Vec<String> = fields.iter().filter_map(|field| filled_in(field, &text)).collect();
    text.push_str(&filled_in.join("\n"));
    match read {
        Err(error) if text.is_empty() => Err(reason_of(&error)),
        _ if text.trim().is_empty() => Err(reason::NO_TEXT),
        _ => Ok(text),
    }
}

fn push(text: &mut String, block: &Block) {
    if let Block::Table(table) = block {
        for row in &table.rows {
            let cells: Vec<String> = row.cells.iter().map(unpdf::model::TableCell::plain_text).collect();
            text.push_str(&table_row(&cells));
            text.push('\n');
        }
    } else {
        block.append_plain_text(text);
    }
    text.push_str("\n\n");
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
    fn what_was_written_into_a_form_is_read() {
        let field = "<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 0 9 9]";
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R 5 0 R] >> >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Annots [4 0 R 5 0 R] >>".to_owned(),
            format!("{field} /T (form[0].city[0]) /V (Porto) >>"),
            format!("{field} /T (note) >>"),
        ];
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
        assert_eq!(to_text(pdf.as_bytes(), &Limits::default()).unwrap(), "city: Porto");
    }
}
