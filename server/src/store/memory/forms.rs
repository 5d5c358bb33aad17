//! Forms of people at the web desk, in memory.
//!
//! Does not know what a form means.

use std::cmp::Reverse;

use serde_json::Value;
use sync_core::ids::UserId;

use super::Job;
use crate::fault::Fault;
use crate::store::forms::{Draft, FormReads, FormWrites, KeptForm};

impl FormReads for Job<'_> {
    fn drafts(&self, user: UserId) -> Result<Vec<Draft>, Fault> {
        let tables = self.tables.borrow();
        let of_user = tables.drafts.iter().filter(|((of, _), _)| *of == user);
        let mut drafts: Vec<Draft> = of_user.map(|(_, draft)| draft.clone()).collect();
        drafts.sort_by_key(|draft| Reverse(draft.saved_ms));
        Ok(drafts)
    }

    fn draft(&self, user: UserId, id: &str) -> Result<Option<Draft>, Fault> {
        Ok(self.tables.borrow().drafts.get(&(user, id.to_owned())).cloned())
    }

    fn count_drafts(&self, user: UserId) -> Result<usize, Fault> {
        Ok(self.tables.borrow().drafts.keys().filter(|(of, _)| *of == user).count())
    }

    fn has_drafts_upto(&self, saved_ms: u64) -> Result<bool, Fault> {
        Ok(self.tables.borrow().drafts.values().any(|draft| draft.saved_ms <= saved_ms))
    }

    fn answer_to(&self, user: UserId, form: &str) -> Result<Option<Value>, Fault> {
        let key = (user, form.to_owned());
        Ok(self.tables.borrow().forms_sent.get(&key).map(|(answer, _)| answer.clone()))
    }

    fn kept_form(&self, user: UserId) -> Result<Option<KeptForm>, Fault> {
        Ok(self.tables.borrow().kept_forms.get(&user).cloned())
    }
}

impl FormWrites for Job<'_> {
    fn keep_draft(&self, user: UserId, draft: &Draft) -> Result<(), Fault> {
        self.put(|tables| &mut tables.drafts, (user, draft.id.clone()), draft.clone())
    }

    fn drop_draft(&self, user: UserId, id: &str) -> Result<(), Fault> {
        self.remove(|tables| &mut tables.drafts, &(user, id.to_owned()))
    }

    fn forget_drafts(&self, upto_ms: u64) -> Result<(), Fault> {
        let old: Vec<_> = {
            let tables = self.tables.borrow();
            let old = tables.drafts.iter().filter(|(_, draft)| draft.saved_ms <= upto_ms);
            old.map(|(key, _)| key.clone()).collect()
        };
        old.iter().try_for_each(|key| self.remove(|tables| &mut tables.drafts, key))
    }

    fn note_answer(&self, user: UserId, form: &str, answer: &Value, sent_ms: u64) -> Result<(), Fault> {
        self.add(|tables| &mut tables.forms_sent, (user, form.to_owned()), (answer.clone(), sent_ms))
    }

    fn keep_form(&self, user: UserId, kept: &KeptForm) -> Result<(), Fault> {
        self.put(|tables| &mut tables.kept_forms, user, kept.clone())
    }

    fn drop_kept_form(&self, user: UserId) -> Result<(), Fault> {
        self.remove(|tables| &mut tables.kept_forms, &user)
    }

    fn forget_kept_forms(&self, before_ms: u64) -> Result<(), Fault> {
        let old: Vec<UserId> = {
            let tables = self.tables.borrow();
            let old = tables.kept_forms.iter().filter(|(_, kept)| kept.kept_ms < before_ms);
            old.map(|(user, _)| *user).collect()
        };
        old.iter().try_for_each(|user| self.remove(|tables| &mut tables.kept_forms, user))
    }

    fn forget_answers(&self, before_ms: u64) -> Result<(), Fault> {
        let old: Vec<_> = {
            let tables = self.tables.borrow();
            let old = tables.forms_sent.iter().filter(|(_, (_, sent_ms))| *sent_ms < before_ms);
            old.map(|(key, _)| key.clone()).collect()
        };
        old.iter().try_for_each(|key| self.remove(|tables| &mut tables.forms_sent, key))
    }
}
