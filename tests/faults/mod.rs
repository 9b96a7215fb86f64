//! Faults: a proxy between client and twin spoils a conversation, at every point of it and in every way a network
//! has, for each call of the SDK and each command of `twin` that talks to the API. Each ends in time, with the
//! right answer or the right error; no document is lost or doubled; nothing panics.
//!
//! `cargo test` tries a fixed sample. `TWIN_FAULTS=all cargo test -p twin-cli --test cli faults -- --nocapture`
//! tries every fault, which takes a while, and shows the figures; a number in place of `all` tries every nth.
//!
//! What no client can notice over plain HTTP, which has no checksum, is a byte that became another one, and a
//! message that came twice ([`Damage::is_noticeable`](spoil::Damage::is_noticeable)); TLS refuses both, unless a
//! gateway behind it mixes up its answers. There the tests ask for less: no hang, no panic, output and exit code as
//! promised, and that no document goes that the command was not to delete.
//!
//! What stands between a client and the API and answers in its place ([`Impostor`](impostor::Impostor)) is a fault
//! as well: a gateway's 404, a sign-in page, a firewall, before the API did its work or after.
//!
//! Not here are the commands that do not talk to the API: `ask --from`, `kb state`, `config`, `logout`, `webhook`.

mod bulk;
mod commands;
mod impostor;
mod message;
mod proxy;
mod sdk;
mod spoil;
mod world;

use std::time::Duration;

use tokio::task::JoinSet;

use spoil::Spoil;

/// So many faults at once: most of their time is waiting.
const AT_ONCE: usize = 16;
/// What takes longer hangs, however busy the machine is.
const BOUND: Duration = Duration::from_secs(300);

/// What became of one fault.
#[derive(Debug, Default)]
struct Verdict {
    /// It ended with the right answer, not with an error.
    answered: bool,
    /// Documents that are gone and should not be.
    lost: usize,
    /// Documents that are there once too often.
    doubled: usize,
    hung: bool,
    panicked: bool,
    /// What is not as it should be, in words.
    wrong: Vec<String>,
}

impl Verdict {
    fn hung() -> Self {
        Self { hung: true, ..Self::default() }
    }

    fn is_right(&self) -> bool {
        self.lost + self.doubled == 0 && !self.hung && !self.panicked && self.wrong.is_empty()
    }

    /// Notes what is not so.
    fn expect(&mut self, is_so: bool, otherwise: impl FnOnce() -> String) {
        if !is_so {
            self.wrong.push(otherwise());
        }
    }
}

/// Every nth fault, or as many as are asked for.
fn sample(spoils: Vec<Spoil>, nth: usize) -> Vec<Spoil> {
    let nth = match std::env::var("TWIN_FAULTS").as_deref() {
        Ok("all") => 1,
        Ok(other) => other.parse().unwrap(),
        Err(_) => nth,
    };
    spoils.into_iter().step_by(nth).collect()
}

/// Tries each of them, prints the figures, and fails where anything is not right.
#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
async fn try_all<T>(what: &str, trials: impl IntoIterator<Item = (String, T)>)
where
    T: Future<Output = Verdict> + Send + 'static,
{
    let begun = std::time::Instant::now();
    let (mut running, mut ended) = (JoinSet::new(), Vec::new());
    let mut trials = trials.into_iter();
    loop {
        while running.len() < AT_ONCE
            && let Some((name, trial)) = trials.next()
        {
            running.spawn(async move { (name, trial.await) });
        }
        let Some(trial) = running.join_next().await else { break };
        let (name, verdict): (String, Verdict) = trial.unwrap();
        if !verdict.is_right() {
            println!("{name}: {verdict:?}");
        }
        ended.push(verdict);
    }
    let sum = |count: fn(&Verdict) -> usize| ended.iter().map(count).sum::<usize>();
    println!(
        "{what}: {} faults in {:.0?}: {} right answers, {} right errors; {} documents lost, {} doubled; {} wrongly reported; {} hangs, {} panics",
        ended.len(),
        begun.elapsed(),
        sum(|verdict| usize::from(verdict.is_right() && verdict.answered)),
        sum(|verdict| usize::from(verdict.is_right() && !verdict.answered)),
        sum(|verdict| verdict.lost),
        sum(|verdict| verdict.doubled),
        sum(|verdict| usize::from(!verdict.wrong.is_empty())),
        sum(|verdict| usize::from(verdict.hung)),
        sum(|verdict| usize::from(verdict.panicked)),
    );
    assert!(ended.iter().all(Verdict::is_right), "{what}: not all is right");
}
