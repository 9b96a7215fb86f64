//! The command's own files, as anyone may have edited them, and durations.

use std::time::Duration;

use twin_cli::fuzz;

use crate::scratch::{in_scratch, put};

/// Parts of one input are told apart by this byte, which no UTF-8 text has.
pub(crate) const SEPARATOR: u8 = 0xFF;

/// A state and its journal, parted by `FF`: what is recovered of them is a state that this version writes and reads
/// back to the byte. An empty state means that there is none.
pub fn state(input: &[u8]) {
    let mut parts = input.splitn(2, |&byte| byte == SEPARATOR);
    let (state, journal) = (parts.next().unwrap_or_default(), parts.next());
    in_scratch(|folder| {
        let (path, journal_path) = (folder.join("kb.lock.json"), folder.join("kb.lock.json.journal"));
        put(&path, (!state.is_empty()).then_some(state));
        put(&journal_path, journal);
        let Ok(Some(text)) = fuzz::state(&path) else { return };
        put(&path, Some(text.as_bytes()));
        put(&journal_path, None);
        assert_eq!(fuzz::state(&path), Ok(Some(text)), "what was recovered is not read back");
    });
}

/// A `config.toml`: an error is of one line; what is set in it reads back, and the rest stays.
pub fn config(input: &[u8]) {
    in_scratch(|folder| {
        let path = folder.join("config.toml");
        put(&path, Some(input));
        let before = match fuzz::settings(&path) {
            Ok(settings) => settings,
            Err(told) => return assert!(!told.contains('\n'), "{told:?}"),
        };
        let url = "https://set.example";
        if fuzz::set_base_url(&path, "set", url).is_err() {
            return;
        }
        let after = match fuzz::settings(&path) {
            Ok(settings) => settings,
            Err(told) => panic!("a setting made the file unreadable: {told}"),
        };
        let name = "profiles.set.base_url";
        assert!(after.iter().any(|(key, value)| key == name && value == url), "{after:?}");
        for (key, value) in before.iter().filter(|(key, _)| key != name) {
            assert!(after.contains(&(key.clone(), value.clone())), "{key} was lost: {after:?}");
        }
    });
}

/// A `credentials.toml`: what is read is written and read again, and no error quotes a key.
pub fn credentials(input: &[u8]) {
    in_scratch(|folder| {
        let path = folder.join("credentials.toml");
        put(&path, Some(input));
        if let Err(told) = fuzz::origins(&path) {
            assert!(!told.contains("s3cret"), "{told}");
            assert!(!told.contains("is not what was written"), "{told}");
        }
    });
}

/// A duration is as long as it says: written in nanoseconds it is read as the same.
pub fn duration(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(duration) = fuzz::duration(text) else { return };
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    assert_eq!(fuzz::duration(&format!("{seconds}s {nanos}ns")), Ok(duration), "{text:?}");
    assert!(!text.trim().starts_with('-') || duration == Duration::ZERO, "{text:?} is {duration:?}");
}
