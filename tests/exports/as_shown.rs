//! What a program shows beside plain words, and under which keys: each in the smallest file that has it.

use std::fs::{self, File};
use std::io::Write;

use twin_export::reason;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::workshop::{Workshop, keys, read_one, skipped};

fn docx(workshop: &Workshop, body: &str) -> String {
    let document = format!("<w:document><w:body>{body}</w:body></w:document>");
    let docx = workshop.zip("x.docx", &[("word/document.xml", document.as_bytes())]);
    let (documents, _) = read_one(&docx);
    documents[0].text.clone()
}

#[test]
fn a_large_first_letter_begins_its_word_and_deleted_rows_are_gone() {
    let workshop = Workshop::new();
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let body = format!(
        "<w:p><w:pPr><w:framePr w:dropCap=\"drop\"/></w:pPr><w:r><w:t>D</w:t></w:r></w:p>\
         <w:p><w:r><w:t>rop by.</w:t></w:r></w:p>\
         <w:tbl><w:tr>{}{}</w:tr><w:tr><w:trPr><w:del w:id=\"1\"/></w:trPr>{}{}</w:tr></w:tbl>",
        cell("Pump"),
        cell("5"),
        cell("Hose"),
        cell("6"),
    );
    assert_eq!(docx(&workshop, &body), "Drop by.\n\nPump | 5");
}

#[test]
fn text_whose_end_was_deleted_goes_on_in_no_other_cell() {
    let workshop = Workshop::new();
    let open = "<w:p><w:pPr><w:rPr><w:del w:id=\"1\"/></w:rPr></w:pPr><w:r><w:t>Pump</w:t></w:r></w:p>";
    let next = "<w:tc><w:p><w:r><w:t>5</w:t></w:r></w:p></w:tc>";
    let body = format!("{open}<w:tbl><w:tr><w:tc>{open}</w:tc>{next}</w:tr></w:tbl>");
    assert_eq!(docx(&workshop, &body), "Pump\n\nPump | 5");
}

#[test]
fn boxes_and_lists_on_a_sheet_say_what_is_chosen_without_drawings_of_the_oldest_kind() {
    const KIND: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = |of: &[(&str, &str, &str)]| {
        let one = |(id, kind, target): &(&str, &str, &str)| {
            format!("<Relationship Id=\"{id}\" Type=\"{KIND}/{kind}\" Target=\"{target}\"/>")
        };
        format!("<Relationships>{}</Relationships>", of.iter().map(one).collect::<String>())
    };
    let text = |place: &str, text: &str| format!("<c r=\"{place}\" t=\"str\"><v>{text}</v></c>");
    let sheet = format!(
        "<worksheet><sheetData><row r=\"1\">{}{}</row><row r=\"2\">{}</row></sheetData><drawing r:id=\"d\"/>\
         <controls><control shapeId=\"7\" r:id=\"c7\"/><control shapeId=\"8\" r:id=\"c8\"/><control shapeId=\"9\" r:id=\"c9\"/></controls></worksheet>",
        text("A1", "Order"),
        text("E1", "Oslo"),
        text("E2", "Bergen"),
    );
    let list = format!(
        "<worksheet><sheetData><row r=\"1\">{}{}</row></sheetData></worksheet>",
        text("A1", "red"),
        text("B1", "green")
    );
    let book = "<workbook><sheets><sheet name=\"F\" r:id=\"s1\"/><sheet name=\"My lists\" r:id=\"s2\" state=\"hidden\"/></sheets>\
        <definedNames><definedName name=\"Colours\">'My lists'!$A$1:$B$1</definedName></definedNames></workbook>";
    let drawing = "<xdr:wsDr><xdr:twoCellAnchor><xdr:sp><xdr:nvSpPr><xdr:cNvPr id=\"7\" name=\"Box\"/></xdr:nvSpPr>\
        <xdr:txBody><a:p><a:r><a:t>I agree</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>";
    let workshop = Workshop::new();
    let files: [(&str, String); 9] = [
        ("xl/workbook.xml", book.to_owned()),
        (
            "xl/_rels/workbook.xml.rels",
            relations(&[("s1", "worksheet", "worksheets/a.xml"), ("s2", "worksheet", "worksheets/b.xml")]),
        ),
        ("xl/worksheets/a.xml", sheet),
        ("xl/worksheets/b.xml", list),
        (
            "xl/worksheets/_rels/a.xml.rels",
            relations(&[
                ("d", "drawing", "../drawings/d.xml"),
                ("c7", "ctrlProp", "../ctrlProps/7.xml"),
                ("c8", "ctrlProp", "../ctrlProps/8.xml"),
                ("c9", "ctrlProp", "../ctrlProps/9.xml"),
            ]),
        ),
        ("xl/drawings/d.xml", drawing.to_owned()),
        ("xl/ctrlProps/7.xml", "<formControlPr objectType=\"CheckBox\" checked=\"Checked\"/>".to_owned()),
        (
            "xl/ctrlProps/8.xml",
            "<formControlPr objectType=\"Drop\" fmlaRange=\"$E$1:$E$2\" sel=\"2\"/>".to_owned(),
        ),
        (
            "xl/ctrlProps/9.xml",
            "<formControlPr objectType=\"Drop\" fmlaRange=\"Colours\" sel=\"2\"/>".to_owned(),
        ),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, xml)| (*name, xml.as_bytes())).collect();
    let (documents, _) = read_one(&workshop.zip("x.xlsx", &files));
    assert_eq!(documents[0].text, "F\n\nOrder | Oslo\n| Bergen\n\n[x] I agree\n\nBergen\n\ngreen");
}

