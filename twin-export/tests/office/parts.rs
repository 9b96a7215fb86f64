//! Files put together from their parts: what stands in a part of its own, or is only referred to, is read where it is
//! shown.

use std::io::{Cursor, Write};

use twin_export::{Limits, from_bytes};
use zip::write::SimpleFileOptions;

fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn read(name: &str, bytes: Vec<u8>) -> Result<String, String> {
    match from_bytes(name, bytes, &Limits::default()) {
        Ok(document) => Ok(document.text),
        Err(skipped) => Err(format!("{skipped:?}")),
    }
}

fn book(page: &str, more: &[(&str, &str)]) -> Result<String, String> {
    let page = format!("<html xmlns:epub=\"http://www.idpf.org/2007/ops\">{page}</html>");
    let mut parts = vec![
        (
            "META-INF/container.xml",
            "<container><rootfiles><rootfile full-path=\"OE /c.opf\"/></rootfiles></container>",
        ),
        (
            "OE /c.opf",
            "<package><manifest><item id=\"a\" href=\"t/a%20b.xhtml\"/><item id=\"b\" href=\"b.xhtml\"/></manifest><spine><itemref idref=\"a\"/><itemref idref=\"b\"/></spine></package>",
        ),
        ("OE /t/a b.xhtml", &page),
        ("OE /b.xhtml", "<html><body></body></html>"),
    ];
    parts.extend(more);
    read("book.epub", zip(&parts))
}

#[test]
fn a_locked_book_is_skipped_and_one_with_disguised_fonts_is_read() {
    let list = |method: &str, part: &str| {
        format!(
            "<encryption><e:EncryptedData xmlns:e=\"x\"><e:EncryptionMethod Algorithm=\"{method}\"/><e:CipherData><e:CipherReference URI=\"{part}\"/></e:CipherData></e:EncryptedData></encryption>"
        )
    };
    let locked = list("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OE%20/t/a%20b.xhtml");
    let error = book("<p>gibberish</p>", &[("META-INF/encryption.xml", &locked)]).unwrap_err();
    assert!(error.contains("encrypted"), "{error}");
    let fonts = list("http://www.idpf.org/2008/embedding", "OE%20/f.otf");
    assert_eq!(book("<p>Words</p>", &[("META-INF/encryption.xml", &fonts)]).unwrap(), "Words");
}

#[test]
fn the_style_sheets_of_a_book_count_and_its_notes_are_read() {
    let page = "<head><link rel='stylesheet' href='../s%20s.css'/><link rel='alternate stylesheet' href='../n.css'/></head>\
        <body><p>10<i class='sup'>6</i> litres, <b class='st'>40</b> 55<a epub:type='noteref' href='#n'>1</a>.<i class='h'>gone</i></p>\
        <aside epub:type='footnote' id='n' hidden='hidden'><p>About ten.</p></aside></body>";
    let sheet = ".st{text-decoration:line-through} .sup{vertical-align:super} .h{display:none}";
    let text = book(page, &[("OE /s s.css", sheet), ("OE /n.css", "p{display:none}")]).unwrap();
    assert_eq!(text, "10⁶ litres, ~~40~~ 55[1].\n\nAbout ten.");
}

fn word_2003(body: &str) -> String {
    let xml = format!(
        "<?xml version=\"1.0\"?><w:wordDocument xmlns:w=\"http://schemas.microsoft.com/office/word/2003/wordml\"><w:body>{body}</w:body></w:wordDocument>"
    );
    read("old.doc", xml.into_bytes()).unwrap()
}

fn run(text: &str) -> String {
    format!("<w:r><w:t>{text}</w:t></w:r>")
}

#[test]
fn notes_and_comments_within_the_text_do_not_cut_it() {
    let note = |kind: &str, text: &str| {
        format!(
            "<w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:{kind}><w:p><w:r><w:{kind}Ref/></w:r>{}</w:p></w:{kind}></w:r>",
            run(text)
        )
    };
    let comment = format!(
        "<w:r><aml:annotation w:type=\"Word.Comment\"><aml:content><w:p>{}</w:p></aml:content></aml:annotation></w:r>",
        run("I think 50")
    );
    let deleted = format!(
        "<aml:annotation w:type=\"Word.Deletion\"><aml:content>{}</aml:content></aml:annotation>",
        run("gone")
    );
    let body = format!(
        "<w:p>{}{}{}{}{}{deleted}</w:p><w:p>{}{}</w:p>",
        run("Sold 10"),
        note("footnote", " Foot words"),
        run(" boxes"),
        comment,
        run(" in May."),
        run("All"),
        note("endnote", " End words")
    ) + &format!("<w:p>{}{}</w:p>", run("More"), note("footnote", " Other words"));
    assert_eq!(
        word_2003(&body),
        "Sold 10[1] boxes in May.\n\nAll[3]\n\nMore[2]\n\n[1] Foot words\n\n[3] End words\n\n[2] Other words"
    );
}

#[test]
fn merged_cells_and_links_of_word_2003_are_read() {
    let cell =
        |merge: &str, text: &str| format!("<w:tc><w:tcPr>{merge}</w:tcPr><w:p>{}</w:p></w:tc>", run(text));
    let rows = [
        cell("<w:vmerge w:val=\"restart\"/>", "North") + &cell("", "Jan 10"),
        cell("<w:vmerge/>", "") + &cell("", "Feb 20"),
    ];
    let rows: String = rows.iter().map(|row| format!("<w:tr>{row}</w:tr>")).collect();
    let body = format!(
        "<w:tbl>{rows}</w:tbl><w:p><w:hlink w:dest=\"https://e.org\">{}</w:hlink></w:p>",
        run("here")
    );
    assert_eq!(word_2003(&body), "North | Jan 10\nNorth | Feb 20\n\nhere (https://e.org)");
}

