//! What generators of documentation put into Markdown in lines of its own: boxes (`!!! tip "…"`, `:::note`), tabs
//! (`=== "Linux"`), includes (`{!file.md!}`), places for tabs and settings (`{start_tabs}`, `{settings_tab|profile}`).
//! The text of a box or a tab is text under its title; the rest goes. What stands in code is left alone.

use std::borrow::Cow;

use super::template_tags::fence;

/// The text with boxes as paragraphs, and without lines that are only directives.
pub(super) fn without_directives(markdown: &str) -> Cow<'_, str> {
    let marks = [
        "!!!",
        "???",
        "===",
        ":::",
        "--8<--",
        "{",
        "```{",
        ">",
        "import ",
        "\\newpage",
        "\\pagebreak",
        "\\clearpage",
    ];
    let has_any = markdown.lines().filter(|line| may_begin(line)).any(|line| {
        let line = bare(line);
        marks.iter().any(|mark| line.starts_with(mark))
    });
    if !has_any {
        return Cow::Borrowed(markdown);
    }
    let mut out = String::with_capacity(markdown.len());
    add(markdown, &mut out, 0);
    Cow::Owned(out)
}

/// Whether a line may begin with one of the marks, or with an item's, by its first sign: few lines do.
fn may_begin(line: &str) -> bool {
    let first = line.trim_start().bytes().next();
    first.is_some_and(|first| first.is_ascii_digit() || b"!?=:-{>i\\*+".contains(&first))
}

/// Boxes within boxes.
const DEEPEST: usize = 6;

fn add(markdown: &str, out: &mut String, depth: usize) {
    let mut code: Option<&str> = None;
    let mut boxes: Vec<&str> = Vec::new();
    let mut rest = markdown;
    while let Some(line) = rest.split_inclusive('\n').next() {
        rest = &rest[line.len()..];
        let trimmed = line.trim();
        if let Some(open) = code {
            let is_end =
                trimmed.strip_prefix(open).is_some_and(|more| more.trim_matches(['`', '~']).is_empty());
            code = code.filter(|_| !is_end);
            out.push_str(line);
        } else if boxes.last().is_some_and(|open| trimmed == *open) {
            boxes.pop();
            out.push('\n');
        } else if let Some((open, title)) = fenced_box(trimmed) {
            boxes.push(open);
            paragraph(out, &line[..line.len() - line.trim_start().len()], &title);
            while let Some(setting) = rest.split_inclusive('\n').next().filter(|line| is_setting(line)) {
                rest = &rest[setting.len()..];
            }
        } else if let Some(open) = fence(trimmed) {
            code = Some(open);
            out.push_str(line);
        } else if let Some(title) = box_title(trimmed).filter(|_| depth < DEEPEST) {
            let indent = &line[..line.len() - line.trim_start().len()];
            let (body, len) = indented(rest, indent.len());
            if len == 0 && !trimmed.contains('"') {
                out.push_str(line);
                continue;
            }
            rest = &rest[len..];
            paragraph(out, indent, &title);
            add(&body, out, depth + 1);
            out.push('\n');
        } else if let Some(title) = fenced_title(trimmed) {
            let indent = &line[..line.len() - line.trim_start().len()];
            paragraph(out, indent, &title);
        } else if let Some(title) = quoted_title(trimmed) {
            out.push_str(&title);
        } else if is_directive(bare(line)) {
            // An item of a list that says nothing else goes with it; a paragraph stays apart from the next.
            out.push('\n');
        } else {
            out.push_str(line);
        }
    }
}

fn paragraph(out: &mut String, indent: &str, title: &str) {
    out.push('\n');
    if !title.is_empty() {
        out.push_str(&format!("{indent}{title}\n\n"));
    }
}

/// A line without the mark of an item before it.
fn bare(line: &str) -> &str {
    let line = line.trim();
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let item = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark)).or_else(|| {
        (number.len() < line.len())
            .then(|| number.strip_prefix(". ").or_else(|| number.strip_prefix(") ")))?
    });
    item.unwrap_or(line).trim()
}

/// The lines that stand further in than the line before, moved out by as much; and how many bytes they are.
fn indented(text: &str, indent: usize) -> (String, usize) {
    let (mut out, mut len, mut at) = (String::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        let is_blank = line.trim().is_empty();
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let is_tab = blanks == indent && line[blanks..].starts_with('\t');
        if !is_blank && !is_tab && blanks < indent + 4 {
            break;
        }
        at += line.len();
        if is_blank {
            out.push('\n');
            continue;
        }
        let (before, after) = line.split_at(indent);
        out.push_str(before);
        out.push_str(after.strip_prefix('\t').or_else(|| after.strip_prefix("    ")).unwrap_or(after));
        len = at;
    }
    let kept = out.trim_end().len();
    out.truncate(kept);
    out.push('\n');
    (out, len)
}

