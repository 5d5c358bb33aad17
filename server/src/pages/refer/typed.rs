//! Reads what was typed at a question into the answers, in the shape of the core's form.
//!
//! What is left empty is left out, and what cannot be right is kept as it was typed: the core says what is wrong. Does
//! not judge, but where a form contradicts itself in a way that the answers cannot hold.

use serde_json::{Map, Value, json};
use sync_core::codes::{self, CodeList};
use sync_core::shape::MAX_TEXT_BYTES;

use super::super::form::{Faults, Form};
use super::super::words::refer as w;
use super::questions::wording;

/// The answers of a form, by the core's names.
pub(in crate::pages) type Answers = Map<String, Value>;

/// The lines that people type, each with what the core takes of it in bytes.
const LINES: [(&str, usize); 15] = [
    ("amount", MAX_TEXT_BYTES),
    ("place", MAX_TEXT_BYTES),
    ("exhibit", MAX_TEXT_BYTES),
    ("family", SHORT),
    ("given", SHORT),
    ("born_day", SHORT),
    ("born_month", SHORT),
    ("born_year", SHORT),
    ("apparent_age", SHORT),
    ("told", MAX_TEXT_BYTES),
    ("call_back", SHORT),
    ("custody", MAX_TEXT_BYTES),
    ("phone", SHORT),
    ("place_and_time", SHORT),
    ("override", MAX_TEXT_BYTES),
];

/// A name, a number, a code.
const SHORT: usize = 200;

/// The form with nothing in it that is longer than the core takes, and where it was. What nobody types is cut in silence.
pub(super) fn bounded(form: &Form) -> (Form, Faults) {
    let mut faults = Faults::default();
    for (field, most) in LINES {
        if form.text(field).len() > most {
            faults.add(field, w::TOO_LONG);
        }
    }
    let most = |field: &str| LINES.iter().find(|(line, _)| *line == field).map_or(SHORT, |(_, most)| *most);
    (form.cut(most), faults)
}

/// Reads one question, numbered from 1, into the answers.
pub(super) fn read(number: u8, form: &Form, answers: &mut Answers) -> Faults {
    match number {
        1 => set(answers, "drug", chosen(form, "drug")),
        2 => ["amount", "place", "exhibit"]
            .into_iter()
            .for_each(|field| set(answers, field, chosen(form, field))),
        3 => set(answers, "family", chosen(form, "family")),
        4 => set(answers, "given", chosen(form, "given")),
        5 => born(form, answers),
        6 => set(answers, "identity", chosen(form, "identity")),
        7 => checks(form, answers),
        8 => return signs(form, answers),
        9 => return safe(form, answers),
        10 => set(answers, "ethnicity", chosen(form, "ethnicity")),
        11 => agrees(form, answers),
        12 => consent(form, answers),
        _ => reach(form, answers),
    }
    Faults::default()
}

/// What is typed or chosen; nothing where it is empty.
fn chosen(form: &Form, field: &str) -> Option<Value> {
    let typed = form.tidy(field);
    (!typed.is_empty()).then(|| json!(typed))
}

fn set(answers: &mut Answers, field: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(answers.insert(field.to_owned(), value)),
        None => drop(answers.remove(field)),
    }
}

/// The members that are there; nothing where there is none.
fn members<const N: usize>(all: [(&str, Option<Value>); N]) -> Option<Value> {
    let mut found = Map::new();
    for (name, value) in all {
        set(&mut found, name, value);
    }
    (!found.is_empty()).then_some(Value::Object(found))
}

/// The boxes of a list that are ticked; nothing where none is.
pub(in crate::pages) fn ticked(form: &Form, prefix: &str, list: CodeList) -> Option<Value> {
    let all = codes::entries(list).iter().map(|entry| entry.code.as_str());
    let ticked: Vec<&str> = all.filter(|code| form.has(&format!("{prefix}_{code}"))).collect();
    (!ticked.is_empty()).then(|| json!(ticked))
}

fn born(form: &Form, answers: &mut Answers) {
    let [day, month, year] = ["born_day", "born_month", "born_year"].map(|part| form.tidy(part));
    let is_typed = ![day, month, year].iter().all(|part| part.is_empty());
    set(answers, "born", is_typed.then(|| json!(format!("{year:0>4}-{month:0>2}-{day:0>2}"))));
    // What is no number is kept as it was typed.
    let age = form.tidy("apparent_age");
    let age = (!age.is_empty()).then(|| age.parse::<u64>().map_or_else(|_| json!(age), |years| json!(years)));
    set(answers, "apparent_age", age);
}

