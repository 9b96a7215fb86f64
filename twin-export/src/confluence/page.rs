//! A page of Confluence in HTML: its body, with the macros as they show themselves, and without the furniture around it.

use std::collections::HashMap;

use scraper::{ElementRef, Html};
use serde::{Deserialize, Serialize};

use super::super::Limits;
use super::super::convert::html::Walker;
use super::super::convert::html_tree::{Attributes as _, decoded, descendants, has_class, parse};
use super::super::text::tidy_line;
use super::super::tree::stem;
use super::super::workers::Task;

/// A page as it is read.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) text: String,
    /// It has comments, which are left out.
    pub(super) has_comments: bool,
    /// Names of attached files, by their place in the export.
    pub(super) files: HashMap<String, String>,
}

/// Reads a page; `space` is the name of its space, which may stand before its title.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReadPage {
    pub(super) space: String,
}

impl Task for ReadPage {
    const NAME: &'static str = "confluence";
    type Output = Option<PageRead>;

    fn run(self, bytes: Vec<u8>, limits: &Limits) -> Result<Option<PageRead>, &'static str> {
        Ok(read(&parse(&decoded(&bytes), limits)?, &self.space).map(PageRead))
    }
}

/// What a worker answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PageRead(pub(super) Page);

/// HTML without a page's body is no page of Confluence's.
fn read(tree: &Html, space: &str) -> Option<Page> {
    let root = tree.root_element();
    let mut by_id = HashMap::new();
    for element in root.descendent_elements() {
        if let Some(id) = element.attribute("id").filter(|id| PARTS.contains(id)) {
            by_id.entry(id).or_insert(element);
        }
    }
    let with_id = |id: &str| by_id.get(id).copied();
    let body = with_id("main-content")?;
    let mut walker = Walker::new(macros);
    walker.children(body);
    let files = descendants(root, "a").filter_map(|link| {
        let place = link.attribute("href").filter(|place| place.starts_with("attachments/"))?;
        let name = tidy_line(&link.text().collect::<String>());
        let place = place.split(['?', '#']).next().unwrap_or(place);
        (!name.is_empty()).then(|| (place.to_owned(), name))
    });
    let in_crumbs = || with_id("breadcrumbs").and_then(|crumbs| descendants(crumbs, "a").next()).map(line);
    let spaces = [space.to_owned(), in_crumbs().unwrap_or_default()];
    let shown = with_id("title-text").or_else(|| with_id("title-heading")).map(line);
    let in_head = || descendants(root, "title").next().map(line);
    let title = shown.filter(|title| !title.is_empty()).or_else(in_head).unwrap_or_default();
    let own = spaces.iter().find_map(|space| title.strip_prefix(space.as_str())?.strip_prefix(" : "));
    let title = own.unwrap_or(&title).to_owned();
    Some(Page {
        title,
        text: walker.prose.finish().1.trim().to_owned(),
        has_comments: with_id("comments").is_some() || with_id("comments-section").is_some(),
        files: files.collect(),
    })
}

/// The parts of a page, by their ids.
const PARTS: [&str; 6] =
    ["main-content", "breadcrumbs", "title-text", "title-heading", "comments", "comments-section"];

fn line(element: ElementRef<'_>) -> String {
    tidy_line(&element.text().collect::<String>())
}

/// What Confluence writes in a way of its own.
fn macros(walker: &mut Walker, element: ElementRef<'_>) -> bool {
    if element.class_names().next().is_none() {
        return false;
    }
    let has = |class: &str| has_class(element, class);
    let has_one_of = |names: &[&str]| element.class_names().any(|class| names.contains(&class));
    match element.value().name() {
        _ if has_one_of(&FURNITURE) => true,
        // What a click opens belongs to the page.
        "div" if has("expand-content") => {
            walker.block(element);
            true
        }
        "div" if has_one_of(&BLOCKS) => {
            walker.block(element);
            true
        }
        "ul" if has("inline-task-list") => {
            tasks(walker, element);
            true
        }
        "span" if has("status-macro") => {
            apart(walker, &line(element));
            true
        }
        "a" if has("confluence-userlink") || has("user-mention") => {
            walker.children(element);
            true
        }
        "img" if has("emoticon") || has("emoji") => {
            walker.prose.text(&emoji(element));
            true
        }
        _ => false,
    }
}

