//! Verifying the signature of a 300-byte webhook, as a table: a bare keyed HMAC, the SDK, and two webhook libraries.

use std::hint::black_box;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName};
use sha2::Sha256;
use twin_sdk::webhook::Verifier;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn main() {
    let body = vec![b'x'; 300];
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;

    let keyed: Hmac<Sha256> = Hmac::new_from_slice(SECRET.as_bytes()).unwrap();
    let digest = keyed.clone().chain_update(&body).finalize().into_bytes();
    let bare = || keyed.clone().chain_update(black_box(&body)).verify_slice(black_box(&digest)).unwrap();

    let verifier = Verifier::new(SECRET).unwrap();
    let signature = verifier.sign(&body);
    let ours = || verifier.verify(black_box(&body), black_box(&signature)).unwrap();

    let library = standardwebhooks::Webhook::new(SECRET).unwrap();
    let headers = signed(now, &library.sign("msg_1", now, &body).unwrap());
    let standard = || library.verify(black_box(&body), black_box(&headers)).unwrap();

    let library = svix::webhooks::Webhook::new(SECRET).unwrap();
    let headers = signed(now, &library.sign("msg_1", now, &body).unwrap());
    let svix = || library.verify(black_box(&body), black_box(&headers)).unwrap();

    compare(&[("bare HMAC", &bare), ("twin-sdk", &ours), ("standardwebhooks", &standard), ("svix", &svix)]);
}

/// The headers of a delivery, which both libraries read.
fn signed(now: i64, signature: &str) -> HeaderMap {
    let headers = [("id", "msg_1"), ("timestamp", &now.to_string()), ("signature", signature)];
    let header = |(name, value): (&str, &str)| {
        (HeaderName::try_from(format!("webhook-{name}")).unwrap(), value.parse().unwrap())
    };
    headers.into_iter().map(header).collect()
}

/// Rounds of each in turn, so that a machine that slows down slows them all; medians.
fn compare(verifiers: &[(&str, &dyn Fn())]) {
    const ROUNDS: usize = 41;
    const CALLS: u32 = 20_000;
    let mut times = vec![Vec::new(); verifiers.len()];
    let mut ratios = vec![Vec::new(); verifiers.len()];
    for round in 0..ROUNDS {
        for (times, (_, verify)) in times.iter_mut().zip(verifiers) {
            let begun = Instant::now();
            (0..CALLS).for_each(|_| verify());
            times.push(begun.elapsed().as_secs_f64() / f64::from(CALLS) * 1e9);
        }
        for (ratios, times_of_one) in ratios.iter_mut().zip(&times) {
            ratios.push(times_of_one[round] / times[0][round]);
        }
    }
    println!(
        "## Verifying a 300-byte webhook\n\n| verifier | ns a webhook | ratio to bare HMAC |\n|---|---|---|"
    );
    for ((name, _), (times, ratios)) in verifiers.iter().zip(times.iter_mut().zip(&mut ratios)) {
        println!("| {name} | {:.0} | {:.3} |", median(times), median(ratios));
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
