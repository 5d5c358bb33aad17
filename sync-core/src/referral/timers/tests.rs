//! Calendar, due dates, lapse and worklist; a small story-teller here, cases in the modules.

mod appointments;
mod calendar;
mod delivered;
mod due_dates;
mod frozen;
mod lapsing;
mod offences;
mod reading;
mod waiting;
mod worklists;

use chrono::DateTime;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::clock::{ClockMark, Hlc};
use crate::ids::{CompartmentKind, DeviceId, OpId, OrgId, Record, UserId};
use crate::local_time::{day_ends_ms, local_day};
use crate::op::VOCABULARY;
use crate::referral::fold::fold;
use crate::referral::view::view;
use crate::stamp::{Disposition, Stamp};
use crate::stream::{History, StreamOp};

pub(super) const OFFICER: UserId = UserId(Uuid::from_u128(0xA1));
pub(super) const WORKER: UserId = UserId(Uuid::from_u128(0xB1));
pub(super) const SERVER: UserId = UserId(Uuid::from_u128(0xC1));
pub(super) const HOUR: u64 = 3_600_000;
pub(super) const DAY: u64 = 24 * HOUR;

/// Milliseconds since 1970 of a time as people write it.
pub(super) fn at(text: &str) -> u64 {
    let time = DateTime::parse_from_rfc3339(text).expect(text);
    u64::try_from(time.timestamp_millis()).expect("after 1970")
}

/// The ops of one referral, each after all before it.
#[derive(Clone)]
pub(super) struct Story {
    pub(super) record: Uuid,
    ops: Vec<StreamOp>,
}

impl Story {
    pub(super) fn new(number: u128) -> Self {
        Self { record: Uuid::from_u128(number), ops: Vec::new() }
    }

    /// An encounter that was diverted and sent, with a number that may be texted, and a place.
    pub(super) fn submitted(number: u128, at_ms: u64) -> Self {
        Self::sent(
            number,
            at_ms,
            json!({"phone": "07700 900123", "may": ["text"], "place_and_time": "the bridge"}),
        )
    }

    pub(super) fn sent(number: u128, at_ms: u64, reach: Value) -> Self {
        Self::sent_under(number, at_ms, reach, "thames-valley-2018")
    }

    pub(super) fn sent_under(number: u128, at_ms: u64, reach: Value, pack: &str) -> Self {
        let mut story = Self::new(number);
        let subject = json!({"family": "Beispiel", "given": "Ana", "apparent_age": 30});
        story.tell(
            OFFICER,
            at_ms,
            "encounter.opened",
            json!({"at_ms": at_ms, "route": "street", "subject": subject}),
        );
        story.tell(
            OFFICER,
            at_ms,
            "consent.recorded",
            json!({"contact": "yes", "feedback": "yes", "wording": "v1", "language": "en"}),
        );
        let body = json!({
            "reference": "TVP-0000", "subject": subject, "reach": reach, "provider": Uuid::from_u128(0xB0),
            "policy": {"id": pack, "version": 1}, "voluntary": "no",
        });
        story.tell(OFFICER, at_ms, "referral.submitted", body);
        story
    }

    pub(super) fn accepted(number: u128, at_ms: u64) -> Self {
        Self::submitted(number, at_ms).and(SERVER, at_ms, "referral.received", received()).and(
            WORKER,
            at_ms,
            "referral.accepted",
            json!({}),
        )
    }

    pub(super) fn and(mut self, who: UserId, at_ms: u64, kind: &str, body: Value) -> Self {
        self.tell(who, at_ms, kind, body);
        self
    }

    pub(super) fn contact(self, at_ms: u64, what: &str, channel: &str, result: &str) -> Self {
        let body = json!({"what": what, "channel": channel, "result": result, "at_ms": at_ms});
        self.and(WORKER, at_ms, "contact.recorded", body)
    }

    /// An unanswered attempt.
    pub(super) fn tried(self, at_ms: u64, channel: &str) -> Self {
        self.contact(at_ms, "attempted", channel, "no_answer")
    }

    /// An appointment and what became of it, an hour later.
    pub(super) fn met(mut self, at_ms: u64, meeting: &str, status: &str) -> Self {
        let booked = json!({"at_ms": at_ms, "meeting": meeting, "minutes": 60});
        let booked = self.tell(WORKER, at_ms - 48 * HOUR, "appointment.booked", booked);
        let body = json!({
            "appointment": booked.seq, "meeting": meeting, "status": status, "minutes": 60, "at_ms": at_ms,
        });
        self.and(WORKER, at_ms + HOUR, "attendance.recorded", body)
    }

