//! One synchronisation: builds a request, sends it, and does what the session says.
//!
//! ```text
//!   prepare (locked, committed) ─▶ send (unlocked) ─▶ Session::next ─▶ apply (locked, one transaction)
//! ```
//! Does not hold the store across the network, and never says "synced" when something waits.

pub(crate) mod apply;
pub(crate) mod enrol;
pub(crate) mod line;
pub(crate) mod lookup;
pub(crate) mod packing;
pub(crate) mod prior_check;
pub(crate) mod recover;
pub(crate) mod request;
pub(crate) mod stop;
pub(crate) mod transport;
pub(crate) mod trust;
pub(crate) mod wipe;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::phone::pause::Pause;
use sync_core::phone::recover::Because;
use sync_core::phone::request::Base;
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{Answer, FeedEntry};
use sync_core::sync::room::LEAST_BYTES;
use sync_core::sync::session::{Event, Next, Session, Stopped, SyncProblem, Then, Unreached};

use crate::device::{Device, SyncOptions};
use crate::event::Event as Heard;
use crate::keys;
use crate::problem::{About, Problem, Who};
use crate::query::recovery::FORGOTTEN;
use crate::store::{meta, ops, recovery};
use apply::Applied;
use line::{Bounds, Exchange, Line, Travelled};
use packing::Packing;
use request::{Ask, Request};
use transport::Reply;

/// Synchronises once.
pub(crate) fn run(device: &Device, options: SyncOptions) -> Result<Value, Problem> {
    let ends = Instant::now() + Duration::from_millis(options.max_ms);
    let _one_at_a_time = device.syncing.try_lock().map_err(|_| Problem::new("sync_running", ""))?;
    let mut line = Line::begin(device, Bounds { ends, most_bytes: options.max_bytes });
    let done = run_on(device, &mut line);
    rest(device, done)
}

fn run_on(device: &Device, line: &mut Line<'_>) -> Result<Value, Problem> {
    let done = unless_wiped(device, OnLine { device, line });
    let sealed = hand_over(device, |server, header, blob| {
        let exchange = transport::send_sealed(line, server, &header, blob)?;
        whole(device, exchange)
    });
    if let Some(wiped) = sealed? {
        return Ok(wiped);
    }
    // What cannot be moved now, on a full disk for instance, is moved another time.
    let _ = device.checkpoints.now();
    done
}

/// Notes for how long the phone should rest now, and tells it with the problem.
fn rest(device: &Device, done: Result<Value, Problem>) -> Result<Value, Problem> {
    let pause = meta::state(&device.store().db)?.pause;
    let Err(problem) = done else {
        if pause.is_some() {
            meta::change(&device.store().db, |state| state.pause = None)?;
        }
        return done;
    };
    // Whoever stopped it, or must change something, knows when to go on.
    if problem.code == "stopped" || !matches!(problem.who, Who::Later | Who::Peer) {
        return Err(problem);
    }
    let asked_ms = match problem.about.as_deref() {
        Some(About::AfterMs(after_ms)) => Some(*after_ms),
        Some(About::Fields(_) | About::Reference(_)) | None => None,
    };
    let clock_ms = device.reading().clock_ms;
    let [one, two, ..] = keys::random_bytes()?;
    let pause = Pause::after(pause, asked_ms, clock_ms, u16::from_be_bytes([one, two]));
    // A full disk does not hide why it failed.
    let _ = meta::change(&device.store().db, |state| state.pause = Some(pause));
    Err(problem.after(pause.left_ms(clock_ms)))
}

/// What carries the requests of one synchronisation.
pub(crate) trait Carrier {
    /// Carries one.
    fn send(&mut self, request: &Request) -> Result<Event, Problem>;

    /// What travelled so far.
    fn travelled(&self) -> Travelled {
        Travelled::default()
    }

    /// How many bytes may still travel; nothing when they are not bounded.
    fn left_bytes(&self) -> Option<u64> {
        None
    }
}

struct Over<F>(F);

impl<F: FnMut(&Request) -> Result<Event, Problem>> Carrier for Over<F> {
    fn send(&mut self, request: &Request) -> Result<Event, Problem> {
        (self.0)(request)
    }
}

