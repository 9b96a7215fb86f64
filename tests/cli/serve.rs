//! `twin serve`.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;
use twin_sdk::{ApiKey, ErrorKind, NewDocument, RetryPolicy, Twin};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Home, KNOWN};

/// A server that is killed at the end of the test.
pub(crate) struct Server {
    child: Child,
    environment: HashMap<String, String>,
}

impl Server {
    pub(crate) fn start(home: &Home, flags: &[&str]) -> Self {
        let mut child = home.twin(["serve"].iter().chain(flags)).spawn();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let words = line.trim_end().strip_prefix("export ").unwrap().split(' ');
        let pair = |word: &str| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { child, environment: words.map(|word| pair(word).unwrap()).collect() }
    }

    pub(crate) fn twin(&self, home: &Home, line: &[&str]) -> crate::support::Twin {
        self.environment.iter().fold(home.twin(line), |twin, (name, value)| twin.env(name, value))
    }

    pub(crate) fn url(&self) -> &str {
        &self.environment["TWIN_BASE_URL"]
    }

    /// A client that tries nothing twice.
    fn client(&self) -> Twin {
        let key = ApiKey::new(self.environment["TWIN_API_KEY"].as_str()).unwrap();
        let twin = Twin::builder(key).base_url(self.environment["TWIN_BASE_URL"].as_str());
        twin.retry(RetryPolicy::none()).build().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_it_prints_leads_clients_to_it() {
    let home = Home::new();
    let server = Server::start(&home, &["--rate-limit", "3"]);
    let stats = server.twin(&home, &["stats", "--json"]).run().exits(0).json();
    assert_eq!(stats["kbDocCount"], json!(0));
    let verbose = server.twin(&home, &["stats", "-v"]).run().exits(0);
    assert!(verbose.stderr.contains("GET /v1/stats 200"), "{verbose:#?}");
    assert!(verbose.stderr.contains("1 of 3 left"), "{verbose:#?}");
}

#[test]
fn verbose_shows_each_request_without_its_key() {
    let home = Home::new();
    let mut server = Server::start(&home, &["-v"]);
    server.twin(&home, &["stats"]).run().exits(0);
    server.twin(&home, &["kb", "get", "doc_none"]).run().exits(5);
    server.child.kill().unwrap();
    let log = std::io::read_to_string(server.child.stderr.take().unwrap()).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    assert!(lines[0].starts_with("GET /v1/stats 200 ") && lines[0].ends_with("ms, 59 left"), "{log}");
    assert!(lines[1].starts_with("GET /v1/kb/doc_none 404 "), "{log}");
    assert!(!log.contains(&server.environment["TWIN_API_KEY"]), "{log}");
}

#[test]
fn its_limits_are_as_told() {
    let home = Home::new();
    let server = Server::start(&home, &["--monthly-limit", "1", "--port", "0"]);
    server.twin(&home, &["ask", KNOWN]).run().exits(0);
    server.twin(&home, &["ask", KNOWN]).run().exits(9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_words_its_answers_on_request() {
    let completion =
        json!({ "choices": [{ "message": { "role": "assistant", "content": "In a model's words." } }] });
    let model = MockServer::start().await;
    let reply = ResponseTemplate::new(200).set_body_json(completion);
    Mock::given(path("/v1/chat/completions")).respond_with(reply).mount(&model).await;

    let home = Home::new();
    home.write("leave.md", "# Leave policy\n\nEveryone has 25 days of paid leave a year.");
    let url = format!("{}/v1", model.uri());
    let server = Server::start(&home, &["--seed", "leave.md", "--answers", &url, "--model", "tiny"]);
    let ask = ["ask", "--json", "How many days of paid leave do I have?"];
    let answer = tokio::task::block_in_place(|| server.twin(&home, &ask).run().exits(0).json());
    assert_eq!(answer["response"], "In a model's words.");
    assert_eq!(answer["sources"], json!(["Leave policy"]));
}

#[test]
fn a_server_for_answers_is_on_this_machine_and_its_key_goes_nowhere_in_clear() {
    let home = Home::new();
    let line = ["serve", "--answers", "http://192.0.2.1:11434/v1", "--model", "tiny"];
    let ran = home.twin(line).run().exits(2);
    assert!(ran.stderr.contains("--answers-remote"), "{ran:#?}");
    let remote = [&line[..], &["--answers-remote"]].concat();
    let ran = home.twin(&remote).env("TWIN_ANSWERS_KEY", "sk-hush").run().exits(2);
    assert!(ran.stderr.contains("https") && !ran.stderr.contains("hush"), "{ran:#?}");
    Server::start(&home, &remote[1..]);
}

#[test]
fn its_data_outlives_it() {
    let home = Home::new();
    for expected in [1, 2] {
        let server = Server::start(&home, &["--data", "twin.db"]);
        server.twin(&home, &["ask", KNOWN]).run().exits(0);
        let stats = server.twin(&home, &["stats", "--json"]).run().exits(0).json();
        assert_eq!(stats["totalAnswered"], json!(expected));
    }
}

/// What a client of a busy twin was told.
#[derive(Default)]
struct Acknowledged {
    /// Documents that were created: ids and texts.
    created: Vec<(String, String)>,
    /// Documents that were deleted.
    deleted: Vec<String>,
}

/// How far the load has come, for all its clients.
#[derive(Default)]
struct Load {
    calls: AtomicUsize,
    is_dying: AtomicBool,
}

/// Creates, deletes, asks and lists until the twin is gone. Nothing may fail before.
async fn keep_busy(twin: Twin, client: usize, load: Arc<Load>) -> Acknowledged {
    let mut told = Acknowledged::default();
    for n in 0.. {
        let text = format!("Text {n} of client {client}.");
        let done = match n % 4 {
            0 | 1 => {
                let created = twin.kb().create(NewDocument::new(format!("{client}-{n}"), &text)).await;
                created.map(|created| told.created.push((created.id.unwrap(), text)))
            }
            2 => {
                // A delete that is not acknowledged leaves it open whether the document is there.
                let (id, _) = told.created.swap_remove(0);
                twin.kb().delete(&id).await.map(|_| told.deleted.push(id))
            }
            _ => match twin.ask(format!("What is text {n} of client {client}?")).await {
                Ok(_) => twin.kb().list().await.map(drop),
                Err(error) => Err(error),
            },
        };
        if let Err(error) = done {
            assert!(load.is_dying.load(Ordering::SeqCst), "{error}");
            return told;
        }
        load.calls.fetch_add(1, Ordering::SeqCst);
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_acknowledged_under_load_outlives_a_kill() {
    const CLIENTS: usize = 64;
    let home = Home::new();
    let flags = ["--data", "twin.db", "--rate-limit", "1000000"];
    let (mut server, load) = (Server::start(&home, &flags), Arc::new(Load::default()));
    let clients = (0..CLIENTS).map(|client| keep_busy(server.client(), client, Arc::clone(&load)));
    let clients: JoinSet<Acknowledged> = clients.collect();
    let begun = Instant::now();
    while load.calls.load(Ordering::SeqCst) < 12 * CLIENTS {
        assert!(begun.elapsed() < Duration::from_secs(120), "it stands still");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    load.is_dying.store(true, Ordering::SeqCst);
    server.child.kill().unwrap();
    let told = clients.join_all().await;

    let server = Server::start(&home, &flags);
    let twin = server.client();
    for Acknowledged { created, deleted, .. } in &told {
        for (id, text) in created {
            assert_eq!(twin.kb().get(id).await.unwrap().content.as_ref(), Some(text));
        }
        for id in deleted {
            assert_eq!(twin.kb().get(id).await.unwrap_err().kind(), ErrorKind::NotFound);
        }
    }
    let created: usize = told.iter().map(|told| told.created.len()).sum();
    let total = twin.kb().list().await.unwrap().total as usize;
    assert!((created..=created + CLIENTS).contains(&total), "{total} documents, {created} acknowledged");
}

#[test]
fn a_port_that_is_taken_and_a_webhook_without_its_secret_are_refused() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    home.twin(["serve", "--port", &port]).run().exits(1);
    home.twin(["serve", "--webhook-url", "http://127.0.0.1:9"]).run().exits(2);
    let empty = home.write("secret", "\n");
    let line =
        ["serve", "--webhook-url", "http://127.0.0.1:9", "--webhook-secret-file", empty.to_str().unwrap()];
    home.twin(line).run().exits(2);
}

#[cfg(unix)]
#[test]
fn it_ends_by_signal_with_that_signals_code() {
    let home = Home::new();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut server = Server::start(&home, &[]);
        let id = server.child.id().to_string();
        std::process::Command::new("kill").args([signal, &id]).status().unwrap();
        assert_eq!(server.child.wait().unwrap().code(), Some(code));
        let said = std::io::read_to_string(server.child.stderr.take().unwrap()).unwrap();
        assert_eq!(said, "");
    }
}

#[test]
fn a_key_in_a_file_outlives_a_restart() {
    let home = Home::new();
    let first = Server::start(&home, &["--api-key-file", "twin.key"]).environment["TWIN_API_KEY"].clone();
    let again = Server::start(&home, &["--api-key-file", "twin.key"]).environment["TWIN_API_KEY"].clone();
    assert_eq!(first, again);
    home.write("own.key", "twin_test_own\n");
    let server = Server::start(&home, &["--api-key-file", "own.key"]);
    assert_eq!(server.environment["TWIN_API_KEY"], "twin_test_own");
    server.twin(&home, &["stats"]).run().exits(0);
    home.write("bad.key", "two words\n");
    home.twin(["serve", "--api-key-file", "bad.key"]).run().exits(2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(home.path().join("twin.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

/// The status of the answer to a request with this `Host`.
fn status(server: &Server, host: &str) -> u16 {
    let address = server.environment["TWIN_BASE_URL"].strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let key = &server.environment["TWIN_API_KEY"];
    let head = format!(
        "GET /v1/stats HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer[9..12].parse().unwrap()
}

#[test]
fn a_name_that_a_browser_was_led_here_by_is_not_answered() {
    let home = Home::new();
    let server = Server::start(&home, &["--rate-limit", "1000"]);
    for (host, expected) in
        [("localhost:1", 200), ("127.0.0.1", 200), ("[::1]:8080", 200), ("evil.example", 421)]
    {
        assert_eq!(status(&server, host), expected, "{host}");
    }
    let mut server = Server::start(&home, &["--host", "0.0.0.0"]);
    assert!(server.environment["TWIN_BASE_URL"].starts_with("http://127.0.0.1:"), "{:?}", server.environment);
    for (host, expected) in [("twin:8080", 200), ("10.0.0.1", 200), ("evil.example", 421)] {
        assert_eq!(status(&server, host), expected, "{host}");
    }
    server.child.kill().unwrap();
    let said = std::io::read_to_string(server.child.stderr.take().unwrap()).unwrap();
    assert!(said.contains("warning: 0.0.0.0:"), "{said}");
    home.twin(["serve", "--host", "203.0.113.7"]).run().exits(1);
}

#[test]
fn clients_that_dawdle_keep_no_one_out() {
    let home = Home::new();
    let server = Server::start(&home, &[]);
    let address = server.environment["TWIN_BASE_URL"].strip_prefix("http://").unwrap();
    let slow: Vec<TcpStream> = (0..600)
        .map(|number| {
            let mut stream = TcpStream::connect(address).unwrap();
            let body = "POST /v1/kb HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{";
            stream.write_all(if number % 2 == 0 { b"POST /v1/" } else { body.as_bytes() }).unwrap();
            stream
        })
        .collect();
    let begun = Instant::now();
    assert_eq!(status(&server, "localhost"), 200);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    drop(slow);
}
