//! Where styles put what would otherwise stand in the line: on lines of its own, or apart from its neighbours. Parts that
//! a reader sees apart are never glued.

use scraper::ElementRef;

use super::html_styles::Styles;
use super::html_tree::Attributes as _;

/// Where an element stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    #[default]
    Inline,
    /// In the line, but not as a part of the word beside it.
    Apart,
    Line,
}

/// What declarations say of an element's place, and of the places of what is in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) own: Option<Place>,
    pub(super) within: Option<Place>,
}

impl Layout {
    pub(super) fn of(style: &str) -> Self {
        let (mut layout, mut is_flex, mut is_column, mut is_beside) = (Self::default(), false, false, false);
        for (name, value) in style.split(';').filter_map(|declaration| declaration.split_once(':')) {
            let name = name.trim();
            let value = value.split('!').next().unwrap_or_default().trim();
            let is = |values: &[&str]| values.iter().any(|one| value.eq_ignore_ascii_case(one));
            if name.eq_ignore_ascii_case("display") {
                layout.own = display(value);
                is_flex = is(&["flex", "inline-flex", "-webkit-flex"]);
                layout.within = is(&["grid", "inline-grid"]).then_some(Place::Line);
            } else if name.eq_ignore_ascii_case("flex-direction") {
                is_column = is(&["column", "column-reverse"]);
            } else if name.eq_ignore_ascii_case("float") {
                is_beside |= is(&["left", "right", "inline-start", "inline-end"]);
            } else if name.eq_ignore_ascii_case("position") {
                is_beside |= is(&["absolute", "fixed"]);
            } else if SIDES.iter().any(|side| name.eq_ignore_ascii_case(side)) {
                is_beside |= is_wide(value);
            }
        }
        if is_flex {
            layout.within = Some(if is_column { Place::Line } else { Place::Apart });
        }
        if is_beside && layout.own != Some(Place::Line) {
            layout.own = Some(Place::Apart);
        }
        layout
    }
}

const SIDES: [&str; 4] = ["margin-left", "margin-right", "padding-left", "padding-right"];

fn display(value: &str) -> Option<Place> {
    let values = [
        (Place::Inline, "inline contents ruby ruby-text"),
        (Place::Apart, "inline-block inline-flex inline-grid inline-table table-cell"),
        (
            Place::Line,
            "block flex grid list-item table table-row table-caption flow-root -webkit-flex -webkit-box inline-list-item",
        ),
    ];
    let is = |values: &str| values.split(' ').any(|one| value.eq_ignore_ascii_case(one));
    values.into_iter().find_map(|(place, values)| is(values).then_some(place))
}

/// As wide as a blank.
fn is_wide(value: &str) -> bool {
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let (number, unit) = value.split_at(end);
    let least = match unit.trim() {
        "px" | "pt" | "" => 4.0,
        "em" | "rem" | "ch" | "ex" => 0.25,
        _ => 1.0,
    };
    number.parse::<f64>().is_ok_and(|number| number >= least)
}

/// Where an element stands that the page would set in the line.
pub(super) fn of(element: ElementRef<'_>, styles: &Styles) -> Place {
    let name = element.value().name();
    if is_block(name) {
        return Place::Inline;
    }
    let parent = element.parent().and_then(ElementRef::wrap);
    let of_parent = parent.and_then(|parent| styles.layout(parent).within).unwrap_or_default();
    let own =
        styles.layout(element).own.unwrap_or(if name == "button" { Place::Apart } else { Place::Inline });
    let is_menu = || name == "a" && follows_other_link(element);
    match own.max(of_parent) {
        Place::Inline if is_menu() || is_value_of_name(element) => Place::Apart,
        // A letter at the start of a chapter, or one that moves.
        Place::Apart if of_parent == Place::Inline && is_letter(element) => Place::Inline,
        place => place,
    }
}

fn is_letter(element: ElementRef<'_>) -> bool {
    let mut letters = element.text().flat_map(str::chars);
    let first = letters.next();
    letters.next().is_none() && first.is_none_or(|first| !first.is_ascii_digit())
}

/// Whether a number follows right behind a word that is marked as something else, as a value and its name are where only a
/// style sheet that is not at hand parts them.
fn is_value_of_name(value: ElementRef<'_>) -> bool {
    let (name, class) = (value.value().name(), value.attribute("class"));
    let Some(before) = value.prev_sibling().and_then(ElementRef::wrap) else { return false };
    let is_name = before.value().name() == name
        && before.attribute("class").is_some_and(|other| class.is_some_and(|own| own != other));
    let letters = |text: String| text.chars().rev().take_while(|letter| letter.is_alphabetic()).count();
    name == "span"
        && is_name
        && value.text().find_map(|text| text.chars().next()).is_some_and(|first| first.is_ascii_digit())
        && letters(before.text().collect()) >= LEAST_NAME
        && !value
            .ancestors()
            .filter_map(ElementRef::wrap)
            .any(|above| matches!(above.value().name(), "code" | "pre"))
}

