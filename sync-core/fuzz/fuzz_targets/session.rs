//! A conversation in which the server answers anything: the device never asks for ever.
//!
//! Does not apply the answers.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sync_core::sync::answer::Answer;
use sync_core::sync::session::{Event, Next, Session, SyncProblem};

#[derive(Debug, Arbitrary)]
enum Says {
    Answer(String),
    CounterOld(u64),
    PrevNeeded,
    Gap(u64),
    Later(u64),
    Other(u16, String),
    Cut,
}

fuzz_target!(|said: (Vec<Says>, u8)| {
    let (said, outbox_left) = said;
    let mut session = Session::default();
    let mut corrections = 0;
    for says in said {
        let event = match says {
            Says::Answer(json) => match serde_json::from_str::<Answer>(&json) {
                Ok(answer) => Event::Answered(Box::new(answer)),
                Err(_) => Event::Cut,
            },
            Says::CounterOld(counter) => Event::Problem(SyncProblem::CounterOld { counter }),
            Says::PrevNeeded => Event::Problem(SyncProblem::PrevNeeded),
            Says::Gap(seq) => Event::Problem(SyncProblem::Gap { seq }),
            Says::Later(after_ms) => Event::Problem(SyncProblem::Later { after_ms }),
            Says::Other(status, problem) => Event::Problem(SyncProblem::Other { status, problem }),
            Says::Cut => Event::Cut,
        };
        match session.next(event, u64::from(outbox_left)) {
            Next::Stop(_) => return,
            Next::Apply(..) => corrections = 0,
            Next::Jump(_) | Next::ShowPrev | Next::PushFrom(_) => corrections += 1,
        }
        assert!(corrections < 16, "the device corrects itself without an end");
    }
});
