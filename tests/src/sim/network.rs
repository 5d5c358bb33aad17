//! The network between a phone and the server, and what can befall an exchange.
//!
//! Does not drive a session: see [`super::world`].

use server::Fault as Broken;
use server::node::Refusal;
use sync_core::log::Tip;
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{Answer, Directive, FeedEntry};
use sync_core::sync::session::{Event, SyncProblem};

use super::checks::may_hold;
use super::plan::{Bug, Fault};
use super::sync::Request;
use super::world::World;

/// What a delivery gave: the answer or why there is none; the outer error is a check that failed.
type Delivered = Result<Result<Answer, Refusal>, String>;

impl World<'_> {
    /// Sends a request and gives what the phone sees.
    pub(super) fn send(&mut self, who: usize, request: &Request, fault: Fault) -> Result<Event, String> {
        if fault != Fault::None {
            self.counts.add(format!("fault/{}", name(fault)));
        }
        let delivered = match fault {
            Fault::LoseRequest => return Ok(Event::Cut),
            Fault::Delay => {
                self.in_flight.push_back(request.clone());
                return Ok(Event::Cut);
            }
            Fault::TruncateRequest => {
                let mut half = request.clone();
                half.body.truncate(request.body.len() / 2);
                if self.deliver(&half)?.is_ok() {
                    return Err("half a request was accepted".to_owned());
                }
                return Ok(Event::Cut);
            }
            Fault::LoseResponse | Fault::TruncateResponse => {
                let answer = self.deliver(request)?;
                return cut_answer(fault, answer.ok().as_ref());
            }
            Fault::Duplicate => {
                let first = self.deliver(request)?;
                if first.is_ok() && !matches!(self.deliver(request)?, Err(Refusal::CounterOld(_))) {
                    return Err("the same request counted twice".to_owned());
                }
                first
            }
            Fault::ServerCrash(at) => self.deliver_broken(request, at, Broken::Stopped)?,
            Fault::ServerDiskFull(at) => self.deliver_broken(request, at, Broken::DiskFull)?,
            Fault::None
            | Fault::PhoneCrashBeforeSend
            | Fault::PhoneCrashBeforeApply
            | Fault::PhoneDiskFull => self.deliver(request)?,
        };
        Ok(match delivered {
            Ok(answer) => Event::Answered(Box::new(self.planted(who, answer))),
            Err(refusal) => seen(&refusal),
        })
    }

    /// A delayed request arrives; nobody waits for its answer any more.
    pub(super) fn arrive(&mut self) -> Result<(), String> {
        let Some(late) = self.in_flight.pop_front() else { return Ok(()) };
        let answer = self.deliver(&late)?;
        self.counts.add(if answer.is_ok() { "late/counted" } else { "late/refused" });
        Ok(())
    }

    fn deliver(&mut self, request: &Request) -> Delivered {
        let header = request.header.clone();
        let answer = self.node.sync(header, &request.body, &request.body, self.now_ms);
        self.checks.delivered(&self.node, request, answer.as_ref(), &mut self.counts)?;
        Ok(answer)
    }

    /// The server breaks at a change of its store: what it had begun is taken back.
    fn deliver_broken(&mut self, request: &Request, at: u8, broken: Broken) -> Delivered {
        let stops = broken == Broken::Stopped;
        self.node.trip_after(u64::from(at), broken);
        let answer = self.deliver(request)?;
        let tripped = !self.node.untrip();
        if tripped {
            self.counts.add("server/broke");
        }
        if tripped && stops {
            self.restart()?;
        }
        if tripped && self.plan.bug == Bug::AcknowledgedBeforeStored {
            return Ok(Ok(self.too_early(request)));
        }
        Ok(answer)
    }

    /// The planted bug of a server that answers before its commit.
    fn too_early(&self, request: &Request) -> Answer {
        Answer {
            now_ms: self.now_ms,
            epoch: self.epoch,
            receipt: None,
            acknowledged: Tip { seq: request.last, ..Tip::default() }.seq,
            stamps: Vec::new(),
            feed: Vec::new(),
            cursor: "0".to_owned(),
            more: sync_core::sync::answer::More::No,
            backed_up: 0,
            directives: Vec::new(),
            epochs: Vec::new(),
            digests: Vec::new(),
            consulted: None,
        }
    }

    /// The planted bug of a server that feeds what its reader may not hold.
    fn planted(&self, who: usize, mut answer: Answer) -> Answer {
        if self.plan.bug == Bug::FeedsEverything {
            let me = &self.phones[who].me;
            let read = self.node.each_op(|op, _, stamp| {
                if answer.feed.len() < 400 && !may_hold(me, &op.header.stream) {
                    answer.feed.push(FeedEntry::Op(Box::new(StreamOp::of(op, stamp.cloned()))));
                }
            });
            read.expect("a store in memory is read");
        }
        answer
    }
}

/// A lost answer, or half of one: it must not read as a whole one.
fn cut_answer(fault: Fault, answer: Option<&Answer>) -> Result<Event, String> {
    if let (Fault::TruncateResponse, Some(answer)) = (fault, answer) {
        let bytes = serde_json::to_vec(answer).expect("an answer is plain data");
        if serde_json::from_slice::<Answer>(&bytes[..bytes.len() / 2]).is_ok() {
            return Err("half an answer was read as a whole one".to_owned());
        }
    }
    Ok(Event::Cut)
}

/// A refusal as the phone sees it, over the problem document of HTTP.
fn seen(refusal: &Refusal) -> Event {
    let other = |status, code: &str| SyncProblem::Other { status, problem: code.to_owned() };
    Event::Problem(match refusal {
        Refusal::CounterOld(counter) => SyncProblem::CounterOld { counter: *counter },
        Refusal::PrevNeeded => SyncProblem::PrevNeeded,
        Refusal::Gap(seq) => SyncProblem::Gap { seq: *seq },
        Refusal::Fault(_) => SyncProblem::Later { after_ms: 1000 },
        Refusal::EpochOther(epochs) => SyncProblem::EpochOther { epochs: epochs.clone() },
        Refusal::TooOften(after_ms) => SyncProblem::Later { after_ms: *after_ms },
        Refusal::Sealed => other(400, "sealed"),
        Refusal::SealedFull => other(413, "sealed_full"),
        Refusal::Malformed => other(400, "malformed"),
        Refusal::TooManyOps => other(413, "too_many_ops"),
        Refusal::Signature => other(401, "signature"),
    })
}

fn name(fault: Fault) -> &'static str {
    match fault {
        Fault::None => "none",
        Fault::LoseRequest => "lose_request",
        Fault::LoseResponse => "lose_response",
        Fault::Duplicate => "duplicate",
        Fault::Delay => "delay",
        Fault::TruncateRequest => "truncate_request",
        Fault::TruncateResponse => "truncate_response",
        Fault::ServerCrash(_) => "server_crash",
        Fault::ServerDiskFull(_) => "server_disk_full",
        Fault::PhoneCrashBeforeSend => "phone_crash_before_send",
        Fault::PhoneCrashBeforeApply => "phone_crash_before_apply",
        Fault::PhoneDiskFull => "phone_disk_full",
    }
}

/// Whether an answer tells the phone that its log has forked.
pub(super) fn says_fork(answer: &Answer) -> bool {
    answer.directives.contains(&Directive::ReEnrol)
}
