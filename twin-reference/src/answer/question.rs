//! A question into weighted search terms.

use super::vocabulary::{self, Class};
use super::words::{self, Word};

/// What the circumstances a question is asked in count beside its topic: `for a SaaS tool`, `in Tokyo`.
const CIRCUMSTANCE: f64 = 0.6;
/// What a verb counts that no document knows: `to rent` is said in more ways than `clubhouse`.
const VERB: f64 = 0.5;
/// What a period counts: an answer about another year or quarter is none.
const PERIOD: f64 = 2.0;
/// What the owner counts of what is asked about: `Kim's salary`.
const OWNER: f64 = 0.5;
/// What a word counts that says what to do with the person asked for.
const CONTACT: f64 = 0.4;
/// What a time of day counts that no document names.
const TIME_UNKNOWN: f64 = 0.2;
/// What `abroad` and `country` are worth for a name that follows `in`, `from` or `to`.
const A_PLACE: f64 = 0.5;
/// What either half of a hyphenated word is worth.
const A_PART: f64 = 0.7;

/// One notion of a question: a word, and what else it may be called.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    /// Index terms that stand for it, each with how well it does; the first is the word itself.
    pub(crate) forms: Vec<(String, f64)>,
    /// How much it tells of the topic where the documents know it, before its rarity.
    pub(crate) known: f64,
    /// The same where no document knows it.
    pub(crate) unknown: f64,
    /// How much it matters to whether the question is answered.
    pub(crate) focus: f64,
}

impl Term {
    fn new(stem: String, focus: f64, is_name: bool) -> Self {
        let (known, unknown) = match vocabulary::class(&stem) {
            Class::Weak => (0.3, 0.1),
            Class::Common => (0.55, 0.2),
            Class::Manner => (0.85, 0.3),
            Class::Telling if is_name => (1.0, 0.8),
            Class::Telling => (1.0, 1.0),
        };
        let mut forms = vec![(stem.clone(), 1.0)];
        forms.extend(vocabulary::synonyms(&stem).map(|(synonym, quality)| (synonym.to_owned(), quality)));
        Self { forms, known, unknown, focus }
    }
}

/// The notions of a text, each once, without words that say nothing of a topic.
pub(crate) fn terms(text: &str) -> Vec<Term> {
    let all: Vec<(Word<'_>, String)> =
        words::words(text).map(|word| (word, words::fold(word.text))).collect();
    let mut reader = Reader { text, terms: Vec::new(), circumstances: false };
    let mut rest = all.as_slice();
    while let [(word, folded), after @ ..] = rest {
        rest = after;
        if let Some(joined) = reader.joined(word, folded, after) {
            reader.add_joined(&joined, [folded, &after[0].1]);
            rest = &after[1..];
        } else {
            reader.add(word, folded);
        }
    }
    reader.terms
}

struct Reader<'a> {
    text: &'a str,
    terms: Vec<Term>,
    /// Whether what is read now only says in which circumstances the question is asked.
    circumstances: bool,
}

