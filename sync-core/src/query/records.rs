//! Questions about referrals: views, entries, conflicts and digests.
//!
//! Folds the entries each time. Does not know where they lie: [`Known`] does.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use crate::clock::ClockMark;
use crate::command::{FoldedStreams, Known};
use crate::ids::{CompartmentKind, DeviceId, Digest, OpId, OrgId, Record, Stream, UserId};
use crate::op::Kind;
use crate::problem::Problem;
use crate::query::{ListReferrals, page, report};
use crate::referral::act::Act;
use crate::referral::conflict::{Conflict, ConflictKind, PassedUp, Settler};
use crate::referral::eligibility::{Explanation, explain};
use crate::referral::fold::{Folded, Standing, StreamState};
use crate::referral::rule_inputs::recorded;
use crate::referral::shown::Shown;
use crate::referral::timers::sent_by;
use crate::referral::view::{Mark, View, view};
use crate::referral::wording;
use crate::stamp::{Disposition, Stamp};
use crate::stream::StreamOp;
use crate::sync::answer::Extract;

answers! {
    /// Referrals that are held.
    Referrals {
        /// The newest first.
        referrals: Vec<ReferralShown>,
        /// What to go on after; left out on the last page.
        #[serde(skip_serializing_if = "Option::is_none")] next: Option<String>,
    }
    /// A referral as its reader sees it, and people's words for what the codes say.
    ReferralShown {
        /// The referral.
        record: Uuid,
        /// What all its entries say together.
        #[serde(flatten)] view: View,
        /// How many entries about it this device has not sent yet.
        waiting: u64,
        /// Who it is about.
        name: String,
        /// Where it stands.
        stage_words: &'static str,
        /// How far the person got.
        level_words: &'static str,
        /// What must not be done on the way to the person.
        safe: Vec<&'static str>,
        /// What the rules said.
        verdict_words: Option<&'static str>,
        /// Where the offer stands, for the police.
        #[serde(skip_serializing_if = "Option::is_none")] offer_words: Option<&'static str>,
        /// What the police did, for the police.
        #[serde(skip_serializing_if = "Option::is_none")] outcome_words: Option<&'static str>,
        /// Whether the service may contact the person.
        contact_words: &'static str,
        /// What the central record says besides.
        reassessed_words: Option<&'static str>,
        /// The block for the crime report, for the force.
        #[serde(skip_serializing_if = "Option::is_none")] crime_report: Option<String>,
    }
    /// The entries of a referral.
    History {
        /// The referral.
        record: Uuid,
        /// In the order for people.
        entries: Vec<EntryShown>,
    }
    /// One entry.
    EntryShown {
        /// The entry.
        op: OpId,
        /// Where it was written.
        stream: Stream,
        /// Who reads it.
        compartment: CompartmentKind,
        /// What it is.
        kind: Kind,
        /// Who recorded it.
        author: UserId,
        /// When, as people order entries, in milliseconds since 1970.
        eff_ms: u64,
        /// Whether the clock was wrong.
        clock: ClockMark,
        /// Whether it counts.
        standing: Standing,
        /// The same in words.
        standing_words: &'static str,
        /// What is unusual about it.
        marks: Vec<Mark>,
        /// What the server said of it; null while it waits.
        stamp: Option<Stamp>,
        /// The entries that it builds on.
        deps: Vec<OpId>,
        /// What was recorded; null for whoever may not read it.
        body: Value,
    }
    /// Why an encounter was decided as it was.
    Explained {
        /// The referral.
        record: Uuid,
        /// The decision, made again from what was recorded; null for who does not hold it.
        explanation: Option<Explanation>,
    }
    /// The digest of each held stream.
    Digests {
        /// By stream.
        digests: BTreeMap<String, Digest>,
    }
    /// Open conflicts.
    ConflictList {
        /// In no particular order.
        conflicts: Vec<Disagreement>,
    }
    /// One open conflict.
    Disagreement {
        /// Its id.
        conflict: Digest,
        /// What a settlement of it names.
        version: Digest,
        /// What kind of disagreement.
        kind: ConflictKind,
        /// The same in words.
        words: &'static str,
        /// The field, the row or the entry that it is about.
        about: String,
        /// Where it is.
        stream: Stream,
        /// The record.
        record: Uuid,
        /// Who settles it.
        settler: Settler,
        /// The same in words.
        settler_words: &'static str,
        /// Whether it was passed up.
        passed_up: PassedUp,
        /// Whether the stream itself is not held here.
        extract: bool,
        /// The sides.
        sides: Vec<Side>,
    }
    /// One side of a conflict.
    Side {
        /// The entry.
        op: OpId,
        /// Who recorded it.
        author: UserId,
        /// For whom; of an extract alone.
        #[serde(skip_serializing_if = "Option::is_none")] org: Option<OrgId>,
        /// What it is; left out of an extract.
        #[serde(skip_serializing_if = "Option::is_none")] kind: Option<Kind>,
        /// When it was recorded, in milliseconds since 1970.
        eff_ms: u64,
        /// When it took place, as its author says; left out where it says no time, and of an extract.
        #[serde(skip_serializing_if = "Option::is_none")] happened_ms: Option<u64>,
        /// What it says.
        value: Value,
        /// The other sides that its author had seen.
        had_seen: Vec<OpId>,
        /// What the server said of it; null while it waits, left out of an extract.
        #[serde(skip_serializing_if = "Option::is_none")] why: Option<Option<Disposition>>,
    }
}

