//! Equations in office files: their letters are text like any other, but some signs stand in attributes
//! or are only drawn.

use quick_xml::events::BytesStart;

use super::package::{attribute, name_of};

/// Follows the elements of an equation.
#[derive(Debug, Default)]
pub(super) struct Equation {
    /// Within the properties of a sum, an integral or its like: the sign that they name.
    operator: Option<Option<String>>,
}

impl Equation {
    /// What is drawn where an element begins.
    pub(super) fn start(&mut self, tag: &BytesStart<'_>) -> &'static str {
        match (name_of(tag), &mut self.operator) {
            ("den", _) => return "/",
            ("naryPr", operator) => *operator = Some(None),
            ("chr", Some(sign)) => *sign = attribute(tag, "val"),
            _ => {}
        }
        ""
    }

    /// What is drawn where an element ends.
    pub(super) fn end(&mut self, name: &str) -> Option<String> {
        if name != "naryPr" {
            return None;
        }
        // An integral needs no name.
        self.operator.take().map(|sign| sign.unwrap_or_else(|| "∫".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use quick_xml::events::Event;
    use quick_xml::reader::Reader;

    use super::*;

    fn read(xml: &str) -> String {
        let (mut equation, mut out) = (Equation::default(), String::new());
        let mut reader = Reader::from_str(xml);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => out.push_str(equation.start(&tag)),
                Event::Empty(tag) => {
                    out.push_str(equation.start(&tag));
                    out.extend(equation.end(name_of(&tag)));
                }
                Event::End(tag) => out.extend(equation.end(tag.local_name().into_inner())),
                Event::Text(text) => out.push_str(&text.xml10_content()),
                Event::Eof => return out,
                _ => {}
            }
        }
    }

    #[test]
    fn fractions_sums_and_integrals_keep_their_signs() {
        assert_eq!(read("<m:f><m:num>1</m:num><m:den>3</m:den></m:f>"), "1/3");
        assert_eq!(read("<m:nary><m:naryPr><m:chr m:val=\"∑\"/></m:naryPr><m:e>x</m:e></m:nary>"), "∑x");
        assert_eq!(read("<m:nary><m:naryPr><m:limLoc m:val=\"x\"/></m:naryPr><m:e>x</m:e></m:nary>"), "∫x");
        assert_eq!(read("<m:acc><m:accPr><m:chr m:val=\"^\"/></m:accPr><m:e>x</m:e></m:acc>"), "x");
    }
}
