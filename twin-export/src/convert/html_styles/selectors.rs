//! What a rule of a style sheet is about: elements by their names, classes, ids and attributes, and by the elements around
//! them. What depends on states or on elements beside is not followed.

use scraper::ElementRef;

use super::super::html_tree::Attributes as _;

/// `div.note > p`, `.a .b`, `[hidden]`: elements that lie directly within one another, the innermost first; and what is
/// to stand around these.
#[derive(Debug, Clone)]
pub(super) struct Selector(Vec<Vec<Named>>);

/// What an element is called.
#[derive(Debug, Clone, Default)]
struct Named {
    element: Option<String>,
    classes: Vec<String>,
    id: Option<String>,
    attributes: Vec<Attribute>,
}

#[derive(Debug, Clone)]
struct Attribute {
    name: String,
    /// How its value is to be like another; any will do where there is none.
    wanted: Option<(char, String)>,
}

/// Elements that a rule may name.
const MOST_NAMED: usize = 12;

impl Selector {
    pub(super) fn of(selector: &str) -> Option<Self> {
        let mut chains: Vec<Vec<Named>> = Vec::new();
        let mut is_direct = false;
        let parts = parts(selector);
        if parts.len() > 2 * MOST_NAMED {
            return None;
        }
        for part in parts {
            match (part, chains.first_mut()) {
                (">", Some(_)) if !is_direct => {
                    is_direct = true;
                    continue;
                }
                (_, Some(chain)) if is_direct => chain.insert(0, Named::of(part)?),
                _ => chains.insert(0, vec![Named::of(part)?]),
            }
            is_direct = false;
        }
        let awaits_script = chains.iter().flatten().any(Named::awaits_script);
        (!is_direct && !chains.is_empty() && !awaits_script).then_some(Self(chains))
    }

    /// The more is asked of an element, the stronger the rule.
    pub(super) fn weight(&self) -> usize {
        self.0.iter().flatten().map(Named::weight).sum()
    }

    /// Whether it asks for anything around the element.
    pub(super) fn is_within(&self) -> bool {
        self.0.iter().map(Vec::len).sum::<usize>() > 1
    }

    /// The name by which its elements are found; empty where they have none.
    pub(super) fn key(&self) -> &str {
        let about = self.0.first().and_then(|chain| chain.first());
        about.map_or("", |Named { element, classes, id, .. }| {
            id.as_ref().or(classes.first()).or(element.as_ref()).map_or("", String::as_str)
        })
    }

    pub(super) fn is_of(&self, element: ElementRef<'_>) -> bool {
        let Some((own, around)) = self.0.split_first() else { return false };
        let Some(mut at) = outermost(own, element) else { return false };
        // The nearest that fits leaves the most for what is to stand around it.
        around.iter().all(|chain| {
            let mut above = at.ancestors().filter_map(ElementRef::wrap);
            above.find_map(|above| outermost(chain, above)).is_some_and(|found| {
                at = found;
                true
            })
        })
    }
}

/// The outermost of elements that lie directly within one another, if these are called so.
fn outermost<'a>(chain: &[Named], innermost: ElementRef<'a>) -> Option<ElementRef<'a>> {
    let (own, around) = chain.split_first()?;
    let is_one = own.is_of(innermost);
    is_one.then_some(innermost).and_then(|element| {
        around.iter().try_fold(element, |at, named| {
            at.parent().and_then(ElementRef::wrap).filter(|at| named.is_of(*at))
        })
    })
}

/// The names of the elements that a rule shows, whatever it depends on: by these, others may hide them.
pub(super) fn subjects(selector: &str) -> impl Iterator<Item = &str> {
    let last = parts(selector).pop().unwrap_or_default();
    let plain = last.split(':').next().unwrap_or_default().split('[').next().unwrap_or_default();
    plain.split(['.', '#']).filter(|name| !name.is_empty())
}

