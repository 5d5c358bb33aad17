//! Looking for a referral by name, reference or date of birth.
//!
//! Found by digests of what was submitted and corrected, then read as its reader's feeds hold it: what is not theirs is
//! not found. Does not log or keep what was looked for.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::identity::{Born, Subject, search_keys};
use sync_core::ids::{Digest, Record};
use sync_core::reference::HumanReference;

use super::{Answer, Caller, Refused, referrals};
use crate::fault::Fault;
use crate::reconcile::found;
use crate::store::Reads;
use crate::store::people::Span;

/// A key of more entries than this tells nobody from anybody: a second word or the date of birth is asked for.
const MOST_UNDER_A_KEY: usize = 1000;

/// The most that are shown; whoever is not among them is found with more words.
const MOST_SHOWN: usize = 50;

/// The referrals that fit, as a list shows them.
pub(super) fn find(read: &dyn Reads, caller: &Caller, text: &str) -> Answer {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refused::Field("text"));
    }
    let mut found: Vec<Value> = Vec::new();
    let mut more = false;
    for record in records(read, caller, text)? {
        // It is shown as a list shows it, and opened by whoever follows the link.
        let Some(shown) = referrals::seen(read, caller, record)? else { continue };
        more = found.len() == MOST_SHOWN;
        if more {
            break;
        }
        found.push(shown);
    }
    Ok(json!({"referrals": found, "has_more": more}))
}

/// The referral of a reference that is read out; nothing of what it says. Foreign and missing ones look alike. An auditor
/// finds each: they read who opened it.
pub(super) fn named(read: &dyn Reads, caller: &Caller, text: &str) -> Answer {
    let reference = HumanReference::parse(text.trim()).map_err(|_| Refused::NotFound)?;
    let found = under(read, found::reference_key(&reference.to_string()))?;
    let found = if found.is_empty() { by_id(read, caller, &reference)? } else { found };
    for record in found {
        let is_auditor = caller.author.role == Role::Auditor;
        if is_auditor || !referrals::held(read, caller, record)?.is_empty() {
            return Ok(json!({"record": record.id}));
        }
    }
    Err(Refused::NotFound)
}

/// The referrals in which every part of the text stands.
fn records(read: &dyn Reads, caller: &Caller, text: &str) -> Result<BTreeSet<Record>, Fault> {
    if let Ok(reference) = HumanReference::parse(text) {
        let found = under(read, found::reference_key(&reference.to_string()))?;
        return if found.is_empty() { by_id(read, caller, &reference) } else { Ok(found) };
    }
    let parts: Vec<&str> = text.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    let born = parts.iter().find_map(|part| date(part));
    let name: Vec<&str> = parts.into_iter().filter(|part| date(part).is_none()).collect();
    let subject = Subject {
        family: name.join(" "),
        given: String::new(),
        born: born.map(Born::Day),
        identifiers: Vec::new(),
    };
    let keys = search_keys(&subject);
    // Two words together tell more than each by itself.
    let has_pairs = keys.iter().any(|key| key.starts_with("names/"));
    let keys = keys.into_iter().filter(|key| !has_pairs || !key.starts_with("name/"));
    let mut fits: Option<BTreeSet<Record>> = None;
    for key in keys {
        let these = under(read, found::person_key(&key))?;
        fits = Some(match fits {
            None => these,
            Some(fits) => fits.intersection(&these).copied().collect(),
        });
    }
    Ok(fits.unwrap_or_default())
}

/// A reference is made from the referral's id: so one is found that no key was kept for.
fn by_id(read: &dyn Reads, caller: &Caller, reference: &HumanReference) -> Result<BTreeSet<Record>, Fault> {
    let all = read.list_referrals(&caller.scopes(), Span { after: 0, limit: 1 << 40 })?;
    let is_it = |record: &Record| HumanReference::of(reference.prefix(), record.id).as_ref() == Ok(reference);
    Ok(all.into_iter().map(|listed| listed.row).filter(is_it).collect())
}

fn under(read: &dyn Reads, key: Digest) -> Result<BTreeSet<Record>, Fault> {
    let ops: Vec<_> = read.found_under(&BTreeSet::from([key]), MOST_UNDER_A_KEY)?.into_iter().collect();
    Ok(read.ops(&ops)?.into_values().map(|held| held.op.header.stream.record).collect())
}

/// A day as people write it: 1994-05-17, 17.5.1994 or 17/05/1994.
fn date(text: &str) -> Option<NaiveDate> {
    ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_people_write_it() {
        let day = NaiveDate::from_ymd_opt(1994, 5, 17);
        for text in ["1994-05-17", "17.5.1994", "17/05/1994"] {
            assert_eq!(date(text), day, "{text}");
        }
        for text in ["Roe", "17", "1994", "17/05", "31.2.1994"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
