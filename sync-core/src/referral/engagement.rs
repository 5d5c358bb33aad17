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

use serde::Serialize;

use crate::codes::{self, CodeList};
use crate::ids::{CompartmentKind, OrgId};
use crate::referral::act::{
    AppointmentBooked, CancelReason, ContactRecorded, ContactWhat, Credit, CreditsCarried, HandoverRecorded,
    Meeting, PersonCameIn, PersonWithdrew, ProgressReported, ReferralCancelled, ReferralRejected,
    TransferRequested, YesNo,
};
use crate::referral::conflict::{ConflictKind, stops_contact};
use crate::referral::effort::delivered_at;
use crate::referral::eligibility::Delivered;
use crate::referral::facts::Facts;
use crate::referral::fold::{Entry, Standing, StreamState};
use crate::referral::level::Level;
use crate::referral::stage::{Closure, closes_for_death};

use crate::referral::sessions::{Visit, Visited};
pub use crate::referral::stage::Stage;

/// Where the engagement stands, with what that stage carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Engagement {
    /// The stage.
    pub stage: Stage,
    /// How far the person got; none where the force is not told.
    pub level: Option<Level>,
    /// Sessions that count towards the package; none where the reader cannot know.
    pub sessions: Option<u32>,
    /// How many sessions the package has.
    pub of_sessions: u32,
    /// Attempts and contacts that were recorded.
    pub contacts: u32,
    /// What was last reported to the force.
    pub reported: Option<Level>,
    /// Whether the service reached the person, or made every attempt the pack asks for; none where nobody said.
    pub delivered: Option<YesNo>,
    /// Why it ended, where somebody gave a reason.
    pub reason: Option<String>,
}

impl Engagement {
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let visited = facts.visited();
        let (sessions, level) = (facts.sessions(&visited), level(facts, &visited));
        let contacts = facts.all::<ContactRecorded>().count();
        let stage = Course { facts, level: level.unwrap_or(Level::L0), sessions }.stage();
        let reported = facts.last::<ProgressReported>().filter(|_| facts.is_told());
        Self {
            stage,
            level,
            sessions: (!facts.is_read_by_force()).then_some(sessions),
            of_sessions: facts.pack().package.sessions,
            contacts: u32::try_from(contacts).unwrap_or(u32::MAX),
            reported: reported.map(|body| body.level),
            delivered: match delivered_at(level.unwrap_or(Level::L0), facts) {
                Delivered::Yes => Some(YesNo::Yes),
                Delivered::No => Some(YesNo::No),
                Delivered::Unknown => None,
            },
            reason: reason(facts, stage),
        }
    }
}

/// Whether the service delivered a referral: exactly R09's word.
#[must_use]
pub fn delivered(states: &[StreamState]) -> Delivered {
    let facts = Facts { states };
    delivered_at(reached(&facts).unwrap_or(Level::L0), &facts)
}

/// How far the person got. Whoever holds what the service did computes it from that, so that it falls with
/// an entry that is struck; others go by the last report, and by what they recorded themselves.
pub(crate) fn reached(facts: &Facts<'_>) -> Option<Level> {
    level(facts, &facts.visited())
}

fn level(facts: &Facts<'_>, visited: &Visited) -> Option<Level> {
    let here = by_entries(facts, visited);
    if facts.holds(CompartmentKind::Outreach) {
        return Some(here);
    }
    let reported = facts.last::<ProgressReported>().map(|body| body.level);
    facts.is_told().then(|| reported.map_or(here, |reported| reported.max(here)))
}

