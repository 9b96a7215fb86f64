//! One call over keep-alive loopback, by this SDK and by its peers, against the same server.
//!
//! - `calls compare`: rounds of each client in turn, and the median ratio to plain reqwest;
//! - `calls run CLIENT N`: N calls of one client, to be counted by an instrument such as callgrind;
//! - `calls memory`: the resident memory after 10,000 and after 1,000,000 calls of the SDK.

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};

const QUESTION: &str = "What is the expense policy for a $200 SaaS tool?";
const ANSWER: &str = r#"{"response":"Under $50 no pre-approval needed. $50–$500 requires manager email before purchase. Submit via Expensify by the 20th.","confidence":0.92,"shouldEscalate":false,"escalateReason":null,"sources":["Expense reimbursement policy"]}"#;
const KEY: &str = "twin_live_sk_a8f2c4e1";
const CLIENTS: [&str; 4] = ["reqwest", "twin-sdk", "async-openai", "octocrab"];

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ask {
    message: &'static str,
    asked_by: &'static str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
struct Answer {
    response: String,
    confidence: f64,
    should_escalate: bool,
    escalate_reason: Option<String>,
    sources: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // Two of the peers take their TLS from the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => serve().await,
        ["compare"] => compare(&Server::start()).await,
        ["memory"] => memory(&Server::start()).await,
        ["run", client, count] => {
            let server = Server::start();
            Client::new(client, &server.url).calls(count.parse().unwrap()).await;
        }
        _ => panic!("usage: calls compare | memory | run CLIENT N"),
    }
}

/// Rounds of every client in turn, so that a machine that slows down slows them all.
async fn compare(server: &Server) {
    const ROUNDS: usize = 41;
    const CALLS: u32 = 1_500;
    let clients: Vec<Client> = CLIENTS.iter().map(|name| Client::new(name, &server.url)).collect();
    let mut ratios = vec![Vec::new(); clients.len()];
    let mut times = vec![Vec::new(); clients.len()];
    for round in 0..ROUNDS {
        let mut round_times = vec![0.0; clients.len()];
        for position in 0..clients.len() {
            let client = (position + round) % clients.len();
            let begun = Instant::now();
            clients[client].calls(CALLS).await;
            round_times[client] = begun.elapsed().as_secs_f64() / f64::from(CALLS) * 1e6;
        }
        for (client, time) in round_times.iter().enumerate() {
            times[client].push(*time);
            ratios[client].push(time / round_times[0]);
        }
    }
    println!("| client | µs a call | ratio to reqwest |\n|---|---|---|");
    for (client, name) in CLIENTS.iter().enumerate() {
        println!("| {name} | {:.1} | {:.3} |", median(&mut times[client]), median(&mut ratios[client]));
    }
}

async fn memory(server: &Server) {
    let client = Client::new("twin-sdk", &server.url);
    client.calls(10_000).await;
    let first = resident();
    client.calls(990_000).await;
    println!("| calls | resident kB |\n|---|---|\n| 10,000 | {first} |\n| 1,000,000 | {} |", resident());
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

enum Client {
    Reqwest(reqwest::Client, String),
    Twin(twin_sdk::Twin),
    OpenAi(async_openai::Client<async_openai::config::OpenAIConfig>),
    Octocrab(octocrab::Octocrab),
}

impl Client {
    fn new(name: &str, url: &str) -> Self {
        let http = || reqwest::Client::builder().no_proxy().build().unwrap();
        match name {
            "reqwest" => Self::Reqwest(http(), url.to_owned()),
            "twin-sdk" => {
                let key = twin_sdk::ApiKey::new(KEY).unwrap();
                Self::Twin(twin_sdk::Twin::builder(key).base_url(url).build().unwrap())
            }
            "async-openai" => {
                let config = async_openai::config::OpenAIConfig::new().with_api_base(url).with_api_key(KEY);
                Self::OpenAi(async_openai::Client::build(http(), config))
            }
            "octocrab" => Self::Octocrab(
                octocrab::Octocrab::builder()
                    .base_uri(url)
                    .unwrap()
                    .personal_token(KEY.to_owned())
                    .build()
                    .unwrap(),
            ),
            other => panic!("no client {other}"),
        }
    }

    async fn calls(&self, count: u32) {
        let question = Ask { message: QUESTION, asked_by: "Jordan M." };
        for _ in 0..count {
            match self {
                Self::Reqwest(http, url) => {
                    let answer: Answer = http
                        .post(format!("{url}/v1/twin"))
                        .bearer_auth(KEY)
                        .json(&question)
                        .send()
                        .await
                        .unwrap()
                        .error_for_status()
                        .unwrap()
                        .json()
                        .await
                        .unwrap();
                    assert!(!answer.should_escalate);
                }
                Self::Twin(twin) => {
                    let answer = twin.ask(QUESTION).asked_by("Jordan M.").await.unwrap();
                    assert!(!answer.should_escalate);
                }
                Self::OpenAi(client) => {
                    let answer: Answer = client.chat().create_byot(&question).await.unwrap();
                    assert!(!answer.should_escalate);
                }
                Self::Octocrab(client) => {
                    let answer: Answer = client.post("/v1/twin", Some(&question)).await.unwrap();
                    assert!(!answer.should_escalate);
                }
            }
        }
    }
}

/// The server as a process of its own, so that only clients are measured.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        Self { process, url: url.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn serve() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let answer = service_fn(|request: hyper::Request<hyper::body::Incoming>| async {
            request.into_body().collect().await.unwrap();
            let response = hyper::Response::builder()
                .header("content-type", "application/json")
                .header("x-ratelimit-limit", "60")
                .header("x-ratelimit-remaining", "42")
                .header("x-ratelimit-reset", "1710423600");
            Ok::<_, Infallible>(response.body(Full::new(Bytes::from_static(ANSWER.as_bytes()))).unwrap())
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer),
        );
    }
}
