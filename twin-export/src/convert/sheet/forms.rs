//! Forms on a sheet: which of its boxes are ticked, and what is chosen from its lists.

use std::collections::HashMap;

use super::super::package::{Package, Relation};
use super::cells::Worksheet;
use super::controls::{self, Choice, Control};
use super::rows::{Rows, range_of};
use super::xlsx::Book;

/// Adds the controls of a sheet in their state to what its drawings say.
pub(super) fn add(
    package: &mut Package,
    relations: &HashMap<String, Relation>,
    sheet: &Worksheet,
    book: &Book,
    drawings: &mut Vec<String>,
) {
    for mut control in controls(package, relations, &sheet.controls) {
        if let Some(choice) = &control.choice {
            control.label = chosen(choice, &sheet.rows, book, package);
        }
        // A newer drawing has its label, too.
        let known = drawings.iter_mut().find(|text| text.lines().any(|line| line == control.label));
        match known.filter(|_| !control.label.is_empty() && control.choice.is_none()) {
            Some(text) => *text = with_state(text, &control),
            None => drawings.push(control.line()),
        }
    }
}

fn controls(
    package: &mut Package,
    relations: &HashMap<String, Relation>,
    states: &[(String, String)],
) -> Vec<Control> {
    let mut found = Vec::new();
    let properties = |package: &mut Package, shape: &str| {
        let (_, id) = states.iter().find(|(one, _)| one == shape)?;
        controls::properties(&package.part(&relations.get(id)?.target).ok()??)
    };
    for drawing in relations.values().filter(|relation| relation.kind == "vmlDrawing") {
        // A comment's frame says nothing: a drawing that cannot be read hides no text that is known of.
        let Ok(Some(xml)) = package.part(&drawing.target) else { continue };
        for mut control in controls::read(&xml) {
            if let Some(own) = properties(package, &control.shape) {
                control.ticked = control.ticked.and(own.ticked).or(control.ticked);
                control.choice = control.choice.and(own.choice);
            }
            found.push(control);
        }
    }
    // Newer programs write no drawing of the oldest kind.
    let others: Vec<&String> = states
        .iter()
        .map(|(shape, _)| shape)
        .filter(|shape| !found.iter().any(|one| one.shape == **shape))
        .collect();
    let has_old = relations.values().any(|relation| relation.kind == "vmlDrawing");
    if others.is_empty() || has_old {
        return found;
    }
    let drawing = relations.values().find(|relation| relation.kind == "drawing");
    let xml = drawing.and_then(|drawing| package.part(&drawing.target).ok()?).unwrap_or_default();
    let labels = controls::labels(&xml);
    for shape in others {
        if let Some(own) = properties(package, shape) {
            let label = labels.get(shape).cloned().unwrap_or_default();
            found.push(Control { shape: shape.clone(), label, ..own });
        }
    }
    found.retain(|control| control.choice.is_some() || control.ticked.is_some());
    found
}

/// What is chosen from a list, wherever its entries stand.
fn chosen(choice: &Choice, rows: &Rows, book: &Book, package: &mut Package) -> String {
    let entries = |rows: &Rows, range: &str| {
        let (first, last) = range_of(&range.replace('$', ""))?;
        let places = choice.chosen.iter().filter_map(|at| {
            let at = u32::try_from(*at).ok()?.checked_sub(1)?;
            // A list goes down, or along its only row.
            let below = (first.0.checked_add(at)?, first.1);
            let beside = (first.0, first.1.checked_add(at)?);
            Some(if first.0 == last.0 { beside } else { below })
        });
        let texts: Vec<&str> =
            places.filter(|place| *place <= last).filter_map(|place| rows.text_at(place)).collect();
        Some(texts.join(", "))
    };
    if !choice.items.is_empty() {
        let items = choice.chosen.iter().filter_map(|at| choice.items.get(at.checked_sub(1)?));
        return items.map(String::as_str).collect::<Vec<_>>().join(", ");
    }
    let range = book.names.get(&choice.range).unwrap_or(&choice.range);
    let Some((sheet, range)) = range.rsplit_once('!') else {
        return entries(rows, range).unwrap_or_default();
    };
    let sheet = sheet.trim_matches('\'').replace("''", "'");
    let other = book.parts.get(&sheet).and_then(|part| package.part(part).ok()?);
    let other = other.and_then(|xml| Worksheet::read(&xml, Rows::new(MOST_ENTRIES), book).ok());
    other.and_then(|sheet| entries(&sheet.rows, range)).unwrap_or_default()
}

/// Bytes of a sheet that holds the entries of lists.
const MOST_ENTRIES: u64 = 1 << 20;

/// A text with the state of a control before its label.
fn with_state(text: &str, control: &Control) -> String {
    let mut is_written = false;
    let lines = text.lines().map(|line| {
        if is_written || line != control.label {
            return line.to_owned();
        }
        is_written = true;
        control.line()
    });
    lines.collect::<Vec<_>>().join("\n")
}
