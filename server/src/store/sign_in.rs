//! How people sign in at the web desk, as the store keeps it: accounts, recovery codes, sessions.
//!
//! Of a session's token only the hash is kept. Does not say how long a session counts: see [`crate::sign_in`].

use serde::{Deserialize, Serialize};
use sync_core::ids::{Digest, UserId};

use crate::fault::Fault;

/// How a person signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) user: UserId,
    /// In small letters.
    pub(crate) sign_in_name: String,
    /// Parameters, salt and hash.
    pub(crate) password: String,
    /// The secret that the person's authenticator holds.
    pub(crate) totp: Vec<u8>,
    /// The step of the last code that counted.
    pub(crate) last_step: u64,
    /// Wrong codes in a row, after a right password.
    pub(crate) wrong_codes: u64,
    /// No code is looked at before.
    pub(crate) wait_until_ms: u64,
}

/// How far a browser has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// A one-time code was typed; password and authenticator are not there yet.
    SetUp,
    /// The password was right; the authenticator's code is missing.
    Password,
    /// Signed in.
    Open,
}

impl Stage {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Password => "password",
            Self::Open => "open",
        }
    }
}

/// One browser's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// The hash of its token.
    pub(crate) token: Digest,
    pub(crate) user: UserId,
    pub(crate) stage: Stage,
    /// While an account is set up: the secret that was shown; else empty.
    pub(crate) secret: Vec<u8>,
    pub(crate) began_ms: u64,
    pub(crate) seen_ms: u64,
}

/// An account at an identity provider that signs a person in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) user: UserId,
    pub(crate) issuer: String,
    /// The provider's own name of the account.
    pub(crate) subject: String,
    pub(crate) linked_ms: u64,
}

impl Link {
    /// What is left of a link that somebody else took away: nobody has such an account, and its person is nobody new.
    pub(crate) fn gone(user: UserId, linked_ms: u64) -> Self {
        Self { user, issuer: String::new(), subject: user.to_string(), linked_ms }
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.issuer.is_empty()
    }
}

/// Times before which sessions are over: the one of their beginning, and the one of their last request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Over {
    pub(crate) began_before_ms: u64,
    pub(crate) seen_before_ms: u64,
}

/// What a job can look up.
pub(crate) trait SignInReads {
    fn account(&self, user: UserId) -> Result<Option<Account>, Fault>;
    fn account_named(&self, sign_in_name: &str) -> Result<Option<Account>, Fault>;
    fn session(&self, token: Digest) -> Result<Option<Session>, Fault>;
    /// Every session of a person, also one that is over and was not cleared away yet.
    fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, Fault>;
    fn link_of(&self, user: UserId) -> Result<Option<Link>, Fault>;
    fn link_to(&self, issuer: &str, subject: &str) -> Result<Option<Link>, Fault>;
}

/// What a job can change.
pub(crate) trait SignInWrites {
    /// Adds an account, or says it anew.
    fn put_account(&self, account: &Account) -> Result<(), Fault>;
    /// Takes an account away, with its recovery codes.
    fn drop_account(&self, user: UserId) -> Result<(), Fault>;
    /// Links an account at a provider to its person, who has no other; an account that is somebody else's is refused.
    fn put_link(&self, link: &Link) -> Result<(), Fault>;
    fn drop_link(&self, user: UserId) -> Result<(), Fault>;
    /// The recovery codes of a person from now on; those before count no longer.
    fn set_recovery_codes(&self, user: UserId, hashes: &[Digest]) -> Result<(), Fault>;
    /// Uses a recovery code up, and tells whether it was there.
    fn take_recovery_code(&self, user: UserId, hash: Digest) -> Result<bool, Fault>;
    /// Adds a session, or says it anew.
    fn put_session(&self, session: &Session) -> Result<(), Fault>;
    fn end_session(&self, token: Digest) -> Result<(), Fault>;
    fn end_sessions_of(&self, user: UserId) -> Result<(), Fault>;
    fn end_old_sessions(&self, over: Over) -> Result<(), Fault>;
}
