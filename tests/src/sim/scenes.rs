//! Scenes: a few people who do just what leads to a conflict that chance alone hardly ever brings about.
//!
//! ```text
//!   a plan of chance  ──────────────┬───────────────▶  its steps, as they were
//!                     the scene's steps, in a row
//! ```
//! A scene is ordinary steps, put into one place of a plan; before, after and within it all faults may strike. Its
//! referrals' ids follow from a number, so that each of its people finds them. Does not play: see [`super::deeds`].

use serde::{Deserialize, Serialize};
use sync_core::access::Role::{self, Admin, Officer, OutreachWorker, ProviderLead, Supervisor};

use super::plan::{Fault, Honest, Member, Step, fault};
use super::random::Random;

/// How many plans of a hundred hold a scene.
const STAGED: u64 = 10;
/// How many synchronisations of a hundred in a scene meet a fault.
const FAULTY: u64 = 8;

/// What somebody does to a referral of the scene; the first one, where it does not say which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// An officer refers somebody to the first provider.
    Refer { nth: u8, who: Named },
    /// The provider's lead accepts it.
    Accept,
    /// Somebody writes down a day of birth.
    Born { day: u8 },
    /// Somebody writes down the one number that there is.
    Number { nth: u8 },
    /// What was found is another drug than the officer thought.
    Identify { drug: Drug },
    /// Somebody is worried.
    Raise,
    /// Somebody takes up the oldest worry that they know of.
    Acknowledge,
    /// A worker makes an appointment.
    Book,
    /// The person came, to the appointment if there is one.
    Attend { minutes: u16 },
    /// The provider's lead asks the provider of this number to take over.
    HandOver { to: u8 },
    /// The lead who was asked takes over.
    TakeOver,
    /// The lead who was asked does not.
    Decline,
    /// The provider's lead closes it.
    Close,
    /// A worker strikes the appointment, as entered in error.
    Strike,
    /// A worker moves the appointment.
    Move,
    /// An admin settles what is open in `shared`, for one of its sides.
    Settle { side: u8 },
    /// An admin says that the persons of two referrals are one, or two.
    Tie { pair: (u8, u8), says: Says },
    /// An admin settles what is open about them, for one of its sides.
    SettleTie { pair: (u8, u8), side: u8 },
}

/// Who is referred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// Somebody whom nobody else in the plan is called like.
    One,
    /// Somebody who is called otherwise.
    Another,
}

/// What a test finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drug {
    Heroin,
    Crack,
}

/// What is said of two persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    Linked,
    Split,
}

/// Every scene, by what it is there for.
const SCENES: &[fn(&mut Scene<'_>)] = &[
    two_settle_otherwise,
    two_take_over,
    one_takes_over_and_one_declines,
    one_closes_and_one_takes_over,
    one_strikes_and_one_moves,
    two_find_other_drugs,
    one_links_and_one_splits,
    two_settle_a_tie_otherwise,
    a_circle_of_links,
    a_split_within_one_person,
    one_number_on_two,
    one_session_told_three_times,
    a_concern_beside_an_acknowledged_one,
];

/// Puts a scene into some plans; whoever it needs and the plan has not joins.
pub(super) fn stage(seed: u64, members: &mut Vec<Member>, steps: &mut Vec<Step>) {
    let mut random = Random::new(seed ^ 0x73_6365_6e65);
    if !random.happens(STAGED) {
        return;
    }
    let play = *random.pick(SCENES);
    let at = usize::try_from(random.below(steps.len() as u64 + 1)).expect("a place in a list");
    let about = random.number();
    let mut scene = Scene { members, cast: Vec::new(), steps: Vec::new(), about, random };
    play(&mut scene);
    let played = scene.steps;
    steps.splice(at..at, played);
}

/// A scene as it is written.
struct Scene<'a> {
    members: &'a mut Vec<Member>,
    /// Who has a part already.
    cast: Vec<usize>,
    steps: Vec<Step>,
    about: u64,
    random: Random,
}

