//! Records a plan: for each act its header upon what its author had seen, judged before it is kept.
//!
//! An entry that was written earlier in the same command counts as seen. Pure: what is known arrives in [`Before`], and
//! whoever keeps the log keeps what was [`Written`].

use crate::access::Role;
use crate::clock::{Hlc, Now, Uptime};
use crate::command::{Member, Place, Plan, Planned};
use crate::ids::{Digest, OpId, Record, RecordKind, Stream};
use crate::log::Tip;
use crate::op::{Header, Kind, Op, Seed, VOCABULARY, body_digest};
use crate::phone::held::{Heads, HeldRecord};
use crate::problem::Problem;
use crate::referral::act::{Act, EntryStruck, Nature};
use crate::referral::fold::Folded;
use crate::referral::judge::{Knew, judge};
use crate::referral::plausible::Beside;
use crate::referral::wording;
use crate::stamp::{Disposition, Why};
use crate::stream::{History, StreamOp};

/// From so many own entries on a referral takes no more decisions and amendments from a device.
const FULL_ENTRIES: usize = 3000;

/// What is known of a record when a command about it is recorded.
pub struct Before<'a> {
    /// The record. It has taken in what was written when that is done; where that fails it counts for nothing.
    pub held: &'a mut HeldRecord,
    /// Whether the view still showed what has been lost since.
    pub was_shown: bool,
    /// The end of the log.
    pub tip: Tip,
    /// The last clock of the log.
    pub hlc: Hlc,
    /// The newest receipt.
    pub receipt: Option<Digest>,
    /// What the salts of the next entries are derived from.
    pub seed: Seed,
}

/// Who records, when, and upon which view.
#[derive(Debug)]
pub struct Hand<'a> {
    /// Who.
    pub member: &'a Member,
    /// When.
    pub now: Now,
    /// How long the device has been up.
    pub uptime: Uptime,
    /// The revision of the view.
    pub as_of: u64,
}

/// An entry to keep.
#[derive(Debug)]
pub struct Written {
    /// The entry.
    pub op: Op,
    /// Its hash.
    pub hash: Digest,
    /// Whether it lies in a stream that its author does not hold: it is kept out of sight.
    pub sealed: bool,
}

/// The entries of a plan, in the order of the log.
///
/// # Errors
/// [`Problem`] when one is not allowed, or contradicts what is recorded; nothing is to be kept then.
pub fn record(before: Before<'_>, hand: &Hand<'_>, plan: Plan) -> Result<Vec<Written>, Problem> {
    let mut writer = Writer::open(before, hand, plan.record);
    let mut all = Vec::with_capacity(plan.acts.len());
    for planned in plan.acts {
        // Who settles from an extract and holds the stream all the same sees what they wrote.
        let sealed = matches!(&planned.place, Place::Extract(stream, _) if !writer.held.streams().contains_key(stream));
        let op = writer.next(planned)?;
        let hash = op.header.hash();
        writer.take_in(&op, hash);
        all.push(Written { op, hash, sealed });
    }
    Ok(all)
}

/// What is known while a command is recorded.
struct Writer<'a> {
    hand: &'a Hand<'a>,
    record: Record,
    /// Each stream of the record now …
    held: &'a mut HeldRecord,
    was_shown: bool,
    /// … and as the view showed it.
    view: Heads,
    tip: Tip,
    hlc: Hlc,
    receipt: Option<Digest>,
    seed: Seed,
}

impl<'a> Writer<'a> {
    fn open(before: Before<'a>, hand: &'a Hand<'a>, record: Record) -> Self {
        let Before { held, was_shown, tip, hlc, receipt, seed } = before;
        let view = held.as_shown(hand.as_of);
        Self { hand, record, held, was_shown, view, tip, hlc, receipt, seed }
    }

    fn take_in(&mut self, op: &Op, hash: Digest) {
        self.tip = Tip { seq: op.header.id.seq, hash };
        self.hlc = op.header.hlc;
        self.held.take_in(op);
    }

    /// The heads of a stream in the view, with the device's own last op in it.
    fn known(&self, stream: Stream, history: &History) -> Vec<OpId> {
        let mut heads = self.view.get(&stream).cloned().unwrap_or_default();
        heads.extend(self.held.own.last.get(&stream));
        history.maximal(&heads)
    }

