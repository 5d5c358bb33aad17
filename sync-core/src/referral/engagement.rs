//! Region R: where the provider's engagement stands, and how far the person got.
//!
//! ```text
//!   submitted ─ received ─ accepted ─ contacting ─ contacted ─ assessment_booked ─ assessed ─ in_progress ─ completed
//!       ╰─────────┴────────────┴──────────┴─────────── exits: rejected, transferred, withdrawn, cancelled,
//!                                                      lapsed, closed_…, deceased
//! ```
//! A pure function of `shared` and of the `outreach` that the reader holds: the force, which holds none,
//! sees submitted, received, accepted, withdrawn, closed and the level that was reported. Does not move
//! the police disposal.

mod stage;

use serde::Serialize;

use crate::codes::{self, CodeList};
use crate::ids::{CompartmentKind, OrgId};
use crate::referral::act::{
    AppointmentBooked, CancelReason, ContactRecorded, ContactWhat, Credit, CreditsCarried, HandoverRecorded,
    Meeting, PersonWithdrew, ProgressReported, ReferralCancelled, ReferralRejected, TransferRequested, YesNo,
};
use crate::referral::conflict::{ConflictKind, stops_contact};
use crate::referral::eligibility::{Delivered, Level};
use crate::referral::facts::{Facts, kind_of};
use crate::referral::fold::StreamState;
use crate::referral::timers::delivered;

pub use stage::Stage;

/// Where the engagement stands, with what that stage carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Engagement {
    /// The stage.
    pub stage: Stage,
    /// How far the person got.
    pub level: Level,
    /// Sessions that count towards the package, and how many it has.
    pub sessions: u32,
    /// How many sessions the package has.
    pub of_sessions: u32,
    /// Attempts and contacts that were recorded.
    pub contacts: u32,
    /// What was last reported to the force.
    pub reported: Option<Level>,
    /// Whether the service reached the person, or made every attempt the pack asks for.
    pub delivered: YesNo,
    /// Why it ended, where somebody gave a reason.
    pub reason: Option<String>,
}

impl Engagement {
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let progress = facts.last::<ProgressReported>().map(|body| (body.level, body.delivered));
        let sessions = facts.sessions();
        let level = level(facts, sessions).max(progress.map_or(Level::L0, |(level, _)| level));
        let delivered = match delivered(level, facts.states) {
            Delivered::Yes => YesNo::Yes,
            Delivered::No | Delivered::Unknown => YesNo::No,
        };
        let contacts = facts.all::<ContactRecorded>().count();
        let stage = Course { facts, level, sessions }.stage();
        Self {
            stage,
            level,
            sessions,
            of_sessions: facts.pack().package.sessions,
            contacts: u32::try_from(contacts).unwrap_or(u32::MAX),
            reported: progress.map(|(level, _)| level),
            delivered,
            reason: reason(facts, stage),
        }
    }
}

fn level(facts: &Facts<'_>, sessions: u32) -> Level {
    let assessed = !facts.visits(Meeting::Assessment).is_empty();
    if assessed && sessions >= facts.pack().package.sessions {
        Level::L3
    } else if assessed {
        Level::L2
    } else if was_reached(facts) || !facts.visits(Meeting::Session).is_empty() {
        Level::L1
    } else {
        Level::L0
    }
}

/// The person who calls or walks in counts as contacted.
fn was_reached(facts: &Facts<'_>) -> bool {
    let reached = |what: ContactWhat| what != ContactWhat::Attempted;
    facts.all::<ContactRecorded>().any(|(_, body)| reached(body.what))
        || facts.all::<HandoverRecorded>().any(|(_, body)| reached(body.result))
}

/// Why the officer took it back. Of several, one that stops contact counts: no clock decides whether a
/// person is left alone.
pub(crate) fn cancelled(facts: &Facts<'_>) -> Option<CancelReason> {
    let reasons: Vec<_> = facts.all::<ReferralCancelled>().map(|(_, body)| body.reason).collect();
    reasons.iter().copied().find(|reason| stops_contact(*reason)).or(reasons.last().copied())
}

/// Whether the person's withdrawal still stands: a new consent, given in its knowledge, lifts it.
pub(crate) fn withdrew(facts: &Facts<'_>) -> bool {
    facts.lives_by::<PersonWithdrew>("consent/contact")
}

/// A transfer that waits for the named provider's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Transfer {
    /// The op that requested it.
    pub request: crate::ids::OpId,
    /// The provider that it names.
    pub to: OrgId,
}

/// The newest request that nobody has answered.
pub(crate) fn transfer(facts: &Facts<'_>) -> Option<Transfer> {
    let requests = facts.all::<TransferRequested>();
    let requests = requests.map(|(entry, body)| Transfer { request: entry.id, to: body.to });
    let open =
        |transfer: &Transfer| facts.values::<String>(&format!("transfer/{}", transfer.request)).is_empty();
    requests.filter(open).last()
}

/// Whether the provider's closing counts; while people disagree whether it is closed, it is not.
#[must_use]
pub fn is_closed(states: &[StreamState]) -> bool {
    let closure: Vec<String> = Facts { states }.values("closure");
    !closure.is_empty() && closure.iter().all(|value| value == "closed")
}

/// What the person has done at a provider, from its folded `outreach` stream, for the one that takes over.
#[must_use]
pub fn credits(outreach: &StreamState, from: OrgId) -> CreditsCarried {
    let facts = Facts { states: std::slice::from_ref(outreach) };
    let mut sessions = facts.visits(Meeting::Session);
    sessions.sort_unstable();
    let sessions = sessions.into_iter().map(|visit| Credit { at_ms: visit.at_ms, minutes: visit.minutes });
    let assessed = if facts.visits(Meeting::Assessment).is_empty() { YesNo::No } else { YesNo::Yes };
    CreditsCarried { from, assessed, sessions: sessions.collect() }
}

