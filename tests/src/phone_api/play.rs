//! One story in which every verb is used once as its example shows.
//!
//! What prepares an example is not shown. Does not check what is answered: a test compares each answer with its schema.

use serde_json::{Value, json};
use sync_core::command::{Command, Verb};
use sync_core::query::Query;

use super::Played;
use super::world::{MINUTE_MS, World, org};

struct Story {
    world: World,
    played: Vec<Played>,
}

fn verb(name: &str) -> (&'static Verb, &'static str) {
    let command = Command::verbs().find(|verb| verb.name == name).map(|verb| (verb, "command"));
    let query = || Query::verbs().find(|verb| verb.name == name).map(|verb| (verb, "query"));
    command.or_else(query).unwrap_or_else(|| panic!("no verb {name}"))
}

impl Story {
    /// Plays an example as it is written, with ids in place of what stands for them.
    fn play(&mut self, who: &str, name: &str, named: &[(&str, &Value)]) -> Value {
        let (verb, word) = verb(name);
        let mut text = verb.example.to_owned();
        for (placeholder, id) in named {
            text = text.replace(placeholder, id.as_str().expect("an id is a text"));
        }
        let asked: Value = serde_json::from_str(&text).expect("an example is JSON");
        assert!(!text.contains(":\"<"), "{name}: {text} still has a placeholder");
        let mut request = asked.clone();
        request[word] = json!(name);
        let answer = self.world.does(who, &request);
        self.played.push(Played { verb: verb.name, asked, answer: answer.clone() });
        answer
    }

    /// What an example needs before.
    fn before(&self, who: &str, request: Value) -> Value {
        self.world.does(who, &request)
    }

    fn sync(&self, people: &[&str]) {
        self.world.sync(people);
    }

    /// Refers somebody of this name, with other answers than the example's.
    fn refer(&self, family: &str, other: Value) -> Value {
        let mut form: Value = serde_json::from_str(verb("refer").0.example).expect("an example is JSON");
        form["command"] = json!("refer");
        form["family"] = json!(family);
        for (field, answer) in other.as_object().into_iter().flatten() {
            form[field] = answer.clone();
        }
        self.before("officer", form)["record"].clone()
    }
}

fn entry(saved: &Value, at: usize) -> Value {
    let entry = &saved["ops"][at];
    json!(format!("{}:{}", entry["device"].as_str().expect("an id"), entry["seq"]))
}

pub(super) fn story() -> Vec<Played> {
    let mut story = Story { world: World::under("thames-valley-2018"), played: Vec::new() };
    let record = roadside(&mut story);
    service(&mut story, &record);
    conflicts(&mut story, &record);
    both(&mut story, &record);
    moves(&mut story);
    police(&mut story);
    for (pack, plays) in
        [("drug-education-one-chance", proposes as fn(&mut Story)), ("divert-west-midlands", decides)]
    {
        let mut under = Story { world: World::under(pack), played: Vec::new() };
        plays(&mut under);
        story.played.extend(under.played);
    }
    story.played
}

/// An officer refers, and looks at the phone.
fn roadside(story: &mut Story) -> Value {
    story.play("officer", "assess", &[]);
    story.play("officer", "draft_save", &[]);
    story.play("officer", "drafts", &[]);
    story.play("officer", "draft_drop", &[]);
    let record = story.play("officer", "refer", &[])["record"].clone();
    for query in ["outbox", "status", "whoami", "reference", "refused", "digests"] {
        story.play("officer", query, &[]);
    }
    let custody = story.play("officer", "record_encounter", &[])["record"].clone();
    story.play("officer", "oic", &[("<record>", &custody)]);
    let later =
        ["identify", "book_in", "dispose_item", "check", "offence", "describe", "rate", "ask_slot", "need"];
    for command in later {
        story.play("officer", command, &[("<record>", &record)]);
    }
    let open = json!({"agrees": {"answer": "cannot_decide_now", "reason": "intoxicated"}});
    let open = story.refer("Open", open);
    story.play("officer", "answer_offer", &[("<record>", &open)]);
    for query in ["referral", "history", "explain"] {
        story.play("officer", query, &[("<record>", &record)]);
    }
    story.play("officer", "referrals", &[]);
    story.sync(&["officer", "lead", "worker", "colleague"]);
    record
}

/// The service takes it on and meets the person.
fn service(story: &mut Story, record: &Value) {
    let named = [("<record>", record)];
    story.play("lead", "worklist", &[]);
    story.play("lead", "accept", &named);
    story.sync(&["lead", "worker", "colleague"]);
    story.play("worker", "contact", &named);
    let appointment = entry(&story.play("worker", "book", &named), 0);
    for command in ["move", "call_off"] {
        story.play("worker", command, &[named[0], ("<appointment>", &appointment)]);
    }
    for command in ["attend", "group_session", "details", "note", "measure"] {
        story.play("worker", command, &named);
    }
    story.play("worker", "walk_in", &[]);
    story.play("lead", "offers", &[]);
    released(story);
    story.sync(&["worker", "lead"]);
}

/// Ten people were asked twice how they are doing: the lead looks, and tells the force the totals.
fn released(story: &mut Story) {
    for number in 0..10 {
        let came = json!({"command": "walk_in", "family": format!("Visitor {}", ["A", "B"][number % 2])});
        let record = story.before("lead", came)["record"].clone();
        for (at, days) in [("start", 20), ("review", 8)] {
            let items = json!({"opiates_days": days});
            let asked = json!({"instrument": "TOP", "at": at, "items": items});
            story.before("lead", with(asked, "measure", &record));
        }
    }
    story.play("lead", "outcomes", &[]);
    story.play("lead", "release_outcomes", &[]);
    story.sync(&["lead", "supervisor"]);
    story.play("supervisor", "released", &[]);
}

