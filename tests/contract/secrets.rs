//! No key and no webhook secret in anything that can be printed.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use twin_sdk::webhook::Verifier;
use twin_sdk::{ApiKey, NewDocument, Twin};
use twin_tests::{Reply, ScriptedServer, TestClock};

const SECRET: &str = "a8f2c4e1d9";
const KEY: &str = "twin_live_sk_a8f2c4e1d9";
const QUESTION: &str = "What is Jordan's salary?";
const CONTENT: &str = "The merger is on Friday.";

#[tokio::test]
async fn everything_printable_is_free_of_keys_and_secrets() {
    let log = Log::default();
    // For the whole process: a subscriber of one thread may miss what another thread met first.
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let observed = log.clone();
    let mut printed = String::new();
    for reply in [
        Reply::json(401, &[], r#"{"error":"Invalid API key."}"#),
        Reply::json(403, &[], &format!(r#"{{"error":"Not with {KEY}."}}"#)),
        Reply::json(403, &[], r#"{"error":"Not with twin_live_sk_a8f2c4e1d\u0039."}"#),
        Reply::json(200, &[], "{}"),
        Reply::json(200, &[], &format!(r#"{{"response":"Yes.","confidence":"{KEY}"}}"#)),
        Reply::html(500, &[]),
        Reply::json(429, &[("retry-after", "1")], "{}"),
        Reply::CloseAfterReading,
        Reply::json(302, &[("location", "http://127.0.0.1:1/")], ""),
    ] {
        let server = ScriptedServer::start([reply]).await;
        let observed = observed.clone();
        let builder = Twin::builder(ApiKey::new(KEY).unwrap())
            .base_url(server.url())
            .clock(TestClock::new())
            .on_attempt(move |attempt| observed.write(&format!("{attempt:?}")));
        write!(printed, "{builder:?}").unwrap();
        let twin = builder.build().unwrap();
        let call = twin.kb().create(NewDocument::new("Title", CONTENT));
        write!(printed, "{twin:?} {twin:#?} {:?}", twin.kb()).unwrap();
        let create = call.await;
        let ask = twin.ask(QUESTION).await;
        for error in [ask.err(), create.err(), twin.stats().await.err()].into_iter().flatten() {
            write!(printed, "{error} {error:?} {error:#?} {:?}", error.body()).unwrap();
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                write!(printed, "{cause} {cause:?}").unwrap();
                source = cause.source();
            }
        }
    }
    write!(printed, "{:?}", ApiKey::new(KEY)).unwrap();
    write!(printed, "{:?}", ApiKey::new(format!("{KEY} {KEY}"))).unwrap();
    let verifier = Verifier::new(SECRET).unwrap().also_accept(KEY).unwrap();
    write!(printed, "{verifier:?} {verifier:#?} {:?}", verifier.verify(b"", "sha256=00")).unwrap();

    let log = log.text();
    assert!(log.contains("twin.call") && log.contains("POST /v1/twin"), "the log is not empty: {log}");
    assert!(printed.contains("the twin_live_sk_… key sent was refused (401): Invalid API key."), "{printed}");
    for text in [printed, log] {
        assert!(!text.contains(SECRET), "{text}");
        assert!(!text.contains(QUESTION) && !text.contains(CONTENT), "{text}");
    }
}

/// A subscriber that writes down all it is told.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn write(&self, text: &str) {
        let mut log = self.0.lock().unwrap();
        log.push_str(text);
        log.push('\n');
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

struct Fields<'a>(&'a Log);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.write(&format!("{field}={value:?}"));
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.write(span.metadata().name());
        span.record(&mut Fields(self));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields(self));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Fields(self));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