impl Scene<'_> {
    /// An honest member of a role who has no part yet.
    fn one(&mut self, role: Role, org: u8) -> usize {
        let wanted = Member { role, org, vocabulary: 1, honest: Honest::Yes };
        let free = (0..self.members.len()).find(|at| self.members[*at] == wanted && !self.cast.contains(at));
        let who = free.unwrap_or_else(|| {
            self.members.push(wanted);
            self.members.len() - 1
        });
        self.cast.push(who);
        who
    }

    fn two(&mut self, role: Role, org: u8) -> [usize; 2] {
        [self.one(role, org), self.one(role, org)]
    }

    fn hear(&mut self, who: &[usize]) {
        for who in who {
            let faulty = self.random.happens(FAULTY);
            let faults: Vec<Fault> = faulty.then(|| fault(&mut self.random)).into_iter().collect();
            self.steps.push(Step::Sync { who: *who, faults });
        }
    }

    /// One after the other, each in the knowledge of the one before.
    fn in_turn(&mut self, deeds: &[(usize, Deed)]) {
        for (who, deed) in deeds {
            self.hear(&[*who]);
            self.apart(&[(*who, *deed)]);
        }
    }

    /// All do what they do before any of them hears of another.
    fn apart(&mut self, deeds: &[(usize, Deed)]) {
        let about = self.about;
        self.steps.extend(deeds.iter().map(|(who, deed)| Step::Do { who: *who, deed: *deed, about }));
        let mut who: Vec<usize> = deeds.iter().map(|(who, _)| *who).collect();
        who.dedup();
        self.hear(&who);
    }

    /// An officer refers so many times the same person.
    fn refer(&mut self, times: u8) -> usize {
        let officer = self.one(Officer, 0);
        let deeds: Vec<_> = (0..times).map(|nth| (officer, Deed::Refer { nth, who: Named::One })).collect();
        self.apart(&deeds);
        officer
    }

    /// A referral that a lead of the first provider has accepted.
    fn accepted(&mut self) -> [usize; 2] {
        let (officer, lead) = (self.refer(1), self.one(ProviderLead, 1));
        self.in_turn(&[(lead, Deed::Accept)]);
        [officer, lead]
    }

    /// A referral that its provider's lead hands over to the second one, and a lead there who has heard of it.
    fn handed_over(&mut self) -> [usize; 2] {
        let ([_, lead], second) = (self.accepted(), self.one(ProviderLead, 2));
        self.apart(&[(lead, Deed::HandOver { to: 2 })]);
        self.hear(&[second]);
        [lead, second]
    }

    /// An appointment that two workers of the first provider have heard of.
    fn booked(&mut self) -> [usize; 2] {
        self.accepted();
        let [one, other] = self.two(OutreachWorker, 1);
        self.in_turn(&[(one, Deed::Book)]);
        self.hear(&[other]);
        [one, other]
    }

    /// Two admins who have heard of so many referrals of one person.
    fn admins(&mut self, referrals: u8) -> [usize; 2] {
        self.refer(referrals);
        let admins = self.two(Admin, 0);
        self.hear(&admins);
        admins
    }
}

/// C8.
fn two_settle_otherwise(scene: &mut Scene<'_>) {
    let (officer, lead) = (scene.refer(1), scene.one(ProviderLead, 1));
    scene.hear(&[lead]);
    scene.apart(&[(officer, Deed::Born { day: 0 }), (lead, Deed::Born { day: 1 })]);
    let [one, other] = scene.two(Admin, 0);
    scene.hear(&[one, other]);
    scene.apart(&[(one, Deed::Settle { side: 0 }), (other, Deed::Settle { side: 1 })]);
}

/// C15: each of the two who take over has heard of their own request alone, or of it last.
fn two_take_over(scene: &mut Scene<'_>) {
    let [_, lead] = scene.accepted();
    let (colleague, second, third) =
        (scene.one(ProviderLead, 1), scene.one(ProviderLead, 2), scene.one(ProviderLead, 3));
    scene.hear(&[colleague]);
    scene.apart(&[(lead, Deed::HandOver { to: 2 })]);
    scene.hear(&[second]);
    scene.apart(&[(colleague, Deed::HandOver { to: 3 })]);
    scene.hear(&[third]);
    scene.apart(&[(second, Deed::TakeOver), (third, Deed::TakeOver)]);
}

