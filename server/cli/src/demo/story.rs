//! Plays the story step by step, and checks what each step must give.
//!
//! A text `$name.path.to.value` in a request stands for a value of an earlier answer, `@name` for
//! a provider, `now` and `in 20 hours` for that time, `today` and `16 years ago` for that date. Does not check the end: see [`super::checks`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::Months;
use serde_json::{Map, Value, json};
use server::now_ms;
use sync_core::ids::Record;
use sync_core::local_time::local_day;

use super::cast::{Cast, unknown};
use super::proxy::Link;
use super::scenario::{Device, Encounter, Forged, Kill, Person, Scenario, Step};
use crate::failure::{Done, Failure, print};

/// What was played so far.
pub(crate) struct Story<'a> {
    cast: &'a mut Cast,
    answers: BTreeMap<String, Value>,
    usual: &'a Map<String, Value>,
    quiet: bool,
    pub(crate) failed: Vec<String>,
    /// The ids of all conflicts that any phone showed.
    pub(crate) conflicts: BTreeSet<String>,
    /// How many of them were found among what the scenario leaves open.
    pub(crate) left_open: usize,
    /// The most exchanges that one synchronisation took.
    pub(crate) round_trips_max: usize,
}

impl<'a> Story<'a> {
    pub(crate) fn new(cast: &'a mut Cast, usual: &'a Map<String, Value>, quiet: bool) -> Self {
        Self {
            cast,
            answers: BTreeMap::new(),
            usual,
            quiet,
            failed: Vec::new(),
            conflicts: BTreeSet::new(),
            left_open: 0,
            round_trips_max: 0,
        }
    }

    fn say(&self, line: &str) {
        if !self.quiet {
            print(line);
        }
    }

    /// Plays all of a scenario.
    pub(crate) fn play(&mut self, scenario: &Scenario) -> Done {
        for (number, step) in scenario.story.iter().enumerate() {
            self.step(number + 1, step)?;
        }
        if !scenario.encounters.is_empty() {
            self.encounters(scenario)?;
        }
        let everybody: Vec<_> = with_phones(scenario).map(|p| (p.id.clone(), p.org.clone())).collect();
        for (id, _) in &everybody {
            self.cast.phone(id)?.proxy.set(Link::Up);
        }
        let before = self.conflicts.len();
        for (number, step) in (scenario.story.len() + 1..).zip(&scenario.left_open) {
            self.step(number, step)?;
        }
        self.left_open = self.conflicts.len() - before;
        // Twice: what the first round brought to the server reaches everybody in the second.
        self.sync_all(&everybody)?;
        self.sync_all(&everybody)
    }

    fn step(&mut self, number: usize, step: &Step) -> Done {
        if let Some(sentence) = &step.say {
            self.say(sentence);
        }
        if let (Some(on), Some(link)) = (&step.on, step.link) {
            self.cast.phone(on)?.proxy.set(link);
        }
        if let (Some(on), Some(request)) = (&step.on, step.command.as_ref().or(step.ask.as_ref())) {
            let request = self.with_usual(self.fill(request)?);
            let answer = self.perform(on, &request, step.kill)?;
            self.expect(number, &answer, &step.expect)?;
            let shown = answer["conflicts"].as_array().into_iter().flatten();
            self.conflicts.extend(shown.filter_map(|c| c["conflict"].as_str()).map(str::to_owned));
            if let Some(name) = &step.name {
                self.answers.insert(name.clone(), answer);
            }
        }
        if let Some(forged) = &step.forge {
            self.forge(forged)?;
        }
        for phone in &step.sync {
            let answer = self.sync(phone)?;
            self.expect(number, &answer, &step.expect)?;
        }
        Ok(())
    }

    /// The forged device writes in a referral, upon the op that submitted it.
    fn forge(&mut self, forged: &Forged) -> Done {
        let referral = self.fill(&forged.referral)?;
        let record = referral["record"].as_str().and_then(|id| id.parse().ok()).map(Record::referral);
        let submitted =
            referral["ops"].as_array().and_then(|ops| ops.last()).and_then(|op| op["op"].as_str());
        let submitted = submitted.and_then(|id| id.parse().ok());
        let (Some(record), Some(submitted), Some(forger)) = (record, submitted, &mut self.cast.forger) else {
            return Err(unknown("forged device, or a referral for it", "forge"));
        };
        let pushed = forger.push(record, submitted, &forged.kind, &forged.body)?;
        self.cast.ledger.extend(pushed);
        Ok(())
    }

