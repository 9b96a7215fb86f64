//! Documents put together at random, of everything that a Word document may nest: no word is lost, none comes twice.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use twin_export::{Limits, from_bytes};
use zip::write::SimpleFileOptions;

#[derive(Debug, Clone)]
enum Block {
    Paragraph(Vec<Inline>),
    Item(Vec<Inline>),
    Heading(Vec<Inline>),
    Table(Vec<Vec<Vec<Block>>>),
    Control(Vec<Block>),
}

#[derive(Debug, Clone)]
enum Inline {
    Word,
    Raised,
    Struck,
    Link,
    Field,
    Ruby,
    Inserted,
    Deleted,
    Equation,
    Box(Vec<Block>),
    Note,
}

fn inline(inner: BoxedStrategy<Block>) -> impl Strategy<Value = Inline> {
    prop_oneof![
        4 => Just(Inline::Word),
        1 => Just(Inline::Raised),
        1 => Just(Inline::Struck),
        1 => Just(Inline::Link),
        1 => Just(Inline::Field),
        1 => Just(Inline::Ruby),
        1 => Just(Inline::Inserted),
        1 => Just(Inline::Deleted),
        1 => Just(Inline::Equation),
        1 => Just(Inline::Note),
        1 => prop::collection::vec(inner, 0..3).prop_map(Inline::Box),
    ]
}

fn block() -> BoxedStrategy<Block> {
    let words = || {
        prop::collection::vec(prop_oneof![Just(Inline::Word), Just(Inline::Struck), Just(Inline::Link)], 0..3)
    };
    let leaf = words().prop_map(Block::Paragraph).boxed();
    leaf.prop_recursive(4, 40, 4, |inner| {
        let line = prop::collection::vec(inline(inner.clone().boxed()).boxed(), 0..4).boxed();
        prop_oneof![
            3 => line.clone().prop_map(Block::Paragraph),
            1 => line.clone().prop_map(Block::Item),
            1 => line.prop_map(Block::Heading),
            1 => prop::collection::vec(prop::collection::vec(prop::collection::vec(inner.clone(), 1..3), 1..4), 1..4).prop_map(Block::Table),
            1 => prop::collection::vec(inner, 0..3).prop_map(Block::Control),
        ]
    })
    .boxed()
}

/// Writes blocks as XML, each word its own.
#[derive(Default)]
struct Writer {
    words: Vec<String>,
    deleted: Vec<String>,
}

impl Writer {
    fn word(&mut self) -> String {
        // Letters alone, so that no word is part of another one.
        let number = self.words.len() + self.deleted.len();
        let letters: String =
            format!("{number:04}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        format!("q{letters}z")
    }

    fn said(&mut self) -> String {
        let word = self.word();
        self.words.push(word.clone());
        word
    }

    fn run(&mut self, looks: &str) -> String {
        format!("<w:r><w:rPr>{looks}</w:rPr><w:t xml:space=\"preserve\">{} </w:t></w:r>", self.said())
    }

    fn inline(&mut self, inline: &Inline) -> String {
        match inline {
            Inline::Word => self.run(""),
            Inline::Raised => self.run("<w:vertAlign w:val=\"superscript\"/>"),
            Inline::Struck => self.run("<w:strike/>"),
            Inline::Link => format!("<w:hyperlink r:id=\"x\">{}</w:hyperlink>", self.run("")),
            Inline::Field => format!(
                "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> REF a </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>{}<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>",
                self.run("")
            ),
            Inline::Ruby => format!(
                "<w:r><w:ruby><w:rt>{}</w:rt><w:rubyBase>{}</w:rubyBase></w:ruby></w:r>",
                self.run(""),
                self.run("")
            ),
            Inline::Inserted => format!("<w:ins>{}</w:ins>", self.run("")),
            Inline::Deleted => {
                let word = self.word();
                self.deleted.push(word.clone());
                format!("<w:del><w:r><w:delText>{word}</w:delText></w:r></w:del>")
            }
            Inline::Equation => format!(
                "<m:oMath><m:f><m:num><m:r><m:t>{}</m:t></m:r></m:num><m:den><m:r><m:t>{}</m:t></m:r></m:den></m:f></m:oMath>",
                self.said(),
                self.said()
            ),
            Inline::Note => "<w:r><w:footnoteReference w:id=\"7\"/></w:r>".to_owned(),
            Inline::Box(blocks) => {
                let inner = self.blocks(blocks);
                format!(
                    "<w:r><w:pict><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></w:pict></w:r>"
                )
            }
        }
    }

    fn paragraph(&mut self, properties: &str, line: &[Inline]) -> String {
        let inner: String = line.iter().map(|inline| self.inline(inline)).collect();
        format!("<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>")
    }

    fn blocks(&mut self, blocks: &[Block]) -> String {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&mut self, block: &Block) -> String {
        match block {
            Block::Paragraph(line) => self.paragraph("", line),
            Block::Item(line) => {
                self.paragraph("<w:numPr><w:ilvl w:val=\"1\"/><w:numId w:val=\"1\"/></w:numPr>", line)
            }
            Block::Heading(line) => self.paragraph("<w:pStyle w:val=\"Heading1\"/>", line),
            Block::Control(blocks) => {
                format!("<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>", self.blocks(blocks))
            }
            Block::Table(rows) => {
                let mut xml = String::new();
                for row in rows {
                    let cells: String = row
                        .iter()
                        .map(|cell| format!("<w:tc><w:tcPr/>{}</w:tc>", self.blocks(cell)))
                        .collect();
                    xml += &format!("<w:tr>{cells}</w:tr>");
                }
                format!("<w:tbl>{xml}</w:tbl>")
            }
        }
    }
}

fn docx(body: &str) -> Vec<u8> {
    let numbering = "<w:numbering><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"1\"><w:numFmt w:val=\"lowerRoman\"/><w:lvlText w:val=\"(%2)\"/></w:lvl></w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>";
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        (
            "_rels/.rels",
            "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"word/document.xml\"/></Relationships>",
        ),
        (
            "word/_rels/document.xml.rels",
            "<Relationships><Relationship Id=\"n\" Type=\"x/numbering\" Target=\"numbering.xml\"/></Relationships>",
        ),
        ("word/numbering.xml", numbering),
        ("word/document.xml", &format!("<w:document><w:body>{body}</w:body></w:document>")),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_word_is_lost_and_none_comes_twice(blocks in prop::collection::vec(block(), 1..5)) {
        let mut writer = Writer::default();
        let body = writer.blocks(&blocks);
        let text = match from_bytes("random.docx", docx(&body), &Limits::default()) {
            Ok(document) => document.text,
            Err(skipped) => {
                prop_assert!(writer.words.is_empty(), "{skipped:?}: {body}");
                return Ok(());
            }
        };
        for word in &writer.words {
            prop_assert_eq!(text.matches(word.as_str()).count(), 1, "{} in {:?} of {}", word, text, body);
        }
        for word in &writer.deleted {
            prop_assert!(!text.contains(word.as_str()), "{} in {:?}", word, text);
        }
    }
}
