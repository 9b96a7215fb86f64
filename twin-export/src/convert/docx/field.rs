//! Fields: an instruction, and what it shows. Links, boxes to tick and lists to choose from are fields too.

use quick_xml::events::BytesStart;

use super::super::package::{attribute, name_of};
use super::super::prose::Mark;
use super::super::signs;
use super::super::symbols;
use super::styles::is_on;
use super::walker::Walker;

/// A field that is open.
#[derive(Debug, Default)]
pub(super) struct Field {
    pub(super) instruction: String,
    /// What follows is what it shows, no longer its instruction.
    pub(super) is_shown: bool,
    /// Where its result begins.
    pub(super) mark: Option<Mark>,
    form: Form,
}

/// What a form field holds.
#[derive(Debug, Default)]
struct Form {
    is_box: bool,
    ticked: Option<bool>,
    ticked_by_default: bool,
    entries: Vec<String>,
    chosen: Option<usize>,
    chosen_by_default: Option<usize>,
}

impl Field {
    pub(super) fn simple(instruction: String, mark: Mark) -> Self {
        Self { instruction, is_shown: true, mark: Some(mark), ..Self::default() }
    }

    /// A property of the form field.
    pub(super) fn property(&mut self, tag: &BytesStart<'_>) {
        let number = || attribute(tag, "val").and_then(|value| value.parse().ok());
        match name_of(tag) {
            "checkBox" => self.form.is_box = true,
            "checked" => self.form.ticked = Some(is_on(tag)),
            "default" if self.form.is_box => self.form.ticked_by_default = is_on(tag),
            "default" => self.form.chosen_by_default = number(),
            "result" => self.form.chosen = number(),
            "listEntry" => self.form.entries.extend(attribute(tag, "val")),
            _ => {}
        }
    }

    /// What the field is, in capitals.
    pub(super) fn kind(&self) -> String {
        self.instruction.split_whitespace().next().unwrap_or_default().to_uppercase()
    }

    /// Whether its own text is not what it shows.
    pub(super) fn shows_form(&self) -> bool {
        self.form.is_box || !self.form.entries.is_empty()
    }

    /// What the state of a form field says.
    pub(super) fn state(&self) -> Option<String> {
        if self.form.is_box {
            return Some(signs::tick(self.form.ticked.unwrap_or(self.form.ticked_by_default)).to_owned());
        }
        let chosen = self.form.chosen.or(self.form.chosen_by_default).unwrap_or(0);
        self.form.entries.get(chosen).cloned()
    }

    /// Where a link leads.
    pub(super) fn address(&self) -> Option<String> {
        let words = words(&self.instruction);
        let mut words = words.iter().skip(1);
        let first = words.next().filter(|first| !first.starts_with('\\'))?;
        Some(first.clone())
    }

    /// What fields show that keep no result of their own.
    pub(super) fn drawn(&self) -> Option<String> {
        match self.kind().as_str() {
            "SYMBOL" => self.symbol(),
            "MACROBUTTON" | "GOTOBUTTON" => self.button(),
            "EQ" => Some(equation(self.instruction.trim().get(2..)?)),
            _ => None,
        }
    }

    /// The label of a button, behind what it does.
    fn button(&self) -> Option<String> {
        let (_, rest) = self.instruction.trim().split_once(char::is_whitespace)?;
        let (_, label) = rest.trim_start().split_once(char::is_whitespace)?;
        Some(label.trim().trim_matches('"').to_owned())
    }

    fn symbol(&self) -> Option<String> {
        let words = words(&self.instruction);
        let number = words.get(1)?;
        let code = match number.strip_prefix("0x").or_else(|| number.strip_prefix("0X")) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        let font =
            words.iter().position(|word| word.eq_ignore_ascii_case("\\f")).and_then(|at| words.get(at + 1));
        let known = font.and_then(|font| symbols::symbol(font, code));
        known.or_else(|| char::from_u32(code)).filter(|c| !c.is_control()).map(String::from)
    }
}

impl Walker<'_, '_> {
    /// A field begins, shows what follows, or ends.
    pub(super) fn field(&mut self, tag: &BytesStart<'_>) {
        match attribute(tag, "fldCharType").as_deref() {
            Some("begin") => self.fields.push(Field::default()),
            Some("separate") => {
                self.flush();
                let mark = self.prose.mark();
                if let Some(field) = self.fields.last_mut() {
                    (field.is_shown, field.mark) = (true, Some(mark));
                }
            }
            Some("end") => self.end_field(),
            _ => {}
        }
    }

    pub(super) fn end_field(&mut self) {
        self.flush();
        let Some(field) = self.fields.pop() else { return };
        if let Some(state) = field.state() {
            self.plain(&state);
        } else if field.kind() == "LISTNUM" {
            let number = self.list_numbers.next(&field.instruction);
            self.plain(&number);
        } else if !field.is_shown {
            self.plain(&field.drawn().unwrap_or_default());
        } else if field.kind() == "HYPERLINK"
            && let Some(address) = field.address()
            && let Some(label) = field.mark.and_then(|mark| self.prose.take_since(mark))
        {
            self.prose.link(&label, &address);
        }
    }
}

