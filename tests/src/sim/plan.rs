//! A plan: who takes part and what happens, step by step. A value that can be printed, shrunk and replayed.
//!
//! A step that needs a choice carries the number that decides it, so that leaving a step out leaves the
//! others what they were. Does not run: see [`super::world`].

use serde::{Deserialize, Serialize};
use sync_core::access::Role;

use super::random::Random;
use super::scenes::{self, Deed};

/// What happens in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Ids and keys follow from it.
    pub seed: u64,
    /// The phones.
    pub members: Vec<Member>,
    /// What happens, in this order.
    pub steps: Vec<Step>,
    /// A planted bug of the simulator, for the tests that it finds bugs.
    #[serde(default)]
    pub bug: Bug,
}

/// One phone and who carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What they do.
    pub role: Role,
    /// 0 for the force, else the number of the provider.
    pub org: u8,
    /// The op vocabulary of their software: 1 is the present one.
    pub vocabulary: u16,
    /// Whether the phone keeps to the rules.
    pub honest: Honest,
}

/// Whether a phone keeps to the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Honest {
    /// As the phone library does.
    Yes,
    /// It signs whatever it likes.
    Byzantine,
}

/// One thing that happens; `who` is the number of a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Time passes.
    Wait { ms: u64 },
    /// Somebody records something.
    Record { who: usize, choice: u64, view: View, cut: Cut },
    /// Somebody does their part in a scene; its referrals' ids follow from `about`.
    Do { who: usize, deed: Deed, about: u64 },
    /// A phone synchronises; the faults befall its exchanges one after the other.
    Sync { who: usize, faults: Vec<Fault> },
    /// A phone's clock is set so far from the true time.
    SetClock { who: usize, shift_ms: i64 },
    /// A phone starts anew.
    Reboot { who: usize },
    /// A copy of a phone's store is made.
    Copy { who: usize },
    /// The store goes back to the copy.
    Restore { who: usize },
    /// A second phone goes on with the copy.
    Clone { who: usize },
    /// A request that was held up arrives.
    Arrive,
    /// A byzantine phone does something that it may not.
    Cheat { who: usize, choice: u64 },
    /// A backup of the server is made.
    Backup,
    /// The server goes back to it.
    LoseServer { how: Loss },
    /// A phone that must enrols again, and writes anew what the server lacks of its log.
    EnrolAgain { who: usize, choice: u64 },
    /// An admin revokes a phone.
    Revoke { who: usize, reason: Revoked },
}

/// How the server goes back to its backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// It is restored by whoever runs it.
    Restored,
    /// The disk is put back while it is stopped, and nobody says so.
    Silently,
    /// The running machine goes back.
    Running,
}

/// Why a phone is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revoked {
    /// It was given back.
    Left,
    /// It was stolen.
    Stolen,
}

/// Which view somebody acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// The newest.
    Fresh,
    /// A form that was opened before the last sync.
    Stale,
}

/// What ends a command before it is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Nothing does.
    None,
    /// The phone dies before the commit.
    Crash,
    /// The disk is full.
    DiskFull,
}

/// What befalls an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Nothing.
    None,
    /// The request does not arrive.
    LoseRequest,
    /// The answer does not.
    LoseResponse,
    /// The request arrives twice.
    Duplicate,
    /// The request arrives at some later step, after others.
    Delay,
    /// Half of the request arrives.
    TruncateRequest,
    /// Half of the answer arrives.
    TruncateResponse,
    /// The server dies at so many changes of its store.
    ServerCrash(u8),
    /// The server's disk is full at so many changes of its store.
    ServerDiskFull(u8),
    /// The phone dies after it saved the counter and before it sends.
    PhoneCrashBeforeSend,
    /// The phone dies before it has applied the answer.
    PhoneCrashBeforeApply,
    /// The phone's disk is full when it applies the answer.
    PhoneDiskFull,
}

/// A bug that the simulator plants in itself, never in the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bug {
    /// None.
    #[default]
    None,
    /// A phone drops what it pushed before it was acknowledged.
    PhoneDropsUnacknowledged,
    /// The server acknowledges what a crash then takes back.
    AcknowledgedBeforeStored,
    /// Replicas fold in the order of arrival.
    FoldByArrival,
    /// A phone keeps the cursor of a page that it did not keep.
    CursorBeforeData,
    /// A phone writes its last op anew after it was pushed.
    RewritesHistory,
    /// A server that feeds every stream to everybody's phone.
    FeedsEverything,
}

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
const YEAR_MS: u64 = 365 * DAY_MS;

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut members = members(&mut random);
        let mut steps = steps(&mut random, &members);
        scenes::stage(seed, &mut members, &mut steps);
        Self { seed, members, steps, bug: Bug::None }
    }

    /// The plan as one line of JSON, as fixtures hold it.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a plan is plain data")
    }
}

