//! Whose answer it is: what a gateway, a firewall or a sign-in page says is never taken for the API's word.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Home, Twin};

async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn twin(home: &Home, server: &MockServer, line: &[&str]) -> Twin {
    let twin = home.twin(line).env("TWIN_BASE_URL", server.uri());
    if line[0] == "login" { twin } else { twin.env("TWIN_API_KEY", "twin_live_x") }
}

const COMMANDS: [&[&str]; 12] = [
    &["ask", "Anything?"],
    &["kb", "list"],
    &["kb", "list", "--all"],
    &["kb", "get", "doc_1"],
    &["kb", "add", "new.md"],
    &["kb", "delete", "doc_1", "--yes"],
    &["kb", "export", "backup"],
    &["escalations", "list"],
    &["escalations", "resolve", "esc_1"],
    &["stats"],
    &["whoami"],
    &["login", "--with-key"],
];

#[tokio::test(flavor = "multi_thread")]
async fn no_command_takes_another_answer_for_the_apis() {
    let page = |title: &str| format!("<html><head><title>{title}</title></head><body>s3cret</body></html>");
    let json = |status: u16, body: Value| ResponseTemplate::new(status).set_body_json(body);
    for (answer, told) in [
        (
            ResponseTemplate::new(404).set_body_string("default backend - 404"),
            "404, text/plain: default backend - 404",
        ),
        (json(404, json!({"message": "no Route matched"})), "404, application/json: no Route matched"),
        (json(401, json!({"error": {"message": "Unauthorized"}})), "401, application/json: Unauthorized"),
        (
            ResponseTemplate::new(403).set_body_raw(page("Request blocked"), "text/html"),
            "403, text/html: Request blocked",
        ),
        (ResponseTemplate::new(200).set_body_raw(page("Sign in"), "text/html"), "200, text/html: Sign in"),
        (
            ResponseTemplate::new(302).insert_header("location", "https://sso.example/?t=s3cret"),
            "https://sso.example/",
        ),
    ] {
        let server = answering(answer).await;
        for line in COMMANDS {
            let home = Home::new();
            home.write("new.md", "# New\n\nText.\n");
            let ran = twin(&home, &server, line).with_stdin("twin_live_x\n").exits(7);
            assert!(ran.stderr.contains("something other than the Twin API answered"), "{line:?} {ran:#?}");
            assert!(ran.stderr.contains(told) && ran.stderr.contains("hint: "), "{line:?} {ran:#?}");
            assert!(!ran.stderr.contains("s3cret"), "{line:?} {ran:#?}");
            assert!(!home.path().join(".config/twin/credentials.toml").exists(), "{line:?}: a key is stored");
        }
        let error = twin(&Home::new(), &server, &["stats", "--json"]).run().exits(7).json_error();
        assert_eq!((&error["code"], &error["exitCode"]), (&json!("not_from_api"), &json!(7)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_200_neither_deletes_nor_resolves_nor_adds() {
    for (line, body) in [
        (&["kb", "delete", "doc_1", "--yes"][..], json!({"deleted": false})),
        (&["kb", "delete", "doc_1", "--yes"], json!({"status": "ok"})),
        (&["escalations", "resolve", "esc_1"], json!({"escalation": {"id": "esc_2"}})),
        (&["kb", "add", "new.md"], json!({"message": "Please sign in"})),
    ] {
        let server = answering(ResponseTemplate::new(200).set_body_json(&body)).await;
        let home = Home::new();
        home.write("new.md", "# New\n\nText.\n");
        let ran = twin(&home, &server, line).run().exits(1);
        assert!(ran.stdout.is_empty(), "{line:?} {body}: {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_this_version_does_not_know_survive_json() {
    let home = Home::new();
    let (owner, item) =
        (json!({"name": "AK"}), json!({"id": "doc_1", "title": null, "owner": {"name": "AK"}}));
    for (line, body, path) in [
        (&["ask", "Anything?", "--json"][..], json!({"response": "Yes.", "owner": owner}), "/owner"),
        (&["kb", "get", "doc_1", "--json"], json!({"doc": item}), "/owner"),
        (
            &["kb", "list", "--json"],
            json!({"docs": [item, null, {"title": "no id"}], "total": 3}),
            "/items/0/owner",
        ),
        (&["kb", "list", "--json"], json!({"docs": [], "total": 0, "owner": owner}), "/owner"),
        (&["kb", "list", "--all", "--json"], json!({"docs": [item], "total": 1}), "/items/0/owner"),
        (
            &["escalations", "list", "--json"],
            json!({"escalations": [{"id": "esc_1", "owner": owner}]}),
            "/items/0/owner",
        ),
        (&["stats", "--json"], json!({"avgConfidence": null, "owner": owner}), "/owner"),
    ] {
        let server = answering(ResponseTemplate::new(200).set_body_json(&body)).await;
        let ran = twin(&home, &server, line).run().exits(0);
        assert_eq!(ran.json().pointer(path), Some(&owner), "{line:?} {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_no_reader_takes_costs_itself_alone() {
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let body =
        format!(r#"{{"docs":[{{"id":"doc_a","title":"Cut \ud83d","hits":1e400,"x":{deep}}}],"total":1}}"#);
    let template = ResponseTemplate::new(200).set_body_raw(body, "application/json");
    let (home, server) = (Home::new(), answering(template).await);
    let listed = twin(&home, &server, &["kb", "list", "--json"]).run().exits(0).json();
    assert_eq!(
        (&listed["items"][0]["title"], &listed["items"][0]["hits"]),
        (&json!("Cut \u{FFFD}"), &json!(0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nulls_and_odd_documents_cost_nothing_else() {
    let home = Home::new();
    let odd = json!({"docs": [
        {"id": "doc_1", "title": null, "type": null, "createdAt": "yesterday"},
        {"id": "doc_2", "title": "Two", "type": "note", "hits": 1, "createdAt": "2026-03-01T10:00:00"},
    ], "total": 2});
    let server = answering(ResponseTemplate::new(200).set_body_string(format!("\u{feff}{odd}"))).await;
    let ran = twin(&home, &server, &["kb", "list"]).run().exits(0);
    assert_eq!(ran.stdout, "doc_1\t\t\t0\t\ndoc_2\tnote\tTwo\t1\t2026-03-01T10:00:00Z\n", "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_429_that_says_now_is_waited_out_for_a_second_and_said() {
    let server = MockServer::start().await;
    let refused =
        ResponseTemplate::new(429).insert_header("retry-after", "0").set_body_json(json!({"error": "No."}));
    Mock::given(any()).respond_with(refused).up_to_n_times(1).mount(&server).await;
    let stats = ResponseTemplate::new(200).set_body_json(json!({"totalAnswered": 1}));
    Mock::given(any()).respond_with(stats).mount(&server).await;
    let begun = Instant::now();
    let ran = twin(&Home::new(), &server, &["stats"]).run().exits(0);
    assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
    assert!(ran.stderr.contains("rate limit: "), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_verbose_shows_headers_and_what_an_error_says_without_the_key() {
    let answer = ResponseTemplate::new(403)
        .insert_header("x-request-id", "req_42")
        .set_body_string("No twin_live_x here\nat all");
    let server = answering(answer).await;
    let ran = twin(&Home::new(), &server, &["stats", "-vv"]).run().exits(7);
    for line in
        ["> accept-encoding: identity", "< x-request-id: req_42", "< | No twin_live_… here", "< | at all"]
    {
        assert!(ran.stderr.contains(line), "{line}: {ran:#?}");
    }
    assert!(
        !ran.stderr.contains("twin_live_x") && !ran.stderr.to_lowercase().contains("authorization"),
        "{ran:#?}"
    );
}
