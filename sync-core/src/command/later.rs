//! What the force adds to an encounter later: what was taken, checks, other offences, what the roadside does not ask for.
//!
//! An item is named by its entry or by its exhibit reference; where there is only one, by nothing. Does not know whether
//! it is allowed: see [`crate::referral::judge`].

use crate::check;
use crate::codes::CodeList;
use crate::command::Named;
use crate::command::known::Known;
#[cfg(feature = "json-schema")]
use crate::command::plan::Saved;
use crate::command::plan::{Outcome, Plan};
use crate::command::roadside::CheckAnswer;
use crate::command::shared::held;
use crate::ids::{CompartmentKind, OpId};
use crate::problem::Problem;
use crate::referral::act::{
    Act, EffortRecorded, EncounterDescribed, ItemBookedIn, ItemDisposed, ItemIdentified, OffenceDescribed,
    OffenceLinked, OicDecided, OpRef, YesNo,
};
use crate::referral::items::Item;
use crate::referral::view::view;

fields! {
    /// An item of an encounter.
    Identify {
        /// The encounter.
        record: Named,
        /// The item's entry; where it is left out, `exhibit` names it, or there is only one.
        #[serde(default)] item: Option<OpId>,
        /// The item's exhibit reference.
        #[serde(default)] exhibit: Option<String>,
        /// What it was found to be: a code of `drugs`.
        drug: String,
        /// How it was found out.
        #[serde(default)] method: Option<String>,
    }
    /// An item goes into the store.
    BookIn {
        /// The encounter.
        record: Named,
        /// The item's entry; where it is left out, `exhibit` names it, or there is only one.
        #[serde(default)] item: Option<OpId>,
        /// The item's exhibit reference.
        #[serde(default)] exhibit: Option<String>,
        /// The seal of its bag.
        #[serde(default)] seal: Option<String>,
        /// What it weighs, in milligrams.
        #[serde(default)] weight_mg: Option<u64>,
        /// Where it is kept.
        #[serde(default)] store: Option<String>,
    }
    /// An item leaves the store.
    DisposeItem {
        /// The encounter.
        record: Named,
        /// The item's entry; where it is left out, `exhibit` names it, or there is only one.
        #[serde(default)] item: Option<OpId>,
        /// The item's exhibit reference.
        #[serde(default)] exhibit: Option<String>,
        /// What became of it: a code of `item_fates`.
        how: String,
    }
    /// A check that was made later.
    AddCheck {
        /// The encounter.
        record: Named,
        /// The check.
        check: CheckAnswer,
    }
    /// The officer in the case says whether the possession matters to what the person is under arrest for.
    Oic {
        /// The encounter.
        record: Named,
        /// Whether it matters.
        material: YesNo,
        /// Why.
        reason: String,
    }
    /// Another offence of the same encounter; one of the two is needed.
    AddOffence {
        /// The encounter.
        record: Named,
        /// A drug offence: a code of `offences`.
        #[serde(default)] offence: Option<String>,
        /// What is no drug offence, in words.
        #[serde(default)] words: Option<String>,
    }
    /// What the roadside does not ask for.
    Describe {
        /// The encounter.
        record: Named,
        /// What is known of it now.
        described: Description,
    }
    /// What the roadside does not ask for; one field at least.
    #[serde(expecting = r#"an object such as {"sex":"1"}"#)]
    Description {
        /// Sex: a code of `sexes`.
        #[serde(default)] sex: Option<String>,
        /// Ethnicity as the officer saw it: a code of `ethnicity_seen`.
        #[serde(default)] ethnicity_seen: Option<String>,
        /// The number of the stop and search.
        #[serde(default)] stop_search: Option<String>,
        /// The number of the body-worn video.
        #[serde(default)] body_worn_video: Option<String>,
        /// The first half of the postcode, such as RG1.
        #[serde(default)] postcode_district: Option<String>,
    }
    /// How easy a referral was for its officer. Nobody is shown one officer's answers.
    Rate {
        /// The referral.
        record: Named,
        /// From 1, hard, to 5, easy.
        ease: u8,
    }
}

side! {
    /// What the force adds to an encounter later.
    Later {
        "identify" Identify ["item.identified"] "Records what an item was found to be."
            r#"{"record":"<record>","drug":"heroin","method":"field test"}"# -> Saved;
        "book_in" BookIn ["item.booked_in"] "Records that an item went into the store."
            r#"{"record":"<record>","seal":"A1234567","weight_mg":820,"store":"Reading"}"# -> Saved;
        "dispose_item" DisposeItem ["item.disposed"] "Records what became of an item."
            r#"{"record":"<record>","how":"destroyed"}"# -> Saved;
        "check" AddCheck ["check.recorded"] "Records a check that was made later."
            r#"{"record":"<record>","check":{"kind":"pnc","channel":"voice_radio","result":"nothing_found"}}"# -> Saved;
        "oic" Oic ["oic.decided"] "Records whether possession matters to what the person is under arrest for."
            r#"{"record":"<record>","material":"no","reason":"unrelated to the theft"}"# -> Saved;
        "offence" AddOffence ["offence.linked" "offence.described"] "Records another offence of the encounter."
            r#"{"record":"<record>","words":"no insurance"}"# -> Saved;
        "describe" Describe ["encounter.described"] "Records what the roadside does not ask for."
            r#"{"record":"<record>","described":{"sex":"1","ethnicity_seen":"IC1","stop_search":"SS-1234","postcode_district":"RG1"}}"# -> Saved;
        "rate" Rate ["effort.recorded"] "Says how easy a referral was."
            r#"{"record":"<record>","ease":4}"# -> Saved;
    }
}

