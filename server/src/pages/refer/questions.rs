//! The thirteen questions: what each asks, with what is answered already.
//!
//! The order is that of the roadside form, and the codes are the core's. Does not read what is typed (see
//! [`super::typed`]), and does not judge an answer.

use chrono::NaiveDate;
use maud::{Markup, html};
use serde_json::Value;
use sync_core::codes::{self, CodeList};

use super::super::form::{Faults, Field};
use super::super::read::{text, texts};
use super::super::words::{kinds, refer as w};
use super::controls::{Options, Ticked, choose, fault, group, of_list, of_words, picks, tick, ticks};
use super::typed::check_of;

/// What a question is shown with.
pub(in crate::pages) struct Asked<'a> {
    /// The answers so far, as the core's form has them.
    pub(in crate::pages) answers: &'a Value,
    pub(in crate::pages) faults: &'a Faults,
    /// The services that take referrals: id, name, areas.
    pub(in crate::pages) services: &'a [Value],
    pub(in crate::pages) today: NaiveDate,
}

/// A question.
pub(in crate::pages) struct Question {
    pub(in crate::pages) title: &'static str,
    hint: &'static str,
    controls: fn(&Asked<'_>) -> Markup,
}

const fn question(title: &'static str, hint: &'static str, controls: fn(&Asked<'_>) -> Markup) -> Question {
    Question { title, hint, controls }
}

/// All of them, in their order.
pub(in crate::pages) const QUESTIONS: [Question; 13] = [
    question(w::DRUG, w::DRUG_HINT, drug),
    question(w::AMOUNT, "", amount),
    question(w::FAMILY, "", family),
    question(w::GIVEN, "", given),
    question(w::BORN, "", born),
    question(w::IDENTITY, "", identity),
    question(w::CHECKS, w::CHECKS_HINT, checks),
    question(w::SIGNS, "", signs),
    question(w::SAFE, w::SAFE_HINT, safe),
    question(w::ETHNICITY, w::ETHNICITY_HINT, ethnicity),
    question(w::AGREES, w::AGREES_HINT, agrees),
    question(w::CONSENT, "", consent),
    question(w::REACH, w::REACH_HINT, reach),
];

impl Question {
    pub(in crate::pages) fn shown(&self, asked: &Asked<'_>) -> Markup {
        html! {
            fieldset {
                legend.big { h1 { (self.title) } }
                @if !self.hint.is_empty() { span.hint { (self.hint) } }
                ((self.controls)(asked))
            }
        }
    }
}

impl Asked<'_> {
    fn list(&self, list: CodeList) -> Options {
        of_list(list, self.today)
    }

    fn line(&self, name: &'static str, label: &str, hint: &str, value: &str) -> Markup {
        Field::text(name, label, hint, value).shown(self.faults)
    }

    /// A text of the answers; what is no text was typed as it is shown.
    fn text(&self, field: &str) -> &str {
        text(self.answers, field)
    }
}

fn drug(asked: &Asked<'_>) -> Markup {
    picks("drug", &asked.list(CodeList::Drugs), asked.text("drug"), asked.faults)
}

fn amount(asked: &Asked<'_>) -> Markup {
    html! {
        (asked.line("amount", w::AMOUNT_LABEL, w::AMOUNT_HINT, asked.text("amount")))
        (asked.line("place", w::PLACE, "", asked.text("place")))
        (asked.line("exhibit", w::EXHIBIT, w::EXHIBIT_HINT, asked.text("exhibit")))
    }
}

fn family(asked: &Asked<'_>) -> Markup {
    asked.line("family", w::FAMILY_LABEL, w::FAMILY_HINT, asked.text("family"))
}

fn given(asked: &Asked<'_>) -> Markup {
    asked.line("given", w::GIVEN_LABEL, "", asked.text("given"))
}

fn born(asked: &Asked<'_>) -> Markup {
    let mut parts = asked.text("born").splitn(3, '-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let part = |name: &str, label: &str, value: Option<&str>, width: &str| {
        html! {
            div {
                label for=(name) { (label) }
                input class=(width) type="text" inputmode="numeric" id=(name) name=(name) autocomplete="off"
                    value=(value.unwrap_or_default()) aria-describedby="born-hint"
                    aria-invalid=[asked.faults.of("born_day").map(|_| "true")];
            }
        }
    };
    let age = match &asked.answers["apparent_age"] {
        Value::Number(years) => years.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    html! {
        div.field.wrong[asked.faults.of("born_day").is_some()] {
            span.hint id="born-hint" { (w::BORN_HINT) }
            (fault("born_day", asked.faults))
            div.parts {
                (part("born_day", w::DAY, day, "w-2"))
                (part("born_month", w::MONTH, month, "w-2"))
                (part("born_year", w::YEAR, year, "w-4"))
            }
        }
        (asked.line("apparent_age", w::LOOKS, "", &age))
    }
}

fn identity(asked: &Asked<'_>) -> Markup {
    let mut methods = asked.list(CodeList::IdentityMethods);
    methods.push(("not_established".to_owned(), w::NOT_ESTABLISHED.to_owned()));
    picks("identity", &methods, asked.text("identity"), asked.faults)
}

fn checks(asked: &Asked<'_>) -> Markup {
    let (channels, results) = (asked.list(CodeList::CheckChannels), asked.list(CodeList::CheckResults));
    let all = asked.answers["checks"].as_array().map_or(&[][..], Vec::as_slice);
    let said = |field: &str| {
        all.iter().map(|check| text(check, field)).find(|said| !said.is_empty()).unwrap_or_default()
    };
    html! {
        div id="checks" { (fault("checks", asked.faults)) }
        @for (kind, words) in asked.list(CodeList::CheckKinds) {
            @let check = check_of(asked.answers, &kind);
            (group(&words, &html! {
                div.parts {
                    (choose(&format!("channel_{kind}"), w::CHANNEL, &channels, text(check, "channel"), asked.faults))
                    (choose(&format!("result_{kind}"), w::RESULT, &results, text(check, "result"), asked.faults))
                }
            }))
        }
        (choose("wanted", w::WANTED, &asked.list(CodeList::WantedAnswers), said("wanted"), asked.faults))
        (choose("engaged", w::ENGAGED, &of_words(&w::ENGAGED_WORDS), said("engaged"), asked.faults))
    }
}

fn signs(asked: &Asked<'_>) -> Markup {
    let (signs, custody) = (&asked.answers["signs"], &asked.answers["custody"]);
    let letters = asked.list(CodeList::Necessity).into_iter().map(|(letter, words)| {
        let words = format!("{letter}: {words}");
        (letter, words)
    });
    let is_none = signs.as_object().is_some_and(serde_json::Map::is_empty);
    html! {
        (fault("none_of_these", asked.faults))
        (tick("none_of_these", w::NONE_OF_THESE, Ticked::if_so(is_none)))
        (group(w::SUPPLY, &ticks("supply", &asked.list(CodeList::SupplySigns), &texts(signs, "supply"))))
        (group(w::NECESSITY, &ticks("necessity", &letters.collect(), &texts(signs, "necessity"))))
        (choose("defence", w::DEFENCE, &asked.list(CodeList::Defences), text(signs, "defence"), asked.faults))
        (choose("other_offence", w::OTHER_OFFENCE, &asked.list(CodeList::Offences), text(signs, "other_offence"), asked.faults))
        (asked.line("custody", w::CUSTODY, "", text(custody, "arrested_for_other")))
        (choose("material", w::MATERIAL, &of_words(&w::MATERIAL_WORDS), text(custody, "oic"), asked.faults))
    }
}

fn safe(asked: &Asked<'_>) -> Markup {
    let safe = &asked.answers["safe_now"];
    let is_safe = safe.is_object() && texts(safe, "codes").is_empty();
    html! {
        (fault("safe", asked.faults))
        (tick("safe", w::SAFE_YES, Ticked::if_so(is_safe)))
        (ticks("concern", &asked.list(CodeList::Safeguarding), &texts(safe, "codes")))
        (asked.line("told", w::TOLD, w::TOLD_HINT, text(safe, "told")))
        (asked.line("call_back", w::CALL_BACK, "", text(safe, "call_back")))
    }
}

fn ethnicity(asked: &Asked<'_>) -> Markup {
    picks("ethnicity", &asked.list(CodeList::Ethnicity), asked.text("ethnicity"), asked.faults)
}

fn agrees(asked: &Asked<'_>) -> Markup {
    let not_offered = text(&asked.answers["not_offered"], "reason");
    let is_not_offered = asked.answers["not_offered"].is_object();
    let said = if is_not_offered { "not_offered" } else { text(&asked.answers["agrees"], "answer") };
    html! {
        (picks("agrees", &of_words(&w::AGREES_WORDS), said, asked.faults))
        (undecided(asked))
        (choose("not_offered", w::NOT_OFFERED, &asked.list(CodeList::NotOfferedReasons), not_offered, asked.faults))
    }
}

/// The same of an offer that was made before.
pub(in crate::pages) fn answers_offer(asked: &Asked<'_>) -> Markup {
    let words: Vec<_> = w::AGREES_WORDS.into_iter().filter(|(code, _)| *code != "not_offered").collect();
    html! {
        (picks("agrees", &of_words(&words), text(&asked.answers["agrees"], "answer"), asked.faults))
        (undecided(asked))
    }
}

fn undecided(asked: &Asked<'_>) -> Markup {
    let (reasons, reason) =
        (asked.list(CodeList::UndecidedReasons), text(&asked.answers["agrees"], "reason"));
    choose("undecided", w::UNDECIDED, &reasons, reason, asked.faults)
}

pub(in crate::pages) fn consent(asked: &Asked<'_>) -> Markup {
    let consent = &asked.answers["consent"];
    let language = consent["language"].as_str().unwrap_or("en");
    html! {
        p { (w::CONSENT_READ) }
        blockquote { p { (wording().1) } }
        (group(w::CONTACT, &picks("contact", &of_words(&w::YES_NO), text(consent, "contact"), asked.faults)))
        (group(w::FEEDBACK, &picks("feedback", &of_words(&w::YES_NO), text(consent, "feedback"), asked.faults)))
        (choose("language", w::LANGUAGE, &asked.list(CodeList::Languages), language, asked.faults))
    }
}

/// The newest text that people agree to, in English: its code, and what it says.
pub(in crate::pages) fn wording() -> (&'static str, &'static str) {
    let mut texts = codes::entries(CodeList::ConsentWordings).iter();
    let newest = texts.rfind(|entry| entry.column("language") == Some("en"));
    newest.map_or(("", ""), |entry| (entry.code.as_str(), entry.label.as_str()))
}

pub(in crate::pages) fn reach(asked: &Asked<'_>) -> Markup {
    let reach = &asked.answers["reach"];
    let may: Options = asked.list(CodeList::ReachMay);
    let may = may.into_iter().map(|(code, _)| (code.clone(), kinds::code("may", &code))).collect();
    html! {
        (asked.line("phone", w::PHONE, w::PHONE_HINT, text(reach, "phone")))
        (group(w::MAY, &html! { (ticks("may", &may, &texts(reach, "may"))) span.hint { (w::MAY_HINT) } }))
        (asked.line("place_and_time", w::PLACE_AND_TIME, w::PLACE_AND_TIME_HINT, text(reach, "place_and_time")))
        (service(asked))
    }
}

/// Where the person is sent: an area or a service, when it does not follow.
fn service(asked: &Asked<'_>) -> Markup {
    let mut areas: Vec<&str> = asked.services.iter().flat_map(|row| texts(row, "areas")).collect();
    areas.sort_unstable();
    areas.dedup();
    let areas: Options = areas.into_iter().map(|area| (area.to_owned(), area.to_owned())).collect();
    let found = (String::new(), w::SERVICE_FOUND.to_owned());
    let named =
        asked.services.iter().map(|row| (text(row, "provider").to_owned(), text(row, "name").to_owned()));
    let services: Options = [found].into_iter().chain(named).collect();
    html! {
        @if !areas.is_empty() { (choose("area", w::AREA, &areas, asked.text("area"), asked.faults)) }
        (choose("provider", w::SERVICE, &services, asked.text("provider"), asked.faults))
        (asked.line("override", w::OTHER_AGES, "", text(&asked.answers["override"], "reason")))
    }
}
