//! A whole company's handbook, as a Notion export, and what its people ask.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use crate::serve::Server;
use crate::support::Home;

#[derive(Deserialize)]
struct Question {
    question: String,
    answerable: bool,
    #[serde(default)]
    source: String,
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name)
}

fn is_right(question: &Question, answer: &Value) -> bool {
    if question.answerable {
        answer["sources"][0] == question.source.as_str()
    } else {
        answer["shouldEscalate"] == true
    }
}

#[test]
fn of_thirty_questions_it_answers_what_it_knows_and_passes_on_what_it_must_not_decide() {
    let home = Home::new();
    let handbook = fixture("handbook.zip");
    let server = Server::start(&home, &["--seed", handbook.to_str().unwrap()]);
    let questions = std::fs::read_to_string(fixture("questions.json")).unwrap();
    let questions: Vec<Question> = serde_json::from_str(&questions).unwrap();
    let (mut answered, mut escalated, mut wrong) = (0, 0, Vec::new());
    for question in &questions {
        let answer = server.twin(&home, &["ask", "--json", &question.question]).run().exits(0).json();
        match (is_right(question, &answer), question.answerable) {
            (true, true) => answered += 1,
            (true, false) => escalated += 1,
            (false, _) => wrong.push(format!("{}\n{answer:#}", question.question)),
        }
    }
    assert_eq!(questions.len(), 30);
    assert!(answered >= 18, "{answered} of 20 from the right page:\n{}", wrong.join("\n"));
    assert!(escalated >= 9, "{escalated} of 10 escalated:\n{}", wrong.join("\n"));
}

#[test]
fn the_first_command_of_the_readme_names_the_right_policy() {
    let home = Home::new();
    let handbook = fixture("handbook.zip");
    let question = "What is the expense policy for a $200 SaaS tool?";
    let line = ["ask", "--from", handbook.to_str().unwrap(), question];
    let ran = home.twin(line).run().exits(0);
    assert!(ran.stdout.contains("$50–$500 requires manager email approval"), "{ran:#?}");
    let answer = home.twin(line.iter().chain(&["--json"])).run().exits(0).json();
    assert_eq!(answer["sources"][0], "Expense reimbursement policy", "{answer:#}");
    assert_eq!(answer["shouldEscalate"], false, "{answer:#}");
}
