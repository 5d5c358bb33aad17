//! How often somebody may do something: one table of what is limited, and one mechanism.
//!
//! ```text
//!   a thing that is limited, for whom ─▶ an allowance that fills up again ─▶ taken │ wait so long
//! ```
//! An allowance is there at once and fills up evenly over its time. Nobody is kept by name: what is remembered is a
//! digest. Kept in memory: a restart forgets. Does not know HTTP, and does not decide who asks.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use serde::Deserialize;
use sync_core::ids::Digest;

use crate::keys::sha256;

/// Whom one allowance remembers at most. Beyond, strangers share allowances: memory does not grow with them.
const MOST: usize = 50_000;
/// How often who needs no remembering is forgotten, at most.
const SWEEP_MS: u64 = 1_000;

/// How often each thing may be done; 0: as often as somebody likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// Synchronisations of a device in a minute.
    pub syncs_a_minute: u32,
    /// Entries that a device pushes in a day.
    pub entries_a_day: u32,
    /// Entries that a revoked device pushes in a day.
    pub revoked_entries_a_day: u32,
    /// One-time codes that are tried from an address in a minute.
    pub codes_a_minute: u32,
    /// Tokens that a device gets in a minute.
    pub tokens_a_minute: u32,
    /// Tokens that are asked for from an address in a minute, whoever asks.
    pub tokens_of_address_a_minute: u32,
    /// Passwords that are tried for one name from one address in an hour; half of them at once.
    pub passwords_an_hour: u32,
    /// Passwords that are tried from one address in an hour, for whatever names.
    pub passwords_of_address_an_hour: u32,
    /// Sign-ins by an identity provider that begin from an address in a minute.
    pub oidc_sign_ins_a_minute: u32,
    /// People whom somebody looks up in an hour.
    pub look_ups_an_hour: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            syncs_a_minute: 600,
            entries_a_day: 20_000,
            revoked_entries_a_day: 500,
            codes_a_minute: 60,
            tokens_a_minute: 120,
            tokens_of_address_a_minute: 1_200,
            passwords_an_hour: 12,
            passwords_of_address_an_hour: 600,
            oidc_sign_ins_a_minute: 120,
            look_ups_an_hour: 30,
        }
    }
}

impl Rates {
    /// Nothing is limited: for a simulation, a rehearsal, a measurement.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self {
            syncs_a_minute: 0,
            entries_a_day: 0,
            revoked_entries_a_day: 0,
            codes_a_minute: 0,
            tokens_a_minute: 0,
            tokens_of_address_a_minute: 0,
            passwords_an_hour: 0,
            passwords_of_address_an_hour: 0,
            oidc_sign_ins_a_minute: 0,
            look_ups_an_hour: 0,
        }
    }
}

/// What is limited, and for whom it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limited {
    /// For a device.
    Syncs,
    /// For a device.
    Entries,
    /// For a revoked device.
    RevokedEntries,
    /// For an address.
    Codes,
    /// For a device.
    Tokens,
    /// For an address.
    TokensOfAddress,
    /// For a sign-in name and an address.
    Passwords,
    /// For an address.
    PasswordsOfAddress,
    /// For a person.
    LookUps,
    /// For an address.
    OidcSignIns,
}

/// It was done too often: after so many milliseconds it may be done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooOften {
    pub(crate) after_ms: u64,
}

/// The allowances of a server.
pub(crate) struct Limiter(Vec<Option<Gate>>);

/// The allowance of one thing, for everybody who does it.
struct Gate {
    clock: Told,
    most: NonZeroU32,
    /// When who needs no remembering was forgotten last.
    swept_ms: AtomicU64,
    /// How often somebody's allowance was made whole.
    renewed: Mutex<HashMap<Digest, u32>>,
    of: RateLimiter<Digest, HashMapStateStore<Digest>, Told, NoOpMiddleware<Nanos>>,
}

/// The time that a caller names: there is one clock in the server, and tests play their own.
#[derive(Debug, Clone, Default)]
struct Told(Arc<AtomicU64>);

impl Clock for Told {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.0.load(Ordering::Relaxed).saturating_mul(1_000_000))
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Limiter {
    pub(crate) fn new(rates: Rates) -> Self {
        let Rates { passwords_an_hour, .. } = rates;
        // In the order of [`Limited`].
        let gates = [
            Gate::new(rates.syncs_a_minute, MINUTE),
            Gate::new(rates.entries_a_day, DAY),
            Gate::new(rates.revoked_entries_a_day, DAY),
            Gate::new(rates.codes_a_minute, MINUTE),
            Gate::new(rates.tokens_a_minute, MINUTE),
            Gate::new(rates.tokens_of_address_a_minute, MINUTE),
            Gate::new(passwords_an_hour.div_ceil(2), HOUR / 2),
            Gate::new(rates.passwords_of_address_an_hour, HOUR),
            Gate::new(rates.look_ups_an_hour, HOUR),
            Gate::new(rates.oidc_sign_ins_a_minute, MINUTE),
        ];
        Self(gates.into())
    }

    /// Takes so many times from somebody's allowance, or none.
    pub(crate) fn take(
        &self,
        what: Limited,
        who: impl AsRef<[u8]>,
        times: usize,
        now_ms: u64,
    ) -> Result<(), TooOften> {
        match &self.0[what as usize] {
            Some(gate) => gate.take(sha256(who.as_ref()), times, now_ms),
            None => Ok(()),
        }
    }

    /// Makes somebody's allowance whole: what they did was right.
    pub(crate) fn renew(&self, what: Limited, who: impl AsRef<[u8]>) {
        if let Some(gate) = &self.0[what as usize] {
            let mut renewed = gate.renewed.lock().unwrap_or_else(PoisonError::into_inner);
            if renewed.len() >= MOST {
                renewed.clear();
            }
            *renewed.entry(sha256(who.as_ref())).or_default() += 1;
        }
    }
}

