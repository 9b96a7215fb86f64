//! The lines between the client and the protocol. Each request gets an answer, also one that is no message, is too
//! long, or ends without a newline; and what was asked before the client left is answered before this ends.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rmcp::model::{ClientNotification, ClientRequest, ErrorCode, ErrorData, JsonRpcMessage, RequestId};
use rmcp::service::{RoleServer, RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Stdin, Stdout};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

/// Bytes of one message.
const MOST: usize = 16 << 20;
/// How long a client that left may still get answers.
const GRACE: Duration = Duration::from_secs(60);
/// What a request names that needs no session, of the protocol's versions that have none.
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";

/// Standard input and output as a transport.
pub(super) struct Lines {
    input: BufReader<Stdin>,
    line: Vec<u8>,
    /// The line that is being read is over [`MOST`].
    is_too_long: bool,
    has_ended: bool,
    is_greeted: bool,
    /// An answer of ours that has no room yet.
    reply: Option<TxJsonRpcMessage<RoleServer>>,
    output: mpsc::Sender<Outgoing>,
    writer: Option<JoinHandle<()>>,
    open: Arc<Open>,
}

/// A line to write, and who waits until it is written.
type Outgoing = (Vec<u8>, Option<oneshot::Sender<io::Result<()>>>);

/// Requests without an answer.
#[derive(Default)]
struct Open {
    ids: Mutex<HashSet<RequestId>>,
    changed: Notify,
}

/// What becomes of a line.
#[derive(Debug)]
enum Judged {
    Message(Box<RxJsonRpcMessage<RoleServer>>),
    Refused(Option<RequestId>, ErrorData),
    Nothing,
}

impl Lines {
    pub(super) fn stdio() -> Self {
        let (output, lines) = mpsc::channel(64);
        Self {
            input: BufReader::with_capacity(64 * 1024, tokio::io::stdin()),
            line: Vec::new(),
            is_too_long: false,
            has_ended: false,
            is_greeted: false,
            reply: None,
            output,
            writer: Some(tokio::spawn(write(lines, tokio::io::stdout()))),
            open: Arc::default(),
        }
    }

    /// Reads to the end of a line, or of the input. What was read so far stays when this is given up halfway.
    async fn read(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.input.fill_buf().await?;
            if bytes.is_empty() {
                self.has_ended = true;
                return Ok(());
            }
            let end = bytes.iter().position(|&byte| byte == b'\n');
            let take = end.map_or(bytes.len(), |end| end + 1);
            if self.line.len() + take > MOST {
                self.is_too_long = true;
                self.line = Vec::new();
            } else if !self.is_too_long {
                self.line.extend_from_slice(&bytes[..take]);
            }
            self.input.consume(take);
            if end.is_some() {
                return Ok(());
            }
        }
    }

    /// What the line that was read is.
    fn judged(&mut self) -> Judged {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.is_too_long) {
            let text = format!("a message is at most {} MB long", MOST >> 20);
            return Judged::Refused(None, ErrorData::invalid_request(text, None));
        }
        let judged = judge(&line, self.is_greeted);
        if let Judged::Message(message) = &judged
            && let JsonRpcMessage::Request(request) = &**message
        {
            self.is_greeted |= matches!(request.request, ClientRequest::InitializeRequest(_));
        }
        judged
    }

    /// Waits until what was asked is answered, since the client has left.
    async fn answered(&self) {
        let all = async {
            loop {
                let changed = self.open.changed.notified();
                if self.open.lock().is_empty() {
                    return;
                }
                changed.await;
            }
        };
        // Whoever waits longer than this has ended the process.
        let _ = tokio::time::timeout(GRACE, all).await;
    }
}

impl Open {
    fn lock(&self) -> MutexGuard<'_, HashSet<RequestId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remove(&self, id: &RequestId) {
        self.lock().remove(id);
        self.changed.notify_waiters();
    }

    /// Takes down what is asked, and what is asked no longer.
    fn receive(&self, message: &RxJsonRpcMessage<RoleServer>) {
        match message {
            JsonRpcMessage::Request(request) => {
                self.lock().insert(request.id.clone());
            }
            JsonRpcMessage::Notification(one) => {
                if let ClientNotification::CancelledNotification(cancelled) = &one.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.remove(id);
                }
            }
            _ => {}
        }
    }
}

