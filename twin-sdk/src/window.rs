//! What is known of the rate limit's window, and what follows for the next request. Pure: responses and times
//! in, admissions out.

use std::time::{Duration, Instant};

use crate::rate_limit::RateLimit;
use crate::retry::rate_limit_backoff;

/// The longest wait for a reset that is believed; if a header says more, a probe goes after it.
const LONGEST_WINDOW: Duration = Duration::from_secs(3600);

/// What a response told the gate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) rate_limit: Option<RateLimit>,
    /// For a 429: how long it asks to wait (its `Retry-After`, else its reset), if it does.
    pub(crate) refused: Option<Option<Duration>>,
    /// A random number from 0 to 1, which spreads waits that the server does not name.
    pub(crate) random: f64,
}

#[derive(Debug)]
pub(crate) struct Ticket {
    number: u64,
    probe: bool,
}

#[derive(Debug)]
pub(crate) enum Admission {
    Go(Ticket),
    AfterReset(Instant),
    AfterChange,
}

#[derive(Debug)]
enum Window {
    /// Nothing is known: one request goes first to find out.
    Unknown {
        probing: bool,
    },
    /// Responses carry no window: nothing to pace by.
    Untold,
    Known(Known),
}

#[derive(Debug)]
struct Known {
    /// The reset by the server's clock: it names the window.
    reset: i64,
    resets_at: Instant,
    /// Requests that may still be sent: our own count, corrected downwards by what responses say.
    permits: u64,
    /// What the last response left for everyone on the key.
    remaining: u64,
    /// `remaining` when the window was learned, and our answers in it since: the rest others used.
    learned: u64,
    answered: u64,
    /// Tickets up to this number were in flight when the window was learned.
    carried: u64,
}

#[derive(Debug)]
pub(crate) struct State {
    window: Window,
    next_ticket: u64,
    in_flight: u64,
    /// Requests others send on the key for one of ours, as last seen; kept while a window shows any.
    crowd: f64,
    crowd_seen: bool,
    /// 429s since the last other answer.
    refusals: u32,
}

impl Default for State {
    fn default() -> Self {
        Self {
            window: Window::Unknown { probing: false },
            next_ticket: 0,
            in_flight: 0,
            crowd: 0.0,
            crowd_seen: false,
            refusals: 0,
        }
    }
}

impl State {
    /// Whether a request may go now.
    pub(crate) fn admit(&mut self, now: Instant) -> Admission {
        if matches!(&self.window, Window::Known(known) if now >= known.resets_at) {
            self.window = Window::Unknown { probing: false };
        }
        let crowded = (self.in_flight + 1) as f64 * (1.0 + self.crowd);
        match &mut self.window {
            Window::Unknown { probing: true } => Admission::AfterChange,
            Window::Unknown { probing } => {
                *probing = true;
                Admission::Go(self.ticket(true))
            }
            Window::Untold => Admission::Go(self.ticket(false)),
            Window::Known(known) if known.permits == 0 => Admission::AfterReset(known.resets_at),
            Window::Known(known) if self.crowd > 0.0 && (known.remaining as f64) < crowded => {
                if self.in_flight > 0 {
                    Admission::AfterChange
                } else {
                    Admission::AfterReset(known.resets_at)
                }
            }
            Window::Known(known) => {
                known.permits -= 1;
                Admission::Go(self.ticket(false))
            }
        }
    }

    fn ticket(&mut self, probe: bool) -> Ticket {
        self.next_ticket += 1;
        self.in_flight += 1;
        Ticket { number: self.next_ticket, probe }
    }

