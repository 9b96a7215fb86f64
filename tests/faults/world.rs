//! A twin, a proxy before it that spoils, and a home directory to run `twin` in.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use twin_reference::{Reference, Running, Seed};
use twin_sdk::{ApiKey, ErrorKind, RetryPolicy, Twin};

use super::proxy::Proxy;
use super::spoil::Spoil;
use super::{BOUND, Verdict};
use crate::support::{Home, Ran};

pub(super) struct World {
    pub(super) home: Home,
    pub(super) running: Running,
    pub(super) proxy: Proxy,
    /// A client that no one spoils.
    pub(super) direct: Twin,
    timeout: Duration,
}

/// The timeout where nothing is to time out.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every document by its id: title, type and text.
pub(super) type Documents = BTreeMap<String, (String, String, String)>;

impl World {
    pub(super) async fn new(documents: impl IntoIterator<Item = Seed>, spoil: Option<Spoil>) -> Self {
        let reference = Reference::new().no_rate_limit().documents(documents);
        let running = reference.serve(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let proxy = Proxy::start(running.url(), spoil).await;
        let direct = client(running.url(), running.key(), PATIENCE);
        let timeout = spoil.map_or(PATIENCE, Spoil::timeout);
        Self { home: Home::new(), running, proxy, direct, timeout }
    }

    /// Spoils nothing more, and leaves time to everything.
    pub(super) async fn heal(&mut self) {
        self.proxy.heal().await;
        self.timeout = PATIENCE;
    }

    /// Runs `twin` against the proxy; `None` where it hangs.
    pub(super) async fn run(&self, line: &[&str], stdin: &str) -> Option<Ran> {
        let timeout = format!("{}ms", self.timeout.as_millis());
        let flags = ["--json", "--no-progress", "--timeout", &timeout];
        let twin = self.home.twin(line.iter().chain(&flags));
        let twin = twin.env("TWIN_BASE_URL", self.proxy.url());
        // A key in the environment is not what `login` is about.
        let twin = if line[0] == "login" { twin } else { twin.env("TWIN_API_KEY", self.running.key()) };
        twin.run_within(stdin, BOUND).await
    }

    pub(super) async fn documents(&self) -> Documents {
        let mut documents = Documents::new();
        for listed in self.direct.kb().list_all().await.unwrap().items {
            let document = match self.direct.kb().get(&listed.id).await {
                // A deletion that was delayed came after the list.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                document => document.unwrap(),
            };
            let kind = document.document_type.to_string();
            documents.insert(document.id, (document.title, kind, document.content.unwrap()));
        }
        documents
    }
}

/// A client that tries again at once.
pub(super) fn client(url: &str, key: &str, timeout: Duration) -> Twin {
    let retry = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    let twin = Twin::builder(ApiKey::new(key).unwrap()).base_url(url).timeout(timeout).retry(retry);
    twin.build().unwrap()
}

/// What holds for each run, however it ended: output as promised, and nothing that looks like a panic.
pub(super) fn check_output(ran: &Ran, bulk: bool, verdict: &mut Verdict) {
    verdict.panicked = ran.code.is_none_or(|code| code == 101) || ran.stderr.contains("panicked");
    verdict.answered = ran.code == Some(0);
    let documents = serde_json::Deserializer::from_str(&ran.stdout).into_iter::<serde_json::Value>();
    let documents = documents.collect::<Result<Vec<_>, _>>().map_or(usize::MAX, |documents| documents.len());
    let promised = match ran.code {
        Some(0) => documents == 1,
        _ => documents == 0 || (bulk && documents == 1),
    };
    verdict.expect(promised, || format!("standard output is not one document: {ran:#?}"));
    if ran.code != Some(0) {
        let line = ran.stderr.lines().filter(|line| line.starts_with("{\"error\"")).collect::<Vec<_>>();
        let error = |line: &&str| serde_json::from_str::<serde_json::Value>(line).ok();
        let is_error = |error: serde_json::Value| {
            error["error"]["exitCode"].as_i64() == ran.code.map(i64::from)
                && error["error"]["code"].as_str().is_some_and(|code| code != "internal")
        };
        let one = line.len() == 1 && ran.stderr.lines().count() == 1;
        verdict.expect(one && line.first().and_then(error).is_some_and(is_error), || {
            format!("standard error is not one error: {ran:#?}")
        });
    }
}