struct Course<'a, 'b> {
    facts: &'a Facts<'b>,
    level: Level,
    sessions: u32,
}

impl Course<'_, '_> {
    fn stage(&self) -> Stage {
        let acceptance: Vec<Option<String>> = self.facts.values("acceptance");
        let says = |word: &str| acceptance.iter().flatten().any(|value| value == word);
        let (accepted, rejected) = (says("accepted"), says("rejected"));
        if self.facts.submitted().is_none() {
            if self.left_behind() { Stage::Transferred } else { Stage::NotSubmitted }
        } else if self.cancellation_holds() {
            Stage::Cancelled
        } else if self.deceased() {
            Stage::Deceased
        } else if withdrew(self.facts) {
            Stage::Withdrawn
        } else if self.level == Level::L3 && accepted {
            Stage::Completed
        } else if is_closed(self.facts.states) {
            self.closed_stage()
        } else if rejected && !accepted {
            Stage::Rejected
        } else {
            self.progress(accepted)
        }
    }

    /// A provider that handed it over keeps its own streams and no longer holds `shared`.
    fn left_behind(&self) -> bool {
        self.facts.states.iter().any(|state| kind_of(state) == Some(CompartmentKind::Outreach))
            && !self.facts.states.iter().any(|state| kind_of(state) == Some(CompartmentKind::Shared))
    }

    /// A cancellation that crossed what the provider did waits for its settlement, unless contact stops.
    fn cancellation_holds(&self) -> bool {
        let Some(reason) = cancelled(self.facts) else { return false };
        let mut conflicts = self.facts.states.iter().flat_map(|state| &state.conflicts);
        let crossed = conflicts.any(|conflict| {
            conflict.kind == ConflictKind::Crossed && conflict.about.starts_with("cancelled_")
        });
        stops_contact(reason) || !crossed
    }

    fn closing_exit(&self) -> Option<&'static str> {
        let reasons: Vec<String> = self.facts.values("closing_reason");
        let reason = reasons.last()?;
        codes::entry(CodeList::CloseReasons, reason)?.column("exit")
    }

    fn deceased(&self) -> bool {
        self.closing_exit() == Some("deceased")
    }

    fn closed_stage(&self) -> Stage {
        match self.closing_exit() {
            Some("lapsed_no_contact") => Stage::LapsedNoContact,
            Some("closed_not_delivered") => Stage::ClosedNotDelivered,
            Some(_) | None if self.level >= Level::L2 => Stage::ClosedPartial,
            Some(_) | None => Stage::ClosedNotEngaged,
        }
    }

    /// Before the provider took it on, a contact or a warm handover raises the level alone: the stage
    /// still waits for the lead's answer.
    fn progress(&self, accepted: bool) -> Stage {
        if !accepted {
            let received = has_received(self.facts);
            return if received { Stage::Received } else { Stage::Submitted };
        }
        let mut booked = self.facts.all::<AppointmentBooked>();
        if self.level >= Level::L2 {
            if self.sessions > 0 { Stage::InProgress } else { Stage::Assessed }
        } else if booked.any(|(_, body)| body.meeting == Meeting::Assessment) {
            Stage::AssessmentBooked
        } else if self.level >= Level::L1 {
            Stage::Contacted
        } else if self.facts.has::<ContactRecorded>() {
            Stage::Contacting
        } else {
            Stage::Accepted
        }
    }
}

/// Whether somebody at a provider that has the referral now has read it.
pub(crate) fn has_received(facts: &Facts<'_>) -> bool {
    let providers: Vec<OrgId> = facts.values("provider");
    received_by(facts).iter().any(|provider| providers.contains(provider))
}

fn received_by(facts: &Facts<'_>) -> Vec<OrgId> {
    facts.values::<Option<OrgId>>("received").into_iter().flatten().collect()
}

/// Whether a provider has the referral, which goes on, and nobody there was known to have read it.
#[must_use]
pub fn is_unread_by(states: &[StreamState], provider: OrgId) -> bool {
    let facts = Facts { states };
    let stage = Engagement::of(&facts).stage;
    let has_it = facts.values::<OrgId>("provider").contains(&provider);
    has_it && stage != Stage::NotSubmitted && !stage.is_ended() && !received_by(&facts).contains(&provider)
}

fn reason(facts: &Facts<'_>, stage: Stage) -> Option<String> {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned);
    match stage {
        Stage::Cancelled => cancelled(facts).and_then(|reason| word(serde_json::json!(reason))),
        Stage::Rejected => facts.last::<ReferralRejected>().map(|body| body.reason.clone()),
        Stage::Withdrawn => facts.last::<PersonWithdrew>().map(|body| body.reason.clone()),
        Stage::LapsedNoContact
        | Stage::ClosedNotEngaged
        | Stage::ClosedPartial
        | Stage::ClosedNotDelivered
        | Stage::Deceased => facts.values("closing_reason").into_iter().next_back(),
        Stage::NotSubmitted
        | Stage::Submitted
        | Stage::Received
        | Stage::Accepted
        | Stage::Contacting
        | Stage::Contacted
        | Stage::AssessmentBooked
        | Stage::Assessed
        | Stage::InProgress
        | Stage::Completed
        | Stage::Transferred => None,
    }
}
