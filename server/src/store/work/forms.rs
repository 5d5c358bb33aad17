//! Forms of people at the web desk go to the store at once: nothing that is kept between jobs depends on them.
//!
//! Does not keep any of it.

use serde_json::Value;
use sync_core::ids::UserId;

use super::Job;
use crate::fault::Fault;
use crate::store::forms::{Draft, FormReads, FormWrites, KeptForm};

impl FormReads for Job<'_> {
    fn drafts(&self, user: UserId) -> Result<Vec<Draft>, Fault> {
        self.under()?.drafts(user)
    }

    fn draft(&self, user: UserId, id: &str) -> Result<Option<Draft>, Fault> {
        self.under()?.draft(user, id)
    }

    fn count_drafts(&self, user: UserId) -> Result<usize, Fault> {
        self.under()?.count_drafts(user)
    }

    fn has_drafts_upto(&self, saved_ms: u64) -> Result<bool, Fault> {
        self.under()?.has_drafts_upto(saved_ms)
    }

    fn answer_to(&self, user: UserId, form: &str) -> Result<Option<Value>, Fault> {
        self.under()?.answer_to(user, form)
    }

    fn kept_form(&self, user: UserId) -> Result<Option<KeptForm>, Fault> {
        self.under()?.kept_form(user)
    }
}

impl FormWrites for Job<'_> {
    fn keep_draft(&self, user: UserId, draft: &Draft) -> Result<(), Fault> {
        self.under()?.keep_draft(user, draft)
    }

    fn drop_draft(&self, user: UserId, id: &str) -> Result<(), Fault> {
        self.under()?.drop_draft(user, id)
    }

    fn forget_drafts(&self, upto_ms: u64) -> Result<(), Fault> {
        self.under()?.forget_drafts(upto_ms)
    }

    fn note_answer(&self, user: UserId, form: &str, answer: &Value, sent_ms: u64) -> Result<(), Fault> {
        self.under()?.note_answer(user, form, answer, sent_ms)
    }

    fn keep_form(&self, user: UserId, kept: &KeptForm) -> Result<(), Fault> {
        self.under()?.keep_form(user, kept)
    }

    fn drop_kept_form(&self, user: UserId) -> Result<(), Fault> {
        self.under()?.drop_kept_form(user)
    }

    fn forget_kept_forms(&self, before_ms: u64) -> Result<(), Fault> {
        self.under()?.forget_kept_forms(before_ms)
    }

    fn forget_answers(&self, before_ms: u64) -> Result<(), Fault> {
        self.under()?.forget_answers(before_ms)
    }
}
