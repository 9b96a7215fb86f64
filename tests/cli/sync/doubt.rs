//! Creates whose answers are lost, and documents that fail: each is told, and none is doubled.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use twin_reference::{Fault, ManualClock, Reference, Seed};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::wiki::{Wiki, assert_counts};

#[tokio::test(flavor = "multi_thread")]
async fn a_create_whose_answer_was_lost_is_found_and_not_made_again() {
    for lost in [Fault::applied_then_dropped(), Fault::applied_then_fails(500)] {
        let wiki = Wiki::start().await;
        ["a", "b", "c"].iter().for_each(|page| wiki.write(page, "Equal text."));
        wiki.bench.running.fault(lost.on("POST", "/v1/kb").after(1));
        let writes = wiki.writes_during(|| assert_counts(&wiki.sync([]).exits(0), &[("created", 3)]));
        assert_eq!(writes.len(), 3);
        assert_eq!(wiki.titles().await, ["a", "b", "c"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_did_not_happen_is_sent_again() {
    for lost in [Fault::dropped_after_read(), Fault::fails(503, 1), Fault::html(502)] {
        let wiki = Wiki::start().await;
        ["a", "b", "c"].iter().for_each(|page| wiki.write(page, "Equal text."));
        wiki.bench.running.fault(lost.on("POST", "/v1/kb").after(1));
        let writes = wiki.writes_during(|| assert_counts(&wiki.sync([]).exits(0), &[("created", 3)]));
        assert_eq!(writes.len(), 4);
        assert_eq!(wiki.titles().await, ["a", "b", "c"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_like_the_lost_one_that_was_there_before_is_not_taken_for_it() {
    let wiki = Wiki::synced(&["a"]).await;
    wiki.write("b", "Text.");
    let foreign = wiki.foreign("b", "b\n\nText.").await;
    wiki.bench.running.fault(Fault::dropped_after_read().on("POST", "/v1/kb"));
    assert_counts(&wiki.sync([]).exits(0), &[("created", 1), ("unchanged", 1)]);
    assert_ne!(wiki.state()["b"]["ids"][0], foreign.as_str());
    assert_eq!(wiki.titles().await, ["a", "b", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_about_another_document_is_not_believed() {
    let wiki = Wiki::synced(&["a"]).await;
    wiki.write("b", "Text.");
    let other = json!({"doc": {"id": "doc_other", "title": "Other", "type": "note", "hits": 0}});
    let mixed_up = Mock::given(method("POST")).and(path("/v1/kb"));
    let mixed_up = mixed_up.respond_with(ResponseTemplate::new(201).set_body_json(other));
    let mixed_up = mixed_up.up_to_n_times(1).with_priority(1);
    wiki.bench.running.mock_server().register(mixed_up).await;
    let ran = wiki.sync([]).exits(3);
    assert_eq!(ran.json()["unresolved"][0]["key"], "folder:wiki/b.md", "{ran:#?}");
    let reason = ran.json()["unresolved"][0]["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("names another document"), "{reason}");
    assert!(!wiki.state_text().contains("doc_other"));
    wiki.sync([]).exits(0);
    assert_eq!(wiki.titles().await, ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_newer_documents_hide_is_unresolved_until_they_do_not() {
    let wiki = Wiki::synced(&["a"]).await;
    let later = Timestamp::now() + Duration::from_secs(3_600);
    let newer = (0..200).map(|n| Seed::new(format!("Newer {n}"), "Text.").of_type("note").created_at(later));
    let newer = wiki.bench.running.seed_all(newer).await.unwrap();
    ["b", "c"].iter().for_each(|page| wiki.write(page, "Text."));
    wiki.bench.running.fault(Fault::applied_then_dropped().on("POST", "/v1/kb"));

    let lost = wiki.sync(["--concurrency", "1"]).exits(3);
    assert_counts(&lost, &[("created", 1), ("unchanged", 1)]);
    assert_eq!(lost.json()["unresolved"][0]["key"], "folder:wiki/b.md");
    assert_eq!(lost.json()["unresolved"][0]["title"], "b");
    assert!(lost.json()["unresolved"][0]["reason"].as_str().unwrap().contains("200 newer documents"));
    // Nor is it made by the next run, which cannot tell any better.
    let writes = wiki.writes_during(|| assert_counts(&wiki.sync([]).exits(3), &[("unchanged", 2)]));
    assert_eq!(writes, Vec::<String>::new());

    for id in newer {
        wiki.client().kb().delete(id).await.unwrap();
    }
    let writes =
        wiki.writes_during(|| assert_counts(&wiki.sync([]).exits(0), &[("created", 1), ("unchanged", 2)]));
    assert_eq!(writes, Vec::<String>::new());
    assert_eq!(wiki.titles().await, ["a", "b", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_fails_is_told_and_does_not_stop_the_others() {
    let wiki = Wiki::start().await;
    ["a", "b", "c"].iter().for_each(|page| wiki.write(page, "Text."));
    wiki.bench.running.fault(Fault::fails(400, 1).on("POST", "/v1/kb").after(1));
    let ran = wiki.sync(["--concurrency", "1"]).exits(3);
    assert_counts(&ran, &[("created", 2)]);
    let message = "the API refused the request: Something went wrong. Please try again.";
    assert_eq!(
        ran.json()["failed"],
        json!([{"key": "folder:wiki/b.md", "code": "bad_request", "message": message}])
    );
    assert_counts(&wiki.sync([]).exits(0), &[("created", 1), ("unchanged", 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_made_before_a_later_one_failed_are_used_by_the_next_run() {
    let wiki = Wiki::synced(&["page"]).await;
    let long = "A line of some length.\n\n".repeat(6_000);
    wiki.write("page", &long);
    wiki.bench.running.fault(Fault::fails(400, 1).on("POST", "/v1/kb").after(2));
    let old = wiki.state()["page"]["ids"][0].clone();
    wiki.sync([]).exits(3);
    assert_eq!(wiki.titles().await, ["page", "page (1/3)", "page (2/3)"], "the old document stays");
    assert_eq!(wiki.state()["page"]["ids"].as_array().unwrap().len(), 3);
    let writes = wiki.writes_during(|| assert_counts(&wiki.sync([]).exits(0), &[("replaced", 1)]));
    assert_eq!(writes, ["POST /v1/kb".to_owned(), format!("DELETE /v1/kb/{}", old.as_str().unwrap())]);
    assert_eq!(wiki.titles().await, ["page (1/3)", "page (2/3)", "page (3/3)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_made_of_a_page_that_changed_meanwhile_are_deleted() {
    let wiki = Wiki::start().await;
    wiki.write("page", &"A line of some length.\n\n".repeat(6_000));
    wiki.bench.running.fault(Fault::fails(400, 1).on("POST", "/v1/kb").after(2));
    wiki.sync([]).exits(3);
    wiki.write("page", "Short now.");
    assert_counts(&wiki.sync([]).exits(0), &[("created", 1)]);
    assert_eq!(wiki.titles().await, ["page"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_made_of_a_page_that_is_gone_are_deleted() {
    let wiki = Wiki::synced(&["stays"]).await;
    wiki.write("page", &"A line of some length.\n\n".repeat(6_000));
    wiki.bench.running.fault(Fault::fails(400, 1).on("POST", "/v1/kb").after(2));
    wiki.sync([]).exits(3);
    wiki.remove("page");
    wiki.sync([]).exits(0);
    assert_eq!(wiki.titles().await, ["stays"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_gone_already_is_deleted_well_enough() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    for page in ["a", "b"] {
        wiki.client().kb().delete(wiki.state()[page]["ids"][0].as_str().unwrap()).await.unwrap();
    }
    wiki.foreign("c", "Text.").await;
    let id = wiki.foreign("a", "Text.").await;
    // One known document is still there, so that it is the right knowledge base.
    let state = wiki.state_text().replace(wiki.state()["a"]["ids"][0].as_str().unwrap(), &id);
    std::fs::write(wiki.state_path(), state).unwrap();
    wiki.remove("a");
    wiki.remove("b");
    wiki.write("e", "Text.");
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("created", 1), ("pruned", 2)]);
    assert_eq!(wiki.titles().await, ["c", "e"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_failed_and_lands_after_the_run_is_found_by_the_next() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    wiki.bench.running.fault(Fault::fails(500, 3).on("POST", "/v1/kb"));
    let ran = wiki.sync([]).exits(3);
    assert_eq!(ran.json()["failed"][0]["code"], "server_error");
    let late = wiki.foreign("a", "a\n\nText.").await;
    let writes = wiki.writes_during(|| assert_counts(&wiki.sync([]).exits(0), &[("created", 1)]));
    assert_eq!(writes, Vec::<String>::new());
    assert_eq!(wiki.state()["a"]["ids"], json!([late]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_a_doubt_turns_out_to_have_made_stays_until_pruning_is_asked_for() {
    let wiki = Wiki::synced(&["stays"]).await;
    wiki.write("a", "Text.");
    wiki.bench.running.fault(Fault::fails(500, 3).on("POST", "/v1/kb"));
    wiki.sync([]).exits(3);
    let late = wiki.foreign("a", "a\n\nText.").await;
    wiki.remove("a");
    assert_counts(&wiki.sync([]).exits(0), &[("unchanged", 1), ("kept", 1)]);
    assert_eq!(wiki.state()["a"]["ids"], json!([late]));
    assert_counts(&wiki.sync(["--prune"]).exits(0), &[("pruned", 1), ("unchanged", 1)]);
    assert_eq!(wiki.titles().await, ["stays"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_of_an_earlier_run_that_lands_after_the_next_one_looked_leaves_one_document() {
    let wiki = Wiki::start().await;
    wiki.write("a", "Text.");
    wiki.bench.running.fault(Fault::fails(500, 3).on("POST", "/v1/kb"));
    wiki.sync([]).exits(3);
    let posts = || wiki.bench.requests().iter().filter(|request| *request == "POST /v1/kb").count();
    let before = posts();
    wiki.bench.running.fault(Fault::slow(Duration::from_millis(500)).on("POST", "/v1/kb"));
    let next = wiki.twin("sync", []).spawn();
    while posts() == before {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    wiki.foreign("a", "a\n\nText.").await;
    let ran = tokio::task::spawn_blocking(|| next.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    assert_eq!(wiki.titles().await, ["a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_something_was_created_is_judged_by_the_servers_clock() {
    for server_time in ["2001-01-01T00:00:00Z", "2101-01-01T00:00:00Z"] {
        let clock = ManualClock::at(server_time.parse().unwrap());
        let wiki = Wiki::of(Reference::new().no_rate_limit().clock(Arc::new(clock.clone()))).await;
        wiki.foreign("a", "a\n\nText.").await;
        clock.advance(Duration::from_secs(2));
        ["a", "b"].iter().for_each(|page| wiki.write(page, "Text."));
        wiki.bench.running.fault(Fault::applied_then_dropped().on("POST", "/v1/kb"));
        let writes = wiki.writes_during(|| {
            assert_counts(&wiki.sync(["--init", "--type", "sop"]).exits(0), &[("created", 2)]);
        });
        assert_eq!(writes.len(), 2, "{server_time}");
        assert_eq!(wiki.titles().await, ["a", "a", "b"]);
    }
}

/// The address of a proxy that passes all on but what tells the time of the twin.
async fn timeless(twin: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let twin = twin.trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (mut requests, mut to_client) = client.into_split();
            let (mut answers, mut to_twin) = TcpStream::connect(&twin).await.unwrap().into_split();
            tokio::spawn(async move { tokio::io::copy(&mut requests, &mut to_twin).await });
            tokio::spawn(async move {
                let mut bytes = vec![0; 65_536];
                while let Ok(length @ 1..) = answers.read(&mut bytes).await {
                    let answer = String::from_utf8_lossy(&bytes[..length]);
                    let answer = answer.replace("\r\ndate:", "\r\nx-at:").replace("-reset:", "-never:");
                    to_client.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_answer_tells_the_time_a_wrong_clock_doubles_nothing() {
    for (server_time, has_documents) in
        [("2001-01-01T00:00:00Z", true), ("2001-01-01T00:00:00Z", false), ("2101-01-01T00:00:00Z", true)]
    {
        let clock = ManualClock::at(server_time.parse().unwrap());
        let wiki = Wiki::of(Reference::new().no_rate_limit().clock(Arc::new(clock.clone()))).await;
        if has_documents {
            wiki.foreign("b", "b\n\nText.").await;
        }
        clock.advance(Duration::from_secs(2));
        ["a", "b"].iter().for_each(|page| wiki.write(page, "Text."));
        wiki.bench.running.fault(Fault::applied_then_dropped().on("POST", "/v1/kb").times(2));
        let url = timeless(wiki.bench.running.url()).await;
        let writes = wiki.writes_during(|| {
            let sync = wiki.twin("sync", ["--init", "--type", "sop"]).env("TWIN_BASE_URL", &url);
            assert_counts(&sync.run().exits(0), &[("created", 2)]);
        });
        assert_eq!(writes.len(), 2, "{server_time} {has_documents}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_which_only_an_old_document_is_left_to_delete_counts_once() {
    let wiki = Wiki::synced(&["a", "b"]).await;
    wiki.write("a", "Other text.");
    wiki.bench.running.fault(Fault::fails(400, 1).on("DELETE", "/v1/kb"));
    assert_counts(&wiki.sync([]).exits(3), &[("unchanged", 1)]);
    assert_eq!(wiki.titles().await, ["a", "a", "b"]);
    assert_counts(&wiki.sync([]).exits(0), &[("replaced", 1), ("unchanged", 1)]);
    assert_eq!(wiki.titles().await, ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_names_another_document_or_none_is_told_as_what_it_is() {
    for (names_another, told) in [(true, "names another document"), (false, "has no ID")] {
        let wiki = Wiki::synced(&["a"]).await;
        let known = wiki.state()["a"]["ids"][0].as_str().unwrap().to_owned();
        wiki.write("b", "Text.");
        let doc = if names_another { json!({"id": known, "title": "b"}) } else { json!({"title": "b"}) };
        let answer = ResponseTemplate::new(201).set_body_json(json!({ "doc": doc }));
        let create = Mock::given(method("POST")).and(path("/v1/kb")).respond_with(answer).with_priority(1);
        wiki.bench.running.mock_server().register(create).await;
        let ran = wiki.sync([]).exits(3);
        let reason = ran.json()["unresolved"][0]["reason"].as_str().unwrap().to_owned();
        assert!(reason.contains(told) && reason.ends_with("is not listed"), "{reason}");
        let message = ran.json_error()["message"].as_str().unwrap().to_owned();
        assert_eq!(message, "cannot tell whether 1 document was created in full");
    }
}
