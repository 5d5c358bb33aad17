//! Runs a plan: every step and the checks after it.
//!
//! Does not choose what happens: the plan says so, and what it leaves open follows from its numbers. The
//! quiet at the end is in [`super::quiet`].

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use server::node::{Founding, Node, Org, Snapshot};
use sha2::{Digest as _, Sha256};
use sync_core::ids::{DeviceId, OrgId, Record, UserId};
use sync_core::phone::epoch::{ask_for_what_is_in_doubt, renew, wait_again};
use sync_core::phone::heal::wishes;
use sync_core::phone::request::{Ask, Base};
use sync_core::phone::work::Work;
use sync_core::problem::Problem;
use sync_core::sync::answer::{Answer, FeedEntry};
use sync_core::sync::session::{Event, Next, Parted, Session, Then, parted};
use uuid::Uuid;

use super::acts;
use super::cheats::cheat;
use super::checks::Checks;
use super::counts::Counts;
use super::deeds;
use super::network::says_fork;
use super::phone::{Lineage, Phone};
use super::plan::{Bug, Cut, Fault, Honest, Member, Plan, Step, View};
use super::random::Random;
use super::scenes::Deed;
use super::signatures::Stub;
use super::state::State;
use super::sync::{Request, Unfit, apply, prepare};
use super::write::{Hand, write};

/// When every run begins.
pub(super) const START_MS: u64 = 1_780_000_000_000;
/// How many exchanges one synchronisation may take.
const MAX_ROUNDS: usize = 40;
/// How many phones there can be, clones included.
const MAX_PHONES: usize = 14;

/// A check that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The number of the step after which it failed; one beyond the last is the quiet at the end.
    pub step: usize,
    /// Which promise was not kept.
    pub what: String,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What occurred.
    pub counts: Counts,
    /// Digest of everything that was observed, in its order.
    pub trace: [u8; 32],
    /// How many exchanges the quiet at the end took.
    pub quiet: u64,
    /// How many ops the server holds.
    pub ops: u64,
}

/// Everything that takes part.
pub(super) struct World<'p> {
    pub(super) plan: &'p Plan,
    pub(super) node: Node,
    pub(super) phones: Vec<Phone>,
    pub(super) in_flight: VecDeque<Request>,
    pub(super) now_ms: u64,
    pub(super) epoch: Uuid,
    pub(super) counts: Counts,
    pub(super) checks: Checks,
    /// Whether a phone was told to forget what own entries of it stand on.
    pub(super) forgot: bool,
    pub(super) backup: Option<(Snapshot, Uuid)>,
    providers: Vec<OrgId>,
    third: Option<OrgId>,
    trace: Sha256,
    tells: bool,
}

/// Runs a plan.
///
/// # Errors
/// The first check that failed.
pub fn run(plan: &Plan) -> Result<Outcome, Failure> {
    let mut world = World::new(plan);
    for (number, step) in plan.steps.iter().enumerate() {
        world.now_ms += 1000;
        world.step(step).map_err(|what| Failure { step: number, what })?;
    }
    let end = |what| Failure { step: plan.steps.len(), what };
    let quiet = world.quiet().map_err(end)?;
    world.converged().map_err(end)?;
    let (mut ops, mut counts) = (0, std::mem::take(&mut world.counts));
    let visited = world.node.each_op(|op, _, _| {
        ops += 1;
        counts.add(format!("act/{}", op.header.kind));
    });
    visited.map_err(|fault| end(fault.to_string()))?;
    Ok(Outcome { counts, trace: world.trace.finalize().into(), quiet, ops })
}