/// The title of a box or a tab that a line begins: its own, else its kind; empty where it says that it has none.
fn box_title(line: &str) -> Option<String> {
    let mark =
        ["!!!", "???+", "???", "===!", "===+", "==="].into_iter().find(|mark| line.starts_with(mark))?;
    let rest = line[mark.len()..].trim();
    let is_tab = mark.starts_with('=');
    let end = rest.find(['"', ' ']).unwrap_or(rest.len());
    let (kind, after) = if is_tab { ("", rest) } else { rest.split_at(end) };
    let (words, title) = after.split_once('"').map_or((after, None), |(words, title)| (words, Some(title)));
    let title = match title {
        Some(title) => Some(title.strip_suffix('"')?.to_owned()),
        None => None,
    };
    let is_kind = kind.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '_');
    let is_placed = title.is_some() || matches!(words.trim(), "" | "inline" | "inline end" | "annotate");
    let is_box = !kind.is_empty() || title.is_some();
    (is_box && is_kind && is_placed && (!is_tab || title.is_some()))
        .then(|| title.unwrap_or_else(|| capitalised(kind)))
}

/// `> [!NOTE]` and `> [!tip] Title` begin a box that is a quote: its line with the title, else the kind.
fn quoted_title(line: &str) -> Option<String> {
    let inner = line.trim_start_matches(['>', ' ']);
    let marks = line.strip_suffix(inner).filter(|marks| marks.contains('>'))?;
    let (kind, title) = inner.strip_prefix("[!")?.split_once(']')?;
    let is_kind =
        !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_|".contains(&byte));
    let title = title.trim_start_matches(['+', '-']).trim();
    let kind = kind.split('|').next().unwrap_or_default().to_lowercase();
    is_kind.then(|| {
        format!("{marks}{}  \n", if title.is_empty() { capitalised(&kind) } else { title.to_owned() })
    })
}

/// The fence of a box that MyST writes as code (```` ```{note} Title ````), and its title, else its kind.
fn fenced_box(line: &str) -> Option<(&str, String)> {
    let open = fence(line).filter(|open| line.starts_with(*open))?;
    let (kind, title) = line[open.len()..].trim_start().strip_prefix('{')?.split_once('}')?;
    let title = title.trim();
    let is_box = BOXES.contains(&kind) || matches!(kind, "admonition" | "dropdown" | "topic");
    is_box.then(|| (open, if title.is_empty() { capitalised(kind) } else { title.to_owned() }))
}

/// How a box looks: `:class: wide`.
fn is_setting(line: &str) -> bool {
    line.trim().strip_prefix(':').and_then(|line| line.split_once(':')).is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// The title of a box between colons; empty for its end, and for what only says how something looks.
fn fenced_title(line: &str) -> Option<String> {
    let rest = line.strip_prefix(":::")?.trim_start_matches(':').trim();
    let is_named = !rest.starts_with(['{', '.']);
    let rest = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or_else(
        || rest.to_owned(),
        |(looks, title)| {
            let kind = looks.split_whitespace().next().unwrap_or_default();
            format!("{} {}", kind.trim_start_matches('.'), title.trim())
        },
    );
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '[' | '{')).unwrap_or(rest.len());
    let (kind, title) = rest.split_at(end);
    let is_marked = title.starts_with('[');
    if !kind.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) {
        return None;
    }
    let title = title.trim().split('{').next().unwrap_or_default().trim();
    let title = title.strip_prefix('[').and_then(|title| title.strip_suffix(']')).unwrap_or(title);
    let title = title.trim_matches([':', '"', ' ']);
    let is = |list: &[&str]| list.contains(&kind.to_ascii_lowercase().as_str());
    Some(match (title, is_named) {
        ("", true) if !is(&LAYOUTS) => capitalised(kind),
        ("", false) if is(&BOXES) => capitalised(kind),
        // What is no kind of box is the first word of what somebody wrote.
        (title, true) if !is_marked && !is(&BOXES) && !is(&LAYOUTS) => format!("{kind} {title}"),
        (title, _) => title.to_owned(),
    })
}

/// The kinds of boxes that are shown with their kind as their title.
const BOXES: [&str; 20] = [
    "note",
    "tip",
    "info",
    "warning",
    "caution",
    "danger",
    "important",
    "success",
    "hint",
    "question",
    "example",
    "quote",
    "attention",
    "error",
    "failure",
    "bug",
    "seealso",
    "todo",
    "abstract",
    "summary",
];

