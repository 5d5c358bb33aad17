//! Signing in at the web desk goes to the store at once: nothing that is kept between jobs depends on it.
//!
//! Does not keep any of it.

use sync_core::ids::{Digest, UserId};

use super::Job;
use crate::fault::Fault;
use crate::store::sign_in::{Account, Link, Over, Session, SignInReads, SignInWrites};

impl SignInReads for Job<'_> {
    fn account(&self, user: UserId) -> Result<Option<Account>, Fault> {
        self.under()?.account(user)
    }

    fn account_named(&self, sign_in_name: &str) -> Result<Option<Account>, Fault> {
        self.under()?.account_named(sign_in_name)
    }

    fn session(&self, token: Digest) -> Result<Option<Session>, Fault> {
        self.under()?.session(token)
    }

    fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, Fault> {
        self.under()?.sessions_of(user)
    }

    fn link_of(&self, user: UserId) -> Result<Option<Link>, Fault> {
        self.under()?.link_of(user)
    }

    fn link_to(&self, issuer: &str, subject: &str) -> Result<Option<Link>, Fault> {
        self.under()?.link_to(issuer, subject)
    }
}

impl SignInWrites for Job<'_> {
    fn put_account(&self, account: &Account) -> Result<(), Fault> {
        self.under()?.put_account(account)
    }

    fn drop_account(&self, user: UserId) -> Result<(), Fault> {
        self.under()?.drop_account(user)
    }

    fn put_link(&self, link: &Link) -> Result<(), Fault> {
        self.under()?.put_link(link)
    }

    fn drop_link(&self, user: UserId) -> Result<(), Fault> {
        self.under()?.drop_link(user)
    }

    fn set_recovery_codes(&self, user: UserId, hashes: &[Digest]) -> Result<(), Fault> {
        self.under()?.set_recovery_codes(user, hashes)
    }

    fn take_recovery_code(&self, user: UserId, hash: Digest) -> Result<bool, Fault> {
        self.under()?.take_recovery_code(user, hash)
    }

    fn put_session(&self, session: &Session) -> Result<(), Fault> {
        self.under()?.put_session(session)
    }

    fn end_session(&self, token: Digest) -> Result<(), Fault> {
        self.under()?.end_session(token)
    }

    fn end_sessions_of(&self, user: UserId) -> Result<(), Fault> {
        self.under()?.end_sessions_of(user)
    }

    fn end_old_sessions(&self, over: Over) -> Result<(), Fault> {
        self.under()?.end_old_sessions(over)
    }
}
