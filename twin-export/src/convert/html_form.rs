//! Fields of forms show their values.

use scraper::ElementRef;

use super::html_tree::{Attributes as _, descendants};
use super::prose::Prose;

/// What a field shows: a tick, a value, a choice.
pub(super) fn field(prose: &mut Prose, field: ElementRef<'_>) {
    let kind = field.attribute("type").unwrap_or("text").to_ascii_lowercase();
    match (field.value().name(), kind.as_str()) {
        ("input", "checkbox" | "radio") => {
            prose.space();
            prose.check_box(field.attribute("checked").is_some());
        }
        (
            "input",
            "text" | "number" | "date" | "time" | "datetime-local" | "month" | "week" | "email" | "tel"
            | "url" | "search",
        ) => {
            value(prose, field.attribute("value").unwrap_or_default());
        }
        ("textarea", _) => value(prose, &field.text().collect::<String>()),
        ("select", _) => {
            let options = || descendants(field, "option");
            let mut chosen: Vec<String> = options()
                .filter(|option| option.attribute("selected").is_some())
                .map(|option| option.text().collect())
                .collect();
            if chosen.is_empty() && field.attribute("multiple").is_none() {
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
