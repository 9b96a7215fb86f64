//! Which messages are one thread.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::super::convert::mail::Envelope;

/// Sets of messages that grow together.
#[derive(Debug, Default)]
pub(super) struct Threads {
    /// For each message, another of its thread, up to the one that stands for it.
    above: Vec<usize>,
    /// By the digest of a name: there may be very many.
    by_name: HashMap<u64, usize>,
}

impl Threads {
    /// Adds the next message to the thread that its headers tell.
    pub(super) fn add(&mut self, envelope: &Envelope) {
        let message = self.above.len();
        self.above.push(message);
        let id = envelope.id.iter().map(|id| format!("<{id}>"));
        match &envelope.thread {
            // Gmail has decided already.
            Some(thread) => self.join(message, &format!("gmail {thread}")),
            None => {
                for name in id.chain(envelope.references.iter().map(|id| format!("<{id}>"))) {
                    self.join(message, &name);
                }
            }
        }
    }

    fn join(&mut self, message: usize, name: &str) {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let other = *self.by_name.entry(hasher.finish()).or_insert(message);
        let (one, other) = (self.root(message), self.root(other));
        self.above[one.max(other)] = one.min(other);
    }

    fn root(&mut self, mut message: usize) -> usize {
        while self.above[message] != message {
            self.above[message] = self.above[self.above[message]];
            message = self.above[message];
        }
        message
    }

    /// The messages of each thread, threads in the order of their first message.
    pub(super) fn finish(mut self) -> Vec<Vec<usize>> {
        let mut threads: Vec<Vec<usize>> = Vec::new();
        let mut place = HashMap::new();
        for message in 0..self.above.len() {
            let root = self.root(message);
            let place = *place.entry(root).or_insert(threads.len());
            if place == threads.len() {
                threads.push(Vec::new());
            }
            threads[place].push(message);
        }
        threads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(id: &str, references: &[&str], thread: Option<&str>) -> Envelope {
        Envelope {
            id: Some(id.to_owned()),
            references: references.iter().map(|&id| id.to_owned()).collect(),
            thread: thread.map(str::to_owned),
            ..Envelope::default()
        }
    }

    #[test]
    fn a_reply_joins_its_thread_whatever_the_order() {
        let mut threads = Threads::default();
        threads.add(&envelope("c", &["a", "b"], None));
        threads.add(&envelope("x", &[], None));
        threads.add(&envelope("b", &["a"], None));
        threads.add(&envelope("a", &[], None));
        assert_eq!(threads.finish(), [vec![0, 2, 3], vec![1]]);
    }

    #[test]
    fn gmails_own_thread_is_stronger_than_references() {
        let mut threads = Threads::default();
        threads.add(&envelope("a", &[], Some("1")));
        threads.add(&envelope("b", &["a"], Some("2")));
        threads.add(&envelope("c", &[], Some("1")));
        assert_eq!(threads.finish(), [vec![0, 2], vec![1]]);
    }
}
