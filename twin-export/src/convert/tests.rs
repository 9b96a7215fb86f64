use super::*;

#[cfg(unix)]
#[test]
fn no_text_takes_longer_than_its_length() {
    let markdown = [
        "<a x=",
        "<div>\n<a x=\n",
        "[a](",
        "*a ",
        "_a_ ",
        "`",
        "~~~\n",
        "$a",
        "> ",
        "- ",
        "| a ",
        "<!--",
        "{{< a",
        "{:a",
        "{% raw %}",
        "[[a",
        "e\u{301}",
    ];
    let html = ["<a>", "<i><p>", "<table>", "<li>a", "<div>a</div>", "<x a=1>", "&", "<!--"];
    let csv = ["a,", "\"", "\"a\n"];
    let mail = ["a: b\n", "--b\n", "> a\n", "=20"];
    let plain = ["\r", "e\u{301}"];
    let mut slow = Vec::new();
    for (name, before, texts) in [
        ("a.md", "", markdown.as_slice()),
        ("a.md", "# T\n\n<div>\n", &markdown[..2]),
        (
            "a.mdx",
            "",
            &[
                "{",
                "<A ",
                "<A>\n",
                "{a",
                "`",
                "<A b={",
                "import {\n",
                "export const a = [\n",
                "{/*",
                "</A>",
                "<A b=\"",
                "<>{''}",
            ],
        ),
        ("a.md", "---\n", &["a: b\n", "a:\n  - b\n", "a: [b, \n"]),
        ("a.html", "<html>", html.as_slice()),
        ("a.csv", "", csv.as_slice()),
        ("a.eml", "From: a@b\nSubject: S\n", mail.as_slice()),
        ("a.eml", "From: a@b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n", mail.as_slice()),
        ("a.txt", "", plain.as_slice()),
    ] {
        for text in texts {
            let make = |bytes: usize| format!("{before}{}", text.repeat(bytes / text.len()));
            let run = |input: &str| convert_here(name, input.as_bytes().to_vec(), &Limits::default());
            let what = format!("{name} {before} {text}");
            slow.extend(crate::linear::beyond_linear(&what, make, |input| guard::guarded(|| run(input))));
        }
    }
    assert_eq!(slow, [""; 0]);
}

#[test]
fn a_backup_keeps_its_text_whatever_became_of_its_line_ends() {
    let file = "---\nid: doc_1\ntitle: T\ntype: note\nsource: manual\ncreatedAt: 2026-03-01T10:00:00Z\n---\n\n a\n\n\nb \n\n";
    for markdown in [file.to_owned(), file.replace('\n', "\r\n")] {
        assert_eq!(markdown_file(&markdown, false).text, " a\n\n\nb \n");
    }
}

#[test]
fn a_title_is_the_top_heading_or_told_before_the_text() {
    let read = |markdown: &str| {
        let Converted { title, text, .. } = markdown_file(markdown, false);
        (title, text)
    };
    let expect = |title: &str, text: &str| (Some(title.to_owned()), text.to_owned());
    let both = "---\ntitle: Menu\ntags: [a]\n---\n# Lunch *now*\n\nAt noon.\n";
    assert_eq!(read(both), expect("Lunch now", "Lunch now\n\nAt noon."));
    let late = "---\ntitle: Lunch\n---\nIntro.\n\n# When\n\nAt noon.\n";
    assert_eq!(read(late), expect("Lunch", "Intro.\n\nWhen\n\nAt noon."));
    let sections = "---\ntitle: Lunch\n---\n## When\n\nAt noon.\n";
    assert_eq!(read(sections), expect("Lunch", "When\n\nAt noon."));
    assert_eq!(read("Intro.\n\n#Lunch\n\nAt noon."), expect("Lunch", "Intro.\n\nLunch\n\nAt noon."));
    assert_eq!(read("## Lunch\n\nAt noon."), expect("Lunch", "Lunch\n\nAt noon."));
    let letter = "Welcome!\n\n## Acceptance\n\nI accept.";
    assert_eq!(read(letter), (None, "Welcome!\n\nAcceptance\n\nI accept.".to_owned()));
    let deep = format!("{}\n\n# Acceptance\n\nI accept.", "Long letter. ".repeat(200));
    assert_eq!(read(&deep).0, None);
}
