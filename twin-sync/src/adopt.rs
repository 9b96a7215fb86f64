//! Adoption: without a state, documents that are there already and equal the export's are taken for them.
//! Pure: what is wanted, what is listed and what the texts are go in.

use std::collections::{BTreeMap, HashMap, HashSet};

use twin_sdk::DocumentType;

use super::doubt::Listed;

/// One document that a source becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The source.
    pub(crate) key: String,
    /// Which part of it.
    pub(crate) part: usize,
    pub(crate) title: String,
    pub(crate) document_type: DocumentType,
    /// The digest of its trimmed text.
    pub(crate) content: String,
}

/// Documents of the knowledge base by title and type, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Shelf(HashMap<(String, DocumentType), Vec<String>>);

impl Shelf {
    /// Puts up what is listed, newest first.
    pub(crate) fn new(listed: &[Listed]) -> Self {
        let mut shelf: HashMap<_, Vec<String>> = HashMap::new();
        for document in listed.iter().rev() {
            let place = (document.title.trim().to_owned(), document.document_type.clone());
            let ids = shelf.entry(place).or_default();
            if !ids.contains(&document.id) {
                ids.push(document.id.clone());
            }
        }
        Self(shelf)
    }

    /// Whether a document could be this one, by its title and type.
    pub(crate) fn has(&self, title: &str, document_type: &DocumentType) -> bool {
        self.0.contains_key(&(title.trim().to_owned(), document_type.clone()))
    }

    fn candidates(&self, wanted: &Wanted) -> &[String] {
        self.0.get(&(wanted.title.trim().to_owned(), wanted.document_type.clone())).map_or(&[], Vec::as_slice)
    }

    /// The documents whose texts must be read to tell, each once.
    pub(crate) fn to_read(&self, wanted: &[Wanted]) -> Vec<String> {
        let mut seen = HashSet::new();
        let candidates = wanted.iter().flat_map(|wanted| self.candidates(wanted));
        candidates.filter(|id| seen.insert(id.as_str())).cloned().collect()
    }

    /// Which documents are taken for which parts, by key. `texts` holds the digests of what was read; no
    /// document is taken twice.
    pub(crate) fn matches(
        &self,
        wanted: &[Wanted],
        texts: &HashMap<String, String>,
    ) -> HashMap<String, BTreeMap<usize, String>> {
        let mut taken = HashSet::new();
        let mut matches: HashMap<String, BTreeMap<usize, String>> = HashMap::new();
        for wanted in wanted {
            let equals = |id: &&String| texts.get(*id) == Some(&wanted.content) && !taken.contains(*id);
            if let Some(id) = self.candidates(wanted).iter().find(equals) {
                taken.insert(id);
                matches.entry(wanted.key.clone()).or_default().insert(wanted.part, id.clone());
            }
        }
        matches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(id: &str, title: &str, document_type: DocumentType) -> Listed {
        Listed {
            id: id.into(),
            title: title.into(),
            document_type,
            created_at: Some(jiff::Timestamp::UNIX_EPOCH),
        }
    }

    fn wanted(key: &str, title: &str, content: &str) -> Wanted {
        Wanted {
            key: key.into(),
            part: 0,
            title: title.into(),
            document_type: DocumentType::Note,
            content: content.into(),
        }
    }

    #[test]
    fn only_equal_title_type_and_text_are_adopted_and_each_document_once() {
        let note = DocumentType::Note;
        let shelf = Shelf::new(&[
            listed("doc_4", "Notes", note.clone()),
            listed("doc_3", "Notes", DocumentType::Policy),
            listed("doc_2", " Notes ", note.clone()),
            listed("doc_1", "Notes", note.clone()),
        ]);
        let wanted = [
            wanted("a", "Notes", "same"),
            wanted("b", "Notes", "same"),
            wanted("c", "Notes", "same"),
            wanted("d", "Other", "same"),
        ];
        assert_eq!(shelf.to_read(&wanted), ["doc_1", "doc_2", "doc_4"]);
        let texts = [("doc_1", "different"), ("doc_2", "same"), ("doc_3", "same"), ("doc_4", "same")];
        let texts = texts.into_iter().map(|(id, text)| (id.to_owned(), text.to_owned())).collect();
        let matches = shelf.matches(&wanted, &texts);
        let adopted = |key: &str| matches.get(key).map(|parts| parts[&0].as_str());
        assert_eq!(
            [adopted("a"), adopted("b"), adopted("c"), adopted("d")],
            [Some("doc_2"), Some("doc_4"), None, None]
        );
    }
}
