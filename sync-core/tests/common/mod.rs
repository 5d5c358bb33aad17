//! A small world for the tests: people, devices, and the ops that they write with the view that they had.
//!
//! Does not judge or stamp by itself: a test says what an op's author knew and what became of it.

pub(crate) mod examples;

use std::collections::BTreeMap;

use sync_core::access::{Author, Role};
use sync_core::clock::{ClockMark, Hlc};
use sync_core::ids::{CompartmentKind, DeviceId, OpId, OrgId, Record, Stream, UserId};
use sync_core::op::VOCABULARY;
use sync_core::referral::act::{
    Act, AppointmentBooked, AppointmentMoved, Attendance, AttendanceRecorded, CancelReason, Choice,
    ConflictPassedUp, ConflictSettled, ConsentRecorded, ContactRecorded, ContactWhat, EncounterOpened,
    Meeting, OpRef, PolicyRef, Reach, ReferralAccepted, ReferralCancelled, ReferralSubmitted, Route, Subject,
    SubjectAmended, YesNo,
};
use sync_core::referral::conflict::Conflict;
use sync_core::referral::fold::{StreamState, fold};
use sync_core::referral::judge::Knew;
use sync_core::referral::view::{View, view};
use sync_core::stamp::{Disposition, Stamp};
use sync_core::stream::{History, StreamOp};
use uuid::Uuid;

/// The force whose scheme it is.
pub(crate) const FORCE: OrgId = OrgId(Uuid::from_u128(0xF0));
/// The provider that the referral names.
pub(crate) const PROVIDER: OrgId = OrgId(Uuid::from_u128(0xB0));
/// When everything happens.
pub(crate) const NOON_MS: u64 = 1_780_000_000_000;

/// The `n`th person of a role; their one device has the same number.
pub(crate) fn person(role: Role, n: u128) -> Author {
    let org = if role.of_provider() { PROVIDER } else { FORCE };
    let rank = Role::ALL.iter().position(|other| *other == role).expect("every role is listed");
    let user = UserId(Uuid::from_u128(0x1000 + u128::try_from(rank).expect("few roles") * 0x100 + n));
    Author { user, role, org, force: FORCE }
}

/// The device of a person.
pub(crate) fn device(author: &Author) -> DeviceId {
    DeviceId(Uuid::from_u128(0xD_0000 + author.user.0.as_u128()))
}

/// A stream of the one referral that the tests are about.
pub(crate) fn stream(kind: CompartmentKind) -> Stream {
    let org = match kind {
        CompartmentKind::Shared | CompartmentKind::Police | CompartmentKind::Audit => FORCE,
        CompartmentKind::Outreach | CompartmentKind::Care => PROVIDER,
    };
    Record::referral(Uuid::from_u128(0x7EF)).stream(kind, org)
}

/// Everything that was ever written.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    ops: Vec<StreamOp>,
    seqs: BTreeMap<DeviceId, u64>,
}

impl World {
    /// An op as its author's device would write it, on a view of the ops in `knew`; not yet kept.
    pub(crate) fn draft(&self, author: &Author, act: &Act, to: CompartmentKind, knew: &[OpId]) -> StreamOp {
        self.draft_at(author, act, stream(to), knew)
    }

    /// An op in any stream, on a view of the ops in `knew`; not yet kept.
    pub(crate) fn draft_at(&self, author: &Author, act: &Act, to: Stream, knew: &[OpId]) -> StreamOp {
        let device = device(author);
        let seq = self.seqs.get(&device).copied().unwrap_or_default() + 1;
        let others = knew.iter().copied().filter(|id| id.device != device && self.op(*id).stream == to);
        let deps = self.history_of(to).maximal(&others.collect::<Vec<_>>());
        let place = u64::try_from(self.ops.len()).expect("few ops") + 1;
        let eff = Hlc::from_ms(NOON_MS + place * 1000);
        let kind = act.info().kind.parse().expect("a kind of the table is well formed");
        let stamp = Stamp {
            place,
            received_ms: eff.ms(),
            eff,
            clock: ClockMark::Plain,
            disposition: Disposition::Accepted,
            absent: Vec::new(),
            instead: Vec::new(),
        };
        StreamOp {
            id: OpId { device, seq },
            stream: to,
            deps,
            hlc: eff,
            author: author.user,
            kind,
            vocabulary: VOCABULARY,
            body: Some(act.body()),
            erased: None,
            stamp: Some(stamp),
        }
    }