const DRAWN: &str = "<c:userShapes><cdr:relSizeAnchor><cdr:sp><cdr:txBody><a:p><a:r><a:t>Record</a:t></a:r></a:p></cdr:txBody></cdr:sp></cdr:relSizeAnchor></c:userShapes>";
const DRAWN_BY: &str = "<Relationships><Relationship Id=\"u\" Type=\"x/chartUserShapes\" Target=\"../drawings/drawing9.xml\"/></Relationships>";

fn chart(name: &str) -> String {
    let values = "<c:numCache><c:pt idx=\"0\"><c:v>7</c:v></c:pt></c:numCache>";
    format!(
        "<c:chartSpace><c:chart><c:ser><c:tx>{name}</c:tx><c:val><c:numRef><c:f>Data!$B$1</c:f>{values}</c:numRef></c:val></c:ser></c:chart><c:userShapes r:id=\"u\"/></c:chartSpace>"
    )
}

#[test]
fn what_is_drawn_on_a_chart_is_read() {
    let parts = [
        (
            "_rels/.rels",
            "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"word/document.xml\"/></Relationships>",
        ),
        (
            "word/_rels/document.xml.rels",
            "<Relationships><Relationship Id=\"c\" Type=\"x/chart\" Target=\"charts/chart1.xml\"/></Relationships>",
        ),
        (
            "word/document.xml",
            "<w:document><w:body><w:p><w:r><w:drawing><c:chart r:id=\"c\"/></w:drawing></w:r></w:p></w:body></w:document>",
        ),
        ("word/charts/chart1.xml", &chart("<c:v>Sales</c:v>")),
        ("word/charts/_rels/chart1.xml.rels", DRAWN_BY),
        ("word/drawings/drawing9.xml", DRAWN),
    ];
    assert_eq!(read("a.docx", zip(&parts)).unwrap(), "Category | Sales\n1 | 7\n\nRecord");
}

fn workbook(name: &str, data_is_hidden: bool) -> String {
    let hidden = if data_is_hidden { "state=\"hidden\"" } else { "" };
    let parts = [
        (
            "_rels/.rels",
            "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            &format!(
                "<workbook><sheets><sheet name=\"Board\" r:id=\"s1\"/><sheet name=\"Data\" r:id=\"s2\" {hidden}/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"s1\" Type=\"x/worksheet\" Target=\"s1.xml\"/><Relationship Id=\"s2\" Type=\"x/worksheet\" Target=\"s2.xml\"/></Relationships>",
        ),
        (
            "xl/s1.xml",
            "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>Board</v></c></row></sheetData><drawing r:id=\"d\"/></worksheet>",
        ),
        (
            "xl/_rels/s1.xml.rels",
            "<Relationships><Relationship Id=\"d\" Type=\"x/drawing\" Target=\"drawings/drawing1.xml\"/></Relationships>",
        ),
        (
            "xl/s2.xml",
            "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>Sales</v></c><c r=\"B1\"><v>7</v></c></row></sheetData></worksheet>",
        ),
        (
            "xl/drawings/drawing1.xml",
            "<xdr:wsDr><xdr:graphicFrame><c:chart r:id=\"c\"/></xdr:graphicFrame></xdr:wsDr>",
        ),
        (
            "xl/drawings/_rels/drawing1.xml.rels",
            "<Relationships><Relationship Id=\"c\" Type=\"x/chart\" Target=\"../charts/chart1.xml\"/></Relationships>",
        ),
        ("xl/charts/chart1.xml", &chart(name)),
        ("xl/charts/_rels/chart1.xml.rels", DRAWN_BY),
        ("xl/drawings/drawing9.xml", DRAWN),
    ];
    read("a.xlsx", zip(&parts)).unwrap()
}

#[test]
fn a_chart_says_what_no_cell_of_the_text_says() {
    let from_cell = "<c:strRef><c:f>Data!$A$1</c:f><c:strCache><c:pt idx=\"0\"><c:v>Sales</c:v></c:pt></c:strCache></c:strRef>";
    assert_eq!(workbook(from_cell, false), "Board\n\nBoard\n\nRecord\n\nData\n\nSales | 7");
    assert_eq!(workbook(from_cell, true), "Board\n\nBoard\n\nCategory | Sales\n1 | 7\n\nRecord");
    let typed = workbook("<c:v>Net sales</c:v>", false);
    assert!(typed.contains("Category | Net sales\n1 | 7"), "{typed}");
}

#[test]
fn a_slides_number_is_read_within_a_sentence_and_nowhere_else() {
    let number = "<a:fld type=\"slidenum\"><a:t>‹#›</a:t></a:fld>";
    let text = |inner: &str| format!("<p:sp><p:txBody><a:p>{inner}</a:p></p:txBody></p:sp>");
    let shapes = text(&format!("<a:r><a:t>See slide </a:t></a:r>{number}<a:r><a:t> again</a:t></a:r>"))
        + &text(number);
    let parts = [
        (
            "_rels/.rels",
            "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"ppt/presentation.xml\"/></Relationships>",
        ),
        (
            "ppt/presentation.xml",
            "<p:presentation><p:sldIdLst><p:sldId r:id=\"s\"/></p:sldIdLst></p:presentation>",
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            "<Relationships><Relationship Id=\"s\" Type=\"x/slide\" Target=\"slides/slide1.xml\"/></Relationships>",
        ),
        ("ppt/slides/slide1.xml", &format!("<p:sld><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>")),
    ];
    assert_eq!(read("a.pptx", zip(&parts)).unwrap(), "See slide 1 again");
}
