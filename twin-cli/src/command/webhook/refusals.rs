//! What is said of refused requests: at most a line a second, however many there are.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::ui::{Notice, Ui};
use crate::words::count;

const INTERVAL: Duration = Duration::from_secs(1);

/// Tells of refusals, and counts those in between.
#[derive(Debug, Clone)]
pub(super) struct Refusals {
    state: Arc<Mutex<State>>,
    ui: Ui,
}

#[derive(Debug, Default)]
struct State {
    told_at: Option<Instant>,
    /// Refusals nothing was said of yet, by their reasons.
    untold: Vec<(String, u64)>,
}

/// Reasons told apart in one line; a parser has many.
const REASONS: usize = 6;

impl State {
    fn count(&mut self, why: &str) {
        let is_full = self.untold.len() >= REASONS;
        match self.untold.iter_mut().find(|(known, _)| known == why) {
            Some((_, number)) => *number += 1,
            None if is_full => self.untold[REASONS - 1].1 += 1,
            None => self.untold.push((why.to_owned(), 1)),
        }
    }

    fn number(&self) -> u64 {
        self.untold.iter().map(|(_, number)| number).sum()
    }
}

impl Refusals {
    pub(super) fn new(ui: Ui) -> Self {
        Self { state: Arc::default(), ui }
    }

    /// Tells of a refusal now, or together with others within a second.
    pub(super) fn note(&self, why: &str) {
        let mut state = self.lock();
        let next = state.told_at.map(|told| told + INTERVAL).filter(|next| *next > Instant::now());
        state.count(why);
        match next {
            None => self.tell(&mut state),
            Some(next) if state.number() == 1 => {
                let refusals = self.clone();
                tokio::spawn(async move {
                    tokio::time::sleep_until(next).await;
                    refusals.tell_rest();
                });
            }
            Some(_) => {}
        }
    }

    /// Tells of those that were only counted.
    pub(super) fn tell_rest(&self) {
        let mut state = self.lock();
        if !state.untold.is_empty() {
            self.tell(&mut state);
        }
    }

    fn tell(&self, state: &mut State) {
        self.ui.notice(&Notice::warning(remark(&std::mem::take(&mut state.untold))));
        state.told_at = Some(Instant::now());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remark(refusals: &[(String, u64)]) -> String {
    match refusals {
        [(why, 1)] => format!("a request was refused: {why}"),
        [(why, number)] => format!("{} were refused: {why}", count(*number, "request")),
        _ => {
            let number: u64 = refusals.iter().map(|(_, number)| number).sum();
            let reasons = refusals.iter().map(|(why, number)| format!("{why} ({number})"));
            let reasons = reasons.collect::<Vec<_>>().join("; ");
            format!("{} were refused: {reasons}", count(number, "request"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Options;

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_told_once_a_second_with_its_number() {
        let refusals = Refusals::new(Ui::new(Options::default()));
        for number in 0..1_000 {
            refusals.note(&format!("reason {}", number % 10));
        }
        assert_eq!(refusals.lock().number(), 999, "one was told at once");
        assert_eq!(refusals.lock().untold.len(), REASONS);
        tokio::time::sleep(INTERVAL + Duration::from_millis(1)).await;
        assert_eq!(refusals.lock().number(), 0, "the others were told after a second");
    }

    #[test]
    fn refusals_are_told_with_their_reasons() {
        let of = |refusals: &[(&str, u64)]| {
            remark(&refusals.iter().map(|(why, number)| ((*why).to_owned(), *number)).collect::<Vec<_>>())
        };
        assert_eq!(of(&[("it is not a POST request", 1)]), "a request was refused: it is not a POST request");
        assert_eq!(
            of(&[("it is not a POST request", 2)]),
            "2 requests were refused: it is not a POST request"
        );
        assert_eq!(of(&[("a", 2), ("b", 1)]), "3 requests were refused: a (2); b (1)");
    }
}