/// Kinds that only say where something stands, or how.
const LAYOUTS: [&str; 32] = [
    "",
    "block",
    "card",
    "cards",
    "center",
    "code-group",
    "code-tabs",
    "column",
    "columns",
    "container",
    "content",
    "details",
    "div",
    "dropdown",
    "figure",
    "flex",
    "fragment",
    "grid",
    "group",
    "layout",
    "left",
    "raw",
    "right",
    "row",
    "section",
    "slide",
    "steps",
    "tab",
    "tab-set",
    "tabs",
    "v-pre",
    "wrapper",
];

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Whether a line tells a program something and a reader nothing.
fn is_directive(line: &str) -> bool {
    let is_place = || {
        let inner = line.strip_prefix('{').and_then(|line| line.strip_suffix('}'));
        inner.is_some_and(|inner| {
            let (name, more) = inner.split_once('|').map_or((inner, None), |(name, more)| (name, Some(more)));
            // What else stands in braces is a place for words, as letters have them: `{first_name}`.
            match more {
                None => matches!(name, "start_tabs" | "end_tabs"),
                Some(_) => name == "tab" || name.ends_with("_tab") || name == "relative",
            }
        })
    };
    let is_import = || {
        let from = line.strip_prefix("import ").map(|line| line.trim_end_matches(';'));
        from.is_some_and(|line| line.contains(" from ") && line.ends_with(['"', '\'']))
    };
    (line.starts_with("{!") && line.ends_with("!}"))
        || line.starts_with("--8<--")
        || matches!(line, "\\newpage" | "\\pagebreak" | "\\clearpage")
        || is_place()
        || is_import()
}

#[cfg(test)]
mod tests {
    use super::super::markdown::{Dialect, to_text};
    use super::*;

    #[test]
    fn boxes_that_look_like_code_or_quotes_are_text_under_their_titles() {
        let text = "```{note} Heads up\n:class: wide\n\nAsk Uma.\n```\n\n````{tip}\n```\ncode\n```\n````\n> [!NOTE]\n> Wet.\n";
        let read = without_directives(text);
        assert_eq!(
            read.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>(),
            ["Heads up", "Ask Uma.", "Tip", "```", "code", "```", "> Note  ", "> Wet."]
        );
        let code = "```{code-cell} python\nx = 1\n```\n";
        assert_eq!(without_directives(code), code);
    }

    fn text(markdown: &str) -> String {
        to_text(&without_directives(markdown), Dialect::Common).1
    }

    #[test]
    fn the_text_of_a_box_is_a_paragraph_under_its_title() {
        assert_eq!(
            text("Before.\n!!! tip \"\"\n    Keys hang\n    at the desk.\n\nAfter."),
            "Before.\n\nKeys hang at the desk.\n\nAfter."
        );
        assert_eq!(
            text("!!! warning\n\n    Wet.\n\n    - a\n    - b\n\nx"),
            "Warning\n\nWet.\n\n- a\n- b\n\nx"
        );
        assert_eq!(text("??? note \"More\"\n    !!! tip\n        Deep.\n"), "More\n\nTip\n\nDeep.");
        assert_eq!(
            text("=== \"Linux\"\n\n    ```\n    ls\n    ```\n\n=== \"Windows\"\n\n    dir\n"),
            "Linux\n\nls\n\nWindows\n\ndir"
        );
        assert_eq!(
            text("1. One\n\n    !!! note\n        Inner.\n\n2. Two"),
            "1. One\n  Note\n  Inner.\n2. Two"
        );
    }

    #[test]
    fn boxes_between_colons_are_read() {
        assert_eq!(text(":::note\nKeys.\n:::\nAfter"), "Note\n\nKeys.\n\nAfter");
        assert_eq!(text("::: tip Where keys are\nAt the desk.\n:::"), "Where keys are\n\nAt the desk.");
        assert_eq!(text(":::danger[Stop]\n\nx\n\n:::"), "Stop\n\nx");
        assert_eq!(text("::: {.column width=50%}\nx\n:::\n:::{warning}\ny\n:::"), "x\n\nWarning\n\ny");
        assert_eq!(
            text("::: details Where keys are\nx\n:::\n\n::: tabs\ny\n:::"),
            "Where keys are\n\nx\n\ny"
        );
    }

    #[test]
    fn what_is_no_known_box_keeps_its_words() {
        assert_eq!(text(":::hinweis\nKeys.\n:::"), "Hinweis\n\nKeys.");
        assert_eq!(text("::: Opening hours\nNine.\n:::"), "Opening hours\n\nNine.");
        assert_eq!(text(":::safety[Gloves on]\nx\n:::"), "Gloves on\n\nx");
        assert_eq!(text("::::: {.legal}\nx\n:::::"), "x");
    }

    #[test]
    fn lines_for_programs_go_and_others_stay() {
        assert_eq!(
            text(
                "{!admin.md!}\n{start_tabs}\n{tab|desktop}\n\n1. {settings_tab|profile}\n\n1. Click **Save**.\n\n{end_tabs}\n"
            ),
            "1. Click Save."
        );
        assert_eq!(text("import Tabs from '@theme/Tabs';\n\n--8<-- \"a.md\"\n\n\\newpage\n\nText"), "Text");
        let kept = [
            "{name}",
            "{first_name}",
            "{start_date}",
            "{first_name|there}",
            "!!! Really now",
            "{a: 1}",
            "import taxes",
            "Use {user_name} here",
            "??? what",
        ];
        for kept in kept {
            assert_eq!(text(kept), kept);
        }
        assert_eq!(without_directives("```\n!!! tip\n:::\n{!a!}\n```\n"), "```\n!!! tip\n:::\n{!a!}\n```\n");
    }
}
