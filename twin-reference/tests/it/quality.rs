//! The quality of answers, over knowledge bases of different kinds, as one table:
//! `cargo test -p twin-reference --test it -- --nocapture quality`.
//!
//! A file under `kb/` holds documents (`=== Title`, then the text) and, after `???`, questions: `+` ones it
//! answers, with the title that must come first (or ` | ` between several), `-` ones it does not cover, and `!` ones
//! that need a person. `QUALITY_KB` may name a directory of further such files, of your own knowledge bases, and
//! `QUALITY_SHOW` (`all`, or names of files) prints what went wrong.

use std::fs;
use std::path::Path;

use twin_eval::{Case, Eval, Status, Suite};
use twin_reference::{Reference, Seed};
use twin_sdk::{ApiKey, Twin};

use crate::client::ANY_PORT;

fn read(file: &str) -> (Vec<Seed>, Suite) {
    let (documents, questions) = file.split_once("\n???\n").expect("a file has questions");
    let documents = documents.split("\n=== ").skip(1).map(|document| {
        let (title, content) = document.split_once('\n').expect("a document has a title and a text");
        Seed::new(title, content)
    });
    let cases = questions.lines().map(|line| match line.split_at(2) {
        ("+ ", rest) => {
            let (text, source) = rest.split_once(" => ").expect("an answerable question names its source");
            source.split(" | ").fold(Case::new(text), Case::source).escalates(false)
        }
        (_, text) => Case::new(text).escalates(true),
    });
    (documents.collect(), Suite::new(cases))
}

/// How many questions went right, of how many.
#[derive(Default)]
struct Score {
    answered: usize,
    answerable: usize,
    escalated: usize,
    personal: usize,
    /// Right document first, whether escalated or not.
    found: usize,
    /// Answered from a wrong document.
    misled: usize,
    wrong: String,
}

/// Asks every question of a file. The page that answers one must come first.
async fn score(file: &str) -> Score {
    let (documents, suite) = read(file);
    let running = Reference::new().no_rate_limit().documents(documents).serve(ANY_PORT).await.unwrap();
    let key = ApiKey::new(running.key()).unwrap();
    let twin = Twin::builder(key).base_url(running.url()).build().unwrap();
    let mut score = Score::default();
    for outcome in Eval::new(&twin).run(&suite).await.cases {
        let answer = outcome.answer().unwrap_or_else(|| panic!("{outcome:#?}"));
        let passed = outcome.status == Status::Passed;
        let right = match outcome.case.expect.source.first() {
            Some(_) => {
                let sources = &outcome.case.expect.source;
                let found = answer.sources.first().is_some_and(|first| sources.contains(first));
                score.answerable += 1;
                score.found += usize::from(found);
                score.misled += usize::from(!found && !answer.should_escalate);
                score.answered += usize::from(found && passed);
                found && passed
            }
            None => {
                score.personal += 1;
                score.escalated += usize::from(passed);
                passed
            }
        };
        if !right {
            score.wrong +=
                &format!("  {} => {:?}\n    {answer:?}\n", outcome.case.ask, outcome.case.expect.source);
        }
    }
    score
}

/// The least that must go right, of the answerable questions and of those that need a person.
const LEAST: [(&str, usize, usize); 13] = [
    ("agency", 7, 12),
    ("api", 12, 10),
    ("bakery", 19, 21),
    ("bylaws", 11, 9),
    ("clinic", 12, 13),
    ("factory", 7, 9),
    ("hotel", 6, 13),
    ("permits", 6, 10),
    ("robotics", 10, 8),
    ("startup", 21, 16),
    ("studio", 8, 11),
    ("verein", 9, 3),
    ("webshop", 5, 10),
];

/// The files of a directory with their names, in order.
fn files(directory: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let texts = entries.filter(|path| path.extension().is_some_and(|extension| extension == "txt"));
    let mut files: Vec<_> = texts
        .map(|path| {
            (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn the_quality_of_answers_over_knowledge_bases_of_every_kind_does_not_fall() {
    let mut files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/kb"));
    if let Some(further) = std::env::var_os("QUALITY_KB") {
        files.extend(self::files(Path::new(&further)));
    }
    let show = std::env::var("QUALITY_SHOW").unwrap_or_default();
    let (mut all, mut worse) = (Score::default(), String::new());
    println!("{:28} answered  (found)  wrongly  escalated", "");
    for (name, file) in &files {
        let score = score(file).await;
        let Score { answered, answerable, escalated, personal, found, misled, wrong } = &score;
        println!(
            "{name:28} {answered:3} of {answerable:2}    ({found:2})       {misled:2}   {escalated:2} of {personal:2}"
        );
        if show == "all" || show.split(',').any(|shown| shown == name) {
            print!("{wrong}");
        }
        if let Some((_, least_answered, least_escalated)) = LEAST.iter().find(|(least, ..)| least == name)
            && (answered < least_answered || escalated < least_escalated)
        {
            worse += &format!("{name} got worse:\n{wrong}");
        }
        all.answered += answered;
        all.answerable += answerable;
        all.escalated += escalated;
        all.personal += personal;
        all.found += found;
        all.misled += misled;
    }
    let Score { answered, answerable, escalated, personal, found, misled, .. } = all;
    println!(
        "{:28} {answered:3} of {answerable:2}    ({found:2})       {misled:2}   {escalated:2} of {personal:2}",
        "all"
    );
    assert!(worse.is_empty(), "{worse}");
}
