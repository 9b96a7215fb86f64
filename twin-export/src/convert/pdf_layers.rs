//! Layers of a page: what a reader switched off is no text, as on the screen.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use unpdf::parser::backend::{ContentOp, ObjectId, PdfValue};
use unpdf::parser::raw::{PdfDict, PdfObject, RawDocument};

/// The layers of a file of which some are off.
pub(super) struct Layers {
    document: RawDocument,
    off: BTreeSet<ObjectId>,
    /// Names of hidden layers by the content that uses them: two contents may call different layers the same.
    hidden: Mutex<HashMap<u64, Vec<Vec<u8>>>>,
    has_hidden: AtomicBool,
}

/// Pages above a page, for what it inherits.
const MOST_PARENTS: usize = 32;

impl Layers {
    /// The layers of a file; none where all of them are shown.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let document = RawDocument::load(bytes).ok()?;
        let off = off(&document)?;
        let (hidden, has_hidden) = (Mutex::default(), AtomicBool::new(false));
        (!off.is_empty()).then_some(Self { document, off, hidden, has_hidden })
    }

    /// Whether any text has been left out.
    pub(super) fn has_hidden(&self) -> bool {
        self.has_hidden.load(Ordering::Relaxed)
    }

    /// Remembers which layers the content of a page or a form must not show.
    pub(super) fn note(&self, holder: ObjectId, content: &[u8]) {
        let names = self.hidden_names(holder).unwrap_or_default();
        if !names.is_empty() {
            let mut hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
            hidden.insert(hash(content), names);
        }
    }

    /// Whether a form belongs to a layer that is off.
    pub(super) fn hides(&self, form: ObjectId) -> bool {
        let layer =
            self.document.get_object(form).and_then(dict_of).and_then(|form| form.get(b"OC".as_slice()));
        let hides = layer.is_some_and(|layer| self.is_off(layer));
        self.has_hidden.fetch_or(hides, Ordering::Relaxed);
        hides
    }

    /// The operations of a content without those that show text of layers that are off.
    pub(super) fn shown(&self, content: &[u8], operations: Vec<ContentOp>) -> Vec<ContentOp> {
        let names = self.hidden.lock().unwrap_or_else(PoisonError::into_inner).get(&hash(content)).cloned();
        let Some(names) = names else { return operations };
        let (mut marks, mut hidden): (Vec<bool>, usize) = (Vec::new(), 0);
        let mut out = Vec::with_capacity(operations.len());
        for mut operation in operations {
            match operation.operator.as_str() {
                "BDC" => {
                    marks.push(is_layer(&operation.operands, &names));
                    hidden += usize::from(marks.last() == Some(&true));
                }
                "BMC" => marks.push(false),
                "EMC" => {
                    hidden -= usize::from(marks.pop() == Some(true));
                }
                "Tj" | "TJ" | "'" | "\"" | "Do" | "EI" | "BI" if hidden > 0 => {
                    self.has_hidden.store(true, Ordering::Relaxed);
                    // Both of these begin a line first.
                    if !matches!(operation.operator.as_str(), "'" | "\"") {
                        continue;
                    }
                    operation = ContentOp::new("T*", Vec::new());
                }
                _ => {}
            }
            out.push(operation);
        }
        out
    }

    fn hidden_names(&self, holder: ObjectId) -> Option<Vec<Vec<u8>>> {
        let mut one = dict_of(self.document.get_object(holder)?)?;
        let mut parents = 0;
        let resources = loop {
            if let Some(found) = one.get(b"Resources".as_slice()) {
                break self.document.resolve(found).as_dict()?;
            }
            parents += 1;
            one = self
                .document
                .resolve(one.get(b"Parent".as_slice()).filter(|_| parents < MOST_PARENTS)?)
                .as_dict()?;
        };
        let layers = self.document.resolve(resources.get(b"Properties".as_slice())?).as_dict()?;
        Some(layers.iter().filter(|(_, layer)| self.is_off(layer)).map(|(name, _)| name.clone()).collect())
    }

    /// Whether a layer is off, or what several of them decide together.
    fn is_off(&self, layer: &PdfObject) -> bool {
        let is_off = |one: &PdfObject| one.as_reference().is_some_and(|id| self.off.contains(&id));
        if is_off(layer) {
            return true;
        }
        let Some(group) = dict_of(self.document.resolve(layer)) else { return false };
        // What an expression decides is shown.
        let Some(members) = group.get(b"OCGs".as_slice()).filter(|_| !group.contains_key(b"VE".as_slice()))
        else {
            return false;
        };
        let members = match self.document.resolve(members).as_array() {
            Some(members) => members,
            None => std::slice::from_ref(members),
        };
        let policy = group.get(b"P".as_slice()).and_then(PdfObject::as_name).unwrap_or(b"AnyOn");
        let any_off = members.iter().any(is_off);
        let all_off = !members.is_empty() && members.iter().all(is_off);
        match policy {
            b"AllOn" => any_off,
            b"AnyOff" => !members.is_empty() && !any_off,
            b"AllOff" => !members.is_empty() && !all_off,
            _ => all_off,
        }
    }
}