    /// Takes in what a response told, if one came.
    pub(crate) fn settle(&mut self, ticket: Ticket, now: Instant, told: Option<Told>) {
        self.in_flight -= 1;
        if told.is_some_and(|told| told.refused.is_none()) {
            self.refusals = 0;
        }
        let window = told.and_then(|told| told.rate_limit).and_then(|limit| {
            Some((limit.remaining?, limit.reset?.as_second(), limit.resets_in?.min(LONGEST_WINDOW)))
        });
        match (told, window) {
            (Some(Told { refused: Some(wait), random, .. }), window) => {
                // One that says "now", or that the window is over, means "no".
                let asked = wait.filter(|wait| !wait.is_zero());
                let wait = asked.unwrap_or_else(|| rate_limit_backoff(self.refusals, random));
                self.refusals = self.refusals.saturating_add(1);
                self.refused(now, wait, window.map(|(_, reset, _)| reset))
            }
            (Some(_), Some((remaining, reset, resets_in))) => {
                self.learn(&ticket, now, remaining, reset, resets_in)
            }
            (Some(_), None) if ticket.probe => self.window = Window::Untold,
            (None, _) if ticket.probe => self.window = Window::Unknown { probing: false },
            _ => {}
        }
    }

    /// A 429: nothing more goes before the wait it asks for is over.
    fn refused(&mut self, now: Instant, wait: Duration, reset: Option<i64>) {
        let wait = wait.min(LONGEST_WINDOW);
        if let (Some(reset), Window::Known(known)) = (reset, &self.window)
            && known.reset > reset
        {
            return; // a late answer of the window before
        }
        self.window = Window::Known(Known {
            reset: reset.unwrap_or(i64::MIN), // unnamed: whatever window is told next is another
            resets_at: now + wait,
            permits: 0,
            remaining: 0,
            learned: 0,
            answered: 0,
            carried: self.next_ticket,
        });
    }