/// What tells nothing of a page: tables of contents, icons, buttons.
const FURNITURE: [&str; 11] = [
    "toc-macro",
    "client-side-toc-macro",
    "aui-icon",
    "expand-control-icon",
    "expand-icon",
    "like-button-container",
    "page-metadata",
    "labels-section",
    "attachment-buttons",
    "codeHeader-actions",
    "confluence-embedded-manual-size-icon",
];

/// Boxes: each is a block, as is what stands in it.
const BLOCKS: [&str; 9] = [
    "panel",
    "panelHeader",
    "panelContent",
    "code",
    "codeHeader",
    "codeContent",
    "confluence-information-macro",
    "expand-container",
    "innerCell",
];

fn tasks(walker: &mut Walker, list: ElementRef<'_>) {
    walker.prose.begin_list(None);
    for item in list.child_elements() {
        walker.prose.begin_item();
        if item.value().name() == "li" {
            walker.prose.check_box(has_class(item, "checked"));
        }
        walker.children(item);
        walker.prose.end_item();
    }
    walker.prose.end_list();
}

/// A word that a box sets apart from its neighbours.
fn apart(walker: &mut Walker, text: &str) {
    walker.prose.space();
    walker.prose.text(text);
    walker.prose.space();
}

/// The sign that a picture stands for.
fn emoji(picture: ElementRef<'_>) -> String {
    let attribute = |name: &str| picture.attribute(name).unwrap_or_default();
    let codes = attribute("data-emoji-id")
        .split('-')
        .map(|code| u32::from_str_radix(code, 16).ok().filter(|code| *code > 0xFF));
    if let Some(sign) = codes.map(|code| code.and_then(char::from_u32)).collect::<Option<String>>() {
        return sign;
    }
    let fallback = attribute("data-emoji-fallback");
    if !fallback.is_empty() && !fallback.starts_with(':') {
        return fallback.to_owned();
    }
    let short = attribute("data-emoji-shortname");
    let class = picture.class_names().find_map(|class| class.strip_prefix("emoticon-"));
    let file = attribute("src").rsplit_once("/emoticons/").map(|(_, file)| stem(file));
    let told = [attribute("data-emoticon-name"), class.unwrap_or_default(), short, file.unwrap_or_default()];
    // Languages differ in what they write for those who cannot see it.
    let written = [attribute("alt"), fallback];
    let known = told.into_iter().chain(written).find_map(|name| Some((name, sign(name)?)));
    match known {
        // What Confluence has no sign for is a blue star to it.
        Some((name, _)) if bare(name) == "blue star" && !short.is_empty() && sign(short).is_none() => {
            short.to_owned()
        }
        Some((_, sign)) => sign.to_owned(),
        None => {
            let mut shown = written.into_iter().chain(told);
            shown.find(|name| !name.is_empty()).unwrap_or_default().to_owned()
        }
    }
}

fn bare(name: &str) -> String {
    name.trim_matches(['(', ')', ':']).replace(['_', '-'], " ")
}

fn sign(name: &str) -> Option<&'static str> {
    let name = bare(name);
    EMOTICONS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(sign, _)| *sign)
}

/// Confluence's own signs, by the names of their classes, pictures and descriptions.
const EMOTICONS: [(&str, &[&str]); 18] = [
    ("🙂", &["smile", "slight smile"]),
    ("🙁", &["sad"]),
    ("😛", &["cheeky", "tongue"]),
    ("😃", &["laugh", "biggrin", "big grin"]),
    ("😉", &["wink"]),
    ("👍", &["thumbs up", "thumbsup"]),
    ("👎", &["thumbs down", "thumbsdown"]),
    ("ℹ", &["information", "info"]),
    ("✅", &["tick", "check", "check mark"]),
    ("❌", &["cross", "error", "cross mark"]),
    ("⚠", &["warning"]),
    ("➕", &["plus", "add"]),
    ("➖", &["minus", "forbidden"]),
    ("❓", &["question", "help", "help 16", "question mark"]),
    (
        "💡",
        &[
            "light on",
            "light off",
            "lightbulb",
            "lightbulb on",
            "light bulb on",
            "light bulb off",
            "on",
            "off",
        ],
    ),
    ("⭐", STARS),
    ("❤", &["heart"]),
    ("💔", &["broken heart"]),
];