#[test]
fn frames_that_a_browser_saved_beside_a_page_are_named_and_no_documents() {
    let workshop = Workshop::new();
    let root = workshop.folder(
        "saved",
        &[
            ("Fees.html", "<h1>Fees</h1><p>5 euro.</p>"),
            ("Fees_files/saved_resource.html", "<p>An advertisement.</p>"),
            ("Fees_files/sheet001.htm", "<p>What Excel saved.</p>"),
            ("Other_files/saved_resource(1).html", "<p>Of no page.</p>"),
        ],
    );
    let (documents, summary) = read_one(&root);
    assert_eq!(documents.len(), 3);
    assert_eq!(skipped(&summary), [("Fees_files/saved_resource.html", reason::FRAME)]);
}

#[test]
fn files_of_one_name_keep_their_keys_in_whatever_order_an_archive_has_them() {
    let texts = |names: [(&str, &[u8]); 2]| {
        let workshop = Workshop::new();
        // Archives of the zip crate hold each name once.
        let zip = workshop.zip("drive-download-20260302T093000Z-001.zip", &names);
        let same = fs::read(&zip).unwrap();
        let mut bytes = same;
        while let Some(at) = bytes.windows(5).position(|window| window == b"b.txt") {
            bytes[at] = b'a';
        }
        fs::write(&zip, bytes).unwrap();
        let (documents, _) = read_one(&zip);
        let mut told: Vec<(String, String)> =
            documents.into_iter().map(|document| (document.key, document.text)).collect();
        told.sort();
        told
    };
    let (one, other): (&[u8], &[u8]) = (b"First words.", b"Other words.");
    let expected = texts([("a.txt", one), ("b.txt", other)]);
    assert_eq!(expected.len(), 2);
    assert_eq!(texts([("a.txt", other), ("b.txt", one)]), expected);
}

#[test]
fn names_that_windows_packed_have_folders_beside_those_of_other_programs() {
    let workshop = Workshop::new();
    let path = workshop.path("mixed.zip");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    for (name, text) in [("docs/a.txt", "One."), ("docs\\b.txt", "Two.")] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    // The system that packed an entry stands in the directory.
    let starts: Vec<usize> =
        (0..bytes.len() - 4).filter(|&at| bytes[at..].starts_with(b"PK\x01\x02")).collect();
    starts.into_iter().for_each(|at| bytes[at + 5] = 0);
    fs::write(&path, bytes).unwrap();
    let (documents, _) = read_one(&path);
    assert_eq!(keys(&documents), ["folder:mixed/docs/a.txt", "folder:mixed/docs/b.txt"]);
}

#[test]
fn markdown_that_imports_components_and_boxes_of_github_read_as_a_site_shows_them() {
    let workshop = Workshop::new();
    let page = "import Tabs from '@theme/Tabs';\n\n# Keys\n\n<Tabs><TabItem value=\"a\">At the desk.</TabItem></Tabs>\n\n> [!NOTE]\n> Ask Uma.\n\n> [!WARNING] Wet floor\n> Mind the step.\n";
    let root =
        workshop.folder("site", &[("keys.md", page), ("plain.md", "Write `<name>` or <name> here.\n")]);
    let (documents, _) = read_one(&root);
    assert_eq!(documents[0].text, "Keys\n\na\n\nAt the desk.\n\nNote\nAsk Uma.\n\nWet floor\nMind the step.");
    assert!(documents[1].text.contains("<name> here"), "{}", documents[1].text);
}
