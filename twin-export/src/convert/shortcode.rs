//! What the tags of site generators say: `{{< tab "Oslo" >}}`, `{% include note.html content="…" %}`.

use std::borrow::Cow;

use super::tag_words::{Argument, arguments, is_for_readers, is_shown, says_something};

/// How a tag is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Hugo's: `{{< … >}}`, `{{% … %}}`.
    Shortcode,
    /// Of Liquid and its like: `{% … %}`.
    Tag,
    /// A value: `{{ … }}`.
    Output,
}

/// Tags that are instructions to the generator.
const LOGIC: &[&str] = &[
    "assign",
    "autoescape",
    "block",
    "blocktrans",
    "call",
    "capture",
    "case",
    "cycle",
    "decrement",
    "elif",
    "else",
    "elsif",
    "extends",
    "filter",
    "for",
    "form",
    "from",
    "if",
    "ifchanged",
    "import",
    "increment",
    "javascript",
    "layout",
    "link",
    "liquid",
    "load",
    "macro",
    "paginate",
    "post_url",
    "schema",
    "section",
    "set",
    "static",
    "stylesheet",
    "tablerow",
    "trans",
    "unless",
    "url",
    "when",
    "with",
];

/// Tags whose arguments by place are files, addresses, pictures.
const SILENT: &[&str] = &[
    "anchor",
    "asciinema",
    "audio",
    "button",
    "code",
    "codepen",
    "emoji",
    "fa",
    "fab",
    "fas",
    "figure",
    "gallery",
    "gist",
    "highlight",
    "icon",
    "image",
    "img",
    "include",
    "include_cached",
    "include_relative",
    "instagram",
    "jsfiddle",
    "mermaid",
    "pdf",
    "readfile",
    "ref",
    "relref",
    "render",
    "static",
    "svg",
    "tweet",
    "twitter",
    "video",
    "vimeo",
    "x",
    "youtube",
];

/// Boxes, whose first argument by place says how they look.
const BOXES: &[&str] = &["admonition", "alert", "callout", "hint", "notice", "note"];

/// Boxes of tabs: what is theirs alone is how they are told apart.
const HOLDERS: &[&str] = &["codetabs", "tabpane", "tabs"];

/// Values that only the generator knows.
const VALUES: &[&str] = &["param", "skew", "var", "variable"];

/// The texts in a tag that readers see, in their order.
pub(super) fn said<'a>(form: Form, name: &str, rest: &'a str) -> Vec<Cow<'a, str>> {
    if form == Form::Tag && (LOGIC.contains(&name) || name.starts_with("end")) {
        return Vec::new();
    }
    let arguments = arguments(rest);
    if form == Form::Shortcode && VALUES.contains(&name) {
        let value = arguments.first().filter(|first| first.name.is_empty());
        return value.map(|first| Cow::Owned(format!("{{{}}}", first.value))).into_iter().collect();
    }
    if form == Form::Tag && name == "tab" && arguments.iter().all(|one| one.name.is_empty() && !one.is_quoted)
    {
        // The name of its box, and its own.
        let own = rest.trim_start().split_once(' ').map(|(_, own)| own.trim()).filter(|own| !own.is_empty());
        return own.map(Cow::Borrowed).into_iter().collect();
    }
    let mut said: Vec<Cow<'a, str>> = Vec::new();
    for argument in arguments.iter().filter(|argument| is_said(form, name, argument)) {
        let text = argument.value.trim();
        if !said.iter().any(|other| other == text) {
            said.push(Cow::Borrowed(text));
        }
    }
    if said.is_empty() && name.starts_with("glossary") {
        said.extend(arguments.iter().find(|one| one.name == "term_id").map(|one| one.value.into()));
    }
    said
}

