//! Formulas of pages (MathML) in one line: `(a+b)/2`, `√(x+1)`, `[1, 2; 3, 4]`, `x^(n+1)`.

use scraper::{ElementRef, Node};

use super::formula::{Ending, above, below, beside, ends_with_function, from, limit, over, raised};
use super::html_tree::{Attributes as _, descendants};
use super::signs::{self, struck, superscript};

/// A formula as it is typed: its own source where that is given, else read from its parts.
pub(super) fn to_line(formula: ElementRef<'_>) -> String {
    let is_tex = |note: &ElementRef<'_>| {
        note.attribute("encoding").is_none_or(|kind| kind.to_ascii_lowercase().contains("tex"))
    };
    match descendants(formula, "annotation").find(is_tex) {
        Some(source) => source.text().collect::<String>().trim().to_owned(),
        None => row(formula),
    }
}

/// Parts beside one another.
fn row(parent: ElementRef<'_>) -> String {
    let mut out = String::new();
    let (mut ending, mut after_limits, mut after_name, mut is_times) = (Ending::Plain, false, false, false);
    let children: Vec<ElementRef<'_>> = parent.child_elements().collect();
    if children.is_empty() {
        return own_text(parent);
    }
    for child in children {
        let name = child.value().name();
        let mut text = part(child);
        if name == "mtable" && out.ends_with(['[', '(', '{', '|', '‖']) {
            // The brackets are there already.
            text = text.trim_start_matches('[').trim_end_matches(']').to_owned();
        }
        let Some(first) = text.chars().next() else {
            is_times |= name == "mo" && child.text().any(|sign| sign.contains(TIMES));
            continue;
        };
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '√' | '∛' | '∜');
        let is_product = std::mem::take(&mut is_times) && first.is_ascii_digit();
        let gap = match beside(&out, ending, role(outermost(child, |row| row.child_elements().next())), &text)
        {
            _ if is_product && out.ends_with(char::is_alphanumeric) => "·",
            "" if is_word(first)
                && !out.ends_with(' ')
                && (after_limits || after_name || ends_with_function(&out)) =>
            {
                " "
            }
            gap => gap,
        };
        out.push_str(gap);
        out.push_str(&text);
        // What follows a power or a limit is no part of it.
        after_limits = matches!(name, "msup" | "munder" | "mover" | "munderover" | "msubsup")
            && text.contains(['^', '_']);
        after_name = name == "mi" && text.chars().filter(|c| c.is_alphabetic()).count() > 1;
        let last = outermost(child, |row| row.child_elements().last());
        ending = Ending::of(role(last), text.trim_end(), Ending::Plain);
    }
    out
}

/// A sign of multiplication that is only thought of.
const TIMES: char = '\u{2062}';

/// The first or last part of a row, through the rows that it begins or ends.
fn outermost<'a>(
    part: ElementRef<'a>,
    next: impl Fn(ElementRef<'a>) -> Option<ElementRef<'a>>,
) -> ElementRef<'a> {
    let mut at = part;
    while matches!(at.value().name(), "mrow" | "mstyle" | "mpadded" | "mtd") {
        let Some(inner) = next(at) else { break };
        at = inner;
    }
    at
}

