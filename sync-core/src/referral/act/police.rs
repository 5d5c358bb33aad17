//! What the force alone reads: encounter, items, checks, eligibility, offer, crime and disposal.
//!
//! Does not hold anything about an intelligence conversation, nor ask for an admission.

use serde_json::json;

use super::situation::Situation;
use super::{Codes, OpRef, PolicyRef, Recorded, Subject, Writes, fields, published, require, write};
use crate::clock::ClockMark;
use crate::codes::CodeList;
use crate::ids::{Digest, OpId};
use crate::referral::eligibility::{Basis, Identity, Verdict};
use crate::referral::words::{Answer, Disposal, Engaged, RescindReason, Route, YesNo};
use crate::shape::BadShape;
use crate::stamp::Why;

bodies! {
    /// `encounter.opened`; `supply_signs` is empty when there was none, `arrested_for` what a person in
    /// custody is under arrest for, `clock` is there when the phone could not know the time.
    EncounterOpened { at_ms: u64, route: Route, subject: Subject;
        place: String, area: String, note: String, identity: Identity, supply_signs: Vec<String>, arrested_for: String,
        clock: ClockMark }
    /// `encounter.amended`: a police fact that became known later, one of the fields of [`fields::POLICE`].
    EncounterAmended { field: String, value: String }
    /// `encounter.described`: what the roadside does not ask for; of each field the newest counts. `sex` and
    /// `ethnicity_seen` are codes, the others are numbers of the force's own systems and the first half of a postcode.
    EncounterDescribed { ; sex: String, ethnicity_seen: String, stop_search: String, body_worn_video: String,
        postcode_district: String }
    /// `item.seized`
    ItemSeized { drug: String, exhibit: String; amount: String }
    /// `item.identified`: after a test; it never changes what was decided at the roadside.
    ItemIdentified { item: OpRef, drug: String; method: String }
    /// `item.booked_in`: at the station.
    ItemBookedIn { item: OpRef; seal: String, weight_mg: u64, store: String }
    /// `item.disposed`
    ItemDisposed { item: OpRef, how: String }
    /// `check.recorded`; `engaged` is what a record of earlier referrals says, `wanted` what the officer did
    /// about somebody who is wanted.
    CheckRecorded { check: String, channel: String, result: String;
        note: String, age_ms: u64, engaged: Engaged, wanted: String }
    /// `necessity.recorded`: PACE Code G letters, or none of them.
    NecessityRecorded { letters: Vec<String>; note: String }
    /// `defence.raised`
    DefenceRaised { defence: String }
    /// `offence.linked`
    OffenceLinked { offence: String }
    /// `offence.described`: something besides that is no drug offence, in words; it decides nothing.
    OffenceDescribed { words: String }
    /// `oic.decided`: whether the possession matters to the other offence (R10).
    OicDecided { material: YesNo, reason: String }
    /// `eligibility.assessed`: the snapshot, written once; with `basis` the decision can be made again.
    EligibilityAssessed { verdict: Verdict, policy: PolicyRef, inputs: Digest; freshness_ms: u64, basis: Basis }
    /// `eligibility.reassessed`: what the central record says besides; or, with both ages, that the person had another
    /// age than a wrong clock said. A notice; the offer stands.
    EligibilityReassessed { verdict: Verdict, policy: PolicyRef, snapshot: OpRef; years: u32, read_as: u32 }
    /// `offer.answered`
    OfferAnswered { answer: Answer; reason: String, until_ms: u64 }
    /// `crime.recorded`: without an offence while the drug is not known.
    CrimeRecorded { ; offence: String, crime_reference: String }
    /// `disposal.applied`: what the police do, with its outcome code when it has one.
    DisposalApplied { disposal: Disposal; outcome: String }
    /// `disposal.proposed`: what is to follow when a person did not engage; somebody else applies it.
    DisposalProposed { disposal: Disposal, reason: String }
    /// `disposal.rescinded`
    DisposalRescinded { reason: RescindReason }
    /// `discretion.decided`: by a supervisor who did not refer.
    DiscretionDecided { grant: YesNo, reason: String }
    /// `effort.recorded`: how easy the referral was for its officer, from 1 to 5, and the minutes from the first draft
    /// until it was saved.
    EffortRecorded { ; ease: u8, minutes: u32 }
}

