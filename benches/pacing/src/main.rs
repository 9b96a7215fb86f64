//! Loads documents into a reference twin whose rate-limit windows are short, in the ways people do it, and
//! prints a table of what arrived, what it took and how long over the windows' minimum.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use tokio::process::Command;
use twin_reference::{Reference, Running};
use twin_sdk::{ApiKey, ErrorKind, NewDocument, RetryPolicy, Twin};

#[derive(Clone, Copy)]
struct Setting {
    window: Duration,
    limit: u32,
    documents: u32,
}

/// What a way of loading sent.
#[derive(Default)]
struct Sent {
    requests: u64,
    refused: u64,
}

#[tokio::main]
async fn main() {
    let mut numbers = std::env::args().skip(1).map(|arg| arg.parse().expect("a number"));
    let mut next = |default: u32| numbers.next().unwrap_or(default);
    let window = Duration::from_secs(next(6).into());
    let setting = Setting { window, limit: next(60), documents: next(599) };
    let Setting { limit, documents, .. } = setting;
    println!("## Loading {documents} documents at {limit} requests in a window of {} s\n", window.as_secs());
    println!("| way | documents | lost | requests | 429 | of all | time over the minimum |");
    println!("|---|---|---|---|---|---|---|");
    if Command::new("node").arg("--version").output().await.is_ok() {
        row("JavaScript loop of the API reference", setting, 0, javascript_loop).await;
    } else {
        println!("| JavaScript loop of the API reference | not measured: node is missing |");
    }
    row("the same loop on the SDK", setting, 0, plain_loop).await;
    row("exponential backoff, 6 tries, 8 at once", setting, 0, backoff).await;
    for (name, processes) in [("twin kb import", 1), ("twin kb import, 4 processes on one key", 4)] {
        let pages = pages(setting, processes);
        row(name, setting, processes, |_, twin| import(twin, pages.path().to_owned(), processes)).await;
    }
}

/// Measures one way, from the beginning of a window on. `checks` are the requests it needs beside the creates.
async fn row<F: Future<Output = Sent>>(
    name: &str,
    setting: Setting,
    checks: u32,
    way: impl FnOnce(Setting, Arc<Running>) -> F,
) {
    let reference = Reference::new().rate_limit(setting.limit).window(setting.window);
    let twin = Arc::new(reference.serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.expect("a twin"));
    next_window(setting.window).await;
    let begun = Instant::now();
    let sent = way(setting, twin.clone()).await;
    let took = begun.elapsed();
    // The first window is at hand; each further one has to be waited for.
    let windows = (setting.documents + checks).div_ceil(setting.limit) - 1;
    let floor = setting.window * windows;
    let arrived = twin.document_count().await;
    println!(
        "| {name} | {arrived} | {} | {} | {} | {:.1} % | {:.3} |",
        u64::from(setting.documents).saturating_sub(arrived),
        sent.requests,
        sent.refused,
        sent.refused as f64 * 100.0 / sent.requests as f64,
        took.as_secs_f64() / floor.as_secs_f64(),
    );
}

/// Windows begin at the multiples of their length since 1970.
async fn next_window(window: Duration) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    let into = Duration::from_millis((now.as_millis() % window.as_millis()) as u64);
    tokio::time::sleep(window - into + Duration::from_millis(5)).await;
}

fn client(twin: &Running) -> Twin {
    let builder = Twin::builder(ApiKey::new(twin.key()).expect("a key")).base_url(twin.url());
    builder.retry(RetryPolicy::none()).build().expect("a client")
}

fn document(number: u32) -> NewDocument {
    NewDocument::new(format!("Page {number}"), format!("Text of page {number}."))
}

/// The loop as the API reference has it, under Node.
async fn javascript_loop(setting: Setting, twin: Arc<Running>) -> Sent {
    let mut node = Command::new("node");
    node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/import_loop.mjs")).arg(setting.documents.to_string());
    node.env("TWIN_API_KEY", twin.key()).env("TWIN_BASE_URL", twin.url());
    assert!(node.status().await.expect("node runs").success());
    // It looks at no answer and repeats nothing, so what did not arrive was refused.
    let requests = u64::from(setting.documents);
    Sent { requests, refused: requests - twin.document_count().await }
}

/// One after the other, and no look at the answers.
async fn plain_loop(setting: Setting, twin: Arc<Running>) -> Sent {
    let client = client(&twin);
    let mut sent = Sent::default();
    for number in 0..setting.documents {
        sent.requests += 1;
        sent.refused += u64::from(client.kb().create(document(number)).await.is_err());
    }
    sent
}

/// Eight at once; after a 429 each waits twice as long as before, whatever the headers say.
async fn backoff(setting: Setting, twin: Arc<Running>) -> Sent {
    const TRIES: u32 = 6;
    let client = client(&twin);
    let next = Arc::new(AtomicU64::new(0));
    let counts = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let workers = (0..8).map(|_| {
        let (client, next, counts) = (client.clone(), next.clone(), counts.clone());
        tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed) as u32;
                if number >= setting.documents {
                    return;
                }
                for tried in 0..TRIES {
                    counts.0.fetch_add(1, Ordering::Relaxed);
                    match client.kb().create(document(number)).await {
                        Err(error) if error.kind() == ErrorKind::RateLimited => {
                            counts.1.fetch_add(1, Ordering::Relaxed);
                            // One second, where a window is a minute.
                            tokio::time::sleep(setting.window / 60 * 2u32.pow(tried)).await;
                        }
                        _ => break,
                    }
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.expect("a worker that ends well");
    }
    Sent { requests: counts.0.load(Ordering::Relaxed), refused: counts.1.load(Ordering::Relaxed) }
}

/// A folder of pages for each process.
fn pages(setting: Setting, processes: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..setting.documents {
        let pages = folder.path().join(format!("pages{}", number % processes));
        std::fs::create_dir_all(&pages).expect("a folder");
        let text = format!("# Page {number}\n\nText of page {number}.\n");
        std::fs::write(pages.join(format!("{number}.md")), text).expect("a page");
    }
    folder
}

/// `twin kb import`, in so many processes that share the work and the key.
async fn import(twin: Arc<Running>, folder: PathBuf, processes: u32) -> Sent {
    let binary = PathBuf::from(std::env::var_os("TWIN").expect("TWIN names the binary"));
    let runs = (0..processes).map(|process| run(&binary, &twin, &folder, process));
    let mut sent = Sent::default();
    for run in runs.map(tokio::spawn).collect::<Vec<_>>() {
        let report = run.await.expect("a run");
        sent.requests += report["requests"].as_u64().expect("a count");
        sent.refused += report["rateLimited"].as_u64().expect("a count");
    }
    sent
}

fn run(
    binary: &Path,
    twin: &Running,
    folder: &Path,
    process: u32,
) -> impl Future<Output = serde_json::Value> + Send + 'static {
    let mut command = Command::new(binary);
    command.args(["kb", "import", "--json", "--assume-new", "--no-progress"]);
    command.arg(folder.join(format!("pages{process}")));
    command.arg("--state").arg(folder.join(format!("{process}.json")));
    command.env("TWIN_API_KEY", twin.key()).env("TWIN_BASE_URL", twin.url());
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    async move {
        let output = command.output().await.expect("the binary runs");
        serde_json::from_slice(&output.stdout).expect("a report")
    }
}