/// Two workers without signal say different things of one meeting, twice.
fn conflicts(story: &mut Story, record: &Value) {
    let first = disagreement(story, record);
    let open = story.play("lead", "conflicts", &[])["conflicts"][0].clone();
    let conflict = [("<conflict>", &open["conflict"])];
    story.play("lead", "conflict", &conflict);
    story.play("lead", "settle", &[conflict[0], ("<entry>", &first)]);
    disagreement(story, record);
    let open = story.before("lead", json!({"query": "conflicts"}))["conflicts"][0].clone();
    story.play("lead", "pass_up", &[("<conflict>", &open["conflict"])]);
    let note =
        story.before("worker", json!({"command": "note", "record": record, "text": "Of another person."}));
    story.play("worker", "strike", &[("<entry>", &entry(&note, 0))]);
    story.sync(&["worker", "lead"]);
}

/// The lead hears of a meeting of which two workers say different things; gives what the first of them said.
fn disagreement(story: &mut Story, record: &Value) -> Value {
    let at_ms = story.world.now_ms() + 10 * MINUTE_MS;
    let book =
        json!({"command": "book", "record": record, "meeting": "session", "at_ms": at_ms, "minutes": 60});
    let appointment = entry(&story.before("worker", book), 0);
    story.sync(&["worker", "colleague"]);
    story.world.pass(70 * MINUTE_MS);
    let met = |status: &str, minutes: u16| {
        json!({"command": "attend", "record": record, "appointment": appointment, "meeting": "session",
            "status": status, "minutes": minutes, "at_ms": at_ms})
    };
    let came = story.before("worker", met("attended", 60));
    story.before("colleague", met("did_not_attend", 0));
    story.sync(&["worker", "colleague", "lead"]);
    entry(&came, 0)
}

/// What either side records.
fn both(story: &mut Story, record: &Value) {
    let named = [("<record>", record)];
    let raised = story.play("worker", "safeguard", &named);
    story.sync(&["worker", "lead"]);
    story.play("lead", "acknowledge", &[("<record>", record), ("<concern>", &entry(&raised, 0))]);
    story.sync(&["lead", "officer"]);
    for command in ["handover", "notice", "amend", "consent", "withdraw"] {
        story.play("officer", command, &named);
    }
}

/// Referrals that change hands, are closed, and opened again.
fn moves(story: &mut Story) {
    let [goes_on, turned_away] = ["Goes", "Turned"].map(|name| story.refer(name, json!({})));
    let young = story.refer("Young", json!({"born": "2010-02-03", "area": "west", "notices": []}));
    story.play("officer", "assign", &[("<record>", &young), ("<service>", &json!(org(2)))]);
    story.sync(&["officer", "lead"]);
    story.play("lead", "reject", &[("<record>", &turned_away)]);
    story.before("lead", json!({"command": "accept", "record": goes_on}));
    story.play("lead", "transfer", &[("<record>", &goes_on), ("<service>", &json!(org(2)))]);
    story.sync(&["lead", "other lead"]);
    let named = [("<record>", &goes_on)];
    for command in ["answer_transfer", "close", "reopen"] {
        story.play("other lead", command, &named);
    }
}

/// What the police decide afterwards.
fn police(story: &mut Story) {
    let back = story.refer("Back", json!({}));
    story.play("officer", "cancel", &[("<record>", &back)]);
    let crime = story.refer("Crime", json!({}));
    story.play("officer", "crime", &[("<record>", &crime)]);
    let declined = story.refer("No", json!({"agrees": {"answer": "no"}}));
    story.play("officer", "dispose", &[("<record>", &declined)]);
    story.sync(&["officer", "supervisor"]);
    story.play("supervisor", "rescind", &[("<record>", &crime)]);
}

/// Somebody was reached and did not take part: the lead closes it, and the officer hears of it.
fn did_not_engage(story: &mut Story) -> Value {
    let record = story.refer("Harrow", json!({}));
    story.sync(&["officer", "lead"]);
    story.before("lead", json!({"command": "accept", "record": record}));
    let reached = json!({"what": "reached", "channel": "phone", "result": "reached"});
    story.before("lead", with(reached, "contact", &record));
    story.before("lead", with(json!({"on": "2026-11-30", "reason": "not_engaged"}), "close", &record));
    story.sync(&["lead", "officer"]);
    record
}

fn with(mut request: Value, command: &str, record: &Value) -> Value {
    request["command"] = json!(command);
    request["record"] = record.clone();
    request
}

/// Under a pack that lets the police decide anew.
fn proposes(story: &mut Story) {
    let record = did_not_engage(story);
    story.play("officer", "propose_disposal", &[("<record>", &record)]);
}

/// Under a pack that leaves it to a supervisor whether somebody is diverted again.
fn decides(story: &mut Story) {
    did_not_engage(story);
    let mut again: Value = serde_json::from_str(verb("refer").0.example).expect("an example is JSON");
    for field in ["agrees", "consent", "reach"] {
        again[field] = Value::Null;
    }
    again["command"] = json!("record_encounter");
    let left_open = story.before("officer", again)["record"].clone();
    story.sync(&["officer", "supervisor"]);
    story.play("supervisor", "discretion", &[("<record>", &left_open)]);
}