struct OnLine<'a, 'b> {
    device: &'a Device,
    line: &'a mut Line<'b>,
}

impl Carrier for OnLine<'_, '_> {
    fn send(&mut self, request: &Request) -> Result<Event, Problem> {
        match transport::send(self.line, request)? {
            Exchange::Whole(reply) => transport::read(&reply),
            Exchange::Cut => Ok(Event::Cut),
            Exchange::Unreached(why) => Ok(Event::Unreached(why)),
            exchange @ (Exchange::TimeUp | Exchange::BytesSpent) => Err(spent(self.device, &exchange)?),
        }
    }

    fn travelled(&self) -> Travelled {
        self.line.travelled()
    }

    fn left_bytes(&self) -> Option<u64> {
        self.line.left_bytes()
    }
}

/// The problem of an exchange that took more than there was; the next one carries less.
fn spent(device: &Device, exchange: &Exchange) -> Result<Problem, Problem> {
    narrow(device)?;
    Ok(Problem::new(if matches!(exchange, Exchange::BytesSpent) { "bytes_spent" } else { "time_up" }, ""))
}

/// The reply of an exchange outside of a session, or why there is none.
fn whole(device: &Device, exchange: Exchange) -> Result<Reply, Problem> {
    match exchange {
        Exchange::Whole(reply) => Ok(reply),
        Exchange::Cut => Err(problem(Stopped::Cut)),
        Exchange::Unreached(why) => Err(problem(Stopped::Unreached(why))),
        exchange @ (Exchange::TimeUp | Exchange::BytesSpent) => Err(spent(device, &exchange)?),
    }
}

/// The problem of a reply outside of a session that is not the answer which was asked for.
fn refused(reply: &Reply) -> Problem {
    match reply.otherwise() {
        Event::Foreign { after_ms } => problem(Stopped::Foreign { after_ms }),
        Event::Problem(SyncProblem::Later { after_ms }) => problem(Stopped::Later { after_ms }),
        Event::Answered(_) | Event::Problem(_) | Event::Cut | Event::Unreached(_) => {
            let own = reply.problem().unwrap_or_default();
            let code = own["code"].as_str().unwrap_or("server_refused");
            if code == KEY_UNKNOWN {
                return Problem::new("re_enrol_needed", FORGOTTEN);
            }
            Problem::new(code, format!("status {}", reply.status))
        }
    }
}

fn unless_wiped(device: &Device, carrier: impl Carrier) -> Result<Value, Problem> {
    if meta::state(&device.store().db)?.wiped.is_some() { Ok(Value::Null) } else { carried(device, carrier) }
}

/// Sends what a phone that was taken out of use has sealed; nothing when it is in use.
fn hand_over(
    device: &Device,
    send: impl FnMut(&str, String, Vec<u8>) -> Result<Reply, Problem>,
) -> Result<Option<Value>, Problem> {
    if meta::state(&device.store().db)?.wiped.is_none() {
        return Ok(None);
    }
    device.store().scrub()?;
    wipe::deliver(device, send)?;
    let store = device.store();
    let wiped = wipe::shown(&store.db, &meta::state(&store.db)?)?;
    Ok(Some(json!({"synced": true, "waiting": 0, "wiped": wiped, "directive": "wipe"})))
}

/// Another way than HTTP to carry a request to the server: for tests and simulations, which lose, repeat
/// and cut what they carry.
pub trait Transport {
    /// Carries one signed request: the value of the header `waymark-device`, and the body, which is packed
    /// with zstd. Gives what came back.
    fn send(&mut self, header: &str, body: &[u8]) -> Event;

    /// Carries one sealed part of what a phone that was taken out of use had not sent, with its signed
    /// header. Gives the status and the body of the reply; nothing when the link was cut.
    fn send_sealed(&mut self, header: &str, blob: &[u8]) -> Option<(u16, Vec<u8>)>;
}

