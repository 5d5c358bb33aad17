//! Forms of people at the web desk, as the store keeps them: half-filled ones, what was answered to those sent, and the one
//! that was being typed when a session ended.
//!
//! Does not know what a form means.

use serde_json::Value;
use sync_core::ids::UserId;

use crate::fault::Fault;

/// A half-filled form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    /// What its person calls it.
    pub(crate) id: String,
    pub(crate) form: Value,
    pub(crate) saved_ms: u64,
}

/// What somebody was typing when their session ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeptForm {
    pub(crate) form: Value,
    pub(crate) kept_ms: u64,
}

/// What a job can look up.
pub(crate) trait FormReads {
    /// The half-filled forms of a person, the newest first.
    fn drafts(&self, user: UserId) -> Result<Vec<Draft>, Fault>;
    /// The one that its person calls so.
    fn draft(&self, user: UserId, id: &str) -> Result<Option<Draft>, Fault>;
    /// How many they have.
    fn count_drafts(&self, user: UserId) -> Result<usize, Fault>;
    /// Whether any form was last saved so long ago.
    fn has_drafts_upto(&self, saved_ms: u64) -> Result<bool, Fault>;
    /// What was answered when this form was sent.
    fn answer_to(&self, user: UserId, form: &str) -> Result<Option<Value>, Fault>;
    /// What this person was typing when their session ended.
    fn kept_form(&self, user: UserId) -> Result<Option<KeptForm>, Fault>;
}

/// What a job can change.
pub(crate) trait FormWrites {
    /// Keeps a form, over the one of its name.
    fn keep_draft(&self, user: UserId, draft: &Draft) -> Result<(), Fault>;
    fn drop_draft(&self, user: UserId, id: &str) -> Result<(), Fault>;
    /// Deletes the forms that were last saved so long ago, whoever began them.
    fn forget_drafts(&self, upto_ms: u64) -> Result<(), Fault>;
    /// Notes what is answered to a form; a form is answered once.
    fn note_answer(&self, user: UserId, form: &str, answer: &Value, sent_ms: u64) -> Result<(), Fault>;
    /// Keeps what somebody was typing, over what was kept before.
    fn keep_form(&self, user: UserId, kept: &KeptForm) -> Result<(), Fault>;
    fn drop_kept_form(&self, user: UserId) -> Result<(), Fault>;
    /// What was kept before is forgotten, whoever typed it.
    fn forget_kept_forms(&self, before_ms: u64) -> Result<(), Fault>;
    /// Answers to forms that were sent before are forgotten.
    fn forget_answers(&self, before_ms: u64) -> Result<(), Fault>;
}
