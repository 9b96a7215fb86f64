//! An office file: a zip of XML parts that point at one another.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Cursor, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use zip::ZipArchive;

use super::super::{Limits, reason};
use super::placeholders::is_unnamed;
use super::plain::decoded;
use super::{Aside, flat, is_media};
use crate::text::tidy_line;
use crate::tree::ending;

pub(super) struct Package {
    store: Store,
    /// Where each part is, by its name in small letters and with `/` between folders: some programs write `\`.
    places: HashMap<String, usize>,
    /// Inflated bytes that may still be read.
    left: u64,
    /// What the package itself points at, once it was asked for.
    root: Option<HashMap<String, Relation>>,
}

/// Room that is made for a part before it is read.
const MOST_AHEAD: u64 = 256 << 10;

/// Where the parts are.
enum Store {
    Zip(ZipArchive<Cursor<Vec<u8>>>),
    /// One file of XML held all of them.
    Flat(Vec<String>),
}

impl Package {
    pub(super) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, &'static str> {
        if flat::is_xml(&bytes) {
            let (names, parts): (Vec<String>, Vec<String>) =
                flat::parts(&decoded(&bytes)).into_iter().unzip();
            let places = names.iter().map(|name| plain_name(name.as_bytes())).zip(0..).collect();
            return Ok(Self { store: Store::Flat(parts), places, left: limits.entry_bytes, root: None });
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| reason::UNREADABLE)?;
        let names = zip.file_names_raw().map(plain_name).enumerate();
        let places = names.map(|(index, name)| (name, index)).collect();
        Ok(Self { store: Store::Zip(zip), places, left: limits.entry_bytes, root: None })
    }

    /// A part's bytes; `None` where there is no such part.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, &'static str> {
        let Some(&index) = self.places.get(&plain_name(name.as_bytes())) else { return Ok(None) };
        let bytes = match &mut self.store {
            Store::Flat(parts) => parts.get(index).cloned().unwrap_or_default().into_bytes(),
            Store::Zip(zip) => {
                let file = zip.by_index(index).map_err(|_| reason::UNREADABLE)?;
                // What a zip says of sizes need not be true.
                let mut bytes = Vec::with_capacity(file.size().min(MOST_AHEAD) as usize + 1);
                file.take(self.left + 1).read_to_end(&mut bytes).map_err(|_| reason::UNREADABLE)?;
                bytes
            }
        };
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or(reason::TOO_LARGE)?;
        Ok(Some(bytes))
    }

    /// A part's characters; `None` where there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, &'static str> {
        let Some(bytes) = self.bytes(name)? else { return Ok(None) };
        Ok(Some(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => decoded(error.as_bytes()).into_owned(),
        }))
    }

    /// As [`Package::part`]; a part that cannot be read is named, and the rest goes on.
    pub(super) fn part_or_skip(&mut self, name: &str, aside: &mut Aside) -> Option<String> {
        match self.part(name) {
            Ok(Some(part)) => Some(part),
            Ok(None) => {
                // What points to a place outside is no part.
                if !name.contains("://") {
                    aside.skip(name, reason::UNREADABLE);
                }
                None
            }
            Err(reason) => {
                aside.skip(name, reason);
                None
            }
        }
    }

    /// The part that the package is about, whatever its name.
    pub(super) fn main_part(&mut self) -> Option<String> {
        let main = self.root_target("officeDocument")?;
        self.places.contains_key(&plain_name(main.as_bytes())).then_some(main)
    }

    fn root_target(&mut self, kind: &str) -> Option<String> {
        if self.root.is_none() {
            self.root = Some(self.relations("").ok()?);
        }
        let target = self.root.iter().flatten().find(|(_, relation)| relation.kind == kind);
        target.map(|(_, relation)| relation.target.clone())
    }

    /// The title among the file's properties, unless a program put it there by itself.
    pub(super) fn core_title(&mut self) -> Option<String> {
        let core = self.root_target("core-properties").unwrap_or_else(|| "docProps/core.xml".to_owned());
        let xml = self.part(&core).ok()??;
        let mut reader = Reader::from_str(&xml);
        let (mut reading, mut title) = (false, String::new());
        loop {
            match reader.read_event() {
                Ok(Event::Start(tag)) => reading = name_of(&tag) == "title",
                Ok(Event::End(_)) => reading = false,
                Ok(Event::Text(text)) if reading => title.push_str(&text.xml10_content()),
                Ok(Event::GeneralRef(reference)) if reading => title.push_str(&entity(&reference)),
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) => {}
            }
        }
        let title = tidy_line(&title);
        let words = title.to_lowercase();
        let is_placeholder = words.contains("powerpoint")
            || words.is_empty()
            || is_unnamed(&title)
            || [".dot", ".dotx", ".dotm", ".potx", ".xltx", ".tmp"].iter().any(|end| words.ends_with(end))
            || words.starts_with("microsoft word - ")
            || words.starts_with("microsoft excel - ");
        (!is_placeholder).then_some(title)
    }

    /// The one page at the root of a zip whose other files are its pictures and styles.
    pub(super) fn only_page(&mut self) -> Result<(String, Vec<u8>), &'static str> {
        let is_page = |name: &str| matches!(ending(name).as_str(), "html" | "htm");
        let is_part = |name: &str| name.ends_with('/') || is_media(name) || ending(name) == "css";
        let Store::Zip(zip) = &self.store else { return Err(reason::NESTED_ARCHIVE) };
        let names: Vec<String> =
            zip.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        let (pages, others): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| is_page(name));
        match pages.as_slice() {
            [page] if !page.contains('/') && others.iter().all(|name| is_part(name)) => {
                let text = self.part(page)?.ok_or(reason::UNREADABLE)?;
                Ok((page.clone(), text.into_bytes()))
            }
            _ => Err(reason::NESTED_ARCHIVE),
        }
    }

    /// What a part points at: by id, the kind (the last word of its type) and the target part.
    pub(super) fn relations(&mut self, part: &str) -> Result<HashMap<String, Relation>, &'static str> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let Some(xml) = self.part(&format!("{folder}/_rels/{name}.rels"))? else {
            return Ok(HashMap::new());
        };
        Ok(relations_in(folder, &xml))
    }
}

