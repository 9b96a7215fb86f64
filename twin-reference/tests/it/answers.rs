//! What answers are made of. How good they are stands in `quality.rs`.

use serde_json::json;
use twin_reference::{Reference, Running, Seed};

use crate::client::{ANY_PORT, Client};

async fn twin_of(documents: Vec<Seed>) -> Running {
    Reference::new().no_rate_limit().documents(documents).serve(ANY_PORT).await.unwrap()
}

#[tokio::test]
async fn what_has_no_spaces_between_words_is_found_too() {
    let twin = twin_of(vec![
        Seed::new("休暇規定", "正社員の有給休暇は年間二十日です。申請は二週間前までに行ってください。"),
        Seed::new("経費精算", "経費は毎月二十日までに申請してください。領収書が必要です。"),
    ])
    .await;
    let answer = Client::of(&twin).ask("有給休暇は何日ですか？").await.body;
    assert_eq!(answer["sources"][0], "休暇規定", "{answer}");
}

#[tokio::test]
async fn a_sum_is_answered_by_the_tier_it_lies_in_and_escalated_where_no_rule_allows_it() {
    let policy = "Under $50 no pre-approval needed. $50–$500 requires manager email approval before purchase. \
                  Submit via Expensify by the 20th.";
    let with_rule = format!("{policy}\n\nAbove $500 requires director approval via form X.");
    for (content, question, escalates) in [
        (policy, "What is the expense policy for a $200 tool?", false),
        (policy, "What is the expense policy for a $2,000 tool?", true),
        (&*with_rule, "What is the expense policy for a $2,000 tool?", false),
        (&*with_rule, "How do I get a $2,000 expense approved?", false),
        (&*with_rule, "Can I expense a $2,000 tool?", true),
    ] {
        let twin = twin_of(vec![Seed::new("Expense reimbursement policy", content)]).await;
        let answer = Client::of(&twin).ask(question).await.body;
        assert_eq!(answer["sources"][0], "Expense reimbursement policy", "{question}: {answer}");
        assert_eq!(answer["shouldEscalate"], escalates, "{question}: {answer}");
    }
}

#[tokio::test]
async fn a_request_for_approval_names_the_authority_it_needs_and_keeps_its_text_and_sources() {
    let policy = "Contracts up to $10,000 are approved by the head of the department. Contracts over $10k are \
                  approved by the founder in person.";
    let twin = twin_of(vec![Seed::new("Contract approval", policy)]).await;
    let answer = Client::of(&twin).ask("Can you approve the $15k contract with Acme?").await.body;
    assert_eq!(answer["shouldEscalate"], true);
    assert_eq!(answer["escalateReason"], "Requires personal budget authority over $10k");
    assert_eq!(answer["sources"][0], "Contract approval");
    assert!(answer["response"].as_str().unwrap().contains("founder in person"));
}

#[tokio::test]
async fn the_context_of_a_question_helps_to_choose_and_does_not_make_up_an_answer() {
    let twin = twin_of(vec![
        Seed::new("Vacation", "Employees have 25 days a year. Contractors have none."),
        Seed::new("Equipment", "Employees choose a laptop. Contractors bring their own."),
    ])
    .await;
    let client = Client::of(&twin);
    for (context, title) in
        [("How much vacation do I have?", "Vacation"), ("Which laptop equipment do we get?", "Equipment")]
    {
        let asked = json!({ "message": "And what about contractors?", "context": context });
        assert_eq!(client.post("/v1/twin", asked).await.body["sources"][0], title);
    }
    let unknown =
        json!({ "message": "Where is the moon base?", "context": "How much vacation do employees have?" });
    assert_eq!(client.post("/v1/twin", unknown).await.body["shouldEscalate"], true);
    let nothing_itself = json!({ "message": "How many are there?", "context": "vacation days a year" });
    assert_eq!(client.post("/v1/twin", nothing_itself).await.body["sources"][0], "Vacation");
}

