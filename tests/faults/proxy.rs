//! A proxy before the twin that spoils conversations: which request, which way, at which point, and how.

use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::message::{Message, next_message};
use super::spoil::{Damage, Place, Spoil};

/// A byte so often is a conversation that goes on and leads nowhere.
const TRICKLE: Duration = Duration::from_millis(20);
/// So many bytes come one by one; the rest of a long message comes at once.
const DRIPPING: usize = 400;

/// A proxy that accepts connections until it is dropped.
pub(crate) struct Proxy {
    url: String,
    plan: Arc<Plan>,
    accepting: JoinHandle<()>,
}

struct Plan {
    twin: u16,
    /// What is still to be spoiled; nothing where the proxy is healed.
    spoil: watch::Sender<Option<Spoil>>,
    requests: AtomicUsize,
    spoiled: AtomicUsize,
    /// How many requests are on their way to the twin, or at it.
    under_way: watch::Sender<usize>,
}

impl Proxy {
    /// Starts a proxy to the twin at this URL.
    pub(crate) async fn start(twin: &str, spoil: Option<Spoil>) -> Self {
        let twin = twin.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap();
        let door = socket(0);
        let port = door.local_addr().unwrap().port();
        let plan = Plan {
            twin,
            spoil: watch::Sender::new(spoil),
            requests: AtomicUsize::new(0),
            spoiled: AtomicUsize::new(0),
            under_way: watch::Sender::new(0),
        };
        let plan = Arc::new(plan);
        let accepting = tokio::spawn(accept(door.listen(128).unwrap(), Arc::clone(&plan)));
        Self { url: format!("http://127.0.0.1:{port}"), plan, accepting }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many requests came so far.
    pub(crate) fn requests(&self) -> usize {
        self.plan.requests.load(Ordering::SeqCst)
    }

    /// Whether anything was spoiled so far.
    pub(crate) fn has_spoiled(&self) -> bool {
        self.plan.spoiled.load(Ordering::SeqCst) > 0
    }

    /// Spoils nothing more. What it held up arrives first: a create that lands after the next run has looked for
    /// it is one that no client can find.
    pub(crate) async fn heal(&self) {
        self.plan.spoil.send_replace(None);
        let mut under_way = self.plan.under_way.subscribe();
        // An error says that there is no plan any more, which this holds.
        let _ = under_way.wait_for(|&requests| requests == 0).await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// A socket that shares its port with the others of this proxy, so that no one else gets it while none listens.
fn socket(port: u16) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseport(true).unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).unwrap();
    socket
}

impl Plan {
    /// What is done to the nth of something at `place`, if anything is.
    fn due(&self, n: usize, at: fn(Place) -> bool) -> Option<Spoil> {
        let spoil = (*self.spoil.borrow()).filter(|spoil| at(spoil.place))?;
        (n == spoil.after || (spoil.lasting && n > spoil.after)).then_some(spoil)
    }

    fn spoiled(&self) {
        self.spoiled.fetch_add(1, Ordering::SeqCst);
    }

    /// A conversation of which connections are spoiled has one for each request.
    fn one_request_each(&self) -> bool {
        self.spoil.borrow().is_some_and(|spoil| spoil.place == Place::Connection)
    }

    async fn healed(&self) {
        let mut spoil = self.spoil.subscribe();
        if spoil.wait_for(Option::is_none).await.is_err() {
            pending().await
        }
    }
}

/// One request on its way to the twin, until it was answered or given up.
struct UnderWay<'a>(&'a Plan);

impl<'a> UnderWay<'a> {
    fn new(plan: &'a Plan) -> Self {
        plan.under_way.send_modify(|requests| *requests += 1);
        Self(plan)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.send_modify(|requests| *requests -= 1);
    }
}

async fn accept(mut door: TcpListener, plan: Arc<Plan>) {
    let port = door.local_addr().unwrap().port();
    let mut held = Some(socket(port));
    for n in 0.. {
        let spoil = plan.due(n, |place| place == Place::Connection);
        if let Some(Damage::Refuse | Damage::Ignore) = spoil.map(|spoil| spoil.damage) {
            plan.spoiled();
            drop(door);
            let crowd = match spoil.map(|spoil| spoil.damage) {
                Some(Damage::Ignore) => Some(crowd(port).await),
                _ => None,
            };
            plan.healed().await;
            drop(crowd);
            door = held.take().unwrap().listen(128).unwrap();
        }
        let Ok((client, _)) = door.accept().await else { return };
        let plan = Arc::clone(&plan);
        tokio::spawn(async move {
            match spoil.map(|spoil| spoil.damage) {
                None => drop(converse(client, &plan).await),
                Some(damage) => {
                    plan.spoiled();
                    end(damage, client, None).await;
                }
            }
        });
    }
}

