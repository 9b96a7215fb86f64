//! Equations in office files, in a line: `(a+b)/(c+2)`, `√(x+1)`, `[1, 2; 3, 4]`, `x^(n+1)`.

use quick_xml::events::BytesStart;

use super::formula::{Ending, above, bare, below, beside, is_bracketed, is_raised, raised};
use super::package::{attribute, name_of};
use super::signs;

/// Follows the elements of an equation, without recursion however deep they nest.
#[derive(Debug, Default)]
pub(super) struct Equation {
    open: Vec<Node>,
    /// What ends the text before: an equation, where no letter came since.
    after: Option<Ending>,
    /// How the equation ends that was just read.
    ending: Option<Ending>,
    /// The equations stand in lines of their own.
    in_lines: bool,
    /// Elements beyond [`DEEPEST`]: their text goes to the last node there is.
    beyond: usize,
}

/// No equation that people read nests deeper.
const DEEPEST: usize = 64;

/// What of an element's properties matters.
const PROPERTIES: [&str; 15] = [
    "type",
    "chr",
    "subHide",
    "supHide",
    "begChr",
    "endChr",
    "sepChr",
    "pos",
    "show",
    "strikeH",
    "strikeV",
    "strikeBLTR",
    "strikeTLBR",
    "strike",
    "dstrike",
];
/// What strikes out a term, and a run.
const STROKES: [&str; 6] = ["strikeH", "strikeV", "strikeBLTR", "strikeTLBR", "strike", "dstrike"];

const BRACES: [&str; 6] = ["⏞", "⏟", "⎴", "⎵", "︷", "︸"];

#[derive(Debug, Default)]
struct Node {
    name: String,
    text: String,
    /// What its parts say, by their names, in their order.
    parts: Vec<(String, String)>,
    /// What its properties say, by their names.
    properties: Vec<(String, String)>,
    /// How its text ends.
    ending: Ending,
}

impl Equation {
    /// Whether an equation is being read.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Begins an element; gives whether it is part of an equation.
    pub(super) fn start(&mut self, tag: &BytesStart<'_>) -> bool {
        let name = name_of(tag);
        if self.open.is_empty() && name != "oMath" {
            self.in_lines |= name == "oMathPara";
            return false;
        }
        if self.open.len() >= DEEPEST {
            self.beyond += 1;
            return true;
        }
        let owner = self.open.iter_mut().rev().find(|node| !node.name.ends_with("Pr"));
        if let Some(owner) = owner.filter(|_| PROPERTIES.contains(&name)) {
            let value = attribute(tag, "val").unwrap_or_else(|| "1".to_owned());
            owner.properties.push((name.to_owned(), value));
        }
        self.open.push(Node { name: name.to_owned(), ..Node::default() });
        true
    }

    /// Ends an element; gives the equation with its last one.
    pub(super) fn end(&mut self) -> Option<String> {
        if self.beyond > 0 {
            self.beyond -= 1;
            return None;
        }
        let node = self.open.pop()?;
        let name = node.name.clone();
        let inner = node.ending;
        let said = node.said();
        let Some(parent) = self.open.last_mut() else {
            self.ending = Some(inner).filter(|_| !said.trim().is_empty());
            return Some(in_a_line(&said));
        };
        if is_part(&name) {
            parent.parts.push((name, said));
        } else if !said.is_empty() {
            let ending = Ending::of(&name, &said, inner);
            parent.text.push_str(beside(&parent.text, parent.ending, &name, &said));
            if parent.text.is_empty() {
                parent.text = said;
            } else {
                parent.text.push_str(&said);
            }
            parent.ending = ending;
        }
        None
    }

    /// A paragraph begins.
    pub(super) fn begin(&mut self) {
        (self.after, self.ending, self.in_lines) = (None, None, false);
    }