impl Recorded for EncounterOpened {
    fn codes(&self) -> Codes<'_> {
        let signs = self.supply_signs.iter().flatten().map(|sign| (CodeList::SupplySigns, sign.as_str()));
        let method = match &self.identity {
            Some(Identity::Established { method }) => Some((CodeList::IdentityMethods, method.as_str())),
            Some(Identity::NotEstablished) | None => None,
        };
        signs.chain(method).collect()
    }
}

/// A warning stands beside the others until it is struck; of a number the newest counts.
impl Recorded for EncounterAmended {
    fn writes(&self, op: OpId) -> Writes {
        match self.field.as_str() {
            "warning" => write(&format!("warning/{op}"), &self.value.trim()),
            field => write(&format!("number/{field}"), &self.value.trim()),
        }
    }

    fn check(&self) -> Result<(), BadShape> {
        fields::POLICE.check(&self.field, &self.value)
    }
}

impl Recorded for EncounterDescribed {
    fn writes(&self, _: OpId) -> Writes {
        let said = [
            ("sex", &self.sex),
            ("ethnicity_seen", &self.ethnicity_seen),
            ("stop_search", &self.stop_search),
            ("body_worn_video", &self.body_worn_video),
            ("postcode_district", &self.postcode_district),
        ];
        let said = said.into_iter().filter_map(|(name, said)| Some((name, said.as_deref()?.trim())));
        said.flat_map(|(name, said)| write(&format!("described/{name}"), &said)).collect()
    }

    fn codes(&self) -> Codes<'_> {
        let sex = self.sex.iter().map(|code| (CodeList::Sexes, code.as_str()));
        sex.chain(self.ethnicity_seen.iter().map(|code| (CodeList::EthnicitySeen, code.as_str()))).collect()
    }

    fn check(&self) -> Result<(), BadShape> {
        let lines =
            [("stop_search", &self.stop_search), ("body_worn_video", &self.body_worn_video)].into_iter();
        for (name, typed) in lines.filter_map(|(name, typed)| Some((name, typed.as_deref()?))) {
            fields::line(typed).map_err(|(code, fault)| BadShape::of(code, name, fault))?;
        }
        let district = self.postcode_district.as_deref().map_or(Ok(()), fields::postcode_district);
        district.map_err(|(code, fault)| BadShape::of(code, "postcode_district", fault))
    }
}

impl Recorded for OffenceDescribed {
    fn check(&self) -> Result<(), BadShape> {
        fields::line(&self.words).map_err(|(code, fault)| BadShape::of(code, "words", fault))
    }
}

impl Recorded for EffortRecorded {
    fn writes(&self, _: OpId) -> Writes {
        let ease = self.ease.iter().flat_map(|ease| write("effort/ease", ease));
        ease.chain(self.minutes.iter().flat_map(|minutes| write("effort/minutes", minutes))).collect()
    }

    fn check(&self) -> Result<(), BadShape> {
        let rated = self.ease.is_none_or(|ease| (1..=5).contains(&ease));
        if rated { Ok(()) } else { Err(BadShape::of("number_out_of_range", "ease", "from 1 to 5")) }
    }
}

impl Recorded for NecessityRecorded {
    fn codes(&self) -> Codes<'_> {
        self.letters.iter().map(|letter| (CodeList::Necessity, letter.as_str())).collect()
    }
}

impl Recorded for DefenceRaised {
    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::Defences, &self.defence)]
    }
}