impl<'p> World<'p> {
    fn new(plan: &'p Plan) -> Self {
        let mut random = Random::new(plan.seed ^ 0x77_6179_6d61_726b);
        let force = OrgId(random.uuid());
        let (epoch, device, user) = (random.uuid(), DeviceId(random.uuid()), UserId(random.uuid()));
        let founding =
            Founding { epoch, force, force_prefix: "TVP".to_owned(), device, user, signing_key: Vec::new() };
        let node = Node::in_memory(&founding, Arc::new(Stub::default())).expect("a store in memory is made");
        let providers: Vec<OrgId> = (0..2).map(|_| OrgId(random.uuid())).collect();
        // Drawn apart, so that plans without it are what they were.
        let third = plan.members.iter().any(|member| member.org == 3);
        let third = third.then(|| OrgId(Random::new(plan.seed ^ 0x74_6869_7264).uuid()));
        for id in providers.iter().chain(&third) {
            node.add_org(&Org::named(*id, id.to_string())).expect("an organisation is added");
        }
        let orgs: Vec<OrgId> = std::iter::once(force).chain(providers.iter().copied()).chain(third).collect();
        let enrol = |member: &Member| Phone::enrolled(&node, member, &orgs, epoch, &mut random);
        let phones = plan.members.iter().map(enrol).collect();
        let (in_flight, counts) = (VecDeque::new(), Counts::default());
        let (checks, backup, forgot) = (Checks::new(epoch), None, false);
        let (now_ms, trace) = (START_MS, Sha256::new());
        let tells = std::env::var_os("WAYMARK_SIM_TELL").is_some();
        Self {
            plan,
            node,
            phones,
            in_flight,
            now_ms,
            epoch,
            counts,
            checks,
            forgot,
            backup,
            providers,
            third,
            trace,
            tells,
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Wait { ms } => {
                self.now_ms += ms;
                if *ms > 86_400_000 {
                    self.counts.add("fault/partition_of_days");
                }
                Ok(())
            }
            Step::Record { who, choice, view, cut } => self.record(*who, *choice, *view, *cut),
            Step::Do { who, deed, about } => self.act(*who, *deed, *about),
            Step::Sync { who, faults } => self.sync(*who, faults).map(|_| ()),
            Step::SetClock { who, shift_ms } => {
                self.counts.add("fault/clock");
                self.phones[*who].shift_ms = *shift_ms;
                Ok(())
            }
            Step::Reboot { who } => {
                let boot = Uuid::from_u128(u128::from(self.now_ms));
                (self.phones[*who].boot, self.phones[*who].booted_ms) = (boot, self.now_ms);
                Ok(())
            }
            Step::Copy { who } => {
                let phone = &mut self.phones[*who];
                phone.copy = Some((phone.state.clone(), phone.promised.clone()));
                Ok(())
            }
            Step::Restore { who } => {
                self.restore(*who);
                Ok(())
            }
            Step::Clone { who } => {
                self.clone_phone(*who);
                Ok(())
            }
            Step::Arrive => self.arrive(),
            Step::Cheat { who, choice } => self.cheat(*who, *choice),
            Step::Backup => self.back_up(),
            Step::LoseServer { how } => self.lose(*how),
            Step::EnrolAgain { who, choice } => self.enrol_again(self.one_of(*who, *choice), *choice),
            Step::Revoke { who, reason } => self.revoke(*who, *reason),
        }
    }

    /// The phone goes back to its copy: what was recorded since and never left it went with it.
    fn restore(&mut self, who: usize) {
        let phone = &mut self.phones[who];
        let Some((state, promised)) = phone.copy.clone() else { return };
        if state.tip() != phone.state.tip() || state.kept.counter != phone.state.kept.counter {
            self.counts.add("fault/rollback");
            phone.lineage = Lineage::Branched;
        }
        (phone.state, phone.promised) = (state, promised);
    }

    /// A second phone goes on with the copy; neither knows of the other.
    fn clone_phone(&mut self, who: usize) {
        if self.phones.len() >= MAX_PHONES {
            return;
        }
        let mut twin = self.phones[who].clone();
        if let Some((state, promised)) = twin.copy.clone() {
            (twin.state, twin.promised) = (state, promised);
        }
        twin.lineage = Lineage::Branched;
        self.phones[who].lineage = Lineage::Branched;
        self.phones.push(twin);
        self.counts.add("fault/clone");
    }

    fn cheat(&mut self, who: usize, choice: u64) -> Result<(), String> {
        let phone = &mut self.phones[who];
        if phone.honest == Honest::Byzantine {
            let how = cheat(phone, &self.providers, self.now_ms, &mut Random::new(choice));
            self.counts.add(format!("cheat/{how}"));
        }
        Ok(())
    }

    fn record(&mut self, who: usize, choice: u64, view: View, cut: Cut) -> Result<(), String> {
        // Clones act in turns with the phone that they were made of.
        let who = self.one_of(who, choice);
        let mut random = Random::new(choice);
        let Some(command) = acts::choose(&self.desk(who), &mut random) else { return Ok(()) };
        let as_of = match view {
            View::Fresh => self.phones[who].state.kept.rev,
            View::Stale => self.phones[who].state.rev_before_sync,
        };
        self.write(who, command, as_of, cut, &mut random);
        if self.plan.bug == Bug::RewritesHistory && random.happens(30) {
            self.rewrite(who, &mut random);
        }
        self.checks.phone(&self.phones[who])
    }

    /// Somebody's part in a scene.
    fn act(&mut self, who: usize, deed: Deed, about: u64) -> Result<(), String> {
        let who = self.one_of(who, about);
        let Some(command) = deeds::choose(&self.desk(who), deed, about) else { return Ok(()) };
        let as_of = self.phones[who].state.kept.rev;
        self.write(who, command, as_of, Cut::None, &mut Random::new(about));
        self.checks.phone(&self.phones[who])
    }

