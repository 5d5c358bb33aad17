//! Workload W of the bars: referrals of ten ops each, one of about 830 bytes and nine of about 190, made
//! from a seed. Four ops are in `shared`, six in the provider's `outreach`.
//!
//! Does not measure anything.

use std::collections::BTreeMap;

use sync_core::clock::{ClockMark, Hlc};
use sync_core::ids::{CompartmentKind, DeviceId, OpId, OrgId, Record, Stream, UserId};
use sync_core::op::VOCABULARY;
use sync_core::stamp::{Disposition, Stamp};
use sync_core::stream::StreamOp;
use uuid::Uuid;

const NOON_MS: u64 = 1_780_000_000_000;

/// Who writes in a referral: each person has one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Officer,
    Lead,
    Worker,
    Server,
}

/// The ten ops of a referral: who, in which compartment, of which kind.
const STORY: [(Who, CompartmentKind, &str); 10] = [
    (Who::Officer, CompartmentKind::Shared, "consent.recorded"),
    (Who::Officer, CompartmentKind::Shared, "referral.submitted"),
    (Who::Worker, CompartmentKind::Outreach, "contact.recorded"),
    (Who::Lead, CompartmentKind::Shared, "referral.accepted"),
    (Who::Worker, CompartmentKind::Outreach, "contact.recorded"),
    (Who::Worker, CompartmentKind::Outreach, "appointment.booked"),
    (Who::Worker, CompartmentKind::Outreach, "attendance.recorded"),
    (Who::Server, CompartmentKind::Shared, "progress.reported"),
    (Who::Lead, CompartmentKind::Outreach, "appointment.booked"),
    (Who::Worker, CompartmentKind::Outreach, "attendance.recorded"),
];

/// A small generator of numbers (SplitMix64): the same seed, the same workload.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn id(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }

    /// Words that nobody said, of about so many bytes.
    fn text(&mut self, bytes: usize) -> String {
        const WORDS: [&str; 8] = ["bridge", "after", "work", "call", "again", "the", "morning", "quiet"];
        let mut text = String::new();
        while text.len() < bytes {
            text += WORDS[usize::try_from(self.next() % 8).expect("below eight")];
            text.push(' ');
        }
        text
    }
}

/// `count` referrals; each a list of its ops as they were written, causes before effects.
pub(crate) fn referrals(count: usize, seed: u64) -> Vec<Vec<StreamOp>> {
    let mut numbers = Numbers(seed);
    let force = OrgId(numbers.id());
    let provider = OrgId(numbers.id());
    let mut seqs = BTreeMap::new();
    let people: Vec<_> = (0..40).map(|_| (DeviceId(numbers.id()), UserId(numbers.id()))).collect();
    (0..count).map(|_| referral(&mut numbers, &people, &mut seqs, force, provider)).collect()
}

fn referral(
    numbers: &mut Numbers,
    people: &[(DeviceId, UserId)],
    seqs: &mut BTreeMap<DeviceId, u64>,
    force: OrgId,
    provider: OrgId,
) -> Vec<StreamOp> {
    let record = Record::referral(numbers.id());
    let first = usize::try_from(numbers.next() % 36).expect("a small number");
    let mut ops: Vec<StreamOp> = Vec::new();
    for (index, (who, compartment, kind)) in STORY.into_iter().enumerate() {
        let (device, author) = people[first + who as usize];
        let org = if compartment == CompartmentKind::Shared { force } else { provider };
        let stream = record.stream(compartment, org);
        let seq = seqs.entry(device).and_modify(|seq| *seq += 1).or_insert(1);
        let id = OpId { device, seq: *seq };
        let eff =
            Hlc::from_ms(NOON_MS + numbers.next() % 1000 + 3_600_000 * u64::try_from(index).expect("small"));
        let deps = ops.iter().rfind(|op| op.stream == stream && op.id.device != device).map(|op| op.id);
        ops.push(StreamOp {
            id,
            stream,
            deps: deps.into_iter().collect(),
            hlc: eff,
            author,
            kind: kind.parse().expect("it is written as kinds are"),
            vocabulary: VOCABULARY,
            body: Some(body(numbers, kind, &ops, provider).into()),
            erased: None,
            stamp: Some(stamp(seq, eff)),
        });
    }
    ops
}

fn stamp(place: &u64, eff: Hlc) -> Stamp {
    let (received_ms, clock, disposition) = (eff.ms() + 60_000, ClockMark::Plain, Disposition::Accepted);
    Stamp { place: *place, received_ms, eff, clock, disposition, absent: Vec::new(), instead: Vec::new() }
}

fn body(numbers: &mut Numbers, kind: &str, ops: &[StreamOp], provider: OrgId) -> String {
    let at_ms = NOON_MS + numbers.next() % 1_000_000_000;
    let text = numbers.text(140);
    match kind {
        "consent.recorded" => {
            format!(
                r#"{{"contact":"yes","feedback":"yes","wording":"v1","language":"en","present":"{text}"}}"#
            )
        }
        "referral.submitted" => {
            let (text, place, born) = (numbers.text(10), numbers.text(500), 1 + numbers.next() % 28);
            format!(
                r#"{{"reference":"WM-{at_ms}","subject":{{"family":"{text}","given":"Ana","born":"1990-01-{born:02}","ethnicity":"W1"}},"reach":{{"phone":"0{at_ms}","may":["text","voicemail"],"place_and_time":"{place}"}},"provider":"{provider}","policy":{{"id":"thames-valley-2018","version":1}},"voluntary":"no"}}"#
            )
        }
        "contact.recorded" => format!(
            r#"{{"what":"attempted","channel":"call","result":"no_answer","at_ms":{at_ms},"note":"{text}"}}"#
        ),
        "referral.accepted" => "{}".to_owned(),
        "appointment.booked" => {
            format!(r#"{{"at_ms":{at_ms},"meeting":"session","minutes":60,"place":"{text}"}}"#)
        }
        "attendance.recorded" => {
            let booked = ops.last().expect("an appointment was booked before").id;
            format!(
                r#"{{"appointment":"{booked}","meeting":"session","status":"attended","minutes":60,"at_ms":{at_ms},"note":"{text}"}}"#
            )
        }
        "progress.reported" => r#"{"level":1,"delivered":"yes","on":"2026-06-01"}"#.to_owned(),
        other => panic!("the story has no {other}"),
    }
}

/// The ops of a referral by stream.
pub(crate) fn by_stream(referral: &[StreamOp]) -> BTreeMap<Stream, Vec<StreamOp>> {
    let mut streams: BTreeMap<Stream, Vec<StreamOp>> = BTreeMap::new();
    referral.iter().for_each(|op| streams.entry(op.stream).or_default().push(op.clone()));
    streams
}
