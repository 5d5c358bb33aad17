//! Nobody alone: whatever one admin calls, in whatever order, they hold no right that takes two, and read no byte of
//! `care`, nor one of `outreach` beyond an extract that its service passed up.
//!
//! Drives the desk and the synchronisation with random sequences, as the admin, as every phone that they got a code for,
//! and with whatever the answers told them. The other admin, the lead and everybody else stand still. Whoever holds the
//! server's disk and key is outside this promise.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sync_core::access::Role;
use sync_core::ids::{CompartmentKind, DeviceId, Digest, OpId, OrgId, Record, UserId};
use sync_core::persons::{SubjectId, Tie};
use sync_core::referral::act::{Choice, Meeting, SlotMode};
use sync_core::referral::conflict::{ConflictKind, conflict_id};
use sync_core::sync::pending::WAIT_MS;
use uuid::Uuid;

use super::alike::common::examples::every_kind;
use super::phone::{Phone, try_code};
use super::web::pages::planted;
use super::{NOW_MS, Scheme};
use crate::desk::{
    Assignment, AuditWanted, Caller, Command, DiaryWanted, Erasure, KeepLonger, KeepReason, NewProvider,
    NewSlot, NewUser, Opening, Over, Page, PassUp, PolicyWanted, ProviderChange, Purpose, Query, Recording,
    Refused, Renaming, RoleWanted, Settlement, Through, Tied, WorklistWanted,
};
use crate::{EndReason, RevokeReason, admin};

const LATER_MS: u64 = NOW_MS + 60_000 + WAIT_MS;
/// What stands in `outreach` and `care`, and no extract holds.
const NEVER: [&str; 2] = ["PlantedOutreach", "PlantedCare"];
/// What stands in an entry that was kept aside, and in its extract once the lead has passed it up.
const EXTRACT: &str = "PlantedExtract";
const STEPS: usize = 120;

/// Numbers that a seed gives.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % (end as u64)).expect("it is below the end")
    }

    fn of<T: Clone>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())].clone()
    }
}

/// Whether the lead has passed the conflict up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passed {
    Up,
    Not,
}

/// One admin, what they hold and what they know.
struct Alone {
    scheme: Scheme,
    random: Random,
    passed: Passed,
    /// Their own phone, and those that they enrolled with codes that they got.
    hands: Vec<Phone>,
    /// Whom the other admin wants as a third.
    third: Option<UserId>,
    /// Who was there at the beginning: nobody of them becomes a hand.
    there: BTreeSet<UserId>,
    rights: BTreeSet<(UserId, Role, OrgId)>,
    policy: Value,
    users: Vec<UserId>,
    devices: Vec<DeviceId>,
    orgs: Vec<OrgId>,
    records: Vec<Record>,
    ops: Vec<OpId>,
    conflicts: Vec<Digest>,
    subjects: Vec<SubjectId>,
    proposals: Vec<Uuid>,
    slots: Vec<Uuid>,
    as_of: String,
    version: Digest,
    halves: Vec<String>,
}

