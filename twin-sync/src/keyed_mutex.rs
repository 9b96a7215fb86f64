//! A mutex for each key: of creates that would make equal documents, one at a time is under way. So what a listing
//! shows can be told to belong to the one or the other.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Locks by key.
#[derive(Debug, Default)]
pub(crate) struct KeyedMutex {
    locked: Mutex<HashSet<String>>,
    released: Notify,
}

/// A lock; it is released when this is dropped.
#[derive(Debug)]
pub(crate) struct KeyGuard<'a> {
    mutex: &'a KeyedMutex,
    key: String,
}

impl KeyedMutex {
    /// Waits for the lock of this key.
    pub(crate) async fn lock(&self, key: &str) -> KeyGuard<'_> {
        loop {
            let released = self.released.notified();
            if self.locked().insert(key.to_owned()) {
                return KeyGuard { mutex: self, key: key.to_owned() };
            }
            released.await;
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashSet<String>> {
        self.locked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for KeyGuard<'_> {
    fn drop(&mut self) {
        self.mutex.locked().remove(&self.key);
        self.mutex.released.notify_waiters();
    }
}