/// A listener whose queue is full: who comes next waits for a connection in vain.
async fn crowd(port: u16) -> (TcpListener, Vec<TcpStream>) {
    let listener = socket(port).listen(0).unwrap();
    let mut waiting = Vec::new();
    let connect =
        || tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(("127.0.0.1", port)));
    while let Ok(Ok(stream)) = connect().await {
        waiting.push(stream);
    }
    (listener, waiting)
}

/// Passes requests and responses on, whole ones in turn.
async fn converse(mut client: TcpStream, plan: &Plan) -> io::Result<()> {
    let mut server = TcpStream::connect(("127.0.0.1", plan.twin)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asked, mut answered) = (Vec::new(), Vec::new());
    let mut echo = Vec::new();
    while let Some(request) = next_message(&mut client, &mut asked).await? {
        let n = plan.requests.fetch_add(1, Ordering::SeqCst);
        let spoil = plan.due(n, |place| matches!(place, Place::Request(_)));
        if let Some(impostor) = spoil.and_then(Spoil::impostor) {
            plan.spoiled();
            client.write_all(&impostor.answer(None)).await?;
            continue;
        }
        let under_way = UnderWay::new(plan);
        if pass_on(&request, &mut server, spoil, plan).await? {
            return end_by(spoil, client, server).await;
        }
        let is_late = spoil.is_some_and(|spoil| spoil.damage == Damage::Trickle);
        let response = tokio::select! {
            response = next_message(&mut server, &mut answered) => response?,
            () = is_closed(&client), if !is_late => return Ok(()),
        };
        drop(under_way);
        let Some(mut response) = response else { return Ok(()) };
        client.write_all(&std::mem::take(&mut echo)).await?;
        if plan.one_request_each() {
            response.add_header("connection: close");
        }
        let spoil = plan.due(n, |place| matches!(place, Place::Response(_)));
        if let Some(impostor) = spoil.and_then(Spoil::impostor) {
            plan.spoiled();
            client.write_all(&impostor.answer(Some(&response))).await?;
            continue;
        }
        if spoil.is_some_and(|spoil| spoil.damage == Damage::Echo) {
            echo.clone_from(&response.bytes);
        }
        if pass_on(&response, &mut client, spoil, plan).await? {
            return end_by(spoil, client, server).await;
        }
        if plan.one_request_each() {
            return Ok(());
        }
    }
    Ok(())
}

/// Passes a message on, spoiled where it is to be; whether that ends the conversation.
async fn pass_on(
    message: &Message,
    to: &mut TcpStream,
    spoil: Option<Spoil>,
    plan: &Plan,
) -> io::Result<bool> {
    let Some(Spoil { damage, place: Place::Request(point) | Place::Response(point), .. }) = spoil else {
        to.write_all(&message.bytes).await?;
        return Ok(false);
    };
    plan.spoiled();
    let (before, rest) = message.bytes.split_at(message.offset(point));
    to.write_all(before).await?;
    match damage {
        Damage::Duplicate => to.write_all(&[before, rest].concat()).await?,
        Damage::Corrupt(bit) => {
            let mut rest = rest.to_vec();
            rest.iter_mut().take(1).for_each(|byte| *byte ^= 1 << bit);
            to.write_all(&rest).await?;
        }
        Damage::Drip | Damage::Trickle => {
            let (slow, fast) = rest.split_at(rest.len().min(DRIPPING));
            for byte in slow {
                to.write_all(&[*byte]).await?;
                match damage {
                    Damage::Trickle => {
                        let _ = tokio::time::timeout(TRICKLE, plan.healed()).await;
                    }
                    _ => tokio::task::yield_now().await,
                }
            }
            to.write_all(fast).await?;
        }
        Damage::Truncate => to.shutdown().await?,
        Damage::Echo | Damage::Instead(_) => to.write_all(rest).await?,
        Damage::Cut | Damage::Reset | Damage::Stall | Damage::Refuse | Damage::Ignore => return Ok(true),
    }
    Ok(damage == Damage::Truncate)
}

async fn end_by(spoil: Option<Spoil>, client: TcpStream, server: TcpStream) -> io::Result<()> {
    if let Some(spoil) = spoil {
        end(spoil.damage, client, Some(server)).await;
    }
    Ok(())
}

/// Ends a conversation by this damage.
async fn end(damage: Damage, client: TcpStream, server: Option<TcpStream>) {
    match damage {
        Damage::Reset => {
            for stream in server.iter().chain([&client]) {
                let _ = stream.set_zero_linger();
            }
        }
        Damage::Stall => is_closed(&client).await,
        Damage::Truncate => {
            // What the server has to say to half a request goes on.
            if let Some(server) = server {
                let (mut from, mut to) = (server.into_split().0, client.into_split().1);
                let _ =
                    tokio::time::timeout(Duration::from_secs(1), tokio::io::copy(&mut from, &mut to)).await;
            }
        }
        _ => {}
    }
}

/// Ends when the other side has closed the connection.
async fn is_closed(stream: &TcpStream) {
    let mut byte = [0];
    match stream.peek(&mut byte).await {
        Ok(0) | Err(_) => {}
        Ok(_) => pending().await,
    }
}
