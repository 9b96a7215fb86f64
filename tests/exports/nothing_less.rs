//! Never silently less: every word of a made file is in a document or its part is named among the skipped.

use proptest::prelude::*;

use super::expectation::read;
use super::workshop::Workshop;
use twin_export::{Document, Options, Summary};

/// A word that stands nowhere else.
fn word(number: usize) -> String {
    format!("zz{number}zz")
}

fn read_file(name: &str, bytes: &[u8]) -> (Vec<Document>, Summary) {
    let workshop = Workshop::new();
    let path = workshop.path(name);
    std::fs::write(&path, bytes).unwrap();
    read(&[path], &Options::default())
}

/// Words that no text and no skipped part tells, and words that are glued to others.
fn lost(words: usize, (documents, summary): &(Vec<Document>, Summary)) -> Vec<String> {
    let mut whole: String =
        documents.iter().map(|document| format!("{}\n{}\n", document.title, document.text)).collect();
    whole.extend(summary.skipped.iter().map(|skipped| format!("{}\n", skipped.path)));
    let stands = |word: &String| {
        whole.match_indices(word.as_str()).any(|(at, _)| {
            let is_apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            is_apart(whole[..at].chars().next_back()) && is_apart(whole[at + word.len()..].chars().next())
        })
    };
    (0..words).map(word).filter(|word| !stands(word)).collect()
}

/// HTML of cells, tables within tables, headings, lists; counts the words in it.
fn html(depth: u32) -> impl Strategy<Value = Vec<&'static str>> {
    let pieces = vec![
        "W",
        "<p>W</p>",
        "<h2>W</h2>",
        "<table><tr><td>W</td><td>W</td></tr></table>",
        "<table><tr><td>W<td><pre>W</pre><tr><td rowspan=2>W<td>W<tr><td>W</table>",
        "<ul><li>W<li>W</ul>",
        "<table><tr><td>W</td><td>",
        "</td></tr></table>",
        "<blockquote>W</blockquote>",
        "<b>W</b> <del>W</del>",
        "<dl><dt>W<dd>W</dl>",
        "<table role=presentation><tr><td>W</td><td>W</td></tr></table>",
        "<table><tr><td colspan=2>W<td>",
        "<svg><text>W</text><text>W</text></svg>",
        "<ruby>W<rt>W</rt></ruby>",
        "<p>W<sup>W</sup> <sub>W</sub></p>",
        "<a href=https://x.example/>W</a> ",
        "<details><summary>W</summary>W</details>",
        "<math><mi>W</mi><mo>+</mo><mi>W</mi></math>",
        "<select><option>W</select>",
        "<iframe srcdoc='<p>W'></iframe>",
        "<div>W</div>",
        "<br>W<br>",
    ];
    proptest::collection::vec(prop::sample::select(pieces), 1..(4 * depth as usize))
}

