//! The code lists as CSV text. A code that goes out of use gets a `retired_on` date and keeps its line.
//!
//! Does not say which codes are current on a day; `sync-core` does.

/// Columns: `code,label,retired_on`.
pub const ATTENDANCE: &str = include_str!("../codes/attendance.csv");
/// Columns: `code,label,stops_contact_at_once,retired_on`.
pub const CANCEL_REASONS: &str = include_str!("../codes/cancel_reasons.csv");
/// Columns: `code,label,reaches_central,by,retired_on`; `by` says `server` for what nobody else may write.
pub const CHECK_CHANNELS: &str = include_str!("../codes/check_channels.csv");
/// Columns: `code,label,retired_on`.
pub const CHECK_KINDS: &str = include_str!("../codes/check_kinds.csv");
/// Columns: `code,label,retired_on`.
pub const CHECK_RESULTS: &str = include_str!("../codes/check_results.csv");
/// Columns: `code,label,exit,retired_on`.
pub const CLOSE_REASONS: &str = include_str!("../codes/close_reasons.csv");
/// Columns: `code,language,label,retired_on`: the texts that people agree to, each in the language it is written in.
pub const CONSENT_WORDINGS: &str = include_str!("../codes/consent_wordings.csv");
/// Columns: `code,label,visit,retired_on`.
pub const CONTACT_CHANNELS: &str = include_str!("../codes/contact_channels.csv");
/// Columns: `code,label,not_with,retired_on`; `not_with` names the contacts that a result contradicts.
pub const CONTACT_RESULTS: &str = include_str!("../codes/contact_results.csv");
/// Columns: `code,label,retired_on`.
pub const DEFENCES: &str = include_str!("../codes/defences.csv");
/// Columns: `code,label,class,offence,note,retired_on`.
pub const DRUGS: &str = include_str!("../codes/drugs.csv");
/// Columns: `code,label,retired_on`.
pub const ERASURE_BASES: &str = include_str!("../codes/erasure_bases.csv");
/// Columns: `number,code,who_must_act,sentence`.
pub const ERRORS: &str = include_str!("../codes/errors.csv");
/// Columns: `number,code`: what problems were once called. An app of before may know them, so nothing is called that again.
pub const ERRORS_RETIRED: &str = include_str!("../codes/errors_retired.csv");
/// Columns: `code,label,group,nhs,retired_on`.
pub const ETHNICITY: &str = include_str!("../codes/ethnicity.csv");
/// Columns: `code,label,group,retired_on`: ethnicity as the officer sees it (the PNC's IC codes).
pub const ETHNICITY_SEEN: &str = include_str!("../codes/ethnicity_seen.csv");
/// Columns: `code,label,retired_on`.
pub const IDENTITY_METHODS: &str = include_str!("../codes/identity_methods.csv");
/// Columns: `code,label,retired_on`: what becomes of something that was taken.
pub const ITEM_FATES: &str = include_str!("../codes/item_fates.csv");
/// Columns: `code,label,retired_on`.
pub const LANGUAGES: &str = include_str!("../codes/languages.csv");
/// Columns: `code,label,retired_on`.
pub const NECESSITY: &str = include_str!("../codes/necessity.csv");
/// Columns: `code,label,retired_on`.
pub const NOT_OFFERED_REASONS: &str = include_str!("../codes/not_offered_reasons.csv");
/// Columns: `code,title,ho_class,group,class,simple_possession,retired_on`.
pub const OFFENCES: &str = include_str!("../codes/offences.csv");
/// Columns: `code,label,instrument,version,from,most,retired_on`: what an instrument asks for, and the highest answer.
pub const OUTCOME_ITEMS: &str = include_str!("../codes/outcome_items.csv");
/// Columns: `code,label,group,retired_on`.
pub const OUTCOMES: &str = include_str!("../codes/outcomes.csv");
/// Columns: `code,label,otherwise,retired_on`; `otherwise` is what people read where it is not allowed.
pub const REACH_MAY: &str = include_str!("../codes/reach_may.csv");
/// Columns: `code,label,retired_on`.
pub const REJECT_REASONS: &str = include_str!("../codes/reject_reasons.csv");
/// Columns: `code,label,retired_on`.
pub const RESCIND_REASONS: &str = include_str!("../codes/rescind_reasons.csv");
/// Columns: `code,label,immediate_danger,retired_on`.
pub const SAFEGUARDING: &str = include_str!("../codes/safeguarding.csv");
/// Columns: `code,label,retired_on`: what a service offers, and a person may need.
pub const SERVICE_KINDS: &str = include_str!("../codes/service_kinds.csv");
/// Columns: `code,label,retired_on`: as the criminal justice data standards write them.
pub const SEXES: &str = include_str!("../codes/sexes.csv");
/// Columns: `code,label,retired_on`.
pub const SUPPLY_SIGNS: &str = include_str!("../codes/supply_signs.csv");
/// Columns: `code,label,retired_on`.
pub const TRANSFER_REASONS: &str = include_str!("../codes/transfer_reasons.csv");
/// Columns: `code,label,retired_on`.
pub const UNDECIDED_REASONS: &str = include_str!("../codes/undecided_reasons.csv");
/// Columns: `code,label,retired_on`: what the officer did when a check said that somebody is wanted.
pub const WANTED_ANSWERS: &str = include_str!("../codes/wanted_answers.csv");
/// Columns: `code,label,retired_on`.
pub const WITHDRAWAL_REASONS: &str = include_str!("../codes/withdrawal_reasons.csv");
/// Columns: `verdict,voluntary,age,feedback,words`: what is read out to the person, a line a sentence; see `docs/words.md`.
pub const WORDS_TO_READ_OUT: &str = include_str!("../codes/words_to_read_out.csv");
/// Columns: `calendar,rule,label`. A rule is `fixed MM-DD`, `easter ±DAYS`, `first_monday MM` or `last_monday MM`.
pub const BANK_HOLIDAYS: &str = include_str!("../codes/bank_holidays.csv");
/// Columns: `calendar,date,change,label`: single days that the rules do not give, or that were not held.
pub const BANK_HOLIDAY_CHANGES: &str = include_str!("../codes/bank_holiday_changes.csv");