/// Every referral that is held, or a page of them.
pub(super) fn referrals<K: Known>(list: &ListReferrals, known: &K) -> Result<Referrals, K::Fault> {
    let limit = page(list.limit)?;
    let (records, next) = known.newest_records(list.after.as_deref(), limit)?;
    let mut referrals = Vec::with_capacity(records.len());
    for record in records {
        referrals.push(ReferralShown::of(record, &known.streams(record)?, known.member().device));
    }
    Ok(Referrals { referrals, next })
}

/// One referral; for the force with the block for its crime report.
pub(super) fn referral<K: Known>(record: Record, known: &K) -> Result<ReferralShown, K::Fault> {
    let states = known.held(record)?;
    let mut shown = ReferralShown::of(record, &known.streams(record)?, known.member().device);
    shown.crime_report = report::crime_report(record, &states, &shown.view, &known.providers()?);
    Ok(shown)
}

impl ReferralShown {
    /// A referral as a device shows it that may not have sent all of it yet.
    fn of(record: Record, streams: &FoldedStreams, me: DeviceId) -> Self {
        let states: Vec<StreamState> = streams.values().map(|folded| folded.state().clone()).collect();
        let view = view(&states);
        let ops = || streams.values().flat_map(|folded| folded.history().iter());
        let waits = |op: &&StreamOp| op.stamp.is_none() && op.id.device == me;
        let sent = sent_by(&states).and_then(|sent| ops().find(|op| op.id == sent));
        let stage_words = wording::stage(&view, !sent.as_ref().is_some_and(waits));
        Self {
            record: record.id,
            waiting: ops().filter(waits).count() as u64,
            name: wording::name(&view),
            stage_words,
            level_words: view.level_words(),
            safe: view.safe(),
            verdict_words: view.verdict.as_ref().map(wording::verdict),
            offer_words: view.reads_police.then(|| view.offer.words()),
            outcome_words: view.reads_police.then(|| view.disposal.words()),
            contact_words: view.contact.words(),
            reassessed_words: view.reassessed.as_ref().map(wording::verdict),
            crime_report: None,
            view,
        }
    }
}

/// The entries of a referral, in the order for people.
pub(super) fn history<K: Known>(record: Record, known: &K) -> Result<History, K::Fault> {
    let streams = known.streams(record)?;
    if streams.is_empty() {
        return Err(Problem::at("record_unknown", "record", "").into());
    }
    let states: Vec<StreamState> = streams.values().map(|folded| folded.state().clone()).collect();
    let (what, marks) = (Shown::of(&states), view(&states).marks);
    let mut entries = Vec::new();
    for (stream, folded) in &streams {
        for entry in &folded.state().entries {
            let op = folded.history().op(entry.id).expect("every entry is an op of its history");
            let body: Value =
                op.body.as_deref().and_then(|b| serde_json::from_str(b).ok()).unwrap_or_default();
            let shown = EntryShown {
                op: entry.id,
                stream: *stream,
                compartment: stream.kind(),
                kind: entry.kind.clone(),
                author: entry.author,
                eff_ms: entry.eff.ms(),
                clock: entry.clock,
                standing: entry.standing,
                standing_words: wording::standing(entry.standing),
                marks: marks.iter().filter(|mark| mark.op == entry.id).cloned().collect(),
                stamp: op.stamp.clone(),
                deps: op.deps.clone(),
                body: what.body(entry.kind.as_str(), body),
            };
            entries.push((op.order(), shown));
        }
    }
    entries.sort_by_key(|(order, _)| *order);
    Ok(History { record: record.id, entries: entries.into_iter().map(|(_, shown)| shown).collect() })
}

