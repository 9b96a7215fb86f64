//! Turns: of creates that would make equal documents, one at a time is under way. So what a listing shows can
//! be told to belong to the one or the other.

use std::cell::RefCell;
use std::collections::HashSet;

use tokio::sync::Notify;

/// Hands out turns by name.
#[derive(Debug, Default)]
pub struct Turns {
    taken: RefCell<HashSet<String>>,
    given_back: Notify,
}

/// A turn; it is given back when this is dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    turns: &'a Turns,
    name: String,
}

impl Turns {
    /// Waits for the turn of this name.
    pub async fn take(&self, name: &str) -> Turn<'_> {
        loop {
            let given_back = self.given_back.notified();
            if self.taken.borrow_mut().insert(name.to_owned()) {
                return Turn { turns: self, name: name.to_owned() };
            }
            given_back.await;
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.taken.borrow_mut().remove(&self.name);
        self.turns.given_back.notify_waiters();
    }
}