fn members(random: &mut Random) -> Vec<Member> {
    let member = |role, org| Member { role, org, vocabulary: 1, honest: Honest::Yes };
    let mut members = vec![member(Role::Officer, 0), member(Role::ProviderLead, 1)];
    let more = [
        member(Role::Officer, 0),
        member(Role::Supervisor, 0),
        member(Role::Admin, 0),
        member(Role::OutreachWorker, 1),
        member(Role::OutreachWorker, 1),
        member(Role::ProviderLead, 1),
        member(Role::ProviderLead, 2),
        member(Role::OutreachWorker, 2),
    ];
    let count = random.below(11);
    for _ in 0..count {
        let mut member = *random.pick(&more);
        if random.happens(8) {
            member.vocabulary = if random.happens(50) { 0 } else { 2 };
        }
        if random.happens(10) {
            member.honest = Honest::Byzantine;
        }
        members.push(member);
    }
    members
}

/// The steps; from time to time the same phone does several things in a row, as people do.
fn steps(random: &mut Random, members: &[Member]) -> Vec<Step> {
    let count = usize::try_from(random.within(90, 180)).expect("a small number");
    let mut steps = Vec::with_capacity(count);
    let mut who = 0;
    while steps.len() < count {
        if !random.happens(30) {
            who = usize::try_from(random.below(members.len() as u64)).expect("few members");
        }
        steps.push(step(random, members, who));
    }
    steps
}

fn step(random: &mut Random, members: &[Member], who: usize) -> Step {
    match random.below(106) {
        0..=52 => Step::Record { who, choice: random.number(), view: view(random), cut: cut(random) },
        53..=83 => {
            let count = random.within(0, 2);
            Step::Sync { who, faults: (0..count).map(|_| fault(random)).collect() }
        }
        84..=86 => Step::Wait { ms: pause(random) },
        87 => Step::SetClock { who, shift_ms: shift(random) },
        88 => Step::Reboot { who },
        89..=91 => Step::Copy { who },
        92 | 93 => Step::Restore { who },
        94 => Step::Clone { who },
        95 | 96 => Step::Arrive,
        100 | 101 => Step::Backup,
        102 => Step::LoseServer { how: *random.pick(&[Loss::Restored, Loss::Silently, Loss::Running]) },
        103 | 104 => Step::EnrolAgain { who, choice: random.number() },
        105 if random.happens(30) => {
            Step::Revoke { who, reason: if random.happens(50) { Revoked::Left } else { Revoked::Stolen } }
        }
        _ => Step::Cheat { who: byzantine(random, members).unwrap_or(who), choice: random.number() },
    }
}

fn byzantine(random: &mut Random, members: &[Member]) -> Option<usize> {
    let all: Vec<usize> = (0..members.len()).filter(|at| members[*at].honest == Honest::Byzantine).collect();
    if all.is_empty() { None } else { Some(*random.pick(&all)) }
}

fn pause(random: &mut Random) -> u64 {
    let most = *random.pick(&[10_000, HOUR_MS, DAY_MS, 5 * DAY_MS]);
    random.within(1, most)
}

fn view(random: &mut Random) -> View {
    if random.happens(25) { View::Stale } else { View::Fresh }
}

fn cut(random: &mut Random) -> Cut {
    match random.below(20) {
        0 => Cut::Crash,
        1 => Cut::DiskFull,
        _ => Cut::None,
    }
}

pub(super) fn fault(random: &mut Random) -> Fault {
    let at = u8::try_from(random.below(60)).expect("a small number");
    match random.below(16) {
        0..=3 => Fault::None,
        4 => Fault::LoseRequest,
        5 | 6 => Fault::LoseResponse,
        7 => Fault::Duplicate,
        8 => Fault::Delay,
        9 => Fault::TruncateRequest,
        10 => Fault::TruncateResponse,
        11 => Fault::ServerCrash(at),
        12 => Fault::ServerDiskFull(at),
        13 => Fault::PhoneCrashBeforeSend,
        14 => Fault::PhoneCrashBeforeApply,
        _ => Fault::PhoneDiskFull,
    }
}

/// From right to twenty years wrong, either way.
fn shift(random: &mut Random) -> i64 {
    let most = *random.pick(&[0, 60_000, 3 * DAY_MS, 20 * YEAR_MS]);
    let shift = random.below(most + 1).cast_signed();
    if random.happens(50) { shift } else { -shift }
}
