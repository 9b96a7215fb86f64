//! Equations in office files, in a line: `(a+b)/(c+2)`, `√(x+1)`, `[1, 2; 3, 4]`, `x^(n+1)`.

use quick_xml::events::BytesStart;

use super::package::{attribute, name_of};
use super::signs;

/// Follows the elements of an equation, without recursion however deep they nest.
#[derive(Debug, Default)]
pub(super) struct Equation {
    open: Vec<Node>,
    /// Elements beyond [`DEEPEST`]: their text goes to the last node there is.
    beyond: usize,
}

/// No equation that people read nests deeper.
const DEEPEST: usize = 64;

/// What of an element's properties matters.
const PROPERTIES: [&str; 8] = ["type", "chr", "subHide", "supHide", "begChr", "endChr", "sepChr", "pos"];

#[derive(Debug, Default)]
struct Node {
    name: String,
    text: String,
    /// What its parts say, by their names, in their order.
    parts: Vec<(String, String)>,
    /// What its properties say, by their names.
    properties: Vec<(String, String)>,
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
        let said = node.said();
        let Some(parent) = self.open.last_mut() else { return Some(said) };
        if is_part(&name) {
            parent.parts.push((name, said));
        } else if parent.text.is_empty() {
            parent.text = said;
        } else {
            parent.text.push_str(&said);
        }
        None
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
            "f" if self.property("type") == Some("noBar") => {
                format!("{} choose {}", self.part("num"), self.part("den"))
            }
            "f" => format!("{}/{}", above(self.part("num")), below(self.part("den"))),
            "rad" => self.root(e),
            "sSup" => format!("{}{}", base(e), raised(sup)),
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

/// In brackets where it would be torn apart above a stroke.
fn above(text: &str) -> String {
    let is_one = text.chars().all(|c| c.is_alphanumeric() || "·.,'′".contains(c)) || is_bracketed(text);
    if is_one { text.to_owned() } else { format!("({text})") }
}

/// In brackets where it would be torn apart below a stroke: `1/(2x)`.
fn below(text: &str) -> String {
    let digits = text.chars().all(|c| c.is_numeric() || ".,".contains(c));
    let letters = text.chars().all(char::is_alphabetic);
    if digits || letters || is_bracketed(text) { text.to_owned() } else { format!("({text})") }
}

/// What is raised or has an index, in brackets where that would go to its last letter alone.
fn base(text: &str) -> String {
    let is_one = text.chars().all(char::is_alphanumeric) || is_bracketed(text);
    if is_one || text.chars().count() < 2 { text.to_owned() } else { format!("({text})") }
}

fn raised(text: &str) -> String {
    match text {
        "" => String::new(),
        "′" | "″" | "'" | "*" | "°" => text.to_owned(),
        _ => signs::superscript("", bare(text)),
    }
}

/// An index stays plain where it is one word.
fn sunk(text: &str) -> String {
    if text.chars().all(char::is_alphanumeric) { text.to_owned() } else { format!("_({})", bare(text)) }
}

/// Without brackets around all of it.
fn bare(text: &str) -> &str {
    if is_bracketed(text) && text.starts_with('(') { &text[1..text.len() - 1] } else { text }
}

/// Whether brackets around it belong together.
fn is_bracketed(text: &str) -> bool {
    let ends = [('(', ')'), ('[', ']'), ('{', '}'), ('|', '|')];
    let Some((open, close)) = ends.into_iter().find(|(open, _)| text.starts_with(*open)) else {
        return false;
    };
    if !text.ends_with(close) || text.len() < 2 {
        return false;
    }
    let mut depth = 0i32;
    for (at, sign) in text.char_indices() {
        if open == close {
            continue;
        }
        depth += i32::from(sign == open) - i32::from(sign == close);
        if depth == 0 {
            return at + 1 == text.len();
        }
    }
    open == close
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

#[cfg(test)]
mod tests {
    use quick_xml::events::Event;
    use quick_xml::reader::Reader;

    use super::*;

    fn read(inner: &str) -> String {
        let xml = format!("<m:oMath>{inner}</m:oMath>");
        let mut equation = Equation::default();
        let mut reader = Reader::from_str(&xml);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => assert!(equation.start(&tag)),
                Event::Empty(tag) => {
                    equation.start(&tag);
                    assert_eq!(equation.end(), None);
                }
                Event::End(_) => {
                    if let Some(said) = equation.end() {
                        return said;
                    }
                }
                Event::Text(text) => equation.text(&text.xml10_content()),
                _ => {}
            }
        }
    }

    fn e(text: &str) -> String {
        format!("<m:e><m:r><m:t>{text}</m:t></m:r></m:e>")
    }

