//! The statements about forms of people at the web desk.
//!
//! Does not know what a form means.

use rusqlite::params;
use serde_json::Value;
use sync_core::ids::UserId;

use super::Sql;
use super::columns::{int, whole};
use crate::fault::Fault;
use crate::store::forms::{Draft, FormReads, FormWrites, KeptForm};

impl FormReads for Sql<'_> {
    fn drafts(&self, user: UserId) -> Result<Vec<Draft>, Fault> {
        let sql = "SELECT id, form, saved_ms FROM desk_drafts WHERE user = ?1 ORDER BY saved_ms DESC, id";
        self.all(sql, [user.0.as_bytes()], |row| {
            let form = serde_json::from_str(&row.get::<_, String>(1)?)?;
            Ok(Draft { id: row.get(0)?, form, saved_ms: whole(row, 2)? })
        })
    }

    fn draft(&self, user: UserId, id: &str) -> Result<Option<Draft>, Fault> {
        let sql = "SELECT form, saved_ms FROM desk_drafts WHERE user = ?1 AND id = ?2";
        self.one(sql, params![user.0.as_bytes(), id], |row| {
            let form = serde_json::from_str(&row.get::<_, String>(0)?)?;
            Ok(Draft { id: id.to_owned(), form, saved_ms: whole(row, 1)? })
        })
    }

    fn count_drafts(&self, user: UserId) -> Result<usize, Fault> {
        let sql = "SELECT count(*) FROM desk_drafts WHERE user = ?1";
        let counted = self.one(sql, [user.0.as_bytes()], |row| Ok(whole(row, 0)?))?;
        Ok(counted.and_then(|all| usize::try_from(all).ok()).unwrap_or_default())
    }

    fn has_drafts_upto(&self, saved_ms: u64) -> Result<bool, Fault> {
        let sql = "SELECT 1 FROM desk_drafts WHERE saved_ms <= ?1 LIMIT 1";
        Ok(self.one(sql, [int(saved_ms)], |_| Ok(()))?.is_some())
    }

    fn answer_to(&self, user: UserId, form: &str) -> Result<Option<Value>, Fault> {
        let sql = "SELECT answer FROM desk_forms_sent WHERE user = ?1 AND form = ?2";
        self.one(sql, params![user.0.as_bytes(), form], |row| {
            Ok(serde_json::from_str(&row.get::<_, String>(0)?)?)
        })
    }

    fn kept_form(&self, user: UserId) -> Result<Option<KeptForm>, Fault> {
        let sql = "SELECT form, kept_ms FROM desk_kept_forms WHERE user = ?1";
        self.one(sql, [user.0.as_bytes()], |row| {
            let form = serde_json::from_str(&row.get::<_, String>(0)?)?;
            Ok(KeptForm { form, kept_ms: whole(row, 1)? })
        })
    }
}

impl FormWrites for Sql<'_> {
    fn keep_draft(&self, user: UserId, draft: &Draft) -> Result<(), Fault> {
        let sql = "INSERT OR REPLACE INTO desk_drafts (user, id, form, saved_ms) VALUES (?1, ?2, ?3, ?4)";
        let Draft { id, form, saved_ms } = draft;
        self.run(sql, params![user.0.as_bytes(), id, form.to_string(), int(*saved_ms)])
    }

    fn drop_draft(&self, user: UserId, id: &str) -> Result<(), Fault> {
        self.run("DELETE FROM desk_drafts WHERE user = ?1 AND id = ?2", params![user.0.as_bytes(), id])
    }

    fn forget_drafts(&self, upto_ms: u64) -> Result<(), Fault> {
        self.run("DELETE FROM desk_drafts WHERE saved_ms <= ?1", [int(upto_ms)])
    }

    fn note_answer(&self, user: UserId, form: &str, answer: &Value, sent_ms: u64) -> Result<(), Fault> {
        let sql = "INSERT INTO desk_forms_sent (user, form, answer, sent_ms) VALUES (?1, ?2, ?3, ?4)";
        self.run(sql, params![user.0.as_bytes(), form, answer.to_string(), int(sent_ms)])
    }

    fn keep_form(&self, user: UserId, kept: &KeptForm) -> Result<(), Fault> {
        let sql = "INSERT OR REPLACE INTO desk_kept_forms (user, form, kept_ms) VALUES (?1, ?2, ?3)";
        self.run(sql, params![user.0.as_bytes(), kept.form.to_string(), int(kept.kept_ms)])
    }

    fn drop_kept_form(&self, user: UserId) -> Result<(), Fault> {
        self.run("DELETE FROM desk_kept_forms WHERE user = ?1", [user.0.as_bytes()])
    }

    fn forget_kept_forms(&self, before_ms: u64) -> Result<(), Fault> {
        self.run("DELETE FROM desk_kept_forms WHERE kept_ms < ?1", [int(before_ms)])
    }

    fn forget_answers(&self, before_ms: u64) -> Result<(), Fault> {
        self.run("DELETE FROM desk_forms_sent WHERE sent_ms < ?1", [int(before_ms)])
    }
}
