//! Rows of referrals as results count them, drawn by chance and always the same.
//!
//! They stand in the store without a record behind them: a report reads rows alone.

use std::path::Path;

use rusqlite::{Connection, params};
use sync_core::codes::{CodeList, entries};
use sync_core::ids::{DeviceId, OpId};
use sync_core::persons::SubjectId;
use sync_core::referral::act::YesNo;
use sync_core::results::{Ended, Figures, Furthest};
use uuid::Uuid;

const STEPS: [Furthest; 8] = [
    Furthest::Found,
    Furthest::Offered,
    Furthest::Agreed,
    Furthest::Referred,
    Furthest::Received,
    Furthest::Contacted,
    Furthest::Assessed,
    Furthest::Completed,
];

/// Numbers that look drawn (xorshift, Marsaglia 2003).
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn yes(&mut self, percent: u64) -> YesNo {
        if self.below(100) < percent { YesNo::Yes } else { YesNo::No }
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        let at = self.below(all.len() as u64);
        all[usize::try_from(at).expect("a list is short")]
    }
}

/// Puts so many rows into a store that nobody serves.
pub fn keep(store: &Path, count: u64) {
    let mut db = Connection::open(store).expect("a store opens");
    let tx = db.transaction().expect("nobody writes");
    let mut drawn = Drawn(0x9E37_79B9_7F4A_7C15);
    {
        let sql = "INSERT INTO referrals (record, again_ms, desks, waiting, figures) VALUES (?1, NULL, 0, '{}', ?2)";
        let mut insert = tx.prepare(sql).expect("the table is there");
        for number in 1..=count {
            let id = Uuid::from_u128(u128::from(number));
            let figures = serde_json::to_string(&row(id, &mut drawn)).expect("it is plain data");
            insert.execute(params![format!("referral/{id}"), figures]).expect("it is kept");
        }
    }
    tx.commit().expect("it is kept");
}

fn row(id: Uuid, drawn: &mut Drawn) -> Figures {
    let furthest = drawn.one_of(&STEPS);
    let ended =
        drawn.one_of(&[Ended::No, Ended::Lost, Ended::Lost, Ended::Lost, Ended::LeftOut, Ended::NotTold]);
    let reached = furthest >= Furthest::Contacted && ended != Ended::NotTold;
    // Some groups are rare, so that some are hidden.
    let ethnicities: Vec<&str> =
        entries(CodeList::Ethnicity).iter().map(|entry| entry.code.as_str()).collect();
    let ethnicity = match drawn.below(10) {
        0..7 => Some("W1"),
        7..9 => Some(ethnicities[usize::try_from(drawn.below(16)).expect("a list is short")]),
        _ => None,
    };
    let referred = SubjectId::Named { referral: id, op: OpId { device: DeviceId(id), seq: 1 } };
    let found_ms = 1_700_000_000_000 + drawn.below(300) * 86_400_000;
    Figures {
        found_ms,
        voluntary: drawn.yes(5),
        furthest,
        ended,
        ethnicity: ethnicity.map(str::to_owned),
        age: Some(15 + u32::try_from(drawn.below(45)).expect("an age is small")).filter(|age| age % 9 != 0),
        ethnicity_seen: Some("IC1".to_owned()).filter(|_| drawn.below(3) > 0),
        sex: Some(drawn.one_of(&["1", "2"]).to_owned()),
        minutes: u32::try_from(drawn.below(20)).ok(),
        ease: Some(1 + u8::try_from(drawn.below(5)).expect("it is small")).filter(|ease| *ease != 2),
        area: None,
        provider: None,
        attempt_after_ms: reached.then(|| drawn.below(400_000_000)),
        contact_after_ms: (reached && drawn.below(20) > 0).then(|| drawn.below(900_000_000)),
        check: drawn.yes(80),
        notice: drawn.yes(60),
        crime_reference: drawn.yes(90),
        referred: (furthest >= Furthest::Referred).then_some((referred, found_ms)),
    }
}
