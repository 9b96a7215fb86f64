//! Words that say nothing of a topic, and words that mean about the same.

/// Question words, pronouns, auxiliaries, prepositions: not searched for.
const STOP_WORDS: &str = "
a an the and or but nor so if then than that this these those there here it its
i me my mine we us our ours you your yours he him his she her hers they them their theirs one ones
who whom whose which what when where why how
is am are was were be been being do does did done doing have has had having
can could may might must shall should will would ought im ive id ill youre were theyre dont doesnt didnt cant wont isnt arent
to of in on at by for from with about into onto over under up down out off as per via
please tell know let lets like want wants need needs get gets got getting much many any some all every each no not
also just only very too still ever now really exactly say says said go goes going
thing things anything something everything someone anyone everybody somebody
";

/// Words that hardly narrow a topic down.
const WEAK_WORDS: &str = "
work company team people person employee allow rule policy process way time day use make take give new happen
long often soon back still other good best right possible find look start keep apply available
";

pub(super) fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.split_whitespace().any(|word| word == folded)
}

pub(super) fn is_weak(stem: &str) -> bool {
    WEAK_WORDS.split_whitespace().any(|word| word == stem)
}

/// Other index terms for a notion, and how well each stands for it.
pub(super) fn synonyms(_stem: &str) -> impl Iterator<Item = (&'static str, f64)> {
    std::iter::empty()
}