    fn perform(&mut self, on: &str, request: &Value, kill: Option<Kill>) -> Done<Value> {
        match kill {
            None => self.cast.ask(on, request),
            Some(Kill::AfterAnswer) => {
                let answer = self.cast.ask(on, request)?;
                self.cast.phone(on)?.kill();
                Ok(answer)
            }
            Some(Kill::BeforeAnswer) => {
                self.cast.phone(on)?.kill_before_answer(request)?;
                Ok(json!({ "killed": "before the answer" }))
            }
        }
    }

    fn expect(&mut self, number: usize, answer: &Value, expected: &BTreeMap<String, Value>) -> Done {
        let wants_problem = expected.keys().any(|pointer| pointer.starts_with("/problem"));
        if let (Some(problem), false) = (answer.get("problem"), wants_problem) {
            return Err(Failure::Check(format!("step {number}: {problem}")));
        }
        for (pointer, value) in expected {
            let value = self.fill(value)?;
            let found = answer.pointer(pointer).unwrap_or(&Value::Null);
            if *found != value {
                self.failed.push(format!("step {number}: {pointer} is {found}, not {value}"));
            }
        }
        Ok(())
    }

    /// A roadside form takes the usual answers where the scenario gives no other.
    fn with_usual(&self, mut request: Value) -> Value {
        let form = matches!(request["command"].as_str(), Some("refer" | "record_encounter" | "assess"));
        if let (true, Value::Object(map)) = (form, &mut request) {
            for (key, value) in self.usual {
                map.entry(key.clone()).or_insert_with(|| value.clone());
            }
            map.retain(|_, value| !value.is_null());
        }
        request
    }

