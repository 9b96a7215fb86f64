//! Pages as text.

use super::*;

fn text(html: &str) -> String {
    to_text(html, &Limits::default()).unwrap().1
}

#[test]
fn blocks_lists_and_tables_read_as_lines() {
    let html = "<html><head><title>T</title><style>x{}</style></head><body><h1>Plan</h1><p>One <b>two</b>\n three</p>\
        <ul><li>a<ol start=3><li>b</li></ol></li><li><p>c</p></li></ul>\
        <table><tr><th>k</th><th>v</th></tr><tr><td>x</td><td><p>1</p><p>2</p></td></tr></table></body></html>";
    assert_eq!(text(html), "Plan\n\nOne two three\n\n- a\n  3. b\n- c\n\nk | v\nx | 1 2");
}

#[test]
fn a_table_that_only_places_things_never_glues_its_cells() {
    let nested = "<table><tr><td>Pump</td><td>80.00</td></tr><tr><td>Hose</td><td>12.50</td></tr></table>";
    assert_eq!(
        text(&format!(
            "<table><tr><td>{nested}</td></tr><tr><td>Total</td><td>92.50</td></tr><tr><td>Order</td><td>4711</td></tr></table>"
        )),
        "Pump | 80.00\nHose | 12.50\n\nTotal | 92.50\nOrder | 4711"
    );
    assert_eq!(
        text(
            "<table><tr><td>Shift A</td><td><table><tr><td>Lead</td><td>Ravi</td></tr></table></td></tr><tr><td>Shift B</td><td>nobody</td></tr></table>"
        ),
        "Shift A | Lead | Ravi\nShift B | nobody"
    );
    assert_eq!(text("<table role=presentation><tr><td>a</td><td>b</td></tr></table>"), "a | b");
    assert_eq!(text("<table><tr><td>Run</td><td><pre>ls\n  x</pre></td></tr></table>"), "Run\n\nls\n  x");
    assert_eq!(text("<table><tr><td><h3>Left</h3></td><td>right</td></tr></table>"), "Left | right");
    assert_eq!(
        text(&format!("<table><tr><td>left</td><td>{nested}</td></tr></table>")),
        "left\n\nPump | 80.00\nHose | 12.50"
    );
}

#[test]
fn a_merged_cell_stands_in_every_cell_that_it_covers() {
    let html = "<table><tr><th>Region</th><th colspan=2>Fees</th><th rowspan=2>Contact</th></tr><tr><td></td><td>2025</td><td>2026</td></tr>\
        <tr><td rowspan=0>Oslo</td><td>80</td><td>90</td><td>Uma</td></tr><tr><td>81</td><td>91</td><td>Ana</td></tr></table>";
    assert_eq!(
        text(html),
        "Region | Fees | Fees | Contact\n| 2025 | 2026 | Contact\nOslo | 80 | 90 | Uma\nOslo | 81 | 91 | Ana"
    );
    let vast = format!(
        "<table>{}</table>",
        "<tr><td colspan=1000 rowspan=65534>much text here</td><td>b</td></tr>".repeat(500)
    );
    assert!(text(&vast).len() < 4 << 20);
}

#[test]
fn an_equation_is_said_once() {
    let html = "<p>So <span class='katex'><span class='katex-mathml'><math><semantics><mi>E</mi>\
        <annotation encoding='application/x-tex'>E=mc^2</annotation></semantics></math></span>\
        <span class='katex-html'>E=mc2</span></span>.</p>";
    assert_eq!(text(html), "So E=mc^2.");
    assert_eq!(text("<p>\\(x^2\\) and $$y$$</p>"), "\\(x^2\\) and $$y$$");
    assert_eq!(
        text(
            "<p>a <span class=MathJax_Preview>p</span><span class=MathJax>m</span><script type='math/tex'>x^2</script> b</p>"
        ),
        "a x^2 b"
    );
    assert_eq!(text("<p>a <math><msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt></math> b</p>"), "a √(x+1) b");
}

#[test]
fn struck_raised_and_spoken_signs_keep_their_meaning() {
    assert_eq!(
        text(
            "<p>The fee is <del>40</del> <ins>55</ins> euro. <s>Closed.</s><strike> Old </strike>x <b style='text-decoration:line-through'>y</b></p>"
        ),
        "The fee is ~~40~~ 55 euro. ~~Closed.~~ ~~Old~~ x ~~y~~"
    );
    assert_eq!(text("<del><p>one</p><p>two</p></del>"), "~~one~~\n\n~~two~~");
    assert_eq!(
        text("<p>10<sup>6</sup> m<sup>2</sup>, 21<sup>st</sup>, CO<sub>2</sub>, x<sup>n+1</sup></p>"),
        "10⁶ m², 21st, CO2, x^(n+1)"
    );
    assert_eq!(
        text("<p>Fact<sup><a href='#fn1'>1</a></sup> and<a href='#n2'><sup>[2]</sup></a></p>"),
        "Fact[1] and[2]"
    );
    assert_eq!(
        text(
            "<p><ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>の倉庫 <ruby>東<rt>とう</rt>京<rt>きょう</rt></ruby></p>"
        ),
        "東京 (とうきょう)の倉庫 東京 (とうきょう)"
    );
    assert_eq!(text("<p>Donau&shy;dampf wo<wbr>rd <q>so</q></p>"), "Donau\u{AD}dampf word “so”");
}