/// Synchronises once over another transport.
pub(crate) fn run_over(device: &Device, transport: &mut dyn Transport) -> Result<Value, Problem> {
    let _one_at_a_time = device.syncing.try_lock().map_err(|_| Problem::new("sync_running", ""))?;
    let done =
        unless_wiped(device, Over(|request: &Request| Ok(transport.send(&request.header, &request.body))));
    let sealed = hand_over(device, |_, header, blob| {
        let reply = transport.send_sealed(&header, &blob);
        let reply = reply.map(|(status, body)| Reply { status, after_ms: None, body });
        reply.ok_or_else(|| problem(Stopped::Cut))
    });
    rest(device, sealed?.map_or(done, Ok))
}

/// What one synchronisation has done so far.
#[derive(Default)]
struct Tally {
    pushed: u64,
    pulled: u64,
    round_trips: u64,
    pull_done: bool,
    healed: bool,
    confirmed: bool,
    /// How many openings waited after the last exchange that would have been the last one.
    openings: Option<usize>,
    travelled: Travelled,
}

impl Tally {
    /// Tells what an exchange came to.
    fn tell(&self, device: &Device, mut events: Vec<Heard>) -> Result<(), Problem> {
        let waiting = ops::waiting_count(&device.store().db)?;
        let Self { pushed, pulled, travelled: Travelled { sent_bytes, received_bytes }, .. } = *self;
        events.insert(0, Heard::Progress { pushed, pulled, waiting, sent_bytes, received_bytes });
        device.tell(&events);
        Ok(())
    }

    /// Whether openings wait, and fewer than before: no server can make a device tell for ever.
    fn tells_more(&mut self, device: &Device) -> Result<bool, Problem> {
        let wait = openings(device)?;
        Ok(wait > 0 && self.openings.replace(wait).is_none_or(|before| wait < before))
    }
}

/// How many openings wait to be told.
fn openings(device: &Device) -> Result<usize, Problem> {
    Ok(meta::state(&device.store().db)?.openings.waiting())
}

/// The rounds of one synchronisation, over any way of sending.
#[cfg(test)]
pub(crate) fn rounds(
    device: &Device,
    send: impl FnMut(&Request) -> Result<Event, Problem>,
) -> Result<Value, Problem> {
    carried(device, Over(send))
}

fn carried(device: &Device, mut carrier: impl Carrier) -> Result<Value, Problem> {
    let mut session = Session::default();
    let (mut ask, mut tally) = (Ask::default(), Tally::default());
    loop {
        // What is left is for a request and its answer.
        ask.most_bytes = carrier.left_bytes().map(share_of);
        if ask.most_bytes.is_some_and(|most| most < u64::from(LEAST_BYTES)) {
            return Err(Problem::new("bytes_spent", ""));
        }
        let request = request::prepare(device, ask)?;
        tally.round_trips += 1;
        let event = carrier.send(&request);
        tally.travelled = carrier.travelled();
        let event = event?;
        if matches!(event, Event::Cut) {
            narrow(device)?;
        }
        match session.next(event, request.left) {
            Next::Apply(answer, then) => {
                let Applied { pushed, pulled, events } = apply::apply(device, &answer, &request)?;
                tally.pushed += pushed;
                tally.pulled += pulled;
                tally.tell(device, events)?;
                ask = Ask { packing: ask.packing, ..Ask::default() };
                match then {
                    Then::GoOn => {}
                    // Streams that differed are asked for at once, but once: no server can make a
                    // device ask for ever.
                    Then::Done if !tally.healed && apply::wants_healing(device)? => tally.healed = true,
                    // A new referral reads as received once a request shows that this phone has it.
                    Then::Done if !tally.confirmed && brings_a_referral(device, &answer)? => {
                        tally.confirmed = true;
                    }
                    Then::Done if tally.tells_more(device)? => {}
                    Then::Done => {
                        tally.pull_done = true;
                        return report(device, &tally);
                    }
                }
            }
            Next::Jump(counter) => {
                meta::change(&device.store().db, |state| state.counter = state.counter.max(counter))?;
            }
            Next::ShowPrev => ask.base = Base::Written,
            Next::PackPlainly => ask.packing = Packing::Plain,
            Next::PushFrom(seq) => {
                ask.from = Some(seq);
                apply::wait_again(device, seq.saturating_sub(1))?;
            }
            Next::Renew(epochs) => {
                apply::renew(device, &epochs)?;
                // Its cursor still names the epoch before.
                ask.base = Base::Written;
            }
            Next::Stop(stopped) => return Err(told(device, stopped)?),
        }
    }
}

