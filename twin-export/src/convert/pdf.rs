//! PDF documents, page by page. Before anything is parsed, `pdf_check` looks for what the parser
//! would not survive.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use unpdf::Error;
use unpdf::model::{FieldType, FieldValue, FormField};
use unpdf::parser::LayoutAnalyzer;
use unpdf::parser::backend::{PageId, PdfBackend};

use super::super::text::tidy_line;
use super::super::{Limits, reason};
use super::pdf_check::check;
use super::pdf_form::Field;
use super::pdf_lines::{LINE_END, Words, without_ligatures};
use super::pdf_marks::once;
use super::pdf_page::Page;
use super::pdf_rows::Piece;
use super::pdf_running::{NEARBY, Sheet};
use super::pdf_source::Source;
use super::pdf_turned::Turn;
use super::{
    Aside, Output, pdf_attached, pdf_form, pdf_lines, pdf_notes, pdf_page, pdf_rows, pdf_rules, pdf_title,
};
use crate::remark;

/// The text of all pages. Protected by a password, damaged, or only pictures: the reason instead.
pub(super) fn to_text(bytes: &[u8], limits: &Limits) -> Result<Output, &'static str> {
    let may = check(bytes, limits)?;
    // Later than this nobody waits for the text.
    let deadline = Instant::now() + limits.conversion;
    let bytes = without_junk(bytes);
    let mut source = Source::open(bytes).map_err(|error| reason_of(&error))?;
    if may.have_layers {
        source = source.with_layers(bytes);
    }
    let core_title = pdf_title::core(source.metadata().title);
    let fields = source.acroform_fields();
    let mut aside = Aside::default();
    let is_filled_in = fields.iter().any(|field| field.field_type != FieldType::Signature);
    let forms = if is_filled_in { pdf_form::read(bytes) } else { BTreeMap::new() };
    let pages = Reader { source: &source, forms, deadline, aside: &mut aside }.pages();
    let count = source.pages().len();
    if source.has_hidden() {
        aside.remark(remark::HIDDEN_TEXT);
    }
    // Its memory is needed for the notes.
    drop(source);
    if may.have_files {
        pdf_attached::names(bytes).into_iter().for_each(|name| aside.skip(name, reason::EMBEDDED));
    }
    let mut notes = if may.have_notes { pdf_notes::read(bytes) } else { BTreeMap::new() };
    let words = Words::of(pages.iter().map(|(_, page)| page.text.as_str()));
    let heading = pages.iter().find_map(|(_, page)| page.heading.as_ref());
    let heading = heading.and_then(|(_, heading)| pdf_title::heading(&words.joined(heading)));
    let mut text = String::new();
    let mut pages = pages.into_iter().peekable();
    // What the page before ended within.
    let mut begun = String::new();
    while let Some((number, page)) = pages.next() {
        let page = begun + &page.text;
        let goes_on = |(_, next): &(u32, Page)| pdf_lines::goes_on(&page, &next.text);
        if !notes.contains_key(&number) && pages.peek().is_some_and(goes_on) {
            begun = page.trim_end().to_owned() + &LINE_END.to_string();
            continue;
        }
        begun = String::new();
        let page = words.joined(&page);
        text.push_str(&page);
        for note in notes.remove(&number).into_iter().flatten().filter(|note| !page.contains(note.as_str())) {
            text.push_str(&format!("Note: {note}\n\n"));
        }
    }
    let filled_in: Vec<String> = fields.iter().filter_map(|field| filled_in(field, &text)).collect();
    text.push_str(&filled_in.join("\n"));
    if text.trim().is_empty() {
        // Of a page that has text in strange fonts another program may read a picture.
        let is_page = |(part, why): &&(String, String)| why != reason::EMBEDDED && !part.contains(IN_FONT);
        let unread = aside.parts.iter().filter(is_page).count();
        return Err(if unread < count.max(1) { reason::NO_TEXT } else { reason::UNREADABLE });
    }
    Ok(Output { title: core_title.or(heading), text, aside })
}

/// Reads page by page, each beside those nearby.
struct Reader<'a> {
    source: &'a Source,
    forms: BTreeMap<u32, Vec<Field>>,
    deadline: Instant,
    aside: &'a mut Aside,
}

