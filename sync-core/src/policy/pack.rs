//! The shape of a policy pack. Every field is needed and no other is allowed, so that a question the
//! scheme forbids (an admission) cannot be slipped in.
//!
//! Does not check values; `validate` does.

use serde::{Deserialize, Deserializer, Serialize};

use super::promises::Broken;
use super::ring_now::RingNow;
use crate::referral::level::Level;

/// One version of a force's rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyPack {
    /// Stable name.
    pub id: String,
    /// Version, from 1.
    pub version: u32,
    /// Title for people.
    pub title: String,
    /// The force's prefix of human references, e.g. `TVP`.
    pub reference_prefix: String,
    /// Promises of the seed scheme that this pack does not keep, and what holds instead.
    pub promises_not_kept: Vec<Broken>,
    /// What the service delivers at the least.
    pub package: Package,
    /// Ages that change who serves and who is told.
    pub age: Age,
    /// R09: who may come again.
    pub returning: Returning,
    /// The offer at the roadside.
    pub offer: Offer,
    /// What the police record.
    pub disposal: Disposal,
    /// Reasons for which the police may cancel a referral.
    pub cancel_reasons: Vec<String>,
    /// How hard the service must try.
    pub contact: Contact,
    /// Due dates.
    pub timers: Timers,
    /// Who may read, how long.
    pub access: Access,
    /// How long records are kept before somebody looks at them.
    pub retention: Retention,
    /// Whom to ring now, by area and hour.
    pub ring_now: Vec<RingNow>,
}

/// What the service delivers at the least.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Initial assessments.
    pub assessments: u32,
    /// Sessions after the assessment.
    pub sessions: u32,
    /// Length of a session.
    pub session_minutes: u32,
    /// How much shorter a session may be and still count.
    pub tolerance_minutes: u32,
}

/// Ages that change who serves and who is told. Age never blocks a diversion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Age {
    /// Below it there is no crime: safeguarding only.
    pub criminal_responsibility_years: u32,
    /// Below it the young people's service, and the youth steps.
    pub adult_years: u32,
    /// What the officer does besides, for somebody under age.
    pub youth_steps: Vec<Step>,
    /// Reasons for which a notice may be left out.
    pub notice_may_be_omitted_for: Vec<String>,
    /// What the officer does for a child below the age of criminal responsibility.
    pub under_age_step: Step,
}

/// Something the officer does besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Stable code.
    pub code: String,
    /// What the screen says.
    pub sentence: String,
}

/// R09: who may come again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Returning {
    /// The level that counts as attended and engaged; `None`: one chance, no level does.
    #[serde(deserialize_with = "present")]
    pub wanted_level: Option<Level>,
    /// The ruling when the deciding referral is closed, by the level it reached.
    pub closed_at: ByLevel,
    /// The ruling while the deciding referral is still in progress.
    pub in_progress: Ruling,
    /// The ruling when no feedback came on the deciding referral: eligible, missing data harms nobody.
    pub feedback_missing: Ruling,
    /// What attending after the close does.
    pub late_attendance: LateAttendance,
    /// The level from which a voluntary referral cures, when the person agreed that the force is told.
    pub voluntary_cures_from_level: Level,
    /// Days after which an earlier referral no longer counts; `None`: it always does.
    #[serde(deserialize_with = "present")]
    pub return_after_days: Option<u32>,
    /// Whether a supervisor may grant what the rule does not.
    pub supervisor_may_grant: SupervisorGrant,
}

/// A ruling for each level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ByLevel {
    /// Nobody reached the person.
    pub l0: Ruling,
    /// Contacted.
    pub l1: Ruling,
    /// Came to the assessment.
    pub l2: Ruling,
    /// Assessment and the package's sessions.
    pub l3: Ruling,
}

impl ByLevel {
    /// The ruling of a level.
    pub fn of(&self, level: Level) -> Ruling {
        match level {
            Level::L0 => self.l0,
            Level::L1 => self.l1,
            Level::L2 => self.l2,
            Level::L3 => self.l3,
        }
    }
}

/// What an earlier referral means for a new one, from worst to best for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// Diversion does not apply.
    NotEligible,
    /// A supervisor decides.
    Discretion,
    /// Diversion applies.
    Eligible,
}