impl Alone {
    fn new(seed: u64) -> Self {
        let mut scheme = Scheme::new();
        let (record, first) = planted(&mut scheme);
        // An entry of the lead's that is kept aside, as in a referral that was not theirs yet.
        let aside = super::phone::new_record();
        let stream = aside.stream(CompartmentKind::Outreach, scheme.provider);
        let contact = json!({
            "what": "attempted", "channel": "phone", "result": "no_answer", "at_ms": NOW_MS, "note": EXTRACT,
        });
        let kept = scheme.lead.record_raw(stream, &[], &[], "contact.recorded", &contact.to_string());
        scheme.lead.push(&scheme.service, kept.seq).expect("it is accepted");
        scheme.service.beat(LATER_MS);
        let conflict = conflict_id(ConflictKind::Quarantined, &stream, &kept.to_string());
        let mut random = Random(seed);
        let passed = random.of(&[Passed::Up, Passed::Not]);
        if passed == Passed::Up {
            let shown =
                scheme.service.query(scheme.lead.user, &Query::Conflict(conflict)).expect("it is shown");
            let as_of = shown["as_of"].as_str().expect("an as_of").to_owned();
            let up = Command::PassUp(conflict, PassUp { as_of });
            scheme.service.command(scheme.lead.user, up, LATER_MS).expect("it is passed up");
        }
        // What the other admin asked for waits: agreeing to it is no right of one.
        let force = scheme.admin.enrolled.force;
        let third = NewUser { name: "Third".to_owned(), role: Role::Admin, org: force };
        for asked in [Command::AddUser(third), Command::EnrolCode(scheme.officer.user)] {
            scheme.service.command(scheme.second_admin.user, asked, NOW_MS).expect("it is asked");
        }
        let users = [&scheme.officer, &scheme.lead, &scheme.worker, &scheme.other_lead, &scheme.admin];
        let (devices, users) =
            (users.map(|phone| phone.device).to_vec(), users.map(|phone| phone.user).to_vec());
        let (orgs, hands) =
            (vec![force, scheme.provider, scheme.other_provider], vec![scheme.admin.cloned()]);
        let mut alone = Self {
            random,
            passed,
            hands,
            third: None,
            there: BTreeSet::new(),
            rights: BTreeSet::new(),
            policy: Value::Null,
            users,
            devices,
            orgs,
            records: vec![record, aside],
            ops: vec![first, kept],
            conflicts: vec![conflict],
            subjects: Vec::new(),
            proposals: Vec::new(),
            slots: vec![Uuid::nil()],
            as_of: String::new(),
            version: Digest::default(),
            halves: Vec::new(),
            scheme,
        };
        alone.users.push(alone.scheme.second_admin.user);
        let all = alone.scheme.service.service.store.read_now(|read| read.users()).expect("it is read");
        alone.third = all.into_iter().find(|person| person.name == "Third").map(|person| person.id);
        (alone.there, alone.rights) = (alone.everybody(), alone.held());
        alone.policy = alone.policy_now();
        alone
    }

    fn everybody(&self) -> BTreeSet<UserId> {
        let all = self.scheme.service.service.store.read_now(|read| read.users()).expect("it is read");
        all.into_iter().map(|person| person.id).collect()
    }

    /// Every right that takes two.
    fn held(&self) -> BTreeSet<(UserId, Role, OrgId)> {
        let held = self.scheme.service.service.store.read_now(|read| {
            let mut held = BTreeSet::new();
            for person in read.users()? {
                let right = read.present_right(person.id)?.filter(|right| right.role != Role::Officer);
                held.extend(right.map(|right| (person.id, right.role, right.org)));
            }
            Ok(held)
        });
        held.expect("it is read")
    }

    fn policy_now(&self) -> Value {
        json!(self.scheme.service.service.store.read_now(|read| read.policy()).expect("it is read"))
    }

    /// Somebody of the hands.
    fn me(&mut self) -> UserId {
        // Most is asked as the admin: the others can do little.
        let at = self.random.below(self.hands.len() + 3);
        self.hands.get(at).unwrap_or(&self.hands[0]).user
    }

    /// One call, and what came of it.
    fn step(&mut self) {
        let what = self.random.below(10);
        let told = match what {
            0..=2 => {
                let (me, query) = (self.me(), self.query());
                if self.may_act(me) { self.scheme.service.query(me, &query) } else { Err(Refused::NotFound) }
            }
            3..=7 => {
                let (me, command) = (self.me(), self.command());
                self.asked(me, command)
            }
            8 => self.phone(),
            _ => self.enrol(),
        };
        let text = match &told {
            Ok(answer) => answer.to_string(),
            Err(refused) => refused.to_string(),
        };
        self.reads(&text);
        if let Ok(answer) = told {
            self.learn(&answer);
        }
    }

    fn asked(&self, me: UserId, command: Command) -> Result<Value, Refused> {
        let told = || self.scheme.service.command(me, command, LATER_MS);
        if self.may_act(me) { told() } else { Err(Refused::NotFound) }
    }

    /// A hand that has no right any more asks nothing.
    fn may_act(&self, me: UserId) -> bool {
        let store = &self.scheme.service.service.store;
        let caller = store.read_now(|read| Caller::find(read, me, Through::Server)).expect("it is read");
        caller.is_some()
    }

    fn reads(&self, text: &str) {
        for planted in NEVER {
            assert!(!text.contains(planted), "they read {planted}: {text}");
        }
        assert!(self.passed == Passed::Up || !text.contains(EXTRACT), "nothing was passed up: {text}");
    }