fn is_said(form: Form, name: &str, argument: &Argument<'_>) -> bool {
    let Argument { name: of, value, is_quoted } = *argument;
    if form == Form::Output {
        return is_quoted && matches!(of, "title" | "caption" | "summary" | "label");
    }
    if !of.is_empty() {
        let is_word = is_quoted || form == Form::Shortcode && is_shown(of);
        let is_theirs = !HOLDERS.contains(&name) || matches!(of, "title" | "caption");
        return is_word && is_theirs && is_for_readers(of, value);
    }
    let last = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let is_title = form == Form::Shortcode && matches!(last.as_str(), "tab" | "details" | "expand" | "step");
    let is_look = || {
        BOXES.contains(&last.as_str()) && !value.contains([' ', '\u{A0}']) && value == value.to_lowercase()
    };
    (is_quoted || is_title)
        && !SILENT.contains(&last.as_str())
        && !HOLDERS.contains(&last.as_str())
        && !is_look()
        && says_something(value)
}

/// What the tabs of a box are called that does not leave it to them: `items="Oslo,Bergen"`.
pub(super) fn tabs<'a>(name: &str, rest: &'a str) -> Option<Vec<&'a str>> {
    let items =
        arguments(rest).into_iter().find(|one| one.name == "items").filter(|_| HOLDERS.contains(&name))?;
    Some(items.value.split(',').map(str::trim).collect())
}

/// Whether a line ends a tag.
pub(super) fn ends(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].trim_end();
        before.ends_with('/') || line[..at].ends_with("end")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_see_is_said() {
        let shortcode = |tag: &str| {
            let (name, rest) = tag.split_once(' ').unwrap();
            said(Form::Shortcode, name, rest).join("; ")
        };
        let told = [
            ("tab \"Oslo\"", "Oslo"),
            ("tab Oslo", "Oslo"),
            ("tab header=\"Oslo\" lang=\"go\"", "Oslo"),
            ("tab name=Linux codelang=bash", "Linux"),
            ("details \"Click me\"", "Click me"),
            ("card header=\"**A**\" footer=\"B c\" link=\"/a\" icon=\"x\"", "**A**; B c"),
            (
                "timelineItem icon=\"github\" header=\"Founded\" badge=\"1998\" subheader=\"in Oslo\"",
                "Founded; 1998; in Oslo",
            ),
            ("glossary_tooltip text=\"control plane\" term_id=\"control-plane\"", "control plane"),
            ("glossary_tooltip term_id=\"pod\"", "pod"),
            ("notice warning \"Mind the gate\"", "Mind the gate"),
            ("notice \"note\" \"Mind\"", "Mind"),
            ("param price", "{price}"),
            ("tabs \"uniqueid\"", ""),
            ("tabs name=\"tab_with_md\"", ""),
            ("ref \"some page\"", ""),
            ("youtube \"dQw4w9\"", ""),
            ("figure src=\"/a.png\" caption=\"Pump 2\" alt=\"Pump 2\" width=\"300px\"", "Pump 2"),
            ("button href=\"https://x.example\" color=\"red\"", ""),
        ];
        for (tag, wanted) in told {
            assert_eq!(shortcode(tag), wanted, "{tag}");
        }
    }

    #[test]
    fn instructions_say_nothing_and_includes_their_texts() {
        let tag = |tag: &str| {
            let (name, rest) = tag.split_once(' ').unwrap();
            said(Form::Tag, name, rest).join("; ")
        };
        for silent in [
            "if page.title == \"Fuel\"",
            "assign x = \"Fuel up\"",
            "include \"nav.html\"",
            "hint style=\"info\"",
            "include a.html title=page.title",
        ] {
            assert_eq!(tag(silent), "", "{silent}");
        }
        assert_eq!(tag("include note.html content=\"Diesel only.\" type='danger'"), "Diesel only.");
        assert_eq!(tag("tab log Oslo and Voss"), "Oslo and Voss");
        assert_eq!(tag("render \"card\", title: \"Desk\""), "Desk");
        assert_eq!(said(Form::Output, "x", "| default: \"Fuel up\"").len(), 0);
    }
}
