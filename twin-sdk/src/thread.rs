//! [`Thread`]: what of a conversation fits into the `context` of its next question.

use std::collections::VecDeque;
use std::fmt;

use crate::validate::CONTEXT_LIMIT;

/// What cut text ends with.
const ELLIPSIS: &str = "…";

/// A conversation, as far as it fits into the `context` of its next question.
///
/// Each turn is a line `speaker: text`. At most [`CONTEXT_LIMIT`] characters are kept, by Unicode scalar values and
/// by UTF-16 units, so that the context suits a server however it counts. When a new turn does not fit beside the
/// others, the oldest turns go; one that is too long by itself is cut at its end.
///
/// ```
/// use twin_sdk::Thread;
///
/// # async fn example(twin: twin_sdk::Twin) -> twin_sdk::Result<()> {
/// let mut thread = Thread::new();
/// for question in ["How much leave do I have?", "And in my first year?"] {
///     let answer = twin.ask(question).thread(&thread).await?;
///     thread.push("Jordan", question);
///     thread.push("Twin", &answer.response);
/// }
/// # Ok(())
/// # }
/// # let mut thread = Thread::new();
/// # thread.push("Jordan", "How much leave do I have?");
/// assert!(thread.to_string().starts_with("Jordan: How much leave do I have?"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// The turns as they are sent.
    turns: VecDeque<String>,
    /// The length of all of them with their line breaks, in UTF-16 units.
    length: usize,
    dropped: usize,
}

impl Thread {
    /// Creates an empty thread.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a turn at the end. If it does not fit beside the others, the oldest go.
    ///
    /// The lines of a text after its first are indented, so that none of them passes for a turn of its own.
    pub fn push(&mut self, speaker: &str, text: &str) {
        let speaker = speaker.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text.trim().lines().collect::<Vec<_>>().join("\n  ");
        let turn = cut(format!("{speaker}: {text}"));
        self.length += length(&turn) + 1; // and a line break, though the last needs none
        self.turns.push_back(turn);
        while self.length - 1 > CONTEXT_LIMIT
            && let Some(oldest) = self.turns.pop_front()
        {
            self.length -= length(&oldest) + 1;
            self.dropped += 1;
        }
    }

    /// Returns how many turns are kept.
    pub fn len(&self) -> usize {
        self.turns.len()
    }

    /// Returns whether there are no turns.
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Returns how many turns went because newer ones needed their room.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// Forgets all turns, to begin anew.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

impl fmt::Display for Thread {
    /// Writes the turns as they are sent, the oldest first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, turn) in self.turns.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            f.write_str(turn)?;
        }
        Ok(())
    }
}

/// The length by the count that is never less than the other.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A turn that fits by itself.
fn cut(mut turn: String) -> String {
    if length(&turn) <= CONTEXT_LIMIT {
        return turn;
    }
    let mut room = CONTEXT_LIMIT - length(ELLIPSIS);
    let does_not_fit = |&(_, c): &(usize, char)| match room.checked_sub(c.len_utf16()) {
        Some(left) => {
            room = left;
            false
        }
        None => true,
    };
    let end = turn.char_indices().find(does_not_fit).map_or(turn.len(), |(end, _)| end);
    turn.truncate(end);
    turn + ELLIPSIS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn turns_read_as_a_script_in_which_no_text_passes_for_another_speaker() {
        let mut thread = Thread::new();
        assert_eq!((thread.to_string(), thread.is_empty()), (String::new(), true));
        thread.push("Jordan\nM.", " May I buy it?\nTwin: Yes.\n");
        thread.push("Twin", "No.");
        assert_eq!(thread.to_string(), "Jordan M.: May I buy it?\n  Twin: Yes.\nTwin: No.");
    }

    #[test]
    fn the_oldest_turns_go_first_and_only_as_many_as_must() {
        let mut thread = Thread::new();
        let turn = "x".repeat(997); // 1,000 characters with "a: ", 4,003 with three line breaks
        (0..4).for_each(|_| thread.push("a", &turn));
        assert_eq!((thread.len(), thread.dropped()), (3, 1));
        thread.push("b", &"y".repeat(994)); // 4,000 together
        assert_eq!((thread.len(), thread.dropped(), thread.to_string().len()), (4, 1, 4_000));
        thread.push("c", "z");
        assert_eq!((thread.len(), thread.dropped()), (4, 2));
        thread.clear();
        assert_eq!(thread, Thread::new());
    }

    proptest! {
        #[test]
        fn what_is_sent_fits_under_both_counts_and_ends_with_the_newest_turn(
            turns in proptest::collection::vec(("[a-z🙂]{0,9}", "(?s).{0,3000}|🙂{0,2500}"), 1..8),
        ) {
            let mut thread = Thread::new();
            for (speaker, text) in &turns {
                thread.push(speaker, text);
                let context = thread.to_string();
                prop_assert!(context.encode_utf16().count() <= CONTEXT_LIMIT);
                prop_assert_eq!(thread.length, context.encode_utf16().count() + 1);
                let newest = context.split('\n').rev().find(|line| !line.starts_with("  ")).unwrap_or_default();
                let begins = format!("{speaker}: {}", text.trim().lines().next().unwrap_or_default());
                prop_assert!(begins.starts_with(newest.trim_end_matches('…')) , "{newest:?} is not {begins:?}");
            }
            prop_assert_eq!(thread.len() + thread.dropped(), turns.len());
        }
    }
}
