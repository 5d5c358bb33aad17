//! Half-filled forms: kept on this device alone, whatever they say.

use serde_json::Value;

#[cfg(feature = "json-schema")]
use crate::command::plan::FormSaved;
use crate::command::plan::Outcome;

fields! {
    /// A half-filled form that is kept.
    DraftSave {
        /// What the form is called: one's own text.
        id: String,
        /// The form as far as it is filled in: anything.
        form: Value,
    }
    /// A half-filled form that is dropped.
    DraftDrop {
        /// What the form is called.
        id: String,
    }
}

side! {
    /// Half-filled forms.
    Drafts {
        "draft_save" DraftSave [] "Keeps a half-filled form on this device." r#"{"id":"stop-1","form":{"drug":"cannabis"}}"# -> FormSaved;
        "draft_drop" DraftDrop [] "Drops a half-filled form." r#"{"id":"stop-1"}"# -> FormSaved;
    }
}

impl Drafts {
    /// What is kept or dropped.
    pub(super) fn plan(&self) -> Outcome {
        match self {
            Self::DraftSave(draft) => Outcome::Draft(draft.id.clone(), Some(draft.form.clone())),
            Self::DraftDrop(draft) => Outcome::Draft(draft.id.clone(), None),
        }
    }
}
