//! The acts that count in the streams of one referral that somebody holds together.
//!
//! Every question about a referral is asked here, so that the regions read alike. Does not merge: the
//! streams arrive folded.

use std::collections::BTreeSet;

use crate::ids::{CompartmentKind, OpId, OrgId, UserId};
use crate::policy::PolicyPack;
use crate::referral::act::{
    Attendance, AttendanceRecorded, Body, CreditsCarried, EligibilityAssessed, EncounterOpened, Meeting,
    ReferralSubmitted, YesNo,
};
use crate::referral::fold::{Entry, Standing, StreamState};
use crate::referral::writes::favours_the_person;
use crate::register;

/// How far apart two starts of the same session may have been written down.
const SAME_SESSION_MS: u64 = 15 * 60_000;

/// The folded streams that a reader holds.
pub(crate) struct Facts<'a> {
    pub(crate) states: &'a [StreamState],
}

/// One visit at which the person was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Visit {
    pub(crate) at_ms: u64,
    pub(crate) minutes: u16,
}

impl<'a> Facts<'a> {
    /// The acts of one kind.
    pub(crate) fn all<T: Body + 'a>(&self) -> impl Iterator<Item = (&'a Entry, &'a T)> + use<'a, T> {
        let acts = self.states.iter().flat_map(StreamState::acts);
        acts.filter_map(|(entry, act)| Some((entry, act.as_body()?)))
    }

    /// The first of one kind.
    pub(crate) fn first<T: Body + 'a>(&self) -> Option<&'a T> {
        self.all().next().map(|(_, body)| body)
    }

    /// The last of one kind.
    pub(crate) fn last<T: Body + 'a>(&self) -> Option<&'a T> {
        self.all().last().map(|(_, body)| body)
    }

    /// Whether there is one of a kind.
    pub(crate) fn has<T: Body + 'a>(&self) -> bool {
        self.first::<T>().is_some()
    }

    /// The different live values of a register, oldest first.
    pub(crate) fn values<T: serde::de::DeserializeOwned>(&self, register: &str) -> Vec<T> {
        let live = self.states.iter().map(|state| register::values(state.register(register)));
        live.flatten().filter_map(|value| serde_json::from_str(value).ok()).collect()
    }

    /// Whether a live value of a register was written by an act of this kind.
    pub(crate) fn lives_by<T: Body + 'a>(&self, register: &str) -> bool {
        let live = self.states.iter().flat_map(|state| state.register(register));
        let live: BTreeSet<OpId> = live.map(|live| live.op).collect();
        self.all::<T>().any(|(entry, _)| live.contains(&entry.id))
    }

    pub(crate) fn submitted(&self) -> Option<(&'a Entry, &'a ReferralSubmitted)> {
        self.all().next()
    }

    /// Whether a value of a register that nobody has superseded was erased.
    fn has_erased(&self, register: &str) -> bool {
        self.states.iter().any(|state| state.registers.has_erased(register))
    }

    /// While people disagree about a consent, "no" counts; and where what was said is erased.
    pub(crate) fn consent(&self, to: &str) -> Option<YesNo> {
        let register = format!("consent/{to}");
        let erased = self.has_erased(&register).then_some(YesNo::No);
        self.values(&register).into_iter().chain(erased).max()
    }

    /// The officers who recorded in it.
    pub(crate) fn owners(&self) -> Vec<UserId> {
        let police = |state: &&StreamState| kind_of(state) == Some(CompartmentKind::Police);
        let opened = self.states.iter().filter(police).flat_map(|state| &state.entries);
        // Who opened it stays its owner when what they wrote was erased.
        let opens = |entry: &&Entry| match entry.act() {
            Some(act) => act.as_body::<EncounterOpened>().is_some(),
            None => entry.standing == Standing::Erased && entry.kind.as_str() == "encounter.opened",
        };
        let submitted = self.submitted().map(|(entry, _)| entry.author);
        let owners: BTreeSet<_> = opened.filter(opens).map(|entry| entry.author).chain(submitted).collect();
        owners.into_iter().collect()
    }

    /// The pack that the referral, or the snapshot before it, was made under; frozen into it.
    pub(crate) fn pack(&self) -> &'static PolicyPack {
        let submitted = self.submitted().map(|(_, body)| &body.policy);
        let named = submitted.or(self.first::<EligibilityAssessed>().map(|body| &body.policy));
        named.map_or_else(PolicyPack::thames_valley_2018, |named| {
            PolicyPack::nearest(&named.id, named.version)
        })
    }

    /// What became of an appointment; what favours the person while people disagree.
    pub(crate) fn attendance_of(&self, appointment: OpId) -> Option<Attendance> {
        favours_the_person(&self.values(&format!("attendance/{appointment}")))
    }

    /// The meetings that the person came to, here and as carried over from another provider. Two
    /// records of one appointment are one visit of the longest stay; a session that two providers
    /// credit is one when its starts are at most a quarter of an hour apart.
    pub(crate) fn visits(&self, meeting: Meeting) -> Vec<Visit> {
        let mut stays = std::collections::BTreeMap::<OpId, Visit>::new();
        for (entry, body) in self.all::<AttendanceRecorded>() {
            let appointment = body.appointment_of(entry.id);
            let came = self.attendance_of(appointment) == Some(Attendance::Attended);
            if came && body.status == Attendance::Attended && body.meeting == meeting {
                let visit = stays.entry(appointment).or_insert(Visit { at_ms: body.at_ms, minutes: 0 });
                visit.minutes = visit.minutes.max(body.minutes);
            }
        }
        let here: Vec<Visit> = stays.into_values().collect();
        let known =
            |carried: &Visit| here.iter().any(|own| own.at_ms.abs_diff(carried.at_ms) <= SAME_SESSION_MS);
        let carried = self.carried(meeting).into_iter().filter(|carried| !known(carried)).collect::<Vec<_>>();
        here.into_iter().chain(carried).collect()
    }

    /// What was done at another provider; written again when late ops change it, so the newest counts.
    fn carried(&self, meeting: Meeting) -> Vec<Visit> {
        let mut newest = std::collections::BTreeMap::<OrgId, Vec<Visit>>::new();
        for (_, body) in self.all::<CreditsCarried>() {
            let visits = match meeting {
                Meeting::Session => {
                    body.sessions.iter().map(|s| Visit { at_ms: s.at_ms, minutes: s.minutes }).collect()
                }
                Meeting::Assessment if body.assessed == YesNo::Yes => vec![Visit { at_ms: 0, minutes: 0 }],
                Meeting::Assessment => Vec::new(),
            };
            newest.insert(body.from, visits);
        }
        newest.into_values().flatten().collect()
    }

    /// Sessions that were long enough to count towards the package.
    pub(crate) fn sessions(&self) -> u32 {
        let enough = self.pack().session_counts_from_minutes();
        let long =
            self.visits(Meeting::Session).into_iter().filter(|visit| u32::from(visit.minutes) >= enough);
        u32::try_from(long.count()).unwrap_or(u32::MAX)
    }
}

/// The compartment of a folded stream.
pub(crate) fn kind_of(state: &StreamState) -> Option<CompartmentKind> {
    state.stream.map(|stream| stream.kind())
}