impl Gate {
    fn new(most: u32, over: Duration) -> Option<Self> {
        let (most, clock) = (NonZeroU32::new(most)?, Told::default());
        let quota = Quota::with_period(over / most.get())?.allow_burst(most);
        let of = RateLimiter::hashmap_with_clock(quota, clock.clone());
        Some(Self { of, clock, most, swept_ms: AtomicU64::new(0), renewed: Mutex::default() })
    }

    /// The name of somebody's allowance since it was made whole last.
    fn present(&self, who: Digest) -> Digest {
        let renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        renewed.get(&who).map_or(who, |times| sha256(&[&who.0[..], &times.to_be_bytes()].concat()))
    }

    fn take(&self, who: Digest, times: usize, now_ms: u64) -> Result<(), TooOften> {
        // A clock that is set back takes nothing from anybody: time stands still until it is there again.
        self.clock.0.fetch_max(now_ms, Ordering::Relaxed);
        let mut who = self.present(who);
        if self.of.len() >= MOST {
            // Looking through all of them takes time: a stranger must not buy it with each request.
            if self.swept_ms.load(Ordering::Relaxed) + SWEEP_MS <= now_ms {
                self.swept_ms.store(now_ms, Ordering::Relaxed);
                self.of.retain_recent();
            }
            if self.of.len() >= MOST {
                who.0[2..].fill(0);
            }
        }
        // Nobody asks for more at once than an allowance holds, whatever the configuration says.
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        let Some(times) = NonZeroU32::new(times.min(self.most.get())) else { return Ok(()) };
        match self.of.check_key_n(&who, times) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => {
                let wait = until.wait_time_from(self.clock.now());
                Err(TooOften { after_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1) })
            }
            Err(_) => Err(TooOften { after_ms: 1 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_780_000_000_000;

    fn limiter() -> Limiter {
        Limiter::new(Rates { look_ups_an_hour: 30, entries_a_day: 100, ..Rates::unlimited() })
    }

    #[test]
    fn an_allowance_is_there_at_once_and_fills_up_again() {
        let limiter = limiter();
        let take = |who: &str, now_ms| limiter.take(Limited::LookUps, who, 1, now_ms);
        for _ in 0..30 {
            assert_eq!(take("one", NOW_MS), Ok(()));
        }
        assert_eq!(take("one", NOW_MS), Err(TooOften { after_ms: 120_000 }));
        assert_eq!(take("other", NOW_MS), Ok(()), "everybody has their own");
        assert_eq!(take("one", NOW_MS + 119_999), Err(TooOften { after_ms: 1 }));
        assert_eq!(take("one", NOW_MS + 120_000), Ok(()));
    }

    #[test]
    fn who_was_right_begins_anew_and_nobody_else_does() {
        let limiter = limiter();
        let take = |who: &str| limiter.take(Limited::LookUps, who, 30, NOW_MS).is_ok();
        assert!(take("one") && take("other") && !take("one"));
        limiter.renew(Limited::LookUps, "one");
        assert!(take("one") && !take("one") && !take("other"));
    }

    #[test]
    fn many_at_once_are_taken_whole_or_not() {
        let limiter = limiter();
        let take = |times| limiter.take(Limited::Entries, "phone", times, NOW_MS);
        assert_eq!(take(0), Ok(()));
        assert_eq!(take(60), Ok(()));
        assert!(take(60).is_err());
        assert_eq!(take(40), Ok(()), "the one that was refused took nothing");
        let other = limiter.take(Limited::Entries, "other", 500, NOW_MS);
        assert_eq!(other, Ok(()), "more than a day's is a day's: else it could never be sent");
    }

    #[test]
    fn what_has_no_limit_is_not_counted() {
        let limiter = limiter();
        for _ in 0..10_000 {
            assert_eq!(limiter.take(Limited::Syncs, "phone", 1, NOW_MS), Ok(()));
        }
    }

    #[test]
    fn strangers_beyond_number_do_not_fill_the_memory() {
        let limiter = limiter();
        for who in 0..60_000_u32 {
            let _ = limiter.take(Limited::LookUps, who.to_le_bytes(), 1, NOW_MS);
        }
        let gate = limiter.0[Limited::LookUps as usize].as_ref().expect("it is limited");
        assert!(gate.of.len() <= MOST + (1 << 16), "{}", gate.of.len());
        assert_eq!(limiter.take(Limited::LookUps, "late", 1, NOW_MS + 7_200_000), Ok(()));
        assert!(gate.of.len() <= 2, "who was long ago is forgotten: {}", gate.of.len());
    }
}