    /// Keeps an op.
    pub(crate) fn keep(&mut self, op: StreamOp) -> OpId {
        self.seqs.insert(op.id.device, op.id.seq);
        let id = op.id;
        self.ops.push(op);
        id
    }

    /// Writes an op in the first compartment of its kind, knowing exactly the ops in `knew`.
    pub(crate) fn write(&mut self, author: &Author, act: &Act, knew: &[OpId]) -> OpId {
        self.write_in(author, act, act.info().compartments[0], knew)
    }

    /// Writes an op in a compartment, knowing exactly the ops in `knew`.
    pub(crate) fn write_in(
        &mut self,
        author: &Author,
        act: &Act,
        to: CompartmentKind,
        knew: &[OpId],
    ) -> OpId {
        let op = self.draft(author, act, to, knew);
        self.keep(op)
    }

    /// Writes an op on the newest view of everything.
    pub(crate) fn tell(&mut self, author: &Author, act: &Act) -> OpId {
        self.write(author, act, &self.ids())
    }

    /// Writes an op that the stamp kept aside or refused.
    pub(crate) fn write_stamped(
        &mut self,
        author: &Author,
        act: &Act,
        what: Disposition,
        knew: &[OpId],
    ) -> OpId {
        let mut op = self.draft(author, act, act.info().compartments[0], knew);
        if let Some(stamp) = &mut op.stamp {
            stamp.disposition = what;
        }
        self.keep(op)
    }

    /// Sets when people say that an op was recorded.
    pub(crate) fn set_clock(&mut self, id: OpId, ms: u64) {
        let op = self.ops.iter_mut().find(|op| op.id == id).expect("the test wrote it");
        op.hlc = Hlc::from_ms(ms);
        if let Some(stamp) = &mut op.stamp {
            stamp.eff = op.hlc;
        }
    }

    /// One op.
    pub(crate) fn op(&self, id: OpId) -> &StreamOp {
        self.ops.iter().find(|op| op.id == id).expect("the test wrote it")
    }

    /// All ops, in the order in which they were written.
    pub(crate) fn ids(&self) -> Vec<OpId> {
        self.ops.iter().map(|op| op.id).collect()
    }

    /// The ops of one stream.
    pub(crate) fn ops(&self, kind: CompartmentKind) -> Vec<StreamOp> {
        self.ops.iter().filter(|op| op.stream.kind() == kind).cloned().collect()
    }

    /// The history of one stream of the referral.
    pub(crate) fn history(&self, kind: CompartmentKind) -> History {
        self.history_of(stream(kind))
    }

    /// The history of any stream.
    pub(crate) fn history_of(&self, stream: Stream) -> History {
        History::new(self.ops.iter().filter(|op| op.stream == stream).cloned())
    }

    /// The folded state of one stream.
    pub(crate) fn state(&self, kind: CompartmentKind) -> StreamState {
        fold(&self.history(kind))
    }

    /// The referral as somebody sees it who holds everything.
    pub(crate) fn view(&self) -> View {
        let states: Vec<_> = CompartmentKind::ALL.iter().map(|kind| self.state(*kind)).collect();
        view(&states)
    }

    /// What somebody knows who holds everything.
    pub(crate) fn knew(&self) -> Knew<'static> {
        self.knew_as_of(&self.ids())
    }

    /// What somebody knows who had seen these ops and all that they build on.
    pub(crate) fn knew_as_of(&self, ids: &[OpId]) -> Knew<'static> {
        let mut knew = Knew::default();
        for kind in CompartmentKind::ALL {
            let here: Vec<_> = ids.iter().copied().filter(|id| self.op(*id).stream.kind() == *kind).collect();
            knew.add(stream(*kind), self.history(*kind).as_of(&here));
        }
        knew
    }
}