fn one_takes_over_and_one_declines(scene: &mut Scene<'_>) {
    let ([_, second], colleague) = (scene.handed_over(), scene.one(ProviderLead, 2));
    scene.hear(&[colleague]);
    scene.apart(&[(second, Deed::TakeOver), (colleague, Deed::Decline)]);
}

fn one_closes_and_one_takes_over(scene: &mut Scene<'_>) {
    let [lead, second] = scene.handed_over();
    scene.apart(&[(lead, Deed::Close), (second, Deed::TakeOver)]);
}

fn one_strikes_and_one_moves(scene: &mut Scene<'_>) {
    let [one, other] = scene.booked();
    scene.apart(&[(one, Deed::Strike), (other, Deed::Move)]);
}

/// C22.
fn two_find_other_drugs(scene: &mut Scene<'_>) {
    let (officer, supervisor) = (scene.refer(1), scene.one(Supervisor, 0));
    scene.hear(&[supervisor]);
    let found = [Drug::Heroin, Drug::Crack].map(|drug| Deed::Identify { drug });
    scene.apart(&[(officer, found[0]), (supervisor, found[1])]);
}

/// C12.
fn one_links_and_one_splits(scene: &mut Scene<'_>) {
    let [one, other] = scene.admins(2);
    let [linked, split] = [Says::Linked, Says::Split].map(|says| Deed::Tie { pair: (0, 1), says });
    scene.apart(&[(one, linked), (other, split)]);
}

/// C12, and C8 of it.
fn two_settle_a_tie_otherwise(scene: &mut Scene<'_>) {
    one_links_and_one_splits(scene);
    let [one, other] = scene.two(Admin, 0);
    scene.hear(&[one, other]);
    let settles = [0, 1].map(|side| Deed::SettleTie { pair: (0, 1), side });
    scene.apart(&[(one, settles[0]), (other, settles[1])]);
}

/// C13.
fn a_circle_of_links(scene: &mut Scene<'_>) {
    let [one, other] = scene.admins(3);
    let linked = |pair| Deed::Tie { pair, says: Says::Linked };
    scene.apart(&[(one, linked((0, 1))), (one, linked((1, 2))), (other, linked((2, 0)))]);
}

/// C12 across more than two: what would join them waits.
fn a_split_within_one_person(scene: &mut Scene<'_>) {
    let [one, other] = scene.admins(3);
    let tie = |pair, says| Deed::Tie { pair, says };
    scene.apart(&[
        (one, tie((0, 1), Says::Linked)),
        (one, tie((1, 2), Says::Linked)),
        (other, tie((2, 0), Says::Split)),
    ]);
}

/// C10.
fn one_number_on_two(scene: &mut Scene<'_>) {
    let officer = scene.refer(1);
    scene.apart(&[
        (officer, Deed::Refer { nth: 1, who: Named::Another }),
        (officer, Deed::Number { nth: 0 }),
        (officer, Deed::Number { nth: 1 }),
    ]);
}

/// C5 and C26: two workers tell of one session with other minutes, and the provider that takes over of it once more.
fn one_session_told_three_times(scene: &mut Scene<'_>) {
    let [one, other] = scene.booked();
    scene.apart(&[(one, Deed::Attend { minutes: 30 }), (other, Deed::Attend { minutes: 60 })]);
    let (lead, second) = (scene.one(ProviderLead, 1), scene.one(ProviderLead, 2));
    scene.in_turn(&[(lead, Deed::HandOver { to: 2 }), (second, Deed::TakeOver)]);
    scene.in_turn(&[(second, Deed::Attend { minutes: 45 })]);
}

/// C25.
fn a_concern_beside_an_acknowledged_one(scene: &mut Scene<'_>) {
    let [officer, lead] = scene.accepted();
    scene.apart(&[(officer, Deed::Raise)]);
    scene.hear(&[lead]);
    scene.apart(&[(officer, Deed::Raise), (lead, Deed::Acknowledge)]);
}
