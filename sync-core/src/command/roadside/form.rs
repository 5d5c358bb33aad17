//! The roadside form: thirteen answers, and what may be added to them.
//!
//! Turns it into what the rules read, and refuses what cannot be right. Does not judge.

use crate::codes::{self, CodeList, OffenceKind, Possession};
use crate::ids::OrgId;
use crate::referral::act::{
    Act, Answer, CheckRecorded, Engaged, NotGiven, NoticeTo, Reach, Route, Subject, YesNo,
};
use crate::referral::eligibility::{
    Age, Agreement, Check, Custody, Evidence, Freshness, Identity, Inputs, Necessity, OicView,
};
use chrono::NaiveDate;
use uuid::Uuid;

use crate::check;
use crate::command::later::{Description, offence};
use crate::command::roadside::referring::Override;
use crate::problem::Problem;

/// What stands for an identity that was not established.
const NOT_ESTABLISHED: &str = "not_established";

fields! {
    /// The roadside form: thirteen answers, and what may be added to them.
    Form {
        /// The suspected drug: a code of `drugs`.
        drug: String,
        /// How much, in words.
        #[serde(default)] amount: Option<String>,
        /// The family name.
        family: String,
        /// The given name.
        #[serde(default)] given: String,
        /// The date of birth, written as 1990-12-31; it or `apparent_age` is needed.
        #[serde(default)] born: Option<String>,
        /// How old the person looks, in years, where no date of birth is known.
        #[serde(default)] apparent_age: Option<u8>,
        /// How identity was established: a code of `identity_methods`, or `not_established`.
        identity: String,
        /// The checks that were made, or not.
        #[serde(default)] checks: Vec<CheckAnswer>,
        /// Signs of something else than possession.
        signs: Signs,
        /// Whether the person is safe now.
        safe_now: SafeNow,
        /// Self-defined ethnicity: a code of `ethnicity`; needed but for a dry run.
        #[serde(default)] ethnicity: Option<String>,
        /// The person's answer to the offer; needed to refer.
        #[serde(default)] agrees: Option<Agrees>,
        /// What the person agreed to; needed to refer.
        #[serde(default)] consent: Option<Consent>,
        /// How to reach the person; needed to refer.
        #[serde(default)] reach: Option<Reach>,
        /// Where the encounter took place: on the street, when it is left out.
        #[serde(default)] route: Option<Route>,
        /// What the person is under arrest for, when it is for something else.
        #[serde(default)] custody: Option<Custody>,
        /// The exhibit reference; the phone proposes one.
        #[serde(default)] exhibit: Option<String>,
        /// The offence, where it does not follow from the drug: a code of `offences`.
        #[serde(default)] offence: Option<String>,
        /// The service; found by area and age when it is left out.
        #[serde(default)] provider: Option<OrgId>,
        /// The area, as the services name theirs.
        #[serde(default)] area: Option<String>,
        /// Why a service for other ages is named all the same.
        #[serde(default, rename = "override")] overriding: Option<Override>,
        /// Where it happened.
        #[serde(default)] place: Option<String>,
        /// A note for the police.
        #[serde(default)] note: Option<String>,
        /// The reference of the force's own system.
        #[serde(default)] crime_reference: Option<String>,
        /// What stands for possession.
        #[serde(default)] evidence: Evidence,
        /// Who was told of a young person, or why not.
        #[serde(default)] notices: Vec<Notice>,
        /// Refers although the same officer has referred the person within a day.
        #[serde(default)] again: bool,
        /// Refers outside any police decision, where the rules allow no diversion.
        #[serde(default)] voluntary: Option<YesNo>,
        /// Why no offer was made.
        #[serde(default)] not_offered: Option<NotOffered>,
        /// When it happened, in milliseconds since 1970, up to 72 hours back; now, when it is left out.
        #[serde(default)] at_ms: Option<u64>,
        /// What else was taken, each with its own exhibit reference.
        #[serde(default)] items: Vec<ItemAnswer>,
        /// Other offences of the same encounter.
        #[serde(default)] offences: Vec<OffenceAnswer>,
        /// What the roadside does not ask for, where it is known already.
        #[serde(default)] described: Option<Description>,
        /// The kind of service that the person needs: a code of `service_kinds`.
        #[serde(default)] need: Option<String>,
        /// One of the times that the service offers: it is asked for, and not confirmed before the server answers.
        #[serde(default)] slot: Option<Uuid>,
        /// When the first draft of the form was begun, in milliseconds since 1970.
        #[serde(default)] began_ms: Option<u64>,
    }
    /// Something else that was taken.
    #[serde(expecting = r#"an object such as {"drug":"cocaine"}"#)]
    ItemAnswer {
        /// The suspected drug: a code of `drugs`.
        drug: String,
        /// How much, in words.
        #[serde(default)] amount: Option<String>,
        /// The exhibit reference; the phone proposes one.
        #[serde(default)] exhibit: Option<String>,
    }
    /// Another offence: a code of `offences`, or words for what is no drug offence.
    #[serde(expecting = r#"an object such as {"words":"no insurance"}"#)]
    OffenceAnswer {
        /// A code of `offences`.
        #[serde(default)] offence: Option<String>,
        /// What is no drug offence, in words.
        #[serde(default)] words: Option<String>,
    }
    /// A check that was made, or not.
    #[serde(expecting = r#"an object such as {"kind":"pnc","channel":"voice_radio","result":"nothing_found"}"#)]
    CheckAnswer {
        /// What was asked for: a code of `check_kinds`.
        kind: String,
        /// How: a code of `check_channels`.
        channel: String,
        /// What it said: a code of `check_results`.
        result: String,
        /// How old the information is, in milliseconds.
        #[serde(default)] age_ms: Option<u64>,
        /// A note.
        #[serde(default)] note: Option<String>,
        /// Whether the person took part last time, where an earlier referral was found.
        #[serde(default)] engaged: Option<Engaged>,
        /// What was done about it, where the person is wanted: a code of `wanted_answers`.
        #[serde(default)] wanted: Option<String>,
    }
    /// Signs of something else than possession; empty for none.
    #[serde(expecting = r#"an object such as {"supply":[],"necessity":[]}, or {} for none"#)]
    Signs {
        /// Signs of supply: codes of `supply_signs`.
        #[serde(default)] supply: Vec<String>,
        /// Reasons to arrest: the letters of `necessity`.
        #[serde(default)] necessity: Vec<String>,
        /// A defence that was put forward: a code of `defences`.
        #[serde(default)] defence: Option<String>,
        /// Another offence than possession: a code of `offences`.
        #[serde(default)] other_offence: Option<String>,
    }
    /// Whether the person is safe now, and who was told.
    #[serde(expecting = r#"an object such as {"codes":[]}"#)]
    SafeNow {
        /// Concerns: codes of `safeguarding`.
        #[serde(default)] codes: Vec<String>,
        /// Who was told; needed in immediate danger.
        #[serde(default)] told: Option<String>,
        /// When, in milliseconds since 1970.
        #[serde(default)] told_at_ms: Option<u64>,
        /// The number to call back.
        #[serde(default)] call_back: Option<String>,
    }
    /// The answer to the offer.
    #[serde(expecting = r#"an object such as {"answer":"yes"}"#)]
    Agrees {
        /// What the person said.
        answer: Answer,
        /// Why they cannot decide now: a code of `undecided_reasons`.
        #[serde(default)] reason: Option<String>,
    }
    /// What the person agreed to.
    #[serde(expecting = r#"an object such as {"contact":"yes","feedback":"yes","wording":"v1","language":"en"}"#)]
    Consent {
        /// Whether the service may contact them.
        contact: YesNo,
        /// Whether the police are told how far they got.
        feedback: YesNo,
        /// The text that they agreed to: a code of `consent_wordings`.
        wording: String,
        /// Its language: a code of `languages`.
        language: String,
    }
    /// Somebody who was told of a young person, or why not.
    #[serde(expecting = r#"an object such as {"to":"guardian"}"#)]
    Notice {
        /// Who.
        to: NoticeTo,
        /// Why they were not told; left out: they were.
        #[serde(default)] not_given: Option<NotGiven>,
    }
    /// Why no offer was made.
    #[serde(expecting = r#"an object such as {"reason":"unsafe"}"#)]
    NotOffered {
        /// A code of `not_offered_reasons`.
        reason: String,
    }
}