    /// A finished equation with what keeps it from what stands before it.
    pub(super) fn apart(&mut self, before: Option<char>, equation: &str) -> String {
        let digits = equation.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_fraction = digits.len() < equation.len() && digits.starts_with('/');
        let after = self.after;
        self.after = self.ending.take().or(after);
        let gap = match after {
            _ if equation.trim().is_empty() => "",
            Some(_) if self.in_lines => "; ",
            Some(_) => " ",
            None if is_fraction && before.is_some_and(char::is_alphanumeric) => " ",
            None => "",
        };
        format!("{gap}{equation}")
    }

    /// Text follows; gives whether it would be read as a part of the equation's last fraction.
    pub(super) fn is_continued_by(&mut self, text: &str) -> bool {
        if text.is_empty() {
            return false;
        }
        let after = self.after.take();
        after == Some(Ending::Fraction) && text.starts_with(char::is_alphanumeric)
    }

    /// Letters of the equation.
    pub(super) fn text(&mut self, text: &str) {
        if let Some(node) = self.open.last_mut() {
            node.text.push_str(text);
        }
    }
}

/// Elements that their parent puts together.
fn is_part(name: &str) -> bool {
    matches!(name, "num" | "den" | "deg" | "e" | "sub" | "sup" | "fName" | "lim" | "mr")
}

impl Node {
    fn part(&self, name: &str) -> &str {
        self.parts.iter().find(|(one, _)| one == name).map_or("", |(_, text)| text.trim())
    }

    fn all(&self, name: &str) -> Vec<&str> {
        self.parts.iter().filter(|(one, _)| one == name).map(|(_, text)| text.trim()).collect()
    }

    fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    fn is_on(&self, name: &str) -> bool {
        self.property(name).is_some_and(|value| !matches!(value, "0" | "false" | "off"))
    }

    fn said(self) -> String {
        let e = self.part("e");
        let (sub, sup) = (self.part("sub"), self.part("sup"));
        match self.name.as_str() {
            "br" => "\n".to_owned(),
            "phant" if self.property("show").is_some() && !self.is_on("show") => String::new(),
            "f" if self.property("type") == Some("noBar") => {
                format!("{} choose {}", self.part("num"), self.part("den"))
            }
            "f" => format!("{}/{}", above(self.part("num")), below(self.part("den"))),
            "rad" => self.root(e),
            "sSup" => format!("{}{}", powered(e), raised(sup)),
            "sSub" => format!("{}{}", base(e), sunk(sub)),
            "sSubSup" => format!("{}{}{}", base(e), sunk(sub), raised(sup)),
            "sPre" => format!("{}{}{e}", raised(sup), signs::lowered(sub)),
            "nary" => self.sum(e, sub, sup),
            "d" => self.brackets(),
            "mr" => self.all("e").join(", "),
            "m" => format!("[{}]", self.all("mr").join("; ")),
            "eqArr" => self.all("e").join("; ").replace('&', ""),
            "func" => {
                let name = self.part("fName");
                if e.starts_with('(') || e.is_empty() { format!("{name}{e}") } else { format!("{name}({e})") }
            }
            "borderBox" | "r" if STROKES.iter().any(|stroke| self.is_on(stroke)) => {
                signs::struck(&self.rest())
            }
            // A brace says which terms a remark is on.
            "limLow" | "limUpp" if BRACES.contains(&self.part("lim")) => e.to_owned(),
            "limLow" => format!("{e}_({})", self.part("lim")),
            "limUpp" => format!("{e}^({})", self.part("lim")),
            "acc" => accented(e, self.property("chr").unwrap_or("\u{302}")),
            "bar" if self.property("pos") == Some("top") => over_all(e, '\u{305}'),
            "bar" => over_all(e, '\u{332}'),
            _ => self.rest(),
        }
    }

    /// Text and parts that nothing puts together.
    fn rest(self) -> String {
        let mut text = self.text;
        for (_, part) in &self.parts {
            text.push_str(part);
        }
        text
    }