    fn next(&self, planned: Planned) -> Result<Op, Problem> {
        let Planned { place, act } = planned;
        self.has_room_for(&act)?;
        let (stream, exactly) = match place {
            Place::Compartment(kind) => (self.hand.member.stream(self.record, kind), None),
            Place::Stream(stream) => (stream, None),
            Place::Extract(stream, sides) => (stream, Some(sides)),
        };
        let mut knew = Knew::default();
        let mut elsewhere = Vec::new();
        for (other, folded) in self.held.streams().iter().filter(|(other, _)| **other != stream) {
            let known = self.known(*other, folded.history());
            if !self.held.lost.contains(other) {
                knew.add_of(*other, folded, &known);
            }
            elsewhere.extend(known);
        }
        elsewhere.sort_unstable();
        let none = Folded::default();
        let folded = self.held.streams().get(&stream).map_or(&none, |folded| folded);
        let known = match &exactly {
            Some(sides) => sides.clone(),
            None => self.known(stream, folded.history()),
        };
        knew.add_of(stream, folded, &known);
        let own = self.held.own.last.get(&stream);
        let deps = known.into_iter().filter(|dep| Some(dep) != own).collect();
        let before = &self.held.own;
        let unchanged = before.stream.is_none_or(|last| last == stream) && elsewhere == before.seen;
        let seen = (!unchanged).then_some(elsewhere);
        let op = self.op(stream, deps, seen, &act)?;
        let now = self.hand.now;
        if let Some(row) = Beside::of(&self.held.states()).refuses(op.header.id, &act, now.ms, now.clock) {
            return Err(Problem::between(row.code, row.fields));
        }
        if exactly.is_none() {
            self.check(&op, &act, &knew)?;
        }
        Ok(op)
    }

    /// What was seen of a lost stream cannot be judged here any more: the server does. Nobody decides in one that they knew
    /// to be lost; what they recorded beside it stays theirs to strike.
    fn check(&self, op: &Op, act: &Act, knew: &Knew<'_>) -> Result<(), Problem> {
        let decides = act.info().nature == Nature::Decision;
        if self.held.lost.contains(&op.header.stream) {
            let may = !decides || self.was_shown;
            return if may { Ok(()) } else { Err(Problem::new("not_allowed", words(Why::NotAssigned))) };
        }
        let strikes = act.as_body::<EntryStruck>().is_some();
        match judged(op, self.hand.member, knew) {
            Disposition::Quarantined(Why::NotAssigned) if strikes && !self.held.is_all_held() => Ok(()),
            disposition => check(disposition, act),
        }
    }

    /// From a device that wrote very much in it a record takes what happened, and what closes a question. What others wrote
    /// does not count: nobody can keep them from deciding.
    fn has_room_for(&self, act: &Act) -> Result<(), Problem> {
        if self.record.kind == RecordKind::Referral { has_room(self.held.own.count, act) } else { Ok(()) }
    }

    fn op(&self, stream: Stream, deps: Vec<OpId>, seen: Option<Vec<OpId>>, act: &Act) -> Result<Op, Problem> {
        let id = OpId { device: self.hand.member.device, seq: self.tip.seq + 1 };
        let kind: Kind = act.info().kind.parse().expect("every kind of the table is a kind's name");
        let body = act.body();
        Act::parse(&kind, &body).map_err(|bad| Problem::of_shape(&bad))?;
        let salt = self.seed.salt(id);
        let header = Header {
            id,
            prev: self.tip.hash,
            stream,
            deps,
            seen,
            hlc: self.hlc.tick(self.hand.now.ms),
            uptime: self.hand.uptime,
            receipt: self.receipt,
            author: self.hand.member.user,
            vocabulary: VOCABULARY,
            recovered_from: None,
            kind,
            body_digest: body_digest(salt, &body),
        };
        Ok(Op { header, body: Some(body), salt })
    }
}

/// Facts, strikes and settlements are always recorded; other decisions and amendments while the device has written fewer
/// entries there than this.
fn has_room(own: usize, act: &Act) -> Result<(), Problem> {
    let closes = matches!(act, Act::EntryStruck(_) | Act::ConflictSettled(_) | Act::ConflictPassedUp(_));
    let amends = matches!(act, Act::SubjectAmended(_) | Act::DetailsLearnt(_) | Act::WalkInCorrected(_));
    let always = match act.info().nature {
        Nature::Fact | Nature::Server => !amends,
        Nature::Decision => closes,
    };
    if always || own < FULL_ENTRIES {
        return Ok(());
    }
    Err(Problem::new(
        "record_full",
        "You have recorded so much here that this referral takes no more decisions and amendments from you.",
    ))
}

fn judged(op: &Op, member: &Member, knew: &Knew<'_>) -> Disposition {
    judge(&StreamOp::of(op, None), &member.author(), knew)
}