/// An act by its kind and body.
pub(crate) fn act(kind: &str, body: &serde_json::Value) -> Act {
    let kind = kind.parse().expect("it is written as kinds are");
    Act::parse(&kind, &body.to_string()).expect("a body of the kind").expect("a known kind")
}

/// The person of the tests; nobody is called that.
pub(crate) fn subject() -> Subject {
    let (family, given) = ("Beispiel".to_owned(), "Ana".to_owned());
    Subject { family, given, born: None, apparent_age: Some(30), ethnicity: None }
}

/// The encounter in the street.
pub(crate) fn opened() -> Act {
    Act::EncounterOpened(EncounterOpened {
        at_ms: NOON_MS,
        route: Route::Street,
        subject: subject(),
        place: None,
        area: None,
        note: None,
        identity: None,
        supply_signs: None,
        arrested_for: None,
        clock: None,
    })
}

/// Consent to contact and to feedback.
pub(crate) fn consent(contact: YesNo) -> Act {
    let (wording, language) = (Some("v1".to_owned()), Some("en".to_owned()));
    let (channels, messages, present) = (None, None, None);
    let feedback = Some(YesNo::Yes);
    Act::ConsentRecorded(ConsentRecorded {
        contact,
        feedback,
        wording,
        language,
        channels,
        messages,
        present,
    })
}

/// The referral to [`PROVIDER`].
pub(crate) fn submitted() -> Act {
    submitted_under("thames-valley-2018")
}

/// The referral under another pack.
pub(crate) fn submitted_under(pack: &str) -> Act {
    Act::ReferralSubmitted(ReferralSubmitted {
        reference: "WM-0000".to_owned(),
        subject: subject(),
        reach: Reach { phone: None, may: Vec::new(), place_and_time: Some("the bridge at noon".to_owned()) },
        provider: Some(PROVIDER),
        outside_age: None,
        policy: PolicyRef { id: pack.to_owned(), version: 1 },
        voluntary: YesNo::No,
    })
}

/// The provider takes it on.
pub(crate) fn accepted() -> Act {
    Act::ReferralAccepted(ReferralAccepted {})
}

/// The officer takes it back.
pub(crate) fn cancelled(reason: CancelReason) -> Act {
    Act::ReferralCancelled(ReferralCancelled { reason })
}

/// A date of birth, which must agree.
pub(crate) fn born(value: &str) -> Act {
    Act::SubjectAmended(SubjectAmended { field: "born".to_owned(), value: value.to_owned() })
}

/// An outreach contact.
pub(crate) fn contact(what: ContactWhat) -> Act {
    let (channel, result) = ("phone".to_owned(), "reached".to_owned());
    Act::ContactRecorded(ContactRecorded { what, channel, result, at_ms: NOON_MS, note: None })
}

/// An appointment of an hour.
pub(crate) fn booked(meeting: Meeting) -> Act {
    Act::AppointmentBooked(AppointmentBooked {
        at_ms: NOON_MS,
        meeting,
        minutes: 60,
        place: None,
        slot: None,
    })
}

/// What became of an appointment.
pub(crate) fn attendance(appointment: OpId, meeting: Meeting, status: Attendance) -> Act {
    Act::AttendanceRecorded(AttendanceRecorded {
        appointment: Some(OpRef::Id(appointment)),
        meeting,
        status,
        minutes: 60,
        at_ms: NOON_MS,
        note: None,
        reason: None,
    })
}

/// Another time for an appointment.
pub(crate) fn moved_appointment(appointment: OpId) -> Act {
    let appointment = OpRef::Id(appointment);
    Act::AppointmentMoved(AppointmentMoved { appointment, at_ms: NOON_MS + 3_600_000 })
}

/// A settlement of a conflict as its author saw it.
pub(crate) fn settled(conflict: &Conflict, choice: Choice) -> Act {
    let (conflict, version) = (conflict.id, conflict.version());
    Act::ConflictSettled(ConflictSettled { conflict, version, choice, reason: "it is so".to_owned() })
}

/// Passes a conflict up.
pub(crate) fn passed_up(conflict: &Conflict) -> Act {
    Act::ConflictPassedUp(ConflictPassedUp { conflict: conflict.id, version: conflict.version() })
}
