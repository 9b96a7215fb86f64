//! Door 2: the twin behind a hyper server, for what runs long or must start fast.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;

use crate::compose::Composer;
use crate::connections::{AT_ONCE, Activity, Connections};
use crate::hosts::Hosts;
use crate::message::{MAX_BODY, Reply, Request};
use crate::twin::{Outcome, Twin};
use crate::worker::Worker;

/// The longest a connection may stay idle or take over its request line and headers. Longer than a
/// rate-limit window, so that a client that waits for the next one finds its connection alive.
const HEAD_TIMEOUT: Duration = Duration::from_secs(90);
/// The longest a request may take over its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How much of a body over the limit is read and thrown away, so that its sender reads the refusal.
const MAX_DRAINED: usize = 16 * MAX_BODY;
/// The longest a shutdown waits for requests in flight.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// A running hyper server.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    closing: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Door {
    /// Listens and serves on the present tokio runtime.
    pub(crate) async fn open(
        worker: Worker,
        composer: Option<Arc<Composer>>,
        address: SocketAddr,
        names: &[String],
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (closing, closed) = watch::channel(false);
        let server = Server { worker, composer, hosts: Arc::new(Hosts::of(address, names)) };
        let accepting = tokio::spawn(accept(listener, server, closed));
        Ok(Self { address, closing, accepting })
    }

    /// Accepts nothing more and finishes the requests in flight.
    pub(crate) async fn close(self) {
        self.closing.send_replace(true);
        let _ = self.accepting.await;
    }
}

/// What all connections share.
#[derive(Clone)]
struct Server {
    worker: Worker,
    composer: Option<Arc<Composer>>,
    hosts: Arc<Hosts>,
}

async fn accept(listener: TcpListener, server: Server, mut closed: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut connections = Connections::default();
    loop {
        let next = async {
            let accepted = listener.accept().await;
            connections.make_room().await;
            (accepted, places.clone().acquire_owned().await)
        };
        let accepted = tokio::select! {
            _ = closed.wait_for(|closed| *closed) => break,
            next = next => next,
        };
        match accepted {
            (Ok((stream, _)), Ok(place)) => {
                // Small answers go out at once; where that cannot be set they go out a little later.
                let _ = stream.set_nodelay(true);
                let (server, place, activity) = (server.clone(), Arc::new(place), Activity::new());
                let of_service = activity.clone();
                let service = service_fn(move |request| {
                    answer(server.clone(), place.clone(), of_service.clone(), request)
                });
                let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
                let task = tokio::spawn(async move {
                    // A connection that breaks is its client's affair, and one that a fault closes ends so too.
                    let _ = connection.await;
                });
                connections.add(&task, activity);
            }
            // Out of file handles, most likely.
            _ => {
                connections.end_longest_idle();
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(LAST_REQUESTS, graceful.shutdown()).await;
}

/// Why a connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
enum Closed {
    #[error("a fault asked for the connection to be closed")]
    Fault,
    #[error("the request's body did not arrive")]
    Body,
}

/// A connection's place among those at once. A request of it keeps the place until it is handled, even where its
/// client has gone: otherwise such requests would pile up before a busy twin.
type Place = Arc<OwnedSemaphorePermit>;

async fn answer(
    server: Server,
    place: Place,
    activity: Activity,
    request: hyper::Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Closed> {
    let (head, body) = request.into_parts();
    if !server.hosts.serve(&head.uri, &head.headers) {
        return Ok(response(Reply::error(
            StatusCode::MISDIRECTED_REQUEST,
            "This twin has no such host name.",
        )));
    }
    let body = tokio::time::timeout(BODY_TIMEOUT, read(body)).await.map_err(|_| Closed::Body)??;
    let _answering = activity.answering();
    let request = Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    };
    let handle = move |twin: &mut Twin| {
        let outcome = twin.handle(&request);
        drop(place);
        outcome
    };
    let outcome = server.worker.run(handle).await.unwrap_or_else(|stopped| Outcome::unavailable(&stopped));
    let mut reply = outcome.reply.ok_or(Closed::Fault)?;
    if let Some(composer) = &server.composer {
        reply = composer.compose(reply).await;
    }
    if !outcome.delay.is_zero() {
        tokio::time::sleep(outcome.delay).await;
    }
    Ok(response(reply))
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(reply.body));
    (*response.status_mut(), *response.headers_mut()) = (reply.status, reply.headers);
    response
}

/// Reads a body. Of one over the limit just enough is kept that the twin sees it is too large.
async fn read(mut body: Incoming) -> Result<Bytes, Closed> {
    let mut kept = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Closed::Body)?.into_data() else { continue };
        length += data.len();
        if length > MAX_DRAINED {
            break;
        }
        let room = (MAX_BODY + 1).saturating_sub(kept.len());
        kept.extend_from_slice(&data[..data.len().min(room)]);
    }
    Ok(kept.freeze())
}
