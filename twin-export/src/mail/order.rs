//! The order of a thread's messages: by the time they were sent, and never an answer before what it answers. Those
//! that do not say when keep their place.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What tells a message's place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    /// Of the message's id.
    pub(super) id: Option<u64>,
    /// Seconds since 1970.
    pub(super) at: Option<i64>,
    /// The last messages it refers to, the oldest first.
    pub(super) answers: &'a [u64],
}

/// An id in few bytes: there may be very many.
pub(super) fn gist(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// Sorts a thread, whose messages come in the order of their files.
pub(super) fn sorted<'a>(thread: &mut [usize], told: impl Fn(usize) -> Told<'a>) {
    let by_id: HashMap<u64, usize> = thread.iter().rev().filter_map(|&at| Some((told(at).id?, at))).collect();
    let answered = |at: usize| {
        let found = told(at).answers.iter().rev().find_map(|id| by_id.get(id).copied());
        found.filter(|&other| other != at)
    };
    by_time(thread, &told, &answered);
    // Clocks differ: an answer waits for what it answers.
    let (mut waiting, mut done) = (HashMap::<usize, Vec<usize>>::new(), HashMap::<usize, bool>::new());
    let mut out = Vec::with_capacity(thread.len());
    for &message in thread.iter() {
        match answered(message).filter(|other| !done.contains_key(other)) {
            Some(other) => waiting.entry(other).or_default().push(message),
            None => {
                let mut next = vec![message];
                while let Some(message) = next.pop() {
                    done.insert(message, true);
                    out.push(message);
                    next.extend(waiting.remove(&message).into_iter().flatten().rev());
                }
            }
        }
    }
    // Messages that answer one another stand at the end.
    out.extend(thread.iter().filter(|message| !done.contains_key(message)));
    thread.copy_from_slice(&out);
}

fn by_time<'a>(
    thread: &mut [usize],
    told: &impl Fn(usize) -> Told<'a>,
    answered: &impl Fn(usize) -> Option<usize>,
) {
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
    let mut before = dated.iter().min().copied().unwrap_or(0);
    let mut places: HashMap<usize, (i64, bool, usize)> = HashMap::new();
    for (index, &message) in thread.iter().enumerate() {
        let at = told(message).at;
        let other =
            || answered(message).and_then(|other| told(other).at.or_else(|| Some(places.get(&other)?.0)));
        let place = at.or_else(other).unwrap_or(before);
        places.insert(message, (place, at.is_none() && index > 0, index));
        before = place;
    }
    thread.sort_by_key(|message| places.get(message).copied());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(messages: &[(&str, Option<i64>, &[&str])]) -> Vec<usize> {
        let answers: Vec<Vec<u64>> =
            messages.iter().map(|(_, _, ids)| ids.iter().map(|id| gist(id)).collect()).collect();
        let mut thread: Vec<usize> = (0..messages.len()).collect();
        sorted(&mut thread, |at| Told {
            id: Some(gist(messages[at].0)),
            at: messages[at].1,
            answers: &answers[at],
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

    #[test]
    fn an_answer_never_stands_before_what_it_answers() {
        assert_eq!(
            order(&[
                ("a", Some(10), &[]),
                ("b", Some(90), &["a"]),
                ("c", Some(30), &["a", "b"]),
                ("d", Some(40), &["a"])
            ]),
            [0, 3, 1, 2]
        );
        assert_eq!(
            order(&[("a", Some(10), &["b"]), ("b", Some(20), &["a"]), ("c", Some(5), &[])]),
            [2, 0, 1]
        );
        assert_eq!(order(&[("a", Some(10), &["a"])]), [0]);
    }
}