/// The check of a kind that was answered; null for none.
pub(super) fn check_of<'a>(answers: &'a Value, kind: &str) -> &'a Value {
    let all = answers["checks"].as_array().map_or(&[][..], Vec::as_slice);
    all.iter().find(|check| check["kind"] == kind).unwrap_or(&Value::Null)
}

fn checks(form: &Form, answers: &mut Answers) {
    let mut all: Vec<Value> = Vec::new();
    for entry in codes::entries(CodeList::CheckKinds) {
        let kind = &entry.code;
        let [channel, result] = ["channel", "result"].map(|part| form.tidy(&format!("{part}_{kind}")));
        if !channel.is_empty() || !result.is_empty() {
            all.push(json!({"kind": kind, "channel": channel, "result": result}));
        }
    }
    // What is asked back goes to the check that raised it; where none did, the core says so.
    for (field, raised) in [("wanted", "wanted"), ("engaged", "record_found")] {
        let Some(answer) = chosen(form, field) else { continue };
        let at = all.iter().position(|check| check["result"] == raised).unwrap_or(0);
        if let Some(check) = all.get_mut(at) {
            check[field] = answer;
        }
    }
    set(answers, "checks", (!all.is_empty()).then(|| json!(all)));
}

fn signs(form: &Form, answers: &mut Answers) -> Faults {
    let signs = members([
        ("supply", ticked(form, "supply", CodeList::SupplySigns)),
        ("necessity", ticked(form, "necessity", CodeList::Necessity)),
        ("defence", chosen(form, "defence")),
        ("other_offence", chosen(form, "other_offence")),
    ]);
    let custody = chosen(form, "custody").or_else(|| chosen(form, "material").map(|_| json!("")));
    let custody = custody
        .and_then(|what| members([("arrested_for_other", Some(what)), ("oic", chosen(form, "material"))]));
    set(answers, "custody", custody);
    some_or_none(form, answers, ("signs", "none_of_these"), signs, json!({}))
}

fn safe(form: &Form, answers: &mut Answers) -> Faults {
    let codes = ticked(form, "concern", CodeList::Safeguarding);
    let beside = [("told", chosen(form, "told")), ("call_back", chosen(form, "call_back"))];
    let [told, call_back] = beside;
    let worries = codes.and_then(|codes| members([("codes", Some(codes)), told, call_back]));
    some_or_none(form, answers, ("safe_now", "safe"), worries, json!({"codes": []}))
}

/// An answer that is either something or, said by a tick of its own, nothing. Both at once is asked again.
fn some_or_none(
    form: &Form,
    answers: &mut Answers,
    (field, tick): (&str, &'static str),
    some: Option<Value>,
    none: Value,
) -> Faults {
    let says_none = form.has(tick);
    let both = says_none && some.is_some();
    set(answers, field, some.or_else(|| says_none.then_some(none)));
    if both { Faults::one(tick, w::NONE_AND_SOME) } else { Faults::default() }
}

fn agrees(form: &Form, answers: &mut Answers) {
    let said = form.tidy("agrees");
    let (agrees, not_offered) = match said {
        "" => (None, None),
        "not_offered" => (None, Some(json!({"reason": form.tidy("not_offered")}))),
        "cannot_decide_now" => {
            (members([("answer", Some(json!(said))), ("reason", chosen(form, "undecided"))]), None)
        }
        _ => (Some(json!({"answer": said})), None),
    };
    set(answers, "agrees", agrees);
    set(answers, "not_offered", not_offered);
}

fn consent(form: &Form, answers: &mut Answers) {
    let (contact, feedback) = (chosen(form, "contact"), chosen(form, "feedback"));
    let is_asked = contact.is_some() || feedback.is_some();
    let wording = Some(json!(wording().0));
    let consent = members([
        ("contact", contact),
        ("feedback", feedback),
        ("wording", wording),
        ("language", chosen(form, "language")),
    ]);
    set(answers, "consent", consent.filter(|_| is_asked));
}

fn reach(form: &Form, answers: &mut Answers) {
    let reach = members([
        ("phone", chosen(form, "phone")),
        ("may", ticked(form, "may", CodeList::ReachMay)),
        ("place_and_time", chosen(form, "place_and_time")),
    ]);
    set(answers, "reach", reach);
    set(answers, "area", chosen(form, "area"));
    set(answers, "provider", chosen(form, "provider"));
    set(answers, "override", chosen(form, "override").map(|reason| json!({"reason": reason})));
}

/// The answers of the later answer to an offer: what the person says, agrees to, and how to reach them.
pub(in crate::pages) fn of_offer(form: &Form) -> Answers {
    let mut answers = Answers::new();
    agrees(form, &mut answers);
    consent(form, &mut answers);
    reach(form, &mut answers);
    answers
}
