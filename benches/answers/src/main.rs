//! How long the reference twin takes to open empty, to index 10,000 documents of 2 KB, and to answer there.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use twin_reference::{Reference, Running, Seed};

const DOCUMENTS: usize = 10_000;
const BYTES: usize = 2_000;
const ASKS: u32 = 40;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Sentences of the workplace about its topics, so that words are as frequent as in a handbook.
fn documents() -> Vec<Seed> {
    let text = include_str!("../../../twin-reference/table/workplace.txt");
    let (topics, sentences) = text.split_once("\n\n").expect("two sections");
    let (topics, sentences): (Vec<_>, Vec<_>) =
        (topics.lines().skip(1).collect(), sentences.lines().skip(1).filter(|line| line.len() > 30).collect());
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let document = |number: usize| {
        let subject = topics[dice.below(topics.len())];
        let mut text = format!("# {subject} at site {number}\n");
        while text.len() < BYTES {
            let (topic, sentence) = (topics[dice.below(topics.len())], sentences[dice.below(sentences.len())]);
            let end = if dice.below(5) == 0 { "\n\n" } else { " " };
            let _ = write!(text, "{} Ask for number {}.{end}", sentence.replace("{}", topic), dice.below(90_000));
        }
        Seed::new(format!("{subject}, site {number}"), text)
    };
    (0..DOCUMENTS).map(document).collect()
}

async fn open(documents: Vec<Seed>) -> (Running, Duration) {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let began = Instant::now();
    let reference = Reference::new().no_rate_limit().documents(documents);
    (reference.serve(any_port).await.expect("a twin"), began.elapsed())
}

async fn ask(http: &reqwest::Client, twin: &Running, question: &str) -> Duration {
    let mut took: Vec<Duration> = Vec::new();
    for _ in 0..ASKS {
        let request = http.post(format!("{}/v1/twin", twin.url())).bearer_auth(twin.key());
        let began = Instant::now();
        let response = request.json(&json!({ "message": question })).send().await.expect("a response");
        let _: Value = response.json().await.expect("an answer");
        took.push(began.elapsed());
    }
    took.sort();
    took[took.len() / 2]
}

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let (empty, opened) = open(Vec::new()).await;
    println!("an empty twin opens in         {:8.2} ms", opened.as_secs_f64() * 1e3);
    drop(empty);
    let (twin, indexed) = open(documents()).await;
    println!("10,000 documents are in after  {:8.2} s", indexed.as_secs_f64());
    for (name, question) in [
        ("a question about one document", "What is the rule about parking permits at site 4711?"),
        ("of words every document has", "Who do I ask in the company about the rules for the team?"),
        ("of words no document has", "Why do volcanoes erupt lava?"),
    ] {
        println!("{name:30} {:8.2} ms", ask(&http, &twin, question).await.as_secs_f64() * 1e3);
    }
}