/// What attending after the close does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LateAttendance {
    /// The person may come again at once.
    Cures,
    /// Nothing.
    ChangesNothing,
}

/// Whether a supervisor may grant what the rule does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SupervisorGrant {
    /// Always, with a reason.
    WithReason,
    /// Never.
    Never,
}

/// The offer at the roadside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// How long an offer stays open for somebody who cannot decide now.
    pub open_days: u32,
    /// Whether the officer records that the evidence is sufficient. No pack asks for an admission.
    pub asks_evidence_sufficient: EvidenceQuestion,
}

/// Whether a pack asks if the evidence is sufficient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EvidenceQuestion {
    /// Asked.
    Yes,
    /// Not asked.
    No,
}

/// What the police record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Disposal {
    /// Crime outcome code, from `outcomes`.
    pub outcome_code: String,
    /// What it is called.
    pub kind: DisposalKind,
    /// What may follow when the person does not engage. The app itself never does anything.
    pub after_non_engagement: AfterNonEngagement,
    /// Reasons for which a supervisor may rescind it; engagement is none.
    pub rescind_reasons: Vec<String>,
    /// How the items of one encounter are counted as crimes; one reference covers them all.
    pub crimes_counted: CrimesCounted,
}

/// How many crimes the items of one encounter are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CrimesCounted {
    /// One, whatever was found.
    OneAnEncounter,
    /// One for each item.
    OneAnItem,
}

/// The disposal of a diverted encounter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DisposalKind {
    /// Community resolution.
    CommunityResolution,
    /// Outcome 22, diversionary activity.
    #[serde(rename = "diversion_22")]
    Diversion22,
}

/// What may follow when the person does not engage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AfterNonEngagement {
    /// Nothing: no sanction for not attending.
    Nothing,
    /// A new police decision, by four eyes.
    OfficerDecides,
}

/// How hard the service must try before a referral may lapse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Attempts in all.
    pub attempts_at_least: u32,
    /// Every channel the person gave, but no more than these are needed.
    pub channels_at_most_needed: u32,
    /// Whether visits count as attempts.
    pub visits: Visits,
    /// Days from accepted without contact at which the lead is asked.
    pub ask_lead_after_days: u32,
}

/// Whether visits count as attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Visits {
    /// They do.
    Count,
    /// They do not.
    DoNotCount,
}

/// Due dates; server time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Timers {
    /// Whose working days.
    pub calendar: Calendar,
    /// From when the server has the submission until somebody at the service has it.
    pub received_working_days: u32,
    /// From when the server has the submission until the service has answered.
    pub accepted_working_days: u32,
    /// Accepted to the first attempt.
    pub first_attempt_working_days: u32,
    /// The same when safeguarding was raised.
    pub first_attempt_safeguarding_hours: u32,
    /// Submitted to the assessment.
    pub assessment_working_days: u32,
    /// Assessed to the last session.
    pub sessions_days: u32,
    /// Missed appointments in a row that call for outreach, not for closing.
    pub missed_in_a_row: u32,
    /// Days without feedback after which an admin looks.
    pub feedback_silence_days: u32,
    /// Within which the offence of an unknown drug is recorded, in days.
    pub offence_days: u32,
    /// Hours after a deadline for devices that have not synced.
    pub lapse_grace_hours: u32,
    /// Working days a lead has to settle a conflict before an admin does.
    pub lead_settles_working_days: u32,
}

/// A nation's working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Calendar {
    /// England and Wales.
    EnglandAndWales,
    /// Scotland.
    Scotland,
    /// Northern Ireland.
    NorthernIreland,
}

/// Who may read, how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Days after the last news that an officer keeps reading an own referral.
    pub officer_reads_days: u32,
}

/// When a record is due for review. Nothing is erased by time alone: a person decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days after the last entry of a person's records at which the force looks at its part. Source: the clear period
    /// of six years of the College of Policing's rules for the lowest lasting group.
    pub force_review_days: u32,
    /// Days after the last entry of a referral at which a service looks at its part. Source: the eight years of the
    /// NHS Records Management Code of Practice for adults' records.
    pub service_review_days: u32,
    /// Days after which a form that was begun at a desk and not sent is deleted, from when it was last saved.
    pub draft_days: u32,
}

/// A field that may be null and must still be there: who writes a pack says everything.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(from)
}