    /// What somebody sees of the world who is to choose.
    fn desk(&self, who: usize) -> acts::Desk<'_> {
        let phone = &self.phones[who];
        let now_ms = phone.now_ms(self.now_ms);
        acts::Desk {
            me: &phone.me,
            state: &phone.state,
            providers: &self.providers,
            third: self.third,
            now_ms,
            folds: &self.checks.folds,
        }
    }

    fn write(
        &mut self,
        who: usize,
        (record, planned): acts::Command,
        as_of: u64,
        cut: Cut,
        random: &mut Random,
    ) {
        let phone = &self.phones[who];
        let now_ms = phone.now_ms(self.now_ms);
        let hand = Hand { me: &phone.me, now_ms, uptime: phone.uptime(self.now_ms), as_of };
        let mut state = phone.state.clone();
        match (write(&mut state, &hand, record, &planned, random), cut) {
            (Ok(saved), Cut::None) => {
                self.trace(format_args!("saved {who} {}", saved.len()));
                self.phones[who].state = state;
                self.phones[who].promised.extend(saved);
            }
            (Ok(_), Cut::Crash) => self.counts.add("fault/phone_crash_in_a_command"),
            (Ok(_), Cut::DiskFull) => self.counts.add("fault/phone_disk_full_in_a_command"),
            (Err(problem), _) => self.counts.add(format!("not_allowed/{}", problem.code)),
        }
    }

    /// The planted bug of a phone that writes its last op anew.
    fn rewrite(&mut self, who: usize, random: &mut Random) {
        let phone = &mut self.phones[who];
        if phone.state.log.last().is_some_and(|own| own.acknowledged) {
            phone.state.log.pop();
            phone.promised.pop();
            cheat(phone, &self.providers, self.now_ms, random);
        }
    }

    /// A phone or one of its clones.
    fn one_of(&self, who: usize, choice: u64) -> usize {
        let device = self.phones[who].me.device;
        let twins: Vec<usize> =
            (0..self.phones.len()).filter(|at| self.phones[*at].me.device == device).collect();
        *Random::new(choice ^ 1).pick(&twins)
    }

    /// One synchronisation; how many ops it moved.
    pub(super) fn sync(&mut self, who: usize, faults: &[Fault]) -> Result<usize, String> {
        let who = if faults.is_empty() { who } else { self.one_of(who, self.now_ms) };
        let (mut session, mut ask, mut moved, mut healed) = (Session::default(), Ask::default(), 0, false);
        for round in 0..MAX_ROUNDS {
            let fault = faults.get(round).copied().unwrap_or(Fault::None);
            let (changes, request) = match prepare(&self.phones[who], ask, self.now_ms) {
                Ok(prepared) => prepared,
                Err(unfit) => return self.unfit(who, unfit).map(|()| moved),
            };
            self.phones[who].state.save(changes);
            if fault == Fault::PhoneCrashBeforeSend {
                self.counts.add("fault/phone_crash_before_send");
                return self.checks.phone(&self.phones[who]).map(|()| moved);
            }
            let event = self.send(who, &request, fault)?;
            self.observe(who, &event);
            if matches!(event, Event::Cut) {
                let kept = &mut self.phones[who].state.kept;
                kept.room = kept.room.after_cut();
            }
            match session.next(event, request.left) {
                Next::Apply(answer, then) => {
                    // A log that has parted is pushed in vain until its phone enrols again.
                    let parted = parted(&answer, self.phones[who].state.tip().seq);
                    let stamps = if parted == Parted::No { answer.stamps.len() } else { 0 };
                    moved += answer.feed.len() + stamps;
                    if !self.apply(who, &answer, &request, fault)? {
                        return Ok(moved);
                    }
                    if then == Then::Done && (healed || !self.wants_healing(who)) {
                        return Ok(moved);
                    }
                    healed |= then == Then::Done;
                    ask = Ask::default();
                }
                Next::Jump(counter) => {
                    let kept = &mut self.phones[who].state.kept;
                    kept.counter = kept.counter.max(counter);
                }
                Next::ShowPrev => ask.base = Base::Written,
                Next::Renew(epochs) => {
                    let present = epochs.last().ok_or("an epoch is other, and there is none")?.id;
                    self.change(who, |work| renew(work, present, &epochs));
                    ask.base = Base::Written;
                    self.counts.add("epoch/renewed");
                }
                Next::PackPlainly => return Err("a plain push was answered as a packed one".to_owned()),
                Next::PushFrom(seq) => {
                    self.change(who, |work| wait_again(work, seq.saturating_sub(1)));
                    self.counts.add("epoch/pushed_again");
                    ask.from = Some(seq);
                }
                Next::Stop(_) => {
                    self.drop_pushed(who, &request);
                    return self.checks.phone(&self.phones[who]).map(|()| moved);
                }
            }
        }
        Err("a synchronisation does not end".to_owned())
    }

    /// Applies an answer; whether the phone goes on.
    fn apply(
        &mut self,
        who: usize,
        answer: &Answer,
        request: &Request,
        fault: Fault,
    ) -> Result<bool, String> {
        if says_fork(answer) {
            let state = &self.phones[who].state;
            let pushed = (request.from..=request.last).filter_map(|seq| state.hash_of(seq));
            self.checks.branched(pushed.collect::<Vec<_>>());
        }
        if matches!(fault, Fault::PhoneCrashBeforeApply | Fault::PhoneDiskFull) {
            if self.plan.bug == Bug::CursorBeforeData {
                self.phones[who].state.kept.cursor = Some(answer.cursor.clone());
            }
            return self.checks.phone(&self.phones[who]).map(|()| false);
        }
        let own = |record| self.phones[who].state.log.iter().any(|own| own.op.header.stream.record == record);
        self.forgot |= answer.feed.iter().any(|entry| match entry {
            FeedEntry::Forget { stream } => own(stream.record),
            FeedEntry::Op(_)
            | FeedEntry::Stamped { .. }
            | FeedEntry::Whole(_)
            | FeedEntry::Erased { .. }
            | FeedEntry::Extract(_)
            | FeedEntry::Reference(_) => false,
        });
        match apply(&self.phones[who], answer, request, self.now_ms) {
            Ok(changes) => {
                let state = &mut self.phones[who].state;
                (state.rev_before_sync, state.settled) = (state.kept.rev, Some(answer.epoch));
                state.save(changes);
            }
            Err(unfit) => return self.unfit(who, unfit).map(|()| false),
        }
        self.checks.phone(&self.phones[who])?;
        if self.phones[who].honest == Honest::Yes {
            let touched = touched(answer, &self.phones[who].state);
            self.checks.agree(&self.phones[who], &touched, self.plan.bug)?;
        }
        Ok(true)
    }

    /// Whether a phone asks for streams whole, now that it has read everything.
    fn wants_healing(&mut self, who: usize) -> bool {
        self.change(who, ask_for_what_is_in_doubt);
        !wishes(&self.phones[who].state.kept).is_empty()
    }

    fn change(&mut self, who: usize, step: impl FnOnce(&mut Work<'_, State>) -> Result<(), Problem>) {
        let phone = &mut self.phones[who];
        phone.state.change(phone.me.device, step);
    }

    /// Only a phone whose log may be a branch can meet an answer that does not fit.
    fn unfit(&mut self, who: usize, unfit: Unfit) -> Result<(), String> {
        self.counts.add(format!("unfit/{unfit:?}"));
        let phone = &self.phones[who];
        let branch = phone.lineage == Lineage::Branched || phone.honest == Honest::Byzantine;
        if branch { Ok(()) } else { Err(format!("an answer does not fit an honest phone: {unfit:?}")) }
    }

    /// The planted bug of a phone that takes a push for an acknowledgement.
    fn drop_pushed(&mut self, who: usize, request: &Request) {
        if self.plan.bug == Bug::PhoneDropsUnacknowledged {
            let kept = usize::try_from(request.from - 1).unwrap_or_default();
            self.phones[who].state.log.truncate(kept);
        }
    }

    /// What a phone saw goes into the trace, an answer as it goes over the wire.
    fn observe(&mut self, who: usize, event: &Event) {
        if self.tells {
            eprintln!("event {who} {event:?}");
        }
        self.trace.update(who.to_le_bytes());
        self.trace.update(match event {
            Event::Answered(answer) => serde_json::to_vec(answer).expect("an answer is plain data"),
            Event::Problem(_) | Event::Cut | Event::Unreached(_) | Event::Foreign { .. } => {
                format!("{event:?}").into_bytes()
            }
        });
    }

    /// Everything that is observed goes into the trace; a run that is looked at tells it too.
    pub(super) fn trace(&mut self, what: std::fmt::Arguments<'_>) {
        let what = what.to_string();
        if self.tells {
            eprintln!("{what}");
        }
        self.trace.update(what);
    }
}

fn touched(answer: &Answer, state: &State) -> BTreeSet<Record> {
    let of_feed = answer.feed.iter().filter_map(|entry| match entry {
        FeedEntry::Op(op) => Some(op.stream.record),
        FeedEntry::Whole(whole) => Some(whole.stream.record),
        FeedEntry::Forget { stream } | FeedEntry::Erased { stream, .. } => Some(stream.record),
        FeedEntry::Stamped { id, .. } => state.own(id.seq).map(|own| own.op.header.stream.record),
        FeedEntry::Extract(_) | FeedEntry::Reference(_) => None,
    });
    let seqs = answer.stamps.iter().flat_map(|run| run.seq..run.seq + run.count);
    of_feed.chain(seqs.filter_map(|seq| state.own(seq).map(|own| own.op.header.stream.record))).collect()
}
