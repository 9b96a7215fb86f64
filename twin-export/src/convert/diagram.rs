//! Diagrams (SmartArt): their points as a list, each below the one it belongs to.

use std::collections::{HashMap, HashSet};

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::package::{attribute, entity, name_of};
use super::prose::Prose;
use super::styled::{Look, Styled};

#[derive(Debug, Default)]
struct Model {
    /// By id and in their order: kind and text.
    points: Vec<(String, String, String)>,
    /// From parent to child, with the child's place among its siblings.
    links: Vec<(String, String, u32)>,
}

/// What a diagram's data say.
pub(super) fn to_text(xml: &str) -> String {
    let model = Model::read(xml);
    let mut prose = Prose::default();
    let lines = model.lines();
    let is_nested = lines.iter().any(|(level, _)| *level > 0);
    for (level, text) in lines {
        if is_nested {
            prose.list_line(level.min(8), None, &text);
        } else {
            prose.line();
            prose.text(&text);
        }
    }
    prose.finish().1
}

impl Model {
    fn read(xml: &str) -> Self {
        let mut model = Self::default();
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        let mut reading = false;
        let (mut styled, mut look) = (Styled::default(), Look::default());
        // Damage ends the diagram alone.
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    let value = |name: &str| attribute(&tag, name).unwrap_or_default();
                    reading = name_of(&tag) == "t" && value("type").is_empty();
                    match name_of(&tag) {
                        "pt" => {
                            model.say(&styled.take());
                            model.points.push((value("modelId"), value("type"), String::new()));
                        }
                        "r" => look = Look::default(),
                        "rPr" => look = Look::drawn(&tag),
                        "cxn" if matches!(value("type").as_str(), "" | "parOf") => {
                            model.links.push((
                                value("srcId"),
                                value("destId"),
                                value("srcOrd").parse().unwrap_or(0),
                            ));
                        }
                        "br" => styled.push(Look::default(), " "),
                        _ => {}
                    }
                }
                Event::Text(text) if reading => styled.push_shown(look, &text.xml10_content()),
                Event::GeneralRef(reference) if reading => styled.push_shown(look, &entity(&reference)),
                Event::End(tag) => {
                    reading = false;
                    if tag.local_name().into_inner() == "p" {
                        model.say(&styled.take());
                        model.say("\n");
                        styled.begin();
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        model.say(&styled.take());
        model
    }

    fn say(&mut self, text: &str) {
        if let Some((_, _, said)) = self.points.last_mut() {
            said.push_str(text);
        }
    }

    /// The points with their levels, in the order in which the diagram is read.
    fn lines(&self) -> Vec<(usize, String)> {
        let by_id: HashMap<&str, usize> =
            self.points.iter().enumerate().map(|(at, (id, ..))| (id.as_str(), at)).collect();
        let mut children: HashMap<usize, Vec<(u32, usize)>> = HashMap::new();
        for (from, to, order) in &self.links {
            if let (Some(&from), Some(&to)) = (by_id.get(from.as_str()), by_id.get(to.as_str())) {
                children.entry(from).or_default().push((*order, to));
            }
        }
        children.values_mut().for_each(|list| list.sort_unstable());
        let is_child: HashSet<usize> = children.values().flatten().map(|(_, to)| *to).collect();
        let roots = (0..self.points.len()).filter(|at| !is_child.contains(at));
        let mut lines = Vec::new();
        let mut seen = HashSet::new();
        let mut open: Vec<(usize, usize)> = roots.map(|at| (at, 0)).collect();
        open.reverse();
        // Links that run in a circle have no root.
        let mut rest = (0..self.points.len()).rev().map(|at| (at, 0)).collect::<Vec<_>>();
        while let Some((at, level)) = open.pop().or_else(|| rest.pop()) {
            if !seen.insert(at) {
                continue;
            }
            let text = self.points[at].2.trim();
            let says = !text.is_empty() && self.points[at].1 != "pres";
            if says {
                lines.push((level, text.replace('\n', " ")));
            }
            let below = children.get(&at).into_iter().flatten().rev();
            open.extend(below.map(|(_, to)| (*to, level + usize::from(says))));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(id: u32, kind: &str, text: &str) -> String {
        format!(
            r#"<dgm:pt modelId="{id}" type="{kind}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>"#
        )
    }

    #[test]
    fn points_stand_below_what_they_belong_to() {
        let points = [
            point(1, "doc", ""),
            point(2, "node", "Close"),
            point(3, "node", "Report"),
            point(4, "asst", "by phone"),
        ];
        let links = [(1, 3, 0), (1, 2, 1), (3, 4, 0), (4, 3, 0)]
            .map(|(from, to, order)| format!(r#"<dgm:cxn srcId="{from}" destId="{to}" srcOrd="{order}"/>"#));
        let xml =
            format!("<dgm:ptLst>{}</dgm:ptLst><dgm:cxnLst>{}</dgm:cxnLst>", points.concat(), links.concat());
        assert_eq!(to_text(&xml), "- Report\n  - by phone\n- Close");
    }

    #[test]
    fn powers_are_told() {
        let xml = r#"<dgm:pt modelId="1"><dgm:t><a:p><a:r><a:t>Second 10</a:t></a:r><a:r><a:rPr baseline="30000"/>
            <a:t>6</a:t></a:r></a:p></dgm:t></dgm:pt>"#;
        assert_eq!(to_text(xml), "Second 10⁶");
    }

    #[test]
    fn without_links_points_stand_as_they_come() {
        let xml = [point(2, "node", "Report the leak"), point(3, "node", "Close the main valve")].concat();
        assert_eq!(to_text(&xml), "Report the leak\nClose the main valve");
    }
}
