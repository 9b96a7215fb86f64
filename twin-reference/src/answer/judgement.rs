//! Whether a question asks for what only a person can give: approval, a commitment, a decision, their time.
//!
//! Asking *whether* approval is needed, who gives it or how to get it is asking for a rule, and a knowledge
//! base can answer that. So the patterns below name who is asked to do what.

/// What a question asks of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    Approval,
    Commitment,
    Decision,
    Time,
}

impl Asks {
    /// Why a person must look at it.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Approval => "Requires personal approval",
            Self::Commitment => "Requires a personal commitment",
            Self::Decision => "Requires a personal decision",
            Self::Time => "Asks for a person's time",
        }
    }
}

/// Patterns over the words of one sentence. `a|b` is either word, `_` up to three words of any kind, `^` the
/// beginning. A pattern that begins with `!` takes the question out again.
const PATTERNS: [(Asks, &[&str]); 4] = [
    (
        Asks::Approval,
        &[
            "!^ do|does|did|will|would|must i|we|they|he|she|it|this _ need|require|want",
            "!how|who|when|where|what|which do|does|can|could|should|must i|we _ your",
            "can|could|will|would|may you _ approve|authorise|authorize|okay|greenlight|grant|waive|countersign",
            "can|could|will|would you _ sign off|this|it|the|that|my|our|these",
            "^ please|pls|kindly approve|authorise|authorize|sign|grant|waive|okay|ok|countersign|extend|make",
            "please approve|authorise|authorize|sign",
            "^ approve|authorise|authorize the|this|my|our|a|it|that|these",
            "^ sign off",
            "your approval|signoff|blessing|permission|consent|authorisation|authorization|okay|ok|goahead",
            "your sign|go off|ahead",
            "are|would|will you _ ok|okay|fine|happy|comfortable|cool|good with|if|giving|to",
            "ok|okay|fine|alright|cool|good with|by you",
            "do|would|will you approve|consent|authorise|authorize|agree|object",
            "you _ make|grant|allow _ exception|exemption",
        ],
    ),
    (
        Asks::Commitment,
        &[
            "can|could|will|would|may|should|shall you|we|i _ promise|guarantee|commit|pledge|assure|vouch",
            "^ please promise|guarantee|commit|assure",
            "can|may|could|should|shall i|we tell|assure|inform|reassure _ _ that",
            "please|kindly confirm|tell|assure|reassure|inform|let to|him|her|them|the|our|my _ that|know",
            "you _ give|make _ commitment|guarantee|promise|assurance",
            "your word|commitment|promise|guarantee",
        ],
    ),
    (
        Asks::Decision,
        &[
            "should|shall i|we|they|he|she fire|hire|promote|demote|dismiss|sack|expel|suspend|accept|decline|reject|quit|resign|sue|settle|raise|lower|increase|invest|acquire|sell|launch|postpone|delay|kill|drop|pick|choose|prioritise|prioritize|migrate|pivot|terminate|outsource|expand|stop|trust|believe|marry|match",
            "should|shall|do|can|must i|we let|lay _ go|off",
            "should|shall|can|could|may i|we _ take|accept|decline|reject|refuse|turn _ offer|job|promotion",
            "should|shall i|we _ offer|give _ raise|bonus|promotion|job",
            "do|would|did|are you _ think|prefer|mind|agree|reckon|rather|believe|regret|plan|intend|inclined",
            "do|would you want|like",
            "would you recommend|suggest|support|consider|back|advise|choose|pick",
            "what|how|which|who do|would|did you _ think|prefer|decide|choose|feel|reckon|favour|favor|recommend|suggest",
            "your opinion|view|take|preference|favourite|favorite|decision|feeling|thoughts|verdict|judgement|judgment",
            "can|could|will|would you match|reconsider|decide|promote|fire|dismiss|overrule|intervene|raise|increase|lower|reduce",
            "can|could|will|would you _ move|transfer|switch|put|assign|promote|relieve|excuse me|us|him|her|them|my|our",
            "can|could|will|would you _ cover|take|swap my|our|his|her shift|turn|duty|class|slot",
            "can|could|will|would you postpone|delay|reschedule|push|bring|shift _ back|forward|deadline|release|launch|meeting|date",
            "can|could|will|would you _ make|do me|us|an|a _ exception|favour|favor",
            "can|could|will|would you lend|introduce|recommend|vouch|write me|us",
            "can|could|may i|we have _ off",
            "^ please give|move|transfer|promote|raise|increase|pay|refund|cancel|delete|change|send|let|book|fix|remove|put|add me|us|my|our|the|this|him|her|them",
            "is it true that",
            "will|would|could you accept|reject|choose|pick|extend|support|hire|buy|sell|invest|fund|sponsor|vote|lend|offer|counter",
            "side are you",
            "am|will i|we _ promoted|fired|sacked|dismissed",
        ],
    ),
    (
        Asks::Time,
        &[
            "are|will you _ free|available|around|attending|joining|busy|coming",
            "do|will you have _ time|minute|moment|availability|capacity",
            "can|could|shall|may i|we meet|chat|catch|jump|hop|grab|schedule|call|see you|up|on|for|today|tomorrow|next|this|a",
            "can|could|would|will you _ meet|join|attend|come|drop|call me|us|to|by|on|at|the|our|my|with|in",
            "when are|can|could|would|will you _ free|meet|available|coming|join|talk|back",
            "your calendar|availability|diary",
        ],
    ),
];