impl Reader<'_> {
    fn pages(mut self) -> Vec<(u32, Page)> {
        let ids = self.source.pages();
        let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let mut pages = Vec::with_capacity(ids.len().min(10_000));
        // The page that is read, what stands before it, and what follows.
        let mut before: VecDeque<Sheet> = VecDeque::new();
        let mut ahead: VecDeque<(Sheet, PageId)> = VecDeque::new();
        let mut rest = ids.into_iter();
        loop {
            while ahead.len() <= NEARBY {
                let Some((number, id)) = rest.next() else { break };
                match self.sheet(number, id) {
                    Ok(sheet) => ahead.push_back((sheet, id)),
                    Err(error) => self.aside.skip(format!("page {number}"), reason_of(&error)),
                }
            }
            let Some((mut sheet, id)) = ahead.pop_front() else { return pages };
            let nearby: Vec<&Sheet> = before.iter().chain(ahead.iter().map(|(sheet, _)| sheet)).collect();
            let running = sheet.running(&nearby, count);
            let number = sheet.number;
            let spans = std::mem::take(&mut sheet.spans);
            if !running.is_empty() {
                self.aside.remark(remark::HEADERS);
            }
            let kept = spans.into_iter().enumerate().filter(|(at, _)| running.binary_search(at).is_err());
            pages.push((number, self.page(number, id, kept.map(|(_, span)| span).collect())));
            before.push_back(sheet);
            if before.len() > NEARBY {
                before.pop_front();
            }
            if Instant::now() > self.deadline {
                self.aside.skip("its last pages", reason::TOO_SLOW);
                return pages;
            }
        }
    }

    fn sheet(&mut self, number: u32, id: PageId) -> Result<Sheet, Error> {
        let mut analyzer = LayoutAnalyzer::new(self.source);
        let mut spans = analyzer.extract_page_spans(number)?;
        // Fields that are filled in stand where the page is not turned.
        if !self.forms.contains_key(&number)
            && let Some(turn) = Turn::of(&spans, self.source.crop_box(id))
        {
            self.source.turn(id, turn);
            analyzer = LayoutAnalyzer::new(self.source);
            spans = analyzer.extract_page_spans(number)?;
        }
        // Codes of glyphs that nothing in the file gives a letter.
        for font in analyzer.unreadable_fonts() {
            let part = format!("page {number}{IN_FONT}{}", tidy_line(&font.name));
            self.aside.skip(part, reason::UNREADABLE);
        }
        analyzer.filter_spans_for_page(&mut spans, number);
        Ok(Sheet::of(number, spans, self.source.crop_box(id)))
    }

    fn page(&mut self, number: u32, id: PageId, spans: Vec<unpdf::parser::TextSpan>) -> Page {
        // A page with fields that are filled in is read as people see it: by places, each row a line.
        if let Some(fields) = self.forms.remove(&number).filter(|_| spans.len() <= MOST_SPANS) {
            let pieces = once(spans).into_iter().map(Piece::of).collect();
            let text = pdf_rows::text(&pdf_rows::rows(pdf_form::filled_in(pieces, fields)));
            return Page { text: without_ligatures(&text) + "\n\n", heading: None };
        }
        let rules = pdf_rules::read(self.source, id);
        pdf_page::read(self.source, spans, &rules)
    }
}

/// In the name of a part, between its page and its font.
const IN_FONT: &str = ": text in font ";

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
pub(super) mod tests {
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

