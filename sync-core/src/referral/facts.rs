//! The acts that count in the streams of one referral that somebody holds together.
//!
//! Every question about a referral is asked here, so that the regions read alike. Does not merge: the
//! streams arrive folded.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{CompartmentKind, OpId, OrgId, UserId};
use crate::policy::PolicyPack;
use crate::referral::act::{
    AppointmentBooked, Attendance, AttendanceRecorded, Body, CreditsCarried, EligibilityAssessed,
    EncounterOpened, Meeting, ReferralSubmitted, YesNo,
};
use crate::referral::fold::{Entry, Standing, StreamState};
use crate::referral::interim;
use crate::referral::sessions::{self, Visit, Visited};
use crate::referral::stage::Closure;
use crate::register::Live;

/// The folded streams that a reader holds.
pub(crate) struct Facts<'a> {
    pub(crate) states: &'a [StreamState],
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

    /// Whether the reader holds a stream of this compartment.
    pub(crate) fn holds(&self, kind: CompartmentKind) -> bool {
        self.states.iter().any(|state| state.compartment() == Some(kind))
    }

    /// Whether the force reads: it holds what the police wrote, and nothing of what the service did.
    pub(crate) fn is_read_by_force(&self) -> bool {
        self.holds(CompartmentKind::Police) && !self.holds(CompartmentKind::Outreach)
    }

    /// Whether it is closed.
    pub(crate) fn closure(&self) -> Option<Closure> {
        self.value("closure")
    }

    /// Whether what both sides read says that the person has died.
    pub(crate) fn has_died(&self) -> bool {
        self.closure() == Some(Closure::Deceased)
    }

    /// What the force may be told of how far the person got: nothing once the person said no.
    pub(crate) fn is_told(&self) -> bool {
        !(self.is_read_by_force() && self.consent("feedback") == Some(YesNo::No))
    }

    /// The live values of a register, oldest first.
    fn live(&self, register: &str) -> Vec<&'a Live> {
        let mut live: Vec<_> = self.states.iter().flat_map(|state| state.register(register)).collect();
        live.sort_by_key(|live| (live.eff, live.op));
        live
    }

    /// The different live values of a register, oldest first.
    pub(crate) fn values<T: serde::de::DeserializeOwned>(&self, register: &str) -> Vec<T> {
        let mut seen = BTreeSet::new();
        let live = self.live(register).into_iter().map(|live| live.value.as_str());
        let live = live.filter(|value| seen.insert(*value));
        live.filter_map(|value| serde_json::from_str(value).ok()).collect()
    }

    /// What counts of a register: its value, or what the table of interim values says while people disagree.
    pub(crate) fn value<T: serde::de::DeserializeOwned>(&self, register: &str) -> Option<T> {
        let live = interim::counts(register, &self.live(register))?;
        serde_json::from_str(&live.value).ok()
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

    /// What the person agreed to; "no" where what was said is erased.
    pub(crate) fn consent(&self, to: &str) -> Option<YesNo> {
        let register = format!("consent/{to}");
        if self.has_erased(&register) {
            return Some(YesNo::No);
        }
        // Whoever's only consent was struck has not consented.
        let struck =
            |entry: &Entry| entry.standing == Standing::Struck && entry.kind.as_str() == "consent.recorded";
        let none = || self.states.iter().flat_map(|state| &state.entries).any(struck).then_some(YesNo::No);
        self.value(&register).or_else(none)
    }

    /// The officers who recorded in it.
    pub(crate) fn owners(&self) -> Vec<UserId> {
        let police = |state: &&StreamState| state.compartment() == Some(CompartmentKind::Police);
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

    /// Why it was closed, as the provider that has it says; where nobody is known to have it, as anybody does.
    pub(crate) fn closing_reason(&self) -> Option<String> {
        let providers: Vec<OrgId> = self.values("provider");
        let theirs = |state: &&StreamState| {
            let org = state.stream.map(|stream| stream.compartment.org);
            providers.is_empty() || org.is_some_and(|org| providers.contains(&org))
        };
        let live = self.states.iter().filter(theirs).flat_map(|state| state.register("closing_reason"));
        let live: Vec<&Live> = live.collect();
        interim::counts("closing_reason", &live).and_then(|live| serde_json::from_str(&live.value).ok())
    }

    /// What became of an appointment.
    pub(crate) fn attendance_of(&self, appointment: OpId) -> Option<Attendance> {
        self.value(&format!("attendance/{appointment}"))
    }

    /// Whether an entry says that the person came, and nothing else counts of that appointment. Each appointment is
    /// looked up once, however many wrote of it.
    pub(crate) fn came(&self) -> impl FnMut(&Entry, &AttendanceRecorded) -> bool {
        let mut counts = BTreeMap::<OpId, Option<Attendance>>::new();
        move |entry, body| {
            let appointment = body.appointment_of(entry.id);
            let counts = counts.entry(appointment).or_insert_with(|| self.attendance_of(appointment));
            body.status == Attendance::Attended && *counts == Some(Attendance::Attended)
        }
    }

    /// The meetings that the person came to, as the providers wrote them whose entries the reader holds. Of one
    /// appointment the longest stay counts, and as what its booking says.
    pub(crate) fn visited_here(&self) -> Visited {
        let booked = self.all::<AppointmentBooked>().map(|(entry, body)| (entry.id, body.meeting));
        let mut meant: BTreeMap<OpId, Meeting> = booked.collect();
        let mut stays = BTreeMap::<OpId, Visit>::new();
        let mut came = self.came();
        for (entry, body) in self.all::<AttendanceRecorded>().filter(|(entry, body)| came(entry, body)) {
            let appointment = body.appointment_of(entry.id);
            // Of a visit without a booking the first record says what it was.
            meant.entry(appointment).or_insert(body.meeting);
            let visit = Visit::new(body.at_ms, body.minutes);
            let longest = stays.get(&appointment).map_or(visit, |known| known.or_longer(visit));
            stays.insert(appointment, longest);
        }
        let mut visited = Visited::default();
        for (appointment, visit) in stays {
            visited.of(meant[&appointment]).push(visit);
        }
        visited
    }

    /// The meetings that the person came to, here and at the providers before.
    pub(crate) fn visited(&self) -> Visited {
        let mut visited = self.visited_here();
        for credits in self.carried() {
            visited.assessments.extend(credits.assessments.iter().map(Visit::from));
            visited.sessions.extend(credits.sessions.iter().map(Visit::from));
        }
        visited
    }

    /// What was done at the providers before whose own entries the reader does not hold. It is written again
    /// when late ops change it, so the newest counts.
    pub(crate) fn carried(&self) -> Vec<&'a CreditsCarried> {
        let held = self.states.iter().filter(|state| state.compartment() == Some(CompartmentKind::Outreach));
        let held: BTreeSet<OrgId> = held.filter_map(|state| Some(state.stream?.compartment.org)).collect();
        let newest: BTreeMap<OrgId, &CreditsCarried> =
            self.all::<CreditsCarried>().map(|(_, body)| (body.from, body)).collect();
        newest.into_iter().filter(|(from, _)| !held.contains(from)).map(|(_, credits)| credits).collect()
    }

    /// How many sessions were long enough to count towards the package.
    pub(crate) fn sessions(&self, visited: &Visited) -> u32 {
        let pack = self.pack();
        let long = |visit: &&Visit| u32::from(visit.minutes) >= pack.session_counts_from_minutes();
        let long = visited.sessions.iter().filter(long).copied().collect();
        u32::try_from(sessions::count(long, pack.package.tolerance_minutes)).unwrap_or(u32::MAX)
    }
}