impl Transport<RoleServer> for Lines {
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let (output, open) = (self.output.clone(), Arc::clone(&self.open));
        async move {
            let answered = match &message {
                JsonRpcMessage::Response(response) => Some(response.id.clone()),
                JsonRpcMessage::Error(error) => error.id.clone(),
                _ => None,
            };
            let (written, result) = oneshot::channel();
            let line = serde_json::to_vec(&message)?;
            let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
            let sent = output.send((line, Some(written))).await.map_err(|_| gone());
            let result = match sent {
                Ok(()) => result.await.unwrap_or_else(|_| Err(gone())),
                Err(error) => Err(error),
            };
            if let Some(id) = answered {
                open.remove(&id);
            }
            result
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            if let Some(reply) = &self.reply {
                let line = serde_json::to_vec(reply).ok()?;
                self.output.send((line, None)).await.ok()?;
                self.reply = None;
            }
            if self.has_ended && self.line.is_empty() && !self.is_too_long {
                self.answered().await;
                return None;
            }
            if !self.has_ended && self.read().await.is_err() {
                self.has_ended = true;
            }
            match self.judged() {
                Judged::Message(message) => {
                    self.open.receive(&message);
                    return Some(*message);
                }
                Judged::Refused(id, error) => self.reply = Some(JsonRpcMessage::error(error, id)),
                Judged::Nothing => {}
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        let (output, _) = mpsc::channel(1);
        drop(std::mem::replace(&mut self.output, output));
        if let Some(writer) = self.writer.take() {
            // It ends with what it was given.
            let _ = writer.await;
        }
        Ok(())
    }
}

/// Writes lines as they come, until there are no more.
async fn write(mut lines: mpsc::Receiver<Outgoing>, mut output: Stdout) {
    while let Some((mut line, written)) = lines.recv().await {
        line.push(b'\n');
        let result = match output.write_all(&line).await {
            Ok(()) => output.flush().await,
            failed => failed,
        };
        if let Some(written) = written {
            // Nobody may wait for it any more.
            let _ = written.send(result);
        }
    }
}

/// What a line is to a session that has begun or has not.
fn judge(line: &[u8], is_greeted: bool) -> Judged {
    if line.iter().all(u8::is_ascii_whitespace) {
        return Judged::Nothing;
    }
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(error) => {
            let text = format!("a line is one message in JSON: {error}");
            return Judged::Refused(None, ErrorData::new(ErrorCode::PARSE_ERROR, text, None));
        }
    };
    let id = value.get("id").and_then(|id| serde_json::from_value::<RequestId>(id.clone()).ok());
    let Some(method) = value.get("method") else {
        let is_response = value.get("result").is_some() || value.get("error").is_some();
        return match serde_json::from_value(value) {
            Ok(message) if is_response => Judged::Message(Box::new(message)),
            _ => invalid(id, "a request has \"jsonrpc\": \"2.0\", an \"id\" and a \"method\""),
        };
    };
    let is_request = value.get("id").is_some();
    let params = value.get("params");
    let fault = match (method.as_str(), value.get("jsonrpc").and_then(Value::as_str)) {
        (None, _) => Some("\"method\" is a string"),
        (_, version) if version != Some("2.0") => Some("\"jsonrpc\" is \"2.0\""),
        _ if is_request && id.is_none() => Some("\"id\" is a string or an integer"),
        _ if params.is_some_and(|params| !params.is_object()) => Some("\"params\" is an object"),
        (Some(method), _) if is_request && !is_greeted && needs_greeting(method, params) => {
            Some("a session begins with \"initialize\"")
        }
        _ => None,
    };
    match fault {
        Some(text) if is_request => return invalid(id, text),
        Some(_) => return Judged::Nothing,
        None => {}
    }
    let method = method.as_str().unwrap_or_default().to_owned();
    match serde_json::from_value::<RxJsonRpcMessage<RoleServer>>(value) {
        Ok(JsonRpcMessage::Request(request)) => match (&request.request, takes(&method)) {
            (ClientRequest::CustomRequest(_), Some(takes)) => {
                let text = format!("{method} takes {takes}");
                Judged::Refused(id, ErrorData::invalid_params(text, None))
            }
            (ClientRequest::CustomRequest(_), None) => {
                let text = format!("there is no method {method:?}");
                Judged::Refused(id, ErrorData::new(ErrorCode::METHOD_NOT_FOUND, text, None))
            }
            _ => Judged::Message(Box::new(JsonRpcMessage::Request(request))),
        },
        Ok(message) => Judged::Message(Box::new(message)),
        Err(error) if is_request => Judged::Refused(id, ErrorData::invalid_params(error.to_string(), None)),
        // Nobody waits for an answer to a notification.
        Err(_) => Judged::Nothing,
    }
}

