//! Arguments of shortcodes, includes and components: which of them readers see, and which only programs do.

use super::super::tree::ending;

/// An argument; one by its place has no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Argument<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    pub(super) is_quoted: bool,
}

/// What stands behind a tag's name, up to something that is no argument.
pub(super) fn arguments(text: &str) -> Vec<Argument<'_>> {
    let mut arguments = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let name_len = rest.find(|c: char| !c.is_alphanumeric() && !"-_:.".contains(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(name_len);
        let value = after.trim_start().strip_prefix('=').filter(|_| !name.is_empty()).map(str::trim_start);
        // `title: "…"`, too.
        let value = value.or_else(|| {
            name.ends_with(':').then(|| after.trim_start()).filter(|after| after.starts_with(['"', '\'']))
        });
        let (name, from) = value.map_or(("", rest), |value| (name.trim_end_matches(':'), value));
        let Some(first) = from.chars().next() else { return arguments };
        if matches!(first, '"' | '\'' | '`') {
            let Some((value, after)) = quoted(&from[1..], first) else { return arguments };
            arguments.push(Argument { name, value, is_quoted: true });
            rest = after;
        } else {
            let end = from
                .find(|c: char| c.is_whitespace() || c == ',')
                .unwrap_or(from.len())
                .max(first.len_utf8());
            arguments.push(Argument { name, value: &from[..end], is_quoted: false });
            rest = &from[end..];
        }
    }
}

/// What stands before the quote that ends it; a backslash before a quote makes it a sign.
fn quoted(text: &str, quote: char) -> Option<(&str, &str)> {
    let end = text.match_indices(quote).map(|(at, _)| at).find(|&at| !text[..at].ends_with('\\'))?;
    Some((&text[..end], &text[end + 1..]))
}

/// Whether a named argument is told to readers.
pub(super) fn is_for_readers(name: &str, value: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if is_shown(&lower) {
        return value.contains(char::is_alphanumeric) && !is_choice(value) && !value.contains("{{");
    }
    // The last word of a name tells what it is.
    let is_technical = |word: &str| {
        let before = lower.strip_suffix(word);
        before.is_some_and(|before| before.is_empty() || word.len() > 3 || before.ends_with(['-', '_']))
    };
    let is_camel = ["Id", "Url", "Src", "Ref", "Key"].iter().any(|ending| name.ends_with(ending));
    let is_event =
        name.strip_prefix("on").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    let is_for_programs = is_camel || is_event || lower.starts_with("data-") || lower.starts_with("icon");
    !is_for_programs && !TECHNICAL.iter().any(|word| is_technical(word)) && says_something(value)
}

/// Whether an argument of that name is shown, whatever it says.
pub(super) fn is_shown(name: &str) -> bool {
    let names = [
        "title",
        "caption",
        "summary",
        "label",
        "name",
        "header",
        "heading",
        "subheader",
        "subtitle",
        "text",
        "content",
        "description",
        "question",
        "answer",
        "badge",
        "footer",
    ];
    names.contains(&name)
}

fn is_choice(value: &str) -> bool {
    matches!(value.trim(), "true" | "false" | "yes" | "no" | "on" | "off" | "auto" | "none" | "null" | "nil")
}

/// Names of arguments, or their last words, that are told to programs.
const TECHNICAL: &[&str] = &[
    "action",
    "align",
    "anchor",
    "animation",
    "background",
    "border",
    "class",
    "classname",
    "closed",
    "color",
    "colour",
    "columns",
    "cols",
    "command",
    "dir",
    "file",
    "folder",
    "format",
    "group",
    "groupid",
    "height",
    "highlight",
    "href",
    "icon",
    "id",
    "image",
    "img",
    "include",
    "items",
    "key",
    "kind",
    "lang",
    "language",
    "layout",
    "length",
    "level",
    "link",
    "loading",
    "media",
    "method",
    "mode",
    "open",
    "overflow",
    "page",
    "path",
    "position",
    "query",
    "ref",
    "rel",
    "size",
    "slug",
    "src",
    "state",
    "style",
    "target",
    "theme",
    "type",
    "url",
    "variant",
    "width",
];

/// Whether a value is made of words: no address, no place, no size, no yes or no.
pub(super) fn says_something(value: &str) -> bool {
    let value = value.trim();
    let is_one = !value.contains(char::is_whitespace);
    let is_place = || {
        value.starts_with(['/', '#', '.', '$', '@', '?', '<'])
            || value.contains("://")
            || value.starts_with("mailto:")
            || value.contains('/') && value.is_ascii()
            || value.contains('.') && !ending(value).is_empty() && !value.ends_with('.')
    };
    let is_size = || {
        value.starts_with(|c: char| c.is_ascii_digit())
            && value.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len() <= 3
            && value.len() < 8
            && value.ends_with(['x', '%', 'm', 'w', 'h'])
    };
    value.contains(char::is_alphabetic)
        && !value.contains("{{")
        && !(is_one && (is_place() || is_size() || is_choice(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_have_names_or_places() {
        let told =
            arguments(" \"Oslo\" name='Bay \"4\"' open=false, title: \"A \\\"b\\\"\" `raw \"x\"` info");
        let told: Vec<(&str, &str)> = told.iter().map(|one| (one.name, one.value)).collect();
        assert_eq!(
            told,
            [
                ("", "Oslo"),
                ("name", "Bay \"4\""),
                ("open", "false"),
                ("title", "A \\\"b\\\""),
                ("", "raw \"x\""),
                ("", "info")
            ]
        );
        assert_eq!(arguments("\"open").len(), 0);
        assert_eq!(arguments("= x").len(), 2);
    }

    #[test]
    fn words_are_for_readers_and_settings_are_not() {
        for (name, value) in [
            ("content", "Diesel only."),
            ("footer", "Card foot"),
            ("badge", "1998"),
            ("name", "Linux"),
            ("subheader", "in Oslo"),
            ("header", "24/7 desk"),
        ] {
            assert!(is_for_readers(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("class", "big card"),
            ("image_path", "a"),
            ("term_id", "node"),
            ("href", "x y"),
            ("cta", "https://x.example"),
            ("width", "wide"),
            ("label", "true"),
            ("style", "info"),
            ("iconStyle", "red"),
            ("onClick", "go now"),
            ("x", "50%"),
            ("bgColor", "red"),
            ("x", "a.png"),
        ] {
            assert!(!is_for_readers(name, value), "{name}={value}");
        }
    }
}