    fn learn(&mut self, ticket: &Ticket, now: Instant, remaining: u64, reset: i64, resets_in: Duration) {
        match &mut self.window {
            Window::Known(known) if known.reset == reset => {
                known.permits = known.permits.min(remaining);
                known.remaining = known.remaining.min(remaining);
                known.answered += 1;
                let used = known.learned.saturating_sub(known.remaining);
                let others = used.saturating_sub(known.answered + self.in_flight);
                if others > 0 {
                    self.crowd = others as f64 / known.answered as f64;
                    self.crowd_seen = true;
                }
            }
            Window::Known(known) if known.reset > reset => {
                // Counted in the window before, so not in this one, from which it had been taken off.
                if ticket.number <= known.carried && now < known.resets_at {
                    known.permits = (known.permits + 1).min(known.remaining);
                }
            }
            _ => {
                if !std::mem::take(&mut self.crowd_seen) {
                    self.crowd = 0.0;
                }
                self.window = Window::Known(Known {
                    reset,
                    resets_at: now + resets_in,
                    permits: remaining.saturating_sub(self.in_flight),
                    remaining,
                    learned: remaining,
                    answered: 0,
                    carried: self.next_ticket,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    //! A simulation: processes with gates of their own, each with several workers, against one server with
    //! the documented fixed window. Time is a number; nothing sleeps.

    use std::collections::BinaryHeap;

    use super::*;
    use proptest::prelude::*;

    const WINDOW: u64 = 60_000;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum What {
        Wake,
        Arrive { process: usize, number: u64, probe: bool },
        Answer { process: usize, number: u64, probe: bool, remaining: Option<u64>, reset: u64, sent: u64 },
    }

    struct World {
        begun: Instant,
        limit: u64,
        events: BinaryHeap<std::cmp::Reverse<(u64, What)>>,
        gates: Vec<State>,
        wakes: std::collections::HashSet<(usize, u64)>,
        idle: Vec<usize>,
        left: Vec<u64>,
        window: (u64, u64),
        random: fastrand::Rng,
        longest_trip: u64,
        refusals: u64,
        requests: u64,
        finished_at: u64,
    }

    impl World {
        fn new(
            processes: usize,
            workers: usize,
            documents: u64,
            limit: u64,
            longest_trip: u64,
            seed: u64,
        ) -> Self {
            let mut random = fastrand::Rng::with_seed(seed);
            let start = random.u64(0..WINDOW);
            Self {
                begun: Instant::now(),
                limit,
                events: [std::cmp::Reverse((start, What::Wake))].into(),
                gates: (0..processes).map(|_| State::default()).collect(),
                wakes: std::collections::HashSet::new(),
                idle: vec![workers; processes],
                left: vec![documents; processes],
                window: (0, 0),
                random,
                longest_trip,
                refusals: 0,
                requests: 0,
                finished_at: start,
            }
        }

        fn run(mut self) -> Self {
            while let Some(std::cmp::Reverse((now, what))) = self.events.pop() {
                match what {
                    What::Wake => {}
                    What::Arrive { process, number, probe } => self.arrive(now, process, number, probe),
                    What::Answer { process, number, probe, remaining, reset, sent } => {
                        self.answer(now, process, Ticket { number, probe }, remaining, reset, sent);
                    }
                }
                (0..self.gates.len()).for_each(|process| self.admit(now, process));
            }
            assert!(self.left.iter().all(|left| *left == 0), "every document arrived");
            self
        }

        fn admit(&mut self, now: u64, process: usize) {
            while self.idle[process] > 0 && self.left[process] > 0 {
                match self.gates[process].admit(self.begun + Duration::from_millis(now)) {
                    Admission::Go(ticket) => {
                        self.idle[process] -= 1;
                        self.left[process] -= 1;
                        let arrives = now + self.random.u64(1..=self.longest_trip);
                        let what = What::Arrive { process, number: ticket.number, probe: ticket.probe };
                        self.events.push(std::cmp::Reverse((arrives, what)));
                    }
                    Admission::AfterReset(until) => {
                        let until = (until.duration_since(self.begun).as_millis() as u64).max(now + 1);
                        if self.wakes.insert((process, until)) {
                            self.events.push(std::cmp::Reverse((until, What::Wake)));
                        }
                        return;
                    }
                    Admission::AfterChange => return,
                }
            }
        }

        fn arrive(&mut self, now: u64, process: usize, number: u64, probe: bool) {
            let window = now / WINDOW;
            if self.window.0 != window {
                self.window = (window, 0);
            }
            self.requests += 1;
            let remaining = (self.window.1 < self.limit).then(|| {
                self.window.1 += 1;
                self.limit - self.window.1
            });
            let reset = (window + 1) * WINDOW / 1000;
            let what = What::Answer { process, number, probe, remaining, reset, sent: now };
            let answered = now + self.random.u64(1..=self.longest_trip);
            self.events.push(std::cmp::Reverse((answered, what)));
        }

        fn answer(
            &mut self,
            now: u64,
            process: usize,
            ticket: Ticket,
            remaining: Option<u64>,
            reset: u64,
            sent: u64,
        ) {
            let resets_in = Duration::from_secs(reset - sent / 1000);
            let rate_limit = Some(RateLimit {
                limit: Some(self.limit),
                remaining: Some(remaining.unwrap_or(0)),
                reset: jiff::Timestamp::from_second(reset as i64).ok(),
                resets_in: Some(resets_in),
            });
            let refused = remaining.is_none().then_some(Some(resets_in));
            self.gates[process].settle(
                ticket,
                self.begun + Duration::from_millis(now),
                Some(Told { rate_limit, refused, random: 0.5 }),
            );
            self.idle[process] += 1;
            if remaining.is_none() {
                self.left[process] += 1;
                self.refusals += 1;
            }
            self.finished_at = now;
        }
    }

    proptest! {
        #[test]
        fn alone_on_its_key_a_program_sees_no_429_and_wastes_no_window(
            workers in 1usize..=64, documents in 1u64..400, limit in 1u64..100, trip in 1u64..2_000, seed: u64,
        ) {
            let world = World::new(1, workers, documents, limit, trip, seed).run();
            prop_assert_eq!(world.refusals, 0);
            // Workers that could send a whole window's requests within it need no further windows.
            if workers as u64 * WINDOW / 2 > limit * 2 * trip + 10 * trip {
                let windows = documents.div_ceil(limit) + 2;
                prop_assert!(world.finished_at <= (windows + 1) * WINDOW + 10 * trip, "{} windows", world.finished_at / WINDOW);
            }
        }

        #[test]
        fn programs_that_share_a_key_all_finish_and_waste_under_a_tenth(seed: u64, trip in 1u64..400) {
            let world = World::new(4, 4, 150, 60, trip, seed).run();
            prop_assert!(world.refusals * 10 < world.requests, "{} of {}", world.refusals, world.requests);
            prop_assert!(world.finished_at < 13 * WINDOW, "600 documents fill ten windows: {}", world.finished_at);
        }
    }
}