/// The recorded decision of an encounter, made again from what was recorded; nothing for who does not hold it.
pub(super) fn explained<K: Known>(record: Record, known: &K) -> Result<Explained, K::Fault> {
    let states = known.held(record)?;
    let explanation = recorded(record.id, &states).as_ref().map(explain);
    Ok(Explained { record: record.id, explanation })
}

/// The digest of each held stream.
pub(super) fn digests<K: Known>(known: &K) -> Result<Digests, K::Fault> {
    let mut digests = BTreeMap::new();
    for record in known.records()? {
        let streams = known.streams(record)?;
        digests.extend(streams.iter().map(|(stream, folded)| (stream.to_string(), folded.state().digest())));
    }
    Ok(Digests { digests })
}

/// Open conflicts of held streams, and those of which there is an extract.
pub(super) fn conflicts<K: Known>(known: &K) -> Result<ConflictList, K::Fault> {
    let extracts = known.extracts()?;
    let mut conflicts: Vec<Disagreement> = Vec::new();
    for record in known.records_in_conflict()? {
        for (stream, folded) in known.streams(record)? {
            conflicts.extend(folded.state().conflicts.iter().map(|conflict| {
                let extract = extracts.iter().find(|extract| extract.conflict == conflict.id);
                disagreement(stream, conflict, &folded, extract)
            }));
        }
    }
    let held: Vec<Digest> = conflicts.iter().map(|shown| shown.conflict).collect();
    let extracts = extracts.iter().filter(|extract| !held.contains(&extract.conflict));
    conflicts.extend(extracts.map(Disagreement::of_extract));
    Ok(ConflictList { conflicts })
}

/// A conflict of a held stream.
pub(super) fn disagreement(
    stream: Stream,
    conflict: &Conflict,
    folded: &Folded,
    extract: Option<&Extract>,
) -> Disagreement {
    let (state, history) = (folded.state(), folded.history());
    let sides = conflict.sides.iter().filter_map(|id| {
        let op = history.op(*id)?;
        let value = value_of(conflict, *id, state).or_else(|| op.body.as_deref().map(str::to_owned));
        let value = value.or_else(|| body_of(extract?, *id));
        let past = history.past(*id)?;
        Some(Side {
            op: *id,
            author: op.author,
            org: None,
            kind: Some(op.kind.clone()),
            eff_ms: op.eff().ms(),
            happened_ms: Act::happened_ms(&op.kind, op.body.as_deref()),
            value: value.as_deref().map_or(Value::Null, parsed),
            had_seen: conflict.sides.iter().filter(|side| past.contains(**side)).copied().collect(),
            why: Some(op.stamp.as_ref().map(|stamp| stamp.disposition)),
        })
    });
    Disagreement {
        conflict: conflict.id,
        version: conflict.version(),
        kind: conflict.kind,
        words: wording::conflict(conflict.kind),
        about: conflict.about.clone(),
        stream,
        record: stream.record.id,
        settler: conflict.settler,
        settler_words: match conflict.passed_up {
            PassedUp::Yes => "an admin",
            PassedUp::No => wording::settler(conflict.settler),
        },
        passed_up: conflict.passed_up,
        extract: false,
        sides: sides.collect(),
    }
}

fn value_of(conflict: &Conflict, id: OpId, state: &StreamState) -> Option<String> {
    let live = state.register(&conflict.about).iter().find(|live| live.op == id)?;
    Some(live.value.clone())
}

/// The body of an entry that was kept aside, which only its settler gets.
fn body_of(extract: &Extract, id: OpId) -> Option<String> {
    extract.sides.iter().find(|side| side.op == id)?.body.as_deref().map(str::to_owned)
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

impl Disagreement {
    /// A conflict of a stream that is not held.
    pub(super) fn of_extract(extract: &Extract) -> Self {
        let sides = extract.sides.iter().map(|side| Side {
            op: side.op,
            author: side.author,
            org: Some(side.org),
            kind: None,
            eff_ms: side.eff.ms(),
            happened_ms: None,
            value: parsed(side.body.as_deref().unwrap_or(&side.value)),
            had_seen: side.had_seen.clone(),
            why: None,
        });
        Self {
            conflict: extract.conflict,
            version: extract.version,
            kind: extract.kind,
            words: wording::conflict(extract.kind),
            about: extract.about.clone(),
            stream: extract.stream,
            record: extract.stream.record.id,
            settler: extract.settler,
            settler_words: wording::settler(extract.settler),
            passed_up: PassedUp::Yes,
            extract: true,
            sides: sides.collect(),
        }
    }
}
