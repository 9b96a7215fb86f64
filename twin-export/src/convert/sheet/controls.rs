//! Controls that lie on a sheet: boxes and buttons to tick, as `[x] I agree`, and lists to choose from. Their drawing is of
//! the oldest kind, their properties have a part of their own.

use std::collections::HashMap;

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::super::super::text::tidy_line;
use super::super::package::{attribute, entity, name_of};
use super::super::signs;

/// A control that shows a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Control {
    /// The number of its shape.
    pub(super) shape: String,
    pub(super) label: String,
    /// Whether it is ticked, where it can be.
    pub(super) ticked: Option<bool>,
    /// What is chosen, where it is a list.
    pub(super) choice: Option<Choice>,
}

/// What is chosen from a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// The numbers of the entries, from one.
    pub(super) chosen: Vec<usize>,
    /// Where the entries stand.
    pub(super) range: String,
    /// The entries themselves, where they stand on no sheet.
    pub(super) items: Vec<String>,
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
    let (mut chosen, mut range) = (String::new(), String::new());
    let mut inside = String::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => match name_of(&tag) {
                "shape" => {
                    let id = attribute(&tag, "id").unwrap_or_default();
                    shape = id.rsplit('s').next().unwrap_or_default().to_owned();
                    [&mut label, &mut state, &mut kind, &mut chosen, &mut range]
                        .into_iter()
                        .for_each(String::clear);
                }
                name @ ("textbox" | "Checked" | "Sel" | "MultiSel" | "FmlaRange") => inside = name.to_owned(),
                "ClientData" => kind = attribute(&tag, "ObjectType").unwrap_or_default().to_lowercase(),
                _ => {}
            },
            Event::Empty(tag) if name_of(&tag) == "br" => label.push(' '),
            Event::Text(text) if inside == "textbox" => label.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if inside == "textbox" => label.push_str(&entity(&reference)),
            Event::Text(text) if inside == "Checked" => state.push_str(text.xml10_content().trim()),
            Event::Text(text) if inside == "FmlaRange" => range.push_str(text.xml10_content().trim()),
            Event::Text(text) if !inside.is_empty() => chosen = text.xml10_content().into_owned(),
            Event::End(tag) => match tag.local_name().into_inner() {
                "textbox" | "Checked" | "Sel" | "MultiSel" | "FmlaRange" => inside.clear(),
                "shape" => {
                    let is_choice = matches!(kind.as_str(), "checkbox" | "radio");
                    let label = tidy_line(&label);
                    if matches!(kind.as_str(), "drop" | "list") {
                        let choice =
                            Choice { chosen: numbers(&chosen), range: range.clone(), items: Vec::new() };
                        let choice = Some(choice);
                        controls.push(Control { shape: shape.clone(), choice, ..Control::default() });
                    } else if is_choice || (matches!(kind.as_str(), "label" | "gbox") && !label.is_empty()) {
                        let ticked = is_choice.then_some(state == "1");
                        controls.push(Control { shape: shape.clone(), label, ticked, choice: None });
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

fn numbers(text: &str) -> Vec<usize> {
    let numbers = text.split([',', ' ']).filter_map(|number| number.trim().parse().ok());
    numbers.filter(|number| *number > 0).take(MOST_CHOSEN).collect()
}

/// Entries of a list that are chosen together.
const MOST_CHOSEN: usize = 1_000;

/// A control by its properties, which have neither its shape nor its label.
pub(super) fn properties(xml: &str) -> Option<Control> {
    let mut control = None;
    let mut reader = Reader::from_str(xml);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) => match name_of(&tag) {
                "formControlPr" => {
                    let text = |name: &str| attribute(&tag, name).unwrap_or_default();
                    let kind = text("objectType").to_lowercase();
                    let chosen = numbers(
                        &Some(text("multiSel")).filter(|many| !many.is_empty()).unwrap_or(text("sel")),
                    );
                    let choice = Choice { chosen, range: text("fmlaRange"), items: Vec::new() };
                    control = Some(Control {
                        ticked: matches!(kind.as_str(), "checkbox" | "radio")
                            .then(|| text("checked") == "Checked"),
                        choice: matches!(kind.as_str(), "drop" | "list").then_some(choice),
                        ..Control::default()
                    });
                }
                "item" => {
                    let choice = control.as_mut().and_then(|control| control.choice.as_mut());
                    if let Some(choice) = choice {
                        choice.items.extend(attribute(&tag, "val"));
                    }
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    control
}

/// What the shapes of a newer drawing say, by their numbers.
pub(super) fn labels(xml: &str) -> HashMap<String, String> {
    let mut labels: HashMap<String, String> = HashMap::new();
    let (mut shape, mut is_text) = (String::new(), false);
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) if name_of(&tag) == "cNvPr" => {
                shape = attribute(&tag, "id").unwrap_or_default();
            }
            Event::Start(tag) if name_of(&tag) == "t" => is_text = true,
            Event::Text(text) if is_text => {
                labels.entry(shape.clone()).or_default().push_str(&text.xml10_content());
            }
            Event::GeneralRef(reference) if is_text => {
                labels.entry(shape.clone()).or_default().push_str(&entity(&reference));
            }
            Event::End(tag) if tag.local_name().into_inner() == "t" => is_text = false,
            Event::Eof => break,
            _ => {}
        }
    }
    labels.values_mut().for_each(|label| *label = tidy_line(label));
    labels
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
        let ticked = |xml: &str| properties(xml).unwrap().ticked;
        assert_eq!(ticked("<formControlPr objectType='CheckBox' checked='Checked'/>"), Some(true));
        assert_eq!(ticked("<formControlPr objectType='CheckBox'/>"), Some(false));
        assert_eq!(ticked("<formControlPr objectType='Spin'/>"), None);
    }

    #[test]
    fn lists_say_what_is_chosen() {
        let choice = |numbers: &[usize], range: &str, items: &[&str]| Choice {
            chosen: numbers.to_vec(),
            range: range.to_owned(),
            items: items.iter().map(|item| (*item).to_owned()).collect(),
        };
        let drop = "<xml><v:shape id='_x0000_s1026'><x:ClientData ObjectType='Drop'><x:Val>0</x:Val><x:Sel>2</x:Sel><x:FmlaRange>$E$1:$E$3</x:FmlaRange></x:ClientData></v:shape></xml>";
        assert_eq!(read(drop)[0].choice, Some(choice(&[2], "$E$1:$E$3", &[])));
        let drop = "<formControlPr objectType='Drop' sel='2' fmlaRange='Lists!$A$1:$A$3'/>";
        assert_eq!(properties(drop).unwrap().choice, Some(choice(&[2], "Lists!$A$1:$A$3", &[])));
        let list = "<formControlPr objectType='List' seltype='multi' multiSel='1, 3'><itemLst><item val='a'/><item val='b'/></itemLst></formControlPr>";
        assert_eq!(properties(list).unwrap().choice, Some(choice(&[1, 3], "", &["a", "b"])));
        let drawing =
            "<xdr:sp><xdr:cNvPr id='1025' name='Check Box 1'/><a:t>I </a:t><a:t>agree</a:t></xdr:sp>";
        assert_eq!(labels(drawing).get("1025").map(String::as_str), Some("I agree"));
    }
}
