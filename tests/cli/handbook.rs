//! A whole company's handbook, as a Notion export, and what its people ask.

use std::path::PathBuf;

use crate::support::Home;

fn fixture(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name).display().to_string()
}

/// The gate on the handbook's content: what `docs/eval.md` shows for pull requests.
#[test]
fn of_the_handbooks_own_questions_nearly_all_hold() {
    let home = Home::new();
    for (file, least) in [("handbook.eval.yaml", "90%"), ("handbook-heldout.eval.yaml", "86%")] {
        let line = ["eval", &fixture(file), "--from", &fixture("handbook.zip"), "--min-pass", least];
        home.twin(line).run().exits(0);
    }
}

#[test]
fn the_first_command_of_the_readme_names_the_right_policy() {
    let home = Home::new();
    let handbook = fixture("handbook.zip");
    let question = "What is the expense policy for a $200 SaaS tool?";
    let line = ["ask", "--from", &handbook, question];
    let ran = home.twin(line).run().exits(0);
    assert!(ran.stdout.contains("$50–$500 requires manager email approval"), "{ran:#?}");
    let answer = home.twin(line.iter().chain(&["--json"])).run().exits(0).json();
    assert_eq!(answer["sources"][0], "Expense reimbursement policy", "{answer:#}");
    assert_eq!(answer["shouldEscalate"], false, "{answer:#}");
}