/// What a body may have of the bytes that are left: half, without what the headers of both take, and never less than the
/// least when that fits.
fn share_of(left: u64) -> u64 {
    let half = left / 2;
    half.min(half.saturating_sub(HEAD_BYTES).max(u64::from(LEAST_BYTES)))
}

/// What the headers of a request or an answer take at most.
const HEAD_BYTES: u64 = 1024;

/// The problem of a server that does not know the key of a request.
const KEY_UNKNOWN: &str = "signature_wrong";

/// What a person is told. That the key is the enrolled one was looked at before it signed: a server that does not know it
/// has forgotten this phone, and a new code helps.
fn told(device: &Device, stopped: Stopped) -> Result<Problem, Problem> {
    if matches!(&stopped, Stopped::Refused { problem, .. } if problem == KEY_UNKNOWN) {
        recover::note(&device.store().db, Because::Forgotten)?;
        return Ok(Problem::new("re_enrol_needed", FORGOTTEN));
    }
    Ok(problem(stopped))
}

/// The link dropped: less travels at once.
fn narrow(device: &Device) -> Result<(), Problem> {
    meta::change(&device.store().db, |state| state.room = state.room.after_cut())
}

/// Whether a page put a referral into the hands of this phone's service.
fn brings_a_referral(device: &Device, answer: &Answer) -> Result<bool, Problem> {
    let role = meta::state(&device.store().db)?.me.map(|me| me.role);
    if !role.is_some_and(Role::of_provider) {
        return Ok(false);
    }
    let sends = |op: &StreamOp| matches!(op.kind.as_str(), "referral.submitted" | "referral.rerouted");
    Ok(answer.feed.iter().any(|entry| match entry {
        FeedEntry::Op(op) => sends(op),
        FeedEntry::Whole(whole) => whole.ops.iter().any(sends),
        FeedEntry::Stamped { .. }
        | FeedEntry::Forget { .. }
        | FeedEntry::Erased { .. }
        | FeedEntry::Extract(_)
        | FeedEntry::Reference(_) => false,
    }))
}

fn problem(stopped: Stopped) -> Problem {
    match stopped {
        Stopped::Cut | Stopped::Unreached(Unreached::NoAnswer) => Problem::new("unreachable", ""),
        Stopped::Unreached(Unreached::HostUnknown) => Problem::new("host_unknown", ""),
        Stopped::Unreached(Unreached::Refused) => Problem::new("connection_refused", ""),
        Stopped::Unreached(Unreached::Untrusted) => Problem::new("certificate_untrusted", ""),
        Stopped::Foreign { after_ms } => {
            let problem = Problem::new("answer_foreign", "");
            after_ms.map_or(problem.clone(), |after_ms| problem.after(after_ms))
        }
        Stopped::Later { after_ms } => {
            Problem::new("server_later", format!("after {} seconds", after_ms.div_ceil(1000))).after(after_ms)
        }
        Stopped::Refused { status, problem } if problem.is_empty() => {
            Problem::new("server_refused", format!("status {status}, and not in the server's own words"))
        }
        Stopped::Refused { status, problem } => {
            Problem::new("server_refused", format!("status {status}, {problem}"))
        }
    }
}

fn report(device: &Device, tally: &Tally) -> Result<Value, Problem> {
    let store = device.store();
    let waiting = ops::waiting_count(&store.db)? + recovery::waiting_count(&store.db)?;
    let refused = ops::without_effect(&store.db)?;
    let state = meta::state(&store.db)?;
    Ok(json!({
        "pushed": tally.pushed,
        "pulled": tally.pulled,
        "waiting": waiting,
        "refused": refused,
        "synced": waiting == 0 && state.openings.waiting() == 0 && tally.pull_done,
        "round_trips": tally.round_trips,
        "sent_bytes": tally.travelled.sent_bytes,
        "received_bytes": tally.travelled.received_bytes,
        "directive": state.directive,
    }))
}
