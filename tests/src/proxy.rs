//! A TCP proxy that spoils one conversation at one point, then passes everything on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What is done to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Both sides are closed.
    Cut,
    /// Nothing more is passed on, and nothing is closed.
    Stall,
    /// The receiver is told that there is no more, though there is.
    Truncate,
    /// What was passed on so far is sent again.
    Duplicate,
    /// One bit of the next byte is another.
    Corrupt,
}

/// Which way the bytes go that are spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The request.
    ToServer,
    /// The response.
    ToClient,
}

/// One fault: what is done, to which way, after how many bytes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spoil {
    pub way: Way,
    pub after: usize,
    pub damage: Damage,
}

/// Starts a proxy to `port` that spoils its first connection so; its URL.
pub async fn spoiling_proxy(port: u16, spoil: Spoil) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let armed = Arc::new(AtomicBool::new(true));
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let spoil = armed.swap(false, Ordering::Relaxed).then_some(spoil);
            let of = |way| spoil.filter(|spoil| spoil.way == way);
            let up = tokio::spawn(pass_on(from_client, to_server, of(Way::ToServer)));
            let down = tokio::spawn(pass_on(from_server, to_client, of(Way::ToClient)));
            tokio::spawn(async move {
                let (up_abort, down_abort) = (up.abort_handle(), down.abort_handle());
                // A cut of one way cuts the other.
                tokio::select! {
                    ended = up => if matches!(ended, Ok(Ended::Cut)) { down_abort.abort() },
                    ended = down => if matches!(ended, Ok(Ended::Cut)) { up_abort.abort() },
                }
            });
        }
    });
    url
}

enum Ended {
    Closed,
    Cut,
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, spoil: Option<Spoil>) -> Ended {
    let mut passed = Vec::new();
    let mut spoil = spoil;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return Ended::Closed,
            Ok(read) => read,
        };
        let mut chunk = buffer[..read].to_vec();
        if let Some(Spoil { after, damage, .. }) = spoil
            && passed.len() + chunk.len() >= after
        {
            spoil = None;
            let rest = chunk.split_off(after - passed.len());
            passed.extend_from_slice(&chunk);
            if to.write_all(&chunk).await.is_err() {
                return Ended::Closed;
            }
            match damage {
                Damage::Cut => return Ended::Cut,
                Damage::Stall => std::future::pending().await,
                Damage::Truncate => {
                    let _ = to.shutdown().await;
                    let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
                    return Ended::Closed;
                }
                Damage::Duplicate => chunk = [&passed[..], &rest].concat(),
                Damage::Corrupt => {
                    chunk = rest;
                    if let Some(byte) = chunk.first_mut() {
                        *byte ^= 1 << (after % 7);
                    }
                }
            }
        }
        passed.extend_from_slice(&chunk);
        if to.write_all(&chunk).await.is_err() {
            return Ended::Closed;
        }
    }
}