    fn root(&self, e: &str) -> String {
        let degree = self.part("deg");
        let sign = match degree {
            "" | "2" => "√".to_owned(),
            "3" => "∛".to_owned(),
            "4" => "∜".to_owned(),
            other => format!("{}√", raised(other)),
        };
        if e.chars().all(char::is_numeric) && !e.is_empty() {
            sign + e
        } else {
            format!("{sign}({})", bare(e))
        }
    }

    fn sum(&self, e: &str, sub: &str, sup: &str) -> String {
        let mut text = self.property("chr").unwrap_or("∫").to_owned();
        if !sub.is_empty() && !self.is_on("subHide") {
            text.push_str(&format!("_({sub})"));
        }
        if !sup.is_empty() && !self.is_on("supHide") {
            text.push_str(&format!("^({sup})"));
        }
        if text.ends_with(')') && !e.is_empty() {
            text.push(' ');
        }
        text + e
    }

    fn brackets(&self) -> String {
        let own = |name: &str, default: &'static str| self.property(name).unwrap_or(default).to_owned();
        let (open, close) = (own("begChr", "("), own("endChr", ")"));
        let parts = self.all("e");
        // A matrix has its own brackets already.
        if let [only] = parts.as_slice()
            && let Some(inner) = only.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
            && !inner.contains(['[', ']'])
        {
            return if matches!(open.as_str(), "(" | "[") && !close.is_empty() {
                (*only).to_owned()
            } else {
                format!("{open}{inner}{close}")
            };
        }
        format!("{open}{}{close}", parts.join(&own("sepChr", "|")))
    }
}

/// What is raised or has an index, in brackets where that would go to its last letter alone.
fn base(text: &str) -> String {
    let is_one = text.chars().all(char::is_alphanumeric) || is_bracketed(text);
    if is_one || text.chars().count() < 2 { text.to_owned() } else { format!("({text})") }
}

/// As [`base`]; a power of a power is in brackets, too.
fn powered(text: &str) -> String {
    if text.contains(is_raised) && !is_bracketed(text) { format!("({text})") } else { base(text) }
}

/// An index stays plain where it is one word.
fn sunk(text: &str) -> String {
    if text.chars().all(char::is_alphanumeric) { text.to_owned() } else { format!("_({})", bare(text)) }
}

fn accented(text: &str, accent: &str) -> String {
    let mark = match accent {
        "^" | "ˆ" => '\u{302}',
        "~" | "˜" => '\u{303}',
        "¯" | "‾" | "ˉ" => '\u{305}',
        "→" => '\u{20D7}',
        "←" => '\u{20D6}',
        "˙" => '\u{307}',
        "¨" => '\u{308}',
        "ˇ" => '\u{30C}',
        "´" => '\u{301}',
        "`" => '\u{300}',
        "˘" => '\u{306}',
        other => match other.chars().next() {
            Some(mark @ ('\u{300}'..='\u{36F}' | '\u{20D0}'..='\u{20F0}')) => mark,
            _ => return text.to_owned(),
        },
    };
    if matches!(mark, '\u{304}' | '\u{305}' | '\u{332}' | '\u{33F}') {
        return over_all(text, mark);
    }
    match text.chars().count() {
        0 => String::new(),
        1 => format!("{text}{mark}"),
        _ => format!("{}{mark}", base(text)),
    }
}

fn over_all(text: &str, mark: char) -> String {
    text.chars().flat_map(|letter| [letter, mark]).collect()
}

/// The lines of an equation in one; a line that goes on with a sign is the same equation.
fn in_a_line(equation: &str) -> String {
    let mut out = String::new();
    for line in equation.split('\n').map(str::trim).filter(|line| !line.is_empty()) {
        let is_sign = |c: char| "+-−±=<>≤≥≈·×/,;".contains(c);
        if !out.is_empty() {
            out.push_str(if out.ends_with(is_sign) || line.starts_with(is_sign) { " " } else { "; " });
        }
        out.push_str(line);
    }
    if equation.contains('\n') { out } else { equation.to_owned() }
}

#[cfg(test)]
mod tests;
