//! Fields of forms show their values, items of lists the numbers that a browser counts.

use scraper::ElementRef;

use super::html_tree::descendants;
use super::numerals;
use super::prose::Prose;

/// What a field shows: a tick, a value, a choice.
pub(super) fn field(prose: &mut Prose, field: ElementRef<'_>) {
    let kind = field.attr("type").unwrap_or("text").to_ascii_lowercase();
    match (field.value().name(), kind.as_str()) {
        ("input", "checkbox" | "radio") => prose.check_box(field.attr("checked").is_some()),
        (
            "input",
            "text" | "number" | "date" | "time" | "datetime-local" | "month" | "week" | "email" | "tel"
            | "url" | "search",
        ) => {
            value(prose, field.attr("value").unwrap_or_default());
        }
        ("textarea", _) => value(prose, &field.text().collect::<String>()),
        ("select", _) => {
            let options = || descendants(field, "option");
            let mut chosen: Vec<String> = options()
                .filter(|option| option.attr("selected").is_some())
                .map(|option| option.text().collect())
                .collect();
            if chosen.is_empty() && field.attr("multiple").is_none() {
                chosen.extend(options().next().map(|option| option.text().collect()));
            }
            value(prose, &chosen.join(", "));
        }
        _ => {}
    }
}

fn value(prose: &mut Prose, value: &str) {
    prose.space();
    prose.text(value.trim());
    prose.space();
}

/// Opens a numbered list as a browser counts it.
pub(super) fn begin_list(prose: &mut Prose, list: ElementRef<'_>) {
    let is_reversed = list.attr("reversed").is_some();
    let items = || list.child_elements().filter(|item| item.value().name() == "li").count();
    let given = list.attr("start").and_then(|start| start.trim().parse().ok());
    let first =
        given.unwrap_or_else(|| if is_reversed { i64::try_from(items()).unwrap_or(i64::MAX) } else { 1 });
    let style = list.attr("style").unwrap_or_default();
    let kind = list.attr("type").unwrap_or_else(|| {
        let named = [
            ("lower-alpha", "a"),
            ("lower-latin", "a"),
            ("upper-alpha", "A"),
            ("upper-latin", "A"),
            ("lower-roman", "i"),
            ("upper-roman", "I"),
        ];
        named.iter().find(|(name, _)| style.contains(name)).map_or("1", |(_, kind)| kind)
    });
    prose.begin_numbered(first, if is_reversed { -1 } else { 1 }, counted(kind));
}

/// The number that an item says itself.
pub(super) fn own_number(item: ElementRef<'_>) -> Option<i64> {
    item.attr("value").and_then(|value| value.trim().parse().ok())
}

fn counted(kind: &str) -> fn(i64) -> String {
    match kind {
        "a" => |number| written("lowerLetter", number),
        "A" => |number| written("upperLetter", number),
        "i" => |number| written("lowerRoman", number),
        "I" => |number| written("upperRoman", number),
        _ => |number| number.to_string(),
    }
}

/// Letters and Roman numerals begin with one.
fn written(format: &str, number: i64) -> String {
    let counted = u64::try_from(number).ok().filter(|number| *number > 0);
    counted.and_then(|number| numerals::written(format, number)).unwrap_or_else(|| number.to_string())
}