/// Patterns of questions about what the asker may do.
const LEAVE: [&str; 5] = [
    "^ can|may|could|shall|should i|we",
    "^ can|may|could|shall|should the|a|an|our|my",
    "^ may|can|could|is|are it|we|you _ allowed|ok|okay|possible|fine|permitted|spend|refund|give|offer|pay",
    "^ am|are i|we allowed|permitted",
    "go ahead",
];

/// What the question asks of a person, if anything. Each of its sentences is looked at by itself.
pub(crate) fn judge(question: &str) -> Option<Asks> {
    question.split(['.', '?', '!', ';', '\n']).find_map(|sentence| {
        let words = words(sentence);
        PATTERNS.iter().find(|(_, patterns)| asks(patterns, &words)).map(|(asks, _)| *asks)
    })
}

/// Whether the question is about what the asker may do, rather than about what a rule says.
pub(crate) fn asks_leave(question: &str) -> bool {
    question.split(['.', '?', '!', ';', ',', '\n']).any(|sentence| {
        let words = words(sentence);
        LEAVE.iter().any(|pattern| matches(pattern, &words))
    })
}

fn asks(patterns: &[&str], words: &[String]) -> bool {
    let (out, within): (Vec<&str>, Vec<&str>) = patterns.iter().partition(|pattern| pattern.starts_with('!'));
    within.iter().any(|pattern| matches(pattern, words))
        && !out.iter().any(|pattern| matches(pattern.trim_start_matches('!'), words))
}

/// The words of a sentence in lower case, without commas and polite openings.
fn words(sentence: &str) -> Vec<String> {
    let lower = sentence.to_lowercase().replace(['\'', '\u{2019}'], "");
    let all = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = all.map(str::to_owned).collect();
    let opening = ["hi", "hello", "hey", "so", "and", "but", "ok", "well", "also", "thanks", "sorry"];
    let polite = words.iter().take_while(|word| opening.contains(&word.as_str())).count();
    words[polite..].to_vec()
}

fn matches(pattern: &str, words: &[String]) -> bool {
    let slots: Vec<&str> = pattern.split(' ').collect();
    match slots.split_first() {
        Some((&"^", rest)) => matches_here(rest, words),
        _ => (0..words.len()).any(|start| matches_here(&slots, &words[start..])),
    }
}

