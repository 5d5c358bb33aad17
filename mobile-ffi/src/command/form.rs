//! The roadside form: thirteen answers, and what may be added to them.
//!
//! Turns it into what the rules read, and refuses what cannot be right. Does not judge.

use chrono::NaiveDate;
use serde::Deserialize;
use sync_core::codes::CodeList;
use sync_core::ids::OrgId;
use sync_core::referral::act::{Answer, Engaged, NotGiven, NoticeTo, Reach, Route, Subject, YesNo};
use sync_core::referral::eligibility::{
    Age, Agreement, Check, Custody, Evidence, Freshness, Identity, Inputs, Necessity, OicView,
};

use crate::command::check;
use crate::command::referring::Override;
use crate::problem::Problem;

/// What stands for an identity that was not established.
const NOT_ESTABLISHED: &str = "not_established";

macro_rules! answers {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub(crate) struct $name { $($(#[$fmeta])* pub(crate) $field: $type,)* }
    )+};
}

answers! {
    /// The roadside form.
    Form { drug: String, #[serde(default)] amount: Option<String>, family: String, #[serde(default)] given: String,
        #[serde(default)] born: Option<String>, #[serde(default)] apparent_age: Option<u8>,
        identity: String, #[serde(default)] checks: Vec<CheckAnswer>, signs: Signs, safe_now: SafeNow,
        #[serde(default)] ethnicity: Option<String>, #[serde(default)] agrees: Option<Agrees>,
        #[serde(default)] consent: Option<Consent>, #[serde(default)] reach: Option<Reach>,
        #[serde(default)] route: Option<Route>, #[serde(default)] custody: Option<Custody>,
        #[serde(default)] exhibit: Option<String>, #[serde(default)] offence: Option<String>,
        #[serde(default)] provider: Option<OrgId>, #[serde(default)] area: Option<String>,
        #[serde(default, rename = "override")] overriding: Option<Override>,
        #[serde(default)] place: Option<String>, #[serde(default)] note: Option<String>,
        #[serde(default)] crime_reference: Option<String>, #[serde(default)] evidence: Evidence,
        #[serde(default)] notices: Vec<Notice>,
        /// Refers although the same officer has referred the person within a day.
        #[serde(default)] again: bool,
        #[serde(default)] voluntary: Option<YesNo>, #[serde(default)] not_offered: Option<NotOffered> }
    /// A check that was made, or not.
    #[serde(expecting = r#"an object such as {"kind":"pnc","channel":"voice_radio","result":"nothing_found"}"#)]
    CheckAnswer { kind: String, channel: String, result: String, #[serde(default)] age_ms: Option<u64>,
        #[serde(default)] note: Option<String>, #[serde(default)] engaged: Option<Engaged>,
        #[serde(default)] wanted: Option<String> }
    /// Any of these? Empty for none.
    #[serde(expecting = r#"an object such as {"supply":[],"necessity":[]}, or {} for none"#)]
    Signs { #[serde(default)] supply: Vec<String>, #[serde(default)] necessity: Vec<String>,
        #[serde(default)] defence: Option<String>, #[serde(default)] other_offence: Option<String> }
    /// Whether the person is safe now, and who was told.
    #[serde(expecting = r#"an object such as {"codes":[]}"#)]
    SafeNow { #[serde(default)] codes: Vec<String>, #[serde(default)] told: Option<String>,
        #[serde(default)] told_at_ms: Option<u64>, #[serde(default)] call_back: Option<String> }
    /// The answer to the offer.
    #[serde(expecting = r#"an object such as {"answer":"yes"}"#)]
    Agrees { answer: Answer, #[serde(default)] reason: Option<String> }
    /// What the person agreed to.
    #[serde(expecting = r#"an object such as {"contact":"yes","feedback":"yes","wording":"v1","language":"en"}"#)]
    Consent { contact: YesNo, feedback: YesNo, wording: String, language: String }
    /// Somebody who was told of a young person, or why not.
    #[serde(expecting = r#"an object such as {"to":"guardian"}"#)]
    Notice { to: NoticeTo, #[serde(default)] not_given: Option<NotGiven> }
    /// Why no offer was made.
    #[serde(expecting = r#"an object such as {"reason":"unsafe"}"#)]
    NotOffered { reason: String }
}

impl CheckAnswer {
    fn check(&self, now_ms: u64) -> Result<(), Problem> {
        check::code("checks.kind", CodeList::CheckKinds, &self.kind, now_ms)?;
        check::code("checks.channel", CodeList::CheckChannels, &self.channel, now_ms)?;
        check::code("checks.result", CodeList::CheckResults, &self.result, now_ms)?;
        let read = self.read();
        if self.engaged.is_some() && !read.finds_earlier_referrals() {
            return Err(Problem::at("field_unknown", "checks.engaged", "no earlier referral was found"));
        }
        match &self.wanted {
            Some(_) if !read.finds_wanted() => {
                Err(Problem::at("field_unknown", "checks.wanted", "the check does not say wanted"))
            }
            Some(wanted) => check::code("checks.wanted", CodeList::WantedAnswers, wanted, now_ms),
            None => Ok(()),
        }
    }

    /// The check as the rules read it.
    pub(crate) fn read(&self) -> Check {
        Check {
            kind: self.kind.clone(),
            channel: self.channel.clone(),
            result: self.result.clone(),
            age_of_information_ms: self.age_ms,
            engaged: self.engaged,
        }
    }
}

impl Consent {
    /// Whether the text was published, and the language is one of the list.
    pub(crate) fn check(&self, now_ms: u64) -> Result<(), Problem> {
        check::code("consent.wording", CodeList::ConsentWordings, &self.wording, now_ms)?;
        check::code("consent.language", CodeList::Languages, &self.language, now_ms)
    }
}

impl Form {
    /// Checks every answer that was given, at a time that has certainly come.
    pub(crate) fn check(&self, now_ms: u64) -> Result<(), Problem> {
        check::code("drug", CodeList::Drugs, &self.drug, now_ms)?;
        check::name("family", &self.family)?;
        check::text("family", &self.family)?;
        check::name("given", &self.given)?;
        if let Some(reference) = &self.crime_reference {
            check::text("crime_reference", reference)?;
        }
        if self.apparent_age.is_some_and(|years| years > check::OLDEST_YEARS) {
            return Err(Problem::at("number_out_of_range", "apparent_age", "years, from 0 to 120"));
        }
        if self.identity != NOT_ESTABLISHED {
            check::code("identity", CodeList::IdentityMethods, &self.identity, now_ms)?;
        }
        for answer in &self.checks {
            answer.check(now_ms)?;
        }
        self.check_signs(now_ms)?;
        check::code_list("safe_now.codes", CodeList::Safeguarding, &self.safe_now.codes, now_ms)?;
        if let Some(code) = &self.ethnicity {
            check::code("ethnicity", CodeList::Ethnicity, code, now_ms)?;
        }
        if let Some(reason) = self.agrees.as_ref().and_then(|agrees| agrees.reason.as_ref()) {
            check::code("agrees.reason", CodeList::UndecidedReasons, reason, now_ms)?;
        }
        if let Some(not_offered) = &self.not_offered {
            check::code("not_offered.reason", CodeList::NotOfferedReasons, &not_offered.reason, now_ms)?;
        }
        if let Some(reach) = &self.reach {
            check::code_list("reach.may", CodeList::ReachMay, &reach.may, now_ms)?;
        }
        if let Some(consent) = &self.consent {
            consent.check(now_ms)?;
        }
        if let Some(exhibit) = &self.exhibit {
            check::text("exhibit", exhibit)?;
        }
        if let Some(born) = &self.born {
            check::born("born", born, now_ms)?;
        }
        self.age(now_ms).map(|_| ())
    }

    fn check_signs(&self, now_ms: u64) -> Result<(), Problem> {
        check::code_list("signs.supply", CodeList::SupplySigns, &self.signs.supply, now_ms)?;
        check::code_list("signs.necessity", CodeList::Necessity, &self.signs.necessity, now_ms)?;
        if let Some(code) = &self.signs.defence {
            check::code("signs.defence", CodeList::Defences, code, now_ms)?;
        }
        for (field, code) in [("offence", &self.offence), ("signs.other_offence", &self.signs.other_offence)]
        {
            if let Some(code) = code {
                check::code(field, CodeList::Offences, code, now_ms)?;
            }
        }
        Ok(())
    }

    /// The date of birth, when it was given.
    pub(crate) fn born(&self) -> Result<Option<NaiveDate>, Problem> {
        self.born.as_deref().map(|born| check::date("born", born)).transpose()
    }

    fn age(&self, now_ms: u64) -> Result<Age, Problem> {
        let age = Age::at(now_ms, self.born()?, self.apparent_age);
        age.ok_or_else(|| Problem::at("field_missing", "born", "or apparent_age"))
    }

    /// The person.
    pub(crate) fn subject(&self) -> Result<Subject, Problem> {
        Ok(Subject {
            family: self.family.trim().to_owned(),
            given: self.given.trim().to_owned(),
            born: self.born()?,
            apparent_age: self.apparent_age,
            ethnicity: self.ethnicity.clone(),
        })
    }

    /// What the rules read; `as_of_ms` is when this device last synced.
    pub(crate) fn inputs(&self, now_ms: u64, as_of_ms: Option<u64>) -> Result<Inputs, Problem> {
        let checks = self.checks.iter().map(CheckAnswer::read);
        Ok(Inputs {
            drug: self.drug.clone(),
            offence: self.signs.other_offence.clone().or_else(|| self.offence.clone()),
            supply_signs: self.signs.supply.clone(),
            necessity: self.necessity()?,
            identity: self.identity(),
            age: self.age(now_ms)?,
            defence: self.signs.defence.clone(),
            agrees: self.agreement()?,
            custody: self.custody.clone(),
            checks: checks.collect(),
            freshness: Freshness::OwnReferrals { as_of_ms },
            evidence: self.evidence,
        })
    }

    /// Whether and how identity was established.
    pub(crate) fn identity(&self) -> Identity {
        if self.identity == NOT_ESTABLISHED {
            Identity::NotEstablished
        } else {
            Identity::Established { method: self.identity.clone() }
        }
    }

    fn necessity(&self) -> Result<Vec<Necessity>, Problem> {
        let read = |letter: &String| {
            let unknown = || Problem::at("code_unknown", "signs.necessity", "a letter from a to f");
            Necessity::of(letter).ok_or_else(unknown)
        };
        self.signs.necessity.iter().map(read).collect()
    }

    fn agreement(&self) -> Result<Agreement, Problem> {
        if let Some(NotOffered { reason }) = &self.not_offered {
            return Ok(Agreement::NotOffered { reason: reason.clone() });
        }
        let Some(agrees) = &self.agrees else { return Ok(Agreement::NotAskedYet) };
        match agrees.answer {
            Answer::Yes => Ok(Agreement::Yes),
            Answer::No => Ok(Agreement::No),
            Answer::CannotDecideNow => {
                let reason = agrees.reason.clone();
                let reason = reason.ok_or_else(|| Problem::at("field_missing", "agrees.reason", ""))?;
                Ok(Agreement::CannotDecideNow { reason })
            }
        }
    }

    /// What the officer in the case decided about a person under arrest for something else.
    pub(crate) fn oic(&self) -> Option<(YesNo, String)> {
        let custody = self.custody.as_ref()?;
        let material = match custody.oic? {
            OicView::Material => YesNo::Yes,
            OicView::NotMaterial => YesNo::No,
        };
        Some((material, custody.arrested_for_other.clone()))
    }
}