fn invalid(id: Option<RequestId>, text: &'static str) -> Judged {
    Judged::Refused(id, ErrorData::invalid_request(text, None))
}

/// Whether a request has no meaning before the session has begun.
fn needs_greeting(method: &str, params: Option<&Value>) -> bool {
    let names_version = params.is_some_and(|params| params["_meta"].get(VERSION_KEY).is_some());
    !matches!(method, "initialize" | "ping" | "server/discover") && !names_version
}

/// What the parameters of a method are.
fn takes(method: &str) -> Option<&'static str> {
    Some(match method {
        "initialize" => "protocolVersion, capabilities and clientInfo",
        "tools/call" | "prompts/get" => "name, a string, and arguments, an object",
        "resources/read" => "uri, a string",
        "tools/list" | "prompts/list" | "resources/list" | "resources/templates/list" => "cursor, a string",
        "ping" => "no parameters but _meta",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(line: &str, is_greeted: bool) -> (i32, Option<String>, String) {
        match judge(line.as_bytes(), is_greeted) {
            Judged::Refused(id, error) => {
                (error.code.0, id.map(|id| id.to_string()), error.message.into_owned())
            }
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn what_is_no_message_is_told_so_under_its_id() {
        for (line, code, id) in [
            ("{bad json", -32700, None),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"} {}"#, -32700, None),
            ("[]", -32600, None),
            ("7", -32600, None),
            (r#"{"jsonrpc":"2.0","id":9,"method":"ping","params":"x"}"#, -32600, Some("9")),
            (r#"{"jsonrpc":"2.0","id":"a","method":"ping","params":[]}"#, -32600, Some("a")),
            (r#"{"jsonrpc":"2.0","id":9,"method":5}"#, -32600, Some("9")),
            (r#"{"jsonrpc":"1.0","id":9,"method":"ping"}"#, -32600, Some("9")),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600, None),
            (r#"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{}}"#, -32602, Some("9")),
            (r#"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":5}}"#, -32602, Some("9")),
            (
                r#"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"ask","arguments":[]}}"#,
                -32602,
                Some("9"),
            ),
            (r#"{"jsonrpc":"2.0","id":9,"method":"resources/read","params":{}}"#, -32602, Some("9")),
            (r#"{"jsonrpc":"2.0","id":9,"method":"initialize"}"#, -32602, Some("9")),
            (r#"{"jsonrpc":"2.0","id":9,"method":"tools/forget"}"#, -32601, Some("9")),
        ] {
            let (got, got_id, text) = refused(line, true);
            assert_eq!((got, got_id.as_deref()), (code, id), "{line}: {text}");
            assert!(text.contains(' '), "{line}: says why: {text}");
        }
    }

    #[test]
    fn a_session_begins_with_a_greeting() {
        let line = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
        assert_eq!(refused(line, false).0, -32600);
        assert!(matches!(judge(line.as_bytes(), true), Judged::Message(_)));
        assert!(matches!(judge(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, false), Judged::Message(_)));
    }

    #[test]
    fn a_notification_is_never_answered() {
        for line in [
            r#"{"jsonrpc":"2.0","method":"no/such"}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":"x"}"#,
            "  \r\n",
        ] {
            assert!(!matches!(judge(line.as_bytes(), true), Judged::Refused(..)), "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_line_is_a_panic(line in any::<Vec<u8>>(), is_greeted: bool) {
            let _ = judge(&line, is_greeted);
        }
    }
}
