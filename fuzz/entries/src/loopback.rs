//! A server on loopback that answers every request with the same bytes, and a client of the SDK whose clock does not
//! wait: responses go all the way through HTTP, and an hour's wait takes no time.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use twin_sdk::{ApiKey, Clock, Pacing, RetryPolicy, Sleep, Transport, Twin};
use url::Url;

/// The key of every request; no error may show it.
pub(crate) const KEY: &str = "twin_live_sk_s3cret0123456789";
/// The longest wait for rate limits that a call is allowed.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// What a response says beside its body.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(http::HeaderName, http::HeaderValue)>,
}

impl Head {
    /// The status, made one that ends a response, and every line that HTTP allows as a header; those that frame the
    /// body are the server's own.
    pub(crate) fn parse(status: u16, lines: &[u8]) -> Self {
        let headers = lines.split(|&byte| byte == b'\n').filter_map(|line| {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let name = http::HeaderName::from_bytes(line[..colon].trim_ascii()).ok()?;
            let value = http::HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
            let framing = ["content-length", "transfer-encoding", "connection", "upgrade"];
            (!framing.contains(&name.as_str())).then_some((name, value))
        });
        // More would be no HTTP to the client.
        let headers = headers.take(50);
        Self {
            status: if (200..=599).contains(&status) { status } else { 200 + status % 400 },
            headers: headers.collect(),
        }
    }

    /// The only value of a header, where it is text.
    pub(crate) fn only(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other == name);
        let (_, value) = values.next()?;
        if values.next().is_some() { None } else { value.to_str().ok() }
    }

    fn with_body(&self, body: &[u8]) -> Vec<u8> {
        let mut response = format!("HTTP/1.1 {} X\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            response.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        if matches!(self.status, 204 | 304) {
            response.extend(b"\r\n");
        } else {
            response.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes());
            response.extend(body);
        }
        response
    }
}

/// What the server answers, and how often it did.
#[derive(Default)]
struct Served {
    response: Vec<u8>,
    requests: u32,
}

/// The server and what talks to it, one for each thread.
pub(crate) struct Loopback {
    runtime: Runtime,
    served: Arc<Mutex<Served>>,
    url: String,
    http: reqwest::Client,
}

thread_local! {
    static LOOPBACK: Loopback = Loopback::start();
}

/// Calls `call` with a new client whose every request is answered so; how many there were, and the waits together.
pub(crate) fn answered<T, F: Future<Output = T>>(
    head: &Head,
    body: &[u8],
    pacing: Pacing,
    call: impl FnOnce(Twin) -> F,
) -> (T, u32, Duration) {
    LOOPBACK.with(|loopback| {
        *lock(&loopback.served) = Served { response: head.with_body(body), requests: 0 };
        let clock = Clockwork::new();
        let twin = loopback.client(clock.clone(), pacing);
        let result = loopback.runtime.block_on(call(twin));
        let requests = lock(&loopback.served).requests;
        let waited = lock(&clock.0).1;
        (result, requests, waited)
    })
}

impl Loopback {
    fn start() -> Self {
        let started =
            tokio::runtime::Builder::new_current_thread().enable_all().build().and_then(|runtime| {
                let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
                let url = format!("http://{}", listener.local_addr()?);
                let served = Arc::<Mutex<Served>>::default();
                runtime.spawn(serve(listener, Arc::clone(&served)));
                let http = http(&url);
                Ok(Self { runtime, served, url, http })
            });
        started.unwrap_or_else(|error| panic!("no server on loopback: {error}"))
    }

    fn client(&self, clock: Clockwork, pacing: Pacing) -> Twin {
        let key = ApiKey::new(KEY).unwrap_or_else(|error| panic!("{error}"));
        let retry = RetryPolicy::default().longest_wait(LONGEST_WAIT).randomness(|| 0.5);
        let builder = Twin::builder(key).base_url(&self.url).http_client(self.http.clone());
        let builder = builder.retry(retry).pacing(pacing).deadline(Duration::from_secs(3600)).clock(clock);
        builder.build().unwrap_or_else(|error| panic!("{error}"))
    }
}

/// A client as the SDK makes it for this address.
pub(crate) fn http(url: &str) -> reqwest::Client {
    let url = Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
    Transport::default().client_for(&url).unwrap_or_else(|error| panic!("{error}"))
}

async fn serve(listener: TcpListener, served: Arc<Mutex<Served>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&served)));
    }
}

async fn converse(mut stream: TcpStream, served: Arc<Mutex<Served>>) {
    let mut request = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 => request.extend(&chunk[..read]),
            _ => return,
        }
        if !is_whole(&request) {
            continue;
        }
        request.clear();
        let response = {
            let mut served = lock(&served);
            served.requests += 1;
            served.response.clone()
        };
        if stream.write_all(&response).await.is_err() {
            return;
        }
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// A clock that goes only where it is waited for.
#[derive(Clone)]
struct Clockwork(Arc<Mutex<(Instant, Duration)>>);

impl Clockwork {
    fn new() -> Self {
        Self(Arc::new(Mutex::new((Instant::now(), Duration::ZERO))))
    }
}

impl Clock for Clockwork {
    fn now(&self) -> Instant {
        let (begun, waited) = *lock(&self.0);
        begun + waited
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_000_000) + lock(&self.0).1
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        lock(&self.0).1 += duration;
        let yielded: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(tokio::task::yield_now());
        yielded
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
