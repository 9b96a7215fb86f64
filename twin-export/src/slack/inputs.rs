//! What people choose from and fill in: menus, boxes to tick, dates, texts. Each says what is chosen, and what else there is.

use jiff::Timestamp;
use serde_json::Value;

use super::super::convert::signs;
use super::Names;
use super::markup::{list, plain, reference, string, time};
use super::shown::block_text;

/// The text of such an element; `None` for any other.
pub(super) fn text(element: &Value, names: &Names) -> Option<String> {
    let kind = string(element, "type");
    let is_one = kind.ends_with("_input")
        || kind.ends_with("_select")
        || kind.ends_with("picker")
        || matches!(kind, "select" | "checkboxes" | "radio_buttons" | "overflow");
    if !is_one {
        return None;
    }
    let chosen = chosen(element, names);
    let options = options(element);
    if matches!(kind, "checkboxes" | "radio_buttons") {
        let options = options.map(|option| {
            let (label, more) = labelled(option, names);
            let is_ticked = chosen.contains(&label);
            format!("{} {label}{more}", signs::tick(is_ticked))
        });
        return Some(options.collect::<Vec<_>>().join(" "));
    }
    let placeholder = || element.get("placeholder").map(|text| said(text, names)).unwrap_or_default();
    let value = if chosen.is_empty() { placeholder() } else { chosen.join(", ") };
    let options: Vec<String> = options
        .map(|option| labelled(option, names))
        .filter(|(label, _)| !chosen.contains(label))
        .map(|(label, more)| label + &more)
        .collect();
    let label = said(element.get("text").unwrap_or(&Value::Null), names);
    let parts = [label, value, options.join(", ")].into_iter().filter(|part| !part.trim().is_empty());
    Some(parts.collect::<Vec<_>>().join(": "))
}

/// All options, also those in groups.
fn options(element: &Value) -> impl Iterator<Item = &Value> {
    let groups = list(element, "option_groups");
    list(element, "options").chain(groups.flat_map(|group| list(group, "options")))
}

/// An option's label, and what explains it.
fn labelled(option: &Value, names: &Names) -> (String, String) {
    let text = |name: &str| option.get(name).map(|text| said(text, names)).unwrap_or_default();
    let more = Some(text("description")).filter(|more| !more.trim().is_empty());
    (text("text"), more.map(|more| format!(" ({more})")).unwrap_or_default())
}

fn said(text: &Value, names: &Names) -> String {
    match text {
        Value::String(text) => plain(text, names),
        text if text.is_object() => block_text(text, names),
        _ => String::new(),
    }
}

/// What is chosen or filled in: whatever is called `initial_…`, or `selected_…` once somebody did.
fn chosen(element: &Value, names: &Names) -> Vec<String> {
    let fields = element.as_object().into_iter().flatten();
    let set = fields.filter_map(|(name, value)| {
        let what = name.strip_prefix("initial_").or_else(|| name.strip_prefix("selected_"))?;
        Some((if name == "value" { "value" } else { what }, value))
    });
    let values = set.flat_map(|(what, value)| {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        values.iter().map(move |value| one(what, value, names)).collect::<Vec<_>>()
    });
    values.filter(|value| !value.trim().is_empty()).collect()
}

fn one(what: &str, value: &Value, names: &Names) -> String {
    match what {
        "user" | "users" => reference(&format!("@{}", value.as_str().unwrap_or_default()), names),
        "channel" | "channels" => reference(&format!("#{}", value.as_str().unwrap_or_default()), names),
        "conversation" | "conversations" => {
            let id = value.as_str().unwrap_or_default();
            let mark = if id.starts_with(['U', 'W']) { '@' } else { '#' };
            reference(&format!("{mark}{id}"), names)
        }
        "option" | "options" => labelled(value, names).0,
        "date_time" => {
            let seconds = value.as_i64().and_then(|seconds| Timestamp::from_second(seconds).ok());
            seconds.map(|time| time.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
        }
        _ if value.is_number() => value.to_string(),
        _ => said(value, names),
    }
}

/// A call that was made in a channel: what it was about, and when.
pub(super) fn call(block: &Value) -> String {
    let call = block.get("call").map_or(block, |call| call.get("v1").unwrap_or(call));
    let name = [string(call, "name"), string(call, "display_name")].into_iter().find(|name| !name.is_empty());
    let began = time(call, "date_start").parse().ok().filter(|began| *began > 0);
    let began = began.and_then(|began| Timestamp::from_second(began).ok());
    let began = began.map(|began| began.strftime(" (%Y-%m-%d %H:%M)").to_string());
    name.map(|name| format!("{name}{}", began.unwrap_or_default())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::markup::tests::names;
    use serde_json::json;

    fn shown(element: &Value) -> String {
        text(element, &names()).unwrap()
    }

    fn option(label: &str) -> Value {
        json!({"text": {"type": "plain_text", "text": label}, "value": "x"})
    }

    #[test]
    fn options_stand_with_what_is_chosen() {
        let boxes = json!({"type": "checkboxes", "options": [option("Key"), option("Lamp")], "initial_options": [option("Lamp")]});
        assert_eq!(shown(&boxes), "[ ] Key [x] Lamp");
        let menu = json!({"type": "static_select", "placeholder": {"type": "plain_text", "text": "Pick"},
            "option_groups": [{"label": {}, "options": [option("Red"), option("Blue")]}]});
        assert_eq!(shown(&menu), "Pick: Red, Blue");
        let old =
            json!({"type": "select", "text": "Colour", "options": [{"text": "Red", "description": "warm"}]});
        assert_eq!(shown(&old), "Colour: Red (warm)");
        let chosen = json!({"type": "static_select", "options": [option("Red"), option("Blue")], "initial_option": option("Blue")});
        assert_eq!(shown(&chosen), "Blue: Red");
    }

    #[test]
    fn what_is_filled_in_stands_instead_of_the_hint() {
        let hint = json!({"type": "plain_text", "text": "When?"});
        assert_eq!(
            shown(&json!({"type": "datepicker", "initial_date": "2026-03-05", "placeholder": hint})),
            "2026-03-05"
        );
        assert_eq!(
            shown(&json!({"type": "datetimepicker", "initial_date_time": 1772442000})),
            "2026-03-02 09:00"
        );
        assert_eq!(shown(&json!({"type": "number_input", "initial_value": 4, "placeholder": hint})), "4");
        assert_eq!(shown(&json!({"type": "timepicker", "placeholder": hint})), "When?");
        assert_eq!(shown(&json!({"type": "multi_users_select", "initial_users": ["U1"]})), "@Ana");
        assert_eq!(shown(&json!({"type": "conversations_select", "initial_conversation": "C1"})), "#ops");
        assert_eq!(text(&json!({"type": "section"}), &names()), None);
    }

    #[test]
    fn a_call_has_a_name() {
        assert_eq!(call(&json!({"type": "call", "call": {"v1": {"name": "Stand-up"}}})), "Stand-up");
    }
}