#[tokio::test]
async fn a_row_of_a_long_table_is_quoted_under_its_header() {
    let rows: String = (0..80).map(|n| format!("| Vendor{n} | {n} July | Owner {n} |\n")).collect();
    let table = format!("| Name | Renewal | Owner |\n| --- | --- | --- |\n{rows}");
    let twin = twin_of(vec![Seed::new("Vendors", table)]).await;
    let answer = Client::of(&twin).ask("When is the renewal of Vendor57?").await.body;
    let response = answer["response"].as_str().unwrap();
    assert!(
        response.starts_with("| Name | Renewal | Owner |") && response.contains("| Vendor57 | 57 July |"),
        "{answer}"
    );
    assert!(response.len() < 400, "{answer}");
}

#[tokio::test]
async fn a_document_of_one_word_is_quoted_and_one_of_none_answers_nothing() {
    for (content, said) in [("yes", Some("yes")), ("n/a", Some("n/a")), ("42", Some("42")), ("- ", None)] {
        let twin = twin_of(vec![Seed::new("Parking policy", content)]).await;
        let answer = Client::of(&twin).ask("What is the parking policy?").await.body;
        assert_eq!(answer["shouldEscalate"], said.is_none(), "{answer}");
        let response = answer["response"].as_str().unwrap();
        assert!(said.map_or(response.starts_with("Nothing in"), |said| response == said), "{answer}");
    }
}

const GUESTS: &str =
    "Guests are people from outside, such as contractors or customers, who work with us for a while \
    and should see no more of the workspace than their work needs. An owner invites them by mail.

Guests can:

- View and send messages in channels they were added to.
- Upload files there.
- React with stickers.

Guests **cannot**:

- See channels they were not added to, private or public, or find them by name.
- Create new channels or groups, or rename those that exist.
- Add bots and other integrations, or change their settings.
- Invite further people, be they guests or members.
- Export messages or files, in part or as a whole.

Ask the owner of the workspace where a guest needs more, and say for how long it is needed.";

#[tokio::test]
async fn an_item_of_a_list_is_quoted_under_what_leads_in_to_it() {
    let twin =
        twin_of(vec![Seed::new("Guest accounts", GUESTS), Seed::new("Billing", "Paid by card.")]).await;
    for (question, lead, item) in [
        ("Can guests create channels?", "Guests **cannot**:", "- Create new channels"),
        ("Can guests export messages?", "Guests **cannot**:", "- Export messages"),
        ("Can guests react with stickers?", "Guests can:", "- React with stickers."),
    ] {
        let answer = Client::of(&twin).ask(question).await.body;
        let response = answer["response"].as_str().unwrap();
        let (before, _) = response.split_once(item).unwrap_or_else(|| panic!("{question}: {answer}"));
        assert_eq!(before.lines().rfind(|line| line.ends_with(':')), Some(lead), "{question}: {answer}");
    }
}

#[tokio::test]
async fn what_leads_in_to_a_list_brings_it_and_ends_no_answer() {
    let filler = "The workshop is on the ground floor, behind the canteen, and is shared by all teams of the house. \
        It is cleaned on Fridays, and whoever was there last locks it. ";
    let steps = "To reset the laser cutter, take the following steps:\n\n1. Turn the key to zero.\n\n2. Wait for \
        the fan.\n\n3. Press the green button.\n\n";
    let text = format!("{}\n\n{steps}{}", filler.repeat(2), filler.repeat(3));
    let command =
        "If the badge reader hangs, log in to it and restart the service with:\n\nsystemctl restart reader";
    let twin = twin_of(vec![Seed::new("Workshop", text), Seed::new("Badge reader", command)]).await;
    for (question, last) in [
        ("How do I reset the laser cutter?", "green button"),
        ("How do I restart the badge reader?", "systemctl"),
    ] {
        let answer = Client::of(&twin).ask(question).await.body;
        assert!(answer["response"].as_str().unwrap().contains(last), "{question}: {answer}");
    }
}

#[tokio::test]
async fn an_answer_does_not_end_with_a_bare_link() {
    let text = "Receipts for train tickets go to the gatehouse before the end of the month.\n\n";
    for link in ["https://intranet.example/receipts", "- [Receipts](https://intranet.example/receipts)"] {
        let twin = twin_of(vec![Seed::new("Train tickets", format!("{text}{link}"))]).await;
        let answer = Client::of(&twin).ask("Where do receipts for train tickets go?").await.body;
        assert_eq!(answer["response"], text.trim_end(), "{answer}");
    }
}

