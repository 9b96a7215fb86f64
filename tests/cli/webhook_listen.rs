//! `twin webhook listen` where things go wrong: receivers that fail, senders that flood, repeat or dawdle.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::Home;
use crate::webhooks::{Listener, SECRET, event, signed};

/// A receiver that answers so, first the one and then, for ever, the other.
async fn receiver(first: (u16, u64), then: ResponseTemplate) -> MockServer {
    let receiver = MockServer::start().await;
    let (status, times) = first;
    if times > 0 {
        let failing = Mock::given(any()).respond_with(ResponseTemplate::new(status)).up_to_n_times(times);
        failing.mount(&receiver).await;
    }
    Mock::given(any()).respond_with(then).mount(&receiver).await;
    receiver
}

/// What reached the receiver, once it is so many requests.
async fn received(receiver: &MockServer, number: usize) -> Vec<Request> {
    loop {
        let requests = receiver.received_requests().await.unwrap();
        if requests.len() >= number {
            return requests;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn never() -> ResponseTemplate {
    ResponseTemplate::new(200).set_delay(Duration::from_secs(600))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_reaches_its_receiver_in_the_end_and_in_order_for_its_escalation() {
    let target = receiver((503, 2), ResponseTemplate::new(200)).await;
    let home = Home::new();
    let listener = Listener::start(&home, &["--forward-to", &target.uri(), "-v"]);
    let (first, later) =
        (event("esc_1"), event("esc_1").replace("escalation.created", "escalation.resolved"));
    for body in [&first, &later] {
        assert_eq!(listener.post(body, &signed(body)), 200);
    }
    let requests = received(&target, 4).await;
    let bodies: Vec<&[u8]> = requests.iter().map(|request| request.body.as_slice()).collect();
    assert_eq!(bodies, [&first, &first, &first, &later].map(|body| body.as_bytes()));
    let ran = listener.end("-INT").exits(130);
    assert!(ran.stderr.contains(&format!("Forwarding events to {}", target.uri())), "{ran:#?}");
    assert!(
        ran.stderr.contains("esc_1 could not be forwarded") && ran.stderr.contains("answered 503"),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn path_query_and_headers_of_the_request_go_along() {
    let target = receiver((200, 0), ResponseTemplate::new(200)).await;
    let home = Home::new();
    let listener = Listener::start(&home, &["--forward-to", &target.uri()]);
    let body = event("esc_1");
    let head = format!(
        "POST /twin/hook?tenant=a%20b&x HTTP/1.1\r\nTwin-Signature: {}\r\nContent-Length: {}\r\nX-Request-Id: r-1\r\n\
         Content-Type: application/vnd.twin+json\r\nX-Twice: 1\r\nX-Twice: 2",
        signed(&body),
        body.len()
    );
    assert_eq!(listener.send(&head, body.as_bytes()), 200);
    let request = received(&target, 1).await.remove(0);
    assert_eq!((request.url.path(), request.url.query()), ("/twin/hook", Some("tenant=a%20b&x")));
    assert_eq!(request.headers["x-request-id"], "r-1");
    assert_eq!(request.headers["content-type"], "application/vnd.twin+json");
    assert_eq!(request.headers.get_all("x-twice").iter().collect::<Vec<_>>(), ["1", "2"]);
    assert_ne!(request.headers["host"], "localhost", "the host is the target's");
    assert_ne!(request.headers.get("connection").map(|value| value.as_bytes()), Some(b"close".as_slice()));
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_are_said_and_passed_on_where_they_are_asked_for() {
    let home = Home::new();
    for (flags, passed_on) in [([].as_slice(), 1), (&["--repeats"], 2)] {
        let target = receiver((200, 0), ResponseTemplate::new(200)).await;
        let uri = target.uri();
        let mut listener = Listener::start(&home, &[&["--forward-to", &uri], flags].concat());
        for id in ["esc_1", "esc_1", "esc_2"] {
            assert_eq!(listener.post(&event(id), &signed(&event(id))), 200);
        }
        let ids: Vec<String> = (0..=passed_on).map(|_| listener.line()[..5].to_owned()).collect();
        assert_eq!(ids.iter().filter(|id| *id == "esc_1").count(), passed_on);
        assert_eq!(received(&target, passed_on + 1).await.len(), passed_on + 1);
        let ran = listener.end("-INT").exits(130);
        assert!(ran.stderr.contains("repeated: esc_1\n"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn past_a_thousand_events_in_hand_no_more_are_taken_and_nothing_keeps_it_from_ending() {
    let target = receiver((200, 0), never()).await;
    let home = Home::new();
    let listener = Listener::start(&home, &["--forward-to", &target.uri()]);
    let answers: Vec<u16> = (0..1_002)
        .map(|number| event(&format!("esc_{number}")))
        .map(|event| listener.post(&event, &signed(&event)))
        .collect();
    assert!(answers[..1_000].iter().all(|status| *status == 200), "{answers:?}");
    assert_eq!(answers[1_000..], [503, 503]);
    let begun = Instant::now();
    let ran = listener.end("-TERM").exits(143);
    // It gives up after four seconds; the machine may be slow.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(ran.stderr.contains("esc_999 was not forwarded"), "{:?}", ran.stderr.lines().last());
    assert!(ran.stderr.contains("1000 events are already waiting"), "{:?}", ran.stderr.lines().next());
}

#[test]
fn an_event_that_is_too_old_or_from_the_future_is_refused() {
    let home = Home::new();
    let listener =
        |flags: &[&str]| Listener::of(home.twin(["webhook", "listen", "--port", "0"].iter().chain(flags)));
    let at = |seconds: i64| {
        let time = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
        event(&format!("esc_{seconds}")).replace("2026-03-14T10:32:00Z", &time.to_string())
    };
    for (flags, seconds, expected) in [
        ([].as_slice(), 0, 200),
        (&[], -500, 200),
        (&[], -700, 400),
        (&[], 700, 400),
        (&["--max-age", "1h"], -700, 200),
        (&["--max-age", "off"], -70_000, 200),
    ] {
        let (listener, body) = (listener(flags), at(seconds));
        assert_eq!(listener.post(&body, &signed(&body)), expected, "{flags:?} {seconds}");
        let ran = listener.end("-INT");
        assert_eq!(ran.stderr.contains("too far from now"), expected == 400, "{ran:#?}");
    }
    home.twin(["webhook", "listen", "--max-age", "never"]).env("TWIN_WEBHOOK_SECRET", SECRET).run().exits(2);
}

#[test]
fn a_flood_of_refusals_is_told_in_few_lines_with_its_number() {
    let home = Home::new();
    let listener = Listener::start(&home, &[]);
    let begun = Instant::now();
    for _ in 0..300 {
        assert_eq!(listener.post("{}", "sha256=00"), 401);
    }
    let seconds = begun.elapsed().as_secs() as usize;
    let ran = listener.end("-INT");
    let lines: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("refused")).collect();
    assert!(lines.len() <= seconds + 3, "{lines:#?}");
    let numbers = lines.iter().map(|line| line.split(' ').nth(1).unwrap().parse().unwrap_or(1));
    assert_eq!(numbers.sum::<usize>(), 300, "{lines:#?}");
}

#[test]
fn senders_that_dawdle_keep_no_one_out() {
    let home = Home::new();
    let mut listener = Listener::start(&home, &[]);
    let slow: Vec<TcpStream> = (0..600)
        .map(|number| {
            let mut stream = TcpStream::connect(("127.0.0.1", listener.port)).unwrap();
            let half = if number % 2 == 0 {
                "POST / HT"
            } else {
                "POST / HTTP/1.1\r\nHost: x\r\nTwin-Signature: sha256=00\r\nContent-Length: 9\r\n\r\n{"
            };
            stream.write_all(half.as_bytes()).unwrap();
            stream
        })
        .collect();
    let begun = Instant::now();
    assert_eq!(listener.post(&event("esc_1"), &signed(&event("esc_1"))), 200);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(listener.line().starts_with("esc_1"));
    // Each of them is closed in the end, though none has said all it had to say.
    for mut stream in slow {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

#[test]
fn listening_for_other_machines_is_warned_of() {
    let home = Home::new();
    let listener = Listener::start(&home, &["--host", "0.0.0.0"]);
    assert_eq!(listener.post(&event("esc_1"), &signed(&event("esc_1"))), 200);
    let ran = listener.end("-INT").exits(130);
    assert!(ran.stderr.contains("warning: 0.0.0.0:"), "{ran:#?}");
    let ran = Listener::start(&home, &["--host", "localhost"]).end("-INT").exits(130);
    assert!(!ran.stderr.contains("warning"), "{ran:#?}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_that_was_ignored_from_the_start_stays_ignored() {
    let home = Home::new();
    let line = ["webhook", "listen", "--port", "0", "--max-age", "off"];
    let mut listener = Listener::of(home.twin(line).in_shell("trap '' INT"));
    Command::new("kill").args(["-INT", &listener.child.id().to_string()]).status().unwrap();
    for id in ["esc_1", "esc_2"] {
        assert_eq!(listener.post(&event(id), &signed(&event(id))), 200);
        assert!(listener.line().starts_with(id));
    }
    listener.end("-TERM").exits(143);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_one_reads_it_goes_on_forwarding_and_says_so_once() {
    let target = receiver((500, 1), ResponseTemplate::new(200)).await;
    let home = Home::new();
    let mut listener = Listener::start(&home, &["--forward-to", &target.uri()]);
    listener.close_stdout();
    for id in ["esc_1", "esc_2", "esc_3"] {
        assert_eq!(listener.post(&event(id), &signed(&event(id))), 200);
    }
    received(&target, 4).await;
    assert_eq!(listener.post(&event("esc_4"), &signed(&event("esc_4"))), 200);
    received(&target, 5).await;
    let ran = listener.end("-INT").exits(130);
    assert_eq!(ran.stderr.matches("no longer printed, but still forwarded").count(), 1, "{ran:#?}");
}

#[test]
fn what_no_one_reads_is_not_taken_where_it_goes_nowhere_else() {
    let home = Home::new();
    let mut listener = Listener::start(&home, &[]);
    assert_eq!(listener.post(&event("esc_1"), &signed(&event("esc_1"))), 200);
    assert!(listener.line().starts_with("esc_1\t"));
    listener.close_stdout();
    assert_eq!(listener.post(&event("esc_2"), &signed(&event("esc_2"))), 503);
    let ran = listener.ends().exits(0);
    assert!(!ran.stderr.contains("error") && !ran.stderr.contains("not printed"), "{ran:#?}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_event_that_cannot_be_printed_is_named() {
    let home = Home::new();
    let mut twin = home.twin(["webhook", "listen", "--port", "0", "--max-age", "off"]);
    twin.command().stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let listener = Listener::of(twin);
    assert_eq!(listener.post(&event("esc_1"), &signed(&event("esc_1"))), 200);
    let ran = listener.ends().exits(1);
    assert!(ran.stderr.contains("error: esc_1 not printed: cannot write to standard output"), "{ran:#?}");
}
