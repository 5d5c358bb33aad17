//! What counts of a register while two people disagree: one table, and every reader asks it.
//!
//! A register that must agree opens a conflict, and a person settles it. Until then the table says what counts: what
//! is best for the person who was referred, and never what a clock says. A register that the table does not
//! name is harmless: the newest value counts. Does not merge: see [`crate::register`].

use std::collections::BTreeSet;

use crate::codes::{self, CodeList};
use crate::referral::eligibility::Verdict;
use crate::referral::writes::STRUCK;
use crate::register::{Agreement, Live};

/// One row: a register, or a family of them, and what counts of it meanwhile.
#[derive(Debug)]
pub struct Interim {
    /// The register; a trailing `/` stands for a family of them.
    pub register: &'static str,
    /// Whether different live values are a conflict.
    pub agreement: Agreement,
    /// What counts meanwhile, in the words of `docs/conflicts.md`.
    pub meanwhile: &'static str,
    counts: Counts,
}

/// Which of the live values counts.
#[derive(Debug, Clone, Copy)]
enum Counts {
    /// The first of these that somebody wrote, as canonical JSON.
    InOrder(&'static [&'static str]),
    /// The earliest time.
    Earliest,
    /// The most favourable verdict.
    MostFavourable,
    /// The reason to close that counts least against the person.
    LeastAgainst,
    /// None of them.
    None,
    /// The newest, where the readers that matter ask for every value.
    Every,
}

const fn must(register: &'static str, meanwhile: &'static str, counts: Counts) -> Interim {
    Interim { register, agreement: Agreement::Must, meanwhile, counts }
}

const fn harmless(register: &'static str, meanwhile: &'static str, counts: Counts) -> Interim {
    Interim { register, agreement: Agreement::Harmless, meanwhile, counts }
}