/// Letters of a name; fewer may be those of a word that goes on.
const LEAST_NAME: usize = 3;

/// Whether a link to another place ends right before this one begins.
fn follows_other_link(link: ElementRef<'_>) -> bool {
    let before = link.prev_sibling().and_then(ElementRef::wrap);
    before.is_some_and(|before| {
        before.value().name() == "a" && before.attribute("href") != link.attribute("href")
    })
}

/// Elements that have their places by what they are.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "html"
            | "body"
            | "div"
            | "p"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "ul"
            | "ol"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "table"
            | "tr"
            | "td"
            | "th"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "aside"
            | "nav"
            | "blockquote"
            | "pre"
            | "figure"
            | "figcaption"
            | "br"
            | "wbr"
            | "rt"
            | "rp"
            | "tspan"
            | "math"
            | "input"
    )
}

#[cfg(test)]
mod tests {
    use super::super::html::fragment_to_text as text;

    #[test]
    fn what_styles_put_on_lines_of_their_own_stands_there() {
        assert_eq!(
            text("<span style='display:block'>Street 4</span><span style='display:block'>0150 Oslo</span>"),
            "Street 4\n0150 Oslo"
        );
        assert_eq!(text("<p>Total<span style='DISPLAY: block !important'>92.50</span></p>"), "Total\n92.50");
        assert_eq!(
            text("<a href=a style='display:block'>One</a><a href=b style='display:block'>Two</a>"),
            "One\nTwo"
        );
        assert_eq!(text("<div style='display:grid'><b>a1</b><b>b2</b></div>"), "a1\nb2");
        assert_eq!(
            text("<p style='display:flex;flex-direction:column'><span>a1</span><span>b2</span></p>"),
            "a1\nb2"
        );
        assert_eq!(text("<p>a<b style='display:inline'>b</b>c</p>"), "abc");
    }

    #[test]
    fn what_styles_set_apart_is_not_glued() {
        assert_eq!(
            text("<p><span style='float:left'>Left</span><span style='float:right'>Right</span></p>"),
            "Left Right"
        );
        assert_eq!(text("<p style='display:flex'><span>fl1</span><span>fl2</span></p>"), "fl1 fl2");
        assert_eq!(
            text("<p>Total<span style='display:inline-block;width:9em'>92.50</span>.</p>"),
            "Total 92.50."
        );
        assert_eq!(text("<p>Total<span style='margin-left:2em'>€92.50</span></p>"), "Total €92.50");
        assert_eq!(
            text("<p><span style='float:left'>O</span>nce (<b style='float:left'>upon</b>)</p>"),
            "Once (upon)"
        );
        assert_eq!(text("<button>Yes</button><button>No</button>"), "Yes No");
        assert_eq!(text("<nav><a href=/a>One</a><a href=/b>Two</a></nav>"), "One Two");
        assert_eq!(text("<p><a href=/a>Lo</a><a href=/a>ng</a>"), "Long");
    }

    #[test]
    fn plain_rules_of_a_style_sheet_place_elements_also_below_others() {
        let sheet = "<style>.line{display:block} .menu > li a, .menu .x{display:block} nav.top span{float:left}</style>";
        assert_eq!(text(&format!("{sheet}<p>a<i class=line>b</i>c</p>")), "a\nb\nc");
        assert_eq!(
            text(&format!("{sheet}<p class=menu>a<i class=x>b</i></p><p>a<i class=x>b</i></p>")),
            "a\nb\n\nab"
        );
        assert_eq!(text(&format!("{sheet}<nav class=top><span>ab</span><span>cd</span></nav>")), "ab cd");
        assert_eq!(text(&format!("{sheet}<nav><span>ab</span><span>cd</span></nav>")), "abcd");
    }

    #[test]
    fn code_keeps_its_lines() {
        let line = |text: &str| format!("<span style='display:block'>{text}</span>");
        assert_eq!(text(&format!("<pre>{}{}</pre>", line("a"), line("b"))), "a\nb");
        assert_eq!(text(&format!("<pre>{}\n{}</pre>", line("a"), line("b"))), "a\nb");
    }
}