impl Later {
    /// The acts.
    pub(super) fn plan<K: Known>(&self, known: &K) -> Result<Outcome, K::Fault> {
        let now_ms = known.now().checked_ms();
        let (record, act) = match self {
            Self::Identify(of) => {
                check::code("drug", CodeList::Drugs, &of.drug, now_ms)?;
                let item = item(&of.record, of.item, of.exhibit.as_deref(), known)?;
                let (drug, method) = (of.drug.clone(), of.method.clone());
                (&of.record, Act::ItemIdentified(ItemIdentified { item, drug, method }))
            }
            Self::BookIn(of) => {
                let item = item(&of.record, of.item, of.exhibit.as_deref(), known)?;
                (&of.record, of.booked_in(item)?)
            }
            Self::DisposeItem(of) => {
                check::code("how", CodeList::ItemFates, &of.how, now_ms)?;
                let item = item(&of.record, of.item, of.exhibit.as_deref(), known)?;
                (&of.record, Act::ItemDisposed(ItemDisposed { item, how: of.how.clone() }))
            }
            Self::AddCheck(added) => {
                added.check.check(now_ms)?;
                (&added.record, added.check.recorded())
            }
            Self::Oic(oic) => {
                check::text("reason", &oic.reason)?;
                let (material, reason) = (oic.material, oic.reason.clone());
                (&oic.record, Act::OicDecided(OicDecided { material, reason }))
            }
            Self::AddOffence(other) => {
                let (code, words) = (other.offence.as_deref(), other.words.as_deref());
                (&other.record, offence("offence", code, words, now_ms)?)
            }
            Self::Describe(of) => {
                of.described.check("described.", now_ms)?;
                (&of.record, of.described.recorded())
            }
            Self::Rate(rate) => {
                let ease = Some(rate.ease);
                (&rate.record, Act::EffortRecorded(EffortRecorded { ease, minutes: None }))
            }
        };
        Ok(Plan::of(held(record, known)?, vec![(CompartmentKind::Police, act)]).into())
    }
}

/// The item that is meant.
fn item<K: Known>(
    record: &Named,
    named: Option<OpId>,
    exhibit: Option<&str>,
    known: &K,
) -> Result<OpRef, K::Fault> {
    let items = view(&known.held(record.record(known)?)?).items;
    let exhibit = exhibit.map(str::trim);
    let is_meant = |item: &&Item| match (named, exhibit) {
        (Some(op), _) => item.op == op,
        (None, Some(exhibit)) => item.exhibit.eq_ignore_ascii_case(exhibit),
        (None, None) => true,
    };
    let mut meant = items.iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(item), None) => Ok(OpRef::to(item.op, known.member().device)),
        (found, _) => {
            let code = if found.is_some() { "field_missing" } else { "item_unknown" };
            let choices: Vec<String> = items.iter().map(|item| item.exhibit.clone()).collect();
            let detail = format!("one of: {}", choices.join(", "));
            Err(Problem { choices: choices.into(), ..Problem::at(code, "exhibit", detail) }.into())
        }
    }
}

impl BookIn {
    fn booked_in(&self, item: OpRef) -> Result<Act, Problem> {
        for (field, text) in [("seal", &self.seal), ("store", &self.store)] {
            if let Some(text) = text {
                check::text(field, text)?;
            }
        }
        if self.seal.is_none() && self.weight_mg.is_none() && self.store.is_none() {
            return Err(Problem::at("field_missing", "seal", "or weight_mg, or store"));
        }
        let (seal, weight_mg, store) = (self.seal.clone(), self.weight_mg, self.store.clone());
        Ok(Act::ItemBookedIn(ItemBookedIn { item, seal, weight_mg, store }))
    }
}

/// Another offence: its code, or words where it is no drug offence.
pub(super) fn offence(
    field: &str,
    code: Option<&str>,
    words: Option<&str>,
    now_ms: u64,
) -> Result<Act, Problem> {
    match (code, words) {
        (Some(_), Some(_)) => {
            Err(Problem::at("field_unknown", "words", "an offence has a code, or words of your own"))
        }
        (None, None) => Err(Problem::at("field_missing", field, "or words")),
        (Some(code), None) => {
            check::code(field, CodeList::Offences, code, now_ms)?;
            Ok(Act::OffenceLinked(OffenceLinked { offence: code.to_owned() }))
        }
        (None, Some(words)) => {
            check::text("words", words)?;
            Ok(Act::OffenceDescribed(OffenceDescribed { words: words.trim().to_owned() }))
        }
    }
}

impl Description {
    /// Checks its answers; `before` stands before each name of a field.
    pub(super) fn check(&self, before: &str, now_ms: u64) -> Result<(), Problem> {
        let Self { sex, ethnicity_seen, stop_search, body_worn_video, postcode_district } = self;
        let codes =
            [("sex", CodeList::Sexes, sex), ("ethnicity_seen", CodeList::EthnicitySeen, ethnicity_seen)];
        for (field, list, code) in codes {
            if let Some(code) = code {
                check::code(&format!("{before}{field}"), list, code, now_ms)?;
            }
        }
        let all = [sex, ethnicity_seen, stop_search, body_worn_video, postcode_district];
        if all.iter().all(|said| said.is_none()) {
            return Err(Problem::at("field_missing", format!("{before}sex"), "or another field"));
        }
        Ok(())
    }

    /// The entry that says so.
    pub(super) fn recorded(&self) -> Act {
        let Self { sex, ethnicity_seen, stop_search, body_worn_video, postcode_district } = self.clone();
        Act::EncounterDescribed(EncounterDescribed {
            sex,
            ethnicity_seen,
            stop_search,
            body_worn_video,
            postcode_district,
        })
    }
}
