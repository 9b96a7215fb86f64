//! What is kept, and that it is.

use twin_reference::{Reference, Seed};

use crate::client::{ANY_PORT, Client};

#[tokio::test]
async fn a_file_keeps_documents_escalations_and_usage_across_runs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("twin.sqlite");
    let reference = || Reference::new().monthly_limit(1).data(&path);
    let twin = reference().document(Seed::new("Leave", "25 days of leave.")).serve(ANY_PORT).await.unwrap();
    Client::of(&twin).ask("Where is the moon base?").await;
    twin.shutdown().await;

    let twin = reference().serve(ANY_PORT).await.unwrap();
    let client = Client::of(&twin);
    assert_eq!(twin.document_count().await, 1);
    assert_eq!(client.get("/v1/escalations").await.body["total"], 1);
    assert_eq!(client.ask("Hi").await.status, 402);
}

#[tokio::test]
async fn two_twins_on_one_file_see_each_others_writes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("twin.sqlite");
    let one = Reference::new().data(&path).serve(ANY_PORT).await.unwrap();
    let two = Reference::new().data(&path).serve(ANY_PORT).await.unwrap();
    one.seed(Seed::new("Leave", "25 days of leave.")).await.unwrap();
    assert_eq!(two.document_count().await, 1);
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owners_eyes_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("twin.sqlite");
    let _twin = Reference::new().data(&path).serve(ANY_PORT).await.unwrap();
    for file in std::fs::read_dir(dir.path()).unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named_in_the_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notes.txt");
    std::fs::write(&path, "dear diary, ".repeat(100)).unwrap();
    let error = Reference::new().data(&path).serve(ANY_PORT).await.unwrap_err().to_string();
    assert!(error.contains("notes.txt") && error.contains("not a database"), "{error}");
}

#[tokio::test]
async fn an_address_in_use_is_named_in_the_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = Reference::new().serve(address).await.unwrap_err().to_string();
    assert!(error.contains(&address.to_string()), "{error}");
}

#[tokio::test]
async fn after_a_deletion_a_document_is_no_longer_found() {
    let twin = Reference::new().start().await.unwrap();
    let id = twin.seed(Seed::new("Leave", "Everyone has 25 days of paid leave a year.")).await.unwrap();
    let client = Client::of(&twin);
    assert_eq!(client.ask("How many days of paid leave?").await.body["sources"][0], "Leave");
    client.send("DELETE", &format!("/v1/kb/{id}"), "").await;
    assert_eq!(client.ask("How many days of paid leave?").await.body["sources"], serde_json::json!([]));
}