/// A decision must be allowed; a fact is recorded, but where its author may not write at all.
fn check(disposition: Disposition, act: &Act) -> Result<(), Problem> {
    let why = match disposition {
        Disposition::Accepted => return Ok(()),
        Disposition::Quarantined(why) | Disposition::Refused(why) => why,
    };
    let recorded_all_the_same = match why {
        Why::Stream | Why::Role | Why::Shape | Why::BodyWithheld | Why::Settler | Why::Reference => false,
        Why::NotAssigned | Why::RightEnded | Why::State | Why::Policy | Why::StandsOn | Why::Recovered => {
            true
        }
        Why::Unexplained => return Err(Problem::at("field_missing", "reason", words(why))),
    };
    match act.info().nature {
        Nature::Fact if recorded_all_the_same => Ok(()),
        // A strike has no stage: what stands against it is the entry.
        Nature::Decision if why == Why::State && act.as_body::<EntryStruck>().is_some() => Err(Problem::at(
            "not_allowed",
            "entry",
            "It is struck already, or not yours to strike or take back.",
        )),
        Nature::Fact | Nature::Decision | Nature::Server => Err(Problem::new("not_allowed", said(why, act))),
    }
}

/// Whoever may not record something is told who does.
fn said(why: Why, act: &Act) -> String {
    let roles =
        act.info().roles.iter().filter(|role| **role != Role::Server).map(|role| wording::role(*role));
    let roles = roles.collect::<Vec<_>>().join(", ");
    let by_role = matches!(why, Why::Stream | Why::Role);
    if by_role && !roles.is_empty() {
        format!("{} Who does: {roles}.", words(why))
    } else {
        words(why).to_owned()
    }
}

fn words(why: Why) -> &'static str {
    match why {
        Why::Shape => "An answer has a shape that is not allowed.",
        Why::Stream | Why::Role => "Your role does not record this.",
        Why::NotAssigned => "This referral is not yours, or not your service's.",
        Why::RightEnded => "Your right to record this has ended.",
        Why::Unexplained => "It is recorded that the person came: say why that is not so.",
        Why::State => "The referral is not at a stage where this can be decided.",
        Why::Reference => "What it names is not known here.",
        Why::Policy => "The rules that it was made from were not in force here.",
        Why::Settler => "This is for somebody else to settle: not for who wrote a side of it.",
        Why::StandsOn => "It stands on an entry that was kept aside.",
        Why::BodyWithheld => "The entry has no content.",
        Why::Recovered => "It repeats an entry that counts already.",
    }
}

#[cfg(test)]
mod tests {
    use crate::ids::{DeviceId, OpId};
    use crate::referral::act::{
        CancelReason, ConflictSettled, ContactRecorded, ContactWhat, EntryStruck, OpRef, ReferralCancelled,
        SubjectAmended,
    };

    use super::*;

    #[test]
    fn whoever_may_not_record_something_is_told_who_does() {
        let cancelled = Act::ReferralCancelled(ReferralCancelled { reason: CancelReason::WrongProvider });
        let told = said(Why::Role, &cancelled);
        assert_eq!(told, "Your role does not record this. Who does: officer, supervisor.");
        assert_eq!(said(Why::State, &cancelled), words(Why::State));
    }

    #[test]
    fn a_full_referral_takes_what_happened_and_what_closes_a_question_and_nothing_else() {
        let reason = || "entered in error".to_owned();
        let op = OpId { device: DeviceId(uuid::Uuid::nil()), seq: 1 };
        let contact = Act::ContactRecorded(ContactRecorded {
            what: ContactWhat::Attempted,
            channel: "phone".to_owned(),
            result: "no_answer".to_owned(),
            at_ms: 1,
            note: None,
        });
        let struck = EntryStruck { entry: OpRef::Id(op), reason: reason(), back: None };
        let choice = crate::referral::act::Choice::Op(op);
        let (conflict, version) = (Digest::default(), Digest::default());
        let settled = ConflictSettled { conflict, version, choice, reason: reason() };
        let amended = SubjectAmended { field: "phone".to_owned(), value: "07700 900123".to_owned() };
        let cancelled = ReferralCancelled { reason: CancelReason::WrongProvider };
        let takes = |held: usize| {
            let acts = [
                contact.clone(),
                Act::EntryStruck(struck.clone()),
                Act::ConflictSettled(settled.clone()),
                Act::SubjectAmended(amended.clone()),
                Act::ReferralCancelled(cancelled.clone()),
            ];
            acts.map(|act| has_room(held, &act).map_err(|full| full.code))
        };
        let full = || Err("record_full".to_owned());
        assert_eq!(takes(2999), [Ok(()), Ok(()), Ok(()), Ok(()), Ok(())]);
        assert_eq!(takes(3000), [Ok(()), Ok(()), Ok(()), full(), full()]);
    }
}
