//! Markdown as it is meant, without what site generators put in it: Liquid and shortcodes (`{% … %}`, `{{ … }}`),
//! kramdown's attributes (`{: .no_toc}`), marks of tables of contents. What stands in code is left alone.

use std::borrow::Cow;

use super::super::text::beginning;
use super::shortcode::{self, Form};
use super::tag_words::{Argument, arguments};

/// The text without tags, and headings with a space behind their marks.
pub(crate) fn without_tags(markdown: &str) -> Cow<'_, str> {
    let has_tag = ["{%", "{{", "{:", "{#", "{.", "){", "[TOC]", "[toc]", "[[_TOC_]]", "[[TOC]]", "[[toc]]"]
        .iter()
        .any(|tag| markdown.contains(tag));
    if !has_tag && !markdown.lines().any(|line| heading_without_space(line).is_some()) {
        return Cow::Borrowed(markdown);
    }
    let mut cleaner = Cleaner {
        out: String::with_capacity(markdown.len()),
        rest: markdown,
        at_line_start: true,
        without_end: Vec::new(),
        tabs: Vec::new(),
    };
    cleaner.run();
    Cow::Owned(cleaner.out)
}

struct Cleaner<'a> {
    out: String,
    rest: &'a str,
    at_line_start: bool,
    /// Names of tags that nothing ends from here on.
    without_end: Vec<String>,
    /// What the next tabs are called that say nothing themselves, the last one first.
    tabs: Vec<&'a str>,
}

/// Blanks before a tag, and what follows it in its line, as far as they are looked at.
const MOST_INDENT: usize = 100;
const MOST_LINE: usize = 500;

/// No tag is longer.
const MOST_TAG: usize = 4_000;

impl<'a> Cleaner<'a> {
    fn run(&mut self) {
        while !self.rest.is_empty() {
            if self.at_line_start && self.line() {
                continue;
            }
            self.at_line_start = false;
            let next = self.rest.find(['{', '`', '\n']).unwrap_or(self.rest.len());
            self.copy(next);
            let is_done = match self.rest.as_bytes().first() {
                Some(b'\n') => {
                    self.copy(1);
                    self.at_line_start = true;
                    true
                }
                Some(b'`') => {
                    self.code();
                    true
                }
                Some(_) => self.tag(),
                None => true,
            };
            if !is_done {
                self.copy(1);
            }
        }
    }

    fn copy(&mut self, len: usize) {
        let (copied, rest) = self.rest.split_at(len);
        self.out.push_str(copied);
        self.rest = rest;
    }

    /// Lines that mean something as a whole; false where the line is to be read on.
    fn line(&mut self) -> bool {
        let end = self.rest.find('\n').map_or(self.rest.len(), |end| end + 1);
        let line = &self.rest[..end];
        let bare = line.trim();
        if let Some(fence) = fence(bare) {
            self.copy(end);
            while !self.rest.is_empty() {
                let end = self.rest.find('\n').map_or(self.rest.len(), |end| end + 1);
                let is_end = self.rest[..end]
                    .trim()
                    .strip_prefix(fence)
                    .is_some_and(|more| more.trim_matches(['`', '~']).is_empty());
                self.copy(end);
                if is_end {
                    break;
                }
            }
            return true;
        }
        if matches!(bare, "[TOC]" | "[toc]" | "[[_TOC_]]" | "[[TOC]]" | "[[toc]]") {
            self.rest = &self.rest[end..];
            return true;
        }
        if let Some(marks) = heading_without_space(line) {
            self.copy(marks);
            self.out.push(' ');
        }
        false
    }

    /// Code within a line ends with as many marks as it began with.
    fn code(&mut self) {
        let marks = self.rest.bytes().take_while(|&byte| byte == b'`').count();
        self.copy(code_span(self.rest).unwrap_or(marks));
    }

