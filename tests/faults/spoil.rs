//! What can go wrong with a conversation, as a list.

use super::impostor::Impostor;

/// What is done to a connection or a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Both sides are closed.
    Cut,
    /// Both sides are reset.
    Reset,
    /// Nothing more is passed on, and nothing is closed.
    Stall,
    /// The receiver is told that there is no more, though there is.
    Truncate,
    /// Each byte comes by itself.
    Drip,
    /// Each byte comes by itself, after a while.
    Trickle,
    /// What was passed on so far is sent again.
    Duplicate,
    /// It comes again, where the answer to the next request should.
    Echo,
    /// This bit of the next byte is another.
    Corrupt(u8),
    /// Nobody listens.
    Refuse,
    /// Nobody answers to a connection.
    Ignore,
    /// Something else answers: instead of the API, or after it, as the place says.
    Instead(Impostor),
}

impl Damage {
    /// Whether a client has a way to see it. Plain HTTP has no checksum: another byte is as good as the right
    /// one, a response that comes twice is the answer to two requests, and a request that comes twice is two.
    /// TLS refuses all of them, on the way that it guards.
    pub(crate) fn is_noticeable(self) -> bool {
        !matches!(self, Damage::Duplicate | Damage::Echo | Damage::Corrupt(_))
    }

    /// Whether only a timeout ends it.
    pub(crate) fn takes_time(self) -> bool {
        matches!(self, Damage::Stall | Damage::Trickle | Damage::Ignore)
    }
}

/// A point of a message, in tenths of its head or its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    Head(u8),
    Body(u8),
}

impl Point {
    /// Behind the last byte.
    pub(crate) const END: Self = Self::Body(10);
}

/// Where a conversation is spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// When a connection is made.
    Connection,
    Request(Point),
    /// At its beginning: the request was received whole, and its answer is lost.
    Response(Point),
}

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spoil {
    pub(crate) damage: Damage,
    pub(crate) place: Place,
    /// How many requests (or connections) pass before.
    pub(crate) after: usize,
    /// Every further one is spoiled as well.
    pub(crate) lasting: bool,
}

impl Spoil {
    /// Whether all is passed on all the same, in time.
    pub(crate) fn passes_all(self) -> bool {
        let at_the_end = self.place == Place::Response(Point::END);
        self.damage == Damage::Drip || (at_the_end && matches!(self.damage, Damage::Cut | Damage::Truncate))
    }

    /// What answers in place of the API.
    pub(crate) fn impostor(self) -> Option<Impostor> {
        match self.damage {
            Damage::Instead(impostor) => Some(impostor),
            _ => None,
        }
    }

    /// Whether an answer may come all the same.
    pub(crate) fn may_pass(self) -> bool {
        // Many requests have no body, so that each of its tenths is the end.
        let request_is_whole =
            matches!(self.place, Place::Request(Point::Body(_))) && self.damage == Damage::Truncate;
        let little_is_left =
            self.damage == Damage::Trickle && !matches!(self.place, Place::Request(Point::Head(0)));
        let is_over = self.place == Place::Response(Point::END);
        is_over || self.passes_all() || request_is_whole || little_is_left || !self.damage.is_noticeable()
    }

    /// The timeout of one attempt that goes with it: short where only a timeout ends it.
    pub(crate) fn timeout(self) -> std::time::Duration {
        let may_stall = self.damage.takes_time() || !self.damage.is_noticeable();
        std::time::Duration::from_millis(if may_stall { 400 } else { 60_000 })
    }
}

/// Every fault of a conversation of so many requests, in each of these points of its messages.
pub(crate) fn every_spoil(requests: usize, points: &[Point]) -> Vec<Spoil> {
    let mut spoils = Vec::new();
    for after in 0..requests {
        for lasting in [false, true] {
            let at = |place, damage| Spoil { damage, place, after, lasting };
            let connection = [Damage::Cut, Damage::Reset, Damage::Stall];
            spoils.extend(connection.map(|damage| at(Place::Connection, damage)));
            // A socket that does not listen holds its port on Linux alone.
            if lasting && cfg!(target_os = "linux") {
                spoils.extend([Damage::Refuse, Damage::Ignore].map(|damage| at(Place::Connection, damage)));
            }
            if after + 1 < requests {
                spoils.push(at(Place::Response(Point::END), Damage::Echo));
            }
            for (place, &point) in points.iter().enumerate() {
                let bit = (place * 3 % 8) as u8;
                let damages = [
                    Damage::Cut,
                    Damage::Reset,
                    Damage::Stall,
                    Damage::Truncate,
                    Damage::Drip,
                    Damage::Trickle,
                    Damage::Duplicate,
                    Damage::Corrupt(bit),
                    Damage::Corrupt((bit + 1) % 8),
                ];
                for damage in damages {
                    spoils.extend([at(Place::Request(point), damage), at(Place::Response(point), damage)]);
                }
            }
        }
    }
    spoils
}

/// Every impostor at each of so many requests, before the API and after it. An empty answer to a call that needs no
/// body is the API's by the contract: it comes only after the API did what it was asked for.
pub(crate) fn every_impostor(requests: usize, needs_no_body: bool) -> Vec<Spoil> {
    let mut spoils = Vec::new();
    for after in 0..requests {
        for impostor in Impostor::ALL {
            for place in [Place::Request(Point::Head(0)), Place::Response(Point::Head(0))] {
                let passes_for_it = needs_no_body && impostor.is_empty();
                let needs_an_answer = impostor == Impostor::Spliced;
                if (passes_for_it || needs_an_answer) && matches!(place, Place::Request(_)) {
                    continue;
                }
                for lasting in [false, true] {
                    spoils.push(Spoil { damage: Damage::Instead(impostor), place, after, lasting });
                }
            }
        }
    }
    spoils
}

/// The head at four points, and each tenth of the body.
pub(crate) fn every_tenth() -> Vec<Point> {
    [0, 1, 5, 9].map(Point::Head).into_iter().chain((0..=10).map(Point::Body)).collect()
}

/// The beginning, within the head, within the body, the end.
pub(crate) const FOUR_POINTS: [Point; 4] = [Point::Head(0), Point::Head(5), Point::Body(5), Point::END];
