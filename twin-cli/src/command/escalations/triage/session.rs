//! Where a triage stands: which escalation is on the screen, and what became of the others.

use twin_sdk::{Escalation, EscalationStatus};

/// What became of an escalation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Not dealt with yet.
    Waiting,
    /// Left for another time.
    Skipped,
    /// Marked as resolved.
    Resolved,
    /// Resolved before the triage.
    ResolvedBefore,
}

impl Fate {
    pub(super) fn is_resolved(self) -> bool {
        matches!(self, Fate::Resolved | Fate::ResolvedBefore)
    }
}

/// A walk through the open escalations, forth and back.
#[derive(Debug)]
pub(super) struct Session {
    items: Vec<(Escalation, Fate)>,
    at: usize,
}

impl Session {
    pub(super) fn new(items: Vec<Escalation>) -> Self {
        let with_fate = |item: Escalation| {
            let is_resolved = item.status == EscalationStatus::Resolved;
            (item, if is_resolved { Fate::ResolvedBefore } else { Fate::Waiting })
        };
        Self { items: items.into_iter().map(with_fate).collect(), at: 0 }
    }

    /// The escalation on the screen, and its fate so far.
    pub(super) fn current(&self) -> Option<&(Escalation, Fate)> {
        self.items.get(self.at)
    }

    /// The fate so far of the one on the screen.
    pub(super) fn fate(&self) -> Fate {
        self.current().map_or(Fate::Waiting, |(_, fate)| *fate)
    }

    /// `2 of 7`, as numbers.
    pub(super) fn place(&self) -> (usize, usize) {
        (self.at + 1, self.items.len())
    }

    /// Decides on the one on the screen and goes on.
    pub(super) fn decide(&mut self, fate: Fate) {
        if let Some((_, decided)) = self.items.get_mut(self.at) {
            // What is resolved stays so, whatever is pressed when someone comes back to it.
            if !decided.is_resolved() {
                *decided = fate;
            }
            self.at += 1;
        }
    }

    /// Goes back by one; false at the first.
    pub(super) fn back(&mut self) -> bool {
        let can = self.at > 0;
        self.at = self.at.saturating_sub(1);
        can
    }

    /// Ids of those with this fate.
    pub(super) fn ids(&self, fate: Fate) -> Vec<String> {
        let same = self.items.iter().filter(|(_, decided)| *decided == fate);
        same.map(|(item, _)| item.id.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        let item = |id: &str| {
            serde_json::from_value(serde_json::json!({
                "id": id, "question": "?", "confidence": 0.2, "status": "open", "createdAt": "2026-03-14T10:32:00Z"
            }))
            .unwrap()
        };
        Session::new(["esc_1", "esc_2", "esc_3"].map(item).into())
    }

    #[test]
    fn it_goes_forth_and_back_and_ends_after_the_last() {
        let mut session = session();
        assert!(!session.back());
        session.decide(Fate::Resolved);
        session.decide(Fate::Skipped);
        assert_eq!(session.place(), (3, 3));
        assert!(session.back());
        session.decide(Fate::Resolved);
        session.decide(Fate::Skipped);
        assert!(session.current().is_none());
        assert_eq!(session.ids(Fate::Resolved), ["esc_1", "esc_2"]);
        assert_eq!(session.ids(Fate::Skipped), ["esc_3"]);
        assert_eq!(session.ids(Fate::Waiting), Vec::<String>::new());
    }

    #[test]
    fn what_was_resolved_before_counts_as_nothing_done() {
        let mut session = session();
        session.items[0].0.status = EscalationStatus::Resolved;
        let items = session.items.drain(..).map(|(item, _)| item).collect();
        let mut session = Session::new(items);
        assert!(session.fate().is_resolved());
        session.decide(Fate::Resolved);
        assert_eq!(session.ids(Fate::Resolved), Vec::<String>::new());
        assert_eq!(session.ids(Fate::Waiting), ["esc_2", "esc_3"]);
    }

    #[test]
    fn what_was_resolved_stays_so() {
        let mut session = session();
        session.decide(Fate::Resolved);
        session.back();
        session.decide(Fate::Skipped);
        assert_eq!(session.ids(Fate::Resolved), ["esc_1"]);
        session.back();
        assert_eq!(session.current().unwrap().1, Fate::Resolved);
    }
}
