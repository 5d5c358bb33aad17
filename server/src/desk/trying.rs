//! What other rules would have said to the decisions that were recorded last.
//!
//! ```text
//!   referrals, newest first ─▶ the decision as it was recorded ─▶ the other pack ─▶ from, to, why: how often
//! ```
//! Counts, and names nobody. Changes nothing: a decision stays under the pack that it names.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::policy::PolicyPack;
use sync_core::referral::eligibility::{Decision, WhatIf, what_if};
use sync_core::referral::fold::StreamState;
use sync_core::referral::rule_inputs::recorded;
use sync_core::referral::wording::verdict as verdict_words;

use super::{Answer, Caller, Page, Refused, page, referrals};
use crate::store::Reads;

/// How many decisions are tried: as many as a page can wait for.
const DECISIONS: u16 = 100;

/// Judges the decisions of the newest referrals anew.
pub(super) fn policy(read: &dyn Reads, caller: &Caller, id: &str, version: u32) -> Answer {
    if !matches!(caller.author.role, Role::Admin | Role::Auditor) {
        return Err(Refused::NotYours);
    }
    let pack = PolicyPack::find_version(id, version).ok_or(Refused::NotFound)?;
    let decisions = newest(read, caller)?;
    let tried = what_if(pack, &decisions);
    let mut changes: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    for WhatIf { old, new, sentence, .. } in &tried {
        if old != new {
            let why = sentence.as_deref().unwrap_or_default();
            *changes.entry((verdict_words(old), verdict_words(new), why)).or_default() += 1;
        }
    }
    let changed: u64 = changes.values().sum();
    let not_asked = tried.iter().filter(|one| !one.not_asked.is_empty()).count();
    let row = |((from, to, why), count): ((&str, &str, &str), u64)| json!({"from": from, "to": to, "why": why, "count": count});
    let changes: Vec<Value> = changes.into_iter().map(row).collect();
    Ok(json!({
        "policy": pack.reference(), "title": pack.title, "decisions": tried.len(), "changed": changed,
        "not_asked": not_asked, "changes": changes,
    }))
}

fn newest(read: &dyn Reads, caller: &Caller) -> Result<Vec<Decision>, Refused> {
    let span = Page { cursor: None, limit: Some(DECISIONS) }.span(page::List::Referrals)?;
    let mut decisions = Vec::new();
    for listed in read.list_referrals(&caller.scopes(), span)? {
        let held = referrals::held(read, caller, listed.row)?;
        let states: Vec<StreamState> = held.values().map(|folded| folded.state().clone()).collect();
        decisions.extend(recorded(listed.row.id, &states));
    }
    Ok(decisions)
}
