//! One synchronisation as the device drives it: what to do after each answer.
//!
//! ```text
//!   prepare ──▶ send ──▶ answer ──▶ apply ──▶ more? ──▶ prepare …
//!                  ╲──▶ cut ────▶ stop: nothing is lost, the next sync sends it again
//!                  ╲──▶ problem ▶ jump beyond the counter / show more / pack plainly / stop
//! ```
//! A request is signed anew each time and its counter never used twice. Does not send or store.

use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, OpId};
use crate::sync::answer::{Answer, Directive, FeedEntry, More};
use crate::sync::epoch::Epoch;

/// What came back from one request.
#[derive(Debug)]
pub enum Event {
    /// A 200.
    Answered(Box<Answer>),
    /// A problem document.
    Problem(SyncProblem),
    /// No whole answer came: the connection was cut, or too slow.
    Cut,
    /// There was no connection: nothing was sent.
    Unreached(Unreached),
    /// Somebody else answered in the server's place: the sign-in page of a network, or a proxy.
    Foreign {
        /// After how many milliseconds to try again, when they said so.
        after_ms: Option<u64>,
    },
}

/// Why there was no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreached {
    /// Nobody answered.
    NoAnswer,
    /// The name of the server is not known here.
    HostUnknown,
    /// Nothing listens at the address.
    Refused,
    /// Whoever answered did not prove to be the server.
    Untrusted,
}

/// The problem documents of a sync that a device can act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum SyncProblem {
    /// 409: the counter was used before; the device jumps beyond it.
    CounterOld {
        /// The last number that the server has seen.
        counter: u64,
    },
    /// 409: the server needs what the push stands on.
    PrevNeeded,
    /// 409: ops are missing between what the server holds and what was pushed.
    Gap {
        /// The last seq that the server holds.
        seq: u64,
    },
    /// 400: the server has not this dictionary.
    DictionaryUnknown,
    /// 409: ops were pushed by a device that knows another epoch; nothing is stored. It takes back
    /// stamps first, so that its push can tell what lies behind lost ops.
    EpochOther {
        /// Every epoch of the server's history, the present one last.
        epochs: Vec<Epoch>,
    },
    /// 503, 429 or another passing fault: try later.
    Later {
        /// After how many milliseconds.
        after_ms: u64,
    },
    /// Anything else: a person must act.
    Other {
        /// The HTTP status.
        status: u16,
        /// The problem's stable code.
        problem: String,
    },
}

/// What the device does next.
#[derive(Debug)]
pub enum Next {
    /// Write the answer's results in one transaction; then go on, or stop.
    Apply(Box<Answer>, Then),
    /// Save this counter as used, and ask again.
    Jump(u64),
    /// Ask again, and write out what the push stands on.
    ShowPrev,
    /// Ask again, packed without the dictionary.
    PackPlainly,
    /// Ask again, pushing from this seq on.
    PushFrom(u64),
    /// Take back the stamps that count no longer, and ask again from where the last request did.
    Renew(Vec<Epoch>),
    /// Stop; nothing changed.
    Stop(Stopped),
}

/// Whether an applied answer ends the synchronisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// There is more to push or to pull.
    GoOn,
    /// Everything that this device knew of is exchanged.
    Done,
}

/// Whether a device's log is the one that the server holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parted {
    /// It is, as far as both go.
    No,
    /// The server holds another op at a seq of this log: a copy of the device wrote it.
    Fork,
    /// The server holds more of this log than the device, which went back to an older copy: whatever it
    /// records next would part from what it wrote before.
    Behind,
}

/// What an answer says of the device's own log, whose last op has this seq; also an answer to a push
/// without ops. After anything but [`Parted::No`] nothing of the log is acknowledged, whatever the numbers
/// say, and the device enrols again.
#[must_use]
pub fn parted(answer: &Answer, last_seq: u64) -> Parted {
    if answer.directives.contains(&Directive::ReEnrol) {
        Parted::Fork
    } else if answer.acknowledged > last_seq {
        Parted::Behind
    } else {
        Parted::No
    }
}

/// As much of a device's log as the server is known to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    device: DeviceId,
    upto: u64,
}

