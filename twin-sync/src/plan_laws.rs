//! The laws of planning, held against a knowledge base that is a map: whatever was there and whatever two
//! exports hold, carrying out the plans ends with the second export, and no document is missing meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use twin_sdk::DocumentType;

use super::coverage::Coverage;
use super::entry::Entry;
use super::options::Mode;
use super::planner::plan;
use super::source::Source;
use super::state::State;
use super::steps::{Action, Findings, Steps};

/// A document of an export: how it reads, in how many parts, and what it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Doc {
    text: u8,
    parts: usize,
    bytes: u8,
    converter: u8,
}

/// What an export holds, and what of it a filter left out this time.
#[derive(Debug, Clone)]
struct Export {
    docs: BTreeMap<String, Doc>,
    filtered: BTreeSet<String>,
    whole: bool,
}

impl Doc {
    fn hash(self) -> String {
        format!("text {} by converter {}", self.text, self.converter)
    }

    fn part(self, part: usize) -> String {
        format!("{} ({part}/{})", self.hash(), self.parts)
    }
}

impl Export {
    fn read(&self) -> impl Iterator<Item = (&String, &Doc)> {
        self.docs.iter().filter(|(key, _)| !self.filtered.contains(*key))
    }

    fn sources(&self) -> Vec<Source> {
        self.read()
            .map(|(key, doc)| {
                Source::of(key, &doc.hash(), &format!("bytes {}", doc.bytes), doc.converter, doc.parts)
            })
            .collect()
    }

    fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::default();
        coverage.add_scope("folder:wiki/", self.whole);
        coverage.add_scope("drive:", true);
        self.filtered.iter().for_each(|key| coverage.add_not_gone(key));
        coverage
    }
}

impl Source {
    fn of(key: &str, hash: &str, source: &str, converter: u8, parts: usize) -> Self {
        let document_type = DocumentType::Note;
        Self::plain(key, key, document_type, hash, source, &format!("md/{converter}"), parts)
    }
}

/// A knowledge base: what is in it by id, and whose it is.
#[derive(Debug, Clone, Default)]
struct Kb {
    docs: BTreeMap<String, String>,
    created: usize,
}

impl Kb {
    fn create(&mut self, text: String) -> String {
        self.created += 1;
        let id = format!("doc_{}", self.created);
        self.docs.insert(id.clone(), text);
        id
    }

    fn holds(&self, doc: Doc) -> bool {
        (0..doc.parts).all(|part| self.docs.values().any(|text| *text == doc.part(part)))
    }

    fn texts(&self) -> Vec<&String> {
        let mut texts: Vec<&String> = self.docs.values().collect();
        texts.sort();
        texts
    }
}

/// Carries out a plan as far as `steps` writes go; the state it leaves.
fn carry_out(plan: &Steps, kb: &mut Kb, export: &Export, steps: usize, mut see: impl FnMut(&Kb)) -> State {
    let (mut state, mut left) = (plan.state.clone(), steps);
    let sources = export.sources();
    let prunes_last = |task: &&super::steps::Task| task.action == Action::Prune;
    let tasks =
        plan.tasks.iter().filter(|task| !prunes_last(task)).chain(plan.tasks.iter().filter(prunes_last));
    for task in tasks {
        let mut entry = match task.upload {
            Some(index) => state.get(&task.key).cloned().unwrap_or_else(|| Entry::blank(&sources[index])),
            None => state.get(&task.key).cloned().unwrap(),
        };
        if let (Some(index), true) = (task.upload, task.action != Action::Adopt) {
            let doc = export.docs[&task.key];
            entry.begin(&sources[index].hash);
            for part in 0..doc.parts {
                if entry.next.as_ref().unwrap().parts.contains_key(&part) {
                    continue;
                }
                if left == 0 {
                    return state;
                }
                left -= 1;
                entry.next.as_mut().unwrap().parts.insert(part, kb.create(doc.part(part)));
                state.put(entry.clone());
                see(kb);
            }
            let made = entry.next.take().unwrap().parts.into_values().collect();
            let old = std::mem::replace(&mut entry.ids, made);
            entry.old.extend(old);
            (entry.hash, entry.source) = (sources[index].hash.clone(), sources[index].source.clone());
            entry.converter = sources[index].converter.clone();
            state.put(entry.clone());
        }
        if task.action == Action::Prune {
            entry.drop_next();
            entry.hash.clear();
            entry.old.append(&mut entry.ids);
            state.put(entry.clone());
        }
        while let Some(id) = entry.old.first().cloned() {
            if left == 0 {
                return state;
            }
            left -= 1;
            kb.docs.remove(&id).expect("only what is there, and known to be ours, is deleted");
            entry.old.remove(0);
            state.put(entry.clone());
            see(kb);
        }
        if task.action == Action::Prune {
            state.remove(&task.key);
        }
    }
    state
}

fn doc() -> impl Strategy<Value = Doc> {
    (0u8..4, 1usize..4, 0u8..2).prop_map(|(text, parts, converter)| Doc {
        text,
        parts,
        bytes: text,
        converter,
    })
}