const NO_FIRST: Counts = Counts::InOrder(&[r#""no""#, r#""yes""#]);
const YES_FIRST: Counts = Counts::InOrder(&[r#""yes""#, r#""cannot_decide_now""#, r#""no""#]);

/// The table.
pub const INTERIM: &[Interim] = &[
    must("oic", "not material", NO_FIRST),
    must("eligibility", "the most favourable", Counts::MostFavourable),
    must("discretion", "granted", YES_FIRST),
    must("answer", "yes; a *no* stops contact besides", YES_FIRST),
    must("disposal", "none, whether it was applied or taken back", Counts::None),
    must("crime/", "the newest", Counts::Every),
    must("consent/contact", "no", NO_FIRST),
    must("consent/feedback", "no", NO_FIRST),
    harmless("consent/messages", "no", NO_FIRST),
    must("provider", "every one of them reads and records", Counts::Every),
    must("acceptance", "accepted", Counts::InOrder(&[r#""accepted""#, r#""rejected""#, "null"])),
    must("transfer/", "taken over", Counts::InOrder(&[r#""accepted""#, r#""declined""#])),
    must("closure", "open; else closed rather than died", CLOSURE),
    must("closing_reason", "the one that counts least against the person", Counts::LeastAgainst),
    must("attendance/", "the person came; else whoever called it off; else did not come", ATTENDANCE),
    must("appointment/", "the earliest", Counts::Earliest),
    harmless("request/", "confirmed", Counts::InOrder(&[r#""confirmed""#, r#""declined""#])),
    must("subject/born", "every one is shown", Counts::Every),
    NAME,
    must("tie/", "two persons", Counts::InOrder(&[r#""split""#, r#""linked""#])),
    must("deactivated", "the newest", Counts::Every),
    must("role/", "the newest", Counts::Every),
    must(STRUCK, "not struck", NO_FIRST),
];

/// A name that is only written otherwise agrees.
const NAME: Interim = Interim {
    register: "subject/name",
    agreement: Agreement::MustAsNames,
    meanwhile: "every one is shown, the newest first",
    counts: Counts::Every,
};

const CLOSURE: Counts = Counts::InOrder(&[r#""open""#, r#""closed""#, r#""deceased""#]);
const ATTENDANCE: Counts = Counts::InOrder(&[
    r#""attended""#,
    r#""cancelled_by_service""#,
    r#""cancelled_by_person""#,
    r#""did_not_attend""#,
]);

/// The row of a register; none where nothing but the newest value counts.
#[must_use]
pub fn row(register: &str) -> Option<&'static Interim> {
    INTERIM.iter().find(|row| {
        if row.register.ends_with('/') {
            register.starts_with(row.register)
        } else {
            register == row.register
        }
    })
}

/// Whether different live values of a register are a conflict.
#[must_use]
pub fn agreement(register: &str) -> Agreement {
    row(register).map_or(Agreement::Harmless, |row| row.agreement)
}

/// Whether a register can have a value, in canonical JSON, as far as the table knows its values.
#[must_use]
pub fn may_be(register: &str, value: &str) -> bool {
    match row(register).map_or(Counts::Every, |row| row.counts) {
        Counts::InOrder(order) => order.contains(&value),
        Counts::Earliest => value.parse::<u64>().is_ok(),
        Counts::MostFavourable | Counts::LeastAgainst | Counts::None | Counts::Every => true,
    }
}

/// The value that counts of a register's live ones, the oldest first; none where nothing counts.
#[must_use]
pub fn counts<'a>(register: &str, live: &[&'a Live]) -> Option<&'a Live> {
    let values: BTreeSet<&str> = live.iter().map(|live| live.value.as_str()).collect();
    let newest = live.last().copied();
    if values.len() < 2 {
        return newest;
    }
    let by = |rank: &dyn Fn(&str) -> Rank| {
        live.iter().copied().min_by_key(|live| (rank(&live.value), live.value.as_str()))
    };
    match row(register).map_or(Counts::Every, |row| row.counts) {
        Counts::InOrder(order) => by(&|value| Rank::of(place(order, value))),
        Counts::Earliest => by(&|value| Rank::of(value.parse().unwrap_or(u64::MAX))),
        Counts::MostFavourable => by(&|value| favour(value)),
        Counts::LeastAgainst => by(&|value| Rank::of(against(value))),
        Counts::None => None,
        Counts::Every => newest,
    }
}

/// The lowest counts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank(u64, u64);

impl Rank {
    fn of(rank: u64) -> Self {
        Self(rank, 0)
    }
}

fn place(order: &[&str], value: &str) -> u64 {
    let found = order.iter().position(|known| *known == value);
    found.map_or(u64::MAX, |at| u64::try_from(at).unwrap_or(u64::MAX))
}

/// How much a reason to close counts against the person, as its list says; one that is not known the most.
fn against(reason: &str) -> u64 {
    let code: Option<String> = serde_json::from_str(reason).ok();
    let line = code.and_then(|code| codes::entry(CodeList::CloseReasons, &code));
    line.and_then(|line| line.column("against")?.parse().ok()).unwrap_or(u64::MAX)
}

/// The most favourable verdict first; of two open offers the longer, of two that are not eligible the one
/// with fewer reasons.
fn favour(verdict: &str) -> Rank {
    let Ok(verdict) = serde_json::from_str::<Verdict>(verdict) else { return Rank::of(u64::MAX) };
    match verdict {
        Verdict::Eligible => Rank::of(0),
        Verdict::EligibleProvisional => Rank::of(1),
        Verdict::OfferOpen { until_ms } => Rank(2, u64::MAX - until_ms),
        Verdict::Declined => Rank::of(3),
        Verdict::Discretion => Rank::of(4),
        Verdict::NotEligible { reasons } => Rank(5, u64::try_from(reasons.len()).unwrap_or(u64::MAX)),
        Verdict::DefenceRaised => Rank::of(6),
        Verdict::IdentityNotEstablished => Rank::of(7),
        Verdict::ArrestRequired => Rank::of(8),
        Verdict::NotOffered { .. } => Rank::of(9),
        Verdict::OutOfScope { .. } => Rank::of(10),
    }
}