impl CheckAnswer {
    /// The entry that says so.
    pub(in crate::command) fn recorded(&self) -> Act {
        let CheckAnswer { kind: check, channel, result, age_ms, note, engaged, wanted } = self.clone();
        Act::CheckRecorded(CheckRecorded { check, channel, result, note, age_ms, engaged, wanted })
    }

    /// Checks its answers.
    pub(in crate::command) fn check(&self, now_ms: u64) -> Result<(), Problem> {
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
    pub(super) fn read(&self) -> Check {
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
    pub(super) fn check(&self, now_ms: u64) -> Result<(), Problem> {
        check::code("consent.wording", CodeList::ConsentWordings, &self.wording, now_ms)?;
        check::code("consent.language", CodeList::Languages, &self.language, now_ms)
    }
}

impl Form {
    /// Checks every answer that was given, at a time that has certainly come.
    pub(super) fn check(&self, now_ms: u64) -> Result<(), Problem> {
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
        self.check_more(now_ms)?;
        if let Some(born) = &self.born {
            check::born("born", born, now_ms)?;
        }
        self.age(now_ms).map(|_| ())
    }

    /// What may be added to the thirteen answers.
    fn check_more(&self, now_ms: u64) -> Result<(), Problem> {
        for item in &self.items {
            check::code("items.drug", CodeList::Drugs, &item.drug, now_ms)?;
            item.exhibit.as_deref().map_or(Ok(()), |exhibit| check::text("items.exhibit", exhibit))?;
        }
        for other in &self.offences {
            offence("offences", other.offence.as_deref(), other.words.as_deref(), now_ms)?;
        }
        if let Some(described) = &self.described {
            described.check("described.", now_ms)?;
        }
        self.need.as_deref().map_or(Ok(()), |need| check::code("need", CodeList::ServiceKinds, need, now_ms))
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
    pub(super) fn born(&self) -> Result<Option<NaiveDate>, Problem> {
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
    pub(super) fn inputs(&self, now_ms: u64, as_of_ms: Option<u64>) -> Result<Inputs, Problem> {
        let checks = self.checks.iter().map(CheckAnswer::read);
        Ok(Inputs {
            drug: self.judged().0.drug,
            offence: self.judged_offence(),
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

    /// The item that the rules read, and the others: the first one, but for something that is no controlled drug where
    /// another is one.
    pub(super) fn judged(&self) -> (ItemAnswer, Vec<ItemAnswer>) {
        let (drug, amount, exhibit) = (self.drug.clone(), self.amount.clone(), self.exhibit.clone());
        let mut all = vec![ItemAnswer { drug, amount, exhibit }];
        all.extend(self.items.iter().cloned());
        let is_controlled = |item: &ItemAnswer| {
            codes::drug(&item.drug).is_none_or(|drug| drug.possession != Possession::NoOffence)
        };
        let judged = all.remove(all.iter().position(is_controlled).unwrap_or_default());
        (judged, all)
    }

    /// The offence that the rules read: what was said of this one. Of the others only one that is not simple possession
    /// takes its place.
    pub(super) fn judged_offence(&self) -> Option<String> {
        let said = self.signs.other_offence.as_ref().or(self.offence.as_ref());
        let others = self.offences.iter().filter_map(|other| other.offence.as_ref());
        let is_more =
            |code: &&String| codes::offence(code).is_some_and(|offence| offence.kind == OffenceKind::Other);
        said.into_iter().chain(others).find(is_more).or(said).cloned()
    }

    /// Whether and how identity was established.
    pub(super) fn identity(&self) -> Identity {
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
    pub(super) fn oic(&self) -> Option<(YesNo, String)> {
        let custody = self.custody.as_ref()?;
        let material = match custody.oic? {
            OicView::Material => YesNo::Yes,
            OicView::NotMaterial => YesNo::No,
        };
        Some((material, custody.arrested_for_other.clone()))
    }
}