fn matches_here(slots: &[&str], words: &[String]) -> bool {
    match slots.split_first() {
        None => true,
        Some((&"_", rest)) => (0..=words.len().min(3)).any(|skip| matches_here(rest, &words[skip..])),
        Some((slot, rest)) => {
            words.first().is_some_and(|word| slot.split('|').any(|option| option == word))
                && matches_here(rest, &words[1..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn all_ask(asks: Option<Asks>, questions: &[&str]) {
        for question in questions {
            assert_eq!(judge(question), asks, "{question}");
        }
    }

    #[test]
    fn a_request_to_do_something_for_the_asker_needs_a_person_and_the_rule_for_it_does_not() {
        for asked in [
            "Could you cover my shift on Sunday?",
            "Can you move me to the other team?",
            "Will you push the release back by a week?",
            "Please refund my last order.",
            "Please tell the client that it ships on Monday.",
        ] {
            assert!(judge(asked).is_some(), "{asked}");
        }
        all_ask(
            None,
            &[
                "Please tell me how refunds work.",
                "How do I move my desk?",
                "Who covers a shift on Sundays?",
                "When can you take a day off?",
            ],
        );
    }

    #[test]
    fn a_request_for_approval_needs_a_person() {
        all_ask(
            Some(Asks::Approval),
            &[
                "Can you approve the $15k contract with Acme?",
                "Please sign off on the new budget.",
                "Hi, could you please approve my vacation?",
                "Would you be OK with giving Nordkette 45 percent off?",
                "I need your approval for the offsite venue.",
                "Approve the attached invoice.",
                "Is it okay with you if I leave early?",
                "Could you make an exception for us?",
                "Here is the quote. Can you sign it today?",
            ],
        );
    }

    #[test]
    fn asking_whether_approval_is_needed_who_gives_it_or_how_does_not() {
        all_ask(
            None,
            &[
                "Is approval needed for a $200 tool?",
                "Who approves expenses over $500?",
                "How do I get approval for a conference?",
                "What does the manager have to approve?",
                "Do I need your approval for a $30 book?",
                "Can my manager approve this?",
                "Does the CFO have to sign off on contracts?",
                "How long does it take to get an expense approved?",
                "Can I approve my own pull request?",
                "What needs sign-off from legal?",
            ],
        );
    }

    #[test]
    fn a_commitment_needs_a_person() {
        all_ask(
            Some(Asks::Commitment),
            &[
                "Will you commit to delivering by Friday?",
                "Can you promise the client a discount?",
                "Can I tell our biggest reseller that prices won't go up?",
                "Can we guarantee a delivery date?",
            ],
        );
        all_ask(
            None,
            &[
                "What should I tell a journalist?",
                "Which uptime do we promise?",
                "Is there a guarantee on sensors?",
            ],
        );
    }

    #[test]
    fn a_personal_decision_needs_a_person() {
        all_ask(
            Some(Asks::Decision),
            &[
                "Should I fire Bob?",
                "Should we let Ravi go?",
                "Can I take the job offer from Google?",
                "Do you prefer the blue or the green mock-up?",
                "What do you think of the new logo?",
                "I've had an offer from another company. Will you match it?",
                "whose side are you on?",
            ],
        );
        all_ask(
            None,
            &[
                "Should I submit receipts by the 20th?",
                "How do we hire contractors?",
                "Do you have a parking policy?",
                "Do you accept private insurance?",
                "Can you carry over vacation days?",
                "Would I get paid overtime?",
            ],
        );
    }

    #[test]
    fn a_persons_time_is_theirs_to_give() {
        all_ask(
            Some(Asks::Time),
            &["Are you free on Thursday at 3?", "Can we meet tomorrow?", "Could you join the call?"],
        );
        all_ask(
            None,
            &["Are you open on Saturdays?", "Can we meet customers at home?", "When are receipts due?"],
        );
    }
}
