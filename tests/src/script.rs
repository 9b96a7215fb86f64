//! A TCP server that answers each request by a script, so that every way a conversation can break is real.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What happens to one request (or, for the last of them, to every further one).
#[derive(Clone, Debug)]
pub enum Reply {
    /// A whole response; the connection stays open.
    Response(String),
    /// A whole response, after which the server closes the idle connection.
    ThenClose(String),
    /// The request is read whole, then the connection is closed.
    CloseAfterReading,
    /// The connection is closed as soon as it is accepted.
    CloseBeforeReading,
    /// The head promises a longer body than comes.
    HalfBody(String),
    /// The request is read whole and never answered.
    Stall,
}

impl Reply {
    /// A response with a JSON body.
    pub fn json(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        Self::Response(response(status, "application/json", headers, body, body.len()))
    }

    /// A response of this media type.
    pub fn with_type(kind: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        Self::Response(response(status, kind, headers, body, body.len()))
    }

    /// A response with a proxy's page for a body.
    pub fn html(status: u16, headers: &[(&str, &str)]) -> Self {
        let page = "<html><body>Something went wrong</body></html>";
        Self::Response(response(status, "text/html", headers, page, page.len()))
    }

    /// A JSON response of which only the first half arrives.
    pub fn half(status: u16, body: &str) -> Self {
        Self::HalfBody(response(status, "application/json", &[], &body[..body.len() / 2], body.len()))
    }

    /// Closes the connection once this response was sent.
    pub fn then_close(self) -> Self {
        match self {
            Self::Response(text) => Self::ThenClose(text),
            other => other,
        }
    }
}

fn response(status: u16, kind: &str, headers: &[(&str, &str)], body: &str, length: usize) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}

/// The server; it stops with the test's runtime.
pub struct ScriptedServer {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl ScriptedServer {
    /// Starts a server that answers with `script`, its last line repeated for ever.
    pub async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = script.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Script { replies, position: Mutex::new(0), requests: Arc::clone(&requests) });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&script)));
            }
        });
        Self { url, requests }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every request that was read whole, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// An address on which nothing listens.
    pub async fn nowhere() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }
}

struct Script {
    replies: Vec<Reply>,
    position: Mutex<usize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Script {
    /// The reply to the next request.
    fn peek(&self) -> Reply {
        self.at(*self.position.lock().unwrap())
    }

    /// The reply to this request.
    fn take(&self) -> Reply {
        let mut position = self.position.lock().unwrap();
        *position += 1;
        self.at(*position - 1)
    }

    fn at(&self, position: usize) -> Reply {
        self.replies[position.min(self.replies.len() - 1)].clone()
    }
}

async fn converse(mut stream: TcpStream, script: Arc<Script>) {
    loop {
        if matches!(script.peek(), Reply::CloseBeforeReading) {
            script.take();
            return;
        }
        let Some(request) = read_request(&mut stream).await else { return };
        script.requests.lock().unwrap().push(request);
        match script.take() {
            Reply::Response(text) => {
                if stream.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
            Reply::ThenClose(text) | Reply::HalfBody(text) => {
                let _ = stream.write_all(text.as_bytes()).await;
                let _ = stream.shutdown().await;
                return;
            }
            Reply::CloseAfterReading | Reply::CloseBeforeReading => return,
            Reply::Stall => std::future::pending().await,
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 8192];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.trim().parse().unwrap());
            if body.len() >= length {
                return Some(text);
            }
        }
    }
}
