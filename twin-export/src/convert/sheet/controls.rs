//! Controls that lie on a sheet: boxes and buttons to choose with, as `[x] I agree`. Their drawing is of the oldest kind.

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::super::super::text::tidy_line;
use super::super::package::{attribute, entity, name_of};
use super::super::signs;

/// A control that shows a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Control {
    /// The number of its shape.
    pub(super) shape: String,
    pub(super) label: String,
    /// Whether it is ticked, where it can be.
    pub(super) ticked: Option<bool>,
}

impl Control {
    pub(super) fn line(&self) -> String {
        match self.ticked {
            Some(ticked) => format!("{} {}", signs::tick(ticked), self.label).trim_end().to_owned(),
            None => self.label.clone(),
        }
    }
}

/// The controls in a drawing.
pub(super) fn read(xml: &str) -> Vec<Control> {
    let mut controls = Vec::new();
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let (mut shape, mut label, mut state, mut kind) =
        (String::new(), String::new(), String::new(), String::new());
    let mut inside = String::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => match name_of(&tag) {
                "shape" => {
                    let id = attribute(&tag, "id").unwrap_or_default();
                    shape = id.rsplit('s').next().unwrap_or_default().to_owned();
                    [&mut label, &mut state, &mut kind].into_iter().for_each(String::clear);
                }
                name @ ("textbox" | "Checked") => inside = name.to_owned(),
                "ClientData" => kind = attribute(&tag, "ObjectType").unwrap_or_default().to_lowercase(),
                _ => {}
            },
            Event::Empty(tag) if name_of(&tag) == "br" => label.push(' '),
            Event::Text(text) if inside == "textbox" => label.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if inside == "textbox" => label.push_str(&entity(&reference)),
            Event::Text(text) if inside == "Checked" => state.push_str(text.xml10_content().trim()),
            Event::End(tag) => match tag.local_name().into_inner() {
                "textbox" | "Checked" => inside.clear(),
                "shape" => {
                    let is_choice = matches!(kind.as_str(), "checkbox" | "radio");
                    let label = tidy_line(&label);
                    if is_choice || (matches!(kind.as_str(), "label" | "gbox") && !label.is_empty()) {
                        let ticked = is_choice.then_some(state == "1");
                        controls.push(Control { shape: shape.clone(), label, ticked });
                    }
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    controls
}

/// Whether the properties of a control say that it is ticked.
pub(super) fn is_ticked(xml: &str) -> Option<bool> {
    let mut reader = Reader::from_str(xml);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) if name_of(&tag) == "formControlPr" => {
                return Some(attribute(&tag, "checked").is_some_and(|state| state == "Checked"));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_and_buttons_to_choose_with_are_read_with_their_labels() {
        let shape = |kind: &str, label: &str, state: &str| {
            format!(
                "<v:shape id=\"_x0000_s1025\"><v:textbox><div><font>{label}</font></div></v:textbox>\
                 <x:ClientData ObjectType=\"{kind}\"><x:Anchor>1, 0</x:Anchor>{state}</x:ClientData></v:shape>"
            )
        };
        let xml = format!(
            "<xml>{}{}{}{}{}</xml>",
            shape("Checkbox", "I agree", "<x:Checked>1</x:Checked>"),
            shape("Checkbox", "Send &amp; forget", ""),
            shape("Radio", "By post", "<x:Checked>1</x:Checked>"),
            shape("Note", "a comment", ""),
            shape("GBox", "Delivery", ""),
        );
        let lines: Vec<String> = read(&xml).iter().map(Control::line).collect();
        assert_eq!(lines, ["[x] I agree", "[ ] Send & forget", "[x] By post", "Delivery"]);
        assert_eq!(is_ticked("<formControlPr objectType='CheckBox' checked='Checked'/>"), Some(true));
        assert_eq!(is_ticked("<formControlPr objectType='CheckBox'/>"), Some(false));
    }
}
