//! Markdown with components (`.mdx`): `import` and `export` go, tags of components go and the text between them stays,
//! with the titles that they show. Code stays as it is.

use std::borrow::Cow;

use super::super::text::beginning;
use super::template_tags::fence;
use tag::Tag;

mod tag;

/// The Markdown that is left without components.
pub(super) fn without_components(markdown: &str) -> String {
    let mut walker = Walker {
        out: String::with_capacity(markdown.len()),
        rest: markdown,
        indents: Vec::new(),
        labels: Vec::new(),
        patience: LONGEST,
    };
    while !walker.rest.is_empty() {
        walker.line();
    }
    walker.out
}

/// Longer tags, expressions and statements are none.
const LONGEST: usize = 8 * 1024;

struct Walker<'a> {
    out: String,
    rest: &'a str,
    /// By how much the text within each open component is indented, as soon as that is known.
    indents: Vec<Option<usize>>,
    /// What tabs are called whose names stand in their box: by their values.
    labels: Vec<(&'a str, &'a str)>,
    /// Bytes that may still be looked at in vain: every brace and every bracket may be the last.
    patience: usize,
}

/// Tabs among which one looks for its name.
const MOST_TABS: usize = 200;

/// For each byte of the text.
const PATIENCE: usize = 16;

impl<'a> Walker<'a> {
    fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(len);
        self.patience += PATIENCE * len;
        self.rest = rest;
        taken
    }

    fn keep(&mut self, len: usize) {
        let kept = self.take(len);
        self.out.push_str(kept);
    }

    fn take_line(&mut self) -> &'a str {
        self.take(self.rest.find('\n').map_or(self.rest.len(), |end| end + 1))
    }

    /// What is found at the beginning of a text, as long as enough was found before.
    fn near<T>(&mut self, text: &'a str, find: impl Fn(&'a str) -> Option<T>) -> Option<T> {
        let near = beginning(text, LONGEST);
        let found = (self.patience >= near.len()).then(|| find(near)).flatten();
        if found.is_none() {
            self.patience = self.patience.saturating_sub(near.len());
        }
        found
    }

    fn line(&mut self) {
        let line = self.rest.lines().next().unwrap_or_default();
        if let Some(mark) = fence(line.trim()) {
            return self.code(mark);
        }
        if self.indents.is_empty() && begins_statement(self.rest) {
            match self.near(self.rest, statement) {
                Some(len) => self.take(len),
                // It does not end: what follows is text.
                None => self.take_line(),
            };
            self.out.push('\n');
            return;
        }
        if line.trim_start().starts_with('{')
            && let Some((inner, len)) = self.near(self.rest.trim_start(), expression)
            && self.rest.trim_start()[len..].lines().next().is_none_or(|after| after.trim().is_empty())
        {
            self.take(self.rest.len() - self.rest.trim_start().len() + len);
            self.take_line();
            self.out.push_str(&literal(inner).unwrap_or_default());
            self.out.push('\n');
            return;
        }
        self.indent(line);
        self.words();
    }

    /// Moves the text of a component out to where it would stand without.
    fn indent(&mut self, line: &str) {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        if line.trim().is_empty() {
            return;
        }
        let wanted = match self.indents.last_mut() {
            Some(indent) => *indent.get_or_insert(blanks),
            None => 0,
        };
        self.take(blanks.min(wanted));
    }

    fn code(&mut self, mark: &str) {
        let mut is_first = true;
        while !self.rest.is_empty() {
            self.indent(self.rest.lines().next().unwrap_or_default());
            let line = self.take_line();
            self.out.push_str(line);
            let ends =
                line.trim().strip_prefix(mark).is_some_and(|more| more.trim_matches(['`', '~']).is_empty());
            if ends && !is_first {
                return;
            }
            is_first = false;
        }
    }

    /// The rest of a line, its tags and expressions taken out; these may reach over several.
    fn words(&mut self) {
        let mut begins = true;
        while let Some(sign) = self.rest.chars().next() {
            let before = self.out.len();
            match sign {
                '\n' => {
                    self.keep(1);
                    return;
                }
                '\\' => {
                    let len = 1 + self.rest[1..].chars().next().map_or(0, char::len_utf8);
                    self.keep(len);
                }
                '`' => {
                    let len = inline_code(self.rest);
                    self.keep(len);
                }
                '<' => match self.near(self.rest, Tag::of) {
                    Some(tag) => {
                        self.take(tag.len);
                        self.tag(&tag, begins);
                    }
                    None => self.keep(1),
                },
                '{' => match self.near(self.rest, expression) {
                    Some((inner, len)) => {
                        let whole = self.take(len);
                        let said = literal(inner).unwrap_or_else(|| unknown(inner, whole));
                        self.out.push_str(&said);
                    }
                    None => self.keep(1),
                },
                _ => {
                    let len = self.rest.find(['\n', '\\', '`', '<', '{']).unwrap_or(self.rest.len());
                    self.keep(len);
                }
            }
            begins &= self.out[before.min(self.out.len())..].trim().is_empty();
        }
    }

    fn tag(&mut self, tag: &Tag<'a>, begins: bool) {
        if !tag.is_component() {
            return self.out.push_str(&tag.as_html());
        }
        if tag.is_end {
            self.indents.pop();
        } else if !tag.is_empty {
            self.indents.push(None);
        }
        let ends = self.rest.lines().next().is_none_or(|rest| rest.trim().is_empty());
        let is_block = begins && (ends || !tag.is_empty);
        self.labels.extend(tag.tabs());
        let mut titles = tag.titles();
        if let [title] = titles.as_mut_slice()
            && tag.is_tab()
            && let Some((_, label)) =
                self.labels.iter().rev().take(MOST_TABS).find(|(value, _)| value == title)
        {
            *title = label;
        }
        if is_block {
            self.out.push_str("\n\n");
            titles.iter().for_each(|title| self.out.push_str(&format!("{title}\n\n")));
        } else if tag.is_empty {
            self.out.push_str(&titles.join(" "));
        } else if tag.is_end && ends {
            self.out.push('\n');
        }
    }
}

