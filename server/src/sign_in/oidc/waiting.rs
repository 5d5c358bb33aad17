//! Ways to the provider that are not finished: what was wanted, and what proves that the same browser comes back.
//!
//! In memory, bound to a cookie by its hash, for ten minutes, once. A restart forgets them: whoever was on the way begins
//! again. Does not ask the provider.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::constant_time;
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};
use sync_core::ids::Digest;

use crate::sign_in::linked::Subject;

/// How long somebody may take at the provider, and how long to say yes afterwards.
pub(crate) const LIFE_MS: u64 = 10 * 60_000;
/// Ways at a time: beyond, the oldest gives way, so that strangers take no more memory than this.
const MOST: usize = 10_000;

/// What somebody goes to the provider for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// To sign in.
    SignIn,
    /// To link an account, in this open session.
    Link { session: Digest },
    /// To set up how they sign in, in this session that a one-time code began.
    SetUp { session: Digest },
}

impl Wanted {
    /// Whether the person is shown which account it is before anything is done with it.
    pub(super) fn is_shown(self) -> bool {
        match self {
            Self::SignIn => false,
            Self::Link { .. } | Self::SetUp { .. } => true,
        }
    }
}

/// Somebody is at the provider.
pub(super) struct Away {
    pub(super) state: CsrfToken,
    pub(super) nonce: Nonce,
    pub(super) verifier: PkceCodeVerifier,
    pub(super) wanted: Wanted,
}

/// Somebody came back, and the provider has said whose account it is.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) wanted: Wanted,
    pub(crate) who: Subject,
    /// What the account is called there; kept no longer than this.
    pub(crate) shown: String,
}

enum Stage {
    Away(Away),
    Home(Home),
}

#[derive(Default)]
pub(super) struct Waiting(Mutex<HashMap<Digest, (u64, Stage)>>);

impl Waiting {
    /// Those that still count.
    fn present(&self, now_ms: u64) -> MutexGuard<'_, HashMap<Digest, (u64, Stage)>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, (began_ms, _)| counts(*began_ms, now_ms));
        }
        all
    }

    fn put(&self, cookie: Digest, stage: Stage, now_ms: u64) {
        let mut all = self.present(now_ms);
        if all.len() >= MOST {
            let oldest = all.iter().min_by_key(|(_, (began_ms, _))| *began_ms).map(|(cookie, _)| *cookie);
            oldest.map(|oldest| all.remove(&oldest));
        }
        all.insert(cookie, (now_ms, stage));
    }

    fn take(&self, cookie: Digest, now_ms: u64) -> Option<Stage> {
        let (began_ms, stage) = self.present(now_ms).remove(&cookie)?;
        counts(began_ms, now_ms).then_some(stage)
    }

    pub(super) fn goes(&self, cookie: Digest, away: Away, now_ms: u64) {
        self.put(cookie, Stage::Away(away), now_ms);
    }

    /// Who comes back with the cookie, once; nobody when the state is another one.
    pub(super) fn comes(&self, cookie: Digest, state: &str, now_ms: u64) -> Option<Away> {
        let Stage::Away(away) = self.take(cookie, now_ms)? else { return None };
        let known = away.state.secret().as_bytes();
        constant_time::verify_slices_are_equal(known, state.as_bytes()).ok()?;
        Some(away)
    }

    pub(super) fn waits(&self, cookie: Digest, home: Home, now_ms: u64) {
        self.put(cookie, Stage::Home(home), now_ms);
    }

    pub(super) fn asked(&self, cookie: Digest, now_ms: u64) -> Option<Home> {
        match self.present(now_ms).get(&cookie) {
            Some((began_ms, Stage::Home(home))) if counts(*began_ms, now_ms) => Some(home.clone()),
            Some((_, Stage::Home(_) | Stage::Away(_))) | None => None,
        }
    }

    pub(super) fn said_yes(&self, cookie: Digest, now_ms: u64) -> Option<Home> {
        match self.take(cookie, now_ms)? {
            Stage::Home(home) => Some(home),
            Stage::Away(_) => None,
        }
    }
}

fn counts(began_ms: u64, now_ms: u64) -> bool {
    now_ms.saturating_sub(began_ms) < LIFE_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away(state: &str) -> Away {
        Away {
            state: CsrfToken::new(state.to_owned()),
            nonce: Nonce::new_random(),
            verifier: PkceCodeVerifier::new("v".repeat(43)),
            wanted: Wanted::SignIn,
        }
    }

    fn cookie(number: u64) -> Digest {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        Digest(bytes)
    }

    #[test]
    fn who_comes_back_does_so_once_with_the_same_state_and_in_time() {
        let waiting = Waiting::default();
        for number in 1..=4 {
            waiting.goes(cookie(number), away("state"), 0);
        }
        assert!(waiting.comes(cookie(1), "state", LIFE_MS - 1).is_some());
        assert!(waiting.comes(cookie(1), "state", LIFE_MS - 1).is_none(), "it was finished");
        assert!(waiting.comes(cookie(2), "other", 1).is_none());
        assert!(waiting.comes(cookie(2), "state", 1).is_none(), "a wrong state ends it as well");
        assert!(waiting.comes(cookie(3), "state", LIFE_MS).is_none(), "too late");
        assert!(waiting.said_yes(cookie(4), 1).is_none(), "nobody has come back yet");
    }

    #[test]
    fn strangers_beyond_number_take_no_more_memory() {
        let waiting = Waiting::default();
        let most = u64::try_from(MOST).expect("a small number");
        for number in 0..most + 5 {
            waiting.goes(cookie(number), away("state"), number);
        }
        assert_eq!(waiting.0.lock().map(|all| all.len()).ok(), Some(MOST));
        assert!(waiting.comes(cookie(most + 4), "state", most + 5).is_some(), "the newest are there");
        waiting.goes(cookie(1), away("state"), LIFE_MS * 9);
        waiting.goes(cookie(2), away("state"), LIFE_MS * 9);
        assert!(waiting.0.lock().is_ok_and(|all| all.len() <= 2), "who is too late is forgotten");
    }
}
