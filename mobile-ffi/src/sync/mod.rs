//! One synchronisation: builds a request, sends it, and does what the session says.
//!
//! ```text
//!   prepare (locked, committed) ─▶ send (unlocked) ─▶ Session::next ─▶ apply (locked, one transaction)
//! ```
//! Does not hold the store across the network, and never says "synced" when something waits.

pub(crate) mod apply;
pub(crate) mod enrol;
pub(crate) mod packing;
pub(crate) mod prior_check;
pub(crate) mod recover;
pub(crate) mod request;
pub(crate) mod transport;
pub(crate) mod wipe;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::phone::recover::Because;
use sync_core::phone::request::Base;
use sync_core::stream::StreamOp;
use sync_core::sync::answer::{Answer, FeedEntry};
use sync_core::sync::session::{Event, Next, Session, Stopped, Then};

use crate::device::{Device, SyncOptions};
use crate::event::Event as Heard;
use crate::problem::Problem;
use crate::store::{meta, ops, recovery};
use apply::Applied;
use packing::Packing;
use request::{Ask, Request};
use transport::Reply;

/// Synchronises once.
pub(crate) fn run(device: &Device, options: SyncOptions) -> Result<Value, Problem> {
    let _one_at_a_time = device.syncing.try_lock().map_err(|_| Problem::new("sync_running", ""))?;
    let ends = Instant::now() + Duration::from_millis(options.max_ms);
    let done = unless_wiped(device, |request| transport::send(device, request, ends));
    let sealed =
        hand_over(device, |server, header, blob| transport::send_sealed(device, server, &header, blob, ends));
    transport::hang_up(device);
    if let Some(wiped) = sealed? {
        return Ok(wiped);
    }
    device.store().checkpoint()?;
    done
}

fn unless_wiped(
    device: &Device,
    send: impl FnMut(&Request) -> Result<Event, Problem>,
) -> Result<Value, Problem> {
    if meta::state(&device.store().db)?.wiped.is_some() { Ok(Value::Null) } else { rounds(device, send) }
}

/// Sends what a phone that was taken out of use has sealed; nothing when it is in use.
fn hand_over(
    device: &Device,
    send: impl FnMut(&str, String, Vec<u8>) -> Result<Option<Reply>, Problem>,
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
    let done = unless_wiped(device, |request| Ok(transport.send(&request.header, &request.body)));
    let sealed = hand_over(device, |_, header, blob| {
        Ok(transport.send_sealed(&header, &blob).map(|(status, body)| Reply { status, body }))
    });
    sealed?.map_or(done, Ok)
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
}

impl Tally {
    /// Tells what an exchange came to.
    fn tell(&self, device: &Device, mut events: Vec<Heard>) -> Result<(), Problem> {
        let waiting = ops::waiting_count(&device.store().db)?;
        events.insert(0, Heard::Progress { pushed: self.pushed, pulled: self.pulled, waiting });
        device.tell(&events);
        Ok(())
    }
}

/// The rounds of one synchronisation, over any way of sending.
pub(crate) fn rounds(
    device: &Device,
    mut send: impl FnMut(&Request) -> Result<Event, Problem>,
) -> Result<Value, Problem> {
    let mut session = Session::default();
    let (mut ask, mut tally) = (Ask::default(), Tally::default());
    loop {
        let request = request::prepare(device, ask)?;
        tally.round_trips += 1;
        let event = send(&request)?;
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

/// The problem of a server that does not know the key of a request.
const KEY_UNKNOWN: &str = "signature_wrong";

/// What a person is told. A server that does not know this phone's key cannot be told from one that
/// was restored to before it was enrolled: a new code helps in both.
fn told(device: &Device, stopped: Stopped) -> Result<Problem, Problem> {
    if matches!(&stopped, Stopped::Refused { problem, .. } if problem == KEY_UNKNOWN) {
        recover::note(&device.store().db, Because::KeyLost)?;
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
        Stopped::Unreachable => Problem::new("unreachable", ""),
        Stopped::Later { after_ms } => {
            Problem::new("server_later", format!("after {} seconds", after_ms.div_ceil(1000)))
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
    Ok(json!({
        "pushed": tally.pushed,
        "pulled": tally.pulled,
        "waiting": waiting,
        "refused": refused,
        "synced": waiting == 0 && tally.pull_done,
        "round_trips": tally.round_trips,
        "directive": meta::state(&store.db)?.directive,
    }))
}