impl Recorded for OffenceLinked {
    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::Offences, &self.offence)]
    }
}

impl Recorded for CheckRecorded {
    fn codes(&self) -> Codes<'_> {
        let wanted = self.wanted.iter().map(|answer| (CodeList::WantedAnswers, answer.as_str()));
        let named = [
            (CodeList::CheckKinds, self.check.as_str()),
            (CodeList::CheckChannels, &self.channel),
            (CodeList::CheckResults, &self.result),
        ];
        named.into_iter().chain(wanted).collect()
    }
}

impl Recorded for ItemDisposed {
    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::ItemFates, &self.how)]
    }

    fn amends(&self, op: OpId) -> Option<OpId> {
        Some(self.item.resolve(op.device))
    }
}

impl Recorded for EligibilityReassessed {}

impl Recorded for OicDecided {
    fn writes(&self, _: OpId) -> Writes {
        write("oic", &self.material)
    }
}

impl Recorded for OfferAnswered {
    fn writes(&self, _: OpId) -> Writes {
        write("answer", &self.answer)
    }
}

impl Recorded for ItemSeized {
    fn writes(&self, op: OpId) -> Writes {
        write(&format!("item/{op}/drug"), &self.drug)
    }

    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::Drugs, &self.drug)]
    }
}

impl Recorded for ItemIdentified {
    fn writes(&self, op: OpId) -> Writes {
        write(&format!("item/{}/drug", self.item.resolve(op.device)), &self.drug)
    }

    fn codes(&self) -> Codes<'_> {
        vec![(CodeList::Drugs, &self.drug)]
    }

    fn amends(&self, op: OpId) -> Option<OpId> {
        Some(self.item.resolve(op.device))
    }
}

impl Recorded for ItemBookedIn {
    fn writes(&self, op: OpId) -> Writes {
        let item = self.item.resolve(op.device);
        let seal = self.seal.iter().flat_map(|seal| write(&format!("item/{item}/seal"), seal));
        let weight =
            self.weight_mg.iter().flat_map(|weight| write(&format!("item/{item}/weight_mg"), weight));
        seal.chain(weight).collect()
    }

    fn amends(&self, op: OpId) -> Option<OpId> {
        Some(self.item.resolve(op.device))
    }
}

impl Recorded for CrimeRecorded {
    fn writes(&self, _: OpId) -> Writes {
        let offence = self.offence.iter().flat_map(|code| write("crime/offence", code));
        let reference = self.crime_reference.iter().flat_map(|text| write("crime/reference", text));
        offence.chain(reference).collect()
    }

    fn codes(&self) -> Codes<'_> {
        self.offence.iter().map(|code| (CodeList::Offences, code.as_str())).collect()
    }
}

impl Recorded for EligibilityAssessed {
    fn writes(&self, _: OpId) -> Writes {
        write("eligibility", &json!(self.verdict))
    }

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        published(&self.policy)?;
        require(!case.is_assessed())
    }
}

impl Recorded for DisposalApplied {
    fn writes(&self, _: OpId) -> Writes {
        write("disposal", &json!([self.disposal, self.outcome]))
    }

    fn codes(&self) -> Codes<'_> {
        self.outcome.iter().map(|code| (CodeList::Outcomes, code.as_str())).collect()
    }

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        require(case.takes(self.disposal))
    }
}

impl Recorded for DisposalProposed {
    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        require(case.may_be_followed_by(self.disposal))
    }
}

impl Recorded for DisposalRescinded {
    fn writes(&self, _: OpId) -> Writes {
        write("disposal", &json!(null))
    }

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        require(case.has_outcome())
    }
}

impl Recorded for DiscretionDecided {
    fn writes(&self, _: OpId) -> Writes {
        write("discretion", &self.grant)
    }

    fn needs(&self, case: &dyn Situation) -> Result<(), Why> {
        require(case.decides_by_discretion(&self.reason))
    }
}