    /// Every id, code and half of a code that an answer tells.
    fn learn(&mut self, answer: &Value) {
        let mut found = BTreeMap::new();
        strings(answer, "", &mut found);
        for (key, texts) in found {
            for text in texts {
                match key.as_str() {
                    "user" | "proposed_by" => push(&mut self.users, text.parse().ok()),
                    "device" => push(&mut self.devices, text.parse().ok()),
                    "provider" | "org" => push(&mut self.orgs, text.parse().ok()),
                    "proposal" => push(&mut self.proposals, text.parse().ok()),
                    "conflict" => push(&mut self.conflicts, text.parse().ok()),
                    "op" => push(&mut self.ops, text.parse().ok()),
                    "subject" | "one" | "other" => {
                        push(&mut self.subjects, serde_json::from_value(json!(text)).ok())
                    }
                    "slot" => push(&mut self.slots, text.parse().ok()),
                    "as_of" => self.as_of = text,
                    "version" => self.version = text.parse().unwrap_or(self.version),
                    "code" | "code_begins" | "code_ends" => self.halves.push(text),
                    _ => {}
                }
            }
        }
    }

    /// Tries a code, or two halves that they heard.
    fn enrol(&mut self) -> Result<Value, Refused> {
        if self.halves.is_empty() {
            return Err(Refused::NotFound);
        }
        let (one, other) = (self.random.of(&self.halves), self.random.of(&self.halves));
        for code in [one.clone(), format!("{one}{other}"), format!("{other}{one}")] {
            if let Ok(phone) = try_code(&self.scheme.service, &code, LATER_MS) {
                assert!(!self.there.contains(&phone.user), "they took the place of somebody");
                self.hands.push(phone);
            }
        }
        Err(Refused::NotFound)
    }

    /// Pushes an entry of any kind into any stream, and reads what comes.
    fn phone(&mut self) -> Result<Value, Refused> {
        let act = self.random.of(&every_kind());
        let compartment = self.random.of(act.info().compartments);
        let (record, org, at) =
            (self.random.of(&self.records), self.random.of(&self.orgs), self.random.below(self.hands.len()));
        let seen = [self.random.of(&self.ops)];
        let seen = if self.random.below(2) == 0 { seen.as_slice() } else { &[] };
        let hand = &mut self.hands[at];
        let written =
            hand.record_raw(record.stream(compartment, org), seen, &[], act.info().kind, &act.body());
        let answer = hand.push_at(&self.scheme.service, written.seq, LATER_MS);
        let Ok(answer) = answer else { return Err(Refused::NotFound) };
        Ok(json!(answer))
    }

    fn holds(&self) {
        let hands: BTreeSet<UserId> = self.hands.iter().map(|hand| hand.user).collect();
        for (user, role, org) in self.held() {
            let was = self.rights.contains(&(user, role, org));
            // What the other admin asked for takes two, and they were two.
            let of_two = role == Role::Admin && Some(user) == self.third;
            assert!(was || of_two, "{user} is {role} now");
            let own = user == self.scheme.admin.user;
            assert!(own || !hands.contains(&user), "they act as {user}, who is {role}");
        }
        assert_eq!(self.policy_now(), self.policy, "another policy takes two");
    }
}

fn push<T: PartialEq>(known: &mut Vec<T>, new: Option<T>) {
    known.extend(new.filter(|new| !known.contains(new)).into_iter().collect::<Vec<_>>());
}

