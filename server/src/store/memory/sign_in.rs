//! Signing in at the web desk, in memory.
//!
//! Does not judge by it.

use sync_core::ids::{Digest, UserId};

use super::Job;
use crate::fault::Fault;
use crate::store::sign_in::{Account, Link, Over, Session, SignInReads, SignInWrites};

impl SignInReads for Job<'_> {
    fn account(&self, user: UserId) -> Result<Option<Account>, Fault> {
        Ok(self.tables.borrow().accounts.get(&user).cloned())
    }

    fn account_named(&self, sign_in_name: &str) -> Result<Option<Account>, Fault> {
        let tables = self.tables.borrow();
        Ok(tables.accounts.values().find(|account| account.sign_in_name == sign_in_name).cloned())
    }

    fn session(&self, token: Digest) -> Result<Option<Session>, Fault> {
        Ok(self.tables.borrow().sessions.get(&token).cloned())
    }

    fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, Fault> {
        let tables = self.tables.borrow();
        Ok(tables.sessions.values().filter(|session| session.user == user).cloned().collect())
    }

    fn link_of(&self, user: UserId) -> Result<Option<Link>, Fault> {
        Ok(self.tables.borrow().links.get(&user).cloned())
    }

    fn link_to(&self, issuer: &str, subject: &str) -> Result<Option<Link>, Fault> {
        let tables = self.tables.borrow();
        let is_it = |link: &&Link| link.issuer == issuer && link.subject == subject;
        Ok(tables.links.values().find(is_it).cloned())
    }
}

impl Job<'_> {
    pub(super) fn end_sessions_that(&self, is_over: impl Fn(&Session) -> bool) -> Result<(), Fault> {
        let over: Vec<Digest> = {
            let tables = self.tables.borrow();
            tables.sessions.values().filter(|session| is_over(session)).map(|session| session.token).collect()
        };
        over.iter().try_for_each(|token| self.remove(|tables| &mut tables.sessions, token))
    }
}

impl SignInWrites for Job<'_> {
    fn put_account(&self, account: &Account) -> Result<(), Fault> {
        let other = self.account_named(&account.sign_in_name)?;
        if other.is_some_and(|other| other.user != account.user) {
            return Err(Fault::Database("a row is there already".to_owned()));
        }
        self.put(|tables| &mut tables.accounts, account.user, account.clone())
    }

    fn drop_account(&self, user: UserId) -> Result<(), Fault> {
        self.set_recovery_codes(user, &[])?;
        self.remove(|tables| &mut tables.accounts, &user)
    }

    fn put_link(&self, link: &Link) -> Result<(), Fault> {
        let other = self.link_to(&link.issuer, &link.subject)?;
        if other.is_some_and(|other| other.user != link.user) {
            return Err(Fault::Database("a row is there already".to_owned()));
        }
        self.put(|tables| &mut tables.links, link.user, link.clone())
    }

    fn drop_link(&self, user: UserId) -> Result<(), Fault> {
        self.remove(|tables| &mut tables.links, &user)
    }

    fn set_recovery_codes(&self, user: UserId, hashes: &[Digest]) -> Result<(), Fault> {
        let before: Vec<_> = {
            let tables = self.tables.borrow();
            tables.recovery_codes.keys().filter(|(of, _)| *of == user).copied().collect()
        };
        before.iter().try_for_each(|key| self.remove(|tables| &mut tables.recovery_codes, key))?;
        hashes.iter().try_for_each(|hash| self.put(|tables| &mut tables.recovery_codes, (user, *hash), ()))
    }

    fn take_recovery_code(&self, user: UserId, hash: Digest) -> Result<bool, Fault> {
        let is_there = self.tables.borrow().recovery_codes.contains_key(&(user, hash));
        self.remove(|tables| &mut tables.recovery_codes, &(user, hash))?;
        Ok(is_there)
    }

    fn put_session(&self, session: &Session) -> Result<(), Fault> {
        self.put(|tables| &mut tables.sessions, session.token, session.clone())
    }

    fn end_session(&self, token: Digest) -> Result<(), Fault> {
        self.remove(|tables| &mut tables.sessions, &token)
    }

    fn end_sessions_of(&self, user: UserId) -> Result<(), Fault> {
        self.end_sessions_that(|session| session.user == user)
    }

    fn end_old_sessions(&self, over: Over) -> Result<(), Fault> {
        let Over { began_before_ms, seen_before_ms } = over;
        self.end_sessions_that(|session| {
            session.began_ms < began_before_ms || session.seen_ms < seen_before_ms
        })
    }
}
