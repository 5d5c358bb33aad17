//! The statements about signing in at the web desk.
//!
//! Does not judge by them.

use rusqlite::{Row, params};
use sync_core::ids::{Digest, UserId};

use super::Sql;
use super::columns::{int, user, whole};
use crate::fault::Fault;
use crate::store::sign_in::{Account, Link, Over, Session, SignInReads, SignInWrites};

const ACCOUNT: &str = "SELECT user, sign_in_name, password, totp, last_step, wrong_codes, wait_until_ms \
                       FROM desk_accounts";

fn account(row: &Row<'_>) -> Result<Account, Fault> {
    Ok(Account {
        user: user(row, 0)?,
        sign_in_name: row.get(1)?,
        password: row.get(2)?,
        totp: row.get(3)?,
        last_step: whole(row, 4)?,
        wrong_codes: whole(row, 5)?,
        wait_until_ms: whole(row, 6)?,
    })
}

const LINK: &str = "SELECT user, issuer, subject, linked_ms FROM desk_links";

fn link(row: &Row<'_>) -> Result<Link, Fault> {
    let (issuer, subject) = (row.get(1)?, row.get(2)?);
    Ok(Link { user: user(row, 0)?, issuer, subject, linked_ms: whole(row, 3)? })
}

impl SignInReads for Sql<'_> {
    fn account(&self, user: UserId) -> Result<Option<Account>, Fault> {
        self.one(&format!("{ACCOUNT} WHERE user = ?1"), [user.0.as_bytes()], account)
    }

    fn account_named(&self, sign_in_name: &str) -> Result<Option<Account>, Fault> {
        self.one(&format!("{ACCOUNT} WHERE sign_in_name = ?1"), [sign_in_name], account)
    }

    fn session(&self, token: Digest) -> Result<Option<Session>, Fault> {
        let sql = "SELECT user, stage, secret, began_ms, seen_ms FROM desk_sessions WHERE token = ?1";
        self.one(sql, [token.0], |row| {
            let stage = serde_json::from_value(serde_json::Value::String(row.get(1)?))?;
            let (user, secret) = (user(row, 0)?, row.get(2)?);
            Ok(Session { token, user, stage, secret, began_ms: whole(row, 3)?, seen_ms: whole(row, 4)? })
        })
    }

    fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, Fault> {
        let sql = "SELECT token FROM desk_sessions WHERE user = ?1 ORDER BY token";
        let tokens = self.all(sql, [user.0.as_bytes()], |row| Ok(Digest(row.get(0)?)))?;
        let found = tokens.into_iter().map(|token| self.session(token));
        Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    fn link_of(&self, user: UserId) -> Result<Option<Link>, Fault> {
        self.one(&format!("{LINK} WHERE user = ?1"), [user.0.as_bytes()], link)
    }

    fn link_to(&self, issuer: &str, subject: &str) -> Result<Option<Link>, Fault> {
        self.one(&format!("{LINK} WHERE issuer = ?1 AND subject = ?2"), [issuer, subject], link)
    }
}

impl SignInWrites for Sql<'_> {
    fn put_account(&self, account: &Account) -> Result<(), Fault> {
        let sql = "INSERT INTO desk_accounts \
                   (user, sign_in_name, password, totp, last_step, wrong_codes, wait_until_ms) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                   ON CONFLICT (user) DO UPDATE SET sign_in_name = ?2, password = ?3, totp = ?4, \
                   last_step = ?5, wrong_codes = ?6, wait_until_ms = ?7";
        let Account { sign_in_name, password, totp, .. } = account;
        let (step, wrong) = (int(account.last_step), int(account.wrong_codes));
        let user = account.user.0.as_bytes();
        self.run(sql, params![user, sign_in_name, password, totp, step, wrong, int(account.wait_until_ms)])
    }

    fn drop_account(&self, user: UserId) -> Result<(), Fault> {
        self.set_recovery_codes(user, &[])?;
        self.run("DELETE FROM desk_accounts WHERE user = ?1", [user.0.as_bytes()])
    }

    fn put_link(&self, link: &Link) -> Result<(), Fault> {
        let sql = "INSERT INTO desk_links (user, issuer, subject, linked_ms) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (user) DO UPDATE SET issuer = ?2, subject = ?3, linked_ms = ?4";
        let Link { user, issuer, subject, linked_ms } = link;
        self.run(sql, params![user.0.as_bytes(), issuer, subject, int(*linked_ms)])
    }

    fn drop_link(&self, user: UserId) -> Result<(), Fault> {
        self.run("DELETE FROM desk_links WHERE user = ?1", [user.0.as_bytes()])
    }

    fn set_recovery_codes(&self, user: UserId, hashes: &[Digest]) -> Result<(), Fault> {
        self.run("DELETE FROM desk_recovery_codes WHERE user = ?1", [user.0.as_bytes()])?;
        let sql = "INSERT OR IGNORE INTO desk_recovery_codes (user, hash) VALUES (?1, ?2)";
        hashes.iter().try_for_each(|hash| self.run(sql, params![user.0.as_bytes(), hash.0]))
    }

    fn take_recovery_code(&self, user: UserId, hash: Digest) -> Result<bool, Fault> {
        let sql = "DELETE FROM desk_recovery_codes WHERE user = ?1 AND hash = ?2 RETURNING 1";
        Ok(self.one(sql, params![user.0.as_bytes(), hash.0], |_| Ok(()))?.is_some())
    }

    fn put_session(&self, session: &Session) -> Result<(), Fault> {
        let sql = "INSERT OR REPLACE INTO desk_sessions (token, user, stage, secret, began_ms, seen_ms) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let Session { token, user, stage, secret, began_ms, seen_ms } = session;
        let (user, stage) = (user.0.as_bytes(), stage.word());
        self.run(sql, params![token.0, user, stage, secret, int(*began_ms), int(*seen_ms)])
    }

    fn end_session(&self, token: Digest) -> Result<(), Fault> {
        self.run("DELETE FROM desk_sessions WHERE token = ?1", [token.0])
    }

    fn end_sessions_of(&self, user: UserId) -> Result<(), Fault> {
        self.run("DELETE FROM desk_sessions WHERE user = ?1", [user.0.as_bytes()])
    }

    fn end_old_sessions(&self, over: Over) -> Result<(), Fault> {
        let sql = "DELETE FROM desk_sessions WHERE began_ms < ?1 OR seen_ms < ?2";
        self.run(sql, params![int(over.began_before_ms), int(over.seen_before_ms)])
    }
}
