//! A referral as the due dates read it, and how a due date is made from a start and a wait.
//!
//! Does not know what is waited for: see the files beside it.

use std::collections::BTreeSet;

use super::super::calendar::{Holiday, working_days_later_ms};
use super::super::{Referral, pack_of, taken_on_ms};
use super::{Coming, Timer, Told, Turn};
use crate::ids::OrgId;
use crate::local_time::{HOUR_MS, day_begins_ms, day_ends_ms, local_day};
use crate::policy::{Calendar, PolicyPack};
use crate::referral::fold::StreamState;
use crate::referral::view::{Contact, View};

pub(super) struct Case<'a> {
    pub(super) states: &'a [StreamState],
    pub(super) view: &'a View,
    pub(super) pack: &'static PolicyPack,
    pub(super) holidays: &'a [Holiday],
    pub(super) synced_ms: Option<u64>,
    pub(super) able: Option<&'a BTreeSet<OrgId>>,
}

impl<'a> Case<'a> {
    pub(super) fn read(referral: &Referral<'a>) -> Self {
        let Referral { states, seen: view, holidays, synced_ms, able, .. } = *referral;
        Self { states, view, pack: pack_of(states), holidays, synced_ms, able }
    }

    pub(super) fn calendar(&self) -> Calendar {
        self.pack.timers.calendar
    }

    pub(super) fn made(timer: Timer, turn: Turn, opens_ms: u64, at_ms: u64) -> Coming {
        Coming { timer, turn, opens_ms, at_ms, told: Told::Always }
    }

    /// Due from its start.
    pub(super) fn within(&self, timer: Timer, turn: Turn, from_ms: u64, wait_ms: u64) -> Coming {
        Self::made(timer, turn, from_ms, from_ms.saturating_add(wait_ms))
    }

    /// Due on the local day at the end of which it must be done.
    pub(super) fn by(&self, timer: Timer, turn: Turn, from_ms: u64, at_ms: u64) -> Coming {
        let day = day_begins_ms(local_day(at_ms.saturating_sub(1)));
        Self::made(timer, turn, from_ms.max(day), at_ms)
    }

    pub(super) fn by_working_day(&self, timer: Timer, turn: Turn, from_ms: u64, days: u32) -> Coming {
        self.by(timer, turn, from_ms, working_days_later_ms(self.calendar(), from_ms, days, self.holidays))
    }

    /// A task that arises, and is due for the rest of that local day.
    pub(super) fn arises(&self, timer: Timer, turn: Turn, at_ms: u64) -> Coming {
        Self::made(timer, turn, at_ms, day_ends_ms(local_day(at_ms)))
    }

    pub(super) fn accepted_ms(&self) -> Option<u64> {
        taken_on_ms(self.states)
    }

    /// Whether the service may still work with the person.
    pub(super) fn may_contact(&self) -> bool {
        self.view.contact == Contact::Allowed && !self.view.engagement.stage.is_ended()
    }
}

pub(super) fn hours(count: u32) -> u64 {
    u64::from(count) * HOUR_MS
}