/// The code from a backtick on, to as many of them; only themselves if there are none.
fn inline_code(text: &str) -> usize {
    let marks = text.len() - text.trim_start_matches('`').len();
    let near = beginning(&text[marks..], LONGEST);
    let near = near.find("\n\n").map_or(near, |end| &near[..end]);
    let mut at = 0;
    while let Some(start) = near[at..].find('`') {
        let run = near[at + start..].len() - near[at + start..].trim_start_matches('`').len();
        at += start + run;
        if run == marks {
            return marks + at;
        }
    }
    marks
}

/// Whether a text begins with an `import` or `export`, and not with a sentence.
fn begins_statement(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let imports =
        line.starts_with("import ") && (line.contains(['"', '\'']) || line.trim_end().ends_with(['{', ',']));
    let exports = [
        "export const ",
        "export let ",
        "export var ",
        "export function ",
        "export async ",
        "export class ",
        "export default ",
        "export {",
        "export * ",
    ];
    imports || exports.iter().any(|export| text.starts_with(export))
}

/// How long the statement is with which a text begins.
fn statement(text: &str) -> Option<usize> {
    let exports = text.starts_with("export");
    let (mut open, mut len) = (0_i32, 0);
    for line in text.split_inclusive('\n') {
        len += line.len();
        open += tag::balance(line);
        let goes_on = line.trim_end().ends_with(['=', ',', '(', '>']) && !line.trim_end().ends_with("/>");
        if open <= 0 && !(goes_on && exports) {
            return Some(len);
        }
    }
    None
}

/// What stands between braces, and how long the whole is.
fn expression(text: &str) -> Option<(&str, usize)> {
    let end = tag::closing(text)?;
    Some((&text[1..end], end + 1))
}

/// The text that an expression is.
fn literal(inner: &str) -> Option<Cow<'_, str>> {
    let inner = inner.trim();
    let quote = inner.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    let said = inner[1..].strip_suffix(quote).filter(|said| !said.contains(quote))?;
    Some(Cow::Borrowed(said))
}

/// A value that only a program knows is told by its name; comments and code are not.
fn unknown(inner: &str, whole: &str) -> Cow<'static, str> {
    let is_name = inner.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | ' '));
    let is_value =
        is_name && !inner.trim().is_empty() && !matches!(inner.trim(), "children" | "props.children");
    Cow::Owned(if is_value { format!("\\{whole}") } else { String::new() })
}