impl Agreed {
    /// What is agreed about a log, acknowledged up to a seq, once this answer has come.
    ///
    /// A server that lost acknowledged entries may have got a copy's under their numbers since; then its
    /// answer says from where on.
    #[must_use]
    pub fn of(device: DeviceId, acknowledged: u64, answer: &Answer) -> Self {
        let forked = answer.directives.contains(&Directive::ReEnrol);
        let upto = if forked { acknowledged.min(answer.acknowledged) } else { acknowledged };
        Self { device, upto }
    }

    /// Whose log it is.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// Whether what the server says of this id is about an entry of a copy of the device, and not about the one
    /// that the log has under that number.
    #[must_use]
    pub fn is_a_copys(&self, id: OpId) -> bool {
        id.device == self.device && id.seq > self.upto
    }

    /// Whether an entry of a feed is about one.
    #[must_use]
    pub fn is_of_a_copy(&self, entry: &FeedEntry) -> bool {
        match entry {
            FeedEntry::Op(op) => self.is_a_copys(op.id),
            FeedEntry::Stamped { id, .. } | FeedEntry::Erased { id, .. } => self.is_a_copys(*id),
            FeedEntry::Whole(_) | FeedEntry::Forget { .. } => false,
            FeedEntry::Extract(_) | FeedEntry::Reference(_) => false,
        }
    }
}

/// Why a synchronisation ended without an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// The link was cut.
    Cut,
    /// The server was not reached.
    Unreached(Unreached),
    /// Somebody else answered in the server's place.
    Foreign {
        /// After how many milliseconds to try again, when they said so.
        after_ms: Option<u64>,
    },
    /// The server asks to try later.
    Later {
        /// After how many milliseconds.
        after_ms: u64,
    },
    /// A person must act.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's stable code.
        problem: String,
    },
}

/// The running synchronisation: it remembers what it has tried, so that no server can make a
/// device ask for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Session {
    corrections: u8,
}

/// How often one synchronisation corrects itself (counter, prev, gap, packing) before it gives up.
const MAX_CORRECTIONS: u8 = 4;

impl Session {
    /// What to do after an event; `outbox_left` ops remain that this request did not push.
    pub fn next(&mut self, event: Event, outbox_left: u64) -> Next {
        match event {
            Event::Cut => Next::Stop(Stopped::Cut),
            Event::Unreached(why) => Next::Stop(Stopped::Unreached(why)),
            Event::Foreign { after_ms } => Next::Stop(Stopped::Foreign { after_ms }),
            Event::Answered(answer) => {
                self.corrections = 0;
                let then = if answer.more == More::Yes || outbox_left > 0 { Then::GoOn } else { Then::Done };
                Next::Apply(answer, then)
            }
            Event::Problem(problem) => self.correct(problem),
        }
    }

    fn correct(&mut self, problem: SyncProblem) -> Next {
        self.corrections += 1;
        let refused = |status, code: &str| Next::Stop(Stopped::Refused { status, problem: code.to_owned() });
        let tired = self.corrections > MAX_CORRECTIONS;
        match problem {
            SyncProblem::CounterOld { counter } if !tired => Next::Jump(counter),
            SyncProblem::CounterOld { .. } => refused(409, "counter_old"),
            SyncProblem::PrevNeeded if !tired => Next::ShowPrev,
            SyncProblem::PrevNeeded => refused(409, "prev_needed"),
            SyncProblem::Gap { seq } if !tired => Next::PushFrom(seq + 1),
            SyncProblem::Gap { .. } => refused(409, "gap"),
            SyncProblem::DictionaryUnknown if !tired => Next::PackPlainly,
            SyncProblem::DictionaryUnknown => refused(400, "dictionary_unknown"),
            SyncProblem::EpochOther { epochs } if !tired => Next::Renew(epochs),
            SyncProblem::EpochOther { .. } => refused(409, "epoch_other"),
            SyncProblem::Later { after_ms } => Next::Stop(Stopped::Later { after_ms }),
            SyncProblem::Other { status, problem } => Next::Stop(Stopped::Refused { status, problem }),
        }
    }
}