    /// Passes over a tag; false where there is none.
    fn tag(&mut self) -> bool {
        let forms = [
            ("{%", "%}", Form::Tag),
            ("{{<", ">}}", Form::Shortcode),
            ("{{%", "%}}", Form::Shortcode),
            ("{{", "}}", Form::Output),
        ];
        for (open, close, form) in forms {
            if let Some(inner) = self.rest.strip_prefix(open) {
                let Some((tag, _)) = beginning(inner, MOST_TAG).split_once(close) else { return false };
                if tag.contains("\n\n") {
                    return false;
                }
                self.rest = &inner[tag.len() + close.len()..];
                let marks = ['-', '~', ' ', '\n', '\t', '\r'];
                let is_end = tag.trim_start_matches(marks).starts_with('/');
                if !is_end || form == Form::Output {
                    self.named_tag(
                        form,
                        tag.trim_matches(marks).trim_matches(['/', '*']).trim_matches(marks),
                    );
                }
                return true;
            }
        }
        self.attributes()
    }

    /// What a tag says beside its name, and what it makes of the text that it encloses.
    fn named_tag(&mut self, form: Form, inner: &'a str) {
        let name = inner.split_whitespace().next().unwrap_or_default();
        let (_, arguments) = inner.split_at(name.len());
        match name {
            "raw" | "verbatim" => {
                let (kept, after) = self.until_end(name);
                self.out.push_str(kept);
                self.rest = after;
            }
            "comment" => self.rest = self.until_end(name).1,
            "highlight" => {
                let (code, after) = self.until_end(name);
                self.out.push_str("\n```\n");
                self.out.push_str(code.trim_matches('\n'));
                self.out.push_str("\n```\n");
                self.rest = after;
            }
            _ => {
                let mut said = shortcode::said(form, name, arguments);
                if let Some(tabs) = shortcode::tabs(name, arguments) {
                    self.tabs = tabs;
                    self.tabs.reverse();
                } else if name == "tab" && said.is_empty() {
                    said.extend(self.tabs.pop().map(Cow::Borrowed));
                }
                if !said.is_empty() {
                    self.say(name, &said);
                }
            }
        }
    }

