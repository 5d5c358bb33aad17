//! Every text of the web desk, page by page.
//!
//! Plain English for a reading age of about ten: short main clauses, verbs before nouns, no blame, no pronoun for the
//! person who was referred. A test holds the words that no page may show. Does not decide anything.

pub(super) mod audit;
pub(super) mod conflicts;
pub(super) mod deeds;
pub(super) mod diary;
pub(super) mod errors;
pub(super) mod export;
pub(super) mod force;
pub(super) mod home;
pub(super) mod kept;
pub(super) mod kinds;
pub(super) mod lanes;
pub(super) mod later;
pub(super) mod layout;
pub(super) mod leaflet;
pub(super) mod oidc;
pub(super) mod record;
pub(super) mod refer;
pub(super) mod referrals;
pub(super) mod results;
pub(super) mod retention;
pub(super) mod sessions;
pub(super) mod sign_in;
pub(super) mod slots;

/// Words that no page may show: they are the code's, not people's.
#[cfg(test)]
pub(crate) const NEVER: &[&str] = &[
    "fold",
    "folded",
    "feed",
    "feeds",
    "op",
    "ops",
    "stream",
    "streams",
    "epoch",
    "quarantined",
    "quarantine",
    "disposal",
    "log_fork",
    "fork",
    "snapshot",
    "register",
    "projection",
    "cursor",
    "as_of",
    "uuid",
    "hash",
    "digest",
    "enum",
    "null",
    "json",
    "offender",
    "addict",
    "client",
    "abuser",
    "clean",
    "failed",
    "user",
    "users",
    "provider",
    "providers",
    "conflict",
    "conflicts",
    "invalid",
    "r09",
    "l0",
    "l1",
    "l2",
    "l3",
];

pub(crate) use sync_core::referral::wording::role;

/// What somebody does, as people say it, of a code in an answer.
pub(super) fn role_of(code: &str) -> &'static str {
    code.parse().map_or("", role)
}

/// A code as words where nothing better is known.
pub(super) fn plain(code: &str) -> String {
    code.replace(['_', '.'], " ")
}
