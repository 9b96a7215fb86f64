//! The order of a thread's messages: by the time they were sent. Those that do not say when keep their place.

use std::collections::HashMap;

/// What tells a message's place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) id: Option<&'a str>,
    /// Seconds since 1970.
    pub(super) at: Option<i64>,
    /// Messages it answers, the oldest first; of those without a time alone.
    pub(super) references: &'a [String],
}

/// Sorts a thread, whose messages come in the order of their files. One without a time stands behind the message that
/// it answers, else behind its neighbour.
pub(super) fn sorted<'a>(thread: &mut [usize], told: impl Fn(usize) -> Told<'a>) {
    let dated: Vec<i64> = thread.iter().filter_map(|&message| told(message).at).collect();
    if dated.len() == thread.len() {
        return thread.sort_by_key(|&message| told(message).at);
    }
    // Some mailboxes begin with the newest message.
    let falls = dated.windows(2).filter(|pair| pair[0] > pair[1]).count();
    let rises = dated.windows(2).filter(|pair| pair[0] < pair[1]).count();
    if falls > rises {
        thread.reverse();
    }
    let first = dated.iter().min().copied().unwrap_or(0);
    let mut times: HashMap<&str, i64> = HashMap::new();
    for &message in thread.iter() {
        if let Told { id: Some(id), at: Some(at), .. } = told(message) {
            times.insert(id, at);
        }
    }
    let mut before = first;
    let mut places: HashMap<usize, (i64, bool, usize)> = HashMap::new();
    for (index, &message) in thread.iter().enumerate() {
        let Told { id, at, references } = told(message);
        let answered = references.iter().rev().find_map(|id| times.get(id.as_str())).copied();
        let place = at.or(answered).unwrap_or(before);
        if let (Some(id), None) = (id, at) {
            times.insert(id, place);
        }
        // An opening message without a time stays first.
        let is_later = at.is_none() && (answered.is_some() || index > 0);
        places.insert(message, (place, is_later, index));
        before = place;
    }
    thread.sort_by_key(|message| places.get(message).copied());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(messages: &[(&str, Option<i64>, &[&str])]) -> Vec<usize> {
        let references: Vec<Vec<String>> =
            messages.iter().map(|(_, _, ids)| ids.iter().map(|&id| id.to_owned()).collect()).collect();
        let mut thread: Vec<usize> = (0..messages.len()).collect();
        sorted(&mut thread, |at| Told {
            id: Some(messages[at].0),
            at: messages[at].1,
            references: &references[at],
        });
        thread
    }

    #[test]
    fn messages_without_a_time_keep_their_place() {
        assert_eq!(order(&[("a", Some(10), &[]), ("b", None, &["a"]), ("c", Some(30), &["a"])]), [0, 1, 2]);
        assert_eq!(order(&[("c", Some(30), &[]), ("b", None, &[]), ("a", Some(10), &[])]), [2, 1, 0]);
        assert_eq!(order(&[("b", None, &["a"]), ("a", Some(10), &[]), ("c", Some(5), &[])]), [2, 1, 0]);
        assert_eq!(order(&[("a", None, &[]), ("b", Some(10), &["a"]), ("c", Some(20), &["a"])]), [0, 1, 2]);
        assert_eq!(order(&[("a", None, &[]), ("b", None, &[])]), [0, 1]);
        assert_eq!(order(&[("b", Some(2), &[]), ("a", Some(1), &[])]), [1, 0]);
    }
}
