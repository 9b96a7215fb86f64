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

fn f(num: &str, den: &str) -> String {
    format!("<m:f><m:num>{}</m:num><m:den>{}</m:den></m:f>", r(num), r(den))
}

fn r(text: &str) -> String {
    format!("<m:r><m:t>{text}</m:t></m:r>")
}

#[test]
fn what_stands_beside_a_fraction_or_a_root_is_no_part_of_it() {
    assert_eq!(read(&format!("{}{}", r("2"), f("3", "4"))), "2 3/4");
    assert_eq!(read(&format!("{}{}", f("a", "b"), f("c", "d"))), "a/b·c/d");
    assert_eq!(read(&format!("{}{}", f("1", "2"), r("x"))), "1/2·x");
    assert_eq!(read(&format!("{}{}", r("x"), f("1", "2"))), "x·1/2");
    assert_eq!(read(&format!("{}{}", r("x="), f("1", "2"))), "x=1/2");
    assert_eq!(read(&format!("{}{}{}", f("1", "2"), r("+"), f("1", "3"))), "1/2+1/3");
    assert_eq!(read(&format!("<m:box>{}</m:box>{}", e("1"), f("1", "2"))), "1 1/2");
    let root = |of: &str| format!("<m:rad><m:deg/>{}</m:rad>", e(of));
    assert_eq!(read(&format!("{}{}", root("25"), r("y"))), "√25·y");
    assert_eq!(read(&format!("{}{}", root("x"), r("y"))), "√(x)y");
    assert_eq!(read(&format!("{}{}", root("2"), root("3"))), "√2√3");
}

#[test]
fn the_base_of_a_logarithm_is_no_part_of_its_argument() {
    let log = |base: &str| format!("<m:sSub><m:e>{}</m:e><m:sub>{}</m:sub></m:sSub>", r("log"), r(base));
    assert_eq!(read(&format!("{}{}", log("10"), r("5"))), "log10 5");
    assert_eq!(read(&format!("{}{}", log("a"), r("x"))), "loga x");
    let power = format!("<m:sSup><m:e>{}</m:e><m:sup>{}</m:sup></m:sSup>", r("sin"), r("2"));
    assert_eq!(read(&format!("{power}{}", r("x"))), "sin² x");
    let index = |base: &str| format!("<m:sSub><m:e>{}</m:e><m:sub>{}</m:sub></m:sSub>", r(base), r("2"));
    assert_eq!(read(&format!("{}{}", index("Na"), index("CO"))), "Na2CO2");
}

#[test]
fn a_power_of_a_power_says_which_is_which() {
    let sup = |base: &str, sup: &str| format!("<m:sSup><m:e>{base}</m:e><m:sup>{sup}</m:sup></m:sSup>");
    assert_eq!(read(&sup(&sup(&r("2"), &r("3")), &r("2"))), "(2³)²");
    assert_eq!(read(&sup(&r("2"), &sup(&r("2"), &r("3")))), "2^(2³)");
}

#[test]
fn lines_stay_apart_and_what_is_not_shown_is_left_out() {
    let br = "<m:r><w:br/></m:r>";
    assert_eq!(read(&format!("{}{br}{}", r("a=1"), r("b=2"))), "a=1; b=2");
    assert_eq!(read(&format!("{}{br}{}", r("a=1"), r("+2"))), "a=1 +2");
    let phantom = |show: &str| {
        read(&format!("{}<m:phant><m:phantPr>{show}</m:phantPr>{}</m:phant>", r("a"), e("ghost")))
    };
    assert_eq!(phantom("<m:show m:val=\"0\"/>"), "a");
    assert_eq!(phantom(""), "aghost");
}

#[test]
fn equations_stay_apart_from_the_text_and_from_one_another() {
    let mut equation = Equation::default();
    assert_eq!(equation.apart(Some('2'), "3/4"), " 3/4");
    assert_eq!(equation.apart(Some(' '), "3/4"), "3/4");
    assert_eq!(equation.apart(Some('1'), "0"), "0");
    (equation.ending, equation.in_lines) = (Some(Ending::Plain), true);
    assert_eq!(equation.apart(Some('1'), "p=1"), "p=1");
    equation.ending = Some(Ending::Plain);
    assert_eq!(equation.apart(Some('1'), "q=2"), "; q=2");
    equation.after = Some(Ending::Fraction);
    assert!(equation.is_continued_by("x"));
    assert!(!equation.is_continued_by("x"));
}

#[test]
fn whatever_nests_too_deep_keeps_its_letters() {
    let xml = format!("{}x{}", "<m:e>".repeat(5_000), "</m:e>".repeat(5_000));
    assert_eq!(read(&xml), "x");
}

#[test]
fn struck_terms_and_terms_under_a_brace_are_told() {
    let boxed = |properties: &str| {
        read(&format!("<m:borderBox><m:borderBoxPr>{properties}</m:borderBoxPr>{}</m:borderBox>", e("2x")))
    };
    assert_eq!(boxed("<m:strikeBLTR m:val=\"1\"/>"), "~~2x~~");
    assert_eq!(boxed("<m:strikeH m:val=\"0\"/>"), "2x");
    let run = |looks: &str| read(&format!("<m:r><w:rPr>{looks}</w:rPr><m:t>5x</m:t></m:r>"));
    assert_eq!((run("<w:strike/>").as_str(), run("<w:strike w:val=\"0\"/>").as_str()), ("~~5x~~", "5x"));
    let under = |lim: &str| {
        read(&format!("<m:limLow>{}<m:lim><m:r><m:t>{lim}</m:t></m:r></m:lim></m:limLow>", e("a+b")))
    };
    assert_eq!((under("⏟").as_str(), under("n").as_str()), ("a+b", "a+b_(n)"));
}