/// An instruction's words; one in quotes may hold blanks.
fn words(instruction: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = instruction.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match rest.strip_prefix(['"', '“', '”']) {
            Some(quoted) => quoted.split_once(['"', '“', '”']).unwrap_or((quoted, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        // Within quotes a backslash stands for itself when doubled.
        words.push(if first == '"' { word.replace("\\\\", "\\") } else { word.to_owned() });
        rest = after.trim_start();
    }
    words
}

/// Word's oldest way to write equations: `\f(a,b)`, `\r(3,x)`, `\s\up8(2)`, and ruby as `\o\ad(\s\up9(rt),base)`.
fn equation(code: &str) -> String {
    let signs: Vec<char> = code.chars().take(4_000).collect();
    let mut at = 0;
    eq_list(&signs, &mut at, 0).concat().trim().to_owned()
}

/// Arguments up to a closing bracket.
fn eq_list(signs: &[char], at: &mut usize, depth: usize) -> Vec<String> {
    let mut list = vec![String::new()];
    while let Some(&sign) = signs.get(*at) {
        *at += 1;
        match sign {
            ')' if depth > 0 => return list,
            ',' | ';' if depth > 0 => list.push(String::new()),
            '\\' => {
                if let Some(last) = list.last_mut() {
                    last.push_str(&eq_command(signs, at, depth));
                }
            }
            other => {
                if let Some(last) = list.last_mut() {
                    last.push(other);
                }
            }
        }
    }
    list
}

fn eq_command(signs: &[char], at: &mut usize, depth: usize) -> String {
    let start = *at;
    match signs.get(start) {
        // A switch of the field, with its word.
        Some('*') => {
            let blanks = signs[start + 1..].iter().take_while(|sign| sign.is_whitespace()).count();
            let from = start + 1 + blanks;
            let is_quoted = signs.get(from) == Some(&'"');
            let ends =
                |sign: &char| if is_quoted { *sign == '"' } else { sign.is_whitespace() || *sign == '\\' };
            let from = from + usize::from(is_quoted);
            *at = from
                + signs[from.min(signs.len())..].iter().take_while(|sign| !ends(sign)).count()
                + usize::from(is_quoted);
            return String::new();
        }
        Some(sign) if !sign.is_alphabetic() => {
            *at += 1;
            return sign.to_string();
        }
        _ => {}
    }
    while signs
        .get(*at)
        .is_some_and(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '\\' | ' ' | '.' | '-'))
    {
        *at += 1;
    }
    let command: String = signs[start..*at].iter().collect::<String>().to_lowercase();
    if signs.get(*at) != Some(&'(') || depth > 16 {
        return String::new();
    }
    *at += 1;
    let list = eq_list(signs, at, depth + 1);
    let part = |at: usize| list.get(at).map(|part| part.trim()).unwrap_or_default();
    match command.split('\\').next().unwrap_or_default() {
        "f" => format!("{}/{}", grouped(part(0)), grouped(part(1))),
        "r" if list.len() > 1 => format!("{}√({})", signs::superscript("", part(0)), part(1)),
        "r" => format!("√({})", part(0)),
        "s" if command.contains("up") => signs::superscript("", part(0)),
        "o" if list.len() == 2 && command.contains("ad") => {
            let raised = part(0).trim_start_matches("^(").trim_end_matches(')');
            format!("{} ({raised})", part(1))
        }
        "b" => format!("({})", list.join(", ")),
        _ => list.join(", "),
    }
}

fn grouped(text: &str) -> String {
    if text.chars().all(char::is_alphanumeric) { text.to_owned() } else { format!("({text})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(instruction: &str) -> Option<String> {
        Field { instruction: instruction.to_owned(), ..Field::default() }.drawn()
    }

    #[test]
    fn fields_that_only_draw_are_read() {
        assert_eq!(drawn(" SYMBOL 176 \\f \"Symbol\" \\s 12 ").as_deref(), Some("°"));
        assert_eq!(drawn(" SYMBOL 0x263A ").as_deref(), Some("☺"));
        assert_eq!(drawn(" EQ \\f(a+b,2) ").as_deref(), Some("(a+b)/2"));
        assert_eq!(drawn(" EQ \\r(3,x) ").as_deref(), Some("³√(x)"));
        let ruby = " EQ \\* jc2 \\* \"Font:MS Mincho\" \\* hps10 \\o\\ad(\\s\\up 9(とう),東)";
        assert!(drawn(ruby).unwrap().ends_with("東 (とう)"));
        assert_eq!(drawn(" MACROBUTTON NoMacro [Click here] ").as_deref(), Some("[Click here]"));
        assert_eq!(drawn(" MACROBUTTON NoMacro "), None);
        assert_eq!(drawn(" PAGE "), None);
    }

    #[test]
    fn a_link_says_where_it_leads() {
        let address =
            |instruction: &str| Field { instruction: instruction.to_owned(), ..Field::default() }.address();
        assert_eq!(
            address(" HYPERLINK \"https://example.com/a b\" \\o \"tip\" ").as_deref(),
            Some("https://example.com/a b")
        );
        assert_eq!(address(" HYPERLINK https://example.com ").as_deref(), Some("https://example.com"));
        assert_eq!(address(" HYPERLINK \\l \"Anchor\" "), None);
    }
}