#[tokio::test]
async fn a_title_or_a_heading_alone_is_no_answer() {
    let text = "How do I order a new badge?\n\nWrite to the gatehouse. It takes two days.";
    let nested = "# Lost and found\n\n## Lost keys\n\n## Found keys\n\nBring them to the gatehouse.";
    let twin = twin_of(vec![Seed::new("How do I order a new badge?", text), Seed::new("Keys", nested)]).await;
    for (question, said) in [
        ("How do I order a new badge?", "Write to the gatehouse."),
        ("Lost keys", "Bring them to the gatehouse."),
    ] {
        let answer = Client::of(&twin).ask(question).await.body;
        let response = answer["response"].as_str().unwrap();
        assert!(response.contains(said) && !response.starts_with(question), "{question}: {answer}");
    }
}

#[tokio::test]
async fn an_answer_leads_with_what_holds_in_general() {
    let leave = "Everybody has 27 days of paid leave a year, whatever the country and the seniority, plus the public \
        holidays of the place where they live. Part-timers get the same number of weeks.\n\n## Carrying days over\n\n\
        Five unused days move into the next year and expire on 31 March. Long illness keeps all of your days of leave \
        alive. Days are paid out only when you leave the company.";
    let twin = twin_of(vec![Seed::new("Leave and public holidays", leave)]).await;
    let answer = Client::of(&twin).ask("How many days of leave do I have?").await.body;
    assert!(answer["response"].as_str().unwrap().starts_with("Everybody has 27 days"), "{answer}");
}

#[tokio::test]
async fn a_page_that_repeats_itself_leaves_room_for_another_that_is_nearly_as_good() {
    let repeated =
        (1..=4).map(|n| format!("## Part {n}\n\nThe lift of house {n} is checked every spring.\n\n"));
    let twin = twin_of(vec![
        Seed::new("Lifts", repeated.collect::<String>()),
        Seed::new("The lift of the annex", "The lift of the annex is checked in autumn."),
    ])
    .await;
    let answer = Client::of(&twin).ask("When is the lift checked?").await.body;
    assert_eq!(answer["sources"].as_array().unwrap().len(), 2, "{answer}");
}

#[tokio::test]
async fn a_few_everyday_words_are_not_taken_for_the_subject_of_a_page() {
    let pages = [
        (
            "Working hours",
            "Your working time is 38 hours. The name of the tool is Clocky. Life first: no mail at night.",
        ),
        ("Test plan", "Every test has a name, and old tests are removed after a day of work."),
    ];
    let twin = twin_of(pages.map(|(title, text)| Seed::new(title, text)).into()).await;
    for question in ["What time is it?", "What's my name?", "life", "How old are you?"] {
        let answer = Client::of(&twin).ask(question).await.body;
        assert!(answer["confidence"].as_f64().unwrap() < 0.3, "{question}: {answer}");
    }
    let answer = Client::of(&twin).ask("test plan").await.body;
    assert_eq!(answer["shouldEscalate"], false, "a title: {answer}");
}

#[tokio::test]
async fn information_asked_for_politely_or_briefly_needs_no_person_and_a_favour_does() {
    let twin = twin_of(pages()).await;
    let reason = async |question: &str| Client::of(&twin).ask(question).await.body["escalateReason"].clone();
    for question in [
        "Please explain the rules for annual leave",
        "Could you tell me how many days of leave there are?",
        "cancel annual leave",
        "thank you",
        "Are you a human?",
    ] {
        let reason = reason(question).await;
        assert!(
            !reason.as_str().is_some_and(|reason| reason.starts_with("Re") || reason.starts_with("As")),
            "{question}: {reason}"
        );
    }
    for question in [
        "Can you approve my annual leave?",
        "Does Karin have half an hour for me tomorrow?",
        "Are you free on Tuesday?",
        "Am I getting the bonus or not?",
        "Could somebody from the office call me back today?",
    ] {
        let reason = reason(question).await;
        assert!(
            reason.as_str().is_some_and(|reason| reason.starts_with("Re") || reason.starts_with("As")),
            "{question}: {reason}"
        );
    }
}