/// Each `W` becomes a word of its own.
fn numbered(template: &str) -> (String, usize) {
    let mut pieces = template.split('W');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    let mut count = 0;
    for piece in pieces {
        out.push_str(&word(count));
        out.push_str(piece);
        count += 1;
    }
    (out, count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_a_page(pieces in html(4)) {
        // Blanks part what stands beside one another in a line.
        let (html, words) = numbered(&format!("<!doctype html><html><body>{}</body></html>", pieces.join(" ")));
        let read = read_file("page.html", html.as_bytes());
        prop_assert_eq!(lost(words, &read), Vec::<String>::new(), "{}: {:?}", html, read.0);
    }

    #[test]
    fn of_a_table(
        widths in proptest::collection::vec(1usize..5, 1..8),
        separator in prop::sample::select(vec![",", ";", "\t", "|"]),
        quote in prop::sample::select(vec!["", "\"", "\"\n"]),
        stray in proptest::option::of(0usize..20),
    ) {
        let mut count = 0;
        let mut csv = String::new();
        for width in widths {
            let cells: Vec<String> = (0..width).map(|_| {
                count += 1;
                let open = if stray == Some(count) { "\"" } else { "" };
                match quote {
                    "\"\n" => format!("{open}\"{}\n, and\"", word(count - 1)),
                    quote => format!("{open}{quote}{}{quote}", word(count - 1)),
                }
            }).collect();
            csv.push_str(&cells.join(separator));
            csv.push_str("\r\n");
        }
        let read = read_file("table.csv", csv.as_bytes());
        prop_assert_eq!(lost(count, &read), Vec::<String>::new(), "{}", csv);
    }

    #[test]
    fn of_a_message(parts in proptest::collection::vec(prop::sample::select(vec![
        "Content-Type: text/plain\n\nW and W",
        "Content-Type: text/html\n\n<p>W</p><p>W</p>",
        "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:W\nLOCATION:W\nDESCRIPTION:W\nEND:VEVENT\nEND:VCALENDAR",
        "Content-Type: text/csv; name=\"W.csv\"\nContent-Disposition: attachment; filename=\"W.csv\"\n\nW,W\nW,W",
        "Content-Type: application/octet-stream; name=\"a.bin\"\nContent-Disposition: attachment; filename=\"W.bin\"\n\n\x01\x02\x03\x04",
        "Content-Type: message/rfc822\n\nFrom: a@x.example\nSubject: W\n\nW",
        "Content-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\nW said this\n--c\nContent-Type: text/html\n\n<p>W told something else altogether\n--c--",
        "Content-Type: text/plain; format=flowed\n\nW \nW\n> W",
        "Content-Type: multipart/signed; boundary=d\n\n--d\n\nW\n--d\nContent-Type: application/pgp-signature\n\nx\n--d--",
    ]), 1..6)) {
        let parts: Vec<String> = parts.iter().map(|part| format!("--b\n{part}\n")).collect();
        let mail = format!("From: A <a@x.example>\nSubject: W\nMessage-ID: <p@x>\nContent-Type: multipart/mixed; boundary=b\n\n{}--b--\n", parts.concat());
        // The name of a type beside that of the file is the same word.
        let (mail, words) = numbered(&mail);
        let read = read_file("message.eml", mail.as_bytes());
        let twice: Vec<String> = (0..words).map(word).filter(|word| mail.contains(&format!("; name=\"{word}.csv\""))).collect();
        let lost: Vec<String> = lost(words, &read).into_iter().filter(|word| !twice.contains(word)).collect();
        prop_assert_eq!(lost, Vec::<String>::new(), "{}: {:?}", mail, read);
    }

    #[test]
    fn of_markdown(pieces in proptest::collection::vec(prop::sample::select(vec![
        "W W",
        "# W",
        "##W",
        "W\n===",
        "- W\n  - W\n\n    W",
        "1. W\n2) W",
        "- [ ] W\n- [x] W",
        "> W\n> > W",
        "| W | W |\n|---|---|\n| W | W \\| W |\n| W |",
        "```rust\nW\n```",
        "    W",
        "`W` ``W ` W``",
        "**W** *W* ~~W~~ ==W==",
        "[W](https://x.example/) [W][ref] <https://x.example/>",
        "![W](a.png)",
        "<div>W</div>",
        "<details><summary>W</summary>\n\nW\n\n</details>",
        "W[^n]\n\n[^n]: W",
        "$W^W$ and $$W$$",
        "W\\\nW  \nW",
        "<kbd>W</kbd> W<br>W",
        "W\n: W",
        "::: note\nW\n:::",
        "{{< note >}}W{{< /note >}}",
        "{% hint %}\nW\n{% endhint %}",
        "import W",
        "> [!NOTE]\n> W",
        "---\n\nW",
        "\\*W\\* &amp; W",
    ]), 1..12)) {
        let (markdown, words) = numbered(&format!("# Page\n\n{}\n", pieces.join("\n\n")));
        let read = read_file("page.md", markdown.as_bytes());
        prop_assert_eq!(lost(words, &read), Vec::<String>::new(), "{}\n{:?}", markdown, read.0);
    }

    #[test]
    fn of_a_channel(messages in proptest::collection::vec(prop::sample::select(vec![
        r#""text":"W <https://x.example/|W> *W* &lt;W&gt;""#,
        r#""text":"<@U9|W> <#C9|W> <!subteam^S1|W>""#,
        r#""text":"","attachments":[{"pretext":"W","author_name":"W","title":"W","text":"W","fields":[{"title":"W","value":"W"}],"footer":"W"}]"#,
        r#""text":"","attachments":[{"fallback":"W"}]"#,
        r#""text":"","blocks":[{"type":"header","text":{"type":"plain_text","text":"W"}},{"type":"section","text":{"type":"mrkdwn","text":"W"},"fields":[{"type":"mrkdwn","text":"W"}]},{"type":"context","elements":[{"type":"mrkdwn","text":"W"}]}]"#,
        r#""text":"","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"W "},{"type":"link","url":"https://x.example/","text":"W"}]},{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"W"}]}]},{"type":"rich_text_quote","elements":[{"type":"text","text":"W"}]},{"type":"rich_text_preformatted","elements":[{"type":"text","text":"W"}]}]}]"#,
        r#""text":"W","files":[{"name":"plan.pdf","title":"W"}]"#,
        r#""subtype":"bot_message","username":"W","text":"W""#,
        r#""text":"W","edited":{"user":"U1","ts":"3.1"}"#,
        r#""subtype":"file_comment","comment":{"user":"U1","comment":"W"},"text":"W""#,
        r#""text":"```W\nW``` `W`""#,
    ]), 1..8)) {
        let message = |(number, body): (usize, &&str)| {
            format!(r#"{{"type":"message","user":"U1","ts":"17724438{number:02}.000100",{body}}}"#)
        };
        let day: Vec<String> = messages.iter().enumerate().map(message).collect();
        let (day, words) = numbered(&format!("[{}]", day.join(",")));
        let workshop = Workshop::new();
        let path = workshop.zip("slack.zip", &[
            ("channels.json", br#"[{"id":"C1","name":"general"}]"#),
            ("users.json", br#"[{"id":"U1","profile":{"display_name":"Sam"}}]"#),
            ("general/2026-03-02.json", day.as_bytes()),
        ]);
        let read = read(&[path], &Options::default());
        prop_assert_eq!(lost(words, &read), Vec::<String>::new(), "{}\n{:?}", day, read);
    }
}