    /// A file of such pages, in Helvetica.
    pub(in super::super) fn pages(contents: &[String], title: &str) -> Vec<u8> {
        let kids: Vec<String> = (0..contents.len()).map(|at| format!("{} 0 R", 5 + at * 2)).collect();
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), contents.len()),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
            format!("<< /Title ({title}) >>"),
        ];
        for (at, content) in contents.iter().enumerate() {
            objects.push(format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R /Resources << /Font << /F 3 0 R >> >> >>",
                6 + at * 2
            ));
            objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
        }
        file(&objects)
    }

    /// A text at a place, in a size.
    pub(in super::super) fn at(x: u32, y: u32, size: u32, text: &str) -> String {
        format!("BT /F {size} Tf {x} {y} Td ({text}) Tj ET ")
    }

    pub(in super::super) fn lines(y: u32, texts: &[&str]) -> String {
        texts.iter().zip(0..).map(|(text, index)| at(72, y - index * 14, 11, text)).collect()
    }

    fn read(content: &str) -> String {
        to_text(&pages(&[content.to_owned()], ""), &Limits::default()).unwrap().text.trim().to_owned()
    }

    #[test]
    fn bullets_without_a_code_of_their_own_are_bullets() {
        let page = lines(700, &["Rules", "\\177 No smoking", "\\177 No dogs", "Price: 5 \\225 6"]);
        assert_eq!(read(&page), "Rules\n\n• No smoking\n• No dogs\nPrice: 5 • 6");
    }

    #[test]
    fn lines_that_their_author_ended_stay_lines() {
        assert_eq!(read(&lines(700, &["Acme Ltd", "Dock 4", "0150 Oslo"])), "Acme Ltd\nDock 4\n0150 Oslo");
        let letter = [
            "The harbour office writes to every guest of the marina by the end of each long",
            "season, and it sends the letters in the years 2020-",
            "2025 as well.",
            "Yours sincerely,",
            "Ann Lee",
        ];
        assert_eq!(
            read(&lines(700, &letter)),
            letter.join(" ").replace("- 2025", "-2025").replace(". Y", ".\nY").replace(", Ann", ",\nAnn")
        );
    }

    #[test]
    fn a_value_at_the_other_end_of_a_line_stays_with_its_label() {
        let page =
            at(72, 700, 11, "Amount due") + &at(480, 700, 11, "92.50") + &lines(660, &["Pay before June."]);
        assert_eq!(read(&page), "Amount due 92.50\nPay before June.");
    }

    #[test]
    fn a_table_stands_between_its_paragraphs_and_covered_places_say_what_covers_them() {
        let rules = "200 600 m 440 600 l 200 580 m 440 580 l 280 560 m 440 560 l 200 540 m 440 540 l \
            200 600 m 200 540 l 280 600 m 280 540 l 360 580 m 360 540 l 440 600 m 440 540 l S ";
        let cells =
            [(210, 586, "Site"), (330, 586, "Days"), (210, 566, "Oslo"), (290, 566, "9"), (370, 566, "10")];
        let below = [(290, 546, "11"), (370, 546, "12")];
        let cells: String = cells.iter().chain(&below).map(|(x, y, text)| at(*x, *y, 11, text)).collect();
        let page = at(72, 620, 11, "Above.") + rules + &cells + &at(72, 515, 11, "Below.");
        assert_eq!(read(&page), "Above.\n\nSite | Days | Days\nOslo | 9 | 10\nOslo | 11 | 12\n\nBelow.");
    }

    #[test]
    fn a_bill_stands_between_what_is_above_and_below_it() {
        let mut page = at(72, 760, 11, "ACME Ltd") + &at(300, 760, 11, "Invoice 17");
        page += &(at(72, 746, 11, "Dock 4") + &at(300, 746, 11, "5 March 2024"));
        page += &(at(72, 732, 11, "Oslo") + &at(300, 732, 11, "Due in May"));
        let rows =
            [("Item", "Qty", "Sum"), ("Bolts", "10", "112.00"), ("Rope", "", "5.00"), ("All", "", "117.00")];
        for (row, y) in rows.iter().zip([690, 672, 654, 636]) {
            for (text, end) in [(row.1, 300), (row.2, 400)].into_iter().filter(|(text, _)| !text.is_empty()) {
                page += &at(end - text.len() as u32 * 6, y, 11, text);
            }
            page += &at(72, y, 11, row.0);
        }
        let text = read(&(page + &at(72, 600, 11, "Please pay within 14 days to the harbour office.")));
        assert!(text.find("Item") < text.find("Please pay"), "{text}");
        assert!(text.ends_with("Please pay within 14 days to the harbour office."), "{text}");
    }

    #[test]
    fn words_cut_at_the_end_of_a_page_are_joined() {
        let page = |lines_of: &[&str]| lines(700, lines_of);
        let first = page(&["Boats are moored where the harbour office tells them to be, along the ware-"]);
        let second = page(&["house or at the pier."]);
        let text = to_text(&pages(&[first, second], ""), &Limits::default()).unwrap().text;
        assert!(text.contains("along the warehouse or at the pier."), "{text}");
    }

    #[test]
    fn a_page_is_read_whole_though_the_next_is_the_same_but_for_a_number() {
        let page = |number: u32| {
            let texts = ["Training certificate", &format!("Name: Person {number}"), "", "Valid until 2026"];
            lines(800, &texts)
        };
        let text = to_text(&pages(&[page(1), page(2), page(3)], ""), &Limits::default()).unwrap().text;
        for number in 1..=3 {
            assert!(text.contains(&format!("Training certificate\nName: Person {number}")), "{text}");
        }
        let same = pages(
            &[lines(800, &["Fire notice", "Call 112."]), lines(800, &["Fire notice", "Call 112."])],
            "",
        );
        assert_eq!(to_text(&same, &Limits::default()).unwrap().text.matches("Fire notice").count(), 2);
    }

    #[test]
    fn what_runs_on_every_page_is_left_out_and_the_file_is_called_by_its_title() {
        let page = |number: u32| {
            at(72, 810, 8, "ACME Handbook")
                + &at(72, 740, 20, &format!("Part {number} of the harbour"))
                + &lines(700, &["Boats pay in May.", "Guests pay in June.", "Nobody pays twice.", "All pay."])
                + &at(72, 30, 8, &format!("Page {number} of 2"))
        };
        let of = |title: &str| to_text(&pages(&[page(1), page(2)], title), &Limits::default()).unwrap();
        let output = of("untitled");
        assert!(!output.text.contains("ACME") && !output.text.contains("Page"), "{}", output.text);
        assert_eq!(output.aside.remarks, [remark::HEADERS]);
        assert_eq!(output.title.as_deref(), Some("Part 1 of the harbour"));
        assert_eq!(of("Harbour rules").title.as_deref(), Some("Harbour rules"));
    }

    pub(in super::super) fn file(objects: &[String]) -> Vec<u8> {
        let mut pdf = "%PDF-1.4\n".to_owned();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
        for (index, object) in objects.iter().enumerate() {
            table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
            pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
        }
        let start = pdf.len();
        pdf.push_str(&format!(
            "{table}trailer << /Size {} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF\n",
            objects.len() + 1
        ));
        pdf.into_bytes()
    }
}