const STARS: &[&str] = &[
    "star",
    "yellow star",
    "red star",
    "green star",
    "blue star",
    "star yellow",
    "star red",
    "star green",
    "star blue",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Page {
        let html = format!(
            "<html><head><title>Depot : Fire plan</title></head><body><ol id=\"breadcrumbs\"><li class=\"first\"><span><a href=\"index.html\">Depot</a></span></li></ol>\
             <h1 id=\"title-heading\" class=\"pagetitle\"><span id=\"title-text\">Depot : Fire plan</span></h1>\
             <div id=\"content\"><div class=\"page-metadata\">Created by <span class='author'>Uma</span> on Mar 02, 2026</div>\
             <div id=\"main-content\" class=\"wiki-content group\">{body}</div>\
             <div class=\"pageSection group\"><h2 id=\"attachments\">Attachments:</h2><div class=\"greybox\"><a href=\"attachments/1/2.pdf?v=1\">plan.pdf</a> (application/pdf)</div></div>\
             <div class=\"pageSection group\"><h2 id=\"comments\">Comments:</h2><p>secret</p></div></div>\
             <div id=\"footer\">Document generated by Confluence on Mar 03, 2026</div></body></html>"
        );
        read(&parse(&html, &Limits::default()).unwrap(), "").unwrap()
    }

    #[test]
    fn the_title_loses_its_space_and_furniture_is_left_out() {
        let page = page("<div class='toc-macro'><a>Exits</a></div><h1>Exits</h1><p>Leave by exit B.</p>");
        assert_eq!(page.title, "Fire plan");
        assert_eq!(page.text, "Exits\n\nLeave by exit B.");
        assert!(page.has_comments);
        assert_eq!(page.files.get("attachments/1/2.pdf").map(String::as_str), Some("plan.pdf"));
        assert!(read(&parse("<p>other", &Limits::default()).unwrap(), "").is_none());
    }

    #[test]
    fn macros_read_as_what_they_show() {
        let body = "<div class='panel' style='border-width: 1px;'><div class='panelHeader'><b>Keys</b></div><div class='panelContent'><p>At the desk.</p>\
            <div class='confluence-information-macro confluence-information-macro-tip'><p class='title'>Tip</p><span class='aui-icon aui-icon-small'>Icon: </span>\
            <div class='confluence-information-macro-body'><p>Ask Uma.</p></div></div></div></div>\
            <div id='expander-1' class='expand-container'><div class='expand-control'><span class='expand-control-icon'>&gt;</span><span class='expand-control-text'>More</span></div>\
            <div id='e' class='expand-content' style='display:none'><p>Inside.</p></div></div>\
            <ul class='inline-task-list'><li class='checked'><span>swept</span></li><li>painted</li></ul>\
            <p>State<span class='status-macro aui-lozenge'>DONE</span>by <a class='confluence-userlink user-mention' href='https://x.example/~u'>Uma Lind</a> <img class='emoticon emoticon-tick' alt='(tick)'/><img class='emoticon' data-emoji-id='1f600'/></p>";
        assert_eq!(
            page(body).text,
            "Keys\n\nAt the desk.\n\nTip\n\nAsk Uma.\n\nMore\n\nInside.\n\n- [x] swept\n- [ ] painted\n\nState DONE by Uma Lind ✅😀"
        );
    }

    #[test]
    fn emoji_are_told_by_their_names_before_their_descriptions() {
        let named = |name: &str, alt: &str| {
            format!("<img class='emoticon emoticon-{name}' data-emoticon-name='{name}' alt='({alt})'/> ")
        };
        let names = [
            "smile",
            "sad",
            "cheeky",
            "laugh",
            "wink",
            "thumbs-up",
            "thumbs-down",
            "information",
            "tick",
            "cross",
            "warning",
            "plus",
            "minus",
            "question",
            "light-on",
            "light-off",
            "yellow-star",
            "red-star",
            "green-star",
            "blue-star",
            "heart",
            "broken-heart",
        ];
        let signs = "🙂 🙁 😛 😃 😉 👍 👎 ℹ ✅ ❌ ⚠ ➕ ➖ ❓ 💡 💡 ⭐ ⭐ ⭐ ⭐ ❤ 💔";
        let body: String = names.iter().map(|name| named(name, "Lächeln")).collect();
        assert_eq!(page(&body).text, signs);
        let others = "<img class='emoticon emoticon-tick' alt='(Haken)'/> <img class='emoticon' src='images/icons/emoticons/thumbs_up.png' alt='(Daumen)'/> \
            <img class='emoticon' alt='(big grin)'/> <img class='emoticon emoticon-blue-star' data-emoji-id='1f680' data-emoji-fallback='🚀' alt='(blue star)'/> \
            <img class='emoticon emoticon-blue-star' data-emoticon-name='blue-star' data-emoji-id='9a-b' data-emoji-shortname=':our_owl:' alt='(blue star)'/> \
            <img class='emoticon emoticon-tick' data-emoji-id='atlassian-check_mark' data-emoji-shortname=':check_mark:' data-emoji-fallback=':check_mark:' alt='(x)'/>";
        assert_eq!(page(others).text, "✅ 👍 😃 🚀 :our_owl: ✅");
    }

    #[test]
    fn old_code_is_code() {
        let body = "<div class='code panel'><div class='codeHeader panelHeader'><b>Run</b></div><div class='codeContent panelContent'>\
            <script type='syntaxhighlighter' class='theme: Confluence; brush: xml; gutter: false'><![CDATA[<a>\n  if (x[y[0]]]]><![CDATA[> 1 && b) {}\n</a>]]></script></div></div><p>After.</p>";
        assert_eq!(page(body).text, "Run\n\n<a>\n  if (x[y[0]]> 1 && b) {}\n</a>\n\nAfter.");
    }

    #[test]
    fn rows_stay_rows_whatever_is_in_a_cell() {
        let row = |cell: &str| {
            format!(
                "<table class='confluenceTable'><tbody><tr><td rowspan='2' class='confluenceTd'>A</td><td class='confluenceTd'>{cell}</td></tr>\
                <tr><td class='confluenceTd'>z</td></tr></tbody></table>"
            )
        };
        for (cell, shown) in [
            (
                "<div class='code panel'><div class='codeContent panelContent'><pre class='syntaxhighlighter-pre'>x=1\ny=2</pre></div></div>",
                "x=1 y=2",
            ),
            ("<h3>Exits</h3><p>By B.</p>", "Exits By B."),
            ("<p>See</p><ul><li>B<ol><li>C</li></ol></li></ul>", "See - B 1. C"),
            (
                "<div class='table-wrap'><table class='confluenceTable'><tr><td>1</td><td>2</td></tr></table></div>",
                "1 | 2",
            ),
            ("<blockquote><p>said</p></blockquote><hr/>", "said"),
        ] {
            assert_eq!(page(&row(cell)).text, format!("A | {shown}\nA | z"));
        }
    }

    #[test]
    fn code_and_lists_stay_where_they_are() {
        let body = "<ol><li><p>Run</p><div class='code panel pdl'><div class='codeContent panelContent pdl'><pre class='syntaxhighlighter-pre'>ls\n  -l</pre></div></div></li><li>Done</li></ol>\
            <table class='confluenceTable'><tbody><tr><th class='confluenceTh'>Shift</th><th class='confluenceTh'>Who</th></tr>\
            <tr><td class='confluenceTd'>A</td><td class='confluenceTd'><ul><li>Uma</li><li>Otto</li></ul></td></tr></tbody></table>";
        assert_eq!(page(body).text, "1. Run\n  ls\n    -l\n2. Done\n\nShift | Who\nA | - Uma - Otto");
    }
}
