//! Commands: what a person does, parsed once, planned as acts, and written in one transaction.
//!
//! ```text
//!   JSON ─▶ Command ─▶ plan (pure) ─▶ Plan ─▶ write: judge each decision, append, fold ─▶ answer
//! ```
//! Does not touch the network.

pub(crate) mod answer;
pub(crate) mod asked;
pub(crate) mod check;
pub(crate) mod conflicts;
pub(crate) mod form;
pub(crate) mod offer;
pub(crate) mod plan;
pub(crate) mod police;
pub(crate) mod referring;
pub(crate) mod roadside;
pub(crate) mod run;
pub(crate) mod transfer;
pub(crate) mod write;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sync_core::ids::{Digest, OpId, OrgId, Record};
use sync_core::referral::act::{
    Attendance, CancelReason, Choice, ContactWhat, Disposal, Meeting, NotGiven, NoticeTo, ReopenReason,
    RescindReason, YesNo,
};

use crate::problem::Problem;
use crate::request;
use form::Form;
use offer::OfferAnswer;
use referring::Override;

/// A command with the view that it was made on.
pub(crate) struct Asked {
    pub(crate) command: Command,
    /// The revision of the view; the newest when the command names none.
    pub(crate) as_of: u64,
}

/// A record as people and screens name it: its id alone, or `referral/<id>`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named(pub(crate) Record);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bare = uuid::Uuid::parse_str(&text).map(Record::referral);
        bare.or_else(|_| text.parse()).map(Self).map_err(serde::de::Error::custom)
    }
}

type Maybe = Option<String>;

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? })+) => {
        /// What a person does; each is one transaction.
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "snake_case", deny_unknown_fields)]
        pub(crate) enum Command {
            /// A dry run of the rules.
            Assess(Box<Form>),
            /// Refers the person.
            Refer(Box<Form>),
            /// Ends an encounter without a referral.
            RecordEncounter(Box<Form>),
            /// The later answer to an offer that was left open or granted.
            AnswerOffer(Box<OfferAnswer>),
            $($(#[$doc])* $name { $($(#[$fmeta])* $field: $type),* },)+
        }
    };
}

commands! {
    /// The provider takes the referral on.
    Accept { record: Named }
    /// The provider does not.
    Reject { record: Named, reason: String }
    /// The officer takes it back.
    Cancel { record: Named, reason: CancelReason }
    /// An outreach contact.
    Contact { record: Named, what: ContactWhat, channel: String, result: String,
        #[serde(default)] at_ms: Option<u64>, #[serde(default)] note: Maybe }
    /// An appointment.
    Book { record: Named, meeting: Meeting, at_ms: u64, minutes: u16, #[serde(default)] place: Maybe }
    /// What became of an appointment.
    Attend { record: Named, #[serde(default)] appointment: Option<OpId>, meeting: Meeting,
        status: Attendance, minutes: u16, #[serde(default)] at_ms: Option<u64>, #[serde(default)] note: Maybe,
        #[serde(default)] reason: Maybe }
    /// What the person agrees to now; it lifts a withdrawal that its author knows.
    Consent { record: Named, contact: YesNo, #[serde(default)] feedback: Option<YesNo>,
        #[serde(default)] wording: Maybe, #[serde(default)] language: Maybe, #[serde(default)] present: Maybe }
    /// The person wants no further contact.
    Withdraw { record: Named, reason: String }
    /// The provider closes it.
    Close { record: Named, on: String, #[serde(default)] reason: Maybe, #[serde(default)] note: Maybe }
    /// A safeguarding concern.
    Safeguard { record: Named, codes: Vec<String>, #[serde(default)] told: Maybe,
        #[serde(default)] told_at_ms: Option<u64>, #[serde(default)] call_back: Maybe }
    /// Somebody has taken up a concern.
    Acknowledge { record: Named, raised: OpId }
    /// The officer rang the service with the person there.
    Handover { record: Named, result: ContactWhat, #[serde(default)] at_ms: Option<u64> }
    /// A correction of what is known of the person.
    Amend { record: Named, field: String, value: String }
    /// A detail that the service learnt.
    Details { record: Named, field: String, value: String }
    /// A clinical note.
    Note { record: Named, text: String }
    /// A supervisor decides where the rules leave it open.
    Discretion { record: Named, grant: YesNo, reason: String }
    /// What the police do, when it is not what the encounter ended in.
    Dispose { record: Named, disposal: Disposal, #[serde(default)] outcome: Maybe }
    /// The crime: its offence once the drug is identified, and the reference of the force's own system.
    Crime { record: Named, #[serde(default)] offence: Maybe, #[serde(default)] crime_reference: Maybe }
    /// What is to follow after a person did not engage; another decides.
    ProposeDisposal { record: Named, disposal: Disposal, reason: String }
    /// A supervisor takes a disposal back.
    Rescind { record: Named, reason: RescindReason }
    /// Somebody names the service of a referral that none has taken on.
    Assign { record: Named, to: OrgId, #[serde(default, rename = "override")] overriding: Option<Override> }
    /// Somebody was told of the referral, or why not.
    Notice { record: Named, to: NoticeTo, #[serde(default)] not_given: Option<NotGiven> }
    /// The provider names another one.
    Transfer { record: Named, to: OrgId, reason: String, consent: YesNo }
    /// The provider that was named takes it over, or not.
    AnswerTransfer { record: Named, takes_over: YesNo, #[serde(default)] reason: Maybe }
    /// The provider opens a closed referral again.
    Reopen { record: Named, reason: ReopenReason }
    /// Settles a conflict.
    Settle { conflict: Digest, choice: Choice, reason: String }
    /// Leaves a conflict to an admin.
    PassUp { conflict: Digest }
    /// Strikes an entry made in error; with `back`, takes a strike back.
    Strike { entry: OpId, reason: String, #[serde(default)] back: Option<YesNo> }
    /// Keeps a half-filled form.
    DraftSave { id: String, form: Value }
    /// Drops a half-filled form.
    DraftDrop { id: String }
}

/// Reads a command; `newest` is the revision that a command without `as_of` was made on.
pub(crate) fn parse(json: &Value, newest: u64) -> Result<Asked, Problem> {
    let Some(mut fields) = json.as_object().cloned() else {
        return Err(Problem::at("field_type", "body", "a command is a JSON object"));
    };
    let as_of = match fields.remove("as_of") {
        None | Some(Value::Null) => newest,
        Some(text) => read_as_of(&text)
            .filter(|rev| *rev <= newest)
            .ok_or_else(|| Problem::at("as_of_malformed", "as_of", ""))?,
    };
    Ok(Asked { command: request::read("command", fields)?, as_of })
}

/// The opaque text of a revision.
pub(crate) fn as_of(rev: u64) -> String {
    format!("v{rev}")
}

fn read_as_of(text: &Value) -> Option<u64> {
    text.as_str()?.strip_prefix('v')?.parse().ok()
}