fn export() -> impl Strategy<Value = Export> {
    // Files of Drive may hold the same; pages of the wiki never do, so that none stands in for another.
    let drive = (0u8..4, doc()).prop_map(|(n, doc)| (format!("drive:{n}.docx"), doc));
    let wiki = (0u8..5, doc()).prop_map(|(n, doc)| {
        let text = 10 * (n + 1) + doc.text;
        (format!("folder:wiki/{n}.md"), Doc { text, bytes: text, ..doc })
    });
    let docs = prop::collection::vec(prop_oneof![drive, wiki], 0..8).prop_map(BTreeMap::from_iter);
    (docs, prop::collection::vec(any::<bool>(), 8), prop::bool::weighted(0.8)).prop_map(
        |(docs, left_out, whole)| {
            let filtered =
                docs.keys().zip(left_out).filter(|(_, out)| *out).map(|(key, _)| key.clone()).collect();
            Export { docs, filtered, whole }
        },
    )
}

fn plan_of(state: &State, export: &Export, mode: Mode) -> Steps {
    plan(state.clone(), &export.sources(), &export.coverage(), &Findings::default(), mode, false)
}

const PRUNE: Mode = Mode::Sync { prune: true };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn two_exports_in_turn_end_with_the_second_whatever_interrupts_them(
        first in export(), second in export(), foreign in prop::collection::vec("[a-z]{3}", 0..3),
        stops in prop::collection::vec(0usize..12, 0..4),
    ) {
        let mut kb = Kb::default();
        let foreign_ids: Vec<String> = foreign.iter().map(|text| kb.create(text.clone())).collect();
        let begun = plan_of(&State::new("http://a"), &first, PRUNE);
        let mut state = carry_out(&begun, &mut kb, &first, usize::MAX, |_| {});

        // What stands in both, and was brought in, is there at every moment.
        let brought_in: BTreeMap<&String, &Doc> = first.read().collect();
        let in_both: Vec<(Doc, Doc)> =
            second.read().filter_map(|(key, new)| Some((**brought_in.get(key)?, *new))).collect();
        // So is what a filter left out, or a cut archive does not show.
        let excused = |key: &str| second.filtered.contains(key) || (!second.whole && key.starts_with("folder:"));
        let read: BTreeSet<&String> = second.read().map(|(key, _)| key).collect();
        let excused_docs: Vec<Doc> = brought_in
            .iter()
            .filter(|(key, _)| !read.contains(**key) && excused(key))
            .map(|(_, doc)| **doc)
            .collect();
        let see = |kb: &Kb| {
            assert!(excused_docs.iter().all(|doc| kb.holds(*doc)), "what is not gone was deleted from {kb:?}");
            for (old, new) in &in_both {
                assert!(kb.holds(*old) || kb.holds(*new), "{old:?} → {new:?} is missing in {kb:?}");
            }
            assert!(foreign_ids.iter().all(|id| kb.docs.contains_key(id)), "a foreign document is gone");
        };
        for steps in stops {
            state = carry_out(&plan_of(&state, &second, PRUNE), &mut kb, &second, steps, see);
        }
        state = carry_out(&plan_of(&state, &second, PRUNE), &mut kb, &second, usize::MAX, see);

        // The end: the second export, what a filter or a cut archive keeps, and what is not ours.
        let mut expected: Vec<String> = foreign;
        for entry in state.entries() {
            prop_assert!(entry.is_settled(), "{entry:?}");
            let ours = entry.ids.iter().map(|id| kb.docs[id].clone());
            expected.extend(ours);
        }
        expected.sort();
        prop_assert_eq!(kb.texts(), expected.iter().collect::<Vec<_>>());
        for (key, doc) in second.read() {
            let entry = state.get(key).expect("every document of the export is known");
            let same_bytes = entry.source == format!("bytes {}", doc.bytes);
            let only_rerendered = same_bytes && entry.converter != format!("md/{}", doc.converter);
            prop_assert!(entry.hash == doc.hash() || only_rerendered);
        }
        for entry in state.entries().filter(|entry| !read.contains(&entry.key)) {
            prop_assert!(excused(&entry.key), "{} is gone and was not deleted", entry.key);
        }
        let again = plan_of(&state, &second, PRUNE);
        prop_assert!(again.tasks.is_empty(), "a second run has nothing to do: {:?}", again.tasks);
        prop_assert_eq!(again.state.to_text(), state.to_text());
    }

    #[test]
    fn an_import_creates_and_nothing_else(first in export(), second in export()) {
        let mut kb = Kb::default();
        let state = carry_out(&plan_of(&State::new("http://a"), &first, PRUNE), &mut kb, &first, usize::MAX, |_| {});
        let before = kb.docs.clone();
        let import = plan_of(&state, &second, Mode::Import);
        carry_out(&import, &mut kb, &second, usize::MAX, |_| {});
        prop_assert!(before.iter().all(|(id, text)| kb.docs.get(id) == Some(text)));
        prop_assert!(import.tasks.iter().all(|task| task.action == Action::Create));
    }

    #[test]
    fn the_price_of_a_plan_is_what_it_takes(first in export(), second in export(), stop in 0usize..12) {
        let mut kb = Kb::default();
        let state = carry_out(&plan_of(&State::new("http://a"), &first, PRUNE), &mut kb, &first, usize::MAX, |_| {});
        let state = carry_out(&plan_of(&state, &second, PRUNE), &mut kb, &second, stop, |_| {});
        let next = plan_of(&state, &first, PRUNE);
        let mut writes = 0;
        carry_out(&next, &mut kb, &first, usize::MAX, |_| writes += 1);
        prop_assert_eq!(next.requests(), writes);
    }
}