/// The texts of a value, by the names of their fields.
fn strings(value: &Value, key: &str, found: &mut BTreeMap<String, Vec<String>>) {
    match value {
        Value::String(text) => found.entry(key.to_owned()).or_default().push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, key, found)),
        Value::Object(fields) => fields.iter().for_each(|(key, item)| strings(item, key, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Alone {
    fn query(&mut self) -> Query {
        let page = || Page { cursor: None, limit: Some(200) };
        let (record, conflict) = (self.random.of(&self.records), self.random.of(&self.conflicts));
        let org = self.random.of(&self.orgs);
        let opened = |purpose| Opening { record: record.id, purpose, since: None, now_ms: LATER_MS };
        let asked = |word: &str| json!({"query": word, "record": record.id});
        match self.random.below(33) {
            0 => Query::Force,
            1 => Query::Referrals(page()),
            2 => Query::Referral(record.id),
            3 => Query::Worklist(WorklistWanted::whole(LATER_MS)),
            4 => Query::Entries(record.id),
            5 => Query::Headers(page()),
            6 => Query::Audit(AuditWanted::default()),
            7 => Query::Leaflet(record.id, LATER_MS),
            8 => Query::ServiceLeaflet(org),
            9 => Query::Conflicts(page()),
            10 => Query::Conflict(conflict),
            11 => Query::Settlements(LATER_MS),
            12 => Query::Persons(page()),
            13 => Query::Question(conflict),
            14 => Query::Person(record.id),
            15 => Query::Providers(page()),
            16 => Query::Slots,
            17 => Query::Results(Over::default(), LATER_MS),
            18 => Query::Users(page()),
            19 => Query::Devices(page()),
            20 => Query::Proposals,
            21 => Query::Policy,
            22 => Query::TryPolicy("drug-education-one-chance".to_owned(), 1),
            23 => Query::ToTakeOver,
            24 => {
                let from = chrono::NaiveDate::from_ymd_opt(2026, 5, 25).expect("a day");
                Query::Diary(DiaryWanted { from, days: 14, purpose: Purpose::Diary })
            }
            25 => Query::Find(self.random.of(&["Roe", "TVP", "1990-05-17", "Planted"]).to_owned()),
            26 => Query::Open(opened(Purpose::Conflicts)),
            27 => Query::Joined(LATER_MS),
            29 => Query::SubjectAccess(record.id, LATER_MS),
            30 => Query::Retention(LATER_MS),
            31 => Query::Certificate(record.id),
            28 => Query::Ask { asked: asked("history"), now_ms: LATER_MS },
            _ => Query::Ask { asked: asked("referral"), now_ms: LATER_MS },
        }
    }

    fn command(&mut self) -> Command {
        match self.random.below(36) {
            0..=22 => self.about_people(),
            _ => self.about_records(),
        }
    }

    /// People, codes, roles, services and the policy.
    fn about_people(&mut self) -> Command {
        let (user, device) = (self.random.of(&self.users), self.random.of(&self.devices));
        let (org, role) = (self.random.of(&self.orgs), self.random.of(Role::ALL));
        let proposal = if self.proposals.is_empty() { Uuid::nil() } else { self.random.of(&self.proposals) };
        match self.random.below(23) {
            0 | 1 => Command::AddUser(NewUser { name: format!("New {role}"), role, org }),
            // The one kind of person whom an admin adds alone, so that some sequences go on with their phone.
            2 => Command::AddUser(NewUser { name: "PC".into(), role: Role::Officer, org: self.orgs[0] }),
            3..=5 => Command::EnrolCode(user),
            6..=8 => Command::ConfirmCode(proposal),
            9..=11 => Command::ConfirmRole(proposal),
            12 | 13 => Command::ProposeRole(user, RoleWanted { role, org: Some(org) }),
            14 => Command::Withdraw(proposal),
            15 => Command::RenameUser(user, Renaming { name: "Second admin".to_owned() }),
            16 => self.takes_away(user, device),
            17 => Command::SignOut(device),
            18 => Command::AddProvider(NewProvider::of("A service")),
            19 => Command::ChangeProvider(
                org,
                ProviderChange { name: Some("Asked by telephone".to_owned()), ..ProviderChange::default() },
            ),
            20 => Command::DisableProvider(org, Some(self.random.of(&self.orgs))),
            21 => Command::ProposePolicy(PolicyWanted {
                pack: "divert-west-midlands".to_owned(),
                version: None,
            }),
            _ => Command::ConfirmPolicy(proposal),
        }
    }

    /// Records, what is in them, and what goes on there.
    fn about_records(&mut self) -> Command {
        let (org, record) = (self.random.of(&self.orgs), self.random.of(&self.records));
        let (conflict, op) = (self.random.of(&self.conflicts), self.random.of(&self.ops));
        let (as_of, text) = (self.as_of.clone(), "Asked by telephone".to_owned());
        match self.random.below(14) {
            0 | 1 => Command::PassUp(conflict, PassUp { as_of }),
            2 => {
                let choice = self.random.of(&[Choice::Op(op), Choice::Admit(op), Choice::KeepAside(op)]);
                Command::Settle(conflict, Settlement { as_of, version: self.version, choice, reason: text })
            }
            3 => Command::Assign(record.id, Assignment { to: org, overriding: None }),
            4 => {
                let kinds = [CompartmentKind::Outreach, CompartmentKind::Care, CompartmentKind::Shared];
                let stream = record.stream(self.random.of(&kinds), org);
                Command::Erase(Erasure { stream, op, basis: "wrong_person".to_owned() })
            }
            5 if !self.subjects.is_empty() => {
                let (one, other) = (self.random.of(&self.subjects), self.random.of(&self.subjects));
                Command::TiePersons(Tie::Linked, Tied { one, other, as_of })
            }
            6 => Command::OpenSlot(NewSlot {
                at_ms: LATER_MS + 3_600_000,
                minutes: 60,
                meeting: Meeting::Assessment,
                mode: SlotMode::Phone,
                capacity: 1,
                place: None,
            }),
            5 => Command::AddHoliday(
                serde_json::from_value(json!({
                    "calendar": "*", "date": "2027-06-14", "change": "held", "label": "A day",
                }))
                .expect("a holiday"),
            ),
            7 => {
                let subject = json!({"family": "Roe", "given": "Jo", "born": "1990-05-17"});
                Command::LookUp(serde_json::from_value(subject).expect("a subject"))
            }
            8 => Command::CloseSlot(self.random.of(&self.slots), text),
            9 => Command::EraseRecord(record.id),
            10 => {
                let until = chrono::NaiveDate::from_ymd_opt(2036, 5, 25).expect("a day");
                Command::KeepLonger(record.id, KeepLonger { until, reason: KeepReason::OwnRules })
            }
            _ => {
                let verbs =
                    ["accept", "contact", "note", "pass_up", "settle", "transfer", "close", "withdraw"];
                let command =
                    json!({"command": self.random.of(&verbs), "record": record.id, "conflict": conflict});
                Command::Record(Recording { command, form: None })
            }
        }
    }

    /// What takes one: more seldom than the rest, or nobody would be left to be impersonated.
    fn takes_away(&mut self, user: UserId, device: DeviceId) -> Command {
        match self.random.below(2) {
            0 => Command::RevokeDevice(device, RevokeReason::Lost),
            _ => Command::DisableUser(user, EndReason::Left),
        }
    }
}

fn seeds() -> std::ops::Range<u64> {
    let named = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let from = named("WAYMARK_ALONE_FROM").unwrap_or(1);
    from..from + named("WAYMARK_ALONE_SEEDS").unwrap_or(12)
}

#[test]
fn whatever_one_admin_calls_they_gain_no_right_that_takes_two_and_read_no_care() {
    let (mut officers, mut halves) = (0, 0);
    for seed in seeds() {
        let done = std::panic::catch_unwind(|| {
            let mut alone = Alone::new(seed);
            for _ in 0..STEPS {
                alone.step();
                alone.holds();
            }
            (alone.hands.len() - 1, alone.halves.iter().filter(|half| half.len() == 13).count())
        });
        let (new, told) =
            done.unwrap_or_else(|_| panic!("seed {seed}: WAYMARK_ALONE_FROM={seed} shows it again"));
        (officers, halves) = (officers + new, halves + told);
    }
    // The sequences get somewhere: officers of their own making, and halves of codes.
    assert!(officers > 0 && halves > 10, "{officers} officers, {halves} halves");
}

/// The sequences of above would find what this finds, if one admin could: two can.
#[test]
fn two_admins_together_gain_a_right_that_takes_two() {
    let scheme = Scheme::new();
    let new = NewUser { name: "Third".to_owned(), role: Role::Admin, org: scheme.admin.enrolled.force };
    let asked =
        scheme.service.command(scheme.admin.user, Command::AddUser(new), NOW_MS).expect("it is asked");
    let agreed = admin::confirming(&asked).expect("it takes two");
    let ends = scheme.service.command(scheme.second_admin.user, agreed, NOW_MS).expect("they agree");
    let whole = admin::whole_code(&asked, ends);
    let phone = try_code(&scheme.service, whole["code"].as_str().expect("a code"), NOW_MS);
    assert_eq!(phone.map(|phone| phone.enrolled.role), Ok(Role::Admin));
}