impl Reader<'_> {
    fn add(&mut self, word: &Word<'_>, folded: &str) {
        let before = self.text[..word.start].trim_end();
        if before.ends_with(['.', '?', '!', ',', ';']) {
            self.circumstances = false;
        }
        let topic_known = self.terms.iter().any(|term| term.known >= 1.0);
        if topic_known && vocabulary::opens_circumstances(folded) {
            self.circumstances = true;
        }
        if word.text.chars().any(words::is_cjk) {
            for pair in words::pairs(word.text) {
                self.push(Term::new(pair, 1.0, false));
            }
        } else if let Some(time) = words::time_of_day(folded, &self.text[word.start + word.text.len()..]) {
            let mut term = Term::new(time, CIRCUMSTANCE, false);
            term.unknown = TIME_UNKNOWN;
            self.push(term);
        } else if !folded.is_empty() && !is_stop_word(word, folded) && !self.is_number(word, folded) {
            let term = self.term(word, folded, before);
            self.push(term);
        }
    }

    fn term(&self, word: &Word<'_>, folded: &str, before: &str) -> Term {
        let is_name = self.is_name(word) && !is_period(folded);
        let owner = is_name && word.text.ends_with('s') && word.text.contains(['\'', '\u{2019}']);
        let focus = if is_period(folded) {
            PERIOD
        } else if self.circumstances || owner {
            CIRCUMSTANCE
        } else {
            1.0
        };
        let mut term = Term::new(words::stem(folded), focus, is_name);
        if owner {
            term.known *= OWNER;
        }
        let last = before.rsplit(' ').next().unwrap_or_default().to_lowercase();
        if is_name && matches!(last.as_str(), "in" | "from" | "to") {
            term.forms.extend(["abroad", "country"].map(|place| (words::stem(place), A_PLACE)));
        } else if !is_name && (is_past(folded) || precedes_a_verb(&last)) {
            term.unknown *= VERB;
        }
        if asks_for_a_contact(before) {
            term.known *= CONTACT;
            term.unknown *= CONTACT;
        }
        term
    }

    /// Adds one notion of two words; each of them alone stands for it less well.
    fn add_joined(&mut self, joined: &str, parts: [&str; 2]) {
        let focus = if self.circumstances { CIRCUMSTANCE } else { 1.0 };
        let mut term = Term::new(words::stem(joined), focus, false);
        let parts = parts.into_iter().filter(|part| part.len() > 3 && !vocabulary::is_stop_word(part));
        let parts = parts.map(words::stem).filter(|part| vocabulary::class(part) != Class::Weak);
        term.forms.extend(parts.map(|part| (part, A_PART)));
        self.push(term);
    }

    fn push(&mut self, term: Term) {
        if !self.terms.iter().any(|known| known.forms[0].0 == term.forms[0].0) {
            self.terms.push(term);
        }
    }

    /// Two words that make one: hyphenated, or known to name one notion together.
    fn joined(&self, word: &Word<'_>, folded: &str, after: &[(Word<'_>, String)]) -> Option<String> {
        let (next, folded_next) = after.first()?;
        let joined = format!("{folded}{folded_next}");
        match &self.text[word.start + word.text.len()..next.start] {
            "-" => Some(joined),
            " " if vocabulary::is_phrase(folded, folded_next) => Some(joined),
            _ => None,
        }
    }

    /// A word with a capital letter that does not begin a sentence, or has further ones.
    fn is_name(&self, word: &Word<'_>) -> bool {
        let mut letters = word.text.chars();
        let capital = letters.next().is_some_and(char::is_uppercase);
        let before = self.text[..word.start].trim_end();
        let titled = ["Mr.", "Mrs.", "Ms.", "Dr.", "Prof."].iter().any(|title| before.ends_with(title));
        let begins = before.is_empty() || (before.ends_with(['.', '!', '?', ':', '\n']) && !titled);
        capital && (!begins || letters.any(char::is_uppercase))
    }

    /// Sums are judged elsewhere and small numbers only mislead a search; a year stays.
    fn is_number(&self, word: &Word<'_>, folded: &str) -> bool {
        let digits = folded.starts_with(|c: char| c.is_ascii_digit());
        let money = self.text[..word.start].trim_end().ends_with(['$', '€', '£']);
        let plain = folded.bytes().all(|b| b.is_ascii_digit());
        digits
            && (money
                || folded.contains('.')
                || (plain && !is_period(folded) && folded.len() != 3)
                || folded.ends_with('k'))
    }
}

/// Whether what follows is what to do with the person asked for: `who do I` call, tell, write to.
fn asks_for_a_contact(before: &str) -> bool {
    let mut words = before.rsplit(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut is = |options: &[&str]| {
        words.next().is_some_and(|word| options.contains(&word.to_ascii_lowercase().as_str()))
    };
    is(&["i", "we", "one", "to"])
        && is(&["do", "should", "can", "must", "shall", "have", "need"])
        && is(&["who", "whom", "where", "i"])
}

fn is_past(word: &str) -> bool {
    word.len() > 4 && word.ends_with("ed")
}

fn precedes_a_verb(word: &str) -> bool {
    matches!(word, "i" | "we" | "you" | "they" | "he" | "she" | "it" | "to" | "can" | "not")
}

/// A year or a quarter.
fn is_period(folded: &str) -> bool {
    let year = folded.len() == 4
        && (folded.starts_with("19") || folded.starts_with("20"))
        && folded.bytes().all(|b| b.is_ascii_digit());
    year || matches!(folded, "q1" | "q2" | "q3" | "q4")
}

/// A word that is not searched for; `I'll` is one, `ill` is not.
fn is_stop_word(word: &Word<'_>, folded: &str) -> bool {
    let ending = word.text.rsplit_once(['\'', '\u{2019}']).map(|(_, ending)| ending.to_ascii_lowercase());
    let contracted = ending.is_some_and(|e| matches!(e.as_str(), "ll" | "d" | "ve" | "re" | "m" | "t"));
    contracted || vocabulary::is_stop_word(folded)
}