    /// Puts values of earlier answers in the place of their names.
    fn fill(&self, value: &Value) -> Done<Value> {
        Ok(match value {
            Value::String(text) => match (text.strip_prefix('$'), text.strip_prefix('@')) {
                (Some(path), _) => self.answer(path)?,
                (None, Some(name)) => {
                    json!(self.cast.providers.get(name).ok_or_else(|| unknown("provider", name))?)
                }
                (None, None) => relative(text, now_ms()).unwrap_or_else(|| value.clone()),
            },
            Value::Array(list) => list.iter().map(|item| self.fill(item)).collect::<Done<Vec<_>>>()?.into(),
            Value::Object(map) => {
                let pairs = map.iter().map(|(key, item)| Ok((key.clone(), self.fill(item)?)));
                Value::Object(pairs.collect::<Done<_>>()?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        })
    }

    fn answer(&self, path: &str) -> Done<Value> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let answer = self.answers.get(name).ok_or_else(|| unknown("step's answer", name))?;
        let pointer =
            rest.split('.').filter(|part| !part.is_empty()).fold(String::new(), |p, part| p + "/" + part);
        let value = answer.pointer(&pointer).cloned();
        value.ok_or_else(|| Failure::Check(format!("an earlier answer has no {path}: {answer}")))
    }

    /// The encounters of the pilot, in phases: all at the roadside, then all at the services.
    fn encounters(&mut self, scenario: &Scenario) -> Done {
        let mut records = Vec::new();
        for encounter in &scenario.encounters {
            let answer = self.encounter(encounter)?;
            if let (Some(came), Some(provider)) = (encounter.came, answer["provider_id"].as_str()) {
                records.push((answer["record"].clone(), provider.to_owned(), came.sessions));
            }
        }
        let of = |role: &str| {
            let people = with_phones(scenario).filter(|person| person.role == role);
            people.map(|person| (person.id.clone(), person.org.clone())).collect::<Vec<_>>()
        };
        let (officers, leads, workers) = (of("officer"), of("provider_lead"), of("outreach_worker"));
        self.sync_all(&officers)?;
        self.sync_all(&leads)?;
        for (lead, _) in &leads {
            let waiting = self.cast.ask(lead, &json!({ "query": "referrals" }))?;
            for referral in waiting["referrals"].as_array().into_iter().flatten() {
                if referral["stage"] == "received" || referral["stage"] == "submitted" {
                    let accept = json!({ "command": "accept", "record": referral["record"] });
                    let answer = self.cast.ask(lead, &accept)?;
                    self.expect(0, &answer, &BTreeMap::new())?;
                }
            }
        }
        self.sync_all(&leads)?;
        self.sync_all(&workers)?;
        for (record, provider, sessions) in records {
            let org = self.cast.providers.iter().find(|(_, id)| id.to_string() == provider);
            let org = org.map(|(name, _)| name.clone());
            let worker = workers.iter().find(|(_, of)| Some(of) == org.as_ref()).map(|(id, _)| id.clone());
            if let Some(worker) = worker {
                self.engage(&worker, &record, sessions)?;
            }
        }
        self.sync_all(&workers)?;
        self.sync_all(&officers)
    }

    fn encounter(&mut self, encounter: &Encounter) -> Done<Value> {
        let mut form = self.fill(&encounter.form)?;
        form["command"] = json!("refer");
        let form = self.with_usual(form);
        let answer = self.cast.ask(&encounter.officer, &form)?;
        let expected = encounter.verdict.iter().map(|v| ("/verdict".to_owned(), v.clone())).collect();
        self.expect(0, &answer, &expected)?;
        Ok(answer)
    }

    fn engage(&mut self, worker: &str, record: &Value, sessions: u32) -> Done {
        let contact = json!({ "command": "contact", "record": record, "what": "reached", "channel": "phone",
            "result": "reached" });
        self.must(worker, &contact)?;
        let meetings = [("assessment", 45)].into_iter().chain((0..sessions).map(|_| ("session", 60)));
        for (hours, (meeting, minutes)) in (0..).step_by(2).zip(meetings) {
            let at_ms = now_ms() + hours * 3_600_000;
            let attend = json!({ "command": "attend", "record": record, "meeting": meeting,
                "status": "attended", "minutes": minutes, "at_ms": at_ms });
            self.must(worker, &attend)?;
        }
        Ok(())
    }

    fn must(&mut self, on: &str, request: &Value) -> Done<Value> {
        let answer = self.cast.ask(on, request)?;
        self.expect(0, &answer, &BTreeMap::new())?;
        Ok(answer)
    }

    fn sync_all(&mut self, people: &[(String, String)]) -> Done {
        for (id, _) in people {
            let answer = self.sync(id)?;
            self.expect(0, &answer, &BTreeMap::new())?;
        }
        Ok(())
    }

    fn sync(&mut self, on: &str) -> Done<Value> {
        let before = self.cast.phone(on)?.proxy.read(<[_]>::len);
        let answer = self.cast.ask(on, &json!({ "command": "sync" }))?;
        let after = self.cast.phone(on)?.proxy.read(<[_]>::len);
        self.round_trips_max = self.round_trips_max.max(after - before);
        Ok(answer)
    }
}

/// What stands for a time or a date, as that time or date: a scenario holds no day that goes by.
fn relative(text: &str, now_ms: u64) -> Option<Value> {
    if text == "now" {
        return Some(now_ms.into());
    }
    if text == "today" {
        return Some(local_day(now_ms).to_string().into());
    }
    if let Some(hours) = text.strip_prefix("in ").and_then(|rest| rest.strip_suffix(" hours")) {
        return Some((now_ms + hours.parse::<u64>().ok()? * 3_600_000).into());
    }
    let years: u32 = text.strip_suffix(" years ago")?.parse().ok()?;
    let then = local_day(now_ms).checked_sub_months(Months::new(years.checked_mul(12)?))?;
    Some(then.to_string().into())
}

fn with_phones(scenario: &Scenario) -> impl Iterator<Item = &Person> {
    scenario.people.iter().filter(|person| person.device == Device::Phone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_dates_of_a_scenario_move_with_the_clock() {
        let leap_day_ms = 951_782_400_000;
        assert_eq!(relative("now", 1), Some(json!(1)));
        assert_eq!(relative("today", leap_day_ms), Some(json!("2000-02-29")));
        assert_eq!(relative("16 years ago", leap_day_ms), Some(json!("1984-02-29")));
        assert_eq!(relative("15 years ago", leap_day_ms), Some(json!("1985-02-28")));
        assert_eq!(relative("in 20 hours", 1), Some(json!(72_000_001)));
        assert_eq!(relative("in the street", 1), None);
    }
}