/// The elements of a selector and the signs between them.
fn parts(selector: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut is_bracketed) = (0, false);
    for (at, sign) in selector.char_indices() {
        match sign {
            '[' => is_bracketed = true,
            ']' => is_bracketed = false,
            _ if is_bracketed => {}
            '>' | '+' | '~' => {
                parts.extend([&selector[start..at], &selector[at..=at]]);
                start = at + 1;
            }
            _ if sign.is_whitespace() => {
                parts.push(&selector[start..at]);
                start = at + sign.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&selector[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

impl Named {
    fn of(selector: &str) -> Option<Self> {
        let is_name = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        };
        let mut named = Self::default();
        let mut rest = selector;
        while let Some(mark) = rest.chars().next() {
            if mark == '[' {
                let (attribute, after) = rest[1..].split_once(']')?;
                named.attributes.push(Attribute::of(attribute)?);
                rest = after;
                continue;
            }
            let name = rest.strip_prefix(['.', '#']).unwrap_or(rest);
            let (name, after) = name.split_at(name.find(['.', '#', '[']).unwrap_or(name.len()));
            if !is_name(name) {
                return None;
            }
            match mark {
                '.' => named.classes.push(name.to_owned()),
                '#' => named.id = Some(name.to_owned()),
                _ => named.element = Some(name.to_ascii_lowercase()),
            }
            rest = after;
        }
        Some(named)
    }

    /// Whether a script renames it as soon as the page is loaded, and people see the page only then.
    fn awaits_script(&self) -> bool {
        self.classes.iter().any(|class| matches!(class.as_str(), "no-js" | "nojs"))
            || self.attributes.iter().any(|attribute| attribute.name.ends_with("-cloak"))
    }

    fn weight(&self) -> usize {
        let middle = self.classes.len() + self.attributes.len();
        100 * usize::from(self.id.is_some()) + 10 * middle + usize::from(self.element.is_some())
    }

    fn is_of(&self, element: ElementRef<'_>) -> bool {
        let value = element.value();
        self.element.as_deref().is_none_or(|name| name == value.name())
            && self.id.as_deref().is_none_or(|id| value.id() == Some(id))
            && self.classes.iter().all(|class| element.class_names().any(|one| one == class))
            && self.attributes.iter().all(|attribute| attribute.is_of(element))
    }
}

impl Attribute {
    /// `hidden`, `type="text"`, `class~=note`, `lang|=en`, `href^='#'`.
    fn of(attribute: &str) -> Option<Self> {
        let (name, value) =
            attribute.split_once('=').map_or((attribute, None), |(name, value)| (name, Some(value)));
        let name = name.trim();
        let how = name.chars().next_back().filter(|sign| "~|^$*".contains(*sign));
        let name = name.trim_end_matches(['~', '|', '^', '$', '*']).trim().to_ascii_lowercase();
        let value = value.map(|value| value.trim().trim_matches(['"', '\'']).to_owned());
        (!name.is_empty() && (how.is_none() || value.is_some()))
            .then(|| Self { name, wanted: value.map(|value| (how.unwrap_or('='), value)) })
    }

    fn is_of(&self, element: ElementRef<'_>) -> bool {
        let Some(own) = element.attribute(&self.name) else { return false };
        let Some((how, wanted)) = &self.wanted else { return true };
        let is_part =
            || own.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        match how {
            '~' => own.split_whitespace().any(|word| word == wanted),
            '|' => is_part(),
            '^' => !wanted.is_empty() && own.starts_with(wanted),
            '$' => !wanted.is_empty() && own.ends_with(wanted),
            '*' => !wanted.is_empty() && own.contains(wanted),
            _ => own == wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::Limits;
    use super::super::super::html_tree::parse;
    use super::*;

    /// The ids of the elements that a rule is about.
    fn found(selector: &str) -> Option<String> {
        let html = "<div id=a class='note big' data-state=shut><p id=b lang=en-GB><b id=c class=x>1</b></p><ul id=d><li id=e class=note><b id=f>2</b></ul></div>";
        let page = parse(html, &Limits::default()).unwrap();
        let selector = Selector::of(selector)?;
        let elements = page.root_element().descendent_elements().filter(|element| selector.is_of(*element));
        Some(elements.filter_map(|element| element.value().id()).collect())
    }

    #[test]
    fn elements_are_found_by_what_they_are_called_and_what_is_around_them() {
        let cases = [
            ("div.note b", "cf"),
            ("div.note > p", "b"),
            ("div>p>b", "c"),
            ("div.note>b", ""),
            (".note .note b", "f"),
            ("div.note > ul b", "f"),
            (".big > ul > li b", "f"),
            ("p > .note b", ""),
            ("[data-state]", "a"),
            (".note[data-state=shut].big", "a"),
            ("[data-state='open']", ""),
            ("[class~=note]", "ae"),
            ("[lang|=en] b", "c"),
            ("[data-state^=sh] > [id$=d]", "d"),
            ("ul [class*=ot]", "e"),
        ];
        for (selector, ids) in cases {
            assert_eq!(found(selector).as_deref(), Some(ids), "{selector}");
        }
        for unknown in [
            "",
            ">",
            "a >",
            "> a",
            "a:hover b",
            "a + b",
            "a ~ b",
            "*",
            "a > > b",
            ".no-js p",
            "[v-cloak]",
            "[]",
            ".",
            "a..b",
        ] {
            assert_eq!(found(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn what_a_rule_shows_is_known_by_its_names() {
        let names = |selector: &'static str| subjects(selector).collect::<Vec<_>>();
        assert_eq!(names(".menu li:hover > ul.sub"), ["ul", "sub"]);
        assert_eq!(names("input:checked ~ .panel:not(.off)"), ["panel"]);
        assert_eq!(names("#faq[open]"), ["faq"]);
    }
}