    pub(super) fn tell(&mut self, who: UserId, at_ms: u64, kind: &str, body: Value) -> OpId {
        self.tell_in(None, who, at_ms, kind, body)
    }

    /// In a compartment that is not the first of its kind.
    pub(super) fn tell_in(
        &mut self,
        to: Option<CompartmentKind>,
        who: UserId,
        at_ms: u64,
        kind: &str,
        body: Value,
    ) -> OpId {
        let kind = kind.parse().expect("a well-formed kind");
        let act = Act::parse(&kind, &body.to_string()).expect("a body of the kind").expect("a known kind");
        let to = to.unwrap_or(act.info().compartments[0]);
        let org = if matches!(to, CompartmentKind::Outreach | CompartmentKind::Care) { 0xB0 } else { 0xF0 };
        let place = u64::try_from(self.ops.len()).expect("few ops") + 1;
        let id = OpId { device: DeviceId(Uuid::from_u128(0xD1)), seq: place };
        let hlc = Hlc::from_ms(at_ms);
        let stamp = Stamp {
            place,
            received_ms: at_ms,
            eff: hlc,
            clock: ClockMark::Plain,
            disposition: Disposition::Accepted,
            absent: Vec::new(),
            instead: Vec::new(),
        };
        self.ops.push(StreamOp {
            id,
            stream: Record::referral(self.record).stream(to, OrgId(Uuid::from_u128(org))),
            deps: Vec::new(),
            hlc,
            author: who,
            kind,
            vocabulary: VOCABULARY,
            body: Some(act.body()),
            erased: None,
            stamp: Some(stamp),
        });
        id
    }

    /// The folded streams that a reader holds.
    pub(super) fn states(&self, reader: Reader) -> Vec<StreamState> {
        let holds = |kind: CompartmentKind| match (reader, kind) {
            (Reader::Server, _) | (_, CompartmentKind::Shared) => true,
            (Reader::Force, kind) => kind == CompartmentKind::Police,
            (Reader::Provider, kind) => matches!(kind, CompartmentKind::Outreach | CompartmentKind::Care),
        };
        let state = |kind: &CompartmentKind| {
            fold(&History::new(self.ops.iter().filter(|op| op.stream.kind() == *kind).cloned()))
        };
        CompartmentKind::ALL.iter().filter(|kind| holds(**kind)).map(state).collect()
    }

    /// When the server had what sent it to its service.
    pub(super) fn sent_ms(&self, states: &[StreamState]) -> Option<u64> {
        let sent = sent_by(states)?;
        self.ops.iter().find(|op| op.id == sent)?.stamp.as_ref().map(|stamp| stamp.received_ms)
    }

    /// What is due, as a reader sees it: timer and due date.
    pub(super) fn due(&self, reader: Reader, now_ms: u64) -> Vec<Due> {
        let states = self.states(reader);
        let synced_ms = self.sent_ms(&states);
        due(
            &Referral {
                record: self.record,
                states: &states,
                seen: &view(&states),
                reader,
                holidays: &[],
                synced_ms,
                able: None,
            },
            now_ms,
        )
    }

    /// One timer as the server sees it.
    pub(super) fn timer(&self, timer: Timer, now_ms: u64) -> Option<Due> {
        self.due(Reader::Server, now_ms).into_iter().find(|due| due.timer == timer)
    }

    pub(super) fn may_lapse(&self, now_ms: u64, devices: &[DeviceSync]) -> Lapse {
        let states = self.states(Reader::Server);
        let referral = Referral {
            record: self.record,
            states: &states,
            seen: &view(&states),
            reader: Reader::Server,
            holidays: &[],
            synced_ms: None,
            able: None,
        };
        may_lapse(&referral, now_ms, devices)
    }
}

/// What the server writes once somebody at the service has it.
fn received() -> Value {
    json!({"provider": Uuid::from_u128(0xB0)})
}

/// The worklist of a desk.
pub(super) fn order(stories: &[Story], desk: WorklistOf, reader: Reader, now: u64) -> Vec<Item> {
    let states: Vec<_> = stories.iter().map(|story| story.states(reader)).collect();
    let views: Vec<_> = states.iter().map(|states| view(states)).collect();
    let referrals: Vec<Referral<'_>> = stories
        .iter()
        .zip(states.iter().zip(&views))
        .map(|(story, (states, seen))| {
            let synced_ms = story.sent_ms(states);
            Referral { record: story.record, states, seen, reader, holidays: &[], synced_ms, able: None }
        })
        .collect();
    worklist(&referrals, desk, now)
}