#[tokio::test]
async fn no_question_breaks_the_search() {
    let twin = twin_of(vec![Seed::new("NEAR \"AND\" (OR)", "title: ^a* OR b NOT \u{0} c")]).await;
    let client = Client::of(&twin);
    for question in [
        "\"",
        "NEAR(a, b)",
        "a* OR",
        "title:x",
        "'; DROP TABLE documents",
        "\u{0}",
        "🦀",
        "()",
        "a-b-c--",
        "$$$ 9999999999999999999999k %",
    ] {
        assert_eq!(client.ask(question).await.status, 200, "{question:?}");
    }
}

const PAGES: [(&str, &str); 4] = [
    ("Annual leave", "Everyone has 25 days of paid leave a year. Ask your team lead two weeks before."),
    (
        "Office and keys",
        "The office opens at seven. Keys are kept at the reception. The alarm is set at nine in the evening.",
    ),
    ("Expenses", "Send receipts by the 20th of the month. Meals on business trips are paid up to $60 a day."),
    (
        "Guests",
        "Visitors sign in at the reception and wear a badge. Wireless access for guests is on the badge.",
    ),
];

fn pages() -> Vec<Seed> {
    PAGES.map(|(title, text)| Seed::new(title, text)).into()
}

#[tokio::test]
async fn what_has_nothing_to_do_with_the_pages_is_escalated_with_little_confidence() {
    let twin = twin_of(pages()).await;
    let client = Client::of(&twin);
    for question in [
        "Who won the world cup?",
        "What is the capital of France?",
        "How tall is Mount Everest?",
        "Write a poem about spring",
    ] {
        let answer = client.ask(question).await.body;
        assert_eq!(answer["shouldEscalate"], true, "{question}: {answer}");
        assert!(answer["confidence"].as_f64().unwrap() < 0.3, "{question}: {answer}");
        assert!(
            !PAGES.iter().any(|(_, text)| answer["response"].as_str().unwrap().contains(text)),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn other_words_for_the_same_find_the_page() {
    let twin = twin_of(pages()).await;
    let client = Client::of(&twin);
    for (question, title) in [
        ("How many days of vacation do I get?", "Annual leave"),
        ("At what hour does the building open in the morning?", "Office and keys"),
    ] {
        let answer = client.ask(question).await.body;
        assert_eq!(answer["sources"][0], title, "{question}: {answer}");
    }
}

#[tokio::test]
async fn an_escalated_answer_says_once_that_a_person_will_look_at_it_unless_nobody_will() {
    let person = "A person will look at this.";
    for attended in [true, false] {
        let reference = Reference::new().documents(pages());
        let reference = if attended { reference } else { reference.unattended() };
        let twin = reference.serve(ANY_PORT).await.unwrap();
        for question in ["Who won the world cup?", "Can you approve my leave for next week?"] {
            let answer = Client::of(&twin).ask(question).await.body;
            assert_eq!(answer["shouldEscalate"], true, "{answer}");
            let response = answer["response"].as_str().unwrap();
            assert_eq!(response.matches(person).count(), usize::from(attended), "{answer}");
            assert_eq!(response.matches("person").count(), usize::from(attended), "{answer}");
        }
    }
}

#[tokio::test]
async fn data_of_the_first_layout_is_indexed_anew_when_it_is_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("twin.db");
    Reference::new().data(&path).documents(pages()).serve(ANY_PORT).await.unwrap().shutdown().await;
    // What 0.1.0 wrote: other terms in the index, no vectors.
    let db = rusqlite::Connection::open(&path).unwrap();
    let first = "DROP TABLE vectors; DELETE FROM passages; INSERT INTO passages(rowid, title, heading, body)
                 VALUES(65536, 'annual leav', '', 'everyon 25 day'); PRAGMA user_version = 1";
    db.execute_batch(first).unwrap();
    drop(db);
    let twin = Reference::new().data(&path).serve(ANY_PORT).await.unwrap();
    let answer = Client::of(&twin).ask("Where do visitors sign in?").await.body;
    assert_eq!(answer["sources"][0], "Guests", "{answer}");
}
