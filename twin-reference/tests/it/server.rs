//! What is kept, and that the server withstands what comes.

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

#[tokio::test]
async fn many_connections_at_once_are_all_served_and_nothing_is_lost_or_doubled() {
    let twin = Reference::new().no_rate_limit().serve(ANY_PORT).await.unwrap();
    let mut clients = tokio::task::JoinSet::new();
    for connection in 0..64 {
        let client = Client::of(&twin);
        clients.spawn(async move {
            for n in 0..5 {
                let body = serde_json::json!({ "title": format!("{connection}/{n}"), "content": "Text" });
                assert_eq!(client.post("/v1/kb", body).await.status, 201);
                assert_eq!(client.ask("What is the text?").await.status, 200);
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    assert_eq!(twin.document_count().await, 320);
    assert_eq!(Client::of(&twin).get("/v1/stats").await.body["totalAnswered"], 320);
}

#[tokio::test]
async fn a_shutdown_finishes_the_request_in_flight_and_frees_the_port() {
    let twin = Reference::new().record().serve(ANY_PORT).await.unwrap();
    twin.fault(twin_reference::Fault::slow(std::time::Duration::from_millis(50)));
    let client = Client::of(&twin);
    let url = twin.url().to_owned();
    let in_flight = tokio::spawn(async move { client.get("/v1/stats").await.status });
    while twin.received().is_empty() {
        tokio::task::yield_now().await;
    }
    twin.shutdown().await;
    assert_eq!(in_flight.await.unwrap(), 200);
    assert!(std::net::TcpStream::connect(url.trim_start_matches("http://")).is_err());
}

#[tokio::test]
async fn requests_whose_clients_have_gone_do_not_pile_up() {
    use tokio::io::AsyncWriteExt;
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let busy = Reference::new().no_rate_limit().on_request(move |_| _ = wait.lock().unwrap().recv());
    let twin = busy.serve(ANY_PORT).await.unwrap();
    let authority = twin.url().trim_start_matches("http://").to_owned();
    // More than are taken at once, and no more than the system lets wait beside them.
    for _ in 0..600 {
        let mut gone = tokio::net::TcpStream::connect(&authority).await.unwrap();
        gone.write_all(format!("GET /v1/kb HTTP/1.1\r\nHost: {authority}\r\n\r\n").as_bytes()).await.unwrap();
        // Until the server, which shares this thread, has read it.
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
    }

    let mut further = tokio::net::TcpStream::connect(&authority).await.unwrap();
    let body = vec![b'x'; 16 * 1024 * 1024];
    let head = format!("POST /v1/kb HTTP/1.1\r\nHost: {authority}\r\nContent-Length: {}\r\n\r\n", body.len());
    further.write_all(head.as_bytes()).await.unwrap();
    let read = further.write_all(&body);
    tokio::pin!(read);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(500), &mut read).await.is_err());
    drop(go);
    read.await.unwrap();
}

#[tokio::test]
async fn broken_requests_do_no_harm_to_the_next_one() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let twin = Reference::new().serve(ANY_PORT).await.unwrap();
    let authority = twin.url().trim_start_matches("http://").to_owned();
    let cut_short = "POST /v1/kb HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{\"title\":";
    for raw in [
        "",
        "\r\n\r\n",
        "GET",
        "\0\0\0\0\r\n\r\n",
        "GET /%ff%00?%zz=1 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        cut_short,
    ] {
        let mut stream = tokio::net::TcpStream::connect(&authority).await.unwrap();
        stream.write_all(raw.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply).await;
        assert!(
            reply.is_empty() || reply.starts_with(b"HTTP/1.1 4"),
            "{raw:?}: {}",
            String::from_utf8_lossy(&reply)
        );
    }
    assert_eq!(Client::of(&twin).get("/v1/kb").await.body["total"], 0);
}

#[tokio::test]
async fn a_crash_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("twin.sqlite");
    let twin = Reference::new().data(&path).serve(ANY_PORT).await.unwrap();
    let client = Client::of(&twin);
    client.post("/v1/kb", serde_json::json!({ "title": "Leave", "content": "25 days of leave." })).await;
    client.ask("Where is the moon base?").await;

    // What a crash at this moment would leave on the disk.
    let left = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(dir.path()).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), left.path().join(file.file_name())).unwrap();
    }
    let after = Reference::new().data(left.path().join("twin.sqlite")).serve(ANY_PORT).await.unwrap();
    let client = Client::of(&after);
    assert_eq!(client.get("/v1/escalations").await.body["total"], 1);
    assert_eq!(client.ask("How many days of leave?").await.body["sources"][0], "Leave");
}
