//! A thread's text: what replies quote is said once, and nobody's own words are taken.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::convert::mail::Letter;

/// The messages of a thread, one after the other.
pub(super) fn told(letters: &[Letter]) -> String {
    let mut above = Above::default();
    let mut texts = Vec::new();
    for letter in letters {
        texts.push(letter.text(above.without_quoted_end(&letter.body)));
        above.add(letter);
    }
    texts.retain(|text| !text.trim().is_empty());
    texts.join("\n\n")
}

/// Lines of a thread that are known again.
const MOST_LINES: usize = 400_000;

/// What earlier messages say, line by line.
#[derive(Default)]
struct Above {
    /// Each line, in few bytes, and the last message of its own that says it.
    lines: HashMap<u64, usize>,
    /// All that was said or quoted.
    known: HashSet<u64>,
    /// For each message: how many lines of its own it has.
    lengths: Vec<usize>,
}

impl Above {
    fn add(&mut self, letter: &Letter) {
        let message = self.lengths.len();
        // Of a longer thread, what is quoted from later messages stays.
        let room = MOST_LINES.saturating_sub(self.known.len());
        // Programs leave out signatures when they quote.
        let body = letter.body.split("\n-- \n").next().unwrap_or_default();
        let own: HashSet<u64> = body
            .lines()
            .filter(|line| says_something(line) && !line.starts_with('>'))
            .map(gist)
            .take(room)
            .collect();
        self.lengths.push(own.len());
        self.lines.extend(own.into_iter().map(|line| (line, message)));
        self.known.extend(letter.text(&letter.body).lines().map(gist).take(room));
    }

    /// The text without the lines at its end that begin with `>`, and the line that announces them, where all that
    /// they quote stands above. What was picked out of a message stays: it is part of what is said.
    fn without_quoted_end<'a>(&self, text: &'a str) -> &'a str {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let is_quoted = |line: &&str| line.starts_with('>') || line.trim().is_empty();
        let kept = lines.iter().rposition(|line| !is_quoted(line)).map_or(0, |last| last + 1);
        let quoted: Vec<&str> = lines[kept..].iter().copied().filter(|line| says_something(line)).collect();
        let is_above = |line: &&str| self.known.contains(&gist(line)) || line.trim_end().ends_with(':');
        if quoted.is_empty() || !quoted.iter().all(is_above) || self.is_picked(&quoted) {
            return text;
        }
        let Some(kept) = without_announcement(&lines[..kept]) else { return text };
        let end: usize = lines[..kept].iter().map(|line| line.len()).sum();
        let rest = text[..end].trim_end();
        if rest.trim().is_empty() { text } else { rest }
    }

    /// Whether lines are but some of the message that says them.
    fn is_picked(&self, quoted: &[&str]) -> bool {
        let mut counts: HashMap<usize, HashSet<u64>> = HashMap::new();
        for line in quoted.iter().map(|line| gist(line)) {
            if let Some(&message) = self.lines.get(&line) {
                counts.entry(message).or_default().insert(line);
            }
        }
        let most = counts.iter().max_by_key(|(message, lines)| (lines.len(), **message));
        most.is_some_and(|(&message, lines)| lines.len() * 10 < self.lengths[message] * 8)
    }
}

/// How many lines are left without those that only announce a quote. `None` where the last one announces it in words
/// of its own: then the quote is part of what is said.
fn without_announcement(lines: &[&str]) -> Option<usize> {
    let last = lines.last().map_or("", |line| line.trim_end());
    if !last.ends_with([':', '：']) {
        return Some(lines.len());
    }
    // Programs break the line.
    let most = lines.iter().rev().take_while(|line| !line.trim().is_empty()).count().min(3);
    (1..=most).rev().find_map(|count| {
        let announcing = &lines[lines.len() - count..];
        let begins = count == 1 || BEGINNINGS.iter().any(|word| announcing[0].starts_with(word));
        (begins && announces(&announcing.concat())).then_some(lines.len() - count)
    })
}

/// How the line begins that announces a quote, where it is long enough to be broken.
const BEGINNINGS: [&str; 16] = [
    "On ", "Am ", "Le ", "El ", "Il ", "Em ", "Op ", "Den ", "W dniu ", "Dne ", "På ", "Vom ", "Von ",
    "From ", "В ", "На ",
];

/// `On 2 March Ewa wrote:` and its like: who, when or where from, and that it was written.
fn announces(text: &str) -> bool {
    let lower = text.to_lowercase();
    let verbs = [
        "wrote",
        "writes",
        "schrieb",
        "schreibt",
        "écrit",
        "ecrit",
        "escribió",
        "escribio",
        "escreveu",
        "scritto",
        "schreef",
        "geschreven",
        "skrev",
        "kirjoitti",
        "napisał",
        "napsal",
        "napísal",
        "írta",
        "a scris",
        "пише",
        "писал",
        "написал",
        "yazdı",
        "έγραψε",
        "のメール",
        "書き",
        "写道",
        "寫道",
        "작성",
    ];
    let has_verb = verbs.iter().any(|verb| lower.contains(verb));
    let has_address = text.contains('<') && text.contains('@');
    has_verb || has_address
}

fn says_something(line: &str) -> bool {
    line.contains(|c: char| !c.is_whitespace() && c != '>')
}

/// A line as it is known again once it is quoted, in few bytes.
fn gist(line: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.trim_start_matches(['>', ' ']).split_whitespace().for_each(|word| word.hash(&mut hasher));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(bodies: &[&str]) -> String {
        let letters: Vec<Letter> = bodies
            .iter()
            .map(|body| Letter { from: "A".to_owned(), body: (*body).to_owned(), ..Letter::default() })
            .collect();
        told(&letters)
    }

    #[test]
    fn a_quoted_end_goes_only_where_all_of_it_stands_above() {
        let told = |reply: &str| thread(&["When is\nthe round?\n-- \nUma", reply]);
        let first = "A:\nWhen is\nthe round?\n-- \nUma\n\nA:\n";
        assert_eq!(told("At nine.\n\nA wrote:\n> When is\n> the round?"), format!("{first}At nine."));
        assert_eq!(
            told("At nine.\n\nOn Mon, 2 Mar 2026, Ana\n<ana@x.example> wrote:\n\n> When is\n> the round?"),
            format!("{first}At nine.")
        );
        let other = "At nine.\n\nB wrote:\n> What no other message holds";
        assert_eq!(told(other), format!("{first}{other}"));
    }

    #[test]
    fn words_of_the_author_and_what_they_point_at_stay() {
        let offer = "We offer three options:\nA: rent for a year\nB: buy now\nC: lease";
        for reply in [
            "Approved, we take only this one:\n\n> B: buy now",
            "Approved.\n\n> B: buy now",
            "> B: buy now",
            "This one.\n\nOn Monday P1 wrote:\n> B: buy now",
        ] {
            assert_eq!(thread(&[offer, reply]), format!("A:\n{offer}\n\nA:\n{reply}"));
        }
        let only = "> We offer three options:\n> A: rent for a year\n> B: buy now\n> C: lease";
        assert!(thread(&[offer, only]).ends_with(only));
        let pointed = format!("I agree with all of this:\n{only}");
        assert!(thread(&[offer, &pointed]).ends_with(&pointed));
    }
}