    /// Puts in what a tag says: paragraphs where it begins a line and only its own text follows there, else words.
    fn say(&mut self, name: &str, said: &[Cow<'_, str>]) {
        // An address or an attribute.
        if ["](", "=\"", "='", "="].iter().any(|before| self.out.ends_with(before)) {
            return;
        }
        let blanks =
            self.out.bytes().rev().take(MOST_INDENT).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let (before, indent) = self.out.split_at(self.out.len() - blanks);
        let line = beginning(self.rest, MOST_LINE).split('\n').next().unwrap_or_default();
        let has_text = shortcode::ends(line, name);
        if (before.is_empty() || before.ends_with('\n')) && (line.trim().is_empty() || has_text) {
            let parting = format!("\n\n{indent}");
            if !before.is_empty() && !before.ends_with("\n\n") {
                let indent = indent.to_owned();
                self.out.push('\n');
                self.out.push_str(&indent);
            }
            self.out.push_str(&said.join(&parting));
            self.out.push_str(if line.trim().is_empty() { "\n" } else { &parting });
            self.rest = if has_text { self.rest.trim_start_matches([' ', '\t']) } else { self.rest };
            return;
        }
        if self.out.ends_with(char::is_alphanumeric) {
            self.out.push(' ');
        }
        self.out.push_str(&said.join(" "));
        match self.rest.chars().next() {
            Some(next) if has_text && !next.is_whitespace() => self.out.push_str(": "),
            Some(next) if next.is_alphanumeric() => self.out.push(' '),
            _ => {}
        }
    }

    /// The text up to the tag that ends another, and what follows.
    fn until_end(&mut self, name: &str) -> (&'a str, &'a str) {
        let mut at = 0;
        if self.without_end.iter().any(|one| one == name) {
            return ("", self.rest);
        }
        while let Some(found) = self.rest[at..].find("{%") {
            let start = at + found;
            let Some((inner, after)) = self.rest[start + 2..].split_once("%}") else { break };
            if inner.trim_matches(['-', ' ']).strip_prefix("end") == Some(name) {
                return (&self.rest[..start], after);
            }
            at = start + 2;
        }
        // Nor is there one behind any other.
        self.without_end.push(name.to_owned());
        ("", self.rest)
    }

    /// kramdown's and pandoc's attributes: `{: .no_toc}`, `{#id}`, `{.class}`, `{:toc}`, `{::comment}…{:/comment}`.
    fn attributes(&mut self) -> bool {
        let line = beginning(self.rest, MOST_TAG).split('\n').next().unwrap_or_default();
        let Some((inner, _)) = line[1..].split_once('}') else { return false };
        let after = &self.rest[inner.len() + 2..];
        if inner == "::comment" {
            self.rest = after
                .split_once("{:/comment}")
                .or_else(|| after.split_once("{:/}"))
                .map_or(after, |(_, after)| after);
            return true;
        }
        if inner.starts_with("::") || inner.starts_with(":/") {
            self.rest = after;
            return true;
        }
        let is_kramdown = inner.starts_with(':');
        let words = inner.trim_start_matches(':').trim();
        // Behind a link or a picture: `![Gate](gate.png){ width="300" }`.
        let is_of_link = self.out.ends_with(')') && words.contains('=') && !words.starts_with('=');
        let is_marked = words.starts_with(['.', '#']) || (is_kramdown && !words.is_empty()) || is_of_link;
        let is_attribute = |word: &str| {
            let is_name = |name: &str| {
                name.starts_with(char::is_alphabetic)
                    && name.chars().all(|c| c.is_alphanumeric() || "-_:.".contains(c))
            };
            word.strip_prefix(['.', '#']).is_some_and(is_name)
                || word.split_once('=').is_some_and(|(name, _)| is_name(name))
                || (is_kramdown && is_name(word))
        };
        // Values in quotes may hold blanks.
        let is_quoted = words.contains(['"', '\'']) && !is_of_link || is_of_link && has_attributes(words);
        let ends_line =
            after.is_empty() || after.starts_with(['\n', '\r', ' ', '{']) || is_kramdown || is_of_link;
        if !is_marked || !ends_line || !(is_quoted || words.split_whitespace().all(is_attribute)) {
            return false;
        }
        self.rest = after;
        let blanks = self.out.trim_end_matches([' ', '\t']).len();
        self.out.truncate(blanks);
        if words == "toc" || words.starts_with("toc ") {
            self.drop_placeholder();
        }
        true
    }

    /// The item that stands where a table of contents goes.
    fn drop_placeholder(&mut self) {
        let text = self.out.trim_end().len();
        let start = self.out[..text].rfind('\n').map_or(0, |end| end + 1);
        if self.out[start..text].trim_start().starts_with(['*', '-', '+', '1']) && text - start < 40 {
            self.out.truncate(start);
        }
    }
}

/// The marks that open a block of code.
pub(super) fn fence(line: &str) -> Option<&str> {
    let bare = line.trim_start_matches(['>', ' ', '-', '*']);
    let mark = bare.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let marks = bare.chars().take_while(|&c| c == mark).count();
    (marks >= 3 && !bare[marks..].contains(mark)).then(|| &bare[..marks])
}

/// Whether all of it is `name="value"`, `.class` or `#id`.
fn has_attributes(words: &str) -> bool {
    let is_one =
        |one: &Argument<'_>| !one.name.is_empty() || !one.is_quoted && one.value.starts_with(['.', '#']);
    arguments(words).iter().all(is_one)
}

/// The length of a heading's marks where no space follows them: `#Objectives`. A tag (`#todo`) is no heading.
fn heading_without_space(line: &str) -> Option<usize> {
    let bare = line.trim_start_matches(' ');
    let indent = line.len() - bare.len();
    let marks = bare.bytes().take_while(|&byte| byte == b'#').count();
    let text = bare.get(marks..)?.trim_end();
    let first = text.chars().next()?;
    let has_tags = || text.split_whitespace().any(|word| word.starts_with('#'));
    let is_heading = (1..=6).contains(&marks) && indent <= 3 && first.is_alphabetic() && !has_tags();
    let is_title = || marks > 1 || !first.is_lowercase();
    (is_heading && is_title()).then_some(indent + marks)
}

const MOST_CODE: usize = 2_000;

/// The length of code within a line, which ends with as many marks as it begins with.
pub(crate) fn code_span(text: &str) -> Option<usize> {
    let marks = text.bytes().take_while(|&byte| byte == b'`').count();
    let (open, after) = text.split_at(marks);
    let after = beginning(after, MOST_CODE);
    let paragraph = after.find("\n\n").unwrap_or(after.len());
    let mut at = 0;
    while let Some(found) = after[at..paragraph].find(open) {
        let start = at + found;
        let run = after[start..].bytes().take_while(|&byte| byte == b'`').count();
        if run == marks {
            return Some(marks + start + run);
        }
        at = start + run;
    }
    Some(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_site_generators_go_and_code_stays() {
        assert_eq!(without_tags("{% include nav.html %}\nSee {{ site.name }} now.\n"), "\nSee  now.\n");
        assert_eq!(without_tags("[a]({% link b.md %}) and `{{ x }}`"), "[a]() and `{{ x }}`");
        assert_eq!(without_tags("```\n{{ x }}\n```\n{{ y }}z"), "```\n{{ x }}\n```\nz");
        assert_eq!(
            without_tags("{% raw %}{{ kept }}{% endraw %}{% comment %}gone{% endcomment %}."),
            "{{ kept }}."
        );
        assert_eq!(
            without_tags("{% highlight sh %}\nls {{x}}\n{% endhighlight %}"),
            "\n```\nls {{x}}\n```\n"
        );
        assert_eq!(without_tags("{{< tab title=\"Windows\" >}}x{{< /tab >}}"), "Windows\n\nx");
        assert_eq!(without_tags("no {tag} here, {{ open"), "no {tag} here, {{ open");
    }

    #[test]
    fn what_tags_say_stands_apart_from_what_they_hold() {
        assert_eq!(
            without_tags("{{< tabs \"a\" >}}\n{{< tab \"Oslo\" >}}\nBay 4.\n{{< /tab >}}\n{{< /tabs >}}\n"),
            "\n\nOslo\n\nBay 4.\n\n\n"
        );
        assert_eq!(
            without_tags(
                "{{< tabs items=\"Oslo,Voss\" >}}\n\n  {{< tab >}}Bay 4.{{< /tab >}}\n  {{< tab >}}Bay 9.{{< /tab >}}\n"
            ),
            "\n\n  Oslo\n\n  Bay 4.\n  \n  Voss\n\n  Bay 9.\n"
        );
        assert_eq!(
            without_tags("The {{< tip text=\"control plane\" >}} runs, {{< tip \"so\" >}}it{{< /tip >}} is."),
            "The control plane runs, so: it is."
        );
        assert_eq!(
            without_tags("[a]({{< at \"one page\" >}}) ![b](b.png){ width=\"300\" } f(x){ a == b }"),
            "[a]() ![b](b.png) f(x){ a == b }"
        );
        assert_eq!(without_tags("{{</* tab \"x y\" */>}}."), ".");
    }

    #[test]
    fn attributes_and_tables_of_contents_go() {
        assert_eq!(without_tags("# Plan {#plan .x}\n{: .no_toc }\ntext {: #a}\n"), "# Plan\n\ntext\n");
        assert_eq!(without_tags("* TOC\n{:toc}\n\nText\n[[_TOC_]]\n"), "\n\nText\n");
        assert_eq!(without_tags("# Set {a, b}\nand {: } or {.5}"), "# Set {a, b}\nand {: } or {.5}");
        assert_eq!(without_tags("{::comment}\nx\n{:/comment}y"), "y");
    }

    #[test]
    fn a_heading_may_lack_its_space_and_a_tag_is_none() {
        assert_eq!(
            without_tags("#Objectives and Key Results\n##Salary\n"),
            "# Objectives and Key Results\n## Salary\n"
        );
        for text in ["#todo later\n", "#1 priority\n", "#Work #Home\n", "```\n#Define\n```\n", "a #Tag\n"] {
            assert_eq!(without_tags(text), text);
        }
    }
}