/// What office files call such a part.
fn role(part: ElementRef<'_>) -> &'static str {
    match part.value().name() {
        "mfrac" if !is_binomial(part) => "f",
        "msqrt" | "mroot" => "rad",
        "msub" => "sSub",
        "msup" => "sSup",
        "msubsup" => "sSubSup",
        "mmultiscripts" => "sPre",
        _ => "",
    }
}

fn is_binomial(fraction: ElementRef<'_>) -> bool {
    fraction.attribute("linethickness").is_some_and(|line| line.starts_with('0'))
}

fn part(element: ElementRef<'_>) -> String {
    let child = |at: usize| element.child_elements().nth(at).map(part).unwrap_or_default();
    match element.value().name() {
        "mfrac" if is_binomial(element) => format!("({} choose {})", child(0), child(1)),
        "mfrac" => format!("{}/{}", above(child(0).trim()), below(child(1).trim())),
        "msqrt" => format!("√{}", rooted(&row(element))),
        "mroot" => match child(1).as_str() {
            "3" => format!("∛{}", rooted(&child(0))),
            "4" => format!("∜{}", rooted(&child(0))),
            index => format!("{}√{}", superscript("", index), rooted(&child(0))),
        },
        "msup" => format!("{}{}", base(&child(0)), raised(child(1).trim())),
        // What stands before a base that comes later.
        "msub" if child(0).is_empty() => signs::lowered(&child(1)),
        "msubsup" if child(0).is_empty() => format!("{}{}", raised(&child(2)), signs::lowered(&child(1))),
        "msub" if is_sum(&child(0)) => format!("{}{}", child(0), from(&child(1))),
        "msubsup" if is_sum(&child(0)) => format!("{}{}{}", child(0), from(&child(1)), limit(&child(2))),
        "msub" => format!("{}{}", child(0), lowered(&child(1))),
        "msubsup" => format!("{}{}{}", child(0), lowered(&child(1)), raised(child(2).trim())),
        "munderover" => format!("{}{}{}", child(0), from(&child(1)), limit(&child(2))),
        "mmultiscripts" => with_scripts(element),
        "munder" => format!("{}{}", child(0), from(&child(1))),
        "mover" => over(&child(0), &child(1)),
        "mfenced" => fenced(element),
        "mtable" => {
            let rows = element.child_elements().map(|row| {
                let cells: Vec<String> =
                    row.child_elements().map(self::row).filter(|cell| !cell.is_empty()).collect();
                cells.join(", ")
            });
            format!("[{}]", rows.collect::<Vec<_>>().join("; "))
        }
        "menclose" if element.attribute("notation").is_some_and(|notation| notation.contains("strike")) => {
            struck(&row(element))
        }
        "semantics" | "maction" => child(0),
        // A line that ends, or a gap as wide as between words.
        "mspace"
            if element.attribute("linebreak") == Some("newline")
                || element.attribute("width").is_some_and(is_wide) =>
        {
            " ".to_owned()
        }
        "mphantom" | "annotation" | "annotation-xml" | "mspace" | "none" | "mprescripts" | "maligngroup"
        | "malignmark" => String::new(),
        "mi" | "mn" | "mo" | "mtext" | "ms" => own_text(element),
        _ => row(element),
    }
}

/// Half an em or more.
fn is_wide(width: &str) -> bool {
    let width = width.trim().strip_suffix("em").and_then(|width| width.parse::<f64>().ok());
    width.is_some_and(|width| width >= 0.5)
}

/// The text of a single sign; signs that are only thought of are none.
fn own_text(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    for node in element.descendants() {
        if let Node::Text(piece) = node.value() {
            text.push_str(piece);
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").replace(['\u{2061}', '\u{2062}', '\u{2063}', '\u{2064}'], "");
    match text.as_str() {
        "," | ";" => format!("{text} "),
        _ if element.value().name() == "mtext" => format!(" {text} "),
        _ => text,
    }
}

fn is_single(text: &str) -> bool {
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, '.' | ',' | '∞' | '′' | '⁰'..='ⁿ' | '²' | '³' | '¹');
    text.chars().all(is_plain) || is_enclosed(text)
}

/// Whether one pair of parentheses holds it all.
fn is_enclosed(text: &str) -> bool {
    let mut open = 0usize;
    let ends = text.char_indices().filter_map(|(at, sign)| {
        match sign {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            _ => {}
        }
        (open == 0).then_some(at + sign.len_utf8())
    });
    text.starts_with('(') && ends.into_iter().next() == Some(text.len())
}

/// What is raised to a power.
fn base(text: &str) -> String {
    let is_one = text.ends_with([')', ']', '}', '|']) || is_single(text) || text.chars().count() == 1;
    if is_one { text.to_owned() } else { format!("({text})") }
}

/// What a root is of.
fn rooted(text: &str) -> String {
    let text = text.trim();
    let is_one = text.chars().count() == 1 || text.chars().all(char::is_numeric) || is_enclosed(text);
    if is_one { text.to_owned() } else { format!("({text})") }
}

/// Whether a sign takes limits: a sum, a product, an integral.
fn is_sum(sign: &str) -> bool {
    sign.trim().chars().all(|c| matches!(c, '∏'..='∑' | '∫'..='∳' | '⋀'..='⋃' | '⨀'..='⨜'))
        && !sign.trim().is_empty()
}

/// A base with indices and powers before and behind it: pairs of both, `<mprescripts/>` before those that stand before.
fn with_scripts(element: ElementRef<'_>) -> String {
    let mut parts = element.child_elements();
    let base = parts.next().map(part).unwrap_or_default();
    let (mut before, mut after, mut sub, mut is_before) = (String::new(), String::new(), None, false);
    for script in parts {
        if script.value().name() == "mprescripts" {
            (is_before, sub) = (true, None);
            continue;
        }
        let text = part(script).trim().to_owned();
        match sub.take() {
            None => sub = Some(text),
            Some(sub) if is_before => before.push_str(&format!("{}{}", raised(&text), lowered_before(&sub))),
            Some(sub) => after.push_str(&format!("{}{}", lowered(&sub), raised(&text))),
        }
    }
    format!("{before}{base}{after}")
}

fn lowered_before(text: &str) -> String {
    if text.is_empty() { String::new() } else { signs::lowered(text) }
}

fn lowered(text: &str) -> String {
    let text = text.trim();
    if is_single(text) { text.to_owned() } else { format!("_({text})") }
}

fn fenced(element: ElementRef<'_>) -> String {
    let attribute = |name: &str, usual: &str| element.attribute(name).unwrap_or(usual).trim().to_owned();
    let separators: Vec<char> = attribute("separators", ",").chars().filter(|c| !c.is_whitespace()).collect();
    let mut out = attribute("open", "(");
    let mut children = element.child_elements();
    if let (Some(only), None) = (children.next(), children.next())
        && only.value().name() == "mtable"
    {
        // A matrix has its own brackets already.
        let (matrix, close) = (part(only), attribute("close", ")"));
        let is_matrix = matches!(out.as_str(), "(" | "[") && !close.is_empty();
        let inner = matrix.trim_start_matches('[').trim_end_matches(']');
        return if is_matrix { matrix } else { format!("{out}{inner}{close}") };
    }
    for (index, child) in element.child_elements().enumerate() {
        if let Some(separator) = index.checked_sub(1).and_then(|at| separators.get(at).or(separators.last()))
        {
            out.push(*separator);
            out.push(' ');
        }
        out.push_str(&part(child));
    }
    out + &attribute("close", ")")
}

#[cfg(test)]
mod tests {
    use super::super::super::Limits;
    use super::super::html_tree::parse;
    use super::*;

    fn line(math: &str) -> String {
        let page = parse(&format!("<math>{math}</math>"), &Limits::default()).unwrap();
        to_line(descendants(page.root_element(), "math").next().unwrap())
    }

    #[test]
    fn fractions_roots_powers_and_matrices_read_in_a_line() {
        let sum = "<mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow>";
        assert_eq!(
            line(&format!(
                "<mi>A</mi><mo>=</mo><mfrac>{sum}<mn>2</mn></mfrac><msup><mi>r</mi><mn>2</mn></msup><msqrt><mi>x</mi></msqrt>"
            )),
            "A=(a+b)/2·r²√x"
        );
        assert_eq!(line("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>"), "√(x+1)");
        assert_eq!(line("<mroot><mi>x</mi><mn>3</mn></mroot>"), "∛x");
        assert_eq!(line("<msup><mi>x</mi><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></msup>"), "x^(n+1)");
        let cells = "<mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd><mtd><mn>4</mn></mtd></mtr>";
        assert_eq!(line(&format!("<mo>[</mo><mtable>{cells}</mtable><mo>]</mo>")), "[1, 2; 3, 4]");
        assert_eq!(line(&format!("<mtable>{cells}</mtable>")), "[1, 2; 3, 4]");
        assert_eq!(
            line(&format!("<mfenced open='[' close=']'><mtable>{cells}</mtable></mfenced>")),
            "[1, 2; 3, 4]"
        );
        assert_eq!(
            line(&format!("<mfenced open='|' close='|'><mtable>{cells}</mtable></mfenced>")),
            "|1, 2; 3, 4|"
        );
        assert_eq!(line(&format!("<msup><mfenced>{sum}</mfenced><mn>2</mn></msup>")), "(a+b)²");
        assert_eq!(
            line(
                "<msup><mrow><mo>(</mo><mi>a</mi><mo>)</mo><mo>(</mo><mi>b</mi><mo>)</mo></mrow><mi>n</mi></msup>"
            ),
            "(a)(b)ⁿ"
        );
    }

    #[test]
    fn sums_indices_functions_and_accents_are_told() {
        assert_eq!(
            line(
                "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><msub><mi>x</mi><mi>i</mi></msub>"
            ),
            "∑_(i=1)^(n) xi"
        );
        assert_eq!(line("<msub><mi>CO</mi><mn>2</mn></msub>"), "CO2");
        assert_eq!(line("<mi>sin</mi><mo>&#x2061;</mo><mi>x</mi>"), "sin x");
        assert_eq!(line("<mover><mi>x</mi><mo>¯</mo></mover>"), "x\u{304}");
        assert_eq!(line("<mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac>"), "(n choose k)");
    }

    #[test]
    fn parts_side_by_side_stay_apart() {
        let three_quarters = "<mfrac><mn>3</mn><mn>4</mn></mfrac>";
        assert_eq!(line(&format!("<mn>2</mn>{three_quarters}")), "2 3/4");
        assert_eq!(line("<msqrt><mn>25</mn></msqrt><mi>y</mi>"), "√25·y");
        assert_eq!(line("<msup><mn>2</mn><msup><mn>2</mn><mn>3</mn></msup></msup>"), "2^(2³)");
        assert_eq!(line("<mi>p</mi><mspace linebreak=newline></mspace><mi>q</mi>"), "p q");
    }

    #[test]
    fn products_keep_their_brackets_and_mixed_numbers_are_no_products() {
        let product = "<mrow><mn>2</mn><mi>b</mi></mrow>";
        let half = "<mfrac><mn>1</mn><mn>2</mn></mfrac>";
        assert_eq!(line(&format!("<mfrac><mi>a</mi>{product}</mfrac>")), "a/(2b)");
        assert_eq!(line(&format!("<msqrt>{product}</msqrt>")), "√(2b)");
        assert_eq!(line("<msqrt><mi>a</mi><mi>b</mi></msqrt>"), "√(ab)");
        assert_eq!(line(&format!("<mn>5</mn><mo>&#x2062;</mo>{half}")), "5·1/2");
        assert_eq!(line(&format!("<mn>5</mn><mo>&#x2064;</mo>{half}")), "5 1/2");
        assert_eq!(line("<mn>5</mn><mo>&#x2062;</mo><mi>x</mi>"), "5x");
        assert_eq!(line(&format!("<mrow>{half}</mrow><mi>x</mi>")), "1/2·x");
        assert_eq!(line(&format!("<mn>2</mn><mrow>{half}</mrow>")), "2 1/2");
        assert_eq!(line("<mi>a</mi><mi>b</mi><mi>c</mi>"), "abc");
    }

    #[test]
    fn what_stands_before_a_base_and_below_a_function_is_told() {
        assert_eq!(
            line("<mmultiscripts><mi>C</mi><mprescripts/><mn>6</mn><mn>14</mn></mmultiscripts>"),
            "¹⁴₆C"
        );
        assert_eq!(
            line(
                "<mmultiscripts><mi>U</mi><none/><mrow><mn>2</mn><mo>+</mo></mrow><mprescripts/><mn>92</mn><mn>238</mn></mmultiscripts>"
            ),
            "²³⁸₉₂U²⁺"
        );
        assert_eq!(line("<msubsup><mrow></mrow><mn>6</mn><mn>14</mn></msubsup><mi>C</mi>"), "¹⁴₆C");
        assert_eq!(line("<msub><mi>log</mi><mn>2</mn></msub><mn>8</mn>"), "log2 8");
        assert_eq!(line("<msub><mi>log</mi><mn>10</mn></msub><mo>&#x2061;</mo><mi>x</mi>"), "log10 x");
        assert_eq!(line("<msup><mi>sin</mi><mn>2</mn></msup><mi>x</mi>"), "sin² x");
        assert_eq!(line("<msub><mi>Na</mi><mn>2</mn></msub><msub><mi>CO</mi><mn>3</mn></msub>"), "Na2CO3");
    }

    #[test]
    fn the_source_is_taken_where_it_is_given() {
        assert_eq!(
            line(
                "<semantics><mi>E</mi><annotation encoding='application/x-tex'>E=mc^2</annotation></semantics>"
            ),
            "E=mc^2"
        );
        assert_eq!(
            line(
                "<semantics><mi>E</mi><annotation-xml encoding='MathML-Content'><ci>E</ci></annotation-xml></semantics>"
            ),
            "E"
        );
    }
}