#[test]
fn hidden_text_is_left_out_and_drawings_and_frames_are_read() {
    assert_eq!(
        text(
            "<p>Shown.</p><div style='display:none'>no</div><p hidden>no</p><i aria-hidden=true>menu</i><noscript>no</noscript>"
        ),
        "Shown."
    );
    assert_eq!(
        text(
            "<svg><title>t</title><text x=1>Label</text><text>Two</text></svg><iframe srcdoc='&lt;p&gt;Inner'></iframe><video>no</video><details><summary>More</summary>Answer</details>"
        ),
        "Label\nTwo\n\nInner\n\nMore\nAnswer"
    );
}

#[test]
fn lists_count_and_fields_show_as_in_a_browser() {
    assert_eq!(text("<ol type=a><li>x<li>y</ol>"), "a. x\nb. y");
    assert_eq!(text("<ol reversed><li>x<li>y<li value=9>z<li>w</ol>"), "4. x\n3. y\n9. z\n8. w");
    assert_eq!(text("<ol type=I start=4><li>x</ol>"), "IV. x");
    assert_eq!(
        text(
            "<p>Name <input value='Uma'> <select><option>A<option selected>B</select><input type=checkbox checked>ok<input type=hidden value=no>"
        ),
        "Name Uma B [x] ok"
    );
}

#[test]
fn a_caption_is_said_once() {
    let html = "<figure><img alt='The deck' src=x.png><figcaption>The\n deck</figcaption></figure><p>a<img alt='Else'>b</p>";
    assert_eq!(text(html), "The deck\n\na Else b");
}

#[test]
fn code_keeps_its_lines_and_blanks() {
    assert_eq!(text("<pre><code>if x:\n    y()\n</code></pre><p>z</p>"), "if x:\n    y()\n\nz");
}

#[test]
fn rows_of_a_table_with_names_stay_rows_whatever_is_in_a_cell() {
    let table = |head: &str, cell: &str| {
        text(&format!("<table><tr>{head}</tr><tr><td rowspan=2>A<td>{cell}<tr><td>z</table>"))
    };
    let named = "<th>Gate<th>How";
    assert_eq!(table(named, "<pre>a\nb</pre><ul><li>c</ul>"), "Gate | How\nA | a b - c\nA | z");
    assert_eq!(
        table(named, "<h3>Open</h3><table><tr><td>1<td>2</table>"),
        "Gate | How\nA | Open 1 | 2\nA | z"
    );
    let drawn = "<table border=1><tr><td>A<td><pre>a\nb</pre><tr><td>B<td>c</table>";
    assert_eq!(text(drawn), "A | a b\nB | c");
    // Without names, or with more than names in them, it only places things.
    assert_eq!(table("<td>Gate<td>How", "<h3>Open</h3>x"), "Gate | How\n\nA\n\nOpen\n\nx\n\nz");
    assert!(table("<th><h1>News</h1><th>b", "<h3>Open</h3>x").contains("Open\n\nx"));
}

#[test]
fn lists_that_word_writes_as_paragraphs_are_lists() {
    let mark = |mark: &str| {
        format!(
            "<![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>{mark}<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span></span><![endif]>"
        )
    };
    let item = |level: usize, sign: &str, said: &str| {
        format!(
            "<p class=MsoListParagraph style='text-indent:-18pt;mso-list:l0 level{level} lfo1'>{}{said}<o:p></o:p></p>\n",
            mark(sign)
        )
    };
    let list = item(1, "1.", "Open <b>it</b>")
        + &item(2, "·", "with the key")
        + &item(2, "o", "or the code")
        + &item(1, "2.", "Close");
    assert_eq!(
        text(&format!("<p>Rules:</p>{list}<p>End</p>")),
        "Rules:\n\n1. Open it\n  - with the key\n  - or the code\n2. Close\n\nEnd"
    );
    assert_eq!(text(&format!("<h1 style='mso-list:l1 level1 lfo2'>{}Scope</h1>", mark("1.1"))), "1.1 Scope");
    assert_eq!(text("<p style='mso-list:none'>x</p><p style='mso-list:l0 level1 lfo1'>y</p>"), "x\n\ny");
}

#[test]
fn rules_for_every_screen_count_and_frames_may_be_missing() {
    let page = |group: &str| format!("<style>{group}{{.a{{display:none}}}}</style><p class=a>a</p><p>b</p>");
    for group in ["@media screen", "@media all", "@media only screen", "@import 'x'; @media screen, print"] {
        assert_eq!(text(&page(group)), "b", "{group}");
    }
    for group in ["@media print", "@media not screen", "@media screen and (max-width: 9em)", "@supports (x)"]
    {
        assert_eq!(text(&page(group)), "a\n\nb", "{group}");
    }
    let frames = "<frameset><frame src=a.html><noframes><body><p>Call 4471</p></body></noframes></frameset>";
    assert_eq!(text(frames), "Call 4471");
}
