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
    /// Refusals nothing was said of yet, and why the last of them was refused.
    untold: u64,
    last: String,
}

impl Refusals {
    pub(super) fn new(ui: Ui) -> Self {
        Self { state: Arc::default(), ui }
    }

    /// Tells of a refusal now, or together with others within a second.
    pub(super) fn note(&self, why: &str) {
        let mut state = self.lock();
        let next = state.told_at.map(|told| told + INTERVAL).filter(|next| *next > Instant::now());
        state.untold += 1;
        state.last = why.to_owned();
        match next {
            None => self.tell(&mut state),
            Some(next) if state.untold == 1 => {
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
        if state.untold > 0 {
            self.tell(&mut state);
        }
    }

    fn tell(&self, state: &mut State) {
        self.ui.notice(&Notice::warning(remark(state.untold, &state.last)));
        (state.told_at, state.untold) = (Some(Instant::now()), 0);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remark(number: u64, why: &str) -> String {
    match number {
        1 => format!("a request was refused: {why}"),
        _ => format!("{} were refused, the last because {why}", count(number, "request")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Options;

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_told_once_a_second_with_its_number() {
        let refusals = Refusals::new(Ui::new(Options::default()));
        for _ in 0..1_000 {
            refusals.note("it is no POST");
        }
        assert_eq!(refusals.lock().untold, 999, "one was told at once");
        tokio::time::sleep(INTERVAL + Duration::from_millis(1)).await;
        assert_eq!(refusals.lock().untold, 0, "the others were told after a second");
        assert_eq!(remark(999, "it is no POST"), "999 requests were refused, the last because it is no POST");
    }
}