/// The relations of a part in a folder.
fn relations_in(folder: &str, xml: &str) -> HashMap<String, Relation> {
    let mut relations = HashMap::new();
    let mut reader = Reader::from_str(xml);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) if name_of(&tag) == "Relationship" => {
                let [mut id, mut target, mut kind, mut mode] = [const { None }; 4];
                for one in tag.attributes().with_checks(false).flatten() {
                    let place = match one.key.local_name().into_inner() {
                        "Id" => &mut id,
                        "Target" => &mut target,
                        "Type" => &mut kind,
                        "TargetMode" => &mut mode,
                        _ => continue,
                    };
                    *place = one.normalized_value(XmlVersion::Implicit1_0).ok().map(Cow::into_owned);
                }
                let (Some(id), Some(target)) = (id, target) else { continue };
                let kind = kind.unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
                let external = mode.is_some_and(|mode| mode == "External");
                let target = if external { target } else { resolved(folder, &target) };
                relations.insert(id, Relation { kind, target });
            }
            Event::Eof => break,
            _ => {}
        }
    }
    relations
}

/// The part that an office file is about, whatever it is called, and its beginning.
pub(super) fn main_head(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut head = |name: &str, most: u64| {
        let index =
            zip.file_names_raw().position(|other| plain_name(other) == plain_name(name.as_bytes()))?;
        let mut head = Vec::new();
        // The beginning of a damaged part is its beginning all the same.
        let _ = zip.by_index(index).ok()?.take(most).read_to_end(&mut head);
        Some(head)
    };
    let relations = relations_in("", &decoded(&head("_rels/.rels", 1 << 20)?));
    let main = relations.into_values().find(|relation| relation.kind == "officeDocument")?.target;
    let beginning = head(&main, 4096)?;
    Some((main, beginning))
}

#[derive(Debug)]
pub(super) struct Relation {
    pub(super) kind: String,
    pub(super) target: String,
}

/// A target as a part's name: relative to the folder, or absolute.
pub(super) fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A part's name as it is looked up.
fn plain_name(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name).replace('\\', "/").to_lowercase();
    name.strip_prefix('/').map_or(name.clone(), str::to_owned)
}

/// Whether a part says anything.
pub(super) fn has_text(xml: &str) -> bool {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let mut reading = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => reading = name_of(&tag) == "t",
            Ok(Event::End(_)) => reading = false,
            Ok(Event::Text(text)) if reading && !text.xml10_content().trim().is_empty() => return true,
            Ok(Event::GeneralRef(_)) if reading => return true,
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// An element's name without its namespace.
pub(super) fn name_of<'a>(tag: &'a BytesStart<'_>) -> &'a str {
    let name = tag.name().into_inner();
    // Names are too short for a search by blocks.
    name.bytes().position(|byte| byte == b':').map_or(name, |colon| &name[colon + 1..])
}

/// An attribute by its name without a namespace.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    // Most tags do not have it, which is told without taking all of it apart.
    if !tag.attributes_raw().contains(name) {
        return None;
    }
    let found =
        tag.attributes().with_checks(false).flatten().find(|one| one.key.local_name().into_inner() == name);
    let value = found?.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

/// Whether a choice between versions is for programs that know names which no office program has.
pub(super) fn is_foreign(tag: &BytesStart<'_>) -> bool {
    let known = |name: &str| {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_alphanumeric() && !c.is_ascii_lowercase());
        KNOWN.split(' ').any(|one| one == stem)
            || ["w16", "c16", "p16"].iter().any(|start| name.starts_with(start))
    };
    attribute(tag, "Requires").is_some_and(|names| names.split_whitespace().any(|name| !known(name)))
}

/// Prefixes of what office programs added to the formats, without their numbers.
const KNOWN: &str = "w wps wpg wpc wpi wp wp14 w15 a p c x xr xm xdr cx dsp dgm am d v o mv mo ma iact psez pslz \
    asvg adec thm tp we wetp sl aink am3d m mc r sle tx a14 p14 c14 oel aclsh ahyp";

/// The id of the relation an element refers to, as in `r:id`; a plain `id` beside it is another matter.
pub(super) fn reference(tag: &BytesStart<'_>) -> Option<String> {
    if !tag.attributes_raw().contains(":id") {
        return None;
    }
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten().find(|one| one.key.into_inner().ends_with(":id"));
    found.map(|one| one.value.into_owned())
}

/// The character that an entity such as `&amp;` or `&#8217;` stands for.
pub(super) fn entity(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name = reference.xml10_content();
    quick_xml::escape::resolve_xml_entity(&name).map_or_else(|| format!("&{name};"), str::to_owned)
}