    #[test]
    fn fractions_and_roots_hold_together() {
        let fraction = |num: &str, den: &str| {
            read(&format!(
                "<m:f><m:num><m:r><m:t>{num}</m:t></m:r></m:num><m:den><m:r><m:t>{den}</m:t></m:r></m:den></m:f>"
            ))
        };
        assert_eq!(fraction("1", "3"), "1/3");
        assert_eq!(fraction("a+b", "c+2"), "(a+b)/(c+2)");
        assert_eq!(fraction("1", "2x"), "1/(2x)");
        assert_eq!(
            read(&format!("<m:rad><m:radPr><m:degHide m:val=\"1\"/></m:radPr><m:deg/>{}</m:rad>", e("x+1"))),
            "√(x+1)"
        );
        assert_eq!(read(&format!("<m:rad><m:deg><m:r><m:t>3</m:t></m:r></m:deg>{}</m:rad>", e("x"))), "∛(x)");
        assert_eq!(read(&format!("<m:rad><m:deg/>{}</m:rad>", e("16"))), "√16");
        assert_eq!(
            read("<m:f><m:fPr><m:type m:val=\"noBar\"/></m:fPr><m:num>n</m:num><m:den>k</m:den></m:f>"),
            "n choose k"
        );
    }

    #[test]
    fn powers_and_indices_keep_their_place() {
        let sup = |sup: &str| format!("<m:sup><m:r><m:t>{sup}</m:t></m:r></m:sup>");
        let sub = |sub: &str| format!("<m:sub><m:r><m:t>{sub}</m:t></m:r></m:sub>");
        assert_eq!(read(&format!("<m:sSup>{}{}</m:sSup>", e("x"), sup("2"))), "x²");
        assert_eq!(read(&format!("<m:sSup>{}{}</m:sSup>", e("x"), sup("n+1"))), "x^(n+1)");
        assert_eq!(read(&format!("<m:sSup>{}{}</m:sSup>", e("a+b"), sup("2"))), "(a+b)²");
        assert_eq!(read(&format!("<m:sSub>{}{}</m:sSub>", e("x"), sub("1"))), "x1");
        assert_eq!(read(&format!("<m:sSub>{}{}</m:sSub>", e("x"), sub("i+1"))), "x_(i+1)");
        assert_eq!(read(&format!("<m:sSubSup>{}{}{}</m:sSubSup>", e("x"), sub("i"), sup("2"))), "xi²");
        assert_eq!(read(&format!("<m:sPre>{}{}{}</m:sPre>", sub("6"), sup("14"), e("C"))), "¹⁴₆C");
    }

    #[test]
    fn sums_say_from_where_to_where() {
        let chr = "<m:naryPr><m:chr m:val=\"∑\"/></m:naryPr>";
        assert_eq!(read(&format!("<m:nary>{chr}{}</m:nary>", e("x"))), "∑x");
        let limits = "<m:sub><m:r><m:t>i=1</m:t></m:r></m:sub><m:sup><m:r><m:t>n</m:t></m:r></m:sup>";
        assert_eq!(read(&format!("<m:nary>{chr}{limits}{}</m:nary>", e("i"))), "∑_(i=1)^(n) i");
        assert_eq!(
            read(&format!("<m:nary><m:naryPr><m:limLoc m:val=\"x\"/></m:naryPr>{}</m:nary>", e("x"))),
            "∫x"
        );
    }

    #[test]
    fn matrices_brackets_and_cases_are_told_apart() {
        let matrix = format!("<m:m><m:mr>{}{}</m:mr><m:mr>{}{}</m:mr></m:m>", e("1"), e("2"), e("3"), e("4"));
        assert_eq!(read(&matrix), "[1, 2; 3, 4]");
        assert_eq!(read(&format!("<m:d><m:e>{matrix}</m:e></m:d>")), "[1, 2; 3, 4]");
        let bars = "<m:dPr><m:begChr m:val=\"|\"/><m:endChr m:val=\"|\"/></m:dPr>";
        assert_eq!(read(&format!("<m:d>{bars}<m:e>{matrix}</m:e></m:d>")), "|1, 2; 3, 4|");
        assert_eq!(read(&format!("<m:d>{}</m:d><m:r><m:t>·c</m:t></m:r>", e("a+b"))), "(a+b)·c");
        let cases = format!("<m:eqArr>{}{}</m:eqArr>", e("x&amp;, x&gt;0"), e("0&amp;, x=0"));
        let brace = "<m:dPr><m:begChr m:val=\"{\"/><m:endChr m:val=\"\"/></m:dPr>";
        assert!(read(&format!("<m:d>{brace}<m:e>{cases}</m:e></m:d>")).starts_with("{x"));
    }

    #[test]
    fn functions_limits_and_accents_are_named() {
        let name = "<m:fName><m:r><m:t>sin</m:t></m:r></m:fName>";
        assert_eq!(read(&format!("<m:func>{name}{}</m:func>", e("x"))), "sin(x)");
        let low = "<m:lim><m:r><m:t>x→0</m:t></m:r></m:lim>";
        assert_eq!(read(&format!("<m:limLow>{}{low}</m:limLow>", e("lim"))), "lim_(x→0)");
        assert_eq!(
            read(&format!("<m:acc><m:accPr><m:chr m:val=\"^\"/></m:accPr>{}</m:acc>", e("x"))),
            "x\u{302}"
        );
        assert_eq!(
            read(&format!("<m:bar><m:barPr><m:pos m:val=\"top\"/></m:barPr>{}</m:bar>", e("AB"))),
            "A\u{305}B\u{305}"
        );
    }

    #[test]
    fn whatever_nests_too_deep_keeps_its_letters() {
        let xml = format!("{}x{}", "<m:e>".repeat(5_000), "</m:e>".repeat(5_000));
        assert_eq!(read(&xml), "x");
    }
}
