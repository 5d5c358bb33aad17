//! The answers in words, to be read back before they are sent.
//!
//! Does not decide what is missing: the core does.

use serde_json::Value;
use sync_core::codes::{CodeList, label};

use super::super::read::{text, texts};
use super::super::when;
use super::super::words::{kinds, refer as w};

/// One answer: its heading, what was answered (nothing: not yet), and its question.
pub(super) struct Said {
    pub(super) label: &'static str,
    pub(super) said: Option<String>,
    pub(super) question: u8,
}

/// Every answer, in the order of the questions.
pub(super) fn all(answers: &Value, services: &[Value]) -> Vec<Said> {
    let typed = |field| text(answers, field).to_owned();
    let said = [
        coded(CodeList::Drugs, text(answers, "drug")),
        typed("amount"),
        typed("family"),
        typed("given"),
        born(answers),
        identity(text(answers, "identity")),
        checks(answers),
        signs(answers),
        safe(&answers["safe_now"]),
        coded(CodeList::Ethnicity, text(answers, "ethnicity")),
        agrees(answers),
        consent(&answers["consent"]),
        reach(&answers["reach"]),
        service(answers, services),
    ];
    let rows = w::SAID.into_iter().zip(said);
    let row = |((question, label), said): ((u8, &'static str), String)| Said {
        label,
        said: Some(said).filter(|said| !said.is_empty()),
        question,
    };
    rows.map(row).collect()
}

/// A code in words; what is no code of the list as it was typed.
fn coded(list: CodeList, code: &str) -> String {
    label(list, code).unwrap_or(code).to_owned()
}

fn born(answers: &Value) -> String {
    let day = text(answers, "born");
    if !day.is_empty() {
        return when::day(day).unwrap_or_else(|| day.to_owned());
    }
    match &answers["apparent_age"] {
        Value::Null => String::new(),
        years => {
            format!("{} {}", w::SAID_LOOKS, years.as_str().map_or_else(|| years.to_string(), str::to_owned))
        }
    }
}

fn identity(method: &str) -> String {
    if method == "not_established" {
        w::NOT_ESTABLISHED.to_owned()
    } else {
        coded(CodeList::IdentityMethods, method)
    }
}

fn checks(answers: &Value) -> String {
    let all = answers["checks"].as_array().map_or(&[][..], Vec::as_slice).iter();
    let said = all.map(|check| {
        let (kind, result) = (
            coded(CodeList::CheckKinds, text(check, "kind")),
            coded(CodeList::CheckResults, text(check, "result")),
        );
        let wanted =
            check["wanted"].as_str().map(|code| format!(" ({})", coded(CodeList::WantedAnswers, code)));
        format!("{kind}: {}{}", result.to_lowercase(), wanted.unwrap_or_default())
    });
    said.collect::<Vec<_>>().join("; ")
}

fn signs(answers: &Value) -> String {
    let signs = &answers["signs"];
    let Some(found) = signs.as_object() else { return String::new() };
    let supply = texts(signs, "supply").into_iter().map(|code| coded(CodeList::SupplySigns, code));
    let arrest = texts(signs, "necessity").into_iter().map(|letter| format!("{} {letter}", w::SAID_ARREST));
    let defence = signs["defence"].as_str().map(|code| coded(CodeList::Defences, code));
    let offence = signs["other_offence"].as_str().map(|code| coded(CodeList::Offences, code));
    let custody =
        answers["custody"]["arrested_for_other"].as_str().map(|what| format!("{} {what}", w::SAID_CUSTODY));
    let none = found.is_empty().then(|| w::NOTHING.to_owned());
    let all = none.into_iter().chain(supply).chain(arrest).chain(defence).chain(offence).chain(custody);
    all.collect::<Vec<_>>().join("; ")
}

fn safe(safe: &Value) -> String {
    if !safe.is_object() {
        return String::new();
    }
    let codes = texts(safe, "codes");
    if codes.is_empty() {
        return w::NOTHING.to_owned();
    }
    let told = safe["told"].as_str().map(|told| format!("{} {told}", w::SAID_TOLD));
    codes
        .into_iter()
        .map(|code| coded(CodeList::Safeguarding, code))
        .chain(told)
        .collect::<Vec<_>>()
        .join("; ")
}

fn agrees(answers: &Value) -> String {
    let of = |code: &str| w::AGREES_WORDS.iter().find(|(known, _)| *known == code).map(|(_, words)| *words);
    if let Some(not_offered) = answers["not_offered"].as_object() {
        let reason = not_offered.get("reason").and_then(Value::as_str).unwrap_or_default();
        return format!(
            "{}: {}",
            of("not_offered").unwrap_or_default(),
            coded(CodeList::NotOfferedReasons, reason)
        );
    }
    let agrees = &answers["agrees"];
    let reason =
        agrees["reason"].as_str().map(|code| format!(": {}", coded(CodeList::UndecidedReasons, code)));
    format!("{}{}", of(text(agrees, "answer")).unwrap_or_default(), reason.unwrap_or_default())
}

fn consent(consent: &Value) -> String {
    if !consent.is_object() {
        return String::new();
    }
    let said = |field| match text(consent, field) {
        "yes" => w::SAID_YES,
        "no" => w::SAID_NO,
        _ => w::SAID_NOTHING,
    };
    format!("{} {}; {} {}", w::SAID_CONTACT, said("contact"), w::SAID_FEEDBACK, said("feedback"))
}

fn reach(reach: &Value) -> String {
    let phone = reach["phone"].as_str().map(str::to_owned);
    let may = texts(reach, "may").into_iter().map(|code| kinds::code("may", code));
    let place = reach["place_and_time"].as_str().map(str::to_owned);
    phone.into_iter().chain(may).chain(place).collect::<Vec<_>>().join("; ")
}

fn service(answers: &Value, services: &[Value]) -> String {
    let named = services.iter().find(|row| row["provider"] == answers["provider"]);
    let area = answers["area"].as_str().map(|area| format!(" ({area})"));
    let found = || format!("{}{}", w::SERVICE_FOUND, area.unwrap_or_default());
    named.map_or_else(found, |row| text(row, "name").to_owned())
}