fn by_entries(facts: &Facts<'_>, visited: &Visited) -> Level {
    let assessed = !visited.assessments.is_empty();
    if assessed && facts.sessions(visited) >= facts.pack().package.sessions {
        Level::L3
    } else if assessed {
        Level::L2
    } else if was_reached(facts) || !visited.sessions.is_empty() {
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
        || facts.carried().iter().any(|credits| credits.reached == YesNo::Yes)
        || facts.has::<PersonCameIn>()
}

/// Whether a record is of somebody whom nobody referred.
pub(crate) fn came_in(states: &[StreamState]) -> bool {
    Facts { states }.has::<PersonCameIn>()
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
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
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

/// Whether the provider's closing counts; while people disagree whether it is closed, or it crossed what somebody else
/// did, it is not.
#[must_use]
pub fn is_closed(states: &[StreamState]) -> bool {
    let is_said = Facts { states }.closure().is_some_and(|closure| closure != Closure::Open);
    is_said && !is_crossed(states, CLOSED_CROSSES)
}

/// The rows of [`crate::referral::conflict::CROSSED`] in which a closing is a side.
const CLOSED_CROSSES: &[&str] = &["closed_reached", "closed_transferred"];
/// The rows, also across streams, in which a cancellation is a side.
const CANCELLED_CROSSES: &[&str] = &["cancelled_accepted", "cancelled_engaged"];

/// Whether acts of one of these rows crossed, and nobody has settled it.
fn is_crossed(states: &[StreamState], rows: &[&str]) -> bool {
    let mut conflicts = states.iter().flat_map(|state| &state.conflicts);
    conflicts.any(|open| open.kind == ConflictKind::Crossed && rows.contains(&open.about.as_str()))
}

/// Whether nobody contacts the person: they withdrew, may have died, said no, or the referral was cancelled for a reason
/// that stops it.
pub(crate) fn contact_stopped(facts: &Facts<'_>) -> bool {
    withdrew(facts)
        || may_have_died(facts)
        || cancelled(facts).is_some_and(stops_contact)
        || facts.consent("contact") == Some(YesNo::No)
}

/// What both sides are to read of a death, where they read otherwise: the reason that counts at the service says so.
#[must_use]
pub fn death_to_tell(states: &[StreamState]) -> Option<YesNo> {
    let facts = Facts { states };
    let struck =
        |entry: &Entry| entry.kind.as_str() == "closing.reason" && entry.standing == Standing::Struck;
    let died = match facts.closing_reason() {
        Some(reason) => closes_for_death(&reason),
        None if facts.states.iter().flat_map(|state| &state.entries).any(struck) => false,
        None => return None,
    };
    match (facts.closure()?, died) {
        (Closure::Closed, true) if !may_have_died(&facts) => Some(YesNo::Yes),
        (Closure::Deceased, false) => Some(YesNo::No),
        (Closure::Open | Closure::Closed | Closure::Deceased, _) => None,
    }
}

/// Whether somebody says so, and nobody who knew it says otherwise: then nobody rings.
pub(crate) fn may_have_died(facts: &Facts<'_>) -> bool {
    facts.values("closure").contains(&Closure::Deceased)
}

/// What the person has done at a provider, from its folded `outreach` stream, for the one that takes over.
#[must_use]
pub fn credits(outreach: &StreamState, from: OrgId) -> CreditsCarried {
    let facts = Facts { states: std::slice::from_ref(outreach) };
    let credits = |mut visits: Vec<Visit>| {
        visits.sort_unstable();
        visits.into_iter().map(Credit::from).collect()
    };
    let Visited { assessments, sessions } = facts.visited_here();
    let reached = facts.all::<ContactRecorded>().any(|(_, body)| body.what != ContactWhat::Attempted);
    CreditsCarried {
        from,
        reached: if reached { YesNo::Yes } else { YesNo::No },
        assessments: credits(assessments),
        sessions: credits(sessions),
    }
}

struct Course<'a, 'b> {
    facts: &'a Facts<'b>,
    level: Level,
    sessions: u32,
}

impl Course<'_, '_> {
    fn stage(&self) -> Stage {
        let acceptance: Option<String> = self.facts.value("acceptance");
        let (accepted, rejected) =
            (acceptance.as_deref() == Some("accepted"), acceptance.as_deref() == Some("rejected"));
        if self.facts.submitted().is_none() {
            self.without_a_referral()
        } else if self.cancellation_holds() {
            Stage::Cancelled
        } else if self.facts.has_died() {
            Stage::Deceased
        } else if self.level == Level::L3 && accepted {
            // Whoever comes to everything has completed it, also after a withdrawal.
            Stage::Completed
        } else if withdrew(self.facts) {
            Stage::Withdrawn
        } else if is_closed(self.facts.states) {
            self.closed_stage()
        } else if rejected {
            Stage::Rejected
        } else {
            self.progress(accepted)
        }
    }

    /// Somebody whom nobody referred comes as far as their own visits say; nobody has to take them on.
    fn without_a_referral(&self) -> Stage {
        if self.facts.has::<PersonCameIn>() {
            if self.facts.has_died() {
                Stage::Deceased
            } else if self.level == Level::L3 {
                Stage::Completed
            } else if is_closed(self.facts.states) {
                self.closed_stage()
            } else {
                self.progress(true)
            }
        } else if self.left_behind() {
            Stage::Transferred
        } else {
            Stage::NotSubmitted
        }
    }

    /// A provider that handed it over keeps its own streams and no longer holds `shared`.
    fn left_behind(&self) -> bool {
        self.facts.states.iter().any(|state| state.compartment() == Some(CompartmentKind::Outreach))
            && !self.facts.states.iter().any(|state| state.compartment() == Some(CompartmentKind::Shared))
    }

    /// A cancellation that crossed what the provider did waits for its settlement, unless contact stops.
    fn cancellation_holds(&self) -> bool {
        let Some(reason) = cancelled(self.facts) else { return false };
        stops_contact(reason) || !is_crossed(self.facts.states, CANCELLED_CROSSES)
    }

    fn closed_stage(&self) -> Stage {
        let reason = self.facts.closing_reason();
        let exit = reason.and_then(|reason| codes::entry(CodeList::CloseReasons, &reason)?.column("exit"));
        match exit {
            _ if !self.facts.is_told() => Stage::ClosedNotTold,
            Some("deceased") => Stage::Deceased,
            Some("lapsed_no_contact") => Stage::LapsedNoContact,
            Some("closed_not_delivered") => Stage::ClosedNotDelivered,
            Some(_) | None if self.level >= Level::L2 => Stage::ClosedPartial,
            None if self.is_told_not_delivered() => Stage::ClosedNotDelivered,
            Some(_) | None => Stage::ClosedNotEngaged,
        }
    }

    /// The force, which is not told why it was closed, is told that.
    fn is_told_not_delivered(&self) -> bool {
        self.facts.is_read_by_force() && delivered_at(self.level, self.facts) == Delivered::No
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
        | Stage::ClosedNotDelivered => facts.closing_reason(),
        Stage::Deceased => Some("deceased".to_owned()),
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
        | Stage::ClosedNotTold
        | Stage::Transferred => None,
    }
}
