//! `twin webhook verify`, `listen` and `trigger`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;
use std::time::Duration;

use serde_json::{Value, json};
use twin_reference::Reference;
use twin_sdk::webhook::Verifier;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Bench, Home, Ran, Twin, UNKNOWN};

pub(crate) const SECRET: &str = "whsec_test_0123456789abcdef";

fn fixture(name: &str) -> String {
    format!("{}/../fixtures/webhook/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn signature(name: &str) -> String {
    std::fs::read_to_string(fixture(&format!("{name}.signature"))).unwrap().trim().to_owned()
}

pub(crate) fn event(id: &str) -> String {
    json!({
        "event": "escalation.created", "escalationId": id, "question": "May I?", "askedBy": "Jordan M.",
        "confidence": 0.22, "reason": "No", "timestamp": "2026-03-14T10:32:00Z", "later": {"kept": true}
    })
    .to_string()
}

pub(crate) fn signed(body: &str) -> String {
    Verifier::new(SECRET).unwrap().sign(body.as_bytes())
}

/// A listener that is killed at the end of the test.
pub(crate) struct Listener {
    pub(crate) child: Child,
    pub(crate) port: u16,
    stdout: Option<BufReader<std::process::ChildStdout>>,
}

impl Listener {
    /// One that takes events of any age.
    pub(crate) fn start(home: &Home, flags: &[&str]) -> Self {
        let line = ["webhook", "listen", "--port", "0", "--max-age", "off"];
        Self::of(home.twin(line.iter().chain(flags)))
    }

    pub(crate) fn of(twin: Twin) -> Self {
        let mut child = twin.env("TWIN_WEBHOOK_SECRET", SECRET).spawn();
        // Byte by byte: what comes behind is read later.
        let stderr = child.stderr.as_mut().unwrap();
        let bytes = std::iter::from_fn(|| {
            let mut byte = [0];
            stderr.read_exact(&mut byte).unwrap();
            (byte[0] != b'\n').then_some(byte[0])
        });
        let line = String::from_utf8(bytes.collect()).unwrap();
        let address = line.split("http://").nth(1).unwrap().split(' ').next().unwrap();
        let port = address.rsplit(':').next().unwrap().trim().parse().unwrap();
        let stdout = child.stdout.take().map(BufReader::new);
        Self { child, port, stdout }
    }

    /// The status of the answer to this request.
    pub(crate) fn send(&self, head: &str, body: &[u8]) -> u16 {
        let mut answer = [0; 12];
        self.begin(head, body).read_exact(&mut answer).unwrap();
        std::str::from_utf8(&answer[9..]).unwrap().parse().unwrap()
    }

    /// Sends a request, whose answer is still to be read.
    fn begin(&self, head: &str, body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!("{head}\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        // It may have answered before the body was sent.
        let _ = stream.write_all(body);
        stream
    }

    pub(crate) fn post(&self, body: &str, signature: &str) -> u16 {
        let length = body.len();
        let head =
            format!("POST /any/path HTTP/1.1\r\nTwin-Signature: {signature}\r\nContent-Length: {length}");
        self.send(&head, body.as_bytes())
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Reads no more of what it prints.
    pub(crate) fn close_stdout(&mut self) {
        self.stdout = None;
    }

    /// Ends it with a signal; what it still printed, and its code.
    pub(crate) fn end(self, signal: &str) -> Ran {
        let id = self.child.id().to_string();
        std::process::Command::new("kill").args([signal, &id]).status().unwrap();
        self.ends()
    }

    /// Waits until it ends; what it still printed, and its code.
    pub(crate) fn ends(mut self) -> Ran {
        let stdout =
            self.stdout.take().map(|stdout| std::io::read_to_string(stdout).unwrap()).unwrap_or_default();
        let stderr = std::io::read_to_string(self.child.stderr.take().unwrap()).unwrap();
        Ran { stdout, stderr, code: self.child.wait().unwrap().code() }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_body_is_verified_byte_for_byte() {
    let home = Home::new();
    for name in ["escalation-created", "escalation-created-pretty", "escalation-created-unicode"] {
        let (body, secret, signature) =
            (fixture(&format!("{name}.body")), fixture("secret.txt"), signature(name));
        let line =
            ["webhook", "verify", &body, "--signature", &signature, "--secret-file", &secret, "--json"];
        let verdict = home.twin(line).run().exits(0).json();
        let sent: Value = serde_json::from_slice(&std::fs::read(&body).unwrap()).unwrap();
        assert_eq!(verdict, json!({"valid": true, "event": sent}));
        let ran = home.twin(&line[..5]).env("TWIN_WEBHOOK_SECRET", SECRET).run().exits(0);
        assert!(ran.stdout.contains("escalationId\tesc_xyz789\n"), "{ran:#?}");
        let twin = home.twin(["webhook", "verify", "-", "--signature", &signature]);
        twin.env("TWIN_WEBHOOK_SECRET", SECRET).with_stdin(std::fs::read(&body).unwrap()).exits(0);
    }
}

#[test]
fn a_body_that_is_not_from_twin_ends_with_12() {
    let home = Home::new();
    let body = fixture("escalation-created.body");
    let pretty = signature("escalation-created-pretty");
    let right = signature("escalation-created");
    let verify = |signature: &str, secret: &str| {
        let line = ["webhook", "verify", &body, "--signature", signature, "--json"];
        home.twin(line).env("TWIN_WEBHOOK_SECRET", secret).run()
    };
    verify(&right, SECRET).exits(0);
    for (signature, secret) in [
        (pretty.as_str(), SECRET),
        (&right, "another"),
        ("sha256=", SECRET),
        ("", SECRET),
        (&right[7..], SECRET),
    ] {
        let ran = verify(signature, secret).exits(12);
        assert_eq!(
            (ran.stdout.as_str(), &ran.json_error()["code"]),
            ("", &json!("signature")),
            "{signature}"
        );
    }
    let twin =
        home.twin(["webhook", "verify", "-", "--signature", &right]).env("TWIN_WEBHOOK_SECRET", SECRET);
    let with_line_feed = std::fs::read_to_string(&body).unwrap() + "\n";
    let ran = twin.with_stdin(with_line_feed).exits(12);
    assert!(ran.stderr.contains("final line feed"), "{ran:#?}");
}

#[test]
fn a_secret_comes_from_a_file_or_the_environment_and_never_from_a_flag() {
    let home = Home::new();
    let (body, right) = (fixture("escalation-created.body"), signature("escalation-created"));
    let line = ["webhook", "verify", &body, "--signature", &right];
    let ran = home.twin(line).run().exits(2);
    assert!(ran.stderr.contains("TWIN_WEBHOOK_SECRET") && ran.stderr.contains("--secret-file"), "{ran:#?}");
    home.twin(line.iter().chain(&["--secret", SECRET])).run().exits(2);
    home.twin(line.iter().chain(&["--secret-file", "-"])).with_stdin(format!("{SECRET}\n")).exits(0);
    home.twin(["webhook", "verify", "-", "--signature", &right, "--secret-file", "-"])
        .with_stdin("x")
        .exits(2);
    home.twin(["webhook", "verify", &body]).env("TWIN_WEBHOOK_SECRET", SECRET).run().exits(2);
}

#[test]
fn events_are_printed_once_in_a_line_each() {
    let home = Home::new();
    let mut listener = Listener::start(&home, &[]);
    for id in ["esc_1", "esc_1", "esc_2"] {
        assert_eq!(listener.post(&event(id), &signed(&event(id))), 200);
    }
    for id in ["esc_1", "esc_2"] {
        let expected = format!("{id}\tescalation.created\t0.22\tJordan M.\t2026-03-14T10:32:00Z\tMay I?");
        assert_eq!(listener.line(), expected);
    }
    let ran = listener.end("-INT").exits(130);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("repeated: esc_1"), "{ran:#?}");
}

#[test]
fn an_event_of_another_name_about_the_same_escalation_is_printed_too() {
    let home = Home::new();
    let mut listener = Listener::start(&home, &[]);
    for name in ["escalation.created", "escalation.resolved"] {
        let body = event("esc_1").replace("escalation.created", name);
        assert_eq!(listener.post(&body, &signed(&body)), 200);
        assert!(listener.line().starts_with(&format!("esc_1\t{name}\t")));
    }
}

#[test]
fn json_is_a_line_an_event_with_all_it_holds() {
    let home = Home::new();
    // Under --json nothing but events is printed, so the port must be known beforehand.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let port = free.to_string();
    let line = ["webhook", "listen", "--json", "--port", &port, "--max-age", "off"];
    let twin = home.twin(line).env("TWIN_WEBHOOK_SECRET", SECRET);
    let mut child = twin.spawn();
    while TcpStream::connect(("127.0.0.1", free)).is_err() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let stdout = child.stdout.take().map(BufReader::new);
    let mut listener = Listener { child, port: free, stdout };
    let pretty =
        serde_json::to_string_pretty(&serde_json::from_str::<Value>(&event("esc_1")).unwrap()).unwrap();
    assert_eq!(listener.post(&pretty, &signed(&pretty)), 200);
    let line: Value = serde_json::from_str(&listener.line()).unwrap();
    assert_eq!(line, serde_json::from_str::<Value>(&event("esc_1")).unwrap());
    let ran = listener.end("-TERM").exits(143);
    assert_eq!(ran.stderr, "");
}

#[test]
fn what_is_not_signed_or_goes_past_a_limit_is_refused() {
    let home = Home::new();
    let listener = Listener::start(&home, &[]);
    let body = event("esc_1");
    assert_eq!(listener.post(&body, "sha256=00"), 401);
    assert_eq!(listener.post(&body, &signed("other")), 401);
    assert_eq!(listener.post("[1]", &signed("[1]")), 400);
    let long = "x".repeat(70_000);
    assert_eq!(listener.post(&long, &signed(&long)), 413);
    assert_eq!(listener.send("GET / HTTP/1.1", b""), 405);
    assert_eq!(listener.send("POST / HTTP/1.1\r\nContent-Length: 2", b"{}"), 401);
    let twice = format!("Twin-Signature: {}\r\nTwin-Signature: sha256=00", signed(&body));
    let head = format!("POST / HTTP/1.1\r\n{twice}\r\nContent-Length: {}", body.len());
    assert_eq!(listener.send(&head, body.as_bytes()), 401);
    let chunked =
        format!("POST / HTTP/1.1\r\nTwin-Signature: {}\r\nTransfer-Encoding: chunked", signed(&long));
    let chunks = format!("{:x}\r\n{long}\r\n0\r\n\r\n", long.len());
    assert_eq!(listener.send(&chunked, chunks.as_bytes()), 413);
    let ran = listener.end("-INT");
    assert!(ran.stdout.is_empty() && ran.stderr.contains("the signature does not match"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_passed_on_with_body_and_signature_as_they_came() {
    let target = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&target).await;
    let home = Home::new();
    let mut listener = Listener::start(&home, &["--forward-to", &format!("{}/hook?a=1", target.uri())]);
    let body = std::fs::read_to_string(fixture("escalation-created-pretty.body")).unwrap();
    let signature = signature("escalation-created-pretty");
    assert_eq!(listener.post(&body, &signature), 200);
    listener.line();
    let requests = loop {
        let requests = target.received_requests().await.unwrap();
        if !requests.is_empty() {
            break requests;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(requests[0].body, body.as_bytes());
    assert_eq!(requests[0].headers["Twin-Signature"], signature.as_str());
    assert_eq!((requests[0].url.path(), requests[0].url.query()), ("/hook/any/path", Some("a=1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_or_missing_target_keeps_no_one_waiting() {
    let slow = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_delay(Duration::from_secs(600));
    Mock::given(any()).respond_with(answer).mount(&slow).await;
    let home = Home::new();
    let mut listener = Listener::start(&home, &["--forward-to", &slow.uri()]);
    for id in ["esc_1", "esc_2", "esc_3"] {
        assert_eq!(listener.post(&event(id), &signed(&event(id))), 200);
        assert!(listener.line().starts_with(id));
    }
    let mut listener = Listener::start(&home, &["--forward-to", "http://127.0.0.1:9/x"]);
    assert_eq!(listener.post(&event("esc_1"), &signed(&event("esc_1"))), 200);
    listener.line();
    let ran = listener.end("-INT").exits(130);
    assert!(ran.stderr.contains("esc_1 was not forwarded"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_twin_escalates_arrives() {
    let home = Home::new();
    let mut listener = Listener::start(&home, &[]);
    let url = format!("http://127.0.0.1:{}", listener.port);
    let bench = Bench::of(Reference::new().webhook(url, SECRET)).await;
    bench.twin(["ask", UNKNOWN]).run().exits(0);
    assert!(listener.line().ends_with(UNKNOWN));
}

#[cfg(unix)]
#[test]
fn no_one_reading_ends_the_listener_quietly() {
    let home = Home::new();
    let mut listener = Listener::start(&home, &[]);
    let (read, write) = std::io::pipe().unwrap();
    listener.stdout = Some(BufReader::new(std::process::ChildStdout::from(std::os::fd::OwnedFd::from(read))));
    drop(write);
    let body = event("esc_1");
    let head =
        format!("POST / HTTP/1.1\r\nTwin-Signature: {}\r\nContent-Length: {}", signed(&body), body.len());
    // It may end before its answer is read.
    let _sent = listener.begin(&head, body.as_bytes());
    let status = listener.child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_event_arrives_signed_with_the_fields_that_were_set() {
    let home = Home::new();
    let mut listener = Listener::start(&home, &[]);
    let url = format!("http://127.0.0.1:{}/twin", listener.port);
    let trigger = |more: &[&str]| {
        let line = ["webhook", "trigger", "--to", &url];
        home.twin(line.iter().chain(more)).env("TWIN_WEBHOOK_SECRET", SECRET).run()
    };
    let sent = trigger(&["--json"]).exits(0).json();
    assert_eq!((&sent["status"], &sent["event"]["event"]), (&json!(200), &json!("escalation.created")));
    assert!(listener.line().starts_with(sent["event"]["escalationId"].as_str().unwrap()));
    let fields = [
        "--escalation-id",
        "esc_9",
        "--question",
        "Why?",
        "--asked-by",
        "Zoë",
        "--confidence",
        "0.5",
        "--reason",
        "r",
    ];
    trigger(&[&fields[..], &["--event", "other.event", "--timestamp", "2026-01-02T03:04:05Z"]].concat())
        .exits(0);
    assert_eq!(listener.line(), "esc_9\tother.event\t0.5\tZoë\t2026-01-02T03:04:05Z\tWhy?");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_is_waited_for_no_longer_than_the_timeout_says() {
    let slow = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_delay(Duration::from_secs(600));
    Mock::given(any()).respond_with(answer).mount(&slow).await;
    let home = Home::new();
    let twin = home.twin(["webhook", "trigger", "--to", &slow.uri(), "--timeout", "50ms"]);
    let ran = twin.env("TWIN_WEBHOOK_SECRET", SECRET).run().exits(7);
    assert!(ran.stderr.contains("did not answer in time"), "{ran:#?}");

    let mut listener = Listener::start(&home, &["--forward-to", &slow.uri(), "--timeout", "50ms"]);
    assert_eq!(listener.post(&event("esc_1"), &signed(&event("esc_1"))), 200);
    listener.line();
    let ran = listener.end("-INT").exits(130);
    assert!(ran.stderr.contains("esc_1 was not forwarded"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_refuses_or_fails_is_named() {
    let home = Home::new();
    let listener = Listener::start(&home, &[]);
    let trigger = |url: &str, secret: &str| {
        home.twin(["webhook", "trigger", "--to", url]).env("TWIN_WEBHOOK_SECRET", secret).run()
    };
    let url = format!("http://127.0.0.1:{}", listener.port);
    let ran = trigger(&url, "another secret").exits(1);
    assert!(ran.stderr.contains("answered 401") && ran.stderr.contains("secret"), "{ran:#?}");
    let broken = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(503)).mount(&broken).await;
    trigger(&broken.uri(), SECRET).exits(7);
    trigger("http://127.0.0.1:9", SECRET).exits(7);
    trigger("localhost:3000", SECRET).exits(2);
}

#[test]
fn a_confidence_that_is_none_is_not_sent() {
    for confidence in ["2", "-0.1", "NaN"] {
        let line = ["webhook", "trigger", "--to", "http://127.0.0.1:9", "--confidence", confidence];
        let ran = Home::new().twin(line).env("TWIN_WEBHOOK_SECRET", SECRET).run().exits(2);
        assert!(ran.stderr.contains("a number from 0 to 1"), "{ran:#?}");
    }
}