/// The layers that are off when the file is opened.
fn off(document: &RawDocument) -> Option<BTreeSet<ObjectId>> {
    let layers = document.resolve(document.catalog().ok()?.get(b"OCProperties".as_slice())?).as_dict()?;
    let shown = document.resolve(layers.get(b"D".as_slice())?).as_dict()?;
    let list = |of: &PdfDict, name: &[u8]| -> BTreeSet<ObjectId> {
        let list = of.get(name).and_then(|list| document.resolve(list).as_array()).unwrap_or_default();
        list.iter().filter_map(PdfObject::as_reference).collect()
    };
    let mut off = list(shown, b"OFF");
    if shown.get(b"BaseState".as_slice()).and_then(PdfObject::as_name) == Some(b"OFF") {
        off.extend(list(layers, b"OCGs"));
        list(shown, b"ON").iter().for_each(|one| {
            off.remove(one);
        });
    }
    Some(off)
}

fn dict_of(object: &PdfObject) -> Option<&PdfDict> {
    object.as_dict().or_else(|| object.as_stream().map(|stream| &stream.dict))
}

/// Whether marked content belongs to one of some layers: `/OC /Name BDC`.
fn is_layer(operands: &[PdfValue], names: &[Vec<u8>]) -> bool {
    match operands {
        [PdfValue::Name(kind), PdfValue::Name(name)] => kind == b"OC" && names.contains(name),
        _ => false,
    }
}

fn hash(content: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::super::super::Limits;
    use super::super::pdf::tests::file;
    use super::super::pdf::to_text;
    use crate::remark;

    /// A page with a line in each of two layers, and one in a form.
    fn shown(settings: &str) -> (String, Vec<String>) {
        let page = "/OC /A BDC BT /F 12 Tf 72 700 Td (On paper) Tj ET EMC /OC /B BDC \
            BT /F 12 Tf 72 680 Td (On screen) Tj ET EMC BT /F 12 Tf 72 660 Td (Always) Tj ET /X Do";
        let form = "BT /F 12 Tf 72 640 Td (In a form) Tj ET";
        let font = "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>";
        let objects = [
            format!(
                "<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [5 0 R 6 0 R] /D << {settings} >> >> >>"
            ),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << {font} /XObject << /X 7 0 R >> /Properties << /A 5 0 R /B 8 0 R >> >> >>"
            ),
            format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
            "<< /Type /OCG /Name (Paper) >>".to_owned(),
            "<< /Type /OCG /Name (Screen) >>".to_owned(),
            format!(
                "<< /Length {} /Type /XObject /Subtype /Form /BBox [0 0 595 842] /OC 6 0 R /Resources << {font} >> >>\nstream\n{form}\nendstream",
                form.len()
            ),
            "<< /Type /OCMD /OCGs [6 0 R] >>".to_owned(),
        ];
        let output = to_text(&file(&objects), &Limits::default()).unwrap();
        (output.text.split_whitespace().collect::<Vec<_>>().join(" "), output.aside.remarks)
    }

    #[test]
    fn text_of_a_layer_that_is_off_is_left_out_with_a_remark() {
        assert_eq!(shown(""), ("On paper On screen Always In a form".to_owned(), Vec::new()));
        assert_eq!(
            shown("/OFF [5 0 R]"),
            ("On screen Always In a form".to_owned(), vec![remark::HIDDEN_TEXT.to_owned()])
        );
        assert_eq!(shown("/OFF [6 0 R]").0, "On paper Always");
        assert_eq!(shown("/BaseState /OFF /ON [6 0 R]").0, "On screen Always In a form");
    }
}
