//! PDF documents, page by page. Before anything is parsed, `pdf_check` looks for what the parser
//! would not survive.

use std::ops::ControlFlow;

use unpdf::model::Block;
use unpdf::{Error, PageStreamOptions, ParseEvent, ParseOptions, PdfParser};

use super::super::{Limits, reason};
use super::guard::Pulse;
use super::pdf_check::check;
use super::rows::table_row;

/// The text of all pages. Protected by a password, damaged, or only pictures: the reason instead.
pub(super) fn to_text(bytes: &[u8], limits: &Limits, pulse: &Pulse) -> Result<String, &'static str> {
    check(bytes, limits)?;
    let options = ParseOptions::new().lenient().sequential();
    let parser = PdfParser::from_bytes_with_options(bytes, options).map_err(|error| reason_of(&error))?;
    let mut text = String::new();
    let options = PageStreamOptions { parallel: false, ..PageStreamOptions::default() };
    let read = parser.for_each_page(options, |event| {
        if let ParseEvent::PageParsed(page) = event {
            page.elements.iter().for_each(|block| push(&mut text, block));
        }
        if pulse.beat() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
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

fn reason_of(error: &Error) -> &'static str {
    match error {
        Error::Encrypted | Error::InvalidPassword => reason::ENCRYPTED,
        _ => reason::UNREADABLE,
    }
}