#[cfg(test)]
mod tests {
    use super::super::markdown::{Dialect, to_text};
    use super::*;

    fn text(mdx: &str) -> String {
        to_text(&without_components(mdx), Dialect::Common).1
    }

    #[test]
    fn of_a_statement_without_an_end_only_its_line_goes() {
        assert_eq!(
            text("export const keys = {\n\nThe keys hang at the desk.\n"),
            "The keys hang at the desk."
        );
        assert_eq!(text("import {\n\nThe keys hang at the desk.\n"), "The keys hang at the desk.");
    }

    #[test]
    fn imports_and_exports_go() {
        assert_eq!(
            text("import Tabs from '@theme/Tabs';\nimport {\n  A,\n  B,\n} from \"./ab\"\n\n# Keys\n"),
            "Keys"
        );
        assert_eq!(
            text(
                "export const meta = {\n  title: 'x',\n\n  tags: ['a'],\n};\n\nKeys.\n\nexport default ({children}) => <Layout>{children}</Layout>\n\nexport function F(p) {\n  return (\n    <b>{p.x}</b>\n  );\n}\n\nEnd."
            ),
            "Keys.\n\nEnd."
        );
        for kept in ["import taxes are due", "export licences: see below"] {
            assert_eq!(text(kept), kept);
        }
    }

    #[test]
    fn the_text_of_components_stays_with_its_titles() {
        assert_eq!(
            text(
                "<Tabs groupId=\"os\">\n  <TabItem value=\"linux\" label=\"Linux\" default>\n    Run **this**:\n\n    ```sh\n    ls {a} <B>\n    ```\n  </TabItem>\n  <TabItem value=\"mac\">\n    Open it.\n  </TabItem>\n</Tabs>\nAfter."
            ),
            "Linux\n\nRun this:\n\nls {a} <B>\n\nmac\n\nOpen it.\n\nAfter."
        );
        assert_eq!(
            text("<Card title={\"Gate\"} icon={<Key size={2} />} onClick={() => go('>')}>Code 4711.</Card>"),
            "Gate\n\nCode 4711."
        );
        assert_eq!(
            text(
                "<Tabs values={[\n  {label: 'Early shift', value: 'a'},\n  { value: \"b\", label: \"Late {x} shift\" },\n]}>\n\
                 <TabItem value=\"a\">At 7.</TabItem>\n<TabItem value=\"b\">At 15.</TabItem>\n</Tabs>"
            ),
            "Early shift\n\nAt 7.\n\nLate {x} shift\n\nAt 15."
        );
        assert_eq!(
            text("<Card className=\"big card\" footer=\"Open at 9\" href=\"/a b\">Desk</Card>"),
            "Open at 9\n\nDesk"
        );
        assert_eq!(
            text("See <Link to=\"/x\">the *list*</Link> and <Badge text=\"new\" /> ones."),
            "See the list and new ones."
        );
        assert_eq!(text("<>\n- a\n- b\n</>"), "- a\n- b");
        assert_eq!(
            text("<Note.Box\n  title=\"Wet floor\"\n>\nMind it.\n</Note.Box>"),
            "Wet floor\n\nMind it."
        );
    }

    #[test]
    fn tags_of_html_stay_without_code() {
        assert_eq!(text("10<sup style={{color: 'red'}}>6</sup> litres"), "10⁶ litres");
        assert_eq!(text("<div className={styles.box}>\n**Bold** words\n</div>"), "Bold words");
        assert_eq!(
            text("<details>\n<summary>More</summary>\n\nHidden *key*.\n\n</details>"),
            "More\n\nHidden key."
        );
    }

    #[test]
    fn expressions_are_read_as_far_as_they_say_something() {
        assert_eq!(
            text("{/* note to self */}\n\nKeys{' '}hang{/* x */} here, \\{as said\\}, {`all`} of them."),
            "Keys hang here, {as said}, all of them."
        );
        assert_eq!(
            text("Limit: {limits.max} GB.\n\n{items.map((item) => (\n  <li>{item}</li>\n))}\n\nEnd."),
            "Limit: {limits.max} GB.\n\nEnd."
        );
        assert_eq!(
            text("`{x}` and `<B>` stay, a < b, 5 <6 and {open"),
            "{x} and <B> stay, a < b, 5 <6 and {open"
        );
    }
}
